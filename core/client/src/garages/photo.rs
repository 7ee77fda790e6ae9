//! The number of a ticket from a photo of it (BG-65).

use std::collections::BTreeSet;

use mesto_rules::garages::{GaragesSection, TicketNumber};
use mesto_rules::{CityId, FacilityId};

use super::{Garages, refusal};
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::ports::DecodeError;

impl Garages<'_> {
    /// Reads the number of a facility's ticket from a photo of it: a JPEG or PNG file. Local, and
    /// as slow as the image is large: call it from a thread that may wait. A code beside it
    /// that is no ticket number is passed over.
    ///
    /// # Errors
    /// `photo_unreadable` (parameter `format` when it is a photo in another form, such as `HEIC`),
    /// `photo_too_large`, `photo_not_possible` (this app reads no photos), `photo_without_code`,
    /// `photo_without_number` (with how a number looks),
    /// `photo_with_several_numbers` (parameter `numbers`), `photo_of_another_facility`
    /// (parameter `facility`), and those of [`Garages::facility_id`].
    pub fn number_from_photo(self, city: &CityId, facility: &FacilityId, image: &[u8]) -> Result<TicketNumber> {
        self.named(city, self.number_inner(city, facility, image))
    }

    fn number_inner(self, city: &CityId, id: &FacilityId, image: &[u8]) -> Result<TicketNumber> {
        let city = self.0.city(city)?;
        let garages: &GaragesSection = city.section()?;
        let facility = garages.facility(id.as_str()).ok_or_else(|| refusal::unknown(garages))?;
        let refused = |code: &str, why: &str| Error::new(ErrorKind::Refused, code, why);
        let found = self.0.ports().stills.decode(image).map_err(|why| {
            let told = |code: &str| refused(code, &why.to_string());
            match why {
                DecodeError::NotAnImage => told("photo_unreadable"),
                DecodeError::OtherForm(form) => told("photo_unreadable").with("format", form),
                DecodeError::TooLarge => told("photo_too_large"),
                DecodeError::NotPossible => told("photo_not_possible"),
            }
        })?;
        // Where a number may look in any way, nothing else would tell that it was misread.
        let has_pattern = facility.ticket_number.known().is_some();
        let read: Vec<_> = found.iter().filter(|code| has_pattern || code.is_checked).collect();
        // One ticket may show its number twice, as bars and as a square.
        let numbers: BTreeSet<TicketNumber> =
            read.iter().filter_map(|code| facility.read_ticket(&code.text).ok()).collect();
        let mut given = numbers.iter();
        match (given.next(), given.next()) {
            (Some(number), None) => return Ok(number.clone()),
            (Some(_), Some(_)) => {
                let numbers: Vec<&str> = numbers.iter().map(TicketNumber::as_str).collect();
                return Err(
                    refused("photo_with_several_numbers", "the photo shows several tickets").with("numbers", numbers)
                );
            }
            (None, _) => {}
        }
        // Where a number may look in any way, it says nothing about its facility.
        let elsewhere = garages.facilities.iter().find(|other| {
            other.ticket_number.known().is_some() && found.iter().any(|code| other.read_ticket(&code.text).is_ok())
        });
        if let Some(other) = elsewhere {
            let why = format!("this is a ticket as those of {}, not of {}", other.id, facility.id);
            return Err(refused("photo_of_another_facility", &why).with("facility", other.id.as_str()));
        }
        let Some(first) = read.first() else {
            return Err(refused("photo_without_code", "no code was found in the photo, or none that is sure"));
        };
        match facility.read_ticket(&first.text) {
            Ok(number) => Ok(number),
            Err(why) => Err(self.number_refused("photo_without_number", facility, &why)),
        }
    }
}
