//! `mesto card-office`: what whoever issues cards tells, and what a clerk does at a counter.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand, ValueEnum};
use mesto_protocol::cards::offices::{BLOCK, CONFIRM, CardsTold, OfficeCard, REPLACE, TELL_ISSUED};
use mesto_rules::CityId;
use serde_json::{Value, json};

use crate::kernel::args::web_address;
use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::link::{Link, not_reached, token_in};

#[derive(Debug, Args)]
pub struct StaffArgs {
    /// Address of the operator.
    #[arg(long, value_parser = web_address)]
    pub operator: String,
    /// A file with a token, as `mesto admin create` shows it.
    #[arg(long, value_name = "FILE")]
    pub token_file: PathBuf,
    #[arg(long, default_value = "almaty")]
    pub city: CityId,
}

impl StaffArgs {
    pub fn token(&self) -> Outcome<String> {
        token_in(&self.token_file, "member of staff")
    }

    pub fn link<'a>(&'a self, token: &'a str) -> Link<'a> {
        Link { operator: &self.operator, token }
    }
}

#[derive(Debug, Subcommand)]
pub enum OfficeCommand {
    /// Tell of a card that was issued (token of a dispatcher).
    Issue {
        /// 8 to 20 digits.
        number: String,
        /// The code that is printed on it.
        code: String,
        /// Its kind: an id of the city.
        #[arg(long, default_value = "standard")]
        kind: String,
        #[arg(long, value_name = "YYYY-MM-DD")]
        issued_on: NaiveDate,
        #[command(flatten)]
        at: StaffArgs,
    },
    /// The user of this card showed an identity document (token of a card clerk, as below).
    Confirm {
        /// The number of a card that his account has.
        number: String,
        #[command(flatten)]
        at: StaffArgs,
    },
    /// Block a card.
    Block {
        number: String,
        /// Why.
        #[arg(long, value_enum)]
        reason: Reason,
        #[command(flatten)]
        at: StaffArgs,
    },
    /// A card was found again, or was blocked by mistake.
    Unblock {
        number: String,
        #[command(flatten)]
        at: StaffArgs,
    },
    /// Another card takes the place of one, with its balance.
    Replace {
        /// The card that ends.
        number: String,
        /// The number of the other one.
        #[arg(long, value_name = "NUMBER")]
        by: String,
        /// The code that is printed on the other one.
        #[arg(long, value_name = "CODE")]
        by_code: String,
        #[command(flatten)]
        at: StaffArgs,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Reason {
    Lost,
    Stolen,
    Defective,
    Stopped,
}

impl Reason {
    const fn word(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Stolen => "stolen",
            Self::Defective => "defective",
            Self::Stopped => "stopped",
        }
    }
}

impl OfficeCommand {
    pub fn run(self, call: Call) -> Outcome<()> {
        call.ask(self.done(call))
    }

    async fn done(self, call: Call) -> Outcome<()> {
        match self {
            Self::Issue { number, code, kind, issued_on, at } => {
                let card = json!({ "number": number, "code": code, "kind": kind, "issued_on": issued_on });
                let (token, body) = (at.token()?, json!({ "city": at.city, "cards": [card] }));
                let told: CardsTold = at.link(&token).post(TELL_ISSUED.path, &body).await.map_err(not_reached)?;
                call.say(&told, || told.cards.iter().map(|card| format!("Issued: {card}\n")).collect::<String>());
                Ok(())
            }
            Self::Confirm { number, at } => ask(call, &at, CONFIRM.path, json!({ "number": number })).await,
            Self::Block { number, reason, at } => {
                ask(call, &at, BLOCK.path, json!({ "number": number, "blocked_for": reason.word() })).await
            }
            Self::Unblock { number, at } => {
                ask(call, &at, BLOCK.path, json!({ "number": number, "is_found": true })).await
            }
            Self::Replace { number, by, by_code, at } => {
                let body = json!({ "number": number, "replacement": by, "replacement_code": by_code });
                ask(call, &at, REPLACE.path, body).await
            }
        }
    }
}

/// What a clerk asks, and how the card stands then.
async fn ask(call: Call, at: &StaffArgs, path: &str, mut body: Value) -> Outcome<()> {
    let token = at.token()?;
    if let Some(fields) = body.as_object_mut() {
        fields.insert("city".to_owned(), json!(at.city));
    }
    let card: OfficeCard = at.link(&token).post(path, &body).await.map_err(not_reached)?;
    call.say(&card, || {
        let user = card.identification.as_ref().map_or("nobody's account", |level| level.as_str());
        let trouble = card.blocked_for.as_ref().map(|trouble| format!(" ({trouble})")).unwrap_or_default();
        format!("{} {}: {}{trouble}, {}, {user}\n", card.number_masked, card.card, card.state, card.balance.amount)
    });
    Ok(())
}
