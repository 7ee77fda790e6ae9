//! The account: everything an app shows, as of one cursor; everything that is known about a person; and its end. What there is to show,
//! to tell and to erase each service says of itself.

use std::collections::BTreeMap;

use mesto_protocol::ProblemCode;
use mesto_protocol::base::accounts::{self as wire, Account};
use serde_json::{Value, json};

use crate::base::sign_in;
use crate::kernel::account::Held;
use crate::kernel::call::Call;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::http::Response;
use crate::kernel::service::{Erasure, Export, Service, serve};
use crate::kernel::store::{Cell, Row, Tx};
use crate::kernel::text;
use crate::values;

pub(crate) const SERVICE: Service = Service {
    operations: &[
        serve!(get wire::READ => read),
        serve!(delete wire::CLOSE => close),
        serve!(raw wire::EXPORT => export),
    ],
    ..Service::of(&wire::SERVICE)
};

fn read(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Account> {
    let account = call.who()?.account.clone();
    // The cursor is read first: an event that comes in between is in the answer and is told again, never lost.
    let rows = tx.query(
        "SELECT account.seq, person.phone FROM account LEFT JOIN person ON person.account = account.id WHERE account.id = $1",
        values![&account],
    )?;
    let Some(row) = rows.first() else { return refuse(ProblemCode::NotFound, "the account is gone") };
    let (seq, phone_masked) = (row.int(0)?, row.maybe_text(1)?.map(sign_in::masked).unwrap_or_default());
    let mut sections = BTreeMap::new();
    for service in call.operator.services {
        if let Some(section) = service.section {
            sections.insert(service.name.to_owned(), section(tx, &account, call.now)?);
        }
    }
    Ok(Account { account, phone_masked, seq, sections })
}

/// All that is stored about the person, amounts in minor units.
fn export(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let account = call.who()?.account.clone();
    let mut known = serde_json::Map::new();
    known.insert("account".into(), json!(account));
    known.insert("exported_at".into(), json!(call.now));
    for table in call.operator.services.iter().flat_map(|service| service.tables) {
        match &table.export {
            Export::Rows { called, columns, from } => {
                let rows = tx.query(&format!("SELECT {} FROM {from}", columns.join(", ")), values![&account])?;
                let rows = rows.iter().map(|row| object(columns, row)).collect::<Outcome<Vec<_>>>()?;
                known.insert((*called).into(), Value::Array(rows));
            }
            Export::Made { called, by } => {
                known.insert((*called).into(), by(tx, &account, call.now)?);
            }
            Export::Excused(_) => {}
        }
    }
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

/// Ends the account. Each service does what it has to do with it, and erases what it has of the person now; what has to stay for a while,
/// such as the plate of a running ticket, goes with time.
fn close(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<()> {
    let now = call.now;
    let mut held = Held::take(tx, &call.who()?.account)?;
    // The last first: what others stand on is still there.
    for closing in call.operator.services.iter().rev().filter_map(|service| service.closing) {
        closing(tx, call, &mut held)?;
    }
    held.release(tx, now)?;
    for table in call.operator.services.iter().rev().flat_map(|service| service.tables) {
        if let Erasure::AtClosing(statements) = table.erasure {
            for statement in statements {
                tx.write(statement, values![&held.id])?;
            }
        }
    }
    tx.write(
        "UPDATE account SET events_from = seq, closed_at = $2 WHERE id = $1",
        values![&held.id, now.timestamp_millis()],
    )?;
    Ok(())
}
