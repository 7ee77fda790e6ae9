//! What the testbed does as an inspector: checks a plate, issues a daily order.

use std::sync::Weak;

use axum::Router;
use axum::response::Response;
use axum::routing::post;
use mesto_operator::Entropy as _;
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::orders::inspectors;
use serde::Deserialize;
use serde_json::Value;

use crate::kernel::testbed::{Asked, Refused, Standing, Testbed, TestbedError, answered, pass_on};
use crate::kernel::web;

pub fn controls(testbed: Weak<dyn Testbed>) -> Router {
    Router::new().route("/inspector/check", post(check)).route("/inspector/orders", post(order)).with_state(testbed)
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

async fn check(Standing(testbed): Standing<dyn Testbed>, Asked(asked): Asked<Check>) -> Result<Response, Refused> {
    Ok(pass_on(check_plate(testbed.as_ref(), &asked.city, &asked.zone, &asked.plate).await?))
}

async fn order(Standing(testbed): Standing<dyn Testbed>, Asked(mut asked): Asked<Value>) -> Result<Response, Refused> {
    if let Some(fields) = asked.as_object_mut() {
        fields.entry("city").or_insert_with(|| belgrade().into());
    }
    Ok(pass_on(issue(testbed.as_ref(), &asked).await?))
}

fn client() -> Result<reqwest::Client, TestbedError> {
    web::client().map_err(TestbedError::Web)
}

/// What an inspector is told about a plate in a zone: status and body of the operator's answer,
/// over HTTP.
///
/// # Errors
/// When the operator is not reached.
pub async fn check_plate(
    testbed: &dyn Testbed,
    city: &str,
    zone: &str,
    plate: &str,
) -> Result<(u16, Value), TestbedError> {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("city", city)
        .append_pair("zone", zone)
        .append_pair("plate", plate)
        .finish();
    let url = format!("{}{}?{query}", testbed.operator_url(), inspectors::CHECK.path);
    answered(client()?.get(url).bearer_auth(testbed.staff_of_its_own(Role::Inspector).await?)).await
}

/// Issues a daily order as an inspector; `order` is the body of `POST /v1/inspector/orders`.
///
/// # Errors
/// When the operator is not reached.
pub async fn issue(testbed: &dyn Testbed, order: &Value) -> Result<(u16, Value), TestbedError> {
    let mut key = [0; 16];
    mesto_operator::SystemEntropy.fill(&mut key);
    let request = client()?
        .post(format!("{}{}", testbed.operator_url(), inspectors::ISSUE.path))
        .bearer_auth(testbed.staff_of_its_own(Role::Inspector).await?)
        .header(mesto_protocol::headers::IDEMPOTENCY_KEY, base16ct::lower::encode_string(&key))
        .header("content-type", "application/json")
        .body(order.to_string());
    answered(request).await
}
