//! The link over HTTP: hyper with rustls, one pool of connections, [`Timeouts`] per request.

mod tls;

use std::error::Error as StdError;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
#[cfg(feature = "proxy")]
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
#[cfg(feature = "proxy")]
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;
use tower_service::Service;

use crate::kernel::ports::{Link, LinkAnswer, LinkError, LinkRequest, LinkStream, Opened};

/// How long an operator is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For an answer, from the first byte sent to the last one heard: without one after this long
    /// there is none. 1 to 120 seconds, usually 10.
    pub request: Duration,
    /// For a connection, TLS included; a part of the former. 1 second to `request`, usually 5.
    pub connect: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { request: Duration::from_secs(10), connect: Duration::from_secs(5) }
    }
}

impl Timeouts {
    /// The shortest and the longest `request`.
    pub const LEAST: Duration = Duration::from_secs(1);
    pub const MOST: Duration = Duration::from_secs(120);

    /// The same, where they can be.
    ///
    /// # Errors
    /// [`HttpLinkError::Timeouts`]
    pub fn checked(self) -> Result<Self, HttpLinkError> {
        let can_be =
            (Self::LEAST..=Self::MOST).contains(&self.request) && (Self::LEAST..=self.request).contains(&self.connect);
        if can_be { Ok(self) } else { Err(HttpLinkError::Timeouts { request: self.request, connect: self.connect }) }
    }
}

/// A stream in which nothing comes for so long has broken: the operator sends a comment every 20
/// seconds.
pub const SILENCE: Duration = Duration::from_secs(45);
/// An answer longer than this, in bytes, is not the operator's.
pub const LONGEST_ANSWER: usize = 8 * 1024 * 1024;
/// A connection without packets is asked after this long whether it still stands.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

type Failure = Box<dyn StdError + Send + Sync>;

/// The way to one operator.
///
/// Needs a tokio runtime around its futures (the bindings bring one).
pub struct HttpLink {
    way: Way,
    /// Scheme and host, without a slash at the end.
    base: String,
    timeouts: Timeouts,
}

/// How connections are made.
enum Way {
    Straight(Pool<HttpConnector>),
    /// By a proxy of the environment.
    #[cfg(feature = "proxy")]
    Proxy(Pool<Tunnel<HttpConnector>>),
}

type Pool<C> = Client<InTime<HttpsConnector<C>>, Full<Bytes>>;

/// Gives up a connection that does not come to be, TLS included.
#[derive(Clone)]
struct InTime<C>(C, Duration);

impl<C> Service<Uri> for InTime<C>
where
    C: Service<Uri, Error = Failure>,
    C::Future: Send + 'static,
{
    type Response = C::Response;
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<C::Response, Failure>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        let connecting = tokio::time::timeout(self.1, self.0.call(target));
        Box::pin(async move { connecting.await? })
    }
}

/// The link cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum HttpLinkError {
    #[error("`{0}` is not an address of an operator; write https://host or http://127.0.0.1:port")]
    Address(String),
    #[error("TLS cannot be set up: {0}")]
    Tls(String),
    #[error(
        "an answer can be waited for from 1 s to 120 s and a connection from 1 s to as long, not {request:?} and {connect:?}"
    )]
    Timeouts { request: Duration, connect: Duration },
}

/// Scheme and host of an operator's address, without a slash at the end, and whether it is this
/// machine itself.
fn read_base(operator_url: &str) -> Result<(String, bool), HttpLinkError> {
    let base = operator_url.trim().trim_end_matches('/').to_owned();
    let wrong = || HttpLinkError::Address(operator_url.to_owned());
    let url: Uri = base.parse().map_err(|_| wrong())?;
    let host = url.host().filter(|host| !host.is_empty()).ok_or_else(wrong)?;
    let loopback = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    match url.scheme_str() {
        Some("https") => Ok((base, loopback)),
        Some("http") if loopback => Ok((base, loopback)),
        _ => Err(wrong()),
    }
}

/// What a request's path is put behind: `https://operator.example`. Plain `http://` is taken only
/// for this machine itself.
///
/// # Errors
/// [`HttpLinkError::Address`]
pub fn operator_base(operator_url: &str) -> Result<String, HttpLinkError> {
    read_base(operator_url).map(|(base, _)| base)
}

fn config() -> Result<ClientConfig, HttpLinkError> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let config = ClientConfig::builder_with_provider(tls::provider().into())
        .with_safe_default_protocol_versions()
        .map_err(|why| HttpLinkError::Tls(why.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

fn pool<C>(tcp: C, connect: Duration) -> Result<Pool<C>, HttpLinkError>
where
    InTime<HttpsConnector<C>>: Connect + Clone,
{
    let secure = HttpsConnectorBuilder::new().with_tls_config(config()?).https_or_http().enable_http1();
    let connector = InTime(secure.wrap_connector(tcp), connect);
    Ok(Client::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector))
}

fn tcp() -> HttpConnector {
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_keepalive(Some(KEEP_ALIVE));
    tcp
}

impl Way {
    fn straight(connect: Duration) -> Result<Self, HttpLinkError> {
        pool(tcp(), connect).map(Self::Straight)
    }

    /// To `base` by the proxy that is meant for it, if there is one.
    #[cfg(feature = "proxy")]
    fn to(base: &str, proxies: &Matcher, connect: Duration) -> Result<Self, HttpLinkError> {
        if let Ok(base) = base.parse()
            && let Some(proxy) = proxies.intercept(&base)
        {
            let tunnel = Tunnel::new(proxy.uri().clone(), tcp());
            let tunnel = match proxy.basic_auth() {
                Some(auth) => tunnel.with_auth(auth.clone()),
                None => tunnel,
            };
            return pool(tunnel, connect).map(Self::Proxy);
        }
        Self::straight(connect)
    }
}

impl HttpLink {
    /// A link to `https://operator.example`. Plain `http://` is taken only for this machine itself.
    ///
    /// # Errors
    /// [`HttpLinkError`]
    pub fn new(operator_url: &str) -> Result<Self, HttpLinkError> {
        Self::with(operator_url, Timeouts::default())
    }

    /// The same, with other time-outs.
    ///
    /// # Errors
    /// [`HttpLinkError`]
    pub fn with(operator_url: &str, timeouts: Timeouts) -> Result<Self, HttpLinkError> {
        let timeouts = timeouts.checked()?;
        let (base, loopback) = read_base(operator_url)?;
        // No proxy has any business between this machine and itself.
        let way = if loopback { Way::straight(timeouts.connect) } else { Self::way_out(&base, timeouts.connect) };
        Ok(Self { way: way?, base, timeouts })
    }

    #[cfg(feature = "proxy")]
    fn way_out(base: &str, connect: Duration) -> Result<Way, HttpLinkError> {
        Way::to(base, &Matcher::from_env(), connect)
    }

    /// The environment of a phone's app names no proxy.
    #[cfg(not(feature = "proxy"))]
    fn way_out(_: &str, connect: Duration) -> Result<Way, HttpLinkError> {
        Way::straight(connect)
    }

    /// Sends it. A redirect is an answer like another one: following it could carry the token to
    /// another host.
    async fn request(&self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, LinkError> {
        let outcome = match &self.way {
            Way::Straight(pool) => pool.request(request).await,
            #[cfg(feature = "proxy")]
            Way::Proxy(pool) => pool.request(request).await,
        };
        outcome.map_err(|error| {
            // Only a connection that never came to be is sure not to have carried the request.
            let why = reason(&error);
            if error.is_connect() { LinkError::NotSent(why) } else { LinkError::Unknown(why) }
        })
    }

    async fn exchange(
        &self,
        request: Request<Full<Bytes>>,
        is_stream: bool,
    ) -> Result<(LinkAnswer, Option<Incoming>), LinkError> {
        let answer = self.request(request).await?;
        let status = answer.status().as_u16();
        let headers = answer
            .headers()
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
            .collect();
        if is_stream && status == 200 {
            return Ok((LinkAnswer { status, headers, body: Vec::new() }, Some(answer.into_body())));
        }
        let mut incoming = answer.into_body();
        let mut body = Vec::new();
        // From here on the request was executed, whatever happens to the rest of the answer.
        while let Some(frame) = incoming.frame().await {
            let frame = frame.map_err(|error| LinkError::Unknown(reason(&error)))?;
            let Ok(chunk) = frame.into_data() else { continue };
            if body.len() + chunk.len() > LONGEST_ANSWER {
                return Err(LinkError::Unknown("the answer is too long".to_owned()));
            }
            body.extend_from_slice(&chunk);
        }
        Ok((LinkAnswer { status, headers, body }, None))
    }

    /// Sends it, and hears the whole answer or, of a stream, its head.
    async fn ask(&self, request: LinkRequest, is_stream: bool) -> Result<(LinkAnswer, Option<Incoming>), LinkError> {
        let mut outgoing =
            Request::builder().method(request.method.as_str()).uri(format!("{}{}", self.base, request.path));
        for (name, value) in &request.headers {
            outgoing = outgoing.header(name, value);
        }
        let body = Full::new(request.body.unwrap_or_default().into());
        let outgoing = outgoing.body(body).map_err(|error| LinkError::NotSent(error.to_string()))?;
        match tokio::time::timeout(self.timeouts.request, self.exchange(outgoing, is_stream)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(LinkError::Unknown(format!("no answer within {:?}", self.timeouts.request))),
        }
    }
}

/// What comes of a stream.
struct Stream(Incoming);

#[async_trait]
impl LinkStream for Stream {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, LinkError> {
        loop {
            let Ok(frame) = tokio::time::timeout(SILENCE, self.0.frame()).await else {
                return Err(LinkError::Unknown("the stream fell silent".to_owned()));
            };
            let Some(frame) = frame else { return Ok(None) };
            let frame = frame.map_err(|error| LinkError::Unknown(reason(&error)))?;
            if let Ok(bytes) = frame.into_data() {
                return Ok(Some(bytes.into()));
            }
        }
    }
}

/// What lies at the bottom of an error.
fn reason(error: &dyn StdError) -> String {
    let mut deepest = error;
    while let Some(cause) = deepest.source() {
        deepest = cause;
    }
    deepest.to_string()
}

#[async_trait]
impl Link for HttpLink {
    async fn send(&self, request: LinkRequest) -> Result<LinkAnswer, LinkError> {
        self.ask(request, false).await.map(|(answer, _)| answer)
    }

    async fn open(&self, request: LinkRequest) -> Result<Opened, LinkError> {
        Ok(match self.ask(request, true).await? {
            (answer, Some(body)) => Opened::Stream(answer.headers, Box::new(Stream(body))),
            (answer, None) => Opened::Answer(answer),
        })
    }
}

#[cfg(test)]
#[cfg(feature = "proxy")]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use super::*;
    use crate::kernel::ports::Method;

    /// What a proxy hears of a request to `base`, and what becomes of the request when it refuses.
    fn by_proxy(base: &str, not_for: &str) -> (Option<String>, LinkError) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let proxy = format!("http://user:secret@{}", listener.local_addr().unwrap());
        let matcher = Matcher::builder().all(proxy).no(not_for).build();
        let timeouts = Timeouts::default();
        let way = Way::to(base, &matcher, timeouts.connect).unwrap();
        let link = HttpLink { way, base: base.to_owned(), timeouts };
        let heard = matches!(link.way, Way::Proxy(_)).then(|| {
            std::thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = Vec::new();
                let mut part = [0; 1024];
                while !request.ends_with(b"\r\n\r\n") {
                    let read = stream.read(&mut part).unwrap();
                    request.extend_from_slice(&part[..read]);
                }
                stream.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n").unwrap();
                String::from_utf8(request).unwrap()
            })
        });
        let request = LinkRequest { method: Method::Get, path: "/v1/cities".into(), headers: Vec::new(), body: None };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let outcome = runtime.block_on(link.send(request)).unwrap_err();
        (heard.map(|heard| heard.join().unwrap()), outcome)
    }

    #[test]
    fn a_proxy_is_asked_for_a_tunnel_to_the_operator_and_hears_nothing_else() {
        let (heard, outcome) = by_proxy("https://operator.example", "other.example");
        let heard = heard.unwrap().to_lowercase();
        assert!(heard.starts_with("connect operator.example:443 http/1.1\r\n"), "{heard}");
        assert!(heard.contains("proxy-authorization: basic dxnlcjpzzwnyzxq="), "{heard}");
        assert!(!heard.contains("/v1/"), "{heard}");
        assert!(matches!(outcome, LinkError::NotSent(_)), "{outcome:?}");
    }

    #[test]
    fn a_host_that_the_proxy_is_not_for_is_reached_straight() {
        // A port that was free a moment ago.
        let base = format!("http://{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap());
        let (heard, outcome) = by_proxy(&base, "127.0.0.1");
        assert_eq!(heard, None);
        assert!(matches!(outcome, LinkError::NotSent(_)), "{outcome:?}");
    }
}
