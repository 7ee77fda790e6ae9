//! What a driver sees without buying: the visits that he paid, and free places.

use chrono::{DateTime, Utc};
use mesto_protocol::garages::visits::{
    self as wire, FacilityPlaces, GaragesSection, Places, VISITS_OVER, Visit, VisitPage,
};
use mesto_protocol::kernel::ids::{AccountId, VisitId};
use mesto_protocol::kernel::json::Json as OnTheWire;
use mesto_rules::garages::{FreePlaces, GaragesSection as GaragesOfCity, Observation, free_places, is_heard};

use crate::garages::tables::{FacilityRow, VisitPaymentRow, VisitRow};
use crate::garages::visits::VisitRecord;
use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::operator::Operator;
use crate::kernel::paging::AskedPage;
use crate::kernel::service::{Served, serve};
use crate::kernel::store::{Select, Tx};
use crate::values;

pub(crate) const OPERATIONS: &[Served] = &[serve!(get wire::PLACES => places), serve!(get wire::LIST => list)];

const PAGE: i64 = 50;

/// Those of an account, `$1`.
const OWN: &str = "(SELECT visit FROM visit_payment WHERE account = $1)";

/// Visits with their payments, a row each payment, as they are told to an account: the newest visit
/// first.
fn told(rows: Vec<(VisitRow, VisitPaymentRow)>, account: AccountId, now: DateTime<Utc>) -> Outcome<Vec<Visit>> {
    let mut visits: Vec<VisitRecord> = Vec::new();
    for (row, payment) in rows {
        match visits.last_mut().filter(|last| last.row.id == row.id) {
            Some(last) => last.payments.push(payment),
            None => visits.push(VisitRecord::of(row, vec![payment])),
        }
    }
    visits.iter().map(|record| record.told_to(account, now)).collect()
}

/// What an app shows of garages.
pub(crate) fn section(tx: &mut dyn Tx, _: &Operator, account: AccountId, now: DateTime<Utc>) -> Outcome<OnTheWire> {
    let over = format!("SELECT id FROM visit WHERE id IN {OWN} AND ended_at IS NOT NULL ORDER BY id DESC LIMIT $2");
    let rows = tx.all(Select::of(
        &format!(
            "FROM visit JOIN visit_payment ON visit_payment.visit = visit.id WHERE visit.id IN {OWN} AND (visit.ended_at IS NULL OR visit.id IN ({over})) ORDER BY visit.id DESC, visit_payment.at"
        ),
        values![account, i64::try_from(VISITS_OVER).unwrap_or(PAGE)],
    ))?;
    Ok(OnTheWire::of(&GaragesSection { visits: told(rows, account, now)? })?)
}

/// Newest first.
pub(crate) fn list(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<VisitPage> {
    let account = call.who()?.account;
    let asked = AskedPage::<VisitId>::of(call.request)?;
    let page = format!("SELECT id FROM visit WHERE id IN {OWN} AND id < $2 ORDER BY id DESC LIMIT $3");
    let rows = tx.all(Select::of(
        &format!(
            "FROM visit JOIN visit_payment ON visit_payment.visit = visit.id WHERE visit.id IN ({page}) ORDER BY visit.id DESC, visit_payment.at"
        ),
        values![account, asked.older_than(), asked.reads()],
    ))?;
    let (items, next) = asked.page(told(rows, account, call.now)?, |visit| visit.id.to_string());
    Ok(VisitPage { items, next })
}

/// Free places of every facility, as they were observed; unknown when that is too long ago (BG-72).
pub(crate) fn places(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Places> {
    let city = call.operator.city(&call.request.needed("city")?)?;
    let garages: &GaragesOfCity = city.section()?;
    let rows: Vec<FacilityRow> = tx.all(Select::of("FROM facility WHERE facility.city = $1", values![&city.id]))?;
    let items = garages.facilities.iter().map(|facility| {
        let told = rows.iter().find(|row| row.facility == facility.id);
        let counted = told.and_then(|row| Some(Observation { free: row.free?, observed_at: row.observed_at? }));
        let (free, observed_at) = match free_places(garages, counted, call.now) {
            FreePlaces::Observed(Observation { free, observed_at }) => (Some(free), Some(observed_at)),
            FreePlaces::Unknown { last_observed_at } => (None, last_observed_at),
        };
        let is_reachable = told.is_some_and(|row| is_heard(garages, row.heard_at, call.now));
        FacilityPlaces { facility: facility.id.clone(), free, observed_at, is_reachable }
    });
    Ok(Places { items: items.collect() })
}
