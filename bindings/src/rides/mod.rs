//! Rides in public transport: checked, confirmed, shown to a controller.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use mesto_client::ShownCode;
use mesto_client::protocol::base::payments::{PayMethod, Quote};
use mesto_client::protocol::base::plate::Plate;
use mesto_client::protocol::kernel::ids::{RideId, TripId};
use mesto_client::protocol::kernel::line::Line;
use mesto_client::protocol::rides::riders::{
    Companions, LessFor, Ride, RideChannel, RideCode, RideDispute, RidePage, RideParty, RideState, RideTrip,
    RideVehicle, RidesOffer, RidesOutcome, RidesSubject,
};
use mesto_client::protocol::rides::signed::SignedRide;
use mesto_client::rides::{RideNames, RidesLeft, RidesState, RouteNames};
use mesto_rules::passes::{CategoryId, PassProductId};
use mesto_rules::rides::section::VehicleKind;
use mesto_rules::rides::{BoardNumber, CarrierId, RouteId};
use mesto_rules::{CityId, Money};

use crate::base::operators::OperatorSet;
use crate::kernel::cancel::Cancel;
use crate::kernel::client::{Client, Handle};
use crate::kernel::error::MestoError;
use crate::kernel::ids::ids;

ids! { RideId, TripId, RouteId, CarrierId, BoardNumber }
mesto_protocol::ride_records!();
mesto_protocol::ride_words!();
mesto_rules::vehicle_kind_shown!();
mesto_client::rides_shown!();
mesto_client::ride_sales_shown!();

/// What the code of a ride says.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct RideTicket {
    pub city: CityId,
    pub vehicle: BoardNumber,
    /// Absent when it was not known; so are the direction and the trip.
    pub route: Option<RouteId>,
    pub direction: Option<u32>,
    pub trip: Option<TripId>,
    /// The day it belongs to for control and reports.
    pub service_on: NaiveDate,
    pub persons: u32,
    /// Categories of those who pay less by who they are, one for each.
    pub benefits: Vec<CategoryId>,
    /// The pass that the rider himself rides on.
    pub pass: Option<PassProductId>,
}

impl From<SignedRide> for RideTicket {
    fn from(said: SignedRide) -> Self {
        let SignedRide { city, vehicle, route, trip, service_day, persons, benefits, pass } = said;
        let (route, direction) = route.unzip();
        Self { city, vehicle, route, direction, trip, service_on: service_day, persons, benefits, pass }
    }
}

part! {
    /// Rides in public transport.
    Rides, rides
}

/// What is answered from the phone's own store, at once.
#[uniffi::export]
impl Rides {
    /// Rides of this account.
    #[must_use]
    pub fn state(&self) -> RidesState {
        RidesState::clone(&self.0.core.rides().state())
    }

    /// Refuses what was scanned and is no sign of a vehicle of this city: `not_a_ride_code` with
    /// its `host`, `ride_sign_of_another_city`, `ride_sign_unreadable`. Nothing of it is opened.
    pub fn check_sign(&self, city: CityId, scanned: String) -> Result<(), MestoError> {
        self.0.to_app(self.0.core.rides().check_sign(&city, &scanned))
    }

    /// What a vehicle does on a trip, in the driver's language.
    #[uniffi::method(default(trip = None))]
    pub fn names(&self, city: CityId, vehicle: RideVehicle, trip: Option<RideTrip>) -> Result<RideNames, MestoError> {
        Ok(self.0.core.rides().names(&city, &vehicle, trip.as_ref()))
    }

    /// How far the balance reaches in a city; absent where that is not known.
    pub fn left(&self, city: CityId) -> Result<Option<RidesLeft>, MestoError> {
        Ok(self.0.core.rides().left(&city))
    }

    /// A stored ride.
    pub fn ride(&self, id: RideId) -> Result<Ride, MestoError> {
        self.0.to_app(self.0.core.rides().ride(id))
    }

    /// The code of a ride's ticket for a controller's camera, over this moment. Refused with
    /// `code_of_another_phone` while another phone shows it.
    pub fn code(&self, ride: RideId) -> Result<ShownCode, MestoError> {
        self.0.to_app(self.0.core.rides().code(ride))
    }
}

/// What asks the operator.
#[uniffi::export(async_runtime = "tokio")]
impl Rides {
    /// What a ride in this vehicle would be: vehicle, route, direction, carrier, time and fare.
    /// Nothing is charged; buying the quote confirms the ride. Without a connection refused with
    /// `ride_not_checked`, which says what to do instead.
    #[uniffi::method(default(cancel = None))]
    pub async fn quote(
        &self,
        city: CityId,
        subject: RidesSubject,
        pay: PayMethod,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Quote, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.rides().quote(&city, &subject, pay))).await
    }

    /// Rides of this account, newest first; `cursor` is `next` of the page before.
    #[uniffi::method(default(cursor = None, limit = 50, cancel = None))]
    pub async fn history(
        &self,
        cursor: Option<String>,
        limit: u32,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<RidePage, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.rides().history(cursor, limit))).await
    }

    /// Moves the ticket of a running ride to this phone; the one that another phone shows ends.
    #[uniffi::method(default(cancel = None))]
    pub async fn move_code_here(&self, ride: RideId, cancel: Option<Arc<Cancel>>) -> Result<(), MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.rides().move_code_here(ride))).await
    }

    /// Says that a ride is wrong, and why; its ticket stays good until the operator decides.
    #[uniffi::method(default(cancel = None))]
    pub async fn dispute(&self, ride: RideId, reason: String, cancel: Option<Arc<Cancel>>) -> Result<Ride, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.rides().dispute(ride, &reason))).await
    }
}

#[uniffi::export]
impl OperatorSet {
    /// Refuses as `Rides.check_sign` does; `operator` is the DNS name of the one whose `city` it
    /// should be of. What belongs to a city of another operator of this phone is refused with
    /// `ride_sign_of_another_city` and that `operator`.
    pub fn check_ride_sign(&self, operator: String, city: CityId, scanned: String) -> Result<(), MestoError> {
        self.ask(&operator, |set, name| set.check_ride_sign(name, &city, &scanned))
    }
}
