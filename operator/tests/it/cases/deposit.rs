//! Top-ups, the bank's notices, the books.

use mesto_operator::Request;
use mesto_operator::payments::{SIGNATURE, sign};
use mesto_protocol::base::payments::BankOutcome;
use mesto_protocol::base::wallet::{NewTopup, Topup, TopupState};
use mesto_rules::money::{Currency, Money};

use crate::world::{SECRET, approval, expect, refused, rsd};

const PHONE: &str = "+381641234567";

on_both_databases! {
    #[test]
    fn the_deposit_takes_exactly_the_listed_values_bg_76_bg_78(world) {
        let driver = world.driver(PHONE);
        for amount in ["200.00", "500.00", "1000.00", "2000.00", "5000.00"] {
            assert_eq!(driver.top_up(amount).state, TopupState::Pending);
        }
        for amount in ["0.00", "199.00", "199.99", "200.01", "201.00", "300.00", "10000.00", "-200.00"] {
            let response = driver.act("/v1/deposit/topups", &world.key(), &driver.new_topup(amount));
            assert_eq!(refused("amount_not_offered", &response)["offered"].as_array().unwrap().len(), 5, "{amount}");
        }
        let euros = NewTopup { amount: Money::parse("200.00", Currency::new("EUR").unwrap()).unwrap(), ..driver.new_topup("200.00") };
        refused("amount_not_offered", &driver.act("/v1/deposit/topups", &world.key(), &euros));
    }

    #[test]
    fn the_balance_grows_only_when_the_bank_approved_bg_31_bg_32_bg_83(world) {
        let driver = world.driver(PHONE);
        let topup = driver.top_up("1000.00");
        assert_eq!(driver.account().balance, rsd("0.00"));
        let mut notice = approval(&topup, "pay-1");
        notice.outcome = BankOutcome::Declined;
        notice.reason = Some("authentication_failed".into());
        assert_eq!(world.notice(&notice).status, 204);
        let declined: Topup = expect(200, driver.get(&format!("/v1/deposit/topups/{}", topup.id)));
        assert_eq!((declined.state, declined.reason.as_deref()), (TopupState::Declined, Some("authentication_failed")));
        assert_eq!(driver.account().balance, rsd("0.00"));
        let topup = driver.top_up("500.00");
        world.approve(&topup);
        assert_eq!(driver.account().balance, rsd("500.00"));
        world.check_books();
    }

    #[test]
    fn every_top_up_costs_the_driver_what_his_deposit_grows_by_bg_77_bg_86(world) {
        let driver = world.driver(PHONE);
        for (amount, balance) in [("500.00", "500.00"), ("200.00", "700.00")] {
            let topup = driver.top_up(amount);
            assert!(topup.page_url.contains(&format!("?amount={amount}&currency=RSD&")), "{}", topup.page_url);
            world.approve(&topup);
            assert_eq!(driver.account().balance, rsd(balance));
        }
        let balances = world.operator.balances(&*world.store).unwrap();
        assert_eq!((balances["bank RSD"], balances["deposits RSD"]), (rsd("700.00"), rsd("-700.00")));
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
        // A second payment of the same top-up is not the driver's balance, and is not lost either.
        assert_eq!(world.notice(&approval(&topup, "pay-2")).status, 204);
        assert_eq!(driver.account().balance, rsd("1000.00"));
        let balances = world.operator.balances(&*world.store).unwrap();
        assert_eq!(balances["payable:refunds RSD"], rsd("-1000.00"));
        assert_eq!(balances["bank RSD"], rsd("2000.00"));
        assert_eq!(balances["deposits RSD"], rsd("-1000.00"));
        world.check_books();
    }

    #[test]
    fn a_notice_that_is_not_the_banks_changes_nothing_bg_94(world) {
        let driver = world.driver(PHONE);
        let topup = driver.top_up("1000.00");
        let unsigned = Request::new("POST", "/v1/bank/notice").json(&approval(&topup, "pay-1"));
        refused("bank_notice_invalid", &world.send(&unsigned));
        let signature = sign(b"another secret", &unsigned.body);
        refused("bank_notice_invalid", &world.send(&unsigned.header(SIGNATURE, &signature)));
        let mut other = approval(&topup, "pay-1");
        other.amount = rsd("5000.00");
        refused("bank_notice_invalid", &world.notice(&other));
        let mut unknown = approval(&topup, "pay-1");
        unknown.reference = "tu_nobody".into();
        refused("bank_notice_invalid", &world.notice(&unknown));
        assert_eq!(driver.account().balance, rsd("0.00"));
    }

    #[test]
    fn a_top_up_nobody_paid_expires_and_late_money_is_still_credited_bg_83(world) {
        let driver = world.driver(PHONE);
        let topup = driver.top_up("1000.00");
        assert_eq!(driver.account().topups, vec![topup.clone()]);
        world.pass(32);
        let read = || expect::<Topup>(200, driver.get(&format!("/v1/deposit/topups/{}", topup.id)));
        assert_eq!((read().state, read().reason.as_deref()), (TopupState::Declined, Some("expired")));
        assert!(driver.account().topups.is_empty());
        assert_eq!(world.due(), 1);
        assert_eq!(read().reason.as_deref(), Some("expired"));
        world.approve(&topup);
        assert_eq!(read().state, TopupState::Succeeded);
        assert_eq!(driver.account().balance, rsd("1000.00"));
        world.check_books();
    }

    #[test]
    fn the_page_is_a_signed_link_to_the_bank_that_leads_back_with_the_intent_only_bg_88_bg_91_bg_96(world) {
        let driver = world.driver(PHONE);
        let key = world.key();
        let topup: Topup = expect(201, driver.act("/v1/deposit/topups", &key, &driver.new_topup("1000.00")));
        let (query, signature) = topup.page_url.strip_prefix("https://bank.example/pay?").unwrap().rsplit_once("&signature=").unwrap();
        assert_eq!(sign(SECRET, query.as_bytes()), signature);
        let expires = (world.now() + chrono::TimeDelta::minutes(32)).timestamp_millis();
        assert_eq!(
            query,
            format!(
                "amount=1000.00&currency=RSD&expires={expires}&merchant=mesto&notice_url=https%3A%2F%2Foperator.example%2Fv1%2Fbank%2Fnotice&reference={}&return_url=https%3A%2F%2Fapp.example%2Fback%3Fintent%3D{key}",
                topup.id
            )
        );
        for url in ["javascript:alert(1)", "javascript://x", "data://x", "nothing", "https://a b", ""] {
            let asked = NewTopup { return_url: url.into(), ..driver.new_topup("1000.00") };
            refused("bad_request", &driver.act("/v1/deposit/topups", &world.key(), &asked));
        }
        let own = NewTopup { return_url: "mesto://topup".into(), ..driver.new_topup("1000.00") };
        expect::<Topup>(201, driver.act("/v1/deposit/topups", &world.key(), &own));
    }
}
