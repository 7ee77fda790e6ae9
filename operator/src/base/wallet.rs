//! The deposit: top-ups on the bank's page, the bank's notices, and what consumed the balance.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::base::payments::{self as payments_wire, BankNotice, BankOutcome};
use mesto_protocol::base::wallet::{
    self as wire, Balance, Deposit, DepositEntry, EntryKind, NewTopup, Topup, TopupState, WalletSection,
};
use mesto_protocol::kernel::json::Json;
use mesto_protocol::{Problem, ProblemCode, headers};
use mesto_rules::money::{Currency, Money};

use crate::base::payments::{self, PROVIDER, PageOrder};
use crate::kernel::account::{AccountRow, LockedAccount};
use crate::kernel::call::Call;
use crate::kernel::due::{self, Due};
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::http::Response;
use crate::kernel::ledger::{self, HistoryEntry, Holder, LedgerAccount, Movement, MovementKind};
use crate::kernel::operator::Operator;
use crate::kernel::service::{Check, Erasure, Export, Service, Table, serve};
use crate::kernel::store::{Select, StoreError, Tx, Write};
use crate::{find, stored_words, table, update, values};

stored_words! {
    /// `topup.state`
    pub(crate) enum StateWord for TopupState { Pending = "pending", Succeeded = "succeeded", Declined = "declined" }
}

stored_words! {
    /// `bank_notice.outcome`
    pub(crate) enum OutcomeWord for BankOutcome { Approved = "approved", Declined = "declined" }
}

table! {
    pub(crate) struct TopupRow in "topup" {
        id: String,
        account: String,
        amount: i64,
        currency: Currency,
        state: StateWord,
        reason: Option<String>,
        page_url: String,
        intent: String,
        expires_at: DateTime<Utc>,
        created_at: DateTime<Utc>,
    }
}

table! {
    pub(crate) struct NoticeRow in "bank_notice" {
        payment: String,
        topup: String,
        amount: i64,
        currency: Currency,
        outcome: OutcomeWord,
        at: DateTime<Utc>,
    }
}

impl From<TopupRow> for Topup {
    fn from(row: TopupRow) -> Self {
        Self {
            id: row.id,
            amount: Money::from_minor(row.amount, row.currency),
            state: row.state.into(),
            page_url: row.page_url,
            created_at: row.created_at,
            reason: row.reason,
        }
    }
}

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
pub(crate) fn post(
    tx: &mut dyn Tx,
    now: DateTime<Utc>,
    account: &mut LockedAccount,
    movement: Movement<'_>,
) -> Outcome<()> {
    let own = LedgerAccount::Deposit { holder: account.id.clone() };
    let debited: i64 = movement.legs.iter().filter(|(to, _)| *to == own).map(|(_, amount)| amount).sum();
    let balance = account.deposit.checked_sub(debited).filter(|balance| *balance >= 0).ok_or_else(|| {
        let kind = movement.kind.word();
        StoreError::Broken(format!("{kind} {} would take the deposit below zero", movement.reference))
    })?;
    account.deposit = balance;
    let seq = account.tell_of_entry(&Balance { balance: account.balance() }, &movement.id)?;
    let holder = Holder { account: account.id.clone(), seq, amount: -debited, balance };
    ledger::post(tx, now, Some(holder), movement)
}

/// The kind of an entry in a person's history; a movement of nobody's deposit has none.
fn shown(kind: MovementKind) -> Result<EntryKind, StoreError> {
    match kind {
        MovementKind::Topup => Ok(EntryKind::Topup),
        MovementKind::Ticket => Ok(EntryKind::Ticket),
        MovementKind::Order => Ok(EntryKind::Order),
        MovementKind::Refund => Ok(EntryKind::Refund),
        MovementKind::OrderIssued
        | MovementKind::OrderElsewhere
        | MovementKind::OrderCancelled
        | MovementKind::Overpaid => Err(StoreError::unreadable("ledger_entry.kind", kind.word())),
    }
}

/// What is left of the deposit of an account that is closed becomes a refund that is owed.
fn refund(tx: &mut dyn Tx, call: &Call<'_>, account: &mut LockedAccount) -> Outcome<()> {
    if account.deposit <= 0 {
        return Ok(());
    }
    let (amount, holder) = (account.deposit, account.id.clone());
    let movement = Movement {
        id: call.operator.id("le", call.now),
        kind: MovementKind::Refund,
        reference: &holder,
        currency: account.currency,
        legs: vec![
            (LedgerAccount::Deposit { holder: holder.clone() }, amount),
            (LedgerAccount::RefundsPayable { holder: holder.clone() }, -amount),
        ],
    };
    post(tx, call.now, account, movement)
}

const PAGE: i64 = 50;
const MOST: i64 = 200;
const RETURN_URL_MAX: usize = 500;
/// A deadline further away than this is taken for this.
const FARTHEST: TimeDelta = TimeDelta::hours(24);

/// What consumed the deposit (BG-36, BG-37).
fn history(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Deposit> {
    let limit = call.request.asked_number("limit")?.unwrap_or(PAGE).clamp(1, MOST);
    let before = call.request.asked_number("before")?.unwrap_or(i64::MAX);
    let account = &call.who()?.account;
    let balance = balance(tx, account)?;
    let rows: Vec<HistoryEntry> = tx.all(Select::of(
        "FROM event JOIN ledger_entry ON ledger_entry.id = event.entry WHERE event.account = $1 AND event.seq < $2 ORDER BY event.seq DESC LIMIT $3",
        values![account, before, limit + 1],
    ))?;
    let mut entries = rows.into_iter().map(entry).collect::<Outcome<Vec<_>>>()?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = entries.len() > limit;
    entries.truncate(limit);
    Ok(Deposit { balance, entries, more })
}

fn entry(row: HistoryEntry) -> Outcome<DepositEntry> {
    Ok(DepositEntry {
        id: row.seq,
        at: row.at,
        kind: shown(row.kind)?,
        reference: row.reference,
        amount: Money::from_minor(row.amount, row.currency),
        balance: Money::from_minor(row.balance, row.currency),
    })
}

/// The balance of an account, for showing.
fn balance(tx: &mut dyn Tx, account: &str) -> Outcome<Money> {
    match tx.first(find!(AccountRow { id: account }))? {
        Some(row) => Ok(Money::from_minor(row.deposit, row.currency)),
        None => refuse(ProblemCode::NotFound, "the account is gone"),
    }
}

/// Only the listed amounts (BG-76), only in the deposit's currency (BG-78).
fn top_up(tx: &mut dyn Tx, call: &mut Call<'_>, asked: NewTopup) -> Outcome<Topup> {
    call.in_time(asked.not_after)?;
    let home = &call.operator.home;
    let deposit = &home.sections.wallet.deposit;
    if asked.amount.currency != home.currency || !deposit.offers(&asked.amount.amount) {
        let offered: Vec<String> = deposit.values.iter().map(ToString::to_string).collect();
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
    let intent = call.request.get(headers::IDEMPOTENCY_KEY).unwrap_or_default();
    let id = call.operator.id("tu", now);
    let expires_at = asked.not_after.min(now + FARTHEST) + call.operator.config.topup_page;
    let page_url = payments::page(call.operator)?.page_url(&PageOrder {
        reference: &id,
        amount: asked.amount,
        return_url: &asked.return_url,
        intent,
        expires: expires_at,
    });
    let topup = Topup { id, amount: asked.amount, state: TopupState::Pending, page_url, created_at: now, reason: None };
    tx.write(Write::insert(TopupRow {
        id: topup.id.clone(),
        account: call.who()?.account.clone(),
        amount: topup.amount.minor()?,
        currency: topup.amount.currency,
        state: StateWord::Pending,
        reason: None,
        page_url: topup.page_url.clone(),
        intent: intent.to_owned(),
        expires_at,
        created_at: now,
    }))?;
    due::plan(tx, &TOPUP_END, &topup.id, expires_at)?;
    call.account()?.tell(&topup)?;
    Ok(topup)
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

/// Top-ups that wait for the bank.
fn pending(tx: &mut dyn Tx, account: &str, now: DateTime<Utc>) -> Outcome<Vec<Topup>> {
    let rows: Vec<TopupRow> = tx.all(Select::of(
        "FROM topup WHERE topup.account = $1 AND topup.state = 'pending' AND topup.expires_at > $2 ORDER BY topup.id DESC",
        values![account, now.timestamp_millis()],
    ))?;
    Ok(rows.into_iter().map(Topup::from).collect())
}

fn read(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Topup> {
    let Some(row) = tx.first(find!(TopupRow { id: call.named(), account: &call.who()?.account }))? else {
        return refuse(ProblemCode::NotFound, "there is no such top-up of yours");
    };
    let is_over = row.expires_at <= call.now;
    let mut topup = Topup::from(row);
    if topup.state == TopupState::Pending && is_over {
        // The job that ends it may be late; what is shown is not.
        (topup.state, topup.reason) = (TopupState::Declined, Some("expired".into()));
    }
    Ok(topup)
}

/// The bank tells how a payment ended, as often as it takes until it hears 204. Counted once per payment.
fn notice(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let notice = payments::page(call.operator)?.verify_notice(call.request)?;
    let unknown = || refuse(ProblemCode::BankNoticeInvalid, "there is no top-up with this reference");
    let Some((mut account, topup)) = locked(tx, &notice.reference)? else { return unknown() };
    if notice.amount != topup.amount {
        tracing::error!(topup = %topup.id, "a bank notice names another amount than was asked for");
        return refuse(ProblemCode::BankNoticeInvalid, "the amount is not that of the top-up");
    }
    if tx.first(find!(NoticeRow { payment: &notice.payment }))?.is_none() {
        tx.write(Write::insert(NoticeRow {
            payment: notice.payment.clone(),
            topup: topup.id.clone(),
            amount: notice.amount.minor()?,
            currency: notice.amount.currency,
            outcome: notice.outcome.try_into()?,
            at: call.now,
        }))?;
        take_outcome(tx, call, &mut account, topup, &notice)?;
        account.release(tx, call.now)?;
    }
    Ok(Response::empty())
}

/// A top-up whose account is locked, and its top-ups with it.
fn locked(tx: &mut dyn Tx, topup: &str) -> Outcome<Option<(LockedAccount, Topup)>> {
    let Some(row) = tx.first(find!(TopupRow { id: topup }))? else { return Ok(None) };
    let account = LockedAccount::take(tx, &row.account)?;
    Ok(tx.first(find!(TopupRow { id: topup }))?.map(|row| (account, row.into())))
}

fn take_outcome(
    tx: &mut dyn Tx,
    call: &Call<'_>,
    account: &mut LockedAccount,
    topup: Topup,
    notice: &BankNotice,
) -> Outcome<()> {
    let amount = topup.amount.minor()?;
    let clearing = LedgerAccount::Clearing { provider: PROVIDER };
    let holder = account.id.clone();
    if topup.state == TopupState::Pending {
        due::forget(tx, &TOPUP_END, &topup.id)?;
    }
    match (notice.outcome, topup.state) {
        // Approved after it was declined or had expired, the money is there all the same.
        (BankOutcome::Approved, TopupState::Pending | TopupState::Declined | TopupState::Other) => {
            let topup = end(tx, account, topup, TopupState::Succeeded, None)?;
            let movement = Movement {
                id: call.operator.id("le", call.now),
                kind: MovementKind::Topup,
                reference: &topup.id,
                currency: topup.amount.currency,
                legs: vec![(clearing, amount), (LedgerAccount::Deposit { holder }, -amount)],
            };
            post(tx, call.now, account, movement)
        }
        (BankOutcome::Approved, TopupState::Succeeded) => {
            tracing::error!(topup = %topup.id, "a top-up was paid twice; the second payment has to go back");
            let movement = Movement {
                id: call.operator.id("le", call.now),
                kind: MovementKind::Overpaid,
                reference: &notice.payment,
                currency: topup.amount.currency,
                legs: vec![(clearing, amount), (LedgerAccount::RefundsPayable { holder }, -amount)],
            };
            ledger::post(tx, call.now, None, movement)
        }
        (BankOutcome::Declined, TopupState::Pending) => {
            let reason = notice.reason.clone().unwrap_or_else(|| "card_declined".into());
            end(tx, account, topup, TopupState::Declined, Some(reason)).map(drop)
        }
        (BankOutcome::Declined, TopupState::Declined | TopupState::Succeeded | TopupState::Other) => Ok(()),
    }
}

fn end(
    tx: &mut dyn Tx,
    account: &mut LockedAccount,
    mut topup: Topup,
    state: TopupState,
    reason: Option<String>,
) -> Outcome<Topup> {
    (topup.state, topup.reason) = (state, reason);
    tx.write(update!(TopupRow { id: &topup.id } set {
        state: StateWord::try_from(topup.state)?, reason: &topup.reason
    }))?;
    account.tell(&topup)?;
    Ok(topup)
}

/// Ends a top-up that nobody paid in time.
fn expire(tx: &mut dyn Tx, _: &Operator, now: DateTime<Utc>, topup: &str) -> Outcome<()> {
    let Some((mut account, topup)) = locked(tx, topup)? else { return Ok(()) };
    if topup.state == TopupState::Pending {
        end(tx, &mut account, topup, TopupState::Declined, Some("expired".into()))?;
        account.release(tx, now)?;
    }
    Ok(())
}
