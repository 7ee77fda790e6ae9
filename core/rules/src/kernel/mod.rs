//! What every service of a city stands on: money, plates, calendars, the clock, facts and the
//! city's document. Knows no service.

pub mod availability;
pub mod blob;
pub mod calendar;
pub mod check;
pub mod city;
pub mod fact;
pub mod ids;
pub mod json;
pub mod language;
pub(crate) mod lenient;
pub(crate) mod link;
#[cfg(feature = "load")]
pub(crate) mod load;
pub mod minutes;
pub mod money;
pub mod pay;
pub mod plate;
pub mod position;
pub mod section;
pub mod shown;
pub mod sort;
pub mod standing;
pub mod terms;
pub mod time;
pub mod wallet;
pub mod words;
