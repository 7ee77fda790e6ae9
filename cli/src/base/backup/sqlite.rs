//! Copies of a SQLite store.

use std::path::Path;

use mesto_operator::store::{copy, grow};
use mesto_operator::{Durability, Operator, SchemaFault, SqliteInline, SqliteReader, Store, StoreError};

use super::{Audit, Copy, not_copied};
use crate::kernel::failure::{CliError, Outcome};

pub fn backup(operator: &Operator, from: &Path, to: &Path) -> Outcome<Copy> {
    let copied = copy(from, to).map_err(not_copied)?;
    let audit = match SqliteReader::open(to) {
        Ok(store) => Audit::of(operator, &store)?,
        Err(StoreError::Schema(SchemaFault::Behind { .. })) => Audit::Older,
        Err(why) => return Err(CliError::failed("reading the copy", why)),
    };
    Ok(Copy { bytes: copied.bytes, schema: copied.schema.version, audit })
}

/// A copy of the copy, which leaves it as it is. It has the store's name when all is done with it:
/// whatever ends this earlier leaves no store.
pub fn restore<T>(from: &Path, to: &Path, adopt: impl FnOnce(&dyn Store) -> Outcome<T>) -> Outcome<T> {
    let (growing, _) = grow(from, to).map_err(not_copied)?;
    let opened = SqliteInline::open(growing.path(), Durability::Full);
    let store = opened.map_err(|why| CliError::failed("opening the copy", why))?;
    let adopted = adopt(&store)?;
    drop(store);
    growing.name_it(to).map_err(not_copied)?;
    Ok(adopted)
}
