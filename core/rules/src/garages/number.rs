//! The number on a printed ticket: how it is read, whether typed or decoded from its bar code (Code
//! 128).

use crate::garages::facility::{CheckDigit, Facility, TicketPattern};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Letters and digits of any ticket number.
pub const LENGTH: RangeInclusive<usize> = 4..=32;

/// The number of a ticket: capitals and digits, nothing between them (BG-64).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TicketNumber(String);

/// Why a text is no ticket number of a facility.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum TicketNumberError {
    /// Nothing but spaces and dashes.
    #[error("no number was given; it is printed under the bar code of the ticket, {looks_like}")]
    Empty { looks_like: String },
    /// A sign that no ticket has.
    #[error("`{sign}` stands on no ticket; its number is {looks_like}")]
    Sign { sign: char, looks_like: String },
    /// Too short or too long.
    #[error("{count} signs are no ticket number; it is {looks_like}")]
    Length { count: usize, looks_like: String },
    /// A digit where a letter stands, or the other way round.
    #[error("`{sign}` cannot be sign {place} of a ticket number here; it is {looks_like}")]
    Shape { sign: char, place: usize, looks_like: String },
    /// Two digits were swapped or one is wrong.
    #[error("a digit is wrong: the last one of this number would be {expected}; please read it again")]
    CheckDigit { expected: u8 },
}

impl TicketNumber {
    /// Reads a number as it was typed or decoded: spaces and dashes are dropped, letters become
    /// capitals. Without a pattern anything of [`LENGTH`] letters and digits is one.
    ///
    /// # Errors
    /// [`TicketNumberError`], which says how a number looks.
    pub fn parse(text: &str, pattern: Option<&TicketPattern>) -> Result<Self, TicketNumberError> {
        let looks_like = || looks_like(pattern);
        let is_between = |sign: &char| sign.is_whitespace() || matches!(sign, '-' | '‐'..='―' | '−');
        let mut number = String::new();
        for sign in text.chars().filter(|sign| !is_between(sign)) {
            if !sign.is_ascii_alphanumeric() {
                return Err(TicketNumberError::Sign { sign, looks_like: looks_like() });
            }
            number.push(sign.to_ascii_uppercase());
        }
        let count = number.len();
        if count == 0 {
            return Err(TicketNumberError::Empty { looks_like: looks_like() });
        }
        let fits = pattern.map_or(LENGTH.contains(&count), |pattern| pattern.mask.chars().count() == count);
        if !fits {
            return Err(TicketNumberError::Length { count, looks_like: looks_like() });
        }
        if let Some(TicketPattern { mask, check_digit }) = pattern {
            let unlike = mask.chars().zip(number.chars()).position(|(mask, sign)| !is_like(mask, sign));
            if let Some((place, sign)) = unlike.and_then(|index| Some((index + 1, number.chars().nth(index)?))) {
                return Err(TicketNumberError::Shape { sign, place, looks_like: looks_like() });
            }
            let last = number.bytes().next_back().map(|digit| digit.wrapping_sub(b'0'));
            let computed = check_digit.and_then(|check| computed(check, number.get(..count - 1)?));
            if let Some(expected) = computed.filter(|computed| Some(*computed) != last) {
                return Err(TicketNumberError::CheckDigit { expected });
            }
        }
        Ok(Self(number))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Facility {
    /// Reads a ticket number of this facility.
    ///
    /// # Errors
    /// As [`TicketNumber::parse`].
    pub fn read_ticket(&self, text: &str) -> Result<TicketNumber, TicketNumberError> {
        TicketNumber::parse(text, self.ticket_number.known())
    }
}

impl TicketPattern {
    /// A number of this shape; `None` where it is nothing but digits. Its check digit may be wrong.
    #[must_use]
    pub fn example(&self) -> Option<String> {
        if self.mask.chars().all(|sign| sign == 'D') {
            return None;
        }
        let example = self.mask.chars().zip((0..10).cycle()).map(|(sign, digit)| match sign {
            'D' => char::from_digit(digit, 10).unwrap_or('0'),
            'L' => 'A',
            other => other,
        });
        Some(example.collect())
    }

    /// The `count`th number of this shape, as a controller prints them: its digits count, its
    /// letters are `A`, its check digit is right. `None` where there are not so many.
    #[must_use]
    pub fn number(&self, count: u64) -> Option<TicketNumber> {
        let checked = usize::from(self.check_digit.is_some());
        let digits = self.mask.chars().filter(|sign| *sign == 'D').count().checked_sub(checked)?;
        let written = format!("{count:0digits$}");
        if written.len() > digits {
            return None;
        }
        let mut counted = written.chars();
        let mut number: String = self
            .mask
            .chars()
            .filter_map(|sign| match sign {
                'D' => counted.next(),
                'L' => Some('A'),
                other => Some(other),
            })
            .collect();
        if let Some(check) = self.check_digit {
            number.push(char::from(b'0' + computed(check, &number)?));
        }
        TicketNumber::parse(&number, Some(self)).ok()
    }
}

fn is_like(mask: char, sign: char) -> bool {
    match mask {
        'D' => sign.is_ascii_digit(),
        'L' => sign.is_ascii_uppercase(),
        other => other == sign,
    }
}

/// How a number looks, in words.
fn looks_like(pattern: Option<&TicketPattern>) -> String {
    let Some(pattern @ TicketPattern { mask, .. }) = pattern else {
        return format!("{} to {} letters and digits", LENGTH.start(), LENGTH.end());
    };
    match pattern.example() {
        None => format!("{} digits", mask.len()),
        Some(example) => format!("{} signs such as {example}", mask.len()),
    }
}

/// The check digit of the digits before it.
fn computed(check: CheckDigit, digits: &str) -> Option<u8> {
    let mut sum = 0;
    for (index, digit) in digits.chars().rev().enumerate() {
        let digit = digit.to_digit(10)?;
        sum += match (check, index % 2 == 0) {
            (CheckDigit::Luhn, true) => digit * 2 / 10 + digit * 2 % 10,
            (CheckDigit::Gs1, true) => digit * 3,
            (CheckDigit::Luhn | CheckDigit::Gs1, false) => digit,
        };
    }
    u8::try_from((10 - sum % 10) % 10).ok()
}

impl FromStr for TicketNumber {
    type Err = TicketNumberError;
    fn from_str(text: &str) -> Result<Self, TicketNumberError> {
        Self::parse(text, None)
    }
}

impl TryFrom<String> for TicketNumber {
    type Error = TicketNumberError;
    fn try_from(text: String) -> Result<Self, TicketNumberError> {
        text.parse()
    }
}

impl From<TicketNumber> for String {
    fn from(number: TicketNumber) -> Self {
        number.0
    }
}

impl AsRef<str> for TicketNumber {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TicketNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
