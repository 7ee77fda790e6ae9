//! The signed receipt of a paid visit.

use super::*;

on_both_databases! {
    #[test]
    fn a_receipt_proves_a_paid_visit_to_a_barrier_that_cannot_ask_bg_66_bg_67(world) {
        let world = &with_exit_minutes(world, 15);
        let (garage, driver, other) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE), driver(world, OTHER));
        garage.enters(TICKET);
        garage.after(110);
        let visit = pay(&driver, &quote(&driver, TICKET));
        let signed = visit.signed.clone().unwrap();
        let (paid_at, exit_by) = (world.now(), world.now() + TimeDelta::minutes(15));
        let [settled] = garage.tell(vec![]).settled.try_into().unwrap();
        assert_eq!(settled.receipt.as_ref(), Some(&signed), "the controller has what the driver shows");

        let shown = Presentation::encode(&signed, &device(9), world.now()).unwrap();
        let keys = world.key_set();
        let offline = |text: &str, at: DateTime<Utc>| {
            Verifier { issuer: ISSUER, keys: &keys, revocations: None, seen: None, clock: ClockRule::default() }.verify(text, at)
        };
        let claims: ReceiptClaims = offline(&shown, paid_at).unwrap().claims.read().unwrap();
        let expected = ReceiptClaims {
            issuer: ISSUER.into(), id: visit.id, issue: 1, bought_at: paid_at, issued_at: paid_at, starts_at: paid_at,
            // A millisecond after the minutes to leave, filled up.
            ends_at: exit_by + TimeDelta::seconds(1), device: None,
            what: ExitReceipt {
                city: "belgrade".parse().unwrap(), facility: "zeleni-venac".parse().unwrap(), ticket: TICKET.into(),
                exit_by: Some(exit_by), amount: rsd("200.00"),
            },
        };
        assert_eq!(claims, expected);
        assert!(claims.what.is_for("belgrade", "zeleni-venac", TICKET));
        assert!(!claims.what.is_for("belgrade", "vma", TICKET) && !claims.what.is_for("belgrade", "zeleni-venac", "GR000001"));
        assert!(offline(&shown, exit_by).is_ok());
        let late = offline(&shown, claims.ends_at).unwrap_err();
        assert!(matches!(&late, CodeError::Over { .. }), "{late:?}");
        let cut = offline(&shown[..shown.len() - 3], paid_at).unwrap_err();
        assert_eq!(cut.code(), "garbage");

        // Something is owed again: the next payment is the next issue, for both who paid.
        garage.after(16);
        let friend = &other;
        let second = pay(friend, &quote(friend, TICKET));
        world.due();
        let again = second.signed.clone().unwrap();
        assert_eq!(visits(&driver)[0].signed.as_ref(), Some(&again));
        let again = Presentation::encode(&again, &device(8), world.now()).unwrap();
        let newer = offline(&again, world.now()).unwrap();
        let claims: ReceiptClaims = newer.claims.read().unwrap();
        assert_eq!((claims.id, claims.issue, claims.what.amount), (visit.id, 2, rsd("300.00")));
        let mut seen = Seen::default();
        seen.note(&newer);
        let verifier = Verifier { issuer: ISSUER, keys: &keys, revocations: None, seen: Some(&seen), clock: ClockRule::default() };
        assert_eq!(verifier.verify(&shown, paid_at).unwrap_err().code(), "reissued");
        // Who has left needs none.
        garage.leaves(TICKET);
        world.due();
        assert_eq!(visits(&driver)[0].signed, None);
        world.check_books();
    }

    #[test]
    fn a_receipt_without_minutes_to_leave_is_good_as_long_as_what_was_paid_bg_67_bg_68(world) {
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        garage.enters(TICKET);
        let entered = world.now();
        garage.after(59);
        let visit = pay(&driver, &quote(&driver, TICKET));
        let claims = ReceiptClaims::verify(&visit.signed.unwrap(), &world.key_set(), world.now()).unwrap();
        assert_eq!((claims.what.exit_by, claims.ends_at), (None, entered + TimeDelta::seconds(3601)));
        // A badge that is told later makes it cheaper, a lost ticket dearer: that receipt is shown
        // no more.
        garage.tell(vec![ReportedEvent { is_disabled: Some(true), ..told(ReportedEventKind::Entered, TICKET, entered) }]);
        assert!(visits(&driver)[0].signed.is_some());
        garage.tell(vec![told(ReportedEventKind::Lost, TICKET, entered)]);
        assert_eq!(visits(&driver)[0].signed, None);
        world.check_books();
    }

    #[test]
    fn who_leaves_within_the_last_second_of_a_receipt_owes_nothing_bg_67(world) {
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        for (ticket, milliseconds, claims) in [("GR01", 3_600_999, 0), ("GR02", 3_601_000, 1)] {
            garage.enters(ticket);
            let entered = world.now();
            garage.after(59);
            let visit = pay(&driver, &quote(&driver, ticket));
            let receipt = ReceiptClaims::verify(&visit.signed.unwrap(), &world.key_set(), world.now()).unwrap();
            garage.after(2);
            let left_at = entered + TimeDelta::milliseconds(milliseconds);
            garage.tell(vec![told(ReportedEventKind::Left, ticket, left_at)]);
            assert_eq!((left_at < receipt.ends_at, count(world, "claim")), (claims == 0, claims), "{ticket}");
        }
    }

    #[test]
    fn a_receipt_of_a_visit_that_never_owes_again_is_good_for_a_year_bg_67(world) {
        let world = &world.with_garages(|garages| {
            let flat = mesto_rules::garages::tariff::LostTicket::Flat { price: rsd("3000.00") };
            for table in garages.tariffs[0].rate_tables.values_mut() {
                table.lost_ticket = known(flat);
            }
        });
        let (garage, driver) = (Controller::of(world, "zeleni-venac"), driver(world, PHONE));
        garage.now(ReportedEventKind::Lost, TICKET);
        let visit = pay(&driver, &quote(&driver, TICKET));
        assert_eq!((visit.owes_again_at, visit.paid), (None, rsd("3000.00")));
        let claims = ReceiptClaims::verify(&visit.signed.unwrap(), &world.key_set(), world.now()).unwrap();
        assert_eq!(claims.ends_at, world.now() + GOOD_WITHOUT_END);
    }
}
