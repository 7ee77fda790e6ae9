//! What the testbed does as a controller of rides, with the device that `mesto controller` plays.

use std::sync::{Arc, Weak};

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use chrono::TimeDelta;
use mesto_protocol::kernel::grants::Role;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::Mutex;

use super::{Post, Work, chance, fetched, read};
use crate::control::device::Device;
use crate::control::store::Store;
use crate::kernel::failure::{CliError, Outcome};
use crate::kernel::testbed::{Asked, Refused, Standing, Testbed};

/// The testbed's one device, made when it is first needed.
type Kept = Arc<Mutex<Option<Work>>>;

pub fn controls(testbed: Weak<dyn Testbed>) -> Router {
    let kept = Kept::default();
    let control = move |standing: Standing<dyn Testbed>, asked: Asked<Shown>| control(kept.clone(), standing, asked);
    Router::new().route("/control", post(control)).with_state(testbed)
}

fn almaty() -> String {
    "almaty".to_owned()
}

/// A vehicle is controlled, and what somebody shows there is checked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shown {
    #[serde(default = "almaty")]
    city: String,
    vehicle: String,
    /// The code of the app, or what is printed on a card or a ticket.
    code: Option<String>,
    /// How far the clock of the device is ahead.
    #[serde(default)]
    ahead_minutes: i64,
    /// The operator is not asked.
    #[serde(default)]
    is_offline: bool,
    /// The control of the vehicle goes on afterwards.
    #[serde(default)]
    goes_on: bool,
}

async fn control(
    kept: Kept,
    Standing(testbed): Standing<dyn Testbed>,
    Asked(asked): Asked<Shown>,
) -> Result<Response, Refused> {
    let mut kept = kept.lock().await;
    let work = match kept.as_mut() {
        Some(work) => work,
        None => {
            let token = testbed.staff_of_its_own(Role::RideController).await?;
            let work = opened(testbed.as_ref(), &asked.city, token).await.map_err(failed)?;
            kept.insert(work)
        }
    };
    work.machine = testbed.now() + TimeDelta::minutes(asked.ahead_minutes);
    work.away = None;
    Ok(match checked(work, asked).await {
        Ok(said) => axum::Json(said).into_response(),
        Err(why) => {
            let said = json!({ "code": why.code, "detail": why.text, "title": why.text, "status": 409 });
            (StatusCode::CONFLICT, axum::Json(said)).into_response()
        }
    })
}

fn failed(why: CliError) -> Refused {
    Refused(StatusCode::INTERNAL_SERVER_ERROR, why.text)
}

async fn opened(testbed: &dyn Testbed, city: &str, token: String) -> Outcome<Work> {
    let (name, root_key) = testbed.operator_of_its_own();
    let post = Post {
        operator: testbed.operator_url(),
        operator_name: name.to_string(),
        root_key,
        city: city.to_owned(),
        token,
    };
    let machine = testbed.now();
    let documents = read(&post, &fetched(&post).await?, machine)?;
    Ok(Work { device: Device::new(Store::in_memory()?, documents), post, machine, away: None })
}

async fn checked(work: &mut Work, asked: Shown) -> Outcome<serde_json::Value> {
    let going_on = work.device.controlled()?.filter(|one| one.control.vehicle.as_str() == asked.vehicle);
    match (going_on.is_some(), asked.is_offline) {
        (true, true) => {}
        (true, false) => {
            work.sync(None, None).await?;
        }
        (false, true) => {
            work.begin_alone(&asked.vehicle)?;
        }
        (false, false) => {
            work.begin(&asked.vehicle).await?;
        }
    }
    let told = match &asked.code {
        Some(code) => Some(work.device.check(code, work.machine, chance())),
        None => None,
    };
    if !asked.goes_on && !asked.is_offline {
        work.end(false).await?;
    }
    let Some(told) = told.transpose()? else { return Ok(json!({})) };
    Ok(serde_json::to_value(&told).unwrap_or_default())
}
