//! What is allowed: how much at once and in a day, the same again, giving back in time.

use chrono::{DateTime, Days, TimeDelta, Utc};

use crate::kernel::money::{Money, MoneyError};
use crate::merchants::section::{Limits, Policy};

/// Why an amount cannot be paid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaymentError {
    #[error("a payment is from {least} to {most}")]
    OutOfRange { least: Money, most: Money },
    #[error("in a day at most {most} is paid; {left} are left of it today")]
    DayLimit { most: Money, left: Money },
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// Whether an amount can be paid at once.
///
/// # Errors
/// [`PaymentError::OutOfRange`], and amounts in two currencies.
pub fn is_payable(amount: Money, limits: &Limits) -> Result<(), PaymentError> {
    let is_below = |one: &Money, other: &Money| -> Result<bool, MoneyError> {
        Ok(other.checked_sub(one)?.amount.is_sign_positive() && one != other)
    };
    if is_below(&amount, &limits.least)? || is_below(&limits.most, &amount)? {
        return Err(PaymentError::OutOfRange { least: limits.least, most: limits.most });
    }
    Ok(())
}

/// Whether an amount can be paid after `paid`, which the account paid on this day before.
///
/// # Errors
/// [`PaymentError::DayLimit`], and amounts in two currencies.
pub fn day_limit(amount: Money, paid: Money, limits: &Limits) -> Result<(), PaymentError> {
    let left = limits.day_most.checked_sub(&paid)?;
    let missing = amount.checked_sub(&left)?;
    if missing.amount.is_sign_positive() && !missing.is_zero() {
        let left = if left.amount.is_sign_negative() { Money::zero(left.currency) } else { left };
        return Err(PaymentError::DayLimit { most: limits.day_most, left });
    }
    Ok(())
}

/// A payment that was made before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paid<I, T> {
    pub id: I,
    pub till: T,
    pub amount: Money,
    pub paid_at: DateTime<Utc>,
    /// All of it was given back.
    pub is_given_back: bool,
}

/// The newest payment that one of this amount at this till would repeat; `earlier` is newest first.
pub fn repeated<'a, I, T: PartialEq>(
    earlier: &'a [Paid<I, T>],
    (till, amount): (&T, Money),
    now: DateTime<Utc>,
    policy: &Policy,
) -> Option<&'a Paid<I, T>> {
    let within = TimeDelta::minutes(policy.repeat_minutes.into());
    earlier.iter().find(|one| {
        one.till == *till
            && one.amount == amount
            && !one.is_given_back
            && now.signed_duration_since(one.paid_at) < within
    })
}

/// The last moment at which a payment may be given back.
#[must_use]
pub fn give_back_until(paid_at: DateTime<Utc>, policy: &Policy) -> DateTime<Utc> {
    paid_at.checked_add_days(Days::new(policy.give_back_days.into())).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
