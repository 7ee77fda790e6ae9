//! The driver's vehicles. A plate is checked here first, with the city's grammar, so that a slip is seen at once.

use mesto_protocol::base::vehicles::{NewVehicle, Vehicle};
use mesto_protocol::route;
use mesto_rules::{Plate, parse_plate};

use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::ports::Method;
use crate::store::rows;
use crate::wire::path;

impl Client {
    /// Reads a plate as it is typed: how it is shown, compared and sent by SMS, and what to look at again. Local.
    ///
    /// # Errors
    /// `plate_empty`, `plate_too_short`, ... with what would be right; `city_missing`.
    pub fn check_plate(&self, plate: &str) -> Result<Plate> {
        Ok(parse_plate(plate, &self.city()?.plates)?)
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
            parse_plate(plate, &city.plates)?;
        }
        let body =
            NewVehicle { city: self.config().city.clone(), plate: plate.to_owned(), label: label.map(str::to_owned) };
        let vehicle: Vehicle = self.ask(Method::Post, route::VEHICLES.to_owned(), Some(&body)).await?;
        let now = self.now();
        let mut core = self.core();
        core.still(&session)?;
        core.keep(now, |db| rows::put_vehicle(db, &vehicle))?;
        drop(core);
        self.changed();
        Ok(vehicle)
    }

    /// Removes a vehicle; its tickets and orders stay.
    ///
    /// # Errors
    /// `vehicle_unknown`, and whatever a request can answer.
    pub async fn remove_vehicle(&self, vehicle: &str) -> Result<()> {
        let outcome = self.remove_vehicle_inner(vehicle).await;
        self.explain(outcome)
    }

    async fn remove_vehicle_inner(&self, vehicle: &str) -> Result<()> {
        let session = self.core().session()?;
        self.ask_raw(Method::Delete, path(route::VEHICLE, vehicle), None::<&()>).await?;
        let now = self.now();
        let mut core = self.core();
        core.still(&session)?;
        core.keep(now, |db| rows::remove_vehicle(db, vehicle))?;
        drop(core);
        self.changed();
        Ok(())
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
