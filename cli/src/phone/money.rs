//! The deposit, its history, daily orders and open intents from a terminal.

use mesto_client::{IntentState, Locale};

use super::Phone;
use crate::args::{AbandonArgs, HistoryArgs, PayArgs, PaymentsArgs, PhoneArgs, TopupArgs};
use crate::failure::{CliError, Exit, Outcome};
use crate::output::{Style, Tone, table};

/// `mesto topup`: starts a top-up and says where the bank's page is.
pub async fn topup(args: &TopupArgs, style: Style, locale: Locale) -> Outcome<()> {
    let phone = Phone::open(&args.at, style, locale).await?;
    let intent = phone.core.wallet().top_up(args.amount).await;
    let intent = phone.done(intent)?;
    phone.tell(&intent, "Credited.")
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
            let why = phone.core.payments().refusal(intent);
            let why = why.map(|error| format!(": {} {}", error.text(locale), error.advice(locale))).unwrap_or_default();
            let amount = mesto_client::texts::format_money(locale, &intent.amount);
            say!("{} {amount}  {}{why}", intent.service(), style.paint(tone, &state));
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
            let keys: Vec<String> = open.iter().map(|one| format!("{} ({})", one.key, one.service())).collect();
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

/// `mesto payments`: what was paid, how it stands, and what goes back.
pub async fn payments(args: &PaymentsArgs, style: Style, locale: Locale) -> Outcome<()> {
    let phone = Phone::open(&args.at, style, locale).await?;
    phone.sync().await?;
    let intents = phone.done(phone.core.payments().intents(args.limit))?;
    if style.json {
        say!("{}", serde_json::to_string(&intents).unwrap_or_default());
        return Ok(());
    }
    if intents.is_empty() {
        say!("Nothing was paid yet.");
        return Ok(());
    }
    let rows: Vec<Vec<String>> = intents
        .iter()
        .map(|intent| {
            vec![
                phone.show.moment(intent.created_at),
                intent.service().to_owned(),
                mesto_client::texts::format_money(locale, &intent.amount),
                intent.pay.to_string(),
                phone.show.word(&format!("intent-state-{}", intent.state.name())),
                intent.payment.as_ref().map(|payment| phone.core.payment_text(payment)).unwrap_or_default(),
            ]
        })
        .collect();
    crate::output::write(&table(&["when", "what", ">amount", "from", "state", "money"], &rows));
    for intent in &intents {
        if let Some(page) = &intent.page_url {
            say!("{} waits on the bank's page: {page}", intent.service());
        }
        if intent.bought_late {
            say!("{}: {}", intent.service(), phone.show.word("intent-bought-late"));
        }
        for refund in intent.payment.iter().flat_map(|payment| &payment.refunds) {
            say!("{}: {}", intent.service(), phone.core.refund_text(refund));
        }
    }
    Ok(())
}

/// `mesto pay ORDER`.
pub async fn pay(args: &PayArgs, style: Style, locale: Locale) -> Outcome<()> {
    let phone = Phone::open(&args.at, style, locale).await?;
    phone.sync().await?;
    let intent = phone.core.orders().pay(args.order, args.pay.method()).await;
    let intent = phone.done(intent)?;
    phone.tell(&intent, "The order is paid.")
}

/// `mesto orders`.
pub async fn orders(args: &PhoneArgs, style: Style, locale: Locale) -> Outcome<()> {
    let phone = Phone::open(args, style, locale).await?;
    phone.sync().await?;
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
