//! Daily parking ticket orders.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesto_client::orders::OrdersState;
use mesto_client::protocol::base::payments::{PayMethod, Quote};
use mesto_client::protocol::base::plate::Plate;
use mesto_client::protocol::kernel::ids::OrderId;
use mesto_client::protocol::kernel::reference::Reference;
use mesto_client::protocol::orders::driver::{
    Order, OrderPage, OrderState, OrdersOffer, OrdersOutcome, OrdersSubject, Violation,
};
use mesto_rules::{CityId, Money, ZoneId};

use crate::base::payments::PurchaseIntent;
use crate::kernel::cancel::Cancel;
use crate::kernel::client::{Client, Handle};
use crate::kernel::error::MestoError;
use crate::kernel::ids::ids;

ids! { OrderId }
mesto_protocol::order_records!();
mesto_protocol::order_words!();
mesto_client::orders_shown!();

part! {
    /// Daily orders.
    Orders, orders
}

#[uniffi::export(async_runtime = "tokio")]
impl Orders {
    /// The account's orders.
    #[must_use]
    pub fn state(&self) -> OrdersState {
        OrdersState::clone(&self.0.core.orders().state())
    }

    /// Shows an order by the number on its slip; from then on it is among the account's and can be
    /// paid. Spaces and dashes are nothing.
    #[uniffi::method(default(cancel = None))]
    pub async fn by_slip(&self, number: String, cancel: Option<Arc<Cancel>>) -> Result<Order, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.orders().by_slip(&number))).await
    }

    /// Orders that the account has shown to be its own, newest first; `cursor` is `next` of the
    /// page before.
    #[uniffi::method(default(cursor = None, limit = 50, cancel = None))]
    pub async fn history(
        &self,
        cursor: Option<String>,
        limit: u32,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<OrderPage, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.orders().history(cursor, limit))).await
    }

    /// What is to be paid for an order now (BG-70): the discount off, a card's fee included.
    #[uniffi::method(default(cancel = None))]
    pub async fn quote(
        &self,
        order: OrderId,
        pay: PayMethod,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Quote, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.orders().quote(order, pay))).await
    }

    /// Pays an order: a quote and its purchase in one. By card the intent's `page_url` is the
    /// provider's page.
    #[uniffi::method(default(cancel = None))]
    pub async fn pay(
        &self,
        order: OrderId,
        pay: PayMethod,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<PurchaseIntent, MestoError> {
        let view = self.0.paid(cancel, Box::pin(self.0.core.orders().pay(order, pay))).await?;
        Ok(PurchaseIntent::from_core(&self.0, view))
    }
}
