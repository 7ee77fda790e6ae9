//! Money for what is sold: a quote, its purchase, the sale that follows, its payment, and what a
//! provider tells.
//!
//! Every service is sold by the same two routes: a quote names what is wanted by `service` and
//! `subject`, a purchase buys it. What a service promises (`offer`) and what was bought (`outcome`)
//! are that service's own types ([`Part`]).

mod purchases;
mod states;

pub use purchases::{
    Bought, CARD_FEE, PaymentsSection, Purchase, PurchasePage, PurchaseRequest, Quote, QuoteItem, QuoteRequest, Sale,
    SaleItem, Wanted, card_fee, price_is_over,
};
pub use states::{
    NoticeOutcome, PayMethod, Payment, PaymentPurpose, PaymentState, ProviderNotice, Refund, RefundRoute, RefundState,
    SaleState,
};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::kernel::ProblemCode;
use crate::kernel::event::Change;
use crate::kernel::operation::{
    Access, Nothing, Operation, PAGE_CURSOR, PAGE_LIMIT, Permission, Schema, action, end, get, optional, post, tell,
};
use crate::kernel::problem::problems;
use crate::kernel::service::{Adds, Section, Service};

/// Asking for prices, buying, and seeing what one paid.
pub const BUY: Permission = Permission::named("payments.buy");

pub const QUOTE: Operation<QuoteRequest, Quote> = post(
    "/v1/quotes",
    "A price that holds until `expires_at`, explained; or what would be allowed",
    Access::Permitted(BUY),
)
.refuses(&[
    ProblemCode::ServiceUnknown,
    ProblemCode::ItemsNotSupported,
    ProblemCode::CityUnknown,
    ProblemCode::CityOutdated,
    ProblemCode::SectionMissing,
    ProblemCode::SectionTooNew,
    ProblemCode::SectionUnreadable,
    ProblemCode::TariffUnknown,
    ProblemCode::CardFeeUnknown,
    ProblemCode::PaymentMethodNotAllowed,
    ProblemCode::OutOfRange,
    ProblemCode::NotFound,
    ProblemCode::TooManyRequests,
    ProblemCode::AccountSuspended,
    ProblemCode::AccountBlocked,
])
.selling();
pub const PURCHASE: Operation<PurchaseRequest, Bought> = action(
    "/v1/purchases",
    "Buys a quote: from the deposit at once, by card on the provider's page",
    Access::Permitted(BUY),
)
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
    ProblemCode::NotFound,
    ProblemCode::AccountSuspended,
    ProblemCode::AccountBlocked,
    ProblemCode::TermsNotAccepted,
])
.selling();
pub const PAYMENT: Operation<Nothing, Purchase> =
    get("/v1/payments/{payment}", "How a payment stands, with its sale", Access::Permitted(BUY))
        .refuses(&[ProblemCode::NotFound]);
pub const PAYMENTS: Operation<Nothing, PurchasePage> =
    get("/v1/payments", "Payments with their sales, newest first", Access::Permitted(BUY)).query(&[
        optional("state", "string", "`open`: only those that wait for a provider."),
        PAGE_CURSOR,
        PAGE_LIMIT,
    ]);
/// What the provider still takes for it is paid back.
pub const ABANDON: Operation<Nothing, Purchase> =
    end("/v1/payments/{payment}", "Gives a payment up that waits for its provider", Access::Permitted(BUY))
        .refuses(&[ProblemCode::NotFound]);
pub const NOTICE: Operation<ProviderNotice, Nothing> = tell(
    "/v1/providers/{provider}/notices",
    "A provider tells how a payment ended; sent again until it is taken",
    Access::Provider,
)
.refuses(&[ProblemCode::NoticeInvalid, ProblemCode::NoticeContradicts, ProblemCode::NotFound]);

problems! {
    ServiceUnknown, "service_unknown", 422, "This operator does not sell this service";
    ItemsNotSupported, "items_not_supported", 422, "A quote takes exactly one item";
    TariffUnknown, "tariff_unknown", 422, "The price is not known, so nothing is sold";
    /// Below `below` the driver bears it.
    CardFeeUnknown, "card_fee_unknown", 422, "What the bank takes for a card is not known, so nothing is sold by card";
    PaymentMethodNotAllowed, "payment_method_not_allowed", 422, "This cannot be paid this way";
    QuoteUnknown, "quote_unknown", 422, "There is no such quote";
    QuoteExpired, "quote_expired", 422, "The quote is no longer valid";
    QuoteUsed, "quote_used", 409, "The quote was already bought";
    QuoteStale, "quote_stale", 409, "What was promised cannot be kept any more; ask for a new quote";
    NoticeInvalid, "notice_invalid", 400, "The provider's message is not authentic";
    /// Somebody at the operator has to look at it; nothing was booked.
    NoticeContradicts, "notice_contradicts", 409, "The provider tells of one payment what it told of another";
}

pub const SERVICE: Service = Service {
    adds: &[Adds {
        problems: PROBLEMS,
        operations: &[
            QUOTE.entry(),
            PURCHASE.entry(),
            PAYMENTS.entry(),
            PAYMENT.entry(),
            ABANDON.entry(),
            NOTICE.entry(),
        ],
        events: &[(Purchase::KIND, Schema::of::<Purchase>())],
        section: Some(Schema::of::<PaymentsSection>()),
        ..Adds::NOTHING
    }],
    ..Service::named("payments")
};

/// A service's own part of a quote or a sale: its subject, its offer or its outcome.
pub trait Part: Serialize + DeserializeOwned {
    /// The service's name.
    const SERVICE: &'static str;
}

/// A purchase that waits for its provider, and how it ended. One from the deposit is told by what
/// was bought.
impl Change for Purchase {
    const KIND: &'static str = "payments.purchase";
}

impl Section for PaymentsSection {
    const NAME: &'static str = SERVICE.name;
}
