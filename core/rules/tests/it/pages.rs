//! What the pages say, shown by data other than Belgrade's: days of the calendar, time that is not
//! sold ahead, grace that follows a promise alone.

use crate::support::{around_the_clock, at, belgrade, change_garages, change_parking, id};
use chrono::{DateTime, Utc};
use mesto_rules::fact::{Certainty, Fact, Known};
use mesto_rules::garages::tariff::FreeTime;
use mesto_rules::garages::{Paid, VisitAsk, VisitPrice, owed};
use mesto_rules::order::issue;
use mesto_rules::{City, Day, Minutes, Money, PayMethod, QuoteAsk, Stay, Stays, TimeOfDay, TimeSpan, quote};

fn known<T>(value: T) -> Fact<T> {
    Fact::Known(Known { value, certainty: Certainty::Assumed, source: id("decision") })
}

/// orders.toml `discount_days`: 20 days after the end of the validity, 25 October, are over with 14
/// November, whatever the clocks do.
#[test]
fn discount_days_are_days_of_the_calendar() {
    let terms = issue(&around_the_clock("yellow"), "yellow", at("2025-10-24 00:20"), None).unwrap();
    assert_eq!(terms.valid_until, at("2025-10-25 00:20"));
    assert_eq!(terms.discount_until, Some(at("2025-11-15 00:00")));
    // In spring a day too many.
    let terms = issue(&around_the_clock("yellow"), "yellow", at("2025-03-27 23:30"), None).unwrap();
    assert_eq!(terms.valid_until, at("2025-03-28 23:30"));
    assert_eq!(terms.discount_until, Some(at("2025-04-18 00:00")));
}

fn evenings(until: &str) -> City {
    let mut city = belgrade().clone();
    let days = vec![Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat, Day::Sun];
    let (from, until): (TimeOfDay, TimeOfDay) = ("07:00".parse().unwrap(), until.parse().unwrap());
    let hours = known(vec![TimeSpan { days, from, until }]);
    change_parking(&mut city, |parking| parking.zones.iter_mut().for_each(|zone| zone.hours = hours.clone()));
    city
}

/// `sold_ahead = same_day`: after closing nothing is sold, and tomorrow's time is not sold today.
#[test]
fn nothing_of_tomorrow_is_sold_today() {
    for (until, closes) in [("23:30", "2025-06-03 23:30"), ("24:00", "2025-06-04 00:00")] {
        let city = evenings(until);
        let now = at("2025-06-03 23:10");
        let stay = Stay::as_sold(&city, "blue", at("2025-06-03 22:00"), None, at(closes)).unwrap();
        let stays = Stays { plate: Some(&stay), user: None };
        let asked = QuoteAsk { zone: "blue", minutes: 60, now, stays, pay: PayMethod::Deposit };
        let offered = quote(&city, &asked);
        assert_eq!(
            offered.map(|quote| quote.starts_at).map_err(|refusal| refusal.code()),
            Err("not_charged"),
            "{until}"
        );
    }
}

fn with_grace() -> City {
    let mut city = belgrade().clone();
    change_garages(&mut city, |garages| {
        for table in garages.tariffs[0].rate_tables.values_mut() {
            table.free = Some(FreeTime { minutes: known(Minutes(30)), is_for_longer_visits: known(false) });
            table.exit_minutes = known(Minutes(15));
            table.late_exit_grace_minutes = known(Minutes(60));
        }
    });
    city
}

fn owes(city: &City, paid: &[Paid], now: DateTime<Utc>) -> VisitPrice {
    let ask = VisitAsk {
        facility: "zeleni-venac",
        entered_at: at("2025-06-02 10:00"),
        now,
        paid,
        is_disabled: false,
        places: 1,
        is_lost: false,
        pay: PayMethod::Deposit,
    };
    owed(city, &ask).unwrap()
}

fn dinar(amount: i64) -> Money {
    Money::from_minor(amount * 100, belgrade().currency)
}

/// docs/garages.md: cash with nothing owed "settles nothing"; an amount that was taken all the same
/// counts for a longer stay.
#[test]
fn a_dinar_in_free_time_gives_no_grace() {
    let taken = at("2025-06-02 10:29");
    let paid = [Paid { amount: dinar(1), at: taken, received_at: None, exit_by: None }];
    let later = at("2025-06-02 11:28"); // two hours, 200
    assert_eq!(owes(&with_grace(), &paid, later).total, dinar(199));
}

/// docs/garages.md: "A part leaves the rest owed; a later stay owes the difference".
#[test]
fn a_part_gives_no_grace() {
    let taken = at("2025-06-02 10:59");
    let paid = [Paid { amount: dinar(1), at: taken, received_at: None, exit_by: None }];
    let later = at("2025-06-02 11:58"); // two hours, 200
    assert_eq!(owes(&with_grace(), &paid, later).total, dinar(199));
}
