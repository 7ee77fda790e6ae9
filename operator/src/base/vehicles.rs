//! The vehicles of an account: their plates stand here and can be erased.

use mesto_protocol::base::vehicles::{NewVehicle, Vehicle, Vehicles};
use mesto_protocol::event::Change;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::plate::{Plate, parse_plate};

use crate::kernel::account::Held;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::http::Response;
use crate::kernel::operator::Operator;
use crate::kernel::routes::Call;
use crate::kernel::store::{Row, StoreError, Tx};
use crate::values;

const LABEL_MAX: usize = 40;

/// A plate by the city's grammar, or what is wrong with it.
pub(crate) fn plate(operator: &Operator, city: &str, typed: &str) -> Outcome<Plate> {
    let city = operator.city(city)?;
    parse_plate(typed, &city.plates).map_err(|error| {
        Problem::new(ProblemCode::PlateInvalid, error.to_string())
            .with("reason", error.code())
            .with("example", &city.plates.example)
            .into()
    })
}

/// `GET /v1/vehicles`
pub(crate) fn list(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    Ok(Response::json(200, &Vehicles { vehicles: of(tx, &call.who()?.account)? }))
}

/// The vehicles of an account, in the order they were added.
pub(crate) fn of(tx: &mut dyn Tx, account: &str) -> Result<Vec<Vehicle>, StoreError> {
    tx.query("SELECT id, shown, canonical, label FROM vehicle WHERE account = $1 ORDER BY id", values![account])?
        .iter()
        .map(vehicle)
        .collect()
}

fn vehicle(row: &Row) -> Result<Vehicle, StoreError> {
    Ok(Vehicle { id: row.string(0)?, plate: row.string(1)?, canonical: row.string(2)?, label: row.maybe_string(3)? })
}

/// `POST /v1/vehicles`
pub(crate) fn add(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let asked: NewVehicle = call.request.read()?;
    let plate = plate(call.operator, &asked.city, &asked.plate)?;
    let mut held = Held::take(tx, &call.who()?.account)?;
    let most = call.operator.config.vehicles_per_account;
    let count = tx.query("SELECT COUNT(*) FROM vehicle WHERE account = $1", values![&held.id])?;
    if count.first().map_or(Ok(0), |row| row.int(0))? >= most {
        return Err(Problem::new(ProblemCode::TooManyVehicles, format!("an account holds at most {most} vehicles"))
            .with("max", most)
            .into());
    }
    let vehicle = Vehicle {
        id: call.operator.id("vh", call.now),
        plate: plate.display,
        canonical: plate.canonical,
        label: asked.label.map(|label| label.chars().filter(|letter| !letter.is_control()).take(LABEL_MAX).collect()),
    };
    let added = tx.execute(
        "INSERT INTO vehicle (id, account, city, canonical, shown, label, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (account, canonical) DO NOTHING",
        values![
            &vehicle.id,
            &held.id,
            &asked.city,
            &vehicle.canonical,
            &vehicle.plate,
            vehicle.label.as_deref(),
            call.now.timestamp_millis()
        ],
    )?;
    if added == 0 {
        return refuse(ProblemCode::VehicleExists, "this plate is in your account already");
    }
    held.tell(Change::VehicleAdded(vehicle.clone()));
    held.release(tx, call.now)?;
    Ok(Response::json(201, &vehicle))
}

/// `DELETE /v1/vehicles/{vehicle}`; tickets that were bought for it stay.
pub(crate) fn remove(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let mut held = Held::take(tx, &call.who()?.account)?;
    let removed = tx.query(
        "DELETE FROM vehicle WHERE id = $1 AND account = $2 RETURNING id, shown, canonical, label",
        values![call.named(), &held.id],
    )?;
    let Some(row) = removed.first() else {
        return refuse(ProblemCode::NotFound, "this vehicle is not in your account");
    };
    held.tell(Change::VehicleRemoved(vehicle(row)?));
    held.release(tx, call.now)?;
    Ok(Response::empty())
}
