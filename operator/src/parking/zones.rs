//! Zones near a position, or by the code on a sign.

use mesto_protocol::parking::zones::{self as wire, ZoneNear, Zones};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::{ParkingSection, Position, SignError, zone_by_sign, zones_near};

use crate::kernel::call::Call;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::service::{Served, serve};
use crate::kernel::store::Tx;

pub(crate) const OPERATIONS: &[Served] = &[serve!(get wire::NEAR => near)];

/// How far a zone may be to be called near, metres.
const NEAR_METRES: u32 = 5_000;
const MOST_NEAR: usize = 20;

pub(crate) fn near(_: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Zones> {
    let request = call.request;
    let parking: &ParkingSection = call.operator.city(&request.needed("city")?)?.section()?;
    let by_sign = match request.asked("sign")?.filter(|sign| !sign.is_empty()) {
        Some(sign) => Some(zone_by_sign(parking, &sign).map_err(|error| {
            let problem = Problem::new(ProblemCode::SignUnknown, error.to_string());
            match error {
                SignError::Unknown { known, .. } => problem.with("known", known),
                SignError::Ambiguous { zones } => problem.with("zones", zones),
            }
        })?),
        None => None,
    };
    let mut zones: Vec<ZoneNear> = match (degrees(call, "lat", 90.0)?, degrees(call, "lon", 180.0)?) {
        (Some(lat), Some(lon)) => zones_near(parking, &Position { lat, lon, accuracy_metres: None }, NEAR_METRES)
            .into_iter()
            .take(MOST_NEAR)
            .map(|near| ZoneNear {
                name: parking.zone(near.zone_id.as_str()).map(|zone| zone.name.clone()).unwrap_or_default(),
                zone: near.zone_id,
                distance_metres: Some(near.distance_metres),
                is_approximate: near.is_approximate,
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
                name: zone.name.clone(),
                distance_metres: None,
                is_approximate: false,
            }),
        );
    }
    Ok(Zones { items: zones, by_sign: by_sign.map(|zone| zone.id.clone()) })
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
