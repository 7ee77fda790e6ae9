//! The chapter about a garage: in by its barrier, paid in the app, and out by the receipt while the
//! barrier cannot ask.

use chrono::{DateTime, Utc};
use mesto_client::IntentState;
use mesto_client::protocol::base::payments::PayMethod;
use mesto_client::protocol::garages::visits::VisitState;
use mesto_operator::Config;
use mesto_protocol::garages::controllers::{ReportedEvent, ReportedEventKind};
use mesto_protocol::kernel::grants::Role;

use super::barcode;
use super::controller::Controller;
use super::memory::{Folder, Post};
use crate::base::demo::{CITY, Demo};
use crate::base::operator::now;
use crate::base::payments::quote_text;
use crate::kernel::failure::{CliError, Outcome};
use crate::kernel::output::{fits, terminal_width};
use crate::kernel::testbed::Testbed as _;

/// Before one fetches the car it is paid; the hour is 100 RSD.
const FACILITY: &str = "zeleni-venac";

pub async fn visit(demo: &mut Demo) -> Outcome<()> {
    demo.until(17, 0).await?;
    demo.tell.chapter("garage", "A garage whose barrier cannot ask", demo.world.clock.read());
    let mut barrier = controller(demo).await?;
    let ticket = barrier.print()?;
    happens(&mut barrier, ReportedEventKind::Entered, &ticket, demo.world.clock.read()).await?;
    demo.tell.claim("ticket", ticket.clone(), "MS000001".to_owned())?;
    demo.tell.say("In Zeleni venac the barrier prints a ticket and tells the operator of her car:");
    let drawn = barcode::in_terminal(&ticket, demo.tell.style)?;
    if fits(&drawn, terminal_width()).is_ok() {
        demo.tell.show(drawn);
    }
    demo.tell.show(&ticket);

    demo.until(18, 20).await?;
    // A sign of life: without one nothing is sold.
    barrier.take_clock().await?;
    barrier.tell().await?;
    let garages = demo.phone.core.garages();
    let facility = demo.tell.done(garages.facility_id(&demo.city, FACILITY))?;
    let number = demo.tell.done(garages.ticket_number(&demo.city, &facility, "ms 0000-01"))?;
    let quote = demo.phone.core.garages().quote(&demo.city, &facility, &number, PayMethod::Deposit).await;
    let quote = demo.tell.done(quote)?;
    demo.tell.say("18:20: she types its number; her phone knows what it owes:");
    demo.tell.show(quote_text(&demo.show, &quote, "", &[]));
    demo.tell.claim("total", quote.total.amount.to_string(), "200.00".to_owned())?;
    let bought = demo.phone.core.payments().buy(&quote).await;
    let bought = demo.tell.done(bought)?;
    demo.tell.claim("confirmed", bought.state == IntentState::Confirmed, true)?;
    demo.tell.claim("balance", demo.balance(), "480.00".to_owned())?;
    let visit = bought.visit().ok_or_else(|| CliError::failed("the visit", "it is missing"))?;

    demo.tell.claim("the_barrier_has_not_heard_of_it", barrier.memory.settled(&ticket).is_none(), true)?;
    let shown = demo.phone.core.garages().receipt(visit.id);
    let shown = demo.tell.done(shown)?.ok_or_else(|| CliError::failed("the receipt", "it is missing"))?;
    let receipt = barrier.opens_by_receipt(&ticket, &shown.text)?;
    let until = demo.show.time(receipt.ends_at);
    demo.tell.claim("opens_until", until, "19:00".to_owned())?;
    let other = barrier.opens_by_receipt("MS000002", &shown.text).err().map(|why| why.code);
    demo.tell.claim("of_another_ticket", other, Some("receipt_of_another_ticket".to_owned()))?;
    demo.tell.good(
        "The barrier's line is cut before it hears of that. It reads the receipt on her phone, believes the operator's \
         signature, and opens: until 19:00, and for this ticket alone.",
    );

    happens(&mut barrier, ReportedEventKind::Left, &ticket, demo.world.clock.read()).await?;
    let again = barrier.opens_by_receipt(&ticket, &shown.text).err().map(|why| why.code);
    demo.tell.claim("a_second_time", again, Some("visit_over".to_owned()))?;
    demo.world.due().await.map_err(|why| CliError::failed("what is due", why))?;
    let synced = demo.phone.core.sync().await;
    demo.tell.done(synced)?;
    let over = demo.phone.core.garages().state().over.first().map(|visit| visit.state == VisitState::Left);
    demo.tell.claim("left", over, Some(true))?;
    demo.tell.good("The line is back, the barrier tells that she has left, and the visit is over on her phone too.");
    Ok(())
}

/// The controller of the garage, as `mesto garage` plays it.
async fn controller(demo: &Demo) -> Outcome<Controller> {
    let world = &demo.world;
    let token = world.device_of_its_own(Role::Controller, CITY, FACILITY).await;
    let addresses = world.addresses();
    let root_key = addresses.get("root_key").and_then(|key| key.as_str()).unwrap_or_default().to_owned();
    let post = Post {
        operator: world.operator_url(),
        operator_name: Config::default().issuer.to_string(),
        root_key,
        city: CITY.to_owned(),
        facility: FACILITY.to_owned(),
        token: token.map_err(|why| CliError::failed("the controller", why))?,
    };
    let folder = Folder::open(&world.folder().join("garage"))?;
    let mut controller = Controller::open(folder, Some(post), None, now()).await?;
    controller.take_clock().await?;
    Ok(controller)
}

/// Something happens at the barrier, and is told.
async fn happens(barrier: &mut Controller, kind: ReportedEventKind, ticket: &str, at: DateTime<Utc>) -> Outcome<()> {
    let event = ReportedEvent { at, ticket: ticket.to_owned(), kind, is_disabled: None, places: None, amount: None };
    barrier.happened(event)?;
    match barrier.tell().await?.first() {
        None if barrier.away.is_none() => Ok(()),
        None => Err(CliError::failed("the garage", "the operator is away")),
        Some(not_taken) => Err(CliError::failed("the garage", &not_taken.detail)),
    }
}
