//! The account's vehicles.

use std::sync::Arc;

use mesto_client::VehiclesState;
use mesto_client::protocol::base::plate::Plate;
use mesto_client::protocol::base::vehicles::Vehicle;
use mesto_client::protocol::kernel::ids::VehicleId;
use mesto_rules::CityId;

use crate::base::plate::ParsedPlate;
use crate::kernel::cancel::Cancel;
use crate::kernel::client::{Client, Handle};
use crate::kernel::error::MestoError;

mesto_protocol::vehicle_records!();
mesto_client::vehicles_shown!();

part! {
    /// The account's vehicles.
    Vehicles, vehicles
}

#[uniffi::export(async_runtime = "tokio")]
impl Vehicles {
    /// The account's vehicles.
    #[must_use]
    pub fn state(&self) -> VehiclesState {
        VehiclesState::clone(&self.0.core.vehicles().state())
    }

    /// Reads a plate as it is typed, by the city's grammar. Without a connection.
    pub fn check_plate(&self, city: CityId, plate: String) -> Result<ParsedPlate, MestoError> {
        self.0.to_app(self.0.core.vehicles().check_plate(&city, &plate)).map(ParsedPlate::from)
    }

    /// Adds a vehicle by its plate as it is typed, read by the city's grammar; it can be used in
    /// every city of the operator.
    #[uniffi::method(default(label = None, cancel = None))]
    pub async fn add(
        &self,
        city: CityId,
        plate: String,
        label: Option<String>,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Vehicle, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.vehicles().add(&city, &plate, label.as_deref()))).await
    }

    /// Removes a vehicle; its tickets and orders stay, and a ticket can still be extended. One that
    /// is parked only when that is confirmed: `vehicle_parked` otherwise.
    #[uniffi::method(default(confirmed = false, cancel = None))]
    pub async fn remove(
        &self,
        vehicle: VehicleId,
        confirmed: bool,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<(), MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.vehicles().remove(vehicle, confirmed))).await
    }
}
