//! What a controller's device keeps in its folder: what the operator signed and told, its shift,
//! and every check until the operator has it. Each step is a transaction, so that a device that
//! goes out in the middle loses nothing that was answered.

use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::control::controllers::{ControlRegistration, ControlTrip, ControlledVehicle, ReportedCheck};
use mesto_protocol::kernel::ids::{ControlId, RideCheckId, RideId};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::kernel::failure::{CliError, Exit, Outcome};

const FILE: &str = "control.db";
/// What is registered is kept so long: a shift, and the day that is asked about for a card.
const REGISTERED_KEPT: TimeDelta = TimeDelta::hours(26);
/// What was told is kept so long, for an operator whose books are put back from a copy.
const TOLD_KEPT: TimeDelta = TimeDelta::days(7);

const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, said TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS vehicle (board TEXT PRIMARY KEY, said TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS trip (id TEXT PRIMARY KEY, ends_at INTEGER NOT NULL, said TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS registration (
  ride TEXT PRIMARY KEY, code TEXT, registered_at INTEGER NOT NULL, said TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS registration_code ON registration (code);
CREATE TABLE IF NOT EXISTS control (id TEXT PRIMARY KEY, said TEXT NOT NULL, is_told INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS done (
  id TEXT PRIMARY KEY, control TEXT NOT NULL, ride TEXT, is_accepted INTEGER NOT NULL, is_told INTEGER NOT NULL,
  at INTEGER NOT NULL, said TEXT NOT NULL, refused TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS done_ride ON done (ride);
CREATE INDEX IF NOT EXISTS done_waiting ON done (is_told, id);
";

/// The memory of a device.
pub struct Store(Connection);

pub fn broken(why: &dyn std::fmt::Display) -> CliError {
    CliError::new(Exit::Input, "memory_damaged", format!("the memory of this device cannot be used: {why}"))
        .advise("Look at the folder given with --state; what the operator took is not lost with it.")
}

pub fn as_text(value: &impl Serialize) -> Outcome<String> {
    serde_json::to_string(value).map_err(|why| broken(&why))
}

pub fn as_value<T: DeserializeOwned>(text: &str) -> Outcome<T> {
    serde_json::from_str(text).map_err(|why| broken(&why))
}

/// A folder of a device, shut to others: it holds a token and codes of cards.
///
/// # Errors
/// `memory_damaged`
pub fn own_folder(folder: &Path) -> Outcome<()> {
    std::fs::create_dir_all(folder).map_err(|why| broken(&why))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let own = std::fs::Permissions::from_mode(0o700);
        std::fs::set_permissions(folder, own).map_err(|why| broken(&why))?;
    }
    Ok(())
}

impl Store {
    /// The memory in a folder, made when there is none.
    ///
    /// # Errors
    /// `memory_damaged`
    pub fn open(folder: &Path) -> Outcome<Self> {
        own_folder(folder)?;
        Self::of(Connection::open(folder.join(FILE)).map_err(|why| broken(&why))?)
    }

    /// One that ends with the process.
    ///
    /// # Errors
    /// `memory_damaged`
    pub fn in_memory() -> Outcome<Self> {
        Self::of(Connection::open_in_memory().map_err(|why| broken(&why))?)
    }

    fn of(connection: Connection) -> Outcome<Self> {
        connection.execute_batch(SCHEMA).map_err(|why| broken(&why))?;
        Ok(Self(connection))
    }

    /// What is kept under a name.
    ///
    /// # Errors
    /// `memory_damaged`
    pub fn kept<T: DeserializeOwned>(&self, name: &str) -> Outcome<Option<T>> {
        let sql = "SELECT said FROM kept WHERE name = ?1";
        let said: Option<String> =
            self.0.query_row(sql, [name], |row| row.get(0)).optional().map_err(|why| broken(&why))?;
        said.map(|said| as_value(&said)).transpose()
    }

    /// Keeps something under a name, in the place of what was there.
    ///
    /// # Errors
    /// `memory_damaged`
    pub fn keep(&self, name: &str, value: &impl Serialize) -> Outcome<()> {
        self.run("INSERT OR REPLACE INTO kept (name, said) VALUES (?1, ?2)", params![name, as_text(value)?])
    }

    fn run(&self, sql: &str, values: impl rusqlite::Params) -> Outcome<()> {
        self.0.execute(sql, values).map(drop).map_err(|why| broken(&why))
    }

    fn all<T: DeserializeOwned>(&self, sql: &str, values: impl rusqlite::Params) -> Outcome<Vec<T>> {
        let mut asked = self.0.prepare_cached(sql).map_err(|why| broken(&why))?;
        let rows = asked.query_map(values, |row| row.get::<_, String>(0)).map_err(|why| broken(&why))?;
        let mut all = Vec::new();
        for row in rows {
            all.push(as_value(&row.map_err(|why| broken(&why))?)?);
        }
        Ok(all)
    }

    /// Takes what the operator told at a moment, whole or not at all. What was told before stays
    /// beside it, and goes when it is old.
    ///
    /// # Errors
    /// `memory_damaged`
    pub fn take(
        &mut self,
        now: DateTime<Utc>,
        vehicles: &[ControlledVehicle],
        trips: &[ControlTrip],
        registrations: &[ControlRegistration],
    ) -> Outcome<()> {
        let tx = self.0.transaction().map_err(|why| broken(&why))?;
        let put = |sql: &str, values: &[&dyn rusqlite::ToSql]| tx.execute(sql, values).map_err(|why| broken(&why));
        for one in vehicles {
            put("INSERT OR REPLACE INTO vehicle VALUES (?1, ?2)", &[&one.vehicle.as_str(), &as_text(one)?])?;
        }
        for one in trips {
            let (id, ends_at) = (one.id.to_string(), one.ends_at.timestamp_millis());
            put("INSERT OR REPLACE INTO trip VALUES (?1, ?2, ?3)", &[&id, &ends_at, &as_text(one)?])?;
        }
        for one in registrations {
            let (ride, at) = (one.ride.to_string(), one.registered_at.timestamp_millis());
            let sql = "INSERT OR REPLACE INTO registration VALUES (?1, ?2, ?3, ?4)";
            put(sql, &[&ride, &one.code, &at, &as_text(one)?])?;
        }
        let (registered, told) = (now - REGISTERED_KEPT, now - TOLD_KEPT);
        put("DELETE FROM registration WHERE registered_at < ?1", &[&registered.timestamp_millis()])?;
        put("DELETE FROM trip WHERE ends_at < ?1", &[&registered.timestamp_millis()])?;
        put("DELETE FROM done WHERE is_told = 1 AND refused IS NULL AND at < ?1", &[&told.timestamp_millis()])?;
        tx.commit().map_err(|why| broken(&why))
    }

    /// # Errors
    /// `memory_damaged`
    pub fn vehicle(&self, board: &str) -> Outcome<Option<ControlledVehicle>> {
        Ok(self.all("SELECT said FROM vehicle WHERE board = ?1", [board])?.pop())
    }

    /// # Errors
    /// `memory_damaged`
    pub fn trips(&self) -> Outcome<Vec<ControlTrip>> {
        self.all("SELECT said FROM trip", [])
    }

    /// What is registered for what is printed on a card or a ticket.
    ///
    /// # Errors
    /// `memory_damaged`
    pub fn of_code(&self, code: &str) -> Outcome<Vec<ControlRegistration>> {
        self.all("SELECT said FROM registration WHERE code = ?1", [code])
    }

    /// # Errors
    /// `memory_damaged`
    pub fn of_ride(&self, ride: RideId) -> Outcome<Option<ControlRegistration>> {
        Ok(self.all("SELECT said FROM registration WHERE ride = ?1", [ride.to_string()])?.pop())
    }

    /// Checks of this device that accepted a ride, oldest first.
    ///
    /// # Errors
    /// `memory_damaged`
    pub fn accepted(&self, ride: RideId) -> Outcome<Vec<ReportedCheck>> {
        self.all("SELECT said FROM done WHERE ride = ?1 AND is_accepted = 1 ORDER BY id", [ride.to_string()])
    }

    /// # Errors
    /// `memory_damaged`
    pub fn done(&self, check: &ReportedCheck, is_accepted: bool) -> Outcome<()> {
        let (id, control) = (check.id.to_string(), check.control.to_string());
        let ride = check.ride.map(|ride| ride.to_string());
        self.run(
            "INSERT INTO done (id, control, ride, is_accepted, is_told, at, said) VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6)",
            params![id, control, ride, is_accepted, check.at.timestamp_millis(), as_text(check)?],
        )
    }

    /// Checks that the operator does not have yet, oldest first.
    ///
    /// # Errors
    /// `memory_damaged`
    pub fn waiting(&self, most: usize) -> Outcome<Vec<ReportedCheck>> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        self.all("SELECT said FROM done WHERE is_told = 0 ORDER BY id LIMIT ?1", [most])
    }

    /// # Errors
    /// `memory_damaged`
    pub fn told(&mut self, checks: &[ReportedCheck], controls: &[ControlId]) -> Outcome<()> {
        let tx = self.0.transaction().map_err(|why| broken(&why))?;
        for check in checks {
            let id = check.id.to_string();
            tx.execute("UPDATE done SET is_told = 1 WHERE id = ?1", [id]).map_err(|why| broken(&why))?;
        }
        for control in controls {
            let id = control.to_string();
            tx.execute("UPDATE control SET is_told = 1 WHERE id = ?1", [id]).map_err(|why| broken(&why))?;
        }
        tx.commit().map_err(|why| broken(&why))
    }

    /// The operator does not take a check; it stays here with the reason.
    ///
    /// # Errors
    /// `memory_damaged`
    pub fn refused(&self, check: RideCheckId, why: &str) -> Outcome<()> {
        self.run("UPDATE done SET refused = ?2 WHERE id = ?1", params![check.to_string(), why])
    }

    /// How many checks the operator does not take, and why not the last one.
    ///
    /// # Errors
    /// `memory_damaged`
    pub fn refusals(&self) -> Outcome<(u32, Option<String>)> {
        let sql = "SELECT COUNT(*), MAX(refused) FROM done WHERE refused IS NOT NULL";
        self.0.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).map_err(|why| broken(&why))
    }

    /// The operator's books were put back: everything is told again.
    ///
    /// # Errors
    /// `memory_damaged`
    pub fn tell_again(&self) -> Outcome<()> {
        self.run("UPDATE control SET is_told = 0", [])?;
        self.run("UPDATE done SET is_told = 0", [])
    }

    /// # Errors
    /// `memory_damaged`
    pub fn keep_control<T: Serialize>(&self, id: ControlId, control: &T) -> Outcome<()> {
        let sql = "INSERT OR REPLACE INTO control (id, said, is_told) VALUES (?1, ?2, 0)";
        self.run(sql, params![id.to_string(), as_text(control)?])
    }

    /// Controls that the operator does not have as they are, and those of some checks.
    ///
    /// # Errors
    /// `memory_damaged`
    pub fn controls<T: DeserializeOwned>(&self, of: &[ReportedCheck], most: usize) -> Outcome<Vec<(String, T)>> {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let mut asked = self
            .0
            .prepare_cached("SELECT id, said, is_told FROM control ORDER BY is_told, id DESC LIMIT ?1")
            .map_err(|why| broken(&why))?;
        let rows = asked
            .query_map([most], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, bool>(2)?)))
            .map_err(|why| broken(&why))?;
        let mut found = Vec::new();
        for row in rows {
            let (id, said, is_told) = row.map_err(|why| broken(&why))?;
            if !is_told || of.iter().any(|check| check.control.to_string() == id) {
                found.push((id, as_value(&said)?));
            }
        }
        Ok(found)
    }
}
