//! Legs that count as one for the leg rules: `fare_leg_join_rules.txt`.

use super::leg::{Leg, Span};
use super::model::{Fares, JoinRule};

impl Fares {
    /// The legs of a journey, joined ones as one. The error is the place of a leg whose alighting
    /// stop decides whether it is joined to the next, and is not known.
    pub(super) fn joined<'a>(&'a self, legs: &[Leg<'a>]) -> Result<Vec<Span<'a>>, usize> {
        let mut spans: Vec<Span<'a>> = Vec::with_capacity(legs.len());
        let mut before: Option<&Leg<'a>> = None;
        for (place, leg) in legs.iter().enumerate() {
            let is_joined = match before {
                Some(before) => self.is_joined(before, leg).ok_or(place.saturating_sub(1))?,
                None => false,
            };
            before = Some(leg);
            let own = self.as_span(leg, place);
            match spans.last_mut().filter(|_| is_joined) {
                Some(span) => {
                    span.last = place;
                    // Rules that name a network are for legs of one network.
                    span.network = span.network.filter(|network| own.network == Some(network));
                    span.to = own.to;
                    span.alighted_at = own.alighted_at;
                }
                None => spans.push(own),
            }
        }
        Ok(spans)
    }

    /// Whether two legs count as one; `None` when that depends on where the first one ends.
    fn is_joined(&self, one: &Leg<'_>, next: &Leg<'_>) -> Option<bool> {
        let networks = (self.network_of(one.line), self.network_of(next.line));
        let is_of_networks =
            |rule: &&JoinRule| networks == (Some(rule.from_network.as_str()), Some(rule.to_network.as_str()));
        let mut depends = false;
        for rule in self.join_rules.iter().filter(is_of_networks) {
            let is_at = |own: &str, stop: &str| own == stop || own == self.station_of(stop);
            let (begins_right, ends_right) = match &rule.stops {
                Some((from, to)) => (is_at(to.as_str(), next.from), one.to.map(|stop| is_at(from.as_str(), stop))),
                None => (true, one.to.map(|stop| self.station_of(stop) == self.station_of(next.from))),
            };
            match ends_right {
                Some(true) if begins_right => return Some(true),
                None if begins_right => depends = true,
                _ => {}
            }
        }
        if depends { None } else { Some(false) }
    }
}
