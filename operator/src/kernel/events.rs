//! The events of an account: gapless, in commit order, by polling here and by SSE in `serve`.

use chrono::{DateTime, Utc};
use mesto_protocol::event::{Change, Event, EventPage};
use mesto_protocol::{Problem, ProblemCode};
use serde_json::Value;

use crate::kernel::account::AccountRow;
use crate::kernel::failure::Outcome;
use crate::kernel::http::Response;
use crate::kernel::routes::Call;
use crate::kernel::store::{Json, Select, Tx};
use crate::{find, table, values};

table! {
    pub(crate) struct EventRow in "event" {
        account: String,
        seq: i64,
        at: DateTime<Utc>,
        /// Absent when it was erased: the row stays for the entry it names.
        change: Option<Json<Change>>,
        entry: Option<String>,
    }
}

/// Most events of one page.
pub(crate) const PAGE: i64 = 200;

/// `GET /v1/events?after=N`
pub(crate) fn page(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let after = call.request.asked_number("after")?.unwrap_or(0);
    let account = call.who()?.account.clone();
    Ok(Response::json(200, &read(tx, &account, after)?))
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
            events.push(Event { seq, at, change: change.read()? });
        }
    }
    let next = events.last().map_or(after, |event| event.seq);
    Ok(EventPage { events, next, more: next < last })
}

/// One event as SSE writes it.
pub(crate) fn data(event: &Event) -> (String, String) {
    let value = serde_json::to_value(event).unwrap_or(Value::Null);
    let kind = value.get("kind").and_then(Value::as_str).unwrap_or("unknown").to_owned();
    (kind, value.to_string())
}
