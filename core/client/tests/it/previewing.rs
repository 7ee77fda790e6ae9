//! The phone's preview beside the operator's quote: the same answer about a car whose stays the
//! phone knows.

use chrono::TimeDelta;
use mesto_client::parking::{Preview, TimeWheel, WheelStop};
use mesto_client::{Error, IntentState};
use mesto_protocol::base::payments::{PayMethod, Quote};
use mesto_protocol::kernel::line::{Notice, Params};
use mesto_rules::parking::section::AtClosing;
use mesto_rules::{ParkingSection, StayPer};
use proptest::prelude::*;

use crate::support::{Net, Phone, Time, belgrade, offer, rsd, run, zone};

/// The same terms and the same ticket to extend, or the same refusal.
fn same(preview: Result<Preview, Error>, quote: Result<Quote, Error>) -> Result<(), TestCaseError> {
    match (preview, quote) {
        (Ok(preview), Ok(quote)) => {
            let item = &quote.items[0];
            prop_assert_eq!(preview.offer, offer(&quote));
            prop_assert_eq!(
                (&preview.lines, &preview.notices, preview.total),
                (&item.lines, &item.notices, quote.total)
            );
        }
        (Err(preview), Err(quote)) => {
            prop_assert_eq!(preview.code(), quote.code());
            prop_assert_eq!(preview.params(), quote.params());
        }
        (preview, quote) => prop_assert!(false, "{:?} but {:?}", preview, quote),
    }
    Ok(())
}

#[test]
fn a_preview_of_the_second_car_is_its_own_and_not_that_of_the_first_bg_48() {
    let phone = Phone::ready("1000");
    let second = run(phone.client.vehicles().add(&belgrade(), "BG 111-AA", None)).unwrap().id;
    run(phone.client.payments().buy(&phone.quote("yellow", 120))).unwrap();
    phone.after(110);
    let preview =
        phone.client.parking().preview(&belgrade(), &zone("yellow"), second, 60, &PayMethod::Deposit).unwrap();
    assert_eq!((preview.total, preview.offer.granted_minutes), (rsd("65.00"), 60));
    same(Ok(preview), run(phone.client.parking().quote(&belgrade(), &zone("yellow"), second, 60, PayMethod::Deposit)))
        .unwrap();
}

#[test]
fn a_preview_says_as_of_when_it_knows_the_accounts_tickets() {
    let phone = Phone::new();
    phone.sign_in();
    run(phone.client.vehicles().add(&belgrade(), "BG 789-PP", None)).unwrap();
    run(phone.client.sync()).unwrap();
    let synced = phone.time.now();
    phone.after(30);
    phone.net.offline(true);
    assert_eq!(
        phone
            .client
            .parking()
            .preview(&belgrade(), &zone("red"), phone.car(), 60, &PayMethod::Deposit)
            .unwrap()
            .own_tickets_read_at,
        Some(synced)
    );
}

#[test]
fn a_price_that_no_longer_holds_is_refused_with_the_new_one_and_nothing_is_charged_bg_47() {
    let phone = Phone::ready("1000");
    phone.after(10 * 60 + 30); // half past eight in the evening
    let quote = phone.quote("green", 60);
    assert_eq!((offer(&quote).granted_minutes, quote.total), (30, rsd("55.00")));
    phone.time.advance(TimeDelta::seconds(65));
    let intent = run(phone.client.payments().buy(&quote)).unwrap();
    let refusal = intent.refusal().unwrap();
    assert_eq!((refusal.code(), &refusal.params()["minutes"]), ("quote_stale", &29.into()));
    assert!(matches!(intent.state, IntentState::Refused(_)));
    run(phone.client.sync()).unwrap();
    assert_eq!((phone.balance(), phone.net.sold()), (rsd("1000.00"), 0));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_preview_never_disagrees_about_a_car_whose_stays_the_phone_knows_bg_48(
        stay_per in prop::sample::select(vec![StayPer::Plate, StayPer::User, StayPer::Both]), rolls_over: bool,
        hour in 0..13_i64,
        taps in prop::collection::vec((0..2_usize, prop::sample::select(vec!["red", "yellow", "blue"]), 1..150_u32, 0..6_000_i64), 1..7),
    ) {
        let net = Net::in_city(Time::new(), |city| {
            let mut parking = city.section::<ParkingSection>().unwrap().clone();
            parking.policy.stay_per = stay_per;
            if rolls_over {
                parking.policy.at_closing = AtClosing::GoesOnAtOpening;
            }
            city.put_section(parking).unwrap();
        });
        let phone = Phone::on(&net, 2).made_ready("5000");
        let cars = [phone.car(), run(phone.client.vehicles().add(&belgrade(), "BG 111-AA", None)).unwrap().id];
        phone.after(60 * hour);
        for (car, name, minutes, later) in taps {
            phone.time.advance(TimeDelta::seconds(later));
            run(phone.client.sync()).unwrap();
            for asked in [1, 30, 61, 90, 180, 240] {
                for car in &cars {
                    let preview = phone.client.parking().preview(&belgrade(), &zone(name), *car, asked, &PayMethod::Deposit);
                    same(preview, run(phone.client.parking().quote(&belgrade(), &zone(name), *car, asked, PayMethod::Deposit)))?;
                }
            }
            let here = zone(name);
            let city = belgrade();
            let asked = phone.client.parking().quote(&city, &here, cars[car], minutes, PayMethod::Deposit);
            let Ok(quote) = run(asked) else { continue };
            if stay_per != StayPer::Both {
                let notices = &quote.items[0].notices;
                prop_assert!(!notices.iter().any(|notice| notice.kind == "parking.another_ticket_limits"));
            }
            phone.time.advance(TimeDelta::seconds(later % 60));
            run(phone.client.payments().buy(&quote)).unwrap();
        }
    }
}

#[test]
fn the_wheel_has_what_the_rules_grant_and_stops_at_the_zones_limit_bg_50() {
    let phone = Phone::ready("1000");
    let wheel =
        |name: &str, wanted| phone.client.parking().wheel(&belgrade(), &zone(name), phone.car(), wanted).unwrap();
    // Half an hour is rounded up to the hour that is sold.
    let red = TimeWheel { choices: vec![60, 90], chosen: 60, stop: WheelStop::LongestStay { minutes: 90 } };
    assert_eq!(wheel("red", None), red);
    assert_eq!(wheel("red", Some(75)), TimeWheel { chosen: 90, ..red.clone() });
    assert_eq!(wheel("red", Some(500)), TimeWheel { chosen: 90, ..red });
    let code = phone.client.parking().wheel(&belgrade(), &zone("mauve"), phone.car(), None).unwrap_err();
    assert_eq!(code.code(), "zone_unknown");
}

#[test]
fn the_wheel_stops_at_the_rest_of_a_stay_and_at_the_closing_bg_48() {
    let phone = Phone::ready("1000");
    let begun = phone.time.now();
    run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    let wheel = |name: &str| phone.client.parking().wheel(&belgrade(), &zone(name), phone.car(), None).unwrap();
    let deadline = begun + TimeDelta::minutes(90);
    let rest = WheelStop::RestOfStay { minutes: 30, deadline };
    assert_eq!(wheel("red"), TimeWheel { choices: vec![30], chosen: 30, stop: rest });
    phone.after(10 * 60 + 30); // half past eight in the evening
    let at = begun + TimeDelta::hours(11);
    assert_eq!(wheel("green"), TimeWheel { choices: vec![30], chosen: 30, stop: WheelStop::Closing { at } });
}

#[test]
fn the_wheel_ends_at_closing_where_limited_time_ends_seconds_before_it_bg_46_bg_60() {
    let phone = Phone::ready("1000");
    let at = phone.time.now() + TimeDelta::hours(11);
    phone.after(9 * 60 + 59);
    phone.time.advance(TimeDelta::seconds(30)); // 19:59:30
    let parking = phone.client.parking();
    let wheel = parking.wheel(&belgrade(), &zone("red"), phone.car(), None).unwrap();
    assert_eq!(wheel, TimeWheel { choices: vec![61], chosen: 61, stop: WheelStop::Closing { at } });
    let preview = parking.preview(&belgrade(), &zone("red"), phone.car(), wheel.chosen, &PayMethod::Deposit).unwrap();
    assert_eq!((preview.offer.ends_at, preview.offer.granted_minutes), (at, 60));
    assert_eq!(preview.total, rsd("80.00"));
    let quote = phone.quote("red", wheel.chosen);
    assert_eq!((quote.total, offer(&quote).ends_at), (rsd("80.00"), at));
    assert_eq!(wheel.clone().within(&quote), wheel);
}

#[test]
fn the_wheel_of_an_extension_ends_at_closing_as_well_bg_46_bg_60() {
    let phone = Phone::ready("1000");
    let at = phone.time.now() + TimeDelta::hours(11);
    phone.after(8 * 60 + 59);
    phone.time.advance(TimeDelta::seconds(30)); // 18:59:30
    let bought = run(phone.client.payments().buy(&phone.quote("yellow", 60))).unwrap();
    let wheel = phone.client.parking().extension_wheel(bought.ticket().unwrap().id).unwrap();
    assert_eq!(wheel, TimeWheel { choices: vec![61], chosen: 61, stop: WheelStop::Closing { at } });
}

#[test]
fn an_offer_below_what_was_asked_for_becomes_the_wheels_stop() {
    let phone = Phone::ready("1000");
    let wheel = phone.client.parking().wheel(&belgrade(), &zone("red"), phone.car(), None).unwrap();
    let mut quote = phone.quote("red", 60);
    assert_eq!(wheel.clone().within(&quote), wheel);
    let told = |kind: &str, params: Params| Notice { kind: kind.to_owned(), params, is_surprise: true };
    let offered = Params::default().with("asked", 60).with("offered", 75);
    quote.items[0].notices = vec![told("parking.clipped_by_another", offered.clone())];
    let another = TimeWheel { choices: vec![60, 75], chosen: 75, stop: WheelStop::AnothersStay { minutes: 75 } };
    assert_eq!(wheel.clone().within(&quote), another);
    let deadline = phone.time.now() + TimeDelta::minutes(75);
    quote.items[0].notices = vec![told("parking.clipped", offered.with("deadline", deadline))];
    let own = TimeWheel { stop: WheelStop::RestOfStay { minutes: 75, deadline }, ..another };
    assert_eq!(wheel.within(&quote), own);
}
