//! Threads of SQLite.

use std::thread::JoinHandle;

use super::super::StoreError;
use crate::kernel::threads::serve_later;

pub(super) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    let work = move || {
        serve_later();
        work();
    };
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(|error| StoreError::Unavailable(error.to_string()))
}
