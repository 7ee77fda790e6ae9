//! The corrected clock: the operator's time, carried by the phone's monotonic clock.
//!
//! Every answer names the operator's time. Half the round trip is added, and from then on only the
//! monotonic clock counts, so that a driver who sets his phone's clock changes nothing. After a
//! reboot the monotonic clock starts anew: the time is then "unsynced" (the wall clock with the
//! last known correction) until the next answer.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_rules::shown;
use serde::{Deserialize, Serialize};

use crate::kernel::ports::Clock;

shown! { clock_shown;
    /// How far the time can be trusted.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    pub enum ClockState {
        /// Corrected by an answer of the operator since the last boot.
        Synced,
        /// Guessed from the phone's clock.
        Unsynced,
    }
}

/// One known pair of operator's time and phone's time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Anchor {
    /// Operator's time, epoch milliseconds, at `monotonic`.
    pub server_ms: i64,
    /// Milliseconds since boot, the middle of the round trip.
    pub monotonic_ms: i64,
    pub boot: String,
    /// Operator's time minus the phone's wall clock, milliseconds.
    pub wall_offset_ms: i64,
    /// Length of the round trip, milliseconds: the error is at most half of it.
    pub round_trip_ms: i64,
}

/// Milliseconds that fit any real clock.
fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

impl Anchor {
    /// Takes the operator's time from an answer that was asked for at `sent` and came now (both
    /// monotonic).
    #[must_use]
    pub fn observe(server_ms: i64, sent: Duration, clock: &dyn Clock) -> Self {
        let came = clock.monotonic();
        let round_trip_ms = millis(came.saturating_sub(sent));
        let middle = millis(sent).saturating_add(round_trip_ms / 2);
        let server_now = server_ms.saturating_add(round_trip_ms - round_trip_ms / 2);
        Self {
            server_ms,
            monotonic_ms: middle,
            boot: clock.boot(),
            wall_offset_ms: server_now.saturating_sub(clock.wall().timestamp_millis()),
            round_trip_ms,
        }
    }

    /// What the operator's clock said.
    fn told(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_millis(self.server_ms)
    }

    /// A slow answer must not spoil what a quick one told: keeps the anchor with the smaller error
    /// unless the two contradict each other.
    #[must_use]
    pub fn better(self, newer: Self) -> Self {
        if self.boot != newer.boot {
            return newer;
        }
        let elapsed = newer.monotonic_ms.saturating_sub(self.monotonic_ms);
        let expected = self.server_ms.saturating_add(elapsed);
        let disagreement = expected.saturating_sub(newer.server_ms).saturating_abs();
        // A quartz drifts about 20 ppm; after an hour the older anchor is worth replacing anyway.
        let tolerable = (newer.round_trip_ms / 2).saturating_add(self.round_trip_ms / 2).saturating_add(20);
        if disagreement <= tolerable && self.round_trip_ms < newer.round_trip_ms && elapsed < 3_600_000 {
            self
        } else {
            newer
        }
    }
}

/// The corrected time and how far it can be trusted.
#[must_use]
pub fn corrected(anchor: Option<&Anchor>, clock: &dyn Clock) -> (DateTime<Utc>, ClockState) {
    let wall = clock.wall();
    let Some(anchor) = anchor else { return (wall, ClockState::Unsynced) };
    if anchor.boot == clock.boot() {
        let elapsed = millis(clock.monotonic()).saturating_sub(anchor.monotonic_ms);
        if let Some(now) = DateTime::from_timestamp_millis(anchor.server_ms.saturating_add(elapsed)) {
            return (now, ClockState::Synced);
        }
    }
    let guess = TimeDelta::try_milliseconds(anchor.wall_offset_ms).and_then(|offset| wall.checked_add_signed(offset));
    let guess = guess.unwrap_or(wall);
    // It is not earlier than the operator once said.
    (anchor.told().map_or(guess, |told| guess.max(told)), ClockState::Unsynced)
}

/// The earliest moment that it may be now. What ends after it may still be running, whatever a
/// guess says.
#[must_use]
pub fn earliest(anchor: Option<&Anchor>, clock: &dyn Clock) -> DateTime<Utc> {
    match (corrected(anchor, clock), anchor.and_then(Anchor::told)) {
        ((now, ClockState::Unsynced), Some(told)) => now.min(told),
        ((now, _), _) => now,
    }
}

/// A moment of the operator's time as the phone's own clock will show it: what an alarm must be set
/// to.
#[must_use]
pub fn on_the_phone(moment: DateTime<Utc>, now: DateTime<Utc>, clock: &dyn Clock) -> DateTime<Utc> {
    clock.wall().checked_add_signed(moment - now).unwrap_or(moment)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::Mutex;

    struct Phone(Mutex<(i64, u64, &'static str)>);
    impl Clock for Phone {
        fn wall(&self) -> DateTime<Utc> {
            DateTime::from_timestamp_millis(self.0.lock().unwrap().0).unwrap()
        }
        fn monotonic(&self) -> Duration {
            Duration::from_millis(self.0.lock().unwrap().1)
        }
        fn boot(&self) -> String {
            self.0.lock().unwrap().2.to_owned()
        }
    }
    fn phone(wall: i64, mono: u64, boot: &'static str) -> Phone {
        Phone(Mutex::new((wall, mono, boot)))
    }
    const SERVER: i64 = 1_756_900_000_000;

    #[test]
    fn half_the_round_trip_is_counted() {
        let clock = phone(0, 1_400, "a");
        let anchor = Anchor::observe(SERVER, Duration::from_millis(1_000), &clock);
        assert_eq!(anchor.monotonic_ms, 1_200);
        assert_eq!(corrected(Some(&anchor), &clock).0.timestamp_millis(), SERVER + 200);
    }

    #[test]
    fn a_wall_clock_two_hours_wrong_or_moved_changes_nothing() {
        let clock = phone(SERVER + 7_200_000, 1_000, "a");
        let anchor = Anchor::observe(SERVER, Duration::from_millis(1_000), &clock);
        *clock.0.lock().unwrap() = (SERVER - 99_000_000, 61_000, "a");
        let (now, state) = corrected(Some(&anchor), &clock);
        assert_eq!((now.timestamp_millis(), state), (SERVER + 60_000, ClockState::Synced));
    }

    #[test]
    fn after_a_reboot_the_clock_is_unsynced_and_guesses_with_the_last_offset() {
        let clock = phone(SERVER + 7_200_000, 1_000, "a");
        let anchor = Anchor::observe(SERVER, Duration::from_millis(1_000), &clock);
        *clock.0.lock().unwrap() = (SERVER + 7_200_000 + 5_000, 10, "b");
        let (now, state) = corrected(Some(&anchor), &clock);
        assert_eq!((now.timestamp_millis(), state), (SERVER + 5_000, ClockState::Unsynced));
        assert_eq!(corrected(None, &clock).1, ClockState::Unsynced);
    }

    #[test]
    fn a_slow_answer_does_not_spoil_a_quick_one_but_a_contradiction_wins() {
        let clock = phone(0, 1_010, "a");
        let quick = Anchor::observe(SERVER, Duration::from_millis(1_000), &clock);
        clock.0.lock().unwrap().1 = 9_000;
        let slow = Anchor::observe(SERVER + 7_000, Duration::from_millis(5_000), &clock);
        assert_eq!(quick.clone().better(slow), quick);
        let moved = Anchor::observe(SERVER + 3_600_000, Duration::from_millis(5_000), &clock);
        assert_eq!(quick.clone().better(moved.clone()), moved);
    }

    #[test]
    fn an_alarm_is_set_in_the_phones_own_time() {
        let clock = phone(SERVER + 7_200_000, 1_000, "a");
        let now = DateTime::from_timestamp_millis(SERVER).unwrap();
        let alarm = on_the_phone(now + TimeDelta::minutes(5), now, &clock);
        assert_eq!(alarm.timestamp_millis(), SERVER + 7_200_000 + 300_000);
    }
}
