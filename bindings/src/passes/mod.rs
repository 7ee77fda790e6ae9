//! Benefits and passes of a rider.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use mesto_client::passes::{PassOnSale, PassesState};
use mesto_client::protocol::base::payments::{PayMethod, Quote};
use mesto_client::protocol::kernel::ids::{BenefitId, PassId};
use mesto_client::protocol::kernel::line::Line;
use mesto_client::protocol::passes::holders::{
    Benefit, Pass, PassPage, PassState, PassToGiveBack, PassesOffer, PassesOutcome, PassesSubject,
};
use mesto_rules::passes::{CategoryId, PassProductId};
use mesto_rules::{CityId, Money};

use crate::kernel::cancel::Cancel;
use crate::kernel::client::{Client, Handle};
use crate::kernel::error::MestoError;
use crate::kernel::ids::ids;

ids! { BenefitId, PassId, CategoryId, PassProductId }
mesto_protocol::pass_records!();
mesto_protocol::pass_words!();
mesto_client::passes_shown!();

part! {
    /// Benefits and passes of a rider.
    Passes, passes
}

/// What is answered from the phone's own store, at once.
#[uniffi::export]
impl Passes {
    /// Passes and benefits of this account.
    #[must_use]
    pub fn state(&self) -> PassesState {
        PassesState::clone(&self.0.core.passes().state())
    }

    /// Passes that a city sells, with what each costs this rider now.
    pub fn on_sale(&self, city: CityId) -> Result<Vec<PassOnSale>, MestoError> {
        self.0.to_app(self.0.core.passes().on_sale(&city))
    }

    /// What a category of riders is called, in the rider's language.
    pub fn category_name(&self, city: CityId, category: CategoryId) -> Result<String, MestoError> {
        Ok(self.0.core.passes().category_name(&city, &category))
    }

    /// What a pass is called, in the rider's language.
    pub fn product_name(&self, city: CityId, product: PassProductId) -> Result<String, MestoError> {
        Ok(self.0.core.passes().product_name(&city, &product))
    }

    /// Whether a pass ends soon, by the city's number of days.
    pub fn is_ending(&self, pass: Pass) -> Result<bool, MestoError> {
        Ok(self.0.core.passes().is_ending(&pass))
    }
}

/// What asks the operator.
#[uniffi::export(async_runtime = "tokio")]
impl Passes {
    /// What a pass would cost and until when it would hold. Nothing is charged; buying the quote
    /// buys it. Where the offer `overlaps` another one the rider is asked first, and the price is
    /// asked for again with `is_again`.
    #[uniffi::method(default(cancel = None))]
    pub async fn quote(
        &self,
        city: CityId,
        subject: PassesSubject,
        pay: PayMethod,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Quote, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.passes().quote(&city, &subject, pay))).await
    }

    /// Passes of this account, newest first; `cursor` is `next` of the page before.
    #[uniffi::method(default(cursor = None, limit = 50, cancel = None))]
    pub async fn history(
        &self,
        cursor: Option<String>,
        limit: u32,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<PassPage, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.passes().history(cursor, limit))).await
    }

    /// Gives a pass back before its first day, where the city says so.
    #[uniffi::method(default(cancel = None))]
    pub async fn give_back(&self, pass: PassId, cancel: Option<Arc<Cancel>>) -> Result<Pass, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.passes().give_back(pass))).await
    }
}
