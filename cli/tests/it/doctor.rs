//! `mesto doctor`: of a sound set-up it says nothing, and of each broken one what is wrong with it.
//! Every check has a set-up here that it finds.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use chrono::TimeDelta;
use mesto_operator::store::transact;
use mesto_operator::testing::PostgresCluster;
use mesto_operator::{Clock as _, Durability, SqliteStore, SystemClock, SystemEntropy, values};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{Ran, Serving, command, ran};

/// What is good on no machine in particular: programs that the doctor asks are put in front of it.
fn put_program(folder: &Path, name: &str, text: &str) {
    let programs = folder.join("programs");
    std::fs::create_dir_all(&programs).unwrap();
    std::fs::write(programs.join(name), format!("#!/bin/sh\n{text}\n")).unwrap();
    mode(&programs.join(name), 0o755);
}

fn mode(file: &Path, mode: u32) {
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn write(file: &Path, text: &str) {
    std::fs::write(file, text).unwrap();
    mode(file, 0o600);
}

/// Replaces a text that is there.
fn edit(file: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{}: {from}", file.display());
    std::fs::write(file, text.replace(from, to)).unwrap();
}

/// Makes keys some days ago, their root taken away.
fn keys(folder: &Path, days: i64) {
    let keys = folder.join("keys");
    let _ = std::fs::remove_dir_all(&keys);
    mesto_operator::keys::init(&keys, SystemClock.now() - TimeDelta::days(days), &SystemEntropy).unwrap();
    mode(&keys, 0o700);
    std::fs::remove_file(keys.join("root.seed")).unwrap();
}

/// A set-up that the doctor finds nothing in, served at an address of this machine.
struct Sound {
    folder: TempDir,
    _serving: Serving,
}

const ABOUT: &str = "version = 1\nlegal.company = \"JKP Dva grada\"\n";

impl Sound {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        write(&path.join("secret"), "0123456789abcdef0123456789abcdef");
        keys(path, 0);
        let city = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cities/belgrade");
        std::fs::create_dir(path.join("cities")).unwrap();
        assert!(Command::new("cp").arg("-r").arg(&city).arg(path.join("cities")).status().unwrap().success());
        let texts: String = ["terms", "privacy", "imprint", "complaints"]
            .map(|kind| {
                format!(
                    "[[legal.texts]]\nkind = \"{kind}\"\nversion = \"1\"\neffective_on = \"2026-01-01\"\n\
                 title.en = \"{kind}\"\nlink.en = \"https://parking.example/{kind}\"\n"
                )
            })
            .concat();
        write(&path.join("about.toml"), &format!("{ABOUT}{texts}"));
        write(&path.join("messages.toml"), "[command]\nrun = [\"/bin/true\"]\n");
        std::fs::create_dir(path.join("copies")).unwrap();
        write(&path.join("copies/newest"), COPY);
        put_program(path, "timedatectl", "echo yes");
        put_program(path, "df", "echo Avail; echo 99999999999");
        write(
            &path.join("serve.toml"),
            "listen = \"127.0.0.1:0\"\nbank-secret-file = \"secret\"\nname = \"localhost\"\n",
        );
        let serving = Serving::start(path, &["serve", "--config", "serve.toml", "--json"]);
        let operator = serving.said("operator");
        // The bank and the public address are this operator: both answer.
        write(
            &path.join("mesto.toml"),
            &format!(
                "bank-secret-file = \"secret\"\nname = \"127.0.0.1\"\npublic-url = \"{operator}\"\nbank-url = \"{operator}\"\n\
                 cities = \"cities\"\nabout = \"about.toml\"\nreturn-to = [\"park\"]\n"
            )
            .replace("name = \"127.0.0.1\"", "name = \"parking.example\""),
        );
        Self { folder, _serving: serving }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// What the doctor says of a folder, by code: `None` where nothing is wrong.
struct Told(BTreeMap<String, Value>, i32);

impl Told {
    fn of(ran: &Ran) -> Self {
        let said = ran.json();
        let checks = said["checks"].as_array().unwrap_or_else(|| panic!("{said} {}", ran.err));
        let told = Self(
            checks.iter().map(|check| (check["code"].as_str().unwrap().to_owned(), check.clone())).collect(),
            ran.exit,
        );
        let bad = told.0.values().any(|check| check["state"] == "bad" && check["severity"] != "note");
        assert_eq!((said["sound"] == false, ran.exit), (bad, i32::from(bad)), "{said}");
        told
    }

    fn bad(&self) -> BTreeSet<&str> {
        self.0.iter().filter(|(_, check)| check["state"] == "bad").map(|(code, _)| code.as_str()).collect()
    }
}

fn words(more: &[&str]) -> Vec<String> {
    let mut words: Vec<String> =
        ["doctor", "--config", "mesto.toml", "--backups", "copies", "--json"].map(str::to_owned).into();
    if !more.contains(&"--messages") {
        words.extend(["--messages", "messages.toml"].map(str::to_owned));
    }
    words.extend(more.iter().map(|word| (*word).to_owned()));
    words
}

fn doctor(folder: &Path, more: &[&str]) -> Told {
    let words = words(more);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut command = command(folder, &words);
    let path = std::env::var("PATH").unwrap();
    Told::of(&ran(command.env("PATH", format!("{}:{path}", folder.join("programs").display()))))
}

fn on_store(folder: &Path, statements: &[&str]) {
    let store = SqliteStore::open(&folder.join("mesto.sqlite"), Durability::Full).unwrap();
    for sql in statements {
        let (sql, now) = (*sql, SystemClock.now().timestamp_millis());
        transact(&store, |tx| tx.query(sql, values![now])).unwrap();
    }
}

fn plain_smpp(at: &Path, host: &str) {
    let text = format!("[smpp]\naddress = \"{host}:2775\"\nsystem_id = \"mesto\"\nsource = \"Mesto\"\n");
    write(&at.join("messages.toml"), &text);
}

/// A broken set-up: the codes that tell of it, what is done to a sound one, and what is typed
/// beside its file.
struct Case(&'static [&'static str], fn(&Path), &'static [&'static str]);

const NOTHING: fn(&Path) = |_| {};

const CASES: &[Case] = &[
    Case(&["messages_missing"], |at| write(&at.join("messages.toml"), "[http"), &[]),
    Case(&["messages_missing"], NOTHING, &["--messages", "nowhere.toml"]),
    // TOML all the same: `mesto serve` would not start with it.
    Case(&["messages_missing"], |at| write(&at.join("messages.toml"), ""), &[]),
    Case(&["messages_missing"], |at| write(&at.join("messages.toml"), "[command]\nrun = [\"send-sms\"]\n"), &[]),
    Case(&["messages_missing"], |at| mode(&at.join("messages.toml"), 0o622), &[]),
    Case(
        &["messages_late"],
        |at| {
            on_store(
                at,
                &["INSERT INTO message (id, channel, recipient, template, params, at, state) VALUES \
                   ('ms_1', 'sms', '+381641234567', 'sign_in.code', '{}', $1 - 3600000, 'waiting')"],
            );
        },
        &[],
    ),
    Case(&["messages_plain"], |at| plain_smpp(at, "smpp.gateway.example"), &[]),
    Case(&["messages_plain"], |at| plain_smpp(at, "203.0.113.7"), &[]),
    Case(&["messages_plain"], |at| plain_smpp(at, "[2001:db8::7]"), &[]),
    Case(&["metrics_public"], NOTHING, &["--metrics-listen", "0.0.0.0:9464"]),
    Case(&["metrics_public"], NOTHING, &["--metrics-listen", "203.0.113.7:9464"]),
    Case(&["metrics_on_listen"], NOTHING, &["--listen", "127.0.0.1:8080", "--metrics-listen", "127.0.0.1:8080"]),
    Case(&["metrics_on_listen"], NOTHING, &["--listen", "0.0.0.0:8080", "--metrics-listen", "127.0.0.1:8080"]),
    Case(&["proxy_not_trusted", "not_reached"], NOTHING, &["--public-url", "https://127.0.0.1:1"]),
    Case(&["keys_unusable"], |at| std::fs::remove_file(at.join("keys/keys.signed")).unwrap(), &[]),
    Case(&["keys_of_another_root"], |at| keys(at, 0), &[]),
    Case(&["keys_open"], |at| mode(&at.join("keys/code-1.seed"), 0o644), &[]),
    Case(&["keys_open"], |at| mode(&at.join("keys"), 0o777), &[]),
    Case(
        &["root_key_here"],
        |at| {
            mesto_operator::keys::init(&at.join("other"), SystemClock.now(), &SystemEntropy).unwrap();
        },
        &["--keys", "other"],
    ),
    Case(&["key_set_due"], |at| keys(at, 61), &[]),
    Case(&["key_set_due", "keys_ending"], |at| keys(at, 700), &[]),
    Case(&["bank_secret"], |at| mode(&at.join("secret"), 0o644), &[]),
    Case(&["bank_secret"], |at| write(&at.join("secret"), "short"), &[]),
    Case(&["bank_secret"], |at| edit(&at.join("mesto.toml"), "bank-secret-file = \"secret\"\n", ""), &[]),
    Case(&["config_open"], |at| mode(&at.join("mesto.toml"), 0o666), &[]),
    Case(
        &["config_open", "store_unusable"],
        |at| {
            mode(&at.join("mesto.toml"), 0o644);
            let text = std::fs::read_to_string(at.join("mesto.toml")).unwrap();
            std::fs::write(
                at.join("mesto.toml"),
                format!("{text}database-url = \"postgres://mesto:secret@127.0.0.1:1/x\"\n"),
            )
            .unwrap();
        },
        &[],
    ),
    Case(&["database_open"], |at| mode(&at.join("mesto.sqlite"), 0o644), &[]),
    Case(&["store_missing"], NOTHING, &["--database", "nowhere.sqlite"]),
    Case(
        &["store_unusable"],
        |at| {
            write(
                &at.join("no.sqlite"),
                "this is no database, and longer than a header of one is, by far, so that it is read: it has a hundred bytes at least",
            )
        },
        &["--database", "no.sqlite"],
    ),
    Case(
        &["schema_behind", "store_unusable"],
        |at| write(&at.join("empty.sqlite"), ""),
        &["--database", "empty.sqlite"],
    ),
    Case(&["store_not_writable"], |at| mode(&at.join("mesto.sqlite"), 0o400), &[]),
    Case(&["little_room"], |at| put_program(at, "df", "echo Avail; echo 1048576"), &[]),
    Case(
        &["wal_long"],
        |at| {
            std::fs::copy(at.join("mesto.sqlite"), at.join("copy.sqlite")).unwrap();
            write(&at.join("copy.sqlite-wal"), "");
            std::fs::File::options().write(true).open(at.join("copy.sqlite-wal")).unwrap().set_len(300 << 20).unwrap();
        },
        &["--database", "copy.sqlite"],
    ),
    Case(
        &["books_wrong"],
        |at| {
            on_store(
                at,
                &[
                    "INSERT INTO ledger_entry (id, kind, reference, at, currency) VALUES ('le_1', 'topup', 'x', $1, 'RSD')",
                    "INSERT INTO ledger_leg (entry, ordinal, kind, amount, currency) VALUES ('le_1', 0, 'clearing', 100 + 0 * $1, 'RSD')",
                ],
            )
        },
        &[],
    ),
    Case(
        &["incidents_open"],
        |at| {
            on_store(
                at,
                &["INSERT INTO incident (kind, reference, detail, at) VALUES ('notice_unknown', 'x', 'y', $1)"],
            )
        },
        &[],
    ),
    Case(
        &["refunds_overdue"],
        |at| {
            on_store(
                at,
                &[
                    "INSERT INTO refund (id, account, amount, currency, reason, route, state, due_at, created_at) VALUES \
         ('rf_01jd4f8q0r3n7w2x5y6z8a9b1c', 'ac_01jd4f8q0r3n7w2x5y6z8a9b1c', 100, 'RSD', 'account_closed', 'transfer', 'due', $1 - 1, $1 - 1)",
                ],
            )
        },
        &[],
    ),
    Case(&["demo_bank"], NOTHING, &["--with-demo-bank"]),
    Case(&["bank_plain", "bank_unreachable"], NOTHING, &["--bank-url", "http://bank.invalid"]),
    Case(&["bank_unreachable"], NOTHING, &["--bank-url", "http://127.0.0.1:1"]),
    Case(
        &["public_url_missing"],
        |at| {
            let text = std::fs::read_to_string(at.join("mesto.toml")).unwrap();
            let kept: Vec<&str> = text.lines().filter(|line| !line.starts_with("public-url")).collect();
            std::fs::write(at.join("mesto.toml"), kept.join("\n")).unwrap();
        },
        &[],
    ),
    Case(
        &["public_url_plain", "public_name_unknown", "not_reached"],
        NOTHING,
        &["--public-url", "http://parking.invalid"],
    ),
    Case(&["not_reached"], NOTHING, &["--public-url", "http://127.0.0.1:1"]),
    Case(&["name_missing"], NOTHING, &["--name", "localhost"]),
    Case(&["name_differs"], NOTHING, &["--name", "other.example"]),
    Case(
        &["proxy_passed_by", "not_reached"],
        NOTHING,
        &["--public-url", "https://127.0.0.1:1", "--listen", "0.0.0.0:8080"],
    ),
    Case(&["clock_not_synced"], |at| put_program(at, "timedatectl", "echo no"), &[]),
    Case(&["return_to_default"], NOTHING, &["--return-to", "mesto"]),
    Case(&["city_wrong"], |at| edit(&at.join("cities/belgrade/city.toml"), "outdated_from", "outdated_form"), &[]),
    Case(&["city_ending"], |at| edit(&at.join("cities/belgrade/city.toml"), "2031-01-01", "2026-01-02"), &[]),
    Case(&["cities_built_in"], |at| edit(&at.join("mesto.toml"), "cities = \"cities\"\n", ""), &[]),
    Case(&["city_unknown"], NOTHING, &[]),
    Case(&["about_missing"], |at| edit(&at.join("mesto.toml"), "about = \"about.toml\"\n", ""), &[]),
    Case(&["about_missing"], |at| write(&at.join("about.toml"), "version = 0"), &[]),
    Case(&["legal_texts_missing"], |at| write(&at.join("about.toml"), ABOUT), &[]),
    Case(&["copy_old"], |at| std::fs::remove_file(at.join("copies/newest")).unwrap(), &[]),
    Case(
        &["copy_old"],
        |at| {
            std::fs::rename(at.join("copies/newest"), at.join("copies/newest.7.partial")).unwrap();
            write(&at.join("copies/empty"), "");
        },
        &[],
    ),
    Case(
        &["copy_old"],
        |at| {
            let file = std::fs::File::options().write(true).open(at.join("copies/newest")).unwrap();
            file.set_modified(std::time::SystemTime::from(SystemClock.now() - TimeDelta::hours(27))).unwrap();
        },
        &[],
    ),
    Case(
        &["copy_old"],
        |at| {
            let file = std::fs::File::options().write(true).open(at.join("copies/newest")).unwrap();
            file.set_modified(std::time::SystemTime::from(SystemClock.now() + TimeDelta::hours(27))).unwrap();
        },
        &[],
    ),
    // A timer that fails every night writes its log all the same.
    Case(&["copy_old"], |at| write(&at.join("copies/newest"), "mesto: the signing keys cannot be used\n"), &[]),
    Case(&["sms_countries"], NOTHING, &["--sms-countries", "XX"]),
];

const COPY: &str = "PGDMP";

/// Found by tests of their own below.
const ELSEWHERE: &[&str] = &[
    "clock_doubted",
    "few_descriptors",
    "keys_of_another",
    "keys_unreadable",
    "postgres_not_durable",
    "postgres_clock",
    "postgres_connections",
    "postgres_plain",
];

#[test]
fn of_a_sound_set_up_nothing_is_said_and_of_each_broken_one_what_is_wrong() {
    let sound = Sound::new();
    let told = doctor(sound.path(), &[]);
    // Belgrade has values that nobody knows, and its name is not this machine's address.
    let of_every = BTreeSet::from(["city_unknown", "name_differs"]);
    assert_eq!((told.bad(), told.1), (of_every.clone(), 0));
    let here = std::env::temp_dir();
    for Case(codes, breaks, typed) in CASES {
        // A copy of the folder: the store as it is served has its log beside it.
        let copy = tempfile::tempdir_in(&here).unwrap();
        let copied =
            Command::new("cp").arg("-a").arg(format!("{}/.", sound.path().display())).arg(copy.path()).status();
        assert!(copied.unwrap().success());
        breaks(copy.path());
        let told = doctor(copy.path(), typed);
        let bad = told.bad();
        for code in *codes {
            assert!(bad.contains(code), "{code}: {:?} {bad:?}", told.0.get(*code));
            let check = &told.0[*code];
            assert!(check["advice"].as_str().is_some_and(|advice| advice.len() > 20), "{check}");
        }
    }
    let found: BTreeSet<&str> = CASES.iter().flat_map(|case| case.0).chain(ELSEWHERE).copied().collect();
    let waiting: Vec<&String> = told.0.keys().filter(|code| !found.contains(code.as_str())).collect();
    assert!(waiting.is_empty(), "no broken set-up shows {waiting:?}");
}

#[test]
fn the_doctor_and_serve_take_the_same_secrets() {
    let sound = Sound::new();
    let path = sound.path();
    let gateway = "[smpp]\naddress = \"127.0.0.1:2775\"\nsystem_id = \"mesto\"\nsource = \"Mesto\"\npassword_file = \"given/sms\"\n";
    write(&path.join("messages.toml"), gateway);
    for folder in ["given", "credentials"] {
        std::fs::create_dir(path.join(folder)).unwrap();
        mode(&path.join(folder), 0o700);
    }
    // Beside the file for the doctor, and where systemd puts it for the service.
    let files = ["given/sms", "credentials/given_sms", "secret", "keys/code-1.seed"].map(|name| path.join(name));
    write(&files[0], "secret08");
    write(&files[1], "secret08");
    let codes = ["messages_missing", "messages_missing", "bank_secret", "keys_open"];
    let serve =
        ["serve", "--config", "serve.toml", "--json", "--messages", "messages.toml", "--database", "other.sqlite"];
    // What stops it, said before it serves; else it serves, and is ended.
    let refused = |has_credentials: bool| {
        let mut command = command(path, &serve);
        if has_credentials {
            command.env("CREDENTIALS_DIRECTORY", path.join("credentials"));
        }
        Serving::with(&mut command).said.get("error").map(Value::to_string)
    };
    for (file, code) in files.iter().zip(codes) {
        for (wrong, is_taken) in [(0o600, true), (0o640, true), (0o604, false), (0o660, false)] {
            mode(file, wrong);
            let is_credential = *file == files[1];
            let refused = refused(is_credential);
            assert_eq!(refused.is_none(), is_taken, "{} {wrong:o}: {refused:?}", file.display());
            if !is_credential {
                assert_eq!(!doctor(path, &[]).bad().contains(code), is_taken, "{} {wrong:o}", file.display());
            }
        }
        mode(file, 0o600);
    }
    // A service finds its credentials alone.
    std::fs::remove_file(&files[1]).unwrap();
    let refused = refused(true).unwrap();
    assert!(refused.contains("given_sms cannot be read") && refused.contains("LoadCredential="), "{refused}");
}

#[test]
fn codes_may_go_without_tls_to_this_machine_and_through_a_network_of_ones_own() {
    let sound = Sound::new();
    for host in ["127.0.0.1", "localhost", "[::1]", "10.8.0.1", "192.168.1.9", "[fd00::7]", "smsc", "smsc.internal"] {
        plain_smpp(sound.path(), host);
        let told = doctor(sound.path(), &[]);
        assert_eq!(told.0["messages_plain"]["state"], "good", "{host}");
    }
    plain_smpp(sound.path(), "smpp.gateway.example");
    edit(&sound.path().join("messages.toml"), "[smpp]\n", "[smpp]\ntls = true\n");
    assert_eq!(doctor(sound.path(), &[]).0["messages_plain"]["state"], "good");
}

#[test]
fn a_store_that_the_one_who_serves_may_not_write_is_found() {
    let sound = Sound::new();
    let path = sound.path();
    let id = Command::new("id").arg("-u").output().unwrap();
    let found = |what: &str| {
        let told = doctor(path, &[]);
        let text = told.0["store_not_writable"]["text"].as_str().unwrap_or_default();
        assert!(told.bad().contains("store_not_writable") && text.contains(what), "{what}: {text}");
    };
    if id.stdout == b"0\n" {
        // The keys are another user's, as whom it serves; what root made is none of his.
        let given = |to: &str, what: &[&str]| {
            let files = what.iter().map(|name| path.join(name));
            assert!(Command::new("chown").args(["-R", to]).args(files).status().unwrap().success());
        };
        given("1:1", &["keys"]);
        found("mesto.sqlite belongs to another user");
        given("1:1", &["mesto.sqlite"]);
        found("belongs to another user");
        given("1:1", &["."]);
        assert!(!doctor(path, &[]).bad().contains("store_not_writable"));
        given("0:0", &["mesto.sqlite.serving"]);
        found("mesto.sqlite.serving belongs to another user");
    } else {
        mode(path, 0o500);
        found("is read-only");
        mode(path, 0o700);
    }
}

#[test]
fn a_person_reads_what_to_do_and_the_worst_stands_first() {
    let sound = Sound::new();
    let ran = ran(&mut command(
        sound.path(),
        &["doctor", "--config", "mesto.toml", "--with-demo-bank", "--name", "localhost"],
    ));
    let lines: Vec<&str> = ran.out.lines().collect();
    assert!(
        lines[0].starts_with("error ")
            && ran.out.contains("error demo_bank: the demo bank is served\n  Leave --with-demo-bank out"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("checks found nothing"), "{}", ran.out);
    assert_eq!(ran.exit, 1);
    assert!(ran.err.contains("to mend before it serves"), "{}", ran.err);
}

#[test]
fn few_files_and_a_store_from_the_future_are_found() {
    let sound = Sound::new();
    let words = words(&[]).join(" ");
    let mut shell = Command::new("sh");
    shell
        .args(["-c", &format!("ulimit -n 512; exec {} {words}", env!("CARGO_BIN_EXE_mesto"))])
        .current_dir(sound.path());
    let told = Told::of(&ran(shell.env_remove("DATABASE_URL")));
    assert!(told.bad().contains("few_descriptors"), "{:?}", told.0["few_descriptors"]);

    on_store(
        sound.path(),
        &[
            "INSERT INTO ledger_entry (id, kind, reference, at, currency) VALUES ('le_1', 'topup', 'x', $1 + 3600000, 'RSD')",
        ],
    );
    assert!(doctor(sound.path(), &[]).bad().contains("clock_doubted"));
}

#[test]
fn keys_of_another_user_are_found_where_there_may_be_one() {
    let sound = Sound::new();
    let id = Command::new("id").arg("-u").output().unwrap();
    // Only root gives a file away; anybody else has /proc, whose files are root's.
    let keys = if id.stdout == b"0\n" {
        let key = sound.path().join("keys/code-1.seed");
        assert!(Command::new("chown").arg("1").arg(&key).status().unwrap().success());
        "keys"
    } else {
        "/proc/sys"
    };
    assert!(doctor(sound.path(), &["--keys", keys]).bad().contains("keys_of_another"));
}

#[test]
fn a_key_that_does_not_belong_to_the_owner_of_its_folder_is_found_before_no_instance_starts() {
    let sound = Sound::new();
    let id = Command::new("id").arg("-u").output().unwrap();
    assert_eq!(doctor(sound.path(), &[]).0["keys_unreadable"]["state"], "good");
    let signed = sound.path().join("keys/keys.signed");
    // As a command that root ran would leave it; anybody else links to a file of root's.
    if id.stdout == b"0\n" {
        let all = sound.path().join("keys");
        assert!(Command::new("chown").args(["-R", "1:1"]).arg(&all).status().unwrap().success());
        assert_eq!(doctor(sound.path(), &[]).0["keys_unreadable"]["state"], "good");
        assert!(Command::new("chown").arg("0:0").arg(&signed).status().unwrap().success());
    } else {
        std::fs::remove_file(&signed).unwrap();
        std::os::unix::fs::symlink("/proc/version", &signed).unwrap();
    }
    let told = doctor(sound.path(), &[]);
    let check = &told.0["keys_unreadable"];
    assert_eq!((check["state"].as_str(), check["severity"].as_str()), (Some("bad"), Some("error")), "{check}");
    assert!(check["text"].as_str().unwrap().contains("keys.signed"), "{check}");
}

#[test]
fn a_postgres_that_forgets_is_far_off_or_small_or_on_another_clock_is_found() {
    let sound = Sound::new();
    let path = sound.path();
    let cluster = PostgresCluster::start().unwrap();
    let url = cluster.database().unwrap();
    let words = ["serve", "--config", "serve.toml", "--database-url", &url, "--connections", "2", "--json"];
    drop(Serving::start(path, &words));
    // As its tests do, it keeps nothing; the rest is as it should be.
    let on = |more: &[&str]| doctor(path, &[&["--database-url", &url], more].concat());
    let told = on(&["--connections", "2"]);
    assert_eq!(told.bad(), BTreeSet::from(["city_unknown", "name_differs", "postgres_not_durable"]));
    assert_eq!(told.0["books_wrong"]["state"], "good");
    assert!(on(&["--connections", "5000"]).bad().contains("postgres_connections"));

    // A user who may not write, and one who is told not to.
    let name = url.rsplit('/').next().unwrap().to_owned();
    let psql = |sql: &[String]| {
        let port = cluster.port().to_string();
        let mut psql = Command::new(cluster.programs().join("psql"));
        psql.args(["-q", "-h", "127.0.0.1", "-U", "mesto", "-p", &port, "-d", &name]);
        assert!(psql.args(sql.iter().flat_map(|sql| ["-c", sql])).status().unwrap().success());
    };
    psql(&["CREATE ROLE looks LOGIN".into(), "GRANT SELECT ON ALL TABLES IN SCHEMA public TO looks".into()]);
    let of = |url: &str| doctor(path, &["--database-url", url]).0["store_not_writable"].clone();
    let text = |check: &Value| check["text"].as_str().unwrap_or_default().to_owned();
    let looks = text(&of(&url.replace("mesto@", "looks@")));
    assert!(looks.contains("the user looks may not write the tables") && looks.contains("ledger_entry"), "{looks}");
    psql(&[
        "GRANT INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO looks".into(),
        "REVOKE UPDATE ON account FROM looks".into(),
    ]);
    assert!(text(&of(&url.replace("mesto@", "looks@"))).ends_with("may not write the tables account"));
    assert_eq!(of(&url)["state"], "good");
    psql(&[format!("ALTER DATABASE {name} SET default_transaction_read_only = on")]);
    assert!(text(&of(&url)).contains("default_transaction_read_only"), "{}", of(&url));
    psql(&[
        "SET default_transaction_read_only = off".into(),
        format!("ALTER DATABASE {name} RESET default_transaction_read_only"),
    ]);

    // What the server says of itself, said by others: functions that stand before its own.
    let functions = "CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT pg_catalog.clock_timestamp() - interval '5 s' $$;
        CREATE FUNCTION public.inet_server_addr() RETURNS inet LANGUAGE sql AS $$ SELECT inet '192.0.2.7' $$;
        CREATE FUNCTION public.pg_is_in_recovery() RETURNS boolean LANGUAGE sql AS $$ SELECT true $$;";
    let told = Command::new(cluster.programs().join("psql"))
        .args(["-q", "-h", "127.0.0.1", "-U", "mesto", "-p", &cluster.port().to_string(), "-d", &name, "-c", functions])
        .args(["-c", &format!("ALTER DATABASE {name} SET search_path = public, pg_catalog")])
        .status();
    assert!(told.unwrap().success());
    let bad = on(&["--connections", "2"]);
    for code in ["postgres_clock", "postgres_plain", "store_not_writable"] {
        assert!(bad.bad().contains(code), "{code}: {:?}", bad.0[code]);
    }
}

#[test]
fn a_postgres_whose_replica_may_lack_what_was_acknowledged_is_found() {
    let sound = Sound::new();
    let path = sound.path();
    let primary = PostgresCluster::start_primary().unwrap();
    let url = primary.database().unwrap();
    drop(Serving::start(path, &["serve", "--config", "serve.toml", "--database-url", &url, "--json"]));
    let with = |commit: &str| {
        let url = format!("{url}?options=-c%20synchronous_commit%3D{commit}");
        let told = doctor(path, &["--database-url", &url]);
        let found = told.0["postgres_not_durable"]["text"].as_str().unwrap_or_default().to_owned();
        let parts: Vec<&str> = found.split(", ").filter(|part| part.contains("synchronous_commit")).collect();
        parts.join(", ")
    };
    // By itself each of them waits for its own disk.
    for commit in ["local", "remote_write", "on", "remote_apply"] {
        assert_eq!(with(commit), "", "{commit}");
    }
    assert_eq!(with("off"), "the server has synchronous_commit = off");
    let _replica = primary.replica().unwrap();
    for commit in ["local", "remote_write"] {
        let found = with(commit);
        assert!(found.contains(&format!("synchronous_commit = {commit}")) && found.contains("replica"), "{found}");
    }
    for commit in ["on", "remote_apply"] {
        assert_eq!(with(commit), "", "{commit}");
    }
}

#[test]
fn what_keeps_a_store_from_being_opened_is_told_once_and_with_another_document_where_nothing_is_looked_at() {
    let store = |told: &Told| told.0["store_unusable"].clone();
    let sound = Sound::new();
    std::fs::remove_file(sound.path().join("keys/keys.signed")).unwrap();
    let told = doctor(sound.path(), &[]);
    assert_eq!(
        store(&told),
        json!({ "code": "store_unusable", "state": "skipped", "text": "the keys cannot be used" })
    );
    keys(sound.path(), 0);
    edit(&sound.path().join("cities/belgrade/city.toml"), "outdated_from", "outdated_form");
    let told = doctor(sound.path(), &[]);
    assert_eq!(
        store(&told),
        json!({ "code": "store_unusable", "state": "skipped", "text": "the cities cannot be read" })
    );
    write(&sound.path().join("mesto.toml"), "listen");
    let ran = ran(&mut command(sound.path(), &["doctor", "--config", "mesto.toml", "--json"]));
    let said = ran.json();
    assert_eq!((ran.exit, said.as_object().unwrap().len(), &said["error"]["code"]), (6, 1, &json!("config_unusable")));
}

#[test]
fn the_page_names_every_check() {
    let sound = Sound::new();
    let told = doctor(sound.path(), &[]);
    let codes: BTreeSet<String> = told.0.keys().cloned().collect();
    let text = crate::pages::page("docs/doctor.md");
    assert_eq!(crate::pages::cells(&text, "## Checks"), codes);
    for (code, check) in &told.0 {
        if let Some(severity) = check["severity"].as_str() {
            assert!(text.contains(&format!("| `{code}` | {severity} |")), "{code} {severity}");
        }
    }
}

#[test]
fn the_help_says_what_the_doctor_does_and_not_what_one_group_of_its_options_does() {
    let folder = tempfile::tempdir().unwrap();
    for asked in ["--help", "-h"] {
        let help = ran(&mut command(folder.path(), &["doctor", asked])).out;
        assert!(help.starts_with("Say what is missing or unsafe in a set-up, and what to do"), "{help}");
    }
}
