//! The vehicles of an account.

use mesto_rules::PlateWarning;

use crate::base::plate::Plate;
use crate::kernel::ProblemCode;
use crate::kernel::event::Change;
use crate::kernel::ids::VehicleId;
use crate::kernel::operation::{Access, Nothing, Operation, Permission, Schema, delete, get, post};
use crate::kernel::problem::problems;
use crate::kernel::service::{Adds, Section, Service};
use crate::kernel::wire::wire;
use crate::records;

/// Having vehicles of one's own.
pub const OWN: Permission = Permission::named("vehicles.own");

pub const LIST: Operation<Nothing, Vehicles> = get("/v1/vehicles", "The account's vehicles", Access::Permitted(OWN));
pub const ADD: Operation<NewVehicle, VehicleAdded> = post("/v1/vehicles", "Adds a vehicle", Access::Permitted(OWN))
    .refuses(&[
        ProblemCode::CityUnknown,
        ProblemCode::PlateInvalid,
        ProblemCode::VehicleExists,
        ProblemCode::TooManyVehicles,
    ]);
pub const REMOVE: Operation<Nothing, Nothing> =
    delete("/v1/vehicles/{vehicle}", "Removes a vehicle", Access::Permitted(OWN)).refuses(&[ProblemCode::NotFound]);

problems! {
    PlateInvalid, "plate_invalid", 422, "This is not a plate the city knows";
    VehicleUnknown, "vehicle_unknown", 422, "This vehicle is not yours";
    VehicleExists, "vehicle_exists", 409, "This plate is already in your account";
    TooManyVehicles, "too_many_vehicles", 422, "No more vehicles fit in this account";
}

pub const SERVICE: Service = Service {
    adds: &[Adds {
        problems: PROBLEMS,
        operations: &[LIST.entry(), ADD.entry(), REMOVE.entry()],
        events: &[(Vehicle::KIND, Schema::of::<Vehicle>()), (VehicleRemoved::KIND, Schema::of::<VehicleRemoved>())],
        section: Some(Schema::of::<VehiclesSection>()),
        ..Adds::NOTHING
    }],
    ..Service::named("vehicles")
};

impl Change for Vehicle {
    const KIND: &'static str = "vehicles.vehicle";
}

impl Change for VehicleRemoved {
    const KIND: &'static str = "vehicles.removed";
}

impl Section for VehiclesSection {
    const NAME: &'static str = SERVICE.name;
}

records! { vehicle_records;
    /// A vehicle of the account, by its plate.
    pub struct Vehicle {
        pub id: VehicleId,
        pub plate: Plate,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub label: Option<String>,
    }
}

wire! {
    /// A vehicle that is no longer in the account.
    pub struct VehicleRemoved {
        pub id: VehicleId,
    }

    /// A vehicle to add.
    pub struct NewVehicle {
        pub city: String,
        /// As the driver types it: `BG 789-PP`, `bg789pp`.
        pub plate: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub label: Option<String>,
    }

    /// The answer of adding one.
    pub struct VehicleAdded {
        pub vehicle: Vehicle,
        /// What the driver should look at again, in the order of the plate's letters. The vehicle
        /// was added all the same.
        pub warnings: Vec<PlateWarning>,
    }

    /// In the order they were added.
    pub struct Vehicles {
        pub items: Vec<Vehicle>,
    }

    /// The section of an account.
    pub struct VehiclesSection {
        /// In the order they were added.
        pub vehicles: Vec<Vehicle>,
    }
}
