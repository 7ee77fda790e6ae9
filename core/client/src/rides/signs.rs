//! What was scanned, read on the phone before anybody is asked (AV-31): deny by default, and
//! nothing of it is opened.

use std::sync::Arc;

use mesto_protocol::ProblemCode;
use mesto_rules::rides::{RidesSection, SignError, read_sign};
use mesto_rules::{City, CityId, SectionError};

use super::Rides;
use crate::base::operators::Operators;
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::ports::OperatorName;

impl Rides<'_> {
    /// Whether what was scanned is a sign of a vehicle of this city. Local: that the sign is known
    /// and good is the operator's to say.
    ///
    /// # Errors
    /// `not_a_ride_code` with its `host`, where it is a link, in plain letters;
    /// `ride_sign_of_another_city` with the `city` and, where this phone has it, its `city_name`;
    /// `ride_sign_unreadable`; `city_missing` and the like.
    pub fn check_sign(self, city: &CityId, scanned: &str) -> Result<()> {
        let stored = self.0.city(city)?;
        let hosts = match stored.section::<RidesSection>() {
            Ok(rides) => rides.sign_hosts.as_slice(),
            // Nothing is a sign here.
            Err(SectionError::Missing { .. }) => &[],
            Err(why) => return Err(why.into()),
        };
        let Err(why) = read_sign(scanned, city.as_str(), hosts) else { return Ok(()) };
        Err(self.of_city(scanned).unwrap_or_else(|| refused(&why)))
    }

    /// The refusal of a sign that is of a stored city.
    fn of_city(self, scanned: &str) -> Option<Error> {
        let is_of = |city: &Arc<City>| {
            let rides: Option<&RidesSection> = city.section().ok();
            rides.is_some_and(|rides| read_sign(scanned, city.id.as_str(), &rides.sign_hosts).is_ok())
        };
        let city = self.0.stored_cities().into_iter().find(is_of)?;
        let name = city.name.get(self.0.config().locale.tag());
        Some(of_another_city(city.id.as_str()).with("city_name", name))
    }
}

impl Operators {
    /// Whether what was scanned is a sign of a vehicle of an operator's city, as
    /// [`Rides::check_sign`] says; one of a city that this phone has by another operator is named
    /// as such, with that `operator`. Local.
    ///
    /// # Errors
    /// Those of [`Rides::check_sign`]; `closed` when the operator is not open.
    pub fn check_ride_sign(&self, operator: &OperatorName, city: &CityId, scanned: &str) -> Result<()> {
        let Some(client) = self.client(operator) else {
            return Err(Error::new(ErrorKind::Phone, "closed", format!("{operator} is not open")));
        };
        client.rides().check_sign(city, scanned).map_err(|error| {
            let others = self.names().into_iter().filter(|other| other != operator);
            let mut known = others.filter_map(|other| {
                let of_city = self.client(&other)?.rides().of_city(scanned)?;
                Some(of_city.with("operator", other.as_str()))
            });
            known.next().unwrap_or(error)
        })
    }
}

fn of_another_city(city: &str) -> Error {
    let code = ProblemCode::RideSignOfAnotherCity.as_str();
    Error::new(ErrorKind::Refused, code, format!("this sign belongs to another city: {city}")).with("city", city)
}

fn refused(why: &SignError) -> Error {
    let made = |code: ProblemCode| Error::new(ErrorKind::Refused, code.as_str(), why.to_string());
    match why {
        SignError::NotARideCode { host } => made(ProblemCode::NotARideCode).with("host", host.clone()),
        SignError::OtherCity { city } => of_another_city(city),
        SignError::Unreadable | SignError::NotABoardNumber => made(ProblemCode::RideSignUnreadable),
    }
}
