//! A visit as it is kept: found by its ticket, stepped by what happens, saved with what follows.

mod place;
mod price;
mod tell;

use std::collections::BTreeMap;

use chrono::{DateTime, SubsecRound as _, Utc};
use mesto_protocol::kernel::ids::{AccountId, NoteId, VisitId};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::City;
use mesto_rules::garages::GaragesSection;
use mesto_rules::garages::history::Cash;
use mesto_rules::garages::visit::{self, VisitEffect, VisitEvent, VisitState};
use mesto_rules::money::Money;

use crate::base::claims::{self, NewClaim};
use crate::garages::refusal::refused;
use crate::garages::tables::{StateWord, VisitPaymentRow, VisitRow};
use crate::garages::{NAME, TELL, WATCH};
use crate::kernel::due;
use crate::kernel::failure::Outcome;
use crate::kernel::operator::Operator;
use crate::kernel::store::{Json, Select, Tx, Write};
use crate::{find, update, values};

pub(crate) use place::Place;
pub(crate) use tell::{owes_again, tell};

/// A visit with what was paid for it.
pub(crate) struct VisitRecord {
    pub row: VisitRow,
    /// Oldest first.
    pub payments: Vec<VisitPaymentRow>,
    /// As it is stored; absent for a new one.
    stored: Option<VisitRow>,
    /// What is stored of the payments.
    stored_payments: BTreeMap<PaymentKey, PaymentValue>,
    /// What becomes of its claim.
    claim: Option<Claim>,
}

/// What a payment of a visit is known by: when it was, and whether it was in cash.
type PaymentKey = (DateTime<Utc>, bool);

/// What may become of it: the amount, and until when it gives time to leave.
type PaymentValue = (i64, Option<DateTime<Utc>>);

enum Claim {
    Raised(Money),
    Withdrawn,
}

/// Visits with their payments, in the order of the visits.
pub(crate) fn records_of(visits: Vec<VisitRow>, mut payments: Vec<VisitPaymentRow>) -> Vec<VisitRecord> {
    visits
        .into_iter()
        .map(|row| {
            let (own, others) = payments.drain(..).partition(|payment| payment.visit == row.id);
            payments = others;
            VisitRecord::of(row, own)
        })
        .collect()
}

impl VisitRecord {
    /// One that is stored.
    pub fn of(row: VisitRow, payments: Vec<VisitPaymentRow>) -> Self {
        let (stored, stored_payments) = (Some(row.clone()), payments.iter().map(keyed).collect());
        Self { row, payments, stored, stored_payments, claim: None }
    }

    /// One that begins.
    pub fn entered(row: VisitRow) -> Self {
        Self { row, payments: Vec::new(), stored: None, stored_payments: BTreeMap::new(), claim: None }
    }

    /// A visit, as it stands.
    pub fn read(tx: &mut dyn Tx, id: VisitId, is_locked: bool) -> Outcome<Option<Self>> {
        let select = find!(VisitRow { id: id });
        let row = tx.first(if is_locked { select.locking("visit") } else { select })?;
        let Some(row) = row else { return Ok(None) };
        let payments =
            Select::of("FROM visit_payment WHERE visit_payment.visit = $1 ORDER BY visit_payment.at", values![id]);
        Ok(Some(Self::of(row, tx.all(payments)?)))
    }

    /// Whether it has left, or never was.
    pub fn is_over(&self) -> bool {
        matches!(self.row.state, StateWord::Left | StateWord::Cancelled)
    }

    /// Why nothing can be done to one that is over.
    pub fn over(&self) -> Problem {
        let what = if self.row.state == StateWord::Cancelled { "its entry was a mistake" } else { "the car has left" };
        Problem::new(ProblemCode::VisitOver, format!("this visit is over: {what}")).with("ended_at", self.row.ended_at)
    }

    /// The moment by which a car that leaves is priced. A receipt is good until its last second is
    /// full: who is let out by it owes nothing.
    pub fn leaving(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        if self.row.receipt.is_some() { at.trunc_subsecs(0).max(self.row.entered_at) } else { at }
    }

    /// Where it stands at a moment.
    pub fn state_at(&self, now: DateTime<Utc>) -> VisitState {
        visit::state_at(self.row.state.into(), self.row.owes_again_at, now)
    }

    /// How much cash is that was told without an amount, and until when it gives time to leave: by
    /// what had been paid before it. Says whether something was owed then, where that is known.
    pub fn reckon(&self, city: &City, cash: &mut VisitPaymentRow, told: &Cash) -> Outcome<Option<bool>> {
        let price = self.owed_then(city, told).ok();
        let owed = price.as_ref().map(|price| price.total);
        if told.amount.is_none() {
            cash.amount = owed.map(|owed| owed.minor()).transpose()?.unwrap_or_default();
        }
        let amount = Money::from_minor(cash.amount, cash.currency);
        let is_enough = owed.is_some_and(|owed| !owed.is_zero() && owed.amount <= amount.amount);
        cash.exit_by = price.as_ref().filter(|_| is_enough).and_then(|price| price.exit_by);
        cash.lines = Json::of(&price.map_or_else(Vec::new, |price| price.lines))?;
        Ok(owed.map(|owed| !owed.is_zero()))
    }

    /// Whether something was paid for it in the app.
    pub fn is_paid_here(&self) -> bool {
        self.payments.iter().any(|payment| !payment.is_cash)
    }

    /// Whether a payment of it, or when one gives time to leave, is another one than is stored.
    pub fn is_paid_otherwise(&self) -> bool {
        self.payments.iter().map(keyed).collect::<BTreeMap<_, _>>() != self.stored_payments
    }

    /// What its claim becomes by a step.
    pub fn claim(&mut self, effects: &[VisitEffect]) {
        for effect in effects {
            match effect {
                VisitEffect::Claim { amount } => self.claim = Some(Claim::Raised(*amount)),
                VisitEffect::WithdrawClaim => self.claim = Some(Claim::Withdrawn),
                // Who sells books; whoever paid is told of every change; a controller hears of
                // payments in its next exchange.
                VisitEffect::Book { .. }
                | VisitEffect::TellPaid
                | VisitEffect::TellController
                | VisitEffect::TellOwingAgain
                | VisitEffect::OpenBarrier => {}
            }
        }
    }

    /// The next step of its life, at the moment at which that happened.
    pub fn step(&mut self, event: &VisitEvent, at: DateTime<Utc>) -> Result<Vec<VisitEffect>, Problem> {
        let (state, effects) = visit::step(Some(self.state_at(at)), event, at).map_err(|error| refused(&error))?;
        self.row.state = state.into();
        self.claim(&effects);
        Ok(effects)
    }

    /// Finds out anew from when on it owes something again: the first moment after its last
    /// payment.
    pub fn watch(&mut self, city: &City) {
        let last = self.payments.iter().map(|payment| payment.at).max().filter(|_| !self.is_over());
        self.row.owes_again_at = last.and_then(|at| match self.owed(city, at) {
            Ok(price) if price.total.is_zero() => price.rises_at,
            Ok(_) => Some(at),
            Err(_) => None,
        });
    }

    /// Whether an account paid it.
    pub fn is_paid_by(&self, account: AccountId) -> bool {
        self.payments.iter().any(|payment| payment.account == Some(account))
    }

    /// Who paid here, other than one.
    pub fn payers(&self, except: Option<AccountId>) -> impl Iterator<Item = AccountId> + '_ {
        self.payments.iter().filter_map(|payment| payment.account).filter(move |account| Some(*account) != except)
    }

    /// Stores what has changed and plans what follows. Whoever paid here is told, but for one who
    /// is told already.
    pub fn save(
        self,
        tx: &mut dyn Tx,
        operator: &Operator,
        now: DateTime<Utc>,
        told: Option<AccountId>,
    ) -> Outcome<()> {
        let current: BTreeMap<_, _> = self.payments.iter().map(keyed).collect();
        let is_changed = self.stored.as_ref() != Some(&self.row) || self.is_paid_otherwise();
        if is_changed && self.payers(told).next().is_some() {
            let except = told.map(|account| account.to_string()).unwrap_or_default();
            let note: NoteId = operator.new_id(now);
            due::plan(tx, &TELL, &format!("{}/{except}/{note}", self.row.id), now)?;
        }
        let Self { row, payments, stored, stored_payments, claim } = self;
        let watched = stored.as_ref().and_then(|stored| stored.owes_again_at);
        if watched != row.owes_again_at {
            if let Some(before) = watched {
                due::forget(tx, &WATCH, &watch(row.id, before))?;
            }
            if let Some(at) = row.owes_again_at {
                due::plan(tx, &WATCH, &watch(row.id, at), at)?;
            }
        }
        match claim {
            Some(Claim::Raised(amount)) => {
                // Who paid when the car had left paid for another one, which had not been told.
                let garages: &GaragesSection = operator.city(row.city.as_str())?.section()?;
                let differ = garages.policy.clocks_differ();
                let is_of_it =
                    |payment: &&VisitPaymentRow| row.ended_at.is_none_or(|ended_at| payment.at <= ended_at + differ);
                let debtor = payments.iter().rev().filter(is_of_it).find_map(|payment| payment.account);
                let subject = row.id.to_string();
                let reason = "a car left without paying";
                claims::raise(
                    tx,
                    now,
                    NewClaim { service: NAME, subject: &subject, city: &row.city, debtor, amount, reason },
                )?;
            }
            Some(Claim::Withdrawn) => claims::settle(tx, now, NAME, &row.id.to_string())?,
            None => {}
        }
        // Only what is told of cash changes: what was paid in the app stays as it was paid.
        for (key, _) in stored_payments.iter().filter(|(key, before)| current.get(*key) != Some(*before)) {
            let sql = "DELETE FROM visit_payment WHERE visit = $1 AND at = $2 AND is_cash = 1";
            tx.write(Write::sql("visit_payment", sql, values![row.id, key.0.timestamp_millis()]))?;
        }
        for payment in payments {
            let (key, value) = keyed(&payment);
            if stored_payments.get(&key) != Some(&value) {
                tx.write(Write::insert(payment))?;
            }
        }
        match stored {
            None => tx.write(Write::insert(row))?,
            Some(stored) if stored != row => tx.write(update!(VisitRow { id: row.id } set {
                state: row.state, entered_at: row.entered_at, ended_at: row.ended_at, is_disabled: row.is_disabled, places: row.places,
                is_lost: row.is_lost, owes_again_at: row.owes_again_at, receipt: row.receipt, corrected_at: row.corrected_at
            }))?,
            Some(_) => {}
        }
        Ok(())
    }
}

fn keyed(row: &VisitPaymentRow) -> (PaymentKey, PaymentValue) {
    ((row.at, row.is_cash), (row.amount, row.exit_by))
}

/// What is planned for the moment from which on a visit owes something again. That moment is part
/// of its name: what was planned before is not taken for what is planned now.
fn watch(visit: VisitId, at: DateTime<Utc>) -> String {
    format!("{visit}/{}", at.timestamp_millis())
}
