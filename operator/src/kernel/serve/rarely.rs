//! A line of the log that would come a thousand times a second comes once in ten.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

const EVERY: Duration = Duration::from_secs(10);

#[derive(Debug, Default)]
pub(super) struct Rarely(Mutex<(Option<Instant>, u64)>);

impl Rarely {
    /// How often it happened since the last line, this time included; nothing when the last line is
    /// too young.
    pub fn again(&self) -> Option<u64> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.1 += 1;
        let now = Instant::now();
        if last.0.is_some_and(|line| now.duration_since(line) < EVERY) {
            return None;
        }
        last.0 = Some(now);
        Some(std::mem::take(&mut last.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_line_says_how_often_it_happened_since_the_one_before() {
        let line = Rarely::default();
        assert_eq!([line.again(), line.again(), line.again()], [Some(1), None, None]);
        tokio::time::advance(EVERY).await;
        assert_eq!([line.again(), line.again()], [Some(3), None]);
    }
}
