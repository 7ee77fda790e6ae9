//! Messages that wait for a gateway. Never readable over HTTP; a testbed reads them from here.

use chrono::{DateTime, Utc};

use crate::kernel::failure::Outcome;
use crate::kernel::routes::Call;
use crate::kernel::store::{StoreError, Tx};
use crate::kernel::text;
use crate::values;

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
    tx.execute(
        "INSERT INTO outbox (id, channel, recipient, body, at) VALUES ($1, $2, $3, $4, $5)",
        values![&call.operator.id("ms", call.now), channel, recipient, body, call.now.timestamp_millis()],
    )?;
    Ok(())
}

/// The messages to a recipient, oldest first.
pub(crate) fn read(tx: &mut dyn Tx, recipient: &str) -> Result<Vec<Message>, StoreError> {
    tx.query("SELECT at, channel, recipient, body FROM outbox WHERE recipient = $1 ORDER BY id", values![recipient])?
        .iter()
        .map(|row| {
            Ok(Message {
                at: text::time(row.int(0)?)?,
                channel: row.string(1)?,
                recipient: row.string(2)?,
                body: row.string(3)?,
            })
        })
        .collect()
}
