//! Daily parking ticket orders: what the phone holds of them, and paying one.

use std::sync::Arc;

use mesto_protocol::ProblemCode;
use mesto_protocol::base::payments::{PayMethod, Quote};
use mesto_protocol::event::Change;
use mesto_protocol::kernel::ids::OrderId;
use mesto_protocol::kernel::json::Json;
use mesto_protocol::kernel::reference::Reference;
use mesto_protocol::orders::driver::{
    BY_SLIP, LIST, Order, OrderPage, OrderSlip, OrderState, OrdersOffer, OrdersOutcome, OrdersSection, OrdersSubject,
};
use mesto_rules::orders::OrdersSection as OrdersOfCity;
use mesto_rules::shown;
use rusqlite::{Connection as Database, params};
use serde::Serialize;

use crate::base::payments::IntentView;
use crate::kernel::client::Client;
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::paying::Sold;
use crate::kernel::service::{Service, days_before, keep};
use crate::kernel::store::{Stored, Tx, list};

const TOPIC: &str = mesto_protocol::orders::SERVICE.name;

pub const SERVICE: Service = Service {
    section: Some(|tx, section, reading| {
        let Some(told) = section.map(Json::read::<OrdersSection>).transpose()? else { return Ok(()) };
        if reading.is_behind {
            forget_missing(tx, &told.orders)?;
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
        tx.write(
            TOPIC,
            "DELETE FROM daily_order WHERE open = 0 AND issued_at < ?1 AND json ->> '$.city' = ?2",
            params![before, city.id.as_str()],
        )?;
        Ok(())
    }),
    forget: Some(|tx| {
        tx.write(TOPIC, "DELETE FROM daily_order", [])?;
        Ok(())
    }),
    widget: Some(|client| Json::of(&*client.orders().state())),
    sold: Some(Sold {
        keep: |tx, outcome| match outcome.read() {
            Ok(OrdersOutcome { order }) => put_if_newer(tx, &order).map(|()| true),
            Err(_) => Ok(false),
        },
        stored: |db, outcome| {
            let Ok(OrdersOutcome { order }) = outcome.read() else { return Ok(None) };
            let order = stored(db, order.id)?.unwrap_or(order);
            Ok(Some(Json::of(&OrdersOutcome { order })?))
        },
        is_counted: None,
    }),
    codes: &["order_missing"],
    ..Service::named(TOPIC)
};

fn put(tx: &Tx<'_>, order: &Order) -> Stored {
    tx.write(
        TOPIC,
        "INSERT INTO daily_order (id, open, forgotten, issued_at, json) VALUES (?1, ?2, 0, ?3, ?4)
         ON CONFLICT (id) DO UPDATE
         SET open = excluded.open, forgotten = excluded.forgotten, json = excluded.json",
        params![
            order.id.to_string(),
            order.state == OrderState::Issued,
            order.issued_at.timestamp_millis(),
            serde_json::to_string(order)?,
        ],
    )?;
    Ok(())
}

/// An order from an answer that may be told again: one that is known not to be open any more stays
/// so.
fn put_if_newer(tx: &Tx<'_>, order: &Order) -> Stored {
    let known = stored(tx.db(), order.id)?;
    let is_over = known.is_some_and(|known| known.state != OrderState::Issued);
    if is_over { Ok(()) } else { put(tx, order) }
}

fn stored(db: &Database, id: OrderId) -> Stored<Option<Order>> {
    Ok(list(db, "SELECT json FROM daily_order WHERE id = ?1", params![id.to_string()])?.into_iter().next())
}

/// One that can be paid.
fn unpaid(db: &Database, id: OrderId) -> Stored<Option<Order>> {
    Ok(list(db, "SELECT json FROM daily_order WHERE id = ?1 AND open = 1", params![id.to_string()])?.into_iter().next())
}

/// The newest 50 that the operator knows, newest first.
fn newest(db: &Database) -> Stored<Vec<Order>> {
    list(db, "SELECT json FROM daily_order WHERE forgotten = 0 ORDER BY issued_at DESC, id DESC LIMIT 50", [])
}

/// Those that he no longer knows, newest first.
fn forgotten(db: &Database) -> Stored<Vec<Order>> {
    list(db, "SELECT json FROM daily_order WHERE forgotten = 1 ORDER BY issued_at DESC, id DESC", [])
}

/// Marks the unpaid orders that an operator, whose books were put back from a copy, does not know
/// any more.
fn forget_missing(tx: &Tx<'_>, told: &[Order]) -> Stored {
    let stored: Vec<Order> = list(tx.db(), "SELECT json FROM daily_order WHERE open = 1", [])?;
    for order in stored {
        if !told.iter().any(|known| known.id == order.id) {
            let sql = "UPDATE daily_order SET open = 0, forgotten = 1 WHERE id = ?1";
            tx.write(TOPIC, sql, params![order.id.to_string()])?;
        }
    }
    Ok(())
}

impl IntentView {
    /// The order that was paid, of the intent of a payment of one.
    #[must_use]
    pub fn order(&self) -> Option<Order> {
        self.outcome::<OrdersOutcome>().map(|outcome| outcome.order)
    }

    /// The order that is to be paid, of the intent of a payment of one.
    #[must_use]
    pub fn wanted_order(&self) -> Option<OrderId> {
        self.subject::<OrdersSubject>().map(|subject| subject.order)
    }
}

shown! { orders_shown;
    /// The account's orders.
    #[derive(Debug, Clone, PartialEq, Default, Serialize)]
    pub struct OrdersState {
        /// Newest first, paid ones included, at most 50.
        pub orders: Vec<Order>,
        /// Unpaid, and unknown to the operator since his books were put back from a copy. Newest
        /// first.
        pub forgotten: Vec<Order>,
    }
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
        self.0.state(TOPIC, |core, now| {
            Ok((core.read(now, |db| Ok(OrdersState { orders: newest(db)?, forgotten: forgotten(db)? }))?, None))
        })
    }

    /// An order's id as it was typed or handed in.
    ///
    /// # Errors
    /// `order_missing` for what is no id of one.
    pub fn order_id(self, text: &str) -> Result<OrderId> {
        text.parse().map_err(|why| Error::new(ErrorKind::Refused, "order_missing", format!("{why}")))
    }

    /// Shows the account an order by the number on its slip, which the driver has in his hand,
    /// whoever's the car is: a plate alone shows none (ADR 18). Spaces and dashes in the number
    /// are nothing. From then on it is among [`Orders::state`] and can be paid.
    ///
    /// # Errors
    /// `order_number_invalid` with what is wrong and an example, `not_found` when no order has it
    /// (`what` is `slip`),
    /// `too_many_requests` after several wrong ones, and whatever a request can answer.
    pub async fn by_slip(self, number: &str) -> Result<Order> {
        let outcome = self.by_slip_inner(number).await;
        self.0.explain(outcome)
    }

    async fn by_slip_inner(self, number: &str) -> Result<Order> {
        let session = self.0.session()?;
        // A slip of the hand is seen at once, and asks nobody.
        let number = number.parse::<Reference>().map_err(|why| {
            Error::new(ErrorKind::Refused, "order_number_invalid", why.to_string())
                .with("reason", why.word())
                .with("example", Reference::EXAMPLE)
        })?;
        let slip = OrderSlip { number: number.to_string() };
        let order: Order = self.0.call(&BY_SLIP, &[], &slip).await.map_err(|error| {
            // It says that there is none, not that it is there no more.
            if error.code() == ProblemCode::NotFound.as_str() { error.with("what", "slip") } else { error }
        })?;
        self.0.keep_of(&session, |tx| put(tx, &order))?;
        Ok(order)
    }

    /// Asks what is to be paid for a daily order now (BG-70): the discount off, a card's fee
    /// included. [`Payments::buy`](crate::base::payments::Payments::buy) pays it.
    ///
    /// # Errors
    /// `order_missing` when the phone knows no such unpaid order, `payment_method_not_allowed` with
    /// what is, `not_signed_in`, and whatever a request can answer.
    pub async fn quote(self, order: OrderId, pay: PayMethod) -> Result<Quote> {
        let outcome = self.quote_inner(order, pay).await;
        self.0.explain(outcome)
    }

    async fn quote_inner(self, id: OrderId, pay: PayMethod) -> Result<Quote> {
        let now = self.0.now();
        let missing = || Error::new(ErrorKind::Refused, "order_missing", "the phone knows no such unpaid order");
        let order = self.0.core().read(now, |db| unpaid(db, id))?.ok_or_else(missing)?;
        let subject = OrdersSubject { order: id };
        self.0.payments().quote::<_, OrdersOffer>(&order.city, &subject, pay).await
    }

    /// Pays a daily order: a quote and its purchase in one. By card the intent's `page_url` is the
    /// provider's page. A payment of it that is still open is settled first, also one whose
    /// answer was lost: it is the answer then.
    ///
    /// # Errors
    /// `unconfirmed` when it is open in the other way, `phone_full`, and those of
    /// [`Orders::quote`].
    pub async fn pay(self, order: OrderId, pay: PayMethod) -> Result<IntentView> {
        let outcome = self.pay_inner(order, pay).await;
        self.0.explain(outcome)
    }

    async fn pay_inner(self, order: OrderId, pay: PayMethod) -> Result<IntentView> {
        let is_of = |intent: &IntentView| intent.wanted_order() == Some(order);
        if let Some(answer) = self.0.payments().settle_open(is_of, |intent| intent.pay == pay).await? {
            return Ok(answer);
        }
        let quote = self.quote_inner(order, pay).await?;
        self.0.payments().buy(&quote).await
    }

    /// Daily orders that the account has shown to be its own, newest first, `limit` at most;
    /// `cursor` is `next` of the page before. From then on the phone knows them, and they can be
    /// paid.
    ///
    /// # Errors
    /// `not_signed_in`, and whatever a request can answer.
    pub async fn history(self, cursor: Option<String>, limit: u32) -> Result<OrderPage> {
        let session = self.0.session()?;
        let page: OrderPage = self.0.fetch_page(&LIST, cursor.as_deref(), limit).await?;
        self.0.keep_of(&session, |tx| page.items.iter().try_for_each(|order| put_if_newer(tx, order)))?;
        Ok(page)
    }

    /// Daily orders that the operator knows, newest first, at most 50. Local.
    ///
    /// # Errors
    /// Only when the phone's database fails.
    pub fn list(self) -> Result<Vec<Order>> {
        let now = self.0.now();
        self.0.core().read(now, newest)
    }
}
