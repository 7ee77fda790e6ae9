//! The city's section `garages`: facilities, dated tariffs, policy where the terms are silent,
//! retention.

use crate::garages::facility::Facility;
use crate::garages::tariff::{Tariff, TariffBy};
use crate::kernel::check::{Check, MINUTES_OF_A_DAY};
use crate::kernel::minutes::Minutes;
use crate::kernel::section::Section;
use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

/// Places with a barrier in a city (BG-03, BG-10).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GaragesSection {
    #[serde(default)]
    pub facilities: Vec<Facility>,
    /// Oldest first.
    #[serde(default)]
    pub tariffs: Vec<Tariff>,
    pub policy: Policy,
    pub retention: Retention,
}

impl Section for GaragesSection {
    const NAME: &'static str = "garages";
    const FORMAT: u32 = 1;
}

impl GaragesSection {
    /// The facility with this id.
    #[must_use]
    pub fn facility(&self, id: &str) -> Option<&Facility> {
        self.facilities.iter().find(|facility| facility.id == id)
    }

    /// The tariff in force on a local day: the last one that began, unless it has ended.
    #[must_use]
    pub fn tariff_on(&self, day: NaiveDate) -> Option<&Tariff> {
        self.tariffs
            .iter()
            .filter(|tariff| tariff.from <= day)
            .max_by_key(|tariff| tariff.from)
            .filter(|tariff| tariff.until.is_none_or(|until| day < until))
    }
}

/// Values where the terms are silent: policy, never a constant in code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Which tariff prices a visit during which another one begins.
    pub tariff_by: TariffBy,
    /// What is done here with a facility that is paid on entry.
    pub on_entry: OnEntry,
    /// How far a controller's clock may be ahead of the operator's, seconds. An entry within that
    /// is one that is just happening, a later one is refused.
    pub clock_tolerance_seconds: u32,
    /// A controller that was not heard for longer is silent: nothing is sold at its facility until
    /// it is heard again, because what it knows of a visit is not known here.
    pub controller_silent_seconds: u32,
    /// Free places that were observed longer ago are not known (BG-72).
    pub observation_too_old_minutes: Minutes,
    /// Reminders before the time to leave is over, minutes.
    pub reminder_minutes_before: Vec<Minutes>,
}

impl Policy {
    /// How far the clocks of a barrier, an inventory book and the operator may differ.
    #[must_use]
    pub fn clocks_differ(&self) -> TimeDelta {
        TimeDelta::seconds(self.clock_tolerance_seconds.into())
    }

    /// Says what does not hold.
    pub(crate) fn check(&self, check: &mut Check<'_>) {
        check.range("policy.clock_tolerance_seconds", self.clock_tolerance_seconds, 0..=3600, "seconds");
        check.range("policy.controller_silent_seconds", self.controller_silent_seconds, 10..=3600, "seconds");
        let too_old = self.observation_too_old_minutes.get();
        check.range("policy.observation_too_old_minutes", too_old, 1..=MINUTES_OF_A_DAY, "minutes");
        for minutes in &self.reminder_minutes_before {
            check.range("policy.reminder_minutes_before", minutes.get(), 1..=MINUTES_OF_A_DAY, "minutes");
        }
    }
}

/// Whether visits are sold here that are paid on entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnEntry {
    /// No: such a visit was paid at the barrier.
    Refused,
    /// Yes, as any other.
    Sold,
}

/// Days that personal records of garages are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retention {
    /// The ticket number of a visit and who paid it, from its end on.
    pub visits_days: u32,
}
