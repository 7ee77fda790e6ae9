//! Facilities as a screen shows them, from the stored city, with what was told last of their free
//! places.

use chrono::{DateTime, Utc};
use mesto_protocol::base::payments::PayMethod;
use mesto_rules::fact::Known;
use mesto_rules::garages::facility::{Facility, FacilityKind, OnSite, PaidWhen};
use mesto_rules::garages::{FreePlaces, GaragesSection, Observation};
use mesto_rules::{Certainty, City, CityId, FacilityId, Fact, PayMethod as RulesPay, Position, shown, sort_by_key};
use serde::Serialize;

use super::places::{Now, PlacesReport};
use super::{Garages, tariff};
use crate::kernel::error::Result;
use mesto_texts::TextValue;

shown! { garages_facilities_shown;
    /// A garage or a lot with a barrier (BG-10, BG-72). What is not known is `None`, never guessed.
    #[derive(Debug, Clone, PartialEq, Serialize)]
    pub struct FacilityView {
        pub facility: FacilityId,
        /// In the client's language.
        pub name: String,
        pub kind: Option<FacilityKind>,
        /// Street and number.
        pub address: Option<String>,
        /// Where it is shown on a map.
        pub position: Option<Position>,
        /// Metres to it in a straight line; `None` without a position, or when nobody knows where
        /// it lies.
        pub distance_metres: Option<u32>,
        pub entrances: Vec<EntranceView>,
        /// Places in all.
        pub capacity: Option<u32>,
        /// Places for disabled drivers, of those.
        pub capacity_disabled: Option<u32>,
        /// The highest vehicle, centimetres.
        pub max_height_centimetres: Option<u32>,
        /// Whether one can drive in and out now.
        pub is_open: Option<bool>,
        /// The next opening, while it is closed.
        pub opens_at: Option<DateTime<Utc>>,
        /// Whether it is open, in words.
        pub hours: String,
        pub paid_when: Option<PaidWhen>,
        /// How a visit can be paid in the app (BG-67); empty where it cannot (BG-66).
        pub pay: Vec<PayMethod>,
        /// How it can be paid at the place (BG-19).
        pub on_site: Vec<OnSite>,
        /// What a visit costs by the tariff in force today, in words, a line each; says so where
        /// that is not known.
        pub tariff: Vec<String>,
        /// The least sure of what stands in `tariff`; `None` when it is not known.
        pub tariff_certainty: Option<Certainty>,
        /// The least sure of the other values that are known.
        pub certainty: Option<Certainty>,
        /// Places observed free; `None` when nobody observed them, or too long ago.
        pub free: Option<u32>,
        /// When they were observed last, also when that is too long ago.
        pub observed_at: Option<DateTime<Utc>>,
        /// The free places with their moment, in words.
        pub places: String,
        /// Whether a visit can be paid now; `None` when it was not heard lately: see
        /// [`Garages::places`].
        pub is_reachable: Option<bool>,
    }

    /// Where one drives in.
    #[derive(Debug, Clone, PartialEq, Serialize)]
    pub struct EntranceView {
        /// In the client's language.
        pub name: String,
        pub position: Option<Position>,
    }
}

impl Garages<'_> {
    /// The city's facilities, from the stored city, with free places as they were told last: first
    /// those with free places, then those of which that is not known, then full ones; within
    /// these nearest first, without a position in the city's order (BG-72). [`Garages::places`]
    /// asks for newer ones. Local.
    ///
    /// # Errors
    /// `city_missing`, and `section_missing` and the like when the city has no garages, or none
    /// that this app can read.
    pub fn facilities(self, city: &CityId, position: Option<Position>) -> Result<Vec<FacilityView>> {
        let told = self.last_report(city)?;
        self.views(city, &told, position)
    }

    pub(super) fn views(
        self,
        city: &CityId,
        told: &PlacesReport,
        position: Option<Position>,
    ) -> Result<Vec<FacilityView>> {
        let city = self.0.city(city)?;
        let garages: &GaragesSection = city.section()?;
        let now = self.0.now();
        let position = position.filter(Position::is_valid);
        let mut views: Vec<FacilityView> = garages
            .facilities
            .iter()
            .map(|facility| self.view(&city, garages, facility, position, told.of(garages, &facility.id, now), now))
            .collect();
        let class = |view: &FacilityView| match view.free {
            Some(0) => 2,
            Some(_) => 0,
            None => 1,
        };
        // Stable: those that nobody knows the place of stay in the city's order.
        sort_by_key(&mut views, |view| (class(view), view.distance_metres.is_none(), view.distance_metres));
        Ok(views)
    }

    fn view(
        self,
        city: &City,
        garages: &GaragesSection,
        facility: &Facility,
        position: Option<Position>,
        told: Now,
        now: DateTime<Utc>,
    ) -> FacilityView {
        let language = self.0.config().locale.tag();
        let point = facility.position.known();
        let is_open = facility.is_open(city, now);
        let opens_at = facility.next_opening(city, now).filter(|_| is_open == Some(false));
        let today = garages.tariff_on(city.local_day(now));
        let table = today.and_then(|tariff| tariff.rate_tables.get(&facility.rate_table));
        let (tariff, tariff_certainty) = tariff::in_words(self.0, table);
        let (free, observed_at) = match told.free {
            FreePlaces::Observed(Observation { free, observed_at }) => (Some(free), Some(observed_at)),
            FreePlaces::Unknown { last_observed_at } => (None, last_observed_at),
        };
        let entrance = |entrance: &mesto_rules::garages::facility::Entrance| EntranceView {
            name: entrance.name.get(language).to_owned(),
            position: entrance.position.known().map(|point| at(point.lat, point.lon)),
        };
        FacilityView {
            facility: facility.id.clone(),
            name: facility.name.get(language).to_owned(),
            kind: facility.kind.known().cloned(),
            address: facility.address.known().cloned(),
            position: point.map(|point| at(point.lat, point.lon)),
            distance_metres: point.zip(position).map(|(point, position)| point.metres_from(&position)),
            entrances: facility.entrances.iter().map(entrance).collect(),
            capacity: facility.capacity.known().copied(),
            capacity_disabled: facility.capacity_disabled.known().copied(),
            max_height_centimetres: facility.max_height_cm.known().copied(),
            is_open,
            opens_at,
            hours: self.hours(is_open, opens_at),
            paid_when: facility.paid_when.known().cloned(),
            pay: facility.pay.iter().filter_map(in_the_app).collect(),
            on_site: facility.on_site.clone(),
            tariff,
            tariff_certainty,
            certainty: certainty(facility),
            free,
            observed_at,
            places: self.places_in_words(free, observed_at),
            is_reachable: told.is_reachable,
        }
    }

    fn hours(self, is_open: Option<bool>, opens_at: Option<DateTime<Utc>>) -> String {
        match (is_open, opens_at) {
            (Some(true), _) => self.0.text("garages-open", &[]),
            (Some(false), Some(opens_at)) => {
                self.0.text("garages-opens-at", &[("opens_at", TextValue::Time(opens_at))])
            }
            (Some(false), None) => self.0.text("garages-closed", &[]),
            (None, _) => self.0.text("garages-hours-unknown", &[]),
        }
    }

    fn places_in_words(self, free: Option<u32>, observed_at: Option<DateTime<Utc>>) -> String {
        let observed_at = observed_at.map(|at| ("observed_at", TextValue::Time(at)));
        match (free, observed_at) {
            (Some(free), Some(observed_at)) => {
                self.0.text("garages-free", &[("free", TextValue::Number(free.into())), observed_at])
            }
            (None, Some(observed_at)) => self.0.text("garages-free-too-old", &[observed_at]),
            (_, None) => self.0.text("garages-free-unknown", &[]),
        }
    }
}

fn at(lat: f64, lon: f64) -> Position {
    Position { lat, lon, accuracy_metres: None }
}

const fn in_the_app(pay: &RulesPay) -> Option<PayMethod> {
    match pay {
        RulesPay::Deposit => Some(PayMethod::Deposit),
        RulesPay::Card => Some(PayMethod::Card),
        RulesPay::Sms => None,
    }
}

/// How sure a value is; `None` for one that is not known.
pub fn sure<T>(fact: &Fact<T>) -> Option<Certainty> {
    match fact {
        Fact::Known(Known { certainty, .. }) => Some(certainty.clone()),
        Fact::Unknown { .. } => None,
    }
}

/// The least sure of several.
pub fn least(certainties: impl IntoIterator<Item = Option<Certainty>>) -> Option<Certainty> {
    certainties.into_iter().flatten().max_by_key(|certainty| match certainty {
        Certainty::Official => 0,
        Certainty::OfficialOld => 1,
        Certainty::SecondHand => 2,
        Certainty::Assumed => 3,
        // Of a later version: nothing is concluded from it.
        Certainty::Other(_) => 4,
    })
}

fn certainty(facility: &Facility) -> Option<Certainty> {
    least([
        sure(&facility.kind),
        sure(&facility.address),
        sure(&facility.position),
        sure(&facility.capacity),
        sure(&facility.capacity_disabled),
        sure(&facility.max_height_cm),
        sure(&facility.opening_hours),
        sure(&facility.paid_when),
    ])
}
