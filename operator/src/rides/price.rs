//! What those who ride on one ticket pay: who each is, what each is charged, line by line.

use chrono::NaiveDate;
use mesto_protocol::base::payments::card_fee;
use mesto_protocol::kernel::line::{Line, Params, Vat};
use mesto_protocol::rides::riders::{Companions, LessFor, RideParty, RidesSubject};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::PayMethod;
use mesto_rules::money::{Money, MoneyError};
use mesto_rules::passes::{CategoryId, PassProductId, PassesSection};
use mesto_rules::rides::{Less, Party, Riders, RidesSection};

use crate::base::payments::sells::Asked;
use crate::kernel::failure::Outcome;
use crate::kernel::retention::section_of;
use crate::kernel::store::Tx;
use crate::passes::held::{self, Holder};
use crate::rides::refusal;
use crate::rides::tables::TripRow;

/// Who rides on a ticket and what each pays. Fares and benefits go by the calendar day at the stop,
/// passes by the service day. Of who is on board already neither is used again.
pub(crate) fn riders(
    tx: &mut dyn Tx,
    asked: &Asked<'_>,
    subject: &RidesSubject,
    (trip, service_day): (Option<&TripRow>, NaiveDate),
    is_on_board: bool,
) -> Outcome<Vec<RideParty>> {
    let (city, now) = (asked.city, asked.now);
    let rides = city.section::<RidesSection>()?;
    let passes = section_of::<PassesSection>(city)?;
    let holder = Holder { account: asked.account, city: &city.id, now };
    let (mut granted, mut pass): (Vec<CategoryId>, Option<(PassProductId, CategoryId)>) = (Vec::new(), None);
    if let Some(passes) = passes.filter(|_| !is_on_board) {
        granted = held::categories(tx, holder)?;
        let route = trip.and_then(|trip| rides.route(trip.route.as_str()));
        let route = route.map(|route| (route.id.as_str(), route.kind.as_str()));
        pass = held::pass_for(tx, holder, passes, service_day, route)?;
    }
    let said = |one: &Companions| (one.category.clone(), one.persons);
    let companions: Vec<(CategoryId, u32)> = subject.companions.iter().map(said).collect();
    let asked_for = Riders {
        persons: subject.persons,
        granted: &granted,
        pass: pass.as_ref().map(|(_, category)| category),
        companions: &companions,
    };
    let today = city.sections.time.local(now).date_naive();
    let parties = rides.parties(today, asked_for, passes).map_err(refusal::fare)?;
    Ok(parties.into_iter().map(|party| told(party, pass.as_ref().map(|(product, _)| product))).collect())
}

fn told(party: Party, pass: Option<&PassProductId>) -> RideParty {
    RideParty {
        category: party.category,
        persons: party.persons,
        full: party.full,
        each: party.each,
        less: party.less.map(|less| match less {
            Less::Benefit => LessFor::Benefit,
            Less::Pass => LessFor::Pass,
            Less::FreeDay => LessFor::FreeDay,
        }),
        pass: pass.filter(|_| party.less == Some(Less::Pass)).cloned(),
    }
}

/// What the fare is of all; `None` of nobody.
pub(crate) fn full(riders: &[RideParty]) -> Result<Option<Money>, MoneyError> {
    sum(riders.iter().map(|party| party.full.checked_mul(party.persons)))
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
pub(crate) fn lines(asked: &Asked<'_>, rides: &RidesSection, riders: &[RideParty]) -> Outcome<(Vec<Line>, Money)> {
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
    for party in riders {
        let kind = match &party.less {
            None => continue,
            Some(LessFor::Benefit) => "rides.benefit",
            Some(LessFor::Pass) => "rides.pass",
            Some(LessFor::FreeDay) => "rides.free_day",
            Some(LessFor::Tariff | LessFor::Other(_)) => "rides.tariff",
        };
        let less = party.full.checked_mul(party.persons)?;
        let less = party.each.checked_mul(party.persons)?.checked_sub(&less)?;
        lines.push(line(kind, of(party.persons), less));
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
