//! Laws that hold for any tariff and any visit of a garage.

use crate::support::{at, belgrade, change_garages, id};
use chrono::{DateTime, TimeDelta, Utc};
use mesto_rules::fact::{Certainty, Fact, Known};
use mesto_rules::garages::tariff::{DayCap, DayCount, FreeTime, LostTicket, RateTable, SeveralDays, TariffBy};
use mesto_rules::garages::{LineKind, Paid, VisitAsk, VisitPrice, price};
use mesto_rules::kernel::pay::UnusedTime;
use mesto_rules::{City, Minutes, Money, PayMethod};
use proptest::prelude::*;

const MILLISECOND: TimeDelta = TimeDelta::milliseconds(1);

fn known<T>(value: T) -> Fact<T> {
    Fact::Known(Known { value, certainty: Certainty::Assumed, source: id("decision") })
}

fn dinar(amount: i64) -> Money {
    Money::from_minor(amount * 100, belgrade().currency)
}

fn free_time() -> impl Strategy<Value = Option<FreeTime>> {
    prop::option::of((0..300_u32, any::<bool>()).prop_map(|(minutes, longer)| FreeTime {
        minutes: known(Minutes(minutes)),
        is_for_longer_visits: known(longer),
    }))
}

fn rate_table() -> impl Strategy<Value = RateTable> {
    let unit = prop::sample::select(vec![1_u32, 7, 15, 30, 50, 60, 90, 1440]);
    let cap = prop::option::of((prop::option::of(0..3000_i64), prop::option::of(1..1440_u32)));
    let days = prop::option::of((2..10_u32, 0..9000_i64));
    let minutes = || prop::option::of(0..60_u32);
    (unit, 0..300_i64, (free_time(), free_time()), (any::<bool>(), cap, days), (minutes(), minutes()), any::<bool>())
        .prop_map(|(unit, price, (free, disabled_free), (by_calendar, cap, days), (exit, grace), flat)| {
            let minutes = |minutes: Option<u32>| match minutes {
                Some(minutes) => known(Minutes(minutes)),
                None => Fact::Unknown { note: "not told".to_owned() },
            };
            let cap = cap.filter(|(price, after)| price.is_some() || after.is_some());
            let has_days = cap.is_some() || days.is_some();
            let day = if by_calendar { DayCount::CalendarDay } else { DayCount::FromEntry };
            RateTable {
                unit_minutes: Minutes(unit),
                price: known(dinar(price)),
                free,
                disabled_free,
                day: has_days.then(|| known(day)),
                day_cap: cap.map(|(price, after)| DayCap {
                    price: price.map(|price| known(dinar(price))),
                    after_minutes: after.map(|minutes| known(Minutes(minutes))),
                }),
                several_days: days.map(|(days, price)| SeveralDays {
                    days,
                    price: known(dinar(price)),
                    unused_time: known(UnusedTime::NotRefunded),
                }),
                double_place_factor: known(2),
                lost_ticket: known(if flat {
                    LostTicket::Flat { price: dinar(1500) }
                } else {
                    LostTicket::FromMidnight
                }),
                exit_minutes: minutes(exit),
                late_exit_grace_minutes: minutes(grace),
            }
        })
}

/// Belgrade with two price lists for one lot, the second from 2 March 2025 on.
fn city(first: RateTable, second: RateTable, by: TariffBy) -> City {
    let mut city = belgrade().clone();
    change_garages(&mut city, |garages| {
        garages.policy.tariff_by = by;
        let mut later = garages.tariffs[0].clone();
        (later.id, later.from) = (id("later"), "2025-03-02".parse().unwrap());
        garages.tariffs[0].rate_tables.insert(id("vma"), first);
        later.rate_tables.insert(id("vma"), second);
        garages.tariffs.push(later);
    });
    city
}

/// A city, a visit, and how long it has lasted. Around the days on which tariffs and clocks change.
fn visit() -> impl Strategy<Value = (City, DateTime<Utc>, bool, u32, bool)> {
    let entered = (0..60 * 86_400_000_i64).prop_map(|later| at("2025-02-10 00:00") + TimeDelta::milliseconds(later));
    // Counting by day needs one way to count.
    let tables = (rate_table(), rate_table(), any::<bool>()).prop_map(|(first, second, by_day)| {
        if by_day { city(first, second, TariffBy::Day) } else { city(first, second, TariffBy::Entry) }
    });
    (tables, entered, any::<bool>(), 1..3_u32, any::<bool>())
}

/// Mostly around the boundaries of hours and days.
fn length() -> impl Strategy<Value = TimeDelta> {
    let around = (0..1000_i64, prop::sample::select(vec![-1_i64, 0, 1]));
    prop_oneof![
        (0..30 * 86_400_000_i64).prop_map(TimeDelta::milliseconds),
        around.prop_map(|(half_hours, more)| TimeDelta::milliseconds((half_hours * 1_800_000 + more).max(0))),
    ]
}

fn priced(
    (city, entered_at, is_disabled, places, is_lost): &(City, DateTime<Utc>, bool, u32, bool),
    now: DateTime<Utc>,
    paid: &[Paid],
) -> VisitPrice {
    let ask = VisitAsk {
        facility: "vma",
        entered_at: *entered_at,
        now,
        paid,
        is_disabled: *is_disabled,
        places: *places,
        is_lost: *is_lost,
        pay: PayMethod::Deposit,
    };
    price(city, &ask).unwrap_or_else(|refusal| panic!("{refusal}"))
}

/// What holds for every price.
fn sound(price: &VisitPrice) {
    let sum = price.lines.iter().try_fold(dinar(0), |sum, line| sum.checked_add(&line.amount));
    assert_eq!(sum.as_ref(), Ok(&price.total), "lines sum to the total: {price:?}");
    assert!(!price.total.amount.is_sign_negative() && price.total.amount <= price.price.amount, "{price:?}");
    assert!(!price.lines.is_empty());
    let json = serde_json::to_string(price).unwrap();
    assert_eq!(&serde_json::from_str::<VisitPrice>(&json).unwrap(), price);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_price_never_falls_and_rises_when_it_is_said_to_bg_64(visit in visit(), stayed in length(), more in length()) {
        let now = visit.1 + stayed;
        let before = priced(&visit, now, &[]);
        let after = priced(&visit, now + more, &[]);
        sound(&before);
        prop_assert!(before.price.amount <= after.price.amount, "{:?}\n{:?}", before, after);
        match before.rises_at {
            Some(rises_at) => {
                prop_assert!(rises_at > now);
                prop_assert_eq!(priced(&visit, rises_at - MILLISECOND, &[]).price, before.price);
                prop_assert!(priced(&visit, rises_at, &[]).price.amount > before.price.amount);
            }
            None => prop_assert_eq!(after.price, before.price),
        }
    }

    #[test]
    fn what_is_owed_and_what_was_paid_are_the_price_bg_67(
        visit in visit(), stayed in length(), later in length(), part in 0..4000_i64,
    ) {
        // A payment that no longer settles anything.
        let now = visit.1 + stayed;
        let paid = [Paid { amount: dinar(part), at: now - TimeDelta::days(3), exit_by: None, received_at: None }];
        let whole = priced(&visit, now + later, &[]);
        let rest = priced(&visit, now + later, &paid);
        sound(&rest);
        prop_assert_eq!(rest.price, whole.price);
        let expected = (whole.price.minor().unwrap() - part * 100).max(0);
        prop_assert_eq!(rest.total.minor().unwrap(), expected);
        let counted = rest.lines.iter().find(|line| line.kind == LineKind::AlreadyPaid).map_or(0, |line| line.amount.minor().unwrap());
        prop_assert_eq!(rest.total.minor().unwrap() - counted, whole.price.minor().unwrap());
    }

    #[test]
    fn whoever_pays_and_leaves_in_time_owes_nothing_bg_68(visit in visit(), stayed in length(), share in 0..=1000_i32) {
        let now = visit.1 + stayed;
        let quoted = priced(&visit, now, &[]);
        let paid = [Paid { amount: quoted.total, at: now, exit_by: quoted.exit_by, received_at: None }];
        prop_assert!(priced(&visit, now, &paid).total.is_zero());
        if let Some(exit_by) = quoted.exit_by {
            prop_assert!(quoted.owes_again_at.is_none_or(|again| again > exit_by));
            let leaves = now + (exit_by - now) * share / 1000;
            prop_assert!(priced(&visit, leaves, &paid).total.is_zero());
        }
        if let Some(again) = quoted.owes_again_at {
            prop_assert!(priced(&visit, again - MILLISECOND, &paid).total.is_zero());
            let late = priced(&visit, again, &paid);
            prop_assert!(!late.total.is_zero());
            let difference = priced(&visit, again, &[]).price.checked_sub(&quoted.price).unwrap();
            prop_assert_eq!(late.total, difference);
            // Paid again, the visit is settled again.
            let both = [paid[0], Paid { amount: late.total, at: again, exit_by: late.exit_by, received_at: None }];
            prop_assert!(priced(&visit, again, &both).total.is_zero());
        }
    }

    #[test]
    fn no_day_costs_more_than_its_cap_and_a_cap_makes_nothing_dearer_bg_64(visit in visit(), stayed in length()) {
        let visit = (visit.0, visit.1, visit.2, 1, false);
        let now = visit.1 + stayed;
        let whole = priced(&visit, now, &[]).price;
        let mut uncapped = visit.clone();
        change_garages(&mut uncapped.0, |garages| {
            for tariff in &mut garages.tariffs {
                tariff.rate_tables.get_mut("vma").unwrap().day_cap = None;
            }
        });
        prop_assert!(whole.amount <= priced(&uncapped, now, &[]).price.amount);
        let tariffs = &crate::support::garages(&visit.0).tariffs;
        let caps = tariffs.iter().map(|tariff| tariff.rate_tables["vma"].day_cap.as_ref().and_then(|cap| cap.price.as_ref()?.known()));
        if let Some(highest) = caps.collect::<Option<Vec<_>>>().and_then(|caps| caps.into_iter().max_by_key(|cap| cap.amount)) {
            // By the calendar a visit touches two days more than it has.
            let days = u32::try_from(stayed.num_days()).unwrap() + 2;
            prop_assert!(whole.amount <= highest.checked_mul(days).unwrap().amount);
        }
    }

    #[test]
    fn two_places_cost_twice_and_a_lost_ticket_counts_from_midnight_bg_68(visit in visit(), stayed in length()) {
        let now = visit.1 + stayed;
        let (city, entered_at, is_disabled, ..) = visit;
        let of = |places, is_lost| priced(&(city.clone(), entered_at, is_disabled, places, is_lost), now, &[]).price;
        for is_lost in [false, true] {
            prop_assert_eq!(of(2, is_lost), of(1, is_lost).checked_mul(2).unwrap());
        }
        let garages = crate::support::garages(&city);
        let table = &garages.tariff_on(city.local_day(entered_at)).unwrap().rate_tables["vma"];
        if table.lost_ticket.known() == Some(&LostTicket::FromMidnight) && garages.policy.tariff_by == TariffBy::Entry {
            let midnight = at(&format!("{} 00:00", city.local_day(entered_at)));
            let since_midnight = priced(&(city.clone(), midnight, is_disabled, 1, false), now, &[]).price;
            prop_assert_eq!(of(1, true), since_midnight);
            // By calendar days a cap is reached, or not, by where units begin: those since midnight
            // can cost less then.
            let by_calendar = table.day.as_ref().and_then(Fact::known) == Some(&DayCount::CalendarDay);
            prop_assert!(by_calendar || of(1, true).amount >= of(1, false).amount);
        }
    }

    #[test]
    fn no_number_of_tickets_for_several_days_is_cheaper_bg_64(visit in visit_with_days(), stayed in length()) {
        let visit = (visit.0, visit.1, visit.2, 1, false);
        let now = visit.1 + stayed;
        prop_assert_eq!(priced(&visit, now, &[]).price.minor().unwrap(), cheapest_by_trial(&visit, now));
    }
}

/// As `visit`, always with tickets for several days, priced by the entry.
fn visit_with_days() -> impl Strategy<Value = (City, DateTime<Utc>, bool)> {
    let entered = (0..60 * 86_400_000_i64).prop_map(|later| at("2025-02-10 00:00") + TimeDelta::milliseconds(later));
    (rate_table(), 2..10_u32, 0..9000_i64, any::<bool>(), any::<bool>(), entered, any::<bool>()).prop_map(
        |(mut table, days, price, by_calendar, by_day, entered, is_disabled)| {
            let unused_time = known(UnusedTime::NotRefunded);
            table.several_days = Some(SeveralDays { days, price: known(dinar(price)), unused_time });
            table.day = Some(known(if by_calendar { DayCount::CalendarDay } else { DayCount::FromEntry }));
            let mut later = table.clone();
            later.price = known(dinar(70));
            let by = if by_day { TariffBy::Day } else { TariffBy::Entry };
            (city(table, later, by), entered, is_disabled)
        },
    )
}

/// The cheapest of every number of tickets, each unit looked at by itself.
fn cheapest_by_trial(
    (city, entered, is_disabled, ..): &(City, DateTime<Utc>, bool, u32, bool),
    now: DateTime<Utc>,
) -> i64 {
    let garages = crate::support::garages(city);
    let table = |moment: DateTime<Utc>| &garages.tariff_on(city.local_day(moment)).unwrap().rate_tables["vma"];
    let entry = table(*entered);
    let free = entry.disabled_free.as_ref().filter(|_| *is_disabled).or(entry.free.as_ref());
    let free_length = free.map_or(TimeDelta::zero(), |free| free.minutes.known().unwrap().length());
    if free_length > TimeDelta::zero() && now - *entered <= free_length {
        return 0;
    }
    let also = free.is_some_and(|free| *free.is_for_longer_visits.known().unwrap());
    let units_from = if also { *entered + free_length } else { *entered };
    // The starts of the visit's days, with one more behind it.
    let by_calendar = entry.day.as_ref().unwrap().known() == Some(&DayCount::CalendarDay);
    let mut starts = vec![*entered];
    while starts.last().is_some_and(|start| *start <= now + TimeDelta::days(100)) {
        let last = *starts.last().unwrap();
        starts.push(if by_calendar {
            let day = city.local_day(last).succ_opt().unwrap();
            at(&format!("{day} 00:00"))
        } else {
            last + TimeDelta::days(1)
        });
    }
    let by_units = |from: DateTime<Utc>, units_from: DateTime<Utc>| {
        let (mut sum, mut unit, mut is_first) = (0, units_from, true);
        for day in starts.windows(2).filter(|day| day[0] >= from) {
            let list = if garages.policy.tariff_by == TariffBy::Day { table(day[0]) } else { entry };
            let price = list.price.known().unwrap().minor().unwrap();
            let (mut units, length) = (0_i64, list.unit_minutes.length());
            while unit < day[1] && (unit < now || (is_first && unit == now && now == from)) {
                (units, unit, is_first) = (units + 1, unit + length, false);
            }
            let cap = list.day_cap.as_ref().map(|cap| {
                let price_of_day = cap.price.as_ref().map(|price| price.known().unwrap().minor().unwrap());
                let of_minutes = cap.after_minutes.as_ref().map(|after| {
                    let (after, unit) = (after.known().unwrap().get(), list.unit_minutes.get());
                    i64::from(after.div_ceil(unit)) * price
                });
                price_of_day.into_iter().chain(of_minutes).min().unwrap()
            });
            sum += cap.map_or(units * price, |cap| cap.min(units * price));
        }
        sum
    };
    let several = entry.several_days.as_ref().unwrap();
    let ticket = several.price.known().unwrap().minor().unwrap();
    let mut cheapest = by_units(*entered, units_from);
    for count in 1.. {
        let end = starts[usize::try_from(count * i64::from(several.days)).unwrap()];
        let after = if now > end { by_units(end, end) } else { 0 };
        cheapest = cheapest.min(count * ticket + after);
        if end >= now {
            return cheapest;
        }
    }
    unreachable!()
}
