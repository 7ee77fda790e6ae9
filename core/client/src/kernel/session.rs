//! Whose the phone's data is, and in whose session a request is made. Two clients of one file (an
//! app and its background worker) each know a session; the file says which one holds.

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::ids::AccountId;
use rusqlite::Connection as Database;

use super::client::{ACCOUNT, Client, Core};
use super::error::{Error, Result};
use super::ports::SecretsError;
use super::signal;
use super::store::{Stored, Tx, Value};

/// Where the session token lies among the operator's secrets.
pub const TOKEN: &str = "session_token";
/// Number of the last signing in or out in this file. It only rises; a client that knows another
/// number has missed one.
pub const TURN: Value<i64> = Value::new("turn", signal::ACCOUNT);

/// Who was signed in when something was asked for.
#[derive(Clone)]
pub struct Session {
    pub token: Option<String>,
    pub account: Option<AccountId>,
    pub turn: Option<i64>,
}

/// A number that changes when another client wrote to the file.
pub fn writes_of_others(db: &Database) -> Stored<i64> {
    Ok(db.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?)
}

impl Session {
    /// Whether the file is still this session's.
    pub fn holds(&self, db: &Database) -> Stored<bool> {
        match TURN.get(db)? {
            Some(turn) => Ok(self.turn == Some(turn)),
            // A file that was rebuilt, or that an earlier version wrote.
            None => Ok(match (ACCOUNT.get(db)?, self.account) {
                (Some(stored), Some(mine)) => stored == mine,
                _ => true,
            }),
        }
    }

    /// A driver signs in or out: what other clients of the file ask for from now on, or have asked
    /// for, is no longer kept. The number of it.
    pub fn next_turn(&self, tx: &Tx<'_>, now: DateTime<Utc>) -> Stored<i64> {
        // By the clock too: a file that was rebuilt does not begin with a number that was there.
        let last = TURN.get(tx.db())?.max(self.turn);
        let next = last.map_or(0, |last| last.saturating_add(1)).max(now.timestamp_millis());
        TURN.set(tx, &next)?;
        Ok(next)
    }
}

impl Core {
    /// Who is signed in, or nobody.
    pub fn current(&self) -> Session {
        Session { token: self.token.clone(), account: self.account, turn: self.turn }
    }

    /// Whoever is signed in from now on, or nobody.
    pub fn token_is(&mut self, token: Option<String>) {
        self.token = token;
        self.states.touch([signal::ACCOUNT]);
    }

    /// The account that is signed in. Whoever is signed in, a client that is closed says so.
    ///
    /// # Errors
    /// `closed`, `not_signed_in`
    pub fn signed_in(&self) -> Result<AccountId> {
        self.still_open()?;
        match (&self.token, self.account) {
            (Some(_), Some(account)) => Ok(account),
            _ => Err(Error::not_signed_in()),
        }
    }

    /// The session that a request is made in; its answer is kept by [`Core::write_of`].
    ///
    /// # Errors
    /// `closed`, `not_signed_in`
    pub fn session(&self) -> Result<Session> {
        self.still_open()?;
        if self.token.is_some() { Ok(self.current()) } else { Err(Error::not_signed_in()) }
    }

    /// Writes what is of a session. An answer that comes after the driver signed out, here or in
    /// another client of the file, is nobody's: it must not be stored under the next one.
    ///
    /// # Errors
    /// `not_signed_in` when the session is another one or over; `closed`, and whatever the phone's
    /// database fails with.
    pub fn write_of<T>(
        &mut self,
        now: DateTime<Utc>,
        session: &Session,
        write: impl FnOnce(&Tx<'_>) -> Stored<T>,
    ) -> Result<T> {
        if (&self.token, self.turn) != (&session.token, session.turn) {
            return Err(Error::not_signed_in());
        }
        let written = self.write(now, |tx| match session.holds(tx.db())? {
            true => write(tx).map(Some),
            false => Ok(None),
        })?;
        written.ok_or_else(Error::not_signed_in)
    }
}

impl Client {
    /// As [`Core::session`], of a client that missed nothing.
    ///
    /// # Errors
    /// `closed`; `not_signed_in`, also when somebody signed in or out in another client of the
    /// file: what was wanted was wanted of the driver before.
    pub(crate) fn session(&self) -> Result<Session> {
        self.missed_nothing()?;
        self.core().session()
    }

    /// As [`Core::signed_in`], of a client that missed nothing.
    ///
    /// # Errors
    /// As [`Client::session`].
    pub(crate) fn signed_in(&self) -> Result<AccountId> {
        self.missed_nothing()?;
        self.core().signed_in()
    }

    /// # Errors
    /// `not_signed_in` when somebody signed in or out in another client of the file; from then on
    /// this one knows.
    pub(crate) fn missed_nothing(&self) -> Result<()> {
        if self.catch_up()? { Err(Error::not_signed_in()) } else { Ok(()) }
    }

    /// Learns who signed in or out in another client of the file, and tells the observers. Whether
    /// somebody did.
    ///
    /// # Errors
    /// As [`Client::follow`].
    pub(crate) fn catch_up(&self) -> Result<bool> {
        let followed = self.follow();
        if !matches!(followed, Ok(false)) {
            self.changed();
        }
        followed
    }

    /// Learns what another client of the file wrote: what was read before is read anew, and the
    /// account where somebody signed in or out. Whether somebody did.
    ///
    /// # Errors
    /// `closed`, `phone_secrets_failed`, and whatever the phone's database fails with.
    pub(crate) fn follow(&self) -> Result<bool> {
        let now = self.now();
        let seen = {
            let mut core = self.core();
            let current = core.current();
            let (holds, turn, writes) =
                core.read(now, |db| Ok((current.holds(db)?, TURN.get(db)?, writes_of_others(db)?)))?;
            if core.writes_of_others.replace(writes).is_some_and(|before| before != writes) {
                core.states.touch_all();
            }
            if holds {
                return Ok(false);
            }
            core.token_is(None);
            core.account_is(None);
            core.states.touch_all();
            turn
        };
        let token = self.secrets().get(TOKEN)?;
        let mut core = self.core();
        let (turn, account) = core.read(now, |db| Ok((TURN.get(db)?, ACCOUNT.get(db)?)))?;
        // Between two looks that differ the token may be of either: the next one is sure.
        if turn == seen && core.turn != turn {
            core.turn = turn;
            core.token_is(token);
            core.account_is(account);
            core.states.touch_all();
        }
        Ok(true)
    }

    /// Keeps what the answer to a request of a session brought, and tells it. The operator has done
    /// it already and will tell it again: a phone without room must not call it undone.
    ///
    /// # Errors
    /// As [`Core::write_of`], but not `phone_full`.
    pub(crate) fn keep_of(&self, session: &Session, write: impl FnOnce(&Tx<'_>) -> Stored) -> Result<()> {
        let now = self.now();
        let kept = self.core().write_of(now, session, write);
        self.changed();
        match kept {
            Err(error) if error.is_full() => Ok(()),
            kept => kept,
        }
    }

    /// Removes the token of a session from the secrets: one that somebody got since stays.
    ///
    /// # Errors
    /// When the secrets fail.
    pub(crate) fn remove_token(&self, token: Option<&str>) -> std::result::Result<(), SecretsError> {
        let secrets = self.secrets();
        if token.is_some() && secrets.get(TOKEN)?.as_deref() != token {
            return Ok(());
        }
        secrets.remove(TOKEN)
    }
}
