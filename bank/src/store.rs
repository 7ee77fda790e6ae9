//! The bank's own file: payments, the notices that merchants have not taken yet, and what was paid
//! back.

mod refund;

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use serde::Serialize;

pub use self::refund::{RefundAsked, Refunded};
use crate::amount::Amount;
use crate::card::{Behaviour, Card};

/// The store or the machine under it failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the bank's store failed: {0}")]
    Sql(#[from] rusqlite::Error),
    #[error("the bank cannot work: {0}")]
    Link(String),
}

/// Where a payment stands. It starts with the card and ends approved or declined, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// The card form is open.
    Card,
    /// The card was taken, the code is asked for; `tries` are left.
    Code {
        tries: u32,
    },
    Approved,
    Declined(Reason),
}

/// Why a payment was declined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    CardDeclined,
    AuthenticationFailed,
    Cancelled,
    Expired,
}

impl Reason {
    const ALL: [Self; 4] = [Self::CardDeclined, Self::AuthenticationFailed, Self::Cancelled, Self::Expired];

    /// As the notice says it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CardDeclined => "card_declined",
            Self::AuthenticationFailed => "authentication_failed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }
}

/// Makes the file when it is not there, for its owner alone; SQLite gives the files beside it the
/// same mode. What cannot be made SQLite says.
fn make_private(path: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let _ = options.open(path);
}

/// What the payer did, or time did.
pub enum Step {
    Card(Card),
    Code { right: bool },
    Cancel,
    Expire,
}

/// Where `step` leads from `state`; an ended payment stays as it is.
pub fn step(state: &State, step: &Step) -> State {
    match (state, step) {
        (State::Approved | State::Declined(_), _) => state.clone(),
        (_, Step::Cancel) => State::Declined(Reason::Cancelled),
        (_, Step::Expire) => State::Declined(Reason::Expired),
        (State::Card | State::Code { .. }, Step::Card(card)) => match (card.behaviour, state) {
            (Behaviour::Decline, _) => State::Declined(Reason::CardDeclined),
            // Typing the card again gives no more tries: the code could be guessed for ever.
            (Behaviour::Authenticate { tries }, State::Code { tries: left }) => State::Code { tries: tries.min(*left) },
            (Behaviour::Authenticate { tries }, _) => State::Code { tries },
        },
        (State::Card, Step::Code { .. }) => State::Card,
        (State::Code { .. }, Step::Code { right: true }) => State::Approved,
        (State::Code { tries }, Step::Code { right: false }) if *tries > 1 => State::Code { tries: tries - 1 },
        (State::Code { .. }, Step::Code { right: false }) => State::Declined(Reason::AuthenticationFailed),
    }
}

/// What a merchant's link asks for; its signature was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub merchant: String,
    /// The merchant's own name of the payment; one payment each.
    pub reference: String,
    /// Kept as the text it came in.
    pub amount: String,
    pub currency: String,
    pub return_url: String,
    pub notice_url: String,
    /// Epoch milliseconds; no card is taken later.
    pub expires: i64,
}

/// A payment as the store holds it.
#[derive(Debug, Clone)]
pub struct Payment {
    pub session: String,
    pub id: String,
    pub asked: Asked,
    pub state: State,
    pub brand: Option<String>,
    pub last4: Option<String>,
}

/// The signed notice of a payment's end (the merchant's `ProviderNotice`).
#[derive(Debug, Serialize)]
pub struct NoticeBody {
    pub payment: String,
    pub reference: String,
    pub amount: Amount,
    pub outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
}

/// A notice that waits for its 2xx.
#[derive(Debug, Clone)]
pub struct Waiting {
    pub session: String,
    pub merchant: String,
    pub url: String,
    pub body: String,
    pub attempts: u32,
}

/// Pauses between the attempts of a notice, seconds; after the last one the merchant has to ask.
const PAUSES: [i64; 9] = [2, 5, 15, 60, 300, 900, 3_600, 14_400, 43_200];

pub struct Store {
    connection: Connection,
}

impl Store {
    pub fn open(path: Option<&Path>) -> Result<Self, StoreError> {
        let connection = match path {
            Some(path) => {
                make_private(path);
                Connection::open(path)?
            }
            None => Connection::open_in_memory()?,
        };
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS payment (
                session TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, merchant TEXT NOT NULL, reference TEXT NOT NULL,
                amount TEXT NOT NULL, currency TEXT NOT NULL, return_url TEXT NOT NULL, notice_url TEXT NOT NULL, expires INTEGER NOT NULL,
                state TEXT NOT NULL, tries INTEGER NOT NULL DEFAULT 0, reason TEXT, brand TEXT, last4 TEXT,
                created_at INTEGER NOT NULL, ended_at INTEGER, UNIQUE (merchant, reference));
             CREATE INDEX IF NOT EXISTS payment_open ON payment (expires) WHERE ended_at IS NULL;
             CREATE TABLE IF NOT EXISTS notice (
                session TEXT PRIMARY KEY REFERENCES payment (session), body TEXT NOT NULL,
                attempts INTEGER NOT NULL DEFAULT 0, next_at INTEGER, taken_at INTEGER);
             CREATE TABLE IF NOT EXISTS refund (
                merchant TEXT NOT NULL, reference TEXT NOT NULL, payment TEXT NOT NULL, amount TEXT NOT NULL, currency TEXT NOT NULL,
                refusal TEXT, at INTEGER NOT NULL, PRIMARY KEY (merchant, reference));
             CREATE INDEX IF NOT EXISTS refund_of ON refund (merchant, payment);",
        )?;
        Ok(Self { connection })
    }

    /// The payment of this link: a new one, or the one it opened before. `None` when the reference
    /// was used with other terms.
    pub fn enter(&mut self, asked: &Asked, session: &str, id: &str, now: i64) -> Result<Option<Payment>, StoreError> {
        let tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute(
            "INSERT INTO payment (session, id, merchant, reference, amount, currency, return_url, notice_url, expires, state, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'card', ?10) ON CONFLICT (merchant, reference) DO NOTHING",
            params![session, id, asked.merchant, asked.reference, asked.amount, asked.currency, asked.return_url, asked.notice_url, asked.expires, now],
        )?;
        let payment = read_one(&tx, "merchant = ?1 AND reference = ?2", params![asked.merchant, asked.reference])?;
        tx.commit()?;
        Ok(payment.filter(|payment| payment.asked == *asked))
    }

    pub fn payment(&self, session: &str) -> Result<Option<Payment>, StoreError> {
        read_one(&self.connection, "session = ?1", params![session])
    }

    pub fn by_reference(&self, merchant: &str, reference: &str) -> Result<Option<Payment>, StoreError> {
        read_one(&self.connection, "merchant = ?1 AND reference = ?2", params![merchant, reference])
    }

    /// Takes one step of a payment, and writes its notice in the same transaction when it ends. A
    /// step after `expires` expires it.
    pub fn take(&mut self, session: &str, taken: &Step, now: i64) -> Result<Option<Payment>, StoreError> {
        let tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let payment = take_in(&tx, session, taken, now)?;
        tx.commit()?;
        Ok(payment)
    }

    /// Ends every open payment whose time is over; says how many.
    pub fn expire(&mut self, now: i64) -> Result<usize, StoreError> {
        let tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let sessions: Vec<String> = tx
            .prepare("SELECT session FROM payment WHERE ended_at IS NULL AND expires < ?1")?
            .query_map(params![now], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for session in &sessions {
            take_in(&tx, session, &Step::Expire, now)?;
        }
        tx.commit()?;
        Ok(sessions.len())
    }

    /// The notices that are due, oldest first.
    pub fn due(&self, now: i64) -> Result<Vec<Waiting>, StoreError> {
        let mut statement = self.connection.prepare(
            "SELECT n.session, p.merchant, p.notice_url, n.body, n.attempts FROM notice n JOIN payment p ON p.session = n.session
             WHERE n.next_at <= ?1 ORDER BY n.next_at, n.session LIMIT 50",
        )?;
        let rows = statement.query_map(params![now], |row| {
            Ok(Waiting {
                session: row.get(0)?,
                merchant: row.get(1)?,
                url: row.get(2)?,
                body: row.get(3)?,
                attempts: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Writes down how an attempt ended: taken, or to be tried again after a pause that grows, or
    /// given up after the last.
    pub fn attempted(&mut self, notice: &Waiting, taken: bool, now: i64) -> Result<(), StoreError> {
        let pause = usize::try_from(notice.attempts).ok().and_then(|at| PAUSES.get(at));
        let next_at = pause.filter(|_| !taken).map(|seconds| now + seconds * 1_000);
        self.connection.execute(
            "UPDATE notice SET attempts = attempts + 1, next_at = ?2, taken_at = CASE WHEN ?3 THEN ?4 END WHERE session = ?1",
            params![notice.session, next_at, taken, now],
        )?;
        Ok(())
    }
}

fn take_in(tx: &Transaction<'_>, session: &str, taken: &Step, now: i64) -> Result<Option<Payment>, StoreError> {
    let Some(mut payment) = read_one(tx, "session = ?1", params![session])? else { return Ok(None) };
    let late = now > payment.asked.expires;
    let next = step(&payment.state, if late { &Step::Expire } else { taken });
    if next == payment.state && !matches!(taken, Step::Card(_)) {
        return Ok(Some(payment));
    }
    if let (Step::Card(card), false, State::Code { .. } | State::Declined(_)) = (taken, late, &next) {
        payment.brand = Some(card.brand.to_owned());
        payment.last4 = Some(card.last4.clone());
    }
    let was_open = matches!(payment.state, State::Card | State::Code { .. });
    payment.state = next;
    let (state, tries, reason) = to_columns(&payment.state);
    let ended = was_open && matches!(payment.state, State::Approved | State::Declined(_));
    tx.execute(
        "UPDATE payment SET state = ?2, tries = ?3, reason = ?4, brand = ?5, last4 = ?6, ended_at = CASE WHEN ?7 THEN ?8 ELSE ended_at END
         WHERE session = ?1 AND ended_at IS NULL",
        params![session, state, tries, reason, payment.brand, payment.last4, ended, now],
    )?;
    if ended {
        let body = serde_json::to_string(&notice_of(&payment)).map_err(|error| StoreError::Link(error.to_string()))?;
        tx.execute("INSERT INTO notice (session, body, next_at) VALUES (?1, ?2, ?3)", params![session, body, now])?;
    }
    Ok(Some(payment))
}

/// How the payment ended, as the merchant is told.
pub fn notice_of(payment: &Payment) -> NoticeBody {
    let (outcome, reason) = match &payment.state {
        State::Approved => ("approved", None),
        State::Declined(reason) => ("declined", Some(reason.as_str())),
        State::Card | State::Code { .. } => ("open", None),
    };
    NoticeBody {
        payment: payment.id.clone(),
        reference: payment.asked.reference.clone(),
        amount: Amount { amount: payment.asked.amount.clone(), currency: payment.asked.currency.clone() },
        outcome,
        reason,
    }
}

fn to_columns(state: &State) -> (&'static str, u32, Option<&'static str>) {
    match state {
        State::Card => ("card", 0, None),
        State::Code { tries } => ("code", *tries, None),
        State::Approved => ("approved", 0, None),
        State::Declined(reason) => ("declined", 0, Some(reason.as_str())),
    }
}

fn read_one(
    connection: &Connection,
    place: &str,
    values: impl rusqlite::Params,
) -> Result<Option<Payment>, StoreError> {
    let sql = format!(
        "SELECT session, id, merchant, reference, amount, currency, return_url, notice_url, expires, state, tries, reason, brand, last4
         FROM payment WHERE {place}"
    );
    Ok(connection.prepare_cached(&sql)?.query_row(values, read).optional()?)
}

fn read(row: &Row<'_>) -> Result<Payment, rusqlite::Error> {
    let (state, tries, reason): (String, u32, Option<String>) = (row.get(9)?, row.get(10)?, row.get(11)?);
    let state = match (
        state.as_str(),
        reason.and_then(|text| Reason::ALL.into_iter().find(|reason| reason.as_str() == text)),
    ) {
        ("card", _) => State::Card,
        ("code", _) => State::Code { tries },
        ("approved", _) => State::Approved,
        (_, Some(reason)) => State::Declined(reason),
        (_, None) => return Err(rusqlite::Error::InvalidQuery),
    };
    Ok(Payment {
        session: row.get(0)?,
        id: row.get(1)?,
        asked: Asked {
            merchant: row.get(2)?,
            reference: row.get(3)?,
            amount: row.get(4)?,
            currency: row.get(5)?,
            return_url: row.get(6)?,
            notice_url: row.get(7)?,
            expires: row.get(8)?,
        },
        state,
        brand: row.get(12)?,
        last4: row.get(13)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> Asked {
        Asked {
            merchant: "mesto".into(),
            reference: "top_1".into(),
            amount: "1000.00".into(),
            currency: "RSD".into(),
            return_url: "mesto://back?intent=k".into(),
            notice_url: "http://127.0.0.1:1/notice".into(),
            expires: 1_000,
        }
    }
    fn card(behaviour: Behaviour) -> Step {
        Step::Card(Card { brand: "Visa", last4: "4242".into(), behaviour })
    }

    #[test]
    fn a_payment_ends_once_whatever_comes_after() {
        let ends = [State::Approved, State::Declined(Reason::Cancelled), State::Declined(Reason::Expired)];
        for end in ends {
            for later in [
                card(Behaviour::Decline),
                Step::Code { right: true },
                Step::Code { right: false },
                Step::Cancel,
                Step::Expire,
            ] {
                assert_eq!(step(&end, &later), end);
            }
        }
    }

    #[test]
    fn the_last_wrong_code_ends_the_payment() {
        assert_eq!(step(&State::Code { tries: 2 }, &Step::Code { right: false }), State::Code { tries: 1 });
        assert_eq!(
            step(&State::Code { tries: 1 }, &Step::Code { right: false }),
            State::Declined(Reason::AuthenticationFailed)
        );
        assert_eq!(step(&State::Code { tries: 1 }, &Step::Code { right: true }), State::Approved);
        assert_eq!(step(&State::Card, &Step::Code { right: true }), State::Card, "no code without a card");
    }

    #[test]
    fn typing_the_card_again_gives_no_more_tries() {
        let again = card(Behaviour::Authenticate { tries: 3 });
        assert_eq!(step(&State::Code { tries: 1 }, &again), State::Code { tries: 1 });
        assert_eq!(
            step(&State::Code { tries: 3 }, &card(Behaviour::Authenticate { tries: 1 })),
            State::Code { tries: 1 }
        );
        assert_eq!(step(&State::Card, &again), State::Code { tries: 3 });
    }

    #[test]
    fn a_reference_with_other_terms_is_not_another_payment() {
        let mut store = Store::open(None).unwrap();
        let first = store.enter(&asked(), "s1", "p1", 0).unwrap().unwrap();
        assert_eq!(store.enter(&asked(), "s2", "p2", 0).unwrap().unwrap().session, first.session);
        assert!(store.enter(&Asked { amount: "2000.00".into(), ..asked() }, "s3", "p3", 0).unwrap().is_none());
    }

    #[test]
    fn a_step_after_the_deadline_expires_the_payment_and_one_notice_waits() {
        let mut store = Store::open(None).unwrap();
        store.enter(&asked(), "s", "p", 0).unwrap();
        store.take("s", &card(Behaviour::Authenticate { tries: 3 }), 1_000).unwrap();
        let late = store.take("s", &Step::Code { right: true }, 1_001).unwrap().unwrap();
        assert_eq!(late.state, State::Declined(Reason::Expired));
        store.take("s", &Step::Cancel, 1_002).unwrap();
        assert_eq!(store.expire(9_999).unwrap(), 0);
        assert_eq!(store.due(9_999).unwrap().len(), 1);
    }

    #[test]
    fn a_notice_is_resent_with_growing_pauses_and_then_given_up() {
        let mut store = Store::open(None).unwrap();
        store.enter(&asked(), "s", "p", 0).unwrap();
        store.take("s", &Step::Cancel, 0).unwrap();
        let (mut now, mut sent, mut last) = (0, 0, 0);
        while let Some(notice) = store.due(i64::MAX).unwrap().first() {
            assert!(store.due(now - 1).unwrap().is_empty(), "not before its time");
            sent += 1;
            store.attempted(notice, false, now).unwrap();
            let pause = PAUSES.get(sent - 1).copied().unwrap_or(0) * 1_000;
            assert!(sent > PAUSES.len() || pause > last);
            last = pause;
            now += pause;
        }
        assert_eq!(sent, PAUSES.len() + 1);
    }

    #[test]
    fn a_notice_that_was_taken_is_not_sent_again() {
        let mut store = Store::open(None).unwrap();
        store.enter(&asked(), "s", "p", 0).unwrap();
        store.take("s", &Step::Cancel, 0).unwrap();
        let notice = store.due(0).unwrap().remove(0);
        store.attempted(&notice, true, 0).unwrap();
        assert!(store.due(i64::MAX).unwrap().is_empty());
    }
}
