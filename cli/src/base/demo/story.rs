//! The teller: says what happens, and stops the story when something did not happen as it was told.

use std::fmt::{Debug, Display};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesto_client::rules::TimeRules;
use mesto_client::{Error, Locale, Result as ClientResult};
use serde_json::{Map, Value};

use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::output::{Style, Tone, say};

/// How many chapters the day has.
const CHAPTERS: u32 = 14;

/// Says the story, and keeps its claims for machines.
pub struct Teller {
    pub style: Style,
    pub locale: Locale,
    /// The city's clock.
    time: Arc<TimeRules>,
    chapters: u32,
    /// What was claimed, by chapter and name; every one was checked when it was made.
    claims: Map<String, Value>,
    chapter: String,
}

impl Teller {
    #[must_use]
    pub fn new(style: Style, locale: Locale, time: Arc<TimeRules>) -> Self {
        Self { style, locale, time, chapters: 0, claims: Map::new(), chapter: String::new() }
    }

    /// Begins a chapter; `id` names its claims.
    pub fn chapter(&mut self, id: &str, title: &str, at: DateTime<Utc>) {
        self.chapters += 1;
        self.chapter = id.to_owned();
        self.claims.insert(id.to_owned(), Value::Object(Map::new()));
        if !self.style.json {
            let clock = self.time.local(at).format("%H:%M").to_string();
            say!(
                "\n{} {}",
                self.style.paint(Tone::Heading, &format!("{:>2}/{CHAPTERS} {title}", self.chapters)),
                self.style.paint(Tone::Faint, &clock)
            );
        }
    }

    /// One sentence.
    pub fn say(&self, text: impl AsRef<str>) {
        if !self.style.json {
            say!("    {}", text.as_ref());
        }
    }

    /// Something with several lines, indented.
    pub fn show(&self, text: impl AsRef<str>) {
        if !self.style.json {
            for line in text.as_ref().lines() {
                say!("      {line}");
            }
        }
    }

    /// A claim: recorded, and the story ends here when it does not hold.
    pub fn claim<T>(&mut self, name: &str, found: T, expected: T) -> Outcome<()>
    where
        T: PartialEq + Debug + Into<Value> + Clone,
    {
        if found != expected {
            let text = format!(
                "the story went wrong at {}.{name}: {expected:?} was expected, {found:?} was found",
                self.chapter
            );
            return Err(CliError::new(Exit::Failed, "demo_failed", text));
        }
        self.record(name, found);
        Ok(())
    }

    /// A fact without an expectation.
    pub fn record(&mut self, name: &str, value: impl Into<Value>) {
        if let Some(Value::Object(claims)) = self.claims.get_mut(&self.chapter) {
            claims.insert(name.to_owned(), value.into());
        }
    }

    /// What the client gave, or its error in the words a driver reads.
    pub fn done<T>(&self, outcome: ClientResult<T>) -> Outcome<T> {
        outcome.map_err(|error| CliError::of_client(&error, self.locale))
    }

    /// Something that must be refused with this code; what was said is shown.
    pub fn refused<T: Debug>(&mut self, name: &str, outcome: ClientResult<T>, code: &str) -> Outcome<Error> {
        match outcome {
            Err(error) => {
                self.claim(name, error.code().to_owned(), code.to_owned())?;
                self.record(&format!("{name}_says"), error.text(self.locale));
                self.say(format!("{} {}", self.style.paint(Tone::Bad, "✗"), error.text(self.locale)));
                self.say(format!("  {}", self.style.paint(Tone::Faint, &error.advice(self.locale))));
                Ok(error)
            }
            Ok(given) => Err(CliError::new(
                Exit::Failed,
                "demo_failed",
                format!("{name}: {code} was expected, and it was allowed: {given:?}"),
            )),
        }
    }

    /// Good news.
    pub fn good(&self, text: impl Display) {
        self.say(format!("{} {text}", self.style.paint(Tone::Good, "✓")));
    }

    /// Something that is open.
    pub fn open(&self, text: impl Display) {
        self.say(format!("{} {text}", self.style.paint(Tone::Warn, "…")));
    }

    /// All claims, for machines.
    #[must_use]
    pub fn claims(&self) -> Value {
        Value::Object(self.claims.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_that_does_not_hold_ends_the_story() {
        let time = crate::base::cities::belgrade().unwrap().sections.time;
        let mut teller = Teller::new(Style { json: true, coloured: false }, Locale::En, time);
        teller.chapter("buy", "A purchase", DateTime::from_timestamp(0, 0).unwrap());
        teller.claim("price", "80.00", "80.00").unwrap();
        let error = teller.claim("price", "81.00", "80.00").unwrap_err();
        assert!(error.text.contains("buy.price") && error.text.contains("81.00"));
        assert_eq!(teller.claims(), serde_json::json!({ "buy": { "price": "80.00" } }));
    }
}
