//! What a carrier is told: reports of service days, settlements, subsidies (AV-21). Everybody is
//! told of his own carrier alone.

use chrono::NaiveDate;
use mesto_protocol::partners::reports::{
    self as wire, PartnerLine, PartnerReport, PartnerSettlement, PartnerSettlementPage, PartnerStatement,
    PartnerSubsidies, PartnerSubsidy, PartnerSums, REPORT_DAYS_MOST,
};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::City;
use mesto_rules::money::Money;
use mesto_rules::rides::{CarrierId, RouteId};

use crate::kernel::call::Call;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::operator::Operator;
use crate::kernel::paging::AskedPage;
use crate::kernel::service::{Served, serve};
use crate::kernel::store::{Select, Tx};
use crate::partners::sums::{BY, Counted, Lines, Of, REDUCED, RIDES, Sum, total};
use crate::partners::tables::{LineRow, SettlementRow};
use crate::partners::terms::{Agreed, carrier_of};
use crate::{find, projection, values};

pub(crate) const OPERATIONS: &[Served] = &[
    serve!(get wire::REPORT => report),
    serve!(get wire::SETTLEMENTS => settlements),
    serve!(get wire::SETTLEMENT => settlement),
    serve!(get wire::SUBSIDIES => subsidies),
];

/// The carrier that is asked about, for whom the caller acts.
fn asked<'a>(call: &Call<'a>) -> Outcome<(&'a City, CarrierId)> {
    let operator: &'a Operator = call.operator;
    let city = operator.city(&call.request.needed("city")?)?;
    let typed = call.request.needed("carrier")?;
    call.in_place(city.id.as_str(), &typed)?;
    Ok((city, carrier_of(city, &typed)?))
}

fn day(call: &Call<'_>, name: &str) -> Outcome<NaiveDate> {
    let typed = call.request.needed(name)?;
    // Years of more digits are no day of a service.
    let day = typed.parse().ok().filter(|_| typed.len() == 10);
    Ok(day.ok_or_else(|| {
        Problem::new(ProblemCode::BadRequest, format!("{name} should be a day such as 2026-11-27")).with("field", name)
    })?)
}

/// The service days that are asked about.
fn days(call: &Call<'_>) -> Outcome<(NaiveDate, NaiveDate)> {
    let (from, to) = (day(call, "from")?, day(call, "to")?);
    let most = REPORT_DAYS_MOST;
    if to < from || (to - from).num_days() >= most {
        let detail = format!("a report is of 1 to {most} days, from the first to the last one");
        return Err(Problem::new(ProblemCode::OutOfRange, detail).with("field", "to").with("most", most).into());
    }
    Ok((from, to))
}

/// Rides of some days as they stand now.
fn report(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<PartnerReport> {
    let (city, carrier) = asked(call)?;
    let (from, to) = days(call)?;
    let agreed = Agreed::with(tx, city, &carrier)?;
    agreed.needed_on(&carrier, from)?;
    let counted: Vec<Counted> = tx.all(Select::of(
        &format!("FROM {RIDES} GROUP BY {BY}"),
        values![&city.id, &carrier, from.to_string(), to.to_string()],
    ))?;
    let mut lines = Lines::default();
    for one in counted {
        let commission = agreed.needed_on(&carrier, one.service_day)?.commission();
        let Counted { service_day, route, product, category, rides, persons, gross, refunded, is_taken } = one;
        let taken = if is_taken { gross - refunded } else { 0 };
        let of = Of { is_correction: false, service_day, route, product, category, commission };
        lines.add(of, Sum { rides, persons, gross, refunded, taken });
    }
    // It is no settlement: its lines have no id.
    let lines = lines.with_commission(call.operator.new_id(call.now))?;
    let (sum, commission, payable) = total(&lines);
    let money = |minor| Money::from_minor(minor, city.currency);
    Ok(PartnerReport {
        city: city.id.clone(),
        carrier,
        from_on: from,
        to_on: to,
        made_at: call.now,
        lines: lines.into_iter().map(|line| line.told(city.currency)).collect(),
        sums: PartnerSums {
            rides: sum.rides,
            persons: sum.persons,
            gross: money(sum.gross),
            refunded: money(sum.refunded),
            commission: money(commission),
            taken_by_carrier: money(sum.taken),
            payable: money(payable),
        },
    })
}

/// Newest first.
fn settlements(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<PartnerSettlementPage> {
    let (city, carrier) = asked(call)?;
    let asked = AskedPage::<i64>::of(call.request)?;
    let rows: Vec<SettlementRow> = tx.all(Select::of(
        "FROM partner_settlement WHERE partner_settlement.city = $1 AND partner_settlement.carrier = $2 AND partner_settlement.number < $3 ORDER BY partner_settlement.number DESC LIMIT $4",
        values![&city.id, &carrier, asked.before.unwrap_or(i64::MAX), asked.reads()],
    ))?;
    let (rows, next) = asked.page(rows, |row| row.number.to_string());
    Ok(PartnerSettlementPage { items: rows.into_iter().map(PartnerSettlement::from).collect(), next })
}

/// One settlement with its lines.
fn settlement(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<PartnerStatement> {
    let (city, carrier) = asked(call)?;
    let number = call.request.asked_number("number")?;
    let number = number
        .ok_or_else(|| Problem::new(ProblemCode::BadRequest, "the query lacks number").with("field", "number"))?;
    let row = tx.first(find!(SettlementRow { city: &city.id, carrier: &carrier, number: number }))?;
    let Some(row) = row else { return refuse(ProblemCode::NotFound, "the carrier has no settlement of this number") };
    let lines: Vec<LineRow> = tx.all(Select::of(
        "FROM partner_line WHERE partner_line.settlement = $1 ORDER BY partner_line.ordinal",
        values![row.id],
    ))?;
    let lines: Vec<PartnerLine> = lines.into_iter().map(|line| line.told(row.currency)).collect();
    Ok(PartnerStatement { settlement: row.into(), lines })
}

projection! {
    /// Free and reduced rides that were counted together.
    struct Reduced {
        service_day: NaiveDate = "counted.service_day",
        route: Option<RouteId> = "counted.route",
        category: Option<String> = "counted.category",
        rides: i64 = "COUNT(DISTINCT counted.ride)",
        persons: i64 = "CAST(SUM(counted.persons) AS BIGINT)",
        paid: i64 = "CAST(COALESCE(SUM(CASE WHEN counted.full_fare IS NULL THEN 0 ELSE counted.paid END), 0) AS BIGINT)",
        full_fare: i64 = "CAST(COALESCE(SUM(counted.full_fare), 0) AS BIGINT)",
        unknown_rides: i64 = "CAST(SUM(CASE WHEN counted.full_fare IS NULL THEN 1 ELSE 0 END) AS BIGINT)",
    }
}

/// Free and reduced rides, and what their full fare would have been.
fn subsidies(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<PartnerSubsidies> {
    let (city, carrier) = asked(call)?;
    let (from, to) = days(call)?;
    let rows: Vec<Reduced> = tx.all(Select::of(
        &format!("FROM {REDUCED} GROUP BY counted.service_day, counted.route, counted.category ORDER BY counted.service_day, counted.route, counted.category"),
        values![&city.id, &carrier, from.to_string(), to.to_string()],
    ))?;
    let money = |minor| Money::from_minor(minor, city.currency);
    let subsidy = rows.iter().map(|row| row.full_fare - row.paid).sum();
    let unknown_rides = rows.iter().map(|row| row.unknown_rides).sum();
    let mut lines: Vec<PartnerSubsidy> = rows
        .into_iter()
        .map(|row| PartnerSubsidy {
            service_on: row.service_day,
            route: row.route,
            category: row.category,
            rides: row.rides,
            persons: row.persons,
            paid: money(row.paid),
            full_fare: money(row.full_fare),
            subsidy: money(row.full_fare - row.paid),
            unknown_rides: row.unknown_rides,
        })
        .collect();
    // Databases sort what is absent differently.
    lines.sort_by(|a, b| (a.service_on, &a.route, &a.category).cmp(&(b.service_on, &b.route, &b.category)));
    Ok(PartnerSubsidies {
        city: city.id.clone(),
        carrier,
        from_on: from,
        to_on: to,
        made_at: call.now,
        lines,
        subsidy: money(subsidy),
        unknown_rides,
    })
}
