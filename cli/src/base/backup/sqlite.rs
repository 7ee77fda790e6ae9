//! Copies of a SQLite store.

use std::path::Path;

use mesto_operator::store::copy;
use mesto_operator::{Operator, SchemaFault, SqliteReader, StoreError};

use super::{Audit, Copy, not_copied};
use crate::kernel::failure::{CliError, Exit, Outcome};

pub fn backup(operator: &Operator, from: &Path, to: &Path) -> Outcome<Copy> {
    let copied = copy(from, to).map_err(not_copied)?;
    let audit = match SqliteReader::open(to) {
        Ok(store) => Audit::of(operator, &store)?,
        Err(StoreError::Schema(SchemaFault::Behind { .. })) => Audit::Older,
        Err(why) => return Err(CliError::failed("reading the copy", why)),
    };
    Ok(Copy { bytes: copied.bytes, schema: copied.schema.version, audit })
}

/// A copy of the copy, which leaves it as it is; audited before it has the store's name.
pub fn restore(operator: &Operator, from: &Path, to: &Path) -> Outcome<()> {
    if let Ok(store) = SqliteReader::open(from)
        && let Audit::Fault(fault) = Audit::of(operator, &store)?
    {
        let text = format!("the books of {} do not agree: {fault}", from.display());
        return Err(CliError::new(Exit::Failed, "ledger_fault", text).advise("Put an older copy back."));
    }
    copy(from, to).map_err(not_copied)?;
    Ok(())
}
