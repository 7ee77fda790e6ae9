//! Payments at merchants: a code is read, what is shown is checked, then it is paid from the
//! balance.

mod codes;
mod rows;

use std::sync::Arc;

use mesto_protocol::base::payments::{PayMethod, Quote};
use mesto_protocol::event::Change;
use mesto_protocol::kernel::json::Json;
use mesto_protocol::merchants::payers::{
    LIST, MerchantName, MerchantPayment, MerchantPaymentPage, MerchantsOffer, MerchantsOutcome, MerchantsSubject,
};
use mesto_rules::merchants::{MerchantCategoryId, MerchantsSection};
use mesto_rules::{CityId, Money, shown};
use rust_decimal::Decimal;
use serde::Serialize;

use crate::base::payments::{self, IntentView};
use crate::kernel::client::Client;
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::paying::Sold;
use crate::kernel::service::{Service, keep};

const TOPIC: &str = mesto_protocol::merchants::SERVICE.name;

pub const SERVICE: Service = Service {
    section: Some(|tx, section, reading| {
        let told = section.map(Json::read).transpose()?;
        rows::replace(tx, told.as_ref(), reading)
    }),
    event: Some(|tx, event, _| match event.kind.as_str() {
        MerchantPayment::KIND => keep(event, |payment: MerchantPayment| rows::put(tx, &payment)),
        _ => Ok(false),
    }),
    forget: Some(rows::forget),
    widget: Some(|client| Json::of(&*client.merchants().state())),
    sold: Some(Sold {
        keep: |tx, outcome| match outcome.read() {
            Ok(MerchantsOutcome { payment }) => rows::put_if_new(tx, &payment).map(|()| true),
            Err(_) => Ok(false),
        },
        stored: |db, outcome| {
            let Ok(MerchantsOutcome { payment }) = outcome.read() else { return Ok(None) };
            let payment = rows::payment(db, payment.id)?.unwrap_or(payment);
            Ok(Some(Json::of(&MerchantsOutcome { payment })?))
        },
        is_counted: None,
    }),
    ..Service::named(TOPIC)
};

impl IntentView {
    /// What is to be paid at a merchant, of the intent of that.
    #[must_use]
    pub fn wanted_merchant_payment(&self) -> Option<MerchantsSubject> {
        self.subject()
    }

    /// What was paid at a merchant, of the intent of that.
    #[must_use]
    pub fn merchant_payment(&self) -> Option<MerchantPayment> {
        self.outcome::<MerchantsOutcome>().map(|outcome| outcome.payment)
    }
}

shown! { merchants_shown;
    /// Payments of this account at merchants.
    #[derive(Debug, Clone, PartialEq, Default, Serialize)]
    pub struct MerchantsState {
        /// Newest first: those that are on the phone, at most 100.
        pub payments: Vec<MerchantPayment>,
        /// Unknown to the operator since his books were put back from a copy. Newest first.
        pub forgotten: Vec<MerchantPayment>,
    }
}

/// What is done about payments at merchants; see [`Client::merchants`].
#[derive(Clone, Copy)]
pub struct Merchants<'c>(&'c Client);

impl Client {
    /// Payments at merchants.
    #[must_use]
    pub const fn merchants(&self) -> Merchants<'_> {
        Merchants(self)
    }
}

impl Merchants<'_> {
    /// Payments of this account, readable without a connection (AV-20). Local.
    #[must_use]
    pub fn state(self) -> Arc<MerchantsState> {
        self.0.state(TOPIC, |core, now| {
            let state = core
                .read(now, |db| Ok(MerchantsState { payments: rows::known(db)?, forgotten: rows::forgotten(db)? }))?;
            Ok((state, None))
        })
    }

    /// What a merchant is called, in the client's language. Local.
    #[must_use]
    pub fn name(self, names: &[MerchantName]) -> String {
        let of = |language: &str| names.iter().find(|name| name.language == language);
        let tag = self.0.config().locale.tag();
        of(tag).or_else(|| of("en")).or_else(|| names.first()).map_or_else(String::new, |name| name.name.clone())
    }

    /// What a category of merchants is called, in the client's language; its id, where the city is
    /// not stored or does not know it. Local.
    #[must_use]
    pub fn category_name(self, city: &CityId, category: &MerchantCategoryId) -> String {
        let stored = self.0.stored_city(city);
        let section: Option<&MerchantsSection> = stored.as_ref().and_then(|city| city.section().ok());
        let known = section.and_then(|section| section.category(category.as_str()));
        known
            .map_or_else(|| category.to_string(), |category| category.name.get(self.0.config().locale.tag()).to_owned())
    }

    /// An amount in a city's currency. Local.
    ///
    /// # Errors
    /// `out_of_range` for more decimals than the currency has; `city_missing` and the like.
    pub fn amount(self, city: &CityId, amount: Decimal) -> Result<Money> {
        let currency = self.0.city(city)?.currency;
        Money::new(amount, currency).map_err(|why| Error::new(ErrorKind::Refused, "out_of_range", why.to_string()))
    }

    /// What paying would be: the merchant, the amount, the fee, the contract that is accepted by
    /// paying (AV-119). Nothing is charged;
    /// [`Payments::buy`](crate::base::payments::Payments::buy) pays it, from the balance alone
    /// (AV-120). Where [`MerchantsOffer::repeats`] is there, the payer is asked first, and the
    /// price is asked for again with `is_again`.
    ///
    /// # Errors
    /// Those of [`Merchants::check_code`], `merchant_code_unknown`, `merchant_not_active`,
    /// `till_closed`, `invoice_paid`, `invoice_over`, `invoice_amount_differs`,
    /// `payment_amount_missing`, `out_of_range`, `payment_day_limit`, `not_signed_in`, ...
    pub async fn quote(self, city: &CityId, subject: &MerchantsSubject) -> Result<Quote> {
        let outcome = match subject.scanned.as_deref().map_or(Ok(()), |scanned| self.check_code(city, scanned)) {
            Ok(()) => self.0.payments().quote::<_, MerchantsOffer>(city, subject, PayMethod::Deposit).await,
            Err(error) => Err(error),
        };
        self.0.explain_in(city, outcome)
    }

    /// What a quote promises of a payment at a merchant; `None` when it is another service's.
    #[must_use]
    pub fn offer(self, quote: &Quote) -> Option<MerchantsOffer> {
        payments::offer(quote)
    }

    /// Payments of this account, newest first, `limit` at most; `cursor` is `next` of the page
    /// before.
    ///
    /// # Errors
    /// `not_signed_in`, and whatever a request can answer.
    pub async fn history(self, cursor: Option<String>, limit: u32) -> Result<MerchantPaymentPage> {
        let session = self.0.session()?;
        let page: MerchantPaymentPage = self.0.fetch_page(&LIST, cursor.as_deref(), limit).await?;
        self.0.keep_of(&session, |tx| page.items.iter().try_for_each(|payment| rows::put(tx, payment)))?;
        Ok(page)
    }
}
