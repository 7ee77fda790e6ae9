//! The clock of the testbed and the demo: it stands still until it is moved, or runs on from where
//! it stands.
//!
//! This is the edge: the one place of this crate that reads the machine's clock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

/// A clock that many hold and one moves.
#[derive(Clone)]
pub struct VirtualClock {
    inner: Arc<Mutex<Reading>>,
}

struct Reading {
    stands_at: DateTime<Utc>,
    /// Since when it runs, by the machine; nothing while it stands.
    running_since: Option<Instant>,
}

impl Reading {
    fn now(&self) -> DateTime<Utc> {
        let run = self.running_since.map(|since| since.elapsed()).unwrap_or_default();
        self.stands_at + TimeDelta::from_std(run).unwrap_or_default()
    }
}

/// Somebody tried to move time back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("time only goes forward: it is {now} already")]
pub struct TimeGoesForward {
    pub now: DateTime<Utc>,
}

impl VirtualClock {
    /// A clock that stands at `start`.
    #[must_use]
    pub fn standing(start: DateTime<Utc>) -> Self {
        Self { inner: Arc::new(Mutex::new(Reading { stands_at: start, running_since: None })) }
    }

    fn lock(&self) -> MutexGuard<'_, Reading> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[must_use]
    pub fn read(&self) -> DateTime<Utc> {
        self.lock().now()
    }

    /// Moves it to `moment`.
    ///
    /// # Errors
    /// When it is later already.
    pub fn set(&self, moment: DateTime<Utc>) -> Result<(), TimeGoesForward> {
        let mut reading = self.lock();
        let now = reading.now();
        if moment < now {
            return Err(TimeGoesForward { now });
        }
        reading.stands_at = moment;
        reading.running_since = reading.running_since.map(|_| machine_now());
        Ok(())
    }

    /// Moves it forward.
    pub fn advance(&self, by: Duration) -> DateTime<Utc> {
        let target = self.read() + TimeDelta::from_std(by).unwrap_or_default();
        // Moving by a length never goes back.
        let _ = self.set(target);
        self.read()
    }

    /// Lets it run on like any clock.
    pub fn run(&self) {
        let mut reading = self.lock();
        reading.stands_at = reading.now();
        reading.running_since = Some(machine_now());
    }
}

#[allow(clippy::disallowed_methods)] // the edge: a running virtual clock counts the machine's seconds
fn machine_now() -> Instant {
    Instant::now()
}

impl mesto_operator::Clock for VirtualClock {
    fn now(&self) -> DateTime<Utc> {
        self.read()
    }
}

impl mesto_bank::Clock for VirtualClock {
    fn now_ms(&self) -> i64 {
        self.read().timestamp_millis()
    }
}

/// The bank beside a real operator: the machine's clock.
pub struct BankClock<C>(pub C);

impl<C: mesto_operator::Clock> mesto_bank::Clock for BankClock<C> {
    fn now_ms(&self) -> i64 {
        self.0.now().timestamp_millis()
    }
}

/// The machine's random bytes, as the bank asks for them.
#[derive(Debug, Clone, Copy, Default)]
pub struct BankEntropy;

impl mesto_bank::Entropy for BankEntropy {
    fn fill(&self, buffer: &mut [u8]) {
        mesto_operator::Entropy::fill(&mesto_operator::SystemEntropy, buffer);
    }
}

/// A phone in this city: its clock is the virtual one, or wrong by as much as it is told; its boot
/// is counted.
#[derive(Clone)]
pub struct PhoneClock {
    city: VirtualClock,
    ahead: Arc<Mutex<PhoneTime>>,
}

struct PhoneTime {
    ahead: TimeDelta,
    booted_at: DateTime<Utc>,
    boots: u32,
}

impl PhoneClock {
    #[must_use]
    pub fn new(city: VirtualClock) -> Self {
        let booted_at = city.read();
        Self { city, ahead: Arc::new(Mutex::new(PhoneTime { ahead: TimeDelta::zero(), booted_at, boots: 1 })) }
    }

    fn lock(&self) -> MutexGuard<'_, PhoneTime> {
        self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the phone's own clock wrong.
    pub fn set_ahead(&self, minutes: i64) {
        self.lock().ahead = TimeDelta::minutes(minutes);
    }

    /// How wrong the phone's clock is.
    #[must_use]
    pub fn ahead(&self) -> TimeDelta {
        self.lock().ahead
    }

    /// The phone is switched off and on.
    pub fn reboot(&self) {
        let now = self.city.read();
        let mut time = self.lock();
        time.booted_at = now;
        time.boots += 1;
    }
}

impl mesto_client::Clock for PhoneClock {
    fn wall(&self) -> DateTime<Utc> {
        self.city.read() + self.ahead()
    }

    fn monotonic(&self) -> Duration {
        (self.city.read() - self.lock().booted_at).to_std().unwrap_or_default()
    }

    fn boot(&self) -> String {
        format!("boot-{}", self.lock().boots)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mesto_client::Clock as _;

    fn start() -> DateTime<Utc> {
        "2025-09-03T08:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_standing_clock_moves_only_forward() {
        let clock = VirtualClock::standing(start());
        assert_eq!(clock.advance(Duration::from_secs(60)), start() + TimeDelta::seconds(60));
        assert_eq!(clock.set(start()), Err(TimeGoesForward { now: start() + TimeDelta::seconds(60) }));
        assert_eq!(clock.read(), start() + TimeDelta::seconds(60));
    }

    #[test]
    fn a_phone_can_be_wrong_and_reboot() {
        let clock = VirtualClock::standing(start());
        let phone = PhoneClock::new(clock.clone());
        phone.set_ahead(120);
        clock.advance(Duration::from_secs(30));
        assert_eq!(phone.wall(), start() + TimeDelta::seconds(7_230));
        assert_eq!((phone.monotonic(), phone.boot().as_str()), (Duration::from_secs(30), "boot-1"));
        phone.reboot();
        assert_eq!((phone.monotonic(), phone.boot().as_str()), (Duration::ZERO, "boot-2"));
    }
}
