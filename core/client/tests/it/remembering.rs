//! The phone's file: old ones open, damaged ones are rebuilt, secrets are not in it.

use std::path::{Path, PathBuf};

use mesto_client::{Client, IntentState, Secrets as _};

use crate::support::{Fault, Phone, config, rsd, run};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// A file of this release: a city, a car, a deposit, a running ticket, an unconfirmed purchase.
fn filled() -> Phone {
    let phone = Phone::ready("1000");
    run(phone.client.buy(&phone.quote("red", 60))).unwrap();
    let quote = phone.quote("green", 60);
    phone.net.fault("POST /v1/tickets", Fault::RequestLost);
    run(phone.client.buy(&quote)).unwrap();
    phone
}

#[test]
fn files_of_every_release_open_with_what_they_hold() {
    if std::env::var_os("UPDATE").is_some() {
        let phone = filled();
        std::fs::create_dir_all(fixtures()).unwrap();
        let to = fixtures().join("0.1.0.db");
        let _ = std::fs::remove_file(&to);
        // A whole copy in one file, without a log beside it.
        let file = rusqlite::Connection::open(phone.path()).unwrap();
        file.execute("VACUUM INTO ?1", [to.to_str().unwrap()]).unwrap();
    }
    let files: Vec<PathBuf> = std::fs::read_dir(fixtures()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(!files.is_empty());
    for file in files {
        let phone = Phone::new();
        let copy = phone.folder.path().join("old.db");
        std::fs::copy(&file, &copy).unwrap();
        phone.secrets.set("mesto.session_token", "a token of that time").unwrap();
        let client = Client::open(config(copy, &phone.net), phone.ports.clone()).unwrap();
        let shown = client.snapshot();
        let what = file.display();
        assert!(client.recovery().is_none(), "{what}");
        assert_eq!(shown.balance, Some(rsd("920.00")), "{what}");
        assert_eq!((shown.vehicles.len(), shown.active_tickets.len(), shown.open_intents.len()), (1, 1, 1), "{what}");
        assert_eq!(shown.open_intents[0].kind.name(), "purchase", "{what}");
        assert!(client.zones_near(None, Some("9111")).is_ok(), "{what}: the city can be read");
    }
}

#[test]
fn a_file_of_a_newer_app_is_left_alone() {
    let phone = filled();
    let path = phone.path();
    rusqlite::Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 999").unwrap();
    let error = Client::open(config(path, &phone.net), phone.ports.clone()).err().unwrap();
    assert_eq!(error.code(), "phone_data_newer");
}

/// Writes noise over a part of the file, as a failing memory does.
fn spoil(path: &Path, from: usize, to: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    let end = to.min(bytes.len());
    for (place, byte) in bytes[from..end].iter_mut().enumerate() {
        *byte = (place * 31 % 251) as u8;
    }
    std::fs::write(path, bytes).unwrap();
}

/// The one file, its log written back; the app is closed.
fn at_rest(phone: &mut Phone) -> PathBuf {
    let path = phone.path();
    let elsewhere = phone.folder.path().join("elsewhere.db");
    phone.client = Client::open(config(elsewhere, &phone.net), phone.ports.clone()).unwrap();
    let file = rusqlite::Connection::open(&path).unwrap();
    file.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    file.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(())).unwrap();
    path
}

fn set_aside(phone: &Phone) -> usize {
    let files = std::fs::read_dir(phone.folder.path()).unwrap();
    files.filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains("mesto.db.corrupt-")).count()
}

#[test]
fn a_file_that_is_no_database_is_set_aside_and_rebuilt() {
    let mut phone = filled();
    let path = at_rest(&mut phone);
    spoil(&path, 0, usize::MAX);
    phone.client = Client::open(config(path, &phone.net), phone.ports.clone()).unwrap();
    let recovery = phone.client.recovery().unwrap();
    assert!(recovery.set_aside.exists() && !recovery.intents_complete);
    assert_eq!(set_aside(&phone), 1);
    assert_eq!(phone.client.zones_near(None, None).unwrap_err().code(), "city_missing");
    // Everything comes back from the operator.
    run(phone.client.refresh()).unwrap();
    run(phone.client.sync()).unwrap();
    assert_eq!((phone.balance(), phone.shown().active_tickets.len()), (rsd("920.00"), 1));
    assert!(phone.shown().signed_in, "the session is among the secrets");
}

#[test]
fn open_intents_are_carried_over_from_a_damaged_file() {
    let mut phone = filled();
    let path = at_rest(&mut phone);
    // The root page of the table of single values, which is read first when the app opens.
    let (page, size): (i64, i64) = {
        let file = rusqlite::Connection::open(&path).unwrap();
        let root =
            file.query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'meta'", [], |row| row.get(0)).unwrap();
        (root, file.query_row("PRAGMA page_size", [], |row| row.get(0)).unwrap())
    };
    spoil(&path, ((page - 1) * size) as usize, (page * size) as usize);
    phone.client = Client::open(config(path, &phone.net), phone.ports.clone()).unwrap();
    let recovery = phone.client.recovery().unwrap();
    assert_eq!((recovery.intents_saved, recovery.intents_complete), (1, true));
    run(phone.client.refresh()).unwrap();
    run(phone.client.sync()).unwrap();
    assert_eq!(phone.shown().open_intents.len(), 1);
    assert_eq!(run(phone.client.settle()).unwrap()[0].state, IntentState::Confirmed);
    assert_eq!(phone.net.sold(), 2);
}

#[test]
fn neither_token_nor_phone_number_nor_one_time_code_is_in_the_file() {
    let mut phone = filled();
    let token = phone.secrets.get("mesto.session_token").unwrap().unwrap();
    let code = phone.net.code();
    let path = at_rest(&mut phone);
    let bytes = std::fs::read(path).unwrap();
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("BG789PP"), "the search finds what is there");
    for secret in [token.as_str(), crate::support::PHONE, "641234567", code.as_str()] {
        assert!(!holds(secret), "found {} characters of a secret", secret.len());
    }
}
