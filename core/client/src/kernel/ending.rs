//! The end of a client, heard at once by whoever waits for the operator in it.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// Whether it came, and who waits meanwhile.
#[derive(Default)]
pub struct Ending(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    has_come: bool,
    /// How many have waited so far: each has a number of its own.
    counted: u64,
    wakers: BTreeMap<u64, Waker>,
}

/// What the operator is asked, boxed.
type Work<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The work's outcome; nothing when the client ended first, and the work is let go of.
pub struct Until<'a, T> {
    ending: &'a Ending,
    number: u64,
    work: Work<'a, T>,
}

impl Ending {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It has come. Wakes with no lock held.
    pub fn comes(&self) {
        let mut waiting = self.waiting();
        waiting.has_come = true;
        let wakers = std::mem::take(&mut waiting.wakers);
        drop(waiting);
        wakers.into_values().for_each(Waker::wake);
    }

    /// Waits for the work, at most until the end.
    pub fn or<'a, T>(&'a self, work: Work<'a, T>) -> Until<'a, T> {
        let mut waiting = self.waiting();
        waiting.counted += 1;
        Until { ending: self, number: waiting.counted, work }
    }

    fn has_come(&self, number: u64, context: &Context<'_>) -> bool {
        let mut waiting = self.waiting();
        if !waiting.has_come {
            waiting.wakers.insert(number, context.waker().clone());
        }
        waiting.has_come
    }
}

impl<T> Future for Until<'_, T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        if self.ending.has_come(self.number, context) {
            return Poll::Ready(None);
        }
        self.work.as_mut().poll(context).map(Some)
    }
}

impl<T> Drop for Until<'_, T> {
    fn drop(&mut self) {
        let waker = self.ending.waiting().wakers.remove(&self.number);
        drop(waker);
    }
}
