//! The operator: what it is made of, and how a request becomes an answer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use mesto_protocol::kernel::client_version::ClientVersion;
use mesto_protocol::kernel::grants::Grant;
use mesto_protocol::kernel::ids::{AccountId, RecordId, RequestId};
use mesto_protocol::kernel::operator_name::OperatorName;
use mesto_protocol::kernel::return_address::Allowed;
use mesto_protocol::{Problem, ProblemCode, headers};
use mesto_rules::{City, CityId, Currency};
use serde_json::Value;

use crate::kernel::call::Call;
use crate::kernel::clock::Watch;
use crate::kernel::failure::{Failure, Outcome, store_problem};
use crate::kernel::grants::Roles;
use crate::kernel::health::Health;
use crate::kernel::http::{Request, Response, is_json};
use crate::kernel::idempotency::{self, Alone, InFlight};
use crate::kernel::kept::Kept;
use crate::kernel::keys::Keys;
use crate::kernel::limits::Limits;
use crate::kernel::metrics::Metrics;
use crate::kernel::new_ids::NewIds;
use crate::kernel::parts::Parts;
use crate::kernel::ports::{Clock, Entropy, Standing};
use crate::kernel::retention;
use crate::kernel::router::Router;
use crate::kernel::serve::hub::Hub;
use crate::kernel::service::{Handler, Service};
use crate::kernel::shares::{self, FairShares, Shares};
use crate::kernel::store::{Asker, Deadline, Importance, Job, Prefetched, Store, StoreError, Task, Tx, transact};
use crate::kernel::text;

/// Letters of each text in a refusal.
const TOLD_MOST: usize = 1_000;

/// Every text of a value, as [`text::plain`] has it.
fn make_plain(value: &mut Value) {
    match value {
        Value::String(told) => *told = text::plain(told, TOLD_MOST),
        Value::Array(items) => items.iter_mut().for_each(make_plain),
        Value::Object(fields) => fields.values_mut().for_each(make_plain),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Limits and habits that are the operator's, not a city's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The operator's DNS name: the issuer of its codes, and what apps call it.
    pub issuer: OperatorName,
    /// Answers of actions are kept so long; that a key was executed, as long as what it made.
    pub intents_kept: TimeDelta,
    /// Where a bank's page may lead back to: schemes of apps and sites. Others are refused.
    pub return_to: Vec<Allowed>,
    /// How far the clock of this machine may be from the database's, which others share.
    pub max_skew: TimeDelta,
    /// Oldest version of an app that is still served.
    pub min_client: Option<ClientVersion>,
    /// The clock is moved by hand, as in a testbed: it is right wherever it stands.
    pub moves_clock: bool,
}

impl Config {
    /// By how much clocks may differ unless it is said otherwise, milliseconds.
    pub const MAX_SKEW_MS: u32 = 2_000;
    /// The most that can be said. Leases rely on it: of two instances one may be so far ahead of
    /// the database, and the other so far behind it.
    pub const MOST_SKEW_MS: u32 = 30_000;
}

impl Default for Config {
    fn default() -> Self {
        Self {
            issuer: OperatorName::localhost(),
            intents_kept: TimeDelta::days(30),
            return_to: vec![Allowed::Scheme("mesto".into())],
            max_skew: TimeDelta::milliseconds(Self::MAX_SKEW_MS.into()),
            min_client: None,
            moves_clock: false,
        }
    }
}

/// Why an operator cannot be set up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    #[error("an operator needs at least one city")]
    NoCity,
    #[error(
        "{city} counts in {currency}, but the deposit of this operator is in {deposit}; use one operator per currency"
    )]
    Currency { city: CityId, currency: Currency, deposit: Currency },
    #[error("there are two cities {0}")]
    CityTwice(CityId),
    #[error("the operations cannot be told apart: {0}")]
    Operations(String),
}

/// The authority over money, tickets and limits. Holds no state but its set-up: any number of
/// operators work on one store.
pub struct Operator {
    pub(crate) services: &'static [&'static Service],
    pub(crate) roles: Roles,
    pub(crate) router: Router,
    pub(crate) cities: BTreeMap<CityId, City>,
    /// The city whose deposit values hold.
    pub(crate) home: City,
    pub(crate) keys: Keys,
    pub(crate) entropy: Arc<dyn Entropy>,
    new_ids: NewIds,
    pub(crate) parts: Parts,
    pub(crate) config: Config,
    pub(crate) in_flight: InFlight,
    /// What was made once for everybody.
    pub(crate) kept: Kept,
    pub(crate) health: Health,
    shares: Shares,
    /// Who listens to which account.
    pub(crate) hub: Arc<Hub>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) clock: Watch,
    pub(crate) night: retention::Begun,
}

/// A request's arrival: when it came, by which clock, and the id under which answers and logs tell
/// of it. What it costs and from when on it holds is computed for that moment.
#[derive(Clone)]
pub(crate) struct Arrival {
    pub at: DateTime<Utc>,
    pub id: RequestId,
    clock: Arc<dyn Clock>,
    /// It is more than its caller's share: only what is known already is answered.
    only_known: bool,
    /// It is not counted against a share: the operator itself asks on.
    is_uncounted: bool,
}

impl Arrival {
    /// Whether it is more than its caller's share, so that only what is known is answered.
    pub const fn is_beyond_share(&self) -> bool {
        self.only_known
    }

    /// Not counted against the caller's share.
    pub fn uncounted(self) -> Self {
        Self { is_uncounted: true, ..self }
    }

    /// Says which request was refused. What the caller gave may stand in the refusal: it turns
    /// nothing around there, and has an end.
    fn named(&self, mut problem: Problem) -> Problem {
        problem.detail = text::plain(&problem.detail, TOLD_MOST);
        problem.params.values_mut().for_each(make_plain);
        problem.instance = Some(format!("urn:mesto:request:{}", self.id));
        problem
    }

    /// What was to be done until a moment that has passed: at its arrival, or while it waited.
    pub fn expired(&self, not_after: DateTime<Utc>) -> Problem {
        let detail = match self.at <= not_after {
            true => {
                let now = whole_millis(self.clock.now());
                format!(
                    "it was to be done until {not_after}; it arrived at {} and could not be done before {now}",
                    self.at
                )
            }
            false => format!("it was to be done until {not_after} and arrived at {}", self.at),
        };
        Problem::new(ProblemCode::IntentExpired, detail).with("not_after", not_after).with("arrived_at", self.at)
    }

    /// Seconds after which somebody who was refused should come again: not all at the same moment.
    fn some_seconds(&self) -> u64 {
        let chance = self.id.to_string().bytes().last().unwrap_or_default();
        1 + u64::from(chance) % 3
    }

    /// With the operator's clock and the request's id, which every answer carries.
    pub fn marked(&self, response: Response) -> Response {
        // What is for one person stays in no cache between; what anybody may ask says how long.
        let kept = response.get("cache-control").is_some();
        let response = if kept { response } else { response.header("cache-control", "no-store") };
        response
            .header(headers::TIME, self.at.timestamp_millis().to_string())
            .header(headers::REQUEST_ID, self.id.to_string())
    }

    /// The answer that is a refusal.
    pub fn refused(&self, problem: Problem) -> Response {
        self.marked(Response::problem(&self.named(problem)))
    }
}

/// Times are milliseconds on the wire and in the store: what a clock says beyond them would be in
/// the first answer and not in the next.
pub(crate) fn whole_millis(now: DateTime<Utc>) -> DateTime<Utc> {
    now.trunc_subsecs(3)
}

impl Operator {
    /// An operator of these services and cities; the first city's deposit values hold.
    pub(crate) fn of(
        (services, roles): (&'static [&'static Service], Roles),
        cities: Vec<City>,
        keys: Keys,
        (entropy, parts): (Arc<dyn Entropy>, Parts),
        config: Config,
    ) -> Result<Self, SetupError> {
        let home = cities.first().cloned().ok_or(SetupError::NoCity)?;
        let mut known = BTreeMap::new();
        for city in cities {
            if city.currency != home.currency {
                return Err(SetupError::Currency { city: city.id, currency: city.currency, deposit: home.currency });
            }
            if let Some(twice) = known.insert(city.id.clone(), city) {
                return Err(SetupError::CityTwice(twice.id));
            }
        }
        let router = Router::new(services).map_err(SetupError::Operations)?;
        let (in_flight, clock) = (InFlight::default(), Watch::default());
        Ok(Self {
            services,
            roles,
            router,
            cities: known,
            home,
            keys,
            entropy,
            new_ids: NewIds::default(),
            parts,
            config,
            in_flight,
            kept: Kept::default(),
            health: Health::default(),
            shares: Shares::default(),
            hub: Arc::default(),
            metrics: Metrics::new(services),
            clock,
            night: retention::Begun::default(),
        })
    }

    /// Its keys; apps pin [`Keys::root_public`].
    #[must_use]
    pub const fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The account of a token that was good a moment ago.
    pub(crate) fn holder(&self, token_hash: &str) -> Option<AccountId> {
        self.shares.holder(token_hash)
    }

    /// A token is given to whoever signs in.
    pub(crate) fn gives_token(&self, token: &str, account: AccountId, grants: &[Grant]) {
        self.shares.give(token, account, grants);
    }

    /// A request that comes now, under the id that it has already where that is one.
    pub(crate) fn arrival(&self, clock: &Arc<dyn Clock>, request: &Request) -> Arrival {
        let at = whole_millis(clock.now());
        let named = request.get(headers::REQUEST_ID).and_then(|id| id.parse().ok());
        let id = named.unwrap_or_else(|| self.new_id(at));
        Arrival { at, id, clock: Arc::clone(clock), only_known: false, is_uncounted: false }
    }

    /// Answers a request, as if all of it happened at one moment. Blocks for the store; a refusal
    /// is an answer, never an error.
    pub fn handle(&self, store: &dyn Store, now: DateTime<Utc>, request: &Request) -> Response {
        let clock: Arc<dyn Clock> = Arc::new(Standing(now));
        self.handle_by(store, &clock, request)
    }

    /// Like [`Operator::handle`], by a clock that goes on meanwhile: what has a deadline is not
    /// done behind it.
    pub fn handle_by(&self, store: &dyn Store, clock: &Arc<dyn Clock>, request: &Request) -> Response {
        let arrival = self.arrival(clock, request);
        let _alone = match self.enter(request) {
            Ok(alone) => alone,
            Err(problem) => return arrival.refused(problem),
        };
        if let Some(response) = self.static_answer(&arrival, request) {
            return arrival.marked(response);
        }
        let mut tried = None;
        let ended = store.transact(&mut |tx| keep(&mut tried, &arrival, self.attempt(tx, &arrival, request)));
        let tried = self.settle(tried, &arrival, ended);
        let response = match tried {
            Tried::Answer(response) => response,
            Tried::ToRecord(problem) => {
                let mut recorded = None;
                let ended = store
                    .transact(&mut |tx| keep(&mut recorded, &arrival, self.record(tx, &arrival, request, &problem)));
                self.settle(recorded, &arrival, ended).into_response()
            }
        };
        arrival.marked(response)
    }

    /// Like [`Operator::handle`], on the store's own threads, for async callers.
    pub async fn answer(self: Arc<Self>, store: Arc<dyn Store>, now: DateTime<Utc>, request: Request) -> Response {
        let clock: Arc<dyn Clock> = Arc::new(Standing(now));
        self.answer_by(store, &clock, request).await
    }

    /// Like [`Operator::answer`], by a clock that goes on meanwhile.
    pub async fn answer_by(
        self: Arc<Self>,
        store: Arc<dyn Store>,
        clock: &Arc<dyn Clock>,
        request: Request,
    ) -> Response {
        let arrival = self.arrival(clock, &request);
        self.answer_to(store, arrival, request).await
    }

    /// Like [`Operator::answer`], for a request that arrived before.
    pub(crate) async fn answer_to(
        self: Arc<Self>,
        store: Arc<dyn Store>,
        arrival: Arrival,
        request: Request,
    ) -> Response {
        let _alone = match self.enter(&request) {
            Ok(alone) => alone,
            Err(problem) => return arrival.refused(problem),
        };
        if let Some(response) = self.static_answer(&arrival, &request) {
            return arrival.marked(response);
        }
        let served = match self.router.find(&request) {
            Ok((served, _)) => served,
            Err(failure) => return arrival.refused(failure.into_problem()),
        };
        let limits = self.limits::<FairShares>();
        let counted = match arrival.is_uncounted {
            true => Ok(None),
            false => self.shares.enter(&request, served, limits).map(Some),
        };
        let counted = match counted {
            Ok(counted) => counted,
            Err(problem) => return arrival.refused(problem),
        };
        let only_known = counted.as_ref().is_some_and(|counted| counted.only_known);
        let asker = counted.as_ref().and_then(|counted| counted.asker);
        let arrival = Arrival { only_known, ..arrival };
        // Whoever asks more than his share stands behind those who do not.
        let importance = if only_known { Importance::Reading } else { served.importance };
        let place = |importance| Place { importance, asker };
        let request = Arc::new(request);
        let work = {
            let (operator, request, arrival) = (Arc::clone(&self), Arc::clone(&request), arrival.clone());
            move |tx: &mut dyn Tx| operator.attempt(tx, &arrival, &request)
        };
        let response = match self.submit(&store, &arrival, place(importance), work).await {
            Tried::Answer(response) => response,
            Tried::ToRecord(problem) => {
                let (operator, request, at) = (Arc::clone(&self), Arc::clone(&request), arrival.clone());
                let work = move |tx: &mut dyn Tx| operator.record(tx, &at, &request, &problem);
                self.submit(&store, &arrival, place(Importance::Money), work).await.into_response()
            }
        };
        drop(counted);
        if response.status == 401 {
            self.shares.wrong_token(&request, limits);
        }
        arrival.marked(response)
    }

    /// What is decided before a transaction: the size, the app's version, whether the same action
    /// is being worked on right now.
    fn enter(&self, request: &Request) -> Result<Alone<'_>, Problem> {
        let most = self.router.max_body(request);
        if request.body.len() > most {
            return Err(Problem::new(
                ProblemCode::BodyTooLarge,
                format!("the body has {} bytes, at most {most} are taken", request.body.len()),
            )
            .with("max_bytes", most));
        }
        if let Some(kind) = request.get("content-type")
            && self.router.takes_json(request)
            && !is_json(kind)
        {
            let detail = "the body is JSON; say `content-type: application/json`, or nothing";
            return Err(Problem::new(ProblemCode::ContentTypeUnsupported, detail).with("accepted", "application/json"));
        }
        if let (Some(least), Some(version)) = (self.config.min_client, request.get(headers::CLIENT))
            && version.parse().map_or(true, |version: ClientVersion| version < least)
            && !self.router.is_for_every_app(request)
        {
            let detail = format!("versions from {least} are served");
            return Err(Problem::new(ProblemCode::ClientTooOld, detail).with("min_client", least.to_string()));
        }
        self.in_flight.enter(request)
    }

    /// The answer to what needs no store; `None` for everything else.
    fn static_answer(&self, arrival: &Arrival, request: &Request) -> Option<Response> {
        let found = self.router.find(request).ok()?;
        let Handler::Static(answer) = found.0.handler else { return None };
        Some(match answer(&Call::new(self, arrival, request, found)) {
            Ok(response) => response,
            Err(failure) => Response::problem(&arrival.named(failure.into_problem())),
        })
    }

    /// One transaction of a request.
    fn attempt(&self, tx: &mut dyn Tx, arrival: &Arrival, request: &Request) -> Outcome<Tried> {
        let _told_in_logs = tracing::error_span!("request", id = %arrival.id).entered();
        let mut call = Call::new(self, arrival, request, self.router.find(request)?);
        let prefetched = call.enter(tx)?;
        if let Some(who) = &call.who {
            self.shares.learn(&call.token, who);
        }
        let served = call.served;
        let handler = match served.handler {
            Handler::Stored(handler) => handler,
            Handler::Static(answer) => return answer(&call).map(Tried::Answer),
        };
        if !served.operation.is_action {
            return handler(tx, &mut call).map(Tried::Answer).map_err(|failure| match failure {
                // Of what settles only what is there is told, and only that.
                Failure::Refused(_) if arrival.only_known => shares::more_than_a_share().into(),
                other => other,
            });
        }
        let mut tx = Prefetched::new(tx, prefetched);
        let tx: &mut dyn Tx = &mut tx;
        let action = match idempotency::begin(tx, &call)? {
            Ok(action) => action,
            Err(replayed) => return Ok(Tried::Answer(replayed)),
        };
        if arrival.only_known {
            return Err(shares::more_than_a_share().into());
        }
        match handler(tx, &mut call) {
            Ok(response) => {
                action.end(tx, &mut call, &response)?;
                if let Some(not_after) = call.not_after {
                    tx.commit_by(Deadline::new(not_after, Arc::clone(&arrival.clock)));
                }
                Ok(Tried::Answer(response))
            }
            // Rolled back first, so that a half-done action never stands beside its refusal.
            Err(Failure::Refused(problem)) if problem.is_final() => {
                Ok(Tried::ToRecord(Box::new(arrival.named(*problem))))
            }
            Err(failure) => Err(failure),
        }
    }

    /// Stores a refusal as the answer of its key, unless the key got an answer in the meantime.
    fn record(&self, tx: &mut dyn Tx, arrival: &Arrival, request: &Request, problem: &Problem) -> Outcome<Tried> {
        let mut call = Call::new(self, arrival, request, self.router.find(request)?);
        call.enter(tx)?;
        let response = Response::problem(problem);
        match idempotency::begin(tx, &call)? {
            Ok(action) => action.end(tx, &mut call, &response)?,
            Err(replayed) => return Ok(Tried::Answer(replayed)),
        }
        Ok(Tried::Answer(response))
    }

    /// How a transaction ended, with what a handler had said in it.
    fn settle(&self, tried: Option<Tried>, arrival: &Arrival, ended: Result<(), StoreError>) -> Tried {
        let failed = |error: &StoreError| Tried::Answer(Response::problem(&arrival.named(store_problem(error))));
        match (tried, ended) {
            (Some(tried), Ok(()) | Err(StoreError::GivenUp)) => tried,
            (_, Err(StoreError::TooLate(not_after))) => {
                Tried::ToRecord(Box::new(arrival.named(arrival.expired(not_after))))
            }
            // The line of the store tells in the log how many; not each.
            (_, Err(error @ StoreError::Overloaded)) => Tried::Answer(Response::problem(
                &arrival.named(store_problem(&error).with("retry_after_seconds", arrival.some_seconds())),
            )),
            (_, Err(error)) => {
                self.health.failed(&error);
                tracing::error!(request = %arrival.id, reason = %error, "a request failed at the store");
                failed(&error)
            }
            (None, Ok(())) => failed(&StoreError::GivenUp),
        }
    }

    /// Waits for a transaction on the store's threads.
    async fn submit(
        &self,
        store: &Arc<dyn Store>,
        arrival: &Arrival,
        place: Place,
        work: impl Fn(&mut dyn Tx) -> Outcome<Tried> + Send + Sync + 'static,
    ) -> Tried {
        let slot = Arc::new(Mutex::new(None));
        let job: Job = Box::new({
            let (slot, arrival) = (Arc::clone(&slot), arrival.clone());
            move |tx| keep(&mut slot.lock().unwrap_or_else(PoisonError::into_inner), &arrival, work(tx))
        });
        let (done, ended) = tokio::sync::oneshot::channel();
        let done = Box::new(move |result| {
            // Nobody waits any more when the connection was closed; the transaction ended all the
            // same.
            let _ = done.send(result);
        });
        // Goes when this does: when the connection is closed, or the time to answer is over.
        let caller = Arc::new(());
        store.submit(Task::new(job, done).of(place.importance).asked_by(place.asker).for_caller(&caller));
        let ended = ended.await.unwrap_or_else(|_| Err(StoreError::Unavailable("the store has stopped".into())));
        let tried = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        self.settle(tried, arrival, ended)
    }

    /// The operator with limits of a service; those of the others stay as they were.
    #[must_use]
    pub fn limited(mut self, limits: impl Limits) -> Self {
        self.parts = self.parts.with(limits);
        self
    }

    /// A service's limits: as the operator was set up, or the usual ones.
    pub(crate) fn limits<L: Limits>(&self) -> L {
        self.parts.get::<L>().copied().unwrap_or_default()
    }

    /// A new id of a record.
    pub(crate) fn new_id<T: RecordId>(&self, now: DateTime<Utc>) -> T {
        self.new_ids.next(now, &*self.entropy)
    }

    /// The city, or a refusal that names those served.
    pub(crate) fn city(&self, id: &str) -> Outcome<&City> {
        self.cities.get(id).ok_or_else(|| {
            let known: Vec<&str> = self.cities.keys().map(CityId::as_str).collect();
            Problem::new(
                ProblemCode::CityUnknown,
                format!("`{id}` is not served here; these are: {}", known.join(", ")),
            )
            .with("known", known)
            .into()
        })
    }
}

/// Where a transaction stands in the line before the store.
struct Place {
    importance: Importance,
    asker: Option<Asker>,
}

/// How one transaction of a request ended.
enum Tried {
    Answer(Response),
    /// Refused for good: rolled back, to be stored as the answer of its key.
    ToRecord(Box<Problem>),
}

impl Tried {
    fn into_response(self) -> Response {
        match self {
            Self::Answer(response) => response,
            Self::ToRecord(problem) => Response::problem(&problem),
        }
    }
}

/// Takes what a handler said out of the transaction: only an answer commits, and a refusal that
/// counts a try.
fn keep(slot: &mut Option<Tried>, arrival: &Arrival, outcome: Outcome<Tried>) -> Result<(), StoreError> {
    let refusal = |problem: Box<Problem>| Some(Tried::Answer(Response::problem(&arrival.named(*problem))));
    match outcome {
        Ok(Tried::Answer(response)) => {
            *slot = Some(Tried::Answer(response));
            Ok(())
        }
        Ok(refused) => {
            *slot = Some(refused);
            Err(StoreError::GivenUp)
        }
        Err(Failure::Counted(problem)) => {
            *slot = refusal(problem);
            Ok(())
        }
        Err(Failure::Refused(problem)) => {
            *slot = refusal(problem);
            Err(StoreError::GivenUp)
        }
        Err(Failure::Store(error)) => {
            *slot = None;
            Err(error)
        }
    }
}

/// One transaction away from the async threads.
pub(crate) async fn in_store<T: Send + 'static>(
    operator: &Arc<Operator>,
    store: &Arc<dyn Store>,
    now: DateTime<Utc>,
    work: impl Fn(&mut dyn Tx, &Operator, DateTime<Utc>) -> Outcome<T> + Send + 'static,
) -> Result<T, StoreError> {
    let (operator, store, now) = (Arc::clone(operator), Arc::clone(store), whole_millis(now));
    let done = tokio::task::spawn_blocking(move || {
        transact(&*store, |tx| work(tx, &operator, now).map_err(Failure::into_store_error))
    });
    done.await.unwrap_or_else(|error| Err(StoreError::Broken(error.to_string())))
}

/// One transaction of a tool; a refusal leaves nothing of it.
pub(crate) fn acted<T>(store: &dyn Store, mut work: impl FnMut(&mut dyn Tx) -> Outcome<T>) -> Result<T, Problem> {
    let mut refused = None;
    let done = transact(store, |tx| match work(tx) {
        Ok(done) => Ok(done),
        Err(Failure::Store(error)) => Err(error),
        Err(Failure::Refused(problem) | Failure::Counted(problem)) => {
            refused = Some(*problem);
            Err(StoreError::GivenUp)
        }
    });
    done.map_err(|error| refused.unwrap_or_else(|| store_problem(&error)))
}
