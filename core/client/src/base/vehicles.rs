//! The driver's vehicles. A plate is checked here first, with the city's grammar, so that a slip is
//! seen at once.

use std::sync::Arc;

use mesto_protocol::base::vehicles::{self, NewVehicle, Vehicle, VehicleAdded, VehicleRemoved, VehiclesSection};
use mesto_protocol::event::Change;
use mesto_protocol::kernel::ids::VehicleId;
use mesto_protocol::kernel::json::Json;
use mesto_rules::{CityId, ParsedPlate, PlateWarning, parse_plate, shown};
use rusqlite::{Connection as Database, params};
use serde::Serialize;

use crate::kernel::client::Client;
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::service::{Service, keep};
use crate::kernel::store::{Stored, Tx, list};

const TOPIC: &str = vehicles::SERVICE.name;

pub const SERVICE: Service = Service {
    section: Some(|tx, section, _| {
        let told: Option<VehiclesSection> = section.map(Json::read).transpose()?;
        forget(tx)?;
        told.iter().flat_map(|told| &told.vehicles).try_for_each(|vehicle| put(tx, vehicle))
    }),
    event: Some(|tx, event, _| match event.kind.as_str() {
        Vehicle::KIND => keep(event, |vehicle: Vehicle| put(tx, &vehicle)),
        VehicleRemoved::KIND => keep(event, |VehicleRemoved { id }| remove(tx, id)),
        _ => Ok(false),
    }),
    forget: Some(forget),
    widget: Some(|client| Json::of(&*client.vehicles().state())),
    codes: &[
        "vehicle_missing",
        "plate_empty",
        "plate_too_short",
        "plate_too_long",
        "plate_sign_not_allowed",
        "plate_cyrillic",
        "plate_no_digit",
    ],
    ..Service::named(TOPIC)
};

fn stored(db: &Database) -> Stored<Vec<Vehicle>> {
    list(db, "SELECT json FROM vehicle ORDER BY ordinal, id", [])
}

fn put(tx: &Tx<'_>, vehicle: &Vehicle) -> Stored {
    tx.write(
        TOPIC,
        "INSERT INTO vehicle (id, ordinal, json) VALUES (?1, (SELECT coalesce(max(ordinal), 0) + 1 FROM vehicle), ?2)
         ON CONFLICT (id) DO UPDATE SET json = excluded.json",
        params![vehicle.id.to_string(), serde_json::to_string(vehicle)?],
    )?;
    Ok(())
}

fn remove(tx: &Tx<'_>, id: VehicleId) -> Stored {
    tx.write(TOPIC, "DELETE FROM vehicle WHERE id = ?1", params![id.to_string()])?;
    Ok(())
}

fn forget(tx: &Tx<'_>) -> Stored {
    tx.write(TOPIC, "DELETE FROM vehicle", [])?;
    Ok(())
}

shown! { vehicles_shown;
    /// The account's vehicles.
    #[derive(Debug, Clone, PartialEq, Default, Serialize)]
    pub struct VehiclesState {
        /// In the order they were added.
        pub vehicles: Vec<Vehicle>,
    }
}

/// What is done with the account's vehicles; see [`Client::vehicles`].
#[derive(Clone, Copy)]
pub struct Vehicles<'c>(&'c Client);

impl Client {
    /// The account's vehicles.
    #[must_use]
    pub const fn vehicles(&self) -> Vehicles<'_> {
        Vehicles(self)
    }
}

impl Vehicles<'_> {
    /// The stored vehicles. Local.
    #[must_use]
    pub fn state(self) -> Arc<VehiclesState> {
        self.0.state(TOPIC, |core, now| Ok((VehiclesState { vehicles: core.read(now, stored)? }, None)))
    }

    /// Reads a plate as it is typed, by the city's grammar: how it is shown, compared and sent by
    /// SMS, and what to look at again. Local.
    ///
    /// # Errors
    /// `plate_empty`, `plate_too_short`, ... with what would be right; `city_missing`.
    pub fn check_plate(self, city: &CityId, plate: &str) -> Result<ParsedPlate> {
        Ok(parse_plate(plate, &self.0.city(city)?.sections.plates)?)
    }

    /// Adds a vehicle, whose plate is read by the city's grammar. It can be used in every city of
    /// the operator.
    ///
    /// # Errors
    /// What [`Vehicles::check_plate`] says, `vehicle_exists`, `too_many_vehicles`, and whatever a
    /// request can answer.
    pub async fn add(self, city: &CityId, plate: &str, label: Option<&str>) -> Result<Vehicle> {
        let outcome = self.add_inner(city, plate, label).await;
        self.0.explain_in(city, outcome)
    }

    async fn add_inner(self, id: &CityId, plate: &str, label: Option<&str>) -> Result<Vehicle> {
        let session = self.0.session()?;
        // Without the city the operator alone judges.
        if let Some(city) = self.0.stored_city(id) {
            parse_plate(plate, &city.sections.plates)?;
        }
        let body = NewVehicle { city: id.to_string(), plate: plate.to_owned(), label: label.map(str::to_owned) };
        let VehicleAdded { vehicle, .. } = self.0.call(&vehicles::ADD, &[], &body).await?;
        self.0.keep_of(&session, |tx| put(tx, &vehicle))?;
        Ok(vehicle)
    }

    /// Removes a vehicle; its tickets and orders stay, and a ticket can still be extended. One that
    /// is parked, or that a purchase not confirmed yet is for, is removed only when that is
    /// `confirmed`.
    ///
    /// # Errors
    /// `vehicle_parked` with the end of its ticket, `unconfirmed` with the purchase: ask the
    /// driver, and call again with `confirmed`. `not_found`, and whatever a request can answer.
    pub async fn remove(self, vehicle: VehicleId, confirmed: bool) -> Result<()> {
        let outcome = self.remove_inner(vehicle, confirmed).await;
        self.0.explain(outcome)
    }

    async fn remove_inner(self, vehicle: VehicleId, confirmed: bool) -> Result<()> {
        let session = self.0.session()?;
        if !confirmed {
            self.not_in_use(vehicle)?;
        }
        self.0.tell(&vehicles::REMOVE, &[&vehicle.to_string()]).await?;
        self.0.keep_of(&session, |tx| remove(tx, vehicle))
    }

    /// Refuses to take a car that a service needs for one that nobody does.
    fn not_in_use(self, vehicle: VehicleId) -> Result<()> {
        let Some(car) = self.list()?.into_iter().find(|stored| stored.id == vehicle) else { return Ok(()) };
        let mut needs = self.0.services().all().filter_map(|service| service.needs_vehicle);
        needs.try_for_each(|needs| needs(self.0, &car.plate.canonical))
    }

    /// A vehicle's id as it was typed or handed in.
    ///
    /// # Errors
    /// `vehicle_missing` for what is no id of one.
    pub fn vehicle_id(self, text: &str) -> Result<VehicleId> {
        text.parse().map_err(|why| Error::new(ErrorKind::Refused, "vehicle_missing", format!("{why}")))
    }

    /// A stored vehicle by its id.
    pub(crate) fn vehicle(self, id: VehicleId) -> Result<Vehicle> {
        let found = self.list()?.into_iter().find(|vehicle| vehicle.id == id);
        found
            .ok_or_else(|| Error::new(ErrorKind::Refused, "vehicle_missing", "this vehicle is not stored on the phone"))
    }

    /// The stored vehicles, in the order they were added. Local.
    ///
    /// # Errors
    /// Only when the phone's database fails.
    pub fn list(self) -> Result<Vec<Vehicle>> {
        let now = self.0.now();
        self.0.core().read(now, stored)
    }

    /// What to look at again in a plate, for the driver.
    #[must_use]
    pub fn warning_text(self, warning: &PlateWarning) -> String {
        self.0.tagged_text("plate-warning", warning)
    }
}
