//! Benefits: granted from now on, revoked from now on, never for what was before.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use mesto_protocol::kernel::ids::{AccountId, BenefitId};
use mesto_protocol::passes::clerks::{self as wire, BenefitToGrant, BenefitToRevoke, EVIDENCE_MOST};
use mesto_protocol::passes::holders::Benefit;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::City;
use mesto_rules::calendar::to_utc;
use mesto_rules::passes::PassesSection;

use crate::kernel::account::{AccountRow, LockedAccount};
use crate::kernel::call::Call;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::grants::{self, Logged};
use crate::kernel::operator::Operator;
use crate::kernel::service::{Served, serve};
use crate::kernel::store::{Select, StoreError, Tx, Write};
use crate::passes::holders::told_benefit;
use crate::passes::tables::BenefitRow;
use crate::{find, update, values};

pub(crate) const OPERATIONS: &[Served] = &[serve!(post wire::GRANT => grant), serve!(post wire::REVOKE => revoke)];

fn grant(tx: &mut dyn Tx, call: &mut Call<'_>, asked: BenefitToGrant) -> Outcome<Benefit> {
    let city = call.operator.city(&asked.city)?;
    call.in_city(city.id.as_str())?;
    let by = call.who()?.account.to_string();
    granted(tx, (call.operator, call.now), &by, &asked)
}

/// Grants a benefit from now on to the end of a day; by an account, or the operator's tool.
pub(crate) fn granted(
    tx: &mut dyn Tx,
    (operator, now): (&Operator, DateTime<Utc>),
    by: &str,
    asked: &BenefitToGrant,
) -> Outcome<Benefit> {
    let city = operator.city(&asked.city)?;
    let passes = city.section::<PassesSection>()?;
    let Some(category) = passes.category(&asked.category) else {
        let known: Vec<&str> = passes.categories.iter().map(|category| category.id.as_str()).collect();
        let detail = format!("there is no category of this name; these are: {}", known.join(", "));
        return Err(Problem::new(ProblemCode::CategoryUnknown, detail).with("known", known).into());
    };
    let Some(most) = category.granted_days else {
        let detail = "nobody is granted this category: it is everybody's, or is said of a companion";
        return Err(Problem::new(ProblemCode::CategoryNotGranted, detail).with("category", &category.id).into());
    };
    let ends_at = last_day(city, asked.until_on, most, now)?;
    let evidence = evidence(&asked.evidence)?;
    let mut holder = holder(tx, asked.account)?;
    let same: Option<BenefitRow> = tx.first(Select::of(
        "FROM rider_benefit WHERE rider_benefit.account = $1 AND rider_benefit.city = $2 AND rider_benefit.category = $3 AND rider_benefit.until_day = $4 AND rider_benefit.evidence = $5 AND rider_benefit.ends_at > $6",
        values![holder.id, &city.id, &category.id, asked.until_on.to_string(), &evidence, now.timestamp_millis()],
    ))?;
    if let Some(same) = same {
        return Ok(told_benefit(same));
    }
    let row = BenefitRow {
        id: operator.new_id(now),
        account: holder.id,
        city: city.id.clone(),
        category: category.id.clone(),
        until_day: asked.until_on,
        granted_at: now,
        ends_at,
        revoked_at: None,
        evidence,
        granted_by: by.to_owned(),
    };
    let benefit = told_benefit(row.clone());
    let (subject, note) = (row.id.to_string(), format!("{} of {} until {}", row.category, row.account, row.until_day));
    tx.write(Write::insert(row))?;
    grants::log(tx, operator, now, &Logged { actor: by, action: "benefit.granted", subject: &subject, note: &note })?;
    holder.tell(&benefit)?;
    holder.release(tx, now)?;
    Ok(benefit)
}

/// The moment at which a day ends that a benefit may be granted for.
fn last_day(city: &City, until_on: NaiveDate, most: u32, now: DateTime<Utc>) -> Outcome<DateTime<Utc>> {
    let today = city.sections.time.local(now).date_naive();
    let latest = today.checked_add_days(Days::new(most.into())).unwrap_or(today);
    if until_on < today || until_on > latest {
        let detail = format!("until {until_on}; this category is granted for days from {today} to {latest}");
        return Err(Problem::new(ProblemCode::OutOfRange, detail)
            .with("field", "until_on")
            .with("from", today)
            .with("most", latest)
            .into());
    }
    let end = until_on.succ_opt().and_then(|next| to_utc(&city.sections.time, next.and_time(NaiveTime::MIN)));
    Ok(end.ok_or_else(|| Problem::new(ProblemCode::OutOfRange, "there is no such day").with("field", "until_on"))?)
}

/// A reference as an office writes it: no free text, so that no name gets in.
fn evidence(typed: &str) -> Outcome<String> {
    let is_sign = |sign: char| sign.is_alphanumeric() || matches!(sign, '-' | '/' | '.' | '_');
    let fits = (1..=EVIDENCE_MOST).contains(&typed.chars().count())
        && typed.chars().all(is_sign)
        && typed.chars().any(|sign| sign.is_ascii_digit());
    if fits {
        return Ok(typed.to_owned());
    }
    let detail =
        format!("a number of the office's register: 1 to {EVIDENCE_MOST} letters, digits, - / . _ with a digit");
    Err(Problem::new(ProblemCode::BadRequest, detail).with("field", "evidence").into())
}

fn holder(tx: &mut dyn Tx, account: AccountId) -> Outcome<LockedAccount> {
    let row = tx.first(find!(AccountRow { id: account }).locking("account"))?;
    match row.filter(|row| row.closed_at.is_none()) {
        Some(row) => Ok(LockedAccount::of(row)),
        None => refuse(ProblemCode::NotFound, "there is no such account, or it was closed"),
    }
}

fn revoke(tx: &mut dyn Tx, call: &mut Call<'_>, asked: BenefitToRevoke) -> Outcome<Benefit> {
    let Some(row) = tx.first(find!(BenefitRow { id: asked.benefit }))? else {
        return refuse(ProblemCode::NotFound, "there is no such benefit");
    };
    call.in_city(row.city.as_str())?;
    let by = call.who()?.account.to_string();
    revoked(tx, (call.operator, call.now), &by, (asked.benefit, &asked.reason))
}

/// Ends a benefit now; what was ridden with it stays as it was paid.
pub(crate) fn revoked(
    tx: &mut dyn Tx,
    (operator, now): (&Operator, DateTime<Utc>),
    by: &str,
    (benefit, reason): (BenefitId, &str),
) -> Outcome<Benefit> {
    let Some(known) = tx.first(find!(BenefitRow { id: benefit }))? else {
        return refuse(ProblemCode::NotFound, "there is no such benefit");
    };
    let mut holder = LockedAccount::take(tx, known.account)?;
    // Read again: now nobody else changes it.
    let row = tx.first(find!(BenefitRow { id: benefit }).locking("rider_benefit"))?;
    let row = row.ok_or_else(|| StoreError::unreadable("benefit", "it is gone"))?;
    if row.revoked_at.is_some() || row.ends_at <= now {
        return Ok(told_benefit(row));
    }
    tx.write(update!(BenefitRow { id: benefit } set { ends_at: now, revoked_at: Some(now) }))?;
    let subject = benefit.to_string();
    grants::log(tx, operator, now, &Logged { actor: by, action: "benefit.revoked", subject: &subject, note: reason })?;
    let told = told_benefit(BenefitRow { ends_at: now, revoked_at: Some(now), ..row });
    holder.tell(&told)?;
    holder.release(tx, now)?;
    Ok(told)
}
