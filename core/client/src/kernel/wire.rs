//! One exchange with the operator: headers out, clock and connection state in, and what an answer
//! means.

use std::future::Future;
use std::pin::Pin;

use mesto_protocol::kernel::ids::{RecordId as _, RequestId};
use mesto_protocol::kernel::operation::{Entry, Nothing};
use mesto_protocol::{Method, Operation, Problem, ProblemCode, headers};
use serde::Serialize;
use serde::de::DeserializeOwned;

use mesto_rules::from_json;

use super::client::{ANCHOR, CLOSING, Client};
use super::clock::Anchor;
use super::error::{self, Error, Result};
use super::ports::{LinkAnswer, LinkError, LinkRequest, LinkStream, LogLevel, LogLine, Opened};
use super::signal::{self, Connection};

/// What an answer is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Meaning {
    /// 2xx; the body is still to be read.
    Done,
    /// The operator's own refusal.
    Refused(Problem),
    /// Not from the operator: a captive portal, a proxy, a broken body.
    Foreign,
}

/// Reads status and body. A refusal counts only when it is a problem of ours with the status it
/// came with.
pub(crate) fn meaning(status: u16, body: &[u8]) -> Meaning {
    if (200..300).contains(&status) {
        return Meaning::Done;
    }
    match from_json::<Problem>(body) {
        Ok(problem)
            if problem.status == status && problem.r#type.strip_prefix("urn:mesto:problem:") == Some(&problem.code) =>
        {
            Meaning::Refused(problem)
        }
        _ => Meaning::Foreign,
    }
}

/// The parameter of a refusal that says after how many seconds to ask again.
pub(crate) const RETRY_AFTER: &str = "retry_after_seconds";
/// Epoch milliseconds from 2000 to 2100: anything else is no operator's clock.
const PLAUSIBLE_MS: std::ops::Range<i64> = 946_684_800_000..4_102_444_800_000;
/// Nobody is made to wait longer for the next attempt, seconds: a slip must not leave an intent
/// open for years.
const LONGEST_PAUSE: u32 = 3_600;

/// Whole seconds of `Retry-After`, an hour at most.
pub(crate) fn retry_after(answer: &LinkAnswer) -> Option<u32> {
    let seconds: u64 = answer.header("retry-after")?.trim().parse().ok()?;
    Some(u32::try_from(seconds).map_or(LONGEST_PAUSE, |seconds| seconds.min(LONGEST_PAUSE)))
}

/// How many items a page can be asked for.
pub const PAGE_SIZES: std::ops::RangeInclusive<u32> = 1..=200;

/// A number of items that a page can have.
///
/// # Errors
/// `out_of_range`, with `least` and `most`.
pub fn page_size(limit: u32) -> Result<u32> {
    if PAGE_SIZES.contains(&limit) {
        return Ok(limit);
    }
    Err(Error::beyond("items of a page", &PAGE_SIZES, limit))
}

/// A request as it was sent.
struct Sending<'a> {
    operation: &'a Entry,
    /// Under which the operator's log tells of it, whatever becomes of the answer.
    id: RequestId,
    /// By the monotonic clock.
    sent: std::time::Duration,
}

/// An answer that is waited for.
type Asked<'a> = Pin<Box<dyn Future<Output = Result<LinkAnswer>> + Send + 'a>>;

/// How much later the operator's time is stored again, milliseconds.
const STORED_EVERY_MS: i64 = 600_000;

impl Client {
    /// Sends a request; learns the operator's time and the state of the connection from what comes
    /// back.
    pub(crate) async fn exchange(
        &self,
        operation: &Entry,
        path: String,
        key: Option<&str>,
        body: Option<Vec<u8>>,
    ) -> std::result::Result<LinkAnswer, LinkError> {
        let token = self.core().token.clone();
        self.exchange_as(token.as_deref(), operation, path, key, body).await
    }

    /// The same in a session that was read before: whoever signs in meanwhile, the request stays
    /// that session's.
    pub(crate) async fn exchange_as(
        &self,
        token: Option<&str>,
        operation: &Entry,
        path: String,
        key: Option<&str>,
        body: Option<Vec<u8>>,
    ) -> std::result::Result<LinkAnswer, LinkError> {
        let sending = self.sending(operation);
        let mut headers = self.headers(&sending, token);
        if let Some(key) = key {
            headers.push((headers::IDEMPOTENCY_KEY.to_owned(), key.to_owned()));
        }
        if body.is_some() {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        let request = LinkRequest { method: operation.method, path, headers, body };
        let Some(outcome) = self.inner.ending.or(self.ports().link.send(request)).await else {
            return Err(given_up());
        };
        match &outcome {
            Ok(answer) => self.heard(&sending, answer, token),
            Err(error) => self.unheard(&sending, error),
        }
        outcome
    }

    /// Opens what the operator tells as it happens; `None` where the link cannot. `more` are
    /// headers.
    pub(crate) async fn open_stream(
        &self,
        token: Option<&str>,
        operation: &Entry,
        more: &[(&str, String)],
    ) -> Result<Option<Box<dyn LinkStream>>> {
        let sending = self.sending(operation);
        let mut headers = self.headers(&sending, token);
        headers.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let request = LinkRequest { method: operation.method, path: operation.path.to_owned(), headers, body: None };
        let opened = self.inner.ending.or(self.ports().link.open(request)).await;
        let Some(opened) = opened else { return Err(given_up().into()) };
        let (answer, stream) = match opened {
            Ok(Opened::NotPossible) => return Ok(None),
            Ok(Opened::Stream(headers, stream)) => {
                (LinkAnswer { status: 200, headers, body: Vec::new() }, Some(stream))
            }
            Ok(Opened::Answer(answer)) => (answer, None),
            Err(error) => {
                self.unheard(&sending, &error);
                return Err(error.into());
            }
        };
        let is_stream = |kind: &str| kind.trim_start().to_ascii_lowercase().starts_with("text/event-stream");
        match stream {
            Some(stream) if answer.header("content-type").is_some_and(is_stream) => {
                self.heard(&sending, &answer, token);
                Ok(Some(stream))
            }
            // Somebody in between answers a page of his own.
            Some(_) => {
                self.connection_is(Connection::Offline);
                Err(Error::unreadable("no stream of events"))
            }
            None => {
                self.heard(&sending, &answer, token);
                let wait = retry_after(&answer);
                let error = done(answer).err().unwrap_or_else(|| Error::unreadable("no stream of events"));
                Err(match wait {
                    Some(seconds) => error.with(RETRY_AFTER, seconds),
                    None => error,
                })
            }
        }
    }

    /// A new idempotency key: 128 random bits, hexadecimal.
    pub(crate) fn new_key(&self) -> String {
        let mut bytes = [0_u8; 16];
        self.ports().entropy.fill(&mut bytes);
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// A request that is sent now.
    fn sending<'a>(&self, operation: &'a Entry) -> Sending<'a> {
        let mut chance = [0; 10];
        self.ports().entropy.fill(&mut chance);
        Sending { operation, id: RequestId::new(self.now(), chance), sent: self.ports().clock.monotonic() }
    }

    /// What every request says of itself, the app and the driver.
    fn headers(&self, sending: &Sending<'_>, token: Option<&str>) -> Vec<(String, String)> {
        let mut headers = vec![
            (headers::CLIENT.to_owned(), self.config().version.clone()),
            (headers::REQUEST_ID.to_owned(), sending.id.to_string()),
        ];
        if let Some(token) = token {
            headers.push(("authorization".to_owned(), format!("Bearer {token}")));
        }
        headers
    }

    /// Tells the app's log how a request ended.
    #[inline(never)]
    fn tell_log(
        &self,
        (level, message): (LogLevel, &'static str),
        Sending { operation, id, sent }: &Sending<'_>,
        answer: Option<&LinkAnswer>,
        code: Option<&str>,
    ) {
        let is_code = |code: &&str| code.len() <= 64 && code.bytes().all(|one| one.is_ascii_lowercase() || one == b'_');
        // An operator that gives ids of its own finds the request by that one.
        let request = answer.and_then(|answer| answer.header(headers::REQUEST_ID)).filter(|id| error::is_request(id));
        self.ports().log.line(LogLine {
            level,
            message,
            operation: Some(format!("{} {}", operation.method.as_str(), operation.path)),
            request: Some(request.map_or_else(|| id.to_string(), str::to_owned)),
            duration: Some(self.ports().clock.monotonic().saturating_sub(*sent)),
            status: answer.map(|answer| answer.status),
            code: code.filter(is_code).map(str::to_owned),
        });
    }

    fn unheard(&self, sending: &Sending<'_>, why: &LinkError) {
        let (message, code) = match why {
            LinkError::NotSent(_) => ("not sent", error::OFFLINE),
            LinkError::Unknown(_) => ("no answer", error::NO_ANSWER),
        };
        self.tell_log((LogLevel::Warning, message), sending, None, Some(code));
        self.connection_is(Connection::Offline);
    }

    fn heard(&self, sending: &Sending<'_>, answer: &LinkAnswer, token: Option<&str>) {
        let refusal = match meaning(answer.status, &answer.body) {
            Meaning::Refused(problem) => Some(problem),
            Meaning::Done => None,
            // Somebody else answers for the operator: there is no connection to him, and his time
            // is not the operator's.
            Meaning::Foreign => {
                let said = (LogLevel::Warning, "not the operator's answer");
                self.tell_log(said, sending, Some(answer), Some(error::ANSWER_UNREADABLE));
                return self.connection_is(Connection::Offline);
            }
        };
        let said = match &refusal {
            None => (LogLevel::Debug, "answered"),
            Some(problem) if problem.status < 500 => (LogLevel::Info, "refused"),
            Some(_) => (LogLevel::Warning, "refused"),
        };
        self.tell_log(said, sending, Some(answer), refusal.as_ref().map(|problem| problem.code.as_str()));
        let told = answer.header(headers::TIME).and_then(|ms| ms.trim().parse::<i64>().ok());
        if let Some(server_ms) = told.filter(|ms| PLAUSIBLE_MS.contains(ms)) {
            self.clock_is(Anchor::observe(server_ms, sending.sent, self.ports().clock.as_ref()));
        }
        match refusal {
            Some(problem) if problem.is(ProblemCode::ClientTooOld) => self.connection_is(Connection::UpdateNeeded),
            Some(problem) if problem.is(ProblemCode::Unauthorized) => {
                self.connection_is(Connection::Online);
                if let Some(token) = token {
                    self.session_over(token);
                }
            }
            // An app that is too old is answered this as well: what it says counts, not that it
            // came.
            _ if sending.operation.is_for_every_app && self.connection() == Connection::UpdateNeeded => {}
            _ => self.connection_is(Connection::Online),
        }
    }

    pub(crate) fn connection_is(&self, connection: Connection) {
        {
            let mut core = self.core();
            if std::mem::replace(&mut core.connection, connection) == connection {
                return;
            }
            core.states.touch([signal::CONNECTION]);
        }
        self.changed();
    }

    /// Takes the operator's time. It is stored when it says something new, so that the next start
    /// knows it too.
    fn clock_is(&self, newer: Anchor) {
        let now = self.now();
        let mut core = self.core();
        let before = core.anchor.take();
        let anchor = match before.clone() {
            Some(known) => known.better(newer),
            None => newer,
        };
        core.anchor = Some(anchor.clone());
        let moved = before.as_ref().is_none_or(|before| {
            before.boot != anchor.boot || {
                (before.server_ms - before.monotonic_ms).abs_diff(anchor.server_ms - anchor.monotonic_ms) > 1_000
            }
        });
        // Also from time to time: after a reboot it is known to be later than the last one stored.
        let stored = core.read(now, |db| ANCHOR.get(db)).ok().flatten();
        let is_later = stored.is_some_and(|stored| anchor.server_ms.saturating_sub(stored.server_ms) > STORED_EVERY_MS);
        if moved || is_later {
            // A phone without room still knows the time until it is switched off.
            let _ = core.write(now, |tx| ANCHOR.set(tx, &anchor));
        }
        if moved {
            core.states.touch([signal::CLOCK]);
            // What was shown by a guess, or by another time, is no longer true.
            if before.is_some() {
                core.states.touch_all();
            }
        }
        drop(core);
        if moved {
            self.changed();
        }
    }

    /// The operator no longer takes this token: it is forgotten, what is stored stays. While it is
    /// not known whether the account was closed, the token is kept to ask that.
    fn session_over(&self, token: &str) {
        let now = self.now();
        let mut core = self.core();
        if core.read(now, |db| CLOSING.get(db)).ok().flatten().is_some() {
            return;
        }
        // After the end the token is that of the client that was opened since.
        if core.still_open().is_err() || core.token.as_deref() != Some(token) {
            return;
        }
        core.token_is(None);
        drop(core);
        // A keychain that fails now is asked again at the next start, and the operator refuses
        // again.
        let _ = self.remove_token(Some(token));
        self.changed();
    }

    /// Asks with a body for a value. `names` stand in the places of the path.
    pub(crate) async fn call<B: Serialize + Sync, A: DeserializeOwned>(
        &self,
        operation: &Operation<B, A>,
        names: &[&str],
        body: &B,
    ) -> Result<A> {
        let body = serde_json::to_vec(body).map_err(Error::unreadable)?;
        read(&self.ask(operation, operation.target(names, &[]), Some(body)).await?)
    }

    /// Asks for a value.
    pub(crate) async fn fetch<A: DeserializeOwned>(
        &self,
        operation: &Operation<Nothing, A>,
        names: &[&str],
        query: &[(&str, &str)],
    ) -> Result<A> {
        read(&self.ask(operation, operation.target(names, query), None).await?)
    }

    /// Asks for a page of what is the account's: `limit` at most (1 to 200), `cursor` is `next` of
    /// the page before. The error has the time zone of the first city.
    pub(crate) async fn fetch_page<A: DeserializeOwned>(
        &self,
        operation: &Operation<Nothing, A>,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<A> {
        self.fetch_page_of(operation, &[], cursor, limit).await
    }

    /// As [`Client::fetch_page`], of what stands in the places of the path.
    pub(crate) async fn fetch_page_of<A: DeserializeOwned>(
        &self,
        operation: &Operation<Nothing, A>,
        names: &[&str],
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<A> {
        let outcome = match self.page(operation, names, cursor, limit) {
            Ok(asked) => asked.await.and_then(|answer| read(&answer)),
            Err(error) => Err(error),
        };
        self.explain(outcome)
    }

    #[inline(never)]
    fn page<'a>(&'a self, operation: &'a Entry, names: &[&str], cursor: Option<&str>, limit: u32) -> Result<Asked<'a>> {
        self.signed_in()?;
        let limit = page_size(limit)?.to_string();
        let mut query = vec![("limit", limit.as_str())];
        query.extend(cursor.map(|cursor| ("cursor", cursor)));
        Ok(self.ask(operation, operation.target(names, &query), None))
    }

    /// Asks for text as it is served: signed, or a document.
    pub(crate) async fn fetch_text<A>(&self, operation: &Operation<Nothing, A>, names: &[&str]) -> Result<Vec<u8>> {
        Ok(self.ask(operation, operation.target(names, &[]), None).await?.body)
    }

    /// Wants something done that says nothing.
    pub(crate) async fn tell(&self, operation: &Operation<Nothing, Nothing>, names: &[&str]) -> Result<()> {
        self.ask(operation, operation.target(names, &[]), None).await.map(drop)
    }

    /// Boxed and not generic: each call waits for it in the same few instructions. What is under
    /// way when the client is closed fails as what comes later does, however it was answered.
    #[inline(never)]
    fn ask<'a>(&'a self, operation: &'a Entry, path: String, body: Option<Vec<u8>>) -> Asked<'a> {
        Box::pin(async move {
            self.core().still_open()?;
            // What is only read may be asked again, whatever became of the first.
            let mut again = if operation.method == Method::Get { self.config().read_retries } else { 0 };
            let key = operation.is_action.then(|| self.new_key());
            let outcome = loop {
                let outcome = self.exchange(operation, path.clone(), key.as_deref(), body.clone()).await;
                self.core().still_open()?;
                if outcome.is_ok() || again == 0 {
                    break outcome;
                }
                again -= 1;
            };
            done(outcome?)
        })
    }
}

/// What was under way when the client was closed: it may have been executed.
fn given_up() -> LinkError {
    LinkError::Unknown("the client was closed".to_owned())
}

/// The answer, where it is what was asked for.
pub(crate) fn done(answer: LinkAnswer) -> Result<LinkAnswer> {
    match meaning(answer.status, &answer.body) {
        Meaning::Done => Ok(answer),
        Meaning::Refused(problem) => Err(problem.into()),
        Meaning::Foreign => {
            Err(Error::unreadable(format!("status {} without a problem of the operator", answer.status)))
        }
    }
}

fn read<A: DeserializeOwned>(answer: &LinkAnswer) -> Result<A> {
    from_json(&answer.body).map_err(|why| Error::unreadable(why).of_request(answer.header(headers::REQUEST_ID)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_portal_or_proxy_is_never_taken_for_the_operator() {
        assert_eq!(meaning(403, b"<html>log in to the wifi</html>"), Meaning::Foreign);
        assert_eq!(meaning(502, b""), Meaning::Foreign);
        assert_eq!(
            meaning(404, br#"{"type":"about:blank","title":"Not Found","status":404,"detail":"","code":"not_found"}"#),
            Meaning::Foreign
        );
        let ours = Problem::new(ProblemCode::DepositTooLow, "");
        let body = serde_json::to_vec(&ours).unwrap_or_default();
        assert_eq!(meaning(422, &body), Meaning::Refused(ours));
        assert_eq!(meaning(400, &body), Meaning::Foreign, "the status is not the problem's");
    }

    #[test]
    fn a_pause_is_an_hour_at_most() {
        let after = |text: &str| {
            let headers = vec![("Retry-After".to_owned(), text.to_owned())];
            retry_after(&LinkAnswer { status: 429, headers, body: Vec::new() })
        };
        assert_eq!(after("40"), Some(40));
        assert_eq!(after("3600"), Some(3_600));
        assert_eq!(after("3601"), Some(3_600));
        assert_eq!(after("99999999999"), Some(3_600));
        assert_eq!(after("Wed, 21 Oct 2026 07:28:00 GMT"), None);
        assert_eq!(after("-1"), None);
    }
}
