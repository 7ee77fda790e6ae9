//! What anybody may ask: health, the clock, keys, codes that were ended, signed cities, the
//! document of `/v1`.

use chrono::{DateTime, Utc};
use mesto_protocol::base::public::{self as wire, Clock};
use mesto_protocol::openapi::document;
use mesto_protocol::signed_document::SignedCity;
use serde_json::json;

use crate::kernel::call::Call;
use crate::kernel::due::{Due, Repeat};
use crate::kernel::failure::Outcome;
use crate::kernel::http::Response;
use crate::kernel::operator::Operator;
use crate::kernel::service::{Service, serve};
use crate::kernel::signed_codes;
use crate::kernel::store::{Ask, StoreError, Tx};
use crate::kernel::text;

/// Stands in the table from the first migration on.
const KEYS_LOOKED_AT: Due = Due { repeat: Some(Repeat::Daily), ..Due::new("public.keys", look_at_keys) };

pub(crate) const SERVICE: Service = Service {
    operations: &[&[
        serve!(raw wire::HEALTH => health),
        serve!(raw wire::OPENAPI => openapi),
        serve!(get wire::CLOCK => clock),
        serve!(raw wire::KEYS => keys),
        serve!(raw wire::REVOCATIONS => revocations),
        serve!(raw wire::CITY => city),
    ]],
    due: &[KEYS_LOOKED_AT],
    ..Service::of(&wire::SERVICE)
};

/// Healthy when the store answers.
fn health(tx: &mut dyn Tx, _: &mut Call<'_>) -> Outcome<Response> {
    tx.read(vec![Ask::sql("SELECT version FROM schema_history", &[])])?;
    Ok(Response::json(200, &json!({"status": "ok"})))
}

fn clock(_: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Clock> {
    Ok(Clock { now: call.now })
}

/// The key set, signed by the root that apps pin.
fn keys(_: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let body = call.operator.keys.signed_set(call.now).map_err(|error| StoreError::unreadable("key set", error))?;
    Ok(signed(call, body.to_string(), &text::sha256(body.as_bytes())))
}

/// The revocation list.
fn revocations(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let body = signed_codes::list(tx, call.operator, call.now)?;
    let hash = text::sha256(body.as_bytes());
    Ok(signed(call, body, &hash))
}

/// Says once a day that only the root in its safe can renew the key set, from a month before that
/// is due.
fn look_at_keys(_: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>, _: &str) -> Outcome<()> {
    if let Some(since) = operator.keys.to_be_renewed_from().filter(|from| *from <= now) {
        tracing::warn!(%since, "the key set is to be renewed: `mesto keys renew` with root.seed, then start again");
    }
    Ok(())
}

/// The city document, signed with a city key. The tag depends on what the city says, not on the
/// signature.
fn city(_: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let canonical = call.operator.city(call.named())?.to_canonical_json()?;
    let body = SignedCity::sign(&canonical, call.operator.keys.city(), call.now)
        .map_err(|error| StoreError::unreadable("city", error))?;
    Ok(signed(call, body, &text::sha256(canonical.as_bytes())))
}

pub(crate) fn signed(call: &Call<'_>, body: String, hash: &str) -> Response {
    let tag = format!("\"{}\"", hash.get(..16).unwrap_or(hash));
    let is_known = call.request.get("if-none-match").is_some_and(|known| known.split(',').any(|one| one.trim() == tag));
    let response = if is_known {
        Response { status: 304, headers: Vec::new(), body: Vec::new() }
    } else {
        Response {
            status: 200,
            headers: vec![("content-type".into(), "text/plain; charset=utf-8".into())],
            body: body.into(),
        }
    };
    response.header("etag", tag).header("cache-control", "max-age=60")
}

fn openapi(_: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let services: Vec<_> = call.operator.services.iter().filter_map(|service| service.wire).collect();
    Ok(Response::json(200, &document(&services)))
}
