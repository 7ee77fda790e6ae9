//! What the table of operations promises: whatever is answered or refused stands in it.

use std::sync::OnceLock;

use mesto_operator::{Request, Response};
use mesto_protocol::headers;
use mesto_protocol::kernel::operation::{Content, Entry};
use mesto_protocol::openapi::conforms;
use mesto_protocol::services::{SERVICES, document, operations};
use serde_json::Value;

/// The operation of a request; `None` where there is none.
pub fn operation(request: &Request) -> Option<&'static Entry> {
    let is_at = |pattern: &str| {
        let (pattern, path): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), request.path.split('/').collect());
        let fits = |(part, given): (&&str, &&str)| part == given || (part.starts_with('{') && !given.is_empty());
        pattern.len() == path.len() && pattern.iter().zip(&path).all(fits)
    };
    let method = if request.method == "HEAD" { "GET" } else { &request.method };
    operations().find(|operation| operation.method.as_str() == method && is_at(operation.path))
}

/// Asserts that an answer is one that the table lists.
#[track_caller]
pub fn holds(request: &Request, response: &Response) {
    let name = format!("{} {}", request.method, request.path);
    assert!(response.get(headers::TIME).is_some(), "{name}: no clock");
    assert!(response.get(headers::REQUEST_ID).is_some_and(|id| id.starts_with("rq_")), "{name}: no request id");
    let operation = operation(request);
    if let Some(problem) = response.refusal() {
        assert!(problem.instance.is_some_and(|urn| urn.starts_with("urn:mesto:request:rq_")), "{name}: no instance");
        let listed = match operation {
            Some(operation) => operation.refusals(SERVICES).iter().map(|code| code.as_str()).collect(),
            None => vec!["not_found", "method_not_allowed", "client_too_old", "body_too_large"],
        };
        assert!(
            listed.contains(&problem.code.as_str()),
            "{name} is refused with {}, which the table does not list for it: {}",
            problem.code,
            problem.detail
        );
        return;
    }
    let operation = operation.unwrap_or_else(|| panic!("{name} is answered and stands in no table"));
    if response.status == 304 && operation.has_tag {
        return;
    }
    assert_eq!(response.status, operation.status, "{name}");
    if let Content::Json(schema) | Content::JsonOrStream(schema) = operation.answer {
        static DOCUMENT: OnceLock<Value> = OnceLock::new();
        let answer: Value = response.read().unwrap();
        assert_eq!(conforms(DOCUMENT.get_or_init(document), &(schema.name)(), &answer), Ok(()), "{name}: {answer}");
    }
}
