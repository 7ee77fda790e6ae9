//! Zones near the driver, from a stored city.

use mesto_rules::{CityId, Minutes, ParkingSection, Position, ZoneId, shown, sort_by_key, zone_by_sign, zones_near};
use serde::Serialize;

use super::Parking;
use crate::kernel::error::{Error, ErrorKind, Result};

shown! { zones_shown;
    /// A zone as the list of a screen shows it.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct NearZone {
        pub zone: ZoneId,
        /// In the client's language.
        pub name: String,
        /// `#rrggbb`, as on the sign.
        pub colour: String,
        pub sign_codes: Vec<String>,
        /// Metres to its edge, 0 inside; `None` without a position, or when nobody knows where it
        /// lies.
        pub distance_metres: Option<u32>,
        pub is_inside: bool,
        /// The edge was drawn by hand: show it so.
        pub is_approximate: bool,
        /// The longest stay, minutes; `None` when there is no limit or it is not known.
        pub max_stay_minutes: Option<u32>,
    }

    /// Zones, nearest first; without a position in the city's order. A sign wins: its zone then
    /// stands first.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct ZonesNear {
        pub zones: Vec<NearZone>,
        /// The zone of the sign. Without one, also while only the beginning of a code is typed, a
        /// screen lets the driver choose: one street can lie in three zones.
        pub by_sign: Option<ZoneId>,
    }
}

/// A zone that is not in the city, with those that are.
pub fn unknown(parking: &ParkingSection) -> Error {
    let known: Vec<String> = parking.zones.iter().map(|zone| zone.id.to_string()).collect();
    Error::new(ErrorKind::Refused, "zone_unknown", "this zone is not in the city").with("known", known)
}

/// More may follow: a code of the city begins so.
fn begins_a_code(parking: &ParkingSection, typed: &str) -> bool {
    let begins = |code: &String| code.get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(typed));
    parking.zones.iter().flat_map(|zone| &zone.sign_codes).any(begins)
}

impl Parking<'_> {
    /// A zone's id as it was typed or handed in, of a stored city. Local.
    ///
    /// # Errors
    /// `zone_unknown` with those that are, `city_missing`.
    pub fn zone_id(self, city: &CityId, text: &str) -> Result<ZoneId> {
        let city = self.0.city(city)?;
        let parking: &ParkingSection = city.section()?;
        parking.zone(text).map(|zone| zone.id.clone()).ok_or_else(|| unknown(parking))
    }

    /// The zone whose sign this is, as it was typed (`9111`) or scanned, of a stored city. Local.
    ///
    /// # Errors
    /// `sign_unknown` with the known codes, `sign_ambiguous`, `city_missing`.
    pub fn zone_by_sign(self, city: &CityId, sign: &str) -> Result<ZoneId> {
        let city = self.0.city(city)?;
        let parking: &ParkingSection = city.section()?;
        Ok(zone_by_sign(parking, sign)?.id.clone())
    }

    /// Zones near a position, from a stored city. `sign` is typed (`9111`) or scanned text and wins
    /// over the position; the beginning of a code (`91`) names no zone yet and is no error. Local.
    ///
    /// # Errors
    /// `city_missing`, `sign_unknown` with the known codes, `sign_ambiguous`.
    pub fn zones_near(self, city: &CityId, position: Option<Position>, sign: Option<&str>) -> Result<ZonesNear> {
        let stored = self.0.city(city)?;
        let parking: &ParkingSection = stored.section()?;
        let by_sign = match sign.map(str::trim).filter(|sign| !sign.is_empty()) {
            Some(sign) => match self.zone_by_sign(city, sign) {
                Err(_) if begins_a_code(parking, sign) => None,
                named => Some(named?),
            },
            None => None,
        };
        let near = position.map(|position| zones_near(parking, &position, u32::MAX)).unwrap_or_default();
        let language = self.0.config().locale.tag();
        let mut zones: Vec<NearZone> = parking
            .zones
            .iter()
            .map(|zone| {
                let found = near.iter().find(|near| near.zone_id == zone.id);
                NearZone {
                    zone: zone.id.clone(),
                    name: zone.name.get(language).to_owned(),
                    colour: zone.colour.clone(),
                    sign_codes: zone.sign_codes.clone(),
                    distance_metres: found.map(|near| near.distance_metres),
                    is_inside: found.is_some_and(|near| near.is_inside),
                    is_approximate: found.is_some_and(|near| near.is_approximate),
                    max_stay_minutes: zone.max_stay_minutes().map(Minutes::get),
                }
            })
            .collect();
        // Stable: zones that nobody has drawn stay in the city's order, at the end.
        sort_by_key(&mut zones, |zone| {
            (by_sign.as_ref() != Some(&zone.zone), zone.distance_metres.is_none(), zone.distance_metres)
        });
        Ok(ZonesNear { zones, by_sign })
    }
}
