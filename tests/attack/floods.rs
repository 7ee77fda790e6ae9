//! Who asks too much, too slowly or not at all, and everybody else meanwhile.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Instant;

use chrono::TimeDelta;
use mesto_operator::{FairShares, IntentLimits, PaymentLimits, Request, Response, SignInLimits};
use mesto_protocol::base::accounts;
use mesto_protocol::base::payments::{Bought, PayMethod, PaymentState, Purchase, Quote};
use mesto_protocol::parking::purchase::ParkingSubject;
use mesto_simulation::driver::{Driver, approval};
use serde_json::{Value, json};

use crate::scene::{must, phone_of, sign_in};
use crate::served::{CROWD, LONG, Served, guarded, heard};

/// So many hold a connection and say nothing.
const SILENT: usize = 1_100;

/// A driver who buys in another zone each time; each purchase is sold.
struct Customer<'a> {
    driver: Driver<'a>,
    served: &'a Served,
    zones: std::vec::IntoIter<&'static str>,
}

impl<'a> Customer<'a> {
    fn new(served: &'a Served, number: u64) -> Self {
        let mut driver = Driver::new(served, number);
        driver.fund(5_000);
        Self { driver, served, zones: vec!["a", "red", "yellow", "green", "blue"].into_iter() }
    }

    #[track_caller]
    fn buys(&mut self) {
        let zone = self.zones.next().expect("another zone");
        let quote = self.driver.quote(self.driver.vehicle, zone, 30);
        must::<Bought>(self.served, &self.driver.purchase(&quote));
    }
}

fn statuses(answers: &[Response]) -> Vec<u16> {
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    statuses.dedup();
    statuses
}

#[allow(clippy::disallowed_methods)] // a length of time is measured, no moment told
fn instant() -> Instant {
    Instant::now()
}

#[test]
fn an_account_that_asks_without_an_end_is_told_to_wait_and_others_buy() {
    let served = &Served::guarded();
    let flooder = Driver::new(served, 1);
    let mut customer = Customer::new(served, 2);
    let quote = json!({"city": "belgrade", "items": [{"service": "parking", "subject": {"zone": "red", "vehicle": flooder.vehicle, "minutes": 30}}]});
    let flood: Vec<Request> =
        (0..CROWD).map(|_| Request::new("POST", "/v1/quotes").bearer(&flooder.token).json(&quote)).collect();
    let (mut waits, began) = (0, instant());
    for _ in 0..4 {
        let answers = served.at_once(&flood);
        assert!(answers.iter().all(|answer| [201, 429].contains(&answer.status)), "{:?}", statuses(&answers));
        for answer in answers.iter().filter(|answer| answer.status == 429) {
            assert!(
                answer
                    .get("retry-after")
                    .is_some_and(|seconds| seconds.parse::<u32>().is_ok_and(|seconds| seconds >= 1))
            );
            waits += 1;
        }
        customer.buys();
    }
    // No more than its burst, and its rate for as long as it took.
    let share = FairShares::default().account;
    let seconds = usize::try_from(began.elapsed().as_secs()).unwrap() + 1;
    let most = share.burst as usize + share.per_second as usize * seconds;
    let answered = 4 * CROWD - waits;
    assert!(answered <= most, "{answered} were answered within {seconds} seconds, {most} may be");
    served.check();
}

#[test]
fn tokens_that_are_none_are_tried_a_few_times_and_the_right_one_is_let_in() {
    let served = &Served::guarded();
    let mut customer = Customer::new(served, 1);
    let tries: Vec<Request> =
        (0..CROWD).map(|number| Request::new("GET", accounts::READ.path).bearer(&format!("{number:064x}"))).collect();
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.extend(served.at_once(&tries));
        customer.buys();
    }
    assert_eq!(statuses(&seen), [401, 429]);
}

#[test]
fn sixty_four_anonymous_readers_do_not_keep_anybody_from_buying() {
    let served = &Served::guarded();
    let mut customer = Customer::new(served, 1);
    let paths = ["/v1/cities/belgrade", "/v1/openapi.json", "/v1/keys", "/v1/operator", "/v1/revocations", "/healthz"];
    let readers: Vec<Request> = (0..CROWD).map(|place| Request::new("GET", paths[place % paths.len()])).collect();
    std::thread::scope(|scope| {
        let reading = scope.spawn(|| {
            for _ in 0..4 {
                let answers = served.at_once(&readers);
                assert!(answers.iter().all(|answer| [200, 429].contains(&answer.status)), "{:?}", statuses(&answers));
            }
        });
        for _ in 0..4 {
            customer.buys();
        }
        reading.join().unwrap();
    });
}

/// Opens a connection and says this much.
fn begun(served: &Served, said: &str) -> TcpStream {
    let mut stream = TcpStream::connect(served.address).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    stream.write_all(said.as_bytes()).unwrap();
    stream
}

#[test]
fn silent_connections_half_heads_and_half_bodies_hold_nobody_up() {
    let served = &Served::guarded();
    let mut customer = Customer::new(served, 1);
    let half = [
        "",
        "G",
        "GET /v1/clock HTTP/1.1\r\n",
        "GET /v1/clock HTTP/1.1\r\nhost: x\r\nx-slow: ",
        "POST /v1/auth/code HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{\"phone\"",
        "POST /v1/auth/code HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"ph",
    ];
    let held: Vec<TcpStream> = (0..SILENT).map(|place| begun(served, half[place % half.len()])).collect();
    for _ in 0..4 {
        customer.buys();
    }
    assert_eq!(served.send(&Request::new("GET", "/healthz")).status, 200);
    drop(held);
    customer.buys();
    served.check();
}

#[test]
fn readers_who_do_not_read_hold_nobody_up() {
    let served = &Served::guarded();
    let mut customer = Customer::new(served, 1);
    // A hundred answers one behind another, of which nothing is taken.
    let asks = "GET /v1/openapi.json HTTP/1.1\r\nhost: x\r\n\r\n".repeat(100);
    let held: Vec<TcpStream> = (0..CROWD).map(|_| begun(served, &asks)).collect();
    for _ in 0..4 {
        customer.buys();
    }
    drop(held);
    served.check();
}

#[test]
fn a_head_without_an_end_is_refused() {
    let served = &Served::guarded();
    let heads = [
        format!("GET /v1/clock HTTP/1.1\r\nhost: x\r\nx: {}", "x".repeat(200_000)),
        format!("GET /v1/clock HTTP/1.1\r\n{}", "x: y\r\n".repeat(5_000)),
        format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", "x".repeat(200_000)),
    ];
    for head in heads {
        let mut stream = TcpStream::connect(served.address).unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        // It may have been refused before it is all said.
        let _ = stream.write_all(head.as_bytes());
        let answer = heard(&mut stream);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer:.100}");
    }
    assert_eq!(served.send(&Request::new("GET", "/healthz")).status, 200);
}

/// Opens a stream of events and reads it up to its first comment.
fn stream(served: &Served, token: &str) -> BufReader<TcpStream> {
    let head = format!(
        "GET /v1/events HTTP/1.1\r\nhost: x\r\nconnection: close\r\naccept: text/event-stream\r\nauthorization: Bearer {token}\r\n\r\n"
    );
    let mut stream = BufReader::new(begun(served, &head));
    assert_eq!(line_with(&mut stream, "HTTP/1.1 "), "HTTP/1.1 200 OK");
    line_with(&mut stream, "retry: ");
    stream
}

/// Reads up to a line with these words, and gives it.
fn line_with(stream: &mut BufReader<TcpStream>, words: &str) -> String {
    let mut line = String::new();
    while !line.contains(words) {
        line.clear();
        assert!(stream.read_line(&mut line).unwrap() > 0, "it ended without `{words}`");
    }
    line.trim_end().to_owned()
}

#[test]
fn streams_of_one_account_have_an_end_and_its_sessions_do_not_shut_each_other_out() {
    let served = &Served::guarded();
    let mut customer = Customer::new(served, 1);
    let other = sign_in(served, &phone_of(1), 7).token;
    let mut watched = stream(served, &other);
    let token = customer.driver.token.clone();
    // Beside the one of another phone eight fit: for each more the oldest of this phone ends.
    let mut held: VecDeque<BufReader<TcpStream>> = (0..7).map(|_| stream(served, &token)).collect();
    for _ in 0..9 {
        held.push_back(stream(served, &token));
        let mut over = held.pop_front().unwrap();
        assert_eq!(line_with(&mut over, "retry: "), "retry: 60000");
        let behind = String::from_utf8_lossy(over.buffer()).into_owned() + &heard(over.get_mut());
        // The blank line of the last word, and the empty chunk that ends the answer.
        assert_eq!(behind.replace("\r\n", "\n").trim(), "0", "something comes behind the end");
    }
    customer.buys();
    for stream in held.iter_mut().chain([&mut watched]) {
        line_with(stream, "event: parking.ticket");
    }
}

on_both_databases! {
    #[test]
    fn codes_asked_for_at_once_are_no_more_than_those_asked_for_one_after_another(served) {
        let usual = 5;
        let limits = SignInLimits { codes_per_network: usual, ..SignInLimits::default() };
        let operator = guarded(served.now(), true).limited(limits).limited(FairShares::of(1_000_000, 1_000, 1_000_000));
        let served = &Served::of(Arc::new(operator), Arc::clone(&served.store), Arc::clone(&served.watch));
        let asks: Vec<Request> = (0..CROWD)
            .map(|number| Request::new("POST", "/v1/auth/code").json(&json!({"phone": format!("+38164{number:07}")})))
            .collect();
        let answers = served.at_once(&asks);
        assert_eq!(statuses(&answers), [200, 429]);
        assert_eq!(served.number("SELECT COUNT(*) AS number FROM message"), usual);
        // Nobody is shut out: a little later the next one is sent.
        served.watch.pass(TimeDelta::seconds(21));
        must::<Value>(served, &Request::new("POST", "/v1/auth/code").json(&json!({"phone": "+381651234567"})));
    }

    #[test]
    fn who_cancels_made_up_keys_without_an_end_keeps_few_rows_and_nobody_from_buying_by_card(served) {
        let limits = IntentLimits { cancelled_per_day: 100 };
        let codes = SignInLimits { codes_per_network: 1_000, ..SignInLimits::default() };
        let operator = Arc::new(guarded(served.now(), true).limited(limits).limited(codes));
        let served = &Served::of(operator, Arc::clone(&served.store), Arc::clone(&served.watch));
        let flooder = Driver::new(served, 1);
        let mut customers: Vec<Driver<'_>> = (2..7).map(|number| Driver::new(served, number)).collect();
        let (mut seen, mut number) = (Vec::new(), 0);
        std::thread::scope(|scope| {
            let (token, seen) = (&flooder.token, &mut seen);
            let flood = scope.spawn(move || {
                for _ in 0..16 {
                    let round: Vec<Request> = (0..CROWD)
                        .map(|place| {
                            number += 1;
                            let method = if place % 4 == 0 { "GET" } else { "DELETE" };
                            Request::new(method, &format!("/v1/intents/made-up-{number:012}")).bearer(token)
                        })
                        .collect();
                    seen.extend(served.at_once(&round));
                }
            });
            for customer in &mut customers {
                // Dear enough for a card.
                let subject = ParkingSubject {
                    zone: "red".parse().unwrap(),
                    vehicle: Some(customer.vehicle),
                    extends: None,
                    minutes: 90,
                };
                let quote = customer.price(&subject, PayMethod::Card);
                let payment = customer.begin(&quote);
                let notice = approval(&payment, &format!("pay-{}", payment.id));
                assert!(served.send(&notice).status < 300, "the bank's word is taken");
                let told: Purchase = must(
                    served,
                    &Request::new("GET", &format!("/v1/payments/{}", payment.id)).bearer(&customer.token),
                );
                assert_eq!(told.payment.state, PaymentState::Captured);
            }
            flood.join().unwrap();
        });
        assert_eq!(statuses(&seen), [200, 429]);
        let made_up = "SELECT COUNT(*) AS number FROM intent WHERE key LIKE 'made-up-%'";
        let kept = served.number(made_up);
        assert!((1..=100).contains(&kept), "{kept} keys are kept");
        // The day's bound holds whatever time the flood takes.
        for round in 0..1_000 {
            let path = format!("/v1/intents/made-up-later-{round:08}");
            served.send(&Request::new("DELETE", &path).bearer(&flooder.token));
            if served.number(made_up) == 100 {
                break;
            }
        }
        let answer = served.send(&Request::new("DELETE", "/v1/intents/made-up-over-the-bound").bearer(&flooder.token));
        assert_eq!((answer.status, served.number(made_up)), (429, 100));
        served.check();
    }

    #[test]
    fn what_one_account_makes_has_bounds(served) {
        let mut driver = Driver::new(served, 1);
        let (mut open, most) = (0, usize::try_from(PaymentLimits::default().waiting).unwrap());
        let waiting = loop {
            let quote: Quote = driver.price(&mesto_protocol::base::wallet::WalletSubject { amount: mesto_simulation::driver::dinar(200) }, mesto_protocol::base::payments::PayMethod::Card);
            let answer = served.send(&driver.purchase(&quote));
            if answer.status != 201 {
                break answer;
            }
            open += 1;
            assert!(open <= most, "{open} payments wait, {most} may");
        };
        assert_eq!(open, most);
        assert_eq!(waiting.refusal().map(|problem| problem.code).as_deref(), Some("too_many_requests"));
        assert_eq!((waiting.status, waiting.get("retry-after")), (429, Some("60")));
        for path in ["/v1/account", "/v1/payments", "/v1/auth/sessions", "/v1/events"] {
            let answer = served.send(&Request::new("GET", path).bearer(&driver.token));
            assert!(answer.status == 200 && answer.body.len() < 200_000, "{path}: {} bytes", answer.body.len());
        }
        let page: Value = must(served, &Request::new("GET", "/v1/payments?limit=200").bearer(&driver.token));
        assert_eq!(page["items"].as_array().unwrap().len(), open);
        served.check();
    }
}
