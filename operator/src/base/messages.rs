//! Messages that wait for a gateway. Never readable over HTTP; a testbed reads them from here.

use chrono::{DateTime, Utc};

use crate::kernel::failure::Outcome;
use crate::kernel::routes::Call;
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
