//! Payments at merchants as whoever pays sees them: a code is scanned or typed, what is shown is
//! checked, then it is paid from the balance (AV-118, AV-120).

use chrono::{DateTime, Utc};
use mesto_rules::CityId;
use mesto_rules::merchants::MerchantCategoryId;
use mesto_rules::money::Money;

use crate::base::payments::Part;
use crate::kernel::ProblemCode;
use crate::kernel::event::Change;
use crate::kernel::ids::{InvoiceId, MerchantId, MerchantPaymentId, TillId};
use crate::kernel::line::Line;
use crate::kernel::operation::{Access, Nothing, Operation, PAGE_CURSOR, PAGE_LIMIT, Permission, Schema, get};
use crate::kernel::problem::problems;
use crate::kernel::service::{Adds, Section, Sells};
use crate::kernel::wire::wire;
use crate::{records, words};

/// How many payments the section of an account tells.
pub const PAYMENTS_TOLD: usize = 20;

/// Paying at merchants, and seeing what was paid.
pub const OWN: Permission = Permission::named("merchants.own");

pub const LIST: Operation<Nothing, MerchantPaymentPage> =
    get("/v1/merchants/payments", "Payments of the account at merchants, newest first", Access::Permitted(OWN))
        .query(&[PAGE_CURSOR, PAGE_LIMIT]);

problems! {
    /// Nothing of it is opened. `host`: where a link leads, in plain letters.
    NotAMerchantCode, "not_a_merchant_code", 422, "This is not a merchant's code";
    MerchantCodeOfAnotherCity, "merchant_code_of_another_city", 422, "This code belongs to another city";
    MerchantCodeUnreadable, "merchant_code_unreadable", 422, "This code cannot be read";
    MerchantCodeUnknown, "merchant_code_unknown", 422, "No merchant here has this code";
    MerchantNotActive, "merchant_not_active", 409, "This merchant takes no payments now";
    TillClosed, "till_closed", 409, "This till is closed";
    InvoicePaid, "invoice_paid", 409, "This invoice is paid already";
    InvoiceOver, "invoice_over", 409, "This invoice can not be paid any more";
    InvoiceAmountDiffers, "invoice_amount_differs", 422, "The invoice is of another amount";
    PaymentAmountMissing, "payment_amount_missing", 422, "Say how much is to be paid";
    PaymentDayLimit, "payment_day_limit", 409, "So much is not paid in a day";
    /// Paid again on purpose it is sold.
    PaymentRepeated, "payment_repeated", 409, "The same amount was paid here a moment ago";
}

/// What this file adds to the service.
pub const ADDS: Adds = Adds {
    problems: PROBLEMS,
    operations: &[LIST.entry()],
    events: &[(MerchantPayment::KIND, Schema::of::<MerchantPayment>())],
    section: Some(Schema::of::<MerchantsSection>()),
    sells: Some(Sells {
        subject: Schema::of::<MerchantsSubject>(),
        offer: Schema::of::<MerchantsOffer>(),
        outcome: Schema::of::<MerchantsOutcome>(),
        refuses: &[
            ProblemCode::NotAMerchantCode,
            ProblemCode::MerchantCodeOfAnotherCity,
            ProblemCode::MerchantCodeUnreadable,
            ProblemCode::MerchantCodeUnknown,
            ProblemCode::MerchantNotActive,
            ProblemCode::TillClosed,
            ProblemCode::InvoicePaid,
            ProblemCode::InvoiceOver,
            ProblemCode::InvoiceAmountDiffers,
            ProblemCode::PaymentAmountMissing,
            ProblemCode::PaymentDayLimit,
            ProblemCode::PaymentRepeated,
        ],
    }),
};

impl Change for MerchantPayment {
    const KIND: &'static str = "merchants.payment";
}

impl Section for MerchantsSection {
    const NAME: &'static str = super::SERVICE.name;
}

records! { merchant_records;
    /// What a merchant is called in a language of its city.
    pub struct MerchantName {
        /// BCP 47.
        pub language: String,
        pub name: String,
    }

    /// Who is paid.
    pub struct PaidMerchant {
        pub id: MerchantId,
        /// In every language of the city, in its order.
        pub names: Vec<MerchantName>,
        /// Under which the business is registered: a BIN.
        pub business_number: String,
        pub category: MerchantCategoryId,
    }

    /// Where it is paid.
    pub struct PaidTill {
        pub id: TillId,
        pub name: String,
    }

    /// What the till asked for.
    pub struct PaidInvoice {
        pub id: InvoiceId,
        /// As the till numbers it.
        pub reference: String,
    }

    /// The contract of the payment organisation, which is accepted by paying (AV-119).
    pub struct PaymentContract {
        pub organisation: String,
        /// Address of the contract.
        pub link: String,
        /// The version that is accepted.
        pub version: String,
    }

    /// A payment at a merchant: its receipt.
    pub struct MerchantPayment {
        pub id: MerchantPaymentId,
        pub city: CityId,
        /// Of the receipt: the merchant's payments are numbered from 1 on.
        pub number: i64,
        pub merchant: PaidMerchant,
        pub till: PaidTill,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub invoice: Option<PaidInvoice>,
        /// What the merchant was paid.
        pub amount: Money,
        /// What the payer was charged besides.
        pub fee: Money,
        pub total: Money,
        /// They sum to the total.
        pub lines: Vec<Line>,
        pub paid_at: DateTime<Utc>,
        pub state: MerchantPaymentState,
        /// Of the amount, what came back.
        pub given_back: Money,
        /// Of the fee, what came back: only after a payment that was made in error.
        pub fee_given_back: Money,
        /// The last moment at which it may be given back.
        pub give_back_until: DateTime<Utc>,
        /// What was accepted by paying.
        pub contract: PaymentContract,
        /// The balance right after it.
        pub balance: Money,
    }

    /// Newest first.
    pub struct MerchantPaymentPage {
        pub items: Vec<MerchantPayment>,
        /// For the next page; absent on the last one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next: Option<String>,
    }

    /// What is to be paid: one of `scanned` and `typed`.
    pub struct MerchantsSubject {
        /// A code as it was scanned.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub scanned: Option<String>,
        /// The signs of a code as they were typed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub typed: Option<String>,
        /// Of a till's code. Of an invoice: nothing, or exactly what it asks for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub amount: Option<Money>,
        /// The payer was asked and pays the same again: see [`MerchantsOffer::repeats`].
        #[serde(default)]
        pub is_again: bool,
    }

    /// What paying would be, to be shown before the button.
    pub struct MerchantsOffer {
        pub merchant: PaidMerchant,
        pub till: PaidTill,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub invoice: Option<PaidInvoice>,
        pub amount: Money,
        /// What is charged besides.
        pub fee: Money,
        pub total: Money,
        /// By paying the payer accepts it, the contract with the merchant, and the fee.
        pub contract: PaymentContract,
        /// The consent to the fee cannot be taken back (AV-119).
        pub is_fee_irrevocable: bool,
        /// What the balance lacks; absent where it covers the total.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub missing: Option<Money>,
        /// The last moment at which the invoice can be paid.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub invoice_until: Option<DateTime<Utc>>,
        /// The same amount was paid here a moment ago. Sold only when the subject says `is_again`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub repeats: Option<MerchantPayment>,
    }

    /// What was paid.
    pub struct MerchantsOutcome {
        pub payment: MerchantPayment,
    }
}

wire! {
    /// The section of an account.
    pub struct MerchantsSection {
        /// Newest first: the last [`PAYMENTS_TOLD`].
        pub payments: Vec<MerchantPayment>,
    }
}

impl Part for MerchantsSubject {
    const SERVICE: &'static str = super::SERVICE.name;
}

impl Part for MerchantsOffer {
    const SERVICE: &'static str = super::SERVICE.name;
}

impl Part for MerchantsOutcome {
    const SERVICE: &'static str = super::SERVICE.name;
}

words! { merchant_words;
    pub enum MerchantPaymentState {
        Paid = "paid",
        /// Some of the amount came back.
        PartlyGivenBack = "partly_given_back",
        /// All of the amount came back.
        GivenBack = "given_back",
    }
}
