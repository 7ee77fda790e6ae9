//! Vectors for verifiers in other languages:
//! `tests/vectors/{keys,revocations,city,ticket,ticket-code}.json`, described by `docs/ticket-code.
//! md`. Every case is read by the public API here, and by a verifier written from the page alone in
//! `tests/vectors/test_ticket_code.py`. `UPDATE=1` writes the files anew from the fixed keys, which
//! must change nothing for as long as the format is `MESTO1`.

use std::path::PathBuf;

use crate::codes::{joined, of_kind, parts, payload, show, show_receipt};
use crate::fixture::{self, *};
use crate::laws::{altered_city, taken};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use ciborium::Value as Cbor;
use coset::{CoseSign1, HeaderBuilder, ProtectedHeader, SignatureContext, TaggedCborSerializable, iana};
use mesto_protocol::code::SIGNED;
use mesto_protocol::device::{DeviceSigner, SoftwareDevice};
use mesto_protocol::garages::signed::{ExitReceipt, ReceiptClaims};
use mesto_protocol::kernel::ids::{RecordId as _, RideId, TicketId, VisitId};
use mesto_protocol::keys::KeySet;
use mesto_protocol::parking::signed::{ParkingTicket, TicketClaims};
use mesto_protocol::rides::signed::{RideClaims, SignedRide};
use mesto_protocol::services::CodeClaims;
use mesto_protocol::signed_code::{Claims, CodeError, MAX_SKEW, Presentation, Revocations, Seen, Unread, Verifier};
use mesto_protocol::signed_document::SignedCity;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const NOW: &str = "2025-09-03T08:30:00Z";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn key(which: (&str, [u8; 32])) -> Value {
    json!({"kid": which.0, "seed": hex(&which.1), "public": hex(&issuer(which).public())})
}

/// The claims that are common to every kind.
fn common(claims: &Claims<Unread>) -> Value {
    json!({
        "issuer": claims.issuer, "kind": claims.what.kind, "id": hex(&claims.id), "issue": claims.issue,
        "bought_at": claims.bought_at, "issued_at": claims.issued_at, "starts_at": claims.starts_at,
        "ends_at": claims.ends_at, "device": claims.device.map(|device| hex(device.as_bytes())),
    })
}

fn parking(what: &ParkingTicket) -> Value {
    json!({
        "city": what.city, "zone": what.zone, "plate": what.plate, "channel": what.channel,
        "stay_deadline": what.stay_deadline,
    })
}

fn says(claims: &TicketClaims) -> Value {
    json!({
        "issuer": claims.issuer, "kind": 1, "id": hex(&claims.id.bytes()), "issue": claims.issue,
        "bought_at": claims.bought_at, "issued_at": claims.issued_at, "starts_at": claims.starts_at,
        "ends_at": claims.ends_at, "device": claims.device.map(|device| hex(device.as_bytes())),
        "what": parking(&claims.what),
    })
}

fn keys_say(set: &KeySet) -> Value {
    let keys: Vec<Value> = set
        .keys
        .iter()
        .map(|key| json!({"kid": key.kid, "use": key.r#use, "public": hex(&key.public), "from": key.from, "until": key.until, "revoked_at": key.revoked_at}))
        .collect();
    json!({"version": set.version, "issued_at": set.issued_at, "next_update": set.next_update, "keys": keys})
}

fn list_says(list: &Revocations) -> Value {
    let entries: Vec<Value> =
        list.entries.iter().map(|entry| json!({"id": hex(&entry.id), "good_from": entry.good_from})).collect();
    json!({"version": list.version, "issued_at": list.issued_at, "next_update": list.next_update, "entries": entries})
}

/// As a code says it: whole seconds, not before the moment.
fn filled_up(moment: DateTime<Utc>) -> DateTime<Utc> {
    at(&moment.format("%Y-%m-%dT%H:%M:%SZ").to_string())
        + TimeDelta::seconds((moment.timestamp_subsec_nanos() > 0).into())
}

/// One byte of the text's bytes changed: the last one, which is always in a signature.
fn altered(text: &str) -> String {
    let (prefix, body) = text.strip_prefix(SIGNED).map_or(("", text), |body| (SIGNED, body));
    let mut bytes = base45::decode(body).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    format!("{prefix}{}", base45::encode(bytes))
}

/// The bytes that an operator's signature stands on, written by coset alone.
fn sig_structure(sign1: &[u8], external: &[u8]) -> Option<String> {
    Some(hex(&CoseSign1::from_tagged_slice(sign1).ok()?.tbs_data(external)))
}

/// What is behind the text of a case, for whoever looks for the place where his verifier differs.
fn opened(text: &str) -> Value {
    let body = text.strip_prefix(SIGNED);
    let Ok(bytes) = base45::decode(body.unwrap_or(text)) else { return Value::Null };
    if body.is_none() {
        return json!({"code": hex(&bytes), "sig_structure": sig_structure(&bytes, b"mesto.code.1")});
    }
    let Ok(Cbor::Array(parts)) = ciborium::from_reader::<Cbor, _>(bytes.as_slice()) else { return Value::Null };
    let Some(Cbor::Bytes(code)) = parts.first() else { return Value::Null };
    let mut opened = json!({"code": hex(code), "sig_structure": sig_structure(code, b"mesto.code.1")});
    if let [_, moment, Cbor::Bytes(signature)] = parts.as_slice() {
        let external = [b"mesto.moment.1", Sha256::digest(code).as_slice()].concat();
        let header = HeaderBuilder::new().algorithm(iana::Algorithm::ES256).build();
        let header = ProtectedHeader { original_data: None, header };
        let mut payload = Vec::new();
        ciborium::into_writer(moment, &mut payload).unwrap();
        let signed =
            coset::sig_structure_data(SignatureContext::CoseSign1, header, None, external.as_slice(), &payload);
        opened["moment"] = json!({
            "seconds": moment.as_integer().map(|at| i64::try_from(at).unwrap()), "sig_structure": hex(&signed),
            "signature": hex(signature),
        });
    }
    opened
}

fn case(name: &str, text: &str, now: &str, expected: Value) -> Value {
    let mut case = json!({"name": name, "text": text, "now": now, "opened": opened(text)});
    case.as_object_mut().unwrap().extend(expected.as_object().unwrap().clone());
    case
}

/// A case of a list, with what its signature stands on.
fn wired(name: &str, wire: &str, known_version: u64, expected: Value) -> Value {
    let mut case = json!({"name": name, "wire": wire, "known_version": known_version});
    if let Some(signed) = URL_SAFE_NO_PAD.decode(wire).ok().and_then(|bytes| sig_structure(&bytes, b"")) {
        case["sig_structure"] = signed.into();
    }
    case.as_object_mut().unwrap().extend(expected.as_object().unwrap().clone());
    case
}

fn cut(wire: &str) -> String {
    wire[..wire.len() - 4].to_owned()
}

fn keys_file() -> Value {
    let (set, wire) = (key_set(), key_set().sign(&issuer(ROOT)).unwrap());
    let error = |code: &str| json!({"error": code});
    json!({
        "about": "Key sets: base64url COSE_Sign1 by the root key. `known_version` is what the reader already has, 0 for none.",
        "root": key(ROOT),
        "cases": [
            wired("a key set", &wire, 0, json!({"says": keys_say(&set)})),
            wired("the same again", &wire, 3, json!({"says": keys_say(&set)})),
            wired("older than what is known", &wire, 4, error("key_set_rollback")),
            wired("signed by another root", &set.sign(&issuer(STRANGER)).unwrap(), 0, error("altered")),
            wired("a revocation list", &revocations().sign(&issuer(ROOT)).unwrap(), 0, error("garbage")),
            wired("cut off", &cut(&wire), 0, error("garbage")),
            wired("not base64url", "a+b/", 0, error("garbage")),
        ],
    })
}

fn revocations_file() -> Value {
    let by = |which| revocations().sign(&issuer(which)).unwrap();
    let (wire, says) = (by(REVOCATIONS), json!({"says": list_says(&revocations())}));
    let late =
        Revocations { issued_at: at("2026-01-01T00:00:00Z"), next_update: at("2026-01-02T00:00:00Z"), ..revocations() };
    let error = |code: &str| json!({"error": code});
    json!({
        "about": "Revocation lists: base64url COSE_Sign1 by a revocations key; key set of keys.json.",
        "now": NOW, "key": key(REVOCATIONS),
        "key_set": key_set().sign(&issuer(ROOT)).unwrap(), "root_public": hex(&issuer(ROOT).public()),
        "cases": [
            wired("a list", &wire, 0, says.clone()),
            wired("the same again", &wire, 7, says),
            wired("older than what is known", &wire, 8, error("revocations_rollback")),
            wired("forged: the right key id, another key", &by((REVOCATIONS.0, STRANGER.1)), 0, error("altered")),
            wired("signed with a ticket key", &by(TICKET), 0, error("key_wrong_use")),
            wired("signed with an unknown key", &by(STRANGER), 0, error("key_unknown")),
            wired("dated after its key's time", &late.sign(&issuer(REVOCATIONS)).unwrap(), 0, error("key_out_of_period")),
            wired("a key set", &key_set().sign(&issuer(ROOT)).unwrap(), 0, error("garbage")),
            wired("cut off", &cut(&wire), 0, error("garbage")),
        ],
    })
}

fn city_file() -> Value {
    let by = |which| SignedCity::sign(CITY_JSON, &issuer(which), at("2025-09-01T00:00:00Z")).unwrap();
    let signed = by(CITY);
    json!({
        "about": "City documents: base64url COSE_Sign1 by a city key over canonical JSON; key set of keys.json.",
        "key": key(CITY), "key_set": key_set().sign(&issuer(ROOT)).unwrap(), "root_public": hex(&issuer(ROOT).public()),
        "cases": [
            {"name": "a city", "wire": signed, "now": NOW, "city": "belgrade", "known_version": 4, "says": CITY_JSON},
            {"name": "its currency changed on the way", "wire": altered_city(&signed), "now": NOW, "city": "belgrade", "known_version": 0, "error": "altered"},
            {"name": "signed with a ticket key", "wire": by(TICKET), "now": NOW, "city": "belgrade", "known_version": 0, "error": "key_wrong_use"},
            {"name": "signed with an unknown key", "wire": by(STRANGER), "now": NOW, "city": "belgrade", "known_version": 0, "error": "key_unknown"},
            {"name": "another city than asked for", "wire": signed, "now": NOW, "city": "almaty", "known_version": 0, "error": "document_of_another"},
            {"name": "older than what is known", "wire": signed, "now": NOW, "city": "belgrade", "known_version": 5, "error": "document_rollback"},
        ],
    })
}

fn ticket_file() -> Value {
    let now = "2025-09-03T12:00:00Z";
    let by = |which| claims().sign(&issuer(which)).unwrap();
    let retired = TicketClaims { issued_at: at("2025-01-01T00:00:00Z"), ..claims() }.sign(&issuer(RETIRED)).unwrap();
    let case = |name: &str, text: &str, expected: Value| case(name, text, now, expected);
    let error = |code: &str| json!({"error": code});
    let mut not_yet = case("its key is not revoked yet", &by(REVOKED), json!({"says": says(&claims())}));
    not_yet["now"] = "2025-09-03T11:59:59Z".into();
    json!({
        "about": "Parking tickets as /v1 hands them to a phone, without a moment: base45 COSE_Sign1 by a ticket key over a CWT; key set of keys.json. Believed whatever time they are for.",
        "key": key(TICKET), "key_set": key_set().sign(&issuer(ROOT)).unwrap(), "root_public": hex(&issuer(ROOT).public()),
        "cases": [
            case("bound to a device", &by(TICKET), json!({"says": says(&claims())})),
            case("of a kiosk, bound to nothing", &kiosk().sign(&issuer(TICKET)).unwrap(), json!({"says": says(&kiosk())})),
            case("altered", &altered(&by(TICKET)), error("altered")),
            case("signed with an unknown key", &by(STRANGER), error("key_unknown")),
            case("signed with a city key", &by(CITY), error("key_wrong_use")),
            not_yet,
            case("its key is revoked", &by(REVOKED), error("key_revoked")),
            case("dated after its key retired", &retired, error("key_out_of_period")),
            case("of another kind", &base45::encode(of_kind(3, &[])), error("kind_other")),
            case("of a kind that is in no registry", &base45::encode(of_kind(99, &[])), error("kind_unknown")),
            case("lower case", &by(TICKET).to_lowercase(), error("garbage")),
            case("nothing", "", error("garbage")),
        ],
    })
}

fn receipt_says(claims: &ReceiptClaims) -> Value {
    json!({
        "issuer": claims.issuer, "kind": 2, "id": hex(&claims.id.bytes()), "issue": claims.issue,
        "bought_at": claims.bought_at, "issued_at": claims.issued_at, "starts_at": claims.starts_at,
        "ends_at": claims.ends_at, "device": claims.device.map(|device| hex(device.as_bytes())),
        "what": receipt(&claims.what),
    })
}

fn ride_map(what: &SignedRide) -> Value {
    let (route, direction) = what.route.clone().unzip();
    let mut map = json!({
        "city": what.city, "vehicle": what.vehicle, "route": route, "direction": direction,
        "trip": what.trip.map(|trip| hex(&trip.bytes())), "service_day": what.service_day, "persons": what.persons,
    });
    if !what.benefits.is_empty() {
        map["benefits"] = json!(what.benefits);
    }
    if let Some(pass) = &what.pass {
        map["pass"] = json!(pass);
    }
    map
}

fn ride_says(claims: &RideClaims) -> Value {
    json!({
        "issuer": claims.issuer, "kind": 3, "id": hex(&claims.id.bytes()), "issue": claims.issue,
        "bought_at": claims.bought_at, "issued_at": claims.issued_at, "starts_at": claims.starts_at,
        "ends_at": filled_up(claims.ends_at), "device": claims.device.map(|device| hex(device.as_bytes())),
        "what": ride_map(&claims.what),
    })
}

/// A ride as its device shows it at a moment.
fn show_ride(claims: &RideClaims, which: (&str, [u8; 32]), moment: &str) -> String {
    Presentation::encode(&claims.sign(&issuer(which)).unwrap(), &device(), at(moment)).unwrap()
}

/// The vehicle's number changed inside the signed bytes.
fn other_vehicle(text: &str) -> String {
    let mut bytes = base45::decode(text.strip_prefix(SIGNED).unwrap()).unwrap();
    let place = bytes.windows(4).position(|window| window == b"1204").unwrap();
    bytes[place + 3] = b'5';
    format!("{SIGNED}{}", base45::encode(bytes))
}

/// A ride that is bound to no device, with a map of its own.
fn ride_of(own: &[(i64, Cbor)]) -> String {
    joined(&[Cbor::Bytes(of_kind(3, own))])
}

/// The cases of rides.
fn rides() -> Vec<Value> {
    let ride = fixture::ride();
    let as_shown = |claims: &RideClaims, moment: &str| show_ride(claims, TICKET, moment);
    let shown = as_shown(&ride, NOW);
    let mine = parts(&shown);
    let good =
        |claims: &RideClaims, moment: &str| json!({"says": ride_says(claims), "shown_at": moment, "warnings": []});
    let error = |code: &str| json!({"error": code});
    let ended = |code: &str, claims: &RideClaims| json!({"error": code, "says": ride_says(claims)});
    let unknown_trip =
        RideClaims { what: SignedRide { route: None, trip: None, persons: 1, ..ride.what.clone() }, ..ride.clone() };
    let trolley = RideClaims {
        what: SignedRide {
            vehicle: "T0412".parse().unwrap(),
            route: Some(("tb-19".parse().unwrap(), 1)),
            ..ride.what.clone()
        },
        ..ride.clone()
    };
    let category = |id: &str| id.parse().unwrap();
    let benefits = RideClaims {
        what: SignedRide { benefits: vec![category("school"), category("child")], ..ride.what.clone() },
        ..ride.clone()
    };
    let on_pass = RideClaims {
        what: SignedRide { benefits: vec![category("child")], pass: "month".parse().ok(), ..ride.what.clone() },
        ..ride.clone()
    };
    // Wednesday, half past one in Almaty.
    let night = RideClaims {
        bought_at: at("2025-09-02T20:30:00Z"),
        issued_at: at("2025-09-02T20:30:00Z"),
        starts_at: at("2025-09-02T20:30:00Z"),
        ends_at: at("2025-09-02T21:30:00Z"),
        what: SignedRide { service_day: "2025-09-02".parse().unwrap(), ..ride.what.clone() },
        ..ride.clone()
    };
    let astana =
        RideClaims { what: SignedRide { city: "astana".parse().unwrap(), ..ride.what.clone() }, ..ride.clone() };
    let elsewhere = RideClaims { issuer: "other.example".to_owned(), ..ride.clone() };
    let voided = RideClaims { id: RideId::from_bytes(VOIDED_ID), ..ride.clone() };
    let issued = |issue: u32| RideClaims {
        id: RideId::from_bytes(REISSUED_ID),
        issue,
        issued_at: at(if issue == 1 { "2025-09-03T08:20:00Z" } else { "2025-09-03T08:25:00Z" }),
        ..ride.clone()
    };
    let other = SoftwareDevice::from_seed(&OTHER_DEVICE).unwrap();
    let theirs = RideClaims { device: Some(other.device_key()), ..ride.clone() }.sign(&issuer(TICKET)).unwrap();
    let theirs = parts(&Presentation::encode(&theirs, &other, at(NOW)).unwrap());
    let newer = RideClaims { issue: 2, issued_at: at("2025-09-03T08:25:00Z"), ..ride.clone() };
    let seen = |mut case: Value, issue: u32| {
        case["seen"] = json!([{"id": hex(&RIDE_ID), "issue": issue}]);
        case
    };
    let own = |label: i64, value: Option<Cbor>| {
        let own: [(i64, Cbor); 7] = [
            (1, "almaty".into()),
            (2, "1204".into()),
            (3, "92".into()),
            (4, 0.into()),
            (5, Cbor::Bytes(TRIP_ID.to_vec())),
            (6, 20_334.into()),
            (7, 2.into()),
        ];
        let mut own: Vec<(i64, Cbor)> = own.into_iter().filter(|(own, _)| *own != label).collect();
        own.extend(value.map(|value| (label, value)));
        own
    };
    let wrong = |name: &str, label: i64, value: Option<Cbor>| {
        case(&format!("a ride {name}"), &ride_of(&own(label, value)), NOW, error("garbage"))
    };
    vec![
        case("a ride of two", &shown, NOW, good(&ride, NOW)),
        case("a ride whose trip was not known", &as_shown(&unknown_trip, NOW), NOW, good(&unknown_trip, NOW)),
        case("a ride of two, both with a benefit", &as_shown(&benefits, NOW), NOW, good(&benefits, NOW)),
        case("a ride on a pass, with a child", &as_shown(&on_pass, NOW), NOW, good(&on_pass, NOW)),
        wrong("whose benefits are no ids", 8, Some("School,".into())),
        wrong("whose pass is no id", 9, Some("".into())),
        case("a ride in a trolleybus, the other way", &as_shown(&trolley, NOW), NOW, good(&trolley, NOW)),
        case(
            "a ride after midnight, of the service day before",
            &as_shown(&night, "2025-09-02T20:40:00Z"),
            "2025-09-02T20:40:00Z",
            good(&night, "2025-09-02T20:40:00Z"),
        ),
        case(
            "a ride in another city: genuine, and the controller's question",
            &as_shown(&astana, NOW),
            NOW,
            good(&astana, NOW),
        ),
        case("a ride, shown 60 s ago", &shown, "2025-09-03T08:31:00Z", good(&ride, NOW)),
        case("a ride: a screenshot of just over 60 s ago", &shown, "2025-09-03T08:31:00.001Z", error("moment_too_old")),
        case("a ride: a copy without a moment", &joined(&mine[..1]), NOW, error("moment_missing")),
        case(
            "a ride: a moment dated anew",
            &joined(&[mine[0].clone(), Cbor::from(at("2025-09-03T08:45:00Z").timestamp()), mine[2].clone()]),
            "2025-09-03T08:45:00Z",
            error("device_mismatch"),
        ),
        case(
            "a ride: the moment of another device",
            &joined(&[mine[0].clone(), theirs[1].clone(), theirs[2].clone()]),
            NOW,
            error("device_mismatch"),
        ),
        case("a ride, altered: another vehicle", &other_vehicle(&shown), NOW, error("altered")),
        case(
            "a ride, forged: the right key id, another key",
            &show_ride(&ride, (TICKET.0, STRANGER.1), NOW),
            NOW,
            error("altered"),
        ),
        case("a ride, signed with an unknown key", &show_ride(&ride, STRANGER, NOW), NOW, error("key_unknown")),
        case(
            "a ride whose key is revoked",
            &show_ride(&ride, REVOKED, "2025-09-03T12:00:00Z"),
            "2025-09-03T12:00:00Z",
            error("key_revoked"),
        ),
        case("a ride of another operator", &as_shown(&elsewhere, NOW), NOW, error("other_issuer")),
        case("a ride that was voided", &as_shown(&voided, NOW), NOW, ended("revoked", &voided)),
        case("a ride issued again: the older issue", &as_shown(&issued(1), NOW), NOW, ended("reissued", &issued(1))),
        case("a ride issued again: the newer issue", &as_shown(&issued(2), NOW), NOW, good(&issued(2), NOW)),
        case(
            "a ride just before its end",
            &as_shown(&ride, "2025-09-03T09:29:59Z"),
            "2025-09-03T09:29:59.999Z",
            good(&ride, "2025-09-03T09:29:59Z"),
        ),
        case(
            "a ride, expired: at its end",
            &as_shown(&ride, "2025-09-03T09:30:00Z"),
            "2025-09-03T09:30:00Z",
            ended("over", &ride),
        ),
        case("a ride that was issued again, for the same phone", &as_shown(&newer, NOW), NOW, good(&newer, NOW)),
        seen(case("a ride of which the controller saw a newer issue", &shown, NOW, ended("reissued", &ride)), 2),
        wrong("without a city", 1, None),
        wrong("without a vehicle", 2, None),
        wrong("whose vehicle is no number", 2, Some("bus".into())),
        wrong("whose direction is below 0", 4, Some((-1).into())),
        wrong("whose trip has 15 bytes", 5, Some(Cbor::Bytes(TRIP_ID[..15].to_vec()))),
        wrong("without a service day", 6, None),
        wrong("before 1970", 6, Some((-1).into())),
        wrong("of nobody", 7, Some(0.into())),
        wrong("without persons", 7, None),
    ]
}

fn receipt(what: &ExitReceipt) -> Value {
    json!({
        "city": what.city, "facility": what.facility, "ticket": what.ticket, "exit_by": what.exit_by,
        "amount": what.amount.minor().unwrap(), "currency": what.amount.currency,
    })
}

/// A code of the second kind with these entries of its own.
fn receipt_of(own: &[(i64, Cbor)]) -> String {
    joined(&[Cbor::Bytes(of_kind(2, own))])
}

/// The ticket's number changed inside the signed bytes.
fn other_number(text: &str) -> String {
    let mut bytes = base45::decode(text.strip_prefix(SIGNED).unwrap()).unwrap();
    let place = bytes.windows(7).position(|window| window == b"0074521").unwrap();
    bytes[place + 6] = b'2';
    format!("{SIGNED}{}", base45::encode(bytes))
}

/// Labels of a later version beside those of this one.
fn of_a_later_version() -> String {
    let mut entries = payload(&claims());
    let Some((_, Cbor::Map(code))) = entries.last_mut() else { panic!("no map") };
    code.extend([((-3).into(), 2.into()), ((-20).into(), "later".into()), (20.into(), Cbor::Null)]);
    entries.push(((-65538).into(), "later".into()));
    Presentation::encode(&base45::encode(seal(TICKET, &Cbor::Map(entries))), &device(), at(NOW)).unwrap()
}

/// The plate changed inside the signed bytes.
fn other_plate(text: &str) -> String {
    let mut bytes = base45::decode(text.strip_prefix(SIGNED).unwrap()).unwrap();
    let place = bytes.windows(7).position(|window| window == b"BG789PP").unwrap();
    bytes[place + 4] = b'8';
    format!("{SIGNED}{}", base45::encode(bytes))
}

/// The same array with its length in two bytes.
fn longer_form(text: &str) -> String {
    let bytes = base45::decode(text.strip_prefix(SIGNED).unwrap()).unwrap();
    format!("{SIGNED}{}", base45::encode([vec![0x98, bytes[0] & 0x1f], bytes[1..].to_vec()].concat()))
}

/// Signed by the right key, but as another thing than a code.
fn without_external_data() -> String {
    let code = base45::decode(kiosk().sign(&issuer(TICKET)).unwrap()).unwrap();
    let sign1 = CoseSign1::from_tagged_slice(&code).unwrap();
    let key = ed25519_dalek::SigningKey::from_bytes(&TICKET.1);
    let signature = ed25519_dalek::Signer::sign(&key, &sign1.tbs_data(b"")).to_bytes().to_vec();
    joined(&[Cbor::Bytes(CoseSign1 { signature, ..sign1 }.to_tagged_vec().unwrap())])
}

fn ticket_code_file() -> Value {
    let again = TicketClaims { issue: 2, ..claims() };
    let by = |claims: &TicketClaims, which, moment: &str| {
        Presentation::encode(&claims.sign(&issuer(which)).unwrap(), &device(), at(moment)).unwrap()
    };
    let shown = show(&claims(), NOW);
    let mine = parts(&shown);
    let mixed =
        |code: &Cbor, seconds: &Cbor, signature: &Cbor| joined(&[code.clone(), seconds.clone(), signature.clone()]);
    let other = SoftwareDevice::from_seed(&OTHER_DEVICE).unwrap();
    let theirs = TicketClaims { device: Some(other.device_key()), ..claims() }.sign(&issuer(TICKET)).unwrap();
    let theirs = parts(&Presentation::encode(&theirs, &other, at(NOW)).unwrap());
    let second = parts(&show(&TicketClaims { id: TicketId::from_bytes([9; 16]), ..claims() }, NOW));
    let kiosk_code = parts(&show(&kiosk(), NOW))[0].clone();
    let voided = TicketClaims { id: TicketId::from_bytes(VOIDED_ID), ..claims() };
    let what = ParkingTicket { plate: "ČA123ŠĐ".to_owned(), ..claims().what };
    let other_letters = TicketClaims { what, ..claims() };
    let elsewhere = TicketClaims { issuer: "other.example".to_owned(), ..claims() };
    let retired = TicketClaims { issued_at: at("2025-01-01T00:00:00Z"), ..claims() };
    let long = TicketClaims { ends_at: at("2025-12-01T00:00:00Z"), ..claims() };
    let extension = TicketClaims {
        issue: 3,
        bought_at: at("2025-09-03T08:05:00Z"),
        issued_at: at("2025-09-03T08:15:00Z"),
        starts_at: at("2025-09-03T08:20:00Z"),
        ..claims()
    };
    let unpunctual = ReceiptClaims {
        issue: 2,
        bought_at: at("2025-09-03T08:20:00Z"),
        issued_at: at("2025-09-03T08:20:00Z"),
        starts_at: at("2025-09-03T08:20:00Z"),
        ends_at: at("2025-09-03T09:05:00.001Z"),
        what: ExitReceipt { exit_by: None, ..paid_visit().what },
        ..paid_visit()
    };
    let bound = ReceiptClaims { device: Some(device().device_key()), ..paid_visit() };
    let revoked_visit = ReceiptClaims { id: VisitId::from_bytes(VOIDED_ID), ..paid_visit() };
    let paid = |claims: &ReceiptClaims, shown_at: Option<&str>| {
        let mut says = receipt_says(claims);
        says["ends_at"] = json!(filled_up(claims.ends_at));
        json!({"says": says, "shown_at": shown_at, "warnings": []})
    };
    let own = |without: i64| {
        let own: [(i64, Cbor); 6] = [
            (1, "belgrade".into()),
            (2, "obilicev-venac".into()),
            (3, "0074521".into()),
            (4, at("2025-09-03T08:40:00Z").timestamp().into()),
            (5, 26_000.into()),
            (6, "RSD".into()),
        ];
        own.into_iter().filter(|(label, _)| *label != without).collect::<Vec<_>>()
    };
    let with_own = |label: i64, value: Cbor| {
        let mut own = own(label);
        own.push((label, value));
        own
    };
    let unknown = |kind| joined(&[Cbor::Bytes(of_kind(kind, &[(1, "belgrade".into())]))]);
    let unknown_says = |kind: i64| {
        let mut says = says(&kiosk());
        says["kind"] = kind.into();
        says.as_object_mut().unwrap().remove("what");
        json!({"says": says, "shown_at": null, "error": "kind_unknown"})
    };
    let good =
        |claims: &TicketClaims, shown_at: &str| json!({"says": says(claims), "shown_at": shown_at, "warnings": []});
    let warned =
        |warnings: &[&str], shown_at: &str| json!({"says": says(&long), "shown_at": shown_at, "warnings": warnings});
    let error = |code: &str| json!({"error": code});
    let ended = |code: &str, claims: &TicketClaims| json!({"error": code, "says": says(claims)});
    let with = |mut case: Value, field: &str, value: Value| {
        case[field] = value;
        case
    };
    let unbound = json!({"says": says(&kiosk()), "shown_at": null, "warnings": []});
    let oct = "2025-10-01T00:00:00Z";
    let mut file = json!({
        "about": "Codes as a driver shows them: the text of the QR. A case names `seen` and `revocations` (null: none) where they differ from those of the file.",
        "issuer": ISSUER, "max_skew_seconds": 60, "root": key(ROOT), "key": key(TICKET),
        "device": {"seed": hex(&DEVICE), "public": hex(&device().public_key())},
        "key_set": key_set().sign(&issuer(ROOT)).unwrap(),
        "revocations": revocations().sign(&issuer(REVOCATIONS)).unwrap(),
        "seen": [],
        "cases": [
            case("just shown", &shown, NOW, good(&claims(), NOW)),
            case("60 s old", &shown, "2025-09-03T08:31:00Z", good(&claims(), NOW)),
            case("a screenshot: just over 60 s old", &shown, "2025-09-03T08:31:00.001Z", error("moment_too_old")),
            case("a screenshot: of an hour ago", &show(&claims(), "2025-09-03T08:00:00Z"), "2025-09-03T08:59:00Z", error("moment_too_old")),
            case("60 s ahead", &shown, "2025-09-03T08:29:00Z", good(&claims(), NOW)),
            case("just over 60 s ahead", &shown, "2025-09-03T08:28:59.999Z", error("moment_in_future")),
            case("of a kiosk, device-less", &show(&kiosk(), NOW), NOW, unbound),
            case("device-less, with a moment", &mixed(&kiosk_code, &mine[1], &mine[2]), NOW, error("device_mismatch")),
            case("an extension that was issued again", &show(&extension, NOW), NOW, good(&extension, NOW)),
            case("of a later version, with more labels", &of_a_later_version(), NOW, good(&claims(), NOW)),
            case("a copy without a moment", &joined(&mine[..1]), NOW, error("moment_missing")),
            case("a replayed moment: of another ticket of the device", &mixed(&second[0], &mine[1], &mine[2]), NOW, error("device_mismatch")),
            case("a replayed moment: dated anew", &mixed(&mine[0], &Cbor::from(at("2025-09-03T08:45:00Z").timestamp()), &mine[2]), "2025-09-03T08:45:00Z", error("device_mismatch")),
            case("the moment of another device", &mixed(&mine[0], &theirs[1], &theirs[2]), NOW, error("device_mismatch")),
            case("the moment's signature altered", &altered(&shown), NOW, error("device_mismatch")),
            case("altered: another plate", &other_plate(&shown), NOW, error("altered")),
            case("forged: the right key id, another key", &by(&claims(), (TICKET.0, STRANGER.1), NOW), NOW, error("altered")),
            case("signed without the external data", &without_external_data(), NOW, error("altered")),
            case("signed with an unknown key", &by(&claims(), STRANGER, NOW), NOW, error("key_unknown")),
            case("signed with a city key", &by(&claims(), CITY, NOW), NOW, error("key_wrong_use")),
            case("signed with a revocations key", &by(&claims(), REVOCATIONS, NOW), NOW, error("key_wrong_use")),
            case("its key is not revoked yet", &by(&long, REVOKED, "2025-09-03T11:59:59Z"), "2025-09-03T11:59:59Z", good(&long, "2025-09-03T11:59:59Z")),
            case("its key is revoked", &by(&long, REVOKED, "2025-09-03T12:00:00Z"), "2025-09-03T12:00:00Z", error("key_revoked")),
            case("dated after its key retired", &by(&retired, RETIRED, NOW), NOW, error("key_out_of_period")),
            case("of another operator", &show(&elsewhere, NOW), NOW, error("other_issuer")),
            case("revoked", &show(&voided, NOW), NOW, ended("revoked", &voided)),
            case("issued again: the older issue", &show(&issued(1), NOW), NOW, ended("reissued", &issued(1))),
            case("issued again: the newer issue", &show(&issued(2), NOW), NOW, good(&issued(2), NOW)),
            case("issued again: the newer issue, of which no list tells", &show(&again, NOW), NOW, good(&again, NOW)),
            with(
                case("issued again: the controller saw the newer issue", &shown, NOW, ended("reissued", &claims())),
                "seen",
                json!([{"id": hex(&TICKET_ID), "issue": 2}]),
            ),
            with(
                case("the controller saw this issue before", &shown, NOW, good(&claims(), NOW)),
                "seen",
                json!([{"id": hex(&TICKET_ID), "issue": 1}]),
            ),
            case("a plate with letters beyond ASCII", &show(&other_letters, NOW), NOW, good(&other_letters, NOW)),
            case("not yet valid", &show(&claims(), "2025-09-03T07:58:59Z"), "2025-09-03T07:58:59Z", ended("not_yet_valid", &claims())),
            case("starts within the skew", &show(&claims(), "2025-09-03T07:59:00Z"), "2025-09-03T07:59:00Z", good(&claims(), "2025-09-03T07:59:00Z")),
            case("just before its end", &show(&claims(), "2025-09-03T08:59:59Z"), "2025-09-03T08:59:59.999Z", good(&claims(), "2025-09-03T08:59:59Z")),
            case("expired: at its end", &show(&claims(), "2025-09-03T09:00:00Z"), "2025-09-03T09:00:00Z", ended("over", &claims())),
            case("with an old revocation list and old keys", &show(&long, oct), oct, warned(&["keys_due", "revocations_due"], oct)),
            with(
                case("without a revocation list", &show(&long, NOW), NOW, warned(&["revocations_missing"], NOW)),
                "revocations",
                Value::Null,
            ),
            case("a garage's exit receipt", &show_receipt(&paid_visit()), NOW, paid(&paid_visit(), None)),
            case("an exit receipt that is bound to a device", &show_receipt(&bound), NOW, paid(&bound, Some(NOW))),
            case("an exit receipt without minutes to leave, of a second payment", &show_receipt(&unpunctual), NOW, paid(&unpunctual, None)),
            with(
                case("an exit receipt of the first payment, when the second one was seen", &show_receipt(&paid_visit()), NOW, json!({"error": "reissued", "says": receipt_says(&paid_visit())})),
                "seen",
                json!([{"id": hex(&VISIT_ID), "issue": 2}]),
            ),
            case("an exit receipt just before something is owed again", &show_receipt(&paid_visit()), "2025-09-03T08:39:59.999Z", paid(&paid_visit(), None)),
            case("an exit receipt when something is owed again", &show_receipt(&paid_visit()), "2025-09-03T08:40:00Z", json!({"error": "over", "says": receipt_says(&paid_visit())})),
            case("an exit receipt that was ended", &show_receipt(&revoked_visit), NOW, json!({"error": "revoked", "says": receipt_says(&revoked_visit)})),
            case("an exit receipt, altered: another ticket", &other_number(&show_receipt(&paid_visit())), NOW, error("altered")),
            case("an exit receipt without a facility", &receipt_of(&own(2)), NOW, error("garbage")),
            case("an exit receipt of less than nothing", &receipt_of(&with_own(5, (-1).into())), NOW, error("garbage")),
            case("an exit receipt whose currency is none", &receipt_of(&with_own(6, "rsd".into())), NOW, error("garbage")),
            case("of a kind that is in no registry", &unknown(99), NOW, unknown_says(99)),
            case("a parking ticket without a plate", &joined(&[Cbor::Bytes(of_kind(1, &[(1, "belgrade".into()), (2, "red".into())]))]), NOW, error("garbage")),
            case("without its prefix", &shown[SIGNED.len()..], NOW, error("garbage")),
            case("of a later format", &shown.replace("MESTO1:", "MESTO2:"), NOW, error("garbage")),
            case("not in the shortest form", &longer_form(&shown), NOW, error("garbage")),
            case("lower case", &format!("{SIGNED}{}", shown[SIGNED.len()..].to_lowercase()), NOW, error("garbage")),
            case("four parts", &joined(&[mine.clone(), mine[2..].to_vec()].concat()), NOW, error("garbage")),
            case("nothing", SIGNED, NOW, error("garbage")),
        ],
    });
    let Some(cases) = file["cases"].as_array_mut() else { panic!("no cases") };
    cases.extend(rides());
    file
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

fn bytes<const N: usize>(text: &str) -> [u8; N] {
    assert_eq!(text.len(), 2 * N);
    let bytes: Vec<u8> = (0..N).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect();
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
        compare(case, outcome.map(|set| keys_say(&set)).map_err(|error| error.code()));
    }
}

#[test]
fn revocation_lists_are_read_as_the_vectors_say() {
    let file = committed("revocations.json", &revocations_file());
    for case in cases(&file) {
        let known = case["known_version"].as_u64().unwrap();
        let outcome = Revocations::verify(&text(case, "wire"), &keys_of(&file), at(&text(&file, "now")), known);
        compare(case, outcome.map(|list| list_says(&list)).map_err(|error| error.code()));
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
            Some(taken(known)),
        );
        compare(case, outcome.map(|city| Value::from(city.json)).map_err(|error| error.code()));
    }
}

#[test]
fn tickets_are_read_as_the_vectors_say() {
    let file = committed("ticket.json", &ticket_file());
    for case in cases(&file) {
        let outcome = TicketClaims::verify(&text(case, "text"), &keys_of(&file), at(&text(case, "now")));
        compare(case, outcome.map(|claims| says(&claims)).map_err(|error| error.code()));
    }
}

/// What a code says, as far as this version reads its kind.
fn code_says(claims: &Claims<Unread>) -> Result<Value, CodeError> {
    let mut says = common(claims);
    match CodeClaims::read(claims) {
        Ok(CodeClaims::ParkingTicket(ticket)) => says["what"] = parking(&ticket.what),
        Ok(CodeClaims::ExitReceipt(paid)) => says["what"] = receipt(&paid.what),
        Ok(CodeClaims::Ride(made)) => says["what"] = ride_map(&made.what),
        Err(refused) => return Err(refused),
    }
    Ok(says)
}

#[test]
fn shown_codes_are_judged_as_the_vectors_say() {
    let file = committed("ticket-code.json", &ticket_code_file());
    assert_eq!(file["max_skew_seconds"], MAX_SKEW.num_seconds());
    let keys = KeySet::verify(&text(&file, "key_set"), &bytes(&text(&file["root"], "public")), 0).unwrap();
    let issuer = text(&file, "issuer");
    for case in cases(&file) {
        let (name, now) = (text(case, "name"), at(&text(case, "now")));
        let list = case.get("revocations").unwrap_or(&file["revocations"]);
        let list = list.as_str().map(|wire| Revocations::verify(wire, &keys, now, 0).unwrap());
        let mut seen = Seen::default();
        for entry in case.get("seen").unwrap_or(&file["seen"]).as_array().unwrap() {
            let issue = u32::try_from(entry["issue"].as_u64().unwrap()).unwrap();
            let id = TicketId::from_bytes(bytes(&text(entry, "id")));
            let other = TicketClaims { id, issue, ..claims() };
            seen.note(&verifier(&keys, &revocations()).verify(&show(&other, NOW), at(NOW)).unwrap());
        }
        let verifier = Verifier {
            issuer: &issuer,
            keys: &keys,
            revocations: list.as_ref(),
            seen: Some(&seen),
            clock: Default::default(),
        };
        let verified = verifier.verify(&text(case, "text"), now);
        if let Some(genuine) = verified.as_ref().err().and_then(CodeError::genuine) {
            assert_eq!(code_says(&genuine.claims).unwrap(), case["says"], "{name}");
        }
        let outcome = verified.and_then(|verified| match code_says(&verified.claims) {
            Ok(says) => {
                assert_eq!(json!(verified.shown_at), case["shown_at"], "{name}");
                let warnings: Vec<&str> = verified.warnings.iter().map(|warning| warning.code()).collect();
                assert_eq!(json!(warnings), case["warnings"], "{name}");
                Ok(says)
            }
            Err(refused) => {
                if matches!(refused, CodeError::KindUnknown { .. }) {
                    assert_eq!(common(&verified.claims), case["says"], "{name}");
                }
                Err(refused)
            }
        });
        compare(case, outcome.map_err(|error| error.code()));
    }
}
