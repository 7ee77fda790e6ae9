//! Two drivers against each other, over every operation that names something of an account.

use std::sync::{Arc, Mutex};

use mesto_operator::store::{Ask, Deadline, Row, Tx, Value, Work, Write};
use mesto_operator::{OrderLimits, Request, Response, Store, StoreError};
use mesto_protocol::base::{accounts, payments, sign_in, vehicles};
use mesto_protocol::headers;
use mesto_protocol::kernel::operation::Entry;
use mesto_protocol::orders::driver as orders;
use mesto_protocol::parking::tickets;

use crate::answers::{May, Whose, answers, number_of_nobody};
use crate::scene::{Ask as Asking, Scene, Things};
use crate::served::{Served, name};

/// An answer without what differs from request to request, and without the ids that were asked for.
fn bare(answer: &Response, things: &Things) -> (u16, Vec<(String, String)>, String) {
    let varies = ["date", headers::TIME, headers::REQUEST_ID];
    let headers = answer.headers.iter().filter(|(name, _)| !varies.contains(&name.as_str())).cloned().collect();
    let mut body = String::from_utf8(answer.body.clone()).unwrap();
    if let Some(id) = answer.get(headers::REQUEST_ID) {
        body = body.replace(id, "the request");
    }
    for secret in things.secrets() {
        body = body.replace(secret, "what was asked for");
    }
    (answer.status, headers, body)
}

/// What a driver sees of all that is his.
pub fn seen(served: &Served, token: &str) -> Vec<String> {
    let all: [&Entry; 6] =
        [&accounts::READ, &sign_in::SESSIONS, &vehicles::LIST, &payments::PAYMENTS, &tickets::LIST, &orders::LIST];
    let read = |operation: &Entry| {
        let answer = served.ask_of(operation, &Request::new("GET", operation.path).bearer(token));
        assert_eq!(answer.status, 200, "{}", name(operation));
        String::from_utf8(answer.body).unwrap()
    };
    all.into_iter().map(read).collect()
}

/// A store that writes down what is asked of it: the words of each statement, without its values.
struct Overheard {
    store: Arc<dyn Store>,
    said: Mutex<Vec<String>>,
}

struct Overhearing<'a> {
    tx: &'a mut dyn Tx,
    said: &'a Mutex<Vec<String>>,
}

impl Overheard {
    /// What one request asks of the store, in order.
    fn during(&self, served: &Served, request: &Request) -> Vec<String> {
        self.said.lock().unwrap().clear();
        served.operator.handle(self, served.now(), request);
        self.said.lock().unwrap().clone()
    }
}

impl Store for Overheard {
    fn transact(&self, work: &mut Work<'_>) -> Result<(), StoreError> {
        self.said.lock().unwrap().push("BEGIN".to_owned());
        self.store.transact(&mut |tx| work(&mut Overhearing { tx, said: &self.said }))
    }
}

impl Tx for Overhearing<'_> {
    fn read(&mut self, asks: Vec<Ask>) -> Result<Vec<Vec<Row>>, StoreError> {
        self.said.lock().unwrap().extend(asks.iter().map(|ask| ask.text().to_owned()));
        self.tx.read(asks)
    }

    fn write(&mut self, write: Write) -> Result<(), StoreError> {
        self.said.lock().unwrap().push(format!("write: {:?}", write.target()));
        self.tx.write(write)
    }

    fn commit_by(&mut self, deadline: Deadline) {
        self.tx.commit_by(deadline);
    }

    fn query(&mut self, sql: &str, params: &[Value]) -> Result<Vec<Row>, StoreError> {
        self.said.lock().unwrap().push(format!("query: {sql}"));
        self.tx.query(sql, params)
    }

    fn execute(&mut self, sql: &str, params: &[Value]) -> Result<u64, StoreError> {
        self.said.lock().unwrap().push(format!("execute: {sql}"));
        self.tx.execute(sql, params)
    }
}

on_both_databases! {
    #[test]
    fn what_is_anothers_is_answered_as_what_is_nobodys_and_stays_as_it_was(served) {
        let scene = Scene::new(served);
        let (of_a, of_nobody) = (&scene.a.things, scene.a.things.of_nobody());
        let before = seen(served, &scene.a.token);
        let mut tried = 0;
        for answer in answers() {
            for asked in answer.asked.iter().filter(|asked| asked.whose == Whose::OfAnAccount) {
                // Nobody at all, and somebody with the very same things of his own.
                for token in [None, Some(scene.b.token.as_str())] {
                    let ask = |things: &Things| (asked.ask)(&scene, things).request(answer.operation, token, &scene.key());
                    let requests = [ask(of_a), ask(&of_nobody)];
                    let answers = requests.each_ref().map(|request| served.ask_of(answer.operation, request));
                    assert_eq!(bare(&answers[0], of_a), bare(&answers[1], &of_nobody), "{}", name(answer.operation));
                    let named = format!("{:?} {:?} {}", requests[0].path, requests[0].query, String::from_utf8_lossy(&requests[0].body));
                    let told = String::from_utf8_lossy(&answers[0].body).into_owned();
                    for secret in of_a.secrets() {
                        assert!(named.contains(secret) || !told.contains(secret), "{} tells {secret}: {told}", name(answer.operation));
                    }
                    tried += 1;
                }
            }
        }
        assert!(tried > 20, "{tried}");
        assert_eq!(seen(served, &scene.a.token), before, "what was asked for by others changed something");
        served.check();
    }

    // Lengths of time would tell one question more only where it is slow; the questions
    // themselves tell it always.
    #[test]
    fn an_answer_about_anothers_asks_of_the_store_what_one_about_nobodys_asks(served) {
        let scene = Scene::new(served);
        let (of_a, of_nobody) = (&scene.a.things, scene.a.things.of_nobody());
        let overheard = Overheard { store: Arc::clone(&served.store), said: Mutex::default() };
        let mut compared = 0;
        for answer in answers().iter().filter(|answer| answer.may != May::Bank) {
            for asked in answer.asked.iter().filter(|asked| asked.whose == Whose::OfAnAccount) {
                let during = |things: &Things| {
                    let ask: Asking = (asked.ask)(&scene, things);
                    let request = ask.request(answer.operation, Some(&scene.b.token), &scene.key());
                    overheard.during(served, &request)
                };
                let (of_a, of_nobody) = (during(of_a), during(&of_nobody));
                assert!(!of_a.is_empty(), "{} asks nothing of the store", name(answer.operation));
                assert_eq!(of_a, of_nobody, "{}", name(answer.operation));
                compared += 1;
            }
        }
        assert!(compared > 10, "{compared}");
    }

    #[test]
    fn everything_may_be_done_with_what_is_ones_own(served) {
        let scene = Scene::new(served);
        let things = &scene.a.things;
        let mut answers = answers();
        // What ends something others need comes last; the account itself as the very last.
        answers.sort_by_key(|answer| {
            (answer.is(&accounts::CLOSE), answer.ends(), answer.is(&payments::NOTICE), answer.operation.method)
        });
        for answer in &answers {
            let token = match answer.may {
                May::Anybody | May::Bank => None,
                May::Inspector => Some(scene.inspector.as_str()),
                May::Controller => Some(scene.controller.as_str()),
                May::Dispatcher => Some(scene.dispatcher.as_str()),
                May::Terminal => Some(scene.terminal.as_str()),
                May::RideController => Some(scene.ride_controller.as_str()),
                May::Partner => Some(scene.partner.as_str()),
                May::NoticeEditor => Some(scene.notice_editor.as_str()),
                May::CardClerk => Some(scene.card_clerk.as_str()),
                May::BenefitClerk => Some(scene.benefit_clerk.as_str()),
                May::SignedIn | May::Person | May::Driver if answer.is(&sign_in::SIGN_OUT) => Some(scene.a.spare.as_str()),
                May::SignedIn | May::Person | May::Driver => Some(scene.a.token.as_str()),
            };
            for asked in &answer.asked {
                let ask = Asking { is_signed: answer.may == May::Bank, ..(asked.ask)(&scene, things) };
                let answered = served.ask_of(answer.operation, &ask.request(answer.operation, token, &scene.key()));
                let said = String::from_utf8_lossy(&answered.body);
                assert_eq!(answered.status, answer.operation.status, "{}: {said}", name(answer.operation));
                // Nor does it tell of anybody else.
                for secret in scene.b.things.secrets() {
                    // Which rides are registered in a vehicle is what its controller asks.
                    if answer.may == May::RideController && *secret == scene.b.things.ride {
                        continue;
                    }
                    assert!(!said.contains(secret), "{} tells of another: {said}", name(answer.operation));
                }
            }
        }
        served.check();
    }

    #[test]
    fn a_slip_that_nobody_has_is_not_found_and_numbers_are_not_tried_out(served) {
        let scene = Scene::new(served);
        let slip = |number: &str| {
            let request = Asking::body(serde_json::json!({"number": number})).request(&orders::BY_SLIP, Some(&scene.b.token), "");
            served.ask_of(&orders::BY_SLIP, &request)
        };
        assert_eq!(slip(&number_of_nobody()).status, 404);
        for tries in 1..OrderLimits::default().wrong_numbers_per_account {
            assert_eq!(slip(&number_of_nobody()).status, 404, "after {tries} tries");
        }
        let limited = slip(&number_of_nobody());
        assert_eq!((limited.status, limited.get("retry-after").is_some()), (429, true));
    }
}
