//! Versions of a contract: which one holds on a day, and which a person has still to accept.
//!
//! Terms have versions that replace each other (AV-134). A change holds from its own day on
//! (AV-125); before that day it is told, with the button that pays (AMB-38). Registration accepts
//! what was published by then (AV-03, AV-44), using the system afterwards accepts what holds
//! (AV-127), unless a city wants it said.

use chrono::NaiveDate;

use super::city::{City, Terms, TermsVersion};

/// What one account has accepted of one set of terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The local day on which the account was registered.
    pub registered_on: NaiveDate,
    /// Versions that were accepted afterwards.
    pub versions: Vec<String>,
}

/// Terms that were not accepted yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pending<'a> {
    pub terms: &'a Terms,
    /// They hold already; before that they are only told.
    pub is_effective: bool,
}

impl Pending<'_> {
    /// Nothing is sold until it is accepted.
    #[must_use]
    pub const fn stops_paying(&self) -> bool {
        self.is_effective && self.terms.needs_acceptance
    }

    /// Paying accepts it.
    #[must_use]
    pub const fn is_accepted_by_use(&self) -> bool {
        self.is_effective && !self.terms.needs_acceptance
    }
}

impl Terms {
    /// Whether they are about a service.
    #[must_use]
    pub fn are_about(&self, service: &str) -> bool {
        self.scope == "city" || self.scope == service
    }

    /// The version that holds on a day: the newest one, unless it is still to come.
    #[must_use]
    pub fn in_force_on(&self, day: NaiveDate) -> Option<&str> {
        if self.effective_on <= day {
            return Some(&self.version);
        }
        self.earlier.iter().find(|earlier| earlier.effective_on <= day).map(|earlier| earlier.version.as_str())
    }

    /// Whether this account has accepted the newest version.
    #[must_use]
    pub fn are_accepted(&self, accepted: &Accepted) -> bool {
        self.published_on <= accepted.registered_on || accepted.versions.contains(&self.version)
    }

    /// The newest version, when it is published and not accepted.
    #[must_use]
    pub fn pending(&self, accepted: &Accepted, today: NaiveDate) -> Option<Pending<'_>> {
        let is_told = self.published_on <= today;
        let waits = is_told && !self.are_accepted(accepted);
        waits.then_some(Pending { terms: self, is_effective: self.effective_on <= today })
    }

    /// Every version, the newest first.
    pub fn versions(&self) -> impl Iterator<Item = TermsVersion> {
        let newest = TermsVersion {
            version: self.version.clone(),
            published_on: self.published_on,
            effective_on: self.effective_on,
            links: self.links.clone(),
        };
        std::iter::once(newest).chain(self.earlier.iter().cloned())
    }
}

impl City {
    /// The terms with this id.
    #[must_use]
    pub fn terms_of(&self, id: &str) -> Option<&Terms> {
        self.terms.iter().find(|terms| terms.id == id)
    }
}
