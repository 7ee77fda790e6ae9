//! Claims: what somebody owes for what he had without paying. Raised by a service, a row each;
//! paid, withdrawn or pursued by a person at the operator. A claim stands in no entry of the
//! ledger: who owes it is often not known, and nothing of it is earned before it is paid. How much
//! is owed may change as long as its service hears more of it.

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::ids::AccountId;
use mesto_rules::CityId;
use mesto_rules::money::{Currency, Money};

use crate::kernel::failure::Outcome;
use crate::kernel::operator::Operator;
use crate::kernel::service::{Erasure, Export, Service, Table};
use crate::kernel::store::{Select, Store, StoreError, Tx, Write, transact};
use crate::{stored_words, table, update, values};

stored_words! {
    /// `claim.state`
    pub enum ClaimState {
        /// Nobody has paid it.
        Open = "open",
        /// It was paid after all.
        Settled = "settled",
    }
}

table! {
    pub(crate) struct ClaimRow in "claim" {
        service: String,
        subject: String,
        city: CityId,
        debtor: Option<AccountId>,
        amount: i64,
        currency: Currency,
        reason: String,
        state: ClaimState,
        at: DateTime<Utc>,
        settled_at: Option<DateTime<Utc>>,
    }
}

pub(crate) const SERVICE: Service = Service {
    tables: &[Table {
        name: "claim",
        export: Export::Rows {
            called: "claims",
            columns: &["service", "subject", "city", "amount", "currency", "reason", "state", "at", "settled_at"],
            from: "claim WHERE debtor = $1 ORDER BY at, service, subject",
        },
        erasure: Erasure::Excused("belongs to the books; the account is a pseudonym"),
    }],
    ..Service::named("claims")
};

/// What somebody owes for what he had without paying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The service that he had, and its id of what he had.
    pub service: String,
    pub subject: String,
    pub city: CityId,
    /// Account of who owes it, when he is known.
    pub debtor: Option<AccountId>,
    pub amount: Money,
    /// Why it is owed, in English.
    pub reason: String,
    pub state: ClaimState,
    pub at: DateTime<Utc>,
    pub settled_at: Option<DateTime<Utc>>,
}

/// A claim to be raised.
pub(crate) struct NewClaim<'a> {
    pub service: &'static str,
    pub subject: &'a str,
    pub city: &'a CityId,
    pub debtor: Option<AccountId>,
    pub amount: Money,
    pub reason: &'static str,
}

/// Raises a claim, or says anew how much of it is owed: a subject has one. One that was settled is
/// open again.
pub(crate) fn raise(tx: &mut dyn Tx, now: DateTime<Utc>, new: NewClaim<'_>) -> Outcome<()> {
    let NewClaim { service, subject, city, debtor, amount, reason } = new;
    Ok(tx.write(Write::sql(
        "claim",
        "INSERT INTO claim (service, subject, city, debtor, amount, currency, reason, state, at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8) ON CONFLICT (service, subject) DO UPDATE SET amount = excluded.amount, state = 'open', settled_at = NULL",
        values![service, subject, city, debtor, amount.minor()?, amount.currency.code(), reason, now.timestamp_millis()],
    ))?)
}

/// A claim was paid after all; nothing happens when there is none.
pub(crate) fn settle(tx: &mut dyn Tx, now: DateTime<Utc>, service: &str, subject: &str) -> Outcome<()> {
    let open = update!(ClaimRow { service: service, subject: subject, state: ClaimState::Open } set {
        state: ClaimState::Settled, settled_at: Some(now)
    });
    Ok(tx.write(open)?)
}

impl Operator {
    /// Every claim, oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub fn claims(&self, store: &dyn Store) -> Result<Vec<Claim>, StoreError> {
        let rows: Vec<ClaimRow> = transact(store, |tx| {
            tx.all(Select::of("FROM claim ORDER BY claim.at, claim.service, claim.subject", &[]))
        })?;
        let claim = |row: ClaimRow| Claim {
            amount: Money::from_minor(row.amount, row.currency),
            service: row.service,
            subject: row.subject,
            city: row.city,
            debtor: row.debtor,
            reason: row.reason,
            state: row.state,
            at: row.at,
            settled_at: row.settled_at,
        };
        Ok(rows.into_iter().map(claim).collect())
    }
}
