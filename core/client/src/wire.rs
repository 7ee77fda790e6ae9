//! One exchange with the operator: headers out, clock and connection state in, and what an answer means.

use mesto_protocol::{Problem, ProblemCode, route};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::client::{Client, TOKEN};
use crate::clock::Anchor;
use crate::error::{Error, Result};
use crate::ports::{LinkAnswer, LinkError, LinkRequest, Method};
use crate::snapshot::Connection;
use crate::store::rows;

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

/// Reads status and body. A refusal counts only when it is a problem of ours with the status it came with.
pub(crate) fn meaning(status: u16, body: &[u8]) -> Meaning {
    if (200..300).contains(&status) {
        return Meaning::Done;
    }
    match serde_json::from_slice::<Problem>(body) {
        Ok(problem)
            if problem.status == status && problem.r#type.strip_prefix("urn:mesto:problem:") == Some(&problem.code) =>
        {
            Meaning::Refused(problem)
        }
        _ => Meaning::Foreign,
    }
}

/// A text as part of a path or query.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

/// A moment as part of a query.
pub(crate) fn rfc3339(at: chrono::DateTime<chrono::Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// A route with its one parameter filled in.
pub(crate) fn path(route: &str, value: &str) -> String {
    match (route.find('{'), route.find('}')) {
        (Some(from), Some(to)) => {
            let (head, tail) = (route.get(..from).unwrap_or_default(), route.get(to + 1..).unwrap_or_default());
            format!("{head}{}{tail}", escape(value))
        }
        _ => route.to_owned(),
    }
}

/// Epoch milliseconds from 2000 to 2100: anything else is no operator's clock.
const PLAUSIBLE_MS: std::ops::Range<i64> = 946_684_800_000..4_102_444_800_000;
/// Nobody is made to wait longer for the next attempt, seconds: a slip must not leave an intent open for years.
const LONGEST_PAUSE: u32 = 3_600;

/// Whole seconds of `Retry-After`, an hour at most.
pub(crate) fn retry_after(answer: &LinkAnswer) -> Option<u32> {
    let seconds: u64 = answer.header("retry-after")?.trim().parse().ok()?;
    Some(u32::try_from(seconds).map_or(LONGEST_PAUSE, |seconds| seconds.min(LONGEST_PAUSE)))
}

impl Client {
    /// Sends a request; learns the operator's time and the state of the connection from what comes back.
    pub(crate) async fn exchange(
        &self,
        method: Method,
        path: String,
        key: Option<&str>,
        body: Option<Vec<u8>>,
    ) -> std::result::Result<LinkAnswer, LinkError> {
        let token = self.core().token.clone();
        let mut headers = vec![(route::CLIENT.to_owned(), self.config().version.clone())];
        if let Some(token) = &token {
            headers.push(("authorization".to_owned(), format!("Bearer {token}")));
        }
        if let Some(key) = key {
            headers.push((route::IDEMPOTENCY_KEY.to_owned(), key.to_owned()));
        }
        if body.is_some() {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
        }
        let sent = self.ports().clock.monotonic();
        let outcome = self.ports().link.send(LinkRequest { method, path, headers, body }).await;
        match &outcome {
            Ok(answer) => self.heard(answer, sent, token.as_deref()),
            Err(_) => self.connection_is(Connection::Offline),
        }
        outcome
    }

    fn heard(&self, answer: &LinkAnswer, sent: std::time::Duration, token: Option<&str>) {
        let refusal = match meaning(answer.status, &answer.body) {
            Meaning::Refused(problem) => problem.kind(),
            Meaning::Done => None,
            // Somebody else answers for the operator: there is no connection to him, and his time is not the operator's.
            Meaning::Foreign => return self.connection_is(Connection::Offline),
        };
        let told = answer.header(route::TIME).and_then(|ms| ms.trim().parse::<i64>().ok());
        if let Some(server_ms) = told.filter(|ms| PLAUSIBLE_MS.contains(ms)) {
            self.clock_is(Anchor::observe(server_ms, sent, self.ports().clock.as_ref()));
        }
        match refusal {
            Some(ProblemCode::ClientTooOld) => self.connection_is(Connection::UpdateNeeded),
            Some(ProblemCode::Unauthorized) => {
                self.connection_is(Connection::Online);
                if let Some(token) = token {
                    self.session_over(token);
                }
            }
            _ => self.connection_is(Connection::Online),
        }
    }

    fn connection_is(&self, connection: Connection) {
        let changed = std::mem::replace(&mut self.core().connection, connection) != connection;
        if changed {
            self.changed();
        }
    }

    /// Takes the operator's time. It is stored when it says something new, so that the next start knows it too.
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
        if moved {
            // A phone without room still knows the time until it is switched off.
            let _ = core.write(now, |db| rows::set(db, rows::meta::ANCHOR, &anchor));
        }
        drop(core);
        if moved {
            self.changed();
        }
    }

    /// The operator no longer takes this token: it is forgotten, what is stored stays.
    fn session_over(&self, token: &str) {
        let mut core = self.core();
        // After the end the token is that of the client that was opened since.
        if core.still_open().is_err() || core.token.as_deref() != Some(token) {
            return;
        }
        core.token = None;
        drop(core);
        // A keychain that fails now is asked again at the next start, and the operator refuses again.
        let _ = self.ports().secrets.remove(TOKEN);
        self.changed();
    }

    /// A request whose answer is a value.
    pub(crate) async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: String,
        body: Option<&(impl Serialize + Sync)>,
    ) -> Result<T> {
        let answer = self.ask_raw(method, path, body).await?;
        serde_json::from_slice(&answer.body).map_err(Error::unreadable)
    }

    /// A request whose answer only matters by its status, or is not JSON.
    pub(crate) async fn ask_raw(
        &self,
        method: Method,
        path: String,
        body: Option<&(impl Serialize + Sync)>,
    ) -> Result<LinkAnswer> {
        self.core().still_open()?;
        let body = body.map(serde_json::to_vec).transpose().map_err(Error::unreadable)?;
        let answer = self.exchange(method, path, None, body).await?;
        match meaning(answer.status, &answer.body) {
            Meaning::Done => Ok(answer),
            Meaning::Refused(problem) => Err(problem.into()),
            Meaning::Foreign => {
                Err(Error::unreadable(format!("status {} without a problem of the operator", answer.status)))
            }
        }
    }

    /// A request without a body.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: String) -> Result<T> {
        self.ask(Method::Get, path, None::<&()>).await
    }
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

    #[test]
    fn a_value_cannot_break_out_of_a_path() {
        assert_eq!(path(route::VEHICLE, "a/../b?c"), "/v1/vehicles/a%2F..%2Fb%3Fc");
        assert_eq!(path(route::ORDER_PAYMENT, "Š1"), "/v1/orders/%C5%A01/payment");
    }
}
