//! What a merchant's tills ask for, what they are told, and what is given back. Everybody is told
//! of his own merchant alone.

use chrono::{DateTime, NaiveDate, Utc};
use mesto_rules::CityId;
use mesto_rules::money::Money;

use crate::kernel::ProblemCode;
use crate::kernel::ids::{InvoiceId, MerchantId, MerchantPaymentId, MerchantRefundId, TillId};
use crate::kernel::operation::{
    Access, Nothing, Operation, PAGE_CURSOR, PAGE_LIMIT, Parameter, Permission, get, optional, post, required,
};
use crate::kernel::problem::problems;
use crate::kernel::service::Adds;
use crate::kernel::wire::wire;
use crate::merchants::payers::PaidInvoice;
use crate::{records, words};

/// Most days of the totals that are told at once.
pub const TOTALS_DAYS_MOST: i64 = 92;
/// Letters of a reference.
pub const REFERENCE_MOST: usize = 64;

/// Seeing what a merchant was paid.
pub const READ: Permission = Permission::named("merchants.read");
/// Asking for payments.
pub const TAKE: Permission = Permission::named("merchants.take");
/// Giving payments back.
pub const GIVE_BACK: Permission = Permission::named("merchants.give_back");

const CITY: Parameter = required("city", "string", "The city: an id.");
const MERCHANT: Parameter = required("merchant", "string", "The merchant: an id.");

pub const TILLS: Operation<Nothing, Tills> =
    get("/v1/merchants/tills", "The tills of a merchant, with their codes", Access::Permitted(READ))
        .query(&[CITY, MERCHANT])
        .refuses(&[
            ProblemCode::CityUnknown,
            ProblemCode::NotFound,
            ProblemCode::SectionMissing,
            ProblemCode::SectionTooNew,
            ProblemCode::SectionUnreadable,
        ]);
/// The same reference of a till again is the same invoice.
pub const ASK: Operation<InvoiceToAsk, Invoice> =
    post("/v1/merchants/invoices", "A till asks for a payment", Access::Permitted(TAKE)).answers(200).refuses(&[
        ProblemCode::CityUnknown,
        ProblemCode::SectionMissing,
        ProblemCode::SectionTooNew,
        ProblemCode::SectionUnreadable,
        ProblemCode::NotFound,
        ProblemCode::OutOfRange,
        ProblemCode::MerchantNotActive,
        ProblemCode::TillClosed,
        ProblemCode::InvoiceReferenceUsed,
    ]);
pub const INVOICE: Operation<Nothing, Invoice> =
    get("/v1/merchants/invoice", "An invoice as it stands, with its payment", Access::Permitted(READ))
        .query(&[CITY, MERCHANT, required("invoice", "string", "The invoice: an id.")])
        .refuses(&[
            ProblemCode::CityUnknown,
            ProblemCode::NotFound,
            ProblemCode::SectionMissing,
            ProblemCode::SectionTooNew,
            ProblemCode::SectionUnreadable,
        ]);
/// Said again, it changes nothing.
pub const WITHDRAW: Operation<InvoiceToWithdraw, Invoice> =
    post("/v1/merchants/invoices/withdrawn", "A till does not wait for a payment any more", Access::Permitted(TAKE))
        .answers(200)
        .refuses(&[
            ProblemCode::NotFound,
            ProblemCode::CityUnknown,
            ProblemCode::SectionMissing,
            ProblemCode::SectionTooNew,
            ProblemCode::SectionUnreadable,
            ProblemCode::InvoicePaid,
        ]);
pub const RECEIVED: Operation<Nothing, ReceivedPage> =
    get("/v1/merchants/received", "Payments to a merchant, newest first", Access::Permitted(READ))
        .query(&[
            CITY,
            MERCHANT,
            optional("till", "string", "One of its tills; all without it."),
            PAGE_CURSOR,
            PAGE_LIMIT,
        ])
        .refuses(&[ProblemCode::CityUnknown, ProblemCode::NotFound]);
pub const TOTALS: Operation<Nothing, MerchantTotals> =
    get("/v1/merchants/totals", "What a merchant was paid, by calendar day", Access::Permitted(READ))
        .query(&[
            CITY,
            MERCHANT,
            required("from", "string", "First calendar day: 2026-11-01."),
            required("to", "string", "Last calendar day."),
        ])
        .refuses(&[ProblemCode::CityUnknown, ProblemCode::NotFound, ProblemCode::OutOfRange]);
/// The same reference of a payment again is the same refund.
pub const REFUND: Operation<MerchantRefundToMake, MerchantRefund> =
    post("/v1/merchants/refunds", "A payment is given back, all or some of it", Access::Permitted(GIVE_BACK))
        .answers(200)
        .refuses(&[
            ProblemCode::NotFound,
            ProblemCode::CityUnknown,
            ProblemCode::SectionMissing,
            ProblemCode::SectionTooNew,
            ProblemCode::SectionUnreadable,
            ProblemCode::GiveBackTooMuch,
            ProblemCode::GiveBackOver,
            ProblemCode::GiveBackNotWhole,
            ProblemCode::GiveBackReferenceUsed,
        ]);

problems! {
    InvoiceReferenceUsed, "invoice_reference_used", 409, "The till has asked for another amount by this reference";
    GiveBackTooMuch, "give_back_too_much", 409, "So much is not left of the payment";
    GiveBackOver, "give_back_over", 409, "This payment is not given back any more";
    GiveBackNotWhole, "give_back_not_whole", 422, "A payment that was made in error is given back whole";
    GiveBackReferenceUsed, "give_back_reference_used", 409, "Another amount was given back by this reference";
}

/// What this file adds to the service.
pub const ADDS: Adds = Adds {
    problems: PROBLEMS,
    operations: &[
        TILLS.entry(),
        ASK.entry(),
        INVOICE.entry(),
        WITHDRAW.entry(),
        RECEIVED.entry(),
        TOTALS.entry(),
        REFUND.entry(),
    ],
    ..Adds::NOTHING
};

words! { invoice_words;
    pub enum InvoiceState {
        Waiting = "waiting",
        Paid = "paid",
        /// The till does not wait any more.
        Withdrawn = "withdrawn",
        /// Its time is over.
        Expired = "expired",
    }
}

wire! {
    /// A till with its code.
    pub struct Till {
        pub id: TillId,
        pub merchant: MerchantId,
        pub name: String,
        pub is_open: bool,
        /// The text of its code, to be printed.
        pub code: String,
        /// What is printed beside it, to be typed.
        pub typed: String,
    }

    /// In the order they were registered.
    pub struct Tills {
        pub tills: Vec<Till>,
    }

    /// What a till wants to be paid.
    pub struct InvoiceToAsk {
        pub till: TillId,
        pub amount: Money,
        /// As the till numbers it: 1 to [`REFERENCE_MOST`] letters, digits and `- / . _`.
        pub reference: String,
        /// For how long it can be paid, minutes.
        pub minutes: u32,
    }

    /// What a till asked for.
    pub struct Invoice {
        pub id: InvoiceId,
        pub till: TillId,
        pub amount: Money,
        pub reference: String,
        pub state: InvoiceState,
        pub asked_at: DateTime<Utc>,
        /// Paid before then, or not at all.
        pub expires_at: DateTime<Utc>,
        /// The text of its code, to be shown.
        pub code: String,
        /// What is shown beside it, to be typed.
        pub typed: String,
        /// What paid it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub payment: Option<ReceivedPayment>,
    }

    pub struct InvoiceToWithdraw {
        pub invoice: InvoiceId,
    }

    /// A payment as the merchant sees it: nothing of who paid.
    pub struct ReceivedPayment {
        pub id: MerchantPaymentId,
        /// Of the receipt.
        pub number: i64,
        pub till: TillId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub invoice: Option<PaidInvoice>,
        pub amount: Money,
        /// What the operator keeps of it, of what was not given back.
        pub commission: Money,
        pub given_back: Money,
        pub paid_at: DateTime<Utc>,
    }

    /// Newest first.
    pub struct ReceivedPage {
        pub items: Vec<ReceivedPayment>,
        /// For the next page; absent on the last one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next: Option<String>,
    }

    /// What was paid and given back on a calendar day of the city.
    pub struct MerchantDay {
        pub day_on: NaiveDate,
        pub payments: i64,
        pub amount: Money,
        /// What was given back on it, also of payments of other days.
        pub given_back: Money,
        /// What the operator keeps, without what it gave back on it.
        pub commission: Money,
        /// The amount without what was given back and the commission.
        pub net: Money,
    }

    /// What a merchant was paid.
    pub struct MerchantTotals {
        pub city: CityId,
        pub merchant: MerchantId,
        pub from_on: NaiveDate,
        pub to_on: NaiveDate,
        pub made_at: DateTime<Utc>,
        /// Those on which something moved, in their order.
        pub days: Vec<MerchantDay>,
        /// What is to be paid to the merchant now.
        pub payable: Money,
        /// What the merchant owes now: it gave back more than was payable.
        pub owed: Money,
    }

    /// What is to be given back of a payment.
    pub struct MerchantRefundToMake {
        pub payment: MerchantPaymentId,
        pub amount: Money,
        /// As whoever gives back numbers it: 1 to [`REFERENCE_MOST`] letters, digits and
        /// `- / . _`.
        pub reference: String,
        /// The payment was made in error: the fee is given back with it. For staff of the city
        /// alone.
        #[serde(default)]
        pub is_erroneous: bool,
        /// Why, for the audit log; nobody's name.
        pub reason: String,
    }
}

records! { merchant_refund_records;
    /// What was given back of a payment.
    pub struct MerchantRefund {
        pub id: MerchantRefundId,
        pub payment: MerchantPaymentId,
        pub reference: String,
        pub amount: Money,
        pub fee: Money,
        pub is_erroneous: bool,
        pub refunded_at: DateTime<Utc>,
        /// What the merchant owes by it, more than was payable to it.
        pub owed: Money,
    }
}
