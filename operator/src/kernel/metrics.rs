//! What an operator counts while it serves, for Prometheus. No label names a person: routes are
//! patterns, everything else is a word of ours.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::kernel::operator::Operator;
use crate::kernel::service::Service;
use crate::kernel::store::StoreError;

/// A number that a service tells of its tables, asked for when Prometheus asks.
pub(crate) struct Measure {
    /// Without the prefix `mesto_`: `due_late`.
    pub name: &'static str,
    /// One sentence without its full stop.
    pub help: &'static str,
    /// Gives it as `value`; `$1` is now, in epoch milliseconds. It walks along an index: it is
    /// asked every few seconds for ever.
    pub sql: &'static str,
}

/// Rows of a table that are counted as they are added, once their transaction is committed.
pub(crate) struct Counted {
    pub table: &'static str,
    /// Without the prefix `mesto_` and the ending `_total`: `tickets_issued`.
    pub name: &'static str,
    /// One sentence without its full stop.
    pub help: &'static str,
}

/// Method and route, and the status.
type Answered = (Words<2>, [(&'static str, u16); 1]);
type Words<const N: usize> = [(&'static str, &'static str); N];

/// Bounds of durations, seconds.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

fn durations() -> Histogram {
    Histogram::new(SECONDS)
}

/// What this process counted since it started. Gauges that are asked of the store keep their last
/// value when it does not answer; `mesto_store_up` is 0 then.
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    request_seconds: Family<Words<2>, Histogram, fn() -> Histogram>,
    refusals: Family<[(&'static str, String); 1], Counter>,
    in_flight: Gauge,
    connections: Gauge,
    turned_away: Family<Words<1>, Counter>,
    pub(crate) streams: Gauge,
    transactions: Family<Words<1>, Counter>,
    transaction_seconds: Histogram,
    /// Transactions that wait for the store's threads or run there.
    queued: Gauge,
    /// Transactions that the store may do at once.
    at_once: Gauge,
    /// How late the threads that serve HTTP came to their turn.
    http_late_seconds: Histogram,
    /// By how much the database's clock is ahead of this one, milliseconds.
    pub(crate) clock_skew: Gauge,
    due_done: Counter,
    due_failed: Counter,
    provider_requests: Family<Words<1>, Counter>,
    pub(crate) store_up: Gauge,
    /// What `/readyz` says.
    pub(crate) ready: Gauge,
    pub(crate) key_set_next_update: Gauge,
    rows: BTreeMap<&'static str, Counter>,
    measured: Vec<(&'static str, Gauge)>,
}

/// How a transaction ends.
const OUTCOMES: [&str; 8] =
    ["committed", "given_up", "full", "contended", "unavailable", "overloaded", "too_late", "failed"];

/// What comes of a request to a payment provider.
const PROVIDER_OUTCOMES: [&str; 2] = ["answered", "no_answer"];

/// Takes part in a gauge until it is dropped.
pub(crate) struct Counting(Gauge);

impl Counting {
    fn of(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Counting {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Operator {
    /// What it counted since it was set up, as `/metrics` says it; without asking the store.
    #[must_use]
    pub fn metrics_text(&self) -> String {
        self.metrics.text()
    }
}

impl Metrics {
    pub(crate) fn new(services: &[&'static Service]) -> Arc<Self> {
        let mut registry = Registry::with_prefix("mesto");
        let requests = Family::default();
        registry.register("requests", "Requests answered", requests.clone());
        let request_seconds = Family::new_with_constructor(durations as fn() -> Histogram);
        registry.register("request_seconds", "Time from the head of a request to its answer", request_seconds.clone());
        let refusals = Family::default();
        registry.register("refusals", "Requests refused, by the code of the problem", refusals.clone());
        let gauge = |registry: &mut Registry, name: &str, help: &str| {
            let gauge = Gauge::default();
            registry.register(name, help, gauge.clone());
            gauge
        };
        let in_flight = gauge(&mut registry, "requests_in_flight", "Requests being answered");
        let connections = gauge(&mut registry, "connections", "Open connections");
        let streams = gauge(&mut registry, "event_streams", "Open event streams");
        let queued = gauge(&mut registry, "store_queue", "Transactions that wait for the store or run in it");
        let help = "Transactions that the store does at once, at most; 0 where it has no bound";
        let at_once = gauge(&mut registry, "store_at_once", help);
        let http_late_seconds = durations();
        let help = "How late the threads that serve HTTP came to their turn, every hundredth of a second";
        registry.register("http_late_seconds", help, http_late_seconds.clone());
        let help = "Milliseconds by which the clock of the database is ahead of this one";
        let clock_skew = gauge(&mut registry, "clock_skew_milliseconds", help);
        let store_up = gauge(&mut registry, "store_up", "Whether the store answered when this was asked for");
        let help = "Whether the store takes writes, as /readyz says";
        let ready = gauge(&mut registry, "ready", help);
        let key_set_next_update =
            gauge(&mut registry, "key_set_next_update_timestamp_seconds", "When the key set has to be newer");
        let turned_away = Family::default();
        registry.register("connections_turned_away", "Connections refused, by why", turned_away.clone());
        let transactions = Family::<Words<1>, Counter>::default();
        // They are there before the first one: an alert sees it then.
        for outcome in OUTCOMES {
            let _ = transactions.get_or_create(&[("outcome", outcome)]);
        }
        registry.register("transactions", "Transactions of the store, by how they ended", transactions.clone());
        let transaction_seconds = durations();
        let help = "Time of a transaction, its waiting included";
        registry.register("transaction_seconds", help, transaction_seconds.clone());
        let (due_done, due_failed) = (Counter::default(), Counter::default());
        registry.register("due_done", "Things that were due and are done", due_done.clone());
        registry.register("due_failed", "Things that were due and could not be done", due_failed.clone());
        let provider_requests: Family<Words<1>, Counter> = Family::default();
        for outcome in PROVIDER_OUTCOMES {
            // There from the start: alerts compare one with another.
            let _ = provider_requests.get_or_create(&[("outcome", outcome)]);
        }
        let help = "Requests to payment providers, by what came of them";
        registry.register("provider_requests", help, provider_requests.clone());
        let mut rows = BTreeMap::new();
        for counted in services.iter().flat_map(|service| service.counted) {
            let counter = Counter::default();
            registry.register(counted.name, counted.help, counter.clone());
            rows.insert(counted.table, counter);
        }
        let measured = services.iter().flat_map(|service| service.measures);
        let measured = measured.map(|one| (one.sql, gauge(&mut registry, one.name, one.help))).collect();
        Arc::new(Self {
            registry,
            requests,
            request_seconds,
            refusals,
            in_flight,
            connections,
            turned_away,
            streams,
            transactions,
            transaction_seconds,
            queued,
            at_once,
            http_late_seconds,
            clock_skew,
            due_done,
            due_failed,
            provider_requests,
            store_up,
            ready,
            key_set_next_update,
            rows,
            measured,
        })
    }

    /// A request was answered. `method` and `route` are words of the table of operations.
    pub(crate) fn answered(&self, method: &'static str, route: &'static str, status: u16, took: Duration) {
        let names = [("method", method), ("route", route)];
        self.requests.get_or_create(&(names, [("status", status)])).inc();
        self.request_seconds.get_or_create(&names).observe(took.as_secs_f64());
    }

    /// A request was refused with this code of ours.
    pub(crate) fn refused(&self, code: &str) {
        self.refusals.get_or_create(&[("code", code.to_owned())]).inc();
    }

    pub(crate) fn request(&self) -> Counting {
        Counting::of(&self.in_flight)
    }

    pub(crate) fn connection(&self) -> Counting {
        Counting::of(&self.connections)
    }

    /// A transaction waits for the store or runs in it; as long as it is neither done nor dropped.
    pub(crate) fn queue(&self) -> Counting {
        Counting::of(&self.queued)
    }

    /// HTTP came so late to its turn, and the store may do so much at once.
    pub(crate) fn http_came_late(&self, by: Duration, at_once: Option<usize>) {
        self.http_late_seconds.observe(by.as_secs_f64());
        self.at_once.set(at_once.and_then(|count| i64::try_from(count).ok()).unwrap_or(0));
    }

    pub(crate) fn turned_away(&self, why: &'static str) {
        self.turned_away.get_or_create(&[("why", why)]).inc();
    }

    /// A transaction ended.
    pub(crate) fn transaction(&self, ended: &Result<(), StoreError>, took: Duration) {
        let outcome = match ended {
            Ok(()) => "committed",
            Err(StoreError::GivenUp) => "given_up",
            Err(StoreError::Full) => "full",
            Err(StoreError::Locked | StoreError::Contended) => "contended",
            Err(StoreError::Unavailable(_)) => "unavailable",
            Err(StoreError::Overloaded) => "overloaded",
            Err(StoreError::TooLate(_)) => "too_late",
            Err(_) => "failed",
        };
        self.transactions.get_or_create(&[("outcome", outcome)]).inc();
        self.transaction_seconds.observe(took.as_secs_f64());
    }

    /// Something that was due was done, or could not be.
    pub(crate) fn due(&self, is_done: bool) {
        if is_done {
            self.due_done.inc()
        } else {
            self.due_failed.inc()
        };
    }

    /// A payment provider was asked: `answered`, `no_answer`.
    pub(crate) fn provider_request(&self, outcome: &'static str) {
        self.provider_requests.get_or_create(&[("outcome", outcome)]).inc();
    }

    /// Whether rows that are added to a table are counted.
    pub(crate) fn counts(&self, table: &str) -> bool {
        self.rows.contains_key(table)
    }

    /// A row was added to a table.
    pub(crate) fn row(&self, table: &str) {
        if let Some(counter) = self.rows.get(table) {
            counter.inc();
        }
    }

    /// What is asked of the store, with where its answer goes.
    pub(crate) fn measured(&self) -> &[(&'static str, Gauge)] {
        &self.measured
    }

    /// All of it in the text format of OpenMetrics 1.0, which Prometheus reads.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // A string takes everything.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
