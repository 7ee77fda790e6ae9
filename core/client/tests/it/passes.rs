//! Benefits and passes from the phone: what was granted, passes on sale, bought, ridden on, given
//! back, and told before they end.

use chrono::TimeDelta;
use mesto_client::IntentView;
use mesto_client::protocol::base::payments::PayMethod;
use mesto_client::protocol::passes::clerks::BenefitToGrant;
use mesto_client::protocol::passes::holders::{PassState, PassesSubject};
use mesto_client::protocol::rides::riders::LessFor;

use crate::rides::{almaty, check, kzt, ready, scanned};
use crate::support::{Phone, run};

fn subject(first_on: Option<&str>) -> PassesSubject {
    PassesSubject {
        product: "month".parse().unwrap(),
        first_on: first_on.map(|day| day.parse().unwrap()),
        is_again: false,
    }
}

fn buy(phone: &Phone, subject: &PassesSubject) -> IntentView {
    let quote = run(phone.client.passes().quote(&almaty(), subject, PayMethod::Deposit)).unwrap();
    run(phone.client.payments().buy(&quote)).unwrap()
}

/// An office grants this rider a category.
fn granted(phone: &Phone, category: &str) {
    let account = phone.client.account().state().account.unwrap();
    let asked = BenefitToGrant {
        city: "almaty".into(),
        account,
        category: category.into(),
        until_on: "2026-06-30".parse().unwrap(),
        evidence: "17/2025".into(),
    };
    let net = &phone.net;
    net.operator.grant_benefit(&*net.store, net.time.now(), &asked).unwrap();
    run(phone.client.sync()).unwrap();
}

#[test]
fn passes_on_sale_are_told_by_name_with_what_each_costs_this_rider_av_72() {
    let (phone, _bus) = ready("10000");
    let price = || phone.client.passes().on_sale(&almaty()).unwrap()[0].price;
    let on_sale = phone.client.passes().on_sale(&almaty()).unwrap();
    assert_eq!((on_sale.len(), on_sale[0].name.as_str(), on_sale[0].days), (1, "Monthly pass", None));
    assert_eq!(price(), Some(kzt("9900")));
    granted(&phone, "student");
    assert_eq!(price(), Some(kzt("4200")));
    let state = phone.client.passes().state();
    let names: Vec<String> =
        state.benefits.iter().map(|it| phone.client.passes().category_name(&it.city, &it.category)).collect();
    assert_eq!(names, ["Student"]);
}

#[test]
fn a_benefit_is_shown_in_the_check_and_in_how_far_the_balance_reaches_av_65() {
    let (phone, bus) = ready("500");
    granted(&phone, "school");
    let left = phone.client.rides().left(&almaty()).unwrap();
    assert_eq!((left.fare, left.rides), (kzt("60"), 8));
    let quote = check(&phone, &scanned(&bus.sign)).unwrap();
    let offer = phone.client.rides().offer(&quote).unwrap();
    assert_eq!((offer.riders[0].each, offer.riders[0].less.clone()), (kzt("60"), Some(LessFor::Benefit)));
    let lines: Vec<String> = quote.items[0].lines.iter().map(|line| phone.client.line_text(line)).collect();
    assert_eq!(lines, ["One person", "Less by a benefit"]);
}

#[test]
fn a_pass_is_bought_once_and_rides_on_it_cost_nothing_av_68() {
    let (phone, bus) = ready("10000");
    let pass = buy(&phone, &subject(None)).pass().unwrap();
    assert_eq!((phone.client.passes().state().current.clone(), phone.balance()), (vec![pass.clone()], kzt("100")));
    let quote = check(&phone, &scanned(&bus.sign)).unwrap();
    let ride = run(phone.client.payments().buy(&quote)).unwrap().ride().unwrap();
    assert_eq!((ride.price, phone.balance()), (kzt("0"), kzt("100")));
    assert_eq!(ride.riders[0].pass.as_ref().map(ToString::to_string), Some("month".into()));
    let again = buy(&phone, &subject(None));
    assert_eq!(phone.client.payments().refusal(&again).unwrap().code(), "pass_overlaps");
    let page = run(phone.client.passes().history(None, 50)).unwrap();
    assert_eq!(page.items, [pass]);
}

#[test]
fn a_pass_that_comes_is_given_back_and_is_over() {
    let (phone, _bus) = ready("10000");
    let pass = buy(&phone, &subject(Some("2025-09-10"))).pass().unwrap();
    assert_eq!(phone.client.passes().state().coming, std::slice::from_ref(&pass));
    let back = run(phone.client.passes().give_back(pass.id)).unwrap();
    assert_eq!(back.state, PassState::GivenBack);
    run(phone.client.sync()).unwrap();
    let state = phone.client.passes().state();
    assert_eq!((state.coming.len(), state.over.clone(), phone.balance()), (0, vec![back], kzt("10000")));
    let other = phone.client.passes().pass_id("rd_01jd4f8q0r3n7w2x5y6z8a9b1c").unwrap_err();
    assert_eq!(other.code(), "pass_missing");
}

#[test]
fn a_pass_is_told_three_days_before_its_end_unless_another_one_follows() {
    let (phone, _bus) = ready("20000");
    let pass = buy(&phone, &subject(None)).pass().unwrap();
    let alarms = || phone.client.reminders().into_iter().filter(|one| one.service == "passes").collect::<Vec<_>>();
    let alarm = alarms().remove(0);
    assert_eq!((alarm.at, alarm.subject.clone()), (pass.ends_at - TimeDelta::days(3), pass.id.to_string()));
    assert_eq!(alarm.title, "Your pass ends soon");
    assert!(alarm.body.starts_with("Monthly pass: it holds until"), "{}", alarm.body);
    assert!(!phone.client.passes().is_ending(&pass));
    phone.net.time.advance(TimeDelta::days(27));
    assert!(phone.client.passes().is_ending(&pass));
    let next = buy(&phone, &subject(Some("2025-10-03"))).pass().unwrap();
    assert_eq!(next.starts_at, pass.ends_at);
    assert_eq!(alarms().iter().map(|one| one.subject.clone()).collect::<Vec<_>>(), [next.id.to_string()]);
}
