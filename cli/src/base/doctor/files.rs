//! Keys, secrets, the configuration and the file of the books: there, right, and nobody else's.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::base::doctor::{Check, Fault, Opened, Seen, Setup, Weight};
use crate::base::root_key;
use crate::kernel::database::Place;
use crate::kernel::failure::Outcome;
use crate::kernel::private_files;

pub const CHECKS: &[Check] = &[
    Check {
        code: "keys_unusable",
        weight: Weight::Error,
        advice: "Give the right folder with --keys or --config, or put its files back; never make new ones for books that \
                 exist. Only a new operator makes its first ones: `mesto keys init FOLDER`.",
        look: |setup| match &setup.keys {
            Ok(_) => Seen::Good,
            Err(fault) => fault.seen(),
        },
    },
    Check { code: "keys_of_another_root", weight: Weight::Error, advice: root_key::ADVICE, look: keys_of_another_root },
    Check {
        code: "keys_open",
        weight: Weight::Error,
        advice: "`chmod 700` the folder and `chmod 600` what lies in it: whoever reads a key signs what every phone \
                 believes.",
        look: keys_open,
    },
    Check {
        code: "keys_unreadable",
        weight: Weight::Error,
        advice: "Give what lies in the folder of the keys to the folder's owner: `chown -R --reference=FOLDER FOLDER`. \
                 No instance starts while it cannot read one of them.",
        look: keys_unreadable,
    },
    Check {
        code: "keys_of_another",
        weight: Weight::Warning,
        advice: "Let one user own books and keys, the one that serves: `chown -R mesto: FOLDER`.",
        look: keys_of_another,
    },
    Check {
        code: "root_key_here",
        weight: Weight::Warning,
        advice: "Take root.seed to a safe and remove it here; `mesto keys renew` needs it every two months, `mesto keys \
                 rotate` when keys are changed.",
        look: |setup| {
            let root = setup.store_args.keys.join("root.seed");
            Seen::bad_if(root.exists(), || format!("{} lies beside the server", root.display()))
        },
    },
    Check {
        code: "key_set_due",
        weight: Weight::Error,
        advice: "Put root.seed back for a moment, run `mesto keys renew FOLDER`, take it away, restart the instances.",
        look: |setup| match setup.keys.as_ref().map(mesto_operator::Keys::to_be_renewed_from) {
            Ok(Some(from)) => Seen::bad_if(from <= setup.now, || {
                format!("the key set is to be signed anew since {}", from.date_naive())
            }),
            Ok(None) => Seen::Skipped("it is renewed by itself while root.seed is there"),
            Err(_) => Seen::Skipped("the keys cannot be read"),
        },
    },
    Check {
        code: "keys_ending",
        weight: Weight::Warning,
        advice: "Run `mesto keys rotate FOLDER` with root.seed put back for a moment; what the old keys signed stays good.",
        look: keys_ending,
    },
    Check {
        code: "bank_secret",
        weight: Weight::Error,
        advice: "Put at least 16 random bytes, shared with the bank, into a file of --bank-secret-file that only its \
                 owner reads: `(umask 077; openssl rand -hex 32 > FILE)`.",
        look: bank_secret,
    },
    Check {
        code: "config_open",
        weight: Weight::Error,
        advice: "Let only root write it (`chmod 644`), and only the one who serves read it while it holds a password \
                 (`chmod 640`), which stands better in the file of PGPASSFILE.",
        look: config_open,
    },
    Check {
        code: "database_open",
        weight: Weight::Error,
        advice: "`chmod 600` the file and those beside it: they hold phone numbers.",
        look: |setup| match &setup.place {
            Ok(Place::Sqlite(file)) => {
                let files = ["", "-wal", "-shm"].map(|ending| with(file, ending));
                open(files.into_iter().filter(|file| file.exists()), 0o077)
            }
            Ok(Place::Postgres(_)) => Seen::Skipped("the books are in Postgres"),
            Err(_) => Seen::Skipped("no store is named"),
        },
    },
];

/// A file's name with more behind it.
pub fn with(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.to_path_buf().into_os_string();
    name.push(ending);
    name.into()
}

/// Bad when one of these files grants others what `bits` say.
fn open(files: impl Iterator<Item = PathBuf>, bits: u32) -> Seen {
    for file in files {
        match std::fs::metadata(&file) {
            Ok(data) if data.mode() & bits != 0 => {
                return Seen::Bad(format!("{} has mode {:03o}", file.display(), data.mode() & 0o777));
            }
            Ok(_) => {}
            Err(why) => return Seen::Bad(format!("{} cannot be looked at: {why}", file.display())),
        }
    }
    Seen::Good
}

/// What lies in the folder of the keys.
fn key_files(setup: &Setup) -> Vec<PathBuf> {
    let files = std::fs::read_dir(&setup.store_args.keys);
    files.into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect()
}

fn keys_open(setup: &Setup) -> Seen {
    let folder = &setup.store_args.keys;
    if !folder.is_dir() {
        return Seen::Skipped("there are no keys");
    }
    as_served(private_files::check_keys(folder))
}

/// What `mesto serve` takes is good, and what it refuses is not.
pub fn as_served<T>(taken: Outcome<T>) -> Seen {
    match taken {
        Ok(_) => Seen::Good,
        Err(error) => Seen::Bad(error.text),
    }
}

/// Each belongs to the owner of the folder, as whom the instances run.
fn keys_unreadable(setup: &Setup) -> Seen {
    let folder = &setup.store_args.keys;
    let owner = |file: &Path| std::fs::metadata(file).map(|data| data.uid()).ok();
    let Some(of_folder) = owner(folder) else { return Seen::Skipped("there are no keys") };
    match key_files(setup).into_iter().find(|key| owner(key).is_some_and(|owner| owner != of_folder)) {
        Some(key) => Seen::Bad(format!("{} does not belong to the owner of {}", key.display(), folder.display())),
        None => Seen::Good,
    }
}

fn keys_of_another(setup: &Setup) -> Seen {
    let Ok(Place::Sqlite(file)) = &setup.place else { return Seen::Skipped("the books are in no file") };
    let owner = |file: &Path| std::fs::metadata(file).map(|data| data.uid()).ok();
    let Some(of_books) = owner(file) else { return Seen::Skipped("there is no file of the books yet") };
    let other = key_files(setup).into_iter().find(|key| owner(key).is_some_and(|owner| owner != of_books));
    match other {
        Some(key) => Seen::Bad(format!("{} and {} have two owners", key.display(), file.display())),
        None => Seen::Good,
    }
}

/// Serving is refused then.
fn keys_of_another_root(setup: &Setup) -> Seen {
    let Some(Opened { operator, store, .. }) = setup.opened() else {
        return Seen::Skipped("there is no store to look at");
    };
    let of_keys = operator.keys().root_text();
    match operator.root_key_of(store.as_ref()) {
        Ok(Some(of_store)) => Seen::bad_if(of_store != of_keys, || {
            format!("the store is of the root key {of_store}, and the keys are of the root key {of_keys}")
        }),
        Ok(None) => Seen::Skipped("the store was never served"),
        Err(_) => Seen::Skipped("the store does not tell"),
    }
}

fn keys_ending(setup: &Setup) -> Seen {
    let Ok(text) = std::fs::read_to_string(setup.store_args.keys.join("keys.json")) else {
        return Seen::Skipped("there are no keys");
    };
    let register: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let text = |key: &serde_json::Value, name: &str| key.get(name).and_then(|value| value.as_str()).map(str::to_owned);
    let keys = register.get("keys").and_then(|keys| keys.as_array()).cloned().unwrap_or_default();
    for purpose in ["city", "code", "revocations"] {
        let of = keys.iter().filter(|key| text(key, "use").as_deref() == Some(purpose));
        let of = of.filter(|key| key.get("revoked_at").is_none());
        let until = of.filter_map(|key| text(key, "until")?.parse::<chrono::DateTime<chrono::Utc>>().ok()).max();
        match until {
            Some(until) if until - chrono::TimeDelta::days(60) <= setup.now => {
                return Seen::Bad(format!("the newest key for {purpose} ends on {}", until.date_naive()));
            }
            Some(_) => {}
            None => return Seen::Bad(format!("there is no key for {purpose}")),
        }
    }
    Seen::Good
}

fn bank_secret(setup: &Setup) -> Seen {
    let Some(file) = setup.file("bank_secret_file") else { return Seen::Bad("no --bank-secret-file is given".into()) };
    let usual = "Put at least 16 random bytes, shared with the bank, into a file of --bank-secret-file that only its \
                 owner reads: `(umask 077; openssl rand -hex 32 > FILE)`.";
    match private_files::secret(&file, "bank_secret", usual) {
        Ok(_) => Seen::Good,
        Err(error) => Fault::from(error).seen(),
    }
}

fn config_open(setup: &Setup) -> Seen {
    let Some(file) = setup.store_args.config.clone() else { return Seen::Skipped("no --config is given") };
    let has_password = setup.store_args.database_url.as_ref().is_some_and(|url| {
        let user = url.split_once("://").and_then(|(_, rest)| rest.split_once('@')).map(|(user, _)| user.to_owned());
        user.is_some_and(|user| user.contains(':')) || url.contains("password=")
    });
    open(std::iter::once(file), if has_password { 0o027 } else { 0o022 })
}
