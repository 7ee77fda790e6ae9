//! The exit receipt of a garage as a signed code: kind 2. What is common to every code stands in
//! [`crate::signed_code`].
//!
//! | label | exit receipt | value |
//! |---|---|---|
//! | 1 | city | text, id |
//! | 2 | facility | text, id |
//! | 3 | ticket number | text, capitals and digits |
//! | 4 | exit by | seconds, until when the driver was told to leave; absent: without delay |
//! | 5 | amount | integer from 0, minor units: what was paid for the visit in all |
//! | 6 | currency | text, ISO 4217 |
//!
//! The claims' id is that of the visit, their start the moment of the payment, their end the moment
//! from which on something is owed again, filled up to whole seconds.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_rules::money::{Currency, Money};
use mesto_rules::{CityId, FacilityId};

use crate::kernel::cbor::{self, MapReader, MapWriter};
use crate::kernel::ids::VisitId;
use crate::kernel::signed_code::{Claims, CodeKind, Kind, What};

/// What the signed code of an exit receipt says.
pub type ReceiptClaims = Claims<ExitReceipt>;

/// How long a receipt is good for a visit that never owes anything again.
pub const GOOD_WITHOUT_END: TimeDelta = TimeDelta::days(366);

/// A visit that was paid, shown at the exit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExitReceipt {
    pub city: CityId,
    pub facility: FacilityId,
    /// The number of its ticket: capitals and digits.
    pub ticket: String,
    /// Until when its driver was told to leave; `None`: without delay (AMB-12).
    pub exit_by: Option<DateTime<Utc>>,
    /// What was paid for the visit in all when it was signed, without the commission of a card.
    pub amount: Money,
}

impl ExitReceipt {
    /// Whether it is for this ticket of this facility. That it is genuine and good now is the
    /// [`crate::signed_code::Verifier`]'s to say.
    #[must_use]
    pub fn is_for(&self, city: &str, facility: &str, ticket: &str) -> bool {
        self.city.as_str() == city && self.facility.as_str() == facility && self.ticket == ticket
    }
}

impl What for ExitReceipt {
    type Id = VisitId;
}

impl CodeKind for ExitReceipt {
    const KIND: Kind = Kind::ExitReceipt;

    fn write(&self) -> MapWriter {
        // What has no minor units has no price either: it is refused when it is read.
        let amount = self.amount.minor().unwrap_or(-1);
        MapWriter::default()
            .set(1, self.city.as_str())
            .set(2, self.facility.as_str())
            .set(3, self.ticket.as_str())
            .set_some(4, self.exit_by.map(cbor::filled_up))
            .set(5, amount)
            .set(6, self.amount.currency.code())
    }

    fn read(mut map: MapReader) -> Result<Self, String> {
        let (amount, currency) = (map.integer(5)?, map.text(6)?);
        if amount < 0 {
            return Err("label 5 is less than nothing".to_owned());
        }
        let currency: Currency = currency.parse().map_err(|why| format!("label 6: {why}"))?;
        Ok(Self {
            city: CityId::new(&map.text(1)?).map_err(|why| why.to_string())?,
            facility: FacilityId::new(&map.text(2)?).map_err(|why| why.to_string())?,
            ticket: map.text(3)?,
            exit_by: map.some_seconds(4)?,
            amount: Money::from_minor(amount, currency),
        })
    }
}
