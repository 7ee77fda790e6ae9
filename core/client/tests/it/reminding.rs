//! The plan of reminders: before the end and at the end, in the phone's own time.

use chrono::TimeDelta;
use mesto_client::ReminderKind;
use mesto_client::protocol::base::payments::PayMethod;

use crate::support::{PHONE, Phone, belgrade, morning, run, zone};

#[test]
fn reminders_come_before_the_end_and_at_the_end_bg_53() {
    let phone = Phone::ready("1000");
    run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    let plan = phone.alarms.last();
    let end = morning() + TimeDelta::minutes(60);
    let moments: Vec<_> = plan.iter().map(|reminder| (reminder.kind, reminder.at)).collect();
    assert_eq!(
        moments,
        [(ReminderKind::BeforeEnd { minutes: 5 }, end - TimeDelta::minutes(5)), (ReminderKind::AtEnd, end)]
    );
    assert_eq!(plan[0].title, "5 minutes of parking left");
    assert!(plan[1].body.contains("BG 789-PP") && plan[1].body.contains("11:00"), "{}", plan[1].body);
    assert!(plan.iter().all(|reminder| reminder.at == reminder.fire_at), "the phone's clock is right");
}

#[test]
fn an_extension_moves_the_reminders_to_its_own_end() {
    let phone = Phone::ready("1000");
    let ticket = run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap().ticket().unwrap();
    let more = run(phone.client.parking().quote_extension(ticket.id, 30, PayMethod::Deposit)).unwrap();
    run(phone.client.payments().buy(&more)).unwrap();
    let ends: Vec<_> = phone.alarms.last().iter().map(|reminder| reminder.at).collect();
    let end = morning() + TimeDelta::minutes(90);
    assert_eq!(ends, [end - TimeDelta::minutes(5), end]);
}

#[test]
fn a_phone_whose_clock_is_wrong_gets_its_alarms_in_its_own_time() {
    let phone = Phone::new();
    phone.time.wrong_by(TimeDelta::hours(2));
    phone.sign_in();
    run(phone.client.vehicles().add(&belgrade(), "BG789PP", None)).unwrap();
    phone.fill("1000");
    run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    for reminder in phone.alarms.last() {
        assert_eq!(reminder.fire_at - reminder.at, TimeDelta::hours(2));
    }
}

#[test]
fn after_a_reboot_the_alarms_are_planned_anew_and_past_ones_are_not() {
    let mut phone = Phone::ready("1000");
    run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    phone.after(57);
    phone.time.reboot();
    phone.reopen();
    let plans = phone.alarms.0.lock().unwrap().len();
    phone.client.replan();
    assert_eq!(phone.alarms.0.lock().unwrap().len(), plans + 1);
    let plan = phone.alarms.last();
    assert_eq!(plan.iter().map(|reminder| reminder.kind).collect::<Vec<_>>(), [ReminderKind::AtEnd]);
    phone.after(5);
    phone.client.replan();
    assert!(phone.alarms.last().is_empty());
}

#[test]
fn the_same_plan_is_not_given_twice_and_never_more_than_64() {
    let phone = Phone::ready("5000");
    for number in 0..19 {
        run(phone.client.vehicles().add(&belgrade(), &format!("BG {:03}-AB", 100 + number), None)).unwrap();
    }
    for vehicle in phone.client.vehicles().list().unwrap() {
        for name in ["green", "blue"] {
            let quote = run(phone.client.parking().quote(&belgrade(), &zone(name), vehicle.id, 60, PayMethod::Deposit));
            let Ok(quote) = quote else { continue };
            run(phone.client.payments().buy(&quote)).unwrap();
        }
    }
    let plan = phone.alarms.last();
    assert!(phone.shown().active_tickets.len() > 32, "{}", phone.shown().active_tickets.len());
    assert_eq!(plan.len(), 64);
    assert!(plan.windows(2).all(|two| two[0].at <= two[1].at));
    let plans = phone.alarms.0.lock().unwrap().len();
    run(phone.client.sync()).unwrap();
    assert_eq!(phone.alarms.0.lock().unwrap().len(), plans, "nothing changed");
}

#[test]
fn a_ticket_that_a_clock_ahead_has_ended_is_active_again_when_the_clock_is_right_and_reminded_of_once_bg_53() {
    let phone = Phone::ready("1000");
    let bought = run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap().ticket().unwrap();
    let (state, parked) = (phone.client.parking().state(), phone.client.parking().parked().unwrap());
    let plan = phone.alarms.last();
    assert_eq!((state.active.as_slice(), plan.len()), (std::slice::from_ref(&bought), 2));
    // For a moment the operator's clock is 47 hours ahead, and it says that the ticket is over.
    phone.net.ahead_by(TimeDelta::hours(47));
    run(phone.client.sync()).unwrap();
    assert_eq!(
        (phone.client.now(), phone.client.parking().state().active.len()),
        (phone.time.now() + TimeDelta::hours(47), 0)
    );
    assert_eq!(phone.alarms.last(), []);
    phone.net.ahead_by(TimeDelta::zero());
    run(phone.client.sync()).unwrap();
    assert_eq!(phone.client.parking().state(), state);
    assert_eq!(phone.client.parking().parked().unwrap(), parked);
    assert_eq!(phone.alarms.last(), plan);
    // It is over when it is, and not before.
    phone.after(59);
    run(phone.client.sync()).unwrap();
    assert_eq!(phone.client.parking().state(), state);
    phone.after(1);
    run(phone.client.sync()).unwrap();
    assert_eq!((phone.client.parking().state().active.len(), phone.alarms.last().len()), (0, 0));
    assert_eq!(phone.client.parking().parked().unwrap(), []);
}

#[test]
fn what_was_shown_by_a_phone_that_was_ahead_is_shown_anew_when_its_clock_is_right() {
    let mut phone = Phone::ready("1000");
    run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    let (state, plan) = (phone.client.parking().state(), phone.alarms.last());
    phone.net.offline(true);
    phone.time.reboot();
    phone.time.wrong_by(TimeDelta::hours(47));
    phone.reopen();
    phone.client.replan();
    assert_eq!(phone.alarms.last(), [], "by this clock nothing is still to come");
    phone.time.wrong_by(TimeDelta::zero());
    phone.client.replan();
    assert_eq!((phone.client.parking().state(), phone.alarms.last()), (state, plan));
}

#[test]
fn a_code_that_was_sent_before_a_clock_was_ahead_is_good_again_when_it_is_right() {
    let phone = Phone::new();
    run(phone.client.account().request_code(PHONE)).unwrap();
    let code = phone.net.code();
    phone.net.ahead_by(TimeDelta::hours(47));
    let refused = run(phone.client.account().sign_in(PHONE, &code, "test phone")).unwrap_err();
    assert_eq!(refused.code(), "code_expired");
    phone.net.ahead_by(TimeDelta::zero());
    run(phone.client.account().sign_in(PHONE, &code, "test phone")).unwrap();
}
