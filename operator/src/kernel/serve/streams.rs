//! `GET /v1/events` as `text/event-stream`.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse as _, Response as HttpResponse};
use futures_util::stream;
use mesto_protocol::event::{Cursor, Event, EventPage};
use mesto_protocol::kernel::ids::AccountId;
use tokio::sync::watch;

use super::hub::{Listening, Told};
use super::{Service, add, tail, timely};
use crate::kernel::caller;
use crate::kernel::events;
use crate::kernel::failure::{Failure, store_problem};
use crate::kernel::http::{Request, Response};
use crate::kernel::operator::Arrival;
use crate::kernel::store::{Importance, StoreError};

/// A comment keeps proxies and phones' networks from closing a stream on which nothing happens.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

pub(super) fn wants_stream(request: &Request) -> bool {
    request.get("accept").is_some_and(|accept| accept.contains("text/event-stream"))
}

/// One open stream: it reads pages as any poller does, and sleeps until there may be more.
struct Tail {
    service: Service,
    request: Request,
    /// `None`: from the first event that is kept on.
    cursor: Option<Cursor>,
    waiting: VecDeque<Event>,
    has_more: bool,
    listening: Listening,
    /// What was told before the last page was read.
    known: Told,
    ending: watch::Receiver<bool>,
    has_begun: bool,
}

impl Tail {
    /// Reads the next page, or says why there is none.
    async fn page(&mut self) -> Result<(), Response> {
        self.known = *self.listening.told.borrow_and_update();
        self.request.query = self.cursor.as_ref().map(|cursor| format!("after={cursor}")).unwrap_or_default();
        let arrival = self.service.operator.arrival(&self.service.clock);
        // Opening it was counted against the account's share; what it tells then is not.
        let arrival = if self.has_begun { arrival.uncounted() } else { arrival };
        let response = timely(&self.service, arrival, self.request.clone()).await;
        let Ok(page) = response.read::<EventPage>() else { return Err(response) };
        if response.status != 200 {
            return Err(response);
        }
        // Where nothing comes any more although the account is further, it was erased.
        self.has_more = page.has_more && !page.events.is_empty();
        self.known.newest = self.known.newest.max(page.next.seq);
        self.service.operator.hub.reached(self.listening.account(), page.next.seq);
        self.waiting.extend(page.events);
        Ok(())
    }

    async fn next(mut self) -> Option<(Result<sse::Event, Infallible>, Self)> {
        if !self.has_begun {
            self.has_begun = true;
            // At once: a proxy passes the head on with the first byte.
            return Some((Ok(sse::Event::default().comment("")), self));
        }
        loop {
            if *self.ending.borrow() {
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
                    told = self.listening.told.wait_for(is_new) => {
                        if told.ok()?.is_over {
                            return None;
                        }
                    }
                    _ = self.ending.changed() => continue,
                }
            }
            // A refusal ends the stream; who connects again is told why.
            self.page().await.ok()?;
        }
    }
}

/// The account whose token a request has.
async fn account(service: &Service, arrival: &Arrival, token: String) -> Result<AccountId, Response> {
    let now = arrival.at;
    let mut refused = None;
    let asked =
        tail::ask(&*service.store, Importance::Reading, move |tx| match caller::authenticate(tx, &token, now, false) {
            Ok(caller) => Ok(Ok(caller.account)),
            Err(Failure::Store(error)) => Err(error),
            Err(Failure::Refused(problem) | Failure::Counted(problem)) => Ok(Err(problem)),
        });
    let found = match tokio::time::timeout(super::ANSWER_TIME, asked).await {
        Ok(Ok(found)) => found.map_err(|problem| refused = Some(*problem)).ok(),
        Ok(Err(error)) => {
            tracing::error!(request = %arrival.id, reason = %error, "a request failed at the store");
            refused = Some(store_problem(&error));
            None
        }
        Err(_) => {
            refused = Some(store_problem(&StoreError::Unavailable("no answer in time".into())));
            None
        }
    };
    match (found, refused) {
        (Some(account), _) => Ok(account),
        (None, refused) => Err(arrival.refused(refused.unwrap_or_else(|| store_problem(&StoreError::GivenUp)))),
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
    let account = account(&service, &arrival, token.clone()).await?;
    // Before the first page is read: what is written from now on wakes it.
    let listening = service.operator.hub.listen(account, token);
    let ending = service.ending.clone();
    let mut tail = Tail {
        service,
        request,
        cursor,
        waiting: VecDeque::new(),
        has_more: false,
        listening,
        known: Told::default(),
        ending,
        has_begun: false,
    };
    tail.page().await?;
    let told = stream::unfold(tail, Tail::next);
    let mut http = Sse::new(told).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    let unbuffered = Response::empty().header("x-accel-buffering", "no");
    add(&mut http, arrival.marked(unbuffered).headers);
    Ok(http)
}
