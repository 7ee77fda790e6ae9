//! The double-entry ledger: append only, every entry sums to zero per currency, and the deposit of a user is never below zero.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use mesto_protocol::base::wallet::EntryKind;
use mesto_protocol::event::Change;
use mesto_rules::money::{Currency, Money};

use crate::kernel::account::Held;
use crate::kernel::failure::Outcome;
use crate::kernel::store::{Row, StoreError, Tx};
use crate::kernel::words;
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

/// Books a movement. `held` is the user whose deposit it moves: his balance, his event and the entry he sees follow from the legs.
pub(crate) fn book(
    tx: &mut dyn Tx,
    now: DateTime<Utc>,
    held: Option<&mut Held>,
    movement: &Movement<'_>,
) -> Outcome<()> {
    let sum = movement.legs.iter().try_fold(0_i64, |sum, (_, amount)| sum.checked_add(*amount));
    if sum != Some(0) || movement.legs.len() < 2 {
        return Err(
            StoreError::Broken(format!("the legs of {} {} do not balance", movement.kind, movement.reference)).into()
        );
    }
    let mut moved = None;
    if let Some(held) = held {
        let own = Book::Deposit(held.id.clone());
        let debited: i64 = movement.legs.iter().filter(|(book, _)| *book == own).map(|(_, amount)| amount).sum();
        let balance = held.deposit.checked_sub(debited).filter(|balance| *balance >= 0).ok_or_else(|| {
            StoreError::Broken(format!("{} {} would take the deposit below zero", movement.kind, movement.reference))
        })?;
        held.deposit = balance;
        let seq = held.tell_of_entry(Change::DepositChanged { balance: held.balance() }, &movement.id);
        moved = Some((held.id.clone(), seq, -debited, balance));
    }
    let (account, seq, amount, balance) = match &moved {
        Some((account, seq, amount, balance)) => (Some(account.as_str()), Some(*seq), Some(*amount), Some(*balance)),
        None => (None, None, None, None),
    };
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

/// The kind of an entry in a user's history.
pub(crate) fn entry_kind(kind: &str) -> Result<EntryKind, StoreError> {
    words::read(kind)
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

/// What is wrong in the books.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerFault {
    #[error("entry {entry} sums to {sum} minor units of {currency}")]
    EntryDoesNotBalance { entry: String, currency: String, sum: i64 },
    #[error("a leg belongs to {entry}, which does not exist")]
    LegWithoutEntry { entry: String },
    #[error("a plate belongs to {ticket}, which does not exist")]
    PlateWithoutTicket { ticket: String },
    #[error("entry {entry} has no legs")]
    EntryWithoutLegs { entry: String },
    #[error("the ledger says that {account} has {booked}, the account says {shown} minor units")]
    DepositDiffers { account: String, booked: i64, shown: i64 },
    #[error("the deposit of {account} is {deposit} minor units")]
    DepositNegative { account: String, deposit: i64 },
    #[error("ticket {ticket} was sold without a charge of its price")]
    TicketWithoutCharge { ticket: String },
    #[error("entry {entry} charges a ticket that was never sold")]
    ChargeWithoutTicket { entry: String },
    #[error("top-up {topup} succeeded but was not credited exactly once, or was credited without success")]
    TopupDiffers { topup: String },
    #[error("order {order} and its payment in the ledger differ")]
    OrderDiffers { order: String },
    #[error("ticket {ticket} ends after the deadline of its stay")]
    LimitExceeded { ticket: String },
    #[error("quote {quote} was sold more than once")]
    QuoteSoldTwice { quote: String },
    #[error("entry {entry} is of an account whose event does not name it")]
    EntryWithoutEvent { entry: String },
    #[error("the events of {account} have a gap or do not end at its cursor")]
    EventsHaveGaps { account: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Checks the books: sums are zero, no deposit is negative or differs from its account, every ticket has its charge and every charge its
/// ticket, top-ups and orders agree, no ticket exceeds its stay's limit, events are gapless and name the entries they belong to.
///
/// # Errors
/// The first fault found.
pub fn check(tx: &mut dyn Tx) -> Result<(), LedgerFault> {
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
    if let Some(ticket) = first(
        tx,
        "SELECT ticket FROM ticket_plate WHERE NOT EXISTS (SELECT 1 FROM ticket WHERE id = ticket_plate.ticket) LIMIT 1",
    )? {
        return Err(LedgerFault::PlateWithoutTicket { ticket });
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
    if let Some(ticket) = first(
        tx,
        "SELECT id FROM ticket WHERE pay = 'deposit' AND NOT EXISTS (SELECT 1 FROM ledger_entry WHERE kind = 'ticket' AND reference = ticket.id AND amount = -ticket.price AND currency = ticket.currency AND account = ticket.account) LIMIT 1",
    )? {
        return Err(LedgerFault::TicketWithoutCharge { ticket });
    }
    if let Some(entry) = first(
        tx,
        "SELECT id FROM ledger_entry WHERE kind = 'ticket' AND NOT EXISTS (SELECT 1 FROM ticket WHERE ticket.id = ledger_entry.reference) LIMIT 1",
    )? {
        return Err(LedgerFault::ChargeWithoutTicket { entry });
    }
    if let Some(topup) = first(
        tx,
        "SELECT id FROM topup WHERE (state = 'succeeded') <> EXISTS (SELECT 1 FROM ledger_entry WHERE kind = 'topup' AND reference = topup.id AND amount = topup.amount AND account = topup.account) LIMIT 1",
    )? {
        return Err(LedgerFault::TopupDiffers { topup });
    }
    if let Some(order) = first(
        tx,
        "SELECT id FROM daily_order WHERE (state = 'paid' AND paid_by IS NOT NULL) <> EXISTS (SELECT 1 FROM ledger_entry WHERE kind = 'order' AND reference = daily_order.id AND amount = -daily_order.paid_amount AND account = daily_order.paid_by) LIMIT 1",
    )? {
        return Err(LedgerFault::OrderDiffers { order });
    }
    if let Some(ticket) =
        first(tx, "SELECT id FROM ticket WHERE stay_deadline IS NOT NULL AND ends_at > stay_deadline LIMIT 1")?
    {
        return Err(LedgerFault::LimitExceeded { ticket });
    }
    if let Some(quote) =
        first(tx, "SELECT quote FROM ticket WHERE quote IS NOT NULL GROUP BY quote HAVING COUNT(*) > 1 LIMIT 1")?
    {
        return Err(LedgerFault::QuoteSoldTwice { quote });
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
    Ok(())
}

fn row(tx: &mut dyn Tx, sql: &str) -> Result<Option<Row>, StoreError> {
    Ok(tx.query(sql, &[])?.into_iter().next())
}

fn first(tx: &mut dyn Tx, sql: &str) -> Result<Option<String>, StoreError> {
    row(tx, sql)?.map(|row| row.string(0)).transpose()
}
