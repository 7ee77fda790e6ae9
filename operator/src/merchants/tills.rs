//! What tills ask for, and what a merchant sees: of its own payments alone.

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use mesto_protocol::kernel::ids::{InvoiceId, MerchantId, MerchantPaymentId, TillId};
use mesto_protocol::merchants::payers::PaidInvoice;
use mesto_protocol::merchants::tills::{
    self as wire, Invoice, InvoiceToAsk, InvoiceToWithdraw, MerchantDay, MerchantTotals, REFERENCE_MOST, ReceivedPage,
    ReceivedPayment, TOTALS_DAYS_MOST, Till, Tills,
};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::City;
use mesto_rules::merchants::{InvoiceToken, MerchantsSection, invoice_link, is_payable, till_link};
use mesto_rules::money::{Currency, Money};

use crate::kernel::call::Call;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::operator::Operator;
use crate::kernel::paging::AskedPage;
use crate::kernel::service::{Served, serve};
use crate::kernel::store::{Select, StoreError, Tx, Write};
use crate::merchants::tables::{InvoiceRow, InvoiceWord, MerchantRow, PaymentRow, TillRow};
use crate::merchants::{refusal, sales};
use crate::{find, projection, update, values};

pub(crate) const OPERATIONS: &[Served] = &[
    serve!(get wire::TILLS => tills),
    serve!(post wire::ASK => ask),
    serve!(get wire::INVOICE => invoice),
    serve!(post wire::WITHDRAW => withdraw),
    serve!(get wire::RECEIVED => received),
    serve!(get wire::TOTALS => totals),
];

/// The merchant that is asked about, for whom the caller acts.
fn asked<'a>(tx: &mut dyn Tx, call: &Call<'a>) -> Outcome<(&'a City, MerchantRow)> {
    let operator: &'a Operator = call.operator;
    let city = operator.city(&call.request.needed("city")?)?;
    let typed = call.request.needed("merchant")?;
    call.in_place(city.id.as_str(), &typed)?;
    let row = match typed.parse::<MerchantId>() {
        Ok(id) => tx.first(find!(MerchantRow { id: id, city: &city.id }))?,
        Err(_) => None,
    };
    match row {
        Some(row) => Ok((city, row)),
        None => refuse(ProblemCode::NotFound, "there is no such merchant in the city"),
    }
}

/// A merchant, locked: what is payable to it and its invoices change one after another.
pub(super) fn locked(tx: &mut dyn Tx, merchant: MerchantId) -> Outcome<MerchantRow> {
    let row = tx.first(find!(MerchantRow { id: merchant }).locking("merchant"))?;
    row.ok_or_else(|| StoreError::unreadable("merchant", "it is gone").into())
}

/// A till as it is told.
pub(super) fn told_till(city: &City, section: &MerchantsSection, row: TillRow) -> Till {
    Till {
        id: row.id,
        merchant: row.merchant,
        name: row.name,
        is_open: row.is_open,
        code: till_link(section.code_host(), city.id.as_str(), &row.token),
        typed: row.token.to_string(),
    }
}

/// The tills of a merchant.
pub(super) fn of_merchant(tx: &mut dyn Tx, city: &City, merchant: MerchantId) -> Outcome<Vec<Till>> {
    let section = city.section::<MerchantsSection>()?;
    let rows: Vec<TillRow> = tx.all(Select::of(
        "FROM merchant_till WHERE merchant_till.merchant = $1 ORDER BY merchant_till.id",
        values![merchant],
    ))?;
    Ok(rows.into_iter().map(|row| told_till(city, section, row)).collect())
}

fn tills(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Tills> {
    let (city, merchant) = asked(tx, call)?;
    Ok(Tills { tills: of_merchant(tx, city, merchant.id)? })
}

/// A payment as its merchant sees it.
fn told_payment(row: PaymentRow) -> ReceivedPayment {
    let money = |minor| Money::from_minor(minor, row.currency);
    ReceivedPayment {
        id: row.id,
        number: row.number,
        till: row.till,
        invoice: row.invoice.zip(row.invoice_reference).map(|(id, reference)| PaidInvoice { id, reference }),
        amount: money(row.amount),
        commission: money(row.commission - row.commission_given_back),
        given_back: money(row.given_back),
        paid_at: row.paid_at,
    }
}

/// An invoice as it stands, with what paid it.
fn told_invoice(tx: &mut dyn Tx, call: &Call<'_>, row: InvoiceRow) -> Outcome<Invoice> {
    let city = call.operator.city(row.city.as_str())?;
    let section = city.section::<MerchantsSection>()?;
    let payment = match row.payment {
        Some(payment) => tx.first(find!(PaymentRow { id: payment }))?.map(told_payment),
        None => None,
    };
    Ok(Invoice {
        id: row.id,
        till: row.till,
        amount: Money::from_minor(row.amount, row.currency),
        reference: row.reference.clone(),
        state: row.state_at(call.now).into(),
        asked_at: row.asked_at,
        expires_at: row.expires_at,
        code: invoice_link(section.code_host(), city.id.as_str(), &row.token),
        typed: row.token.to_string(),
        payment,
    })
}

/// A till asks for a payment.
fn ask(tx: &mut dyn Tx, call: &mut Call<'_>, asked: InvoiceToAsk) -> Outcome<Invoice> {
    let (operator, now) = (call.operator, call.now);
    let Some(till) = tx.first(find!(TillRow { id: asked.till }))? else {
        return refuse(ProblemCode::NotFound, "there is no such till");
    };
    call.in_place(till.city.as_str(), &till.merchant.to_string())?;
    let city = operator.city(till.city.as_str())?;
    let section = city.section::<MerchantsSection>()?;
    let amount = sales::in_currency(asked.amount, city.currency, "amount")?;
    is_payable(amount, &section.limits).map_err(|why| refusal::amount(why, "amount"))?;
    let reference = refusal::reference("reference", &asked.reference, REFERENCE_MOST)?;
    let most = section.policy.invoice_minutes_most;
    if !(1..=most).contains(&asked.minutes) {
        let detail = format!("an invoice can be paid for 1 to {most} minutes");
        return Err(Problem::new(ProblemCode::OutOfRange, detail).with("field", "minutes").with("most", most).into());
    }
    let merchant = locked(tx, till.merchant)?;
    if let Some(known) = tx.first(find!(InvoiceRow { till: till.id, reference: &reference }))? {
        if known.amount != amount.minor()? {
            let told = Money::from_minor(known.amount, known.currency);
            let detail = format!("the till has asked for {told} by this reference; take another one");
            return Err(Problem::new(ProblemCode::InvoiceReferenceUsed, detail)
                .with("invoice", known.id)
                .with("amount", told)
                .into());
        }
        return told_invoice(tx, call, known);
    }
    refusal::unless_active(&merchant)?;
    if !till.is_open {
        return refuse(ProblemCode::TillClosed, "this till is closed; open it first");
    }
    let mut chance = [0; InvoiceToken::SIGNS];
    operator.entropy.fill(&mut chance);
    let row = InvoiceRow {
        id: operator.new_id(now),
        merchant: merchant.id,
        till: till.id,
        city: city.id.clone(),
        token: InvoiceToken::of_chance(chance),
        reference,
        amount: amount.minor()?,
        currency: city.currency,
        state: InvoiceWord::Waiting,
        asked_at: now,
        expires_at: now + TimeDelta::minutes(asked.minutes.into()),
        payment: None,
    };
    tx.write(Write::insert(row.clone()))?;
    told_invoice(tx, call, row)
}

/// An invoice of a merchant for whom the caller acts.
fn own_invoice(tx: &mut dyn Tx, call: &Call<'_>, id: InvoiceId) -> Outcome<InvoiceRow> {
    let Some(row) = tx.first(find!(InvoiceRow { id: id }))? else {
        return refuse(ProblemCode::NotFound, "there is no such invoice");
    };
    call.in_place(row.city.as_str(), &row.merchant.to_string())?;
    Ok(row)
}

/// How an invoice stands: this is how a till hears that it was paid.
fn invoice(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Invoice> {
    let (_, merchant) = asked(tx, call)?;
    let row = match call.request.needed("invoice")?.parse::<InvoiceId>() {
        Ok(id) => tx.first(find!(InvoiceRow { id: id, merchant: merchant.id }))?,
        Err(_) => None,
    };
    match row {
        Some(row) => told_invoice(tx, call, row),
        None => refuse(ProblemCode::NotFound, "the merchant has no such invoice"),
    }
}

/// A till does not wait any more.
fn withdraw(tx: &mut dyn Tx, call: &mut Call<'_>, asked: InvoiceToWithdraw) -> Outcome<Invoice> {
    let found = own_invoice(tx, call, asked.invoice)?;
    locked(tx, found.merchant)?;
    // Read again: now nobody else changes it.
    let row = own_invoice(tx, call, asked.invoice)?;
    match row.state {
        InvoiceWord::Paid => refuse(ProblemCode::InvoicePaid, "this invoice is paid; give the payment back instead"),
        InvoiceWord::Withdrawn => told_invoice(tx, call, row),
        InvoiceWord::Waiting | InvoiceWord::Expired => {
            tx.write(update!(InvoiceRow { id: row.id } set { state: InvoiceWord::Withdrawn }))?;
            told_invoice(tx, call, InvoiceRow { state: InvoiceWord::Withdrawn, ..row })
        }
    }
}

/// Payments to a merchant, or at one of its tills, newest first.
fn received(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<ReceivedPage> {
    let (_, merchant) = asked(tx, call)?;
    let page = AskedPage::<MerchantPaymentId>::of(call.request)?;
    let till = match call.request.asked("till")? {
        None => None,
        Some(typed) => {
            let till = match typed.parse::<TillId>() {
                Ok(id) => tx.first(find!(TillRow { id: id, merchant: merchant.id }))?,
                Err(_) => None,
            };
            let Some(till) = till else { return refuse(ProblemCode::NotFound, "the merchant has no such till") };
            Some(till.id)
        }
    };
    let newest = |of: &str, whose: crate::kernel::store::Value| {
        Select::<PaymentRow>::of(
            &format!(
                "FROM merchant_payment WHERE merchant_payment.{of} = $1 AND merchant_payment.id < $2 ORDER BY merchant_payment.id DESC LIMIT $3"
            ),
            &[whose, page.older_than().into(), page.reads().into()],
        )
    };
    let rows = match till {
        Some(till) => tx.all(newest("till", till.into()))?,
        None => tx.all(newest("merchant", merchant.id.into()))?,
    };
    let (rows, next) = page.page(rows, |row| row.id.to_string());
    Ok(ReceivedPage { items: rows.into_iter().map(told_payment).collect(), next })
}

projection! {
    /// What moved on a day.
    struct OfDay {
        day: NaiveDate = "day",
        number: i64 = "COUNT(*)",
        amount: i64 = "CAST(SUM(amount) AS BIGINT)",
        commission: i64 = "CAST(SUM(commission) AS BIGINT)",
    }
}

/// What a merchant was paid between two days, and what was given back: day by day.
fn of_days(
    tx: &mut dyn Tx,
    merchant: MerchantId,
    (from, to): (NaiveDate, NaiveDate),
    currency: Currency,
) -> Outcome<Vec<MerchantDay>> {
    let mut days = BTreeMap::<NaiveDate, (i64, i64, i64, i64)>::new();
    for (table, column, is_paid) in [("merchant_payment", "paid_day", true), ("merchant_refund", "refunded_day", false)]
    {
        let moved: Vec<OfDay> = tx.all(Select::of(
            &format!("FROM (SELECT {column} AS day, amount, commission FROM {table} WHERE merchant = $1 AND {column} >= $2 AND {column} <= $3) AS moved GROUP BY day ORDER BY day"),
            values![merchant, from.to_string(), to.to_string()],
        ))?;
        for OfDay { day, number, amount, commission } in moved {
            let (payments, paid, back, kept) = days.entry(day).or_default();
            if is_paid {
                (*payments, *paid, *kept) = (number, amount, *kept + commission);
            } else {
                (*back, *kept) = (amount, *kept - commission);
            }
        }
    }
    let money = |minor| Money::from_minor(minor, currency);
    let told = |(day_on, (payments, amount, back, kept)): (NaiveDate, (i64, i64, i64, i64))| MerchantDay {
        day_on,
        payments,
        amount: money(amount),
        given_back: money(back),
        commission: money(kept),
        net: money(amount - back - kept),
    };
    Ok(days.into_iter().map(told).collect())
}

fn day(call: &Call<'_>, name: &str) -> Outcome<NaiveDate> {
    let typed = call.request.needed(name)?;
    let day = typed.parse().ok().filter(|_| typed.len() == 10);
    day.ok_or_else(|| refusal::bad(name, &format!("{name} should be a day such as 2026-11-27")))
}

/// What a merchant was paid on each day as it stands now.
fn totals(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<MerchantTotals> {
    let (city, merchant) = asked(tx, call)?;
    let (from, to) = (day(call, "from")?, day(call, "to")?);
    let most = TOTALS_DAYS_MOST;
    if to < from || (to - from).num_days() >= most {
        let detail = format!("totals are of 1 to {most} days, from the first to the last one");
        return Err(Problem::new(ProblemCode::OutOfRange, detail).with("field", "to").with("most", most).into());
    }
    Ok(MerchantTotals {
        city: city.id.clone(),
        merchant: merchant.id,
        from_on: from,
        to_on: to,
        made_at: call.now,
        days: of_days(tx, merchant.id, (from, to), merchant.currency)?,
        payable: Money::from_minor(merchant.payable, merchant.currency),
        owed: Money::from_minor(merchant.owed, merchant.currency),
    })
}
