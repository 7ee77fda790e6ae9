//! What parking in a zone costs and when, as the stored city says it: data for a page of a zone.

use chrono::{Datelike, Days, NaiveDate};
use mesto_rules::calendar::HolidayRule;
use mesto_rules::section::{RateKind, StayLimit};
use mesto_rules::{Certainty, CityId, Day, Fact, Minutes, Money, ParkingSection, TariffId, ZoneId, shown};
use serde::Serialize;

use super::{Parking, zones};
use crate::kernel::error::Result;

/// How many days ahead free days are told.
const AHEAD_DAYS: u64 = 60;
/// The last one that dates of every language have.
const LAST_YEAR: i32 = 9999;

shown! { prices_shown;
    /// What parking in a zone costs and when, on a day. A value that nobody knows is absent, and
    /// its certainty too: it is not free, and not sold.
    #[derive(Debug, Clone, PartialEq, Serialize)]
    pub struct ZonePrices {
        pub zone: ZoneId,
        /// In the client's language.
        pub name: String,
        /// The day that it is for, in the city.
        pub on: NaiveDate,
        /// The price list of that day; absent where none was in force.
        pub tariff: Option<TariffId>,
        /// Its first day.
        pub tariff_from: Option<NaiveDate>,
        /// The first day of the next price list, or after the end of this one, when that is known.
        pub tariff_until: Option<NaiveDate>,
        /// Prices by the minutes since the start of the stay; empty where the zone has none.
        pub steps: Vec<PriceStep>,
        /// Monday to Sunday, each with the hours in which parking is charged; a day without is
        /// free. Empty when that is not known.
        pub week: Vec<ChargedDay>,
        pub hours_certainty: Option<Certainty>,
        /// Whether holidays are charged as any such day of the week.
        pub holidays_charged: Option<bool>,
        pub holidays_certainty: Option<Certainty>,
        /// Holidays of the next 60 days on which nothing is charged that otherwise would be.
        pub free_holidays: Vec<FreeHoliday>,
        /// Minutes of limited time, then of extended time; both absent without a limit, or when it
        /// is not known.
        pub limited_minutes: Option<u32>,
        pub extended_minutes: Option<u32>,
        /// Without it nobody knows whether there is a limit.
        pub limit_certainty: Option<Certainty>,
        /// Minutes without a ticket after which a new stay may begin.
        pub no_return_minutes: Option<u32>,
        pub no_return_certainty: Option<Certainty>,
    }

    /// A price per started unit, within a part of the stay.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct PriceStep {
        /// Of extended time, at its own price.
        pub is_extended: bool,
        /// Minutes from the start of the stay.
        pub from_minutes: u32,
        /// Exclusive; absent where there is no limit.
        pub until_minutes: Option<u32>,
        /// Length of the unit that is paid for.
        pub unit_minutes: u32,
        /// Of a started unit.
        pub price: Option<Money>,
        pub certainty: Option<Certainty>,
    }

    /// A day of the week.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct ChargedDay {
        /// 1 is Monday, 7 is Sunday.
        pub weekday: u8,
        /// The earliest first.
        pub hours: Vec<ChargedHours>,
    }

    /// Hours of a day, by the city's wall clock: `07:00`, and `24:00` for its end.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct ChargedHours {
        pub from_time: String,
        /// Exclusive.
        pub until_time: String,
    }

    /// A day on which nothing is charged.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct FreeHoliday {
        pub on: NaiveDate,
        /// What the city's calendar calls it, such as `new_year_second`: a name for programs, the
        /// same in every language. A screen shows the day, or words of its own for a name that it
        /// knows.
        pub name: String,
    }
}

const WEEK: [Day; 7] = [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun];

/// A value and how sure it is.
fn told<T: Clone>(fact: &Fact<T>) -> (Option<T>, Option<Certainty>) {
    match fact {
        Fact::Known(known) => (Some(known.value.clone()), Some(known.certainty.clone())),
        Fact::Unknown { .. } => (None, None),
    }
}

impl Parking<'_> {
    /// What parking in a zone costs and when, on a day of the city; today without one. Local.
    ///
    /// # Errors
    /// `city_missing`; `zone_unknown` with those that are.
    pub fn prices(self, city: &CityId, zone: &ZoneId, on: Option<NaiveDate>) -> Result<ZonePrices> {
        let city = self.0.city(city)?;
        let parking: &ParkingSection = city.section()?;
        let zone = parking.zone(zone.as_str()).ok_or_else(|| zones::unknown(parking))?;
        let on = on.unwrap_or_else(|| city.sections.time.local(self.0.now()).date_naive());
        let tariff = parking.tariff_on(on);
        let next = parking.tariffs.iter().map(|tariff| tariff.from).filter(|from| *from > on).min();
        let ends = tariff.and_then(|tariff| tariff.until).filter(|until| *until > on);
        let (hours, hours_certainty) = told(&zone.hours);
        let (rule, holidays_certainty) = told(&zone.on_holidays);
        let (limit, limit_certainty) = told(&zone.limits.stay);
        let (no_return, no_return_certainty) = told(&zone.limits.no_return_minutes);
        let (limited, extended) = match limit {
            Some(StayLimit::Minutes { limited, extended }) => (Some(limited), Some(extended)),
            Some(StayLimit::Unlimited) | None => (None, None),
        };
        let hours = hours.unwrap_or_default();
        let charged = |day: Day| {
            let mut spans: Vec<_> = hours.iter().filter(|span| span.days.contains(&day)).collect();
            mesto_rules::sort_by_key(&mut spans, |span| span.from);
            spans.iter().map(|span| (span.from.to_string(), span.until.to_string())).collect::<Vec<_>>()
        };
        let free = |day: NaiveDate| {
            let name = city.sections.calendar.holiday_on(day).filter(|_| !charged(Day::of(day)).is_empty())?;
            Some(FreeHoliday { on: day, name: name.to_owned() })
        };
        let is_free = rule == Some(HolidayRule::Free);
        Ok(ZonePrices {
            zone: zone.id.clone(),
            name: zone.name.get(self.0.config().locale.tag()).to_owned(),
            on,
            tariff: tariff.map(|tariff| tariff.id.clone()),
            tariff_from: tariff.map(|tariff| tariff.from),
            tariff_until: ends.into_iter().chain(next).min(),
            steps: tariff
                .and_then(|tariff| tariff.rates.get(&zone.id))
                .into_iter()
                .flatten()
                .map(|rate| {
                    let (price, certainty) = told(&rate.price);
                    PriceStep {
                        is_extended: rate.kind == RateKind::Extended,
                        from_minutes: rate.start_minutes.get(),
                        until_minutes: rate.end_minutes.map(Minutes::get),
                        unit_minutes: rate.unit_minutes.get(),
                        price,
                        certainty,
                    }
                })
                .collect(),
            week: match hours_certainty {
                Some(_) => (1..)
                    .zip(WEEK)
                    .map(|(weekday, day)| ChargedDay {
                        weekday,
                        hours: charged(day)
                            .into_iter()
                            .map(|(from_time, until_time)| ChargedHours { from_time, until_time })
                            .collect(),
                    })
                    .collect(),
                None => Vec::new(),
            },
            hours_certainty,
            holidays_charged: rule.map(|rule| rule == HolidayRule::Charged),
            holidays_certainty,
            free_holidays: match is_free {
                true => (0..AHEAD_DAYS)
                    .filter_map(|days| on.checked_add_days(Days::new(days)))
                    .take_while(|day| day.year() <= LAST_YEAR)
                    .filter_map(free)
                    .collect(),
                false => Vec::new(),
            },
            limited_minutes: limited.map(Minutes::get),
            extended_minutes: extended.map(Minutes::get),
            limit_certainty,
            no_return_minutes: no_return.map(Minutes::get),
            no_return_certainty,
        })
    }
}
