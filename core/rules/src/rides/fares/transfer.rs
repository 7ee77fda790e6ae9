//! Which transfer rules hold between two legs of a journey.

use super::ids::LegGroupId;
use super::leg::Span;
use super::model::{Fares, Limit, LimitBetween, TransferRule};
use chrono::TimeDelta;

/// Consecutive transfers by rules with the same group on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run<'f> {
    group: Option<&'f LegGroupId>,
    /// Transfers so far.
    transfers: u32,
    /// Place of the first leg, from which limits are measured.
    start: usize,
}

/// A rule that holds, and the run that it goes on with.
pub(super) struct Held<'f> {
    pub place: usize,
    pub rule: &'f TransferRule,
    pub run: Option<Run<'f>>,
}

/// Whether a rule holds depends on when the rider alighted; its place.
pub(super) struct NeedsArrival(pub usize);

impl Fares {
    /// The rules that hold for the transfer from the leg before place `to`: those of the least
    /// `transfer_count` that suffices, several when they differ in limit or product. `is_sold` says
    /// whether the rider may buy what a rule asks for.
    pub(super) fn transfers<'f>(
        &'f self,
        spans: &[Span<'_>],
        to: usize,
        groups: (Option<&LegGroupId>, Option<&LegGroupId>),
        run: Option<Run<'f>>,
        is_sold: &dyn Fn(&TransferRule) -> bool,
    ) -> Result<Vec<Held<'f>>, NeedsArrival> {
        let mut sure: Vec<(u32, Held<'f>)> = Vec::new();
        let mut open: Vec<(u32, usize)> = Vec::new();
        for (place, rule) in self.between(groups) {
            let own = run.filter(|run| rule.from_group == rule.to_group && run.group == rule.from_group.as_ref());
            let (transfers, start) =
                own.map_or((1, to.saturating_sub(1)), |run| (run.transfers.saturating_add(1), run.start));
            let count = rule.count.map_or(u32::MAX, std::num::NonZeroU32::get);
            if transfers > count || !is_sold(rule) {
                continue;
            }
            let group = rule.from_group.as_ref();
            let run = (rule.from_group == rule.to_group).then_some(Run { group, transfers, start });
            match rule.limit.map_or(Some(true), |limit| is_within(limit, spans, start, to)) {
                Some(true) => sure.push((count, Held { place, rule, run })),
                Some(false) => {}
                None => open.push((count, place)),
            }
        }
        let least = sure.iter().map(|(count, _)| *count).min();
        match open.iter().find(|(count, _)| least.is_none_or(|least| *count <= least)) {
            Some((_, place)) => Err(NeedsArrival(*place)),
            None => Ok(sure.into_iter().filter(|(count, _)| Some(*count) == least).map(|(_, held)| held).collect()),
        }
    }

    /// The rules between two groups: those that name both, else those with empty fields, which
    /// stand for the groups that no rule names on that side.
    fn between(&self, (from, to): (Option<&LegGroupId>, Option<&LegGroupId>)) -> Vec<(usize, &TransferRule)> {
        let rules = || self.transfer_rules.iter().enumerate();
        let exact: Vec<(usize, &TransferRule)> =
            rules().filter(|(_, rule)| rule.from_group.as_ref() == from && rule.to_group.as_ref() == to).collect();
        if !exact.is_empty() {
            return exact;
        }
        let is_named = |group: Option<&LegGroupId>, side: fn(&TransferRule) -> Option<&LegGroupId>| {
            group.is_some() && self.transfer_rules.iter().any(|rule| side(rule) == group)
        };
        let from_named = is_named(from, |rule| rule.from_group.as_ref());
        let to_named = is_named(to, |rule| rule.to_group.as_ref());
        let meets = |own: Option<&LegGroupId>, group: Option<&LegGroupId>, named: bool| match own {
            Some(own) => Some(own) == group,
            None => !named,
        };
        rules()
            .filter(|(_, rule)| {
                meets(rule.from_group.as_ref(), from, from_named) && meets(rule.to_group.as_ref(), to, to_named)
            })
            .collect()
    }
}

/// Whether a transfer keeps a limit; `None` when that depends on an alighting that is not known.
/// A rider alights after boarding, and before boarding the next vehicle.
fn is_within(limit: Limit, spans: &[Span<'_>], start: usize, to: usize) -> Option<bool> {
    let (first, next, last) = (spans.get(start)?, spans.get(start.saturating_add(1))?, spans.get(to)?);
    let boarded = (first.boarded_at, first.boarded_at);
    let alighted = first.alighted_at.map_or((first.boarded_at, next.boarded_at), |at| (at, at));
    let (begins_early, begins_late) = match limit.between {
        LimitBetween::BoardingAndAlighting | LimitBetween::BoardingAndBoarding => boarded,
        LimitBetween::AlightingAndBoarding | LimitBetween::AlightingAndAlighting => alighted,
    };
    let (ends_early, ends_late) = match limit.between {
        LimitBetween::BoardingAndBoarding | LimitBetween::AlightingAndBoarding => {
            (last.boarded_at, Some(last.boarded_at))
        }
        LimitBetween::BoardingAndAlighting | LimitBetween::AlightingAndAlighting => {
            (last.alighted_at.unwrap_or(last.boarded_at), last.alighted_at)
        }
    };
    let longest = i64::try_from(limit.seconds.get()).ok().and_then(TimeDelta::try_seconds).unwrap_or(TimeDelta::MAX);
    if ends_late.is_some_and(|ends_late| ends_late - begins_early <= longest) {
        Some(true)
    } else if ends_early - begins_late > longest {
        Some(false)
    } else {
        None
    }
}
