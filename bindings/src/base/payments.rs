//! Paying, and what is neither paid nor unpaid until the operator's word is known.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesto_client::base::payments::IntentItem;
use mesto_client::protocol::base::payments::{
    PayMethod, Payment, PaymentPurpose, PaymentState, Purchase, PurchasePage, Quote, QuoteItem, Refund, RefundRoute,
    RefundState, Sale, SaleItem, SaleState,
};
use mesto_client::protocol::base::terms::TermsPending;
use mesto_client::protocol::kernel::ids::{AccountId, PaymentId, QuoteId, RefundId, SaleId};
use mesto_client::{Error, IntentState as CoreState, IntentView, Progress as CoreProgress, page_size};
use mesto_rules::{CityId, Money};

use crate::kernel::cancel::Cancel;
use crate::kernel::client::{Client, Handle};
use crate::kernel::error::MestoError;
use crate::kernel::line::plain;
use crate::kernel::values::Timestamp;

mesto_protocol::payment_records!();
mesto_protocol::payment_words!();
mesto_protocol::quote_records!();

/// How far an open intent got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum IntentProgress {
    /// Nothing left the phone yet.
    Ready,
    /// A request is under way.
    Sending,
    /// It left, and nobody knows whether it was executed.
    Sent,
    /// The operator has it, and the driver pays at the provider's page.
    AtBank,
}

impl From<CoreProgress> for IntentProgress {
    fn from(core: CoreProgress) -> Self {
        match core {
            CoreProgress::Ready => Self::Ready,
            CoreProgress::Sending => Self::Sending,
            CoreProgress::Sent => Self::Sent,
            CoreProgress::AtBank => Self::AtBank,
        }
    }
}

/// Where an intent stands. All but `Unconfirmed` are final.
#[derive(Debug, Clone, PartialEq, uniffi::Enum)]
pub enum IntentState {
    /// The outcome is not known yet: show "not confirmed yet", neither paid nor unpaid.
    Unconfirmed { progress: IntentProgress },
    /// It was paid, and what was bought is there.
    Confirmed,
    /// The operator or the bank said no, for this reason; nothing was charged, or it goes back.
    Refused { reason: Reason },
    /// It surely was not and will not be executed.
    Expired,
    /// The operator no longer knows the time in which it was sent: nobody can say whether it was
    /// executed.
    Forgotten,
}

/// Why an intent ended without being bought, in the client's language.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Reason {
    pub code: String,
    pub text: String,
    pub advice: String,
    /// The numbers, moments (RFC 3339) and sums of the text; what goes back is `paid_back`, at the
    /// latest by `due_at`.
    pub params: HashMap<String, String>,
    /// Nobody can say that nothing was charged: it may have been, or it was and goes back.
    pub may_be_charged: bool,
}

/// One purchase, from the tap to its end.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct PurchaseIntent {
    /// The idempotency key; links back from a provider's page carry it.
    pub key: String,
    /// What is not paid for again while this is open: service, city, place and thing as one text,
    /// to compare.
    pub guard: String,
    /// What is bought.
    pub quote: QuoteId,
    pub city: CityId,
    pub pay: PayMethod,
    /// In the order of the quote; today one.
    pub items: Vec<IntentItem>,
    /// What it costs.
    pub amount: Money,
    pub state: IntentState,
    pub created_at: Timestamp,
    /// Never executed after this moment.
    pub not_after: Timestamp,
    /// How often it was sent.
    pub attempts: u32,
    /// When another attempt makes sense; absent once ended.
    pub next_retry_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// The provider's page to open, while it waits for the driver.
    pub page_url: Option<String>,
    /// The money, as the operator told it last, with what goes back; absent until it was heard.
    pub payment: Option<Payment>,
    /// Bought, and this version cannot read what: "paid, update the app".
    pub needs_update: bool,
    /// It ended as refused, and the bank approved it after all: it was bought.
    pub is_bought_late: bool,
    /// Why it ended without being bought; absent while it is open, and when it was bought.
    pub refusal: Option<Reason>,
}

impl PurchaseIntent {
    /// An intent in the words of one language, times in the city's zone.
    pub(crate) fn from_core(handle: &Handle, view: IntentView) -> Self {
        let reason = |error: &Error| Reason {
            code: error.code().to_owned(),
            text: error.text(handle.locale),
            advice: error.advice(handle.locale),
            params: plain(error.params()),
            may_be_charged: error.may_be_charged(),
        };
        let refusal = handle.core.payments().refusal(&view).as_ref().map(reason);
        let state = match &view.state {
            CoreState::Unconfirmed(progress) => IntentState::Unconfirmed { progress: (*progress).into() },
            CoreState::Confirmed => IntentState::Confirmed,
            CoreState::Expired => IntentState::Expired,
            CoreState::Forgotten => IntentState::Forgotten,
            CoreState::Refused(problem) => {
                let known = refusal.clone();
                IntentState::Refused { reason: known.unwrap_or_else(|| reason(&Error::from(problem.clone()))) }
            }
        };
        Self {
            key: view.key,
            guard: view.guard,
            quote: view.quote,
            city: view.city,
            pay: view.pay,
            items: view.items,
            amount: view.amount,
            state,
            created_at: view.created_at,
            not_after: view.not_after,
            attempts: view.attempts,
            next_retry_at: view.next_retry_at,
            ended_at: view.ended_at,
            page_url: view.page_url,
            payment: view.payment,
            needs_update: view.needs_update,
            is_bought_late: view.is_bought_late,
            refusal,
        }
    }

    fn all(handle: &Handle, views: Vec<IntentView>) -> Vec<Self> {
        views.into_iter().map(|view| Self::from_core(handle, view)).collect()
    }
}

/// What is not confirmed yet.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct PaymentsState {
    /// Oldest first: neither paid nor unpaid.
    pub open: Vec<PurchaseIntent>,
}

part! {
    /// Buying, and what is not confirmed yet.
    Payments, payments
}

#[uniffi::export(async_runtime = "tokio")]
impl Payments {
    /// What is not confirmed yet.
    #[must_use]
    pub fn state(&self) -> PaymentsState {
        PaymentsState { open: PurchaseIntent::all(&self.0, self.0.core.payments().state().open.clone()) }
    }

    /// An intent by its key, open or ended.
    pub fn intent(&self, key: String) -> Result<Option<PurchaseIntent>, MestoError> {
        let view = self.0.to_app(self.0.core.payments().intent(&key))?;
        Ok(view.map(|view| PurchaseIntent::from_core(&self.0, view)))
    }

    /// The newest intents, ended ones included, newest first: 1 to 200 of them.
    #[uniffi::method(default(limit = 50))]
    pub fn intents(&self, limit: u32) -> Result<Vec<PurchaseIntent>, MestoError> {
        let newest = page_size(limit).and_then(|limit| self.0.core.payments().intents(limit));
        Ok(PurchaseIntent::all(&self.0, self.0.to_app(newest)?))
    }

    /// What was bought, with its money, newest first; `cursor` is `next` of the page before.
    #[uniffi::method(default(cursor = None, limit = 50, cancel = None))]
    pub async fn history(
        &self,
        cursor: Option<String>,
        limit: u32,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<PurchasePage, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.payments().history(cursor, limit))).await
    }

    /// When an open intent wants another attempt; absent when all are ended.
    #[must_use]
    pub fn next_retry_at(&self) -> Option<Timestamp> {
        self.0.core.payments().next_retry_at()
    }

    /// Where a payment stands, in the client's language.
    pub fn payment_text(&self, payment: Payment) -> Result<String, MestoError> {
        Ok(self.0.core.payment_text(&payment))
    }

    /// What goes back to the driver and by when, in the client's language.
    pub fn refund_text(&self, refund: Refund) -> Result<String, MestoError> {
        Ok(self.0.core.refund_text(&refund))
    }

    /// Whether the price of a quote no longer holds, by the corrected time: ask for another one.
    /// The same moment as the operator's.
    pub fn is_over(&self, quote: Quote) -> Result<bool, MestoError> {
        Ok(self.0.core.payments().is_over(&quote))
    }

    /// Buys a quote of any service: exactly what it says, once, however often it is tapped. By card
    /// the intent's `page_url` is the provider's page. A purchase of the same thing that is not
    /// confirmed yet is settled first: confirmed, it is the answer; still open, this is refused
    /// with `unconfirmed`, and `intent` (and `page_url`) of the params name it.
    #[uniffi::method(default(cancel = None))]
    pub async fn buy(&self, quote: Quote, cancel: Option<Arc<Cancel>>) -> Result<PurchaseIntent, MestoError> {
        let view = self.0.paid(cancel, Box::pin(self.0.core.payments().buy(&quote))).await?;
        Ok(PurchaseIntent::from_core(&self.0, view))
    }

    /// Goes on with every open intent now: at start, and when the connection comes back.
    #[uniffi::method(default(cancel = None))]
    pub async fn settle_all(&self, cancel: Option<Arc<Cancel>>) -> Result<Vec<PurchaseIntent>, MestoError> {
        let views = self.0.paid(cancel, Box::pin(self.0.core.payments().settle_all())).await?;
        Ok(PurchaseIntent::all(&self.0, views))
    }

    /// The same for those whose time has come by `next_retry_at`.
    #[uniffi::method(default(cancel = None))]
    pub async fn settle_due(&self, cancel: Option<Arc<Cancel>>) -> Result<Vec<PurchaseIntent>, MestoError> {
        let views = self.0.paid(cancel, Box::pin(self.0.core.payments().settle_due())).await?;
        Ok(PurchaseIntent::all(&self.0, views))
    }

    /// Goes on with one intent now: when a provider's page led back with its key.
    #[uniffi::method(default(cancel = None))]
    pub async fn settle(&self, key: String, cancel: Option<Arc<Cancel>>) -> Result<PurchaseIntent, MestoError> {
        let view = self.0.paid(cancel, Box::pin(self.0.core.payments().settle(&key))).await?;
        Ok(PurchaseIntent::from_core(&self.0, view))
    }

    /// Ends an intent that the driver no longer wants: one that waits at the provider's page on the
    /// operator too (what is still taken there is then paid back), another one when it is sure
    /// that it will not be executed. Its state tells.
    #[uniffi::method(default(cancel = None))]
    pub async fn abandon(&self, key: String, cancel: Option<Arc<Cancel>>) -> Result<PurchaseIntent, MestoError> {
        let view = self.0.paid(cancel, Box::pin(self.0.core.payments().abandon(&key))).await?;
        Ok(PurchaseIntent::from_core(&self.0, view))
    }
}
