//! Stays in the store: the latest of a plate in each car park, and of a user where his city counts them, with versions that a purchase checks.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::api::{StayOfTicket, Ticket};
use mesto_rules::City;
use mesto_rules::city::StayPer;
use mesto_rules::quote::Quote;
use mesto_rules::stay::Stay;

use crate::account::Held;
use crate::failure::Outcome;
use crate::routes::Call;
use crate::store::{StoreError, Tx};
use crate::{text, values};

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

/// A stored stay, of a plate or of a user (BG-48, AMB-06).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub id: String,
    /// Counts its changes, from 1.
    pub version: i64,
    pub stay: Stay,
}

/// The version of a stay; 0 when there is none.
fn version(kept: Option<&Kept>) -> i64 {
    kept.map_or(0, |kept| kept.version)
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

/// The latest stays in a zone.
#[derive(Debug, Default)]
pub(crate) struct Latest {
    pub plate: Option<Kept>,
    /// Absent where the city does not count a user's.
    pub user: Option<Kept>,
}

impl Latest {
    /// The stays themselves.
    pub fn stays(&self) -> mesto_rules::Stays<'_> {
        let [plate, user] = [&self.plate, &self.user].map(|kept| kept.as_ref().map(|kept| &kept.stay));
        mesto_rules::Stays { plate, user }
    }

    /// The versions of the user's and of the plate's; another purchase changes one of them.
    pub fn versions(&self) -> (i64, i64) {
        (version(self.user.as_ref()), version(self.plate.as_ref()))
    }
}

/// The latest stays of a plate and of a user in a zone.
pub(crate) fn read(tx: &mut dyn Tx, city: &City, zone: &str, account: &str, canonical: &str) -> Outcome<Latest> {
    let plate = tx.query(
        concat!("SELECT ", kept_of_plate!(), " FROM stay WHERE canonical = $1 AND city = $2 AND zone = $3"),
        values![canonical, &city.id, zone],
    )?;
    let user = if city.policy.stay_per.counts_user() {
        let rows = tx.query("SELECT stays FROM account WHERE id = $1", values![account])?;
        let row = rows.first().ok_or_else(|| StoreError::unreadable("account", "it is gone"))?;
        Stays::read(row.maybe_text(0)?)?.get(&city.id, zone).cloned()
    } else {
        None
    };
    Ok(Latest { plate: plate.first().map(|row| Kept::read(row.text(0)?)).transpose()?, user })
}

/// Writes the stays after `sold`, and returns the one that its ticket belongs to first. A purchase of the same plate that was faster since
/// they were read makes the transaction run again; the row stays locked until the commit, so that two phones wait for each other.
pub(crate) fn advance(
    tx: &mut dyn Tx,
    call: &mut Call<'_>,
    (city, canonical): (&City, &str),
    before: &Latest,
    sold: &Quote,
) -> Outcome<StayOfTicket> {
    let now = call.now;
    let operator = call.operator;
    let next = |before: Option<&Kept>| -> Outcome<Kept> {
        let stay = Stay::after_purchase(city, before.map(|kept| &kept.stay), sold)?;
        let goes_on = before.filter(|before| before.stay.started_at == stay.started_at);
        let id = goes_on.map_or_else(|| operator.id("st", now), |before| before.id.clone());
        Ok(Kept { id, version: version(before) + 1, stay })
    };
    let plate = next(before.plate.as_ref())?;
    write(tx, &city.id, canonical, &plate)?;
    let of_ticket = |kept: &Kept| StayOfTicket {
        id: kept.id.clone(),
        started_at: kept.stay.started_at,
        // What holds is the earliest of those that count.
        deadline: sold.stay.deadline,
        paid_until: kept.stay.paid_until,
    };
    if !city.policy.stay_per.counts_user() {
        return Ok(of_ticket(&plate));
    }
    let user = next(before.user.as_ref())?;
    let first = if city.policy.stay_per == StayPer::User { of_ticket(&user) } else { of_ticket(&plate) };
    call.held()?.put_stay(&city.id, user, now);
    Ok(first)
}

/// Writes the stay of a plate: a first one, or the one that follows the version before it.
fn write(tx: &mut dyn Tx, city: &str, canonical: &str, plate: &Kept) -> Outcome<()> {
    let Kept { id, version, stay } = plate;
    // A first stay needs no look at what is there: a row that came meanwhile is a collision by itself.
    let or_advance = if *version == 1 { "" } else { OR_ADVANCE };
    Ok(tx.write_exactly(
        1,
        &[INSERT, or_advance].concat(),
        values![
            canonical,
            city,
            &stay.zone,
            id,
            *version,
            stay.started_at.timestamp_millis(),
            stay.deadline.map(|at| at.timestamp_millis()),
            stay.paid_until.timestamp_millis(),
            stay.closes_at.timestamp_millis(),
            i64::from(stay.purchases)
        ],
    )?)
}

/// Takes a ticket that was voided out of its stays; `held` is its account. A quote from before does not fit them any more.
pub(crate) fn take_back(
    tx: &mut dyn Tx,
    city: &City,
    held: Option<&mut Held>,
    ticket: &Ticket,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let rows = tx.query(
        concat!("SELECT ", kept_of_plate!(), " FROM stay WHERE canonical = $1 AND city = $2 AND zone = $3"),
        values![&ticket.plate, &city.id, &ticket.zone],
    )?;
    if let Some(row) = rows.first() {
        let kept = without(tx, city, Kept::read(row.text(0)?)?, "ticket_plate.canonical", &ticket.plate)?;
        write(tx, &city.id, &ticket.plate, &kept)?;
    }
    if let Some(held) = held
        && let Some(kept) = held.stays.get(&city.id, &ticket.zone).cloned()
    {
        let kept = without(tx, city, kept, "ticket.account", &held.id)?;
        held.put_stay(&city.id, kept, now);
    }
    Ok(())
}

/// A stay as its tickets that are left make it; `whose` is the column of its owner.
fn without(tx: &mut dyn Tx, city: &City, kept: Kept, whose: &str, owner: &str) -> Outcome<Kept> {
    let rows = tx.query(
        &format!("SELECT MAX(ticket.ends_at) FROM ticket JOIN ticket_plate ON ticket_plate.ticket = ticket.id WHERE {whose} = $1 AND ticket.city = $2 AND ticket.zone = $3 AND ticket.starts_at >= $4 AND ticket.state <> 'voided'"),
        values![owner, &city.id, &kept.stay.zone, kept.stay.started_at.timestamp_millis()],
    )?;
    let paid_until = rows.first().map(|row| row.maybe_int(0)).transpose()?.flatten().map(text::time).transpose()?;
    Ok(Kept { stay: kept.stay.after_void(city, paid_until)?, id: kept.id, version: kept.version + 1 })
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
