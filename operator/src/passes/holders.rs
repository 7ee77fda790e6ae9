//! Passes and benefits as their holder sees them, and a pass that is given back.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
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

/// Whether a pass is given back before it begins.
pub(crate) fn is_refundable(section: &PassesSection, product: &str) -> bool {
    section.product(product).is_some_and(|product| product.refund == PassRefund::BeforeFirstDay)
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
    let city = operator.city(row.city.as_str())?;
    let section: &PassesSection = city.section()?;
    let until = is_refundable(section, row.product.as_str()).then_some(row.starts_at);
    if until.is_none_or(|until| until <= now) {
        let detail = "a pass is given back before its first day, where the city says so";
        return Err(Problem::new(ProblemCode::PassNotRefundable, detail).with("until", until).into());
    }
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
        refunds::give_back(tx, operator, now, &mut account, back)?;
    }
    let pass = told(PassRow { state: PassWord::GivenBack, ..row })?;
    account.tell(&pass)?;
    account.release(tx, now)?;
    Ok(pass)
}
