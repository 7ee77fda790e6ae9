//! Reports of trouble.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesto_client::protocol::base::reports::{ReportKind, ReportPage, ReportState, TroubleReport};
use mesto_client::protocol::kernel::ids::ReportId;
use mesto_client::protocol::kernel::reference::Reference;
use mesto_client::{ReportsState, TroubleToReport};
use mesto_rules::CityId;

use crate::kernel::cancel::Cancel;
use crate::kernel::client::{Client, Handle};
use crate::kernel::error::MestoError;
use crate::kernel::ids::ids;

ids! { ReportId }
mesto_protocol::report_records!();
mesto_protocol::report_words!();
mesto_client::reports_shown!();
mesto_client::report_said_shown!();

part! {
    /// Reporting trouble.
    Reports, reports
}

#[uniffi::export(async_runtime = "tokio")]
impl Reports {
    /// What was told last: a report that was made, or answered.
    #[must_use]
    pub fn state(&self) -> ReportsState {
        ReportsState::clone(&self.0.core.reports().state())
    }

    /// Reports a trouble; the answer has the number for the telephone.
    #[uniffi::method(default(cancel = None))]
    pub async fn report(
        &self,
        city: CityId,
        said: TroubleToReport,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<TroubleReport, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.reports().report(&city, said))).await
    }

    /// Reports of this account with their answers, newest first; `cursor` is `next` of the page
    /// before.
    #[uniffi::method(default(cursor = None, limit = 50, cancel = None))]
    pub async fn list(
        &self,
        cursor: Option<String>,
        limit: u32,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<ReportPage, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.reports().list(cursor, limit))).await
    }
}
