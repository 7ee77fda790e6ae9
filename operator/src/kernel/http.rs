//! A request and its answer, without a web framework.

use mesto_protocol::{Problem, ProblemCode, headers};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::kernel::text;

/// A request as it came in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, `DELETE`
    pub method: String,
    /// Without the query: `/v1/tickets`
    pub path: String,
    /// Without the question mark; empty when there is none.
    pub query: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Where it came from, for limits: an IP address.
    pub address: String,
}

impl Request {
    /// A request to `target`, a path with an optional query.
    #[must_use]
    pub fn new(method: &str, target: &str) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Self { method: method.into(), path: path.into(), query: query.into(), ..Self::default() }
    }

    /// With a header; its name in any case.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_ascii_lowercase(), value.into()));
        self
    }

    /// With `Authorization: Bearer <token>`.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// With an idempotency key.
    #[must_use]
    pub fn key(self, key: &str) -> Self {
        self.header(headers::IDEMPOTENCY_KEY, key)
    }

    /// With a JSON body.
    #[must_use]
    pub fn json(mut self, body: &impl Serialize) -> Self {
        self.body = serde_json::to_vec(body).unwrap_or_default();
        self
    }

    /// The value of a header, by its name in lower case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Whether a header stands there twice: something in between may have taken the other one.
    pub(crate) fn says_twice(&self, name: &str) -> bool {
        self.headers.iter().filter(|(known, _)| known == name).count() > 1
    }

    /// The token of `Authorization: Bearer <token>`; the scheme in any case (RFC 9110 §11.1).
    pub(crate) fn token(&self) -> Option<&str> {
        let (scheme, token) = self.get("authorization")?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_start())
    }

    /// A value of the query, decoded; the first when it stands there twice. One with control
    /// characters is none: nothing has them, and a database takes no zero byte.
    pub(crate) fn asked(&self, name: &str) -> Result<Option<String>, Problem> {
        let refused = |why: &str| Problem::new(ProblemCode::BadRequest, format!("the value of {name} {why}"));
        for pair in self.query.split('&') {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            if key == name {
                return match text::form_decode(value) {
                    Some(value) if value.contains(char::is_control) => Err(refused("has control characters")),
                    Some(value) => Ok(Some(value)),
                    None => Err(refused("is not URL-encoded UTF-8")),
                }
                .map_err(|problem| problem.with("field", name));
            }
        }
        Ok(None)
    }

    /// A number of the query.
    pub(crate) fn asked_number(&self, name: &str) -> Result<Option<i64>, Problem> {
        self.asked(name)?
            .map(|value| {
                value.parse().map_err(|_| {
                    Problem::new(ProblemCode::BadRequest, format!("{name} should be a number")).with("field", name)
                })
            })
            .transpose()
    }

    /// A value of the query that must be there.
    pub(crate) fn needed(&self, name: &str) -> Result<String, Problem> {
        self.asked(name)?
            .filter(|value| !value.is_empty())
            .ok_or_else(|| Problem::new(ProblemCode::BadRequest, format!("the query lacks {name}")).with("field", name))
    }

    /// The body as JSON of a type. A refusal names the field and what is expected there, never what
    /// was given.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        self.without_zero()?;
        let mut json = serde_json::Deserializer::from_slice(&self.body);
        let read = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let field = error.path().to_string();
            (field, error.into_inner())
        });
        let read = read.and_then(|value| json.end().map(|()| value).map_err(|error| (String::new(), error)));
        read.map_err(|(field, error)| {
            let detail = format!("the body is not the JSON expected here: {}", expected(&field, &error));
            let problem = Problem::new(ProblemCode::BadRequest, detail);
            if is_name(&field) { problem.with("field", field) } else { problem }
        })
    }
}

impl Request {
    /// Refuses a text with U+0000 anywhere in the body: no database of ours takes it, and no name
    /// or plate has it.
    fn without_zero(&self) -> Result<(), Problem> {
        // As JSON writes it; a backslash may also stand before a text of its own.
        if !self.body.windows(6).any(|six| six == br"\u0000") {
            return Ok(());
        }
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        match path_of_zero(&body, String::new()) {
            None => Ok(()),
            Some(path) => {
                let detail = format!("the text of `{path}` has the character U+0000");
                Err(Problem::new(ProblemCode::BadRequest, detail).with("field", path))
            }
        }
    }
}

/// Where a text with U+0000 stands, if one does: `items.0.subject`, or the name of a field that has
/// it itself.
fn path_of_zero(value: &Value, path: String) -> Option<String> {
    let below = |name: &str| match path.as_str() {
        "" => name.to_owned(),
        _ => format!("{path}.{name}"),
    };
    match value {
        Value::String(text) if text.contains('\0') => Some(path),
        Value::Array(items) => {
            items.iter().enumerate().find_map(|(place, item)| path_of_zero(item, below(&place.to_string())))
        }
        Value::Object(fields) => fields.iter().find_map(|(name, item)| match name.contains('\0') {
            true => Some(below(&name.replace('\0', "\u{fffd}"))),
            false => path_of_zero(item, below(name)),
        }),
        _ => None,
    }
}

/// Whether a Content-Type is JSON's, in UTF-8 where it names letters at all (RFC 8259 §8.1).
pub(crate) fn is_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    is_json
        && parts.all(|part| match part.split_once('=') {
            Some((name, letters)) if name.eq_ignore_ascii_case("charset") => {
                letters.trim_matches('"').eq_ignore_ascii_case("utf-8")
            }
            _ => true,
        })
}

/// Whether a path names a field, and not the body as a whole.
fn is_name(field: &str) -> bool {
    !field.is_empty() && field != "." && field != "?"
}

/// What is wrong with a body, without the values that stand in it.
fn expected(field: &str, error: &serde_json::Error) -> String {
    let place = format!("line {}, column {}", error.line(), error.column());
    if !error.is_data() {
        return format!("it is no JSON from {place} on");
    }
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(text, _)| text);
    let wanted = match text.split_once(", expected ") {
        Some((_, wanted)) => format!("expected {wanted}"),
        None => text.to_owned(),
    };
    if is_name(field) { format!("{field}: {wanted} ({place})") } else { format!("{wanted} ({place})") }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    /// An answer with a JSON body.
    #[must_use]
    pub fn json(status: u16, body: &impl Serialize) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => Self::stored(status, body),
            Err(error) => {
                Self::problem(&Problem::new(ProblemCode::Internal, format!("the answer has no JSON form: {error}")))
            }
        }
    }

    /// An answer without a body.
    #[must_use]
    pub fn empty() -> Self {
        Self { status: 204, headers: Vec::new(), body: Vec::new() }
    }

    /// A refusal.
    #[must_use]
    pub fn problem(problem: &Problem) -> Self {
        let mut response = Self::stored(problem.status, serde_json::to_vec(problem).unwrap_or_default());
        if let Some(seconds) = problem.params.get("retry_after_seconds").and_then(serde_json::Value::as_u64) {
            response.headers.push(("retry-after".into(), seconds.to_string()));
        }
        if problem.is(ProblemCode::Unauthorized) {
            response.headers.push(("www-authenticate".into(), "Bearer".into()));
        }
        if let Some(methods) = problem.params.get("allowed").filter(|_| problem.is(ProblemCode::MethodNotAllowed)) {
            let methods: Vec<&str> = methods.as_array().into_iter().flatten().filter_map(|one| one.as_str()).collect();
            response.headers.push(("allow".into(), methods.join(", ")));
        }
        response
    }

    /// A JSON body as it was first answered.
    pub(crate) fn stored(status: u16, body: Vec<u8>) -> Self {
        let kind = if status >= 400 { "application/problem+json" } else { "application/json" };
        let headers = if body.is_empty() { Vec::new() } else { vec![("content-type".into(), kind.into())] };
        Self { status, headers, body }
    }

    /// With a header; its name in lower case.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The value of a header, by its name in lower case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON of a type.
    ///
    /// # Errors
    /// When the body has another form.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.body)
    }

    /// The problem, when it is a refusal.
    #[must_use]
    pub fn refusal(&self) -> Option<Problem> {
        if self.status >= 400 { self.read().ok() } else { None }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use mesto_protocol::base::sign_in::CodeRequest;

    use super::*;

    fn refused(body: &str) -> Problem {
        Request { body: body.into(), ..Request::default() }.read::<CodeRequest>().unwrap_err()
    }

    #[test]
    fn json_is_told_from_what_is_none_by_its_content_type() {
        for json in ["application/json", "Application/JSON;charset=\"UTF-8\"", "application/json ; charset=utf-8 ; x=1"]
        {
            assert!(is_json(json), "{json}");
        }
        for other in ["", "text/plain", "application/jsonx", "application/json;charset=utf-16", "application/xml"] {
            assert!(!is_json(other), "{other}");
        }
    }

    #[test]
    fn a_body_of_another_form_is_told_its_field_and_never_its_values() {
        for (body, detail, field) in [
            (r#"{"phone": 381641234567}"#, "phone: expected a string (line 1, column 22)", Some("phone")),
            (r#"{"phone": "+381641234567", "language": ["secret"]}"#, "language: expected", Some("language")),
            ("{}", "missing field `phone`", None),
            (r#"{"phone": "+381641234567""#, "it is no JSON from line 1", None),
            (r#"{"phone": "+381641234567"} secret"#, "it is no JSON from line 1, column 28 on", None),
            ("\u{ff}", "it is no JSON from line 1", None),
            ("", "it is no JSON from line 1, column 0 on", None),
        ] {
            let problem = refused(body);
            assert!(problem.detail.contains(detail), "{body}: {}", problem.detail);
            assert!(!problem.detail.contains("secret") && !problem.detail.contains("381"), "{}", problem.detail);
            assert_eq!(problem.params.get("field").and_then(serde_json::Value::as_str), field, "{body}");
        }
    }
}
