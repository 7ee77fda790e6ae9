//! Codes that are ended before their time: the revocation list, issues, and what a controller is
//! told that he cannot know.

use crate::codes::{code_of, show};
use crate::fixture::*;
use crate::laws::base64;
use mesto_protocol::kernel::ids::{RecordId as _, TicketId};
use mesto_protocol::parking::signed::TicketClaims;
use mesto_protocol::signed_code::{CodeError, Revocations, RevocationsError, Revoked, Seen, Verifier, Warning};
use proptest::prelude::*;

const NOW: &str = "2025-09-03T08:30:00Z";

#[test]
fn a_code_in_the_list_is_refused_and_still_says_what_it_was() {
    let voided = TicketClaims { id: TicketId::from_bytes(VOIDED_ID), ..claims() };
    let refused = verifier(&key_set(), &revocations()).verify(&show(&voided, NOW), at(NOW)).unwrap_err();
    assert_eq!(refused.code(), "revoked");
    assert_eq!(refused.genuine().unwrap().claims.read(), Ok(voided));
}

#[test]
fn a_ticket_that_was_issued_again_is_ended_for_the_older_device() {
    let (keys, list) = (key_set(), revocations());
    let verify = |issue: u32| verifier(&keys, &list).verify(&show(&issued(issue), NOW), at(NOW));
    assert!(matches!(verify(1), Err(CodeError::Reissued { good_from: 2, .. })));
    assert_eq!(code_of(verify(2)), "good");
    assert_eq!(code_of(verify(3)), "good");
}

#[test]
fn a_controller_who_saw_a_newer_issue_needs_no_list() {
    let (keys, mut seen) = (key_set(), Seen::default());
    let verify = |issue: u32, seen: &Seen| {
        let verifier =
            Verifier { issuer: ISSUER, keys: &keys, revocations: None, seen: Some(seen), clock: Default::default() };
        verifier.verify(&show(&issued(issue), NOW), at(NOW))
    };
    assert_eq!(code_of(verify(1, &seen)), "good");
    seen.note(&verify(2, &seen).unwrap());
    assert_eq!(code_of(verify(1, &seen)), "reissued");
    assert_eq!(code_of(verify(2, &seen)), "good");
    // An older one that is noted later takes nothing back.
    seen.note(&verify(1, &Seen::default()).unwrap());
    assert_eq!(code_of(verify(1, &seen)), "reissued");

    seen.forget_ended(at("2025-09-03T08:59:59Z"));
    assert_ne!(seen, Seen::default());
    seen.forget_ended(at("2025-09-03T09:00:00Z"));
    assert_eq!(seen, Seen::default());
}

#[test]
fn a_controller_with_old_keys_or_an_old_list_goes_on_and_says_so() {
    let (keys, list) = (key_set(), revocations());
    let warnings = |verifier: Verifier<'_>, now: &str| {
        let ends_at = at("2025-12-31T00:00:00Z");
        verifier.verify(&show(&TicketClaims { ends_at, ..claims() }, now), at(now)).unwrap().warnings
    };
    let (keys_due, list_due) =
        (Warning::KeysDue { since: keys.next_update }, Warning::RevocationsDue { since: list.next_update });
    assert_eq!(warnings(verifier(&keys, &list), "2025-09-03T14:24:59Z"), []);
    assert_eq!(warnings(verifier(&keys, &list), "2025-09-03T14:25:00Z"), [list_due]);
    assert_eq!(warnings(verifier(&keys, &list), "2025-10-01T00:00:00Z"), [keys_due, list_due]);
    let no_list = Verifier { revocations: None, ..verifier(&keys, &list) };
    assert_eq!(warnings(no_list, NOW), [Warning::RevocationsMissing]);
}

#[test]
fn a_revocation_list_is_believed_by_its_own_keys_and_never_rolled_back() {
    let wire = revocations().sign(&issuer(REVOCATIONS)).unwrap();
    let verify = |wire: &str, known: u64| Revocations::verify(wire, &key_set(), at(NOW), known);
    assert_eq!(verify(&wire, 0), Ok(revocations()));
    assert_eq!(verify(&wire, 7), Ok(revocations()));
    assert_eq!(verify(&wire, 8), Err(RevocationsError::Rollback { offered: 7, known: 8 }));
    let code = |wire: &str| verify(wire, 0).err().map(|error| error.code());
    for (key, expected) in [(TICKET, "key_wrong_use"), (CITY, "key_wrong_use"), (STRANGER, "key_unknown")] {
        assert_eq!(code(&revocations().sign(&issuer(key)).unwrap()), Some(expected));
    }
    assert_eq!(code(&revocations().sign(&issuer((REVOCATIONS.0, STRANGER.1))).unwrap()), Some("altered"));
    let late =
        Revocations { issued_at: at("2026-01-01T00:00:00Z"), next_update: at("2026-01-02T00:00:00Z"), ..revocations() };
    assert_eq!(code(&late.sign(&issuer(REVOCATIONS)).unwrap()), Some("key_out_of_period"));
    assert_eq!(code(""), Some("garbage"));
    assert_eq!(code(&key_set().sign(&issuer(ROOT)).unwrap()), Some("garbage"));
}

#[test]
fn a_revocation_list_that_contradicts_itself_is_not_signed() {
    let invalid = |change: fn(&mut Revocations)| {
        let mut list = revocations();
        change(&mut list);
        list.sign(&issuer(REVOCATIONS)).err().map(|error| error.code())
    };
    assert_eq!(invalid(|list| list.version = 0), Some("revocations_invalid"));
    assert_eq!(invalid(|list| list.next_update = list.issued_at), Some("revocations_invalid"));
    assert_eq!(invalid(|list| list.entries.reverse()), Some("revocations_invalid"));
    assert_eq!(invalid(|list| list.entries[1].id = list.entries[0].id), Some("revocations_invalid"));
    assert_eq!(invalid(|list| list.entries[1].good_from = Some(1)), Some("revocations_invalid"));
    assert_eq!(invalid(|list| list.entries.clear()), None);
}

/// The size that the page states.
#[test]
fn a_revocation_list_of_ten_thousand_codes_takes_254_kilobytes() {
    let entries = (0..10_000_u128).map(|id| Revoked { id: id.to_be_bytes(), good_from: Some(2) }).collect();
    let wire = Revocations { entries, ..revocations() }.sign(&issuer(REVOCATIONS)).unwrap();
    assert_eq!(wire.len().div_ceil(1000), 254);
    assert_eq!(Revocations::verify(&wire, &key_set(), at(NOW), 0).unwrap().entries.len(), 10_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_list_is_refused_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Revocations::verify(&base64(&bytes), &key_set(), at(NOW), 0).is_err());
    }

    #[test]
    fn the_list_names_exactly_the_codes_in_it(ids in prop::collection::btree_map(any::<[u8; 16]>(), prop::option::of(2..u32::MAX), 0..50), other in any::<[u8; 16]>()) {
        let entries = ids.iter().map(|(id, good_from)| Revoked { id: *id, good_from: *good_from }).collect();
        let wire = Revocations { entries, ..revocations() }.sign(&issuer(REVOCATIONS)).unwrap();
        let list = Revocations::verify(&wire, &key_set(), at(NOW), 0).unwrap();
        for (id, good_from) in &ids {
            prop_assert_eq!(list.find(id).map(|entry| entry.good_from), Some(*good_from));
        }
        prop_assert_eq!(list.find(&other).is_some(), ids.contains_key(&other));
    }
}
