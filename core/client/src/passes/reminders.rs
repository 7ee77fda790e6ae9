//! When a rider is told that a pass ends: the city's number of days before.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::passes::holders::Pass;
use mesto_rules::passes::PassesSection;
use mesto_texts::TextValue;

use crate::kernel::client::Client;
use crate::kernel::reminders::{Planned, ReminderKind};

/// From when on a pass is told as ending.
pub fn ending_at(client: &Client, pass: &Pass) -> Option<DateTime<Utc>> {
    let city = client.stored_city(&pass.city)?;
    let section: &PassesSection = city.section().ok()?;
    Some(pass.ends_at - TimeDelta::days(section.policy.ending_days.into()))
}

/// An alarm for each pass, unless another one follows it.
pub fn plan(client: &Client) -> Vec<Planned> {
    let state = client.passes().state();
    let held = || state.current.iter().chain(&state.coming);
    let is_last = |pass: &&Pass| !held().any(|next| next.city == pass.city && next.starts_at == pass.ends_at);
    let mut plan = Vec::new();
    for pass in held().filter(is_last) {
        let Some(at) = ending_at(client, pass) else { continue };
        let minutes = u32::try_from((pass.ends_at - at).num_minutes()).unwrap_or(u32::MAX);
        plan.push(Planned {
            id: format!("{}:ending", pass.id),
            city: pass.city.clone(),
            subject: pass.id.to_string(),
            kind: ReminderKind::BeforeEnd { minutes },
            at,
            message: "reminder-passes-ending",
            values: vec![
                ("pass", TextValue::Text(client.passes().product_name(&pass.city, &pass.product))),
                ("ends_at", TextValue::Time(pass.ends_at)),
            ],
        });
    }
    plan
}
