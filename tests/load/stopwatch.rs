//! Real time: the one place of the benches that reads a clock.

use std::time::{Duration, Instant};

/// Runs since it was made.
#[derive(Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    #[allow(clippy::disallowed_methods, reason = "a bench measures machine time; nothing of the product uses it")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Nanoseconds of one call, the mean of as many calls as fit in `span`.
pub fn nanoseconds_each(span: Duration, mut call: impl FnMut()) -> f64 {
    let watch = Stopwatch::start();
    let mut calls = 0_u32;
    while watch.elapsed() < span {
        // The watch is read once in 64 calls, so that it does not count.
        for _ in 0..64 {
            call();
        }
        calls += 64;
    }
    watch.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
}
