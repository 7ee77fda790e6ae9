//! Laws of key sets and signed cities: from the pinned root, never rolled back, every alteration
//! noticed.

use crate::fixture::*;
use chrono::{DateTime, Utc};
use mesto_protocol::keys::{KeySet, KeySetError};
use mesto_protocol::signature::{IssuerKey, Signed, TrustError};
use mesto_protocol::signed_document::{DocumentError, Known, SignedCity};
use proptest::prelude::*;

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
    assert_eq!(invalid(|set| set.next_update = set.issued_at), Some("key_set_invalid"));
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
    let verified = SignedCity::verify(&signed, &key_set(), now, "belgrade", Some(taken(4))).unwrap();
    assert_eq!((verified.json.as_str(), verified.document.version, verified.kid.as_str()), (CITY_JSON, 4, "c25"));

    let error = |text: &str| SignedCity::verify(text, &key_set(), now, "belgrade", None).unwrap_err();
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
    let other = SignedCity::verify(&signed, &key_set(), now, "almaty", None);
    let (what, found) = (Signed::City, "belgrade".to_owned());
    assert_eq!(other, Err(DocumentError::Another { what, expected: "almaty".to_owned(), found }));
    assert_eq!(
        SignedCity::verify(&signed, &key_set(), now, "belgrade", Some(taken(5))),
        Err(DocumentError::Rollback { what, offered: 4, known: 5 })
    );
    assert!(matches!(SignedCity::sign("{}", &issuer(CITY), now), Err(DocumentError::Invalid { .. })));
    // A signed ticket is no city.
    let ticket = base45::decode(claims().sign(&issuer(TICKET)).unwrap()).unwrap();
    assert_eq!(error(&base64(&ticket)).code(), "garbage");
}

/// A document of this version, signed before every other one.
pub const fn taken(version: u32) -> Known<'static> {
    Known { version, signed_at: DateTime::<Utc>::MIN_UTC, json: "" }
}

#[test]
fn of_one_version_an_older_copy_does_not_replace_a_newer_one() {
    let now = at("2025-09-03T08:30:00Z");
    let signed = SignedCity::sign(CITY_JSON, &issuer(CITY), at("2025-09-02T00:00:00Z")).unwrap();
    let after = |signed_at: &str, version, json| {
        let known = Known { version, signed_at: at(signed_at), json };
        SignedCity::verify(&signed, &key_set(), now, "belgrade", Some(known)).map(|city| city.signed_at)
    };
    let (what, offered, known) = (Signed::City, at("2025-09-02T00:00:00Z"), at("2025-09-02T00:00:01Z"));
    let refused = after("2025-09-02T00:00:01Z", 4, "{}").unwrap_err();
    assert_eq!(refused, DocumentError::OlderCopy { what, offered, known });
    assert_eq!(refused.code(), "document_rollback");
    // What another host of the operator signed a moment before says the same.
    assert_eq!(after("2025-09-02T00:00:01Z", 4, CITY_JSON), Ok(offered));
    assert_eq!(after("2025-09-02T00:00:00Z", 4, "{}"), Ok(offered));
    // A higher version counts, whatever the clock said.
    assert_eq!(after("2025-09-02T00:00:01Z", 3, "{}"), Ok(offered));
}

/// The zone's currency changed inside the signed bytes, as somebody between operator and phone
/// would.
pub fn altered_city(signed: &str) -> String {
    use base64::Engine as _;
    let mut bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(signed).unwrap();
    let place = bytes.windows(3).position(|window| window == b"RSD").unwrap();
    bytes[place] = b'U';
    base64(&bytes)
}

pub fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

#[test]
fn a_key_set_says_from_when_on_a_newer_one_is_asked_for() {
    let set = KeySet::verify(&key_set().sign(&issuer(ROOT)).unwrap(), &issuer(ROOT).public(), 0).unwrap();
    assert!(!set.is_due(at("2025-09-30T23:59:59Z")));
    assert!(set.is_due(at("2025-10-01T00:00:00Z")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_wire_is_refused_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(KeySet::verify(&base64(&bytes), &issuer(ROOT).public(), 0).is_err());
        let now = at("2025-09-03T08:30:00Z");
        prop_assert!(SignedCity::verify(&base64(&bytes), &key_set(), now, "belgrade", None).is_err());
    }
}
