//! A stay: the purchases in one car park within its limit (BG-48). Its deadline is the first
//! purchase + max stay.
//!
//! Whose purchases make one is the city's `stay_per` (AMB-06). There is one rule for every ask:
//!
//! - Prices count from the start of the stay that `stay_per` names first: the plate's, or with
//!   `user` the user's.
//! - No ticket ends after the deadline of any stay that counts; with `both` the earlier one holds,
//!   and a quote says so when that is the user's, because of another ticket of his.
//! - A ticket of a plate begins where the plate's paid time ends, whatever counts.

use crate::kernel::city::City;
use crate::kernel::ids::ZoneId;
use crate::parking::quote::Quote;
use crate::parking::refusal::Refusal;
use crate::parking::section::StayPer;
use crate::parking::terms::{ZoneTerms, zone_of};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A stay in a car park; a value that a store keeps column by column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stay {
    /// The car park, in Belgrade's data a zone.
    pub zone: ZoneId,
    /// Start of its first ticket; tiers count from here.
    pub started_at: DateTime<Utc>,
    /// No purchase of this stay ends later; absent where there is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<DateTime<Utc>>,
    /// End of its last ticket.
    pub paid_until: DateTime<Utc>,
    /// When it is over unless another ticket is bought: `no_return` minutes after `paid_until`, at
    /// the latest with the billing day.
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

/// The latest stays in a car park that an ask may belong to; either may be over, or of another car
/// park.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stays<'a> {
    /// Of the plate.
    pub plate: Option<&'a Stay>,
    /// Of the user; not looked at where the city counts by plate.
    pub user: Option<&'a Stay>,
}

impl<'a> Stays<'a> {
    /// The stays that a ticket beginning at `at` continues: the one that prices it, and another
    /// that limits it too.
    pub(crate) fn open(&self, stay_per: StayPer, zone: &str, at: DateTime<Utc>) -> [Option<&'a Stay>; 2] {
        let open = |stay: Option<&'a Stay>| stay.filter(|stay| stay.zone == zone && stay.is_open(at));
        match stay_per {
            StayPer::Plate => [open(self.plate), None],
            StayPer::User => [open(self.user), None],
            StayPer::Both => [open(self.plate), open(self.user)],
        }
    }
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

    /// The stay of a ticket as it was sold, for a phone that knows only the ticket: when it closes
    /// follows from the city.
    ///
    /// # Errors
    /// [`Refusal::ZoneUnknown`] or [`Refusal::TariffUnknown`] when the city lacks what the end of a
    /// stay needs.
    pub fn as_sold(
        city: &City,
        zone: &str,
        started_at: DateTime<Utc>,
        deadline: Option<DateTime<Utc>>,
        paid_until: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        let zone = zone_of(city.section()?, zone)?;
        let closes_at = ZoneTerms::of(city, zone)?.closes_at(paid_until)?;
        Ok(Self { zone: zone.id.clone(), started_at, deadline, paid_until, closes_at, purchases: 1 })
    }

    fn terms<'a>(&self, city: &'a City) -> Result<ZoneTerms<'a>, Refusal> {
        ZoneTerms::of(city, zone_of(city.section()?, self.zone.as_str())?)
    }

    /// The stay after one of its tickets was taken back; `paid_until` is the end of the last one
    /// that is left. Without any the stay never was: it is over since its start.
    ///
    /// # Errors
    /// As [`Stay::after_purchase`].
    pub fn after_void(&self, city: &City, paid_until: Option<DateTime<Utc>>) -> Result<Self, Refusal> {
        let (paid_until, closes_at) = match paid_until {
            Some(paid_until) => (paid_until, self.terms(city)?.closes_at(paid_until)?),
            None => (self.started_at, self.started_at),
        };
        Ok(Self { paid_until, closes_at, purchases: self.purchases.saturating_sub(1), ..self.clone() })
    }

    /// The stay after buying `quote`: `latest` continued, or a new one. A ticket that counts for a
    /// plate and a user is in a stay of each; each keeps its own start and its own deadline.
    ///
    /// # Errors
    /// [`Refusal::ZoneUnknown`] or [`Refusal::TariffUnknown`] when the city lacks what the quote
    /// was made from.
    pub fn after_purchase(city: &City, latest: Option<&Self>, quote: &Quote) -> Result<Self, Refusal> {
        Self::after_ticket(city, latest, quote.zone.as_str(), quote.starts_at, quote.ends_at)
    }

    /// As [`Stay::after_purchase`], of a ticket that is known by its zone, start and end.
    ///
    /// # Errors
    /// As there.
    pub fn after_ticket(
        city: &City,
        latest: Option<&Self>,
        zone: &str,
        starts_at: DateTime<Utc>,
        ends_at: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        let zone = zone_of(city.section()?, zone)?;
        let terms = ZoneTerms::of(city, zone)?;
        let open = latest.filter(|stay| stay.zone == zone.id && stay.is_open(starts_at));
        let paid_until = open.map_or(ends_at, |stay| stay.paid_until.max(ends_at));
        Ok(Self {
            zone: zone.id.clone(),
            started_at: open.map_or(starts_at, |stay| stay.started_at.min(starts_at)),
            deadline: terms.deadline_of(open, starts_at)?,
            paid_until,
            closes_at: terms.closes_at(paid_until)?,
            purchases: open.map_or(1, |stay| stay.purchases.saturating_add(1)),
        })
    }
}
