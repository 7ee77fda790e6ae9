//! Reports, settlements and subsidies of a carrier. Who has the role of a partner is told of his
//! own carrier alone (AV-41).

use chrono::{DateTime, NaiveDate, Utc};
use mesto_rules::CityId;
use mesto_rules::money::Money;
use mesto_rules::rides::{CarrierId, RouteId};

use crate::kernel::ProblemCode;
use crate::kernel::ids::SettlementId;
use crate::kernel::operation::{
    Access, Nothing, Operation, PAGE_CURSOR, PAGE_LIMIT, Parameter, Permission, get, required,
};
use crate::kernel::problem::problems;
use crate::kernel::service::Adds;
use crate::kernel::wire::wire;
use crate::words;

/// Most service days of one report.
pub const REPORT_DAYS_MOST: i64 = 92;

/// Reading what concerns a carrier.
pub const READ: Permission = Permission::named("partners.read");

const CITY: Parameter = required("city", "string", "Id of the city.");
const CARRIER: Parameter = required("carrier", "string", "Id of the carrier in the city.");
const FROM: Parameter = required("from", "string", "First service day: 2026-11-01.");
const TO: Parameter = required("to", "string", "Last service day; at most 92 days are reported at once.");

/// What is wrong with a question about a carrier.
const ABOUT_A_CARRIER: &[ProblemCode] = &[
    ProblemCode::CityUnknown,
    ProblemCode::SectionMissing,
    ProblemCode::SectionTooNew,
    ProblemCode::SectionUnreadable,
    ProblemCode::CarrierUnknown,
];
const ABOUT_DAYS: &[ProblemCode] = &[
    ProblemCode::CityUnknown,
    ProblemCode::SectionMissing,
    ProblemCode::SectionTooNew,
    ProblemCode::SectionUnreadable,
    ProblemCode::CarrierUnknown,
    ProblemCode::OutOfRange,
    ProblemCode::PartnerTermsMissing,
];

/// As things stand now; what was settled is in the settlements.
pub const REPORT: Operation<Nothing, PartnerReport> = get(
    "/v1/partners/report",
    "Rides of a carrier by service day, route and product, with the commission",
    Access::Permitted(READ),
)
.query(&[CITY, CARRIER, FROM, TO])
.refuses(ABOUT_DAYS);
pub const SETTLEMENTS: Operation<Nothing, PartnerSettlementPage> =
    get("/v1/partners/settlements", "Settlements of a carrier, newest first", Access::Permitted(READ))
        .query(&[CITY, CARRIER, PAGE_CURSOR, PAGE_LIMIT])
        .refuses(ABOUT_A_CARRIER);
pub const SETTLEMENT: Operation<Nothing, PartnerStatement> =
    get("/v1/partners/settlement", "One settlement of a carrier with its lines", Access::Permitted(READ))
        .query(&[CITY, CARRIER, required("number", "integer", "Which one: the first is 1.")])
        .refuses(&[
            ProblemCode::CityUnknown,
            ProblemCode::SectionMissing,
            ProblemCode::SectionTooNew,
            ProblemCode::SectionUnreadable,
            ProblemCode::CarrierUnknown,
            ProblemCode::NotFound,
        ]);
/// For whoever pays a carrier for rides that cost their riders nothing, or less.
pub const SUBSIDIES: Operation<Nothing, PartnerSubsidies> = get(
    "/v1/partners/subsidies",
    "Free and reduced rides of a carrier by category, and what their full fare would have been",
    Access::Permitted(READ),
)
.query(&[CITY, CARRIER, FROM, TO])
.refuses(&[
    ProblemCode::CityUnknown,
    ProblemCode::SectionMissing,
    ProblemCode::SectionTooNew,
    ProblemCode::SectionUnreadable,
    ProblemCode::CarrierUnknown,
    ProblemCode::OutOfRange,
]);

problems! {
    PartnerTermsMissing, "partner_terms_missing", 409, "What was agreed with this carrier is not known for these days";
    SettlementPeriodOpen, "settlement_period_open", 409, "The period that is settled next is not over";
}

/// What this file adds to the service.
pub const ADDS: Adds = Adds {
    problems: PROBLEMS,
    operations: &[REPORT.entry(), SETTLEMENTS.entry(), SETTLEMENT.entry(), SUBSIDIES.entry()],
    ..Adds::NOTHING
};

wire! {
    /// Rides of some service days as they stand now.
    pub struct PartnerReport {
        pub city: CityId,
        pub carrier: CarrierId,
        pub from_on: NaiveDate,
        pub to_on: NaiveDate,
        pub made_at: DateTime<Utc>,
        /// By service day, route, product and category.
        pub lines: Vec<PartnerLine>,
        /// Of all lines.
        pub sums: PartnerSums,
    }

    /// Rides of one service day, route, product and category.
    pub struct PartnerLine {
        pub service_on: NaiveDate,
        /// Absent: the trip was not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub route: Option<RouteId>,
        pub product: PartnerProduct,
        /// Who rides free or for less: a category of the city; absent: nobody, or not told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub category: Option<String>,
        /// It corrects a period that was settled before: rides that came late, and ones that were
        /// voided since, which count below zero.
        #[serde(default)]
        pub is_correction: bool,
        pub sums: PartnerSums,
    }

    /// What rides come to.
    pub struct PartnerSums {
        /// Without those that were voided.
        pub rides: i64,
        /// On these rides.
        pub persons: i64,
        /// What riders paid for the ride; what a bank takes for a card is not in it.
        pub gross: Money,
        /// Of that, what they got back.
        pub refunded: Money,
        /// The operator's part.
        pub commission: Money,
        /// What the carrier took itself: in cash, or with a machine of its own.
        pub taken_by_carrier: Money,
        /// What the operator owes the carrier: gross - refunded - commission - taken_by_carrier.
        /// Below zero, the carrier owes it.
        pub payable: Money,
    }

    /// A period that was settled. It never changes.
    pub struct PartnerSettlement {
        pub id: SettlementId,
        pub city: CityId,
        pub carrier: CarrierId,
        /// Of this carrier, from 1 on without gaps.
        pub number: i64,
        pub from_on: NaiveDate,
        pub to_on: NaiveDate,
        pub closed_at: DateTime<Utc>,
        pub sums: PartnerSums,
    }

    /// Newest first.
    pub struct PartnerSettlementPage {
        pub items: Vec<PartnerSettlement>,
        /// For the next page; absent on the last one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next: Option<String>,
    }

    /// A settlement with its lines.
    pub struct PartnerStatement {
        pub settlement: PartnerSettlement,
        /// By service day, route, product and category; corrections last.
        pub lines: Vec<PartnerLine>,
    }

    /// Free and reduced rides of some service days.
    pub struct PartnerSubsidies {
        pub city: CityId,
        pub carrier: CarrierId,
        pub from_on: NaiveDate,
        pub to_on: NaiveDate,
        pub made_at: DateTime<Utc>,
        pub lines: Vec<PartnerSubsidy>,
        /// Of all lines.
        pub subsidy: Money,
        /// Rides whose full fare is not known: they are in no subsidy.
        pub unknown_rides: i64,
    }

    /// Free and reduced rides of one service day, route and category.
    pub struct PartnerSubsidy {
        pub service_on: NaiveDate,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub route: Option<RouteId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub category: Option<String>,
        pub rides: i64,
        pub persons: i64,
        /// What was paid for those whose full fare is known.
        pub paid: Money,
        /// What they would have paid without their right.
        pub full_fare: Money,
        /// The difference.
        pub subsidy: Money,
        pub unknown_rides: i64,
    }
}

words! { partner_words;
    /// How a ride was paid (AV-54).
    pub enum PartnerProduct {
        /// In the app, from the balance.
        AppBalance = "app_balance",
        /// In the app, by a bank card.
        AppCard = "app_card",
        TransportCard = "transport_card",
        /// By a bank card at the reader.
        BankCard = "bank_card",
        Sms = "sms",
        /// A ticket of paper, for cash (AV-11, AV-60).
        CashTicket = "cash_ticket",
        /// For luggage, for cash (AV-61).
        LuggageTicket = "luggage_ticket",
        /// On a pass: its price was paid before, and is shared with no carrier.
        Pass = "pass",
        /// Nothing was paid.
        ZeroFare = "zero_fare",
    }
}
