//! The events of an account: gapless, in commit order, by polling here and by SSE in `serve`.

use mesto_protocol::event::{Cursor, Event, EventPage};
use mesto_protocol::{Problem, ProblemCode};
use serde_json::Value;

use crate::failure::Outcome;
use crate::http::Response;
use crate::routes::Call;
use crate::store::{StoreError, Tx};
use crate::{text, values};

/// Most events of one page.
pub(crate) const PAGE: i64 = 200;

/// `GET /v1/events?after=<cursor>`
pub(crate) fn page(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let after = call.request.asked("after")?.map(|text| cursor("after", &text)).transpose()?;
    let account = call.who()?.account.clone();
    Ok(Response::json(200, &read(tx, &account, after)?))
}

/// A cursor as a caller gives it back.
pub(crate) fn cursor(field: &str, text: &str) -> Result<Cursor, Problem> {
    text.parse().map_err(|_| {
        Problem::new(ProblemCode::BadRequest, format!("{field} should be the cursor of an event or of an account"))
            .with("field", field)
    })
}

/// The events after a cursor, oldest first; all that are kept without one. A cursor from before the kept ones, ahead of the
/// account, or of another epoch needs the account as a whole.
pub(crate) fn read(tx: &mut dyn Tx, account: &str, after: Option<Cursor>) -> Outcome<EventPage> {
    let rows = tx.query("SELECT seq, events_from, (SELECT id FROM epoch) FROM account WHERE id = $1", values![account])?;
    let row = rows.first().ok_or_else(|| StoreError::unreadable("account", "it is gone"))?;
    let (last, gone, epoch) = (row.int(0)?, row.int(1)?, row.string(2)?);
    let after = after.unwrap_or_else(|| Cursor { epoch: epoch.clone(), seq: 0 });
    let at = |seq: i64| Cursor { epoch: epoch.clone(), seq };
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
    let events = tx
        .query(
            "SELECT seq, at, change FROM event WHERE account = $1 AND seq > $2 AND change IS NOT NULL ORDER BY seq LIMIT $3",
            values![account, after, PAGE],
        )?
        .iter()
        .map(|row| {
            let told_at = text::time(row.int(1)?)?;
            Ok(Event { cursor: at(row.int(0)?), at: told_at, change: serde_json::from_str(row.text(2)?)? })
        })
        .collect::<Outcome<Vec<_>>>()?;
    let next = events.last().map_or(after, |event| event.cursor.seq);
    Ok(EventPage { events, next: at(next), more: next < last })
}

/// One event as SSE writes it.
pub(crate) fn data(event: &Event) -> (String, String) {
    let value = serde_json::to_value(event).unwrap_or(Value::Null);
    let kind = value.get("kind").and_then(Value::as_str).unwrap_or("unknown").to_owned();
    (kind, value.to_string())
}
