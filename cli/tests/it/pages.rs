//! What the pages say of the command line is so.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::phone::Driver;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A page by its name.
pub fn page(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|why| panic!("{name}: {why}"))
}

/// Pages that tell commands.
fn pages() -> Vec<(String, String)> {
    let mut names: Vec<String> = std::fs::read_dir(root().join("docs"))
        .unwrap()
        .map(|entry| format!("docs/{}", entry.unwrap().file_name().to_str().unwrap()))
        .filter(|name| name.ends_with(".md"))
        .chain(["README.md".to_owned()])
        .collect();
    names.sort();
    names.into_iter().map(|name| (name.clone(), page(&name))).collect()
}

/// A command line as a shell splits it, without its comment.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for letter in line.chars() {
        match letter {
            '"' => quoted = !quoted,
            '#' if !quoted && word.is_empty() => break,
            letter if letter.is_whitespace() && !quoted => {
                words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
            }
            letter => word.push(letter),
        }
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

/// The commands of the code blocks of a page, a line that goes on behind a backslash as one.
fn in_blocks(text: &str) -> Vec<String> {
    let blocks = text.split("```").skip(1).step_by(2);
    let lines = blocks.flat_map(|block| block.replace("\\\n", " ").lines().map(str::to_owned).collect::<Vec<_>>());
    let lines = lines.map(|line| line.trim().trim_start_matches(AS_OPERATOR).to_owned());
    // `mesto = ...` is a line of a file: the name of a database.
    lines.filter(|line| line.starts_with("mesto ") && !line.starts_with("mesto = ")).collect()
}

/// What stands before a command that root types on an operator's machine.
const AS_OPERATOR: &str = "runuser -u mesto -- ";

#[test]
fn the_page_of_copies_writes_every_tool_as_the_packaged_set_up_needs_it() {
    let text = page("docs/backup.md");
    let blocks: String = text.split("```").skip(1).step_by(2).collect();
    let tools: Vec<&str> = blocks.lines().filter(|line| line.contains("mesto admin")).collect();
    for line in &tools {
        let words = words(line).join(" ");
        assert!(words.starts_with(AS_OPERATOR) && words.ends_with("--config /etc/mesto/mesto.toml"), "{line}");
    }
    assert!(tools.len() > 6, "the page is read: {tools:?}");
    let guide = page("docs/guide-operators.md");
    for section in ["## People and books", "## What only you can do"] {
        let text = guide.split(section).nth(1).unwrap().split("\n## ").next().unwrap();
        let block = text.split("```").nth(1).unwrap();
        let lines: Vec<&str> = block.lines().filter(|line| !line.is_empty()).collect();
        assert!(lines.len() > 6, "{section} is read: {lines:?}");
        for line in lines {
            let words = words(line).join(" ");
            assert!(words.starts_with(AS_OPERATOR) && words.ends_with("--config /etc/mesto/mesto.toml"), "{line}");
        }
    }
}

/// The commands that a page names in its sentences.
fn in_sentences(text: &str) -> Vec<String> {
    let outside: String = text.split("```").step_by(2).collect();
    outside.split('`').skip(1).step_by(2).filter(|code| code.starts_with("mesto ")).map(str::to_owned).collect()
}

#[test]
fn every_command_of_the_pages_is_one() {
    let (mut whole, mut named) = (0, 0);
    for (name, text) in pages() {
        for line in in_blocks(&text) {
            whole += 1;
            let line = line.replace("ROOT_KEY", &"A".repeat(43));
            if let Err(why) = mesto_cli::check(words(&line)) {
                panic!("{name}: {line}\n{why}");
            }
        }
        for code in in_sentences(&text) {
            named += 1;
            let words = words(&code).into_iter().filter(|word| word != "...").collect::<Vec<_>>();
            if let Err(why) = mesto_cli::check_name(words) {
                panic!("{name}: {code}\n{why}");
            }
        }
    }
    assert!(whole > 30 && named > 30, "the pages are read: {whole}, {named}");
}

#[test]
fn the_lines_of_the_quick_start_do_what_it_says() {
    let driver = Driver::new();
    let text = page("docs/quick-start.md");
    let section = text.split("## From a terminal").nth(1).unwrap();
    let mut page_url = Value::Null;
    let mut bought = 0;
    for line in in_blocks(section.split("\n## ").next().unwrap()) {
        let line = line
            .replace("http://127.0.0.1:8080", &driver.testbed.said("operator"))
            .replace("ROOT_KEY", &driver.testbed.said("root_key"));
        let mut words = words(&line);
        if words.last().is_some_and(|word| word == "CODE") {
            *words.last_mut().unwrap() =
                driver.control("/messages?phone=%2B381641234567", None)["messages"][0]["code"].as_str().unwrap().into();
        }
        let typed: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
        if typed == ["settle"] {
            driver.control("/bank/walk", Some(json!({ "page_url": page_url, "card": "approve" })));
        }
        let told = driver.json(&typed);
        bought += usize::from(typed[0] == "park" && told["state"] == "confirmed");
        page_url = told.get("page_url").cloned().unwrap_or(page_url);
    }
    assert_eq!(bought, 1, "one from the deposit at once");
    let payments = driver.json(&["payments"]);
    let states: Vec<&Value> = payments.as_array().unwrap().iter().map(|intent| &intent["state"]).collect();
    assert_eq!(states, ["confirmed"; 3], "the top-up and two tickets");
}

/// First cells of the table behind these words.
pub fn cells(text: &str, behind: &str) -> BTreeSet<String> {
    let table = text.split(behind).nth(1).unwrap().lines().skip_while(|line| !line.starts_with('|'));
    let rows = table.take_while(|line| line.starts_with('|')).skip(2);
    rows.flat_map(|row| row.split('|').nth(1).unwrap().split(','))
        .map(|cell| cell.trim().trim_matches('`').to_owned())
        .collect()
}

#[test]
fn the_fields_of_an_intent_and_the_exit_codes_are_those_that_are_told() {
    let text = page("docs/command-line.md");
    let driver = Driver::with_car();
    let fields = |intent: &Value| intent.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let open = driver.json(&["topup", "500"]);
    driver.control("/bank/walk", Some(json!({ "page_url": open["page_url"], "card": "decline" })));
    let refused = driver.run(&["settle", "--json"]).json()["intents"][0].clone();
    let told: BTreeSet<String> = fields(&open).union(&fields(&refused)).cloned().collect();
    assert_eq!(cells(&text, "write an intent"), told);

    let help = driver.run(&["--help"]).out;
    let codes = help.split("Exit codes:").nth(1).unwrap().split("Without a command").next().unwrap();
    let mut numbers: BTreeSet<String> = BTreeSet::new();
    for word in codes.split_whitespace().filter(|word| word.chars().all(|letter| letter.is_ascii_digit())) {
        numbers.insert(word.to_owned());
    }
    assert_eq!(cells(&text, "## Exit codes"), numbers);
}
