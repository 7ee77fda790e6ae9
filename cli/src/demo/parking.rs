//! Chapters about parking: where, for how much, the ticket, the reminder, more time, and the inspector.

use chrono::TimeDelta;
use mesto_client::protocol::base::payments::{PayMethod, Quote};
use mesto_client::protocol::orders::driver::OrderState;
use mesto_client::protocol::parking::tickets::Ticket;
use mesto_client::rules::Position;
use mesto_client::{IntentState, IntentView, Result as ClientResult, TextValue, texts};
use mesto_protocol::keys::KeySet;
use mesto_protocol::parking::signed::Presentation;

use super::{CITY, Cast};
use crate::failure::{CliError, Outcome};
use crate::output::{Tone, fits, qr, terminal_width};

/// On the edge of the red zone, near Cvetni trg.
const HERE: Position = Position { lat: 44.8079, lon: 20.4655, accuracy_m: Some(12.0) };

/// What the operator asks for parking time of her car.
pub async fn priced(cast: &Cast, zone: &str, minutes: u32, pay: PayMethod) -> Outcome<ClientResult<Quote>> {
    let parking = cast.phone.core.parking();
    let zone = cast.tell.done(parking.zone_id(zone))?;
    Ok(parking.quote(&zone, cast.car()?, minutes, pay).await)
}

/// The ticket that was bought.
pub fn ticket_of(bought: &IntentView) -> Outcome<Ticket> {
    bought.ticket().ok_or_else(|| CliError::failed("the ticket", "it is missing"))
}

pub async fn zones(cast: &mut Cast) -> Outcome<()> {
    cast.tell.chapter("zones", "Where is she?", cast.world.clock.read());
    let near = cast.phone.core.parking().zones_near(Some(HERE), None);
    let near = cast.tell.done(near)?;
    cast.tell.show(cast.show.zones(&near));
    let distances: Vec<u32> = near.zones.iter().filter_map(|zone| zone.distance_metres).collect();
    cast.tell.claim("nearest_first", distances.is_sorted() && distances.len() > 3, true)?;
    for (name, text) in [("typed", "9111"), ("scanned", "SMS 9111 ZONA 1")] {
        let by_sign = cast.phone.core.parking().zones_near(Some(HERE), Some(text));
        let by_sign = cast.tell.done(by_sign)?.by_sign.map(|zone| zone.to_string());
        cast.tell.claim(name, by_sign, Some("red".to_owned()))?;
    }
    cast.tell.good("The sign says 9111, typed or scanned: the red zone, whatever the position says.");
    Ok(())
}

pub async fn quote_and_buy(cast: &mut Cast) -> Outcome<()> {
    cast.tell.chapter("red", "An hour in the red zone", cast.world.clock.read());
    cast.tell.say("Ninety-one minutes?");
    let too_long = priced(cast, "red", 91, PayMethod::Deposit).await?;
    let refusal = cast.tell.refused("minute_91_asked_at_once", too_long, "max_stay_exceeded")?;
    cast.tell.claim(
        "minute_91_allowed",
        refusal.params().get("allowed").and_then(serde_json::Value::as_u64),
        Some(90),
    )?;

    let quote = priced(cast, "red", 60, PayMethod::Deposit).await?;
    let quote = cast.tell.done(quote)?;
    cast.tell.say("Sixty then:");
    cast.tell.show(cast.show.quote(&quote));
    cast.tell.claim("total", quote.total.amount.to_string(), "80.00".to_owned())?;
    let bought = cast.phone.core.payments().buy(&quote).await;
    let bought = cast.tell.done(bought)?;
    cast.tell.claim("confirmed", bought.state == IntentState::Confirmed, true)?;
    let again = cast.phone.core.payments().buy(&quote).await;
    let again = cast.tell.done(again)?;
    cast.tell.claim("second_tap_is_the_same_purchase", again.key == bought.key, true)?;
    cast.tell.claim("balance", cast.balance(), "920.00".to_owned())?;
    let ticket = ticket_of(&bought)?;
    cast.tell.good(format!(
        "{} is parked from {} to {}; the deposit is 920.00 RSD. A second tap bought nothing more.",
        ticket.plate,
        cast.show.time(ticket.starts_at),
        cast.show.time(ticket.ends_at)
    ));
    let believed = cast.phone.core.parking().verified(ticket.id);
    let believed = cast.tell.done(believed)?;
    cast.tell.claim("signed_for", believed.plate, "BG789PP".to_owned())?;
    let code = cast.phone.core.parking().code(ticket.id);
    let code = cast.tell.done(code)?;
    cast.tell.record("code", code.text.clone());
    cast.tell.say("Her ticket for an inspector, signed by the operator and by this phone at this moment:");
    match qr(&code.text, cast.tell.style) {
        // The story is indented by six.
        Some(drawn) => match fits(&drawn, terminal_width().map(|width| width.saturating_sub(6))) {
            Ok(()) => cast.tell.show(drawn),
            Err(columns) => cast.tell.say(format!("(its code takes a window of {} columns)", columns + 6)),
        },
        None => return Err(CliError::failed("the QR", "the ticket is too long")),
    }
    Ok(())
}

pub async fn reminder(cast: &mut Cast) -> Outcome<()> {
    cast.until(10, 50).await?;
    cast.tell.chapter("reminder", "Ten minutes before the end", cast.world.clock.read());
    let alarms = cast.phone.alarms();
    let times: Vec<String> = alarms.iter().map(|alarm| cast.show.time(alarm.at)).collect();
    cast.tell.claim("alarms", times, vec!["10:55".to_owned(), "11:00".to_owned()])?;
    for alarm in &alarms {
        cast.tell.say(format!(
            "{}  {}: {}",
            cast.show.time(alarm.at),
            cast.tell.style.paint(Tone::Warn, &alarm.title),
            alarm.body
        ));
    }
    cast.tell.say(cast.tell.style.paint(Tone::Faint, &cast.show.word("notice-not_guaranteed")));
    cast.until(10, 55).await
}

pub async fn extend(cast: &mut Cast) -> Outcome<()> {
    cast.tell.chapter("extend", "Thirty minutes more", cast.world.clock.read());
    let running = cast.phone.core.parking().state().active.first().map(|ticket| ticket.id);
    let running = running.ok_or_else(|| CliError::failed("the running ticket", "it is missing"))?;
    let quote = cast.phone.core.parking().extend(running, 30, PayMethod::Deposit).await;
    let quote = cast.tell.done(quote)?;
    cast.tell.show(cast.show.quote(&quote));
    cast.tell.claim("total", quote.total.amount.to_string(), "120.00".to_owned())?;
    let bought = cast.phone.core.payments().buy(&quote).await;
    let bought = cast.tell.done(bought)?;
    cast.tell.claim("confirmed", bought.state == IntentState::Confirmed, true)?;
    cast.tell.claim("balance", cast.balance(), "800.00".to_owned())?;
    cast.tell.good("Extended time has its own price: 120.00 RSD, until 11:30.");
    let alarms: Vec<String> = cast.phone.alarms().iter().map(|alarm| cast.show.time(alarm.at)).collect();
    cast.tell.claim("alarms", alarms, vec!["11:25".to_owned(), "11:30".to_owned()])?;

    let extension = ticket_of(&bought)?.id;
    cast.tell.say("And the ninety-first minute?");
    let beyond = cast.phone.core.parking().extend(extension, 1, PayMethod::Deposit).await;
    cast.tell.refused("minute_91", beyond, "limit_reached")?;
    Ok(())
}

/// In yellow a ticket runs out with the car still there.
pub async fn inspector(cast: &mut Cast) -> Outcome<()> {
    cast.until(14, 0).await?;
    cast.tell.chapter("inspector", "In yellow the ticket runs out", cast.world.clock.read());
    let quote = priced(cast, "yellow", 60, PayMethod::Deposit).await?;
    let quote = cast.tell.done(quote)?;
    let bought = cast.phone.core.payments().buy(&quote).await;
    let bought = cast.tell.done(bought)?;
    cast.tell.claim("confirmed", bought.state == IntentState::Confirmed, true)?;
    cast.tell.claim("balance", cast.balance(), "680.00".to_owned())?;
    let ticket = ticket_of(&bought)?.id;
    cast.tell
        .say("She buys an hour in yellow for 65.00 RSD. At 14:30 an inspector comes by and scans her code, offline:");

    cast.until(14, 30).await?;
    let code = cast.phone.core.parking().code(ticket);
    let code = cast.tell.done(code)?.text;
    let keys = key_set(cast).await?;
    let now = cast.world.clock.read();
    let seen = Presentation::verify(&code, &keys, now, TimeDelta::seconds(60))
        .map_err(|why| CliError::failed("the inspector's scan", why))?;
    cast.tell.claim("scanned_plate", seen.claims.plate, "BG789PP".to_owned())?;
    let copied = Presentation::verify(&code, &keys, now + TimeDelta::minutes(5), TimeDelta::seconds(60));
    cast.tell.claim(
        "a_picture_of_it_is_refused",
        copied.err().map(|why| why.code().to_owned()),
        Some("moment_too_old".to_owned()),
    )?;
    cast.tell.good("Genuine, of this phone, of this moment. A picture of it, five minutes later, is refused.");
    let (_, check) = check(cast).await?;
    cast.tell.claim("covered", flag(&check), Some(true))?;
    let (status, refused) = order(cast).await?;
    cast.tell.claim("no_order_while_covered", text(&refused, "code"), "ticket_covers_plate".to_owned())?;
    cast.tell.record("refused_with", status);
    cast.tell.good("The plate is covered: an order would be refused.");

    cast.until(15, 10).await?;
    let synced = cast.phone.core.sync().await;
    cast.tell.done(synced)?;
    cast.tell.claim("the_operator_issued_none_by_itself", cast.phone.core.orders().state().orders.len(), 0)?;
    let (_, check) = self::check(cast).await?;
    cast.tell.claim("covered_later", flag(&check), Some(false))?;
    cast.tell.open("15:10: the ticket ran out at 15:00, and the car still stands there. No order comes by itself.");
    let (status, issued) = order(cast).await?;
    cast.tell.record("order_status", status);
    cast.tell.claim("order_price", amount(&issued, "price"), "3000.00".to_owned())?;
    cast.tell.claim("order_due", amount(&issued, "due"), "1500.00".to_owned())?;
    let synced = cast.phone.core.sync().await;
    cast.tell.done(synced)?;
    let orders = cast.phone.core.orders().state().orders.clone();
    cast.tell.claim("orders", orders.iter().filter(|order| order.state == OrderState::Issued).count(), 1)?;
    cast.tell.say("The inspector issues the daily order; her phone hears of it:");
    cast.tell.show(cast.show.orders(&orders));
    for order in &orders {
        cast.tell.say(texts::text(
            cast.tell.locale,
            "order-valid-until",
            &[("valid_until", TextValue::Time(order.valid_until))],
            cast.show.clock.as_deref(),
        ));
    }
    let short = match orders.first() {
        Some(order) => cast.phone.core.orders().pay(order.id, PayMethod::Deposit).await,
        None => return Err(CliError::failed("the order", "it is missing")),
    };
    let short = cast.tell.done(short)?;
    cast.tell.claim(
        "the_deposit_does_not_cover_it",
        short.problem().map(|problem| problem.code.clone()),
        Some("deposit_too_low".to_owned()),
    )?;
    if let Some(why) = short.refusal() {
        cast.tell.say(format!("She tries to pay it at once: {}", why.text(cast.tell.locale)));
    }
    Ok(())
}

async fn key_set(cast: &Cast) -> Outcome<KeySet> {
    let failed = |why: String| CliError::failed("the inspector's keys", why);
    let url = format!("{}{}", cast.world.operator_url(), mesto_protocol::base::public::KEYS.path);
    let answer = crate::web::client().map_err(failed)?.get(url).send().await.map_err(|why| failed(why.to_string()))?;
    let wire = answer.text().await.map_err(|why| failed(why.to_string()))?;
    let wire = serde_json::from_str::<String>(&wire).unwrap_or(wire);
    KeySet::verify(wire.trim(), &cast.world.root_key(), 0).map_err(|why| failed(why.to_string()))
}

async fn check(cast: &Cast) -> Outcome<(u16, serde_json::Value)> {
    cast.world.inspect(CITY, "yellow", "BG789PP").await.map_err(|why| CliError::failed("the inspector's check", why))
}

async fn order(cast: &Cast) -> Outcome<(u16, serde_json::Value)> {
    let order = serde_json::json!({ "city": CITY, "zone": "yellow", "plate": "BG789PP", "violation": "time_expired", "place": "Njegoševa 12" });
    cast.world.issue_order(&order).await.map_err(|why| CliError::failed("the inspector's order", why))
}

fn flag(answer: &serde_json::Value) -> Option<bool> {
    answer.get("covered").and_then(serde_json::Value::as_bool)
}

fn text(answer: &serde_json::Value, field: &str) -> String {
    answer.get(field).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

fn amount(answer: &serde_json::Value, field: &str) -> String {
    answer.get(field).map(|money| text(money, "amount")).unwrap_or_default()
}
