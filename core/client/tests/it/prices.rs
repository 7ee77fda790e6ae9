//! The price list and the hours of a zone as data, by the day.

use chrono::NaiveDate;
use mesto_client::parking::{ChargedHours, PriceStep};
use mesto_client::rules::{Certainty, ParkingSection};

use crate::support::{Net, Phone, Time, belgrade, rsd, zone};

fn day(text: &str) -> Option<NaiveDate> {
    Some(text.parse().unwrap())
}

#[test]
fn a_zone_tells_its_steps_hours_limits_and_free_days() {
    let phone = Phone::new();
    let red = phone.client.parking().prices(&belgrade(), &zone("red"), day("2025-09-03")).unwrap();
    let step = |is_extended, from_minutes, until_minutes, unit_minutes, price: &str| PriceStep {
        is_extended,
        from_minutes,
        until_minutes: Some(until_minutes),
        unit_minutes,
        price: Some(rsd(price)),
        certainty: Some(Certainty::SecondHand),
    };
    assert_eq!(red.steps, [step(false, 0, 60, 60, "80.00"), step(true, 60, 90, 30, "120.00")]);
    assert_eq!((red.limited_minutes, red.extended_minutes, red.no_return_minutes), (Some(60), Some(30), Some(30)));
    let certain = (red.limit_certainty, red.no_return_certainty, red.hours_certainty, red.holidays_certainty);
    let official = Some(Certainty::Official);
    assert_eq!(certain, (official.clone(), official, Some(Certainty::OfficialOld), Some(Certainty::Assumed)));
    assert_eq!(red.week.iter().map(|day| day.weekday).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7]);
    let hours =
        |from: &str, until: &str| vec![ChargedHours { from_time: from.to_owned(), until_time: until.to_owned() }];
    assert_eq!(red.week[0].hours, hours("07:00", "21:00"));
    assert_eq!(red.week[5].hours, hours("07:00", "14:00"));
    assert_eq!(red.week[6].hours, []);
    assert_eq!(red.holidays_charged, Some(false));
    let named = phone.client.parking().prices(&belgrade(), &zone("red"), day("2025-12-28")).unwrap();
    let free: Vec<String> = named.free_holidays.iter().map(|free| free.on.to_string()).collect();
    assert_eq!(free[..2], ["2026-01-01".to_owned(), "2026-01-02".to_owned()]);
    assert!(named.free_holidays.iter().all(|free| !free.name.is_empty()));
    // Days that the dates of a language do not have are not told.
    let last = phone.client.parking().prices(&belgrade(), &zone("red"), day("9999-12-31")).unwrap();
    assert!(last.free_holidays.iter().all(|free| free.on.to_string().len() == "9999-12-31".len()), "{last:?}");
}

#[test]
fn the_price_list_is_that_of_the_day_and_says_how_long_it_is_in_force() {
    let net = Net::in_city(Time::new(), |city| {
        let mut parking = city.section::<ParkingSection>().unwrap().clone();
        let mut next = parking.tariffs.last().unwrap().clone();
        next.from = "2025-10-01".parse().unwrap();
        next.id = "2025-10-01".parse().unwrap();
        next.until = day("2025-12-01");
        parking.tariffs.push(next);
        city.put_section(parking).unwrap();
    });
    let phone = Phone::on(&net, 2);
    let on = |text: &str| phone.client.parking().prices(&belgrade(), &zone("red"), day(text)).unwrap();
    let (now, then, after) = (on("2025-09-30"), on("2025-10-01"), on("2025-12-01"));
    assert_eq!(now.tariff_until, day("2025-10-01"));
    assert_eq!((then.tariff.unwrap().as_str(), then.tariff_until), ("2025-10-01", day("2025-12-01")));
    assert_eq!((after.tariff, after.steps), (None, Vec::new()));
    assert_eq!(on("2000-01-01").tariff, None);
    // Without a day it is today's, in the city.
    let today = phone.client.parking().prices(&belgrade(), &zone("red"), None).unwrap();
    assert_eq!(Some(today.on), day("2025-09-03"));
}

#[test]
fn what_nobody_knows_is_absent_and_not_free() {
    let phone = Phone::new();
    let white = phone.client.parking().prices(&belgrade(), &zone("white"), day("2025-09-03")).unwrap();
    assert!(white.steps.iter().all(|step| step.price.is_none() && step.certainty.is_none()), "{white:?}");
    assert_eq!((white.steps.len(), white.week, white.hours_certainty), (2, Vec::new(), None));
    assert_eq!((white.holidays_charged, white.free_holidays), (None, Vec::new()));
    // A limit that is known, and a zone without one.
    assert!(white.limit_certainty.is_some() && white.limited_minutes.is_some());
    let blue = phone.client.parking().prices(&belgrade(), &zone("blue"), None).unwrap();
    assert_eq!((blue.limited_minutes, blue.steps[0].until_minutes), (None, None));
    assert!(blue.limit_certainty.is_some());
    let nowhere = phone.client.parking().prices(&belgrade(), &zone("pink"), None).unwrap_err();
    assert_eq!(nowhere.code(), "zone_unknown");
}
