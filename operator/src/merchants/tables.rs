//! The tables of merchants: who takes part, tills, invoices, payments, what was given back and what
//! was settled.

use chrono::{DateTime, NaiveDate, Utc};
use mesto_protocol::kernel::ids::{
    AccountId, InvoiceId, MerchantId, MerchantPaymentId, MerchantRefundId, PayoutId, SaleId, TillId,
};
use mesto_protocol::kernel::line::Line;
use mesto_protocol::merchants::clerks::MerchantState;
use mesto_protocol::merchants::payers::MerchantName;
use mesto_protocol::merchants::tills::InvoiceState;
use mesto_rules::CityId;
use mesto_rules::merchants::{InvoiceToken, MerchantCategoryId, TillToken};
use mesto_rules::money::Currency;

use crate::kernel::service::{Erasure, Export, Table, Told};
use crate::kernel::store::{Json, id_columns};
use crate::{stored_words, table};

id_columns![
    MerchantId,
    TillId,
    InvoiceId,
    MerchantPaymentId,
    MerchantRefundId,
    PayoutId,
    MerchantCategoryId,
    TillToken,
    InvoiceToken,
];

stored_words! {
    /// `merchant.state`
    pub(crate) enum MerchantWord for MerchantState {
        Active = "active",
        Suspended = "suspended",
        Ended = "ended",
    }
}

stored_words! {
    /// `merchant_invoice.state`; one whose time is over is `waiting` there.
    pub(crate) enum InvoiceWord for InvoiceState {
        Waiting = "waiting",
        Paid = "paid",
        Withdrawn = "withdrawn",
        Expired = "expired",
    }
}

table! {
    /// A merchant. Whoever changes what is payable to it, or what it owes, holds its row.
    pub(crate) struct MerchantRow in "merchant" {
        id: MerchantId,
        city: CityId,
        names: Json<Vec<MerchantName>>,
        business_number: String,
        category: MerchantCategoryId,
        contract: String,
        contract_on: NaiveDate,
        basis_points: u32,
        state: MerchantWord,
        /// How many payments it was paid: the number of the last receipt.
        payments: i64,
        /// What is to be paid to it, minor units.
        payable: i64,
        /// What it owes, minor units; one of the two is 0.
        owed: i64,
        currency: Currency,
    }
}

pub(crate) const MERCHANTS: Table = Table {
    name: "merchant",
    export: Export::Excused("businesses that a clerk registered; no person of ours"),
    erasure: Erasure::Excused("belongs to the books"),
};

table! {
    pub(crate) struct TillRow in "merchant_till" {
        id: TillId,
        merchant: MerchantId,
        city: CityId,
        name: String,
        token: TillToken,
        is_open: bool,
    }
}

pub(crate) const TILLS: Table = Table {
    name: "merchant_till",
    export: Export::Excused("tills of businesses; says nothing about a person"),
    erasure: Erasure::Excused("says nothing about a person"),
};

table! {
    pub(crate) struct InvoiceRow in "merchant_invoice" {
        id: InvoiceId,
        merchant: MerchantId,
        till: TillId,
        city: CityId,
        token: InvoiceToken,
        reference: String,
        amount: i64,
        currency: Currency,
        state: InvoiceWord,
        asked_at: DateTime<Utc>,
        expires_at: DateTime<Utc>,
        payment: Option<MerchantPaymentId>,
    }
}

impl InvoiceRow {
    /// As it stands at a moment.
    pub fn state_at(&self, now: DateTime<Utc>) -> InvoiceWord {
        match self.state {
            InvoiceWord::Waiting if self.expires_at < now => InvoiceWord::Expired,
            state => state,
        }
    }
}

pub(crate) const INVOICES: Table = Table {
    name: "merchant_invoice",
    export: Export::Excused("what a till asked for; a payment tells the reference to its payer"),
    erasure: Erasure::WithTime("a till asks what became of it, as long as the city says"),
};

table! {
    pub(crate) struct PaymentRow in "merchant_payment" {
        id: MerchantPaymentId,
        account: AccountId,
        city: CityId,
        merchant: MerchantId,
        till: TillId,
        invoice: Option<InvoiceId>,
        invoice_reference: Option<String>,
        number: i64,
        /// The merchant and the till as they were called then.
        names: Json<Vec<MerchantName>>,
        business_number: String,
        category: MerchantCategoryId,
        till_name: String,
        amount: i64,
        fee: i64,
        basis_points: u32,
        commission: i64,
        given_back: i64,
        fee_given_back: i64,
        commission_given_back: i64,
        currency: Currency,
        lines: Json<Vec<Line>>,
        paid_at: DateTime<Utc>,
        /// By the city's calendar.
        paid_day: NaiveDate,
        give_back_until: DateTime<Utc>,
        organisation: String,
        contract: String,
        contract_version: String,
        /// The payer's deposit right after it.
        balance: i64,
        sale: SaleId,
        settlement: Option<PayoutId>,
    }
}

pub(crate) const PAYMENTS: Table = Table {
    name: "merchant_payment",
    export: Export::Rows {
        called: "merchant_payments",
        columns: &[
            Told::Plain("id"),
            Told::Plain("city"),
            Told::Plain("merchant"),
            Told::Json("names"),
            Told::Plain("business_number"),
            Told::Plain("till_name"),
            Told::Plain("invoice_reference"),
            Told::Money("amount"),
            Told::Money("fee"),
            Told::Money("given_back"),
            Told::Money("fee_given_back"),
            Told::Time("paid_at"),
            Told::Plain("organisation"),
            Told::Plain("contract"),
            Told::Plain("contract_version"),
        ],
        from: "merchant_payment WHERE account = $1 ORDER BY id",
    },
    erasure: Erasure::Excused("belongs to the books; the account is a pseudonym"),
};

table! {
    pub(crate) struct RefundRow in "merchant_refund" {
        id: MerchantRefundId,
        payment: MerchantPaymentId,
        merchant: MerchantId,
        city: CityId,
        /// As whoever gave back numbers it.
        reference: String,
        amount: i64,
        fee: i64,
        commission: i64,
        /// What the merchant owes by it.
        owed: i64,
        currency: Currency,
        is_erroneous: bool,
        refunded_at: DateTime<Utc>,
        refunded_day: NaiveDate,
        /// An account.
        refunded_by: String,
        settlement: Option<PayoutId>,
    }
}

pub(crate) const REFUNDS: Table = Table {
    name: "merchant_refund",
    export: Export::Excused("the payment itself tells what came back of it"),
    erasure: Erasure::Excused("belongs to the books; names no payer"),
};

table! {
    /// What was settled with a merchant.
    pub(crate) struct SettlementRow in "merchant_settlement" {
        id: PayoutId,
        city: CityId,
        merchant: MerchantId,
        number: i64,
        closed_at: DateTime<Utc>,
        payments: i64,
        amount: i64,
        given_back: i64,
        commission: i64,
        owed_before: i64,
        paid_out: i64,
        owed_after: i64,
        currency: Currency,
    }
}

pub(crate) const SETTLEMENTS: Table = Table {
    name: "merchant_settlement",
    export: Export::Excused("books with merchants; names no person"),
    erasure: Erasure::Excused("belongs to the books"),
};
