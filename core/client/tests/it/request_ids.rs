//! A failure keeps the id of its request, so that a driver's report finds its line in the
//! operator's log.

use mesto_client::{ErrorKind, IntentState};

use crate::support::{Fault, Phone, belgrade, run};

#[test]
fn a_refusal_keeps_the_id_that_the_operator_gave_the_request() {
    let phone = Phone::ready("1000");
    let refused = run(phone.client.vehicles().add(&belgrade(), "BG789PP", None)).unwrap_err();
    let id = refused.request_id().unwrap();
    assert!(id.starts_with("rq_") && id.len() == 29, "{id}");
    let another = run(phone.client.vehicles().add(&belgrade(), "BG789PP", None)).unwrap_err();
    assert_ne!(another.request_id(), Some(id));
    // Also of an action, whose refusal is stored and told again.
    let quote = phone.quote("red", 60);
    phone.after(3);
    let mut later = quote;
    later.expires_at = phone.time.now() + chrono::TimeDelta::minutes(1);
    let intent = run(phone.client.payments().buy(&later)).unwrap();
    assert!(matches!(intent.state, IntentState::Refused(_)), "{:?}", intent.state);
    let stored = phone.client.payments().intent(&intent.key).unwrap().unwrap().refusal().unwrap();
    assert_eq!((stored.code(), stored.request_id().map(str::len)), ("quote_expired", Some(29)));
}

#[test]
fn an_answer_that_cannot_be_read_keeps_its_id_and_what_is_no_id_is_passed_over() {
    let phone = Phone::ready("1000");
    for (header, kept) in
        [("rq_01k479dz00n5kdw32ddp393erk", true), ("<script>", false), (&"x".repeat(41), false), ("", false)]
    {
        let headers = vec![("Mesto-Request-Id".to_owned(), header.to_owned())];
        phone.net.fault("GET /v1/deposit", Fault::Says(200, headers, b"{}".to_vec()));
        let error = run(phone.client.wallet().history(None, 20)).unwrap_err();
        assert_eq!(error.code(), "answer_unreadable");
        assert_eq!(error.request_id(), kept.then_some(header));
    }
    phone.net.offline(true);
    let offline = run(phone.client.wallet().history(None, 20)).unwrap_err();
    assert_eq!((offline.kind(), offline.request_id()), (ErrorKind::Offline, None));
}
