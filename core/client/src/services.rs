//! The list of services, and how a client is put together of them.

use std::sync::Arc;

use mesto_rules::shown;

use crate::base::{
    account, cities, codes, notices, operator_document, payments, reports, standing, sync, terms, vehicles, wallet,
};
use crate::kernel::client::{Client, Config};
use crate::kernel::error::{self, Result};
use crate::kernel::ports::Ports;
use crate::kernel::service::Services;
use crate::kernel::signal::{self, Hears, Subscription};
use crate::kernel::store::Migrations;
use crate::{cards, garages, merchants, orders, parking, passes, rides};

/// Every service, those that others stand on first.
const SERVICES: Services = Services(&[
    &account::SERVICE,
    &sync::SERVICE,
    &operator_document::SERVICE,
    &cities::SERVICE,
    &codes::SERVICE,
    &vehicles::SERVICE,
    &payments::SERVICE,
    &wallet::SERVICE,
    &standing::SERVICE,
    &terms::SERVICE,
    &notices::SERVICE,
    &reports::SERVICE,
    &parking::SERVICE,
    &orders::SERVICE,
    &garages::SERVICE,
    &passes::SERVICE,
    &rides::SERVICE,
    &cards::SERVICE,
    &merchants::SERVICE,
]);

/// The phone's file, forward only.
const MIGRATIONS: Migrations =
    &[include_str!("../migrations/V1__first.sql"), include_str!("../migrations/V2__rides.sql")];

shown! { topics_shown;
    /// What can change. Each is read by the `state()` of the part of the client that it names.
    #[derive(Debug, Clone, PartialEq, Eq, Hash)]
    pub enum Topic {
        /// `account().state()`
        Account,
        /// `operator().state()`
        Operator,
        /// `cities().state()`
        Cities,
        /// `vehicles().state()`
        Vehicles,
        /// `payments().state()`
        Payments,
        /// `wallet().state()`
        Wallet,
        /// `parking().state()`
        Parking,
        /// `orders().state()`
        Orders,
        /// `garages().state()`, and free places: `garages().facilities()`
        Garages,
        /// `passes().state()`
        Passes,
        /// `rides().state()`
        Rides,
        /// `standing().state()`
        Standing,
        /// `notices().state()`
        Notices,
        /// Answers to reports: `reports().list()`
        Reports,
        /// `cards().state()`
        Cards,
        /// `merchants().state()`
        Merchants,
        /// How far the time can be trusted.
        Clock,
        /// How the last request went.
        Connection,
        /// `live().state()`
        Live,
        /// A service without a word of its own here.
        Other(String),
    }
}

/// Topics with the names that the rooms give them.
const TOPICS: [(&str, Topic); 19] = [
    (account::SERVICE.name, Topic::Account),
    (operator_document::SERVICE.name, Topic::Operator),
    (cities::SERVICE.name, Topic::Cities),
    (vehicles::SERVICE.name, Topic::Vehicles),
    (payments::SERVICE.name, Topic::Payments),
    (wallet::SERVICE.name, Topic::Wallet),
    (parking::SERVICE.name, Topic::Parking),
    (orders::SERVICE.name, Topic::Orders),
    (garages::SERVICE.name, Topic::Garages),
    (passes::SERVICE.name, Topic::Passes),
    (rides::SERVICE.name, Topic::Rides),
    (standing::SERVICE.name, Topic::Standing),
    (notices::SERVICE.name, Topic::Notices),
    (reports::SERVICE.name, Topic::Reports),
    (cards::SERVICE.name, Topic::Cards),
    (merchants::SERVICE.name, Topic::Merchants),
    (signal::CLOCK, Topic::Clock),
    (signal::CONNECTION, Topic::Connection),
    (signal::LIVE, Topic::Live),
];

impl Topic {
    fn named(name: &'static str) -> Self {
        TOPICS
            .iter()
            .find(|(known, _)| *known == name)
            .map_or_else(|| Self::Other(name.to_owned()), |(_, topic)| topic.clone())
    }
}

/// Told after every change.
pub trait Observer: Send + Sync {
    /// These topics changed. Called from the client's own thread, with no lock held; may call the
    /// client. Changes that follow each other quickly are told as one.
    fn changed(&self, topics: &[Topic]);
}

/// An observer, in the words of this list.
struct Listener(Arc<dyn Observer>);

impl Hears for Listener {
    fn changed(&self, names: &[&'static str]) {
        let topics: Vec<Topic> = names.iter().map(|name| Topic::named(name)).collect();
        self.0.changed(&topics);
    }
}

impl Client {
    /// Opens the database (made, migrated or rebuilt when needed) and reads what a screen shows
    /// first. No request is made.
    ///
    /// # Errors
    /// `phone_full`, `phone_data_newer`, `phone_data_failed`, `phone_secrets_failed`.
    pub fn open(config: Config, ports: Ports) -> Result<Self> {
        Self::of(SERVICES, MIGRATIONS, config, ports)
    }

    /// Calls the observer with every topic at once and then with those that changed, from one
    /// thread of the client's own with no lock held. Dropping the subscription ends it. An
    /// observer that holds the client keeps it alive; it may
    /// hold a [`WeakClient`](crate::WeakClient) instead.
    #[must_use]
    pub fn subscribe(&self, observer: Arc<dyn Observer>) -> Subscription {
        let names = TOPICS.iter().map(|(name, _)| *name).collect();
        self.inner.observers.add(Arc::downgrade(&self.inner), Arc::new(Listener(observer)), names)
    }
}

/// Codes that the phone itself can give, besides those of the operator and the rules; each has a
/// text and an advice.
pub fn local_codes() -> impl Iterator<Item = &'static str> {
    let of_services = SERVICES.all().flat_map(|service| service.codes.iter().copied());
    error::CODES.iter().copied().chain(of_services)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn services_have_names_of_their_own() {
        let mut names = BTreeSet::new();
        for service in SERVICES.all() {
            assert!(names.insert(service.name), "two services are called {}", service.name);
        }
    }

    #[test]
    fn what_is_sold_on_the_wire_is_kept_here() {
        for wire in mesto_protocol::services::SERVICES.iter().filter(|wire| wire.sells().is_some()) {
            assert!(SERVICES.sold(wire.name).is_some(), "{}: what is bought of it is passed over", wire.name);
        }
    }

    #[test]
    fn what_a_service_shows_has_a_topic() {
        for service in SERVICES.all().filter(|service| service.widget.is_some()) {
            assert_ne!(
                Topic::named(service.name),
                Topic::Other(service.name.to_owned()),
                "{} has no topic",
                service.name
            );
        }
    }

    #[test]
    fn a_service_of_the_wire_that_an_account_tells_of_is_kept_here() {
        for wire in mesto_protocol::services::SERVICES.iter().filter(|wire| wire.section().is_some()) {
            let kept = SERVICES.named(wire.name);
            assert!(kept.is_some_and(|kept| kept.section.is_some()), "{} is passed over", wire.name);
        }
        for wire in mesto_protocol::services::SERVICES.iter().filter(|wire| wire.events().next().is_some()) {
            let kept = SERVICES.named(wire.name);
            assert!(kept.is_some_and(|kept| kept.event.is_some()), "{}: its events are passed over", wire.name);
        }
    }

    #[test]
    fn every_code_stands_once() {
        let mut codes = BTreeSet::new();
        for code in local_codes() {
            assert!(codes.insert(code), "{code} stands twice");
        }
    }
}
