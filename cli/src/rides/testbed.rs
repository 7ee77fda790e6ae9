//! What the testbed does as whoever runs vehicles: one comes, with its trip, its sign and what its
//! terminal shows.

use std::sync::Weak;

use axum::Router;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use mesto_protocol::device::DeviceSigner as _;
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::rides::vehicles::{
    POST_SIGN, PUT_TERMINAL, PostedSign, PutTerminal, SignToPost, TELL_TRIPS, TELL_VEHICLES, TerminalToPut,
    ToldVehicle, ToldVehicles,
};
use mesto_rules::rides::{Token, sign};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::bus::{host_of, machine};
use crate::kernel::testbed::{Asked, Refused, Standing, Testbed, TestbedError, answered, pass_on, wrong};
use crate::kernel::web;

pub fn controls(testbed: Weak<dyn Testbed>) -> Router {
    Router::new().route("/dispatcher/vehicle", post(vehicle)).with_state(testbed)
}

/// A vehicle that is in service, on a trip that begins now.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Comes {
    city: String,
    /// The number that is painted on it.
    vehicle: String,
    plate: Option<String>,
    carrier: String,
    route: String,
    direction: u32,
    /// How long the trip takes.
    minutes: u32,
}

impl Default for Comes {
    fn default() -> Self {
        Self {
            city: "almaty".to_owned(),
            vehicle: "1204".to_owned(),
            plate: None,
            carrier: "almaty-electrotrans".to_owned(),
            route: "92".to_owned(),
            direction: 0,
            minutes: 50,
        }
    }
}

/// The longest trip that is told.
const MINUTES_MOST: u32 = 12 * 60;

async fn vehicle(Standing(testbed): Standing<dyn Testbed>, Asked(asked): Asked<Comes>) -> Result<Response, Refused> {
    let Comes { city, vehicle, plate, carrier, route, direction, minutes } = asked;
    if !(1..=MINUTES_MOST).contains(&minutes) {
        return Err(wrong(format!("`minutes` are 1 to {MINUTES_MOST}, not {minutes}")));
    }
    let starts_at = testbed.now();
    let told = ToldVehicle { board: vehicle.clone(), plate, carrier, is_in_service: true };
    let told = ToldVehicles { city: city.clone(), vehicles: vec![told] };
    let trip = json!({
        "vehicle": vehicle, "route": route, "direction": direction,
        "starts_at": starts_at, "ends_at": starts_at + TimeDelta::minutes(minutes.into()),
    });
    let trips = json!({ "city": city, "trips": [trip] });
    let to_post = SignToPost { city: city.clone(), vehicle: vehicle.clone(), others_end_at: None };
    let machine = machine().map_err(|why| TestbedError::Failed(why.to_string()))?;
    let to_put = TerminalToPut { city: city.clone(), vehicle, key: machine.device_key().to_text() };
    for (path, body) in [(TELL_VEHICLES.path, json!(told)), (TELL_TRIPS.path, trips)] {
        let answer = ask(testbed.as_ref(), path, &body).await?;
        if answer.0 != 200 {
            return Ok(pass_on(answer));
        }
    }
    let posted = ask(testbed.as_ref(), POST_SIGN.path, &to_post).await?;
    let put = ask(testbed.as_ref(), PUT_TERMINAL.path, &to_put).await?;
    let PostedSign { text } = read(posted)?;
    let PutTerminal { terminal } = read(put)?;
    let failed = |why: &dyn std::fmt::Display| TestbedError::Failed(format!("the terminal: {why}"));
    let terminal = Token::new(&terminal).map_err(|why| failed(&why))?;
    let shown = sign::to_sign(host_of(&text), &city, &terminal, starts_at);
    let signature = machine.sign(shown.as_bytes()).map_err(|why| failed(&why))?;
    let shown = format!("{shown}.{}", URL_SAFE_NO_PAD.encode(signature));
    Ok(axum::Json(json!({ "sign": text, "terminal": shown })).into_response())
}

fn read<T: for<'de> Deserialize<'de>>((status, answer): (u16, Value)) -> Result<T, TestbedError> {
    serde_json::from_value(answer).map_err(|why| TestbedError::Failed(format!("the operator's answer {status}: {why}")))
}

async fn ask(testbed: &dyn Testbed, path: &str, body: &impl Serialize) -> Result<(u16, Value), TestbedError> {
    let body = serde_json::to_string(body).map_err(|why| TestbedError::Failed(why.to_string()))?;
    let request = web::client()
        .map_err(TestbedError::Web)?
        .post(format!("{}{path}", testbed.operator_url()))
        .bearer_auth(testbed.staff_of_its_own(Role::Dispatcher).await?)
        .header("content-type", "application/json")
        .body(body);
    answered(request).await
}
