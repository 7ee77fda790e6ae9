//! The tables of control: shifts, controls, checks, and rides that were registered otherwise than
//! in the app.

use chrono::{DateTime, NaiveDate, Utc};
use mesto_protocol::control::controllers::ControlAnswer;
use mesto_protocol::control::registrations::ShownKind;
use mesto_protocol::kernel::ids::{AccountId, ControlId, RideCheckId, RideId, ShiftId, TripId};
use mesto_rules::CityId;
use mesto_rules::money::Currency;
use mesto_rules::rides::{BoardNumber, CarrierId, RouteId};

use crate::kernel::service::{Erasure, Export, Table, Told};
use crate::kernel::store::id_columns;
use crate::rides::tables::ChannelWord;
use crate::{stored_words, table};

id_columns![ShiftId, ControlId, RideCheckId];

stored_words! {
    /// `ride_check.kind`, `ride_registered.kind`
    pub(crate) enum KindWord for ShownKind {
        App = "app",
        TransportCard = "transport_card",
        Paper = "paper",
        Luggage = "luggage",
        BankCard = "bank_card",
    }
}

stored_words! {
    /// `ride_check.answer`
    pub(crate) enum AnswerWord for ControlAnswer {
        Registered = "registered",
        NotRegistered = "not_registered",
        CannotTell = "cannot_tell",
    }
}

table! {
    /// A shift of a controller.
    pub(crate) struct ShiftRow in "control_shift" {
        id: ShiftId,
        controller: AccountId,
        city: CityId,
        begun_at: DateTime<Utc>,
        ended_at: Option<DateTime<Utc>>,
        /// When the operator heard of it last.
        heard_at: DateTime<Utc>,
    }
}

pub(crate) const SHIFTS: Table = Table {
    name: "control_shift",
    export: Export::Excused("what a controller did at work, not the rider"),
    erasure: Erasure::WithTime("evidence of controls, kept as long as rides are"),
};

table! {
    /// A vehicle that was controlled.
    pub(crate) struct ControlRow in "vehicle_control" {
        id: ControlId,
        shift: ShiftId,
        controller: AccountId,
        city: CityId,
        board: BoardNumber,
        trip: Option<TripId>,
        service_day: NaiveDate,
        begun_at: DateTime<Utc>,
        ended_at: Option<DateTime<Utc>>,
        /// Nothing is sold in the vehicle until then, where the city has it so.
        held_until: Option<DateTime<Utc>>,
    }
}

pub(crate) const CONTROLS: Table = Table {
    name: "vehicle_control",
    export: Export::Excused("what a controller did at work, not the rider"),
    erasure: Erasure::WithTime("evidence of controls, kept as long as rides are"),
};

table! {
    /// What a controller was told when somebody showed something.
    pub(crate) struct CheckRow in "ride_check" {
        id: RideCheckId,
        control: ControlId,
        controller: AccountId,
        city: CityId,
        at: DateTime<Utc>,
        kind: KindWord,
        ride: Option<RideId>,
        persons: Option<u32>,
        answer: AnswerWord,
        data_until: Option<DateTime<Utc>>,
        /// The check of another controller that accepted this ride before.
        repeats: Option<RideCheckId>,
    }
}

pub(crate) const CHECKS: Table = Table {
    name: "ride_check",
    export: Export::Rows {
        called: "checks_of_rides",
        columns: &[Told::Plain("ride"), Told::Time("at"), Told::Plain("answer")],
        from: "ride_check WHERE ride IN (SELECT id FROM ride WHERE account = $1) ORDER BY at, id",
    },
    erasure: Erasure::WithTime("evidence of controls, kept as long as rides are"),
};

table! {
    /// A ride that was registered otherwise than in the app. What it counts in its carrier's report
    /// stands in it as it was.
    pub(crate) struct RegisteredRow in "ride_registered" {
        ride: RideId,
        city: CityId,
        kind: KindWord,
        /// What is printed on the card or the ticket.
        code: String,
        channel: ChannelWord,
        board: BoardNumber,
        trip: Option<TripId>,
        persons: u32,
        registered_at: DateTime<Utc>,
        ends_at: DateTime<Utc>,
        is_void: bool,
        is_free: bool,
        /// Whose vehicle it was then.
        carrier: CarrierId,
        route: Option<RouteId>,
        service_day: NaiveDate,
        /// What was paid for it, minor units; zero when that is not told.
        amount: i64,
        currency: Currency,
        full_fare: Option<i64>,
        category: Option<String>,
    }
}

pub(crate) const REGISTERED: Table = Table {
    name: "ride_registered",
    export: Export::Excused("names cards and tickets that belong to no account here"),
    erasure: Erasure::WithTime("a controller looks for it, kept as long as rides are"),
};

table! {
    /// Until when a vehicle's registrations are told.
    pub(crate) struct ToldUntilRow in "ride_registered_until" {
        city: CityId,
        board: BoardNumber,
        until_at: DateTime<Utc>,
    }
}

pub(crate) const TOLD_UNTIL: Table = Table {
    name: "ride_registered_until",
    export: Export::Excused("what is known of vehicles; names no person"),
    erasure: Erasure::Excused("says nothing about a person"),
};
