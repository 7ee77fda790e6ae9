//! Street parking: zones, prices, tickets, their codes, and the SMS instead.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use mesto_client::parking::{
    ChargedDay, ChargedHours, FreeHoliday, NearZone, Parked, ParkingState, Preview, PriceStep, SmsFallback, TicketPage,
    TimeWheel, WheelStop, ZonePrices, ZonesNear,
};
use mesto_client::protocol::base::payments::{PayMethod, Quote};
use mesto_client::protocol::base::plate::Plate;
use mesto_client::protocol::kernel::ids::{StayId, TicketId, VehicleId};
use mesto_client::protocol::kernel::line::{Line, Notice};
use mesto_client::protocol::parking::purchase::{ParkingOffer, ParkingOutcome, ParkingSubject};
use mesto_client::protocol::parking::signed::ParkingTicket;
use mesto_client::protocol::parking::tickets::{Channel, StayOfTicket, Ticket, TicketState};
use mesto_client::{ClockState, ShownCode};
use mesto_rules::{Certainty, CityId, Money, Position, Start, StayPreview, TariffId, ZoneId};

use crate::kernel::cancel::Cancel;
use crate::kernel::client::{Client, Handle};
use crate::kernel::error::MestoError;
use crate::kernel::ids::ids;

ids! { TicketId, StayId, ZoneId }
mesto_protocol::ticket_records!();
mesto_protocol::ticket_words!();
mesto_protocol::parking_purchase_records!();
mesto_rules::position_shown!();
mesto_rules::promise_shown!();
mesto_client::parking_shown!();
mesto_client::parked_shown!();
mesto_client::zones_shown!();
mesto_client::preview_shown!();
mesto_client::prices_shown!();
mesto_client::wheel_shown!();
mesto_client::history_shown!();
mesto_client::sms_shown!();

/// What the code of a ticket says.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct ParkingCode {
    pub city: CityId,
    pub zone: ZoneId,
    /// The plate in its canonical form: capitals and digits.
    pub plate: String,
    pub channel: Channel,
    /// No purchase of this stay ends later; absent where there is no limit.
    pub stay_deadline: Option<DateTime<Utc>>,
}

impl From<ParkingTicket> for ParkingCode {
    fn from(said: ParkingTicket) -> Self {
        let ParkingTicket { city, zone, plate, channel, stay_deadline } = said;
        Self { city, zone, plate, channel, stay_deadline }
    }
}

part! {
    /// Street parking.
    Parking, parking
}

/// What is answered from the phone's own store, at once.
#[uniffi::export]
impl Parking {
    /// Tickets whose time is not over.
    #[must_use]
    pub fn state(&self) -> ParkingState {
        ParkingState::clone(&self.0.core.parking().state())
    }

    /// Every time that runs or is still to start, a ticket with its extensions, the first to end
    /// first.
    pub fn parked(&self) -> Result<Vec<Parked>, MestoError> {
        self.0.to_app(self.0.core.parking().parked())
    }

    /// The time that a ticket is a part of, also when it is over.
    pub fn parked_with(&self, ticket: TicketId) -> Result<Parked, MestoError> {
        self.0.to_app(self.0.core.parking().parked_with(ticket))
    }

    /// Zones of a city near a position, nearest first; a sign, typed or scanned, wins over the
    /// position.
    #[uniffi::method(default(position = None, sign = None))]
    pub fn zones_near(
        &self,
        city: CityId,
        position: Option<Position>,
        sign: Option<String>,
    ) -> Result<ZonesNear, MestoError> {
        self.0.to_app(self.0.core.parking().zones_near(&city, position, sign.as_deref()))
    }

    /// What parking in a zone costs and when, as the city says it: on a day of the city, today
    /// where none is given.
    #[uniffi::method(default(on = None))]
    pub fn prices(&self, city: CityId, zone: ZoneId, on: Option<NaiveDate>) -> Result<ZonePrices, MestoError> {
        self.0.to_app(self.0.core.parking().prices(&city, &zone, on))
    }

    /// What a length of parking would cost: to look at, never to buy.
    pub fn preview(
        &self,
        city: CityId,
        zone: ZoneId,
        vehicle: VehicleId,
        minutes: u32,
        pay: PayMethod,
    ) -> Result<Preview, MestoError> {
        self.0.to_app(self.0.core.parking().preview(&city, &zone, vehicle, minutes, &pay))
    }

    /// The lengths that can be chosen, with the stop; it stands at the first one that is not below
    /// `wanted` minutes.
    #[uniffi::method(default(wanted = None))]
    pub fn wheel(
        &self,
        city: CityId,
        zone: ZoneId,
        vehicle: VehicleId,
        wanted: Option<u32>,
    ) -> Result<TimeWheel, MestoError> {
        self.0.to_app(self.0.core.parking().wheel(&city, &zone, vehicle, wanted))
    }

    /// The wheel after a quote: the operator may know of a stay that this phone does not.
    pub fn wheel_within(&self, wheel: TimeWheel, quote: Quote) -> Result<TimeWheel, MestoError> {
        Ok(wheel.within(&quote))
    }

    /// What a ticket can be extended by now; without choices where the longest stay is used up,
    /// whose end is the stop.
    pub fn extension_wheel(&self, ticket: TicketId) -> Result<TimeWheel, MestoError> {
        self.0.to_app(self.0.core.parking().extension_wheel(ticket))
    }

    /// A stored ticket.
    pub fn ticket(&self, id: TicketId) -> Result<Ticket, MestoError> {
        self.0.to_app(self.0.core.parking().ticket(id))
    }

    /// What to draw as a QR for an inspector's camera; made anew before `fresh_until`.
    pub fn code(&self, ticket: TicketId) -> Result<ShownCode, MestoError> {
        self.0.to_app(self.0.core.parking().code(ticket))
    }

    /// What the phone knows of the tickets bought, newest first; `cursor` is `next` of the page
    /// before.
    #[uniffi::method(default(cursor = None, limit = 50))]
    pub fn stored_history(&self, cursor: Option<String>, limit: u32) -> Result<TicketPage, MestoError> {
        self.0.to_app(self.0.core.parking().stored_history(cursor, limit))
    }

    /// The SMS that buys parking for this vehicle in this zone.
    pub fn sms(&self, city: CityId, zone: ZoneId, vehicle: VehicleId) -> Result<SmsFallback, MestoError> {
        self.0.to_app(self.0.core.parking().sms(&city, &zone, vehicle))
    }
}

/// What asks the operator.
#[uniffi::export(async_runtime = "tokio")]
impl Parking {
    /// A price that holds for the city's quote time; where the vehicle has a running ticket in this
    /// zone it continues it.
    #[uniffi::method(default(cancel = None))]
    pub async fn quote(
        &self,
        city: CityId,
        zone: ZoneId,
        vehicle: VehicleId,
        minutes: u32,
        pay: PayMethod,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Quote, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.parking().quote(&city, &zone, vehicle, minutes, pay))).await
    }

    /// A quote that continues a ticket with the time after its end, at its own price (BG-46,
    /// BG-54).
    #[uniffi::method(default(cancel = None))]
    pub async fn quote_extension(
        &self,
        ticket: TicketId,
        minutes: u32,
        pay: PayMethod,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Quote, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.parking().quote_extension(ticket, minutes, pay))).await
    }

    /// What was bought, newest first; without a connection what the phone knows.
    #[uniffi::method(default(cursor = None, limit = 50, cancel = None))]
    pub async fn history(
        &self,
        cursor: Option<String>,
        limit: u32,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<TicketPage, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.parking().history(cursor, limit))).await
    }

    /// Takes a purchase back and gives the SMS instead, only when it is sure that it will not be
    /// executed.
    #[uniffi::method(default(cancel = None))]
    pub async fn switch_to_sms(&self, key: String, cancel: Option<Arc<Cancel>>) -> Result<SmsFallback, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.parking().switch_to_sms(&key))).await
    }

    /// Moves the code of a running ticket to this phone; the one that another phone shows ends.
    #[uniffi::method(default(cancel = None))]
    pub async fn move_code_here(&self, ticket: TicketId, cancel: Option<Arc<Cancel>>) -> Result<(), MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.parking().move_code_here(ticket))).await
    }
}
