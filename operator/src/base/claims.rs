//! Claims: what somebody owes for what he had without paying. Raised by a service, a row each;
//! paid, withdrawn or pursued by a person at the operator, and paid from the deposit of an account
//! that is closed. A claim stands in no entry of the ledger: who owes it is often not known, and
//! nothing of it is earned before it is paid. How much is owed may change as long as its service
//! hears more of it.

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::ids::AccountId;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::CityId;
use mesto_rules::money::{Currency, Money};

use crate::base::deposit;
use crate::kernel::account::LockedAccount;
use crate::kernel::failure::{Failure, Outcome};
use crate::kernel::grants::{self, Logged};
use crate::kernel::ledger::{HistoryEntry, LedgerAccount, Movement};
use crate::kernel::operator::{Operator, whole_millis};
use crate::kernel::service::{Check, Erasure, Export, Service, Table, Told};
use crate::kernel::store::{Select, Store, StoreError, Tx, Value, Write, transact};
use crate::{find, stored_words, table, update, values};

/// A claim that a deposit paid, in the ledger, with the claim's service and subject.
const PAID: &str = "claims.paid";

stored_words! {
    /// `claim.state`
    pub enum ClaimState {
        /// Nobody has paid it.
        Open = "open",
        /// It was paid after all, or is not asked for any more.
        Settled = "settled",
    }
}

stored_words! {
    /// `claim.settled_by`: what ended it.
    pub enum SettledBy {
        /// Its service heard that nothing is owed any more.
        Service = "service",
        /// The deposit of its debtor, when his account was closed.
        Deposit = "deposit",
        /// The operator's staff was paid.
        Staff = "staff",
        /// The operator's staff asks for it no more.
        Withdrawn = "withdrawn",
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
        settled_by: Option<SettledBy>,
    }
}

pub(crate) const SERVICE: Service = Service {
    tables: &[Table {
        name: "claim",
        export: Export::Rows {
            called: "claims",
            columns: &[
                Told::Plain("service"),
                Told::Plain("subject"),
                Told::Plain("city"),
                Told::Money("amount"),
                Told::Plain("reason"),
                Told::Plain("state"),
                Told::Time("at"),
                Told::Time("settled_at"),
                Told::Plain("settled_by"),
            ],
            from: "claim WHERE debtor = $1 ORDER BY at, service, subject",
        },
        erasure: Erasure::Excused("belongs to the books; the account is a pseudonym"),
    }],
    audit: &[Check {
        fault: "entry {} pays a claim that is not settled, or another sum than it is",
        sql: "SELECT id FROM ledger_entry WHERE kind = 'claims.paid' AND NOT EXISTS (SELECT 1 FROM claim WHERE claim.service || '/' || claim.subject = ledger_entry.reference AND claim.state = 'settled' AND claim.settled_by = 'deposit' AND claim.debtor = ledger_entry.account AND claim.amount = -ledger_entry.amount AND claim.currency = ledger_entry.currency) LIMIT 1",
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
    /// What ended it; absent while it is open.
    pub settled_by: Option<SettledBy>,
}

/// How the staff settles a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByHand {
    /// It was paid to them.
    Paid,
    /// They ask for it no more.
    Withdrawn,
}

/// Why a claim is not settled by hand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    /// There is none of this service with this subject.
    #[error("there is no such claim")]
    Unknown,
    /// It is settled.
    #[error("the claim was settled at {at}")]
    Settled { at: DateTime<Utc> },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
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

/// Raises a claim, or says anew how much of it is owed: a subject has one. One that its service
/// took for settled is open again. One that a deposit or the staff settled stays as it is, and
/// where it is about another amount somebody has to look at it.
pub(crate) fn raise(tx: &mut dyn Tx, now: DateTime<Utc>, new: NewClaim<'_>) -> Outcome<()> {
    let NewClaim { service, subject, city, debtor, amount, reason } = new;
    let amount_minor = amount.minor()?;
    // Decided by the row as it is once nobody else holds it, never by what was seen before.
    tx.write(Write::sql(
        "claim",
        "INSERT INTO claim (service, subject, city, debtor, amount, currency, reason, state, at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'open', $8) ON CONFLICT (service, subject) DO UPDATE SET amount = excluded.amount, state = 'open', settled_at = NULL, settled_by = NULL WHERE claim.settled_by IS NULL OR claim.settled_by = 'service'",
        values![
            service,
            subject,
            city,
            debtor,
            amount_minor,
            amount.currency.code(),
            reason,
            now.timestamp_millis()
        ],
    ))?;
    let detail = "another amount of a claim was settled than is owed: the difference goes back or is owed, by hand";
    let differs = "claim.amount <> $6";
    look_at(tx, now, ("claim_changed", detail), (service, subject), (differs, &[amount_minor.into()]))
}

/// Its service heard that nothing of a claim is owed any more; nothing happens when there is none.
/// One that a deposit or the staff was paid already was paid twice, and somebody has to look at it.
pub(crate) fn settle(tx: &mut dyn Tx, now: DateTime<Utc>, service: &str, subject: &str) -> Outcome<()> {
    let open = update!(ClaimRow { service: service, subject: subject, state: ClaimState::Open } set {
        state: ClaimState::Settled, settled_at: Some(now), settled_by: Some(SettledBy::Service)
    });
    tx.write(open)?;
    let detail = "nothing is owed of a claim that a deposit or the staff was paid: it goes back by hand";
    look_at(tx, now, ("claim_paid_twice", detail), (service, subject), ("claim.settled_by <> 'withdrawn'", &[]))
}

/// Somebody has to look at a claim that a deposit or the staff settled, where this is so of it.
/// Asks nothing, so that it may follow what was written.
fn look_at(
    tx: &mut dyn Tx,
    now: DateTime<Utc>,
    (kind, detail): (&str, &str),
    (service, subject): (&str, &str),
    (so, more): (&str, &[Value]),
) -> Outcome<()> {
    let sql = format!(
        "INSERT INTO incident (kind, reference, detail, at) SELECT $1, claim.service || '/' || claim.subject, $2, $3 FROM claim WHERE claim.service = $4 AND claim.subject = $5 AND claim.settled_by <> 'service' AND {so} ON CONFLICT (kind, reference) DO NOTHING"
    );
    let known: &[Value] = values![kind, detail, now.timestamp_millis(), service, subject];
    Ok(tx.write(Write::sql("incident", &sql, &[known, more].concat()))?)
}

/// Pays what the holder of a locked account owes from his deposit; gives what that was, `None` when
/// he owed nothing.
///
/// # Errors
/// `account_owes` when the deposit does not cover all of it: then nothing is paid.
pub(crate) fn pay_all(
    tx: &mut dyn Tx,
    operator: &Operator,
    now: DateTime<Utc>,
    account: &mut LockedAccount,
) -> Outcome<Option<Money>> {
    // Locked: what is paid at a place at the same moment is not paid here too.
    let open = Select::<ClaimRow>::of(
        "FROM claim WHERE claim.debtor = $1 AND claim.state = 'open' ORDER BY claim.at, claim.service, claim.subject",
        values![account.id],
    );
    let open = tx.all(open.locking("claim"))?;
    let mut owed = Money::zero(account.currency);
    for claim in &open {
        owed = owed.checked_add(&Money::from_minor(claim.amount, claim.currency))?;
    }
    let balance = account.balance();
    let missing = owed.checked_sub(&balance)?;
    if missing.amount.is_sign_positive() && !missing.is_zero() {
        let detail = format!("{owed} is owed and the deposit holds {balance}: top it up, or pay at the place");
        return Err(Problem::new(ProblemCode::AccountOwes, detail)
            .with("owed", owed)
            .with("balance", balance)
            .with("missing", missing)
            .into());
    }
    for claim in open {
        let known = operator.services.iter().map(|service| service.name).find(|name| *name == claim.service);
        let service = known.ok_or_else(|| StoreError::unreadable("claim.service", &claim.service))?;
        let reference = format!("{service}/{}", claim.subject);
        let legs = vec![
            (LedgerAccount::Deposit { holder: account.id }, claim.amount),
            (LedgerAccount::Revenue { service, city: claim.city }, -claim.amount),
        ];
        let (id, currency) = (operator.new_id(now), claim.currency);
        deposit::book(tx, now, account, Movement { id, kind: PAID, reference: &reference, currency, legs })?;
        tx.write(update!(ClaimRow { service: &claim.service, subject: &claim.subject } set {
            state: ClaimState::Settled, settled_at: Some(now), settled_by: Some(SettledBy::Deposit)
        }))?;
    }
    Ok(Some(owed).filter(|owed| !owed.is_zero()))
}

/// What an account's deposit paid of claims; `None` when it paid none.
pub(crate) fn paid_by(tx: &mut dyn Tx, account: AccountId) -> Outcome<Option<Money>> {
    let entries = Select::<HistoryEntry>::of(
        "FROM event JOIN ledger_entry ON ledger_entry.id = event.entry WHERE event.account = $1 AND ledger_entry.kind = $2",
        values![account, PAID],
    );
    let mut paid: Option<Money> = None;
    for entry in tx.all(entries)? {
        let amount = Money::from_minor(-entry.amount, entry.currency);
        paid = Some(paid.map_or(Ok(amount), |paid| paid.checked_add(&amount))?);
    }
    Ok(paid)
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
            settled_by: row.settled_by,
        };
        Ok(rows.into_iter().map(claim).collect())
    }

    /// Settles a claim by hand: it was paid to the staff, or is withdrawn. What its service hears
    /// later opens it no more. With a note of how, for the audit log: no personal data.
    ///
    /// # Errors
    /// [`ClaimError`].
    pub fn settle_claim(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        (service, subject): (&str, &str),
        (how, note): (ByHand, &str),
    ) -> Result<(), ClaimError> {
        let now = whole_millis(now);
        let work = |tx: &mut dyn Tx| -> Outcome<Result<(), ClaimError>> {
            let found = tx.first(find!(ClaimRow { service: service, subject: subject }).locking("claim"))?;
            let Some(claim) = found else { return Ok(Err(ClaimError::Unknown)) };
            if let Some(at) = claim.settled_at {
                return Ok(Err(ClaimError::Settled { at }));
            }
            let (settled_by, action) = match how {
                ByHand::Paid => (SettledBy::Staff, "claim.paid"),
                ByHand::Withdrawn => (SettledBy::Withdrawn, "claim.withdrawn"),
            };
            tx.write(update!(ClaimRow { service: service, subject: subject } set {
                state: ClaimState::Settled, settled_at: Some(now), settled_by: Some(settled_by)
            }))?;
            let subject = format!("{service}/{subject}");
            grants::log(tx, self, now, &Logged { actor: grants::TOOL, action, subject: &subject, note })?;
            Ok(Ok(()))
        };
        transact(store, |tx| work(tx).map_err(Failure::into_store_error))?
    }
}
