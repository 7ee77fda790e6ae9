//! Payments at merchants in a terminal: a rider pays, a till asks and gives back, an operator's
//! tools register and settle.

mod rider;
mod testbed;
mod till;
mod tools;

use clap::Subcommand;

use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::phone::Phone;
use crate::kernel::service::{Commands, OfCity, Past, Run, Service};

pub const SERVICE: Service = Service {
    commands: Some(Commands::of::<Command>()),
    tools: Some(Commands::of::<tools::Tool>()),
    controls: Some(testbed::controls),
    city: OfCity {
        check: None,
        pages: &[
            ("Payment organisation", "/sections/merchants/organisation"),
            ("Categories of merchants", "/sections/merchants/categories"),
            ("What the city decided of payments at merchants", "/sections/merchants/policy"),
        ],
    },
    history: Some(|phone, limit| Box::pin(past(phone, limit))),
    ..Service::named("merchants")
};

#[derive(Debug, Subcommand)]
enum Command {
    /// Pay at a merchant, or act for one.
    #[command(subcommand)]
    Merchant(MerchantCommand),
}

#[derive(Debug, Subcommand)]
enum MerchantCommand {
    #[command(flatten)]
    Rider(rider::RiderCommand),
    #[command(flatten)]
    Till(till::TillCommand),
}

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        match self {
            Self::Merchant(MerchantCommand::Rider(command)) => command.run(call),
            Self::Merchant(MerchantCommand::Till(command)) => call.ask(command.run(call)),
        }
    }
}

async fn past(phone: &Phone, limit: u32) -> Outcome<Past> {
    let page = phone.core.merchants().history(None, limit).await;
    let page = phone.done(page)?;
    let text = match page.items.as_slice() {
        [] => format!("{}\n", phone.show.word("merchants-none")),
        payments => rider::payments_table(phone, payments),
    };
    Ok(Past { name: "merchants", json: serde_json::to_value(&page).unwrap_or_default(), text })
}
