//! Which vehicle somebody is in, by what he scanned or typed, and what it does.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::device::DeviceKey;
use mesto_protocol::rides::riders::RidesSubject;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::City;
use mesto_rules::plate::parse_plate;
use mesto_rules::rides::{BoardNumber, RidesSection, ShownSign, Sign, Token, Trip, read_sign, service_day, trip_at};

use crate::base::payments::sells::Asked;
use crate::find;
use crate::kernel::failure::{Failure, Outcome, refuse};
use crate::kernel::limits::{Limit, Limits};
use crate::kernel::store::{Select, StoreError, Tx};
use crate::rides::refusal;
use crate::rides::tables::{SignRow, TerminalRow, TripRow, VehicleRow};
use crate::rides::vehicles::TRIP_MOST;
use crate::values;

/// What is tried in an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RideLimits {
    /// Signs and numbers that one account may try of which no vehicle is known.
    pub wrong_signs_per_account: i64,
}

impl Default for RideLimits {
    fn default() -> Self {
        Self { wrong_signs_per_account: 60 }
    }
}

impl Limits for RideLimits {}

/// A vehicle and what it does now.
pub(crate) struct Found {
    pub vehicle: VehicleRow,
    pub trip: Option<TripRow>,
    pub service_day: chrono::NaiveDate,
}

/// The vehicle of a subject. Who guesses does so only so often in an hour.
pub(crate) fn vehicle(tx: &mut dyn Tx, asked: &Asked<'_>, subject: &RidesSubject) -> Outcome<Found> {
    let tried = Limit {
        kind: "wrong_ride_sign",
        subject: &asked.account.to_string(),
        most: asked.operator.limits::<RideLimits>().wrong_signs_per_account,
    };
    tried.check(tx, asked.now)?;
    let rides = asked.city.section::<RidesSection>()?;
    match of_subject(tx, (asked.city, rides, asked.now), subject) {
        Err(Failure::Refused(problem)) if is_missed(&problem) => {
            Err(tried.missed(tx, asked.operator, asked.now, *problem))
        }
        Err(failure) => Err(failure),
        Ok(vehicle) => doing(tx, (asked.city, rides, asked.now), vehicle),
    }
}

/// Whether somebody may have guessed.
fn is_missed(problem: &Problem) -> bool {
    [ProblemCode::RideSignUnknown, ProblemCode::RideVehicleUnknown].iter().any(|code| problem.is(*code))
}

type InCity<'a> = (&'a City, &'a RidesSection, DateTime<Utc>);

fn of_subject(tx: &mut dyn Tx, within: InCity<'_>, subject: &RidesSubject) -> Outcome<VehicleRow> {
    let (city, rides, _) = within;
    match (&subject.scanned, &subject.vehicle) {
        (Some(scanned), None) => {
            let sign =
                read_sign(scanned, city.id.as_str(), &rides.sign_hosts).map_err(|error| refusal::sign(&error))?;
            let board = match sign {
                Sign::Posted { token } => posted(tx, within, &token)?,
                Sign::Shown(shown) => of_terminal(tx, within, &shown)?,
            };
            let row = tx.first(find!(VehicleRow { city: &city.id, board: &board }))?;
            row.ok_or_else(|| StoreError::unreadable("sign", "its vehicle is gone").into())
        }
        (None, Some(typed)) => by_number(tx, city, typed),
        _ => Err(Problem::new(ProblemCode::BadRequest, "say what was scanned, or the number of the vehicle, not both")
            .with("field", "items.subject")
            .into()),
    }
}

/// The vehicle of a sign.
fn posted(tx: &mut dyn Tx, (city, _, now): InCity<'_>, token: &Token) -> Outcome<BoardNumber> {
    let Some(sign) = tx.first(find!(SignRow { city: &city.id, token: token }))? else {
        return refuse(ProblemCode::RideSignUnknown, "no vehicle of this city has this sign");
    };
    match sign.ended_at.filter(|ended| *ended <= now) {
        Some(ended_at) => Err(Problem::new(
            ProblemCode::RideSignRevoked,
            "this sign is not valid any more; type the number of the vehicle, or scan another sign",
        )
        .with("ended_at", ended_at)
        .into()),
        None => Ok(sign.board),
    }
}

/// The vehicle of a code that a terminal showed: signed by its key, a few seconds ago.
fn of_terminal(tx: &mut dyn Tx, (city, rides, now): InCity<'_>, shown: &ShownSign) -> Outcome<BoardNumber> {
    let Some(terminal) = tx.first(find!(TerminalRow { city: &city.id, token: &shown.terminal }))? else {
        return refuse(ProblemCode::RideSignUnknown, "no vehicle of this city has this terminal");
    };
    let key = DeviceKey::from_text(&terminal.device_key).map_err(|why| StoreError::unreadable("terminal key", why))?;
    let is_signed = URL_SAFE_NO_PAD
        .decode(&shown.signature)
        .is_ok_and(|signature| key.verifies(shown.signed.as_bytes(), &signature));
    if !is_signed {
        return refuse(ProblemCode::RideSignUnreadable, "the terminal did not sign this code; it may be a copy");
    }
    if terminal.ended_at.is_some_and(|ended| ended <= now) {
        return refuse(ProblemCode::RideSignRevoked, "this terminal was taken out; scan another sign");
    }
    let good_for = TimeDelta::seconds(rides.policy.terminal_code_seconds.into());
    if (now - shown.shown_at).abs() > good_for {
        let detail = "the terminal shows a new code every few seconds; scan the one that it shows now";
        return Err(Problem::new(ProblemCode::RideSignExpired, detail).with("shown_at", shown.shown_at).into());
    }
    Ok(terminal.board)
}

/// The vehicle of a number that was typed: the one on the board, or the plate (AV-32).
pub(crate) fn by_number(tx: &mut dyn Tx, city: &City, typed: &str) -> Outcome<VehicleRow> {
    if let Ok(board) = BoardNumber::new(typed)
        && let Some(row) = tx.first(find!(VehicleRow { city: &city.id, board: &board }))?
    {
        return Ok(row);
    }
    if let Ok(plate) = parse_plate(typed, &city.sections.plates) {
        let of_plate = Select::of(
            "FROM transit_vehicle WHERE transit_vehicle.city = $1 AND transit_vehicle.canonical = $2 ORDER BY transit_vehicle.told_at DESC LIMIT 1",
            values![&city.id, plate.canonical],
        );
        if let Some(row) = tx.first(of_plate)? {
            return Ok(row);
        }
    }
    refuse(
        ProblemCode::RideVehicleUnknown,
        "no vehicle of this city has this number; look at the board inside or the plate",
    )
}

/// What a vehicle does at a moment.
pub(crate) fn doing(tx: &mut dyn Tx, (city, rides, now): InCity<'_>, vehicle: VehicleRow) -> Outcome<Found> {
    if !vehicle.is_in_service {
        return Err(Problem::new(
            ProblemCode::RideVehicleNotInService,
            "this vehicle is not in service; check the number",
        )
        .with("vehicle", &vehicle.board)
        .into());
    }
    let trip = current_trip(tx, (city, rides, now), &vehicle.board)?;
    let day = service_day(&city.sections.time, now, rides.policy.service_day_begins);
    let service_day = trip.as_ref().map_or(day, |trip| trip.service_day);
    Ok(Found { vehicle, trip, service_day })
}

/// The trip that a vehicle makes at a moment.
pub(crate) fn current_trip(
    tx: &mut dyn Tx,
    (city, rides, now): InCity<'_>,
    board: &BoardNumber,
) -> Outcome<Option<TripRow>> {
    let tolerance = TimeDelta::minutes(rides.policy.tolerance_minutes.into());
    let (from, until) = ((now - tolerance).timestamp_millis(), (now + tolerance).timestamp_millis());
    let mut trips: Vec<TripRow> = tx.all(Select::of(
        "FROM transit_trip WHERE transit_trip.city = $1 AND transit_trip.board = $2 AND transit_trip.ends_at > $3 AND transit_trip.starts_at <= $4 AND transit_trip.starts_at > $5 ORDER BY transit_trip.starts_at",
        values![&city.id, board, from, until, (now - tolerance - TRIP_MOST).timestamp_millis()],
    ))?;
    let at = trip_at(&trips, now, &rides.policy, |row| Trip::from(row));
    Ok(at.map(|at| trips.swap_remove(at)))
}
