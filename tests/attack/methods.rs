//! Every path by every method, and paths that want to be others.

use std::collections::{BTreeMap, BTreeSet};

use mesto_operator::Request;
use mesto_protocol::kernel::operation::Entry;
use mesto_protocol::services::operations;

use crate::answers::{May, answers};
use crate::scene::Scene;
use crate::served::{Served, heard, name};

const METHODS: [&str; 12] =
    ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "BREW", "get", "DEBUG"];

on_both_databases! {
    #[test]
    fn a_path_takes_its_own_methods_and_says_which(served) {
        let scene = Scene::new(served);
        let mut paths: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for operation in operations() {
            let methods = paths.entry(operation.path).or_default();
            methods.insert(operation.method.as_str());
            if operation.method == mesto_protocol::Method::Get {
                methods.insert("HEAD");
            }
        }
        for (path, own) in paths {
            let target = path.replace("{city}", "belgrade").replace("{provider}", "bank");
            let target = target.replace("{session}", &scene.b.things.session).replace("{key}", &scene.b.things.key);
            for method in METHODS.iter().filter(|method| !own.contains(*method)) {
                for token in [None, Some(&scene.a.token)] {
                    let mut request = Request::new(method, &target);
                    if let Some(token) = token {
                        request = request.bearer(token);
                    }
                    let answer = served.send(&request);
                    assert_eq!(answer.status, 405, "{method} {target}");
                    let allowed: BTreeSet<&str> = answer.get("allow").unwrap().split(", ").collect();
                    assert_eq!(allowed, own, "{method} {target}");
                    // Nothing of what was sent comes back, as TRACE would have it.
                    assert!(!String::from_utf8_lossy(&answer.body).contains(&scene.a.token), "{method} {target}");
                }
            }
        }
    }

    #[test]
    fn an_answer_about_a_person_stays_in_no_cache(served) {
        let scene = Scene::new(served);
        let mut asked = 0;
        for answer in answers().iter().filter(|answer| answer.may != May::Anybody && !answer.ends()) {
            let ask = answer.right(&scene, &scene.a.things);
            let answered = served.ask_of(answer.operation, &ask.request(answer.operation, answer.token(&scene), &scene.key()));
            assert_eq!(answered.status, answer.operation.status, "{}", name(answer.operation));
            assert_eq!(answered.get("cache-control"), Some("no-store"), "{}", name(answer.operation));
            asked += 1;
        }
        assert!(asked > 15, "{asked}");
    }

    #[test]
    fn no_page_of_another_site_may_read_or_send_with_a_persons_browser(served) {
        let scene = Scene::new(served);
        for path in ["/v1/account", "/v1/purchases", "/v1/cities/belgrade"] {
            for method in ["OPTIONS", "GET"] {
                let request = Request::new(method, path).bearer(&scene.a.token)
                    .header("origin", "https://evil.example").header("access-control-request-method", "POST");
                let answer = served.send(&request);
                assert_eq!(answer.get("access-control-allow-origin"), None, "{method} {path}");
                assert_eq!(answer.get("set-cookie"), None, "{method} {path}");
            }
        }
    }
}

/// Addresses that mean a path of the table to somebody in between, or to nobody.
const STRANGE: [&str; 16] = [
    "/v1/account/",
    "//v1/account",
    "/v1//account",
    "/v1/./account",
    "/v1/x/../account",
    "/v1/%2e%2e/v1/account",
    "/V1/account",
    "/v1/account%00",
    "/v1/account%2f",
    "/v1/account;x=1",
    "/v1/tickets/%00",
    "/v1/tickets/%ff",
    "/v1/tickets/%",
    "/v1/tickets/a%0d%0aset-cookie:%20x=1",
    "/v1/cities/..%2f..%2fetc%2fpasswd",
    "/v1/cities/%E2%80%AE",
];

/// The status and head of a request line as it stands.
fn raw(served: &Served, line: &str, token: &str) -> String {
    use std::io::Write as _;
    let mut stream = std::net::TcpStream::connect(served.address).unwrap();
    stream.set_read_timeout(Some(crate::served::LONG)).unwrap();
    let head = format!("{line}\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {token}\r\n\r\n");
    // What is no request may be cut off before it is all said.
    let _ = stream.write_all(head.as_bytes());
    heard(&mut stream)
}

#[test]
fn an_address_is_the_one_of_the_table_or_nothing() {
    let served = &Served::sqlite();
    let scene = Scene::new(served);
    for path in STRANGE {
        let answer = raw(served, &format!("GET {path} HTTP/1.1"), &scene.a.token);
        assert!(answer.starts_with("HTTP/1.1 404") || answer.starts_with("HTTP/1.1 400"), "{path}: {answer:.200}");
        assert!(!answer.to_lowercase().contains("\r\nset-cookie"), "{path}: {answer:.200}");
    }
    for line in [
        "CONNECT evil.example:443 HTTP/1.1",
        "GET /v1/clock HTTP/9.9",
        "GET  /v1/clock HTTP/1.1",
        "\0",
        "GET /v1/clock",
    ] {
        let answer = raw(served, line, &scene.a.token);
        if answer.is_empty() {
            continue;
        }
        assert!(
            ["HTTP/1.1 400", "HTTP/1.1 404", "HTTP/1.1 405", "HTTP/1.1 505"]
                .iter()
                .any(|status| answer.starts_with(status)),
            "{line}: {answer:.200}"
        );
    }
    let whole: [&Entry; 1] = [&mesto_protocol::base::public::CLOCK];
    assert!(
        raw(served, &format!("GET http://operator.example{} HTTP/1.1", whole[0].path), "").starts_with("HTTP/1.1 200")
    );
}

/// Two lengths, or a length beside chunks, is how one request is smuggled behind another.
#[test]
fn a_request_with_two_lengths_is_none() {
    use std::io::Write as _;
    let served = &Served::sqlite();
    for heads in [
        "content-length: 5\r\ncontent-length: 6\r\n",
        "content-length: 5\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n",
        "transfer-encoding: xchunked\r\n",
        "content-length: +5\r\n",
        "content-length: 18446744073709551616\r\n",
        "content-length : 5\r\n",
        " folded: x\r\n",
    ] {
        let mut stream = std::net::TcpStream::connect(served.address).unwrap();
        stream.set_read_timeout(Some(crate::served::LONG)).unwrap();
        let body = "0\r\n\r\nGET /v1/keys HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
        write!(stream, "POST /v1/auth/code HTTP/1.1\r\nhost: x\r\n{heads}\r\n{body}").unwrap();
        let answer = heard(&mut stream);
        let smuggled = answer.matches("HTTP/1.1 200").count();
        assert_eq!(smuggled, 0, "{heads:?}: {answer:.400}");
        assert!(answer.starts_with("HTTP/1.1 4") || answer.is_empty(), "{heads:?}: {answer:.200}");
    }
}
