//! Whether a JSON value is what the document says: the part of JSON Schema 2020-12 that the
//! document uses. For contract tests.

use serde_json::Value;

/// Checks `value` against a schema of the document's components, by name.
///
/// # Errors
/// The first thing that does not fit, with its place: `Zones/zones/0: 1 is not of type object`.
pub fn conforms(document: &Value, name: &str, value: &Value) -> Result<(), String> {
    let schema = document.pointer(&format!("/components/schemas/{name}"));
    let schema = schema.ok_or_else(|| format!("{name}: the document has no such schema"))?;
    check(document, schema, value, name)
}

fn check(document: &Value, schema: &Value, value: &Value, place: &str) -> Result<(), String> {
    let Some(words) = schema.as_object() else { return Ok(()) };
    for (word, says) in words {
        match word.as_str() {
            "$ref" => {
                let target = says.as_str().and_then(|path| document.pointer(path.trim_start_matches('#')));
                check(document, target.ok_or_else(|| format!("{place}: {says} leads nowhere"))?, value, place)?;
            }
            "type" => {
                let one = |kind: &Value| kind.as_str().is_some_and(|kind| is_of_type(kind, value));
                if !says.as_array().map_or_else(|| one(says), |kinds| kinds.iter().any(one)) {
                    return Err(format!(
                        "{place}: {value} is not of type {}",
                        says.as_str().unwrap_or(&says.to_string())
                    ));
                }
            }
            "enum" if !says.as_array().is_some_and(|all| all.contains(value)) => {
                return Err(format!("{place}: {value} is not one of {says}"));
            }
            "const" if says != value => return Err(format!("{place}: {value} is not {says}")),
            "not" if check(document, says, value, place).is_ok() => {
                return Err(format!("{place}: {value} is excluded"));
            }
            "allOf" => {
                for part in says.as_array().into_iter().flatten() {
                    check(document, part, value, place)?;
                }
            }
            "oneOf" | "anyOf" => {
                let outcomes = says.as_array().into_iter().flatten().map(|part| check(document, part, value, place));
                let (good, bad): (Vec<_>, Vec<_>) = outcomes.partition(Result::is_ok);
                if good.is_empty() || (word == "oneOf" && good.len() > 1) {
                    let why: Vec<String> = bad.into_iter().filter_map(Result::err).collect();
                    return Err(format!("{place}: {} of {word} fit; {}", good.len(), why.join("; ")));
                }
            }
            "required" => {
                for field in says.as_array().into_iter().flatten().filter_map(Value::as_str) {
                    if value.is_object() && value.get(field).is_none() {
                        return Err(format!("{place}: `{field}` is missing"));
                    }
                }
            }
            "properties" => {
                for (field, schema) in says.as_object().into_iter().flatten() {
                    if let Some(value) = value.get(field) {
                        check(document, schema, value, &format!("{place}/{field}"))?;
                    }
                }
            }
            "items" => {
                for (at, value) in value.as_array().into_iter().flatten().enumerate() {
                    check(document, says, value, &format!("{place}/{at}"))?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn is_of_type(kind: &str, value: &Value) -> bool {
    match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        _ => false,
    }
}
