//! The deposit: top-ups on the bank's page, the bank's notices, and what consumed the balance.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::base::payments::{BankNotice, BankOutcome};
use mesto_protocol::base::wallet::{Deposit, DepositEntry, NewTopup, Topup, TopupState};
use mesto_protocol::event::Change;
use mesto_protocol::{Problem, ProblemCode, route};
use mesto_rules::money::{Currency, Money};

use crate::base::payments::PageOrder;
use crate::kernel::account::Held;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::http::Response;
use crate::kernel::ledger::{self, Book, Movement};
use crate::kernel::routes::Call;
use crate::kernel::store::{Row, Tx};
use crate::kernel::{due, text, words};
use crate::values;

const PAGE: i64 = 50;
const MOST: i64 = 200;
const RETURN_URL_MAX: usize = 500;
/// A deadline further away than this is taken for this.
const FARTHEST: TimeDelta = TimeDelta::hours(24);

/// `GET /v1/deposit?before=<entry>&limit=` (BG-36, BG-37)
pub(crate) fn history(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
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
    Ok(Response::json(200, &Deposit { balance, entries, more }))
}

fn entry(row: &Row) -> Outcome<DepositEntry> {
    let currency = Currency::new(row.text(6)?)?;
    Ok(DepositEntry {
        id: row.int(0)?,
        at: text::time(row.int(1)?)?,
        kind: ledger::entry_kind(row.text(2)?)?,
        reference: row.string(3)?,
        amount: Money::from_minor(row.int(4)?, currency),
        balance: Money::from_minor(row.int(5)?, currency),
    })
}

/// The balance of an account, for showing.
pub(crate) fn balance(tx: &mut dyn Tx, account: &str) -> Outcome<Money> {
    let rows = tx.query("SELECT deposit, currency FROM account WHERE id = $1", values![account])?;
    match rows.first() {
        Some(row) => Ok(Money::from_minor(row.int(0)?, Currency::new(row.text(1)?)?)),
        None => refuse(ProblemCode::NotFound, "the account is gone"),
    }
}

/// `POST /v1/deposit/topups`: only the listed amounts (BG-76), only in the deposit's currency (BG-78).
pub(crate) fn top_up(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let asked: NewTopup = call.request.read()?;
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
    return_url(&asked.return_url)?;
    let now = call.now;
    let intent = call.request.get(route::IDEMPOTENCY_KEY).unwrap_or_default();
    let id = call.operator.id("tu", now);
    let expires_at = asked.not_after.min(now + FARTHEST) + call.operator.config.topup_page;
    let page_url = call.operator.page.page_url(&PageOrder {
        reference: &id,
        amount: asked.amount,
        return_url: &asked.return_url,
        intent,
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
    due::plan(tx, due::TOPUP_END, &topup.id, expires_at)?;
    call.held()?.tell(Change::TopupChanged(topup.clone()));
    Ok(Response::json(201, &topup))
}

/// Only an address that a browser or an app opens; what a script could run is refused.
fn return_url(url: &str) -> Outcome<()> {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase()).unwrap_or_default();
    let is_name = !scheme.is_empty()
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    let is_plain =
        url.len() <= RETURN_URL_MAX && !url.chars().any(|letter| letter.is_control() || letter.is_whitespace());
    if is_name && is_plain && !["javascript", "data", "file", "vbscript"].contains(&scheme.as_str()) {
        return Ok(());
    }
    Err(Problem::new(ProblemCode::BadRequest, "return_url should be an https link or one of your app's own scheme")
        .with("field", "return_url")
        .into())
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
pub(crate) fn pending(tx: &mut dyn Tx, account: &str, now: DateTime<Utc>) -> Outcome<Vec<Topup>> {
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

/// `GET /v1/deposit/topups/{topup}`
pub(crate) fn read(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
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
    Ok(Response::json(200, &topup))
}

/// `POST /v1/bank/notice`: the bank tells how a payment ended, as often as it takes until it hears 204. Counted once per payment.
pub(crate) fn notice(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let notice = call.operator.page.verify_notice(call.request)?;
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
            ledger::book(tx, call.now, Some(held), &movement)
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
    due::forget(tx, due::TOPUP_END, &topup.id)?;
    held.tell(Change::TopupChanged(topup.clone()));
    Ok(topup)
}

/// Ends a top-up that nobody paid in time.
pub(crate) fn expire(tx: &mut dyn Tx, now: DateTime<Utc>, topup: &str) -> Outcome<()> {
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
