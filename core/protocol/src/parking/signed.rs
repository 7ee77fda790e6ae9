//! The parking ticket as a signed code: kind 1. What is common to every code stands in
//! [`crate::signed_code`].
//!
//! | label | parking ticket | value |
//! |---|---|---|
//! | 1 | city | text, id |
//! | 2 | zone | text, id |
//! | 3 | plate | text, canonical |
//! | 4 | channel | 1 app, 2 SMS, 3 kiosk |
//! | 5 | stay deadline | seconds, no purchase of this stay ends later; absent where there is no limit |
//!
//! The claims' start and end are the paid time. A start is cut to whole seconds, an end and the
//! deadline are filled up, so that the signed time never is shorter than what was paid.

use chrono::{DateTime, Utc};
use mesto_rules::{CityId, ZoneId};

use crate::kernel::cbor::{self, MapReader, MapWriter};
use crate::kernel::ids::TicketId;
use crate::kernel::signed_code::{Claims, CodeKind, Kind, What};
use crate::parking::tickets::Channel;

/// What the signed code of a parking ticket says.
pub type TicketClaims = Claims<ParkingTicket>;

/// Parking time that was paid for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParkingTicket {
    pub city: CityId,
    pub zone: ZoneId,
    /// Canonical plate.
    pub plate: String,
    pub channel: Channel,
    /// No purchase of this stay ends later; `None` where there is no limit.
    pub stay_deadline: Option<DateTime<Utc>>,
}

impl What for ParkingTicket {
    type Id = TicketId;
}

impl CodeKind for ParkingTicket {
    const KIND: Kind = Kind::ParkingTicket;

    fn write(&self) -> MapWriter {
        let channel = match self.channel {
            Channel::App => 1,
            Channel::Sms => 2,
            Channel::Kiosk => 3,
            // A ticket is as good wherever it was bought.
            Channel::Other(_) => 0,
        };
        MapWriter::default()
            .set(1, self.city.as_str())
            .set(2, self.zone.as_str())
            .set(3, self.plate.as_str())
            .set(4, channel)
            .set_some(5, self.stay_deadline.map(cbor::filled_up))
    }

    fn read(mut map: MapReader) -> Result<Self, String> {
        Ok(Self {
            city: CityId::new(&map.text(1)?).map_err(|why| why.to_string())?,
            zone: ZoneId::new(&map.text(2)?).map_err(|why| why.to_string())?,
            plate: map.text(3)?,
            channel: match map.integer(4)? {
                1 => Channel::App,
                2 => Channel::Sms,
                3 => Channel::Kiosk,
                other => Channel::Other(other.to_string()),
            },
            stay_deadline: map.some_seconds(5)?,
        })
    }
}
