//! Chapters about parking: where, for how much, the ticket, the reminder, more time, and the
//! inspector.

use mesto_client::protocol::base::payments::{PayMethod, Quote};
use mesto_client::protocol::parking::tickets::Ticket;
use mesto_client::rules::Position;
use mesto_client::{IntentState, IntentView, Result as ClientResult};

use super::show::{quote_text, tickets_table, zones_table};
use crate::base::demo::Cast;
use crate::base::testbed::Payer;
use crate::kernel::failure::{CliError, Outcome};
use crate::kernel::output::{Tone, fits, qr, terminal_width};

/// On the edge of the red zone, near Cvetni trg.
const HERE: Position = Position { lat: 44.8079, lon: 20.4655, accuracy_m: Some(12.0) };

/// What the operator asks for parking time of her car.
pub async fn priced(cast: &Cast, zone: &str, minutes: u32, pay: PayMethod) -> Outcome<ClientResult<Quote>> {
    let parking = cast.phone.core.parking();
    let zone = cast.tell.done(parking.zone_id(&cast.city, zone))?;
    Ok(parking.quote(&cast.city, &zone, cast.car()?, minutes, pay).await)
}

/// The ticket that was bought.
pub fn ticket_of(bought: &IntentView) -> Outcome<Ticket> {
    bought.ticket().ok_or_else(|| CliError::failed("the ticket", "it is missing"))
}

pub async fn zones(cast: &mut Cast) -> Outcome<()> {
    cast.tell.chapter("zones", "Where is she?", cast.world.clock.read());
    let near = cast.phone.core.parking().zones_near(&cast.city, Some(HERE), None);
    let near = cast.tell.done(near)?;
    cast.tell.show(zones_table(&cast.show, &near));
    let distances: Vec<u32> = near.zones.iter().filter_map(|zone| zone.distance_metres).collect();
    cast.tell.claim("nearest_first", distances.is_sorted() && distances.len() > 3, true)?;
    for (name, text) in [("typed", "9111"), ("scanned", "SMS 9111 ZONA 1")] {
        let by_sign = cast.phone.core.parking().zones_near(&cast.city, Some(HERE), Some(text));
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
    cast.tell.show(quote_text(&cast.show, &quote));
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
    cast.tell.claim("signed_for", believed.what.plate, "BG789PP".to_owned())?;
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
    cast.tell.show(quote_text(&cast.show, &quote));
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

/// She drives on and pays by card: five hours in blue.
pub async fn by_card(cast: &mut Cast) -> Outcome<()> {
    cast.until(15, 30).await?;
    cast.tell.chapter("card", "By card, without the deposit", cast.world.clock.read());
    let cheap = priced(cast, "blue", 60, PayMethod::Card).await?;
    cast.tell.say("An hour in blue by card? Below 200 RSD the driver bears the bank's fee, and the terms do not say how much that is:");
    cast.tell.refused("below_200", cheap, "card_fee_unknown")?;
    let quote = priced(cast, "blue", 300, PayMethod::Card).await?;
    let quote = cast.tell.done(quote)?;
    cast.tell.say("Five hours then:");
    cast.tell.show(quote_text(&cast.show, &quote));
    cast.tell.claim("total", quote.total.amount.to_string(), "225.00".to_owned())?;
    let begun = cast.phone.core.payments().buy(&quote).await;
    let begun = cast.tell.done(begun)?;
    cast.tell.claim("waits_for_the_bank", begun.state.name().to_owned(), "unconfirmed".to_owned())?;
    let bought = cast.pay_at_bank(&begun, Payer::Approve).await?;
    cast.tell.claim("ticket_confirmed", bought.state == IntentState::Confirmed, true)?;
    cast.tell.claim("balance", cast.balance(), "680.00".to_owned())?;
    let until = cast.show.time(ticket_of(&bought)?.ends_at);
    cast.tell.claim("until", until, "20:30".to_owned())?;
    cast.tell.good("The bank told the operator, and the ticket was there: until 20:30. The deposit is untouched.");
    Ok(())
}

/// What the day has cost; the deposit's part comes after it.
pub async fn history(cast: &mut Cast) -> Outcome<()> {
    cast.tell.chapter("history", "What the day has cost", cast.world.clock.read());
    let history = cast.phone.core.parking().history(None, 50).await;
    let history = cast.tell.done(history)?;
    cast.tell.claim("tickets", history.items.len(), 5)?;
    cast.tell.show(tickets_table(&cast.show, &history.items));
    Ok(())
}
