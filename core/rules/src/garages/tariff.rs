//! What visits cost from a day on: started units, free minutes, caps of a day, tickets for several
//! days, lost tickets, and how long one may take to leave.

use crate::kernel::fact::Fact;
use crate::kernel::ids::{RateTableId, TariffId};
use crate::kernel::minutes::Minutes;
use crate::kernel::money::Money;
use crate::kernel::pay::UnusedTime;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The prices in force from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tariff {
    /// `2022-01-01`
    pub id: TariffId,
    /// First local day.
    pub from: NaiveDate,
    /// First local day on which it is no longer in force; absent while the next tariff ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// By the name that facilities refer to. A facility whose table the tariff leaves out has no
    /// price.
    #[serde(default)]
    pub rate_tables: BTreeMap<RateTableId, RateTable>,
}

/// What a visit costs (APDS RateTable). An absent part is one that the prices do not have; an
/// unknown one refuses the sales that need it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateTable {
    /// Length of the unit that is paid for.
    pub unit_minutes: Minutes,
    /// Price of a started unit; the first one starts on entry.
    pub price: Fact<Money>,
    /// Free time of every visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free: Option<FreeTime>,
    /// Free time of disabled drivers, instead of `free`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_free: Option<FreeTime>,
    /// How the days of `day_cap` and `several_days` are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<Fact<DayCount>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day_cap: Option<DayCap>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub several_days: Option<SeveralDays>,
    /// How many times the price a car on two places pays.
    pub double_place_factor: Fact<u32>,
    pub lost_ticket: Fact<LostTicket>,
    /// Minutes to leave after a payment. While they are not known one leaves without delay (BG-68,
    /// AMB-12).
    pub exit_minutes: Fact<Minutes>,
    /// Minutes after that in which a late exit still owes nothing. While they are not known there
    /// are none. A later exit owes the difference to a visit without the payment.
    pub late_exit_grace_minutes: Fact<Minutes>,
}

/// Minutes from the entry on that cost nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreeTime {
    /// A visit of at most this length is free.
    pub minutes: Fact<Minutes>,
    /// Whether they are free in a longer visit too; else that is paid from the entry on.
    pub also_in_longer_visits: Fact<bool>,
}

/// A day costs no more than this. With both, whichever is less.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCap {
    /// The price of a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Fact<Money>>,
    /// The price of so many minutes is the price of a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_minutes: Option<Fact<Minutes>>,
}

/// How the days of a visit are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayCount {
    /// Every 24 hours from the entry on.
    FromEntry,
    /// By the city's calendar, from midnight to midnight. A unit belongs to the day on which it
    /// starts.
    CalendarDay,
}

/// A ticket for several days in a row, from the entry on. It is taken as soon as it is cheaper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeveralDays {
    pub days: u32,
    pub price: Fact<Money>,
    /// What becomes of the days that are not used; an app says so only when it is known.
    pub unused_time: Fact<UnusedTime>,
}

/// What a visit without its ticket costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LostTicket {
    /// As if the car had entered at 00:00 of the day of which the inventory book has its entry.
    FromMidnight,
    /// This sum, whatever the time.
    Flat { price: Money },
}

/// Which tariff prices a visit during which another one begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TariffBy {
    /// The one in force on the local day of entry prices the whole visit.
    Entry,
    /// Each day of the visit is priced by the one in force on the local day on which it begins;
    /// free time, tickets for several days and lost tickets by that of the entry.
    Day,
}
