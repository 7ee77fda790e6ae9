//! The deposit: top-ups on the bank's page, the bank's notices, and what consumed the balance.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::base::payments::{self as payments_wire, BankNotice, BankOutcome};
use mesto_protocol::base::wallet::{
    self as wire, Balance, Deposit, DepositEntry, EntryKind, NewTopup, Topup, TopupState, WalletSection,
};
use mesto_protocol::kernel::json::Json;
use mesto_protocol::kernel::return_address::ReturnAddress;
use mesto_protocol::{Problem, ProblemCode, headers};
use mesto_rules::money::{Currency, Money};

use crate::base::incidents;
use crate::base::payments::{self, PageOrder};
use crate::kernel::account::{AccountRow, LockedAccount};
use crate::kernel::call::Call;
use crate::kernel::due::{self, Due};
use crate::kernel::failure::{Failure, Outcome, refuse};
use crate::kernel::http::Response;
use crate::kernel::ledger::{self, HistoryEntry, Holder, LedgerAccount, Movement, MovementKind};
use crate::kernel::operator::Operator;
use crate::kernel::service::{Check, Erasure, Export, Service, Table, serve};
use crate::kernel::store::{Select, StoreError, Tx, Write};
use crate::{find, stored_words, table, update, values};

stored_words! {
    /// `topup.state`
    pub(crate) enum StateWord for TopupState {
        Pending = "pending",
        Succeeded = "succeeded",
        Declined = "declined",
        Abandoned = "abandoned",
    }
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
    /// What a provider told of a payment of its own, each outcome once.
    pub(crate) struct NoticeRow in "bank_notice" {
        provider: String,
        payment: String,
        outcome: OutcomeWord,
        topup: String,
        amount: i64,
        currency: Currency,
        reason: Option<String>,
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
        serve!(action wire::TOP_UP => top_up, again again),
        serve!(get wire::TOPUP => read),
        serve!(get wire::ABANDON => abandon),
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
    closing: Some(closing),
    audit: &[
        Check {
            fault: "top-up {} succeeded but was not credited exactly once, or was credited without success",
            sql: "SELECT id FROM topup WHERE (state = 'succeeded') <> EXISTS (SELECT 1 FROM ledger_entry WHERE kind = 'topup' AND reference = topup.id AND amount = topup.amount AND account = topup.account) LIMIT 1",
        },
        Check {
            fault: "payment {} was approved and is booked nowhere",
            sql: "SELECT payment AS id FROM bank_notice WHERE outcome = 'approved' AND NOT EXISTS (SELECT 1 FROM ledger_entry WHERE kind = 'topup' AND reference = bank_notice.topup) AND NOT EXISTS (SELECT 1 FROM ledger_entry WHERE kind IN ('overpaid', 'abandoned', 'closed') AND reference = bank_notice.payment) LIMIT 1",
        },
    ],
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
        | MovementKind::Overpaid
        | MovementKind::Abandoned
        | MovementKind::Closed => Err(StoreError::unreadable("ledger_entry.kind", kind.word())),
    }
}

/// The top-ups of an account that is closed wait for nothing any more, and what is left of its deposit is owed.
fn closing(tx: &mut dyn Tx, call: &Call<'_>, account: &mut LockedAccount) -> Outcome<()> {
    tx.write(Write::sql(
        "due",
        "DELETE FROM due WHERE kind = $2 AND reference IN (SELECT id FROM topup WHERE account = $1 AND state = 'pending')",
        values![&account.id, TOPUP_END.kind],
    ))?;
    tx.write(Write::sql(
        "topup",
        "UPDATE topup SET state = 'abandoned' WHERE account = $1 AND state = 'pending'",
        values![&account.id],
    ))?;
    refund(tx, call, account)
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
pub(crate) fn balance(tx: &mut dyn Tx, account: &str) -> Outcome<Money> {
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
    call.made = Some(topup.id.clone());
    call.account()?.tell(&topup)?;
    Ok(topup)
}

/// The answer of a top-up whose own is no longer kept: as it stands now.
fn again(tx: &mut dyn Tx, _: &Call<'_>, made: &str) -> Outcome<Topup> {
    let row = tx.first(find!(TopupRow { id: made }))?;
    Ok(row.ok_or_else(|| StoreError::unreadable("top-up", "it is gone"))?.into())
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

/// The driver gives it up. One that ended stays as it ended.
fn abandon(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Topup> {
    // The bank's notice waits for the account too: either it is seen here, or it will see this.
    let mut account = LockedAccount::of_caller(tx, &call.who()?.account)?;
    let Some(row) = tx.first(find!(TopupRow { id: call.named(), account: &account.id }))? else {
        return refuse(ProblemCode::NotFound, "there is no such top-up of yours");
    };
    let mut topup = Topup::from(row);
    if topup.state == TopupState::Pending {
        due::forget(tx, &TOPUP_END, &topup.id)?;
        topup = end(tx, &mut account, topup, TopupState::Abandoned, None)?;
        account.release(tx, call.now)?;
    }
    Ok(topup)
}

/// The bank tells how a payment ended, as often as it takes until it hears 204. Every notice is kept, and each counts
/// once: an approval also after a decline of the same payment. What contradicts what was told or asked before is refused,
/// and somebody has to look at it.
fn notice(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let page = payments::page(call.operator)?;
    let (notice, provider) = (page.verify_notice(call.request)?, page.provider());
    let Some((mut account, topup)) = locked(tx, &notice.reference)? else {
        let problem = Problem::new(ProblemCode::BankNoticeInvalid, "there is no top-up with this reference");
        let detail = "the bank tells of a top-up that is not known";
        return contradicted(tx, call, "notice_unknown", &notice, detail, problem);
    };
    if notice.amount != topup.amount {
        let problem = Problem::new(ProblemCode::BankNoticeInvalid, "the amount is not that of the top-up");
        let detail = "the bank tells another amount than was asked for";
        return contradicted(tx, call, "notice_amount", &notice, detail, problem);
    }
    // One that another top-up's lock lets in at the same moment collides on the outcome, and is then found here.
    let known = tx.all(find!(NoticeRow { provider: provider, payment: &notice.payment }))?;
    if let Some(other) = known.iter().find(|known| known.topup != topup.id) {
        let problem = Problem::new(
            ProblemCode::NoticeContradicts,
            "this payment was told of another top-up; nothing was booked, and somebody looks at it",
        )
        .with("known", &other.topup);
        let detail = format!("the bank tells of one payment for two top-ups, first for {}", other.topup);
        return contradicted(tx, call, "notice_contradicts", &notice, &detail, problem);
    }
    let outcome = OutcomeWord::try_from(notice.outcome)?;
    if known.iter().any(|known| known.outcome == outcome) {
        return Ok(Response::empty());
    }
    tx.write(Write::insert(NoticeRow {
        provider: provider.to_owned(),
        payment: notice.payment.clone(),
        outcome,
        topup: topup.id.clone(),
        amount: notice.amount.minor()?,
        currency: notice.amount.currency,
        reason: notice.reason.clone(),
        at: call.now,
    }))?;
    take_outcome(tx, call, &mut account, topup, &notice)?;
    account.release(tx, call.now)?;
    Ok(Response::empty())
}

/// Refuses a genuine notice that cannot be true, and keeps it for somebody to look at.
fn contradicted(
    tx: &mut dyn Tx,
    call: &Call<'_>,
    kind: &str,
    notice: &BankNotice,
    detail: &str,
    problem: Problem,
) -> Outcome<Response> {
    let BankNotice { payment, reference, amount, outcome, .. } = notice;
    let outcome = OutcomeWord::try_from(*outcome)?.word();
    let about = format!("payment {payment} of {reference}, {amount}, {outcome}");
    incidents::report(tx, call.now, kind, &about, detail)?;
    Err(Failure::Counted(Box::new(problem)))
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
    if topup.state == TopupState::Pending {
        due::forget(tx, &TOPUP_END, &topup.id)?;
    }
    match (notice.outcome, topup.state) {
        (BankOutcome::Approved, TopupState::Succeeded) => {
            tracing::error!(topup = %topup.id, "a top-up was paid twice; the second payment has to go back");
            owe_back(tx, call, MovementKind::Overpaid, account, notice)
        }
        (BankOutcome::Approved, _) if account.is_closed => {
            tracing::warn!(topup = %topup.id, "a top-up of a closed account was paid; it is owed to the person");
            owe_back(tx, call, MovementKind::Closed, account, notice)
        }
        (BankOutcome::Approved, TopupState::Abandoned) => {
            tracing::warn!(topup = %topup.id, "a top-up that was given up was paid after all; it has to go back");
            owe_back(tx, call, MovementKind::Abandoned, account, notice)
        }
        // Approved after it was declined or had expired, the money is there all the same.
        (BankOutcome::Approved, TopupState::Pending | TopupState::Declined | TopupState::Other) => {
            let topup = end(tx, account, topup, TopupState::Succeeded, None)?;
            let (amount, holder) = (topup.amount.minor()?, account.id.clone());
            let movement = Movement {
                id: call.operator.id("le", call.now),
                kind: MovementKind::Topup,
                reference: &topup.id,
                currency: topup.amount.currency,
                legs: vec![(clearing(call)?, amount), (LedgerAccount::Deposit { holder }, -amount)],
            };
            post(tx, call.now, account, movement)
        }
        (BankOutcome::Declined, TopupState::Pending) => {
            let reason = notice.reason.clone().unwrap_or_else(|| "card_declined".into());
            end(tx, account, topup, TopupState::Declined, Some(reason)).map(drop)
        }
        // Notices may come in another order than they were sent: a decline takes nothing back.
        (
            BankOutcome::Declined,
            TopupState::Declined | TopupState::Succeeded | TopupState::Abandoned | TopupState::Other,
        ) => Ok(()),
    }
}

/// Money at the provider of the page.
fn clearing(call: &Call<'_>) -> Outcome<LedgerAccount> {
    Ok(LedgerAccount::Clearing { provider: payments::page(call.operator)?.provider() })
}

/// Money that came and is nobody's deposit: owed to who paid it, by the bank's payment.
fn owe_back(
    tx: &mut dyn Tx,
    call: &Call<'_>,
    kind: MovementKind,
    account: &LockedAccount,
    notice: &BankNotice,
) -> Outcome<()> {
    let (amount, holder) = (notice.amount.minor()?, account.id.clone());
    let movement = Movement {
        id: call.operator.id("le", call.now),
        kind,
        reference: &notice.payment,
        currency: notice.amount.currency,
        legs: vec![(clearing(call)?, amount), (LedgerAccount::RefundsPayable { holder }, -amount)],
    };
    ledger::post(tx, call.now, None, movement)
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
