//! Whether an account may pay: its person suspends and resumes it, the operator's tools block it,
//! with a written notice.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::base::standing::{self as wire, AccountStanding, StandingSection, StandingState};
use mesto_protocol::kernel::ids::AccountId;
use mesto_protocol::kernel::json::Json;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::kernel::standing::{Standing, StandingError, StandingEvent};
use serde_json::Map;

use crate::base::messages::{self, Sms, Urgency};
use crate::base::sign_in::PersonRow;
use crate::kernel::account::{AccountRow, LockedAccount};
use crate::kernel::call::Call;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::grants;
use crate::kernel::operator::{Operator, whole_millis};
use crate::kernel::service::{Check, Erasure, Export, Service, Table, Told, serve};
use crate::kernel::store::{Select, Store, Tx, Write};
use crate::kernel::text;
use crate::{find, stored_words, table, update};

stored_words! {
    /// `account_standing.state`
    pub(crate) enum StandingWord {
        Active = "active",
        Suspended = "suspended",
        Blocked = "blocked",
        BlockedAndSuspended = "blocked_and_suspended",
    }
}

table! {
    /// Where an account stands; one without a row was always active.
    pub(crate) struct StandingRow in "account_standing" {
        account: AccountId,
        state: StandingWord,
        changed_at: DateTime<Utc>,
        /// Why it is blocked.
        reason: Option<String>,
    }
}

pub(crate) const SERVICE: Service = Service {
    operations: &[&[serve!(get wire::SUSPEND => suspend), serve!(get wire::RESUME => resume)]],
    section: Some(section),
    tables: &[Table {
        name: "account_standing",
        export: Export::Rows {
            called: "standing",
            columns: &[Told::Plain("state"), Told::Time("changed_at"), Told::Plain("reason")],
            from: "account_standing WHERE account = $1",
        },
        erasure: Erasure::AtClosing(&["DELETE FROM account_standing WHERE account = $1"]),
    }],
    audit: &[
        Check {
            fault: "account {} is blocked and nobody said why",
            sql: "SELECT account AS id FROM account_standing WHERE state IN ('blocked', 'blocked_and_suspended') AND reason IS NULL LIMIT 1",
        },
        Check {
            fault: "account {} is closed and is suspended or blocked",
            sql: "SELECT account_standing.account AS id FROM account_standing JOIN account ON account.id = account_standing.account WHERE account.closed_at IS NOT NULL LIMIT 1",
        },
    ],
    ..Service::of(&wire::SERVICE)
};

/// Letters of a reason: it stands in an SMS.
const REASON_MOST: usize = 200;
/// A written notice is tried for so long.
const NOTICE_TRIED: TimeDelta = TimeDelta::days(7);

impl StandingWord {
    const fn in_rules(self) -> Standing {
        match self {
            Self::Active => Standing::Active,
            Self::Suspended => Standing::Suspended,
            Self::Blocked => Standing::Blocked,
            Self::BlockedAndSuspended => Standing::BlockedAndSuspended,
        }
    }

    /// `None` for one that was closed, of which nothing is stored.
    const fn of(standing: Standing) -> Option<Self> {
        match standing {
            Standing::Active => Some(Self::Active),
            Standing::Suspended => Some(Self::Suspended),
            Standing::Blocked => Some(Self::Blocked),
            Standing::BlockedAndSuspended => Some(Self::BlockedAndSuspended),
            Standing::Closed => None,
        }
    }
}

fn standing(row: Option<&StandingRow>, is_closed: bool) -> Standing {
    if is_closed { Standing::Closed } else { row.map_or(Standing::Active, |row| row.state.in_rules()) }
}

/// The row of an account.
pub(crate) fn of(account: AccountId) -> Select<StandingRow> {
    find!(StandingRow { account: account })
}

/// Refuses whoever may not pay now; `row` is that of his account.
pub(crate) fn may_pay(operator: &Operator, row: Option<&StandingRow>) -> Outcome<()> {
    let Err(error) = standing(row, false).may_pay() else { return Ok(()) };
    Err(refusal(operator, error, row).into())
}

fn refusal(operator: &Operator, error: StandingError, row: Option<&StandingRow>) -> Problem {
    let code = match error {
        StandingError::Suspended => ProblemCode::AccountSuspended,
        StandingError::Blocked => ProblemCode::AccountBlocked,
        StandingError::NotBlocked => ProblemCode::BadRequest,
        StandingError::Closed => ProblemCode::NotFound,
    };
    let mut problem = Problem::new(code, error.to_string());
    if let Some(row) = row {
        problem = problem.with("since", row.changed_at);
    }
    if error != StandingError::Blocked {
        return problem;
    }
    let contacts = &operator.home.contacts;
    if let Some(reason) = row.and_then(|row| row.reason.as_ref()) {
        problem = problem.with("reason", reason);
    }
    let addresses = [("email", &contacts.email), ("phone", &contacts.phone), ("website", &contacts.website)];
    addresses
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .fold(problem, |problem, (name, value)| problem.with(name, value))
}

fn told(operator: &Operator, row: Option<&StandingRow>) -> AccountStanding {
    let state = standing(row, false);
    let contacts = &operator.home.contacts;
    let is_blocked = state.is_blocked();
    let address = |value: &String| Some(value.clone()).filter(|value| is_blocked && !value.is_empty());
    AccountStanding {
        state: match state {
            _ if is_blocked => StandingState::Blocked,
            Standing::Suspended => StandingState::Suspended,
            _ => StandingState::Active,
        },
        is_suspended: state.is_suspended(),
        changed_at: row.map(|row| row.changed_at),
        reason: row.and_then(|row| row.reason.clone()).filter(|_| is_blocked),
        email: address(&contacts.email),
        phone: address(&contacts.phone),
        website: address(&contacts.website),
    }
}

fn section(tx: &mut dyn Tx, operator: &Operator, account: AccountId, _: DateTime<Utc>) -> Outcome<Json> {
    let row = tx.first(of(account))?;
    Ok(Json::of(&StandingSection { standing: told(operator, row.as_ref()) })?)
}

fn suspend(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<AccountStanding> {
    by_person(tx, call, StandingEvent::Suspend)
}

fn resume(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<AccountStanding> {
    by_person(tx, call, StandingEvent::Resume)
}

fn by_person(tx: &mut dyn Tx, call: &mut Call<'_>, event: StandingEvent) -> Outcome<AccountStanding> {
    let mut account = LockedAccount::of_caller(tx, call.who()?.account)?;
    let standing = stepped(tx, (call.operator, call.now), &mut account, event, None)?;
    account.release(tx, call.now)?;
    Ok(standing)
}

/// Stores where a locked account stands after an event, and tells it; what changes nothing is told
/// to nobody.
fn stepped(
    tx: &mut dyn Tx,
    (operator, now): (&Operator, DateTime<Utc>),
    account: &mut LockedAccount,
    event: StandingEvent,
    reason: Option<&str>,
) -> Outcome<AccountStanding> {
    let row = tx.first(of(account.id))?;
    let before = standing(row.as_ref(), account.is_closed);
    let after = before.step(event).map_err(|error| refusal(operator, error, row.as_ref()))?;
    let Some(state) = StandingWord::of(after).filter(|_| after != before) else {
        return Ok(told(operator, row.as_ref()));
    };
    let reason = match &row {
        _ if !after.is_blocked() => None,
        Some(row) if before.is_blocked() => row.reason.clone(),
        _ => reason.map(str::to_owned),
    };
    let changed = StandingRow { account: account.id, state, changed_at: now, reason };
    let standing = told(operator, Some(&changed));
    tx.write(match row {
        Some(_) => update!(StandingRow { account: account.id } set {
            state: state, changed_at: now, reason: changed.reason
        }),
        None => Write::insert(changed),
    })?;
    account.tell(&standing)?;
    Ok(standing)
}

/// Refuses to close an account that may not be, as it stands. Its row is erased with it: it is
/// neither suspended nor blocked any more.
pub(crate) fn may_close(tx: &mut dyn Tx, operator: &Operator, account: &LockedAccount) -> Outcome<()> {
    let row = tx.first(of(account.id))?;
    let before = standing(row.as_ref(), account.is_closed);
    before.step(StandingEvent::Close).map_err(|error| refusal(operator, error, row.as_ref()))?;
    Ok(())
}

impl Operator {
    /// Blocks an account: nothing new is paid with it, what was paid stays good, and it may be read
    /// and closed (AV-103). Its person is told by SMS, which has to be (AV-124); the reason stands
    /// in the audit log too.
    ///
    /// # Errors
    /// `not_found` for an account that is not there or closed, `account_blocked` for one that is
    /// blocked already, `bad_request` for a reason that is empty or longer than 200 characters, or
    /// the store's trouble.
    pub fn block_account(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        account: &str,
        reason: &str,
    ) -> Result<AccountStanding, Problem> {
        let now = whole_millis(now);
        let reason = reason_of(reason)?;
        grants::by_tool((store, self, now), ("account.blocked", account, &reason), |tx| {
            let standing = self.by_tool_on(tx, now, account, StandingEvent::Block, Some(&reason))?;
            if let Some(person) = tx.first(find!(PersonRow { account: account }))? {
                written_notice(tx, self, now, (messages::ACCOUNT_BLOCKED, &reason), &person)?;
            }
            Ok(standing)
        })
    }

    /// Ends a block; one that its person suspended stays suspended.
    ///
    /// # Errors
    /// `not_found`, `bad_request` for an account that is not blocked, or the store's trouble.
    pub fn unblock_account(
        &self,
        store: &dyn Store,
        now: DateTime<Utc>,
        account: &str,
        reason: &str,
    ) -> Result<AccountStanding, Problem> {
        let now = whole_millis(now);
        let reason = reason_of(reason)?;
        grants::by_tool((store, self, now), ("account.unblocked", account, &reason), |tx| {
            self.by_tool_on(tx, now, account, StandingEvent::Unblock, None)
        })
    }

    fn by_tool_on(
        &self,
        tx: &mut dyn Tx,
        now: DateTime<Utc>,
        account: &str,
        event: StandingEvent,
        reason: Option<&str>,
    ) -> Outcome<AccountStanding> {
        let found = tx.first(find!(AccountRow { id: account }).locking("account"))?.map(LockedAccount::of);
        let Some(mut account) = found.filter(|account| !account.is_closed) else {
            return refuse(ProblemCode::NotFound, "there is no open account with this id");
        };
        let standing = stepped(tx, (self, now), &mut account, event, reason)?;
        account.release(tx, now)?;
        Ok(standing)
    }
}

/// The written notice that a block and a termination need (AV-124); nothing for an account without
/// a telephone, which is of staff.
pub(crate) fn written_notice(
    tx: &mut dyn Tx,
    operator: &Operator,
    now: DateTime<Utc>,
    (template, reason): (&'static str, &str),
    person: &PersonRow,
) -> Outcome<()> {
    let PersonRow { phone: Some(to), language, .. } = person else { return Ok(()) };
    let contacts = &operator.home.contacts;
    let known = [&contacts.email, &contacts.phone, &contacts.website];
    let write_to = known.into_iter().find(|value| !value.is_empty());
    let write_to = write_to.map_or_else(|| operator.config.issuer.to_string(), Clone::clone);
    let params = [("reason", reason.to_owned()), ("write_to", write_to)];
    let params = Map::from_iter(params.map(|(name, value)| (name.to_owned(), value.into())));
    let (urgency, valid_until) = (Urgency::Notice, now + NOTICE_TRIED);
    let language = language.clone();
    messages::send_at(tx, operator, now, Sms { to, template, params, language, urgency, valid_until })
}

/// A reason that may be sent.
pub(crate) fn reason_of(typed: &str) -> Result<String, Problem> {
    let reason = text::plain(typed.trim(), REASON_MOST + 1);
    let letters = reason.chars().count();
    if (1..=REASON_MOST).contains(&letters) {
        return Ok(reason);
    }
    let detail = format!("say why, in 1 to {REASON_MOST} characters: its person is told");
    Err(Problem::new(ProblemCode::BadRequest, detail).with("field", "reason").with("most", REASON_MOST))
}
