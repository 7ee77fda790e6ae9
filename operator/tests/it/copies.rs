//! Copies of a store that is being written, and readers that change nothing.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mesto_operator::store::{copy, transact};
use mesto_operator::{
    CopyError, Durability, PostgresAddress, PostgresReader, PostgresStore, SchemaFault, SqliteInline, SqliteReader,
    SqliteStore, Store, StoreError,
};

use crate::world::{World, cluster};

fn fault(error: StoreError) -> SchemaFault {
    match error {
        StoreError::Schema(fault) => fault,
        other => panic!("{other:?}"),
    }
}

fn count(store: &dyn Store, table: &str) -> i64 {
    transact(store, |tx| tx.query(&format!("SELECT COUNT(*) AS number FROM {table}"), &[])?[0].get("number")).unwrap()
}

/// Everything that lies in a folder, with its bytes; but for the log of SQLite and its index, which
/// whoever reads may leave, empty.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap()))
        .filter(|(name, bytes)| !(name.ends_with("-shm") || name.ends_with("-wal") && bytes.is_empty()))
        .collect();
    files.sort();
    files
}

#[test]
fn a_copy_that_is_taken_while_tickets_are_sold_is_one_state_of_the_books() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("operator.db");
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&file, Durability::None).unwrap());
    let world = World::on(Arc::clone(&store));
    let drivers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(|number| {
        world.driver_with(&format!("+38164123456{}", number % 10), &format!("BG000A{}", number % 10), &["5000.00"]).0
    });
    let purchases: Vec<_> = (0..150)
        .map(|number| {
            let driver = &drivers[number % 10];
            let vehicle = driver.add(&format!("BG{number:03}BB")).id;
            mesto_operator::Request::new("POST", "/v1/purchases")
                .bearer(&driver.token)
                .key(&world.key())
                .json(&driver.purchase(&driver.quote(vehicle, "blue", 60)))
        })
        .collect();
    let (operator, now, is_over) = (&world.operator, world.now(), AtomicBool::new(false));
    let mut copies = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for purchase in &purchases {
                assert_eq!(operator.handle(&*store, now, purchase).status, 201);
            }
            is_over.store(true, Ordering::SeqCst);
        });
        while !is_over.load(Ordering::SeqCst) && copies.len() < 1_000 {
            let to = folder.path().join(format!("copy-{}.db", copies.len()));
            copy(&file, &to).unwrap();
            copies.push(to);
        }
    });
    let mut sold = Vec::new();
    for copied in &copies {
        for beside in ["-wal", "-shm", "-journal"] {
            assert!(!Path::new(&format!("{}{beside}", copied.display())).exists(), "a copy is one file");
        }
        let reader = SqliteReader::open(copied).unwrap();
        assert_eq!(operator.audit_ledger(&reader), Ok(()));
        sold.push(count(&reader, "ticket"));
    }
    assert!(sold.is_sorted(), "{sold:?}");
    assert!(sold.iter().any(|sold| (1..150).contains(sold)), "none was taken in the middle: {sold:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&copies[0]).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_copy_never_takes_the_place_of_another_file_and_leaves_nothing_when_it_fails() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("operator.db");
    drop(SqliteInline::open(&file, Durability::None).unwrap());
    let before = files(folder.path());
    for name in ["there.db", "its.db-wal"] {
        std::fs::write(folder.path().join(name), "something").unwrap();
    }
    for to in ["there.db", "its.db"] {
        let refused = copy(&file, &folder.path().join(to)).unwrap_err();
        assert!(matches!(refused, CopyError::Exists(_)), "{refused}");
    }
    assert!(matches!(copy(&file, &folder.path().join("no/such/copy.db")), Err(CopyError::Store { .. })));
    for name in ["there.db", "its.db-wal"] {
        assert_eq!(std::fs::read(folder.path().join(name)).unwrap(), b"something");
        std::fs::remove_file(folder.path().join(name)).unwrap();
    }
    assert!(
        files(folder.path()) == before,
        "{:?}",
        files(folder.path()).iter().map(|(name, _)| name).collect::<Vec<_>>()
    );

    for (name, bytes) in [("empty.db", &b""[..]), ("text.db", b"this is no database at all, not even a little bit")] {
        let wrong = folder.path().join(name);
        std::fs::write(&wrong, bytes).unwrap();
        assert!(matches!(copy(&wrong, &folder.path().join("copy.db")), Err(CopyError::Store { .. })), "{name}");
    }
    assert!(matches!(
        copy(&folder.path().join("none.db"), &folder.path().join("copy.db")),
        Err(CopyError::File { .. })
    ));
    assert!(!folder.path().join("copy.db").exists());
}

#[test]
fn a_damaged_page_is_found_before_a_copy_has_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("operator.db");
    let world = World::on(Arc::new(SqliteStore::open(&file, Durability::None).unwrap()));
    world.driver_with("+381641234567", "BG789PP", &["5000.00"]);
    drop(world);
    let mut bytes = std::fs::read(&file).unwrap();
    // Pages are 4 KiB; the first one holds the schema.
    for page in 1..bytes.len() / 4_096 {
        bytes[page * 4_096..page * 4_096 + 64].fill(0xa5);
    }
    std::fs::write(&file, bytes).unwrap();
    assert!(copy(&file, &folder.path().join("copy.db")).is_err());
    assert!(!folder.path().join("copy.db").exists());
}

#[test]
fn a_reader_makes_nothing_and_migrates_nothing_and_refuses_what_is_no_store_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("operator.db");
    assert!(matches!(SqliteReader::open(&path), Err(StoreError::Unavailable(_))), "no file");
    assert!(!path.exists());
    std::fs::write(&path, "").unwrap();
    assert_eq!(fault(SqliteReader::open(&path).err().unwrap()), SchemaFault::Empty);
    assert_eq!(fault(SqliteInline::open_current(&path, Durability::None).err().unwrap()), SchemaFault::Empty);
    assert_eq!(std::fs::read(&path).unwrap(), b"", "nothing was written to it");

    let foreign = folder.path().join("foreign.db");
    let made = mesto_operator::SqliteInline::open(&foreign, Durability::None).unwrap();
    transact(&made, |tx| tx.execute("DROP TABLE schema_history", &[])).unwrap();
    drop(made);
    let before = std::fs::read(&foreign).unwrap();
    for refused in [
        SqliteReader::open(&foreign).err(),
        SqliteInline::open_current(&foreign, Durability::None).err(),
        SqliteInline::open(&foreign, Durability::None).err(),
    ] {
        assert_eq!(fault(refused.unwrap()), SchemaFault::Foreign);
    }
    assert_eq!(std::fs::read(&foreign).unwrap(), before);

    let old = folder.path().join("old.db");
    let made = SqliteInline::open(&old, Durability::None).unwrap();
    transact(&made, |tx| tx.execute("UPDATE schema_history SET version = 99 WHERE version = 2", &[])).unwrap();
    drop(made);
    assert!(matches!(fault(SqliteReader::open(&old).err().unwrap()), SchemaFault::Ahead { version: 99, .. }));
}

#[test]
fn a_reader_makes_nothing_and_refuses_what_is_no_store_on_postgres() {
    let address = PostgresAddress::parse(&cluster().database().unwrap(), None).unwrap();
    assert_eq!(fault(PostgresReader::connect(&address).err().unwrap()), SchemaFault::Empty);
    assert_eq!(fault(PostgresStore::connect_current(address.clone(), 1).err().unwrap()), SchemaFault::Empty);
    assert_eq!(PostgresStore::schema(&address).unwrap().version, 0);
    // Tried and taken back.
    let tried = PostgresStore::try_migrations(&address).unwrap();
    assert_eq!(tried, PostgresStore::schema(&address).unwrap().pending);
    assert_eq!(PostgresStore::schema(&address).unwrap().version, 0);
    drop(PostgresStore::connect(address.clone(), 1).unwrap());
    let status = PostgresStore::schema(&address).unwrap();
    assert_eq!((status.version, status.pending), (status.newest, Vec::new()));
    let reader = PostgresReader::connect(&address).unwrap();
    let written = transact(&reader, |tx| tx.execute("DELETE FROM due", &[]));
    assert!(matches!(written, Err(StoreError::Unavailable(_))), "{written:?}");
}

/// Both see one state for as long as they read, and a writer waits for neither.
fn reads_beside_a_writer(reader: &dyn Store, writer: &dyn Store) {
    let add = |id: &str| {
        let sql = "INSERT INTO attempt (id, kind, subject, at) VALUES ($1, 'test', 'x', 0)";
        transact(writer, |tx| tx.execute(sql, mesto_operator::values![id]).map(|_| ())).unwrap();
    };
    add("at_1");
    transact(reader, |tx| {
        let number = "SELECT COUNT(*) AS number FROM attempt";
        assert_eq!(tx.query(number, &[])?[0].get::<i64>("number")?, 1);
        add("at_2");
        assert_eq!(tx.query(number, &[])?[0].get::<i64>("number")?, 1);
        Ok(())
    })
    .unwrap();
    assert_eq!(count(reader, "attempt"), 2);
}

#[test]
fn who_reads_holds_no_writer_up_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("operator.db");
    let writer = SqliteInline::open(&path, Durability::None).unwrap();
    reads_beside_a_writer(&SqliteReader::open(&path).unwrap(), &writer);
    let written = transact(&SqliteReader::open(&path).unwrap(), |tx| tx.execute("DELETE FROM attempt", &[]));
    assert!(written.is_err());
    assert_eq!(count(&writer, "attempt"), 2);
}

#[test]
fn who_reads_holds_no_writer_up_on_postgres() {
    let address = PostgresAddress::parse(&cluster().database().unwrap(), None).unwrap();
    let writer = PostgresStore::connect(address.clone(), 1).unwrap();
    reads_beside_a_writer(&PostgresReader::connect(&address).unwrap(), &writer);
}
