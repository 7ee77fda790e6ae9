//! What is checked before anything is charged (AV-65, AV-70).

use mesto_protocol::base::payments::{PayMethod, Quote};
use mesto_protocol::rides::riders::{RideTrip, RideVehicle, RidesOffer, RidesSubject};
use mesto_rules::passes::PassesSection;
use mesto_rules::rides::RidesSection;
use mesto_rules::rides::section::VehicleKind;
use mesto_rules::{CityId, Money, shown};
use rust_decimal::prelude::ToPrimitive as _;
use serde::Serialize;

use super::Rides;
use crate::base::payments;
use crate::kernel::error::{Error, ErrorKind, Result};

/// Below so many rides the balance is low.
const FEW: u32 = 2;

shown! { ride_sales_shown;
    /// What a vehicle does, in the client's language.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct RideNames {
        /// Absent when the trip of the vehicle is not known.
        pub route: Option<RouteNames>,
        /// Who carries.
        pub carrier: String,
    }

    /// A route and one of its directions.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct RouteNames {
        /// As it stands on the vehicle: `92`.
        pub number: String,
        pub kind: VehicleKind,
        /// Where it goes.
        pub to: String,
    }

    /// How far the balance reaches.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct RidesLeft {
        /// What a ride costs this rider.
        pub fare: Money,
        /// How many of them the balance covers.
        pub rides: u32,
        /// It covers one or none: to be told before the bus comes.
        pub is_low: bool,
    }
}

impl Rides<'_> {
    /// Asks for what a ride in this vehicle would be: vehicle, route, direction, carrier, time and
    /// fare (AV-65); see [`Rides::offer`]. Nothing is charged.
    /// [`Payments::buy`](crate::base::payments::Payments::buy) confirms it (AV-66). Where
    /// [`RidesOffer::repeats`] is there, the rider is asked first, and the price is asked for again
    /// with `is_again`. While a confirmation of the same vehicle is open, confirming settles that
    /// one first, and what it brought is the answer.
    ///
    /// # Errors
    /// Those of [`Rides::check_sign`], `ride_sign_unknown`, `ride_sign_revoked`,
    /// `ride_sign_expired`, `ride_vehicle_unknown`, `ride_vehicle_not_in_service`,
    /// `persons_too_many`, `payment_closed_in_control`, `payment_method_not_allowed`,
    /// `not_signed_in`, ... Without a connection `ride_not_checked`: nothing was charged, and its
    /// advice says what to do instead (with the `sms_number`, where the city has one).
    pub async fn quote(self, city: &CityId, subject: &RidesSubject, pay: PayMethod) -> Result<Quote> {
        let outcome = self.quote_inner(city, subject, pay).await;
        self.0.explain_in(city, outcome)
    }

    async fn quote_inner(self, city: &CityId, subject: &RidesSubject, pay: PayMethod) -> Result<Quote> {
        if let Some(scanned) = &subject.scanned {
            self.check_sign(city, scanned)?;
        }
        let quote = self.0.payments().quote::<_, RidesOffer>(city, subject, pay).await;
        quote.map_err(|error| match error.kind() {
            ErrorKind::Offline | ErrorKind::NoAnswer => self.not_checked(city, &error),
            _ => error,
        })
    }

    /// Nobody said what a ride would be: it is not sold here now.
    fn not_checked(self, city: &CityId, why: &Error) -> Error {
        let error = Error::new(why.kind(), "ride_not_checked", why.detail());
        let stored = self.0.stored_city(city);
        let rides: Option<&RidesSection> = stored.as_ref().and_then(|city| city.section().ok());
        match rides.and_then(|rides| rides.channels.sms_number.clone()) {
            Some(number) => error.with("sms_number", number),
            None => error,
        }
    }

    /// What a quote promises of a ride; `None` when it is another service's.
    #[must_use]
    pub fn offer(self, quote: &Quote) -> Option<RidesOffer> {
        payments::offer(quote)
    }

    /// What a vehicle does on a trip, in the client's language. Ids, where the city is not stored
    /// or does not know them. Local.
    #[must_use]
    pub fn names(self, city: &CityId, vehicle: &RideVehicle, trip: Option<&RideTrip>) -> RideNames {
        let stored = self.0.stored_city(city);
        let rides: Option<&RidesSection> = stored.as_ref().and_then(|city| city.section().ok());
        let tag = self.0.config().locale.tag();
        let carrier = rides.and_then(|rides| rides.carrier(&vehicle.carrier));
        let route = trip.map(|trip| {
            let known = rides.and_then(|rides| rides.route(trip.route.as_str()));
            let to = known.and_then(|route| route.direction(trip.direction));
            RouteNames {
                number: known.map_or_else(|| trip.route.to_string(), |route| route.number.clone()),
                kind: known.map_or_else(|| VehicleKind::Other(String::new()), |route| route.kind.clone()),
                to: to.map(|to| to.headsign.get(tag).to_owned()).unwrap_or_default(),
            }
        });
        let carrier = carrier.map_or_else(|| vehicle.carrier.to_string(), |known| known.name.get(tag).to_owned());
        RideNames { route, carrier }
    }

    /// How far the balance reaches in a city (AV-51). `None` before the first sync, and where the
    /// fare is not known or is in another currency. Local.
    #[must_use]
    pub fn left(self, city: &CityId) -> Option<RidesLeft> {
        let balance = self.0.wallet().state().balance?;
        let fare = self.own_fare(city)?;
        // Whoever rides free runs out of nothing.
        let covered = balance.amount.checked_div(fare.amount).filter(|_| balance.currency == fare.currency)?;
        let rides = covered.floor().to_u32().unwrap_or_default();
        Some(RidesLeft { fare, rides, is_low: rides < FEW })
    }

    /// What a ride costs this rider today, by who he is; zero on a free day and with a pass. `None`
    /// where the fare is not known. Local.
    pub(crate) fn own_fare(self, city: &CityId) -> Option<Money> {
        let stored = self.0.stored_city(city)?;
        let rides: &RidesSection = stored.section().ok()?;
        let today = stored.sections.time.local(self.0.now()).date_naive();
        let full = *rides.fare_on(today)?.known()?;
        let has_pass = self.0.passes().state().current.iter().any(|pass| pass.city == *city);
        if has_pass || rides.is_free_on(today) {
            return Some(Money::zero(full.currency));
        }
        let passes: Option<&PassesSection> = stored.section().ok();
        let granted = self.0.passes().granted(city);
        match passes {
            Some(passes) => Some(passes.cheapest(granted.iter(), full).ok()??.1),
            None => Some(full),
        }
    }
}
