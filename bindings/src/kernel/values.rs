//! Values that cross the border as each language expects them: decimals, money, moments, days.

use crate::kernel::error::MestoError;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use mesto_rules::money::{self, Currency, Money};
use mesto_rules::{Certainty, Texts};
use rust_decimal::Decimal;
use std::collections::HashMap;
use std::str::FromStr as _;
use std::time::{SystemTime, UNIX_EPOCH};

/// A decimal number; travels as its plain text, becomes `BigDecimal`, `Foundation.Decimal`,
/// `decimal.Decimal`.
pub type Amount = Decimal;
uniffi::custom_type!(Amount, String, {
    remote,
    lower: |amount| amount.to_string(),
    try_lift: |text| Ok(amount(&text)?),
});

/// A moment in UTC; becomes `java.time.Instant`, `Foundation.Date`, an aware `datetime`.
pub type Timestamp = DateTime<Utc>;
uniffi::custom_type!(Timestamp, SystemTime, {
    remote,
    lower: |moment| SystemTime::from(moment),
    try_lift: |at| Ok(moment(at)?),
});

/// A day without a time, in the city's zone; travels as `2025-02-01`, becomes `LocalDate` and
/// `datetime.date`.
pub type Day = NaiveDate;
uniffi::custom_type!(Day, String, {
    remote,
    lower: |day| day.to_string(),
    try_lift: |text| Ok(NaiveDate::from_str(&text).map_err(|why| MestoError::out_of_range(format!("a day is written as 2025-02-01: {why}")))?),
});

/// A text by language, BCP 47: `ru`, `sr-Latn`.
pub type TextByLanguage = Texts;
uniffi::custom_type!(TextByLanguage, HashMap<String, String>, {
    remote,
    lower: |texts| texts.0.into_iter().collect(),
    try_lift: |texts| Ok(Texts(texts.into_iter().collect())),
});

uniffi::custom_type!(Currency, String, {
    remote,
    lower: |currency| currency.code().to_owned(),
    try_lift: |code| Ok(Currency::new(&code).map_err(|_| MestoError::out_of_range("a currency is three capital letters such as RSD"))?),
});

/// A sum of money in one currency (ISO 4217 code), never a float; the amount has the currency's
/// decimals.
#[uniffi::remote(Record)]
pub struct Money {
    pub amount: Amount,
    pub currency: Currency,
}

mesto_rules::certainty_shown!();

/// Every digit or nothing: an amount is never rounded on its way.
fn amount(text: &str) -> Result<Amount, MestoError> {
    money::exact(text).map_err(MestoError::out_of_range)
}

/// A moment a calendar can name.
fn moment(at: SystemTime) -> Result<Timestamp, MestoError> {
    let named = match at.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs())
            .ok()
            .and_then(|seconds| Timestamp::from_timestamp(seconds, since.subsec_nanos())),
        Err(before) => {
            TimeDelta::from_std(before.duration()).ok().and_then(|ago| Timestamp::UNIX_EPOCH.checked_sub_signed(ago))
        }
    };
    named.ok_or_else(|| MestoError::out_of_range("no calendar names this moment"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::time::Duration;

    #[test]
    fn an_amount_crosses_with_every_digit_or_not_at_all() {
        for text in ["80.00", "0.01", "-80.00", "79228162514264337593543950335"] {
            assert_eq!(amount(text).unwrap().to_string(), text);
        }
        for text in [
            "NaN",
            "",
            "1e3",
            "1_000.00",
            "+1000",
            "080",
            "0.33333333333333333333333333333333",
            "79228162514264337593543950336",
        ] {
            let refused = amount(text).unwrap_err();
            assert!(
                matches!(&refused, MestoError::Refused { code, .. } if code == "out_of_range"),
                "{text}: {refused}"
            );
        }
    }

    #[test]
    fn a_moment_beyond_every_calendar_is_an_error_and_no_panic() {
        let days = |days: u64| Duration::from_secs(86_400 * days);
        for at in [UNIX_EPOCH, UNIX_EPOCH + Duration::new(1_756_886_400, 999), UNIX_EPOCH - Duration::new(1, 1)] {
            assert_eq!(SystemTime::from(moment(at).unwrap()), at);
        }
        for at in [UNIX_EPOCH + days(100_000_000_000), UNIX_EPOCH - days(100_000_000_000)] {
            assert!(moment(at).is_err());
        }
    }
}
