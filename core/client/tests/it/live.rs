//! Live updates: one stream, resumed at its cursor, with pauses that spare operator and battery;
//! what comes is kept once and in order.

use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc;
use std::time::Duration;

use chrono::TimeDelta;
use mesto_client::http::HttpLink;
use mesto_client::{Client, LiveState, Observer, POLL, Ports, ProblemCode, Step, Topic, Updates};
use serde_json::json;

use crate::support::{Fault, PHONE, Phone, config, poll, rsd, run};

/// A second phone of the same driver.
fn another(phone: &Phone) -> Phone {
    let other = Phone::on(&phone.net, 9);
    phone.time.advance(TimeDelta::seconds(31));
    run(other.client.account().request_code(PHONE)).unwrap();
    run(other.client.account().sign_in(PHONE, &phone.net.code(), "second")).unwrap();
    other
}

/// A phone with live updates, and the other one where things happen.
fn two() -> (Phone, Phone) {
    let phone = Phone::ready("1000");
    let other = another(&phone);
    run(phone.client.sync()).unwrap();
    (phone, other)
}

fn buy(phone: &Phone) {
    let bought = run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    assert!(bought.ticket().is_some(), "{bought:?}");
}

/// The pause after a step that failed.
fn pause(updates: &mut Updates) -> Duration {
    match run(updates.step()) {
        Step::After(pause) => pause,
        other => panic!("{other:?}"),
    }
}

/// Within half of it and the whole of it.
fn jittered(pause: Duration, whole: u64) {
    let whole = Duration::from_secs(whole);
    assert!((whole / 2..=whole).contains(&pause), "{pause:?} of {whole:?}");
}

#[test]
fn what_happens_elsewhere_shows_while_the_stream_is_open() {
    let (phone, other) = two();
    let mut updates = phone.client.live().begin();
    {
        let mut step = pin!(updates.step());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(step.as_mut().poll(&mut context).is_pending());
        assert_eq!(phone.client.live().state(), LiveState::Live);
        assert_eq!(phone.shown().active_tickets.len(), 0);
        phone.net.log();
        buy(&other);
        phone.net.log();
        assert!(step.as_mut().poll(&mut context).is_pending());
        assert_eq!((phone.shown().active_tickets.len(), phone.balance()), (1, rsd("920.00")));
        assert_eq!(phone.net.log(), Vec::<String>::new(), "nothing had to be asked");
    }
    drop(updates);
    assert_eq!((phone.client.live().state(), phone.net.open_streams()), (LiveState::Off, 0));
}

#[test]
fn a_stream_that_broke_goes_on_where_it_stood_and_nothing_is_kept_twice() {
    let (phone, other) = two();
    phone.net.streams_double();
    let mut updates = phone.client.live().begin();
    assert_eq!(poll(updates.step()), None);
    let first = phone.net.opened();
    buy(&other);
    phone.net.break_streams();
    assert_eq!(poll(updates.step()), None, "a step that was dropped connects again");
    assert_eq!((phone.shown().active_tickets.len(), phone.balance()), (1, rsd("920.00")));
    assert_eq!(phone.net.opened(), first, "from the cursor on that was kept last");
    phone.net.break_streams();
    assert_eq!(poll(updates.step()), None);
    let now = phone.net.opened();
    assert!(now != first && now.iter().all(Option::is_some), "{now:?}");
}

#[test]
fn pauses_grow_from_a_second_to_a_minute_and_begin_anew_after_a_good_minute() {
    let (phone, _) = two();
    let mut updates = phone.client.live().begin();
    phone.net.offline(true);
    for whole in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
        let pause = pause(&mut updates);
        jittered(pause, whole);
        let until = phone.client.now() + TimeDelta::from_std(pause).unwrap();
        assert_eq!(phone.client.live().state(), LiveState::Waiting { until });
    }
    phone.net.offline(false);
    // A stream that breaks at once does not count as a good one.
    phone.net.streams_say(b"retry: 3000\n\n");
    {
        let mut step = pin!(updates.step());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(step.as_mut().poll(&mut context).is_pending());
        phone.time.advance(TimeDelta::seconds(59));
        phone.net.break_streams();
        let std::task::Poll::Ready(Step::After(pause)) = step.as_mut().poll(&mut context) else { panic!("it broke") };
        jittered(pause, 60);
    }
    let mut step = pin!(updates.step());
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(step.as_mut().poll(&mut context).is_pending());
    phone.time.advance(TimeDelta::seconds(60));
    phone.net.break_streams();
    let std::task::Poll::Ready(Step::After(pause)) = step.as_mut().poll(&mut context) else { panic!("it broke") };
    // As long as the operator told by `retry:`.
    jittered(pause, 3);
}

#[test]
fn an_operator_who_asks_for_time_is_given_it() {
    let (phone, _) = two();
    let mut updates = phone.client.live().begin();
    let refused = json!({"type": "urn:mesto:problem:rate_limited", "title": "", "status": 429, "code": "rate_limited", "detail": ""});
    for (status, body) in [(429, refused.to_string().into_bytes()), (503, b"<html>nginx</html>".to_vec())] {
        phone.net.fault("STREAM", Fault::Says(status, vec![("Retry-After".to_owned(), "90".to_owned())], body));
        let asked = pause(&mut updates);
        assert!((90..=92).contains(&asked.as_secs()), "{asked:?}");
    }
    // A slip must not end them for a year.
    phone.net.fault("STREAM", Fault::Says(503, vec![("Retry-After".to_owned(), "99999999".to_owned())], Vec::new()));
    assert!(pause(&mut updates) <= Duration::from_secs(3_660));
}

#[test]
fn a_session_that_is_over_ends_them() {
    let (phone, _) = two();
    let mut updates = phone.client.live().begin();
    phone.net.fault("STREAM", Fault::refuses(ProblemCode::Unauthorized));
    let Step::Ended(Err(over)) = run(updates.step()) else { panic!("they go on") };
    assert_eq!((over.code(), phone.client.live().state()), ("unauthorized", LiveState::Off));
    // And nobody is asked while nobody is signed in.
    phone.net.log();
    let mut again = phone.client.live().begin();
    let Step::Ended(Err(over)) = run(again.step()) else { panic!("they go on") };
    assert_eq!((over.code(), phone.net.log()), ("not_signed_in", Vec::new()));
}

#[test]
fn an_app_that_is_too_old_or_closed_ends_them() {
    let (phone, _) = two();
    let mut updates = phone.client.live().begin();
    phone.net.fault("STREAM", Fault::refuses(ProblemCode::ClientTooOld));
    let Step::Ended(Err(old)) = run(updates.step()) else { panic!("they go on") };
    assert_eq!(old.code(), "client_too_old");
    let mut updates = phone.client.live().begin();
    phone.client.close();
    let Step::Ended(Err(closed)) = run(updates.step()) else { panic!("they go on") };
    assert_eq!(closed.code(), "closed");
}

#[test]
fn a_cursor_that_is_too_old_reads_the_account_as_a_whole() {
    let (phone, other) = two();
    let mut updates = phone.client.live().begin();
    assert_eq!(poll(updates.step()), None);
    buy(&other);
    phone.net.fault("STREAM", Fault::refuses(ProblemCode::CursorTooOld));
    jittered(pause(&mut updates), 1);
    phone.net.fault("GET /v1/events", Fault::refuses(ProblemCode::CursorTooOld));
    phone.net.log();
    assert_eq!(poll(updates.step()), None);
    assert!(phone.net.log().contains(&"GET /v1/account".to_owned()));
    assert_eq!(phone.shown().active_tickets.len(), 1);
}

#[test]
fn an_event_that_cannot_be_read_makes_the_phone_ask_and_the_stream_goes_on() {
    let (phone, other) = two();
    buy(&other);
    phone.net.streams_say(b"data: {\"kind\": 1}\n\n");
    let mut updates = phone.client.live().begin();
    assert_eq!(poll(updates.step()), None);
    assert_eq!(phone.shown().active_tickets.len(), 1);
    assert_eq!(phone.client.live().state(), LiveState::Live);
}

#[test]
fn there_is_one_stream_and_who_begins_anew_has_it() {
    let (phone, _) = two();
    let mut first = phone.client.live().begin();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut second = {
        let mut step = pin!(first.step());
        assert!(step.as_mut().poll(&mut context).is_pending());
        let second = phone.client.live().begin();
        let std::task::Poll::Ready(Step::After(Duration::ZERO)) = step.as_mut().poll(&mut context) else {
            panic!("the first goes on")
        };
        second
    };
    assert_eq!(phone.net.open_streams(), 0);
    assert_eq!(run(first.step()), Step::Ended(Ok(())));
    let mut step = pin!(second.step());
    assert!(step.as_mut().poll(&mut context).is_pending());
    // The end of the first one is not that of the second.
    drop(first);
    assert_eq!((phone.net.open_streams(), phone.client.live().state()), (1, LiveState::Live));
    phone.client.live().stop();
    assert_eq!(step.as_mut().poll(&mut context), std::task::Poll::Ready(Step::After(Duration::ZERO)));
    assert_eq!((phone.net.open_streams(), phone.client.live().state()), (0, LiveState::Off));
}

#[test]
fn another_network_is_tried_at_once_and_a_stream_of_the_old_one_is_let_go() {
    let (phone, _) = two();
    let mut updates = phone.client.live().begin();
    phone.net.offline(true);
    for _ in 0..6 {
        pause(&mut updates);
    }
    assert_eq!(poll(updates.hurried()), None);
    phone.client.live().network_changed();
    assert_eq!(poll(updates.hurried()), Some(()));
    jittered(pause(&mut updates), 1);
    phone.net.offline(false);
    phone.client.live().network_changed();
    phone.net.opened();
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    {
        let mut step = pin!(updates.step());
        assert!(step.as_mut().poll(&mut context).is_pending());
        phone.client.live().network_changed();
        assert_eq!(step.as_mut().poll(&mut context), std::task::Poll::Ready(Step::After(Duration::ZERO)));
    }
    let mut step = pin!(updates.step());
    assert!(step.as_mut().poll(&mut context).is_pending());
    assert_eq!((phone.net.opened().len(), phone.net.open_streams()), (2, 1));
}

#[test]
fn a_link_that_cannot_stream_is_asked_every_fifteen_seconds() {
    let (phone, other) = two();
    phone.net.streams_impossible(true);
    let mut updates = phone.client.live().begin();
    assert_eq!(run(updates.step()), Step::After(POLL));
    assert_eq!(phone.client.live().state(), LiveState::Polling);
    buy(&other);
    phone.net.log();
    assert_eq!(run(updates.step()), Step::After(POLL));
    assert!(phone.net.log().iter().all(|request| request.starts_with("GET /v1/events?after=")));
    assert_eq!((phone.shown().active_tickets.len(), phone.client.live().state()), (1, LiveState::Polling));
    phone.net.offline(true);
    jittered(pause(&mut updates), 1);
    assert!(matches!(phone.client.live().state(), LiveState::Waiting { .. }));
}

#[test]
fn a_stream_that_somebody_in_between_keeps_for_himself_still_brings_what_happens() {
    let (phone, other) = two();
    let mut updates = phone.client.live().begin();
    buy(&other);
    for _ in 0..3 {
        phone.net.fault("STREAM", Fault::Says(200, Vec::new(), b"<html>".to_vec()));
        pause(&mut updates);
    }
    assert_eq!(phone.shown().active_tickets.len(), 1);
}

#[test]
fn who_signs_in_after_another_one_is_followed_and_hears_nothing_of_him() {
    let (phone, _) = two();
    let mut updates = phone.client.live().begin();
    assert_eq!(poll(updates.step()), None);
    run(phone.client.account().sign_out()).unwrap();
    let number = "+381640000999";
    run(phone.client.account().request_code(number)).unwrap();
    run(phone.client.account().sign_in(number, &phone.net.code_of(number), "test phone")).unwrap();
    phone.net.opened();
    assert_eq!(poll(updates.step()), None);
    assert_eq!(phone.client.live().state(), LiveState::Live);
    assert!(phone.shown().active_tickets.is_empty());
}

/// Tells that the tickets changed.
struct Told(mpsc::Sender<()>);

impl Observer for Told {
    fn changed(&self, topics: &[Topic]) {
        if topics.contains(&Topic::Parking) || topics.contains(&Topic::Live) {
            let _ = self.0.send(());
        }
    }
}

#[test]
#[allow(clippy::disallowed_methods)] // a length of time is measured, no moment told
fn a_ticket_bought_on_another_phone_shows_within_two_seconds_over_http() {
    let phone = Phone::ready("1000");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let store: Arc<dyn mesto_operator::Store> = phone.net.store.clone();
    let serving = runtime.spawn(mesto_operator::serve(
        listener,
        Arc::clone(&phone.net.operator),
        store,
        Arc::new(phone.time.clone()),
        async {
            let _ = ended.await;
        },
    ));
    let over_http = |phone: &Phone, file: &str| {
        let link = Arc::new(HttpLink::new(&address).unwrap());
        let path = phone.folder.path().join(file);
        let client = Client::open(config(path, &phone.net), Ports { link, ..phone.ports.clone() }).unwrap();
        runtime.block_on(client.cities().refresh(&crate::support::belgrade())).unwrap();
        phone.time.advance(TimeDelta::seconds(31));
        runtime.block_on(client.account().request_code(PHONE)).unwrap();
        let code = phone.net.code();
        runtime.block_on(client.account().sign_in(PHONE, &code, file)).unwrap();
        client
    };
    let other = Phone::on(&phone.net, 9);
    let (here, there) = (over_http(&phone, "here.db"), over_http(&other, "there.db"));
    let (tell, told) = mpsc::channel();
    let _subscription = here.subscribe(Arc::new(Told(tell)));
    let mut updates = here.live().begin();
    let follows = runtime.spawn(async move { updates.step().await });
    // Every wait is for the next word of the observer, and ends with the two seconds.
    let until = |what: &dyn Fn() -> bool, within: Duration| {
        let begun = std::time::Instant::now();
        while !what() {
            let left = within.saturating_sub(begun.elapsed());
            told.recv_timeout(left).expect("it was not told in time");
        }
    };
    until(&|| here.live().state() == LiveState::Live, Duration::from_secs(20));
    let quote = runtime
        .block_on(there.parking().quote(
            &crate::support::belgrade(),
            &crate::support::zone("red"),
            there.vehicles().list().unwrap()[0].id,
            60,
            mesto_client::protocol::base::payments::PayMethod::Deposit,
        ))
        .unwrap();
    runtime.block_on(there.payments().buy(&quote)).unwrap();
    until(&|| here.parking().state().active.len() == 1, Duration::from_secs(2));
    here.live().stop();
    assert_eq!(runtime.block_on(follows).unwrap(), Step::After(Duration::ZERO));
    drop(end);
    runtime.block_on(serving).unwrap().unwrap();
}
