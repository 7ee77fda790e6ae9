//! How much of a month the operator was up, as it says itself (AV-46).

use mesto_protocol::base::availability::{self, MonthAvailability};
use mesto_rules::CityId;

use crate::kernel::client::Client;
use crate::kernel::error::Result;

impl Client {
    /// How much of a calendar month, `2026-11`, the operator was up on this city's clock. Nobody
    /// has to be signed in.
    ///
    /// # Errors
    /// `out_of_range` for a month that was not measured, `bad_request` for what is no month,
    /// `city_unknown`, and whatever a request can answer.
    pub async fn availability(&self, city: &CityId, month: &str) -> Result<MonthAvailability> {
        let query = [("month", month), ("city", city.as_str())];
        let outcome = self.fetch(&availability::READ, &[], &query).await;
        self.explain(outcome)
    }
}
