//! The testbed's control address: time, faults, kills, the messages, the bank's pages, staff and
//! the books (docs/testbed.md).

use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::extract::Query;
use axum::extract::rejection::QueryRejection;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::kernel::operation::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::fault_proxy::{ANY_METHOD, DELAY_MOST, Fault};
use super::walk::Payer;
use super::world::{World, WorldError};
use crate::kernel::service::Services;
use crate::kernel::testbed::{Asked, Refused, Standing, Testbed, TestbedError, wrong};

type Answer = Result<Json<Value>, Refused>;
type RunningWorld = Standing<World>;

impl From<WorldError> for Refused {
    fn from(error: WorldError) -> Self {
        TestbedError::from(error).into()
    }
}

/// The testbed's own controls, and those of each service.
pub fn routes(world: &Arc<World>, services: Services) -> Router {
    let testbed: Weak<dyn Testbed> = Arc::<World>::downgrade(world);
    let of_services = services.all().filter_map(|service| service.controls);
    let routes = of_services.fold(Router::new(), |routes, controls| routes.merge(controls(testbed.clone())));
    let own = Router::new()
        .route("/clock", get(clock).post(set_clock))
        .route("/faults", post(fail).delete(heal))
        .route("/offline", post(offline))
        .route("/kill", post(kill))
        .route("/restart", post(restart))
        .route("/messages", get(messages))
        .route("/bank/walk", post(walk_bank))
        .route("/staff", post(staff))
        .route("/ledger", get(ledger))
        .with_state(Arc::downgrade(world));
    routes
        .merge(own)
        .fallback(|| async {
            Refused(StatusCode::NOT_FOUND, "there is no such control; docs/testbed.md lists them".into())
        })
        .method_not_allowed_fallback(|| async {
            Refused(
                StatusCode::METHOD_NOT_ALLOWED,
                "this control takes another method; docs/testbed.md tells which".into(),
            )
        })
}

async fn clock(Standing(world): RunningWorld) -> Answer {
    Ok(Json(json!({ "now": world.now_text() })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewTime {
    advance_seconds: Option<u64>,
    set: Option<DateTime<Utc>>,
}

async fn set_clock(Standing(world): RunningWorld, Asked(time): Asked<NewTime>) -> Answer {
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

async fn fail(Standing(world): RunningWorld, Asked(fault): Asked<Fault>) -> Answer {
    let methods = Method::ALL.map(Method::as_str);
    if fault.method != ANY_METHOD && !methods.iter().any(|method| method.eq_ignore_ascii_case(&fault.method)) {
        return Err(wrong(format!("`method` is one of {}, or `{ANY_METHOD}` for all of them", methods.join(", "))));
    }
    if !fault.path.starts_with('/') || fault.times == 0 || !(400..600).contains(&fault.status) {
        return Err(wrong("`path` begins with a slash, `times` is at least 1, `status` is from 400 to 599"));
    }
    if fault.milliseconds > DELAY_MOST {
        return Err(wrong(format!("`milliseconds` is at most {DELAY_MOST}")));
    }
    Ok(Json(json!({ "pending": world.proxy.fail(fault) })))
}

async fn heal(Standing(world): RunningWorld) -> Answer {
    world.proxy.heal();
    Ok(Json(json!({ "pending": 0 })))
}

#[derive(Deserialize)]
struct Offline {
    on: bool,
}

async fn offline(Standing(world): RunningWorld, Asked(wanted): Asked<Offline>) -> Answer {
    world.cut_off(wanted.on).await?;
    Ok(Json(json!({ "offline": wanted.on })))
}

async fn kill(Standing(world): RunningWorld) -> Answer {
    world.kill().await;
    Ok(Json(json!({ "running": false })))
}

async fn restart(Standing(world): RunningWorld) -> Answer {
    world.restart().await?;
    Ok(Json(json!({ "running": true })))
}

#[derive(Deserialize)]
struct Recipient {
    phone: String,
}

async fn messages(Standing(world): RunningWorld, recipient: Result<Query<Recipient>, QueryRejection>) -> Answer {
    let Query(recipient) = recipient.map_err(|why| wrong(why.body_text()))?;
    let messages: Vec<Value> = world
        .messages(&recipient.phone)
        .await?
        .iter()
        .map(|message| {
            json!({
                "at": message.at,
                "phone": message.recipient,
                "template": message.template,
                "language": message.language,
                "text": message.text(),
                "code": message.code(),
            })
        })
        .collect();
    Ok(Json(json!({ "messages": messages })))
}

#[derive(Deserialize)]
struct Walk {
    page_url: String,
    card: Payer,
}

async fn walk_bank(Standing(world): RunningWorld, Asked(wanted): Asked<Walk>) -> Answer {
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
#[serde(deny_unknown_fields)]
struct Staff {
    role: Role,
    city: Option<String>,
    place: Option<String>,
}

async fn staff(Standing(world): RunningWorld, Asked(wanted): Asked<Staff>) -> Answer {
    if wanted.role == Role::Driver {
        return Err(wrong("a driver signs in with his phone; staff are `inspector` and `controller`"));
    }
    let Staff { role, city, place } = wanted;
    Ok(Json(json!({ "token": world.staff(role, city.as_deref(), place.as_deref()).await? })))
}

async fn ledger(Standing(world): RunningWorld) -> Answer {
    let ledger = world.ledger().await?;
    serde_json::to_value(ledger)
        .map(Json)
        .map_err(|error| Refused(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))
}
