//! Messages that wait for a gateway. Never readable over HTTP; a testbed reads them from here.

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::ids::MessageId;
use mesto_rules::Language;
use serde_json::{Map, Value};

use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::operator::Operator;
use crate::kernel::retention::{Rule, before};
use crate::kernel::service::{Erasure, Export, Service, Table, Told};
use crate::kernel::store::{Json, Select, StoreError, Tx, Write};
use crate::{table, values};

table! {
    pub(crate) struct MessageRow in "message" {
        id: MessageId,
        channel: String,
        recipient: String,
        template: String,
        params: Json<Map<String, Value>>,
        language: Option<Language>,
        at: DateTime<Utc>,
    }
}

pub(crate) const SERVICE: Service = Service {
    tables: &[Table {
        name: "message",
        export: Export::Rows {
            called: "messages",
            // Without the values: a code that is still good is for the phone that it was sent to
            // alone.
            columns: &[Told::Plain("channel"), Told::Plain("template"), Told::Plain("language"), Told::Time("at")],
            from: "message WHERE recipient = (SELECT phone FROM person WHERE account = $1) ORDER BY id",
        },
        erasure: Erasure::AtClosing(&[
            "DELETE FROM message WHERE recipient = (SELECT phone FROM person WHERE account = $1)",
        ]),
    }],
    retention: Some(erase_old),
    ..Service::named("messages")
};

/// A one-time code; parameters `code` and `minutes`, how long it is good for.
pub(crate) const SIGN_IN_CODE: &str = "sign_in.code";

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
}

pub(crate) fn send(tx: &mut dyn Tx, call: &Call<'_>, sms: Sms<'_>) -> Outcome<()> {
    tx.write(Write::insert(MessageRow {
        id: call.operator.new_id(call.now),
        channel: "sms".to_owned(),
        recipient: sms.to.to_owned(),
        template: sms.template.to_owned(),
        params: Json::of(&sms.params)?,
        language: sms.language,
        at: call.now,
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
