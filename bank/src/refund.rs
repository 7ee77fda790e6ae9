//! `POST /refunds`: a merchant asks for money of a payment to go back to its card.
//!
//! The body is JSON, signed in the header `mesto-signature` (HMAC-SHA256 of the raw body, hex) with
//! the secret of its merchant:
//!
//! ```json
//! {"merchant": "mesto", "payment": "pay_00ff", "reference": "rf_01jd", "amount": {"amount": "310.00", "currency": "RSD"}}
//! ```
//!
//! | answer | means |
//! |---|---|
//! | 200 `{"state":"done"}` | it goes back to the card |
//! | 422 `{"state":"refused","reason":"..."}` | it does not, for good: `payment_unknown`, `not_paid`, `amount_invalid`, `currency_differs`, `more_than_paid`, `reference_reused` |
//! | 400, 403 `{"error":"..."}` | it cannot be read, or is not the merchant's; nothing was decided |
//! | 503 `{"error":"..."}` | ask again |
//!
//! A refund is decided once: asked again with the same `reference`, the answer is the same and
//! nothing more goes back.

use axum::body::{Body, Bytes};
use axum::extract::State as AxumState;
use axum::http::{HeaderMap, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::Bank;
use crate::amount::Amount;
use crate::notice::SIGNATURE_HEADER;
use crate::signature::verify;
use crate::store::{RefundAsked, Refunded};

/// Longest id of a payment and name of a refund.
const LONGEST_NAME: usize = 64;

#[derive(Deserialize)]
struct RefundRequest {
    merchant: String,
    payment: String,
    reference: String,
    amount: Amount,
}

fn answer(status: StatusCode, body: &Value) -> Response<Body> {
    let answer = Response::builder().status(status).header("content-type", "application/json");
    answer.body(Body::from(body.to_string())).unwrap_or_else(|_| Response::new(Body::empty()))
}

fn failed(status: StatusCode, why: &str) -> Response<Body> {
    answer(status, &json!({ "error": why }))
}

pub async fn take(AxumState(bank): AxumState<Bank>, headers: HeaderMap, body: Bytes) -> Response<Body> {
    let request: RefundRequest = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(error) => return failed(StatusCode::BAD_REQUEST, &format!("the request cannot be read: {error}")),
    };
    let Some(merchant) = bank.merchant(&request.merchant) else {
        return failed(StatusCode::FORBIDDEN, "merchant unknown");
    };
    let signature = headers.get(SIGNATURE_HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !verify(&merchant.secret, &body, signature) {
        return failed(StatusCode::FORBIDDEN, "signature wrong");
    }
    for (field, name) in [("payment", &request.payment), ("reference", &request.reference)] {
        if !(1..=LONGEST_NAME).contains(&name.len()) {
            return failed(
                StatusCode::BAD_REQUEST,
                &format!("{field} has 1 to {LONGEST_NAME} bytes, not {}", name.len()),
            );
        }
    }
    let RefundRequest { merchant, payment, reference, amount } = request;
    let (asked, now) = (RefundAsked { merchant, payment, reference, amount }, bank.inner.clock.now_ms());
    match bank.with_store(move |store| store.refund(&asked, now)).await {
        Ok(Refunded::Done) => answer(StatusCode::OK, &json!({ "state": "done" })),
        Ok(Refunded::Refused(refusal)) => {
            tracing::info!(reason = refusal.as_str(), "a refund was refused");
            let body = json!({ "state": "refused", "reason": refusal.as_str() });
            answer(StatusCode::UNPROCESSABLE_ENTITY, &body)
        }
        Err(error) => {
            tracing::error!(%error, "the bank's store failed");
            failed(StatusCode::SERVICE_UNAVAILABLE, "the store failed")
        }
    }
}
