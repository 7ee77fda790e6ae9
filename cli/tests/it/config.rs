//! `--config`: what a file says, what the command line says over it, and what is wrong in it.

use std::path::Path;

use serde_json::{Value, json};

use crate::{Serving, folder, mesto};

fn write(folder: &Path, text: &str) {
    std::fs::write(folder.join("mesto.toml"), text).unwrap();
}

/// What a command that takes the file fails with: the exit code, the text and the advice.
fn refused(folder: &Path, words: &[&str]) -> (i32, String, String) {
    let ran = mesto(folder, &[words, &["--config", "mesto.toml", "--json"]].concat());
    let error: Value = ran.json()["error"].clone();
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    (ran.exit, text("text"), text("advice"))
}

#[test]
fn an_operator_serves_by_its_file_and_the_command_line_wins() {
    let folder = folder();
    let path = folder.path();
    write(
        path,
        "# as an operator writes it\nlisten = \"127.0.0.1:0\"\nbank-secret-file = \"secret\"\ndatabase = \"books.sqlite\"\n\
         name = \"parking.example\"\nconnections = 3\nwith-demo-bank = true\nbank-url = \"http://127.0.0.1:0\"\n\
         return-to = [\"park\", \"https://park.example\"]\n",
    );
    let serving = Serving::start(path, &["serve", "--config", "mesto.toml", "--json"]);
    assert_eq!(serving.said("name"), "parking.example");
    assert_eq!(serving.said("store"), "books.sqlite");
    assert_eq!(serving.said("config"), "mesto.toml");
    assert_ne!(serving.said("bank"), "http://127.0.0.1:8081", "the demo bank took a port of its own");
    // A tool finds the same store by the same file, and passes over what is not its own.
    let created =
        mesto(path, &["admin", "create", "--role", "inspector", "--name", "Petar", "--config", "mesto.toml", "--json"]);
    assert_eq!(created.exit, 0, "{} {}", created.out, created.err);
    let books = mesto(path, &["admin", "ledger", "--config", "mesto.toml", "--json"]);
    assert_eq!(books.json()["sums_to_zero"], json!(true), "{}", books.out);
    assert!(!path.join("mesto.sqlite").exists());
    drop(serving);

    let serving = Serving::start(
        path,
        &["serve", "--config", "mesto.toml", "--name", "other.example", "--database", "other.sqlite", "--json"],
    );
    assert_eq!(serving.said("name"), "other.example");
    drop(serving);
    // Where one of the two stores is typed, the file's is not meant.
    let (exit, text, _) = refused(path, &["admin", "ledger", "--database-url", "postgres://127.0.0.1:1/none"]);
    assert_eq!(exit, 6);
    assert!(text.contains("127.0.0.1:1"), "{text}");
}

#[test]
fn what_is_wrong_in_the_file_is_told_with_its_line_and_what_would_be_right() {
    let folder = folder();
    let path = folder.path();
    for (file, text, advice) in [
        (
            "bank-secret-file = \"secret\"\nlistn = \"127.0.0.1:0\"",
            "line 2: there is no option `listn`",
            "`listen` is one",
        ),
        ("database_url = \"postgres://x\"", "line 1: there is no option `database_url`", "`database-url` is one"),
        ("colour = \"never\"", "there is no option `colour`", "--help` lists them"),
        ("config = \"mesto.toml\"", "there is no option `config`", ""),
        ("\n\nlisten = \"here\"", "line 3: `listen`: invalid value 'here'", ""),
        ("listen = \"here\"", "such as 127.0.0.1:8080", ""),
        ("connections = 0", "line 1: `connections`: invalid value '0'", ""),
        ("listen = [\"127.0.0.1:0\"]", "`listen` takes one value and no list", ""),
        ("with-demo-bank = \"yes\"", "`with-demo-bank` is true or false", ""),
        ("return-to = [\"park\", \"no way\"]", "`return-to`: invalid value 'no way'", ""),
        ("[store]\ndatabase = \"x\"", "there is no option `store`", ""),
        (
            "database = \"x\"\ndatabase-url = \"postgres://x\"",
            "line 2: `database-url` and `database` exclude",
            "Leave one",
        ),
        ("listen = \"a\"\nlisten = \"b\"", "line 2: duplicate key `listen`", "It is TOML"),
        ("listen = 127.0.0.1", "line 1: ", "It is TOML"),
    ] {
        write(path, file);
        let (exit, said, advised) = refused(path, &["serve"]);
        assert_eq!(exit, 6, "{file}: {said}");
        assert!(said.contains(text) && said.contains("mesto.toml"), "{file}: {said}");
        assert!(advised.contains(advice), "{file}: {advised}");
    }
    // A tool says so too, before it opens anything.
    write(path, "listn = \"x\"");
    assert_eq!(refused(path, &["admin", "ledger"]).0, 6);
    std::fs::remove_file(path.join("mesto.toml")).unwrap();
    let (exit, text, _) = refused(path, &["serve"]);
    assert_eq!(exit, 6);
    assert!(text.contains("mesto.toml cannot be read"), "{text}");
    // What is still missing is the command line's matter.
    write(path, "listen = \"127.0.0.1:0\"");
    assert_eq!(refused(path, &["serve"]).0, 2);
}

/// The packaged file: it is as the options are, and each of its lines is one that `mesto` takes.
#[test]
fn the_packaged_file_names_every_option_with_its_default() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("debian/mesto.toml");
    let now = mesto_cli::example_of_config(&[
        ("bank-secret-file", "/etc/mesto/secrets/bank"),
        ("database", "/var/lib/mesto/mesto.sqlite"),
        ("keys", "/var/lib/mesto/keys"),
    ]);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&page, &now).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&page).unwrap(), now, "UPDATE=1 cargo test -p mesto-cli --test it config");
    let folder = folder();
    let lines: Vec<&str> = now
        .lines()
        .map(|line| line.strip_prefix('#').unwrap_or(line))
        .filter(|line| !line.starts_with(' ') && line.contains(" = "))
        .collect();
    assert!(lines.len() > 10, "{lines:?}");
    let help = mesto(folder.path(), &["serve", "--help"]).out;
    for name in help.split_whitespace().filter_map(|word| word.strip_prefix("--")) {
        let name = name.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
        if !["config", "help", "json", "colour", "language", "version"].contains(&name)
            && help.contains(&format!("      --{name}"))
        {
            assert!(lines.iter().any(|line| line.starts_with(&format!("{name} = "))), "{name}");
        }
    }
    for line in lines {
        write(folder.path(), line);
        let said = refused(folder.path(), &["admin", "ledger", "--database", "nowhere/x.sqlite"]).1;
        let is_example = line.contains(" = \"") && said.contains("invalid value");
        assert!(!said.contains("mesto.toml") || is_example, "{line}: {said}");
    }
}
