//! Keeping up with the account: a whole reading first, then events by their cursor, resumed where the last one ended.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::ProblemCode;
use mesto_protocol::base::accounts::{self, Account};
use mesto_protocol::base::vehicles::{Vehicle, VehicleRemoved, VehiclesSection};
use mesto_protocol::base::wallet::{Balance, Topup, WalletSection};
use mesto_protocol::event::{Change, Cursor, Event, EventPage};
use mesto_protocol::kernel::EVENTS;
use mesto_protocol::kernel::service::Section as _;
use mesto_protocol::orders::driver::{Order, OrdersSection};
use mesto_protocol::parking::tickets::{ParkingSection, Ticket};
use mesto_rules::orders::OrdersSection as OrdersOfCity;
use mesto_rules::parking::ParkingSection as ParkingOfCity;
use rusqlite::Connection as Database;

use crate::client::Client;
use crate::error::Result;
use crate::outbox::hear_of_topup;
use crate::store::{StoreError, rows};

/// What a sync brought.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SyncReport {
    /// The whole account was read: at first, when events were missing, and when the operator's books were put back from a
    /// copy.
    pub from_snapshot: bool,
    pub events: u32,
    /// Of the last event that is contained; opaque.
    pub cursor: String,
}

/// What a sync began with.
struct Reading {
    session: String,
    /// That the balance was old then; what becomes old while it reads stays so.
    old_balance: Option<DateTime<Utc>>,
}

/// More pages than this in one call are left for the next: 200 events each.
const MOST_PAGES: u32 = 50;

impl Client {
    /// Brings the stored account up to date. Safe to call at any time; the same event twice does no harm.
    ///
    /// # Errors
    /// `not_signed_in`, and whatever a request can answer; what arrived until then is kept.
    pub async fn sync(&self) -> Result<SyncReport> {
        let outcome = self.sync_inner().await;
        self.explain(outcome)
    }

    async fn sync_inner(&self) -> Result<SyncReport> {
        let now = self.now();
        let mut report = SyncReport::default();
        let (reading, stored) = {
            let mut core = self.core();
            let session = core.session()?;
            let (old_balance, stored, read_by) = core.read(now, |db| {
                let stored = rows::cursor(db)?;
                Ok((rows::balance_is_old(db)?, stored, rows::get::<String>(db, rows::meta::READ_BY)?))
            })?;
            // Another version of the app passed over what this one may know: it reads for itself.
            let is_mine = read_by.as_ref() == Some(&self.config().version);
            (Reading { session, old_balance }, stored.filter(|_| is_mine))
        };
        let mut cursor = match stored {
            Some(cursor) => cursor,
            None => self.read_account(&reading, &mut report).await?,
        };
        for _ in 0..MOST_PAGES {
            let page: EventPage = match self.fetch(&EVENTS, &[], &[("after", &cursor.to_string())]).await {
                Ok(page) => page,
                Err(error) if error.code() == ProblemCode::CursorTooOld.as_str() && !report.from_snapshot => {
                    cursor = self.read_account(&reading, &mut report).await?;
                    continue;
                }
                Err(error) => return Err(error),
            };
            match self.take(&reading, &page, &mut report)? {
                Some(next) => cursor = next,
                // An event is missing or not understood: the account is read as a whole.
                None => cursor = self.read_account(&reading, &mut report).await?,
            }
            if !page.more {
                break;
            }
        }
        report.cursor = cursor.to_string();
        if self.stored_city().is_none() {
            // A file that was rebuilt lost it; without a connection to it the next sync tries again.
            let _ = self.refresh().await;
        }
        self.prune()?;
        self.changed();
        Ok(report)
    }

    async fn read_account(&self, reading: &Reading, report: &mut SyncReport) -> Result<Cursor> {
        let now = self.now();
        let before = self.core().read(now, rows::cursor)?;
        let account: Account = self.fetch(&accounts::READ, &[], &[]).await?;
        let now = self.now();
        let mut core = self.core();
        core.still(&reading.session)?;
        core.write(now, |db| {
            // A file that was rebuilt does not know whose it is; the session does.
            rows::set(db, rows::meta::ACCOUNT, &account.account)?;
            rows::set(db, rows::meta::READ_BY, &self.config().version)?;
            let known = rows::cursor(db)?;
            let is_behind = known
                .as_ref()
                .is_some_and(|known| known.epoch != account.cursor.epoch || known.seq > account.cursor.seq);
            // Two syncs at once: the one that read less comes too late.
            if is_behind && known != before {
                return Ok(());
            }
            // What is ahead of the operator was told by books that he no longer has.
            let topups = rows::replace_account(db, &account, is_behind, now)?;
            rows::balance_is_told(db, reading.old_balance)?;
            topups.iter().try_for_each(|topup| hear_of_topup(db, topup, now))
        })?;
        core.account = Some(account.account.clone());
        report.from_snapshot = true;
        Ok(account.cursor)
    }

    /// Stores a page in one transaction with its cursor; `None` when the events do not join what is stored, or a newer
    /// operator tells of something that this version cannot read.
    fn take(&self, reading: &Reading, page: &EventPage, report: &mut SyncReport) -> Result<Option<Cursor>> {
        let now = self.now();
        let mut core = self.core();
        core.still(&reading.session)?;
        let taken = core.write(now, |db| {
            let Some(mut cursor) = rows::cursor(db)? else { return Ok(None) };
            let mut events = 0;
            for event in &page.events {
                if event.cursor.epoch != cursor.epoch || event.cursor.seq > cursor.seq + 1 {
                    return Ok(None);
                }
                if event.cursor.seq <= cursor.seq {
                    continue;
                }
                if !apply(db, event, now)? {
                    return Ok(None);
                }
                cursor = event.cursor.clone();
                events += 1;
            }
            rows::set(db, rows::meta::CURSOR, &cursor)?;
            if !page.more {
                rows::balance_is_told(db, reading.old_balance)?;
            }
            rows::set(db, rows::meta::LAST_SYNC, &now.timestamp_millis())?;
            Ok(Some((cursor, events)))
        })?;
        Ok(taken.map(|(cursor, events)| {
            report.events += events;
            cursor
        }))
    }
}

impl Client {
    /// Once a day: what is older than the city keeps it goes, so that the phone's file does not grow for ever.
    fn prune(&self) -> Result<()> {
        let now = self.now();
        let pruned = self.core().read(now, |db| rows::get::<i64>(db, rows::meta::PRUNED))?;
        let pruned = pruned.and_then(DateTime::from_timestamp_millis);
        if pruned.is_some_and(|at| (now - at).abs() < TimeDelta::days(1)) {
            return Ok(());
        }
        let Some(city) = self.stored_city() else { return Ok(()) };
        let kept = rows::KeptDays {
            tickets: city.section::<ParkingOfCity>().ok().map(|parking| parking.retention.tickets_days),
            orders: city.section::<OrdersOfCity>().ok().map(|orders| orders.retention.orders_days),
            events: city.retention.events_days,
        };
        self.core().write(now, |db| rows::prune(db, now, &kept))
    }
}

/// The services whose things this version keeps. Events of others are passed over.
const KEPT: [&str; 4] = [VehiclesSection::NAME, WalletSection::NAME, ParkingSection::NAME, OrdersSection::NAME];

/// Stores what an event tells; `false` when it is of a service that is kept here and cannot be read: a kind or a shape of
/// a later version.
fn apply(db: &Database, event: &Event, now: DateTime<Utc>) -> std::result::Result<bool, StoreError> {
    fn told<T: Change>(
        event: &Event,
        keep: impl FnOnce(T) -> std::result::Result<(), StoreError>,
    ) -> std::result::Result<bool, StoreError> {
        match event.data.read() {
            Ok(thing) => keep(thing).map(|()| true),
            Err(_) => Ok(false),
        }
    }
    match event.kind.as_str() {
        Vehicle::KIND => told(event, |vehicle| rows::put_vehicle(db, &vehicle)),
        VehicleRemoved::KIND => told(event, |VehicleRemoved { id }| rows::remove_vehicle(db, &id)),
        Topup::KIND => told(event, |topup| {
            rows::put_topup(db, &topup)?;
            hear_of_topup(db, &topup, now)
        }),
        Ticket::KIND => told(event, |ticket| rows::put_ticket(db, &ticket)),
        Order::KIND => told(event, |order| rows::put_order(db, &order)),
        Balance::KIND => told(event, |Balance { balance }| rows::set(db, rows::meta::BALANCE, &balance)),
        _ => Ok(!KEPT.contains(&event.service())),
    }
}
