//! Where a page outside, such as a bank's, leads back to: one grammar for the operator that takes
//! it and the page that follows it.
//!
//! An address is `https://host...`, or an app's own scheme `name://...`; `http://` only to the
//! machine itself. It is plain ASCII without anything that a page or a header could take for
//! something else. Which ones an operator takes at all is a list of its own ([`Allowed`]): a link
//! that anybody can have made must not lead anywhere.

use std::fmt;
use std::str::FromStr;

use percent_encoding::{percent_decode_str, utf8_percent_encode};

use crate::kernel::operation::ESCAPED;

/// Longest address, what was added to its query included.
const LONGEST: usize = 600;
/// Schemes that a browser or a system takes into its own hands.
const NEVER: [&str; 20] = [
    "about",
    "blob",
    "chrome",
    "content",
    "data",
    "facetime",
    "file",
    "filesystem",
    "ftp",
    "intent",
    "javascript",
    "mailto",
    "market",
    "sms",
    "smsto",
    "tel",
    "vbscript",
    "view-source",
    "ws",
    "wss",
];

/// An address that a page may lead back to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnAddress {
    text: String,
    /// In small letters.
    scheme: String,
    /// Host and port in small letters; of an app's own scheme whatever stands there.
    authority: String,
}

/// Why a text is not such an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReturnAddressError {
    #[error("an address to come back to has at most {LONGEST} characters, this one has {length}")]
    Long { length: usize },
    #[error("an address to come back to is plain ASCII with %XX for the rest; {character:?} stands in it")]
    Character { character: char },
    #[error("an address to come back to is https://... or of your app's own scheme, as in park://return")]
    Form,
    #[error("`{scheme}:` is no scheme of an app's own; use https or one that is")]
    Scheme { scheme: String },
    #[error("http leads back only to this machine itself; use https")]
    Plain,
    #[error("an address to come back to names no user or password before its host")]
    User,
}

impl ReturnAddress {
    /// # Errors
    /// [`ReturnAddressError`] says which rule is broken.
    pub fn parse(text: &str) -> Result<Self, ReturnAddressError> {
        if text.len() > LONGEST {
            return Err(ReturnAddressError::Long { length: text.len() });
        }
        if let Some(character) = text.chars().find(|one| !one.is_ascii_graphic() || "\"'<>\\^`{|};,".contains(*one)) {
            return Err(ReturnAddressError::Character { character });
        }
        let broken = text.match_indices('%').any(|(at, _)| {
            !text.get(at + 1..at + 3).is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
        });
        if broken {
            return Err(ReturnAddressError::Character { character: '%' });
        }
        let (scheme, rest) = text.split_once("://").ok_or(ReturnAddressError::Form)?;
        let scheme = scheme.to_ascii_lowercase();
        let is_name = scheme.starts_with(|one: char| one.is_ascii_lowercase())
            && scheme.bytes().all(|one| one.is_ascii_alphanumeric() || matches!(one, b'+' | b'-' | b'.'));
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase();
        if !is_name || rest.is_empty() {
            return Err(ReturnAddressError::Form);
        }
        if NEVER.contains(&scheme.as_str()) {
            return Err(ReturnAddressError::Scheme { scheme });
        }
        if authority.contains('@') {
            return Err(ReturnAddressError::User);
        }
        if matches!(scheme.as_str(), "http" | "https") {
            let (host, port) = authority.rsplit_once(':').unwrap_or((&authority, "443"));
            let is_host = !host.is_empty()
                && host.bytes().all(|one| one.is_ascii_alphanumeric() || matches!(one, b'-' | b'.'))
                && !host.starts_with(['.', '-']);
            if !is_host || port.parse::<u16>().is_err() {
                return Err(ReturnAddressError::Form);
            }
            if scheme == "http" && !matches!(host, "127.0.0.1" | "localhost") {
                return Err(ReturnAddressError::Plain);
            }
        }
        Ok(Self { text: text.to_owned(), scheme, authority })
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The address with one more value in its query, which stands before the fragment. One of the
    /// same name that stood there is gone: an app reads the first.
    ///
    /// ```
    /// use mesto_protocol::kernel::return_address::ReturnAddress;
    /// let back = ReturnAddress::parse("park://pay?tab=2#paid")?;
    /// assert_eq!(back.with("intent", "key"), "park://pay?tab=2&intent=key#paid");
    /// # Ok::<(), mesto_protocol::kernel::return_address::ReturnAddressError>(())
    /// ```
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> String {
        let (before, fragment) = self.text.split_at(self.text.find('#').unwrap_or(self.text.len()));
        let (address, query) = before.split_once('?').unwrap_or((before, ""));
        let is_other = |pair: &&str| {
            let told = pair.split('=').next().unwrap_or_default();
            !percent_decode_str(told).decode_utf8_lossy().eq_ignore_ascii_case(name)
        };
        let mut pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).filter(is_other).collect();
        let own = format!("{name}={}", utf8_percent_encode(value, ESCAPED));
        pairs.push(&own);
        format!("{address}?{}{fragment}", pairs.join("&"))
    }

    /// Whether one of these takes it.
    #[must_use]
    pub fn is_allowed_by(&self, list: &[Allowed]) -> bool {
        list.iter().any(|allowed| match allowed {
            Allowed::Scheme(scheme) => *scheme == self.scheme,
            Allowed::Site { scheme, authority } => *scheme == self.scheme && *authority == self.authority,
        })
    }
}

/// Addresses that an operator takes: an app's own scheme (`park`), or a site
/// (`https://app.example`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Allowed {
    Scheme(String),
    Site { scheme: String, authority: String },
}

impl FromStr for Allowed {
    type Err = ReturnAddressError;

    /// Reads `park`, `park://` or `https://app.example`.
    fn from_str(text: &str) -> Result<Self, ReturnAddressError> {
        let text = text.trim().trim_end_matches('/').trim_end_matches(':');
        if !text.contains("://") {
            let ReturnAddress { scheme, .. } = ReturnAddress::parse(&format!("{text}://return"))?;
            let is_web = matches!(scheme.as_str(), "http" | "https");
            return if is_web { Err(ReturnAddressError::Form) } else { Ok(Self::Scheme(scheme)) };
        }
        let ReturnAddress { text, scheme, authority } = ReturnAddress::parse(text)?;
        let is_site = matches!(scheme.as_str(), "http" | "https") && text.len() == scheme.len() + 3 + authority.len();
        if is_site { Ok(Self::Site { scheme, authority }) } else { Err(ReturnAddressError::Form) }
    }
}

impl fmt::Display for Allowed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheme(scheme) => write!(out, "{scheme}://"),
            Self::Site { scheme, authority } => write!(out, "{scheme}://{authority}"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_way_back_is_https_or_an_apps_own_scheme_and_never_a_script() {
        for good in [
            "https://app.example/back",
            "https://app.example:8443/back?x=1#y",
            "HTTPS://App.Example",
            "http://127.0.0.1:8080/back",
            "http://localhost/back",
            "mesto://return",
            "city.mesto.app://b?x=%C5%A1",
        ] {
            assert_eq!(ReturnAddress::parse(good).unwrap().as_str(), good);
        }
        let long = format!("https://a.example/{}", "x".repeat(LONGEST));
        for bad in [
            "",
            "back",
            "https://",
            "mesto://",
            "javascript:alert(1)",
            "javascript://x",
            "JavaScript://x",
            "data://x",
            "intent://scan/#Intent;end",
            "tel://112",
            "file:///etc/passwd",
            "https://a b",
            "https://a/\r\nx",
            "https://a;script-src *",
            "https://a.example/\u{202e}",
            "https://good.example@evil.example",
            "https://:443",
            "https://a.example:port",
            "http://app.example",
            "https://.a",
            "https://a.example/%zz",
            "1st://x",
            "://x",
            &long,
        ] {
            assert!(ReturnAddress::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_query_stands_before_the_fragment() {
        for (address, with) in [
            ("mesto://a", "mesto://a?intent=k-1"),
            ("mesto://a#f", "mesto://a?intent=k-1#f"),
            ("mesto://a?b=c#f?g", "mesto://a?b=c&intent=k-1#f?g"),
            ("https://a.example/b?", "https://a.example/b?intent=k-1"),
            ("mesto://a?intent=forged", "mesto://a?intent=k-1"),
            ("mesto://a?b=c&%69ntent=forged&INTENT&d", "mesto://a?b=c&d&intent=k-1"),
        ] {
            assert_eq!(ReturnAddress::parse(address).unwrap().with("intent", "k-1"), with);
        }
        assert_eq!(ReturnAddress::parse("mesto://a").unwrap().with("intent", "a&b#"), "mesto://a?intent=a%26b%23");
    }

    #[test]
    fn an_operator_takes_the_schemes_and_sites_of_its_list_only() {
        let list: Vec<Allowed> =
            ["mesto", "https://app.example", "park://"].iter().map(|text| text.parse().unwrap()).collect();
        assert_eq!(
            list.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["mesto://", "https://app.example", "park://"]
        );
        let is_allowed = |text: &str| ReturnAddress::parse(text).unwrap().is_allowed_by(&list);
        for good in ["mesto://x", "MESTO://x", "https://app.example/any?x", "https://APP.example", "park://a"] {
            assert!(is_allowed(good), "{good}");
        }
        for bad in [
            "https://evil.example",
            "https://app.example.evil.example",
            "https://app.example:8443/",
            "mestos://x",
            "https://evil.example/?https://app.example",
            "http://127.0.0.1/",
        ] {
            assert!(!is_allowed(bad), "{bad}");
        }
        for bad in
            ["", "https", "http", "javascript", "https://app.example/back", "mesto://return", "http://app.example"]
        {
            assert!(bad.parse::<Allowed>().is_err(), "{bad}");
        }
    }
}
