//! The account: everything an app shows, as of one cursor; everything that is known about a person; and its end.

use chrono::TimeDelta;
use mesto_protocol::ProblemCode;
use mesto_protocol::base::accounts::Account;
use mesto_rules::money::{Currency, Money};
use serde_json::{Value, json};

use crate::base::{sign_in, vehicles, wallet};
use crate::kernel::account::Held;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::http::Response;
use crate::kernel::ledger::{self, Book, Movement};
use crate::kernel::routes::Call;
use crate::kernel::store::{Cell, Row, Tx};
use crate::kernel::{due, text};
use crate::orders::driver;
use crate::parking::tickets;
use crate::values;

/// `GET /v1/account`
pub(crate) fn read(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let account = call.who()?.account.clone();
    // The cursor is read first: an event that comes in between is in the answer and is told again, never lost.
    let rows = tx.query(
        "SELECT account.seq, account.deposit, account.currency, person.phone FROM account LEFT JOIN person ON person.account = account.id WHERE account.id = $1",
        values![&account],
    )?;
    let Some(row) = rows.first() else { return refuse(ProblemCode::NotFound, "the account is gone") };
    let (seq, balance) = (row.int(0)?, Money::from_minor(row.int(1)?, Currency::new(row.text(2)?)?));
    let phone_masked = row.maybe_text(3)?.map(sign_in::masked).unwrap_or_default();
    Ok(Response::json(
        200,
        &Account {
            phone_masked,
            seq,
            balance,
            vehicles: vehicles::of(tx, &account)?,
            tickets: tickets::recent(tx, &account, call.now)?,
            orders: driver::of(tx, &account, call.now)?,
            topups: wallet::pending(tx, &account, call.now)?,
            account,
        },
    ))
}

/// What is exported: a name, the columns as they are called there, and where they stand. `*_at` columns are times.
const KNOWN: &[(&str, &[&str], &str)] = &[
    ("person", &["phone", "name", "created_at"], "person WHERE account = $1"),
    ("devices", &["name", "public_key", "created_at"], "device WHERE account = $1 ORDER BY id"),
    ("sessions", &["created_at", "expires_at"], "token WHERE account = $1 ORDER BY created_at"),
    ("vehicles", &["city", "shown", "label", "created_at"], "vehicle WHERE account = $1 ORDER BY id"),
    (
        "tickets",
        &["id", "channel", "city", "zone", "issued_at", "starts_at", "ends_at", "price", "currency", "pay"],
        "ticket WHERE account = $1 ORDER BY id",
    ),
    (
        "plates_of_tickets",
        &["ticket", "shown"],
        "ticket_plate WHERE ticket IN (SELECT id FROM ticket WHERE account = $1) ORDER BY ticket",
    ),
    (
        "deposit",
        &["kind", "reference", "at", "amount", "balance", "currency"],
        "ledger_entry WHERE id IN (SELECT entry FROM event WHERE account = $1) ORDER BY account_seq",
    ),
    ("topups", &["id", "amount", "currency", "state", "reason", "created_at"], "topup WHERE account = $1 ORDER BY id"),
    (
        "messages",
        &["channel", "body", "at"],
        "outbox WHERE recipient = (SELECT phone FROM person WHERE account = $1) ORDER BY id",
    ),
];

/// `GET /v1/account/export`: all that is stored about the person, amounts in minor units.
pub(crate) fn export(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let account = call.who()?.account.clone();
    let mut known = serde_json::Map::new();
    known.insert("account".into(), json!(account));
    known.insert("exported_at".into(), json!(call.now));
    for (name, columns, from) in KNOWN {
        let rows = tx.query(&format!("SELECT {} FROM {from}", columns.join(", ")), values![&account])?;
        let rows = rows.iter().map(|row| object(columns, row)).collect::<Outcome<Vec<_>>>()?;
        known.insert((*name).into(), Value::Array(rows));
    }
    known.insert("orders".into(), json!(driver::of(tx, &account, call.now)?));
    Ok(Response::json(200, &known))
}

fn object(columns: &[&str], row: &Row) -> Outcome<Value> {
    let mut object = serde_json::Map::new();
    for (column, cell) in columns.iter().zip(&row.0) {
        let value = match cell {
            Cell::Null => Value::Null,
            Cell::Int(millis) if column.ends_with("_at") || *column == "at" => json!(text::time(*millis)?),
            Cell::Int(number) => json!(number),
            Cell::Text(text) => json!(text),
        };
        object.insert((*column).into(), value);
    }
    Ok(Value::Object(object))
}

/// `DELETE /v1/account`: ends it. Person, devices, vehicles and events are erased now; plates of tickets after the city's time, because a
/// running ticket still has to be seen by an inspector. What is left of the deposit becomes a refund that is owed.
pub(crate) fn close(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let now = call.now;
    let mut held = Held::take(tx, &call.who()?.account)?;
    if held.deposit > 0 {
        let amount = held.deposit;
        let movement = Movement {
            id: call.operator.id("le", now),
            kind: "refund",
            reference: &held.id.clone(),
            currency: held.currency,
            legs: vec![(Book::Deposit(held.id.clone()), amount), (Book::RefundsPayable, -amount)],
        };
        ledger::book(tx, now, Some(&mut held), &movement)?;
    }
    held.release(tx, now)?;
    let account = &held.id;
    for statement in [
        "DELETE FROM outbox WHERE recipient = (SELECT phone FROM person WHERE account = $1)",
        "DELETE FROM one_time_code WHERE phone = (SELECT phone FROM person WHERE account = $1)",
        "DELETE FROM person WHERE account = $1",
        "DELETE FROM token WHERE account = $1",
        "DELETE FROM device WHERE account = $1",
        "DELETE FROM vehicle WHERE account = $1",
        "DELETE FROM quote WHERE account = $1",
        "DELETE FROM intent WHERE account = $1",
        "DELETE FROM event WHERE account = $1 AND entry IS NULL",
        "UPDATE event SET change = NULL WHERE account = $1",
    ] {
        tx.write(statement, values![account])?;
    }
    tx.write(
        "UPDATE account SET events_from = seq, stays = NULL, stays_at = NULL, closed_at = $2 WHERE id = $1",
        values![account, now.timestamp_millis()],
    )?;
    let days = TimeDelta::days(call.operator.home.retention.closed_account_days.into());
    due::plan(tx, due::ERASE_PLATES, account, now + days)?;
    Ok(Response::empty())
}

/// Erases the plates of the tickets of a closed account.
pub(crate) fn erase_plates(tx: &mut dyn Tx, account: &str) -> Outcome<()> {
    tx.write("DELETE FROM ticket_plate WHERE ticket IN (SELECT id FROM ticket WHERE account = $1)", values![account])?;
    Ok(())
}
