//! Statements by what they are: a read, a read that locks, or a write of one kind to one table.
//! What may be sent together, and what a database needs not be told at all, follows from that and
//! not from the words of SQL.

use std::fmt::Write as _;
use std::marker::PhantomData;

use super::Value;
use super::row::{Columns, Table};

/// A question to the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    pub(super) sql: String,
    pub(super) params: Vec<Value>,
    pub(super) lock: Lock,
}

/// What is held until the transaction ends. SQLite has one writer and needs none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lock {
    None,
    /// The rows of a table that are found.
    Rows(&'static str),
    /// Those of them that nobody else holds.
    FreeRows(&'static str),
    /// Nothing is read: a subject that is no row.
    Subject,
}

impl Ask {
    /// A question in SQL, which must only read.
    #[must_use]
    pub fn sql(sql: &str, params: &[Value]) -> Self {
        Self { sql: sql.to_owned(), params: params.to_vec(), lock: Lock::None }
    }

    /// Its text, without its values.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.sql
    }

    /// Locks something that has no row of its own, by a name; see
    /// `crate::kernel::account::Subject`.
    pub(crate) fn subject_lock(name: &str) -> Self {
        Self {
            sql: "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))".into(),
            params: vec![name.into()],
            lock: Lock::Subject,
        }
    }

    pub(super) fn for_postgres(&self) -> String {
        match self.lock {
            Lock::None | Lock::Subject => self.sql.clone(),
            Lock::Rows(table) => format!("{} FOR NO KEY UPDATE OF {table}", self.sql),
            Lock::FreeRows(table) => format!("{} FOR NO KEY UPDATE OF {table} SKIP LOCKED", self.sql),
        }
    }

    /// Nothing when it only locks. SQLite takes `$3` for a name, whose place is the order of its
    /// first appearance; `?3` is 3.
    pub(super) fn for_sqlite(&self) -> Option<String> {
        (self.lock != Lock::Subject).then(|| self.sql.replace('$', "?"))
    }
}

/// A question whose answer's rows are `T`.
#[derive(Debug)]
pub struct Select<T> {
    ask: Ask,
    row: PhantomData<fn() -> T>,
}

impl<T: Columns> Select<T> {
    /// `SELECT <what T names>`, and the rest of the statement: `FROM ticket WHERE ticket.account =
    /// $1`.
    #[must_use]
    pub fn of(rest: &str, params: &[Value]) -> Self {
        let mut sql = String::with_capacity(1024);
        sql.push_str("SELECT ");
        T::list(&mut sql);
        sql.truncate(sql.len() - 2);
        sql.push(' ');
        sql.push_str(rest);
        Self { ask: Ask { sql, params: params.to_vec(), lock: Lock::None }, row: PhantomData }
    }

    /// The rows of this table stay locked until the transaction ends; others who want them wait.
    #[must_use]
    pub const fn locking(mut self, table: &'static str) -> Self {
        self.ask.lock = Lock::Rows(table);
        self
    }

    /// Like [`Select::locking`], without the rows that somebody else holds.
    #[must_use]
    pub const fn locking_free(mut self, table: &'static str) -> Self {
        self.ask.lock = Lock::FreeRows(table);
        self
    }

    /// To be sent with others.
    #[must_use]
    pub fn ask(self) -> Ask {
        self.ask
    }
}

impl<T: Table> Select<T> {
    /// The rows of its table with these values; [`find!`](crate::find) makes it.
    #[must_use]
    pub fn by(columns: Named) -> Self {
        let mut rest = format!("FROM {}", T::NAME);
        let mut numbers = Numbers { sign: '$', next: 1 };
        push_condition(&mut rest, T::NAME, &columns, &mut numbers);
        let params: Vec<Value> = given(&columns).cloned().collect();
        Self::of(&rest, &params)
    }
}

/// A write of one kind to one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    pub(super) table: &'static str,
    kind: Kind,
    /// How many rows it has to change, when that matters.
    pub(super) rows: Option<u64>,
}

type Named = Vec<(&'static str, Value)>;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// Adds a row and looks at none: one with the same key is a collision.
    Insert { columns: &'static [&'static str], values: Vec<Value> },
    /// Changes the rows with these values.
    Update { by: Named, set: Named },
    /// Removes the rows with these values.
    Delete { by: Named },
    /// Anything else: it may look into other tables.
    Sql { sql: String, params: Vec<Value> },
}

impl Write {
    /// Adds a row.
    #[must_use]
    pub fn insert<T: Table>(row: T) -> Self {
        Self { table: T::NAME, kind: Kind::Insert { columns: T::COLUMNS, values: row.into_values() }, rows: None }
    }

    /// See [`update!`](crate::update).
    #[must_use]
    pub const fn update<T: Table>(by: Named, set: Named) -> Self {
        Self { table: T::NAME, kind: Kind::Update { by, set }, rows: None }
    }

    /// See [`delete!`](crate::delete).
    #[must_use]
    pub const fn delete<T: Table>(by: Named) -> Self {
        Self { table: T::NAME, kind: Kind::Delete { by }, rows: None }
    }

    /// A statement that is more than rows by their values. It is sent alone.
    #[must_use]
    pub fn sql(table: &'static str, sql: &str, params: &[Value]) -> Self {
        Self { table, kind: Kind::Sql { sql: sql.to_owned(), params: params.to_vec() }, rows: None }
    }

    /// It has to change so many rows. Any other count means that somebody else was faster: the
    /// transaction is not committed and runs again.
    #[must_use]
    pub const fn expecting(mut self, rows: u64) -> Self {
        self.rows = Some(rows);
        self
    }

    /// The table it writes, and whether it adds a row.
    #[must_use]
    pub const fn target(&self) -> (&'static str, bool) {
        (self.table, matches!(self.kind, Kind::Insert { .. }))
    }

    /// The value of a column in a row that is added.
    pub(crate) fn value(&self, column: &str) -> Option<&Value> {
        let Kind::Insert { columns, values } = &self.kind else { return None };
        columns.iter().zip(values).find(|(name, _)| **name == column).map(|(_, value)| value)
    }

    /// Whether both mean the same in whatever order they run, each seeing only what was there
    /// before: rows of different tables, or rows that are only added.
    pub(super) fn goes_with(&self, other: &Self) -> bool {
        let are_simple =
            [self, other].iter().all(|write| write.rows.is_none() && !matches!(write.kind, Kind::Sql { .. }));
        let are_inserts = matches!((&self.kind, &other.kind), (Kind::Insert { .. }, Kind::Insert { .. }));
        are_simple && (self.table != other.table || are_inserts)
    }

    /// Whether both add rows to the same table, so that one statement can add them.
    pub(super) fn adds_beside(&self, other: &Self) -> bool {
        self.table == other.table && matches!((&self.kind, &other.kind), (Kind::Insert { .. }, Kind::Insert { .. }))
    }

    /// Its values in the order of their numbers.
    pub(super) fn params(&self) -> Vec<&Value> {
        match &self.kind {
            Kind::Insert { values, .. } => values.iter().collect(),
            Kind::Update { by, set } => set.iter().map(|(_, value)| value).chain(given(by)).collect(),
            Kind::Delete { by } => given(by).collect(),
            Kind::Sql { params, .. } => params.iter().collect(),
        }
    }

    /// Appends what its text is made of; `false` for a text of its own.
    pub(super) fn push_shape(&self, shape: &mut Vec<usize>) -> bool {
        let mut push = |kind: usize, names: &mut dyn Iterator<Item = (&'static str, bool)>| {
            shape.extend([kind, self.table.as_ptr().addr(), self.table.len()]);
            for (name, is_given) in names {
                shape.extend([name.as_ptr().addr(), name.len(), is_given.into()]);
            }
        };
        let named = |(name, _): &(&'static str, Value)| (*name, true);
        let compared = |(name, value): &(&'static str, Value)| (*name, *value != Value::Null);
        match &self.kind {
            Kind::Insert { columns, .. } => push(1, &mut columns.iter().map(|name| (*name, true))),
            Kind::Update { by, set } => {
                push(2, &mut set.iter().map(named));
                push(3, &mut by.iter().map(compared));
            }
            Kind::Delete { by } => push(4, &mut by.iter().map(compared)),
            Kind::Sql { .. } => return false,
        }
        true
    }

    /// Appends its text, parameters written with the next numbers.
    pub(super) fn push_text(&self, sql: &mut String, numbers: &mut Numbers) {
        let table = self.table;
        match &self.kind {
            Kind::Insert { columns, .. } => {
                let _ = write!(sql, "INSERT INTO {table} ({}) VALUES ", columns.join(", "));
                self.push_values(sql, numbers);
            }
            Kind::Update { by, set } => {
                let _ = write!(sql, "UPDATE {table} SET ");
                for (place, (column, _)) in set.iter().enumerate() {
                    let _ = write!(sql, "{}{column} = ", if place == 0 { "" } else { ", " });
                    numbers.push(sql);
                }
                push_condition(sql, table, by, numbers);
            }
            Kind::Delete { by } => {
                let _ = write!(sql, "DELETE FROM {table}");
                push_condition(sql, table, by, numbers);
            }
            Kind::Sql { sql: text, .. } => sql.push_str(&text.replace('$', numbers.sign.encode_utf8(&mut [0; 4]))),
        }
    }

    /// Appends the values of an insert: `($1, $2)`.
    pub(super) fn push_values(&self, sql: &mut String, numbers: &mut Numbers) {
        let Kind::Insert { values, .. } = &self.kind else { return };
        for place in 0..values.len() {
            sql.push_str(if place == 0 { "(" } else { ", " });
            numbers.push(sql);
        }
        sql.push(')');
    }

    pub(super) fn for_sqlite(&self) -> String {
        let mut sql = String::with_capacity(256);
        self.push_text(&mut sql, &mut Numbers { sign: '?', next: 1 });
        sql
    }
}

/// Numbers of parameters: `$1`, `$2` for Postgres, `?1`, `?2` for SQLite.
pub(super) struct Numbers {
    pub sign: char,
    pub next: usize,
}

impl Numbers {
    fn push(&mut self, sql: &mut String) {
        let _ = write!(sql, "{}{}", self.sign, self.next);
        self.next += 1;
    }
}

fn push_condition(sql: &mut String, table: &str, by: &[(&'static str, Value)], numbers: &mut Numbers) {
    for (place, (column, value)) in by.iter().enumerate() {
        let _ = write!(sql, " {} {table}.{column}", if place == 0 { "WHERE" } else { "AND" });
        if *value == Value::Null {
            sql.push_str(" IS NULL");
        } else {
            sql.push_str(" = ");
            numbers.push(sql);
        }
    }
}

/// The values of a condition that are compared; an absent one is asked for in words.
fn given<'a>(by: &'a [(&'static str, Value)]) -> impl Iterator<Item = &'a Value> {
    by.iter().map(|(_, value)| value).filter(|value| **value != Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{delete, find, update};

    crate::table! {
        struct Mark in "mark" { id: String, place: Option<i64> }
    }

    #[test]
    fn what_is_asked_and_written_names_its_columns() {
        let ask = find!(Mark { id: "a", place: None }).locking("mark").ask();
        let list = "SELECT mark.id AS \"mark.id\", mark.place AS \"mark.place\" FROM mark";
        assert_eq!(
            ask.for_postgres(),
            format!("{list} WHERE mark.id = $1 AND mark.place IS NULL FOR NO KEY UPDATE OF mark")
        );
        assert_eq!(ask.for_sqlite(), Some(format!("{list} WHERE mark.id = ?1 AND mark.place IS NULL")));
        assert_eq!(ask.params, [Value::from("a")]);
        let writes = [
            (Write::insert(Mark { id: "a".into(), place: None }), "INSERT INTO mark (id, place) VALUES (?1, ?2)", 2),
            (
                update!(Mark { id: "a" } set { place: Some(7), id: "b" }),
                "UPDATE mark SET place = ?1, id = ?2 WHERE mark.id = ?3",
                3,
            ),
            (delete!(Mark { place: Some(7) }), "DELETE FROM mark WHERE mark.place = ?1", 1),
            (
                Write::sql("mark", "DELETE FROM mark WHERE place < $1", &[7.into()]),
                "DELETE FROM mark WHERE place < ?1",
                1,
            ),
        ];
        for (write, sql, params) in writes {
            assert_eq!((write.for_sqlite().as_str(), write.params().len()), (sql, params));
        }
    }
}
