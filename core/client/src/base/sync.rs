//! Keeping up with the account: a whole reading first, then events by their cursor, resumed where
//! the last one ended.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::ProblemCode;
use mesto_protocol::base::accounts::{self, Account};
use mesto_protocol::event::{Cursor, EventPage};
use mesto_protocol::kernel::EVENTS;
use mesto_rules::shown;
use rusqlite::Connection as Database;

use crate::kernel::client::{ACCOUNT, Client};
use crate::kernel::error::Result;
use crate::kernel::service::{Reading, Service};
use crate::kernel::session::Session;
use crate::kernel::signal;
use crate::kernel::store::{Stored, Tx, Value};

/// The driver's phone number as the operator shows it.
pub const PHONE_MASKED: Value<String> = Value::new("phone_masked", signal::ACCOUNT);
/// When the account was last brought up to date, epoch milliseconds.
pub const LAST_SYNC: Value<i64> = Value::new("last_sync_at", signal::ACCOUNT);
/// Cursor of the last event that is contained.
pub const CURSOR: Value<Cursor> = Value::new("cursor", signal::ACCOUNT);
/// The version of the app that read the account: another one may understand more of it.
const READ_BY: Value<String> = Value::new("read_by", signal::ACCOUNT);
/// Money moved and the phone was not told how much is left: when to ask, epoch milliseconds.
const BALANCE_OLD: Value<i64> = Value::new("balance_old", signal::ACCOUNT);
/// When what is too old was last removed, epoch milliseconds.
const PRUNED: Value<i64> = Value::new("pruned_at", signal::ACCOUNT);

pub const SERVICE: Service = Service {
    forget: Some(|tx| {
        LAST_SYNC.remove(tx)?;
        CURSOR.remove(tx)?;
        READ_BY.remove(tx)?;
        BALANCE_OLD.remove(tx)
    }),
    ..Service::named("sync")
};

/// When the balance is to be asked for, because money moved and the phone was not told how much is
/// left.
pub fn balance_is_old(db: &Database) -> Stored<Option<DateTime<Utc>>> {
    Ok(BALANCE_OLD.get(db)?.and_then(DateTime::from_timestamp_millis))
}

/// Money moved: the balance is to be asked for from this moment on.
pub fn balance_is_due(tx: &Tx<'_>, at: DateTime<Utc>) -> Stored {
    BALANCE_OLD.set(tx, &at.timestamp_millis())
}

/// The account was read by a reading that knew of this mark: the balance is what the operator says.
fn balance_is_told(tx: &Tx<'_>, mark: Option<DateTime<Utc>>) -> Stored {
    if mark.is_some() && balance_is_old(tx.db())? == mark {
        BALANCE_OLD.remove(tx)?;
    }
    Ok(())
}

shown! { sync_shown;
    /// What a sync brought.
    #[derive(Debug, Clone, PartialEq, Eq, Default)]
    pub struct SyncReport {
        /// The whole account was read: at first, when events were missing, and when the operator's
        /// books were put back from a copy.
        pub is_from_snapshot: bool,
        pub events: u32,
        /// Of the last event that is contained; opaque.
        pub cursor: String,
    }
}

/// From where the events go on: the stored cursor, where this version of the app read the account.
pub(super) fn goes_on_at(db: &Database, version: &String) -> Stored<Option<Cursor>> {
    // Another version of the app passed over what this one may know: it reads for itself.
    let is_mine = READ_BY.get(db)?.as_ref() == Some(version);
    Ok(CURSOR.get(db)?.filter(|_| is_mine))
}

/// What a sync began with.
pub(super) struct Beginning {
    pub session: Session,
    /// That the balance was old then; what becomes old while it reads stays so.
    pub old_balance: Option<DateTime<Utc>>,
}

/// More pages than this in one call are left for the next: 200 events each.
const MOST_PAGES: u32 = 50;

impl Client {
    /// Brings the stored account up to date. Safe to call at any time; the same event twice does no
    /// harm.
    ///
    /// # Errors
    /// `not_signed_in`, and whatever a request can answer; what arrived until then is kept.
    pub async fn sync(&self) -> Result<SyncReport> {
        let outcome = self.sync_inner().await;
        if outcome.is_err() {
            // The account may be another one since.
            let _ = self.catch_up();
        }
        self.explain(outcome)
    }

    async fn sync_inner(&self) -> Result<SyncReport> {
        self.catch_up()?;
        let now = self.now();
        let mut report = SyncReport::default();
        let (beginning, stored) = {
            let mut core = self.core();
            let session = core.session()?;
            let (old_balance, stored) =
                core.read(now, |db| Ok((balance_is_old(db)?, goes_on_at(db, &self.config().version)?)))?;
            (Beginning { session, old_balance }, stored)
        };
        let mut cursor = match stored {
            Some(cursor) => cursor,
            None => self.read_account(&beginning, &mut report).await?,
        };
        for _ in 0..MOST_PAGES {
            let page: EventPage = match self.fetch(&EVENTS, &[], &[("after", &cursor.to_string())]).await {
                Ok(page) => page,
                Err(error) if error.code() == ProblemCode::CursorTooOld.as_str() && !report.is_from_snapshot => {
                    cursor = self.read_account(&beginning, &mut report).await?;
                    continue;
                }
                Err(error) => return Err(error),
            };
            match self.take(&beginning, &page, &mut report)? {
                Some(next) => cursor = next,
                // An event is missing or not understood: the account is read as a whole.
                None => cursor = self.read_account(&beginning, &mut report).await?,
            }
            if !page.has_more {
                break;
            }
        }
        report.cursor = cursor.to_string();
        self.cities_again().await;
        for synced in self.services().all().filter_map(|service| service.synced) {
            synced(self).await;
        }
        self.prune()?;
        self.changed();
        Ok(report)
    }

    /// Fetches what a file that was rebuilt lost: the cities that were stored; where nobody knows
    /// which, those of the operator. Without a connection to them the next sync tries again.
    async fn cities_again(&self) {
        let mut lost = self.cities().lost();
        if lost.is_empty() && self.recovery().is_some() && self.stored_cities().is_empty() {
            let said = self.operator().refresh().await.ok().and_then(|state| state.document.clone());
            lost = said.into_iter().flat_map(|said| said.cities).map(|city| city.id).collect();
        }
        for city in lost {
            let _ = self.cities().refresh(&city).await;
        }
    }

    async fn read_account(&self, beginning: &Beginning, report: &mut SyncReport) -> Result<Cursor> {
        let now = self.now();
        let before = self.core().read(now, |db| CURSOR.get(db))?;
        let account: Account = self.fetch(&accounts::READ, &[], &[]).await?;
        let now = self.now();
        let services = self.services();
        let mut core = self.core();
        core.write_of(now, &beginning.session, |tx| {
            // A file that was rebuilt does not know whose it is; the session does.
            ACCOUNT.set(tx, &account.account)?;
            READ_BY.set(tx, &self.config().version)?;
            let known = CURSOR.get(tx.db())?;
            let is_behind = known
                .as_ref()
                .is_some_and(|known| known.epoch != account.cursor.epoch || known.seq > account.cursor.seq);
            // Two syncs at once: the one that read less comes too late.
            if is_behind && known != before {
                return Ok(());
            }
            // What is ahead of the operator was told by books that he no longer has.
            let reading = Reading { now, is_behind };
            for service in services.all() {
                if let Some(take) = service.section {
                    take(tx, account.sections.get(service.name), &reading)?;
                }
            }
            CURSOR.set(tx, &account.cursor)?;
            PHONE_MASKED.set(tx, &account.phone_masked)?;
            LAST_SYNC.set(tx, &now.timestamp_millis())?;
            balance_is_told(tx, beginning.old_balance)
        })?;
        core.account_is(Some(account.account));
        report.is_from_snapshot = true;
        Ok(account.cursor)
    }

    /// Stores a page in one transaction with its cursor; `None` when the events do not join what is
    /// stored, or a newer operator tells of something that this version cannot read.
    pub(super) fn take(
        &self,
        beginning: &Beginning,
        page: &EventPage,
        report: &mut SyncReport,
    ) -> Result<Option<Cursor>> {
        let now = self.now();
        let services = self.services();
        let mut core = self.core();
        let taken = core.write_of(now, &beginning.session, |tx| {
            let Some(mut cursor) = CURSOR.get(tx.db())? else { return Ok(None) };
            let mut events = 0;
            for event in &page.events {
                if event.cursor.epoch != cursor.epoch || event.cursor.seq > cursor.seq + 1 {
                    return Ok(None);
                }
                if event.cursor.seq <= cursor.seq {
                    continue;
                }
                // Events of services that keep nothing here are passed over.
                let keep = services.named(event.service()).and_then(|service| service.event);
                if let Some(keep) = keep
                    && !keep(tx, event, now)?
                {
                    return Ok(None);
                }
                cursor = event.cursor.clone();
                events += 1;
            }
            CURSOR.set(tx, &cursor)?;
            if !page.has_more {
                balance_is_told(tx, beginning.old_balance)?;
            }
            LAST_SYNC.set(tx, &now.timestamp_millis())?;
            Ok(Some((cursor, events)))
        })?;
        Ok(taken.map(|(cursor, events)| {
            report.events += events;
            cursor
        }))
    }

    /// Once a day: what is older than its city keeps it goes, so that the phone's file does not
    /// grow for ever.
    fn prune(&self) -> Result<()> {
        let now = self.now();
        let pruned = self.core().read(now, |db| PRUNED.get(db))?;
        let pruned = pruned.and_then(DateTime::from_timestamp_millis);
        if pruned.is_some_and(|at| (now - at).abs() < TimeDelta::days(1)) {
            return Ok(());
        }
        let (cities, services) = (self.stored_cities(), self.services());
        if cities.is_empty() {
            return Ok(());
        }
        self.core().write(now, |tx| {
            for prune in services.all().filter_map(|service| service.prune) {
                cities.iter().try_for_each(|city| prune(tx, city, now))?;
            }
            PRUNED.set(tx, &now.timestamp_millis())
        })
    }
}
