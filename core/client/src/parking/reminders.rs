//! When a driver is reminded: before the end of paid time as the city says, and at the end (BG-53,
//! AMB-10).

use chrono::TimeDelta;
use mesto_protocol::parking::tickets::Ticket;
use mesto_rules::ParkingSection;

use crate::kernel::client::Client;
use crate::kernel::reminders::{Planned, ReminderKind};
use mesto_texts::TextValue;

/// Tickets that nothing continues: an extension's reminders replace those of the ticket it extends.
fn last_of_chains(tickets: &[Ticket]) -> impl Iterator<Item = &Ticket> {
    tickets.iter().filter(|ticket| {
        !tickets.iter().any(|other| {
            other.extends == Some(ticket.id)
                || (other.plate == ticket.plate
                    && other.city == ticket.city
                    && other.zone == ticket.zone
                    && other.starts_at == ticket.ends_at)
        })
    })
}

/// The alarms of the tickets that run.
pub fn plan(client: &Client) -> Vec<Planned> {
    let shown = client.parking().state();
    if shown.active.is_empty() {
        return Vec::new();
    }
    let mut plan = Vec::new();
    for ticket in last_of_chains(&shown.active) {
        let city = client.stored_city(&ticket.city);
        let parking: Option<&ParkingSection> = city.as_ref().and_then(|city| city.section().ok());
        let before = parking.map(|parking| parking.policy.reminder_minutes_before.clone()).unwrap_or_default();
        let zone = parking.and_then(|parking| parking.zone(ticket.zone.as_str()));
        let zone = zone.map_or(ticket.zone.as_str(), |zone| zone.name.get(client.config().locale.tag()));
        let moments = before
            .iter()
            .map(|minutes| ReminderKind::BeforeEnd { minutes: minutes.get() })
            .chain(std::iter::once(ReminderKind::AtEnd));
        for kind in moments {
            let (at, id, message, minutes) = match kind {
                ReminderKind::BeforeEnd { minutes } => (
                    ticket.ends_at - TimeDelta::minutes(i64::from(minutes)),
                    format!("{}:before:{minutes}", ticket.id),
                    "reminder-before",
                    minutes,
                ),
                ReminderKind::AtEnd => (ticket.ends_at, format!("{}:end", ticket.id), "reminder-end", 0),
            };
            let values = vec![
                ("plate", TextValue::Text(ticket.plate.display.clone())),
                ("zone", TextValue::Text(zone.to_owned())),
                ("ends_at", TextValue::Time(ticket.ends_at)),
                ("minutes", TextValue::Number(i64::from(minutes))),
            ];
            plan.push(Planned {
                id,
                city: ticket.city.clone(),
                subject: ticket.id.to_string(),
                kind,
                at,
                message,
                values,
            });
        }
    }
    plan
}
