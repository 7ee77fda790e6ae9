//! What is wrong in a feed, and what is worth saying of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Errors that are told; the rest of a feed with more is as wrong as these.
const MOST: usize = 200;
/// Errors that are kept of one file before they are sorted.
const MOST_OF_A_FILE: usize = 2_000;
/// Letters of a value that are told.
const LONGEST_SHOWN: usize = 40;

/// What is wrong at a place of a feed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{file}, row {row}{}: {reason}", shown_field(field))]
pub struct FeedError {
    pub file: String,
    /// The line of the file; the one with the names of fields is 1.
    pub row: u32,
    /// Empty when the row or the file is meant.
    pub field: String,
    pub reason: String,
}

/// What is worth saying of a feed that can be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FeedNotice {
    pub file: String,
    /// The first row of which it is so.
    pub row: u32,
    pub field: String,
    pub notice: Notice,
}

/// Kinds of notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Notice {
    /// A field that the reference does not have; it is passed over.
    UnknownField,
    /// No rule for legs: every fare is unknown.
    NoLegRules,
    /// The rule is decided by the stop where the rider alights.
    NeedsAlightingStop,
    /// The rule is decided by the time at which the rider alights.
    NeedsAlightingTime,
    /// The limit is measured from or to an alighting.
    NeedsArrival,
    /// A product for several categories of riders, none of which is the default.
    NoDefaultCategory,
    /// A rule between the same groups, both empty, without `transfer_count`: taken as no limit.
    NoTransferCount,
    /// An area of a rule in which no stop lies: the rule never applies.
    AreaWithoutStops,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownField => "the reference has no such field; it is passed over",
            Self::NoLegRules => "no rule for legs: every fare is unknown",
            Self::NeedsAlightingStop => "cannot be decided where riders only tap on: it needs the stop of alighting",
            Self::NeedsAlightingTime => "cannot be decided where riders only tap on: it needs the time of alighting",
            Self::NeedsArrival => {
                "cannot always be measured where riders only tap on: the limit runs from or to an alighting"
            }
            Self::NoDefaultCategory => {
                "the product is for several rider categories, none of them the default: it is sold to named ones alone"
            }
            Self::NoTransferCount => "the rule is between equal groups and has no transfer_count: taken as no limit",
            Self::AreaWithoutStops => "no stop lies in this area: the rule never applies",
        })
    }
}

impl fmt::Display for FeedNotice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, row {}{}: {}", self.file, self.row, shown_field(&self.field), self.notice)
    }
}

fn shown_field(field: &str) -> String {
    if field.is_empty() { String::new() } else { format!(", {field}") }
}

/// A value as it is told.
pub(super) fn shown(value: &str) -> String {
    let short: String = value.chars().take(LONGEST_SHOWN).collect();
    let rest = if short.len() < value.len() { "…" } else { "" };
    format!("`{}{rest}`", short.escape_debug())
}

/// What was found so far.
#[derive(Default)]
pub(super) struct Problems {
    errors: Vec<FeedError>,
    /// Errors of each file.
    counts: BTreeMap<String, usize>,
    notices: BTreeSet<FeedNotice>,
    /// What is said once of a file and field: the file that is missing, the kind of a notice.
    said: BTreeSet<(String, String, String)>,
}

impl Problems {
    pub fn error(&mut self, file: &str, row: u32, field: &str, reason: String) {
        let count = self.counts.entry(file.to_owned()).or_default();
        *count += 1;
        if *count <= MOST_OF_A_FILE {
            let (file, field) = (file.to_owned(), shorter(field));
            self.errors.push(FeedError { file, row, field, reason });
        }
    }

    /// A reference into a file that the feed does not have, said once.
    pub fn missing(&mut self, file: &str, row: u32, field: &str, target: &str) {
        if self.said.insert((file.to_owned(), field.to_owned(), target.to_owned())) {
            self.error(file, row, field, format!("the field refers to {target}, which the feed does not have"));
        }
    }

    /// Said for the first row of a file and field.
    pub fn notice(&mut self, file: &str, row: u32, field: &str, notice: Notice) {
        if self.said.insert((file.to_owned(), field.to_owned(), format!("{notice:?}"))) {
            let (file, field) = (file.to_owned(), shorter(field));
            self.notices.insert(FeedNotice { file, row, field, notice });
        }
    }

    pub fn unknown_field(&mut self, file: &str, row: u32, field: &str) {
        self.notice(file, row, &shorter(field), Notice::UnknownField);
    }

    /// The errors, sorted, or the notices.
    pub fn done(mut self) -> Result<Vec<FeedNotice>, Vec<FeedError>> {
        if self.errors.is_empty() {
            return Ok(self.notices.into_iter().take(MOST).collect());
        }
        self.errors.sort();
        self.errors.dedup();
        self.errors.truncate(MOST);
        Err(self.errors)
    }
}

/// A name of a field as it is told.
fn shorter(field: &str) -> String {
    field.chars().filter(|sign| !sign.is_control()).take(LONGEST_SHOWN).collect()
}
