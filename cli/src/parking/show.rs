//! Zones, prices of parking and tickets as text.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_client::ClockState;
use mesto_client::base::payments::offer;
use mesto_client::parking::{ChargedDay, PriceStep, SmsFallback, ZonePrices, ZonesNear};
use mesto_client::protocol::base::payments::Quote;
use mesto_client::protocol::kernel::ids::TicketId;
use mesto_client::protocol::parking::purchase::ParkingOffer;
use mesto_client::protocol::parking::tickets::{Ticket, TicketState};
use mesto_rules::Certainty;

use super::ShownTicket;
use crate::base::payments;
use crate::kernel::output::{Tone, table};
use crate::kernel::show::Show;

/// A quote of parking: when, for how much, and how long the stay can last.
#[must_use]
pub fn quote_text(show: &Show, quote: &Quote) -> String {
    let Some(offer) = offer::<ParkingOffer>(quote) else { return payments::quote_text(show, quote, "", &[]) };
    let promised = format!(
        "{} – {}  ({} min)  price list {} from {}\n",
        show.moment(offer.starts_at),
        show.time(offer.ends_at),
        offer.granted_minutes,
        offer.tariff,
        offer.tariff_from,
    );
    let stay = offer.stay.as_ref().and_then(|stay| stay.deadline.zip(Some(stay.left_minutes.unwrap_or(0)))).map(
        |(deadline, left)| {
            let until = show.time(deadline.min(last_end(&offer, left)));
            format!("this stay can last until {until}; {left} min could still be bought")
        },
    );
    payments::quote_text(show, quote, &promised, stay.as_slice())
}

/// The latest end that can still be bought: charging may end before the stay does.
fn last_end(offer: &ParkingOffer, left: u32) -> DateTime<Utc> {
    offer.ends_at + TimeDelta::minutes(i64::from(left))
}

/// Zones, nearest first.
#[must_use]
pub fn zones_table(show: &Show, near: &ZonesNear) -> String {
    let rows: Vec<Vec<String>> = near
        .zones
        .iter()
        .map(|zone| {
            let distance = match (zone.distance_metres, zone.is_approximate) {
                (Some(0), _) => "here".to_owned(),
                (Some(metres), true) => format!("about {metres} m"),
                (Some(metres), false) => format!("{metres} m"),
                (None, _) => "?".to_owned(),
            };
            let longest =
                zone.max_stay_minutes.map_or_else(|| "no limit".to_owned(), |minutes| format!("{minutes} min"));
            vec![zone.name.clone(), zone.zone.to_string(), zone.sign_codes.join(" "), distance, longest]
        })
        .collect();
    let mut shown = table(&["zone", "id", "sign", ">distance", ">longest stay"], &rows);
    if near.zones.iter().any(|zone| zone.is_approximate && zone.distance_metres.is_some()) {
        shown.push_str(&show.paint(Tone::Faint, &show.word("zones-approximate")));
        shown.push('\n');
    }
    shown
}

/// Prices, hours and limits of zones, one after the other.
#[must_use]
pub fn prices_text(show: &Show, zones: &[ZonePrices]) -> String {
    zones.iter().map(|zone| prices_of(show, zone)).collect::<Vec<_>>().join("\n")
}

fn prices_of(show: &Show, of: &ZonePrices) -> String {
    let sure = |certainty: Option<&Certainty>| match certainty {
        Some(certainty) => certainty.as_str().replace('_', " "),
        None => "unknown".to_owned(),
    };
    let list = match (&of.tariff, of.tariff_from) {
        (Some(tariff), Some(from)) => {
            let until = of.tariff_until.map(|until| format!(" until {until}")).unwrap_or_default();
            format!("price list {tariff} from {from}{until}")
        }
        _ => format!("no price list on {}", of.on),
    };
    let step = |step: &PriceStep| {
        let until = step.until_minutes.map_or_else(|| "on".to_owned(), |until| format!("to {until}"));
        let price = step.price.map_or_else(|| "?".to_owned(), |price| show.money(&price));
        vec![
            format!("{} {until} min", step.from_minutes),
            format!("{price} / {} min", step.unit_minutes),
            sure(step.certainty.as_ref()),
        ]
    };
    let mut rows: Vec<Vec<String>> = of.steps.iter().map(step).collect();
    rows.extend(
        of.week
            .chunk_by(|one, other| one.hours == other.hours)
            .map(|days| vec![days_named(days), hours_of(days), sure(of.hours_certainty.as_ref())]),
    );
    if of.week.is_empty() {
        rows.push(vec!["hours".to_owned(), "?".to_owned(), "unknown".to_owned()]);
    }
    let holidays = of.holidays_charged.map_or("?", |charged| if charged { "charged" } else { "free" });
    rows.push(vec!["holidays".to_owned(), holidays.to_owned(), sure(of.holidays_certainty.as_ref())]);
    let stay = match (of.limited_minutes, of.extended_minutes, &of.limit_certainty) {
        (Some(limited), Some(extended), _) => format!("{limited} min + {extended} min"),
        (_, _, Some(_)) => "no limit".to_owned(),
        _ => "?".to_owned(),
    };
    rows.push(vec!["longest stay".to_owned(), stay, sure(of.limit_certainty.as_ref())]);
    if let Some(minutes) = of.no_return_minutes {
        rows.push(vec!["new stay after".to_owned(), format!("{minutes} min"), sure(of.no_return_certainty.as_ref())]);
    }
    let free: Vec<String> = of.free_holidays.iter().map(|free| format!("{} {}", free.on, free.name)).collect();
    let free = if free.is_empty() { String::new() } else { format!("free: {}\n", free.join(", ")) };
    format!("{} ({}), {list}\n{}{free}", of.name, of.zone, table(&["", "", "how sure"], &rows))
}

const WEEK: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// `Mon–Fri`, `Sat`.
fn days_named(days: &[ChargedDay]) -> String {
    let name = |day: &ChargedDay| WEEK.get(usize::from(day.weekday).wrapping_sub(1)).copied().unwrap_or("?");
    match days {
        [] => String::new(),
        [day] => name(day).to_owned(),
        [first, .., last] => format!("{}–{}", name(first), name(last)),
    }
}

fn hours_of(days: &[ChargedDay]) -> String {
    let hours = days.first().map(|day| day.hours.as_slice()).unwrap_or_default();
    let spans: Vec<String> = hours.iter().map(|span| format!("{}–{}", span.from_time, span.until_time)).collect();
    if spans.is_empty() { "free".to_owned() } else { spans.join(", ") }
}

fn state(show: &Show, state: &TicketState, is_forgotten: bool) -> String {
    match state {
        _ if is_forgotten => show.paint(Tone::Warn, &show.word("ticket-state-forgotten")),
        TicketState::Active => show.paint(Tone::Good, &show.word("ticket-state-active")),
        TicketState::Expired => show.word("ticket-state-expired"),
        TicketState::Voided => show.word("ticket-state-voided"),
        TicketState::Other(_) => show.word("ticket-state-other"),
    }
}

/// Tickets, one a line; of `forgotten` the operator does not know any more.
#[must_use]
pub fn tickets_table(show: &Show, tickets: &[Ticket], forgotten: &[TicketId]) -> String {
    let row = |ticket: &Ticket| row(show, ticket, state(show, &ticket.state, forgotten.contains(&ticket.id)));
    table(&COLUMNS, &tickets.iter().map(row).collect::<Vec<_>>())
}

/// The tickets that a phone holds as running, and what is not sure about them.
#[must_use]
pub fn running_tickets(show: &Show, tickets: &[ShownTicket<'_>], clock: ClockState) -> String {
    let state = |shown: &ShownTicket<'_>| match shown.may_be_over {
        true => show.paint(Tone::Warn, &show.word("ticket-may-be-over")),
        false => state(show, &shown.ticket.state, shown.is_forgotten),
    };
    let rows: Vec<Vec<String>> = tickets.iter().map(|shown| row(show, shown.ticket, state(shown))).collect();
    let mut text = table(&COLUMNS, &rows);
    if clock == ClockState::Unsynced {
        text.push_str(&show.paint(Tone::Warn, &show.word("ticket-clock-unsure")));
    }
    text
}

const COLUMNS: [&str; 8] = ["from", "until", "plate", "zone", ">min", ">price", "state", "ticket"];

fn row(show: &Show, ticket: &Ticket, state: String) -> Vec<String> {
    vec![
        show.moment(ticket.starts_at),
        show.time(ticket.ends_at),
        ticket.plate.display.clone(),
        ticket.zone.to_string(),
        ticket.paid_minutes.to_string(),
        show.money(&ticket.price),
        state,
        ticket.id.to_string(),
    ]
}

/// The message to send, and what it buys.
#[must_use]
pub fn sms_text(show: &Show, message: &SmsFallback) -> String {
    let mut text = format!("Send `{}` to {}.\n", message.body, message.number);
    if let (Some(price), Some(minutes)) = (&message.price, message.minutes) {
        text.push_str(&format!("One message buys {minutes} min for {}.\n", show.money(price)));
    }
    text + &show.paint(Tone::Faint, &message.note)
}
