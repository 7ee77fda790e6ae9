//! What a visit costs and owes, with what of its payments counts.

use chrono::{DateTime, Utc};
use mesto_rules::garages::history::{Cash, SeenCar};
use mesto_rules::garages::{self, Paid, Refusal, VisitAsk, VisitPrice};
use mesto_rules::money::Money;
use mesto_rules::{City, PayMethod};

use super::VisitRecord;
use crate::garages::tables::{VisitPaymentRow, VisitRow};

impl VisitRecord {
    /// What counts of what was paid: no cash that was taken after it had left.
    pub(super) fn counted(&self) -> impl Iterator<Item = &VisitPaymentRow> {
        let ended_at = self.row.ended_at;
        self.payments.iter().filter(move |row| !row.is_cash || ended_at.is_none_or(|ended_at| row.at <= ended_at))
    }

    /// What was paid, as the rules count it.
    fn paid(&self, until: Option<DateTime<Utc>>) -> Vec<Paid> {
        let paid = |row: &VisitPaymentRow| Paid {
            amount: Money::from_minor(row.amount, row.currency),
            at: row.priced_at,
            received_at: Some(row.at),
            exit_by: row.exit_by,
        };
        self.counted().filter(|row| until.is_none_or(|until| row.at <= until)).map(paid).collect()
    }

    fn ask<'a>(&'a self, paid: &'a [Paid], now: DateTime<Utc>, pay: PayMethod) -> VisitAsk<'a> {
        let VisitRow { facility, entered_at, is_disabled, places, is_lost, .. } = &self.row;
        VisitAsk {
            facility: facility.as_str(),
            entered_at: *entered_at,
            now,
            paid,
            is_disabled: *is_disabled,
            places: *places,
            is_lost: *is_lost,
            pay,
        }
    }

    /// What it costs here at a moment.
    pub fn price(&self, city: &City, now: DateTime<Utc>, pay: PayMethod) -> Result<VisitPrice, Refusal> {
        garages::price(city, &self.ask(&self.paid(None), now, pay))
    }

    /// What it owes at the place at a moment.
    pub fn owed(&self, city: &City, now: DateTime<Utc>) -> Result<VisitPrice, Refusal> {
        garages::owed(city, &self.ask(&self.paid(None), now, PayMethod::Deposit))
    }

    /// What it owed at the place at a moment, by what had been paid until then: what is told late
    /// finds later payments here.
    pub(super) fn owed_then(&self, city: &City, cash: &Cash) -> Result<VisitPrice, Refusal> {
        let paid = self.paid(Some(cash.at));
        let ask = self.ask(&paid, cash.at, PayMethod::Deposit);
        garages::owed(
            city,
            &match cash.seen {
                Some(SeenCar { is_lost, is_disabled, places, .. }) => VisitAsk { is_lost, is_disabled, places, ..ask },
                None => ask,
            },
        )
    }

    /// How much more was paid than the visit cost by its last payment, or by its end where that was
    /// before it.
    pub fn overpaid(&self, city: &City) -> i64 {
        let paid: i64 = self.counted().map(|payment| payment.amount).sum();
        let last = self.counted().map(|payment| payment.priced_at).max();
        let last = last.map(|last| self.row.ended_at.map_or(last, |ended_at| last.min(ended_at)));
        let price = last.and_then(|at| self.owed(city, at).ok()).and_then(|price| price.price.minor().ok());
        price.map_or(0, |price| (paid - price).max(0))
    }

    /// What it owes at the place at a moment, for what goes on also when that is not known: nothing
    /// then, nor where it was paid on entry.
    pub fn owed_or_nothing(&self, city: &City, now: DateTime<Utc>) -> Money {
        self.owed(city, now).map_or_else(|_| Money::zero(self.row.currency), |price| price.total)
    }
}
