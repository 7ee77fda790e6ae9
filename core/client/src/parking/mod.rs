//! Street parking: zones, prices, tickets, their codes, reminders, and the SMS instead.

mod parked;
mod preview;
mod prices;
mod quotes;
mod refusal;
mod reminders;
mod rows;
mod sms;
mod tickets;
mod wheel;
mod zones;

use std::sync::Arc;

use mesto_protocol::event::Change;
use mesto_protocol::kernel::json::Json;
use mesto_protocol::parking::purchase::{ParkingOffer, ParkingOutcome};
use mesto_protocol::parking::tickets::Ticket;
use mesto_rules::{ParkingSection, shown};
use serde::Serialize;

pub use parked::Parked;
pub use preview::Preview;
pub use prices::{ChargedDay, ChargedHours, FreeHoliday, PriceStep, ZonePrices};
pub use refusal::problem_of_refusal;
pub use sms::SmsFallback;
pub use tickets::TicketPage;
pub use wheel::{TimeWheel, WheelStop};
pub use zones::{NearZone, ZonesNear};

use crate::base::payments::{IntentView, unconfirmed};
use crate::kernel::client::Client;
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::paying::Sold;
use crate::kernel::service::{Service, days_before, keep};

const TOPIC: &str = mesto_protocol::parking::SERVICE.name;

pub const SERVICE: Service = Service {
    section: Some(|tx, section, reading| {
        let told = section.map(Json::read).transpose()?;
        rows::replace(tx, told.as_ref(), reading)
    }),
    event: Some(|tx, event, _| match event.kind.as_str() {
        Ticket::KIND => keep(event, |ticket: Ticket| rows::put(tx, &ticket)),
        _ => Ok(false),
    }),
    prune: Some(|tx, city, now| match city.section::<ParkingSection>() {
        Ok(parking) => rows::prune(tx, &city.id, days_before(now, parking.retention.tickets_days)),
        // The city does not say how long they are kept.
        Err(_) => Ok(()),
    }),
    forget: Some(|tx| {
        tickets::CODES_ASKED.remove(tx)?;
        rows::forget(tx)
    }),
    synced: Some(|client| Box::pin(client.parking().codes_again())),
    reminders: Some(reminders::plan),
    widget: Some(|client| Json::of(&*client.parking().state())),
    sold: Some(Sold {
        keep: |tx, outcome| match outcome.read() {
            Ok(ParkingOutcome { ticket }) => rows::put_if_new(tx, &ticket).map(|()| true),
            Err(_) => Ok(false),
        },
        stored: |db, outcome| {
            let Ok(ParkingOutcome { ticket }) = outcome.read() else { return Ok(None) };
            let ticket = rows::ticket(db, ticket.id)?.unwrap_or(ticket);
            Ok(Some(Json::of(&ParkingOutcome { ticket })?))
        },
        is_counted: None,
    }),
    needs_vehicle: Some(needs_vehicle),
    codes: &["ticket_missing", "vehicle_parked", "intent_bought", "sign_ambiguous", "sms_not_possible"],
    ..Service::named(TOPIC)
};

impl IntentView {
    /// The parking time that is wanted, of the intent of a purchase of parking.
    #[must_use]
    pub fn parking(&self) -> Option<ParkingOffer> {
        self.offer()
    }

    /// The ticket that was bought, of the intent of a purchase of parking.
    #[must_use]
    pub fn ticket(&self) -> Option<Ticket> {
        self.outcome::<ParkingOutcome>().map(|outcome| outcome.ticket)
    }
}

shown! { parking_shown;
    /// Tickets whose time is not over.
    #[derive(Debug, Clone, PartialEq, Default, Serialize)]
    pub struct ParkingState {
        /// Running, or bought and still to start; first to end first. A ticket that was extended
        /// stays beside its extension. While the clock is not synced, also those that may have
        /// ended.
        pub active: Vec<Ticket>,
        /// Unknown to the operator since his books were put back from a copy: neither paid nor
        /// unpaid in front of an inspector. First to end first.
        pub forgotten: Vec<Ticket>,
    }
}

/// What is done about street parking; see [`Client::parking`].
#[derive(Clone, Copy)]
pub struct Parking<'c>(&'c Client);

impl Client {
    /// Street parking.
    #[must_use]
    pub const fn parking(&self) -> Parking<'_> {
        Parking(self)
    }
}

impl Parking<'_> {
    /// Tickets whose time is not over. Local.
    #[must_use]
    pub fn state(self) -> Arc<ParkingState> {
        let (earliest, synced) = (self.0.earliest(), self.0.synced());
        self.0.state(TOPIC, |core, now| {
            let state = core.read(now, |db| {
                let active = rows::active(db, earliest, synced)?;
                Ok(ParkingState { active, forgotten: rows::forgotten(db, earliest)? })
            })?;
            let ends = state.active.iter().chain(&state.forgotten).map(|ticket| ticket.ends_at);
            let until = ends.filter(|ends_at| *ends_at > now).min();
            Ok((state, until))
        })
    }
}

/// Refuses to let a parked car go, or one that a purchase not confirmed yet is for.
fn needs_vehicle(client: &Client, canonical: &str) -> Result<()> {
    let shown = client.parking().state();
    let mine = shown.active.iter().filter(|ticket| ticket.plate.canonical == canonical);
    if let Some(ticket) = mine.max_by_key(|ticket| ticket.ends_at) {
        return Err(Error::new(ErrorKind::Refused, "vehicle_parked", "a ticket of this vehicle is running")
            .with("plate", ticket.plate.display.as_str())
            .with("ticket", ticket.id.to_string())
            .with("ends_at", ticket.ends_at.to_rfc3339()));
    }
    let open = client.payments().state();
    let waits = |wanted: ParkingOffer| wanted.plate.canonical == canonical;
    match open.open.iter().find(|open| open.parking().is_some_and(waits)) {
        Some(open) => Err(unconfirmed(&open.key, Some(open))),
        None => Ok(()),
    }
}
