//! The source files of everything that is no service's: the city itself, its sources, clock,
//! calendar, plates and wallet.

use super::values::{Amount, FactSource};
use super::{Compiler, time};
use crate::kernel::calendar::{EasterHoliday, ExtraHoliday, FixedHoliday, HolidayCalendar};
use crate::kernel::check::Wrong;
use crate::kernel::city::{BaseRetention, City, Contacts, Source, Terms, Texts};
use crate::kernel::ids::{CityId, SourceId};
use crate::kernel::load::Word;
use crate::kernel::money::{Currency, Money};
use crate::kernel::plate::{FreeForm, PlateForm, PlateGrammar, PlateKind};
use crate::kernel::position::Centre;
use crate::kernel::section::Sections;
use crate::kernel::wallet::{CardPolicy, DepositPolicy, Wallet};
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::BTreeMap;

const CITY: &str = "city.toml";
const SOURCES: &str = "sources.toml";
const CALENDAR: &str = "calendar.toml";
const PLATES: &str = "plates.toml";
const WALLET: &str = "wallet.toml";

/// The files that every city has.
pub(crate) const KERNEL_FILES: &[&str] = &[CITY, SOURCES, "time.toml", CALENDAR, PLATES, WALLET];

#[derive(Deserialize)]
struct CitySource {
    id: CityId,
    version: u32,
    name: Texts,
    languages: Vec<String>,
    currency: Currency,
    centre: Centre,
    quote_ttl_seconds: u32,
    outdated_from: NaiveDate,
    contacts: Contacts,
    terms: Vec<Terms>,
    guaranteed_percent: Option<u32>,
    retention: BaseRetention,
}

#[derive(Deserialize)]
struct CalendarSource {
    fixed: Vec<FixedHoliday>,
    easter: Vec<EasterHoliday>,
    /// Year to Easter Sunday.
    easter_sundays: BTreeMap<String, NaiveDate>,
    extra: Vec<ExtraHoliday>,
}

#[derive(Deserialize)]
struct FormSource {
    kind: Word<PlateKind>,
    mask: String,
}

#[derive(Deserialize)]
struct PlatesSource {
    country: String,
    letters: String,
    forms: Vec<FormSource>,
    free: FreeForm,
    /// A letter to what it becomes.
    sms_fold: BTreeMap<String, String>,
    example: String,
}

#[derive(Deserialize)]
struct WalletSource {
    deposit: DepositSource,
    card: CardSource,
}

#[derive(Deserialize)]
struct DepositSource {
    values: Vec<Amount>,
    source: SourceId,
}

#[derive(Deserialize)]
struct CardSource {
    brands: Vec<String>,
    free_from: Amount,
    fee: FactSource<Amount>,
}

/// Reads the files that every city has; `None` when one of them cannot be read.
pub(crate) fn envelope(compiler: &mut Compiler<'_>) -> Option<City> {
    let city: Option<CitySource> = compiler.read(CITY);
    compiler.currency = city.as_ref().map(|city| city.currency);
    let sources: Option<BTreeMap<SourceId, Source>> = compiler.read(SOURCES);
    let time = time::compile(compiler);
    let calendar = calendar(compiler);
    let plates = plates(compiler);
    let wallet = wallet(compiler);
    let (city, sources, time, calendar, plates, wallet) = (city?, sources?, time?, calendar?, plates?, wallet?);
    Some(City {
        id: city.id,
        version: city.version,
        name: city.name,
        languages: city.languages,
        currency: city.currency,
        centre: city.centre,
        quote_ttl_seconds: city.quote_ttl_seconds,
        outdated_from: city.outdated_from,
        contacts: city.contacts,
        terms: city.terms,
        guaranteed_percent: city.guaranteed_percent,
        retention: city.retention,
        sources,
        sections: Sections::new(calendar, plates, time, wallet),
    })
}

fn calendar(compiler: &mut Compiler<'_>) -> Option<HolidayCalendar> {
    let source: CalendarSource = compiler.read(CALENDAR)?;
    let mut easter_sundays = BTreeMap::new();
    for (year, sunday) in source.easter_sundays {
        match year.parse() {
            Ok(year) => {
                easter_sundays.insert(year, sunday);
            }
            Err(_) => compiler.say(CALENDAR, &format!("easter_sundays.{year}"), "a year is a number such as 2026"),
        }
    }
    Some(HolidayCalendar { fixed: source.fixed, easter: source.easter, easter_sundays, extra: source.extra })
}

fn plates(compiler: &mut Compiler<'_>) -> Option<PlateGrammar> {
    let source: PlatesSource = compiler.read(PLATES)?;
    let mut sms_fold = BTreeMap::new();
    for (letter, folded) in source.sms_fold {
        match letter.parse() {
            Ok(letter) => {
                sms_fold.insert(letter, folded);
            }
            Err(_) => compiler.say(PLATES, &format!("sms_fold.{letter}"), "name one letter"),
        }
    }
    let PlatesSource { country, letters, forms, free, example, .. } = source;
    let forms = forms.into_iter().map(|FormSource { kind: Word(kind), mask }| PlateForm { kind, mask }).collect();
    Some(PlateGrammar { country, letters, forms, free, sms_fold, example })
}

fn wallet(compiler: &mut Compiler<'_>) -> Option<Wallet> {
    let source: WalletSource = compiler.read(WALLET)?;
    let deposit = DepositPolicy {
        values: source.deposit.values.into_iter().map(|value| value.0).collect(),
        source: source.deposit.source,
    };
    let fee = compiler.price(WALLET, "card.fee", source.card.fee);
    let free_from: Option<Money> = compiler.money(WALLET, "card.free_from", source.card.free_from);
    Some(Wallet { deposit, card: CardPolicy { brands: source.card.brands, free_from: free_from?, fee } })
}

/// A field of the document as the file that it comes from.
pub(crate) fn located(wrong: &Wrong) -> (String, String) {
    let field = wrong.field.clone();
    match wrong.section {
        "" => match field.strip_prefix("sources.") {
            Some(rest) => (SOURCES.to_owned(), rest.to_owned()),
            None => (CITY.to_owned(), field),
        },
        section => (format!("{section}.toml"), field),
    }
}
