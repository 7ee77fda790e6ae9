//! What a ticket is found by: its facility and its number, as they were typed.

use mesto_rules::garages::{GaragesSection, TicketNumber};
use mesto_rules::{CityId, FacilityId};

use super::{Garages, refusal};
use crate::kernel::error::Result;

impl Garages<'_> {
    /// A facility's id as it was typed or handed in, of a stored city. Local.
    ///
    /// # Errors
    /// `facility_unknown` with those that are, `city_missing`, `section_missing` and the like.
    pub fn facility_id(self, city: &CityId, text: &str) -> Result<FacilityId> {
        let stored = self.0.city(city)?;
        let garages: &GaragesSection = stored.section()?;
        garages.facility(text.trim()).map(|facility| facility.id.clone()).ok_or_else(|| refusal::unknown(garages))
    }

    /// The number of a facility's ticket, as it was typed: spaces and dashes are dropped, small
    /// letters are as good as capitals (BG-64). Local.
    ///
    /// # Errors
    /// `ticket_number_invalid` with what is wrong and how a number looks there; those of
    /// [`Garages::facility_id`].
    pub fn ticket_number(self, city: &CityId, facility: &FacilityId, text: &str) -> Result<TicketNumber> {
        let stored = self.0.city(city)?;
        let garages: &GaragesSection = stored.section()?;
        let facility = garages.facility(facility.as_str()).ok_or_else(|| refusal::unknown(garages))?;
        self.named(
            city,
            facility.read_ticket(text).map_err(|why| self.number_refused("ticket_number_invalid", facility, &why)),
        )
    }
}
