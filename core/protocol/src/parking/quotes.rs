//! A price for parking time, and buying it.

use chrono::{DateTime, Utc};
use mesto_rules::money::Money;
use mesto_rules::quote::Quote as QuoteTerms;

use crate::base::payments::PayMethod;
use crate::base::plate::Plate;
use crate::kernel::ProblemCode;
use crate::kernel::operation::{Access, Operation, Permission, action, post};
use crate::kernel::words::{open, wire};

/// Asking for prices, and buying parking time.
pub const BUYING: Permission = Permission::named("parking.buy");

pub const QUOTE: Operation<QuoteRequest, Quote> = post(
    "/v1/quotes",
    "A price that holds for two minutes, explained; or what would be allowed",
    Access::Permitted(BUYING),
)
.refuses(&[
    ProblemCode::CityUnknown,
    ProblemCode::CityOutdated,
    ProblemCode::SectionMissing,
    ProblemCode::SectionTooNew,
    ProblemCode::SectionUnreadable,
    ProblemCode::ZoneUnknown,
    ProblemCode::VehicleUnknown,
    ProblemCode::MinutesNotPositive,
    ProblemCode::MaxStayExceeded,
    ProblemCode::LimitReached,
    ProblemCode::NoReturn,
    ProblemCode::NotCharged,
    ProblemCode::TariffUnknown,
    ProblemCode::PaymentMethodNotAllowed,
    ProblemCode::OutOfRange,
    ProblemCode::NotFound,
]);
pub const BUY: Operation<Purchase, Purchased> = action("/v1/tickets", "Buys a quote", Access::Permitted(BUYING))
    .refuses(&[
        ProblemCode::QuoteUnknown,
        ProblemCode::QuoteExpired,
        ProblemCode::QuoteUsed,
        ProblemCode::QuoteStale,
        ProblemCode::DepositTooLow,
        ProblemCode::PaymentMethodNotAllowed,
        ProblemCode::CityUnknown,
        ProblemCode::SectionMissing,
        ProblemCode::SectionTooNew,
        ProblemCode::SectionUnreadable,
    ]);
use crate::parking::tickets::Ticket;

wire! {
    /// Parking time that is wanted.
    pub struct QuoteRequest {
        pub city: String,
        pub zone: String,
        /// Id of a vehicle of this account; or else `extends`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub vehicle: Option<String>,
        /// Id of a ticket of this account in this zone that is to go on: its plate need not be among the vehicles any more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub extends: Option<String>,
        pub minutes: u32,
        #[serde(default)]
        pub pay: PayMethod,
    }

    /// A price that holds until `expires_at`; buying it costs exactly `terms.total`.
    pub struct Quote {
        pub id: String,
        pub city: String,
        /// Absent when a ticket was to go on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub vehicle: Option<String>,
        pub plate: Plate,
        pub issued_at: DateTime<Utc>,
        pub expires_at: DateTime<Utc>,
        #[serde(deserialize_with = "open")]
        pub pay: PayMethod,
        /// The running ticket this continues.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub extends: Option<String>,
        #[cfg_attr(feature = "openapi", schema(value_type = crate::parking::schema::QuoteTerms))]
        pub terms: QuoteTerms,
    }

    /// A quote to buy.
    pub struct Purchase {
        pub quote: String,
        /// After this moment the operator refuses with `intent_expired` instead of selling late.
        pub not_after: DateTime<Utc>,
    }

    /// The answer of a purchase.
    pub struct Purchased {
        pub ticket: Ticket,
        #[cfg_attr(feature = "openapi", schema(value_type = crate::kernel::openapi::MoneySchema))]
        pub balance: Money,
    }
}
