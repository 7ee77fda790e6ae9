//! The source files of garages: `garages.toml`, and one `garages-tariff-<id>.toml` for each price
//! list.

use crate::garages::facility::{
    Entrance, Facility, FacilityId, FacilityKind, HolidayOpening, OnSite, PaidWhen, RateTableId, TicketPattern,
};
use crate::garages::section::{GaragesSection, Policy, Retention};
use crate::garages::tariff::Tariff;
use crate::garages::tariff::source::{CommonSource, RateTableSource};
use crate::kernel::calendar::TimeSpan;
use crate::kernel::check::Wrong;
use crate::kernel::city::Texts;
use crate::kernel::fact::Fact;
use crate::kernel::ids::TariffId;
use crate::kernel::load::Word;
use crate::kernel::load::{Compiler, FactSource};
use crate::kernel::pay::PayMethod;
use crate::kernel::position::Point;
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::BTreeMap;

const FILE: &str = "garages.toml";
const TARIFF: &str = "garages-tariff-";

/// The files of this service, besides its price lists.
pub(crate) const FILES: &[&str] = &[FILE];
/// How files of price lists are named.
pub(crate) const TARIFF_FILES: &str = "garages-tariff-<id>.toml";

/// Whether a file is a price list.
pub(crate) fn is_tariff(name: &str) -> bool {
    name.starts_with(TARIFF) && name.ends_with(".toml")
}

#[derive(Deserialize)]
struct GaragesSource {
    /// Named hours that facilities refer to.
    hours: BTreeMap<String, FactSource<Vec<TimeSpan>>>,
    facilities: Vec<FacilitySource>,
    policy: Policy,
    retention: Retention,
}

#[derive(Deserialize)]
struct FacilitySource {
    id: FacilityId,
    name: Texts,
    kind: FactSource<Word<FacilityKind>>,
    address: FactSource<String>,
    position: FactSource<PointSource>,
    #[serde(default)]
    entrances: Vec<EntranceSource>,
    capacity: FactSource<u32>,
    capacity_disabled: FactSource<u32>,
    max_height_cm: FactSource<u32>,
    opening_hours: String,
    on_holidays: FactSource<HolidayOpening>,
    paid_when: FactSource<Word<PaidWhen>>,
    pay: Vec<PayMethod>,
    on_site: Vec<Word<OnSite>>,
    ticket_number: FactSource<TicketPattern>,
    rate_table: RateTableId,
}

#[derive(Deserialize)]
struct EntranceSource {
    name: Texts,
    position: FactSource<PointSource>,
}

/// `[latitude, longitude]`
#[derive(Deserialize)]
struct PointSource([f64; 2]);

#[derive(Deserialize)]
struct TariffSource {
    from: NaiveDate,
    until: Option<NaiveDate>,
    /// What holds for each table that does not say otherwise.
    #[serde(default)]
    common: CommonSource,
    rate_tables: BTreeMap<RateTableId, RateTableSource>,
    /// Tables that this list has no prices for, each with the reason.
    #[serde(default)]
    left_out: BTreeMap<RateTableId, String>,
}

/// Reads the service's part of a city; `None` when the city does not have it or it cannot be read.
pub(crate) fn compile(compiler: &mut Compiler<'_>) -> Option<GaragesSection> {
    let lists: Vec<&str> = compiler.names().filter(|name| is_tariff(name)).collect();
    if !compiler.has(FILE) && lists.is_empty() {
        return None;
    }
    let source: Option<GaragesSource> = compiler.read(FILE);
    let mut tariffs = Vec::new();
    for file in lists {
        tariffs.push((file, compiler.read::<TariffSource>(file)));
    }
    if tariffs.is_empty() {
        compiler.say(TARIFF_FILES, "file", "the source file is missing");
    }
    let GaragesSource { hours, facilities, policy, retention } = source?;
    let facilities = compose_facilities(compiler, hours, facilities);
    let mut lists = Vec::new();
    for (file, tariff) in tariffs {
        lists.push(compose_tariff(compiler, file, tariff?, &facilities)?);
    }
    lists.sort_by_key(|tariff| tariff.from);
    Some(GaragesSection { facilities, tariffs: lists, policy, retention })
}

fn compose_facilities(
    compiler: &mut Compiler<'_>,
    hours: BTreeMap<String, FactSource<Vec<TimeSpan>>>,
    sources: Vec<FacilitySource>,
) -> Vec<Facility> {
    let hours: BTreeMap<String, Fact<Vec<TimeSpan>>> = hours
        .into_iter()
        .map(|(name, source)| {
            let fact = compiler.fact(FILE, &format!("hours.{name}"), source);
            (name, fact)
        })
        .collect();
    sources.into_iter().map(|source| compose_facility(compiler, &hours, source)).collect()
}

fn compose_facility(
    compiler: &mut Compiler<'_>,
    hours: &BTreeMap<String, Fact<Vec<TimeSpan>>>,
    source: FacilitySource,
) -> Facility {
    let at = |field: &str| format!("facilities.{}.{field}", source.id);
    let opening_hours = hours.get(&source.opening_hours).cloned().unwrap_or_else(|| {
        let reason = format!("there are no hours named `{}`", source.opening_hours);
        compiler.say(FILE, &at("opening_hours"), reason);
        Fact::Unknown { note: "not named".to_owned() }
    });
    let mut entrances = Vec::new();
    for (index, entrance) in source.entrances.into_iter().enumerate() {
        let position = compose_point(compiler, &at(&format!("entrances.{index}.position")), entrance.position);
        entrances.push(Entrance { name: entrance.name, position });
    }
    Facility {
        kind: compiler.fact(FILE, &at("kind"), source.kind).map(|Word(kind)| kind),
        address: compiler.fact(FILE, &at("address"), source.address),
        position: compose_point(compiler, &at("position"), source.position),
        entrances,
        capacity: compiler.fact(FILE, &at("capacity"), source.capacity),
        capacity_disabled: compiler.fact(FILE, &at("capacity_disabled"), source.capacity_disabled),
        max_height_cm: compiler.fact(FILE, &at("max_height_cm"), source.max_height_cm),
        opening_hours,
        on_holidays: compiler.fact(FILE, &at("on_holidays"), source.on_holidays),
        paid_when: compiler.fact(FILE, &at("paid_when"), source.paid_when).map(|Word(when)| when),
        ticket_number: compiler.fact(FILE, &at("ticket_number"), source.ticket_number),
        id: source.id,
        name: source.name,
        pay: source.pay,
        on_site: source.on_site.into_iter().map(|Word(way)| way).collect(),
        rate_table: source.rate_table,
    }
}

fn compose_point(compiler: &mut Compiler<'_>, field: &str, source: FactSource<PointSource>) -> Fact<Point> {
    compiler.fact(FILE, field, source).map(|PointSource([lat, lon])| Point { lat, lon })
}

fn compose_tariff(
    compiler: &mut Compiler<'_>,
    file: &str,
    source: TariffSource,
    facilities: &[Facility],
) -> Option<Tariff> {
    let id = file.strip_prefix(TARIFF).and_then(|rest| rest.strip_suffix(".toml")).unwrap_or_default();
    let id = match TariffId::new(id) {
        Ok(id) => id,
        Err(error) => {
            compiler.say(file, "file", format!("the file is named after its price list: {error}"));
            return None;
        }
    };
    complete(compiler, file, &source, facilities);
    let mut rate_tables = BTreeMap::new();
    for (name, table) in source.rate_tables {
        let table = table.compose(compiler, file, &format!("rate_tables.{name}"), &source.common);
        rate_tables.insert(name, table);
    }
    Some(Tariff { id, from: source.from, until: source.until, rate_tables })
}

/// A list has each table that a facility names, or says which it leaves out and why.
fn complete(compiler: &mut Compiler<'_>, file: &str, source: &TariffSource, facilities: &[Facility]) {
    let mut named: Vec<&RateTableId> = facilities.iter().map(|facility| &facility.rate_table).collect();
    named.sort();
    named.dedup();
    for table in &named {
        match (source.rate_tables.contains_key(*table), source.left_out.get(*table)) {
            (false, None) => {
                let reason = "facilities name this table; give its prices, or name it and the reason in [left_out]";
                compiler.say(file, &format!("rate_tables.{table}"), reason);
            }
            (true, Some(_)) => compiler.say(file, &format!("left_out.{table}"), "the list has prices for this table"),
            (false, Some(reason)) if reason.trim().is_empty() => {
                compiler.say(file, &format!("left_out.{table}"), "say why the table is left out");
            }
            _ => {}
        }
    }
    let strays = source.rate_tables.keys().map(|name| ("rate_tables", name));
    for (part, stray) in strays.chain(source.left_out.keys().map(|name| ("left_out", name))) {
        if !named.contains(&stray) {
            compiler.say(file, &format!("{part}.{stray}"), "no facility names this table");
        }
    }
}

/// A field of the section as the field of the file that it comes from; `None` when it is another
/// section's.
pub(crate) fn located(wrong: &Wrong) -> Option<(String, String)> {
    if wrong.section != "garages" {
        return None;
    }
    let (file, field) = match wrong.field.split('.').collect::<Vec<_>>().as_slice() {
        ["tariffs", id, rest @ ..] => (format!("{TARIFF}{id}.toml"), rest.join(".")),
        _ => (FILE.to_owned(), wrong.field.clone()),
    };
    Some((file, field))
}
