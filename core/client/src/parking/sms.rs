//! Buying by SMS when the connection fails: what to send, and the promise that it is not paid
//! twice.

use mesto_protocol::ProblemCode;
use mesto_protocol::base::plate::Plate;
use mesto_protocol::kernel::ids::VehicleId;
use mesto_protocol::parking::purchase::ParkingOffer;
use mesto_rules::{CityId, Money, ParkingSection, PayMethod, ZoneId, shown};
use serde::Serialize;

use super::{Parking, zones};
use crate::base::payments::unconfirmed;
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::intent::IntentState;

/// The rules cannot say what is bought.
const UNPRICED: [ProblemCode; 2] = [ProblemCode::TariffUnknown, ProblemCode::CityOutdated];

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
    /// form), `zone_unknown`, `city_missing`, `vehicle_missing`; where a message would buy nothing,
    /// the refusals of the rules, such as `limit_reached` and `not_charged`.
    pub fn sms(self, city: &CityId, zone: &ZoneId, vehicle: VehicleId) -> Result<SmsFallback> {
        let plate = self.0.vehicles().vehicle(vehicle)?.plate;
        let outcome = self.sms_of(city, zone, plate);
        self.0.explain_in(city, outcome)
    }

    fn sms_of(self, city_id: &CityId, zone_id: &ZoneId, plate: Plate) -> Result<SmsFallback> {
        let city = self.0.city(city_id)?;
        let parking: &ParkingSection = city.section()?;
        let zone = parking.zone(zone_id.as_str()).ok_or_else(|| zones::unknown(parking))?;
        let impossible = |why: &str| Error::new(ErrorKind::Refused, "sms_not_possible", why);
        if !zone.pay.contains(&PayMethod::Sms) {
            return Err(impossible("the zone is not paid by SMS"));
        }
        let number = zone.sms_number.known().ok_or_else(|| impossible("the zone's number is not known"))?.clone();
        let written = mesto_rules::parse_plate(&plate.canonical, &city.sections.plates)?;
        let written = written.sms.ok_or_else(|| impossible("a letter of the plate has no plain form"))?;
        // One message buys one started unit of the rate that the stay has come to.
        let bought = match self.preview_of(city_id, zone_id, plate, 1, PayMethod::Sms) {
            Ok(preview) => Some((preview.total, preview.offer.granted_minutes)),
            // What it buys is not known here; that it buys something is.
            Err(refused) if UNPRICED.iter().any(|code| code.as_str() == refused.code()) => None,
            Err(refused) => return Err(refused),
        };
        let (price, minutes) = bought.unzip();
        Ok(SmsFallback {
            number,
            body: parking.sms.body.replace("{plate}", &written),
            price,
            minutes,
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
        // First that an SMS buys something: otherwise the purchase would be given up for nothing.
        let sms = self.sms_of(&known.city, &zone, plate);
        if sms.is_err() && !known.state.is_final() {
            return sms;
        }
        let ended = self.0.payments().abandon(key).await?;
        match ended.state {
            IntentState::Expired | IntentState::Refused(_) => sms,
            IntentState::Forgotten => {
                Err(Error::new(ErrorKind::Refused, "intent_forgotten", "nobody knows whether it was bought"))
            }
            IntentState::Confirmed => Err(Error::new(ErrorKind::Refused, "intent_bought", "the purchase was executed")),
            IntentState::Unconfirmed(_) => Err(unconfirmed(key, Some(&ended))),
        }
    }
}
