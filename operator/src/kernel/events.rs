//! The events of an account: gapless, in commit order, by polling here and by SSE in `serve`.

use chrono::{DateTime, Utc};
use mesto_protocol::event::{Change, Event, EventPage};
use mesto_protocol::kernel::json::Json;
use mesto_protocol::{Problem, ProblemCode};
use serde::{Deserialize, Serialize};

use crate::kernel::account::AccountRow;
use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::service::{Erasure, Export, Table};
use crate::kernel::store::{Select, Tx};
use crate::{find, table, values};

table! {
    pub(crate) struct EventRow in "event" {
        account: String,
        seq: i64,
        at: DateTime<Utc>,
        /// What [`Stored`] writes; absent when it was erased: the row stays for the entry it names.
        change: Option<String>,
        entry: Option<String>,
    }
}

pub(crate) const TABLE: Table = Table {
    name: "event",
    export: Export::Rows {
        called: "events",
        columns: &["seq", "at", "change"],
        from: "event WHERE account = $1 AND change IS NOT NULL ORDER BY seq",
    },
    // Of an event that belongs to an entry of the ledger the bare row stays, without what it told.
    erasure: Erasure::AtClosing(&[
        "DELETE FROM event WHERE account = $1 AND entry IS NULL",
        "UPDATE event SET change = NULL WHERE account = $1",
    ]),
};

/// Most events of one page.
pub(crate) const PAGE: i64 = 200;

/// What an event tells, as it is stored.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Stored<K, D> {
    kind: K,
    data: D,
}

impl Stored<(), ()> {
    /// The text of a change.
    pub fn text<T: Change>(change: &T) -> serde_json::Result<String> {
        serde_json::to_string(&Stored { kind: T::KIND, data: change })
    }
}

/// `GET /v1/events?after=N`
pub(crate) fn page(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<EventPage> {
    let after = call.request.asked_number("after")?.unwrap_or(0);
    let account = call.who()?.account.clone();
    read(tx, &account, after)
}

/// The events after a cursor, oldest first. A cursor from before the kept ones, or from a future that never was, needs a snapshot.
pub(crate) fn read(tx: &mut dyn Tx, account: &str, after: i64) -> Outcome<EventPage> {
    let row = tx.first(find!(AccountRow { id: account }))?;
    let (last, gone) = row.map_or((0, 0), |row| (row.seq, row.events_from));
    if after < gone || after > last {
        return Err(Problem::new(
            ProblemCode::CursorTooOld,
            format!("events are kept from {gone} to {last}; read /v1/account anew"),
        )
        .with("oldest", gone)
        .with("last", last)
        .into());
    }
    let rows: Vec<EventRow> = tx.all(Select::of(
        "FROM event WHERE event.account = $1 AND event.seq > $2 AND event.change IS NOT NULL ORDER BY event.seq LIMIT $3",
        values![account, after, PAGE],
    ))?;
    let mut events = Vec::with_capacity(rows.len());
    for EventRow { seq, at, change, .. } in rows {
        if let Some(change) = change {
            let Stored::<String, Json> { kind, data } = serde_json::from_str(&change)?;
            events.push(Event { seq, at, kind, data });
        }
    }
    let next = events.last().map_or(after, |event| event.seq);
    Ok(EventPage { events, next, more: next < last })
}
