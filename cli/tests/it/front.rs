//! `mesto serve` at its network: it ends when it is told to, and meets the limits of its machine.
#![cfg(unix)]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use mesto_operator::testing::PostgresCluster;

use crate::{SERVE, Serving, command, folder, http, mesto};

/// What it wrote to standard error.
fn log(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("log")).unwrap()
}

fn ends_in_order(folder: &Path, more: &[&str]) {
    let log_file = std::fs::File::create(folder.join("log")).unwrap();
    let arguments = [&SERVE[..], &["--drain-seconds", "1"], more].concat();
    let mut serving = Serving::with(command(folder, &arguments).stderr(log_file));
    let at = serving.said("listen");
    let open = |sent: &str| {
        let mut stream = TcpStream::connect(&at).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.write_all(sent.as_bytes()).unwrap();
        stream
    };
    // Half a head, half a body, a connection that waits: none of them holds the end up.
    let half_head = open("POST /v1/auth/code HTTP/1.1\r\nhost: op");
    let half_body = open("POST /v1/auth/code HTTP/1.1\r\nhost: op\r\ncontent-length: 50\r\n\r\n{\"phone\"");
    let mut waits = open("GET /v1/clock HTTP/1.1\r\nhost: op\r\n\r\n");
    let mut first = [0; 12];
    waits.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"HTTP/1.1 200");
    // The store has worked as well.
    assert_eq!(http("GET", &format!("http://{at}/healthz"), None).unwrap().0, 200);
    Command::new("kill").args(["-TERM", &serving.child.id().to_string()]).status().unwrap();
    let mut rest = Vec::new();
    let _ = waits.read_to_end(&mut rest);
    assert_eq!(serving.child.wait().unwrap().code(), Some(0), "{}", log(folder));
    assert!(!log(folder).contains("panicked"), "{}", log(folder));
    assert!(TcpStream::connect(&at).is_err());
    drop((half_head, half_body));
}

#[test]
fn an_operator_on_sqlite_ends_in_order_although_requests_are_half_sent() {
    ends_in_order(folder().path(), &[]);
}

#[test]
fn an_operator_on_postgres_ends_in_order_although_requests_are_half_sent() {
    let cluster = PostgresCluster::start().unwrap();
    let url = cluster.database().unwrap();
    ends_in_order(folder().path(), &["--database-url", &url, "--connections", "4"]);
}

#[test]
fn where_the_machine_allows_few_open_files_connections_are_turned_away_and_the_log_says_so() {
    let folder = folder();
    let path = folder.path();
    let log_file = std::fs::File::create(path.join("log")).unwrap();
    let limited = "ulimit -n 100; RUST_LOG=warn exec \"$0\" \"$@\"";
    let mut shell = Command::new("sh");
    shell.current_dir(path).env("HOME", path).args(["-c", limited, env!("CARGO_BIN_EXE_mesto")]).args(SERVE);
    let serving = Serving::with(shell.stderr(log_file));
    let at = serving.said("listen");
    let silent: Vec<TcpStream> = (0..200).filter_map(|_| TcpStream::connect(&at).ok()).collect();
    // All that are accepted are open, and those behind them are told so.
    let turned_away = silent.iter().rev().take(50).filter(|stream| {
        let mut answer = [0; 12];
        let mut stream = *stream;
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.read_exact(&mut answer).is_ok() && &answer == b"HTTP/1.1 503"
    });
    assert_eq!(turned_away.count(), 50, "{}", log(path));
    drop(silent);
    let said = log(path);
    assert!(said.contains("fewer connections than wanted"), "{said}");
    assert!(said.contains("connections are turned away"), "{said}");
    // It has gone on: as soon as it has seen that they are gone, it serves.
    let answered =
        (0..10_000).any(|_| http("GET", &format!("http://{at}/healthz"), None).is_ok_and(|told| told.0 == 200));
    assert!(answered, "{}", log(path));
}

#[test]
fn options_of_the_network_say_what_they_take() {
    let folder = folder();
    for (option, value, says) in [
        ("--trusted-proxy", "proxy.example", "an address or a network"),
        ("--trusted-proxy", "0.0.0.0/0", "an address or a network"),
        ("--max-connections", "3", "16"),
        ("--drain-seconds", "0", "1..=600"),
        ("--metrics-listen", "everywhere", "socket address"),
    ] {
        let ran = mesto(folder.path(), &[&SERVE[..5], &[option, value]].concat());
        assert!(ran.exit == 2 && ran.err.contains(says), "{option} {value}: {} {}", ran.exit, ran.err);
    }
    // Metrics are not for those who are served.
    for (listen, metrics) in
        [("127.0.0.1:8080", "127.0.0.1:8080"), ("0.0.0.0:9464", "127.0.0.1:9464"), ("127.0.0.1:9", "[::]:9")]
    {
        let words =
            ["serve", "--bank-secret-file", "secret", "--listen", listen, "--metrics-listen", metrics, "--json"];
        let ran = mesto(folder.path(), &words);
        let error = ran.json()["error"].clone();
        assert_eq!((ran.exit, error["code"].as_str()), (2, Some("metrics_listen")), "{error}");
        assert!(error["advice"].as_str().unwrap().contains("an address of its own"), "{error}");
    }
    let metrics = Serving::start(folder.path(), &[&SERVE[..], &["--metrics-listen", "127.0.0.1:0"]].concat());
    let (status, text) = http("GET", &metrics.said("metrics"), None).unwrap();
    assert!(status == 200 && text.contains("mesto_store_up 1"), "{text}");
}
