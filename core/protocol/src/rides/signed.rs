//! The ticket of a ride as a signed code: kind 3. What is common to every code stands in
//! [`crate::signed_code`].
//!
//! | label | ride | value |
//! |---|---|---|
//! | 1 | city | text, id |
//! | 2 | vehicle | text, the number painted on it |
//! | 3 | route | text, id; absent when it was not known |
//! | 4 | direction | integer from 0; absent with the route |
//! | 5 | trip | 16 bytes, id; absent when it was not known |
//! | 6 | service day | integer, days after 1970-01-01 |
//! | 7 | persons | integer from 1 |
//! | 8 | benefits | text, ids of categories with a comma between them, one for each person who pays less by who he is; absent: none |
//! | 9 | pass | text, id of the pass that the rider rides on; absent: none |
//!
//! The claims' id is that of the ride, their start the moment of its registration, cut to whole
//! seconds, their end the end of its ticket, filled up.

use chrono::{Days, NaiveDate};
use mesto_rules::CityId;
use mesto_rules::passes::{CategoryId, PassProductId};
use mesto_rules::rides::{BoardNumber, RouteId};

use crate::kernel::cbor::{MapReader, MapWriter};
use crate::kernel::ids::{RecordId as _, RideId, TripId};
use crate::kernel::signed_code::{Claims, CodeKind, Kind, What};

/// What the signed code of a ride says.
pub type RideClaims = Claims<SignedRide>;

/// A ride that was registered, shown to a controller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRide {
    pub city: CityId,
    pub vehicle: BoardNumber,
    /// The route and which of its directions.
    pub route: Option<(RouteId, u32)>,
    pub trip: Option<TripId>,
    pub service_day: NaiveDate,
    pub persons: u32,
    /// One for each person who pays less by who he is.
    pub benefits: Vec<CategoryId>,
    /// The rider himself rides on it.
    pub pass: Option<PassProductId>,
}

impl What for SignedRide {
    type Id = RideId;
}

impl CodeKind for SignedRide {
    const KIND: Kind = Kind::Ride;

    fn write(&self) -> MapWriter {
        let (route, direction) = self.route.as_ref().map(|(route, direction)| (route.as_str(), *direction)).unzip();
        let benefits: Vec<&str> = self.benefits.iter().map(CategoryId::as_str).collect();
        let benefits = (!benefits.is_empty()).then(|| benefits.join(","));
        MapWriter::default()
            .set(1, self.city.as_str())
            .set(2, self.vehicle.as_str())
            .set_some(3, route)
            .set_some(4, direction)
            .set_some(5, self.trip.map(|trip| trip.bytes().to_vec()))
            .set(6, self.service_day.signed_duration_since(NaiveDate::default()).num_days())
            .set(7, self.persons)
            .set_some(8, benefits)
            .set_some(9, self.pass.as_ref().map(PassProductId::as_str))
    }

    fn read(mut map: MapReader) -> Result<Self, String> {
        let route = map.some_text(3)?.map(|route| RouteId::new(&route)).transpose().map_err(|why| why.to_string())?;
        let direction = map.some_integer(4)?.map(u32::try_from).transpose().map_err(|_| "directions count from 0")?;
        let trip = map.some_bytes(5)?.map(<[u8; 16]>::try_from).transpose().map_err(|_| "a trip has 16 bytes")?;
        let days = u64::try_from(map.integer(6)?).map_err(|_| "service days are after 1970")?;
        let persons = u32::try_from(map.integer(7)?).ok().filter(|persons| *persons > 0);
        let benefits = map.some_text(8)?.map(|all| all.split(',').map(CategoryId::new).collect::<Result<Vec<_>, _>>());
        let pass = map.some_text(9)?.map(|pass| PassProductId::new(&pass)).transpose();
        Ok(Self {
            benefits: benefits.transpose().map_err(|why| why.to_string())?.unwrap_or_default(),
            pass: pass.map_err(|why| why.to_string())?,
            city: CityId::new(&map.text(1)?).map_err(|why| why.to_string())?,
            vehicle: board(&map.text(2)?)?,
            route: route.zip(direction),
            trip: trip.map(TripId::from_bytes),
            service_day: NaiveDate::default().checked_add_days(Days::new(days)).ok_or("there is no such day")?,
            persons: persons.ok_or("persons count from 1")?,
        })
    }
}

/// A vehicle as its number is written, and no other way.
fn board(text: &str) -> Result<BoardNumber, String> {
    let board = BoardNumber::new(text).map_err(|why| why.to_string())?;
    if board.as_str() == text { Ok(board) } else { Err(format!("`{text}` is not how a vehicle is written")) }
}
