//! An inspector's verifier: every vector judged as the page says, keys and lists taken as they are
//! fetched, and kept for a day without a network.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_client::protocol::services::CodeClaims;
use mesto_client::protocol::signed_code::ClockRule;
use mesto_client::{CodeVerifier, LinkAnswer, LinkError, OperatorName, ProblemCode};
use serde_json::Value;

use crate::support::{Fault, Phone, run};

fn vectors(file: &str) -> Value {
    let path = format!("{}/../../tests/vectors/{file}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap()
}

fn moment(value: &Value) -> DateTime<Utc> {
    text(value, "now").parse().unwrap()
}

fn root(hex: &str) -> [u8; 32] {
    let bytes: Vec<u8> =
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    bytes.try_into().unwrap()
}

fn verifier(issuer: &str, root_key: [u8; 32]) -> CodeVerifier {
    CodeVerifier::new(issuer.parse::<OperatorName>().unwrap(), root_key, ClockRule::default())
}

#[test]
fn every_vector_is_judged_as_the_page_says() {
    let file = vectors("ticket-code");
    let root_key = root(text(&file["root"], "public"));
    for case in file["cases"].as_array().unwrap() {
        let name = text(case, "name");
        let now = moment(case);
        let verifier = verifier(text(&file, "issuer"), root_key);
        verifier.take_keys(text(&file, "key_set")).unwrap();
        if case.get("revocations").is_none_or(|list| !list.is_null()) {
            verifier.take_revocations(text(&file, "revocations"), "2025-09-03T08:30:00Z".parse().unwrap()).unwrap();
        }
        // What it saw before is another case of the file, which is good.
        for seen in case.get("seen").and_then(Value::as_array).into_iter().flatten() {
            let is_it = |other: &&Value| {
                let says = &other["says"];
                other.get("error").is_none() && (&says["id"], &says["issue"]) == (&seen["id"], &seen["issue"])
            };
            let other = file["cases"].as_array().unwrap().iter().find(is_it).unwrap();
            verifier.verify(text(other, "text"), moment(other)).unwrap().outcome.expect(name);
        }
        let found = verifier.verify(text(case, "text"), now).unwrap();
        let judged = found.outcome.and_then(|code| CodeClaims::read(&code.claims).map(|_| code));
        match case.get("error").and_then(Value::as_str) {
            Some(error) => {
                let why = judged.unwrap_err();
                let is_genuine = why.genuine().is_some() || error == "kind_unknown";
                assert_eq!((why.code(), is_genuine), (error, case.get("says").is_some()), "{name}");
            }
            None => {
                let warnings: Vec<&str> = judged.unwrap().warnings.iter().map(|warning| warning.code()).collect();
                let told: Vec<&str> = case["warnings"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|told| told.as_str().unwrap_or_else(|| text(told, "code")))
                    .collect();
                assert_eq!(warnings, told, "{name}");
            }
        }
    }
}

#[test]
fn keys_and_lists_of_others_or_of_before_are_not_taken() {
    let file = vectors("ticket-code");
    let now = "2025-09-03T08:30:00Z".parse().unwrap();
    let known = verifier(text(&file, "issuer"), root(text(&file["root"], "public")));
    assert_eq!(known.verify("MESTO1:", now).unwrap_err().code(), "keys_missing");
    assert_eq!(known.take_revocations(text(&file, "revocations"), now).unwrap_err().code(), "keys_missing");
    assert_eq!(known.next_update(), None);
    let other = verifier(text(&file, "issuer"), [7; 32]);
    assert_eq!(other.take_keys(text(&file, "key_set")).unwrap_err().code(), "keys_untrusted");
    let version = known.take_keys(&format!("\"{}\"", text(&file, "key_set"))).unwrap();
    assert_eq!(known.take_keys(text(&file, "key_set")).unwrap(), version);
    let lists = vectors("revocations");
    for case in lists["cases"].as_array().unwrap() {
        if case.get("error").is_some_and(|error| error != "revocations_rollback") {
            let why = known.take_revocations(text(case, "wire"), now).unwrap_err();
            assert_eq!(why.code(), "revocations_untrusted", "{}", text(case, "name"));
        }
    }
}

/// Asks the operator of the test, and remembers what with.
struct Asking<'n>(&'n crate::support::Net, std::sync::Mutex<Vec<Option<String>>>);

#[async_trait::async_trait]
impl mesto_client::Link for Asking<'_> {
    async fn send(&self, request: mesto_client::LinkRequest) -> Result<LinkAnswer, LinkError> {
        let tag = request.headers.iter().find(|(name, _)| name == "if-none-match").map(|(_, tag)| tag.clone());
        self.1.lock().unwrap().push(tag);
        self.0.send(request).await
    }
}

#[test]
fn an_inspector_fetches_what_changed_and_judges_without_a_network() {
    let phone = Phone::ready("1000");
    let bought = run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    let shown = phone.client.parking().code(bought.ticket().unwrap().id).unwrap();
    let link = Asking(&phone.net, std::sync::Mutex::default());
    let verifier = verifier("localhost", *phone.net.operator.keys().root_public());
    assert!(run(verifier.refresh(&link, phone.time.now())).unwrap());
    assert!(!run(verifier.refresh(&link, phone.time.now())).unwrap(), "nothing changed");
    let tags = std::mem::take(&mut *link.1.lock().unwrap());
    assert!(tags[..2].iter().all(Option::is_none) && tags[2..].iter().all(Option::is_some), "{tags:?}");

    phone.net.offline(true);
    assert_eq!(run(verifier.refresh(&link, phone.time.now())).unwrap_err().code(), "offline");
    let found = verifier.verify(&shown.text, phone.time.now()).unwrap();
    let code = found.outcome.unwrap();
    let CodeClaims::ParkingTicket(ticket) = CodeClaims::read(&code.claims).unwrap() else { panic!("{code:?}") };
    assert_eq!((ticket.what.plate.as_str(), ticket.what.zone.as_str()), ("BG789PP", "red"));
    assert!(found.keys_version > 0 && found.revocations_version.is_some());
    // The same by what was kept, after a start without a network.
    let (keys, list) = verifier.taken();
    let again = self::verifier("localhost", *phone.net.operator.keys().root_public());
    again.take_keys(&keys.unwrap()).unwrap();
    again.take_revocations(&list.unwrap(), phone.time.now()).unwrap();
    assert!(again.verify(&shown.text, phone.time.now()).unwrap().outcome.is_ok());
    // A picture of it is old a minute later.
    let late = again.verify(&shown.text, phone.time.now() + TimeDelta::seconds(61)).unwrap();
    assert_eq!(late.outcome.unwrap_err().code(), "moment_too_old");
    phone.net.offline(false);
    phone.net.fault("GET /v1/revocations", Fault::refuses(ProblemCode::Unavailable));
    assert_eq!(run(again.refresh(&link, phone.time.now())).unwrap_err().code(), "unavailable");
    assert!(again.next_update().is_some());
}
