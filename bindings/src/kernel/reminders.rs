//! The alarms of the phone.

use chrono::{DateTime, Utc};
use mesto_client::{Reminder, ReminderKind};
use mesto_rules::CityId;

use crate::kernel::client::Client;

mesto_client::reminders_shown!();

#[uniffi::export]
impl Client {
    /// The alarms as of now, at most 64, earliest first.
    #[must_use]
    pub fn reminders(&self) -> Vec<Reminder> {
        self.0.core.reminders()
    }

    /// Gives the phone its alarms anew: after a reboot, and when its clock was changed.
    pub fn replan(&self) {
        self.0.core.replan();
    }
}
