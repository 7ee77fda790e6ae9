//! The deposit: its balance, its top-ups by card, and what consumed it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesto_protocol::base::payments::{Part as _, PayMethod, Quote};
use mesto_protocol::base::wallet::{
    self, Balance, DepositEntry, DepositPage, WalletOffer, WalletOutcome, WalletSection, WalletSubject,
};
use mesto_protocol::event::Change;
use mesto_protocol::kernel::json::Json;
use mesto_rules::{CityId, Money, shown};
use mesto_texts::TextValue;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Map, json};

use crate::base::deposit::{BALANCE, TOPIC};
use crate::base::past;
use crate::base::payments::IntentView;
use crate::kernel::client::Client;
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::paying::Sold;
use crate::kernel::service::{Service, keep};
use crate::kernel::store::Value;

/// Below which sum the person wants to be told.
const LOW_FROM: Value<Money> = Value::new("low_from", TOPIC);

pub const SERVICE: Service = Service {
    section: Some(|tx, section, _| match section.map(Json::read::<WalletSection>).transpose()? {
        Some(told) => BALANCE.set(tx, &told.balance),
        None => Ok(()),
    }),
    event: Some(|tx, event, _| match event.kind.as_str() {
        Balance::KIND => keep(event, |Balance { balance }| BALANCE.set(tx, &balance)),
        _ => Ok(false),
    }),
    forget: Some(|tx| {
        LOW_FROM.remove(tx)?;
        past::forget(tx)?;
        BALANCE.remove(tx)
    }),
    widget: Some(|client| Json::of(&*client.wallet().state())),
    // What was put on the deposit shows in its balance.
    sold: Some(Sold {
        keep: |_, outcome| Ok(outcome.read::<WalletOutcome>().is_ok()),
        stored: |_, outcome| Ok(outcome.read::<WalletOutcome>().is_ok().then(|| outcome.clone())),
        is_counted: None,
    }),
    ..Service::named(TOPIC)
};

impl IntentView {
    /// What is to be put on the deposit, of the intent of a top-up.
    #[must_use]
    pub fn top_up(&self) -> Option<Money> {
        self.offer::<WalletOffer>().map(|offer| offer.amount)
    }
}

shown! { wallet_shown;
    /// The deposit as the operator said it last.
    #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
    pub struct WalletState {
        /// `None` until the first sync.
        pub balance: Option<Money>,
    }
}

shown! { wallet_preview_shown;
    /// What paying a sum from the deposit would mean for it. Both are `None` before the first sync,
    /// and for a sum in another currency.
    #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
    pub struct DepositPreview {
        /// What would be left; `None` where it does not cover the sum.
        pub after: Option<Money>,
        /// What it lacks; `None` where it covers the sum.
        pub missing: Option<Money>,
    }
}

shown! { deposit_past_shown;
    /// The deposit's history as it was read last, without a connection (AV-20).
    #[derive(Debug, Clone, PartialEq, Serialize)]
    pub struct DepositPast {
        /// What moved later is not in it.
        pub as_of_at: DateTime<Utc>,
        /// The balance then.
        pub balance: Money,
        /// Newest first, without a gap, as far back as it was read.
        pub items: Vec<DepositEntry>,
    }
}

shown! { low_balance_shown;
    /// A balance that is low (AV-51): less than one usual purchase costs, or than the person said.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct LowBalance {
        pub balance: Money,
        /// A balance below this is low.
        pub below: Money,
    }
}

/// What is done with the deposit; see [`Client::wallet`].
#[derive(Clone, Copy)]
pub struct Wallet<'c>(&'c Client);

impl Client {
    /// The deposit.
    #[must_use]
    pub const fn wallet(&self) -> Wallet<'_> {
        Wallet(self)
    }

    /// What consumed the deposit or filled it, for the driver.
    #[must_use]
    pub fn entry_text(&self, entry: &DepositEntry) -> String {
        self.kind_text(None, "entry", &entry.kind, &Map::new())
    }
}

impl Wallet<'_> {
    /// The balance. Local.
    #[must_use]
    pub fn state(self) -> Arc<WalletState> {
        self.0.state(TOPIC, |core, now| {
            let balance = core.read(now, |db| BALANCE.get(db))?;
            Ok((WalletState { balance }, None))
        })
    }

    /// Below which sum the balance is low: what the person said, else what one usual purchase costs
    /// in the cities on the phone; `None` where neither is known. Local.
    #[must_use]
    pub fn low_from(self) -> Option<Money> {
        let now = self.0.now();
        let said = self.0.core().read(now, |db| LOW_FROM.get(db)).ok().flatten();
        said.or_else(|| {
            let prices = self.0.services().all().filter_map(|service| service.usual_price);
            let prices = prices.filter_map(|price| price(self.0));
            prices.reduce(|one, other| if is_less(&one, &other) { other } else { one })
        })
    }

    /// Says below which sum the person wants to be told; `None` for one usual purchase again. Of
    /// this account, on this phone.
    ///
    /// # Errors
    /// `amount_not_offered` for less than nothing or another currency than the balance's,
    /// `not_signed_in`, `phone_full`, `phone_data_failed`.
    pub fn tell_low_from(self, below: Option<Money>) -> Result<()> {
        let session = self.0.session()?;
        let currency = self.state().balance.map(|balance| balance.currency);
        if let Some(wrong) = below.filter(|below| below.amount.is_sign_negative() || Some(below.currency) != currency) {
            let detail = format!("a balance can be told to be low below a sum of its own currency, not {wrong}");
            return Err(Error::new(ErrorKind::Refused, "amount_not_offered", detail));
        }
        self.0.keep_of(&session, |tx| match below {
            Some(below) => LOW_FROM.set(tx, &below),
            None => LOW_FROM.remove(tx),
        })
    }

    /// The balance when it is low, to be told before the bus comes (AV-51, AV-90); looked at again
    /// when the wallet or the cities change. Local.
    #[must_use]
    pub fn low(self) -> Option<LowBalance> {
        let (balance, below) = (self.state().balance?, self.low_from()?);
        is_less(&balance, &below).then_some(LowBalance { balance, below })
    }

    /// That the balance is low, for the person; `None` while it is not. Local.
    #[must_use]
    pub fn low_text(self) -> Option<String> {
        let LowBalance { balance, below } = self.low()?;
        let values = [("balance", TextValue::Money(balance)), ("below", TextValue::Money(below))];
        Some(self.0.text("wallet-low", &values))
    }

    /// What paying `total` from the deposit would mean for it, by the balance as the operator said
    /// it last. Local.
    #[must_use]
    pub fn preview(self, total: Money) -> DepositPreview {
        let Some(balance) = self.state().balance else { return DepositPreview::default() };
        let positive = |sum: Money| sum.amount > Decimal::ZERO;
        match total.checked_sub(&balance).ok().filter(|missing| positive(*missing)) {
            Some(missing) => DepositPreview { after: None, missing: Some(missing) },
            None => DepositPreview { after: balance.checked_sub(&total).ok(), missing: None },
        }
    }

    /// Asks for the price of a top-up, with the amounts and the fees of a city. The deposit is one
    /// for all cities of the operator; by card only. [`Payments::buy`] begins it.
    ///
    /// # Errors
    /// `amount_not_offered` with the amounts that are (BG-76), `city_missing`, `not_signed_in`, and
    /// whatever a request can answer.
    ///
    /// [`Payments::buy`]: crate::base::payments::Payments::buy
    pub async fn quote(self, city: &CityId, amount: Decimal) -> Result<Quote> {
        let outcome = match self.offered(city, amount) {
            Ok(amount) => self.quote_inner(city, amount).await,
            Err(error) => Err(error),
        };
        self.0.explain_in(city, outcome)
    }

    async fn quote_inner(self, city: &CityId, amount: Money) -> Result<Quote> {
        self.0.payments().quote::<_, WalletOffer>(city, &WalletSubject { amount }, PayMethod::Card).await
    }

    /// Starts a top-up of the deposit: a quote and its purchase in one. The intent's `page_url` is
    /// the provider's page, where card data is typed and nowhere else (BG-91, BG-96). Confirmed
    /// only when the bank approved. While another top-up waits at the bank, that one is to be
    /// paid or given up ([`Payments::abandon`]) first; of the same amount it is the answer.
    ///
    /// # Errors
    /// `unconfirmed` with the page of the other one, `phone_full`, and those of [`Wallet::quote`].
    ///
    /// [`Payments::abandon`]: crate::base::payments::Payments::abandon
    pub async fn top_up(self, city: &CityId, amount: Decimal) -> Result<IntentView> {
        let outcome = self.top_up_inner(city, amount).await;
        self.0.explain_in(city, outcome)
    }

    async fn top_up_inner(self, city: &CityId, amount: Decimal) -> Result<IntentView> {
        let amount = self.offered(city, amount)?;
        let is_of = |intent: &IntentView| intent.service() == WalletSubject::SERVICE;
        let is_same = |intent: &IntentView| intent.top_up() == Some(amount);
        if let Some(answer) = self.0.payments().settle_open(is_of, is_same).await? {
            return Ok(answer);
        }
        let quote = self.quote_inner(city, amount).await?;
        self.0.payments().buy(&quote).await
    }

    /// An amount that the deposit takes (BG-76).
    fn offered(self, city: &CityId, amount: Decimal) -> Result<Money> {
        let city = self.0.city(city)?;
        let deposit = &city.sections.wallet.deposit;
        let refused = |detail: String| {
            let offered: Vec<String> = deposit.values.iter().map(ToString::to_string).collect();
            Error::new(ErrorKind::Refused, "amount_not_offered", detail)
                .with("offered", json!(offered))
                .with("currency", city.currency.code())
        };
        if !deposit.offers(&amount) {
            return Err(refused("the deposit takes only the listed amounts".to_owned()));
        }
        Money::new(amount, city.currency).map_err(|why| refused(why.to_string()))
    }

    /// The balance and what consumed it (BG-36, BG-37), newest first, `limit` at most; `cursor` is
    /// `next` of the page before.
    ///
    /// # Errors
    /// `not_signed_in`, and whatever a request can answer.
    pub async fn history(self, cursor: Option<String>, limit: u32) -> Result<DepositPage> {
        let session = self.0.session()?;
        let page: DepositPage = self.0.fetch_page(&wallet::HISTORY, cursor.as_deref(), limit).await?;
        let now = self.0.now();
        self.0.keep_of(&session, |tx| past::keep(tx, &page, cursor.is_none(), now))?;
        Ok(page)
    }

    /// The history as it was read last, newest first, `limit` at most; `None` before it was read
    /// for the first time. Local.
    #[must_use]
    pub fn past(self, limit: u32) -> Option<DepositPast> {
        let now = self.0.now();
        let (as_of, items) = self.0.core().read(now, |db| past::read(db, limit)).ok().flatten()?;
        Some(DepositPast { as_of_at: as_of.at, balance: as_of.balance, items })
    }

    /// Of which moment the history is that is read without a connection, for the person. Local.
    #[must_use]
    pub fn past_text(self, past: &DepositPast) -> String {
        self.0.text("wallet-past-as-of", &[("at", TextValue::Time(past.as_of_at))])
    }
}

/// Whether a sum is less than another one of its currency.
fn is_less(one: &Money, other: &Money) -> bool {
    other.checked_sub(one).is_ok_and(|missing| missing.amount > Decimal::ZERO)
}
