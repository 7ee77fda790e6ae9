//! The contract and its changes.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use mesto_client::protocol::base::terms::{
    AcceptedBy, AcceptedTerms, CityTerms, PublishedTerms, TermsList, TermsPending,
};
use mesto_rules::CityId;
use mesto_rules::Texts;

use crate::kernel::cancel::Cancel;
use crate::kernel::client::{Client, Handle};
use crate::kernel::error::MestoError;

mesto_protocol::terms_records!();
mesto_protocol::terms_words!();

part! {
    /// The contract and its changes.
    Terms, terms
}

#[uniffi::export(async_runtime = "tokio")]
impl Terms {
    /// A change, in the client's language, to be shown before the button that pays.
    pub fn pending_text(&self, pending: TermsPending) -> Result<String, MestoError> {
        Ok(self.0.core.terms().pending_text(&pending))
    }

    /// The terms of a city with every version, and what this account accepted.
    #[uniffi::method(default(cancel = None))]
    pub async fn list(&self, city: CityId, cancel: Option<Arc<Cancel>>) -> Result<Vec<CityTerms>, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.terms().list(&city))).await
    }

    /// Accepts a version, as it was shown. Who disagrees suspends the account or closes it.
    #[uniffi::method(default(cancel = None))]
    pub async fn accept(
        &self,
        city: CityId,
        id: String,
        version: String,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<AcceptedTerms, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.terms().accept(&city, &id, &version))).await
    }
}
