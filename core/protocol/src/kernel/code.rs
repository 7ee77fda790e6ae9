//! What a scanned or typed text is. Deny by default: what no rule below takes is not ours, is shown
//! as text, and is never opened.
//!
//! | form | becomes |
//! |---|---|
//! | `MESTO1:` and base45 | [`Code::Signed`], still to be verified |
//! | a short code by the grammar of a service, such as the code of a zone's sign | [`Code::Short`], still to be found in the city |
//! | `https://` host of the allow-list, nothing hidden in it | [`Code::Link`] |

/// What the text of a signed code begins with.
pub const SIGNED: &str = "MESTO1:";

/// Longest text taken from a scanner: what the largest QR code holds as bytes or letters.
const MAX_TEXT: usize = 4296;
/// Longest link that is followed.
const MAX_LINK: usize = 2048;
/// Characters of a foreign text that are shown.
const MAX_SHOWN: usize = 48;

/// What a scanned or typed text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Code {
    /// A signed code that somebody shows; give it to `signed_code::Verifier`.
    Signed { text: String },
    /// A code that a service prints for people, such as the one on a zone's sign.
    Short { service: &'static str, code: String },
    /// A link to a host of the allow-list.
    Link { host: String, url: String },
    /// Anything else. `shown` is short and safe to display; it is never opened.
    NotOurs { shown: String, why: NotOurs },
}

/// Why a text is not ours; for the sentence beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotOurs {
    Empty,
    /// Longer than any code.
    TooLong,
    /// Bytes that are no text.
    NotText,
    /// A link to somebody else, or one that hides where it leads.
    ForeignLink,
    /// No form we know.
    UnknownForm,
}

impl NotOurs {
    /// Stable code, for texts.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "code_empty",
            Self::TooLong => "code_too_long",
            Self::NotText => "code_not_text",
            Self::ForeignLink => "code_foreign_link",
            Self::UnknownForm => "code_unknown_form",
        }
    }
}

/// How a service writes codes for people: the code in a text that holds nothing else.
pub type Grammar = fn(&str) -> Option<&str>;

/// Reads what a scanner or a text field hands in. `link_hosts` are the hosts whose links we follow:
/// whole names in lower case, without port. `short` are the services that print short codes;
/// `services::read_code` has them.
///
/// ```
/// use mesto_protocol::code::{Code, read};
/// assert!(matches!(read(b"https://mesto.example.evil.com/", &["mesto.example"], &[]), Code::NotOurs { .. }));
/// ```
#[must_use]
pub fn read(scanned: &[u8], link_hosts: &[&str], short: &[(&'static str, Grammar)]) -> Code {
    let not_ours = |why| Code::NotOurs { shown: excerpt(scanned), why };
    if scanned.len() > MAX_TEXT {
        return not_ours(NotOurs::TooLong);
    }
    let Ok(text) = std::str::from_utf8(scanned) else { return not_ours(NotOurs::NotText) };
    let text = text.trim();
    if text.is_empty() {
        return not_ours(NotOurs::Empty);
    }
    if is_signed(text) {
        return Code::Signed { text: text.to_owned() };
    }
    if let Some((service, code)) = short.iter().find_map(|(service, code_in)| Some((service, code_in(text)?))) {
        return Code::Short { service, code: code.to_owned() };
    }
    if let Some(host) = link_host(text) {
        return if link_hosts.contains(&host.as_str()) {
            Code::Link { host, url: text.to_owned() }
        } else {
            not_ours(NotOurs::ForeignLink)
        };
    }
    not_ours(if text.contains("://") { NotOurs::ForeignLink } else { NotOurs::UnknownForm })
}

fn is_signed(text: &str) -> bool {
    let base45 = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b" $%*+-./:".contains(&byte);
    text.strip_prefix(SIGNED).is_some_and(|body| !body.is_empty() && body.bytes().all(base45))
}

/// The host of a plain https link, in lower case. `None` when anything could lead a reader or a
/// parser astray: credentials, ports, escapes in the host, backslashes, characters outside RFC
/// 3986.
fn link_host(text: &str) -> Option<String> {
    let scheme = text.get(..8)?;
    if !scheme.eq_ignore_ascii_case("https://") || text.len() > MAX_LINK {
        return None;
    }
    let rest = text.get(8..)?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    if !rest.bytes().all(allowed) {
        return None;
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host = rest.get(..end)?.to_ascii_lowercase();
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    (host.contains('.') && host.split('.').all(label)).then_some(host)
}

/// The beginning of a foreign text: what cannot be seen or turns the reading direction becomes a
/// dot.
fn excerpt(scanned: &[u8]) -> String {
    let head = scanned.get(..MAX_SHOWN * 4).unwrap_or(scanned);
    let text = String::from_utf8_lossy(head);
    let mut shown: String =
        text.trim().chars().take(MAX_SHOWN).map(|one| if is_plain(one) { one } else { '·' }).collect();
    if head.len() < scanned.len() || text.trim().chars().nth(MAX_SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

/// Letters, digits, punctuation and signs that stand for themselves; not marks, invisible or
/// direction-changing characters.
fn is_plain(one: char) -> bool {
    one == ' '
        || one.is_ascii_graphic()
        || one.is_alphanumeric()
        || matches!(one, '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{bf}' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205e}' | '\u{20a0}'..='\u{20bf}')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use proptest::prelude::*;

    const HOSTS: &[&str] = &["mesto.example", "park.mesto.example"];

    fn why(text: &str) -> Option<NotOurs> {
        match read(text.as_bytes(), HOSTS, &[]) {
            Code::NotOurs { why, .. } => Some(why),
            _ => None,
        }
    }

    #[test]
    fn only_plain_https_links_to_allowed_hosts_are_links() {
        for url in ["https://mesto.example/p/9111", "HTTPS://Mesto.Example", "https://park.mesto.example?z=9111#a"] {
            assert!(
                matches!(read(url.as_bytes(), HOSTS, &[]), Code::Link { host, .. } if HOSTS.contains(&host.as_str())),
                "{url}"
            );
        }
        for url in [
            "http://mesto.example/",
            "https://mesto.example.evil.com/",
            "https://evil.com/https://mesto.example/",
            "https://mesto.example@evil.com/",
            "https://user:pass@mesto.example/",
            "https://mesto.example:8443/",
            "https://mesto.example\\@evil.com/",
            "https://mesto.example./",
            "https://mesto%2eexample/",
            "https://mеsto.example/", // a Cyrillic letter
            "https://xn--msto-4ve.example/",
            "https://sub.mesto.example/",
            "https:///mesto.example/",
            "https://[::1]/",
            "https://127.0.0.1/",
            "https://mesto.example/\u{202e}gpj.exe",
            "https://mesto.example/a b",
            "javascript://mesto.example/%0aalert(1)",
            "mesto://pay",
        ] {
            assert_eq!(why(url), Some(NotOurs::ForeignLink), "{url}");
        }
        for text in [
            "javascript:alert(1)",
            "intent:#Intent;end",
            "WIFI:S:a;P:b;;",
            "tel:112",
            "https:/mesto.example",
            "mesto.example",
        ] {
            assert_eq!(why(text), Some(NotOurs::UnknownForm), "{text}");
        }
        assert_eq!(
            read(b"https://mesto.example/", &[], &[]),
            Code::NotOurs { shown: "https://mesto.example/".into(), why: NotOurs::ForeignLink }
        );
    }

    #[test]
    fn a_link_is_followed_up_to_its_longest_length() {
        let link = |length: usize| format!("https://mesto.example/{}", "a".repeat(length - 22));
        assert_eq!(why(&link(MAX_LINK)), None);
        assert_eq!(why(&link(MAX_LINK + 1)), Some(NotOurs::ForeignLink));
    }

    #[test]
    fn garbage_qr_is_shown_short_and_harmless() {
        let shown = |bytes: &[u8]| match read(bytes, HOSTS, &[]) {
            Code::NotOurs { shown, why } => (shown, why),
            other => panic!("{other:?}"),
        };
        assert_eq!(shown(b""), (String::new(), NotOurs::Empty));
        assert_eq!(shown(b" \t\n"), (String::new(), NotOurs::Empty));
        assert_eq!(shown(&[0xff, 0xfe, b'a']).1, NotOurs::NotText);
        assert_eq!(shown("a\u{202e}b\u{200b}c\u{7}d".as_bytes()), ("a·b·c·d".to_owned(), NotOurs::UnknownForm));
        assert_eq!(shown("Žuta zona №".as_bytes()).0, "Žuta zona ·");
        let long = "x".repeat(MAX_TEXT + 1);
        assert_eq!(shown(long.as_bytes()), (format!("{}…", "x".repeat(MAX_SHOWN)), NotOurs::TooLong));
        assert_eq!(shown("x".repeat(MAX_SHOWN).as_bytes()).0, "x".repeat(MAX_SHOWN));
        assert_eq!(shown(b"MESTO1:").1, NotOurs::UnknownForm);
        assert_eq!(shown(b"MESTO1:lower").1, NotOurs::UnknownForm);
        assert_eq!(shown(b"MESTO2:ABC").1, NotOurs::UnknownForm);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_panic_and_shown_short(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            if let Code::NotOurs { shown, .. } = read(&bytes, HOSTS, &[]) {
                prop_assert!(shown.chars().count() <= MAX_SHOWN + 1);
                prop_assert!(!shown.chars().any(char::is_control));
            }
        }

        #[test]
        fn a_link_is_ours_only_when_its_host_is(text in "https://[a-z.@:/%\\\\-]{0,20}mesto\\.example[a-z.@:/%\\\\?#-]{0,12}") {
            if let Code::Link { host, url } = read(text.as_bytes(), HOSTS, &[]) {
                prop_assert!(HOSTS.contains(&host.as_str()));
                let after = url.get(8 + host.len()..).unwrap_or_default();
                prop_assert!(url[8..].to_ascii_lowercase().starts_with(&host));
                prop_assert!(after.is_empty() || after.starts_with(['/', '?', '#']));
            }
        }

        #[test]
        fn words_of_any_script_are_read_without_panic(text in "\\PC{0,60}") {
            let _ = read(text.as_bytes(), HOSTS, &[]);
        }
    }
}
