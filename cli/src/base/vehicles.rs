//! `mesto vehicles`, and which vehicle is meant by a plate.

use clap::{Args, Subcommand};
use mesto_client::protocol::kernel::ids::VehicleId;
use mesto_rules::{ParsedPlate, PlateWarning};

use crate::kernel::args::PhoneArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::output::{self, table};
use crate::kernel::phone::Phone;
use crate::kernel::service::{Commands, Run, Service};

pub const SERVICE: Service = Service { commands: Some(Commands::of::<Command>()), ..Service::named("vehicles") };

#[derive(Debug, Subcommand)]
enum Command {
    /// Vehicles of the account: list, add, remove.
    Vehicles(VehiclesArgs),
}

#[derive(Debug, Args)]
struct VehiclesArgs {
    /// Not taken: what is added or removed stands behind its option.
    #[arg(hide = true, num_args = 0.., value_name = "WORDS")]
    words: Vec<String>,
    /// Add this plate.
    #[arg(long)]
    add: Option<String>,
    /// Remove this plate.
    #[arg(long, conflicts_with = "add")]
    remove: Option<String>,
    /// Remove it even while it is parked; its ticket stays and can be extended.
    #[arg(long, requires = "remove")]
    yes: bool,
    #[command(flatten)]
    at: PhoneArgs,
}

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        match self {
            Self::Vehicles(args) => call.ask(vehicles(args, call)),
        }
    }
}

async fn vehicles(args: VehiclesArgs, call: Call) -> Outcome<()> {
    if !args.words.is_empty() {
        let text = format!("`{}` is not taken here", args.words.join(" "));
        return Err(CliError::new(Exit::Usage, "usage", text)
            .advise("mesto vehicles; mesto vehicles --add \"BG 789-PP\"; mesto vehicles --remove \"BG 789-PP\"."));
    }
    let phone = Phone::open(&args.at, call).await?;
    phone.sync().await?;
    let mut warnings = Vec::new();
    if let Some(plate) = &args.add {
        warnings = read(&phone, plate)?.warnings;
        let added = phone.core.vehicles().add(&phone.city, plate, None).await;
        phone.done(added)?;
    }
    if let Some(plate) = &args.remove {
        let removed = phone.core.vehicles().remove(meant(&phone, Some(plate))?, args.yes).await;
        phone.done(removed)?;
    }
    let vehicles = phone.done(phone.core.vehicles().list())?;
    say_again(&phone, &warnings);
    call.say(&vehicles, || {
        if vehicles.is_empty() {
            return "No vehicle yet. Add one: mesto vehicles --add \"BG 789-PP\"".to_owned();
        }
        let row = |one: &mesto_client::protocol::base::vehicles::Vehicle| {
            vec![one.plate.display.clone(), one.plate.canonical.clone(), one.id.to_string()]
        };
        table(&["plate", "compared as", "vehicle"], &vehicles.iter().map(row).collect::<Vec<_>>())
    });
    Ok(())
}

/// A plate by the city's grammar.
fn read(phone: &Phone, typed: &str) -> Outcome<ParsedPlate> {
    phone.done(phone.core.vehicles().check_plate(&phone.city, typed))
}

/// Says what to look at again in a plate that was typed; beside the answer, which a machine reads.
fn say_again(phone: &Phone, warnings: &[PlateWarning]) {
    for warning in warnings {
        output::warn(&phone.core.vehicles().warning_text(warning));
    }
}

/// The vehicle meant: the one with this plate, or the only one.
///
/// # Errors
/// `vehicle_missing`, `vehicle_unclear`, or why the plate is none.
pub fn meant(phone: &Phone, plate: Option<&str>) -> Outcome<VehicleId> {
    let vehicles = phone.done(phone.core.vehicles().list())?;
    let list = || vehicles.iter().map(|vehicle| vehicle.plate.display.as_str()).collect::<Vec<_>>().join(", ");
    match (plate, vehicles.as_slice()) {
        (_, []) => Err(CliError::new(Exit::Refused, "vehicle_missing", "there is no vehicle in this account")
            .advise("Add one: `mesto vehicles --add \"BG 789-PP\"`.")),
        (None, [only]) => Ok(only.id),
        (None, _) => {
            Err(CliError::new(Exit::Usage, "vehicle_unclear", format!("there are several vehicles: {}", list()))
                .advise("Say which one with --plate."))
        }
        (Some(typed), _) => {
            let plate = read(phone, typed)?;
            say_again(phone, &plate.warnings);
            let found = vehicles.iter().find(|vehicle| vehicle.plate.canonical == plate.canonical);
            found.map(|vehicle| vehicle.id).ok_or_else(|| {
                CliError::new(Exit::Refused, "vehicle_missing", format!("{} is not in this account", plate.display))
                    .advise(format!("There are: {}. Add it with `mesto vehicles --add`.", list()))
            })
        }
    }
}
