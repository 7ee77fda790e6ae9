//! Zones, quotes, purchases and tickets from a terminal.

use mesto_client::Locale;
use mesto_client::protocol::base::payments::{PayMethod, Quote};
use mesto_client::protocol::kernel::ids::TicketId;
use mesto_client::rules::Position;

use super::Phone;
use crate::args::{ExtendArgs, QuoteArgs, TicketsArgs, ZonesArgs};
use crate::failure::{CliError, Exit, Outcome};
use crate::output::{Style, qr};

/// `44.8125,20.4612` as a position.
fn position(text: &str) -> Outcome<Position> {
    let read = |part: Option<&str>| part.and_then(|part| part.trim().parse::<f64>().ok());
    let mut parts = text.split(',');
    match (read(parts.next()), read(parts.next()), parts.next()) {
        (Some(lat), Some(lon), None) if (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon) => {
            Ok(Position { lat, lon, accuracy_m: None })
        }
        _ => Err(CliError::new(Exit::Usage, "position_invalid", format!("`{text}` is not a position"))
            .advise("Give latitude and longitude in degrees: --near 44.8125,20.4612.")),
    }
}

/// `mesto zones`.
pub async fn zones(args: &ZonesArgs, style: Style, locale: Locale) -> Outcome<()> {
    let position = args.near.as_deref().map(position).transpose()?;
    let phone = Phone::open(&args.at, style, locale).await?;
    let near = phone.done(phone.core.parking().zones_near(position, args.sign.as_deref()))?;
    if style.json {
        say!("{}", serde_json::to_string(&near).unwrap_or_default());
        return Ok(());
    }
    if let Some(zone) = &near.by_sign {
        say!("The sign is of zone {zone}.\n");
    }
    crate::output::write(&phone.show.zones(&near));
    Ok(())
}

/// Minutes as the rules take them.
fn minutes(typed: i64) -> Outcome<u32> {
    let refused = |code| CliError::new(Exit::Refused, code, format!("parking for {typed} minutes is not possible"));
    match u32::try_from(typed) {
        Ok(minutes) if minutes > 0 => Ok(minutes),
        _ if typed > 0 => Err(refused("out_of_range").advise("Choose a shorter time: `mesto quote red 60`.")),
        _ => Err(refused("minutes_not_positive").advise("Give a number of minutes from 1 on: `mesto quote red 60`.")),
    }
}

/// A price, or why there is none. By card a fee may be unknown that the deposit does not have.
fn priced(phone: &Phone, quote: mesto_client::Result<Quote>, pay: &PayMethod) -> Outcome<Quote> {
    let quote = phone.done(quote);
    quote.map_err(|error| match (error.code.as_str(), pay) {
        ("tariff_unknown", PayMethod::Card) => {
            error.advise("The bank's fee on so small an amount is not known. From the deposit there is none: ask again without `--pay card`.")
        }
        _ => error,
    })
}

async fn asked(phone: &Phone, args: &QuoteArgs) -> Outcome<Quote> {
    let minutes = minutes(args.minutes)?;
    phone.sync().await?;
    let (zone, vehicle) = (phone.zone(&args.zone)?, phone.vehicle(args.plate.as_deref())?);
    let pay = args.pay.method();
    let quote = phone.core.parking().quote(&zone, vehicle, minutes, pay.clone()).await;
    priced(phone, quote, &pay)
}

/// `mesto quote`.
pub async fn quote(args: &QuoteArgs, style: Style, locale: Locale) -> Outcome<()> {
    let phone = Phone::open(&args.at, style, locale).await?;
    let quote = asked(&phone, args).await?;
    if style.json {
        say!("{}", serde_json::to_string(&quote).unwrap_or_default());
    } else {
        crate::output::write(&phone.show.quote(&quote));
    }
    Ok(())
}

async fn bought(phone: &Phone, quote: &Quote) -> Outcome<()> {
    if !phone.show.style.json {
        crate::output::write(&phone.show.quote(quote));
    }
    let intent = phone.core.payments().buy(quote).await;
    let intent = phone.done(intent)?;
    if intent.quote != quote.id && !phone.show.style.json {
        say!(
            "A purchase from before, whose answer was lost, is known now: it is the one, and nothing more was bought."
        );
    }
    let until = intent.ticket().map(|ticket| phone.show.time(ticket.ends_at)).unwrap_or_default();
    let plate = intent.parking().map(|offer| offer.plate.display).unwrap_or_default();
    let mut done = format!("Bought: {plate} is parked until {until}.");
    if intent.pay == PayMethod::Deposit
        && let Some(left) = &phone.core.wallet().state().balance
    {
        done.push_str(&format!(" Deposit: {}.", mesto_client::texts::format_money(phone.show.locale, left)));
    }
    phone.tell(&intent, &done)
}

/// `mesto park`.
pub async fn park(args: &QuoteArgs, style: Style, locale: Locale) -> Outcome<()> {
    let phone = Phone::open(&args.at, style, locale).await?;
    let quote = asked(&phone, args).await?;
    bought(&phone, &quote).await
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
            Err(CliError::new(
                Exit::Usage,
                "ticket_unclear",
                format!("several tickets are running: {}", ids.join("; ")),
            )
            .advise("Say which one by its id."))
        }
    }
}

/// `mesto extend`.
pub async fn extend(args: &ExtendArgs, style: Style, locale: Locale) -> Outcome<()> {
    let minutes = minutes(args.minutes)?;
    let phone = Phone::open(&args.at, style, locale).await?;
    phone.sync().await?;
    let pay = args.pay.method();
    let quote = phone.core.parking().extend(running(&phone, args.ticket)?, minutes, pay.clone()).await;
    let quote = priced(&phone, quote, &pay)?;
    bought(&phone, &quote).await
}

/// `mesto tickets`.
pub async fn tickets(args: &TicketsArgs, style: Style, locale: Locale) -> Outcome<()> {
    let phone = Phone::open(&args.at, style, locale).await?;
    phone.sync().await?;
    if let Some(wanted) = args.qr {
        let code = phone.done(phone.core.parking().code(running(&phone, wanted)?))?;
        if style.json {
            say!("{}", serde_json::to_string(&code).unwrap_or_default());
        } else {
            let drawn = qr(&code.text, style).ok_or_else(|| CliError::failed("the QR", "the ticket is too long"))?;
            crate::output::fits(&drawn, crate::output::terminal_width()).map_err(|columns| {
                CliError::new(Exit::Failed, "terminal_narrow", format!("the code takes {columns} columns"))
                    .advise("Make the window wider or its letters smaller; --json gives the code as text.")
            })?;
            crate::output::write(&drawn);
            say!("Show it before {}.", code.fresh_until.format("%H:%M:%S UTC"));
        }
        return Ok(());
    }
    let shown = phone.core.parking().state();
    if style.json {
        say!("{}", serde_json::to_string(&shown.active).unwrap_or_default());
    } else if shown.active.is_empty() {
        say!("No ticket is running.");
    } else {
        crate::output::write(&phone.show.tickets(&shown.active));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_two_numbers_on_earth() {
        assert_eq!(position("44.8125, 20.4612").unwrap().lon.to_string(), "20.4612");
        for wrong in ["", "44.8", "44.8;20.4", "91,0", "0,181", "1,2,3", "NaN,0"] {
            assert_eq!(position(wrong).unwrap_err().code, "position_invalid", "{wrong}");
        }
    }

    #[test]
    fn minutes_begin_at_one() {
        assert_eq!(minutes(1).unwrap(), 1);
        for wrong in [0, -5, i64::MIN] {
            assert_eq!(minutes(wrong).unwrap_err().code, "minutes_not_positive");
        }
        assert_eq!(minutes(i64::from(u32::MAX)).unwrap(), u32::MAX);
        for long in [i64::from(u32::MAX) + 1, i64::MAX] {
            assert_eq!(minutes(long).unwrap_err().code, "out_of_range");
        }
    }
}
