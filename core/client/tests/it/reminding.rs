//! The plan of reminders: before the end and at the end, in the phone's own time.

use chrono::TimeDelta;
use mesto_client::ReminderKind;
use mesto_client::protocol::base::payments::PayMethod;

use crate::support::{Phone, belgrade, morning, run, zone};

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
