//! `mesto terms` and `mesto accept-terms`: the contract, its versions, what was accepted.

use clap::Subcommand;
use mesto_client::protocol::base::terms::CityTerms;

use crate::kernel::args::PhoneArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::output::Tone;
use crate::kernel::phone::Phone;
use crate::kernel::service::{Commands, Run, Service};

pub const SERVICE: Service = Service { commands: Some(Commands::of::<Command>()), ..Service::named("terms") };

#[derive(Debug, Subcommand)]
enum Command {
    /// The terms of the city with their versions, and what this account accepted.
    Terms(PhoneArgs),
    /// Accept the newest version of terms.
    AcceptTerms {
        /// The terms, as `mesto terms` names them.
        id: String,
        /// The version that was read.
        version: String,
        #[command(flatten)]
        at: PhoneArgs,
    },
}

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        match self {
            Self::Terms(at) => call.ask(terms(at, call)),
            Self::AcceptTerms { id, version, at } => call.ask(accept(id, version, at, call)),
        }
    }
}

async fn terms(at: PhoneArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&at, call).await?;
    let listed = phone.core.terms().list(&phone.city).await;
    let listed = phone.done(listed)?;
    call.say(&listed, || listed.iter().map(|terms| entry(&phone, terms)).collect::<Vec<_>>().join("\n\n"));
    Ok(())
}

fn entry(phone: &Phone, terms: &CityTerms) -> String {
    let mut lines = vec![format!("{} ({})", terms.id, terms.scope)];
    for version in &terms.versions {
        let accepted = terms.accepted.iter().find(|accepted| accepted.version == version.version);
        let accepted = accepted
            .map(|accepted| {
                format!(", accepted by {} {}", accepted.accepted_by, phone.show.of_year(accepted.accepted_at))
            })
            .unwrap_or_default();
        let holds = if terms.in_force.as_ref() == Some(&version.version) { ", in force" } else { "" };
        let link = version.links.get(phone.show.locale.tag());
        lines.push(format!("  {} from {}{holds}{accepted}  {link}", version.version, version.effective_on));
    }
    if let Some(pending) = &terms.pending {
        let command = format!("Then: mesto accept-terms {} {}", pending.id, pending.version);
        let said =
            if pending.needs_acceptance { "It has to be accepted." } else { "Paying from its day on accepts it." };
        lines.push(phone.show.paint(Tone::Warn, &format!("  {} is new. {said} {command}", pending.version)));
    }
    lines.join("\n")
}

async fn accept(id: String, version: String, at: PhoneArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&at, call).await?;
    let accepted = phone.core.terms().accept(&phone.city, &id, &version).await;
    let accepted = phone.done(accepted)?;
    call.say(&accepted, || phone.show.paint(Tone::Good, &format!("Version {} of {} is accepted.", version, id)));
    Ok(())
}
