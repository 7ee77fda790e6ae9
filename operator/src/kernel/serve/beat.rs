//! The beat of the threads that serve HTTP: how late they come to their turn.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::kernel::store::Store;

const EVERY: Duration = Duration::from_millis(10);

/// Tells the store how late each beat came.
pub(super) async fn keep(store: Arc<dyn Store>) -> Infallible {
    loop {
        let due = Instant::now() + EVERY;
        sleep_until(due).await;
        store.http_came_late(due.elapsed());
    }
}
