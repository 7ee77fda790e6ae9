//! The visits of a ticket by all that was told of it and by what was paid here: where each stands,
//! what it owes, and what is claimed for it.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_rules::garages::TicketNumber;
use mesto_rules::garages::history::{ToldVisit, VisitEnd};
use mesto_rules::garages::visit::{self, VisitEffect, VisitEvent, VisitState};
use mesto_rules::money::Money;

use crate::garages::refusal::refused;
use crate::garages::tables::{StateWord, VisitPaymentRow, VisitRow};
use crate::garages::visits::{Place, VisitRecord};
use crate::kernel::failure::Outcome;
use crate::kernel::operator::Operator;
use crate::kernel::store::Json;

/// A visit that was found.
pub(super) struct FoundVisit {
    pub record: VisitRecord,
    /// How often cash was taken for it with nothing owed.
    pub in_vain: usize,
}

/// What is needed to find visits.
#[derive(Clone, Copy)]
pub(super) struct Finding<'a> {
    pub operator: &'a Operator,
    pub place: Place<'a>,
    pub now: DateTime<Utc>,
}

/// Which stored visit each told one is, by its place. A lost ticket may have begun one whose entry
/// is known by now, a little earlier or later.
pub(super) fn paired(told: &[ToldVisit], stored: &[VisitRecord], clocks_differ: TimeDelta) -> Vec<Option<usize>> {
    let mut pairs: Vec<Option<usize>> = vec![None; told.len()];
    for (place, VisitRecord { row, .. }) in stored.iter().enumerate() {
        let after = told.partition_point(|visit| visit.entered_at <= row.entered_at);
        let is_it = |visit: &ToldVisit| {
            visit.entered_at - clocks_differ <= row.entered_at && visit.end.is_none_or(|end| row.entered_at <= end.at)
        };
        let candidates = [after.checked_sub(1), Some(after)].into_iter().flatten();
        let mut free = candidates.filter(|candidate| pairs.get(*candidate) == Some(&None));
        if let Some(found) = free.find(|candidate| told.get(*candidate).is_some_and(is_it))
            && let Some(pair) = pairs.get_mut(found)
        {
            *pair = Some(place);
        }
    }
    pairs
}

impl Finding<'_> {
    /// The visits that were told, by their entries.
    pub fn all(&self, ticket: &TicketNumber, told: &[ToldVisit], stored: &[VisitRecord]) -> Outcome<Vec<FoundVisit>> {
        let pairs = paired(told, stored, self.place.garages.policy.clocks_differ());
        let stored_of = |pair: &Option<usize>| pair.and_then(|place| stored.get(place));
        told.iter().zip(&pairs).map(|(visit, pair)| self.one(ticket, visit, stored_of(pair))).collect()
    }

    /// What was told of a car, by itself, of a visit that is not stored yet.
    fn new_row(&self, ticket: &TicketNumber, entered_at: DateTime<Utc>) -> VisitRow {
        VisitRow {
            id: self.operator.new_id(self.now),
            city: self.place.city.id.clone(),
            facility: self.place.facility.id.clone(),
            ticket: Some(ticket.to_string()),
            state: StateWord::Inside,
            entered_at,
            ended_at: None,
            is_disabled: false,
            places: 1,
            is_lost: false,
            currency: self.place.city.currency,
            owes_again_at: None,
            receipt: None,
            corrected_at: None,
        }
    }

    fn one(&self, ticket: &TicketNumber, told: &ToldVisit, stored: Option<&VisitRecord>) -> Outcome<FoundVisit> {
        let mut record = match stored {
            Some(VisitRecord { row, payments, .. }) => VisitRecord::of(row.clone(), payments.clone()),
            None => VisitRecord::entered(self.new_row(ticket, told.entered_at)),
        };
        record.row.entered_at = told.entered_at;
        // A visit that was paid here was no mistake.
        let is_paid_here = record.is_paid_here();
        let end = told.end.filter(|end| !(end.is_cancelled && is_paid_here));
        record.row.ended_at = end.map(|end| end.at);
        record.row.is_disabled = told.is_disabled;
        record.row.places = told.places;
        record.row.is_lost = told.is_lost;
        let in_vain = self.take_cash(&mut record, told)?;
        let state = gone_through(&record)?;
        let before = stored.map(|stored| &stored.row);
        match end {
            None => self.goes_on(&mut record, state, before)?,
            Some(end) => self.ends(&mut record, state, end, before)?,
        }
        Ok(FoundVisit { record, in_vain })
    }

    /// The cash that was told of it, each with what was owed then by what had been paid before.
    fn take_cash(&self, record: &mut VisitRecord, told: &ToldVisit) -> Outcome<usize> {
        let city = self.place.city;
        record.payments.retain(|payment| !payment.is_cash);
        let mut in_vain = 0;
        for cash in &told.cash {
            let mut payment = VisitPaymentRow {
                visit: record.row.id,
                at: cash.at,
                is_cash: true,
                priced_at: cash.at,
                city: record.row.city.clone(),
                facility: record.row.facility.clone(),
                sale: None,
                account: None,
                pay: None,
                amount: cash.amount.map(|amount| amount.minor()).transpose()?.unwrap_or_default(),
                fee: 0,
                currency: city.currency,
                exit_by: None,
                lines: Json::of(&Vec::new())?,
            };
            let is_owed = record.reckon(city, &mut payment, cash)?;
            in_vain += usize::from(is_owed == Some(false));
            record.payments.push(payment);
        }
        record.payments.sort_by_key(|payment| (payment.at, payment.is_cash));
        Ok(in_vain)
    }

    /// A car that is inside: from when on it owes something again, and what its receipt is worth.
    fn goes_on(&self, record: &mut VisitRecord, state: VisitState, before: Option<&VisitRow>) -> Outcome<()> {
        record.row.state = state.into();
        record.watch(self.place.city);
        let Some(before) = before else { return Ok(()) };
        // Its exit turned out to be another car's.
        if before.state == StateWord::Left {
            record.claim(&[VisitEffect::WithdrawClaim]);
        }
        let (was, is) = (before.owes_again_at, record.row.owes_again_at);
        // Time went on, and whoever paid it was told.
        if was == is && before.state == StateWord::OwingAgain && state == VisitState::Paid {
            record.row.state = StateWord::OwingAgain;
        }
        if !record.is_paid_here() || was == is {
            return Ok(());
        }
        // A receipt that says too much is given to nobody any more, and opens no more. Where it
        // turns out to be cheaper after all, there is another one.
        if is.is_some_and(|again| was.is_none_or(|was| again < was)) {
            record.row.receipt = None;
            record.row.corrected_at = Some(self.now);
        } else if record.row.receipt.is_none() && record.row.corrected_at.is_some() {
            record.sign_receipt(self.operator, self.now)?;
            record.row.corrected_at = Some(self.now);
        }
        Ok(())
    }

    /// A car that has left, or never came: what is claimed for it.
    fn ends(
        &self,
        record: &mut VisitRecord,
        state: VisitState,
        end: VisitEnd,
        before: Option<&VisitRow>,
    ) -> Outcome<()> {
        let city = self.place.city;
        let had_left = before.is_some_and(|before| before.state == StateWord::Left);
        // It is priced as one that has ended: cash that was taken later is another car's.
        let owed = record.owed(city, record.leaving(end.at));
        let event = match end.is_cancelled {
            true => VisitEvent::Cancel,
            false => VisitEvent::Left { owed: record.owed_or_nothing(city, record.leaving(end.at)) },
        };
        let (state, effects) = visit::step(Some(state), &event, end.at).map_err(|error| refused(&error))?;
        record.row.state = state.into();
        record.watch(city);
        if !had_left {
            record.claim(&effects);
        } else if state == VisitState::Cancelled {
            record.claim(&[VisitEffect::WithdrawClaim]);
        } else if before != Some(&record.row) || record.is_paid_otherwise() {
            // Where its price is not known, what was claimed stays.
            if let Ok(price) = owed {
                let corrected = VisitEvent::Corrected { owed: price.total };
                let (_, effects) = visit::step(Some(state), &corrected, end.at).map_err(|error| refused(&error))?;
                record.claim(&effects);
            }
        }
        Ok(())
    }
}

/// Where a visit stands before its end, by what was paid for it.
fn gone_through(record: &VisitRecord) -> Outcome<VisitState> {
    let mut state = None;
    let mut step = |event: &VisitEvent, at| -> Outcome<VisitState> {
        let (next, _) = visit::step(state, event, at).map_err(|error| refused(&error))?;
        state = Some(next);
        Ok(next)
    };
    let mut stands = step(&VisitEvent::Entered, record.row.entered_at)?;
    // What was paid here after the car had left was paid before that was known.
    let until = record.row.ended_at;
    for payment in record.payments.iter().filter(|payment| until.is_none_or(|until| payment.at <= until)) {
        let amount = Money::from_minor(payment.amount, payment.currency);
        let event = if payment.is_cash { VisitEvent::PaidOnSite } else { VisitEvent::Pay { amount, owed: amount } };
        stands = step(&event, payment.at)?;
    }
    Ok(stands)
}
