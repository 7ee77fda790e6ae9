//! Small text forms: hashes, names, values of a query.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};

/// SHA-256 as lower-case hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(&Sha256::digest(bytes))
}

/// A name as somebody typed it, of at most so many letters: without control characters, and without
/// the marks that turn the direction of what is written beside it.
pub(crate) fn plain(typed: &str, most: usize) -> String {
    let turns = |letter: char| matches!(letter, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    typed.chars().filter(|letter| !letter.is_control() && !turns(*letter)).take(most).collect()
}

/// The value of a form's field or of a query, `None` for broken escapes or bytes that are not
/// UTF-8.
pub(crate) fn form_decode(text: &str) -> Option<String> {
    let is_escape =
        |rest: &str| rest.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
    let spaced = text.replace('+', " ");
    let bytes = percent_decode_str(&spaced);
    text.split('%').skip(1).all(is_escape).then(|| bytes.decode_utf8().ok())?.map(Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_turns_nothing_around_and_has_an_end() {
        assert_eq!(plain("Ana\u{202e}\u{2066} \n\u{200f}phone", 60), "Ana phone");
        assert_eq!(plain("Škoda 👨‍👩‍👧", 60), "Škoda 👨‍👩‍👧");
        assert_eq!(plain(&"č".repeat(70), 60).chars().count(), 60);
    }

    #[test]
    fn form_encoding_reads_back_and_broken_escapes_do_not() {
        let text = "https://a.b/c?d=Š &+%";
        let encoded: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
        assert_eq!(form_decode(&encoded).as_deref(), Some(text));
        assert_eq!(encoded, "https%3A%2F%2Fa.b%2Fc%3Fd%3D%C5%A0+%26%2B%25");
        for broken in ["%", "%4", "%zz", "%+1", "%ff", "a%4%41"] {
            assert_eq!(form_decode(broken), None, "{broken}");
        }
    }
}
