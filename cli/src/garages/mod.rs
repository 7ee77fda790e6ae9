//! Garages in a terminal: what a city says of them.

mod testbed;

use crate::kernel::service::{OfCity, Service};

pub const SERVICE: Service = Service {
    city: OfCity {
        check: None,
        pages: &[("Garages", "/sections/garages/facilities"), ("Prices of garages", "/sections/garages/tariffs")],
    },
    controls: Some(testbed::controls),
    ..Service::named("garages")
};
