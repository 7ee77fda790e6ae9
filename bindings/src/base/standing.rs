//! Whether the account may pay.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesto_client::StandingView;
use mesto_client::protocol::base::standing::{AccountStanding, StandingState};

use crate::kernel::cancel::Cancel;
use crate::kernel::client::{Client, Handle};
use crate::kernel::error::MestoError;

mesto_protocol::standing_records!();
mesto_protocol::standing_words!();
mesto_client::standing_shown!();

part! {
    /// Suspending the account and going on.
    Standing, standing
}

#[uniffi::export(async_runtime = "tokio")]
impl Standing {
    /// Where the account stands.
    #[must_use]
    pub fn state(&self) -> StandingView {
        StandingView::clone(&self.0.core.standing().state())
    }

    /// Why nothing can be paid and what to do, in the client's language; absent while it can be.
    pub fn text(&self) -> Result<Option<String>, MestoError> {
        Ok(self.0.core.standing().text())
    }

    /// Stops paying with the account for a while: balance, cards, tickets and history stay.
    #[uniffi::method(default(cancel = None))]
    pub async fn suspend_account(&self, cancel: Option<Arc<Cancel>>) -> Result<AccountStanding, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.standing().suspend())).await
    }

    /// Goes on with an account that was suspended. One that the operator blocked stays blocked.
    #[uniffi::method(default(cancel = None))]
    pub async fn resume(&self, cancel: Option<Arc<Cancel>>) -> Result<AccountStanding, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.standing().resume())).await
    }
}
