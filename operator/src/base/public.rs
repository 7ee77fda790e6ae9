//! What anybody may ask: health, the clock, keys, signed cities, zones near a position.

use mesto_protocol::base::public::Clock;
use mesto_protocol::parking::zones::{ZoneNear, Zones};
use mesto_protocol::signed_city::SignedCity;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::geo::{Position, SignError, zone_by_sign, zones_near};
use serde_json::json;

use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::http::Response;
use crate::kernel::routes::Call;
use crate::kernel::store::{StoreError, Tx};
use crate::kernel::text;

/// How far a zone may be to be called near, metres.
const NEAR_METRES: u32 = 5_000;
const MOST_NEAR: usize = 20;

/// `GET /healthz`: healthy when the store answers.
pub(crate) fn health(tx: &mut dyn Tx, _: &mut Call<'_>) -> Outcome<Response> {
    tx.query("SELECT version FROM schema_history", &[])?;
    Ok(Response::json(200, &json!({"status": "ok"})))
}

/// `GET /v1/clock`
pub(crate) fn clock(_: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    Ok(Response::json(200, &Clock { now: call.now }))
}

/// `GET /v1/keys`: the key set, signed by the root that apps pin.
pub(crate) fn keys(_: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let body = call.operator.keys.signed_set();
    Ok(signed(call, body.to_owned(), &text::sha256(body.as_bytes())))
}

/// `GET /v1/cities/{city}`: the city document, signed with a city key. The tag depends on what the city says, not on the signature.
pub(crate) fn city(_: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let canonical = call.operator.city(call.named())?.to_canonical_json();
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

/// `GET /v1/openapi.json`
pub(crate) fn openapi(_: &mut dyn Tx, _: &mut Call<'_>) -> Outcome<Response> {
    Ok(Response::json(200, &mesto_protocol::openapi::document()))
}

/// `GET /v1/zones?city=&lat=&lon=&sign=&lang=`
pub(crate) fn zones(_: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let request = call.request;
    let city = call.operator.city(&request.needed("city")?)?;
    let language = request.asked("lang")?.unwrap_or_else(|| "en".into());
    let by_sign = match request.asked("sign")?.filter(|sign| !sign.is_empty()) {
        Some(sign) => Some(zone_by_sign(city, &sign).map_err(|error| {
            let problem = Problem::new(ProblemCode::SignUnknown, error.to_string());
            match error {
                SignError::Unknown { known, .. } => problem.with("known", known),
                SignError::Ambiguous { zones } => problem.with("zones", zones),
            }
        })?),
        None => None,
    };
    let mut zones: Vec<ZoneNear> = match (degrees(call, "lat", 90.0)?, degrees(call, "lon", 180.0)?) {
        (Some(lat), Some(lon)) => zones_near(city, &Position { lat, lon, accuracy_m: None }, NEAR_METRES)
            .into_iter()
            .take(MOST_NEAR)
            .map(|near| ZoneNear {
                name: city.zone(&near.zone_id).map(|zone| zone.name.get(&language).to_owned()).unwrap_or_default(),
                zone: near.zone_id,
                distance_metres: Some(near.distance_metres),
                approximate: near.approximate,
            })
            .collect(),
        (None, None) => Vec::new(),
        _ => return refuse(ProblemCode::PositionInvalid, "a position has lat and lon"),
    };
    if let Some(zone) = by_sign {
        // The sign in front of the driver knows better than the satellite.
        let known = zones.iter().position(|near| near.zone == zone.id).map(|place| zones.remove(place));
        zones.insert(
            0,
            known.unwrap_or_else(|| ZoneNear {
                zone: zone.id.clone(),
                name: zone.name.get(&language).to_owned(),
                distance_metres: None,
                approximate: false,
            }),
        );
    }
    Ok(Response::json(200, &Zones { zones, by_sign: by_sign.map(|zone| zone.id.clone()) }))
}

fn degrees(call: &Call<'_>, name: &str, most: f64) -> Outcome<Option<f64>> {
    let Some(text) = call.request.asked(name)? else { return Ok(None) };
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() && value.abs() <= most => Ok(Some(value)),
        _ => Err(Problem::new(
            ProblemCode::PositionInvalid,
            format!("{name} is a number of degrees from -{most} to {most}"),
        )
        .with("field", name)
        .into()),
    }
}
