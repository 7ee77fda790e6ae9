//! Checks the section `parking` against itself and its city.

use crate::kernel::check::{Check, Wrong};
use crate::kernel::city::City;
use crate::kernel::minutes::Minutes;
use crate::parking::section::{Area, Limits, ParkingSection, Rate, RateKind, StayLimit, Tariff, Zone};
use std::collections::BTreeMap;

/// Minutes of a day; no unit that is paid for and no break is longer.
const DAY: i64 = 24 * 60;

/// Says what does not hold.
pub(crate) fn check(city: &City, wrong: &mut Vec<Wrong>) {
    let Ok(parking) = city.section::<ParkingSection>() else { return };
    let mut check = Check::of(city, "parking", wrong);
    check_policy(&mut check, parking);
    for zone in &parking.zones {
        check_zone(&mut check, zone);
    }
    check_zones_together(&mut check, parking);
    for tariff in &parking.tariffs {
        check_tariff(&mut check, parking, tariff);
    }
    check.tariffs(parking.tariffs.iter().map(|it| (&it.id, it.from, it.until)));
}

fn check_policy(check: &mut Check<'_>, parking: &ParkingSection) {
    let policy = &parking.policy;
    for minutes in &policy.reminder_minutes_before {
        check.range("policy.reminder_minutes_before", minutes.get(), 1..=DAY, "minutes");
    }
    check.fact("policy.unused_time", &policy.unused_time);
    if !parking.sms.body.contains("{plate}") {
        check.say("sms.body", "the message must hold {plate}");
    }
    check.texts("sms.note", &parking.sms.note);
    check.kept("retention.tickets_days", parking.retention.tickets_days);
}

fn check_zone(check: &mut Check<'_>, zone: &Zone) {
    let at = |field: &str| format!("zones.{}.{field}", zone.id);
    check.texts(&at("name"), &zone.name);
    let digits = zone.colour.strip_prefix('#').unwrap_or_default();
    if digits.len() != 6 || !digits.chars().all(|digit| digit.is_ascii_hexdigit()) {
        check.say(at("colour"), format!("`{}` is not a colour, write it as #d32f2f", zone.colour));
    }
    if zone.pay.is_empty() {
        check.say(at("pay"), "name at least one way to pay");
    }
    if zone.sign_codes.iter().any(|code| code.is_empty() || !code.chars().all(char::is_alphanumeric)) {
        check.say(at("sign_codes"), "a code is one word of letters and digits");
    }
    check.fact(&at("hours"), &zone.hours);
    if let Some(spans) = zone.hours.known() {
        check.spans(&at("hours"), spans);
    }
    check.fact(&at("on_holidays"), &zone.on_holidays);
    check.fact(&at("sms_number"), &zone.sms_number);
    let is_short =
        |number: &String| (2..=15).contains(&number.len()) && number.chars().all(|sign| sign.is_ascii_digit());
    if !zone.sms_number.known().is_none_or(is_short) {
        check.say(at("sms_number"), "a short number is made of 2 to 15 digits");
    }
    check_limits(check, &at(""), &zone.limits);
    if let Some(area) = &zone.area {
        check_area(check, &at("area"), area);
    }
}

fn check_area(check: &mut Check<'_>, at: &str, area: &Area) {
    check.source(&format!("{at}.source"), &area.source);
    if area.polygons.is_empty() {
        check.say(at, "an area has at least one polygon");
    }
    let centre = check.city.centre;
    for (index, polygon) in area.polygons.iter().enumerate() {
        let at = format!("{at}.polygons.{index}");
        if polygon.0.len() < 3 {
            check.say(&at, "a polygon has at least three points");
        }
        if let Some(far) = polygon.0.iter().find(|point| !centre.holds(point)) {
            let reason = format!(
                "[{}, {}] is not within {} km of the city's centre; a point is [latitude, longitude] in degrees",
                far.lat, far.lon, centre.radius_km
            );
            check.say(&at, reason);
        }
    }
}

fn check_limits(check: &mut Check<'_>, at: &str, limits: &Limits) {
    let at = |field: &str| format!("{at}{field}");
    check.fact(&at("stay"), &limits.stay);
    if let Some(StayLimit::Minutes { limited, extended }) = limits.stay.known() {
        check.range(&at("stay.limited"), limited.get(), 1..=7 * DAY, "minutes");
        check.range(&at("stay.extended"), extended.get(), 0..=7 * DAY, "minutes");
    }
    check.known_range(&at("no_return_minutes"), &limits.no_return_minutes, 0..=DAY, "minutes");
}

fn check_zones_together(check: &mut Check<'_>, parking: &ParkingSection) {
    if parking.zones.is_empty() {
        check.say("zones", "a city that sells parking has at least one zone");
    }
    let mut owner: BTreeMap<&str, &str> = BTreeMap::new();
    for (index, zone) in parking.zones.iter().enumerate() {
        if parking.zones.iter().take(index).any(|other| other.id == zone.id) {
            check.say(format!("zones.{}.id", zone.id), "two zones have this id");
        }
        for code in &zone.sign_codes {
            if let Some(other) = owner.insert(code, zone.id.as_str())
                && zone.id != other
            {
                check.say(format!("zones.{}.sign_codes", zone.id), format!("`{code}` is also on signs of {other}"));
            }
        }
    }
}

fn check_tariff(check: &mut Check<'_>, parking: &ParkingSection, tariff: &Tariff) {
    let at = |field: &str| format!("tariffs.{}.{field}", tariff.id);
    for (zone, rates) in &tariff.rates {
        let field = at(&format!("rates.{zone}"));
        match parking.zone(zone.as_str()) {
            Some(zone) => check_rates(check, &field, zone, rates),
            None => check.say(field, "there is no such zone"),
        }
    }
}

/// Rates follow each other without a hole from the first minute to the longest stay.
fn check_rates(check: &mut Check<'_>, at: &str, zone: &Zone, rates: &[Rate]) {
    let mut reached = Some(Minutes::ZERO);
    for rate in rates {
        check.range(&format!("{at}.unit_minutes"), rate.unit_minutes.get(), 1..=DAY, "minutes");
        if reached != Some(rate.start_minutes) || rate.end_minutes.is_some_and(|end| end <= rate.start_minutes) {
            check.say(at, "rates must follow each other without a hole");
        }
        reached = rate.end_minutes;
        check.price(&format!("{at}.price"), &rate.price);
    }
    let Some(limit) = zone.limits.stay.known() else { return };
    if reached != limit.max_minutes() {
        check.say(at, "rates must end where the longest stay of the zone ends");
    }
    if let StayLimit::Minutes { limited, .. } = limit {
        let parts = rates.iter().any(|rate| (rate.kind == RateKind::Extended) != (rate.start_minutes >= *limited));
        if parts {
            check.say(at, format!("extended time begins after {limited} minutes, as the zone says"));
        }
    }
}
