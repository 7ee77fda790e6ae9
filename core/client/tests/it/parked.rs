//! A ticket and its extensions are one time; what can be added to it; what may have been charged.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_client::parking::{Parked, TimeWheel, WheelStop};
use mesto_client::protocol::base::payments::{NoticeOutcome, PayMethod};
use mesto_client::protocol::parking::tickets::Ticket;
use mesto_client::{Error, IntentState};
use mesto_protocol::{Problem, ProblemCode};

use crate::support::{Fault, Phone, belgrade, rsd, run, zone};

fn bought(phone: &Phone, zone: &str, minutes: u32) -> Ticket {
    run(phone.client.payments().buy(&phone.quote(zone, minutes))).unwrap().ticket().unwrap()
}

fn extended(phone: &Phone, ticket: &Ticket, minutes: u32) -> Ticket {
    let more = run(phone.client.parking().quote_extension(ticket.id, minutes, PayMethod::Deposit)).unwrap();
    run(phone.client.payments().buy(&more)).unwrap().ticket().unwrap()
}

#[test]
fn a_ticket_and_its_extension_are_one_time_with_one_sum_bg_54() {
    let phone = Phone::ready("1000");
    let parking = phone.client.parking();
    assert_eq!(parking.parked().unwrap(), []);
    let first = bought(&phone, "red", 60);
    phone.after(50);
    let second = extended(&phone, &first, 30);
    let whole = Parked {
        may_be_over: false,
        in_force: first.id,
        starts_at: first.starts_at,
        ends_at: second.ends_at,
        ending_at: second.ends_at - chrono::TimeDelta::minutes(5),
        paid: rsd("200.00"),
        lines: vec!["Paid for 90 min".to_owned()],
        tickets: vec![first.clone(), second.clone()],
    };
    assert_eq!(parking.parked().unwrap(), std::slice::from_ref(&whole));
    for part in [&first, &second] {
        assert_eq!(parking.parked_with(part.id).unwrap(), whole, "by the id of any part");
    }
    // The first part is over, and the time is still the whole one.
    phone.after(11);
    run(phone.client.sync()).unwrap();
    assert_eq!(phone.shown().active_tickets.len(), 1);
    let (now, later) = (parking.parked().unwrap(), parking.parked_with(first.id).unwrap());
    assert_eq!((now.as_slice(), later.in_force), ([later.clone()].as_slice(), second.id));
    assert_eq!((later.starts_at, later.ends_at, later.paid), (whole.starts_at, whole.ends_at, whole.paid));
    // All of it is over: nothing runs, and what it was can still be read.
    phone.after(30);
    assert_eq!(parking.parked().unwrap(), []);
    assert_eq!(parking.parked_with(first.id).unwrap().in_force, second.id);
}

#[test]
fn times_of_several_cars_and_zones_stay_apart_and_the_first_to_end_comes_first() {
    let phone = Phone::ready("1000");
    let long = bought(&phone, "yellow", 120);
    let short = bought(&phone, "red", 60);
    let parked = phone.client.parking().parked().unwrap();
    let ids: Vec<Vec<_>> = parked.iter().map(|time| time.tickets.iter().map(|ticket| ticket.id).collect()).collect();
    assert_eq!(ids, [vec![short.id], vec![long.id]]);
}

#[test]
fn a_ticket_that_the_phone_does_not_have_is_missing() {
    let (phone, another) = (Phone::ready("1000"), Phone::ready("1000"));
    let elsewhere = bought(&another, "red", 60).id;
    let missing = phone.client.parking().parked_with(elsewhere).unwrap_err();
    assert_eq!(missing.code(), "ticket_missing");
    assert_eq!(phone.client.parking().extension_wheel(elsewhere).unwrap_err().code(), "ticket_missing");
}

#[test]
fn an_extension_has_the_lengths_that_the_rules_grant_bg_54() {
    let phone = Phone::ready("1000");
    let extension = |ticket: &Ticket| phone.client.parking().extension_wheel(ticket.id).unwrap();
    let red = bought(&phone, "red", 60);
    let deadline = red.stay.deadline.unwrap();
    let rest = WheelStop::RestOfStay { minutes: 30, deadline };
    assert_eq!(extension(&red), TimeWheel { choices: vec![30], chosen: 30, stop: rest });
    // Half an hour is rounded up to the hour that is sold.
    let yellow = bought(&phone, "yellow", 60);
    assert_eq!((extension(&yellow).choices, extension(&yellow).chosen), (vec![60, 120], 60));
    let quote =
        run(phone.client.parking().quote_extension(yellow.id, extension(&yellow).chosen, PayMethod::Deposit)).unwrap();
    assert_eq!(crate::support::offer(&quote).granted_minutes, 60);
}

#[test]
fn at_the_limit_there_is_no_choice_and_the_car_leaves_by_the_deadline_bg_50() {
    let phone = Phone::ready("1000");
    let first = bought(&phone, "red", 60);
    let last = extended(&phone, &first, 30);
    let deadline = first.stay.deadline.unwrap();
    let stop = WheelStop::RestOfStay { minutes: 0, deadline };
    assert_eq!(
        phone.client.parking().extension_wheel(last.id).unwrap(),
        TimeWheel { choices: vec![], chosen: 30, stop }
    );
    let refused = run(phone.client.parking().quote_extension(last.id, 30, PayMethod::Deposit)).unwrap_err();
    let leave_by = refused.params()["leave_by"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    assert_eq!((refused.code(), leave_by), ("limit_reached", deadline));
    assert_eq!(last.ends_at, deadline);
    // What is refused for another reason names no such moment: there is still time to buy.
    let green = bought(&phone, "green", 60);
    let too_long = run(phone.client.parking().quote_extension(green.id, 100_000, PayMethod::Deposit)).unwrap_err();
    assert!(!too_long.params().contains_key("leave_by"), "{too_long:?}");
}

#[test]
fn only_what_nobody_can_still_charge_is_said_to_be_free_bg_34() {
    let of = |code: ProblemCode| Error::from(Problem::new(code, ""));
    assert!(!of(ProblemCode::DepositTooLow).may_be_charged());
    assert!(!of(ProblemCode::QuoteStale).may_be_charged());
    let phone = Phone::ready("1000");
    let by_card = || run(phone.client.payments().buy(&phone.quote_by("blue", 300, PayMethod::Card)));
    let waits = by_card().unwrap();
    let again = by_card().unwrap_err();
    assert_eq!((again.code(), again.may_be_charged()), ("unconfirmed", true));
    // A price, and what the operator says of himself, charge nothing, whatever became of them.
    phone.net.fault("POST /v1/quotes", Fault::AnswerLost);
    let (city, red) = (belgrade(), zone("red"));
    let price = run(phone.client.parking().quote(&city, &red, phone.car(), 60, PayMethod::Card)).unwrap_err();
    phone.net.fault("GET /v1/keys", Fault::AnswerLost);
    let city = run(phone.client.cities().refresh(&belgrade())).unwrap_err();
    for unanswered in [price, city] {
        assert_eq!((unanswered.code(), unanswered.may_be_charged()), ("no_answer", false));
    }
    // Given up: what the bank still takes is paid back.
    let given_up = run(phone.client.payments().abandon(&waits.key)).unwrap();
    let refusal = phone.client.payments().refusal(&given_up).unwrap();
    assert_eq!((refusal.code(), refusal.may_be_charged()), ("abandoned", true));
    // The bank said no: nothing was charged.
    let waits = by_card().unwrap();
    phone.net.bank_decides(&waits, NoticeOutcome::Declined, Some("card_declined"));
    let declined = run(phone.client.payments().settle(&waits.key)).unwrap();
    let refusal = phone.client.payments().refusal(&declined).unwrap();
    assert_eq!((refusal.code(), refusal.may_be_charged()), ("card_declined", false));
    // While one is open, and when the client was closed over it, it may still be charged.
    let quote = phone.quote("red", 60);
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    run(phone.client.payments().buy(&quote)).unwrap();
    phone.net.offline(true);
    let open = run(phone.client.account().sign_out()).unwrap_err();
    assert_eq!((open.code(), open.may_be_charged()), ("intents_open", true));
    phone.client.close();
    let closed = run(phone.client.payments().buy(&quote)).unwrap_err();
    assert_eq!((closed.code(), closed.may_be_charged()), ("closed", true));
    let closed = run(phone.client.payments().settle_all()).unwrap_err();
    assert_eq!((closed.code(), closed.may_be_charged()), ("closed", true));
    let closed = run(phone.client.cities().refresh(&belgrade())).unwrap_err();
    assert_eq!((closed.code(), closed.may_be_charged()), ("closed", false));
}

#[test]
fn what_ended_without_being_bought_says_why() {
    let phone = Phone::ready("1000");
    let quote = phone.quote("red", 60);
    phone.net.fault("POST /v1/purchases", Fault::RequestLost);
    let open = run(phone.client.payments().buy(&quote)).unwrap();
    assert!(matches!(open.state, IntentState::Unconfirmed(_)));
    assert_eq!(phone.client.payments().refusal(&open), None);
    phone.time.advance(TimeDelta::minutes(5));
    let over = run(phone.client.payments().settle(&open.key)).unwrap();
    assert_eq!(over.state, IntentState::Expired);
    let refusal = phone.client.payments().refusal(&over).unwrap();
    assert_eq!((refusal.code(), refusal.may_be_charged()), ("intent_expired", false));
}
