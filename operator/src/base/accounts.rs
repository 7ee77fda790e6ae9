//! The account: everything an app shows, as of one cursor; everything that is known about a person; and its end.

use chrono::TimeDelta;
use mesto_protocol::ProblemCode;
use mesto_protocol::base::accounts::Account;
use mesto_rules::money::Money;
use serde_json::{Value, json};

use crate::base::messages::OutboxRow;
use crate::base::sign_in;
use crate::base::sign_in::{DeviceRow, OneTimeCodeRow, PersonRow, TokenRow};
use crate::base::vehicles;
use crate::base::vehicles::VehicleRow;
use crate::base::wallet;
use crate::kernel::account::{AccountRow, LockedAccount};
use crate::kernel::due;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::http::Response;
use crate::kernel::idempotency::IntentRow;
use crate::kernel::ledger::{self, LedgerAccount, Movement, MovementKind};
use crate::kernel::routes::Call;
use crate::kernel::store::{self, Ask, Row, Select, Tx, Write};
use crate::kernel::text;
use crate::orders::driver;
use crate::parking::quotes::QuoteRow;
use crate::parking::stays::{OwnerWord, StayRow};
use crate::parking::tickets;
use crate::{delete, find, update, values};

/// `GET /v1/account`
pub(crate) fn read(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let account = call.who()?.account.clone();
    // The cursor is read first: an event that comes in between is in the answer and is told again, never lost.
    let row: Option<(AccountRow, Option<PersonRow>)> = tx.first(Select::of(
        "FROM account LEFT JOIN person ON person.account = account.id WHERE account.id = $1",
        values![&account],
    ))?;
    let Some((row, person)) = row else { return refuse(ProblemCode::NotFound, "the account is gone") };
    let (seq, balance) = (row.seq, Money::from_minor(row.deposit, row.currency));
    let phone_masked = person.and_then(|person| person.phone).map(|phone| sign_in::masked(&phone)).unwrap_or_default();
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

/// What is exported: a name, the columns as they are called there, and where they stand.
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
    (
        "stays",
        &["city", "zone", "started_at", "deadline", "paid_until", "closes_at", "purchases"],
        "stay WHERE owner_kind = 'account' AND owner = $1 ORDER BY city, zone",
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
        let ask = Ask::sql(&format!("SELECT {} FROM {from}", columns.join(", ")), values![&account]);
        let rows = tx.read(vec![ask])?;
        let rows = rows.iter().flatten().map(object).collect::<Outcome<Vec<_>>>()?;
        known.insert((*name).into(), Value::Array(rows));
    }
    known.insert("orders".into(), json!(driver::of(tx, &account, call.now)?));
    Ok(Response::json(200, &known))
}

fn object(row: &Row) -> Outcome<Value> {
    let mut object = serde_json::Map::new();
    for (column, value) in row.columns() {
        let value = match value {
            store::Value::Null => Value::Null,
            store::Value::Int(millis) if is_time(column) => json!(text::time(*millis)?),
            store::Value::Int(number) => json!(number),
            store::Value::Text(text) => json!(text),
        };
        object.insert(column.to_owned(), value);
    }
    Ok(Value::Object(object))
}

fn is_time(column: &str) -> bool {
    column.ends_with("_at") || ["at", "deadline", "paid_until"].contains(&column)
}

/// `DELETE /v1/account`: ends it. Person, devices, vehicles and events are erased now; plates of tickets after the city's time, because a
/// running ticket still has to be seen by an inspector. What is left of the deposit becomes a refund that is owed.
pub(crate) fn close(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let now = call.now;
    let mut locked = LockedAccount::of_caller(tx, &call.who()?.account)?;
    let phone = tx.first(find!(PersonRow { account: &locked.id }))?.and_then(|person| person.phone);
    if locked.deposit > 0 {
        let (amount, holder) = (locked.deposit, locked.id.clone());
        let movement = Movement {
            id: call.operator.id("le", now),
            kind: MovementKind::Refund,
            reference: &holder,
            currency: locked.currency,
            legs: vec![
                (LedgerAccount::Deposit { holder: holder.clone() }, amount),
                (LedgerAccount::RefundsPayable { holder: holder.clone() }, -amount),
            ],
        };
        ledger::post(tx, now, Some(&mut locked), movement)?;
    }
    locked.release(tx, now)?;
    let account = &locked.id;
    if let Some(phone) = &phone {
        tx.write(delete!(OutboxRow { recipient: phone }))?;
        tx.write(delete!(OneTimeCodeRow { phone: phone }))?;
    }
    for write in [
        delete!(PersonRow { account: account }),
        delete!(TokenRow { account: account }),
        delete!(DeviceRow { account: account }),
        delete!(VehicleRow { account: account }),
        delete!(QuoteRow { account: account }),
        delete!(IntentRow { account: account }),
        delete!(StayRow { owner_kind: OwnerWord::Account, owner: account }),
        Write::sql("event", "DELETE FROM event WHERE account = $1 AND entry IS NULL", values![account]),
        Write::sql("event", "UPDATE event SET change = NULL WHERE account = $1", values![account]),
        update!(AccountRow { id: account } set { events_from: locked.seq, closed_at: Some(now) }),
    ] {
        tx.write(write)?;
    }
    let days = TimeDelta::days(call.operator.home.retention.closed_account_days.into());
    due::plan(tx, due::ERASE_PLATES, account, now + days)?;
    Ok(Response::empty())
}

/// Erases the plates of the tickets of a closed account.
pub(crate) fn erase_plates(tx: &mut dyn Tx, account: &str) -> Outcome<()> {
    tx.write(Write::sql(
        "ticket_plate",
        "DELETE FROM ticket_plate WHERE ticket IN (SELECT id FROM ticket WHERE account = $1)",
        values![account],
    ))?;
    Ok(())
}
