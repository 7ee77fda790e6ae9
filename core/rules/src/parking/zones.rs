//! Which zones are near a position, and which zone a sign names. Edges drawn by hand stay marked as such.

use crate::kernel::city::{Area, AreaCertainty, City, Point, Zone};
use serde::{Deserialize, Serialize};

/// Metres of a degree of latitude (mean radius of the earth, 6 371 km).
const METRES_PER_DEGREE: f64 = 6_371_000.0 * std::f64::consts::PI / 180.0;

/// A position, WGS 84 degrees; the accuracy is a radius in metres.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Position {
    pub lat: f64,
    pub lon: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy_m: Option<f64>,
}

impl Position {
    /// Whether this is a place on earth.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        (-90.0..=90.0).contains(&self.lat) && (-180.0..=180.0).contains(&self.lon)
    }
}

/// A zone beside a position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneNear {
    pub zone_id: String,
    /// Metres to its edge, 0 inside.
    pub distance_metres: u32,
    pub inside: bool,
    /// The edge was drawn by hand: show it so.
    pub approximate: bool,
}

/// Why a sign names no zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// No known code in the text.
    #[error("`{text}` holds no sign code of this city; known are {}", known.join(", "))]
    Unknown { text: String, known: Vec<String> },
    /// Codes of several zones in one text.
    #[error("the text names several zones: {}", zones.join(", "))]
    Ambiguous { zones: Vec<String> },
}

/// The zones whose edge is at most `max_metres` away, nearest first; of zones equally near (a street can lie in several)
/// the order is the city's. A zone without an area is never near, and so is everything to a position that is none.
#[must_use]
pub fn zones_near(city: &City, position: &Position, max_metres: u32) -> Vec<ZoneNear> {
    if !position.is_valid() {
        return Vec::new();
    }
    let mut near: Vec<ZoneNear> = city
        .zones
        .iter()
        .filter_map(|zone| {
            let area = zone.area.as_ref()?;
            let (distance_metres, inside) = distance(area, position)?;
            (distance_metres <= max_metres).then(|| ZoneNear {
                zone_id: zone.id.clone(),
                distance_metres,
                inside,
                approximate: area.certainty == AreaCertainty::Approximate,
            })
        })
        .collect();
    near.sort_by_key(|zone| zone.distance_metres);
    near
}

/// Whole metres to the nearest polygon of an area, 0 and `true` inside one; `None` for an area of nothing.
fn distance(area: &Area, position: &Position) -> Option<(u32, bool)> {
    // On the scale of a city the earth is flat: a plane in metres around the position, which is its origin.
    let metres_per_lon = METRES_PER_DEGREE * position.lat.to_radians().cos();
    let flat =
        |point: &Point| ((point.lon - position.lon) * metres_per_lon, (point.lat - position.lat) * METRES_PER_DEGREE);
    let mut nearest = f64::INFINITY;
    for polygon in &area.polygons {
        let points: Vec<(f64, f64)> = polygon.0.iter().map(flat).collect();
        let edges = points.iter().zip(points.iter().cycle().skip(1));
        let mut inside = false;
        for (&(x1, y1), &(x2, y2)) in edges {
            // A ray from the origin to the right crosses the edge.
            if (y1 > 0.0) != (y2 > 0.0) && x1 + (x2 - x1) * -y1 / (y2 - y1) > 0.0 {
                inside = !inside;
            }
            nearest = nearest.min(to_segment((x1, y1), (x2, y2)));
        }
        if inside {
            return Some((0, true));
        }
    }
    // Rounded up: a zone that is not reached is never 0 metres away; the cast holds any distance on earth.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    nearest.is_finite().then(|| (nearest.ceil() as u32, false))
}

/// Distance of the origin to a segment.
fn to_segment((x1, y1): (f64, f64), (x2, y2): (f64, f64)) -> f64 {
    let (dx, dy) = (x2 - x1, y2 - y1);
    let length_squared = dx * dx + dy * dy;
    let along = if length_squared > 0.0 { (-(x1 * dx + y1 * dy) / length_squared).clamp(0.0, 1.0) } else { 0.0 };
    (x1 + along * dx).hypot(y1 + along * dy)
}

/// The zone whose sign code stands in typed or scanned text, such as `9111` or `SMS 9111 ZONA 1`. A code counts only as a
/// whole word, so that a telephone number that holds one names no zone.
///
/// # Errors
/// [`SignError`] when no code or codes of several zones stand in it.
pub fn zone_by_sign<'a>(city: &'a City, text: &str) -> Result<&'a Zone, SignError> {
    let mut found: Vec<&Zone> = Vec::new();
    for word in text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let of_word = city.zones.iter().find(|zone| zone.sign_codes.iter().any(|code| code.eq_ignore_ascii_case(word)));
        if let Some(zone) = of_word
            && !found.iter().any(|known| known.id == zone.id)
        {
            found.push(zone);
        }
    }
    match found.as_slice() {
        [zone] => Ok(zone),
        [] => Err(SignError::Unknown {
            text: text.trim().chars().take(60).collect(),
            known: city.zones.iter().flat_map(|zone| zone.sign_codes.iter().cloned()).collect(),
        }),
        zones => Err(SignError::Ambiguous { zones: zones.iter().map(|zone| zone.id.clone()).collect() }),
    }
}
