//! Chapters about the inspector and the daily order, which is paid by card.

use chrono::TimeDelta;
use mesto_client::protocol::base::payments::PayMethod;
use mesto_client::protocol::orders::driver::OrderState;
use mesto_client::{IntentState, TextValue};
use mesto_operator::Config;
use mesto_protocol::keys::KeySet;
use mesto_protocol::services::CodeClaims;
use mesto_protocol::signed_code::{ClockRule, Verifier};

use super::show::orders_table;
use super::testbed::{check_plate, issue};
use crate::base::demo::{CITY, Cast};
use crate::base::testbed::Payer;
use crate::kernel::failure::{CliError, Outcome};
use crate::parking::demo::{priced, ticket_of};

/// Goes on paying by card: the order.
pub async fn by_card(cast: &mut Cast) -> Outcome<()> {
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

/// In yellow a ticket runs out with the car still there.
pub async fn inspector(cast: &mut Cast) -> Outcome<()> {
    cast.until(14, 0).await?;
    cast.tell.chapter("inspector", "In yellow the ticket runs out", cast.world.clock.read());
    let quote = priced(cast, "yellow", 60, PayMethod::Deposit).await?;
    let quote = cast.tell.done(quote)?;
    let bought = cast.phone.core.payments().buy(&quote).await;
    let bought = cast.tell.done(bought)?;
    cast.tell.claim("confirmed", bought.state == IntentState::Confirmed, true)?;
    cast.tell.claim("balance", cast.balance(), "680.00".to_owned())?;
    let ticket = ticket_of(&bought)?.id;
    cast.tell
        .say("She buys an hour in yellow for 65.00 RSD. At 14:30 an inspector comes by and scans her code, offline:");

    cast.until(14, 30).await?;
    let code = cast.phone.core.parking().code(ticket);
    let code = cast.tell.done(code)?.text;
    let keys = key_set(cast).await?;
    let now = cast.world.clock.read();
    let issuer = Config::default().issuer;
    let verifier =
        Verifier { issuer: issuer.as_str(), keys: &keys, revocations: None, seen: None, clock: ClockRule::default() };
    let seen = verifier.verify(&code, now).and_then(|seen| CodeClaims::read(&seen.claims));
    let seen = seen.map_err(|why| CliError::failed("the inspector's scan", why))?;
    let CodeClaims::ParkingTicket(seen) = seen else {
        return Err(CliError::failed("the inspector's scan", "it is no parking ticket"));
    };
    cast.tell.claim("scanned_plate", seen.what.plate, "BG789PP".to_owned())?;
    let copied = verifier.verify(&code, now + TimeDelta::minutes(5));
    cast.tell.claim(
        "a_picture_of_it_is_refused",
        copied.err().map(|why| why.code().to_owned()),
        Some("moment_too_old".to_owned()),
    )?;
    cast.tell.good("Genuine, of this phone, of this moment. A picture of it, five minutes later, is refused.");
    let (_, check) = check(cast).await?;
    cast.tell.claim("covered", flag(&check), Some(true))?;
    let (status, refused) = order(cast).await?;
    cast.tell.claim("no_order_while_covered", text(&refused, "code"), "ticket_covers_plate".to_owned())?;
    cast.tell.record("refused_with", status);
    cast.tell.good("The plate is covered: an order would be refused.");

    cast.until(15, 10).await?;
    let synced = cast.phone.core.sync().await;
    cast.tell.done(synced)?;
    cast.tell.claim("the_operator_issued_none_by_itself", cast.phone.core.orders().state().orders.len(), 0)?;
    let (_, check) = self::check(cast).await?;
    cast.tell.claim("covered_later", flag(&check), Some(false))?;
    cast.tell.open("15:10: the ticket ran out at 15:00, and the car still stands there. No order comes by itself.");
    let (status, issued) = order(cast).await?;
    cast.tell.record("order_status", status);
    cast.tell.claim("order_price", amount(&issued, "price"), "3000.00".to_owned())?;
    cast.tell.claim("order_due", amount(&issued, "due"), "1500.00".to_owned())?;
    let synced = cast.phone.core.sync().await;
    cast.tell.done(synced)?;
    let orders = cast.phone.core.orders().state().orders.clone();
    cast.tell.claim("orders", orders.iter().filter(|order| order.state == OrderState::Issued).count(), 1)?;
    cast.tell.say("The inspector issues the daily order; her phone hears of it:");
    cast.tell.show(orders_table(&cast.show, &orders));
    for order in &orders {
        let until = [("valid_until", TextValue::Time(order.valid_until))];
        cast.tell.say(cast.show.text("order-valid-until", &until));
    }
    let short = match orders.first() {
        Some(order) => cast.phone.core.orders().pay(order.id, PayMethod::Deposit).await,
        None => return Err(CliError::failed("the order", "it is missing")),
    };
    let short = cast.tell.done(short)?;
    cast.tell.claim(
        "the_deposit_does_not_cover_it",
        short.problem().map(|problem| problem.code.clone()),
        Some("deposit_too_low".to_owned()),
    )?;
    if let Some(why) = short.refusal() {
        cast.tell.say(format!("She tries to pay it at once: {}", why.text(cast.tell.locale)));
    }
    Ok(())
}

async fn key_set(cast: &Cast) -> Outcome<KeySet> {
    let failed = |why: String| CliError::failed("the inspector's keys", why);
    let url = format!("{}{}", cast.world.operator_url(), mesto_protocol::base::public::KEYS.path);
    let answer =
        crate::kernel::web::client().map_err(failed)?.get(url).send().await.map_err(|why| failed(why.to_string()))?;
    let wire = answer.text().await.map_err(|why| failed(why.to_string()))?;
    let wire = serde_json::from_str::<String>(&wire).unwrap_or(wire);
    KeySet::verify(wire.trim(), &cast.world.root_key(), 0).map_err(|why| failed(why.to_string()))
}

async fn check(cast: &Cast) -> Outcome<(u16, serde_json::Value)> {
    check_plate(cast.world.as_ref(), CITY, "yellow", "BG789PP")
        .await
        .map_err(|why| CliError::failed("the inspector's check", why))
}

async fn order(cast: &Cast) -> Outcome<(u16, serde_json::Value)> {
    let order = serde_json::json!({ "city": CITY, "zone": "yellow", "plate": "BG789PP", "violation": "time_expired", "place": "Njegoševa 12" });
    issue(cast.world.as_ref(), &order).await.map_err(|why| CliError::failed("the inspector's order", why))
}

fn flag(answer: &serde_json::Value) -> Option<bool> {
    answer.get("covered").and_then(serde_json::Value::as_bool)
}

fn text(answer: &serde_json::Value, field: &str) -> String {
    answer.get(field).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

fn amount(answer: &serde_json::Value, field: &str) -> String {
    answer.get(field).map(|money| text(money, "amount")).unwrap_or_default()
}
