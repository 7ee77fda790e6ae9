//! An operation's entry in the document.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::reference;
use crate::kernel::headers;
use crate::kernel::operation::{ALWAYS, Access, Content, Entry};
use crate::kernel::problem::ProblemCode;
use crate::kernel::service::Service;

/// The entry.
pub(super) fn operation(operation: &Entry, services: &[&Service]) -> Value {
    let mut entry = Map::new();
    entry.insert("summary".to_owned(), operation.summary.into());
    entry.insert("operationId".to_owned(), id(operation).into());
    entry.insert("parameters".to_owned(), parameters(operation));
    if !matches!(operation.body, Content::Nothing) {
        entry.insert("requestBody".to_owned(), json!({"required": true, "content": content(&operation.body)}));
    }
    let security = match operation.access {
        Access::Anybody => json!([]),
        Access::Provider => json!([{"bank": []}]),
        Access::SignedIn => json!([{"token": []}]),
        Access::Permitted(permission) => {
            entry.insert("x-permission".to_owned(), permission.as_str().into());
            json!([{"token": []}])
        }
    };
    entry.insert("security".to_owned(), security);
    entry.insert("responses".to_owned(), responses(operation, services));
    Value::Object(entry)
}

/// `post_v1_orders_order_payment`
#[must_use]
pub fn id(operation: &Entry) -> String {
    let path = operation.path.replace(|one: char| !one.is_ascii_alphanumeric(), "_");
    let mut words = vec![operation.method.as_str().to_ascii_lowercase()];
    words.extend(path.split('_').filter(|word| !word.is_empty()).map(str::to_owned));
    words.join("_")
}

fn parameters(operation: &Entry) -> Value {
    let mut parameters = vec![json!({"$ref": "#/components/parameters/Client"})];
    if operation.is_action {
        parameters.push(json!({"$ref": "#/components/parameters/IdempotencyKey"}));
    }
    for part in operation.path.split('/') {
        if let Some(name) = part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            let schema = match name {
                "key" => json!({"type": "string", "pattern": super::IDEMPOTENCY_KEY}),
                _ => json!({"type": "string"}),
            };
            parameters.push(json!({"name": name, "in": "path", "required": true, "schema": schema}));
        }
    }
    for asked in operation.query {
        // An empty text is as none.
        let schema = match asked.kind {
            "string" if asked.is_required => json!({"type": "string", "minLength": 1}),
            kind => json!({"type": kind}),
        };
        parameters.push(json!({"name": asked.name, "in": "query", "required": asked.is_required, "description": asked.meaning, "schema": schema}));
    }
    Value::Array(parameters)
}

fn responses(operation: &Entry, services: &[&Service]) -> Value {
    let mut responses = Map::new();
    let mut answers = vec![(operation.status, &operation.answer)];
    if operation.has_tag {
        answers.push((304, &Content::Nothing));
    }
    for (status, body) in answers {
        let mut response = json!({
            "description": meaning_of(status),
            "headers": {
                (headers::TIME): {"$ref": "#/components/headers/Time"},
                (headers::REQUEST_ID): {"$ref": "#/components/headers/RequestId"},
            },
        });
        if let (Some(response), false) = (response.as_object_mut(), matches!(body, Content::Nothing)) {
            response.insert("content".to_owned(), content(body));
        }
        responses.insert(status.to_string(), response);
    }
    for (status, codes) in refusals_by_status(operation, services) {
        let codes: Vec<String> = codes.iter().map(|code| format!("`{}` {}", code.as_str(), code.title())).collect();
        // A description may stand beside a reference (OpenAPI 3.1, Reference Object).
        let response = json!({"$ref": "#/components/responses/Problem", "description": codes.join(". ")});
        responses.insert(status.to_string(), response);
    }
    responses.insert("default".to_owned(), json!({"$ref": "#/components/responses/Problem"}));
    Value::Object(responses)
}

/// What it may be refused with, but for what anything may be refused with: the shared response says
/// that.
fn refusals_by_status(operation: &Entry, services: &[&Service]) -> BTreeMap<u16, Vec<ProblemCode>> {
    let mut by_status = BTreeMap::<u16, Vec<ProblemCode>>::new();
    for code in operation.refusals(services).into_iter().filter(|code| !ALWAYS.contains(code)) {
        by_status.entry(code.status()).or_default().push(code);
    }
    by_status
}

fn meaning_of(status: u16) -> &'static str {
    match status {
        201 => "Made",
        204 => "Done",
        304 => "Not changed since that ETag",
        _ => "The answer",
    }
}

fn content(body: &Content) -> Value {
    match body {
        Content::Nothing => json!({}),
        Content::Json(schema) => json!({"application/json": {"schema": reference(&(schema.name)())}}),
        Content::JsonOrStream(schema) => json!({
            "application/json": {"schema": reference(&(schema.name)())},
            "text/event-stream": {"schema": {"type": "string", "description": "`id` is the cursor, `event` the kind, `data` an Event, `retry` the milliseconds until to connect again."}},
        }),
        Content::Document => json!({"application/json": {"schema": {"type": "object"}}}),
        Content::Text => json!({"text/plain": {"schema": {"type": "string", "contentEncoding": "base64url"}}}),
    }
}
