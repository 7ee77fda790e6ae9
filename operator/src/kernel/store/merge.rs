//! Writes that wait together become one statement for Postgres: `WITH w0 AS (INSERT ...), w1 AS
//! (UPDATE ...) DELETE ...`. Each alone would cost a snapshot, a start of the executor and an
//! answer on the wire; docs/adr/0009 has the numbers.
//!
//! All parts of such a statement see the same state and run in no promised order. So only those are
//! merged for which that makes no difference; [`Write::goes_with`] says which.

use std::fmt::Write as _;

use super::Value;
use super::statement::{Numbers, Write};

/// Most writes of one statement. A request has fewer; a long report would make a statement of its
/// own for each number of rows, which is prepared for nobody else.
const MOST: usize = 32;

/// Writes that are sent as one statement.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Merged<'a> {
    pub sql: String,
    pub params: Vec<&'a Value>,
    /// How many rows it has to change, when that matters.
    pub rows: Option<u64>,
}

/// Merges neighbours as far as their meaning stays.
pub(super) fn merge(waiting: &[Write]) -> Vec<Merged<'_>> {
    let mut groups: Vec<Vec<&Write>> = Vec::new();
    for write in waiting {
        match groups.last_mut() {
            Some(group) if group.len() < MOST && group.iter().all(|other| write.goes_with(other)) => group.push(write),
            _ => groups.push(vec![write]),
        }
    }
    groups.iter().map(|group| statement(group)).collect()
}

fn statement<'a>(group: &[&'a Write]) -> Merged<'a> {
    // Rows for one table are added by one part.
    let mut parts: Vec<Vec<&Write>> = Vec::new();
    for write in group {
        match parts.iter_mut().find(|part| part.iter().any(|first| write.adds_beside(first))) {
            Some(part) => part.push(write),
            None => parts.push(vec![write]),
        }
    }
    let mut sql = String::with_capacity(group.len() * 192);
    let mut numbers = Numbers { sign: '$', next: 1 };
    let mut params = Vec::new();
    let last = parts.len() - 1;
    for (place, part) in parts.iter().enumerate() {
        if place < last {
            let _ = write!(sql, "{} w{place} AS (", if place == 0 { "WITH" } else { "," });
        } else if place > 0 {
            sql.push(' ');
        }
        for (beside, write) in part.iter().enumerate() {
            if beside == 0 {
                write.push_text(&mut sql, &mut numbers);
            } else {
                sql.push_str(", ");
                write.push_values(&mut sql, &mut numbers);
            }
            params.extend(write.params());
        }
        if place < last {
            sql.push(')');
        }
    }
    let rows = group.first().and_then(|write| write.rows);
    Merged { sql, params, rows }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]
    use super::*;
    use crate::{delete, update};

    crate::table! {
        struct Leg in "leg" { entry: String, amount: i64 }
    }
    crate::table! {
        struct Account in "account" { id: String, seq: i64 }
    }

    fn leg(amount: i64) -> Write {
        Write::insert(Leg { entry: "le".into(), amount })
    }

    fn merged(writes: &[Write]) -> Vec<(String, usize)> {
        merge(writes).into_iter().map(|merged| (merged.sql, merged.params.len())).collect()
    }

    #[test]
    fn writes_to_different_tables_and_rows_that_are_only_added_become_one_statement() {
        let writes = [leg(1), update!(Account { id: "ac" } set { seq: 2 }), leg(-1)];
        let sql = "WITH w0 AS (INSERT INTO leg (entry, amount) VALUES ($1, $2), ($3, $4)) UPDATE account SET seq = $5 WHERE account.id = $6";
        assert_eq!(merged(&writes), [(sql.to_owned(), 6)]);
        let values: Vec<_> = merge(&writes)[0].params.iter().map(|value| (*value).clone()).collect();
        assert_eq!(values, ["le".into(), 1.into(), "le".into(), (-1).into(), 2.into(), "ac".into()]);
    }

    #[test]
    fn a_statement_has_no_more_writes_than_are_prepared_again() {
        let writes: Vec<Write> = (0..70).map(leg).collect();
        let params: Vec<usize> = merged(&writes).into_iter().map(|(_, params)| params).collect();
        assert_eq!(params, [64, 64, 12]);
    }

    #[test]
    fn a_write_alone_stays_as_it_is() {
        let sql = "DELETE FROM leg WHERE leg.entry = $1";
        assert_eq!(merged(&[delete!(Leg { entry: "le" })]), [(sql.to_owned(), 1)]);
    }

    #[test]
    fn what_could_see_or_meet_another_write_is_never_merged_with_it() {
        let update = || update!(Account { id: "ac" } set { seq: 2 });
        let apart = [
            // The same row, perhaps.
            [update(), update()],
            [leg(1), delete!(Leg { entry: "le" })],
            [delete!(Leg { entry: "le" }), leg(1)],
            // Looks into other tables, perhaps.
            [leg(1), Write::sql("account", "DELETE FROM account WHERE id IN (SELECT entry FROM leg)", &[])],
            // Its count is wanted.
            [leg(1), update().expecting(1)],
        ];
        for pair in &apart {
            assert_eq!(merge(pair).len(), 2, "{pair:?}");
        }
        let expected: Vec<_> = merge(&[leg(1), update().expecting(1)]).iter().map(|merged| merged.rows).collect();
        assert_eq!(expected, [None, Some(1)]);
    }
}
