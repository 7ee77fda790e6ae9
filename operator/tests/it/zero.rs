//! A text with U+0000 is refused, wherever it stands, the same on both databases: Postgres takes
//! none.

use std::collections::BTreeSet;

use mesto_operator::payments::sign;
use mesto_operator::{Request, Response};
use mesto_protocol::headers;
use mesto_protocol::kernel::operation::{Access, Content};
use mesto_protocol::services::operations;
use serde_json::{Value, json};

use crate::world::{SECRET, approval, refused, signed_notice};

/// Every text of a document, by its pointer.
fn texts(value: &Value, at: String) -> Vec<String> {
    match value {
        Value::String(_) => vec![at],
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(place, item)| texts(item, format!("{at}/{place}"))).collect()
        }
        Value::Object(fields) => fields.iter().flat_map(|(name, item)| texts(item, format!("{at}/{name}"))).collect(),
        _ => Vec::new(),
    }
}

/// Bodies that would be taken, or refused for another reason, of every operation that has one.
fn bodies(vehicle: &str) -> Vec<(&'static str, Value)> {
    let now = "2025-09-03T08:00:00Z";
    let parking = json!({"zone": "red", "vehicle": vehicle, "extends": "tk_01k479dz00qgg4pqj408q8qgak", "minutes": 60});
    let money = json!({"amount": "200.00", "currency": "RSD"});
    let quote = |service: &str, subject: Value| json!({"city": "belgrade", "items": [{"service": service, "subject": subject}], "pay": "deposit", "payer": "ac_01k479dz00qgg4pqj408q8qgak"});
    let event = json!({"at": now, "ticket": "GR004217", "kind": "entered", "amount": money});
    let (control, shift) = ("ct_01k479dz00qgg4pqj408q8qgak", "sh_01k479dz00qgg4pqj408q8qgak");
    vec![
        ("/v1/auth/code", json!({"phone": "+381641234567", "language": "sr-Latn"})),
        (
            "/v1/auth/session",
            json!({"phone": "+381641234567", "code": "123456", "device": "phone", "device_key": "key", "language": "en"}),
        ),
        ("/v1/vehicles", json!({"city": "belgrade", "plate": "BG789PP", "label": "car"})),
        ("/v1/quotes", quote("parking", parking)),
        ("/v1/quotes", quote("wallet", json!({"amount": money}))),
        ("/v1/quotes", quote("orders", json!({"order": "or_01k479dz00qgg4pqj408q8qgak"}))),
        ("/v1/quotes", quote("garages", json!({"facility": "zeleni-venac", "ticket": "GR004217"}))),
        (
            "/v1/purchases",
            json!({"quote": "qt_01k479dz00qgg4pqj408q8qgak", "not_after": now, "return_url": "mesto://back"}),
        ),
        ("/v1/orders/slips", json!({"number": "K7QM-2F9X"})),
        (
            "/v1/inspector/orders",
            json!({"city": "belgrade", "plate": "BG789PP", "zone": "red", "violation": "no_ticket", "location": "here"}),
        ),
        (
            "/v1/garages/reports",
            json!({"city": "belgrade", "facility": "zeleni-venac", "sent_at": now, "events": [event]}),
        ),
        ("/v1/garages/exits", json!({"city": "belgrade", "facility": "zeleni-venac", "ticket": "GR004217", "at": now})),
        ("/v1/quotes", quote("rides", json!({"scanned": "https://qr.avtobys.kz/belgrade/v/K7M2P9QD", "persons": 1}))),
        ("/v1/quotes", quote("rides", json!({"vehicle": "1204", "persons": 1}))),
        (
            "/v1/quotes",
            quote(
                "rides",
                json!({"vehicle": "1204", "persons": 2, "companions": [{"category": "child", "persons": 1}]}),
            ),
        ),
        ("/v1/quotes", quote("passes", json!({"product": "month", "first_on": "2025-09-10"}))),
        ("/v1/passes/refunds", json!({"pass": "ps_01k479dz00qgg4pqj408q8qgak"})),
        (
            "/v1/passes/benefits",
            json!({"city": "belgrade", "account": "ac_01k479dz00qgg4pqj408q8qgak", "category": "student", "until_on": "2026-06-30", "evidence": "7/2025"}),
        ),
        ("/v1/passes/benefits/revoked", json!({"benefit": "bn_01k479dz00qgg4pqj408q8qgak", "reason": "a mistake"})),
        ("/v1/rides/disputes", json!({"ride": "rd_01k479dz00qgg4pqj408q8qgak", "reason": "wrong"})),
        (
            "/v1/transit/vehicles",
            json!({"city": "belgrade", "vehicles": [{"board": "1204", "plate": "BG900AA", "carrier": "green-bus", "is_in_service": true}]}),
        ),
        (
            "/v1/transit/trips",
            json!({"city": "belgrade", "trips": [{"vehicle": "1204", "route": "92", "direction": 0, "starts_at": now, "ends_at": now, "service_on": "2025-09-03"}]}),
        ),
        ("/v1/transit/signs", json!({"city": "belgrade", "vehicle": "1204", "others_end_at": now})),
        ("/v1/transit/terminals", json!({"city": "belgrade", "vehicle": "1204", "key": "key"})),
        ("/v1/quotes", quote("cards", json!({"card": "cd_01k479dz00qgg4pqj408q8qgak", "amount": money}))),
        ("/v1/cards/links", json!({"city": "belgrade", "number": "9643100000000017", "code": "K7M2P9QD"})),
        (
            "/v1/cards/reports",
            json!({"card": "cd_01k479dz00qgg4pqj408q8qgak", "trouble": "lost", "note": "in the bus"}),
        ),
        (
            "/v1/transit/cards",
            json!({"city": "belgrade", "cards": [{"number": "9643100000000017", "code": "K7M2P9QD", "kind": "standard", "issued_on": "2025-01-15"}]}),
        ),
        (
            "/v1/transit/cards/held",
            json!({"city": "belgrade", "held": [{"top_up": "tu_01k479dz00qgg4pqj408q8qgak", "held_at": now}]}),
        ),
        ("/v1/transit/card-office/confirmed", json!({"city": "belgrade", "number": "9643100000000017"})),
        (
            "/v1/transit/card-office/blocked",
            json!({"city": "belgrade", "number": "9643100000000017", "blocked_for": "lost"}),
        ),
        (
            "/v1/transit/card-office/replaced",
            json!({"city": "belgrade", "number": "9643100000000017", "replacement": "9643100000000025", "replacement_code": "K7M2P9QD"}),
        ),
        (
            "/v1/control/begun",
            json!({"id": control, "shift": shift, "city": "belgrade", "vehicle": "1204", "begun_at": now}),
        ),
        ("/v1/control/ended", json!({"id": control, "ended_at": now})),
        (
            "/v1/control/reports",
            json!({
                "city": "belgrade", "sent_at": now, "shift": {"id": shift, "begun_at": now},
                "controls": [{"id": control, "vehicle": "1204", "begun_at": now}],
                "checks": [{"id": "rk_01k479dz00qgg4pqj408q8qgak", "control": control, "at": now, "kind": "app", "answer": "registered"}],
            }),
        ),
        (
            "/v1/control/registrations",
            json!({
                "city": "belgrade", "complete": [{"vehicle": "1204", "told_until": now}],
                "registrations": [{"kind": "paper", "code": "96430001", "channel": "cash", "vehicle": "1204", "persons": 1, "registered_at": now, "amount": {"amount": "50.00", "currency": "RSD"}, "category": "pensioner"}],
            }),
        ),
        (
            "/v1/notices",
            json!({"kind": "news", "city": "belgrade", "services": ["rides"], "title": {"sr-Latn": "Vest", "en": "News"}, "body": {"sr-Latn": "Vest", "en": "News"}}),
        ),
        ("/v1/notices/withdrawn", json!({"notice": "nt_01k479dz00qgg4pqj408q8qgak"})),
        ("/v1/account/terms", json!({"city": "belgrade", "id": "mobile-application", "version": "1856/1"})),
        (
            "/v1/reports",
            json!({"city": "belgrade", "kind": "failure", "text": "text", "vehicle": "1204", "ride": "rd_01k479dz00qgg4pqj408q8qgak"}),
        ),
    ]
}

fn is_refused(name: &str, answer: &Response) {
    let params = refused("bad_request", answer);
    assert!(params.contains_key("field"), "{name}: {params:?}");
}

// Row 20 of the first trial.
on_both_databases! {
    #[test]
    fn a_text_with_u_0000_is_refused_in_every_field_of_every_operation(world) {
        let (driver, vehicle) = world.driver_with("+381641234567", "BG111AA", &["1000.00"]);
        let (inspector, garage) = (world.inspector(), world.controller("zeleni-venac"));
        let dispatcher = world.dispatcher();
        let controller = world.ride_controller("Daniyar");
        let editor = world.notice_editor();
        let (card_clerk, benefit_clerk) = (world.card_clerk(), world.benefit_clerk());
        let mut tried = BTreeSet::new();
        for (path, body) in bodies(&vehicle.to_string()) {
            tried.insert(path);
            let token = match path {
                path if path.starts_with("/v1/inspector") => &inspector.token,
                path if path.starts_with("/v1/garages") => &garage.token,
                "/v1/control/registrations" => &dispatcher.token,
                path if path.starts_with("/v1/transit/card-office") => &card_clerk.token,
                path if path.starts_with("/v1/transit") => &dispatcher.token,
                path if path.starts_with("/v1/passes/benefits") => &benefit_clerk.token,
                path if path.starts_with("/v1/control") => &controller.token,
                path if path.starts_with("/v1/notices") => &editor.token,
                _ => &driver.token,
            };
            let send = |body: &Value| world.send(&Request::new("POST", path).bearer(token).key(&world.key()).json(body));
            let places = texts(&body, String::new());
            assert!(!places.is_empty());
            for place in places {
                for wrong in ["\0", "a\0b"] {
                    let mut body = body.clone();
                    *body.pointer_mut(&place).unwrap() = wrong.into();
                    is_refused(&format!("{path} {place}"), &send(&body));
                }
            }
            let mut named = body.clone();
            named["na\0me"] = 1.into();
            is_refused(path, &send(&named));
        }
        // A backslash before a text is not a zero.
        let label = json!({"city": "belgrade", "plate": "BG789PP", "label": "\\u0000"});
        assert_eq!(driver.post("/v1/vehicles", &label).status, 201);
        let with_body: BTreeSet<&str> = operations()
            .filter(|operation| matches!(operation.body, Content::Json(_)) && operation.access != Access::Provider)
            .map(|operation| operation.path)
            .collect();
        assert_eq!(tried, with_body, "every operation that has a body is tried");
        world.check_books();
    }

    #[test]
    fn a_value_with_u_0000_in_a_query_a_path_or_a_notice_is_refused(world) {
        let driver = world.driver("+381641234567");
        let (inspector, garage) = (world.inspector(), world.controller("zeleni-venac"));
        for operation in operations() {
            for token in [&driver.token, &inspector.token, &garage.token] {
                let ask = |target: &str| {
                    Request::new(operation.method.as_str(), target).bearer(token).key(&world.key())
                };
                for asked in operation.query {
                    let values = operation.query.iter().map(|query| match query.name == asked.name {
                        true => format!("{}=a%00", query.name),
                        false => format!("{}=belgrade", query.name),
                    });
                    let target = format!("{}?{}", operation.path, values.collect::<Vec<_>>().join("&"));
                    let answer = world.operator.handle(&*world.store, world.now(), &ask(&target));
                    assert!((400..500).contains(&answer.status), "{target}: {answer:?}");
                }
                if operation.path.contains('{') {
                    let parts = operation.path.split('/').map(|part| if part.starts_with('{') { "a%00" } else { part });
                    let target = parts.collect::<Vec<_>>().join("/");
                    let answer = world.operator.handle(&*world.store, world.now(), &ask(&target));
                    assert!((400..500).contains(&answer.status), "{target}: {answer:?}");
                }
            }
        }
        let payment = driver.top_up("200.00");
        for field in ["payment", "reference", "reason"] {
            let mut notice = serde_json::to_value(approval(&payment, "pay-1")).unwrap();
            notice[field] = "a\0b".into();
            let mut request = signed_notice(&approval(&payment, "pay-1"));
            request.body = serde_json::to_vec(&notice).unwrap();
            request.headers.retain(|(name, _)| name != headers::SIGNATURE);
            let signature = sign(SECRET, &request.body);
            refused("notice_invalid", &world.send(&request.header(headers::SIGNATURE, &signature)));
        }
        let phone = Request::new("GET", "/v1/account").bearer("to\0ken");
        refused("unauthorized", &world.send(&phone));
        world.check_books();
    }
}
