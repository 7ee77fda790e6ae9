//! A phone without room: what is said then, and that nothing is sent.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use chrono::{DateTime, Utc};
use mesto_protocol::base::payments::Quote;
use mesto_protocol::device::SoftwareDevice;
use serde_json::json;

use crate::kernel::clock::Anchor;
use crate::kernel::ports::{
    Clock, Entropy, Link, LinkAnswer, LinkError, LinkRequest, NoReminders, NoStillDecoder, OperatorName, Ports,
    Secrets, SecretsError,
};
use crate::{Client, Config, IntentState, Locale, Progress};

#[derive(Default)]
struct Sent(AtomicUsize);
#[async_trait::async_trait]
impl Link for Sent {
    async fn send(&self, _: LinkRequest) -> std::result::Result<LinkAnswer, LinkError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Err(LinkError::Unknown("nobody there".to_owned()))
    }
}
struct Still;
impl Clock for Still {
    fn wall(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_756_900_000, 0).unwrap()
    }
    fn monotonic(&self) -> Duration {
        Duration::from_secs(60)
    }
    fn boot(&self) -> String {
        "one".to_owned()
    }
}
impl Entropy for Still {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}
impl Secrets for Still {
    fn get(&self, _: &str) -> std::result::Result<Option<String>, SecretsError> {
        Ok(Some("token".to_owned()))
    }
    fn set(&self, _: &str, _: &str) -> std::result::Result<(), SecretsError> {
        Ok(())
    }
    fn remove(&self, _: &str) -> std::result::Result<(), SecretsError> {
        Ok(())
    }
}

fn open(folder: &Path, link: Arc<dyn Link>) -> Client {
    let ports = Ports {
        link,
        clock: Arc::new(Still),
        entropy: Arc::new(Still),
        secrets: Arc::new(Still),
        signer: Arc::new(SoftwareDevice::from_seed(&[3; 32]).unwrap()),
        reminders: Arc::new(NoReminders),
        stills: Arc::new(NoStillDecoder),
        log: Arc::new(crate::kernel::ports::NoLog),
    };
    let client = Client::open(Config::new(folder.join("mesto.db"), OperatorName::localhost(), [0; 32]), ports).unwrap();
    let anchor = Anchor::observe(Still.wall().timestamp_millis(), Still.monotonic(), &Still);
    {
        let mut core = client.core();
        core.account_is(Some(format!("ac_{ID}").parse().unwrap()));
        core.anchor = Some(anchor);
    }
    client
}

fn now_or_never<T>(future: impl Future<Output = T>) -> T {
    match std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("the link never waits"),
    }
}

const ID: &str = "01jd4f8q0r3n7w2x5y6z8a9b1c";

/// A top-up of 1000 RSD; `note` makes it as long as a test needs.
fn quote(note: &str) -> Quote {
    let amount = json!({"amount": "1000.00", "currency": "RSD"});
    let item = json!({
        "service": "wallet", "subject": {"amount": amount, "note": note}, "offer": {"amount": amount},
        "guard": "wallet/belgrade/deposit", "lines": [{"kind": "wallet.top_up", "amount": amount}], "notices": [], "total": amount, "seller": "the operator",
    });
    let quote = json!({
        "id": format!("qt_{ID}"), "city": "belgrade", "issued_at": Still.wall(), "expires_at": "2025-09-03T13:00:00Z",
        "pay": "card", "payer": format!("ac_{ID}"), "actor": format!("ac_{ID}"), "items": [item], "total": amount,
    });
    serde_json::from_str(&quote.to_string()).unwrap()
}

/// Its sale, which waits for the bank.
fn sale() -> serde_json::Value {
    let amount = json!({"amount": "1000.00", "currency": "RSD"});
    let nothing = json!({"amount": "0.00", "currency": "RSD"});
    json!({
        "sale": {
            "id": format!("sa_{ID}"), "quote": format!("qt_{ID}"), "city": "belgrade", "state": "open",
            "created_at": Still.wall(), "payer": format!("ac_{ID}"), "actor": format!("ac_{ID}"),
            "items": [{"service": "wallet", "subject": {"amount": amount}}], "total": amount,
        },
        "payment": {
            "id": format!("py_{ID}"), "sale": format!("sa_{ID}"), "purpose": "sale", "method": "card", "provider": "bank",
            "state": "pending", "amount": amount, "captured": nothing, "refunded": nothing,
            "page_url": "https://bank.example/pay",
        },
    })
}

#[test]
fn a_full_phone_is_told_so_and_nothing_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let link = Arc::new(Sent::default());
    let client = open(folder.path(), link.clone());
    {
        let core = client.core();
        let pages: i64 = core.store.connection().query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
        core.store.connection().query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(())).unwrap();
    }
    let buy = |size: usize| now_or_never(client.payments().buy(&quote(&"x".repeat(size))));
    let error = buy(1_000_000).unwrap_err();
    assert_eq!(error.code(), "phone_full");
    assert!(error.advice(Locale::En).contains("nothing was charged"), "{}", error.advice(Locale::En));
    assert_eq!(link.0.load(Ordering::SeqCst), 0);
    assert!(client.payments().open().unwrap().is_empty());
    // With room again the same tap goes out.
    client.core().store.connection().query_row("PRAGMA max_page_count = 100000", [], |_| Ok(())).unwrap();
    buy(1_000_000).unwrap();
    assert_eq!(link.0.load(Ordering::SeqCst), 1);
}

/// An operator that takes a top-up; by the time its answer comes, the phone is full.
#[derive(Default)]
struct FillsUp {
    client: Mutex<Option<Client>>,
    sent: AtomicUsize,
}
#[async_trait::async_trait]
impl Link for FillsUp {
    async fn send(&self, _: LinkRequest) -> std::result::Result<LinkAnswer, LinkError> {
        self.sent.fetch_add(1, Ordering::SeqCst);
        if let Some(client) = self.client.lock().unwrap().take() {
            client.core().store.full = true;
        }
        let mut body = sale();
        body["balance"] = json!({"amount": "0.00", "currency": "RSD"});
        Ok(LinkAnswer { status: 201, headers: Vec::new(), body: body.to_string().into_bytes() })
    }
}

#[test]
fn an_answer_that_finds_no_room_leaves_the_intent_unconfirmed_and_never_says_uncharged() {
    let folder = tempfile::tempdir().unwrap();
    let link = Arc::new(FillsUp::default());
    let client = open(folder.path(), link.clone());
    *link.client.lock().unwrap() = Some(client.clone());
    let intent = now_or_never(client.payments().buy(&quote(""))).unwrap();
    assert_eq!(intent.state, IntentState::Unconfirmed(Progress::Sending));
    // Still no room: nothing more is sent, and nothing is said about money.
    let settled = now_or_never(client.payments().settle(&intent.key)).unwrap();
    assert_eq!(settled.state, IntentState::Unconfirmed(Progress::Sending));
    assert_eq!(link.sent.load(Ordering::SeqCst), 1);
    client.core().store.full = false;
    let settled = now_or_never(client.payments().settle(&intent.key)).unwrap();
    assert_eq!(settled.state, IntentState::Unconfirmed(Progress::AtBank));
    assert_eq!(settled.page_url.as_deref(), Some("https://bank.example/pay"));
}
