//! Which operation a request asks for, and what stands in the places of its path.

use std::collections::BTreeMap;

use mesto_protocol::kernel::operation::Content;
use mesto_protocol::{Method, Problem, ProblemCode};
use percent_encoding::percent_decode_str;

use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::http::Request;
use crate::kernel::service::{Served, Service};

/// The operations of all services by path and method.
pub(crate) struct Router {
    paths: matchit::Router<&'static str>,
    served: BTreeMap<&'static str, Vec<&'static Served>>,
}

impl Router {
    /// # Errors
    /// Two paths that cannot be told apart.
    pub fn new(services: &[&'static Service]) -> Result<Self, String> {
        let mut served = BTreeMap::<&'static str, Vec<&'static Served>>::new();
        for one in services.iter().flat_map(|service| service.operations()) {
            served.entry(one.operation.path).or_default().push(one);
        }
        let mut paths = matchit::Router::new();
        for path in served.keys() {
            paths.insert(*path, *path).map_err(|error| format!("{path}: {error}"))?;
        }
        Ok(Self { paths, served })
    }

    /// The operation of a request and what stands in its path; 404 and 405 say what there is.
    pub fn find(&self, request: &Request) -> Outcome<(&'static Served, Vec<String>)> {
        let Some((served, path)) = self.matched(request) else {
            return refuse(
                ProblemCode::NotFound,
                "there is nothing at this address; /v1/openapi.json lists what there is",
            );
        };
        let asked = method(request);
        if let Some(served) = served.iter().find(|one| Some(one.operation.method) == asked) {
            return Ok((served, path));
        }
        let mut allowed: Vec<&str> = served.iter().map(|one| one.operation.method.as_str()).collect();
        if allowed.contains(&Method::Get.as_str()) {
            allowed.push("HEAD");
        }
        Err(Problem::new(ProblemCode::MethodNotAllowed, format!("this address takes {}", allowed.join(", ")))
            .with("allowed", allowed)
            .into())
    }

    fn matched(&self, request: &Request) -> Option<(&[&'static Served], Vec<String>)> {
        let found = self.paths.at(&request.path).ok()?;
        let decoded = found.params.iter().map(|(_, value)| decode(value)).collect::<Option<Vec<_>>>()?;
        Some((self.served.get(*found.value)?, decoded))
    }

    /// The pattern of a request's path, for logs: ids and plates do not stand in it.
    pub fn pattern(&self, request: &Request) -> &'static str {
        self.paths.at(&request.path).map_or("unknown", |found| *found.value)
    }

    /// Whether its operation takes a body, which is JSON in all of them.
    pub fn takes_json(&self, request: &Request) -> bool {
        self.find(request).is_ok_and(|(served, _)| !matches!(served.operation.body, Content::Nothing))
    }

    /// Whether an app that is too old for all else is answered.
    pub fn is_for_every_app(&self, request: &Request) -> bool {
        self.find(request).is_ok_and(|(served, _)| served.operation.is_for_every_app)
    }

    /// Longest body that a request may have, bytes.
    pub fn max_body(&self, request: &Request) -> usize {
        self.find(request).map_or(mesto_protocol::kernel::operation::MAX_BODY, |(served, _)| served.operation.max_body)
    }
}

/// The method of a request; HEAD asks for what GET would answer, without its body (RFC 9110
/// §9.3.2).
fn method(request: &Request) -> Option<Method> {
    match request.method.as_str() {
        "HEAD" => Some(Method::Get),
        name => Method::ALL.into_iter().find(|method| method.as_str() == name),
    }
}

/// A part of a path; `None` for a broken escape, bytes that are not UTF-8, control characters (no
/// id has them, and a database takes no zero byte), or nothing.
fn decode(part: &str) -> Option<String> {
    let is_whole = part.match_indices('%').all(|(at, _)| {
        part.get(at + 1..at + 3).is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
    });
    let text = percent_decode_str(part).decode_utf8().ok()?;
    (is_whole && !text.is_empty() && !text.contains(char::is_control)).then(|| text.into_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_part_of_a_path_is_decoded_and_broken_ones_are_nothing() {
        assert_eq!(decode("a%2Fb+c").as_deref(), Some("a/b+c"));
        assert_eq!(decode("%C5%A01").as_deref(), Some("Š1"));
        for broken in ["", "%", "%4", "%zz", "%+1", "%ff", "%00", "a%0ab", "%7f"] {
            assert_eq!(decode(broken), None, "{broken}");
        }
    }
}
