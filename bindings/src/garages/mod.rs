//! Garages: facilities with their free places, a visit paid by the number of its ticket or a photo
//! of it, the time to leave.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use mesto_client::ShownCode;
use mesto_client::garages::{EntranceView, FacilityView, GaragesState};
use mesto_client::protocol::base::payments::{PayMethod, Quote};
use mesto_client::protocol::garages::signed::ExitReceipt;
use mesto_client::protocol::garages::visits::{
    GaragesOffer, GaragesOutcome, GaragesSubject, Visit, VisitPage, VisitPayment, VisitState,
};
use mesto_client::protocol::kernel::ids::{SaleId, VisitId};
use mesto_client::protocol::kernel::line::Line;
use mesto_rules::garages::facility::{FacilityKind, OnSite, PaidWhen};
use mesto_rules::{Certainty, CityId, FacilityId, Money, Position, TariffId};

use crate::base::payments::PurchaseIntent;
use crate::kernel::cancel::Cancel;
use crate::kernel::client::{Client, Handle};
use crate::kernel::error::MestoError;
use crate::kernel::ids::ids;

ids! { VisitId, FacilityId }
mesto_protocol::garages_records!();
mesto_protocol::garages_words!();
mesto_rules::facilities_shown!();
mesto_client::garages_shown!();
mesto_client::garages_facilities_shown!();

/// What the receipt of a visit says that was paid.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct GarageReceipt {
    pub city: CityId,
    pub facility: FacilityId,
    /// The number of its ticket: capitals and digits.
    pub ticket: String,
    /// Until when its driver was told to leave; absent: without delay.
    pub exit_by: Option<DateTime<Utc>>,
    /// What was paid in all, without the commission of a card.
    pub amount: Money,
}

impl From<ExitReceipt> for GarageReceipt {
    fn from(said: ExitReceipt) -> Self {
        let ExitReceipt { city, facility, ticket, exit_by, amount } = said;
        Self { city, facility, ticket, exit_by, amount }
    }
}

part! {
    /// Garages, and lots with a barrier.
    Garages, garages
}

/// What is answered from the phone's own store, at once.
#[uniffi::export]
impl Garages {
    /// Visits that this account paid, as they stand now.
    #[must_use]
    pub fn state(&self) -> GaragesState {
        GaragesState::clone(&self.0.core.garages().state())
    }

    /// A city's facilities with free places as they were told last: first those with free places,
    /// then those of which that is not known, then full ones; within these nearest first.
    #[uniffi::method(default(position = None))]
    pub fn facilities(&self, city: CityId, position: Option<Position>) -> Result<Vec<FacilityView>, MestoError> {
        self.0.to_app(self.0.core.garages().facilities(&city, position))
    }

    /// The number of a facility's ticket as it was typed: capitals, without spaces and dashes.
    /// Refused with `ticket_number_invalid`, which says how a number looks there.
    pub fn ticket_number(&self, city: CityId, facility: FacilityId, typed: String) -> Result<String, MestoError> {
        let number = self.0.to_app(self.0.core.garages().ticket_number(&city, &facility, &typed))?;
        Ok(number.to_string())
    }

    /// The number of a facility's ticket from a photo of it, a JPEG or PNG file. As slow as the
    /// image is large. Refused with `photo_unreadable` (`format` names another form, such as
    /// `HEIC`), `photo_too_large`, `photo_not_possible` (this app reads no photos),
    /// `photo_without_code`, `photo_without_number`, `photo_with_several_numbers` or
    /// `photo_of_another_facility`.
    pub fn number_from_photo(&self, city: CityId, facility: FacilityId, image: Vec<u8>) -> Result<String, MestoError> {
        let number = self.0.to_app(self.0.core.garages().number_from_photo(&city, &facility, &image))?;
        Ok(number.to_string())
    }

    /// A stored visit, as it stands now.
    pub fn visit(&self, id: VisitId) -> Result<Visit, MestoError> {
        self.0.to_app(self.0.core.garages().visit(id))
    }

    /// From when on the time to leave of a stored visit is shown as ending: the last reminder
    /// before its end. Absent where the facility states no time to leave.
    pub fn ending_at(&self, visit: VisitId) -> Result<Option<DateTime<Utc>>, MestoError> {
        self.0.to_app(self.0.core.garages().ending_at(visit))
    }

    /// The signed receipt of a paid visit, for a barrier that does not reach the operator. Absent
    /// where none was signed, and once the car has left.
    pub fn receipt(&self, visit: VisitId) -> Result<Option<ShownCode>, MestoError> {
        self.0.to_app(self.0.core.garages().receipt(visit))
    }
}

/// What asks the operator.
#[uniffi::export(async_runtime = "tokio")]
impl Garages {
    /// Asks for free places and gives the facilities with them, in the order of `facilities`.
    /// Nobody needs to be signed in.
    #[uniffi::method(default(position = None, cancel = None))]
    pub async fn places(
        &self,
        city: CityId,
        position: Option<Position>,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Vec<FacilityView>, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.garages().places(&city, position))).await
    }

    /// Visits that this account paid, newest first; `cursor` is `next` of the page before.
    #[uniffi::method(default(cursor = None, limit = 50, cancel = None))]
    pub async fn history(
        &self,
        cursor: Option<String>,
        limit: u32,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<VisitPage, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.garages().history(cursor, limit))).await
    }

    /// What a ticket owes now, line by line (BG-64); `ticket` is its number as it was typed.
    /// Refused with `visit_unknown`, `visit_of_another_facility`, `visit_already_paid`,
    /// `nothing_owed`, `facility_unreachable`, `tariff_unknown`, ...
    #[uniffi::method(default(cancel = None))]
    pub async fn quote(
        &self,
        city: CityId,
        facility: FacilityId,
        ticket: String,
        pay: PayMethod,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Quote, MestoError> {
        let number = self.0.to_app(self.0.core.garages().ticket_number(&city, &facility, &ticket))?;
        self.0.answer(cancel, Box::pin(self.0.core.garages().quote(&city, &facility, &number, pay))).await
    }

    /// Pays what a ticket owes now: a quote and its purchase in one. By card the intent's
    /// `page_url` is the provider's page.
    #[uniffi::method(default(cancel = None))]
    pub async fn pay(
        &self,
        city: CityId,
        facility: FacilityId,
        ticket: String,
        pay: PayMethod,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<PurchaseIntent, MestoError> {
        let number = self.0.to_app(self.0.core.garages().ticket_number(&city, &facility, &ticket))?;
        let view = self.0.paid(cancel, Box::pin(self.0.core.garages().pay(&city, &facility, &number, pay))).await?;
        Ok(PurchaseIntent::from_core(&self.0, view))
    }
}
