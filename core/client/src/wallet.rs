//! Money: the deposit, its top-ups by the bank's page, what consumed it, and the payment of daily orders.

use mesto_protocol::base::wallet::{self, Deposit, NewTopup};
use mesto_protocol::orders::driver::{self as orders, Order, OrderPayment, OrderState};
use mesto_rules::Money;
use rust_decimal::Decimal;
use serde_json::json;

use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::guard::Wish;
use crate::intent::IntentKind;
use crate::outbox::IntentView;
use crate::store::rows;

impl Client {
    /// Starts a top-up of the deposit, in the city's currency. The intent's `page_url` is the bank's page, where card
    /// data is typed and nowhere else (BG-91, BG-96). Confirmed only when the bank approved. While another top-up waits
    /// at the bank, that one is to be paid or given up ([`Client::abandon`]) first; of the same amount it is the answer.
    ///
    /// # Errors
    /// `unconfirmed` with the page of the other one; `amount_not_offered` with the amounts that are (BG-76), `city_missing`, `not_signed_in`, `phone_full`.
    pub async fn top_up(&self, amount: Decimal) -> Result<IntentView> {
        let outcome = self.top_up_inner(amount).await;
        self.explain(outcome)
    }

    async fn top_up_inner(&self, amount: Decimal) -> Result<IntentView> {
        let city = self.city()?;
        let deposit = &city.sections.wallet.deposit;
        if !deposit.offers(&amount) {
            let offered: Vec<String> = deposit.values.iter().map(ToString::to_string).collect();
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
        let return_url = self.config().return_url.clone();
        let body = |not_after| serde_json::to_vec(&NewTopup { amount, not_after, return_url: return_url.clone() });
        self.intend(Wish { kind, path: wallet::TOP_UP.target(&[], &[]), body: &body, until: None }).await
    }

    /// Pays a daily order from the deposit, exactly the amount it shows (BG-70).
    ///
    /// # Errors
    /// `order_missing` when the phone knows no such unpaid order, `unconfirmed`, `not_signed_in`, `phone_full`.
    pub async fn pay_order(&self, order: &str) -> Result<IntentView> {
        let outcome = self.pay_order_inner(order).await;
        self.explain(outcome)
    }

    async fn pay_order_inner(&self, order: &str) -> Result<IntentView> {
        let now = self.now();
        let missing = || Error::new(ErrorKind::Refused, "order_missing", "the phone knows no such unpaid order");
        let Order { id, due, state, .. } = self.core().read(now, |db| rows::order(db, order))?.ok_or_else(missing)?;
        let kind = IntentKind::OrderPayment { order: id.clone(), amount: due };
        if state != OrderState::Issued {
            // Paid, perhaps by a payment whose answer was lost: then that is the answer.
            return self.settle_open(&kind).await?.ok_or_else(missing);
        }
        let body = |not_after| serde_json::to_vec(&OrderPayment { amount: due, not_after });
        self.intend(Wish { kind, path: orders::PAY.target(&[&id], &[]), body: &body, until: None }).await
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
                let (limit, before) = (limit.to_string(), before.map(|entry| entry.to_string()));
                let mut query = vec![("limit", limit.as_str())];
                query.extend(before.as_deref().map(|entry| ("before", entry)));
                self.fetch(&wallet::HISTORY, &[], &query).await
            }
            Err(error) => Err(error),
        };
        self.explain(outcome)
    }
}
