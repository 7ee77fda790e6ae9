//! Quotes: what a length of parking costs, line by line; or why it is refused and what is allowed.
//!
//! A quote promises minutes, their price and the latest end. Its ticket starts when the operator
//! receives the purchase (BG-47), or at a moment that is still to come: the opening, or the end of
//! the running ticket that it extends. What the ticket really is follows from the same rules at the
//! moment of the purchase ([`Quote::sold`]); when that would be less than was promised, or another
//! price, the quote is stale.

use crate::kernel::city::City;
use crate::kernel::ids::{TariffId, ZoneId};
use crate::kernel::minutes::Minutes;
use crate::kernel::money::Money;
use crate::kernel::pay::{PayMethod, UnusedTime};
use crate::parking::refusal::Refusal;
use crate::parking::section::{MoreThanLeft, ParkingSection, Policy, Rate, RateKind, SoldAhead, Zone};
use crate::parking::stay::{Stay, Stays};
use crate::parking::terms::{ZoneTerms, minutes_of, out_of_range, unknown, zone_of};
use crate::shown;
use chrono::{DateTime, NaiveDate, SubsecRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// What a driver asks for.
#[derive(Debug, Clone, Copy)]
pub struct QuoteAsk<'a> {
    /// Zone id.
    pub zone: &'a str,
    /// Length asked for.
    pub minutes: u32,
    /// When the operator was asked, or received the purchase.
    pub now: DateTime<Utc>,
    /// The latest stays in this car park. While the plate's paid time runs, the ticket begins at
    /// its end.
    pub stays: Stays<'a>,
    pub pay: PayMethod,
}

shown! { promise_shown;
    /// When the ticket of a quote starts.
    #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum Start {
        /// When the operator receives the purchase (BG-47).
        OnPurchase,
        /// At the opening, or at the end of the running ticket that it extends; when it is bought
        /// after that moment, on purchase.
        At { at: DateTime<Utc> },
        /// A kind of a later version. Only ever read, never quoted.
        #[serde(other)]
        Other,
    }

    /// The stay as it will be after the purchase.
    #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
    pub struct StayPreview {
        pub started_at: DateTime<Utc>,
        /// No purchase of this stay can end later; absent where there is no limit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub deadline: Option<DateTime<Utc>>,
        /// Minutes that can still be bought afterwards, until the deadline or until charging ends,
        /// whichever comes first; absent where there is no limit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub left_minutes: Option<u32>,
    }
}

/// A price, explained. `total` is the sum of `lines`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    pub zone: ZoneId,
    /// Id of the tariff in force on the local day of `starts_at`.
    pub tariff: TariffId,
    /// First day of that tariff.
    pub tariff_from: NaiveDate,
    pub asked_minutes: u32,
    /// Promised: the paid minutes; a started minute counts. Where less than a minute of the next
    /// rate is left until closing, or until the deadline of another ticket, a ticket that was asked
    /// for longer ends there: these seconds are not paid, and may be one started minute more.
    pub granted_minutes: u32,
    pub start: Start,
    /// The start, if it is bought at the moment of the quote.
    pub starts_at: DateTime<Utc>,
    /// The end, if it is bought at the moment of the quote: the first moment that is no longer
    /// paid.
    pub ends_at: DateTime<Utc>,
    /// Promised: the latest end, if it is bought, or its money comes, as late as it can.
    pub latest_end_at: DateTime<Utc>,
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
    /// The stay has only `offered` minutes left: less than was asked for, or than the unit that is
    /// paid. Without this ticket a new stay may begin at `new_stay_at`.
    Clipped { asked: u32, offered: u32, deadline: DateTime<Utc>, new_stay_at: DateTime<Utc> },
    /// As `Clipped`, to somebody who did not buy the car's stay: he is not told until when it goes
    /// on. The operator says it in place of the other; never quoted here.
    ClippedByAnother { asked: u32, offered: u32 },
    /// The deadline is that of another ticket of this user here.
    AnotherTicketLimits { deadline: DateTime<Utc> },
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

impl Notice {
    /// Something else is offered than was asked for: a driver sees it before the price.
    #[must_use]
    pub const fn is_surprise(&self) -> bool {
        !matches!(self, Self::NoRefund)
    }
}

/// Asks beyond this are refused unread: a month, longer than any ticket.
const LONGEST_ASK_MINUTES: u32 = 31 * 24 * 60;

/// What a quote promised cannot be kept, and what is offered now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("what was promised cannot be kept; {}", self.offered_now())]
pub struct Stale {
    /// A new quote, or why there is none.
    pub now: Result<Box<Quote>, Refusal>,
}

impl Stale {
    fn offered_now(&self) -> String {
        match &self.now {
            Ok(quote) => format!("now {} minutes until {} cost {}", quote.granted_minutes, quote.ends_at, quote.total),
            Err(refusal) => format!("now {refusal}"),
        }
    }
}

impl Quote {
    /// What is sold when the operator receives the purchase at `now`: the minutes and the price
    /// that were promised, from the start that is possible then, never past the latest end.
    /// `stays` are those of that moment.
    ///
    /// # Errors
    /// [`Stale`] when there are no longer as many minutes, or at another price.
    pub fn sold(&self, city: &City, now: DateTime<Utc>, stays: Stays<'_>, pay: PayMethod) -> Result<Self, Stale> {
        let ask = QuoteAsk { zone: self.zone.as_str(), minutes: self.asked_minutes, now, stays, pay };
        let offered = quote(city, &ask).map_err(|refusal| Stale { now: Err(refusal) })?;
        let kept = offered.granted_minutes == self.granted_minutes
            && offered.total == self.total
            && offered.ends_at <= self.latest_end_at;
        if kept { Ok(offered) } else { Err(Stale { now: Ok(Box::new(offered)) }) }
    }
}

/// The price of an ask, or why there is none. Pure: the same city and ask give the same answer
/// everywhere (BG-38..60).
///
/// # Errors
/// [`Refusal`] with the limit that was hit and what would be allowed.
pub fn quote(city: &City, ask: &QuoteAsk<'_>) -> Result<Quote, Refusal> {
    quote_held(city, ask, TimeDelta::seconds(city.quote_ttl_seconds.into()))
}

/// As [`quote`], for a price whose money may come so long after it was asked for: by card the
/// provider's page lives longer than the quote. Only the latest end that it promises differs.
///
/// # Errors
/// As [`quote`].
pub fn quote_held(city: &City, ask: &QuoteAsk<'_>, held: TimeDelta) -> Result<Quote, Refusal> {
    if ask.minutes == 0 {
        return Err(Refusal::MinutesNotPositive);
    }
    city.in_force_at(ask.now)?;
    let parking: &ParkingSection = city.section()?;
    let policy = &parking.policy;
    let zone = zone_of(parking, ask.zone)?;
    if !zone.pay.contains(&ask.pay) {
        return Err(Refusal::MethodNotAllowed { method: ask.pay, allowed: zone.pay.clone() });
    }
    let terms = ZoneTerms::of(city, zone)?;
    let max_stay = terms.limit.max_minutes().map(Minutes::get);
    if max_stay.is_none() && ask.minutes > LONGEST_ASK_MINUTES {
        return Err(out_of_range("minutes"));
    }
    // Stores keep milliseconds; anything finer would make a quote differ from what is stored of it.
    let now = ask.now.trunc_subsecs(3);
    let mut notices = Vec::new();
    let Beginning { start, starts_at, day, closes_at } =
        beginning(policy, &terms, ask, now, max_stay.unwrap_or(ask.minutes), &mut notices)?;

    // What is left of the stay, and of the time that is charged.
    let stays = ask.stays.open(policy.stay_per, ask.zone, starts_at);
    let [priced_by, another] = stays;
    let started_at = priced_by.map_or(starts_at, |stay| stay.started_at.min(starts_at));
    let own_deadline = terms.deadline_of(priced_by, starts_at)?;
    let others_deadline = another.map(|stay| terms.deadline_of(Some(stay), starts_at)).transpose()?.flatten();
    let deadline = own_deadline.into_iter().chain(others_deadline).min();
    let room = deadline.map_or(TimeDelta::MAX, |deadline| terms.between(starts_at, deadline));
    let open_for = closes_at.signed_duration_since(starts_at);
    let left = room.min(open_for);
    let limit_binds = room < open_for;
    if let (Some(deadline), Some(max_stay)) = (deadline, max_stay) {
        let exceeded = |allowed| Refusal::MaxStayExceeded { asked: ask.minutes, max_stay, allowed };
        // Nobody is sold less than a choice that the zone never had.
        if ask.minutes > max_stay {
            return Err(exceeded(minutes_of(left).min(max_stay)));
        }
        if minutes_of(room) == 0 {
            let possible = terms.new_stay_at(&stays, starts_at);
            return Err(if now < deadline {
                Refusal::LimitReached { deadline, next_possible_at: possible }
            } else {
                Refusal::NoReturn { until: possible }
            });
        }
        if limit_binds && ask.minutes > minutes_of(room) && policy.more_than_left == MoreThanLeft::Refuse {
            return Err(exceeded(minutes_of(room)));
        }
    }

    let tariff = parking.tariff_on(day).ok_or_else(|| unknown(zone, "tariff"))?;
    let rates = tariff.rates.get(&zone.id).ok_or_else(|| unknown(zone, "rates"))?;
    let asked = TimeDelta::minutes(ask.minutes.into());
    let offset = terms.between(started_at, starts_at);
    let priced = price(zone, rates, offset, asked.min(left))?;
    let length = priced.length.min(left);
    let ends_at = terms.advance(starts_at, length)?;
    city.tells_time_at(ends_at)?;
    let granted_minutes = minutes_of(priced.paid.min(left));

    // One reason for less: the stay's limit, or the closing where that comes first.
    if let (Some(deadline), true, [Some(_), _] | [_, Some(_)]) = (deadline, limit_binds, stays) {
        let cuts_unit = length == room && priced.paid_to > offset + room;
        if asked > room || cuts_unit {
            let new_stay_at = terms.new_stay_at(&stays, starts_at);
            notices.push(Notice::Clipped { asked: ask.minutes, offered: granted_minutes, deadline, new_stay_at });
        }
    }
    if let (Some(others), Some(own)) = (others_deadline, own_deadline)
        && others < own
    {
        notices.push(Notice::AnotherTicketLimits { deadline: others });
    }
    if granted_minutes > ask.minutes {
        notices.push(Notice::RoundedUp { asked: ask.minutes, granted: granted_minutes });
    }
    if !limit_binds && asked.max(priced.length) > open_for {
        notices.push(Notice::EndsAtClosing { asked: ask.minutes, granted: granted_minutes, closes_at });
    }
    if ends_at.signed_duration_since(starts_at) > length {
        notices.push(Notice::RollsOver { ends_at });
    }
    if policy.unused_time.known() == Some(&UnusedTime::NotRefunded) {
        notices.push(Notice::NoRefund);
    }

    let mut lines = priced.lines;
    let parking = sum(city, &lines)?;
    let card = &city.sections.wallet.card;
    let fee = card.fee_on(parking, ask.pay)?;
    lines.extend(fee.map(|amount| QuoteLine { kind: LineKind::CardFee { below: card.free_from }, amount }));
    // As late as the quote can be bought.
    let latest_start = starts_at.max(now.checked_add_signed(held).ok_or_else(|| out_of_range("now"))?);
    let open_deadline = if stays.iter().any(Option::is_some) { deadline } else { None };
    let latest_end_at = terms.end_of(latest_start, length)?.min(closes_at).min(open_deadline.unwrap_or(closes_at));
    Ok(Quote {
        zone: zone.id.clone(),
        tariff: tariff.id.clone(),
        tariff_from: tariff.from,
        asked_minutes: ask.minutes,
        granted_minutes,
        start,
        starts_at,
        ends_at,
        latest_end_at,
        total: sum(city, &lines)?,
        lines,
        notices,
        stay: StayPreview {
            started_at,
            deadline,
            left_minutes: deadline.map(|deadline| minutes_of(terms.between(ends_at, deadline.min(closes_at)))),
        },
    })
}

/// Where a ticket begins.
struct Beginning {
    start: Start,
    starts_at: DateTime<Utc>,
    /// The local day of `starts_at`.
    day: NaiveDate,
    /// When charging ends after it; the end of time where tickets roll over.
    closes_at: DateTime<Utc>,
}

/// When a ticket begins that is bought now: at once; at the end of the plate's paid time while that
/// runs; at the opening when that is still to come. What is over is never sold.
fn beginning(
    policy: &Policy,
    terms: &ZoneTerms<'_>,
    ask: &QuoteAsk<'_>,
    now: DateTime<Utc>,
    longest: u32,
    notices: &mut Vec<Notice>,
) -> Result<Beginning, Refusal> {
    let charging = &terms.charging;
    let paid_until = |stay: &Stay| stay.paid_until.trunc_subsecs(3);
    let running = ask.stays.plate.filter(|stay| stay.zone == ask.zone && paid_until(stay) > now);
    let earliest = running.map_or(now, paid_until);
    // Beyond this closing does not matter: the longest time and a unit, which is at most a day
    // long.
    let reach = TimeDelta::minutes(longest.into()) + TimeDelta::days(1);
    let from = |starts_at: DateTime<Utc>| -> Option<Beginning> {
        let enough = starts_at.checked_add_signed(reach)?;
        let period = charging.period_at(starts_at, enough)?;
        let closes_at = if terms.rolls_over { DateTime::<Utc>::MAX_UTC } else { period.closes_at };
        let start = if starts_at == now { Start::OnPurchase } else { Start::At { at: starts_at } };
        Some(Beginning { start, starts_at, day: period.day, closes_at })
    };
    if let Some(at_once) = from(earliest) {
        return Ok(at_once);
    }
    let next_opening = charging.next_opening(earliest);
    let sold_ahead = |opens_at: &DateTime<Utc>| {
        policy.sold_ahead == SoldAhead::NextOpening || charging.local_day(*opens_at) == charging.local_day(now)
    };
    match next_opening.filter(sold_ahead).and_then(from) {
        Some(later) => {
            notices.push(Notice::StartsAtOpening { opens_at: later.starts_at });
            Ok(later)
        }
        None => Err(Refusal::NotChargedNow { next_opening }),
    }
}

const A_MINUTE: TimeDelta = TimeDelta::minutes(1);

struct Priced {
    lines: Vec<QuoteLine>,
    /// What the units paid for add up to, within their rates.
    paid: TimeDelta,
    /// From the start of the ticket to its end: what is paid, and less than a minute of the next
    /// rate that is not. Never less than what is wanted.
    length: TimeDelta,
    /// Where the last unit that is paid ends, from the start of the stay.
    paid_to: TimeDelta,
}

/// Prices `wanted` time that begins `offset` after the start of the stay, in started units of each
/// rate that it touches. A stay may begin between two minutes, so that a rate ends within one: that
/// minute is of the rate that it begins in, and no unit of the next one is paid for seconds. These
/// seconds belong to the ticket all the same: it ends where it was wanted, such as at closing.
fn price(zone: &Zone, rates: &[Rate], offset: TimeDelta, wanted: TimeDelta) -> Result<Priced, Refusal> {
    let end = offset.checked_add(&wanted).ok_or_else(|| out_of_range("minutes"))?;
    let mut lines = Vec::with_capacity(2);
    let (mut paid, mut paid_to) = (TimeDelta::zero(), offset);
    for rate in rates {
        let from = offset.max(rate.start_minutes.length());
        let until = rate.end_minutes.map_or(TimeDelta::MAX, Minutes::length);
        let used = end.min(until) - from;
        if used <= TimeDelta::zero() {
            continue;
        }
        if !lines.is_empty() && wanted - paid < A_MINUTE {
            return Ok(Priced { lines, paid, length: wanted, paid_to });
        }
        let unit = rate.unit_minutes.length();
        let units = started_units(used, unit)?;
        let unit_price = *rate.price.known().ok_or_else(|| match rate.kind {
            RateKind::Limited => unknown(zone, "limited.price"),
            RateKind::Extended => unknown(zone, "extended.price"),
        })?;
        let amount = unit_price.checked_mul(units).map_err(|_| out_of_range("price"))?;
        let unit_minutes = rate.unit_minutes.get();
        let kind = match rate.kind {
            RateKind::Limited => LineKind::Limited { units, unit_minutes, unit_price },
            RateKind::Extended => LineKind::Extended { units, unit_minutes, unit_price },
        };
        lines.push(QuoteLine { kind, amount });
        let units = i32::try_from(units).map_err(|_| out_of_range("minutes"))?;
        paid += (unit * units).min(until - from);
        paid_to = from + unit * units;
    }
    // Rates that leave a hole would give time away.
    if paid < wanted { Err(unknown(zone, "rates")) } else { Ok(Priced { lines, paid, length: paid, paid_to }) }
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
