//! What an app watches: the state now, then every change, the latest only.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mesto_client::{Client, Observer, Snapshot};

use crate::support::{Fault, Phone, rsd, run};

struct Told(Mutex<Sender<Arc<Snapshot>>>);

impl Observer for Told {
    fn changed(&self, snapshot: Arc<Snapshot>) {
        let _ = self.0.lock().unwrap().send(snapshot);
    }
}

fn listen(client: &Client) -> (mesto_client::Subscription, Receiver<Arc<Snapshot>>) {
    let (told, heard) = channel();
    (client.subscribe(Arc::new(Told(Mutex::new(told)))), heard)
}

/// Reads until the state is as wanted; a state that never comes fails by the time-out.
fn until(heard: &Receiver<Arc<Snapshot>>, wanted: impl Fn(&Snapshot) -> bool) -> Arc<Snapshot> {
    loop {
        let snapshot = heard.recv_timeout(Duration::from_secs(20)).expect("the state never came");
        if wanted(&snapshot) {
            return snapshot;
        }
    }
}

#[test]
fn an_observer_is_told_the_state_now_and_then_each_change() {
    let phone = Phone::ready("1000");
    let (_subscription, heard) = listen(&phone.client);
    let first = heard.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!((first.balance, first.active_tickets.len()), (Some(rsd("1000.00")), 0));
    let quote = phone.quote("red", 60);
    phone.net.fault("POST /v1/tickets", Fault::AnswerLost);
    run(phone.client.buy(&quote)).unwrap();
    until(&heard, |shown| shown.open_intents.len() == 1 && shown.active_tickets.is_empty());
    run(phone.client.settle()).unwrap();
    run(phone.client.sync()).unwrap();
    until(&heard, |shown| {
        shown.open_intents.is_empty() && shown.active_tickets.len() == 1 && shown.balance == Some(rsd("920.00"))
    });
}

#[test]
fn a_dropped_subscription_hears_nothing_more_and_another_still_does() {
    let phone = Phone::ready("1000");
    let (first, heard_first) = listen(&phone.client);
    let (_second, heard_second) = listen(&phone.client);
    until(&heard_first, |_| true);
    until(&heard_second, |_| true);
    drop(first);
    run(phone.client.buy(&phone.quote("red", 60))).unwrap();
    until(&heard_second, |shown| shown.active_tickets.len() == 1);
    // The channel closes with the observer: what comes out is what was told before.
    while let Ok(snapshot) = heard_first.recv_timeout(Duration::from_secs(20)) {
        assert!(snapshot.active_tickets.is_empty());
    }
}

#[test]
fn an_observer_may_call_the_client_from_inside() {
    struct Curious(Client, Mutex<Sender<usize>>);
    impl Observer for Curious {
        fn changed(&self, _: Arc<Snapshot>) {
            let _ = self.1.lock().unwrap().send(self.0.snapshot().vehicles.len() + self.0.vehicles().unwrap().len());
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
    run(phone.client.buy(&phone.quote("red", 60))).unwrap();
    phone.after(59);
    assert_eq!(phone.shown().active_tickets.len(), 1);
    phone.after(1);
    assert!(phone.shown().active_tickets.is_empty(), "without a word from the operator");
}

#[test]
fn the_snapshot_file_of_widgets_follows_the_state() {
    let phone = Phone::ready("1000");
    let file = phone.folder.path().join("widget.json");
    let mut config = crate::support::config(phone.path(), &phone.net);
    config.snapshot_path = Some(file.clone());
    let client = Client::open(config, phone.ports.clone()).unwrap();
    let quote = phone.quote("green", 60);
    phone.net.fault("POST /v1/tickets", Fault::RequestLost);
    run(client.buy(&quote)).unwrap();
    run(client.buy(&phone.quote("red", 60))).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(json["active_tickets"][0]["plate"]["canonical"], "BG789PP");
    assert_eq!(json["balance"]["amount"], "920.00");
    assert_eq!(
        (&json["open_intents"][0]["state"], &json["open_intents"][0]["progress"]),
        (&"unconfirmed".into(), &"left".into())
    );
    assert!(!file.with_extension("new").exists());
}

#[test]
fn what_many_threads_change_at_once_leaves_alarms_and_file_as_the_state_is() {
    let phone = Phone::ready("5000");
    let file = phone.folder.path().join("widget.json");
    let mut config = crate::support::config(phone.path(), &phone.net);
    config.snapshot_path = Some(file.clone());
    let client = Client::open(config, phone.ports.clone()).unwrap();
    let car = phone.car();
    std::thread::scope(|threads| {
        for zone in ["red", "yellow", "green", "blue"] {
            let (client, car) = (&client, &car);
            threads.spawn(move || {
                let quote = run(client.quote(zone, car, 60)).unwrap();
                run(client.buy(&quote)).unwrap();
                client.replan();
            });
        }
    });
    let shown = client.snapshot();
    assert_eq!(shown.active_tickets.len(), 4);
    assert_eq!(phone.alarms.last(), client.reminders());
    let written: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(written, serde_json::to_value(shown.as_ref()).unwrap());
}
