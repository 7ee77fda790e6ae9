//! The check on small planted crates: each rule is broken once and found, and what keeps to them
//! passes.

use super::*;

const TABLE: &str = r#"
screens = []

[[crates]]
name = "house"
source = "house/src"
rooms = true
kernel = "kernel"
base = "base"
services = "services"
composition = ["lib.rs"]

[[services]]
name = "parking"
crates = ["house"]
uses = []
at_most = 12
screens_at_most = 6
things = []
things_at_most = 0
why = "a number"

[[services]]
name = "orders"
crates = ["house"]
uses = ["parking"]
at_most = 12
screens_at_most = 6
things = []
things_at_most = 0
why = "a number"
"#;

/// A crate that keeps to every rule, and names in every way that Rust has.
const CLEAN: [(&str, &str); 12] = [
    (
        "lib.rs",
        "mod kernel; mod base; mod services;\npub use services::parking::Ticket;\npub use kernel::money::Money;",
    ),
    (
        "kernel.rs",
        "pub mod money;\nmod clock;\nmacro_rules! id { ($name:ident) => { pub struct $name; } }\npub(crate) use id;",
    ),
    ("kernel/money.rs", "pub struct Money;\n#[cfg(test)]\nmod tests { use crate::services::parking::Ticket; }"),
    ("kernel/clock.rs", "use super::money::Money;\nfn now(m: Money) {}"),
    ("base/mod.rs", "pub mod accounts;\npub mod wallet;\npub use accounts::Account;"),
    ("base/accounts.rs", "use crate::kernel::id;\nid!(AccountId);\npub struct Account;"),
    (
        "base/wallet/mod.rs",
        "mod entry;\nuse crate::{base::{Account, accounts::AccountId}, kernel::*};\npub fn charge() {}",
    ),
    (
        "base/wallet/entry.rs",
        "//! See [`crate::services::parking`].\nfn amount() -> crate::Money { crate::kernel::money::Money }",
    ),
    ("services/mod.rs", "pub mod orders;\npub mod parking;"),
    (
        "services/parking/mod.rs",
        "mod zones;\npub struct Ticket;\nuse crate::base;\nfn buy() { base::wallet::charge() }",
    ),
    ("services/parking/zones.rs", "use super::Ticket;"),
    ("services/orders.rs", "use crate::Ticket;\n#[test]\nfn t() { crate::services::parking::Ticket; }"),
];

/// What is wrong with the clean crate after these files took the place of its own.
fn problems_of(table: &str, changed: &[(&str, &str)]) -> Vec<String> {
    let files: Files = CLEAN
        .iter()
        .chain(changed)
        .filter(|(_, text)| *text != "gone")
        .map(|(path, text)| (format!("house/src/{path}"), (*text).to_owned()))
        .collect();
    let gone = changed.iter().filter(|(_, text)| *text == "gone");
    let files = gone.fold(files, |mut files, (path, _)| {
        files.remove(&format!("house/src/{path}"));
        files
    });
    examine(&Table::parse(table).unwrap(), &files).unwrap().1
}

/// The one problem of the clean crate with one file changed.
#[track_caller]
fn problem(path: &str, text: &str) -> String {
    let mut problems = problems_of(TABLE, &[(path, text)]);
    assert_eq!(problems.len(), 1, "{problems:#?}");
    problems.remove(0)
}

#[test]
fn a_clean_crate_passes() {
    assert_eq!(problems_of(TABLE, &[]), Vec::<String>::new());
}

#[test]
fn the_kernel_names_nobody() {
    let found = problem("kernel/clock.rs", "\nfn now() { crate::base::wallet::charge() }");
    assert_eq!(
        found,
        "house/src/kernel/clock.rs:2: kernel -> base wallet (house/src/base/wallet/mod.rs) by \
         `crate::base::wallet::charge`: arrows go service -> base -> kernel, and the kernel names nobody"
    );
    // Every way of naming it is seen.
    for text in [
        "use crate::services::parking::Ticket;",
        "use crate::{services::{parking::{Ticket as T}}};",
        "use super::super::services::parking::*;",
        "use crate::Ticket;",
        "use crate::services as rooms; fn now() { rooms::parking::buy() }",
        "use crate::services::parking; fn now() -> parking::Ticket { todo!() }",
        "fn now() { use crate::services::parking::Ticket; }",
        "fn now() { println!(\"{}\", crate::services::parking::Ticket); }",
        "thing! { use crate::services::{parking::Ticket}; }",
        "macro_rules! ticket { () => { $crate::services::parking::Ticket }; }",
        "#[serde(with = \"crate::services::parking\")] struct S;",
        "struct S<T: Into<crate::services::parking::Ticket>>(T);",
        "impl crate::services::parking::Ticket { fn now() {} }",
        "mod inner { use super::super::super::services::parking::Ticket; }",
        "#[cfg(not(test))] use crate::services::parking::Ticket;",
        "#[cfg(any(test, feature = \"x\"))] use crate::services::parking::Ticket;",
    ] {
        let found = problem("kernel/clock.rs", text);
        assert!(found.contains("kernel -> service parking (house/src/services/parking/mod.rs)"), "{text}: {found}");
    }
    for text in [
        "#[cfg(test)] use crate::services::parking::Ticket;",
        "#[cfg(all(test, unix))] mod inner { use crate::services::parking::Ticket; }",
        "struct S; impl S { #[cfg(test)] fn now() { crate::services::parking::Ticket; } }",
        "#[tokio::test] async fn now() { crate::services::parking::Ticket; }",
        "// use crate::services::parking::Ticket;\n/// [`crate::services::parking::Ticket`]\npub(in crate::kernel) struct S;",
        "use serde::parking::Ticket;",
    ] {
        assert_eq!(problems_of(TABLE, &[("kernel/clock.rs", text)]), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_base_service_names_no_service() {
    let found = problem("base/accounts.rs", "pub struct Account; pub struct AccountId;\nuse crate::services::orders;");
    assert!(found.starts_with("house/src/base/accounts.rs:2: base accounts -> service orders"), "{found}");
}

#[test]
fn a_service_names_another_only_where_the_table_lists_it() {
    let found = problem("services/parking/zones.rs", "use super::Ticket; use crate::services::orders::Order;");
    assert!(found.contains("zones.rs:1: service parking -> service orders"), "{found}");
    assert!(found.ends_with("xtask/rooms.toml does not list that parking uses orders"), "{found}");
    let unused = problems_of(TABLE, &[("services/orders.rs", "")]);
    assert_eq!(unused, ["xtask/rooms.toml: orders may use parking and does not: remove it"]);
}

#[test]
fn nobody_names_what_the_composition_root_declares() {
    let root = (
        "lib.rs",
        "mod kernel; mod base; mod services; pub struct Client;\npub use services::parking::Ticket;\npub use kernel::money::Money;",
    );
    for (path, text) in [
        ("services/parking/zones.rs", "use crate::Client;"),
        ("services/parking/zones.rs", "use crate::services::LIMIT;"),
        ("base/accounts.rs", "use super::*; pub struct Account; pub struct AccountId;"),
    ] {
        let problems = problems_of(TABLE, &[root, (path, text)]);
        assert_eq!(problems.len(), 1, "{text}: {problems:#?}");
        assert!(problems[0].contains("-> composition"), "{problems:#?}");
    }
}

#[test]
fn files_of_different_rooms_in_a_circle_are_told_with_every_arrow() {
    let problems = problems_of(
        TABLE,
        &[
            ("base/accounts.rs", "pub struct Account; pub struct AccountId;\nuse super::wallet::entry::Entry;"),
            ("base/wallet/entry.rs", "use super::charge;"),
        ],
    );
    assert_eq!(
        problems,
        ["house: files of different rooms name each other in a circle:\
          \n  house/src/base/wallet/entry.rs:1 -> house/src/base/wallet/mod.rs by `super::charge`\
          \n  house/src/base/wallet/mod.rs:2 -> house/src/base/accounts.rs by `crate::base::Account`\
          \n  house/src/base/accounts.rs:2 -> house/src/base/wallet/entry.rs by `super::wallet::entry::Entry`"]
    );
}

#[test]
fn rooms_in_a_circle_without_a_circle_of_files_are_told_unless_the_table_permits_it() {
    let circle = ("base/accounts.rs", "pub struct Account; pub struct AccountId; use super::wallet::entry::Entry;");
    let found = problem(circle.0, circle.1);
    assert!(found.starts_with("house: rooms name each other in a circle:\n"), "{found}");
    let permitted = "[[circles]]\ncrate = \"house\"\nrooms = [\"base wallet\", \"base accounts\"]\nwhy = \"a reason\"";
    assert_eq!(problems_of(&format!("{TABLE}{permitted}"), &[circle]), Vec::<String>::new());
    let other = permitted.replace("base wallet", "base vehicles");
    assert_eq!(problems_of(&format!("{TABLE}{other}"), &[circle]).len(), 1);
}

#[test]
fn a_file_in_no_room_is_told() {
    let found = problems_of(
        TABLE,
        &[
            (
                "lib.rs",
                "mod base; mod kernel; mod services; mod helpers;\npub use services::parking::Ticket;\npub use kernel::money::Money;",
            ),
            ("helpers.rs", ""),
        ],
    );
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("house/src/helpers.rs lies in no room"), "{found:#?}");
}

#[test]
fn a_crate_that_has_rooms_must_have_what_the_table_says() {
    let missing = |changed: &[(&str, &str)]| problems_of(TABLE, changed);
    let root = ("lib.rs", "mod kernel; mod base;");
    assert_eq!(
        missing(&[root, ("services/orders.rs", "gone")]),
        ["house/src/services/orders is not there: xtask/rooms.toml says that house has the service orders"]
    );
    let no_kernel = [("lib.rs", ""), ("kernel.rs", "gone"), ("kernel/money.rs", "gone"), ("kernel/clock.rs", "gone")];
    assert_eq!(missing(&no_kernel), ["house/src/kernel is not there: xtask/rooms.toml says that house has a kernel"]);
    // Without rooms, it is only told.
    let none = TABLE.replace("rooms = true", "rooms = false");
    let files = Files::from([("house/src/lib.rs".to_owned(), String::new())]);
    let (told, problems) = examine(&Table::parse(&none).unwrap(), &files).unwrap();
    assert_eq!((told, problems), (vec!["house: no rooms yet".to_owned()], vec![]));
}

#[test]
fn services_may_lie_in_the_source_folder_itself() {
    let table = TABLE.replace("services = \"services\"", "services = \"\"").replace("base = \"base\"\n", "");
    let files = [
        ("lib.rs", "mod kernel; mod orders; mod parking; mod load;"),
        ("kernel/mod.rs", "mod money;"),
        ("kernel/money.rs", "use crate::parking::Ticket;"),
        ("orders/mod.rs", "use crate::parking::Ticket;"),
        ("parking.rs", "pub struct Ticket;"),
        ("load/mod.rs", "use crate::parking::Ticket;"),
    ];
    let files: Files = files.map(|(path, text)| (format!("house/src/{path}"), text.to_owned())).into();
    let table = table.replace("[\"lib.rs\"]", "[\"lib.rs\", \"load/\"]");
    let (_, problems) = examine(&Table::parse(&table).unwrap(), &files).unwrap();
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert!(problems[0].starts_with("house/src/kernel/money.rs:1: kernel -> service parking"), "{problems:#?}");
}

#[test]
fn the_rule_holds_from_crate_to_crate() {
    let table = format!(
        "{TABLE}{}",
        TABLE.split("[[services]]").next().unwrap().replace("screens = []", "").replace("house", "yard")
    );
    let table = table.replace("crates = [\"house\"]", "crates = [\"house\", \"yard\"]");
    let mut files: Files = CLEAN.map(|(path, text)| (format!("house/src/{path}"), text.to_owned())).into();
    files.extend(CLEAN.map(|(path, text)| (format!("yard/src/{path}"), text.to_owned())));
    let examined = |files: &Files| examine(&Table::parse(&table).unwrap(), files).unwrap().1;
    assert_eq!(examined(&files), Vec::<String>::new());
    // Through the other crate's own re-export.
    files.insert("yard/src/kernel/clock.rs".to_owned(), "use house::{Money, Ticket};".to_owned());
    let problems = examined(&files);
    assert_eq!(problems.len(), 1, "{problems:#?}");
    let place = "yard/src/kernel/clock.rs:1: kernel -> service parking (house/src/services/parking/mod.rs)";
    assert!(problems[0].starts_with(place), "{problems:#?}");
}

#[test]
fn a_table_that_means_nothing_is_refused() {
    for (right, wrong) in [
        ("uses = [\"parking\"]", "uses = [\"park\"]"),
        ("crates = [\"house\"]", "crates = [\"hose\"]"),
        ("why = \"a number\"", "why = \" \""),
        ("rooms = true", "rooms = true\nroms = true"),
    ] {
        assert!(Table::parse(&TABLE.replace(right, wrong)).is_err(), "{wrong}");
    }
    let files = Files::from([("house/src/lib.rs".to_owned(), "mod nowhere;".to_owned())]);
    let error = examine(&Table::parse(TABLE).unwrap(), &files).unwrap_err().to_string();
    assert_eq!(error, "house/src/lib.rs:1: the module has neither house/src/nowhere.rs nor house/src/nowhere/mod.rs");
}
