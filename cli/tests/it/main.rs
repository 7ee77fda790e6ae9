//! The command `mesto` as people and programs meet it: its own process, its output, its exit codes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod backup;
mod cards;
mod conductor;
mod config;
mod database;
mod demo;
mod doctor;
mod feed;
mod front;
mod garage;
#[cfg(unix)]
mod messages;
mod notices;
mod pages;
mod partners;
#[cfg(unix)]
mod pgbouncer;
mod phone;
#[cfg(unix)]
mod root_key;
mod serving;
mod staff;
mod testbed;
mod tools;
mod two_instances;
mod verifying;
mod wrong;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Output, Stdio};

use serde_json::Value;

/// What a run left behind.
struct Ran {
    exit: i32,
    out: String,
    err: String,
}

impl Ran {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {} {}", self.out, self.err))
    }
}

/// The command in a folder, with nothing of this machine's environment that it would read.
fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mesto"));
    command.current_dir(folder).args(arguments).env("HOME", folder);
    for name in ["RUST_LOG", "DATABASE_URL", "PGPASSFILE"] {
        command.env_remove(name);
    }
    command
}

/// A file for its owner alone, as secrets are.
fn secret_file(file: &Path, text: &str) {
    std::fs::write(file, text).unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

/// Serves in such a folder, at an address of its own.
const SERVE: [&str; 6] = ["serve", "--listen", "127.0.0.1:0", "--bank-secret-file", "secret", "--json"];

/// A folder of an operator that is set up.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    secret_file(&folder.path().join("secret"), "0123456789abcdef0123456789abcdef");
    mesto(folder.path(), &["keys", "init"]);
    folder
}

fn admin(folder: &Path, arguments: &[&str]) -> Ran {
    mesto(folder, &[&["admin"], arguments, &["--json"]].concat())
}

/// What a command says that was right.
fn right(ran: &Ran) -> Value {
    assert_eq!(ran.exit, 0, "{} {}", ran.out, ran.err);
    ran.json()
}

fn mesto(folder: &Path, arguments: &[&str]) -> Ran {
    ran(&mut command(folder, arguments))
}

fn ran(command: &mut Command) -> Ran {
    let output: Output = command.stdin(Stdio::null()).output().unwrap();
    Ran {
        exit: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A process that says one line of JSON and then serves; ended when dropped.
struct Serving {
    child: Child,
    input: Option<ChildStdin>,
    said: Value,
}

impl Serving {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        Self::with(&mut command(folder, arguments))
    }

    fn with(command: &mut Command) -> Self {
        Self::spawned(command.env("RUST_LOG", "error"))
    }

    /// With its log in a file, as much of it as an operator sees.
    #[cfg(unix)]
    fn logging(folder: &Path, arguments: &[&str], log: &Path) -> Self {
        Self::spawned(command(folder, arguments).stderr(std::fs::File::create(log).unwrap()))
    }

    fn spawned(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let input = child.stdin.take();
        let said = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        Self { child, input, said }
    }

    fn said(&self, name: &str) -> String {
        self.said[name].as_str().unwrap_or_else(|| panic!("{name} is missing: {}", self.said)).to_owned()
    }

    /// Closes its standard input and waits for its end.
    fn close(mut self) -> i32 {
        drop(self.input.take());
        self.child.wait().unwrap().code().unwrap_or(-1)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // In order, so that its folder goes with it.
        let told = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        if !told.is_ok_and(|told| told.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

/// HTTP from a test without a runtime of its own.
fn http(method: &str, url: &str, body: Option<&Value>) -> Result<(u16, String), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = mesto_cli::web::client().unwrap().request(method, url);
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let answer = request.send().await.map_err(|error| error.to_string())?;
        let status = answer.status().as_u16();
        Ok((status, answer.text().await.map_err(|error| error.to_string())?))
    })
}

fn json_of(method: &str, url: &str, body: Option<Value>) -> Value {
    let (status, text) = http(method, url, body.as_ref()).unwrap();
    assert!(status < 300, "{method} {url}: {status} {text}");
    serde_json::from_str(&text).unwrap()
}
