//! The outbox: intents are stored, sent, and brought to their end. The decisions are [`crate::intent::step`]'s; here
//! they are kept and carried out, each in one transaction, so that the app may die between any two of them.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::base::wallet::{Topup, TopupState};
use mesto_protocol::kernel::intents::{IntentOutcome, IntentState as OperatorState};
use mesto_protocol::orders::driver::{Order, OrderPaid};
use mesto_protocol::parking::quotes::Purchased;
use mesto_protocol::parking::tickets::Ticket;
use mesto_protocol::{Problem, ProblemCode, route};
use rusqlite::Connection as Database;
use serde::Serialize;

use crate::client::Client;
use crate::clock::ClockState;
use crate::error::{Error, ErrorKind, Result};
use crate::intent::{IntentEffect, IntentEvent, IntentKind, IntentState, Progress, step};
use crate::ports::{LinkAnswer, LinkError, Method};
use crate::store::{IntentRow, NewIntent, StoreError, rows};
use crate::wire::{Meaning, meaning, path, retry_after};

/// An intent as an app shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IntentView {
    /// The idempotency key; links back from a bank carry it.
    pub key: String,
    pub kind: IntentKind,
    #[serde(flatten)]
    pub state: IntentState,
    pub created_at: DateTime<Utc>,
    /// Never executed after this moment.
    pub not_after: DateTime<Utc>,
    /// How often it was sent.
    pub attempts: u32,
    /// When another attempt makes sense; `None` once ended.
    pub next_retry_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    /// What was bought.
    pub ticket: Option<Ticket>,
    /// The order that was paid.
    pub order: Option<Order>,
    /// How the top-up stands.
    pub topup: Option<Topup>,
    /// The bank's page to open, while a top-up waits for the driver.
    pub page_url: Option<String>,
}

impl Serialize for IntentState {
    /// `{"state": "unconfirmed"}`, with `progress` while it is, or `problem` when it was refused.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("state", self.name())?;
        match self {
            Self::Unconfirmed(progress) => map.serialize_entry("progress", progress)?,
            Self::Refused(problem) => map.serialize_entry("problem", problem)?,
            Self::Confirmed | Self::Expired => {}
        }
        map.end()
    }
}

impl IntentView {
    pub(crate) fn of(db: &Database, row: IntentRow) -> std::result::Result<Self, StoreError> {
        let (mut ticket, mut order, mut topup) = (None, None, None);
        if let Some(id) = &row.result {
            match &row.kind {
                IntentKind::Purchase { .. } => ticket = rows::ticket(db, id)?,
                IntentKind::OrderPayment { .. } => order = rows::order(db, id)?,
                IntentKind::Topup { .. } => topup = rows::topup(db, id)?,
            }
        }
        let waits = matches!(row.state, IntentState::Unconfirmed(Progress::AtBank));
        let page_url = topup.as_ref().filter(|_| waits).map(|topup| topup.page_url.clone());
        Ok(Self {
            next_retry_at: (!row.state.is_final()).then_some(row.next_attempt_at),
            key: row.key,
            kind: row.kind,
            state: row.state,
            created_at: row.created_at,
            not_after: row.not_after,
            attempts: row.attempts,
            ended_at: row.ended_at,
            ticket,
            order,
            topup,
            page_url,
        })
    }

    /// The operator's or bank's reason, when it was refused.
    #[must_use]
    pub const fn problem(&self) -> Option<&Problem> {
        match &self.state {
            IntentState::Refused(problem) => Some(problem),
            _ => None,
        }
    }

    /// The refusal as an error with text and advice.
    #[must_use]
    pub fn refusal(&self) -> Option<Error> {
        self.problem().cloned().map(Error::from)
    }
}

/// What an answer brought besides the event.
#[derive(Default)]
struct Brought {
    ticket: Option<Ticket>,
    order: Option<Order>,
    topup: Option<Topup>,
    balance: Option<mesto_rules::Money>,
}

/// Seconds until the next attempt: 2, 4, 8 ... 60, spread a little by the key so that a fleet does not knock all at
/// once.
fn backoff(attempts: u32, key: &str) -> TimeDelta {
    let base = 2_i64.saturating_pow(attempts.clamp(1, 6)).min(60) * 1_000;
    let spread = key.bytes().fold(0_i64, |sum, byte| (sum * 31 + i64::from(byte)) % 1_000);
    TimeDelta::milliseconds(base + base * spread / 4_000)
}

/// How long to wait before a balance that could not be read is asked for again.
const BALANCE_AGAIN: TimeDelta = TimeDelta::seconds(30);

/// Removes the key from the set when the attempt is over, even when its future was dropped.
struct Attempt<'a> {
    client: &'a Client,
    key: &'a str,
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        self.client.core().attempting.remove(self.key);
    }
}

/// What was known of the account when a request left.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Heard {
    /// The last event.
    cursor: i64,
    /// Answers that told a balance.
    balances: u64,
}

/// What a step wants from the link.
enum Exchange {
    Nothing,
    Post { path: String, body: Vec<u8> },
    Cancel,
    Bank { topup: String },
}

impl Client {
    /// Before something is wanted anew: a deadline means nothing to a phone that does not know the time (rebooted and
    /// not heard from the operator since), so it asks first. Whether an intent already stands for this subject.
    ///
    /// # Errors
    /// `not_signed_in`; `offline` and the like when the time is not known and nobody tells it: nothing was stored, nothing sent.
    pub(crate) async fn know_the_time_for(&self, kind: &IntentKind) -> Result<bool> {
        let stands = {
            let now = self.now();
            let mut core = self.core();
            let account = core.signed_in()?;
            core.read(now, |db| IntentRow::standing(db, kind, &account))?.is_some()
        };
        if !stands && self.time().1 == ClockState::Unsynced {
            self.get::<mesto_protocol::base::public::Clock>(route::CLOCK.to_owned()).await?;
            if self.time().1 == ClockState::Unsynced {
                return Err(Error::unreadable("the answer does not tell the time"));
            }
        }
        Ok(stands)
    }

    /// Stores an intent, or finds the one that stands for the same subject (a double tap), and tries it once.
    pub(crate) async fn intend(
        &self,
        kind: IntentKind,
        path: String,
        body: impl FnOnce(DateTime<Utc>) -> std::result::Result<Vec<u8>, serde_json::Error>,
        not_after: DateTime<Utc>,
    ) -> Result<IntentView> {
        let now = self.now();
        let key = self.new_key();
        let body = body(not_after).map_err(Error::unreadable)?;
        let key = {
            let mut core = self.core();
            let account = core.signed_in()?;
            core.write(now, |db| {
                if let Some(standing) = IntentRow::standing(db, &kind, &account)? {
                    return Ok(standing.key);
                }
                IntentRow::insert(
                    db,
                    &NewIntent { key: key.clone(), account, kind, path, body, created_at: now, not_after },
                )?;
                Ok(key)
            })?
        };
        self.changed();
        self.drive(&key, IntentEvent::Go).await
    }

    /// 128 random bits, hexadecimal.
    fn new_key(&self) -> String {
        let mut bytes = [0_u8; 16];
        self.ports().entropy.fill(&mut bytes);
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// One step of an intent and the exchange it asks for. What fails at the link is an event, not an error.
    async fn drive(&self, key: &str, event: IntentEvent) -> Result<IntentView> {
        if !self.core().attempting.insert(key.to_owned()) {
            // Another call is at it: its answer will be the outcome.
            return self.view(key);
        }
        let attempt = Attempt { client: self, key };
        let now = self.now();
        let (exchange, heard) = match self.begin(key, &event, now) {
            // Nothing is sent that was not written down before. What left earlier is as unconfirmed as it was; to say
            // "nothing was charged" would be a guess.
            Err(error) if error.is_full() => {
                let view = self.view(key)?;
                let is_ready = view.state == IntentState::Unconfirmed(Progress::Ready);
                return if is_ready { Err(error) } else { Ok(view) };
            }
            begun => begun?,
        };
        let (answer, is_post) = match exchange {
            Exchange::Nothing => {
                drop(attempt);
                self.changed();
                return self.view(key);
            }
            Exchange::Post { path, body } => {
                (self.exchange(Method::Post, path, Some(key), Some(body)).await.map(|answer| (answer, false)), true)
            }
            Exchange::Cancel => (
                self.exchange(Method::Delete, path(route::INTENT, key), None, None).await.map(|answer| (answer, true)),
                false,
            ),
            Exchange::Bank { topup } => (
                self.exchange(Method::Get, path(route::TOPUP, &topup), None, None).await.map(|answer| (answer, false)),
                false,
            ),
        };
        let IntentView { kind, state, .. } = self.view(key)?;
        let at_bank = state == IntentState::Unconfirmed(Progress::AtBank);
        let (event, brought) = match answer {
            Err(LinkError::NotSent(_)) => (IntentEvent::NotSent, Brought::default()),
            Err(LinkError::Unknown(_)) => (IntentEvent::NoAnswer, Brought::default()),
            Ok((answer, true)) => read_cancel(&kind, &answer, self.now()),
            Ok((answer, false)) if at_bank => read_bank(&answer, self.now()),
            Ok((answer, false)) => read_answer(&kind, answer.status, &answer.body, retry_at(&answer, self.now())),
        };
        let balance_is_old = match self.finish(key, &event, brought, is_post.then_some(heard)) {
            // What came back cannot be kept: it stays unconfirmed, and the same key will be told it again.
            Err(error) if error.is_full() => false,
            finished => finished?,
        };
        drop(attempt);
        self.changed();
        if balance_is_old {
            // Without an answer the balance stays marked, and the next settling asks again.
            let _ = self.sync().await;
        }
        self.view(key)
    }

    /// Commits that something is about to leave, before it does.
    fn begin(&self, key: &str, event: &IntentEvent, now: DateTime<Utc>) -> Result<(Exchange, Heard)> {
        let mut core = self.core();
        let balances = core.balances_told;
        let outcome = core.write(now, |db| {
            let cursor = rows::get::<i64>(db, rows::meta::CURSOR)?.unwrap_or(0);
            let Some(mut row) = IntentRow::find(db, key)? else { return Ok((None, cursor)) };
            let was_final = row.state.is_final();
            if row.state == IntentState::Unconfirmed(Progress::Leaving) {
                // This call holds the only attempt: the one before it was dropped on its way, by a cancelled screen or
                // a dead process.
                row.state = step(row.state, &IntentEvent::Reopened, row.not_after, now).0;
            }
            let (state, effects) = step(row.state, event, row.not_after, now);
            row.state = state;
            let exchange = match effects.first() {
                Some(IntentEffect::Send) => {
                    row.attempts = row.attempts.saturating_add(1);
                    Exchange::Post { path: row.path.clone(), body: row.body.clone() }
                }
                Some(IntentEffect::Cancel) => Exchange::Cancel,
                Some(IntentEffect::AskBank) => match row.result.clone() {
                    Some(topup) => Exchange::Bank { topup },
                    None => return Err(StoreError::Other("a top-up at the bank without its id".to_owned())),
                },
                Some(IntentEffect::RetryLater { .. }) | None => Exchange::Nothing,
            };
            // Until the answer is there, the next attempt is due as if there came none.
            row.next_attempt_at = now + backoff(row.attempts, key);
            if row.state.is_final() && !was_final {
                row.ended_at = Some(now);
            }
            if !was_final {
                row.save(db)?;
            }
            Ok((Some(exchange), cursor))
        })?;
        match outcome {
            (Some(exchange), cursor) => Ok((exchange, Heard { cursor, balances })),
            (None, _) => Err(intent_missing()),
        }
    }

    /// Commits what came of it, together with what the answer brought. `before` is given for the answer of the action
    /// itself. Whether money moved and the stored balance does not know it yet.
    fn finish(&self, key: &str, event: &IntentEvent, brought: Brought, before: Option<Heard>) -> Result<bool> {
        let now = self.now();
        let mut core = self.core();
        let account = core.account.clone();
        let balances = core.balances_told;
        let (balance_is_old, was_told) = core.write(now, |db| {
            let Some(mut row) = IntentRow::find(db, key)? else { return Ok((false, false)) };
            if row.state.is_final() {
                return Ok((false, false));
            }
            let was_at_bank = row.state == IntentState::Unconfirmed(Progress::AtBank);
            let (state, effects) = step(row.state, event, row.not_after, now);
            row.state = state;
            if let Some(IntentEffect::RetryLater { not_before }) = effects.first() {
                if row.state == IntentState::Unconfirmed(Progress::AtBank) {
                    row.attempts = if was_at_bank { row.attempts.saturating_add(1) } else { 1 };
                }
                let retry = now + backoff(row.attempts, key);
                row.next_attempt_at = not_before.map_or(retry, |named| named.max(retry));
            }
            // Somebody else uses the phone by now: the intent has its end, and nothing of it is shown.
            let is_mine = account.as_ref() == Some(&row.account);
            let brought = if is_mine { brought } else { Brought::default() };
            if let Some(ticket) = &brought.ticket {
                rows::put_ticket_if_new(db, ticket)?;
                row.result = Some(ticket.id.clone());
            }
            if let Some(order) = &brought.order {
                rows::put_order(db, order)?;
                row.result = Some(order.id.clone());
            }
            if let Some(topup) = &brought.topup {
                rows::put_topup_if_newer(db, topup)?;
                row.result = Some(topup.id.clone());
            }
            // An answer may be an old one told again, or overtaken on its way: its balance counts only if it is the
            // first, and nothing else was heard meanwhile.
            let cursor = rows::get::<i64>(db, rows::meta::CURSOR)?.unwrap_or(0);
            let is_latest = row.attempts == 1 && before == Some(Heard { cursor, balances });
            let told = brought.balance.as_ref().filter(|_| is_latest);
            if let Some(balance) = told {
                rows::set(db, rows::meta::BALANCE, balance)?;
            }
            let balance_is_old = is_mine && row.state == IntentState::Confirmed && told.is_none();
            if balance_is_old {
                rows::set(db, rows::meta::BALANCE_OLD, &(now + backoff(1, key)).timestamp_millis())?;
            }
            if row.state.is_final() {
                row.ended_at = Some(now);
            }
            row.save(db)?;
            Ok((balance_is_old, told.is_some()))
        })?;
        core.balances_told += u64::from(was_told);
        Ok(balance_is_old)
    }

    fn view(&self, key: &str) -> Result<IntentView> {
        self.intent(key)?.ok_or_else(intent_missing)
    }

    /// An intent of this account by its key, open or ended. Local.
    ///
    /// # Errors
    /// Only when the phone's database fails.
    pub fn intent(&self, key: &str) -> Result<Option<IntentView>> {
        let now = self.now();
        self.core().read(now, |db| IntentRow::find(db, key)?.map(|row| IntentView::of(db, row)).transpose())
    }

    /// Intents that are not ended, oldest first. Local.
    ///
    /// # Errors
    /// Only when the phone's database fails.
    pub fn open_intents(&self) -> Result<Vec<IntentView>> {
        self.intents_by(IntentRow::open)
    }

    /// The newest intents, ended ones included, newest first. Local.
    ///
    /// # Errors
    /// Only when the phone's database fails.
    pub fn intents(&self, limit: u32) -> Result<Vec<IntentView>> {
        self.intents_by(|db, account| IntentRow::newest(db, account, limit))
    }

    fn intents_by(
        &self,
        find: impl FnOnce(&Database, &str) -> std::result::Result<Vec<IntentRow>, StoreError>,
    ) -> Result<Vec<IntentView>> {
        let now = self.now();
        let mut core = self.core();
        let Some(account) = core.account.clone() else { return Ok(Vec::new()) };
        core.read(now, |db| find(db, &account)?.into_iter().map(|row| IntentView::of(db, row)).collect())
    }

    /// When an open intent wants another attempt, or the balance is to be asked for; `None` when all is known.
    #[must_use]
    pub fn next_retry_at(&self) -> Option<DateTime<Utc>> {
        let now = self.now();
        let mut core = self.core();
        let account = core.account.clone()?;
        let both = core.read(now, |db| Ok([IntentRow::next_attempt(db, &account)?, rows::balance_is_old(db)?]));
        both.ok()?.into_iter().flatten().min()
    }

    /// Goes on with every open intent now: at start, and when the connection comes back. Gives them as they are
    /// afterwards, oldest first. An unreachable operator is not an error: they stay unconfirmed.
    ///
    /// # Errors
    /// `not_signed_in`, or the phone's database fails.
    pub async fn settle(&self) -> Result<Vec<IntentView>> {
        let open = self.open_intents()?;
        let settled = self.settle_these(open).await?;
        self.settle_balance(DateTime::<Utc>::MAX_UTC).await?;
        Ok(settled)
    }

    /// The same for those whose time has come by [`Client::next_retry_at`].
    ///
    /// # Errors
    /// As [`Client::settle`].
    pub async fn settle_due(&self) -> Result<Vec<IntentView>> {
        let now = self.now();
        let mut open = self.open_intents()?;
        open.retain(|intent| intent.next_retry_at.is_some_and(|at| at <= now));
        let settled = self.settle_these(open).await?;
        self.settle_balance(now).await?;
        Ok(settled)
    }

    /// Reads what an action that is done did to the balance, when its answer did not tell and asking was due by `until`.
    async fn settle_balance(&self, until: DateTime<Utc>) -> Result<()> {
        let now = self.now();
        let due = {
            let mut core = self.core();
            if core.signed_in().is_err() {
                return Ok(());
            }
            core.read(now, rows::balance_is_old)?.filter(|at| *at <= until)
        };
        if due.is_some() && self.sync().await.is_err() {
            let later = (now + BALANCE_AGAIN).timestamp_millis();
            self.core().write(now, |db| match rows::balance_is_old(db)? {
                Some(_) => rows::set(db, rows::meta::BALANCE_OLD, &later),
                None => Ok(()),
            })?;
        }
        Ok(())
    }

    /// Goes on with one intent now: when a bank's page led back with its key.
    ///
    /// # Errors
    /// `intent_missing`, `not_signed_in`, or the phone's database fails.
    pub async fn settle_intent(&self, key: &str) -> Result<IntentView> {
        let outcome = self.drive(key, IntentEvent::Go).await;
        self.explain(outcome)
    }

    async fn settle_these(&self, open: Vec<IntentView>) -> Result<Vec<IntentView>> {
        if !open.is_empty() {
            self.core().signed_in()?;
        }
        let mut settled = Vec::with_capacity(open.len());
        let mut failed = None;
        for intent in open {
            // One that fails does not keep the others from their end.
            match self.drive(&intent.key, IntentEvent::Go).await {
                Ok(intent) => settled.push(intent),
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(settled), Err)
    }

    /// Takes an intent back if that is still possible for sure; its new state says whether it was.
    pub(crate) async fn withdraw(&self, key: &str) -> Result<IntentView> {
        self.drive(key, IntentEvent::Withdraw).await
    }
}

fn intent_missing() -> Error {
    Error::new(ErrorKind::Refused, "intent_missing", "no such intent on this phone")
}

fn retry_at(answer: &LinkAnswer, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    retry_after(answer).map(|seconds| now + TimeDelta::seconds(i64::from(seconds)))
}

/// The answer of the action itself.
fn read_answer(kind: &IntentKind, status: u16, body: &[u8], retry_at: Option<DateTime<Utc>>) -> (IntentEvent, Brought) {
    let nothing = Brought::default();
    match meaning(status, body) {
        Meaning::Refused(problem) if problem.is_final() => match problem.kind() {
            Some(ProblemCode::IntentExpired) => (IntentEvent::TooLate, nothing),
            Some(ProblemCode::IntentCancelled) => (IntentEvent::Tombstoned, nothing),
            _ => (IntentEvent::Refused(problem), nothing),
        },
        Meaning::Refused(_) | Meaning::Foreign => (IntentEvent::NotNow { retry_at }, nothing),
        Meaning::Done => read_done(kind, body).unwrap_or((IntentEvent::NoAnswer, nothing)),
    }
}

/// A success must be readable to count: anything else with 200 is no answer.
fn read_done(kind: &IntentKind, body: &[u8]) -> Option<(IntentEvent, Brought)> {
    match kind {
        IntentKind::Purchase { .. } => {
            let Purchased { ticket, balance } = serde_json::from_slice(body).ok()?;
            Some((
                IntentEvent::Accepted,
                Brought { ticket: Some(ticket), balance: Some(balance), ..Brought::default() },
            ))
        }
        IntentKind::OrderPayment { .. } => {
            let OrderPaid { order, balance } = serde_json::from_slice(body).ok()?;
            Some((IntentEvent::Accepted, Brought { order: Some(order), balance: Some(balance), ..Brought::default() }))
        }
        IntentKind::Topup { .. } => {
            let topup: Topup = serde_json::from_slice(body).ok()?;
            Some((event_of_topup(&topup), Brought { topup: Some(topup), ..Brought::default() }))
        }
    }
}

/// What the state of a top-up means for its intent.
pub(crate) fn event_of_topup(topup: &Topup) -> IntentEvent {
    match topup.state {
        // A state of a later version is neither yes nor no: it waits for one of the two.
        TopupState::Pending | TopupState::Other => IntentEvent::AcceptedAtBank,
        TopupState::Succeeded => IntentEvent::Accepted,
        TopupState::Declined => {
            let code = topup.reason.clone().unwrap_or_else(|| "bank_refused".to_owned());
            let problem = Problem {
                r#type: format!("urn:mesto:problem:{code}"),
                title: "The bank did not approve the payment".to_owned(),
                status: 402,
                detail: "the top-up was declined".to_owned(),
                code,
                params: serde_json::Map::new(),
            };
            IntentEvent::Refused(problem.with("amount", topup.amount))
        }
    }
}

/// The answer to a cancellation: only a tombstone or an outcome ends the intent.
fn read_cancel(kind: &IntentKind, answer: &LinkAnswer, now: DateTime<Utc>) -> (IntentEvent, Brought) {
    let retry = retry_at(answer, now);
    let not_now = (IntentEvent::NotNow { retry_at: retry }, Brought::default());
    if meaning(answer.status, &answer.body) != Meaning::Done {
        return not_now;
    }
    let Ok(outcome) = serde_json::from_slice::<IntentOutcome>(&answer.body) else { return not_now };
    match (outcome.state, outcome.status, outcome.answer) {
        (OperatorState::Cancelled, _, _) => (IntentEvent::Tombstoned, Brought::default()),
        (OperatorState::Ended, Some(status), Some(body)) => {
            let body = serde_json::to_vec(&body).unwrap_or_default();
            read_answer(kind, status, &body, retry)
        }
        (OperatorState::Unknown | OperatorState::InFlight | OperatorState::Ended | OperatorState::Other, _, _) => {
            not_now
        }
    }
}

/// How the top-up stands at the operator.
fn read_bank(answer: &LinkAnswer, now: DateTime<Utc>) -> (IntentEvent, Brought) {
    let retry_at = retry_at(answer, now);
    if meaning(answer.status, &answer.body) != Meaning::Done {
        return (IntentEvent::NotNow { retry_at }, Brought::default());
    }
    match serde_json::from_slice::<Topup>(&answer.body) {
        Ok(topup) => (event_of_topup(&topup), Brought { topup: Some(topup), ..Brought::default() }),
        Err(_) => (IntentEvent::NoAnswer, Brought::default()),
    }
}

/// Ends or moves the intent of a top-up that an event or the account told about; part of the sync's transaction.
pub(crate) fn hear_of_topup(db: &Database, topup: &Topup, now: DateTime<Utc>) -> std::result::Result<(), StoreError> {
    let Some(mut row) = IntentRow::open_by_result(db, &topup.id)? else { return Ok(()) };
    let (state, _) = step(row.state, &event_of_topup(topup), row.not_after, now);
    row.state = state;
    if row.state.is_final() {
        row.ended_at = Some(now);
    }
    row.save(db)
}
