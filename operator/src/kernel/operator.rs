//! The operator: what it is made of, and how a request becomes an answer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::{Problem, ProblemCode, route};
use mesto_rules::City;
use mesto_rules::money::Currency;

use crate::base::payments::PaymentPage;
use crate::kernel::failure::{Failure, Outcome, store_problem};
use crate::kernel::http::{Request, Response};
use crate::kernel::idempotency::InFlight;
use crate::kernel::keys::Keys;
use crate::kernel::ports::Entropy;
use crate::kernel::routes::{self, Call};
use crate::kernel::store::{Job, Store, StoreError, Tx};
use crate::kernel::text;

/// Limits and habits that are the operator's, not a city's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Name of the operator in its tickets.
    pub issuer: String,
    /// A one-time code is good for so long, and can be tried so often.
    pub code_lifetime: TimeDelta,
    pub code_tries: i64,
    /// Another code can be asked for after this.
    pub code_resend: TimeDelta,
    /// Codes per number, codes per address and wrong codes per address in an hour.
    pub codes_per_number: i64,
    pub codes_per_address: i64,
    pub wrong_codes_per_address: i64,
    pub token_lifetime: TimeDelta,
    pub vehicles_per_account: i64,
    /// Time after a top-up's `not_after` in which the bank's page still takes the payment.
    pub topup_page: TimeDelta,
    /// Answers of actions are kept so long.
    pub intents_kept: TimeDelta,
    /// Oldest version of an app that is still served.
    pub min_client: Option<(u32, u32, u32)>,
    /// Longest body, bytes.
    pub max_body: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            issuer: "mesto".into(),
            code_lifetime: TimeDelta::minutes(5),
            code_tries: 5,
            code_resend: TimeDelta::seconds(30),
            codes_per_number: 10,
            codes_per_address: 60,
            wrong_codes_per_address: 60,
            token_lifetime: TimeDelta::days(180),
            vehicles_per_account: 20,
            topup_page: TimeDelta::minutes(30),
            intents_kept: TimeDelta::days(30),
            min_client: None,
            max_body: 64 * 1024,
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
    Currency { city: String, currency: Currency, deposit: Currency },
    #[error("there are two cities {0}")]
    CityTwice(String),
}

/// The authority over money, tickets and limits. Holds no state but its set-up: any number of operators work on one store.
pub struct Operator {
    pub(crate) cities: BTreeMap<String, City>,
    /// The city whose deposit values hold.
    pub(crate) home: City,
    pub(crate) keys: Keys,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) page: Arc<dyn PaymentPage>,
    pub(crate) config: Config,
    pub(crate) in_flight: InFlight,
}

impl Operator {
    /// An operator of these cities; the first one's deposit values hold.
    ///
    /// # Errors
    /// [`SetupError`]
    pub fn new(
        cities: Vec<City>,
        keys: Keys,
        entropy: Arc<dyn Entropy>,
        page: Arc<dyn PaymentPage>,
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
        Ok(Self { cities: known, home, keys, entropy, page, config, in_flight: InFlight::default() })
    }

    /// Its keys; apps pin [`Keys::root_public`].
    #[must_use]
    pub const fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Answers a request. Blocks for the store; a refusal is an answer, never an error.
    pub fn handle(&self, store: &dyn Store, now: DateTime<Utc>, request: &Request) -> Response {
        let _alone = match self.enter(request) {
            Ok(alone) => alone,
            Err(problem) => return Response::problem(&problem).at(now),
        };
        let mut tried = None;
        let ended = store.transact(&mut |tx| keep(&mut tried, self.attempt(tx, now, request)));
        let tried = settle(tried, ended);
        let response = match tried {
            Tried::Answer(response) => response,
            Tried::ToRecord(problem) => {
                let mut recorded = None;
                let ended = store.transact(&mut |tx| keep(&mut recorded, self.record(tx, now, request, &problem)));
                settle(recorded, ended).into_response()
            }
        };
        response.at(now)
    }

    /// Like [`Operator::handle`], on the store's own threads, for async callers.
    pub async fn answer(self: Arc<Self>, store: Arc<dyn Store>, now: DateTime<Utc>, request: Request) -> Response {
        let _alone = match self.enter(&request) {
            Ok(alone) => alone,
            Err(problem) => return Response::problem(&problem).at(now),
        };
        let request = Arc::new(request);
        let work = {
            let (operator, request) = (Arc::clone(&self), Arc::clone(&request));
            move |tx: &mut dyn Tx| operator.attempt(tx, now, &request)
        };
        let response = match submit(&store, work).await {
            Tried::Answer(response) => response,
            Tried::ToRecord(problem) => {
                let (operator, request) = (Arc::clone(&self), Arc::clone(&request));
                let work = move |tx: &mut dyn Tx| operator.record(tx, now, &request, &problem);
                submit(&store, work).await.into_response()
            }
        };
        response.at(now)
    }

    /// What is decided before a transaction: the size, the app's version, whether the same action is being worked on right now.
    fn enter(&self, request: &Request) -> Result<crate::kernel::idempotency::Alone<'_>, Problem> {
        if request.body.len() > self.config.max_body {
            return Err(Problem::new(
                ProblemCode::BodyTooLarge,
                format!("the body has {} bytes, at most {} are taken", request.body.len(), self.config.max_body),
            )
            .with("max_bytes", self.config.max_body));
        }
        if let (Some(minimum), Some(version)) = (self.config.min_client, request.get(route::CLIENT)) {
            let numbers: Vec<u32> = version.split('.').map_while(|part| part.parse().ok()).collect();
            let minimum_text = format!("{}.{}.{}", minimum.0, minimum.1, minimum.2);
            if !matches!(numbers[..], [major, minor, patch] if (major, minor, patch) >= minimum) {
                let detail = format!("versions from {minimum_text} are served");
                return Err(Problem::new(ProblemCode::ClientTooOld, detail).with("min_client", minimum_text));
            }
        }
        self.in_flight.enter(request)
    }

    /// One transaction of a request.
    fn attempt(&self, tx: &mut dyn Tx, now: DateTime<Utc>, request: &Request) -> Outcome<Tried> {
        let (route, path) = routes::find(request)?;
        let mut call = Call::new(self, now, request, path);
        call.enter(tx, route)?;
        if !route.is_action {
            return (route.handler)(tx, &mut call).map(Tried::Answer);
        }
        let action = match crate::kernel::idempotency::begin(&call, route)? {
            Ok(action) => action,
            Err(replayed) => return Ok(Tried::Answer(replayed)),
        };
        match (route.handler)(tx, &mut call) {
            Ok(response) => {
                action.end(tx, &mut call, &response)?;
                Ok(Tried::Answer(response))
            }
            // Rolled back first, so that a half-done action never stands beside its refusal.
            Err(Failure::Refused(problem)) if problem.is_final() => Ok(Tried::ToRecord(problem)),
            Err(failure) => Err(failure),
        }
    }

    /// Stores a refusal as the answer of its key, unless the key got an answer in the meantime.
    fn record(&self, tx: &mut dyn Tx, now: DateTime<Utc>, request: &Request, problem: &Problem) -> Outcome<Tried> {
        let (route, path) = routes::find(request)?;
        let mut call = Call::new(self, now, request, path);
        call.enter(tx, route)?;
        let response = Response::problem(problem);
        match crate::kernel::idempotency::begin(&call, route)? {
            Ok(action) => action.end(tx, &mut call, &response)?,
            Err(replayed) => return Ok(Tried::Answer(replayed)),
        }
        Ok(Tried::Answer(response))
    }

    /// A new id of a kind: `tk_...`.
    pub(crate) fn id(&self, prefix: &str, now: DateTime<Utc>) -> String {
        let mut chance = [0; 10];
        self.entropy.fill(&mut chance);
        text::id(prefix, now, chance)
    }

    /// The city, or a refusal that names those served.
    pub(crate) fn city(&self, id: &str) -> Outcome<&City> {
        self.cities.get(id).ok_or_else(|| {
            let known: Vec<&str> = self.cities.keys().map(String::as_str).collect();
            Problem::new(
                ProblemCode::CityUnknown,
                format!("`{id}` is not served here; these are: {}", known.join(", ")),
            )
            .with("known", known)
            .into()
        })
    }
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

/// Takes what a handler said out of the transaction: only an answer commits.
fn keep(slot: &mut Option<Tried>, outcome: Outcome<Tried>) -> Result<(), StoreError> {
    match outcome {
        Ok(Tried::Answer(response)) => {
            *slot = Some(Tried::Answer(response));
            Ok(())
        }
        Ok(refused) => {
            *slot = Some(refused);
            Err(StoreError::GivenUp)
        }
        Err(Failure::Refused(problem)) => {
            *slot = Some(Tried::Answer(Response::problem(&problem)));
            Err(StoreError::GivenUp)
        }
        Err(Failure::Store(error)) => {
            *slot = None;
            Err(error)
        }
    }
}

fn settle(tried: Option<Tried>, ended: Result<(), StoreError>) -> Tried {
    match (tried, ended) {
        (Some(tried), Ok(()) | Err(StoreError::GivenUp)) => tried,
        (_, Err(error)) => {
            tracing::error!(reason = %error, "a request failed at the store");
            Tried::Answer(Response::problem(&store_problem(&error)))
        }
        (None, Ok(())) => Tried::Answer(Response::problem(&store_problem(&StoreError::GivenUp))),
    }
}

async fn submit(store: &Arc<dyn Store>, work: impl Fn(&mut dyn Tx) -> Outcome<Tried> + Send + Sync + 'static) -> Tried {
    let slot = Arc::new(Mutex::new(None));
    let job: Job = Box::new({
        let slot = Arc::clone(&slot);
        move |tx| keep(&mut slot.lock().unwrap_or_else(PoisonError::into_inner), work(tx))
    });
    let (done, ended) = tokio::sync::oneshot::channel();
    store.submit(
        job,
        Box::new(move |result| {
            // Nobody waits any more when the connection was closed; the transaction ended all the same.
            let _ = done.send(result);
        }),
    );
    let ended = ended.await.unwrap_or_else(|_| Err(StoreError::Unavailable("the store has stopped".into())));
    let tried = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
    settle(tried, ended)
}
