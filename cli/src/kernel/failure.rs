//! What a command fails with: what is wrong, what would be right, and the exit code.

use std::fmt;

/// Exit codes, as `mesto --help` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// The command line is wrong (as clap has it).
    Usage = 2,
    /// The rules or the operator said no; asking again the same way changes nothing.
    Refused = 3,
    /// The operator could not be reached, or did not answer in time.
    Offline = 4,
    /// It may have been executed and is not confirmed yet; `mesto settle` asks again.
    Unconfirmed = 5,
    /// A file, a key or a city is not right.
    Input = 6,
    /// Nobody is signed in.
    NotSignedIn = 7,
    /// Everything else.
    Failed = 1,
    /// Ctrl-C or SIGTERM, as shells have it.
    Interrupted = 130,
}

/// Where a page is: among the sources, and on a machine that has the package.
macro_rules! page {
    ($name:literal) => {
        concat!("docs/", $name, " (/usr/share/doc/mesto/", $name, " of the package)")
    };
}
pub(crate) use page;

/// The code of a failure whose document was written already: nothing is told beside it.
pub const SAID: &str = "said";

/// A failure for people, and for machines.
#[derive(Debug, Clone)]
pub struct CliError {
    pub exit: Exit,
    /// Stable, `snake_case`.
    pub code: String,
    /// What is wrong.
    pub text: String,
    /// What would be right, or what to do now.
    pub advice: Option<String>,
    /// The values of the text, for machines.
    pub params: serde_json::Map<String, serde_json::Value>,
    /// What it is about, by name, told to machines beside the error.
    pub about: Box<serde_json::Map<String, serde_json::Value>>,
}

pub type Outcome<T> = Result<T, CliError>;

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for CliError {}

impl CliError {
    pub fn new(exit: Exit, code: &str, text: impl Into<String>) -> Self {
        Self {
            exit,
            code: code.to_owned(),
            text: text.into(),
            advice: None,
            params: serde_json::Map::new(),
            about: Box::default(),
        }
    }

    /// What it is about, for machines: it stands beside the error under this name.
    #[must_use]
    pub fn about(mut self, name: &str, what: &impl serde::Serialize) -> Self {
        self.about.insert(name.to_owned(), serde_json::to_value(what).unwrap_or_default());
        self
    }

    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// Something of the machine failed: `what` is what was tried.
    pub fn failed(what: &str, why: impl fmt::Display) -> Self {
        Self::new(Exit::Failed, "failed", format!("{what}: {why}"))
    }

    /// Ctrl-C: what was under way may have happened.
    #[must_use]
    pub fn interrupted() -> Self {
        Self::new(Exit::Interrupted, "interrupted", "interrupted")
            .advise("If something was being bought, `mesto settle` tells how it ended; nothing is bought twice.")
    }

    /// A failure of the client, in the words of its catalogue.
    #[must_use]
    pub fn of_client(error: &mesto_client::Error, locale: mesto_client::Locale) -> Self {
        use mesto_client::ErrorKind;
        let exit = match error.kind() {
            _ if error.code() == "unconfirmed" => Exit::Unconfirmed,
            ErrorKind::Refused => Exit::Refused,
            // The operator was reached, and said no.
            ErrorKind::NotNow
                if matches!(
                    error.code(),
                    "too_many_requests" | "code_sent_already" | "client_too_old" | "facility_unreachable"
                ) =>
            {
                Exit::Refused
            }
            ErrorKind::Phone if error.code() == "code_of_another_phone" => Exit::Refused,
            ErrorKind::Offline | ErrorKind::NoAnswer | ErrorKind::NotNow => Exit::Offline,
            ErrorKind::NotSignedIn => Exit::NotSignedIn,
            ErrorKind::Untrusted => Exit::Input,
            ErrorKind::Phone => Exit::Failed,
        };
        let advice = match error.code() {
            "not_signed_in" | "unauthorized" => "Sign in: `mesto sign-in +381641234567`.".to_owned(),
            // Where the open one waits, and the way out of it.
            "unconfirmed" => match error.params().get("page_url").and_then(serde_json::Value::as_str) {
                Some(page) => format!("{} {page} Or: `mesto abandon`.", error.advice(locale)),
                None => format!("{} `mesto settle` asks now.", error.advice(locale)),
            },
            "vehicle_parked" => format!("{} Then: --yes.", error.advice(locale)),
            "operator_untrusted" => {
                format!("{} Compare --operator-name with what `mesto serve` printed.", error.advice(locale))
            }
            "session_is_own" => "`mesto sign-out` ends the session of this phone.".to_owned(),
            "keys_untrusted" => {
                format!("{} Compare --root-key with what `mesto serve` printed.", error.advice(locale))
            }
            _ => error.advice(locale),
        };
        let params = error.params().clone();
        Self { params, ..Self::new(exit, error.code(), error.text(locale)).advise(advice) }
    }
}

/// The known word that `typed` most likely meant, if one is close.
#[must_use]
pub fn did_you_mean<'a>(typed: &str, known: &[&'a str]) -> Option<&'a str> {
    let near = known.iter().map(|word| (distance(&typed.to_lowercase(), &word.to_lowercase()), *word)).min()?;
    (near.0 <= 1 + near.1.chars().count() / 4).then_some(near.1)
}

/// Levenshtein distance in characters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut left_above = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (y, above) in b.iter().zip(row.iter().skip(1)) {
            left = (left_above + usize::from(x != *y)).min(above + 1).min(left + 1);
            left_above = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_understood_and_nonsense_is_not() {
        let zones = ["a", "red", "yellow", "green", "blue"];
        assert_eq!(did_you_mean("yelow", &zones), Some("yellow"));
        assert_eq!(did_you_mean("RED", &zones), Some("red"));
        assert_eq!(did_you_mean("greem", &zones), Some("green"));
        assert_eq!(did_you_mean("airport", &zones), None);
    }

    #[test]
    fn distances_are_those_of_levenshtein() {
        for (a, b, expected) in
            [("kitten", "sitting", 3), ("", "abc", 3), ("abc", "", 3), ("same", "same", 0), ("ab", "ba", 2)]
        {
            assert_eq!(distance(a, b), expected, "{a} {b}");
        }
    }
}
