//! Payments at merchants (AV-18, AV-117): codes of tills and invoices, payments from the balance,
//! what merchants see and give back, and what is settled with them.

mod clerks;
mod payers;
mod refunds;
mod refusal;
pub(crate) mod sales;
mod settling;
pub(crate) mod tables;
mod tills;
mod tools;

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::kernel::ids::MerchantId;
use mesto_protocol::merchants as wire;
use mesto_rules::City;
use mesto_rules::merchants::MerchantsSection;

use crate::find;
use crate::kernel::failure::Outcome;
use crate::kernel::limits::Limits;
use crate::kernel::operator::Operator;
use crate::kernel::retention::{Rule, before, section_of};
use crate::kernel::service::{Check, Service};
use crate::kernel::store::Tx;
use crate::merchants::tables::MerchantRow;
use crate::values;

pub use settling::MerchantSettlement;
pub use tools::MerchantStanding;

/// The service in the ledger.
const NAME: &str = wire::SERVICE.name;
/// Movements in the ledger: a payment, with its id; what was given back, with its own; a
/// settlement, with its own.
const PAYMENT: &str = "merchants.payment";
const REFUND: &str = "merchants.refund";
const SETTLEMENT: &str = "merchants.settlement";

/// What is tried in an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MerchantLimits {
    /// Codes that no merchant has, by one account.
    pub wrong_codes: i64,
}

impl Default for MerchantLimits {
    fn default() -> Self {
        Self { wrong_codes: 20 }
    }
}

impl Limits for MerchantLimits {}

/// The sum of a ledger account's legs of an entry of a kind, with a row's id.
macro_rules! legs {
    ($entry:literal, $row:literal, $which:literal) => {
        concat!(
            "(SELECT COALESCE(SUM(ledger_leg.amount), 0) FROM ledger_entry JOIN ledger_leg ON ledger_leg.entry = ledger_entry.id WHERE ledger_entry.kind = '",
            $entry,
            "' AND ledger_entry.reference = ",
            $row,
            ".id AND ledger_leg.service = 'merchants' AND ledger_leg.city = ",
            $row,
            ".city AND ",
            $which,
            ")"
        )
    };
}

pub(crate) const SERVICE: Service = Service {
    operations: &[payers::OPERATIONS, tills::OPERATIONS, refunds::OPERATIONS, clerks::OPERATIONS],
    section: Some(payers::section),
    tables: &[
        tables::MERCHANTS,
        tables::TILLS,
        tables::INVOICES,
        tables::PAYMENTS,
        tables::REFUNDS,
        tables::SETTLEMENTS,
    ],
    retention: Some(erase_old),
    has_place: Some(has_merchant),
    audit: &[
        Check {
            fault: "payment {} to a merchant and its entry in the ledger differ",
            sql: concat!(
                "SELECT id FROM merchant_payment WHERE ",
                legs!(
                    "merchants.payment",
                    "merchant_payment",
                    "ledger_leg.kind IN ('payable', 'receivable') AND ledger_leg.provider = merchant_payment.merchant"
                ),
                " <> merchant_payment.commission - merchant_payment.amount OR ",
                legs!("merchants.payment", "merchant_payment", "ledger_leg.kind = 'revenue'"),
                " <> -merchant_payment.commission OR ",
                legs!("merchants.payment", "merchant_payment", "ledger_leg.kind = 'fees'"),
                " <> -merchant_payment.fee LIMIT 1"
            ),
        },
        Check {
            fault: "entry {} is of a payment to a merchant that was not made",
            sql: "SELECT id FROM ledger_entry WHERE kind = 'merchants.payment' AND NOT EXISTS (SELECT 1 FROM merchant_payment WHERE merchant_payment.id = ledger_entry.reference) LIMIT 1",
        },
        Check {
            fault: "what was given back by {} to a payer and its entry in the ledger differ",
            sql: concat!(
                "SELECT id FROM merchant_refund WHERE ",
                legs!(
                    "merchants.refund",
                    "merchant_refund",
                    "ledger_leg.kind IN ('payable', 'receivable') AND ledger_leg.provider = merchant_refund.merchant"
                ),
                " <> merchant_refund.amount - merchant_refund.commission OR ",
                legs!("merchants.refund", "merchant_refund", "ledger_leg.kind = 'receivable'"),
                " <> merchant_refund.owed OR ",
                legs!("merchants.refund", "merchant_refund", "ledger_leg.kind = 'revenue'"),
                " <> merchant_refund.commission OR ",
                legs!("merchants.refund", "merchant_refund", "ledger_leg.kind = 'fees'"),
                " <> merchant_refund.fee LIMIT 1"
            ),
        },
        Check {
            fault: "entry {} gives back for a merchant what nobody gave back",
            sql: "SELECT id FROM ledger_entry WHERE kind = 'merchants.refund' AND NOT EXISTS (SELECT 1 FROM merchant_refund WHERE merchant_refund.id = ledger_entry.reference) LIMIT 1",
        },
        Check {
            fault: "payment {} to a merchant shows another sum as given back than was, or more than was paid",
            sql: "SELECT id FROM merchant_payment WHERE given_back <> (SELECT COALESCE(SUM(amount), 0) FROM merchant_refund WHERE payment = merchant_payment.id) OR fee_given_back <> (SELECT COALESCE(SUM(fee), 0) FROM merchant_refund WHERE payment = merchant_payment.id) OR commission_given_back <> (SELECT COALESCE(SUM(commission), 0) FROM merchant_refund WHERE payment = merchant_payment.id) OR given_back > amount OR fee_given_back > fee OR commission_given_back > commission LIMIT 1",
        },
        Check {
            fault: "what is payable to merchant {}, or owed by it, is not what the ledger has",
            sql: "SELECT id FROM merchant WHERE payable <> -(SELECT COALESCE(SUM(amount), 0) FROM ledger_leg WHERE kind = 'payable' AND service = 'merchants' AND ledger_leg.city = merchant.city AND provider = merchant.id) OR owed <> (SELECT COALESCE(SUM(amount), 0) FROM ledger_leg WHERE kind = 'receivable' AND service = 'merchants' AND ledger_leg.city = merchant.city AND provider = merchant.id) OR payable < 0 OR owed < 0 OR (payable > 0 AND owed > 0) LIMIT 1",
        },
        Check {
            fault: "the receipts of merchant {} have a gap",
            sql: "SELECT id FROM merchant WHERE payments <> (SELECT COUNT(*) FROM merchant_payment WHERE merchant = merchant.id) OR payments <> (SELECT COALESCE(MAX(number), 0) FROM merchant_payment WHERE merchant = merchant.id) LIMIT 1",
        },
        Check {
            fault: "invoice {} and its payment differ",
            sql: "SELECT merchant_invoice.id AS id FROM merchant_invoice LEFT JOIN merchant_payment ON merchant_payment.id = merchant_invoice.payment WHERE (merchant_invoice.state = 'paid') <> (merchant_payment.id IS NOT NULL) OR merchant_payment.amount <> merchant_invoice.amount OR merchant_payment.invoice <> merchant_invoice.id LIMIT 1",
        },
        Check {
            fault: "invoice {} was paid more than once",
            sql: "SELECT invoice AS id FROM merchant_payment WHERE invoice IS NOT NULL GROUP BY invoice HAVING COUNT(*) > 1 LIMIT 1",
        },
        Check {
            fault: "settlement {} with a merchant is not the sum of its payments",
            sql: "SELECT id FROM merchant_settlement WHERE payments <> (SELECT COUNT(*) FROM merchant_payment WHERE settlement = merchant_settlement.id) OR amount <> (SELECT COALESCE(SUM(amount), 0) FROM merchant_payment WHERE settlement = merchant_settlement.id) OR given_back <> (SELECT COALESCE(SUM(amount), 0) FROM merchant_refund WHERE settlement = merchant_settlement.id) OR commission <> (SELECT COALESCE(SUM(commission), 0) FROM merchant_payment WHERE settlement = merchant_settlement.id) - (SELECT COALESCE(SUM(commission), 0) FROM merchant_refund WHERE settlement = merchant_settlement.id) OR amount - given_back - commission - owed_before <> paid_out - owed_after LIMIT 1",
        },
        Check {
            fault: "settlement {} with a merchant and the ledger differ",
            sql: concat!(
                "SELECT id FROM merchant_settlement WHERE paid_out <> ",
                legs!(
                    "merchants.settlement",
                    "merchant_settlement",
                    "ledger_leg.kind = 'payable' AND ledger_leg.provider = merchant_settlement.merchant"
                ),
                " LIMIT 1"
            ),
        },
    ],
    ..Service::of(&wire::SERVICE)
};

/// A merchant's role is for one that is registered in the city.
fn has_merchant(tx: &mut dyn Tx, city: &City, role: &Role, place: &str) -> Outcome<bool> {
    let Some(id) = place.parse::<MerchantId>().ok().filter(|_| *role == Role::Merchant) else { return Ok(false) };
    Ok(tx.first(find!(MerchantRow { id: id, city: &city.id }))?.is_some())
}

fn erase_old(operator: &Operator, now: DateTime<Utc>) -> Outcome<Vec<Rule>> {
    let mut rules = Vec::new();
    for city in operator.cities.values() {
        let Some(merchants) = section_of::<MerchantsSection>(city)? else { continue };
        let old = values![city.id.as_str(), before(now, merchants.retention.invoices_days)];
        let which = "merchant_invoice.city = $1 AND merchant_invoice.expires_at < $2";
        rules.push(Rule::deleted("merchant_invoice", &["id"], which, old));
    }
    Ok(rules)
}
