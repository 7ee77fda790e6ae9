//! Top-ups, the bank's notices, the books.

use mesto_operator::payments::sign;
use mesto_operator::store::transact;
use mesto_operator::{Request, values};
use mesto_protocol::base::payments::{Bought, PayMethod, PaymentState, ProviderNotice, Purchase, PurchaseRequest};
use mesto_protocol::base::wallet::{WalletOffer, WalletOutcome, WalletSubject};
use mesto_protocol::headers::SIGNATURE;
use mesto_rules::money::{Currency, Money};

use crate::world::{SECRET, approval, decline, expect, refused, rsd};

const PHONE: &str = "+381641234567";

on_both_databases! {
    #[test]
    fn the_deposit_takes_exactly_the_listed_values_bg_76_bg_78(world) {
        let driver = world.driver(PHONE);
        for amount in ["200.00", "500.00", "1000.00", "2000.00", "5000.00"] {
            let quote = driver.top_up_quote(amount);
            assert_eq!((quote.total, quote.items[0].offer().unwrap()), (rsd(amount), Some(WalletOffer { amount: rsd(amount) })));
            let payment = driver.begin(&quote).payment;
            assert_eq!((payment.state, payment.amount), (PaymentState::Pending, rsd(amount)));
        }
        for amount in ["0.00", "199.00", "199.99", "200.01", "201.00", "300.00", "10000.00", "-200.00"] {
            let response = driver.ask_top_up(rsd(amount));
            assert_eq!(refused("amount_not_offered", &response)["offered"].as_array().unwrap().len(), 5, "{amount}");
        }
        let euros = Money::parse("200.00", Currency::new("EUR").unwrap()).unwrap();
        refused("amount_not_offered", &driver.ask_top_up(euros));
    }

    #[test]
    fn the_deposit_is_not_topped_up_from_itself_bg_29(world) {
        let driver = world.driver(PHONE);
        world.approve(&driver.top_up("500.00"));
        let response = driver.ask_for(&WalletSubject { amount: rsd("200.00") }, PayMethod::Deposit);
        assert_eq!(refused("payment_method_not_allowed", &response)["allowed"], serde_json::json!(["card"]));
    }

    #[test]
    fn of_a_banks_reason_a_word_is_kept_bg_32(world) {
        let driver = world.driver(PHONE);
        let topup = driver.top_up("1000.00");
        let reason = Some(format!("\u{202e}no{}", "x".repeat(30_000)));
        assert_eq!(world.notice(&ProviderNotice { reason, ..decline(&topup, "pay-1") }).status, 204);
        let declined = driver.payment(&topup).payment;
        assert_eq!(declined.reason, Some(format!("no{}", "x".repeat(62))));
    }

    #[test]
    fn what_a_newer_operator_has_planned_stays_for_it(world) {
        let planned = "INSERT INTO due (kind, reference, at, lease_until) VALUES ('later.kind', 'x', 0, 0)";
        transact(&*world.store, |tx| tx.execute(planned, values![])).unwrap();
        assert_eq!((world.due(), world.due()), (0, 0));
        world.pass(1);
        world.due();
        let left = transact(&*world.store, |tx| tx.query("SELECT reference FROM due WHERE kind = 'later.kind'", values![]));
        assert_eq!(left.unwrap().len(), 1);
    }

    #[test]
    fn the_balance_grows_only_when_the_bank_approved_bg_31_bg_32_bg_83(world) {
        let driver = world.driver(PHONE);
        let topup = driver.top_up("1000.00");
        assert_eq!(driver.account().balance, rsd("0.00"));
        assert_eq!(world.notice(&decline(&topup, "pay-1")).status, 204);
        let declined = driver.payment(&topup).payment;
        assert_eq!((declined.state, declined.reason.as_deref()), (PaymentState::Declined, Some("authentication_failed")));
        assert_eq!(driver.account().balance, rsd("0.00"));
        let topup = driver.top_up("500.00");
        world.approve(&topup);
        assert_eq!(driver.account().balance, rsd("500.00"));
        let bought = driver.payment(&topup);
        assert_eq!(bought.sale.items[0].outcome().unwrap(), Some(WalletOutcome { amount: rsd("500.00") }));
        assert_eq!((bought.payment.state, bought.payment.captured), (PaymentState::Captured, rsd("500.00")));
        world.check_books();
    }

    #[test]
    fn every_top_up_costs_the_driver_what_his_deposit_grows_by_bg_77_bg_86(world) {
        let driver = world.driver(PHONE);
        for (amount, balance) in [("500.00", "500.00"), ("200.00", "700.00")] {
            let topup = driver.top_up(amount);
            let page = topup.page_url.as_deref().unwrap();
            assert!(page.contains(&format!("?amount={amount}&currency=RSD&")), "{page}");
            world.approve(&topup);
            assert_eq!(driver.account().balance, rsd(balance));
        }
        assert_eq!((world.balance("clearing bank"), world.balance("deposit")), (rsd("700.00"), rsd("-700.00")));
        world.check_books();
    }

    #[test]
    fn a_notice_counts_once_however_often_it_comes_bg_83(world) {
        let driver = world.driver(PHONE);
        let topup = driver.top_up("1000.00");
        for _ in 0..3 {
            assert_eq!(world.notice(&approval(&topup, "pay-1")).status, 204);
        }
        assert_eq!(driver.account().balance, rsd("1000.00"));
        // A second payment of the same purchase is not the driver's balance, and is not lost
        // either.
        assert_eq!(world.notice(&approval(&topup, "pay-2")).status, 204);
        assert_eq!(driver.account().balance, rsd("1000.00"));
        assert_eq!(world.balance("refunds_payable"), rsd("-1000.00"));
        assert_eq!(world.balance("clearing bank"), rsd("2000.00"));
        assert_eq!(world.balance("deposit"), rsd("-1000.00"));
        world.check_books();
    }

    #[test]
    fn an_approval_counts_once_also_after_a_decline_of_the_same_payment_bg_83(world) {
        let driver = world.driver(PHONE);
        let topup = driver.top_up("1000.00");
        // 3-D Secure failed, and then passed.
        let declined = decline(&topup, "pay-1");
        assert_eq!(world.notice(&declined).status, 204);
        assert_eq!(driver.account().balance, rsd("0.00"));
        for _ in 0..3 {
            assert_eq!(world.notice(&approval(&topup, "pay-1")).status, 204);
            assert_eq!(driver.account().balance, rsd("1000.00"));
        }
        // Sent first and come last: it takes nothing back.
        assert_eq!(world.notice(&declined).status, 204);
        assert_eq!(driver.account().balance, rsd("1000.00"));
        assert_eq!(world.balance("clearing bank"), rsd("1000.00"));
        assert!(world.operator.incidents(&*world.store).unwrap().is_empty());
        world.check_books();
    }

    #[test]
    fn one_payment_for_two_purchases_is_refused_loudly_and_somebody_sees_it_bg_83(world) {
        let driver = world.driver(PHONE);
        let other = world.driver("+381650000000");
        let (first, second, third) = (driver.top_up("1000.00"), driver.top_up("1000.00"), other.top_up("1000.00"));
        world.approve(&first);
        let payment = format!("pay-{}", first.id);
        for _ in 0..2 {
            for topup in [&second, &third] {
                let params = refused("notice_contradicts", &world.notice(&approval(topup, &payment)));
                assert_eq!(params["known"], first.id.to_string());
            }
        }
        assert_eq!(world.notice(&decline(&second, &payment)).status, 409);
        // What was told first stays, and nothing else was booked.
        assert_eq!((driver.account().balance, other.account().balance), (rsd("1000.00"), rsd("0.00")));
        assert_eq!(world.notice(&approval(&first, &payment)).status, 204);
        let incidents = world.operator.incidents(&*world.store).unwrap();
        let about: Vec<&str> = incidents.iter().map(|one| one.reference.as_str()).collect();
        assert_eq!(incidents.len(), 3, "{about:?}");
        assert!(incidents.iter().all(|one| one.kind == "notice_contradicts" && one.reference.contains(&payment)), "{about:?}");
        // Its own payment is taken as ever.
        world.approve(&second);
        assert_eq!(driver.account().balance, rsd("2000.00"));
        world.check_books();
    }

    #[test]
    fn a_genuine_notice_that_cannot_be_true_is_kept_for_somebody_to_look_at_bg_94(world) {
        let driver = world.driver(PHONE);
        let topup = driver.top_up("1000.00");
        let wrong = ProviderNotice { amount: rsd("5000.00"), ..approval(&topup, "pay-1") };
        let unknown = ProviderNotice { reference: "tu_of_another_time".into(), ..approval(&topup, "pay-2") };
        for notice in [&wrong, &unknown, &wrong] {
            assert_eq!(world.notice(notice).status, 400);
        }
        let kinds: Vec<String> = world.operator.incidents(&*world.store).unwrap().into_iter().map(|one| one.kind).collect();
        assert_eq!(kinds, ["notice_amount", "notice_unknown"]);
    }

    #[test]
    fn a_top_up_that_was_given_up_ends_and_late_money_is_owed_back_bg_83(world) {
        let driver = world.driver(PHONE);
        let topup = driver.top_up("1000.00");
        let path = format!("/v1/payments/{}", topup.id);
        let (stranger, _) = world.driver_with("+381650000000", "BG111AA", &[]);
        refused("not_found", &stranger.delete(&path));
        for _ in 0..2 {
            assert_eq!(expect::<Purchase>(200, driver.delete(&path)).payment.state, PaymentState::Abandoned);
        }
        assert!(driver.account().open.is_empty());
        assert_eq!(driver.events(0).events.len(), 2, "begun, and given up");
        world.pass(40);
        world.due();
        assert_eq!(driver.payment(&topup).payment.state, PaymentState::Abandoned, "it does not expire after that");
        for _ in 0..2 {
            world.approve(&topup);
        }
        assert_eq!(driver.account().balance, rsd("0.00"));
        assert_eq!((world.balance("refunds_payable"), world.balance("clearing bank")), (rsd("-1000.00"), rsd("1000.00")));
        // One that ended stays as it ended.
        let paid = driver.top_up("500.00");
        world.approve(&paid);
        let ended: Purchase = expect(200, driver.delete(&format!("/v1/payments/{}", paid.id)));
        assert_eq!(ended.payment.state, PaymentState::Captured);
        world.check_books();
    }

    #[test]
    fn a_top_up_approved_after_the_account_was_closed_is_owed_and_credited_to_nobody_av_123(world) {
        let (driver, _) = world.driver_with(PHONE, "BG789PP", &["500.00"]);
        let (waiting, expired, declined) = (driver.top_up("1000.00"), driver.top_up("200.00"), driver.top_up("2000.00"));
        assert_eq!(world.notice(&decline(&declined, "pay-d")).status, 204);
        world.pass(40);
        world.due();
        let late = driver.top_up("1000.00");
        assert_eq!(driver.delete("/v1/account").status, 200);
        world.pass(40);
        world.due();
        for topup in [&waiting, &expired, &declined, &late] {
            for _ in 0..2 {
                world.approve(topup);
            }
        }
        assert_eq!(world.balance("refunds_payable"), rsd("-4700.00"), "500 of the deposit, and what came since");
        assert_eq!(world.balance("clearing bank"), rsd("4700.00"));
        assert_eq!(world.balance("deposit"), rsd("0.00"));
        world.check_books();
    }

    #[test]
    fn a_notice_that_is_not_the_banks_changes_nothing_bg_94(world) {
        let driver = world.driver(PHONE);
        let topup = driver.top_up("1000.00");
        let unsigned = Request::new("POST", "/v1/providers/bank/notices").json(&approval(&topup, "pay-1"));
        refused("notice_invalid", &world.send(&unsigned));
        let signature = sign(b"another secret", &unsigned.body);
        refused("notice_invalid", &world.send(&unsigned.header(SIGNATURE, &signature)));
        let mut other = approval(&topup, "pay-1");
        other.amount = rsd("5000.00");
        refused("notice_invalid", &world.notice(&other));
        let mut unknown = approval(&topup, "pay-1");
        for nobody in ["py_nobody", "py_01jd4f8q0r3n7w2x5y6z8a9b1c"] {
            unknown.reference = nobody.into();
            refused("notice_invalid", &world.notice(&unknown));
        }
        let request = crate::world::signed_notice(&approval(&topup, "pay-1"));
        refused("not_found", &world.send(&Request { path: "/v1/providers/another/notices".into(), ..request }));
        assert_eq!(driver.account().balance, rsd("0.00"));
    }

    #[test]
    fn a_top_up_nobody_paid_expires_and_late_money_is_still_credited_bg_83(world) {
        let driver = world.driver(PHONE);
        let topup = driver.top_up("1000.00");
        let open: Vec<_> = driver.account().open.into_iter().map(|purchase| purchase.payment).collect();
        assert_eq!(open, vec![topup.clone()]);
        world.pass_seconds(15 * 60);
        let read = || driver.payment(&topup).payment;
        assert_eq!((read().state, read().reason.as_deref()), (PaymentState::Expired, Some("expired")));
        assert!(driver.account().open.is_empty());
        assert_eq!(world.due(), 1);
        assert_eq!((read().state, read().reason.as_deref()), (PaymentState::Expired, Some("expired")));
        world.approve(&topup);
        assert_eq!((read().state, read().reason), (PaymentState::Captured, None));
        assert_eq!(driver.account().balance, rsd("1000.00"));
        world.check_books();
    }

    #[test]
    fn the_page_is_a_signed_link_to_the_bank_that_leads_back_with_the_intent_only_bg_88_bg_91_bg_96(world) {
        let driver = world.driver(PHONE);
        let (key, quote) = (world.key(), driver.top_up_quote("1000.00"));
        let Bought { payment, .. } = expect(201, driver.buy_with(&key, &quote));
        assert_eq!(quote.page_lives_seconds, Some(15 * 60));
        let page = payment.page_url.unwrap();
        let (query, signature) = page.strip_prefix("https://bank.example/pay?").unwrap().rsplit_once("&signature=").unwrap();
        assert_eq!(sign(SECRET, query.as_bytes()), signature);
        let expires = (world.now() + chrono::TimeDelta::minutes(15)).timestamp_millis();
        assert_eq!(
            query,
            format!(
                "amount=1000.00&currency=RSD&expires={expires}&merchant=mesto&notice_url=https%3A%2F%2Foperator.example%2Fv1%2Fproviders%2Fbank%2Fnotices&reference={}&return_url=https%3A%2F%2Fapp.example%2Fback%3Fintent%3D{key}",
                payment.id
            )
        );
        let with = |url: Option<&str>| {
            let asked = PurchaseRequest { return_url: url.map(Into::into), ..driver.purchase(&driver.top_up_quote("1000.00")) };
            driver.act("/v1/purchases", &world.key(), &asked)
        };
        for url in ["javascript:alert(1)", "javascript://x", "data://x", "nothing", "https://a b", ""] {
            assert_eq!(refused("bad_request", &with(Some(url)))["field"], "return_url");
        }
        assert_eq!(refused("bad_request", &with(None))["field"], "return_url");
        for url in ["https://evil.example/back", "intent://scan", "tel://112", "other://back", "https://app.example@evil.example/"] {
            refused("bad_request", &with(Some(url)));
        }
        let refusal = refused("bad_request", &with(Some("https://evil.example/back")));
        assert_eq!(refusal["allowed"], serde_json::json!(["mesto://", "https://app.example"]));
        expect::<Bought>(201, with(Some("mesto://topup")));
        // The query stands before the fragment, so that it arrives.
        let page = expect::<Bought>(201, with(Some("mesto://a?tab=2#f"))).payment.page_url.unwrap();
        assert!(page.contains("mesto%3A%2F%2Fa%3Ftab%3D2%26intent%3D"), "{page}");
        assert!(page.contains("%23f&signature="), "{page}");
    }
}
