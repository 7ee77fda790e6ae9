//! Several cities of one operator in one client: each call says which one it is about.

use chrono::TimeDelta;
use mesto_client::protocol::base::payments::PayMethod;
use mesto_client::rules::{CityId, Money, ParkingSection};
use mesto_client::{IntentState, TextValue};
use mesto_operator::Profile;
use mesto_rules::City;

use crate::support::{Net, Phone, Time, belgrade, city_called, rsd, run, zone};

/// A town in which parking costs twice as much.
fn azores() -> City {
    let mut city: serde_json::Value =
        serde_json::from_str(&city_called("azores").to_canonical_json().unwrap()).unwrap();
    double(&mut city["sections"]["parking"]["tariffs"]);
    City::from_json(&city.to_string()).unwrap()
}

/// Doubles every price.
fn double(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_str().and_then(|text| text.parse::<rust_decimal::Decimal>().ok()) {
                    Some(amount) if name == "amount" => {
                        *value = (amount * rust_decimal::Decimal::TWO).to_string().into()
                    }
                    _ => double(value),
                }
            }
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(double),
        _ => {}
    }
}

fn phone() -> Phone {
    let cities = vec![city_called("belgrade"), azores()];
    let net = Net::of(Time::new(), 1, cities, mesto_operator::Config::default(), Profile::default());
    Phone::on(&net, 2).made_ready("2000")
}

fn other() -> CityId {
    "azores".parse().unwrap()
}

#[test]
fn two_cities_are_stored_at_once_and_each_call_is_about_one() {
    let phone = phone();
    let missing = phone.client.parking().zone_by_sign(&other(), "9111").unwrap_err();
    assert_eq!((missing.code(), &missing.params()["city"]), ("city_missing", &"azores".into()));
    run(phone.client.cities().refresh(&other())).unwrap();
    let stored: Vec<String> = phone.client.cities().state().stored.iter().map(|city| city.id.to_string()).collect();
    assert_eq!(stored, ["belgrade", "azores"]);

    let car = phone.car();
    let total = |city: &CityId| -> (Money, Money) {
        let preview = phone.client.parking().preview(city, &zone("red"), car, 60, &PayMethod::Deposit).unwrap();
        let quote = run(phone.client.parking().quote(city, &zone("red"), car, 60, PayMethod::Deposit)).unwrap();
        assert_eq!(quote.city, *city);
        (preview.total, quote.total)
    };
    assert_eq!(total(&belgrade()), (rsd("80.00"), rsd("80.00")));
    assert_eq!(total(&other()), (rsd("160.00"), rsd("160.00")));
}

#[test]
fn a_ticket_goes_on_in_the_city_it_was_bought_in() {
    let phone = phone();
    run(phone.client.cities().refresh(&other())).unwrap();
    let car = phone.car();
    let mut tickets = Vec::new();
    for city in [belgrade(), other()] {
        let quote = run(phone.client.parking().quote(&city, &zone("yellow"), car, 60, PayMethod::Deposit)).unwrap();
        let intent = run(phone.client.payments().buy(&quote)).unwrap();
        assert_eq!(intent.state, IntentState::Confirmed, "the same zone of another city is another thing");
        tickets.push(intent.ticket().unwrap());
    }
    assert_eq!(tickets.iter().map(|ticket| ticket.city.as_str()).collect::<Vec<_>>(), ["belgrade", "azores"]);
    // Each has its own alarms, named by its city.
    let mut cities: Vec<String> = phone.client.reminders().iter().map(|one| one.city.to_string()).collect();
    cities.sort_unstable();
    cities.dedup();
    assert_eq!(cities, ["azores", "belgrade"]);
    phone.after(50);
    let more = run(phone.client.parking().quote_extension(tickets[1].id, 30, PayMethod::Deposit)).unwrap();
    assert_eq!(more.city, other());
}

#[test]
fn what_is_too_old_goes_by_the_city_it_is_of() {
    let keep = |city: &mut City, days: u32| {
        let mut json: serde_json::Value = serde_json::from_str(&city.to_canonical_json().unwrap()).unwrap();
        json["sections"]["parking"]["retention"]["tickets_days"] = days.into();
        *city = City::from_json(&json.to_string()).unwrap();
        assert_eq!(city.section::<ParkingSection>().unwrap().retention.tickets_days, days);
    };
    let (mut first, mut second) = (city_called("belgrade"), azores());
    keep(&mut first, 10);
    keep(&mut second, 1_000);
    let net = Net::of(Time::new(), 1, vec![first, second], mesto_operator::Config::default(), Profile::default());
    let phone = Phone::on(&net, 2).made_ready("2000");
    run(phone.client.cities().refresh(&other())).unwrap();
    for city in [belgrade(), other()] {
        let quote = run(phone.client.parking().quote(&city, &zone("yellow"), phone.car(), 60, PayMethod::Deposit));
        run(phone.client.payments().buy(&quote.unwrap())).unwrap();
    }
    phone.time.advance(TimeDelta::days(20));
    run(phone.client.sync()).unwrap();
    let kept = phone.client.parking().stored_history(None, 10).unwrap().items;
    assert_eq!(kept.iter().map(|ticket| ticket.city.as_str()).collect::<Vec<_>>(), ["azores"]);
}

#[test]
fn a_time_is_shown_by_the_clock_of_the_city_that_is_named() {
    let moved = |id: &str, minutes: i64| {
        let mut json: serde_json::Value = serde_json::from_str(&city_called(id).to_canonical_json().unwrap()).unwrap();
        json["sections"]["time"]["zone"] = id.into();
        json["sections"]["time"]["initial_offset_minutes"] = minutes.into();
        json["sections"]["time"]["changes"] = serde_json::json!([]);
        City::from_json(&json.to_string()).map_err(|why| format!("{why}: {}", json["sections"]["time"])).unwrap()
    };
    let cities = vec![moved("belgrade", 120), moved("azores", 0)];
    let net = Net::of(Time::new(), 1, cities, mesto_operator::Config::default(), Profile::default());
    let phone = Phone::on(&net, 2);
    run(phone.client.cities().refresh(&other())).unwrap();
    let values = |phone: &Phone| {
        let text = |text: &str| TextValue::Text(text.to_owned());
        [("plate", text("BG")), ("zone", text("red")), ("ends_at", TextValue::Time(phone.time.now()))]
    };
    let text = |city: &CityId| phone.client.text_in(Some(city), "reminder-end.body", &values(&phone));
    assert!(text(&belgrade()).contains("10:00") && text(&other()).contains("08:00"), "{}", text(&other()));
    assert_eq!(
        phone.client.text("reminder-end.body", &values(&phone)),
        text(&other()),
        "of no city: of the first by its id"
    );
}
