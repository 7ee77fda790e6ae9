//! What a visit costs at any moment, and when that next rises. The price never falls as time goes
//! on.

use crate::garages::facility::Facility;
use crate::garages::price::{LONGEST, LineKind, Paid, Refusal, VisitAsk, VisitLine, left_over, out_of_range, unknown};
use crate::garages::section::GaragesSection;
use crate::garages::tariff::{DayCount, FreeTime, LostTicket, RateTable, SeveralDays, Tariff, TariffBy};
use crate::kernel::calendar::to_utc;
use crate::kernel::city::City;
use crate::kernel::minutes::Minutes;
use crate::kernel::money::Money;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use std::collections::BTreeMap;

/// The meter of one visit.
pub(crate) struct Meter<'a> {
    city: &'a City,
    garages: &'a GaragesSection,
    facility: &'a Facility,
    /// In force on the local day of entry.
    pub tariff: &'a Tariff,
    /// The facility's prices in it.
    pub table: &'a RateTable,
    /// From when on the visit counts.
    from: DateTime<Utc>,
    is_disabled: bool,
    places: u32,
    /// The rule of a lost ticket, when it is lost.
    lost: Option<LostTicket>,
}

/// What a visit costs at a moment, whatever was paid.
pub(crate) struct Bill<'a> {
    pub lines: Vec<VisitLine>,
    pub price: Money,
    /// The tickets for several days that are part of it.
    pub several_days: Option<&'a SeveralDays>,
}

/// Time that is paid by units and caps of days.
#[derive(Default)]
struct ByUnits {
    /// Units, their length and their price.
    units: Vec<(u32, Minutes, Money)>,
    /// Days and their cap.
    caps: Vec<(u32, Money)>,
}

/// A day of a visit.
struct Day {
    end: DateTime<Utc>,
    /// When the first unit after it starts.
    next_unit: DateTime<Utc>,
    cost: DayCost,
}

/// What a day costs.
enum DayCost {
    /// No unit starts on it.
    Nothing,
    Cap(Money),
    /// Units, their length and their price.
    Units(u32, Minutes, Money),
}

impl DayCost {
    fn amount(&self) -> Result<Option<Money>, Refusal> {
        match self {
            Self::Nothing => Ok(None),
            Self::Cap(cap) => Ok(Some(*cap)),
            Self::Units(units, _, price) => price.checked_mul(*units).map(Some).map_err(|_| out_of_range("price")),
        }
    }
}

impl<'a> Meter<'a> {
    pub fn of(
        city: &'a City,
        garages: &'a GaragesSection,
        facility: &'a Facility,
        ask: &VisitAsk<'_>,
        entered_at: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        let day = city.local_day(entered_at);
        let tariff = garages.tariff_on(day).ok_or_else(|| unknown(facility, "tariff"))?;
        let table = table_of(tariff, facility)?;
        let lost = match ask.is_lost {
            true => Some(*table.lost_ticket.known().ok_or_else(|| unknown(facility, "lost_ticket"))?),
            false => None,
        };
        let from = match lost {
            // A midnight that a change of the clocks leaves out is reached at the change.
            Some(LostTicket::FromMidnight) => midnight(city, day)?.min(entered_at),
            Some(LostTicket::Flat { .. }) | None => entered_at,
        };
        let VisitAsk { is_disabled, places, .. } = *ask;
        Ok(Self { city, garages, facility, tariff, table, from, is_disabled, places, lost })
    }

    /// The payment that still settles the visit at a moment: until when it is priced by that. Of
    /// several the first: a later one that was not needed takes no time to leave away. One of
    /// nothing settles nothing.
    pub fn settled(&self, paid: &[Paid], at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let grace = self.grace();
        let settles =
            |paid: &&Paid| !paid.amount.is_zero() && paid.leave_by(grace).is_none_or(|leave_by| at <= leave_by);
        paid.iter().filter(settles).map(|paid| paid.at.min(at)).min()
    }

    /// What may follow a time to leave without costing anything.
    fn grace(&self) -> TimeDelta {
        self.table.late_exit_grace_minutes.known().copied().unwrap_or_default().length()
    }

    /// The first moment after `now` at which more than `above` is owed; `None` when none comes.
    pub fn first_above(&self, now: DateTime<Utc>, paid: &[Paid], sum: Money, above: Money) -> Option<DateTime<Utc>> {
        // What is owed never falls, so the moment is found by halving. A price that is not known is
        // none.
        let owed_after = |milliseconds: i64| {
            let at = now.checked_add_signed(TimeDelta::milliseconds(milliseconds))?;
            let bill = self.bill(self.settled(paid, at).unwrap_or(at)).ok()?;
            left_over(bill.price, sum).ok()
        };
        let is_above = |milliseconds| owed_after(milliseconds).is_none_or(|owed| owed.amount > above.amount);
        let longest = self.from.signed_duration_since(now).checked_add(&LONGEST)?.num_milliseconds();
        // Mostly it comes where a unit or the time to leave ends. Whether it does is looked at and
        // not assumed.
        let (mut below, mut found) = (0, None);
        for likely in self.likely_rises(now, paid).into_iter().flat_map(|likely| [likely - 1, likely]) {
            if likely <= below || likely > longest {
                continue;
            }
            if is_above(likely) {
                found = Some(likely);
                break;
            }
            below = likely;
        }
        let (mut step, mut reached) = (60_000, found.unwrap_or_else(|| longest.min(below + 60_000)));
        while found.is_none() && !is_above(reached) {
            if reached >= longest {
                return None;
            }
            below = reached;
            step *= 2;
            reached = longest.min(below + step);
        }
        while reached - below > 1 {
            let middle = below + (reached - below) / 2;
            if is_above(middle) { reached = middle } else { below = middle }
        }
        owed_after(reached)?;
        now.checked_add_signed(TimeDelta::milliseconds(reached))
    }

    /// Where the price probably rises next, in milliseconds after `now`: just after the time to
    /// leave, and just after the unit that runs then. In the order of time.
    fn likely_rises(&self, now: DateTime<Utc>, paid: &[Paid]) -> [i64; 3] {
        let now = now.timestamp_millis();
        let grace = self.grace();
        let settling = paid.iter().filter(|paid| !paid.amount.is_zero());
        let settled = settling.filter_map(|paid| paid.leave_by(grace)).max();
        let settled = settled.map_or(now, |until| until.timestamp_millis().max(now));
        let unit = self.table.unit_minutes.length().num_milliseconds().max(1);
        let free = self.free_time().and_then(|free| free.minutes.known()).copied().unwrap_or_default().length();
        let entered = self.from.timestamp_millis();
        // Units start on entry, or after the minutes that are free.
        let unit_end = |units_from: i64| {
            let passed = settled.saturating_sub(units_from).max(1);
            let started = passed.saturating_sub(1) / unit + 1;
            units_from.saturating_add(started.saturating_mul(unit))
        };
        let mut likely = [settled, unit_end(entered), unit_end(entered.saturating_add(free.num_milliseconds()))];
        likely.sort_unstable();
        likely.map(|end| end.saturating_sub(now).saturating_add(1))
    }

    /// What the visit costs if it ends at `until`.
    pub fn bill(&self, until: DateTime<Utc>) -> Result<Bill<'a>, Refusal> {
        let mut bill = self.single(until)?;
        if self.places > 1 {
            let factor = self.table.double_place_factor.known();
            let factor = *factor.ok_or_else(|| unknown(self.facility, "double_place_factor"))?;
            let price = bill.price.checked_mul(factor).map_err(|_| out_of_range("price"))?;
            let amount = price.checked_sub(&bill.price).map_err(|_| out_of_range("price"))?;
            bill.lines.push(VisitLine { kind: LineKind::DoublePlace { factor }, amount });
            bill.price = price;
        }
        Ok(bill)
    }

    /// As [`Self::bill`], of a car on one place.
    fn single(&self, until: DateTime<Utc>) -> Result<Bill<'a>, Refusal> {
        let zero = Money::zero(self.city.currency);
        let lost_line = |billed_from, amount| VisitLine { kind: LineKind::Lost { billed_from }, amount };
        let mut lines = match self.lost {
            Some(LostTicket::Flat { price }) => {
                return Ok(Bill { lines: vec![lost_line(None, price)], price, several_days: None });
            }
            Some(LostTicket::FromMidnight) => vec![lost_line(Some(self.from), zero)],
            None => Vec::new(),
        };
        // An entry that a clock ahead tells is one that is just happening.
        let until = until.max(self.from);
        let free = self.free_time();
        let free_line = |minutes: Minutes| VisitLine { kind: LineKind::Free { minutes: minutes.get() }, amount: zero };
        let length = until.signed_duration_since(self.from);
        let mut units_from = self.from;
        let mut free_part = None;
        if let Some(FreeTime { minutes, is_for_longer_visits }) = free {
            let minutes = *minutes.known().ok_or_else(|| unknown(self.facility, "free.minutes"))?;
            if minutes > Minutes::ZERO && length <= minutes.length() {
                lines.push(free_line(minutes));
                return Ok(Bill { lines, price: zero, several_days: None });
            }
            let also = is_for_longer_visits.known();
            if minutes > Minutes::ZERO && *also.ok_or_else(|| unknown(self.facility, "free.is_for_longer_visits"))? {
                units_from += minutes.length();
                free_part = Some(minutes);
            }
        }
        let by_units = self.by_units(self.from, units_from, until)?;
        let mut price = by_units.price(zero)?;
        let mut rest = by_units;
        let mut tickets = None;
        if let Some((several, ticket)) = self.several_days(length)? {
            let mut known = BTreeMap::new();
            let mut cheapest = None;
            for (count, end) in self.ticket_counts(several.days, until)? {
                let cost = ticket.checked_mul(count).map_err(|_| out_of_range("price"))?;
                let after = if until > end { self.cost_from(end, until, &mut known)? } else { zero };
                let sum = cost.checked_add(&after).map_err(|_| out_of_range("price"))?;
                if sum.amount < price.amount {
                    (price, cheapest) = (sum, Some((count, end, cost)));
                }
            }
            if let Some((count, end, cost)) = cheapest {
                rest = if until > end { self.by_units(end, end, until)? } else { ByUnits::default() };
                let kind = LineKind::SeveralDays { tickets: count, days: several.days, price: ticket };
                tickets = Some((several, VisitLine { kind, amount: cost }));
            }
        }
        let several_days = tickets.as_ref().map(|(several, _)| *several);
        // What tickets for several days cover is not free besides.
        lines.extend(tickets.map(|(_, line)| line).or_else(|| free_part.map(free_line)));
        lines.extend(rest.lines()?);
        Ok(Bill { lines, price, several_days })
    }

    /// The free time of this driver.
    fn free_time(&self) -> Option<&'a FreeTime> {
        match (&self.table.free, &self.table.disabled_free) {
            (_, Some(disabled)) if self.is_disabled => Some(disabled),
            (free, _) => free.as_ref(),
        }
    }

    /// Tickets for several days and their price, where they may be cheaper.
    fn several_days(&self, length: TimeDelta) -> Result<Option<(&'a SeveralDays, Money)>, Refusal> {
        let Some(several) = &self.table.several_days else { return Ok(None) };
        match several.price.known() {
            Some(price) => Ok(Some((several, *price))),
            // Nobody takes several days for one.
            None if length <= Minutes::DAY.length() => Ok(None),
            None => Err(unknown(self.facility, "several_days.price")),
        }
    }

    /// How many tickets for several days may be taken, besides none, and when the last of them
    /// ends: up to one more than are used up. With free minutes or a cheaper list some days by
    /// units may cost less than a ticket, so each number of them is tried.
    fn ticket_counts(&self, days: u32, until: DateTime<Utc>) -> Result<Vec<(u32, DateTime<Utc>)>, Refusal> {
        let (first, last) = (self.city.local_day(self.from), self.city.local_day(until));
        let span = match self.day_count()? {
            Some(DayCount::CalendarDay) => last.signed_duration_since(first),
            Some(DayCount::FromEntry) | None => until.signed_duration_since(self.from),
        };
        let used_up = span.num_days().checked_div(days.into()).and_then(|count| u32::try_from(count).ok());
        let used_up = used_up.ok_or_else(|| out_of_range("several_days.days"))?;
        let counted = |count: u32| Ok((count, self.day_end(self.from, count.saturating_mul(days))?));
        (1..=used_up.saturating_add(1)).map(counted).collect()
    }

    /// What the time from the start of a day on costs by units that start anew with it. `known`
    /// keeps what the time from a day on costs, by the start of the day and that of its first unit:
    /// visits of years would otherwise price each of their days once for every number of tickets.
    fn cost_from(
        &self,
        start: DateTime<Utc>,
        until: DateTime<Utc>,
        known: &mut BTreeMap<(DateTime<Utc>, DateTime<Utc>), Money>,
    ) -> Result<Money, Refusal> {
        let mut passed = Vec::new();
        let (mut day_start, mut unit_start) = (start, start);
        let mut cost = Money::zero(self.city.currency);
        while day_start < until {
            if let Some(rest) = known.get(&(day_start, unit_start)) {
                cost = *rest;
                break;
            }
            let day = self.day(day_start, unit_start, start, until)?;
            passed.push(((day_start, unit_start), day.cost.amount()?));
            (day_start, unit_start) = (day.end, day.next_unit);
        }
        for (state, day) in passed.into_iter().rev() {
            if let Some(day) = day {
                cost = cost.checked_add(&day).map_err(|_| out_of_range("price"))?;
            }
            known.insert(state, cost);
        }
        Ok(cost)
    }

    /// How the days of this visit are counted; `None` when nothing depends on them, and then one
    /// never ends.
    fn day_count(&self) -> Result<Option<DayCount>, Refusal> {
        let by_day = self.garages.policy.tariff_by == TariffBy::Day;
        match &self.table.day {
            Some(day) => Ok(Some(*day.known().ok_or_else(|| unknown(self.facility, "day"))?)),
            None if by_day => Ok(Some(DayCount::CalendarDay)),
            None => Ok(None),
        }
    }

    /// The end of so many days that begin at `from`.
    fn day_end(&self, from: DateTime<Utc>, days: u32) -> Result<DateTime<Utc>, Refusal> {
        let days = i64::from(days);
        match self.day_count()? {
            None => Ok(DateTime::<Utc>::MAX_UTC),
            Some(DayCount::FromEntry) => TimeDelta::try_days(days)
                .and_then(|length| from.checked_add_signed(length))
                .ok_or_else(|| out_of_range("entered_at")),
            Some(DayCount::CalendarDay) => {
                let day = TimeDelta::try_days(days).and_then(|days| self.city.local_day(from).checked_add_signed(days));
                let end = midnight(self.city, day.ok_or_else(|| out_of_range("entered_at"))?)?;
                // A clock put back at midnight shows the day before once more.
                if days > 0 && end <= from { self.day_end(from, u32::try_from(days).unwrap_or(1) + 1) } else { Ok(end) }
            }
        }
    }

    /// Prices the time from `from` to `until`, whose units start at `units_from`, day by day.
    fn by_units(
        &self,
        from: DateTime<Utc>,
        units_from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<ByUnits, Refusal> {
        let mut sum = ByUnits::default();
        let (mut day_start, mut unit_start) = (from, units_from);
        loop {
            let day = self.day(day_start, unit_start, from, until)?;
            match day.cost {
                DayCost::Nothing => {}
                DayCost::Cap(cap) => sum.add_cap(cap),
                DayCost::Units(units, length, price) => sum.add_units(units, length, price),
            }
            if day.end >= until {
                return Ok(sum);
            }
            (day_start, unit_start) = (day.end, day.next_unit);
        }
    }

    /// One day of a time from `from` to `until`: what its units cost, the first of which starts at
    /// `unit_start`.
    fn day(
        &self,
        day_start: DateTime<Utc>,
        unit_start: DateTime<Utc>,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Day, Refusal> {
        let end = self.day_end(day_start, 1)?;
        let table = self.table_at(day_start)?;
        let stop = end.min(until);
        // The first unit starts on entry.
        if unit_start >= stop && !(unit_start == until && until == from) {
            return Ok(Day { end, next_unit: unit_start, cost: DayCost::Nothing });
        }
        let units = started_units(stop.signed_duration_since(unit_start), table.unit_minutes)?;
        let unit_price = *table.price.known().ok_or_else(|| unknown(self.facility, "price"))?;
        let cost = unit_price.checked_mul(units).map_err(|_| out_of_range("price"))?;
        let cost = match self.cap_of(table, unit_price)? {
            Some(cap) if cap.amount < cost.amount => DayCost::Cap(cap),
            _ => DayCost::Units(units, table.unit_minutes, unit_price),
        };
        let length = table.unit_minutes.length().num_milliseconds().checked_mul(units.into());
        let next_unit = length
            .and_then(TimeDelta::try_milliseconds)
            .and_then(|length| unit_start.checked_add_signed(length))
            .ok_or_else(|| out_of_range("entered_at"))?;
        Ok(Day { end, next_unit, cost })
    }

    /// The prices of a day of the visit.
    fn table_at(&self, day_start: DateTime<Utc>) -> Result<&'a RateTable, Refusal> {
        match self.garages.policy.tariff_by {
            TariffBy::Entry => Ok(self.table),
            TariffBy::Day => {
                let tariff = self.garages.tariff_on(self.city.local_day(day_start));
                table_of(tariff.ok_or_else(|| unknown(self.facility, "tariff"))?, self.facility)
            }
        }
    }

    /// What a day costs at most.
    fn cap_of(&self, table: &RateTable, unit_price: Money) -> Result<Option<Money>, Refusal> {
        let Some(cap) = &table.day_cap else { return Ok(None) };
        let missing = || unknown(self.facility, "day_cap");
        let price = cap.price.as_ref().map(|price| price.known().copied().ok_or_else(missing)).transpose()?;
        let after = cap.after_minutes.as_ref().map(|after| after.known().copied().ok_or_else(missing)).transpose()?;
        let after = after
            .map(|minutes| {
                let units = started_units(minutes.length(), table.unit_minutes)?;
                unit_price.checked_mul(units).map_err(|_| out_of_range("price"))
            })
            .transpose()?;
        // A cap of a kind that came later is not known.
        price.into_iter().chain(after).min_by_key(|cap| cap.amount).map(Some).ok_or_else(missing)
    }
}

impl ByUnits {
    fn add_units(&mut self, units: u32, unit: Minutes, unit_price: Money) {
        match self.units.iter_mut().find(|known| (known.1, known.2) == (unit, unit_price)) {
            Some(known) => known.0 = known.0.saturating_add(units),
            None => self.units.push((units, unit, unit_price)),
        }
    }

    fn add_cap(&mut self, cap: Money) {
        match self.caps.iter_mut().find(|known| known.1 == cap) {
            Some(known) => known.0 = known.0.saturating_add(1),
            None => self.caps.push((1, cap)),
        }
    }

    /// Days first, as they are mostly lived.
    fn lines(&self) -> Result<Vec<VisitLine>, Refusal> {
        let caps = self.caps.iter().map(|(days, cap)| (LineKind::DayCap { days: *days, cap: *cap }, *cap, *days));
        let units = self.units.iter().map(|(units, unit, unit_price)| {
            let (units, unit_price) = (*units, *unit_price);
            (LineKind::StartedUnits { units, unit_minutes: unit.get(), unit_price }, unit_price, units)
        });
        caps.chain(units)
            .map(|(kind, price, times)| {
                let amount = price.checked_mul(times).map_err(|_| out_of_range("price"))?;
                Ok(VisitLine { kind, amount })
            })
            .collect()
    }

    fn price(&self, zero: Money) -> Result<Money, Refusal> {
        let sum = |sum: Money, line: VisitLine| sum.checked_add(&line.amount).map_err(|_| out_of_range("price"));
        self.lines()?.into_iter().try_fold(zero, sum)
    }
}

fn table_of<'a>(tariff: &'a Tariff, facility: &Facility) -> Result<&'a RateTable, Refusal> {
    tariff.rate_tables.get(&facility.rate_table).ok_or_else(|| unknown(facility, "rate_table"))
}

/// The moment at which a local day begins.
fn midnight(city: &City, day: NaiveDate) -> Result<DateTime<Utc>, Refusal> {
    to_utc(&city.sections.time, day.and_time(NaiveTime::MIN)).ok_or_else(|| out_of_range("entered_at"))
}

/// Units that a length has started; even no length has started one.
fn started_units(length: TimeDelta, unit: Minutes) -> Result<u32, Refusal> {
    let (length, unit) =
        (length.num_milliseconds().max(1).unsigned_abs(), unit.length().num_milliseconds().unsigned_abs());
    if unit == 0 {
        return Err(out_of_range("unit_minutes"));
    }
    u32::try_from(length.div_ceil(unit)).map_err(|_| out_of_range("entered_at"))
}
