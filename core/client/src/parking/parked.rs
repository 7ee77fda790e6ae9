//! A car that is parked: a ticket and its extensions are one time to a driver.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::kernel::ids::TicketId;
use mesto_protocol::parking::tickets::{Ticket, TicketState};
use mesto_rules::{Money, MoneyError, ParkingSection, shown};
use mesto_texts::TextValue;
use rusqlite::Connection as Database;
use serde::Serialize;

use super::{Parking, rows};
use crate::kernel::client::Client;
use crate::kernel::clock::ClockState;
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::store::Stored;

shown! { parked_shown;
    /// A ticket with all that it extends and that extends it.
    #[derive(Debug, Clone, PartialEq, Serialize)]
    pub struct Parked {
        /// In the order they follow one another, at least one. Those that are over are among them.
        pub tickets: Vec<Ticket>,
        /// The one that an inspector has to see now; the last one when all are over.
        pub in_force: TicketId,
        pub starts_at: DateTime<Utc>,
        pub ends_at: DateTime<Utc>,
        /// From the last reminder before its end on it is shown as ending; `ends_at` where the city
        /// states none.
        pub ending_at: DateTime<Utc>,
        /// By this phone's clock it is over; but that clock is not synced, so it may still run. It
        /// is shown until the operator tells the time.
        pub may_be_over: bool,
        /// The sum of their prices.
        pub paid: Money,
        /// What it is besides its time and its price, a line each in the client's language.
        pub lines: Vec<String>,
    }
}

impl Parked {
    /// `None` without a ticket.
    fn of(client: &Client, chain: Chain, now: DateTime<Utc>) -> std::result::Result<Option<Self>, MoneyError> {
        let Chain { tickets, is_forgotten } = chain;
        let (Some(first), Some(last)) = (tickets.first(), tickets.last()) else { return Ok(None) };
        let paid = tickets.iter().skip(1).try_fold(first.price, |sum, ticket| sum.checked_add(&ticket.price))?;
        let in_force = tickets.iter().find(|ticket| now < ticket.ends_at).unwrap_or(last).id;
        let (starts_at, ends_at) = (first.starts_at, last.ends_at);
        let ending_at = ends_at - reminded_before(client, last);
        let may_be_over = ends_at <= now && ends_at > client.earliest();
        let mut lines = in_words(client, &tickets, is_forgotten);
        if client.time().1 == ClockState::Unsynced && ends_at > client.earliest() {
            lines.push(client.text("ticket-clock-unsure", &[]));
        }
        Ok(Some(Self { lines, in_force, starts_at, ends_at, ending_at, may_be_over, paid, tickets }))
    }
}

/// How long before the end of a ticket its last reminder comes, as the city says.
fn reminded_before(client: &Client, ticket: &Ticket) -> TimeDelta {
    let city = client.stored_city(&ticket.city);
    let parking: Option<&ParkingSection> = city.as_ref().and_then(|city| city.section().ok());
    let last = parking.and_then(|parking| parking.policy.reminder_minutes_before.iter().min());
    TimeDelta::minutes(last.map_or(0, |minutes| i64::from(minutes.get())))
}

/// What a driver is told of these tickets together. A field of a ticket that is shown has its line
/// here.
fn in_words(client: &Client, tickets: &[Ticket], is_forgotten: bool) -> Vec<String> {
    let paid_minutes = tickets.iter().map(|ticket| i64::from(ticket.paid_minutes)).sum();
    let mut lines = vec![client.text("ticket-paid-minutes", &[("minutes", TextValue::Number(paid_minutes))])];
    if let Some(first) = tickets.first().filter(|_| is_forgotten) {
        let plate = TextValue::Text(first.plate.display.clone());
        let open = client.text("state-forgotten-open", &[("plate", plate)]);
        lines.extend([open, client.text("state-forgotten-what", &[])]);
    }
    lines
}

/// Tickets that follow one another, none of them known to the operator any more or all of them.
struct Chain {
    tickets: Vec<Ticket>,
    is_forgotten: bool,
}

/// What was voided is no time that a car is parked for, and what the operator no longer knows is
/// none together with what he knows.
fn goes_with(ticket: &Ticket, of: &Ticket, forgotten: &BTreeSet<TicketId>) -> bool {
    ticket.state != TicketState::Voided && forgotten.contains(&ticket.id) == forgotten.contains(&of.id)
}

/// The tickets before and after one, with it. Each one before ends earlier than the next, so that
/// there is an end whatever was told.
fn chain(db: &Database, of: Ticket, forgotten: &BTreeSet<TicketId>) -> Stored<Chain> {
    let is_forgotten = forgotten.contains(&of.id);
    let mut later = vec![];
    let mut last = (of.id, of.ends_at);
    let follows = |last: (TicketId, DateTime<Utc>)| {
        let after = rows::ends_after(db, last.1)?;
        Stored::Ok(after.into_iter().find(|ticket| ticket.extends == Some(last.0) && goes_with(ticket, &of, forgotten)))
    };
    while let Some(next) = follows(last)? {
        last = (next.id, next.ends_at);
        later.push(next);
    }
    let mut earlier = vec![];
    let mut first = (of.extends, of.ends_at);
    while let Some(before) = first.0.map(|id| rows::ticket(db, id)).transpose()?.flatten() {
        if before.ends_at >= first.1 || !goes_with(&before, &of, forgotten) {
            break;
        }
        first = (before.extends, before.ends_at);
        earlier.push(before);
    }
    let tickets = earlier.into_iter().rev().chain([of]).chain(later).collect();
    Ok(Chain { tickets, is_forgotten })
}

fn summed<T>(sum: std::result::Result<T, MoneyError>) -> Result<T> {
    sum.map_err(|why| Error::new(ErrorKind::Refused, "out_of_range", format!("the prices have no sum: {why}")))
}

impl Parking<'_> {
    /// Every time that runs or is still to start, the first to end first; after them those that the
    /// operator does not know any more, whose lines say so: the driver shows their code. Local.
    ///
    /// # Errors
    /// Only when the phone's database fails.
    pub fn parked(self) -> Result<Vec<Parked>> {
        let (now, earliest, synced) = (self.0.now(), self.0.earliest(), self.0.synced());
        let chains = self.0.core().read(now, |db| {
            let mut all = rows::active(db, earliest, synced)?;
            all.extend(rows::forgotten(db, earliest)?);
            let forgotten = rows::forgotten_ids(db)?;
            let lasts = all.iter().filter(|last| {
                !all.iter().any(|next| next.extends == Some(last.id) && goes_with(next, last, &forgotten))
            });
            lasts.map(|last| chain(db, last.clone(), &forgotten)).collect::<Stored<Vec<_>>>()
        })?;
        chains.into_iter().filter_map(|chain| summed(Parked::of(self.0, chain, now)).transpose()).collect()
    }

    /// The time that a ticket is a part of, also when it is over. Local.
    ///
    /// # Errors
    /// `ticket_missing`, also for a ticket that was voided.
    pub fn parked_with(self, ticket: TicketId) -> Result<Parked> {
        let now = self.0.now();
        let part = self.ticket(ticket)?;
        let missing = || Error::new(ErrorKind::Refused, "ticket_missing", "this ticket is voided");
        if part.state == TicketState::Voided {
            return Err(missing());
        }
        let chain = self.0.core().read(now, |db| chain(db, part, &rows::forgotten_ids(db)?))?;
        summed(Parked::of(self.0, chain, now))?.ok_or_else(missing)
    }
}
