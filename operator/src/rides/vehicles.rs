//! What whoever runs vehicles tells of them: vehicles, trips, signs, terminals.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::device::DeviceKey;
use mesto_protocol::kernel::ids::TripId;
use mesto_protocol::rides::riders::RideTrip;
use mesto_protocol::rides::vehicles::{
    self as wire, Fleet, FleetTold, FleetVehicle, PostedSign, PutTerminal, SignToPost, TOLD_MOST, TerminalToPut,
    ToldTrip, ToldTrips, ToldVehicles, TripsTold,
};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::plate::parse_plate;
use mesto_rules::rides::{BoardNumber, CarrierId, RidesSection, Token, Trip, service_day, sign, trip_at};
use mesto_rules::{City, CityId};

use crate::kernel::call::Call;
use crate::kernel::failure::{Failure, Outcome, refuse};
use crate::kernel::limits::told_at_most;
use crate::kernel::operator::Operator;
use crate::kernel::service::{Served, serve};
use crate::kernel::store::{Select, StoreError, Tx, Write};
use crate::rides::refusal;
use crate::rides::tables::{SignRow, TerminalRow, TripRow, VehicleRow, plate};
use crate::{find, update, values};

pub(crate) const OPERATIONS: &[Served] = &[
    serve!(get wire::FLEET => fleet),
    serve!(post wire::TELL_VEHICLES => tell_vehicles),
    serve!(post wire::TELL_TRIPS => tell_trips),
    serve!(post wire::POST_SIGN => post_sign),
    serve!(post wire::PUT_TERMINAL => put_terminal),
];

/// Longest trip.
pub(crate) const TRIP_MOST: TimeDelta = TimeDelta::hours(12);
/// Days by which what is told of a trip may differ from the city's rule.
const SERVICE_DAY_DIFFERS: TimeDelta = TimeDelta::days(1);
/// How far ahead trips are told.
const AHEAD_MOST: TimeDelta = TimeDelta::days(32);

/// A city that the caller acts for, with its rides.
pub(crate) fn city_of<'a>(call: &Call<'a>, city: &str) -> Outcome<(&'a City, &'a RidesSection)> {
    let operator: &'a Operator = call.operator;
    let city = operator.city(city)?;
    call.in_city(city.id.as_str())?;
    Ok((city, city.section::<RidesSection>()?))
}

fn board(typed: &str) -> Outcome<BoardNumber> {
    BoardNumber::new(typed).map_err(|error| Failure::from(refusal::sign(&error).with("vehicle", typed)))
}

fn known(tx: &mut dyn Tx, city: &City, typed: &str) -> Outcome<VehicleRow> {
    let board = board(typed)?;
    let row = tx.first(find!(VehicleRow { city: &city.id, board: &board }))?;
    row.ok_or_else(|| {
        Problem::new(ProblemCode::RideVehicleUnknown, format!("no vehicle {board} was told; tell it first"))
            .with("vehicle", &board)
            .into()
    })
}

/// Vehicles with what each does now.
pub(crate) fn fleet(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Fleet> {
    let (city, rides) = city_of(call, &call.request.needed("city")?)?;
    let now = call.now;
    let rows: Vec<VehicleRow> = tx.all(Select::of(
        "FROM transit_vehicle WHERE transit_vehicle.city = $1 ORDER BY transit_vehicle.board",
        values![&city.id],
    ))?;
    let tolerance = TimeDelta::minutes(rides.policy.tolerance_minutes.into());
    let trips: Vec<TripRow> = tx.all(Select::of(
        "FROM transit_trip WHERE transit_trip.city = $1 AND transit_trip.ends_at > $2 AND transit_trip.starts_at <= $3 AND transit_trip.starts_at > $4",
        values![
            &city.id,
            (now - tolerance).timestamp_millis(),
            (now + tolerance).timestamp_millis(),
            (now - tolerance - TRIP_MOST).timestamp_millis()
        ],
    ))?;
    let mut of_vehicle: BTreeMap<BoardNumber, Vec<TripRow>> = BTreeMap::new();
    for trip in trips {
        of_vehicle.entry(trip.board.clone()).or_default().push(trip);
    }
    let told = |row: VehicleRow| {
        let trips = of_vehicle.get(&row.board).map(Vec::as_slice).unwrap_or_default();
        let trip = trip_at(trips, now, &rides.policy, |row| Trip::from(row)).and_then(|at| trips.get(at));
        FleetVehicle {
            trip: trip.map(RideTrip::from),
            board: row.board,
            plate: plate(row.canonical, row.shown),
            carrier: row.carrier,
            is_in_service: row.is_in_service,
        }
    };
    Ok(Fleet { city: city.id.clone(), vehicles: rows.into_iter().map(told).collect() })
}

/// Vehicles that are there, or changed.
pub(crate) fn tell_vehicles(tx: &mut dyn Tx, call: &mut Call<'_>, told: ToldVehicles) -> Outcome<FleetTold> {
    let (city, rides) = city_of(call, &told.city)?;
    told_at_most("vehicles", told.vehicles.len(), TOLD_MOST)?;
    let mut taken = 0;
    // In one order: of two who tell at once one waits for the other, and neither for both.
    let mut vehicles = told.vehicles;
    vehicles.sort_by_cached_key(|vehicle| BoardNumber::new(&vehicle.board).ok());
    for vehicle in vehicles {
        let board = BoardNumber::new(&vehicle.board).map_err(|error| {
            Problem::new(ProblemCode::BadRequest, error.to_string()).with("field", "vehicles.board")
        })?;
        let carrier = CarrierId::new(&vehicle.carrier).ok().filter(|carrier| rides.carrier(carrier).is_some());
        let Some(carrier) = carrier else {
            let known: Vec<&str> = rides.carriers.iter().map(|carrier| carrier.id.as_str()).collect();
            let detail = format!("vehicle {board}: this carrier is not in the city; these are: {}", known.join(", "));
            return Err(Problem::new(ProblemCode::CarrierUnknown, detail).with("known", known).into());
        };
        let parsed = vehicle.plate.as_deref().map(|typed| parse_plate(typed, &city.sections.plates)).transpose();
        let parsed = parsed.map_err(|error| {
            let problem = Problem::new(ProblemCode::PlateInvalid, format!("vehicle {board}: {error}"));
            problem.with("reason", error.code()).with("example", &city.sections.plates.example)
        })?;
        let (canonical, shown) = parsed.map(|plate| (plate.canonical, plate.display)).unzip();
        tx.write(Write::sql(
            "transit_vehicle",
            "INSERT INTO transit_vehicle (city, board, canonical, shown, carrier, is_in_service, told_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (city, board) DO UPDATE SET canonical = excluded.canonical, shown = excluded.shown, carrier = excluded.carrier, is_in_service = excluded.is_in_service, told_at = excluded.told_at",
            values![
                &city.id,
                board,
                canonical,
                shown,
                carrier,
                i64::from(vehicle.is_in_service),
                call.now.timestamp_millis()
            ],
        ))?;
        taken += 1;
    }
    Ok(FleetTold { taken })
}

/// Which trips vehicles make.
pub(crate) fn tell_trips(tx: &mut dyn Tx, call: &mut Call<'_>, told: ToldTrips) -> Outcome<TripsTold> {
    let (city, rides) = city_of(call, &told.city)?;
    told_at_most("trips", told.trips.len(), TOLD_MOST)?;
    // In one order: of two who tell at once one waits for the other, and neither for both.
    let mut ordered: Vec<(usize, ToldTrip)> = told.trips.into_iter().enumerate().collect();
    ordered.sort_by(|(_, a), (_, b)| (&a.vehicle, a.starts_at).cmp(&(&b.vehicle, b.starts_at)));
    let mut trips = Vec::with_capacity(ordered.len());
    for (place, trip) in ordered {
        trips.push((place, tell_trip(tx, (call.operator, call.now), (city, rides), &trip)?));
    }
    trips.sort_unstable_by_key(|(place, _)| *place);
    Ok(TripsTold { trips: trips.into_iter().map(|(_, trip)| trip).collect() })
}

fn tell_trip(
    tx: &mut dyn Tx,
    (operator, now): (&Operator, DateTime<Utc>),
    (city, rides): (&City, &RidesSection),
    told: &ToldTrip,
) -> Outcome<TripId> {
    let vehicle = known(tx, city, &told.vehicle)?;
    let route = rides.route(told.route.as_str());
    if route.and_then(|route| route.direction(told.direction)).is_none() {
        let detail = format!("vehicle {}: there is no such route or direction in the city", vehicle.board);
        return Err(Problem::new(ProblemCode::RouteUnknown, detail).with("route", &told.route).into());
    }
    let out_of_range = |field: &str, detail: String| -> Outcome<TripId> {
        Err(Problem::new(ProblemCode::OutOfRange, detail).with("field", field).into())
    };
    if told.ends_at <= told.starts_at || told.ends_at - told.starts_at > TRIP_MOST {
        let most = TRIP_MOST.num_hours();
        return out_of_range("ends_at", format!("a trip ends after it starts, within {most} hours"));
    }
    if told.starts_at > now + AHEAD_MOST || told.ends_at < now - AHEAD_MOST {
        return out_of_range("starts_at", format!("trips are told {} days ahead", AHEAD_MOST.num_days()));
    }
    let same = Select::of(
        "FROM transit_trip WHERE transit_trip.city = $1 AND transit_trip.board = $2 AND transit_trip.starts_at = $3",
        values![&city.id, &vehicle.board, told.starts_at.timestamp_millis()],
    );
    let before: Option<TripRow> = tx.first(same)?;
    let ruled = service_day(&city.sections.time, told.starts_at, rides.policy.service_day_begins);
    if told.service_on.is_some_and(|day| (day - ruled).abs() > SERVICE_DAY_DIFFERS) {
        return out_of_range("service_on", format!("the trip belongs to {ruled}, to the day before or to the next"));
    }
    if told.broke_down_at.is_some_and(|at| at < told.starts_at || at > told.ends_at + TRIP_MOST) {
        return out_of_range("broke_down_at", "a vehicle breaks down on its trip".to_owned());
    }
    let row = TripRow {
        id: before.as_ref().map_or_else(|| operator.new_id(now), |before| before.id),
        city: city.id.clone(),
        board: vehicle.board,
        route: told.route.clone(),
        direction: told.direction,
        service_day: told.service_on.unwrap_or(ruled),
        starts_at: told.starts_at,
        ends_at: told.ends_at,
        broke_down_at: told.broke_down_at,
    };
    let id = row.id;
    match before {
        None => tx.write(Write::insert(row))?,
        Some(_) => tx.write(update!(TripRow { id: id } set {
            route: row.route, direction: row.direction, service_day: row.service_day, ends_at: row.ends_at,
            broke_down_at: row.broke_down_at
        }))?,
    }
    Ok(id)
}

/// A token of chance: 16 letters and digits without those that are taken for others.
fn token(operator: &Operator) -> Outcome<Token> {
    const LETTERS: &[u8; 32] = b"ABCDEFGHJKMNPQRSTVWXYZ0123456789";
    let mut chance = [0; 16];
    operator.entropy.fill(&mut chance);
    let letter = |byte: u8| LETTERS.get(usize::from(byte & 31)).map(|letter| char::from(*letter));
    let text: String = chance.into_iter().filter_map(letter).collect();
    Token::new(&text).map_err(|error| refusal::sign(&error).into())
}

/// Of two who change what hangs in a vehicle, one waits.
fn held(tx: &mut dyn Tx, city: &City, board: &BoardNumber) -> Outcome<()> {
    tx.first(find!(VehicleRow { city: &city.id, board: board }).locking("transit_vehicle"))?;
    Ok(())
}

/// A new sign for a vehicle; those before it end.
pub(crate) fn post_sign(tx: &mut dyn Tx, call: &mut Call<'_>, asked: SignToPost) -> Outcome<PostedSign> {
    let (city, rides) = city_of(call, &asked.city)?;
    let now = call.now;
    let vehicle = known(tx, city, &asked.vehicle)?;
    let end = asked.others_end_at.unwrap_or(now);
    if end < now || end > now + AHEAD_MOST {
        let detail = format!("signs before it end now or within {} days", AHEAD_MOST.num_days());
        return Err(Problem::new(ProblemCode::OutOfRange, detail).with("field", "others_end_at").into());
    }
    held(tx, city, &vehicle.board)?;
    tx.write(Write::sql(
        "ride_sign",
        "UPDATE ride_sign SET ended_at = $1 WHERE city = $2 AND board = $3 AND (ended_at IS NULL OR ended_at > $1)",
        values![end.timestamp_millis(), &city.id, &vehicle.board],
    ))?;
    let Some(host) = rides.sign_hosts.first() else {
        return refuse(ProblemCode::SectionUnreadable, "the city names no host for signs");
    };
    let token = token(call.operator)?;
    let text = sign::posted(host, city.id.as_str(), &token);
    let row = SignRow { city: city.id.clone(), token, board: vehicle.board, posted_at: now, ended_at: None };
    tx.write(Write::insert(row))?;
    Ok(PostedSign { text })
}

/// A vehicle is being controlled until a moment; not any more without one.
pub(crate) fn controlled(
    tx: &mut dyn Tx,
    city: &CityId,
    board: &BoardNumber,
    until: Option<DateTime<Utc>>,
) -> Result<(), StoreError> {
    tx.write(update!(VehicleRow { city: city, board: board } set { controlled_until: until }))
}

/// The terminal of a vehicle; the one before it ends.
pub(crate) fn put_terminal(tx: &mut dyn Tx, call: &mut Call<'_>, told: TerminalToPut) -> Outcome<PutTerminal> {
    let (city, _) = city_of(call, &told.city)?;
    let now = call.now;
    let vehicle = known(tx, city, &told.vehicle)?;
    let key = DeviceKey::from_text(&told.key)
        .map_err(|error| Problem::new(ProblemCode::BadRequest, error.to_string()).with("field", "key"))?;
    held(tx, city, &vehicle.board)?;
    tx.write(Write::sql(
        "ride_terminal",
        "UPDATE ride_terminal SET ended_at = $1 WHERE city = $2 AND board = $3 AND ended_at IS NULL",
        values![now.timestamp_millis(), &city.id, &vehicle.board],
    ))?;
    let token = token(call.operator)?;
    let row = TerminalRow {
        city: city.id.clone(),
        token: token.clone(),
        board: vehicle.board,
        device_key: key.to_text(),
        put_at: now,
        ended_at: None,
    };
    tx.write(Write::insert(row))?;
    Ok(PutTerminal { terminal: token.to_string() })
}
