//! What is allowed and what it costs: money, plates, calendars, zones, dated tariffs, quotes, stays, tickets, daily orders.
//!
//! Pure rules: no clock, no I/O, no random. `now` is an argument and a city is a value. The operator decides with these
//! functions, the phone previews with the very same ones.

pub mod calendar;
mod check;
pub mod city;
pub mod fact;
pub mod geo;
#[cfg(feature = "load")]
pub mod load;
pub mod money;
pub mod order;
pub mod plate;
pub mod quote;
pub mod stay;
mod terms;
pub mod ticket;

pub use calendar::{Charging, Day, HolidayCalendar, TimeOfDay, TimeSpan};
pub use city::{City, CityError, Zone};
pub use fact::{Certainty, Fact};
pub use geo::{Position, SignError, ZoneNear, zone_by_sign, zones_near};
pub use money::{Currency, Money, MoneyError};
pub use order::{OrderState, OrderTerms};
pub use plate::{Plate, PlateError, PlateGrammar, PlateKind, PlateWarning, parse_plate};
pub use quote::{LineKind, Notice, PayMethod, Quote, QuoteAsk, QuoteLine, Refusal, StayPreview, quote};
pub use stay::Stay;
pub use ticket::TicketState;
