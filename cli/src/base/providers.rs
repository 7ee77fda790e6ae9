//! The way to payment providers: HTTP with time-outs and without redirects, and the task that sends what waits for them.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use mesto_operator::payments::{HttpAnswer, HttpRequest, ProviderLink, send_due};
use mesto_operator::{Clock, Operator, Store};
use reqwest::Method;
use reqwest::redirect::Policy;

/// A request that has no answer after this long has none: it is sent again later.
const TIMEOUT: Duration = Duration::from_secs(15);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// A longer answer, in bytes, is not a provider's.
const LONGEST_ANSWER: usize = 64 * 1024;
/// How often it is looked for what waits.
pub const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Providers over HTTP. A clone is the same one.
#[derive(Clone)]
pub struct HttpProviders(reqwest::Client);

impl HttpProviders {
    /// `bank_url` is whom it will speak to: a proxy of the environment has no business between this machine and itself.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(bank_url: &str) -> Result<Self, String> {
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let tls = rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .map_err(|why| why.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .timeout(TIMEOUT)
            .connect_timeout(CONNECT_TIMEOUT)
            // What is signed for one provider is nobody else's.
            .redirect(Policy::none());
        let is_here = reqwest::Url::parse(bank_url)
            .is_ok_and(|url| matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]")));
        let builder = if is_here { builder.no_proxy() } else { builder };
        Ok(Self(builder.build().map_err(|why| why.to_string())?))
    }

    async fn exchange(&self, request: HttpRequest) -> Option<HttpAnswer> {
        let method = Method::from_bytes(request.method.as_bytes()).ok()?;
        let mut sending = self.0.request(method, &request.url).body(request.body);
        for (name, value) in request.headers {
            sending = sending.header(name, value);
        }
        let mut answer = match sending.send().await {
            Ok(answer) => answer,
            Err(error) => {
                let (is_connect, is_timeout) = (error.is_connect(), error.is_timeout());
                tracing::info!(is_connect, is_timeout, "a provider did not answer; it is asked again");
                return None;
            }
        };
        let (status, mut body) = (answer.status().as_u16(), Vec::new());
        while let Some(part) = answer.chunk().await.ok()? {
            if body.len() + part.len() > LONGEST_ANSWER {
                tracing::warn!(status, "a provider's answer has no end; it is asked again");
                return None;
            }
            body.extend_from_slice(&part);
        }
        Some(HttpAnswer { status, body })
    }
}

impl ProviderLink for HttpProviders {
    fn send(&self, request: HttpRequest) -> Pin<Box<dyn Future<Output = Option<HttpAnswer>> + Send + '_>> {
        Box::pin(self.exchange(request))
    }
}

/// Sends what waits for providers, again and again. Whoever drops it stops it: a request that was under way is sent again
/// by the next one, and a provider pays a refund once.
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
