//! Single values by name, and lists of rows that hold JSON.

use std::marker::PhantomData;

use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use mesto_rules::from_json;

use super::{Stored, Tx};

/// A single value of a topic.
pub struct Value<T> {
    pub name: &'static str,
    topic: &'static str,
    of: PhantomData<fn() -> T>,
}

impl<T: Serialize + DeserializeOwned> Value<T> {
    pub const fn new(name: &'static str, topic: &'static str) -> Self {
        Self { name, topic, of: PhantomData }
    }

    /// `None` when it was never set.
    pub fn get(&self, db: &Connection) -> Stored<Option<T>> {
        let text: Option<String> = db
            .prepare_cached("SELECT value FROM meta WHERE name = ?1")?
            .query_row(params![self.name], |row| row.get(0))
            .optional()?;
        Ok(text.map(|text| from_json(text.as_bytes())).transpose()?)
    }

    pub fn set(&self, tx: &Tx<'_>, value: &T) -> Stored {
        tx.write(
            self.topic,
            "INSERT INTO meta (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE value <> excluded.value",
            params![self.name, serde_json::to_string(value)?],
        )?;
        Ok(())
    }

    pub fn remove(&self, tx: &Tx<'_>) -> Stored {
        tx.write(self.topic, "DELETE FROM meta WHERE name = ?1", params![self.name])?;
        Ok(())
    }
}

/// The JSON of the first column of each row.
pub fn list<T: DeserializeOwned>(db: &Connection, sql: &str, params: impl rusqlite::Params) -> Stored<Vec<T>> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut values = Vec::new();
    while let Some(row) = rows.next()? {
        values.push(from_json(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?.as_bytes())?);
    }
    Ok(values)
}
