//! The source files of parking: `parking.toml`, `parking-areas.toml`, and one
//! `parking-tariff-<id>.toml` for each price list.

use crate::kernel::calendar::{HolidayRule, TimeSpan};
use crate::kernel::check::Wrong;
use crate::kernel::city::Texts;
use crate::kernel::fact::{Certainty, Fact};
use crate::kernel::ids::{SourceId, TariffId, ZoneId};
use crate::kernel::load::Word;
use crate::kernel::load::{Amount, Compiler, FactSource};
use crate::kernel::minutes::Minutes;
use crate::kernel::pay::{PayMethod, UnusedTime};
use crate::kernel::position::{Point, Polygon};
use crate::parking::section::{
    Area, AreaCertainty, AtClosing, Limits, MoreThanLeft, ParkingSection, Policy, Rate, RateKind, Regime, Retention,
    SmsPolicy, SoldAhead, StayLimit, StayPer, Tariff, Zone,
};
use chrono::NaiveDate;
use serde::de::{Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;

const FILE: &str = "parking.toml";
const AREAS: &str = "parking-areas.toml";
const TARIFF: &str = "parking-tariff-";

/// The files of this service, besides its price lists.
pub(crate) const FILES: &[&str] = &[FILE, AREAS];
/// How files of price lists are named.
pub(crate) const TARIFF_FILES: &str = "parking-tariff-<id>.toml";

/// Whether a file is a price list.
pub(crate) fn is_tariff(name: &str) -> bool {
    name.starts_with(TARIFF) && name.ends_with(".toml")
}

#[derive(Deserialize)]
struct ParkingSource {
    /// Named hours that zones refer to.
    hours: BTreeMap<String, FactSource<Vec<TimeSpan>>>,
    zones: Vec<ZoneSource>,
    sms: SmsPolicy,
    policy: PolicySource,
    retention: Retention,
}

#[derive(Deserialize)]
struct ZoneSource {
    id: ZoneId,
    name: Texts,
    sign_codes: Vec<String>,
    colour: String,
    regime: Regime,
    hours: String,
    on_holidays: FactSource<HolidayRule>,
    stay: FactSource<StaySource>,
    no_return_minutes: FactSource<Minutes>,
    pay: Vec<PayMethod>,
    sms_number: FactSource<String>,
}

#[derive(Deserialize)]
struct PolicySource {
    stay_per: StayPer,
    more_than_left: MoreThanLeft,
    at_closing: AtClosing,
    sold_ahead: SoldAhead,
    reminder_minutes_before: Vec<Minutes>,
    unused_time: FactSource<UnusedTime>,
}

/// `{ limited = 60, extended = 30 }`, or `"unlimited"`.
#[derive(Debug, Clone, Copy)]
struct StaySource(StayLimit);

impl<'de> Deserialize<'de> for StaySource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct InMinutes {
            limited: Minutes,
            extended: Minutes,
        }
        struct StayVisitor;
        impl<'de> Visitor<'de> for StayVisitor {
            type Value = StaySource;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("{ limited = 60, extended = 30 } in minutes, or \"unlimited\"")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<StaySource, E> {
                if text == "unlimited" {
                    Ok(StaySource(StayLimit::Unlimited))
                } else {
                    Err(E::invalid_value(Unexpected::Str(text), &self))
                }
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<StaySource, A::Error> {
                let InMinutes { limited, extended } =
                    InMinutes::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(StaySource(StayLimit::Minutes { limited, extended }))
            }
        }
        deserializer.deserialize_any(StayVisitor)
    }
}

#[derive(Deserialize)]
struct AreaSource {
    certainty: AreaCertainty,
    source: SourceId,
    /// Rings of `[latitude, longitude]`.
    polygons: Vec<Vec<[f64; 2]>>,
}

#[derive(Deserialize)]
struct TariffSource {
    from: NaiveDate,
    until: Option<NaiveDate>,
    rates: BTreeMap<ZoneId, RatesSource>,
    /// Zones that this list has no price for, each with the reason.
    #[serde(default)]
    left_out: BTreeMap<ZoneId, String>,
}

#[derive(Deserialize)]
struct RatesSource {
    limited: RateSource,
    extended: Option<RateSource>,
}

#[derive(Deserialize)]
struct RateSource {
    unit_minutes: Minutes,
    value: Option<Amount>,
    source: Option<SourceId>,
    certainty: Option<Word<Certainty>>,
    unknown: Option<String>,
}

/// Reads the service's part of a city; `None` when the city does not have it or it cannot be read.
pub(crate) fn compile(compiler: &mut Compiler<'_>) -> Option<ParkingSection> {
    let lists: Vec<&str> = compiler.names().filter(|name| is_tariff(name)).collect();
    if !compiler.has(FILE) && !compiler.has(AREAS) && lists.is_empty() {
        return None;
    }
    let source: Option<ParkingSource> = compiler.read(FILE);
    let areas: Option<BTreeMap<ZoneId, AreaSource>> =
        if compiler.has(AREAS) { compiler.read(AREAS) } else { Some(BTreeMap::new()) };
    let mut tariffs = Vec::new();
    for file in lists {
        tariffs.push((file, compiler.read::<TariffSource>(file)));
    }
    if tariffs.is_empty() {
        compiler.say(TARIFF_FILES, "file", "the source file is missing");
    }
    let ParkingSource { hours, zones, sms, policy, retention } = source?;
    let zones = compose_zones(compiler, hours, zones, areas?);
    let mut lists = Vec::new();
    for (file, tariff) in tariffs {
        lists.push(compose_tariff(compiler, file, tariff?, &zones)?);
    }
    lists.sort_by_key(|tariff| tariff.from);
    let policy = Policy {
        stay_per: policy.stay_per,
        more_than_left: policy.more_than_left,
        at_closing: policy.at_closing,
        sold_ahead: policy.sold_ahead,
        reminder_minutes_before: policy.reminder_minutes_before,
        unused_time: compiler.fact(FILE, "policy.unused_time", policy.unused_time),
    };
    Some(ParkingSection { zones, tariffs: lists, sms, policy, retention })
}

fn compose_zones(
    compiler: &mut Compiler<'_>,
    hours: BTreeMap<String, FactSource<Vec<TimeSpan>>>,
    sources: Vec<ZoneSource>,
    mut areas: BTreeMap<ZoneId, AreaSource>,
) -> Vec<Zone> {
    let hours: BTreeMap<String, Fact<Vec<TimeSpan>>> = hours
        .into_iter()
        .map(|(name, source)| {
            let fact = compiler.fact(FILE, &format!("hours.{name}"), source);
            (name, fact)
        })
        .collect();
    let mut zones = Vec::new();
    for zone in sources {
        let at = |field: &str| format!("zones.{}.{field}", zone.id);
        let zone_hours = hours.get(&zone.hours).cloned().unwrap_or_else(|| {
            compiler.say(FILE, &at("hours"), format!("there are no hours named `{}`", zone.hours));
            Fact::Unknown { note: "not named".to_owned() }
        });
        let stay = compiler.fact(FILE, &at("stay"), zone.stay).map(|stay| stay.0);
        let no_return_minutes = compiler.fact(FILE, &at("no_return_minutes"), zone.no_return_minutes);
        let area = areas.remove(&zone.id).map(|area| Area {
            polygons: area
                .polygons
                .into_iter()
                .map(|ring| Polygon(ring.into_iter().map(|[lat, lon]| Point { lat, lon }).collect()))
                .collect(),
            certainty: area.certainty,
            source: area.source,
        });
        zones.push(Zone {
            on_holidays: compiler.fact(FILE, &at("on_holidays"), zone.on_holidays),
            limits: Limits { stay, no_return_minutes },
            sms_number: compiler.fact(FILE, &at("sms_number"), zone.sms_number),
            id: zone.id,
            name: zone.name,
            sign_codes: zone.sign_codes,
            colour: zone.colour,
            regime: zone.regime,
            hours: zone_hours,
            pay: zone.pay,
            area,
        });
    }
    for stray in areas.into_keys() {
        compiler.say(AREAS, stray.as_str(), "there is no such zone");
    }
    zones
}

fn compose_tariff(compiler: &mut Compiler<'_>, file: &str, source: TariffSource, zones: &[Zone]) -> Option<Tariff> {
    let id = file.strip_prefix(TARIFF).and_then(|rest| rest.strip_suffix(".toml")).unwrap_or_default();
    let id = match TariffId::new(id) {
        Ok(id) => id,
        Err(error) => {
            compiler.say(file, "file", format!("the file is named after its price list: {error}"));
            return None;
        }
    };
    complete(compiler, file, &source, zones);
    let mut rates = BTreeMap::new();
    for (zone, parts) in source.rates {
        // Where limited time ends and extended time begins is said once, by the zone.
        let limit = zones.iter().find(|known| known.id == zone).map(|zone| zone.limits.stay.known());
        let (limited_end, longest) = match limit {
            Some(Some(limit @ StayLimit::Minutes { limited, .. })) => (Some(*limited), limit.max_minutes()),
            _ => (None, None),
        };
        let at = |part: &str| format!("rates.{zone}.{part}");
        let limited = (RateKind::Limited, Minutes::ZERO, limited_end);
        let mut list = vec![compose_rate(compiler, file, &at("limited"), limited, parts.limited)];
        match (parts.extended, limited_end) {
            (Some(extended), Some(start)) => {
                let kind = (RateKind::Extended, start, longest);
                list.push(compose_rate(compiler, file, &at("extended"), kind, extended));
            }
            // Of a zone that is not there the check of the whole section speaks.
            (Some(_), None) if limit.is_some() => {
                compiler.say(file, &at("extended"), "the zone has no extended time");
            }
            _ => {}
        }
        rates.insert(zone, list);
    }
    Some(Tariff { id, from: source.from, until: source.until, rates })
}

/// A list prices every zone, or says which it leaves out and why.
fn complete(compiler: &mut Compiler<'_>, file: &str, source: &TariffSource, zones: &[Zone]) {
    for zone in zones.iter().map(|zone| &zone.id) {
        match (source.rates.contains_key(zone), source.left_out.get(zone)) {
            (false, None) => {
                let reason =
                    "the list has no price for this zone; give one, or name the zone and the reason in [left_out]";
                compiler.say(file, &format!("rates.{zone}"), reason);
            }
            (true, Some(_)) => compiler.say(file, &format!("left_out.{zone}"), "the list has a price for this zone"),
            (false, Some(reason)) if reason.trim().is_empty() => {
                compiler.say(file, &format!("left_out.{zone}"), "say why the zone is left out");
            }
            _ => {}
        }
    }
    for stray in source.left_out.keys().filter(|left| !zones.iter().any(|zone| zone.id == **left)) {
        compiler.say(file, &format!("left_out.{stray}"), "there is no such zone");
    }
}

fn compose_rate(
    compiler: &mut Compiler<'_>,
    file: &str,
    field: &str,
    (kind, start_minutes, end_minutes): (RateKind, Minutes, Option<Minutes>),
    source: RateSource,
) -> Rate {
    let RateSource { unit_minutes, value, source, certainty, unknown } = source;
    let price = compiler.price(file, field, FactSource::new(value, source, certainty, unknown));
    Rate { kind, start_minutes, end_minutes, unit_minutes, price }
}

/// A field of the section as the field of the file that it comes from; `None` when it is another
/// section's.
pub(crate) fn located(wrong: &Wrong) -> Option<(String, String)> {
    if wrong.section != "parking" {
        return None;
    }
    let (file, field) = match wrong.field.split('.').collect::<Vec<_>>().as_slice() {
        ["zones", zone, "area", rest @ ..] => (AREAS.to_owned(), [&[*zone], rest].concat().join(".")),
        ["tariffs", id, rest @ ..] => (format!("{TARIFF}{id}.toml"), rest.join(".")),
        _ => (FILE.to_owned(), wrong.field.clone()),
    };
    Some((file, field))
}
