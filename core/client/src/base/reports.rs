//! Reports of trouble, and what they were answered (AV-92, AV-108).

use std::sync::Arc;

use mesto_protocol::base::reports::{self, NewReport, ReportKind, ReportPage, TroubleReport};
use mesto_protocol::event::Change;
use mesto_protocol::kernel::json::Json;
use mesto_rules::{CityId, shown};
use serde::Serialize;

use crate::kernel::client::Client;
use crate::kernel::error::Result;
use crate::kernel::service::{Service, keep};
use crate::kernel::store::Value;

pub const TOPIC: &str = reports::SERVICE.name;

/// The one that the operator told of last; all others are his to tell.
const LAST: Value<TroubleReport> = Value::new("last_report", TOPIC);

pub const SERVICE: Service = Service {
    event: Some(|tx, event, _| match event.kind.as_str() {
        TroubleReport::KIND => keep(event, |report: TroubleReport| LAST.set(tx, &report)),
        _ => Ok(false),
    }),
    forget: Some(|tx| LAST.remove(tx)),
    widget: Some(|client| Json::of(&*client.reports().state())),
    ..Service::named(TOPIC)
};

shown! { reports_shown;
    /// What the operator told last about reports of this account.
    #[derive(Debug, Clone, PartialEq, Default, Serialize)]
    pub struct ReportsState {
        /// That was made or answered last; `None` when nothing was told since signing in.
        pub last: Option<TroubleReport>,
    }
}

shown! { report_said_shown;
    /// Something to report.
    #[derive(Debug, Clone, PartialEq, Serialize)]
    pub struct TroubleToReport {
        pub kind: ReportKind,
        /// 1 to 1000 characters.
        pub text: String,
        /// The number on the vehicle or its plate, at most 40 characters.
        pub vehicle: Option<String>,
        /// The ride, by its id or in words, at most 40 characters.
        pub ride: Option<String>,
    }
}

/// What is done with reports; see [`Client::reports`].
#[derive(Clone, Copy)]
pub struct Reports<'c>(&'c Client);

impl Client {
    /// Reporting trouble.
    #[must_use]
    pub const fn reports(&self) -> Reports<'_> {
        Reports(self)
    }
}

impl Reports<'_> {
    /// What was told last: a report that was made, here or on another phone, or answered. Local.
    #[must_use]
    pub fn state(self) -> Arc<ReportsState> {
        self.0.state(TOPIC, |core, now| Ok((ReportsState { last: core.read(now, |db| LAST.get(db))? }, None)))
    }

    /// Reports a trouble; the answer has the number for the telephone. The same again within a day
    /// is the report that is there.
    ///
    /// # Errors
    /// `bad_request` for a text that is empty or too long, `too_many_requests`, `not_signed_in`,
    /// and whatever a request can answer.
    pub async fn report(self, city: &CityId, said: TroubleToReport) -> Result<TroubleReport> {
        let outcome = self.report_inner(city, said).await;
        self.0.explain(outcome)
    }

    async fn report_inner(self, city: &CityId, said: TroubleToReport) -> Result<TroubleReport> {
        self.0.signed_in()?;
        let TroubleToReport { kind, text, vehicle, ride } = said;
        self.0.call(&reports::REPORT, &[], &NewReport { city: city.to_string(), kind, text, vehicle, ride }).await
    }

    /// Reports of this account with their answers, newest first, `limit` at most; `cursor` is
    /// `next` of the page before.
    ///
    /// # Errors
    /// `not_signed_in`, and whatever a request can answer.
    pub async fn list(self, cursor: Option<String>, limit: u32) -> Result<ReportPage> {
        self.0.fetch_page(&reports::LIST, cursor.as_deref(), limit).await
    }
}
