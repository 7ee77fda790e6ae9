//! What the testbed gives the controls of a service, and how such a control answers.

use std::pin::Pin;
use std::sync::{Arc, Weak};

use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::kernel::operator_name::OperatorName;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// A testbed, as far as a service knows it.
pub trait Testbed: Send + Sync {
    /// Where clients reach the operator: `http://127.0.0.1:40001`.
    fn operator_url(&self) -> String;

    /// Whose signatures hold: its DNS name, and its root key as text.
    fn operator_of_its_own(&self) -> (OperatorName, String);

    /// The token of the testbed's own member of staff with this role, made when it is first needed.
    fn staff_of_its_own(&self, role: Role) -> Pin<Box<dyn Future<Output = Result<String, TestbedError>> + Send + '_>>;

    /// The token of the testbed's own device with this role at a place, made when it is first
    /// needed. Of a place that the city does not have it fails.
    fn device_of_its_own<'b>(
        &'b self,
        role: Role,
        city: &'b str,
        place: &'b str,
    ) -> Pin<Box<dyn Future<Output = Result<String, TestbedError>> + Send + 'b>>;

    /// Does what has become due, as moving the clock does.
    fn do_due(&self) -> Pin<Box<dyn Future<Output = Result<(), TestbedError>> + Send + '_>>;

    /// Where its clock stands.
    fn now(&self) -> DateTime<Utc>;
}

/// Why the testbed cannot do something.
#[derive(Debug, thiserror::Error)]
pub enum TestbedError {
    #[error("the operator is not running; POST /restart starts it")]
    NotRunning,
    #[error("{0}")]
    Wrong(String),
    #[error("HTTP: {0}")]
    Web(String),
    #[error("{0}")]
    Failed(String),
}

/// The operator's answer over HTTP: status and body; null when the body is no JSON.
///
/// # Errors
/// [`TestbedError::Web`]
pub async fn answered(request: reqwest::RequestBuilder) -> Result<(u16, Value), TestbedError> {
    let unreached = |error: reqwest::Error| TestbedError::Web(error.to_string());
    let answer = request.send().await.map_err(unreached)?;
    let status = answer.status().as_u16();
    let text = answer.text().await.map_err(unreached)?;
    Ok((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
}

/// A mistake in a request to the control address, or something that failed.
pub struct Refused(pub StatusCode, pub String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (self.0, Json(json!({ "error": self.1 }))).into_response()
    }
}

impl From<TestbedError> for Refused {
    fn from(error: TestbedError) -> Self {
        let status = match error {
            TestbedError::NotRunning => StatusCode::CONFLICT,
            TestbedError::Wrong(_) => StatusCode::BAD_REQUEST,
            TestbedError::Web(_) => StatusCode::BAD_GATEWAY,
            TestbedError::Failed(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self(status, error.to_string())
    }
}

/// A mistake in the request.
pub fn wrong(why: impl Into<String>) -> Refused {
    Refused(StatusCode::BAD_REQUEST, why.into())
}

/// The testbed, as long as it stands.
pub struct Standing<B: ?Sized>(pub Arc<B>);

impl<B: Send + Sync + ?Sized> FromRequestParts<Weak<B>> for Standing<B> {
    type Rejection = Refused;

    async fn from_request_parts(_: &mut Parts, testbed: &Weak<B>) -> Result<Self, Refused> {
        testbed.upgrade().map(Self).ok_or_else(|| Refused(StatusCode::GONE, "the testbed is ending".into()))
    }
}

/// A JSON body; what is wrong with it is told like every other mistake.
pub struct Asked<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Asked<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let Json(asked) = Json::from_request(request, state).await.map_err(|why| wrong(why.body_text()))?;
        Ok(Self(asked))
    }
}

/// The operator's answer, status and body.
#[must_use]
pub fn pass_on((status, answer): (u16, Value)) -> Response {
    (StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY), Json(answer)).into_response()
}
