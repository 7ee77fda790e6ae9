//! Numbers for people: printed on a slip, typed by hand, told on the telephone. They stand beside
//! ids and never for them.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Digits of chance.
const FREE: u64 = 10_000_000_000;
const DIGITS: usize = 12;

/// Why a text is not a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    #[error("a number has {DIGITS} digits, as 4821 0937 5557; this has {digits}")]
    Length { digits: usize },
    #[error("`{sign}` is no digit; a number is written as 4821 0937 5557")]
    Sign { sign: char },
    #[error("a digit is wrong or two have changed places; look at the number again")]
    Check,
}

impl ReferenceError {
    /// Which of them, for the parameters of a refusal.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Length { .. } => "length",
            Self::Sign { .. } => "sign",
            Self::Check => "check",
        }
    }
}

/// An external reference: ten digits that nobody can guess, and two check digits by ISO/IEC 7064,
/// MOD 97-10. One wrong digit and two digits that changed places are always found. On the wire its
/// twelve digits, `482109375557`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference(u64);

impl Reference {
    /// An example for pages and refusals.
    pub const EXAMPLE: &'static str = "4821 0937 5557";

    /// A new one. `chance` comes from the entropy port; whoever stores it sees that no other is the
    /// same.
    #[must_use]
    pub const fn new(chance: [u8; 8]) -> Self {
        let free = u64::from_be_bytes(chance) % FREE * 100;
        Self(free + 98 - free % 97)
    }

    /// As it is printed: `4821 0937 5557`.
    #[must_use]
    pub fn shown(self) -> String {
        let Self(number) = self;
        format!("{:04} {:04} {:04}", number / 100_000_000, number / 10_000 % 10_000, number % 10_000)
    }
}

/// Its digits.
impl fmt::Display for Reference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:0DIGITS$}", self.0)
    }
}

/// White space and dashes are nothing.
impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(typed: &str) -> Result<Self, ReferenceError> {
        let (mut number, mut digits) = (0_u64, 0);
        for sign in typed.chars() {
            if let Some(digit) = sign.to_digit(10) {
                digits += 1;
                number = number.saturating_mul(10).saturating_add(digit.into());
            } else if !(sign.is_whitespace() || matches!(sign, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')) {
                return Err(ReferenceError::Sign { sign });
            }
        }
        if digits != DIGITS {
            return Err(ReferenceError::Length { digits });
        }
        if number % 97 == 1 && (2..=98).contains(&(number % 100)) {
            Ok(Self(number))
        } else {
            Err(ReferenceError::Check)
        }
    }
}

impl Serialize for Reference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Reference {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^[0-9]{12}$"))
            .into()
    }
}
#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Reference {}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> impl Iterator<Item = Reference> {
        (0..200_u64).map(|chance| Reference::new(chance.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes()))
    }

    #[test]
    fn a_number_reads_back_however_it_is_typed() {
        for number in some() {
            let digits = number.to_string();
            assert_eq!(digits.len(), 12);
            let dashed = number.shown().replace(' ', "-");
            for typed in [digits.as_str(), &number.shown(), &dashed, &format!(" {digits}\n")] {
                assert_eq!(typed.parse(), Ok(number), "{typed}");
            }
            assert_eq!(serde_json::from_str::<Reference>(&format!("\"{digits}\"")).unwrap(), number);
        }
        assert_eq!(Reference::EXAMPLE.parse::<Reference>().unwrap().shown(), Reference::EXAMPLE);
        let smallest = Reference::new([0; 8]);
        assert_eq!((smallest.to_string().as_str(), smallest.to_string().parse()), ("000000000098", Ok(smallest)));
    }

    #[test]
    fn one_wrong_digit_and_two_that_changed_places_are_found() {
        for number in some() {
            let digits: Vec<u8> = number.to_string().into_bytes();
            for place in 0..12 {
                for other in b'0'..=b'9' {
                    let mut wrong = digits.clone();
                    wrong[place] = other;
                    let read = String::from_utf8(wrong.clone()).unwrap().parse::<Reference>();
                    assert_eq!(read.is_ok(), wrong == digits, "{wrong:?}");
                }
                if place > 0 {
                    let mut swapped = digits.clone();
                    swapped.swap(place - 1, place);
                    let read = String::from_utf8(swapped.clone()).unwrap().parse::<Reference>();
                    assert_eq!(read.is_ok(), swapped == digits, "{swapped:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_number_says_what_one_looks_like() {
        for (typed, wrong) in [
            ("", ReferenceError::Length { digits: 0 }),
            ("4821 0937 555", ReferenceError::Length { digits: 11 }),
            ("4821 0937 5557 1", ReferenceError::Length { digits: 13 }),
            ("4821 O937 5577", ReferenceError::Sign { sign: 'O' }),
            ("4821 0937 5558", ReferenceError::Check),
        ] {
            assert_eq!(typed.parse::<Reference>(), Err(wrong), "{typed}");
        }
        assert_eq!("1".repeat(4000).parse::<Reference>(), Err(ReferenceError::Length { digits: 4000 }));
    }
}
