//! HTTP around the operator: the event stream, limits, an end that lets requests finish. A few
//! lines of HTTP/1.1 are the client.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use mesto_operator::{Clock, Config, Durability, Front, Limits, Operator, Request, SqliteStore, Store};
use mesto_protocol::event::{Cursor, Event};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::world::{World, operator, start};

/// Nothing here takes long; what does hangs.
pub const LONG: Duration = Duration::from_secs(20);

pub struct StoppedClock(pub Mutex<DateTime<Utc>>);

impl Clock for StoppedClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

pub struct Server {
    pub address: SocketAddr,
    pub operator: Arc<Operator>,
    pub store: Arc<dyn Store>,
    pub clock: Arc<StoppedClock>,
    pub end: oneshot::Sender<()>,
    pub served: JoinHandle<std::io::Result<()>>,
    _folder: tempfile::TempDir,
}

impl Server {
    pub async fn start() -> Self {
        Self::with(Front::default()).await
    }

    pub async fn with(front: Front) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> =
            Arc::new(SqliteStore::open(&folder.path().join("operator.db"), Durability::None).unwrap());
        Self::on(store, front, folder).await
    }

    pub async fn on(store: Arc<dyn Store>, front: Front, folder: tempfile::TempDir) -> Self {
        Self::of(operator(Config::default()), store, front, folder).await
    }

    /// With limits of its own.
    pub async fn limited(limits: impl Limits, front: Front) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(SqliteStore::open(&folder.path().join("operator.db"), Durability::None).unwrap());
        Self::of(operator(Config::default()).limited(limits), store, front, folder).await
    }

    async fn of(operator: Operator, store: Arc<dyn Store>, front: Front, folder: tempfile::TempDir) -> Self {
        let operator = Arc::new(operator);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (end, ended) = oneshot::channel();
        let clock = Arc::new(StoppedClock(Mutex::new(start())));
        let shutdown = async {
            let _ = ended.await;
        };
        let serving =
            front.serve(listener, Arc::clone(&operator), Arc::clone(&store), clock.clone() as Arc<dyn Clock>, shutdown);
        let served = tokio::spawn(serving);
        Self { address, operator, store, clock, end, served, _folder: folder }
    }

    pub async fn connect(&self, head: &str, body: &[u8]) -> BufReader<TcpStream> {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let head = format!("{head}\r\nhost: operator\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes()).await.unwrap();
        // A server that refuses early may have closed already.
        let _ = stream.write_all(body).await;
        BufReader::new(stream)
    }

    /// Status line, headers and body of one exchange.
    pub async fn ask(&self, head: &str, body: &[u8]) -> (String, String) {
        let mut stream = self.connect(&format!("{head}\r\nconnection: close"), body).await;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }
}

pub fn in_time<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(LONG, work).await.expect("it hangs") })
}

/// Lines of a stream until the end of an event, as `(id, kind, data)`.
pub async fn next_event(stream: &mut BufReader<TcpStream>) -> (String, String, String) {
    let (mut id, mut kind, mut data) = (String::new(), String::new(), String::new());
    loop {
        let mut line = String::new();
        assert_ne!(stream.read_line(&mut line).await.unwrap(), 0, "the stream ended");
        let line = line.trim_end();
        if let Some(value) = line.strip_prefix("id: ") {
            id = value.into();
        } else if let Some(value) = line.strip_prefix("event: ") {
            kind = value.into();
        } else if let Some(value) = line.strip_prefix("data: ") {
            data = value.into();
        } else if line.is_empty() && !data.is_empty() {
            return (id, kind, data);
        }
    }
}

#[test]
fn head_is_answered_as_get_without_a_body() {
    in_time(async {
        let server = Server::start().await;
        for path in ["/healthz", "/v1/clock", "/v1/keys"] {
            let (head, body) = server.ask(&format!("GET {path} HTTP/1.1"), b"").await;
            let (of_head, nothing) = server.ask(&format!("HEAD {path} HTTP/1.1"), b"").await;
            assert!(of_head.starts_with("HTTP/1.1 200"), "{path}: {of_head}");
            assert_eq!(nothing, "", "{path}");
            let length = |head: &str| head.lines().find(|line| line.starts_with("content-length")).map(str::to_owned);
            assert_eq!(length(&of_head), length(&head), "{path}: {} bytes", body.len());
        }
        let (head, _) = server.ask("HEAD /v1/quotes HTTP/1.1", b"").await;
        assert!(head.starts_with("HTTP/1.1 405"), "{head}");
    });
}

#[test]
fn answers_travel_over_http_with_the_clock_and_problems() {
    in_time(async {
        let server = Server::start().await;
        let (head, body) = server.ask("GET /v1/clock HTTP/1.1", b"").await;
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        assert!(head.contains(&format!("mesto-time: {}", start().timestamp_millis())), "{head}");
        assert!(body.contains("2025-09-03T08:00:00Z"), "{body}");
        let (head, body) = server.ask("PATCH /v1/quotes HTTP/1.1", b"").await;
        assert!(head.starts_with("HTTP/1.1 405") && head.contains("application/problem+json"), "{head}");
        assert!(body.contains("method_not_allowed"), "{body}");
        let (head, body) = server.ask("POST /v1/auth/code HTTP/1.1", &vec![b'x'; 64 * 1024 + 1]).await;
        assert!(head.starts_with("HTTP/1.1 413"), "{head}");
        assert!(body.contains("body_too_large"), "{body}");
    });
}

#[test]
fn the_stream_resumes_behind_the_last_event_and_wakes_for_new_ones() {
    in_time(async {
        let server = Server::start().await;
        let (token, first) = {
            let (operator, store) = (Arc::clone(&server.operator), Arc::clone(&server.store));
            tokio::task::spawn_blocking(move || {
                let world = World::around(operator, store);
                let driver = world.driver("+381641234567");
                driver.add("BG789PP");
                driver.add("BG111AA");
                (driver.token.clone(), driver.cursor(1))
            })
            .await
            .unwrap()
        };
        let head = format!(
            "GET /v1/events HTTP/1.1\r\naccept: text/event-stream\r\nlast-event-id: {first}\r\nauthorization: Bearer {token}"
        );
        let mut stream = server.connect(&head, b"").await;
        let (id, kind, data) = next_event(&mut stream).await;
        let event: Event = serde_json::from_str(&data).unwrap();
        let at = |seq: i64| Cursor { seq, ..first.clone() };
        assert_eq!((id, kind.as_str(), event.cursor), (at(2).to_string(), "vehicles.vehicle", at(2)));

        let added = server
            .ask(
                &format!("POST /v1/vehicles HTTP/1.1\r\nauthorization: Bearer {token}"),
                br#"{"city": "belgrade", "plate": "BG222BB"}"#,
            )
            .await;
        assert!(added.0.starts_with("HTTP/1.1 201"), "{}", added.0);
        let (id, _, data) = next_event(&mut stream).await;
        assert_eq!(id, at(3).to_string());
        assert!(data.contains("BG222BB"), "{data}");

        let head = format!(
            "GET /v1/events HTTP/1.1\r\naccept: text/event-stream\r\nlast-event-id: {}\r\nauthorization: Bearer {token}",
            at(9)
        );
        let (head, body) = server.ask(&head, b"").await;
        assert!(head.starts_with("HTTP/1.1 410") && body.contains("cursor_too_old"), "{head}");
        let (head, _) = server.ask("GET /v1/events HTTP/1.1\r\naccept: text/event-stream", b"").await;
        assert!(head.starts_with("HTTP/1.1 401"), "{head}");

        // The open stream does not keep the server from ending.
        server.end.send(()).unwrap();
        server.served.await.unwrap().unwrap();
    });
}

#[test]
fn a_request_that_came_in_before_the_end_is_answered() {
    in_time(async {
        let server = Server::start().await;
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let body = br#"{"phone": "+381641234567"}"#;
        let head = format!("POST /v1/auth/code HTTP/1.1\r\nhost: operator\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes()).await.unwrap();
        // The head is with the server once another connection was answered after it.
        server.ask("GET /healthz HTTP/1.1", b"").await;
        server.end.send(()).unwrap();
        stream.write_all(body).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        server.served.await.unwrap().unwrap();
        let messages = server.operator.messages_to(&*server.store, "+381641234567").unwrap();
        assert_eq!(messages.len(), 1);
    });
}

#[test]
fn an_app_that_is_too_old_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SqliteStore::open(&folder.path().join("operator.db"), Durability::None).unwrap());
    let world = World::with(store, Config { min_client: Some("1.2".parse().unwrap()), ..Config::default() });
    let ask = |version: &str| world.send(&Request::new("GET", "/v1/clock").header("mesto-client", version)).status;
    assert_eq!([ask("1.1.9"), ask("1.2.0"), ask("1.10.0"), ask("2.0.0"), ask("x")], [426, 200, 200, 200, 426]);
    assert_eq!([ask("1.1"), ask("1.2"), ask("1.2.0-rc1"), ask("2.0.1+45")], [426, 200, 200, 200]);
    // What says so to the app, signed, is told to every one.
    for path in ["/v1/keys", "/v1/operator"] {
        let ask = |version: &str| world.send(&Request::new("GET", path).header("mesto-client", version)).status;
        assert_eq!([ask("1.1.9"), ask("x")], [200, 200], "{path}");
        let posted = world.send(&Request::new("POST", path).header("mesto-client", "1.1.9"));
        assert_eq!(posted.status, 426, "{path}");
    }
}
