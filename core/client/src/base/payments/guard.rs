//! The guard against paying twice: what is still open for the same thing is settled before anything
//! new is paid.
//!
//! The operator says with a quote what is not paid for twice at the same time
//! ([`QuoteItem::guard`]): service, place and thing, whatever the length, the amount or the way of
//! paying. An open intent with the same guard is settled first. Confirmed, or forgotten by the
//! operator: its outcome is the answer of the new call. Refused or over: the new one goes on. Still
//! open: the new one is refused with `unconfirmed`, which names it.
//!
//! A visit of a garage is paid several times. There a confirmed one is the answer of a price that
//! was asked for before it was paid; a price that counts it already is of what is owed besides, and
//! is bought.
//!
//! [`QuoteItem::guard`]: mesto_protocol::base::payments::QuoteItem::guard

use chrono::{DateTime, Utc};
use mesto_protocol::base::payments::{self, PayMethod, PurchaseRequest, Quote, price_is_over};
use mesto_protocol::base::public;
use mesto_protocol::kernel::json::Json;
use mesto_rules::Money;
use serde_json::json;

use super::view::Details;
use super::{IntentView, KIND, Payments};
use crate::kernel::clock::ClockState;
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::intent::{IntentEvent, IntentState, Progress};
use crate::kernel::store::{IntentRow, NewIntent};

impl Payments<'_> {
    /// Buys a quote of any service: exactly what it says, once, however often it is tapped. The
    /// intent tells how it stands: Confirmed with what was bought, Refused with the reason, or
    /// Unconfirmed, to be settled later. By card it is Unconfirmed with the provider's page,
    /// and ends when the provider was heard.
    ///
    /// Where something for the same guard is still open (for parking: this car in this zone,
    /// however it is paid), that one is settled first; when it turns out to be confirmed it is
    /// the answer, and nothing more is bought. What this quote counts as paid already is no answer
    /// to it.
    ///
    /// # Errors
    /// `unconfirmed` while an earlier one stays open, with its page where it waits there;
    /// `quote_altered` when its total is not the sum of what it lists; `not_signed_in`;
    /// `quote_expired` when this phone already knows it; `offline` and the
    /// like when the phone does not know the time and nobody tells it; `phone_full` (then
    /// nothing was sent).
    pub async fn buy(self, quote: &Quote) -> Result<IntentView> {
        let outcome = self.buy_inner(quote).await.map_err(Error::of_payment);
        self.0.explain_in(&quote.city, outcome)
    }

    /// Whether the price of a quote no longer holds, by the corrected time: another one is to be
    /// asked for. The same moment as the operator's.
    #[must_use]
    pub fn is_over(self, quote: &Quote) -> bool {
        price_is_over(quote.expires_at, self.0.now())
    }

    async fn buy_inner(self, quote: &Quote) -> Result<IntentView> {
        adds_up(quote)?;
        self.0.missed_nothing()?;
        loop {
            if let Some(answer) = self.settle_before(quote).await? {
                return Ok(answer);
            }
            self.know_the_time().await?;
            let now = self.0.now();
            if price_is_over(quote.expires_at, now) {
                return Err(Error::new(ErrorKind::Refused, "quote_expired", "the quote is over")
                    .with("expired_at", quote.expires_at.to_rfc3339()));
            }
            // Another tap may have been faster since: then that one is settled first.
            if let Some(key) = self.store_intent(quote, now)? {
                self.0.changed();
                return self.drive(&key, IntentEvent::Go).await;
            }
        }
    }

    /// What was wanted already: settles what is open for the guard of this quote, and finds what an
    /// earlier tap on the very same quote bought. `Some` is the answer of the new call; `None`:
    /// nothing is in the way.
    async fn settle_before(self, quote: &Quote) -> Result<Option<IntentView>> {
        let subject = quote.id.to_string();
        loop {
            let now = self.0.now();
            let open = {
                let mut core = self.0.core();
                let account = core.signed_in()?;
                let guard = guard_of(quote)?;
                core.read(now, |db| IntentRow::open_by_guard(db, guard, account))?
            };
            let (key, is_same) = match open {
                None => break,
                Some((key, Some(row))) if row.kind == KIND => (key, row.subject == subject),
                // Stored by a newer app: this one cannot go on with it.
                Some((key, _)) => return Err(unconfirmed(&key, None)),
            };
            match self.settle_first(&key, is_same).await? {
                Some(answer) if is_same || !self.is_counted(&answer, quote) => return Ok(Some(answer)),
                _ => {}
            }
        }
        let now = self.0.now();
        let bought = {
            let mut core = self.0.core();
            let account = core.signed_in()?;
            core.read(now, |db| IntentRow::bought(db, KIND, &subject, account))?
        };
        bought.map(|key| self.view(&key)).transpose()
    }

    /// Settles what an earlier tap left open of such intents, before a price is asked for anew.
    /// `Some` is the answer of the new call: it is confirmed by now, or it is this very tap on
    /// its way.
    ///
    /// # Errors
    /// `unconfirmed` when another one stays open, `not_signed_in`, or the phone's database fails.
    pub(crate) async fn settle_open(
        self,
        is_of: impl Fn(&IntentView) -> bool,
        is_same: impl Fn(&IntentView) -> bool,
    ) -> Result<Option<IntentView>> {
        self.0.signed_in()?;
        loop {
            let Some(open) = self.open()?.into_iter().find(&is_of) else { return Ok(None) };
            let is_same = is_same(&open);
            if let Some(answer) = self.settle_first(&open.key, is_same).await? {
                return Ok(Some(answer));
            }
        }
    }

    /// Whether a quote counts already what an intent has paid.
    fn is_counted(self, answer: &IntentView, quote: &Quote) -> bool {
        if answer.state != IntentState::Confirmed {
            return false;
        }
        let sale = answer.payment.as_ref().map(|payment| payment.sale);
        answer.items.iter().any(|item| {
            let is_counted = self.0.services().sold(&item.service).and_then(|sold| sold.is_counted);
            match (is_counted, &item.outcome, sale) {
                (Some(is_counted), Some(outcome), Some(sale)) => is_counted(outcome, sale, quote.issued_at),
                _ => false,
            }
        })
    }

    /// Goes on with an open intent that stands before a new one. `Some`: it is the answer; `None`:
    /// one less stands in the way.
    async fn settle_first(self, key: &str, is_same: bool) -> Result<Option<IntentView>> {
        let settled = self.drive(key, IntentEvent::Go).await.map_err(Error::of_open_payment)?;
        match settled.state {
            // Of a forgotten one nobody knows: the driver is told, and decides.
            IntentState::Confirmed | IntentState::Forgotten => Ok(Some(settled)),
            IntentState::Unconfirmed(_) if is_same => Ok(Some(settled)),
            IntentState::Unconfirmed(_) => Err(unconfirmed(key, Some(&settled))),
            IntentState::Refused(_) | IntentState::Expired => Ok(None),
        }
    }

    /// Stores the intent to buy a quote; `None` when something stands before it by now.
    fn store_intent(self, quote: &Quote, now: DateTime<Utc>) -> Result<Option<String>> {
        let key = self.0.new_key();
        let not_after = self.0.not_after(&quote.city, now).min(quote.expires_at);
        let is_by_card = quote.pay == PayMethod::Card;
        let request = PurchaseRequest {
            quote: quote.id,
            not_after,
            return_url: is_by_card.then(|| self.0.config().return_url.clone()),
        };
        let body = serde_json::to_vec(&request).map_err(Error::unreadable)?;
        let details = Json::of(&Details::from(quote)).map_err(Error::unreadable)?;
        let (guard, subject) = (guard_of(quote)?, quote.id.to_string());
        let mut core = self.0.core();
        let (account, session) = (core.signed_in()?, core.current());
        core.write_of(now, &session, |tx| {
            if IntentRow::open_by_guard(tx.db(), guard, account)?.is_some()
                || IntentRow::bought(tx.db(), KIND, &subject, account)?.is_some()
            {
                return Ok(None);
            }
            let new = NewIntent {
                key: key.clone(),
                account,
                kind: KIND,
                guard: guard.to_owned(),
                subject,
                amount: quote.total,
                details,
                path: payments::PURCHASE.target(&[], &[]),
                body,
                created_at: now,
                not_after,
            };
            IntentRow::insert(tx, &new)?;
            Ok(Some(key))
        })
    }

    /// A deadline means nothing to a phone that does not know the time (rebooted and not heard from
    /// the operator since), so it asks first.
    async fn know_the_time(self) -> Result<()> {
        if self.0.time().1 == ClockState::Unsynced {
            self.0.fetch(&public::CLOCK, &[], &[]).await?;
            if self.0.time().1 == ClockState::Unsynced {
                return Err(Error::unreadable("the answer does not tell the time"));
            }
        }
        Ok(())
    }

    /// Ends an intent that the driver no longer wants: one that waits at a provider's page on the
    /// operator too, where a later approval is then paid back; another one when it is sure that
    /// it will not be executed. Its new state tells whether it ended, and how: Confirmed when
    /// it was executed after all, Unconfirmed while the operator is not heard.
    ///
    /// # Errors
    /// `intent_missing`, `not_signed_in`, or the phone's database fails.
    pub async fn abandon(self, intent: &str) -> Result<IntentView> {
        let outcome = self.abandon_inner(intent).await.map_err(Error::of_open_payment);
        self.0.explain(outcome)
    }

    async fn abandon_inner(self, intent: &str) -> Result<IntentView> {
        const AT_BANK: IntentState = IntentState::Unconfirmed(Progress::AtBank);
        self.0.signed_in()?;
        let before = self.view(intent)?.state;
        let ended = self.drive(intent, IntentEvent::Abandon).await?;
        if before != AT_BANK && ended.state == AT_BANK {
            // Only now the phone knows that it waits at the bank.
            return self.drive(intent, IntentEvent::Abandon).await;
        }
        Ok(ended)
    }
}

/// What is not paid for again while this quote is being bought. The operator says it.
fn guard_of(quote: &Quote) -> Result<&str> {
    let first = quote.items.first().map(|item| item.guard.as_str());
    first.ok_or_else(|| Error::unreadable("the quote has no items"))
}

/// A driver pays what he was shown: the operator charges what it quoted, and a quote whose sums an
/// app changed would show another one.
fn adds_up(quote: &Quote) -> Result<()> {
    let items: Vec<Money> = quote.items.iter().map(|item| item.total).collect();
    let is_sum = |total: Money, parts: &[Money]| {
        let sum = parts.iter().try_fold(Money::zero(total.currency), |sum, part| sum.checked_add(part));
        sum.is_ok_and(|sum| sum == total)
    };
    let is_whole = quote.items.iter().all(|item| {
        let lines: Vec<Money> = item.lines.iter().map(|line| line.amount).collect();
        is_sum(item.total, &lines)
    });
    if is_whole && is_sum(quote.total, &items) {
        return Ok(());
    }
    let detail = format!("the total {} is not the sum of what the quote lists", quote.total);
    Err(Error::new(ErrorKind::Refused, "quote_altered", detail).with("total", json!(quote.total)))
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
