//! The known terms of one zone, resolved from its facts: an unknown one refuses the sale before
//! anything is computed.

use crate::kernel::calendar::{Charging, HolidayRule};
use crate::kernel::city::City;
use crate::kernel::minutes::Minutes;
use crate::parking::refusal::Refusal;
use crate::parking::section::{AtClosing, ParkingSection, StayLimit, Zone};
use crate::parking::stay::Stay;
use chrono::{DateTime, TimeDelta, Utc};

/// What a quote, a stay or an order needs to know about a zone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ZoneTerms<'a> {
    pub charging: Charging<'a>,
    pub limit: StayLimit,
    pub no_return: TimeDelta,
    /// Paid time stops at closing and goes on at the next opening.
    pub rolls_over: bool,
}

pub(crate) fn zone_of<'a>(parking: &'a ParkingSection, id: &str) -> Result<&'a Zone, Refusal> {
    parking.zone(id).ok_or_else(|| Refusal::ZoneUnknown {
        zone: id.to_owned(),
        known: parking.zones.iter().map(|zone| zone.id.clone()).collect(),
    })
}

pub(crate) fn unknown(zone: &Zone, field: &str) -> Refusal {
    Refusal::TariffUnknown { zone: zone.id.clone(), field: field.to_owned() }
}

pub(crate) fn out_of_range(what: &str) -> Refusal {
    Refusal::OutOfRange { what: what.to_owned() }
}

/// When a zone is charged.
pub(crate) fn charging_of<'a>(city: &'a City, zone: &'a Zone) -> Result<Charging<'a>, Refusal> {
    let spans = zone.hours.known().ok_or_else(|| unknown(zone, "hours"))?;
    let free = match zone.on_holidays.known().ok_or_else(|| unknown(zone, "on_holidays"))? {
        HolidayRule::Free => Some(&city.sections.calendar),
        HolidayRule::Charged => None,
    };
    Ok(Charging { time: &city.sections.time, spans, free })
}

impl<'a> ZoneTerms<'a> {
    pub fn of(city: &'a City, zone: &'a Zone) -> Result<Self, Refusal> {
        let parking: &ParkingSection = city.section()?;
        let limit = *zone.limits.stay.known().ok_or_else(|| unknown(zone, "limits.stay"))?;
        let no_return = match (zone.limits.no_return_minutes.known(), limit) {
            (Some(minutes), _) => minutes.length(),
            // Without a limit there is nothing that a break could renew.
            (None, StayLimit::Unlimited) => TimeDelta::zero(),
            (None, StayLimit::Minutes { .. }) => return Err(unknown(zone, "limits.no_return_minutes")),
        };
        Ok(Self {
            charging: charging_of(city, zone)?,
            limit,
            no_return,
            rolls_over: parking.policy.at_closing == AtClosing::GoesOnAtOpening,
        })
    }

    /// The latest end of a stay that starts at `start` (BG-48).
    pub fn deadline_from(&self, start: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Refusal> {
        match self.limit.max_minutes() {
            Some(minutes) => self.advance(start, minutes.length()).map(Some),
            None => Ok(None),
        }
    }

    /// The deadline of an open stay, or of one that begins at `start`. A stay keeps the deadline
    /// that its first purchase was told, whatever the city says since.
    pub fn deadline_of(&self, open: Option<&Stay>, start: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Refusal> {
        match open {
            Some(stay) if self.limit != StayLimit::Unlimited => match stay.deadline {
                Some(deadline) => Ok(Some(deadline)),
                None => self.deadline_from(stay.started_at),
            },
            _ => self.deadline_from(start),
        }
    }

    /// The moment at which `length` of paid time that begins at `start` is used up.
    pub fn advance(&self, start: DateTime<Utc>, length: TimeDelta) -> Result<DateTime<Utc>, Refusal> {
        let end = if self.rolls_over { self.charging.advance(start, length) } else { start.checked_add_signed(length) };
        end.ok_or_else(|| out_of_range("start"))
    }

    /// As [`Self::advance`], of a start that need not be charged: then from the next opening on.
    pub fn end_of(&self, start: DateTime<Utc>, length: TimeDelta) -> Result<DateTime<Utc>, Refusal> {
        let start = if self.rolls_over { self.charged_from(start) } else { start };
        self.advance(start, length)
    }

    /// The first charged moment from `at` on.
    fn charged_from(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        match self.charging.period_at(at, at) {
            Some(_) => at,
            None => self.charging.next_opening(at).unwrap_or(at),
        }
    }

    /// When a new stay may begin that continues none of these: they are over, and parking is
    /// charged.
    pub fn new_stay_at(&self, stays: &[Option<&Stay>], starts_at: DateTime<Utc>) -> DateTime<Utc> {
        let over = stays.iter().flatten().map(|stay| stay.closes_at).max();
        self.charged_from(over.map_or(starts_at, |over| over.max(starts_at)))
    }

    /// Paid time between two moments: elapsed time, or only what is charged of it where tickets
    /// roll over. Never negative.
    pub fn between(&self, from: DateTime<Utc>, until: DateTime<Utc>) -> TimeDelta {
        if self.rolls_over {
            self.charging.charged_between(from, until)
        } else {
            until.signed_duration_since(from).max(TimeDelta::zero())
        }
    }

    /// When a stay paid until `paid_until` is over: after the break, at the latest with the billing
    /// day.
    pub fn closes_at(&self, paid_until: DateTime<Utc>) -> Result<DateTime<Utc>, Refusal> {
        let after_break = paid_until.checked_add_signed(self.no_return).ok_or_else(|| out_of_range("start"))?;
        Ok(match self.charging.end_of_day(paid_until) {
            Some(midnight) => after_break.min(midnight),
            None => after_break,
        })
    }
}

/// Whole minutes of a length; a started one counts.
pub(crate) fn minutes_of(length: TimeDelta) -> u32 {
    Minutes::of(length).get()
}
