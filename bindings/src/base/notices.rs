//! News, works and outages, and how much of a month the operator was up.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesto_client::protocol::base::availability::MonthAvailability;
use mesto_client::protocol::base::notices::ServiceNoticeKind;
use mesto_client::protocol::kernel::ids::NoticeId;
use mesto_client::{NoticeView, NoticesState};
use mesto_rules::CityId;

use crate::kernel::cancel::Cancel;
use crate::kernel::client::{Client, Handle};
use crate::kernel::error::MestoError;
use crate::kernel::ids::ids;

ids! { NoticeId }
mesto_protocol::notice_words!();
mesto_protocol::availability_records!();
mesto_client::notices_shown!();

part! {
    /// News, works and outages.
    Notices, notices
}

#[uniffi::export(async_runtime = "tokio")]
impl Notices {
    /// What was fetched last, also without a network.
    #[must_use]
    pub fn state(&self) -> NoticesState {
        NoticesState::clone(&self.0.core.notices().state())
    }

    /// Marks one notice as read.
    pub fn mark_read(&self, notice: NoticeId) -> Result<(), MestoError> {
        self.0.to_app(self.0.core.notices().mark_read(notice))
    }

    /// Marks every notice as read.
    pub fn mark_all_read(&self) -> Result<(), MestoError> {
        self.0.to_app(self.0.core.notices().mark_all_read())
    }

    /// Fetches the notices of a city. Nobody has to be signed in.
    #[uniffi::method(default(cancel = None))]
    pub async fn refresh(&self, city: CityId, cancel: Option<Arc<Cancel>>) -> Result<NoticesState, MestoError> {
        let state = self.0.answer(cancel, Box::pin(self.0.core.notices().refresh(&city))).await?;
        Ok(NoticesState::clone(&state))
    }

    /// How much of a calendar month, `2026-11`, the operator was up, as it says itself.
    #[uniffi::method(default(cancel = None))]
    pub async fn availability(
        &self,
        city: CityId,
        month: String,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<MonthAvailability, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.availability(&city, &month))).await
    }
}
