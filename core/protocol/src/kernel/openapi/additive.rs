//! What an app of yesterday would miss in a document of today. `/v1` only grows: paths, optional
//! parameters, fields and kinds are added, nothing is taken away, renamed or narrowed.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Keys that are for people.
const PROSE: &[&str] = &[
    "description",
    "summary",
    "title",
    "info",
    "example",
    "examples",
    "operationId",
    "externalDocs",
    "tags",
    "servers",
];
/// Lists of alternatives: more of them is fine.
const ALTERNATIVES: &[&str] = &["enum", "oneOf", "anyOf", "tags", "type"];
/// New keys that only say more.
const HARMLESS: &[&str] = &["deprecated", "default", "format", "headers", "discriminator"];

/// What `new` removed or changed against `old`, one line each with its place; empty when a client
/// of `old` is served as before.
#[must_use]
pub fn additive(old: &Value, new: &Value) -> Vec<String> {
    let mut differences = Vec::new();
    // Which components a request is made of: there a new required field breaks, in an answer a
    // field no longer promised does.
    let mut asked = BTreeSet::new();
    for document in [old, new] {
        requests(document, document, &mut asked);
    }
    Comparison { asked: &asked, differences: &mut differences }.objects(&mut Vec::new(), old, new);
    differences
}

/// Names of the components that stand in a request's body.
fn requests(document: &Value, within: &Value, asked: &mut BTreeSet<String>) {
    match within {
        Value::Object(entries) => {
            for (key, value) in entries {
                if key == "requestBody" { references(document, value, asked) } else { requests(document, value, asked) }
            }
        }
        Value::Array(entries) => entries.iter().for_each(|value| requests(document, value, asked)),
        _ => {}
    }
}

fn references(document: &Value, within: &Value, asked: &mut BTreeSet<String>) {
    match within {
        Value::Object(entries) => {
            if let Some(name) =
                entries.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix("#/components/schemas/"))
                && asked.insert(name.to_owned())
                && let Some(schema) = document.pointer(&format!("/components/schemas/{name}"))
            {
                references(document, schema, asked);
            }
            entries.values().for_each(|value| references(document, value, asked));
        }
        Value::Array(entries) => entries.iter().for_each(|value| references(document, value, asked)),
        _ => {}
    }
}

struct Comparison<'a> {
    asked: &'a BTreeSet<String>,
    differences: &'a mut Vec<String>,
}

impl Comparison<'_> {
    fn say(&mut self, place: &[String], what: &str) {
        self.differences.push(format!("{}: {what}", place.join("/")));
    }

    fn objects(&mut self, place: &mut Vec<String>, old: &Value, new: &Value) {
        match (old, new) {
            (Value::Object(old), Value::Object(new)) => self.entries(place, old, new),
            (Value::Array(old), Value::Array(new)) => self.lists(place, old, new),
            // One type became a choice that still holds it.
            (Value::String(_), Value::Array(choice))
                if place.last().is_some_and(|key| key == "type") && choice.contains(old) => {}
            _ if old == new => {}
            _ => self.say(place, &format!("was {old}, is {new}")),
        }
    }

    fn entries(&mut self, place: &mut Vec<String>, old: &Map<String, Value>, new: &Map<String, Value>) {
        // Names of things, not words of the format: there "description" or "title" is a field like
        // another.
        let names = names_things(place);
        for (key, old) in old {
            if PROSE.contains(&key.as_str()) && !names {
                continue;
            }
            place.push(key.clone());
            match new.get(key) {
                Some(new) => self.objects(place, old, new),
                None => self.say(place, "was removed"),
            }
            place.pop();
        }
        for (key, value) in new {
            let says_more = PROSE.contains(&key.as_str()) || HARMLESS.contains(&key.as_str());
            if old.contains_key(key) || names || says_more || key == "properties" {
                continue;
            }
            place.push(key.clone());
            match (key.as_str(), value) {
                ("required", Value::Array(fields)) => fields.iter().for_each(|field| self.newly_required(place, field)),
                ("requestBody" | "content" | "components", _) => {}
                _ => self.say(place, "was added and narrows what was allowed"),
            }
            place.pop();
        }
    }

    fn lists(&mut self, place: &mut Vec<String>, old: &[Value], new: &[Value]) {
        match place.last().map(String::as_str) {
            Some("parameters") => self.parameters(place, old, new),
            Some("required") => {
                let asked = self.is_asked(place);
                for field in old.iter().filter(|field| !new.contains(field)) {
                    if !asked {
                        self.say(place, &format!("{field} is no longer promised"));
                    }
                }
                for field in new.iter().filter(|field| !old.contains(field)) {
                    self.newly_required(place, field);
                }
            }
            Some(key) if ALTERNATIVES.contains(&key) => {
                for gone in old.iter().filter(|one| !new.contains(one)) {
                    self.say(place, &format!("{} was removed or changed", short(gone)));
                }
            }
            _ if old == new => {}
            _ => self.say(place, "the list changed"),
        }
    }

    fn newly_required(&mut self, place: &[String], field: &Value) {
        if self.is_asked(place) {
            self.say(place, &format!("{field} is newly required in a request"));
        }
    }

    fn is_asked(&self, place: &[String]) -> bool {
        match place {
            [components, schemas, name, ..] if components == "components" && schemas == "schemas" => {
                self.asked.contains(name)
            }
            _ => place.iter().any(|key| key == "requestBody"),
        }
    }

    fn parameters(&mut self, place: &mut Vec<String>, old: &[Value], new: &[Value]) {
        let same = |one: &Value, other: &Value| ["name", "in", "$ref"].iter().all(|key| one.get(key) == other.get(key));
        for old in old {
            place.push(short(old));
            match new.iter().find(|new| same(old, new)) {
                // That a parameter is no longer required harms nobody.
                Some(new)
                    if old.get("required") == Some(&true.into()) && new.get("required") == Some(&false.into()) =>
                {
                    let mut new = new.clone();
                    if let Some(required) = new.get_mut("required") {
                        *required = true.into();
                    }
                    self.objects(place, old, &new);
                }
                Some(new) => self.objects(place, old, new),
                None => self.say(place, "was removed"),
            }
            place.pop();
        }
        for new in new.iter().filter(|new| !old.iter().any(|old| same(old, new))) {
            // A shared parameter is required unless it is the one every app may leave out.
            let shared = new.get("$ref").and_then(Value::as_str);
            let required =
                new.get("required") == Some(&true.into()) || shared.is_some_and(|path| !path.ends_with("/Client"));
            if required {
                place.push(short(new));
                self.say(place, "is newly required");
                place.pop();
            }
        }
    }
}

/// Whether the keys of the object at this place are names that somebody gave.
fn names_things(place: &[String]) -> bool {
    match place {
        [] => false,
        [components, _] if components == "components" => true,
        [.., last] => {
            matches!(
                last.as_str(),
                "properties" | "paths" | "responses" | "components" | "content" | "headers" | "$defs"
            ) || (matches!(place, [paths, _] if paths == "paths"))
        }
    }
}

fn short(value: &Value) -> String {
    let named = value.get("name").or_else(|| value.get("$ref")).and_then(Value::as_str);
    named.map_or_else(|| value.to_string().chars().take(80).collect(), str::to_owned)
}
