//! Every crate is tested: a package of the workspace whose tests were lost on the way has none that
//! ran.

use std::collections::BTreeMap;

use super::counts::{self, after};
use crate::failure::{About, Outcome};

/// A test program: the package it belongs to, and the file it is.
#[derive(Debug, PartialEq, Eq)]
pub struct Program {
    package: String,
    file: String,
}

/// The test programs in cargo's own words, JSON line by line.
pub fn listed(messages: &str) -> Outcome<Vec<Program>> {
    let mut programs = Vec::new();
    for line in messages.lines().filter(|line| line.starts_with('{')) {
        let message: serde_json::Value = serde_json::from_str(line).about("cargo's messages")?;
        let text = |name: &str| message.get(name).and_then(serde_json::Value::as_str);
        if let (Some(package), Some(path)) = (text("package_id"), text("executable")) {
            programs.push(Program { package: name_of(package).to_owned(), file: file_of(path).to_owned() });
        }
    }
    Ok(programs)
}

/// Which packages ran no test, as a complaint.
pub fn silent(programs: &[Program], lines: &[String]) -> Option<String> {
    let mut ran: BTreeMap<&str, u64> = programs.iter().map(|program| (program.package.as_str(), 0)).collect();
    let mut running = None;
    for line in lines {
        if let Some(path) = after(line, "     Running ").and_then(|rest| rest.strip_suffix(')')) {
            let file = path.rsplit_once('(').map_or(path, |(_, path)| file_of(path));
            running = programs.iter().find(|program| program.file == file);
        } else if line.trim_start().starts_with("Doc-tests ") {
            running = None;
        } else if let Some(count) = running.and_then(|program| ran.get_mut(program.package.as_str())) {
            *count += counts::of_cargo(std::slice::from_ref(line)).ran;
        }
    }
    let silent: Vec<&str> = ran.into_iter().filter(|(_, count)| *count == 0).map(|(package, _)| package).collect();
    if silent.is_empty() { None } else { Some(format!("no test ran of: {}", silent.join(", "))) }
}

/// `mesto-rules` of `path+file:///.../core/rules#mesto-rules@0.1.0`, `xtask` of
/// `path+file:///.../xtask#0.1.0`.
fn name_of(package: &str) -> &str {
    let (path, version) = package.rsplit_once('#').unwrap_or((package, ""));
    version.split_once('@').map_or_else(|| file_of(path), |(name, _)| name)
}

fn file_of(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, file)| file)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTED: &str = r#"
{"reason":"compiler-artifact","package_id":"registry+https://registry.example/index#serde@1.0.0","executable":null}
{"reason":"compiler-artifact","package_id":"path+file:///mesto/core/rules#mesto-rules@0.1.0","executable":"/mesto/target/debug/deps/mesto_rules-0a"}
{"reason":"compiler-artifact","package_id":"path+file:///mesto/core/rules#mesto-rules@0.1.0","executable":"/mesto/target/debug/deps/it-0b"}
{"reason":"compiler-artifact","package_id":"path+file:///mesto/bank#mesto-bank@0.1.0","executable":"/mesto/target/debug/deps/it-0c"}
{"reason":"compiler-artifact","package_id":"path+file:///mesto/xtask#0.1.0","executable":"/mesto/target/debug/deps/xtask-0d"}
{"reason":"build-finished","success":true}"#;

    fn complaint(said: &str) -> Option<String> {
        let lines: Vec<String> = said.lines().map(str::to_owned).collect();
        silent(&listed(LISTED).unwrap(), &lines)
    }

    fn ran(program: &str, count: u32) -> String {
        format!(
            "     Running {program}\n\nrunning {count} tests\n\ntest result: ok. {count} passed; 0 failed; 0 ignored\n\n"
        )
    }

    #[test]
    fn a_package_none_of_whose_programs_ran_a_test_is_named() {
        let rules = ran("unittests src/lib.rs (target/debug/deps/mesto_rules-0a)", 0)
            + &ran("tests/it/main.rs (target/debug/deps/it-0b)", 3);
        let bank = |count| ran("tests/it/main.rs (target/debug/deps/it-0c)", count);
        let xtask = ran("unittests src/main.rs (target/debug/deps/xtask-0d)", 1);
        assert_eq!(complaint(&format!("{rules}{}{xtask}", bank(2))), None);
        // Examples in the documentation are run by another program, and are no crate's only test.
        let examples = ran("", 5).replace("     Running ", "   Doc-tests mesto_bank");
        let lost = complaint(&format!("{rules}{}{examples}", bank(0)));
        assert_eq!(lost.as_deref(), Some("no test ran of: mesto-bank, xtask"));
    }
}
