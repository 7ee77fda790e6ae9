//! What a rider holds at a moment: the categories that he was granted, and the pass that covers a
//! ride.

use chrono::{DateTime, NaiveDate, Utc};
use mesto_protocol::kernel::ids::AccountId;
use mesto_rules::CityId;
use mesto_rules::passes::{CategoryId, PassProductId, PassesSection, covers};

use crate::kernel::failure::Outcome;
use crate::kernel::store::{Select, Tx};
use crate::passes::tables::{BenefitRow, PassRow, PassWord};
use crate::values;

/// Whose, and when: benefits go by the moment, passes by the service day.
#[derive(Clone, Copy)]
pub(crate) struct Holder<'a> {
    pub account: AccountId,
    pub city: &'a CityId,
    pub now: DateTime<Utc>,
}

/// The categories that a rider was granted and that hold now, oldest first.
pub(crate) fn categories(tx: &mut dyn Tx, holder: Holder<'_>) -> Outcome<Vec<CategoryId>> {
    let rows: Vec<BenefitRow> = tx.all(Select::of(
        "FROM rider_benefit WHERE rider_benefit.account = $1 AND rider_benefit.city = $2 AND rider_benefit.granted_at <= $3 AND rider_benefit.ends_at > $3 ORDER BY rider_benefit.id",
        values![holder.account, holder.city, holder.now.timestamp_millis()],
    ))?;
    Ok(rows.into_iter().map(|row| row.category).collect())
}

/// The passes of a rider that are not over before a day, by their first days.
pub(crate) fn passes_from(
    tx: &mut dyn Tx,
    (account, city): (AccountId, &CityId),
    day: NaiveDate,
) -> Outcome<Vec<PassRow>> {
    Ok(tx.all(Select::of(
        "FROM transit_pass WHERE transit_pass.account = $1 AND transit_pass.city = $2 AND transit_pass.state = $3 AND transit_pass.last_day >= $4 ORDER BY transit_pass.first_day, transit_pass.id",
        values![account, city, PassWord::Held.word(), day.to_string()],
    ))?)
}

/// The pass on which a rider rides a route, with its kind of vehicle, on a service day: of several
/// the one that ends first.
pub(crate) fn pass_for(
    tx: &mut dyn Tx,
    holder: Holder<'_>,
    section: &PassesSection,
    service_day: NaiveDate,
    route: Option<(&str, &str)>,
) -> Outcome<Option<(PassProductId, CategoryId)>> {
    let passes = passes_from(tx, (holder.account, holder.city), service_day)?;
    let is_good = |row: &PassRow| {
        row.first_day <= service_day
            && section.product(row.product.as_str()).is_some_and(|product| covers(product, route))
    };
    let found = passes.into_iter().filter(is_good).min_by_key(|row| row.last_day);
    Ok(found.map(|row| (row.product, row.category)))
}
