//! Controls of vehicles: begun and ended. While one lasts nothing is sold in the vehicle, where the
//! city has it so (AMB-23).

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::control::controllers::{self as wire, CONTROL_MINUTES, Control, ControlToBegin, ControlToEnd};
use mesto_protocol::kernel::ids::{AccountId, ShiftId};
use mesto_protocol::rides::riders::{RideTrip, RideVehicle};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::City;
use mesto_rules::rides::{PaidInControl, RidesSection, service_day};

use crate::control::tables::{ControlRow, ShiftRow};
use crate::control::{in_turn, within_time};
use crate::kernel::call::Call;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::service::{Served, serve};
use crate::kernel::store::{Select, StoreError, Tx, Write};
use crate::rides::tables::{TripRow, VehicleRow};
use crate::rides::vehicles::city_of;
use crate::rides::{found, vehicles};
use crate::{find, update, values};

pub(crate) const OPERATIONS: &[Served] =
    &[serve!(post wire::BEGIN => begin).urgent(), serve!(post wire::END => end).urgent()];

/// Somebody else has a thing of this name.
pub(super) fn of_another(what: &str) -> Problem {
    Problem::new(ProblemCode::ControlOfAnother, format!("another controller has this {what}; make another id"))
        .with("what", what)
}

/// The shift of the caller, kept when it is new.
pub(super) fn shift(
    tx: &mut dyn Tx,
    (city, controller, now): (&City, AccountId, DateTime<Utc>),
    (id, begun_at, ended_at): (ShiftId, DateTime<Utc>, Option<DateTime<Utc>>),
) -> Outcome<()> {
    match tx.first(find!(ShiftRow { id: id }))? {
        Some(known) if known.controller != controller || known.city != city.id => Err(of_another("shift").into()),
        Some(known) => {
            let ended_at = ended_at.or(known.ended_at);
            let begun_at = known.begun_at.min(begun_at);
            Ok(tx.write(update!(ShiftRow { id: id } set { begun_at: begun_at, ended_at: ended_at, heard_at: now }))?)
        }
        None => {
            let city = city.id.clone();
            Ok(tx.write(Write::insert(ShiftRow { id, controller, city, begun_at, ended_at, heard_at: now }))?)
        }
    }
}

/// A control that nobody knew, as it began.
pub(super) fn new(tx: &mut dyn Tx, (city, rides): (&City, &RidesSection), row: ControlRow) -> Outcome<ControlRow> {
    let trip = found::current_trip(tx, (city, rides, row.begun_at), &row.board)?;
    let day = service_day(&city.sections.time, row.begun_at, rides.policy.service_day_begins);
    let service_day = trip.as_ref().map_or(day, |trip| trip.service_day);
    let row = ControlRow { trip: trip.map(|trip| trip.id), service_day, ..row };
    tx.write(Write::insert(row.clone()))?;
    Ok(row)
}

/// A vehicle is being controlled from now on, or longer.
pub(crate) fn begin(tx: &mut dyn Tx, call: &mut Call<'_>, told: ControlToBegin) -> Outcome<Control> {
    let (now, controller) = (call.now, call.who()?.account);
    let (city, rides) = city_of(call, &told.city)?;
    within_time("begun_at", told.begun_at, now)?;
    in_turn(tx, city)?;
    let vehicle = found::by_number(tx, city, &told.vehicle)?;
    shift(tx, (city, controller, now), (told.shift, told.begun_at, None))?;
    let held_until = Some(now + TimeDelta::minutes(CONTROL_MINUTES.into()));
    let row = match tx.first(find!(ControlRow { id: told.id }))? {
        Some(known) if known.controller != controller || known.board != vehicle.board => {
            return Err(of_another("control").into());
        }
        // Over is over, however late its beginning comes.
        Some(known) if known.ended_at.is_some() => known,
        Some(known) => {
            tx.write(update!(ControlRow { id: told.id } set { held_until: held_until }))?;
            ControlRow { held_until, ..known }
        }
        None => {
            let row = ControlRow {
                id: told.id,
                shift: told.shift,
                controller,
                city: city.id.clone(),
                board: vehicle.board.clone(),
                trip: None,
                service_day: now.date_naive(),
                begun_at: told.begun_at,
                ended_at: None,
                held_until,
            };
            new(tx, (city, rides), row)?
        }
    };
    hold(tx, now, &row)?;
    as_told(tx, (rides, now), row, &vehicle)
}

/// A control is over.
pub(crate) fn end(tx: &mut dyn Tx, call: &mut Call<'_>, told: ControlToEnd) -> Outcome<Control> {
    let (operator, now, controller) = (call.operator, call.now, call.who()?.account);
    let Some(known) = tx.first(find!(ControlRow { id: told.id }))? else {
        return refuse(ProblemCode::NotFound, "no control of this name was begun");
    };
    let city = operator.city(known.city.as_str())?;
    call.in_city(city.id.as_str())?;
    if known.controller != controller {
        return Err(of_another("control").into());
    }
    within_time("ended_at", told.ended_at, now)?;
    in_turn(tx, city)?;
    let row = over(tx, now, known, told.ended_at)?;
    let vehicle = tx.first(find!(VehicleRow { city: &city.id, board: &row.board }))?;
    let vehicle = vehicle.ok_or_else(|| StoreError::unreadable("control", "its vehicle is gone"))?;
    as_told(tx, (city.section::<RidesSection>()?, now), row, &vehicle)
}

/// Ends a control; one that had ended stays so.
pub(super) fn over(
    tx: &mut dyn Tx,
    now: DateTime<Utc>,
    row: ControlRow,
    ended_at: DateTime<Utc>,
) -> Outcome<ControlRow> {
    if row.ended_at.is_some() {
        return Ok(row);
    }
    let ended_at = Some(ended_at.max(row.begun_at));
    tx.write(update!(ControlRow { id: row.id } set { ended_at: ended_at, held_until: None }))?;
    let row = ControlRow { ended_at, held_until: None, ..row };
    hold(tx, now, &row)?;
    Ok(row)
}

/// The vehicle of a control is held as long as any control of it goes on.
fn hold(tx: &mut dyn Tx, now: DateTime<Utc>, row: &ControlRow) -> Outcome<()> {
    let held: Vec<ControlRow> = tx.all(Select::of(
        "FROM vehicle_control WHERE vehicle_control.city = $1 AND vehicle_control.board = $2 AND vehicle_control.held_until > $3",
        values![&row.city, &row.board, now.timestamp_millis()],
    ))?;
    let until = held.iter().filter_map(|one| one.held_until).max();
    Ok(vehicles::controlled(tx, &row.city, &row.board, until)?)
}

fn as_told(
    tx: &mut dyn Tx,
    (rides, now): (&RidesSection, DateTime<Utc>),
    row: ControlRow,
    vehicle: &VehicleRow,
) -> Outcome<Control> {
    let trip = match row.trip {
        Some(trip) => tx.first(find!(TripRow { id: trip }))?,
        None => None,
    };
    let closes = rides.policy.paid_in_control != PaidInControl::Passes;
    Ok(Control {
        id: row.id,
        shift: row.shift,
        city: row.city,
        vehicle: RideVehicle::from(vehicle),
        trip: trip.as_ref().map(RideTrip::from),
        service_on: row.service_day,
        begun_at: row.begun_at,
        ended_at: row.ended_at,
        closed_until: row.held_until.filter(|until| closes && now < *until),
    })
}
