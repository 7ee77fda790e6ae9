//! The deposit, its history, daily orders and open intents from a terminal.

use mesto_client::{IntentState, Locale, Progress};

use super::Phone;
use crate::args::{AbandonArgs, HistoryArgs, OrdersArgs, PhoneArgs, TopupArgs};
use crate::failure::{CliError, Exit, Outcome};
use crate::output::{Style, Tone};

/// `mesto topup`: starts a top-up and says where the bank's page is.
pub async fn topup(args: &TopupArgs, style: Style, locale: Locale) -> Outcome<()> {
    let phone = Phone::open(&args.at, style, locale).await?;
    let intent = phone.core.wallet().top_up(args.amount).await;
    let intent = phone.done(intent)?;
    match (&intent.state, &intent.page_url) {
        (IntentState::Unconfirmed(Progress::AtBank), Some(page)) => {
            if style.json {
                say!("{}", serde_json::to_string(&intent).unwrap_or_default());
            } else {
                say!(
                    "{}",
                    style.paint(Tone::Good, "Pay on the bank's page; card data is typed there and nowhere else:")
                );
                say!("{page}");
                say!("Then: mesto settle");
            }
            Ok(())
        }
        _ => phone.tell_end(&intent, "Credited."),
    }
}

/// `mesto settle`: asks the operator about everything that is not confirmed yet.
pub async fn settle(args: &PhoneArgs, style: Style, locale: Locale) -> Outcome<()> {
    let phone = Phone::open(args, style, locale).await?;
    let settled = phone.core.payments().settle_all().await;
    let settled = phone.done(settled)?;
    phone.sync().await?;
    if style.json {
        say!("{}", serde_json::to_string(&settled).unwrap_or_default());
    } else if settled.is_empty() {
        say!("Nothing is open.");
    } else {
        for intent in &settled {
            let tone = match intent.state {
                IntentState::Confirmed => Tone::Good,
                IntentState::Unconfirmed(_) => Tone::Warn,
                IntentState::Refused(_) | IntentState::Expired | IntentState::Lost => Tone::Bad,
            };
            let state = phone.show.word(&format!("intent-state-{}", intent.state.name()));
            let why = intent.refusal().map(|error| format!(": {}", error.text(locale))).unwrap_or_default();
            let amount = mesto_client::texts::format_money(locale, &intent.amount);
            say!("{} {amount}  {}{why}", intent.kind(), style.paint(tone, &state));
        }
    }
    let open = phone.core.payments().state().open.len();
    if open > 0 {
        return Err(
            CliError::new(Exit::Unconfirmed, "unconfirmed", format!("{open} still open")).advise("Ask again later.")
        );
    }
    Ok(())
}

/// `mesto abandon [INTENT]`: gives up what is not confirmed yet.
pub async fn abandon(args: &AbandonArgs, style: Style, locale: Locale) -> Outcome<()> {
    let phone = Phone::open(&args.at, style, locale).await?;
    let open = phone.done(phone.core.payments().open())?;
    let key = match (&args.intent, open.as_slice()) {
        (Some(key), _) => key.clone(),
        (None, [only]) => only.key.clone(),
        (None, []) => return Err(CliError::new(Exit::Refused, "intent_missing", "nothing is open")),
        (None, _) => {
            let keys: Vec<String> = open.iter().map(|one| format!("{} ({})", one.key, one.kind())).collect();
            return Err(CliError::new(Exit::Usage, "intent_unclear", format!("several are open: {}", keys.join("; ")))
                .advise("Say which one by its key."));
        }
    };
    let ended = phone.core.payments().abandon(&key).await;
    let ended = phone.done(ended)?;
    match &ended.state {
        IntentState::Refused(problem) if problem.code == "abandoned" => given_up(&phone, &ended),
        IntentState::Expired => given_up(&phone, &ended),
        _ => phone.tell_end(&ended, "It was executed after all."),
    }
}

fn given_up(phone: &Phone, ended: &mesto_client::IntentView) -> Outcome<()> {
    if phone.show.style.json {
        say!("{}", serde_json::to_string(ended).unwrap_or_default());
    } else {
        say!("{}", phone.show.style.paint(Tone::Good, "Given up; nothing was bought."));
    }
    Ok(())
}

/// `mesto history`: what was bought, and what consumed the deposit (BG-36, BG-37).
pub async fn deposit_and_tickets(args: &HistoryArgs, style: Style, locale: Locale) -> Outcome<()> {
    let phone = Phone::open(&args.at, style, locale).await?;
    let history = phone.core.parking().history(None, args.limit).await;
    let history = phone.done(history)?;
    let deposit = phone.core.wallet().history(None, args.limit).await;
    let deposit = phone.done(deposit)?;
    if style.json {
        say!("{}", serde_json::json!({ "history": history, "deposit": deposit }));
        return Ok(());
    }
    if history.tickets.is_empty() {
        say!("No ticket was bought yet.");
    } else {
        crate::output::write(&phone.show.tickets(&history.tickets));
    }
    say!();
    if deposit.entries.is_empty() {
        say!("Nothing was paid in yet. Top up: mesto topup 1000");
    } else {
        crate::output::write(&phone.show.deposit(&deposit));
    }
    say!("\nDeposit: {}", mesto_client::texts::format_money(locale, &deposit.balance));
    Ok(())
}

/// `mesto orders [--pay ORDER]`.
pub async fn orders(args: &OrdersArgs, style: Style, locale: Locale) -> Outcome<()> {
    let phone = Phone::open(&args.at, style, locale).await?;
    phone.sync().await?;
    if let Some(order) = &args.pay {
        let intent = phone.core.orders().pay(order).await;
        let intent = phone.done(intent)?;
        return phone.tell_end(&intent, "The order is paid.");
    }
    let orders = phone.done(phone.core.orders().list())?;
    if style.json {
        say!("{}", serde_json::to_string(&orders).unwrap_or_default());
    } else if orders.is_empty() {
        say!("No daily orders.");
    } else {
        crate::output::write(&phone.show.orders(&orders));
    }
    Ok(())
}
