//! The testbed's control address: time, faults, kills, the outbox, the bank's pages, inspectors and the books (docs/testbed.md).

use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use mesto_protocol::api::Role;
use serde::Deserialize;
use serde_json::{Value, json};

use super::front::Fault;
use super::walk::Payer;
use super::world::{World, WorldError};

/// A mistake in the request, or something that failed.
struct Refused(StatusCode, String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

impl From<WorldError> for Refused {
    fn from(error: WorldError) -> Self {
        let status = match error {
            WorldError::NotRunning => StatusCode::CONFLICT,
            WorldError::Web(_) => StatusCode::BAD_GATEWAY,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self(status, error.to_string())
    }
}

fn wrong(why: impl Into<String>) -> Refused {
    Refused(StatusCode::BAD_REQUEST, why.into())
}

type Answer = Result<Json<Value>, Refused>;
type Shared = State<Weak<World>>;

fn world(shared: &Weak<World>) -> Result<Arc<World>, Refused> {
    shared.upgrade().ok_or_else(|| Refused(StatusCode::GONE, "the testbed is ending".into()))
}

pub fn routes(world: Weak<World>) -> Router {
    Router::new()
        .route("/clock", get(clock).post(set_clock))
        .route("/faults", post(fail).delete(heal))
        .route("/offline", post(offline))
        .route("/kill", post(kill))
        .route("/restart", post(restart))
        .route("/outbox", get(outbox))
        .route("/bank/walk", post(walk_bank))
        .route("/staff", post(staff))
        .route("/inspector/check", post(check))
        .route("/inspector/orders", post(order))
        .route("/ledger", get(ledger))
        .fallback(|| async {
            Refused(StatusCode::NOT_FOUND, "there is no such control; docs/testbed.md lists them".into())
        })
        .with_state(world)
}

async fn clock(State(shared): Shared) -> Answer {
    Ok(Json(json!({ "now": world(&shared)?.now_text() })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewTime {
    advance_seconds: Option<u64>,
    set: Option<DateTime<Utc>>,
}

async fn set_clock(State(shared): Shared, Json(time): Json<NewTime>) -> Answer {
    let world = world(&shared)?;
    match (time.advance_seconds, time.set) {
        (Some(seconds), None) => {
            world.clock.advance(Duration::from_secs(seconds));
        }
        (None, Some(moment)) => world.clock.set(moment).map_err(|error| wrong(error.to_string()))?,
        _ => return Err(wrong("give either `advance_seconds` or `set`")),
    }
    let due = world.due().await?;
    Ok(Json(json!({ "now": world.now_text(), "due": due })))
}

async fn fail(State(shared): Shared, Json(fault): Json<Fault>) -> Answer {
    if !fault.path.starts_with('/') || fault.times == 0 || !(400..600).contains(&fault.status) {
        return Err(wrong("`path` begins with a slash, `times` is at least 1, `status` is from 400 to 599"));
    }
    Ok(Json(json!({ "pending": world(&shared)?.front.fail(fault) })))
}

async fn heal(State(shared): Shared) -> Answer {
    world(&shared)?.front.heal();
    Ok(Json(json!({ "pending": 0 })))
}

#[derive(Deserialize)]
struct Offline {
    on: bool,
}

async fn offline(State(shared): Shared, Json(wanted): Json<Offline>) -> Answer {
    let world = world(&shared)?;
    if wanted.on {
        world.front.close().await;
    } else if world.is_running().await {
        world.front.open().map_err(WorldError::from)?;
    } else {
        return Err(WorldError::NotRunning.into());
    }
    Ok(Json(json!({ "offline": wanted.on })))
}

async fn kill(State(shared): Shared) -> Answer {
    world(&shared)?.kill().await;
    Ok(Json(json!({ "running": false })))
}

async fn restart(State(shared): Shared) -> Answer {
    world(&shared)?.restart().await?;
    Ok(Json(json!({ "running": true })))
}

#[derive(Deserialize)]
struct Recipient {
    phone: String,
}

async fn outbox(State(shared): Shared, Query(recipient): Query<Recipient>) -> Answer {
    let messages: Vec<Value> = world(&shared)?
        .outbox(&recipient.phone)
        .await?
        .iter()
        .map(|message| json!({ "at": message.at, "phone": message.recipient, "text": message.body, "code": code_in(&message.body) }))
        .collect();
    Ok(Json(json!({ "messages": messages })))
}

/// The one-time code in a message: its only run of six digits.
pub fn code_in(text: &str) -> Option<&str> {
    text.split(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() == 6)
}

#[derive(Deserialize)]
struct Walk {
    page_url: String,
    card: Payer,
}

async fn walk_bank(State(shared): Shared, Json(wanted): Json<Walk>) -> Answer {
    let world = world(&shared)?;
    let bank = world.bank_url();
    if !wanted.page_url.starts_with(&format!("{bank}/")) {
        return Err(wrong(format!("`page_url` is not a page of this testbed's bank, {bank}")));
    }
    let walked = world
        .walk(&wanted.page_url, wanted.card)
        .await
        .map_err(|error| Refused(StatusCode::CONFLICT, error.to_string()))?;
    Ok(Json(json!({ "returned_to": walked.returned_to, "pages": walked.pages })))
}

#[derive(Deserialize)]
struct Staff {
    role: Role,
}

async fn staff(State(shared): Shared, Json(wanted): Json<Staff>) -> Answer {
    if wanted.role == Role::Driver {
        return Err(wrong("a driver signs in with his phone; staff are `inspector` and `admin`"));
    }
    Ok(Json(json!({ "token": world(&shared)?.staff(wanted.role).await? })))
}

fn belgrade() -> String {
    "belgrade".to_owned()
}

#[derive(Deserialize)]
struct Check {
    #[serde(default = "belgrade")]
    city: String,
    zone: String,
    plate: String,
}

async fn check(State(shared): Shared, Json(asked): Json<Check>) -> Result<Response, Refused> {
    let (status, answer) = world(&shared)?.inspect(&asked.city, &asked.zone, &asked.plate).await?;
    Ok(pass_on(status, answer))
}

async fn order(State(shared): Shared, Json(mut asked): Json<Value>) -> Result<Response, Refused> {
    if let Some(fields) = asked.as_object_mut() {
        fields.entry("city").or_insert_with(|| belgrade().into());
    }
    let (status, answer) = world(&shared)?.issue_order(&asked).await?;
    Ok(pass_on(status, answer))
}

/// The operator's answer, status and body.
fn pass_on(status: u16, answer: Value) -> Response {
    (StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY), Json(answer)).into_response()
}

async fn ledger(State(shared): Shared) -> Answer {
    let books = world(&shared)?.books().await?;
    serde_json::to_value(books).map(Json).map_err(|error| Refused(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::code_in;

    #[test]
    fn a_code_is_found_in_its_message() {
        assert_eq!(code_in("Mesto: 042917 is your code, good for 5 minutes"), Some("042917"));
        assert_eq!(code_in("call 0112345678"), None);
    }
}
