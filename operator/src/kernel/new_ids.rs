//! New ids, which sort by their making although one millisecond made several.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::ids::RecordId;

use crate::kernel::ports::Entropy;

const BITS_OF_CHANCE: u32 = 80;

/// The last id that was made. Lists are in the order of ids, so that the second sale of a
/// millisecond has to come after the first.
#[derive(Debug, Default)]
pub(crate) struct NewIds {
    last: Mutex<u128>,
}

impl NewIds {
    /// An id of the millisecond of `now`. The first of a millisecond has 79 bits of chance; each
    /// later one of this process is up to 2^40 above the one before, so that it is not guessed from
    /// it, and differs before the last byte, which says of a quote whose it is.
    pub(crate) fn next<T: RecordId>(&self, now: DateTime<Utc>, entropy: &dyn Entropy) -> T {
        let mut chance = [0; 10];
        entropy.fill(&mut chance);
        // Half of the range stays free above the first one, for those that follow.
        let first = u128::from_be_bytes(T::new(now, chance).bytes()) & !(1 << (BITS_OF_CHANCE - 1));
        let [a, b, c, d, ..] = chance;
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = if *last >> BITS_OF_CHANCE == first >> BITS_OF_CHANCE {
            *last + ((1 + u128::from(u32::from_be_bytes([a, b, c, d]))) << 8)
        } else {
            first
        };
        T::from_bytes(last.to_be_bytes())
    }
}

#[cfg(test)]
mod tests {
    use mesto_protocol::kernel::ids::SaleId;

    use super::*;

    struct Constant(u8);

    impl Entropy for Constant {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    fn at(milliseconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_790_000_000_000 + milliseconds).expect("a time")
    }

    #[test]
    fn ids_of_one_millisecond_are_in_the_order_of_their_making() {
        for chance in [0, 1, 0x7f, 0xff] {
            let (new, entropy) = (NewIds::default(), Constant(chance));
            let ids: Vec<SaleId> = (0..1000).map(|_| new.next(at(0), &entropy)).collect();
            assert!(ids.is_sorted_by(|earlier, later| earlier.bytes()[..15] < later.bytes()[..15]), "{chance}");
            let time = |id: &SaleId| id.bytes()[..6].to_vec();
            assert!(ids.iter().all(|id| time(id) == time(&ids[0])), "{chance}: an id left its millisecond");
            let (later, earlier): (SaleId, SaleId) = (new.next(at(1), &entropy), new.next(at(0), &entropy));
            assert!(later > ids[999] && earlier < later, "{chance}: time comes before chance");
        }
    }
}
