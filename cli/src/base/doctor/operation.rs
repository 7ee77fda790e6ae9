//! What an operator owes its drivers and what waits for a person: messages, cities, legal texts,
//! copies, refunds.

use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};
use clap::FromArgMatches as _;
use mesto_operator::Config;
use mesto_operator::store::transact;
use serde_json::Value;

use crate::base::about;
use crate::base::backup::may_be_copy;
use crate::base::doctor::files::as_served;
use crate::base::doctor::{Check, Seen, Setup, Weight};
use crate::base::messages::{self, MessagesArgs};
use crate::base::operator::tool;
use crate::kernel::failure::page;

/// A city is renewed so long before it may be sold by no more.
const RENEWED_BEFORE: TimeDelta = TimeDelta::days(60);
/// A day, and what a nightly copy may take.
const COPY_YOUNGER_THAN: TimeDelta = TimeDelta::hours(26);
/// A copy that another machine has written may be dated so far ahead.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(5);
/// A message that waits longer is late.
const LATE: TimeDelta = TimeDelta::minutes(10);
/// Descriptors that a small operator needs.
const FEW_DESCRIPTORS: u64 = 4_096;

pub const CHECKS: &[Check] = &[
    Check {
        code: "messages_missing",
        weight: Weight::Error,
        advice: concat!(
            "Describe your gateway in a file of --messages, as ",
            page!("messages.md"),
            " has it, or let one of yours read the table: without codes nobody signs in. A secret that the file names \
             without a whole path is read from $CREDENTIALS_DIRECTORY where systemd sets it, and else from beside the \
             file."
        ),
        look: |setup| match setup.file("messages") {
            None => Seen::Bad("no --messages is given".to_owned()),
            // The very reading of `mesto serve`: what that refuses is not good.
            Some(file) => as_served(messages::read(&file)),
        },
    },
    Check {
        code: "messages_plain",
        weight: Weight::Error,
        advice: "Say tls = true in [smpp], or reach the message centre through a tunnel, by its address in there: numbers \
                 and codes are read by whoever is between, and whoever has a code signs in.",
        look: |setup| match setup.file("messages").map(|file| messages::told_to_strangers(&file)) {
            None => Seen::Skipped("no --messages is given"),
            Some(Err(_)) => Seen::Skipped("the file of --messages cannot be read"),
            Some(Ok(None)) => Seen::Good,
            Some(Ok(Some(host))) => Seen::Bad(format!("codes go to {host} over SMPP without TLS")),
        },
    },
    Check {
        code: "sms_countries",
        weight: Weight::Error,
        advice: "Give the countries of your drivers, two letters for each: --sms-countries RS,BA,ME.",
        // The very reading of `mesto serve`: what that refuses is not good.
        look: |setup| match (tool(&setup.store_args), MessagesArgs::from_arg_matches(&setup.matches)) {
            (Ok(operator), Ok(messages)) => as_served(messages.of(operator)),
            _ => Seen::Skipped("no operator can be made of its keys and cities"),
        },
    },
    Check {
        code: "messages_late",
        weight: Weight::Error,
        advice: "Look at the gateway and at the log: drivers wait for their codes.",
        look: |setup| {
            let Some(opened) = setup.opened() else { return Seen::Skipped("there is no store to look at") };
            let sql = "SELECT COUNT(*) AS waiting, MIN(at) AS since FROM message WHERE state = 'waiting' AND at < $1";
            let before = (setup.now - LATE).timestamp_millis();
            let rows = transact(opened.store.as_ref(), |tx| tx.query(sql, &[before.into()]));
            match rows.as_deref() {
                Ok([row, ..]) => {
                    let waiting: i64 = row.get("waiting").unwrap_or_default();
                    Seen::bad_if(waiting > 0, || format!("{waiting} messages wait for longer than ten minutes"))
                }
                _ => Seen::Skipped("the store does not tell"),
            }
        },
    },
    Check {
        code: "return_to_default",
        weight: Weight::Warning,
        advice: "Name your own app's scheme and sites with --return-to, so that the bank's page leads back to them and to \
                 nobody else.",
        look: |setup| {
            let own = setup.all_said("return_to").iter().any(|said| said != "mesto");
            Seen::bad_if(!own, || "the bank's page leads back to mesto:// only".to_owned())
        },
    },
    Check {
        code: "city_wrong",
        weight: Weight::Error,
        advice: "Mend what `mesto city check` names: nothing is served until each city is right.",
        look: |setup| match &setup.cities {
            Ok(_) => Seen::Good,
            Err(why) => Seen::Bad(why.clone()),
        },
    },
    Check {
        code: "cities_built_in",
        weight: Weight::Warning,
        advice: "Keep a folder of your own cities and name it with --cities: prices change without a new version then.",
        look: |setup| Seen::bad_if(setup.store_args.cities.is_none(), || "the cities built in are served".to_owned()),
    },
    Check {
        code: "city_ending",
        weight: Weight::Error,
        advice: "Check its prices and hours, and move `outdated_from` in city.toml: from that day on every sale is \
                 refused.",
        look: |setup| {
            let Ok(cities) = &setup.cities else { return Seen::Skipped("the cities cannot be read") };
            let soon = (setup.now + RENEWED_BEFORE).date_naive();
            match cities.iter().find(|city| city.outdated_from <= soon) {
                Some(city) => Seen::Bad(format!("{} may be sold by until {}", city.id, city.outdated_from)),
                None => Seen::Good,
            }
        },
    },
    Check {
        code: "city_unknown",
        weight: Weight::Note,
        advice: "`mesto city show` lists them with the reason; a sale that needs one is refused with tariff_unknown.",
        look: |setup| {
            let Ok(cities) = &setup.cities else { return Seen::Skipped("the cities cannot be read") };
            let count: usize = cities.iter().map(|city| unknown(&serde_json::to_value(city).unwrap_or_default())).sum();
            Seen::bad_if(count > 0, || format!("{count} values of the cities are not known"))
        },
    },
    Check {
        code: "about_missing",
        weight: Weight::Warning,
        advice: concat!(
            "Write who you are in law into a file of --about; ",
            page!("guide-operators.md"),
            " has a whole one."
        ),
        look: |setup| match setup.file("about") {
            None => Seen::Bad("no --about is given".to_owned()),
            Some(file) => match about::read(&file, Config::default()) {
                Ok(_) => Seen::Good,
                Err(error) => Seen::Bad(error.text),
            },
        },
    },
    Check {
        code: "legal_texts_missing",
        weight: Weight::Warning,
        advice: "Add a [[legal.texts]] of each kind to the file of --about: apps show them before anything is bought.",
        look: |setup| {
            let Some(Ok((profile, _))) = setup.file("about").map(|file| about::read(&file, Config::default())) else {
                return Seen::Skipped("there is no file of --about");
            };
            let has = |kind: &str| profile.legal.texts.iter().any(|text| text.kind.to_string() == kind);
            let missing: Vec<&str> =
                ["terms", "privacy", "imprint", "complaints"].into_iter().filter(|kind| !has(kind)).collect();
            Seen::bad_if(!missing.is_empty(), || format!("there is no text of the kind {}", missing.join(", ")))
        },
    },
    Check {
        code: "copy_old",
        weight: Weight::Error,
        advice: "Let `mesto admin backup --into FOLDER --keep 14` run every night (`systemctl enable --now \
                 mesto-backup.timer` with the package), into a folder that another machine fetches.",
        look: copy_old,
    },
    Check {
        code: "incidents_open",
        weight: Weight::Warning,
        advice: "`mesto admin incidents` lists them, `mesto admin incidents done` takes one from the list.",
        look: |setup| {
            let Some(opened) = setup.opened() else { return Seen::Skipped("there is no store to look at") };
            match opened.operator.incidents(opened.store.as_ref()) {
                Ok(open) => Seen::bad_if(!open.is_empty(), || format!("{} have to be looked at", open.len())),
                Err(_) => Seen::Skipped("the store does not tell"),
            }
        },
    },
    Check {
        code: "refunds_overdue",
        weight: Weight::Error,
        advice: "Pay them and say so: `mesto admin refunds` lists them, `mesto admin refunds done` marks one.",
        look: |setup| {
            let Some(opened) = setup.opened() else { return Seen::Skipped("there is no store to look at") };
            match opened.operator.refunds(opened.store.as_ref(), false) {
                Ok(owed) => {
                    let late = owed.iter().filter(|owed| owed.refund.due_at <= setup.now).count();
                    Seen::bad_if(late > 0, || format!("{late} refunds should be paid by now"))
                }
                Err(_) => Seen::Skipped("the store does not tell"),
            }
        },
    },
    Check {
        code: "few_descriptors",
        weight: Weight::Warning,
        advice: "Raise LimitNOFILE of the unit, or `ulimit -Hn`: each listener of events needs one.",
        look: |_| {
            let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
            let line = limits.lines().find(|line| line.starts_with("Max open files"));
            match line.and_then(|line| line.split_whitespace().nth(4)?.parse::<u64>().ok()) {
                Some(most) => Seen::bad_if(most < FEW_DESCRIPTORS, || format!("a process here may open {most} files")),
                None => Seen::Skipped("the machine does not tell"),
            }
        },
    },
];

/// Values of a document that are written as unknown.
fn unknown(value: &Value) -> usize {
    match value {
        Value::Object(fields) if fields.contains_key("unknown") => 1,
        Value::Object(fields) => fields.values().map(unknown).sum(),
        Value::Array(items) => items.iter().map(unknown).sum(),
        _ => 0,
    }
}

fn copy_old(setup: &Setup) -> Seen {
    let Some(folder) = setup.file("backups") else { return Seen::Skipped("no --backups is given") };
    let files = match std::fs::read_dir(&folder) {
        Ok(files) => files,
        Err(why) => return Seen::Bad(format!("{} cannot be read: {why}", folder.display())),
    };
    let copies = files.filter_map(|file| Some(file.ok()?.path()).filter(|file| may_be_copy(file)));
    let written = copies.filter_map(|copy| copy.metadata().ok()?.modified().ok());
    let written = written.map(|written: SystemTime| DateTime::<Utc>::from(written));
    // What is dated in the future says nothing of when it was made.
    let (ahead, written): (Vec<_>, Vec<_>) = written.partition(|written| *written > setup.now + CLOCKS_DIFFER);
    match written.into_iter().max() {
        None if !ahead.is_empty() => Seen::Bad(format!("the copies in {} are dated in the future", folder.display())),
        None => Seen::Bad(format!("there is no copy in {}", folder.display())),
        Some(written) => Seen::bad_if(written + COPY_YOUNGER_THAN < setup.now, || {
            format!("the newest copy in {} is of {written}", folder.display())
        }),
    }
}
