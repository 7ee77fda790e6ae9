//! What is allowed and what it costs: money, plates, calendars, zones, dated tariffs, quotes,
//! stays, tickets, daily orders, visits of garages, passes, rides, transport cards, what carriers
//! are paid, payments at merchants.
//!
//! Pure rules: no clock, no I/O, no random. `now` is an argument and a city is a value. The
//! operator decides with these functions, the phone previews with the very same ones.
//!
//! ```
//! use mesto_rules::{PayMethod, QuoteAsk, Refusal, Stays, quote};
//!
//! let city = mesto_rules::load::embedded("belgrade").map_err(|errors| format!("{errors:?}"))?;
//! let now = "2025-03-03T09:00:00Z".parse()?; // a Monday, 10:00 in Belgrade
//! let ask = QuoteAsk { zone: "red", minutes: 61, now, stays: Stays::default(), pay: PayMethod::Deposit };
//!
//! let offer = quote(&city, &ask)?;
//! assert_eq!(offer.total.to_string(), "200.00 RSD"); // 80 for the limited hour, 120 for extended time
//! assert_eq!(offer.granted_minutes, 90);
//!
//! let refusal = quote(&city, &QuoteAsk { minutes: 91, ..ask });
//! assert_eq!(refusal, Err(Refusal::MaxStayExceeded { asked: 91, max_stay: 90, allowed: 90 }));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod cards;
pub mod control;
pub mod garages;
pub mod kernel;
pub mod merchants;
pub mod orders;
pub mod parking;
pub mod partners;
pub mod passes;
pub mod rides;
mod services;

pub use garages::facility::FacilityId;
pub use kernel::calendar::{Charging, Day, HolidayCalendar, TimeOfDay, TimeSpan};
pub use kernel::city::{City, CityError, Texts};
pub use kernel::fact::{Certainty, Fact};
pub use kernel::ids::{CityId, SourceId, TariffId, ZoneId};
pub use kernel::json::from_json;
pub use kernel::language::{Language, LanguageError};
pub use kernel::minutes::Minutes;
pub use kernel::money::{Currency, Money, MoneyError};
pub use kernel::pay::PayMethod;
pub use kernel::plate::{ParsedPlate, PlateError, PlateGrammar, PlateKind, PlateWarning, parse_plate};
pub use kernel::position::Position;
pub use kernel::section::SectionError;
pub use kernel::sort::{sort_by, sort_by_key};
pub use kernel::time::TimeRules;
pub use kernel::{calendar, city, fact, money, plate};
pub use orders::order::{self, OrderState, OrderTerms};
pub use parking::quote::{LineKind, Notice, Quote, QuoteAsk, QuoteLine, Stale, Start, StayPreview, quote, quote_held};
pub use parking::refusal::Refusal;
pub use parking::section::{ParkingSection, StayPer, Zone};
pub use parking::stay::{Stay, Stays};
pub use parking::ticket::TicketState;
pub use parking::zones::{self as geo, SignError, ZoneNear, zone_by_sign, zones_near};
pub use parking::{quote, section, stay, ticket};
pub use services::check;
#[cfg(feature = "load")]
pub use services::load;
