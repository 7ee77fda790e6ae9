//! Who has what of a payment, in minor units: the payer's fee, the operator's commission, what is
//! the merchant's, and how all three go back.

use crate::kernel::money::{Money, MoneyError};
use crate::merchants::section::Fee;

/// Hundredths of a percent in a whole.
const WHOLE: i128 = 10_000;

/// A share of an amount in minor units, rounded down.
fn share(minor: i64, basis_points: u32) -> Option<i64> {
    i64::try_from((i128::from(minor) * i128::from(basis_points)).div_euclid(WHOLE)).ok()
}

/// What a payer is charged besides an amount: a fraction of a minor unit falls to him, and it is at
/// least what the city says.
///
/// # Errors
/// [`MoneyError`] when the amounts are in two currencies or do not fit.
pub fn payer_fee(amount: Money, fee: &Fee) -> Result<Money, MoneyError> {
    let share = share(amount.minor()?, fee.basis_points).ok_or(MoneyError::Overflow)?;
    let share = Money::from_minor(share, amount.currency);
    let lacks = fee.least.checked_sub(&share)?;
    Ok(if lacks.amount.is_sign_negative() { share } else { fee.least })
}

/// What the operator keeps of an amount that a merchant is paid: hundredths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commission(u32);

impl Commission {
    /// Reads one; `None` above the whole.
    #[must_use]
    pub const fn new(basis_points: u32) -> Option<Self> {
        if basis_points <= 10_000 { Some(Self(basis_points)) } else { None }
    }

    #[must_use]
    pub const fn basis_points(self) -> u32 {
        self.0
    }

    /// Of an amount, minor units: to the nearest, half a unit falls to the merchant. Never more
    /// than the amount; a larger amount never has a smaller one. `None` when it does not fit.
    #[must_use]
    pub fn of(self, minor: i64) -> Option<i64> {
        let exact = i128::from(minor) * i128::from(self.0);
        i64::try_from((exact * 2 + WHOLE - 1).div_euclid(WHOLE * 2)).ok()
    }
}

/// A payment that is to be booked, minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paying {
    pub amount: i64,
    pub fee: i64,
    pub commission: i64,
    /// What the merchant has of the amount.
    pub merchants: i64,
    /// Of that, what pays what the merchant owes.
    pub off_owed: i64,
}

impl Paying {
    /// Divides an amount; `owed` is what the merchant owes. `None` when it does not fit.
    #[must_use]
    pub fn of(amount: i64, fee: i64, commission: Commission, owed: i64) -> Option<Self> {
        let kept = commission.of(amount)?;
        let merchants = amount.checked_sub(kept)?;
        Some(Self { amount, fee, commission: kept, merchants, off_owed: merchants.min(owed.max(0)) })
    }

    /// What the payer pays.
    #[must_use]
    pub const fn total(&self) -> Option<i64> {
        self.amount.checked_add(self.fee)
    }
}

/// A payment as it stands before some of it is given back, minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    pub amount: i64,
    pub fee: i64,
    /// Of the amount, what went back before.
    pub back: i64,
    /// Of the fee, what went back before.
    pub fee_back: i64,
}

/// What goes back of a payment, minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GiveBack {
    pub amount: i64,
    /// The payer's fee: only of a payment that was made in error.
    pub fee: i64,
    /// What the operator had kept of it.
    pub commission: i64,
    /// What the merchant had of it.
    pub merchants: i64,
    /// Of that, what is taken of what is payable to the merchant.
    pub off_payable: i64,
    /// Of that, what the merchant owes from now on.
    pub owed: i64,
}

/// Why so much is not given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GiveBackError {
    #[error("more than nothing is given back")]
    Nothing,
    /// Minor units.
    #[error("at most what is left of the payment is given back")]
    MoreThanLeft { left: i64 },
    /// Minor units.
    #[error("a payment that was made in error is given back whole: all that is left of it")]
    NotWhole { left: i64 },
    #[error("the amount does not fit")]
    Overflow,
}

impl Given {
    /// What is left of the amount.
    #[must_use]
    pub const fn left(&self) -> i64 {
        self.amount.saturating_sub(self.back)
    }

    /// Gives `more` back; of a payment that was made in error, which then has to be all that is
    /// left, the fee too. What the operator keeps is always the commission of what is left, so that
    /// all of it has gone back with the last of the payment.
    ///
    /// # Errors
    /// [`GiveBackError`]
    pub fn give_back(
        &self,
        more: i64,
        commission: Commission,
        payable: i64,
        is_erroneous: bool,
    ) -> Result<GiveBack, GiveBackError> {
        let left = self.left();
        if more <= 0 {
            return Err(GiveBackError::Nothing);
        }
        if more > left {
            return Err(GiveBackError::MoreThanLeft { left });
        }
        if is_erroneous && more < left {
            return Err(GiveBackError::NotWhole { left });
        }
        let kept = |minor: i64| commission.of(minor).ok_or(GiveBackError::Overflow);
        let of_operator = kept(left)? - kept(left - more)?;
        let merchants = more - of_operator;
        let off_payable = merchants.min(payable.max(0));
        Ok(GiveBack {
            amount: more,
            fee: if is_erroneous { self.fee - self.fee_back } else { 0 },
            commission: of_operator,
            merchants,
            off_payable,
            owed: merchants - off_payable,
        })
    }
}
