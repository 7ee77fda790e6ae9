//! The testbed's control address: time, faults, kills, the outbox, the bank's pages, inspectors and the books (docs/testbed.md).

use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use mesto_protocol::base::sign_in::Role;
use serde::Deserialize;
use serde::de::DeserializeOwned;
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

/// The world, as long as it stands.
struct Bed(Arc<World>);

impl FromRequestParts<Weak<World>> for Bed {
    type Rejection = Refused;

    async fn from_request_parts(_: &mut Parts, world: &Weak<World>) -> Result<Self, Refused> {
        world.upgrade().map(Self).ok_or_else(|| Refused(StatusCode::GONE, "the testbed is ending".into()))
    }
}

/// A JSON body; what is wrong with it is told like every other mistake.
struct Asked<T>(T);

impl<T: DeserializeOwned> FromRequest<Weak<World>> for Asked<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, world: &Weak<World>) -> Result<Self, Refused> {
        let Json(asked) = Json::from_request(request, world).await.map_err(|why| wrong(why.body_text()))?;
        Ok(Self(asked))
    }
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
        .method_not_allowed_fallback(|| async {
            Refused(
                StatusCode::METHOD_NOT_ALLOWED,
                "this control takes another method; docs/testbed.md tells which".into(),
            )
        })
        .with_state(world)
}

async fn clock(Bed(world): Bed) -> Answer {
    Ok(Json(json!({ "now": world.now_text() })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewTime {
    advance_seconds: Option<u64>,
    set: Option<DateTime<Utc>>,
}

async fn set_clock(Bed(world): Bed, Asked(time): Asked<NewTime>) -> Answer {
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

async fn fail(Bed(world): Bed, Asked(fault): Asked<Fault>) -> Answer {
    if !fault.path.starts_with('/') || fault.times == 0 || !(400..600).contains(&fault.status) {
        return Err(wrong("`path` begins with a slash, `times` is at least 1, `status` is from 400 to 599"));
    }
    Ok(Json(json!({ "pending": world.front.fail(fault) })))
}

async fn heal(Bed(world): Bed) -> Answer {
    world.front.heal();
    Ok(Json(json!({ "pending": 0 })))
}

#[derive(Deserialize)]
struct Offline {
    on: bool,
}

async fn offline(Bed(world): Bed, Asked(wanted): Asked<Offline>) -> Answer {
    if wanted.on {
        world.front.close().await;
    } else if world.is_running().await {
        world.front.open().map_err(WorldError::from)?;
    } else {
        return Err(WorldError::NotRunning.into());
    }
    Ok(Json(json!({ "offline": wanted.on })))
}

async fn kill(Bed(world): Bed) -> Answer {
    world.kill().await;
    Ok(Json(json!({ "running": false })))
}

async fn restart(Bed(world): Bed) -> Answer {
    world.restart().await?;
    Ok(Json(json!({ "running": true })))
}

#[derive(Deserialize)]
struct Recipient {
    phone: String,
}

async fn outbox(Bed(world): Bed, recipient: Result<Query<Recipient>, QueryRejection>) -> Answer {
    let Query(recipient) = recipient.map_err(|why| wrong(why.body_text()))?;
    let messages: Vec<Value> = world
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

async fn walk_bank(Bed(world): Bed, Asked(wanted): Asked<Walk>) -> Answer {
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

async fn staff(Bed(world): Bed, Asked(wanted): Asked<Staff>) -> Answer {
    if wanted.role == Role::Driver {
        return Err(wrong("a driver signs in with his phone; staff are `inspector` and `admin`"));
    }
    Ok(Json(json!({ "token": world.staff(wanted.role).await? })))
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

async fn check(Bed(world): Bed, Asked(asked): Asked<Check>) -> Result<Response, Refused> {
    let (status, answer) = world.inspect(&asked.city, &asked.zone, &asked.plate).await?;
    Ok(pass_on(status, answer))
}

async fn order(Bed(world): Bed, Asked(mut asked): Asked<Value>) -> Result<Response, Refused> {
    if let Some(fields) = asked.as_object_mut() {
        fields.entry("city").or_insert_with(|| belgrade().into());
    }
    let (status, answer) = world.issue_order(&asked).await?;
    Ok(pass_on(status, answer))
}

/// The operator's answer, status and body.
fn pass_on(status: u16, answer: Value) -> Response {
    (StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY), Json(answer)).into_response()
}

async fn ledger(Bed(world): Bed) -> Answer {
    let books = world.books().await?;
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
