//! Several operators in one phone: a client each, which share nothing but the phone's alarms, whose
//! number is limited.
//!
//! What a client keeps is named after its operator, so that two never touch each other's: its file,
//! its secrets, its device key, its alarms. [`Operators`] adds what only somebody who knows them
//! all can see: that of all their alarms the earliest are set, that no two share a file or a device
//! key, and what is open at all of them.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

use mesto_rules::{sort_by, sort_by_key};

use crate::base::payments::IntentView;
use crate::kernel::client::{Client, Config};
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::ports::{OperatorName, Ports, Reminders};
use crate::kernel::reminders::{MOST, Reminder};

/// The operators of one phone. A clone is the same ones.
#[derive(Clone)]
pub struct Operators {
    alarms: Arc<Alarms>,
    open: Arc<Mutex<BTreeMap<OperatorName, OpenOperator>>>,
}

struct OpenOperator {
    client: Client,
    path: PathBuf,
    device_key: [u8; 65],
}

/// An intent, and whose it is.
#[derive(Debug, Clone, PartialEq)]
pub struct OperatorIntent {
    pub operator: OperatorName,
    pub intent: IntentView,
}

impl Operators {
    /// No operator yet. The alarms of all of them are set at this port; those of their own ports
    /// are not used.
    #[must_use]
    pub fn new(reminders: Arc<dyn Reminders>) -> Self {
        let alarms =
            Alarms { reminders, plans: Mutex::default(), due: AtomicBool::new(false), telling: Mutex::default() };
        Self { alarms: Arc::new(alarms), open: Arc::default() }
    }

    /// Where an operator's files lie in a folder: the database, `<name>.db`, and the widgets' file,
    /// `<name>.widget.json`.
    #[must_use]
    pub fn files(folder: &Path, operator: &OperatorName) -> (PathBuf, PathBuf) {
        (folder.join(format!("{operator}.db")), folder.join(format!("{operator}.widget.json")))
    }

    /// Opens the client of an operator. No request is made. One that was closed can be opened
    /// again.
    ///
    /// # Errors
    /// `operator_open` when it is open already; `operators_share` (parameter `what`: `file`,
    /// `device_key`) when it would have the file or the key of another one; and those of
    /// [`Client::open`].
    pub fn open(&self, config: Config, ports: Ports) -> Result<Client> {
        let operator = config.operator.clone();
        let (path, device_key) = (config.path.clone(), ports.signer.public_key());
        // Held while it opens: two that open the same one at once are told.
        let client = {
            let mut open = self.held();
            let shared = |what: &str, other: &OperatorName| {
                let detail = format!("{operator} would have the {what} of {other}: give each operator one of its own");
                Error::new(ErrorKind::Phone, "operators_share", detail)
                    .with("operator", operator.as_str())
                    .with("other", other.as_str())
                    .with("what", what)
            };
            for (other, held) in open.iter().filter(|(other, _)| **other != operator) {
                if held.path == path {
                    return Err(shared("file", other));
                }
                if held.device_key == device_key {
                    return Err(shared("device_key", other));
                }
            }
            match open.entry(operator.clone()) {
                Entry::Occupied(_) => {
                    let detail = format!("the client of {operator} is open already");
                    return Err(
                        Error::new(ErrorKind::Phone, "operator_open", detail).with("operator", operator.as_str())
                    );
                }
                Entry::Vacant(place) => {
                    let alarms = Arc::clone(&self.alarms) as Arc<dyn Reminders>;
                    let client = Client::open(config, Ports { reminders: alarms, ..ports })?;
                    place.insert(OpenOperator { client: client.clone(), path, device_key });
                    client
                }
            }
        };
        // So that its alarms are counted beside those of the others.
        client.replan();
        Ok(client)
    }

    /// The names of those that are open.
    #[must_use]
    pub fn names(&self) -> Vec<OperatorName> {
        self.held().keys().cloned().collect()
    }

    /// The client of an operator that is open.
    #[must_use]
    pub fn client(&self, operator: &OperatorName) -> Option<Client> {
        self.held().get(operator).map(|held| held.client.clone())
    }

    /// Closes the client of an operator: its file is free when this returns. Its alarms stay set,
    /// because its tickets go on. `false` when it was not open.
    pub fn close(&self, operator: &OperatorName) -> bool {
        let held = self.held().remove(operator);
        held.map(|held| held.client.close()).is_some()
    }

    /// Closes every client.
    pub fn close_all(&self) {
        for operator in self.names() {
            self.close(&operator);
        }
    }

    /// The alarms of all operators, earliest first, at most 64: what is set at the phone.
    #[must_use]
    pub fn reminders(&self) -> Vec<Reminder> {
        lock(&self.alarms.plans).merged()
    }

    /// Gives the phone all alarms anew: after a reboot, and when its clock or language was changed.
    pub fn replan(&self) {
        lock(&self.alarms.plans).told.clear();
        for client in self.clients() {
            client.replan();
        }
    }

    /// What is not confirmed yet at any operator, oldest first. Local. An operator whose file fails
    /// has none here.
    #[must_use]
    pub fn open_intents(&self) -> Vec<OperatorIntent> {
        let mut intents: Vec<OperatorIntent> = Vec::new();
        for client in self.clients() {
            let operator = client.operator_name().clone();
            let open = client.payments().state();
            let of = |intent: &IntentView| OperatorIntent { operator: operator.clone(), intent: intent.clone() };
            intents.extend(open.open.iter().map(of));
        }
        sort_by(&mut intents, |one, other| {
            let order = |of: &OperatorIntent| (of.intent.created_at, of.operator.clone());
            order(one).cmp(&order(other))
        });
        intents
    }

    fn clients(&self) -> Vec<Client> {
        self.held().values().map(|held| held.client.clone()).collect()
    }

    /// Those that are open: one whose client was closed by itself is not.
    fn held(&self) -> MutexGuard<'_, BTreeMap<OperatorName, OpenOperator>> {
        let mut open = lock(&self.open);
        open.retain(|_, held| held.client.is_open());
        open
    }
}

/// The phone's alarms, shared by the operators: each may set as many as are among the earliest of
/// all.
struct Alarms {
    reminders: Arc<dyn Reminders>,
    plans: Mutex<Plans>,
    /// A plan changed since the one at work looked.
    due: AtomicBool,
    /// Held by whoever tells the phone: one at a time, so that its last word is the latest plan.
    telling: Mutex<()>,
}

#[derive(Default)]
struct Plans {
    /// What each operator wants.
    wanted: BTreeMap<OperatorName, Vec<Reminder>>,
    /// What the phone was told last of each.
    told: BTreeMap<OperatorName, Vec<Reminder>>,
    /// Who is told even what he was told before: his alarms may be gone.
    anyway: BTreeSet<OperatorName>,
}

impl Plans {
    /// The earliest of all, as the phone's own clock will show them.
    fn merged(&self) -> Vec<Reminder> {
        let mut all: Vec<Reminder> = self.wanted.values().flatten().cloned().collect();
        sort_by(&mut all, |one, other| one.fire_at.cmp(&other.fire_at).then_with(|| one.id.cmp(&other.id)));
        all.truncate(MOST);
        all
    }

    /// What the phone is to be told now. Those that get fewer alarms come first, so that there are
    /// never more than the phone keeps.
    fn due(&mut self) -> Vec<(OperatorName, Vec<Reminder>)> {
        let merged = self.merged();
        let anyway = std::mem::take(&mut self.anyway);
        let mut due = Vec::new();
        for of in self.wanted.keys() {
            let share: Vec<Reminder> = merged.iter().filter(|one| one.operator == of.as_str()).cloned().collect();
            let before = self.told.get(of);
            if anyway.contains(of) || before != Some(&share) {
                let is_more = share.len() > before.map_or(0, Vec::len);
                due.push((is_more, of.clone(), share));
            }
        }
        sort_by_key(&mut due, |(is_more, _, _)| *is_more);
        let due: Vec<_> = due.into_iter().map(|(_, of, share)| (of, share)).collect();
        self.told.extend(due.iter().cloned());
        due
    }
}

impl Reminders for Alarms {
    fn replace(&self, operator: &OperatorName, plan: &[Reminder]) {
        {
            let mut plans = lock(&self.plans);
            plans.wanted.insert(operator.clone(), plan.to_vec());
            plans.anyway.insert(operator.clone());
        }
        self.due.store(true, Ordering::SeqCst);
        // Whoever comes while another thread is at it, or calls from inside, leaves it to that one,
        // who looks again.
        while self.due.load(Ordering::SeqCst) {
            let _telling = match self.telling.try_lock() {
                Ok(telling) => telling,
                Err(TryLockError::Poisoned(telling)) => telling.into_inner(),
                Err(TryLockError::WouldBlock) => return,
            };
            while self.due.swap(false, Ordering::SeqCst) {
                let due = lock(&self.plans).due();
                for (of, share) in due {
                    self.reminders.replace(&of, &share);
                }
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic elsewhere leaves a list of clients, or plans, that is whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
