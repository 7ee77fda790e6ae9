//! Answers that are the same for everybody: made once and kept, made anew when they are too old.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::kernel::failure::Outcome;
use crate::kernel::http::{Request, Response};
use crate::kernel::text;

/// A client may ask again after so long, and mostly hears that nothing has changed.
const MAX_AGE: &str = "max-age=60";

/// An answer without what belongs to one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Made {
    pub content_type: &'static str,
    pub body: Vec<u8>,
    tag: String,
}

impl Made {
    /// `identity` is what the tag depends on: the same words signed again are the same answer.
    pub fn new(content_type: &'static str, body: impl Into<Vec<u8>>, identity: &[u8]) -> Self {
        let hash = text::sha256(identity);
        Self { content_type, body: body.into(), tag: format!("\"{}\"", hash.get(..16).unwrap_or(&hash)) }
    }

    /// Signed text.
    pub fn text(body: impl Into<Vec<u8>>, identity: &[u8]) -> Self {
        Self::new("text/plain; charset=utf-8", body, identity)
    }

    /// The answer to a request, which may know it already (RFC 9110 §13.1.2).
    pub fn answer(&self, request: &Request) -> Response {
        let is_known = request.get("if-none-match").is_some_and(|known| {
            known.split(',').map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == self.tag)
        });
        let response = if is_known {
            Response { status: 304, headers: Vec::new(), body: Vec::new() }
        } else {
            let headers = vec![("content-type".into(), self.content_type.into())];
            Response { status: 200, headers, body: self.body.clone() }
        };
        response.header("etag", self.tag.as_str()).header("cache-control", MAX_AGE)
    }
}

struct Held {
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    made: Arc<Made>,
}

/// Answers by what they are about: a name of the code's own and an id of the operator's own, so
/// that there are never many.
#[derive(Default)]
pub(crate) struct Kept(Mutex<BTreeMap<(&'static str, String), Held>>);

impl Kept {
    /// The kept answer, or what `make` gives, kept for so long. A clock that went back behind the
    /// making makes it anew.
    pub fn get(
        &self,
        (kind, id): (&'static str, &str),
        now: DateTime<Utc>,
        good_for: TimeDelta,
        make: impl FnOnce() -> Outcome<Made>,
    ) -> Outcome<Arc<Made>> {
        let key = (kind, id.to_owned());
        let held = |held: &Held| (held.from <= now && now < held.until).then(|| Arc::clone(&held.made));
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).and_then(held);
        if let Some(made) = known {
            return Ok(made);
        }
        // Not under the lock: two who come at once both make it, and both are right.
        let made = Arc::new(make()?);
        let until = now.checked_add_signed(good_for).unwrap_or(DateTime::<Utc>::MAX_UTC);
        let held = Held { from: now, until, made: Arc::clone(&made) };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, held);
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_answer_is_made_once_until_it_is_too_old_or_the_clock_went_back() {
        let kept = Kept::default();
        let start: DateTime<Utc> = "2025-09-03T08:00:00Z".parse().unwrap();
        let made = std::cell::Cell::new(0);
        let at = |seconds: i64| {
            let now = start + TimeDelta::seconds(seconds);
            let make = || {
                made.set(made.get() + 1);
                Ok(Made::text(made.get().to_string(), b"the same"))
            };
            let answer = kept.get(("city", "belgrade"), now, TimeDelta::hours(1), make).unwrap();
            String::from_utf8(answer.body.clone()).unwrap()
        };
        assert_eq!([at(0), at(3_599), at(3_600), at(3_601), at(-1), at(0)], ["1", "1", "2", "2", "3", "3"]);
        let another = kept.get(("city", "nis"), start, TimeDelta::hours(1), || Ok(Made::text("n", b"n"))).unwrap();
        assert_eq!(another.body, b"n");
    }

    #[test]
    fn who_knows_the_tag_is_told_that_nothing_changed() {
        let made = Made::text("signed", b"said");
        let tag = made.answer(&Request::new("GET", "/")).get("etag").unwrap().to_owned();
        let status = |known: &str| made.answer(&Request::new("GET", "/").header("if-none-match", known)).status;
        assert_eq!(
            [status(&tag), status(&format!("W/{tag}")), status(&format!("\"x\", {tag}")), status("*")],
            [304; 4]
        );
        assert_eq!([status("\"x\""), status(""), status(&tag.replace('"', ""))], [200; 3]);
    }
}
