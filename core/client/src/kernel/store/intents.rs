//! Intents in the database.

use chrono::{DateTime, Utc};
use mesto_protocol::Problem;
use mesto_protocol::kernel::ids::AccountId;
use mesto_protocol::kernel::json::Json;
use mesto_rules::{Money, from_json};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{StoreError, Stored, Tx};
use crate::kernel::intent::{INTENTS, IntentState, Progress};

/// What is stored when the driver taps.
#[derive(Debug, Clone)]
pub struct NewIntent {
    pub key: String,
    pub account: AccountId,
    /// Which kind of paying it is.
    pub kind: &'static str,
    /// What is not paid for again while this is open.
    pub guard: String,
    /// What is bought once only: a quote.
    pub subject: String,
    pub amount: Money,
    /// What is wanted, as services read it.
    pub details: Json,
    pub path: String,
    pub body: Vec<u8>,
    pub created_at: DateTime<Utc>,
    pub not_after: DateTime<Utc>,
}

/// A stored intent.
#[derive(Debug, Clone, PartialEq)]
pub struct IntentRow {
    pub key: String,
    /// Whose it is.
    pub account: AccountId,
    pub kind: String,
    pub guard: String,
    pub subject: String,
    pub amount: Money,
    pub details: Json,
    pub path: String,
    pub body: Vec<u8>,
    pub created_at: DateTime<Utc>,
    pub not_after: DateTime<Utc>,
    pub state: IntentState,
    pub attempts: u32,
    pub next_attempt_at: DateTime<Utc>,
    /// What the operator told last of the sale that it made.
    pub told: Option<Json>,
    pub ended_at: Option<DateTime<Utc>>,
}

const COLUMNS: &str = "key, details, path, body, created_at, not_after, state, attempts, next_attempt_at, told, problem, ended_at, account, kind, guard, subject, \
                       amount";

const fn state_word(state: &IntentState) -> &'static str {
    match state {
        IntentState::Unconfirmed(Progress::Ready) => "ready",
        IntentState::Unconfirmed(Progress::Sending) => "sending",
        IntentState::Unconfirmed(Progress::Sent) => "sent",
        IntentState::Unconfirmed(Progress::AtBank) => "at_bank",
        IntentState::Confirmed => "confirmed",
        IntentState::Refused(_) => "refused",
        IntentState::Expired => "expired",
        IntentState::Forgotten => "forgotten",
    }
}

fn time(ms: i64) -> Stored<DateTime<Utc>> {
    DateTime::from_timestamp_millis(ms).ok_or_else(|| StoreError::Other(format!("{ms} is not a moment")))
}

fn of_text(account: &str) -> Stored<AccountId> {
    account.parse().map_err(|error| StoreError::Other(format!("a stored row cannot be read: {error}")))
}

fn read(row: &Row<'_>) -> Stored<IntentRow> {
    let problem: Option<String> = row.get(10)?;
    let word: String = row.get(6)?;
    let state = match word.as_str() {
        "ready" => IntentState::Unconfirmed(Progress::Ready),
        "sending" => IntentState::Unconfirmed(Progress::Sending),
        "sent" => IntentState::Unconfirmed(Progress::Sent),
        "at_bank" => IntentState::Unconfirmed(Progress::AtBank),
        "confirmed" => IntentState::Confirmed,
        "expired" => IntentState::Expired,
        "forgotten" => IntentState::Forgotten,
        "refused" => {
            let problem = problem.ok_or_else(|| StoreError::Other("a refusal without its reason".to_owned()))?;
            IntentState::Refused(from_json::<Problem>(problem.as_bytes())?)
        }
        other => return Err(StoreError::Other(format!("{other} is not a state of an intent"))),
    };
    let ended_at: Option<i64> = row.get(11)?;
    Ok(IntentRow {
        key: row.get(0)?,
        account: of_text(&row.get::<_, String>(12)?)?,
        kind: row.get(13)?,
        guard: row.get(14)?,
        subject: row.get(15)?,
        amount: from_json(row.get::<_, String>(16)?.as_bytes())?,
        details: from_json(row.get::<_, String>(1)?.as_bytes())?,
        path: row.get(2)?,
        body: row.get(3)?,
        created_at: time(row.get(4)?)?,
        not_after: time(row.get(5)?)?,
        state,
        attempts: row.get(7)?,
        next_attempt_at: time(row.get(8)?)?,
        told: row.get::<_, Option<String>>(9)?.map(|text| from_json(text.as_bytes())).transpose()?,
        ended_at: ended_at.map(time).transpose()?,
    })
}

fn one(connection: &Connection, sql: &str, params: impl rusqlite::Params) -> Stored<Option<IntentRow>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    rows.next()?.map(read).transpose()
}

/// A kind or state that a newer app stored before this older one came back: it stays in the file
/// for the newer one, and does not keep the others from being shown and ended.
fn many(connection: &Connection, sql: &str, params: impl rusqlite::Params) -> Stored<Vec<IntentRow>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut intents = Vec::new();
    while let Some(row) = rows.next()? {
        match read(row) {
            Ok(intent) => intents.push(intent),
            Err(StoreError::Other(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(intents)
}

impl IntentRow {
    /// Stores a new intent. Must be committed before anything is sent.
    pub fn insert(tx: &Tx<'_>, new: &NewIntent) -> Stored {
        tx.write(
            INTENTS,
            "INSERT INTO intent
             (key, account, kind, guard, subject, amount, details, path, body, created_at, not_after, state, open)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 'ready', 1)",
            params![
                new.key,
                new.account.to_string(),
                new.kind,
                new.guard,
                new.subject,
                serde_json::to_string(&new.amount)?,
                new.details.as_str(),
                new.path,
                new.body,
                new.created_at.timestamp_millis(),
                new.not_after.timestamp_millis(),
            ],
        )?;
        Ok(())
    }

    /// An intent of this account: a key alone opens nobody else's.
    pub fn find(connection: &Connection, key: &str, account: AccountId) -> Stored<Option<Self>> {
        let sql = format!("SELECT {COLUMNS} FROM intent WHERE key = ?1 AND account = ?2");
        one(connection, &sql, params![key, account.to_string()])
    }

    /// Whether there is one with this key, whoever's, that this version can read.
    pub fn can_be_read(connection: &Connection, key: &str) -> bool {
        let sql = format!("SELECT {COLUMNS} FROM intent WHERE key = ?1");
        one(connection, &sql, params![key]).is_ok_and(|row| row.is_some())
    }

    /// The oldest open intent with this guard; its row is absent when a newer app stored it in a
    /// form of its own.
    pub fn open_by_guard(
        connection: &Connection,
        guard: &str,
        account: AccountId,
    ) -> Stored<Option<(String, Option<Self>)>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM intent WHERE guard = ?1 AND account = ?2 AND open = 1 ORDER BY created_at, key LIMIT 1"
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params![guard, account.to_string()])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let key = row.get(0)?;
        match read(row) {
            Ok(intent) => Ok(Some((key, Some(intent)))),
            Err(StoreError::Other(_)) => Ok(Some((key, None))),
            Err(error) => Err(error),
        }
    }

    /// The intent that bought this.
    pub fn bought(connection: &Connection, kind: &str, subject: &str, account: AccountId) -> Stored<Option<String>> {
        let key = connection
            .prepare_cached(
                "SELECT key FROM intent WHERE subject = ?1 AND kind = ?2 AND account = ?3 AND state = 'confirmed'
                 ORDER BY created_at DESC LIMIT 1",
            )?
            .query_row(params![subject, kind, account.to_string()], |row| row.get(0))
            .optional()?;
        Ok(key)
    }

    /// The account's intents of this subject of which the operator may have made a sale, oldest
    /// first.
    pub fn by_subject(connection: &Connection, kind: &str, subject: &str, account: AccountId) -> Stored<Vec<Self>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM intent WHERE subject = ?1 AND kind = ?2 AND account = ?3
             AND (open = 1 OR told IS NOT NULL) ORDER BY created_at, key"
        );
        many(connection, &sql, params![subject, kind, account.to_string()])
    }

    /// Every open intent of the account, oldest first.
    pub fn open(connection: &Connection, account: AccountId) -> Stored<Vec<Self>> {
        let sql = format!("SELECT {COLUMNS} FROM intent WHERE open = 1 AND account = ?1 ORDER BY created_at, key");
        many(connection, &sql, params![account.to_string()])
    }

    /// The newest intents of the account, ended ones included.
    pub fn newest(connection: &Connection, account: AccountId, limit: u32) -> Stored<Vec<Self>> {
        let sql = format!("SELECT {COLUMNS} FROM intent WHERE account = ?1 ORDER BY created_at DESC, key LIMIT ?2");
        many(connection, &sql, params![account.to_string(), limit])
    }

    /// When the next open intent wants another attempt.
    pub fn next_attempt(connection: &Connection, account: AccountId) -> Stored<Option<DateTime<Utc>>> {
        let ms: Option<i64> = connection
            .query_row(
                "SELECT min(next_attempt_at) FROM intent WHERE open = 1 AND account = ?1",
                params![account.to_string()],
                |row| row.get(0),
            )
            .optional()?
            .flatten();
        ms.map(time).transpose()
    }

    /// Writes what may change.
    pub fn save(&self, tx: &Tx<'_>) -> Stored {
        let problem = match &self.state {
            IntentState::Refused(problem) => Some(serde_json::to_string(problem)?),
            _ => None,
        };
        tx.write(
            INTENTS,
            "UPDATE intent SET state = ?2, open = ?3, attempts = ?4, next_attempt_at = ?5, told = ?6, problem = ?7,
                    ended_at = ?8 WHERE key = ?1 AND open = 1",
            params![
                self.key,
                state_word(&self.state),
                !self.state.is_final(),
                self.attempts,
                self.next_attempt_at.timestamp_millis(),
                self.told.as_ref().map(Json::as_str),
                problem,
                self.ended_at.map(|at| at.timestamp_millis()),
            ],
        )?;
        Ok(())
    }

    /// Keeps what the operator told since, of one that ended too.
    pub fn keep_told(tx: &Tx<'_>, key: &str, told: &Json) -> Stored {
        tx.write(
            INTENTS,
            "UPDATE intent SET told = ?2 WHERE key = ?1 AND told IS NOT ?2",
            params![key, told.as_str()],
        )?;
        Ok(())
    }

    /// Whether the app died with a first request on its way.
    pub fn any_sending(connection: &Connection) -> Stored<bool> {
        let sql = "SELECT EXISTS (SELECT 1 FROM intent WHERE open = 1 AND state = 'sending')";
        Ok(connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    /// Whatever was being sent when the app died may have been sent.
    pub fn reopen(tx: &Tx<'_>) -> Stored {
        tx.write(INTENTS, "UPDATE intent SET state = 'sent' WHERE open = 1 AND state = 'sending'", [])?;
        Ok(())
    }

    /// Removes those that ended before this moment, epoch milliseconds.
    pub fn prune(tx: &Tx<'_>, before: i64) -> Stored {
        tx.write(INTENTS, "DELETE FROM intent WHERE open = 0 AND ended_at < ?1", params![before])?;
        Ok(())
    }

    /// Forgets those of an account that is no more.
    pub fn forget_all(tx: &Tx<'_>, account: AccountId) -> Stored {
        tx.write(INTENTS, "DELETE FROM intent WHERE account = ?1", params![account.to_string()])?;
        Ok(())
    }

    /// Forgets those that ended; an open one still gets its end.
    pub fn forget_ended(tx: &Tx<'_>) -> Stored {
        tx.write(INTENTS, "DELETE FROM intent WHERE open = 0", [])?;
        Ok(())
    }
}
