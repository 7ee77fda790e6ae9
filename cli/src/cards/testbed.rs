//! What the testbed does as whoever issues cards, and as the reader of a vehicle.

use std::sync::Weak;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use mesto_protocol::cards::offices::TELL_ISSUED;
use mesto_protocol::kernel::grants::Role;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::json;

use crate::cards::reader::{Held, held};
use crate::kernel::failure::CliError;
use crate::kernel::link::Link;
use crate::kernel::testbed::{Asked, Refused, Standing, Testbed, TestbedError, answered, pass_on};
use crate::kernel::web;

pub fn controls(testbed: Weak<dyn Testbed>) -> Router {
    Router::new().route("/card", post(card)).route("/reader", post(reader)).with_state(testbed)
}

fn almaty() -> String {
    "almaty".to_owned()
}

fn standard() -> String {
    "standard".to_owned()
}

/// A card is issued today.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Issued {
    #[serde(default = "almaty")]
    city: String,
    number: String,
    code: String,
    #[serde(default = "standard")]
    kind: String,
}

async fn card(Standing(testbed): Standing<dyn Testbed>, Asked(issued): Asked<Issued>) -> Result<Response, Refused> {
    let today = testbed.now().date_naive();
    let card = json!({ "number": issued.number, "code": issued.code, "kind": issued.kind, "issued_on": today });
    let request = web::client()
        .map_err(TestbedError::Web)?
        .post(format!("{}{}", testbed.operator_url(), TELL_ISSUED.path))
        .bearer_auth(testbed.staff_of_its_own(Role::Dispatcher).await?)
        .header("content-type", "application/json")
        .body(json!({ "city": issued.city, "cards": [card] }).to_string());
    Ok(pass_on(answered(request).await?))
}

fn two_seconds() -> u32 {
    2
}

fn fare() -> Decimal {
    Decimal::from(120)
}

/// A card is held at the reader of a vehicle: what waits is written, and a ride is registered.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AtReader {
    #[serde(default = "almaty")]
    city: String,
    /// The code that is printed on the card.
    code: String,
    vehicle: String,
    #[serde(default = "two_seconds")]
    seconds: u32,
    /// What the terminal takes for the ride.
    #[serde(default = "fare")]
    fare: Decimal,
    /// No ride.
    #[serde(default)]
    balance_only: bool,
}

/// Answers with the balance then; what the reader refuses is answered 409 with its code.
async fn reader(Standing(testbed): Standing<dyn Testbed>, Asked(at): Asked<AtReader>) -> Result<Response, Refused> {
    let (operator, token) = (testbed.operator_url(), testbed.staff_of_its_own(Role::Dispatcher).await?);
    let link = Link { operator: &operator, token: &token };
    let asked = Held {
        city: &at.city,
        code: &at.code,
        vehicle: &at.vehicle,
        seconds: at.seconds,
        fare: at.fare,
        balance_only: at.balance_only,
    };
    Ok(match held(&link, &asked).await {
        Ok(read) => axum::Json(json!({
            "balance": format!("{:.2}", read.left.amount), "written": read.written, "is_ride": read.rides.is_some(),
        }))
        .into_response(),
        Err(CliError { code, text, .. }) => {
            let said = json!({ "code": code, "detail": text, "title": text, "status": 409 });
            (StatusCode::CONFLICT, axum::Json(said)).into_response()
        }
    })
}
