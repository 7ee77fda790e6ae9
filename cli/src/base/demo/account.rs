//! Chapters about the account and its money: signing in, the car, the top-up, the deposit, the
//! books.

use mesto_client::IntentState;
use rust_decimal::Decimal;

use super::{DRIVER, Demo, PLATE_TYPED};
use crate::base::books::ledger_table;
use crate::base::testbed::Payer;
use crate::base::wallet::deposit_table;
use crate::kernel::failure::{CliError, Outcome};
use crate::kernel::output::Tone;

pub async fn sign_in(demo: &mut Demo) -> Outcome<()> {
    demo.tell.chapter("sign_in", "A driver registers", demo.world.clock.read());
    let refreshed = demo.phone.core.cities().refresh(&demo.city).await;
    let refreshed = demo.tell.done(refreshed)?;
    demo.tell.say(format!(
        "The phone takes the city {} (version {}), signed under the root key it has pinned.",
        refreshed.city.name, refreshed.city.version
    ));
    let sent = demo.phone.core.account().request_code(DRIVER).await;
    let sent = demo.tell.done(sent)?;
    let messages = demo.world.messages(DRIVER).await.map_err(|why| CliError::failed("the messages", why))?;
    let (message, code) =
        messages.first().map(|sent| (sent.text(), sent.code().unwrap_or_default())).unwrap_or_default();
    demo.tell.claim("digits", code.len(), usize::from(sent.digits))?;
    demo.tell.say(format!("An SMS comes to {DRIVER}: “{message}”"));
    let signed_in = demo.phone.core.account().sign_in(DRIVER, code, "Ana's phone").await;
    demo.tell.done(signed_in)?;
    let shown = demo.phone.core.account().state();
    demo.tell.claim("signed_in", shown.is_signed_in, true)?;
    demo.tell.good(format!("Signed in as {}.", shown.phone_masked.as_deref().unwrap_or("?")));
    Ok(())
}

pub async fn add_vehicle(demo: &mut Demo) -> Outcome<()> {
    demo.tell.chapter("vehicle", "Her car", demo.world.clock.read());
    let vehicle = demo.phone.core.vehicles().add(&demo.city, PLATE_TYPED, None).await;
    let vehicle = demo.tell.done(vehicle)?;
    demo.tell.claim("plate", vehicle.plate.display.clone(), "BG 789-PP".to_owned())?;
    demo.tell.good(format!(
        "She types {PLATE_TYPED}; it is shown as {} and compared as {}.",
        vehicle.plate, vehicle.plate.canonical
    ));
    demo.vehicle = Some(vehicle.id);
    Ok(())
}

pub async fn top_up(demo: &mut Demo) -> Outcome<()> {
    demo.tell.chapter("top_up", "Topping the deposit up by 1000 RSD", demo.world.clock.read());
    let odd = demo.phone.core.wallet().top_up(&demo.city, Decimal::from(300)).await;
    demo.tell.say("300 RSD is not among the amounts:");
    demo.tell.refused("odd_amount", odd, "amount_not_offered")?;
    let intent = demo.phone.core.wallet().top_up(&demo.city, Decimal::from(1000)).await;
    let intent = demo.tell.done(intent)?;
    demo.tell.say(format!(
        "The card is typed on the bank's page and nowhere else: {}…",
        intent.page_url.as_deref().unwrap_or_default().split('&').next().unwrap_or_default()
    ));
    let settled = demo.pay_at_bank(&intent, Payer::Approve).await?;
    demo.tell.say(format!(
        "Card, then the 3-D Secure code {}: the bank leads back with nothing but the intent.",
        mesto_bank::DEMO_CODE
    ));
    demo.tell.claim("confirmed", settled.state == IntentState::Confirmed, true)?;
    demo.tell.claim("balance", demo.balance(), "1000.00".to_owned())?;
    demo.tell.good("The operator heard it from the bank, not from the phone: the deposit is 1,000.00 RSD.");
    Ok(())
}

/// Goes on with what the day has cost.
pub async fn history(demo: &mut Demo) -> Outcome<()> {
    let deposit = demo.phone.core.wallet().history(None, 50).await;
    let deposit = demo.tell.done(deposit)?;
    demo.tell.say("And what consumed the deposit; what was paid by card is not in it:");
    demo.tell.show(deposit_table(&demo.show, &deposit));
    let spent: Vec<String> = deposit.items.iter().map(|entry| entry.amount.amount.to_string()).collect();
    let expected = ["-200.00", "-65.00", "-55.00", "-120.00", "-80.00", "1000.00"].map(str::to_owned).to_vec();
    demo.tell.claim("amounts", spent, expected)?;
    demo.tell.claim("balance", deposit.balance.amount.to_string(), "480.00".to_owned())?;
    let sum: Decimal = deposit.items.iter().map(|entry| entry.amount.amount).sum();
    demo.tell.claim("entries_sum_to_the_balance", sum == deposit.balance.amount, true)?;
    Ok(())
}

pub async fn ledger(demo: &mut Demo) -> Outcome<()> {
    demo.tell.chapter("ledger", "The operator's books", demo.world.clock.read());
    let report = demo.ledger().await?;
    demo.tell.show(ledger_table(&report, demo.tell.style));
    demo.tell.claim("sums_to_zero", report.sums_to_zero, true)?;
    demo.tell.claim("deposits", report.deposits.clone(), "480.00".to_owned())?;
    demo.tell.claim("tickets", report.count("tickets"), 5)?;
    demo.tell.claim("phone_agrees", report.deposits == demo.balance(), true)?;
    let accounts = serde_json::to_value(&report.accounts).unwrap_or_default();
    demo.tell.record("accounts", accounts);
    demo.tell.say(
        demo.tell
            .style
            .paint(Tone::Faint, "Two records of every payment, the phone's and the operator's, and they agree."),
    );
    Ok(())
}
