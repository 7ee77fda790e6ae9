//! How many transactions run at once: as many as there are connections, fewer while the threads
//! that serve HTTP come late to their turn.
//!
//! Where database and operator share a machine, more at once takes the processor from whoever has
//! to refuse what is too much; where they do not, nobody comes late and all connections are used.

use std::time::Duration;

/// So late is late, and so late is in time: a timer rings up to a millisecond after its moment.
const LATE: Duration = Duration::from_millis(4);
const IN_TIME: Duration = Duration::from_millis(2);
/// One of so many less may run after a beat that came late.
const LESS: usize = 4;
/// One more may run after so many beats in time.
const CALM_BEATS: u32 = 10;
/// So many run however late it is.
const FEWEST: usize = 4;

#[derive(Debug)]
pub(super) struct Bound {
    allowed: usize,
    fewest: usize,
    most: usize,
    calm_beats: u32,
}

impl Bound {
    pub fn new(most: usize) -> Self {
        Self { allowed: most, fewest: FEWEST.min(most), most, calm_beats: 0 }
    }

    pub const fn allowed(&self) -> usize {
        self.allowed
    }

    /// HTTP came to its turn so late, while so many ran. It is the store's doing only when as many
    /// run as may.
    pub fn beat(&mut self, late: Duration, running: usize) {
        if late > LATE {
            self.calm_beats = 0;
            if running >= self.allowed {
                self.allowed = (self.allowed - self.allowed.div_ceil(LESS)).max(self.fewest);
            }
        } else if late <= IN_TIME {
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
        let mut bound = Bound::new(16);
        for allowed in [12, 9, 6, 4] {
            bound.beat(VERY, 16);
            assert_eq!(bound.allowed(), allowed);
        }
        for _ in 0..100 {
            bound.beat(VERY, 16);
        }
        assert_eq!(bound.allowed(), FEWEST, "some always run");
        bound.beat(Duration::from_millis(3), 4);
        assert_eq!(bound.allowed(), FEWEST, "neither late nor in time");
        for _ in 0..CALM_BEATS {
            assert_eq!(bound.allowed(), FEWEST);
            bound.beat(IN_TIME, 4);
        }
        assert_eq!(bound.allowed(), FEWEST + 1);
        for _ in 0..1_000 {
            bound.beat(Duration::ZERO, 0);
        }
        assert_eq!(bound.allowed(), 16, "never more than there are connections");
    }

    #[test]
    fn what_is_not_the_stores_doing_bounds_nothing() {
        let mut bound = Bound::new(16);
        bound.beat(VERY, 15);
        assert_eq!(bound.allowed(), 16);
        let mut one = Bound::new(1);
        one.beat(VERY, 1);
        assert_eq!(one.allowed(), 1);
    }
}
