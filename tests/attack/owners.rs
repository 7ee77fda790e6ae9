//! Two drivers against each other, over every operation that names something of an account.

use std::time::{Duration, Instant};

use mesto_operator::{Request, Response};
use mesto_protocol::base::{accounts, payments, sign_in, vehicles};
use mesto_protocol::headers;
use mesto_protocol::kernel::operation::Entry;
use mesto_protocol::orders::driver as orders;
use mesto_protocol::parking::tickets;

use crate::answers::{May, Whose, answers, number_of_nobody};
use crate::scene::{Ask, Scene, Things};
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
fn seen(served: &Served, token: &str) -> Vec<String> {
    let all: [&Entry; 6] =
        [&accounts::READ, &sign_in::SESSIONS, &vehicles::LIST, &payments::PAYMENTS, &tickets::LIST, &orders::LIST];
    let read = |operation: &Entry| {
        let answer = served.ask_of(operation, &Request::new("GET", operation.path).bearer(token));
        assert_eq!(answer.status, 200, "{}", name(operation));
        String::from_utf8(answer.body).unwrap()
    };
    all.into_iter().map(read).collect()
}

/// The fastest of a few.
#[allow(clippy::disallowed_methods)] // a length of time is measured, no moment told
fn fastest(served: &Served, requests: [&Request; 2]) -> [Duration; 2] {
    let mut fastest = [Duration::MAX; 2];
    for _ in 0..12 {
        for (request, least) in requests.iter().zip(&mut fastest) {
            let began = Instant::now();
            served.send(request);
            *least = began.elapsed().min(*least);
        }
    }
    fastest
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

    #[test]
    fn an_answer_about_anothers_takes_as_long_as_one_about_nobodys(served) {
        let scene = Scene::new(served);
        let (of_a, of_nobody) = (&scene.a.things, scene.a.things.of_nobody());
        for answer in answers().iter().filter(|answer| answer.may != May::Bank) {
            for asked in answer.asked.iter().filter(|asked| asked.whose == Whose::OfAnAccount) {
                let ask = |things: &Things| {
                    let ask: Ask = (asked.ask)(&scene, things);
                    ask.request(answer.operation, Some(&scene.b.token), &scene.key())
                };
                let [own, nobodys] = fastest(served, [&ask(of_a), &ask(&of_nobody)]);
                let [less, more] = [own.min(nobodys), own.max(nobodys)];
                // One more question to the store would double it.
                assert!(more < less * 2 + Duration::from_millis(2), "{}: {own:?} and {nobodys:?}", name(answer.operation));
            }
        }
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
                May::SignedIn | May::Driver if answer.is(&sign_in::SIGN_OUT) => Some(scene.a.spare.as_str()),
                May::SignedIn | May::Driver => Some(scene.a.token.as_str()),
            };
            for asked in &answer.asked {
                let ask = Ask { is_signed: answer.may == May::Bank, ..(asked.ask)(&scene, things) };
                let answered = served.ask_of(answer.operation, &ask.request(answer.operation, token, &scene.key()));
                let said = String::from_utf8_lossy(&answered.body);
                assert_eq!(answered.status, answer.operation.status, "{}: {said}", name(answer.operation));
                // Nor does it tell of anybody else.
                for secret in scene.b.things.secrets() {
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
            let request = Ask::body(serde_json::json!({"number": number})).request(&orders::BY_SLIP, Some(&scene.b.token), "");
            served.ask_of(&orders::BY_SLIP, &request)
        };
        assert_eq!(slip(&number_of_nobody()).status, 404);
        let mut tries = 1;
        while slip(&number_of_nobody()).status == 404 {
            tries += 1;
            assert!(tries < 100, "numbers may be tried without an end");
        }
        let limited = slip(&number_of_nobody());
        assert_eq!((limited.status, limited.get("retry-after").is_some()), (429, true));
    }
}
