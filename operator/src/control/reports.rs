//! What the checks of a shift found: told late, in any order and again, by devices that were
//! offline. One ride that two controllers accepted is put together here; nobody is charged for it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, SubsecRound as _, Utc};
use mesto_protocol::control::controllers::{
    self as wire, CHECKS_MOST, CheckRefused, ControlReport, ControlReported, FlaggedCheck, ReportedCheck,
    ReportedControl,
};
use mesto_protocol::kernel::ids::{AccountId, ControlId, RideId, ShiftId};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::City;
use mesto_rules::rides::RidesSection;

use crate::control::controls::{self, of_another};
use crate::control::registrations::LATE_MOST;
use crate::control::tables::{AnswerWord, CheckRow, ControlRow, KindWord};
use crate::control::{in_turn, within_time};
use crate::kernel::call::Call;
use crate::kernel::epoch;
use crate::kernel::failure::{Failure, Outcome};
use crate::kernel::limits::{CLOCKS_DIFFER, told_at_most};
use crate::kernel::service::{Served, serve};
use crate::kernel::store::{Select, Tx, Write};
use crate::rides::vehicles::city_of;
use crate::{find, update, values};

pub(crate) const OPERATIONS: &[Served] = &[serve!(post wire::REPORT => report)];

/// What a device tells of its shift.
pub(crate) fn report(tx: &mut dyn Tx, call: &mut Call<'_>, told: ControlReport) -> Outcome<ControlReported> {
    let (now, controller) = (call.now, call.who()?.account);
    let (city, rides) = city_of(call, &told.city)?;
    told_at_most("controls", told.controls.len(), CHECKS_MOST)?;
    told_at_most("checks", told.checks.len(), CHECKS_MOST)?;
    // A shift that a wrong clock began is known by its controls.
    let begun_at = told.shift.begun_at.clamp(now - LATE_MOST, now);
    in_turn(tx, city)?;
    let shift = &told.shift;
    controls::shift(tx, (city, controller, now), (shift.id, begun_at, shift.ended_at))?;
    // What is wrong with a control keeps no other back; its checks are refused with it.
    let mut wrong: BTreeMap<ControlId, Problem> = BTreeMap::new();
    for control in told.controls {
        let id = control.id;
        match reported(tx, (city, rides), (controller, shift.id, now), control) {
            Ok(()) => {}
            Err(Failure::Refused(problem)) => {
                wrong.insert(id, *problem);
            }
            Err(failure) => return Err(failure),
        }
    }
    let (mut taken, mut refused, mut rides) = (0, Vec::new(), BTreeSet::new());
    for check in told.checks {
        let (id, ride) = (check.id, check.ride);
        let kept = match wrong.get(&check.control) {
            Some(problem) => Err(problem.clone()),
            None => take(tx, (city, controller, now), check)?,
        };
        match kept {
            Ok(()) => {
                taken += 1;
                rides.extend(ride);
            }
            Err(problem) => refused.push(CheckRefused { check: id, code: problem.code, detail: problem.detail }),
        }
    }
    let mut flagged = Vec::new();
    for ride in rides {
        flagged.extend(put_together(tx, ride)?);
    }
    let differs = told.sent_at - now;
    Ok(ControlReported {
        taken,
        refused,
        flagged,
        epoch: Some(epoch::current(tx)?.id),
        clock_differs_seconds: (differs.abs() > CLOCKS_DIFFER).then(|| differs.num_seconds()),
    })
}

/// Keeps a control that is told afterwards.
fn reported(
    tx: &mut dyn Tx,
    within: (&City, &RidesSection),
    (controller, shift, now): (AccountId, ShiftId, DateTime<Utc>),
    told: ReportedControl,
) -> Outcome<()> {
    let row = match tx.first(find!(ControlRow { id: told.id }))? {
        Some(known) if known.controller != controller || known.board != told.vehicle => {
            return Err(of_another("control").into());
        }
        Some(known) => known,
        None => {
            within_time("controls.begun_at", told.begun_at, now)?;
            let row = ControlRow {
                id: told.id,
                shift,
                controller,
                city: within.0.id.clone(),
                board: told.vehicle,
                trip: None,
                service_day: now.date_naive(),
                begun_at: told.begun_at.trunc_subsecs(3),
                ended_at: None,
                held_until: None,
            };
            controls::new(tx, within, row)?
        }
    };
    if let Some(ended_at) = told.ended_at {
        controls::over(tx, now, row, ended_at.trunc_subsecs(3))?;
    }
    Ok(())
}

/// Keeps a check; what was accepted stays so, whatever became of the ride since.
fn take(
    tx: &mut dyn Tx,
    (city, controller, now): (&City, AccountId, DateTime<Utc>),
    told: ReportedCheck,
) -> Outcome<Result<(), Problem>> {
    match tx.first(find!(CheckRow { id: told.id }))? {
        Some(known) if known.controller != controller => return Ok(Err(of_another("check"))),
        Some(_) => return Ok(Ok(())),
        None => {}
    }
    let control = tx.first(find!(ControlRow { id: told.control }))?;
    if control.is_none_or(|control| control.controller != controller || control.city != city.id) {
        let detail = "its control was not told; tell it in the same report";
        return Ok(Err(Problem::new(ProblemCode::NotFound, detail)));
    }
    if let Err(problem) = within_time("checks.at", told.at, now) {
        return Ok(Err(problem));
    }
    let Ok(kind) = KindWord::try_from(told.kind) else {
        return Ok(Err(Problem::new(ProblemCode::BadRequest, "this kind of ticket is not known")));
    };
    let Ok(answer) = AnswerWord::try_from(told.answer) else {
        return Ok(Err(Problem::new(ProblemCode::BadRequest, "this answer is not known")));
    };
    tx.write(Write::insert(CheckRow {
        id: told.id,
        control: told.control,
        controller,
        city: city.id.clone(),
        at: told.at.trunc_subsecs(3),
        kind,
        ride: told.ride,
        persons: told.persons,
        answer,
        data_until: told.data_until.map(|until| until.trunc_subsecs(3)),
        repeats: None,
    }))?;
    Ok(Ok(()))
}

/// The checks that accepted a ride which another controller had accepted before, each with the
/// first one. In whatever order they were told, the same are flagged.
fn put_together(tx: &mut dyn Tx, ride: RideId) -> Outcome<Vec<FlaggedCheck>> {
    let accepted: Vec<CheckRow> = tx.all(Select::of(
        "FROM ride_check WHERE ride_check.ride = $1 AND ride_check.answer = 'registered' ORDER BY ride_check.at, ride_check.id",
        values![ride],
    ))?;
    let Some(first) = accepted.first() else { return Ok(Vec::new()) };
    let mut flagged = Vec::new();
    for (place, row) in accepted.iter().enumerate() {
        let earlier = accepted.iter().take(place).find(|earlier| earlier.controller != row.controller);
        let repeats = earlier.map(|earlier| earlier.id);
        if row.repeats != repeats {
            tx.write(update!(CheckRow { id: row.id } set { repeats: repeats }))?;
        }
        if repeats.is_some() {
            flagged.push(FlaggedCheck { check: row.id, ride, first: first.id, first_at: first.at });
        }
    }
    Ok(flagged)
}
