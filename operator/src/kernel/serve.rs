//! HTTP around the operator: limits, time-outs, the event stream, and an end that lets requests
//! finish.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::{Future, IntoFuture};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response as HttpResponse};
use futures_util::stream;
use mesto_protocol::event::{Cursor, Event, EventPage};
use mesto_protocol::kernel::EVENTS;
use mesto_protocol::{Problem, ProblemCode, headers};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::kernel::events;
use crate::kernel::http::{Request, Response};
use crate::kernel::operator::{Arrival, Operator};
use crate::kernel::ports::Clock;
use crate::kernel::store::Store;

/// Longest time for a body to come in, and for an answer to be found.
const BODY_TIME: Duration = Duration::from_secs(10);
const ANSWER_TIME: Duration = Duration::from_secs(30);
/// How often what is due is looked for.
const DUE_EVERY: Duration = Duration::from_millis(500);
/// How often the store is looked at while somebody asks for `/readyz`; of so many times once when
/// nobody does.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const QUIET_LOOKS: u32 = 10;
/// A stream looks for events of other instances so often; those of this one wake it at once.
const TAIL_EVERY: Duration = Duration::from_secs(1);
const KEEP_ALIVE: Duration = Duration::from_secs(15);

#[derive(Clone)]
struct Service {
    operator: Arc<Operator>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    /// Counts the answers that may have made events.
    changed: watch::Sender<u64>,
    ending: watch::Receiver<bool>,
}

/// Serves until `shutdown` ends; requests that came in before are answered.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    operator: Arc<Operator>,
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (end, ending) = watch::channel(false);
    let service = Service { operator, store, clock, changed: watch::Sender::new(0), ending };
    let (jobs, looks) = (do_what_is_due(service.clone()), look_after_the_store(service.clone()));
    let router = Router::new().fallback(answer).with_state(service).into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, router)
        .with_graceful_shutdown(async move {
            shutdown.await;
            tracing::info!("ending: no new requests, those that came in are answered");
            let _ = end.send(true);
        })
        .into_future();
    // Side by side in one future: who drops it stops both.
    tokio::select! {
        served = serving => served,
        never = jobs => match never {},
        never = looks => match never {},
    }
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
        let Service { operator, store, clock, .. } = service.clone();
        let _ = tokio::task::spawn_blocking(move || operator.look(&*store, &clock)).await;
    }
}

async fn do_what_is_due(service: Service) -> Infallible {
    let mut beat = tokio::time::interval(DUE_EVERY);
    beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        let Service { operator, store, clock, .. } = service.clone();
        let done = tokio::task::spawn_blocking(move || operator.due(&*store, clock.now())).await;
        if matches!(done, Ok(done) if done > 0) {
            service.changed.send_modify(|count| *count += 1);
        }
    }
}

async fn answer(
    State(service): State<Service>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    request: axum::extract::Request,
) -> HttpResponse {
    let arrival = service.operator.arrival(&service.clock);
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
        address: address.ip().to_string(),
    };
    let most = service.operator.router.max_body(&request);
    let response = match take_body(body, most).await {
        Ok(body) => {
            request.body = body;
            if request.method == "GET" && request.path == EVENTS.path && wants_stream(&request) {
                return stream_events(service, arrival, request).await;
            }
            timely(&service, arrival, request.clone()).await
        }
        Err(problem) => arrival.refused(problem),
    };
    if !matches!(request.method.as_str(), "GET" | "HEAD") && response.status < 300 {
        service.changed.send_modify(|count| *count += 1);
    }
    // The path of a route, never the query: plates and positions stand there.
    tracing::info!(
        request = response.get(headers::REQUEST_ID),
        method = request.method,
        route = service.operator.router.pattern(&request),
        status = response.status,
        "answered"
    );
    into_http(response)
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

fn wants_stream(request: &Request) -> bool {
    request.get("accept").is_some_and(|accept| accept.contains("text/event-stream"))
}

/// One open stream: it reads pages as any poller does, and sleeps until there may be more.
struct Tail {
    service: Service,
    request: Request,
    /// `None`: from the first event that is kept on.
    cursor: Option<Cursor>,
    waiting: VecDeque<Event>,
    changed: watch::Receiver<u64>,
    ending: watch::Receiver<bool>,
}

impl Tail {
    /// The next page, or why there is none.
    async fn page(&mut self) -> Result<EventPage, Response> {
        self.request.query = self.cursor.as_ref().map(|cursor| format!("after={cursor}")).unwrap_or_default();
        let arrival = self.service.operator.arrival(&self.service.clock);
        let response = timely(&self.service, arrival, self.request.clone()).await;
        match response.read::<EventPage>() {
            Ok(page) if response.status == 200 => Ok(page),
            _ => Err(response),
        }
    }

    async fn next(mut self) -> Option<(Result<sse::Event, Infallible>, Self)> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                let data = serde_json::to_string(&event).unwrap_or_default();
                let told = sse::Event::default().id(event.cursor.to_string()).event(event.kind).data(data);
                self.cursor = Some(event.cursor);
                return Some((Ok(told), self));
            }
            if *self.ending.borrow() {
                return None;
            }
            self.changed.mark_unchanged();
            // A refusal ends the stream; who connects again is told why.
            let page = self.page().await.ok()?;
            self.waiting.extend(page.events);
            if self.waiting.is_empty() {
                tokio::select! {
                    _ = self.changed.changed() => {}
                    _ = self.ending.changed() => {}
                    () = tokio::time::sleep(TAIL_EVERY) => {}
                }
            }
        }
    }
}

/// `GET /v1/events` as `text/event-stream`, from Last-Event-ID or `?after=` on.
async fn stream_events(service: Service, arrival: Arrival, request: Request) -> HttpResponse {
    let cursor = match request.get("last-event-id") {
        Some(id) => events::cursor("Last-Event-ID", id).map(Some),
        None => request.asked("after").and_then(|text| text.map(|text| events::cursor("after", &text)).transpose()),
    };
    let cursor = match cursor {
        Ok(cursor) => cursor,
        Err(problem) => return into_http(arrival.refused(problem)),
    };
    let (changed, ending) = (service.changed.subscribe(), service.ending.clone());
    let mut tail = Tail { service, request, cursor, waiting: VecDeque::new(), changed, ending };
    match tail.page().await {
        Ok(page) => tail.waiting.extend(page.events),
        Err(refusal) => return into_http(refusal),
    }
    let told = stream::unfold(tail, Tail::next);
    let mut http = Sse::new(told).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    add(&mut http, arrival.marked(Response::empty()).headers);
    http
}
