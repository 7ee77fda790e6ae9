//! Rides of a city that are sold by a feed.

mod fixture;
mod laws;
mod odd;
mod sold;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
pub use fixture::{FEED, SAID, city, city_of, files};
use mesto_rules::load::{LoadError, compile};
use mesto_rules::passes::{CategoryId, PassesSection};
use mesto_rules::rides::{Boarding, ByFeed, FareError, Less, Ridden, Riders, RidesSection, SoldLeg, service_day};
use mesto_rules::{City, Currency, Money};

/// The feed with other files; one without a text is left out.
pub fn with(changes: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let other = FEED.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    other.chain(changes.iter().filter(|(_, text)| !text.is_empty())).copied().collect()
}

pub fn wrong(feed: &[(&str, &str)], said: &str) -> Vec<String> {
    compile(&files(feed, said)).unwrap_err().iter().map(LoadError::to_string).collect()
}

pub fn kzt(amount: &str) -> Money {
    Money::parse(amount, Currency::new("KZT").unwrap()).unwrap()
}

pub fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A ride that was sold.
#[derive(Debug, Clone)]
pub struct Sold {
    pub id: u32,
    pub on: &'static str,
    pub stop: Option<&'static str>,
    pub trip: String,
    pub at: DateTime<Utc>,
    pub service_day: NaiveDate,
    pub is_void: bool,
    pub legs: Vec<SoldLeg>,
    pub paid: Money,
}

/// What an account rode, and rides on with.
pub struct Account<'a> {
    pub city: &'a City,
    pub rides: Vec<Sold>,
}

impl<'a> Account<'a> {
    pub fn of(city: &'a City) -> Self {
        Self { city, rides: Vec::new() }
    }

    /// What a ride on a route costs, each on a trip of its own.
    pub fn price(
        &self,
        (route, stop): (Option<&str>, Option<&str>),
        at: DateTime<Utc>,
        riders: Riders<'_>,
    ) -> Result<ByFeed<u32>, FareError> {
        let trip = format!("trip {}", self.rides.len());
        self.price_on(&trip, (route, stop), at, riders)
    }

    pub fn price_on(
        &self,
        trip: &str,
        (route, stop): (Option<&str>, Option<&str>),
        at: DateTime<Utc>,
        riders: Riders<'_>,
    ) -> Result<ByFeed<u32>, FareError> {
        let rides = self.city.section::<RidesSection>().unwrap();
        let time = &self.city.sections.time;
        let day = service_day(time, at, rides.policy.service_day_begins);
        let earlier: Vec<Ridden<'_, u32>> = self.rides.iter().map(Sold::ridden).collect();
        let boarding = Boarding { vehicle: "1204", trip: Some(trip), route, stop, service_day: day, at };
        rides.by_feed(time, &boarding, &earlier, riders, self.city.section::<PassesSection>().ok())
    }

    /// Rides alone, and says what that costs.
    pub fn ride(&mut self, on: &'static str, stop: &'static str, at: DateTime<Utc>) -> Money {
        self.ride_with(on, stop, at, alone())
    }

    pub fn ride_with(&mut self, on: &'static str, stop: &'static str, at: DateTime<Utc>, riders: Riders<'_>) -> Money {
        let sold = self.price((Some(on), Some(stop)), at, riders).unwrap();
        let rides = self.city.section::<RidesSection>().unwrap();
        let service_day = service_day(&self.city.sections.time, at, rides.policy.service_day_begins);
        let id = u32::try_from(self.rides.len()).unwrap();
        let paid = total(&sold);
        let trip = format!("trip {id}");
        let legs = sold.legs;
        self.rides.push(Sold { id, on, stop: Some(stop), trip, at, service_day, is_void: false, legs, paid });
        paid
    }

    pub fn total(&self) -> Money {
        let good = self.rides.iter().filter(|ride| !ride.is_void);
        good.fold(kzt("0"), |sum, ride| sum.checked_add(&ride.paid).unwrap())
    }
}

impl Sold {
    fn ridden(&self) -> Ridden<'_, u32> {
        Ridden {
            id: self.id,
            vehicle: "1204",
            trip: Some(&self.trip),
            route: Some(self.on),
            stop: self.stop,
            service_day: self.service_day,
            registered_at: self.at,
            is_void: self.is_void,
            legs: &self.legs,
        }
    }
}

pub fn alone() -> Riders<'static> {
    Riders { persons: 1, ..Riders::default() }
}

pub fn total(sold: &ByFeed<u32>) -> Money {
    sold.parties
        .iter()
        .fold(kzt("0"), |sum, one| sum.checked_add(&one.party.each.checked_mul(one.party.persons).unwrap()).unwrap())
}

/// Category, persons, full, single, each, why it is less.
pub type Told = (Option<String>, u32, Money, Money, Money, Option<Less>);

pub fn told(sold: &ByFeed<u32>) -> Vec<Told> {
    let of = |one: &mesto_rules::rides::FeedParty<u32>| {
        let party = &one.party;
        let category = party.category.as_ref().map(ToString::to_string);
        (category, party.persons, party.full, one.single, party.each, party.less)
    };
    sold.parties.iter().map(of).collect()
}

pub fn category(id: &str) -> CategoryId {
    id.parse().unwrap()
}

pub fn minutes(minutes: i64) -> TimeDelta {
    TimeDelta::minutes(minutes)
}
