//! An action happens once per key: scope (account, key, route), the answer replayed byte for byte.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use mesto_protocol::idempotency::{IdempotencyKey, body_hash};
use mesto_protocol::kernel::intents::{IntentOutcome, IntentState};
use mesto_protocol::{Problem, ProblemCode, route};

use crate::kernel::account::Held;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::http::{Request, Response};
use crate::kernel::routes::{Call, Route};
use crate::kernel::store::{Ask, Tx};
use crate::values;

/// Route of a tombstone: it stands for every route.
pub(crate) const ANY_ROUTE: &str = "*";

/// An action that has begun: its key was not used before.
pub(crate) struct Action {
    key: String,
    route: String,
    hash: String,
}

/// Asks for what is known of the request's key, once the account is locked. Of a key that is missing or no key nothing is known; [`begin`]
/// says so.
pub(crate) fn known<'a>(request: &'a Request, token_hash: &'a str) -> Ask<'a> {
    let key = request.get(route::IDEMPOTENCY_KEY).unwrap_or_default();
    Ask {
        sql: "SELECT route, body_hash, status, answer FROM intent WHERE account = (SELECT account FROM token WHERE hash = $1) AND key = $2",
        params: vec![token_hash.into(), key.into()],
    }
}

/// Judges by what is known of the key, the account being locked: an answer to replay, or the action to do.
pub(crate) fn begin(call: &Call<'_>, found: &Route) -> Outcome<Result<Action, Response>> {
    let Some(key) = call.request.get(route::IDEMPOTENCY_KEY) else {
        return refuse(
            ProblemCode::IdempotencyKeyMissing,
            "send the header Idempotency-Key with a value of your own, 16 to 64 of A-Z a-z 0-9 _ -",
        );
    };
    let key = IdempotencyKey::parse(key)
        .map_err(|error| Problem::new(ProblemCode::IdempotencyKeyInvalid, error.to_string()))?;
    let route = format!("{} {}", found.method, found.path);
    let hash = body_hash(&call.request.method, &call.request.path, &call.request.body);
    for row in &call.known {
        match row.text(0)? {
            ANY_ROUTE => {
                return refuse(
                    ProblemCode::IntentCancelled,
                    "this key was cancelled before the request arrived; use a new one",
                );
            }
            other if other != route => {}
            _ if row.text(1)? != hash => {
                return refuse(
                    ProblemCode::IdempotencyKeyReused,
                    "this key was used for another request; use a new one",
                );
            }
            _ => {
                let status = u16::try_from(row.int(2)?).unwrap_or(500);
                return Ok(Err(Response::stored(status, row.text(3)?.into())));
            }
        }
    }
    Ok(Ok(Action { key: key.as_str().to_owned(), route, hash }))
}

impl Action {
    /// Writes the account's events, and the answer for whoever asks again.
    pub fn end(self, tx: &mut dyn Tx, call: &mut Call<'_>, response: &Response) -> Outcome<()> {
        let now = call.now;
        let held = call.held()?;
        held.release(tx, now)?;
        tx.write(
            "INSERT INTO intent (account, key, route, body_hash, status, answer, at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            values![
                &held.id,
                &self.key,
                &self.route,
                &self.hash,
                i64::from(response.status),
                &String::from_utf8_lossy(&response.body).into_owned(),
                now.timestamp_millis()
            ],
        )?;
        Ok(())
    }
}

/// `GET /v1/intents/{key}`: what became of a key.
pub(crate) fn outcome(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let key = named_key(call)?;
    let account = call.who()?.account.clone();
    let ended = recorded(tx, &account, &key)?;
    let is_worked_on = call.operator.in_flight.holds(call.request, &key);
    let outcome = match ended {
        Some(outcome) => outcome,
        None if is_worked_on => IntentOutcome { key, state: IntentState::InFlight, status: None, answer: None },
        None => IntentOutcome { key, state: IntentState::Unknown, status: None, answer: None },
    };
    Ok(Response::json(200, &outcome))
}

/// `DELETE /v1/intents/{key}`: a key that was never seen is cancelled for good; one that ended stays as it ended.
pub(crate) fn cancel(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let key = named_key(call)?;
    // An action holds the account from before it looks its key up until it committed: either it is seen here, or it will see this.
    let held = Held::take(tx, &call.who()?.account)?;
    if let Some(outcome) = recorded(tx, &held.id, &key)? {
        return Ok(Response::json(200, &outcome));
    }
    let outcome = IntentOutcome { key, state: IntentState::Cancelled, status: None, answer: None };
    tx.execute(
        "INSERT INTO intent (account, key, route, body_hash, status, answer, at) VALUES ($1, $2, $3, '', 409, '', $4)",
        values![&held.id, &outcome.key, ANY_ROUTE, call.now.timestamp_millis()],
    )?;
    Ok(Response::json(200, &outcome))
}

fn named_key(call: &Call<'_>) -> Outcome<String> {
    let key = IdempotencyKey::parse(call.named())
        .map_err(|error| Problem::new(ProblemCode::IdempotencyKeyInvalid, error.to_string()))?;
    Ok(key.as_str().to_owned())
}

fn recorded(tx: &mut dyn Tx, account: &str, key: &str) -> Outcome<Option<IntentOutcome>> {
    let rows = tx.query(
        "SELECT route, status, answer FROM intent WHERE account = $1 AND key = $2 ORDER BY at, route LIMIT 1",
        values![account, key],
    )?;
    let Some(row) = rows.first() else { return Ok(None) };
    let key = key.to_owned();
    if row.text(0)? == ANY_ROUTE {
        return Ok(Some(IntentOutcome { key, state: IntentState::Cancelled, status: None, answer: None }));
    }
    Ok(Some(IntentOutcome {
        key,
        state: IntentState::Ended,
        status: Some(u16::try_from(row.int(1)?).unwrap_or(500)),
        answer: Some(serde_json::from_str(row.text(2)?)?),
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
        let key = request.get(route::IDEMPOTENCY_KEY)?;
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
