//! The operator's commission: a share of what riders paid, an amount for each ride, or both.
//!
//! It is rounded once, over all the lines of a settlement, to the nearest minor unit; half a unit
//! falls to the partner. The lines then carry the rounded sum by largest remainder, so that they
//! add up to it and each differs from its exact part by less than one minor unit.

/// Hundredths of a percent in a whole.
const WHOLE: i128 = 10_000;

/// What the operator keeps of rides that it sold for a carrier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Commission {
    /// Of what was paid, in hundredths of a percent: 350 is 3.5 %. At most 10,000.
    pub basis_points: u32,
    /// For each ride, minor units; not negative.
    pub per_ride: i64,
}

/// What was sold under one commission. Rides that are taken back count below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sold {
    pub commission: Commission,
    pub rides: i64,
    /// What riders paid and did not get back, minor units.
    pub net: i64,
}

impl Commission {
    /// Whether it can be: a share of at most the whole, and no negative amount.
    #[must_use]
    pub const fn is_possible(&self) -> bool {
        self.basis_points <= 10_000 && self.per_ride >= 0
    }
}

impl Sold {
    /// The commission in ten-thousandths of a minor unit; `None` when it does not fit.
    fn exact(&self) -> Option<i128> {
        let share = i128::from(self.net) * i128::from(self.commission.basis_points);
        let of_rides = i128::from(self.rides).checked_mul(i128::from(self.commission.per_ride))?;
        share.checked_add(of_rides.checked_mul(WHOLE)?)
    }
}

/// The commission of each line, minor units; together they are the rounded commission of all.
/// `None` when an amount does not fit.
#[must_use]
pub fn shared(lines: &[Sold]) -> Option<Vec<i64>> {
    let exact: Vec<i128> = lines.iter().map(Sold::exact).collect::<Option<_>>()?;
    let sum = exact.iter().try_fold(0_i128, |sum, exact| sum.checked_add(*exact))?;
    // To the nearest, half to the partner: the commission is the lower one.
    let total = (sum.checked_mul(2)?.checked_add(WHOLE - 1)?).div_euclid(WHOLE * 2);
    let mut parts: Vec<i128> = exact.iter().map(|exact| exact.div_euclid(WHOLE)).collect();
    let missing = total - parts.iter().sum::<i128>();
    let mut by_remainder: Vec<(i128, usize)> =
        exact.iter().enumerate().map(|(place, exact)| (-exact.rem_euclid(WHOLE), place)).collect();
    // Of equal remainders the first line has it.
    by_remainder.sort_unstable();
    for (_, place) in by_remainder.into_iter().take(usize::try_from(missing).ok()?) {
        *parts.get_mut(place)? += 1;
    }
    parts.into_iter().map(|part| i64::try_from(part).ok()).collect()
}
