//! Checks a compiled city against itself: what a reader of its parts cannot see. Only the compiler
//! asks; what an operator signed is not doubted by a phone.

use super::calendar::{Day, HolidayCalendar, TimeOfDay, TimeSpan};
use super::city::{City, Terms, Texts};
use super::fact::Fact;
use super::ids::{SourceId, TariffId};
use super::language::Language;
use super::money::Money;
use super::position::{Centre, is_on_earth};
use super::wallet::Wallet;
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use std::fmt;
use std::ops::RangeInclusive;

/// Ten years, the longest that personal records may be kept.
const LONGEST_RETENTION_DAYS: u32 = 3660;
/// Higher than any price, in any currency.
const HIGHEST_AMOUNT: Decimal = Decimal::from_parts(100_000_000, 0, 0, false, 0);
/// For ranges of minutes.
pub(crate) const MINUTES_OF_A_DAY: i64 = 24 * 60;
/// Years that a city's dates may name.
const YEARS: RangeInclusive<i32> = 1990..=2100;

/// What does not hold in a city.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wrong {
    /// Name of the section, empty for the envelope.
    pub section: &'static str,
    /// Path within it: `zones.red.limits.stay`.
    pub field: String,
    /// Why, and what would be right.
    pub reason: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let point = if self.section.is_empty() { "" } else { "." };
        write!(f, "{}{point}{}: {}", self.section, self.field, self.reason)
    }
}

/// Collects what does not hold in one section.
pub struct Check<'a> {
    pub city: &'a City,
    section: &'static str,
    wrong: &'a mut Vec<Wrong>,
}

/// Checks everything that is no service's.
pub(crate) fn kernel(city: &City, wrong: &mut Vec<Wrong>) {
    let mut check = Check::of(city, "", wrong);
    check.envelope();
    check.terms();
    check.part("time").clock();
    check.part("calendar").calendar(&city.sections.calendar);
    for (field, reason) in city.sections.plates.check() {
        check.part("plates").say(field, reason);
    }
    check.part("wallet").wallet(&city.sections.wallet);
}

impl<'a> Check<'a> {
    /// A check of one section of a city, empty for the envelope.
    pub fn of(city: &'a City, section: &'static str, wrong: &'a mut Vec<Wrong>) -> Self {
        Self { city, section, wrong }
    }

    fn part<'b>(&'b mut self, section: &'static str) -> Check<'b> {
        Check { city: self.city, section, wrong: self.wrong }
    }

    /// Says what does not hold.
    pub fn say(&mut self, field: impl Into<String>, reason: impl Into<String>) {
        self.wrong.push(Wrong { section: self.section, field: field.into(), reason: reason.into() });
    }

    /// A number within its range.
    pub fn range(&mut self, at: &str, number: impl Into<i64>, range: RangeInclusive<i64>, unit: &str) {
        let number = number.into();
        if !range.contains(&number) {
            self.say(
                at,
                format!("{number} is out of range, from {} to {} {unit} are possible", range.start(), range.end()),
            );
        }
    }

    /// Days that personal records are kept.
    pub fn kept(&mut self, at: &str, days: u32) {
        self.kept_from(at, days, 1);
    }

    /// The same, for at least so many.
    pub fn kept_from(&mut self, at: &str, days: u32, least: u32) {
        self.range(at, days, least.into()..=LONGEST_RETENTION_DAYS.into(), "days");
    }

    /// A date that a calendar of people names.
    pub fn date(&mut self, at: &str, date: NaiveDate) {
        if !YEARS.contains(&date.year()) {
            self.say(
                at,
                format!("{date} is out of range, years from {} to {} are possible", YEARS.start(), YEARS.end()),
            );
        }
    }

    /// A fact says where it was read, or why it is unknown.
    pub fn fact<T>(&mut self, at: &str, fact: &Fact<T>) {
        match fact {
            Fact::Known(known) => self.source(at, &known.source),
            Fact::Unknown { note } if note.trim().is_empty() => self.say(at, "say why it is unknown"),
            Fact::Unknown { .. } => {}
        }
    }

    /// A number that is known lies within its range.
    pub fn known_range<T: Copy + Into<u32>>(
        &mut self,
        at: &str,
        fact: &Fact<T>,
        range: RangeInclusive<i64>,
        unit: &str,
    ) {
        self.fact(at, fact);
        if let Some(number) = fact.known() {
            let number: u32 = (*number).into();
            self.range(at, number, range, unit);
        }
    }

    /// A source is listed.
    pub fn source(&mut self, at: &str, source: &SourceId) {
        if !self.city.sources.contains_key(source) {
            self.say(at, format!("source `{source}` is not in the list of sources"));
        }
    }

    /// A price is a fact and an amount.
    pub fn price(&mut self, at: &str, price: &Fact<Money>) {
        self.fact(at, price);
        if let Some(price) = price.known() {
            self.amount(at, *price);
        }
    }

    /// An amount of the city's currency, not negative.
    pub fn amount(&mut self, at: &str, amount: Money) {
        if amount.currency != self.city.currency {
            self.say(at, format!("{amount} is not in the city's currency {}", self.city.currency));
        }
        if amount.amount.is_sign_negative() && !amount.is_zero() {
            self.say(at, format!("{amount} is negative"));
        }
        if amount.amount > HIGHEST_AMOUNT {
            self.say(at, format!("{amount} is out of range, at most {HIGHEST_AMOUNT} is possible"));
        }
        if let Err(error) = amount.minor() {
            self.say(at, error.to_string());
        }
    }

    /// A text stands in every language of the city, and in no other.
    pub fn texts(&mut self, at: &str, texts: &Texts) {
        for language in &self.city.languages {
            if texts.0.get(language).is_none_or(|text| text.trim().is_empty()) {
                self.say(at, format!("the text in {language} is missing, a language of the city"));
            }
        }
        for language in texts.0.keys() {
            if !self.city.languages.contains(language) {
                self.say(at, format!("{language} is not among the languages of the city"));
            }
        }
    }

    /// Price lists in the order of their first days: id, first day, first day on which it is over.
    pub fn tariffs<'t>(&mut self, lists: impl Iterator<Item = (&'t TariffId, NaiveDate, Option<NaiveDate>)>) {
        let lists: Vec<_> = lists.collect();
        if lists.is_empty() {
            self.say("tariffs", "a city that sells this has at least one price list");
        }
        for (id, from, until) in &lists {
            self.date(&format!("tariffs.{id}.from"), *from);
            if let Some(until) = *until {
                self.date(&format!("tariffs.{id}.until"), until);
                if until <= *from {
                    self.say(format!("tariffs.{id}.until"), "the end must come after the beginning");
                }
            }
        }
        for ((id, from, until), (next, next_from, _)) in lists.iter().zip(lists.iter().skip(1)) {
            if from >= next_from {
                self.say(format!("tariffs.{next}.from"), format!("tariff {id} begins on the same day or later"));
            }
            if until.is_some_and(|until| until > *next_from) {
                self.say(format!("tariffs.{id}.until"), format!("tariff {next} has begun by then"));
            }
            if id == next {
                self.say(format!("tariffs.{id}.id"), "two tariffs have this id");
            }
        }
    }

    /// Spans that do not overlap; the end of a day is 24:00.
    pub fn spans(&mut self, at: &str, spans: &[TimeSpan]) {
        for (index, span) in spans.iter().enumerate() {
            if span.days.is_empty() {
                self.say(at, "a span names at least one day");
            }
            if span.from >= span.until {
                self.say(at, format!("{} is not before {}; cut a span at midnight into two", span.from, span.until));
            }
            if Some(span.until) == TimeOfDay::new(23, 59) {
                self.say(at, "until 23:59 leaves the last minute free; write until = \"24:00\" for the end of the day");
            }
            let clash = spans.iter().take(index).any(|other| {
                other.days.iter().any(|day| span.days.contains(day))
                    && span.from < other.until
                    && other.from < span.until
            });
            if clash {
                self.say(at, format!("the span from {} overlaps another one on the same day", span.from));
            }
        }
    }

    fn envelope(&mut self) {
        let city = self.city;
        self.range("version", city.version, 1..=i64::from(u32::MAX), "(versions count from 1)");
        if city.languages.is_empty() {
            self.say("languages", "name at least one language, as sr-Latn or en");
        }
        for (index, language) in city.languages.iter().enumerate() {
            if let Err(why) = language.parse::<Language>() {
                self.say("languages", why.to_string());
            }
            if city.languages.iter().take(index).any(|other| other == language) {
                self.say("languages", format!("{language} is named twice"));
            }
        }
        self.texts("name", &city.name);
        self.range("quote_ttl_seconds", city.quote_ttl_seconds, 1..=3600, "seconds");
        self.date("outdated_from", city.outdated_from);
        if city.outdated_from > city.sections.time.until() {
            let until = city.sections.time.until();
            self.say("outdated_from", format!("the city's clock is known only until {until}; end no later"));
        }
        if let Some(percent) = city.guaranteed_percent {
            self.range("guaranteed_percent", percent, 1..=100, "percent");
        }
        let Centre { lat, lon, radius_km } = city.centre;
        if !is_on_earth(lat, lon) {
            self.say("centre", "a place is lat from -90 to 90 and lon from -180 to 180 degrees");
        }
        self.range("centre.radius_km", radius_km, 1..=200, "km");
        for (index, channel) in city.contacts.channels.iter().enumerate() {
            if !channel.starts_with("https://") {
                self.say(
                    format!("contacts.channels.{index}"),
                    "a channel is an address such as https://t.me/avtobys.kz",
                );
            }
        }
        self.spans("contacts.hours", &city.contacts.hours);
        let kept = &city.retention;
        self.kept("retention.events_days", kept.events_days);
        self.kept("retention.sign_in_days", kept.sign_in_days);
        self.kept("retention.messages_days", kept.messages_days);
        self.kept("retention.closed_account_days", kept.closed_account_days);
        for (id, source) in &city.sources {
            if source.title.trim().is_empty() {
                self.say(format!("sources.{id}"), "give the source a title");
            }
        }
    }

    fn terms(&mut self) {
        if self.city.terms.is_empty() {
            self.say("terms", "name the terms in force");
        }
        let sections: Vec<&str> = self.city.sections.services().collect();
        for (index, terms) in self.city.terms.iter().enumerate() {
            let at = |field: &str| format!("terms.{}.{field}", terms.id);
            if terms.scope != "city" && !sections.contains(&terms.scope.as_str()) {
                let known = sections.join(", ");
                self.say(at("scope"), format!("`{}` is neither `city` nor a service of it ({known})", terms.scope));
            }
            if self.city.terms.iter().take(index).any(|other| other.id == terms.id) {
                self.say(at("id"), "two terms have this id");
            }
            if terms.effective_on < terms.published_on {
                self.say(at("effective_on"), "terms cannot hold before they are published");
            }
            self.date(&at("published_on"), terms.published_on);
            self.date(&at("effective_on"), terms.effective_on);
            self.texts(&at("links"), &terms.links);
            self.texts(&at("privacy"), &terms.privacy);
            self.earlier(terms);
        }
    }

    /// Versions replace each other: each one was published and held before the one above it.
    fn earlier(&mut self, terms: &Terms) {
        let (mut published_on, mut effective_on) = (terms.published_on, terms.effective_on);
        let mut seen = vec![terms.version.as_str()];
        for earlier in &terms.earlier {
            let at = format!("terms.{}.earlier.{}", terms.id, earlier.version);
            if seen.contains(&earlier.version.as_str()) {
                self.say(&at, "two versions are called so");
            }
            seen.push(&earlier.version);
            if earlier.published_on > published_on || earlier.effective_on >= effective_on {
                self.say(&at, "name earlier versions newest first; each held before the one above it");
            }
            if earlier.effective_on < earlier.published_on {
                self.say(&at, "terms cannot hold before they are published");
            }
            (published_on, effective_on) = (earlier.published_on, earlier.effective_on);
            self.date(&format!("{at}.published_on"), earlier.published_on);
            self.date(&format!("{at}.effective_on"), earlier.effective_on);
            self.texts(&format!("{at}.links"), &earlier.links);
        }
    }

    fn clock(&mut self) {
        let time = &self.city.sections.time;
        if time.zone().trim().is_empty() {
            self.say("zone", "name the zone as it is shown, Europe/Belgrade");
        }
        self.date("until", time.until());
    }

    fn calendar(&mut self, calendar: &HolidayCalendar) {
        for (index, holiday) in calendar.fixed.iter().enumerate() {
            // 2024 had a 29 February.
            if NaiveDate::from_ymd_opt(2024, holiday.month, holiday.day).is_none() {
                let reason = format!("there is no day {} in month {}", holiday.day, holiday.month);
                self.say(format!("fixed.{index}"), reason);
            }
        }
        for (index, holiday) in calendar.easter.iter().enumerate() {
            let range = HolidayCalendar::EASTER_DAYS;
            self.range(&format!("easter.{index}"), holiday.days_from_easter, range, "days from Easter Sunday");
        }
        for (year, sunday) in &calendar.easter_sundays {
            if sunday.year() != *year || Day::of(*sunday) != Day::Sun {
                self.say(format!("easter_sundays.{year}"), format!("{sunday} is not a Sunday of {year}"));
            }
            self.date(&format!("easter_sundays.{year}"), *sunday);
        }
        for (index, holiday) in calendar.extra.iter().enumerate() {
            self.date(&format!("extra.{index}"), holiday.date);
        }
    }

    fn wallet(&mut self, wallet: &Wallet) {
        let values = &wallet.deposit.values;
        if values.is_empty() || values.iter().any(|value| value.is_sign_negative() || value.is_zero()) {
            self.say("deposit.values", "name amounts above nought");
        }
        if values.iter().zip(values.iter().skip(1)).any(|(one, next)| one >= next) {
            self.say("deposit.values", "amounts must rise");
        }
        for value in values {
            match Money::new(*value, self.city.currency) {
                Ok(money) => self.amount("deposit.values", money),
                Err(error) => self.say("deposit.values", error.to_string()),
            }
        }
        self.source("deposit.source", &wallet.deposit.source);
        self.amount("card.free_from", wallet.card.free_from);
        self.price("card.fee", &wallet.card.fee);
    }
}
