//! How much of a month the operator was up, as it measured itself.
//!
//! Once a minute an operator writes into its store that it works: it took the job, the store
//! answered and took the write. Any number of operators work on one store, and one of them that
//! works is enough. Beats that follow each other within [`GAP`] make one interval; a longer gap
//! counts as down from the last beat on. What an operator that is down does not measure is so
//! counted against it. What it cannot see is a front that fails before it.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::base::availability::{self as wire, MonthAvailability};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::City;
use mesto_rules::kernel::availability::{Availability, Month, Span, shown_percent};

use crate::base::notices;
use crate::kernel::call::Call;
use crate::kernel::due::{Due, Repeat};
use crate::kernel::failure::Outcome;
use crate::kernel::operator::{Operator, acted};
use crate::kernel::service::{Check, Erasure, Export, Service, Table, serve};
use crate::kernel::store::{Select, Store, Tx, Write};
use crate::{table, update, values};

table! {
    /// An operator was up from one beat to another.
    pub(crate) struct UpRow in "up_interval" {
        began_at: DateTime<Utc>,
        until_at: DateTime<Utc>,
    }
}

/// A longer time between two beats counts as down.
const GAP: TimeDelta = TimeDelta::minutes(2);

/// Stands in the table from its migration on. It trusts the clock: a beat of a clock that is ahead
/// would hide what is down until then.
const BEAT: Due = Due { repeat: Some(Repeat::Minutely), ..Due::trusting_clock("availability.beat", beat) };

pub(crate) const SERVICE: Service = Service {
    operations: &[&[serve!(get wire::READ => read)]],
    tables: &[Table {
        name: "up_interval",
        export: Export::Excused("when the operator was up; names no person"),
        erasure: Erasure::Excused("says nothing about a person"),
    }],
    due: &[BEAT],
    audit: &[Check {
        fault: "what was up since {} ends before it begins, or within what was up next",
        sql: "SELECT CAST(began_at AS TEXT) AS id FROM up_interval WHERE until_at < began_at OR EXISTS (SELECT 1 FROM up_interval AS later WHERE later.began_at > up_interval.began_at AND later.began_at <= up_interval.until_at) LIMIT 1",
    }],
    ..Service::of(&wire::SERVICE)
};

fn beat(tx: &mut dyn Tx, _: &Operator, now: DateTime<Utc>, _: &str) -> Outcome<()> {
    let last: Option<UpRow> = tx.first(Select::of(
        "FROM up_interval WHERE up_interval.began_at <= $1 ORDER BY up_interval.began_at DESC LIMIT 1",
        values![now.timestamp_millis()],
    ))?;
    let beat = match last {
        // A clock that went back.
        Some(last) if now <= last.until_at => return Ok(()),
        Some(last) if now - last.until_at <= GAP => update!(UpRow { began_at: last.began_at } set { until_at: now }),
        _ => Write::insert(UpRow { began_at: now, until_at: now }),
    };
    Ok(tx.write(beat)?)
}

fn read(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<MonthAvailability> {
    let city = match call.request.asked("city")? {
        Some(city) => call.operator.city(&city)?,
        None => &call.operator.home,
    };
    measured(tx, city, &call.request.needed("month")?, call.now)
}

fn measured(tx: &mut dyn Tx, city: &City, month: &str, now: DateTime<Utc>) -> Outcome<MonthAvailability> {
    let refused = |code, detail: String| Problem::new(code, detail).with("field", "month");
    let month: Month = month.parse().map_err(|why| refused(ProblemCode::BadRequest, format!("{why}")))?;
    let bounds = month.bounds(&city.sections.time).ok_or_else(|| {
        refused(ProblemCode::OutOfRange, format!("the clock of {} is not known for all of {month}", city.id))
    })?;
    let first: Option<UpRow> = tx.first(Select::of("FROM up_interval ORDER BY up_interval.began_at LIMIT 1", &[]))?;
    let up: Vec<UpRow> = tx.all(Select::of(
        "FROM up_interval WHERE up_interval.began_at < $1 AND up_interval.until_at > $2 ORDER BY up_interval.began_at",
        values![bounds.until.min(now).timestamp_millis(), (bounds.from - GAP).timestamp_millis()],
    ))?;
    let up: Vec<Span> = up
        .into_iter()
        .map(|UpRow { began_at, until_at }| {
            // Whoever answers now is up, though its next beat is still to come.
            let is_running = until_at <= now && now - until_at <= GAP;
            Span { from: began_at, until: if is_running { now } else { until_at } }
        })
        .collect();
    let works = notices::works(tx, &city.id, bounds)?;
    let since = first.map_or(now, |first| first.began_at);
    let Some(availability) = Availability::of(bounds, since, now, &up, &works) else {
        let detail = format!("nothing of {month} was measured; measuring began {since}");
        return Err(refused(ProblemCode::OutOfRange, detail).with("measured_from_at", since).into());
    };
    Ok(MonthAvailability {
        city: city.id.clone(),
        month: month.to_string(),
        guaranteed_percent: city.guaranteed_percent,
        is_kept: city.guaranteed_percent.map(|percent| availability.holds(percent)),
        percent: shown_percent(availability.thousandths()),
        measured_from_at: bounds.from.max(since),
        measured_until_at: bounds.until.min(now),
        up_seconds: availability.up / 1_000,
        works_seconds: availability.works / 1_000,
        // Less than a second down is down.
        down_seconds: availability.down.div_ceil(1_000),
    })
}

impl Operator {
    /// How much of a month (`2026-11`) this operator was up; of its first city where none is said.
    ///
    /// # Errors
    /// As `GET /v1/availability`.
    pub fn availability(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        (city, month): (Option<&str>, &str),
    ) -> Result<MonthAvailability, Problem> {
        acted(store, |tx| {
            let city = city.map_or(Ok(&self.home), |city| self.city(city))?;
            measured(tx, city, month, now)
        })
    }
}
