//! Payments: quotes and purchases of every service, the one charge, providers and their notices,
//! refunds.
//!
//! ```text
//! POST /v1/quotes     -> quotes::make        -> the service's price     (sells.rs)
//! POST /v1/purchases  -> purchases::buy      -> the service's delivery and the charge, or a provider's page
//! a provider's notice -> outcomes::notice    -> the service's delivery and the charge, or a refund
//! the operator's tool -> by_hand             -> a refund that no provider makes
//! ```

pub(crate) mod buyer;
mod by_hand;
pub(crate) mod outcomes;
pub(crate) mod provider;
pub(crate) mod purchases;
pub(crate) mod quotes;
pub(crate) mod refunds;
pub(crate) mod rows;
pub(crate) mod sells;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::base::payments as wire;

pub use by_hand::{RefundError, RefundOwed};
pub use provider::{
    HostedPage, HttpAnswer, HttpRequest, PageOrder, Provider, ProviderLink, RefundAnswer, RefundOrder, canonical, sign,
};
pub use refunds::send_due;

use crate::kernel::account::LockedAccount;
use crate::kernel::call::Call;
use crate::kernel::due::Due;
use crate::kernel::failure::Outcome;
use crate::kernel::limits::Limits;
use crate::kernel::metrics::{Counted, Measure};
use crate::kernel::operator::Operator;
use crate::kernel::retention::Rule;
use crate::kernel::service::{Check, Erasure, Export, Service, Table, Told, serve};
use crate::kernel::store::{Tx, Write};
use crate::values;

/// A provider's page that nobody paid on in time.
pub(crate) const PAGE_END: Due = Due::trusting_clock("payments.page_end", outcomes::expire);

/// How long money is waited for and owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentLimits {
    /// How long a provider's page takes a payment.
    pub page: TimeDelta,
    /// Within which time money that is owed back is paid.
    pub refund_within: TimeDelta,
    /// Most payments of an account that wait on a provider's page at the same time.
    pub waiting: i64,
    /// Most quotes of an account within a day for each service, without those that were bought.
    pub quotes_per_day: i64,
}

impl Default for PaymentLimits {
    fn default() -> Self {
        Self { page: TimeDelta::minutes(15), refund_within: TimeDelta::days(14), waiting: 20, quotes_per_day: 1_000 }
    }
}

impl Limits for PaymentLimits {}

/// A quote is sold within minutes; the rest is for questions.
const QUOTES_KEPT: TimeDelta = TimeDelta::days(2);
/// By card its money may come late: a bank tells within this, or it is paid back.
const CARD_QUOTES_KEPT: TimeDelta = TimeDelta::days(60);

pub(crate) const SERVICE: Service = Service {
    operations: &[&[
        serve!(post wire::QUOTE => quotes::make),
        serve!(action wire::PURCHASE => purchases::buy, again purchases::again).prefetching(purchases::prefetch),
        serve!(get wire::PAYMENTS => purchases::list),
        serve!(get wire::PAYMENT => purchases::read).settling(),
        serve!(get wire::ABANDON => outcomes::abandon).settling(),
        serve!(raw wire::NOTICE => outcomes::notice),
    ]],
    due: &[PAGE_END],
    section: Some(purchases::section),
    counted: &[
        Counted { table: "sale", name: "sales", help: "Sales, paid from the deposit or sent to a bank's page" },
        Counted { table: "refund", name: "refunds", help: "Refunds that are owed" },
    ],
    measures: &[Measure {
        name: "provider_requests_waiting",
        help: "Requests that payment providers have not answered yet",
        sql: "SELECT COUNT(*) AS value FROM provider_request",
    }],
    tables: &[
        Table {
            name: "quote",
            export: Export::Rows {
                called: "quotes",
                columns: &[
                    Told::Plain("id"),
                    Told::Plain("city"),
                    Told::Plain("service"),
                    Told::Plain("pay"),
                    Told::Json("subject"),
                    Told::Money("total"),
                    Told::Time("issued_at"),
                    Told::Time("expires_at"),
                ],
                from: "quote WHERE account = $1 ORDER BY id",
            },
            erasure: Erasure::AtClosing(&["DELETE FROM quote WHERE account = $1"]),
        },
        Table {
            name: "sale",
            export: Export::Rows {
                called: "sales",
                columns: &[
                    Told::Plain("id"),
                    Told::Plain("city"),
                    Told::Plain("pay"),
                    Told::Plain("state"),
                    Told::Json("items"),
                    Told::Money("total"),
                    Told::Time("created_at"),
                ],
                from: "sale WHERE account = $1 ORDER BY id",
            },
            erasure: Erasure::Excused(
                "belongs to the books; the account is a pseudonym, and the key of its device goes when that is closed",
            ),
        },
        Table {
            name: "payment",
            export: Export::Rows {
                called: "payments",
                columns: &[
                    Told::Plain("id"),
                    Told::Plain("purpose"),
                    Told::Plain("provider"),
                    Told::Plain("state"),
                    Told::Money("amount"),
                    Told::Money("captured"),
                    Told::Money("refunded"),
                    Told::Plain("reason"),
                    Told::Time("created_at"),
                ],
                from: "payment WHERE account = $1 ORDER BY id",
            },
            erasure: Erasure::Excused("belongs to the books; the account is a pseudonym"),
        },
        Table {
            name: "provider_payment",
            export: Export::Excused("which payment a provider's is for; payments are exported"),
            erasure: Erasure::Excused("belongs to the books; names a payment and no person"),
        },
        Table {
            name: "provider_notice",
            export: Export::Excused("what a provider said of a payment, which is exported"),
            erasure: Erasure::Excused("belongs to the books; names a payment and no person"),
        },
        Table {
            name: "refund",
            export: Export::Rows {
                called: "refunds",
                columns: &[
                    Told::Plain("id"),
                    Told::Plain("payment"),
                    Told::Money("amount"),
                    Told::Plain("reason"),
                    Told::Plain("route"),
                    Told::Plain("state"),
                    Told::Time("due_at"),
                    Told::Time("created_at"),
                    Told::Time("done_at"),
                ],
                from: "refund WHERE account = $1 ORDER BY id",
            },
            erasure: Erasure::Excused("belongs to the books; the account is a pseudonym"),
        },
        Table {
            name: "provider_request",
            export: Export::Excused("a request that waits for a provider; its refund is exported"),
            erasure: Erasure::Excused("goes when it is answered; names a refund and no person"),
        },
    ],
    closing: Some(closing),
    retention: Some(erase_old),
    audit: &[
        Check {
            fault: "what provider {} approved is not what was booked",
            sql: "SELECT provider AS id FROM (SELECT provider, amount FROM provider_notice WHERE outcome = 'approved' UNION ALL SELECT provider, -amount FROM ledger_leg WHERE kind = 'clearing' AND amount > 0 AND provider IN (SELECT provider FROM payment)) AS movement GROUP BY provider HAVING SUM(amount) <> 0 LIMIT 1",
        },
        Check {
            fault: "sale {} was delivered without its money, or has its money without a delivery or a refund",
            sql: "SELECT sale.id AS id FROM sale LEFT JOIN payment ON payment.account = sale.account AND payment.id = 'py' || SUBSTR(sale.id, 3) WHERE sale.pay = 'card' AND (payment.id IS NULL OR (sale.state IN ('delivered', 'undeliverable')) <> (payment.state IN ('captured', 'refunded')) OR sale.state = 'undeliverable' AND NOT EXISTS (SELECT 1 FROM refund WHERE refund.payment = payment.id AND refund.reference = payment.reference)) LIMIT 1",
        },
        Check {
            fault: "more of payment {} goes back than came",
            sql: "SELECT refund.payment AS id FROM refund WHERE refund.reference IS NOT NULL GROUP BY refund.payment, refund.reference HAVING SUM(refund.amount) > (SELECT COALESCE(SUM(provider_notice.amount), 0) FROM provider_notice WHERE provider_notice.payment = refund.payment AND provider_notice.reference = refund.reference AND provider_notice.outcome = 'approved') LIMIT 1",
        },
        Check {
            fault: "payment {} shows another amount as taken or given back than was",
            sql: "SELECT payment.id AS id FROM payment WHERE payment.captured <> CASE WHEN payment.state IN ('captured', 'refunded') THEN payment.amount ELSE 0 END OR payment.refunded <> (SELECT COALESCE(SUM(refund.amount), 0) FROM refund WHERE refund.payment = payment.id AND refund.reference = payment.reference AND refund.state = 'done') LIMIT 1",
        },
        Check {
            fault: "refund {} is owed and stands in no entry of the ledger",
            sql: "SELECT id FROM refund WHERE reference IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger_entry WHERE kind = 'payments.owed_back' AND reference = refund.id) LIMIT 1",
        },
        Check {
            fault: "refund {} is done and was not booked, or booked and is not done",
            sql: "SELECT id FROM refund WHERE route <> 'deposit' AND (state = 'done') <> EXISTS (SELECT 1 FROM ledger_entry WHERE kind = 'payments.paid_back' AND reference = refund.id) LIMIT 1",
        },
    ],
    ..Service::of(&wire::SERVICE)
};

/// The payments of an account that is closed wait for nothing any more.
fn closing(tx: &mut dyn Tx, _: &Call<'_>, account: &mut LockedAccount) -> Outcome<()> {
    let pending = "SELECT id FROM payment WHERE account = $1 AND state = 'pending'";
    tx.write(Write::sql(
        "due",
        &format!("DELETE FROM due WHERE kind = $2 AND reference IN ({pending})"),
        values![account.id, PAGE_END.kind],
    ))?;
    tx.write(Write::sql(
        "sale",
        "UPDATE sale SET device = NULL, state = CASE WHEN state = 'open' THEN 'closed' ELSE state END WHERE account = $1 AND (device IS NOT NULL OR state = 'open')",
        values![account.id],
    ))?;
    tx.write(Write::sql(
        "payment",
        "UPDATE payment SET state = 'abandoned', reason = 'account_closed' WHERE account = $1 AND state = 'pending'",
        values![account.id],
    ))?;
    Ok(())
}

fn erase_old(_: &Operator, now: DateTime<Utc>) -> Outcome<Vec<Rule>> {
    let old = |(pay, kept): (&str, TimeDelta)| {
        let old = values![(now - kept).timestamp_millis(), pay];
        Rule::deleted("quote", &["id"], "quote.expires_at < $1 AND quote.pay = $2", old)
    };
    Ok([("deposit", QUOTES_KEPT), ("card", CARD_QUOTES_KEPT)].map(old).into())
}
