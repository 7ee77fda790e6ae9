//! Questions that are asked together and have one row at most become one statement: `SELECT a0.*,
//! a1.* FROM (VALUES (1)) ... LEFT JOIN LATERAL (...) a0 ON TRUE ...`. Each alone would cost a
//! start of the executor, an answer on the wire, and a turn of whoever waits for it; docs/adr/0009
//! has the numbers.
//!
//! All parts see the same state. So a question that locks is the last one of its statement: what is
//! asked after it is asked when its rows are held.

use std::fmt::Write as _;

use super::super::Value;
use super::super::row::Names;
use super::super::statement::{Ask, Lock};

/// The column before the columns of a part: 1 when its row was found.
const FOUND: &str = "|";

/// Questions of one statement.
#[derive(Debug)]
pub(super) struct Together<'a> {
    pub asks: Vec<&'a Ask>,
}

/// Puts neighbours together as far as their meaning stays.
pub(super) fn together(asks: &[Ask]) -> Vec<Together<'_>> {
    let mut groups: Vec<Together<'_>> = Vec::new();
    for ask in asks {
        match groups.last_mut() {
            Some(group) if group.takes(ask) => group.asks.push(ask),
            _ => groups.push(Together { asks: vec![ask] }),
        }
    }
    groups
}

impl Together<'_> {
    fn takes(&self, ask: &Ask) -> bool {
        let may_follow = |before: &&Ask| before.is_single && before.lock == Lock::None;
        ask.is_single && ask.lock != Lock::Subject && self.asks.iter().all(may_follow)
    }

    pub fn sql(&self) -> String {
        if let [alone] = self.asks.as_slice() {
            return alone.for_postgres();
        }
        let mut sql = String::with_capacity(self.asks.len() * 768);
        sql.push_str("SELECT ");
        for place in 0..self.asks.len() {
            let _ = write!(sql, "{}a{place}.*", if place == 0 { "" } else { ", " });
        }
        sql.push_str(" FROM (VALUES (1)) one (n)");
        let mut taken = 0;
        for (place, ask) in self.asks.iter().enumerate() {
            let text = ask.for_postgres();
            let _ = write!(sql, " LEFT JOIN LATERAL (SELECT 1 AS \"{FOUND}\", ");
            push_renumbered(&mut sql, text.strip_prefix("SELECT ").unwrap_or(&text), taken);
            let _ = write!(sql, ") a{place} ON TRUE");
            taken += ask.params.len();
        }
        sql
    }

    pub fn params(&self) -> impl Iterator<Item = &Value> {
        self.asks.iter().flat_map(|ask| &ask.params)
    }
}

/// Appends a text whose parameters begin after `taken` others.
fn push_renumbered(sql: &mut String, text: &str, taken: usize) {
    let mut pieces = text.split('$');
    sql.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let end = piece.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(piece.len());
        let (number, rest) = piece.split_at(end);
        let number: usize = number.parse().unwrap_or_default();
        let _ = write!(sql, "${}{rest}", number + taken);
    }
}

/// The names of the columns of each part of an answer, that before them left out; of a question
/// alone, all of them.
pub(super) fn parts(columns: &[tokio_postgres::Column]) -> Vec<Names> {
    let names: Vec<&str> = columns.iter().map(tokio_postgres::Column::name).collect();
    let parts = names.split(|name| *name == FOUND);
    let of_question = |part: &[&str]| part.iter().map(|name| Box::from(*name)).collect();
    // Before the first of several stands nothing.
    parts.skip(usize::from(names.first() == Some(&FOUND))).map(of_question).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]
    use super::*;
    use crate::find;

    crate::table! {
        struct Mark in "mark" { id: String, place: Option<i64> }
    }

    fn mark(id: &str) -> Ask {
        find!(Mark { id: id }).single().ask()
    }

    fn locked(id: &str) -> Ask {
        find!(Mark { id: id }).single().locking("mark").ask()
    }

    fn sizes(asks: &[Ask]) -> Vec<usize> {
        together(asks).iter().map(|group| group.asks.len()).collect()
    }

    #[test]
    fn what_is_asked_after_a_lock_is_asked_when_it_is_held() {
        assert_eq!(sizes(&[mark("a"), mark("b"), mark("c")]), [3]);
        assert_eq!(sizes(&[mark("a"), locked("b"), mark("c"), mark("d")]), [2, 2]);
        assert_eq!(sizes(&[locked("a"), locked("b")]), [1, 1]);
        assert_eq!(sizes(&[mark("a"), Ask::subject_lock("s"), mark("b")]), [1, 1, 1]);
    }

    #[test]
    fn what_may_have_several_rows_is_asked_alone() {
        let several = || find!(Mark { place: Some(7) }).ask();
        assert_eq!(sizes(&[mark("a"), several(), mark("b"), mark("c")]), [1, 1, 2]);
    }

    #[test]
    fn parameters_are_numbered_on() {
        let between =
            Ask::sql("SELECT id FROM mark WHERE place > $2 AND place < $1 AND id = $2||''", &[7.into(), 9.into()]);
        let asks = [mark("a"), Ask { is_single: true, ..between }];
        let group = &together(&asks)[0];
        let list = "mark.id AS \"mark.id\", mark.place AS \"mark.place\"";
        let first = format!("LEFT JOIN LATERAL (SELECT 1 AS \"|\", {list} FROM mark WHERE mark.id = $1) a0 ON TRUE");
        let second = "LEFT JOIN LATERAL (SELECT 1 AS \"|\", id FROM mark WHERE place > $3 AND place < $2 AND id = $3||'') a1 ON TRUE";
        assert_eq!(group.sql(), format!("SELECT a0.*, a1.* FROM (VALUES (1)) one (n) {first} {second}"));
        assert_eq!(group.params().cloned().collect::<Vec<_>>(), ["a".into(), 7.into(), 9.into()]);
    }
}
