//! The vehicles of an account: their plates stand here and can be erased.

use chrono::{DateTime, Utc};
use mesto_protocol::base::plate::Plate;
use mesto_protocol::base::vehicles::{
    self as wire, NewVehicle, Vehicle, VehicleAdded, VehicleRemoved, Vehicles, VehiclesSection,
};
use mesto_protocol::kernel::ids::{AccountId, VehicleId};
use mesto_protocol::kernel::json::Json;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::plate::parse_plate;
use mesto_rules::{CityId, ParsedPlate};

use crate::kernel::account::LockedAccount;
use crate::kernel::call::Call;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::limits::Limits;
use crate::kernel::operator::Operator;
use crate::kernel::service::{Erasure, Export, Service, Table, Told, serve};
use crate::kernel::store::{Select, StoreError, Tx, Write};
use crate::kernel::text;
use crate::{delete, find, table, values};

table! {
    pub(crate) struct VehicleRow in "vehicle" {
        id: VehicleId,
        account: AccountId,
        city: CityId,
        canonical: String,
        shown: String,
        country: Option<String>,
        label: Option<String>,
        created_at: DateTime<Utc>,
    }
}

impl From<VehicleRow> for Vehicle {
    fn from(row: VehicleRow) -> Self {
        let plate = Plate { canonical: row.canonical, display: row.shown, country: row.country };
        Self { id: row.id, plate, label: row.label }
    }
}

const LABEL_MAX: usize = 40;

pub(crate) const SERVICE: Service = Service {
    operations: &[&[
        serve!(get wire::LIST => list),
        serve!(post wire::ADD => add),
        serve!(delete wire::REMOVE => remove),
    ]],
    section: Some(section),
    tables: &[Table {
        name: "vehicle",
        export: Export::Rows {
            called: "vehicles",
            columns: &[
                Told::Plain("city"),
                Told::Plain("shown"),
                Told::Plain("country"),
                Told::Plain("label"),
                Told::Time("created_at"),
            ],
            from: "vehicle WHERE account = $1 ORDER BY id",
        },
        erasure: Erasure::AtClosing(&["DELETE FROM vehicle WHERE account = $1"]),
    }],
    ..Service::of(&wire::SERVICE)
};

fn section(tx: &mut dyn Tx, _: &Operator, account: AccountId, _: DateTime<Utc>) -> Outcome<Json> {
    Ok(Json::of(&VehiclesSection { vehicles: of(tx, account)? })?)
}

/// A plate by the city's grammar, or what is wrong with it.
pub(crate) fn plate(operator: &Operator, city: &str, typed: &str) -> Outcome<ParsedPlate> {
    let city = operator.city(city)?;
    parse_plate(typed, &city.sections.plates).map_err(|error| {
        Problem::new(ProblemCode::PlateInvalid, error.to_string())
            .with("reason", error.code())
            .with("example", &city.sections.plates.example)
            .into()
    })
}

fn list(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Vehicles> {
    Ok(Vehicles { items: of(tx, call.who()?.account)? })
}

/// The vehicles of an account, in the order they were added.
fn of(tx: &mut dyn Tx, account: AccountId) -> Result<Vec<Vehicle>, StoreError> {
    let rows: Vec<VehicleRow> =
        tx.all(Select::of("FROM vehicle WHERE vehicle.account = $1 ORDER BY vehicle.id", values![account]))?;
    Ok(rows.into_iter().map(Vehicle::from).collect())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VehicleLimits {
    /// Vehicles that an account holds.
    pub per_account: usize,
}

impl Default for VehicleLimits {
    fn default() -> Self {
        Self { per_account: 20 }
    }
}

impl Limits for VehicleLimits {}

fn add(tx: &mut dyn Tx, call: &mut Call<'_>, asked: NewVehicle) -> Outcome<VehicleAdded> {
    let mut read = plate(call.operator, &asked.city, &asked.plate)?;
    let warnings = std::mem::take(&mut read.warnings);
    let plate = Plate::from(read);
    let mut account = LockedAccount::of_caller(tx, call.who()?.account)?;
    let most = call.operator.limits::<VehicleLimits>().per_account;
    let known = of(tx, account.id)?;
    if known.len() >= most {
        return Err(Problem::new(ProblemCode::TooManyVehicles, format!("an account holds at most {most} vehicles"))
            .with("max", most)
            .into());
    }
    if known.iter().any(|known| known.plate == plate) {
        return refuse(ProblemCode::VehicleExists, "this plate is in your account already");
    }
    let vehicle = Vehicle {
        id: call.operator.new_id(call.now),
        plate,
        label: asked.label.map(|label| text::plain(&label, LABEL_MAX)),
    };
    tx.write(Write::insert(VehicleRow {
        id: vehicle.id,
        account: account.id,
        city: call.operator.city(&asked.city)?.id.clone(),
        canonical: vehicle.plate.canonical.clone(),
        shown: vehicle.plate.display.clone(),
        country: vehicle.plate.country.clone(),
        label: vehicle.label.clone(),
        created_at: call.now,
    }))?;
    account.tell(&vehicle)?;
    account.release(tx, call.now)?;
    Ok(VehicleAdded { vehicle, warnings })
}

/// Tickets that were bought for it stay.
fn remove(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<()> {
    let mut account = LockedAccount::of_caller(tx, call.who()?.account)?;
    let Some(vehicle) = tx.first(find!(VehicleRow { id: call.named(), account: account.id }))? else {
        return refuse(ProblemCode::NotFound, "this vehicle is not in your account");
    };
    tx.write(delete!(VehicleRow { id: vehicle.id }))?;
    account.tell(&VehicleRemoved { id: vehicle.id })?;
    account.release(tx, call.now)
}
