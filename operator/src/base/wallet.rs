//! The deposit: top-ups on the bank's page, the bank's notices, and what consumed the balance.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::base::payments::{self as payments_wire, BankNotice, BankOutcome};
use mesto_protocol::base::wallet::{
    self as wire, Balance, Deposit, DepositEntry, NewTopup, Topup, TopupState, WalletSection,
};
use mesto_protocol::kernel::json::Json;
use mesto_protocol::kernel::return_address::ReturnAddress;
use mesto_protocol::{Problem, ProblemCode, headers};
use mesto_rules::money::{Currency, Money};

use crate::base::payments::{self, PageOrder};
use crate::kernel::account::Held;
use crate::kernel::call::Call;
use crate::kernel::due::{self, Due};
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::http::Response;
use crate::kernel::ledger::{self, Book, Holder, Movement};
use crate::kernel::operator::Operator;
use crate::kernel::service::{Check, Erasure, Export, Service, Table, serve};
use crate::kernel::store::{Row, StoreError, Tx};
use crate::kernel::{text, words};
use crate::values;

/// A top-up that nobody paid in time.
const TOPUP_END: Due = Due::new("wallet.topup_end", expire);

pub(crate) const SERVICE: Service = Service {
    operations: &[
        serve!(get wire::HISTORY => history),
        serve!(post wire::TOP_UP => top_up),
        serve!(get wire::TOPUP => read),
        serve!(raw payments_wire::NOTICE => notice),
    ],
    due: &[TOPUP_END],
    section: Some(section),
    tables: &[
        Table {
            name: "topup",
            export: Export::Rows {
                called: "topups",
                columns: &["id", "amount", "currency", "state", "reason", "created_at"],
                from: "topup WHERE account = $1 ORDER BY id",
            },
            erasure: Erasure::Excused("belongs to the books; the account is a pseudonym"),
        },
        Table {
            name: "bank_notice",
            export: Export::Excused("what the bank said of a top-up, which is exported"),
            erasure: Erasure::Excused("belongs to the books; names a payment and no person"),
        },
    ],
    closing: Some(refund),
    audit: &[Check {
        fault: "top-up {} succeeded but was not credited exactly once, or was credited without success",
        sql: "SELECT id FROM topup WHERE (state = 'succeeded') <> EXISTS (SELECT 1 FROM ledger_entry WHERE kind = 'topup' AND reference = topup.id AND amount = topup.amount AND account = topup.account) LIMIT 1",
    }],
    ..Service::of(&wire::SERVICE)
};

fn section(tx: &mut dyn Tx, account: &str, now: DateTime<Utc>) -> Outcome<Json> {
    Ok(Json::of(&WalletSection { balance: balance(tx, account)?, topups: pending(tx, account, now)? })?)
}

/// Books a movement of a deposit: the balance, the event and the entry that its owner sees follow from the legs.
pub(crate) fn book(tx: &mut dyn Tx, now: DateTime<Utc>, held: &mut Held, movement: &Movement<'_>) -> Outcome<()> {
    let own = Book::Deposit(held.id.clone());
    let debited: i64 = movement.legs.iter().filter(|(book, _)| *book == own).map(|(_, amount)| amount).sum();
    let balance = held.deposit.checked_sub(debited).filter(|balance| *balance >= 0).ok_or_else(|| {
        StoreError::Broken(format!("{} {} would take the deposit below zero", movement.kind, movement.reference))
    })?;
    held.deposit = balance;
    let seq = held.tell_of_entry(&Balance { balance: held.balance() }, &movement.id)?;
    let holder = Holder { account: held.id.clone(), seq, amount: -debited, balance };
    ledger::book(tx, now, Some(&holder), movement)
}

/// What is left of the deposit of an account that is closed becomes a refund that is owed.
fn refund(tx: &mut dyn Tx, call: &Call<'_>, held: &mut Held) -> Outcome<()> {
    if held.deposit <= 0 {
        return Ok(());
    }
    let (amount, account) = (held.deposit, held.id.clone());
    let movement = Movement {
        id: call.operator.id("le", call.now),
        kind: "refund",
        reference: &account,
        currency: held.currency,
        legs: vec![(Book::Deposit(account.clone()), amount), (Book::RefundsPayable, -amount)],
    };
    book(tx, call.now, held, &movement)
}

const PAGE: i64 = 50;
const MOST: i64 = 200;
/// A deadline further away than this is taken for this.
const FARTHEST: TimeDelta = TimeDelta::hours(24);

/// What consumed the deposit (BG-36, BG-37).
fn history(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Deposit> {
    let limit = call.request.asked_number("limit")?.unwrap_or(PAGE).clamp(1, MOST);
    let before = call.request.asked_number("before")?.unwrap_or(i64::MAX);
    let account = &call.who()?.account;
    let balance = balance(tx, account)?;
    let rows = tx.query(
        "SELECT event.seq, ledger_entry.at, kind, reference, amount, balance, currency FROM event JOIN ledger_entry ON ledger_entry.id = event.entry WHERE event.account = $1 AND event.seq < $2 ORDER BY event.seq DESC LIMIT $3",
        values![account, before, limit + 1],
    )?;
    let mut entries = rows.iter().map(entry).collect::<Outcome<Vec<_>>>()?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = entries.len() > limit;
    entries.truncate(limit);
    Ok(Deposit { balance, entries, more })
}

fn entry(row: &Row) -> Outcome<DepositEntry> {
    let currency = Currency::new(row.text(6)?)?;
    Ok(DepositEntry {
        id: row.int(0)?,
        at: text::time(row.int(1)?)?,
        kind: words::read(row.text(2)?)?,
        reference: row.string(3)?,
        amount: Money::from_minor(row.int(4)?, currency),
        balance: Money::from_minor(row.int(5)?, currency),
    })
}

/// The balance of an account, for showing.
fn balance(tx: &mut dyn Tx, account: &str) -> Outcome<Money> {
    let rows = tx.query("SELECT deposit, currency FROM account WHERE id = $1", values![account])?;
    match rows.first() {
        Some(row) => Ok(Money::from_minor(row.int(0)?, Currency::new(row.text(1)?)?)),
        None => refuse(ProblemCode::NotFound, "the account is gone"),
    }
}

/// Only the listed amounts (BG-76), only in the deposit's currency (BG-78).
fn top_up(tx: &mut dyn Tx, call: &mut Call<'_>, asked: NewTopup) -> Outcome<Topup> {
    call.in_time(asked.not_after)?;
    let home = &call.operator.home;
    if asked.amount.currency != home.currency || !home.deposit.offers(&asked.amount.amount) {
        let offered: Vec<String> = home.deposit.values.iter().map(ToString::to_string).collect();
        return Err(Problem::new(
            ProblemCode::AmountNotOffered,
            format!("the deposit takes {} {}", offered.join(", "), home.currency.code()),
        )
        .with("offered", offered)
        .with("currency", home.currency.code())
        .into());
    }
    let return_address = return_address(call, &asked.return_url)?;
    let now = call.now;
    let intent = call.request.get(headers::IDEMPOTENCY_KEY).unwrap_or_default();
    let id = call.operator.id("tu", now);
    let expires_at = asked.not_after.min(now + FARTHEST) + call.operator.config.topup_page;
    let page_url = payments::page(call.operator)?.page_url(&PageOrder {
        reference: &id,
        amount: asked.amount,
        return_url: &return_address.with("intent", intent),
        expires: expires_at,
    });
    let topup = Topup { id, amount: asked.amount, state: TopupState::Pending, page_url, created_at: now, reason: None };
    let account = call.who()?.account.clone();
    tx.write(
        "INSERT INTO topup (id, account, amount, currency, state, page_url, intent, expires_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        values![
            &topup.id,
            &account,
            topup.amount.minor()?,
            topup.amount.currency.code(),
            &words::write(&topup.state)?,
            &topup.page_url,
            intent,
            expires_at.timestamp_millis(),
            now.timestamp_millis()
        ],
    )?;
    due::plan(tx, &TOPUP_END, &topup.id, expires_at)?;
    call.held()?.tell(&topup)?;
    Ok(topup)
}

/// An address that the operator lets a page lead back to.
fn return_address(call: &Call<'_>, text: &str) -> Outcome<ReturnAddress> {
    let refused = |detail: String| Problem::new(ProblemCode::BadRequest, detail).with("field", "return_url");
    let address = ReturnAddress::parse(text).map_err(|error| refused(error.to_string()))?;
    let allowed = &call.operator.config.return_to;
    if address.is_allowed_by(allowed) {
        return Ok(address);
    }
    let allowed: Vec<String> = allowed.iter().map(ToString::to_string).collect();
    let detail = format!("this operator leads back to {} only", allowed.join(", "));
    Err(refused(detail).with("allowed", allowed).into())
}

const COLUMNS: &str = "id, amount, currency, state, page_url, created_at, reason";

fn from_row(row: &Row) -> Outcome<Topup> {
    Ok(Topup {
        id: row.string(0)?,
        amount: Money::from_minor(row.int(1)?, Currency::new(row.text(2)?)?),
        state: words::read(row.text(3)?)?,
        page_url: row.string(4)?,
        created_at: text::time(row.int(5)?)?,
        reason: row.maybe_string(6)?,
    })
}

/// Top-ups that wait for the bank.
fn pending(tx: &mut dyn Tx, account: &str, now: DateTime<Utc>) -> Outcome<Vec<Topup>> {
    tx.query(
        &format!(
            "SELECT {COLUMNS} FROM topup WHERE account = $1 AND state = 'pending' AND expires_at > $2 ORDER BY id DESC"
        ),
        values![account, now.timestamp_millis()],
    )?
    .iter()
    .map(from_row)
    .collect()
}

fn read(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Topup> {
    let rows = tx.query(
        &format!("SELECT {COLUMNS}, expires_at FROM topup WHERE id = $1 AND account = $2"),
        values![call.named(), &call.who()?.account],
    )?;
    let Some(row) = rows.first() else {
        return refuse(ProblemCode::NotFound, "there is no such top-up of yours");
    };
    let mut topup = from_row(row)?;
    if topup.state == TopupState::Pending && row.int(7)? <= call.now.timestamp_millis() {
        // The job that ends it may be late; what is shown is not.
        (topup.state, topup.reason) = (TopupState::Declined, Some("expired".into()));
    }
    Ok(topup)
}

/// The bank tells how a payment ended, as often as it takes until it hears 204. Counted once per payment.
fn notice(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let notice = payments::page(call.operator)?.verify_notice(call.request)?;
    let rows = tx.query("SELECT account FROM topup WHERE id = $1", values![&notice.reference])?;
    let Some(row) = rows.first() else {
        return refuse(ProblemCode::BankNoticeInvalid, "there is no top-up with this reference");
    };
    let mut held = Held::take(tx, row.text(0)?)?;
    // Read again: the account is locked now, and its top-ups with it.
    let rows = tx.query(&format!("SELECT {COLUMNS} FROM topup WHERE id = $1"), values![&notice.reference])?;
    let Some(row) = rows.first() else {
        return refuse(ProblemCode::BankNoticeInvalid, "there is no top-up with this reference");
    };
    let topup = from_row(row)?;
    if notice.amount != topup.amount {
        tracing::error!(topup = %topup.id, "a bank notice names another amount than was asked for");
        return refuse(ProblemCode::BankNoticeInvalid, "the amount is not that of the top-up");
    }
    let is_new = tx.execute(
        "INSERT INTO bank_notice (payment, topup, amount, currency, outcome, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (payment) DO NOTHING",
        values![
            &notice.payment,
            &topup.id,
            notice.amount.minor()?,
            notice.amount.currency.code(),
            &words::write(&notice.outcome)?,
            call.now.timestamp_millis()
        ],
    )?;
    if is_new == 1 {
        take_outcome(tx, call, &mut held, topup, &notice)?;
        held.release(tx, call.now)?;
    }
    Ok(Response::empty())
}

fn take_outcome(tx: &mut dyn Tx, call: &Call<'_>, held: &mut Held, topup: Topup, notice: &BankNotice) -> Outcome<()> {
    let amount = topup.amount.minor()?;
    match (notice.outcome, topup.state) {
        // Approved after it was declined or had expired, the money is there all the same.
        (BankOutcome::Approved, TopupState::Pending | TopupState::Declined | TopupState::Other) => {
            let topup = end(tx, held, topup, TopupState::Succeeded, None)?;
            let movement = Movement {
                id: call.operator.id("le", call.now),
                kind: "topup",
                reference: &topup.id,
                currency: topup.amount.currency,
                legs: vec![(Book::Bank, amount), (Book::Deposit(held.id.clone()), -amount)],
            };
            book(tx, call.now, held, &movement)
        }
        (BankOutcome::Approved, TopupState::Succeeded) => {
            tracing::error!(topup = %topup.id, "a top-up was paid twice; the second payment has to go back");
            let movement = Movement {
                id: call.operator.id("le", call.now),
                kind: "overpaid",
                reference: &notice.payment,
                currency: topup.amount.currency,
                legs: vec![(Book::Bank, amount), (Book::RefundsPayable, -amount)],
            };
            ledger::book(tx, call.now, None, &movement)
        }
        (BankOutcome::Declined, TopupState::Pending) => {
            let reason = notice.reason.clone().unwrap_or_else(|| "card_declined".into());
            end(tx, held, topup, TopupState::Declined, Some(reason)).map(drop)
        }
        (BankOutcome::Declined, TopupState::Declined | TopupState::Succeeded | TopupState::Other) => Ok(()),
    }
}

fn end(
    tx: &mut dyn Tx,
    held: &mut Held,
    mut topup: Topup,
    state: TopupState,
    reason: Option<String>,
) -> Outcome<Topup> {
    (topup.state, topup.reason) = (state, reason);
    tx.write(
        "UPDATE topup SET state = $2, reason = $3 WHERE id = $1",
        values![&topup.id, &words::write(&topup.state)?, topup.reason.as_deref()],
    )?;
    due::forget(tx, &TOPUP_END, &topup.id)?;
    held.tell(&topup)?;
    Ok(topup)
}

/// Ends a top-up that nobody paid in time.
fn expire(tx: &mut dyn Tx, _: &Operator, now: DateTime<Utc>, topup: &str) -> Outcome<()> {
    let rows = tx.query("SELECT account FROM topup WHERE id = $1", values![topup])?;
    let Some(row) = rows.first() else { return Ok(()) };
    let mut held = Held::take(tx, row.text(0)?)?;
    let rows = tx.query(&format!("SELECT {COLUMNS} FROM topup WHERE id = $1"), values![topup])?;
    let Some(row) = rows.first() else { return Ok(()) };
    let topup = from_row(row)?;
    if topup.state == TopupState::Pending {
        end(tx, &mut held, topup, TopupState::Declined, Some("expired".into()))?;
        held.release(tx, now)?;
    }
    Ok(())
}
