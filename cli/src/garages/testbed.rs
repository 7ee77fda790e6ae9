//! What the testbed does as the controller of a facility: tells what happened there, asks at the
//! barrier.

use std::sync::Weak;

use axum::Router;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use chrono::{DateTime, Utc};
use mesto_protocol::garages::controllers::{
    self, ExitRequest, GarageReport, GarageReported, ReportedEvent, ReportedEventKind, ReportedPlaces,
};
use mesto_protocol::kernel::grants::Role;
use mesto_rules::money::Money;
use reqwest::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::kernel::testbed::{Asked, Refused, Standing, Testbed, TestbedError, answered, pass_on, wrong};
use crate::kernel::web;

pub fn controls(testbed: Weak<dyn Testbed>) -> Router {
    Router::new().route("/controller/report", post(report)).route("/controller/exit", post(exit)).with_state(testbed)
}

fn belgrade() -> String {
    "belgrade".to_owned()
}

/// What a controller says in one exchange; without an event and a count it is a sign of life.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ControllerReport {
    #[serde(default = "belgrade")]
    pub city: String,
    pub facility: String,
    /// What happened to `ticket`.
    pub event: Option<ReportedEventKind>,
    pub ticket: Option<String>,
    /// When; now, where it is left out.
    pub at: Option<DateTime<Utc>>,
    pub is_disabled: Option<bool>,
    pub places: Option<u32>,
    /// What was taken at the place; what was owed, where it is left out.
    pub amount: Option<Money>,
    /// Free places that were counted now.
    pub free: Option<u32>,
}

async fn report(
    Standing(testbed): Standing<dyn Testbed>,
    Asked(asked): Asked<ControllerReport>,
) -> Result<Response, Refused> {
    if asked.event.is_some() != asked.ticket.is_some() {
        return Err(wrong("`event` and `ticket` go together: give both, or neither for a sign of life"));
    }
    if let Some(ReportedEventKind::Other(word)) = &asked.event {
        return Err(wrong(format!("there is no event `{word}`: {}", ReportedEventKind::KNOWN.join(", "))));
    }
    let (status, answer) = tell(testbed.as_ref(), asked).await?;
    if status != 200 {
        return Ok(pass_on((status, answer)));
    }
    let reported: GarageReported =
        serde_json::from_value(answer).map_err(|why| TestbedError::Failed(format!("the operator's answer: {why}")))?;
    if let Some(refused) = reported.refused.first() {
        return Ok((StatusCode::CONFLICT, axum::Json(json!(refused))).into_response());
    }
    let settled: Vec<&str> = reported.settled.iter().map(|settled| settled.ticket.as_str()).collect();
    Ok(axum::Json(json!({ "taken": reported.taken, "settled": settled })).into_response())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AtBarrier {
    #[serde(default = "belgrade")]
    city: String,
    facility: String,
    ticket: String,
}

async fn exit(Standing(testbed): Standing<dyn Testbed>, Asked(asked): Asked<AtBarrier>) -> Result<Response, Refused> {
    let AtBarrier { city, facility, ticket } = asked;
    let asked = ExitRequest { city, facility, ticket, at: testbed.now() };
    let (city, facility) = (asked.city.clone(), asked.facility.clone());
    Ok(pass_on(ask(testbed.as_ref(), &city, &facility, controllers::EXIT.path, &asked).await?))
}

/// One exchange of the controller of a facility, which is made when it is first needed: status and
/// body of the operator's answer, over HTTP. What follows from it is done when it is answered.
///
/// # Errors
/// When the operator is not reached, or its store fails.
pub async fn tell(testbed: &dyn Testbed, told: ControllerReport) -> Result<(u16, Value), TestbedError> {
    let now = testbed.now();
    let ControllerReport { city, facility, event, ticket, at, is_disabled, places, amount, free } = told;
    let event = event.zip(ticket).map(|(kind, ticket)| ReportedEvent {
        at: at.unwrap_or(now),
        ticket,
        kind,
        is_disabled,
        places,
        amount,
    });
    let report = GarageReport {
        city: city.clone(),
        facility: facility.clone(),
        sent_at: now,
        events: event.into_iter().collect(),
        places: free.map(|free| ReportedPlaces { free, at: now }),
        // It keeps nothing: everything that was paid for cars that are inside is told again.
        settled_after: None,
    };
    let answer = ask(testbed, &city, &facility, controllers::REPORT.path, &report).await?;
    // Who paid is told of what happened to the visit, though the clock stands still.
    testbed.do_due().await?;
    Ok(answer)
}

async fn ask(
    testbed: &dyn Testbed,
    city: &str,
    facility: &str,
    path: &str,
    body: &impl Serialize,
) -> Result<(u16, Value), TestbedError> {
    let body = serde_json::to_string(body).map_err(|why| TestbedError::Failed(why.to_string()))?;
    let request = web::client()
        .map_err(TestbedError::Web)?
        .post(format!("{}{path}", testbed.operator_url()))
        .bearer_auth(testbed.device_of_its_own(Role::Controller, city, facility).await?)
        .header("content-type", "application/json")
        .body(body);
    answered(request).await
}
