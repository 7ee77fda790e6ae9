//! The commission of carriers, and the periods in which they are settled.

use chrono::NaiveDate;
use mesto_rules::partners::{Commission, Period, Sold, shared};
use proptest::prelude::*;

fn sold(basis_points: u32, per_ride: i64, rides: i64, net: i64) -> Sold {
    Sold { commission: Commission { basis_points, per_ride }, rides, net }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[test]
fn a_commission_is_rounded_once_and_half_a_unit_falls_to_the_partner_av_13() {
    for (line, commission) in [
        (sold(350, 0, 1, 12_000), 420),
        (sold(0, 420, 3, 36_000), 1_260),
        (sold(350, 100, 2, 24_000), 1_040),
        // 0.49, 0.50 and 0.51 of a minor unit.
        (sold(49, 0, 1, 100), 0),
        (sold(50, 0, 1, 100), 0),
        (sold(51, 0, 1, 100), 1),
        // Taken back, half a unit falls to the partner too.
        (sold(50, 0, -1, -100), -1),
        (sold(49, 0, -1, -100), 0),
        (sold(10_000, 0, 1, 12_000), 12_000),
        (sold(0, 0, 5, 60_000), 0),
    ] {
        assert_eq!(shared(&[line]), Some(vec![commission]), "{line:?}");
    }
    assert_eq!(shared(&[]), Some(Vec::new()));
}

#[test]
fn lines_carry_the_rounded_sum_by_largest_remainder_and_the_first_of_equals_has_it() {
    // Each is 0.4: together 1.2, which is 1.
    assert_eq!(shared(&[sold(40, 0, 1, 100); 3]), Some(vec![1, 0, 0]));
    // 0.4 and 0.9: together 1.3.
    assert_eq!(shared(&[sold(40, 0, 1, 100), sold(90, 0, 1, 100)]), Some(vec![0, 1]));
    // Of two terms.
    assert_eq!(shared(&[sold(350, 0, 1, 12_345), sold(0, 7, 2, 1)]), Some(vec![432, 14]));
}

#[test]
fn what_does_not_fit_is_no_commission() {
    assert_eq!(shared(&[sold(0, i64::MAX, i64::MAX, 0)]), None);
    for (basis_points, per_ride, is_possible) in [(10_000, 0, true), (10_001, 0, false), (0, 0, true), (0, -1, false)] {
        assert_eq!(Commission { basis_points, per_ride }.is_possible(), is_possible);
    }
}

#[test]
fn a_period_ends_with_its_day_week_or_month_or_before_other_terms() {
    for (period, from, next, to) in [
        (Period::Day, "2026-11-27", None, "2026-11-27"),
        // A Friday; the week ends on Sunday.
        (Period::Week, "2026-11-27", None, "2026-11-29"),
        (Period::Week, "2026-11-29", None, "2026-11-29"),
        (Period::Week, "2026-11-30", None, "2026-12-06"),
        (Period::Month, "2026-11-27", None, "2026-11-30"),
        (Period::Month, "2028-02-01", None, "2028-02-29"),
        (Period::Month, "2026-12-31", None, "2026-12-31"),
        (Period::Month, "2026-11-01", Some("2026-11-10"), "2026-11-09"),
        (Period::Month, "2026-11-01", Some("2026-12-10"), "2026-11-30"),
        (Period::Month, "2026-11-01", Some("2026-11-01"), "2026-11-30"),
    ] {
        let found = period.beginning(day(from), next.map(day)).unwrap();
        assert_eq!((found.from, found.to), (day(from), day(to)), "{period} from {from}");
    }
    assert_eq!(Period::Month.beginning(NaiveDate::MAX, None), None);
    assert_eq!(Period::Other("year".into()).beginning(day("2026-11-27"), None), None);
}

fn lines() -> impl Strategy<Value = Vec<Sold>> {
    let line = (0..=10_000_u32, 0..=1_000_000_i64, -1_000..1_000_i64, -10_000_000_000..10_000_000_000_i64);
    prop::collection::vec(line.prop_map(|(share, each, rides, net)| sold(share, each, rides, net)), 0..20)
}

proptest! {
    #[test]
    fn no_minor_unit_is_lost_and_each_line_differs_by_less_than_one(lines in lines()) {
        let parts = shared(&lines).unwrap();
        let exact = |line: &Sold| {
            i128::from(line.net) * i128::from(line.commission.basis_points)
                + i128::from(line.rides) * i128::from(line.commission.per_ride) * 10_000
        };
        let total: i128 = lines.iter().map(exact).sum();
        let rounded: i128 = parts.iter().copied().map(i128::from).sum();
        prop_assert!((-5_000..5_000).contains(&(rounded * 10_000 - total)));
        for (line, part) in lines.iter().zip(&parts) {
            prop_assert!((i128::from(*part) * 10_000 - exact(line)).abs() < 10_000);
        }
    }

    #[test]
    fn periods_follow_one_another_without_a_gap(start in 0..3_000_i64, kind in 0..3_usize) {
        let period = [Period::Day, Period::Week, Period::Month][kind].clone();
        let mut from = day("2024-01-01") + chrono::TimeDelta::days(start);
        for _ in 0..30 {
            let found = period.beginning(from, None).unwrap();
            prop_assert!(found.from == from && found.to >= from);
            prop_assert!((found.to - found.from).num_days() < 31);
            from = found.to.succ_opt().unwrap();
        }
    }
}
