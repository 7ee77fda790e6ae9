//! What stands in front of the operator: static answers, streams that are woken by account, the end
//! of a stream, proxies, caps, metrics.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use mesto_operator::store::transact;
use mesto_operator::testing::PostgresCluster;
use mesto_operator::{FairShares, Front, PostgresStore, Share, values};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::http::{Server, in_time, next_event};
use crate::world::{World, start};

/// What anybody may ask and the operator knows by itself.
const STATIC: [&str; 5] = ["/v1/openapi.json", "/v1/clock", "/v1/keys", "/v1/cities/belgrade", "/v1/operator"];

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

/// A driver's token. He is written past the server, as another instance writes.
async fn driver(server: &Server, phone: &'static str) -> String {
    on_world(server, move |world| world.driver(phone).token).await
}

async fn on_world<T: Send + 'static>(server: &Server, work: impl FnOnce(&World) -> T + Send + 'static) -> T {
    let (operator, store) = (Arc::clone(&server.operator), Arc::clone(&server.store));
    tokio::task::spawn_blocking(move || work(&World::around(operator, store))).await.unwrap()
}

fn asks_for_events(token: &str) -> String {
    format!("GET /v1/events HTTP/1.1\r\naccept: text/event-stream\r\nauthorization: Bearer {token}")
}

/// An open stream behind its head.
async fn stream(server: &Server, token: &str) -> (String, BufReader<TcpStream>) {
    let mut stream = server.connect(&asks_for_events(token), b"").await;
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(stream.read_line(&mut head).await.unwrap(), 0, "{head}");
    }
    (head, stream)
}

/// Reads until a stream or its connection has ended.
async fn ended(mut stream: BufReader<TcpStream>) {
    let mut rest = Vec::new();
    while !rest.ends_with(b"\r\n0\r\n\r\n") {
        // Cut or ended in order: both are ends.
        if stream.read_buf(&mut rest).await.unwrap_or(0) == 0 {
            return;
        }
    }
}

async fn add_vehicle(server: &Server, token: &str, plate: &str) {
    let body = format!(r#"{{"city": "belgrade", "plate": "{plate}"}}"#);
    let head = format!("POST /v1/vehicles HTTP/1.1\r\nauthorization: Bearer {token}");
    let (head, body) = server.ask(&head, body.as_bytes()).await;
    assert!(head.starts_with("HTTP/1.1 201"), "{head} {body}");
}

#[test]
fn what_is_the_same_for_everybody_is_tagged_and_answered_while_the_database_is_gone() {
    in_time(async {
        let cluster = PostgresCluster::start().unwrap();
        let url = cluster.database().unwrap();
        let store = tokio::task::spawn_blocking(move || PostgresStore::open(&url, 2).unwrap()).await.unwrap();
        let server = Server::on(Arc::new(store), Front::default(), tempfile::tempdir().unwrap()).await;
        let before = server.ask("GET /v1/cities/belgrade HTTP/1.1", b"").await;
        tokio::task::spawn_blocking(move || drop(cluster)).await.unwrap();
        let (head, _) = server.ask("GET /v1/account HTTP/1.1\r\nauthorization: Bearer x", b"").await;
        assert!(head.starts_with("HTTP/1.1 503"), "the database is not gone: {head}");
        for path in STATIC {
            let (head, body) = server.ask(&format!("GET {path} HTTP/1.1"), b"").await;
            assert!(head.starts_with("HTTP/1.1 200") && !body.is_empty(), "{path}: {head}");
            let Some(tag) = header(&head, "etag") else {
                assert_eq!(path, "/v1/clock", "only the clock is another one each time");
                continue;
            };
            let known = server.ask(&format!("GET {path} HTTP/1.1\r\nif-none-match: {tag}"), b"").await;
            assert!(known.0.starts_with("HTTP/1.1 304") && known.1.is_empty(), "{path}: {}", known.0);
        }
        // Signed once, not for each who asks; an hour later anew, with the same tag.
        let after = server.ask("GET /v1/cities/belgrade HTTP/1.1", b"").await;
        assert_eq!(after.1, before.1);
        *server.clock.0.lock().unwrap() = start() + TimeDelta::hours(1);
        let later = server.ask("GET /v1/cities/belgrade HTTP/1.1", b"").await;
        assert_ne!(later.1, before.1);
        assert_eq!(header(&later.0, "etag"), header(&before.0, "etag"));
        assert!(server.ask("GET /v1/cities/atlantis HTTP/1.1", b"").await.0.starts_with("HTTP/1.1 404"));
        server.end.send(()).unwrap();
        server.served.await.unwrap().unwrap();
    });
}

#[test]
fn a_stream_begins_with_a_comment_and_asks_proxies_not_to_hold_it_back() {
    in_time(async {
        let server = Server::start().await;
        let token = driver(&server, "+381641234567").await;
        let (head, mut stream) = stream(&server, &token).await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert_eq!(header(&head, "content-type"), Some("text/event-stream"));
        assert_eq!(header(&head, "x-accel-buffering"), Some("no"));
        assert_eq!(header(&head, "cache-control"), Some("no-store"));
        assert!(header(&head, "mesto-request-id").is_some_and(|id| id.starts_with("rq_")), "{head}");
        // The size of a chunk, and a comment in it, although nothing ever happened.
        let mut told = String::new();
        while !told.contains("\n:") {
            assert_ne!(stream.read_line(&mut told).await.unwrap(), 0, "{told}");
        }
    });
}

#[test]
fn a_write_wakes_the_streams_of_its_account_and_what_others_wrote_comes_too() {
    in_time(async {
        let server = Server::start().await;
        let (mine, other) = (driver(&server, "+381641234567").await, driver(&server, "+381650000000").await);
        let ((_, mut first), (_, mut second)) = (stream(&server, &mine).await, stream(&server, &mine).await);
        let (_, mut others) = stream(&server, &other).await;
        let mut crowd = Vec::new();
        for number in ["+381660000001", "+381660000002", "+381660000003"] {
            let somebody = driver(&server, number).await;
            for _ in 0..8 {
                crowd.push(stream(&server, &somebody).await.1);
            }
        }
        let asked = |text: &str| -> u64 {
            let line = text.lines().find(|line| line.starts_with("mesto_transaction_seconds_count"));
            line.unwrap().rsplit(' ').next().unwrap().parse().unwrap()
        };
        let before = asked(&server.operator.metrics_text());
        add_vehicle(&server, &mine, "BG111AA").await;
        for stream in [&mut first, &mut second] {
            assert!(next_event(stream).await.2.contains("BG111AA"));
        }
        // It asks nothing for the 25 streams of others: what was written, and a page for each of
        // the two. The tail of the instance, once a second, is another question.
        let asked_since = asked(&server.operator.metrics_text()) - before;
        assert!((3..25).contains(&asked_since), "{asked_since} transactions");

        // Past this server, as another instance and a tool do.
        let token = other.clone();
        on_world(&server, move |world| {
            let request = mesto_operator::Request::new("POST", "/v1/vehicles").bearer(&token);
            let added = serde_json::json!({"city": "belgrade", "plate": "BG222BB"});
            assert_eq!(world.send(&request.json(&added)).status, 201);
        })
        .await;
        assert!(next_event(&mut others).await.2.contains("BG222BB"));
        add_vehicle(&server, &other, "BG333CC").await;
        assert!(next_event(&mut others).await.2.contains("BG333CC"));
        server.end.send(()).unwrap();
        server.served.await.unwrap().unwrap();
    });
}

#[test]
fn a_stream_ends_with_its_session_and_with_its_account_however_that_ended() {
    in_time(async {
        let server = Server::start().await;
        // Signed out here.
        let token = driver(&server, "+381641234567").await;
        let (_, open) = stream(&server, &token).await;
        let out = server.ask(&format!("DELETE /v1/auth/session HTTP/1.1\r\nauthorization: Bearer {token}"), b"").await;
        assert!(out.0.starts_with("HTTP/1.1 204"), "{}", out.0);
        ended(open).await;
        // Closed by another instance.
        let token = driver(&server, "+381641234567").await;
        let (_, open) = stream(&server, &token).await;
        let store = Arc::clone(&server.store);
        let closed = move || {
            transact(&*store, |tx| tx.execute("UPDATE account SET closed_at = $1", values![start().timestamp_millis()]))
        };
        tokio::task::spawn_blocking(closed).await.unwrap().unwrap();
        ended(open).await;
    });
}

#[test]
fn the_oldest_stream_of_an_account_ends_for_one_too_many() {
    in_time(async {
        let server = Server::start().await;
        let token = driver(&server, "+381641234567").await;
        let mut open = Vec::new();
        for _ in 0..9 {
            open.push(stream(&server, &token).await.1);
        }
        ended(open.remove(0)).await;
        add_vehicle(&server, &token, "BG111AA").await;
        for stream in &mut open {
            assert!(next_event(stream).await.2.contains("BG111AA"));
        }
    });
}

/// The answer to somebody who asks for a stream: its status, and the stream behind its head.
async fn asks_for_a_stream(server: &Server, token: &str) -> (String, BufReader<TcpStream>) {
    let (head, stream) = stream(server, token).await;
    (head.split(' ').nth(1).unwrap().to_owned(), stream)
}

#[test]
fn streams_with_invented_tokens_have_a_share_and_a_good_stream_lives_on() {
    in_time(async {
        let server = Server::limited(FairShares::of(20, 8, 1), Front::default()).await;
        let token = driver(&server, "+381641234567").await;
        let (status, mut good) = asks_for_a_stream(&server, &token).await;
        assert_eq!(status, "200");
        let mut statuses = Vec::new();
        for number in 0..6 {
            statuses.push(asks_for_a_stream(&server, &format!("invented-{number}")).await.0);
        }
        assert_eq!((statuses[0].as_str(), statuses[5].as_str()), ("401", "429"), "{statuses:?}");
        // A poller's tokens are counted with them.
        let (head, _) = server.ask("GET /v1/events HTTP/1.1\r\nauthorization: Bearer invented", b"").await;
        assert!(head.starts_with("HTTP/1.1 429") && header(&head, "retry-after").is_some(), "{head}");
        add_vehicle(&server, &token, "BG111AA").await;
        assert!(next_event(&mut good).await.2.contains("BG111AA"));
        assert_eq!(asks_for_a_stream(&server, &token).await.0, "200");
    });
}

#[test]
fn a_stream_that_is_refused_ends_no_other() {
    let account = Share { per_second: 1, burst: 10, at_once: 8 };
    in_time(async {
        let server = Server::limited(FairShares { account, ..FairShares::default() }, Front::default()).await;
        let token = driver(&server, "+381641234567").await;
        let mut open = Vec::new();
        for _ in 0..8 {
            open.push(stream(&server, &token).await.1);
        }
        // A cursor of another history.
        let ask = format!("{}\r\nlast-event-id: another:7", asks_for_events(&token));
        let (head, _) = server.ask(&ask, b"").await;
        assert!(head.starts_with("HTTP/1.1 410"), "{head}");
        // More than its share. On a slow machine one or the other has its turn.
        let mut refused = 0;
        for _ in 0..20 {
            match asks_for_a_stream(&server, &token).await {
                (status, stream) if status == "200" => open.push(stream),
                (status, _) => {
                    assert_eq!(status, "429");
                    refused += 1;
                }
            }
        }
        assert!(refused > 0);
        let replaced = open.len() - 8;
        on_world(&server, move |world| {
            let request = mesto_operator::Request::new("POST", "/v1/vehicles").bearer(&token);
            let added = serde_json::json!({"city": "belgrade", "plate": "BG111AA"});
            assert_eq!(world.send(&request.json(&added)).status, 201);
        })
        .await;
        for stream in &mut open[replaced..] {
            assert!(next_event(stream).await.2.contains("BG111AA"));
        }
    });
}

#[test]
fn who_asks_too_often_is_slowed_down() {
    let account = Share { per_second: 1, burst: 1, at_once: 8 };
    in_time(async {
        let server = Server::limited(FairShares { account, ..FairShares::default() }, Front::default()).await;
        let token = driver(&server, "+381641234567").await;
        let ask = format!("GET /v1/vehicles HTTP/1.1\r\nauthorization: Bearer {token}");
        let mut refused = 0;
        for _ in 0..20 {
            let since = tokio::time::Instant::now();
            let (head, _) = server.ask(&ask, b"").await;
            if head.starts_with("HTTP/1.1 429") {
                refused += 1;
                assert!(since.elapsed() >= Duration::from_millis(100), "a flood may ask again at once");
            }
        }
        assert!(refused > 0);
    });
}

#[test]
fn limits_of_an_address_count_the_client_behind_a_trusted_proxy_and_nobody_else_is_believed() {
    let limits = mesto_operator::SignInLimits { codes_per_network: 1, ..Default::default() };
    let asks = async |server: &Server, client: &str, phone: u32| {
        let head = format!("POST /v1/auth/code HTTP/1.1\r\nx-forwarded-for: {client}\r\nx-request-id: rq_mine");
        let body = format!(r#"{{"phone": "+38164123{phone}"}}"#);
        let (head, _) = server.ask(&head, body.as_bytes()).await;
        assert!(!head.contains("rq_mine"), "{head}");
        head.split(' ').nth(1).unwrap().to_owned()
    };
    in_time(async {
        let trusted = vec!["127.0.0.1".parse().unwrap()];
        let server = Server::limited(limits, Front { trusted, ..Front::default() }).await;
        assert_eq!(asks(&server, "198.51.100.1", 1001).await, "200");
        assert_eq!(asks(&server, "198.51.100.1", 1002).await, "429");
        // What the client wrote itself stands left of what the proxy adds.
        assert_eq!(asks(&server, "203.0.113.7, 198.51.100.1", 1003).await, "429");
        assert_eq!(asks(&server, "203.0.113.2", 1004).await, "200");
        // One customer of IPv6.
        assert_eq!(asks(&server, "2001:db8:1:2::1", 1005).await, "200");
        assert_eq!(asks(&server, "2001:db8:1:2:ffff::9", 1006).await, "429");

        let server = Server::limited(limits, Front::default()).await;
        assert_eq!(asks(&server, "198.51.100.1", 1007).await, "200");
        assert_eq!(asks(&server, "203.0.113.2", 1008).await, "429");
    });
}

#[test]
fn a_connection_too_many_is_told_so_and_those_that_are_open_go_on() {
    in_time(async {
        let server = Server::with(Front { max_connections: 4, ..Front::default() }).await;
        let mut open = Vec::new();
        for _ in 0..4 {
            let mut stream = TcpStream::connect(server.address).await.unwrap();
            stream.write_all(b"GET /v1/clock HTTP/1.1\r\nhost: operator\r\n\r\n").await.unwrap();
            let mut answer = [0; 12];
            stream.read_exact(&mut answer).await.unwrap();
            assert_eq!(&answer, b"HTTP/1.1 200");
            open.push(stream);
        }
        let mut fifth = TcpStream::connect(server.address).await.unwrap();
        let mut told = String::new();
        fifth.read_to_string(&mut told).await.unwrap();
        assert!(told.starts_with("HTTP/1.1 503") && told.contains("retry-after: 2"), "{told}");
        open.pop();
        // As soon as the server has seen that it is gone.
        let mut answered = String::new();
        for _ in 0..1_000 {
            let mut stream = TcpStream::connect(server.address).await.unwrap();
            let request = b"GET /v1/clock HTTP/1.1\r\nhost: operator\r\nconnection: close\r\n\r\n";
            let _ = stream.write_all(request).await;
            answered.clear();
            if stream.read_to_string(&mut answered).await.is_ok() && answered.starts_with("HTTP/1.1 200") {
                break;
            }
            tokio::task::yield_now().await;
        }
        assert!(answered.starts_with("HTTP/1.1 200"), "{answered}");
        let text = server.operator.metrics_text();
        assert!(text.contains("mesto_connections_turned_away_total{why=\"all\"}"), "{text}");
    });
}

#[test]
fn the_end_closes_what_waits_answers_what_came_in_and_cuts_the_rest() {
    in_time(async {
        let server = Server::with(Front { drain: Duration::from_secs(2), ..Front::default() }).await;
        let token = driver(&server, "+381641234567").await;
        let (_, events) = stream(&server, &token).await;
        // One that waits for its next request, one that never said anything, one with half a body.
        let mut idle = server.connect("GET /v1/clock HTTP/1.1", b"").await;
        let mut first = [0; 12];
        idle.read_exact(&mut first).await.unwrap();
        let mut silent = BufReader::new(TcpStream::connect(server.address).await.unwrap());
        let mut half = TcpStream::connect(server.address).await.unwrap();
        let head = "POST /v1/auth/code HTTP/1.1\r\nhost: operator\r\ncontent-length: 100\r\n\r\n{";
        half.write_all(head.as_bytes()).await.unwrap();
        server.ask("GET /v1/clock HTTP/1.1", b"").await;
        let address = server.address;
        server.end.send(()).unwrap();
        ended(events).await;
        ended(idle).await;
        let mut nothing = Vec::new();
        let _ = silent.read_to_end(&mut nothing).await;
        assert_eq!(nothing, b"");
        // The half one would have ten seconds for its body.
        server.served.await.unwrap().unwrap();
        assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
        drop(half);
    });
}

#[test]
fn prometheus_is_told_what_happened_and_nothing_about_anybody() {
    in_time(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = Server::with(Front { metrics: Some(listener), ..Front::default() }).await;
        let token = driver(&server, "+381641234567").await;
        add_vehicle(&server, &token, "BG789PP").await;
        let _open = stream(&server, &token).await;
        for target in ["/v1/tickets/tk_01jd4f8q0r3n7w2x5y6z8a9b1c", "/v1/vehicles/BG789PP", "/secret-of-mine"] {
            server.ask(&format!("GET {target} HTTP/1.1\r\nauthorization: Bearer {token}"), b"").await;
        }
        server.ask("MAKEUP /v1/clock HTTP/1.1", b"").await;
        let scrape = async |path: &str| {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let request = format!("GET {path} HTTP/1.1\r\nhost: metrics\r\nconnection: close\r\n\r\n");
            stream.write_all(request.as_bytes()).await.unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.unwrap();
            answer
        };
        let mut text = scrape("/metrics").await;
        // What is due on the first beat may not be done yet.
        for _ in 0..1_000 {
            if text.contains("mesto_due_late 0") && text.contains("mesto_ready 1") {
                break;
            }
            text = scrape("/metrics").await;
        }
        assert!(text.starts_with("HTTP/1.1 200") && text.contains("application/openmetrics-text"), "{text}");
        for line in [
            "mesto_requests_total{method=\"POST\",route=\"/v1/vehicles\",status=\"201\"} 1",
            "mesto_requests_total{method=\"GET\",route=\"/v1/tickets/{ticket}\",status=\"404\"} 1",
            "mesto_requests_total{method=\"GET\",route=\"unknown\",status=\"404\"} 1",
            "mesto_requests_total{method=\"other\",route=\"/v1/clock\",status=\"405\"} 1",
            "mesto_request_seconds_count{method=\"POST\",route=\"/v1/vehicles\"} 1",
            "mesto_refusals_total{code=\"not_found\"} ",
            "mesto_event_streams 1",
            "mesto_connections 2",
            "mesto_store_up 1",
            "mesto_ready 1",
            "mesto_due_late 0",
            "mesto_transactions_total{outcome=\"committed\"} ",
            "mesto_sales_total 0",
            "mesto_key_set_next_update_timestamp_seconds ",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        assert!(text.trim_end().ends_with("# EOF"), "{text}");
        for secret in
            ["381641234567", "BG789PP", token.as_str(), "01jd4f8q0r3n7w2x5y6z8a9b1c", "secret-of-mine", "MAKEUP"]
        {
            assert!(!text.contains(secret), "{secret}");
        }
        assert!(scrape("/").await.starts_with("HTTP/1.1 404"));
        // Not where drivers ask.
        assert!(server.ask("GET /metrics HTTP/1.1", b"").await.0.starts_with("HTTP/1.1 404"));
    });
}
