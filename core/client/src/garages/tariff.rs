//! What a visit costs, in words: each part of a rate table as a line in the client's language.

use mesto_rules::garages::RateTable;
use mesto_rules::garages::tariff::{FreeTime, LostTicket};
use mesto_rules::{Certainty, Minutes, Money};

use super::facilities::{least, sure};
use crate::kernel::client::Client;
use mesto_texts::TextValue;

const MINUTES_OF_AN_HOUR: u32 = 60;

/// The lines of a rate table and the least sure of their values. Without a price there is one line
/// that says so.
pub fn in_words(client: &Client, table: Option<&RateTable>) -> (Vec<String>, Option<Certainty>) {
    let priced = table.and_then(|table| Some((table, table.price.known()?)));
    let Some((table, price)) = priced else { return (vec![client.text("tariff-garages-unknown", &[])], None) };
    let mut lines = vec![unit(client, table.unit_minutes, price)];
    let mut certainties = vec![sure(&table.price)];
    for (text, free) in [("tariff-garages-free", &table.free), ("tariff-garages-disabled-free", &table.disabled_free)] {
        if let Some((line, certainty)) = free.as_ref().and_then(|free| free_time(client, text, free)) {
            lines.push(line);
            certainties.push(certainty);
        }
    }
    if let Some(cap) = &table.day_cap {
        if let Some(fact) = &cap.price
            && let Some(price) = fact.known()
        {
            lines.push(client.text("tariff-garages-day-cap", &[("price", TextValue::Money(*price))]));
            certainties.push(sure(fact));
        }
        if let Some(fact) = &cap.after_minutes
            && let Some(minutes) = fact.known()
        {
            let hours = TextValue::Number(i64::from(minutes.get() / MINUTES_OF_AN_HOUR));
            lines.push(client.text("tariff-garages-day-cap-after", &[("hours", hours)]));
            certainties.push(sure(fact));
        }
    }
    if let Some(several) = &table.several_days
        && let Some(price) = several.price.known()
    {
        let days = TextValue::Number(i64::from(several.days));
        lines.push(client.text("tariff-garages-several-days", &[("days", days), ("price", TextValue::Money(*price))]));
        certainties.push(sure(&several.price));
    }
    if let Some(lost) = table.lost_ticket.known() {
        lines.push(match lost {
            LostTicket::FromMidnight => client.text("tariff-garages-lost-from-midnight", &[]),
            LostTicket::Flat { price } => {
                client.text("tariff-garages-lost-flat", &[("price", TextValue::Money(*price))])
            }
        });
        certainties.push(sure(&table.lost_ticket));
    }
    if let Some(minutes) = table.exit_minutes.known() {
        lines.push(client.text("tariff-garages-exit-minutes", &[("minutes", number(*minutes))]));
        certainties.push(sure(&table.exit_minutes));
    }
    (lines, least(certainties))
}

fn unit(client: &Client, minutes: Minutes, price: &Money) -> String {
    client.text("tariff-garages-unit", &[("unit_minutes", number(minutes)), ("price", TextValue::Money(*price))])
}

/// `<text>`, or `<text>-short` where only a short visit is free.
fn free_time(client: &Client, text: &str, free: &FreeTime) -> Option<(String, Option<Certainty>)> {
    let minutes = free.minutes.known()?;
    let is_for_all = *free.is_for_longer_visits.known()?;
    let id = if is_for_all { text.to_owned() } else { format!("{text}-short") };
    let line = client.text(&id, &[("minutes", number(*minutes))]);
    Some((line, least([sure(&free.minutes), sure(&free.is_for_longer_visits)])))
}

fn number(minutes: Minutes) -> TextValue {
    TextValue::Number(i64::from(minutes.get()))
}
