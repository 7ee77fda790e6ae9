//! Calling a waiting call off: a foreign task that is cancelled does not reach the core by itself.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

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

impl Cancel {
    /// Waits until the app calls off.
    async fn called_off(self: Arc<Self>) {
        // It fails once the sender is gone, and the handle is held here.
        let _ = self.called_off.subscribe().wait_for(|called_off| *called_off).await;
    }
}

/// Waits for the work; nothing when it was called off before its end. No more than two boxes, since
/// it is compiled for each kind of answer and into each call.
pub(crate) struct Until<'a, T> {
    called_off: Option<Work<'static, ()>>,
    work: Work<'a, T>,
}

pub(crate) fn until<T>(cancel: Option<Arc<Cancel>>, work: Work<'_, T>) -> Until<'_, T> {
    Until { called_off: waiting(cancel), work }
}

#[inline(never)]
fn waiting(cancel: Option<Arc<Cancel>>) -> Option<Work<'static, ()>> {
    Some(Box::pin(cancel?.called_off()))
}

#[inline(never)]
fn is_called_off(waiting: &mut Option<Work<'static, ()>>, context: &mut Context<'_>) -> bool {
    waiting.as_mut().is_some_and(|waiting| waiting.as_mut().poll(context).is_ready())
}

impl<T> Future for Until<'_, T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        if is_called_off(&mut self.called_off, context) {
            return Poll::Ready(None);
        }
        self.work.as_mut().poll(context).map(Some)
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
