//! What anybody may ask: health, the clock, keys, codes that were ended, signed cities, the
//! document of `/v1`.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::base::public::{self as wire, Clock};
use mesto_protocol::openapi::document;
use mesto_protocol::signed_document::SignedCity;

use crate::kernel::call::Call;
use crate::kernel::due::{Due, Repeat};
use crate::kernel::failure::Outcome;
use crate::kernel::health;
use crate::kernel::http::Response;
use crate::kernel::kept::Made;
use crate::kernel::operator::Operator;
use crate::kernel::service::{Service, serve};
use crate::kernel::signed_codes;
use crate::kernel::store::{StoreError, Tx};

/// A document is signed anew so often: its moment of signing says to a phone which of two copies is
/// the newer one.
pub(crate) const SIGNED_EVERY: TimeDelta = TimeDelta::hours(1);

/// Stands in the table from the first migration on. It trusts the clock: done by one that is ahead
/// for a moment, it would be planned behind that moment and be silent for as long.
const KEYS_LOOKED_AT: Due = Due { repeat: Some(Repeat::Daily), ..Due::trusting_clock("public.keys", look_at_keys) };

pub(crate) const SERVICE: Service = Service {
    operations: &[&[
        serve!(static raw wire::HEALTH => health::alive),
        serve!(static raw wire::READY => health::ready),
        serve!(static raw wire::OPENAPI => openapi),
        serve!(static get wire::CLOCK => clock),
        serve!(static raw wire::KEYS => keys),
        serve!(raw wire::REVOCATIONS => revocations),
        serve!(static raw wire::CITY => city),
    ]],
    due: &[KEYS_LOOKED_AT],
    ..Service::of(&wire::SERVICE)
};

fn clock(call: &Call<'_>) -> Outcome<Clock> {
    Ok(Clock { now: call.now })
}

/// The key set, signed by the root that apps pin; renewed by the keys themselves.
fn keys(call: &Call<'_>) -> Outcome<Response> {
    let body = call.operator.keys.signed_set(call.now).map_err(|error| StoreError::unreadable("key set", error))?;
    Ok(Made::text(body.as_bytes(), body.as_bytes()).answer(call.request))
}

/// The revocation list.
fn revocations(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let body = signed_codes::list(tx, call.operator, call.now)?;
    Ok(Made::text(body.as_bytes(), body.as_bytes()).answer(call.request))
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
fn city(call: &Call<'_>) -> Outcome<Response> {
    let city = call.operator.city(call.named())?;
    let made = call.operator.kept.get(("city", city.id.as_str()), call.now, SIGNED_EVERY, || {
        let canonical = city.to_canonical_json()?;
        let body = SignedCity::sign(&canonical, call.operator.keys.city(), call.now)
            .map_err(|error| StoreError::unreadable("city", error))?;
        Ok(Made::text(body, canonical.as_bytes()))
    })?;
    Ok(made.answer(call.request))
}

fn openapi(call: &Call<'_>) -> Outcome<Response> {
    let made = call.operator.kept.get(("openapi", ""), call.now, TimeDelta::MAX, || {
        let services: Vec<_> = call.operator.services.iter().filter_map(|service| service.wire).collect();
        let body = serde_json::to_vec(&document(&services))?;
        Ok(Made::new("application/json", body.clone(), &body))
    })?;
    Ok(made.answer(call.request))
}
