//! The tables of payments: quotes, sales, payments by a provider, what providers told, refunds, and
//! requests that wait for a provider.

use chrono::{DateTime, Utc};
use mesto_protocol::base::payments::{
    NoticeOutcome, PayMethod, Payment, PaymentPurpose, PaymentState, Refund, RefundRoute, RefundState, Sale, SaleItem,
    SaleState,
};
use mesto_protocol::kernel::ids::{AccountId, PaymentId, QuoteId, RefundId, SaleId};
use mesto_protocol::kernel::json::Json as OnTheWire;
use mesto_rules::CityId;
use mesto_rules::money::{Currency, Money};
use serde::{Deserialize, Serialize};

use crate::kernel::failure::Outcome;
use crate::kernel::store::Json;
use crate::{stored_words, table};

stored_words! {
    /// `quote.pay`, `sale.pay`, `ticket.pay`
    pub(crate) enum PayWord for PayMethod { Deposit = "deposit", Card = "card" }
}

stored_words! {
    /// `sale.state`
    pub(crate) enum SaleStateWord for SaleState {
        Open = "open",
        Authorised = "authorised",
        Delivered = "delivered",
        Undeliverable = "undeliverable",
        Closed = "closed",
    }
}

stored_words! {
    /// `payment.purpose`
    pub(crate) enum PurposeWord for PaymentPurpose { Sale = "sale" }
}

stored_words! {
    /// `payment.state`
    pub(crate) enum PaymentStateWord for PaymentState {
        Pending = "pending",
        Authorised = "authorised",
        Captured = "captured",
        Declined = "declined",
        Expired = "expired",
        Abandoned = "abandoned",
        Voided = "voided",
        Refunded = "refunded",
    }
}

stored_words! {
    /// `provider_notice.outcome`
    pub(crate) enum OutcomeWord for NoticeOutcome { Approved = "approved", Declined = "declined" }
}

stored_words! {
    /// `refund.route`
    pub(crate) enum RouteWord for RefundRoute { Card = "card", Deposit = "deposit", Transfer = "transfer" }
}

stored_words! {
    /// `refund.state`
    pub(crate) enum RefundStateWord for RefundState { Due = "due", Sent = "sent", Done = "done", Failed = "failed" }
}

table! {
    /// A price that was promised, with what its service needs to keep the promise.
    pub(crate) struct QuoteRow in "quote" {
        id: QuoteId,
        account: AccountId,
        city: CityId,
        service: String,
        /// What is not paid for twice at the same time: a zone or a facility, and a plate, a
        /// ticket's number or an order.
        place: String,
        thing: String,
        pay: PayWord,
        /// As it was asked for, JSON.
        subject: String,
        /// The service's own, JSON.
        terms: String,
        total: i64,
        currency: Currency,
        issued_at: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    }
}

/// One thing of a sale, as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StoredItem {
    pub service: String,
    pub subject: OnTheWire,
    /// Id of what was delivered, for its service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

table! {
    /// What was bought at once. Its id has the bytes of its quote's.
    pub(crate) struct SaleRow in "sale" {
        account: AccountId,
        id: SaleId,
        actor: AccountId,
        city: CityId,
        pay: PayWord,
        state: SaleStateWord,
        items: Json<Vec<StoredItem>>,
        total: i64,
        currency: Currency,
        /// Key of the device that bought, until it is delivered: for what is bound to it.
        device: Option<String>,
        created_at: DateTime<Utc>,
    }
}

table! {
    /// The money of a sale that a provider takes. Its id has the bytes of its sale's; a sale from
    /// the deposit has none.
    pub(crate) struct PaymentRow in "payment" {
        id: PaymentId,
        account: AccountId,
        purpose: PurposeWord,
        provider: String,
        state: PaymentStateWord,
        amount: i64,
        captured: i64,
        refunded: i64,
        currency: Currency,
        /// The provider's own payment whose money was captured; another one that it took goes back
        /// and is none of this.
        reference: Option<String>,
        page_url: String,
        expires_at: DateTime<Utc>,
        reason: Option<String>,
        created_at: DateTime<Utc>,
    }
}

table! {
    /// Which of our payments a provider's payment is for: the first that it was told of.
    pub(crate) struct ProviderPaymentRow in "provider_payment" {
        provider: String,
        reference: String,
        payment: PaymentId,
    }
}

table! {
    /// What a provider told of a payment of its own, each outcome once.
    pub(crate) struct NoticeRow in "provider_notice" {
        provider: String,
        reference: String,
        outcome: OutcomeWord,
        payment: PaymentId,
        amount: i64,
        currency: Currency,
        reason: Option<String>,
        at: DateTime<Utc>,
    }
}

table! {
    /// Money on its way back to a person.
    pub(crate) struct RefundRow in "refund" {
        id: RefundId,
        account: AccountId,
        /// Absent for what was left of the deposit of an account that was closed.
        payment: Option<PaymentId>,
        /// The provider's payment that it is taken from.
        reference: Option<String>,
        amount: i64,
        currency: Currency,
        reason: String,
        route: RouteWord,
        state: RefundStateWord,
        due_at: DateTime<Utc>,
        created_at: DateTime<Utc>,
        done_at: Option<DateTime<Utc>>,
    }
}

table! {
    /// A request that waits for a provider: claimed by lease, sent outside of every transaction,
    /// tried again until it is answered.
    pub(crate) struct ProviderRequestRow in "provider_request" {
        refund: RefundId,
        provider: String,
        /// Not sent before.
        next_at: DateTime<Utc>,
        tries: i64,
        lease_until: DateTime<Utc>,
    }
}

impl From<RefundRow> for Refund {
    fn from(row: RefundRow) -> Self {
        Self {
            id: row.id,
            amount: Money::from_minor(row.amount, row.currency),
            reason: row.reason,
            route: row.route.into(),
            state: row.state.into(),
            due_at: row.due_at,
        }
    }
}

impl PaymentRow {
    /// As it is told, at a moment: the job that ends one may be late; what is shown is not.
    pub fn told(self, now: DateTime<Utc>, refunds: Vec<Refund>) -> Payment {
        let is_over = self.state == PaymentStateWord::Pending && self.expires_at <= now;
        let state = if is_over { PaymentStateWord::Expired } else { self.state };
        let waits = state == PaymentStateWord::Pending;
        let money = |minor| Money::from_minor(minor, self.currency);
        Payment {
            id: self.id,
            sale: self.id.sale(),
            purpose: self.purpose.into(),
            method: PayMethod::Card,
            provider: Some(self.provider),
            state: state.into(),
            amount: money(self.amount),
            captured: money(self.captured),
            refunded: money(self.refunded),
            page_url: waits.then_some(self.page_url),
            expires_at: waits.then_some(self.expires_at),
            reason: if is_over { Some("expired".to_owned()) } else { self.reason },
            refunds,
        }
    }
}

impl SaleRow {
    /// What was sold as it is told; `outcomes` in the order of its items.
    pub fn told(&self, outcomes: Vec<Option<OnTheWire>>) -> Outcome<Sale> {
        let items = self.items.read()?.into_iter().zip(outcomes);
        Ok(Sale {
            id: self.id,
            quote: self.id.quote(),
            city: self.city.clone(),
            state: self.state.into(),
            created_at: self.created_at,
            payer: self.account,
            actor: self.actor,
            items: items
                .map(|(item, outcome)| SaleItem { service: item.service, subject: item.subject, outcome })
                .collect(),
            total: Money::from_minor(self.total, self.currency),
        })
    }

    /// The payment of a sale from the deposit, which has no row of its own.
    pub fn paid_from_deposit(&self, refunds: Vec<Refund>) -> Payment {
        let amount = Money::from_minor(self.total, self.currency);
        let back: i64 = refunds.iter().filter_map(|refund| refund.amount.minor().ok()).sum();
        Payment {
            id: self.id.payment(),
            sale: self.id,
            purpose: PaymentPurpose::Sale,
            method: PayMethod::Deposit,
            provider: None,
            state: if back > 0 && back >= self.total { PaymentState::Refunded } else { PaymentState::Captured },
            amount,
            captured: amount,
            refunded: Money::from_minor(back, self.currency),
            page_url: None,
            expires_at: None,
            reason: None,
            refunds,
        }
    }
}
