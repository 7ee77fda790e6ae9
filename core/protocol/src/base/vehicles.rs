//! The vehicles of an account.

use crate::kernel::words::wire;

wire! {
    /// `POST /v1/vehicles`
    pub struct NewVehicle {
        pub city: String,
        /// As the driver types it: `BG 789-PP`, `bg789pp`.
        pub plate: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub label: Option<String>,
    }

    pub struct Vehicle {
        pub id: String,
        /// As it is shown: `BG 789-PP`.
        pub plate: String,
        /// As it is compared: `BG789PP`.
        pub canonical: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub label: Option<String>,
    }

    pub struct Vehicles {
        pub vehicles: Vec<Vehicle>,
    }
}
