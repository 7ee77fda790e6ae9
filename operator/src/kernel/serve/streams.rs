//! `GET /v1/events` as `text/event-stream`.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response as HttpResponse};
use futures_util::stream;
use mesto_protocol::event::{Cursor, Event, EventPage};
use tokio::sync::watch;

use super::hub::{Listening, STREAMS_OF_AN_ACCOUNT, Told};
use super::{Service, add, timely};
use crate::kernel::caller;
use crate::kernel::events;
use crate::kernel::failure::store_problem;
use crate::kernel::http::{Request, Response};
use crate::kernel::operator::Arrival;
use crate::kernel::store::StoreError;

/// A comment keeps proxies and phones' networks from closing a stream on which nothing happens.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// When to connect again, as a stream says it at its beginning.
const AGAIN: Duration = Duration::from_secs(1);
/// When to connect again for who had to give way: sooner it would end another one at once.
const AGAIN_AFTER_GIVING_WAY: Duration = Duration::from_secs(60);

pub(super) fn wants_stream(request: &Request) -> bool {
    request.get("accept").is_some_and(|accept| accept.contains("text/event-stream"))
}

/// One open stream: it reads pages as any poller does, and sleeps until there may be more.
struct Tail {
    service: Service,
    request: Request,
    /// `None`: from the account's first event on.
    cursor: Option<Cursor>,
    waiting: VecDeque<Event>,
    has_more: bool,
    listening: Listening,
    /// What was told before the last page was read.
    known: Told,
    ending: watch::Receiver<bool>,
    has_begun: bool,
    /// It was told that another one took its place.
    has_given_way: bool,
}

/// The page behind a cursor, or why there is none.
async fn page_behind(
    service: &Service,
    arrival: Arrival,
    request: &Request,
    cursor: Option<&Cursor>,
) -> Result<EventPage, Response> {
    let query = cursor.map(|cursor| format!("after={cursor}")).unwrap_or_default();
    let response = timely(service, arrival, Request { query, ..request.clone() }).await;
    match response.read::<EventPage>() {
        Ok(page) if response.status == 200 => Ok(page),
        _ => Err(response),
    }
}

impl Tail {
    /// Reads the next page, or says why there is none.
    async fn page(&mut self) -> Result<(), Response> {
        self.known = *self.listening.told.borrow_and_update();
        // Opening it was counted against the account's share; what it tells then is not.
        let arrival = self.service.operator.arrival(&self.service.clock, &self.request).uncounted();
        let page = page_behind(&self.service, arrival, &self.request, self.cursor.as_ref()).await?;
        self.take(page);
        Ok(())
    }

    fn take(&mut self, page: EventPage) {
        // Where nothing comes any more although the account is further, it was erased.
        self.has_more = page.has_more && !page.events.is_empty();
        self.known.newest = self.known.newest.max(page.next.seq);
        self.service.operator.hub.reached(self.listening.account(), page.next.seq);
        self.waiting.extend(page.events);
    }

    async fn next(mut self) -> Option<(Result<sse::Event, Infallible>, Self)> {
        if !self.has_begun {
            self.has_begun = true;
            // At once: a proxy passes the head on with the first byte.
            return Some((Ok(sse::Event::default().comment("").retry(AGAIN)), self));
        }
        loop {
            if *self.ending.borrow() || self.has_given_way {
                return None;
            }
            if let Some(event) = self.waiting.pop_front() {
                let data = serde_json::to_string(&event).unwrap_or_default();
                let told = sse::Event::default().id(event.cursor.to_string()).event(event.kind).data(data);
                self.cursor = Some(event.cursor);
                return Some((Ok(told), self));
            }
            if !self.has_more {
                let known = self.known;
                let is_new = |told: &Told| told.newest > known.newest || told.looks != known.looks || told.is_over;
                tokio::select! {
                    told = self.listening.told.wait_for(is_new) => self.has_given_way = told.ok()?.is_over,
                    _ = self.ending.changed() => continue,
                }
                if self.has_given_way {
                    let why = format!("another stream took its place: at most {STREAMS_OF_AN_ACCOUNT} of an account");
                    let told = sse::Event::default().comment(why).retry(AGAIN_AFTER_GIVING_WAY);
                    return Some((Ok(told), self));
                }
            }
            // A refusal ends the stream; who connects again is told why.
            self.page().await.ok()?;
        }
    }
}

/// Answers with a stream, from Last-Event-ID or `?after=` on; a refusal is what a poller is told.
pub(super) async fn open(service: Service, arrival: Arrival, request: Request) -> Result<HttpResponse, Response> {
    let cursor = match request.get("last-event-id") {
        Some(id) => events::cursor("Last-Event-ID", id).map(Some),
        None => request.asked("after").and_then(|text| text.map(|text| events::cursor("after", &text)).transpose()),
    };
    let cursor = cursor.map_err(|problem| arrival.refused(problem))?;
    let token = caller::token_hash(&request).map_err(|failure| arrival.refused(failure.into_problem()))?;
    // Where the token is known it listens before it reads, and so misses nothing. A place, which
    // may end another stream of its account, it has only when it was not refused.
    let listen = |account| {
        let mut listening = service.operator.hub.listen(account, token.clone());
        let known = *listening.told.borrow_and_update();
        (listening, known)
    };
    let early = service.operator.holder(&token).map(listen);
    // Counted and refused as any other request is.
    let first = page_behind(&service, arrival.clone(), &request, cursor.as_ref()).await?;
    let Some(account) = service.operator.holder(&token) else {
        return Err(arrival.refused(store_problem(&StoreError::Contended)));
    };
    let early = early.filter(|(listening, _)| listening.account() == account);
    let is_late = early.is_none();
    let (listening, known) = early.unwrap_or_else(|| listen(account));
    listening.take_place();
    let ending = service.ending.clone();
    let mut tail = Tail {
        service,
        request,
        cursor,
        waiting: VecDeque::new(),
        has_more: false,
        listening,
        known,
        ending,
        has_begun: false,
        has_given_way: false,
    };
    tail.take(first);
    // What was written before it listened woke nobody: it is read now, or behind what waits. A
    // failure is no refusal any more: the stream asks once again.
    if is_late && (!tail.waiting.is_empty() || tail.page().await.is_err()) {
        tail.has_more = true;
    }
    let told = stream::unfold(tail, Tail::next);
    let mut http = Sse::new(told).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    let unbuffered = Response::empty().header("x-accel-buffering", "no");
    add(&mut http, arrival.marked(unbuffered).headers);
    Ok(http)
}
