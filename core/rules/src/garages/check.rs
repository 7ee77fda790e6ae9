//! Checks the section `garages` against itself and its city.

use crate::garages::facility::{Facility, TicketPattern};
use crate::garages::section::GaragesSection;
use crate::garages::tariff::{DayCap, FreeTime, LostTicket, RateTable};
use crate::kernel::check::{Check, Wrong};
use crate::kernel::city::City;
use crate::kernel::fact::Fact;
use crate::kernel::pay::PayMethod;
use crate::kernel::position::Point;

/// Minutes of a day.
const DAY: i64 = 24 * 60;

/// Says what does not hold.
pub(crate) fn check(city: &City, wrong: &mut Vec<Wrong>) {
    let Ok(garages) = city.section::<GaragesSection>() else { return };
    let mut check = Check::of(city, "garages", wrong);
    let policy = &garages.policy;
    check.range("policy.clock_tolerance_seconds", policy.clock_tolerance_seconds, 0..=3600, "seconds");
    check.range("policy.controller_silent_seconds", policy.controller_silent_seconds, 10..=3600, "seconds");
    let too_old = policy.observation_too_old_minutes.get();
    check.range("policy.observation_too_old_minutes", too_old, 1..=DAY, "minutes");
    for minutes in &policy.reminder_minutes_before {
        check.range("policy.reminder_minutes_before", minutes.get(), 1..=DAY, "minutes");
    }
    check.kept("retention.visits_days", garages.retention.visits_days);
    if garages.facilities.is_empty() {
        check.say("facilities", "a city that has garages has at least one facility");
    }
    for (index, facility) in garages.facilities.iter().enumerate() {
        check_facility(&mut check, facility);
        if garages.facilities.iter().take(index).any(|other| other.id == facility.id) {
            check.say(format!("facilities.{}.id", facility.id), "two facilities have this id");
        }
    }
    check.tariffs(garages.tariffs.iter().map(|it| (&it.id, it.from, it.until)));
    for tariff in &garages.tariffs {
        for (name, table) in &tariff.rate_tables {
            check_rate_table(&mut check, &format!("tariffs.{}.rate_tables.{name}", tariff.id), table);
        }
    }
}

fn check_facility(check: &mut Check<'_>, facility: &Facility) {
    let at = |field: &str| format!("facilities.{}.{field}", facility.id);
    check.texts(&at("name"), &facility.name);
    check.fact(&at("kind"), &facility.kind);
    check.fact(&at("address"), &facility.address);
    if facility.address.known().is_some_and(|address| address.trim().is_empty()) {
        check.say(at("address"), "write the street, or unknown = \"why\"");
    }
    check_point(check, &at("position"), &facility.position);
    for (index, entrance) in facility.entrances.iter().enumerate() {
        check.texts(&at(&format!("entrances.{index}.name")), &entrance.name);
        check_point(check, &at(&format!("entrances.{index}.position")), &entrance.position);
    }
    check.known_range(&at("capacity"), &facility.capacity, 1..=100_000, "places");
    check.known_range(&at("capacity_disabled"), &facility.capacity_disabled, 0..=100_000, "places");
    if let (Some(all), Some(disabled)) = (facility.capacity.known(), facility.capacity_disabled.known())
        && disabled > all
    {
        check.say(at("capacity_disabled"), format!("{disabled} of {all} places are more than there are"));
    }
    check.known_range(&at("max_height_cm"), &facility.max_height_cm, 100..=1000, "cm");
    check.fact(&at("opening_hours"), &facility.opening_hours);
    if let Some(spans) = facility.opening_hours.known() {
        check.spans(&at("opening_hours"), spans);
    }
    check.fact(&at("on_holidays"), &facility.on_holidays);
    check.fact(&at("paid_when"), &facility.paid_when);
    if facility.pay.contains(&PayMethod::Sms) {
        check.say(at("pay"), "a visit is paid by deposit or card, never by sms");
    }
    check.fact(&at("ticket_number"), &facility.ticket_number);
    if let Some(TicketPattern { mask, check_digit }) = facility.ticket_number.known() {
        let fits = |sign: char| sign.is_ascii_uppercase() || sign.is_ascii_digit();
        if !(4..=32).contains(&mask.len()) || !mask.chars().all(fits) {
            check.say(
                at("ticket_number"),
                "a mask is 4 to 32 capitals and digits: D a digit, L a letter, others as they are",
            );
        }
        let digits = |sign: char| sign == 'D' || sign.is_ascii_digit();
        if check_digit.is_some() && !(mask.ends_with('D') && mask.chars().all(digits)) {
            check.say(at("ticket_number"), "a check digit is the last D of a number of digits alone");
        }
    }
}

fn check_point(check: &mut Check<'_>, at: &str, point: &Fact<Point>) {
    check.fact(at, point);
    let centre = check.city.centre;
    if let Some(far) = point.known().filter(|point| !centre.holds(point)) {
        let reason = format!(
            "[{}, {}] is not within {} km of the city's centre; a point is [latitude, longitude] in degrees",
            far.lat, far.lon, centre.radius_km
        );
        check.say(at, reason);
    }
}

fn check_rate_table(check: &mut Check<'_>, at: &str, table: &RateTable) {
    let field = |name: &str| format!("{at}.{name}");
    check.range(&field("started.unit_minutes"), table.unit_minutes.get(), 1..=DAY, "minutes");
    check.price(&field("started"), &table.price);
    for (name, free) in [("free", &table.free), ("disabled_free", &table.disabled_free)] {
        if let Some(FreeTime { minutes, also_in_longer_visits }) = free {
            check.known_range(&field(&format!("{name}.minutes")), minutes, 0..=7 * DAY, "minutes");
            check.fact(&field(&format!("{name}.also_in_longer_visits")), also_in_longer_visits);
        }
    }
    if let Some(day) = &table.day {
        check.fact(&field("day"), day);
    }
    let has_days = table.day_cap.is_some() || table.several_days.is_some();
    if has_days != table.day.is_some() {
        check.say(field("day"), "say how days are counted where there is a day_cap or several_days, and only there");
    }
    if let Some(cap) = &table.day_cap {
        check_day_cap(check, at, table, cap);
    }
    if let Some(several) = &table.several_days {
        check.range(&field("several_days.days"), several.days, 2..=366, "days");
        check.price(&field("several_days.price"), &several.price);
        check.fact(&field("several_days.unused_time"), &several.unused_time);
    }
    check.known_range(&field("double_place_factor"), &table.double_place_factor, 1..=10, "times");
    check.fact(&field("lost_ticket"), &table.lost_ticket);
    if let Some(LostTicket::Flat { price }) = table.lost_ticket.known() {
        check.amount(&field("lost_ticket"), *price);
    }
    check.known_range(&field("exit_minutes"), &table.exit_minutes, 0..=DAY, "minutes");
    check.known_range(&field("late_exit_grace_minutes"), &table.late_exit_grace_minutes, 0..=DAY, "minutes");
}

/// A cap is said once, or twice in the same sense.
fn check_day_cap(check: &mut Check<'_>, at: &str, table: &RateTable, cap: &DayCap) {
    if let Some(price) = &cap.price {
        check.price(&format!("{at}.day_cap.price"), price);
    }
    if let Some(minutes) = &cap.after_minutes {
        check.known_range(&format!("{at}.day_cap.after_minutes"), minutes, 1..=DAY, "minutes");
    }
    if cap.price.is_none() && cap.after_minutes.is_none() {
        check.say(format!("{at}.day_cap"), "give the price of a day, or after how many minutes it costs no more");
    }
    let known = cap.after_minutes.as_ref().and_then(Fact::known).zip(cap.price.as_ref().and_then(Fact::known));
    if let (Some((minutes, price)), Some(unit_price)) = (known, table.price.known())
        && let Some(units) = minutes.get().checked_div(table.unit_minutes.get())
        && let Ok(after) = unit_price.checked_mul(units)
        && after != *price
    {
        let reason = format!("{minutes} minutes cost {after}, and the day {price}; give the one that holds");
        check.say(format!("{at}.day_cap"), reason);
    }
}
