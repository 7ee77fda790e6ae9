//! What the logs say, and never say: no phone, plate, token, code, position or card number.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use mesto_operator::{Durability, Request, SqliteStore};
use tracing_subscriber::fmt::MakeWriter;

use crate::world::{World, approval};

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Set in the process that plays it.
const ALONE: &str = "MESTO_TEST_OF_LOGS";

/// Everything that is worth a line: money that came twice, amounts that differ, a store without
/// room. Gives the driver's token.
fn play(folder: &Path) -> String {
    let store = Arc::new(SqliteStore::open(&folder.join("operator.db"), Durability::None).unwrap());
    let world = World::on(store.clone());
    let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["200.00"]);
    driver.park(vehicle, "red", 60);
    let topup = driver.top_up("200.00");
    world.approve(&topup);
    assert_eq!(world.notice(&approval(&topup, "pay-again")).status, 204);
    let mut other = approval(&topup, "pay-other");
    other.amount = crate::world::rsd("5000.00");
    assert_eq!(world.notice(&other).status, 400);
    let mut card = Request::new("POST", "/v1/purchases").bearer(&driver.token).key(&world.key());
    card.body = br#"{"card": "4242 4242 4242 4242", "pan": 4242424242424242}"#.to_vec();
    assert_eq!(world.send(&card).status, 400);
    driver.get("/v1/zones?city=belgrade&lat=44.8125&lon=20.4612");
    store.inline().limit_pages(store.inline().pages().unwrap()).unwrap();
    while driver.ask(vehicle, "green", 30).status == 201 {}
    driver.token.clone()
}

#[test]
fn logs_and_files_hold_no_personal_data_and_no_card_number_bg_33_bg_94_bg_96() {
    // In a process of its own: which lines are wanted is asked once for the whole process, and the
    // threads of other tests want none.
    if std::env::var_os(ALONE).is_none() {
        let name = "logs::logs_and_files_hold_no_personal_data_and_no_card_number_bg_33_bg_94_bg_96";
        let alone = Command::new(std::env::current_exe().unwrap()).args([name, "--exact"]).env(ALONE, "1").output();
        let alone = alone.unwrap();
        let said = String::from_utf8_lossy(&alone.stdout);
        assert!(alone.status.success() && said.contains("1 passed"), "{said}");
        return;
    }
    let captured = Captured::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(captured.clone()).finish();
    let folder = tempfile::tempdir().unwrap();
    let token = tracing::subscriber::with_default(subscriber, || play(folder.path()));
    let logged = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    for told in ["paid twice", "another amount", "no room to write"] {
        let line = logged.lines().find(|line| line.contains(told)).unwrap_or_default();
        assert!(line.contains("rq_"), "no request is named: {line}");
    }
    for expected in ["paid twice", "another amount", "no room to write"] {
        assert!(logged.contains(expected), "the log lacks `{expected}`, so this test sees nothing:\n{logged}");
    }
    for secret in ["381641234567", "641234567", "BG789PP", "BG 789-PP", &token, "44.8125", "4242"] {
        assert!(!logged.contains(secret), "the log holds {secret}:\n{logged}");
    }
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for secret in [token.as_str(), "4242 4242", "4242424242"] {
            assert!(!bytes.windows(secret.len()).any(|seen| seen == secret.as_bytes()), "a file holds {secret}");
        }
    }
}
