//! News, where the account stands, terms, reports and a low balance, as a phone has them.

use std::sync::Arc;

use chrono::TimeDelta;
use mesto_client::protocol::base::notices::{NewNotice, ServiceNoticeKind};
use mesto_client::protocol::base::payments::{NoticeOutcome, PayMethod};
use mesto_client::protocol::base::reports::{ReportKind, ReportState};
use mesto_client::protocol::base::standing::StandingState;
use mesto_client::protocol::rides::riders::RidesSubject;
use mesto_client::rules::Texts;
use mesto_client::{Locale, TroubleToReport};
use mesto_operator::Profile;
use mesto_rules::City;

use crate::rides::{Bus, PHONE, almaty, kzt};
use crate::support::{Net, Phone, Time, run};

fn net(change: impl FnOnce(&mut City)) -> Arc<Net> {
    let mut city = mesto_rules::load::embedded("almaty").unwrap();
    change(&mut city);
    Net::of(Time::new(), 1, vec![city], mesto_operator::Config::default(), Profile::default())
}

fn rider(net: &Arc<Net>) -> Phone {
    let phone = Phone::in_city(net, 2, &almaty());
    run(phone.client.account().request_code(PHONE)).unwrap();
    run(phone.client.account().sign_in(PHONE, &net.code_of(PHONE), "test phone")).unwrap();
    phone
}

fn filled(net: &Arc<Net>, phone: &Phone, tenge: &str) {
    let intent = run(phone.client.wallet().top_up(&almaty(), kzt(tenge).amount)).unwrap();
    net.bank_decides(&intent, NoticeOutcome::Approved, None);
    run(phone.client.payments().settle_all()).unwrap();
    run(phone.client.sync()).unwrap();
}

fn texts(text: &str) -> Texts {
    Texts(["kk", "ru", "en"].map(|language| (language.to_owned(), format!("{text} ({language})"))).into())
}

fn publish(net: &Net, title: &str) -> mesto_client::protocol::kernel::ids::NoticeId {
    let begins_at = Some(net.time.now() + TimeDelta::hours(1));
    let ends_at = Some(net.time.now() + TimeDelta::hours(2));
    let (kind, city) = (ServiceNoticeKind::PlannedWorks, Some("almaty".to_owned()));
    let (title, body) = (texts(title), texts("Text"));
    let asked = NewNotice { kind, city, services: vec![], title, body, begins_at, ends_at };
    net.operator.publish_notice(&*net.store, net.time.now(), &asked).unwrap().id
}

#[test]
fn news_is_kept_without_a_network_and_what_was_read_stays_read_av_95_av_104() {
    let net = net(|_| ());
    let phone = Phone::in_city(&net, 2, &almaty());
    let titles = |phone: &Phone| {
        let state = phone.client.notices().state();
        (state.notices.iter().map(|notice| notice.title.clone()).collect::<Vec<_>>(), state.unread)
    };
    assert_eq!(titles(&phone), (vec![], 0));
    let first = publish(&net, "One");
    net.time.advance(TimeDelta::minutes(1));
    // Nobody is signed in.
    run(phone.client.notices().refresh(&almaty())).unwrap();
    assert_eq!(titles(&phone), (vec!["One (en)".to_owned()], 1));
    phone.client.notices().mark_read(first).unwrap();
    let second = publish(&net, "Two");
    run(phone.client.notices().refresh(&almaty())).unwrap();
    net.offline(true);
    assert!(run(phone.client.notices().refresh(&almaty())).is_err());
    assert_eq!(titles(&phone), (vec!["Two (en)".to_owned(), "One (en)".to_owned()], 1));
    let works = phone.client.notices().state().notices[0].clone();
    assert!((works.id, works.is_read) == (second, false) && works.begins_at.unwrap() > works.published_at);
    phone.client.notices().mark_all_read().unwrap();
    assert_eq!(titles(&phone).1, 0);
    // What was withdrawn goes with the next look.
    net.offline(false);
    net.operator.withdraw_notice(&*net.store, net.time.now(), first, "moved").unwrap();
    run(phone.client.notices().refresh(&almaty())).unwrap();
    assert_eq!(titles(&phone), (vec!["Two (en)".to_owned()], 0));
    assert_eq!(run(phone.client.notices().refresh(&"atlantis".parse().unwrap())).unwrap_err().code(), "city_unknown");
    assert_eq!(titles(&phone).0.len(), 1);
}

#[test]
fn a_suspended_account_is_shown_as_such_and_goes_on_av_126() {
    let net = net(|_| ());
    let phone = rider(&net);
    let standing = phone.client.standing();
    assert!(standing.state().may_pay && standing.text().is_none());
    assert_eq!(run(standing.suspend()).unwrap().state, StandingState::Suspended);
    assert!(!standing.state().may_pay);
    assert!(standing.text().unwrap().contains("suspended"));
    let refused = run(phone.client.wallet().top_up(&almaty(), kzt("500.00").amount)).unwrap_err();
    assert_eq!(refused.code(), "account_suspended");
    assert!(refused.advice(Locale::Ru).contains("Возобновите") && refused.text(Locale::Kk).contains("тоқтата"));
    assert!(run(standing.resume()).unwrap().state == StandingState::Active && standing.state().may_pay);
    filled(&net, &phone, "500.00");
}

#[test]
fn a_block_comes_with_the_next_sync_and_says_why_and_whom_to_write_to_av_103_av_124() {
    let net = net(|city| city.contacts.email = "help@example.kz".into());
    let phone = rider(&net);
    let account = phone.client.account().state().account.unwrap().to_string();
    net.operator.block_account(&*net.store, net.time.now(), &account, "Copied tickets").unwrap();
    run(phone.client.sync()).unwrap();
    let standing = phone.client.standing().state();
    assert_eq!((standing.may_pay, &standing.standing.as_ref().unwrap().state), (false, &StandingState::Blocked));
    let text = phone.client.standing().text().unwrap();
    assert!(text.contains("Copied tickets") && text.contains("help@example.kz"), "{text}");
    let refused = run(phone.client.wallet().top_up(&almaty(), kzt("500.00").amount)).unwrap_err();
    assert_eq!((refused.code(), refused.params()["reason"].as_str()), ("account_blocked", Some("Copied tickets")));
    // It is read and closed all the same, and the phone forgets it.
    run(phone.client.account().export()).unwrap();
    run(phone.client.account().close_account()).unwrap();
    assert_eq!(phone.client.standing().state().standing, None);
}

#[test]
fn a_change_of_the_terms_is_shown_with_the_price_and_accepted_where_it_has_to_be_av_02_av_45_amb_38() {
    let before = net(|_| ());
    // The world of these tests is before the offer of Almaty: its registration accepts nothing yet.
    let phone = rider(&before);
    let bus = Bus::of(&before);
    filled(&before, &phone, "1000.00");
    before.time.advance(TimeDelta::minutes(1));
    let subject =
        RidesSubject { scanned: Some(bus.sign), vehicle: None, persons: 1, companions: Vec::new(), is_again: false };
    let quote = run(phone.client.rides().quote(&almaty(), &subject, PayMethod::Deposit)).unwrap();
    assert_eq!(quote.terms_pending, []);
    let listed = run(phone.client.terms().list(&almaty())).unwrap();
    assert_eq!(
        (listed[0].id.as_str(), listed[0].versions[0].links.get("kk")),
        ("public-offer", "https://avtobys.kz/rules/")
    );
    let unknown = run(phone.client.terms().accept(&almaty(), "public-offer", "1999")).unwrap_err();
    assert_eq!(unknown.code(), "terms_unknown");
    assert!(!unknown.advice(Locale::SrLatn).is_empty());
}

#[test]
fn a_report_is_numbered_and_its_answer_comes_with_the_next_sync_av_92_av_108() {
    let net = net(|_| ());
    let phone = rider(&net);
    let trouble = TroubleToReport {
        kind: ReportKind::PrivateTransfer,
        text: "He asked for a transfer".into(),
        vehicle: Some("1204".into()),
        ride: None,
    };
    let report = run(phone.client.reports().report(&almaty(), trouble)).unwrap();
    assert_eq!(report.state, ReportState::Open);
    net.operator.answer_report(&*net.store, net.time.now(), &report.reference.shown(), "We spoke to him").unwrap();
    run(phone.client.sync()).unwrap();
    let last = phone.client.reports().state().last.clone().unwrap();
    assert_eq!((last.reference, last.answer.as_deref()), (report.reference, Some("We spoke to him")));
    let page = run(phone.client.reports().list(None, 10)).unwrap();
    assert_eq!(page.items, [last]);
}

#[test]
fn a_balance_below_one_fare_is_told_and_exactly_one_fare_is_enough_av_51_av_53_av_90() {
    let net = net(|_| ());
    let phone = rider(&net);
    let wallet = phone.client.wallet();
    let fare = wallet.low_from().unwrap();
    assert_eq!(wallet.low().unwrap().below, fare, "nothing is on it yet");
    filled(&net, &phone, "500.00");
    assert_eq!((wallet.low(), wallet.low_text()), (None, None));
    // What the person says holds instead, at its boundary.
    wallet.tell_low_from(Some(kzt("500.00"))).unwrap();
    assert_eq!(wallet.low(), None);
    wallet.tell_low_from(Some(kzt("500.01"))).unwrap();
    let low = wallet.low().unwrap();
    assert_eq!((low.balance, low.below), (kzt("500.00"), kzt("500.01")));
    assert!(wallet.low_text().unwrap().contains("500"));
    for wrong in [kzt("-0.01"), crate::support::rsd("10.00")] {
        assert_eq!(wallet.tell_low_from(Some(wrong)).unwrap_err().code(), "amount_not_offered");
    }
    wallet.tell_low_from(None).unwrap();
    assert_eq!((wallet.low_from(), wallet.low()), (Some(fare), None));
    // Another account has no such wish.
    wallet.tell_low_from(Some(kzt("9999.00"))).unwrap();
    run(phone.client.account().sign_out()).unwrap();
    assert_eq!(wallet.low_from(), Some(fare));
}

#[test]
fn how_much_of_a_month_the_operator_was_up_is_told_to_anybody_av_46_av_102() {
    let net = net(|_| ());
    let phone = Phone::in_city(&net, 2, &almaty());
    net.operator.due(&*net.store, net.time.now());
    net.time.advance(TimeDelta::minutes(1));
    let month = run(phone.client.availability(&almaty(), "2025-09")).unwrap();
    assert_eq!((month.is_kept, month.percent.as_str(), month.up_seconds), (Some(true), "100.000", 60));
    assert_eq!(run(phone.client.availability(&almaty(), "September")).unwrap_err().code(), "bad_request");
}
