//! What those who ride on one ticket pay: who each is, what each is charged, line by line.

use chrono::{DateTime, NaiveDate, Utc};
use mesto_protocol::base::payments::card_fee;
use mesto_protocol::kernel::ids::{AccountId, QuoteId, RideId, TripId};
use mesto_protocol::kernel::line::{Line, Notice, Params, Vat};
use mesto_protocol::rides::riders::{Companions, LessFor, RideParty, RidesSubject};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::money::{Money, MoneyError};
use mesto_rules::passes::{CategoryId, PassProductId, PassesSection};
use mesto_rules::rides::fares::StopId;
use mesto_rules::rides::fares::cap::Period;
use mesto_rules::rides::{
    BoardNumber, Boarding, ByFeed, Feed, FeedParty, Less, Party, Ridden, Riders, RidesSection, RouteId, SoldLeg,
};
use mesto_rules::{City, CityId, PayMethod};
use serde::{Deserialize, Serialize};

use crate::base::payments::sells::Asked;
use crate::kernel::failure::Outcome;
use crate::kernel::operator::Operator;
use crate::kernel::retention::section_of;
use crate::kernel::store::{Select, Tx};
use crate::passes::held::{self, Holder};
use crate::rides::found::Found;
use crate::rides::refusal;
use crate::rides::tables::{RiddenRow, StateWord};
use crate::values;

/// Who rides on a ticket, what each pays, and by what.
pub(crate) struct Priced {
    /// The rider himself first.
    pub riders: Vec<RideParty>,
    /// By the feed of fares, one for each of these; empty where the city has none.
    by_feed: Vec<FeedParty<RideId>>,
    pub legs: Vec<SoldLeg>,
    /// When the earlier rides were that transfers go on from.
    ridden: Vec<(RideId, DateTime<Utc>)>,
    pub notices: Vec<Notice>,
    /// What it rests on; absent where the city has no feed.
    pub basis: Option<Basis>,
}

/// What a price by a feed rests on besides earlier rides.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Basis {
    at: DateTime<Utc>,
    route: Option<RouteId>,
    pub stop: Option<StopId>,
    persons: u32,
    granted: Vec<CategoryId>,
    pass: Option<(PassProductId, CategoryId)>,
    companions: Vec<(CategoryId, u32)>,
}

/// Most earlier rides that are looked at.
const RIDDEN_MOST: i64 = 1_000;

/// The rides of an account in a city that may change what the next one costs.
fn ridden(account: AccountId, city: &CityId, since: DateTime<Utc>) -> Select<RiddenRow> {
    Select::of(
        "FROM ride WHERE ride.account = $1 AND ride.city = $2 AND ride.registered_at > $3 ORDER BY ride.id DESC LIMIT $4",
        values![account, city, since.timestamp_millis(), RIDDEN_MOST],
    )
}

/// The same by a quote of the account. `None` where no city of the operator has fares that go by
/// earlier rides.
pub(crate) fn ridden_of_quote(operator: &Operator, quote: QuoteId) -> Option<Select<RiddenRow>> {
    let sections = operator.cities.values().filter_map(|city| city.section::<RidesSection>().ok());
    let feeds = sections.filter_map(|rides| rides.feed.as_ref()).filter(|feed| feed.counts_earlier_rides());
    let longest = feeds.map(Feed::looks_back).max()?;
    Some(Select::of(
        "FROM ride WHERE ride.account = (SELECT account FROM quote WHERE quote.id = $1) AND ride.city = (SELECT city FROM quote WHERE quote.id = $1) AND ride.registered_at > (SELECT issued_at FROM quote WHERE quote.id = $1) - CAST($2 AS BIGINT) ORDER BY ride.id DESC LIMIT $3",
        values![quote, longest.num_milliseconds(), RIDDEN_MOST],
    ))
}

/// Who rides on a ticket and what each pays. Fares and benefits go by the calendar day at the stop,
/// passes and caps by the service day. Of who is on board already neither is used again.
pub(crate) fn priced(
    tx: &mut dyn Tx,
    asked: &Asked<'_>,
    subject: &RidesSubject,
    found: &Found,
    is_on_board: bool,
) -> Outcome<Priced> {
    let (city, now) = (asked.city, asked.now);
    let rides = city.section::<RidesSection>()?;
    let passes = section_of::<PassesSection>(city)?;
    let holder = Holder { account: asked.account, city: &city.id, now };
    let (mut granted, mut pass): (Vec<CategoryId>, Option<(PassProductId, CategoryId)>) = (Vec::new(), None);
    let route = found.trip.as_ref().map(|trip| &trip.route);
    if let Some(passes) = passes.filter(|_| !is_on_board) {
        granted = held::categories(tx, holder)?;
        let route = route.and_then(|route| rides.route(route.as_str()));
        let route = route.map(|route| (route.id.as_str(), route.kind.as_str()));
        pass = held::pass_for(tx, holder, passes, found.service_day, route)?;
    }
    let said = |one: &Companions| (one.category.clone(), one.persons);
    let companions: Vec<(CategoryId, u32)> = subject.companions.iter().map(said).collect();
    let Some(feed) = &rides.feed else {
        let riders = Riders {
            persons: subject.persons,
            granted: &granted,
            pass: pass.as_ref().map(|(_, category)| category),
            companions: &companions,
        };
        let parties = rides.parties(city.local_day(now), riders, passes).map_err(refusal::fare)?;
        let product = pass.as_ref().map(|(product, _)| product);
        return Ok(Priced {
            riders: parties.into_iter().map(|party| told(party, product)).collect(),
            by_feed: Vec::new(),
            legs: Vec::new(),
            ridden: Vec::new(),
            notices: Vec::new(),
            basis: None,
        });
    };
    let stop = found.stop(now, feed, rides).cloned();
    let route = route.cloned();
    let basis = Basis { at: now, route, stop, persons: subject.persons, granted, pass, companions };
    let earlier = match feed.counts_earlier_rides() {
        true => tx.all(ridden(asked.account, &city.id, now - feed.looks_back()))?,
        false => Vec::new(),
    };
    let trip = found.trip.as_ref().map(|trip| trip.id);
    by_feed(city, basis, (&found.vehicle.board, trip, found.service_day), &earlier)
}

/// The same by the feed of a city and what it rests on.
pub(crate) fn by_feed(
    city: &City,
    basis: Basis,
    (board, trip, service_day): (&BoardNumber, Option<TripId>, NaiveDate),
    earlier: &[RiddenRow],
) -> Outcome<Priced> {
    let (rides, passes) = (city.section::<RidesSection>()?, section_of::<PassesSection>(city)?);
    // Another city of the operator may look back further.
    let since = rides.feed.as_ref().map(|feed| basis.at - feed.looks_back());
    let earlier: Vec<&RiddenRow> =
        earlier.iter().filter(|row| since.is_none_or(|since| row.registered_at > since)).collect();
    let legs = earlier.iter().map(|row| row.legs.read()).collect::<Result<Vec<_>, _>>()?;
    let id = |trip: Option<TripId>| trip.map(|trip| trip.to_string());
    let trips: Vec<Option<String>> = earlier.iter().map(|row| id(row.trip)).collect();
    let known = earlier.iter().zip(&trips).zip(&legs).map(|((row, trip), legs)| Ridden {
        id: row.id,
        vehicle: row.board.as_str(),
        trip: trip.as_deref(),
        route: row.route.as_ref().map(RouteId::as_str),
        stop: row.stop.as_ref().map(StopId::as_str),
        service_day: row.service_day,
        registered_at: row.registered_at,
        is_void: row.state == StateWord::Voided,
        legs,
    });
    let known: Vec<Ridden<'_, RideId>> = known.collect();
    let trip = id(trip);
    let boarding = Boarding {
        vehicle: board.as_str(),
        trip: trip.as_deref(),
        route: basis.route.as_ref().map(RouteId::as_str),
        stop: basis.stop.as_ref().map(StopId::as_str),
        service_day,
        at: basis.at,
    };
    let riders = Riders {
        persons: basis.persons,
        granted: &basis.granted,
        pass: basis.pass.as_ref().map(|(_, category)| category),
        companions: &basis.companions,
    };
    let ByFeed { parties, legs, is_unmeasured } =
        rides.by_feed(&city.sections.time, &boarding, &known, riders, passes).map_err(refusal::fare)?;
    let product = basis.pass.as_ref().map(|(product, _)| product);
    let party = |one: &FeedParty<RideId>| RideParty {
        single: (one.party.less == Some(Less::Tariff)).then_some(one.single),
        ..told(one.party.clone(), product)
    };
    let notice =
        Notice { kind: "rides.transfer_not_measured".to_owned(), params: Params::default(), is_surprise: false };
    Ok(Priced {
        riders: parties.iter().map(party).collect(),
        by_feed: parties,
        legs,
        ridden: earlier.iter().map(|row| (row.id, row.registered_at)).collect(),
        notices: is_unmeasured.then_some(notice).into_iter().collect(),
        basis: Some(basis),
    })
}

fn told(party: Party, pass: Option<&PassProductId>) -> RideParty {
    RideParty {
        category: party.category,
        persons: party.persons,
        full: party.full,
        each: party.each,
        single: None,
        less: party.less.map(|less| match less {
            Less::Benefit => LessFor::Benefit,
            Less::Pass => LessFor::Pass,
            Less::FreeDay => LessFor::FreeDay,
            Less::Tariff => LessFor::Tariff,
        }),
        pass: pass.filter(|_| party.less == Some(Less::Pass)).cloned(),
    }
}

/// Whether somebody pays less for what he is.
pub(crate) fn has_benefit(party: &RideParty) -> bool {
    let is_less = |single: &Money| single.amount < party.full.amount;
    party.less == Some(LessFor::Benefit) || party.single.as_ref().is_some_and(is_less)
}

/// What the fare is of all; `None` of nobody. What a transfer or a cap takes off is no part of it:
/// nobody bears that.
pub(crate) fn full(riders: &[RideParty]) -> Result<Option<Money>, MoneyError> {
    sum(riders.iter().map(|party| borne(party)?.checked_mul(party.persons)))
}

/// The fare of each as it is told to who bears what is not paid of it.
pub(crate) fn borne(party: &RideParty) -> Result<Money, MoneyError> {
    match &party.single {
        Some(single) => party.full.checked_sub(single)?.checked_add(&party.each),
        None => Ok(party.full),
    }
}

fn sum(amounts: impl Iterator<Item = Result<Money, MoneyError>>) -> Result<Option<Money>, MoneyError> {
    let mut total: Option<Money> = None;
    for amount in amounts {
        let amount = amount?;
        total = Some(total.map_or(Ok(amount), |total| total.checked_add(&amount))?);
    }
    Ok(total)
}

/// The price line by line: the fare of all, what of it is not paid and why, the fee of a card.
pub(crate) fn lines(asked: &Asked<'_>, rides: &RidesSection, priced: &Priced) -> Outcome<(Vec<Line>, Money)> {
    let riders = &priced.riders;
    let mut lines: Vec<Line> = Vec::new();
    let line = |kind: &str, params: Params, amount: Money| Line {
        kind: kind.to_owned(),
        params,
        amount,
        vat: Vat::out_of_scope(),
        seller: None,
    };
    let of = |persons: u32| Params::default().with("persons", persons);
    let mut same_fare: Vec<(Money, u32)> = Vec::new();
    for party in riders {
        match same_fare.iter_mut().find(|(full, _)| *full == party.full) {
            Some((_, persons)) => *persons = persons.saturating_add(party.persons),
            None => same_fare.push((party.full, party.persons)),
        }
    }
    for (each, persons) in same_fare {
        lines.push(line("rides.fare", of(persons).with("each", each), each.checked_mul(persons)?));
    }
    for (place, party) in riders.iter().enumerate() {
        let less = |from: Money, to: Money| -> Result<Money, MoneyError> {
            to.checked_mul(party.persons)?.checked_sub(&from.checked_mul(party.persons)?)
        };
        let kind = match &party.less {
            None | Some(LessFor::Other(_)) => continue,
            Some(LessFor::Benefit) => "rides.benefit",
            Some(LessFor::Pass) => "rides.pass",
            Some(LessFor::FreeDay) => "rides.free_day",
            Some(LessFor::Tariff) => {
                let Some(by) = priced.by_feed.get(place) else { continue };
                if by.single.amount < party.full.amount {
                    lines.push(line("rides.benefit", of(party.persons), less(party.full, by.single)?));
                }
                if let Some(from) = by.from.filter(|_| by.transferred.amount < by.single.amount) {
                    let at = priced.ridden.iter().find(|(ride, _)| *ride == from).map(|(_, at)| at);
                    let params = of(party.persons).with("ride", from).with("ridden_at", at);
                    lines.push(line("rides.transfer", params, less(by.single, by.transferred)?));
                }
                let cap = by.cap.and_then(|place| rides.feed.as_ref()?.caps.all().get(place));
                if let Some(cap) = cap.filter(|_| party.each.amount < by.transferred.amount) {
                    let kind = match cap.per {
                        Period::Day => "rides.day_cap",
                        Period::Week { .. } => "rides.week_cap",
                    };
                    let params = of(party.persons).with("at_most", cap.at_most);
                    lines.push(line(kind, params, less(by.transferred, party.each)?));
                }
                continue;
            }
        };
        lines.push(line(kind, of(party.persons), less(party.full, party.each)?));
    }
    let fare = sum(riders.iter().map(|party| party.each.checked_mul(party.persons)))?;
    let fare = fare.unwrap_or_else(|| Money::zero(asked.city.currency));
    let mut allowed = rides.pay.clone();
    if fare.is_zero() {
        // No bank takes nothing.
        allowed.retain(|method| *method == PayMethod::Deposit);
    }
    let Some(method) = asked.pay.in_rules().filter(|method| allowed.contains(method)) else {
        let detail = if fare.is_zero() {
            "nothing is to be paid: confirm it from the balance"
        } else {
            "rides are not paid this way here"
        };
        return Err(Problem::new(ProblemCode::PaymentMethodNotAllowed, detail)
            .with("method", asked.pay)
            .with("allowed", allowed)
            .into());
    };
    let card = &asked.city.sections.wallet.card;
    let fee = card.fee_on(fare, method).map_err(|unknown| {
        let detail = "what the bank takes for a card is not known, so nothing is sold by card";
        Problem::new(ProblemCode::CardFeeUnknown, detail).with("below", unknown.below)
    })?;
    lines.extend(fee.map(|fee| card_fee(fee, card.free_from)));
    let total = fee.map_or(Ok(fare), |fee| fare.checked_add(&fee))?;
    Ok((lines, total))
}
