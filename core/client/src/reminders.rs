//! The plan of reminders: before the end of paid time as the city says, and at the end (BG-53, AMB-10).

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::parking::tickets::Ticket;
use serde::Serialize;

use crate::client::Client;
use crate::clock::on_the_phone;
use crate::texts::{TextValue, text};

/// Most alarms a phone keeps for one app (iOS).
const MOST: usize = 64;

/// Which moment it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ReminderKind {
    /// This many minutes before the end.
    BeforeEnd { minutes: u32 },
    /// Paid time is over.
    AtEnd,
}

/// One alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reminder {
    /// The same reminder has the same id in every plan.
    pub id: String,
    pub ticket: String,
    pub kind: ReminderKind,
    /// When it is due, operator's time.
    pub at: DateTime<Utc>,
    /// The same moment as the phone's own, possibly wrong, clock will show it: what to set the alarm to.
    pub fire_at: DateTime<Utc>,
    pub title: String,
    pub body: String,
}

/// Tickets that nothing continues: an extension's reminders replace those of the ticket it extends.
fn last_of_chains(tickets: &[Ticket]) -> impl Iterator<Item = &Ticket> {
    tickets.iter().filter(|ticket| {
        !tickets.iter().any(|other| {
            other.extends.as_deref() == Some(ticket.id.as_str())
                || (other.plate == ticket.plate && other.zone == ticket.zone && other.starts_at == ticket.ends_at)
        })
    })
}

impl Client {
    /// The plan as of now, at most 64, earliest first. Local.
    #[must_use]
    pub fn reminders(&self) -> Vec<Reminder> {
        let snapshot = self.snapshot();
        if snapshot.active_tickets.is_empty() {
            return Vec::new();
        }
        let now = self.now();
        let city = self.stored_city();
        let zone_of_time = city.as_ref().and_then(|city| city.tz().ok());
        let before = city.as_ref().map(|city| city.policy.reminder_minutes_before.clone()).unwrap_or_default();
        let locale = self.config().locale;
        let mut plan: Vec<Reminder> = Vec::new();
        for ticket in last_of_chains(&snapshot.active_tickets) {
            let zone = city.as_ref().and_then(|city| city.zone(&ticket.zone));
            let zone = zone.map_or(ticket.zone.as_str(), |zone| zone.name.get(locale.tag()));
            let moments = before
                .iter()
                .map(|minutes| ReminderKind::BeforeEnd { minutes: *minutes })
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
                if at <= now {
                    continue;
                }
                let values = [
                    ("plate", TextValue::Text(ticket.plate_shown.clone())),
                    ("zone", TextValue::Text(zone.to_owned())),
                    ("ends_at", TextValue::Time(ticket.ends_at)),
                    ("minutes", TextValue::Number(i64::from(minutes))),
                ];
                plan.push(Reminder {
                    id,
                    ticket: ticket.id.clone(),
                    kind,
                    at,
                    fire_at: on_the_phone(at, now, self.ports().clock.as_ref()),
                    title: text(locale, message, &values, zone_of_time),
                    body: text(locale, &format!("{message}.body"), &values, zone_of_time),
                });
            }
        }
        plan.sort_by(|one, other| one.at.cmp(&other.at).then_with(|| one.id.cmp(&other.id)));
        plan.truncate(MOST);
        plan
    }

    /// Gives the phone its alarms anew: call after a reboot, when they are gone, and when the phone's clock or language
    /// was changed.
    pub fn replan(&self) {
        self.tell_outside(true);
    }

    /// Hands the plan to the phone when it is another one than before, or `anyway`.
    pub(crate) fn plan(&self, planned: &mut Option<Vec<Reminder>>, anyway: bool) {
        let plan = self.reminders();
        // The corrected time wavers by the length of a round trip; an alarm need not be set anew for that.
        let same = planned.as_ref().is_some_and(|known| {
            known.len() == plan.len()
                && known.iter().zip(&plan).all(|(old, new)| {
                    old.id == new.id && old.at == new.at && (old.fire_at - new.fire_at).abs() < TimeDelta::seconds(2)
                })
        });
        let nothing_yet = planned.is_none() && plan.is_empty();
        if !anyway && (same || nothing_yet) || self.core().still_open().is_err() {
            return;
        }
        self.ports().reminders.replace(&plan);
        *planned = Some(plan);
    }
}
