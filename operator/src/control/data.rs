//! What is registered in a vehicle or on a route, and until when that is complete.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::control::controllers::{
    self as wire, ControlData, ControlRegistration, ControlTrip, ControlledVehicle,
};
use mesto_protocol::control::registrations::ShownKind;
use mesto_protocol::kernel::ids::RideId;
use mesto_protocol::rides::riders::{RideChannel, RideState};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::City;
use mesto_rules::control::printed_code;
use mesto_rules::rides::{BoardNumber, RidesSection};

use crate::control::tables::{RegisteredRow, ToldUntilRow};
use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::service::{Served, serve};
use crate::kernel::store::{Select, Tx};
use crate::rides::found;
use crate::rides::tables::{RideRow, TripRow};
use crate::rides::vehicles::{TRIP_MOST, city_of};
use crate::{find, projection, values};

pub(crate) const OPERATIONS: &[Served] = &[serve!(get wire::DATA => data).urgent()];

/// A registration that is being stored is in the books within this.
const STORED_WITHIN: TimeDelta = TimeDelta::seconds(60);
/// A trip takes no longer.
const BACK: TimeDelta = TimeDelta::hours(13);
/// How far trips are told ahead.
const AHEAD: TimeDelta = TimeDelta::hours(14);
/// Most vehicles, and most registrations, of one answer.
const VEHICLES_MOST: usize = 60;
const REGISTRATIONS_MOST: usize = 5_000;
/// Most breakdowns that are looked at.
const BREAKDOWNS_MOST: i64 = 60;
/// What is asked about by its code is looked for so far back.
const CODE_BACK: TimeDelta = TimeDelta::hours(24);

projection! {
    /// A vehicle that makes trips of a route.
    struct OnRoute {
        board: BoardNumber = "transit_trip.board",
    }
}

/// What a controller decides by.
pub(crate) fn data(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<ControlData> {
    let (request, now) = (call.request, call.now);
    let (city, rides) = city_of(call, &request.needed("city")?)?;
    let asked = |name: &str| Ok::<_, Problem>(request.asked(name)?.filter(|value| !value.is_empty()));
    let boards = boards(tx, (city, rides, now), asked("vehicle")?, asked("route")?)?;
    let mut found = Found {
        city,
        rides,
        now,
        trips: BTreeMap::new(),
        rows: BTreeMap::new(),
        by_code: BTreeSet::new(),
        is_cut: false,
    };
    let mut vehicles = Vec::with_capacity(boards.len());
    for board in &boards {
        let others = tx.first(find!(ToldUntilRow { city: &city.id, board: board }))?;
        vehicles.push(ControlledVehicle {
            vehicle: board.clone(),
            app_until: now - STORED_WITHIN,
            others_until: others.map(|row| row.until_at),
        });
        found.of_vehicle(tx, board)?;
    }
    // One whose trip is not known may be the next one of any route.
    let knows = |board: &BoardNumber| found.trips.values().any(|trip| trip.vehicle == *board);
    let knows_all = boards.iter().all(knows);
    found.of_breakdowns(tx, !knows_all)?;
    if let Some(code) = asked("code")?.and_then(|typed| printed_code(&typed)) {
        found.of_code(tx, &code)?;
    }
    // Where it is too much the newest stay, and whatever was asked for by its code.
    let by_code = found.by_code;
    let mut registrations: Vec<ControlRegistration> = found.rows.into_values().collect();
    registrations.sort_by_key(|one| (!by_code.contains(&one.ride), Reverse(one.registered_at), one.ride));
    let is_cut = found.is_cut || registrations.len() > REGISTRATIONS_MOST;
    registrations.truncate(REGISTRATIONS_MOST);
    registrations.sort_by_key(|one| (one.registered_at, one.ride));
    Ok(ControlData {
        city: city.id.clone(),
        now,
        vehicles,
        trips: found.trips.into_values().collect(),
        registrations,
        is_cut,
    })
}

type InCity<'a> = (&'a City, &'a RidesSection, DateTime<Utc>);

/// The vehicles that are asked about.
fn boards(
    tx: &mut dyn Tx,
    (city, rides, now): InCity<'_>,
    vehicle: Option<String>,
    route: Option<String>,
) -> Outcome<Vec<BoardNumber>> {
    if let Some(typed) = vehicle {
        return Ok(vec![found::by_number(tx, city, &typed)?.board]);
    }
    let Some(route) = route else { return Ok(Vec::new()) };
    let Some(route) = rides.route(&route) else {
        let problem = Problem::new(ProblemCode::RouteUnknown, "there is no such route in the city");
        return Err(problem.with("route", route).into());
    };
    let tolerance = TimeDelta::minutes(rides.policy.tolerance_minutes.into());
    let (from, until) = ((now - tolerance).timestamp_millis(), (now + AHEAD).timestamp_millis());
    let rows: Vec<OnRoute> = tx.all(Select::of(
        "FROM transit_trip WHERE transit_trip.city = $1 AND transit_trip.route = $2 AND transit_trip.ends_at > $3 AND transit_trip.starts_at < $4 AND transit_trip.starts_at > $5 GROUP BY transit_trip.board ORDER BY transit_trip.board LIMIT $6",
        values![
            &city.id,
            &route.id,
            from,
            until,
            (now - tolerance - TRIP_MOST).timestamp_millis(),
            i64::try_from(VEHICLES_MOST).unwrap_or(i64::MAX)
        ],
    ))?;
    Ok(rows.into_iter().map(|row| row.board).collect())
}

/// What was found, each once.
struct Found<'a> {
    city: &'a City,
    rides: &'a RidesSection,
    now: DateTime<Utc>,
    trips: BTreeMap<String, ControlTrip>,
    rows: BTreeMap<RideId, ControlRegistration>,
    by_code: BTreeSet<RideId>,
    is_cut: bool,
}

impl Found<'_> {
    /// Trips of a vehicle and what is registered in it.
    fn of_vehicle(&mut self, tx: &mut dyn Tx, board: &BoardNumber) -> Outcome<()> {
        let (from, until) = ((self.now - BACK).timestamp_millis(), (self.now + AHEAD).timestamp_millis());
        let trips: Vec<TripRow> = tx.all(Select::of(
            "FROM transit_trip WHERE transit_trip.city = $1 AND transit_trip.board = $2 AND transit_trip.ends_at > $3 AND transit_trip.starts_at < $4 AND transit_trip.starts_at > $5",
            values![&self.city.id, board, from, until, (self.now - BACK - TRIP_MOST).timestamp_millis()],
        ))?;
        self.trips.extend(trips.into_iter().map(|row| (row.id.to_string(), told_trip(row))));
        self.registered_in(tx, board, self.now - BACK)
    }

    /// What is registered in a vehicle since a moment: of the app, and told otherwise.
    fn registered_in(&mut self, tx: &mut dyn Tx, board: &BoardNumber, since: DateTime<Utc>) -> Outcome<()> {
        let most = i64::try_from(REGISTRATIONS_MOST).unwrap_or(i64::MAX);
        let rows: Vec<RideRow> = tx.all(Select::of(
            "FROM ride WHERE ride.city = $1 AND ride.board = $2 AND ride.registered_at >= $3 ORDER BY ride.registered_at DESC LIMIT $4",
            values![&self.city.id, board, since.timestamp_millis(), most],
        ))?;
        self.is_cut |= rows.len() >= REGISTRATIONS_MOST;
        for row in rows {
            self.rows.insert(row.id, of_ride(row)?);
        }
        let rows: Vec<RegisteredRow> = tx.all(Select::of(
            "FROM ride_registered WHERE ride_registered.city = $1 AND ride_registered.board = $2 AND ride_registered.registered_at >= $3 ORDER BY ride_registered.registered_at DESC LIMIT $4",
            values![&self.city.id, board, since.timestamp_millis(), most],
        ))?;
        self.is_cut |= rows.len() >= REGISTRATIONS_MOST;
        self.rows.extend(rows.into_iter().map(|row| (row.ride, of_told(row))));
        Ok(())
    }

    /// Trips of the same routes, or of any, whose vehicles broke down, and what is registered on
    /// them: it is good on the next vehicle.
    fn of_breakdowns(&mut self, tx: &mut dyn Tx, is_of_any: bool) -> Outcome<()> {
        let since = self.now - TimeDelta::minutes(self.rides.policy.breakdown_minutes.into());
        let trips: Vec<TripRow> = tx.all(Select::of(
            "FROM transit_trip WHERE transit_trip.city = $1 AND transit_trip.ends_at > $2 AND transit_trip.broke_down_at > $3 ORDER BY transit_trip.broke_down_at DESC LIMIT $4",
            values![
                &self.city.id,
                (self.now - BACK).timestamp_millis(),
                since.timestamp_millis(),
                BREAKDOWNS_MOST
            ],
        ))?;
        for row in trips {
            let is_of_route = is_of_any || self.trips.values().any(|trip| trip.route == row.route);
            if is_of_route {
                self.registered_in(tx, &row.board, row.starts_at - TimeDelta::hours(1))?;
                self.trips.insert(row.id.to_string(), told_trip(row));
            }
        }
        Ok(())
    }

    /// What is registered anywhere for a code (AV-85).
    fn of_code(&mut self, tx: &mut dyn Tx, code: &str) -> Outcome<()> {
        let rows: Vec<RegisteredRow> = tx.all(Select::of(
            "FROM ride_registered WHERE ride_registered.city = $1 AND ride_registered.code = $2 AND ride_registered.registered_at >= $3",
            values![&self.city.id, code, (self.now - CODE_BACK).timestamp_millis()],
        ))?;
        for row in &rows {
            if let Some(trip) = row.trip {
                let trip = tx.first(find!(TripRow { id: trip }))?;
                self.trips.extend(trip.map(|row| (row.id.to_string(), told_trip(row))));
            }
        }
        self.by_code.extend(rows.iter().map(|row| row.ride));
        self.rows.extend(rows.into_iter().map(|row| (row.ride, of_told(row))));
        Ok(())
    }
}

fn told_trip(row: TripRow) -> ControlTrip {
    ControlTrip {
        id: row.id,
        vehicle: row.board,
        route: row.route,
        direction: row.direction,
        service_on: row.service_day,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        broke_down_at: row.broke_down_at,
    }
}

fn of_ride(row: RideRow) -> Outcome<ControlRegistration> {
    let channel = RideChannel::from(row.channel);
    let kind = match channel {
        RideChannel::TransportCard => ShownKind::TransportCard,
        RideChannel::Cash => ShownKind::Paper,
        RideChannel::BankCard => ShownKind::BankCard,
        _ => ShownKind::App,
    };
    Ok(ControlRegistration {
        ride: row.id,
        kind,
        code: None,
        channel,
        vehicle: row.board,
        trip: row.trip,
        persons: row.persons,
        registered_at: row.registered_at,
        ends_at: row.ends_at,
        is_void: RideState::from(row.state) == RideState::Voided,
        is_free: row.price == 0,
        riders: row.riders.read()?,
    })
}

fn of_told(row: RegisteredRow) -> ControlRegistration {
    ControlRegistration {
        ride: row.ride,
        kind: row.kind.into(),
        code: Some(row.code),
        channel: row.channel.into(),
        vehicle: row.board,
        trip: row.trip,
        persons: row.persons,
        registered_at: row.registered_at,
        ends_at: row.ends_at,
        is_void: row.is_void,
        is_free: row.is_free,
        riders: Vec::new(),
    }
}
