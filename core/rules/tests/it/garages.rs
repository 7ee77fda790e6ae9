//! Visits of garages: what they cost at every boundary, by hand; what is refused and why.

use crate::support::{at, belgrade, change_garages, garages, id};
use chrono::{DateTime, TimeDelta, Utc};
use mesto_rules::fact::{Certainty, Fact, Known};
use mesto_rules::garages::section::OnEntry;
use mesto_rules::garages::tariff::{DayCap, DayCount, FreeTime, LostTicket, RateTable, SeveralDays, TariffBy};
use mesto_rules::garages::{LineKind, Notice, Paid, Refusal, VisitAsk, VisitPrice, owed, price};
use mesto_rules::kernel::pay::UnusedTime;
use mesto_rules::{City, Minutes, Money, PayMethod};

fn known<T>(value: T) -> Fact<T> {
    Fact::Known(Known { value, certainty: Certainty::Assumed, source: id("decision") })
}

fn dinar(amount: i64) -> Money {
    Money::from_minor(amount * 100, belgrade().currency)
}

/// A visit from a Monday 10:00 on, in summer time.
fn entered() -> DateTime<Utc> {
    at("2025-06-02 10:00")
}

/// `1h`, `59:59.999`, `3d 2h`: a length as it is written in these tables.
fn length(text: &str) -> TimeDelta {
    let part = |part: &str| match part.split_at(part.len() - 1) {
        (days, "d") => TimeDelta::days(days.parse().unwrap()),
        (hours, "h") => TimeDelta::hours(hours.parse().unwrap()),
        _ => {
            let (minutes, seconds) = part.split_once(':').expect(part);
            let (seconds, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
            TimeDelta::minutes(minutes.parse().unwrap())
                + TimeDelta::seconds(seconds.parse().unwrap())
                + TimeDelta::milliseconds(fraction.parse().unwrap())
        }
    };
    text.split(' ').map(part).sum()
}

fn ask(facility: &str, now: DateTime<Utc>) -> VisitAsk<'_> {
    VisitAsk {
        facility,
        entered_at: entered(),
        now,
        paid: &[],
        is_disabled: false,
        places: 1,
        is_lost: false,
        pay: PayMethod::Deposit,
    }
}

fn after(facility: &str, stayed: &str) -> VisitPrice {
    price(belgrade(), &ask(facility, entered() + length(stayed))).unwrap()
}

fn refused(city: &City, ask: &VisitAsk<'_>) -> Refusal {
    price(city, ask).unwrap_err()
}

/// Belgrade with the prices of one facility changed.
fn with_table(facility: &str, change: impl FnOnce(&mut RateTable)) -> City {
    let mut city = belgrade().clone();
    change_garages(&mut city, |garages| {
        let table = garages.facility(facility).unwrap().rate_table.clone();
        change(garages.tariffs[0].rate_tables.get_mut(&table).unwrap());
    });
    city
}

const MILLISECOND: TimeDelta = TimeDelta::milliseconds(1);

#[test]
fn a_started_hour_is_paid_and_a_day_has_its_cap_bg_64() {
    for (facility, stayed, owed) in [
        ("zeleni-venac", "0:00", 100),
        ("zeleni-venac", "0:00.001", 100),
        ("zeleni-venac", "59:59.999", 100),
        ("zeleni-venac", "60:00", 100),
        ("zeleni-venac", "60:00.001", 200),
        ("zeleni-venac", "15h", 1500),
        ("zeleni-venac", "15h 0:00.001", 1500),
        ("zeleni-venac", "24h", 1500),
        ("zeleni-venac", "24h 0:00.001", 1600),
        ("zeleni-venac", "39h", 3000),
        ("zeleni-venac", "3d", 4500),
        ("baba-visnjina", "60:00", 120),
        ("baba-visnjina", "10h", 1200),
        ("baba-visnjina", "10h 0:00.001", 1200),
        ("baba-visnjina", "24h 60:00", 1320),
        ("kalemegdan", "14h 60:00", 1500),
        ("kalemegdan", "23h 59:59.999", 1500),
        ("kalemegdan", "24h 0:00.001", 1600),
    ] {
        assert_eq!(after(facility, stayed).total, dinar(owed), "{facility} {stayed}");
    }
}

#[test]
fn the_military_hospital_gives_30_minutes_and_disabled_drivers_8_hours_bg_64() {
    for (stayed, owed, disabled) in [
        ("0:00", 0, 0),
        ("29:59.999", 0, 0),
        ("30:00", 0, 0),
        ("30:00.001", 45, 0),
        ("90:00", 45, 0),
        ("90:00.001", 90, 0),
        ("8h", 360, 0),
        ("8h 0:00.001", 360, 45),
        ("8h 30:00.001", 405, 45),
        ("24h", 1080, 720),
    ] {
        let now = entered() + length(stayed);
        assert_eq!(price(belgrade(), &ask("vma", now)).unwrap().total, dinar(owed), "{stayed}");
        let ask = VisitAsk { is_disabled: true, ..ask("vma", now) };
        assert_eq!(price(belgrade(), &ask).unwrap().total, dinar(disabled), "{stayed}, disabled");
        // Elsewhere no page gives them free hours.
        let ask = VisitAsk { facility: "zeleni-venac", ..ask };
        assert!(!price(belgrade(), &ask).unwrap().total.is_zero());
    }
}

#[test]
fn free_minutes_count_in_a_longer_visit_only_where_they_do_bg_64() {
    let city = with_table("vma", |table| table.free.as_mut().unwrap().is_for_longer_visits = known(false));
    for (stayed, owed) in [("30:00", 0), ("30:00.001", 45), ("60:00", 45), ("60:00.001", 90)] {
        assert_eq!(price(&city, &ask("vma", entered() + length(stayed))).unwrap().total, dinar(owed), "{stayed}");
    }
    let unknown = Fact::Unknown { note: "not told".to_owned() };
    let city = with_table("vma", |table| table.free.as_mut().unwrap().is_for_longer_visits = unknown);
    assert!(price(&city, &ask("vma", entered() + length("30:00"))).unwrap().total.is_zero());
    let refusal = refused(&city, &ask("vma", entered() + length("30:00.001")));
    let field = "free.is_for_longer_visits".to_owned();
    assert_eq!(refusal, Refusal::TariffUnknown { facility: id("vma"), field });
}

#[test]
fn seven_days_are_taken_as_soon_as_they_are_cheaper_bg_64() {
    for (stayed, owed, tickets) in [
        ("3d 5h", 3465, 0), // 77 hours less half of one, 77 started
        ("3d 5h 30:00", 3465, 0),
        ("3d 5h 30:00.001", 3500, 1), // the 78th hour would be 3510
        ("7d", 3500, 1),
        ("7d 0:00.001", 3545, 1),
        ("7d 60:00", 3545, 1),
        ("8d", 3500 + 24 * 45, 1),
        ("10d 5h", 3500 + 77 * 45, 1),
        ("10d 6h", 7000, 2),
        ("14d", 7000, 2),
    ] {
        let price = after("vma", stayed);
        assert_eq!(price.total, dinar(owed), "{stayed}");
        let line = price.lines.iter().find_map(|line| match line.kind {
            LineKind::SeveralDays { tickets, days: 7, price } if price == dinar(3500) => Some(tickets),
            _ => None,
        });
        assert_eq!(line.unwrap_or(0), tickets, "{stayed}");
        assert_eq!(price.notices.contains(&Notice::UnusedDaysLost { days: 7 }), tickets > 0, "{stayed}");
    }
    let refunded = with_table("vma", |table| {
        table.several_days.as_mut().unwrap().unused_time = known(UnusedTime::Refunded);
    });
    let price = price(&refunded, &ask("vma", entered() + length("5d"))).unwrap();
    assert_eq!((price.total, price.notices), (dinar(3500), vec![Notice::ExitWithoutDelay]));
}

#[test]
fn fewer_tickets_than_are_used_up_may_be_cheapest_bg_64() {
    // 24 dinars a day by the later list are less than a ticket for two days costs; only the entry's
    // own list is dear.
    let mut city = with_table("vma", |table| {
        table.several_days.as_mut().unwrap().days = 2;
        table.several_days.as_mut().unwrap().price = known(dinar(100));
        table.free = None;
    });
    change_garages(&mut city, |garages| {
        let mut later = garages.tariffs[0].clone();
        (later.id, later.from) = (id("2025-06-04"), "2025-06-04".parse().unwrap());
        let table = garages.facility("vma").unwrap().rate_table.clone();
        later.rate_tables.get_mut(&table).unwrap().price = known(dinar(1));
        garages.tariffs.push(later);
        garages.policy.tariff_by = TariffBy::Day;
    });
    // Entered on the 2nd: two days by a ticket, then 24 dinars a day, never a second ticket.
    for (stayed, owed) in [("2d", 100), ("4d", 100 + 48), ("6d", 100 + 96)] {
        let price = price(&city, &ask("vma", entered() + length(stayed))).unwrap();
        assert_eq!(price.total, dinar(owed), "{stayed}");
    }
}

#[test]
fn a_zero_payment_settles_nothing_and_takes_no_time_to_leave_away_bg_19_bg_68() {
    let city = with_table("zeleni-venac", |table| table.exit_minutes = known(Minutes(15)));
    let of = |minutes: i64| entered() + TimeDelta::minutes(minutes);
    let app = Paid { amount: dinar(100), at: of(55), exit_by: Some(of(70)), received_at: None };
    for cash in
        [Paid { amount: dinar(0), at: of(62), exit_by: None, received_at: None }, Paid { amount: dinar(20), ..app }]
    {
        let paid = [app, cash];
        for (minute, owed) in [(62, 0), (65, 0), (70, 0)] {
            let ask = VisitAsk { paid: &paid, ..ask("zeleni-venac", of(minute)) };
            assert_eq!(price(&city, &ask).unwrap().total, dinar(owed), "{minute}");
        }
    }
    let late = VisitAsk {
        paid: &[app, Paid { amount: dinar(20), at: of(62), exit_by: None, received_at: None }],
        ..ask("zeleni-venac", of(62))
    };
    assert!(price(&city, &late).unwrap().total.is_zero(), "what was paid besides takes nothing away");
    // Nothing was paid: nothing waits for whoever leaves late.
    let city = with_table("vma", |table| table.late_exit_grace_minutes = known(Minutes(20)));
    let nothing = [Paid { amount: dinar(0), at: of(20), exit_by: None, received_at: None }];
    let ask = VisitAsk { paid: &nothing, ..ask("vma", of(31)) };
    assert_eq!(price(&city, &ask).unwrap().total, dinar(45));
}

#[test]
fn a_seven_day_ticket_that_was_paid_owes_nothing_for_seven_days_bg_64() {
    let paid = [Paid { amount: dinar(3500), at: entered(), exit_by: None, received_at: None }];
    for (stayed, owed) in [("1h", 0), ("6d", 0), ("7d", 0), ("7d 0:00.001", 45)] {
        let price = price(belgrade(), &VisitAsk { paid: &paid, ..ask("vma", entered() + length(stayed)) }).unwrap();
        assert_eq!(price.total, dinar(owed), "{stayed}");
        let next = if owed == 0 { length("7d 0:00.001") } else { length("7d 60:00.001") };
        assert_eq!(price.rises_at, Some(entered() + next), "{stayed}");
    }
}

#[test]
fn every_line_is_told_bg_64() {
    let line = |kind, amount| mesto_rules::garages::VisitLine { kind, amount };
    let units = |units, price| LineKind::StartedUnits { units, unit_minutes: 60, unit_price: dinar(price) };
    let cap = LineKind::DayCap { days: 2, cap: dinar(1500) };
    assert_eq!(after("zeleni-venac", "2d 3h").lines, [line(cap, dinar(3000)), line(units(3, 100), dinar(300))]);
    assert_eq!(after("vma", "30:00").lines, [line(LineKind::Free { minutes: 30 }, dinar(0))]);
    let with_free = [line(LineKind::Free { minutes: 30 }, dinar(0)), line(units(2, 45), dinar(90))];
    assert_eq!(after("vma", "2h").lines, with_free);
    let ticket = LineKind::SeveralDays { tickets: 1, days: 7, price: dinar(3500) };
    assert_eq!(after("vma", "7d 2h").lines, [line(ticket, dinar(3500)), line(units(2, 45), dinar(90))]);

    let paid = [Paid { amount: dinar(100), at: entered(), exit_by: None, received_at: None }];
    let lost = VisitAsk { is_lost: true, places: 2, paid: &paid, ..ask("zeleni-venac", entered() + length("2h")) };
    let price = price(belgrade(), &lost).unwrap();
    let expected = [
        line(LineKind::Lost { billed_from: Some(at("2025-06-02 00:00")) }, dinar(0)),
        line(units(12, 100), dinar(1200)),
        line(LineKind::DoublePlace { factor: 2 }, dinar(1200)),
        line(LineKind::AlreadyPaid, dinar(-100)),
    ];
    assert_eq!(price.lines, expected);
    assert_eq!((price.price, price.total), (dinar(2400), dinar(2300)));
    assert_eq!((price.tariff.as_str(), price.tariff_from.to_string().as_str()), ("2022-01-01", "2022-01-01"));
}

#[test]
fn a_lost_ticket_counts_from_midnight_of_the_day_of_its_entry_bg_68() {
    let lost = |entry: &str, now: &str| {
        let ask = VisitAsk { is_lost: true, entered_at: at(entry), ..ask("zeleni-venac", at(now)) };
        price(belgrade(), &ask).unwrap().total
    };
    assert_eq!(lost("2025-06-02 10:00", "2025-06-02 10:05"), dinar(1100));
    assert_eq!(lost("2025-06-02 00:00", "2025-06-02 00:00"), dinar(100));
    // The inventory book has it since yesterday.
    assert_eq!(lost("2025-06-01 23:30", "2025-06-02 00:10"), dinar(1600));
    // The night of the clock change has 23 hours: 00:00 to 10:00 are nine of them.
    assert_eq!(lost("2025-03-30 09:00", "2025-03-30 10:00"), dinar(900));

    let flat = with_table("zeleni-venac", |table| table.lost_ticket = known(LostTicket::Flat { price: dinar(2000) }));
    let ask = VisitAsk { is_lost: true, ..ask("zeleni-venac", entered() + length("9d")) };
    let flat = price(&flat, &ask).unwrap();
    assert_eq!((flat.total, flat.rises_at), (dinar(2000), None));
    assert_eq!(flat.lines[0].kind, LineKind::Lost { billed_from: None });
}

#[test]
fn days_by_the_calendar_end_at_midnight_also_when_the_clock_changes_bg_64() {
    let city = with_table("zeleni-venac", |table| table.day = Some(known(DayCount::CalendarDay)));
    let price = |entry: &str, now: &str| {
        price(&city, &VisitAsk { entered_at: at(entry), ..ask("zeleni-venac", at(now)) }).unwrap().total
    };
    // 22:30 to 03:00: two units start before midnight, three after it.
    assert_eq!(price("2025-06-02 22:30", "2025-06-03 03:00"), dinar(500));
    // Midnight to midnight is a day however long it is; 08:00 to 24:00 are 16 hours, so the cap
    // holds.
    for day in ["2025-03-30", "2025-10-26", "2025-06-01"] {
        let midnight = format!("{day} 00:00");
        assert_eq!(price(&midnight, &format!("{day} 23:59")), dinar(1500), "{day}");
        assert_eq!(price(&format!("{day} 08:00"), &format!("{day} 23:59")), dinar(1500), "{day}");
        assert_eq!(price(&format!("{day} 10:00"), &format!("{day} 23:59")), dinar(1400), "{day}");
    }
    // From 00:00 on one hour is left out, another comes twice.
    assert_eq!(price("2025-03-30 00:00", "2025-03-30 04:00"), dinar(300));
    assert_eq!(price("2025-10-26 00:00", "2025-10-26 04:00"), dinar(500));
    // Two days and the hour of a third: 1500 from 08:00, 1500, 100.
    assert_eq!(price("2025-06-02 08:00", "2025-06-04 00:30"), dinar(3100));
}

#[test]
fn an_hour_is_an_hour_when_the_clock_changes_bg_64() {
    let of = |entry: &str, now: &str| {
        price(belgrade(), &VisitAsk { entered_at: at(entry), ..ask("zeleni-venac", at(now)) }).unwrap().total
    };
    assert_eq!(of("2025-03-30 01:00", "2025-03-30 03:00"), dinar(100));
    assert_eq!(of("2025-10-26 01:00", "2025-10-26 03:00"), dinar(300));
    // 24 hours from the entry: one hour more on the clock.
    assert_eq!(of("2025-03-29 12:00", "2025-03-30 13:00"), dinar(1500));
    assert_eq!(of("2025-03-29 12:00", "2025-03-30 13:01"), dinar(1600));
}

#[test]
fn the_next_moment_at_which_the_price_rises_is_told_bg_64() {
    for (facility, stayed, rises) in [
        ("zeleni-venac", "0:00", "60:00.001"),
        ("zeleni-venac", "60:00", "60:00.001"),
        ("zeleni-venac", "60:00.001", "120:00.001"),
        ("zeleni-venac", "15h", "24h 0:00.001"),
        ("vma", "0:00", "30:00.001"),
        ("vma", "31:00", "90:00.001"),
        ("vma", "4d", "7d 0:00.001"),
    ] {
        assert_eq!(after(facility, stayed).rises_at, Some(entered() + length(rises)), "{facility} {stayed}");
    }
}

#[test]
fn whoever_paid_has_time_to_leave_and_owes_the_difference_later_bg_68() {
    let city = with_table("zeleni-venac", |table| {
        table.exit_minutes = known(Minutes(15));
        table.late_exit_grace_minutes = known(Minutes(2));
    });
    let now = entered() + length("59:00");
    let quoted = price(&city, &ask("zeleni-venac", now)).unwrap();
    let exit_by = now + TimeDelta::minutes(15);
    assert_eq!((quoted.total, quoted.exit_by), (dinar(100), Some(exit_by)));
    assert_eq!(quoted.rises_at, Some(entered() + length("60:00.001")));
    assert_eq!(quoted.owes_again_at, Some(exit_by + TimeDelta::minutes(2) + MILLISECOND));
    assert!(quoted.notices.is_empty());

    let paid = [Paid { amount: dinar(100), at: now, exit_by: Some(exit_by), received_at: None }];
    let owed = |at: DateTime<Utc>| price(&city, &VisitAsk { paid: &paid, ..ask("zeleni-venac", at) }).unwrap();
    for in_time in [now, entered() + length("60:01"), exit_by, exit_by + TimeDelta::minutes(2)] {
        let price = owed(in_time);
        assert_eq!((price.total, price.priced_to), (dinar(0), now), "{in_time}");
        assert_eq!(price.rises_at, quoted.owes_again_at);
    }
    assert_eq!(owed(exit_by).exit_by, Some(exit_by));
    assert_eq!(owed(exit_by + MILLISECOND).exit_by, None);
    let late = owed(exit_by + TimeDelta::minutes(2) + MILLISECOND);
    assert_eq!((late.price, late.total), (dinar(200), dinar(100)));

    // An hour paid early goes on after the time to leave.
    let early = entered() + length("5:00");
    let quoted = price(&city, &ask("zeleni-venac", early)).unwrap();
    assert_eq!(quoted.exit_by, Some(entered() + length("20:00")));
    assert_eq!(quoted.owes_again_at, Some(entered() + length("60:00.001")));
}

#[test]
fn without_a_known_time_to_leave_one_leaves_without_delay_bg_68() {
    let price = after("zeleni-venac", "59:00");
    assert_eq!((price.exit_by, price.notices), (None, vec![Notice::ExitWithoutDelay]));
    assert_eq!(price.owes_again_at, Some(entered() + length("60:00.001")));
    // A visit with nothing to pay needs no such word.
    assert!(after("vma", "10:00").notices.is_empty());
}

#[test]
fn a_visit_is_paid_by_deposit_or_card_and_never_by_sms_bg_67() {
    let now = entered() + length("2h");
    let by = |pay| price(belgrade(), &VisitAsk { pay, ..ask("zeleni-venac", now) });
    assert_eq!(by(PayMethod::Deposit).unwrap().total, dinar(200));
    assert_eq!(by(PayMethod::Card).unwrap().total, dinar(200));
    let allowed = vec![PayMethod::Deposit, PayMethod::Card];
    assert_eq!(by(PayMethod::Sms).unwrap_err(), Refusal::MethodNotAllowed { method: PayMethod::Sms, allowed });
}

#[test]
fn a_card_below_the_limit_bears_the_banks_fee_or_is_refused_while_it_is_unknown_bg_93() {
    let now = entered() + length("1h");
    let by_card = VisitAsk { pay: PayMethod::Card, ..ask("zeleni-venac", now) };
    assert_eq!(refused(belgrade(), &by_card), Refusal::CardFeeUnknown { below: dinar(200) });
    let mut city = belgrade().clone();
    city.sections.wallet.card.fee = known(dinar(20));
    let price = price(&city, &by_card).unwrap();
    assert_eq!((price.price, price.total), (dinar(100), dinar(120)));
    assert_eq!(price.lines[1].kind, LineKind::CardFee { below: dinar(200) });
    // Nothing to pay, no fee.
    let free = VisitAsk { facility: "vma", now: entered(), ..by_card };
    assert!(mesto_rules::garages::price(&city, &free).unwrap().total.is_zero());
}

#[test]
fn where_no_system_charges_nothing_is_sold_bg_66() {
    let mut city = belgrade().clone();
    change_garages(&mut city, |garages| garages.facilities[0].pay.clear());
    let refusal = refused(&city, &ask("zeleni-venac", entered()));
    assert_eq!(refusal, Refusal::MethodNotAllowed { method: PayMethod::Deposit, allowed: vec![] });
}

#[test]
fn at_the_place_itself_a_visit_owes_the_same_however_it_is_paid_bg_19() {
    use mesto_rules::garages::facility::PaidWhen;
    let by = |pay| VisitAsk { pay, ..ask("zeleni-venac", entered() + length("2h")) };
    let at_place = owed(belgrade(), &by(PayMethod::Sms)).unwrap();
    assert_eq!(at_place, price(belgrade(), &by(PayMethod::Deposit)).unwrap());
    let mut city = belgrade().clone();
    change_garages(&mut city, |garages| {
        garages.facilities[0].pay.clear();
        garages.facilities[0].opening_hours = known(vec![]);
        garages.facilities[0].paid_when = Fact::Unknown { note: "not told".to_owned() };
    });
    assert!(price(&city, &by(PayMethod::Deposit)).is_err(), "the app sells nothing there");
    assert_eq!(owed(&city, &by(PayMethod::Card)).unwrap(), at_place, "and no fee of a card is added");
    let future = VisitAsk { now: entered() - TimeDelta::seconds(121), ..by(PayMethod::Card) };
    assert_eq!(owed(&city, &future).unwrap_err().code(), "entry_in_future");
    change_garages(&mut city, |garages| garages.facilities[0].paid_when = known(PaidWhen::OnEntry));
    assert_eq!(owed(&city, &by(PayMethod::Card)).unwrap_err().code(), "paid_on_entry");
    change_garages(&mut city, |garages| garages.policy.on_entry = OnEntry::Sold);
    assert_eq!(owed(&city, &by(PayMethod::Card)).unwrap(), at_place);
}

#[test]
fn what_is_paid_on_entry_is_refused_unless_the_city_sells_it_bg_64() {
    let ada = ask("ada", entered());
    assert_eq!(refused(belgrade(), &ada), Refusal::PaidOnEntry { facility: id("ada") });
    let mut city = belgrade().clone();
    change_garages(&mut city, |garages| garages.policy.on_entry = OnEntry::Sold);
    assert_eq!(refused(&city, &ada).code(), "tariff_unknown", "only its price is missing then");
}

#[test]
fn nothing_is_sold_at_an_unknown_price_or_facility_bg_45_bg_64() {
    for facility in ["obilicev-venac", "pionirski-park", "masarikova", "belvil", "vukov-spomenik"] {
        let field = "rate_table".to_owned();
        let expected = Refusal::TariffUnknown { facility: id(facility), field };
        assert_eq!(refused(belgrade(), &ask(facility, entered())), expected);
    }
    let Refusal::FacilityUnknown { facility, known } = refused(belgrade(), &ask("beograđanka", entered())) else {
        panic!()
    };
    assert_eq!((facility.as_str(), known.len()), ("beograđanka", 19));
    let before = VisitAsk { entered_at: at("2021-12-31 23:59"), ..ask("vma", at("2022-01-01 00:10")) };
    assert_eq!(refused(belgrade(), &before).code(), "tariff_unknown", "no list is older");
    for missing in ["price", "paid_when", "double_place_factor", "lost_ticket", "day", "day_cap"] {
        let unknown = || Fact::Unknown { note: "not told".to_owned() };
        let mut city = belgrade().clone();
        change_garages(&mut city, |garages| {
            let table = garages.tariffs[0].rate_tables.get_mut("kalemegdan").unwrap();
            match missing {
                "price" => table.price = Fact::Unknown { note: "not told".to_owned() },
                "double_place_factor" => table.double_place_factor = Fact::Unknown { note: "not told".to_owned() },
                "lost_ticket" => table.lost_ticket = Fact::Unknown { note: "not told".to_owned() },
                "day" => table.day = Some(Fact::Unknown { note: "not told".to_owned() }),
                "day_cap" => table.day_cap = Some(DayCap { price: Some(unknown()), after_minutes: None }),
                _ => garages.facilities[2].paid_when = Fact::Unknown { note: "not told".to_owned() },
            }
        });
        let ask = VisitAsk { places: 2, is_lost: true, ..ask("kalemegdan", entered()) };
        let expected = Refusal::TariffUnknown { facility: id("kalemegdan"), field: missing.to_owned() };
        assert_eq!(refused(&city, &ask), expected);
    }
}

#[test]
fn a_closed_facility_says_when_it_opens_bg_64() {
    use mesto_rules::garages::facility::HolidayOpening;
    use mesto_rules::{Day, TimeOfDay, TimeSpan};
    let mut city = belgrade().clone();
    let days = vec![Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri];
    let span = TimeSpan { days, from: TimeOfDay::new(6, 0).unwrap(), until: TimeOfDay::new(23, 0).unwrap() };
    change_garages(&mut city, |garages| {
        garages.facilities[0].opening_hours = known(vec![span]);
        garages.facilities[0].on_holidays = known(HolidayOpening::Closed);
    });
    let at_wall = |wall: &str| price(&city, &VisitAsk { entered_at: at(wall), ..ask("zeleni-venac", at(wall)) });
    assert!(at_wall("2025-06-02 22:59").is_ok());
    let closed = |opens: &str| Refusal::FacilityClosed { facility: id("zeleni-venac"), opens_at: Some(at(opens)) };
    assert_eq!(at_wall("2025-06-02 23:00").unwrap_err(), closed("2025-06-03 06:00"));
    assert_eq!(at_wall("2025-06-07 12:00").unwrap_err(), closed("2025-06-09 06:00"));
    assert_eq!(at_wall("2025-11-11 12:00").unwrap_err(), closed("2025-11-12 06:00"), "a holiday");
    // What is not known refuses nothing.
    assert_eq!(garages(belgrade()).facilities[0].is_open(belgrade(), entered()), None);
    assert_eq!(garages(belgrade()).facilities[1].is_open(belgrade(), at("2025-01-01 03:00")), Some(true));
}

#[test]
fn an_entry_in_the_future_is_a_clock_that_is_ahead_or_a_mistake_bg_64() {
    let entry = |seconds: i64| {
        let ask = ask("zeleni-venac", entered() - TimeDelta::milliseconds(seconds * 1000));
        price(belgrade(), &ask)
    };
    for ahead in [0, 1, 120] {
        let price = entry(ahead).unwrap();
        assert_eq!((price.total, price.rises_at), (dinar(100), Some(entered() + length("60:00.001"))), "{ahead}");
    }
    let (entered_at, now) = (entered(), entered() - TimeDelta::seconds(121));
    assert_eq!(entry(121).unwrap_err(), Refusal::EntryInFuture { entered_at, now });
}

#[test]
fn visits_of_years_are_priced_and_longer_ones_are_a_mistake_bg_64() {
    assert_eq!(after("zeleni-venac", "1095d").total, dinar(1095 * 1500));
    assert_eq!(after("vma", "1092d").total, dinar(156 * 3500));
    let mut city = belgrade().clone();
    change_garages(&mut city, |garages| garages.tariffs[0].from = "1990-01-01".parse().unwrap());
    let of = |days, more| {
        let now = entered();
        let ask = VisitAsk { entered_at: now - TimeDelta::days(days) - more, ..ask("zeleni-venac", now) };
        price(&city, &ask)
    };
    assert_eq!(of(3660, TimeDelta::zero()).unwrap().total, dinar(3660 * 1500));
    assert_eq!(of(3660, MILLISECOND).unwrap_err(), Refusal::OutOfRange { what: "entered_at".to_owned() });
    let absurd = VisitAsk { entered_at: DateTime::<Utc>::MIN_UTC, ..ask("vma", entered()) };
    assert_eq!(refused(&city, &absurd).code(), "out_of_range");
}

#[test]
fn places_and_payments_out_of_range_are_refused_bg_64() {
    for places in [0, 3] {
        let ask = VisitAsk { places, ..ask("vma", entered()) };
        assert_eq!(refused(belgrade(), &ask), Refusal::OutOfRange { what: "places".to_owned() });
    }
    let euro = Money::from_minor(100, mesto_rules::Currency::new("EUR").unwrap());
    for amount in [dinar(-1), euro] {
        let paid = [Paid { amount, at: entered(), exit_by: None, received_at: None }];
        let ask = VisitAsk { paid: &paid, ..ask("vma", entered()) };
        assert_eq!(refused(belgrade(), &ask), Refusal::OutOfRange { what: "paid".to_owned() });
    }
    let late = VisitAsk { now: at("2031-01-01 00:00"), entered_at: at("2030-12-31 10:00"), ..ask("vma", entered()) };
    assert_eq!(refused(belgrade(), &late).code(), "city_outdated");
}

#[test]
fn a_tariff_that_changes_during_a_visit_counts_by_entry_or_by_day_bg_45() {
    let mut city = belgrade().clone();
    change_garages(&mut city, |garages| {
        let mut dearer = garages.tariffs[0].clone();
        (dearer.id, dearer.from) = (id("2025-06-03"), "2025-06-03".parse().unwrap());
        let table = dearer.rate_tables.get_mut("zeleni-venac").unwrap();
        (table.price, table.unit_minutes) = (known(dinar(80)), Minutes(30));
        garages.tariffs.push(dearer);
        garages.tariffs[0].rate_tables.get_mut("zeleni-venac").unwrap().day = Some(known(DayCount::CalendarDay));
        garages.tariffs[1].rate_tables.get_mut("zeleni-venac").unwrap().day = Some(known(DayCount::CalendarDay));
    });
    mesto_rules::check(&city).unwrap();
    let visit = VisitAsk { entered_at: at("2025-06-02 22:30"), ..ask("zeleni-venac", at("2025-06-03 02:00")) };
    assert_eq!(price(&city, &visit).unwrap().total, dinar(400));
    change_garages(&mut city, |garages| garages.policy.tariff_by = TariffBy::Day);
    // 22:30 and 23:30 by the old list; 00:30, 01:00 and 01:30 by the new one.
    let by_day = price(&city, &visit).unwrap();
    assert_eq!((by_day.total, by_day.tariff.as_str()), (dinar(200 + 3 * 80), "2022-01-01"));
    assert_eq!(by_day.lines.len(), 2);
    // A list that ended leaves a hole: the price is not known from then on, and does not rise
    // before.
    change_garages(&mut city, |garages| {
        garages.tariffs.pop();
        garages.tariffs[0].until = Some("2025-06-03".parse().unwrap());
    });
    assert_eq!(refused(&city, &visit).code(), "tariff_unknown");
    let before = VisitAsk { now: at("2025-06-02 23:40"), ..visit };
    let before = price(&city, &before).unwrap();
    assert_eq!((before.total, before.rises_at), (dinar(200), None));
}

#[test]
fn a_free_facility_owes_nothing_and_never_rises_bg_64() {
    let city = with_table("zeleni-venac", |table| {
        table.price = known(dinar(0));
        table.day_cap = None;
        table.day = None;
    });
    let price = price(&city, &ask("zeleni-venac", entered() + length("9d"))).unwrap();
    assert_eq!((price.total, price.rises_at, price.owes_again_at), (dinar(0), None, None));
}

#[test]
fn a_cap_may_be_the_price_of_so_many_minutes_bg_64() {
    let city = with_table("kalemegdan", |table| {
        table.day_cap = Some(DayCap { price: None, after_minutes: Some(known(Minutes(600))) });
        table.free = Some(FreeTime { minutes: known(Minutes::ZERO), is_for_longer_visits: known(false) });
        table.several_days =
            Some(SeveralDays { days: 3, price: known(dinar(2500)), unused_time: known(UnusedTime::NotRefunded) });
    });
    mesto_rules::check(&city).unwrap();
    for (stayed, owed) in [("9h", 900), ("10h", 1000), ("11h", 1000), ("24h", 1000), ("48h", 2000), ("3d", 2500)] {
        assert_eq!(
            price(&city, &ask("kalemegdan", entered() + length(stayed))).unwrap().total,
            dinar(owed),
            "{stayed}"
        );
    }
}
