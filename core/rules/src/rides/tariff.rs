//! What those on a ticket pay by the city's feed: the leg, less what a transfer or a cap takes off.
//!
//! Everybody on a ticket is a person of his own: the rider himself, and the first, second, ... of
//! each category of those who ride along, who is taken to be the same one as on the tickets before.
//! What was sold to each stands with his ride as a [`SoldLeg`]; the next ride goes by it. Nothing
//! is guessed: a fare that depends on a route or a stop that is not known is no fare.

use super::fare::{FareError, Less, Missing, Party, Riders};
use super::fares::cap::Charged;
use super::fares::{
    Fares, Held, Journey, JourneyOutcome, Leg, LegFare, LegGroupId, LegLine, Line, NetworkId, Outcome, ProductId,
    Rider, StopId,
};
use super::feed::Feed;
use super::section::{RidesSection, Route};
use crate::kernel::city::City;
use crate::kernel::money::Money;
use crate::kernel::sort::sort_by_key;
use crate::kernel::time::TimeRules;
use crate::passes::{Category, CategoryId, PassesSection, Pays};
use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Longest row of rides each of which went on from the one before.
const CHAIN_MOST: usize = 64;

/// One of those on a ticket.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Who {
    /// The rider himself.
    Rider,
    /// So many-th of those of a category who ride along, from 0 on.
    Companion {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        category: Option<CategoryId>,
        place: u32,
    },
}

/// What was sold to one of those on a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoldLeg {
    pub who: Who,
    pub product: ProductId,
    /// Transfers go by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<LegGroupId>,
    pub charged: Money,
    /// It was priced by itself: no transfer led to it.
    pub begins: bool,
}

/// An earlier ride of the account in the city.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ridden<'a, Id> {
    pub id: Id,
    /// The vehicle, by whatever names it.
    pub vehicle: &'a str,
    /// The trip, where it was known.
    pub trip: Option<&'a str>,
    pub route: Option<&'a str>,
    pub stop: Option<&'a str>,
    pub service_day: NaiveDate,
    pub registered_at: DateTime<Utc>,
    pub is_void: bool,
    /// Empty where the price did not come from the feed: on a free day, by a pass.
    pub legs: &'a [SoldLeg],
}

/// A ride that is to be sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Boarding<'a> {
    pub vehicle: &'a str,
    pub trip: Option<&'a str>,
    pub route: Option<&'a str>,
    pub stop: Option<&'a str>,
    pub service_day: NaiveDate,
    pub at: DateTime<Utc>,
}

/// Those on a ticket who pay the same, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedParty<Id> {
    pub party: Party,
    /// What a ride by itself costs each.
    pub single: Money,
    /// The same after a transfer from an earlier ride.
    pub transferred: Money,
    /// The ride that is transferred from.
    pub from: Option<Id>,
    /// The cap of which that is the rest: its place in [`Feed::caps`].
    pub cap: Option<usize>,
}

/// What a ticket costs by the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByFeed<Id> {
    /// The rider himself first.
    pub parties: Vec<FeedParty<Id>>,
    /// What is sold to each; to be kept with the ride.
    pub legs: Vec<SoldLeg>,
    /// Whether a transfer was not given because it is measured by when or where the rider alighted
    /// before.
    pub is_unmeasured: bool,
}

/// A leg by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Alone<'a> {
    price: Money,
    product: ProductId,
    group: Option<LegGroupId>,
    line: Line<'a>,
    stop: &'a str,
}

/// What one person pays.
#[derive(Debug, Clone)]
struct Paid<Id> {
    category: Option<CategoryId>,
    single: Money,
    transferred: Money,
    each: Money,
    from: Option<Id>,
    cap: Option<usize>,
    leg: SoldLeg,
    is_unmeasured: bool,
}

/// By what a category pays.
#[derive(Clone, Copy)]
struct Own<'a> {
    category: Option<&'a Category>,
    /// In the feed.
    of_feed: Option<&'a str>,
    /// Its share of that.
    pays: Option<Pays>,
}

/// A ride that is being priced.
struct Pricing<'a, Id> {
    rides: &'a RidesSection,
    feed: &'a Feed,
    fares: &'a Fares,
    time: &'a TimeRules,
    boarding: &'a Boarding<'a>,
    /// Oldest first.
    earlier: Vec<&'a Ridden<'a, Id>>,
    /// Somebody rides on the same trip again: that is another person, whom no ride is known of.
    is_apart: bool,
}

impl RidesSection {
    /// What those on a ticket pay by the feed; as [`RidesSection::parties`] where the city has
    /// one. A free day goes before a pass, a pass before what the rider is, that before a transfer,
    /// and a transfer before a cap.
    ///
    /// # Errors
    /// [`FareError`]
    pub fn by_feed<Id: Copy + Ord>(
        &self,
        time: &TimeRules,
        boarding: &Boarding<'_>,
        earlier: &[Ridden<'_, Id>],
        riders: Riders<'_>,
        passes: Option<&PassesSection>,
    ) -> Result<ByFeed<Id>, FareError> {
        let feed = self.feed.as_ref().ok_or(FareError::Unknown)?;
        let today = time.local(boarding.at).date_naive();
        let fares = feed.fares_on(today).ok_or(FareError::Unknown)?;
        let companions = riders.companions(passes)?;
        let mut oldest_first: Vec<&Ridden<'_, Id>> = earlier.iter().collect();
        sort_by_key(&mut oldest_first, |one| (one.registered_at, one.id));
        let pricing = Pricing {
            rides: self,
            feed,
            fares,
            time,
            boarding,
            is_apart: earlier.iter().any(|one| self.is_same_ride(one, boarding)),
            earlier: oldest_first,
        };
        pricing.ticket(riders, &companions, passes, self.is_free_on(today))
    }

    /// Whether an earlier ride and this one are one ride of a vehicle.
    fn is_same_ride<Id>(&self, one: &Ridden<'_, Id>, boarding: &Boarding<'_>) -> bool {
        let is_near = || {
            let ago = boarding.at - one.registered_at;
            one.vehicle == boarding.vehicle && ago < TimeDelta::minutes(self.policy.repeat_minutes.into())
        };
        !one.is_void
            && match (one.trip, boarding.trip) {
                (Some(one), Some(other)) => one == other,
                _ => is_near(),
            }
    }

    /// What a ride by itself costs a rider of these categories, where that is the same on every
    /// route and at every stop; `None` where it is not, or not known.
    #[must_use]
    pub fn usual_fare(&self, city: &City, now: DateTime<Utc>, granted: &[CategoryId]) -> Option<Money> {
        let (local, passes) = (city.sections.time.local(now), city.section::<PassesSection>().ok());
        let today = local.date_naive();
        let Some(feed) = &self.feed else {
            let full = *self.fare_on(today)?.known()?;
            return passes.map_or(Some(full), |passes| Some(passes.cheapest(granted.iter(), full).ok()??.1));
        };
        let (fares, medium) = (feed.fares_on(today)?, feed.medium.as_ref().map(AsRef::as_ref));
        let of = |category| {
            let rider = Rider { category, medium };
            self.alone(fares, (None, None), local, &rider).ok().map(|alone| alone.price)
        };
        let full = of(feed.default_category(passes))?;
        let Some(passes) = passes else { return Some(full) };
        let held = granted.iter().filter_map(|id| passes.category(id.as_str()));
        let own = passes.default_category().into_iter().chain(held).filter_map(|category| {
            match feed.categories.get(&category.id) {
                Some(in_feed) => of(Some(in_feed.as_str())),
                None => category.pays.known()?.of(full).ok(),
            }
        });
        own.min_by_key(|price| price.amount)
    }

    /// What a ride by a transport card costs whoever nothing else is known of; `None` where that
    /// goes by what is not known, earlier rides by the card among it.
    #[must_use]
    pub fn card_fare(&self, city: &City, at: DateTime<Utc>, route: Option<&str>) -> Option<Money> {
        let (local, passes) = (city.sections.time.local(at), city.section().ok());
        let Some(feed) = &self.feed else { return self.fare_on(local.date_naive())?.known().copied() };
        let fares = feed.fares_on(local.date_naive()).filter(|_| !feed.counts_earlier_rides())?;
        if feed.card_medium.is_none() && !fares.media.is_empty() {
            return None;
        }
        let medium = feed.card_medium.as_ref().map(AsRef::as_ref);
        let rider = Rider { category: feed.default_category(passes), medium };
        self.alone(fares, (route, None), local, &rider).ok().map(|alone| alone.price)
    }

    /// Lines of the feed that a ride may be on, and stops where it may begin: one for each that
    /// makes a difference.
    fn spots<'a>(
        &'a self,
        fares: &'a Fares,
        (route, stop): (Option<&'a str>, Option<&'a str>),
    ) -> (Vec<Line<'a>>, Vec<&'a str>) {
        let in_feed = |route: &'a Route| route.in_feed.as_ref().map_or(route.id.as_str(), AsRef::as_ref);
        let lines = match route {
            Some(id) => vec![Line::Route(self.route(id).map_or(id, in_feed))],
            None => {
                let network = |route: &'a Route| fares.route_networks.get(in_feed(route)).map(NetworkId::as_str);
                let networks: BTreeSet<Option<&str>> = self.routes.iter().map(network).collect();
                // A route that nobody can name is in no network.
                networks.into_iter().map(|network| network.map_or(Line::Route(""), Line::Network)).collect()
            }
        };
        let stops = match stop {
            Some(stop) => vec![stop],
            None if !fares.goes_by_boarding() => vec![""],
            None => {
                let mut sets = BTreeSet::new();
                let first_of_each = fares.stop_areas.iter().filter(|(_, areas)| sets.insert(*areas));
                let known = first_of_each.map(|(stop, _)| stop.as_str());
                // Nor has such a stop an area.
                known.chain(Some("").filter(|_| fares.has_stops_outside_areas)).collect()
            }
        };
        (lines, stops)
    }

    /// What a leg by itself costs a rider, the cheapest where several products may be bought.
    fn alone<'a>(
        &'a self,
        fares: &'a Fares,
        (route, stop): (Option<&'a str>, Option<&'a str>),
        boarded_at: DateTime<FixedOffset>,
        rider: &Rider<'_>,
    ) -> Result<Alone<'a>, FareError> {
        if rider.medium.is_none() && !fares.media.is_empty() {
            return Err(FareError::Unknown);
        }
        let (lines, stops) = self.spots(fares, (route, stop));
        let mut found: Option<Alone<'a>> = None;
        for (line_place, line) in lines.iter().enumerate() {
            for stop in &stops {
                let leg = Leg { line: *line, from: stop, to: None, boarded_at, alighted_at: None, held: None };
                let LegFare { outcome, offers, .. } = fares.leg(&leg, rider);
                // Offers come cheapest first.
                let offer = match (outcome, offers.into_iter().next()) {
                    (Outcome::Priced, Some(offer)) => offer,
                    (Outcome::Undecided(_), _) => return Err(FareError::Depends { on: Missing::Alighting }),
                    _ => return Err(FareError::Unknown),
                };
                let price = not_below_zero(offer.amount);
                let alone = Alone { price, product: offer.product, group: offer.group, line: *line, stop };
                match &found {
                    None => found = Some(alone),
                    Some(known)
                        if (&known.product, &known.group, known.price)
                            != (&alone.product, &alone.group, alone.price) =>
                    {
                        let on = if line_place == 0 { Missing::Stop } else { Missing::Route };
                        return Err(FareError::Depends { on });
                    }
                    Some(_) => {}
                }
            }
        }
        found.ok_or(FareError::Unknown)
    }
}

fn not_below_zero(price: Money) -> Money {
    if price.amount.is_sign_negative() { Money::zero(price.currency) } else { price }
}

/// What a journey costs, and its last leg.
fn priced(journey: &Journey) -> Result<(Money, &LegLine), JourneyOutcome> {
    let way = journey.ways.first().ok_or(journey.outcome)?;
    let leg = way.parts.last().and_then(|part| part.legs.last()).ok_or(JourneyOutcome::NoLegs)?;
    Ok((way.total, leg))
}

impl<Id: Copy + Ord> Pricing<'_, Id> {
    fn ticket(
        &self,
        riders: Riders<'_>,
        companions: &[(Option<&Category>, u32)],
        passes: Option<&PassesSection>,
        is_free_day: bool,
    ) -> Result<ByFeed<Id>, FareError> {
        let default = passes.and_then(PassesSection::default_category);
        let local = self.time.local(self.boarding.at);
        let usual = self.rider(self.feed.default_category(passes));
        let fare = self.rides.alone(self.fares, self.place(), local, &usual)?.price;
        let mut ticket = ByFeed { parties: Vec::new(), legs: Vec::new(), is_unmeasured: false };
        // Nobody pays, or he does not: the ride is none that fares go by.
        let nothing = |category: Option<CategoryId>, less: Less| {
            let zero = Money::zero(fare.currency);
            let less = (!fare.is_zero()).then_some(less);
            let party = Party { category, persons: 1, full: fare, each: zero, less };
            FeedParty { party, single: fare, transferred: fare, from: None, cap: None }
        };
        let id = |category: Option<&Category>| category.map(|category| category.id.clone());
        let own = if is_free_day {
            None
        } else {
            let granted = riders.granted.iter().filter_map(|id| passes.and_then(|passes| passes.category(id.as_str())));
            Some(self.cheapest(std::iter::once(default).chain(granted.map(Some)), passes)?)
        };
        match (own, riders.pass) {
            (None, _) => ticket.add(nothing(id(default), Less::FreeDay)),
            (Some(own), Some(pass)) if !own.single.is_zero() => {
                ticket.add(nothing(Some(pass.clone()), Less::Pass));
            }
            (Some(own), _) => ticket.sold(own, fare),
        }
        for (category, persons) in companions {
            for place in 0..*persons {
                if is_free_day {
                    ticket.add(nothing(id(*category), Less::FreeDay));
                    continue;
                }
                let who = Who::Companion { category: id(*category), place };
                ticket.sold(self.paid(who, self.own(*category, passes)?)?, fare);
            }
        }
        if self.is_apart {
            ticket.legs.clear();
        }
        Ok(ticket)
    }

    fn rider<'r>(&'r self, category: Option<&'r str>) -> Rider<'r> {
        Rider { category, medium: self.feed.medium.as_ref().map(AsRef::as_ref) }
    }

    fn place(&self) -> (Option<&str>, Option<&str>) {
        (self.boarding.route, self.boarding.stop)
    }

    /// By what a category pays.
    fn own<'c>(
        &'c self,
        category: Option<&'c Category>,
        passes: Option<&'c PassesSection>,
    ) -> Result<Own<'c>, FareError> {
        let Some(own) = category else { return Ok(Own { category, of_feed: None, pays: None }) };
        if let Some(of_feed) = self.feed.categories.get(&own.id) {
            return Ok(Own { category, of_feed: Some(of_feed.as_str()), pays: None });
        }
        let pays = *own.pays.known().ok_or(FareError::Unknown)?;
        Ok(Own { category, of_feed: self.feed.default_category(passes), pays: Some(pays) })
    }

    /// Of several categories of the rider that by which he pays least; what is not known of one is
    /// passed over.
    fn cheapest<'c>(
        &self,
        categories: impl Iterator<Item = Option<&'c Category>>,
        passes: Option<&PassesSection>,
    ) -> Result<Paid<Id>, FareError> {
        let mut best: Option<Paid<Id>> = None;
        for category in categories {
            let paid = match self.own(category, passes).and_then(|own| self.paid(Who::Rider, own)) {
                Ok(paid) => paid,
                Err(FareError::Unknown) => continue,
                Err(why) => return Err(why),
            };
            let key = |paid: &Paid<Id>| (paid.each.amount, paid.single.amount);
            if best.as_ref().is_none_or(|best| key(&paid) < key(best)) {
                best = Some(paid);
            }
        }
        best.ok_or(FareError::Unknown)
    }

    /// What one person pays.
    fn paid(&self, who: Who, own: Own<'_>) -> Result<Paid<Id>, FareError> {
        let rider = self.rider(own.of_feed);
        let local = self.time.local(self.boarding.at);
        let alone = self.rides.alone(self.fares, self.place(), local, &rider)?;
        let share = |price: Money| own.pays.map_or(Ok(price), |pays| pays.of(price));
        let (mut price, mut product, mut group, mut from) = (alone.price, &alone.product, &alone.group, None);
        let (gone_on, is_unmeasured) = self.gone_on(&who, &alone, &rider);
        if let Some(transfer) = &gone_on {
            (price, product, group, from) = (transfer.price, &transfer.product, &transfer.group, Some(transfer.from));
        }
        let (single, transferred) = (share(alone.price)?, share(price)?);
        let (mut each, mut cap) = (transferred, None);
        if !self.is_apart {
            let before = self.charged(&who);
            let capped = self.feed.caps.charge(&before, self.boarding.service_day, product, transferred)?;
            (each, cap) = (capped.amount, capped.tightest);
        }
        let leg =
            SoldLeg { who, product: product.clone(), group: group.clone(), charged: each, begins: from.is_none() };
        let category = own.category.map(|category| category.id.clone());
        Ok(Paid { category, single, transferred, each, from, cap, leg, is_unmeasured })
    }

    /// What was charged to a person before.
    fn charged(&self, who: &Who) -> Vec<Charged> {
        let good = self.earlier.iter().filter(|ride| !ride.is_void);
        let of_person =
            good.flat_map(|ride| ride.legs.iter().map(move |leg| (ride, leg))).filter(|(_, leg)| leg.who == *who);
        let charged = |(ride, leg): (&&Ridden<'_, Id>, &SoldLeg)| Charged {
            charged_on: ride.service_day,
            product: leg.product.clone(),
            amount: leg.charged,
        };
        of_person.map(charged).collect()
    }

    /// The rides of a person that a transfer may go on from, each gone on from the one before.
    /// Empty where the first of them was voided: what rests on it is good, and leads no further.
    fn chain(&self, who: &Who) -> Vec<(&Ridden<'_, Id>, &SoldLeg)> {
        let mut chain = Vec::new();
        for ride in self.earlier.iter().rev() {
            let Some(leg) = ride.legs.iter().find(|leg| leg.who == *who) else { continue };
            if ride.is_void {
                if leg.begins && !chain.is_empty() {
                    return Vec::new();
                }
                continue;
            }
            chain.push((*ride, leg));
            if leg.begins {
                chain.reverse();
                return chain;
            }
            if chain.len() >= CHAIN_MOST {
                return Vec::new();
            }
        }
        Vec::new()
    }

    /// The ride as one that goes on from earlier ones, where a transfer rule connects it and it is
    /// no dearer than by itself; and whether a rule was left out because nobody knows when or where
    /// the rider alighted.
    fn gone_on(&self, who: &Who, alone: &Alone<'_>, rider: &Rider<'_>) -> (Option<Transfer<Id>>, bool) {
        let chain = if self.is_apart { Vec::new() } else { self.chain(who) };
        let Some((last, _)) = chain.last().copied() else { return (None, false) };
        let mut legs: Vec<Leg<'_>> =
            chain.iter().filter_map(|(ride, leg)| self.earlier_leg(ride, leg, rider)).collect();
        if legs.len() < chain.len() {
            return (None, false);
        }
        let Ok(before) = priced(&self.fares.journey(&legs, rider)).map(|(total, _)| total) else {
            return (None, false);
        };
        let boarded_at = self.time.local(self.boarding.at);
        legs.push(Leg { line: alone.line, from: alone.stop, to: None, boarded_at, alighted_at: None, held: None });
        let journey = self.fares.journey(&legs, rider);
        let is_unmeasured =
            matches!(journey.outcome, JourneyOutcome::NeedsArrival { .. } | JourneyOutcome::NeedsAlightingStop { .. });
        let is_connected =
            journey.ways.first().and_then(|way| way.parts.last()).is_some_and(|part| part.legs.len() > 1);
        let Ok((total, leg)) = priced(&journey) else { return (None, is_unmeasured) };
        let Ok(price) = total.checked_sub(&before) else { return (None, is_unmeasured) };
        let price = not_below_zero(price);
        if !is_connected || price.amount > alone.price.amount {
            return (None, is_unmeasured);
        }
        let (product, group) = (leg.offer.product.clone(), leg.offer.group.clone());
        (Some(Transfer { price, product, group, from: last.id }), is_unmeasured)
    }

    /// An earlier ride as a leg with what was bought for it.
    fn earlier_leg<'l>(&'l self, ride: &'l Ridden<'l, Id>, sold: &'l SoldLeg, rider: &Rider<'_>) -> Option<Leg<'l>> {
        let held = Some(Held { product: sold.product.as_str(), group: sold.group.as_ref().map(AsRef::as_ref) });
        // A ride that was confirmed by another phone since the price was asked for goes before it.
        let boarded_at = self.time.local(ride.registered_at.min(self.boarding.at));
        let (lines, stops) = self.rides.spots(self.fares, (ride.route, ride.stop));
        let legs = lines.iter().flat_map(|line| {
            stops.iter().map(|from| Leg { line: *line, from, to: None, boarded_at, alighted_at: None, held })
        });
        let mut legs: Vec<Leg<'l>> = legs.collect();
        let place = legs.iter().position(|leg| self.fares.leg(leg, rider).outcome == Outcome::Priced)?;
        Some(legs.swap_remove(place))
    }
}

/// A ride that goes on from another one.
struct Transfer<Id> {
    price: Money,
    product: ProductId,
    group: Option<LegGroupId>,
    from: Id,
}

impl<Id: Copy + Ord> ByFeed<Id> {
    /// One more on the ticket, to whom it is sold.
    fn sold(&mut self, paid: Paid<Id>, fare: Money) {
        let Paid { category, single, transferred, each, from, cap, leg, is_unmeasured } = paid;
        let full = if single.amount > fare.amount { single } else { fare };
        let less = if each.amount < single.amount {
            Some(Less::Tariff)
        } else {
            (single.amount < full.amount).then_some(Less::Benefit)
        };
        self.legs.push(leg);
        self.is_unmeasured |= is_unmeasured;
        self.add(FeedParty { party: Party { category, persons: 1, full, each, less }, single, transferred, from, cap });
    }

    fn add(&mut self, one: FeedParty<Id>) {
        let same = |known: &&mut FeedParty<Id>| {
            let persons = known.party.persons;
            let party = Party { persons, ..one.party.clone() };
            FeedParty { party, ..one.clone() } == **known
        };
        match self.parties.iter_mut().find(same) {
            Some(known) => known.party.persons = known.party.persons.saturating_add(one.party.persons),
            None => self.parties.push(one),
        }
    }
}

impl RidesSection {
    /// Whether a stop may be told of a vehicle: one of the feed.
    #[must_use]
    pub fn has_stop(&self, day: NaiveDate, stop: &StopId) -> bool {
        let fares = self.feed.as_ref().and_then(|feed| feed.fares_on(day));
        fares.is_none_or(|fares| fares.has_stop(stop.as_str()))
    }
}
