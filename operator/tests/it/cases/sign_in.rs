//! One-time codes, tokens, devices, roles.

use chrono::TimeDelta;
use mesto_operator::{Request, Response, store};
use mesto_protocol::base::payments::PurchaseRequest;
use mesto_protocol::base::sign_in::{CodeSent, Session};
use serde_json::json;

use crate::world::{World, device, expect, refused};

const PHONE: &str = "+381641234567";

fn ask_from(world: &World, address: &str, phone: &str) -> Response {
    let mut request = Request::new("POST", "/v1/auth/code").json(&json!({"phone": phone}));
    request.address = address.into();
    world.send(&request)
}

fn try_from(world: &World, address: &str, phone: &str, code: &str) -> Response {
    let device_key = device(9).device_key().to_text();
    let asked = json!({"phone": phone, "code": code, "device": "phone", "device_key": device_key});
    let mut request = Request::new("POST", "/v1/auth/session").json(&asked);
    request.address = address.into();
    world.send(&request)
}

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
    fn a_person_has_the_language_that_the_app_told_last(world) {
        let code = |language: &str| {
            world.pass(1);
            let asked = json!({"phone": PHONE, "language": language});
            world.send(&Request::new("POST", "/v1/auth/code").json(&asked))
        };
        let sign_in = |language: Option<&str>| {
            let device_key = device(9).device_key().to_text();
            let (phone, device) = (PHONE, "phone");
            let mut asked = json!({"phone": phone, "code": world.code(PHONE), "device": device, "device_key": device_key});
            if let Some(language) = language {
                asked["language"] = language.into();
            }
            expect::<Session>(201, world.send(&Request::new("POST", "/v1/auth/session").json(&asked)));
            let rows = store::transact(&*world.store, |tx| tx.query("SELECT language FROM person", &[])).unwrap();
            rows[0].get::<Option<String>>("language").unwrap()
        };
        expect::<CodeSent>(200, code("sr-Latn"));
        let sent = world.operator.messages_to(&*world.store, PHONE).unwrap().pop().unwrap();
        assert_eq!((sent.template.as_str(), sent.language.as_ref().map(|tag| tag.as_str())), ("sign_in.code", Some("sr-Latn")));
        let code_sent = sent.code().unwrap();
        assert_eq!(sent.text(), format!("Mesto: {code_sent} je vas kod. Vazi 5 min. Ne dajte ga nikome."));
        assert_eq!(sign_in(Some("sr-Latn")).as_deref(), Some("sr-Latn"));
        expect::<CodeSent>(200, code("en"));
        let sent = world.operator.messages_to(&*world.store, PHONE).unwrap().pop().unwrap();
        let code_sent = sent.code().unwrap();
        assert_eq!(sent.text(), format!("Mesto: {code_sent} is your code. It is good for 5 min. Tell it to nobody."));
        assert_eq!(sign_in(None).as_deref(), Some("sr-Latn"), "an app that tells none changes none");
        expect::<CodeSent>(200, code("en"));
        assert_eq!(sign_in(Some("en")).as_deref(), Some("en"));
        refused("bad_request", &code("srpski jezik"));
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
    fn each_code_of_a_number_waits_longer_than_the_one_before_and_one_is_good_all_the_time(world) {
        let mut wait = 30;
        for _ in 0..8 {
            let sent: CodeSent = expect(200, world.ask_code(PHONE));
            assert_eq!(sent.resend_at, world.now() + TimeDelta::seconds(wait));
            assert_eq!(sent.expires_at, world.now() + TimeDelta::seconds(wait.max(300)));
            world.pass_seconds(wait - 1);
            let refusal = world.ask_code(PHONE);
            let params = refused("code_sent_already", &refusal);
            assert_eq!((&params["retry_after_seconds"], &params["digits"]), (&2.into(), &6.into()));
            assert_eq!(params["expires_at"], sent.expires_at.format("%Y-%m-%dT%H:%M:%SZ").to_string());
            assert_eq!(refusal.get("retry-after"), Some("2"));
            world.pass_seconds(1);
            wait = (wait * 2).min(15 * 60);
        }
        // Whoever has the phone signs in with the newest one, and needs not wait any more.
        world.pass_seconds(-1);
        expect::<Session>(201, world.try_code(PHONE, &world.code(PHONE)));
        let sent: CodeSent = expect(200, world.ask_code(PHONE));
        assert_eq!(sent.resend_at, world.now() + TimeDelta::seconds(30));
    }

    #[test]
    fn strangers_who_ask_for_codes_of_a_number_lock_nobody_out_of_it(world) {
        // From many networks, as often as they may, for two hours.
        let end = world.now() + TimeDelta::hours(2);
        let mut messages = 0;
        for second in (0..).step_by(5) {
            if world.now() >= end {
                break;
            }
            let answer = ask_from(world, &format!("198.51.{}.7", second / 5 % 200), PHONE);
            messages += usize::from(answer.status == 200);
            world.pass_seconds(5);
        }
        assert!((10..=14).contains(&messages), "{messages}");
        // At any moment the newest code signs its owner in, who never asked for one.
        expect::<Session>(201, try_from(world, "203.0.113.9", PHONE, &world.code(PHONE)));
    }

    #[test]
    fn wrong_codes_of_one_network_lock_neither_other_numbers_nor_the_one_who_asked(world) {
        let (attacker, home, other) = ("198.51.100.1", "203.0.113.9", "+381650000000");
        for number in [PHONE, other] {
            expect::<CodeSent>(200, ask_from(world, home, number));
        }
        let (code, code_of_other) = (world.code(PHONE), world.code(other));
        let wrong = if code == "000000" { "000001" } else { "000000" };
        // An attacker's tries are his own.
        for left in (0..5).rev() {
            assert_eq!(refused("code_wrong", &try_from(world, attacker, PHONE, wrong))["tries_left"], left);
        }
        for address in [attacker, "198.51.100.77"] {
            refused("code_tries_exhausted", &try_from(world, address, PHONE, &code));
        }
        // Nor do many networks guess for long: thirty wrong codes of others are all.
        for network in 0..5 {
            for _ in 0..5 {
                refused("code_wrong", &try_from(world, &format!("192.0.{network}.1"), PHONE, wrong));
            }
        }
        refused("code_tries_exhausted", &try_from(world, "192.0.99.1", PHONE, &code));
        // The network that asked for the code still has all of its tries, and other numbers theirs.
        assert_eq!(refused("code_wrong", &try_from(world, home, PHONE, wrong))["tries_left"], 4);
        expect::<Session>(201, try_from(world, home, PHONE, &code));
        expect::<Session>(201, try_from(world, attacker, other, &code_of_other));
    }

    #[test]
    fn a_right_code_is_taken_however_many_wrong_ones_its_network_tried(world) {
        let address = "198.51.100.1";
        for number in 0..20 {
            let phone = format!("+38164{number:07}");
            expect::<CodeSent>(200, ask_from(world, address, &phone));
            let wrong = if world.code(&phone) == "000000" { "000001" } else { "000000" };
            for _ in 0..5 {
                refused("code_wrong", &try_from(world, address, &phone, wrong));
            }
        }
        // 120 in a minute: the network is slowed for new codes.
        world.pass_seconds(5);
        let params = refused("too_many_requests", &ask_from(world, "198.51.100.2", PHONE));
        assert_eq!(params["retry_after_seconds"], 16);
        expect::<CodeSent>(200, ask_from(world, "198.51.101.1", PHONE));
        expect::<Session>(201, try_from(world, address, PHONE, &world.code(PHONE)));
        world.pass_seconds(16);
        expect::<CodeSent>(200, ask_from(world, address, "+381650000000"));
    }

    #[test]
    fn a_network_that_asks_for_many_codes_is_slowed_and_never_shut_out(world) {
        let mut asked = 0;
        let mut ask = |address: &str| {
            asked += 1;
            ask_from(world, address, &format!("+38164{asked:07}"))
        };
        for address in 0..120 {
            expect::<CodeSent>(200, ask(&format!("198.51.100.{address}")));
        }
        refused("too_many_requests", &ask("198.51.100.200"));
        expect::<CodeSent>(200, ask("198.51.101.200"));
        for _ in 0..3 {
            world.pass_seconds(20);
            expect::<CodeSent>(200, ask("198.51.100.201"));
            refused("too_many_requests", &ask("198.51.100.201"));
        }
        // A household of IPv6 is one, its neighbours are others.
        for address in 0..120 {
            expect::<CodeSent>(200, ask(&format!("2001:db8:1:1::{address:x}")));
        }
        refused("too_many_requests", &ask("2001:db8:1:1:ffff::1"));
        expect::<CodeSent>(200, ask("2001:db8:1:2::1"));
        refused("too_many_requests", &ask("::ffff:198.51.100.202"));
    }

    #[test]
    fn codes_are_sent_to_numbers_of_the_countries_that_the_operator_names(world) {
        for typed in ["+387 61 123 456", "+88 165 123 4567", "+870 772 345 678", "+1 202 555 0123"] {
            let refusal = world.ask_code(typed);
            assert_eq!(refused("phone_country_not_served", &refusal)["countries"], "RS", "{typed}");
        }
        refused("phone_invalid", &world.ask_code("+381 900 123456"));
        let count = store::transact(&*world.store, |tx| tx.query("SELECT id FROM message", &[])).unwrap().len();
        assert_eq!(count, 0);
        let wider = || crate::world::operator(crate::world::config());
        let named = wider().texting(&["rs".into(), "BA".into(), "ME".into()]).unwrap();
        let world = crate::world::World::around(std::sync::Arc::new(named), std::sync::Arc::clone(&world.store));
        expect::<CodeSent>(200, world.ask_code("+387 61 123 456"));
        assert_eq!(refused("phone_country_not_served", &world.ask_code("+1 202 555 0123"))["countries"], "RS, BA, ME");
        for (wrong, named) in [(vec![], "at least one"), (vec!["Serbia".to_owned()], "`SERBIA`"), (vec!["001".to_owned()], "`001`")] {
            let error = wider().texting(&wrong).err().unwrap();
            assert!(error.contains(named), "{error}");
        }
    }

    #[test]
    fn a_number_that_is_none_is_refused_with_one_that_would_be_pq_48(world) {
        for typed in ["+", "+3816412345678901", "+38164x234567", "", "+0641234567", "64", "+381641234567 ext. 5", "4915123456789"] {
            let params = refused("phone_invalid", &world.ask_code(typed));
            assert_eq!(params["example"], "+381601234567", "{typed}");
            refused("phone_invalid", &world.try_code(typed, "123456"));
        }
        expect::<CodeSent>(200, world.ask_code("+381 64/123-45-67"));
        assert_eq!(world.code(PHONE).len(), 6);
    }

    #[test]
    fn a_number_is_one_person_however_it_is_typed_pq_48(world) {
        let driver = world.driver(PHONE);
        for (at, typed) in ["+381 (0)64 123 4567", "064 123 4567", "00381 64 1234567", "\u{202a}+381\u{a0}64\u{a0}123\u{a0}4567"].iter().enumerate() {
            world.pass(1);
            expect::<CodeSent>(200, world.ask_code(typed));
            let code = world.code(PHONE);
            // Asked for in one form, used in another.
            let session: Session = expect(201, world.try_code(["0641234567", PHONE][at % 2], &code));
            assert_eq!(session.account, driver.account, "{typed}");
        }
        assert_eq!(driver.account().phone_masked, "+381******567");
        let stored = store::transact(&*world.store, |tx| tx.query("SELECT phone FROM person WHERE phone IS NOT NULL", &[])).unwrap();
        assert_eq!((stored.len(), stored[0].get::<String>("phone").unwrap().as_str()), (1, PHONE));
    }

    #[test]
    fn white_space_in_a_code_is_nothing_bk_17(world) {
        let spaced = |code: &str| code.chars().map(|digit| format!("{digit} ")).collect::<String>();
        let ways: [fn(&str, &str) -> String; 3] = [
            |first, second| format!("{first} {second}"),
            |first, second| format!(" {first}\u{a0}{second}\n"),
            |first, second| format!("\u{202a}{first}-\u{2013}{second}\u{202c}"),
        ];
        let typed = |code: &str| ways.map(|way| way(&code[..3], &code[3..]));
        for way in 0..4 {
            world.pass(1);
            world.ask_code(PHONE);
            let code = world.code(PHONE);
            let typed = typed(&code).get(way).cloned().unwrap_or_else(|| spaced(&code));
            expect::<Session>(201, world.try_code(PHONE, &typed));
        }
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
        let found: Vec<String> = rows.iter().map(|row| row.get("hash").unwrap()).collect();
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
        let controller = world.controller("zeleni-venac");
        refused("forbidden", &world.send(&Request::new("GET", "/v1/tickets").bearer(&controller.token)));
    }

    #[test]
    fn the_scheme_of_a_token_is_read_in_any_case(world) {
        let driver = world.driver(PHONE);
        for scheme in ["bearer", "BEARER", "Bearer "] {
            let request = Request::new("GET", "/v1/account").header("authorization", &format!("{scheme} {}", driver.token));
            assert_eq!(world.send(&request).status, 200, "{scheme}");
        }
        let refusal = world.send(&Request::new("GET", "/v1/account").header("authorization", &format!("Basic {}", driver.token)));
        refused("unauthorized", &refusal);
        assert_eq!(refusal.get("www-authenticate"), Some("Bearer"));
        // Nothing of a person stays in a cache between.
        let account = world.send(&Request::new("GET", "/v1/account").bearer(&driver.token));
        assert_eq!([&refusal, &account].map(|answer| answer.get("cache-control")), [Some("no-store"); 2]);
        assert_eq!(world.send(&Request::new("GET", "/v1/keys")).get("cache-control"), Some("max-age=60"));
    }

    #[test]
    fn times_are_told_in_milliseconds(world) {
        world.set("2025-09-03T08:00:00.123456789Z");
        let clock: serde_json::Value = expect(200, world.send(&Request::new("GET", "/v1/clock")));
        assert_eq!(clock["now"], "2025-09-03T08:00:00.123Z");
        let inspector = world.inspector();
        let check: serde_json::Value =
            expect(200, inspector.get("/v1/inspector/check?city=belgrade&plate=BG789PP&zone=red"));
        assert_eq!(check["checked_at"], "2025-09-03T08:00:00.123Z");
    }

    #[test]
    fn every_answer_has_a_request_id_of_its_own_and_a_refusal_names_it(world) {
        let ids: Vec<String> = ["/v1/clock", "/v1/clock", "/v1/nothing", "/v1/account"]
            .iter()
            .map(|path| {
                let response = world.send(&Request::new("GET", path));
                let id = response.get("mesto-request-id").unwrap().to_owned();
                if let Some(problem) = response.refusal() {
                    assert_eq!(problem.instance, Some(format!("urn:mesto:request:{id}")));
                }
                id
            })
            .collect();
        assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), ids.len(), "{ids:?}");
        // A refusal that is told again is the same, byte for byte; it names the request that was
        // refused.
        let driver = world.driver(PHONE);
        let key = world.key();
        let asked = PurchaseRequest { return_url: None, ..driver.purchase(&driver.top_up_quote("200.00")) };
        let (first, again) = (driver.act("/v1/purchases", &key, &asked), driver.act("/v1/purchases", &key, &asked));
        refused("bad_request", &first);
        assert_eq!(first.body, again.body);
        assert_ne!(first.get("mesto-request-id"), again.get("mesto-request-id"));
        assert!(again.refusal().unwrap().instance.unwrap().ends_with(first.get("mesto-request-id").unwrap()));
    }

    #[test]
    fn a_request_keeps_the_id_that_it_came_with_and_what_is_no_id_is_passed_over(world) {
        let ask = |id: &str| {
            let response = world.send(&Request::new("GET", "/v1/account").header("mesto-request-id", id));
            let told = response.get("mesto-request-id").unwrap().to_owned();
            assert_eq!(response.refusal().unwrap().instance, Some(format!("urn:mesto:request:{told}")));
            told
        };
        let own = "rq_01k479dz00n5kdw32ddp393erk";
        assert_eq!(ask(own), own);
        for wrong in ["", "rq_", "tk_01k479dz00n5kdw32ddp393erk", "RQ_01K479DZ00N5KDW32DDP393ERK", "rq_91k479dz00n5kdw32ddp393erk", "x\ny", "BG 789-PP"] {
            let told = ask(wrong);
            assert!(told.starts_with("rq_") && told.len() == own.len() && told != wrong, "{wrong}: {told}");
        }
    }

    #[test]
    fn every_answer_carries_the_clock_and_unknown_addresses_say_what_there_is(world) {
        let found = world.send(&Request::new("GET", "/v1/clock"));
        assert_eq!(found.get("mesto-time"), Some(world.now().timestamp_millis().to_string().as_str()));
        let lost = world.send(&Request::new("GET", "/v1/nothing"));
        refused("not_found", &lost);
        assert!(lost.get("mesto-time").is_some());
        let wrong = world.send(&Request::new("DELETE", "/v1/quotes"));
        assert_eq!((refused("method_not_allowed", &wrong)["allowed"].clone(), wrong.get("allow")), (json!(["POST"]), Some("POST")));
        let wrong = world.send(&Request::new("POST", "/v1/tickets/tk_1"));
        assert_eq!((refused("method_not_allowed", &wrong)["allowed"].clone(), wrong.get("allow")), (json!(["GET", "HEAD"]), Some("GET, HEAD")));
        let mut large = Request::new("POST", "/v1/auth/code");
        large.body = vec![b' '; 64 * 1024 + 1];
        refused("body_too_large", &world.send(&large));
        let code = || Request::new("POST", "/v1/auth/code").json(&json!({"phone": PHONE}));
        for other in ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=utf-16"] {
            let answer = world.send(&code().header("content-type", other));
            assert_eq!(refused("content_type_unsupported", &answer)["accepted"], "application/json");
            assert_eq!(answer.status, 415);
        }
        // What takes no body does not care; and a body that does not say is JSON.
        assert_eq!(world.send(&Request::new("GET", "/v1/clock").header("content-type", "text/plain")).status, 200);
        assert_eq!(world.send(&code().header("content-type", "application/json; charset=utf-8")).status, 200);
        let mut garbage = Request::new("POST", "/v1/auth/code");
        garbage.body = b"{\"phone\": 7".to_vec();
        refused("bad_request", &world.send(&garbage));
    }
}
