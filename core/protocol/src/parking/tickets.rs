//! Parking tickets as an account sees them.

use chrono::{DateTime, Utc};
use mesto_rules::money::Money;
use mesto_rules::{CityId, TariffId, ZoneId};

use crate::base::payments::PayMethod;
use crate::base::plate::Plate;
use crate::kernel::ProblemCode;
use crate::kernel::event::Change;
use crate::kernel::ids::{StayId, TicketId};
use crate::kernel::line::Line;
use crate::kernel::operation::{Access, Nothing, Operation, PAGE_CURSOR, PAGE_LIMIT, Permission, Schema, get, make};
use crate::kernel::problem::problems;
use crate::kernel::service::{Adds, Section};
use crate::kernel::wire::wire;
use crate::{records, words};

/// How many tickets that are over the section of an account tells.
pub const TICKETS_OVER: usize = 50;

/// Seeing one's own tickets.
pub const OWN: Permission = Permission::named("parking.own");

pub const LIST: Operation<Nothing, Tickets> =
    get("/v1/tickets", "Tickets, newest first", Access::Permitted(OWN)).query(&[PAGE_CURSOR, PAGE_LIMIT]);
pub const READ: Operation<Nothing, Ticket> =
    get("/v1/tickets/{ticket}", "One ticket", Access::Permitted(OWN)).refuses(&[ProblemCode::NotFound]);
/// Asked for by a phone whose driver opens a running ticket that another phone holds. Asked again,
/// the same code comes.
pub const CODE: Operation<Nothing, TicketCode> = make(
    "/v1/tickets/{ticket}/code",
    "The code of a running ticket, bound to the device of this session; the one before it ends",
    Access::Permitted(OWN),
)
.answers(200)
.refuses(&[
    ProblemCode::NotFound,
    ProblemCode::TicketNotActive,
    ProblemCode::DeviceMissing,
    ProblemCode::TooManyRequests,
]);

problems! {
    TicketNotActive, "ticket_not_active", 409, "This ticket is over";
}

/// What this file adds to the service.
pub const ADDS: Adds = Adds {
    problems: PROBLEMS,
    operations: &[LIST.entry(), READ.entry(), CODE.entry()],
    events: &[(Ticket::KIND, Schema::of::<Ticket>())],
    section: Some(Schema::of::<ParkingSection>()),
    ..Adds::NOTHING
};

impl Change for Ticket {
    const KIND: &'static str = "parking.ticket";
}

impl Section for ParkingSection {
    const NAME: &'static str = super::SERVICE.name;
}

records! { ticket_records;
    /// A ticket: parking time that was bought for a plate in a zone.
    pub struct Ticket {
        pub id: TicketId,
        pub city: CityId,
        pub zone: ZoneId,
        pub plate: Plate,
        pub channel: Channel,
        pub state: TicketState,
        /// When the operator received the purchase (BG-47).
        pub issued_at: DateTime<Utc>,
        pub starts_at: DateTime<Utc>,
        pub ends_at: DateTime<Utc>,
        /// The minutes that were paid for; fewer than from start to end where the ticket goes on
        /// after closing, or ends there less than a minute after the rate that was paid.
        pub paid_minutes: u32,
        pub price: Money,
        /// In the order of time, fees last; they sum to the price.
        pub lines: Vec<Line>,
        pub tariff: TariffId,
        pub pay: PayMethod,
        pub stay: StayOfTicket,
        /// The ticket it continued.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub extends: Option<TicketId>,
        /// The newest code of the ticket, as `docs/ticket-code.md` says. It is bound to one device,
        /// the one in its claims: the phone with that key shows it, any other phone of the account
        /// asks for a code of its own first ([`CODE`]).
        pub signed: String,
    }

    /// The stay that a ticket is part of: from when it counts, and how long it may last.
    pub struct StayOfTicket {
        pub id: StayId,
        pub started_at: DateTime<Utc>,
        /// No purchase of this stay can end later; absent where there is no limit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub deadline: Option<DateTime<Utc>>,
        pub paid_until: DateTime<Utc>,
    }
}

wire! {
    /// The section of an account.
    pub struct ParkingSection {
        /// Newest first: every running one, and the last [`TICKETS_OVER`] that are over.
        pub tickets: Vec<Ticket>,
    }

    /// A code of a ticket.
    pub struct TicketCode {
        /// As [`Ticket::signed`]; `parking.ticket` tells every phone of the account of it too.
        pub signed: String,
        /// Counts from 1. A higher one ends those below it.
        pub issue: u32,
    }

    /// Newest first.
    pub struct Tickets {
        pub items: Vec<Ticket>,
        /// For the next page; absent on the last one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next: Option<String>,
    }
}

words! { ticket_words;
    /// Where a ticket was bought (BG-12, BG-17).
    pub enum Channel { App = "app", Sms = "sms", Kiosk = "kiosk" }
    pub enum TicketState {
        Active = "active",
        Expired = "expired",
        Voided = "voided",
    }
}
