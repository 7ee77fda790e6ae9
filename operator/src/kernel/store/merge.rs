//! Writes that wait together become one statement: `WITH w0 AS (INSERT ...), w1 AS (...) SELECT ...`. Each would cost a snapshot,
//! a start of the executor and an answer on the wire of its own; a purchase has nine.
//!
//! All parts of such a statement see the same state and run in no promised order. So only those are merged for which that makes no
//! difference: none reads what another one may have written, and a table is written twice only by plain inserts.

use std::fmt::Write as _;

use tokio_postgres::error::SqlState;

use super::Write;

/// What Postgres says when a write changed another number of rows than it had to.
pub(super) const WRONG_COUNT: SqlState = SqlState::DIVISION_BY_ZERO;

/// Writes that are sent as one statement, in the order of their values.
pub(super) struct Merged<'a> {
    pub sql: String,
    pub members: Vec<&'a Write>,
}

/// Merges neighbours as far as their meaning stays.
pub(super) fn merge(waiting: &[Write]) -> Vec<Merged<'_>> {
    let mut groups: Vec<Vec<(&Write, Part<'_>)>> = Vec::new();
    for write in waiting {
        let part = Part::of(&write.line.sql);
        match groups.last_mut() {
            Some(group) if group.iter().all(|(_, other)| part.goes_with(other)) => group.push((write, part)),
            _ => groups.push(vec![(write, part)]),
        }
    }
    groups
        .into_iter()
        .map(|group| {
            let members: Vec<&Write> = group.into_iter().map(|(write, _)| write).collect();
            Merged { sql: text(&members), members }
        })
        .collect()
}

/// What a statement touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part<'a> {
    table: &'a str,
    /// Adds rows and looks at none, not even to see whether one is there already.
    is_plain_insert: bool,
    /// Looks into other tables.
    reads_others: bool,
}

impl<'a> Part<'a> {
    fn of(sql: &'a str) -> Self {
        let mut words = sql.split_ascii_whitespace();
        let verb = words.next().unwrap_or_default();
        let table = match verb {
            "UPDATE" => words.next(),
            // INSERT INTO, DELETE FROM
            _ => words.nth(1),
        };
        let reads_others = sql.contains("SELECT") || !["INSERT", "UPDATE", "DELETE"].contains(&verb);
        Self {
            table: table.unwrap_or_default(),
            is_plain_insert: verb == "INSERT" && !reads_others && !sql.contains("ON CONFLICT"),
            reads_others,
        }
    }

    fn goes_with(&self, other: &Self) -> bool {
        let apart = self.table != other.table || (self.is_plain_insert && other.is_plain_insert);
        apart && !self.reads_others && !other.reads_others
    }
}

/// The one statement: parameters numbered through. A count that is not as it has to be divides by zero ([`WRONG_COUNT`]), so that a
/// commit sent along does not happen.
fn text(members: &[&Write]) -> String {
    if let [Write { line, rows: None }] = members {
        return line.sql.clone();
    }
    let mut text = String::with_capacity(members.iter().map(|write| write.line.sql.len() + 16).sum());
    let (mut before, mut counts) = (0, String::new());
    for (place, write) in members.iter().enumerate() {
        let _ = write!(text, "{} w{place} AS (", if place == 0 { "WITH" } else { "," });
        before += renumber(&mut text, &write.line.sql, before);
        if let Some(rows) = write.rows {
            text.push_str(" RETURNING 1");
            let _ = write!(counts, " / CASE (SELECT COUNT(*) FROM w{place}) WHEN {rows} THEN 1 ELSE 0 END");
        }
        text.push(')');
    }
    let _ = write!(text, " SELECT 1{counts}");
    text
}

/// Appends `sql` with `$1` as `$1 + before`; returns its highest number.
fn renumber(text: &mut String, sql: &str, before: usize) -> usize {
    let mut highest = 0;
    let mut pieces = sql.split('$');
    text.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        let digits = piece.len() - piece.trim_start_matches(|sign: char| sign.is_ascii_digit()).len();
        let (number, rest) = piece.split_at(digits);
        let number: usize = number.parse().unwrap_or(0);
        highest = highest.max(number);
        let _ = write!(text, "${}{rest}", number + before);
    }
    highest
}

#[cfg(test)]
mod tests {
    use super::super::Line;
    use super::*;

    fn waiting(sql: &str, rows: Option<u64>) -> Write {
        Write { line: Line::of(sql, &[]), rows }
    }

    fn merged(writes: &[Write]) -> Vec<String> {
        merge(writes).into_iter().map(|merged| merged.sql).collect()
    }

    #[test]
    fn plain_inserts_become_one_statement_with_parameters_numbered_through() {
        let writes = [
            waiting("INSERT INTO ledger_leg (entry, book) VALUES ($1, $2)", None),
            waiting("INSERT INTO ledger_leg (entry, book) VALUES ($1, $2)", None),
            waiting("UPDATE account SET seq = $2, deposit = $3 WHERE id = $1", None),
        ];
        assert_eq!(
            merged(&writes),
            [
                "WITH w0 AS (INSERT INTO ledger_leg (entry, book) VALUES ($1, $2)), w1 AS (INSERT INTO ledger_leg (entry, book) VALUES ($3, $4)), w2 AS (UPDATE account SET seq = $6, deposit = $7 WHERE id = $5) SELECT 1"
            ]
        );
    }

    #[test]
    fn a_statement_alone_stays_as_it_is_unless_its_count_matters() {
        let plain = "DELETE FROM due WHERE kind = $1 AND reference = $2";
        assert_eq!(merged(&[waiting(plain, None)]), [plain]);
        assert_eq!(
            merged(&[waiting("UPDATE stay SET version = $10 WHERE version = $1", Some(2))]),
            [
                "WITH w0 AS (UPDATE stay SET version = $10 WHERE version = $1 RETURNING 1) SELECT 1 / CASE (SELECT COUNT(*) FROM w0) WHEN 2 THEN 1 ELSE 0 END"
            ]
        );
    }

    #[test]
    fn what_could_see_or_meet_another_write_is_never_merged_with_it() {
        let apart = [
            // The same row, perhaps.
            ["UPDATE account SET seq = $1", "UPDATE account SET deposit = $1"],
            ["INSERT INTO due (kind) VALUES ($1)", "DELETE FROM due WHERE kind = $1"],
            ["INSERT INTO due (kind) VALUES ($1)", "INSERT INTO due (kind) VALUES ($1) ON CONFLICT (kind) DO NOTHING"],
            // Reads what the first one wrote.
            ["DELETE FROM ticket WHERE id = $1", "DELETE FROM ticket_plate WHERE ticket IN (SELECT id FROM ticket)"],
            ["DELETE FROM ticket_plate WHERE ticket IN (SELECT id FROM ticket)", "DELETE FROM ticket WHERE id = $1"],
        ];
        for pair in apart {
            assert_eq!(merged(&pair.map(|sql| waiting(sql, None))), pair);
        }
    }
}
