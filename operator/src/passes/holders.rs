//! Passes and benefits as their holder sees them, and a pass that is given back.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use mesto_protocol::kernel::ids::{AccountId, PassId};
use mesto_protocol::kernel::json::Json as OnTheWire;
use mesto_protocol::passes::holders::{
    self as wire, Benefit, PASSES_OVER, Pass, PassPage, PassToGiveBack, PassesSection as SectionOnTheWire,
};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::City;
use mesto_rules::calendar::to_utc;
use mesto_rules::money::Money;
use mesto_rules::passes::{PassRefund, PassesSection};

use crate::base::payments::refunds::{self, TakenBack};
use crate::kernel::account::LockedAccount;
use crate::kernel::call::Call;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::ledger::LedgerAccount;
use crate::kernel::operator::Operator;
use crate::kernel::paging::AskedPage;
use crate::kernel::service::{Served, serve};
use crate::kernel::store::{Select, Tx};
use crate::passes::tables::{BenefitRow, PassRow, PassWord};
use crate::passes::{NAME, REFUND};
use crate::{find, update, values};

pub(crate) const OPERATIONS: &[Served] = &[serve!(get wire::LIST => list), serve!(post wire::GIVE_BACK => give_back)];

/// How many that are over an account is told of.
const OVER: i64 = PASSES_OVER as i64;
/// Before a pass begins it is not given back any more: trips of its first day are sold then.
const NOT_GIVEN_BACK: TimeDelta = TimeDelta::hours(2);

/// A pass as it is told.
pub(crate) fn told(row: PassRow) -> Outcome<Pass> {
    Ok(Pass {
        id: row.id,
        city: row.city,
        product: row.product,
        category: row.category,
        first_on: row.first_day,
        last_on: row.last_day,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        state: row.state.into(),
        bought_at: row.bought_at,
        price: Money::from_minor(row.price, row.currency),
        lines: row.lines.read()?,
        pay: row.pay.into(),
    })
}

/// A benefit as it is told to its holder.
pub(crate) fn told_benefit(row: BenefitRow) -> Benefit {
    Benefit {
        id: row.id,
        city: row.city,
        category: row.category,
        granted_at: row.granted_at,
        until_on: row.until_day,
        ends_at: row.ends_at,
        is_revoked: row.revoked_at.is_some(),
    }
}

/// What an app shows of passes and benefits.
pub(crate) fn section(tx: &mut dyn Tx, _: &Operator, account: AccountId, now: DateTime<Utc>) -> Outcome<OnTheWire> {
    let passes: Vec<PassRow> = tx.all(Select::of(
        "FROM transit_pass WHERE transit_pass.account = $1 AND (transit_pass.ends_at > $2 OR transit_pass.id IN (SELECT id FROM transit_pass WHERE account = $1 AND ends_at <= $2 ORDER BY id DESC LIMIT $3)) ORDER BY transit_pass.id DESC",
        values![account, now.timestamp_millis(), OVER],
    ))?;
    let benefits: Vec<BenefitRow> = tx.all(Select::of(
        "FROM rider_benefit WHERE rider_benefit.account = $1 AND rider_benefit.ends_at > $2 ORDER BY rider_benefit.id DESC",
        values![account, now.timestamp_millis()],
    ))?;
    let passes = passes.into_iter().map(told).collect::<Outcome<Vec<Pass>>>()?;
    let benefits = benefits.into_iter().map(told_benefit).collect();
    Ok(OnTheWire::of(&SectionOnTheWire { passes, benefits })?)
}

/// Newest first.
pub(crate) fn list(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<PassPage> {
    let asked = AskedPage::<PassId>::of(call.request)?;
    let rows: Vec<PassRow> = tx.all(Select::of(
        "FROM transit_pass WHERE transit_pass.account = $1 AND transit_pass.id < $2 ORDER BY transit_pass.id DESC LIMIT $3",
        values![call.who()?.account, asked.older_than(), asked.reads()],
    ))?;
    let passes = rows.into_iter().map(told).collect::<Outcome<Vec<Pass>>>()?;
    let (items, next) = asked.page(passes, |pass| pass.id.to_string());
    Ok(PassPage { items, next })
}

/// When a service day begins.
pub(crate) fn day_begins_at(city: &City, section: &PassesSection, day: NaiveDate) -> Option<DateTime<Utc>> {
    let begins = u32::from(section.policy.day_begins.minutes());
    let time = NaiveTime::from_hms_opt(begins / 60, begins % 60, 0)?;
    to_utc(&city.sections.time, day.and_time(time))
}

/// Until when a pass of a product that begins at a moment is given back; `None` where it is not.
pub(crate) fn given_back_until(
    section: &PassesSection,
    product: &str,
    starts_at: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let product = section.product(product)?;
    (product.refund == PassRefund::BeforeFirstDay).then(|| starts_at - NOT_GIVEN_BACK)
}

/// The holder gives a pass back before it begins, and has its price again.
pub(crate) fn give_back(tx: &mut dyn Tx, call: &mut Call<'_>, said: PassToGiveBack) -> Outcome<Pass> {
    let (operator, now) = (call.operator, call.now);
    let mut account = LockedAccount::of_caller(tx, call.who()?.account)?;
    let row = tx.first(find!(PassRow { id: said.pass, account: account.id }).locking("transit_pass"))?;
    let Some(row) = row else { return refuse(ProblemCode::NotFound, "there is no such pass of yours") };
    if row.state == PassWord::GivenBack {
        return told(row);
    }
    let until = until(operator, &row)?;
    if until.is_none_or(|until| until <= now) {
        let detail = "a pass is given back until two hours before its first day begins, where the city says so";
        return Err(Problem::new(ProblemCode::PassNotRefundable, detail).with("until", until).into());
    }
    let pass = taken_back(tx, (operator, now), &mut account, row)?;
    account.release(tx, now)?;
    Ok(pass)
}

/// Until when this pass is.
fn until(operator: &Operator, row: &PassRow) -> Outcome<Option<DateTime<Utc>>> {
    let section: &PassesSection = operator.city(row.city.as_str())?.section()?;
    Ok(given_back_until(section, row.product.as_str(), row.starts_at))
}

/// An account is closed: passes that can still be given back are.
pub(crate) fn closing(tx: &mut dyn Tx, call: &Call<'_>, account: &mut LockedAccount) -> Outcome<()> {
    let (operator, now) = (call.operator, call.now);
    let held: Vec<PassRow> = tx.all(Select::of(
        "FROM transit_pass WHERE transit_pass.account = $1 AND transit_pass.state = 'held' AND transit_pass.starts_at > $2 ORDER BY transit_pass.id",
        values![account.id, now.timestamp_millis()],
    ))?;
    for row in held {
        if until(operator, &row)?.is_some_and(|until| now < until) {
            taken_back(tx, (operator, now), account, row)?;
        }
    }
    Ok(())
}

/// The pass is no more, and its price goes back.
fn taken_back(
    tx: &mut dyn Tx,
    (operator, now): (&Operator, DateTime<Utc>),
    account: &mut LockedAccount,
    row: PassRow,
) -> Outcome<Pass> {
    tx.write(update!(PassRow { id: row.id } set { state: PassWord::GivenBack }))?;
    if row.price > 0 {
        let reference = row.id.to_string();
        let back = TakenBack {
            sale: row.sale,
            pay: &row.pay.into(),
            price: Money::from_minor(row.price, row.currency),
            from: LedgerAccount::Revenue { service: NAME, city: row.city.clone() },
            reason: "given_back",
            kind: REFUND,
            reference: &reference,
        };
        refunds::give_back(tx, operator, now, account, back)?;
    }
    let pass = told(PassRow { state: PassWord::GivenBack, ..row })?;
    account.tell(&pass)?;
    Ok(pass)
}
