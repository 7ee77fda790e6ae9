//! Phone numbers: however one is typed, what is stored and compared is E.164. It is the key of a
//! person (PQ-48).

use mesto_protocol::{Problem, ProblemCode};
use phonenumber::metadata::{DATABASE, Descriptor};
use phonenumber::{Metadata, Mode, ParseError, PhoneNumber, country};

/// Longer texts are no numbers: 15 digits (E.164 §6.1), and what people write between them.
const LONGEST: usize = 64;
/// Where no number of the country is known.
const EXAMPLE: &str = "+381601234567";

/// Why a text is not a phone number that can be signed in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Empty,
    TooLong,
    Letters,
    Extension,
    Sign,
    /// No country has this code, or none was named and it is no number of the home country.
    Country,
    /// No number of its country looks so.
    NotInUse,
    /// Nobody gets messages there: a number that costs extra, a pager, a voice box.
    NoMessages,
}

impl Reason {
    const fn word(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "too_long",
            Self::Letters => "letters",
            Self::Extension => "extension",
            Self::Sign => "sign",
            Self::Country => "country",
            Self::NotInUse => "not_in_use",
            Self::NoMessages => "no_messages",
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Empty => "the phone number is empty",
            Self::TooLong => "this is longer than a phone number",
            Self::Letters => "a phone number has no letters",
            Self::Extension => "a code cannot be sent to an extension; leave it out",
            Self::Sign => "a phone number has digits, and + in front",
            Self::Country => "the country's code is missing or unknown",
            Self::NotInUse => "there is no such phone number",
            Self::NoMessages => "no message can be sent to this number",
        }
    }
}

/// The number in E.164, `+381641234567`. `region` is the country of a number without one, ISO
/// 3166-1.
///
/// White space, dashes, brackets, dots and strokes are nothing. A trunk zero behind the country
/// (`+381 (0)64 ...`) is dropped, where that country has one; nothing else is ever changed.
pub(crate) fn read(typed: &str, region: &str) -> Result<String, Problem> {
    let home = region.parse().ok();
    parse(typed, home).map_err(|reason| {
        let example = home.and_then(example_of).unwrap_or_else(|| EXAMPLE.to_owned());
        let detail = format!("{}; write it with + and the country, as {example}", reason.text());
        Problem::new(ProblemCode::PhoneInvalid, detail).with("reason", reason.word()).with("example", example)
    })
}

fn parse(typed: &str, home: Option<country::Id>) -> Result<String, Reason> {
    let (is_international, digits) = digits(typed)?;
    if is_international {
        return international(&digits);
    }
    let Some(meta) = home.and_then(|home| DATABASE.by_id(home.as_ref())) else { return Err(Reason::Country) };
    // As it is dialled to another country: 00 in Serbia.
    let dialled =
        meta.international_prefix().and_then(|prefix| prefix.find(&digits)).filter(|found| found.start() == 0);
    if let Some(rest) = dialled.and_then(|found| digits.get(found.end()..)) {
        return international(rest);
    }
    let code = meta.country_code().to_string();
    let number = phonenumber::parse(home, &digits).map_err(reason)?;
    let national = number.national().to_string();
    let is_as_typed = [trunk(meta), "", &code].iter().any(|before| digits.strip_prefix(before) == Some(&national));
    if is_as_typed && number.is_valid() {
        return reachable(&number);
    }
    // A number that begins as its country's code does: 707 123 45 67 in Kazakhstan, whose code is
    // 7. One of another country, written without +, is not guessed.
    let number = phonenumber::parse(None, format!("+{code}{digits}")).map_err(reason)?;
    let is_whole = number.national().to_string() == digits && number.country().id() == home;
    if is_whole && number.is_valid() { reachable(&number) } else { Err(Reason::Country) }
}

/// The digits behind a +.
fn international(digits: &str) -> Result<String, Reason> {
    let number = phonenumber::parse(None, format!("+{digits}")).map_err(reason)?;
    let (code, national) = (number.code().value(), number.national().to_string());
    let typed = digits.strip_prefix(&code.to_string()).unwrap_or_default();
    let is_as_typed = || countries(code).iter().any(|meta| typed.strip_prefix(trunk(meta)) == Some(&national));
    if number.is_valid() && (typed == national || is_as_typed()) { reachable(&number) } else { Err(Reason::NotInUse) }
}

/// The number, when messages reach such numbers.
fn reachable(number: &PhoneNumber) -> Result<String, Reason> {
    let national = number.national().to_string();
    let is_reached = countries(number.code().value()).iter().any(|meta| {
        let kinds = meta.descriptors();
        let is_of = |kinds: &[Option<&Descriptor>]| kinds.iter().flatten().any(|kind| kind.is_match(&national));
        // A personal number costs extra in most of the countries that have them.
        let costs_extra = [kinds.premium_rate(), kinds.shared_cost(), kinds.personal_number()];
        is_of(&[kinds.mobile(), kinds.fixed_line(), kinds.voip()]) && !is_of(&costs_extra)
    });
    if is_reached { Ok(number.format().mode(Mode::E164).to_string()) } else { Err(Reason::NoMessages) }
}

/// The countries of a code: of +1, and of +7, there are several.
fn countries(code: u16) -> Vec<&'static Metadata> {
    DATABASE.by_code(&code).unwrap_or_default()
}

/// What stands before a number that is dialled within its country.
fn trunk(meta: &Metadata) -> &str {
    meta.national_prefix().unwrap_or_default()
}

/// Whether it was written with +, and its digits.
fn digits(typed: &str) -> Result<(bool, String), Reason> {
    if typed.chars().count() > LONGEST {
        return Err(Reason::TooLong);
    }
    let (mut is_international, mut digits) = (false, String::new());
    for sign in typed.chars() {
        match sign {
            '0'..='9' => digits.push(sign),
            '+' | '\u{ff0b}' if digits.is_empty() && !is_international => is_international = true,
            '-' | '(' | ')' | '/' | '.' | '·' | '\u{2010}'..='\u{2015}' | '\u{2212}' => {}
            // Marks of direction and joiners come with numbers that are copied.
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {}
            sign if sign.is_whitespace() => {}
            '#' | ';' | ',' | '*' | 'x' | 'X' if !digits.is_empty() => return Err(Reason::Extension),
            'e' | 'E' if !digits.is_empty() && typed.to_lowercase().contains("ext") => return Err(Reason::Extension),
            sign if sign.is_alphabetic() => return Err(Reason::Letters),
            _ => return Err(Reason::Sign),
        }
    }
    match digits.len() {
        0 => Err(Reason::Empty),
        // The longest, behind an international prefix or with a trunk zero.
        length if length > 20 => Err(Reason::TooLong),
        _ => Ok((is_international, digits)),
    }
}

const fn reason(error: ParseError) -> Reason {
    match error {
        ParseError::InvalidCountryCode => Reason::Country,
        ParseError::TooLong => Reason::TooLong,
        ParseError::NoNumber
        | ParseError::TooShortAfterIdd
        | ParseError::TooShortNsn
        | ParseError::MalformedInteger(_) => Reason::NotInUse,
    }
}

/// A mobile number of a country, as an example.
fn example_of(region: country::Id) -> Option<String> {
    let meta = DATABASE.by_id(region.as_ref())?;
    Some(format!("+{}{}", meta.country_code(), meta.descriptors().mobile()?.example()?))
}

/// A number of which only the end can be seen.
pub(crate) fn masked(phone: &str) -> String {
    let count = phone.chars().count();
    phone.chars().enumerate().map(|(place, digit)| if place < 4 || place + 3 >= count { digit } else { '*' }).collect()
}

/// The country of a number in E.164, ISO 3166-1; nothing for one that is no country's, such as a
/// satellite's.
pub(crate) fn region(number: &str) -> Option<String> {
    let number = phonenumber::parse(None, number).ok()?;
    Some(number.country().id()?.as_ref().to_owned())
}

/// Whether a country has such a name, ISO 3166-1.
pub(crate) fn is_region(name: &str) -> bool {
    name.len() == 2 && DATABASE.by_id(name).is_some()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    fn read_at_home(typed: &str) -> Result<String, Reason> {
        parse(typed, Some(country::RS))
    }

    #[test]
    fn one_number_is_one_person_however_it_is_typed_pq_48() {
        for typed in [
            "+381641234567",
            "+381 64 123 4567",
            "+381 (0)64 123 4567",
            "+381 0641234567",
            "+381-64/123-45.67",
            "\u{ff0b}381 64 123 4567",
            "\u{202a}+381\u{a0}64\u{a0}123\u{a0}4567\u{202c}",
            "(+381) 64 123–45–67",
            "00381641234567",
            "00 381 (0) 64 123 4567",
            "0641234567",
            "064 123-45-67",
            "064/1234567",
            "641234567",
            "381641234567",
        ] {
            assert_eq!(read_at_home(typed).as_deref(), Ok("+381641234567"), "{typed}");
        }
    }

    #[test]
    fn a_number_of_kazakhstan_is_one_however_it_is_typed_there_av_28() {
        for typed in [
            "+7 707 123 45 67",
            "+7 (707) 123-45-67",
            "+77071234567",
            "8 707 123 45 67",
            "8 (707) 123-45-67",
            "8-707-123-45-67",
            "87071234567",
            "707 123 45 67",
            "7071234567",
            "7 707 123 45 67",
            "77071234567",
            "8 10 7 707 123 45 67",
        ] {
            assert_eq!(parse(typed, Some(country::KZ)).as_deref(), Ok("+77071234567"), "{typed}");
        }
        // Of Russia, which has the same +7: written with it, or not guessed.
        assert_eq!(parse("+7 916 123 45 67", Some(country::KZ)).as_deref(), Ok("+79161234567"));
        assert_eq!(region("+77071234567").as_deref(), Some("KZ"));
        for wrong in ["8 707 123 45 6", "8 707 123 45 678", "8 007 123 45 67", "707 123"] {
            assert!(parse(wrong, Some(country::KZ)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_zero_that_belongs_to_the_number_stays_and_a_trunk_zero_goes() {
        for (typed, read) in [
            ("+39 06 698 12345", "+390669812345"),
            ("0039 06 698 12345", "+390669812345"),
            ("+44 (0)7911 123456", "+447911123456"),
            ("+49 (0)151 23456789", "+4915123456789"),
            ("+7 701 123 45 67", "+77011234567"),
            ("+7 (8) 701 123 45 67", "+77011234567"),
            ("+1 (202) 555-0123", "+12025550123"),
            ("+36 20 123 4567", "+36201234567"),
        ] {
            assert_eq!(read_at_home(typed).as_deref(), Ok(read), "{typed}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused_for_what_it_is() {
        for (typed, wrong) in [
            ("", Reason::Empty),
            ("+", Reason::Empty),
            (" - ", Reason::Empty),
            ("+38164x234567", Reason::Extension),
            ("+381641234567 ext. 5", Reason::Extension),
            ("+381641234567;ext=5", Reason::Extension),
            ("+381641234567,,5", Reason::Extension),
            ("+381641234567#5", Reason::Extension),
            ("+1 800 FLOWERS", Reason::Letters),
            ("ext 5", Reason::Letters),
            ("+38164 123 45 б7", Reason::Letters),
            ("381+641234567", Reason::Sign),
            ("++381641234567", Reason::Sign),
            ("+381641234567?", Reason::Sign),
            ("+3816412345678901", Reason::NotInUse),
            ("+38164", Reason::NotInUse),
            ("+381 61 12", Reason::NotInUse),
            ("+1 000 000 0000", Reason::NotInUse),
            ("+0641234567", Reason::Country),
            ("+999 64 123 4567", Reason::Country),
            // A German number without its +.
            ("4915123456789", Reason::Country),
            ("12", Reason::Country),
            ("+381641234567381641234567", Reason::TooLong),
            // Premium rate, free phone.
            ("+381 900 123456", Reason::NoMessages),
            ("+1 800 234 5678", Reason::NoMessages),
            // Costs extra although it is a person's.
            ("+44 70 1234 5678", Reason::NoMessages),
        ] {
            assert_eq!(read_at_home(typed), Err(wrong), "{typed}");
        }
        assert_eq!(parse("0641234567", None), Err(Reason::Country));
    }

    #[test]
    fn a_refusal_says_how_a_number_of_this_country_is_written() {
        for (region, example) in [("RS", "+381601234567"), ("KZ", "+77710009998"), ("??", EXAMPLE)] {
            let problem = read("64x", region).unwrap_err();
            assert!(problem.detail.contains(example) && problem.params["example"] == example, "{problem:?}");
            assert_eq!(problem.params["reason"], "extension");
            assert!(parse(example, None).is_ok(), "{example}");
        }
    }

    #[test]
    fn a_number_has_a_country_and_a_satellite_has_none() {
        for (number, country) in [
            ("+381641234567", Some("RS")),
            ("+38761123456", Some("BA")),
            ("+77011234567", Some("KZ")),
            ("+79161234567", Some("RU")),
            ("+12025550123", Some("US")),
            ("+14165550123", Some("CA")),
            ("+881651234567", None),
            ("+870772345678", None),
        ] {
            assert_eq!(region(number).as_deref(), country, "{number}");
        }
        assert!(is_region("RS") && is_region("ME") && !is_region("001") && !is_region("XX") && !is_region("rs"));
    }

    #[test]
    fn any_digits_are_a_number_that_reads_back_as_itself_or_an_error() {
        let mut chance: u64 = 7;
        let mut read = 0;
        for _ in 0..3_000 {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (length, digits) = (chance >> 60, format!("{:020}", chance));
            let plus = if chance & (1 << 40) == 0 { "+" } else { "" };
            let typed = format!("{plus}{}", &digits[20 - usize::try_from(length).unwrap() - 1..]);
            if let Ok(number) = read_at_home(&typed) {
                assert_eq!(parse(&number, None).as_deref(), Ok(number.as_str()), "{typed}");
                read += 1;
            }
        }
        assert!(read > 20, "{read}");
    }
}
