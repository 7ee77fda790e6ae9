//! Benefits and passes in a terminal: a rider's passes, what a clerk grants.

mod rider;
mod testbed;
mod tools;

use clap::Subcommand;

use crate::kernel::args::PhoneArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::phone::Phone;
use crate::kernel::service::{Commands, OfCity, Past, Run, Service};

pub const SERVICE: Service = Service {
    commands: Some(Commands::of::<Command>()),
    controls: Some(testbed::controls),
    tools: Some(Commands::of::<tools::Tool>()),
    city: OfCity {
        check: None,
        pages: &[
            ("Categories of riders", "/sections/passes/categories"),
            ("Passes", "/sections/passes/products"),
            ("What the city decided of passes", "/sections/passes/policy"),
        ],
    },
    history: Some(|phone, limit| Box::pin(past(phone, limit))),
    ..Service::named("passes")
};

#[derive(Debug, Subcommand)]
enum Command {
    /// Buy a pass, or give one back.
    #[command(subcommand)]
    Pass(rider::PassCommand),
    /// Passes and benefits of the account, and passes on sale.
    Passes(PhoneArgs),
}

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        match self {
            Self::Pass(pass) => pass.run(call),
            Self::Passes(at) => call.ask(rider::passes(at, call)),
        }
    }
}

async fn past(phone: &Phone, limit: u32) -> Outcome<Past> {
    let page = phone.core.passes().history(None, limit).await;
    let page = phone.done(page)?;
    let text = match page.items.as_slice() {
        [] => format!("{}\n", phone.show.word("passes-none")),
        passes => rider::passes_table(phone, passes),
    };
    Ok(Past { name: "passes", json: serde_json::to_value(&page).unwrap_or_default(), text })
}
