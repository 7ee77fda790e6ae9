//! That every table is declared as it is: the structs of its rows against the schema that the
//! migrations make.

use std::collections::BTreeMap;

use crate::base::availability;
use crate::base::claims;
use crate::base::incidents;
use crate::base::messages;
use crate::base::notices;
use crate::base::payments::rows;
use crate::base::reports;
use crate::base::sign_in;
use crate::base::standing;
use crate::base::terms;
use crate::base::vehicles;
use crate::cards::tables as cards;
use crate::control::tables as control;
use crate::garages::tables;
use crate::kernel::account;
use crate::kernel::caller;
use crate::kernel::clock;
use crate::kernel::due;
use crate::kernel::epoch;
use crate::kernel::events;
use crate::kernel::grants;
use crate::kernel::health;
use crate::kernel::idempotency;
use crate::kernel::ledger;
use crate::kernel::limits;
use crate::kernel::signed_codes;
use crate::kernel::store::{SqliteInline, Table, transact};
use crate::merchants::tables as merchants;
use crate::orders::driver;
use crate::orders::inspectors;
use crate::orders::proofs;
use crate::parking::stays;
use crate::parking::tickets;
use crate::partners::tables as partners;
use crate::passes::tables as passes;
use crate::rides::tables as rides;
use crate::values;

fn table<T: Table>() -> (String, Vec<String>) {
    (T::NAME.to_owned(), T::COLUMNS.iter().map(|column| (*column).to_owned()).collect())
}

#[test]
fn every_table_is_declared_with_the_columns_it_has() {
    let declared = BTreeMap::from([
        table::<account::AccountRow>(),
        table::<sign_in::PersonRow>(),
        table::<sign_in::OneTimeCodeRow>(),
        table::<limits::AttemptRow>(),
        table::<caller::DeviceRow>(),
        table::<clock::ClockRow>(),
        table::<caller::TokenRow>(),
        table::<grants::GrantRow>(),
        table::<grants::AuditRow>(),
        table::<rows::PaymentRow>(),
        table::<rows::ProviderPaymentRow>(),
        table::<rows::NoticeRow>(),
        table::<rows::ProviderRequestRow>(),
        table::<rows::RefundRow>(),
        table::<rows::SaleRow>(),
        table::<due::DueRow>(),
        table::<events::EventRow>(),
        table::<idempotency::IntentRow>(),
        table::<epoch::EpochRow>(),
        table::<health::HeartbeatRow>(),
        table::<epoch::CalledRow>(),
        table::<incidents::IncidentRow>(),
        table::<claims::ClaimRow>(),
        table::<inspectors::PlateCheckRow>(),
        table::<ledger::EntryRow>(),
        table::<ledger::LegRow>(),
        table::<signed_codes::RevokedCodeRow>(),
        table::<signed_codes::RevocationListRow>(),
        table::<driver::OrderRow>(),
        table::<driver::OrderPlateRow>(),
        table::<proofs::ProofRow>(),
        table::<messages::MessageRow>(),
        table::<rows::QuoteRow>(),
        table::<stays::StayRow>(),
        table::<tickets::TicketRow>(),
        table::<tickets::TicketPlateRow>(),
        table::<vehicles::VehicleRow>(),
        table::<control::ShiftRow>(),
        table::<control::ControlRow>(),
        table::<control::CheckRow>(),
        table::<control::RegisteredRow>(),
        table::<control::ToldUntilRow>(),
        table::<notices::NoticeRow>(),
        table::<availability::UpRow>(),
        table::<standing::StandingRow>(),
        table::<terms::AcceptedRow>(),
        table::<reports::ReportRow>(),
        table::<rides::VehicleRow>(),
        table::<rides::TripRow>(),
        table::<rides::SignRow>(),
        table::<rides::TerminalRow>(),
        table::<rides::RideRow>(),
        table::<rides::ReducedRow>(),
        table::<rides::CodeRow>(),
        table::<rides::DisputeRow>(),
        table::<partners::TermsRow>(),
        table::<partners::SettlementRow>(),
        table::<partners::LineRow>(),
        table::<partners::RideOfPartnerRow>(),
        table::<cards::CardRow>(),
        table::<cards::TopUpRow>(),
        table::<cards::CardRideRow>(),
        table::<cards::ReportRow>(),
        table::<cards::IdentificationRow>(),
        table::<passes::BenefitRow>(),
        table::<passes::PassRow>(),
        table::<merchants::MerchantRow>(),
        table::<merchants::TillRow>(),
        table::<merchants::InvoiceRow>(),
        table::<merchants::PaymentRow>(),
        table::<merchants::RefundRow>(),
        table::<merchants::SettlementRow>(),
        table::<tables::VisitRow>(),
        table::<tables::EventRow>(),
        table::<tables::VisitPaymentRow>(),
        table::<tables::FacilityRow>(),
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
