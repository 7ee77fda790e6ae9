//! Amounts as merchants write them: digits with an optional fraction. They are kept as the text
//! they came in, and compared in thousandths.

use serde::{Deserialize, Serialize};

/// Money as merchants read and write it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    pub amount: String,
    pub currency: String,
}

/// Thousandths of the unit; `None` unless it is above zero and has at most nine digits and three
/// behind the point.
pub fn thousandths(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole, 9) || !digits(fraction, 3) {
        return None;
    }
    format!("{whole}{fraction:0<3}").parse().ok().filter(|amount| *amount > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_amounts_above_zero_are_taken() {
        let good = [
            ("1000.00", 1_000_000),
            ("200", 200_000),
            ("0.01", 10),
            ("5.5", 5_500),
            ("999999999.999", 999_999_999_999),
        ];
        for (text, amount) in good {
            assert_eq!(thousandths(text), Some(amount), "{text}");
        }
        for bad in ["", "0.00", "0", "-1.00", "+1", "1,00", "1.", ".5", "1e3", "1.0000", "9999999999"] {
            assert_eq!(thousandths(bad), None, "{bad}");
        }
    }
}
