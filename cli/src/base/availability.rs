//! `mesto availability` and `mesto admin availability`: how much of a month an operator was up.

use clap::Subcommand;
use mesto_client::protocol::base::availability::MonthAvailability;

use crate::base::operator::{looked_at, now, refused};
use crate::kernel::args::{PhoneArgs, StoreArgs};
use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::phone::Phone;
use crate::kernel::service::{Commands, Run, Service};

pub const SERVICE: Service = Service {
    commands: Some(Commands::of::<Command>()),
    tools: Some(Commands::of::<Tool>()),
    ..Service::named("availability")
};

#[derive(Debug, Subcommand)]
enum Command {
    /// How much of a calendar month the operator was up, as it says itself.
    Availability {
        /// The month: 2026-11.
        #[arg(long)]
        month: String,
        #[command(flatten)]
        at: PhoneArgs,
    },
}

#[derive(Debug, Subcommand)]
enum Tool {
    /// How much of a calendar month this operator was up.
    Availability {
        /// The month on the city's clock: 2026-11.
        #[arg(long)]
        month: String,
        /// Whose clock, works and guarantee count; the first city without it.
        #[arg(long = "for", value_name = "CITY")]
        about: Option<String>,
        #[command(flatten)]
        store: StoreArgs,
    },
}

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        let Self::Availability { month, at } = self;
        call.ask(async move {
            let phone = Phone::open(&at, call).await?;
            let told = phone.core.availability(&phone.city, &month).await;
            let told = phone.done(told)?;
            call.say(&told, || text(&told));
            Ok(())
        })
    }
}

impl Run for Tool {
    fn run(self, call: Call) -> Outcome<()> {
        let Self::Availability { month, about, store } = self;
        let (operator, store) = looked_at(&store)?;
        let told = operator.availability(store.as_ref(), now(), (about.as_deref(), &month)).map_err(refused)?;
        call.say(&told, || text(&told));
        Ok(())
    }
}

fn text(told: &MonthAvailability) -> String {
    let promised = match (told.guaranteed_percent, told.is_kept) {
        (Some(percent), Some(true)) => format!("{percent} % were promised and kept"),
        (Some(percent), _) => format!("{percent} % were promised and not kept"),
        (None, _) => "nothing was promised".to_owned(),
    };
    format!(
        "{} in {}: {} %, {promised}.\nUp {} s, announced works {} s, down {} s; measured from {} to {}.",
        told.month,
        told.city,
        told.percent,
        told.up_seconds,
        told.works_seconds,
        told.down_seconds,
        told.measured_from_at,
        told.measured_until_at
    )
}
