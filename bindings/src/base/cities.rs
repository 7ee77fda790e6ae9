//! The operator's cities.

use std::sync::Arc;

use mesto_client::{CitiesState, CityVersion, Refreshed};
use mesto_rules::CityId;
use rust_decimal::Decimal;

use crate::kernel::cancel::Cancel;
use crate::kernel::client::{Client, Handle};
use crate::kernel::error::MestoError;

mesto_client::cities_shown!();

part! {
    /// The operator's cities.
    Cities, cities
}

#[uniffi::export(async_runtime = "tokio")]
impl Cities {
    /// Which cities are on the phone.
    #[must_use]
    pub fn state(&self) -> CitiesState {
        CitiesState::clone(&self.0.core.cities().state())
    }

    /// Fetches keys and a city, verified against the pinned root key, and stores it beside the
    /// others. At the first start and once a day.
    #[uniffi::method(default(cancel = None))]
    pub async fn refresh(&self, city: CityId, cancel: Option<Arc<Cancel>>) -> Result<Refreshed, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.cities().refresh(&city))).await
    }
}
