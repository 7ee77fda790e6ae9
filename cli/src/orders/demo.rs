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
use crate::base::demo::{CITY, Demo};
use crate::base::testbed::Payer;
use crate::kernel::failure::{CliError, Outcome};
use crate::parking::demo::{priced, ticket_of};

/// Goes on paying by card: the order.
pub async fn by_card(demo: &mut Demo) -> Outcome<()> {
    let orders = demo.phone.core.orders().state();
    let Some(order) = orders.orders.first() else { return Err(CliError::failed("the order", "it is missing")) };
    let begun = demo.phone.core.orders().pay(order.id, PayMethod::Card).await;
    let begun = demo.tell.done(begun)?;
    demo.tell.claim("order_amount", begun.amount.amount.to_string(), "1500.00".to_owned())?;
    demo.tell.say("The daily order by card, first with one that its bank declines:");
    let declined = demo.pay_at_bank(&begun, Payer::Decline).await?;
    let why = demo.phone.core.payments().refusal(&declined);
    demo.tell.claim("declined", why.as_ref().map(|why| why.code().to_owned()), Some("card_declined".to_owned()))?;
    if let Some(why) = why {
        demo.tell.open(format!("{} {}", why.text(demo.tell.locale), why.advice(demo.tell.locale)));
    }
    let begun = demo.phone.core.orders().pay(order.id, PayMethod::Card).await;
    let begun = demo.tell.done(begun)?;
    let paid = demo.pay_at_bank(&begun, Payer::Approve).await?;
    demo.tell.claim("order_confirmed", paid.state == IntentState::Confirmed, true)?;
    let state = paid.order().map(|order| order.state);
    demo.tell.claim("order_paid", state == Some(OrderState::Paid), true)?;
    demo.tell.good("With another card it is paid: 1,500.00 RSD, the half, because she pays early.");
    Ok(())
}

/// In yellow a ticket runs out with the car still there.
pub async fn inspector(demo: &mut Demo) -> Outcome<()> {
    demo.until(14, 0).await?;
    demo.tell.chapter("inspector", "In yellow the ticket runs out", demo.world.clock.read());
    let quote = priced(demo, "yellow", 60, PayMethod::Deposit).await?;
    let quote = demo.tell.done(quote)?;
    let bought = demo.phone.core.payments().buy(&quote).await;
    let bought = demo.tell.done(bought)?;
    demo.tell.claim("confirmed", bought.state == IntentState::Confirmed, true)?;
    demo.tell.claim("balance", demo.balance(), "680.00".to_owned())?;
    let ticket = ticket_of(&bought)?.id;
    demo.tell
        .say("She buys an hour in yellow for 65.00 RSD. At 14:30 an inspector comes by and scans her code, offline:");

    demo.until(14, 30).await?;
    let code = demo.phone.core.parking().code(ticket);
    let code = demo.tell.done(code)?.text;
    let keys = key_set(demo).await?;
    let now = demo.world.clock.read();
    let issuer = Config::default().issuer;
    let verifier =
        Verifier { issuer: issuer.as_str(), keys: &keys, revocations: None, seen: None, clock: ClockRule::default() };
    let seen = verifier.verify(&code, now).and_then(|seen| CodeClaims::read(&seen.claims));
    let seen = seen.map_err(|why| CliError::failed("the inspector's scan", why))?;
    let CodeClaims::ParkingTicket(seen) = seen else {
        return Err(CliError::failed("the inspector's scan", "it is no parking ticket"));
    };
    demo.tell.claim("scanned_plate", seen.what.plate, "BG789PP".to_owned())?;
    let copied = verifier.verify(&code, now + TimeDelta::minutes(5));
    demo.tell.claim(
        "a_picture_of_it_is_refused",
        copied.err().map(|why| why.code().to_owned()),
        Some("moment_too_old".to_owned()),
    )?;
    demo.tell.good("Genuine, of this phone, of this moment. A picture of it, five minutes later, is refused.");
    let (_, check) = check(demo).await?;
    demo.tell.claim("covered", flag(&check), Some(true))?;
    let (status, refused) = order(demo).await?;
    demo.tell.claim("no_order_while_covered", text(&refused, "code"), "ticket_covers_plate".to_owned())?;
    demo.tell.record("refused_with", status);
    demo.tell.good("The plate is covered: an order would be refused.");

    demo.until(15, 10).await?;
    let synced = demo.phone.core.sync().await;
    demo.tell.done(synced)?;
    demo.tell.claim("the_operator_issued_none_by_itself", demo.phone.core.orders().state().orders.len(), 0)?;
    let (_, check) = self::check(demo).await?;
    demo.tell.claim("covered_later", flag(&check), Some(false))?;
    demo.tell.open("15:10: the ticket ran out at 15:00, and the car still stands there. No order comes by itself.");
    let (status, issued) = order(demo).await?;
    demo.tell.record("order_status", status);
    demo.tell.claim("order_price", amount(&issued, "price"), "3000.00".to_owned())?;
    demo.tell.claim("order_due", amount(&issued, "owed"), "1500.00".to_owned())?;
    let synced = demo.phone.core.sync().await;
    demo.tell.done(synced)?;
    let orders = demo.phone.core.orders().state().orders.clone();
    demo.tell.claim("orders", orders.iter().filter(|order| order.state == OrderState::Issued).count(), 1)?;
    demo.tell.say("The inspector issues the daily order; her phone hears of it:");
    demo.tell.show(orders_table(&demo.show, &orders, &[]));
    for order in &orders {
        let until = [("valid_until", TextValue::Time(order.valid_until))];
        demo.tell.say(demo.show.text("order-valid-until", &until));
    }
    let short = match orders.first() {
        Some(order) => demo.phone.core.orders().pay(order.id, PayMethod::Deposit).await,
        None => return Err(CliError::failed("the order", "it is missing")),
    };
    let short = demo.tell.done(short)?;
    demo.tell.claim(
        "the_deposit_does_not_cover_it",
        short.problem().map(|problem| problem.code.clone()),
        Some("deposit_too_low".to_owned()),
    )?;
    if let Some(why) = short.refusal() {
        demo.tell.say(format!("She tries to pay it at once: {}", why.text(demo.tell.locale)));
    }
    Ok(())
}

async fn key_set(demo: &Demo) -> Outcome<KeySet> {
    let failed = |why: String| CliError::failed("the inspector's keys", why);
    let url = format!("{}{}", demo.world.operator_url(), mesto_protocol::base::public::KEYS.path);
    let answer =
        crate::kernel::web::client().map_err(failed)?.get(url).send().await.map_err(|why| failed(why.to_string()))?;
    let wire = answer.text().await.map_err(|why| failed(why.to_string()))?;
    let wire = serde_json::from_str::<String>(&wire).unwrap_or(wire);
    KeySet::verify(wire.trim(), &demo.world.root_key(), 0).map_err(|why| failed(why.to_string()))
}

async fn check(demo: &Demo) -> Outcome<(u16, serde_json::Value)> {
    check_plate(demo.world.as_ref(), CITY, "yellow", "BG789PP")
        .await
        .map_err(|why| CliError::failed("the inspector's check", why))
}

async fn order(demo: &Demo) -> Outcome<(u16, serde_json::Value)> {
    let order = serde_json::json!({ "city": CITY, "zone": "yellow", "plate": "BG789PP", "violation": "time_expired", "location": "Njegoševa 12" });
    issue(demo.world.as_ref(), &order).await.map_err(|why| CliError::failed("the inspector's order", why))
}

fn flag(answer: &serde_json::Value) -> Option<bool> {
    answer.get("is_covered").and_then(serde_json::Value::as_bool)
}

fn text(answer: &serde_json::Value, field: &str) -> String {
    answer.get(field).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

fn amount(answer: &serde_json::Value, field: &str) -> String {
    answer.get(field).map(|money| text(money, "amount")).unwrap_or_default()
}
