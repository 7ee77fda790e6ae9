//! A card as it is typed: checked, its brand told, and forgotten. Nothing here can be printed with
//! the number in it.

use std::fmt;

/// What this bank does with one of its test cards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// Asks for the code; `tries` wrong ones end the payment.
    Authenticate { tries: u32 },
    /// Declined without a code.
    Decline,
}

/// A card that may be charged: what is left of it once the form was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    pub brand: &'static str,
    pub last4: String,
    pub behaviour: Behaviour,
}

/// The fields of the card form, as typed (PQ-30).
#[derive(serde::Deserialize, Default)]
#[serde(default)]
pub struct CardForm {
    pub number: String,
    pub holder: String,
    /// `MM/YY`
    pub expiry: String,
    pub cvc: String,
}

impl fmt::Debug for CardForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardForm { … }")
    }
}

/// A field that is not right; its text is in `texts`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldError {
    NumberWrong,
    NumberNotOurs,
    HolderMissing,
    ExpiryUnreadable,
    ExpiryPast,
    CvcWrong,
}

impl FieldError {
    /// The name of the field in the form.
    pub const fn field(self) -> &'static str {
        match self {
            Self::NumberWrong | Self::NumberNotOurs => "number",
            Self::HolderMissing => "holder",
            Self::ExpiryUnreadable | Self::ExpiryPast => "expiry",
            Self::CvcWrong => "cvc",
        }
    }
}

const TEST_CARDS: &[(&str, Behaviour)] = &[
    ("4242424242424242", Behaviour::Authenticate { tries: 3 }),
    ("5555555555554444", Behaviour::Authenticate { tries: 3 }),
    ("4000000000003220", Behaviour::Authenticate { tries: 1 }),
    ("4000000000000002", Behaviour::Decline),
];

impl CardForm {
    /// Checks every field and tells all that is wrong at once; `year` and `month` are today's.
    ///
    /// # Errors
    /// One entry per wrong field, in the order of the form.
    pub fn check(&self, year: i32, month: u32) -> Result<Card, Vec<FieldError>> {
        let mut errors = Vec::new();
        let digits: String = self.number.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        let readable = (12..=19).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && luhn(&digits);
        let known = TEST_CARDS.iter().find(|(number, _)| *number == digits);
        if !readable {
            errors.push(FieldError::NumberWrong);
        } else if known.is_none() {
            errors.push(FieldError::NumberNotOurs);
        }
        let holder = self.holder.trim();
        if holder.len() < 2
            || holder.chars().count() > 60
            || holder.chars().any(|c| c.is_control() || c.is_ascii_digit())
        {
            errors.push(FieldError::HolderMissing);
        }
        match expiry(&self.expiry) {
            None => errors.push(FieldError::ExpiryUnreadable),
            // A card is good through the last day of its month.
            Some(until) if until < (year, month) => errors.push(FieldError::ExpiryPast),
            Some(_) => {}
        }
        let cvc = self.cvc.trim();
        let wanted = if brand(&digits) == "American Express" { 4 } else { 3 };
        if cvc.len() != wanted || !cvc.bytes().all(|b| b.is_ascii_digit()) {
            errors.push(FieldError::CvcWrong);
        }
        match (errors.is_empty(), known, digits.get(digits.len().saturating_sub(4)..)) {
            (true, Some((_, behaviour)), Some(last4)) => {
                Ok(Card { brand: brand(&digits), last4: last4.to_owned(), behaviour: *behaviour })
            }
            _ => Err(errors),
        }
    }
}

/// ISO/IEC 7812-1 check digit.
fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte.saturating_sub(b'0'));
            match (place % 2, digit * 2) {
                (0, _) => digit,
                (_, double) if double > 9 => double - 9,
                (_, double) => double,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Reads `MM/YY` (also `MM/YYYY`, `MMYY`, spaces anywhere) as (year, month).
fn expiry(text: &str) -> Option<(i32, u32)> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (month, year) = match compact.split_once(['/', '-', '.']) {
        Some(parts) => parts,
        None => compact.split_at_checked(2)?,
    };
    if !month.bytes().chain(year.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let month: u32 = month.parse().ok().filter(|m| (1..=12).contains(m))?;
    let year: i32 = match year.len() {
        2 => 2000 + year.parse::<i32>().ok()?,
        4 => year.parse().ok()?,
        _ => return None,
    };
    Some((year, month))
}

/// The brands of BG-27 and BG-80 by their first digits.
fn brand(digits: &str) -> &'static str {
    let first = |count: usize| digits.get(..count).and_then(|text| text.parse::<u32>().ok()).unwrap_or(0);
    match (first(2), first(4)) {
        (_, 9891) => "DinaCard",
        (34 | 37, _) => "American Express",
        (40..=49, _) => "Visa",
        (51..=55, _) | (_, 2221..=2720) => "Mastercard",
        (50 | 56..=69, _) => "Maestro",
        _ => "card",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(number: &str, holder: &str, expiry: &str, cvc: &str) -> CardForm {
        CardForm { number: number.into(), holder: holder.into(), expiry: expiry.into(), cvc: cvc.into() }
    }

    #[test]
    fn a_right_card_leaves_only_brand_and_last_four_bg_96_pq_29() {
        let card = form("4242 4242-4242 4242", "Ana Anić", "09/25", "123").check(2025, 9).unwrap();
        assert_eq!((card.brand, card.last4.as_str()), ("Visa", "4242"));
        assert_eq!(card.behaviour, Behaviour::Authenticate { tries: 3 });
        assert!(!format!("{card:?}").contains("424242"));
        assert!(!format!("{:?}", form("4242424242424242", "x", "1", "2")).contains("4242"));
    }

    #[test]
    fn every_wrong_field_is_told_at_once_pq_30() {
        let errors = form("4242424242424241", " ", "13/30", "12").check(2025, 9).unwrap_err();
        assert_eq!(
            errors,
            [FieldError::NumberWrong, FieldError::HolderMissing, FieldError::ExpiryUnreadable, FieldError::CvcWrong]
        );
    }

    #[test]
    fn a_card_is_good_through_its_last_month() {
        for (text, wrong) in [("08/25", true), ("09/25", false), ("9/2025", false), ("1025", false), ("12 / 24", true)]
        {
            let refused = form("4242424242424242", "Ana", text, "123").check(2025, 9).is_err();
            assert_eq!(refused, wrong, "{text}");
        }
        for garbage in ["", "0", "ab/cd", "00/30", "1/2/3", "č9", "09/255"] {
            let errors = form("4242424242424242", "Ana", garbage, "123").check(2025, 9).unwrap_err();
            assert_eq!(errors, [FieldError::ExpiryUnreadable], "{garbage}");
        }
    }

    #[test]
    fn a_real_looking_card_is_not_taken_by_a_demonstration() {
        let errors = form("4111111111111111", "Ana", "09/30", "123").check(2025, 9).unwrap_err();
        assert_eq!(errors, [FieldError::NumberNotOurs]);
    }

    #[test]
    fn brands_are_told_by_their_first_digits_bg_27_bg_80() {
        for (digits, name) in [
            ("4242", "Visa"),
            ("5555", "Mastercard"),
            ("2221", "Mastercard"),
            ("9891", "DinaCard"),
            ("3782", "American Express"),
            ("6759", "Maestro"),
            ("1", "card"),
        ] {
            assert_eq!(brand(digits), name);
        }
        assert!(
            form("378282246310005", "Ana", "09/30", "123").check(2025, 9).unwrap_err().contains(&FieldError::CvcWrong)
        );
    }
}
