//! Transport cards in a terminal: a rider's own; `mesto card-office` for whoever issues and
//! replaces them; `mesto reader` plays the reader of a vehicle.

mod office;
mod reader;
mod rider;
mod show;
mod testbed;

use clap::Subcommand;

use crate::kernel::args::PhoneArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::service::{Commands, OfCity, Run, Service};

pub const SERVICE: Service = Service {
    commands: Some(Commands::of::<Command>()),
    controls: Some(testbed::controls),
    city: OfCity {
        check: None,
        pages: &[("Kinds of cards", "/sections/cards/kinds"), ("Top-ups of cards", "/sections/cards/top_ups")],
    },
    ..Service::named("cards")
};

#[derive(Debug, Subcommand)]
enum Command {
    /// Link, top up, report or unlink a transport card.
    #[command(subcommand)]
    Card(rider::CardCommand),
    /// Transport cards of the account, each with its balance and the moment of that.
    Cards(PhoneArgs),
    /// What whoever issues and replaces cards does.
    #[command(subcommand)]
    CardOffice(office::OfficeCommand),
    /// Play the reader of a vehicle: hold a card at it.
    Reader(reader::ReaderArgs),
}

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        match self {
            Self::Card(card) => card.run(call),
            Self::Cards(at) => call.ask(rider::cards(at, call)),
            Self::CardOffice(office) => office.run(call),
            Self::Reader(args) => call.ask(reader::reader(args, call)),
        }
    }
}
