//! Payments at merchants.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesto_client::merchants::MerchantsState;
use mesto_client::protocol::base::payments::Quote;
use mesto_client::protocol::kernel::ids::{InvoiceId, MerchantId, MerchantPaymentId, TillId};
use mesto_client::protocol::kernel::line::Line;
use mesto_client::protocol::merchants::payers::{
    MerchantName, MerchantPayment, MerchantPaymentPage, MerchantPaymentState, MerchantsOffer, MerchantsOutcome,
    MerchantsSubject, PaidInvoice, PaidMerchant, PaidTill, PaymentContract,
};
use mesto_rules::merchants::MerchantCategoryId;
use mesto_rules::{CityId, Money};

use crate::kernel::cancel::Cancel;
use crate::kernel::client::{Client, Handle};
use crate::kernel::error::MestoError;
use crate::kernel::ids::ids;

ids! { InvoiceId, MerchantId, MerchantPaymentId, TillId, MerchantCategoryId }
mesto_protocol::merchant_records!();
mesto_protocol::merchant_words!();
mesto_client::merchants_shown!();

part! {
    /// Payments at merchants.
    Merchants, merchants
}

/// What is answered from the phone's own store, at once.
#[uniffi::export]
impl Merchants {
    /// Payments of this account at merchants.
    #[must_use]
    pub fn state(&self) -> MerchantsState {
        MerchantsState::clone(&self.0.core.merchants().state())
    }

    /// What a merchant is called, in the rider's language.
    pub fn name(&self, names: Vec<MerchantName>) -> Result<String, MestoError> {
        Ok(self.0.core.merchants().name(&names))
    }

    /// What a category of merchants is called, in the rider's language.
    pub fn category_name(&self, city: CityId, category: MerchantCategoryId) -> Result<String, MestoError> {
        Ok(self.0.core.merchants().category_name(&city, &category))
    }

    /// Whether what was scanned is a code of a merchant of this city. Nothing of it is opened.
    pub fn check_code(&self, city: CityId, scanned: String) -> Result<(), MestoError> {
        self.0.to_app(self.0.core.merchants().check_code(&city, &scanned))
    }
}

/// What asks the operator.
#[uniffi::export(async_runtime = "tokio")]
impl Merchants {
    /// What paying would be: the merchant, the amount, the fee, and the contract that is accepted
    /// by paying. Nothing is charged; buying the quote pays it, from the balance alone. Where the
    /// offer `repeats` another payment the payer is asked first, and the price is asked for again
    /// with `is_again`.
    #[uniffi::method(default(cancel = None))]
    pub async fn quote(
        &self,
        city: CityId,
        subject: MerchantsSubject,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Quote, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.merchants().quote(&city, &subject))).await
    }

    /// Payments of this account, newest first; `cursor` is `next` of the page before.
    #[uniffi::method(default(cursor = None, limit = 50, cancel = None))]
    pub async fn history(
        &self,
        cursor: Option<String>,
        limit: u32,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<MerchantPaymentPage, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.merchants().history(cursor, limit))).await
    }
}
