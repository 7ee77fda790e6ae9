//! What a machine with a token asks its operator over HTTP.

use std::path::Path;

use mesto_protocol::{Problem, ProblemCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::web;

/// Longest answer that is read, bytes.
const LONGEST: usize = 20 * 1024 * 1024;

/// Refusals of an operator that cannot work now.
const LATER: [ProblemCode; 4] =
    [ProblemCode::TooManyRequests, ProblemCode::Internal, ProblemCode::StorageFull, ProblemCode::Unavailable];

/// Why there is no answer to go by.
#[derive(Debug)]
pub enum NoAnswer {
    /// The operator is away, or cannot work now: it is asked again later.
    Away(String),
    /// It said no; asking again changes nothing.
    Refused(Box<Problem>),
}

impl From<NoAnswer> for CliError {
    fn from(none: NoAnswer) -> Self {
        match none {
            NoAnswer::Away(why) => Self::new(Exit::Offline, "offline", format!("the operator is away: {why}"))
                .advise("What happened waits in the folder of this device, and is told when the operator is back."),
            NoAnswer::Refused(problem) if problem.is(ProblemCode::OutOfRange) => {
                refused(&problem).advise("Set the clock of this machine, or leave --at out.")
            }
            NoAnswer::Refused(problem) => refused(&problem),
        }
    }
}

/// What the operator says no to.
fn refused(problem: &Problem) -> CliError {
    let exit = if problem.status == 401 { Exit::NotSignedIn } else { Exit::Refused };
    let refused = CliError::new(exit, &problem.code, problem.detail.clone());
    let refused = CliError { params: problem.params.clone(), ..refused };
    match problem.code.as_str() {
        "unauthorized" | "forbidden" => {
            refused.advise("Give the token of this device: `mesto admin create` or `mesto admin token` shows one.")
        }
        _ => refused,
    }
}

/// Why there is no answer, for a command that keeps nothing for later and goes by no clock.
#[must_use]
pub fn not_reached(none: NoAnswer) -> CliError {
    match none {
        NoAnswer::Away(why) => CliError::new(Exit::Offline, "offline", format!("the operator was not reached: {why}"))
            .advise("Start it, or give another --operator."),
        NoAnswer::Refused(problem) => refused(&problem),
    }
}

/// The token in a file that holds nothing else.
///
/// # Errors
/// `file_unreadable`
pub fn token_in(file: &Path, whose: &str) -> Outcome<String> {
    let token = std::fs::read_to_string(file).map_err(|why| {
        CliError::new(Exit::Input, "file_unreadable", format!("{} cannot be read: {why}", file.display()))
            .advise(format!("Give a file that holds the {whose}'s token alone."))
    })?;
    Ok(token.trim().to_owned())
}

/// The operator's address, and who asks.
pub struct Link<'a> {
    pub operator: &'a str,
    pub token: &'a str,
}

impl Link<'_> {
    pub async fn get<T: DeserializeOwned>(&self, target: &str) -> Result<T, NoAnswer> {
        self.ask(reqwest::Method::GET, target, None).await
    }

    pub async fn post<T: DeserializeOwned>(&self, target: &str, body: &impl Serialize) -> Result<T, NoAnswer> {
        let body = serde_json::to_vec(body).map_err(|why| NoAnswer::Away(why.to_string()))?;
        self.ask(reqwest::Method::POST, target, Some(body)).await
    }

    /// A signed text, as `/v1` answers it.
    pub async fn text(&self, target: &str) -> Result<String, NoAnswer> {
        let body = self.body(reqwest::Method::GET, target, None).await?;
        let text = String::from_utf8_lossy(&body);
        Ok(serde_json::from_str::<String>(&text).unwrap_or_else(|_| text.trim().to_owned()))
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: reqwest::Method,
        target: &str,
        body: Option<Vec<u8>>,
    ) -> Result<T, NoAnswer> {
        let body = self.body(method, target, body).await?;
        serde_json::from_slice(&body).map_err(|why| NoAnswer::Away(format!("its answer cannot be read: {why}")))
    }

    async fn body(&self, method: reqwest::Method, target: &str, body: Option<Vec<u8>>) -> Result<Vec<u8>, NoAnswer> {
        let url = format!("{}{target}", self.operator);
        let client = web::client_for(&url).map_err(NoAnswer::Away)?;
        let mut request = client.request(method, &url).bearer_auth(self.token);
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        let answer = request.send().await.map_err(|why| NoAnswer::Away(why.without_url().to_string()))?;
        let status = answer.status();
        let body = web::body_within(answer, LONGEST).await;
        let body = body.ok_or_else(|| NoAnswer::Away("its answer breaks off or has no end".to_owned()))?;
        if status.is_success() {
            return Ok(body);
        }
        match serde_json::from_slice::<Problem>(&body) {
            Ok(problem) if !LATER.iter().any(|code| problem.is(*code)) => Err(NoAnswer::Refused(Box::new(problem))),
            _ => Err(NoAnswer::Away(format!("it answered {status}"))),
        }
    }
}
