//! Parking time as it is quoted and bought.

use chrono::{DateTime, NaiveDate, Utc};
use mesto_rules::quote::{LineKind, Notice as RulesNotice, Quote as QuoteTerms, QuoteLine, Start, StayPreview};
use mesto_rules::{TariffId, ZoneId};

use crate::base::payments::{self, Part};
use crate::base::plate::Plate;
use crate::kernel::ProblemCode;
use crate::kernel::ids::{TicketId, VehicleId};
use crate::kernel::line::{Line, Notice};
use crate::kernel::operation::Schema;
use crate::kernel::problem::problems;
use crate::kernel::service::{Adds, Sells};
use crate::parking::SERVICE;
use crate::parking::tickets::Ticket;
use crate::records;

problems! {
    MinutesNotPositive, "minutes_not_positive", 422, "Parking time must be at least one minute";
    MaxStayExceeded, "max_stay_exceeded", 422, "Longer than the zone allows";
    LimitReached, "limit_reached", 422, "The longest stay in this zone is used up";
    NoReturn, "no_return", 422, "A new stay here is possible only after a break";
    NotCharged, "not_charged", 422, "Parking is not charged now";
}

/// What this file adds to the service.
pub const ADDS: Adds = Adds {
    problems: PROBLEMS,
    sells: Some(Sells {
        subject: Schema::of::<ParkingSubject>(),
        offer: Schema::of::<ParkingOffer>(),
        outcome: Schema::of::<ParkingOutcome>(),
        refuses: &[
            ProblemCode::ZoneUnknown,
            ProblemCode::VehicleUnknown,
            ProblemCode::MinutesNotPositive,
            ProblemCode::MaxStayExceeded,
            ProblemCode::LimitReached,
            ProblemCode::NoReturn,
            ProblemCode::NotCharged,
        ],
    }),
    ..Adds::NOTHING
};

records! { parking_purchase_records;
    /// What a quote promises of parking time.
    pub struct ParkingOffer {
        pub plate: Plate,
        /// The running ticket this continues.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub extends: Option<TicketId>,
        pub zone: ZoneId,
        /// Id of the tariff in force on the local day of `starts_at`.
        pub tariff: TariffId,
        /// First day of that tariff.
        pub tariff_from: NaiveDate,
        pub asked_minutes: u32,
        /// Promised: the paid minutes.
        pub granted_minutes: u32,
        pub start: Start,
        /// The start, if it is bought at the moment of the quote.
        pub starts_at: DateTime<Utc>,
        /// The end, if it is bought at the moment of the quote: the first moment that is no longer
        /// paid.
        pub ends_at: DateTime<Utc>,
        /// Promised: the latest end, if it is bought as late as the quote can be; by card, if it is
        /// paid as late as the provider's page can be.
        pub latest_end_at: DateTime<Utc>,
        /// The stay as it will be. Absent when somebody else bought the car's stay here: of that
        /// nothing is told but what can be had now and until when (ADR 18). A ticket of one's own
        /// there shows it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub stay: Option<StayPreview>,
    }

    /// What was bought.
    pub struct ParkingOutcome {
        pub ticket: Ticket,
    }

    /// Parking time that is wanted.
    pub struct ParkingSubject {
        pub zone: ZoneId,
        /// Id of a vehicle of this account; or else `extends`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub vehicle: Option<VehicleId>,
        /// Id of a ticket of this account in this zone that is to go on: its plate need not be
        /// among the vehicles any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub extends: Option<TicketId>,
        pub minutes: u32,
    }
}

impl Part for ParkingSubject {
    const SERVICE: &'static str = SERVICE.name;
}

impl Part for ParkingOffer {
    const SERVICE: &'static str = SERVICE.name;
}

impl Part for ParkingOutcome {
    const SERVICE: &'static str = SERVICE.name;
}

impl ParkingOffer {
    /// What the rules' terms promise for a plate.
    #[must_use]
    pub fn of(terms: &QuoteTerms, plate: Plate, extends: Option<TicketId>) -> Self {
        Self {
            plate,
            extends,
            zone: terms.zone.clone(),
            tariff: terms.tariff.clone(),
            tariff_from: terms.tariff_from,
            asked_minutes: terms.asked_minutes,
            granted_minutes: terms.granted_minutes,
            start: terms.start,
            starts_at: terms.starts_at,
            ends_at: terms.ends_at,
            latest_end_at: terms.latest_end_at,
            stay: Some(terms.stay.clone()),
        }
    }
}

/// The lines of the rules as they stand on the wire.
#[must_use]
pub fn lines(lines: &[QuoteLine]) -> Vec<Line> {
    let service = |kind: &LineKind| match kind {
        LineKind::CardFee { .. } => payments::SERVICE.name,
        _ => SERVICE.name,
    };
    lines.iter().map(|line| Line::of(service(&line.kind), &line.kind, line.amount)).collect()
}

/// What the rules say beside a price, as it stands on the wire.
#[must_use]
pub fn notices(terms: &QuoteTerms) -> Vec<Notice> {
    terms.notices.iter().map(notice).collect()
}

/// A notice of the rules as it stands on the wire.
#[must_use]
pub fn notice(notice: &RulesNotice) -> Notice {
    Notice::of(SERVICE.name, notice, notice.is_surprise())
}
