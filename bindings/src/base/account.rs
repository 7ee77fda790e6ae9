//! Signing in and out, and bringing the account up to date.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesto_client::protocol::base::sign_in::CodeSent;
use mesto_client::protocol::kernel::ids::AccountId;
use mesto_client::{AccountState, SyncReport};

use crate::kernel::cancel::Cancel;
use crate::kernel::client::{Client, Handle};
use crate::kernel::error::MestoError;

mesto_protocol::sign_in_records!();
mesto_client::account_shown!();
mesto_client::sync_shown!();

part! {
    /// Who is signed in.
    Account, account
}

#[uniffi::export(async_runtime = "tokio")]
impl Account {
    /// Who is signed in.
    #[must_use]
    pub fn state(&self) -> AccountState {
        AccountState::clone(&self.0.core.account().state())
    }

    /// Asks for a one-time code by SMS.
    #[uniffi::method(default(cancel = None))]
    pub async fn request_code(&self, phone: String, cancel: Option<Arc<Cancel>>) -> Result<CodeSent, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.account().request_code(&phone))).await
    }

    /// Trades the code for a session; `device` is shown in the driver's list of devices.
    #[uniffi::method(default(cancel = None))]
    pub async fn sign_in(
        &self,
        phone: String,
        code: String,
        device: String,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<(), MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.account().sign_in(&phone, &code, &device))).await
    }

    /// Ends the session here and at the operator, and forgets the account on this phone.
    #[uniffi::method(default(cancel = None))]
    pub async fn sign_out(&self, cancel: Option<Arc<Cancel>>) -> Result<(), MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.account().sign_out())).await
    }

    /// Brings the stored account up to date.
    #[uniffi::method(default(cancel = None))]
    pub async fn sync(&self, cancel: Option<Arc<Cancel>>) -> Result<SyncReport, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.sync())).await
    }
}
