//! A ride as it is sold: what is shown for checking (AV-65), and its registration (AV-68).

use std::iter;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use mesto_protocol::base::payments::CARD_FEE;
use mesto_protocol::kernel::ids::{AccountId, QuoteId, RideId, TripId};
use mesto_protocol::kernel::json::Json as OnTheWire;
use mesto_protocol::kernel::line::Line;
use mesto_protocol::rides::riders::{
    LessFor, RideChannel, RideParty, RideTrip, RideVehicle, RidesOffer, RidesOutcome, RidesSubject,
};
use mesto_protocol::rides::signed::SignedRide;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::City;
use mesto_rules::passes::PassesSection;
use mesto_rules::rides::{Earlier, PaidInControl, RideState, RidesSection, TicketTime, Trip, is_taken_over, repeated};
use serde::{Deserialize, Serialize};

use crate::base::payments::sells::{Asked, Delivered, Delivery, Priced, Sells};
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::ledger::LedgerAccount;
use crate::kernel::limits::too_many;
use crate::kernel::operator::Operator;
use crate::kernel::retention::section_of;
use crate::kernel::signed_codes::{self, ToShow};
use crate::kernel::store::{Ask, Json, Select, StoreError, Tx, Write};
use crate::rides::found::{self, Found};
use crate::rides::tables::{ChannelWord, CodeRow, ReducedRow, RideRow, StateWord, TripRow, VehicleRow};
use crate::rides::{NAME, RIDE, price, riders};
use crate::{find, values};

pub(crate) const SELLS: Sells = Sells { service: NAME, price, deliver, outcome, settles_debts: false, prefetch };

/// The issue of a code that comes with its ride.
const FIRST_ISSUE: u32 = 1;
/// How many of an account's last rides a repeat is looked for in.
const LOOKED_AT: i64 = 20;
/// So many rides are registered in no less than this.
const FLOOD: TimeDelta = TimeDelta::hours(1);
/// A trip is told as broken down at most so long after a ticket of it has ended.
const LOOKED_BACK: TimeDelta = TimeDelta::hours(12);

/// What a quote keeps until it is paid.
#[derive(Debug, Serialize, Deserialize)]
struct Frozen {
    vehicle: RideVehicle,
    trip: Option<RideTrip>,
    service_day: NaiveDate,
    persons: u32,
    riders: Vec<RideParty>,
    lines: Vec<Line>,
    /// The ride that the rider was told of and repeats on purpose.
    repeats: Option<RideId>,
    /// One that the rider was told of and did not say so: its vehicle broke down, and its ticket is
    /// good in this one.
    #[serde(default)]
    goes_on: Option<RideId>,
}

/// What a ride in this vehicle would be: the vehicle, its route and carrier, the moment, the fare
/// (AV-65, AV-70). Nothing is charged.
pub(crate) fn price(tx: &mut dyn Tx, asked: &Asked<'_>) -> Outcome<Priced> {
    let subject: RidesSubject = asked.subject()?;
    let (city, now) = (asked.city, asked.now);
    let rides = city.section::<RidesSection>()?;
    city.in_force_at(now).map_err(|outdated| {
        Problem::new(ProblemCode::CityOutdated, outdated.to_string()).with("until", outdated.until)
    })?;
    let most = rides.policy.persons_most;
    if !(1..=most).contains(&subject.persons) {
        let detail = format!("{} persons; a ticket is for 1 to {most}", subject.persons);
        return Err(Problem::new(ProblemCode::PersonsTooMany, detail).with("most", most).into());
    }
    let Found { vehicle, trip, service_day } = found::vehicle(tx, asked, &subject)?;
    closed_in_control(rides, &vehicle, now)?;
    let trip_id = trip.as_ref().map(|trip| trip.id.to_string());
    let earlier = tx.all(recent(asked.account))?;
    let repeats = repeat_of(&earlier, (vehicle.board.as_str(), trip_id.as_deref()), now, rides);
    let broken = match repeats {
        Some(_) => None,
        None => broken_down(tx, &earlier, trip.as_ref(), now, rides)?,
    };
    let repeats = repeats.or(broken.map(|(ride, _)| ride));
    let is_on_board = rides_here(&earlier, (vehicle.board.as_str(), trip.as_ref().map(|trip| trip.id)), now, rides);
    let riders = price::riders(tx, asked, &subject, (trip.as_ref(), service_day), is_on_board)?;
    let (lines, total) = price::lines(asked, rides, &riders)?;
    let told_trip = trip.as_ref().map(RideTrip::from);
    let ends_at = TicketTime::of(now, trip.as_ref().map(Trip::from).as_ref(), &rides.policy).ends_at;
    let frozen = Frozen {
        vehicle: RideVehicle::from(&vehicle),
        trip: told_trip.clone(),
        service_day,
        persons: subject.persons,
        riders: riders.clone(),
        lines: lines.clone(),
        repeats: repeats.filter(|_| subject.is_again),
        goes_on: broken.map(|(ride, _)| ride).filter(|_| !subject.is_again),
    };
    let repeats = match repeats {
        Some(ride) => riders::one(tx, &ride.to_string())?,
        None => None,
    };
    let offer = RidesOffer {
        vehicle: RideVehicle::from(&vehicle),
        trip: told_trip,
        service_on: service_day,
        persons: subject.persons,
        riders,
        ends_at,
        repeats,
        repeats_broke_down_at: broken.map(|(_, at)| at),
    };
    Ok(Priced {
        place: vehicle.board.to_string(),
        thing: asked.account.to_string(),
        terms: serde_json::to_string(&frozen)?,
        offer: OnTheWire::of(&offer)?,
        lines,
        notices: Vec::new(),
        total,
    })
}

/// Nothing is sold in a vehicle while it is controlled, where the city has it so (AMB-23).
fn closed_in_control(rides: &RidesSection, vehicle: &VehicleRow, now: DateTime<Utc>) -> Outcome<()> {
    let until = vehicle.controlled_until.filter(|until| now < *until);
    match until {
        Some(until) if rides.policy.paid_in_control != PaidInControl::Passes => Err(Problem::new(
            ProblemCode::PaymentClosedInControl,
            "this vehicle is being controlled; speak to the controller",
        )
        .with("until", until)
        .into()),
        _ => Ok(()),
    }
}

/// The last rides of an account, newest first.
fn recent(account: AccountId) -> Select<RideRow> {
    Select::of("FROM ride WHERE ride.account = $1 ORDER BY ride.id DESC LIMIT $2", values![account, LOOKED_AT])
}

/// The same by a quote of the account.
fn recent_of_quote(quote: QuoteId) -> Select<RideRow> {
    Select::of(
        "FROM ride WHERE ride.account = (SELECT account FROM quote WHERE quote.id = $1) ORDER BY ride.id DESC LIMIT $2",
        values![quote, LOOKED_AT],
    )
}

/// The vehicle of a quote.
fn vehicle_of_quote(quote: QuoteId) -> Select<VehicleRow> {
    Select::of(
        "FROM transit_vehicle WHERE (transit_vehicle.city, transit_vehicle.board) = (SELECT city, place FROM quote WHERE quote.id = $1)",
        values![quote],
    )
}

/// The ride that one in this vehicle, on this trip, would repeat (AMB-22).
fn repeat_of(
    earlier: &[RideRow],
    in_vehicle: (&str, Option<&str>),
    now: DateTime<Utc>,
    rides: &RidesSection,
) -> Option<RideId> {
    let trips: Vec<Option<String>> = earlier.iter().map(|row| row.trip.map(|trip| trip.to_string())).collect();
    let known = earlier.iter().zip(&trips).map(|(row, trip)| Earlier {
        id: row.id,
        vehicle: row.board.as_str(),
        trip: trip.as_deref(),
        registered_at: row.registered_at,
        is_void: row.state == StateWord::Voided,
    });
    repeated(&known.collect::<Vec<_>>(), in_vehicle, now, &rides.policy).map(|one| one.id)
}

/// Whether a ticket of the rider himself is good here already: what he rides free or for less by is
/// for one person, so that another ticket is somebody else's.
fn rides_here(
    earlier: &[RideRow],
    (vehicle, trip): (&str, Option<TripId>),
    now: DateTime<Utc>,
    rides: &RidesSection,
) -> bool {
    let window = TimeDelta::minutes(rides.policy.repeat_minutes.into());
    earlier.iter().any(|row| {
        let is_here = match trip {
            Some(_) => row.trip == trip,
            // As long as it is asked about.
            None => row.board.as_str() == vehicle && now < row.registered_at + window,
        };
        is_here && row.state != StateWord::Voided && now < row.ends_at
    })
}

/// The newest of these rides whose vehicle broke down, where its ticket is good on this trip, and
/// when it did. Asked for at the check only: the rider is told there.
fn broken_down(
    tx: &mut dyn Tx,
    earlier: &[RideRow],
    trip: Option<&TripRow>,
    now: DateTime<Utc>,
    rides: &RidesSection,
) -> Outcome<Option<(RideId, DateTime<Utc>)>> {
    let by = trip.map(|trip| (trip.route.as_str(), trip.direction));
    for row in earlier.iter().filter(|row| row.state != StateWord::Voided && now < row.ends_at + LOOKED_BACK) {
        let Some(trip) = row.trip else { continue };
        let Some(broken) = tx.first(find!(TripRow { id: trip }))? else { continue };
        let Some(at) = broken.broke_down_at else { continue };
        if is_taken_over((broken.route.as_str(), broken.direction, at), by, now, &rides.policy) {
            return Ok(Some((row.id, at)));
        }
    }
    Ok(None)
}

/// What a registration reads.
pub(crate) fn prefetch(_: &Operator, quote: QuoteId) -> Vec<Ask> {
    vec![vehicle_of_quote(quote).ask(), recent_of_quote(quote).ask()]
}

/// Registers the ride. Of two phones of one account that confirm at once, one does, and the other
/// is asked.
pub(crate) fn deliver(tx: &mut dyn Tx, delivery: &mut Delivery<'_>) -> Outcome<Delivered> {
    let frozen: Frozen = serde_json::from_str(&delivery.quote.terms)?;
    let (operator, now, quote) = (delivery.operator, delivery.now, delivery.quote);
    let vehicle = tx.first(vehicle_of_quote(quote.id))?;
    let earlier = tx.all(recent_of_quote(quote.id))?;
    let city = delivery.city()?;
    let rides = city.section::<RidesSection>()?;
    let Some(vehicle) = vehicle else {
        return refuse(ProblemCode::QuoteStale, "this vehicle is not known any more; scan its sign again");
    };
    closed_in_control(rides, &vehicle, now)?;
    not_flooded(&earlier, now)?;
    let trip_id = frozen.trip.as_ref().map(|trip| trip.id.to_string());
    let repeats = repeat_of(&earlier, (vehicle.board.as_str(), trip_id.as_deref()), now, rides).or(frozen.goes_on);
    if let Some(ride) = repeats.filter(|ride| frozen.repeats != Some(*ride)) {
        let at = earlier.iter().find(|row| row.id == ride).map(|row| row.registered_at);
        let detail = match frozen.goes_on {
            Some(_) => {
                "the vehicle that you registered in broke down, and that ticket is good here; confirm again only if you ride again"
            }
            None => "a ride in this vehicle is registered already; confirm again only if you ride again",
        };
        return Err(Problem::new(ProblemCode::RideRepeated, detail)
            .with("ride", ride)
            .with("registered_at", at)
            .into());
    }
    let row = registered(operator.new_id(now), (city, rides), delivery, frozen)?;
    let (code, signed) = code_of(operator, now, &row, delivery.device)?;
    let ride = riders::told(row.clone(), signed)?;
    let (reference, price) = (row.id.to_string(), row.price);
    for reduced in reduced(&row)? {
        tx.write(Write::insert(reduced))?;
    }
    tx.write(Write::insert(row))?;
    tx.write(Write::insert(code))?;
    delivery.account.tell(&ride)?;
    Ok(Delivered {
        gains: vec![(LedgerAccount::Revenue { service: NAME, city: ride.city.clone() }, -price)],
        outcome: OnTheWire::of(&RidesOutcome { ride })?,
        reference,
        kind: RIDE,
    })
}

/// Nobody registers without end: what controls look at would be full of it.
fn not_flooded(earlier: &[RideRow], now: DateTime<Utc>) -> Outcome<()> {
    let oldest = earlier.last().filter(|_| i64::try_from(earlier.len()).is_ok_and(|rides| rides >= LOOKED_AT));
    match oldest.map(|row| row.registered_at + FLOOD).filter(|until| now < *until) {
        Some(until) => too_many(&format!("{LOOKED_AT} rides were registered within an hour"), until - now),
        None => Ok(()),
    }
}

/// The row of a ride that is registered now.
fn registered(
    id: RideId,
    (city, rides): (&City, &RidesSection),
    delivery: &Delivery<'_>,
    frozen: Frozen,
) -> Outcome<RideRow> {
    let (now, quote) = (delivery.now, delivery.quote);
    let Frozen { vehicle, trip, service_day, persons, riders, lines, .. } = frozen;
    let as_rule = trip.as_ref().map(|trip| Trip {
        route: trip.route.clone(),
        direction: trip.direction,
        service_day,
        starts_at: trip.starts_at,
        ends_at: trip.ends_at,
    });
    let time = TicketTime::of(now, as_rule.as_ref(), &rides.policy);
    Ok(RideRow {
        id,
        account: Some(delivery.account.id),
        channel: ChannelWord::try_from(RideChannel::App)?,
        city: city.id.clone(),
        board: vehicle.board,
        canonical: vehicle.plate.as_ref().map(|plate| plate.canonical.clone()),
        shown: vehicle.plate.map(|plate| plate.display),
        carrier: vehicle.carrier,
        trip: trip.as_ref().map(|trip| trip.id),
        route: trip.as_ref().map(|trip| trip.route.clone()),
        direction: trip.as_ref().map(|trip| trip.direction),
        trip_starts_at: trip.as_ref().map(|trip| trip.starts_at),
        trip_ends_at: trip.as_ref().map(|trip| trip.ends_at),
        service_day,
        persons,
        state: StateWord::from(RideState::Registered),
        registered_at: now,
        ends_at: time.ends_at,
        price: quote.total,
        currency: quote.currency,
        lines: Json::of(&lines)?,
        full_price: price::full(&riders)?.map_or(Ok(quote.total), |full| full.minor())?,
        riders: Json::of(&riders)?,
        pay: quote.pay,
        sale: Some(delivery.sale),
        card_fee: card_fee_of(&lines)?,
        category: category_of(&riders),
        is_by_pass: riders.iter().any(|party| party.less == Some(LessFor::Pass)),
    })
}

/// Of what was paid, what the bank takes for a card; minor units.
fn card_fee_of(lines: &[Line]) -> Outcome<i64> {
    let fees = lines.iter().filter(|line| line.kind == CARD_FEE);
    Ok(fees.map(|line| line.amount.minor()).sum::<Result<i64, _>>()?)
}

/// Of those who ride, the first who pays less for what he is: a category of the city.
fn category_of(riders: &[RideParty]) -> Option<String> {
    let first = riders.iter().find(|party| party.less == Some(LessFor::Benefit));
    first.and_then(|party| party.category.as_ref()).map(ToString::to_string)
}

/// Of those who ride, who pays less than the fare and is no holder of a pass.
fn reduced(row: &RideRow) -> Outcome<Vec<ReducedRow>> {
    let riders = row.riders.read()?;
    let less = |party: &RideParty| matches!(party.less, Some(LessFor::Benefit | LessFor::FreeDay));
    (0_u32..)
        .zip(riders.into_iter().filter(less))
        .map(|(ordinal, party)| {
            Ok(ReducedRow {
                ride: row.id,
                ordinal,
                city: row.city.clone(),
                carrier: row.carrier.clone(),
                service_day: row.service_day,
                route: row.route.clone(),
                category: party.category.as_ref().map(ToString::to_string),
                persons: party.persons,
                full_fare: party.full.checked_mul(party.persons)?.minor()?,
                paid: party.each.checked_mul(party.persons)?.minor()?,
            })
        })
        .collect()
}

/// What so many persons pay on a day who have no right to pay less; `None` when the fare is not
/// known.
pub(crate) fn full_fare(rides: &RidesSection, persons: u32, day: NaiveDate) -> Outcome<Option<i64>> {
    let fare = rides.fare_on(day).and_then(|fare| fare.known());
    Ok(fare.map(|each| each.checked_mul(persons)?.minor()).transpose()?)
}

/// The signed code of a ride for a device.
fn code_of(operator: &Operator, now: DateTime<Utc>, row: &RideRow, device: Option<&str>) -> Outcome<(CodeRow, String)> {
    let signed = signed_codes::sign(operator, now, to_show(operator, row, FIRST_ISSUE, device)?)?;
    let code = CodeRow {
        ride: row.id,
        city: row.city.clone(),
        ends_at: row.ends_at,
        signed: signed.clone(),
        issue: FIRST_ISSUE,
        device: device.map(str::to_owned),
    };
    Ok((code, signed))
}

/// What the code of a ride says.
pub(crate) fn to_show(
    operator: &Operator,
    row: &RideRow,
    issue: u32,
    device: Option<&str>,
) -> Outcome<ToShow<SignedRide>> {
    let riders = row.riders.read()?;
    let passes = section_of::<PassesSection>(operator.city(row.city.as_str())?)?;
    let usual = passes.and_then(|passes| passes.default_category()).map(|category| &category.id);
    // A pass that cost less by who its holder is: a controller asks for what shows it.
    let is_less = |party: &&RideParty| match party.less {
        Some(LessFor::Benefit) => true,
        Some(LessFor::Pass) => party.category.as_ref() != usual,
        _ => false,
    };
    let less = riders.iter().filter(is_less);
    let benefits =
        less.filter_map(|party| Some(iter::repeat_n(party.category.clone()?, usize::try_from(party.persons).ok()?)));
    Ok(ToShow {
        id: row.id,
        issue,
        bought_at: row.registered_at,
        starts_at: row.registered_at,
        ends_at: row.ends_at,
        device: device.map(str::to_owned),
        what: SignedRide {
            city: row.city.clone(),
            vehicle: row.board.clone(),
            route: row.route.clone().zip(row.direction),
            trip: row.trip,
            service_day: row.service_day,
            persons: row.persons,
            benefits: benefits.flatten().collect(),
            pass: riders.iter().find_map(|party| party.pass.clone()),
        },
    })
}

/// A ride that was registered, as it stands now.
pub(crate) fn outcome(tx: &mut dyn Tx, _: &Operator, _: DateTime<Utc>, ride: &str) -> Outcome<Option<OnTheWire>> {
    let ride = riders::one(tx, ride)?;
    ride.map(|ride| OnTheWire::of(&RidesOutcome { ride }).map_err(|why| StoreError::unreadable("ride", why).into()))
        .transpose()
}
