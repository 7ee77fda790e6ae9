//! A gateway that is a program: it runs for each message, which it reads as JSON.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::Stdio;
use std::time::Duration;

use mesto_operator::{MessageGateway, OutgoingMessage, Sending};
use serde::Deserialize;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};

use crate::kernel::private_files;

/// The program's exit code for "try it again later" (EX_TEMPFAIL of sysexits.h).
const LATER: i32 = 75;
/// Longest line that is read of the program: an id.
const LONGEST_OUTPUT: u64 = 256;

/// The table `[command]` of the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// The program and its arguments; no shell reads them.
    run: Vec<String>,
    #[serde(default = "ten")]
    timeout_seconds: u64,
}

const fn ten() -> u64 {
    10
}

/// A program with its arguments.
pub struct Program {
    program: PathBuf,
    arguments: Vec<String>,
    timeout: Duration,
}

impl Program {
    /// # Errors
    /// What is wrong, and what would be right.
    pub fn new(written: Written) -> Result<Self, String> {
        let Some((program, arguments)) = written.run.split_first() else {
            return Err("run: name the program, such as [\"/usr/local/bin/send-sms\"]".to_owned());
        };
        let program = Path::new(program);
        if !program.is_absolute() {
            return Err(format!("run: give the whole path of {}", program.display()));
        }
        if !program.is_file() {
            return Err(format!("run: there is no program {}", program.display()));
        }
        private_files::is_changed_by_others(program).map_err(|why| format!("run: {why}"))?;
        if !(1..=mesto_operator::outbox::LONGEST_SENDING).contains(&written.timeout_seconds) {
            return Err(format!("timeout_seconds: from 1 to {}", mesto_operator::outbox::LONGEST_SENDING));
        }
        let timeout = Duration::from_secs(written.timeout_seconds);
        Ok(Self { program: program.to_owned(), arguments: arguments.to_vec(), timeout })
    }

    async fn run(&self, message: &OutgoingMessage) -> Sending {
        let mut command = Command::new(&self.program);
        command
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(_) => return Sending::later("command_not_started"),
        };
        match tokio::time::timeout(self.timeout, exchange(&mut child, message)).await {
            Ok(Ok((Some(0), said))) => {
                let id = said.lines().next().map(str::trim).filter(|id| !id.is_empty());
                Sending::Sent { provider_id: id.map(str::to_owned) }
            }
            Ok(Ok((Some(LATER), _))) => Sending::later("command_later"),
            Ok(Ok((Some(code), _))) => Sending::Failed { reason: format!("command_exit_{code}") },
            Ok(Ok((None, _))) => Sending::unanswered("command_killed"),
            Ok(Err(_)) => Sending::unanswered("command_broken_off"),
            Err(_) => {
                let _ = child.kill().await;
                Sending::unanswered("command_timeout")
            }
        }
    }
}

async fn exchange(child: &mut Child, message: &OutgoingMessage) -> std::io::Result<(Option<i32>, String)> {
    let told = json!({
        "id": message.id,
        "recipient": message.recipient,
        "text": message.text,
        "template": message.template,
        "language": message.language,
        "valid_until": message.valid_until,
    });
    if let Some(mut input) = child.stdin.take() {
        // A program that does not read it to its end says by its exit code what became of it.
        let _ = input.write_all(format!("{told}\n").as_bytes()).await;
    }
    let mut said = Vec::new();
    if let Some(output) = child.stdout.take() {
        output.take(LONGEST_OUTPUT).read_to_end(&mut said).await?;
    }
    let ended = child.wait().await?;
    Ok((ended.code(), String::from_utf8_lossy(&said).into_owned()))
}

impl MessageGateway for Program {
    fn send<'a>(&'a self, message: &'a OutgoingMessage) -> Pin<Box<dyn Future<Output = Sending> + Send + 'a>> {
        Box::pin(self.run(message))
    }
}
