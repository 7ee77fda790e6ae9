//! The tables of rides: vehicles, their trips, signs and terminals, and the rides in them.

use chrono::{DateTime, NaiveDate, Utc};
use mesto_protocol::base::plate::Plate;
use mesto_protocol::kernel::ids::{AccountId, RideId, SaleId, TripId};
use mesto_protocol::kernel::line::Line;
use mesto_protocol::rides::riders::{RideChannel, RideParty, RideState, RideTrip, RideVehicle};
use mesto_rules::CityId;
use mesto_rules::money::Currency;
use mesto_rules::rides::{BoardNumber, CarrierId, RideState as RulesState, RouteId, Token, Trip};

use crate::base::payments::rows::PayWord;
use crate::kernel::service::{Erasure, Export, Table, Told};
use crate::kernel::store::{Json, id_columns};
use crate::{stored_words, table};

id_columns![RideId, TripId, RouteId, CarrierId, BoardNumber, Token];

stored_words! {
    /// `ride.channel`
    pub(crate) enum ChannelWord for RideChannel {
        App = "app",
        TransportCard = "transport_card",
        Cash = "cash",
        BankCard = "bank_card",
        Sms = "sms",
    }
}

stored_words! {
    /// `ride.state`
    pub(crate) enum StateWord for RideState, RulesState {
        Registered = "registered",
        Disputed = "disputed",
        Voided = "voided",
    }
}

table! {
    /// What carries riders.
    pub(crate) struct VehicleRow in "transit_vehicle" {
        city: CityId,
        board: BoardNumber,
        canonical: Option<String>,
        shown: Option<String>,
        carrier: CarrierId,
        is_in_service: bool,
        told_at: DateTime<Utc>,
        /// It is being controlled until then.
        controlled_until: Option<DateTime<Utc>>,
    }
}

/// A plate as it is told.
pub(crate) fn plate(canonical: Option<String>, shown: Option<String>) -> Option<Plate> {
    let canonical = canonical?;
    Some(Plate { display: shown.unwrap_or_else(|| canonical.clone()), canonical, country: None })
}

impl From<&VehicleRow> for RideVehicle {
    fn from(row: &VehicleRow) -> Self {
        Self {
            board: row.board.clone(),
            plate: plate(row.canonical.clone(), row.shown.clone()),
            carrier: row.carrier.clone(),
        }
    }
}

pub(crate) const VEHICLES: Table = Table {
    name: "transit_vehicle",
    export: Export::Excused("vehicles of carriers; names no person"),
    erasure: Erasure::Excused("says nothing about a person"),
};

table! {
    /// A trip of a vehicle.
    pub(crate) struct TripRow in "transit_trip" {
        id: TripId,
        city: CityId,
        board: BoardNumber,
        route: RouteId,
        direction: u32,
        service_day: NaiveDate,
        starts_at: DateTime<Utc>,
        ends_at: DateTime<Utc>,
        broke_down_at: Option<DateTime<Utc>>,
    }
}

impl From<&TripRow> for Trip {
    fn from(row: &TripRow) -> Self {
        Self {
            route: row.route.clone(),
            direction: row.direction,
            service_day: row.service_day,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
        }
    }
}

impl From<&TripRow> for RideTrip {
    fn from(row: &TripRow) -> Self {
        Self {
            id: row.id,
            route: row.route.clone(),
            direction: row.direction,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
        }
    }
}

pub(crate) const TRIPS: Table = Table {
    name: "transit_trip",
    export: Export::Excused("what vehicles do; names no person"),
    erasure: Erasure::WithTime("as long as rides are kept"),
};

table! {
    /// A sign that is posted in a vehicle.
    pub(crate) struct SignRow in "ride_sign" {
        city: CityId,
        token: Token,
        board: BoardNumber,
        posted_at: DateTime<Utc>,
        /// Not any more from this moment on.
        ended_at: Option<DateTime<Utc>>,
    }
}

pub(crate) const SIGNS: Table = Table {
    name: "ride_sign",
    export: Export::Excused("signs of vehicles; name no person"),
    erasure: Erasure::Excused("says nothing about a person; an ended sign stays known as such"),
};

table! {
    /// A terminal that shows codes.
    pub(crate) struct TerminalRow in "ride_terminal" {
        city: CityId,
        token: Token,
        board: BoardNumber,
        /// As a device's.
        device_key: String,
        put_at: DateTime<Utc>,
        ended_at: Option<DateTime<Utc>>,
    }
}

pub(crate) const TERMINALS: Table = Table {
    name: "ride_terminal",
    export: Export::Excused("machines of vehicles; name no person"),
    erasure: Erasure::Excused("says nothing about a person; an ended terminal stays known as such"),
};

table! {
    /// A ride that was registered. What is known of the trip stands in it: it is told as it was.
    pub(crate) struct RideRow in "ride" {
        id: RideId,
        /// Absent when nobody's account registered it.
        account: Option<AccountId>,
        channel: ChannelWord,
        city: CityId,
        board: BoardNumber,
        canonical: Option<String>,
        shown: Option<String>,
        carrier: CarrierId,
        trip: Option<TripId>,
        route: Option<RouteId>,
        direction: Option<u32>,
        trip_starts_at: Option<DateTime<Utc>>,
        trip_ends_at: Option<DateTime<Utc>>,
        service_day: NaiveDate,
        persons: u32,
        state: StateWord,
        registered_at: DateTime<Utc>,
        ends_at: DateTime<Utc>,
        price: i64,
        currency: Currency,
        lines: Json<Vec<Line>>,
        /// Who rides on it.
        riders: Json<Vec<RideParty>>,
        /// What the fare was of all of them: the rest is borne by whoever grants benefits.
        full_price: i64,
        pay: PayWord,
        sale: Option<SaleId>,
        /// Of the price, what the bank takes for a card.
        card_fee: i64,
        /// Why it is free or costs less: a category of the city.
        category: Option<String>,
        /// Somebody rides on a pass.
        is_by_pass: bool,
    }
}

table! {
    /// Those on a ride who pay less than the fare by who they are, or on a free day: what is borne
    /// by whoever grants it.
    pub(crate) struct ReducedRow in "ride_reduced" {
        ride: RideId,
        ordinal: u32,
        city: CityId,
        carrier: CarrierId,
        service_day: NaiveDate,
        route: Option<RouteId>,
        category: Option<String>,
        persons: u32,
        full_fare: i64,
        paid: i64,
    }
}

pub(crate) const REDUCED: Table = Table {
    name: "ride_reduced",
    export: Export::Excused("said by the rides, `riders`"),
    erasure: Erasure::WithTime("counted in reports to carriers; names no person"),
};

impl RideRow {
    /// Its trip, as far as it was known.
    pub fn told_trip(&self) -> Option<RideTrip> {
        Some(RideTrip {
            id: self.trip?,
            route: self.route.clone()?,
            direction: self.direction?,
            starts_at: self.trip_starts_at?,
            ends_at: self.trip_ends_at?,
        })
    }
}

pub(crate) const RIDES: Table = Table {
    name: "ride",
    export: Export::Rows {
        called: "rides",
        columns: &[
            Told::Plain("id"),
            Told::Plain("channel"),
            Told::Plain("city"),
            Told::Plain("board"),
            Told::Plain("shown"),
            Told::Plain("carrier"),
            Told::Plain("route"),
            Told::Time("trip_starts_at"),
            Told::Plain("service_day"),
            Told::Count("persons"),
            Told::Plain("state"),
            Told::Time("registered_at"),
            Told::Time("ends_at"),
            Told::Money("price"),
            Told::Money("full_price"),
            Told::Json("riders"),
            Told::Plain("pay"),
        ],
        from: "ride WHERE account = $1 ORDER BY id",
    },
    erasure: Erasure::Excused("belongs to the books and to the carriers' reports; the account is a pseudonym"),
};

table! {
    /// The erasable half of a ride: its code.
    pub(crate) struct CodeRow in "ride_code" {
        ride: RideId,
        city: CityId,
        ends_at: DateTime<Utc>,
        /// The newest code.
        signed: String,
        /// Which issue it is.
        issue: u32,
        /// The key of the device that may show it; absent when anybody may.
        device: Option<String>,
    }
}

pub(crate) const CODES: Table = Table {
    name: "ride_code",
    export: Export::Rows {
        called: "codes_of_rides",
        columns: &[Told::Plain("ride"), Told::Count("issue"), Told::Plain("device")],
        from: "ride_code WHERE ride IN (SELECT id FROM ride WHERE account = $1) ORDER BY ride",
    },
    erasure: Erasure::WithTime("a running ticket still has to be seen by a controller"),
};

table! {
    /// What a rider says is wrong.
    pub(crate) struct DisputeRow in "ride_dispute" {
        ride: RideId,
        account: AccountId,
        city: CityId,
        reason: String,
        said_at: DateTime<Utc>,
        decided_at: Option<DateTime<Utc>>,
    }
}

pub(crate) const DISPUTES: Table = Table {
    name: "ride_dispute",
    export: Export::Rows {
        called: "disputes_of_rides",
        columns: &[Told::Plain("ride"), Told::Plain("reason"), Told::Time("said_at"), Told::Time("decided_at")],
        from: "ride_dispute WHERE account = $1 ORDER BY ride",
    },
    erasure: Erasure::WithTime("what is disputed still has to be decided"),
};
