//! Messages that wait for a gateway. Never readable over HTTP; a testbed reads them from here.

use chrono::{DateTime, Utc};

use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::operator::Operator;
use crate::kernel::retention::before;
use crate::kernel::service::{Erasure, Export, Service, Table};
use crate::kernel::store::{Select, StoreError, Tx, Write};
use crate::{table, values};

table! {
    pub(crate) struct OutboxRow in "outbox" {
        id: String,
        channel: String,
        recipient: String,
        body: String,
        at: DateTime<Utc>,
    }
}

pub(crate) const SERVICE: Service = Service {
    tables: &[Table {
        name: "outbox",
        export: Export::Rows {
            called: "messages",
            columns: &["channel", "body", "at"],
            from: "outbox WHERE recipient = (SELECT phone FROM person WHERE account = $1) ORDER BY id",
        },
        erasure: Erasure::AtClosing(&[
            "DELETE FROM outbox WHERE recipient = (SELECT phone FROM person WHERE account = $1)",
        ]),
    }],
    retention: Some(erase_old),
    ..Service::named("messages")
};

fn erase_old(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>) -> Outcome<()> {
    let before = before(now, operator.home.retention.messages_days);
    Ok(tx.write(Write::sql("outbox", "DELETE FROM outbox WHERE at < $1", values![before]))?)
}

/// A message to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub at: DateTime<Utc>,
    /// `sms`
    pub channel: String,
    pub recipient: String,
    pub body: String,
}

pub(crate) fn put(tx: &mut dyn Tx, call: &Call<'_>, channel: &str, recipient: &str, body: &str) -> Outcome<()> {
    tx.write(Write::insert(OutboxRow {
        id: call.operator.id("ms", call.now),
        channel: channel.to_owned(),
        recipient: recipient.to_owned(),
        body: body.to_owned(),
        at: call.now,
    }))?;
    Ok(())
}

/// The messages to a recipient, oldest first.
pub(crate) fn read(tx: &mut dyn Tx, recipient: &str) -> Result<Vec<Message>, StoreError> {
    let select = Select::of("FROM outbox WHERE outbox.recipient = $1 ORDER BY outbox.id", values![recipient]);
    let message =
        |row: OutboxRow| Message { at: row.at, channel: row.channel, recipient: row.recipient, body: row.body };
    Ok(tx.all(select)?.into_iter().map(message).collect())
}
