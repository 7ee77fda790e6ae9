//! What an operator is called: a DNS name of its own.
//!
//! It is the issuer of its codes, and what an app keeps of it apart from other operators is named
//! after it. The name has at least two labels, as in `parking.example`; `localhost` is the one for
//! a demo on this machine. It is plain ASCII in small letters, without a scheme, a port or a dot at
//! its end; a name in other letters is written in its `xn--` form.

use std::fmt;
use std::str::FromStr;

/// Longest name and longest label (RFC 1035 §2.3.4).
const LONGEST: usize = 253;
const LONGEST_LABEL: usize = 63;
const LOCALHOST: &str = "localhost";

/// The DNS name of an operator.
///
/// ```
/// use mesto_protocol::kernel::operator_name::OperatorName;
/// let name: OperatorName = "parking-servis.co.rs".parse()?;
/// assert_eq!(name.as_str(), "parking-servis.co.rs");
/// assert!("https://parking-servis.co.rs".parse::<OperatorName>().is_err());
/// # Ok::<(), mesto_protocol::kernel::operator_name::OperatorNameError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperatorName(String);

/// Why a text is no operator's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not the DNS name of an operator, such as parking.example: small letters, digits and `-` in at least two labels, without scheme, port or path (`localhost` for a demo)"
)]
pub struct OperatorNameError {
    /// The start of what was given.
    pub text: String,
}

impl OperatorName {
    /// The operator of a demo or a test on this machine.
    #[must_use]
    pub fn localhost() -> Self {
        Self(LOCALHOST.to_owned())
    }

    /// What an operator at this address is called where nobody says otherwise: the host of the
    /// address; of this machine itself `localhost`.
    ///
    /// # Errors
    /// [`OperatorNameError`] when the host is no such name.
    pub fn of_address(address: &str) -> Result<Self, OperatorNameError> {
        let host = address.split_once("://").map_or(address, |(_, rest)| rest);
        if host.starts_with("[::1]") {
            return Ok(Self::localhost());
        }
        match host.split(['/', ':', '?', '#']).next().unwrap_or_default() {
            "127.0.0.1" => Ok(Self::localhost()),
            host => host.parse(),
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for OperatorName {
    type Err = OperatorNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut labels = text.rsplit('.');
        // An address of numbers is no name (RFC 3696 §2).
        let ends_in_letters = labels.next().is_some_and(|last| !last.bytes().all(|one| one.is_ascii_digit()));
        let has_more = labels.next().is_some();
        let is_name = text.len() <= LONGEST && ends_in_letters && has_more && text.split('.').all(is_label);
        if is_name || text == LOCALHOST {
            return Ok(Self(text.to_owned()));
        }
        Err(OperatorNameError { text: text.chars().take(40).collect() })
    }
}

/// Whether it is a label of a host's name (RFC 1123 §2.1), in small letters.
fn is_label(label: &str) -> bool {
    (1..=LONGEST_LABEL).contains(&label.len())
        && label.bytes().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || one == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

impl fmt::Display for OperatorName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_its_host() {
        for (address, name) in [
            ("https://parking.example", "parking.example"),
            ("https://parking.example:8443/v1?x", "parking.example"),
            ("http://127.0.0.1:8080", "localhost"),
            ("http://localhost:8080/", "localhost"),
            ("http://[::1]:8080", "localhost"),
        ] {
            assert_eq!(OperatorName::of_address(address).map(|name| name.to_string()).as_deref(), Ok(name));
        }
        for other in ["https://192.168.1.7", "https://parking", ""] {
            assert!(OperatorName::of_address(other).is_err(), "{other}");
        }
    }

    #[test]
    fn a_name_is_at_least_two_labels_and_nothing_else() {
        let label = "a".repeat(63);
        let long = format!("{label}.{label}.{label}.{label}");
        for name in
            ["parking-servis.co.rs", "parking.xn--90a3ac", "4.example", "localhost", &format!("{label}.rs"), &long[3..]]
        {
            assert_eq!(name.parse().map(|name: OperatorName| name.to_string()).as_deref(), Ok(name));
        }
        for other in [
            "",
            "mesto",
            "Parking.example",
            "parking.example.",
            ".example",
            "a..b",
            "-a.b",
            "a-.b",
            "a_b.rs",
            "паркинг.срб",
            "127.0.0.1",
            "parking.1",
            "parking.example:443",
            "https://parking.example",
            "parking.example/",
            " a.b",
            &long,
            &format!("{label}a.rs"),
        ] {
            assert!(other.parse::<OperatorName>().is_err(), "{other}");
        }
    }
}
