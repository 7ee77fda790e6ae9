//! Messages on their way out: sent once in the usual case, at least once in any, and gone from the
//! store when they have left.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, TimeDelta, Utc};
use mesto_operator::outbox::{claim_messages, keep_late_answer, keep_receipt, send_message, send_messages};
use mesto_operator::{
    Clock, MessageGateway, MessageLimits, MessageStanding, OutgoingMessage, Receipt, Request, Sending, store,
};
use mesto_protocol::base::sign_in::{CodeSent, Session};
use serde_json::json;

use crate::world::{World, expect};

const PHONE: &str = "+381641234567";

/// A gateway that keeps what it was given, and answers as it is told.
#[derive(Default)]
struct Gateway {
    got: Mutex<Vec<OutgoingMessage>>,
    answers: Mutex<Vec<Sending>>,
}

impl Gateway {
    fn answering(answer: Sending) -> Self {
        Self { got: Mutex::default(), answers: Mutex::new(vec![answer]) }
    }

    fn answers(&self, answer: Option<Sending>) {
        *self.answers.lock().unwrap() = answer.into_iter().collect();
    }

    fn got(&self) -> Vec<OutgoingMessage> {
        self.got.lock().unwrap().clone()
    }
}

impl MessageGateway for Gateway {
    fn send<'a>(&'a self, message: &'a OutgoingMessage) -> Pin<Box<dyn Future<Output = Sending> + Send + 'a>> {
        Box::pin(async move {
            self.got.lock().unwrap().push(message.clone());
            // Others have their turn in between.
            tokio::task::yield_now().await;
            let answer = self.answers.lock().unwrap().first().cloned();
            answer.unwrap_or_else(|| Sending::Sent { provider_id: Some(format!("g-{}", message.id)) })
        })
    }
}

struct At(DateTime<Utc>);

impl Clock for At {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn send(world: &World, gateway: &Gateway) -> usize {
    run(send_messages(&world.operator, &world.store, &At(world.now()), gateway, 16)).unwrap()
}

/// How many were handed to the gateway, whatever it said.
fn claimed_and_sent(world: &World, gateway: &Gateway) -> usize {
    let before = gateway.got().len();
    send(world, gateway);
    gateway.got().len() - before
}

fn newest(world: &World) -> MessageStanding {
    world.operator.messages(&*world.store, false, 1).unwrap().remove(0)
}

fn failures(world: &World) -> Vec<(String, String)> {
    let found = world.operator.incidents(&*world.store).unwrap();
    found.into_iter().map(|one| (one.kind, one.reference)).collect()
}

/// The values of every message.
fn params(world: &World) -> Vec<String> {
    let rows = store::transact(&*world.store, |tx| tx.query("SELECT params FROM message ORDER BY id", &[])).unwrap();
    rows.iter().map(|row| row.get("params").unwrap()).collect()
}

/// Whether a receipt is of a message that is known.
fn told(world: &World, id: &str, recipient: Option<&str>, failure: Option<&str>) -> bool {
    let receipt = Receipt {
        provider_id: id.to_owned(),
        recipient: recipient.map(str::to_owned),
        failure: failure.map(str::to_owned),
    };
    run(keep_receipt(&world.operator, &world.store, world.now(), receipt)).unwrap()
}

fn limited(world: &World, limits: MessageLimits) -> World {
    let operator = crate::world::operator(crate::world::config()).limited(limits);
    World::around(Arc::new(operator), Arc::clone(&world.store))
}

fn ask(world: &World, number: usize) {
    expect::<CodeSent>(200, world.ask_code(&format!("+38164{number:07}")));
}

on_both_databases! {
    #[test]
    fn a_code_leaves_once_and_stands_in_the_store_no_more(world) {
        let gateway = Gateway::default();
        expect::<CodeSent>(200, world.send(&Request::new("POST", "/v1/auth/code").json(&json!({"phone": PHONE, "language": "sr-Latn"}))));
        assert_eq!((send(world, &gateway), send(world, &gateway)), (1, 0));
        let got = gateway.got().remove(0);
        assert_eq!((got.recipient.as_str(), got.template.as_str()), (PHONE, "sign_in.code"));
        assert_eq!(got.language.as_ref().map(|tag| tag.as_str()), Some("sr-Latn"));
        assert_eq!(got.valid_until, Some(world.now() + TimeDelta::minutes(5)));
        let code = got.params["code"].as_str().unwrap();
        assert_eq!(got.text, format!("Mesto: {code} je vas kod. Vazi 5 min. Ne dajte ga nikome."));
        // Nothing of it is left but that it was sent; the code is known by its hash.
        assert_eq!(params(world), ["{}"]);
        let standing = newest(world);
        assert_eq!((standing.state, standing.tries, standing.sent_at), ("sent", 1, Some(world.now())));
        assert_eq!((standing.id, standing.recipient_masked.as_str()), (got.id, "+381******567"));
        expect::<Session>(201, world.try_code(PHONE, code));
        assert_eq!(failures(world), []);
    }

    #[test]
    fn what_a_gateway_says_later_of_a_message_is_kept(world) {
        let gateway = Gateway::default();
        ask(world, 1);
        ask(world, 2);
        send(world, &gateway);
        let told = |id: String, failure: Option<&str>| {
            told(world, &id, None, failure)
        };
        let ids: Vec<String> = gateway.got().iter().map(|message| format!("g-{}", message.id)).collect();
        world.pass(1);
        assert!(told(ids[0].clone(), None) && told(ids[1].clone(), Some("undeliv")) && !told("g-other".into(), None));
        // The first word counts.
        assert!(told(ids[0].clone(), Some("undeliv")));
        let standing = world.operator.messages(&*world.store, false, 9).unwrap();
        let mut shown: Vec<_> = standing.iter().map(|one| (one.id.to_string(), one.state, one.delivered_at)).collect();
        shown.sort();
        let mut right: Vec<_> = gateway.got().iter().map(|one| one.id.to_string()).zip([("delivered", Some(world.now())), ("failed", None)]).map(|(id, (state, at))| (id, state, at)).collect();
        right.sort();
        assert_eq!(shown, right);
    }

    #[test]
    fn a_gateway_that_is_down_for_an_hour_gets_no_code_that_is_over_and_is_told_of_once(world) {
        let gateway = Gateway::answering(Sending::later("unreachable"));
        let begin = world.now();
        let mut asked = 0;
        // Somebody asks every ten minutes; it is looked every ten seconds.
        while world.now() < begin + TimeDelta::hours(1) {
            if (world.now() - begin).num_seconds() % 600 == 0 {
                asked += 1;
                ask(world, asked);
            }
            assert_eq!(send(world, &gateway), 0);
            world.due();
            world.pass_seconds(10);
        }
        // Each was tried again with growing pauses, and never after its end.
        let mut tries: BTreeMap<String, Vec<OutgoingMessage>> = BTreeMap::new();
        for got in gateway.got() {
            tries.entry(got.id.to_string()).or_default().push(got);
        }
        assert_eq!(tries.len(), asked);
        assert!(tries.values().all(|tries| (8..=14).contains(&tries.len())), "{:?}", tries.values().map(Vec::len).collect::<Vec<_>>());
        world.pass(5);
        world.due();
        assert_eq!(failures(world), [("message_failed".to_owned(), "sms unreachable".to_owned())]);
        assert!(params(world).iter().all(|params| params == "{}"));
        let states = world.operator.message_counts(&*world.store).unwrap();
        assert_eq!(states, BTreeMap::from([("expired".to_owned(), 6)]));
        assert_eq!(world.operator.messages(&*world.store, true, 99).unwrap().len(), 6);
        let incident = world.operator.incidents(&*world.store).unwrap().remove(0);
        assert!(!incident.detail.contains("+381") && !incident.detail.contains("64000"), "{incident:?}");
        // It is back: the next code leaves at once.
        gateway.answers(None);
        ask(world, 1);
        assert_eq!(send(world, &gateway), 1);
    }

    #[test]
    fn what_a_gateway_refuses_is_not_tried_again_and_what_it_puts_off_waits_as_long(world) {
        let gateway = Gateway::answering(Sending::Failed { reason: "http_status_400".into() });
        ask(world, 1);
        send(world, &gateway);
        let standing = newest(world);
        assert_eq!((standing.state, standing.reason.as_deref()), ("failed", Some("http_status_400")));
        assert_eq!(failures(world), [("message_failed".to_owned(), "sms http_status_400".to_owned())]);
        world.pass(2);
        assert_eq!((send(world, &gateway), gateway.got().len(), params(world)), (0, 1, vec!["{}".to_owned()]));
        gateway.answers(Some(Sending::Later { reason: "http_status_429".into(), wait: Some(TimeDelta::seconds(100)) }));
        ask(world, 2);
        send(world, &gateway);
        gateway.answers(None);
        world.pass_seconds(99);
        assert_eq!(send(world, &gateway), 0);
        world.pass_seconds(1);
        assert_eq!(send(world, &gateway), 1);
    }

    #[test]
    fn who_ends_between_sending_and_marking_leaves_it_to_the_next_one_with_the_same_id(world) {
        ask(world, 1);
        let claim = || run(claim_messages(&world.operator, &world.store, world.now(), 16)).unwrap();
        let first = claim();
        assert_eq!((first.len(), claim().len()), (1, 0));
        // Sent, and killed before it was marked.
        world.pass_seconds(89);
        assert_eq!(claim().len(), 0);
        world.pass_seconds(1);
        let again = claim();
        assert_eq!((again[0].id, again[0].submitted_at), (first[0].id, Some(world.now() - TimeDelta::seconds(90))));
        assert_eq!(OutgoingMessage { submitted_at: None, ..again[0].clone() }, first[0]);
        let gateway = Gateway::default();
        run(send_message(&world.operator, &world.store, &At(world.now()), &gateway, again[0].clone())).unwrap();
        assert_eq!((newest(world).state, send(world, &gateway)), ("sent", 0));
    }

    #[test]
    fn a_message_without_an_answer_is_sent_a_few_times_with_growing_pauses_and_each_counts(world) {
        let world = limited(world, MessageLimits { per_minute: 4, ..MessageLimits::default() });
        let gateway = Gateway::answering(Sending::unanswered("smpp_unanswered"));
        let begin = world.now();
        ask(&world, 1);
        let mut sent_at = Vec::new();
        while world.now() < begin + TimeDelta::minutes(4) {
            if claimed_and_sent(&world, &gateway) > 0 {
                sent_at.push((world.now() - begin).num_seconds());
                let standing = newest(&world);
                // The row says how often it may have left, and why nobody knows.
                assert_eq!(standing.submissions, i64::try_from(sent_at.len()).unwrap());
                assert_eq!(standing.reason.as_deref(), Some("smpp_unanswered"));
            }
            world.pass_seconds(1);
        }
        assert_eq!(sent_at, [0, 4, 20, 50], "four times at most, and no pause of a code is longer than 30 seconds");
        let standing = newest(&world);
        assert_eq!((standing.state, standing.submissions, standing.sent_at), ("failed", 4, None));
        assert_eq!(params(&world), ["{}"]);
        let incident = world.operator.incidents(&*world.store).unwrap().remove(0);
        assert_eq!(incident.reference, "sms smpp_unanswered");
        assert!(incident.detail.ends_with("was sent 4 times, and nobody knows whether it arrived"), "{}", incident.detail);
    }

    #[test]
    fn what_may_have_left_counts_towards_the_ceilings_as_often_and_what_was_refused_does_not(world) {
        let world = limited(world, MessageLimits { per_minute: 4, ..MessageLimits::default() });
        let gateway = Gateway::answering(Sending::unanswered("smpp_unanswered"));
        ask(&world, 1);
        send(&world, &gateway);
        world.pass_seconds(4);
        send(&world, &gateway);
        assert_eq!((newest(&world).submissions, gateway.got().len()), (2, 2));
        // Two of the four are gone: two others leave, and the third waits.
        gateway.answers(None);
        (2..5).for_each(|number| ask(&world, number));
        assert_eq!((send(&world, &gateway), send(&world, &gateway)), (2, 0));
        assert_eq!(failures(&world), [("messages_ceiling".to_owned(), "minute".to_owned())]);
        // A minute later there is room again. What a gateway refuses to take leaves it as it is.
        world.pass_seconds(61);
        for answer in [Sending::later("http_status_503"), Sending::Failed { reason: "http_status_400".into() }] {
            gateway.answers(Some(answer));
            (10..30).for_each(|number| ask(&world, number));
            send(&world, &gateway);
            world.pass_seconds(30);
        }
        gateway.answers(None);
        (30..40).for_each(|number| ask(&world, number));
        assert_eq!((send(&world, &gateway), send(&world, &gateway)), (4, 0));
    }

    #[test]
    fn who_ends_between_sending_and_marking_has_counted_it_and_it_is_not_sent_for_ever(world) {
        let world = limited(world, MessageLimits { per_minute: 2, submissions: 2, ..MessageLimits::default() });
        let claim = || run(claim_messages(&world.operator, &world.store, world.now(), 16)).unwrap().len();
        ask(&world, 1);
        assert_eq!(claim(), 1);
        // Whoever sends it is killed: one of the two of this minute is gone.
        world.pass_seconds(1);
        ask(&world, 2);
        ask(&world, 3);
        assert_eq!((claim(), claim()), (1, 0));
        world.pass_seconds(91);
        assert_eq!(claim(), 2, "both are sent once more");
        world.pass_seconds(91);
        assert_eq!(claim(), 1, "and then no more: there is room for the third");
        let states = world.operator.message_counts(&*world.store).unwrap();
        assert_eq!(states, BTreeMap::from([("failed".to_owned(), 2), ("waiting".to_owned(), 1)]));
        let failed = world.operator.messages(&*world.store, true, 1).unwrap().remove(0);
        assert_eq!((failed.submissions, failed.reason.as_deref()), (2, Some("not_marked")));
    }

    #[test]
    fn an_answer_that_comes_late_is_taken(world) {
        let gateway = Gateway::answering(Sending::unanswered("smpp_unanswered"));
        let late = |answer: Sending| {
            let id = newest(world).id;
            run(keep_late_answer(&world.operator, &world.store, world.now(), id, answer)).unwrap();
            let standing = newest(world);
            (standing.state, standing.submissions, standing.tries)
        };
        let sent = || Sending::Sent { provider_id: Some("late-1".into()) };
        ask(world, 1);
        send(world, &gateway);
        assert_eq!(late(sent()), ("sent", 1, 1));
        assert_eq!((newest(world).reason, newest(world).sent_at, params(world)), (None, Some(world.now()), vec!["{}".to_owned()]));
        world.pass_seconds(60);
        assert_eq!(send(world, &gateway), 0);
        assert!(told(world, "late-1", None, None), "and its receipt finds it");
        // A second one changes nothing.
        assert_eq!(late(Sending::Sent { provider_id: Some("late-2".into()) }), ("delivered", 1, 1));
        // Refused late: it has not left, and is tried again, or never.
        ask(world, 2);
        send(world, &gateway);
        assert_eq!(late(Sending::later("smpp_rthrottled")), ("waiting", 0, 1));
        assert_eq!(newest(world).reason.as_deref(), Some("smpp_rthrottled"));
        assert_eq!(late(Sending::Failed { reason: "smpp_rinvdstadr".into() }), ("failed", 0, 1));
        // It had been given up, and has left all the same.
        ask(world, 3);
        for _ in 0..4 {
            send(world, &gateway);
            world.pass_seconds(64);
        }
        assert_eq!(newest(world).state, "failed");
        assert_eq!(late(sent()), ("sent", 4, 3));
    }

    #[test]
    fn what_has_left_in_part_counts_and_is_neither_sent_again_nor_ever_delivered(world) {
        let partly = Sending::Partly { reason: "smpp_rinvdcs".into() };
        let gateway = Gateway::answering(partly.clone());
        ask(world, 1);
        assert_eq!(send(world, &gateway), 0);
        let stands = || {
            let standing = newest(world);
            (standing.state, standing.submissions, standing.sent_at, standing.reason)
        };
        let failed = ("failed", 1, None, Some("smpp_rinvdcs".to_owned()));
        assert_eq!((stands(), params(world)), (failed.clone(), vec!["{}".to_owned()]));
        // A receipt of the part that has left is of no message.
        assert!(!told(world, "sim-part-1", Some("381640000001"), None));
        world.pass_seconds(60);
        assert_eq!((claimed_and_sent(world, &gateway), stands()), (0, failed.clone()));
        assert_eq!(failures(world), [("message_failed".to_owned(), "sms smpp_rinvdcs".to_owned())]);
        // The same where the answer came late.
        gateway.answers(Some(Sending::unanswered("smpp_unanswered")));
        ask(world, 2);
        send(world, &gateway);
        let id = newest(world).id;
        run(keep_late_answer(&world.operator, &world.store, world.now(), id, partly)).unwrap();
        assert_eq!(stands(), failed);
    }

    #[test]
    fn a_message_that_is_good_at_any_time_and_always_refused_late_is_given_up(world) {
        let gateway = Gateway::answering(Sending::unanswered("smpp_unanswered"));
        ask(world, 1);
        store::transact(&*world.store, |tx| tx.execute("UPDATE message SET valid_until = NULL", &[])).unwrap();
        for _ in 0..100 {
            if claimed_and_sent(world, &gateway) > 0 {
                let late = Sending::later("smpp_rthrottled");
                run(keep_late_answer(&world.operator, &world.store, world.now(), newest(world).id, late)).unwrap();
            }
            world.pass(60);
        }
        assert_eq!((newest(world).state, gateway.got().len()), ("failed", 12));
    }

    #[test]
    fn a_message_that_was_delivered_stays_so_whatever_its_second_submission_brings(world) {
        let gateway = Gateway::answering(Sending::unanswered("smpp_unanswered"));
        let answer = |id: &str| Sending::Sent { provider_id: Some(id.to_owned()) };
        let late = |id: &str| {
            let message = newest(world).id;
            run(keep_late_answer(&world.operator, &world.store, world.now(), message, answer(id))).unwrap();
        };
        let mark = |message: OutgoingMessage, ended: Sending| {
            let gateway = Gateway::answering(ended);
            run(send_message(&world.operator, &world.store, &At(world.now()), &gateway, message)).unwrap();
        };
        let claim = || run(claim_messages(&world.operator, &world.store, world.now(), 1)).unwrap().remove(0);
        // What the second submission brings, and how often the message may have left then.
        for (number, (second, submissions)) in [
            (answer("second"), 2),
            (Sending::unanswered("smpp_broken_off"), 2),
            (Sending::later("smpp_rthrottled"), 1),
            (Sending::Failed { reason: "smpp_rinvdstadr".into() }, 1),
        ].into_iter().enumerate() {
            for is_delivered in [true, false] {
                ask(world, 2 * number + usize::from(is_delivered));
                send(world, &gateway);
                world.pass_seconds(4);
                let again = claim();
                // The answer to the first comes late, and its receipt.
                late("first");
                if is_delivered {
                    assert!(told(world, "first", None, None));
                }
                let before = newest(world);
                assert_eq!(before.state, if is_delivered { "delivered" } else { "sent" });
                world.pass_seconds(1);
                mark(again, second.clone());
                assert!(!told(world, "second", None, Some("undeliv")), "nobody knows its id");
                assert_eq!(newest(world), MessageStanding { submissions, ..before }, "{second:?}");
                assert!(told(world, "first", None, None), "the id that is kept is the first");
                store::transact(&*world.store, |tx| tx.execute("UPDATE message SET provider_id = NULL", &[])).unwrap();
            }
        }
        assert_eq!(failures(world), []);
    }

    #[test]
    fn a_receipt_finds_its_message_in_either_base_and_never_another_one(world) {
        let numbers = |of: usize| format!("38164{of:07}");
        // What the gateway answered, of the first number; what the receipt says, of which number;
        // and whether it is found.
        let cases = [
            ("sim-7", "sim-7", Some(1), true),
            ("sim-7", "sim-7", None, true),
            ("sim-7", "sim-7", Some(2), false),
            ("sim-7", "sim-8", Some(1), false),
            // Hexadecimal in the answer, decimal in the receipt; and the other way around.
            ("A028", "0000041000", Some(1), true),
            ("41000", "0000a028", Some(1), true),
            ("a028", "A028", Some(1), true),
            ("0000041000", "41000", Some(1), true),
            // It could be of anybody: a number alone is of no message.
            ("A028", "0000041000", None, false),
            ("A028", "0000041000", Some(2), false),
            ("A028", "41001", Some(1), false),
            ("A028", "not a number", Some(1), false),
        ];
        for (case, (answered, told_of, of, is_found)) in cases.into_iter().enumerate() {
            store::transact(&*world.store, |tx| tx.execute("DELETE FROM message", &[])).unwrap();
            let number = |of: usize| 10 * case + of;
            (1..3).for_each(|of| ask(world, number(of)));
            for message in run(claim_messages(&world.operator, &world.store, world.now(), 16)).unwrap() {
                // To the second number another message has left, under another id.
                let is_first = message.recipient.ends_with(&numbers(number(1)));
                let provider_id = if is_first { answered } else { "0e0e0e0e" };
                let gateway = Gateway::answering(Sending::Sent { provider_id: Some(provider_id.to_owned()) });
                run(send_message(&world.operator, &world.store, &At(world.now()), &gateway, message)).unwrap();
            }
            let of = of.map(|of| numbers(number(of)));
            assert_eq!(told(world, told_of, of.as_deref(), None), is_found, "{answered} {told_of} {of:?}");
            let delivered = world.operator.message_counts(&*world.store).unwrap().get("delivered").copied();
            assert_eq!(delivered, is_found.then_some(1), "{answered} {told_of} {of:?}");
        }
        // Two messages to one number that it could be of are none.
        store::transact(&*world.store, |tx| tx.execute("UPDATE message SET state = 'sent', provider_id = CASE WHEN provider_id = '0e0e0e0e' THEN '10' ELSE '0016' END, recipient = '+381641234567'", &[])).unwrap();
        assert!(!told(world, "00010", Some("381641234567"), None));
        assert!(told(world, "10", Some("381641234567"), None), "the same text comes first");
    }

    #[test]
    fn a_receipt_of_delivery_corrects_one_of_a_failure_and_nothing_else(world) {
        let gateway = Gateway::answering(Sending::Sent { provider_id: Some("gw-1".into()) });
        let standing = || {
            let newest = newest(world);
            (newest.state, newest.reason, newest.delivered_at)
        };
        ask(world, 1);
        send(world, &gateway);
        assert!(told(world, "gw-1", None, Some("undeliv")));
        assert_eq!(standing(), ("failed", Some("undeliv".to_owned()), None));
        assert!(told(world, "gw-1", None, Some("expired")));
        assert_eq!(standing(), ("failed", Some("undeliv".to_owned()), None), "the first failure stays");
        world.pass_seconds(60);
        assert!(told(world, "gw-1", None, None));
        let delivered = ("delivered", None, Some(world.now()));
        assert_eq!(standing(), delivered);
        // The phone has it, whatever comes after that.
        assert!(told(world, "gw-1", None, Some("undeliv")));
        assert_eq!(standing(), delivered);
        // What the gateway has refused was not sent: no receipt is of it.
        gateway.answers(Some(Sending::Failed { reason: "smpp_rinvdstadr".into() }));
        ask(world, 2);
        send(world, &gateway);
        store::transact(&*world.store, |tx| tx.execute("UPDATE message SET provider_id = 'gw-2' WHERE state = 'failed'", &[]))
            .unwrap();
        assert!(told(world, "gw-2", None, None));
        assert_eq!(standing(), ("failed", Some("smpp_rinvdstadr".to_owned()), None));
    }

    #[test]
    fn a_newer_code_takes_the_place_of_one_that_waits(world) {
        let gateway = Gateway::answering(Sending::later("unreachable"));
        ask(world, 1);
        send(world, &gateway);
        world.pass_seconds(30);
        ask(world, 1);
        gateway.answers(None);
        assert_eq!(send(world, &gateway), 1);
        let newest = world.code_of_gateway(&gateway.got());
        expect::<Session>(201, world.try_code("+381640000001", &newest));
        assert_eq!(world.operator.messages(&*world.store, true, 9).unwrap(), []);
        assert_eq!(params(world), ["{}", "{}"]);
    }

    #[test]
    fn a_code_that_nobody_sends_leaves_the_store_when_it_is_over(world) {
        ask(world, 1);
        assert!(params(world)[0].contains("code"));
        world.due();
        assert!(params(world)[0].contains("code"));
        world.pass(5);
        world.due();
        assert_eq!((params(world), newest(world).state), (vec!["{}".to_owned()], "expired"));
        assert_eq!(failures(world), [], "it may be that another gateway reads the table");
    }

    #[test]
    fn what_was_sent_and_asked_for_while_the_clock_was_ahead_holds_no_code_back(world) {
        let limits = MessageLimits { per_minute: 2, ..MessageLimits::default() };
        let world = limited(world, limits);
        let (gateway, right) = (Gateway::default(), world.now());
        world.pass_seconds(47 * 3_600);
        (0..2).for_each(|number| ask(&world, number));
        assert_eq!(send(&world, &gateway), 2);
        // Nobody waits for a code that was sent in the days to come.
        world.pass_to(right);
        (0..2).for_each(|number| ask(&world, number));
        assert_eq!(send(&world, &gateway), 2);
    }

    #[test]
    fn a_pause_that_a_clock_ahead_has_made_holds_no_code_back(world) {
        let wait = |wait: TimeDelta| Sending::Later { reason: "http_status_503".into(), wait: Some(wait) };
        // As long as a gateway may ask for, of a clock that is as far ahead of another as may be:
        // 30 seconds on either side of the database's, and half a second that is measured wrongly.
        for (ahead, is_kept) in [(TimeDelta::milliseconds(61_000), true), (TimeDelta::milliseconds(61_001), false)] {
            store::transact(&*world.store, |tx| tx.execute("DELETE FROM message", &[])).unwrap();
            let gateway = Gateway::answering(wait(TimeDelta::hours(2)));
            ask(world, usize::from(is_kept));
            run(send_messages(&world.operator, &world.store, &At(world.now() + ahead), &gateway, 16)).unwrap();
            assert_eq!(gateway.got().len(), 1);
            gateway.answers(None);
            assert_eq!(send(world, &gateway), usize::from(!is_kept), "{ahead}");
        }
    }

    #[test]
    fn a_clock_that_is_doubted_ends_no_code_and_it_leaves_when_the_clock_is_back(world) {
        let config = mesto_operator::Config { moves_clock: false, ..crate::world::config() };
        let world = World::around(Arc::new(crate::world::operator(config)), Arc::clone(&world.store));
        world.due();
        let (gateway, right) = (Gateway::default(), world.now());
        ask(&world, 1);
        world.pass(49 * 60);
        world.due();
        assert!(world.operator.clock_doubt().is_some());
        // It is not sent by that clock either: there it is too late.
        assert_eq!((send(&world, &gateway), newest(&world).state), (0, "waiting"));
        world.pass_to(right);
        world.due();
        assert_eq!((send(&world, &gateway), newest(&world).state), (1, "sent"));
        assert!(gateway.got()[0].params.contains_key("code"));
    }

    #[test]
    fn codes_for_accounts_leave_first_and_whatever_the_ceilings_say(world) {
        let limits = MessageLimits { per_minute: 10, per_hour: 15, per_day: 18, ..MessageLimits::default() };
        let world = limited(world, limits);
        let known = ["+381650000001", "+381650000002"];
        for phone in known {
            world.driver(phone);
        }
        world.pass(10);
        world.due();
        let gateway = Gateway::default();
        let sent_at_once = |gateway: &Gateway| {
            let mut sent = 0;
            loop {
                match send(&world, gateway) {
                    0 => return sent,
                    more => sent += more,
                }
            }
        };
        (0..30).for_each(|number| ask(&world, number));
        for phone in known {
            expect::<CodeSent>(200, world.ask_code(phone));
        }
        // The two first, and then as many as a minute has.
        assert_eq!(sent_at_once(&gateway), 10);
        assert_eq!(gateway.got()[..2].iter().map(|got| got.recipient.as_str()).collect::<Vec<_>>(), known);
        world.pass_seconds(61);
        assert_eq!(sent_at_once(&gateway), 5, "the hour has fifteen");
        assert_eq!(failures(&world), [("messages_ceiling".to_owned(), "minute".to_owned()), ("messages_ceiling".to_owned(), "hour".to_owned())]);
        for phone in known {
            world.pass_seconds(60);
            expect::<CodeSent>(200, world.ask_code(phone));
        }
        assert_eq!(sent_at_once(&gateway), 2, "accounts all the same");
        world.pass(60);
        ask(&world, 1);
        assert_eq!(sent_at_once(&gateway), 1, "the day has eighteen");
        ask(&world, 2);
        assert_eq!(sent_at_once(&gateway), 0);
        assert_eq!(failures(&world).len(), 3);
    }

    #[test]
    fn a_person_is_told_of_messages_without_what_they_said_and_they_go_with_the_account(world) {
        let driver = world.driver(PHONE);
        expect::<CodeSent>(200, world.ask_code(PHONE));
        send(world, &Gateway::default());
        let export: serde_json::Value = expect(200, driver.get("/v1/account/export"));
        let told = export["messages"].as_array().unwrap();
        // The one that was used to sign in was read from the store, and never sent.
        assert_eq!(told.iter().map(|one| one["state"].as_str().unwrap()).collect::<Vec<_>>(), ["expired", "sent"]);
        assert!(told[1]["sent_at"].is_string() && told[1].get("params").is_none(), "{told:?}");
    }

    #[test]
    fn several_operators_send_each_message_once(world) {
        const MESSAGES: usize = 120;
        (0..MESSAGES).for_each(|number| ask(world, number));
        let gateway = Arc::new(Gateway::default());
        let (sent, empty) = (AtomicUsize::new(0), MESSAGES);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                let (operator, store, now) = (&world.operator, &world.store, world.now());
                let (gateway, sent) = (&gateway, &sent);
                scope.spawn(move || {
                    // Until all are gone; each pass takes what the others left.
                    for _ in 0..empty {
                        if sent.load(Ordering::SeqCst) == MESSAGES {
                            return;
                        }
                        let more = run(send_messages(operator, store, &At(now), gateway.as_ref(), 7)).unwrap();
                        sent.fetch_add(more, Ordering::SeqCst);
                    }
                });
            }
        });
        let got = gateway.got();
        let ids: std::collections::BTreeSet<String> = got.iter().map(|message| message.id.to_string()).collect();
        assert_eq!((got.len(), ids.len(), sent.load(Ordering::SeqCst)), (MESSAGES, MESSAGES, MESSAGES));
        assert_eq!(world.operator.message_counts(&*world.store).unwrap(), BTreeMap::from([("sent".to_owned(), MESSAGES as i64)]));
    }
}

/// `docs/messages.md` says how a gateway of one's own reads the table.
#[test]
fn the_statements_of_the_page_take_a_message_and_mark_it() {
    let page =
        std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/messages.md")).unwrap();
    let blocks: Vec<&str> = page.split("```sql").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(blocks.len(), 2);
    let world = World::postgres();
    ask(&world, 1);
    let now = world.now().timestamp_millis().to_string();
    let statements = |block: &str| -> Vec<String> {
        let written: String = block.lines().map(|line| line.split("--").next().unwrap().to_owned() + " ").collect();
        written.split(';').map(|one| one.trim().replace("$now", &now)).filter(|one| !one.is_empty()).collect()
    };
    let take = statements(blocks[0]);
    assert_eq!([take[0].as_str(), take[3].as_str()], ["BEGIN", "COMMIT"]);
    let taken = |of_other: bool| {
        store::transact(&*world.store, |tx| {
            let rows = tx.query(&take[1], &[])?;
            let ids: Vec<String> = rows.iter().map(|row| row.get("id").unwrap()).collect();
            let named: Vec<String> = ids.iter().map(|id| format!("'{id}'")).collect();
            assert_eq!(rows.is_empty(), of_other);
            if !of_other {
                assert!(rows[0].get::<String>("params")?.contains("code"));
                assert_eq!(tx.execute(&take[2].replace("$ids", &format!("ARRAY[{}]", named.join(", "))), &[])?, 1);
            }
            Ok(ids)
        })
        .unwrap()
    };
    let id = taken(false).remove(0);
    taken(true);
    assert_eq!(send(&world, &Gateway::default()), 0, "nor does an operator take it");
    let marks = statements(blocks[1]);
    let mark = |at: usize, by: &str| {
        let sql = marks[at].replace("$id", "'gw-1'").replace("$1", &format!("'{by}'"));
        store::transact(&*world.store, |tx| tx.execute(&sql, &[])).unwrap()
    };
    assert_eq!((mark(1, &id), newest(&world).state), (1, "waiting"));
    assert_eq!((mark(0, &id), newest(&world).state, params(&world)), (1, "sent", vec!["{}".to_owned()]));
    assert_eq!((mark(3, "gw-1"), newest(&world).state), (1, "delivered"));
    assert_eq!((mark(2, &id), newest(&world).state), (1, "failed"));
}

impl World {
    /// The code of the newest message that a gateway got.
    fn code_of_gateway(&self, got: &[OutgoingMessage]) -> String {
        got.last().unwrap().params["code"].as_str().unwrap().to_owned()
    }
}
