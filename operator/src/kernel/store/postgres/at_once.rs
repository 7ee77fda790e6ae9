//! How many transactions run at once: as many as there are connections, fewer while the threads
//! that serve HTTP come late to their turn.
//!
//! Where database and operator share a machine, more at once takes the processor from whoever has
//! to refuse what is too much.

use std::time::Duration;

/// A delay from which on HTTP comes late: while somebody is refused, and else. A timer rings up to
/// a millisecond after its moment.
const LATE_IN_A_CROWD: Duration = Duration::from_millis(4);
const LATE: Duration = Duration::from_millis(20);
/// One of so many less may run after a beat that came late.
const LESS: usize = 4;
/// One more may run after so many beats that came within half of that delay.
const CALM_BEATS: u32 = 10;
/// So many run however late it is.
const FEWEST: usize = 4;

#[derive(Debug)]
pub(super) struct AtOnce {
    allowed: usize,
    fewest: usize,
    most: usize,
    calm_beats: u32,
}

impl AtOnce {
    pub fn new(most: usize) -> Self {
        Self { allowed: most, fewest: FEWEST.min(most), most, calm_beats: 0 }
    }

    pub const fn allowed(&self) -> usize {
        self.allowed
    }

    /// HTTP came so late to its turn, while so many ran. The store takes part in it only when as
    /// many run as may; what a cut does is seen when no more run than it allows.
    pub fn http_came_late(&mut self, by: Duration, running: usize, is_crowded: bool) {
        let late = if is_crowded { LATE_IN_A_CROWD } else { LATE };
        if by > late {
            self.calm_beats = 0;
            if running == self.allowed {
                self.allowed = (self.allowed - self.allowed.div_ceil(LESS)).max(self.fewest);
            }
        } else if by <= late / 2 {
            self.calm_beats += 1;
            if self.calm_beats >= CALM_BEATS {
                self.calm_beats = 0;
                self.allowed = (self.allowed + 1).min(self.most);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERY: Duration = Duration::from_millis(200);

    #[test]
    fn fewer_run_while_http_is_late_and_all_again_when_it_is_not() {
        let mut at_once = AtOnce::new(16);
        for (running, allowed) in [(16, 12), (16, 12), (13, 12), (12, 9), (9, 6), (6, 4), (4, 4)] {
            at_once.http_came_late(VERY, running, true);
            assert_eq!(at_once.allowed(), allowed, "{running} ran");
        }
        at_once.http_came_late(Duration::from_millis(3), 4, true);
        assert_eq!(at_once.allowed(), FEWEST, "neither late nor in time");
        for _ in 0..CALM_BEATS {
            assert_eq!(at_once.allowed(), FEWEST);
            at_once.http_came_late(LATE_IN_A_CROWD / 2, 4, true);
        }
        assert_eq!(at_once.allowed(), FEWEST + 1);
        for _ in 0..1_000 {
            at_once.http_came_late(Duration::ZERO, 0, false);
        }
        assert_eq!(at_once.allowed(), 16, "never more than there are connections");
    }

    #[test]
    fn a_little_late_is_late_only_while_somebody_is_refused() {
        let mut at_once = AtOnce::new(16);
        at_once.http_came_late(LATE, 16, false);
        assert_eq!(at_once.allowed(), 16);
        at_once.http_came_late(LATE_IN_A_CROWD * 2, 16, true);
        assert_eq!(at_once.allowed(), 12);
        at_once.http_came_late(VERY, 12, false);
        assert_eq!(at_once.allowed(), 9);
    }

    #[test]
    fn what_is_not_the_stores_doing_bounds_nothing() {
        let mut at_once = AtOnce::new(16);
        at_once.http_came_late(VERY, 15, true);
        assert_eq!(at_once.allowed(), 16);
        let mut one = AtOnce::new(1);
        one.http_came_late(VERY, 1, true);
        assert_eq!(one.allowed(), 1);
    }
}
