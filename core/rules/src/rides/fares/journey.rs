//! What a journey of several legs costs: its legs, joined ones as one, and the transfers between
//! them.

use super::ids::{LegGroupId, MediumId, ProductId};
use super::leg::{Leg, Offer, Outcome, Rider, Span};
use super::model::{Fares, Product, TransferRule, TransferType};
use super::transfer::{NeedsArrival, Run};
use crate::kernel::money::{Currency, Money};
use crate::kernel::sort::sort_by;
use std::collections::BTreeSet;

/// What a journey costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Journey {
    pub outcome: JourneyOutcome,
    /// One for each medium that makes a difference and each currency, by currency and the cheapest
    /// first.
    pub ways: Vec<Way>,
}

/// Whether a journey has a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JourneyOutcome {
    Priced,
    NoLegs,
    /// A leg is boarded before the one before it.
    NotInOrder {
        leg: usize,
    },
    /// A leg has no price.
    Leg {
        leg: usize,
        outcome: Outcome,
    },
    /// Whether a leg is joined to the next depends on where the rider alighted.
    NeedsAlightingStop {
        leg: usize,
    },
    /// The limit of a transfer rule is measured from or to an alighting that is not known: its
    /// place in [`Fares::transfer_rules`], and the leg that is transferred to.
    NeedsArrival {
        leg: usize,
        rule: usize,
    },
    /// Each leg has a price, and no medium and currency has one for all.
    NoMediumForAll,
    /// The amounts do not fit.
    Overflow,
}

/// A journey by one medium in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Empty when no part asks for one.
    pub medium: Option<MediumId>,
    /// Parts that no transfer rule connects.
    pub parts: Vec<SubJourney>,
    pub total: Money,
}

/// Legs that transfer rules connect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubJourney {
    pub legs: Vec<LegLine>,
    pub transfers: Vec<TransferLine>,
    /// What discounts would have taken below zero. The total is the sum of what is charged for legs
    /// and transfers, and of this.
    pub unused_discount: Money,
    /// Never below zero.
    pub total: Money,
}

/// A leg, or joined legs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegLine {
    /// Places in the journey.
    pub first: usize,
    pub last: usize,
    pub offer: Offer,
    /// The offer's amount, or zero where a transfer stands for the leg.
    pub charged: Money,
}

/// A transfer by a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferLine {
    /// The leg that is transferred to.
    pub to: usize,
    /// Place in [`Fares::transfer_rules`].
    pub rule: usize,
    pub product: Option<ProductId>,
    /// Below zero for a discount.
    pub amount: Money,
}

/// The way of a rider up to a leg.
#[derive(Clone)]
struct State<'f> {
    /// Minor units of the parts that are closed.
    closed: i64,
    /// Minor units of the part that goes on, which may be below zero.
    open: i64,
    run: Option<Run<'f>>,
    has_transfer: bool,
    steps: Vec<Step<'f>>,
}

/// A leg of a way.
#[derive(Clone)]
struct Step<'f> {
    /// Place among what is offered for the leg.
    offer: usize,
    via: Via<'f>,
}

impl State<'_> {
    fn total(&self) -> Option<i64> {
        self.closed.checked_add(self.open.max(0))
    }

    /// Which of two equally cheap ways is taken, whatever the order in which they were found.
    fn order(&self) -> Vec<(usize, Option<usize>)> {
        self.steps.iter().map(|step| (step.offer, step.via.map(|(rule, ..)| rule))).collect()
    }

    fn last(&self) -> usize {
        self.steps.last().map_or(0, |step| step.offer)
    }

    /// Whether nothing that may follow is cheaper after the other.
    fn goes_before(&self, other: &Self) -> bool {
        self.last() == other.last()
            && self.run == other.run
            && self.has_transfer == other.has_transfer
            && self.closed <= other.closed
            && self.open <= other.open
    }
}

impl Fares {
    /// What a journey costs a rider, legs in the order in which they are ridden.
    #[must_use]
    pub fn journey(&self, legs: &[Leg<'_>], rider: &Rider<'_>) -> Journey {
        match self.ways(legs, rider) {
            Ok(ways) => Journey { outcome: JourneyOutcome::Priced, ways },
            Err(outcome) => Journey { outcome, ways: Vec::new() },
        }
    }

    fn ways(&self, legs: &[Leg<'_>], rider: &Rider<'_>) -> Result<Vec<Way>, JourneyOutcome> {
        if legs.is_empty() {
            return Err(JourneyOutcome::NoLegs);
        }
        let mut pairs = legs.iter().zip(legs.iter().skip(1)).enumerate();
        if let Some((place, _)) = pairs.find(|(_, (one, next))| next.boarded_at < one.boarded_at) {
            return Err(JourneyOutcome::NotInOrder { leg: place.saturating_add(1) });
        }
        let spans = self.joined(legs).map_err(|leg| JourneyOutcome::NeedsAlightingStop { leg })?;
        let mut offers = Vec::with_capacity(spans.len());
        for span in &spans {
            let fare = self.span(span, rider);
            if fare.outcome != Outcome::Priced {
                return Err(JourneyOutcome::Leg { leg: span.first, outcome: fare.outcome });
            }
            offers.push(fare.offers);
        }
        let media: BTreeSet<Option<&str>> = match rider.medium {
            Some(medium) => BTreeSet::from([Some(medium)]),
            None => self.media.keys().map(|id| Some(id.as_str())).chain([None]).collect(),
        };
        let currencies: BTreeSet<Currency> = offers.iter().flatten().map(|offer| offer.amount.currency).collect();
        let mut ways: Vec<Way> = Vec::new();
        for currency in currencies {
            for medium in &media {
                let way = self.way(&spans, &offers, &Rider { medium: *medium, ..*rider }, currency)?;
                // Without one comes first: what it buys can be bought with each.
                ways.extend(way.filter(|way| !ways.iter().any(|other| other.parts == way.parts)));
            }
        }
        if ways.is_empty() {
            return Err(JourneyOutcome::NoMediumForAll);
        }
        let key = |way: &Way| (way.total.currency, way.total.amount, way.medium.clone());
        sort_by(&mut ways, |one, other| key(one).cmp(&key(other)));
        Ok(ways)
    }

    /// The cheapest way by one medium in one currency.
    fn way(
        &self,
        spans: &[Span<'_>],
        offers: &[Vec<Offer>],
        rider: &Rider<'_>,
        currency: Currency,
    ) -> Result<Option<Way>, JourneyOutcome> {
        let mut states: Vec<State<'_>> = Vec::new();
        for (place, own) in offers.iter().enumerate() {
            let mut next: Vec<State<'_>> = Vec::new();
            for (choice, offer) in choices(own, rider, currency) {
                let price = minor(&offer.amount)?;
                let step = |via| Step { offer: choice, via };
                if place == 0 {
                    let steps = vec![step(None)];
                    keep(&mut next, State { closed: 0, open: price, run: None, has_transfer: false, steps });
                }
                for state in &states {
                    let from = place.checked_sub(1).and_then(|place| offers.get(place)?.get(state.last()));
                    let groups = (from.and_then(|offer| offer.group.as_ref()), offer.group.as_ref());
                    for (mut found, via) in self.onward(spans, place, groups, state, price, (rider, currency))? {
                        found.steps.push(step(via));
                        keep(&mut next, found);
                    }
                }
            }
            states = next;
        }
        let mut best: Option<(i64, State<'_>)> = None;
        for state in states {
            let total = state.total().ok_or(JourneyOutcome::Overflow)?;
            let is_better = |(least, best): &(i64, State<'_>)| (total, state.order()) < (*least, best.order());
            if best.as_ref().is_none_or(is_better) {
                best = Some((total, state));
            }
        }
        best.map(|(total, state)| told(spans, offers, rider, &state, Money::from_minor(total, currency))).transpose()
    }

    /// Where a way may go on to with a leg: by each transfer rule that holds, else as a part of its
    /// own.
    fn onward<'f>(
        &'f self,
        spans: &[Span<'_>],
        place: usize,
        groups: (Option<&LegGroupId>, Option<&LegGroupId>),
        state: &State<'f>,
        price: i64,
        (rider, currency): (&Rider<'_>, Currency),
    ) -> Result<Vec<(State<'f>, Via<'f>)>, JourneyOutcome> {
        let is_sold = |rule: &TransferRule| self.transfer_price(rule, rider, currency).is_some();
        let held = self.transfers(spans, place, groups, state.run, &is_sold).map_err(|NeedsArrival(rule)| {
            JourneyOutcome::NeedsArrival { leg: spans.get(place).map_or(place, |span| span.first), rule }
        })?;
        if held.is_empty() {
            let closed = state.total().ok_or(JourneyOutcome::Overflow)?;
            let steps = state.steps.clone();
            return Ok(vec![(State { closed, open: price, run: None, has_transfer: false, steps }, None)]);
        }
        let mut found = Vec::with_capacity(held.len());
        for held in held {
            let Some(fee) = self.transfer_price(held.rule, rider, currency) else { continue };
            let fee = minor(&fee)?;
            let before = if stands_alone(held.rule, state.has_transfer) { 0 } else { state.open };
            let leg = if held.rule.kind == TransferType::BothLegsAndTransfer { price } else { 0 };
            let open = before.checked_add(fee).and_then(|sum| sum.checked_add(leg)).ok_or(JourneyOutcome::Overflow)?;
            let (closed, steps) = (state.closed, state.steps.clone());
            found.push((
                State { closed, open, run: held.run, has_transfer: true, steps },
                Some((held.place, held.rule, fee)),
            ));
        }
        Ok(found)
    }

    /// What a rule's transfer costs a rider; `None` when its product is not for him.
    fn transfer_price(&self, rule: &TransferRule, rider: &Rider<'_>, currency: Currency) -> Option<Money> {
        let Some(product) = &rule.product else { return Some(Money::zero(currency)) };
        let is_by_medium = |row: &&Product| row.amount.currency == currency && is_by(row.medium.as_ref(), rider);
        let rows = self.rows(product, rider).filter(is_by_medium);
        rows.map(|row| row.amount).min_by_key(|amount| amount.amount)
    }
}

/// The transfer by which a leg was reached: its rule, and what it costs in minor units.
type Via<'f> = Option<(usize, &'f TransferRule, i64)>;

/// Whether a rule's transfer stands for the leg before it. After an earlier transfer it is added to
/// what that one came to.
fn stands_alone(rule: &TransferRule, has_transfer: bool) -> bool {
    rule.kind == TransferType::TransferAlone && !has_transfer
}

fn minor(amount: &Money) -> Result<i64, JourneyOutcome> {
    amount.minor().map_err(|_| JourneyOutcome::Overflow)
}

/// Whether what is sold by a medium, or by an unknown one, is sold on this way.
fn is_by(medium: Option<&MediumId>, rider: &Rider<'_>) -> bool {
    medium.is_none_or(|medium| Some(medium.as_str()) == rider.medium)
}

/// The cheapest offer of each group, with its place.
fn choices<'o>(offers: &'o [Offer], rider: &Rider<'_>, currency: Currency) -> Vec<(usize, &'o Offer)> {
    let mut groups = BTreeSet::new();
    let by_medium = offers
        .iter()
        .enumerate()
        .filter(|(_, offer)| offer.amount.currency == currency && is_by(offer.medium.as_ref(), rider));
    by_medium.filter(|(_, offer)| groups.insert(offer.group.as_ref())).collect()
}

/// Adds a way unless another one is never dearer, and takes those out that it is never dearer than.
fn keep<'f>(states: &mut Vec<State<'f>>, found: State<'f>) {
    let is_before = |one: &State<'_>, other: &State<'_>| {
        one.goes_before(other) && (!other.goes_before(one) || one.order() <= other.order())
    };
    if !states.iter().any(|other| is_before(other, &found)) {
        states.retain(|other| !is_before(&found, other));
        states.push(found);
    }
}

/// A way as it is told.
fn told(
    spans: &[Span<'_>],
    offers: &[Vec<Offer>],
    rider: &Rider<'_>,
    state: &State<'_>,
    total: Money,
) -> Result<Way, JourneyOutcome> {
    let zero = Money::zero(total.currency);
    let mut parts: Vec<SubJourney> = Vec::new();
    let legs = spans.iter().zip(offers).zip(&state.steps);
    for ((span, offers), step) in legs {
        let Some(offer) = offers.get(step.offer) else { continue };
        let is_charged = step.via.is_none_or(|(_, rule, _)| rule.kind == TransferType::BothLegsAndTransfer);
        let charged = if is_charged { offer.amount } else { zero };
        let line = LegLine { first: span.first, last: span.last, offer: offer.clone(), charged };
        match (step.via, parts.last_mut()) {
            (Some((place, rule, fee)), Some(part)) => {
                if stands_alone(rule, !part.transfers.is_empty()) {
                    part.legs.iter_mut().for_each(|leg| leg.charged = zero);
                }
                let amount = Money::from_minor(fee, total.currency);
                part.transfers.push(TransferLine {
                    to: span.first,
                    rule: place,
                    product: rule.product.clone(),
                    amount,
                });
                part.legs.push(line);
            }
            _ => parts.push(SubJourney { legs: vec![line], transfers: Vec::new(), unused_discount: zero, total: zero }),
        }
    }
    for part in &mut parts {
        let amounts = part.legs.iter().map(|leg| &leg.charged).chain(part.transfers.iter().map(|line| &line.amount));
        let sum =
            amounts.map(minor).try_fold(0_i64, |sum, next| sum.checked_add(next?).ok_or(JourneyOutcome::Overflow))?;
        part.unused_discount =
            Money::from_minor(sum.min(0).checked_neg().ok_or(JourneyOutcome::Overflow)?, total.currency);
        part.total = Money::from_minor(sum.max(0), total.currency);
    }
    let medium = rider.medium.and_then(|medium| MediumId::new(medium).ok());
    Ok(Way { medium, parts, total })
}
