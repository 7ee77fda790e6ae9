//! The city around the driver: zones near, plates read, a price previewed, the SMS instead.

use crate::quote::ClockState;
use crate::values::{Amount, Timestamp};
use mesto_client::parking::{NearZone, Preview, SmsFallback, ZonesNear};
use mesto_client::rules::Position;
use mesto_client::rules::plate::{ParsedPlate as ReadPlate, PlateKind, PlateWarning as ReadWarning};
use mesto_client::{Refreshed, SyncReport};
use mesto_protocol::base::plate::Plate;
use mesto_rules::money::Money;
use mesto_rules::quote::Quote as QuoteTerms;

pub use mesto_client::CityVersion;

/// A position, WGS 84 degrees; the accuracy is a radius in metres.
#[uniffi::remote(Record)]
pub struct Position {
    pub lat: f64,
    pub lon: f64,
    pub accuracy_m: Option<f64>,
}

/// A zone as the list of a screen shows it.
#[uniffi::remote(Record)]
pub struct NearZone {
    pub zone: String,
    /// In the client's language.
    pub name: String,
    /// `#rrggbb`, as on the sign.
    pub colour: String,
    pub sign_codes: Vec<String>,
    /// Metres to its edge, 0 inside; absent without a position, or when nobody knows where it lies.
    pub distance_metres: Option<u32>,
    pub inside: bool,
    /// The edge was drawn by hand: show it so.
    pub approximate: bool,
    /// The longest stay, minutes; absent when there is no limit or it is not known.
    pub max_stay_minutes: Option<u32>,
}

/// Zones, nearest first. A sign wins: its zone then stands first.
#[uniffi::remote(Record)]
pub struct ZonesNear {
    pub zones: Vec<NearZone>,
    /// The zone of the sign.
    pub by_sign: Option<String>,
}

/// The phone's own calculation with the operator's rules: to look at, never to buy.
#[uniffi::remote(Record)]
pub struct Preview {
    pub terms: QuoteTerms,
    /// The running ticket this would continue.
    pub extends: Option<String>,
    /// It counts the tickets of this account, as the operator told them at this moment; absent when it never did. What
    /// others bought for the same plate, in another account or by SMS, no phone knows: the operator's quote then differs.
    pub own_tickets_as_of: Option<Timestamp>,
    /// A guess while the clock is unsynced.
    pub clock: ClockState,
    /// The city document it was computed from.
    pub city_version: u32,
}

/// Which city document is in use.
#[uniffi::remote(Record)]
pub struct CityVersion {
    pub id: String,
    pub version: u32,
    /// In the client's language.
    pub name: String,
    /// IANA name: hours and days are shown by this clock, not by the phone's.
    pub time_zone: String,
    /// The amounts a top-up can have (BG-76), ascending.
    pub deposit_values: Vec<Amount>,
}

/// What a refresh brought.
#[uniffi::remote(Record)]
pub struct Refreshed {
    pub city: CityVersion,
    /// The city is newer than the one before.
    pub city_changed: bool,
    pub keys_version: u64,
}

/// What a sync brought.
#[uniffi::remote(Record)]
pub struct SyncReport {
    /// The whole account was read: at first, when events were missing, and when the operator's books were put back from a
    /// copy.
    pub from_snapshot: bool,
    pub events: u32,
    /// Of the last event that is contained; opaque.
    pub cursor: String,
}

/// An SMS for the phone's own composer; the driver sends it.
#[uniffi::remote(Record)]
pub struct SmsFallback {
    pub number: String,
    pub body: String,
    /// What one message buys, when the rules can say it.
    pub price: Option<Money>,
    pub minutes: Option<u32>,
    /// What the city says about it, in the client's language.
    pub note: String,
}

/// What a plate is.
#[uniffi::remote(Enum)]
pub enum PlateKind {
    Standard,
    Special,
    Foreign,
}

/// A number plate. Two are the same plate when their `canonical` is: what is shown may differ.
#[uniffi::remote(Record)]
pub struct Plate {
    /// As it is compared: `BG789PP`; keeps Š Đ Č Ć Ž. Empty when it was erased.
    pub canonical: String,
    /// As it is shown: `BG 789-PP`.
    pub display: String,
    /// ISO 3166-1 of the country whose form it follows, `RS`; absent for a free form, which may be of any.
    pub country: Option<String>,
}

/// What was typed, read as a plate.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct ParsedPlate {
    pub plate: Plate,
    /// As an SMS takes it; absent when a letter has no plain form.
    pub sms: Option<String>,
    pub kind: PlateKind,
    /// What the driver should look at again.
    pub warnings: Vec<PlateWarning>,
}

/// Something about a plate to look at again.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Enum)]
pub enum PlateWarning {
    /// Another sign that looks like a Latin letter was read as that one; `position` counts letters and digits from 1.
    LookAlike { position: u32, typed: String, read_as: String },
    /// A letter with a mark that hardly any plate has; `position` counts letters and digits from 1.
    UnusualLetter { position: u32, letter: String },
    /// The letter O and the digit 0: with the other one it would be `maybe`. Nothing was swapped.
    OhOrZero { maybe: String },
    /// A kind of a later version.
    Other,
}

impl From<ReadPlate> for ParsedPlate {
    fn from(read: ReadPlate) -> Self {
        let warnings = read.warnings.iter().cloned().map(PlateWarning::from).collect();
        Self { sms: read.sms.clone(), kind: read.kind, warnings, plate: read.into() }
    }
}

impl From<ReadWarning> for PlateWarning {
    fn from(warning: ReadWarning) -> Self {
        let place = |position| u32::try_from(position).unwrap_or(u32::MAX);
        match warning {
            ReadWarning::LookAlike { position, typed, read_as } => Self::LookAlike {
                position: place(position),
                typed: typed.to_string(),
                read_as: read_as.to_string(),
            },
            ReadWarning::UnusualLetter { position, letter } => {
                Self::UnusualLetter { position: place(position), letter: letter.to_string() }
            }
            ReadWarning::OhOrZero { maybe } => Self::OhOrZero { maybe },
            ReadWarning::Other => Self::Other,
        }
    }
}
