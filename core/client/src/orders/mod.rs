//! Daily parking ticket orders: what the phone holds of them, and paying one.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesto_protocol::event::Change;
use mesto_protocol::kernel::json::Json;
use mesto_protocol::orders::driver::{self, Order, OrderPaid, OrderPayment, OrderState, OrdersSection};
use mesto_rules::orders::OrdersSection as OrdersOfCity;
use rusqlite::{Connection as Database, params};
use serde::Serialize;

use crate::base::payments::{IntentView, Thing, Wish};
use crate::base::wallet::keep_balance;
use crate::kernel::client::Client;
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::intent::IntentEvent;
use crate::kernel::paying::{Answer, PayingAction};
use crate::kernel::service::{Service, days_before, keep};
use crate::kernel::store::{Stored, Tx, list};

const TOPIC: &str = mesto_protocol::orders::SERVICE.name;

pub const SERVICE: Service = Service {
    section: Some(|tx, section, reading| {
        let Some(told) = section.map(Json::read::<OrdersSection>).transpose()? else { return Ok(()) };
        if reading.is_behind {
            lose(tx, &told.orders)?;
        }
        told.orders.iter().try_for_each(|order| put(tx, order))
    }),
    event: Some(|tx, event, _| match event.kind.as_str() {
        Order::KIND => keep(event, |order: Order| put(tx, &order)),
        _ => Ok(false),
    }),
    prune: Some(|tx, city, now| {
        // A city that does not say how long they are kept keeps them.
        let Ok(orders) = city.section::<OrdersOfCity>() else { return Ok(()) };
        let before = days_before(now, orders.retention.orders_days);
        tx.write(TOPIC, "DELETE FROM daily_order WHERE open = 0 AND issued_at < ?1", params![before])?;
        Ok(())
    }),
    forget: Some(|tx| {
        tx.write(TOPIC, "DELETE FROM daily_order", [])?;
        Ok(())
    }),
    widget: Some(|client| Json::of(&*client.orders().state())),
    paying: &[&PAYMENT],
    codes: &["order_missing"],
    ..Service::named(TOPIC)
};

/// An order is paid from the deposit.
pub const PAYMENT: PayingAction = PayingAction {
    name: "order_payment",
    is_once: true,
    read: |body| {
        let OrderPaid { order, balance } = serde_json::from_slice(body).ok()?;
        Some(Answer {
            event: IntentEvent::Accepted,
            result: order.id.clone(),
            tells_balance: true,
            keep: Box::new(move |tx, latest| {
                put(tx, &order)?;
                keep_balance(tx, &balance, latest)
            }),
        })
    },
    outcome: |db, id| Ok(stored(db, id)?.map(|order| Json::of(&order)).transpose()?),
    at_bank: None,
};

fn put(tx: &Tx<'_>, order: &Order) -> Stored {
    tx.write(
        TOPIC,
        "INSERT INTO daily_order (id, open, issued_at, json) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET open = excluded.open, json = excluded.json",
        params![
            order.id,
            order.state == OrderState::Issued,
            order.issued_at.timestamp_millis(),
            serde_json::to_string(order)?,
        ],
    )?;
    Ok(())
}

fn stored(db: &Database, id: &str) -> Stored<Option<Order>> {
    Ok(list(db, "SELECT json FROM daily_order WHERE id = ?1", params![id])?.into_iter().next())
}

/// The newest 50, newest first.
fn newest(db: &Database) -> Stored<Vec<Order>> {
    list(db, "SELECT json FROM daily_order ORDER BY issued_at DESC, id DESC LIMIT 50", [])
}

/// Marks the unpaid orders that an operator, whose books were put back from a copy, does not know any more.
fn lose(tx: &Tx<'_>, told: &[Order]) -> Stored {
    let stored: Vec<Order> = list(tx.db(), "SELECT json FROM daily_order WHERE open = 1", [])?;
    for mut order in stored {
        if !told.iter().any(|known| known.id == order.id) {
            order.state = OrderState::Lost;
            put(tx, &order)?;
        }
    }
    Ok(())
}

impl IntentView {
    /// The order that was paid, of the intent of a payment of one.
    #[must_use]
    pub fn order(&self) -> Option<Order> {
        self.outcome_of(&PAYMENT)
    }

    /// Id of the order that is to be paid, of the intent of a payment of one.
    #[must_use]
    pub fn wanted_order(&self) -> Option<String> {
        self.details_of(&PAYMENT)
    }
}

/// The account's orders.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct OrdersState {
    /// Newest first, paid ones included, at most 50.
    pub orders: Vec<Order>,
}

/// What is done about daily orders; see [`Client::orders`].
#[derive(Clone, Copy)]
pub struct Orders<'c>(&'c Client);

impl Client {
    /// Daily orders.
    #[must_use]
    pub const fn orders(&self) -> Orders<'_> {
        Orders(self)
    }
}

impl Orders<'_> {
    /// The account's orders. Local.
    #[must_use]
    pub fn state(self) -> Arc<OrdersState> {
        self.0.state(TOPIC, |core, now| Ok((OrdersState { orders: core.read(now, newest)? }, None)))
    }

    /// Pays a daily order from the deposit, exactly the amount it shows (BG-70).
    ///
    /// # Errors
    /// `order_missing` when the phone knows no such unpaid order, `unconfirmed`, `not_signed_in`, `phone_full`.
    pub async fn pay(self, order: &str) -> Result<IntentView> {
        let outcome = self.pay_inner(order).await;
        self.0.explain(outcome)
    }

    async fn pay_inner(self, order: &str) -> Result<IntentView> {
        let now = self.0.now();
        let missing = || Error::new(ErrorKind::Refused, "order_missing", "the phone knows no such unpaid order");
        let Order { id, due, state, .. } = self.0.core().read(now, |db| stored(db, order))?.ok_or_else(missing)?;
        let thing = Thing { action: &PAYMENT, guard: format!("{TOPIC}/{id}"), subject: id.clone() };
        if state != OrderState::Issued {
            // Paid, perhaps by a payment whose answer was lost: then that is the answer.
            return self.0.payments().settle_open(&thing).await?.ok_or_else(missing);
        }
        let wish = Wish {
            thing,
            amount: due,
            details: Json::of(&id).map_err(Error::unreadable)?,
            path: driver::PAY.target(&[&id], &[]),
            body: Box::new(move |not_after: DateTime<Utc>| {
                serde_json::to_vec(&OrderPayment { amount: due, not_after })
            }),
            until: None,
        };
        self.0.payments().intend(wish).await
    }

    /// Daily orders, newest first, at most 50. Local.
    ///
    /// # Errors
    /// Only when the phone's database fails.
    pub fn list(self) -> Result<Vec<Order>> {
        let now = self.0.now();
        self.0.core().read(now, newest)
    }
}
