//! Benefits and passes of a rider: what an office granted him, which passes he holds and can buy.

mod reminders;
mod rows;

use std::sync::Arc;

use mesto_protocol::base::payments::{PayMethod, Quote};
use mesto_protocol::event::Change;
use mesto_protocol::kernel::ids::PassId;
use mesto_protocol::kernel::json::Json;
use mesto_protocol::passes::holders::{
    Benefit, GIVE_BACK, LIST, Pass, PassPage, PassToGiveBack, PassesOffer, PassesOutcome, PassesSubject,
};
use mesto_rules::passes::{CategoryId, PassProductId, PassesSection};
use mesto_rules::{CityId, Money, shown};
use serde::Serialize;

use crate::base::payments::{self, IntentView};
use crate::kernel::client::Client;
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::paying::Sold;
use crate::kernel::service::{Service, keep};

const TOPIC: &str = mesto_protocol::passes::SERVICE.name;

pub const SERVICE: Service = Service {
    section: Some(|tx, section, reading| {
        let told = section.map(Json::read).transpose()?;
        rows::replace(tx, told.as_ref(), reading)
    }),
    event: Some(|tx, event, _| match event.kind.as_str() {
        Pass::KIND => keep(event, |pass: Pass| rows::put(tx, &pass)),
        Benefit::KIND => keep(event, |benefit: Benefit| rows::put_benefit(tx, &benefit)),
        _ => Ok(false),
    }),
    forget: Some(rows::forget),
    reminders: Some(reminders::plan),
    widget: Some(|client| Json::of(&*client.passes().state())),
    sold: Some(Sold {
        keep: |tx, outcome| match outcome.read() {
            Ok(PassesOutcome { pass }) => rows::put_if_new(tx, &pass).map(|()| true),
            Err(_) => Ok(false),
        },
        stored: |db, outcome| {
            let Ok(PassesOutcome { pass }) = outcome.read() else { return Ok(None) };
            let pass = rows::pass(db, pass.id)?.unwrap_or(pass);
            Ok(Some(Json::of(&PassesOutcome { pass })?))
        },
        is_counted: None,
    }),
    codes: &["pass_missing"],
    ..Service::named(TOPIC)
};

impl IntentView {
    /// The pass that is to be bought, of the intent of one.
    #[must_use]
    pub fn wanted_pass(&self) -> Option<PassesSubject> {
        self.subject()
    }

    /// The pass that was bought, of the intent of one.
    #[must_use]
    pub fn pass(&self) -> Option<Pass> {
        self.outcome::<PassesOutcome>().map(|outcome| outcome.pass)
    }
}

shown! { passes_shown;
    /// Passes and benefits of this account.
    #[derive(Debug, Clone, PartialEq, Default, Serialize)]
    pub struct PassesState {
        /// Those that hold now; the one that ends first before others.
        pub current: Vec<Pass>,
        /// Those that begin later, by their beginning.
        pub coming: Vec<Pass>,
        /// Those that are over or were given back, newest first, at most 20.
        pub over: Vec<Pass>,
        /// Unknown to the operator since his books were put back from a copy. Newest first.
        pub forgotten: Vec<Pass>,
        /// Categories that this rider was granted and that hold now, newest first.
        pub benefits: Vec<Benefit>,
    }

    /// A pass that a city sells, in the client's language.
    #[derive(Debug, Clone, PartialEq, Serialize)]
    pub struct PassOnSale {
        pub product: PassProductId,
        pub name: String,
        /// Absent: a calendar month.
        pub days: Option<u32>,
        /// What it costs this rider; absent where that is not known, or it is not sold to him.
        pub price: Option<Money>,
    }
}

/// What is done about passes; see [`Client::passes`].
#[derive(Clone, Copy)]
pub struct Passes<'c>(&'c Client);

impl Client {
    /// Benefits and passes of a rider.
    #[must_use]
    pub const fn passes(&self) -> Passes<'_> {
        Passes(self)
    }
}

impl Passes<'_> {
    /// Passes and benefits of this account. Local.
    #[must_use]
    pub fn state(self) -> Arc<PassesState> {
        self.0.state(TOPIC, |core, now| {
            let state = core.read(now, |db| {
                Ok(PassesState {
                    current: rows::current(db, now)?,
                    coming: rows::coming(db, now)?,
                    over: rows::over(db, now)?,
                    forgotten: rows::forgotten(db, now)?,
                    benefits: rows::benefits(db, now)?,
                })
            })?;
            let ends = state.current.iter().chain(&state.forgotten).map(|pass| pass.ends_at);
            let begins = state.coming.iter().map(|pass| pass.starts_at);
            let until = ends.chain(begins).chain(state.benefits.iter().map(|benefit| benefit.ends_at));
            let until = until.filter(|at| *at > now).min();
            Ok((state, until))
        })
    }

    /// Passes that a city sells, with what each costs this rider now. Local.
    ///
    /// # Errors
    /// `city_missing` and the like; `section_missing` where the city has none.
    pub fn on_sale(self, city: &CityId) -> Result<Vec<PassOnSale>> {
        let stored = self.0.city(city)?;
        let section: &PassesSection = stored.section()?;
        let granted = self.granted(city);
        let tag = self.0.config().locale.tag();
        let on_sale = section.products.iter().map(|product| PassOnSale {
            product: product.id.clone(),
            name: product.name.get(tag).to_owned(),
            days: product.days,
            price: product.cheapest(section, granted.iter()).map(|(_, price)| price),
        });
        Ok(on_sale.collect())
    }

    /// The categories that this rider was granted in a city and that hold now.
    pub(crate) fn granted(self, city: &CityId) -> Vec<CategoryId> {
        let state = self.state();
        let here = state.benefits.iter().filter(|benefit| benefit.city == *city);
        here.map(|benefit| benefit.category.clone()).collect()
    }

    /// What a category of riders is called, in the client's language; its id, where the city is not
    /// stored or does not know it. Local.
    #[must_use]
    pub fn category_name(self, city: &CityId, category: &CategoryId) -> String {
        let stored = self.0.stored_city(city);
        let section: Option<&PassesSection> = stored.as_ref().and_then(|city| city.section().ok());
        let known = section.and_then(|section| section.category(category.as_str()));
        known.map_or_else(|| category.to_string(), |known| known.name.get(self.0.config().locale.tag()).to_owned())
    }

    /// What a pass is called, in the client's language; its id, where the city is not stored or
    /// does not know it. Local.
    #[must_use]
    pub fn product_name(self, city: &CityId, product: &PassProductId) -> String {
        let stored = self.0.stored_city(city);
        let section: Option<&PassesSection> = stored.as_ref().and_then(|city| city.section().ok());
        let known = section.and_then(|section| section.product(product.as_str()));
        known.map_or_else(|| product.to_string(), |known| known.name.get(self.0.config().locale.tag()).to_owned())
    }

    /// Whether a stored pass ends soon, by the city's number of days. Local.
    #[must_use]
    pub fn is_ending(self, pass: &Pass) -> bool {
        let Some(at) = reminders::ending_at(self.0, pass) else { return false };
        let now = self.0.now();
        at <= now && now < pass.ends_at
    }

    /// What a pass would cost and until when it would hold. Nothing is charged;
    /// [`Payments::buy`](crate::base::payments::Payments::buy) buys it. Where
    /// [`PassesOffer::overlaps`] is there, the rider is asked first, and the price is asked for
    /// again with `is_again`.
    ///
    /// # Errors
    /// `pass_unknown`, `pass_not_for_category`, `out_of_range` for a day on which none begins,
    /// `payment_method_not_allowed`, `not_signed_in`, ...
    pub async fn quote(self, city: &CityId, subject: &PassesSubject, pay: PayMethod) -> Result<Quote> {
        let outcome = self.0.payments().quote::<_, PassesOffer>(city, subject, pay).await;
        self.0.explain_in(city, outcome)
    }

    /// What a quote promises of a pass; `None` when it is another service's.
    #[must_use]
    pub fn offer(self, quote: &Quote) -> Option<PassesOffer> {
        payments::offer(quote)
    }

    /// Passes of this account, newest first, `limit` at most; `cursor` is `next` of the page
    /// before.
    ///
    /// # Errors
    /// `not_signed_in`, and whatever a request can answer.
    pub async fn history(self, cursor: Option<String>, limit: u32) -> Result<PassPage> {
        let session = self.0.session()?;
        let page: PassPage = self.0.fetch_page(&LIST, cursor.as_deref(), limit).await?;
        self.0.keep_of(&session, |tx| page.items.iter().try_for_each(|pass| rows::put(tx, pass)))?;
        Ok(page)
    }

    /// A pass's id as it was typed or handed in.
    ///
    /// # Errors
    /// `pass_missing` for what is no id of one.
    pub fn pass_id(self, text: &str) -> Result<PassId> {
        text.parse().map_err(|why| Error::new(ErrorKind::Refused, "pass_missing", format!("{why}")))
    }

    /// Gives a pass back before its first day, where the city says so; its price comes back to
    /// where it came from.
    ///
    /// # Errors
    /// `not_found`, `pass_not_refundable`, and whatever a request can answer.
    pub async fn give_back(self, pass: PassId) -> Result<Pass> {
        let outcome = self.give_back_inner(pass).await;
        self.0.explain(outcome)
    }

    async fn give_back_inner(self, pass: PassId) -> Result<Pass> {
        let session = self.0.session()?;
        let pass: Pass = self.0.call(&GIVE_BACK, &[], &PassToGiveBack { pass }).await?;
        self.0.keep_of(&session, |tx| rows::put(tx, &pass))?;
        Ok(pass)
    }
}
