//! Which zones are near a position, and which zone a sign names. Edges drawn by hand stay marked as
//! such.

use crate::kernel::ids::{ZoneId, joined};
use crate::kernel::position::{Position, distance};
use crate::kernel::sort::sort_by_key;
use crate::parking::section::{AreaCertainty, ParkingSection, Zone};
use serde::{Deserialize, Serialize};

/// A zone beside a position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneNear {
    pub zone_id: ZoneId,
    /// Metres to its edge, 0 inside.
    pub distance_metres: u32,
    pub is_inside: bool,
    /// The edge was drawn by hand: show it so.
    pub is_approximate: bool,
}

/// Why a sign names no zone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// No known code in the text. What is said of it leaves the text out: it may be a plate or a
    /// telephone number, and goes into logs.
    #[error("the text holds no sign code of this city; known are {}", known.join(", "))]
    Unknown { text: String, known: Vec<String> },
    /// Codes of several zones in one text.
    #[error("the text names several zones: {}", joined(zones))]
    Ambiguous { zones: Vec<ZoneId> },
}

/// The zones whose edge is at most `max_metres` away, nearest first; of zones equally near (a
/// street can lie in several) the order is the city's. A zone without an area is never near, and so
/// is everything to a position that is none.
#[must_use]
pub fn zones_near(parking: &ParkingSection, position: &Position, max_metres: u32) -> Vec<ZoneNear> {
    if !position.is_valid() {
        return Vec::new();
    }
    let mut near: Vec<ZoneNear> = parking
        .zones
        .iter()
        .filter_map(|zone| {
            let area = zone.area.as_ref()?;
            let (distance_metres, inside) = distance(&area.polygons, position)?;
            (distance_metres <= max_metres).then(|| ZoneNear {
                zone_id: zone.id.clone(),
                distance_metres,
                is_inside: inside,
                is_approximate: area.certainty == AreaCertainty::Approximate,
            })
        })
        .collect();
    sort_by_key(&mut near, |zone| zone.distance_metres);
    near
}

/// The zone whose sign code stands in typed or scanned text, such as `9111` or `SMS 9111 ZONA 1`. A
/// code counts only as a whole word, so that a telephone number that holds one names no zone.
///
/// # Errors
/// [`SignError`] when no code or codes of several zones stand in it.
pub fn zone_by_sign<'a>(parking: &'a ParkingSection, text: &str) -> Result<&'a Zone, SignError> {
    let mut found: Vec<&Zone> = Vec::new();
    for word in text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let of_word =
            parking.zones.iter().find(|zone| zone.sign_codes.iter().any(|code| code.eq_ignore_ascii_case(word)));
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
            known: parking.zones.iter().flat_map(|zone| zone.sign_codes.iter().cloned()).collect(),
        }),
        zones => Err(SignError::Ambiguous { zones: zones.iter().map(|zone| zone.id.clone()).collect() }),
    }
}
