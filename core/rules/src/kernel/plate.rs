//! Number plates in three forms: as shown, as compared, as sent by SMS. A plate is never changed
//! silently.
//!
//! Space and dash are shown and not compared (ADR 17): `B-NO 1` and `BN-O 1` are one plate here.

mod letters;

use super::lenient;
use crate::words;
use letters::{IN_USE, Sign, is_latin, is_read, look_alike, signs};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How plates are written in a city's country.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlateGrammar {
    /// ISO 3166-1, `RS`.
    pub country: String,
    /// Letters besides A to Z.
    pub letters: String,
    /// Known forms, tried in this order.
    #[serde(deserialize_with = "lenient::list")]
    pub forms: Vec<PlateForm>,
    /// Everything else: foreign and special plates, free-form.
    pub free: FreeForm,
    /// What a letter becomes in an SMS; a letter that is not ASCII and not here has no SMS form.
    pub sms_fold: BTreeMap<char, String>,
    /// A plate to show as an example.
    pub example: String,
}

/// One form of plates: `LL DDD-LL`, where L is a letter, D a digit, `[AMPE]` one of these; space
/// and `-` are only shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlateForm {
    pub kind: PlateKind,
    pub mask: String,
}

/// Bounds of plates that follow no known form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreeForm {
    /// Letters and digits together.
    pub min_length: usize,
    pub max_length: usize,
    /// Whether at least one digit is needed.
    pub needs_digit: bool,
}

words! { plate_kind_shown;
    /// What a plate is.
    pub enum PlateKind {
        Standard = "standard",
        Special = "special",
        Foreign = "foreign",
    }
}

/// A plate as it was read from what somebody typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParsedPlate {
    /// As it is shown: `BG 789-PP`.
    pub display: String,
    /// As it is compared: `BG789PP`; keeps Š Đ Č Ć Ž.
    pub canonical: String,
    /// ISO 3166-1 of the country whose form it follows, `RS`; absent for a free form, which may be
    /// of any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// As an SMS takes it; absent when a letter has no plain form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sms: Option<String>,
    pub kind: PlateKind,
    /// What the driver should look at again.
    pub warnings: Vec<PlateWarning>,
}

/// Something about a plate to look at again.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PlateWarning {
    /// Another sign that looks like a Latin letter was read as that one: Cyrillic В, Greek Ρ, the
    /// `Ð` of Iceland; `position` counts letters and digits from 1.
    LookAlike { position: usize, typed: char, read_as: char },
    /// A letter with a mark that hardly any plate has; `position` counts letters and digits from 1.
    UnusualLetter { position: usize, letter: char },
    /// The letter O and the digit 0: with the other one it would be `maybe`. Nothing was swapped.
    OhOrZero { maybe: String },
    /// A kind of a later version. Only ever read, never made here.
    #[serde(other)]
    Other,
}

/// What is wrong with a plate, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum PlateError {
    #[error("the plate is empty; write it as {example}")]
    Empty { example: String },
    #[error("the plate has {length} letters and digits, at least {min} are needed; write it as {example}")]
    TooShort { length: usize, min: usize, example: String },
    #[error("the plate has {length} letters and digits, at most {max} are possible; write it as {example}")]
    TooLong { length: usize, max: usize, example: String },
    #[error("`{letter}` cannot stand in a plate; use letters and digits as in {example}")]
    SignNotAllowed { letter: char, position: usize, example: String },
    #[error("`{letter}` is a Cyrillic letter; plates are written in Latin letters as in {example}")]
    Cyrillic { letter: char, position: usize, example: String },
    #[error("a plate has at least one digit; write it as {example}")]
    NoDigit { example: String },
}

impl PlateError {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty { .. } => "plate_empty",
            Self::TooShort { .. } => "plate_too_short",
            Self::TooLong { .. } => "plate_too_long",
            Self::SignNotAllowed { .. } => "plate_sign_not_allowed",
            Self::Cyrillic { .. } => "plate_cyrillic",
            Self::NoDigit { .. } => "plate_no_digit",
        }
    }
}

/// One sign of a mask.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Slot {
    Letter,
    Digit,
    OneOf(Vec<char>),
    Shown(char),
}

impl PlateForm {
    /// The signs of the mask.
    fn slots(&self) -> Result<Vec<Slot>, String> {
        let mut slots = Vec::new();
        let mut signs = self.mask.chars();
        while let Some(sign) = signs.next() {
            slots.push(match sign {
                'L' => Slot::Letter,
                'D' => Slot::Digit,
                ' ' | '-' => Slot::Shown(sign),
                '[' => {
                    let set: Vec<char> = signs.by_ref().take_while(|sign| *sign != ']').collect();
                    if set.is_empty() || !set.iter().all(|sign| sign.is_alphanumeric()) {
                        return Err(format!("`{}`: write the letters of a choice as in [AMPE]", self.mask));
                    }
                    Slot::OneOf(set)
                }
                _ => return Err(format!("`{}`: use L, D, [..], space and -", self.mask)),
            });
        }
        if slots.iter().all(|slot| matches!(slot, Slot::Shown(_))) {
            return Err(format!("`{}` has neither letters nor digits", self.mask));
        }
        Ok(slots)
    }

    /// The plate as this form shows it, when it fits. With `swap`, O and 0 stand for each other
    /// where the form asks so.
    fn show(&self, canonical: &str, letters: &str, swap: bool) -> Option<String> {
        let mut signs = canonical.chars();
        let mut shown = String::with_capacity(canonical.len() + 2);
        for slot in self.slots().ok()? {
            if let Slot::Shown(separator) = slot {
                shown.push(separator);
                continue;
            }
            let fits = |sign: char| match &slot {
                Slot::Letter => sign.is_ascii_uppercase() || letters.contains(sign),
                Slot::Digit => sign.is_ascii_digit(),
                Slot::OneOf(set) => set.contains(&sign),
                Slot::Shown(_) => false,
            };
            let sign = signs.next()?;
            let other = match sign {
                'O' => '0',
                '0' => 'O',
                _ => sign,
            };
            if fits(sign) {
                shown.push(sign);
            } else if swap && fits(other) {
                shown.push(other);
            } else {
                return None;
            }
        }
        signs.next().is_none().then_some(shown)
    }
}

impl PlateGrammar {
    /// What is wrong with the grammar, by field.
    pub(crate) fn check(&self) -> Vec<(String, String)> {
        let mut wrong = Vec::new();
        let mut say = |field: String, reason: String| wrong.push((field, reason));
        for (index, form) in self.forms.iter().enumerate() {
            if let Err(reason) = form.slots() {
                say(format!("forms.{index}.mask"), reason);
            }
        }
        let is_country = self.country.len() == 2 && self.country.bytes().all(|sign| sign.is_ascii_uppercase());
        if !is_country {
            say(
                "country".into(),
                format!("`{}` is not a country, write two capitals of ISO 3166-1 as RS", self.country),
            );
        }
        if self.free.min_length == 0 || self.free.min_length > self.free.max_length || self.free.max_length > 32 {
            say("free".into(), "lengths run from at least 1 to at most 32, the smaller first".into());
        }
        if let Some(letter) = self.letters.chars().find(|letter| !is_latin(*letter)) {
            say("letters".into(), format!("`{letter}` is not a Latin capital"));
        }
        for (letter, folded) in &self.sms_fold {
            if folded.is_empty() || !folded.chars().all(|sign| sign.is_ascii_uppercase()) {
                say(format!("sms_fold.{letter}"), format!("`{folded}` is not plain capitals A to Z"));
            }
        }
        if !parse_plate(&self.example, self).is_ok_and(|plate| plate.kind == PlateKind::Standard) {
            say("example".into(), format!("`{}` is not a standard plate by these forms", self.example));
        }
        wrong
    }
}

/// Reads a plate as a driver types it: any case, spaces, dashes, dots.
///
/// # Errors
/// [`PlateError`] says what is wrong and what would be right.
pub fn parse_plate(input: &str, grammar: &PlateGrammar) -> Result<ParsedPlate, PlateError> {
    let example = || grammar.example.clone();
    let mut canonical = String::new();
    let mut typed = String::new();
    let mut warnings = Vec::new();
    let signs = signs(input);
    let length = signs.iter().filter(|sign| !is_separator(sign.capital)).count();
    if length > grammar.free.max_length {
        return Err(PlateError::TooLong { length, max: grammar.free.max_length, example: example() });
    }
    let mut position = 0_usize;
    for Sign { typed: raw, capital } in signs {
        if is_separator(capital) {
            let separator = if raw.is_whitespace() || raw == '.' || raw == '·' { ' ' } else { '-' };
            if !typed.is_empty() && !typed.ends_with([' ', '-']) {
                typed.push(separator);
            }
            continue;
        }
        position += 1;
        let sign = if grammar.letters.contains(capital) || capital.is_ascii_digit() || capital.is_ascii_uppercase() {
            capital
        } else if let Some(latin) = look_alike(capital) {
            warnings.push(PlateWarning::LookAlike { position, typed: raw, read_as: latin });
            latin
        } else if is_read(capital) {
            if !IN_USE.contains(capital) {
                warnings.push(PlateWarning::UnusualLetter { position, letter: capital });
            }
            capital
        } else if ('\u{400}'..='\u{52f}').contains(&capital) {
            return Err(PlateError::Cyrillic { letter: raw, position, example: example() });
        } else {
            return Err(PlateError::SignNotAllowed { letter: raw, position, example: example() });
        };
        canonical.push(sign);
        typed.push(sign);
    }
    if length == 0 {
        return Err(PlateError::Empty { example: example() });
    }
    if length < grammar.free.min_length {
        return Err(PlateError::TooShort { length, min: grammar.free.min_length, example: example() });
    }

    let known = grammar
        .forms
        .iter()
        .find_map(|form| Some((form.kind.clone(), form.show(&canonical, &grammar.letters, false)?)));
    let (kind, display) = match known {
        Some(known) => known,
        None => {
            let mut swapped = grammar.forms.iter().filter_map(|form| form.show(&canonical, &grammar.letters, true));
            if let Some(maybe) = swapped.next() {
                warnings.push(PlateWarning::OhOrZero { maybe });
            } else if grammar.free.needs_digit && !canonical.contains(|sign: char| sign.is_ascii_digit()) {
                return Err(PlateError::NoDigit { example: example() });
            }
            (PlateKind::Foreign, typed.trim_end_matches([' ', '-']).to_owned())
        }
    };
    let sms = canonical.chars().try_fold(String::new(), |mut sms, sign| {
        if sign.is_ascii() {
            sms.push(sign);
        } else {
            sms.push_str(grammar.sms_fold.get(&sign)?);
        }
        Some(sms)
    });
    let country = (kind != PlateKind::Foreign).then(|| grammar.country.clone());
    Ok(ParsedPlate { display, canonical, country, sms, kind, warnings })
}

fn is_separator(sign: char) -> bool {
    sign.is_whitespace() || matches!(sign, '-' | '.' | '·' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}
