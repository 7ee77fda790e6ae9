//! Whether the operator is reached, how far the time is right, and the end of listening.

use std::sync::{Arc, Mutex, PoisonError};

use mesto_client::{ClockState, Connection};

use crate::kernel::client::Client;
use crate::kernel::values::Timestamp;

mesto_client::connection_shown!();
mesto_client::clock_shown!();

#[uniffi::export]
impl Client {
    /// The corrected time: the operator's, as well as the phone can know it.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.core.now()
    }

    /// How far that time can be trusted.
    #[must_use]
    pub fn clock(&self) -> ClockState {
        self.0.core.time().1
    }

    /// How the last request went.
    #[must_use]
    pub fn connection(&self) -> Connection {
        self.0.core.connection()
    }
}

/// Ends when it is cancelled or let go of.
#[derive(uniffi::Object)]
pub struct TopicSubscription {
    inner: Mutex<Option<mesto_client::Subscription>>,
}

impl TopicSubscription {
    pub(crate) fn new(inner: mesto_client::Subscription) -> Arc<Self> {
        Arc::new(Self { inner: Mutex::new(Some(inner)) })
    }
}

#[uniffi::export]
impl TopicSubscription {
    /// A call that is under way comes to its end first or right after. Again does nothing.
    pub fn cancel(&self) {
        let subscription = self.inner.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(subscription);
    }
}
