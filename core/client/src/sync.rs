//! Keeping up with the account: a whole reading first, then events by their cursor, resumed where the last one ended.

use mesto_protocol::api::Account;
use mesto_protocol::event::{Change, Event, EventPage};
use mesto_protocol::{ProblemCode, route};
use rusqlite::Connection as Database;

use crate::client::Client;
use crate::error::{Error, Result};
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
        let stored = {
            let mut core = self.core();
            if core.token.is_none() {
                return Err(Error::not_signed_in());
            }
            core.read(now, |db| rows::get::<i64>(db, rows::meta::CURSOR))?
        };
        let mut cursor = match stored {
            Some(cursor) => cursor,
            None => self.read_account(&mut report).await?,
        };
        for _ in 0..MOST_PAGES {
            let page: EventPage = match self.get(format!("{}?after={cursor}", route::EVENTS)).await {
                Ok(page) => page,
                Err(error) if error.code() == ProblemCode::CursorTooOld.as_str() && !report.from_snapshot => {
                    cursor = self.read_account(&mut report).await?;
                    continue;
                }
                Err(error) => return Err(error),
            };
            match self.take(&page, &mut report)? {
                Some(next) => cursor = next,
                // An event is missing: the account is read as a whole.
                None => cursor = self.read_account(&mut report).await?,
            }
            if !page.more {
                break;
            }
        }
        report.cursor = cursor;
        self.changed();
        Ok(report)
    }

    async fn read_account(&self, report: &mut SyncReport) -> Result<i64> {
        let account: Account = self.get(route::ACCOUNT.to_owned()).await?;
        let now = self.now();
        let mut core = self.core();
        core.write(now, |db| {
            // A file that was rebuilt does not know whose it is; the session does.
            rows::set(db, rows::meta::ACCOUNT, &account.account)?;
            // Two syncs at once: the one that read less comes too late.
            if rows::get::<i64>(db, rows::meta::CURSOR)?.is_some_and(|known| known > account.seq) {
                return Ok(());
            }
            rows::replace_account(db, &account, now)?;
            account.topups.iter().try_for_each(|topup| hear_of_topup(db, topup, now))
        })?;
        core.account = Some(account.account.clone());
        report.from_snapshot = true;
        Ok(account.seq)
    }

    /// Stores a page in one transaction with its cursor; `None` when the events do not join what is stored.
    fn take(&self, page: &EventPage, report: &mut SyncReport) -> Result<Option<i64>> {
        let now = self.now();
        let taken = self.core().write(now, |db| {
            let mut cursor = rows::get::<i64>(db, rows::meta::CURSOR)?.unwrap_or(0);
            let mut events = 0;
            for event in &page.events {
                if event.seq <= cursor {
                    continue;
                }
                if event.seq != cursor + 1 {
                    return Ok(None);
                }
                apply(db, event, now)?;
                cursor = event.seq;
                events += 1;
            }
            rows::set(db, rows::meta::CURSOR, &cursor)?;
            rows::set(db, rows::meta::LAST_SYNC, &now.timestamp_millis())?;
            Ok(Some((cursor, events)))
        })?;
        Ok(taken.map(|(cursor, events)| {
            report.events += events;
            cursor
        }))
    }
}

fn apply(db: &Database, event: &Event, now: chrono::DateTime<chrono::Utc>) -> std::result::Result<(), StoreError> {
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
        // A newer operator: nothing to show, the cursor moves on.
        Change::Unknown(_) => Ok(()),
    }
}
