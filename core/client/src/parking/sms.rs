//! Buying by SMS when the connection fails: what to send, and the promise that it is not paid
//! twice.

use mesto_protocol::kernel::ids::VehicleId;
use mesto_protocol::parking::purchase::ParkingOffer;
use mesto_rules::{CityId, Money, ParkingSection, PayMethod, ZoneId, shown};
use serde::Serialize;

use super::{Parking, zones};
use crate::base::payments::unconfirmed;
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::intent::IntentState;

shown! { sms_shown;
    /// An SMS for the phone's own composer; the driver sends it.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct SmsFallback {
        pub number: String,
        pub body: String,
        /// What one message buys, when the rules can say it.
        pub price: Option<Money>,
        pub minutes: Option<u32>,
        /// What the city says about it, in the client's language.
        pub note: String,
    }
}

impl Parking<'_> {
    /// The SMS that buys parking for this vehicle in this zone. Local.
    ///
    /// # Errors
    /// `sms_not_possible` (the zone takes none, its number is not known, or the plate has no SMS
    /// form), `zone_unknown`, `city_missing`, `vehicle_missing`.
    pub fn sms(self, city: &CityId, zone: &ZoneId, vehicle: VehicleId) -> Result<SmsFallback> {
        let plate = self.0.vehicles().vehicle(vehicle)?.plate;
        let outcome = self.sms_of(city, zone, &plate.canonical, Some(vehicle));
        self.0.explain_in(city, outcome)
    }

    fn sms_of(
        self,
        city_id: &CityId,
        zone_id: &ZoneId,
        canonical: &str,
        vehicle: Option<VehicleId>,
    ) -> Result<SmsFallback> {
        let city = self.0.city(city_id)?;
        let parking: &ParkingSection = city.section()?;
        let zone = parking.zone(zone_id.as_str()).ok_or_else(|| zones::unknown(parking))?;
        let impossible = |why: &str| Error::new(ErrorKind::Refused, "sms_not_possible", why);
        if !zone.pay.contains(&PayMethod::Sms) {
            return Err(impossible("the zone is not paid by SMS"));
        }
        let number = zone.sms_number.known().ok_or_else(|| impossible("the zone's number is not known"))?.clone();
        let plate = mesto_rules::parse_plate(canonical, &city.sections.plates)?;
        let plate = plate.sms.ok_or_else(|| impossible("a letter of the plate has no plain form"))?;
        // One message buys one started unit of the zone's rate.
        let rates =
            parking.tariff_on(city.local_day(self.0.now())).and_then(|tariff| tariff.rates.get(zone_id.as_str()));
        let unit = rates.and_then(|rates| rates.first()).map(|rate| rate.unit_minutes.get());
        let price = unit.zip(vehicle).and_then(|(minutes, vehicle)| {
            self.preview_inner(city_id, zone_id, vehicle, minutes, PayMethod::Sms).ok().map(|preview| preview.total)
        });
        Ok(SmsFallback {
            number,
            body: parking.sms.body.replace("{plate}", &plate),
            price,
            minutes: unit,
            note: parking.sms.note.get(self.0.config().locale.tag()).to_owned(),
        })
    }

    /// Takes a purchase back and gives the SMS instead. Only when it is sure that the purchase will
    /// not be executed: nothing left the phone, the operator has put the key aside, or the
    /// payment by card was given up there and is paid back should the bank still take it.
    ///
    /// # Errors
    /// `unconfirmed` while the outcome is not known (try again with a connection), `intent_bought`
    /// when it was bought after all, `intent_missing`, and those of [`Parking::sms`].
    pub async fn switch_to_sms(self, intent: &str) -> Result<SmsFallback> {
        let outcome = self.switch_inner(intent).await;
        self.0.explain(outcome)
    }

    async fn switch_inner(self, key: &str) -> Result<SmsFallback> {
        let known = self.0.payments().intent(key)?;
        let missing = || Error::new(ErrorKind::Refused, "intent_missing", "no such purchase on this phone");
        let known = known.ok_or_else(missing)?;
        let ParkingOffer { zone, plate, .. } = known.parking().ok_or_else(missing)?;
        // First that an SMS can be sent at all: otherwise the purchase would be given up for
        // nothing.
        let stored = self.0.vehicles().list()?;
        let vehicle = stored.iter().find(|vehicle| vehicle.plate == plate);
        let sms = self.sms_of(&known.city, &zone, &plate.canonical, vehicle.map(|vehicle| vehicle.id))?;
        let ended = self.0.payments().abandon(key).await?;
        match ended.state {
            IntentState::Expired | IntentState::Refused(_) => Ok(sms),
            IntentState::Forgotten => {
                Err(Error::new(ErrorKind::Refused, "intent_forgotten", "nobody knows whether it was bought"))
            }
            IntentState::Confirmed => Err(Error::new(ErrorKind::Refused, "intent_bought", "the purchase was executed")),
            IntentState::Unconfirmed(_) => Err(unconfirmed(key, Some(&ended))),
        }
    }
}
