//! A controller's device: it decides by what it keeps, asks nobody, and tells later. What it hears
//! from the operator is handed to it; see `docs/control.md`.

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use mesto_protocol::control::controllers::{
    CHECKS_MOST, ControlAnswer, ControlData, ControlRegistration, ControlReport, ControlReported, ControlTrip,
    ReportedCheck, ReportedControl, ReportedShift,
};
use mesto_protocol::control::registrations::ShownKind;
use mesto_protocol::kernel::ids::{ControlId, EpochId, RecordId, RideCheckId, RideId, ShiftId};
use mesto_protocol::keys::KeySet;
use mesto_protocol::rides::riders::{LessFor, RideParty};
use mesto_protocol::rides::signed::RideClaims;
use mesto_protocol::signed_code::{ClockRule, CodeError, Revocations, Seen, Verified, Verifier};
use mesto_rules::City;
use mesto_rules::control::{
    Answer, Checked, ClockState, Known as Data, Registration, Trip, clock_state, decide, printed_code,
};
use mesto_rules::rides::{BoardNumber, RidesSection, Trip as PlannedTrip, trip_at};
use serde::{Deserialize, Serialize};

use crate::control::store::Store;
use crate::kernel::failure::{CliError, Exit, Outcome};

/// What begins a code of the app.
const SIGNED: &str = "MESTO1:";
/// How far two clocks may differ.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::seconds(60);
/// So long after they were compared nobody is accused by a clock: it may have jumped.
const COMPARED_WITHIN: TimeDelta = TimeDelta::minutes(30);

/// What the operator signed, verified.
pub struct Documents {
    /// The operator's DNS name.
    pub issuer: String,
    pub keys: KeySet,
    pub revocations: Option<Revocations>,
    pub city: City,
}

/// A device.
pub struct Device {
    pub store: Store,
    pub documents: Documents,
    seen: Seen,
}

/// The vehicle that is being controlled.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Controlled {
    pub control: ReportedControl,
    /// The doors were open last then.
    pub boarded_by: DateTime<Utc>,
}

/// This device's clock beside the operator's, as they were seen at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenClock {
    pub machine: DateTime<Utc>,
    pub operators: DateTime<Utc>,
}

/// What a controller is told.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Told {
    pub answer: ControlAnswer,
    pub kind: ShownKind,
    pub persons: u32,
    /// Nothing was charged: ask for what gives the right to ride free.
    pub is_free: bool,
    /// Categories of those who pay less by who they are, one for each: ask for what shows it.
    pub benefits: Vec<String>,
    /// The pass that somebody rides on.
    pub pass: Option<String>,
    /// The last ride (AV-85), where it was registered, and when.
    pub last: Option<RideId>,
    pub last_vehicle: Option<String>,
    pub last_at: Option<DateTime<Utc>>,
    /// Until when the data reach.
    pub data_until: Option<DateTime<Utc>>,
    /// This clock is ahead by so much, or behind where below zero: set it.
    pub clock_off_seconds: Option<i64>,
    /// Why a genuine ticket is not good: `revoked`, `reissued`.
    pub why: Option<&'static str>,
    /// This device accepted the ride before.
    pub seen_before_at: Option<DateTime<Utc>>,
}

/// What stands behind something that was shown.
struct Found {
    kind: ShownKind,
    rides: Vec<Row>,
    why: Option<&'static str>,
}

/// A registration with what it needs to be one for the rules.
struct Row {
    ride: RideId,
    vehicle: String,
    trip: Option<String>,
    persons: u32,
    registered_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    is_void: bool,
    is_free: bool,
    benefits: Vec<String>,
    pass: Option<String>,
}

impl Row {
    fn of_claims(claims: &RideClaims, is_void: bool) -> Self {
        Self {
            ride: claims.id,
            vehicle: claims.what.vehicle.to_string(),
            trip: claims.what.trip.map(|trip| trip.to_string()),
            persons: claims.what.persons,
            registered_at: claims.bought_at,
            ends_at: claims.ends_at,
            is_void,
            is_free: false,
            benefits: claims.what.benefits.iter().map(ToString::to_string).collect(),
            pass: claims.what.pass.as_ref().map(ToString::to_string),
        }
    }

    fn of_data(one: &ControlRegistration) -> Self {
        Self {
            ride: one.ride,
            vehicle: one.vehicle.to_string(),
            trip: one.trip.map(|trip| trip.to_string()),
            persons: one.persons,
            registered_at: one.registered_at,
            ends_at: one.ends_at,
            is_void: one.is_void,
            is_free: one.is_free,
            benefits: benefits(&one.riders),
            pass: one.riders.iter().find_map(|party| party.pass.as_ref()).map(ToString::to_string),
        }
    }
}

/// The category of each who pays less by who he is.
fn benefits(riders: &[RideParty]) -> Vec<String> {
    let less = riders.iter().filter(|party| party.less == Some(LessFor::Benefit));
    let each = less.filter_map(|party| Some((party.category.as_ref()?, usize::try_from(party.persons).ok()?)));
    each.flat_map(|(category, persons)| std::iter::repeat_n(category.to_string(), persons)).collect()
}

fn refused(code: &str, text: impl Into<String>) -> CliError {
    CliError::new(Exit::Refused, code, text)
}

impl Device {
    /// A device with its memory.
    #[must_use]
    pub fn new(store: Store, documents: Documents) -> Self {
        Self { store, documents, seen: Seen::default() }
    }

    /// # Errors
    /// `memory_damaged`
    pub fn see_clock(&self, machine: DateTime<Utc>, operators: DateTime<Utc>) -> Outcome<()> {
        self.store.keep("clock", &SeenClock { machine, operators })
    }

    /// How this clock stands to the operator's. One that went back since it was compared, or was
    /// compared long ago, is not known any more.
    ///
    /// # Errors
    /// `memory_damaged`
    pub fn clock(&self, machine: DateTime<Utc>) -> Outcome<ClockState> {
        let Some(seen) = self.store.kept::<SeenClock>("clock")? else { return Ok(ClockState::Unknown) };
        if machine + CLOCKS_DIFFER < seen.machine || machine > seen.machine + COMPARED_WITHIN {
            return Ok(ClockState::Unknown);
        }
        Ok(clock_state(seen.machine, seen.operators, TimeDelta::zero(), CLOCKS_DIFFER))
    }

    /// The operator's clock, as far as it is known.
    ///
    /// # Errors
    /// `memory_damaged`
    pub fn now(&self, machine: DateTime<Utc>) -> Outcome<DateTime<Utc>> {
        let seen = self.store.kept::<SeenClock>("clock")?;
        Ok(seen.map_or(machine, |seen| machine + (seen.operators - seen.machine)).trunc_subsecs(3))
    }

    /// The shift that goes on; a new one begins where none does.
    ///
    /// # Errors
    /// `memory_damaged`
    pub fn shift(&self, now: DateTime<Utc>, chance: [u8; 10]) -> Outcome<ReportedShift> {
        match self.store.kept::<ReportedShift>("shift")?.filter(|shift| shift.ended_at.is_none()) {
            Some(shift) => Ok(shift),
            None => {
                let shift = ReportedShift { id: ShiftId::new(now, chance), begun_at: now, ended_at: None };
                self.store.keep("shift", &shift)?;
                Ok(shift)
            }
        }
    }

    /// The control that goes on.
    ///
    /// # Errors
    /// `memory_damaged`
    pub fn controlled(&self) -> Outcome<Option<Controlled>> {
        let kept: Option<Option<Controlled>> = self.store.kept("controlled")?;
        Ok(kept.flatten())
    }

    /// The control of a vehicle begins; another one that went on is over.
    ///
    /// # Errors
    /// `memory_damaged`
    pub fn begin(&self, vehicle: BoardNumber, now: DateTime<Utc>, chance: [u8; 10]) -> Outcome<Controlled> {
        self.end(now)?;
        let control = ReportedControl { id: ControlId::new(now, chance), vehicle, begun_at: now, ended_at: None };
        self.store.keep_control(control.id, &control)?;
        let controlled = Controlled { control, boarded_by: now };
        self.store.keep("controlled", &Some(&controlled))?;
        Ok(controlled)
    }

    /// The doors were open: who is inside may have boarded just now.
    ///
    /// # Errors
    /// `no_control`, `memory_damaged`
    pub fn doors(&self, now: DateTime<Utc>) -> Outcome<()> {
        let controlled = Controlled { boarded_by: now, ..self.going_on()? };
        self.store.keep("controlled", &Some(&controlled))
    }

    fn going_on(&self) -> Outcome<Controlled> {
        self.controlled()?.ok_or_else(|| {
            refused("no_control", "no vehicle is being controlled").advise("`mesto controller begin VEHICLE` first.")
        })
    }

    /// The control that goes on is over; it is given.
    ///
    /// # Errors
    /// `memory_damaged`
    pub fn end(&self, now: DateTime<Utc>) -> Outcome<Option<ReportedControl>> {
        let Some(Controlled { control, .. }) = self.controlled()? else { return Ok(None) };
        let control = ReportedControl { ended_at: Some(now.max(control.begun_at)), ..control };
        self.store.keep_control(control.id, &control)?;
        self.store.keep("controlled", &None::<Controlled>)?;
        Ok(Some(control))
    }

    /// The shift is over, and with it the control that goes on.
    ///
    /// # Errors
    /// `memory_damaged`
    pub fn end_shift(&self, now: DateTime<Utc>) -> Outcome<()> {
        self.end(now)?;
        match self.store.kept::<ReportedShift>("shift")? {
            Some(shift) if shift.ended_at.is_none() => {
                self.store.keep("shift", &ReportedShift { ended_at: Some(now), ..shift })
            }
            _ => Ok(()),
        }
    }

    /// Takes what the operator told.
    ///
    /// # Errors
    /// `memory_damaged`
    pub fn take(&mut self, mut data: ControlData) -> Outcome<()> {
        if data.is_cut {
            // Nothing follows from what is missing.
            data.vehicles.clear();
        }
        self.store.take(data.now, &data.vehicles, &data.trips, &data.registrations)
    }

    /// What a controller is told about what somebody shows; the check is kept.
    ///
    /// # Errors
    /// Those of [`Device::judge`].
    pub fn check(&mut self, shown: &str, machine: DateTime<Utc>, chance: [u8; 10]) -> Outcome<Told> {
        let (told, check) = self.judge(shown, machine, chance)?;
        self.store.done(&check, told.answer == ControlAnswer::Registered)?;
        Ok(told)
    }

    /// What a controller is told about what somebody shows: the code of the app, or what is printed
    /// on a card or a ticket of paper. Nobody is asked, and nothing is kept.
    ///
    /// # Errors
    /// `no_control`; as a verifier has it for what is no genuine ticket; `code_unreadable`;
    /// `ride_of_another_city`, `memory_damaged`.
    pub fn judge(&mut self, shown: &str, machine: DateTime<Utc>, chance: [u8; 10]) -> Outcome<(Told, ReportedCheck)> {
        let controlled = self.going_on()?;
        let (now, clock) = (self.now(machine)?, self.clock(machine)?);
        let found = if shown.trim_start().starts_with(SIGNED) {
            self.of_app(shown.trim(), now)?
        } else {
            self.of_print(shown)?
        };
        let board = &controlled.control.vehicle;
        let vehicle = self.store.vehicle(board.as_str())?;
        let data_until = match found.kind {
            ShownKind::App => vehicle.as_ref().map(|one| one.app_until),
            _ => vehicle.as_ref().and_then(|one| one.others_until),
        };
        let policy =
            &self.documents.city.section::<RidesSection>().map_err(|why| CliError::failed("the city", why))?.policy;
        let known = self.store.trips()?;
        let ids: Vec<String> = known.iter().map(|trip| trip.id.to_string()).collect();
        let trips: Vec<Trip<'_>> = known.iter().zip(&ids).map(|(trip, id)| as_rule(trip, id)).collect();
        let of_vehicle: Vec<(&ControlTrip, Trip<'_>)> = known
            .iter()
            .zip(&trips)
            .filter(|(trip, _)| trip.vehicle == *board)
            .map(|(one, rule)| (one, *rule))
            .collect();
        let current = trip_at(&of_vehicle, now, policy, |(trip, _)| planned(trip));
        let trip = current.and_then(|at| of_vehicle.get(at)).map(|(_, rule)| *rule);
        let mut registrations = Vec::with_capacity(found.rides.len());
        let mut seen_before_at = None;
        for row in &found.rides {
            let accepted = self.store.accepted(row.ride)?;
            seen_before_at = seen_before_at.or(accepted.first().map(|check| check.at));
            registrations.push(Registration {
                id: row.ride,
                vehicle: &row.vehicle,
                trip: row.trip.as_deref(),
                persons: row.persons,
                registered_at: row.registered_at,
                ends_at: row.ends_at,
                is_void: row.is_void,
                // A code that ended with another one does not become good by that one.
                was_accepted: found.why != Some("reissued")
                    && accepted.iter().any(|check| check.control == controlled.control.id),
            });
        }
        let checked = Checked { vehicle: board.as_str(), trip, now, boarded_by: controlled.boarded_by };
        let decided = decide(&registrations, &checked, &Data { data_until, clock, trips: &trips }, policy);
        let (answer, rides, persons, last, clock_off) = match decided {
            Answer::Registered(told) => (ControlAnswer::Registered, told.rides, told.persons, told.last, None),
            Answer::NotRegistered(told) => (ControlAnswer::NotRegistered, Vec::new(), 0, told.last, None),
            Answer::CannotTell(told) => (ControlAnswer::CannotTell, Vec::new(), 0, told.last, told.clock_off),
        };
        let of = |ride: RideId| found.rides.iter().find(|row| row.ride == ride);
        let told = Told {
            answer: answer.clone(),
            kind: found.kind.clone(),
            persons,
            is_free: rides.iter().any(|ride| of(*ride).is_some_and(|row| row.is_free)),
            benefits: rides.iter().filter_map(|ride| of(*ride)).flat_map(|row| row.benefits.clone()).collect(),
            pass: rides.iter().filter_map(|ride| of(*ride)).find_map(|row| row.pass.clone()),
            last,
            last_vehicle: last.and_then(of).map(|row| row.vehicle.clone()),
            last_at: last.and_then(of).map(|row| row.registered_at),
            data_until,
            clock_off_seconds: clock_off.map(|off| off.num_seconds()).or(match clock {
                ClockState::Off(off) => Some(off.num_seconds()),
                ClockState::Right | ClockState::Unknown => None,
            }),
            why: found.why,
            seen_before_at,
        };
        let is_accepted = answer == ControlAnswer::Registered;
        let check = ReportedCheck {
            id: RideCheckId::new(now, chance),
            control: controlled.control.id,
            at: now,
            kind: found.kind,
            ride: rides.first().copied().or(last),
            persons: is_accepted.then_some(persons),
            answer,
            data_until,
        };
        Ok((told, check))
    }

    /// The code of the app: verified here, nobody is asked.
    fn of_app(&mut self, shown: &str, now: DateTime<Utc>) -> Outcome<Found> {
        let Documents { issuer, keys, revocations, city } = &self.documents;
        let verifier = Verifier {
            issuer,
            keys,
            revocations: revocations.as_ref(),
            seen: Some(&self.seen),
            clock: ClockRule::default(),
        };
        let (verified, why): (Verified, _) = match verifier.verify(shown, now) {
            Ok(verified) => (verified, None),
            // Genuine: what it is of is judged, as what was accepted stays so, and a vehicle may be
            // late.
            Err(CodeError::Revoked { code }) => (*code, Some("revoked")),
            Err(CodeError::Reissued { code, .. }) => (*code, Some("reissued")),
            Err(CodeError::Over { code, .. } | CodeError::NotYetValid { code, .. }) => (*code, None),
            Err(why) => return Err(refused(why.code(), why.to_string())),
        };
        let claims: RideClaims = verified.claims.read().map_err(|why| refused(why.code(), why.to_string()))?;
        if claims.what.city != city.id {
            return Err(refused("ride_of_another_city", format!("this ticket is of {}", claims.what.city)));
        }
        if why.is_none() {
            self.seen.note(&verified);
        }
        let known = self.store.of_ride(claims.id)?;
        let is_void = why.is_some() || known.as_ref().is_some_and(|known| known.is_void);
        let mut row = Row::of_claims(&claims, is_void);
        row.is_free = known.is_some_and(|known| known.is_free);
        Ok(Found { kind: ShownKind::App, rides: vec![row], why })
    }

    /// What is printed on a card or a ticket.
    fn of_print(&self, shown: &str) -> Outcome<Found> {
        let Some(code) = printed_code(shown) else {
            return Err(refused("code_unreadable", "this is no ticket and no code of a card")
                .advise("Scan the code in the app (MESTO1:...), or type what is printed on the card."));
        };
        let rows = self.store.of_code(&code)?;
        let kind = rows.first().map_or(ShownKind::TransportCard, |row| row.kind.clone());
        Ok(Found { kind, rides: rows.iter().map(Row::of_data).collect(), why: None })
    }

    /// What waits to be told, and the ids of its controls; nothing when nothing does.
    ///
    /// # Errors
    /// `memory_damaged`
    pub fn report(&self, machine: DateTime<Utc>) -> Outcome<Option<(ControlReport, Vec<ControlId>)>> {
        let Some(shift) = self.store.kept::<ReportedShift>("shift")? else { return Ok(None) };
        let checks = self.store.waiting(CHECKS_MOST)?;
        let controls: Vec<(String, ReportedControl)> = self.store.controls(&checks, CHECKS_MOST)?;
        let told: Option<ReportedShift> = self.store.kept("shift_told")?;
        if checks.is_empty() && controls.is_empty() && told.as_ref() == Some(&shift) {
            return Ok(None);
        }
        let controls: Vec<ReportedControl> = controls.into_iter().map(|(_, control)| control).collect();
        let ids = controls.iter().map(|control| control.id).collect();
        let city = self.documents.city.id.to_string();
        // What this clock says, so that the operator sees by how much it is off.
        let report = ControlReport { city, sent_at: machine, shift, controls, checks };
        Ok(Some((report, ids)))
    }

    /// The operator took a report. `false` when its books are others than before: everything is
    /// told again.
    ///
    /// # Errors
    /// `memory_damaged`
    pub fn heard(&mut self, report: &ControlReport, controls: &[ControlId], heard: &ControlReported) -> Outcome<bool> {
        let before: Option<EpochId> = self.store.kept("epoch")?;
        self.store.told(&report.checks, controls)?;
        for one in &heard.refused {
            self.store.refused(one.check, &one.detail)?;
        }
        self.store.keep("shift_told", &report.shift)?;
        if let Some(epoch) = heard.epoch {
            self.store.keep("epoch", &epoch)?;
            if before.is_some_and(|before| before != epoch) {
                self.store.tell_again()?;
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn as_rule<'a>(trip: &'a ControlTrip, id: &'a str) -> Trip<'a> {
    Trip {
        id,
        route: trip.route.as_str(),
        direction: trip.direction,
        starts_at: trip.starts_at,
        ends_at: trip.ends_at,
        broke_down_at: trip.broke_down_at,
    }
}

fn planned(trip: &ControlTrip) -> PlannedTrip {
    PlannedTrip {
        route: trip.route.clone(),
        direction: trip.direction,
        service_day: trip.service_on,
        starts_at: trip.starts_at,
        ends_at: trip.ends_at,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

    use mesto_protocol::control::controllers::ControlledVehicle;
    use mesto_protocol::device::SoftwareDevice;
    use mesto_protocol::kernel::ids::TripId;
    use mesto_protocol::keys::{Key, KeyUse};
    use mesto_protocol::rides::riders::RideChannel;
    use mesto_protocol::rides::signed::SignedRide;
    use mesto_protocol::signature::IssuerKey;
    use mesto_protocol::signed_code::{Claims, Presentation, Revoked};

    use super::*;

    const CARD: &str = "9643 9085 0231 7745";

    fn at(minutes: i64) -> DateTime<Utc> {
        "2025-09-03T06:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minutes)
    }

    fn id<I: RecordId>(number: u8) -> I {
        I::from_bytes([number; 16])
    }

    fn key(seed: u8) -> IssuerKey {
        IssuerKey::from_seed("t25", &[seed; 32]).unwrap()
    }

    fn phone() -> SoftwareDevice {
        SoftwareDevice::from_seed(&[9; 32]).unwrap()
    }

    fn documents() -> Documents {
        let (from, until) = (at(-1_000), at(100_000));
        let public = key(2).public();
        let code = Key { kid: "t25".into(), r#use: KeyUse::Code, public, from, until, revoked_at: None };
        let keys = KeySet { version: 1, issued_at: at(-10), next_update: at(10_000), keys: vec![code] };
        let city = mesto_rules::load::embedded("almaty").unwrap();
        Documents { issuer: "avtobys.example".into(), keys, revocations: None, city }
    }

    /// A ticket of vehicle 1204 on this trip, registered at ten past.
    fn ticket(ride: u8, trip: u8) -> RideClaims {
        Claims {
            issuer: "avtobys.example".into(),
            id: id(ride),
            issue: 1,
            bought_at: at(10),
            issued_at: at(10),
            starts_at: at(10),
            ends_at: at(80),
            device: Some(phone().device_key()),
            what: SignedRide {
                city: "almaty".parse().unwrap(),
                vehicle: "1204".parse().unwrap(),
                route: Some(("92".parse().unwrap(), 0)),
                trip: Some(id::<TripId>(trip)),
                service_day: "2025-09-03".parse().unwrap(),
                persons: 2,
                benefits: Vec::new(),
                pass: None,
            },
        }
    }

    fn shown(claims: &RideClaims, now: DateTime<Utc>) -> String {
        Presentation::encode(&claims.sign(&key(2)).unwrap(), &phone(), now).unwrap()
    }

    fn trip(number: u8, from: i64, until: i64) -> ControlTrip {
        ControlTrip {
            id: id(number),
            vehicle: "1204".parse().unwrap(),
            route: "92".parse().unwrap(),
            direction: u32::from(number % 2),
            service_on: "2025-09-03".parse().unwrap(),
            starts_at: at(from),
            ends_at: at(until),
            broke_down_at: None,
        }
    }

    fn card(ride: u8, vehicle: &str, trip: Option<u8>) -> ControlRegistration {
        ControlRegistration {
            ride: id(ride),
            kind: ShownKind::TransportCard,
            code: Some("9643908502317745".into()),
            channel: RideChannel::TransportCard,
            vehicle: vehicle.parse().unwrap(),
            trip: trip.map(id),
            persons: 1,
            registered_at: at(12),
            ends_at: at(80),
            is_void: false,
            is_free: false,
            riders: Vec::new(),
        }
    }

    fn data(until: i64, registrations: Vec<ControlRegistration>) -> ControlData {
        let vehicle = "1204".parse().unwrap();
        ControlData {
            city: "almaty".parse().unwrap(),
            now: at(until),
            vehicles: vec![ControlledVehicle { vehicle, app_until: at(until), others_until: Some(at(until)) }],
            trips: vec![trip(1, 0, 60), trip(2, 65, 125)],
            registrations,
            is_cut: false,
        }
    }

    /// A device in vehicle 1204 since twenty past, with data until 25 past.
    fn device(store: Store) -> Device {
        let mut device = Device::new(store, documents());
        device.see_clock(at(20), at(20)).unwrap();
        device.shift(at(20), [1; 10]).unwrap();
        device.begin("1204".parse().unwrap(), at(20), [1; 10]).unwrap();
        device.take(data(25, Vec::new())).unwrap();
        device
    }

    fn in_memory() -> Device {
        device(Store::in_memory().unwrap())
    }

    fn answered(device: &mut Device, shown: &str, now: i64) -> ControlAnswer {
        let number = device.store.waiting(1_000).unwrap().len();
        device.check(shown, at(now), [u8::try_from(number % 250).unwrap(); 10]).unwrap().answer
    }

    #[test]
    fn a_ticket_of_the_app_is_verified_without_asking_anybody_av_80_av_82_av_86() {
        let mut device = in_memory();
        let told = device.check(&shown(&ticket(7, 1), at(30)), at(30), [1; 10]).unwrap();
        assert_eq!((told.answer, told.persons, told.last, told.why), (ControlAnswer::Registered, 2, Some(id(7)), None));
        assert_eq!(told.seen_before_at, None);
        let again = device.check(&shown(&ticket(7, 1), at(31)), at(31), [2; 10]).unwrap();
        assert_eq!((again.answer, again.seen_before_at), (ControlAnswer::Registered, Some(at(30))));
        // Of a trip long ago, while the vehicle is on its next one.
        let (bought_at, issued_at, starts_at) = (at(-40), at(-40), at(-40));
        let before = RideClaims { bought_at, issued_at, starts_at, ..ticket(8, 9) };
        let told = device.check(&shown(&before, at(32)), at(32), [3; 10]).unwrap();
        assert_eq!((told.answer, told.last), (ControlAnswer::NotRegistered, Some(id(8))));
        assert_eq!(told.last_vehicle.as_deref(), Some("1204"));
    }

    #[test]
    fn a_card_is_found_by_its_code_or_nothing_is_said_av_81_av_83_av_84_av_85_av_87_amb_34() {
        let mut device = in_memory();
        assert_eq!(answered(&mut device, CARD, 30), ControlAnswer::NotRegistered);
        // Somebody boarded after the data end.
        device.doors(at(31)).unwrap();
        let told = device.check(CARD, at(32), [8; 10]).unwrap();
        assert_eq!((told.answer, told.data_until, told.last), (ControlAnswer::CannotTell, Some(at(25)), None));
        device.take(data(33, vec![card(9, "77", None)])).unwrap();
        let told = device.check(CARD, at(34), [9; 10]).unwrap();
        assert_eq!((told.answer, told.last_vehicle.as_deref()), (ControlAnswer::NotRegistered, Some("77")));
        device.take(data(34, vec![card(10, "1204", Some(1))])).unwrap();
        assert_eq!(answered(&mut device, "9643908502317745", 35), ControlAnswer::Registered);
        let unreadable = device.check("карта", at(36), [1; 10]).unwrap_err();
        assert_eq!(unreadable.code, "code_unreadable");
        // What is cut says nothing of what is missing.
        device.doors(at(36)).unwrap();
        device.take(ControlData { is_cut: true, ..data(40, Vec::new()) }).unwrap();
        assert_eq!(answered(&mut device, "0000 0000 0000 0001", 41), ControlAnswer::CannotTell);
    }

    #[test]
    fn what_is_no_genuine_ticket_is_refused_and_is_no_check() {
        let mut device = in_memory();
        let mut code = |text: &str, now: i64| device.check(text, at(now), [1; 10]).unwrap_err().code;
        let good = shown(&ticket(7, 1), at(30));
        assert_eq!(code(&good, 32), "moment_too_old");
        let forged = Presentation::encode(&ticket(7, 1).sign(&key(3)).unwrap(), &phone(), at(30)).unwrap();
        assert_eq!(code(&forged, 30), "altered");
        assert_eq!(code("MESTO1:", 30), "garbage");
        let elsewhere = RideClaims { issuer: "other.example".into(), ..ticket(7, 1) };
        assert_eq!(code(&shown(&elsewhere, at(30)), 30), "other_issuer");
        let what = SignedRide { city: "astana".parse().unwrap(), ..ticket(7, 1).what };
        assert_eq!(code(&shown(&RideClaims { what, ..ticket(7, 1) }, at(30)), 30), "ride_of_another_city");
        assert_eq!(device.store.waiting(10).unwrap(), []);
        device.end(at(40)).unwrap();
        assert_eq!(device.check(&good, at(30), [1; 10]).unwrap_err().code, "no_control");
    }

    #[test]
    fn a_clock_that_is_ten_minutes_off_is_told_and_accuses_nobody() {
        for off in [-10, 10] {
            let mut device = in_memory();
            device.see_clock(at(20 + off), at(20)).unwrap();
            // The ticket's moment is the operator's; so is what this device reckons by.
            let told = device.check(&shown(&ticket(7, 1), at(30)), at(30 + off), [1; 10]).unwrap();
            assert_eq!((told.answer, told.clock_off_seconds), (ControlAnswer::Registered, Some(off * 60)));
            let told = device.check(CARD, at(30 + off), [2; 10]).unwrap();
            assert_eq!((told.answer, told.clock_off_seconds), (ControlAnswer::CannotTell, Some(off * 60)));
        }
        // One that went back since it was compared is not known any more.
        let mut device = in_memory();
        assert_eq!(answered(&mut device, CARD, 18), ControlAnswer::CannotTell);
        // Nor is one that was never compared.
        let mut device = Device::new(Store::in_memory().unwrap(), documents());
        device.begin("1204".parse().unwrap(), at(20), [1; 10]).unwrap();
        device.take(data(25, Vec::new())).unwrap();
        assert_eq!(answered(&mut device, CARD, 30), ControlAnswer::CannotTell);
    }

    #[test]
    fn what_is_voided_or_issued_again_is_refused_and_stays_accepted_where_it_was_accepted() {
        let mut device = in_memory();
        let revoked = |id: u8, good_from: Option<u32>| Revocations {
            version: 2,
            issued_at: at(31),
            next_update: at(600),
            entries: vec![Revoked { id: [id; 16], good_from }],
        };
        let one = |now: i64| shown(&ticket(7, 1), at(now));
        assert_eq!(answered(&mut device, &one(30), 30), ControlAnswer::Registered);
        device.documents.revocations = Some(revoked(7, None));
        let told = device.check(&one(32), at(32), [5; 10]).unwrap();
        assert_eq!((told.answer, told.why), (ControlAnswer::Registered, Some("revoked")));
        // Another vehicle's control, or another ticket that was voided.
        device.documents.revocations = Some(revoked(8, None));
        let told = device.check(&shown(&ticket(8, 1), at(33)), at(33), [6; 10]).unwrap();
        assert_eq!((told.answer, told.why), (ControlAnswer::NotRegistered, Some("revoked")));
        device.documents.revocations = Some(revoked(9, Some(2)));
        let told = device.check(&shown(&ticket(9, 1), at(34)), at(34), [7; 10]).unwrap();
        assert_eq!((told.answer, told.why), (ControlAnswer::NotRegistered, Some("reissued")));
        let second = RideClaims { issue: 2, issued_at: at(20), ..ticket(9, 1) };
        assert_eq!(answered(&mut device, &shown(&second, at(35)), 35), ControlAnswer::Registered);
        // The list has gone, and this device remembers the newer issue.
        device.documents.revocations = None;
        assert_eq!(answered(&mut device, &shown(&ticket(10, 1), at(36)), 36), ControlAnswer::Registered);
    }

    #[test]
    fn a_whole_shift_is_kept_without_a_network_and_told_afterwards_once_av_14() {
        let folder = tempfile::tempdir().unwrap();
        let mut device = device(Store::open(folder.path()).unwrap());
        for number in 0..200_u8 {
            let text = shown(&ticket(number, 1), at(30));
            device.check(&text, at(30), [number; 10]).unwrap();
        }
        // It went out in the middle, and was switched on again.
        drop(device);
        let mut device = Device::new(Store::open(folder.path()).unwrap(), documents());
        assert_eq!(device.controlled().unwrap().unwrap().control.vehicle.as_str(), "1204");
        device.end_shift(at(500)).unwrap();
        let heard = |epoch: u8| ControlReported {
            taken: 0,
            refused: Vec::new(),
            flagged: Vec::new(),
            epoch: Some(id(epoch)),
            clock_differs_seconds: None,
        };
        let mut told = Vec::new();
        while let Some((report, controls)) = device.report(at(501)).unwrap() {
            assert!(report.checks.len() <= CHECKS_MOST && report.controls.len() == 1, "{}", report.controls.len());
            assert_eq!(report.shift.ended_at, Some(at(500)));
            assert!(serde_json::to_vec(&report).unwrap().len() < 65_536, "an operator takes no more");
            // The answer is lost: the same is told again.
            assert_eq!(device.report(at(501)).unwrap().unwrap().0, report);
            told.extend(report.checks.iter().map(|check| check.id));
            assert!(device.heard(&report, &controls, &heard(1)).unwrap());
        }
        told.sort_unstable();
        told.dedup();
        assert_eq!(told.len(), 200);
        // The operator's books were put back from a copy: all of it is told again.
        let control = device.begin("1205".parse().unwrap(), at(600), [9; 10]).unwrap().control.id;
        let (report, controls) = device.report(at(601)).unwrap().unwrap();
        assert_eq!(controls, [control]);
        assert!(!device.heard(&report, &controls, &heard(2)).unwrap());
        assert_eq!(device.store.waiting(1_000).unwrap().len(), 200);
    }

    #[test]
    fn what_is_registered_is_forgotten_a_day_after_and_what_waits_never_is() {
        let mut device = in_memory();
        device.take(data(34, vec![card(10, "1204", Some(1))])).unwrap();
        assert_eq!(answered(&mut device, CARD, 35), ControlAnswer::Registered);
        let later = 12 + 26 * 60;
        device.take(ControlData { trips: Vec::new(), ..data(later, Vec::new()) }).unwrap();
        assert_eq!(device.store.of_code("9643908502317745").unwrap().len(), 1);
        device.take(ControlData { trips: Vec::new(), ..data(later + 8 * 24 * 60, Vec::new()) }).unwrap();
        assert_eq!(device.store.of_code("9643908502317745").unwrap(), []);
        assert_eq!(device.store.trips().unwrap(), []);
        assert_eq!(device.store.waiting(10).unwrap().len(), 1);
    }
}
