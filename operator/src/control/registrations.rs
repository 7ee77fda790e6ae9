//! Rides that were registered by cards and tickets, as whoever registers them tells.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, SubsecRound as _, TimeDelta, Utc};
use mesto_protocol::control::registrations::{
    self as wire, REGISTRATIONS_MOST, RegistrationRefused, RegistrationsTold, ShownKind, ToldRegistration,
    ToldRegistrations,
};
use mesto_protocol::kernel::ids::RideId;
use mesto_protocol::rides::riders::RideChannel;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::City;
use mesto_rules::control::printed_code;
use mesto_rules::passes::PassesSection;
use mesto_rules::rides::{RidesSection, TicketTime, Trip, service_day};

use crate::cards::charges::{ByCard, Charges};
use crate::control::tables::{KindWord, RegisteredRow};
use crate::kernel::call::Call;
use crate::kernel::failure::{Failure, Outcome};
use crate::kernel::limits::{not_ahead, told_at_most};
use crate::kernel::operator::Operator;
use crate::kernel::retention::section_of;
use crate::kernel::service::{Served, serve};
use crate::kernel::store::{Select, Tx, Write};
use crate::kernel::text;
use crate::rides::found;
use crate::rides::sales::full_fare;
use crate::rides::tables::ChannelWord;
use crate::rides::vehicles::city_of;
use crate::{update, values};

pub(crate) const OPERATIONS: &[Served] = &[serve!(post wire::TELL => tell)];

/// How late a ride is told.
pub(crate) const LATE_MOST: TimeDelta = TimeDelta::days(32);
/// The most that one ticket costs, minor units.
const AMOUNT_MOST: i64 = 100_000_000;

pub(crate) fn tell(tx: &mut dyn Tx, call: &mut Call<'_>, told: ToldRegistrations) -> Outcome<RegistrationsTold> {
    let (city, rides) = city_of(call, &told.city)?;
    told_at_most("registrations", told.registrations.len(), REGISTRATIONS_MOST)?;
    told_at_most("complete", told.complete.len(), REGISTRATIONS_MOST)?;
    let by_card = told.registrations.iter().filter(|one| one.kind == ShownKind::TransportCard);
    let codes: BTreeSet<String> = by_card.filter_map(|one| printed_code(&one.code)).collect();
    let mut charges = match codes.is_empty() {
        true => None,
        false => Charges::open(tx, (call.operator, call.now), city, &codes)?,
    };
    let (mut known, mut refused) = (Vec::with_capacity(told.registrations.len()), Vec::new());
    for (index, one) in (0_u32..).zip(told.registrations) {
        // It is refused before anything is written of it.
        match registered(tx, (call.operator, call.now), (city, rides), charges.as_mut(), &one) {
            Ok(ride) => known.push(ride),
            Err(Failure::Refused(problem)) => {
                let Problem { code, detail, params, .. } = *problem;
                let field = params.get("field").and_then(|field| field.as_str()).map(str::to_owned);
                refused.push(RegistrationRefused { index, code, detail, field });
            }
            Err(failure) => return Err(failure),
        }
    }
    if let Some(charges) = charges {
        charges.close(tx)?;
    }
    let mut complete = told.complete;
    complete.sort_by(|a, b| a.vehicle.cmp(&b.vehicle));
    for one in complete {
        let vehicle = found::by_number(tx, city, &one.vehicle)?;
        not_ahead("complete.told_until", one.told_until, call.now)?;
        // Two clocks may differ: nothing is complete before it is over.
        let until = one.told_until.min(call.now);
        tx.write(Write::sql(
            "ride_registered_until",
            "INSERT INTO ride_registered_until (city, board, until_at) VALUES ($1, $2, $3) ON CONFLICT (city, board) DO UPDATE SET until_at = CASE WHEN ride_registered_until.until_at < excluded.until_at THEN excluded.until_at ELSE ride_registered_until.until_at END",
            values![&city.id, vehicle.board, until.timestamp_millis()],
        ))?;
    }
    Ok(RegistrationsTold { rides: known, refused })
}

fn registered(
    tx: &mut dyn Tx,
    (operator, now): (&Operator, DateTime<Utc>),
    (city, rides): (&City, &RidesSection),
    charges: Option<&mut Charges<'_>>,
    told: &ToldRegistration,
) -> Outcome<RideId> {
    let bad = |field: &str, detail: &str| Problem::new(ProblemCode::BadRequest, detail.to_owned()).with("field", field);
    let code = printed_code(&told.code);
    let code = code.ok_or_else(|| bad("registrations.code", "a code has 4 to 32 letters and digits"))?;
    let kind =
        KindWord::try_from(told.kind.clone()).map_err(|_| bad("registrations.kind", "this kind is not known"))?;
    let channel = ChannelWord::try_from(told.channel.clone());
    let channel = channel.map_err(|_| bad("registrations.channel", "this channel is not known"))?;
    let most = rides.policy.persons_most;
    if !(1..=most).contains(&told.persons) {
        let detail = format!("{} persons; a ticket is for 1 to {most}", told.persons);
        return Err(Problem::new(ProblemCode::PersonsTooMany, detail).with("most", most).into());
    }
    not_ahead("registrations.registered_at", told.registered_at, now)?;
    if told.registered_at < now - LATE_MOST {
        let detail = format!("rides are told within {} days", LATE_MOST.num_days());
        return Err(Problem::new(ProblemCode::OutOfRange, detail).with("field", "registrations.registered_at").into());
    }
    let vehicle = found::by_number(tx, city, &told.vehicle)?;
    let registered_at = told.registered_at.trunc_subsecs(3);
    let same = Select::<RegisteredRow>::of(
        "FROM ride_registered WHERE ride_registered.city = $1 AND ride_registered.code = $2 AND ride_registered.registered_at = $3 AND ride_registered.board = $4 AND ride_registered.kind = $5",
        values![&city.id, &code, registered_at.timestamp_millis(), &vehicle.board, kind.word()],
    );
    if let Some(known) = tx.first(same)? {
        // What was voided stays so.
        if told.is_void && !known.is_void {
            tx.write(update!(RegisteredRow { ride: known.ride } set { is_void: true }))?;
            if let Some(charges) = charges {
                charges.void(tx, known.ride)?;
            }
        }
        return Ok(known.ride);
    }
    let trip = found::current_trip(tx, (city, rides, registered_at), &vehicle.board)?;
    let time = TicketTime::of(registered_at, trip.as_ref().map(Trip::from).as_ref(), &rides.policy);
    let ride: RideId = operator.new_id(now);
    let ruled = service_day(&city.sections.time, registered_at, rides.policy.service_day_begins);
    let (service_day, route) = trip.as_ref().map_or((ruled, None), |trip| (trip.service_day, Some(trip.route.clone())));
    let day = city.local_day(registered_at);
    let amount = paid((city, rides, day), told, kind)?;
    if let Some(charges) = charges.filter(|_| kind == KindWord::TransportCard) {
        let by_card = ByCard {
            ride,
            code: code.clone(),
            board: vehicle.board.clone(),
            route: trip.as_ref().map(|trip| trip.route.clone()),
            persons: told.persons,
            registered_at,
            price: told.price,
            is_free: told.is_free,
            is_void: told.is_void,
        };
        charges.register(tx, by_card)?;
    }
    tx.write(Write::insert(RegisteredRow {
        ride,
        city: city.id.clone(),
        kind,
        code,
        channel,
        board: vehicle.board,
        trip: trip.map(|trip| trip.id),
        persons: told.persons,
        registered_at,
        ends_at: time.ends_at,
        is_void: told.is_void,
        is_free: told.is_free,
        carrier: vehicle.carrier,
        route,
        service_day,
        amount,
        currency: city.currency,
        // Luggage has no fare of its own that somebody could have a right to pay less than.
        full_fare: if kind == KindWord::Luggage { None } else { full_fare(rides, told.persons, day)? },
        category: told.category.clone(),
    }))?;
    Ok(ride)
}

/// Longest name of a category, letters.
const CATEGORY_MOST: usize = 40;

/// Whether rides of a kind are registered by a channel. What is registered in the app is known.
const fn fits(kind: KindWord, channel: &RideChannel) -> bool {
    matches!(
        (kind, channel),
        (KindWord::TransportCard, RideChannel::TransportCard)
            | (KindWord::Paper | KindWord::Luggage, RideChannel::Cash)
            | (KindWord::BankCard, RideChannel::BankCard | RideChannel::Sms)
    )
}

/// What was paid, minor units. Tickets of a conductor are paid in cash (AV-60, AV-61); what is on a
/// card is the operator's and is charged there.
fn paid(
    (city, rides, day): (&City, &RidesSection, NaiveDate),
    told: &ToldRegistration,
    kind: KindWord,
) -> Outcome<i64> {
    let bad = |field: &str, detail: &str| -> Outcome<i64> {
        Err(Problem::new(ProblemCode::BadRequest, detail.to_owned()).with("field", field).into())
    };
    if !fits(kind, &told.channel) {
        let detail = "a ride by a card has its channel, a ticket of a conductor has cash, and one of the app is known";
        return bad("registrations.channel", detail);
    }
    if let Some(category) = &told.category {
        let is_name = (1..=CATEGORY_MOST).contains(&category.chars().count())
            && text::plain(category, CATEGORY_MOST) == *category;
        let passes = section_of::<PassesSection>(city)?;
        if !is_name || passes.is_some_and(|passes| !passes.categories.iter().any(|one| one.id.as_str() == category)) {
            return bad("registrations.category", "a category is one of the city, such as pensioner");
        }
    }
    let Some(price) = told.price else {
        return match kind {
            _ if told.is_free => Ok(0),
            KindWord::TransportCard => Ok(0),
            _ if rides.is_free_on(day) && kind != KindWord::Luggage => Ok(0),
            KindWord::Luggage => bad("registrations.price", "say what was paid for the luggage"),
            KindWord::Paper | KindWord::BankCard if told.category.is_none() => {
                Ok(full_fare(rides, told.persons, day)?.unwrap_or_default())
            }
            _ => bad("registrations.price", "say what was paid, or that it is free"),
        };
    };
    if price.currency != city.currency {
        return bad("registrations.price", "rides of this city are paid in its own currency");
    }
    let minor = price.minor()?;
    if !(0..=AMOUNT_MOST).contains(&minor) {
        let detail = "a price is not negative, and at most 1,000,000.00";
        return Err(Problem::new(ProblemCode::OutOfRange, detail).with("field", "registrations.price").into());
    }
    if told.is_free && minor > 0 {
        return bad("registrations.is_free", "something was paid for it, so it is not free");
    }
    Ok(if kind == KindWord::TransportCard { 0 } else { minor })
}
