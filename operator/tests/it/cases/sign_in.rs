//! One-time codes, tokens, devices, roles.

use mesto_operator::{Request, store};
use mesto_protocol::base::sign_in::{CodeSent, Role, Session};
use serde_json::json;

use crate::world::{expect, refused};

const PHONE: &str = "+381641234567";

on_both_databases! {
    #[test]
    fn six_wrong_codes_end_the_code_for_good(world) {
        world.ask_code(PHONE);
        let right = world.code(PHONE);
        let wrong = if right == "000000" { "000001" } else { "000000" };
        for left in (0..5).rev() {
            assert_eq!(refused("code_wrong", &world.try_code(PHONE, wrong))["tries_left"], left);
        }
        refused("code_tries_exhausted", &world.try_code(PHONE, wrong));
        refused("code_tries_exhausted", &world.try_code(PHONE, &right));
        world.pass(1);
        expect::<CodeSent>(200, world.ask_code(PHONE));
        expect::<Session>(201, world.try_code(PHONE, &world.code(PHONE)));
    }

    #[test]
    fn a_code_is_good_for_five_minutes_and_once_bk_17(world) {
        world.ask_code(PHONE);
        world.pass_seconds(5 * 60);
        refused("code_expired", &world.try_code(PHONE, &world.code(PHONE)));
        world.ask_code(PHONE);
        world.pass_seconds(5 * 60 - 1);
        let code = world.code(PHONE);
        expect::<Session>(201, world.try_code(PHONE, &code));
        refused("code_expired", &world.try_code(PHONE, &code));
    }

    #[test]
    fn known_and_unknown_numbers_get_the_same_answer(world) {
        world.driver(PHONE);
        world.pass(1);
        let (known, unknown) = (world.ask_code(PHONE), world.ask_code("+381650000000"));
        assert_eq!((known.status, known.body), (unknown.status, unknown.body));
        refused("code_expired", &world.try_code("+381699999999", "123456"));
    }

    #[test]
    fn codes_are_limited_per_number_and_per_address(world) {
        expect::<CodeSent>(200, world.ask_code(PHONE));
        let params = refused("too_many_requests", &world.ask_code(PHONE));
        assert_eq!(params["retry_after_seconds"], 31);
        for _ in 1..10 {
            world.pass(1);
            expect::<CodeSent>(200, world.ask_code(PHONE));
        }
        world.pass(1);
        let refusal = world.ask_code(PHONE);
        let params = refused("too_many_requests", &refusal);
        assert_eq!(refusal.get("retry-after"), Some(params["retry_after_seconds"].to_string().as_str()));
        world.pass(50);
        expect::<CodeSent>(200, world.ask_code(PHONE));

        let from = |address: &str, number: u32| {
            let mut request = Request::new("POST", "/v1/auth/code").json(&json!({"phone": format!("+38164{number:07}")}));
            request.address = address.into();
            world.send(&request)
        };
        for number in 0..60 {
            expect::<CodeSent>(200, from("192.0.2.1", number));
        }
        refused("too_many_requests", &from("192.0.2.1", 60));
        expect::<CodeSent>(200, from("192.0.2.2", 60));
    }

    #[test]
    fn numbers_are_read_in_international_form_only(world) {
        for typed in ["0641234567", "+", "+3816412345678901", "+38164x234567", "", "+0641234567"] {
            refused("phone_invalid", &world.ask_code(typed));
        }
        expect::<CodeSent>(200, world.ask_code("+381 64/123-45-67"));
        assert_eq!(world.code(PHONE).len(), 6);
    }

    #[test]
    fn a_wrong_an_ended_and_an_old_token_are_refused_pq_50(world) {
        let driver = world.driver(PHONE);
        for request in [Request::new("GET", "/v1/account"), Request::new("GET", "/v1/account").bearer("nonsense")] {
            refused("unauthorized", &world.send(&request));
        }
        assert_eq!(driver.get("/v1/account").status, 200);
        assert_eq!(driver.delete("/v1/auth/session").status, 204);
        refused("unauthorized", &driver.get("/v1/account"));
        world.pass(1);
        let again = world.driver(PHONE);
        assert_eq!(again.account, driver.account);
        world.pass(180 * 24 * 60);
        refused("unauthorized", &again.get("/v1/account"));
    }

    #[test]
    fn secrets_are_stored_hashed(world) {
        let driver = world.driver(PHONE);
        world.pass(1);
        world.ask_code(PHONE);
        let code = world.code(PHONE);
        let columns = "SELECT hash FROM token UNION ALL SELECT hash FROM one_time_code";
        let rows = store::transact(&*world.store, |tx| tx.query(columns, &[])).unwrap();
        let found: Vec<String> = rows.iter().map(|row| row.string(0).unwrap()).collect();
        assert_eq!(found.len(), 2);
        assert!(found.iter().all(|hash| hash.len() == 64 && !hash.contains(&driver.token) && !hash.contains(&code)));
    }

    #[test]
    fn a_device_key_has_to_be_a_point_of_p_256(world) {
        world.ask_code(PHONE);
        let sign_in = json!({"phone": PHONE, "code": world.code(PHONE), "device": "phone", "device_key": "AAAA"});
        refused("device_key_invalid", &world.send(&Request::new("POST", "/v1/auth/session").json(&sign_in)));
    }

    #[test]
    fn roles_keep_to_their_own_work(world) {
        let (driver, inspector) = (world.driver(PHONE), world.inspector());
        refused("forbidden", &driver.get("/v1/inspector/check?city=belgrade&plate=BG789PP&zone=red"));
        refused("forbidden", &inspector.get("/v1/tickets"));
        let admin = world.operator.create_staff(&*world.store, world.now(), Role::Admin, "Ana").unwrap();
        refused("forbidden", &world.send(&Request::new("GET", "/v1/tickets").bearer(&admin)));
    }

    #[test]
    fn every_answer_carries_the_clock_and_unknown_addresses_say_what_there_is(world) {
        let found = world.send(&Request::new("GET", "/v1/clock"));
        assert_eq!(found.get("mesto-time"), Some(world.now().timestamp_millis().to_string().as_str()));
        let lost = world.send(&Request::new("GET", "/v1/nothing"));
        refused("not_found", &lost);
        assert!(lost.get("mesto-time").is_some());
        assert_eq!(refused("method_not_allowed", &world.send(&Request::new("DELETE", "/v1/quotes")))["allowed"], json!(["POST"]));
        let mut large = Request::new("POST", "/v1/auth/code");
        large.body = vec![b' '; 64 * 1024 + 1];
        refused("body_too_large", &world.send(&large));
        let mut garbage = Request::new("POST", "/v1/auth/code");
        garbage.body = b"{\"phone\": 7".to_vec();
        refused("bad_request", &world.send(&garbage));
    }
}
