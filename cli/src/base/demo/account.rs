//! Chapters about the account and its money: signing in, the car, the top-up, the deposit, the
//! books.

use mesto_client::IntentState;
use rust_decimal::Decimal;

use super::{Cast, DRIVER, PLATE_TYPED};
use crate::base::books::ledger_table;
use crate::base::testbed::Payer;
use crate::base::wallet::deposit_table;
use crate::kernel::failure::{CliError, Outcome};
use crate::kernel::output::Tone;

pub async fn sign_in(cast: &mut Cast) -> Outcome<()> {
    cast.tell.chapter("sign_in", "A driver registers", cast.world.clock.read());
    let refreshed = cast.phone.core.cities().refresh(&cast.city).await;
    let refreshed = cast.tell.done(refreshed)?;
    cast.tell.say(format!(
        "The phone takes the city {} (version {}), signed under the root key it has pinned.",
        refreshed.city.name, refreshed.city.version
    ));
    let sent = cast.phone.core.account().request_code(DRIVER).await;
    let sent = cast.tell.done(sent)?;
    let messages = cast.world.messages(DRIVER).await.map_err(|why| CliError::failed("the messages", why))?;
    let (message, code) =
        messages.first().map(|sent| (sent.text(), sent.code().unwrap_or_default())).unwrap_or_default();
    cast.tell.claim("digits", code.len(), usize::from(sent.digits))?;
    cast.tell.say(format!("An SMS comes to {DRIVER}: “{message}”"));
    let signed_in = cast.phone.core.account().sign_in(DRIVER, code, "Ana's phone").await;
    cast.tell.done(signed_in)?;
    let shown = cast.phone.core.account().state();
    cast.tell.claim("signed_in", shown.signed_in, true)?;
    cast.tell.good(format!("Signed in as {}.", shown.phone_masked.as_deref().unwrap_or("?")));
    Ok(())
}

pub async fn add_vehicle(cast: &mut Cast) -> Outcome<()> {
    cast.tell.chapter("vehicle", "Her car", cast.world.clock.read());
    let vehicle = cast.phone.core.vehicles().add(&cast.city, PLATE_TYPED, None).await;
    let vehicle = cast.tell.done(vehicle)?;
    cast.tell.claim("plate", vehicle.plate.display.clone(), "BG 789-PP".to_owned())?;
    cast.tell.good(format!(
        "She types {PLATE_TYPED}; it is shown as {} and compared as {}.",
        vehicle.plate, vehicle.plate.canonical
    ));
    cast.vehicle = Some(vehicle.id);
    Ok(())
}

pub async fn top_up(cast: &mut Cast) -> Outcome<()> {
    cast.tell.chapter("top_up", "Topping the deposit up by 1000 RSD", cast.world.clock.read());
    let odd = cast.phone.core.wallet().top_up(&cast.city, Decimal::from(300)).await;
    cast.tell.say("300 RSD is not among the amounts:");
    cast.tell.refused("odd_amount", odd, "amount_not_offered")?;
    let intent = cast.phone.core.wallet().top_up(&cast.city, Decimal::from(1000)).await;
    let intent = cast.tell.done(intent)?;
    cast.tell.say(format!(
        "The card is typed on the bank's page and nowhere else: {}…",
        intent.page_url.as_deref().unwrap_or_default().split('&').next().unwrap_or_default()
    ));
    let settled = cast.pay_at_bank(&intent, Payer::Approve).await?;
    cast.tell.say(format!(
        "Card, then the 3-D Secure code {}: the bank leads back with nothing but the intent.",
        mesto_bank::DEMO_CODE
    ));
    cast.tell.claim("confirmed", settled.state == IntentState::Confirmed, true)?;
    cast.tell.claim("balance", cast.balance(), "1000.00".to_owned())?;
    cast.tell.good("The operator heard it from the bank, not from the phone: the deposit is 1,000.00 RSD.");
    Ok(())
}

/// Goes on with what the day has cost.
pub async fn history(cast: &mut Cast) -> Outcome<()> {
    let deposit = cast.phone.core.wallet().history(None, 50).await;
    let deposit = cast.tell.done(deposit)?;
    cast.tell.say("And what consumed the deposit; what was paid by card is not in it:");
    cast.tell.show(deposit_table(&cast.show, &deposit));
    let spent: Vec<String> = deposit.items.iter().map(|entry| entry.amount.amount.to_string()).collect();
    let expected = ["-200.00", "-65.00", "-55.00", "-120.00", "-80.00", "1000.00"].map(str::to_owned).to_vec();
    cast.tell.claim("amounts", spent, expected)?;
    cast.tell.claim("balance", deposit.balance.amount.to_string(), "480.00".to_owned())?;
    let sum: Decimal = deposit.items.iter().map(|entry| entry.amount.amount).sum();
    cast.tell.claim("entries_sum_to_the_balance", sum == deposit.balance.amount, true)?;
    Ok(())
}

pub async fn ledger(cast: &mut Cast) -> Outcome<()> {
    cast.tell.chapter("ledger", "The operator's books", cast.world.clock.read());
    let report = cast.ledger().await?;
    cast.tell.show(ledger_table(&report, cast.tell.style));
    cast.tell.claim("sums_to_zero", report.sums_to_zero, true)?;
    cast.tell.claim("deposits", report.deposits.clone(), "480.00".to_owned())?;
    cast.tell.claim("tickets", report.count("tickets"), 5)?;
    cast.tell.claim("phone_agrees", report.deposits == cast.balance(), true)?;
    let accounts = serde_json::to_value(&report.accounts).unwrap_or_default();
    cast.tell.record("accounts", accounts);
    cast.tell.say(
        cast.tell
            .style
            .paint(Tone::Faint, "Two records of every payment, the phone's and the operator's, and they agree."),
    );
    Ok(())
}
