//! What a leg costs: the leg rules that match it, and the products that a rider may buy for it.
//!
//! An alighting that is not known is not guessed. Every place and time at which the rider may
//! alight is tried, and what holds for all of them is said.

use super::clock::ClockTime;
use super::ids::{AreaId, LegGroupId, MediumId, NetworkId, ProductId, RiderCategoryId, TimeframeId};
use super::model::{Fares, LegRule, Product};
use crate::kernel::money::Money;
use crate::kernel::sort::sort_by;
use chrono::{DateTime, Days, FixedOffset, NaiveTime, TimeDelta};
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// What a rider rides on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line<'a> {
    /// A route of the feed, which may be in a network.
    Route(&'a str),
    Network(&'a str),
}

/// A ride from boarding to alighting one vehicle. Moments are on the wall clock of the stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leg<'a> {
    pub line: Line<'a>,
    pub from: &'a str,
    /// Not known where riders only tap on.
    pub to: Option<&'a str>,
    pub boarded_at: DateTime<FixedOffset>,
    pub alighted_at: Option<DateTime<FixedOffset>>,
    /// What was already bought for this leg of a journey.
    pub held: Option<Held<'a>>,
}

/// A product bought for a leg, by a rule of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held<'a> {
    pub product: &'a str,
    pub group: Option<&'a str>,
}

/// Who rides, and by what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rider<'a> {
    /// Without one, the default category.
    pub category: Option<&'a str>,
    /// Without one, any medium.
    pub medium: Option<&'a str>,
}

/// What a leg costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegFare {
    pub outcome: Outcome,
    /// Cheapest first. Where the outcome is not decided, what may be bought in any case.
    pub offers: Vec<Offer>,
    /// Of each of [`Fares::leg_rules`], in their order, why it applies or does not.
    pub rules: Vec<Why>,
}

/// Whether a leg has a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Priced,
    /// No rule matches: the fare is unknown.
    NoRule,
    /// Rules match, with no product for this category and medium.
    NoProduct,
    UnknownCategory,
    UnknownMedium,
    /// Which rules match depends on what is not known.
    Undecided(Missing),
}

/// What is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    AlightingStop,
    AlightingTime,
    AlightingStopAndTime,
}

/// A field of a leg rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Network,
    FromArea,
    ToArea,
    FromTimeframe,
    ToTimeframe,
}

/// Why a rule applies to a leg or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    Applies,
    /// The field names something else.
    Other(Field),
    /// The field is empty, which stands for what no rule names; the leg's value is named.
    NamedElsewhere(Field),
    /// It matches, and so does a rule that goes before it.
    Outranked,
    /// It applies or not by what is not known.
    Undecided(Missing),
}

/// A product that may be bought for a leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub product: ProductId,
    pub name: Option<String>,
    /// Empty: for any category.
    pub category: Option<RiderCategoryId>,
    /// Empty: the medium is unknown.
    pub medium: Option<MediumId>,
    pub amount: Money,
    /// Transfers go by it.
    pub group: Option<LegGroupId>,
    /// Places of its rules in [`Fares::leg_rules`].
    pub rules: Vec<usize>,
}

/// One leg or several joined ones, as rules match it.
#[derive(Debug, Clone)]
pub(super) struct Span<'a> {
    /// Places in the journey.
    pub first: usize,
    pub last: usize,
    pub network: Option<&'a str>,
    pub from: &'a str,
    pub to: Option<&'a str>,
    pub boarded_at: DateTime<FixedOffset>,
    pub alighted_at: Option<DateTime<FixedOffset>>,
    pub held: Option<Held<'a>>,
}

/// What rules name, of each place field.
struct Named<'f> {
    networks: BTreeSet<&'f str>,
    from: BTreeSet<&'f str>,
    to: BTreeSet<&'f str>,
}

/// A place field beside the values of a leg.
enum Met {
    Exactly,
    /// Empty, and the leg has a value that no rule names.
    ByDefault,
    Other,
    NamedElsewhere,
}

/// A product and the group of the rule that sells it.
type Sold<'f> = (&'f ProductId, Option<&'f LegGroupId>);

/// What can be said of a leg.
struct Settled<'f> {
    /// Sold wherever and whenever the rider alights.
    certain: BTreeSet<Sold<'f>>,
    /// What more may be sold depends on it.
    missing: Option<Missing>,
}

/// A rule that matches in all that is known.
struct Candidate<'f> {
    place: usize,
    rule: &'f LegRule,
    is_exact: bool,
}

impl Fares {
    /// What a leg costs a rider.
    #[must_use]
    pub fn leg(&self, leg: &Leg<'_>, rider: &Rider<'_>) -> LegFare {
        self.span(&self.as_span(leg, 0), rider)
    }

    pub(super) fn as_span<'a>(&'a self, leg: &Leg<'a>, place: usize) -> Span<'a> {
        Span {
            first: place,
            last: place,
            network: self.network_of(leg.line),
            from: leg.from,
            to: leg.to,
            boarded_at: leg.boarded_at,
            alighted_at: leg.alighted_at,
            held: leg.held,
        }
    }

    pub(super) fn network_of<'a>(&'a self, line: Line<'a>) -> Option<&'a str> {
        match line {
            Line::Route(route) => self.route_networks.get(route).map(NetworkId::as_str),
            Line::Network(network) => Some(network),
        }
    }

    pub(super) fn span(&self, span: &Span<'_>, rider: &Rider<'_>) -> LegFare {
        let (rules, settled) = self.matching(span);
        let offers = self.offers(&rules, &settled.certain, span.held, rider);
        let outcome = if rider.category.is_some_and(|category| !self.rider_categories.contains_key(category)) {
            Outcome::UnknownCategory
        } else if rider.medium.is_some_and(|medium| !self.media.contains_key(medium)) {
            Outcome::UnknownMedium
        } else if let Some(missing) = settled.missing {
            Outcome::Undecided(missing)
        } else if settled.certain.is_empty() {
            Outcome::NoRule
        } else if offers.is_empty() {
            Outcome::NoProduct
        } else {
            Outcome::Priced
        };
        let is_known = !matches!(outcome, Outcome::UnknownCategory | Outcome::UnknownMedium);
        LegFare { outcome, offers: if is_known { offers } else { Vec::new() }, rules }
    }

    /// What a rider may buy of what is certainly sold, cheapest first.
    fn offers(
        &self,
        rules: &[Why],
        certain: &BTreeSet<Sold<'_>>,
        held: Option<Held<'_>>,
        rider: &Rider<'_>,
    ) -> Vec<Offer> {
        let mut offers: Vec<Offer> = Vec::new();
        for (place, (rule, why)) in self.leg_rules.iter().zip(rules).enumerate() {
            let may_apply = matches!(why, Why::Applies | Why::Undecided(_));
            let group = rule.group.as_ref();
            let is_held =
                held.is_none_or(|held| rule.product == *held.product && group.map(LegGroupId::as_str) == held.group);
            if !may_apply || !is_held || !certain.contains(&(&rule.product, group)) {
                continue;
            }
            for row in self.rows(&rule.product, rider) {
                let same = |offer: &&mut Offer| {
                    offer.product == row.id
                        && offer.category == row.category
                        && offer.medium == row.medium
                        && offer.group == rule.group
                };
                match offers.iter_mut().find(same) {
                    Some(offer) => offer.rules.push(place),
                    None => offers.push(Offer {
                        product: row.id.clone(),
                        name: row.name.clone(),
                        category: row.category.clone(),
                        medium: row.medium.clone(),
                        amount: row.amount,
                        group: rule.group.clone(),
                        rules: vec![place],
                    }),
                }
            }
        }
        sort_by(&mut offers, cheaper);
        offers
    }

    /// The rows of a product that are for a rider.
    pub(super) fn rows<'f>(&'f self, product: &ProductId, rider: &Rider<'_>) -> impl Iterator<Item = &'f Product> {
        self.products.iter().filter(move |row| {
            let is_for_category = row.category.as_ref().is_none_or(|category| match rider.category {
                Some(asked) => *category == *asked,
                None => self.rider_categories.get(category).is_some_and(|category| category.is_default),
            });
            let is_for_medium =
                row.medium.as_ref().is_none_or(|medium| rider.medium.is_none_or(|asked| *medium == *asked));
            row.id == *product && is_for_category && is_for_medium
        })
    }

    /// Of each rule why it applies or does not, and what it depends on.
    fn matching(&self, span: &Span<'_>) -> (Vec<Why>, Settled<'_>) {
        let named = Named {
            networks: self.leg_rules.iter().filter_map(|rule| rule.network.as_ref().map(NetworkId::as_str)).collect(),
            from: self.leg_rules.iter().filter_map(|rule| rule.from_area.as_ref().map(AreaId::as_str)).collect(),
            to: self.leg_rules.iter().filter_map(|rule| rule.to_area.as_ref().map(AreaId::as_str)).collect(),
        };
        let networks: Vec<&str> = span.network.into_iter().collect();
        let from_areas = self.areas_of(span.from);
        let mut whys = Vec::with_capacity(self.leg_rules.len());
        let mut candidates = Vec::new();
        for (place, rule) in self.leg_rules.iter().enumerate() {
            let fields = [
                (Field::Network, self.meet(rule.network.as_ref().map(NetworkId::as_str), &networks, &named.networks)),
                (Field::FromArea, self.meet(rule.from_area.as_ref().map(AreaId::as_str), &from_areas, &named.from)),
            ];
            let mut is_exact = true;
            let mut why = None;
            for (field, met) in fields {
                match met {
                    Met::Exactly => {}
                    Met::ByDefault => is_exact = false,
                    Met::Other => why = why.or(Some(Why::Other(field))),
                    Met::NamedElsewhere => why = why.or(Some(Why::NamedElsewhere(field))),
                }
            }
            let is_in_time = |frames: &TimeframeId| self.is_within(frames, span.boarded_at);
            if why.is_none() && !rule.from_timeframe.as_ref().is_none_or(is_in_time) {
                why = Some(Why::Other(Field::FromTimeframe));
            }
            // What is not a candidate is said here, the rest below.
            whys.push(why.unwrap_or(Why::Outranked));
            if why.is_none() {
                candidates.push(Candidate { place, rule, is_exact });
            }
        }
        let settled = self.settle(span, &candidates, &named.to, &mut whys);
        (whys, settled)
    }

    /// Says of the candidates whether they apply, wherever and whenever the rider may alight.
    fn settle<'f>(
        &self,
        span: &Span<'_>,
        candidates: &[Candidate<'f>],
        named: &BTreeSet<&str>,
        whys: &mut [Why],
    ) -> Settled<'f> {
        let (stops, times) = (self.stops_to_try(span), self.times_to_try(span, candidates));
        let at_stop = |areas: &Vec<&str>| -> Vec<Vec<Why>> {
            times.iter().map(|time| self.judge(candidates, areas, *time, named)).collect()
        };
        let judged: Vec<Vec<Vec<Why>>> = stops.iter().map(at_stop).collect();
        for (index, candidate) in candidates.iter().enumerate() {
            let applies = |whys: &Vec<Why>| whys.get(index) == Some(&Why::Applies);
            let said = match missing(&judged, applies) {
                Some(missing) => Why::Undecided(missing),
                None => judged.iter().flatten().find_map(|whys| whys.get(index).copied()).unwrap_or(Why::Outranked),
            };
            if let Some(slot) = whys.get_mut(candidate.place) {
                *slot = said;
            }
        }
        let sold = |whys: &Vec<Why>| -> BTreeSet<Sold<'f>> {
            let applying = candidates.iter().zip(whys).filter(|(_, why)| **why == Why::Applies);
            applying.map(|(candidate, _)| (&candidate.rule.product, candidate.rule.group.as_ref())).collect()
        };
        let mut all = judged.iter().flatten().map(sold);
        let first = all.next().unwrap_or_default();
        let certain = all.fold(first, |certain, other| certain.intersection(&other).copied().collect());
        Settled { certain, missing: missing(&judged, sold) }
    }

    /// The areas of each stop at which the rider may alight, each set once.
    fn stops_to_try(&self, span: &Span<'_>) -> Vec<Vec<&str>> {
        if let Some(to) = span.to {
            return vec![self.areas_of(to)];
        }
        let each = self.stop_areas.values().map(|areas| areas.iter().map(AreaId::as_str).collect::<Vec<&str>>());
        let mut sets: BTreeSet<Vec<&str>> = each.collect();
        if self.has_stops_outside_areas || sets.is_empty() {
            sets.insert(Vec::new());
        }
        sets.into_iter().collect()
    }

    /// Moments at which the rider may alight: one for each set of timeframes that can be met within
    /// a day of boarding.
    fn times_to_try(&self, span: &Span<'_>, candidates: &[Candidate<'_>]) -> Vec<Option<DateTime<FixedOffset>>> {
        let groups: BTreeSet<&TimeframeId> =
            candidates.iter().filter_map(|candidate| candidate.rule.to_timeframe.as_ref()).collect();
        if span.alighted_at.is_some() || groups.is_empty() {
            return vec![span.alighted_at];
        }
        let boarded_at = span.boarded_at;
        let frames = groups.iter().filter_map(|group| self.timeframes.get(*group)).flatten();
        let edges: BTreeSet<ClockTime> = frames.flat_map(|frame| [frame.from, frame.until]).collect();
        let mut moments = BTreeSet::from([boarded_at]);
        for day in 0..=1 {
            let midnight =
                boarded_at.date_naive().checked_add_days(Days::new(day)).map(|day| day.and_time(NaiveTime::MIN));
            for edge in edges.iter().chain([&ClockTime::START]) {
                let wall = midnight.and_then(|at| at.checked_add_signed(TimeDelta::seconds(edge.seconds().into())));
                let moment = wall.and_then(|wall| wall.and_local_timezone(*boarded_at.offset()).single());
                moments.extend(moment.filter(|at| *at >= boarded_at && *at - boarded_at <= TimeDelta::days(1)));
            }
        }
        let mut met = BTreeSet::new();
        let within =
            |at: DateTime<FixedOffset>| groups.iter().map(|group| self.is_within(group, at)).collect::<Vec<bool>>();
        moments.into_iter().filter(|at| met.insert(within(*at))).map(Some).collect()
    }

    /// Of each candidate why it applies or does not, where and when the rider alights.
    fn judge(
        &self,
        candidates: &[Candidate<'_>],
        areas: &[&str],
        at: Option<DateTime<FixedOffset>>,
        named: &BTreeSet<&str>,
    ) -> Vec<Why> {
        let mut best = None;
        let mut ranked = Vec::with_capacity(candidates.len());
        for Candidate { rule, is_exact, .. } in candidates {
            let to_area = rule.to_area.as_ref().map(AreaId::as_str);
            let met = match self.meet(to_area, areas, named) {
                Met::Exactly => Ok(*is_exact),
                Met::ByDefault => Ok(false),
                Met::Other => Err(Why::Other(Field::ToArea)),
                Met::NamedElsewhere => Err(Why::NamedElsewhere(Field::ToArea)),
            };
            let is_in_time = |frames: &TimeframeId| at.is_some_and(|at| self.is_within(frames, at));
            let met = match met {
                Ok(_) if !rule.to_timeframe.as_ref().is_none_or(is_in_time) => Err(Why::Other(Field::ToTimeframe)),
                met => met,
            };
            let rank = met.map(|is_exact| if self.has_rule_priority { rule.priority } else { u32::from(is_exact) });
            best = best.max(rank.ok());
            ranked.push(rank);
        }
        let said = |rank| match rank {
            Ok(rank) if Some(rank) == best => Why::Applies,
            Ok(_) => Why::Outranked,
            Err(why) => why,
        };
        ranked.into_iter().map(said).collect()
    }

    /// A field of a rule beside the values of a leg.
    fn meet(&self, own: Option<&str>, values: &[&str], named: &BTreeSet<&str>) -> Met {
        match own {
            Some(own) if values.contains(&own) => Met::Exactly,
            Some(_) => Met::Other,
            None if self.has_rule_priority || values.is_empty() => Met::Exactly,
            None if values.iter().any(|value| !named.contains(value)) => Met::ByDefault,
            None => Met::NamedElsewhere,
        }
    }
}

/// What an answer depends on: answers by stop, then by time.
fn missing<T: PartialEq>(judged: &[Vec<Vec<Why>>], answer: impl Fn(&Vec<Why>) -> T) -> Option<Missing> {
    let answers: Vec<Vec<T>> = judged.iter().map(|times| times.iter().map(&answer).collect()).collect();
    let by_time = answers.iter().any(|times| times.iter().any(|other| Some(other) != times.first()));
    let by_stop = answers.iter().any(|times| Some(times) != answers.first());
    match (by_stop, by_time) {
        (true, true) => Some(Missing::AlightingStopAndTime),
        (true, false) => Some(Missing::AlightingStop),
        (false, true) => Some(Missing::AlightingTime),
        (false, false) => None,
    }
}

/// Orders offers: by currency, then the cheapest first, then by their ids.
pub(super) fn cheaper(one: &Offer, other: &Offer) -> Ordering {
    let key = |offer: &Offer| (offer.amount.currency, offer.amount.amount);
    let ids = |offer: &Offer| {
        let category = offer.category.as_ref().map(|id| id.as_str().to_owned());
        let medium = offer.medium.as_ref().map(|id| id.as_str().to_owned());
        (offer.product.as_str().to_owned(), category, medium, offer.group.as_ref().map(|id| id.as_str().to_owned()))
    };
    key(one).cmp(&key(other)).then_with(|| ids(one).cmp(&ids(other)))
}
