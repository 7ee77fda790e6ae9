//! The key of an action, used again: by another account, for another body, on another route.

use mesto_operator::RoleGiven;
use mesto_protocol::base::payments;
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::orders::inspectors;
use mesto_protocol::services::operations;
use serde_json::{Value, json};

use crate::answers::answers;
use crate::scene::{Ask, Scene};
use crate::served::name;

on_both_databases! {
    #[test]
    fn a_key_is_one_accounts_one_bodys_and_one_routes(served) {
        let scene = Scene::new(served);
        // Both may everything that is an action.
        for person in [&scene.a, &scene.b] {
            let role = RoleGiven::everywhere(Role::Inspector);
            served.operator.give_role(&*served.store, served.now(), &person.things.account, &role).unwrap();
        }
        let actions: Vec<_> = answers().into_iter().filter(|answer| answer.operation.is_action).collect();
        assert_eq!(actions.len(), operations().filter(|operation| operation.is_action).count());
        for (place, action) in actions.iter().enumerate() {
            let key = scene.key();
            let ask = action.right(&scene, &scene.a.things);
            let request = ask.request(action.operation, Some(&scene.a.token), &key);
            let first = served.ask_of(action.operation, &request);
            assert_eq!(first.status, action.operation.status, "{}", name(action.operation));
            for _ in 0..3 {
                assert_eq!(served.ask_of(action.operation, &request).body, first.body, "{}", name(action.operation));
            }
            // Another account's key of the same letters is another key.
            let own = action.right(&scene, &scene.b.things).request(action.operation, Some(&scene.b.token), &key);
            let others = served.ask_of(action.operation, &own);
            assert_eq!(others.status, action.operation.status, "{}: {:?}", name(action.operation), others.refusal());
            assert_ne!(others.body, first.body, "{}", name(action.operation));
            for secret in scene.a.things.secrets() {
                assert!(!String::from_utf8_lossy(&others.body).contains(secret), "{}", name(action.operation));
            }
            // Another body is another request.
            let mut changed = ask.clone();
            changed.body.as_mut().unwrap()["field_of_2030"] = json!(true);
            let again = served.ask_of(action.operation, &changed.request(action.operation, Some(&scene.a.token), &key));
            let code = again.refusal().map(|problem| problem.code);
            assert_eq!(code.as_deref(), Some("idempotency_key_reused"), "{}", name(action.operation));
            // On another route the letters are another key: nothing of the first comes back there.
            let elsewhere = &actions[(place + 1) % actions.len()];
            assert!(actions.len() > 1, "with one action there is no other route");
            let strange = served.ask_of(elsewhere.operation, &ask.request(elsewhere.operation, Some(&scene.a.token), &key));
            assert_eq!(strange.status, 400, "{}", name(elsewhere.operation));
            assert_eq!(served.ask_of(action.operation, &request).body, first.body, "{}", name(action.operation));
        }
        served.check();
    }

    #[test]
    fn a_key_that_is_none_is_refused_and_does_nothing(served) {
        let scene = Scene::new(served);
        let tickets = "SELECT COUNT(*) AS number FROM ticket";
        let before = served.number(tickets);
        for key in ["", "short", "with space in the key", "ключ-ключ-ключ-ключ", "a\"b-quoted-key-of-mine", &"k".repeat(65), "../../../../etc/passwd"] {
            let ask = Ask::body(json!({"quote": scene.a.things.quote, "not_after": "2099-01-01T00:00:00Z"}));
            let answer = served.ask_of(&payments::PURCHASE, &ask.request(&payments::PURCHASE, Some(&scene.a.token), key));
            assert_eq!(answer.status, 400, "{key}");
        }
        assert_eq!(served.number(tickets), before);
    }

    #[test]
    fn a_notice_of_the_bank_counts_with_its_signature_over_these_bytes_alone(served) {
        let scene = Scene::new(served);
        let answers = answers();
        let notice = answers.iter().find(|answer| answer.is(&payments::NOTICE)).unwrap();
        let right = notice.right(&scene, &scene.a.things).request(&payments::NOTICE, None, "");
        let deposits = "SELECT CAST(SUM(deposit) AS BIGINT) AS number FROM account";
        let before = served.number(deposits);
        let signature = right.get("mesto-signature").unwrap().to_owned();
        let mut altered = right.clone();
        altered.body = String::from_utf8(right.body.clone()).unwrap().replace("1000.00", "9000.00").into_bytes();
        let mut spaced = right.clone();
        spaced.body.push(b' ');
        let with = |value: &str| {
            let mut one = right.clone();
            one.headers.retain(|(name, _)| name != "mesto-signature");
            one.header("mesto-signature", value)
        };
        for request in [altered, spaced, with(""), with(&signature[..62]), with(&"0".repeat(64)), with(&format!("{signature}00")), with("\"\"")] {
            let answer = served.ask_of(&payments::NOTICE, &request);
            assert_eq!(answer.refusal().map(|problem| problem.code).as_deref(), Some("notice_invalid"), "{request:?}");
        }
        assert_eq!(served.number(deposits), before);
        for _ in 0..3 {
            assert_eq!(served.ask_of(&payments::NOTICE, &right).status, 204);
        }
        assert_eq!(served.number(deposits), before + 100_000);
        let refused: Value = served.ask_of(&inspectors::ISSUE, &Ask::body(json!({})).request(&inspectors::ISSUE, None, "")).read().unwrap();
        assert_eq!(refused["code"], "unauthorized");
        served.check();
    }
}
