//! What only the operator's own tools see: shifts with what they found.

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::ids::{AccountId, ShiftId};
use mesto_rules::CityId;

use crate::control::tables::ShiftRow;
use crate::kernel::operator::Operator;
use crate::kernel::store::{Select, Store, StoreError, transact};
use crate::values;

/// A shift of a controller, and what it found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlShift {
    pub id: ShiftId,
    pub controller: AccountId,
    pub city: CityId,
    pub begun_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    /// Controls of vehicles.
    pub controls: i64,
    pub checks: i64,
    pub not_registered: i64,
    /// Nothing could be said.
    pub cannot_tell: i64,
    /// Rides that another controller had accepted before.
    pub flagged: i64,
}

const FOUND: &str = "SELECT (SELECT COUNT(*) FROM vehicle_control WHERE vehicle_control.shift = $1) AS controls, COUNT(*) AS checks, CAST(COALESCE(SUM(CASE WHEN ride_check.answer = 'not_registered' THEN 1 ELSE 0 END), 0) AS BIGINT) AS not_registered, CAST(COALESCE(SUM(CASE WHEN ride_check.answer = 'cannot_tell' THEN 1 ELSE 0 END), 0) AS BIGINT) AS cannot_tell, COUNT(ride_check.repeats) AS flagged FROM ride_check JOIN vehicle_control ON vehicle_control.id = ride_check.control WHERE vehicle_control.shift = $1";

impl Operator {
    /// Shifts that began since a moment, oldest first.
    ///
    /// # Errors
    /// The store's.
    pub fn control_shifts(
        &self,
        store: &dyn Store,
        since: Option<DateTime<Utc>>,
    ) -> Result<Vec<ControlShift>, StoreError> {
        transact(store, |tx| {
            let since = since.map_or(0, |since| since.timestamp_millis());
            let rows: Vec<ShiftRow> = tx.all(Select::of(
                "FROM control_shift WHERE control_shift.begun_at >= $1 ORDER BY control_shift.begun_at, control_shift.id",
                values![since],
            ))?;
            let mut shifts = Vec::with_capacity(rows.len());
            for row in rows {
                let found = tx.query(FOUND, values![row.id])?;
                let found = found.first().ok_or_else(|| StoreError::unreadable("shift", "it is not counted"))?;
                shifts.push(ControlShift {
                    id: row.id,
                    controller: row.controller,
                    city: row.city,
                    begun_at: row.begun_at,
                    ended_at: row.ended_at,
                    controls: found.get("controls")?,
                    checks: found.get("checks")?,
                    not_registered: found.get("not_registered")?,
                    cannot_tell: found.get("cannot_tell")?,
                    flagged: found.get("flagged")?,
                });
            }
            Ok(shifts)
        })
    }
}
