//! Prices of parking from the operator.

use chrono::SecondsFormat;
use mesto_protocol::base::payments::{PayMethod, Quote};
use mesto_protocol::kernel::ids::{TicketId, VehicleId};
use mesto_protocol::parking::purchase::{ParkingOffer, ParkingSubject};
use mesto_rules::{CityId, ZoneId};

use super::wheel::{is_at_limit, leave_by};
use super::{Parking, rows};
use crate::base::payments;
use crate::kernel::error::{Error, ErrorKind, Result};

impl Parking<'_> {
    /// Asks the operator for a price that holds for the city's quote time.
    /// [`Payments::buy`](crate::base::payments::Payments::buy) buys it. Where the vehicle has a
    /// running ticket in this zone the quote continues it.
    ///
    /// # Errors
    /// `minutes_not_positive`, `max_stay_exceeded` with what is allowed, `limit_reached`,
    /// `no_return`, `tariff_unknown`, `payment_method_not_allowed`, `vehicle_unknown`,
    /// `zone_unknown`, `not_signed_in`, ...
    pub async fn quote(
        self,
        city: &CityId,
        zone: &ZoneId,
        vehicle: VehicleId,
        minutes: u32,
        pay: PayMethod,
    ) -> Result<Quote> {
        let outcome = self.quote_vehicle(city, zone, vehicle, minutes, pay).await;
        self.0.explain_in(city, outcome)
    }

    async fn quote_vehicle(
        self,
        city: &CityId,
        zone: &ZoneId,
        vehicle: VehicleId,
        minutes: u32,
        pay: PayMethod,
    ) -> Result<Quote> {
        let subject = ParkingSubject { zone: zone.clone(), vehicle: Some(vehicle), extends: None, minutes };
        self.0.payments().quote::<_, ParkingOffer>(city, &subject, pay).await
    }

    /// A quote that continues a ticket with the time after its end, at its own price (BG-46,
    /// BG-54). Also right after the end: the operator decides what of the stay is left. The car
    /// may have been removed from the account since.
    ///
    /// # Errors
    /// `ticket_missing`, `vehicle_missing` (the operator no longer knows the ticket, and the car is
    /// not in the account), and those of [`Parking::quote`]. Where the longest stay is used up, the
    /// parameter `leave_by` is the moment at which the car must be gone.
    pub async fn quote_extension(self, ticket: TicketId, minutes: u32, pay: PayMethod) -> Result<Quote> {
        let known = self.ticket(ticket);
        let outcome = self.quote_extension_inner(ticket, minutes, pay).await;
        let Ok(known) = known else { return self.0.explain(outcome) };
        let outcome = outcome.map_err(|refused| {
            if !is_at_limit(&refused) {
                return refused;
            }
            refused.with("leave_by", leave_by(&known).to_rfc3339_opts(SecondsFormat::Secs, true))
        });
        self.0.explain_in(&known.city, outcome)
    }

    async fn quote_extension_inner(self, ticket: TicketId, minutes: u32, pay: PayMethod) -> Result<Quote> {
        self.0.signed_in()?;
        let ticket = self.ticket(ticket)?;
        let now = self.0.now();
        if self.0.core().read(now, rows::forgotten_ids)?.contains(&ticket.id) {
            let vehicle = self.0.vehicles().list()?.into_iter().find(|vehicle| vehicle.plate == ticket.plate);
            let vehicle = vehicle.ok_or_else(|| {
                Error::new(ErrorKind::Refused, "vehicle_missing", "the ticket's vehicle is no longer in the account")
            })?;
            return self.quote_vehicle(&ticket.city, &ticket.zone, vehicle.id, minutes, pay).await;
        }
        let subject = ParkingSubject { zone: ticket.zone.clone(), vehicle: None, extends: Some(ticket.id), minutes };
        self.0.payments().quote::<_, ParkingOffer>(&ticket.city, &subject, pay).await
    }

    /// What a quote promises of parking; `None` when it is another service's.
    #[must_use]
    pub fn offer(self, quote: &Quote) -> Option<ParkingOffer> {
        payments::offer(quote)
    }
}
