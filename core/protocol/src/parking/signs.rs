//! The code on a zone's sign, as it is printed: `9111`, `SMS 9111`, `SMS: 9111`, `sms:9111`,
//! optionally followed by `ZONA x` or `ZONE x`.

/// The 3 to 6 digits of a sign in a text; nothing but the word SMS before them, nothing but a
/// zone's name after them.
pub fn code_in(text: &str) -> Option<&str> {
    let after_word = match text.get(..3) {
        Some(word) if word.eq_ignore_ascii_case("sms") => {
            let rest = text.get(3..)?;
            let rest = rest.strip_prefix(':').unwrap_or(rest);
            rest.trim_start_matches(' ')
        }
        _ => text,
    };
    let end = after_word.find(|one: char| !one.is_ascii_digit()).unwrap_or(after_word.len());
    let (digits, rest) = after_word.split_at_checked(end)?;
    let after = rest.trim_start_matches(' ');
    let named = after.is_empty() || (after.len() < rest.len() && is_zone_name(after));
    ((3..=6).contains(&digits.len()) && named).then_some(digits)
}

/// `ZONA 1`, `ZONE A2`, `ZONA CRVENA`.
fn is_zone_name(text: &str) -> bool {
    let mut words = text.split(' ').filter(|word| !word.is_empty());
    let zone = words.next().is_some_and(|word| word.eq_ignore_ascii_case("zona") || word.eq_ignore_ascii_case("zone"));
    let name = words.next().is_some_and(|word| word.len() <= 12 && word.chars().all(char::is_alphanumeric));
    zone && name && words.next().is_none()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]
    use crate::code::{Code, NotOurs};

    fn read(text: &str) -> Code {
        crate::services::read_code(text.as_bytes(), &[])
    }

    #[test]
    fn a_zone_sign_is_read_in_every_form_it_is_printed_in() {
        for text in [
            "9111",
            " 9111\n",
            "SMS 9111",
            "sms 9111",
            "SMS: 9111",
            "SMS:9111",
            "sms:9111",
            "SMS 9111 ZONA 1",
            "9111 zona crvena",
            "9111 ZONE A2",
        ] {
            assert_eq!(read(text), Code::Short { service: "parking", code: "9111".into() }, "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_sign_is_not_ours() {
        for text in [
            "91",
            "9111111",
            "9111?body=BG123",
            "sms:9111?body=x",
            "smsto:9111:BG789PP",
            "SMS",
            "9111 9112",
            "9111ZONA 1",
            "9111 ZONA",
            "9111 ZONA 1 2",
            "+9111",
            "٩١١١",
            "9 111",
            "tel:9111",
        ] {
            assert!(matches!(read(text), Code::NotOurs { why: NotOurs::UnknownForm, .. }), "{text}");
        }
    }
}
