//! What only the operator's own tools do with partners: tell their terms, and settle.

use chrono::{DateTime, NaiveDate, Utc};
use mesto_protocol::partners::reports::PartnerSettlement;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::CityId;
use mesto_rules::money::Money;
use mesto_rules::partners::{Commission, Period};
use mesto_rules::rides::CarrierId;
use rust_decimal::Decimal;

use crate::kernel::failure::{Failure, Outcome};
use crate::kernel::grants::{self, Logged, TOOL};
use crate::kernel::operator::{Operator, acted, whole_millis};
use crate::kernel::store::{Select, Store, StoreError, Tx, Write, transact};
use crate::partners::settling;
use crate::partners::tables::{PeriodWord, TermsRow};
use crate::partners::terms::{Agreed, carrier_of, last_settlement};
use crate::{find, values};

/// What is agreed with a carrier.
#[derive(Debug, Clone, PartialEq)]
pub struct TermsToTell<'a> {
    pub city: &'a str,
    pub carrier: &'a str,
    /// First service day.
    pub from_on: NaiveDate,
    pub period: Period,
    /// Of what was paid, hundredths of a percent.
    pub basis_points: u32,
    /// For each ride, in the city's currency.
    pub per_ride: Decimal,
}

/// What was agreed with a carrier.
#[derive(Debug, Clone, PartialEq)]
pub struct TermsOfPartner {
    pub city: CityId,
    pub carrier: CarrierId,
    pub from_on: NaiveDate,
    pub period: Period,
    pub basis_points: u32,
    pub per_ride: Money,
}

impl From<TermsRow> for TermsOfPartner {
    fn from(row: TermsRow) -> Self {
        Self {
            city: row.city,
            carrier: row.carrier,
            from_on: row.from_on,
            period: row.period.into(),
            basis_points: row.basis_points,
            per_ride: Money::from_minor(row.per_ride, row.currency),
        }
    }
}

impl Operator {
    /// Tells what is agreed with a carrier from a service day on, of which nothing is settled yet.
    /// What was told for the same day before is replaced.
    ///
    /// # Errors
    /// `city_unknown`, `carrier_unknown`, `out_of_range` for a day that is settled, after which
    /// others were told, and for a commission that cannot be; or the store's trouble.
    pub fn tell_partner_terms(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        told: &TermsToTell<'_>,
        reason: &str,
    ) -> Result<TermsOfPartner, Problem> {
        let now = whole_millis(now);
        grants::by_tool((store, self, now), ("partner_terms.told", told.carrier, reason), |tx| {
            self.told_terms(tx, now, told)
        })
    }

    fn told_terms(&self, tx: &mut dyn Tx, now: DateTime<Utc>, told: &TermsToTell<'_>) -> Outcome<TermsOfPartner> {
        let city = self.city(told.city)?;
        let carrier = carrier_of(city, told.carrier)?;
        let out_of_range = |field: &str, detail: String| -> Outcome<TermsOfPartner> {
            Err(Problem::new(ProblemCode::OutOfRange, detail).with("field", field).into())
        };
        let per_ride = Money::new(told.per_ride, city.currency).and_then(|per_ride| per_ride.minor());
        let commission = Commission { basis_points: told.basis_points, per_ride: per_ride.unwrap_or(i64::MAX) };
        if !commission.is_possible() || commission.per_ride > PER_RIDE_MOST {
            return out_of_range(
                "commission",
                "a commission is 0 to 100 %, and 0 to 10,000.00 for each ride".to_owned(),
            );
        }
        let settled = last_settlement(tx, city, &carrier)?.map(|last| last.to_on);
        if let Some(settled) = settled.filter(|settled| told.from_on <= *settled) {
            return out_of_range("from_on", format!("days to {settled} are settled; terms begin after that"));
        }
        let latest = Agreed::with(tx, city, &carrier)?.0.last().map(|terms| terms.from_on);
        if let Some(latest) = latest.filter(|latest| told.from_on < *latest) {
            return out_of_range("from_on", format!("others were told from {latest} on; terms begin then or later"));
        }
        let row = TermsRow {
            city: city.id.clone(),
            carrier: carrier.clone(),
            from_on: told.from_on,
            period: PeriodWord::try_from(told.period.clone())
                .map_err(|_| Problem::new(ProblemCode::BadRequest, "a period is a day, a week or a month"))?,
            basis_points: commission.basis_points,
            per_ride: commission.per_ride,
            currency: city.currency,
            told_at: now,
        };
        tx.write(Write::sql(
            "partner_terms",
            "DELETE FROM partner_terms WHERE city = $1 AND carrier = $2 AND from_on = $3",
            values![&city.id, &carrier, told.from_on.to_string()],
        ))?;
        tx.write(Write::insert(row.clone()))?;
        Ok(row.into())
    }

    /// What was agreed with the carriers, by city, carrier and day.
    ///
    /// # Errors
    /// The store's.
    pub fn partner_terms(&self, store: &dyn Store) -> Result<Vec<TermsOfPartner>, StoreError> {
        let rows: Vec<TermsRow> = transact(store, |tx| {
            let all = "FROM partner_terms ORDER BY partner_terms.city, partner_terms.carrier, partner_terms.from_on";
            tx.all(Select::of(all, &[]))
        })?;
        Ok(rows.into_iter().map(TermsOfPartner::from).collect())
    }

    /// Settles the oldest period of a carrier that is not settled.
    ///
    /// # Errors
    /// `city_unknown`, `carrier_unknown`, `partner_terms_missing`, `settlement_period_open`, or the
    /// store's trouble.
    pub fn settle_partner(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        city: &str,
        carrier: &str,
    ) -> Result<PartnerSettlement, Problem> {
        let now = whole_millis(now);
        acted(store, |tx| {
            let city = self.city(city)?;
            let carrier = carrier_of(city, carrier)?;
            let settled = settling::close(tx, self, now, (city, &carrier))?;
            let note = format!("{} {carrier} {} to {}", city.id, settled.from_on, settled.to_on);
            let subject = settled.id.to_string();
            let logged = Logged { actor: TOOL, action: "partner.settled", subject: &subject, note: &note };
            grants::log(tx, self, now, &logged)?;
            Ok(settled)
        })
    }

    /// Settles every period that is over, of every carrier of a city that has terms, or of one.
    ///
    /// # Errors
    /// As [`Operator::settle_partner`]; what was settled before it stays so.
    pub fn settle_partners(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        city: &str,
        carrier: Option<&str>,
    ) -> Result<Vec<PartnerSettlement>, Problem> {
        let carriers: Vec<String> = match carrier {
            Some(carrier) => vec![carrier.to_owned()],
            None => acted(store, |tx| {
                let id = &self.city(city)?.id;
                let rows: Vec<TermsRow> = tx.all(find!(TermsRow { city: id }))?;
                let mut carriers: Vec<String> = rows.into_iter().map(|row| row.carrier.to_string()).collect();
                carriers.sort();
                carriers.dedup();
                Ok::<_, Failure>(carriers)
            })?,
        };
        let mut settled = Vec::new();
        for carrier in carriers {
            loop {
                match self.settle_partner(store, now, city, &carrier) {
                    Ok(one) => settled.push(one),
                    Err(open) if open.is(ProblemCode::SettlementPeriodOpen) => break,
                    Err(problem) => return Err(problem),
                }
            }
        }
        Ok(settled)
    }
}

/// The most that is kept of each ride, minor units.
const PER_RIDE_MOST: i64 = 1_000_000;
