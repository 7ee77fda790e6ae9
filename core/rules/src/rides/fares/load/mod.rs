//! Reads the fare files of a feed: [`Fares`], or everything that is wrong with them.

mod calendar;
mod legs;
mod places;
mod problems;
mod products;
mod table;

use super::ids::FeedRouteId;
use super::model::Fares;
pub use problems::{FeedError, FeedNotice, Notice};
use problems::{Problems, shown};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;
use table::{Row, Sheet, Table};

/// The files of a feed that are read; others are passed over.
pub const FILES: &[&str] = &[
    "areas.txt",
    "calendar.txt",
    "calendar_dates.txt",
    "fare_leg_join_rules.txt",
    "fare_leg_rules.txt",
    "fare_media.txt",
    "fare_products.txt",
    "fare_transfer_rules.txt",
    "networks.txt",
    "rider_categories.txt",
    "route_networks.txt",
    "routes.txt",
    "stop_areas.txt",
    "stops.txt",
    "timeframes.txt",
];

/// The fares of a feed, and what is worth saying of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    pub fares: Fares,
    /// Every route of `routes.txt`.
    pub routes: BTreeSet<FeedRouteId>,
    pub notices: Vec<FeedNotice>,
}

/// The fares of a feed: file name to what stands in it.
///
/// # Errors
/// Everything that is wrong, sorted by file, row and field, at most 200; never empty.
pub fn read<B: AsRef<[u8]>>(files: &BTreeMap<String, B>) -> Result<Fares, Vec<FeedError>> {
    read_noting(files).map(|reading| reading.fares)
}

/// The fares of a feed with what is worth saying of them.
///
/// # Errors
/// As [`read`].
pub fn read_noting<B: AsRef<[u8]>>(files: &BTreeMap<String, B>) -> Result<Reading, Vec<FeedError>> {
    let mut problems = Problems::default();
    let mut feed = Feed { fares: Fares::default(), routes: BTreeSet::new(), problems: &mut problems };
    let tables = |sheet: &Sheet, problems: &mut Problems| table::read(files, sheet, problems);
    let networks = feed.networks(&tables);
    let areas = feed.areas(&tables);
    let timeframes = feed.timeframes(&tables);
    let products = feed.products(&tables);
    feed.legs(&tables, &legs::Known { networks, areas, timeframes, products });
    let Feed { fares, routes, .. } = feed;
    problems.done().map(|notices| Reading { fares, routes, notices })
}

/// How a table is read.
type Tables<'t> = dyn Fn(&Sheet, &mut Problems) -> Table + 't;

/// What is being read.
struct Feed<'p> {
    fares: Fares,
    routes: BTreeSet<FeedRouteId>,
    problems: &'p mut Problems,
}

/// The ids of a file.
struct Ids {
    /// As it is told: `areas.txt`.
    file: &'static str,
    /// As it is told: `area_id`.
    field: &'static str,
    is_missing: bool,
    /// Whether the file could not be read, so that nothing is said about what it should hold.
    is_broken: bool,
    known: BTreeSet<String>,
}

impl Ids {
    fn of(table: &Table, file: &'static str, field: &'static str) -> Self {
        let known = table.rows().map(|row| row.text(field).to_owned()).filter(|id| !id.is_empty()).collect();
        Self { file, field, is_missing: table.is_missing(), is_broken: table.is_broken(), known }
    }
}

/// An id type of a feed.
trait Id: Sized {
    fn read(text: &str) -> Option<Self>;
}

macro_rules! ids {
    ($($id:ident),*) => {$(
        impl Id for super::ids::$id {
            fn read(text: &str) -> Option<Self> {
                Self::new(text).ok()
            }
        }
    )*};
}
ids!(AreaId, FeedRouteId, LegGroupId, MediumId, NetworkId, ProductId, RiderCategoryId, ServiceId, StopId, TimeframeId);

impl Feed<'_> {
    fn wrong(&mut self, row: Row<'_>, field: &str, reason: impl Into<String>) {
        self.problems.error(row.file, row.line, field, reason.into());
    }

    /// An id that must be there.
    fn id<I: Id>(&mut self, row: Row<'_>, field: &str) -> Option<I> {
        if row.text(field).is_empty() {
            self.wrong(row, field, "the field is required and empty");
            return None;
        }
        self.id_if_any(row, field)
    }

    /// An id that may be left out.
    fn id_if_any<I: Id>(&mut self, row: Row<'_>, field: &str) -> Option<I> {
        let text = row.text(field);
        if text.is_empty() {
            return None;
        }
        let id = I::read(text);
        if id.is_none() {
            self.wrong(row, field, format!("{} is longer than an id may be, 255 bytes", shown(text)));
        }
        id
    }

    /// Says when a field refers to nothing; whether it refers to something.
    fn refer(&mut self, row: Row<'_>, field: &str, ids: &Ids) -> bool {
        let text = row.text(field);
        if text.is_empty() || ids.is_broken || ids.known.contains(text) {
            return true;
        }
        if ids.is_missing {
            self.problems.missing(row.file, row.line, field, ids.file);
        } else {
            self.wrong(row, field, format!("{} is no {} of {}", shown(text), ids.field, ids.file));
        }
        false
    }

    /// Whether a key was not there before; says so when it was.
    fn is_first<K: Eq + Hash + Ord>(
        &mut self,
        seen: &mut BTreeMap<K, u32>,
        row: Row<'_>,
        (field, key): (&str, K),
    ) -> bool {
        match seen.get(&key) {
            Some(line) => {
                let reason = format!("row {line} has the same key already");
                self.wrong(row, field, reason);
                false
            }
            None => {
                seen.insert(key, row.line);
                true
            }
        }
    }

    /// A whole number without a sign, in decimal digits.
    fn number(&mut self, row: Row<'_>, field: &str) -> Option<u32> {
        let text = row.text(field);
        let is_number = text.bytes().all(|sign| sign.is_ascii_digit());
        let number = is_number.then(|| text.parse().ok()).flatten();
        if number.is_none() {
            self.wrong(row, field, format!("{} is not a whole number from 0 to {}", shown(text), u32::MAX));
        }
        number
    }
}
