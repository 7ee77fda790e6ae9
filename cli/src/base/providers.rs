//! The way to payment providers: HTTP with time-outs and without redirects, and the task that sends
//! what waits for them.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use mesto_operator::payments::{HttpAnswer, HttpRequest, ProviderLink, send_due};
use mesto_operator::{Clock, Operator, Store};
use reqwest::Method;

use crate::kernel::web;

/// A longer answer, in bytes, is not a provider's.
const LONGEST_ANSWER: usize = 64 * 1024;
/// How often it is looked for what waits.
pub const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Providers over HTTP. A clone is the same one.
#[derive(Clone)]
pub struct HttpProviders(reqwest::Client);

impl HttpProviders {
    /// `bank_url` is whom it will speak to.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(bank_url: &str) -> Result<Self, String> {
        web::client_for(bank_url).map(Self)
    }

    async fn exchange(&self, request: HttpRequest) -> Option<HttpAnswer> {
        let method = Method::from_bytes(request.method.as_bytes()).ok()?;
        let mut sending = self.0.request(method, &request.url).body(request.body);
        for (name, value) in request.headers {
            sending = sending.header(name, value);
        }
        let answer = match sending.send().await {
            Ok(answer) => answer,
            Err(error) => {
                let (is_connect, is_timeout) = (error.is_connect(), error.is_timeout());
                tracing::info!(is_connect, is_timeout, "a provider did not answer; it is asked again");
                return None;
            }
        };
        let status = answer.status().as_u16();
        let Some(body) = web::body_within(answer, LONGEST_ANSWER).await else {
            tracing::warn!(status, "a provider's answer breaks off or has no end; it is asked again");
            return None;
        };
        Some(HttpAnswer { status, body })
    }
}

impl ProviderLink for HttpProviders {
    fn send(&self, request: HttpRequest) -> Pin<Box<dyn Future<Output = Option<HttpAnswer>> + Send + '_>> {
        Box::pin(self.exchange(request))
    }
}

/// Sends what waits for providers, again and again. Whoever drops it stops it: a request that was
/// under way is sent again by the next one, and a provider pays a refund once.
pub async fn send_forever(
    operator: Arc<Operator>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    link: impl ProviderLink,
) -> Infallible {
    let mut beat = tokio::time::interval(LOOK_EVERY);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        if let Err(error) = send_due(&operator, &store, clock.as_ref(), &link).await {
            tracing::error!(reason = %error, "what waits for providers cannot be read");
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, Bytes};
    use axum::http::{HeaderMap, StatusCode, header};
    use axum::response::IntoResponse;
    use axum::routing::post;
    use tokio::net::TcpListener;

    use super::*;

    fn request(url: String) -> HttpRequest {
        let headers = vec![("content-type", "application/json".to_owned()), ("mesto-signature", "ab12".to_owned())];
        HttpRequest { method: "POST", url, headers, body: b"{}".to_vec() }
    }

    /// A provider on loopback: its address.
    async fn provider() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let echo = |headers: HeaderMap, body: Bytes| async move {
            let signature = headers.get("mesto-signature").unwrap().to_str().unwrap().to_owned();
            (StatusCode::UNPROCESSABLE_ENTITY, format!("{signature} {}", String::from_utf8_lossy(&body)))
        };
        let away = || async { (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, "/echo")]) };
        let long = |size: usize| move || async move { Body::from(vec![b'x'; size]).into_response() };
        let routes = Router::new()
            .route("/echo", post(echo))
            .route("/away", post(away))
            .route("/longest", post(long(LONGEST_ANSWER)))
            .route("/longer", post(long(LONGEST_ANSWER + 1)));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        address
    }

    #[tokio::test]
    async fn a_request_leaves_as_it_is_and_a_redirect_is_an_answer_and_nothing_to_follow() {
        let address = provider().await;
        let link = HttpProviders::new(&address).unwrap();
        let answer = link.send(request(format!("{address}/echo"))).await.unwrap();
        assert_eq!((answer.status, answer.body.as_slice()), (422, &b"ab12 {}"[..]));
        let away = link.send(request(format!("{address}/away"))).await.unwrap();
        assert_eq!((away.status, away.body.len()), (307, 0));
    }

    #[tokio::test]
    async fn an_answer_without_end_and_no_answer_are_none() {
        let address = provider().await;
        let link = HttpProviders::new(&address).unwrap();
        let longest = link.send(request(format!("{address}/longest"))).await.unwrap();
        assert_eq!(longest.body.len(), LONGEST_ANSWER);
        assert_eq!(link.send(request(format!("{address}/longer"))).await, None);
        let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        assert_eq!(link.send(request(format!("http://{gone}/refunds"))).await, None);
        assert_eq!(link.send(request("no address".to_owned())).await, None);
    }
}
