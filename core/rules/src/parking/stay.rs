//! A stay: the purchases of one user in one car park within its limit (BG-48). Its deadline is the first purchase + max stay.

use crate::kernel::city::City;
use crate::parking::quote::{Quote, Refusal};
use crate::parking::terms::{ZoneTerms, zone_of};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A stay in a car park; a value that a store keeps column by column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stay {
    /// The car park, in Belgrade's data a zone.
    pub zone: String,
    /// Start of its first ticket; tiers count from here.
    pub started_at: DateTime<Utc>,
    /// No purchase of this stay ends later; absent where there is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<DateTime<Utc>>,
    /// End of its last ticket.
    pub paid_until: DateTime<Utc>,
    /// When it is over unless another ticket is bought: `no_return` minutes after `paid_until`, at the latest with the
    /// billing day.
    pub closes_at: DateTime<Utc>,
    /// Tickets bought.
    pub purchases: u32,
}

/// Where a stay stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StayState {
    /// Another ticket continues it.
    Open,
    /// Another ticket begins a new one.
    Closed,
}

impl Stay {
    /// The state at a moment.
    #[must_use]
    pub fn state_at(&self, at: DateTime<Utc>) -> StayState {
        if self.is_open(at) { StayState::Open } else { StayState::Closed }
    }

    /// Whether a ticket that starts at `at` belongs to this stay.
    #[must_use]
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        at < self.closes_at
    }

    /// The stay of a ticket as it was sold, for a phone that knows only the ticket: when it closes follows from the city.
    ///
    /// # Errors
    /// [`Refusal::ZoneUnknown`] or [`Refusal::TariffUnknown`] when the city lacks what the end of a stay needs.
    pub fn as_sold(
        city: &City,
        zone: &str,
        started_at: DateTime<Utc>,
        deadline: Option<DateTime<Utc>>,
        paid_until: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        let closes_at = ZoneTerms::of(city, zone_of(city, zone)?)?.closes_at(paid_until)?;
        Ok(Self { zone: zone.to_owned(), started_at, deadline, paid_until, closes_at, purchases: 1 })
    }

    /// The stay after buying `quote`: `latest` continued, or a new one. A ticket can belong to two stays, its user's and its
    /// plate's (AMB-06), and be quoted by the stricter one; each keeps its own start and its own deadline.
    ///
    /// # Errors
    /// [`Refusal::ZoneUnknown`] or [`Refusal::TariffUnknown`] when the city lacks what the quote was made from.
    pub fn after_purchase(city: &City, latest: Option<&Self>, quote: &Quote) -> Result<Self, Refusal> {
        let terms = ZoneTerms::of(city, zone_of(city, &quote.zone)?)?;
        let open = latest.filter(|stay| stay.zone == quote.zone && stay.is_open(quote.starts_at));
        let paid_until = open.map_or(quote.ends_at, |stay| stay.paid_until.max(quote.ends_at));
        Ok(Self {
            zone: quote.zone.clone(),
            started_at: open.map_or(quote.starts_at, |stay| stay.started_at.min(quote.starts_at)),
            deadline: terms.deadline_of(open, quote.starts_at)?,
            paid_until,
            closes_at: terms.closes_at(paid_until)?,
            purchases: open.map_or(1, |stay| stay.purchases.saturating_add(1)),
        })
    }
}
