//! An intent as an app shows it.

use chrono::{DateTime, Utc};
use mesto_protocol::Problem;
use mesto_protocol::kernel::json::Json;
use mesto_rules::Money;
use rusqlite::Connection as Database;
use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};

use crate::kernel::error::Error;
use crate::kernel::intent::{IntentState, Progress};
use crate::kernel::paying::PayingAction;
use crate::kernel::service::Services;
use crate::kernel::store::{IntentRow, Stored};

/// An intent as an app shows it. What was wanted and what was bought is read by its service: `intent.ticket()`.
#[derive(Clone, Serialize)]
pub struct IntentView {
    /// The idempotency key; links back from a bank carry it.
    pub key: String,
    /// What is not paid for again while this is open: service, place and canonical plate as one text, to compare.
    pub guard: String,
    #[serde(rename = "kind", serialize_with = "by_name")]
    pub(crate) action: &'static PayingAction,
    /// What it costs or moves.
    pub amount: Money,
    /// What was wanted, as its service wrote it.
    pub details: Json,
    #[serde(flatten)]
    pub state: IntentState,
    pub created_at: DateTime<Utc>,
    /// Never executed after this moment.
    pub not_after: DateTime<Utc>,
    /// How often it was sent.
    pub attempts: u32,
    /// When another attempt makes sense; `None` once ended.
    pub next_retry_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    /// What was bought or begun, as its service stores it.
    pub outcome: Option<Json>,
    /// The bank's page to open, while a top-up waits for the driver.
    pub page_url: Option<String>,
}

fn by_name<S: Serializer>(action: &PayingAction, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(action.name)
}

impl IntentView {
    /// `None` for an action of a later version: it waits for the app that knows it.
    pub(super) fn of(db: &Database, services: Services, row: IntentRow) -> Stored<Option<Self>> {
        let Some(action) = services.paying(&row.kind) else { return Ok(None) };
        let outcome = row.result.as_deref().map(|id| (action.outcome)(db, id)).transpose()?.flatten();
        let waits = matches!(row.state, IntentState::Unconfirmed(Progress::AtBank));
        let page = action.at_bank.as_ref().filter(|_| waits).zip(row.result.as_deref());
        let page_url = page.map(|(at_bank, id)| (at_bank.page)(db, id)).transpose()?.flatten();
        Ok(Some(Self {
            next_retry_at: (!row.state.is_final()).then_some(row.next_attempt_at),
            key: row.key,
            guard: row.guard,
            action,
            amount: row.amount,
            details: row.details,
            state: row.state,
            created_at: row.created_at,
            not_after: row.not_after,
            attempts: row.attempts,
            ended_at: row.ended_at,
            outcome,
            page_url,
        }))
    }

    /// What was wanted: `purchase`, `topup`, `order_payment`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        self.action.name
    }

    /// What was wanted, of an intent of this action.
    pub(crate) fn details_of<T: DeserializeOwned>(&self, action: &PayingAction) -> Option<T> {
        if self.kind() == action.name { self.details.read().ok() } else { None }
    }

    /// What was bought, of an intent of this action.
    pub(crate) fn outcome_of<T: DeserializeOwned>(&self, action: &PayingAction) -> Option<T> {
        if self.kind() == action.name { self.outcome.as_ref()?.read().ok() } else { None }
    }

    /// The operator's or bank's reason, when it was refused.
    #[must_use]
    pub const fn problem(&self) -> Option<&Problem> {
        match &self.state {
            IntentState::Refused(problem) => Some(problem),
            _ => None,
        }
    }

    /// The refusal as an error with text and advice.
    #[must_use]
    pub fn refusal(&self) -> Option<Error> {
        self.problem().cloned().map(Error::from)
    }
}

impl PartialEq for IntentView {
    fn eq(&self, other: &Self) -> bool {
        let known =
            |one: &Self| (one.kind(), one.attempts, one.created_at, one.not_after, one.next_retry_at, one.ended_at);
        known(self) == known(other)
            && (&self.key, &self.guard, &self.amount, &self.state)
                == (&other.key, &other.guard, &other.amount, &other.state)
            && (&self.details, &self.outcome, &self.page_url) == (&other.details, &other.outcome, &other.page_url)
    }
}

impl std::fmt::Debug for IntentView {
    /// Without what was wanted and bought: a plate must not come into a log by this way.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "IntentView({} {} {:?})", self.kind(), self.key, self.state)
    }
}
