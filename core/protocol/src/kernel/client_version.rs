//! The version of an app, as its requests say it and as an operator says which ones it serves.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A version of an app: `1.20.3`. A number that is not said is 0, and what follows `-` or `+` does
/// not count: `1.4`, `1.4.0-rc1` and `1.4.0+45` are all 1.4.0. So who tries the next version before
/// it is out is served as those that get it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientVersion {
    pub major: u32,
    pub minor: u32,
    pub patch: u32,
}

/// Why a text is no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a version of an app: one to three numbers with dots between them, such as 1.20.3")]
pub struct ClientVersionError {
    /// The start of what was given.
    pub text: String,
}

impl FromStr for ClientVersion {
    type Err = ClientVersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || ClientVersionError { text: text.chars().take(40).collect() };
        let (numbers, suffix) = text.split_at(text.find(['-', '+']).unwrap_or(text.len()));
        let of_suffix = |one: u8| one.is_ascii_alphanumeric() || b"-+.".contains(&one);
        if suffix.len() == 1 || !suffix.bytes().all(of_suffix) {
            return Err(wrong());
        }
        let mut version = [0; 3];
        let mut given = numbers.split('.');
        for (number, said) in version.iter_mut().zip(given.by_ref()) {
            let is_number = said.bytes().all(|one| one.is_ascii_digit());
            *number = said.parse().ok().filter(|_| is_number).ok_or_else(wrong)?;
        }
        let [major, minor, patch] = version;
        if given.next().is_some() { Err(wrong()) } else { Ok(Self { major, minor, patch }) }
    }
}

impl fmt::Display for ClientVersion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl Serialize for ClientVersion {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ClientVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_not_said_of_a_version_is_zero_and_what_follows_a_dash_or_a_plus_does_not_count() {
        let read = |text: &str| text.parse::<ClientVersion>().unwrap().to_string();
        for (text, version) in [
            ("1.20.3", "1.20.3"),
            ("1.4", "1.4.0"),
            ("7", "7.0.0"),
            ("1.4.0-rc1", "1.4.0"),
            ("1.4-beta.2", "1.4.0"),
            ("2.0.1+45", "2.0.1"),
            ("2.0.1-rc.1+build-7", "2.0.1"),
        ] {
            assert_eq!(read(text), version, "{text}");
        }
        let all = ["1.4.0-rc1", "1.4.1", "1.10", "2"].map(|text| text.parse::<ClientVersion>().unwrap());
        assert!(all.is_sorted(), "{all:?}");
    }

    #[test]
    fn what_is_no_version_is_refused_and_said() {
        for text in [
            "",
            ".",
            "1.",
            ".4",
            "1..2",
            "1.4.0.1",
            "v1.4",
            "1.4.0 (12)",
            "1.2.3 \n",
            "+1.2.3",
            "-1",
            "1.x",
            "1.4-",
            "1.4+",
            "1.4-rc 1",
            "1.4-č",
            "4294967296",
            "abc",
        ] {
            let why = text.parse::<ClientVersion>().unwrap_err().to_string();
            assert!(why.contains(&format!("{text:?}")) && why.contains("one to three numbers"), "{why}");
        }
        let long = "9".repeat(1_000).parse::<ClientVersion>().unwrap_err();
        assert_eq!(long.text.len(), 40);
    }
}
