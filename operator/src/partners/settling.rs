//! A period is settled: what was sold in it is owed to the carrier, without the commission. What
//! comes late, or is voided afterwards, stands as a correction in the next settlement; one that is
//! closed never changes.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use mesto_protocol::kernel::ids::SettlementId;
use mesto_protocol::partners::reports::PartnerSettlement;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::City;
use mesto_rules::partners::{Commission, Period, SettlementPeriod};
use mesto_rules::rides::{CarrierId, RidesSection, RouteId, service_day};

use crate::cards::NAME as CARDS_NAME;
use crate::control::registrations::LATE_MOST;
use crate::kernel::failure::Outcome;
use crate::kernel::ledger::{self, LedgerAccount, Movement};
use crate::kernel::operator::Operator;
use crate::kernel::store::{Select, StoreError, Tx, Value, Write};
use crate::partners::sums::{LATE, Lines, Of, RIDES, Sum, total};
use crate::partners::tables::{LineRow, ProductWord, SettlementRow, TermsRow};
use crate::partners::terms::{Agreed, last_settlement};
use crate::partners::{NAME, SETTLEMENT};
use crate::rides::NAME as RIDES_NAME;
use crate::{projection, values};

/// Days before a settlement of which rides may have come in since, beside those that are told late.
const SPARE: TimeDelta = TimeDelta::days(3);

projection! {
    /// Rides of a settlement that were counted together.
    struct Settled {
        service_day: NaiveDate = "partner_ride.service_day",
        route: Option<RouteId> = "partner_ride.route",
        product: ProductWord = "partner_ride.product",
        category: Option<String> = "partner_ride.category",
        is_taken: bool = "partner_ride.is_taken",
        basis_points: u32 = "partner_ride.basis_points",
        per_ride: i64 = "partner_ride.per_ride",
        rides: i64 = "COUNT(*)",
        persons: i64 = "CAST(SUM(partner_ride.persons) AS BIGINT)",
        fare: i64 = "CAST(SUM(partner_ride.fare) AS BIGINT)",
    }
}

const BY: &str = "partner_ride.service_day, partner_ride.route, partner_ride.product, partner_ride.category, partner_ride.is_taken, partner_ride.basis_points, partner_ride.per_ride";

impl Settled {
    fn of(self, period: SettlementPeriod, is_correction: bool) -> (Of, i64, i64, i64, bool) {
        let Self { service_day, route, product, category, basis_points, per_ride, .. } = self;
        let is_correction = is_correction || service_day < period.from;
        let commission = Commission { basis_points, per_ride };
        let of = Of { is_correction, service_day, route, product, category, commission };
        (of, self.rides, self.persons, self.fare, self.is_taken)
    }
}

/// The period that is settled next, with the terms it has; `None` when it is not known.
fn next_period(agreed: &Agreed, from: NaiveDate) -> Option<SettlementPeriod> {
    Period::from(agreed.on(from)?.period).beginning(from, agreed.next_after(from))
}

/// Settles the oldest period that is not settled; refuses while it is not over.
pub(super) fn close(
    tx: &mut dyn Tx,
    operator: &Operator,
    now: DateTime<Utc>,
    (city, carrier): (&City, &CarrierId),
) -> Outcome<PartnerSettlement> {
    let rides = city.section::<RidesSection>()?;
    // Who settles the same carrier at the same moment waits here, and finds it settled.
    let first = Select::<TermsRow>::of(
        "FROM partner_terms WHERE partner_terms.city = $1 AND partner_terms.carrier = $2 ORDER BY partner_terms.from_on LIMIT 1",
        values![&city.id, carrier],
    );
    tx.first(first.locking("partner_terms"))?;
    let agreed = Agreed::with(tx, city, carrier)?;
    let last = last_settlement(tx, city, carrier)?;
    let begun = agreed.begun(carrier)?;
    let from = last.as_ref().map_or(Some(begun), |last| last.to_on.succ_opt());
    let period = from.and_then(|from| next_period(&agreed, from));
    let period = period.ok_or_else(|| StoreError::Broken("the next period is not known".into()))?;
    let today = service_day(&city.sections.time, now, rides.policy.service_day_begins);
    if today <= period.to {
        let detail = format!("the period from {} to {} is not over", period.from, period.to);
        return Err(Problem::new(ProblemCode::SettlementPeriodOpen, detail)
            .with("from", period.from)
            .with("to", period.to)
            .into());
    }
    let id: SettlementId = operator.new_id(now);
    // Whatever is older was there when the last one was closed, and is in it.
    let late = last.as_ref().map(|last| {
        let told = last.closed_at - LATE_MOST - SPARE;
        service_day(&city.sections.time, told, rides.policy.service_day_begins).min(period.from)
    });
    let since = late.unwrap_or(begun).max(begun);
    for (at, terms) in agreed.0.iter().enumerate() {
        let until = agreed.0.get(at + 1).and_then(|next| next.from_on.checked_sub_days(Days::new(1)));
        let (from, to) = (terms.from_on.max(since), until.map_or(period.to, |until| until.min(period.to)));
        if from <= to {
            count(tx, (city.id.as_str(), carrier, id), (from, to), terms, None)?;
        }
        // A card that was told late is charged what it rode long before.
        let (from, to) = (terms.from_on.max(begun), to.min(since.pred_opt().unwrap_or(since)));
        if let Some(last) = last.as_ref().filter(|_| from <= to) {
            count(tx, (city.id.as_str(), carrier, id), (from, to), terms, Some(last.closed_at - SPARE))?;
        }
    }
    take_back(tx, city, carrier, id)?;
    let lines = lines(tx, id, period)?;
    let number = last.as_ref().map_or(1, |last| last.number + 1);
    let row = settlement(id, (city, carrier), number, (period, now), &lines);
    book(tx, operator, now, (&row, by_cards(&lines)))?;
    for line in lines {
        tx.write(Write::insert(line))?;
    }
    tx.write(Write::insert(row.clone()))?;
    Ok(row.into())
}

/// Puts rides between two service days that are in no settlement into this one: all, or those by
/// cards that were charged since a moment.
fn count(
    tx: &mut dyn Tx,
    (city, carrier, id): (&str, &CarrierId, SettlementId),
    (from, to): (NaiveDate, NaiveDate),
    terms: &TermsRow,
    charged_since: Option<DateTime<Utc>>,
) -> Outcome<()> {
    let rides = if charged_since.is_some() { LATE } else { RIDES };
    let sql = format!(
        "INSERT INTO partner_ride (ride, city, carrier, settlement, taken_back, service_day, route, product, category, persons, fare, is_taken, basis_points, per_ride) SELECT counted.ride, CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($5 AS TEXT), CASE WHEN counted.is_void = 1 THEN CAST($5 AS TEXT) ELSE NULL END, counted.service_day, counted.route, counted.product, counted.category, counted.persons, counted.fare, counted.is_taken, CAST($6 AS BIGINT), CAST($7 AS BIGINT) FROM {rides} WHERE NOT EXISTS (SELECT 1 FROM partner_ride WHERE partner_ride.ride = counted.ride)"
    );
    let mut params: Vec<Value> =
        values![city, carrier, from.to_string(), to.to_string(), id, i64::from(terms.basis_points), terms.per_ride]
            .to_vec();
    params.extend(charged_since.map(|since| Value::from(since.timestamp_millis())));
    tx.write(Write::sql("partner_ride", &sql, &params))?;
    Ok(())
}

/// Rides that were voided since they were settled.
fn take_back(tx: &mut dyn Tx, city: &City, carrier: &CarrierId, id: SettlementId) -> Outcome<()> {
    for voided in [
        "SELECT ride.id FROM ride WHERE ride.city = $2 AND ride.carrier = $3 AND ride.state = 'voided'",
        "SELECT ride_registered.ride FROM ride_registered WHERE ride_registered.city = $2 AND ride_registered.carrier = $3 AND ride_registered.is_void = 1",
    ] {
        let sql = format!(
            "UPDATE partner_ride SET taken_back = $1 WHERE partner_ride.taken_back IS NULL AND partner_ride.ride IN ({voided})"
        );
        tx.write(Write::sql("partner_ride", &sql, values![id, &city.id, carrier]))?;
    }
    Ok(())
}

/// The lines of a settlement out of its rides and of those it takes back.
fn lines(tx: &mut dyn Tx, id: SettlementId, period: SettlementPeriod) -> Outcome<Vec<LineRow>> {
    let mut lines = Lines::default();
    let counted: Vec<Settled> = tx
        .all(Select::of(&format!("FROM partner_ride WHERE partner_ride.settlement = $1 GROUP BY {BY}"), values![id]))?;
    for settled in counted {
        let (of, rides, persons, gross, is_taken) = settled.of(period, false);
        let taken = if is_taken { gross } else { 0 };
        lines.add(of, Sum { rides, persons, gross, refunded: 0, taken });
    }
    for is_same in [true, false] {
        let which = if is_same { "=" } else { "<>" };
        let back: Vec<Settled> = tx.all(Select::of(
            &format!("FROM partner_ride WHERE partner_ride.taken_back = $1 AND partner_ride.settlement {which} $1 GROUP BY {BY}"),
            values![id],
        ))?;
        for settled in back {
            let (of, rides, persons, refunded, is_taken) = settled.of(period, !is_same);
            let taken = if is_taken { -refunded } else { 0 };
            lines.add(of, Sum { rides: -rides, persons: -persons, gross: 0, refunded, taken });
        }
    }
    lines.with_commission(id)
}

fn settlement(
    id: SettlementId,
    (city, carrier): (&City, &CarrierId),
    number: i64,
    (period, now): (SettlementPeriod, DateTime<Utc>),
    lines: &[LineRow],
) -> SettlementRow {
    let (sum, commission, payable) = total(lines);
    SettlementRow {
        id,
        city: city.id.clone(),
        carrier: carrier.clone(),
        number,
        from_on: period.from,
        to_on: period.to,
        closed_at: now,
        currency: city.currency,
        rides: sum.rides,
        persons: sum.persons,
        gross: sum.gross,
        refunded: sum.refunded,
        commission,
        taken: sum.taken,
        payable,
    }
}

/// What rides by transport cards brought.
fn by_cards(lines: &[LineRow]) -> i64 {
    let of_cards = lines.iter().filter(|line| line.product == ProductWord::TransportCard);
    of_cards.map(|line| line.gross - line.refunded - line.taken).sum()
}

/// What rides brought goes to the carrier, and the commission to the operator.
fn book(
    tx: &mut dyn Tx,
    operator: &Operator,
    now: DateTime<Utc>,
    (row, by_cards): (&SettlementRow, i64),
) -> Outcome<()> {
    let (city, reference) = (&row.city, row.id.to_string());
    let legs = [
        (LedgerAccount::Revenue { service: CARDS_NAME, city: city.clone() }, by_cards),
        (
            LedgerAccount::Revenue { service: RIDES_NAME, city: city.clone() },
            row.gross - row.refunded - row.taken - by_cards,
        ),
        (LedgerAccount::Payable { service: NAME, city: city.clone(), to: row.carrier.to_string() }, -row.payable),
        (LedgerAccount::Revenue { service: NAME, city: city.clone() }, -row.commission),
    ];
    let legs: Vec<(LedgerAccount, i64)> = legs.into_iter().filter(|(_, amount)| *amount != 0).collect();
    if legs.is_empty() {
        return Ok(());
    }
    let movement =
        Movement { id: operator.new_id(now), kind: SETTLEMENT, reference: &reference, currency: row.currency, legs };
    ledger::post(tx, now, None, movement)
}
