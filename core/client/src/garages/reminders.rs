//! When a driver is reminded to leave: before the time to leave is over as the city says, and at
//! its end (BG-68). From the last reminder before its end on that time is ending.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::garages::visits::VisitState;
use mesto_protocol::kernel::ids::VisitId;
use mesto_rules::garages::GaragesSection;

use super::Garages;
use crate::kernel::client::Client;
use crate::kernel::error::Result;
use crate::kernel::reminders::{Planned, ReminderKind};
use mesto_texts::TextValue;

impl Garages<'_> {
    /// From when on the time to leave of a stored visit is shown as ending: the last reminder
    /// before its end, or its end where the city states none. `None` where the facility states no
    /// time to leave. Local.
    ///
    /// # Errors
    /// `visit_missing`.
    pub fn ending_at(self, visit: VisitId) -> Result<Option<DateTime<Utc>>> {
        let visit = self.visit(visit)?;
        let city = self.0.stored_city(&visit.city);
        let garages: Option<&GaragesSection> = city.as_ref().and_then(|city| city.section().ok());
        let last = garages.and_then(|garages| garages.policy.reminder_minutes_before.iter().min());
        let before = TimeDelta::minutes(last.map_or(0, |minutes| i64::from(minutes.get())));
        Ok(visit.exit_by.map(|exit_by| exit_by - before))
    }
}

/// The alarms of paid visits. Where a facility states no time to leave, it is the moment from which
/// on more is owed.
pub fn plan(client: &Client) -> Vec<Planned> {
    let shown = client.garages().state();
    if shown.inside.is_empty() {
        return Vec::new();
    }
    let mut plan = Vec::new();
    for visit in shown.inside.iter().filter(|visit| visit.state == VisitState::Paid) {
        let Some(leave_by) = visit.exit_by.or(visit.owes_again_at) else { continue };
        let city = client.stored_city(&visit.city);
        let garages: Option<&GaragesSection> = city.as_ref().and_then(|city| city.section().ok());
        let before = garages.map(|garages| garages.policy.reminder_minutes_before.clone()).unwrap_or_default();
        let facility = garages.and_then(|garages| garages.facility(visit.facility.as_str()));
        let facility = facility.map_or(visit.facility.as_str(), |known| known.name.get(client.config().locale.tag()));
        let values = |minutes: u32| {
            vec![
                ("facility", TextValue::Text(facility.to_owned())),
                ("leave_by", TextValue::Time(leave_by)),
                ("minutes", TextValue::Number(i64::from(minutes))),
            ]
        };
        let subject = visit.id.to_string();
        for minutes in before.iter().map(|minutes| minutes.get()) {
            plan.push(Planned {
                id: format!("{subject}:before:{minutes}"),
                city: visit.city.clone(),
                subject: subject.clone(),
                kind: ReminderKind::BeforeEnd { minutes },
                at: leave_by - TimeDelta::minutes(i64::from(minutes)),
                message: "reminder-garages-before",
                values: values(minutes),
            });
        }
        plan.push(Planned {
            id: format!("{subject}:end"),
            city: visit.city.clone(),
            subject,
            kind: ReminderKind::AtEnd,
            at: leave_by,
            message: "reminder-garages-end",
            values: values(0),
        });
    }
    plan
}
