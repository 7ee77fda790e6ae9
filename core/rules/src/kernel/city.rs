//! The city document: an envelope, the sections that every service needs, and one section for each
//! service.
//!
//! It is compiled from a city's source files, signed and served as one canonical JSON. A served
//! document is read so that an old program goes on: fields that it does not know are passed over, a
//! section that it does not know is kept and passed over, and a service's section whose `format` is
//! greater than the program knows stops that service alone.

use super::calendar::TimeSpan;
use super::ids::{CityId, SourceId};
use super::json::from_json;
use super::money::Currency;
use super::position::Centre;
use super::section::{Section, SectionError, Sections};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A text in several languages, by BCP 47 tag: `sr-Latn`, `en`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Texts(pub BTreeMap<String, String>);

impl Texts {
    /// The text in `language`, else in English, else in whichever stands first; empty only when
    /// there is none.
    #[must_use]
    pub fn get(&self, language: &str) -> &str {
        self.0.get(language).or_else(|| self.0.get("en")).or_else(|| self.0.values().next()).map_or("", String::as_str)
    }
}

/// Everything a city is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct City {
    /// `belgrade`
    pub id: CityId,
    /// Grows with every change that is served; an older one is never taken for a newer one.
    pub version: u32,
    pub name: Texts,
    /// BCP 47 tags of the languages in which every text of the city stands.
    pub languages: Vec<String>,
    pub currency: Currency,
    /// Every place of the city lies in this circle.
    pub centre: Centre,
    /// How long a quote is frozen, seconds.
    pub quote_ttl_seconds: u32,
    /// The first local day on which nothing is sold by this document any more: a newer one is
    /// needed.
    pub outdated_from: NaiveDate,
    pub contacts: Contacts,
    /// The newest version of each set of terms.
    pub terms: Vec<Terms>,
    /// What share of each calendar month the system is promised to be up, whole percent; absent
    /// where nothing is promised (AV-46).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guaranteed_percent: Option<u32>,
    pub retention: BaseRetention,
    /// Where the values come from, by id.
    pub sources: BTreeMap<SourceId, Source>,
    pub sections: Sections,
}

/// Days that personal records of no service are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseRetention {
    pub events_days: u32,
    /// One-time codes, tries and sessions that are over.
    pub sign_in_days: u32,
    /// Messages that were sent.
    pub messages_days: u32,
    /// Phone, label and plates of an account after it was closed.
    pub closed_account_days: u32,
}

/// Where help is (BG-15, BG-100).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contacts {
    pub operator: String,
    pub phone: String,
    pub email: String,
    pub website: String,
    /// Addresses in the web where the operator also tells news: messengers, social networks
    /// (AV-29).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
    pub counters: Vec<String>,
    pub hours: Vec<TimeSpan>,
}

/// The newest version of a set of terms (BG-01, BG-14, BG-102, AMB-31).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Stays the same when the text changes: `mobile-application`.
    pub id: String,
    /// What they are about: `city` for everything, or the name of a service's section.
    pub scope: String,
    pub version: String,
    pub published_on: NaiveDate,
    pub effective_on: NaiveDate,
    /// Whether a driver must accept before buying.
    pub needs_acceptance: bool,
    pub links: Texts,
    pub privacy: Texts,
    /// The versions that it replaced, the newest first (AV-134).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<TermsVersion>,
}

/// A version of terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermsVersion {
    pub version: String,
    pub published_on: NaiveDate,
    pub effective_on: NaiveDate,
    pub links: Texts,
}

/// Where a value was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Not the JSON of a city, or without a section that every service needs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not a city document: {0}")]
pub struct CityError(pub String);

/// A document that is too old to sell by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this version of the city says nothing about {until} and later; a newer one is needed")]
pub struct Outdated {
    /// The first local day of which it says nothing.
    pub until: NaiveDate,
}

impl City {
    /// A service's part of the city; read once, however often it is asked for.
    ///
    /// # Errors
    /// [`SectionError`]: the city has no such section, a later version of this program is needed
    /// for it, or it cannot be read. Other services are not touched by that.
    pub fn section<S: Section>(&self) -> Result<&S, SectionError> {
        self.sections.service()
    }

    /// Puts a service's part in, in place of the one that is there.
    ///
    /// # Errors
    /// [`SectionError::Unreadable`] when it cannot be written as JSON.
    pub fn put_section<S: Section>(&mut self, section: S) -> Result<(), SectionError> {
        self.sections.put_service(section)
    }

    /// The local day of a moment.
    #[must_use]
    pub fn local_day(&self, at: DateTime<Utc>) -> NaiveDate {
        self.sections.time.local(at).date_naive()
    }

    /// Whether this document is in force at a moment: something may be sold then.
    ///
    /// # Errors
    /// [`Outdated`]
    pub fn in_force_at(&self, now: DateTime<Utc>) -> Result<(), Outdated> {
        let until = self.outdated_from.min(self.sections.time.until());
        if self.local_day(now) < until { Ok(()) } else { Err(Outdated { until }) }
    }

    /// Whether the city's clock is known at a moment: something may end then.
    ///
    /// # Errors
    /// [`Outdated`]
    pub fn tells_time_at(&self, at: DateTime<Utc>) -> Result<(), Outdated> {
        let until = self.sections.time.until();
        if self.local_day(at) < until { Ok(()) } else { Err(Outdated { until }) }
    }

    /// Reads a served document. What the operator signed it has checked; here it is only read.
    ///
    /// # Errors
    /// [`CityError`]
    pub fn from_json(json: &str) -> Result<Self, CityError> {
        from_json(json.as_bytes()).map_err(|error| CityError(error.to_string()))
    }
}
