//! What anybody may ask: health, the clock, keys, signed cities, the document of `/v1`.

use mesto_protocol::base::public::{self as wire, Clock};
use mesto_protocol::openapi::document;
use mesto_protocol::signed_city::SignedCity;
use serde_json::json;

use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::http::Response;
use crate::kernel::service::{Service, serve};
use crate::kernel::store::{Ask, StoreError, Tx};
use crate::kernel::text;

pub(crate) const SERVICE: Service = Service {
    operations: &[
        serve!(raw wire::HEALTH => health),
        serve!(raw wire::OPENAPI => openapi),
        serve!(get wire::CLOCK => clock),
        serve!(raw wire::KEYS => keys),
        serve!(raw wire::CITY => city),
    ],
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
    let body = call.operator.keys.signed_set();
    Ok(signed(call, body.to_owned(), &text::sha256(body.as_bytes())))
}

/// The city document, signed with a city key. The tag depends on what the city says, not on the signature.
fn city(_: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let canonical = call.operator.city(call.named())?.to_canonical_json()?;
    let body = SignedCity::sign(&canonical, call.operator.keys.city(), call.now)
        .map_err(|error| StoreError::unreadable("city", error))?;
    Ok(signed(call, body, &text::sha256(canonical.as_bytes())))
}

fn signed(call: &Call<'_>, body: String, hash: &str) -> Response {
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
