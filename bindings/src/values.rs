//! Values that cross the border as each language expects them: decimals, moments, money.

use rust_decimal::Decimal;
use std::str::FromStr as _;
use std::time::SystemTime;

/// A decimal number; travels as its plain text, becomes `BigDecimal`, `Foundation.Decimal`, `decimal.Decimal`.
pub type Amount = Decimal;
uniffi::custom_type!(Amount, String, {
    remote,
    lower: |amount| amount.to_string(),
    try_lift: |text| Ok(Decimal::from_str(&text)?),
});

/// A moment in UTC; becomes `java.time.Instant`, `Foundation.Date`, an aware `datetime`.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
uniffi::custom_type!(Timestamp, SystemTime, {
    remote,
    lower: |moment| SystemTime::from(moment),
    try_lift: |moment| Ok(Timestamp::from(moment)),
});

/// A sum of money in one currency.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Money {
    pub amount: Amount,
    /// ISO 4217.
    pub currency: String,
}
