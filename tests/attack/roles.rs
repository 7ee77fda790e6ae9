//! Everybody against every operation: who is not signed in, whose session ended, who has another
//! role, or the right one elsewhere.

use mesto_operator::Request;
use mesto_protocol::base::accounts;
use mesto_protocol::kernel::operation::Access;

use crate::answers::{Answer, May, answers};
use crate::scene::{Caller, Scene, Standing};
use crate::served::name;

/// What somebody is answered who sends what is right for another.
#[derive(Debug, PartialEq, Eq)]
enum Expected {
    /// Neither 401 nor 403.
    Served,
    Unauthorized,
    Forbidden,
    /// He has the permission, in another city or for another place.
    ForbiddenHere,
    NotAuthentic,
}

fn expected(answer: &Answer, caller: &Caller) -> Expected {
    let permission = match answer.operation.access {
        Access::Permitted(permission) => permission.as_str(),
        Access::Anybody | Access::SignedIn | Access::Provider => "",
    };
    match (answer.may, caller.standing) {
        (May::Anybody, _) => Expected::Served,
        (May::Bank, _) => Expected::NotAuthentic,
        (_, Standing::Closed) if answer.is(&accounts::CLOSE) => Expected::Served,
        (_, Standing::Nobody | Standing::Closed) => Expected::Unauthorized,
        (May::SignedIn, _)
        | (May::Person | May::Driver, Standing::Driver)
        | (May::Inspector, Standing::Inspector)
        | (May::Controller, Standing::Controller)
        | (May::Dispatcher | May::Terminal, Standing::Dispatcher)
        | (May::Terminal, Standing::Terminal)
        | (May::RideController, Standing::RideController)
        | (May::Partner, Standing::Partner)
        | (May::NoticeEditor, Standing::NoticeEditor)
        | (May::CardClerk, Standing::CardClerk)
        | (May::BenefitClerk, Standing::BenefitClerk) => Expected::Served,
        (_, Standing::Elsewhere(permissions)) if permissions.contains(&permission) => Expected::ForbiddenHere,
        (
            May::Person
            | May::Driver
            | May::Inspector
            | May::Controller
            | May::Dispatcher
            | May::Terminal
            | May::RideController
            | May::Partner
            | May::NoticeEditor
            | May::CardClerk
            | May::BenefitClerk,
            _,
        ) => Expected::Forbidden,
    }
}

on_both_databases! {
    #[test]
    fn nobody_is_served_whose_role_it_is_not(served) {
        let scene = Scene::new(served);
        let callers = scene.callers();
        for answer in answers() {
            for caller in &callers {
                let expected = expected(&answer, caller);
                let is_for_all = answer.may == May::Anybody;
                // Who may is heard in `owners`, where it is done.
                if expected == Expected::Served && !is_for_all && answer.ends() && caller.standing != Standing::Closed {
                    continue;
                }
                for asked in &answer.asked {
                    let ask = (asked.ask)(&scene, &scene.a.things);
                    let request = ask.request(answer.operation, caller.token.as_deref(), &scene.key());
                    let answered = served.ask_of(answer.operation, &request);
                    let who = format!("{} by {}: {}", name(answer.operation), caller.name, String::from_utf8_lossy(&answered.body));
                    let refusal = answered.refusal();
                    let code = refusal.as_ref().map(|problem| problem.code.clone()).unwrap_or_default();
                    let says_where = refusal.is_some_and(|problem| ["cities", "places"].iter().any(|name| problem.params.contains_key(*name)));
                    match expected {
                        Expected::Unauthorized => assert_eq!((answered.status, code.as_str()), (401, "unauthorized"), "{who}"),
                        Expected::Forbidden => assert_eq!((answered.status, code.as_str(), says_where), (403, "forbidden", false), "{who}"),
                        Expected::ForbiddenHere => assert_eq!((answered.status, code.as_str(), says_where), (403, "forbidden", true), "{who}"),
                        Expected::NotAuthentic => assert_eq!((answered.status, code.as_str()), (400, "notice_invalid"), "{who}"),
                        Expected::Served => assert!(![401, 403].contains(&answered.status), "{who}"),
                    }
                    if [401, 403].contains(&answered.status) {
                        for secret in scene.a.things.secrets() {
                            assert!(!who.contains(secret) || request.path.contains(secret), "{who}");
                        }
                    }
                }
            }
        }
        served.check();
    }

    #[test]
    fn a_token_counts_in_its_header_alone_and_as_a_bearers(served) {
        let scene = Scene::new(served);
        let token = &scene.a.token;
        let read = || Request::new("GET", accounts::READ.path);
        let mut refused = vec![
            Request::new("GET", &format!("{}?access_token={token}&token={token}", accounts::READ.path)),
            read().header("cookie", &format!("token={token}; Authorization=Bearer {token}")),
            read().header("x-authorization", &format!("Bearer {token}")),
            read().header("authorization", &format!("Basic {token}")),
            read().header("authorization", token),
            read().header("authorization", &format!("Bearer {}", token.to_uppercase())),
            read().header("authorization", &format!("Bearer {token}x")),
            read().header("authorization", &format!("Bearer {}", &token[..token.len() - 1])),
            read().header("authorization", "Bearer"),
            // Of two a proxy may have looked at the other one.
            read().bearer(token).bearer(&scene.b.token),
            read().header("x-forwarded-user", &scene.a.things.account),
            read().header("x-http-method-override", "DELETE"),
        ];
        refused.push(read().bearer("nonsense").header("x-forwarded-authorization", &format!("Bearer {token}")));
        for request in refused {
            assert_eq!(served.ask_of(&accounts::READ, &request).status, 401, "{:?}", request.headers);
        }
        assert_eq!(served.ask_of(&accounts::READ, &read().header("authorization", &format!("bearer {token}"))).status, 200);
    }

    #[test]
    fn a_role_that_ended_is_none_from_that_moment_on(served) {
        use mesto_protocol::kernel::grants::Role;
        let scene = Scene::new(served);
        let given = served.operator.give_role(&*served.store, served.now(), &scene.b.things.account,
            &mesto_operator::RoleGiven::everywhere(Role::Inspector)).unwrap();
        let check = || {
            let request = Request::new("GET", "/v1/inspector/check?city=belgrade&plate=NS123AB&zone=red").bearer(&scene.b.token);
            served.ask_of(&mesto_protocol::orders::inspectors::CHECK, &request).status
        };
        assert_eq!(check(), 200);
        served.operator.end_role(&*served.store, served.now(), &given.id.to_string()).unwrap();
        assert_eq!(check(), 403);
    }
}
