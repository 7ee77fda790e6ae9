//! The account: everything an app shows, as of one cursor.

use mesto_protocol::ProblemCode;
use mesto_protocol::api::Account;
use mesto_rules::money::{Currency, Money};

use crate::failure::{Outcome, refuse};
use crate::http::Response;
use crate::routes::Call;
use crate::store::Tx;
use crate::{auth, deposit, orders, tickets, values, vehicles};

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
    let phone_masked = row.maybe_text(3)?.map(auth::masked).unwrap_or_default();
    Ok(Response::json(
        200,
        &Account {
            phone_masked,
            seq,
            balance,
            vehicles: vehicles::of(tx, &account)?,
            tickets: tickets::recent(tx, &account, call.now)?,
            orders: orders::of(tx, &account, call.now)?,
            topups: deposit::pending(tx, &account, call.now)?,
            account,
        },
    ))
}
