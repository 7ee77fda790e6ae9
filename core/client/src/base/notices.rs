//! News, works and outages of a city, kept for when there is no network; what was read (AV-95,
//! AV-104).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesto_protocol::base::notices::{self, NoticePage, ServiceNotice, ServiceNoticeKind};
use mesto_protocol::kernel::ids::NoticeId;
use mesto_protocol::kernel::json::Json;
use mesto_rules::{CityId, shown};
use rusqlite::params;
use serde::Serialize;

use crate::kernel::client::Client;
use crate::kernel::error::Result;
use crate::kernel::service::Service;
use crate::kernel::store::{Stored, Tx, list};

pub const TOPIC: &str = notices::SERVICE.name;

/// How many of a city are kept.
const KEPT: u32 = 50;

/// What is kept is of a city and of no account: signing out forgets nothing.
pub const SERVICE: Service =
    Service { widget: Some(|client| Json::of(&*client.notices().state())), ..Service::named(TOPIC) };

shown! { notices_shown;
    /// A notice in the client's language.
    #[derive(Debug, Clone, PartialEq, Serialize)]
    pub struct NoticeView {
        pub id: NoticeId,
        pub kind: ServiceNoticeKind,
        /// The city for which it was fetched.
        pub city: CityId,
        /// The services that it is about; empty for all.
        pub services: Vec<String>,
        pub title: String,
        pub body: String,
        pub begins_at: Option<DateTime<Utc>>,
        pub ends_at: Option<DateTime<Utc>>,
        pub published_at: DateTime<Utc>,
        pub is_read: bool,
    }

    /// Notices of the cities on the phone.
    #[derive(Debug, Clone, PartialEq, Default, Serialize)]
    pub struct NoticesState {
        /// Newest first, as they were fetched last.
        pub notices: Vec<NoticeView>,
        /// How many were not read yet.
        pub unread: u32,
    }
}

/// What is done with notices; see [`Client::notices`].
#[derive(Clone, Copy)]
pub struct Notices<'c>(&'c Client);

impl Client {
    /// News, works and outages.
    #[must_use]
    pub const fn notices(&self) -> Notices<'_> {
        Notices(self)
    }
}

impl Notices<'_> {
    /// What was fetched last, also without a network. Local.
    #[must_use]
    pub fn state(self) -> Arc<NoticesState> {
        let language = self.0.config().locale.tag();
        self.0.state(TOPIC, |core, now| {
            let rows = core.read(now, |db| {
                let of = |is_read: bool| {
                    let sql = "SELECT json_object('city', city, 'notice', json(json)) FROM service_notice
                               WHERE is_read = ?1 ORDER BY published_at DESC, id DESC";
                    list::<Row>(db, sql, params![is_read])
                };
                Ok((of(false)?, of(true)?))
            })?;
            let (unread, read) = rows;
            let count = u32::try_from(unread.len()).unwrap_or(u32::MAX);
            let view = |is_read: bool| move |row: Row| row.view(language, is_read);
            let mut notices: Vec<NoticeView> =
                unread.into_iter().map(view(false)).chain(read.into_iter().map(view(true))).collect();
            mesto_rules::sort_by(&mut notices, |one, other| {
                (other.published_at, other.id).cmp(&(one.published_at, one.id))
            });
            Ok((NoticesState { notices, unread: count }, None))
        })
    }

    /// Fetches the notices of a city. What was withdrawn goes, what was read stays read. Nobody
    /// has to be signed in.
    ///
    /// # Errors
    /// `city_unknown`, and whatever a request can answer; what was kept stays.
    pub async fn refresh(self, city: &CityId) -> Result<Arc<NoticesState>> {
        let outcome = self.refresh_inner(city).await;
        self.0.explain(outcome)?;
        self.0.changed();
        Ok(self.state())
    }

    async fn refresh_inner(self, city: &CityId) -> Result<()> {
        let limit = KEPT.to_string();
        let query = [("city", city.as_str()), ("limit", limit.as_str())];
        let page: NoticePage = self.0.fetch(&notices::LIST, &[], &query).await?;
        let now = self.0.now();
        self.0.core().write(now, |tx| replace(tx, city, &page.items))
    }

    /// Marks one notice as read. Local.
    ///
    /// # Errors
    /// `phone_full`, `phone_data_failed`.
    pub fn mark_read(self, notice: NoticeId) -> Result<()> {
        self.mark("id = ?1", params![notice.to_string()])
    }

    /// Marks every notice as read. Local.
    ///
    /// # Errors
    /// `phone_full`, `phone_data_failed`.
    pub fn mark_all_read(self) -> Result<()> {
        self.mark("1 = 1", params![])
    }

    fn mark(self, which: &str, named: &[&dyn rusqlite::ToSql]) -> Result<()> {
        let sql = format!("UPDATE service_notice SET is_read = 1 WHERE is_read = 0 AND {which}");
        let now = self.0.now();
        self.0.core().write(now, |tx| tx.write(TOPIC, &sql, named).map(drop))?;
        self.0.changed();
        Ok(())
    }
}

#[derive(serde::Deserialize)]
struct Row {
    city: CityId,
    notice: ServiceNotice,
}

impl Row {
    fn view(self, language: &str, is_read: bool) -> NoticeView {
        let Self { city, notice } = self;
        NoticeView {
            id: notice.id,
            kind: notice.kind,
            city,
            services: notice.services,
            title: notice.title.get(language).to_owned(),
            body: notice.body.get(language).to_owned(),
            begins_at: notice.begins_at,
            ends_at: notice.ends_at,
            published_at: notice.published_at,
            is_read,
        }
    }
}

/// Takes what was fetched as the whole truth about a city.
fn replace(tx: &Tx<'_>, city: &CityId, told: &[ServiceNotice]) -> Stored {
    let told_ids = serde_json::to_string(&told.iter().map(|notice| notice.id).collect::<Vec<_>>())?;
    let gone = "DELETE FROM service_notice WHERE city = ?1 AND id NOT IN (SELECT value FROM json_each(?2))";
    tx.write(TOPIC, gone, params![city.as_str(), told_ids])?;
    for notice in told {
        tx.write(
            TOPIC,
            "INSERT INTO service_notice (city, id, published_at, is_read, json) VALUES (?1, ?2, ?3, 0, ?4)
             ON CONFLICT (city, id) DO UPDATE SET json = excluded.json",
            params![
                city.as_str(),
                notice.id.to_string(),
                notice.published_at.timestamp_millis(),
                serde_json::to_string(notice)?,
            ],
        )?;
    }
    Ok(())
}
