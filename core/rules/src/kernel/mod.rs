//! What every service of a city stands on: money, plates, calendars, facts and the city's document. Knows no service.

pub mod calendar;
mod check;
pub mod city;
pub mod fact;
pub mod money;
pub mod plate;
