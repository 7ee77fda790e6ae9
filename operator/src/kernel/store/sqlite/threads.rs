//! Threads of SQLite. They come after those that serve HTTP: what is too much is refused in time
//! only by who gets the processor before what is being done.

use std::thread::JoinHandle;

use super::super::StoreError;

/// Steps of niceness: a third of the processor's time of a thread that serves HTTP, when both want
/// it.
#[cfg(target_os = "linux")]
const NICE: i32 = 5;

pub(super) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    let work = move || {
        lower_priority();
        work();
    };
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(|error| StoreError::Unavailable(error.to_string()))
}

/// On Linux niceness belongs to a thread, not to the process.
#[cfg(target_os = "linux")]
fn lower_priority() {
    let as_it_is = rustix::process::getpriority_process(None).unwrap_or(0);
    if let Err(error) = rustix::process::setpriority_process(None, as_it_is + NICE) {
        tracing::debug!(%error, "a thread of the store keeps its priority");
    }
}

#[cfg(not(target_os = "linux"))]
fn lower_priority() {}
