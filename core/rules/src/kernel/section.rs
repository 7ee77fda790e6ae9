//! Sections of a city document: those that every service needs, and one for each service, read by
//! its type.

use super::calendar::HolidayCalendar;
use super::lenient::{self, Raw};
use super::plate::PlateGrammar;
use super::time::TimeRules;
use super::wallet::Wallet;
use serde::de::DeserializeOwned;
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;
use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

/// A service's part of a city. Served, it begins with `format`.
pub trait Section: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Its key in the document, and the name of the service.
    const NAME: &'static str;
    /// The newest format that this program reads. It rises only when a program that passes a change
    /// over would misprice or mislead.
    const FORMAT: u32;
}

/// Why a service cannot work in a city; the others can.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SectionError {
    /// The city does not have it.
    #[error("this city says nothing about {section}")]
    Missing { section: &'static str },
    /// Only a later version of this program may read it.
    #[error("{section} of this city has format {format}, up to {known} is known here; a later version is needed")]
    TooNew { section: &'static str, format: u32, known: u32 },
    /// Of a known format, and yet not what that says.
    #[error("{section} of this city cannot be read: {reason}")]
    Unreadable { section: &'static str, reason: String },
}

impl SectionError {
    /// The section that it is about.
    #[must_use]
    pub const fn section(&self) -> &'static str {
        match self {
            Self::Missing { section } | Self::TooNew { section, .. } | Self::Unreadable { section, .. } => section,
        }
    }
}

/// What a city's data refuses, as a service's own refusal: that has `SectionMissing`,
/// `SectionTooNew`, `SectionUnreadable` and `CityOutdated`.
macro_rules! refuses_for_the_city {
    ($refusal:ty) => {
        impl From<$crate::kernel::section::SectionError> for $refusal {
            fn from(error: $crate::kernel::section::SectionError) -> Self {
                use $crate::kernel::section::SectionError;
                let section = error.section().to_owned();
                match error {
                    SectionError::Missing { .. } => Self::SectionMissing { section },
                    SectionError::TooNew { format, known, .. } => Self::SectionTooNew { section, format, known },
                    SectionError::Unreadable { reason, .. } => Self::SectionUnreadable { section, reason },
                }
            }
        }

        impl From<$crate::kernel::city::Outdated> for $refusal {
            fn from($crate::kernel::city::Outdated { until }: $crate::kernel::city::Outdated) -> Self {
                Self::CityOutdated { until }
            }
        }
    };
}
pub(crate) use refuses_for_the_city;

/// All sections of a city. Those that every service needs only ever get new fields, so that no
/// program is too old for them.
#[derive(Clone)]
pub struct Sections {
    /// Days on which the city does not work.
    pub calendar: HolidayCalendar,
    pub plates: PlateGrammar,
    /// The city's wall clock; shared, because texts and errors carry it.
    pub time: Arc<TimeRules>,
    pub wallet: Wallet,
    /// As they were served, by name; those of no known service too.
    services: BTreeMap<String, Service>,
}

/// A service's section as it was served, and once somebody asked for it also as its type.
#[derive(Clone)]
struct Service {
    raw: Raw,
    read: OnceLock<Result<Arc<dyn Any + Send + Sync>, SectionError>>,
}

/// What stands in every service's section.
#[derive(Deserialize)]
struct Head {
    format: u32,
}

/// A section with its format before it.
#[derive(Serialize)]
struct Framed<'a, S> {
    format: u32,
    #[serde(flatten)]
    section: &'a S,
}

impl Sections {
    /// Without a service.
    #[must_use]
    pub fn new(calendar: HolidayCalendar, plates: PlateGrammar, time: TimeRules, wallet: Wallet) -> Self {
        Self { calendar, plates, time: Arc::new(time), wallet, services: BTreeMap::new() }
    }

    /// Names of the services' sections, known ones and others.
    pub fn services(&self) -> impl Iterator<Item = &str> {
        self.services.keys().map(String::as_str)
    }

    /// Names of the services' sections, known ones and others, each with its format.
    pub fn formats(&self) -> impl Iterator<Item = (&str, u32)> {
        let format = |service: &Service| serde_json::from_str(service.raw.get()).map_or(0, |Head { format }| format);
        self.services.iter().map(move |(name, service)| (name.as_str(), format(service)))
    }

    pub(super) fn service<S: Section>(&self) -> Result<&S, SectionError> {
        let service = self.services.get(S::NAME).ok_or(SectionError::Missing { section: S::NAME })?;
        let read = service.read.get_or_init(|| read::<S>(&service.raw).map(|section| Arc::new(section) as _));
        let section = read.as_ref().map_err(Clone::clone)?;
        section.downcast_ref().ok_or_else(|| unreadable::<S>("it was read as another type"))
    }

    pub(super) fn put_service<S: Section>(&mut self, section: S) -> Result<(), SectionError> {
        let framed = Framed { format: S::FORMAT, section: &section };
        let raw = serde_json::value::to_raw_value(&framed).map_err(unreadable::<S>)?;
        let read = OnceLock::from(Ok(Arc::new(section) as _));
        self.services.insert(S::NAME.to_owned(), Service { raw, read });
        Ok(())
    }
}

fn unreadable<S: Section>(reason: impl fmt::Display) -> SectionError {
    SectionError::Unreadable { section: S::NAME, reason: reason.to_string() }
}

fn read<S: Section>(raw: &RawValue) -> Result<S, SectionError> {
    let Head { format } = lenient::read(raw).map_err(unreadable::<S>)?;
    if format > S::FORMAT {
        return Err(SectionError::TooNew { section: S::NAME, format, known: S::FORMAT });
    }
    lenient::read(raw).map_err(unreadable::<S>)
}

impl PartialEq for Sections {
    fn eq(&self, other: &Self) -> bool {
        let values = |sections: &Self| -> Vec<(String, Option<Value>)> {
            let value = |service: &Service| lenient::read(&service.raw).ok();
            sections.services.iter().map(|(name, service)| (name.clone(), value(service))).collect()
        };
        (&self.calendar, &self.plates, &self.time, &self.wallet)
            == (&other.calendar, &other.plates, &other.time, &other.wallet)
            && values(self) == values(other)
    }
}

impl fmt::Debug for Sections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let services: BTreeMap<&str, &str> = self.services.iter().map(|(name, it)| (&**name, it.raw.get())).collect();
        f.debug_struct("Sections").field("time", &self.time).field("services", &services).finish_non_exhaustive()
    }
}

const CALENDAR: &str = "calendar";
const PLATES: &str = "plates";
const TIME: &str = "time";
const WALLET: &str = "wallet";

impl Serialize for Sections {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.services.len() + 4))?;
        map.serialize_entry(CALENDAR, &self.calendar)?;
        map.serialize_entry(PLATES, &self.plates)?;
        map.serialize_entry(TIME, &*self.time)?;
        map.serialize_entry(WALLET, &self.wallet)?;
        for (name, service) in &self.services {
            map.serialize_entry(name, &service.raw)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Sections {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        fn needed<T: DeserializeOwned, E: serde::de::Error>(
            sections: &mut BTreeMap<String, Raw>,
            name: &str,
        ) -> Result<T, E> {
            let raw = sections.remove(name).ok_or_else(|| E::custom(format_args!("section `{name}` is missing")))?;
            lenient::read(&raw).map_err(|why| E::custom(format_args!("section `{name}`: {why}")))
        }
        let mut sections = BTreeMap::<String, Raw>::deserialize(deserializer)?;
        let (calendar, plates) = (needed(&mut sections, CALENDAR)?, needed(&mut sections, PLATES)?);
        let (time, wallet) = (needed(&mut sections, TIME)?, needed(&mut sections, WALLET)?);
        let services = sections.into_iter().map(|(name, raw)| (name, Service { raw, read: OnceLock::new() })).collect();
        Ok(Self { services, ..Self::new(calendar, plates, time, wallet) })
    }
}
