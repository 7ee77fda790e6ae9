//! How a visit stands, as it is told to those who paid it: after a change, and when time made it
//! owe again.

use chrono::{DateTime, Utc};
use mesto_protocol::garages::visits::{self as wire, Visit, VisitPayment};
use mesto_protocol::kernel::ids::{AccountId, VisitId};
use mesto_rules::garages::visit::{self, VisitEffect, VisitEvent};
use mesto_rules::money::Money;

use super::VisitRecord;
use crate::garages::refusal::refused;
use crate::garages::tables::{StateWord, VisitPaymentRow, VisitRow};
use crate::kernel::account::{LockedAccounts, Locks, lock};
use crate::kernel::failure::Outcome;
use crate::kernel::operator::Operator;
use crate::kernel::store::{StoreError, Tx};
use crate::update;

impl VisitRecord {
    /// As it is told at a moment, with these of its payments.
    pub fn told(&self, now: DateTime<Utc>, own: impl Fn(&VisitPaymentRow) -> bool) -> Outcome<Visit> {
        let currency = self.row.currency;
        let paid: i64 = self.counted().map(|payment| payment.amount).sum();
        let mut payments = Vec::new();
        for row in self.payments.iter().filter(|payment| own(payment)) {
            let (Some(sale), Some(pay)) = (row.sale, row.pay) else { continue };
            payments.push(VisitPayment {
                sale,
                at: row.at,
                amount: Money::from_minor(row.amount + row.fee, row.currency),
                pay: pay.into(),
                lines: wire::lines(&row.lines.read()?),
                exit_by: row.exit_by,
            });
        }
        Ok(Visit {
            id: self.row.id,
            city: self.row.city.clone(),
            facility: self.row.facility.clone(),
            ticket: self.row.ticket.clone().unwrap_or_default(),
            state: StateWord::from(self.state_at(now)).into(),
            entered_at: self.row.entered_at,
            paid: Money::from_minor(paid, currency),
            exit_by: self.payments.iter().filter_map(|payment| payment.exit_by).max(),
            owes_again_at: self.row.owes_again_at,
            left_at: self.row.ended_at.filter(|_| self.row.state == StateWord::Left),
            payments,
            signed: self.row.receipt.clone().filter(|_| !self.is_over()),
        })
    }

    /// As it is told to one who paid.
    pub fn told_to(&self, account: AccountId, now: DateTime<Utc>) -> Outcome<Visit> {
        self.told(now, |payment| payment.account == Some(account))
    }
}

fn named(reference: &str) -> Outcome<VisitId> {
    let visit = reference.split('/').next().unwrap_or_default();
    Ok(visit.parse().map_err(|error| StoreError::unreadable("visit that is due", error))?)
}

/// A visit, and the accounts of those who paid it but for one: they are locked, and then the visit.
fn with_payers(
    tx: &mut dyn Tx,
    visit: VisitId,
    except: Option<AccountId>,
) -> Outcome<Option<(VisitRecord, LockedAccounts)>> {
    let Some(seen) = VisitRecord::read(tx, visit, false)? else { return Ok(None) };
    let locks = Locks { accounts: seen.payers(except).collect(), ..Locks::default() };
    let mut accounts = lock(tx, &locks)?;
    accounts.retain(|_, account| !account.is_closed);
    // Read again: now nobody else changes it.
    Ok(VisitRecord::read(tx, visit, true)?.map(|record| (record, accounts)))
}

fn tell_each(tx: &mut dyn Tx, now: DateTime<Utc>, record: &VisitRecord, accounts: &mut LockedAccounts) -> Outcome<()> {
    for account in accounts.values_mut() {
        account.tell(&record.told_to(account.id, now)?)?;
        account.release(tx, now)?;
    }
    Ok(())
}

/// Tells whoever paid a visit how it stands.
pub(crate) fn tell(tx: &mut dyn Tx, _: &Operator, now: DateTime<Utc>, reference: &str) -> Outcome<()> {
    let except = reference.split('/').nth(1).and_then(|account| account.parse().ok());
    let Some((record, mut accounts)) = with_payers(tx, named(reference)?, except)? else { return Ok(()) };
    tell_each(tx, now, &record, &mut accounts)
}

/// Time went on: what was paid does not settle the visit any more, and whoever paid is told.
pub(crate) fn owes_again(tx: &mut dyn Tx, _: &Operator, now: DateTime<Utc>, reference: &str) -> Outcome<()> {
    let Some((mut record, mut accounts)) = with_payers(tx, named(reference)?, None)? else { return Ok(()) };
    let event = VisitEvent::TimePassed { owes_again_at: record.row.owes_again_at };
    let stepped = visit::step(Some(record.row.state.into()), &event, now);
    let (state, effects) = stepped.map_err(|error| refused(&error))?;
    if effects.contains(&VisitEffect::TellOwingAgain) {
        record.row.state = state.into();
        tx.write(update!(VisitRow { id: record.row.id } set { state: record.row.state }))?;
        tell_each(tx, now, &record, &mut accounts)?;
    }
    Ok(())
}
