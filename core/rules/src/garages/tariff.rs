//! What visits cost from a day on: started units, free minutes, caps of a day, tickets for several
//! days, lost tickets, and how long one may take to leave.

use crate::garages::facility::RateTableId;
use crate::kernel::check::{Check, MINUTES_OF_A_DAY};
use crate::kernel::fact::Fact;
use crate::kernel::ids::TariffId;
use crate::kernel::minutes::Minutes;
use crate::kernel::money::Money;
use crate::kernel::pay::UnusedTime;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The prices in force from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tariff {
    /// `2022-01-01`
    pub id: TariffId,
    /// First local day.
    pub from: NaiveDate,
    /// First local day on which it is no longer in force; absent while the next tariff ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<NaiveDate>,
    /// By the name that facilities refer to. A facility whose table the tariff leaves out has no
    /// price.
    #[serde(default)]
    pub rate_tables: BTreeMap<RateTableId, RateTable>,
}

/// What a visit costs (APDS RateTable). An absent part is one that the prices do not have; an
/// unknown one refuses the sales that need it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateTable {
    /// Length of the unit that is paid for.
    pub unit_minutes: Minutes,
    /// Price of a started unit; the first one starts on entry.
    pub price: Fact<Money>,
    /// Free time of every visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free: Option<FreeTime>,
    /// Free time of disabled drivers, instead of `free`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_free: Option<FreeTime>,
    /// How the days of `day_cap` and `several_days` are counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<Fact<DayCount>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day_cap: Option<DayCap>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub several_days: Option<SeveralDays>,
    /// How many times the price a car on two places pays.
    pub double_place_factor: Fact<u32>,
    pub lost_ticket: Fact<LostTicket>,
    /// Minutes to leave after a payment. While they are not known one leaves without delay (BG-68,
    /// AMB-12).
    pub exit_minutes: Fact<Minutes>,
    /// Minutes after that in which a late exit still owes nothing. While they are not known there
    /// are none. A later exit owes the difference to a visit without the payment.
    pub late_exit_grace_minutes: Fact<Minutes>,
}

/// Minutes from the entry on that cost nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreeTime {
    /// A visit of at most this length is free.
    pub minutes: Fact<Minutes>,
    /// Whether they are free in a longer visit too; else that is paid from the entry on.
    pub is_for_longer_visits: Fact<bool>,
}

/// A day costs no more than this. With both, whichever is less.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayCap {
    /// The price of a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Fact<Money>>,
    /// The price of so many minutes is the price of a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_minutes: Option<Fact<Minutes>>,
}

/// How the days of a visit are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayCount {
    /// Every 24 hours from the entry on.
    FromEntry,
    /// By the city's calendar, from midnight to midnight. A unit belongs to the day on which it
    /// starts.
    CalendarDay,
}

/// A ticket for several days in a row, from the entry on. It is taken as soon as it is cheaper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeveralDays {
    pub days: u32,
    pub price: Fact<Money>,
    /// What becomes of the days that are not used; an app says so only when it is known.
    pub unused_time: Fact<UnusedTime>,
}

/// What a visit without its ticket costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LostTicket {
    /// As if the car had entered at 00:00 of the day of which the inventory book has its entry.
    FromMidnight,
    /// This sum, whatever the time.
    Flat { price: Money },
}

/// Which tariff prices a visit during which another one begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TariffBy {
    /// The one in force on the local day of entry prices the whole visit.
    Entry,
    /// Each day of the visit is priced by the one in force on the local day on which it begins;
    /// free time, tickets for several days and lost tickets by that of the entry.
    Day,
}

impl RateTable {
    /// Says what does not hold.
    pub(crate) fn check(&self, check: &mut Check<'_>, at: &str) {
        let field = |name: &str| format!("{at}.{name}");
        check.range(&field("started.unit_minutes"), self.unit_minutes.get(), 1..=MINUTES_OF_A_DAY, "minutes");
        check.price(&field("started"), &self.price);
        for (name, free) in [("free", &self.free), ("disabled_free", &self.disabled_free)] {
            if let Some(FreeTime { minutes, is_for_longer_visits }) = free {
                check.known_range(&field(&format!("{name}.minutes")), minutes, 0..=7 * MINUTES_OF_A_DAY, "minutes");
                check.fact(&field(&format!("{name}.is_for_longer_visits")), is_for_longer_visits);
            }
        }
        if let Some(day) = &self.day {
            check.fact(&field("day"), day);
        }
        let has_days = self.day_cap.is_some() || self.several_days.is_some();
        if has_days != self.day.is_some() {
            check
                .say(field("day"), "say how days are counted where there is a day_cap or several_days, and only there");
        }
        if let Some(cap) = &self.day_cap {
            check_day_cap(check, at, self, cap);
        }
        if let Some(several) = &self.several_days {
            check.range(&field("several_days.days"), several.days, 2..=366, "days");
            check.price(&field("several_days.price"), &several.price);
            check.fact(&field("several_days.unused_time"), &several.unused_time);
        }
        check.known_range(&field("double_place_factor"), &self.double_place_factor, 1..=10, "times");
        check.fact(&field("lost_ticket"), &self.lost_ticket);
        if let Some(LostTicket::Flat { price }) = self.lost_ticket.known() {
            check.amount(&field("lost_ticket"), *price);
        }
        check.known_range(&field("exit_minutes"), &self.exit_minutes, 0..=MINUTES_OF_A_DAY, "minutes");
        check.known_range(
            &field("late_exit_grace_minutes"),
            &self.late_exit_grace_minutes,
            0..=MINUTES_OF_A_DAY,
            "minutes",
        );
    }
}

/// A cap is said once, or twice in the same sense.
fn check_day_cap(check: &mut Check<'_>, at: &str, table: &RateTable, cap: &DayCap) {
    if let Some(price) = &cap.price {
        check.price(&format!("{at}.day_cap.price"), price);
    }
    if let Some(minutes) = &cap.after_minutes {
        check.known_range(&format!("{at}.day_cap.after_minutes"), minutes, 1..=MINUTES_OF_A_DAY, "minutes");
    }
    if cap.price.is_none() && cap.after_minutes.is_none() {
        check.say(format!("{at}.day_cap"), "give the price of a day, or after how many minutes it costs no more");
    }
    let known = cap.after_minutes.as_ref().and_then(Fact::known).zip(cap.price.as_ref().and_then(Fact::known));
    if let (Some((minutes, price)), Some(unit_price)) = (known, table.price.known())
        && table.unit_minutes > Minutes::ZERO
        && let units = minutes.get().div_ceil(table.unit_minutes.get())
        && let Ok(after) = unit_price.checked_mul(units)
        && after != *price
    {
        let reason = format!("{minutes} minutes cost {after}, and the day {price}; give the one that holds");
        check.say(format!("{at}.day_cap"), reason);
    }
}

/// How rate tables stand in `garages-tariff-<id>.toml`.
#[cfg(feature = "load")]
pub(crate) mod source {
    use super::{DayCap, DayCount, FreeTime, LostTicket, RateTable, SeveralDays};
    use crate::kernel::fact::{Certainty, Fact};
    use crate::kernel::ids::SourceId;
    use crate::kernel::load::Word;
    use crate::kernel::load::{Amount, Compiler, FactSource};
    use crate::kernel::minutes::Minutes;
    use crate::kernel::pay::UnusedTime;
    use serde::Deserialize;

    /// What holds for each table of a list that does not say otherwise.
    #[derive(Deserialize, Default)]
    pub(crate) struct CommonSource {
        double_place_factor: Option<FactSource<u32>>,
        lost_ticket: Option<FactSource<LostSource>>,
        exit_minutes: Option<FactSource<Minutes>>,
        late_exit_grace_minutes: Option<FactSource<Minutes>>,
    }

    /// A rate table as it is written.
    #[derive(Deserialize)]
    pub(crate) struct RateTableSource {
        started: StartedSource,
        free: Option<FreeSource>,
        disabled_free: Option<FreeSource>,
        day: Option<FactSource<DayCount>>,
        day_cap: Option<DayCapSource>,
        several_days: Option<SeveralDaysSource>,
        double_place_factor: Option<FactSource<u32>>,
        lost_ticket: Option<FactSource<LostSource>>,
        exit_minutes: Option<FactSource<Minutes>>,
        late_exit_grace_minutes: Option<FactSource<Minutes>>,
    }

    #[derive(Deserialize)]
    struct StartedSource {
        unit_minutes: Minutes,
        value: Option<Amount>,
        source: Option<SourceId>,
        certainty: Option<Word<Certainty>>,
        unknown: Option<String>,
    }

    #[derive(Deserialize)]
    struct FreeSource {
        minutes: FactSource<Minutes>,
        is_for_longer_visits: FactSource<bool>,
    }

    #[derive(Deserialize)]
    struct DayCapSource {
        price: Option<FactSource<Amount>>,
        after_minutes: Option<FactSource<Minutes>>,
    }

    #[derive(Deserialize)]
    struct SeveralDaysSource {
        days: u32,
        price: FactSource<Amount>,
        unused_time: FactSource<UnusedTime>,
    }

    /// `"from_midnight"`, or `{ flat = 1500 }`.
    #[derive(Clone, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum LostSource {
        FromMidnight,
        Flat(Amount),
    }

    impl RateTableSource {
        /// The table with what it leaves to `[common]`.
        pub(crate) fn compose(
            self,
            compiler: &mut Compiler<'_>,
            file: &str,
            at: &str,
            common: &CommonSource,
        ) -> RateTable {
            let source = self;
            let field = |name: &str| format!("{at}.{name}");
            let StartedSource { unit_minutes, value, source: read_in, certainty, unknown } = source.started;
            let price = FactSource::new(value, read_in, certainty, unknown);
            RateTable {
                unit_minutes,
                price: compiler.price(file, &field("started"), price),
                free: source.free.map(|free| compose_free(compiler, file, &field("free"), free)),
                disabled_free: source
                    .disabled_free
                    .map(|free| compose_free(compiler, file, &field("disabled_free"), free)),
                day: source.day.map(|day| compiler.fact(file, &field("day"), day)),
                day_cap: source.day_cap.map(|cap| DayCap {
                    price: cap.price.map(|price| compiler.price(file, &field("day_cap.price"), price)),
                    after_minutes: cap.after_minutes.map(|it| compiler.fact(file, &field("day_cap.after_minutes"), it)),
                }),
                several_days: source.several_days.map(|several| SeveralDays {
                    days: several.days,
                    price: compiler.price(file, &field("several_days.price"), several.price),
                    unused_time: compiler.fact(file, &field("several_days.unused_time"), several.unused_time),
                }),
                double_place_factor: own_or_common(
                    compiler,
                    file,
                    &field("double_place_factor"),
                    source.double_place_factor,
                    &common.double_place_factor,
                ),
                lost_ticket: {
                    let lost =
                        own_or_common(compiler, file, &field("lost_ticket"), source.lost_ticket, &common.lost_ticket);
                    let mut sum = |lost| match lost {
                        LostSource::FromMidnight => Some(LostTicket::FromMidnight),
                        LostSource::Flat(amount) => {
                            let price = compiler.money(file, &field("lost_ticket"), amount)?;
                            Some(LostTicket::Flat { price })
                        }
                    };
                    // What is wrong about the sum has been said.
                    let wrong = Fact::Unknown { note: "the amount is wrong".to_owned() };
                    lost.try_map(|lost| sum(lost).ok_or(())).unwrap_or(wrong)
                },
                exit_minutes: own_or_common(
                    compiler,
                    file,
                    &field("exit_minutes"),
                    source.exit_minutes,
                    &common.exit_minutes,
                ),
                late_exit_grace_minutes: own_or_common(
                    compiler,
                    file,
                    &field("late_exit_grace_minutes"),
                    source.late_exit_grace_minutes,
                    &common.late_exit_grace_minutes,
                ),
            }
        }
    }

    fn compose_free(compiler: &mut Compiler<'_>, file: &str, at: &str, source: FreeSource) -> FreeTime {
        FreeTime {
            minutes: compiler.fact(file, &format!("{at}.minutes"), source.minutes),
            is_for_longer_visits: compiler.fact(
                file,
                &format!("{at}.is_for_longer_visits"),
                source.is_for_longer_visits,
            ),
        }
    }

    /// What a table says itself, else what `[common]` says.
    fn own_or_common<T: Clone>(
        compiler: &mut Compiler<'_>,
        file: &str,
        field: &str,
        own: Option<FactSource<T>>,
        common: &Option<FactSource<T>>,
    ) -> Fact<T> {
        match own.or_else(|| common.clone()) {
            Some(source) => compiler.fact(file, field, source),
            None => {
                compiler.say(file, field, "say it here or in [common], as a fact or as unknown");
                Fact::Unknown { note: "not said".to_owned() }
            }
        }
    }
}
