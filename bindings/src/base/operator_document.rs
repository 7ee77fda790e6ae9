//! What the operator says of itself.

use std::sync::Arc;

use chrono::NaiveDate;
use mesto_client::protocol::base::operator_document::{FeeKind, LegalKind, SignInKind};
use mesto_client::protocol::base::payments::PayMethod;
use mesto_client::{
    CityOfOperator, ClientStanding, LegalTextView, LegalView, OperatorState, OperatorView, PaymentOfCity, ServiceOfCity,
};
use mesto_rules::{CityId, Currency, Money};

use crate::kernel::cancel::Cancel;
use crate::kernel::client::{Client, Handle};
use crate::kernel::error::MestoError;

mesto_protocol::operator_document_words!();
mesto_client::operator_document_shown!();

part! {
    /// What the operator says of itself.
    Operator, operator
}

#[uniffi::export(async_runtime = "tokio")]
impl Operator {
    /// What the operator said last, and whether it serves this app.
    #[must_use]
    pub fn state(&self) -> OperatorState {
        OperatorState::clone(&self.0.core.operator().state())
    }

    /// Fetches keys and the operator's document, verified against the pinned root key. At the first
    /// start and once a day. `client_too_old` when the app must be updated, whose params name
    /// the least version that is served.
    #[uniffi::method(default(cancel = None))]
    pub async fn refresh(&self, cancel: Option<Arc<Cancel>>) -> Result<OperatorState, MestoError> {
        let state = self.0.answer(cancel, Box::pin(self.0.core.operator().refresh())).await?;
        Ok(OperatorState::clone(&state))
    }
}
