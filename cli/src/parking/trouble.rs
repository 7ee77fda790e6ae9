//! Chapters about connections that fail: never a false "paid", never a false "not paid", never
//! late.

use mesto_client::IntentState;
use mesto_client::protocol::base::payments::{PURCHASE, PayMethod};

use super::demo::priced;
use crate::base::demo::Cast;
use crate::base::testbed::{Fault, FaultKind};
use crate::kernel::failure::{CliError, Outcome};

/// The connection is cut after the request left, and the app dies on top of it.
pub async fn cut_connection(cast: &mut Cast) -> Outcome<()> {
    cast.until(12, 15).await?;
    cast.tell.chapter("cut", "The connection is cut in the middle of a purchase", cast.world.clock.read());
    let before = cast.ledger().await?;
    let quote = priced(cast, "green", 60, PayMethod::Deposit).await?;
    let quote = cast.tell.done(quote)?;
    cast.tell.claim("total", quote.total.amount.to_string(), "55.00".to_owned())?;
    cast.world.front.fail(Fault {
        method: "POST".to_owned(),
        path: PURCHASE.path.to_owned(),
        kind: FaultKind::DropAnswer,
        times: 1,
        status: 503,
        milliseconds: 0,
    });
    let tapped = cast.phone.core.payments().buy(&quote).await;
    let tapped = cast.tell.done(tapped)?;
    cast.tell.claim("at_first", tapped.state.name().to_owned(), "unconfirmed".to_owned())?;
    cast.tell.claim("phone_shows_unconfirmed", cast.unconfirmed(), 1)?;
    cast.tell.open(format!(
        "The request left, no answer came: “{}”. Neither paid nor unpaid.",
        cast.show.word("intent-state-unconfirmed")
    ));
    cast.phone.reopen()?;
    cast.tell.claim("after_a_crash_still_unconfirmed", cast.unconfirmed(), 1)?;
    cast.tell.say("The app dies too, and is opened again: the intent is still there.");
    let settled = cast.phone.core.payments().settle(&tapped.key).await;
    let settled = cast.tell.done(settled)?;
    cast.tell.claim("at_last", settled.state.name().to_owned(), "confirmed".to_owned())?;
    let synced = cast.phone.core.sync().await;
    cast.tell.done(synced)?;
    let after = cast.ledger().await?;
    cast.tell.claim("tickets_sold", after.count("tickets") - before.count("tickets"), 1)?;
    cast.tell.claim("balance", cast.balance(), "745.00".to_owned())?;
    cast.tell.claim("deposits", after.deposits, "745.00".to_owned())?;
    cast.tell.good("Asked again with the same key: exactly one charge of 55.00 RSD, exactly one ticket.");
    Ok(())
}

/// A purchase tapped without a connection whose time passes.
pub async fn tunnel(cast: &mut Cast) -> Outcome<()> {
    cast.until(13, 30).await?;
    cast.tell.chapter("tunnel", "A purchase tapped in a tunnel", cast.world.clock.read());
    let before = cast.ledger().await?;
    let quote = priced(cast, "yellow", 60, PayMethod::Deposit).await?;
    let quote = cast.tell.done(quote)?;
    cast.world.front.close().await;
    let tapped = cast.phone.core.payments().buy(&quote).await;
    let tapped = cast.tell.done(tapped)?;
    cast.tell.claim("at_first", tapped.state.name().to_owned(), "unconfirmed".to_owned())?;
    cast.tell
        .open(format!("No connection. It may be bought until {} and not later.", cast.show.time(tapped.not_after)));
    cast.until(13, 50).await?;
    cast.world.front.open().map_err(|why| CliError::failed("the operator's port", why))?;
    let settled = cast.phone.core.payments().settle(&tapped.key).await;
    let settled = cast.tell.done(settled)?;
    cast.tell.claim("at_last", settled.state == IntentState::Expired, true)?;
    let synced = cast.phone.core.sync().await;
    cast.tell.done(synced)?;
    let after = cast.ledger().await?;
    cast.tell.claim("tickets_sold", after.count("tickets") - before.count("tickets"), 0)?;
    cast.tell.claim("balance", cast.balance(), "745.00".to_owned())?;
    cast.tell.good(format!(
        "Twenty minutes later there is a connection again: “{}”. Nothing was bought late.",
        cast.show.word("intent-state-expired")
    ));
    Ok(())
}
