//! Live updates: what happens at the operator shows on this phone at once.
//!
//! They are on while somebody holds [`Updates`] and calls their [`step`](Updates::step): an app
//! does so while it is in front. The core has no timers (ADR 3): a step that failed says when the
//! next one is due, and [`Updates::hurried`] when it is due earlier.
//!
//! A step goes on from the stored cursor (`Last-Event-ID`), and what comes is kept as
//! [`Client::sync`] keeps it, in order and once. Where nothing is stored yet, where events are
//! missing, and where two attempts failed, it syncs first.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use chrono::TimeDelta;
use mesto_protocol::event::{Event, EventPage};
use mesto_protocol::kernel::EVENTS;
use mesto_protocol::{ProblemCode, headers};
use mesto_rules::from_json;

use crate::base::sync::{Beginning, SyncReport, goes_on_at};
use crate::kernel::client::Client;
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::live::{LiveState, Marks};
use crate::kernel::ports::{LinkStream, LogLevel, LogLine};
use crate::kernel::signal;
use crate::kernel::sse::{Reader, Said};
use crate::kernel::wire::RETRY_AFTER;

/// How often the operator is asked where the link cannot stream.
pub const POLL: Duration = Duration::from_secs(15);
/// The first pause after a failure, unless the operator told another; each that follows is twice as
/// long.
const FIRST: Duration = Duration::from_secs(1);
/// No pause is longer, unless the operator asked for it.
const LONGEST: Duration = Duration::from_secs(60);
/// A stream that held as long has begun well: the pauses begin anew.
const GOOD: Duration = Duration::from_secs(60);

/// What becomes of a step.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// The next one is due after this long, or when it is hurried.
    After(Duration),
    /// There is no next one: they were stopped, or begun anew elsewhere (`Ok`); nobody is signed in
    /// any more, the client was closed, or the app is too old.
    Ended(Result<()>),
}

/// Live updates; see [`Client::live`].
#[derive(Clone, Copy)]
pub struct Live<'c>(&'c Client);

/// Live updates that were begun: on until they are dropped or stopped.
pub struct Updates {
    client: Client,
    seen: Marks,
    /// Attempts since the last one that held.
    failures: u32,
    /// The first pause, as the operator told it last.
    first: Duration,
    /// Since when the stream holds, of the phone's monotonic clock.
    since: Option<Duration>,
    needs_sync: bool,
}

impl Client {
    /// Live updates.
    #[must_use]
    pub const fn live(&self) -> Live<'_> {
        Live(self)
    }
}

impl Live<'_> {
    #[must_use]
    pub fn state(self) -> LiveState {
        self.0.inner.live.state()
    }

    /// Begins them. Those that were begun before end: there is never more than one stream.
    #[must_use]
    pub fn begin(self) -> Updates {
        let client = self.0.clone();
        let seen = client.inner.live.mark(|marks| marks.turn += 1);
        Updates { client, seen, failures: 0, first: FIRST, since: None, needs_sync: true }
    }

    /// Ends them, whoever began them.
    pub fn stop(self) {
        let turn = self.0.inner.live.mark(|marks| marks.turn += 1).turn;
        self.0.live_is(turn, LiveState::Off);
    }

    /// The phone has another network, or one again: it is tried at once.
    pub fn network_changed(self) {
        self.0.inner.live.mark(|marks| marks.hurry += 1);
    }
}

/// How an attempt ended that did not fail.
enum Held {
    /// The stream ended or broke.
    Broke,
    /// The link cannot stream; the account is up to date.
    Polled,
}

impl Updates {
    /// Connects and keeps what comes, for as long as that goes well.
    pub async fn step(&mut self) -> Step {
        let client = self.client.clone();
        let marks = client.inner.live.marks();
        if marks.turn != self.seen.turn {
            return Step::Ended(Ok(()));
        }
        if marks.hurry != self.seen.hurry {
            (self.seen, self.failures) = (marks, 0);
        }
        let seen = self.seen;
        let outcome = {
            let mut hurried = pin!(client.hurried(seen));
            let mut work = pin!(self.attempt());
            poll_fn(|context: &mut Context<'_>| match hurried.as_mut().poll(context) {
                Poll::Ready(()) => Poll::Ready(None),
                Poll::Pending => work.as_mut().poll(context).map(Some),
            })
            .await
        };
        let step = match outcome {
            None => {
                self.since = None;
                match client.core().still_open() {
                    Ok(()) => Step::After(Duration::ZERO),
                    Err(closed) => Step::Ended(Err(closed)),
                }
            }
            Some(Ok(Held::Polled)) => {
                self.failures = 0;
                Step::After(POLL)
            }
            Some(Ok(Held::Broke)) => Step::After(self.pause(None)),
            Some(Err(error)) => self.after(error),
        };
        match &step {
            Step::After(pause) if self.client.live().state() != LiveState::Polling || self.failures > 0 => {
                let pause = TimeDelta::from_std(*pause).unwrap_or(TimeDelta::zero());
                self.is(LiveState::Waiting { until: self.client.now() + pause });
            }
            Step::After(_) => {}
            Step::Ended(_) => self.is(LiveState::Off),
        }
        step
    }

    /// Comes when the next step is due before its time: the network changed, or they were ended.
    pub async fn hurried(&self) {
        self.client.hurried(self.seen).await;
    }

    /// What follows a failure.
    fn after(&mut self, error: Error) -> Step {
        let is_over = match error.kind() {
            // Somebody signed out; where another one signed in since, it goes on for him.
            ErrorKind::NotSignedIn => error.code() != "not_signed_in" || self.client.session().is_err(),
            _ => error.code() == "closed" || error.code() == ProblemCode::ClientTooOld.as_str(),
        };
        if is_over {
            return Step::Ended(Err(error));
        }
        self.needs_sync |= [ProblemCode::CursorTooOld.as_str(), "not_signed_in"].contains(&error.code());
        let asked = error.params().get(RETRY_AFTER).and_then(serde_json::Value::as_u64);
        Step::After(self.pause(asked))
    }

    /// Half of a pause to the whole of it, so that the phones of a city do not come at once; behind
    /// what the operator asked for, where he did.
    fn pause(&mut self, asked: Option<u64>) -> Duration {
        let now = self.client.ports().clock.monotonic();
        if self.since.take().is_some_and(|since| now.saturating_sub(since) >= GOOD) {
            self.failures = 0;
        }
        let whole = self.first.saturating_mul(1 << self.failures.min(6)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        let mut chance = [0];
        self.client.ports().entropy.fill(&mut chance);
        let pause = whole / 2 + whole / 2 * u32::from(chance[0]) / 255;
        pause + Duration::from_secs(asked.unwrap_or(0).min(3_600))
    }

    fn is(&self, state: LiveState) {
        self.client.live_is(self.seen.turn, state);
    }

    /// Boxed: it is waited for in one place, and is large.
    fn attempt(&mut self) -> Pin<Box<dyn Future<Output = Result<Held>> + Send + '_>> {
        Box::pin(async move {
            self.client.core().still_open()?;
            if self.client.live().state() != LiveState::Polling {
                self.is(LiveState::Connecting);
            }
            let client = self.client.clone();
            client.catch_up()?;
            let (mut session, mut cursor) = client.goes_on()?;
            if self.needs_sync || self.failures > 1 || cursor.is_none() {
                client.sync().await?;
                self.needs_sync = false;
                (session, cursor) = client.goes_on()?;
            }
            let token = session.token.clone();
            let mut more = vec![("accept", "text/event-stream".to_owned())];
            more.extend(cursor.map(|cursor| (headers::LAST_EVENT_ID, cursor.to_string())));
            let Some(stream) = client.open_stream(token.as_deref(), &EVENTS, &more).await? else {
                self.needs_sync = true;
                self.is(LiveState::Polling);
                return Ok(Held::Polled);
            };
            self.is(LiveState::Live);
            self.since = Some(client.ports().clock.monotonic());
            let beginning = Beginning { session, old_balance: None };
            self.follow(stream, &beginning).await.map(|()| Held::Broke)
        })
    }

    async fn follow(&mut self, mut stream: Box<dyn LinkStream>, beginning: &Beginning) -> Result<()> {
        let mut reader = Reader::default();
        loop {
            let Ok(Some(bytes)) = stream.next().await else { return Ok(()) };
            self.client.core().still_open()?;
            let Ok(said) = reader.read(&bytes) else { return Ok(()) };
            let mut events = Vec::new();
            let mut is_readable = true;
            for said in said {
                match said {
                    Said::Retry(told) => self.first = Duration::from_millis(told).clamp(FIRST, LONGEST),
                    Said::Data(data) => match from_json::<Event>(data.as_bytes()) {
                        Ok(event) => events.push(event),
                        Err(_) => is_readable = false,
                    },
                }
            }
            if let Some(next) = events.last().map(|event| event.cursor.clone()) {
                let page = EventPage { events, next, has_more: false };
                is_readable &= self.client.take(beginning, &page, &mut SyncReport::default())?.is_some();
                self.client.changed();
            }
            if !is_readable {
                // An event is missing, or of a later version: what it changed is read.
                self.client.sync().await?;
            }
        }
    }
}

impl Drop for Updates {
    fn drop(&mut self) {
        self.is(LiveState::Off);
    }
}

impl Client {
    async fn hurried(&self, seen: Marks) {
        poll_fn(|context| self.inner.live.poll_since(seen, context)).await;
    }

    /// In whose session and from where it goes on.
    fn goes_on(&self) -> Result<(crate::kernel::session::Session, Option<mesto_protocol::event::Cursor>)> {
        let now = self.now();
        let mut core = self.core();
        let session = core.session()?;
        Ok((session, core.read(now, |db| goes_on_at(db, &self.config().version))?))
    }

    fn live_is(&self, turn: u64, state: LiveState) {
        if !self.inner.live.set(turn, state) {
            return;
        }
        let message = match state {
            LiveState::Off => "live updates are off",
            LiveState::Connecting => "live updates connect",
            LiveState::Live => "live updates are on",
            LiveState::Polling => "live updates by asking again and again: the link cannot stream",
            LiveState::Waiting { .. } => "live updates broke and wait",
        };
        self.ports().log.line(LogLine {
            level: LogLevel::Debug,
            message,
            operation: None,
            request: None,
            duration: None,
            status: None,
            code: None,
        });
        self.core().states.touch([signal::LIVE]);
        self.changed();
    }
}
