//! The papers of a city as they are written by hand, and how they are put together into its document.

use super::LoadError;
use crate::kernel::calendar::{EasterHoliday, ExtraHoliday, FixedHoliday, HolidayCalendar, HolidayRule, TimeSpan};
use crate::kernel::city::{
    AcrossClosing, Area, AreaCertainty, CardPolicy, City, Contacts, DepositPolicy, DiscountFrom, LimitMode, Limits,
    OrderPolicy, OrderRates, OutsideHours, Point, Policy, Polygon, Rate, RateKind, Regime, Retention, SmsPolicy,
    Source, StayLimit, Tariff, Terms, Texts, UnusedTime, Zone,
};
use crate::kernel::fact::{Certainty, Fact, Known};
use crate::kernel::money::{Currency, Money};
use crate::kernel::plate::PlateGrammar;
use crate::parking::quote::PayMethod;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::de::{Error as _, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;

/// `{ value, source, certainty }`, or `{ unknown = "why" }`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FactPaper<T> {
    value: Option<T>,
    source: Option<String>,
    certainty: Option<Certainty>,
    unknown: Option<String>,
}

impl<T> FactPaper<T> {
    fn fact(self) -> Result<Fact<T>, String> {
        match (self.value, self.source, self.certainty, self.unknown) {
            (Some(value), Some(source), Some(certainty), None) => Ok(Fact::Known(Known { value, certainty, source })),
            (None, None, None, Some(note)) => Ok(Fact::Unknown { note }),
            _ => Err("give value, source and certainty together, or unknown = \"why\" alone".to_owned()),
        }
    }
}

/// An amount of money as `80` or `"80.00"`; a float is refused.
#[derive(Debug, Clone, Copy)]
pub(super) struct Amount(Decimal);

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AmountVisitor;
        impl Visitor<'_> for AmountVisitor {
            type Value = Amount;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an amount such as 80 or \"80.50\" (money is never a float)")
            }
            fn visit_i64<E: serde::de::Error>(self, amount: i64) -> Result<Amount, E> {
                Ok(Amount(amount.into()))
            }
            fn visit_str<E: serde::de::Error>(self, amount: &str) -> Result<Amount, E> {
                Decimal::from_str_exact(amount)
                    .map(Amount)
                    .map_err(|_| E::invalid_value(Unexpected::Str(amount), &self))
            }
        }
        deserializer.deserialize_any(AmountVisitor)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CityPaper {
    id: String,
    version: u32,
    name: Texts,
    time_zone: String,
    currency: CurrencyPaper,
    contacts: Contacts,
    terms: Terms,
    deposit: DepositPaper,
    card: CardPaper,
    sms: SmsPolicy,
    orders: OrdersPaper,
    policy: PolicyPaper,
    retention: Retention,
}

#[derive(Debug)]
struct CurrencyPaper(Currency);

impl<'de> Deserialize<'de> for CurrencyPaper {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Currency::new(&String::deserialize(deserializer)?).map(Self).map_err(D::Error::custom)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DepositPaper {
    values: Vec<Amount>,
    source: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CardPaper {
    brands: Vec<String>,
    free_from: Amount,
    fee: FactPaper<Amount>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OrdersPaper {
    discount_from: FactPaper<DiscountFrom>,
    pay: Vec<PayMethod>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyPaper {
    limit_mode: LimitMode,
    across_closing: AcrossClosing,
    outside_hours: OutsideHours,
    quote_ttl_seconds: u32,
    reminder_minutes_before: Vec<u32>,
    grace_minutes: FactPaper<u32>,
    unused_time: FactPaper<UnusedTime>,
}

#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct SourcesPaper(BTreeMap<String, Source>);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ZonesPaper {
    /// Named hours that zones refer to.
    hours: BTreeMap<String, FactPaper<Vec<TimeSpan>>>,
    zones: Vec<ZonePaper>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ZonePaper {
    id: String,
    name: Texts,
    sign_codes: Vec<String>,
    colour: String,
    regime: Regime,
    hours: String,
    on_holidays: FactPaper<HolidayRule>,
    stay: FactPaper<StayPaper>,
    no_return_minutes: FactPaper<u32>,
    pay: Vec<PayMethod>,
    sms_number: FactPaper<String>,
}

/// `{ limited = 60, extended = 30 }`, or `"unlimited"`.
#[derive(Debug, Clone, Copy)]
struct StayPaper(StayLimit);

impl<'de> Deserialize<'de> for StayPaper {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Minutes {
            limited: u32,
            extended: u32,
        }
        struct StayVisitor;
        impl<'de> Visitor<'de> for StayVisitor {
            type Value = StayPaper;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("{ limited = 60, extended = 30 } in minutes, or \"unlimited\"")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<StayPaper, E> {
                if text == "unlimited" {
                    Ok(StayPaper(StayLimit::Unlimited))
                } else {
                    Err(E::invalid_value(Unexpected::Str(text), &self))
                }
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<StayPaper, A::Error> {
                let minutes = Minutes::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                Ok(StayPaper(StayLimit::Minutes { limited: minutes.limited, extended: minutes.extended }))
            }
        }
        deserializer.deserialize_any(StayVisitor)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct AreasPaper(BTreeMap<String, AreaPaper>);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AreaPaper {
    certainty: AreaCertainty,
    source: String,
    /// Rings of `[latitude, longitude]`.
    polygons: Vec<Vec<[f64; 2]>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HolidaysPaper {
    fixed: Vec<FixedHoliday>,
    easter: Vec<EasterHoliday>,
    /// Year to Easter Sunday.
    easter_sundays: BTreeMap<String, NaiveDate>,
    extra: Vec<ExtraHoliday>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TariffPaper {
    pub(super) id: String,
    from: NaiveDate,
    until: Option<NaiveDate>,
    rates: BTreeMap<String, RatesPaper>,
    order: OrderRatesPaper,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RatesPaper {
    limited: RatePaper,
    extended: Option<RatePaper>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RatePaper {
    unit_minutes: u32,
    value: Option<Amount>,
    source: Option<String>,
    certainty: Option<Certainty>,
    unknown: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OrderRatesPaper {
    zoned: FactPaper<Amount>,
    outside: FactPaper<Amount>,
    discount_percent: FactPaper<u32>,
    discount_days: FactPaper<u32>,
}

/// Collects what is wrong while one paper is read into the document.
struct Reader<'a> {
    file: String,
    currency: Currency,
    wrong: &'a mut Vec<LoadError>,
}

impl Reader<'_> {
    fn say(&mut self, field: &str, reason: impl Into<String>) {
        self.wrong.push(LoadError { file: self.file.clone(), field: field.to_owned(), reason: reason.into() });
    }

    /// A fact that cannot be read stands as unknown; the error keeps the document from being used.
    fn fact<T>(&mut self, field: &str, paper: FactPaper<T>) -> Fact<T> {
        paper.fact().unwrap_or_else(|reason| {
            self.say(field, reason.clone());
            Fact::Unknown { note: reason }
        })
    }

    fn money(&mut self, field: &str, amount: Amount) -> Money {
        Money::new(amount.0, self.currency).unwrap_or_else(|error| {
            self.say(field, error.to_string());
            Money::zero(self.currency)
        })
    }

    fn price(&mut self, field: &str, paper: FactPaper<Amount>) -> Fact<Money> {
        match self.fact(field, paper) {
            Fact::Known(Known { value, certainty, source }) => {
                Fact::Known(Known { value: self.money(field, value), certainty, source })
            }
            Fact::Unknown { note } => Fact::Unknown { note },
        }
    }
}

/// Puts the papers together. What is wrong goes to `wrong`.
#[allow(clippy::too_many_arguments)] // one for each paper
pub(super) fn compose(
    city: CityPaper,
    sources: SourcesPaper,
    zones: ZonesPaper,
    areas: AreasPaper,
    holidays: HolidaysPaper,
    plates: PlateGrammar,
    tariffs: Vec<(String, TariffPaper)>,
    wrong: &mut Vec<LoadError>,
) -> City {
    let currency = city.currency.0;
    let zones = compose_zones(zones, areas, &mut Reader { file: "zones.toml".into(), currency, wrong });
    let holidays = compose_holidays(holidays, &mut Reader { file: "holidays.toml".into(), currency, wrong });
    let mut lists: Vec<Tariff> = tariffs
        .into_iter()
        .map(|(file, tariff)| compose_tariff(tariff, &zones, &mut Reader { file, currency, wrong }))
        .collect();
    lists.sort_by_key(|tariff| tariff.from);

    let mut read = Reader { file: "city.toml".into(), currency, wrong };
    let card = CardPolicy {
        brands: city.card.brands,
        free_from: read.money("card.free_from", city.card.free_from),
        fee: read.price("card.fee", city.card.fee),
    };
    let orders = OrderPolicy {
        discount_from: read.fact("orders.discount_from", city.orders.discount_from),
        pay: city.orders.pay,
    };
    let policy = Policy {
        limit_mode: city.policy.limit_mode,
        across_closing: city.policy.across_closing,
        outside_hours: city.policy.outside_hours,
        quote_ttl_seconds: city.policy.quote_ttl_seconds,
        reminder_minutes_before: city.policy.reminder_minutes_before,
        grace_minutes: read.fact("policy.grace_minutes", city.policy.grace_minutes),
        unused_time: read.fact("policy.unused_time", city.policy.unused_time),
    };
    City {
        id: city.id,
        version: city.version,
        name: city.name,
        time_zone: city.time_zone,
        currency,
        zones,
        tariffs: lists,
        holidays,
        plates,
        deposit: DepositPolicy {
            values: city.deposit.values.into_iter().map(|value| value.0).collect(),
            source: city.deposit.source,
        },
        card,
        sms: city.sms,
        orders,
        policy,
        retention: city.retention,
        contacts: city.contacts,
        terms: city.terms,
        sources: sources.0,
    }
}

fn compose_zones(paper: ZonesPaper, mut areas: AreasPaper, read: &mut Reader<'_>) -> Vec<Zone> {
    let hours: BTreeMap<String, Fact<Vec<TimeSpan>>> = paper
        .hours
        .into_iter()
        .map(|(name, fact)| {
            let fact = read.fact(&format!("hours.{name}"), fact);
            (name, fact)
        })
        .collect();
    let mut zones = Vec::new();
    for zone in paper.zones {
        let at = |field: &str| format!("zones.{}.{field}", zone.id);
        let zone_hours = hours.get(&zone.hours).cloned().unwrap_or_else(|| {
            read.say(&at("hours"), format!("there are no hours named `{}`", zone.hours));
            Fact::Unknown { note: "not named".to_owned() }
        });
        let stay = match read.fact(&at("stay"), zone.stay) {
            Fact::Known(Known { value, certainty, source }) => Fact::Known(Known { value: value.0, certainty, source }),
            Fact::Unknown { note } => Fact::Unknown { note },
        };
        let area = areas.0.remove(&zone.id).map(|area| Area {
            polygons: area
                .polygons
                .into_iter()
                .map(|ring| Polygon(ring.into_iter().map(|[lat, lon]| Point { lat, lon }).collect()))
                .collect(),
            certainty: area.certainty,
            source: area.source,
        });
        zones.push(Zone {
            on_holidays: read.fact(&at("on_holidays"), zone.on_holidays),
            limits: Limits { stay, no_return_minutes: read.fact(&at("no_return_minutes"), zone.no_return_minutes) },
            sms_number: read.fact(&at("sms_number"), zone.sms_number),
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
    for stray in areas.0.into_keys() {
        read.wrong.push(LoadError {
            file: "areas.toml".to_owned(),
            field: stray,
            reason: "there is no such zone".to_owned(),
        });
    }
    zones
}

fn compose_holidays(paper: HolidaysPaper, read: &mut Reader<'_>) -> HolidayCalendar {
    let mut easter_sundays = BTreeMap::new();
    for (year, sunday) in paper.easter_sundays {
        match year.parse() {
            Ok(year) => {
                easter_sundays.insert(year, sunday);
            }
            Err(_) => read.say(&format!("easter_sundays.{year}"), "a year is a number such as 2026"),
        }
    }
    HolidayCalendar { fixed: paper.fixed, easter: paper.easter, easter_sundays, extra: paper.extra }
}

fn compose_tariff(paper: TariffPaper, zones: &[Zone], read: &mut Reader<'_>) -> Tariff {
    let mut rates = BTreeMap::new();
    for (zone_id, parts) in paper.rates {
        // Where limited time ends and extended time begins is said once, by the zone.
        let limit = zones.iter().find(|zone| zone.id == zone_id).map(|zone| zone.limits.stay.known());
        let (limited_end, longest) = match limit {
            Some(Some(StayLimit::Minutes { limited, extended })) => (Some(*limited), limited.checked_add(*extended)),
            _ => (None, None),
        };
        let field = format!("rates.{zone_id}");
        let mut list = vec![compose_rate(RateKind::Limited, 0, limited_end, parts.limited, &field, read)];
        match (parts.extended, limited_end) {
            (Some(extended), Some(start)) => {
                list.push(compose_rate(RateKind::Extended, start, longest, extended, &field, read));
            }
            // Of a zone that is not there the check of the whole document speaks.
            (Some(_), None) if limit.is_some() => {
                read.say(&format!("{field}.extended"), "the zone has no extended time")
            }
            _ => {}
        }
        rates.insert(zone_id, list);
    }
    Tariff {
        id: paper.id,
        from: paper.from,
        until: paper.until,
        rates,
        order: OrderRates {
            zoned: read.price("order.zoned", paper.order.zoned),
            outside: read.price("order.outside", paper.order.outside),
            discount_percent: read.fact("order.discount_percent", paper.order.discount_percent),
            discount_days: read.fact("order.discount_days", paper.order.discount_days),
        },
    }
}

fn compose_rate(
    kind: RateKind,
    start_minutes: u32,
    end_minutes: Option<u32>,
    paper: RatePaper,
    field: &str,
    read: &mut Reader<'_>,
) -> Rate {
    let part = match kind {
        RateKind::Limited => "limited",
        RateKind::Extended => "extended",
    };
    let RatePaper { unit_minutes, value, source, certainty, unknown } = paper;
    let price = read.price(&format!("{field}.{part}"), FactPaper { value, source, certainty, unknown });
    Rate { kind, start_minutes, end_minutes, unit_minutes, price }
}
