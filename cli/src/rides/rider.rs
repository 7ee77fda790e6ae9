//! Rides as a rider has them: checked, confirmed, shown, disputed.

use clap::{Args, Subcommand};
use mesto_client::base::payments::offer;
use mesto_client::protocol::base::payments::{PayMethod, Quote};
use mesto_client::protocol::kernel::ids::RideId;
use mesto_client::protocol::rides::riders::{Companions, RidesOffer, RidesSubject};
use serde_json::json;

use crate::base::payments::{self, HowToPay, priced};
use crate::kernel::args::PhoneArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::output;
use crate::kernel::phone::Phone;
use crate::rides::show;

#[derive(Debug, Subcommand)]
pub enum RideCommand {
    /// What a ride would be, and what it costs: nothing is charged.
    Check(CheckArgs),
    /// Register a ride and pay it.
    Confirm(CheckArgs),
    /// The ticket of a ride, for a controller's camera.
    Show {
        /// The ride, as `mesto rides` names it: rd_...
        ride: RideId,
        /// Move the ticket here, when another phone shows it.
        #[arg(long)]
        here: bool,
        #[command(flatten)]
        at: PhoneArgs,
    },
    /// Say that a ride is wrong.
    Dispute {
        /// The ride, as `mesto rides` names it: rd_...
        ride: RideId,
        /// What is wrong.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        at: PhoneArgs,
    },
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    /// What the sign or the terminal says (https://...), or the number on the board or the plate.
    #[arg(value_name = "CODE|NUMBER")]
    sign: String,
    /// All who ride on this ticket.
    #[arg(long, default_value_t = 1)]
    persons: u32,
    /// Of which category some who ride along are: child=2. Of whom nothing is said pays the fare.
    #[arg(long, value_name = "CATEGORY=PERSONS", value_parser = companions)]
    with: Vec<Companions>,
    /// Ride again in a vehicle in which you are registered already.
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    pay: HowToPay,
    #[command(flatten)]
    at: PhoneArgs,
}

fn companions(typed: &str) -> Result<Companions, String> {
    let read = typed.split_once('=').and_then(|(category, persons)| {
        Some(Companions { category: category.trim().parse().ok()?, persons: persons.trim().parse().ok()? })
    });
    read.ok_or_else(|| "say a category and how many, such as child=2".to_owned())
}

impl CheckArgs {
    /// A link is what was scanned; everything else was typed.
    fn subject(&self) -> RidesSubject {
        let is_code = self.sign.contains("://");
        RidesSubject {
            scanned: is_code.then(|| self.sign.clone()),
            vehicle: (!is_code).then(|| self.sign.clone()),
            persons: self.persons,
            companions: self.with.clone(),
            is_again: self.again,
        }
    }

    /// The words of the same ride again.
    fn as_typed(&self) -> String {
        let mut words = format!(" '{}'", self.sign.replace('\'', "'\\''"));
        if self.persons != 1 {
            words.push_str(&format!(" --persons {}", self.persons));
        }
        for one in &self.with {
            words.push_str(&format!(" --with {}={}", one.category, one.persons));
        }
        if self.again {
            words.push_str(" --again");
        }
        if self.pay.method() == PayMethod::Card {
            words.push_str(" --pay card");
        }
        words
    }

    async fn checked(&self, phone: &Phone) -> Outcome<Quote> {
        let quote = phone.core.rides().quote(&phone.city, &self.subject(), self.pay.method()).await;
        priced(phone, quote)
    }
}

impl RideCommand {
    pub fn run(self, call: Call) -> Outcome<()> {
        match self {
            Self::Check(args) => call.ask(check(args, call)),
            Self::Confirm(args) => call.ask(confirm(args, call)),
            Self::Show { ride, here, at } => call.ask(shown(ride, here, at, call)),
            Self::Dispute { ride, reason, at } => call.ask(dispute(ride, reason, at, call)),
        }
    }
}

async fn check(args: CheckArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&args.at, call).await?;
    let quote = args.checked(&phone).await?;
    call.say(&quote, || {
        let mut text = match offer::<RidesOffer>(&quote) {
            Some(offer) => show::quote_text(&phone, &quote, &offer),
            None => payments::quote_text(&phone.show, &quote, "", &[]),
        };
        text.push_str(&format!("{}: mesto ride confirm{}\n", phone.show.word("rides-confirm"), args.as_typed()));
        text
    });
    Ok(())
}

async fn confirm(args: CheckArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&args.at, call).await?;
    phone.sync_before_asking().await?;
    let quote = args.checked(&phone).await?;
    let intent = phone.core.payments().buy(&quote).await;
    let intent = phone.done(intent).map_err(|error| match error.code.as_str() {
        "ride_repeated" => again(&phone, error),
        _ => error,
    })?;
    let ride = intent.ride().map(|ride| ride.id.to_string()).unwrap_or_default();
    let (paid, balance) = (phone.show.money(&intent.amount), payments::deposit_after(&phone, &intent));
    payments::tell(&phone, &intent, &format!("The ride is registered ({paid}): {ride}.{balance}"))
}

fn again(phone: &Phone, error: CliError) -> CliError {
    let again = phone.show.word("rides-confirm-again");
    error.advise(format!("{again}: --again."))
}

pub async fn rides(at: PhoneArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&at, call).await?;
    phone.sync().await?;
    let state = phone.core.rides().state();
    call.say(&*state, || {
        let mut text = format!("{}\n", phone.show.word("rides-title"));
        let rides: Vec<_> = state.current.iter().chain(&state.over).cloned().collect();
        match rides.as_slice() {
            [] => text.push_str(&format!("{}\n", phone.show.word("rides-none"))),
            rides => text.push_str(&show::rides_table(&phone, rides)),
        }
        if !state.forgotten.is_empty() {
            text.push_str(&format!("{}\n", phone.show.word("rides-forgotten-why")));
            text.push_str(&show::rides_table(&phone, &state.forgotten));
        }
        if let Some(left) = phone.core.rides().left(&phone.city) {
            text.push_str(&show::left_text(&phone.show, &left));
        }
        text
    });
    Ok(())
}

async fn shown(ride: RideId, here: bool, at: PhoneArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&at, call).await?;
    let rides = phone.core.rides();
    if here {
        phone.sync().await?;
        phone.done(rides.move_code_here(ride).await)?;
    }
    let code = phone.done(rides.code(ride))?;
    let drawn = match call.style.json {
        true => String::new(),
        false => output::qr_that_fits(&code.text, call.style)?,
    };
    call.say(&json!({ "ride": ride, "text": code.text, "fresh_until": code.fresh_until }), || {
        format!("{drawn}\n{}\n", phone.show.word("rides-ticket-note"))
    });
    Ok(())
}

async fn dispute(ride: RideId, reason: String, at: PhoneArgs, call: Call) -> Outcome<()> {
    if reason.trim().is_empty() {
        return Err(CliError::new(Exit::Usage, "reason_missing", "say what is wrong with the ride"));
    }
    let phone = Phone::open(&at, call).await?;
    let ride = phone.done(phone.core.rides().dispute(ride, &reason).await)?;
    call.say(&ride, || phone.show.word("rides-wrong-sent"));
    Ok(())
}
