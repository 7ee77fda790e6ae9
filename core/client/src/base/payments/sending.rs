//! Intents are sent, and brought to their end. The decisions are [`step`]'s; here they are kept and
//! carried out, each in one transaction, so that the app may die between any two of them.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use mesto_protocol::ProblemCode;
use mesto_protocol::base::payments::{self, Bought, Purchase};
use mesto_protocol::event::Cursor;
use mesto_protocol::kernel::Entry;
use mesto_protocol::kernel::ids::{AccountId, QuoteId};
use mesto_protocol::kernel::intents::{self, IntentOutcome, IntentState as OperatorState};
use mesto_protocol::kernel::json::Json;
use mesto_rules::{Money, from_json};

use super::answers::{is_news, meaning_of};
use super::{IntentView, KIND, Payments, intent_missing};
use crate::base::deposit::BALANCE;
use crate::base::sync::{self, CURSOR};
use crate::kernel::client::Client;
use crate::kernel::error::{Error, Result};
use crate::kernel::intent::{IntentEffect, IntentEvent, IntentState, Progress, step};
use crate::kernel::ports::{LinkAnswer, LinkError};
use crate::kernel::store::{IntentRow, StoreError, Stored};
use crate::kernel::wire::{Meaning, meaning, retry_after};

/// What an answer means, and what it brought.
type Heard = (IntentEvent, Option<Answer>);

/// What the operator said of a sale.
struct Answer {
    told: Purchase,
    /// What is left on the deposit, when he said it.
    balance: Option<Money>,
}

/// Seconds until the next attempt: 2, 4, 8 ... 60, spread a little by the key so that a fleet does
/// not knock all at once.
fn backoff(attempts: u32, key: &str) -> TimeDelta {
    let base = 2_i64.saturating_pow(attempts.clamp(1, 6)).min(60) * 1_000;
    let spread = key.bytes().fold(0_i64, |sum, byte| (sum * 31 + i64::from(byte)) % 1_000);
    TimeDelta::milliseconds(base + base * spread / 4_000)
}

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
#[derive(Clone, PartialEq, Eq)]
struct Known {
    /// The last event.
    cursor: Option<Cursor>,
    /// Answers that told a balance.
    balances: u64,
}

/// What was written down before a request leaves.
struct Begun {
    exchange: Exchange,
    known: Known,
    /// Whose intent it is; the answer is kept for this account, whoever is signed in by then.
    account: AccountId,
    /// The account's session: a request in another one would be answered for somebody else.
    token: Option<String>,
    /// What is bought, as the operator names it.
    subject: String,
}

/// What a step wants from the link.
enum Exchange {
    Nothing,
    /// The action itself.
    Post {
        path: String,
        body: Vec<u8>,
    },
    Cancel {
        created_at: DateTime<Utc>,
    },
    /// How it stands at the bank, or its end there.
    Bank {
        operation: &'static Entry,
        path: String,
    },
}

/// What an answer is to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Post,
    Cancel,
    Bank,
}

impl Payments<'_> {
    /// One step of an intent and the exchange it asks for. What fails at the link is an event, not
    /// an error.
    pub(super) async fn drive(self, key: &str, event: IntentEvent) -> Result<IntentView> {
        if !self.0.core().attempting.insert(key.to_owned()) {
            // Another call is at it: its answer will be the outcome.
            return self.view(key);
        }
        let attempt = Attempt { client: self.0, key };
        self.0.missed_nothing()?;
        let now = self.0.now();
        let begun = match self.begin(key, &event, now) {
            // Nothing is sent that was not written down before. What left earlier is as unconfirmed
            // as it was; to say "nothing was charged" would be a guess.
            Err(error) if error.is_full() => {
                let view = self.view(key)?;
                let is_ready = view.state == IntentState::Unconfirmed(Progress::Ready);
                return if is_ready { Err(error) } else { Ok(view) };
            }
            begun => begun?,
        };
        let Begun { exchange, known, account, token, subject } = begun;
        let token = token.as_deref();
        let quote = quote_of(&subject)?;
        let (answer, asked) = match exchange {
            Exchange::Nothing => {
                drop(attempt);
                self.0.changed();
                return self.view(key);
            }
            Exchange::Post { path, body } => {
                (self.0.exchange_as(token, &payments::PURCHASE, path, Some(key), Some(body)).await, Asked::Post)
            }
            Exchange::Cancel { created_at } => {
                // An operator who has forgotten that time does not take "never seen" for "not
                // executed".
                let made = created_at.to_rfc3339_opts(SecondsFormat::Millis, true);
                let path = intents::CANCEL.target(&[key], &[("created_at", &made)]);
                (self.0.exchange_as(token, &intents::CANCEL, path, None, None).await, Asked::Cancel)
            }
            Exchange::Bank { operation, path } => {
                (self.0.exchange_as(token, operation, path, None, None).await, Asked::Bank)
            }
        };
        let now = self.0.now();
        let (event, brought) = match answer {
            Err(LinkError::NotSent(_)) => (IntentEvent::NotSent, None),
            Err(LinkError::Unknown(_)) => (IntentEvent::NoAnswer, None),
            Ok(answer) => match asked {
                Asked::Post => read_answer(quote, answer.status, &answer.body, retry_at(&answer, now)),
                Asked::Cancel => read_cancel(quote, &answer, now),
                Asked::Bank => read_bank(quote, &answer, now),
            },
        };
        let is_post = asked == Asked::Post;
        let balance_is_old = match self.finish(key, account, &event, brought, is_post.then_some(known)) {
            // What came back cannot be kept: it stays unconfirmed, and the same key will be told it
            // again.
            Err(error) if error.is_full() => false,
            finished => finished.map_err(Error::unsure)?,
        };
        drop(attempt);
        self.0.changed();
        if balance_is_old {
            // Without an answer the balance stays marked, and the next settling asks again.
            let _ = self.0.sync().await;
        }
        self.view(key).map_err(Error::unsure)
    }

    /// Commits that something is about to leave, before it does.
    fn begin(self, key: &str, event: &IntentEvent, now: DateTime<Utc>) -> Result<Begun> {
        let mut core = self.0.core();
        let session = core.current();
        let account = session.account.ok_or_else(Error::not_signed_in)?;
        let (balances, token) = (core.balances_told, session.token.clone());
        let outcome = core.write_of(now, &session, |tx| {
            let cursor = CURSOR.get(tx.db())?;
            // Of one that a newer app stored nobody here knows what is sent.
            let mine = IntentRow::find(tx.db(), key, account)?.filter(|row| row.kind == KIND);
            let Some(mut row) = mine else { return Ok(None) };
            let was_final = row.state.is_final();
            if row.state == IntentState::Unconfirmed(Progress::Sending) {
                // This call holds the only attempt: the one before it was dropped on its way, by a
                // cancelled screen or a dead process.
                row.state = step(row.state, &IntentEvent::Reopened, row.not_after, now).0;
            }
            let (state, effects) = step(row.state, event, row.not_after, now);
            row.state = state;
            let exchange = match effects.first() {
                Some(IntentEffect::Send) => {
                    row.attempts = row.attempts.saturating_add(1);
                    Exchange::Post { path: row.path.clone(), body: row.body.clone() }
                }
                Some(IntentEffect::Cancel) => Exchange::Cancel { created_at: row.created_at },
                Some(effect @ (IntentEffect::AskBank | IntentEffect::AbandonAtBank)) => {
                    let quote = quote_of(&row.subject)?;
                    let payment = quote.sale().payment().to_string();
                    let is_asked = *effect == IntentEffect::AskBank;
                    let operation = if is_asked { payments::PAYMENT.entry() } else { payments::ABANDON.entry() };
                    Exchange::Bank { operation, path: operation.target(&[&payment], &[]) }
                }
                Some(IntentEffect::RetryLater { .. }) | None => Exchange::Nothing,
            };
            // Until the answer is there, the next attempt is due as if there came none.
            row.next_attempt_at = now + backoff(row.attempts, key);
            if row.state.is_final() && !was_final {
                row.ended_at = Some(now);
            }
            if !was_final {
                row.save(tx)?;
            }
            Ok(Some(Begun { exchange, known: Known { cursor, balances }, account, token, subject: row.subject }))
        })?;
        outcome.ok_or_else(intent_missing)
    }

    /// Commits what came of it, together with what the answer brought. `before` is given for the
    /// answer of the action itself. Whether money moved and the stored balance does not know it
    /// yet.
    fn finish(
        self,
        key: &str,
        account: AccountId,
        event: &IntentEvent,
        brought: Option<Answer>,
        before: Option<Known>,
    ) -> Result<bool> {
        let now = self.0.now();
        let services = self.0.services();
        let mut core = self.0.core();
        let current = core.current();
        let balances = core.balances_told;
        let (balance_is_old, was_told) = core.write(now, |tx| {
            let is_mine = current.account == Some(account) && current.holds(tx.db())?;
            let Some(mut row) = IntentRow::find(tx.db(), key, account)? else { return Ok((false, false)) };
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
            // Somebody else uses the phone by now: the intent has its end, and nothing of it is
            // shown.
            let brought = brought.filter(|_| is_mine);
            // An answer may be an old one told again, or overtaken on its way: its balance counts
            // only if it is the first, and nothing else was heard meanwhile.
            let cursor = CURSOR.get(tx.db())?;
            let is_latest = row.attempts == 1 && before == Some(Known { cursor, balances });
            let balance = brought.as_ref().and_then(|answer| answer.balance).filter(|_| is_latest);
            let is_told = balance.is_some();
            if let Some(balance) = balance {
                BALANCE.set(tx, &balance)?;
            }
            if let Some(Answer { told, .. }) = brought.filter(|answer| is_news(row.told.as_ref(), &answer.told)) {
                row.told = Some(Json::of(&told)?);
                for item in &told.sale.items {
                    if let (Some(sold), Some(outcome)) = (services.sold(&item.service), &item.outcome) {
                        // What a later version wrote stays as it was told: "paid, update the app".
                        (sold.keep)(tx, outcome)?;
                    }
                }
            }
            let balance_is_old = is_mine && row.state == IntentState::Confirmed && !is_told;
            if balance_is_old {
                sync::balance_is_due(tx, now + backoff(1, key))?;
            }
            if row.state.is_final() {
                row.ended_at = Some(now);
            }
            row.save(tx)?;
            Ok((balance_is_old, is_told))
        })?;
        core.balances_told += u64::from(was_told);
        Ok(balance_is_old)
    }
}

/// The quote that an intent buys.
fn quote_of(subject: &str) -> Stored<QuoteId> {
    subject.parse().map_err(|why| StoreError::Other(format!("{why}")))
}

fn retry_at(answer: &LinkAnswer, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    retry_after(answer).map(|seconds| now + TimeDelta::seconds(i64::from(seconds)))
}

/// The answer of the purchase itself. A success must be readable to count: anything else with 200
/// is no answer.
fn read_answer(quote: QuoteId, status: u16, body: &[u8], retry_at: Option<DateTime<Utc>>) -> Heard {
    match meaning(status, body) {
        Meaning::Refused(problem) if problem.is_final() => {
            if problem.is(ProblemCode::IntentExpired) {
                (IntentEvent::TooLate, None)
            } else if problem.is(ProblemCode::IntentCancelled) {
                (IntentEvent::Tombstoned, None)
            } else {
                (IntentEvent::Refused(problem), None)
            }
        }
        Meaning::Refused(_) | Meaning::Foreign => (IntentEvent::NotNow { retry_at }, None),
        Meaning::Done => match from_json(body) {
            Ok(Bought { sale, payment, balance }) => told(quote, Purchase { sale, payment }, Some(balance)),
            Err(_) => (IntentEvent::NoAnswer, None),
        },
    }
}

/// What the operator says of the sale of a quote; of another one he was not asked.
fn told(quote: QuoteId, told: Purchase, balance: Option<Money>) -> Heard {
    if told.sale.quote == quote {
        (meaning_of(&told), Some(Answer { told, balance }))
    } else {
        (IntentEvent::NoAnswer, None)
    }
}

/// The answer to a cancellation: only a tombstone or an outcome ends the intent.
fn read_cancel(quote: QuoteId, answer: &LinkAnswer, now: DateTime<Utc>) -> Heard {
    let retry = retry_at(answer, now);
    let not_now = (IntentEvent::NotNow { retry_at: retry }, None);
    if meaning(answer.status, &answer.body) != Meaning::Done {
        return not_now;
    }
    let Ok(outcome) = from_json::<IntentOutcome>(&answer.body) else { return not_now };
    match (outcome.state, outcome.status, outcome.answer) {
        (OperatorState::Cancelled, _, _) => (IntentEvent::Tombstoned, None),
        (OperatorState::Ended, Some(status), Some(body)) => {
            let body = serde_json::to_vec(&body).unwrap_or_default();
            read_answer(quote, status, &body, retry)
        }
        (OperatorState::Forgotten, _, _) => (IntentEvent::Forgotten, None),
        (OperatorState::Unknown | OperatorState::InFlight | OperatorState::Ended | OperatorState::Other(_), _, _) => {
            not_now
        }
    }
}

/// How it stands at the operator, who waits for the bank.
fn read_bank(quote: QuoteId, answer: &LinkAnswer, now: DateTime<Utc>) -> Heard {
    match meaning(answer.status, &answer.body) {
        Meaning::Done => match from_json(&answer.body) {
            Ok(purchase) => told(quote, purchase, None),
            Err(_) => (IntentEvent::NoAnswer, None),
        },
        // He made it, and he never drops one: his books are those of another time.
        Meaning::Refused(problem) if problem.is(ProblemCode::NotFound) => (IntentEvent::Forgotten, None),
        Meaning::Refused(_) | Meaning::Foreign => (IntentEvent::NotNow { retry_at: retry_at(answer, now) }, None),
    }
}
