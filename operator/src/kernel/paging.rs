//! Lists in pages, newest first: `{items, next}`, where `next` is the `cursor` of the following
//! one.

use std::str::FromStr;

use mesto_protocol::kernel::ids::RecordId;
use mesto_protocol::{Problem, ProblemCode};

use crate::kernel::http::Request;

const USUAL: i64 = 50;
const MOST: i64 = 200;

/// The page that a request asks for.
pub(crate) struct AskedPage<K> {
    /// Older than this one; the newest without it.
    pub before: Option<K>,
    limit: i64,
}

impl<K: RecordId> AskedPage<K> {
    /// The id of which all that are told are older.
    pub(crate) fn older_than(&self) -> String {
        // Sorts behind every id of its kind, in every collation.
        self.before.map_or_else(|| format!("{}_{}", K::PREFIX, "z".repeat(27)), |id| id.to_string())
    }
}

impl<K> AskedPage<K> {
    /// The first page, of so many.
    pub(crate) const fn newest(limit: i64) -> Self {
        Self { before: None, limit }
    }

    /// How many to read: one more than are told, which shows whether there is another page.
    pub(crate) const fn reads(&self) -> i64 {
        self.limit.saturating_add(1)
    }

    /// The page of what was read, and its `next`.
    pub(crate) fn page<T>(&self, mut read: Vec<T>, cursor: impl Fn(&T) -> String) -> (Vec<T>, Option<String>) {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = read.len() > limit;
        read.truncate(limit);
        let next = if more { read.last().map(cursor) } else { None };
        (read, next)
    }
}

impl<K: FromStr> AskedPage<K> {
    /// # Errors
    /// `bad_request` for a `cursor` that no page had, and for a `limit` that is no number.
    pub(crate) fn of(request: &Request) -> Result<Self, Problem> {
        let limit = request.asked_number("limit")?.unwrap_or(USUAL).clamp(1, MOST);
        let before = request.asked("cursor")?.map(|cursor| cursor.parse()).transpose().map_err(|_| {
            Problem::new(ProblemCode::BadRequest, "cursor should be `next` of the page before").with("field", "cursor")
        })?;
        Ok(Self { before, limit })
    }
}
