//! Cards as text.

use mesto_client::TextValue;
use mesto_client::protocol::cards::riders::{Card, CardBalance, CardHistory, CardState, CardTopUp};
use serde_json::Map;

use crate::kernel::output::{Tone, table};
use crate::kernel::phone::Phone;
use crate::kernel::show::Show;

/// What is on a card, and as of when.
pub fn balance(show: &Show, balance: &CardBalance) -> String {
    let values = [("amount", TextValue::Money(balance.amount)), ("as_of", TextValue::Time(balance.at))];
    show.text("cards-balance", &values)
}

fn state(show: &Show, card: &Card) -> String {
    let state = show.word(&format!("card-state-{}", if card.state.is_known() { card.state.as_str() } else { "other" }));
    let trouble = card.blocked_for.as_ref();
    let trouble = trouble.map(|trouble| {
        show.word(&format!("card-trouble-{}", if trouble.is_known() { trouble.as_str() } else { "other" }))
    });
    let text = trouble.map_or_else(|| state.clone(), |trouble| format!("{state} ({trouble})"));
    let tone = if card.state == CardState::Active { Tone::Good } else { Tone::Warn };
    show.paint(tone, &text)
}

/// A top-up in one line.
fn top_up(show: &Show, top_up: &CardTopUp) -> String {
    let word = format!("card-top-up-{}", if top_up.state.is_known() { top_up.state.as_str() } else { "other" });
    let values = [("hold_until", TextValue::Time(top_up.hold_until))];
    format!("{} {}: {}", show.moment(top_up.paid_at), show.money(&top_up.amount), show.text(&word, &values))
}

/// A card with all that is told of it.
pub fn card(phone: &Phone, card: &Card) -> String {
    let (show, notes) = (&phone.show, phone.core.cards().notes(card));
    let mut text = format!("{} {}  {}  {}\n", notes.kind, card.number_masked, state(show, card), card.id);
    text.push_str(&format!("  {}\n", balance(show, &card.balance)));
    if let Some(count) = notes.rides {
        let left = show.text("cards-rides-left", &[("count", TextValue::Number(count.into()))]);
        let left = if notes.is_low { show.paint(Tone::Warn, &left) } else { left };
        text.push_str(&format!("  {left}\n"));
    }
    if notes.is_inactive {
        text.push_str(&format!("  {}\n", show.paint(Tone::Warn, &show.word("cards-inactive"))));
    }
    for one in &card.top_ups {
        text.push_str(&format!("  {}\n", top_up(show, one)));
    }
    text
}

/// What moved the balance of a card, newest first.
pub fn history(show: &Show, history: &CardHistory) -> String {
    let rows: Vec<Vec<String>> = history
        .items
        .iter()
        .map(|one| {
            vec![
                show.moment(one.happened_at),
                show.kind("entry", &one.kind, &Map::new()),
                one.route.as_ref().map(ToString::to_string).unwrap_or_default(),
                one.vehicle.as_ref().map(ToString::to_string).unwrap_or_default(),
                show.money(&one.amount),
            ]
        })
        .collect();
    table(&["when", "what", "route", "vehicle", ">amount"], &rows)
}
