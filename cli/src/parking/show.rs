//! Zones, prices of parking and tickets as text.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_client::ClockState;
use mesto_client::base::payments::offer;
use mesto_client::parking::{SmsFallback, ZonesNear};
use mesto_client::protocol::base::payments::Quote;
use mesto_client::protocol::kernel::ids::TicketId;
use mesto_client::protocol::parking::purchase::ParkingOffer;
use mesto_client::protocol::parking::tickets::{Ticket, TicketState};

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
