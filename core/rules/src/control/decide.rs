//! Whether somebody is registered for the trip that is controlled (AV-84 to AV-87, AMB-22, AMB-34).
//!
//! There are three answers. What is known makes somebody registered at any time; that he is not is
//! only said by data that reach beyond the moment at which he may have boarded, and by a clock that
//! is right. Everything else is "cannot tell".

use crate::rides::section::Policy;
use crate::rides::trip::is_taken_over;
use chrono::{DateTime, TimeDelta, Utc};

/// A trip as control knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trip<'a> {
    pub id: &'a str,
    pub route: &'a str,
    pub direction: u32,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    /// The vehicle broke down on it.
    pub broke_down_at: Option<DateTime<Utc>>,
}

/// The vehicle that is controlled, and who in it may have boarded when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checked<'a> {
    pub vehicle: &'a str,
    /// What the vehicle does, where that is known.
    pub trip: Option<Trip<'a>>,
    pub now: DateTime<Utc>,
    /// The doors were open last then: nobody boarded later.
    pub boarded_by: DateTime<Utc>,
}

/// A registration that stands behind what was shown: a verified ticket, or what the data have for
/// the code of a card or the number of a paper ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Registration<'a, Id> {
    pub id: Id,
    pub vehicle: &'a str,
    pub trip: Option<&'a str>,
    pub persons: u32,
    pub registered_at: DateTime<Utc>,
    /// The ticket is good until then.
    pub ends_at: DateTime<Utc>,
    /// It was ended before its time.
    pub is_void: bool,
    /// This controller accepted it on this trip before: what is ended meanwhile stays accepted.
    pub was_accepted: bool,
}

/// What this controller knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known<'a> {
    /// Every registration until then is in the data; absent: there are none for this vehicle.
    pub data_until: Option<DateTime<Utc>>,
    pub clock: ClockState,
    /// Trips that are known, that of a registration among them.
    pub trips: &'a [Trip<'a>],
}

/// The controller's clock against the operator's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockState {
    Right,
    /// It was never compared.
    Unknown,
    /// Ahead by so much, or behind where below zero.
    Off(TimeDelta),
}

/// What a controller is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<Id> {
    /// Registered for this trip.
    Registered(Registered<Id>),
    /// Not registered for this trip.
    NotRegistered(NotRegistered<Id>),
    /// Nothing can be said.
    CannotTell(CannotTell<Id>),
}

/// Somebody is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered<Id> {
    /// The registrations that count, oldest first.
    pub rides: Vec<Id>,
    /// How many ride on them together.
    pub persons: u32,
    /// The last registration, whatever it is for (AMB-34).
    pub last: Option<Id>,
}

/// Somebody is not registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRegistered<Id> {
    /// The last registration (AV-85); absent: none is known.
    pub last: Option<Id>,
}

/// Nothing can be said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CannotTell<Id> {
    pub data_until: Option<DateTime<Utc>>,
    pub last: Option<Id>,
    /// By how much this clock is ahead, or behind where below zero, when that is why.
    pub clock_off: Option<TimeDelta>,
}

/// How a controller's clock stands to the operator's, by what was seen of both at one moment; two
/// clocks may differ by `most`. The operator's may have been read up to `took` before.
#[must_use]
pub fn clock_state(own: DateTime<Utc>, operators: DateTime<Utc>, took: TimeDelta, most: TimeDelta) -> ClockState {
    let off = own - operators;
    if off.abs() <= most + took.abs() { ClockState::Right } else { ClockState::Off(off) }
}

/// What a controller is told about somebody with these registrations, in any order.
#[must_use]
pub fn decide<Id: Copy + Ord>(
    shown: &[Registration<'_, Id>],
    checked: &Checked<'_>,
    known: &Known<'_>,
    policy: &Policy,
) -> Answer<Id> {
    let mut standing: Vec<&Registration<'_, Id>> =
        shown.iter().filter(|one| one.registered_at <= latest(checked, policy)).collect();
    standing.sort_unstable_by_key(|one| (one.registered_at, one.id));
    standing.dedup_by_key(|one| one.id);
    let last = standing.last().map(|one| one.id);
    let counts =
        |one: &&Registration<'_, Id>| (!one.is_void || one.was_accepted) && passes(one, checked, known, policy);
    let counts: Vec<_> = standing.into_iter().filter(counts).collect();
    if !counts.is_empty() {
        let persons = counts.iter().fold(0_u32, |sum, one| sum.saturating_add(one.persons));
        return Answer::Registered(Registered { rides: counts.iter().map(|one| one.id).collect(), persons, last });
    }
    let clock_off = match known.clock {
        ClockState::Off(off) => Some(off),
        ClockState::Right | ClockState::Unknown => None,
    };
    let is_sure = known.clock == ClockState::Right && known.data_until.is_some_and(|until| checked.boarded_by <= until);
    if is_sure {
        return Answer::NotRegistered(NotRegistered { last });
    }
    Answer::CannotTell(CannotTell { data_until: known.data_until, last, clock_off })
}

/// What is registered later than this is not of this moment.
fn latest(checked: &Checked<'_>, policy: &Policy) -> DateTime<Utc> {
    checked.now + TimeDelta::minutes(policy.tolerance_minutes.into())
}

/// Whether a registration is good in the vehicle that is controlled, on the trip that it makes.
fn passes<Id>(one: &Registration<'_, Id>, checked: &Checked<'_>, known: &Known<'_>, policy: &Policy) -> bool {
    let of = one.trip.and_then(|trip| known.trips.iter().find(|known| known.id == trip));
    let is_same_trip = one.trip.is_some() && one.trip == checked.trip.map(|trip| trip.id);
    is_same_trip
        || one.vehicle == checked.vehicle && is_of_this_ride(one, of, checked, policy)
        || of.is_some_and(|of| goes_on(of, checked, policy))
}

/// In the same vehicle, on a trip that is not known or is another one: the ticket is good, and the
/// vehicle turned at the terminus within the tolerance (AMB-22).
fn is_of_this_ride<Id>(
    one: &Registration<'_, Id>,
    of: Option<&Trip<'_>>,
    checked: &Checked<'_>,
    policy: &Policy,
) -> bool {
    let tolerance = TimeDelta::minutes(policy.tolerance_minutes.into());
    let Some(trip) = checked.trip.filter(|_| one.trip.is_some()) else { return checked.now < one.ends_at };
    let was_about_to_turn = trip.starts_at - tolerance <= one.registered_at;
    let has_just_turned = of.is_some_and(|of| of.starts_at <= checked.now && checked.now < of.ends_at + tolerance);
    was_about_to_turn || has_just_turned
}

/// After a breakdown a ticket is good in the next vehicle of the route, the same way.
fn goes_on(of: &Trip<'_>, checked: &Checked<'_>, policy: &Policy) -> bool {
    let by = checked.trip.map(|trip| (trip.route, trip.direction));
    of.broke_down_at.is_some_and(|at| is_taken_over((of.route, of.direction, at), by, checked.now, policy))
}
