//! The parts of a client in Python with every call waiting for its answer, for scripts and
//! notebooks.

use std::error::Error;

use crate::python::{doc_of, document, fields, push};

const HEAD: &str = "\"\"\"The parts of a client, every call waiting for its answer. Generated.\"\"\"

from __future__ import annotations

import typing

from .core import *  # noqa: F401,F403


class _Part:
    def __init__(self, core, wait):
        self._core, self._wait = core, wait
";

struct Method<'m> {
    name: &'m str,
    waits: bool,
    /// `zone: ZoneId, pay: PayMethod = PayMethod.DEPOSIT`
    takes: String,
    /// `zone, pay`
    gives: String,
    answers: &'m str,
    doc: String,
}

/// The module beside the generated one.
///
/// # Errors
/// When the generator writes objects otherwise than they are read here.
pub fn parts(module: &str) -> Result<String, Box<dyn Error>> {
    let lines: Vec<&str> = module.lines().collect();
    let client = methods(&lines, "Client")?;
    let mut out = HEAD.to_owned();
    let mut reached = Vec::new();
    for accessor in &client {
        let part = methods(&lines, accessor.answers).unwrap_or_default();
        if part.iter().any(|method| method.waits) {
            push(&mut out, &format!("\n\nclass {}Part(_Part):", accessor.answers));
            document(&mut out, "    ", &accessor.doc);
            part.iter().for_each(|method| write(&mut out, method));
            reached.push(accessor.name);
        }
    }
    push(&mut out, "\n\nclass Parts:\n    \"\"\"A client, every call of its parts waiting for its answer.\"\"\"\n");
    push(&mut out, "    _core: Client");
    for method in &client {
        if reached.contains(&method.name) {
            let (name, part) = (method.name, method.answers);
            push(&mut out, &format!("\n    @property\n    def {name}(self) -> {part}Part:"));
            document(&mut out, "        ", &method.doc);
            push(&mut out, &format!("        return {part}Part(self._core.{name}(), self._wait)"));
        } else {
            write(&mut out, method);
        }
    }
    Ok(out)
}

fn write(out: &mut String, method: &Method<'_>) {
    let Method { name, waits, takes, gives, answers, doc } = method;
    let comma = if takes.is_empty() { "" } else { ", " };
    push(out, &format!("\n    def {name}(self{comma}{takes}) -> {answers}:"));
    document(out, "        ", doc);
    let call = format!("self._core.{name}({gives})");
    push(out, &if *waits { format!("        return self._wait({call})") } else { format!("        return {call}") });
}

/// What an object offers, in the order of the module.
fn methods<'m>(lines: &[&'m str], object: &str) -> Result<Vec<Method<'m>>, Box<dyn Error>> {
    let head = format!("class {object}({object}Protocol):");
    let start = lines.iter().position(|line| *line == head).ok_or_else(|| format!("no object {object}"))?;
    let body: Vec<&'m str> = lines
        .iter()
        .skip(start + 1)
        .take_while(|line| line.is_empty() || line.starts_with(' ') || line.starts_with("\"\"\""))
        .copied()
        .collect();
    let mut found = Vec::new();
    for (place, line) in body.iter().enumerate() {
        let (waits, rest) = match (line.strip_prefix("    async def "), line.strip_prefix("    def ")) {
            (Some(rest), _) => (true, rest),
            (None, Some(rest)) => (false, rest),
            (None, None) => continue,
        };
        let Some((name, rest)) = rest.split_once("(self, ") else { continue };
        if name.starts_with('_') {
            continue;
        }
        let (made, answers) = rest.rsplit_once(" -> ").ok_or_else(|| format!("no answer: {line}"))?;
        let made = format!("{made}:");
        let taken = fields(&made)?;
        let takes: Vec<String> = taken.iter().map(|field| format!("{}: {}", field.name, told(field.rest))).collect();
        let gives: Vec<&str> = taken.iter().map(|field| field.name.as_str()).collect();
        let answers = answers.trim_end_matches(':');
        let doc = doc_of(body.get(place + 1..).unwrap_or_default(), "        ");
        found.push(Method { name, waits, takes: takes.join(", "), gives: gives.join(", "), answers, doc });
    }
    Ok(found)
}

/// A type and its default as a reader expects them: nothing where the generator has a mark of its
/// own, and the deposit where nobody says how it is paid.
fn told(rest: &str) -> String {
    if rest == "PayMethod" {
        return "PayMethod = PayMethod.DEPOSIT".to_owned();
    }
    let made = rest.strip_prefix("typing.Union[object, ").and_then(|rest| rest.strip_suffix("] = _DEFAULT"));
    made.map_or_else(|| rest.to_owned(), |kind| format!("{kind} = None"))
}
