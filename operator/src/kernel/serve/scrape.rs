//! `/metrics`, on an address of its own: not for the internet, and not behind the connections of
//! drivers.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::{Service, tail};
use crate::kernel::operator::whole_millis;
use crate::kernel::store::{Ask, Importance, StoreError};

/// Prometheus waits ten seconds; a store that takes longer than this is said to be down.
const STORE_TIME: Duration = Duration::from_secs(3);
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(super) async fn answer(service: Service, request: Request<Body>, _: IpAddr) -> Response {
    if request.uri().path() != "/metrics" {
        return (StatusCode::NOT_FOUND, "the metrics are at /metrics\n").into_response();
    }
    if !matches!(request.method().as_str(), "GET" | "HEAD") {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response();
    }
    let metrics = &service.operator.metrics;
    let is_up = matches!(tokio::time::timeout(STORE_TIME, ask_store(&service)).await, Ok(Ok(())));
    metrics.store_up.set(is_up.into());
    metrics.ready.set(service.operator.health.is_ready().into());
    metrics.streams.set(i64::try_from(service.operator.hub.count()).unwrap_or(i64::MAX));
    if let Some(next) = service.operator.keys.next_update(service.clock.now()) {
        metrics.key_set_next_update.set(next.timestamp());
    }
    ([(header::CONTENT_TYPE, OPEN_METRICS)], metrics.text()).into_response()
}

async fn ask_store(service: &Service) -> Result<(), StoreError> {
    let metrics = Arc::clone(&service.operator.metrics);
    let now = whole_millis(service.clock.now()).timestamp_millis();
    let question = |sql: &str| match sql.contains("$1") {
        true => Ask::sql(sql, crate::values![now]),
        false => Ask::sql(sql, &[]),
    };
    let questions: Vec<Ask> = metrics.measured().iter().map(|(sql, _)| question(sql)).collect();
    // Not through the watched store: what is asked here is not to be counted.
    let answers = tail::ask(&*service.plain, Importance::Usual, move |tx| tx.read(questions.clone())).await?;
    for ((_, gauge), rows) in metrics.measured().iter().zip(answers) {
        if let Some(row) = rows.first() {
            gauge.set(row.get("value")?);
        }
    }
    Ok(())
}
