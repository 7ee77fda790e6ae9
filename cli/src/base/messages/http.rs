//! A gateway that takes each message as a request over HTTP, as its owner describes it.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::time::Duration;

use chrono::TimeDelta;
use mesto_operator::payments::sign;
use mesto_operator::{MessageGateway, OutgoingMessage, Sending, is_this_machine};
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Method, Url};
use serde::Deserialize;

use super::template::{Name, Template, in_form, in_json, plain};
use crate::kernel::private_files;
use crate::kernel::web;

/// A longer answer, in bytes, is not a gateway's.
const LONGEST_ANSWER: usize = 64 * 1024;
/// Longest wait that a gateway may ask for, in seconds.
const LONGEST_WAIT: i64 = 3_600;

/// The table `[http]` of the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    url: String,
    #[serde(default = "post")]
    method: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
    #[serde(default = "json")]
    content_type: String,
    secret_file: Option<PathBuf>,
    /// HMAC-SHA256 of the body with the secret, in hexadecimal digits.
    signature_header: Option<String>,
    #[serde(default = "success")]
    expect: Vec<u16>,
    /// Where the gateway's id of the message stands in its answer (RFC 6901). An answer without it
    /// does not say that the message was taken.
    id_at: Option<String>,
    #[serde(default = "ten")]
    timeout_seconds: u64,
}

fn post() -> String {
    "POST".to_owned()
}

fn json() -> String {
    "application/json".to_owned()
}

fn success() -> Vec<u16> {
    vec![200, 201, 202]
}

const fn ten() -> u64 {
    10
}

/// A request that is ready for the values of a message.
pub struct Http {
    client: reqwest::Client,
    method: Method,
    url: Template,
    headers: Vec<(HeaderName, Template)>,
    body: Template,
    content_type: HeaderValue,
    written: fn(&str) -> String,
    secret: String,
    signature: Option<HeaderName>,
    expect: Vec<u16>,
    id_at: Option<String>,
}

impl Http {
    /// `folder` is where the files that are named stand.
    ///
    /// # Errors
    /// What is wrong, and what would be right.
    pub fn new(written: Written, folder: &Path) -> Result<Self, String> {
        let Written { url, method, headers, body, content_type, secret_file, signature_header, .. } = written;
        let template = |what: &str, text: &str| Template::parse(text).map_err(|why| format!("{what}: {why}"));
        let url_template = template("url", &url)?;
        let bare = url_template.fill(&super::example(), "secret", in_form);
        let address = Url::parse(&bare).map_err(|why| format!("url: {why}; give https://gateway.example/messages"))?;
        let is_here = address.host_str().is_some_and(is_this_machine);
        if address.scheme() != "https" && !(address.scheme() == "http" && is_here) {
            return Err("url: codes leave over https alone, or over http to this machine".to_owned());
        }
        let content_kind = content_type.split(';').next().unwrap_or_default().trim().to_lowercase();
        let (is_json, is_form) = (content_kind.ends_with("json"), content_kind == "application/x-www-form-urlencoded");
        let values_written = if is_json {
            in_json
        } else if is_form {
            in_form
        } else {
            plain
        };
        let body = template("body", &body)?;
        if is_json && method != "GET" {
            let example = body.fill(&super::example(), "secret", in_json);
            serde_json::from_str::<serde_json::Value>(&example).map_err(|why| {
                format!("body: it is no JSON ({why}); places stand within quotes, as {{\"to\": \"{{recipient}}\"}}")
            })?;
        }
        if ![Name::Recipient, Name::Text].iter().all(|name| body.names(*name) || url_template.names(*name)) {
            return Err("body: {recipient} and {text} stand in it, or in the url".to_owned());
        }
        let secret = match &secret_file {
            Some(file) => private_files::named_password(folder, file).map_err(|why| format!("secret_file: {why}"))?,
            None => String::new(),
        };
        let headers = headers.iter().map(|(name, value)| {
            let name: HeaderName = name.parse().map_err(|_| format!("headers: `{name}` is no name of a header"))?;
            let value = template("headers", value)?;
            if value.names(Name::Text) {
                return Err("headers: {text} stands in the body or in the url".to_owned());
            }
            Ok((name, value))
        });
        let headers: Vec<(HeaderName, Template)> = headers.collect::<Result<_, String>>()?;
        let needs_secret = signature_header.is_some()
            || headers.iter().any(|(_, value)| value.names(Name::Secret))
            || body.names(Name::Secret)
            || url_template.names(Name::Secret);
        match (needs_secret, secret.is_empty()) {
            (true, true) => return Err("secret_file: say in which file the secret stands".to_owned()),
            (false, false) => {
                return Err(
                    "secret_file: nothing uses it; write {secret} in a header, or give signature_header".to_owned()
                );
            }
            _ => {}
        }
        let signature = signature_header.map(|name| name.parse::<HeaderName>()).transpose();
        if !(1..=mesto_operator::outbox::LONGEST_SENDING).contains(&written.timeout_seconds) {
            return Err(format!("timeout_seconds: from 1 to {}", mesto_operator::outbox::LONGEST_SENDING));
        }
        if written.id_at.as_ref().is_some_and(|at| !at.starts_with('/')) {
            return Err("id_at: a JSON pointer, such as /messages/0/id".to_owned());
        }
        let timeout = Duration::from_secs(written.timeout_seconds);
        Ok(Self {
            client: web::client_within(&bare, timeout)?,
            method: Method::from_bytes(method.as_bytes()).map_err(|_| format!("method: `{method}` is none"))?,
            url: url_template,
            headers,
            body,
            content_type: content_type.parse().map_err(|_| "content_type: it is none".to_owned())?,
            written: values_written,
            secret,
            signature: signature.map_err(|_| "signature_header: it is no name of a header".to_owned())?,
            expect: written.expect,
            id_at: written.id_at,
        })
    }

    async fn exchange(&self, message: &OutgoingMessage) -> Sending {
        let url = self.url.fill(message, &self.secret, in_form);
        let body = self.body.fill(message, &self.secret, self.written);
        let mut request = self.client.request(self.method.clone(), url);
        for (name, value) in &self.headers {
            request = request.header(name, value.fill(message, &self.secret, plain));
        }
        if let Some(name) = &self.signature {
            request = request.header(name, sign(self.secret.as_bytes(), body.as_bytes()));
        }
        if !body.is_empty() {
            request = request.header("content-type", &self.content_type).body(body);
        }
        let answer = match request.send().await {
            Ok(answer) => answer,
            // Also one that was not connected to in time: nothing was asked of it.
            Err(error) if error.is_connect() => return Sending::later("http_unreachable"),
            Err(error) if error.is_timeout() => return Sending::unanswered("http_timeout"),
            Err(error) if error.is_builder() => return Sending::Failed { reason: "http_request".to_owned() },
            Err(_) => return Sending::unanswered("http_broken_off"),
        };
        let status = answer.status().as_u16();
        let wait = answer.headers().get("retry-after").and_then(|wait| wait.to_str().ok()?.trim().parse::<i64>().ok());
        let wait = wait.map(|wait| TimeDelta::seconds(wait.clamp(0, LONGEST_WAIT)));
        if self.expect.contains(&status) {
            let body = web::body_within(answer, LONGEST_ANSWER).await.unwrap_or_default();
            let provider_id = self.id_in(&body);
            if self.id_at.is_some() && provider_id.is_none() {
                // Some gateways tell an error in an answer of 200.
                return Sending::Unanswered { reason: "http_no_id".to_owned(), wait };
            }
            return Sending::Sent { provider_id };
        }
        let reason = format!("http_status_{status}");
        match status {
            // What would be so at every try; a wrong key or address may be set right.
            400 | 402 | 405 | 406 | 410..=424 | 426..=428 | 431..=451 => Sending::Failed { reason },
            // The gateway says that it did not take it.
            300..=499 | 501 | 503 => Sending::Later { reason, wait },
            // It may have taken it before it failed, or one behind it has.
            _ => Sending::Unanswered { reason, wait },
        }
    }

    fn id_in(&self, body: &[u8]) -> Option<String> {
        let answer: serde_json::Value = serde_json::from_slice(body).ok()?;
        match answer.pointer(self.id_at.as_ref()?)? {
            serde_json::Value::String(id) => Some(id.clone()).filter(|id| !id.trim().is_empty()),
            serde_json::Value::Number(id) => Some(id.to_string()),
            _ => None,
        }
    }
}

impl MessageGateway for Http {
    fn send<'a>(&'a self, message: &'a OutgoingMessage) -> Pin<Box<dyn Future<Output = Sending> + Send + 'a>> {
        Box::pin(self.exchange(message))
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::StatusCode;
    use tokio::net::TcpListener;

    use super::*;

    /// What is told of a gateway that says nothing at all, at an address of this machine.
    async fn told_of_silence(scheme: &str) -> Sending {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let written = format!(
            "url = \"{scheme}://{}/?to={{recipient}}&text={{text}}\"\nmethod = \"GET\"\ntimeout_seconds = 1",
            listener.local_addr().unwrap()
        );
        let gateway = Http::new(toml::from_str(&written).unwrap(), Path::new("")).unwrap();
        gateway.send(&crate::base::messages::example()).await
    }

    #[tokio::test]
    async fn no_connection_in_time_is_no_submission_however_short_the_time_is() {
        // Nothing was asked of a server before TLS stands; of one without TLS it was.
        assert_eq!(told_of_silence("https").await, Sending::later("http_unreachable"));
        assert_eq!(told_of_silence("http").await, Sending::unanswered("http_timeout"));
    }

    #[tokio::test]
    async fn an_answer_without_the_id_that_it_should_have_does_not_say_that_the_message_was_taken() {
        for (answer, id) in [
            (r#"{"id": "gw-7"}"#, Some("gw-7")),
            (r#"{"id": 7}"#, Some("7")),
            (r#"{"status": "error", "reason": "no credit"}"#, None),
            (r#"{"id": null}"#, None),
            (r#"{"id": " "}"#, None),
            (r#"{"id": {"of": "gw-7"}}"#, None),
            ("ERROR 104", None),
            ("", None),
        ] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let gateway =
                Router::new().fallback(move || async move { (StatusCode::OK, [("retry-after", "9")], answer) });
            tokio::spawn(async move { axum::serve(listener, gateway).await });
            let url = format!("url = \"http://{address}/?to={{recipient}}&text={{text}}\"\nmethod = \"GET\"\n");
            let sent = async |more: &str| {
                let written = toml::from_str(&format!("{url}{more}")).unwrap();
                Http::new(written, Path::new("")).unwrap().exchange(&super::super::example()).await
            };
            let right = match id {
                Some(id) => Sending::Sent { provider_id: Some(id.to_owned()) },
                None => Sending::Unanswered { reason: "http_no_id".to_owned(), wait: Some(TimeDelta::seconds(9)) },
            };
            assert_eq!(sent("id_at = \"/id\"").await, right, "{answer}");
            // Where no id is awaited the status says it.
            assert_eq!(sent("").await, Sending::Sent { provider_id: None }, "{answer}");
        }
    }
}
