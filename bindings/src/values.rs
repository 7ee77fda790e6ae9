//! Values that cross the border as each language expects them: decimals, money, moments, days.

use chrono::{DateTime, NaiveDate, Utc};
use mesto_rules::money::{Currency, Money};
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
pub type Timestamp = DateTime<Utc>;
uniffi::custom_type!(Timestamp, SystemTime, {
    remote,
    lower: |moment| SystemTime::from(moment),
    try_lift: |moment| Ok(Timestamp::from(moment)),
});

/// A day without a time, in the city's zone; travels as `2025-02-01`, becomes `LocalDate` and `datetime.date`.
pub type Day = NaiveDate;
uniffi::custom_type!(Day, String, {
    remote,
    lower: |day| day.to_string(),
    try_lift: |text| Ok(NaiveDate::from_str(&text)?),
});

uniffi::custom_type!(Currency, String, {
    remote,
    lower: |currency| currency.code().to_owned(),
    try_lift: |code| Ok(Currency::new(&code)?),
});

/// A sum of money in one currency (ISO 4217 code), never a float; the amount has the currency's decimals.
#[uniffi::remote(Record)]
pub struct Money {
    pub amount: Amount,
    pub currency: Currency,
}
