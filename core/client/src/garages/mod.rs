//! Garages: facilities with their free places, a visit paid by the number of its ticket or a photo
//! of it, the time to leave.

mod facilities;
mod photo;
mod places;
mod refusal;
mod reminders;
mod rows;
mod sales;
mod tariff;
mod tickets;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesto_protocol::event::Change;
use mesto_protocol::garages::visits::{GaragesOutcome, GaragesSubject, LIST, Visit, VisitPage, VisitState};
use mesto_protocol::kernel::ids::VisitId;
use mesto_protocol::kernel::json::Json;
use mesto_rules::garages::{GaragesSection, visit};
use mesto_rules::shown;
use serde::Serialize;

pub use facilities::{EntranceView, FacilityView};

use crate::base::payments::IntentView;
use crate::kernel::client::Client;
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::paying::Sold;
use crate::kernel::service::{Service, days_before, keep};
use crate::kernel::shown_code::ShownCode;

const TOPIC: &str = mesto_protocol::garages::SERVICE.name;

pub const SERVICE: Service = Service {
    section: Some(|tx, section, reading| {
        let told = section.map(Json::read).transpose()?;
        rows::replace(tx, told.as_ref(), reading)
    }),
    event: Some(|tx, event, _| match event.kind.as_str() {
        Visit::KIND => keep(event, |visit: Visit| rows::put(tx, &visit)),
        _ => Ok(false),
    }),
    prune: Some(|tx, city, now| match city.section::<GaragesSection>() {
        Ok(garages) => rows::prune(tx, &city.id, days_before(now, garages.retention.visits_days)),
        // The city does not say how long they are kept.
        Err(_) => Ok(()),
    }),
    forget: Some(rows::forget),
    reminders: Some(reminders::plan),
    widget: Some(|client| Json::of(&*client.garages().state())),
    sold: Some(Sold {
        keep: |tx, outcome| match outcome.read() {
            Ok(GaragesOutcome { visit }) => rows::put_if_newer(tx, &visit).map(|()| true),
            Err(_) => Ok(false),
        },
        stored: |db, outcome| {
            let Ok(GaragesOutcome { visit }) = outcome.read() else { return Ok(None) };
            let visit = rows::visit(db, visit.id)?.unwrap_or(visit);
            Ok(Some(Json::of(&GaragesOutcome { visit })?))
        },
        is_counted: Some(|outcome, sale, asked_at| match outcome.read() {
            Ok(GaragesOutcome { visit }) => {
                visit.payments.iter().any(|payment| payment.sale == sale && payment.at < asked_at)
            }
            Err(_) => false,
        }),
    }),
    codes: &[
        "visit_missing",
        "photo_not_possible",
        "photo_unreadable",
        "photo_too_large",
        "photo_without_code",
        "photo_without_number",
        "photo_with_several_numbers",
        "photo_of_another_facility",
    ],
    ..Service::named(TOPIC)
};

impl IntentView {
    /// The visit that is to be paid, of the intent of a payment of one: its facility and the number
    /// of its ticket.
    #[must_use]
    pub fn wanted_visit(&self) -> Option<GaragesSubject> {
        self.subject()
    }

    /// The visit that was paid, of the intent of a payment of one.
    #[must_use]
    pub fn visit(&self) -> Option<Visit> {
        self.outcome::<GaragesOutcome>().map(|outcome| outcome.visit)
    }
}

shown! { garages_shown;
    /// Visits that this account paid.
    #[derive(Debug, Clone, PartialEq, Default, Serialize)]
    pub struct GaragesState {
        /// Those whose car has not left, newest first. One that is paid owes again from its
        /// `owes_again_at` on, also while there is no connection.
        pub inside: Vec<Visit>,
        /// Those that are over, newest first, at most 50.
        pub over: Vec<Visit>,
        /// Unknown to the operator since his books were put back from a copy: neither paid nor
        /// unpaid at the barrier. Newest first.
        pub forgotten: Vec<Visit>,
    }
}

/// What is done about garages; see [`Client::garages`].
#[derive(Clone, Copy)]
pub struct Garages<'c>(&'c Client);

impl Client {
    /// Garages, and lots with a barrier.
    #[must_use]
    pub const fn garages(&self) -> Garages<'_> {
        Garages(self)
    }
}

impl Garages<'_> {
    /// Visits that this account paid, as they stand now. Local.
    #[must_use]
    pub fn state(self) -> Arc<GaragesState> {
        self.0.state(TOPIC, |core, now| {
            let mut state = core.read(now, |db| {
                Ok(GaragesState { inside: rows::inside(db)?, over: rows::over(db)?, forgotten: rows::forgotten(db)? })
            })?;
            state.inside.iter_mut().for_each(|visit| goes_on(visit, now));
            let settled = state.inside.iter().filter(|visit| visit.state == VisitState::Paid);
            let until = settled.filter_map(|visit| visit.owes_again_at).min();
            Ok((state, until))
        })
    }

    /// Visits that this account paid, newest first, `limit` at most; `cursor` is `next` of the page
    /// before.
    ///
    /// # Errors
    /// `not_signed_in`, and whatever a request can answer.
    pub async fn history(self, cursor: Option<String>, limit: u32) -> Result<VisitPage> {
        self.0.fetch_page(&LIST, cursor.as_deref(), limit).await
    }

    /// A visit's id as it was typed or handed in.
    ///
    /// # Errors
    /// `visit_missing` for what is no id of one.
    pub fn visit_id(self, text: &str) -> Result<VisitId> {
        text.parse().map_err(|why| missing(&format!("{why}")))
    }

    /// A stored visit, as it stands now. Local.
    ///
    /// # Errors
    /// `visit_missing`
    pub fn visit(self, id: VisitId) -> Result<Visit> {
        let now = self.0.now();
        let found = self.0.core().read(now, |db| rows::visit(db, id))?;
        let mut visit = found.ok_or_else(|| missing("this visit is not stored on the phone"))?;
        goes_on(&mut visit, now);
        Ok(visit)
    }

    /// The signed receipt of a paid visit, for a barrier that is out of reach of the operator (kind
    /// 2 of `docs/ticket-code.md`); make it anew before `fresh_until`. `None` where the operator
    /// signed none, and once the visit is over. Local.
    ///
    /// # Errors
    /// `visit_missing`, `code_of_another_phone` for a receipt that is bound to another phone,
    /// `device_key_failed`, `code_untrusted` for one that is not genuine or cannot be read.
    pub fn receipt(self, visit: VisitId) -> Result<Option<ShownCode>> {
        self.visit(visit)?.signed.map(|signed| self.0.show(&signed)).transpose()
    }
}

fn missing(why: &str) -> Error {
    Error::new(ErrorKind::Refused, "visit_missing", why)
}

/// Time went on since the operator told it: what was paid may not settle it any more.
fn goes_on(visit: &mut Visit, now: DateTime<Utc>) {
    let stands = visit::state_at(visit::VisitState::Paid, visit.owes_again_at, now);
    if visit.state == VisitState::Paid && stands == visit::VisitState::OwingAgain {
        visit.state = VisitState::OwingAgain;
    }
}
