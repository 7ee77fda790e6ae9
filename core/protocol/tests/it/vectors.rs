//! Vectors for verifiers in other languages: `tests/vectors/{keys,city,ticket,presentation}.json`. Every case is read by the public API;
//! `UPDATE=1` writes the files anew from the fixed keys, which must change nothing for as long as the format is `MESTO1`.

use std::path::PathBuf;

use crate::fixture::*;
use crate::laws::{altered_city, joined, parts};
use ciborium::Value as Cbor;
use mesto_protocol::device::{DeviceSigner, SoftwareDevice};
use mesto_protocol::keys::KeySet;
use mesto_protocol::parking::signed::{MAX_SKEW, PREFIX, Presentation, TicketClaims, VerifiedTicket};
use mesto_protocol::signed_city::SignedCity;
use serde_json::{Value, json};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn key(which: (&str, [u8; 32])) -> Value {
    json!({"kid": which.0, "seed": hex(&which.1), "public": hex(&issuer(which).public())})
}

fn says(claims: &TicketClaims) -> Value {
    json!({
        "issuer": claims.issuer, "id": claims.id, "account": claims.account, "city": claims.city, "zone": claims.zone, "plate": claims.plate,
        "channel": claims.channel, "issued_at": claims.issued_at, "starts_at": claims.starts_at, "ends_at": claims.ends_at,
        "stay_deadline": claims.stay_deadline, "device": claims.device.map(|device| device.to_text()),
    })
}

fn kiosk() -> TicketClaims {
    TicketClaims {
        device: None,
        account: None,
        channel: mesto_protocol::parking::tickets::Channel::Kiosk,
        stay_deadline: None,
        ..claims()
    }
}

/// One byte of the text's bytes changed: the last one, which is always in a signature.
fn altered(text: &str) -> String {
    let (prefix, body) = text.strip_prefix(PREFIX).map_or(("", text), |body| (PREFIX, body));
    let mut bytes = base45::decode(body).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    format!("{prefix}{}", base45::encode(bytes))
}

fn keys_file() -> Value {
    let (root, set) = (issuer(ROOT), key_set());
    let wire = set.sign(&root).unwrap();
    let keys: Vec<Value> = set
        .keys
        .iter()
        .map(|key| json!({"kid": key.kid, "use": key.r#use, "public": hex(&key.public), "from": key.from, "until": key.until, "revoked_at": key.revoked_at}))
        .collect();
    let says = json!({"version": set.version, "issued_at": set.issued_at, "keys": keys});
    let mut cut = wire.clone();
    cut.truncate(wire.len() - 4);
    json!({
        "about": "Key sets: base64url COSE_Sign1 by the root key. `known_version` is what the reader already has, 0 for none.",
        "root": key(ROOT),
        "cases": [
            {"name": "a key set", "wire": wire, "known_version": 0, "says": says},
            {"name": "the same again", "wire": wire, "known_version": 3, "says": says},
            {"name": "older than what is known", "wire": wire, "known_version": 4, "error": "key_set_rollback"},
            {"name": "signed by another root", "wire": set.sign(&issuer(STRANGER)).unwrap(), "known_version": 0, "error": "altered"},
            {"name": "cut off", "wire": cut, "known_version": 0, "error": "garbage"},
            {"name": "not base64url", "wire": "a+b/", "known_version": 0, "error": "garbage"},
        ],
    })
}

fn city_file() -> Value {
    let now = "2025-09-03T08:30:00Z";
    let by = |which| SignedCity::sign(CITY_JSON, &issuer(which), at("2025-09-01T00:00:00Z")).unwrap();
    let signed = by(CITY);
    json!({
        "about": "City documents: base64url COSE_Sign1 by a city key over canonical JSON; key set of keys.json.",
        "key": key(CITY), "key_set": key_set().sign(&issuer(ROOT)).unwrap(), "root_public": hex(&issuer(ROOT).public()),
        "cases": [
            {"name": "a city", "wire": signed, "now": now, "city": "belgrade", "known_version": 4, "says": CITY_JSON},
            {"name": "its currency changed on the way", "wire": altered_city(&signed), "now": now, "city": "belgrade", "known_version": 0, "error": "altered"},
            {"name": "signed with a ticket key", "wire": by(TICKET), "now": now, "city": "belgrade", "known_version": 0, "error": "key_wrong_use"},
            {"name": "signed with an unknown key", "wire": by(STRANGER), "now": now, "city": "belgrade", "known_version": 0, "error": "key_unknown"},
            {"name": "another city than asked for", "wire": signed, "now": now, "city": "almaty", "known_version": 0, "error": "other_city"},
            {"name": "older than what is known", "wire": signed, "now": now, "city": "belgrade", "known_version": 5, "error": "city_rollback"},
        ],
    })
}

fn ticket_file() -> Value {
    let now = "2025-09-03T12:00:00Z";
    let by = |which| claims().sign(&issuer(which)).unwrap();
    let retired = TicketClaims { issued_at: at("2025-01-01T00:00:00Z"), ..claims() }.sign(&issuer(RETIRED)).unwrap();
    let ride = Cbor::Map(vec![((-65537).into(), Cbor::Map(vec![(1.into(), 2.into())]))]);
    json!({
        "about": "Tickets: base45 COSE_Sign1 by a ticket key over a CWT; key set of keys.json. Believed whatever time they are for.",
        "key": key(TICKET), "key_set": key_set().sign(&issuer(ROOT)).unwrap(), "root_public": hex(&issuer(ROOT).public()),
        "cases": [
            {"name": "bound to a device", "text": by(TICKET), "now": now, "says": says(&claims())},
            {"name": "of a kiosk, bound to nothing", "text": kiosk().sign(&issuer(TICKET)).unwrap(), "now": now, "says": says(&kiosk())},
            {"name": "altered", "text": altered(&by(TICKET)), "now": now, "error": "altered"},
            {"name": "signed with an unknown key", "text": by(STRANGER), "now": now, "error": "key_unknown"},
            {"name": "signed with a city key", "text": by(CITY), "now": now, "error": "key_wrong_use"},
            {"name": "its key is not revoked yet", "text": by(REVOKED), "now": "2025-09-03T11:59:59Z", "says": says(&claims())},
            {"name": "its key is revoked", "text": by(REVOKED), "now": now, "error": "key_revoked"},
            {"name": "dated after its key retired", "text": retired, "now": now, "error": "key_out_of_period"},
            {"name": "of a later kind", "text": base45::encode(seal(TICKET, &ride)), "now": now, "error": "kind_unknown"},
            {"name": "lower case", "text": by(TICKET).to_lowercase(), "now": now, "error": "garbage"},
            {"name": "nothing", "text": "", "now": now, "error": "garbage"},
        ],
    })
}

fn presentation_file() -> Value {
    let now = "2025-09-03T08:30:00Z";
    let show = |claims: &TicketClaims, moment: &str| {
        Presentation::encode(&claims.sign(&issuer(TICKET)).unwrap(), &device(), at(moment)).unwrap()
    };
    let shown = show(&claims(), now);
    let other = SoftwareDevice::from_seed(&OTHER_DEVICE).unwrap();
    let others = TicketClaims { device: Some(other.device_key()), ..claims() }.sign(&issuer(TICKET)).unwrap();
    let others = parts(&Presentation::encode(&others, &other, at(now)).unwrap());
    let (mine, copy) = (parts(&shown), joined(vec![parts(&shown)[0].clone()]));
    json!({
        "about": "Presentations: the text of a ticket's QR code; key set of keys.json, at most 60 s between the moment and `now`.",
        "device": {"seed": hex(&DEVICE), "public": hex(&device().public_key())},
        "key_set": key_set().sign(&issuer(ROOT)).unwrap(), "root_public": hex(&issuer(ROOT).public()), "max_skew_seconds": 60,
        "cases": [
            {"name": "just shown", "text": shown, "now": now, "says": says(&claims()), "shown_at": now},
            {"name": "60 s old", "text": shown, "now": "2025-09-03T08:31:00Z", "says": says(&claims()), "shown_at": now},
            {"name": "just over 60 s old", "text": shown, "now": "2025-09-03T08:31:00.001Z", "error": "moment_too_old"},
            {"name": "60 s ahead", "text": shown, "now": "2025-09-03T08:29:00Z", "says": says(&claims()), "shown_at": now},
            {"name": "just over 60 s ahead", "text": shown, "now": "2025-09-03T08:28:59.999Z", "error": "moment_in_future"},
            {"name": "of a kiosk, bound to nothing", "text": show(&kiosk(), now), "now": now, "says": says(&kiosk()), "shown_at": null},
            {"name": "a copy without a moment", "text": copy, "now": now, "error": "moment_missing"},
            {"name": "the moment of another device", "text": joined(vec![mine[0].clone(), others[1].clone()]), "now": now, "error": "device_mismatch"},
            {"name": "the moment altered", "text": altered(&shown), "now": now, "error": "device_mismatch"},
            {"name": "before it starts", "text": show(&claims(), "2025-09-03T07:58:00Z"), "now": "2025-09-03T07:58:00Z", "error": "not_yet_valid"},
            {"name": "at its end", "text": show(&claims(), "2025-09-03T09:00:00Z"), "now": "2025-09-03T09:00:00Z", "error": "over"},
            {"name": "without its prefix", "text": shown[PREFIX.len()..].to_owned(), "now": now, "error": "garbage"},
            {"name": "of a later format", "text": shown.replace("MESTO1:", "MESTO2:"), "now": now, "error": "garbage"},
        ],
    })
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors").join(name)
}

/// The committed file, which must be what the fixed keys give.
fn committed(name: &str, built: &Value) -> Value {
    let text = serde_json::to_string_pretty(built).unwrap() + "\n";
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path(name), &text).unwrap();
    }
    let stored = std::fs::read_to_string(path(name)).unwrap();
    assert_eq!(stored, text, "{name} is not what the fixed keys give: the format changed; UPDATE=1 rewrites it");
    serde_json::from_str(&stored).unwrap()
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value}")).to_owned()
}

fn cases(file: &Value) -> &Vec<Value> {
    let cases = file["cases"].as_array().unwrap();
    assert!(
        cases.iter().any(|case| case.get("error").is_some()) && cases.iter().any(|case| case.get("says").is_some())
    );
    cases
}

fn bytes(text: &str) -> [u8; 32] {
    let bytes: Vec<u8> = (0..64).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect();
    bytes.try_into().unwrap()
}

fn keys_of(file: &Value) -> KeySet {
    KeySet::verify(&text(file, "key_set"), &bytes(&text(file, "root_public")), 0).unwrap()
}

/// Compares an outcome with `says` or `error` of a case.
fn compare(case: &Value, outcome: Result<Value, &'static str>) {
    let expected = match case.get("error") {
        Some(code) => Err(code.as_str().unwrap()),
        None => Ok(case["says"].clone()),
    };
    assert_eq!(outcome, expected, "{}", text(case, "name"));
}

#[test]
fn key_sets_are_read_as_the_vectors_say() {
    let file = committed("keys.json", &keys_file());
    let root = bytes(&text(&file["root"], "public"));
    for case in cases(&file) {
        let known = case["known_version"].as_u64().unwrap();
        let outcome = KeySet::verify(&text(case, "wire"), &root, known);
        let says = outcome.map_err(|error| error.code()).map(|set| {
            let keys: Vec<Value> = set
                .keys
                .iter()
                .map(|key| json!({"kid": key.kid, "use": key.r#use, "public": hex(&key.public), "from": key.from, "until": key.until, "revoked_at": key.revoked_at}))
                .collect();
            json!({"version": set.version, "issued_at": set.issued_at, "keys": keys})
        });
        compare(case, says);
    }
}

#[test]
fn cities_are_read_as_the_vectors_say() {
    let file = committed("city.json", &city_file());
    for case in cases(&file) {
        let known = u32::try_from(case["known_version"].as_u64().unwrap()).unwrap();
        let outcome = SignedCity::verify(
            &text(case, "wire"),
            &keys_of(&file),
            at(&text(case, "now")),
            &text(case, "city"),
            known,
        );
        compare(case, outcome.map(|city| Value::from(city.json)).map_err(|error| error.code()));
    }
}

#[test]
fn tickets_are_read_as_the_vectors_say() {
    let file = committed("ticket.json", &ticket_file());
    for case in cases(&file) {
        let outcome = TicketClaims::verify(&text(case, "text"), &keys_of(&file), at(&text(case, "now")));
        compare(case, outcome.map(|VerifiedTicket { claims, .. }| says(&claims)).map_err(|error| error.code()));
    }
}

#[test]
fn presentations_are_read_as_the_vectors_say() {
    let file = committed("presentation.json", &presentation_file());
    assert_eq!(file["max_skew_seconds"], MAX_SKEW.num_seconds());
    for case in cases(&file) {
        let outcome = Presentation::verify(&text(case, "text"), &keys_of(&file), at(&text(case, "now")), MAX_SKEW);
        if let Ok(verified) = &outcome {
            assert_eq!(json!(verified.shown_at), case["shown_at"], "{}", text(case, "name"));
        }
        compare(case, outcome.map(|verified| says(&verified.claims)).map_err(|error| error.code()));
    }
}
