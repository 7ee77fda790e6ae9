//! Keeping up with the account: a whole reading first, then events by their cursor, resumed where the last one ended.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::base::accounts::Account;
use mesto_protocol::event::{Change, Event, EventPage};
use mesto_protocol::{ProblemCode, route};
use rusqlite::Connection as Database;

use crate::client::Client;
use crate::error::Result;
use crate::outbox::hear_of_topup;
use crate::store::{StoreError, rows};

/// What a sync brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SyncReport {
    /// The whole account was read: at first, and when events were missing.
    pub from_snapshot: bool,
    pub events: u32,
    /// Last event that is contained.
    pub cursor: i64,
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
                let stored = rows::get::<i64>(db, rows::meta::CURSOR)?;
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
            let page: EventPage = match self.get(format!("{}?after={cursor}", route::EVENTS)).await {
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
        report.cursor = cursor;
        if self.stored_city().is_none() {
            // A file that was rebuilt lost it; without a connection to it the next sync tries again.
            let _ = self.refresh().await;
        }
        self.prune()?;
        self.changed();
        Ok(report)
    }

    async fn read_account(&self, reading: &Reading, report: &mut SyncReport) -> Result<i64> {
        let account: Account = self.get(route::ACCOUNT.to_owned()).await?;
        let now = self.now();
        let mut core = self.core();
        core.still(&reading.session)?;
        core.write(now, |db| {
            // A file that was rebuilt does not know whose it is; the session does.
            rows::set(db, rows::meta::ACCOUNT, &account.account)?;
            rows::set(db, rows::meta::READ_BY, &self.config().version)?;
            // Two syncs at once: the one that read less comes too late.
            if rows::get::<i64>(db, rows::meta::CURSOR)?.is_some_and(|known| known > account.seq) {
                return Ok(());
            }
            rows::replace_account(db, &account, now)?;
            rows::balance_is_told(db, reading.old_balance)?;
            account.topups.iter().try_for_each(|topup| hear_of_topup(db, topup, now))
        })?;
        core.account = Some(account.account.clone());
        report.from_snapshot = true;
        Ok(account.seq)
    }

    /// Stores a page in one transaction with its cursor; `None` when the events do not join what is stored, or a newer
    /// operator tells of something that this version cannot read.
    fn take(&self, reading: &Reading, page: &EventPage, report: &mut SyncReport) -> Result<Option<i64>> {
        let now = self.now();
        let mut core = self.core();
        core.still(&reading.session)?;
        let taken = core.write(now, |db| {
            let mut cursor = rows::get::<i64>(db, rows::meta::CURSOR)?.unwrap_or(0);
            let mut events = 0;
            for event in &page.events {
                if event.seq <= cursor {
                    continue;
                }
                if event.seq != cursor + 1 || matches!(event.change, Change::Unknown(_)) {
                    return Ok(None);
                }
                apply(db, event, now)?;
                cursor = event.seq;
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
        self.core().write(now, |db| rows::prune(db, now, &city.retention))
    }
}

fn apply(db: &Database, event: &Event, now: DateTime<Utc>) -> std::result::Result<(), StoreError> {
    match &event.change {
        Change::VehicleAdded(vehicle) => rows::put_vehicle(db, vehicle),
        Change::VehicleRemoved(vehicle) => rows::remove_vehicle(db, &vehicle.id),
        Change::TopupChanged(topup) => {
            rows::put_topup(db, topup)?;
            hear_of_topup(db, topup, now)
        }
        Change::TicketChanged(ticket) => rows::put_ticket(db, ticket),
        Change::OrderChanged(order) => rows::put_order(db, order),
        Change::DepositChanged { balance } => rows::set(db, rows::meta::BALANCE, balance),
        // Nothing that could be applied; the account is read instead.
        Change::Unknown(_) => Ok(()),
    }
}
