//! The driver's vehicles. A plate is checked here first, with the city's grammar, so that a slip is seen at once.

use mesto_protocol::base::vehicles::{self, NewVehicle, Vehicle};
use mesto_rules::{ParsedPlate, parse_plate};

use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::guard::unconfirmed;
use crate::intent::IntentKind;
use crate::store::rows;

impl Client {
    /// Reads a plate as it is typed: how it is shown, compared and sent by SMS, and what to look at again. Local.
    ///
    /// # Errors
    /// `plate_empty`, `plate_too_short`, ... with what would be right; `city_missing`.
    pub fn check_plate(&self, plate: &str) -> Result<ParsedPlate> {
        Ok(parse_plate(plate, &self.city()?.sections.plates)?)
    }

    /// Adds a vehicle.
    ///
    /// # Errors
    /// What [`Client::check_plate`] says, `vehicle_exists`, `too_many_vehicles`, and whatever a request can answer.
    pub async fn add_vehicle(&self, plate: &str, label: Option<&str>) -> Result<Vehicle> {
        let outcome = self.add_vehicle_inner(plate, label).await;
        self.explain(outcome)
    }

    async fn add_vehicle_inner(&self, plate: &str, label: Option<&str>) -> Result<Vehicle> {
        let session = self.core().session()?;
        // Without a city the operator alone judges.
        if let Some(city) = self.stored_city() {
            parse_plate(plate, &city.sections.plates)?;
        }
        let body =
            NewVehicle { city: self.config().city.clone(), plate: plate.to_owned(), label: label.map(str::to_owned) };
        let vehicle: Vehicle = self.call(&vehicles::ADD, &[], &body).await?;
        let now = self.now();
        let mut core = self.core();
        core.still(&session)?;
        core.keep(now, |db| rows::put_vehicle(db, &vehicle))?;
        drop(core);
        self.changed();
        Ok(vehicle)
    }

    /// Removes a vehicle; its tickets and orders stay, and a ticket can still be extended ([`Client::extend`]). One that is
    /// parked, or that a purchase not confirmed yet is for, is removed only when that is `confirmed`.
    ///
    /// # Errors
    /// `vehicle_parked` with the end of its ticket, `unconfirmed` with the purchase: ask the driver, and call again with
    /// `confirmed`. `not_found`, and whatever a request can answer.
    pub async fn remove_vehicle(&self, vehicle: &str, confirmed: bool) -> Result<()> {
        let outcome = self.remove_vehicle_inner(vehicle, confirmed).await;
        self.explain(outcome)
    }

    async fn remove_vehicle_inner(&self, vehicle: &str, confirmed: bool) -> Result<()> {
        let session = self.core().session()?;
        if !confirmed {
            self.not_in_use(vehicle)?;
        }
        self.tell(&vehicles::REMOVE, &[vehicle]).await?;
        let now = self.now();
        let mut core = self.core();
        core.still(&session)?;
        core.keep(now, |db| rows::remove_vehicle(db, vehicle))?;
        drop(core);
        self.changed();
        Ok(())
    }

    /// Refuses to take a parked car for one that nobody needs.
    fn not_in_use(&self, vehicle: &str) -> Result<()> {
        let Some(car) = self.vehicles()?.into_iter().find(|stored| stored.id == vehicle) else { return Ok(()) };
        let shown = self.snapshot();
        let last = shown.active_tickets.iter().filter(|ticket| ticket.plate == car.plate).max_by_key(|one| one.ends_at);
        if let Some(ticket) = last {
            return Err(Error::new(ErrorKind::Refused, "vehicle_parked", "a ticket of this vehicle is running")
                .with("plate", car.plate.display)
                .with("ticket", ticket.id.as_str())
                .with("ends_at", ticket.ends_at.to_rfc3339()));
        }
        let waits = |kind: &IntentKind| matches!(kind, IntentKind::Purchase { plate, .. } if *plate == car.plate);
        match shown.open_intents.iter().find(|open| waits(&open.kind)) {
            Some(open) => Err(unconfirmed(&open.key, Some(open))),
            None => Ok(()),
        }
    }

    /// A stored vehicle by its id.
    pub(crate) fn vehicle(&self, id: &str) -> Result<Vehicle> {
        let found = self.vehicles()?.into_iter().find(|vehicle| vehicle.id == id);
        found
            .ok_or_else(|| Error::new(ErrorKind::Refused, "vehicle_missing", "this vehicle is not stored on the phone"))
    }

    /// The stored vehicles, in the order they were added. Local.
    ///
    /// # Errors
    /// Only when the phone's database fails.
    pub fn vehicles(&self) -> Result<Vec<Vehicle>> {
        let now = self.now();
        self.core().read(now, rows::vehicles)
    }
}
