//! Paying: what is bought becomes an intent, and an intent is brought to its end.

mod answers;
mod guard;
mod quotes;
mod sending;
#[cfg(test)]
mod tests;
mod view;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::base::payments::{self, Payment, PurchasePage, Refund};
use mesto_protocol::kernel::ids::AccountId;
use mesto_protocol::kernel::json::Json;
use rusqlite::Connection as Database;
use serde::Serialize;

pub use guard::unconfirmed;
pub use quotes::offer;
pub use view::{IntentItem, IntentView};

use crate::base::sync;
use crate::kernel::client::{Client, Core};
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::intent::{INTENTS, IntentEvent};
use crate::kernel::service::{Service, Services, days_before};
use crate::kernel::store::{IntentRow, Stored};
use mesto_texts::TextValue;

/// The kind of these intents, stored with each.
const KIND: &str = "purchase";

pub const SERVICE: Service = Service {
    section: Some(answers::take_section),
    event: Some(answers::take_event),
    prune: Some(|tx, city, now| IntentRow::prune(tx, days_before(now, city.retention.events_days))),
    forget: Some(IntentRow::forget_ended),
    widget: Some(|client| Json::of(&*client.payments().state())),
    codes: CODES,
    ..Service::named(payments::SERVICE.name)
};

const CODES: &[&str] = &[
    "intent_missing",
    "intent_forgotten",
    "quote_altered",
    "unconfirmed",
    // Why a payment by card was not made.
    "card_declined",
    "authentication_failed",
    "cancelled",
    "expired",
    "abandoned",
    "account_closed",
    "bank_refused",
    "undeliverable",
];

/// How long to wait before a balance that could not be read is asked for again.
const BALANCE_AGAIN: TimeDelta = TimeDelta::seconds(30);

/// What is not confirmed yet.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct PaymentsState {
    /// Oldest first: neither paid nor unpaid.
    pub open: Vec<IntentView>,
}

/// What is done about paying; see [`Client::payments`].
#[derive(Clone, Copy)]
pub struct Payments<'c>(&'c Client);

impl Client {
    /// Buying, and what is not confirmed yet.
    #[must_use]
    pub const fn payments(&self) -> Payments<'_> {
        Payments(self)
    }

    /// Where a payment stands, for the driver.
    #[must_use]
    pub fn payment_text(&self, payment: &Payment) -> String {
        self.word_text("payment-state", payment.state.as_str(), &[])
    }

    /// What goes back to the driver, and by when.
    #[must_use]
    pub fn refund_text(&self, refund: &Refund) -> String {
        let values = [
            ("amount", TextValue::Money(refund.amount)),
            ("due_at", TextValue::Time(refund.due_at)),
            ("route", TextValue::Text(refund.route.to_string())),
        ];
        self.word_text("refund", refund.state.as_str(), &values)
    }
}

/// The intents that are found, without those of a later version.
fn views(
    core: &mut Core,
    services: Services,
    now: DateTime<Utc>,
    find: impl FnOnce(&Database, AccountId) -> Stored<Vec<IntentRow>>,
) -> Result<Vec<IntentView>> {
    let Some(account) = core.account else { return Ok(Vec::new()) };
    core.read(now, |db| {
        let views = find(db, account)?.into_iter().map(|row| IntentView::of(db, services, row));
        views.filter_map(Stored::transpose).collect()
    })
}

fn intent_missing() -> Error {
    Error::new(ErrorKind::Refused, "intent_missing", "no such intent on this phone")
}

impl Payments<'_> {
    /// What is not confirmed yet. Local.
    #[must_use]
    pub fn state(self) -> Arc<PaymentsState> {
        let services = self.0.services();
        self.0.state(INTENTS, |core, now| {
            Ok((PaymentsState { open: views(core, services, now, IntentRow::open)? }, None))
        })
    }

    /// Why an intent ended without being bought, with text and advice; times in the city's zone.
    /// `None` while it is open, and when it was bought.
    #[must_use]
    pub fn refusal(self, intent: &IntentView) -> Option<Error> {
        intent.refusal().map(|error| error.in_time(self.0.time_rules(Some(&intent.city))))
    }

    fn view(self, key: &str) -> Result<IntentView> {
        self.intent(key)?.ok_or_else(intent_missing)
    }

    /// An intent of this account by its key, open or ended; `None` for one of another account that
    /// used this phone. Local.
    ///
    /// # Errors
    /// Only when the phone's database fails.
    pub fn intent(self, key: &str) -> Result<Option<IntentView>> {
        let now = self.0.now();
        let services = self.0.services();
        let mut core = self.0.core();
        let Some(account) = core.account else { return Ok(None) };
        core.read(now, |db| match IntentRow::find(db, key, account)? {
            Some(row) => IntentView::of(db, services, row),
            None => Ok(None),
        })
    }

    /// What was bought, with its money: whether it was paid, by which phone of the account, or what
    /// goes back. Newest first, `limit` at most; `cursor` is `next` of the page before.
    ///
    /// # Errors
    /// `not_signed_in`, and whatever a request can answer.
    pub async fn history(self, cursor: Option<String>, limit: u32) -> Result<PurchasePage> {
        self.0.fetch_page(&payments::PAYMENTS, cursor.as_deref(), limit).await
    }

    /// Intents that are not ended, oldest first. Local.
    ///
    /// # Errors
    /// Only when the phone's database fails.
    pub fn open(self) -> Result<Vec<IntentView>> {
        self.intents_by(IntentRow::open)
    }

    /// The newest intents, ended ones included, newest first. Local.
    ///
    /// # Errors
    /// Only when the phone's database fails.
    pub fn intents(self, limit: u32) -> Result<Vec<IntentView>> {
        self.intents_by(|db, account| IntentRow::newest(db, account, limit))
    }

    fn intents_by(&self, find: impl FnOnce(&Database, AccountId) -> Stored<Vec<IntentRow>>) -> Result<Vec<IntentView>> {
        let now = self.0.now();
        let services = self.0.services();
        views(&mut self.0.core(), services, now, find)
    }

    /// When an open intent wants another attempt, or the balance is to be asked for; `None` when
    /// all is known, and while nobody is signed in: nothing can be asked then.
    #[must_use]
    pub fn next_retry_at(self) -> Option<DateTime<Utc>> {
        let now = self.0.now();
        let mut core = self.0.core();
        let account = core.signed_in().ok()?;
        let both = core.read(now, |db| Ok([IntentRow::next_attempt(db, account)?, sync::balance_is_old(db)?]));
        both.ok()?.into_iter().flatten().min()
    }

    /// Goes on with every open intent now: at start, and when the connection comes back. Gives them
    /// as they are afterwards, oldest first. An unreachable operator is not an error: they stay
    /// unconfirmed.
    ///
    /// # Errors
    /// `not_signed_in`, or the phone's database fails.
    pub async fn settle_all(self) -> Result<Vec<IntentView>> {
        self.settle_until(DateTime::<Utc>::MAX_UTC).await
    }

    /// The same for those whose time has come by [`Payments::next_retry_at`].
    ///
    /// # Errors
    /// As [`Payments::settle_all`].
    pub async fn settle_due(self) -> Result<Vec<IntentView>> {
        self.settle_until(self.0.now()).await
    }

    async fn settle_until(self, until: DateTime<Utc>) -> Result<Vec<IntentView>> {
        let settled = match self.0.catch_up().and_then(|_| self.open()) {
            Ok(mut open) => {
                open.retain(|intent| intent.next_retry_at.is_some_and(|at| at <= until));
                self.settle_these(open).await
            }
            Err(error) => Err(error),
        };
        let settled = settled.map_err(Error::of_open_payment)?;
        self.settle_balance(until).await?;
        Ok(settled)
    }

    /// Reads what an action that is done did to the balance, when its answer did not tell and
    /// asking was due by `until`.
    async fn settle_balance(self, until: DateTime<Utc>) -> Result<()> {
        let now = self.0.now();
        let due = {
            let mut core = self.0.core();
            if core.signed_in().is_err() {
                return Ok(());
            }
            core.read(now, sync::balance_is_old)?.filter(|at| *at <= until)
        };
        if due.is_some() && self.0.sync().await.is_err() {
            self.0.core().write(now, |tx| match sync::balance_is_old(tx.db())? {
                Some(_) => sync::balance_is_due(tx, now + BALANCE_AGAIN),
                None => Ok(()),
            })?;
        }
        Ok(())
    }

    /// Goes on with one intent now: when a bank's page led back with its key.
    ///
    /// # Errors
    /// `intent_missing`, `not_signed_in`, or the phone's database fails.
    pub async fn settle(self, key: &str) -> Result<IntentView> {
        let outcome = match self.0.signed_in() {
            Ok(_) => self.drive(key, IntentEvent::Go).await,
            Err(error) => Err(error),
        };
        self.0.explain(outcome.map_err(Error::of_open_payment))
    }

    async fn settle_these(self, open: Vec<IntentView>) -> Result<Vec<IntentView>> {
        if !open.is_empty() {
            self.0.signed_in()?;
        }
        let mut settled = Vec::with_capacity(open.len());
        let mut failed = None;
        for intent in open {
            // One that fails does not keep the others from their end.
            match self.drive(&intent.key, IntentEvent::Go).await {
                Ok(intent) => settled.push(intent),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(settled), Err)
    }

    /// Takes an intent back if that is still possible for sure; its new state says whether it was.
    /// One that never left the phone needs no session for it.
    ///
    /// # Errors
    /// As [`Payments::settle`].
    pub async fn withdraw(self, key: &str) -> Result<IntentView> {
        let outcome = self.drive(key, IntentEvent::Withdraw).await;
        self.0.explain(outcome.map_err(Error::of_open_payment))
    }
}
