//! Laws of signed codes: boundaries in time, devices, kinds, sizes, every altered byte noticed, no
//! text that panics.

use crate::fixture::*;
use chrono::{DateTime, TimeDelta, Utc};
use ciborium::Value as Cbor;
use mesto_protocol::code::{self, Code, SIGNED};
use mesto_protocol::device::{DeviceSignError, DeviceSigner, SoftwareDevice};
use mesto_protocol::garages::signed::{ExitReceipt, GOOD_WITHOUT_END, ReceiptClaims};
use mesto_protocol::kernel::ids::{RecordId as _, TicketId};
use mesto_protocol::parking::signed::{ParkingTicket, TicketClaims};
use mesto_protocol::parking::tickets::Channel;
use mesto_protocol::services::CodeClaims;
use mesto_protocol::signed_code::{CodeError, Kind, Presentation, Verified};
use mesto_rules::ZoneId;
use proptest::prelude::*;

pub fn code_of<T: std::fmt::Debug>(outcome: Result<T, CodeError>) -> &'static str {
    outcome.err().map_or("good", |error| error.code())
}

fn verify(text: &str, now: DateTime<Utc>) -> Result<Verified, CodeError> {
    verifier(&key_set(), &revocations()).verify(text, now)
}

pub fn show(claims: &TicketClaims, moment: &str) -> String {
    Presentation::encode(&claims.sign(&issuer(TICKET)).unwrap(), &device(), at(moment)).unwrap()
}

/// A receipt as it is shown at half past ten.
pub fn show_receipt(claims: &ReceiptClaims) -> String {
    Presentation::encode(&claims.sign(&issuer(TICKET)).unwrap(), &device(), at("2025-09-03T08:30:00Z")).unwrap()
}

fn shown_at(moment: &str) -> String {
    show(&claims(), moment)
}

/// `[code, moment, signature]` of what is shown.
pub fn parts(text: &str) -> Vec<Cbor> {
    let bytes = base45::decode(text.strip_prefix(SIGNED).unwrap()).unwrap();
    let Cbor::Array(parts) = ciborium::from_reader(bytes.as_slice()).unwrap() else { panic!("no array") };
    parts
}

pub fn joined(parts: &[Cbor]) -> String {
    let mut bytes = Vec::new();
    ciborium::into_writer(&Cbor::Array(parts.to_vec()), &mut bytes).unwrap();
    format!("{SIGNED}{}", base45::encode(bytes))
}

pub fn map(entries: &[(i64, Cbor)]) -> Cbor {
    Cbor::Map(entries.iter().map(|(label, value)| ((*label).into(), value.clone())).collect())
}

/// The payload of a code, to be changed and signed again.
pub fn payload(claims: &TicketClaims) -> Vec<(Cbor, Cbor)> {
    let code = base45::decode(claims.sign(&issuer(TICKET)).unwrap()).unwrap();
    let sign1 = <coset::CoseSign1 as coset::TaggedCborSerializable>::from_tagged_slice(&code).unwrap();
    let Cbor::Map(entries) = ciborium::from_reader(sign1.payload.as_deref().unwrap()).unwrap() else {
        panic!("no map")
    };
    entries
}

/// A code that is bound to no device, of any kind.
pub fn of_kind(kind: i64, own: &[(i64, Cbor)]) -> Vec<u8> {
    let mut entries = payload(&kiosk());
    let own = [own, &[(-1, kind.into()), (-2, 1.into())]].concat();
    *entries.last_mut().unwrap() = ((-65537).into(), map(&own));
    seal(TICKET, &Cbor::Map(entries))
}

#[test]
fn a_ticket_says_offline_what_was_bought_and_when_bg_47() {
    let text = shown_at("2025-09-03T08:30:00.250Z");
    let verified = verify(&text, at("2025-09-03T08:30:05Z")).unwrap();
    assert_eq!(CodeClaims::read(&verified.claims), Ok(CodeClaims::ParkingTicket(claims())));
    assert_eq!(verified.kid, "t25");
    assert_eq!(verified.shown_at, Some(at("2025-09-03T08:30:00Z")));
    assert_eq!(verified.warnings, []);
    assert_eq!(code::read(text.as_bytes(), &[], &[]), Code::Signed { text });
}

#[test]
fn a_moment_is_accepted_within_60_seconds_either_way_av_82() {
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
        assert_eq!(code_of(verify(&text, now)), expected, "{millis} ms later");
    }
}

#[test]
fn a_controller_may_agree_on_another_skew() {
    let (keys, list) = (key_set(), revocations());
    let mut strict = verifier(&keys, &list);
    strict.clock.max_skew = TimeDelta::seconds(10);
    let text = shown_at("2025-09-03T08:30:00Z");
    assert_eq!(code_of(strict.verify(&text, at("2025-09-03T08:30:10Z"))), "good");
    assert_eq!(code_of(strict.verify(&text, at("2025-09-03T08:30:10.001Z"))), "moment_too_old");
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
        assert_eq!(code_of(verify(&shown_at(now), at(now))), expected, "{now}");
    }
}

#[test]
fn a_ticket_that_is_over_still_says_what_it_was() {
    let now = "2025-09-03T09:00:00Z";
    let refused = verify(&shown_at(now), at(now)).unwrap_err();
    assert_eq!(refused.code(), "over");
    assert_eq!(refused.genuine().unwrap().claims.read(), Ok(claims()));
}

#[test]
fn a_key_is_believed_by_its_use_its_period_and_its_revocation() {
    let now = at("2025-09-03T12:00:00Z");
    for (which, issued, now, expected) in [
        (TICKET, "2025-09-03T08:00:00Z", now, "good"),
        (CITY, "2025-09-03T08:00:00Z", now, "key_wrong_use"),
        (REVOCATIONS, "2025-09-03T08:00:00Z", now, "key_wrong_use"),
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
fn a_ticket_issued_again_by_a_newer_key_keeps_the_moment_of_its_purchase_bg_47() {
    let bought = at("2024-12-31T23:30:00Z");
    let again = TicketClaims {
        issue: 2,
        bought_at: bought,
        issued_at: at("2025-01-01T00:10:00Z"),
        starts_at: bought,
        ends_at: at("2025-01-01T00:30:00Z"),
        what: ParkingTicket { stay_deadline: None, ..claims().what },
        ..claims()
    };
    let now = "2025-01-01T00:20:00Z";
    assert_eq!(verify(&show(&again, now), at(now)).unwrap().claims.read(), Ok(again));
}

#[test]
fn the_code_of_another_operator_is_refused_though_the_key_is_known() {
    let text = show(&TicketClaims { issuer: "other.example".to_owned(), ..claims() }, "2025-09-03T08:30:00Z");
    assert_eq!(
        verify(&text, at("2025-09-03T08:30:00Z")),
        Err(CodeError::OtherIssuer { expected: ISSUER.to_owned(), found: "other.example".to_owned() })
    );
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
    let [my_code, moment, my_signature] = mine.as_slice() else { panic!("{mine:?}") };
    let [their_code, _, their_signature] = others.as_slice() else { panic!("{others:?}") };
    let later = Cbor::from(moment.as_integer().and_then(|at| i64::try_from(at).ok()).unwrap() + 1);
    for (shown, expected) in [
        (vec![my_code, moment, their_signature], "device_mismatch"),
        (vec![their_code, moment, my_signature], "device_mismatch"),
        (vec![my_code, &later, my_signature], "device_mismatch"),
        (vec![my_code, moment, &Cbor::Bytes(vec![])], "device_mismatch"),
        (vec![my_code, &Cbor::from("now"), my_signature], "garbage"),
        (vec![my_code], "moment_missing"),
        (vec![my_code, moment], "garbage"),
        (vec![my_code, moment, my_signature, my_signature], "garbage"),
        (vec![], "garbage"),
        (vec![my_code, moment, my_signature], "good"),
    ] {
        let shown: Vec<Cbor> = shown.into_iter().cloned().collect();
        assert_eq!(code_of(verify(&joined(&shown), now)), expected, "{shown:?}");
    }
}

#[test]
fn the_moment_of_one_ticket_does_not_serve_another_of_the_same_device() {
    let now = "2025-09-03T08:30:00Z";
    let second = parts(&show(&TicketClaims { id: TicketId::from_bytes([9; 16]), ..claims() }, now));
    let mine = parts(&shown_at(now));
    let mixed = joined(&[second[0].clone(), mine[1].clone(), mine[2].clone()]);
    assert_eq!(code_of(verify(&mixed, at(now))), "device_mismatch");
}

#[test]
fn a_ticket_of_no_device_is_shown_without_a_moment() {
    let now = "2025-09-03T08:30:00Z";
    let text = show(&kiosk(), now);
    let verified = verify(&text, at(now)).unwrap();
    assert_eq!((verified.claims.read(), verified.shown_at), (Ok(kiosk()), None));
    let bound = parts(&shown_at(now));
    let with_moment = joined(&[parts(&text)[0].clone(), bound[1].clone(), bound[2].clone()]);
    assert_eq!(code_of(verify(&with_moment, at(now))), "device_mismatch");
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
    assert_eq!(refused, Err(CodeError::Device(DeviceSignError { reason: "locked".to_owned() })));
}

#[test]
fn signed_time_is_never_shorter_than_what_was_paid() {
    let bought = TicketClaims {
        issued_at: at("2025-09-03T08:00:00.999Z"),
        bought_at: at("2025-09-03T08:00:00.999Z"),
        starts_at: at("2025-09-03T08:00:00.999Z"),
        ends_at: at("2025-09-03T09:00:00.001Z"),
        what: ParkingTicket { stay_deadline: Some(at("2025-09-03T09:30:00.001Z")), ..claims().what },
        ..claims()
    };
    let text = bought.sign(&issuer(TICKET)).unwrap();
    let read = TicketClaims::verify(&text, &key_set(), at("2025-09-03T08:00:01Z")).unwrap();
    assert_eq!((read.starts_at, read.ends_at), (at("2025-09-03T08:00:00Z"), at("2025-09-03T09:00:01Z")));
    assert_eq!(read.what.stay_deadline, Some(at("2025-09-03T09:30:01Z")));
}

#[test]
fn claims_that_contradict_themselves_are_neither_signed_nor_believed() {
    let sign = |claims: TicketClaims| code_of(claims.sign(&issuer(TICKET)));
    assert_eq!(sign(claims()), "good");
    assert_eq!(sign(TicketClaims { issue: 0, ..claims() }), "garbage");
    assert_eq!(sign(TicketClaims { issuer: String::new(), ..claims() }), "garbage");
    assert_eq!(sign(TicketClaims { ends_at: claims().starts_at, ..claims() }), "garbage");

    let changed = |label: i64, value: Cbor| {
        let mut entries = payload(&claims());
        entries.iter_mut().find(|(known, _)| *known == label.into()).unwrap().1 = value;
        let text = base45::encode(seal(TICKET, &Cbor::Map(entries)));
        code_of(TicketClaims::verify(&text, &key_set(), at("2025-09-03T08:30:00Z")))
    };
    assert_eq!(changed(1, ISSUER.into()), "good");
    assert_eq!(changed(1, "".into()), "garbage");
    assert_eq!(changed(4, claims().starts_at.timestamp().into()), "garbage");
    assert_eq!(changed(4, 1.5.into()), "garbage");
    assert_eq!(changed(7, Cbor::Bytes(vec![1; 15])), "garbage");
    assert_eq!(changed(7, "tk_01jd4f8q0r3n7w2x5y6z8a9b1c".into()), "garbage");
    assert_eq!(changed(8, map(&[])), "garbage");
}

/// The numbers in the module's documentation and in `docs/ticket-code.md`: characters, and what a
/// QR code holds in its alphanumeric mode (ISO/IEC 18004, table 7).
#[test]
fn a_ticket_fits_a_qr_code_that_a_phone_shows_well() {
    const VERSION_11_L: usize = 468;
    const VERSION_13_M: usize = 483;
    let sizes = |claims: &TicketClaims| {
        let signed = claims.sign(&issuer(("ticket-12", [2; 32]))).unwrap();
        let text = Presentation::encode(&signed, &device(), at("2025-09-03T08:30:00Z")).unwrap();
        assert!(text.bytes().all(|byte| b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".contains(&byte)));
        (base45::decode(signed).unwrap().len(), text.len())
    };
    let what = ParkingTicket { zone: ZoneId::new("yellow").unwrap(), plate: "BG1234AB".to_owned(), ..claims().what };
    let longest = TicketClaims { issuer: "parking-servis.co.rs".to_owned(), what, ..claims() };
    let (bytes, characters) = sizes(&longest);
    assert_eq!((bytes, characters), (230, 463));
    assert!(characters <= VERSION_11_L);

    let extension = TicketClaims {
        issue: 2,
        starts_at: at("2025-09-03T08:20:00Z"),
        issued_at: at("2025-09-03T08:10:00Z"),
        ..longest
    };
    let (bytes, characters) = sizes(&extension);
    assert_eq!((bytes, characters), (242, 481));
    assert!(characters <= VERSION_13_M);
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
fn a_code_of_a_later_kind_is_genuine_and_told_as_what_it_is() {
    let now = at("2025-09-03T08:30:00Z");
    for (kind, says) in [(4, "a pass"), (99, "not known")] {
        let text = joined(&[Cbor::Bytes(of_kind(kind, &[(1, "anything".into())]))]);
        let claims = verify(&text, now).unwrap().claims;
        let refused = CodeClaims::read(&claims).unwrap_err();
        assert_eq!(refused, CodeError::KindUnknown { kind });
        assert!(refused.to_string().contains(says), "{refused}");
        let not_parking = claims.read::<ParkingTicket>();
        assert_eq!(code_of(not_parking), if kind == 99 { "kind_unknown" } else { "kind_other" });
    }
}

#[test]
fn an_exit_receipt_opens_its_barrier_for_its_ticket_until_something_is_owed_again_bg_67() {
    let shown = show_receipt(&paid_visit());
    for moment in ["2025-09-03T08:25:00Z", "2025-09-03T08:39:59.999Z"] {
        let verified = verify(&shown, at(moment)).unwrap();
        assert_eq!(CodeClaims::read(&verified.claims), Ok(CodeClaims::ExitReceipt(paid_visit())));
        assert_eq!((verified.shown_at, verified.warnings.len()), (None, 0));
    }
    assert_eq!(code_of(verify(&shown, at("2025-09-03T08:40:00Z"))), "over");
    assert_eq!(code_of(verify(&shown, at("2025-09-03T08:23:59Z"))), "not_yet_valid");
    let what = paid_visit().what;
    assert!(what.is_for("belgrade", "obilicev-venac", "0074521"));
    for (city, facility, ticket) in [
        ("almaty", "obilicev-venac", "0074521"),
        ("belgrade", "zeleni-venac", "0074521"),
        ("belgrade", "obilicev-venac", "0074522"),
    ] {
        assert!(!what.is_for(city, facility, ticket), "{city} {facility} {ticket}");
    }
}

#[test]
fn the_end_of_an_exit_receipt_is_filled_up_and_one_that_never_ends_is_good_for_a_year_bg_67() {
    let read = |claims: &ReceiptClaims| verify(&show_receipt(claims), at("2025-09-03T08:30:00Z")).unwrap().claims;
    let again = ReceiptClaims { ends_at: at("2025-09-03T08:40:00.001Z"), ..paid_visit() };
    assert_eq!(read(&again).ends_at, at("2025-09-03T08:40:01Z"), "what was paid never gets shorter");
    let endless = ReceiptClaims { ends_at: paid_visit().starts_at + GOOD_WITHOUT_END, ..paid_visit() };
    assert_eq!(read(&endless).ends_at, at("2026-09-04T08:25:00Z"));
    let at_once = ReceiptClaims { ends_at: paid_visit().starts_at, ..paid_visit() };
    assert_eq!(code_of(at_once.sign(&issuer(TICKET))), "garbage");
    let without_minutes = ReceiptClaims { what: ExitReceipt { exit_by: None, ..paid_visit().what }, ..paid_visit() };
    assert_eq!(read(&without_minutes).read(), Ok(without_minutes));
}

#[test]
fn every_altered_byte_of_an_exit_receipt_is_noticed_bg_67() {
    let now = at("2025-09-03T08:30:00Z");
    let bytes = base45::decode(show_receipt(&paid_visit()).strip_prefix(SIGNED).unwrap()).unwrap();
    for place in 0..bytes.len() {
        for bit in [1, 0x80] {
            let mut other = bytes.clone();
            other[place] ^= bit;
            let text = format!("{SIGNED}{}", base45::encode(other));
            assert!(verify(&text, now).is_err(), "byte {place}");
        }
    }
    assert!(bytes.len() < 220, "{} bytes", bytes.len());
}

#[test]
fn a_code_that_does_not_say_what_it_is_is_garbage() {
    let now = at("2025-09-03T08:30:00Z");
    let refused = |code: Vec<u8>| code_of(TicketClaims::verify(&base45::encode(code), &key_set(), now));
    assert_eq!(refused(of_kind(1, &[(1, "belgrade".into())])), "garbage");
    let mut no_kind = payload(&claims());
    *no_kind.last_mut().unwrap() = ((-65537).into(), map(&[(-2, 1.into())]));
    assert_eq!(refused(seal(TICKET, &Cbor::Map(no_kind))), "garbage");
    let mut nothing = payload(&claims());
    nothing.pop();
    assert_eq!(refused(seal(TICKET, &Cbor::Map(nothing))), "garbage");
    assert_eq!(refused(seal(TICKET, &Cbor::Null)), "garbage");
}

#[test]
fn a_number_of_a_kind_is_given_once() {
    for (at, kind) in Kind::ALL.into_iter().enumerate() {
        assert_eq!(Kind::of(kind.number()), Some(kind));
        assert_eq!(usize::try_from(kind.number()).unwrap(), at + 1);
    }
    assert_eq!((Kind::of(0), Kind::of(5)), (None, None));
}

#[test]
fn claims_that_a_later_version_adds_are_passed_over() {
    let mut entries = payload(&claims());
    let Some((_, Cbor::Map(code))) = entries.last_mut() else { panic!("no map") };
    // The reserved number of persons, a common and an own label of later versions.
    code.extend([((-3).into(), 2.into()), ((-20).into(), "later".into()), (20.into(), Cbor::Null)]);
    entries.push(((-65538).into(), "later".into()));
    let text = base45::encode(seal(TICKET, &Cbor::Map(entries)));
    assert_eq!(TicketClaims::verify(&text, &key_set(), at("2025-09-03T08:30:00Z")), Ok(claims()));
}

#[test]
fn a_channel_of_a_later_version_is_as_good_as_any() {
    let mut entries = payload(&claims());
    let Some((_, Cbor::Map(code))) = entries.last_mut() else { panic!("no map") };
    code[3].1 = 7.into();
    let text = base45::encode(seal(TICKET, &Cbor::Map(entries)));
    let read = TicketClaims::verify(&text, &key_set(), at("2025-09-03T08:30:00Z")).unwrap();
    assert_eq!(read.what.channel, Channel::Other("7".to_owned()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_altered_bit_of_what_is_shown_is_noticed(place in any::<prop::sample::Index>(), bit in 0..8u8) {
        let text = shown_at("2025-09-03T08:30:00Z");
        let mut bytes = base45::decode(&text[SIGNED.len()..]).unwrap();
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        let altered = format!("{SIGNED}{}", base45::encode(&bytes));
        prop_assert!(verify(&altered, at("2025-09-03T08:30:00Z")).is_err());
    }

    #[test]
    fn any_text_is_refused_without_panic(text in "(MESTO1:)?[0-9A-Z $%*+./:-]{0,200}", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let now = at("2025-09-03T08:30:00Z");
        for text in [text, format!("{SIGNED}{}", base45::encode(&bytes))] {
            prop_assert!(verify(&text, now).is_err());
            prop_assert!(TicketClaims::verify(&text, &key_set(), now).is_err());
        }
    }

    #[test]
    fn a_ticket_reads_back_as_it_was_signed(
        id in any::<[u8; 16]>(), issue in 1..u32::MAX, plate in "[A-ZŠĐČĆŽ0-9]{2,10}", zone in "[a-z0-9-]{1,12}",
        start in 1_735_700_000..1_767_200_000i64, before in 0..3i64, minutes in 1..3000i64, deadline in any::<bool>(), bound in any::<bool>(),
    ) {
        let starts_at = DateTime::from_timestamp(start, 0).unwrap();
        let ends_at = starts_at + TimeDelta::minutes(minutes);
        let bought_at = starts_at - TimeDelta::seconds(before);
        let what = ParkingTicket {
            plate, zone: ZoneId::new(&zone).unwrap(), stay_deadline: deadline.then_some(ends_at), ..claims().what
        };
        let claims = TicketClaims {
            id: TicketId::from_bytes(id), issue, issued_at: bought_at, bought_at, starts_at, ends_at,
            device: bound.then(|| device().device_key()), what, ..claims()
        };
        let signed = claims.sign(&issuer(TICKET)).unwrap();
        prop_assert_eq!(&TicketClaims::verify(&signed, &key_set(), at("2025-09-03T08:30:00Z")).unwrap(), &claims);
        let text = Presentation::encode(&signed, &device(), starts_at).unwrap();
        prop_assert_eq!(verify(&text, starts_at).unwrap().claims.read(), Ok(claims));
    }
}
