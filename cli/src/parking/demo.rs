//! Chapters about parking: where, for how much, the ticket, the reminder, more time, and the
//! inspector.

use mesto_client::protocol::base::payments::{PayMethod, Quote};
use mesto_client::protocol::parking::tickets::Ticket;
use mesto_client::rules::Position;
use mesto_client::{IntentState, IntentView, Result as ClientResult};

use super::show::{quote_text, tickets_table, zones_table};
use crate::base::demo::Demo;
use crate::base::testbed::Payer;
use crate::kernel::failure::{CliError, Outcome};
use crate::kernel::output::{Tone, fits, qr, terminal_width};

/// On the edge of the red zone, near Cvetni trg.
const HERE: Position = Position { lat: 44.8079, lon: 20.4655, accuracy_metres: Some(12.0) };

/// What the operator asks for parking time of her car.
pub async fn priced(demo: &Demo, zone: &str, minutes: u32, pay: PayMethod) -> Outcome<ClientResult<Quote>> {
    let parking = demo.phone.core.parking();
    let zone = demo.tell.done(parking.zone_id(&demo.city, zone))?;
    Ok(parking.quote(&demo.city, &zone, demo.car()?, minutes, pay).await)
}

/// The ticket that was bought.
pub fn ticket_of(bought: &IntentView) -> Outcome<Ticket> {
    bought.ticket().ok_or_else(|| CliError::failed("the ticket", "it is missing"))
}

pub async fn zones(demo: &mut Demo) -> Outcome<()> {
    demo.tell.chapter("zones", "Where is she?", demo.world.clock.read());
    let near = demo.phone.core.parking().zones_near(&demo.city, Some(HERE), None);
    let near = demo.tell.done(near)?;
    demo.tell.show(zones_table(&demo.show, &near));
    let distances: Vec<u32> = near.zones.iter().filter_map(|zone| zone.distance_metres).collect();
    demo.tell.claim("nearest_first", distances.is_sorted() && distances.len() > 3, true)?;
    for (name, text) in [("typed", "9111"), ("scanned", "SMS 9111 ZONA 1")] {
        let by_sign = demo.phone.core.parking().zones_near(&demo.city, Some(HERE), Some(text));
        let by_sign = demo.tell.done(by_sign)?.by_sign.map(|zone| zone.to_string());
        demo.tell.claim(name, by_sign, Some("red".to_owned()))?;
    }
    demo.tell.good("The sign says 9111, typed or scanned: the red zone, whatever the position says.");
    Ok(())
}

pub async fn quote_and_buy(demo: &mut Demo) -> Outcome<()> {
    demo.tell.chapter("red", "An hour in the red zone", demo.world.clock.read());
    demo.tell.say("Ninety-one minutes?");
    let too_long = priced(demo, "red", 91, PayMethod::Deposit).await?;
    let refusal = demo.tell.refused("minute_91_asked_at_once", too_long, "max_stay_exceeded")?;
    demo.tell.claim(
        "minute_91_allowed",
        refusal.params().get("allowed").and_then(serde_json::Value::as_u64),
        Some(90),
    )?;

    let quote = priced(demo, "red", 60, PayMethod::Deposit).await?;
    let quote = demo.tell.done(quote)?;
    demo.tell.say("Sixty then:");
    demo.tell.show(quote_text(&demo.show, &quote));
    demo.tell.claim("total", quote.total.amount.to_string(), "80.00".to_owned())?;
    let bought = demo.phone.core.payments().buy(&quote).await;
    let bought = demo.tell.done(bought)?;
    demo.tell.claim("confirmed", bought.state == IntentState::Confirmed, true)?;
    let again = demo.phone.core.payments().buy(&quote).await;
    let again = demo.tell.done(again)?;
    demo.tell.claim("second_tap_is_the_same_purchase", again.key == bought.key, true)?;
    demo.tell.claim("balance", demo.balance(), "920.00".to_owned())?;
    let ticket = ticket_of(&bought)?;
    demo.tell.good(format!(
        "{} is parked from {} to {}; the deposit is 920.00 RSD. A second tap bought nothing more.",
        ticket.plate,
        demo.show.time(ticket.starts_at),
        demo.show.time(ticket.ends_at)
    ));
    let believed = demo.phone.core.parking().verified(ticket.id);
    let believed = demo.tell.done(believed)?;
    demo.tell.claim("signed_for", believed.what.plate, "BG789PP".to_owned())?;
    let code = demo.phone.core.parking().code(ticket.id);
    let code = demo.tell.done(code)?;
    demo.tell.record("code", code.text.clone());
    demo.tell.say("Her ticket for an inspector, signed by the operator and by this phone at this moment:");
    match qr(&code.text, demo.tell.style) {
        // The story is indented by six.
        Some(drawn) => match fits(&drawn, terminal_width().map(|width| width.saturating_sub(6))) {
            Ok(()) => demo.tell.show(drawn),
            Err(columns) => demo.tell.say(format!("(its code takes a window of {} columns)", columns + 6)),
        },
        None => return Err(CliError::failed("the QR", "the ticket is too long")),
    }
    Ok(())
}

pub async fn reminder(demo: &mut Demo) -> Outcome<()> {
    demo.until(10, 50).await?;
    demo.tell.chapter("reminder", "Ten minutes before the end", demo.world.clock.read());
    let alarms = demo.phone.alarms();
    let times: Vec<String> = alarms.iter().map(|alarm| demo.show.time(alarm.at)).collect();
    demo.tell.claim("alarms", times, vec!["10:55".to_owned(), "11:00".to_owned()])?;
    for alarm in &alarms {
        demo.tell.say(format!(
            "{}  {}: {}",
            demo.show.time(alarm.at),
            demo.tell.style.paint(Tone::Warn, &alarm.title),
            alarm.body
        ));
    }
    demo.tell.say(demo.tell.style.paint(Tone::Faint, &demo.show.word("notice-not_guaranteed")));
    demo.until(10, 55).await
}

pub async fn extend(demo: &mut Demo) -> Outcome<()> {
    demo.tell.chapter("extend", "Thirty minutes more", demo.world.clock.read());
    let running = demo.phone.core.parking().state().active.first().map(|ticket| ticket.id);
    let running = running.ok_or_else(|| CliError::failed("the running ticket", "it is missing"))?;
    let quote = demo.phone.core.parking().quote_extension(running, 30, PayMethod::Deposit).await;
    let quote = demo.tell.done(quote)?;
    demo.tell.show(quote_text(&demo.show, &quote));
    demo.tell.claim("total", quote.total.amount.to_string(), "120.00".to_owned())?;
    let bought = demo.phone.core.payments().buy(&quote).await;
    let bought = demo.tell.done(bought)?;
    demo.tell.claim("confirmed", bought.state == IntentState::Confirmed, true)?;
    demo.tell.claim("balance", demo.balance(), "800.00".to_owned())?;
    demo.tell.good("Extended time has its own price: 120.00 RSD, until 11:30.");
    let alarms: Vec<String> = demo.phone.alarms().iter().map(|alarm| demo.show.time(alarm.at)).collect();
    demo.tell.claim("alarms", alarms, vec!["11:25".to_owned(), "11:30".to_owned()])?;

    let extension = ticket_of(&bought)?.id;
    demo.tell.say("And the ninety-first minute?");
    let beyond = demo.phone.core.parking().quote_extension(extension, 1, PayMethod::Deposit).await;
    demo.tell.refused("minute_91", beyond, "limit_reached")?;
    Ok(())
}

/// She drives on and pays by card: five hours in blue.
pub async fn by_card(demo: &mut Demo) -> Outcome<()> {
    demo.until(15, 30).await?;
    demo.tell.chapter("card", "By card, without the deposit", demo.world.clock.read());
    let cheap = priced(demo, "blue", 60, PayMethod::Card).await?;
    demo.tell.say("An hour in blue by card? Below 200 RSD the driver bears the bank's fee, and the terms do not say how much that is:");
    demo.tell.refused("below_200", cheap, "card_fee_unknown")?;
    let quote = priced(demo, "blue", 300, PayMethod::Card).await?;
    let quote = demo.tell.done(quote)?;
    demo.tell.say("Five hours then:");
    demo.tell.show(quote_text(&demo.show, &quote));
    demo.tell.claim("total", quote.total.amount.to_string(), "225.00".to_owned())?;
    let begun = demo.phone.core.payments().buy(&quote).await;
    let begun = demo.tell.done(begun)?;
    demo.tell.claim("waits_for_the_bank", begun.state.name().to_owned(), "unconfirmed".to_owned())?;
    let bought = demo.pay_at_bank(&begun, Payer::Approve).await?;
    demo.tell.claim("ticket_confirmed", bought.state == IntentState::Confirmed, true)?;
    demo.tell.claim("balance", demo.balance(), "680.00".to_owned())?;
    let until = demo.show.time(ticket_of(&bought)?.ends_at);
    demo.tell.claim("until", until, "20:30".to_owned())?;
    demo.tell.good("The bank told the operator, and the ticket was there: until 20:30. The deposit is untouched.");
    Ok(())
}

/// What the day has cost; the deposit's part comes after it.
pub async fn history(demo: &mut Demo) -> Outcome<()> {
    demo.tell.chapter("history", "What the day has cost", demo.world.clock.read());
    let history = demo.phone.core.parking().history(None, 50).await;
    let history = demo.tell.done(history)?;
    demo.tell.claim("tickets", history.items.len(), 5)?;
    demo.tell.show(tickets_table(&demo.show, &history.items, &history.forgotten));
    Ok(())
}
