//! The tables of garages: visits, what was paid for them, and what is known of facilities.

use chrono::{DateTime, Utc};
use mesto_protocol::garages::controllers::ReportedEventKind;
use mesto_protocol::garages::visits::VisitState;
use mesto_protocol::kernel::ids::{AccountId, SaleId, VisitId};
use mesto_rules::garages::VisitLine;
use mesto_rules::garages::history::{SeenCar, TicketEventKind};
use mesto_rules::garages::visit::VisitState as RulesState;
use mesto_rules::money::Currency;
use mesto_rules::{CityId, FacilityId};

use crate::base::payments::rows::PayWord;
use crate::kernel::service::{Erasure, Export, Table, Told};
use crate::kernel::store::{Json, id_columns};
use crate::{stored_words, table};

id_columns![VisitId, FacilityId];

stored_words! {
    /// `visit.state`
    pub(crate) enum StateWord for VisitState, RulesState {
        Inside = "inside",
        Paid = "paid",
        OwingAgain = "owing_again",
        Left = "left",
        Cancelled = "cancelled",
    }
}

table! {
    /// A car behind a barrier.
    pub(crate) struct VisitRow in "visit" {
        id: VisitId,
        city: CityId,
        facility: FacilityId,
        /// The number of its ticket; absent when it was erased.
        ticket: Option<String>,
        /// As of the last thing that happened; time may have made it another one.
        state: StateWord,
        entered_at: DateTime<Utc>,
        /// When it left or was cancelled.
        ended_at: Option<DateTime<Utc>>,
        is_disabled: bool,
        places: u32,
        is_lost: bool,
        currency: Currency,
        /// From when on more is owed than was paid; absent while nothing was paid, and when that
        /// never comes.
        owes_again_at: Option<DateTime<Utc>>,
        /// The signed receipt of its last payment here; erased with the ticket.
        receipt: Option<String>,
        /// When something that a controller told made it dearer last; no receipt from before is
        /// good any more.
        corrected_at: Option<DateTime<Utc>>,
    }
}

pub(crate) const VISITS: Table = Table {
    name: "visit",
    export: Export::Rows {
        called: "visits",
        columns: &[
            Told::Plain("id"),
            Told::Plain("city"),
            Told::Plain("facility"),
            Told::Plain("ticket"),
            Told::Plain("state"),
            Told::Time("entered_at"),
            Told::Time("ended_at"),
            Told::Flag("is_disabled"),
            Told::Count("places"),
            Told::Flag("is_lost"),
            Told::Time("owes_again_at"),
            Told::Plain("receipt"),
            Told::Time("corrected_at"),
        ],
        from: "visit WHERE id IN (SELECT visit FROM visit_payment WHERE account = $1) ORDER BY id",
    },
    erasure: Erasure::WithTime("a car that is inside still has to be let out by its ticket"),
};

stored_words! {
    /// `visit_event.kind`
    pub(crate) enum EventWord for ReportedEventKind, TicketEventKind {
        Entered = "entered",
        Lost = "lost",
        PaidOnSite = "paid_on_site",
        Left = "left",
        Cancelled = "cancelled",
    }
}

table! {
    /// What a controller told of a ticket.
    pub(crate) struct EventRow in "visit_event" {
        city: CityId,
        facility: FacilityId,
        ticket: String,
        at: DateTime<Utc>,
        kind: EventWord,
        is_disabled: Option<bool>,
        places: Option<u32>,
        /// In the city's currency.
        amount: Option<i64>,
        /// The car that cash without an amount was taken for.
        seen: Option<Json<SeenCar>>,
        told_at: DateTime<Utc>,
    }
}

pub(crate) const EVENTS: Table = Table {
    name: "visit_event",
    export: Export::Excused("what came of it is told with visits and their payments"),
    erasure: Erasure::WithTime("goes with the tickets of the visits it is of"),
};

table! {
    /// What was paid for a visit, here or at the place.
    pub(crate) struct VisitPaymentRow in "visit_payment" {
        visit: VisitId,
        /// When it was received; at the place: when it was paid.
        at: DateTime<Utc>,
        /// Paid at the place.
        is_cash: bool,
        /// The moment whose price it is: that of its quote as long as that was promised.
        priced_at: DateTime<Utc>,
        city: CityId,
        facility: FacilityId,
        /// Absent for cash.
        sale: Option<SaleId>,
        /// Who paid here; absent when that was erased.
        account: Option<AccountId>,
        /// Absent like the sale.
        pay: Option<PayWord>,
        /// For the visit; of cash that was told without one: what was owed then.
        amount: i64,
        /// The commission of a card.
        fee: i64,
        currency: Currency,
        /// The time to leave that was promised with it.
        exit_by: Option<DateTime<Utc>>,
        lines: Json<Vec<VisitLine>>,
    }
}

pub(crate) const PAYMENTS: Table = Table {
    name: "visit_payment",
    export: Export::Rows {
        called: "payments_of_visits",
        columns: &[
            Told::Plain("visit"),
            Told::Plain("sale"),
            Told::Time("at"),
            Told::Plain("pay"),
            Told::Money("amount"),
            Told::Money("fee"),
            Told::Time("exit_by"),
        ],
        from: "visit_payment WHERE account = $1 ORDER BY at, visit",
    },
    erasure: Erasure::WithTime("a car that is inside still has to be let out by what was paid"),
};

table! {
    /// What the controller of a facility told last.
    pub(crate) struct FacilityRow in "facility" {
        city: CityId,
        facility: FacilityId,
        heard_at: DateTime<Utc>,
        free: Option<u32>,
        observed_at: Option<DateTime<Utc>>,
    }
}

pub(crate) const FACILITIES: Table = Table {
    name: "facility",
    export: Export::Excused("what a garage tells of itself; names no person"),
    erasure: Erasure::Excused("what a garage tells of itself; names no person"),
};
