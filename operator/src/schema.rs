//! That every table is declared as it is: the structs of its rows against the schema that the migrations make.

use std::collections::BTreeMap;

use crate::store::{SqliteInline, Table, transact};
use crate::{
    account, auth, deposit, due, events, idempotency, inspector, ledger, orders, outbox, quotes, stays, tickets,
};
use crate::{values, vehicles};

fn table<T: Table>() -> (String, Vec<String>) {
    (T::NAME.to_owned(), T::COLUMNS.iter().map(|column| (*column).to_owned()).collect())
}

#[test]
fn every_table_is_declared_with_the_columns_it_has() {
    let declared = BTreeMap::from([
        table::<account::AccountRow>(),
        table::<auth::PersonRow>(),
        table::<auth::OneTimeCodeRow>(),
        table::<auth::AttemptRow>(),
        table::<auth::DeviceRow>(),
        table::<auth::TokenRow>(),
        table::<deposit::TopupRow>(),
        table::<deposit::NoticeRow>(),
        table::<due::DueRow>(),
        table::<events::EventRow>(),
        table::<idempotency::IntentRow>(),
        table::<inspector::PlateCheckRow>(),
        table::<ledger::EntryRow>(),
        table::<ledger::LegRow>(),
        table::<orders::OrderRow>(),
        table::<orders::OrderPlateRow>(),
        table::<outbox::OutboxRow>(),
        table::<quotes::QuoteRow>(),
        table::<stays::StayRow>(),
        table::<tickets::TicketRow>(),
        table::<tickets::TicketPlateRow>(),
        table::<vehicles::VehicleRow>(),
        // The migrations' own; see store/migrate.rs.
        ("schema_history".to_owned(), ["version", "name", "checksum"].map(str::to_owned).to_vec()),
    ]);
    let store = SqliteInline::in_memory().unwrap();
    let there: BTreeMap<String, Vec<String>> = transact(&store, |tx| {
        let tables = tx.query("SELECT name FROM sqlite_master WHERE type = 'table'", &[])?;
        let columns = "SELECT name FROM pragma_table_info($1) ORDER BY cid";
        tables
            .iter()
            .map(|row| {
                let name: String = row.get("name")?;
                let columns = tx.query(columns, values![&name])?;
                Ok((name, columns.iter().map(|row| row.get("name")).collect::<Result<_, _>>()?))
            })
            .collect()
    })
    .unwrap();
    assert_eq!(declared, there);
}
