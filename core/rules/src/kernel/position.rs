//! Positions and areas on earth: how far one is from the other.

use serde::{Deserialize, Serialize};

use crate::shown;

/// Metres of a degree of latitude (mean radius of the earth, 6 371 km).
const METRES_PER_DEGREE: f64 = 6_371_000.0 * std::f64::consts::PI / 180.0;

shown! { position_shown;
    /// A position, WGS 84 degrees; the accuracy is a radius in metres.
    #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
    pub struct Position {
        pub lat: f64,
        pub lon: f64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub accuracy_metres: Option<f64>,
    }
}

impl Position {
    /// Whether this is a place on earth.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        is_on_earth(self.lat, self.lon)
    }
}

/// A point, WGS 84 degrees.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    pub lat: f64,
    pub lon: f64,
}

impl Point {
    /// Whole metres from a position to here, rounded up.
    #[must_use]
    pub fn metres_from(&self, position: &Position) -> u32 {
        let (x, y) = flat(position.lat, position.lon, self);
        whole_metres(x.hypot(y))
    }
}

/// One closed ring, WGS 84; the last point is joined to the first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Polygon(pub Vec<Point>);

/// Where a city is: every place that it names lies in this circle.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Centre {
    pub lat: f64,
    pub lon: f64,
    /// Kilometres.
    pub radius_km: u32,
}

impl Centre {
    /// Whether a point lies in the circle.
    #[must_use]
    pub fn holds(&self, point: &Point) -> bool {
        let (x, y) = flat(self.lat, self.lon, point);
        is_on_earth(point.lat, point.lon) && x.hypot(y) <= f64::from(self.radius_km) * 1000.0
    }
}

/// Whether degrees name a place on earth.
pub(crate) fn is_on_earth(lat: f64, lon: f64) -> bool {
    (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon)
}

/// Metres east and north of an origin. On the scale of a city the earth is flat.
fn flat(lat: f64, lon: f64, point: &Point) -> (f64, f64) {
    let metres_per_lon = METRES_PER_DEGREE * lat.to_radians().cos();
    ((point.lon - lon) * metres_per_lon, (point.lat - lat) * METRES_PER_DEGREE)
}

/// Whole metres to the nearest of some polygons, 0 and `true` inside one; `None` when there is
/// none.
#[must_use]
pub fn distance(polygons: &[Polygon], position: &Position) -> Option<(u32, bool)> {
    let mut nearest = f64::INFINITY;
    for polygon in polygons {
        let points: Vec<(f64, f64)> = polygon.0.iter().map(|point| flat(position.lat, position.lon, point)).collect();
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
    nearest.is_finite().then(|| (whole_metres(nearest), false))
}

/// Rounded up: what is not reached is never 0 metres away.
// The cast holds any distance on earth.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole_metres(metres: f64) -> u32 {
    metres.ceil() as u32
}

/// Distance of the origin to a segment.
fn to_segment((x1, y1): (f64, f64), (x2, y2): (f64, f64)) -> f64 {
    let (dx, dy) = (x2 - x1, y2 - y1);
    let length_squared = dx * dx + dy * dy;
    let along = if length_squared > 0.0 { (-(x1 * dx + y1 * dy) / length_squared).clamp(0.0, 1.0) } else { 0.0 };
    (x1 + along * dx).hypot(y1 + along * dy)
}
