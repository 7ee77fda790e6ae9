//! The source file `time.toml`: a city's clock from the IANA database, or written by hand.

use super::Compiler;
use crate::kernel::time::{OffsetChange, TimeRules};
use chrono::{DateTime, NaiveDate, NaiveTime, Offset as _, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

const FILE: &str = "time.toml";
/// No clock is moved twice within this.
const STEP: TimeDelta = TimeDelta::hours(6);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TimeSource {
    zone: String,
    until: NaiveDate,
    /// The first day whose offset is taken from the database.
    since: Option<NaiveDate>,
    /// Written by hand, with `changes`, instead of `since`.
    initial_offset: Option<OffsetSource>,
    changes: Option<Vec<ChangeSource>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeSource {
    at: DateTime<Utc>,
    offset: OffsetSource,
}

/// `+05:00`, in minutes east of UTC.
struct OffsetSource(i32);

impl<'de> Deserialize<'de> for OffsetSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong =
            || D::Error::custom(format_args!("`{text}` is not an offset from UTC, write it as +05:00 or -03:30"));
        let (sign, rest) = match text.split_at_checked(1) {
            Some(("+", rest)) => (1, rest),
            Some(("-", rest)) => (-1, rest),
            _ => return Err(wrong()),
        };
        let time = NaiveTime::parse_from_str(rest, "%H:%M").ok().filter(|_| rest.len() == 5).ok_or_else(wrong)?;
        let minutes = time.signed_duration_since(NaiveTime::MIN).num_minutes();
        Ok(Self(sign * i32::try_from(minutes).map_err(|_| wrong())?))
    }
}

/// Reads the clock.
pub(super) fn compile(compiler: &mut Compiler<'_>) -> Option<TimeRules> {
    let TimeSource { zone, until, since, initial_offset, changes } = compiler.read(FILE)?;
    let rules = match (since, initial_offset, changes) {
        (Some(since), None, None) => from_database(zone, since, until),
        (None, Some(initial), Some(changes)) => {
            let change = |it: ChangeSource| OffsetChange { at: it.at, offset_minutes: it.offset.0 };
            TimeRules::new(zone, initial.0, changes.into_iter().map(change).collect(), until)
                .map_err(|error| ("changes", error.to_string()))
        }
        _ => Err((
            "since",
            "give since = \"<first day>\" to take the clock from the IANA database, or initial_offset and changes by hand"
                .to_owned(),
        )),
    };
    match rules {
        Ok(rules) => Some(rules),
        Err((field, reason)) => {
            compiler.say(FILE, field, reason);
            None
        }
    }
}

/// The clock of a zone of the IANA database between two days.
fn from_database(zone: String, since: NaiveDate, until: NaiveDate) -> Result<TimeRules, (&'static str, String)> {
    let known: Tz = zone.parse().map_err(|_| {
        let reason = format!(
            "`{zone}` is not in the IANA database of this build; for a newer zone write initial_offset and changes by hand"
        );
        ("zone", reason)
    })?;
    if since >= until {
        return Err(("since", format!("{since} is not before {until}, until which the clock is known")));
    }
    let offset = |at: DateTime<Utc>| known.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc();
    let whole = |seconds: i32| {
        (seconds % 60 == 0)
            .then_some(seconds / 60)
            .ok_or_else(|| ("since", format!("{zone} had an offset of {seconds} seconds then; begin later")))
    };
    let mut at = since.and_time(NaiveTime::MIN).and_utc() - TimeDelta::days(1);
    let end = until.and_time(NaiveTime::MIN).and_utc() + TimeDelta::days(1);
    let initial = whole(offset(at))?;
    let mut changes = Vec::new();
    while at < end {
        let next = at + STEP;
        if offset(next) != offset(at) {
            let (mut before, mut after) = (at, next);
            while after - before > TimeDelta::seconds(1) {
                let middle = before + TimeDelta::seconds((after - before).num_seconds() / 2);
                if offset(middle) == offset(at) { before = middle } else { after = middle }
            }
            changes.push(OffsetChange { at: after, offset_minutes: whole(offset(next))? });
        }
        at = next;
    }
    TimeRules::new(zone.clone(), initial, changes, until).map_err(|error| ("zone", error.to_string()))
}
