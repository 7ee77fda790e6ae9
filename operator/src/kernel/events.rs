//! The events of an account: gapless, in commit order, by polling here and by SSE in `serve`.

use chrono::{DateTime, Utc};
use mesto_protocol::event::{Change, Cursor, Event, EventPage};
use mesto_protocol::kernel::ids::{AccountId, EntryId};
use mesto_protocol::kernel::json::Json;
use mesto_protocol::{Problem, ProblemCode};
use serde::{Deserialize, Serialize};

use crate::kernel::account::AccountRow;
use crate::kernel::call::Call;
use crate::kernel::epoch::EpochRow;
use crate::kernel::failure::Outcome;
use crate::kernel::service::{Erasure, Export, Table, Told};
use crate::kernel::store::{Select, StoreError, Tx};
use crate::{table, values};

table! {
    pub(crate) struct EventRow in "event" {
        account: AccountId,
        seq: i64,
        at: DateTime<Utc>,
        /// What [`Stored`] writes; absent when it was erased: the row stays for the entry it names.
        change: Option<String>,
        entry: Option<EntryId>,
    }
}

pub(crate) const TABLE: Table = Table {
    name: "event",
    export: Export::Rows {
        called: "events",
        columns: &[Told::Count("seq"), Told::Time("at"), Told::Json("change")],
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

/// The events after a cursor, a page of them.
pub(crate) fn page(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<EventPage> {
    let after = call.request.asked("after")?.map(|text| cursor("after", &text)).transpose()?;
    let account = call.who()?.account;
    read(tx, account, after)
}

/// A cursor as a caller gives it back.
pub(crate) fn cursor(field: &str, text: &str) -> Result<Cursor, Problem> {
    text.parse().map_err(|_| {
        Problem::new(ProblemCode::BadRequest, format!("{field} should be the cursor of an event or of an account"))
            .with("field", field)
    })
}

/// Asks for an account, `$1`, with the epoch of its cursor.
pub(crate) const WITH_EPOCH: &str = "FROM account JOIN epoch ON epoch.name = 'store'";

/// The events after a cursor, oldest first; from the account's first one on without one. A cursor
/// from before the kept ones, ahead of the account, or of another epoch needs the account as a
/// whole.
pub(crate) fn read(tx: &mut dyn Tx, account: AccountId, after: Option<Cursor>) -> Outcome<EventPage> {
    let found: Option<(AccountRow, EpochRow)> =
        tx.first(Select::of(&format!("{WITH_EPOCH} WHERE account.id = $1"), values![account]))?;
    let (row, EpochRow { id: epoch, .. }) = found.ok_or_else(|| StoreError::unreadable("account", "it is gone"))?;
    let (last, gone) = (row.seq, row.events_from);
    let epoch = epoch.to_string();
    let at = |seq: i64| Cursor { epoch: epoch.clone(), seq };
    let after = after.unwrap_or_else(|| at(0));
    if after.epoch != epoch || after.seq < gone || after.seq > last {
        let (oldest, last) = (at(gone), at(last));
        return Err(Problem::new(
            ProblemCode::CursorTooOld,
            format!("events are kept from {oldest} to {last}; read /v1/account anew"),
        )
        .with("oldest", oldest)
        .with("last", last)
        .into());
    }
    let after = after.seq;
    let rows: Vec<EventRow> = tx.all(Select::of(
        "FROM event WHERE event.account = $1 AND event.seq > $2 AND event.change IS NOT NULL ORDER BY event.seq LIMIT $3",
        values![account, after, PAGE],
    ))?;
    let mut events = Vec::with_capacity(rows.len());
    for EventRow { seq, at: told_at, change, .. } in rows {
        if let Some(change) = change {
            let Stored::<String, Json> { kind, data } = serde_json::from_str(&change)?;
            events.push(Event { cursor: at(seq), at: told_at, kind, data });
        }
    }
    let next = events.last().map_or(after, |event| event.cursor.seq);
    Ok(EventPage { events, next: at(next), has_more: next < last })
}
