//! What the testbed does as an office that grants benefits.

use std::sync::Weak;

use axum::Router;
use axum::response::Response;
use axum::routing::post;
use chrono::{Days, NaiveDate};
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::passes::clerks::GRANT;
use serde::Deserialize;
use serde_json::json;

use crate::kernel::testbed::{Asked, Refused, Standing, Testbed, TestbedError, answered, pass_on};
use crate::kernel::web;

pub fn controls(testbed: Weak<dyn Testbed>) -> Router {
    Router::new().route("/benefit", post(benefit)).with_state(testbed)
}

fn almaty() -> String {
    "almaty".to_owned()
}

/// An account is of a category from now on, for 30 days unless it says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Granted {
    #[serde(default = "almaty")]
    city: String,
    /// `ac_...`
    account: String,
    category: String,
    until_on: Option<NaiveDate>,
}

async fn benefit(
    Standing(testbed): Standing<dyn Testbed>,
    Asked(granted): Asked<Granted>,
) -> Result<Response, Refused> {
    let today = testbed.now().date_naive();
    let until_on = granted.until_on.or_else(|| today.checked_add_days(Days::new(30))).unwrap_or(today);
    let body = json!({
        "city": granted.city, "account": granted.account, "category": granted.category, "until_on": until_on,
        "evidence": "TESTBED-1",
    });
    let request = web::client()
        .map_err(TestbedError::Web)?
        .post(format!("{}{}", testbed.operator_url(), GRANT.path))
        .bearer_auth(testbed.staff_of_its_own(Role::BenefitClerk).await?)
        .header("content-type", "application/json")
        .body(body.to_string());
    Ok(pass_on(answered(request).await?))
}
