//! Checks a city document against itself: what a reader of its parts cannot see.

use crate::kernel::calendar::{Day, TimeSpan};
use crate::kernel::city::{City, Limits, Rate, RateKind, StayLimit, Tariff, Zone};
use crate::kernel::fact::Fact;
use crate::kernel::money::Money;
use chrono::{Datelike, NaiveDate};
use std::collections::BTreeMap;

/// A day; no unit that is paid for and no limit is longer than a week of them.
const DAY_MINUTES: u32 = 24 * 60;

/// What does not hold, as `(field, reason)`.
type Wrong = Vec<(String, String)>;

struct Check<'a> {
    city: &'a City,
    wrong: Wrong,
}

impl City {
    /// Checks the document against itself: every `(field, reason)` that does not hold.
    ///
    /// # Errors
    /// The list of what is wrong, never empty.
    pub fn check(&self) -> Result<(), Wrong> {
        let mut check = Check { city: self, wrong: self.plates.check() };
        check.city_itself();
        check.holidays();
        for zone in &self.zones {
            check.zone(zone);
        }
        check.zones_together();
        for tariff in &self.tariffs {
            check.tariff(tariff);
        }
        check.tariffs_together();
        check.money_policies();
        if check.wrong.is_empty() { Ok(()) } else { Err(check.wrong) }
    }
}

impl Check<'_> {
    fn say(&mut self, field: impl Into<String>, reason: impl Into<String>) {
        self.wrong.push((field.into(), reason.into()));
    }

    fn city_itself(&mut self) {
        let city = self.city;
        if !is_id(&city.id) {
            self.say("id", format!("`{}` is not an id, use small letters, digits and -", city.id));
        }
        if city.version == 0 {
            self.say("version", "versions count from 1");
        }
        if let Err(error) = city.tz() {
            self.say("time_zone", error.to_string());
        }
        if city.name.0.is_empty() {
            self.say("name", "give the name in at least one language");
        }
        if !(1..=3600).contains(&city.policy.quote_ttl_seconds) {
            self.say("policy.quote_ttl_seconds", "a quote must hold at least a second and at most an hour");
        }
        if city.policy.reminder_minutes_before.iter().any(|minutes| !(1..=DAY_MINUTES).contains(minutes)) {
            self.say("policy.reminder_minutes_before", "a reminder comes 1 to 1440 minutes before the end");
        }
        if city.terms.effective < city.terms.published {
            self.say("terms.effective", "terms cannot hold before they are published");
        }
        if !city.sms.body.contains("{plate}") {
            self.say("sms.body", "the message must hold {plate}");
        }
        let kept = &city.retention;
        for (kind, days) in [
            ("tickets_days", kept.tickets_days),
            ("orders_days", kept.orders_days),
            ("plate_checks_days", kept.plate_checks_days),
            ("events_days", kept.events_days),
            ("sign_in_days", kept.sign_in_days),
            ("outbox_days", kept.outbox_days),
            ("closed_account_days", kept.closed_account_days),
        ] {
            if days == 0 {
                self.say(format!("retention.{kind}"), "a record is kept at least a day");
            }
        }
        self.spans("contacts.hours", &city.contacts.hours);
        self.fact("policy.grace_minutes", &city.policy.grace_minutes);
        self.fact("policy.unused_time", &city.policy.unused_time);
        self.fact("orders.discount_from", &city.orders.discount_from);
    }

    fn holidays(&mut self) {
        let calendar = &self.city.holidays;
        for (index, holiday) in calendar.fixed.iter().enumerate() {
            // 2024 had a 29 February.
            if NaiveDate::from_ymd_opt(2024, holiday.month, holiday.day).is_none() {
                self.say(
                    format!("holidays.fixed.{index}"),
                    format!("there is no day {} in month {}", holiday.day, holiday.month),
                );
            }
        }
        for (year, sunday) in &calendar.easter_sundays {
            if sunday.year() != *year || Day::of(*sunday) != Day::Sun {
                self.say(format!("holidays.easter_sundays.{year}"), format!("{sunday} is not a Sunday of {year}"));
            }
        }
    }

    fn zone(&mut self, zone: &Zone) {
        let at = |field: &str| format!("zones.{}.{field}", zone.id);
        if !is_id(&zone.id) {
            self.say("zones.id", format!("`{}` is not an id, use small letters, digits and -", zone.id));
        }
        if zone.name.0.is_empty() {
            self.say(at("name"), "give the name in at least one language");
        }
        let digits = zone.colour.strip_prefix('#').unwrap_or_default();
        if digits.len() != 6 || !digits.chars().all(|digit| digit.is_ascii_hexdigit()) {
            self.say(at("colour"), format!("`{}` is not a colour, write it as #d32f2f", zone.colour));
        }
        if zone.pay.is_empty() {
            self.say(at("pay"), "name at least one way to pay");
        }
        if zone.sign_codes.iter().any(|code| code.is_empty() || !code.chars().all(char::is_alphanumeric)) {
            self.say(at("sign_codes"), "a code is one word of letters and digits");
        }
        self.fact(&at("hours"), &zone.hours);
        if let Some(spans) = zone.hours.known() {
            self.spans(&at("hours"), spans);
        }
        self.fact(&at("on_holidays"), &zone.on_holidays);
        self.fact(&at("sms_number"), &zone.sms_number);
        if zone.sms_number.known().is_some_and(|it| it.is_empty() || !it.chars().all(|sign| sign.is_ascii_digit())) {
            self.say(at("sms_number"), "a short number is made of digits");
        }
        self.limits(&at("limits"), &zone.limits);
        if let Some(area) = &zone.area {
            self.source(&at("area.source"), &area.source);
            if area.polygons.is_empty() {
                self.say(at("area"), "an area has at least one polygon");
            }
            for (index, polygon) in area.polygons.iter().enumerate() {
                let on_earth = |lat: f64, lon: f64| (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon);
                if polygon.0.len() < 3 {
                    self.say(at(&format!("area.polygons.{index}")), "a polygon has at least three points");
                }
                if !polygon.0.iter().all(|point| on_earth(point.lat, point.lon)) {
                    self.say(at(&format!("area.polygons.{index}")), "a point is [latitude, longitude] in degrees");
                }
            }
        }
    }

    fn limits(&mut self, at: &str, limits: &Limits) {
        self.fact(&format!("{at}.stay"), &limits.stay);
        self.fact(&format!("{at}.no_return_minutes"), &limits.no_return_minutes);
        if let Some(StayLimit::Minutes { limited, extended }) = limits.stay.known() {
            let longest = limited.checked_add(*extended).unwrap_or(u32::MAX);
            if *limited == 0 || longest > 7 * DAY_MINUTES {
                self.say(format!("{at}.stay"), "limited time is at least a minute, the whole stay at most a week");
            }
        }
        if limits.no_return_minutes.known().is_some_and(|minutes| *minutes > DAY_MINUTES) {
            self.say(format!("{at}.no_return_minutes"), "a break is at most a day");
        }
    }

    fn zones_together(&mut self) {
        if self.city.zones.is_empty() {
            self.say("zones", "a city has at least one zone");
        }
        let mut owner: BTreeMap<&str, &str> = BTreeMap::new();
        for (index, zone) in self.city.zones.iter().enumerate() {
            if self.city.zones.iter().take(index).any(|other| other.id == zone.id) {
                self.say(format!("zones.{}.id", zone.id), "two zones have this id");
            }
            for code in &zone.sign_codes {
                if let Some(other) = owner.insert(code, &zone.id)
                    && other != zone.id
                {
                    self.say(format!("zones.{}.sign_codes", zone.id), format!("`{code}` is also on signs of {other}"));
                }
            }
        }
    }

    fn tariff(&mut self, tariff: &Tariff) {
        let at = |field: &str| format!("tariffs.{}.{field}", tariff.id);
        if tariff.until.is_some_and(|until| until <= tariff.from) {
            self.say(at("until"), "the end must come after the beginning");
        }
        for (zone_id, rates) in &tariff.rates {
            let field = at(&format!("rates.{zone_id}"));
            match self.city.zone(zone_id) {
                Some(zone) => self.rates(&field, zone, rates),
                None => self.say(field, "there is no such zone"),
            }
        }
        self.price(&at("order.zoned"), &tariff.order.zoned);
        self.price(&at("order.outside"), &tariff.order.outside);
        self.fact(&at("order.discount_percent"), &tariff.order.discount_percent);
        self.fact(&at("order.discount_days"), &tariff.order.discount_days);
        if tariff.order.discount_percent.known().is_some_and(|percent| *percent > 100) {
            self.say(at("order.discount_percent"), "more than everything cannot be taken off");
        }
        if tariff.order.discount_days.known().is_some_and(|days| *days > 3650) {
            self.say(at("order.discount_days"), "a discount ends within ten years");
        }
    }

    /// Rates follow each other without a hole from the first minute to the longest stay.
    fn rates(&mut self, at: &str, zone: &Zone, rates: &[Rate]) {
        let mut reached = Some(0);
        for rate in rates {
            if !(1..=DAY_MINUTES).contains(&rate.unit_minutes) {
                self.say(format!("{at}.unit_minutes"), "a unit is 1 to 1440 minutes long");
            }
            if reached != Some(rate.start_minutes) || rate.end_minutes.is_some_and(|end| end <= rate.start_minutes) {
                self.say(at, "rates must follow each other without a hole");
            }
            reached = rate.end_minutes;
            self.price(&format!("{at}.price"), &rate.price);
        }
        let Some(limit) = zone.limits.stay.known() else { return };
        if reached != limit.max_minutes() {
            self.say(at, "rates must end where the longest stay of the zone ends");
        }
        if let StayLimit::Minutes { limited, .. } = limit {
            let parts = rates.iter().any(|rate| (rate.kind == RateKind::Extended) != (rate.start_minutes >= *limited));
            if parts {
                self.say(at, format!("extended time begins after {limited} minutes, as the zone says"));
            }
        }
    }

    fn tariffs_together(&mut self) {
        let tariffs = &self.city.tariffs;
        for (one, next) in tariffs.iter().zip(tariffs.iter().skip(1)) {
            if one.from >= next.from {
                self.say(
                    format!("tariffs.{}.from", next.id),
                    format!("tariff {} begins on the same day or later", one.id),
                );
            }
            if one.until.is_some_and(|until| until > next.from) {
                self.say(format!("tariffs.{}.until", one.id), format!("tariff {} has begun by then", next.id));
            }
            if one.id == next.id {
                self.say(format!("tariffs.{}.id", one.id), "two tariffs have this id");
            }
        }
    }

    fn money_policies(&mut self) {
        let city = self.city;
        let values = &city.deposit.values;
        if values.is_empty() || values.iter().any(|value| value.is_sign_negative() || value.is_zero()) {
            self.say("deposit.values", "name amounts above nought");
        }
        if values.iter().zip(values.iter().skip(1)).any(|(one, next)| one >= next) {
            self.say("deposit.values", "amounts must rise");
        }
        if let Some(error) = values.iter().find_map(|value| Money::new(*value, city.currency).err()) {
            self.say("deposit.values", error.to_string());
        }
        self.source("deposit.source", &city.deposit.source);
        self.amount("card.free_from", city.card.free_from);
        self.price("card.fee", &city.card.fee);
    }

    fn price(&mut self, at: &str, price: &Fact<Money>) {
        self.fact(at, price);
        if let Some(price) = price.known() {
            self.amount(at, *price);
        }
    }

    fn amount(&mut self, at: &str, amount: Money) {
        if amount.currency != self.city.currency {
            self.say(at, format!("{amount} is not in the city's currency {}", self.city.currency));
        }
        if amount.amount.is_sign_negative() && !amount.is_zero() {
            self.say(at, format!("{amount} is negative"));
        }
        if let Err(error) = amount.minor() {
            self.say(at, error.to_string());
        }
    }

    fn fact<T>(&mut self, at: &str, fact: &Fact<T>) {
        match fact {
            Fact::Known(known) => self.source(at, &known.source),
            Fact::Unknown { note } if note.trim().is_empty() => self.say(at, "say why it is unknown"),
            Fact::Unknown { .. } => {}
        }
    }

    fn source(&mut self, at: &str, source: &str) {
        if !self.city.sources.contains_key(source) {
            self.say(at, format!("source `{source}` is not in the list of sources"));
        }
    }

    fn spans(&mut self, at: &str, spans: &[TimeSpan]) {
        for (index, span) in spans.iter().enumerate() {
            if span.days.is_empty() {
                self.say(at, "a span names at least one day");
            }
            if span.from >= span.until {
                self.say(at, format!("{} is not before {}; cut a span at midnight into two", span.from, span.until));
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
}

fn is_id(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-')
}
