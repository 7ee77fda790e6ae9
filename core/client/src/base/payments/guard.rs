//! The guard against paying twice: what is still open for the same thing is settled before anything new is paid.
//!
//! A paying action has a guard ([`Thing::guard`]): what is paid for, whatever the quote, the length or the amount.
//! An open intent with the same guard is settled first. Confirmed, or lost by the operator: its outcome is the answer of
//! the new call. Refused or over: the new one goes on. Still open: the new one is refused with `unconfirmed`, which
//! names it.

use chrono::{DateTime, Utc};
use mesto_protocol::base::public;
use mesto_protocol::kernel::json::Json;
use mesto_rules::Money;

use super::{IntentView, Payments};
use crate::kernel::clock::ClockState;
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::intent::{IntentEvent, IntentState, Progress};
use crate::kernel::paying::PayingAction;
use crate::kernel::store::{IntentRow, NewIntent};

/// What is paid for.
pub struct Thing {
    pub action: &'static PayingAction,
    /// What is not paid twice at the same time: the service with what is paid for there. Quote, length and amount are not
    /// part of it; a plate is, in its canonical form.
    pub guard: String,
    /// The very same tap: again, it finds the open intent, or the one that was done.
    pub subject: String,
}

/// A request, by its deadline.
pub type Body<'a> = Box<dyn Fn(DateTime<Utc>) -> serde_json::Result<Vec<u8>> + Send + Sync + 'a>;

/// A paying action that is wanted now.
pub struct Wish<'a> {
    pub thing: Thing,
    /// What it costs or moves.
    pub amount: Money,
    /// What is wanted, as its service reads it.
    pub details: Json,
    pub path: String,
    pub body: Body<'a>,
    /// Until when it can be wanted at all: the end of a quote.
    pub until: Option<DateTime<Utc>>,
}

impl Payments<'_> {
    /// Stores an intent and tries it once, unless what stands for its guard is the answer.
    ///
    /// # Errors
    /// `unconfirmed`; `quote_expired`; `not_signed_in`; `phone_full`; `offline` and the like when the phone does not know the
    /// time and nobody tells it: nothing was stored, nothing sent.
    pub(crate) async fn intend(self, wish: Wish<'_>) -> Result<IntentView> {
        loop {
            if let Some(answer) = self.settle_before(&wish.thing).await? {
                return Ok(answer);
            }
            self.know_the_time().await?;
            let now = self.0.now();
            if let Some(until) = wish.until.filter(|until| now > *until) {
                return Err(Error::new(ErrorKind::Refused, "quote_expired", "the quote is over")
                    .with("expired_at", until.to_rfc3339()));
            }
            // Another tap may have been faster since: then that one is settled first.
            if let Some(key) = self.store_wish(&wish, now)? {
                self.0.changed();
                return self.drive(&key, IntentEvent::Go).await;
            }
        }
    }

    /// What was wanted already: settles what is open for the guard of this action, and finds what an earlier tap on the
    /// very same thing bought. `Some` is the answer of the new call; `None`: nothing is in the way.
    async fn settle_before(self, thing: &Thing) -> Result<Option<IntentView>> {
        if let Some(settled) = self.settle_open(thing).await? {
            return Ok(Some(settled));
        }
        if !thing.action.is_once {
            return Ok(None);
        }
        let now = self.0.now();
        let bought = {
            let mut core = self.0.core();
            let account = core.signed_in()?;
            core.read(now, |db| IntentRow::bought(db, thing.action.name, &thing.subject, &account))?
        };
        bought.map(|key| self.view(&key)).transpose()
    }

    /// Settles what is open for the guard of this action. `Some`: it is confirmed, or it is this very action on its way.
    ///
    /// # Errors
    /// `unconfirmed` when it stays open, `not_signed_in`, or the phone's database fails.
    pub(crate) async fn settle_open(self, thing: &Thing) -> Result<Option<IntentView>> {
        loop {
            let now = self.0.now();
            let open = {
                let mut core = self.0.core();
                let account = core.signed_in()?;
                core.read(now, |db| IntentRow::open_by_guard(db, &thing.guard, &account))?
            };
            let (key, same) = match open {
                None => return Ok(None),
                Some((key, Some(row))) if self.0.services().paying(&row.kind).is_some() => {
                    (key, row.kind == thing.action.name && row.subject == thing.subject)
                }
                // Stored by a newer app: this one cannot go on with it.
                Some((key, _)) => return Err(unconfirmed(&key, None)),
            };
            let settled = self.drive(&key, IntentEvent::Go).await?;
            match settled.state {
                // Of a lost one nobody knows: the driver is told, and decides.
                IntentState::Confirmed | IntentState::Lost => return Ok(Some(settled)),
                IntentState::Unconfirmed(_) if same => return Ok(Some(settled)),
                IntentState::Unconfirmed(_) => return Err(unconfirmed(&key, Some(&settled))),
                // One less stands in the way.
                IntentState::Refused(_) | IntentState::Expired => {}
            }
        }
    }

    /// Stores the intent of a wish; `None` when something stands before it by now.
    fn store_wish(self, wish: &Wish<'_>, now: DateTime<Utc>) -> Result<Option<String>> {
        let key = self.new_key();
        let quoted = self.0.not_after(now);
        let not_after = wish.until.map_or(quoted, |until| quoted.min(until));
        let body = (wish.body)(not_after).map_err(Error::unreadable)?;
        let mut core = self.0.core();
        let account = core.signed_in()?;
        core.write(now, |tx| {
            let Thing { action, guard, subject } = &wish.thing;
            if IntentRow::open_by_guard(tx.db(), guard, &account)?.is_some()
                || (action.is_once && IntentRow::bought(tx.db(), action.name, subject, &account)?.is_some())
            {
                return Ok(None);
            }
            let new = NewIntent {
                key: key.clone(),
                account,
                kind: action.name,
                guard: guard.clone(),
                subject: subject.clone(),
                amount: wish.amount,
                details: wish.details.clone(),
                path: wish.path.clone(),
                body,
                created_at: now,
                not_after,
            };
            IntentRow::insert(tx, &new)?;
            Ok(Some(key))
        })
    }

    /// A deadline means nothing to a phone that does not know the time (rebooted and not heard from the operator
    /// since), so it asks first.
    async fn know_the_time(self) -> Result<()> {
        if self.0.time().1 == ClockState::Unsynced {
            self.0.fetch(&public::CLOCK, &[], &[]).await?;
            if self.0.time().1 == ClockState::Unsynced {
                return Err(Error::unreadable("the answer does not tell the time"));
            }
        }
        Ok(())
    }

    /// Ends an intent that the driver no longer wants: one that waits at the bank's page on the operator too, where a
    /// later approval is then paid back; another one when it is sure that it will not be executed. Its new state tells
    /// whether it ended, and how: Confirmed when it was executed after all, Unconfirmed while the operator is not heard.
    ///
    /// # Errors
    /// `intent_missing`, `not_signed_in`, or the phone's database fails.
    pub async fn abandon(self, intent: &str) -> Result<IntentView> {
        let outcome = self.abandon_inner(intent).await;
        self.0.explain(outcome)
    }

    async fn abandon_inner(self, intent: &str) -> Result<IntentView> {
        const AT_BANK: IntentState = IntentState::Unconfirmed(Progress::AtBank);
        self.0.core().signed_in()?;
        let before = self.view(intent)?.state;
        let ended = self.drive(intent, IntentEvent::Abandon).await?;
        if before != AT_BANK && ended.state == AT_BANK {
            // Only now the phone knows that it waits at the bank.
            return self.drive(intent, IntentEvent::Abandon).await;
        }
        Ok(ended)
    }
}

/// Something is open for the same thing: its key and, where it waits at the bank, the page.
pub fn unconfirmed(key: &str, open: Option<&IntentView>) -> Error {
    let error = Error::new(ErrorKind::Refused, "unconfirmed", "an intent for the same thing is not confirmed yet");
    let page = open.and_then(|open| open.page_url.as_deref());
    let error = error.with("intent", key).with("where", if page.is_some() { "bank" } else { "operator" });
    match page {
        Some(page) => error.with("page_url", page),
        None => error,
    }
}
