//! Money: the deposit, its top-ups by the bank's page, what consumed it, and the payment of daily orders.

use mesto_protocol::base::wallet::{Deposit, NewTopup};
use mesto_protocol::orders::driver::{Order, OrderPayment, OrderState};
use mesto_protocol::route;
use mesto_rules::Money;
use rust_decimal::Decimal;
use serde_json::json;

use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::intent::IntentKind;
use crate::outbox::IntentView;
use crate::store::rows;
use crate::wire::path;

impl Client {
    /// Starts a top-up of the deposit, in the city's currency. The intent's `page_url` is the bank's page, where card
    /// data is typed and nowhere else (BG-91, BG-96). Confirmed only when the bank approved.
    ///
    /// # Errors
    /// `amount_not_offered` with the amounts that are (BG-76), `city_missing`, `not_signed_in`, `phone_full`.
    pub async fn top_up(&self, amount: Decimal) -> Result<IntentView> {
        let outcome = self.top_up_inner(amount).await;
        self.explain(outcome)
    }

    async fn top_up_inner(&self, amount: Decimal) -> Result<IntentView> {
        let city = self.city()?;
        if !city.deposit.offers(&amount) {
            let offered: Vec<String> = city.deposit.values.iter().map(ToString::to_string).collect();
            return Err(Error::new(
                ErrorKind::Refused,
                "amount_not_offered",
                "the deposit takes only the listed amounts",
            )
            .with("offered", json!(offered))
            .with("currency", city.currency.code()));
        }
        let amount = Money::new(amount, city.currency)
            .map_err(|why| Error::new(ErrorKind::Refused, "amount_not_offered", why.to_string()))?;
        let kind = IntentKind::Topup { amount };
        self.know_the_time_for(&kind).await?;
        let not_after = self.not_after(self.now());
        let return_url = self.config().return_url.clone();
        let body = |not_after| serde_json::to_vec(&NewTopup { amount, not_after, return_url });
        self.intend(kind, route::TOPUPS.to_owned(), body, not_after).await
    }

    /// Pays a daily order from the deposit, exactly the amount it shows (BG-70).
    ///
    /// # Errors
    /// `order_missing` when the phone knows no such unpaid order, `not_signed_in`, `phone_full`.
    pub async fn pay_order(&self, order: &str) -> Result<IntentView> {
        let outcome = self.pay_order_inner(order).await;
        self.explain(outcome)
    }

    async fn pay_order_inner(&self, order: &str) -> Result<IntentView> {
        let now = self.now();
        let found = self.core().read(now, |db| rows::order(db, order))?;
        let order = found
            .filter(|order| order.state == OrderState::Issued)
            .ok_or_else(|| Error::new(ErrorKind::Refused, "order_missing", "the phone knows no such unpaid order"))?;
        let kind = IntentKind::OrderPayment { order: order.id.clone(), amount: order.due };
        self.know_the_time_for(&kind).await?;
        let not_after = self.not_after(self.now());
        let Order { id, due, .. } = order;
        let body = |not_after| serde_json::to_vec(&OrderPayment { amount: due, not_after });
        self.intend(kind, path(route::ORDER_PAYMENT, &id), body, not_after).await
    }

    /// Daily orders, newest first, at most 50. Local.
    ///
    /// # Errors
    /// Only when the phone's database fails.
    pub fn orders(&self) -> Result<Vec<Order>> {
        let now = self.now();
        self.core().read(now, rows::orders)
    }

    /// The balance and what consumed it (BG-36, BG-37), newest first, `limit` at most; `before` is the id of the last
    /// entry seen.
    ///
    /// # Errors
    /// `not_signed_in`, and whatever a request can answer.
    pub async fn deposit(&self, before: Option<i64>, limit: u32) -> Result<Deposit> {
        let signed_in = self.core().signed_in();
        let outcome = match signed_in {
            Ok(_) => {
                let before = before.map(|entry| format!("&before={entry}")).unwrap_or_default();
                self.get(format!("{}?limit={limit}{before}", route::DEPOSIT)).await
            }
            Err(error) => Err(error),
        };
        self.explain(outcome)
    }
}
