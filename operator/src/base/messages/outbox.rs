//! The way out of messages: what waits is claimed by lease, handed to a gateway outside of every
//! transaction, and marked. Any number of operators send at once.
//!
//! A message is sent at least once: who ends between sending and marking leaves it to the next one,
//! with the same id, by which a gateway knows it again. It counts towards the ceilings from the
//! moment it is claimed, once for each time, unless the gateway says that it has not taken it.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use mesto_protocol::kernel::ids::MessageId;
use mesto_rules::Language;
use serde_json::{Map, Value};

use super::{Message, MessageRow, StateWord, Urgency};
use crate::base::incidents;
use crate::base::phone;
use crate::kernel::failure::{Failure, Outcome};
use crate::kernel::lease::{Lease, Pause};
use crate::kernel::limits::Limits;
use crate::kernel::operator::{Operator, in_store};
use crate::kernel::ports::Clock;
use crate::kernel::store::{Json, Select, Store, StoreError, Tx, transact};
use crate::{find, projection, update, values};

/// How long a message is one sender's; a gateway answers sooner ([`LONGEST_SENDING`]).
const LEASE: Lease = Lease::seconds(90);
/// A gateway that says nothing for so long, in seconds, has not answered.
pub const LONGEST_SENDING: u64 = 30;
/// Longest pause between two tries, unless a gateway asks for a longer one: of what is soon too
/// late, and of the rest.
const LONGEST_PAUSE_OF_CODES: TimeDelta = TimeDelta::seconds(30);
const LONGEST_PAUSE: Pause = Pause::seconds(3_600);
/// Longest id that a gateway has for a message, in bytes, and longest reason.
const LONGEST_NAME: usize = 64;
/// Digits of a number by which a receipt's message is told from others, and messages that are
/// looked at for it.
const FEWEST_DIGITS: usize = 6;
const MOST_ALIKE: i64 = 20;
/// Messages that are given up in one transaction.
const EXPIRED_AT_ONCE: i64 = 200;
/// Kinds of incidents: a message could not be sent; so many were sent that others wait.
pub(crate) const FAILED: &str = "message_failed";
const CEILING: &str = "messages_ceiling";

/// How many messages leave, all together. A code for a number that has an account goes whatever
/// these say; all others wait for their turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MessageLimits {
    pub per_minute: i64,
    pub per_hour: i64,
    pub per_day: i64,
    /// A message that is good at any time is given up after so many tries.
    pub tries: i64,
    /// A message that may have left so often, with no answer, is given up: the person may have it
    /// so often.
    pub submissions: i64,
}

impl Default for MessageLimits {
    fn default() -> Self {
        Self { per_minute: 120, per_hour: 2_000, per_day: 10_000, tries: 12, submissions: 4 }
    }
}

impl Limits for MessageLimits {}

/// A message as a gateway gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// The same at every try: a gateway that has seen it sends it once.
    pub id: MessageId,
    /// E.164.
    pub recipient: String,
    pub template: String,
    pub params: Map<String, Value>,
    pub language: Option<Language>,
    /// What stands in it.
    pub text: String,
    /// Worth nothing from then on.
    pub valid_until: Option<DateTime<Utc>>,
    /// When it was handed over before and may have been taken, the last time.
    pub submitted_at: Option<DateTime<Utc>>,
}

/// What became of a message at a gateway. Reasons are words, `http_status_400`, and say nothing of
/// a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sending {
    /// The gateway has it, under this id of its own.
    Sent { provider_id: Option<String> },
    /// The gateway has not taken it: it is tried again, not before so long.
    Later { reason: String, wait: Option<TimeDelta> },
    /// It was handed over, and nobody knows whether the gateway has it: it is sent again, not
    /// before so long, a few times.
    Unanswered { reason: String, wait: Option<TimeDelta> },
    /// Some of it has left, and the rest never will: it counts, and is not sent again.
    Partly { reason: String },
    /// Never.
    Failed { reason: String },
}

impl Sending {
    /// Tried again after the usual pause.
    #[must_use]
    pub fn later(reason: impl Into<String>) -> Self {
        Self::Later { reason: reason.into(), wait: None }
    }

    /// Sent again after the usual pause.
    #[must_use]
    pub fn unanswered(reason: impl Into<String>) -> Self {
        Self::Unanswered { reason: reason.into(), wait: None }
    }
}

/// What a gateway tells later of a message that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    pub provider_id: String,
    /// The digits of the number that it names, as the gateway writes it.
    pub recipient: Option<String>,
    /// Nothing when the phone has it; else a word that says why not.
    pub failure: Option<String>,
}

/// The way to phones. An answer comes within [`LONGEST_SENDING`] seconds.
pub trait MessageGateway: Send + Sync {
    fn send<'a>(&'a self, message: &'a OutgoingMessage) -> Pin<Box<dyn Future<Output = Sending> + Send + 'a>>;

    /// What came in since it was asked last.
    fn receipts(&self) -> Vec<Receipt> {
        Vec::new()
    }

    /// Answers that came after [`Sending::Unanswered`], since it was asked last.
    fn late_answers(&self) -> Vec<(MessageId, Sending)> {
        Vec::new()
    }
}

/// Sends what waits, at most so many at once, and marks each; returns how many were sent.
///
/// # Errors
/// When the store fails.
pub async fn send_messages(
    operator: &Arc<Operator>,
    store: &Arc<dyn Store>,
    clock: &dyn Clock,
    gateway: &dyn MessageGateway,
    most: usize,
) -> Result<usize, StoreError> {
    let claimed = claim_messages(operator, store, clock.now(), most).await?;
    let mut under_way: FuturesUnordered<_> =
        claimed.into_iter().map(|message| send_message(operator, store, clock, gateway, message)).collect();
    let mut sent = 0;
    while let Some(ended) = under_way.next().await {
        sent += usize::from(ended?);
    }
    Ok(sent)
}

/// Takes at most so many messages that wait: for [`send_message`] alone, within its lease.
///
/// # Errors
/// When the store fails.
pub async fn claim_messages(
    operator: &Arc<Operator>,
    store: &Arc<dyn Store>,
    now: DateTime<Utc>,
    most: usize,
) -> Result<Vec<OutgoingMessage>, StoreError> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    in_store(operator, store, now, move |tx, operator, now| claim(tx, operator, now, most)).await
}

/// Sends a message that was claimed and marks it; whether the gateway has it.
///
/// # Errors
/// When the store fails: then it is sent again, with the same id.
pub async fn send_message(
    operator: &Arc<Operator>,
    store: &Arc<dyn Store>,
    clock: &dyn Clock,
    gateway: &dyn MessageGateway,
    message: OutgoingMessage,
) -> Result<bool, StoreError> {
    let ended = gateway.send(&message).await;
    let is_sent = matches!(ended, Sending::Sent { .. });
    in_store(operator, store, clock.now(), move |tx, operator, now| keep(tx, operator, now, &message, &ended)).await?;
    Ok(is_sent)
}

/// Marks a message with an answer that came late ([`MessageGateway::late_answers`]).
///
/// # Errors
/// When the store fails.
pub async fn keep_late_answer(
    operator: &Arc<Operator>,
    store: &Arc<dyn Store>,
    now: DateTime<Utc>,
    id: MessageId,
    answer: Sending,
) -> Result<(), StoreError> {
    in_store(operator, store, now, move |tx, _, now| answered_late(tx, now, id, &answer)).await
}

/// Keeps what a gateway told of a message; `false` when no message has that id (yet).
///
/// # Errors
/// When the store fails.
pub async fn keep_receipt(
    operator: &Arc<Operator>,
    store: &Arc<dyn Store>,
    now: DateTime<Utc>,
    receipt: Receipt,
) -> Result<bool, StoreError> {
    in_store(operator, store, now, move |tx, _, now| reported(tx, now, &receipt)).await
}

fn claim(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>, most: i64) -> Outcome<Vec<OutgoingMessage>> {
    let waiting = Select::<MessageRow>::of(
        &format!(
            "FROM message WHERE message.state = 'waiting' AND {} AND {} AND (message.valid_until IS NULL OR message.valid_until > $1) ORDER BY message.priority, message.next_at, message.id LIMIT $2",
            Pause::is_over("message", 1, 4),
            Lease::is_free("message", 1, 3)
        ),
        values![now.timestamp_millis(), most, LEASE.last(now), LONGEST_PAUSE.last(now)],
    );
    let found = tx.all(waiting.locking_free("message"))?;
    let is_exempt = |row: &MessageRow| row.priority <= Urgency::CodeOfAccount.priority();
    let mut room = match found.iter().all(is_exempt) {
        true => 0,
        false => room(tx, operator, now)?,
    };
    let most_submissions = operator.limits::<MessageLimits>().submissions;
    let mut claimed = Vec::new();
    for row in found {
        if row.submissions >= most_submissions {
            // Whoever sent it last ended before it was marked.
            let reason = row.reason.clone().unwrap_or_else(|| "not_marked".to_owned());
            give_up(tx, now, &row, StateWord::Failed, &reason)?;
            continue;
        }
        if !is_exempt(&row) && room <= 0 {
            break;
        }
        room -= 1;
        // It is counted before it leaves: whoever ends in between leaves nothing uncounted.
        tx.write(update!(MessageRow { id: row.id } set {
            lease_until: LEASE.until(now), submissions: row.submissions + 1, submitted_at: Some(now)
        }))?;
        let (id, valid_until, submitted_at) = (row.id, row.valid_until, row.submitted_at);
        let message = row.message()?;
        let text = message.text();
        let Message { recipient, template, params, language, .. } = message;
        claimed.push(OutgoingMessage { id, recipient, template, params, language, text, valid_until, submitted_at });
    }
    Ok(claimed)
}

projection! {
    /// How often messages may have left since the moments `$1`, `$2` and `$3`, the earliest last,
    /// counted at the last time of each, and how many somebody is sending at `$4`, who are among
    /// them. What a clock that was ahead has sent is in no such time.
    struct Left {
        minute: i64 = "CAST(COALESCE(SUM(CASE WHEN submitted_at > $1 THEN submissions ELSE 0 END), 0) AS BIGINT)",
        hour: i64 = "CAST(COALESCE(SUM(CASE WHEN submitted_at > $2 THEN submissions ELSE 0 END), 0) AS BIGINT)",
        day: i64 = "CAST(COALESCE(SUM(submissions), 0) AS BIGINT)",
        under_way: i64 = "(SELECT COUNT(*) FROM message AS other WHERE other.state = 'waiting' AND other.lease_until > $4 AND other.lease_until <= $5)",
    }
}

/// How many messages may leave now, those for accounts apart. When it is none, somebody is told.
fn room(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>) -> Outcome<i64> {
    let most = operator.limits::<MessageLimits>();
    let since = |span: TimeDelta| (now - span).timestamp_millis();
    let left = tx.first(Select::<Left>::of(
        "FROM message WHERE submitted_at > $3 AND submitted_at <= $4",
        values![
            since(TimeDelta::minutes(1)),
            since(TimeDelta::hours(1)),
            since(TimeDelta::days(1)),
            now.timestamp_millis(),
            LEASE.last(now)
        ],
    ))?;
    let left = left.ok_or_else(|| StoreError::unreadable("messages", "they are not counted"))?;
    let rooms = [
        ("minute", most.per_minute - left.minute),
        ("hour", most.per_hour - left.hour),
        ("day", most.per_day - left.day),
    ];
    let Some((span, room)) = rooms.into_iter().min_by_key(|(_, room)| *room) else { return Ok(0) };
    let mut is_told = || tx.first(find!(incidents::IncidentRow { kind: CEILING, reference: span }));
    if room + left.under_way <= 0 && is_told()?.is_none() {
        let detail = "as many messages were sent as may be in that time: codes for numbers without an account wait";
        incidents::report(tx, now, CEILING, span, detail)?;
    }
    Ok(room)
}

fn keep(
    tx: &mut dyn Tx,
    operator: &Operator,
    now: DateTime<Utc>,
    message: &OutgoingMessage,
    ended: &Sending,
) -> Outcome<()> {
    let id = message.id;
    let Some(row) = tx.first(find!(MessageRow { id: id }).locking("message"))? else { return Ok(()) };
    let tries = row.tries + 1;
    let limits = operator.limits::<MessageLimits>();
    if let Sending::Sent { provider_id } = ended {
        return sent(tx, now, &row, tries, provider_id.as_deref());
    }
    let row = match ended {
        Sending::Unanswered { .. } | Sending::Partly { .. } => row,
        _ => not_taken(tx, row, message.submitted_at)?,
    };
    if row.state != StateWord::Waiting {
        return Ok(());
    }
    let longest = if row.valid_until.is_some() { LONGEST_PAUSE_OF_CODES } else { LONGEST_PAUSE.longest() };
    let (reason, wait, is_last, pause) = match ended {
        Sending::Sent { .. } => return Ok(()),
        Sending::Failed { reason } | Sending::Partly { reason } => {
            return give_up(tx, now, &row, StateWord::Failed, &text_within(reason, LONGEST_NAME));
        }
        Sending::Later { reason, wait } => {
            let pause = TimeDelta::seconds(1 << tries.clamp(0, 12)).min(longest);
            (reason, wait, row.valid_until.is_none() && tries >= limits.tries, pause)
        }
        // Each may be one more SMS to the same person: the pauses grow faster.
        Sending::Unanswered { reason, wait } => {
            let pause = TimeDelta::seconds(1 << (2 * row.submissions.clamp(0, 6))).min(longest);
            // Where each was refused late, none of them counts.
            let is_last = row.submissions >= limits.submissions || (row.valid_until.is_none() && tries >= limits.tries);
            (reason, wait, is_last, pause)
        }
    };
    let reason = text_within(reason, LONGEST_NAME);
    if is_last {
        return give_up(tx, now, &row, StateWord::Failed, &reason);
    }
    let pause = wait.unwrap_or_default().clamp(pause, LONGEST_PAUSE.longest());
    Ok(tx.write(update!(MessageRow { id: id } set {
        tries: tries, next_at: now + pause, lease_until: DateTime::UNIX_EPOCH, reason: Some(reason)
    }))?)
}

/// An answer to a submission that was marked as unanswered, and counted, before.
fn answered_late(tx: &mut dyn Tx, now: DateTime<Utc>, id: MessageId, answer: &Sending) -> Outcome<()> {
    let Some(row) = tx.first(find!(MessageRow { id: id }).locking("message"))? else { return Ok(()) };
    match answer {
        Sending::Sent { provider_id } => sent(tx, now, &row, row.tries, provider_id.as_deref()),
        Sending::Unanswered { .. } => Ok(()),
        Sending::Later { reason, .. } => {
            let before = row.submitted_at;
            let row = not_taken(tx, row, before)?;
            match row.state {
                StateWord::Waiting => {
                    let reason = Some(text_within(reason, LONGEST_NAME));
                    Ok(tx.write(update!(MessageRow { id: id } set { reason: reason }))?)
                }
                _ => Ok(()),
            }
        }
        Sending::Failed { reason } | Sending::Partly { reason } => {
            let before = row.submitted_at;
            let row = if matches!(answer, Sending::Partly { .. }) { row } else { not_taken(tx, row, before)? };
            match row.state {
                StateWord::Waiting => give_up(tx, now, &row, StateWord::Failed, &text_within(reason, LONGEST_NAME)),
                _ => Ok(()),
            }
        }
    }
}

/// The gateway has it, also when it was given up in the meantime: it has left. When it had it
/// before, under another id, the first answer and what was heard of it stay.
fn sent(tx: &mut dyn Tx, now: DateTime<Utc>, row: &MessageRow, tries: i64, provider_id: Option<&str>) -> Outcome<()> {
    let provider_id = provider_id.map(|id| text_within(id, LONGEST_NAME));
    if matches!(row.state, StateWord::Sent | StateWord::Delivered) {
        let provider_id = provider_id.as_deref().unwrap_or("none");
        tracing::warn!(message = %row.id, provider_id, "a message was sent twice");
        return Ok(());
    }
    Ok(tx.write(update!(MessageRow { id: row.id } set {
        state: StateWord::Sent, params: empty()?, tries: tries, sent_at: Some(now),
        lease_until: DateTime::UNIX_EPOCH, provider_id: provider_id, reason: None::<String>
    }))?)
}

/// The gateway has refused what was counted when it was claimed: it counts no more, and what was
/// handed over before, at that moment, goes on counting.
fn not_taken(tx: &mut dyn Tx, mut row: MessageRow, before: Option<DateTime<Utc>>) -> Outcome<MessageRow> {
    row.submissions = (row.submissions - 1).max(0);
    row.submitted_at = before.filter(|_| row.submissions > 0);
    tx.write(update!(MessageRow { id: row.id } set {
        submissions: row.submissions, submitted_at: row.submitted_at
    }))?;
    Ok(row)
}

/// It is not sent any more. What it said is gone; somebody is told once for each reason.
fn give_up(tx: &mut dyn Tx, now: DateTime<Utc>, row: &MessageRow, state: StateWord, reason: &str) -> Outcome<()> {
    tx.write(update!(MessageRow { id: row.id } set {
        state: state, params: empty()?, lease_until: DateTime::UNIX_EPOCH, reason: Some(reason)
    }))?;
    let reference = format!("{} {reason}", row.channel);
    let detail = match row.submissions {
        0 => format!("the message {} could not be sent", row.id),
        often => format!("the message {} was sent {often} times, and nobody knows whether it arrived", row.id),
    };
    Ok(incidents::report(tx, now, FAILED, &reference, &detail)?)
}

/// Gives up what is too late, and its code goes from the store. Somebody is told when it was tried;
/// where nobody sends messages from here, it is somebody else's.
pub(super) fn expire(tx: &mut dyn Tx, _: &Operator, now: DateTime<Utc>, _: &str) -> Outcome<()> {
    let late = Select::<MessageRow>::of(
        &format!(
            "FROM message WHERE message.state = 'waiting' AND message.valid_until <= $1 AND {} ORDER BY message.id LIMIT $2",
            Lease::is_free("message", 1, 3)
        ),
        values![now.timestamp_millis(), EXPIRED_AT_ONCE, LEASE.last(now)],
    );
    for row in tx.all(late.locking_free("message"))? {
        match row.reason.clone() {
            Some(reason) => give_up(tx, now, &row, StateWord::Expired, &reason)?,
            None => tx.write(update!(MessageRow { id: row.id } set {
                state: StateWord::Expired, params: empty()?, reason: Some("too_late")
            }))?,
        }
    }
    Ok(())
}

fn reported(tx: &mut dyn Tx, now: DateTime<Utc>, receipt: &Receipt) -> Outcome<bool> {
    let Some(row) = told_of(tx, receipt)? else { return Ok(false) };
    // What failed after it was sent, a receipt has said; one that comes later and says that it was
    // delivered knows better.
    let is_corrected = row.state == StateWord::Failed && row.sent_at.is_some() && receipt.failure.is_none();
    if row.state != StateWord::Sent && !is_corrected {
        return Ok(true);
    }
    tx.write(match &receipt.failure {
        None => {
            update!(MessageRow { id: row.id } set {
                state: StateWord::Delivered, delivered_at: Some(now), reason: None::<String>
            })
        }
        Some(reason) => {
            let reason = Some(text_within(reason, LONGEST_NAME));
            update!(MessageRow { id: row.id } set { state: StateWord::Failed, reason: reason })
        }
    })?;
    Ok(true)
}

/// The message that a receipt is of. Its id is compared as text first, unless it names another
/// number; then as a number, among the messages to the number that it names.
///
/// Message centres are known that answer with an id in hexadecimal and write the same id in decimal
/// digits into the receipt, or the other way around, or with other zeros before it.
fn told_of(tx: &mut dyn Tx, receipt: &Receipt) -> Outcome<Option<MessageRow>> {
    let told = text_within(&receipt.provider_id, LONGEST_NAME);
    let recipient = receipt.recipient.as_deref().filter(|digits| digits.len() >= FEWEST_DIGITS);
    let same = Select::<MessageRow>::of(
        "FROM message WHERE message.provider_id = $1 ORDER BY message.id DESC LIMIT $2",
        values![told.as_str(), MOST_ALIKE],
    );
    let is_of = |row: &MessageRow| match recipient {
        // Some centres leave the country out.
        Some(digits) => row.recipient.ends_with(digits.trim_start_matches('0')),
        None => true,
    };
    if let Some(row) = tx.all(same.locking("message"))?.into_iter().find(is_of) {
        return Ok(Some(row));
    }
    let Some(digits) = recipient else { return Ok(None) };
    let to_it = Select::<MessageRow>::of(
        "FROM message WHERE message.recipient = $1 AND message.provider_id IS NOT NULL ORDER BY message.id DESC LIMIT $2",
        values![format!("+{digits}"), MOST_ALIKE],
    );
    let found = tx.all(to_it.locking("message"))?.into_iter();
    let mut alike = found.filter(|row| row.provider_id.as_deref().is_some_and(|kept| is_same_number(kept, &told)));
    // Two that it could be of are none.
    let one = alike.next();
    Ok(if alike.next().is_some() { None } else { one })
}

/// Whether two ids are one number, each in decimal or hexadecimal digits.
fn is_same_number(kept: &str, told: &str) -> bool {
    let read = |id: &str| [10, 16].map(|base| u128::from_str_radix(id, base).ok());
    let told = read(told);
    read(kept).into_iter().flatten().any(|number| told.contains(&Some(number)))
}

fn empty() -> Result<Json<Map<String, Value>>, Failure> {
    Ok(Json::of(&Map::new())?)
}

/// What a gateway says, as it may be kept.
fn text_within(said: &str, most: usize) -> String {
    crate::kernel::text::plain(said, most)
}

/// How a message stands, without what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageStanding {
    pub id: MessageId,
    pub at: DateTime<Utc>,
    /// Of which only the end can be seen.
    pub recipient_masked: String,
    pub template: String,
    /// `waiting`, `sent`, `delivered`, `failed`, `expired`.
    pub state: &'static str,
    pub tries: i64,
    /// How often it may have left: more than once where an answer was lost.
    pub submissions: i64,
    pub sent_at: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub reason: Option<String>,
}

projection! {
    struct Counted {
        state: String = "message.state",
        count: i64 = "COUNT(*)",
    }
}

impl Operator {
    /// How many messages there are in each state, of those that are kept.
    ///
    /// # Errors
    /// When the store fails.
    pub fn message_counts(&self, store: &dyn Store) -> Result<BTreeMap<String, i64>, StoreError> {
        let counted = transact(store, |tx| {
            tx.all(Select::<Counted>::of("FROM message GROUP BY message.state ORDER BY message.state", &[]))
        })?;
        Ok(counted.into_iter().map(|Counted { state, count }| (state, count)).collect())
    }

    /// The newest messages, newest first: all, or those that were not sent.
    ///
    /// # Errors
    /// When the store fails.
    pub fn messages(
        &self,
        store: &dyn Store,
        only_failed: bool,
        most: i64,
    ) -> Result<Vec<MessageStanding>, StoreError> {
        // What another one took the place of did not fail.
        let failed = "WHERE message.state = 'failed' OR (message.state = 'expired' AND message.reason <> 'superseded')";
        let condition = if only_failed { failed } else { "" };
        let select = format!("FROM message {condition} ORDER BY message.id DESC LIMIT $1");
        let rows = transact(store, |tx| tx.all(Select::<MessageRow>::of(&select, values![most])))?;
        Ok(rows
            .into_iter()
            .map(|row| MessageStanding {
                id: row.id,
                at: row.at,
                recipient_masked: phone::masked(&row.recipient),
                template: row.template,
                state: row.state.word(),
                tries: row.tries,
                submissions: row.submissions,
                sent_at: row.sent_at,
                delivered_at: row.delivered_at,
                reason: row.reason,
            })
            .collect())
    }
}
