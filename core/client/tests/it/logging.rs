//! The app's log: what every request came to, by the names that the operator's log has, and never
//! whom or where it was about.

use std::time::Duration;

use mesto_client::{LogLevel, LogLine, ProblemCode};

use crate::support::{Fault, PHONE, Phone, belgrade, run};

fn lines(phone: &Phone) -> Vec<LogLine> {
    std::mem::take(&mut phone.log.0.lock().unwrap())
}

#[test]
fn a_request_is_logged_with_its_id_its_time_and_how_it_ended() {
    let phone = Phone::ready("1000");
    lines(&phone);
    run(phone.client.sync()).unwrap();
    let line = &lines(&phone)[0];
    assert_eq!(line.operation.as_deref(), Some("GET /v1/events"));
    assert_eq!((line.level, line.message, line.status), (LogLevel::Debug, "answered", Some(200)));
    assert_eq!((line.duration, &line.code), (Some(Duration::ZERO), &None));
    assert!(line.request.as_deref().is_some_and(|id| id.starts_with("rq_")), "{line:?}");

    let refused = run(phone.client.vehicles().add(&belgrade(), "BG789PP", None)).unwrap_err();
    let line = &lines(&phone)[0];
    assert_eq!((line.level, line.message, line.status), (LogLevel::Info, "refused", Some(refused_status(line))));
    assert_eq!((line.code.as_deref(), line.request.as_deref()), (Some(refused.code()), refused.request_id()));

    phone.net.offline(true);
    phone.net.ids();
    run(phone.client.sync()).unwrap_err();
    phone.net.offline(false);
    phone.net.fault("GET /v1/events", Fault::RequestLost);
    run(phone.client.sync()).unwrap_err();
    phone.net.fault("GET /v1/events", Fault::Says(200 + 302, Vec::new(), b"<html>".to_vec()));
    run(phone.client.sync()).unwrap_err();
    let ended = lines(&phone);
    let named: Vec<_> = ended.iter().filter_map(|line| line.request.clone()).collect();
    assert_eq!(named, phone.net.ids(), "each is named by the id that it was sent with");
    let said: Vec<_> = ended.into_iter().map(|line| (line.level, line.message, line.code.unwrap())).collect();
    let warned = |message, code: &str| (LogLevel::Warning, message, code.to_owned());
    let unread = warned("not the operator's answer", "answer_unreadable");
    assert_eq!(said, [warned("not sent", "offline"), warned("no answer", "no_answer"), unread]);
}

#[test]
fn a_request_is_known_to_the_operator_by_the_id_that_the_phone_gave_it_each_by_its_own() {
    let phone = Phone::ready("1000");
    phone.net.ids();
    lines(&phone);
    let quote = phone.quote("red", 60);
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    run(phone.client.payments().buy(&quote)).unwrap();
    run(phone.client.payments().settle_all()).unwrap();
    let mut updates = phone.client.live().begin();
    phone.net.fault("STREAM", Fault::NotSent);
    run(updates.step());
    let (sent, lines) = (phone.net.ids(), lines(&phone));
    let requests = lines.iter().filter(|line| line.operation.is_some());
    assert_eq!(requests.filter_map(|line| line.request.clone()).collect::<Vec<_>>(), sent);
    assert_eq!(sent.iter().collect::<std::collections::BTreeSet<_>>().len(), sent.len(), "{sent:?}");
    assert!(
        lines.iter().any(|line| line.message == "no answer") && lines.iter().any(|line| line.message == "not sent")
    );
}

fn refused_status(line: &LogLine) -> u16 {
    let status = line.status.unwrap();
    assert!((400..500).contains(&status));
    status
}

#[test]
fn no_line_holds_a_plate_a_number_a_token_a_code_or_a_position() {
    let phone = Phone::ready("1000");
    let ticket = run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    let order = phone.ordered();
    phone.net.fault("GET /v1/events", Fault::refuses(ProblemCode::Unavailable));
    run(phone.client.sync()).unwrap_err();
    run(phone.client.vehicles().remove(phone.car(), true)).unwrap();
    run(phone.client.account().export()).unwrap();
    let said = format!("{:?}", lines(&phone));
    let token = phone.secrets.all().concat();
    assert!(!token.is_empty());
    let secret = [PHONE, &PHONE[4..], "789", &ticket.key, &order.to_string(), &token, "belgrade", "after="];
    for secret in secret {
        assert!(!said.contains(secret), "{secret} in {said}");
    }
    assert!(said.contains("POST /v1/purchases"), "{said}");
}

#[test]
fn a_code_or_an_id_of_somebody_in_between_is_not_logged() {
    let phone = Phone::ready("1000");
    lines(&phone);
    let body = br#"{"type":"urn:mesto:problem:BG 789-PP","title":"","status":422,"code":"BG 789-PP","detail":""}"#;
    let headers = vec![("Mesto-Request-Id".to_owned(), "BG 789-PP".to_owned())];
    phone.net.fault("GET /v1/events", Fault::Says(422, headers, body.to_vec()));
    run(phone.client.sync()).unwrap_err();
    let line = &lines(&phone)[0];
    assert!(line.code.as_deref().is_none_or(|code| !code.contains("BG")), "{line:?}");
    assert_eq!(line.status, Some(422));
    assert!(line.request.as_deref().is_some_and(|id| id.starts_with("rq_")), "its own: {line:?}");
}
