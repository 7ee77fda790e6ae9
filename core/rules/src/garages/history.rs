//! What became of the cars that had a ticket: found out from all that a controller told of it, in
//! the order in which it happened and never in that in which it was told.
//!
//! Numbers come again, so what happens to a ticket belongs to the last car that had come in by
//! then. What happens after that car has left belongs to one whose entry is still to be told: it
//! waits.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::kernel::money::Money;

/// What a controller tells of a ticket. In this order where several happen at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TicketEventKind {
    /// A car came in with it.
    Entered,
    /// It is lost; at the entry as the inventory book has it, or at any moment of the visit.
    Lost,
    /// It was paid at the place.
    PaidOnSite,
    /// The car left.
    Left,
    /// The entry was a mistake.
    Cancelled,
}

/// Something that was told of a ticket. There is one of a kind for each moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TicketEvent {
    pub at: DateTime<Utc>,
    pub kind: TicketEventKind,
    /// What is seen of the car, with an entry and a lost ticket.
    pub is_disabled: Option<bool>,
    pub places: Option<u32>,
    /// What was taken, with cash; absent: what was owed then.
    pub amount: Option<Money>,
    /// The car as it was known when cash without an amount was told: that is what it was taken for.
    pub seen: Option<SeenCar>,
}

/// A car as it is known at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenCar {
    pub entered_at: DateTime<Utc>,
    pub is_lost: bool,
    pub is_disabled: bool,
    pub places: u32,
}

impl TicketEvent {
    const fn order(&self) -> (DateTime<Utc>, TicketEventKind) {
        (self.at, self.kind)
    }
}

/// How a visit ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VisitEnd {
    pub at: DateTime<Utc>,
    /// It never was one.
    pub is_cancelled: bool,
}

/// Cash that was taken for a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cash {
    pub at: DateTime<Utc>,
    /// Absent: what was owed then.
    pub amount: Option<Money>,
    /// The car that it was owed for; absent: as it is known now.
    pub seen: Option<SeenCar>,
}

/// A visit as far as it was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldVisit {
    pub entered_at: DateTime<Utc>,
    /// Not so as long as only a lost ticket was told of it: it may have come in earlier.
    pub is_entry_told: bool,
    pub is_lost: bool,
    pub is_disabled: bool,
    pub places: u32,
    /// Oldest first.
    pub cash: Vec<Cash>,
    pub end: Option<VisitEnd>,
}

impl ToldVisit {
    fn begun(event: &TicketEvent) -> Self {
        let mut visit = Self {
            entered_at: event.at,
            is_entry_told: event.kind == TicketEventKind::Entered,
            is_lost: false,
            is_disabled: false,
            places: 1,
            cash: Vec::new(),
            end: None,
        };
        visit.learn(event);
        visit
    }

    fn learn(&mut self, event: &TicketEvent) {
        self.is_lost |= event.kind == TicketEventKind::Lost;
        self.is_disabled = event.is_disabled.unwrap_or(self.is_disabled);
        self.places = event.places.unwrap_or(self.places);
    }

    const fn seen(&self) -> SeenCar {
        let Self { entered_at, is_lost, is_disabled, places, .. } = *self;
        SeenCar { entered_at, is_lost, is_disabled, places }
    }

    /// Whether its car can have been inside at a moment that is not before its entry.
    fn lasts(&self, at: DateTime<Utc>) -> bool {
        self.end.is_none_or(|end| at <= end.at)
    }
}

/// Why something cannot have happened to a ticket, by what is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotPlaced {
    /// It may be told again once that is known.
    #[error("no car is known to have been inside with this ticket at {at}; tell its entry first")]
    NotEntered { at: DateTime<Utc> },
    /// It may be told again once the next car's entry is known.
    #[error("the visit with this ticket ended at {ended_at}; tell the entry of the next one first")]
    AfterTheEnd { ended_at: DateTime<Utc> },
    /// An entry waits for the exit of the car that is inside.
    #[error("a car is inside with this ticket since {since}; tell first that it left")]
    InUse { since: DateTime<Utc> },
    /// Another car was inside then.
    #[error("a car was inside with this ticket from {since} to {until}; tell first when it left, if that was earlier")]
    WasInUse { since: DateTime<Utc>, until: DateTime<Utc> },
    /// Nothing happens to a visit that never was, nor is one that was a mistake any more.
    #[error("the visit with this ticket ended at {ended_at}, and this cannot have happened to it")]
    Over { ended_at: DateTime<Utc> },
    /// An entry that was paid was no mistake.
    #[error("the visit is already paid")]
    AlreadyPaid,
}

/// All that was told of a ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketHistory {
    /// By their moments.
    events: Vec<TicketEvent>,
    /// An inventory book and a barrier have two clocks, which may differ by so much.
    clocks_differ: TimeDelta,
}

impl TicketHistory {
    #[must_use]
    pub fn new(mut events: Vec<TicketEvent>, clocks_differ: TimeDelta) -> Self {
        events.sort_by_key(TicketEvent::order);
        Self { events, clocks_differ }
    }

    /// What was told of a moment.
    #[must_use]
    pub fn at(&self, at: DateTime<Utc>, kind: TicketEventKind) -> Option<&TicketEvent> {
        self.events.iter().find(|event| event.order() == (at, kind))
    }

    /// The visits, by their entries. What belongs to none of them waits for one.
    #[must_use]
    pub fn visits(&self) -> Vec<ToldVisit> {
        let mut visits: Vec<ToldVisit> = Vec::new();
        // Lost tickets just before the entry of their car.
        let mut waiting: Vec<&TicketEvent> = Vec::new();
        for (place, event) in self.events.iter().enumerate() {
            let last = visits.last_mut().filter(|visit| visit.lasts(event.at));
            match (event.kind, last) {
                (TicketEventKind::Entered, _) => {
                    let mut visit = ToldVisit::begun(event);
                    waiting.drain(..).for_each(|lost| visit.learn(lost));
                    visits.push(visit);
                }
                (TicketEventKind::Lost, Some(visit)) => visit.learn(event),
                (TicketEventKind::Lost, None) => {
                    // Its own car, when one leaves before the next one comes in.
                    let rest = self.events.get(place..).unwrap_or_default();
                    let mut cars = rest
                        .iter()
                        .filter(|next| matches!(next.kind, TicketEventKind::Entered | TicketEventKind::Left));
                    let is_before_its_entry = cars.next().is_some_and(|next| {
                        next.kind == TicketEventKind::Entered && next.at - event.at <= self.clocks_differ
                    });
                    match is_before_its_entry {
                        true => waiting.push(event),
                        false => visits.push(ToldVisit::begun(event)),
                    }
                }
                (TicketEventKind::PaidOnSite, Some(visit)) if visit.end.is_none_or(|end| !end.is_cancelled) => {
                    // Cash that was told of the car before was not taken for what that one was.
                    let seen = event.seen.filter(|seen| visit.entered_at <= seen.entered_at);
                    visit.cash.push(Cash { at: event.at, amount: event.amount, seen });
                }
                (TicketEventKind::Left, Some(visit)) if visit.end.is_none() => {
                    visit.end = Some(VisitEnd { at: event.at, is_cancelled: false });
                }
                // One that was paid was no mistake.
                (TicketEventKind::Cancelled, Some(visit)) if visit.end.is_none() && visit.cash.is_empty() => {
                    visit.end = Some(VisitEnd { at: event.at, is_cancelled: true });
                }
                (TicketEventKind::PaidOnSite | TicketEventKind::Left | TicketEventKind::Cancelled, _) => {}
            }
        }
        visits
    }

    /// Takes something that was told; gives whether it was not known as it is. What is said of a
    /// car or of an amount another time is as it was said last; cash keeps the car that it was
    /// taken for. `is_paid_here` says of the entry of a visit whether the driver paid it.
    ///
    /// # Errors
    /// [`NotPlaced`]; then nothing is taken.
    pub fn take(&mut self, told: TicketEvent, is_paid_here: impl Fn(DateTime<Utc>) -> bool) -> Result<bool, NotPlaced> {
        let place = match self.events.binary_search_by_key(&told.order(), TicketEvent::order) {
            Ok(place) => {
                let Some(known) = self.events.get_mut(place) else { return Ok(false) };
                let before = *known;
                known.is_disabled = told.is_disabled.or(known.is_disabled);
                known.places = told.places.or(known.places);
                known.amount = told.amount.or(known.amount);
                return Ok(before != *known);
            }
            Err(place) => place,
        };
        self.fits(&told, is_paid_here)?;
        let seen = self.visits().iter().rfind(|visit| visit.entered_at <= told.at).map(ToldVisit::seen);
        let is_reckoned = told.kind == TicketEventKind::PaidOnSite && told.amount.is_none();
        self.events.insert(place, TicketEvent { seen: seen.filter(|_| is_reckoned), ..told });
        Ok(true)
    }

    fn fits(&self, told: &TicketEvent, is_paid_here: impl Fn(DateTime<Utc>) -> bool) -> Result<(), NotPlaced> {
        let (at, visits) = (told.at, self.visits());
        let of_then = || match visits.iter().rev().find(|visit| visit.entered_at <= at) {
            None => Err(NotPlaced::NotEntered { at }),
            Some(visit) => match visit.end {
                Some(end) if end.at < at => Err(NotPlaced::AfterTheEnd { ended_at: end.at }),
                _ => Ok(visit),
            },
        };
        match told.kind {
            TicketEventKind::Entered => self.entry_fits(at, &visits),
            TicketEventKind::Lost => {
                let begun = visits.iter().rfind(|visit| visit.entered_at <= at).filter(|visit| visit.lasts(at));
                let next = visits.iter().find(|visit| at < visit.entered_at);
                let next = next.filter(|visit| visit.entered_at - at <= self.clocks_differ);
                let found = begun.or(next);
                let is_before = visits.iter().any(|visit| visit.end.is_none() || at <= visit.entered_at);
                match found.map(|visit| visit.end) {
                    Some(Some(VisitEnd { at: ended_at, is_cancelled: true })) => Err(NotPlaced::Over { ended_at }),
                    Some(_) => Ok(()),
                    None if is_before => Err(NotPlaced::NotEntered { at }),
                    None => Ok(()),
                }
            }
            TicketEventKind::PaidOnSite => match of_then()?.end {
                Some(VisitEnd { at: ended_at, is_cancelled: true }) => Err(NotPlaced::Over { ended_at }),
                _ => Ok(()),
            },
            TicketEventKind::Left => of_then().map(|_| ()),
            TicketEventKind::Cancelled => {
                let visit = of_then()?;
                let is_paid = !visit.cash.is_empty() || is_paid_here(visit.entered_at);
                match visit.end {
                    None if is_paid => Err(NotPlaced::AlreadyPaid),
                    Some(end) if is_paid => Err(NotPlaced::Over { ended_at: end.at }),
                    _ => Ok(()),
                }
            }
        }
    }

    /// An entry is before a lost ticket that began its visit, or lies wholly between visits.
    fn entry_fits(&self, at: DateTime<Utc>, visits: &[ToldVisit]) -> Result<(), NotPlaced> {
        let place = visits.partition_point(|visit| visit.entered_at < at - self.clocks_differ);
        let has_come_after =
            |visit: &ToldVisit| !visit.is_entry_told && at <= visit.entered_at + self.clocks_differ && visit.lasts(at);
        let began = (place..visits.len()).find(|place| visits.get(*place).is_some_and(has_come_after));
        let others = visits.get(..began.unwrap_or(visits.len())).unwrap_or_default();
        if began.is_some() && others.iter().all(|visit| visit.end.is_some_and(|end| end.at < at)) {
            return Ok(());
        }
        if let Some(inside) = visits.iter().find(|visit| visit.end.is_none()) {
            return Err(NotPlaced::InUse { since: inside.entered_at });
        }
        let before = visits.iter().rev().find(|visit| visit.entered_at <= at);
        match before.and_then(|visit| visit.end.map(|end| (visit.entered_at, end))) {
            Some((since, end)) if at <= end.at => Err(if end.is_cancelled {
                NotPlaced::Over { ended_at: end.at }
            } else {
                NotPlaced::WasInUse { since, until: end.at }
            }),
            _ => Ok(()),
        }
    }
}
