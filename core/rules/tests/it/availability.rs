//! How much of a month a system was up.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_rules::kernel::availability::{Availability, Month, Span, Works, shown_percent};
use proptest::prelude::*;

use crate::support::{almaty, belgrade};

fn at(moment: &str) -> DateTime<Utc> {
    moment.parse().unwrap()
}

fn november() -> Span {
    "2026-11".parse::<Month>().unwrap().bounds(&almaty().sections.time).unwrap()
}

/// Down for so long from the tenth day on, all of it measured.
fn down_for(down: TimeDelta, works: &[Works]) -> Availability {
    let month = november();
    let from = month.from + TimeDelta::days(9);
    let up = [Span { from: month.from, until: from }, Span { from: from + down, until: month.until }];
    Availability::of(month, month.from, month.until, &up, works).unwrap()
}

fn works(announced_at: DateTime<Utc>, from: DateTime<Utc>, until: DateTime<Utc>) -> Works {
    Works { announced_at, span: Span { from, until } }
}

#[test]
fn a_month_holds_at_exactly_98_percent_and_not_a_millisecond_below_av_46() {
    let kept = down_for(TimeDelta::minutes(864), &[]);
    assert_eq!((kept.measured, kept.thousandths(), kept.holds(98)), (30 * 86_400_000, 98_000, true));
    let minute = down_for(TimeDelta::minutes(865), &[]);
    assert_eq!((minute.thousandths(), minute.holds(98)), (97_997, false));
    for less in [TimeDelta::seconds(1), TimeDelta::milliseconds(1)] {
        let below = down_for(TimeDelta::minutes(864) + less, &[]);
        assert_eq!((below.thousandths(), below.holds(98)), (97_999, false));
        assert_eq!(shown_percent(below.thousandths()), "97.999", "it is never shown as 98");
    }
    assert_eq!(shown_percent(kept.thousandths()), "98.000");
    assert_eq!(shown_percent(100_000), "100.000");
}

#[test]
fn announced_works_count_as_up_from_their_announcement_on_av_105() {
    let (from, hour) = (november().from + TimeDelta::days(9), TimeDelta::hours(1));
    let until = from + hour * 20;
    let of = |announced_at| {
        let Availability { works, down, .. } = down_for(hour * 20, &[works(announced_at, from, until)]);
        (works / 3_600_000, down / 3_600_000)
    };
    assert_eq!(of(from - hour), (20, 0), "before they began");
    assert_eq!(of(from), (20, 0), "as they began");
    assert_eq!(of(from + hour * 5), (15, 5), "five hours late");
    assert_eq!(of(until), (0, 20), "afterwards");
    // Works during which it was up all the same are up, and longer works excuse nothing else.
    let elsewhere = down_for(hour * 20, &[works(from, from - hour * 30, from - hour * 2)]);
    assert_eq!((elsewhere.works, elsewhere.down / 3_600_000), (0, 20));
    // Told twice they count once.
    let twice = down_for(hour * 20, &[works(from, from, until), works(from, from, until)]);
    assert_eq!((twice.works / 3_600_000, twice.down, twice.holds(98)), (20, 0, true));
}

#[test]
fn a_month_is_one_of_the_citys_clock_av_46() {
    let bounds = |city: &mesto_rules::City, month: &str| month.parse::<Month>().unwrap().bounds(&city.sections.time);
    let hours = |span: Span| (span.until - span.from).num_hours();
    // Five hours ahead of UTC.
    assert_eq!(november().from, at("2026-10-31T19:00:00Z"));
    assert_eq!(hours(november()), 720);
    assert_eq!(hours(bounds(almaty(), "2028-02").unwrap()), 29 * 24);
    // Put forward at the end of March, back at the end of October.
    assert_eq!(hours(bounds(belgrade(), "2026-03").unwrap()), 31 * 24 - 1);
    assert_eq!(hours(bounds(belgrade(), "2026-10").unwrap()), 31 * 24 + 1);
    assert_eq!(bounds(belgrade(), "2999-01"), None, "that clock is not known");
    for wrong in ["", "2026", "2026-13", "2026-00", "26-11", "2026-1", "2026-11-01", "+026-11", "2026-+1", "\u{661}"] {
        assert!(wrong.parse::<Month>().is_err(), "{wrong}");
    }
    assert_eq!("2026-11".parse::<Month>().unwrap().to_string(), "2026-11");
}

#[test]
fn only_what_was_measured_counts_and_a_month_that_runs_counts_so_far_av_102() {
    let month = november();
    let (since, now) = (month.from + TimeDelta::days(10), month.from + TimeDelta::days(20));
    let up = [Span { from: since, until: now - TimeDelta::hours(1) }];
    let some = Availability::of(month, since, now, &up, &[]).unwrap();
    assert_eq!((some.measured, some.down), (10 * 86_400_000, 3_600_000));
    assert_eq!(Availability::of(month, month.until, month.until, &[], &[]), None, "measured later only");
    assert_eq!(Availability::of(month, month.from, month.from, &[], &[]), None, "still to come");
    let nothing = Availability::of(month, month.from, now, &[], &[]).unwrap();
    assert_eq!((nothing.up, nothing.thousandths(), nothing.holds(1)), (0, 0, false));
}

proptest! {
    #[test]
    fn parts_add_up_and_works_never_make_it_worse_av_105(
        up in proptest::collection::vec((0_i64..800, 0_i64..200), 0..12),
        told in proptest::collection::vec((0_i64..800, 0_i64..800, 0_i64..200), 0..6),
    ) {
        let month = november();
        let hour = |hours: i64| month.from + TimeDelta::hours(hours - 40);
        let up: Vec<Span> = up.iter().map(|(from, long)| Span { from: hour(*from), until: hour(from + long) }).collect();
        let works: Vec<Works> =
            told.iter().map(|(announced, from, long)| works(hour(*announced), hour(*from), hour(from + long))).collect();
        let without = Availability::of(month, month.from, month.until, &up, &[]).unwrap();
        let with = Availability::of(month, month.from, month.until, &up, &works).unwrap();
        prop_assert_eq!(with.up + with.works + with.down, with.measured);
        prop_assert_eq!((with.measured, with.up, without.works), (without.measured, without.up, 0));
        prop_assert!(with.down <= without.down);
        // By the hour, one after the other.
        let counted = (0..720_i64).filter(|at| {
            let at = month.from + TimeDelta::hours(*at);
            up.iter().any(|span| span.from <= at && at < span.until)
        });
        prop_assert_eq!(with.up, counted.count() as u64 * 3_600_000);
    }
}
