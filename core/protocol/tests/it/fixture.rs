//! Fixed keys, one key set, one ticket, one city: the same in every test and vector.

use chrono::{DateTime, Utc};
use ciborium::Value as Cbor;
use coset::{CoseSign1Builder, HeaderBuilder, TaggedCborSerializable, iana};
use ed25519_dalek::{Signer, SigningKey};
use mesto_protocol::device::SoftwareDevice;
use mesto_protocol::garages::signed::{ExitReceipt, ReceiptClaims};
use mesto_protocol::kernel::ids::{RecordId as _, RideId, TicketId, TripId, VisitId};
use mesto_protocol::keys::{Key, KeySet, KeyUse};
use mesto_protocol::parking::signed::{ParkingTicket, TicketClaims};
use mesto_protocol::parking::tickets::Channel;
use mesto_protocol::rides::signed::{RideClaims, SignedRide};
use mesto_protocol::signature::IssuerKey;
use mesto_protocol::signed_code::{ClockRule, Revocations, Revoked, Verifier};
use mesto_rules::money::Money;
use mesto_rules::{CityId, FacilityId, ZoneId};

pub const ROOT: (&str, [u8; 32]) = ("root", [1; 32]);
pub const TICKET: (&str, [u8; 32]) = ("t25", [2; 32]);
pub const CITY: (&str, [u8; 32]) = ("c25", [3; 32]);
/// Revoked at noon.
pub const REVOKED: (&str, [u8; 32]) = ("t24", [4; 32]);
/// Signed until the end of 2024.
pub const RETIRED: (&str, [u8; 32]) = ("t23", [5; 32]);
/// Signs revocation lists.
pub const REVOCATIONS: (&str, [u8; 32]) = ("v25", [7; 32]);
/// In no key set.
pub const STRANGER: (&str, [u8; 32]) = ("x", [6; 32]);
pub const DEVICE: [u8; 32] = [9; 32];
pub const OTHER_DEVICE: [u8; 32] = [10; 32];

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub fn issuer((kid, seed): (&str, [u8; 32])) -> IssuerKey {
    IssuerKey::from_seed(kid, &seed).unwrap()
}

pub fn device() -> SoftwareDevice {
    SoftwareDevice::from_seed(&DEVICE).unwrap()
}

pub fn key_set() -> KeySet {
    let key = |which: (&str, [u8; 32]), r#use, from: &str, until: &str, revoked_at: Option<&str>| Key {
        kid: which.0.to_owned(),
        r#use,
        public: issuer(which).public(),
        from: at(from),
        until: at(until),
        revoked_at: revoked_at.map(at),
    };
    KeySet {
        version: 3,
        issued_at: at("2025-09-01T00:00:00Z"),
        next_update: at("2025-10-01T00:00:00Z"),
        keys: vec![
            key(CITY, KeyUse::City, "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z", None),
            key(TICKET, KeyUse::Code, "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z", None),
            key(REVOKED, KeyUse::Code, "2024-01-01T00:00:00Z", "2026-01-01T00:00:00Z", Some("2025-09-03T12:00:00Z")),
            key(RETIRED, KeyUse::Code, "2023-01-01T00:00:00Z", "2025-01-01T00:00:00Z", None),
            key(REVOCATIONS, KeyUse::Revocations, "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z", None),
        ],
    }
}

pub const ISSUER: &str = "mesto.example";

pub const TICKET_ID: [u8; 16] = *b"\x01\x99\x0e\xc5\xb0\0mesto 2025";
/// A ticket that was taken back.
pub const VOIDED_ID: [u8; 16] = *b"\x01\x99\x0e\xc5\xb0\x01voided one";
/// A ticket whose second issue is the one that is good.
pub const REISSUED_ID: [u8; 16] = *b"\x01\x99\x0e\xc5\xb0\x02issued two";

/// An hour in the red zone of Belgrade, bought at 10:00 local time.
pub fn claims() -> TicketClaims {
    TicketClaims {
        issuer: ISSUER.to_owned(),
        id: TicketId::from_bytes(TICKET_ID),
        issue: 1,
        bought_at: at("2025-09-03T08:00:00Z"),
        issued_at: at("2025-09-03T08:00:00Z"),
        starts_at: at("2025-09-03T08:00:00Z"),
        ends_at: at("2025-09-03T09:00:00Z"),
        device: Some(device().device_key()),
        what: ParkingTicket {
            city: CityId::new("belgrade").unwrap(),
            zone: ZoneId::new("red").unwrap(),
            plate: "BG789PP".to_owned(),
            channel: Channel::App,
            stay_deadline: Some(at("2025-09-03T09:30:00Z")),
        },
    }
}

/// Bought at a kiosk, bound to no device.
pub fn kiosk() -> TicketClaims {
    let what = ParkingTicket { channel: Channel::Kiosk, stay_deadline: None, ..claims().what };
    TicketClaims { device: None, what, ..claims() }
}

/// An issue of a ticket that was issued again for the device at hand.
pub fn issued(issue: u32) -> TicketClaims {
    TicketClaims {
        id: TicketId::from_bytes(REISSUED_ID),
        issue,
        issued_at: at(if issue == 1 { "2025-09-03T08:00:00Z" } else { "2025-09-03T08:20:00Z" }),
        ..claims()
    }
}

pub const RIDE_ID: [u8; 16] = *b"\x01\x99\x0e\xc5\xb0\x04bus in may";
pub const TRIP_ID: [u8; 16] = *b"\x01\x99\x0e\xc5\xb0\x05route 92 a";

/// A ride of two in a bus of Almaty, registered at 13:20 local time.
pub fn ride() -> RideClaims {
    let registered_at = at("2025-09-03T08:20:00Z");
    RideClaims {
        issuer: ISSUER.to_owned(),
        id: RideId::from_bytes(RIDE_ID),
        issue: 1,
        bought_at: registered_at,
        issued_at: registered_at,
        starts_at: registered_at,
        ends_at: at("2025-09-03T09:30:00Z"),
        device: Some(device().device_key()),
        what: SignedRide {
            city: CityId::new("almaty").unwrap(),
            vehicle: "1204".parse().unwrap(),
            route: Some(("92".parse().unwrap(), 0)),
            trip: Some(TripId::from_bytes(TRIP_ID)),
            service_day: "2025-09-03".parse().unwrap(),
            persons: 2,
            benefits: Vec::new(),
            pass: None,
        },
    }
}

pub const VISIT_ID: [u8; 16] = *b"\x01\x99\x0e\xc5\xb0\x03paid visit";

/// A visit to a garage in Belgrade that was paid at 10:25 local time.
pub fn paid_visit() -> ReceiptClaims {
    let paid_at = at("2025-09-03T08:25:00Z");
    ReceiptClaims {
        issuer: ISSUER.to_owned(),
        id: VisitId::from_bytes(VISIT_ID),
        issue: 1,
        bought_at: paid_at,
        issued_at: paid_at,
        starts_at: paid_at,
        ends_at: at("2025-09-03T08:40:00Z"),
        device: None,
        what: ExitReceipt {
            city: CityId::new("belgrade").unwrap(),
            facility: FacilityId::new("obilicev-venac").unwrap(),
            ticket: "0074521".to_owned(),
            exit_by: Some(at("2025-09-03T08:40:00Z")),
            amount: Money::from_minor(26_000, "RSD".parse().unwrap()),
        },
    }
}

pub fn revocations() -> Revocations {
    Revocations {
        version: 7,
        issued_at: at("2025-09-03T08:25:00Z"),
        next_update: at("2025-09-03T14:25:00Z"),
        entries: vec![Revoked { id: VOIDED_ID, good_from: None }, Revoked { id: REISSUED_ID, good_from: Some(2) }],
    }
}

/// What a controller of the fixture's operator verifies with.
pub fn verifier<'a>(keys: &'a KeySet, revocations: &'a Revocations) -> Verifier<'a> {
    Verifier { issuer: ISSUER, keys, revocations: Some(revocations), seen: None, clock: ClockRule::default() }
}

pub const CITY_JSON: &str = r#"{"currency":"RSD","id":"belgrade","name":{"en":"Belgrade"},"version":4}"#;

/// Signs any payload as a code, written without the crate's own code: an attacker with the key, or
/// a later version.
pub fn seal((kid, seed): (&str, [u8; 32]), payload: &Cbor) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(payload, &mut bytes).unwrap();
    let header = HeaderBuilder::new().algorithm(iana::Algorithm::EdDSA).key_id(kid.as_bytes().to_vec()).build();
    let key = SigningKey::from_bytes(&seed);
    CoseSign1Builder::new()
        .protected(header)
        .payload(bytes)
        .create_signature(b"mesto.code.1", |message| key.sign(message).to_bytes().to_vec())
        .build()
        .to_tagged_vec()
        .unwrap()
}
