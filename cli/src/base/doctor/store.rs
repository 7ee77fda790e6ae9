//! The store: reached, current, in agreement, with room, and on a database that keeps what it
//! acknowledged.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::DateTime;
use mesto_operator::store::{Row, transact};

use crate::base::doctor::files::with;
use crate::base::doctor::{Check, Opened, Seen, Setup, Weight};
use crate::kernel::database::Place;
use crate::kernel::private_files;

/// Free bytes below which a store has little room.
const LITTLE_ROOM: u64 = 2 << 30;
/// A longer log of SQLite was not taken over for long.
const LONG_WAL: u64 = 256 << 20;
/// Connections to Postgres that are left to backups, replicas and tools.
const FOR_OTHERS: i64 = 10;
/// Clocks differ by more than that: milliseconds.
const SKEW: i64 = 1_000;

pub const CHECKS: &[Check] = &[
    Check {
        code: "store_missing",
        weight: Weight::Note,
        advice: "`mesto serve` makes it when it serves first. If it was there, name its file with --database.",
        look: |setup| match &setup.place {
            Ok(Place::Sqlite(file)) => Seen::bad_if(!file.exists(), || format!("there is no {}", file.display())),
            Ok(Place::Postgres(_)) => Seen::Skipped("the books are in Postgres"),
            Err(_) => Seen::Skipped("no store is named"),
        },
    },
    Check {
        code: "store_unusable",
        weight: Weight::Error,
        advice: "Name the store of this operator with --database or --database-url, reachable for the user that serves.",
        look: |setup| match (&setup.place, &setup.opened) {
            (Err(fault), _) => fault.seen(),
            (Ok(place), _) if is_behind(place) => Seen::Skipped("its schema is an older one"),
            // Told once, by what is wrong.
            (Ok(_), Some(Err(_)))
                if setup.keys.is_err() || private_files::check_keys(&setup.store_args.keys).is_err() =>
            {
                Seen::Skipped("the keys cannot be used")
            }
            (Ok(_), Some(Err(_))) if setup.cities.is_err() => Seen::Skipped("the cities cannot be read"),
            (Ok(_), Some(Err(fault))) => fault.seen(),
            (Ok(_), Some(Ok(_))) => Seen::Good,
            (Ok(_), None) => Seen::Skipped("there is no store yet"),
        },
    },
    Check {
        code: "schema_behind",
        weight: Weight::Warning,
        advice: "Back it up, then `mesto admin migrate`; `mesto serve` brings it up to date too.",
        look: |setup| match (&setup.place, &setup.opened) {
            (Ok(place), Some(_)) => match place.schema() {
                Ok(schema) => Seen::bad_if(!schema.pending.is_empty(), || {
                    format!("the store has schema V{}, this version V{}", schema.version, schema.newest)
                }),
                Err(_) => Seen::Skipped("the store cannot be read"),
            },
            _ => Seen::Skipped("there is no store yet"),
        },
    },
    Check {
        code: "store_not_writable",
        weight: Weight::Error,
        advice: "Give the file, what lies beside it and its folder to the user that serves. A replica of Postgres is to \
                 be promoted first; elsewhere `ALTER DATABASE … RESET default_transaction_read_only`, and let the user \
                 of --database-url own the tables (`REASSIGN OWNED BY … TO …`).",
        look: not_writable,
    },
    Check {
        code: "little_room",
        weight: Weight::Error,
        advice: "Make room or grow the disk: a full one sells nothing.",
        look: little_room,
    },
    Check {
        code: "wal_long",
        weight: Weight::Warning,
        advice: "Something holds an old snapshot open: look for a tool that reads for hours, and end it.",
        look: |setup| match &setup.place {
            Ok(Place::Sqlite(file)) => match std::fs::metadata(with(file, "-wal")) {
                Ok(data) => Seen::bad_if(data.len() > LONG_WAL, || {
                    format!("the write-ahead log of {} has {} MiB", file.display(), data.len() >> 20)
                }),
                Err(_) => Seen::Good,
            },
            _ => Seen::Skipped("the books are in no file"),
        },
    },
    Check {
        code: "postgres_not_durable",
        weight: Weight::Error,
        advice: "Set fsync, full_page_writes and synchronous_commit to `on` in postgresql.conf: what was acknowledged is \
                 lost otherwise, with the server or when its replica takes over.",
        look: |setup| {
            on_postgres(setup, SETTINGS, |row| {
                let said = |name: &str| row.get::<String>(name).unwrap_or_default();
                let has_replica = row.get::<i64>("replicas").is_ok_and(|replicas| replicas > 0);
                let lost = lost_by([FSYNC, PAGES, COMMIT].map(|name| (name, said(name))), has_replica);
                Seen::bad_if(!lost.is_empty(), || lost.join(", "))
            })
        },
    },
    Check {
        code: "postgres_clock",
        weight: Weight::Error,
        advice: "Let both machines take their time from the network (systemd-timesyncd, chrony).",
        look: |setup| {
            on_postgres(setup, "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) AS now", |row| {
                let theirs: i64 = row.get("now").unwrap_or_default();
                let apart = (crate::base::operator::now().timestamp_millis() - theirs).abs();
                Seen::bad_if(apart > SKEW, || format!("the server's clock differs by {apart} ms"))
            })
        },
    },
    Check {
        code: "postgres_connections",
        weight: Weight::Warning,
        advice: "Raise max_connections, or lower --connections: all instances together need fewer, and backups and tools \
                 need some too.",
        look: |setup| {
            let ours: i64 = setup.said("connections").and_then(|number| number.parse().ok()).unwrap_or_default();
            on_postgres(setup, "SELECT CAST(current_setting('max_connections') AS BIGINT) AS most", |row| {
                let most: i64 = row.get("most").unwrap_or_default();
                Seen::bad_if(ours + FOR_OTHERS > most, || {
                    format!("--connections {ours} of this instance, and the server takes {most} of all")
                })
            })
        },
    },
    Check {
        code: "postgres_plain",
        weight: Weight::Warning,
        advice: "Say sslmode=verify-full and name the authority with --database-ca: the books cross a network.",
        look: |setup| {
            on_postgres(setup, PLAIN, |row| {
                Seen::bad_if(row.get::<i64>("plain").unwrap_or_default() == 1, || {
                    "the database is on another machine and is reached without TLS".to_owned()
                })
            })
        },
    },
    Check {
        code: "books_wrong",
        weight: Weight::Error,
        advice: "Stop selling and look at `mesto admin ledger`; the last good copy is that of `mesto admin backup`.",
        look: |setup| match setup.opened() {
            Some(Opened { operator, store, .. }) => match operator.audit_ledger(store.as_ref()) {
                Ok(()) => Seen::Good,
                Err(fault) => Seen::Bad(fault.to_string()),
            },
            None => Seen::Skipped("there is no store to look at"),
        },
    },
    Check {
        code: "clock_doubted",
        weight: Weight::Error,
        advice: "Set the machine's clock: what is younger than now was written by a clock that was ahead.",
        look: |setup| {
            let Some(opened) = setup.opened() else { return Seen::Skipped("there is no store to look at") };
            let asked = "SELECT MAX(at) AS at FROM ledger_entry";
            let rows = transact(opened.store.as_ref(), |tx| tx.query(asked, &[])).unwrap_or_default();
            let newest = rows.first().and_then(|row| row.get::<Option<i64>>("at").ok().flatten());
            let newest = newest.and_then(DateTime::from_timestamp_millis);
            match newest {
                Some(newest) => Seen::bad_if(newest > setup.now + chrono::TimeDelta::minutes(1), || {
                    format!(
                        "the newest entry of the ledger is of {newest}, and this machine's clock says {}",
                        setup.now
                    )
                }),
                None => Seen::Good,
            }
        },
    },
];

const FSYNC: &str = "fsync";
const PAGES: &str = "full_page_writes";
const COMMIT: &str = "synchronous_commit";
/// A replica is one that reads along now, one that has a slot, or one that is to be waited for.
const SETTINGS: &str = "SELECT current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes, \
                        current_setting('synchronous_commit') AS synchronous_commit, \
                        (SELECT COUNT(*) FROM pg_stat_replication) \
                        + (SELECT COUNT(*) FROM pg_replication_slots WHERE slot_type = 'physical') \
                        + CASE WHEN current_setting('synchronous_standby_names') = '' THEN 0 ELSE 1 END AS replicas";
const PLAIN: &str = "SELECT CAST(CASE WHEN NOT ssl AND inet_server_addr() IS NOT NULL \
                     AND NOT inet_server_addr() << inet '127.0.0.0/8' AND inet_server_addr() <> inet '::1' \
                     THEN 1 ELSE 0 END AS BIGINT) AS plain FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

/// Settings by which what was acknowledged is lost. Beside a replica a commit has to wait for its
/// disk: `local` waits for none of it, `remote_write` for its memory alone.
fn lost_by(settings: [(&str, String); 3], has_replica: bool) -> Vec<String> {
    let mut lost = Vec::new();
    for (name, value) in settings {
        match value.as_str() {
            "off" => lost.push(format!("the server has {name} = off")),
            "local" | "remote_write" if has_replica => lost.push(format!(
                "the server has a replica and {name} = {value}: the replica may lack what was acknowledged when it takes over"
            )),
            _ => {}
        }
    }
    lost
}

fn is_behind(place: &Place) -> bool {
    let is_there = !matches!(place, Place::Sqlite(file) if !file.exists());
    is_there && place.schema().is_ok_and(|schema| schema.version > 0 && !schema.pending.is_empty())
}

/// Asks Postgres for one row.
fn on_postgres(setup: &Setup, sql: &str, look: impl Fn(&Row) -> Seen) -> Seen {
    match (&setup.place, setup.opened()) {
        (Ok(Place::Postgres(_)), Some(opened)) => {
            match transact(opened.store.as_ref(), |tx| tx.query(sql, &[])).as_deref() {
                Ok([row, ..]) => look(row),
                _ => Seen::Skipped("the server does not tell"),
            }
        }
        (Ok(Place::Postgres(_)), None) => Seen::Skipped("the database cannot be read"),
        _ => Seen::Skipped("the books are not in Postgres"),
    }
}

/// What is asked of a database: whether it follows another one, what its sessions are told about
/// writing (this one itself is told to read alone), and tables that its user may not write.
const WRITES: &str = "SELECT CAST(CASE WHEN pg_is_in_recovery() THEN 1 ELSE 0 END AS BIGINT) AS follows, \
                      (SELECT reset_val FROM pg_settings WHERE name = 'default_transaction_read_only') AS read_only, \
                      CAST(current_user AS TEXT) AS user_name, \
                      (SELECT COALESCE(string_agg(CAST(relname AS TEXT), ', ' ORDER BY relname), '') FROM pg_class \
                       WHERE relkind IN ('r', 'p') AND relname <> 'schema_history' \
                       AND relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = CAST('heartbeat' AS regclass)) \
                       AND (NOT has_table_privilege(oid, 'INSERT') \
                            OR relname IN ('account', 'heartbeat') AND NOT has_table_privilege(oid, 'UPDATE'))) AS refused";

fn not_writable(setup: &Setup) -> Seen {
    match &setup.place {
        Ok(Place::Sqlite(file)) if file.exists() => {
            let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let beside = ["-wal", "-shm", ".serving"].map(|ending| with(file, ending));
            let all = [file.as_path(), folder].into_iter().chain(beside.iter().map(PathBuf::as_path));
            all.filter(|path| path.exists()).find_map(takes_no_writes).map_or(Seen::Good, Seen::Bad)
        }
        Ok(Place::Sqlite(_)) => Seen::Skipped("there is no store yet"),
        _ => on_postgres(setup, WRITES, |row| {
            let said = |name: &str| row.get::<String>(name).unwrap_or_default();
            let refused = said("refused");
            if row.get::<i64>("follows").unwrap_or_default() == 1 {
                Seen::Bad("the database is a replica and takes no writes".to_owned())
            } else if said("read_only") == "on" {
                Seen::Bad(
                    "sessions of this user and database only read: default_transaction_read_only is on".to_owned(),
                )
            } else {
                Seen::bad_if(!refused.is_empty(), || {
                    format!("the user {} may not write the tables {refused}", said("user_name"))
                })
            }
        }),
    }
}

/// Why the one who serves may not write a file or a folder; nothing where he may. Whether he is of
/// its group is not known here: what a group may write is taken for good.
fn takes_no_writes(path: &Path) -> Option<String> {
    let data = std::fs::metadata(path).ok()?;
    let shown = path.display();
    if data.permissions().readonly() {
        return Some(format!("{shown} is read-only"));
    }
    let serves = private_files::who_serves().filter(|user| *user != 0);
    if serves.is_some_and(|user| data.uid() != user && data.mode() & 0o022 == 0) {
        return Some(format!("{shown} belongs to another user than the one who serves, who may not write it"));
    }
    // Coreutils ask the kernel: a file system may be mounted for reading alone.
    let may_be = Command::new("test").arg("-w").arg(path).status();
    may_be.is_ok_and(|told| !told.success()).then(|| format!("{shown} cannot be written here"))
}

fn little_room(setup: &Setup) -> Seen {
    let Ok(Place::Sqlite(file)) = &setup.place else { return Seen::Skipped("the books are on another disk than this") };
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Coreutils ask the kernel without a line of C.
    let told = Command::new("df").args(["-B1", "--output=avail"]).arg(folder).output();
    let free = told.ok().and_then(|told| String::from_utf8(told.stdout).ok());
    let free = free.and_then(|text| text.lines().nth(1)?.trim().parse::<u64>().ok());
    match free {
        Some(free) => {
            Seen::bad_if(free < LITTLE_ROOM, || format!("{} MiB are free where {} is", free >> 20, folder.display()))
        }
        None => Seen::Skipped("the machine does not tell its room"),
    }
}
