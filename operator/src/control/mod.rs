//! Control of rides: what controllers' devices are told, and what their checks found.

pub(crate) mod controls;
pub(crate) mod data;
pub(crate) mod registrations;
pub(crate) mod reports;
pub(crate) mod tables;
mod tools;

use chrono::{DateTime, Utc};
use mesto_protocol::control as wire;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::City;
use mesto_rules::rides::RidesSection;

use crate::kernel::failure::Outcome;
use crate::kernel::limits::not_ahead;
use crate::kernel::operator::Operator;
use crate::kernel::retention::{How, Rule, before, section_of};
use crate::kernel::service::{Check, Service};
use crate::kernel::store::{Ask, StoreError, Tx};
use crate::values;

pub use tools::ControlShift;

pub(crate) const SERVICE: Service = Service {
    operations: &[controls::OPERATIONS, data::OPERATIONS, reports::OPERATIONS, registrations::OPERATIONS],
    tables: &[tables::SHIFTS, tables::CONTROLS, tables::CHECKS, tables::REGISTERED, tables::TOLD_UNTIL],
    retention: Some(erase_old),
    audit: &[
        Check {
            fault: "control {} is of a shift of another controller, or of none",
            sql: "SELECT id FROM vehicle_control WHERE NOT EXISTS (SELECT 1 FROM control_shift WHERE control_shift.id = vehicle_control.shift AND control_shift.controller = vehicle_control.controller AND control_shift.city = vehicle_control.city) LIMIT 1",
        },
        Check {
            fault: "check {} is of a control of another controller, or of none",
            sql: "SELECT id FROM ride_check WHERE NOT EXISTS (SELECT 1 FROM vehicle_control WHERE vehicle_control.id = ride_check.control AND vehicle_control.controller = ride_check.controller AND vehicle_control.city = ride_check.city) LIMIT 1",
        },
        Check {
            fault: "check {} accepted a ride that another controller had accepted before, and does not say so",
            sql: "SELECT ride_check.id AS id FROM ride_check JOIN ride_check AS earlier ON earlier.ride = ride_check.ride WHERE ride_check.answer = 'registered' AND earlier.answer = 'registered' AND earlier.controller <> ride_check.controller AND (earlier.at < ride_check.at OR (earlier.at = ride_check.at AND earlier.id < ride_check.id)) AND ride_check.repeats IS NULL LIMIT 1",
        },
        Check {
            fault: "check {} is said to repeat one that did not accept its ride",
            sql: "SELECT id FROM ride_check WHERE repeats IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ride_check AS earlier WHERE earlier.id = ride_check.repeats AND earlier.ride = ride_check.ride AND earlier.answer = 'registered' AND ride_check.answer = 'registered') LIMIT 1",
        },
    ],
    ..Service::of(&wire::SERVICE)
};

fn erase_old(operator: &Operator, now: DateTime<Utc>) -> Outcome<Vec<Rule>> {
    let mut rules = Vec::new();
    for city in operator.cities.values() {
        let Some(rides) = section_of::<RidesSection>(city)? else { continue };
        let old = values![city.id.as_str(), before(now, rides.retention.rides_days)];
        // Those that repeat it say so no more.
        let how = How::Said(&[
            (
                "ride_check",
                "UPDATE ride_check SET repeats = NULL WHERE repeats = (SELECT ride_check.id FROM ride_check WHERE {this})",
            ),
            ("ride_check", "DELETE FROM ride_check WHERE {this}"),
        ]);
        let which = "ride_check.city = $1 AND ride_check.at < $2".to_owned();
        rules.push(Rule { table: "ride_check", key: &["id"], which, params: old.to_vec(), how });
        let over = "vehicle_control.city = $1 AND vehicle_control.begun_at < $2 AND NOT EXISTS (SELECT 1 FROM ride_check WHERE ride_check.control = vehicle_control.id)";
        rules.push(Rule::deleted("vehicle_control", &["id"], over, old));
        let over = "control_shift.city = $1 AND control_shift.begun_at < $2 AND NOT EXISTS (SELECT 1 FROM vehicle_control WHERE vehicle_control.shift = control_shift.id)";
        rules.push(Rule::deleted("control_shift", &["id"], over, old));
        let over = "ride_registered.city = $1 AND ride_registered.registered_at < $2";
        rules.push(Rule::deleted("ride_registered", &["ride"], over, old));
    }
    Ok(rules)
}

/// Refuses a moment that has not come, or is too long ago to be told.
fn within_time(field: &str, at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), Problem> {
    not_ahead(field, at, now)?;
    if now - registrations::LATE_MOST <= at {
        return Ok(());
    }
    let detail = format!("{field}: controls are told within {} days", registrations::LATE_MOST.num_days());
    Err(Problem::new(ProblemCode::OutOfRange, detail).with("field", field).with("now", now))
}

/// What is told of a city's controls is told one after the other: two devices that saw one ride are
/// put together by whichever comes second.
fn in_turn(tx: &mut dyn Tx, city: &City) -> Result<(), StoreError> {
    tx.read(vec![Ask::subject_lock(&format!("control:{}", city.id))]).map(drop)
}
