//! What the testbed does as whoever runs vehicles: a vehicle on a trip, its sign, its terminal.

use std::sync::Weak;

use axum::Router;
use axum::response::Response;
use axum::routing::post;
use chrono::TimeDelta;
use mesto_protocol::device::SoftwareDevice;
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::rides::vehicles::{POST_SIGN, PUT_TERMINAL, TELL_TRIPS, TELL_VEHICLES};
use mesto_rules::rides::Token;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::kernel::testbed::{Asked, Refused, Standing, Testbed, TestbedError, answered, pass_on};
use crate::kernel::web;
use crate::rides::bus::shown_by;

pub fn controls(testbed: Weak<dyn Testbed>) -> Router {
    Router::new().route("/bus", post(bus)).route("/bus/terminal", post(terminal)).with_state(testbed)
}

fn almaty() -> String {
    "almaty".to_owned()
}

fn in_service() -> bool {
    true
}

fn an_hour() -> i64 {
    60
}

/// A vehicle on a trip from now on, unless it says otherwise.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bus {
    #[serde(default = "almaty")]
    city: String,
    vehicle: String,
    plate: Option<String>,
    #[serde(default = "in_service")]
    is_in_service: bool,
    /// Left out: its trip is not known.
    route: Option<String>,
    #[serde(default)]
    direction: u32,
    /// Minutes from now.
    #[serde(default)]
    begins: i64,
    #[serde(default = "an_hour")]
    ends: i64,
    /// It breaks down now.
    #[serde(default)]
    breaks_down: bool,
}

/// Answers with a new sign of the vehicle; those before it end.
async fn bus(Standing(testbed): Standing<dyn Testbed>, Asked(bus): Asked<Bus>) -> Result<Response, Refused> {
    let testbed = testbed.as_ref();
    let now = testbed.now();
    let vehicle =
        json!({ "board": bus.vehicle, "plate": bus.plate, "carrier": "green-bus", "is_in_service": bus.is_in_service });
    let told = ask(testbed, TELL_VEHICLES.path, &json!({ "city": bus.city, "vehicles": [vehicle] })).await?;
    if told.0 != 200 {
        return Ok(pass_on(told));
    }
    if let Some(route) = &bus.route {
        let trip = json!({
            "vehicle": bus.vehicle, "route": route, "direction": bus.direction,
            "starts_at": now + TimeDelta::minutes(bus.begins), "ends_at": now + TimeDelta::minutes(bus.ends),
            "broke_down_at": bus.breaks_down.then_some(now),
        });
        let told = ask(testbed, TELL_TRIPS.path, &json!({ "city": bus.city, "trips": [trip] })).await?;
        if told.0 != 200 {
            return Ok(pass_on(told));
        }
    }
    let (status, said) = ask(testbed, POST_SIGN.path, &json!({ "city": bus.city, "vehicle": bus.vehicle })).await?;
    let said = if status == 200 { json!({ "sign": said.get("text") }) } else { said };
    Ok(pass_on((status, said)))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfTerminal {
    #[serde(default = "almaty")]
    city: String,
    vehicle: String,
}

/// Answers with the code that a new terminal of the vehicle shows now; those before it end.
async fn terminal(Standing(testbed): Standing<dyn Testbed>, Asked(of): Asked<OfTerminal>) -> Result<Response, Refused> {
    let testbed = testbed.as_ref();
    let failed = |why: &dyn std::fmt::Display| TestbedError::Failed(why.to_string());
    let machine = SoftwareDevice::from_seed(&[9; 32]).map_err(|why| failed(&why))?;
    let of_vehicle = json!({ "city": of.city, "vehicle": of.vehicle });
    let signed = ask(testbed, POST_SIGN.path, &of_vehicle).await?;
    if signed.0 != 200 {
        return Ok(pass_on(signed));
    }
    let posted = signed.1.get("text").and_then(Value::as_str).unwrap_or_default();
    let put = json!({ "city": of.city, "vehicle": of.vehicle, "key": machine.device_key().to_text() });
    let put = ask(testbed, PUT_TERMINAL.path, &put).await?;
    if put.0 != 200 {
        return Ok(pass_on(put));
    }
    let token = put.1.get("terminal").and_then(Value::as_str).unwrap_or_default();
    let token = Token::new(token).map_err(|why| failed(&why))?;
    let code = shown_by(&machine, posted, &of.city, &token, testbed.now()).map_err(|why| failed(&why))?;
    Ok(pass_on((200, json!({ "code": code }))))
}

async fn ask(testbed: &dyn Testbed, path: &str, body: &Value) -> Result<(u16, Value), TestbedError> {
    let request = web::client()
        .map_err(TestbedError::Web)?
        .post(format!("{}{path}", testbed.operator_url()))
        .bearer_auth(testbed.staff_of_its_own(Role::Dispatcher).await?)
        .header("content-type", "application/json")
        .body(body.to_string());
    answered(request).await
}
