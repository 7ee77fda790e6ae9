//! Quotes: what a length of parking costs, from when to when, line by line; or why it is refused and what is allowed.

use crate::kernel::city::{City, LimitMode, OutsideHours, Rate, RateKind, UnusedTime, Zone};
use crate::kernel::money::Money;
use crate::parking::stay::Stay;
use crate::parking::terms::{ZoneTerms, minutes_of, out_of_range, unknown, zone_of};
use chrono::{DateTime, NaiveDate, SubsecRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How something is paid (BG-26..28).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayMethod {
    /// Prepaid balance at the operator.
    Deposit,
    /// The bank's hosted page.
    Card,
    /// A message from the phone, outside the app.
    Sms,
}

/// What a driver asks for.
#[derive(Debug, Clone, Copy)]
pub struct QuoteAsk<'a> {
    /// Zone id.
    pub zone: &'a str,
    /// Length asked for.
    pub minutes: u32,
    pub now: DateTime<Utc>,
    /// `now`, or the end of the running ticket that is extended.
    pub start: DateTime<Utc>,
    /// The latest stay in this car park, of this user or of this plate, whichever is stricter; may be over.
    pub stay: Option<&'a Stay>,
    pub pay: PayMethod,
}

/// A price, explained. `total` is the sum of `lines`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// Zone id.
    pub zone: String,
    /// Id of the tariff in force on the local day of `starts_at`.
    pub tariff: String,
    /// First day of that tariff.
    pub tariff_from: NaiveDate,
    pub asked_minutes: u32,
    /// From `starts_at` to `ends_at` in charged minutes; a started minute counts.
    pub granted_minutes: u32,
    pub starts_at: DateTime<Utc>,
    /// The first moment that is no longer paid.
    pub ends_at: DateTime<Utc>,
    /// In the order of time, fees last.
    pub lines: Vec<QuoteLine>,
    pub total: Money,
    /// What the driver should know before paying.
    pub notices: Vec<Notice>,
    /// The stay as it will be after the purchase.
    pub stay: StayPreview,
}

/// One line of a quote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteLine {
    pub kind: LineKind,
    pub amount: Money,
}

/// What a line is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LineKind {
    /// Started units of limited time, or of any time where there is no limit.
    Limited { units: u32, unit_minutes: u32, unit_price: Money },
    /// Started units of extended time (BG-46).
    Extended { units: u32, unit_minutes: u32, unit_price: Money },
    /// The bank's commission on a small card payment (BG-93).
    CardFee { below: Money },
    /// A kind of a later version; its amount counts. Only ever read, never quoted.
    #[serde(other)]
    Other,
}

/// Something to be said beside a quote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Notice {
    /// Less is offered than was asked for, because the stay has no more left.
    Clipped { asked: u32, offered: u32, deadline: DateTime<Utc> },
    /// Time is paid in whole units.
    RoundedUp { asked: u32, granted: u32 },
    /// The ticket begins when charging begins.
    StartsAtOpening { opens_at: DateTime<Utc> },
    /// The ticket ends when charging ends.
    EndsAtClosing { asked: u32, granted: u32, closes_at: DateTime<Utc> },
    /// The ticket goes on when charging begins again.
    RollsOver { ends_at: DateTime<Utc> },
    /// Paid time that is not used is not given back.
    NoRefund,
    /// A kind of a later version. Only ever read, never quoted.
    #[serde(other)]
    Other,
}

/// The stay as it will be after the purchase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StayPreview {
    pub started_at: DateTime<Utc>,
    /// No purchase of this stay can end later; absent where there is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<DateTime<Utc>>,
    /// Minutes that can still be bought afterwards; absent where there is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_minutes: Option<u32>,
}

/// Why nothing is offered, and what would be allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    /// Zero minutes.
    #[error("parking time must be at least one minute")]
    MinutesNotPositive,
    /// Longer than the zone allows, or than is left where the city does not clip.
    #[error("{asked} minutes is more than allowed: the zone allows {max_stay}, {allowed} can be bought now")]
    MaxStayExceeded { asked: u32, max_stay: u32, allowed: u32 },
    /// The stay's longest time is bought already.
    #[error("the longest stay is bought up until {deadline}; a new one can begin at {next_possible_at}")]
    LimitReached { deadline: DateTime<Utc>, next_possible_at: DateTime<Utc> },
    /// The longest stay is over; a new one needs a break.
    #[error("a new stay can begin at {until}")]
    NoReturn { until: DateTime<Utc> },
    /// The city does not know a value that the price needs.
    #[error("`{field}` of zone {zone} is not known, so nothing is sold")]
    TariffUnknown { zone: String, field: String },
    /// Parking is free at this moment and nothing is sold ahead.
    #[error("parking is not charged now")]
    #[serde(rename = "not_charged")]
    NotChargedNow {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_opening: Option<DateTime<Utc>>,
    },
    /// No such zone.
    #[error("there is no zone `{zone}`; known are {}", known.join(", "))]
    ZoneUnknown { zone: String, known: Vec<String> },
    /// This zone or thing is not paid this way.
    #[error("it cannot be paid by {method:?}")]
    #[serde(rename = "payment_method_not_allowed")]
    MethodNotAllowed { method: PayMethod, allowed: Vec<PayMethod> },
    /// Times or amounts beyond any use.
    #[error("{what} is out of range")]
    OutOfRange { what: String },
}

impl Refusal {
    /// The stable code, the same as on the wire.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::MinutesNotPositive => "minutes_not_positive",
            Self::MaxStayExceeded { .. } => "max_stay_exceeded",
            Self::LimitReached { .. } => "limit_reached",
            Self::NoReturn { .. } => "no_return",
            Self::TariffUnknown { .. } => "tariff_unknown",
            Self::NotChargedNow { .. } => "not_charged",
            Self::ZoneUnknown { .. } => "zone_unknown",
            Self::MethodNotAllowed { .. } => "payment_method_not_allowed",
            Self::OutOfRange { .. } => "out_of_range",
        }
    }
}

/// Asks beyond this are refused unread: a month, longer than any ticket.
const LONGEST_ASK_MINUTES: u32 = 31 * 24 * 60;

/// The price of an ask, or why there is none. Pure: the same city and ask give the same answer everywhere (BG-38..60).
///
/// # Errors
/// [`Refusal`] with the limit that was hit and what would be allowed.
pub fn quote(city: &City, ask: &QuoteAsk<'_>) -> Result<Quote, Refusal> {
    if ask.minutes == 0 {
        return Err(Refusal::MinutesNotPositive);
    }
    let zone = zone_of(city, ask.zone)?;
    if !zone.pay.contains(&ask.pay) {
        return Err(Refusal::MethodNotAllowed { method: ask.pay, allowed: zone.pay.clone() });
    }
    let terms = ZoneTerms::of(city, zone)?;
    // Stores keep milliseconds; anything finer would make a quote differ from what is stored of it.
    let (asked_start, now) = (ask.start.trunc_subsecs(3), ask.now.trunc_subsecs(3));
    refuse_beyond_zone(&terms, ask, asked_start)?;

    let mut notices = Vec::new();
    let Start { starts_at, day, closes_at } = ticket_start(city, &terms, ask, asked_start, &mut notices)?;
    let stay = open_stay(ask, starts_at);
    let started_at = stay.map_or(starts_at, |stay| stay.started_at.min(starts_at));
    let deadline = terms.deadline_of(stay, starts_at)?;

    // What is left of the stay.
    let asked = TimeDelta::minutes(ask.minutes.into());
    let mut room = TimeDelta::MAX;
    if let (Some(deadline), Some(max_stay)) = (deadline, terms.limit.max_minutes()) {
        room = terms.between(starts_at, deadline);
        let offered = minutes_of(room);
        if offered == 0 {
            let possible = stay.map_or(deadline, |stay| stay.closes_at);
            return Err(if now <= deadline {
                Refusal::LimitReached { deadline, next_possible_at: possible }
            } else {
                Refusal::NoReturn { until: possible }
            });
        }
        if ask.minutes > offered {
            if city.policy.limit_mode == LimitMode::Refuse {
                return Err(Refusal::MaxStayExceeded { asked: ask.minutes, max_stay, allowed: offered });
            }
            notices.push(Notice::Clipped { asked: ask.minutes, offered, deadline });
        }
    }
    let wanted = asked.min(room);

    let open_for = closes_at.signed_duration_since(starts_at);

    let tariff = city.tariff_on(day).ok_or_else(|| unknown(zone, "tariff"))?;
    let rates = tariff.rates.get(&zone.id).ok_or_else(|| unknown(zone, "rates"))?;
    let priced = price(zone, rates, terms.between(started_at, starts_at), wanted.min(open_for))?;
    let in_stay = priced.length.min(room);
    let length = in_stay.min(open_for);

    let ends_at = terms.advance(starts_at, length)?;
    let granted_minutes = minutes_of(length);
    if granted_minutes > ask.minutes {
        notices.push(Notice::RoundedUp { asked: ask.minutes, granted: granted_minutes });
    }
    if wanted.max(in_stay) > open_for {
        notices.push(Notice::EndsAtClosing { asked: ask.minutes, granted: granted_minutes, closes_at });
    }
    if ends_at.signed_duration_since(starts_at) > length {
        notices.push(Notice::RollsOver { ends_at });
    }
    if city.policy.unused_time.known() == Some(&UnusedTime::NotRefunded) {
        notices.push(Notice::NoRefund);
    }

    let mut lines = priced.lines;
    let parking = sum(city, &lines)?;
    if ask.pay == PayMethod::Card
        && let Some(fee) = card_fee(city, zone, parking)?
    {
        lines.push(fee);
    }
    Ok(Quote {
        zone: zone.id.clone(),
        tariff: tariff.id.clone(),
        tariff_from: tariff.from,
        asked_minutes: ask.minutes,
        granted_minutes,
        starts_at,
        ends_at,
        total: sum(city, &lines)?,
        lines,
        notices,
        stay: StayPreview {
            started_at,
            deadline,
            left_minutes: deadline.map(|deadline| minutes_of(terms.between(ends_at, deadline))),
        },
    })
}

/// An ask above the zone's whole max stay is refused, never clipped: nobody is sold less than a choice the zone never had.
fn refuse_beyond_zone(terms: &ZoneTerms<'_>, ask: &QuoteAsk<'_>, start: DateTime<Utc>) -> Result<(), Refusal> {
    match terms.limit.max_minutes() {
        Some(max_stay) if ask.minutes > max_stay => {
            let allowed = match open_stay(ask, start).and_then(|stay| stay.deadline) {
                Some(deadline) => minutes_of(terms.between(start, deadline)).min(max_stay),
                None => max_stay,
            };
            Err(Refusal::MaxStayExceeded { asked: ask.minutes, max_stay, allowed })
        }
        None if ask.minutes > LONGEST_ASK_MINUTES => Err(out_of_range("minutes")),
        _ => Ok(()),
    }
}

fn open_stay<'a>(ask: &QuoteAsk<'a>, at: DateTime<Utc>) -> Option<&'a Stay> {
    ask.stay.filter(|stay| stay.zone == ask.zone && stay.is_open(at))
}

/// Where a ticket begins.
struct Start {
    starts_at: DateTime<Utc>,
    /// The local day of `starts_at`.
    day: NaiveDate,
    /// When charging ends after it; the end of time where tickets roll over.
    closes_at: DateTime<Utc>,
}

/// When a ticket asked for `start` begins: at once, or at the opening when that is still to come.
fn ticket_start(
    city: &City,
    terms: &ZoneTerms<'_>,
    ask: &QuoteAsk<'_>,
    start: DateTime<Utc>,
    notices: &mut Vec<Notice>,
) -> Result<Start, Refusal> {
    let charging = &terms.charging;
    // Beyond this closing does not matter: the time asked for and a unit, which is at most a day long.
    let reach = TimeDelta::minutes(ask.minutes.into()) + TimeDelta::days(1);
    let from = |starts_at: DateTime<Utc>| -> Option<Start> {
        let enough = starts_at.checked_add_signed(reach)?;
        let period = charging.period_at(starts_at, enough)?;
        let closes_at = if terms.rolls_over { DateTime::<Utc>::MAX_UTC } else { period.closes_at };
        Some(Start { starts_at, day: period.day, closes_at })
    };
    if let Some(at_once) = from(start) {
        return Ok(at_once);
    }
    let next_opening = charging.next_opening(start);
    let sold_ahead = |opens_at: &DateTime<Utc>| {
        city.policy.outside_hours == OutsideHours::NextOpening
            || charging.local_day(*opens_at) == charging.local_day(start)
    };
    match next_opening.filter(sold_ahead).and_then(from) {
        Some(later) => {
            notices.push(Notice::StartsAtOpening { opens_at: later.starts_at });
            Ok(later)
        }
        None => Err(Refusal::NotChargedNow { next_opening }),
    }
}

struct Priced {
    lines: Vec<QuoteLine>,
    /// What the units paid for add up to, within their rates.
    length: TimeDelta,
}

/// Prices `wanted` time that begins `offset` after the start of the stay, in started units of each rate that it touches.
fn price(zone: &Zone, rates: &[Rate], offset: TimeDelta, wanted: TimeDelta) -> Result<Priced, Refusal> {
    let end = offset.checked_add(&wanted).ok_or_else(|| out_of_range("minutes"))?;
    let mut lines = Vec::with_capacity(2);
    let mut length = TimeDelta::zero();
    for rate in rates {
        let from = offset.max(TimeDelta::minutes(rate.start_minutes.into()));
        let until = rate.end_minutes.map_or(TimeDelta::MAX, |minutes| TimeDelta::minutes(minutes.into()));
        let used = end.min(until) - from;
        if used <= TimeDelta::zero() {
            continue;
        }
        let unit = TimeDelta::minutes(rate.unit_minutes.into());
        let units = started_units(used, unit)?;
        let unit_price = *rate.price.known().ok_or_else(|| match rate.kind {
            RateKind::Limited => unknown(zone, "limited.price"),
            RateKind::Extended => unknown(zone, "extended.price"),
        })?;
        let amount = unit_price.checked_mul(units).map_err(|_| out_of_range("price"))?;
        let unit_minutes = rate.unit_minutes;
        let kind = match rate.kind {
            RateKind::Limited => LineKind::Limited { units, unit_minutes, unit_price },
            RateKind::Extended => LineKind::Extended { units, unit_minutes, unit_price },
        };
        lines.push(QuoteLine { kind, amount });
        let units = i32::try_from(units).map_err(|_| out_of_range("minutes"))?;
        length += (unit * units).min(until - from);
    }
    // Rates that leave a hole would give time away.
    if length < wanted { Err(unknown(zone, "rates")) } else { Ok(Priced { lines, length }) }
}

fn started_units(used: TimeDelta, unit: TimeDelta) -> Result<u32, Refusal> {
    let (used, unit) = (used.num_milliseconds().unsigned_abs(), unit.num_milliseconds().unsigned_abs());
    if unit == 0 {
        return Err(out_of_range("unit_minutes"));
    }
    u32::try_from(used.div_ceil(unit)).map_err(|_| out_of_range("minutes"))
}

fn sum(city: &City, lines: &[QuoteLine]) -> Result<Money, Refusal> {
    lines
        .iter()
        .try_fold(Money::zero(city.currency), |total, line| total.checked_add(&line.amount))
        .map_err(|_| out_of_range("price"))
}

/// The commission that the driver bears on a card payment of `parking`, if any (BG-93).
fn card_fee(city: &City, zone: &Zone, parking: Money) -> Result<Option<QuoteLine>, Refusal> {
    let card = &city.card;
    if parking.amount >= card.free_from.amount {
        return Ok(None);
    }
    let amount = *card.fee.known().ok_or_else(|| unknown(zone, "card.fee"))?;
    Ok(Some(QuoteLine { kind: LineKind::CardFee { below: card.free_from }, amount }))
}
