//! What an app watches: the state now, then every change, the latest only.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::TimeDelta;
use mesto_client::protocol::base::payments::PayMethod;
use mesto_client::{Client, Observer, Secrets as _, Topic, WeakClient};

use crate::support::{Fault, Phone, Shown, belgrade, rsd, run, shown, zone};

/// Looks at the state whenever it is told.
struct StateReader(WeakClient, Mutex<Sender<(Vec<Topic>, Shown)>>);

impl Observer for StateReader {
    fn changed(&self, topics: &[Topic]) {
        let Some(client) = self.0.upgrade() else { return };
        let _ = self.1.lock().unwrap().send((topics.to_vec(), shown(&client)));
    }
}

type Heard = Receiver<(Vec<Topic>, Shown)>;

fn listen(client: &Client) -> (mesto_client::Subscription, Heard) {
    let (told, heard) = channel();
    (client.subscribe(Arc::new(StateReader(client.downgrade(), Mutex::new(told)))), heard)
}

/// Reads until the state is as wanted; a state that never comes fails by the time-out.
fn until(heard: &Heard, wanted: impl Fn(&Shown) -> bool) -> Shown {
    loop {
        let (_, shown) = heard.recv_timeout(Duration::from_secs(20)).expect("the state never came");
        if wanted(&shown) {
            return shown;
        }
    }
}

#[test]
fn an_observer_is_told_the_state_now_and_then_each_change() {
    let phone = Phone::ready("1000");
    let (_subscription, heard) = listen(&phone.client);
    let (topics, first) = heard.recv_timeout(Duration::from_secs(20)).unwrap();
    assert!(topics.contains(&Topic::Parking) && topics.contains(&Topic::Wallet), "every topic at first: {topics:?}");
    assert_eq!((first.balance, first.active_tickets.len()), (Some(rsd("1000.00")), 0));
    let quote = phone.quote("red", 60);
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    run(phone.client.payments().buy(&quote)).unwrap();
    until(&heard, |shown| shown.open_intents.len() == 1 && shown.active_tickets.is_empty());
    run(phone.client.payments().settle_all()).unwrap();
    run(phone.client.sync()).unwrap();
    until(&heard, |shown| {
        shown.open_intents.is_empty() && shown.active_tickets.len() == 1 && shown.balance == Some(rsd("920.00"))
    });
}

#[test]
fn a_ticket_that_comes_back_with_the_right_time_is_told_as_its_end_was() {
    let phone = Phone::ready("1000");
    let (_subscription, heard) = listen(&phone.client);
    run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    until(&heard, |shown| shown.active_tickets.len() == 1);
    phone.net.ahead_by(TimeDelta::hours(47));
    run(phone.client.sync()).unwrap();
    until(&heard, |shown| shown.active_tickets.is_empty());
    phone.net.ahead_by(TimeDelta::zero());
    // Nothing new is told of the ticket: the right time alone brings it back.
    run(phone.client.wallet().history(None, 1)).unwrap();
    until(&heard, |shown| shown.active_tickets.len() == 1);
}

#[test]
fn a_dropped_subscription_hears_nothing_more_and_another_still_does() {
    let phone = Phone::ready("1000");
    let (first, heard_first) = listen(&phone.client);
    let (_second, heard_second) = listen(&phone.client);
    until(&heard_first, |_| true);
    until(&heard_second, |_| true);
    drop(first);
    run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    until(&heard_second, |shown| shown.active_tickets.len() == 1);
    // The channel closes with the observer: what comes out is what was told before.
    while let Ok((_, shown)) = heard_first.recv_timeout(Duration::from_secs(20)) {
        assert!(shown.active_tickets.is_empty());
    }
}

#[test]
fn an_observer_is_told_the_topics_that_a_transaction_touched_and_no_other() {
    let phone = Phone::ready("1000");
    let (_subscription, heard) = listen(&phone.client);
    heard.recv_timeout(Duration::from_secs(20)).unwrap();
    run(phone.client.vehicles().add(&belgrade(), "NS 123-AB", None)).unwrap();
    let (topics, shown) = heard.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!((topics, shown.vehicles.len()), (vec![Topic::Vehicles], 2));
    let quote = phone.quote("red", 60);
    run(phone.client.payments().buy(&quote)).unwrap();
    let mut told = Vec::new();
    while !(told.contains(&Topic::Parking) && told.contains(&Topic::Payments) && told.contains(&Topic::Wallet)) {
        told.extend(heard.recv_timeout(Duration::from_secs(20)).unwrap().0);
    }
    assert!(!told.contains(&Topic::Orders) && !told.contains(&Topic::Vehicles), "{told:?}");
}

#[test]
fn an_observer_may_call_the_client_from_inside() {
    struct Curious(Client, Mutex<Sender<usize>>);
    impl Observer for Curious {
        fn changed(&self, _: &[Topic]) {
            let vehicles = self.0.vehicles();
            let _ = self.1.lock().unwrap().send(vehicles.state().vehicles.len() + vehicles.list().unwrap().len());
        }
    }
    let phone = Phone::ready("0");
    let (told, heard) = channel();
    let subscription = phone.client.subscribe(Arc::new(Curious(phone.client.clone(), Mutex::new(told))));
    assert_eq!(heard.recv_timeout(Duration::from_secs(20)).unwrap(), 2);
    subscription.cancel();
}

#[test]
fn a_ticket_leaves_the_state_when_its_time_is_over() {
    let phone = Phone::ready("1000");
    run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    phone.after(59);
    assert_eq!(phone.shown().active_tickets.len(), 1);
    phone.after(1);
    assert!(phone.shown().active_tickets.is_empty(), "without a word from the operator");
}

#[test]
fn the_file_of_widgets_follows_the_state() {
    let phone = Phone::ready("1000");
    let file = phone.folder.path().join("widget.json");
    let mut config = crate::support::config(phone.path(), &phone.net);
    config.widget_path = Some(file.clone());
    let client = Client::open(config, phone.ports.clone()).unwrap();
    let quote = phone.quote("green", 60);
    phone.net.fault("POST /v1/purchases", Fault::RequestLost);
    run(client.payments().buy(&quote)).unwrap();
    run(client.payments().buy(&phone.quote("red", 60))).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(json["format"], 1);
    let sections = &json["sections"];
    assert_eq!(sections["parking"]["active"][0]["plate"]["canonical"], "BG789PP");
    assert_eq!(sections["wallet"]["balance"]["amount"], "920.00");
    let open = &sections["payments"]["open"][0];
    assert_eq!((&open["state"], &open["progress"]), (&"unconfirmed".into(), &"sent".into()));
    assert!(!file.with_extension("new").exists());
}

#[cfg(unix)]
#[test]
fn the_file_of_widgets_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let phone = Phone::ready("1000");
    let file = phone.folder.path().join("widget.json");
    // What an earlier version, or one that was killed, left behind.
    for left in [file.clone(), file.with_extension("new")] {
        std::fs::write(&left, "{}").unwrap();
        std::fs::set_permissions(&left, std::fs::Permissions::from_mode(0o644)).unwrap();
    }
    let mut config = crate::support::config(phone.path(), &phone.net);
    config.widget_path = Some(file.clone());
    let client = Client::open(config, phone.ports.clone()).unwrap();
    run(client.payments().buy(&phone.quote("red", 60))).unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    let token = phone.secrets.get("localhost/session_token").unwrap().unwrap();
    assert!(text.contains("BG789PP") && !text.contains(&token) && !text.contains("641234567"), "{text}");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn what_many_threads_change_at_once_leaves_alarms_and_file_as_the_state_is() {
    let phone = Phone::ready("5000");
    let file = phone.folder.path().join("widget.json");
    let mut config = crate::support::config(phone.path(), &phone.net);
    config.widget_path = Some(file.clone());
    let client = Client::open(config, phone.ports.clone()).unwrap();
    let car = phone.car();
    std::thread::scope(|threads| {
        for name in ["red", "yellow", "green", "blue"] {
            let client = &client;
            threads.spawn(move || {
                let quote = run(client.parking().quote(&belgrade(), &zone(name), car, 60, PayMethod::Deposit)).unwrap();
                run(client.payments().buy(&quote)).unwrap();
                client.replan();
            });
        }
    });
    let parking = client.parking().state();
    assert_eq!(parking.active.len(), 4);
    assert_eq!(phone.alarms.last(), client.reminders());
    let written: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(written["sections"]["parking"], serde_json::to_value(parking.as_ref()).unwrap());
    assert_eq!(written["sections"]["wallet"], serde_json::to_value(client.wallet().state().as_ref()).unwrap());
}
