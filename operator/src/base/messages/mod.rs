//! Messages to people: what waits for a gateway, and what became of it. Never readable over HTTP; a
//! testbed reads them from here.

pub mod outbox;

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::ids::MessageId;
use mesto_rules::Language;
use serde_json::{Map, Value};

use crate::kernel::call::Call;
use crate::kernel::due::{Due, Repeat};
use crate::kernel::failure::Outcome;
use crate::kernel::metrics::{Counted, Measure};
use crate::kernel::operator::Operator;
use crate::kernel::retention::{Rule, before};
use crate::kernel::service::{Erasure, Export, Service, Table, Told};
use crate::kernel::store::{Json, Select, StoreError, Tx, Write};
use crate::{stored_words, table, values};

stored_words! {
    pub(crate) enum StateWord {
        Waiting = "waiting",
        /// The gateway has it.
        Sent = "sent",
        /// The phone has it, as the gateway says.
        Delivered = "delivered",
        Failed = "failed",
        /// It was too late, or another one took its place.
        Expired = "expired",
    }
}

table! {
    pub(crate) struct MessageRow in "message" {
        id: MessageId,
        channel: String,
        recipient: String,
        template: String,
        params: Json<Map<String, Value>>,
        language: Option<Language>,
        at: DateTime<Utc>,
        /// What is sent first: see [`Urgency`].
        priority: i64,
        state: StateWord,
        /// Not sent any more from then on.
        valid_until: Option<DateTime<Utc>>,
        next_at: DateTime<Utc>,
        /// Nobody else sends it before.
        lease_until: DateTime<Utc>,
        tries: i64,
        /// How often a gateway may have it: handed over and not refused.
        submissions: i64,
        /// When last; counted towards the ceilings from then on.
        submitted_at: Option<DateTime<Utc>>,
        sent_at: Option<DateTime<Utc>>,
        delivered_at: Option<DateTime<Utc>>,
        /// The gateway's own id of it.
        provider_id: Option<String>,
        /// Why it was not sent, or not yet: a word, and nothing of a person.
        reason: Option<String>,
    }
}

/// What is sent first, and what waits when many messages are sent at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Urgency {
    /// A code for a number that has an account: sent whatever else is sent.
    CodeOfAccount = 0,
    /// A code for a number without one.
    CodeOfStranger = 1,
    /// A notice that has to reach its person, and not within the minute.
    Notice = 2,
}

impl Urgency {
    const fn priority(self) -> i64 {
        self as i64
    }
}

/// Messages that are too late are given up, whoever sends them.
const EXPIRE: Due = Due { repeat: Some(Repeat::Minutely), ..Due::trusting_clock("messages.expire", outbox::expire) };

pub(crate) const SERVICE: Service = Service {
    counted: &[Counted { table: "message", name: "messages", help: "Messages that were to be sent" }],
    measures: &[Measure {
        name: "messages_late",
        help: "Messages that wait for more than a minute",
        sql: "SELECT COUNT(*) AS value FROM message WHERE state = 'waiting' AND at < $1 - CAST(60000 AS BIGINT)",
    }],
    tables: &[Table {
        name: "message",
        export: Export::Rows {
            called: "messages",
            // Without the values: a code that is still good is for the phone that it was sent to
            // alone.
            columns: &[
                Told::Plain("channel"),
                Told::Plain("template"),
                Told::Plain("language"),
                Told::Plain("state"),
                Told::Time("at"),
                Told::Time("sent_at"),
                Told::Time("delivered_at"),
            ],
            from: "message WHERE recipient = (SELECT phone FROM person WHERE account = $1) ORDER BY id",
        },
        erasure: Erasure::AtClosing(&[
            "DELETE FROM message WHERE recipient = (SELECT phone FROM person WHERE account = $1)",
        ]),
    }],
    due: &[EXPIRE],
    retention: Some(erase_old),
    ..Service::named("messages")
};

/// A one-time code; parameters `code` and `minutes`, how long it is good for.
pub(crate) const SIGN_IN_CODE: &str = "sign_in.code";

/// The account was blocked (AV-103); parameters `reason` and `write_to`, an address.
pub(crate) const ACCOUNT_BLOCKED: &str = "standing.blocked";

/// The operator closed the account (AV-124); the same parameters.
pub(crate) const ACCOUNT_TERMINATED: &str = "standing.terminated";

/// Everything that is sent.
pub const TEMPLATES: &[&str] = &[SIGN_IN_CODE, ACCOUNT_BLOCKED, ACCOUNT_TERMINATED];

fn erase_old(operator: &Operator, now: DateTime<Utc>) -> Outcome<Vec<Rule>> {
    let old = values![before(now, operator.home.retention.messages_days)];
    Ok(vec![Rule::deleted("message", &["id"], "message.at < $1", old)])
}

/// A message to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub at: DateTime<Utc>,
    /// `sms`
    pub channel: String,
    /// The address of that channel: a phone number in E.164.
    pub recipient: String,
    /// `<service>.<what>`: `sign_in.code`.
    pub template: String,
    /// The values of the template.
    pub params: Map<String, Value>,
    /// Of the person; absent when it is not known.
    pub language: Option<Language>,
}

impl Message {
    /// What stands in it, in the person's language, for a gateway that has no texts of its own:
    /// short enough for one SMS.
    #[must_use]
    pub fn text(&self) -> String {
        let text = mesto_texts::message(self.language.as_ref(), &self.template, &self.params);
        text.unwrap_or_else(|| self.template.clone())
    }

    /// The one-time code in it.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.params.get("code").and_then(Value::as_str)
    }
}

/// What is sent, by SMS, to a number.
pub(crate) struct Sms<'a> {
    pub to: &'a str,
    pub template: &'static str,
    pub params: Map<String, Value>,
    pub language: Option<Language>,
    pub urgency: Urgency,
    /// Not sent any more from then on.
    pub valid_until: DateTime<Utc>,
}

/// Sends a message; those of the same kind to the same number that still wait are sent no more.
pub(crate) fn send(tx: &mut dyn Tx, call: &Call<'_>, sms: Sms<'_>) -> Outcome<()> {
    send_at(tx, call.operator, call.now, sms)
}

/// As [`send`], where nobody calls.
pub(crate) fn send_at(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>, sms: Sms<'_>) -> Outcome<()> {
    let before = "UPDATE message SET state = 'expired', params = '{}', reason = 'superseded' WHERE recipient = $1 AND template = $2 AND state = 'waiting'";
    tx.write(Write::sql("message", before, values![sms.to, sms.template]))?;
    tx.write(Write::insert(MessageRow {
        id: operator.new_id(now),
        channel: "sms".to_owned(),
        recipient: sms.to.to_owned(),
        template: sms.template.to_owned(),
        params: Json::of(&sms.params)?,
        language: sms.language,
        at: now,
        priority: sms.urgency.priority(),
        state: StateWord::Waiting,
        valid_until: Some(sms.valid_until),
        next_at: now,
        lease_until: DateTime::UNIX_EPOCH,
        tries: 0,
        submissions: 0,
        submitted_at: None,
        sent_at: None,
        delivered_at: None,
        provider_id: None,
        reason: None,
    }))?;
    Ok(())
}

/// The messages to a recipient, oldest first.
pub(crate) fn read(tx: &mut dyn Tx, recipient: &str) -> Result<Vec<Message>, StoreError> {
    let select = Select::of("FROM message WHERE message.recipient = $1 ORDER BY message.id", values![recipient]);
    tx.all(select)?.into_iter().map(MessageRow::message).collect()
}

impl MessageRow {
    fn message(self) -> Result<Message, StoreError> {
        let params = self.params.read().map_err(|why| StoreError::unreadable("a message", why))?;
        let Self { channel, recipient, template, language, at, .. } = self;
        Ok(Message { at, channel, recipient, template, params, language })
    }
}
