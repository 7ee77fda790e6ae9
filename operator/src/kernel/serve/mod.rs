//! HTTP around the operator: connections, whose request it is, limits, the event streams, and an
//! end that lets requests finish.

mod beat;
mod connections;
mod descriptors;
pub(crate) mod hub;
mod pace;
mod proxies;
mod rarely;
mod scrape;
mod streams;
mod tail;
mod watched;

use std::convert::Infallible;
use std::future::Future;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response as HttpResponse;
use mesto_protocol::kernel::EVENTS;
use mesto_protocol::{Method, Problem, ProblemCode, headers};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::Instant;

use self::connections::Bounds;
use self::pace::Times;
use self::proxies::Proxies;
pub use self::proxies::{NoNetwork, TrustedProxy};
use self::watched::Watched;
use crate::kernel::http::{Request, Response};
use crate::kernel::operator::{Arrival, Operator};
use crate::kernel::ports::Clock;
use crate::kernel::store::Store;

/// Longest time for a body to come in, and for an answer to be found.
const BODY_TIME: Duration = Duration::from_secs(10);
const ANSWER_TIME: Duration = Duration::from_secs(30);
/// How long the answer to who asked too often is kept back, at least, milliseconds: who asks again
/// at once is slowed down, and takes little of the others' time.
const TOO_OFTEN_MS: u64 = 100;
/// Those who are refused at once do not come back at once.
const SPREAD_MS: u64 = 50;
/// How often what is due is looked for.
const DUE_EVERY: Duration = Duration::from_millis(500);
/// How often the store is looked at while somebody asks for `/readyz`; of so many times once when
/// nobody does.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const QUIET_LOOKS: u32 = 10;

/// How an operator serves HTTP.
#[derive(Debug)]
pub struct Front {
    /// Most connections at once, event streams included; fewer where the machine allows fewer open
    /// files. An address that is no proxy, of IPv6 its network of 64 bits, may have a quarter of
    /// them.
    pub max_connections: usize,
    /// How long what came in may take when the operator ends.
    pub drain: Duration,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted: Vec<TrustedProxy>,
    /// Where Prometheus asks for `/metrics`.
    pub metrics: Option<TcpListener>,
}

impl Front {
    /// How many connections there may be at once unless it is said otherwise.
    pub const MAX_CONNECTIONS: u32 = 20_000;
    /// How long the end may take unless it is said otherwise, seconds.
    pub const DRAIN_SECONDS: u16 = 25;
}

impl Default for Front {
    fn default() -> Self {
        let max_connections = Self::MAX_CONNECTIONS as usize;
        let drain = Duration::from_secs(Self::DRAIN_SECONDS.into());
        Self { max_connections, drain, trusted: Vec::new(), metrics: None }
    }
}

#[derive(Clone)]
struct Service {
    operator: Arc<Operator>,
    /// Watched: what is committed wakes streams.
    store: Arc<dyn Store>,
    /// The same store, unwatched.
    plain: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    ending: watch::Receiver<bool>,
}

impl Operator {
    /// The store as this operator uses it while it serves: what is committed through it wakes the
    /// event streams of this operator at once. Those of others, and what is committed past it,
    /// follow within a second or two.
    #[must_use]
    pub fn watched(&self, store: &Arc<dyn Store>) -> Arc<dyn Store> {
        let (hub, metrics) = (Arc::clone(&self.hub), Arc::clone(&self.metrics));
        Arc::new(Watched { store: Arc::clone(store), hub, metrics })
    }
}

/// Serves as usual until `shutdown` ends; see [`Front::serve`].
///
/// # Errors
/// As [`Front::serve`].
pub async fn serve(
    listener: TcpListener,
    operator: Arc<Operator>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    Front::default().serve(listener, operator, store, clock, shutdown).await
}

impl Front {
    /// Serves until `shutdown` ends. Then nothing new is taken, connections that wait are closed,
    /// requests that came in are answered, event streams end; what is not over after
    /// [`Front::drain`] is cut.
    ///
    /// # Errors
    /// None now; a listener that cannot be used says so in the log and is tried again.
    pub async fn serve(
        self,
        listener: TcpListener,
        operator: Arc<Operator>,
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        let (end, ending) = watch::channel(false);
        let watched = operator.watched(&store);
        let bounds = self.bounds(&operator);
        let service = Service { operator, store: watched, plain: store, clock, ending: ending.clone() };
        let (jobs, following) = (do_what_is_due(service.clone()), tail::follow(service.clone()));
        let beat = beat::keep(Arc::clone(&service.store));
        let looks = look_after_the_store(service.clone());
        let told = async move {
            shutdown.await;
            let _ = end.send(true);
            std::future::pending::<Infallible>().await
        };
        let metrics = scraping(self.metrics, bounds.clone(), service.clone());
        let serving =
            connections::run(listener, bounds, ending, move |request, client| answer(service.clone(), request, client));
        // Side by side in one future: who drops it stops all.
        tokio::select! {
            () = serving => Ok(()),
            never = jobs => match never {},
            never = looks => match never {},
            never = beat => match never {},
            never = following => match never {},
            never = told => match never {},
            never = metrics => match never {},
        }
    }

    fn bounds(&self, operator: &Operator) -> Bounds {
        let room = descriptors::raise().map(descriptors::room);
        let most = room.map_or(self.max_connections, |room| room.min(self.max_connections));
        if most < self.max_connections {
            tracing::warn!(
                wanted = self.max_connections,
                most,
                "fewer connections than wanted: the machine allows no more open files (ulimit -n, LimitNOFILE=)"
            );
        }
        Bounds {
            most,
            proxies: Proxies::new(&self.trusted),
            times: Times::default(),
            drain: self.drain,
            metrics: Arc::clone(&operator.metrics),
        }
    }
}

/// Most connections of Prometheus.
const SCRAPERS: usize = 16;

/// Goes on until the end of the operator, so that the last numbers can be had.
async fn scraping(listener: Option<TcpListener>, bounds: Bounds, service: Service) -> Infallible {
    if let Some(listener) = listener {
        let (_never, ending) = watch::channel(false);
        let bounds = Bounds { most: SCRAPERS, ..bounds };
        let answer = move |request, client: IpAddr| scrape::answer(service.clone(), request, client);
        connections::run(listener, bounds, ending, answer).await;
    }
    std::future::pending().await
}

/// Looks how the store is: often while somebody wants to know, else now and then.
async fn look_after_the_store(service: Service) -> Infallible {
    let mut beat = tokio::time::interval(LOOK_EVERY);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut quiet = QUIET_LOOKS;
    loop {
        beat.tick().await;
        quiet += 1;
        if quiet < QUIET_LOOKS && !service.operator.health.was_asked() {
            continue;
        }
        quiet = 0;
        let Service { operator, plain, clock, .. } = service.clone();
        let _ = tokio::task::spawn_blocking(move || operator.look(&*plain, &clock)).await;
    }
}

async fn do_what_is_due(service: Service) -> Infallible {
    let mut beat = tokio::time::interval(DUE_EVERY);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        let Service { operator, store, clock, .. } = service.clone();
        let _ = tokio::task::spawn_blocking(move || operator.due(&*store, clock.now())).await;
    }
}

async fn answer(service: Service, request: axum::http::Request<Body>, client: IpAddr) -> HttpResponse {
    let since = Instant::now();
    let metrics = Arc::clone(&service.operator.metrics);
    let in_flight = metrics.request();
    let (parts, body) = request.into_parts();
    let mut request = Request {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts
            .headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
            .collect(),
        body: Vec::new(),
        address: proxies::counted(client),
    };
    let arrival = service.operator.arrival(&service.clock, &request);
    let route = service.operator.router.pattern(&request);
    let method = method_word(&request.method);
    let most = service.operator.router.max_body(&request);
    let mut streamed = None;
    let response = match take_body(body, most).await {
        Ok(body) => {
            request.body = body;
            if request.method == "GET" && request.path == EVENTS.path && streams::wants_stream(&request) {
                match streams::open(service, arrival, request).await {
                    Ok(stream) => {
                        streamed = Some(stream);
                        Response { status: 200, headers: Vec::new(), body: Vec::new() }
                    }
                    Err(refusal) => refusal,
                }
            } else {
                timely(&service, arrival, request).await
            }
        }
        Err(problem) => arrival.refused(problem),
    };
    let took = since.elapsed();
    metrics.answered(method, route, response.status, took);
    if let Some(problem) = response.refusal() {
        metrics.refused(&problem.code);
    }
    let id = streamed.as_ref().and_then(|http| http.headers().get(headers::REQUEST_ID)?.to_str().ok());
    // The path of a route, never the query: plates and positions stand there.
    tracing::info!(
        request = response.get(headers::REQUEST_ID).or(id),
        method,
        route,
        status = response.status,
        ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        "answered"
    );
    drop(in_flight);
    if response.status == StatusCode::TOO_MANY_REQUESTS.as_u16() {
        let spread = u64::from(since.elapsed().subsec_nanos()) % SPREAD_MS;
        tokio::time::sleep(Duration::from_millis(TOO_OFTEN_MS + spread)).await;
    }
    streamed.unwrap_or_else(|| into_http(response))
}

/// A method of the table of operations, or none of them: what a client makes up is no word of ours.
fn method_word(method: &str) -> &'static str {
    match method {
        "HEAD" => "HEAD",
        name => Method::ALL.into_iter().map(Method::as_str).find(|known| *known == name).unwrap_or("other"),
    }
}

async fn take_body(body: Body, most: usize) -> Result<Vec<u8>, Problem> {
    match tokio::time::timeout(BODY_TIME, to_bytes(body, most)).await {
        Ok(Ok(bytes)) => Ok(bytes.to_vec()),
        Ok(Err(error)) if is_too_large(&error) => {
            Err(Problem::new(ProblemCode::BodyTooLarge, format!("at most {most} bytes are taken"))
                .with("max_bytes", most))
        }
        Ok(Err(_)) => Err(Problem::new(ProblemCode::BadRequest, "the body broke off")),
        Err(_) => Err(Problem::new(ProblemCode::BadRequest, "the body took too long")),
    }
}

fn is_too_large(error: &axum::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.to_string() == "length limit exceeded" {
            return true;
        }
        cause = error.source();
    }
    false
}

async fn timely(service: &Service, arrival: Arrival, request: Request) -> Response {
    let (operator, store) = (Arc::clone(&service.operator), Arc::clone(&service.store));
    match tokio::time::timeout(ANSWER_TIME, operator.answer_to(store, arrival.clone(), request)).await {
        Ok(response) => response,
        Err(_) => arrival.refused(
            Problem::new(ProblemCode::Unavailable, "no answer was found in time; ask again with the same key")
                .with("retry_after_seconds", 5),
        ),
    }
}

fn into_http(response: Response) -> HttpResponse {
    let mut http = HttpResponse::new(Body::from(response.body));
    *http.status_mut() = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    add(&mut http, response.headers);
    http
}

fn add(http: &mut HttpResponse, headers: Vec<(String, String)>) {
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            http.headers_mut().insert(name, value);
        }
    }
}
