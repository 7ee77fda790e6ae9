//! Signing in and out, the devices that are signed in, all that is stored, the end of the account,
//! and bringing it up to date.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesto_client::protocol::base::accounts::AccountClosed;
use mesto_client::protocol::base::payments::Refund;
use mesto_client::protocol::base::sign_in::{CodeSent, DeviceSession, SessionPage};
use mesto_client::protocol::kernel::ids::{AccountId, DeviceId};
use mesto_client::{AccountState, SyncReport};
use mesto_rules::Money;

use crate::kernel::cancel::Cancel;
use crate::kernel::client::{Client, Handle};
use crate::kernel::error::MestoError;

mesto_protocol::account_records!();
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

    /// All that the operator stores about the account: a JSON document to be saved.
    #[uniffi::method(default(cancel = None))]
    pub async fn export(&self, cancel: Option<Arc<Cancel>>) -> Result<String, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.account().export())).await
    }

    /// The devices that are signed in, newest first; `cursor` is `next` of the page before.
    #[uniffi::method(default(cursor = None, limit = 50, cancel = None))]
    pub async fn sessions(
        &self,
        cursor: Option<String>,
        limit: u32,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<SessionPage, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.account().sessions(cursor, limit))).await
    }

    /// Ends the session of another device. This one's is ended by signing out: `session_is_own`.
    #[uniffi::method(default(cancel = None))]
    pub async fn end_session(&self, session: DeviceId, cancel: Option<Arc<Cancel>>) -> Result<(), MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.account().end_session(session))).await
    }

    /// Closes the account for good: what is owed is paid from the deposit, what is left of it goes
    /// back, and the phone forgets the account. Where no answer came (`is_closing` of the state) it
    /// is called again: closing twice is one closing. `account_owes` when the deposit does not
    /// cover what is owed: it stays open.
    #[uniffi::method(default(cancel = None))]
    pub async fn close_account(&self, cancel: Option<Arc<Cancel>>) -> Result<AccountClosed, MestoError> {
        self.0.paid(cancel, Box::pin(self.0.core.account().close_account())).await
    }

    /// Brings the stored account up to date.
    #[uniffi::method(default(cancel = None))]
    pub async fn sync(&self, cancel: Option<Arc<Cancel>>) -> Result<SyncReport, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.sync())).await
    }
}
