//! Calling a waiting call off: a foreign task that is cancelled does not reach the core by itself.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::watch;

/// A handle given to a call that waits for the network. A paying action that had begun stays an
/// open intent.
#[derive(uniffi::Object)]
pub struct Cancel {
    called_off: watch::Sender<bool>,
}

#[uniffi::export]
impl Cancel {
    #[uniffi::constructor]
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::new(Self { called_off: watch::Sender::new(false) })
    }

    /// The call ends with `Cancelled`; a call that is made with this handle later does so at once.
    pub fn cancel(&self) {
        self.called_off.send_replace(true);
    }
}

/// Work of any call: boxed, so that the waiting is compiled once for each kind of answer and not
/// for each call.
pub(crate) type Work<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Waits for the work; nothing when it was called off before its end.
pub(crate) async fn until<T>(cancel: Option<Arc<Cancel>>, work: Work<'_, T>) -> Option<T> {
    let Some(cancel) = cancel else { return Some(work.await) };
    let mut watching = cancel.called_off.subscribe();
    tokio::select! {
        biased;
        _ = watching.wait_for(|called_off| *called_off) => None,
        outcome = work => Some(outcome),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::{pending, ready};

    #[tokio::test]
    async fn a_call_ends_when_it_is_called_off_before_or_while_it_waits() {
        let cancel = Cancel::new();
        let (outcome, ()) =
            tokio::join!(until(Some(Arc::clone(&cancel)), Box::pin(pending::<()>())), async { cancel.cancel() });
        assert_eq!(outcome, None);
        assert_eq!(until(Some(cancel), Box::pin(ready(1))).await, None);
    }

    #[tokio::test]
    async fn a_call_that_nobody_calls_off_has_its_own_end() {
        assert_eq!(until(Some(Cancel::new()), Box::pin(ready(1))).await, Some(1));
        assert_eq!(until(None, Box::pin(ready(2))).await, Some(2));
    }
}
