//! Which threads get the processor first, when there is less of it than they want: those that serve
//! HTTP, then those that wait for Postgres, then those of SQLite. What is too much is refused in
//! time only by who gets the processor before what is being done.

use std::sync::OnceLock;

/// Steps of niceness between those that serve HTTP and a store: a third of the processor's time.
const STEP: i32 = 5;

/// Before everything else of this machine that is not preferred as well, Postgres among it. Takes
/// the right to it (`LimitNICE=-5`, or root); without it the thread keeps its place.
pub fn serve_first() {
    set(ordinary() - STEP);
}

/// As the process was started: for those that wait for Postgres, which hold its locks.
pub(super) fn as_started() {
    set(ordinary());
}

/// Behind those that serve HTTP, wherever these may be.
pub(super) fn serve_later() {
    set(ordinary() + STEP);
}

/// The niceness that the process was started with. A thread begins with that of the one that
/// started it.
fn ordinary() -> i32 {
    static ORDINARY: OnceLock<i32> = OnceLock::new();
    *ORDINARY.get_or_init(now)
}

/// On Linux niceness belongs to a thread, not to the process.
#[cfg(target_os = "linux")]
fn now() -> i32 {
    rustix::process::getpriority_process(None).unwrap_or(0)
}

#[cfg(target_os = "linux")]
fn set(niceness: i32) {
    if let Err(error) = rustix::process::setpriority_process(None, niceness) {
        tracing::debug!(%error, niceness, "a thread keeps its priority");
    }
}

#[cfg(not(target_os = "linux"))]
fn now() -> i32 {
    0
}

#[cfg(not(target_os = "linux"))]
fn set(_niceness: i32) {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn within(first: fn(), then: fn()) -> (i32, i32) {
        let begun = move || {
            first();
            let child = move || {
                then();
                now()
            };
            (now(), std::thread::spawn(child).join().unwrap())
        };
        std::thread::spawn(begun).join().unwrap()
    }

    #[test]
    fn a_thread_has_its_own_priority_whoever_started_it() {
        let (http, postgres) = within(serve_first, as_started);
        // Without the right to it the thread keeps its place.
        let may = std::thread::spawn(|| rustix::process::setpriority_process(None, ordinary() - STEP).is_ok());
        let first = if may.join().unwrap() { postgres - STEP } else { postgres };
        assert_eq!(http, first);
        let (_, sqlite) = within(serve_first, serve_later);
        assert_eq!(sqlite, postgres + STEP);
    }
}
