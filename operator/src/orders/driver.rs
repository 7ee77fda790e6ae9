//! Daily parking ticket orders (eDPK) as a driver sees and pays them. Only an inspector issues one.

use chrono::{DateTime, Utc};
use mesto_protocol::base::payments::card_fee;
use mesto_protocol::base::plate::Plate;
use mesto_protocol::kernel::ids::{AccountId, OrderId, QuoteId};
use mesto_protocol::kernel::json::Json as OnTheWire;
use mesto_protocol::kernel::line::{Line, Params, Vat};
use mesto_protocol::kernel::reference::Reference;
use mesto_protocol::orders::driver::{
    self as wire, Order, OrderPage, OrderState, OrdersOffer, OrdersOutcome, OrdersSection, OrdersSubject, Violation,
};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::money::{Currency, Money};
use mesto_rules::order::{self, OrderEffect, OrderError, OrderEvent, OrderTerms};
use mesto_rules::orders::OrdersSection as OrdersOfCity;
use mesto_rules::{CityId, ZoneId};
use serde::{Deserialize, Serialize};

use crate::base::payments::sells::{Asked, Delivered, Delivery, Priced, Sells};
use crate::kernel::account::{Locks, lock};
use crate::kernel::call::Call;
use crate::kernel::due::{self, Due};
use crate::kernel::failure::{Failure, Outcome, refuse};
use crate::kernel::ledger::{self, LedgerAccount, Movement};
use crate::kernel::operator::Operator;
use crate::kernel::paging::AskedPage;
use crate::kernel::service::{Erasure, Export, Served, Table, serve};
use crate::kernel::store::{Ask, Json, Select, StoreError, Tx, id_columns};
use crate::orders::{NAME, proofs};
use crate::{stored_words, table, update, values};

pub(crate) const OPERATIONS: &[Served] = &[serve!(get wire::LIST => list)];

pub(crate) const SELLS: Sells = Sells { service: NAME, price, deliver, outcome, settles_debts: true, prefetch };

/// An order was paid or withdrawn: its other accounts are told.
pub(crate) const TELL_OTHERS: Due = Due::new("orders.tell_others", tell_others);

const MOST: i64 = 200;
/// Movements of an order in the ledger, with its id.
pub(crate) const ISSUED: &str = "orders.issued";
const PAID: &str = "orders.order";
const PAID_ELSEWHERE: &str = "orders.paid_elsewhere";
const CANCELLED: &str = "orders.cancelled";

id_columns![OrderId];

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
        id: OrderId,
        number: Reference,
        city: CityId,
        zone: ZoneId,
        state: StateWord,
        violation: ViolationWord,
        location: Option<String>,
        terms: Json<OrderTerms>,
        issued_at: DateTime<Utc>,
        valid_until: DateTime<Utc>,
        currency: Currency,
        inspector: AccountId,
        paid_at: Option<DateTime<Utc>>,
        paid_by: Option<AccountId>,
        paid_amount: Option<i64>,
    }
}

pub(crate) const TABLE: Table = Table {
    name: "daily_order",
    export: Export::Made { called: "orders", by: exported },
    erasure: Erasure::Excused("belongs to the books; names no driver, the plate stands elsewhere"),
};

fn exported(tx: &mut dyn Tx, account: AccountId, now: DateTime<Utc>) -> Outcome<serde_json::Value> {
    Ok(serde_json::json!(all(tx, account, now)?))
}

table! {
    /// The erasable half of an order.
    pub(crate) struct OrderPlateRow in "order_plate" {
        daily_order: OrderId,
        city: CityId,
        canonical: String,
        shown: String,
        country: Option<String>,
    }
}

pub(crate) const PLATE_TABLE: Table = Table {
    name: "order_plate",
    export: Export::Excused("told with the orders"),
    erasure: Erasure::WithTime("the plate of an order that is still owed says who owes it"),
};

/// The order of a number.
pub(crate) fn by_number(tx: &mut dyn Tx, number: Reference, now: DateTime<Utc>) -> Outcome<Option<Order>> {
    let row: Option<OrderWithPlate> =
        tx.first(Select::of(&format!("{FROM} WHERE daily_order.number = $1"), values![number]))?;
    Ok(row.map(|row| from_rows(row, now)).transpose()?.map(|(order, _)| order))
}

/// An order with its plate; a plate that was erased reads as empty.
pub(crate) type OrderWithPlate = (OrderRow, Option<OrderPlateRow>);

const FROM: &str = "FROM daily_order LEFT JOIN order_plate ON order_plate.daily_order = daily_order.id";

fn from_rows((row, plate): OrderWithPlate, now: DateTime<Utc>) -> Outcome<(Order, OrderTerms)> {
    let terms = row.terms.read()?;
    let order = Order {
        id: row.id,
        number: row.number,
        city: row.city,
        zone: row.zone,
        plate: plate
            .map(|plate| Plate { canonical: plate.canonical, display: plate.shown, country: plate.country })
            .unwrap_or_default(),
        state: row.state.into(),
        issued_at: row.issued_at,
        valid_until: terms.valid_until,
        price: terms.price,
        owed: terms.owed(row.paid_at.unwrap_or(now)),
        discount_until: terms.discount_until,
        location: row.location,
        violation: row.violation.into(),
        paid_at: row.paid_at,
    };
    Ok((order, terms))
}

/// Orders of an account, newest first.
fn of(tx: &mut dyn Tx, account: AccountId, now: DateTime<Utc>, asked: &AskedPage<OrderId>) -> Outcome<Vec<Order>> {
    let rows: Vec<OrderWithPlate> = tx.all(Select::of(
        &format!("{FROM} JOIN order_proof ON order_proof.daily_order = daily_order.id WHERE order_proof.account = $1 AND daily_order.id < $2 ORDER BY daily_order.id DESC LIMIT $3"),
        values![account, asked.older_than(), asked.reads()],
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

/// Every order of an account, newest first.
pub(crate) fn all(tx: &mut dyn Tx, account: AccountId, now: DateTime<Utc>) -> Outcome<Vec<Order>> {
    of(tx, account, now, &AskedPage::newest(i64::MAX))
}

/// What an app shows of orders.
pub(crate) fn section(tx: &mut dyn Tx, _: &Operator, account: AccountId, now: DateTime<Utc>) -> Outcome<OnTheWire> {
    Ok(OnTheWire::of(&OrdersSection { orders: of(tx, account, now, &AskedPage::newest(MOST))? })?)
}

/// Newest first.
pub(crate) fn list(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<OrderPage> {
    let asked = AskedPage::<OrderId>::of(call.request)?;
    let orders = of(tx, call.who()?.account, call.now, &asked)?;
    let (items, next) = asked.page(orders, |order| order.id.to_string());
    Ok(OrderPage { items, next })
}

/// What a quote keeps until it is paid.
#[derive(Debug, Serialize, Deserialize)]
struct Frozen {
    order: OrderId,
    /// What was owed; a card's fee is not in it.
    owed: Money,
    /// The bank's commission on a small card payment.
    fee: Option<Money>,
}

/// Exactly what is owed now (BG-70).
pub(crate) fn price(tx: &mut dyn Tx, asked: &Asked<'_>) -> Outcome<Priced> {
    let OrdersSubject { order } = asked.subject()?;
    let found: Option<OrderWithPlate> = tx.first(Select::of(
        &format!("{FROM} JOIN order_proof ON order_proof.daily_order = daily_order.id WHERE daily_order.id = $1 AND order_proof.account = $2 AND daily_order.city = $3"),
        values![order, asked.account, &asked.city.id],
    ))?;
    let Some(row) = found else {
        return refuse(
            ProblemCode::NotFound,
            "there is no such order of yours in this city; the number on its slip shows it",
        );
    };
    let (order, terms) = from_rows(row, asked.now)?;
    let allowed = &asked.city.section::<OrdersOfCity>()?.policy.pay;
    let Some(method) = asked.pay.in_rules().filter(|method| allowed.contains(method)) else {
        return Err(Problem::new(ProblemCode::PaymentMethodNotAllowed, "orders are not paid this way here")
            .with("method", asked.pay)
            .with("allowed", allowed)
            .into());
    };
    let event = OrderEvent::Pay { amount: order.owed, terms };
    order::step(rules_state(&order.state), &event, asked.now).map_err(|error| refused(&error))?;
    let owed = order.owed;
    let card = &asked.city.sections.wallet.card;
    let fee = card.fee_on(owed, method).map_err(|unknown| {
        let detail = "what the bank takes for a card is not known, so nothing is sold by card";
        Problem::new(ProblemCode::CardFeeUnknown, detail).with("below", unknown.below)
    })?;
    let mut lines = vec![Line {
        kind: "orders.order".to_owned(),
        params: Params::default().with("zone", &order.zone).with("price", order.price),
        amount: owed,
        vat: Vat::out_of_scope(),
        seller: None,
    }];
    lines.extend(fee.map(|fee| card_fee(fee, card.free_from)));
    let total = fee.map_or(Ok(owed), |fee| owed.checked_add(&fee))?;
    Ok(Priced {
        place: order.zone.to_string(),
        thing: order.id.to_string(),
        terms: serde_json::to_string(&Frozen { order: order.id, owed, fee })?,
        offer: OnTheWire::of(&OrdersOffer { order })?,
        lines,
        notices: Vec::new(),
        total,
    })
}

/// The order of a quote, to be paid. Another driver of the same plate may pay at the same moment:
/// who holds its row pays.
fn to_pay(quote: QuoteId) -> Select<OrderWithPlate> {
    Select::of(&format!("{FROM} WHERE daily_order.id = (SELECT thing FROM quote WHERE id = $1)"), values![quote])
        .locking("daily_order")
}

/// What a payment reads.
pub(crate) fn prefetch(_: &Operator, quote: QuoteId) -> Vec<Ask> {
    vec![to_pay(quote).ask()]
}

/// The order becomes paid, by exactly what was quoted.
pub(crate) fn deliver(tx: &mut dyn Tx, delivery: &mut Delivery<'_>) -> Outcome<Delivered> {
    let Frozen { owed, fee, .. } = serde_json::from_str(&delivery.quote.terms)?;
    let (now, account) = (delivery.now, delivery.account.id);
    let Some(row) = tx.first(to_pay(delivery.quote.id))? else {
        return refuse(ProblemCode::NotFound, "there is no such order any more");
    };
    let (mut order, terms) = from_rows(row, now)?;
    let event = OrderEvent::Pay { amount: owed, terms };
    let (state, effects) = match order::step(rules_state(&order.state), &event, now) {
        Ok(stepped) => stepped,
        Err(OrderError::AmountDiffers { owed, .. }) => {
            return Err(Problem::new(ProblemCode::QuoteStale, "another amount is owed now; ask for a new quote")
                .with("total", owed)
                .into());
        }
        Err(error) => return Err(refused(&error)),
    };
    become_paid(tx, &mut order, state, now, Some(account))?;
    let price = order.price.minor()?;
    let mut gains = gains_of_payment(&order.city, owed.minor()?, price);
    if let Some(fee) = fee {
        gains.push((LedgerAccount::Revenue { service: NAME, city: order.city.clone() }, -fee.minor()?));
    }
    if effects.iter().any(|effect| matches!(effect, OrderEffect::TellPaid | OrderEffect::TellCancelled)) {
        delivery.account.tell(&order)?;
        due::plan(tx, &TELL_OTHERS, &format!("{}/{account}", order.id), now)?;
    }
    let reference = order.id.to_string();
    Ok(Delivered { outcome: OnTheWire::of(&OrdersOutcome { order })?, reference, kind: PAID, gains })
}

/// An order that was paid, as it stands now.
pub(crate) fn outcome(tx: &mut dyn Tx, _: &Operator, now: DateTime<Utc>, order: &str) -> Outcome<Option<OnTheWire>> {
    let row: Option<OrderWithPlate> =
        tx.first(Select::of(&format!("{FROM} WHERE daily_order.id = $1"), values![order]))?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(OnTheWire::of(&OrdersOutcome { order: from_rows(row, now)?.0 })?))
}

/// Who gains what is paid for an order. It was issued at its full price: what the discount takes
/// off was never earned.
fn gains_of_payment(city: &CityId, paid: i64, price: i64) -> Vec<(LedgerAccount, i64)> {
    let mut gains = vec![(LedgerAccount::Receivable { service: NAME, city: city.clone() }, -price)];
    if price != paid {
        gains.push((LedgerAccount::Revenue { service: NAME, city: city.clone() }, price - paid));
    }
    gains
}

/// What an order becomes by a step that needs no money of a deposit; its accounts are told.
fn happened(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>, id: &str, event: &OrderEvent) -> Outcome<Order> {
    let row: Option<OrderWithPlate> =
        tx.first(Select::of(&format!("{FROM} WHERE daily_order.id = $1"), values![id]).locking("daily_order"))?;
    let Some(row) = row else { return refuse(ProblemCode::NotFound, "there is no such order") };
    let (mut order, _) = from_rows(row, now)?;
    let (state, effects) = order::step(rules_state(&order.state), event, now).map_err(|error| refused(&error))?;
    let price = order.price.minor()?;
    let (kind, legs) = if state == order::OrderState::Paid {
        let owed = order.owed.minor()?;
        become_paid(tx, &mut order, state, now, None)?;
        let mut legs = vec![(LedgerAccount::Clearing { provider: ledger::ELSEWHERE.to_owned() }, owed)];
        legs.extend(gains_of_payment(&order.city, owed, price));
        (PAID_ELSEWHERE, legs)
    } else {
        order.state = wire_state(state);
        tx.write(update!(OrderRow { id: id } set { state: StateWord::try_from(order.state.clone())? }))?;
        let city = || order.city.clone();
        let legs = vec![
            (LedgerAccount::Revenue { service: NAME, city: city() }, price),
            (LedgerAccount::Receivable { service: NAME, city: city() }, -price),
        ];
        (CANCELLED, legs)
    };
    let (entry, currency) = (operator.new_id(now), order.price.currency);
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
    by: Option<AccountId>,
) -> Outcome<()> {
    (order.state, order.paid_at) = (wire_state(state), Some(now));
    tx.write(update!(OrderRow { id: order.id } set {
        state: StateWord::try_from(order.state.clone())?, paid_at: Some(now), paid_by: by, paid_amount: Some(order.owed.minor()?)
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

/// The answer of an order that was issued, when its own is no longer kept.
pub(crate) fn issued_again(tx: &mut dyn Tx, call: &Call<'_>, order: &str) -> Outcome<Order> {
    let row: Option<OrderWithPlate> =
        tx.first(Select::of(&format!("{FROM} WHERE daily_order.id = $1"), values![order]))?;
    let row = row.ok_or_else(|| StoreError::unreadable("order", "it is gone"))?;
    Ok(from_rows(row, call.now)?.0)
}

const fn rules_state(state: &OrderState) -> order::OrderState {
    match state {
        OrderState::Issued => order::OrderState::Issued,
        OrderState::Paid => order::OrderState::Paid,
        // A state this operator does not know: nobody is asked for money by it.
        OrderState::Cancelled | OrderState::Other(_) => order::OrderState::Cancelled,
    }
}

fn refused(error: &OrderError) -> Failure {
    let detail = error.to_string();
    match error {
        OrderError::AlreadyPaid => Problem::new(ProblemCode::OrderAlreadyPaid, detail),
        OrderError::Withdrawn => Problem::new(ProblemCode::OrderNotPayable, detail),
        OrderError::AmountDiffers { owed, offered } => {
            Problem::new(ProblemCode::OrderNotPayable, detail).with("owed", owed).with("offered", offered)
        }
    }
    .into()
}

/// Tells the other accounts of an order what became of it.
fn tell_others(tx: &mut dyn Tx, _: &Operator, now: DateTime<Utc>, reference: &str) -> Outcome<()> {
    let (order, payer) = reference.split_once('/').unwrap_or((reference, ""));
    let row: Option<OrderWithPlate> =
        tx.first(Select::of(&format!("{FROM} WHERE daily_order.id = $1"), values![order]))?;
    let Some(row) = row else { return Ok(()) };
    let (order, _) = from_rows(row, now)?;
    let payer = payer.parse().ok();
    let proven = tx.all(proofs::of(order.id))?.into_iter().map(|holder| holder.account);
    let locks = Locks { accounts: proven.filter(|account| Some(*account) != payer).collect(), ..Locks::default() };
    for account in lock(tx, &locks)?.values_mut() {
        account.tell(&order)?;
        account.release(tx, now)?;
    }
    Ok(())
}
