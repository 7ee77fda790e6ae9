//! The chapter about paying by card: a ticket, and the daily order.

use mesto_client::IntentState;
use mesto_client::protocol::base::payments::PayMethod;
use mesto_client::protocol::orders::driver::OrderState;

use super::Cast;
use super::parking::{priced, ticket_of};
use crate::failure::{CliError, Outcome};
use crate::testbed::Payer;

/// She drives on and pays by card: five hours in blue, and the order.
pub async fn by_card(cast: &mut Cast) -> Outcome<()> {
    cast.until(15, 30).await?;
    cast.tell.chapter("card", "By card, without the deposit", cast.world.clock.read());
    let cheap = priced(cast, "blue", 60, PayMethod::Card).await?;
    cast.tell.say("An hour in blue by card? Below 200 RSD the driver bears the bank's fee, and the terms do not say how much that is:");
    cast.tell.refused("below_200", cheap, "tariff_unknown")?;
    let quote = priced(cast, "blue", 300, PayMethod::Card).await?;
    let quote = cast.tell.done(quote)?;
    cast.tell.say("Five hours then:");
    cast.tell.show(cast.show.quote(&quote));
    cast.tell.claim("total", quote.total.amount.to_string(), "225.00".to_owned())?;
    let begun = cast.phone.core.payments().buy(&quote).await;
    let begun = cast.tell.done(begun)?;
    cast.tell.claim("waits_for_the_bank", begun.state.name().to_owned(), "unconfirmed".to_owned())?;
    let bought = cast.pay_at_bank(&begun, Payer::Approve).await?;
    cast.tell.claim("ticket_confirmed", bought.state == IntentState::Confirmed, true)?;
    cast.tell.claim("balance", cast.balance(), "680.00".to_owned())?;
    let until = cast.show.time(ticket_of(&bought)?.ends_at);
    cast.tell.claim("until", until, "20:30".to_owned())?;
    cast.tell.good("The bank told the operator, and the ticket was there: until 20:30. The deposit is untouched.");

    let orders = cast.phone.core.orders().state();
    let Some(order) = orders.orders.first() else { return Err(CliError::failed("the order", "it is missing")) };
    let begun = cast.phone.core.orders().pay(order.id, PayMethod::Card).await;
    let begun = cast.tell.done(begun)?;
    cast.tell.claim("order_amount", begun.amount.amount.to_string(), "1500.00".to_owned())?;
    cast.tell.say("The daily order by card, first with one that its bank declines:");
    let declined = cast.pay_at_bank(&begun, Payer::Decline).await?;
    let why = cast.phone.core.payments().refusal(&declined);
    cast.tell.claim("declined", why.as_ref().map(|why| why.code().to_owned()), Some("card_declined".to_owned()))?;
    if let Some(why) = why {
        cast.tell.open(format!("{} {}", why.text(cast.tell.locale), why.advice(cast.tell.locale)));
    }
    let begun = cast.phone.core.orders().pay(order.id, PayMethod::Card).await;
    let begun = cast.tell.done(begun)?;
    let paid = cast.pay_at_bank(&begun, Payer::Approve).await?;
    cast.tell.claim("order_confirmed", paid.state == IntentState::Confirmed, true)?;
    let state = paid.order().map(|order| order.state);
    cast.tell.claim("order_paid", state == Some(OrderState::Paid), true)?;
    cast.tell.good("With another card it is paid: 1,500.00 RSD, the half, because she pays early.");
    Ok(())
}
