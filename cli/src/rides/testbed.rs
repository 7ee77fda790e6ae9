//! What the testbed does as whoever runs vehicles: a vehicle on a trip, its sign, its terminal.

use std::sync::Weak;

use axum::Router;
use axum::response::Response;
use axum::routing::post;
use chrono::TimeDelta;
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::rides::vehicles::{POST_SIGN, PUT_TERMINAL, TELL_TRIPS, TELL_VEHICLES};
use mesto_rules::rides::{RidesSection, Token};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::base::cities::built_in;
use crate::kernel::testbed::{Asked, Refused, Standing, Testbed, TestbedError, answered, pass_on};
use crate::kernel::web;
use crate::rides::bus::{machine, shown_by};

pub fn controls(testbed: Weak<dyn Testbed>) -> Router {
    Router::new().route("/bus", post(bus)).route("/bus/terminal", post(terminal)).with_state(testbed)
}

fn almaty() -> String {
    "almaty".to_owned()
}

fn electrotrans() -> String {
    "almaty-electrotrans".to_owned()
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
    #[serde(default = "electrotrans")]
    carrier: String,
    #[serde(default = "in_service")]
    is_in_service: bool,
    /// Where it stands; left out: not known.
    stop: Option<String>,
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

/// Answers with a new sign of the vehicle, and what a new terminal of it shows now; those before
/// them end.
async fn bus(Standing(testbed): Standing<dyn Testbed>, Asked(bus): Asked<Bus>) -> Result<Response, Refused> {
    let testbed = testbed.as_ref();
    let now = testbed.now();
    let vehicle = json!({
        "board": bus.vehicle, "plate": bus.plate, "carrier": bus.carrier, "is_in_service": bus.is_in_service,
        "stop": bus.stop,
    });
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
    let of_vehicle = json!({ "city": bus.city, "vehicle": bus.vehicle });
    let signed = ask(testbed, POST_SIGN.path, &of_vehicle).await?;
    let Some(sign) = signed.1.get("text").filter(|_| signed.0 == 200) else { return Ok(pass_on(signed)) };
    Ok(match new_terminal(testbed, &bus.city, &bus.vehicle).await? {
        Ok(terminal) => pass_on((200, json!({ "sign": sign, "terminal": terminal }))),
        Err(refused) => pass_on(refused),
    })
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
    Ok(match new_terminal(testbed.as_ref(), &of.city, &of.vehicle).await? {
        Ok(code) => pass_on((200, json!({ "code": code }))),
        Err(refused) => pass_on(refused),
    })
}

/// What a new terminal shows, or what the operator answered instead.
async fn new_terminal(
    testbed: &dyn Testbed,
    city: &str,
    vehicle: &str,
) -> Result<Result<String, (u16, Value)>, TestbedError> {
    let failed = |why: &dyn std::fmt::Display| TestbedError::Failed(why.to_string());
    let machine = machine().map_err(|why| failed(&why))?;
    let put = json!({ "city": city, "vehicle": vehicle, "key": machine.device_key().to_text() });
    let put = ask(testbed, PUT_TERMINAL.path, &put).await?;
    if put.0 != 200 {
        return Ok(Err(put));
    }
    let token = put.1.get("terminal").and_then(Value::as_str).unwrap_or_default();
    let token = Token::new(token).map_err(|why| failed(&why))?;
    let built_in = built_in(city).map_err(|why| failed(&why))?;
    let rides = built_in.section::<RidesSection>().map_err(|why| failed(&why))?;
    let host = rides.sign_hosts.first().map(String::as_str).unwrap_or_default();
    shown_by(&machine, host, city, &token, testbed.now()).map(Ok).map_err(|why| failed(&why))
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
