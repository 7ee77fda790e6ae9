//! The bank over HTTP: signed links, the pages, and notices to a merchant that is sometimes away.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use mesto_bank::{Bank, BankConfig, Clock, DEMO_CODE, Entropy, Merchant, canonical_query, sign, verify};
use tokio::net::TcpListener;

const START: i64 = 1_756_886_400_000; // 2025-09-03T08:00:00Z
const SECRET: &[u8] = b"between the two of us";

struct TestClock(AtomicI64);
impl Clock for TestClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}
struct Counting(AtomicU64);
impl Entropy for Counting {
    fn fill(&self, buffer: &mut [u8]) {
        let n = self.0.fetch_add(1, Ordering::SeqCst).to_be_bytes();
        for (byte, value) in buffer.iter_mut().zip(n.into_iter().cycle()) {
            *byte = value;
        }
    }
}

/// A merchant that answers notices with a settable status and remembers them.
struct Shop {
    status: AtomicU16,
    notices: Mutex<Vec<(String, String)>>,
}
impl Shop {
    fn taken(&self) -> Vec<serde_json::Value> {
        self.notices.lock().unwrap().iter().map(|(_, body)| serde_json::from_str(body).unwrap()).collect()
    }
}

struct World {
    bank: Bank,
    url: String,
    clock: Arc<TestClock>,
    shop: Arc<Shop>,
    notice_url: String,
    http: reqwest::Client,
    config: BankConfig,
    _folder: tempfile::TempDir,
}

async fn take_notice(State(shop): State<Arc<Shop>>, headers: HeaderMap, body: String) -> StatusCode {
    shop.notices.lock().unwrap().push((headers["mesto-signature"].to_str().unwrap().to_owned(), body));
    StatusCode::from_u16(shop.status.load(Ordering::SeqCst)).unwrap()
}

impl World {
    async fn new() -> Self {
        let shop = Arc::new(Shop { status: AtomicU16::new(204), notices: Mutex::default() });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let notice_url = format!("http://{}/notice", listener.local_addr().unwrap());
        let app = axum::Router::new().route("/notice", axum::routing::post(take_notice)).with_state(shop.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });

        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock(AtomicI64::new(START)));
        let config = BankConfig {
            database: Some(folder.path().join("bank.sqlite")),
            merchants: vec![Merchant { id: "mesto".into(), name: "Parking <Beograd>".into(), secret: SECRET.to_vec() }],
        };
        let bank = Bank::open(&config, clock.clone(), Arc::new(Counting(AtomicU64::new(1)))).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(mesto_bank::serve(listener, bank.clone(), std::future::pending()));
        let http = plain_http();
        Self { bank, url, clock, shop, notice_url, http, config, _folder: folder }
    }

    fn database(&self) -> PathBuf {
        self.config.database.clone().unwrap()
    }

    fn pairs(&self, reference: &str, amount: &str) -> Vec<(String, String)> {
        [
            ("merchant", "mesto"),
            ("reference", reference),
            ("amount", amount),
            ("currency", "RSD"),
            ("return_url", "https://app.example/back?intent=key-1"),
            ("notice_url", &self.notice_url),
            ("expires", &(START + 600_000).to_string()),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .to_vec()
    }

    fn link(&self, reference: &str, amount: &str) -> String {
        let query = canonical_query(&self.pairs(reference, amount));
        format!("{}/pay?{query}&signature={}", self.url, sign(SECRET, query.as_bytes()))
    }

    async fn get(&self, url: &str) -> reqwest::Response {
        self.http.get(url).send().await.unwrap()
    }

    /// Opens a link and gives the address of the payment's page.
    async fn open(&self, reference: &str) -> String {
        let answer = self.get(&self.link(reference, "1000.00")).await;
        assert_eq!(answer.status(), 303);
        format!("{}{}", self.url, answer.headers()["location"].to_str().unwrap())
    }

    async fn post(&self, url: &str, fields: &[(&str, &str)]) -> reqwest::Response {
        let body = canonical_query(&fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<Vec<_>>());
        self.http.post(url).header("content-type", "application/x-www-form-urlencoded").body(body).send().await.unwrap()
    }

    async fn card(&self, page: &str, number: &str) -> reqwest::Response {
        self.post(
            &format!("{page}/card"),
            &[("number", number), ("holder", "Ana Anić"), ("expiry", "09/28"), ("cvc", "987")],
        )
        .await
    }

    async fn code(&self, page: &str, code: &str) -> reqwest::Response {
        self.post(&format!("{page}/code"), &[("code", code)]).await
    }

    async fn advance(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * 1_000, Ordering::SeqCst);
        self.bank.deliver_due().await.unwrap();
    }
}

/// A browser that follows nothing by itself and needs no TLS.
fn plain_http() -> reqwest::Client {
    let provider = rustls::crypto::ring::default_provider().into();
    let tls = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let tls = tls.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

fn location(answer: &reqwest::Response) -> &str {
    assert_eq!(answer.status(), 303);
    answer.headers()["location"].to_str().unwrap()
}

#[tokio::test]
async fn a_card_with_the_right_code_is_approved_and_told_once_bg_31_bg_91_pq_26_pq_31() {
    let world = World::new().await;
    let page = world.open("top_1").await;
    let shown = world.get(&page).await.text().await.unwrap();
    assert!(shown.contains("1000.00 RSD") && shown.contains("Parking &lt;Beograd&gt;"));
    let asked = world.card(&page, "4242 4242 4242 4242").await;
    assert_eq!(location(&asked), format!("{}?lang=en", page.strip_prefix(&world.url).unwrap()));
    assert!(world.get(&page).await.text().await.unwrap().contains("Visa ···· 4242"));
    let done = world.code(&page, DEMO_CODE).await;
    assert_eq!(
        location(&done),
        "https://app.example/back?intent=key-1",
        "the way back carries the intent and nothing else"
    );
    let (signature, body) = world.shop.notices.lock().unwrap()[0].clone();
    assert!(verify(SECRET, body.as_bytes(), &signature));
    let notice: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(notice["outcome"], "approved");
    assert_eq!(notice["reference"], "top_1");
    assert_eq!(notice["amount"], serde_json::json!({ "amount": "1000.00", "currency": "RSD" }));
    world.code(&page, DEMO_CODE).await;
    world.advance(86_400).await;
    assert_eq!(world.shop.taken().len(), 1, "a second tap and time do not tell it again");
}

#[tokio::test]
async fn refused_cards_wrong_codes_and_second_thoughts_are_told_with_their_reason_bg_32() {
    let world = World::new().await;
    let declined = world.open("declined").await;
    world.card(&declined, "4000000000000002").await;

    let patient = world.open("three_tries").await;
    world.card(&patient, "4242424242424242").await;
    for left in ["2", "1"] {
        let again = world.code(&patient, "000000").await;
        assert_eq!(again.status(), 422);
        assert!(again.text().await.unwrap().contains(&format!("Tries left: {left}")));
    }
    assert_eq!(world.code(&patient, "000000").await.status(), 303);

    let strict = world.open("one_try").await;
    world.card(&strict, "4000000000003220").await;
    world.code(&strict, "000000").await;

    let cancelled = world.open("cancelled").await;
    world.post(&format!("{cancelled}/cancel"), &[]).await;

    let ends: Vec<(String, String)> = world
        .shop
        .taken()
        .iter()
        .map(|notice| (notice["reference"].as_str().unwrap().to_owned(), notice["reason"].as_str().unwrap().to_owned()))
        .collect();
    let expected = [
        ("declined", "card_declined"),
        ("three_tries", "authentication_failed"),
        ("one_try", "authentication_failed"),
        ("cancelled", "cancelled"),
    ];
    assert_eq!(ends, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    assert!(world.get(&declined).await.text().await.unwrap().contains("Nothing was charged"));
}

#[tokio::test]
async fn an_altered_an_expired_and_a_reused_link_are_refused_with_a_page() {
    let world = World::new().await;
    let good = world.link("top_1", "1000.00");
    for bad in [
        good.replace("1000.00", "10.00"),
        good.replace("top_1", "top_2"),
        good.replace("signature=", "signature=0"),
        format!("{good}&amount=5"),
        format!("{}/pay", world.url),
    ] {
        let answer = world.get(&bad).await;
        assert_eq!(answer.status(), 403, "{bad}");
        assert!(answer.text().await.unwrap().contains("payment link is not right"));
    }
    world.open("top_1").await;
    assert_eq!(world.get(&world.link("top_1", "2000.00")).await.status(), 409);
    world.clock.0.store(START + 600_001, Ordering::SeqCst);
    let late = world.get(&good).await;
    assert_eq!(late.status(), 410);
    assert!(late.text().await.unwrap().contains("has expired"));
}

#[tokio::test]
async fn a_payment_left_open_expires_and_the_merchant_is_told() {
    let world = World::new().await;
    let page = world.open("left").await;
    world.card(&page, "4242424242424242").await;
    world.advance(601).await;
    assert_eq!(world.shop.taken()[0]["reason"], "expired");
    assert_eq!(location(&world.code(&page, DEMO_CODE).await), "https://app.example/back?intent=key-1");
    assert_eq!(world.shop.taken().len(), 1, "a code after the end changes nothing");
}

#[tokio::test]
async fn a_notice_waits_for_a_merchant_that_fails_even_across_a_restart() {
    let world = World::new().await;
    world.shop.status.store(503, Ordering::SeqCst);
    let page = world.open("top_1").await;
    world.card(&page, "4242424242424242").await;
    assert_eq!(world.code(&page, DEMO_CODE).await.status(), 303, "the payer is not kept waiting for it");
    let tried = world.shop.taken().len();
    assert!(tried >= 1);
    world.shop.status.store(200, Ordering::SeqCst);

    let restarted = Bank::open(&world.config, world.clock.clone(), Arc::new(Counting(AtomicU64::new(1_000)))).unwrap();
    world.clock.0.fetch_add(3_600_000, Ordering::SeqCst);
    restarted.deliver_due().await.unwrap();
    world.advance(3_600).await;
    let notices = world.shop.notices.lock().unwrap().clone();
    assert!(notices.len() > tried, "it was sent again");
    assert!(notices.iter().all(|notice| *notice == notices[0]), "byte for byte the same");
    let after = notices.len();
    world.advance(86_400).await;
    assert_eq!(world.shop.taken().len(), after, "and not after it was taken");
}

#[tokio::test]
async fn every_wrong_field_is_named_and_nothing_typed_comes_back_pq_30_pq_32() {
    let world = World::new().await;
    let page = world.open("top_1").await;
    let fields = [("number", "4242424242424241"), ("holder", ""), ("expiry", "1/1/1"), ("cvc", "9")];
    let answer = world
        .http
        .post(format!("{page}/card"))
        .header("accept-language", "sr")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(canonical_query(&fields.map(|(k, v)| (k.to_owned(), v.to_owned()))))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 422);
    let shown = answer.text().await.unwrap();
    assert!(shown.contains(r#"data-errors="4""#) && shown.contains(r#"lang="sr-Latn""#));
    assert!(shown.contains("Tri cifre na poleđini kartice"));
    assert!(!shown.contains("4242424242424241"));
    world.card(&page, "4242424242424242").await;
    assert!(
        world
            .get(&format!("{page}?lang=sr"))
            .await
            .text()
            .await
            .unwrap()
            .contains("Obratite se banci koja je izdala karticu")
    );
}

#[tokio::test]
async fn the_status_is_signed_and_only_for_the_merchant() {
    let world = World::new().await;
    let page = world.open("top_1").await;
    world.post(&format!("{page}/cancel"), &[]).await;
    let pairs = [("merchant", "mesto"), ("reference", "top_1"), ("expires", &(START + 1_000).to_string())]
        .map(|(k, v)| (k.to_owned(), v.to_owned()));
    let signature = sign(SECRET, canonical_query(&pairs).as_bytes());
    let url = format!("{}/payments/top_1?merchant=mesto&expires={}&signature=", world.url, START + 1_000);
    let answer = world.get(&format!("{url}{signature}")).await;
    assert_eq!(answer.status(), 200);
    let signed = answer.headers()["mesto-signature"].to_str().unwrap().to_owned();
    let body = answer.text().await.unwrap();
    assert!(verify(SECRET, body.as_bytes(), &signed));
    assert!(body.contains(r#""outcome":"declined""#) && body.contains("cancelled"));
    assert_eq!(world.get(&format!("{url}{}", sign(b"guess", canonical_query(&pairs).as_bytes()))).await.status(), 403);
    world.clock.0.store(START + 1_001, Ordering::SeqCst);
    assert_eq!(world.get(&format!("{url}{signature}")).await.status(), 403);
}

/// The bank's id of a payment of 1000.00 RSD that is paid.
async fn paid(world: &World, reference: &str) -> String {
    let page = world.open(reference).await;
    world.card(&page, "4242424242424242").await;
    world.code(&page, DEMO_CODE).await;
    let notices = world.shop.taken();
    let notice = notices.iter().find(|notice| notice["reference"] == reference).unwrap();
    assert_eq!(notice["outcome"], "approved");
    notice["payment"].as_str().unwrap().to_owned()
}

fn refund_of(payment: &str, reference: &str, amount: &str) -> serde_json::Value {
    let amount = serde_json::json!({ "amount": amount, "currency": "RSD" });
    serde_json::json!({ "merchant": "mesto", "payment": payment, "reference": reference, "amount": amount })
}

/// Status and body of the answer to a request for a refund.
async fn ask_refund(world: &World, body: &serde_json::Value, secret: &[u8]) -> (u16, serde_json::Value) {
    let body = body.to_string();
    let request = world.http.post(format!("{}/refunds", world.url)).header("content-type", "application/json");
    let answer = request.header("mesto-signature", sign(secret, body.as_bytes())).body(body).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/json");
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap())
}

fn done() -> (u16, serde_json::Value) {
    (200, serde_json::json!({ "state": "done" }))
}

fn refused(reason: &str) -> (u16, serde_json::Value) {
    (422, serde_json::json!({ "state": "refused", "reason": reason }))
}

#[tokio::test]
async fn what_was_paid_goes_back_once_however_often_it_is_asked_for_bg_97() {
    let world = World::new().await;
    let payment = paid(&world, "py_1").await;
    let asked = refund_of(&payment, "rf_1", "1000.00");
    for _ in 0..3 {
        assert_eq!(ask_refund(&world, &asked, SECRET).await, done());
    }
    // Kept in the bank's file, it is the same after a restart.
    let restarted = Bank::open(&world.config, world.clock.clone(), Arc::new(Counting(AtomicU64::new(1_000)))).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(mesto_bank::serve(listener, restarted, std::future::pending()));
    let world = World { url, ..world };
    assert_eq!(ask_refund(&world, &asked, SECRET).await, done());
    assert_eq!(ask_refund(&world, &refund_of(&payment, "rf_2", "0.01"), SECRET).await, refused("more_than_paid"));
    assert_eq!(world.shop.taken().len(), 1, "a refund is answered and not told by a notice");
}

#[tokio::test]
async fn parts_go_back_until_all_that_was_paid_did_bg_97() {
    let world = World::new().await;
    let payment = paid(&world, "py_1").await;
    for (reference, amount, answer) in [
        ("rf_1", "600.00", done()),
        ("rf_2", "400.01", refused("more_than_paid")),
        ("rf_3", "400", done()),
        ("rf_4", "0.001", refused("more_than_paid")),
        // Decided once, also when it was refused.
        ("rf_2", "400.01", refused("more_than_paid")),
        ("rf_1", "600.00", done()),
    ] {
        assert_eq!(ask_refund(&world, &refund_of(&payment, reference, amount), SECRET).await, answer, "{reference}");
    }
}

#[tokio::test]
async fn a_refund_that_cannot_be_is_refused_and_said_why() {
    let world = World::new().await;
    let (payment, other) = (paid(&world, "py_1").await, paid(&world, "py_2").await);
    let declined = world.open("py_3").await;
    world.card(&declined, "4000000000000002").await;
    let told = world.shop.taken();
    let declined = told.iter().find(|notice| notice["reference"] == "py_3").unwrap()["payment"].as_str().unwrap();
    let mut euros = refund_of(&payment, "rf_euros", "10.00");
    euros["amount"]["currency"] = "EUR".into();
    for (asked, reason) in [
        (refund_of("pay_nobody", "rf_1", "10.00"), "payment_unknown"),
        // The merchant's name of a payment is not the bank's.
        (refund_of("py_1", "rf_2", "10.00"), "payment_unknown"),
        (refund_of(declined, "rf_3", "10.00"), "not_paid"),
        (refund_of(&payment, "rf_4", "1000.01"), "more_than_paid"),
        (refund_of(&payment, "rf_5", "0.00"), "amount_invalid"),
        (refund_of(&payment, "rf_6", "-1.00"), "amount_invalid"),
        (refund_of(&payment, "rf_7", "1e3"), "amount_invalid"),
        (euros, "currency_differs"),
    ] {
        assert_eq!(ask_refund(&world, &asked, SECRET).await, refused(reason), "{asked}");
    }
    assert_eq!(ask_refund(&world, &refund_of(&payment, "rf_8", "10.00"), SECRET).await, done());
    for reused in [refund_of(&payment, "rf_8", "20.00"), refund_of(&other, "rf_8", "10.00")] {
        assert_eq!(ask_refund(&world, &reused, SECRET).await, refused("reference_reused"));
    }
    // Nothing of it was taken from what can still go back.
    assert_eq!(ask_refund(&world, &refund_of(&payment, "rf_9", "990.00"), SECRET).await, done());
}

#[tokio::test]
async fn a_refund_is_only_for_the_merchant_and_has_to_be_readable() {
    let world = World::new().await;
    let payment = paid(&world, "py_1").await;
    let asked = refund_of(&payment, "rf_1", "1000.00");
    let error = |status: u16, why: &str| (status, serde_json::json!({ "error": why }));
    assert_eq!(ask_refund(&world, &asked, b"guess").await, error(403, "signature wrong"));
    let mut stranger = asked.clone();
    stranger["merchant"] = "somebody".into();
    assert_eq!(ask_refund(&world, &stranger, SECRET).await, error(403, "merchant unknown"));
    let unsigned = world.http.post(format!("{}/refunds", world.url)).body(asked.to_string()).send().await.unwrap();
    assert_eq!(unsigned.status(), 403);
    for name in ["payment", "reference"] {
        for wrong in ["", &"x".repeat(65)] {
            let mut asked = asked.clone();
            asked[name] = wrong.into();
            let (status, body) = ask_refund(&world, &asked, SECRET).await;
            assert!(status == 400 && body["error"].as_str().unwrap().starts_with(name), "{status} {body}");
        }
    }
    for broken in
        [serde_json::json!({}), serde_json::json!([1]), serde_json::json!({ "merchant": "mesto", "amount": 5 })]
    {
        let (status, body) = ask_refund(&world, &broken, SECRET).await;
        assert!(status == 400 && body["error"].as_str().unwrap().contains("cannot be read"), "{status} {body}");
    }
    let large = serde_json::json!({ "merchant": "x".repeat(9_000) }).to_string();
    let answer = world.http.post(format!("{}/refunds", world.url)).body(large).send().await.unwrap();
    assert_eq!(answer.status(), 413);
    // None of them decided anything.
    assert_eq!(ask_refund(&world, &asked, SECRET).await, done());
}

#[tokio::test]
async fn a_notice_goes_to_the_address_that_its_link_gave() {
    let world = World::new().await;
    let taken = Arc::new(Shop { status: AtomicU16::new(204), notices: Mutex::default() });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/v1/providers/bank/notices", listener.local_addr().unwrap());
    let route = axum::routing::post(take_notice);
    let app = axum::Router::new().route("/v1/providers/bank/notices", route).with_state(taken.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let world = World { notice_url: address, ..world };
    let page = world.open("py_1").await;
    world.post(&format!("{page}/cancel"), &[]).await;
    assert_eq!((taken.taken().len(), world.shop.taken().len()), (1, 0));
    assert_eq!(taken.taken()[0]["reason"], "cancelled");
}

/// What a subscriber of logs would have written, at the finest level.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);
impl std::io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_card_number_and_no_code_reaches_store_or_log_bg_33_bg_94_bg_96() {
    let captured = Captured::default();
    let writer = captured.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let world = World::new().await;
    world.shop.status.store(500, Ordering::SeqCst);
    for (reference, number) in
        [("a", "4242424242424242"), ("b", "4000000000003220"), ("c", "4000000000000002"), ("d", "4111111111111111")]
    {
        let page = world.open(reference).await;
        world.card(&page, number).await;
        world.code(&page, DEMO_CODE).await;
    }
    let mut written = captured.0.lock().unwrap().clone();
    assert!(String::from_utf8_lossy(&written).contains("a notice was not taken"), "the log is really captured");
    for suffix in ["", "-wal"] {
        let mut file = world.database().into_os_string();
        file.push(suffix);
        written.extend(std::fs::read(file).unwrap_or_default());
    }
    let text = String::from_utf8_lossy(&written);
    assert!(text.contains("Visa"), "the store is really read");
    for secret in [
        "4242424242424242",
        "4000000000003220",
        "4000000000000002",
        "4111111111111111",
        "424242424242",
        "09/28",
        "Ana Ani",
    ] {
        assert!(!text.contains(secret), "{secret} was kept");
    }
}

#[tokio::test]
async fn pages_cannot_be_kept_framed_or_scripted() {
    let world = World::new().await;
    let page = world.open("top_1").await;
    let answer = world.get(&page).await;
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self' https://app.example"));
    assert!(!answer.text().await.unwrap().contains("<script"));
    assert_eq!(world.get(&format!("{}/p/nothing", world.url)).await.status(), 404);
}

#[cfg(unix)]
#[test]
fn the_banks_file_and_those_beside_it_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let config = BankConfig { database: Some(folder.path().join("bank.sqlite")), merchants: Vec::new() };
    let clock = Arc::new(TestClock(AtomicI64::new(START)));
    let _bank = Bank::open(&config, clock, Arc::new(Counting(AtomicU64::new(1)))).unwrap();
    for suffix in ["", "-wal", "-shm"] {
        let file = folder.path().join(format!("bank.sqlite{suffix}"));
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}: {mode:o}", file.display());
    }
}
