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

/// Writes that are sent as one statement: its parts, each of rows that are added to one table, or
/// of one other write.
#[derive(Debug)]
pub(super) struct Merged<'a> {
    parts: Vec<Vec<&'a Write>>,
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
    groups.into_iter().map(Merged::of).collect()
}

impl<'a> Merged<'a> {
    fn of(group: Vec<&'a Write>) -> Self {
        let rows = group.first().and_then(|write| write.rows);
        let mut parts: Vec<Vec<&Write>> = Vec::new();
        for write in group {
            match parts.iter_mut().find(|part| part.iter().any(|first| write.adds_beside(first))) {
                Some(part) => part.push(write),
                None => parts.push(vec![write]),
            }
        }
        Self { parts, rows }
    }

    /// What its text is made of: as long as the text is dear to make, it is found by this. Nothing
    /// for a text that its writer made.
    pub fn shape(&self) -> Option<Shape> {
        let mut shape = Vec::with_capacity(64);
        self.parts.iter().flatten().all(|write| write.push_shape(&mut shape)).then_some(Shape(shape))
    }

    /// Its values in the order of their numbers.
    pub fn params(&self) -> impl Iterator<Item = &'a Value> {
        self.parts.iter().flatten().flat_map(|write| write.params())
    }

    pub fn sql(&self) -> String {
        let mut sql = String::with_capacity(self.parts.len() * 256);
        let mut numbers = Numbers { sign: '$', next: 1 };
        let last = self.parts.len() - 1;
        for (place, part) in self.parts.iter().enumerate() {
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
            }
            if place < last {
                sql.push(')');
            }
        }
        sql
    }
}

/// Tables, columns and kinds of the writes of a statement, by where their names stand in memory:
/// two of the same shape have the same text.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Shape(Vec<usize>);

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
    crate::table! {
        struct Mark in "mark" { id: String, place: Option<i64> }
    }

    fn leg(amount: i64) -> Write {
        Write::insert(Leg { entry: "le".into(), amount })
    }

    fn merged(writes: &[Write]) -> Vec<(String, usize)> {
        merge(writes).into_iter().map(|merged| (merged.sql(), merged.params().count())).collect()
    }

    #[test]
    fn writes_to_different_tables_and_rows_that_are_only_added_become_one_statement() {
        let writes = [leg(1), update!(Account { id: "ac" } set { seq: 2 }), leg(-1)];
        let sql = "WITH w0 AS (INSERT INTO leg (entry, amount) VALUES ($1, $2), ($3, $4)) UPDATE account SET seq = $5 WHERE account.id = $6";
        assert_eq!(merged(&writes), [(sql.to_owned(), 6)]);
        let values: Vec<_> = merge(&writes)[0].params().cloned().collect();
        assert_eq!(values, ["le".into(), 1.into(), "le".into(), (-1).into(), 2.into(), "ac".into()]);
    }

    #[test]
    fn statements_of_one_shape_have_one_text_and_others_another() {
        let groups = [
            vec![leg(1)],
            vec![leg(1), leg(2)],
            vec![leg(1), update!(Mark { place: Some(1) } set { id: "a" })],
            vec![leg(1), update!(Mark { place: None::<i64> } set { id: "a" })],
            vec![leg(1), update!(Mark { id: "a" } set { id: "b" })],
            vec![leg(1), update!(Mark { id: "a" } set { place: None::<i64> })],
            vec![delete!(Leg { entry: "le" })],
            vec![delete!(Leg { amount: 1 })],
            vec![delete!(Account { id: "ac" }), leg(1)],
        ];
        let made = |group: &Vec<Write>| -> (Option<Shape>, String) {
            let merged = merge(group);
            (merged[0].shape(), merged[0].sql())
        };
        for (place, group) in groups.iter().enumerate() {
            for (other_place, other) in groups.iter().enumerate() {
                let ((shape, sql), (other, other_sql)) = (made(group), made(other));
                assert!(shape.is_some());
                assert_eq!(
                    (shape == other, sql == other_sql),
                    (place == other_place, place == other_place),
                    "{sql}, {other_sql}"
                );
            }
        }
        assert_eq!(made(&vec![leg(1)]), made(&vec![leg(-7)]));
        assert_eq!(made(&vec![Write::sql("leg", "DELETE FROM leg", &[])]).0, None);
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
