//! An action happens once per key: scope (account, key, route), the answer replayed byte for byte.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use mesto_protocol::idempotency::{IdempotencyKey, body_hash};
use mesto_protocol::kernel::intents::{IntentOutcome, IntentState};
use mesto_protocol::{Problem, ProblemCode, headers};

use crate::kernel::account::LockedAccount;
use crate::kernel::call::Call;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::http::{Request, Response};
use crate::kernel::service::{Erasure, Export, Table};
use crate::kernel::store::{Select, Tx, Write};
use crate::{table, values};

/// Route of a tombstone: it stands for every route.
pub(crate) const ANY_ROUTE: &str = "*";

pub(crate) const TABLE: Table = Table {
    name: "intent",
    export: Export::Rows {
        called: "actions",
        columns: &["key", "route", "status", "answer", "at"],
        from: "intent WHERE account = $1 ORDER BY at, key",
    },
    erasure: Erasure::AtClosing(&["DELETE FROM intent WHERE account = $1"]),
};

table! {
    /// The answer of an action that ended, or the tombstone of a key.
    pub(crate) struct IntentRow in "intent" {
        account: String,
        key: String,
        route: String,
        body_hash: String,
        status: u16,
        answer: String,
        at: DateTime<Utc>,
    }
}

/// An action that has begun: its key was not used before.
pub(crate) struct Action {
    key: String,
    route: String,
    hash: String,
}

/// Asks for what is known of the request's key, once the account is locked. Of a key that is missing or no key nothing is known; [`begin`]
/// says so.
pub(crate) fn known(request: &Request, token_hash: &str) -> Select<IntentRow> {
    let key = request.get(headers::IDEMPOTENCY_KEY).unwrap_or_default();
    Select::of(
        "FROM intent WHERE intent.account = (SELECT account FROM token WHERE hash = $1) AND intent.key = $2",
        values![token_hash, key],
    )
}

/// Judges by what is known of the key, the account being locked: an answer to replay, or the action to do.
pub(crate) fn begin(call: &Call<'_>) -> Outcome<Result<Action, Response>> {
    let Some(key) = call.request.get(headers::IDEMPOTENCY_KEY) else {
        return refuse(
            ProblemCode::IdempotencyKeyMissing,
            "send the header Idempotency-Key with a value of your own, 16 to 64 of A-Z a-z 0-9 _ -",
        );
    };
    let key = IdempotencyKey::parse(key)
        .map_err(|error| Problem::new(ProblemCode::IdempotencyKeyInvalid, error.to_string()))?;
    let operation = call.served.operation;
    let route = format!("{} {}", operation.method.as_str(), operation.path);
    let hash = body_hash(&call.request.method, &call.request.path, &call.request.body);
    for known in &call.known {
        match known.route.as_str() {
            ANY_ROUTE => {
                return refuse(
                    ProblemCode::IntentCancelled,
                    "this key was cancelled before the request arrived; use a new one",
                );
            }
            other if other != route => {}
            _ if known.body_hash != hash => {
                return refuse(
                    ProblemCode::IdempotencyKeyReused,
                    "this key was used for another request; use a new one",
                );
            }
            _ => return Ok(Err(Response::stored(known.status, known.answer.clone().into_bytes()))),
        }
    }
    Ok(Ok(Action { key: key.as_str().to_owned(), route, hash }))
}

impl Action {
    /// Writes the events of the locked accounts, and the answer for whoever asks again.
    pub fn end(self, tx: &mut dyn Tx, call: &mut Call<'_>, response: &Response) -> Outcome<()> {
        let now = call.now;
        for account in call.locked.values_mut() {
            account.release(tx, now)?;
        }
        tx.write(Write::insert(IntentRow {
            account: call.who()?.account.clone(),
            key: self.key,
            route: self.route,
            body_hash: self.hash,
            status: response.status,
            answer: String::from_utf8_lossy(&response.body).into_owned(),
            at: now,
        }))?;
        Ok(())
    }
}

/// `GET /v1/intents/{key}`: what became of a key.
pub(crate) fn outcome(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<IntentOutcome> {
    let key = named_key(call)?;
    let account = call.who()?.account.clone();
    let ended = recorded(tx, &account, &key)?;
    let is_worked_on = call.operator.in_flight.holds(call.request, &key);
    Ok(match ended {
        Some(outcome) => outcome,
        None if is_worked_on => IntentOutcome { key, state: IntentState::InFlight, status: None, answer: None },
        None => IntentOutcome { key, state: IntentState::Unknown, status: None, answer: None },
    })
}

/// `DELETE /v1/intents/{key}`: a key that was never seen is cancelled for good; one that ended stays as it ended.
pub(crate) fn cancel(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<IntentOutcome> {
    let key = named_key(call)?;
    // An action holds the account from before it looks its key up until it committed: either it is seen here, or it will see this.
    let account = LockedAccount::of_caller(tx, &call.who()?.account)?;
    if let Some(outcome) = recorded(tx, &account.id, &key)? {
        return Ok(outcome);
    }
    tx.write(Write::insert(IntentRow {
        account: account.id,
        key: key.clone(),
        route: ANY_ROUTE.to_owned(),
        body_hash: String::new(),
        status: 409,
        answer: String::new(),
        at: call.now,
    }))?;
    let outcome = IntentOutcome { key, state: IntentState::Cancelled, status: None, answer: None };
    Ok(outcome)
}

fn named_key(call: &Call<'_>) -> Outcome<String> {
    let key = IdempotencyKey::parse(call.named())
        .map_err(|error| Problem::new(ProblemCode::IdempotencyKeyInvalid, error.to_string()))?;
    Ok(key.as_str().to_owned())
}

fn recorded(tx: &mut dyn Tx, account: &str, key: &str) -> Outcome<Option<IntentOutcome>> {
    let first: Option<IntentRow> = tx.first(Select::of(
        "FROM intent WHERE intent.account = $1 AND intent.key = $2 ORDER BY intent.at, intent.route LIMIT 1",
        values![account, key],
    ))?;
    let Some(intent) = first else { return Ok(None) };
    if intent.route == ANY_ROUTE {
        let (key, state) = (intent.key, IntentState::Cancelled);
        return Ok(Some(IntentOutcome { key, state, status: None, answer: None }));
    }
    Ok(Some(IntentOutcome {
        key: intent.key,
        state: IntentState::Ended,
        status: Some(intent.status),
        answer: Some(serde_json::from_str(&intent.answer)?),
    }))
}

/// The actions this operator is working on now.
#[derive(Debug, Default)]
pub(crate) struct InFlight(Mutex<HashSet<(String, String)>>);

/// Stands for an action while it is worked on.
pub(crate) struct Alone<'a> {
    set: &'a InFlight,
    action: Option<(String, String)>,
}

impl InFlight {
    /// Refuses a request whose key is being worked on right now.
    pub fn enter(&self, request: &Request) -> Result<Alone<'_>, Problem> {
        let action = Self::action(request);
        if let Some(action) = &action
            && !self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(action.clone())
        {
            return Err(Problem::new(
                ProblemCode::RequestInFlight,
                "the first request with this key is being worked on; ask again",
            )
            .with("retry_after_seconds", 1));
        }
        Ok(Alone { set: self, action })
    }

    /// Whether this caller's key is being worked on.
    pub fn holds(&self, request: &Request, key: &str) -> bool {
        let caller = request.get("authorization").unwrap_or_default().to_owned();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&(caller, key.to_owned()))
    }

    fn action(request: &Request) -> Option<(String, String)> {
        if request.method != "POST" {
            return None;
        }
        let key = request.get(headers::IDEMPOTENCY_KEY)?;
        Some((request.get("authorization")?.to_owned(), key.to_owned()))
    }
}

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        if let Some(action) = &self.action {
            self.set.0.lock().unwrap_or_else(PoisonError::into_inner).remove(action);
        }
    }
}
