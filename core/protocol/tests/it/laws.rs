//! Laws of signed things: boundaries in time, every altered byte noticed, no text that panics.

use crate::fixture::*;
use chrono::TimeDelta;
use ciborium::Value as Cbor;
use mesto_protocol::code::{self, Code};
use mesto_protocol::device::{DeviceSignError, DeviceSigner, SoftwareDevice};
use mesto_protocol::keys::{KeySet, KeySetError};
use mesto_protocol::parking::signed::{MAX_SKEW, PREFIX, Presentation, TicketClaims, TicketError};
use mesto_protocol::parking::tickets::Channel;
use mesto_protocol::signature::{IssuerKey, TrustError};
use mesto_protocol::signed_city::{CityError, SignedCity};
use proptest::prelude::*;

fn code_of<T: std::fmt::Debug>(outcome: Result<T, TicketError>) -> &'static str {
    outcome.err().map_or("good", |error| error.code())
}

fn shown_at(moment: &str) -> String {
    Presentation::encode(&claims().sign(&issuer(TICKET)).unwrap(), &device(), at(moment)).unwrap()
}

#[test]
fn a_ticket_says_offline_what_was_bought_and_when_bg_47() {
    let text = shown_at("2025-09-03T08:30:00.250Z");
    let verified = Presentation::verify(&text, &key_set(), at("2025-09-03T08:30:05Z"), MAX_SKEW).unwrap();
    assert_eq!(verified.claims, claims());
    assert_eq!(verified.kid, "t25");
    assert_eq!(verified.shown_at, Some(at("2025-09-03T08:30:00.250Z")));
    assert_eq!(code::read(text.as_bytes(), &[]), Code::Ticket { text });
}

#[test]
fn a_moment_is_accepted_within_60_seconds_either_way() {
    let shown = at("2025-09-03T08:30:00Z");
    let text = shown_at("2025-09-03T08:30:00Z");
    for (millis, expected) in [
        (-60_001, "moment_in_future"),
        (-60_000, "good"),
        (0, "good"),
        (60_000, "good"),
        (60_001, "moment_too_old"),
        (86_400_000, "moment_too_old"),
    ] {
        let now = shown + TimeDelta::milliseconds(millis);
        assert_eq!(code_of(Presentation::verify(&text, &key_set(), now, MAX_SKEW)), expected, "{millis} ms later");
    }
}

#[test]
fn a_ticket_is_good_from_its_start_until_before_its_end() {
    for (now, expected) in [
        ("2025-09-03T07:58:59.999Z", "not_yet_valid"),
        ("2025-09-03T07:59:00Z", "good"), // clocks differ by a minute
        ("2025-09-03T08:00:00Z", "good"),
        ("2025-09-03T08:59:59.999Z", "good"),
        ("2025-09-03T09:00:00Z", "over"),
    ] {
        assert_eq!(code_of(Presentation::verify(&shown_at(now), &key_set(), at(now), MAX_SKEW)), expected, "{now}");
    }
}

#[test]
fn a_ticket_that_is_over_still_says_what_it_was() {
    let now = "2025-09-03T09:00:00Z";
    match Presentation::verify(&shown_at(now), &key_set(), at(now), MAX_SKEW) {
        Err(TicketError::Over { ended_at, ticket }) => {
            assert_eq!(ended_at, at(now));
            assert_eq!(ticket.claims, claims());
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_key_is_believed_by_its_use_its_period_and_its_revocation() {
    let now = at("2025-09-03T12:00:00Z");
    for (which, issued, now, expected) in [
        (TICKET, "2025-09-03T08:00:00Z", now, "good"),
        (CITY, "2025-09-03T08:00:00Z", now, "key_wrong_use"),
        (STRANGER, "2025-09-03T08:00:00Z", now, "key_unknown"),
        (REVOKED, "2025-09-03T08:00:00Z", now - TimeDelta::milliseconds(1), "good"),
        (REVOKED, "2025-09-03T08:00:00Z", now, "key_revoked"),
        (RETIRED, "2024-12-31T23:59:59Z", now, "good"),
        (RETIRED, "2025-01-01T00:00:00Z", now, "key_out_of_period"),
        (RETIRED, "2022-12-31T23:59:59Z", now, "key_out_of_period"),
        (RETIRED, "2023-01-01T00:00:00Z", now, "good"),
        // The right key id with another key behind it.
        ((TICKET.0, STRANGER.1), "2025-09-03T08:00:00Z", now, "altered"),
    ] {
        let ticket = TicketClaims { issued_at: at(issued), ..claims() }.sign(&issuer(which)).unwrap();
        assert_eq!(code_of(TicketClaims::verify(&ticket, &key_set(), now)), expected, "{} issued {issued}", which.0);
    }
}

#[test]
fn another_device_can_neither_show_a_ticket_nor_lend_its_moment() {
    let signed = claims().sign(&issuer(TICKET)).unwrap();
    let other = SoftwareDevice::from_seed(&OTHER_DEVICE).unwrap();
    let now = at("2025-09-03T08:30:00Z");
    assert_eq!(code_of(Presentation::encode(&signed, &other, now)), "device_mismatch");

    let others_ticket = TicketClaims { device: Some(other.device_key()), ..claims() }.sign(&issuer(TICKET)).unwrap();
    let others = parts(&Presentation::encode(&others_ticket, &other, now).unwrap());
    let mine = parts(&shown_at("2025-09-03T08:30:00Z"));
    let verify = |parts: Vec<Cbor>| code_of(Presentation::verify(&joined(parts), &key_set(), now, MAX_SKEW));
    assert_eq!(verify(vec![mine[0].clone(), others[1].clone()]), "device_mismatch");
    assert_eq!(verify(vec![others[0].clone(), mine[1].clone()]), "device_mismatch");
    assert_eq!(verify(vec![mine[0].clone()]), "moment_missing");
    assert_eq!(verify(vec![mine[0].clone(), mine[1].clone(), mine[1].clone()]), "garbage");
    assert_eq!(verify(vec![]), "garbage");
    assert_eq!(verify(mine), "good");
}

#[test]
fn the_moment_of_one_ticket_does_not_serve_another_of_the_same_device() {
    let now = at("2025-09-03T08:30:00Z");
    let second = TicketClaims { id: "tk_other".to_owned(), ..claims() }.sign(&issuer(TICKET)).unwrap();
    let second = parts(&Presentation::encode(&second, &device(), now).unwrap());
    let mine = parts(&shown_at("2025-09-03T08:30:00Z"));
    let mixed = joined(vec![second[0].clone(), mine[1].clone()]);
    assert_eq!(code_of(Presentation::verify(&mixed, &key_set(), now, MAX_SKEW)), "device_mismatch");
}

#[test]
fn a_ticket_of_no_device_is_shown_without_a_moment() {
    let kiosk = TicketClaims { device: None, account: None, channel: Channel::Kiosk, stay_deadline: None, ..claims() };
    let signed = kiosk.sign(&issuer(TICKET)).unwrap();
    let now = at("2025-09-03T08:30:00Z");
    let text = Presentation::encode(&signed, &device(), now).unwrap();
    let verified = Presentation::verify(&text, &key_set(), now, MAX_SKEW).unwrap();
    assert_eq!((verified.claims, verified.shown_at), (kiosk, None));
    let with_moment = joined(vec![parts(&text)[0].clone(), parts(&shown_at("2025-09-03T08:30:00Z"))[1].clone()]);
    assert_eq!(code_of(Presentation::verify(&with_moment, &key_set(), now, MAX_SKEW)), "device_mismatch");
}

#[test]
fn a_device_that_does_not_sign_is_said_so() {
    struct Locked(SoftwareDevice);
    impl DeviceSigner for Locked {
        fn public_key(&self) -> [u8; 65] {
            self.0.public_key()
        }
        fn sign(&self, _: &[u8]) -> Result<[u8; 64], DeviceSignError> {
            Err(DeviceSignError { reason: "locked".to_owned() })
        }
    }
    let signed = claims().sign(&issuer(TICKET)).unwrap();
    let refused = Presentation::encode(&signed, &Locked(device()), at("2025-09-03T08:30:00Z"));
    assert_eq!(refused, Err(TicketError::Device(DeviceSignError { reason: "locked".to_owned() })));
}

#[test]
fn signed_time_is_never_shorter_than_what_was_paid() {
    let bought = TicketClaims {
        issued_at: at("2025-09-03T08:00:00.999Z"),
        starts_at: at("2025-09-03T08:00:00.999Z"),
        ends_at: at("2025-09-03T09:00:00.001Z"),
        stay_deadline: Some(at("2025-09-03T09:30:00.001Z")),
        ..claims()
    };
    let read = TicketClaims::verify(&bought.sign(&issuer(TICKET)).unwrap(), &key_set(), at("2025-09-03T08:00:01Z"))
        .unwrap()
        .claims;
    assert_eq!((read.starts_at, read.ends_at), (at("2025-09-03T08:00:00Z"), at("2025-09-03T09:00:01Z")));
    assert_eq!(read.stay_deadline, Some(at("2025-09-03T09:30:01Z")));
}

/// The numbers in the module's documentation.
#[test]
fn a_ticket_fits_a_qr_code_that_a_phone_shows_well() {
    let ticket = base45::decode(claims().sign(&issuer(TICKET)).unwrap()).unwrap();
    let text = shown_at("2025-09-03T08:30:00Z");
    assert_eq!((ticket.len(), text.len()), (222, 472));
    assert!(text.len() <= 483, "more than version 13-M holds in alphanumeric mode");
    // Everything in it is of the QR's alphanumeric mode.
    assert!(text.bytes().all(|byte| b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".contains(&byte)));
}

#[test]
fn only_one_spelling_of_a_ticket_is_accepted() {
    let ticket = base45::decode(claims().sign(&issuer(TICKET)).unwrap()).unwrap();
    let now = at("2025-09-03T08:30:00Z");
    let garbage = |bytes: Vec<u8>| {
        assert_eq!(code_of(TicketClaims::verify(&base45::encode(bytes), &key_set(), now)), "garbage");
    };
    garbage([ticket.clone(), vec![0]].concat());
    garbage(ticket[1..].to_vec()); // without its tag
    garbage([vec![0xd8, 18], ticket[1..].to_vec()].concat()); // the tag in two bytes
    garbage(vec![]);
    assert_eq!(code_of(TicketClaims::verify(&base45::encode(&ticket), &key_set(), now)), "good");
    assert_eq!(code_of(TicketClaims::verify(&format!("{} ", base45::encode(&ticket)), &key_set(), now)), "garbage");
    assert_eq!(code_of(TicketClaims::verify(&"A".repeat(4297), &key_set(), now)), "garbage");
}

#[test]
fn a_signed_thing_of_a_later_kind_is_not_taken_for_parking() {
    let map = |entries: Vec<(i64, Cbor)>| {
        Cbor::Map(entries.into_iter().map(|(label, value)| (label.into(), value)).collect())
    };
    let ride = map(vec![(1, "mesto".into()), (-65537, map(vec![(1, 2.into())]))]);
    let text = base45::encode(seal(TICKET, &ride));
    let refused = TicketClaims::verify(&text, &key_set(), at("2025-09-03T08:30:00Z"));
    assert_eq!(refused, Err(TicketError::KindUnknown { kind: 2 }));
    for broken in [map(vec![]), Cbor::Null, map(vec![(-65537, map(vec![(1, 1.into())]))])] {
        assert_eq!(
            code_of(TicketClaims::verify(
                &base45::encode(seal(TICKET, &broken)),
                &key_set(),
                at("2025-09-03T08:30:00Z")
            )),
            "garbage"
        );
    }
}

#[test]
fn claims_that_a_later_version_adds_are_passed_over() {
    let sign1 = base45::decode(claims().sign(&issuer(TICKET)).unwrap()).unwrap();
    let sign1 = <coset::CoseSign1 as coset::TaggedCborSerializable>::from_tagged_slice(&sign1).unwrap();
    let Cbor::Map(mut entries) = ciborium::from_reader(sign1.payload.as_deref().unwrap()).unwrap() else {
        panic!("no map")
    };
    entries.push(((-65538).into(), "later".into()));
    let text = base45::encode(seal(TICKET, &Cbor::Map(entries)));
    assert_eq!(TicketClaims::verify(&text, &key_set(), at("2025-09-03T08:30:00Z")).unwrap().claims, claims());
}

#[test]
fn a_key_set_is_believed_only_from_the_pinned_root_and_never_rolled_back() {
    let (root, set) = (issuer(ROOT), key_set());
    let wire = set.sign(&root).unwrap();
    assert_eq!(KeySet::verify(&wire, &root.public(), 0), Ok(set.clone()));
    assert_eq!(KeySet::verify(&wire, &root.public(), 3), Ok(set.clone()));
    assert_eq!(KeySet::verify(&wire, &root.public(), 4), Err(KeySetError::Rollback { offered: 3, known: 4 }));
    let code = |wire: &str, public: &[u8; 32]| KeySet::verify(wire, public, 0).err().map(|error| error.code());
    assert_eq!(code(&wire, &issuer(STRANGER).public()), Some("altered"));
    assert_eq!(code(&set.sign(&issuer(STRANGER)).unwrap(), &root.public()), Some("altered"));
    assert_eq!(code(&format!("{wire}="), &root.public()), Some("garbage"));
    assert_eq!(code("", &root.public()), Some("garbage"));
    // A city document is no key set, even when the root itself signed it.
    let city = SignedCity::sign(CITY_JSON, &root, at("2025-09-01T00:00:00Z")).unwrap();
    assert_eq!(code(&city, &root.public()), Some("garbage"));
}

#[test]
fn a_key_set_that_contradicts_itself_is_neither_signed_nor_believed() {
    let invalid = |change: fn(&mut KeySet)| {
        let mut set = key_set();
        change(&mut set);
        set.sign(&issuer(ROOT)).err().map(|error| error.code())
    };
    assert_eq!(invalid(|set| set.version = 0), Some("key_set_invalid"));
    assert_eq!(invalid(|set| set.keys[1].kid = "c25".to_owned()), Some("key_set_invalid"));
    assert_eq!(invalid(|set| set.keys[0].until = set.keys[0].from), Some("key_set_invalid"));
    assert_eq!(invalid(|set| set.keys[0].kid = "ключ".to_owned()), Some("key_id_invalid"));
    assert_eq!(invalid(|set| set.keys.clear()), None);
    assert!(matches!(IssuerKey::from_seed("", &[1; 32]), Err(TrustError::KeyIdInvalid { .. })));
    assert!(IssuerKey::from_seed(&"k".repeat(32), &[1; 32]).is_ok());
    assert!(IssuerKey::from_seed(&"k".repeat(33), &[1; 32]).is_err());
}

#[test]
fn an_altered_city_is_refused_and_the_error_names_what_failed() {
    let now = at("2025-09-03T08:30:00Z");
    let signed = SignedCity::sign(CITY_JSON, &issuer(CITY), at("2025-09-01T00:00:00Z")).unwrap();
    let verified = SignedCity::verify(&signed, &key_set(), now, "belgrade", 4).unwrap();
    assert_eq!((verified.json.as_str(), verified.version, verified.kid.as_str()), (CITY_JSON, 4, "c25"));

    let error = |text: &str| SignedCity::verify(text, &key_set(), now, "belgrade", 0).unwrap_err();
    let by = |which| SignedCity::sign(CITY_JSON, &issuer(which), at("2025-09-01T00:00:00Z")).unwrap();
    assert_eq!(error(&by(TICKET)).code(), "key_wrong_use");
    assert_eq!(
        error(&by(STRANGER)).to_string(),
        "the city is signed with key 'x', which is not in the key set; update the keys"
    );
    let altered = altered_city(&signed);
    assert_eq!(
        error(&altered).to_string(),
        "the city does not match its signature: it was altered, or not signed by key 'c25'"
    );
    assert_eq!(error("no base64").code(), "garbage");
    let out = SignedCity::sign(CITY_JSON, &issuer(CITY), at("2026-01-01T00:00:00Z")).unwrap();
    assert_eq!(error(&out).code(), "key_out_of_period");
    let other = SignedCity::verify(&signed, &key_set(), now, "almaty", 0);
    assert_eq!(other, Err(CityError::OtherCity { expected: "almaty".to_owned(), found: "belgrade".to_owned() }));
    assert_eq!(
        SignedCity::verify(&signed, &key_set(), now, "belgrade", 5),
        Err(CityError::Rollback { offered: 4, known: 5 })
    );
    assert!(matches!(SignedCity::sign("{}", &issuer(CITY), now), Err(CityError::Invalid { .. })));
    // A signed ticket is no city.
    let ticket = base45::decode(claims().sign(&issuer(TICKET)).unwrap()).unwrap();
    assert_eq!(error(&base64(&ticket)).code(), "garbage");
}

/// The zone's currency changed inside the signed bytes, as somebody between operator and phone would.
pub fn altered_city(signed: &str) -> String {
    use base64::Engine as _;
    let mut bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(signed).unwrap();
    let place = bytes.windows(3).position(|window| window == b"RSD").unwrap();
    bytes[place] = b'U';
    base64(&bytes)
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// `[ticket, moment]` of a presentation.
pub fn parts(text: &str) -> Vec<Cbor> {
    let bytes = base45::decode(text.strip_prefix(PREFIX).unwrap()).unwrap();
    let Cbor::Array(parts) = ciborium::from_reader(bytes.as_slice()).unwrap() else { panic!("no array") };
    parts
}

pub fn joined(parts: Vec<Cbor>) -> String {
    let mut bytes = Vec::new();
    ciborium::into_writer(&Cbor::Array(parts), &mut bytes).unwrap();
    format!("{PREFIX}{}", base45::encode(bytes))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_altered_bit_of_a_presentation_is_noticed(place in any::<prop::sample::Index>(), bit in 0..8u8) {
        let text = shown_at("2025-09-03T08:30:00Z");
        let mut bytes = base45::decode(&text[PREFIX.len()..]).unwrap();
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        let altered = format!("{PREFIX}{}", base45::encode(&bytes));
        prop_assert!(Presentation::verify(&altered, &key_set(), at("2025-09-03T08:30:00Z"), MAX_SKEW).is_err());
    }

    #[test]
    fn any_text_is_refused_without_panic(text in "(MESTO1:)?[0-9A-Z $%*+./:-]{0,200}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let now = at("2025-09-03T08:30:00Z");
        for text in [text, format!("{PREFIX}{}", base45::encode(&bytes))] {
            prop_assert!(Presentation::verify(&text, &key_set(), now, MAX_SKEW).is_err());
            prop_assert!(TicketClaims::verify(&text, &key_set(), now).is_err());
        }
        prop_assert!(KeySet::verify(&base64(&bytes), &issuer(ROOT).public(), 0).is_err());
        prop_assert!(SignedCity::verify(&base64(&bytes), &key_set(), now, "belgrade", 0).is_err());
    }

    #[test]
    fn a_ticket_reads_back_as_it_was_signed(
        id in "[a-z0-9_]{1,26}", plate in "[A-ZŠĐČĆŽ0-9]{2,10}", zone in "[a-z0-9-]{1,12}",
        start in 1_735_700_000..1_767_200_000i64, minutes in 1..3000i64, deadline in any::<bool>(), bound in any::<bool>(),
    ) {
        let starts_at = chrono::DateTime::from_timestamp(start, 0).unwrap();
        let ends_at = starts_at + TimeDelta::minutes(minutes);
        let claims = TicketClaims {
            id, plate, zone, issued_at: starts_at, starts_at, ends_at,
            stay_deadline: deadline.then_some(ends_at), device: bound.then(|| device().device_key()), ..claims()
        };
        let signed = claims.sign(&issuer(TICKET)).unwrap();
        prop_assert_eq!(&TicketClaims::verify(&signed, &key_set(), at("2025-09-03T08:30:00Z")).unwrap().claims, &claims);
        let text = Presentation::encode(&signed, &device(), starts_at).unwrap();
        prop_assert_eq!(Presentation::verify(&text, &key_set(), starts_at, MAX_SKEW).unwrap().claims, claims);
    }
}
