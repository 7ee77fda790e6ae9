//! What a controller keeps in its folder: what it has to tell, what it heard, and which cars are
//! inside. It is written whole and put in the place of the one before, so that it is never half a
//! file.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::garages::controllers::{ReportedEvent, ReportedEventKind, ReportedPlaces, VisitSettled};
use mesto_protocol::kernel::ids::EpochId;
use mesto_rules::garages::Paid;
use serde::{Deserialize, Serialize};

use crate::kernel::failure::{CliError, Exit, Outcome};

const FILE: &str = "garage.json";
const LOCK: &str = "garage.lock";
/// Most tickets that are remembered after their cars have left.
const GONE_MOST: usize = 1_000;
/// Most events that are remembered after the operator refused them.
const REFUSED_MOST: usize = 50;

/// Whose controller it is, of which place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// Address of the operator.
    pub operator: String,
    /// Its DNS name: the issuer of its codes.
    pub operator_name: String,
    /// Its root key, base64url.
    pub root_key: String,
    pub city: String,
    pub facility: String,
    /// The controller's token.
    pub token: String,
}

/// What the operator signed, as it was received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Documents {
    pub keys: String,
    pub city: String,
    /// Absent before the first one came.
    pub revocations: Option<String>,
    pub fetched_at: DateTime<Utc>,
}

/// A car that is inside, as this controller knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Car {
    pub ticket: String,
    pub entered_at: DateTime<Utc>,
    pub is_disabled: bool,
    pub places: u32,
    pub is_lost: bool,
    /// What was paid at the place.
    pub paid: Vec<Paid>,
    /// When it was seen last that it costs more: no receipt from before opens for it.
    #[serde(default)]
    pub dearer_at: Option<DateTime<Utc>>,
    /// When the barrier opened for it last.
    #[serde(default)]
    pub opened_at: Option<DateTime<Utc>>,
}

impl Car {
    /// Whether what is seen of it now makes it cost more.
    fn becomes_dearer(&self, is_lost: bool, is_disabled: Option<bool>, places: Option<u32>) -> bool {
        is_lost && !self.is_lost
            || self.is_disabled && is_disabled == Some(false)
            || places.is_some_and(|places| places > self.places)
    }
}

/// A ticket whose car has left, or whose entry was a mistake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    pub ticket: String,
    pub at: DateTime<Utc>,
}

/// An event that the operator did not take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NotTaken {
    pub event: ReportedEvent,
    pub code: String,
    pub detail: String,
}

/// What was taken is kept so long: as far back as an operator may have to be told again.
const TOLD_DAYS: TimeDelta = TimeDelta::days(7);
/// Most events that are kept so.
const TOLD_MOST: usize = 20_000;

/// A car takes less to pass an open barrier.
const PASSING: TimeDelta = TimeDelta::minutes(5);

/// Everything a controller knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    pub post: Post,
    pub documents: Documents,
    /// How far the operator's clock is ahead of this machine's, milliseconds.
    pub clock_ahead_ms: i64,
    /// What `next` of the last exchange said.
    pub settled_after: Option<String>,
    /// The next ticket is the one of this number.
    pub next_number: u64,
    /// What was not taken yet, in the order in which it happened.
    pub waiting: Vec<ReportedEvent>,
    /// What was taken in the last days, for an operator whose books were put back from a copy.
    #[serde(default)]
    pub told: Vec<ReportedEvent>,
    /// Which history of the operator's books that was.
    #[serde(default)]
    pub epoch: Option<EpochId>,
    pub free: Option<ReportedPlaces>,
    pub inside: Vec<Car>,
    /// What was paid in the app, the last payment of each ticket.
    pub settled: Vec<VisitSettled>,
    pub gone: Vec<Gone>,
    pub refused: Vec<NotTaken>,
}

impl Memory {
    /// That of a controller that has seen no car yet.
    #[must_use]
    pub fn new(post: Post, documents: Documents) -> Self {
        Self {
            post,
            documents,
            clock_ahead_ms: 0,
            settled_after: None,
            next_number: 1,
            waiting: Vec::new(),
            told: Vec::new(),
            epoch: None,
            free: None,
            inside: Vec::new(),
            settled: Vec::new(),
            gone: Vec::new(),
            refused: Vec::new(),
        }
    }

    #[must_use]
    pub fn car(&self, ticket: &str) -> Option<&Car> {
        self.inside.iter().find(|car| car.ticket == ticket)
    }

    #[must_use]
    pub fn settled(&self, ticket: &str) -> Option<&VisitSettled> {
        self.settled.iter().find(|settled| settled.ticket == ticket)
    }

    /// Since when no receipt that was signed before opens for a ticket: what is known of it makes
    /// it cost more, as it was seen here or as the operator took it.
    #[must_use]
    pub fn dearer_at(&self, ticket: &str) -> Option<DateTime<Utc>> {
        let seen = self.car(ticket).and_then(|car| car.dearer_at);
        seen.max(self.settled(ticket).and_then(|settled| settled.corrected_at))
    }

    /// The operator's clock, by this machine's.
    #[must_use]
    pub fn clock(&self, machine: DateTime<Utc>) -> DateTime<Utc> {
        machine + TimeDelta::milliseconds(self.clock_ahead_ms)
    }

    /// The barrier opened for a ticket.
    pub fn opened(&mut self, ticket: &str, at: DateTime<Utc>) {
        if let Some(car) = self.inside.iter_mut().find(|car| car.ticket == ticket) {
            car.opened_at = Some(at);
        }
    }

    /// When a car that has passed the barrier now has left: when that opened for it, if it went on
    /// then.
    #[must_use]
    pub fn left_at(&self, ticket: &str, now: DateTime<Utc>) -> DateTime<Utc> {
        let opened_at = self.car(ticket).and_then(|car| car.opened_at);
        opened_at.filter(|at| (TimeDelta::zero()..PASSING).contains(&(now - *at))).unwrap_or(now)
    }

    /// Something happened: it waits to be told, and is known here from now on. `paid` is what was
    /// paid at the place.
    pub fn happened(&mut self, event: ReportedEvent, now: DateTime<Utc>, paid: Option<Paid>) {
        let ReportedEvent { at, ticket, kind, is_disabled, places, amount: _ } = event.clone();
        match kind {
            ReportedEventKind::Entered | ReportedEventKind::Lost => {
                self.gone.retain(|gone| gone.ticket != ticket);
                let is_lost = kind == ReportedEventKind::Lost;
                match self.inside.iter_mut().find(|car| car.ticket == ticket) {
                    Some(car) => {
                        // It may cost more by now than what was paid.
                        self.settled.retain(|settled| settled.ticket != ticket);
                        if car.becomes_dearer(is_lost, is_disabled, places) {
                            car.dearer_at = Some(now);
                        }
                        car.is_lost |= is_lost;
                        car.is_disabled = is_disabled.unwrap_or(car.is_disabled);
                        car.places = places.unwrap_or(car.places);
                    }
                    None => self.inside.push(Car {
                        ticket,
                        entered_at: at,
                        is_disabled: is_disabled.unwrap_or_default(),
                        places: places.unwrap_or(1),
                        is_lost,
                        paid: Vec::new(),
                        dearer_at: None,
                        opened_at: None,
                    }),
                }
            }
            ReportedEventKind::PaidOnSite => {
                if let Some(car) = self.inside.iter_mut().find(|car| car.ticket == ticket)
                    && let Some(paid) = paid
                {
                    car.paid.push(paid);
                }
            }
            ReportedEventKind::Left | ReportedEventKind::Cancelled => {
                self.inside.retain(|car| car.ticket != ticket);
                self.settled.retain(|settled| settled.ticket != ticket);
                self.gone.push(Gone { ticket, at });
                let old = self.gone.len().saturating_sub(GONE_MOST);
                self.gone.drain(..old);
            }
            ReportedEventKind::Other(_) => {}
        }
        self.waiting.push(event);
    }

    /// The operator has heard the first events, and refused some of them by their place among
    /// those: for good, as they are told in the order in which they happened.
    pub fn heard(&mut self, told: usize, refused: &[(usize, String, String)]) -> Vec<NotTaken> {
        let mut not_taken = Vec::new();
        let rest = self.waiting.split_off(told.min(self.waiting.len()));
        for (place, event) in std::mem::replace(&mut self.waiting, rest).into_iter().enumerate() {
            let Some((_, code, detail)) = refused.iter().find(|(refused, ..)| *refused == place) else {
                self.told.push(event);
                continue;
            };
            not_taken.push(NotTaken { event, code: code.clone(), detail: detail.clone() });
        }
        self.refused.extend(not_taken.iter().cloned());
        let old = self.refused.len().saturating_sub(REFUSED_MOST);
        self.refused.drain(..old);
        if let Some(last) = self.told.last().map(|event| event.at) {
            self.told.retain(|event| last - event.at <= TOLD_DAYS);
        }
        let old = self.told.len().saturating_sub(TOLD_MOST);
        self.told.drain(..old);
        not_taken
    }

    /// Which history the operator's books are. In another one than before it lacks what was told
    /// lately: all of that waits again, and what was paid is asked for from the beginning. `true`
    /// when that is so.
    pub fn is_of(&mut self, epoch: Option<EpochId>) -> bool {
        let Some(epoch) = epoch else { return false };
        let is_another = self.epoch.replace(epoch).is_some_and(|known| known != epoch);
        if is_another {
            let later = std::mem::take(&mut self.waiting);
            self.waiting = std::mem::take(&mut self.told);
            self.waiting.extend(later);
            self.settled_after = None;
        }
        is_another
    }

    /// What was paid in the app: the last payment of a ticket counts.
    pub fn heard_of(&mut self, settled: VisitSettled) {
        if self.gone.iter().any(|gone| gone.ticket == settled.ticket && gone.at >= settled.at) {
            return;
        }
        match self.settled.iter_mut().find(|known| known.ticket == settled.ticket) {
            Some(known) if known.at <= settled.at => *known = settled,
            Some(_) => {}
            None => self.settled.push(settled),
        }
    }
}

/// The folder of a controller, held by this process alone.
pub struct Folder {
    path: PathBuf,
    _lock: File,
}

impl Folder {
    /// Opens the folder, made when it is not there; waits for another command that is in it.
    ///
    /// # Errors
    /// `state_unusable`
    pub fn open(path: &Path) -> Outcome<Self> {
        let unusable = |why: std::io::Error| unusable(path, &why);
        std::fs::create_dir_all(path).map_err(unusable)?;
        let lock =
            OpenOptions::new().create(true).truncate(false).write(true).open(path.join(LOCK)).map_err(unusable)?;
        lock.lock().map_err(unusable)?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// What is kept; nothing in a new folder.
    ///
    /// # Errors
    /// `memory_damaged`, `state_unusable`
    pub fn read(&self) -> Outcome<Option<Memory>> {
        let file = self.path.join(FILE);
        match std::fs::read(&file) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|why| {
                let text = format!("{} cannot be read: {why}", file.display());
                CliError::new(Exit::Input, "memory_damaged", text).advise(
                    "Move it away: the operator tells again what was paid, and the cars that are inside are told again.",
                )
            }),
            Err(why) if why.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(why) => Err(unusable(&self.path, &why)),
        }
    }

    /// Keeps it, wholly or not at all.
    ///
    /// # Errors
    /// `state_unusable`
    pub fn keep(&self, memory: &Memory) -> Outcome<()> {
        let write = || {
            // Nobody but its owner reads it: it holds the token.
            let mut next = tempfile::NamedTempFile::new_in(&self.path)?;
            next.write_all(&serde_json::to_vec_pretty(memory)?)?;
            next.as_file().sync_all()?;
            next.persist(self.path.join(FILE)).map_err(|why| why.error)?;
            Ok(())
        };
        write().map_err(|why: std::io::Error| unusable(&self.path, &why))
    }
}

fn unusable(path: &Path, why: &std::io::Error) -> CliError {
    CliError::new(Exit::Input, "state_unusable", format!("{} cannot be used: {why}", path.display()))
        .advise("Give a folder that you may write to, with room, with --state.")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_756_886_400 + second, 0).unwrap()
    }

    fn event(kind: ReportedEventKind, ticket: &str, second: i64) -> ReportedEvent {
        ReportedEvent { at: at(second), ticket: ticket.to_owned(), kind, is_disabled: None, places: None, amount: None }
    }

    fn settled(ticket: &str, second: i64) -> VisitSettled {
        let visit = "vi_01jd4f8q0r3n7w2x5y6z8a9b1c".parse().unwrap();
        let (exit_by, owes_again_at) = (None, Some(at(second + 900)));
        VisitSettled {
            ticket: ticket.to_owned(),
            visit,
            at: at(second),
            exit_by,
            owes_again_at,
            receipt: None,
            corrected_at: None,
        }
    }

    fn memory() -> Memory {
        let word = || "x".to_owned();
        let post = Post {
            operator: word(),
            operator_name: word(),
            root_key: word(),
            city: word(),
            facility: word(),
            token: word(),
        };
        let documents = Documents { keys: word(), city: word(), revocations: None, fetched_at: at(0) };
        Memory::new(post, documents)
    }

    #[test]
    fn a_car_is_inside_from_its_entry_until_it_has_left() {
        let mut memory = memory();
        memory.happened(event(ReportedEventKind::Entered, "GR01", 0), at(0), None);
        memory.happened(event(ReportedEventKind::Entered, "GR02", 1), at(1), None);
        memory.happened(event(ReportedEventKind::Lost, "GR02", 1), at(1), None);
        memory.heard_of(settled("GR01", 5));
        memory.heard_of(settled("GR01", 3));
        assert_eq!(memory.settled("GR01").unwrap().at, at(5), "the last payment counts, however late it is heard");
        assert!(memory.car("GR02").unwrap().is_lost);
        memory.happened(event(ReportedEventKind::Left, "GR01", 9), at(9), None);
        memory.heard_of(settled("GR01", 5));
        assert_eq!((memory.car("GR01"), memory.settled("GR01")), (None, None), "who has left is not let out again");
        assert_eq!(memory.waiting.len(), 4);
        memory.happened(event(ReportedEventKind::Entered, "GR01", 20), at(20), None);
        assert!(memory.gone.is_empty() && memory.car("GR01").is_some(), "a number comes again");
    }

    #[test]
    fn a_car_that_is_seen_to_cost_more_has_no_receipt_from_before() {
        let mut memory = memory();
        let entered = |second| event(ReportedEventKind::Entered, "GR01", second);
        memory.happened(entered(0), at(0), None);
        memory.happened(ReportedEvent { is_disabled: Some(true), ..entered(0) }, at(5), None);
        assert_eq!(memory.dearer_at("GR01"), None, "a badge makes it cheaper");
        memory.happened(ReportedEvent { places: Some(2), ..entered(0) }, at(7), None);
        memory.happened(ReportedEvent { places: Some(2), ..entered(0) }, at(8), None);
        assert_eq!(memory.dearer_at("GR01"), Some(at(7)));
        memory.happened(event(ReportedEventKind::Lost, "GR01", 0), at(9), None);
        assert_eq!(memory.dearer_at("GR01"), Some(at(9)));
        memory.heard_of(VisitSettled { corrected_at: Some(at(12)), ..settled("GR01", 3) });
        assert_eq!((memory.dearer_at("GR01"), memory.dearer_at("GR02")), (Some(at(12)), None));
    }

    #[test]
    fn a_car_has_left_when_the_barrier_opened_for_it() {
        let mut memory = memory();
        memory.happened(event(ReportedEventKind::Entered, "GR01", 0), at(0), None);
        memory.opened("GR02", at(100));
        assert_eq!(memory.left_at("GR02", at(101)), at(101), "it is not known here");
        assert_eq!(memory.left_at("GR01", at(101)), at(101), "it did not open");
        memory.opened("GR01", at(100));
        assert_eq!(memory.left_at("GR01", at(399)), at(100));
        assert_eq!(memory.left_at("GR01", at(400)), at(400), "it went back to its place, and came again");
        assert_eq!(memory.left_at("GR01", at(99)), at(99), "the clock was set back");
    }

    #[test]
    fn what_was_taken_is_told_no_more_and_what_was_refused_is_remembered() {
        let mut memory = memory();
        for second in 0..3 {
            memory.happened(event(ReportedEventKind::Entered, &format!("GR0{second}"), second), at(second), None);
        }
        let not_taken = memory.heard(2, &[(1, "ticket_in_use".to_owned(), "a car is inside".to_owned())]);
        assert_eq!(not_taken, memory.refused);
        assert_eq!(memory.waiting.iter().map(|one| one.ticket.as_str()).collect::<Vec<_>>(), ["GR02"]);
        assert_eq!(
            (memory.refused[0].event.ticket.as_str(), memory.refused[0].code.as_str()),
            ("GR01", "ticket_in_use")
        );
        for second in 0..60 {
            memory.happened(event(ReportedEventKind::Left, "GR09", second), at(second), None);
            memory.heard(2, &[(0, "visit_unknown".to_owned(), String::new())]);
        }
        assert_eq!(memory.refused.len(), REFUSED_MOST);
    }

    #[test]
    fn a_memory_is_kept_whole_for_its_owner_and_a_damaged_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Folder::open(&folder.path().join("garage")).unwrap();
        assert_eq!(kept.read().unwrap(), None);
        let mut memory = memory();
        memory.happened(event(ReportedEventKind::Entered, "GR01", 0), at(0), None);
        kept.keep(&memory).unwrap();
        assert_eq!(kept.read().unwrap(), Some(memory));
        let file = folder.path().join("garage").join(FILE);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0);
        }
        std::fs::write(&file, "{").unwrap();
        assert_eq!(kept.read().unwrap_err().code, "memory_damaged");
    }

    #[test]
    fn an_operator_whose_books_were_put_back_is_told_the_last_days_again() {
        let mut memory = memory();
        use mesto_protocol::kernel::ids::RecordId as _;
        let epoch = |last: u8| Some(EpochId::from_bytes([last; 16]));
        assert!(!memory.is_of(epoch(1)), "the first one that is heard of");
        for (ticket, second) in [("GR01", 0), ("GR02", 8 * 86_400), ("GR03", 8 * 86_400 + 1)] {
            memory.happened(event(ReportedEventKind::Entered, ticket, second), at(second), None);
        }
        memory.settled_after = Some("1".into());
        let refused = [(2, "out_of_range".to_owned(), String::new())];
        memory.heard(3, &refused);
        assert!(!memory.is_of(epoch(1)) && !memory.is_of(None));
        memory.happened(event(ReportedEventKind::Left, "GR02", 8 * 86_400 + 9), at(8 * 86_400 + 9), None);
        assert!(memory.is_of(epoch(2)));
        let waiting: Vec<_> = memory.waiting.iter().map(|one| (one.ticket.as_str(), one.kind.as_str())).collect();
        assert_eq!(
            waiting,
            [("GR02", "entered"), ("GR02", "left")],
            "in their order; not what is too old or was refused"
        );
        assert_eq!((memory.settled_after, memory.told.len()), (None, 0));
    }
}
