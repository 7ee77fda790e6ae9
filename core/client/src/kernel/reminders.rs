//! The plan of reminders: what every service wants, in the phone's own time and the client's
//! language.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_rules::{CityId, shown, sort_by};
use serde::Serialize;

use super::client::Client;
use super::clock::on_the_phone;
use mesto_texts::TextValue;

/// Most alarms a phone keeps for one app (iOS).
pub const MOST: usize = 64;

shown! { reminders_shown;
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
        /// The same reminder has the same id in every plan. It begins with the operator's DNS name
        /// and `/`, so that those of two operators are never the same.
        pub id: String,
        /// DNS name of the operator that it is of.
        pub operator: String,
        /// The city it is in.
        pub city: CityId,
        /// Name of the service that wants it.
        pub service: String,
        /// What it is about there: a ticket's id.
        pub subject: String,
        pub kind: ReminderKind,
        /// When it is due, operator's time.
        pub at: DateTime<Utc>,
        /// The same moment as the phone's own, possibly wrong, clock will show it: what to set the
        /// alarm to.
        pub fire_at: DateTime<Utc>,
        pub title: String,
        pub body: String,
    }
}

/// An alarm as a service wants it.
pub struct Planned {
    /// The same for the same alarm in every plan of its operator.
    pub id: String,
    pub city: CityId,
    pub subject: String,
    pub kind: ReminderKind,
    /// Operator's time.
    pub at: DateTime<Utc>,
    /// Id of its text; the attribute `body` says more.
    pub message: &'static str,
    pub values: Vec<(&'static str, TextValue)>,
}

impl Client {
    /// The plan as of now, at most 64, earliest first. Local.
    #[must_use]
    pub fn reminders(&self) -> Vec<Reminder> {
        let now = self.now();
        let mut plan: Vec<Reminder> = Vec::new();
        for service in self.services().all() {
            let wanted = service.reminders.map(|wanted| wanted(self)).unwrap_or_default();
            for Planned { id, city, subject, kind, at, message, values } in
                wanted.into_iter().filter(|one| one.at > now)
            {
                plan.push(Reminder {
                    id: format!("{}/{id}", self.operator_name()),
                    operator: self.operator_name().to_string(),
                    service: service.name.to_owned(),
                    subject,
                    kind,
                    at,
                    fire_at: on_the_phone(at, now, self.ports().clock.as_ref()),
                    title: self.text_in(Some(&city), message, &values),
                    body: self.text_in(Some(&city), &format!("{message}.body"), &values),
                    city,
                });
            }
        }
        sort_by(&mut plan, |one, other| one.at.cmp(&other.at).then_with(|| one.id.cmp(&other.id)));
        plan.truncate(MOST);
        plan
    }

    /// Gives the phone its alarms anew: call after a reboot, when they are gone, and when the
    /// phone's clock or language was changed.
    pub fn replan(&self) {
        let _ = self.follow();
        self.tell_platform(true);
    }

    /// Hands the plan to the phone when it is another one than before, or `anyway`.
    pub(crate) fn plan(&self, planned: &mut Option<Vec<Reminder>>, anyway: bool) {
        let plan = self.reminders();
        // The corrected time wavers by the length of a round trip; an alarm need not be set anew
        // for that.
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
        self.ports().reminders.replace(self.operator_name(), &plan);
        *planned = Some(plan);
    }
}
