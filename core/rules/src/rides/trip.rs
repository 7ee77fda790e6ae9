//! Trips, the service day they belong to, and until when a ticket of one is good.

use crate::kernel::calendar::{TimeOfDay, to_utc};
use crate::kernel::time::TimeRules;
use crate::rides::section::{Policy, RouteId};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// One way of a vehicle from end to end (рейс).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trip {
    pub route: RouteId,
    /// As in the route's list.
    pub direction: u32,
    /// The day it belongs to, also after midnight.
    pub service_day: NaiveDate,
    pub starts_at: DateTime<Utc>,
    /// When it is planned to end.
    pub ends_at: DateTime<Utc>,
}

/// Time zero of a service day as GTFS counts it: noon minus twelve hours. In a night when the clock
/// changes that is not midnight.
#[must_use]
pub fn service_zero(time: &TimeRules, day: NaiveDate) -> Option<DateTime<Utc>> {
    let noon = to_utc(time, day.and_time(NaiveTime::from_hms_opt(12, 0, 0)?))?;
    noon.checked_sub_signed(TimeDelta::hours(12))
}

/// A moment of a timetable: seconds after the service day's time zero, more than a day for a night
/// trip.
#[must_use]
pub fn service_moment(time: &TimeRules, day: NaiveDate, seconds: u32) -> Option<DateTime<Utc>> {
    service_zero(time, day)?.checked_add_signed(TimeDelta::seconds(seconds.into()))
}

/// The service day that a moment belongs to: the day before until `begins`.
#[must_use]
pub fn service_day(time: &TimeRules, at: DateTime<Utc>, begins: TimeOfDay) -> NaiveDate {
    let day = time.local(at).date_naive();
    let begun = service_moment(time, day, u32::from(begins.minutes()) * 60).is_none_or(|begun| begun <= at);
    if begun { day } else { day.pred_opt().unwrap_or(day) }
}

/// When a ticket of a ride is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketTime {
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
}

impl TicketTime {
    /// Of a ride that was registered at a moment: to the end of the trip and what the vehicle may
    /// be behind, at least as long as the policy says.
    #[must_use]
    pub fn of(registered_at: DateTime<Utc>, trip: Option<&Trip>, policy: &Policy) -> Self {
        let least = registered_at + TimeDelta::minutes(policy.ticket_minutes.into());
        let tolerance = TimeDelta::minutes(policy.tolerance_minutes.into());
        let ends_at = trip.map_or(least, |trip| least.max(trip.ends_at + tolerance));
        Self { starts_at: registered_at, ends_at }
    }
}

/// Whether a ticket of a trip on which the vehicle broke down is good in another vehicle, on a trip
/// of this route and direction, for as long as the policy says. A vehicle whose trip is not known
/// may be the next one.
#[must_use]
pub fn is_taken_over(
    broken: (&str, u32, DateTime<Utc>),
    by: Option<(&str, u32)>,
    now: DateTime<Utc>,
    policy: &Policy,
) -> bool {
    let (route, direction, at) = broken;
    let good_for = TimeDelta::minutes(policy.breakdown_minutes.into());
    by.is_none_or(|by| by == (route, direction)) && at <= now && now < at + good_for
}

/// Which of a vehicle's trips it makes at a moment, or is about to begin; `trips` in any order.
/// Between two, the next one counts as soon as the one before is planned to be over.
#[must_use]
pub fn trip_at<T>(trips: &[T], at: DateTime<Utc>, policy: &Policy, of: impl Fn(&T) -> Trip) -> Option<usize> {
    let tolerance = TimeDelta::minutes(policy.tolerance_minutes.into());
    let known: Vec<Trip> = trips.iter().map(of).collect();
    let runs = |trip: &Trip| trip.starts_at <= at && at < trip.ends_at;
    let comes = |trip: &Trip| at < trip.starts_at && trip.starts_at <= at + tolerance;
    let is_late = |trip: &Trip| trip.ends_at <= at && at < trip.ends_at + tolerance;
    let latest = |is: &dyn Fn(&Trip) -> bool| {
        let found = known.iter().enumerate().filter(|(_, trip)| is(trip));
        found.max_by_key(|(_, trip)| trip.starts_at).map(|(at, _)| at)
    };
    let soonest = known.iter().enumerate().filter(|(_, trip)| comes(trip)).min_by_key(|(_, trip)| trip.starts_at);
    latest(&runs).or(soonest.map(|(at, _)| at)).or_else(|| latest(&is_late))
}
