//! Live updates: what happens at the operator shows at once, while an app is in front.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesto_client::{LiveState, Step, Updates};

use crate::kernel::cancel::Cancel;
use crate::kernel::client::{Client, Handle};
use crate::kernel::error::MestoError;

mesto_client::live_shown!();

part! {
    /// Live updates: a ticket that is bought on another phone shows here at once.
    Live, live
}

#[uniffi::export(async_runtime = "tokio")]
impl Live {
    #[must_use]
    pub fn state(&self) -> LiveState {
        self.0.core.live().state()
    }

    /// Follows the operator until it is called off or stopped: call it when the app comes to the
    /// front, and call it off when it leaves. Where it is called again the first call ends, so that
    /// there is never more than one stream. What breaks is begun anew after a second, and after
    /// twice as long each time, up to a minute; a request by the operator for more time is kept.
    /// Ends with `not_signed_in` or `unauthorized` when nobody is signed in any more, and with
    /// `client_too_old`.
    #[uniffi::method(default(cancel = None))]
    pub async fn run(&self, cancel: Option<Arc<Cancel>>) -> Result<(), MestoError> {
        let updates = self.0.core.live().begin();
        self.0.answer(cancel, Box::pin(follow(updates))).await
    }

    /// Ends them, whoever called; without a call does nothing.
    pub fn stop(&self) {
        self.0.core.live().stop();
    }

    /// The phone has another network, or one again: it is tried at once.
    pub fn network_changed(&self) {
        self.0.core.live().network_changed();
    }
}

async fn follow(mut updates: Updates) -> mesto_client::Result<()> {
    loop {
        match updates.step().await {
            Step::After(pause) => {
                // Earlier, when the network changed or they were stopped.
                let _ = tokio::time::timeout(pause, updates.hurried()).await;
            }
            Step::Ended(outcome) => return outcome,
        }
    }
}
