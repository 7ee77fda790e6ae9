//! The account: everything an app shows, as of one cursor; everything that is known about a person;
//! and its end. What there is to show, to tell and to erase each service says of itself.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesto_protocol::base::accounts::{self as wire, Account, AccountClosed};
use mesto_protocol::event::Cursor;
use mesto_protocol::kernel::ids::AccountId;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::money::{Currency, Money};
use serde_json::{Value, json};

use crate::base::claims;
use crate::base::messages;
use crate::base::payments::refunds;
use crate::base::phone;
use crate::base::sign_in::PersonRow;
use crate::base::standing;
use crate::kernel::account::{AccountRow, LockedAccount};
use crate::kernel::call::Call;
use crate::kernel::caller::Caller;
use crate::kernel::epoch::EpochRow;
use crate::kernel::events::WITH_EPOCH;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::grants;
use crate::kernel::http::{Request, Response};
use crate::kernel::operator::{Operator, whole_millis};
use crate::kernel::ports::{Clock, Standing};
use crate::kernel::service::{Erasure, Export, Service, Told, serve};
use crate::kernel::store::{Ask, Row, Select, Store, StoreError, Tx, Write, transact};
use crate::{find, projection, update, values};

pub(crate) const SERVICE: Service = Service {
    operations: &[&[
        serve!(get wire::READ => read),
        serve!(get wire::CLOSE => close).after_closing(),
        serve!(raw wire::EXPORT => export),
    ]],
    ..Service::of(&wire::SERVICE)
};

fn read(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Account> {
    let account = call.who()?.account;
    // The cursor is read first: an event that comes in between is in the answer and is told again,
    // never lost.
    let row: Option<(AccountRow, EpochRow, Option<PersonRow>)> = tx.first(Select::of(
        &format!("{WITH_EPOCH} LEFT JOIN person ON person.account = account.id WHERE account.id = $1"),
        values![account],
    ))?;
    let Some((row, epoch, person)) = row else { return refuse(ProblemCode::NotFound, "the account is gone") };
    let phone_masked = person.and_then(|person| person.phone).map(|phone| phone::masked(&phone)).unwrap_or_default();
    let mut sections = BTreeMap::new();
    for service in call.operator.services {
        if let Some(section) = service.section {
            sections.insert(service.name.to_owned(), section(tx, call.operator, account, call.now)?);
        }
    }
    Ok(Account { account, phone_masked, cursor: Cursor { epoch: epoch.id.to_string(), seq: row.seq }, sections })
}

/// Refuses an account that the operator's tools made, of staff or of a device: they end it.
fn of_person(tx: &mut dyn Tx, account: AccountId) -> Outcome<()> {
    match tx.first(find!(PersonRow { account: account }))? {
        Some(PersonRow { phone: Some(_), .. }) => Ok(()),
        _ => refuse(ProblemCode::Forbidden, "this account is the operator's own, who reads it and ends it"),
    }
}

/// All that is stored about the person.
fn export(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let account = call.who()?.account;
    of_person(tx, account)?;
    let mut known = serde_json::Map::new();
    known.insert("account".into(), json!(account));
    known.insert("exported_at".into(), json!(call.now));
    for table in call.operator.services.iter().flat_map(|service| service.tables) {
        match &table.export {
            Export::Rows { called, columns, from } => {
                let mut names: Vec<&str> = columns.iter().map(|column| column.name()).collect();
                if columns.iter().any(|column| matches!(column, Told::Money(_))) {
                    names.push(CURRENCY);
                }
                let ask = Ask::sql(&format!("SELECT {} FROM {from}", names.join(", ")), values![account]);
                let rows = tx.read(vec![ask])?;
                let rows = rows.iter().flatten().map(|row| object(row, columns)).collect::<Outcome<Vec<_>>>()?;
                known.insert((*called).into(), Value::Array(rows));
            }
            Export::Made { called, by } => {
                known.insert((*called).into(), by(tx, account, call.now)?);
            }
            Export::Excused(_) => {}
        }
    }
    Ok(Response::json(200, &known))
}

/// The column that says what a row's money is in.
const CURRENCY: &str = "currency";

fn object(row: &Row, columns: &[Told]) -> Outcome<Value> {
    let mut object = serde_json::Map::new();
    for column in columns {
        let name = column.name();
        let value = match *column {
            Told::Plain(_) => json!(row.get::<Option<String>>(name)?),
            Told::Count(_) => json!(row.get::<Option<i64>>(name)?),
            Told::Flag(_) => json!(row.get::<Option<bool>>(name)?),
            Told::Time(_) => json!(row.get::<Option<DateTime<Utc>>>(name)?),
            Told::Money(_) => {
                let minor: Option<i64> = row.get(name)?;
                let currency: Currency = row.get(CURRENCY)?;
                json!(minor.map(|minor| Money::from_minor(minor, currency)))
            }
            // One that cannot be read is told as it is stored.
            Told::Json(_) => match row.get::<Option<String>>(name)?.filter(|text| !text.is_empty()) {
                Some(text) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
                None => Value::Null,
            },
        };
        object.insert(name.to_owned(), value);
    }
    Ok(Value::Object(object))
}

/// Ends the account. What is owed is paid first. Each service does what it has to do with it, and
/// erases what it has of the person now; what has to stay for a while, such as the plate of a
/// running ticket, goes with time. Asked again, it tells what became of the money then.
fn close(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<AccountClosed> {
    let now = call.now;
    let mut account = LockedAccount::take(tx, call.who()?.account)?;
    if account.is_closed {
        return closed(tx, account.id);
    }
    of_person(tx, account.id)?;
    standing::may_close(tx, call.operator, &account)?;
    let settled = claims::pay_all(tx, call.operator, now, &mut account)?;
    // The last first: what others stand on is still there.
    for closing in call.operator.services.iter().rev().filter_map(|service| service.closing) {
        closing(tx, call, &mut account)?;
    }
    let refund = refunds::of_closed_deposit(tx, call.operator, now, &mut account)?;
    account.release(tx, now)?;
    for table in call.operator.services.iter().rev().flat_map(|service| service.tables) {
        if let Erasure::AtClosing(statements) | Erasure::AtClosingAndWithTime(statements, _) = table.erasure {
            for statement in statements {
                tx.write(Write::sql(table.name, statement, values![account.id]))?;
            }
        }
    }
    let roles = grants::end_all(tx, account.id, now)?;
    tx.write(update!(AccountRow { id: account.id } set {
        events_from: account.seq, closed_at: Some(now), roles: roles
    }))?;
    Ok(AccountClosed { settled, refund })
}

/// What became of the money of an account that is closed.
fn closed(tx: &mut dyn Tx, account: AccountId) -> Outcome<AccountClosed> {
    Ok(AccountClosed { settled: claims::paid_by(tx, account)?, refund: refunds::left_of_deposit(tx, account)? })
}

projection! {
    /// What the books are in.
    struct OfBooks {
        currency: Currency = "currency",
    }
}

impl Operator {
    /// The currency of everybody's deposit.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.home.currency
    }

    /// What books are in; `None` of books without an account.
    ///
    /// # Errors
    /// The store's trouble.
    pub fn currency_of_books(&self, store: &dyn Store) -> Result<Option<Currency>, StoreError> {
        transact(store, |tx| Ok(tx.first(Select::<OfBooks>::of("FROM account LIMIT 1", &[]))?.map(|row| row.currency)))
    }

    /// Closes the account of a person for good, for a gross breach (AV-124): as the person himself
    /// would, what is left of the deposit is owed as a refund. The person is told by SMS, which has
    /// to be; the reason stands in the audit log too.
    ///
    /// # Errors
    /// `not_found` for an account that is not there or closed, `forbidden` for one of staff,
    /// `account_owes` when more is owed than the deposit holds, `bad_request` for a reason that is
    /// empty or longer than 200 characters, or the store's trouble.
    pub fn terminate_account(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        account: &str,
        reason: &str,
    ) -> Result<AccountClosed, Problem> {
        let now = whole_millis(now);
        let reason = standing::reason_of(reason)?;
        let request = Request::new("DELETE", wire::CLOSE.path);
        let clock: Arc<dyn Clock> = Arc::new(Standing(now));
        let arrival = self.arrival(&clock, &request);
        grants::by_tool((store, self, now), ("account.terminated", account, &reason), |tx| {
            let found = tx.first(find!(AccountRow { id: account }))?.filter(|row| row.closed_at.is_none());
            let Some(AccountRow { id, .. }) = found else {
                return refuse(ProblemCode::NotFound, "there is no open account with this id");
            };
            of_person(tx, id)?;
            let person = tx.first(find!(PersonRow { account: id }))?;
            let mut call = Call::new(self, &arrival, &request, self.router.find(&request)?);
            call.who = Some(Caller { account: id, grants: Vec::new(), device_key: None, is_closed: false });
            let closed = close(tx, &mut call)?;
            // Behind the erasing of what was sent to this number: this has to be sent.
            if let Some(person) = person {
                standing::written_notice(tx, self, now, (messages::ACCOUNT_TERMINATED, &reason), &person)?;
            }
            Ok(closed)
        })
    }
}
