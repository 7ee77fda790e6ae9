//! Stays in the store: the latest of a user and the latest of a plate in each car park, with versions that a purchase checks.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_rules::City;
use mesto_rules::quote::{Quote, QuoteAsk, Refusal, quote};
use mesto_rules::stay::Stay;

use crate::kernel::failure::Outcome;
use crate::kernel::routes::Call;
use crate::kernel::store::{StoreError, Tx};
use crate::kernel::text;
use crate::values;

const INSERT: &str = "INSERT INTO stay (canonical, city, zone, id, version, started_at, deadline, paid_until, closes_at, purchases) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
const OR_ADVANCE: &str = " ON CONFLICT (canonical, city, zone) DO UPDATE SET id = excluded.id, version = excluded.version, started_at = excluded.started_at, deadline = excluded.deadline, paid_until = excluded.paid_until, closes_at = excluded.closes_at, purchases = excluded.purchases WHERE stay.version = excluded.version - 1";
/// A stay that is over keeps its version longer than any quote holds: one from before it must not fit again.
const REMEMBERED: TimeDelta = TimeDelta::days(1);

/// A row of `stay` as the text that [`Kept`] reads and an account's row has.
macro_rules! kept_of_plate {
    () => {
        "id || ' ' || version || ' ' || zone || ' ' || started_at || ' ' || COALESCE(CAST(deadline AS TEXT), '-') || ' ' || paid_until || ' ' || closes_at || ' ' || purchases"
    };
}
pub(crate) use kept_of_plate;

/// A stored stay, of a user (BG-48) or of a plate, which is stricter (AMB-06).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub id: String,
    /// Counts its changes, from 1.
    pub version: i64,
    pub stay: Stay,
}

/// The version of a stay; 0 when there is none.
pub(crate) fn version(kept: Option<&Kept>) -> i64 {
    kept.map_or(0, |kept| kept.version)
}

/// The stay itself.
pub(crate) fn stay(kept: Option<&Kept>) -> Option<&Stay> {
    kept.map(|kept| &kept.stay)
}

impl Kept {
    /// Reads what [`kept_of_plate`] and [`Kept::text`] write.
    pub fn read(text: &str) -> Outcome<Self> {
        let parts: Vec<&str> = text.split(' ').collect();
        let &[id, version, zone, started_at, deadline, paid_until, closes_at, purchases] = parts.as_slice() else {
            return Err(StoreError::unreadable("stay", "it has not eight parts").into());
        };
        let number = |text: &str| text.parse().map_err(|error| StoreError::unreadable("number of a stay", error));
        let time = |text: &str| text::time(number(text)?);
        Ok(Self {
            id: id.to_owned(),
            version: number(version)?,
            stay: Stay {
                zone: zone.to_owned(),
                started_at: time(started_at)?,
                deadline: if deadline == "-" { None } else { Some(time(deadline)?) },
                paid_until: time(paid_until)?,
                closes_at: time(closes_at)?,
                purchases: u32::try_from(number(purchases)?).unwrap_or(u32::MAX),
            },
        })
    }

    fn text(&self) -> String {
        let Self { id, version, stay } = self;
        let millis = |at: DateTime<Utc>| at.timestamp_millis();
        let deadline = stay.deadline.map_or_else(|| "-".to_owned(), |at| millis(at).to_string());
        format!(
            "{id} {version} {} {} {deadline} {} {} {}",
            stay.zone,
            millis(stay.started_at),
            millis(stay.paid_until),
            millis(stay.closes_at),
            stay.purchases
        )
    }
}

/// A user's latest stay in each car park, as his account's row has them: city and [`Kept::text`], a line each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stays(BTreeMap<(String, String), Kept>);

impl Stays {
    pub fn read(text: Option<&str>) -> Outcome<Self> {
        let mut stays = Self::default();
        for line in text.unwrap_or_default().lines() {
            let (city, kept) = line.split_once(' ').unwrap_or((line, ""));
            stays.insert(city, Kept::read(kept)?);
        }
        Ok(stays)
    }

    pub fn written(&self) -> String {
        let line = |((city, _), kept): (&(String, String), &Kept)| format!("{city} {}", kept.text());
        self.0.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    pub fn get(&self, city: &str, zone: &str) -> Option<&Kept> {
        self.0.get(&(city.to_owned(), zone.to_owned()))
    }

    /// Replaces the stay of its car park; those that have long been over go, nothing continues them.
    pub fn put(&mut self, city: &str, kept: Kept, now: DateTime<Utc>) {
        self.0.retain(|_, kept| kept.stay.is_open(now - REMEMBERED));
        self.insert(city, kept);
    }

    fn insert(&mut self, city: &str, kept: Kept) {
        self.0.insert((city.to_owned(), kept.stay.zone.clone()), kept);
    }
}

/// The user's and the plate's latest stay in a zone.
pub(crate) type Latest = (Option<Kept>, Option<Kept>);

/// See [`Latest`].
pub(crate) fn read(tx: &mut dyn Tx, city: &str, zone: &str, account: &str, canonical: &str) -> Outcome<Latest> {
    let rows = tx.query(
        concat!(
            "SELECT stays, (SELECT ",
            kept_of_plate!(),
            " FROM stay WHERE canonical = $2 AND city = $3 AND zone = $4) FROM account WHERE id = $1"
        ),
        values![account, canonical, city, zone],
    )?;
    let row = rows.first().ok_or_else(|| StoreError::unreadable("account", "it is gone"))?;
    let of_user = Stays::read(row.maybe_text(0)?)?.get(city, zone).cloned();
    Ok((of_user, row.maybe_text(1)?.map(Kept::read).transpose()?))
}

/// The stricter of what the user's and the plate's stay allow: refused when either refuses, else the shorter offer, at equal length the
/// dearer one.
pub(crate) fn stricter_quote(city: &City, ask: &QuoteAsk<'_>, kept: &Latest) -> Result<Quote, Refusal> {
    let (user, plate) = (stay(kept.0.as_ref()), stay(kept.1.as_ref()));
    let of_user = quote(city, &QuoteAsk { stay: user, ..*ask });
    if user == plate {
        return of_user;
    }
    let of_plate = quote(city, &QuoteAsk { stay: plate, ..*ask });
    match (of_user, of_plate) {
        (Ok(user), Ok(plate)) => {
            let is_stricter = (plate.ends_at, std::cmp::Reverse(plate.total.amount))
                < (user.ends_at, std::cmp::Reverse(user.total.amount));
            Ok(if is_stricter { plate } else { user })
        }
        (Err(refusal), _) | (_, Err(refusal)) => Err(refusal),
    }
}

/// Puts the user's stay after a purchase into his account, writes the plate's, and returns the user's stay id. A purchase of the same plate
/// that was faster since they were read makes the transaction run again; the row stays locked until the commit, so that two phones wait for
/// each other.
pub(crate) fn advance(
    tx: &mut dyn Tx,
    call: &mut Call<'_>,
    (city, canonical): (&str, &str),
    before: &Latest,
    after: (&Stay, &Stay),
) -> Outcome<String> {
    let now = call.now;
    let next = |before: Option<&Kept>, after: &Stay| {
        let goes_on = before.filter(|before| before.stay.started_at == after.started_at);
        let id = goes_on.map_or_else(|| call.operator.id("st", now), |before| before.id.clone());
        Kept { id, version: version(before) + 1, stay: after.clone() }
    };
    let (user, plate) = (next(before.0.as_ref(), after.0), next(before.1.as_ref(), after.1));
    // A first stay needs no look at what is there: a row that came meanwhile is a collision by itself.
    let or_advance = if before.1.is_none() { "" } else { OR_ADVANCE };
    tx.write_exactly(
        1,
        &[INSERT, or_advance].concat(),
        values![
            canonical,
            city,
            &after.1.zone,
            &plate.id,
            plate.version,
            after.1.started_at.timestamp_millis(),
            after.1.deadline.map(|at| at.timestamp_millis()),
            after.1.paid_until.timestamp_millis(),
            after.1.closes_at.timestamp_millis(),
            i64::from(after.1.purchases)
        ],
    )?;
    let id = user.id.clone();
    call.held()?.put_stay(city, user, now);
    Ok(id)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn kept(zone: &str, closes_at: i64) -> Kept {
        let at = |millis| DateTime::from_timestamp_millis(millis).unwrap();
        let stay = Stay {
            zone: zone.to_owned(),
            started_at: at(1_756_886_400_001),
            deadline: (zone == "red").then(|| at(1_756_891_800_000)),
            paid_until: at(1_756_890_000_000),
            closes_at: at(closes_at),
            purchases: 2,
        };
        Kept { id: "st_1".to_owned(), version: 3, stay }
    }

    #[test]
    fn a_users_stays_are_read_as_they_were_written() {
        let now = DateTime::from_timestamp_millis(1_756_888_000_000).unwrap();
        let mut stays = Stays::default();
        assert_eq!(Stays::read(None).unwrap().get("belgrade", "red"), None);
        let (red, blue) = (kept("red", 1_756_890_000_000), kept("blue", 1_756_890_000_000));
        stays.put("belgrade", red.clone(), now);
        stays.put("belgrade", blue.clone(), now);
        let again = Stays::read(Some(&stays.written())).unwrap();
        assert_eq!(again.get("belgrade", "red"), Some(&red));
        assert_eq!(again.get("belgrade", "blue"), Some(&blue));
        assert_eq!(again.get("tallinn", "red"), None);
    }

    #[test]
    fn a_stay_goes_with_the_next_purchase_a_day_after_it_was_over() {
        let mut stays = Stays::default();
        let closes_at = DateTime::from_timestamp_millis(1_000).unwrap();
        stays.put("belgrade", kept("red", 1_000), closes_at);
        let a_day = closes_at + REMEMBERED;
        for (now, versions) in [(a_day - TimeDelta::milliseconds(1), [3, 3]), (a_day, [0, 3])] {
            stays.put("belgrade", kept("blue", a_day.timestamp_millis()), now);
            assert_eq!(["red", "blue"].map(|zone| version(stays.get("belgrade", zone))), versions);
        }
    }

    #[test]
    fn a_row_that_is_no_stay_is_said_to_be_unreadable() {
        for text in ["", "st_1 1 red", "st_1 one red 0 - 0 0 1", "st_1 1 red 0 - 0 x 1"] {
            assert!(Kept::read(text).is_err(), "{text}");
        }
    }
}
