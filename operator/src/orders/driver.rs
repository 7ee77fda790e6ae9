//! Daily parking ticket orders (eDPK) as a driver sees and pays them. Only an inspector issues one.

use chrono::{DateTime, Utc};
use mesto_protocol::event::Change;
use mesto_protocol::orders::driver::{Order, OrderPaid, OrderPayment, OrderState, Orders};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::order::{self, OrderError, OrderEvent, OrderTerms};

use crate::kernel::failure::{Failure, Outcome, refuse};
use crate::kernel::http::Response;
use crate::kernel::ledger::{self, Book, Movement};
use crate::kernel::routes::Call;
use crate::kernel::store::{Row, Tx};
use crate::kernel::{due, text, words};
use crate::values;

const MOST: i64 = 200;

/// Columns of an order with its plate; a plate that was erased reads as empty.
const COLUMNS: &str = "daily_order.id, daily_order.city, daily_order.zone, daily_order.state, daily_order.violation, daily_order.place, daily_order.terms, daily_order.issued_at, daily_order.paid_at, order_plate.canonical FROM daily_order LEFT JOIN order_plate ON order_plate.daily_order = daily_order.id";

fn from_row(row: &Row, now: DateTime<Utc>) -> Outcome<(Order, OrderTerms)> {
    let terms: OrderTerms = serde_json::from_str(row.text(6)?)?;
    let paid_at = row.maybe_int(8)?.map(text::time).transpose()?;
    let order = Order {
        id: row.string(0)?,
        city: row.string(1)?,
        zone: row.string(2)?,
        plate: row.maybe_string(9)?.unwrap_or_default(),
        state: words::read(row.text(3)?)?,
        issued_at: text::time(row.int(7)?)?,
        valid_until: terms.valid_until,
        price: terms.price,
        due: terms.due(paid_at.unwrap_or(now)),
        discount_until: terms.discount_until,
        place: row.maybe_string(5)?,
        violation: words::read(row.text(4)?)?,
        paid_at,
    };
    Ok((order, terms))
}

/// The orders of the plates of an account, newest first.
pub(crate) fn of(tx: &mut dyn Tx, account: &str, now: DateTime<Utc>) -> Outcome<Vec<Order>> {
    let rows = tx.query(
        &format!("SELECT {COLUMNS} JOIN vehicle ON vehicle.city = order_plate.city AND vehicle.canonical = order_plate.canonical WHERE vehicle.account = $1 ORDER BY daily_order.id DESC LIMIT $2"),
        values![account, MOST],
    )?;
    rows.iter().map(|row| from_row(row, now).map(|(order, _)| order)).collect()
}

/// The order that covers a plate in a zone now.
pub(crate) fn covering(
    tx: &mut dyn Tx,
    city: &str,
    zone: &str,
    canonical: &str,
    now: DateTime<Utc>,
) -> Outcome<Option<Order>> {
    let rows = tx.query(
        &format!("SELECT {COLUMNS} WHERE order_plate.city = $1 AND order_plate.canonical = $2 AND daily_order.zone = $3 AND daily_order.valid_until > $4 AND daily_order.state <> 'cancelled' ORDER BY daily_order.id DESC LIMIT 1"),
        values![city, canonical, zone, now.timestamp_millis()],
    )?;
    Ok(rows.first().map(|row| from_row(row, now)).transpose()?.map(|(order, _)| order))
}

/// `GET /v1/orders`
pub(crate) fn list(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let account = call.who()?.account.clone();
    Ok(Response::json(200, &Orders { orders: of(tx, &account, call.now)? }))
}

/// `POST /v1/orders/{order}/payment`: from the deposit, exactly what is owed now.
pub(crate) fn pay(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let asked: OrderPayment = call.request.read()?;
    call.in_time(asked.not_after)?;
    let (now, account) = (call.now, call.who()?.account.clone());
    // Another driver of the same plate may pay at the same moment: who holds the row pays.
    tx.execute("UPDATE daily_order SET state = state WHERE id = $1", values![call.named()])?;
    let rows = tx.query(
        &format!("SELECT {COLUMNS} JOIN vehicle ON vehicle.city = order_plate.city AND vehicle.canonical = order_plate.canonical WHERE vehicle.account = $1 AND daily_order.id = $2"),
        values![&account, call.named()],
    )?;
    let Some(row) = rows.first() else {
        return refuse(ProblemCode::NotFound, "there is no such order on your vehicles");
    };
    let (mut order, terms) = from_row(row, now)?;
    let event = OrderEvent::Pay { amount: asked.amount, terms };
    let (_, _) = order::step(rules_state(order.state), &event, now).map_err(|error| refused(&error))?;
    let (amount, balance) = (order.due, call.held()?.balance());
    let missing = amount.checked_sub(&balance)?;
    if missing.amount.is_sign_positive() && !missing.is_zero() {
        return Err(Problem::new(
            ProblemCode::DepositTooLow,
            format!("{amount} is owed and the deposit holds {balance}"),
        )
        .with("balance", balance)
        .with("price", amount)
        .with("missing", missing)
        .into());
    }
    let paid = amount.minor()?;
    tx.write(
        "UPDATE daily_order SET state = 'paid', paid_at = $2, paid_by = $3, paid_amount = $4 WHERE id = $1",
        values![&order.id, now.timestamp_millis(), &account, paid],
    )?;
    (order.state, order.paid_at) = (OrderState::Paid, Some(now));
    let price = order.price.minor()?;
    let entry = call.operator.id("le", now);
    let held = call.held()?;
    held.tell(Change::OrderChanged(order.clone()));
    // Issued at its full price: what the discount takes off was never earned.
    let mut legs = vec![(Book::Deposit(account.clone()), paid), (Book::OrdersReceivable, -price)];
    if price != paid {
        legs.push((Book::OrderRevenue(order.city.clone()), price - paid));
    }
    let movement = Movement { id: entry, kind: "order", reference: &order.id, currency: amount.currency, legs };
    ledger::book(tx, now, Some(held), &movement)?;
    due::plan(tx, due::ORDER_TOLD, &format!("{}/{account}", order.id), now)?;
    Ok(Response::json(200, &OrderPaid { order, balance: call.held()?.balance() }))
}

const fn rules_state(state: OrderState) -> order::OrderState {
    match state {
        OrderState::Issued => order::OrderState::Issued,
        OrderState::Paid => order::OrderState::Paid,
        // A state this operator does not know: nobody is asked for money by it.
        OrderState::Cancelled | OrderState::Other => order::OrderState::Cancelled,
    }
}

fn refused(error: &OrderError) -> Failure {
    let detail = error.to_string();
    match error {
        OrderError::AlreadyPaid => Problem::new(ProblemCode::OrderAlreadyPaid, detail),
        OrderError::Withdrawn => Problem::new(ProblemCode::OrderNotPayable, detail),
        OrderError::AmountDiffers { due, offered } => {
            Problem::new(ProblemCode::OrderNotPayable, detail).with("due", due).with("offered", offered)
        }
    }
    .into()
}

/// Tells the other accounts with this plate that an order was paid: one account per transaction, so that no two payments wait for each
/// other in a circle.
pub(crate) fn tell_others(tx: &mut dyn Tx, now: DateTime<Utc>, reference: &str) -> Outcome<()> {
    let (order, payer) = reference.split_once('/').unwrap_or((reference, ""));
    let rows = tx.query(&format!("SELECT {COLUMNS} WHERE daily_order.id = $1"), values![order])?;
    let Some(row) = rows.first() else { return Ok(()) };
    let (order, _) = from_row(row, now)?;
    for account in owners(tx, &order.city, &order.plate)? {
        if account != payer {
            let mut held = crate::kernel::account::Held::take(tx, &account)?;
            held.tell(Change::OrderChanged(order.clone()));
            held.release(tx, now)?;
        }
    }
    Ok(())
}

/// The accounts with this plate, in the order in which they are locked.
pub(crate) fn owners(tx: &mut dyn Tx, city: &str, canonical: &str) -> Outcome<Vec<String>> {
    let rows = tx.query(
        "SELECT DISTINCT account FROM vehicle WHERE city = $1 AND canonical = $2 ORDER BY account",
        values![city, canonical],
    )?;
    Ok(rows.iter().map(|row| row.string(0)).collect::<Result<_, _>>()?)
}
