//! The stores themselves: group commit, retries, locks, a full disk, migrations, and two at once on
//! one account.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::time::Duration;

use mesto_operator::store::{Importance, Job, Select, Task, Value, Write, transact};
use mesto_operator::testing::PostgresCluster;
use mesto_operator::{Durability, PaymentLimits, PostgresStore, SqliteInline, SqliteStore, Store, StoreError, Tx};
use mesto_operator::{delete, table, update, values};
use mesto_protocol::base::payments::{Bought, PayMethod, Quote};
use mesto_protocol::base::wallet::WalletSubject;

use crate::world::{World, asking_for, cluster, config, expect, operator, refused, rsd};

table! {
    /// A table of these tests.
    struct Mark in "mark" {
        city: String,
        name: String,
    }
}

const MARK: &str = "INSERT INTO mark (city, name) VALUES ($1, $2)";

fn mark(name: &str) -> Write {
    Write::insert(Mark { city: "city".into(), name: name.into() })
}

fn with_marks<S: Store>(store: S) -> S {
    let table = "CREATE TABLE IF NOT EXISTS mark (city TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (city, name))";
    transact(&store, |tx| tx.execute(table, &[])).unwrap();
    store
}

fn sqlite(folder: &Path) -> SqliteStore {
    with_marks(SqliteStore::open(&folder.join("operator.db"), Durability::Full).unwrap())
}

fn in_memory() -> SqliteInline {
    with_marks(SqliteInline::in_memory().unwrap())
}

fn postgres(connections: usize) -> PostgresStore {
    with_marks(PostgresStore::open(&cluster().database().unwrap(), connections).unwrap())
}

fn marks(store: &dyn Store) -> Vec<String> {
    let rows: Vec<Mark> = transact(store, |tx| tx.all(Select::of("FROM mark ORDER BY mark.name", &[]))).unwrap();
    rows.into_iter().map(|row| row.name).collect()
}

/// Queues a job and tells how it ended over a channel.
fn submit(store: &dyn Store, job: Job) -> mpsc::Receiver<Result<(), StoreError>> {
    let (done, ended) = mpsc::channel();
    store.submit(Task::new(job, Box::new(move |result| done.send(result).unwrap())));
    ended
}

fn write(name: &'static str) -> Job {
    Box::new(move |tx: &mut dyn Tx| tx.write(mark(name)))
}

fn committed_together_and_failed_alone(store: &dyn Store) {
    let broken: Job = Box::new(|tx: &mut dyn Tx| {
        tx.execute(MARK, values!["city", "half"])?;
        tx.execute("UPDATE no_such_table SET x = 1", &[]).map(|_| ())
    });
    let given_up: Job = Box::new(|tx: &mut dyn Tx| {
        tx.execute(MARK, values!["city", "given up"])?;
        Err(StoreError::GivenUp)
    });
    let ended = [submit(store, write("a")), submit(store, broken), submit(store, given_up), submit(store, write("b"))];
    let ended: Vec<_> = ended.iter().map(|ended| ended.recv().unwrap()).collect();
    assert!(matches!(&ended[..], [Ok(()), Err(StoreError::Broken(_)), Err(StoreError::GivenUp), Ok(())]), "{ended:?}");
    assert_eq!(marks(store), ["a", "b"]);
}

#[test]
fn what_fails_in_a_batch_leaves_the_others_alone_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let store = sqlite(folder.path());
    committed_together_and_failed_alone(&store);
    drop(store);
    assert_eq!(marks(&sqlite(folder.path())), ["a", "b"], "committed means on the disk");
}

#[test]
fn what_fails_leaves_the_others_alone_on_postgres() {
    committed_together_and_failed_alone(&postgres(2));
}

/// Panics after it has written, more often than the store has threads.
fn a_panic_is_the_jobs_own(store: &dyn Store) {
    let panics = || -> Job {
        Box::new(|tx: &mut dyn Tx| {
            tx.execute(MARK, values!["city", "half"])?;
            panic!("a handler's mistake, told on purpose")
        })
    };
    let ended = [submit(store, panics()), submit(store, write("a")), submit(store, panics()), submit(store, panics())];
    let ended: Vec<_> = ended.iter().map(|ended| ended.recv_timeout(Duration::from_secs(60)).unwrap()).collect();
    let broken = |outcome: &Result<(), StoreError>| matches!(outcome, Err(StoreError::Broken(_)));
    assert_eq!(ended.iter().map(broken).collect::<Vec<_>>(), [true, false, true, true], "{ended:?}");
    for _ in 0..4 {
        assert!(broken(&store.transact(&mut *panics())), "on the caller's own thread");
    }
    assert_eq!(submit(store, write("b")).recv_timeout(Duration::from_secs(60)).unwrap(), Ok(()));
    assert_eq!(marks(store), ["a", "b"]);
}

#[test]
fn a_panic_is_answered_and_rolled_back_and_the_next_are_served_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    a_panic_is_the_jobs_own(&sqlite(folder.path()));
}

#[test]
fn a_panic_is_answered_and_rolled_back_and_the_next_are_served_on_postgres() {
    a_panic_is_the_jobs_own(&postgres(2));
}

#[test]
fn parameters_go_by_number_and_types_come_back() {
    let check = |store: &dyn Store| {
        let rows = transact(store, |tx| {
            tx.execute(
                "INSERT INTO message (id, channel, template, recipient, params, at) VALUES ($2, $1, $4, $3, '{}', $5)",
                values!["sms", "ms_1", "to", "Š €", i64::MAX],
            )?;
            tx.query(
                "SELECT id, channel, recipient, template, at, NULL AS absent FROM message WHERE id = $1 OR id = $1",
                values!["ms_1"],
            )
        })
        .unwrap();
        let [row] = &rows[..] else { panic!("{rows:?}") };
        let texts: Vec<String> = ["id", "channel", "recipient", "template"].map(|name| row.get(name).unwrap()).to_vec();
        assert_eq!(texts, ["ms_1", "sms", "to", "Š €"]);
        assert_eq!((row.get("at"), row.get::<Option<String>>("absent")), (Ok(i64::MAX), Ok(None)));
        let names: Vec<_> = row.columns().map(|(name, _)| name).collect();
        assert_eq!(names, ["id", "channel", "recipient", "template", "at", "absent"]);
    };
    check(&in_memory());
    check(&postgres(1));
}

/// Asking again would not mend them: they are failures of the operator, and no outage.
#[test]
fn values_that_do_not_fit_their_places_are_our_own_mistake_and_no_outage_of_postgres() {
    let store = postgres(1);
    let number = "SELECT CAST($1 AS INTEGER) AS number";
    let cases: [(&str, &[Value]); 7] = [
        (number, values!["text"]),
        (number, values![i64::MAX]),
        ("SELECT CAST($1 AS TEXT) AS text", values![7]),
        ("SELECT CAST($1 AS NUMERIC) AS number", values![7]),
        (number, &[]),
        (number, values![1, 2]),
        // What comes back is of no kind that a row has.
        ("SELECT CAST(1.5 AS NUMERIC) AS number", &[]),
    ];
    for (sql, params) in cases {
        let asked = transact(&store, |tx| tx.query(sql, params));
        assert!(matches!(asked, Err(StoreError::Broken(_))), "{sql}: {asked:?}");
    }
    // One that goes with the commit takes the rest with it.
    let written = transact(&store, |tx| {
        tx.write(mark("before"))?;
        tx.write(Write::sql("mark", MARK, values!["city", 7]))?;
        tx.write(mark("behind"))
    });
    assert!(matches!(written, Err(StoreError::Broken(_))), "{written:?}");
    assert!(marks(&store).is_empty());
    // The connection is as good as before.
    transact(&store, |tx| tx.write(mark("next"))).unwrap();
    assert_eq!(marks(&store), ["next"]);
}

#[test]
fn a_failure_of_ours_is_told_as_one_and_says_no_time_to_come_again() {
    let world = World::postgres();
    let driver = world.driver("+381641234567");
    // As if a statement asked for what is not there.
    transact(&*world.store, |tx| tx.execute("ALTER TABLE vehicle RENAME COLUMN label TO name", &[])).unwrap();
    let answer = driver.get("/v1/vehicles");
    refused("internal", &answer);
    assert_eq!((answer.status, answer.get("retry-after")), (500, None));
}

#[test]
fn a_transaction_that_postgres_wants_again_is_run_again() {
    let store = postgres(2);
    for name in ["a", "b"] {
        transact(&store, |tx| tx.execute(MARK, values![name, name])).unwrap();
    }
    // Two transactions that take two rows in opposite order: Postgres breaks the circle, the loser
    // starts over.
    let (runs, meet) = (AtomicUsize::new(0), Barrier::new(2));
    let touch = "UPDATE mark SET name = name || '!' WHERE city = $1";
    let both = |first: &str, second: &str| {
        let mut is_first_run = true;
        store
            .transact(&mut |tx| {
                runs.fetch_add(1, Ordering::SeqCst);
                tx.execute(touch, values![first])?;
                if std::mem::replace(&mut is_first_run, false) {
                    meet.wait();
                }
                tx.execute(touch, values![second]).map(|_| ())
            })
            .unwrap();
    };
    std::thread::scope(|scope| {
        scope.spawn(|| both("a", "b"));
        scope.spawn(|| both("b", "a"));
    });
    assert!(runs.load(Ordering::SeqCst) >= 3, "{runs:?}");
    assert_eq!(marks(&store), ["a!!", "b!!"]);
}

/// The database that lost its connections is asked again and answers.
#[test]
fn a_connection_that_broke_is_replaced() {
    let store = postgres(1);
    let killed = transact(&store, |tx| tx.query("SELECT pg_terminate_backend(pg_backend_pid())", &[]));
    assert!(matches!(killed, Err(StoreError::Unavailable(_))), "{killed:?}");
    assert!(marks(&store).is_empty());
}

#[test]
fn a_full_disk_is_told_and_nothing_is_half_done() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(sqlite(folder.path()));
    let world = World::on(store.clone());
    let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["5000.00", "5000.00"]);
    let store = store.inline();
    store.limit_pages(store.pages().unwrap()).unwrap();
    let mut bought = 0;
    let refusal = loop {
        let quoted = driver.ask(vehicle, "green", 30);
        if quoted.status != 201 {
            break quoted;
        }
        let answer = driver.buy_with(&world.key(), &quoted.read().unwrap());
        if answer.status != 201 {
            break answer;
        }
        expect::<Bought>(201, answer);
        bought += 1;
        world.pass(24 * 60);
        if world.now().format("%a").to_string() == "Sat" {
            world.pass(2 * 24 * 60);
        }
    };
    refused("storage_full", &refusal);
    assert_eq!((refusal.status, refusal.get("retry-after")), (507, Some("60")));
    assert_eq!(world.operator.audit_ledger(store), Ok(()));
    store.limit_pages(1_000_000).unwrap();
    assert_eq!(driver.account().tickets.len(), bought);
    driver.park(vehicle, "green", 30);
    world.check_books();
}

#[test]
fn a_full_disk_fails_a_batch_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let store = sqlite(folder.path());
    store.inline().limit_pages(store.inline().pages().unwrap()).unwrap();
    let large =
        || -> Job { Box::new(|tx: &mut dyn Tx| tx.execute(MARK, values!["city", &"x".repeat(200_000)]).map(|_| ())) };
    let ended = [submit(&store, large()), submit(&store, large())];
    assert!(ended.iter().all(|ended| ended.recv().unwrap() == Err(StoreError::Full)));
    store.inline().limit_pages(1_000_000).unwrap();
    assert_eq!(submit(&store, write("after")).recv().unwrap(), Ok(()));
    assert_eq!(marks(&store), ["after"]);
}

#[test]
fn a_schema_from_elsewhere_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("operator.db");
    let change =
        |sql: &str| transact(&SqliteInline::open(&path, Durability::None).unwrap(), |tx| tx.execute(sql, &[])).unwrap();
    change("INSERT INTO schema_history (version, name, checksum) VALUES (99, 'future', 'x')");
    let error = SqliteInline::open(&path, Durability::None).err().unwrap();
    assert!(error.to_string().contains("newer version"), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("operator.db");
    transact(&SqliteInline::open(&path, Durability::None).unwrap(), |tx| {
        tx.execute("UPDATE schema_history SET checksum = 'x'", &[])
    })
    .unwrap();
    let error = SqliteInline::open(&path, Durability::None).err().unwrap();
    assert!(error.to_string().contains("differs"), "{error}");
}

/// Many at once on one deposit: nothing is lost, nothing is sold twice, events stay gapless.
fn many_at_once(store: Arc<dyn Store>) {
    let world = World::on(store);
    let (driver, _) = world.driver_with("+381641234567", "BG000AA", &["1000.00"]);
    // Each car has a stay of its own; what they share is the deposit.
    let quotes: Vec<_> = (1..=12)
        .map(|number| {
            let vehicle = driver.add(&format!("BG{number:03}AA")).id;
            (driver.purchase(&driver.quote(vehicle, "blue", 60)), world.key())
        })
        .collect();
    let (operator, store, now, token) = (&world.operator, &world.store, world.now(), &driver.token);
    let bought = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for (purchase, key) in &quotes {
            // Each is sent twice, as a phone does that heard no answer.
            for _ in 0..2 {
                let bought = &bought;
                scope.spawn(move || {
                    let request =
                        mesto_operator::Request::new("POST", "/v1/purchases").bearer(token).key(key).json(purchase);
                    let answer = operator.handle(&**store, now, &request);
                    match answer.status {
                        201 => bought.fetch_add(1, Ordering::SeqCst),
                        _ => {
                            let code = answer.refusal().unwrap().code;
                            assert_eq!(code, "request_in_flight");
                            0
                        }
                    };
                });
            }
        }
    });
    let account = driver.account();
    assert!(bought.load(Ordering::SeqCst) >= 12);
    assert_eq!(account.tickets.len(), 12);
    let spent = rsd("45.00").checked_mul(u32::try_from(account.tickets.len()).unwrap()).unwrap();
    assert_eq!(account.balance, rsd("1000.00").checked_sub(&spent).unwrap());
    world.check_books();
}

#[test]
fn many_at_once_on_one_deposit_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    many_at_once(Arc::new(sqlite(folder.path())));
}

#[test]
fn many_at_once_on_one_deposit_on_postgres() {
    many_at_once(Arc::new(PostgresStore::open(&cluster().database().unwrap(), 8).unwrap()));
}

/// Sixty payments credited at the same moment, by two operators: a balance that is read and then
/// written loses most of them.
#[test]
fn credits_at_the_same_moment_all_count_on_postgres_bg_83() {
    let url = cluster().database().unwrap();
    // All of them wait on the bank's page at the same time.
    let limits = PaymentLimits { waiting: 60, ..PaymentLimits::default() };
    let operator = Arc::new(operator(config()).limited(limits));
    let world = World::around(operator, Arc::new(PostgresStore::open(&url, 8).unwrap()));
    let second: Arc<dyn Store> = Arc::new(PostgresStore::open(&url, 8).unwrap());
    let driver = world.driver("+381641234567");
    let topups: Vec<_> = (0..60).map(|_| driver.top_up("200.00")).collect();
    let (operator, now) = (&world.operator, world.now());
    std::thread::scope(|scope| {
        for (place, half) in topups.chunks(8).enumerate() {
            let store = if place % 2 == 0 { &world.store } else { &second };
            scope.spawn(move || {
                for topup in half {
                    let request = crate::world::signed_notice(&crate::world::approval(topup, &topup.id.to_string()));
                    assert_eq!(operator.handle(&**store, now, &request).status, 204);
                }
            });
        }
    });
    assert_eq!(driver.account().balance, rsd("12000.00"));
    assert_eq!(driver.account().cursor.seq, 60 + 60 * 2);
    world.check_books();
}

/// Asks the same operator again from within the first transaction it sees.
struct AskedMeanwhile {
    inner: SqliteInline,
    operator: Arc<mesto_operator::Operator>,
    now: chrono::DateTime<chrono::Utc>,
    questions: std::sync::Mutex<Vec<mesto_operator::Request>>,
    answers: std::sync::Mutex<Vec<mesto_operator::Response>>,
}

impl Store for AskedMeanwhile {
    fn transact(&self, work: &mut mesto_operator::store::Work<'_>) -> Result<(), StoreError> {
        let questions = std::mem::take(&mut *self.questions.lock().unwrap());
        for question in questions {
            let answer = self.operator.handle(&self.inner, self.now, &question);
            self.answers.lock().unwrap().push(answer);
        }
        self.inner.transact(work)
    }
}

#[cfg(unix)]
#[test]
fn a_file_and_those_beside_it_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("operator.db");
    let _store = SqliteStore::open(&file, Durability::Full).unwrap();
    for suffix in ["", "-wal", "-shm"] {
        let beside = folder.path().join(format!("operator.db{suffix}"));
        let mode = std::fs::metadata(&beside).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "phone numbers and codes that are good: {suffix} {mode:o}");
    }
}

#[test]
fn a_request_whose_key_is_being_worked_on_is_told_to_come_again() {
    use mesto_operator::Request;
    use mesto_protocol::kernel::intents::{IntentOutcome, IntentState};

    let world = World::on(Arc::new(in_memory()));
    let folder = tempfile::tempdir().unwrap();
    let inner = SqliteInline::open(&folder.path().join("operator.db"), Durability::None).unwrap();
    let driver = mesto_operator::RoleGiven::everywhere(mesto_protocol::kernel::grants::Role::Driver);
    let token = world.operator.create_staff(&inner, world.now(), &driver, "Ana").unwrap();
    let key = world.key();
    let ask = Request::new("POST", "/v1/quotes").bearer(&token);
    let ask = ask.json(&asking_for(&WalletSubject { amount: rsd("200.00") }, PayMethod::Card));
    let quote: Quote = expect(201, world.operator.handle(&inner, world.now(), &ask));
    let purchase = serde_json::json!({"quote": quote.id, "not_after": world.now(), "return_url": "mesto://topup"});
    let request = Request::new("POST", "/v1/purchases").bearer(&token).key(&key).json(&purchase);
    let asked = Request::new("GET", &format!("/v1/intents/{key}")).bearer(&token);
    let store = AskedMeanwhile {
        inner,
        operator: Arc::clone(&world.operator),
        now: world.now(),
        questions: std::sync::Mutex::new(vec![request.clone(), asked]),
        answers: std::sync::Mutex::default(),
    };
    let first = world.operator.handle(&store, world.now(), &request);
    assert_eq!(first.status, 201);
    let answers = store.answers.lock().unwrap();
    refused("request_in_flight", &answers[0]);
    assert_eq!((answers[0].status, answers[0].get("retry-after")), (409, Some("1")));
    assert_eq!(answers[1].read::<IntentOutcome>().unwrap().state, IntentState::InFlight);
    // "In flight" was no answer of the key: it is replayed as soon as there is one.
    assert_eq!(world.operator.handle(&store, world.now(), &request).body, first.body);
}

/// Holds SQLite's one writer until `release` is told, and does `meanwhile`.
fn while_the_writer_is_busy(store: &SqliteStore, meanwhile: impl FnOnce()) {
    let ((begun, has_begun), (release, released)) = (mpsc::channel(), mpsc::channel());
    std::thread::scope(|scope| {
        scope.spawn(move || {
            transact(store.inline(), |_| {
                begun.send(()).unwrap();
                released.recv().unwrap();
                Ok(())
            })
            .unwrap();
        });
        has_begun.recv().unwrap();
        meanwhile();
        release.send(()).unwrap();
    });
}

#[test]
fn what_only_reads_does_not_wait_for_the_writer_of_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let store = sqlite(folder.path());
    assert_eq!(submit(&store, write("before")).recv().unwrap(), Ok(()));
    while_the_writer_is_busy(&store, || {
        let read: Job = Box::new(|tx: &mut dyn Tx| {
            let row: Option<Mark> = tx.first(Select::of("FROM mark", &[]))?;
            assert_eq!(row.unwrap().name, "before", "what was answered before is seen");
            Ok(())
        });
        assert_eq!(submit(&store, read).recv().unwrap(), Ok(()));
        let refused: Job = Box::new(|tx: &mut dyn Tx| {
            tx.write(mark("half"))?;
            Err(StoreError::GivenUp)
        });
        assert_eq!(submit(&store, refused).recv().unwrap(), Err(StoreError::GivenUp));
    });
    assert_eq!(marks(&store), ["before"]);
}

#[test]
fn what_was_decided_on_an_older_state_is_decided_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = sqlite(folder.path());
    let (ran, runs) = mpsc::channel();
    let mut ended = Vec::new();
    while_the_writer_is_busy(&store, || {
        for _ in 0..2 {
            let ran = ran.clone();
            // Names a row by how many there are.
            let job: Job = Box::new(move |tx: &mut dyn Tx| {
                let rows: Vec<Mark> = tx.all(Select::of("FROM mark", &[]))?;
                ran.send(rows.len()).unwrap();
                tx.write(mark(&rows.len().to_string()))
            });
            ended.push(submit(&store, job));
        }
        // Both were played on the same, empty state before either could write.
        assert_eq!([runs.recv().unwrap(), runs.recv().unwrap()], [0, 0]);
    });
    assert!(ended.iter().all(|ended| ended.recv().unwrap() == Ok(())));
    assert_eq!(marks(&store), ["0", "1"]);
    assert_eq!(runs.try_iter().collect::<Vec<_>>(), [1], "only the second one had to run again");
}

/// A write that changes another number of rows than it must is never committed: the transaction
/// runs again, and ends as contended.
fn a_wrong_count_is_not_committed(store: &dyn Store, expected_runs: usize) {
    let both = |tx: &mut dyn Tx| {
        tx.write(mark("beside"))?;
        tx.write(update!(Mark { name: "a" } set { name: "b" }).expecting(1))
    };
    let mut runs = 0;
    let ended = transact(store, |tx| {
        runs += 1;
        both(tx)
    });
    assert_eq!((ended, runs), (Err(StoreError::Contended), expected_runs));
    assert!(marks(store).is_empty());
    transact(store, |tx| tx.write(mark("a"))).unwrap();
    assert_eq!(transact(store, both), Ok(()));
    assert_eq!(marks(store), ["b", "beside"]);
}

#[test]
fn a_wrong_count_is_not_committed_on_sqlite() {
    a_wrong_count_is_not_committed(&in_memory(), 1);
}

#[test]
fn a_wrong_count_is_not_committed_on_postgres() {
    a_wrong_count_is_not_committed(&postgres(1), 10);
}

/// Writes that go to Postgres as one statement mean the same as one after the other.
#[test]
fn writes_that_wait_together_keep_their_order_and_meaning() {
    let check = |store: &dyn Store| {
        transact(store, |tx| {
            for name in ["a", "b", "c"] {
                tx.write(mark(name))?;
            }
            tx.write(update!(Mark { name: "a" } set { name: "z" }))?;
            tx.write(delete!(Mark { name: "b" }))?;
            let others = "DELETE FROM mark WHERE name IN (SELECT $1 FROM mark)";
            tx.write(Write::sql("mark", others, values!["c"]))?;
            tx.write(mark("b"))
        })
        .unwrap();
        assert_eq!(marks(store), ["b", "z"]);
    };
    check(&in_memory());
    check(&postgres(1));
}

#[test]
fn the_check_of_the_books_finds_what_is_wrong_in_them() {
    let wrongs = [
        ("UPDATE ledger_leg SET amount = amount + 1 WHERE ordinal = 0", "sums to 1 minor units"),
        (
            "UPDATE ledger_leg SET entry = 'le_stray' WHERE entry = (SELECT entry FROM ledger_leg LIMIT 1)",
            "a leg belongs to le_stray, which does not exist",
        ),
        ("DELETE FROM ledger_leg", "has no legs"),
        (
            "UPDATE ledger_leg SET holder = NULL WHERE kind = 'deposit'",
            "account of kind deposit and does not say whose",
        ),
        ("UPDATE ledger_leg SET kind = 'gift' WHERE kind = 'revenue'", "account of kind gift"),
        ("UPDATE ticket_plate SET ticket = 'tk_stray'", "a plate belongs to tk_stray, which does not exist"),
        ("UPDATE account SET deposit = deposit + 1 WHERE deposit > 0", "the ledger says"),
        ("UPDATE ledger_entry SET kind = 'gift' WHERE kind = 'parking.ticket'", "was sold without a charge"),
        (
            "UPDATE ledger_entry SET reference = 'sa_stray' WHERE kind = 'wallet.topup'",
            "tops a deposit up that no delivered sale is for",
        ),
        ("UPDATE ticket SET ends_at = stay_deadline + 60000", "ends after the deadline of its stay"),
        ("DELETE FROM event WHERE change LIKE '%parking.ticket%'", "have a gap"),
        ("UPDATE event SET change = NULL WHERE entry IS NULL AND change LIKE '%parking.ticket%'", "have a gap"),
        ("UPDATE event SET entry = NULL", "is of an account whose event does not name it"),
        ("UPDATE account SET closed_at = 1", "is closed and has left rows in `"),
    ];
    for (wrong, found) in wrongs {
        let store = Arc::new(in_memory());
        let world = World::on(store.clone());
        let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["1000.00"]);
        driver.park(vehicle, "red", 60);
        world.check_books();
        transact(&*store, |tx| tx.execute(wrong, &[])).unwrap();
        let fault = world.operator.audit_ledger(&*store).expect_err(wrong);
        assert!(fault.to_string().contains(found), "{wrong}: {fault}");
    }
}

/// Ends every connection to a database but the one that asks, and waits until they are gone.
fn cut_all_but_own(url: &str) {
    let other = PostgresStore::open(url, 1).unwrap();
    let others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
    let ask =
        |sql: &str| transact(&other, |tx| tx.query(&format!("{sql} {others}"), &[]).map(|rows| rows.len())).unwrap();
    while ask("SELECT CAST(pg_terminate_backend(pid) AS TEXT) AS ended") > 0 {}
}

/// A firewall, a pooler or a restart cuts what is idle: nothing was done yet, so it is asked on a
/// new connection.
#[test]
fn idle_connections_that_the_server_cut_fail_no_request() {
    let url = cluster().database().unwrap();
    let store = with_marks(PostgresStore::open(&url, 4).unwrap());
    // Four connections are open and idle.
    let meet = Barrier::new(4);
    let one = || transact(&store, |tx| tx.query("SELECT 1 AS one", &[]).map(|_| meet.wait()).map(|_| ()));
    std::thread::scope(|scope| {
        let opened: Vec<_> = (0..4).map(|_| scope.spawn(one)).collect();
        opened.into_iter().for_each(|one| one.join().unwrap().unwrap());
    });
    cut_all_but_own(&url);
    for _ in 0..6 {
        assert_eq!(transact(&store, |tx| tx.query("SELECT 1 AS one", &[]).map(|_| ())), Ok(()));
    }
}

/// After a failover a connection may still lead to the former primary, which only reads now.
#[test]
fn a_connection_to_a_server_that_only_reads_is_given_up() {
    let store = postgres(1);
    transact(&store, |tx| tx.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", &[])).unwrap();
    let mark = |name: &str| transact(&store, |tx| tx.execute(MARK, values!["city", name]).map(|_| ()));
    assert_eq!(mark("a"), Ok(()));
}

/// A migration by a newer instance changes a column while an older one has its statement prepared.
#[test]
fn a_statement_that_postgres_does_not_know_any_more_is_prepared_again() {
    let url = cluster().database().unwrap();
    let store = with_marks(PostgresStore::open(&url, 1).unwrap());
    assert!(marks(&store).is_empty());
    let other = PostgresStore::open(&url, 1).unwrap();
    transact(&other, |tx| tx.execute("ALTER TABLE mark ALTER COLUMN name TYPE VARCHAR(200)", &[])).unwrap();
    let select = || transact(&store, |tx| tx.all::<Mark>(Select::of("FROM mark ORDER BY mark.name", &[])).map(|_| ()));
    assert_eq!(select(), Ok(()));
}

/// While the one writer is busy, more is asked than may wait: who comes then is refused at once,
/// and what nobody waits for any more is not done.
#[test]
fn a_line_that_is_full_refuses_at_once_and_what_nobody_waits_for_is_not_done() {
    let folder = tempfile::tempdir().unwrap();
    let store = sqlite(folder.path());
    let (here, gone) = (Arc::new(()), Arc::new(()));
    let (told, answers) = mpsc::channel();
    let ask = |name: String, caller: &Arc<()>, importance| {
        let told = told.clone();
        let job: Job = Box::new(move |tx: &mut dyn Tx| tx.write(mark(&name)));
        let done = Box::new(move |ended| {
            let _ = told.send(ended);
        });
        store.submit(Task::new(job, done).of(importance).for_caller(caller));
    };
    while_the_writer_is_busy(&store, || {
        // The writer has taken this one, and waits; what comes after it stays in its line.
        ask("first".into(), &here, Importance::Usual);
        while store.waiting() > 0 {
            std::thread::yield_now();
        }
        ask("kept".into(), &here, Importance::Usual);
        let mut asked = 0;
        while answers.try_recv() != Ok(Err(StoreError::Overloaded)) {
            asked += 1;
            assert!(asked < 50_000, "nothing is refused");
            ask(format!("{asked}"), &gone, Importance::Usual);
        }
        assert!(store.waiting() > 1_000);
        drop(gone);
    });
    // Until the writer has passed over those who went the line is still full.
    let behind = (0..100_000)
        .map(|_| submit(&store, write("behind")).recv_timeout(Duration::from_secs(60)).unwrap())
        .find(|ended| *ended != Err(StoreError::Overloaded));
    assert_eq!(behind, Some(Ok(())));
    assert_eq!(marks(&store), ["behind", "first", "kept"], "nothing of those who went");
}

#[test]
fn a_job_of_the_operator_may_take_longer_than_what_somebody_waits_for_on_postgres() {
    let store = postgres(1);
    let may_take = |is_job: bool| {
        let (told, said) = mpsc::channel();
        let job: Job = Box::new(move |tx: &mut dyn Tx| {
            let rows = tx.query("SELECT current_setting('statement_timeout') AS said", &[])?;
            told.send(rows[0].get::<String>("said")?).unwrap();
            Ok(())
        });
        let task = Task::new(job, Box::new(|_| {}));
        store.submit(if is_job { task.as_job() } else { task });
        said.recv().unwrap()
    };
    assert_eq!([false, true, false].map(may_take), ["10s", "50s", "10s"]);
}

#[test]
fn what_nobody_waits_for_any_more_is_not_done_on_postgres() {
    let store = postgres(1);
    let gone = Arc::new(());
    let (begun, has_begun) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let blocks: Job = Box::new(move |tx: &mut dyn Tx| {
        begun.send(()).unwrap();
        released.recv().unwrap();
        tx.write(mark("first"))
    });
    let first = submit(&store, blocks);
    has_begun.recv().unwrap();
    store.submit(Task::new(write("gone"), Box::new(|_| panic!("nobody asked"))).for_caller(&gone));
    let behind = submit(&store, write("behind"));
    assert_eq!(store.waiting(), 2);
    drop(gone);
    release.send(()).unwrap();
    assert_eq!([first.recv().unwrap(), behind.recv().unwrap()], [Ok(()), Ok(())]);
    assert_eq!(marks(&store), ["behind", "first"]);
}

// Row 37 of the first trial.
#[test]
fn a_store_opens_no_more_connections_than_it_is_told_and_the_server_says_itself_when_it_has_none_left() {
    let server =
        PostgresCluster::start_with("-c fsync=off -c max_connections=6 -c superuser_reserved_connections=0").unwrap();
    let url = server.database().unwrap();
    let store = with_marks(PostgresStore::open(&url, 2).unwrap());
    let asked: Vec<_> = (0..16)
        .map(|_| {
            submit(&store, Box::new(|tx: &mut dyn Tx| tx.query("SELECT 1 AS one FROM pg_sleep(0.01)", &[]).map(|_| ())))
        })
        .collect();
    asked.iter().for_each(|ended| ended.recv().unwrap().unwrap());
    store.probe(crate::world::start()).unwrap();
    let open = "SELECT CAST(COUNT(*) AS BIGINT) AS count FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'";
    let count: i64 = transact(&store, |tx| tx.query(open, &[])?[0].get("count")).unwrap();
    assert_eq!(count, 3, "two that work, and one that looks whether writes are taken");
    let others: Vec<_> = (0..6).map(|_| PostgresStore::open(&url, 1)).collect();
    let refused = others.iter().filter_map(|other| other.as_ref().err()).next().expect("a seventh connection");
    assert!(refused.to_string().contains("too many clients already (53300)"), "{refused}");
}

/// Fewer connections than were meant are slower, and refuse nobody.
#[test]
fn a_connection_that_the_server_refuses_is_not_needed_while_others_are_open() {
    let server =
        PostgresCluster::start_with("-c fsync=off -c max_connections=5 -c superuser_reserved_connections=0").unwrap();
    let store = with_marks(PostgresStore::open(&server.database().unwrap(), 16).unwrap());
    for _ in 0..4 {
        let asked: Vec<_> = (0..32)
            .map(|_| {
                submit(
                    &store,
                    Box::new(|tx: &mut dyn Tx| tx.query("SELECT 1 AS one FROM pg_sleep(0.01)", &[]).map(|_| ())),
                )
            })
            .collect();
        asked.iter().for_each(|ended| ended.recv().unwrap().unwrap());
    }
}

#[test]
fn postgres_does_less_at_once_while_http_is_late_and_all_again_when_it_is_not() {
    let store = postgres(8);
    assert_eq!(store.http_came_late(Duration::ZERO), Some(8));
    // Held open until they are told to end.
    let hold = |store: &PostgresStore| {
        let (begun, begins) = mpsc::channel();
        let (end, ends) = mpsc::channel::<()>();
        let mut held = Some((begun, ends));
        let job: Job = Box::new(move |_| {
            let (begun, ends) = held.take().unwrap();
            begun.send(()).unwrap();
            let _ = ends.recv();
            Ok(())
        });
        (submit(store, job), begins, end)
    };
    let soon = Duration::from_secs(60);
    let first: Vec<_> = (0..8).map(|_| hold(&store)).collect();
    for (_, begins, _) in &first {
        begins.recv_timeout(soon).unwrap();
    }
    let late = Duration::from_millis(200);
    assert_eq!([store.http_came_late(late), store.http_came_late(late)], [Some(6), Some(6)], "eight still run");
    let then: Vec<_> = (0..7).map(|_| hold(&store)).collect();
    // With six places three of the eight have to end before another begins.
    let mut running = first.into_iter();
    for _ in 0..2 {
        let (ended, _, end) = running.next().unwrap();
        drop(end);
        assert_eq!(ended.recv_timeout(soon).unwrap(), Ok(()));
    }
    assert_eq!(store.waiting(), 7);
    for (begun, (ended, _, end)) in then.iter().zip(running) {
        drop(end);
        assert_eq!(ended.recv_timeout(soon).unwrap(), Ok(()));
        begun.1.recv_timeout(soon).unwrap();
    }
    assert_eq!(store.waiting(), 1, "six run");
    // In time again: one more place, which nobody has to end for.
    let allowed: Vec<_> = (0..10).map(|_| store.http_came_late(Duration::ZERO)).collect();
    assert_eq!((allowed[0], allowed[9]), (Some(6), Some(7)));
    then[6].1.recv_timeout(soon).unwrap();
    for (ended, _, end) in then {
        drop(end);
        assert_eq!(ended.recv_timeout(soon).unwrap(), Ok(()));
    }
}
