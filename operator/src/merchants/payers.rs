//! Payments as whoever paid sees them.

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::ids::{AccountId, MerchantPaymentId};
use mesto_protocol::kernel::json::Json as OnTheWire;
use mesto_protocol::merchants::payers::{
    self as wire, MerchantPayment, MerchantPaymentPage, MerchantPaymentState, MerchantsSection as SectionOnTheWire,
    PAYMENTS_TOLD, PaidInvoice, PaidMerchant, PaidTill, PaymentContract,
};
use mesto_rules::money::Money;

use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::operator::Operator;
use crate::kernel::paging::AskedPage;
use crate::kernel::service::{Served, serve};
use crate::kernel::store::{Select, Tx};
use crate::merchants::tables::{MerchantRow, PaymentRow, TillRow};
use crate::values;

pub(crate) const OPERATIONS: &[Served] = &[serve!(get wire::LIST => list)];

/// The payment as its payer is told of it.
pub(super) fn told(row: PaymentRow) -> Outcome<MerchantPayment> {
    let money = |minor| Money::from_minor(minor, row.currency);
    let state = match row.given_back {
        0 => MerchantPaymentState::Paid,
        back if back >= row.amount => MerchantPaymentState::GivenBack,
        _ => MerchantPaymentState::PartlyGivenBack,
    };
    Ok(MerchantPayment {
        id: row.id,
        city: row.city,
        number: row.number,
        merchant: PaidMerchant {
            id: row.merchant,
            names: row.names.read()?,
            business_number: row.business_number,
            category: row.category,
        },
        till: PaidTill { id: row.till, name: row.till_name },
        invoice: row.invoice.zip(row.invoice_reference).map(|(id, reference)| PaidInvoice { id, reference }),
        amount: money(row.amount),
        fee: money(row.fee),
        total: money(row.amount).checked_add(&money(row.fee))?,
        lines: row.lines.read()?,
        paid_at: row.paid_at,
        state,
        given_back: money(row.given_back),
        fee_given_back: money(row.fee_given_back),
        give_back_until: row.give_back_until,
        contract: PaymentContract { organisation: row.organisation, link: row.contract, version: row.contract_version },
        balance: Money::from_minor(row.balance, row.currency),
    })
}

/// A merchant as it is told to whoever is to pay.
pub(super) fn merchant(row: &MerchantRow) -> Outcome<PaidMerchant> {
    Ok(PaidMerchant {
        id: row.id,
        names: row.names.read()?,
        business_number: row.business_number.clone(),
        category: row.category.clone(),
    })
}

pub(super) fn till(row: &TillRow) -> PaidTill {
    PaidTill { id: row.id, name: row.name.clone() }
}

/// Payments of an account that are older than one, newest first.
fn of_account(account: AccountId, before: String, most: i64) -> Select<PaymentRow> {
    Select::of(
        "FROM merchant_payment WHERE merchant_payment.account = $1 AND merchant_payment.id < $2 ORDER BY merchant_payment.id DESC LIMIT $3",
        values![account, before, most],
    )
}

/// What an app shows of payments at merchants.
pub(crate) fn section(tx: &mut dyn Tx, _: &Operator, account: AccountId, _: DateTime<Utc>) -> Outcome<OnTheWire> {
    let newest = AskedPage::<MerchantPaymentId>::newest(0);
    let most = i64::try_from(PAYMENTS_TOLD).unwrap_or(i64::MAX);
    let rows = tx.all(of_account(account, newest.older_than(), most))?;
    let payments = rows.into_iter().map(told).collect::<Outcome<Vec<MerchantPayment>>>()?;
    Ok(OnTheWire::of(&SectionOnTheWire { payments })?)
}

/// Newest first.
fn list(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<MerchantPaymentPage> {
    let asked = AskedPage::<MerchantPaymentId>::of(call.request)?;
    let rows = tx.all(of_account(call.who()?.account, asked.older_than(), asked.reads()))?;
    let payments = rows.into_iter().map(told).collect::<Outcome<Vec<MerchantPayment>>>()?;
    let (items, next) = asked.page(payments, |payment| payment.id.to_string());
    Ok(MerchantPaymentPage { items, next })
}
