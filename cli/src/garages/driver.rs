//! Garages as a driver has them: free places, what a ticket owes, its payment, his visits.

use std::path::PathBuf;

use clap::Args;
use mesto_client::base::payments::offer;
use mesto_client::protocol::garages::visits::GaragesOffer;
use mesto_client::protocol::kernel::ids::VisitId;
use mesto_client::rules::FacilityId;
use mesto_client::rules::garages::TicketNumber;
use serde_json::json;

use crate::base::payments::{self, HowToPay, priced};
use crate::garages::show;
use crate::kernel::args::{PhoneArgs, position};
use crate::kernel::call::Call;
use crate::kernel::failure::{CliError, Exit, Outcome};
use crate::kernel::output;
use crate::kernel::phone::Phone;

#[derive(Debug, Args)]
pub struct PlacesArgs {
    /// Latitude and longitude: 44.8125,20.4612.
    #[arg(long, allow_hyphen_values = true)]
    near: Option<String>,
    #[command(flatten)]
    at: PhoneArgs,
}

#[derive(Debug, Args)]
pub struct OwedArgs {
    /// The garage, as `mesto places` names it: zeleni-venac.
    facility: String,
    /// The number on the ticket, with or without its spaces.
    #[arg(required_unless_present = "photo")]
    ticket: Option<String>,
    /// A photo of the ticket instead (JPEG or PNG): its bar code is read.
    #[arg(long, value_name = "FILE", conflicts_with = "ticket")]
    photo: Option<PathBuf>,
    #[command(flatten)]
    pay: HowToPay,
    #[command(flatten)]
    at: PhoneArgs,
}

#[derive(Debug, Args)]
pub struct VisitsArgs {
    /// Show the signed receipt of this visit, for a barrier that does not reach the operator.
    #[arg(long, value_name = "VISIT")]
    receipt: Option<VisitId>,
    #[command(flatten)]
    at: PhoneArgs,
}

pub async fn places(args: PlacesArgs, call: Call) -> Outcome<()> {
    let position = args.near.as_deref().map(position).transpose()?;
    let phone = Phone::open(&args.at, call).await?;
    let facilities = phone.core.garages().places(&phone.city, position).await;
    let facilities = phone.done(facilities)?;
    call.say(&facilities, || show::places_table(&facilities));
    Ok(())
}

/// Whose ticket it is, and its number.
fn asked(phone: &Phone, args: &OwedArgs) -> Outcome<(FacilityId, TicketNumber)> {
    let garages = phone.core.garages();
    let facility = phone.done(garages.facility_id(&phone.city, &args.facility))?;
    let number = match (&args.photo, &args.ticket) {
        (Some(photo), _) => {
            let image = std::fs::read(photo).map_err(|why| {
                CliError::new(Exit::Input, "photo_unreadable", format!("{} cannot be read: {why}", photo.display()))
            })?;
            garages.number_from_photo(&phone.city, &facility, &image)
        }
        (None, typed) => garages.ticket_number(&phone.city, &facility, typed.as_deref().unwrap_or_default()),
    };
    Ok((facility, phone.done(number)?))
}

pub async fn owed(args: OwedArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&args.at, call).await?;
    let (facility, number) = asked(&phone, &args)?;
    let quote = phone.core.garages().quote(&phone.city, &facility, &number, args.pay.method()).await;
    let quote = priced(&phone, quote)?;
    call.say(&quote, || match offer::<GaragesOffer>(&quote) {
        Some(offer) => show::quote_text(&phone.show, &quote, &offer),
        None => payments::quote_text(&phone.show, &quote, "", &[]),
    });
    Ok(())
}

pub async fn pay(args: OwedArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&args.at, call).await?;
    phone.sync_before_asking().await?;
    let (facility, number) = asked(&phone, &args)?;
    let intent = phone.core.garages().pay(&phone.city, &facility, &number, args.pay.method()).await;
    let intent = phone.done(intent)?;
    let leave = match intent.visit().and_then(|visit| visit.exit_by) {
        Some(exit_by) => format!("leave by {}", phone.show.moment(exit_by)),
        None => "leave without delay".to_owned(),
    };
    let (paid, deposit) = (phone.show.money(&intent.amount), payments::deposit_after(&phone, &intent));
    payments::tell(&phone, &intent, &format!("Ticket {number} is paid ({paid}): {leave}.{deposit}"))
}

pub async fn visits(args: VisitsArgs, call: Call) -> Outcome<()> {
    let phone = Phone::open(&args.at, call).await?;
    phone.sync().await?;
    let Some(id) = args.receipt else {
        let shown = phone.core.garages().state();
        let visits: Vec<_> = shown.inside.iter().chain(&shown.forgotten).chain(&shown.over).cloned().collect();
        call.say(&*shown, || match visits.as_slice() {
            [] => "No visit of a garage was paid.".to_owned(),
            visits => show::visits_table(&phone.show, visits),
        });
        return Ok(());
    };
    let shown = phone.done(phone.core.garages().receipt(id))?.ok_or_else(|| {
        CliError::new(Exit::Refused, "receipt_missing", "no receipt is signed for this visit now")
            .advise("There is one from its payment until the car has left, while nothing more is owed.")
    })?;
    let drawn = match call.style.json {
        true => String::new(),
        false => output::qr_that_fits(&shown.text, call.style)?,
    };
    call.say(&json!({ "visit": id, "text": shown.text, "fresh_until": shown.fresh_until }), || drawn);
    Ok(())
}
