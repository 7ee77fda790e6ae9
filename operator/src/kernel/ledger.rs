//! The double-entry ledger: append only, every entry sums to zero per currency, and the deposit of
//! a user is never below zero.

use std::fmt;

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::ids::{AccountId, EntryId};
use mesto_rules::CityId;
use mesto_rules::money::{Currency, Money};

use crate::kernel::failure::Outcome;
use crate::kernel::service::{Check, Erasure, Export, Service, Table, Told};
use crate::kernel::store::{Row, Select, StoreError, Tx, Write};
use crate::{projection, stored_words, table};

stored_words! {
    /// Kind of a ledger account, `ledger_leg.kind`.
    pub enum LedgerAccountKind {
        Deposit = "deposit",
        Clearing = "clearing",
        Revenue = "revenue",
        Payable = "payable",
        Vat = "vat",
        Fees = "fees",
        RefundsPayable = "refunds_payable",
        Receivable = "receivable",
        Card = "card",
        CardTopUp = "card_top_up",
    }
}

table! {
    pub(crate) struct EntryRow in "ledger_entry" {
        id: EntryId,
        /// `<service>.<what>`
        kind: String,
        reference: String,
        at: DateTime<Utc>,
        account: Option<AccountId>,
        account_seq: Option<i64>,
        amount: Option<i64>,
        balance: Option<i64>,
        currency: Currency,
    }
}

table! {
    pub(crate) struct LegRow in "ledger_leg" {
        entry: EntryId,
        ordinal: i64,
        kind: LedgerAccountKind,
        holder: Option<AccountId>,
        service: Option<String>,
        city: Option<CityId>,
        /// A payment provider; of a `payable` and of `fees`, who is paid; of a
        /// `receivable`, who owes.
        provider: Option<String>,
        /// Hundredths of a percent.
        rate: Option<i64>,
        amount: i64,
        currency: Currency,
    }
}

/// The provider of clearing for money that moves outside of every provider: at a counter, at the
/// post, by a bank transfer.
pub(crate) const ELSEWHERE: &str = "elsewhere";

/// An account of the ledger, to which legs are posted. What it is about stands in columns of its
/// own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LedgerAccount {
    /// What we owe a person: his prepaid balance.
    Deposit { holder: AccountId },
    /// Money at a payment provider that has not been settled to us yet.
    Clearing { provider: String },
    /// What a service sold in a city.
    Revenue { service: &'static str, city: CityId },
    /// What we owe a person: he paid too much, paid what was given up, or left.
    RefundsPayable { holder: AccountId },
    /// What we owe a partner of a city: what was sold for him, without our part.
    Payable { service: &'static str, city: CityId, to: String },
    /// What a service is owed in a city.
    Receivable { service: &'static str, city: CityId },
    /// What a partner of a city owes: it gave back more than was payable to it.
    OwedBy { service: &'static str, city: CityId, by: String },
    /// What payers are charged besides what they pay, for whoever takes it.
    Fees { service: &'static str, city: CityId, to: String },
    /// What is on a card that is an account of its own. Below zero, what its terminal let it owe.
    Card { holder: AccountId },
    /// What was paid for such a card and is not on it yet.
    CardTopUp { holder: AccountId },
}

impl LedgerAccount {
    fn leg(self, entry: EntryId, ordinal: i64, amount: i64, currency: Currency) -> LegRow {
        let (kind, holder, service, city, provider) = match self {
            Self::Deposit { holder } => (LedgerAccountKind::Deposit, Some(holder), None, None, None),
            Self::Clearing { provider } => (LedgerAccountKind::Clearing, None, None, None, Some(provider)),
            Self::Card { holder } => (LedgerAccountKind::Card, Some(holder), None, None, None),
            Self::CardTopUp { holder } => (LedgerAccountKind::CardTopUp, Some(holder), None, None, None),
            Self::Revenue { service, city } => (LedgerAccountKind::Revenue, None, Some(service), Some(city), None),
            Self::Payable { service, city, to } => {
                (LedgerAccountKind::Payable, None, Some(service), Some(city), Some(to))
            }
            Self::RefundsPayable { holder } => (LedgerAccountKind::RefundsPayable, Some(holder), None, None, None),
            Self::OwedBy { service, city, by } => {
                (LedgerAccountKind::Receivable, None, Some(service), Some(city), Some(by))
            }
            Self::Fees { service, city, to } => (LedgerAccountKind::Fees, None, Some(service), Some(city), Some(to)),
            Self::Receivable { service, city } => {
                (LedgerAccountKind::Receivable, None, Some(service), Some(city), None)
            }
        };
        LegRow {
            entry,
            ordinal,
            kind,
            holder,
            service: service.map(str::to_owned),
            city,
            provider,
            rate: None,
            amount,
            currency,
        }
    }
}

/// A movement of money: what is debited is positive, what is credited negative.
pub(crate) struct Movement<'a> {
    pub id: EntryId,
    /// `<service>.<what>`: what a person's history calls it. One of a kind with a reference happens
    /// once.
    pub kind: &'static str,
    /// Id of what was bought, of a refund.
    pub reference: &'a str,
    pub currency: Currency,
    /// Minor units.
    pub legs: Vec<(LedgerAccount, i64)>,
}

/// Whose deposit a movement moves.
#[derive(Debug, Clone)]
pub(crate) struct Holder {
    pub account: AccountId,
    /// Cursor of the event that tells of it, by which the entry is found again.
    pub seq: i64,
    /// What the deposit gained, minor units.
    pub amount: i64,
    /// The deposit after it.
    pub balance: i64,
}

/// Posts a movement. Who moves a deposit does it by way of the wallet, which says whose it is.
pub(crate) fn post(tx: &mut dyn Tx, now: DateTime<Utc>, holder: Option<Holder>, movement: Movement<'_>) -> Outcome<()> {
    let Movement { id, kind, reference, currency, legs } = movement;
    let sum = legs.iter().try_fold(0_i64, |sum, (_, amount)| sum.checked_add(*amount));
    if sum != Some(0) || legs.len() < 2 {
        return Err(StoreError::Broken(format!("the legs of {kind} {reference} do not balance")).into());
    }
    let (account, account_seq) = holder.as_ref().map(|holder| (holder.account, holder.seq)).unzip();
    let (gained, balance) = holder.map(|holder| (holder.amount, holder.balance)).unzip();
    let (kind, reference) = (kind.to_owned(), reference.to_owned());
    let entry = EntryRow { id, kind, reference, at: now, account, account_seq, amount: gained, balance, currency };
    for (ordinal, (to, amount)) in (0_i64..).zip(legs) {
        tx.write(Write::insert(to.leg(entry.id, ordinal, amount, currency)))?;
    }
    tx.write(Write::insert(entry))?;
    Ok(())
}

projection! {
    /// What a person's history shows of an entry.
    pub(crate) struct HistoryEntry {
        /// Cursor of the event that told of it: the order of a history.
        seq: i64 = "event.seq",
        id: EntryId = "ledger_entry.id",
        at: DateTime<Utc> = "ledger_entry.at",
        kind: String = "ledger_entry.kind",
        reference: String = "ledger_entry.reference",
        amount: i64 = "ledger_entry.amount",
        balance: i64 = "ledger_entry.balance",
        currency: Currency = "ledger_entry.currency",
    }
}

/// The sum of a ledger account, those of all holders as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerBalance {
    pub kind: LedgerAccountKind,
    pub service: Option<String>,
    pub city: Option<String>,
    pub provider: Option<String>,
    /// Hundredths of a percent.
    pub rate: Option<i64>,
    /// Debits are positive.
    pub balance: Money,
}

/// Its kind and what it is about: `revenue parking belgrade`.
impl fmt::Display for LedgerBalance {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.kind.word())?;
        for part in [&self.service, &self.city, &self.provider].into_iter().flatten() {
            write!(out, " {part}")?;
        }
        self.rate.map_or(Ok(()), |rate| write!(out, " {}.{:02} %", rate / 100, rate % 100))
    }
}

projection! {
    struct Sum {
        kind: LedgerAccountKind = "kind",
        service: Option<String> = "service",
        city: Option<String> = "city",
        provider: Option<String> = "provider",
        rate: Option<i64> = "rate",
        currency: Currency = "currency",
        amount: i64 = "CAST(SUM(amount) AS BIGINT)",
    }
}

/// The sum of every ledger account.
pub(crate) fn balances(tx: &mut dyn Tx) -> Result<Vec<LedgerBalance>, StoreError> {
    let sums: Vec<Sum> = tx.all(Select::of(
        "FROM ledger_leg GROUP BY kind, service, city, provider, rate, currency ORDER BY kind, service, city, provider, rate, currency",
        &[],
    ))?;
    Ok(sums
        .into_iter()
        .map(|Sum { kind, service, city, provider, rate, currency, amount }| {
            let balance = Money::from_minor(amount, currency);
            LedgerBalance { kind, service, city, provider, rate, balance }
        })
        .collect())
}

pub(crate) const ENTRIES: Table = Table {
    name: "ledger_entry",
    export: Export::Rows {
        called: "deposit",
        columns: &[
            Told::Plain("kind"),
            Told::Plain("reference"),
            Told::Time("at"),
            Told::Money("amount"),
            Told::Money("balance"),
        ],
        from: "ledger_entry WHERE id IN (SELECT entry FROM event WHERE account = $1) ORDER BY account_seq",
    },
    erasure: Erasure::Excused("the books are kept; the account is a pseudonym"),
};

pub(crate) const LEGS: Table = Table {
    name: "ledger_leg",
    export: Export::Excused("the two sides of an entry, which is exported"),
    erasure: Erasure::Excused("the books are kept; the account is a pseudonym"),
};

/// What an audit finds wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerFault {
    #[error("entry {entry} sums to {sum} minor units of {currency}")]
    EntryDoesNotBalance { entry: String, currency: String, sum: i64 },
    #[error("a leg belongs to {entry}, which does not exist")]
    LegWithoutEntry { entry: String },
    #[error("entry {entry} posts to an account of kind {kind} and does not say whose or for what")]
    AccountIncomplete { entry: String, kind: String },
    #[error("entry {entry} has no legs")]
    EntryWithoutLegs { entry: String },
    #[error("the ledger says that {account} has {booked}, the account says {shown} minor units")]
    DepositDiffers { account: String, booked: i64, shown: i64 },
    #[error("the deposit of {account} is {deposit} minor units")]
    DepositNegative { account: String, deposit: i64 },
    /// What a service found in its own tables.
    #[error("{0}")]
    Found(String),
    #[error("entry {entry} is of an account whose event does not name it")]
    EntryWithoutEvent { entry: String },
    #[error("the events of {account} have a gap or do not end at its cursor")]
    EventsHaveGaps { account: String },
    /// Personal data.
    #[error("{account} is closed and has left rows in `{table}`")]
    LeftBehind { account: String, table: &'static str },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Audits the ledger and what it stands for: sums are zero, legs say whose they are, no deposit is
/// negative or differs from its account, events are gapless and name the entries they belong to;
/// whatever each service says of its own; and no closed account has left behind what is erased
/// then.
///
/// # Errors
/// The first fault found.
pub(crate) fn audit(tx: &mut dyn Tx, services: &[&Service]) -> Result<(), LedgerFault> {
    if let Some(row) = row(
        tx,
        "SELECT entry, currency, CAST(SUM(amount) AS BIGINT) AS sum FROM ledger_leg GROUP BY entry, currency HAVING SUM(amount) <> 0 LIMIT 1",
    )? {
        return Err(LedgerFault::EntryDoesNotBalance {
            entry: row.get("entry")?,
            currency: row.get("currency")?,
            sum: row.get("sum")?,
        });
    }
    if let Some(entry) = first(
        tx,
        "SELECT entry AS id FROM ledger_leg WHERE NOT EXISTS (SELECT 1 FROM ledger_entry WHERE id = ledger_leg.entry) LIMIT 1",
    )? {
        return Err(LedgerFault::LegWithoutEntry { entry });
    }
    if let Some(entry) = first(
        tx,
        "SELECT id FROM ledger_entry WHERE NOT EXISTS (SELECT 1 FROM ledger_leg WHERE entry = ledger_entry.id) LIMIT 1",
    )? {
        return Err(LedgerFault::EntryWithoutLegs { entry });
    }
    if let Some(row) = row(
        tx,
        "SELECT entry, kind FROM ledger_leg WHERE CASE WHEN kind IN ('deposit', 'refunds_payable', 'card', 'card_top_up') THEN holder IS NULL WHEN kind = 'payable' THEN service IS NULL OR city IS NULL OR provider IS NULL WHEN kind IN ('clearing', 'fees') THEN provider IS NULL WHEN kind IN ('revenue', 'receivable') THEN service IS NULL OR city IS NULL WHEN kind = 'vat' THEN rate IS NULL ELSE TRUE END LIMIT 1",
    )? {
        return Err(LedgerFault::AccountIncomplete { entry: row.get("entry")?, kind: row.get("kind")? });
    }
    if let Some(row) = row(tx, "SELECT id, deposit FROM account WHERE deposit < 0 LIMIT 1")? {
        return Err(LedgerFault::DepositNegative { account: row.get("id")?, deposit: row.get("deposit")? });
    }
    if let Some(row) = row(
        tx,
        "SELECT account.id AS id, CAST(COALESCE(-booked.amount, 0) AS BIGINT) AS booked, account.deposit AS deposit FROM account LEFT JOIN (SELECT holder, SUM(amount) AS amount FROM ledger_leg WHERE kind = 'deposit' GROUP BY holder) AS booked ON booked.holder = account.id WHERE COALESCE(-booked.amount, 0) <> account.deposit LIMIT 1",
    )? {
        return Err(LedgerFault::DepositDiffers {
            account: row.get("id")?,
            booked: row.get("booked")?,
            shown: row.get("deposit")?,
        });
    }
    if let Some(entry) = first(
        tx,
        "SELECT id FROM ledger_entry WHERE account IS NOT NULL AND NOT EXISTS (SELECT 1 FROM event WHERE event.account = ledger_entry.account AND event.seq = ledger_entry.account_seq AND event.entry = ledger_entry.id) LIMIT 1",
    )? {
        return Err(LedgerFault::EntryWithoutEvent { entry });
    }
    if let Some(account) = first(
        tx,
        "SELECT id FROM (SELECT account.id AS id, account.seq AS seq, account.events_from AS gone, (SELECT COUNT(*) FROM event WHERE event.account = account.id AND event.change IS NOT NULL) AS kept, (SELECT COALESCE(MAX(event.seq), account.events_from) FROM event WHERE event.account = account.id AND event.change IS NOT NULL) AS last FROM account) AS streams WHERE gone + kept <> seq OR last <> seq LIMIT 1",
    )? {
        return Err(LedgerFault::EventsHaveGaps { account });
    }
    for Check { fault, sql } in services.iter().flat_map(|service| service.audit) {
        if let Some(id) = first(tx, sql)? {
            return Err(LedgerFault::Found(fault.replace("{}", &id)));
        }
    }
    for table in services.iter().flat_map(|service| service.tables) {
        let (Erasure::AtClosing(statements) | Erasure::AtClosingAndWithTime(statements, _)) = table.erasure else {
            continue;
        };
        for left in statements.iter().filter_map(|statement| left_behind(statement)) {
            if let Some(account) = first(tx, &left)? {
                return Err(LedgerFault::LeftBehind { account, table: table.name });
            }
        }
    }
    Ok(())
}

/// Asks for an account that was closed and still has what this statement erases then; `None` for
/// one that does not name the account by a column of its table.
fn left_behind(erasing: &str) -> Option<String> {
    let rows = erasing.strip_prefix("DELETE ").filter(|rows| rows.ends_with(" = $1"))?;
    let rows = rows.replace("$1", "closed.id");
    Some(format!(
        "SELECT closed.id AS id FROM account AS closed WHERE closed.closed_at IS NOT NULL AND EXISTS (SELECT 1 {rows}) LIMIT 1"
    ))
}

fn row(tx: &mut dyn Tx, sql: &str) -> Result<Option<Row>, StoreError> {
    Ok(tx.query(sql, &[])?.into_iter().next())
}

fn first(tx: &mut dyn Tx, sql: &str) -> Result<Option<String>, StoreError> {
    row(tx, sql)?.map(|row| row.get("id")).transpose()
}
