//! What is payable to a merchant is settled: payments and what was given back since the last time,
//! as one statement, and the transfer of the rest to the merchant's bank. A settlement never
//! changes; what is given back later stands in the next one.

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::ids::{MerchantId, PayoutId};
use mesto_rules::CityId;
use mesto_rules::money::Money;

use crate::kernel::failure::Outcome;
use crate::kernel::ledger::{self, ELSEWHERE, LedgerAccount, Movement};
use crate::kernel::operator::Operator;
use crate::kernel::store::{Select, Tx, Write};
use crate::merchants::tables::{MerchantRow, SettlementRow};
use crate::merchants::{NAME, SETTLEMENT, tills};
use crate::{projection, update, values};

/// What was settled with a merchant.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct MerchantSettlement {
    pub id: PayoutId,
    pub city: CityId,
    pub merchant: MerchantId,
    /// From 1 on, one after another.
    pub number: i64,
    pub closed_at: DateTime<Utc>,
    pub payments: i64,
    /// What payers paid, their fees apart.
    pub amount: Money,
    pub given_back: Money,
    /// What the operator keeps.
    pub commission: Money,
    /// What the merchant owed before.
    pub owed_before: Money,
    /// What is transferred: the amount without what was given back, the commission and what was
    /// owed.
    pub paid_out: Money,
    /// What the merchant owes now, where that comes to less than nothing.
    pub owed_after: Money,
}

impl From<SettlementRow> for MerchantSettlement {
    fn from(row: SettlementRow) -> Self {
        let money = |minor| Money::from_minor(minor, row.currency);
        Self {
            amount: money(row.amount),
            given_back: money(row.given_back),
            commission: money(row.commission),
            owed_before: money(row.owed_before),
            paid_out: money(row.paid_out),
            owed_after: money(row.owed_after),
            id: row.id,
            city: row.city,
            merchant: row.merchant,
            number: row.number,
            closed_at: row.closed_at,
            payments: row.payments,
        }
    }
}

projection! {
    /// What is in a settlement of one table.
    struct Sum {
        number: i64 = "COUNT(*)",
        amount: i64 = "CAST(COALESCE(SUM(amount), 0) AS BIGINT)",
        commission: i64 = "CAST(COALESCE(SUM(commission), 0) AS BIGINT)",
    }
}

/// Puts what is in no settlement yet into this one, and adds it up.
fn counted(tx: &mut dyn Tx, table: &'static str, id: PayoutId, merchant: MerchantId) -> Outcome<Sum> {
    let sql = format!("UPDATE {table} SET settlement = $1 WHERE merchant = $2 AND settlement IS NULL");
    tx.write(Write::sql(table, &sql, values![id, merchant]))?;
    let sum: Option<Sum> =
        tx.first(Select::of(&format!("FROM {table} WHERE merchant = $2 AND settlement = $1"), values![id, merchant]))?;
    Ok(sum.unwrap_or(Sum { number: 0, amount: 0, commission: 0 }))
}

/// The last settlement of a merchant.
fn last(tx: &mut dyn Tx, merchant: MerchantId) -> Outcome<Option<SettlementRow>> {
    Ok(tx.first(Select::of(
        "FROM merchant_settlement WHERE merchant_settlement.merchant = $1 ORDER BY merchant_settlement.number DESC LIMIT 1",
        values![merchant],
    ))?)
}

/// Settles with a merchant; `None` where nothing moved since the last time.
pub(super) fn settle(
    tx: &mut dyn Tx,
    operator: &Operator,
    now: DateTime<Utc>,
    merchant: MerchantId,
) -> Outcome<Option<MerchantSettlement>> {
    let merchant = tills::locked(tx, merchant)?;
    let id: PayoutId = operator.new_id(now);
    let paid = counted(tx, "merchant_payment", id, merchant.id)?;
    let back = counted(tx, "merchant_refund", id, merchant.id)?;
    if paid.number == 0 && back.number == 0 {
        return Ok(None);
    }
    let last = last(tx, merchant.id)?;
    let row = SettlementRow {
        id,
        city: merchant.city.clone(),
        merchant: merchant.id,
        number: last.as_ref().map_or(1, |last| last.number + 1),
        closed_at: now,
        payments: paid.number,
        amount: paid.amount,
        given_back: back.amount,
        commission: paid.commission - back.commission,
        owed_before: last.map_or(0, |last| last.owed_after),
        paid_out: merchant.payable,
        owed_after: merchant.owed,
        currency: merchant.currency,
    };
    if row.paid_out > 0 {
        let reference = id.to_string();
        let legs = vec![
            (
                LedgerAccount::Payable { service: NAME, city: row.city.clone(), to: row.merchant.to_string() },
                row.paid_out,
            ),
            (LedgerAccount::Clearing { provider: ELSEWHERE.to_owned() }, -row.paid_out),
        ];
        let (id, currency) = (operator.new_id(now), row.currency);
        ledger::post(tx, now, None, Movement { id, kind: SETTLEMENT, reference: &reference, currency, legs })?;
        tx.write(update!(MerchantRow { id: merchant.id } set { payable: 0 }))?;
    }
    tx.write(Write::insert(row.clone()))?;
    Ok(Some(row.into()))
}
