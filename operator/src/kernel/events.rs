//! The events of an account: gapless, in commit order, by polling here and by SSE in `serve`.

use mesto_protocol::event::{Event, EventPage};
use mesto_protocol::{Problem, ProblemCode};
use serde_json::Value;

use crate::kernel::failure::Outcome;
use crate::kernel::http::Response;
use crate::kernel::routes::Call;
use crate::kernel::store::Tx;
use crate::kernel::text;
use crate::values;

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
    let rows = tx.query("SELECT seq, events_from FROM account WHERE id = $1", values![account])?;
    let (last, gone) =
        rows.first().map_or(Ok((0, 0)), |row| Ok::<_, crate::kernel::store::StoreError>((row.int(0)?, row.int(1)?)))?;
    if after < gone || after > last {
        return Err(Problem::new(
            ProblemCode::CursorTooOld,
            format!("events are kept from {gone} to {last}; read /v1/account anew"),
        )
        .with("oldest", gone)
        .with("last", last)
        .into());
    }
    let events = tx
        .query(
            "SELECT seq, at, change FROM event WHERE account = $1 AND seq > $2 AND change IS NOT NULL ORDER BY seq LIMIT $3",
            values![account, after, PAGE],
        )?
        .iter()
        .map(|row| {
            let at = text::time(row.int(1)?)?;
            Ok(Event { seq: row.int(0)?, at, change: serde_json::from_str(row.text(2)?)? })
        })
        .collect::<Outcome<Vec<_>>>()?;
    let next = events.last().map_or(after, |event| event.seq);
    Ok(EventPage { events, next, more: next < last })
}

/// One event as SSE writes it.
pub(crate) fn data(event: &Event) -> (String, String) {
    let value = serde_json::to_value(event).unwrap_or(Value::Null);
    let kind = value.get("kind").and_then(Value::as_str).unwrap_or("unknown").to_owned();
    (kind, value.to_string())
}
