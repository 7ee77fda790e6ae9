//! Street parking from a terminal: zones, prices, purchases, tickets; an operator's `void-ticket`.

pub mod demo;
mod show;
mod testbed;
mod tools;
pub mod trouble;

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use mesto_client::parking::ZonePrices;
use mesto_client::protocol::base::payments::Quote;
use mesto_client::protocol::kernel::ids::TicketId;
use mesto_client::protocol::parking::tickets::Ticket;
use mesto_client::rules::{ParkingSection, ZoneId};
use mesto_protocol::parking::signed::TicketClaims;
use mesto_protocol::signed_code::{Claims, CodeError, Kind, Unread};
use mesto_rules::City;
use serde::Serialize;

use crate::base::payments::{self, HowToPay, priced};
use crate::base::vehicles;
use crate::kernel::args::{PhoneArgs, position};
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Exit, Outcome, did_you_mean};
use crate::kernel::output::{self, table};
use crate::kernel::phone::Phone;
use crate::kernel::service::{CodeSays, Commands, Count, OfCity, OfCode, Past, Run, Service};

pub const SERVICE: Service = Service {
    commands: Some(Commands::of::<Command>()),
    tools: Some(Commands::of::<tools::Tool>()),
    history: Some(|phone, limit| Box::pin(past(phone, limit))),
    city: OfCity { check: Some(what_is_right), pages: &[] },
    code: Some(OfCode { kind: Kind::ParkingTicket, read: ticket_says }),
    counts: &[Count { name: "tickets", count: testbed::sold }],
    ..Service::named("parking")
};

#[derive(Debug, Subcommand)]
enum Command {
    /// Zones near a position, or the zone of a sign.
    Zones(ZonesArgs),
    /// What parking would cost, line by line.
    Quote(QuoteArgs),
    /// Buy parking time.
    Park(QuoteArgs),
    /// Buy more time for a running ticket.
    Extend(ExtendArgs),
    /// Tickets: the running ones, and the code of one for an inspector.
    Tickets(TicketsArgs),
    /// The SMS that buys parking time, for when there is no connection.
    Sms(SmsArgs),
}

#[derive(Debug, Args)]
struct ZonesArgs {
    /// Latitude and longitude: 44.8125,20.4612.
    #[arg(long, allow_hyphen_values = true)]
    near: Option<String>,
    /// A sign's code, as typed or scanned.
    #[arg(long)]
    sign: Option<String>,
    /// Prices, hours and limits of each zone, or of the one whose sign is given.
    #[arg(long)]
    prices: bool,
    /// Prices of this day (2025-09-03); today's without it.
    #[arg(long, value_name = "DATE", requires = "prices")]
    on: Option<NaiveDate>,
    #[command(flatten)]
    at: PhoneArgs,
}

#[derive(Debug, Args)]
struct QuoteArgs {
    /// Zone id (red) or sign code (9111).
    zone: String,
    /// How long, in minutes.
    #[arg(allow_negative_numbers = true, value_parser = minutes)]
    minutes: i64,
    /// Which vehicle; not needed when there is one.
    #[arg(long)]
    plate: Option<String>,
    #[command(flatten)]
    pay: HowToPay,
    #[command(flatten)]
    at: PhoneArgs,
}

#[derive(Debug, Args)]
struct ExtendArgs {
    /// How much longer, in minutes.
    #[arg(allow_negative_numbers = true, value_parser = minutes)]
    minutes: i64,
    /// Which ticket; not needed when one is running.
    #[arg(long)]
    ticket: Option<TicketId>,
    #[command(flatten)]
    pay: HowToPay,
    #[command(flatten)]
    at: PhoneArgs,
}

#[derive(Debug, Args)]
struct TicketsArgs {
    /// Show the code of this running ticket (or of the only one) for an inspector.
    #[arg(long, value_name = "TICKET")]
    qr: Option<Option<TicketId>>,
    /// Show the code of this ticket on this phone from now on, and no more on the one before.
    #[arg(long, value_name = "TICKET", conflicts_with = "qr")]
    move_here: Option<TicketId>,
    #[command(flatten)]
    at: PhoneArgs,
}

#[derive(Debug, Args)]
struct SmsArgs {
    /// Zone id (red) or sign code (9111).
    #[arg(required_unless_present = "instead_of")]
    zone: Option<String>,
    /// Which vehicle; not needed when there is one.
    #[arg(long)]
    plate: Option<String>,
    /// A purchase that is not confirmed: it is taken back first, so that it is not paid twice.
    #[arg(long, value_name = "INTENT", conflicts_with_all = ["zone", "plate"])]
    instead_of: Option<String>,
    #[command(flatten)]
    at: PhoneArgs,
}

fn minutes(typed: &str) -> Result<i64, String> {
    typed.trim().parse().map_err(|_| "give whole minutes as a number, such as 60".to_owned())
}

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        match self {
            Self::Zones(args) => call.ask(zones(args, call)),
            Self::Quote(args) => call.ask(quote(args, call)),
            Self::Park(args) => call.ask(park(args, call)),
            Self::Extend(args) => call.ask(extend(args, call)),
            Self::Tickets(args) => call.ask(tickets(args, call)),
            Self::Sms(args) => call.ask(sms(args, call)),
        }
    }
}

async fn zones(args: ZonesArgs, call: Call) -> Outcome<()> {
    let position = args.near.as_deref().map(position).transpose()?;
    let phone = Phone::open(&args.at, call).await?;
    if let Some(sign) = args.sign.as_deref() {
        // On a command line nothing more is typed: the beginning of a code is a wrong code.
        phone.done(phone.core.parking().zone_by_sign(&phone.city, sign))?;
    }
    let near = phone.done(phone.core.parking().zones_near(&phone.city, position, args.sign.as_deref()))?;
    if args.prices {
        let asked =
            near.zones.iter().map(|zone| &zone.zone).filter(|zone| near.by_sign.as_ref().is_none_or(|by| by == *zone));
        let prices: mesto_client::Result<Vec<ZonePrices>> =
            asked.map(|zone| phone.core.parking().prices(&phone.city, zone, args.on)).collect();
        let prices = phone.done(prices)?;
        call.say(&prices, || show::prices_text(&phone.show, &prices));
        return Ok(());
    }
    call.say(&near, || {
        let sign = near.by_sign.as_ref().map(|zone| format!("The sign is of zone {zone}.\n\n"));
        sign.unwrap_or_default() + &show::zones_table(&phone.show, &near)
    });
    Ok(())
}

/// Minutes as the rules take them.
fn whole_minutes(typed: i64) -> Outcome<u32> {
    let refused = |code| CliError::new(Exit::Refused, code, format!("parking for {typed} minutes is not possible"));
    match u32::try_from(typed) {
        Ok(minutes) if minutes > 0 => Ok(minutes),
        _ if typed > 0 => Err(refused("out_of_range").advise("Choose a shorter time: `mesto quote red 60`.")),
        _ => Err(refused("minutes_not_positive").advise("Give a number of minutes from 1 on: `mesto quote red 60`.")),
    }
}

/// The zone meant: an id, or the code of a sign.
fn zone(phone: &Phone, typed: &str) -> Outcome<ZoneId> {
    let city = phone.done(phone.core.cities().city(&phone.city))?;
    let parking: &ParkingSection = phone.done(city.section().map_err(mesto_client::Error::from))?;
    let word = typed.trim().to_lowercase();
    if let Some(zone) = parking.zone(&word) {
        return Ok(zone.id.clone());
    }
    phone.core.parking().zone_by_sign(&phone.city, typed).map_err(|_| {
        let known: Vec<&str> = parking.zones.iter().map(|zone| zone.id.as_str()).collect();
        let signs: Vec<&str> =
            parking.zones.iter().flat_map(|zone| zone.sign_codes.iter().map(String::as_str)).collect();
        let words: Vec<&str> = known.iter().chain(&signs).copied().collect();
        let text = format!("there is no zone `{typed}` in {}", city.name.get("en"));
        let meant = did_you_mean(&word, &words).map(|meant| format!("Did you mean `{meant}`? ")).unwrap_or_default();
        let advice = format!("{meant}Zones are {}; signs are {}.", known.join(", "), signs.join(", "));
        CliError::new(Exit::Refused, "zone_unknown", text).advise(advice)
    })
}

/// The price of what was asked for.
async fn asked(phone: &Phone, args: &QuoteArgs) -> Outcome<Quote> {
    let minutes = whole_minutes(args.minutes)?;
    phone.sync_before_asking().await?;
    let (zone, vehicle) = (zone(phone, &args.zone)?, vehicles::meant(phone, args.plate.as_deref())?);
    priced(phone, phone.core.parking().quote(&phone.city, &zone, vehicle, minutes, args.pay.method()).await)
}

async fn quote(args: QuoteArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&args.at, call).await?;
    let quote = asked(&phone, &args).await?;
    call.say(&quote, || show::quote_text(&phone.show, &quote));
    Ok(())
}

async fn park(args: QuoteArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&args.at, call).await?;
    let quote = asked(&phone, &args).await?;
    buy(&phone, &quote, call).await
}

async fn extend(args: ExtendArgs, call: Call) -> Outcome<()> {
    let minutes = whole_minutes(args.minutes)?;
    let phone = Phone::open(&args.at, call).await?;
    phone.sync_before_asking().await?;
    let ticket = running(&phone, args.ticket)?;
    let quote = priced(&phone, phone.core.parking().quote_extension(ticket, minutes, args.pay.method()).await)?;
    buy(&phone, &quote, call).await
}

async fn buy(phone: &Phone, quote: &Quote, call: Call) -> Outcome<()> {
    if !call.style.json {
        output::write(&show::quote_text(&phone.show, quote));
    }
    let intent = phone.core.payments().buy(quote).await;
    let intent = phone.done(intent)?;
    if intent.quote != quote.id && !call.style.json {
        output::write(
            "A purchase from before, whose answer was lost, is known now: it is the one, and nothing more was bought.\n",
        );
    }
    let until = intent.ticket().map(|ticket| phone.show.time(ticket.ends_at)).unwrap_or_default();
    let plate = intent.parking().map(|offer| offer.plate.display).unwrap_or_default();
    let deposit = payments::deposit_after(phone, &intent);
    payments::tell(phone, &intent, &format!("Bought: {plate} is parked until {until}.{deposit}"))
}

/// The running ticket meant: the one with this id, or the only chain that runs.
fn running(phone: &Phone, wanted: Option<TicketId>) -> Outcome<TicketId> {
    let shown = phone.core.parking().state();
    let last = shown.active.iter().max_by_key(|ticket| ticket.ends_at);
    let one_place = last
        .is_none_or(|last| shown.active.iter().all(|ticket| ticket.zone == last.zone && ticket.plate == last.plate));
    match (wanted, last) {
        (Some(id), _) => Ok(id),
        (None, None) => Err(CliError::new(Exit::Refused, "ticket_missing", "no ticket is running")
            .advise("Buy one: `mesto park red 60`.")),
        (None, Some(last)) if one_place => Ok(last.id),
        (None, Some(_)) => {
            let ids: Vec<String> = shown
                .active
                .iter()
                .map(|ticket| format!("{} ({}, {})", ticket.id, ticket.plate, ticket.zone))
                .collect();
            let text = format!("several tickets are running: {}", ids.join("; "));
            Err(CliError::new(Exit::Usage, "ticket_unclear", text).advise("Say which one by its id."))
        }
    }
}

/// A ticket of this phone, and what is not sure about it.
#[derive(Debug, Serialize)]
struct ShownTicket<'a> {
    #[serde(flatten)]
    ticket: &'a Ticket,
    /// The operator does not know it any more.
    is_forgotten: bool,
    /// It is over by a clock that is not synced.
    may_be_over: bool,
}

async fn tickets(args: TicketsArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&args.at, call).await?;
    phone.sync().await?;
    if let Some(ticket) = args.move_here {
        let moved = phone.core.parking().move_code_here(ticket).await;
        phone.done(moved)?;
        let ticket = phone.done(phone.core.parking().ticket(ticket))?;
        call.say(&ticket, || "This phone shows the code now: mesto tickets --qr".to_owned());
        return Ok(());
    }
    let Some(wanted) = args.qr else {
        let shown = phone.core.parking().state();
        let now = phone.core.now();
        let forgotten: Vec<TicketId> = shown.forgotten.iter().map(|ticket| ticket.id).collect();
        let listed: Vec<ShownTicket<'_>> = shown
            .active
            .iter()
            .chain(&shown.forgotten)
            .map(|ticket| ShownTicket {
                ticket,
                is_forgotten: forgotten.contains(&ticket.id),
                may_be_over: ticket.ends_at <= now,
            })
            .collect();
        call.say(&listed, || match listed.as_slice() {
            [] => "No ticket is running.".to_owned(),
            listed => show::running_tickets(&phone.show, listed, phone.core.time().1),
        });
        return Ok(());
    };
    let ticket = running(&phone, wanted)?;
    let code = phone.done(phone.core.parking().code(ticket)).map_err(|error| {
        if error.code == "code_of_another_phone" {
            return error
                .advise(format!("To show it on this phone from now on: `mesto tickets --move-here {ticket}`."));
        }
        error
    })?;
    let drawn = match call.style.json {
        true => String::new(),
        false => output::qr_that_fits(&code.text, call.style)?,
    };
    call.say(&code, || format!("{drawn}Show it before {}.", phone.show.second(code.fresh_until)));
    Ok(())
}

async fn sms(args: SmsArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&args.at, call).await?;
    let message = match (&args.instead_of, &args.zone) {
        (Some(intent), _) => {
            let message = phone.core.parking().switch_to_sms(intent).await;
            phone.done(message)?
        }
        (None, zone_or_sign) => {
            let zone = zone(&phone, zone_or_sign.as_deref().unwrap_or_default())?;
            let vehicle = vehicles::meant(&phone, args.plate.as_deref())?;
            phone.done(phone.core.parking().sms(&phone.city, &zone, vehicle))?
        }
    };
    call.say(&message, || show::sms_text(&phone.show, &message));
    Ok(())
}

async fn past(phone: &Phone, limit: u32) -> Outcome<Past> {
    let history = phone.core.parking().history(None, limit).await;
    let history = phone.done(history)?;
    let text = match history.items.as_slice() {
        [] => "No ticket was bought yet.\n".to_owned(),
        tickets => show::tickets_table(&phone.show, tickets, &history.forgotten),
    };
    Ok(Past { name: "history", json: serde_json::to_value(&history).unwrap_or_default(), text })
}

/// What the code of a ticket says.
fn ticket_says(claims: &Claims<Unread>) -> Result<CodeSays, CodeError> {
    let TicketClaims { id, what, .. } = claims.read()?;
    let json = serde_json::json!({
        "city": what.city, "zone": what.zone, "plate": what.plate, "channel": what.channel,
        "stay_deadline": what.stay_deadline,
    });
    let text = format!("parking of {} in {} ({})", what.plate, what.zone, what.city);
    Ok(CodeSays { id: id.to_string(), what: json, text })
}

/// What `mesto city check` says of a city's parking.
fn what_is_right(city: &City) -> Option<String> {
    let parking = city.section::<ParkingSection>().ok()?;
    let row = |zone: &mesto_rules::Zone| {
        vec![
            zone.id.to_string(),
            zone.name.get("en").to_owned(),
            zone.sign_codes.join(" "),
            zone.max_stay_minutes().map_or_else(|| "–".to_owned(), |minutes| minutes.to_string()),
        ]
    };
    let zones = table(&["zone", "name", "signs", ">max stay, min"], &parking.zones.iter().map(row).collect::<Vec<_>>());
    let tariffs: Vec<&str> = parking.tariffs.iter().map(|tariff| tariff.id.as_str()).collect();
    Some(format!("{zones}\n{} price lists: {}", tariffs.len(), tariffs.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_begin_at_one() {
        assert_eq!(whole_minutes(1).unwrap(), 1);
        for wrong in [0, -5, i64::MIN] {
            assert_eq!(whole_minutes(wrong).unwrap_err().code, "minutes_not_positive");
        }
        assert_eq!(whole_minutes(i64::from(u32::MAX)).unwrap(), u32::MAX);
        for long in [i64::from(u32::MAX) + 1, i64::MAX] {
            assert_eq!(whole_minutes(long).unwrap_err().code, "out_of_range");
        }
    }
}
