//! The phone's file: old ones open, damaged ones are rebuilt, secrets are not in it.

use std::path::{Path, PathBuf};

use mesto_client::{Client, IntentState, Locale, Secrets as _};

use crate::support::{Fault, Phone, belgrade, config, rsd, run};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// A file of this release: a city, a car, a deposit, a running ticket, an unconfirmed purchase.
fn filled() -> Phone {
    let phone = Phone::ready("1000");
    run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    let quote = phone.quote("green", 60);
    phone.net.fault("POST /v1/purchases", Fault::RequestLost);
    run(phone.client.payments().buy(&quote)).unwrap();
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
        phone.secrets.set("localhost/session_token", "a token of that time").unwrap();
        let client = Client::open(config(copy, &phone.net), phone.ports.clone()).unwrap();
        let shown = crate::support::shown(&client);
        let what = file.display();
        assert!(client.recovery().is_none(), "{what}");
        assert_eq!(shown.balance, Some(rsd("920.00")), "{what}");
        assert_eq!((shown.vehicles.len(), shown.active_tickets.len(), shown.open_intents.len()), (1, 1, 1), "{what}");
        assert_eq!(shown.open_intents[0].service(), "parking", "{what}");
        assert!(client.parking().zones_near(&belgrade(), None, Some("9111")).is_ok(), "{what}: the city can be read");
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
    assert!(recovery.set_aside.exists() && !recovery.has_all_intents);
    assert_eq!(set_aside(&phone), 1);
    assert_eq!(phone.client.parking().zones_near(&belgrade(), None, None).unwrap_err().code(), "city_missing");
    // Everything comes back from the operator, the city too.
    run(phone.client.sync()).unwrap();
    assert!(phone.client.parking().zones_near(&belgrade(), None, Some("9111")).is_ok());
    assert_eq!((phone.balance(), phone.shown().active_tickets.len()), (rsd("920.00"), 1));
    assert!(phone.shown().is_signed_in, "the session is among the secrets");
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
    assert_eq!((recovery.intents_saved, recovery.has_all_intents), (1, true));
    assert!(phone.client.payments().open().unwrap().is_empty(), "whose they are was on the damaged page");
    run(phone.client.cities().refresh(&belgrade())).unwrap();
    run(phone.client.sync()).unwrap();
    assert_eq!(phone.shown().open_intents.len(), 1);
    assert_eq!(run(phone.client.payments().settle_all()).unwrap()[0].state, IntentState::Confirmed);
    assert_eq!(phone.net.sold(), 2);
}

/// Where the pages of a table or index begin in the file.
fn pages_of(path: &Path, name: &str) -> (usize, usize) {
    let file = rusqlite::Connection::open(path).unwrap();
    let page: i64 =
        file.query_row("SELECT rootpage FROM sqlite_schema WHERE name = ?1", [name], |row| row.get(0)).unwrap();
    let size: i64 = file.query_row("PRAGMA page_size", [], |row| row.get(0)).unwrap();
    (((page - 1) * size) as usize, (page * size) as usize)
}

#[test]
fn damage_that_shows_in_the_middle_of_a_day_is_told_and_the_driver_goes_on() {
    let mut phone = filled();
    let path = at_rest(&mut phone);
    let (from, to) = pages_of(&path, "ticket");
    spoil(&path, from, to);
    phone.client = Client::open(config(path, &phone.net), phone.ports.clone()).unwrap();
    assert!(phone.client.recovery().is_none(), "what is read first is whole");
    let error = phone.client.parking().stored_history(None, 10).unwrap_err();
    assert_eq!(error.code(), "phone_data_damaged");
    assert!(error.advice(Locale::En).contains("come back from the operator"), "{}", error.advice(Locale::En));
    let recovery = phone.client.recovery().unwrap();
    assert_eq!((recovery.intents_saved, recovery.has_all_intents), (1, true));
    let shown = phone.shown();
    assert!(shown.is_signed_in && shown.open_intents.len() == 1, "the purchase is still unconfirmed: {shown:?}");
    run(phone.client.sync()).unwrap();
    run(phone.client.payments().settle_all()).unwrap();
    assert_eq!((phone.balance(), phone.net.sold()), (rsd("865.00"), 2));
}

#[test]
fn what_cannot_be_rebuilt_now_is_kept_and_rebuilt_later() {
    let mut phone = filled();
    let path = at_rest(&mut phone);
    let (from, to) = pages_of(&path, "ticket");
    spoil(&path, from, to);
    // Nothing can be written where the new file is built, as on a full disk.
    let in_the_way = PathBuf::from(format!("{}.rebuilt", path.display()));
    std::fs::create_dir(&in_the_way).unwrap();
    std::fs::write(in_the_way.join("x"), "x").unwrap();
    phone.client = Client::open(config(path, &phone.net), phone.ports.clone()).unwrap();
    assert_eq!(phone.client.parking().stored_history(None, 10).unwrap_err().code(), "phone_data_failed");
    assert_eq!(set_aside(&phone), 0, "the damaged file stays where it is");
    std::fs::remove_dir_all(in_the_way).unwrap();
    let _ = phone.client.parking().stored_history(None, 10);
    assert_eq!(phone.client.recovery().unwrap().intents_saved, 1);
    assert_eq!(phone.shown().open_intents.len(), 1);
}

#[test]
fn an_app_that_dies_while_it_rebuilds_finishes_the_next_time() {
    let mut phone = filled();
    let path = at_rest(&mut phone);
    let rebuilt = PathBuf::from(format!("{}.rebuilt", path.display()));
    // It died before the new file was whole: the old one counts.
    std::fs::write(&rebuilt, "half of a file").unwrap();
    phone.client = Client::open(config(path.clone(), &phone.net), phone.ports.clone()).unwrap();
    assert!(phone.client.recovery().is_none() && !rebuilt.exists());
    assert_eq!(phone.shown().open_intents.len(), 1);
    // It died between setting aside and putting in place; the old log still lies there.
    let path = at_rest(&mut phone);
    std::fs::rename(&path, &rebuilt).unwrap();
    std::fs::write(format!("{}-wal", path.display()), "the log of another file").unwrap();
    phone.client = Client::open(config(path, &phone.net), phone.ports.clone()).unwrap();
    assert_eq!(phone.shown().open_intents.len(), 1);
    assert!(!rebuilt.exists());
}

#[test]
fn an_intent_that_came_out_garbled_is_left_out_and_one_damaged_file_is_kept() {
    let mut phone = filled();
    for round in 1..=2_usize {
        let path = at_rest(&mut phone);
        if round == 1 {
            let file = rusqlite::Connection::open(&path).unwrap();
            file.execute_batch(
                "INSERT INTO intent
                 (key, account, kind, guard, subject, amount, details, path, body, created_at, not_after, state, open)
                 SELECT 'garbled', account, kind, guard, subject, amount, '{', path, body, created_at, not_after, state, 1 FROM intent
                 WHERE open = 1",
            )
            .unwrap();
        }
        let (from, to) = pages_of(&path, "ticket");
        spoil(&path, from, to);
        phone.time.advance(chrono::TimeDelta::seconds(1));
        phone.client = Client::open(config(path, &phone.net), phone.ports.clone()).unwrap();
        assert!(phone.client.parking().stored_history(None, 10).is_err());
        let recovery = phone.client.recovery().unwrap();
        assert_eq!((recovery.intents_saved, recovery.has_all_intents), (1, round == 2));
        assert_eq!(phone.client.payments().open().unwrap().len(), 1);
        assert_eq!(set_aside(&phone), 1);
        run(phone.client.cities().refresh(&belgrade())).unwrap();
        run(phone.client.sync()).unwrap();
    }
}

#[test]
fn neither_token_nor_phone_number_nor_one_time_code_is_in_the_file() {
    let mut phone = filled();
    let token = phone.secrets.get("localhost/session_token").unwrap().unwrap();
    let code = phone.net.code();
    let path = at_rest(&mut phone);
    let bytes = std::fs::read(path).unwrap();
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("BG789PP"), "the search finds what is there");
    for secret in [token.as_str(), crate::support::PHONE, "641234567", code.as_str()] {
        assert!(!holds(secret), "found {} characters of a secret", secret.len());
    }
}
