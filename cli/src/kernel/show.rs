//! How things are said: in which language, in whose time, in what style. The words are the client's
//! catalogue.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesto_client::rules::{Money, TimeRules};
use mesto_client::{Locale, TextValue, texts};
use serde_json::{Map, Value};

use crate::kernel::output::{Style, Tone};

/// How things are said.
#[derive(Clone)]
pub struct Show {
    pub locale: Locale,
    /// The city's clock, when a city is known.
    pub clock: Option<Arc<TimeRules>>,
    pub style: Style,
}

impl Show {
    /// A text of the catalogue.
    #[must_use]
    pub fn text(&self, id: &str, values: &[(&str, TextValue)]) -> String {
        texts::text(self.locale, id, values, self.clock.as_deref())
    }

    /// A text of the catalogue without values.
    #[must_use]
    pub fn word(&self, id: &str) -> String {
        self.text(id, &[])
    }

    /// The text of a kind that the wire names `<service>.<word>`.
    #[must_use]
    pub fn kind(&self, prefix: &str, kind: &str, params: &Map<String, Value>) -> String {
        texts::of_kind(self.locale, prefix, kind, params, self.clock.as_deref())
    }

    /// An hour of the city: `14:30`.
    #[must_use]
    pub fn time(&self, at: DateTime<Utc>) -> String {
        texts::format_time(at, self.clock.as_deref())
    }

    /// An hour with its day.
    #[must_use]
    pub fn moment(&self, at: DateTime<Utc>) -> String {
        texts::format_moment(self.locale, at, self.clock.as_deref())
    }

    /// A second of the city's clock: `14:30:05`; of UTC, and said so, where no city is known.
    #[must_use]
    pub fn second(&self, at: DateTime<Utc>) -> String {
        match &self.clock {
            Some(clock) => clock.local(at).format("%H:%M:%S").to_string(),
            None => at.format("%H:%M:%S UTC").to_string(),
        }
    }

    /// An hour with its day and year: `2026-03-01 14:30`.
    #[must_use]
    pub fn of_year(&self, at: DateTime<Utc>) -> String {
        match &self.clock {
            Some(clock) => clock.local(at).format("%Y-%m-%d %H:%M").to_string(),
            None => at.format("%Y-%m-%d %H:%M UTC").to_string(),
        }
    }

    #[must_use]
    pub fn money(&self, money: &Money) -> String {
        texts::format_money(self.locale, money)
    }

    /// A text in its tone.
    #[must_use]
    pub fn paint(&self, tone: Tone, text: &str) -> String {
        self.style.paint(tone, text)
    }
}
