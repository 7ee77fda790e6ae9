//! Daily parking ticket orders (eDPK) as a driver sees and pays them. Only an inspector issues one.

use chrono::{DateTime, Utc};
use mesto_protocol::base::plate::Plate;
use mesto_protocol::kernel::json::Json as OnTheWire;
use mesto_protocol::orders::driver::{Order, OrderPaid, OrderPayment, OrderState, Orders, OrdersSection, Violation};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::PayMethod as RulesPay;
use mesto_rules::money::Currency;
use mesto_rules::order::{self, OrderEffect, OrderError, OrderEvent, OrderTerms};
use mesto_rules::orders::OrdersSection as OrdersOfCity;

use crate::base::wallet;
use crate::kernel::account::{AccountOf, Locks, lock};
use crate::kernel::call::Call;
use crate::kernel::due::{self, Due};
use crate::kernel::failure::{Failure, Outcome, refuse};
use crate::kernel::ledger::{self, LedgerAccount, Movement, MovementKind};
use crate::kernel::operator::Operator;
use crate::kernel::store::{Ask, Json, Select, StoreError, Tx};
use crate::orders::NAME;
use crate::{projection, stored_words, table, update, values};

/// An order was paid or withdrawn: the other accounts with its plate are told.
pub(crate) const TELL_OTHERS: Due = Due::new("orders.tell_others", tell_others);

const MOST: i64 = 200;
/// Who takes money at a counter, a bank or the post (BG-18).
const ELSEWHERE: &str = "elsewhere";

stored_words! {
    /// `daily_order.state`
    pub(crate) enum StateWord for OrderState { Issued = "issued", Paid = "paid", Cancelled = "cancelled" }
}

stored_words! {
    /// `daily_order.violation`
    pub(crate) enum ViolationWord for Violation { NoTicket = "no_ticket", TimeExpired = "time_expired" }
}

table! {
    pub(crate) struct OrderRow in "daily_order" {
        id: String,
        city: String,
        zone: String,
        state: StateWord,
        violation: ViolationWord,
        place: Option<String>,
        terms: Json<OrderTerms>,
        issued_at: DateTime<Utc>,
        valid_until: DateTime<Utc>,
        currency: Currency,
        inspector: String,
        paid_at: Option<DateTime<Utc>>,
        paid_by: Option<String>,
        paid_amount: Option<i64>,
    }
}

table! {
    /// The erasable half of an order.
    pub(crate) struct OrderPlateRow in "order_plate" {
        daily_order: String,
        city: String,
        canonical: String,
        shown: String,
        country: Option<String>,
    }
}

/// An order with its plate; a plate that was erased reads as empty.
pub(crate) type OrderWithPlate = (OrderRow, Option<OrderPlateRow>);

const FROM: &str = "FROM daily_order LEFT JOIN order_plate ON order_plate.daily_order = daily_order.id";

fn from_rows((row, plate): OrderWithPlate, now: DateTime<Utc>) -> Outcome<(Order, OrderTerms)> {
    let terms = row.terms.read()?;
    let order = Order {
        id: row.id,
        city: row.city,
        zone: row.zone,
        plate: plate
            .map(|plate| Plate { canonical: plate.canonical, display: plate.shown, country: plate.country })
            .unwrap_or_default(),
        state: row.state.into(),
        issued_at: row.issued_at,
        valid_until: terms.valid_until,
        price: terms.price,
        due: terms.due(row.paid_at.unwrap_or(now)),
        discount_until: terms.discount_until,
        place: row.place,
        violation: row.violation.into(),
        paid_at: row.paid_at,
    };
    Ok((order, terms))
}

/// The orders of the plates of an account, newest first.
pub(crate) fn of(tx: &mut dyn Tx, account: &str, now: DateTime<Utc>) -> Outcome<Vec<Order>> {
    let rows: Vec<OrderWithPlate> = tx.all(Select::of(
        &format!("{FROM} JOIN vehicle ON vehicle.city = order_plate.city AND vehicle.canonical = order_plate.canonical WHERE vehicle.account = $1 ORDER BY daily_order.id DESC LIMIT $2"),
        values![account, MOST],
    ))?;
    rows.into_iter().map(|row| from_rows(row, now).map(|(order, _)| order)).collect()
}

/// Asks for the order that covers a plate in a zone now.
pub(crate) fn covering(city: &str, zone: &str, canonical: &str, now: DateTime<Utc>) -> Select<OrderWithPlate> {
    Select::of(
        &format!(
            "{FROM} WHERE order_plate.city = $1 AND order_plate.canonical = $2 AND daily_order.zone = $3 AND daily_order.valid_until > $4 AND daily_order.state <> 'cancelled' ORDER BY daily_order.id DESC LIMIT 1"
        ),
        values![city, canonical, zone, now.timestamp_millis()],
    )
}

/// The order that covers a plate in a zone now.
pub(crate) fn find_covering(
    tx: &mut dyn Tx,
    city: &str,
    zone: &str,
    canonical: &str,
    now: DateTime<Utc>,
) -> Outcome<Option<Order>> {
    let row = tx.first(covering(city, zone, canonical, now))?;
    Ok(row.map(|row| from_rows(row, now)).transpose()?.map(|(order, _)| order))
}

/// What an app shows of orders.
pub(crate) fn section(tx: &mut dyn Tx, account: &str, now: DateTime<Utc>) -> Outcome<OnTheWire> {
    Ok(OnTheWire::of(&OrdersSection { orders: of(tx, account, now)? })?)
}

/// Newest first.
pub(crate) fn list(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Orders> {
    Ok(Orders { orders: of(tx, &call.who()?.account, call.now)? })
}

projection! {
    /// The vehicle of a token's account, `$2`, that an order was issued for.
    pub(crate) struct OwnVehicle {
        vehicle: Option<String> = "(SELECT vehicle.id FROM vehicle WHERE vehicle.account = (SELECT account FROM token WHERE hash = $2) AND vehicle.city = order_plate.city AND vehicle.canonical = order_plate.canonical)",
    }
}

/// The order to pay. Another driver of the same plate may pay at the same moment: who holds its row pays.
fn to_pay(call: &Call<'_>) -> Select<(OrderRow, Option<OrderPlateRow>, OwnVehicle)> {
    Select::of(&format!("{FROM} WHERE daily_order.id = $1"), values![call.named(), &call.token]).locking("daily_order")
}

/// What a payment reads.
pub(crate) fn prefetch(call: &Call<'_>) -> Option<Vec<Ask>> {
    Some(vec![to_pay(call).ask()])
}

/// From the deposit, exactly what is owed now.
pub(crate) fn pay(tx: &mut dyn Tx, call: &mut Call<'_>, asked: OrderPayment) -> Outcome<OrderPaid> {
    call.in_time(asked.not_after)?;
    let (now, account) = (call.now, call.who()?.account.clone());
    let found = tx.first(to_pay(call))?.filter(|(_, _, own)| own.vehicle.is_some());
    let Some((row, plate, _)) = found else {
        return refuse(ProblemCode::NotFound, "there is no such order on your vehicles");
    };
    let (mut order, terms) = from_rows((row, plate), now)?;
    let allowed = &call.operator.city(&order.city)?.section::<OrdersOfCity>()?.policy.pay;
    if !allowed.contains(&RulesPay::Deposit) {
        return Err(Problem::new(ProblemCode::PaymentMethodNotAllowed, "orders are not paid from the deposit here")
            .with("method", RulesPay::Deposit)
            .with("allowed", allowed)
            .into());
    }
    let event = OrderEvent::Pay { amount: asked.amount, terms };
    let (state, effects) = order::step(rules_state(order.state), &event, now).map_err(|error| refused(&error))?;
    let (amount, balance) = (order.due, call.account()?.balance());
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
    become_paid(tx, &mut order, state, now, Some(&account))?;
    let entry = call.operator.id("le", now);
    for effect in effects {
        match effect {
            OrderEffect::Book { amount } => {
                let (paid, price) = (amount.minor()?, order.price.minor()?);
                let legs =
                    legs_of_payment(&order.city, LedgerAccount::Deposit { holder: account.clone() }, paid, price);
                let (id, kind, currency) = (entry.clone(), MovementKind::Order, amount.currency);
                let movement = Movement { id, kind, reference: &order.id, currency, legs };
                wallet::post(tx, now, call.account()?, movement)?;
            }
            OrderEffect::TellPaid | OrderEffect::TellCancelled => {
                call.account()?.tell(&order)?;
                due::plan(tx, &TELL_OTHERS, &format!("{}/{account}", order.id), now)?;
            }
        }
    }
    call.made = Some(order.id.clone());
    Ok(OrderPaid { order, balance: call.account()?.balance() })
}

/// Legs of an order that is paid into `to`. It was issued at its full price: what the discount takes off was never earned.
fn legs_of_payment(city: &str, to: LedgerAccount, paid: i64, price: i64) -> Vec<(LedgerAccount, i64)> {
    let city = || city.to_owned();
    let mut legs = vec![(to, paid), (LedgerAccount::Receivable { service: NAME, city: city() }, -price)];
    if price != paid {
        legs.push((LedgerAccount::Revenue { service: NAME, city: city() }, price - paid));
    }
    legs
}

/// What an order becomes by a step that needs no money of a deposit; its vehicle's accounts are told.
fn happened(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>, id: &str, event: &OrderEvent) -> Outcome<Order> {
    let row: Option<OrderWithPlate> =
        tx.first(Select::of(&format!("{FROM} WHERE daily_order.id = $1"), values![id]).locking("daily_order"))?;
    let Some(row) = row else { return refuse(ProblemCode::NotFound, "there is no such order") };
    let (mut order, _) = from_rows(row, now)?;
    let (state, effects) = order::step(rules_state(order.state), event, now).map_err(|error| refused(&error))?;
    let price = order.price.minor()?;
    let (kind, legs) = if state == order::OrderState::Paid {
        let due = order.due.minor()?;
        become_paid(tx, &mut order, state, now, None)?;
        let counter = LedgerAccount::Clearing { provider: ELSEWHERE };
        (MovementKind::OrderElsewhere, legs_of_payment(&order.city, counter, due, price))
    } else {
        order.state = wire_state(state);
        tx.write(update!(OrderRow { id: id } set { state: StateWord::try_from(order.state)? }))?;
        let city = || order.city.clone();
        let legs = vec![
            (LedgerAccount::Revenue { service: NAME, city: city() }, price),
            (LedgerAccount::Receivable { service: NAME, city: city() }, -price),
        ];
        (MovementKind::OrderCancelled, legs)
    };
    let (entry, currency) = (operator.id("le", now), order.price.currency);
    ledger::post(tx, now, None, Movement { id: entry, kind, reference: id, currency, legs })?;
    if effects.iter().any(|effect| matches!(effect, OrderEffect::TellPaid | OrderEffect::TellCancelled)) {
        due::plan(tx, &TELL_OTHERS, &format!("{id}/"), now)?;
    }
    Ok(order)
}

/// Paid at a counter, a bank or the post (BG-18): what is owed now.
pub(crate) fn paid_elsewhere(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>, id: &str) -> Outcome<Order> {
    happened(tx, operator, now, id, &OrderEvent::PaidElsewhere)
}

/// Withdrawn: nothing is owed.
pub(crate) fn cancel(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>, id: &str) -> Outcome<Order> {
    happened(tx, operator, now, id, &OrderEvent::Cancel)
}

/// Stores that an order was paid, with what was owed; `by` is the account whose deposit paid.
fn become_paid(
    tx: &mut dyn Tx,
    order: &mut Order,
    state: order::OrderState,
    now: DateTime<Utc>,
    by: Option<&str>,
) -> Outcome<()> {
    (order.state, order.paid_at) = (wire_state(state), Some(now));
    tx.write(update!(OrderRow { id: &order.id } set {
        state: StateWord::try_from(order.state)?, paid_at: Some(now), paid_by: by, paid_amount: Some(order.due.minor()?)
    }))?;
    Ok(())
}

const fn wire_state(state: order::OrderState) -> OrderState {
    match state {
        order::OrderState::Issued => OrderState::Issued,
        order::OrderState::Paid => OrderState::Paid,
        order::OrderState::Cancelled => OrderState::Cancelled,
    }
}

/// The order an action made or paid, as it stands now.
fn made(tx: &mut dyn Tx, call: &Call<'_>, order: &str) -> Outcome<Order> {
    let row: Option<OrderWithPlate> =
        tx.first(Select::of(&format!("{FROM} WHERE daily_order.id = $1"), values![order]))?;
    let row = row.ok_or_else(|| StoreError::unreadable("order", "it is gone"))?;
    Ok(from_rows(row, call.now)?.0)
}

/// The answer of a payment whose own is no longer kept.
pub(crate) fn paid_again(tx: &mut dyn Tx, call: &Call<'_>, order: &str) -> Outcome<OrderPaid> {
    let order = made(tx, call, order)?;
    Ok(OrderPaid { order, balance: wallet::balance(tx, &call.who()?.account)? })
}

/// The answer of an order that was issued, when its own is no longer kept.
pub(crate) fn issued_again(tx: &mut dyn Tx, call: &Call<'_>, order: &str) -> Outcome<Order> {
    made(tx, call, order)
}

const fn rules_state(state: OrderState) -> order::OrderState {
    match state {
        OrderState::Issued => order::OrderState::Issued,
        OrderState::Paid => order::OrderState::Paid,
        // A state this operator does not know: nobody is asked for money by it.
        OrderState::Cancelled | OrderState::Lost | OrderState::Other => order::OrderState::Cancelled,
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

/// Tells the other accounts with this plate what became of an order.
fn tell_others(tx: &mut dyn Tx, _: &Operator, now: DateTime<Utc>, reference: &str) -> Outcome<()> {
    let (order, payer) = reference.split_once('/').unwrap_or((reference, ""));
    let row: Option<OrderWithPlate> =
        tx.first(Select::of(&format!("{FROM} WHERE daily_order.id = $1"), values![order]))?;
    let Some(row) = row else { return Ok(()) };
    let (order, _) = from_rows(row, now)?;
    let owners = tx.all(owners(&order.city, &order.plate.canonical))?.into_iter().map(|owner| owner.account);
    let locks = Locks { accounts: owners.filter(|account| account != payer).collect(), ..Locks::default() };
    for account in lock(tx, &locks)?.values_mut() {
        account.tell(&order)?;
        account.release(tx, now)?;
    }
    Ok(())
}

/// Asks for the accounts with this plate.
pub(crate) fn owners(city: &str, canonical: &str) -> Select<AccountOf> {
    Select::of("FROM vehicle WHERE city = $1 AND canonical = $2 ORDER BY account", values![city, canonical])
}
