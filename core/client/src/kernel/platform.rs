//! What the phone outside of this process is told: its alarms, and the file that widgets read. One
//! thread tells it at a time, so that the last word is the latest state.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::TryLockError;
use std::sync::atomic::{AtomicBool, Ordering};

use mesto_protocol::kernel::json::Json;
use serde::Serialize;

use super::client::Client;
use super::private_file;
use super::reminders::Reminder;

/// Of the widgets' file; rises when its shape does.
const FORMAT: u32 = 1;

/// What the phone was given last.
#[derive(Default)]
pub struct Platform {
    /// Something changed since the one at work looked.
    wanted: AtomicBool,
    /// The alarms are to be set even when the plan is the same.
    anyway: AtomicBool,
    last: Mutex<LastGiven>,
}

#[derive(Default)]
struct LastGiven {
    /// The plan the phone was given last.
    planned: Option<Vec<Reminder>>,
    /// What the widgets' file holds.
    written: Option<String>,
}

/// The widgets' file.
#[derive(Serialize)]
struct Widget {
    format: u32,
    /// The state of each service, by its name.
    sections: BTreeMap<&'static str, Json>,
}

impl Client {
    /// Brings alarms and file up to date. Whoever comes while another thread is at it (or calls
    /// from inside) leaves it to that one, who looks again.
    pub(crate) fn tell_platform(&self, anyway: bool) {
        let platform = &self.inner.platform;
        platform.anyway.fetch_or(anyway, Ordering::SeqCst);
        platform.wanted.store(true, Ordering::SeqCst);
        while platform.wanted.load(Ordering::SeqCst) {
            let mut last = match platform.last.try_lock() {
                Ok(last) => last,
                Err(TryLockError::Poisoned(last)) => last.into_inner(),
                Err(TryLockError::WouldBlock) => return,
            };
            while platform.wanted.swap(false, Ordering::SeqCst) {
                self.plan(&mut last.planned, platform.anyway.swap(false, Ordering::SeqCst));
                if let Some(path) = &self.config().widget_path {
                    self.write_widget(path, &mut last.written);
                }
            }
        }
    }

    fn widget(&self) -> serde_json::Result<String> {
        let mut sections = BTreeMap::new();
        for service in self.services().all() {
            if let Some(show) = service.widget {
                sections.insert(service.name, show(self)?);
            }
        }
        serde_json::to_string(&Widget { format: FORMAT, sections })
    }

    fn write_widget(&self, path: &Path, written: &mut Option<String>) {
        let Ok(json) = self.widget() else { return };
        if written.as_ref() == Some(&json) {
            return;
        }
        // Held while it is written: closing waits for it.
        let core = self.core();
        if core.still_open().is_err() {
            return;
        }
        // A widget's file is a convenience: when it cannot be written, the app still works.
        if private_file::replace(path, json.as_bytes(), false).is_ok() {
            *written = Some(json);
        }
    }
}
