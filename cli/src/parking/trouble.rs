//! Chapters about connections that fail: never a false "paid", never a false "not paid", never
//! late.

use mesto_client::IntentState;
use mesto_client::protocol::base::payments::{PURCHASE, PayMethod};

use super::demo::priced;
use crate::base::demo::Demo;
use crate::base::testbed::{Fault, FaultKind};
use crate::kernel::failure::{CliError, Outcome};

/// The connection is cut after the request left, and the app dies on top of it.
pub async fn cut_connection(demo: &mut Demo) -> Outcome<()> {
    demo.until(12, 15).await?;
    demo.tell.chapter("cut", "The connection is cut in the middle of a purchase", demo.world.clock.read());
    let before = demo.ledger().await?;
    let quote = priced(demo, "green", 60, PayMethod::Deposit).await?;
    let quote = demo.tell.done(quote)?;
    demo.tell.claim("total", quote.total.amount.to_string(), "55.00".to_owned())?;
    demo.world.proxy.fail(Fault {
        method: "POST".to_owned(),
        path: PURCHASE.path.to_owned(),
        kind: FaultKind::DropAnswer,
        times: 1,
        status: 503,
        milliseconds: 0,
    });
    let tapped = demo.phone.core.payments().buy(&quote).await;
    let tapped = demo.tell.done(tapped)?;
    demo.tell.claim("at_first", tapped.state.name().to_owned(), "unconfirmed".to_owned())?;
    demo.tell.claim("phone_shows_unconfirmed", demo.unconfirmed(), 1)?;
    demo.tell.open(format!(
        "The request left, no answer came: “{}”. Neither paid nor unpaid.",
        demo.show.word("intent-state-unconfirmed")
    ));
    demo.phone.reopen()?;
    demo.tell.claim("after_a_crash_still_unconfirmed", demo.unconfirmed(), 1)?;
    demo.tell.say("The app dies too, and is opened again: the intent is still there.");
    let settled = demo.phone.core.payments().settle(&tapped.key).await;
    let settled = demo.tell.done(settled)?;
    demo.tell.claim("at_last", settled.state.name().to_owned(), "confirmed".to_owned())?;
    let synced = demo.phone.core.sync().await;
    demo.tell.done(synced)?;
    let after = demo.ledger().await?;
    demo.tell.claim("tickets_sold", after.count("tickets") - before.count("tickets"), 1)?;
    demo.tell.claim("balance", demo.balance(), "745.00".to_owned())?;
    demo.tell.claim("deposits", after.deposits, "745.00".to_owned())?;
    demo.tell.good("Asked again with the same key: exactly one charge of 55.00 RSD, exactly one ticket.");
    Ok(())
}

/// A purchase tapped without a connection whose time passes.
pub async fn tunnel(demo: &mut Demo) -> Outcome<()> {
    demo.until(13, 30).await?;
    demo.tell.chapter("tunnel", "A purchase tapped in a tunnel", demo.world.clock.read());
    let before = demo.ledger().await?;
    let quote = priced(demo, "yellow", 60, PayMethod::Deposit).await?;
    let quote = demo.tell.done(quote)?;
    demo.world.proxy.close().await;
    let tapped = demo.phone.core.payments().buy(&quote).await;
    let tapped = demo.tell.done(tapped)?;
    demo.tell.claim("at_first", tapped.state.name().to_owned(), "unconfirmed".to_owned())?;
    demo.tell
        .open(format!("No connection. It may be bought until {} and not later.", demo.show.time(tapped.not_after)));
    demo.until(13, 50).await?;
    demo.world.proxy.open().map_err(|why| CliError::failed("the operator's port", why))?;
    let settled = demo.phone.core.payments().settle(&tapped.key).await;
    let settled = demo.tell.done(settled)?;
    demo.tell.claim("at_last", settled.state == IntentState::Expired, true)?;
    let synced = demo.phone.core.sync().await;
    demo.tell.done(synced)?;
    let after = demo.ledger().await?;
    demo.tell.claim("tickets_sold", after.count("tickets") - before.count("tickets"), 0)?;
    demo.tell.claim("balance", demo.balance(), "745.00".to_owned())?;
    demo.tell.good(format!(
        "Twenty minutes later there is a connection again: “{}”. Nothing was bought late.",
        demo.show.word("intent-state-expired")
    ));
    Ok(())
}
