//! Refusals about facilities and ticket numbers: with what would be right, and facilities by their
//! names.

use mesto_rules::CityId;
use mesto_rules::garages::facility::{Facility, TicketPattern};
use mesto_rules::garages::number::LENGTH;
use mesto_rules::garages::{GaragesSection, TicketNumberError};

use super::Garages;
use crate::kernel::error::{Error, ErrorKind, Result};
use mesto_texts::TextValue;

/// A facility that is not in the city, with those that are.
pub fn unknown(garages: &GaragesSection) -> Error {
    let known: Vec<String> = garages.facilities.iter().map(|facility| facility.id.to_string()).collect();
    Error::new(ErrorKind::Refused, "facility_unknown", "this facility is not in the city").with("known", known)
}

impl Garages<'_> {
    /// Gives a refusal that is about a facility also the name of it, in the client's language.
    pub(super) fn named<T>(self, city: &CityId, outcome: Result<T>) -> Result<T> {
        outcome.map_err(|error| {
            let id = error.params().get("facility").and_then(serde_json::Value::as_str);
            let name = id.and_then(|id| {
                let city = self.0.stored_city(city)?;
                let garages: &GaragesSection = city.section().ok()?;
                Some(garages.facility(id)?.name.get(self.0.config().locale.tag()).to_owned())
            });
            match name {
                Some(name) => error.with("facility_name", name),
                None => error,
            }
        })
    }

    /// What is wrong with a ticket number, and how one looks at the facility.
    pub(super) fn number_refused(self, code: &str, facility: &Facility, why: &TicketNumberError) -> Error {
        Error::new(ErrorKind::Refused, code, why.to_string())
            .with_fields(why)
            .with("facility", facility.id.as_str())
            .with("looks_like", self.looks_like(facility.ticket_number.known()))
    }

    /// How a number looks, in the client's language.
    fn looks_like(self, pattern: Option<&TicketPattern>) -> String {
        let number = |count: usize| TextValue::Number(i64::try_from(count).unwrap_or(i64::MAX));
        let Some(pattern) = pattern else {
            return self
                .0
                .text("ticket-number-any", &[("min", number(*LENGTH.start())), ("max", number(*LENGTH.end()))]);
        };
        let count = ("count", number(pattern.mask.chars().count()));
        match pattern.example() {
            None => self.0.text("ticket-number-digits", &[count]),
            Some(example) => self.0.text("ticket-number-like", &[count, ("example", TextValue::Text(example))]),
        }
    }
}
