//! `mesto reader`: plays the reader of a vehicle. A card that is held long enough is read, what
//! waits is written onto it, and a ride is registered where enough is on it (AV-56, AV-57).

use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;
use mesto_protocol::base::public::{CLOCK, Clock};
use mesto_protocol::cards::readers::{CardAtReader, HeldTold, READ, TELL_HELD};
use mesto_protocol::cards::riders::CardState;
use mesto_rules::cards::{CardState as RulesState, ReaderShows, reader_shows};
use mesto_rules::money::Money;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::cards::office::StaffArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::link::{Link, not_reached};
use crate::kernel::output::Tone;

/// Where machines tell rides by cards, with those by tickets.
const RIDDEN: &str = "/v1/control/registrations";

#[derive(Debug, Args)]
pub struct ReaderArgs {
    /// The code that is printed on the card.
    code: String,
    /// The number that is painted on the vehicle.
    #[arg(long, default_value = "1204")]
    board: String,
    /// How long the card is held: 2 seconds are needed.
    #[arg(long, default_value_t = 2)]
    seconds: u32,
    /// What a ride takes from the card.
    #[arg(long, default_value = "120", value_parser = fare)]
    fare: Decimal,
    /// Read the card and write what waits, without a ride.
    #[arg(long)]
    balance_only: bool,
    #[command(flatten)]
    at: StaffArgs,
}

fn fare(typed: &str) -> Result<Decimal, String> {
    mesto_rules::money::exact(typed.trim()).map_err(|_| "give an amount as a number, such as 120".to_owned())
}

/// A card that is held at a reader.
pub struct Held<'a> {
    pub city: &'a str,
    /// The code that is printed on it.
    pub code: &'a str,
    /// The number that is painted on the vehicle.
    pub vehicle: &'a str,
    pub seconds: u32,
    /// What a ride takes from the card.
    pub fare: Decimal,
    /// Without a ride.
    pub balance_only: bool,
}

/// What a reader read and did.
pub struct Read {
    /// The card as it was read last, before a ride.
    pub card: CardAtReader,
    /// Top-ups that were written onto it.
    pub written: usize,
    pub left: Money,
    /// What the operator answered of the ride; `None` without one.
    pub rides: Option<Value>,
}

async fn read(link: &Link<'_>, at: &Held<'_>) -> Outcome<CardAtReader> {
    let target = READ.target(&[], &[("city", at.city), ("code", at.code)]);
    link.get(&target).await.map_err(not_reached)
}

/// Holds a card at a reader: what waits is written onto it, and a ride is registered where enough
/// is on it.
///
/// # Errors
/// `hold_longer`, `card_blocked`, `card_too_little`, and what the operator refuses.
pub async fn held(link: &Link<'_>, at: &Held<'_>) -> Outcome<Read> {
    let held_for = TimeDelta::seconds(at.seconds.into());
    let Clock { now } = link.get(CLOCK.path).await.map_err(not_reached)?;
    let mut card = read(link, at).await?;
    let mut written = 0;
    if held_for >= mesto_rules::cards::reader::HOLD && !card.top_ups.is_empty() {
        written = card.top_ups.len();
        write(link, at, &card, now).await?;
        card = read(link, at).await?;
    }
    let balance = card.balance.amount;
    if at.balance_only {
        return Ok(Read { card, written, left: balance, rides: None });
    }
    let fare = Money::new(at.fare, balance.currency)
        .map_err(|why| CliError::new(Exit::Usage, "amount_invalid", why.to_string()))?;
    let state = match card.state {
        CardState::Active => RulesState::Active,
        CardState::Replaced => RulesState::Replaced,
        _ => RulesState::Blocked,
    };
    let refused = |code: &str, text: String| Err(CliError::new(Exit::Refused, code, text));
    match reader_shows(held_for, state, balance, fare) {
        ReaderShows::Success { left } => {
            let ride = json!({
                "kind": "transport_card", "channel": "transport_card", "code": at.code, "vehicle": at.vehicle,
                "persons": 1, "registered_at": now, "price": fare,
            });
            let told = json!({ "city": at.city, "registrations": [ride] });
            let told: Value = link.post(RIDDEN, &told).await.map_err(not_reached)?;
            Ok(Read { card, written, left, rides: Some(told.get("rides").cloned().unwrap_or_default()) })
        }
        ReaderShows::HoldLonger => {
            refused("hold_longer", "not registered: hold the card for 2 seconds, until the reader answers".to_owned())
        }
        ReaderShows::Blocked => refused("card_blocked", "not registered: the card is blocked".to_owned()),
        ReaderShows::TooLittle { balance } => {
            refused("card_too_little", format!("not registered: {balance} are on the card, a ride takes {fare}"))
        }
    }
}

pub async fn reader(args: ReaderArgs, call: Call) -> Outcome<()> {
    let token = args.at.token()?;
    let link = args.at.link(&token);
    let at = Held {
        city: args.at.city.as_str(),
        code: &args.code,
        vehicle: &args.board,
        seconds: args.seconds,
        fare: args.fare,
        balance_only: args.balance_only,
    };
    let Read { card, left, rides, .. } = held(&link, &at).await?;
    match rides {
        None => call.say(&card, || format!("{}: {left}, as of {}\n", card.number_masked, card.balance.at)),
        Some(rides) => call.say(&json!({ "rides": rides, "left": left }), || {
            let fare = args.fare;
            format!("{} {fare} {}, {left} left\n", call.style.paint(Tone::Good, "Registered:"), left.currency)
        }),
    }
    Ok(())
}

/// Writes what waits onto the card, and tells the operator.
async fn write(link: &Link<'_>, at: &Held<'_>, card: &CardAtReader, now: DateTime<Utc>) -> Outcome<()> {
    let held: Vec<_> = card.top_ups.iter().map(|one| json!({ "top_up": one.id, "held_at": now })).collect();
    let told = json!({ "city": at.city, "held": held });
    let _: HeldTold = link.post(TELL_HELD.path, &told).await.map_err(not_reached)?;
    Ok(())
}
