//! The link over HTTP: reqwest with rustls, one connection pool, ten seconds per request.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reqwest::redirect::Policy;
use rustls::crypto::{CryptoProvider, KeyProvider};
use rustls::pki_types::PrivateKeyDer;
use rustls::sign::SigningKey;

use crate::kernel::ports::{Link, LinkAnswer, LinkError, LinkRequest, Method};

/// A request that has no answer after this long has none.
pub const TIMEOUT: Duration = Duration::from_secs(10);
/// An answer longer than this, in bytes, is not the operator's.
pub const LONGEST_ANSWER: usize = 8 * 1024 * 1024;

/// The way to one operator.
///
/// Needs a tokio runtime around its futures (the bindings bring one).
pub struct HttpLink {
    client: reqwest::Client,
    /// Scheme and host, without a slash at the end.
    base: String,
}

/// The link cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum HttpLinkError {
    #[error("`{0}` is not an address of an operator; write https://host or http://127.0.0.1:port")]
    Address(String),
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
}

/// A phone shows an operator no certificate of its own. What reads private keys and signs with them is left out of the app.
#[derive(Debug)]
struct NoKeys;

impl KeyProvider for NoKeys {
    fn load_private_key(&self, _: PrivateKeyDer<'static>) -> Result<Arc<dyn SigningKey>, rustls::Error> {
        Err(rustls::Error::General("this link shows no certificate of its own".to_owned()))
    }
}

/// Scheme and host of an operator's address, without a slash at the end, and whether it is this machine itself.
fn read_base(operator_url: &str) -> Result<(String, bool), HttpLinkError> {
    let base = operator_url.trim().trim_end_matches('/').to_owned();
    let wrong = || HttpLinkError::Address(operator_url.to_owned());
    let url = reqwest::Url::parse(&base).map_err(|_| wrong())?;
    let host = url.host_str().ok_or_else(wrong)?;
    let loopback = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    match url.scheme() {
        "https" => Ok((base, loopback)),
        "http" if loopback => Ok((base, loopback)),
        _ => Err(wrong()),
    }
}

/// What a request's path is put behind: `https://operator.example`. Plain `http://` is taken only for this machine
/// itself.
///
/// # Errors
/// [`HttpLinkError::Address`]
pub fn operator_base(operator_url: &str) -> Result<String, HttpLinkError> {
    read_base(operator_url).map(|(base, _)| base)
}

impl HttpLink {
    /// A link to `https://operator.example`. Plain `http://` is taken only for this machine itself.
    ///
    /// # Errors
    /// [`HttpLinkError`]
    pub fn new(operator_url: &str) -> Result<Self, HttpLinkError> {
        let (base, loopback) = read_base(operator_url)?;
        let tls = |why: &dyn std::fmt::Display| HttpLinkError::Tls(why.to_string());
        let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let provider = CryptoProvider { key_provider: &NoKeys, ..rustls::crypto::ring::default_provider() };
        let config = rustls::ClientConfig::builder_with_provider(provider.into())
            .with_safe_default_protocol_versions()
            .map_err(|why| tls(&why))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(config)
            .timeout(TIMEOUT)
            .connect_timeout(TIMEOUT / 2)
            // A redirect could carry the token to another host.
            .redirect(Policy::none());
        // A proxy has no business between this machine and itself.
        let builder = if loopback { builder.no_proxy() } else { builder };
        Ok(Self { client: builder.build().map_err(|why| tls(&why))?, base })
    }
}

/// Only a connection that never came to be is sure not to have carried the request.
fn classify(error: &reqwest::Error) -> LinkError {
    let mut why = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        why = cause.to_string();
        source = cause.source();
    }
    if error.is_connect() || error.is_builder() { LinkError::NotSent(why) } else { LinkError::Unknown(why) }
}

#[async_trait]
impl Link for HttpLink {
    async fn send(&self, request: LinkRequest) -> Result<LinkAnswer, LinkError> {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut outgoing = self.client.request(method, format!("{}{}", self.base, request.path));
        for (name, value) in &request.headers {
            outgoing = outgoing.header(name, value);
        }
        if let Some(body) = request.body {
            outgoing = outgoing.body(body);
        }
        let mut answer = outgoing.send().await.map_err(|error| classify(&error))?;
        let status = answer.status().as_u16();
        let headers = answer
            .headers()
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
            .collect();
        let mut body = Vec::new();
        // From here on the request was executed, whatever happens to the rest of the answer.
        while let Some(chunk) = answer.chunk().await.map_err(|error| LinkError::Unknown(error.to_string()))? {
            if body.len() + chunk.len() > LONGEST_ANSWER {
                return Err(LinkError::Unknown("the answer is too long".to_owned()));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(LinkAnswer { status, headers, body })
    }
}
