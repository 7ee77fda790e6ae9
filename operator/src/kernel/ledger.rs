//! The double-entry ledger: append only, every entry sums to zero per currency, and the deposit of a user is never below zero.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use mesto_rules::money::{Currency, Money};

use crate::kernel::failure::Outcome;
use crate::kernel::service::{Check, Erasure, Export, Service, Table};
use crate::kernel::store::{Row, StoreError, Tx};
use crate::values;

/// A book of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Book {
    /// Money at the bank that has not been settled to us yet.
    Bank,
    /// What we owe a user: his prepaid balance.
    Deposit(String),
    /// Parking sold, by city (the seller).
    ParkingRevenue(String),
    /// Daily orders, by city.
    OrderRevenue(String),
    /// Daily orders issued and not yet paid.
    OrdersReceivable,
    /// Money that came twice and has to go back.
    RefundsPayable,
}

impl std::fmt::Display for Book {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bank => out.write_str("bank"),
            Self::Deposit(account) => write!(out, "deposit:{account}"),
            Self::ParkingRevenue(city) => write!(out, "revenue:parking:{city}"),
            Self::OrderRevenue(city) => write!(out, "revenue:orders:{city}"),
            Self::OrdersReceivable => out.write_str("receivable:orders"),
            Self::RefundsPayable => out.write_str("payable:refunds"),
        }
    }
}

/// A movement of money: what is debited is positive, what is credited negative.
pub(crate) struct Movement<'a> {
    pub id: String,
    /// `topup`, `ticket`, `order`, `refund`, or a movement that is no user's: `order_issued`, `overpaid`.
    pub kind: &'a str,
    pub reference: &'a str,
    pub currency: Currency,
    /// Minor units.
    pub legs: Vec<(Book, i64)>,
}

/// Whose deposit a movement moves.
#[derive(Debug, Clone)]
pub(crate) struct Holder {
    pub account: String,
    /// Cursor of the event that tells of it, by which the entry is found again.
    pub seq: i64,
    /// What the deposit gained, minor units.
    pub amount: i64,
    /// The deposit after it.
    pub balance: i64,
}

/// Books a movement. Who moves a deposit does it by way of the wallet, which says whose it is.
pub(crate) fn book(
    tx: &mut dyn Tx,
    now: DateTime<Utc>,
    holder: Option<&Holder>,
    movement: &Movement<'_>,
) -> Outcome<()> {
    let sum = movement.legs.iter().try_fold(0_i64, |sum, (_, amount)| sum.checked_add(*amount));
    if sum != Some(0) || movement.legs.len() < 2 {
        return Err(
            StoreError::Broken(format!("the legs of {} {} do not balance", movement.kind, movement.reference)).into()
        );
    }
    let (account, seq) = (holder.map(|holder| holder.account.as_str()), holder.map(|holder| holder.seq));
    let (amount, balance) = (holder.map(|holder| holder.amount), holder.map(|holder| holder.balance));
    tx.write(
        "INSERT INTO ledger_entry (id, kind, reference, at, account, account_seq, amount, balance, currency) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        values![&movement.id, movement.kind, movement.reference, now.timestamp_millis(), account, seq, amount, balance, movement.currency.code()],
    )?;
    for (place, (book, amount)) in (0_i64..).zip(&movement.legs) {
        tx.write(
            "INSERT INTO ledger_leg (entry, place, book, amount, currency) VALUES ($1, $2, $3, $4, $5)",
            values![&movement.id, place, &book.to_string(), *amount, movement.currency.code()],
        )?;
    }
    Ok(())
}

/// The sum of a book, as users of the console see it: debits positive.
pub fn balances(tx: &mut dyn Tx) -> Result<BTreeMap<String, Money>, StoreError> {
    let rows = tx.query(
        "SELECT CASE WHEN book LIKE 'deposit:%' THEN 'deposits' ELSE book END AS b, currency, CAST(SUM(amount) AS BIGINT) FROM ledger_leg GROUP BY b, currency ORDER BY b",
        &[],
    )?;
    rows.iter()
        .map(|row| {
            let currency = Currency::new(row.text(1)?).map_err(|error| StoreError::unreadable("currency", error))?;
            Ok((format!("{} {}", row.text(0)?, currency.code()), Money::from_minor(row.int(2)?, currency)))
        })
        .collect()
}

pub(crate) const ENTRIES: Table = Table {
    name: "ledger_entry",
    export: Export::Rows {
        called: "deposit",
        columns: &["kind", "reference", "at", "amount", "balance", "currency"],
        from: "ledger_entry WHERE id IN (SELECT entry FROM event WHERE account = $1) ORDER BY account_seq",
    },
    erasure: Erasure::Excused("the books are kept; the account is a pseudonym"),
};

pub(crate) const LEGS: Table = Table {
    name: "ledger_leg",
    export: Export::Excused("the two sides of an entry, which is exported"),
    erasure: Erasure::Excused("the books are kept; the account is a pseudonym"),
};

/// What is wrong in the books.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerFault {
    #[error("entry {entry} sums to {sum} minor units of {currency}")]
    EntryDoesNotBalance { entry: String, currency: String, sum: i64 },
    #[error("a leg belongs to {entry}, which does not exist")]
    LegWithoutEntry { entry: String },
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
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Checks the books: sums are zero, no deposit is negative or differs from its account, events are gapless and name the entries they
/// belong to; and whatever each service says of its own.
///
/// # Errors
/// The first fault found.
pub(crate) fn check(tx: &mut dyn Tx, services: &[&Service]) -> Result<(), LedgerFault> {
    if let Some(row) = row(
        tx,
        "SELECT entry, currency, CAST(SUM(amount) AS BIGINT) FROM ledger_leg GROUP BY entry, currency HAVING SUM(amount) <> 0 LIMIT 1",
    )? {
        return Err(LedgerFault::EntryDoesNotBalance {
            entry: row.string(0)?,
            currency: row.string(1)?,
            sum: row.int(2)?,
        });
    }
    if let Some(entry) = first(
        tx,
        "SELECT entry FROM ledger_leg WHERE NOT EXISTS (SELECT 1 FROM ledger_entry WHERE id = ledger_leg.entry) LIMIT 1",
    )? {
        return Err(LedgerFault::LegWithoutEntry { entry });
    }
    if let Some(entry) = first(
        tx,
        "SELECT id FROM ledger_entry WHERE NOT EXISTS (SELECT 1 FROM ledger_leg WHERE entry = ledger_entry.id) LIMIT 1",
    )? {
        return Err(LedgerFault::EntryWithoutLegs { entry });
    }
    if let Some(row) = row(tx, "SELECT id, deposit FROM account WHERE deposit < 0 LIMIT 1")? {
        return Err(LedgerFault::DepositNegative { account: row.string(0)?, deposit: row.int(1)? });
    }
    if let Some(row) = row(
        tx,
        "SELECT account.id, CAST(COALESCE(-booked.amount, 0) AS BIGINT), account.deposit FROM account LEFT JOIN (SELECT book, SUM(amount) AS amount FROM ledger_leg WHERE book LIKE 'deposit:%' GROUP BY book) AS booked ON booked.book = 'deposit:' || account.id WHERE COALESCE(-booked.amount, 0) <> account.deposit LIMIT 1",
    )? {
        return Err(LedgerFault::DepositDiffers { account: row.string(0)?, booked: row.int(1)?, shown: row.int(2)? });
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
    Ok(())
}

fn row(tx: &mut dyn Tx, sql: &str) -> Result<Option<Row>, StoreError> {
    Ok(tx.query(sql, &[])?.into_iter().next())
}

fn first(tx: &mut dyn Tx, sql: &str) -> Result<Option<String>, StoreError> {
    row(tx, sql)?.map(|row| row.string(0)).transpose()
}
