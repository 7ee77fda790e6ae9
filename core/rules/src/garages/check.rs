//! Checks the section `garages` against itself and its city.

use crate::garages::facility::{Facility, TicketPattern};
use crate::garages::section::GaragesSection;
use crate::kernel::check::{Check, Wrong};
use crate::kernel::city::City;
use crate::kernel::fact::Fact;
use crate::kernel::pay::PayMethod;
use crate::kernel::position::Point;

/// Says what does not hold.
pub(crate) fn check(city: &City, wrong: &mut Vec<Wrong>) {
    let Ok(garages) = city.section::<GaragesSection>() else { return };
    let mut check = Check::of(city, "garages", wrong);
    garages.policy.check(&mut check);
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
            table.check(&mut check, &format!("tariffs.{}.rate_tables.{name}", tariff.id));
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
