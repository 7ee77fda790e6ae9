//! Rides added up by service day, route, product and category: every way a ride is registered is
//! counted here the same way (AV-54).

use std::collections::BTreeMap;

use chrono::NaiveDate;
use mesto_protocol::kernel::ids::SettlementId;
use mesto_rules::partners::{Commission, Sold, shared};
use mesto_rules::rides::RouteId;

use crate::kernel::failure::Outcome;
use crate::kernel::store::StoreError;
use crate::partners::tables::{LineRow, ProductWord};
use crate::projection;

/// Rides by transport cards that were charged.
macro_rules! by_card {
    () => {
        "SELECT ride_registered.ride AS ride, ride_registered.service_day AS service_day, ride_registered.route AS route, CASE WHEN card_ride.price = 0 THEN 'zero_fare' ELSE 'transport_card' END AS product, ride_registered.category AS category, ride_registered.persons AS persons, card_ride.price AS fare, 0 AS is_taken, card_ride.is_void AS is_void, ride_registered.full_fare AS full_fare FROM ride_registered JOIN card_ride ON card_ride.ride = ride_registered.ride WHERE card_ride.is_charged = 1 AND ride_registered.city = $1 AND ride_registered.carrier = $2 AND ride_registered.service_day >= $3 AND ride_registered.service_day <= $4"
    };
}

/// Rides of a city (`$1`) and carrier (`$2`) between two service days (`$3`, `$4`), as a report
/// counts them: those that are in our own books, those that machines and conductors of the carrier
/// told of, whose money it has, and those by transport cards, once they were charged to the card.
pub(super) const RIDES: &str = concat!(
    "(",
    "SELECT ride.id AS ride, ride.service_day AS service_day, ride.route AS route, CASE WHEN ride.price - ride.card_fee = 0 AND ride.is_by_pass = 1 THEN 'pass' WHEN ride.price - ride.card_fee = 0 THEN 'zero_fare' WHEN ride.pay = 'card' THEN 'app_card' ELSE 'app_balance' END AS product, ride.category AS category, ride.persons AS persons, ride.price - ride.card_fee AS fare, 0 AS is_taken, CASE WHEN ride.state = 'voided' THEN 1 ELSE 0 END AS is_void, ride.full_price AS full_fare FROM ride WHERE ride.city = $1 AND ride.carrier = $2 AND ride.service_day >= $3 AND ride.service_day <= $4",
    " UNION ALL ",
    "SELECT ride_registered.ride, ride_registered.service_day, ride_registered.route, CASE WHEN ride_registered.is_free = 1 THEN 'zero_fare' WHEN ride_registered.kind = 'luggage' THEN 'luggage_ticket' WHEN ride_registered.kind = 'paper' THEN 'cash_ticket' ELSE ride_registered.channel END, ride_registered.category, CASE WHEN ride_registered.kind = 'luggage' THEN 0 ELSE ride_registered.persons END, ride_registered.amount, 1, ride_registered.is_void, ride_registered.full_fare FROM ride_registered WHERE ride_registered.kind <> 'transport_card' AND ride_registered.city = $1 AND ride_registered.carrier = $2 AND ride_registered.service_day >= $3 AND ride_registered.service_day <= $4",
    " UNION ALL ",
    by_card!(),
    ") AS counted"
);

/// Of those by transport cards the ones that were charged from a moment (`$8`) on.
pub(super) const LATE: &str =
    concat!("(", by_card!(), " AND card_ride.city = $1 AND card_ride.charged_at >= $8) AS counted");

/// Who rode free or paid less by who he is, or on a free day, of a city (`$1`) and carrier (`$2`)
/// between two service days (`$3`, `$4`). What a pass or a fare of several rides saves is paid by
/// the rider; what brings less is no subsidy.
pub(super) const REDUCED: &str = "(SELECT ride_reduced.ride AS ride, ride_reduced.service_day AS service_day, ride_reduced.route AS route, ride_reduced.category AS category, ride_reduced.persons AS persons, ride_reduced.paid AS paid, ride_reduced.full_fare AS full_fare FROM ride_reduced JOIN ride ON ride.id = ride_reduced.ride WHERE ride.state <> 'voided' AND ride_reduced.city = $1 AND ride_reduced.carrier = $2 AND ride_reduced.service_day >= $3 AND ride_reduced.service_day <= $4 UNION ALL SELECT ride_registered.ride, ride_registered.service_day, ride_registered.route, ride_registered.category, ride_registered.persons, COALESCE(card_ride.price, ride_registered.amount), ride_registered.full_fare FROM ride_registered LEFT JOIN card_ride ON card_ride.ride = ride_registered.ride WHERE ride_registered.is_void = 0 AND ride_registered.kind <> 'luggage' AND (card_ride.ride IS NULL OR card_ride.is_charged = 1) AND (ride_registered.is_free = 1 OR ride_registered.category IS NOT NULL OR COALESCE(card_ride.price, ride_registered.amount) = 0) AND ride_registered.city = $1 AND ride_registered.carrier = $2 AND ride_registered.service_day >= $3 AND ride_registered.service_day <= $4) AS counted";

projection! {
    /// Rides that were counted together.
    pub(super) struct Counted {
        service_day: NaiveDate = "counted.service_day",
        route: Option<RouteId> = "counted.route",
        product: ProductWord = "counted.product",
        category: Option<String> = "counted.category",
        is_taken: bool = "CAST(counted.is_taken AS BIGINT)",
        rides: i64 = "CAST(SUM(1 - counted.is_void) AS BIGINT)",
        persons: i64 = "CAST(SUM(CASE WHEN counted.is_void = 1 THEN 0 ELSE counted.persons END) AS BIGINT)",
        gross: i64 = "CAST(SUM(counted.fare) AS BIGINT)",
        refunded: i64 = "CAST(SUM(CASE WHEN counted.is_void = 1 THEN counted.fare ELSE 0 END) AS BIGINT)",
    }
}

/// What [`Counted`] is grouped by.
pub(super) const BY: &str = "counted.service_day, counted.route, counted.product, counted.category, counted.is_taken";

/// Rides of one line. Its order is that of the lines.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Of {
    pub is_correction: bool,
    pub service_day: NaiveDate,
    pub route: Option<RouteId>,
    pub product: ProductWord,
    pub category: Option<String>,
    pub commission: Commission,
}

/// What they come to, without the commission; minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Sum {
    pub rides: i64,
    pub persons: i64,
    pub gross: i64,
    pub refunded: i64,
    pub taken: i64,
}

/// Lines with their commission, in their order.
#[derive(Debug, Default)]
pub(super) struct Lines(BTreeMap<Of, Sum>);

impl Lines {
    pub fn add(&mut self, of: Of, more: Sum) {
        let sum = self.0.entry(of).or_default();
        sum.rides += more.rides;
        sum.persons += more.persons;
        sum.gross += more.gross;
        sum.refunded += more.refunded;
        sum.taken += more.taken;
    }

    /// With the commission that is rounded once over all of them.
    pub fn with_commission(self, settlement: SettlementId) -> Outcome<Vec<LineRow>> {
        let sold: Vec<Sold> = self
            .0
            .iter()
            .map(|(of, sum)| Sold { commission: of.commission, rides: sum.rides, net: sum.gross - sum.refunded })
            .collect();
        let commissions = shared(&sold).ok_or_else(|| StoreError::Broken("a commission does not fit".into()))?;
        let row = |((ordinal, (of, sum)), commission): ((i64, (Of, Sum)), i64)| LineRow {
            settlement,
            ordinal,
            service_day: of.service_day,
            route: of.route,
            product: of.product,
            category: of.category,
            is_correction: of.is_correction,
            rides: sum.rides,
            persons: sum.persons,
            gross: sum.gross,
            refunded: sum.refunded,
            commission,
            taken: sum.taken,
            payable: sum.gross - sum.refunded - commission - sum.taken,
        };
        Ok((0..).zip(self.0).zip(commissions).map(row).collect())
    }
}

/// What the lines come to together.
pub(super) fn total(lines: &[LineRow]) -> (Sum, i64, i64) {
    let mut sum = Sum::default();
    let (mut commission, mut payable) = (0, 0);
    for line in lines {
        sum.rides += line.rides;
        sum.persons += line.persons;
        sum.gross += line.gross;
        sum.refunded += line.refunded;
        sum.taken += line.taken;
        commission += line.commission;
        payable += line.payable;
    }
    (sum, commission, payable)
}
