//! Published examples: the pieces below us do what their standards say.

use crate::fixture::{claims, issuer};
use coset::{CborSerializable, CoseSign1, TaggedCborSerializable};
use mesto_protocol::device::DeviceKey;
use mesto_protocol::kernel::ids::RecordId as _;
use mesto_protocol::signature::IssuerKey;

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// RFC 8032 §7.1, TEST 1 and TEST 2.
#[test]
fn the_public_key_of_a_seed_is_that_of_rfc_8032() {
    for (seed, public) in [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        ),
    ] {
        let key = IssuerKey::from_seed("k", &hex(seed).try_into().unwrap()).unwrap();
        assert_eq!(key.public().to_vec(), hex(public));
    }
}

/// RFC 9052 appendix C.2.1: a single ECDSA signature, key "11".
#[test]
fn the_es256_example_of_rfc_9052_verifies() {
    let message = hex(concat!(
        "d28443a10126a10442313154546869732069732074686520636f6e74656e742e5840",
        "8eb33e4ca31d1c465ab05aac34cc6b23d58fef5c083106c4d25a91aef0b0117e",
        "2af9a291aa32e14ab834dc56ed2a223444547e01f11d3b0916e5a4c345cacb36",
    ));
    let key = hex(concat!(
        "04bac5b11cad8f99f9c72b05cf4b9e26d244dc189f745228255a219a86d6a09eff",
        "20138bf82dc1b6d562be0fa54ab7804a3a64b6d72ccfed6b6fb6ed28bbfc117e",
    ));
    let key = DeviceKey::from_sec1(&key).unwrap();
    let sign1 = CoseSign1::from_tagged_slice(&message).unwrap();
    assert_eq!(sign1.payload.as_deref(), Some(b"This is the content.".as_slice()));
    assert!(key.verifies(&sign1.tbs_data(&[]), &sign1.signature));
    assert!(!key.verifies(&sign1.tbs_data(b"else"), &sign1.signature));
}

/// A reader that knows only the standards finds the claims of a ticket (RFC 8392).
#[test]
fn a_ticket_is_a_plain_cwt() {
    let claims = claims();
    let text = claims.sign(&issuer(crate::fixture::TICKET)).unwrap();
    let sign1 = CoseSign1::from_tagged_slice(&base45::decode(text).unwrap()).unwrap();
    assert_eq!(sign1.protected.header.key_id, b"t25");
    let set = coset::cwt::ClaimsSet::from_slice(sign1.payload.as_deref().unwrap()).unwrap();
    assert_eq!(set.issuer.as_deref(), Some(crate::fixture::ISSUER));
    assert_eq!(set.subject, None, "nothing of the account");
    assert_eq!(set.cwt_id, Some(claims.id.bytes().to_vec()));
    assert_eq!(set.issued_at, Some(coset::cwt::Timestamp::WholeSeconds(claims.issued_at.timestamp())));
    assert_eq!(set.not_before, None, "it starts when it is issued");
    assert_eq!(set.expiration_time, Some(coset::cwt::Timestamp::WholeSeconds(claims.ends_at.timestamp())));
    assert_eq!(set.rest.len(), 2, "cnf and what was sold");
}
