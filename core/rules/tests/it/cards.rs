//! Transport cards: numbers and codes, links, top-ups, inactivity, what a reader shows.

use crate::support::at;
use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use mesto_rules::cards::{
    self, CardError, CardEvent, CardState, CardTariff, CardsSection, LinkError, ReaderShows, TopUpError, TopUpEvent,
    TopUpState, TopUpTimes, inactive_from, may_link, reader_shows,
};
use mesto_rules::{City, Currency, Fact, Money};
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn kzt(text: &str) -> Money {
    Money::parse(text, Currency::new("KZT").unwrap()).unwrap()
}

fn almaty() -> City {
    mesto_rules::load::embedded("almaty").unwrap()
}

fn section() -> CardsSection {
    almaty().section::<CardsSection>().unwrap().clone()
}

#[test]
fn the_first_inactive_day_is_the_day_after_the_same_date_a_year_later_av_17() {
    for (used, first) in [
        ("2025-09-03", "2026-09-04"),
        ("2023-02-28", "2024-02-29"),
        ("2024-02-28", "2025-03-01"),
        ("2024-02-29", "2025-03-01"),
        ("2023-12-31", "2025-01-01"),
        ("2024-03-31", "2025-04-01"),
    ] {
        assert_eq!(inactive_from(day(used), 12), Some(day(first)), "{used}");
    }
    // A month that is too short ends with its last day.
    assert_eq!(inactive_from(day("2025-01-31"), 1), Some(day("2025-03-01")));
    assert_eq!(inactive_from(NaiveDate::MAX, 12), None);
    assert_eq!(section().policy.inactive_after_months, 12);
}

#[test]
fn a_top_up_is_at_most_ten_thousand_and_the_prices_of_cards_are_told_separately_av_72_av_77() {
    let section = section();
    assert_eq!(section.top_ups.most, kzt("10000.00"));
    assert!(section.kinds.iter().all(|kind| matches!(kind.price, Fact::Unknown { .. })));
    let standard: Vec<&str> =
        section.kinds.iter().filter(|kind| kind.tariff == CardTariff::Standard).map(|kind| kind.id.as_str()).collect();
    assert_eq!(standard, ["standard"]);
}

#[test]
fn more_than_one_card_is_linked_only_of_the_tariff_standard_av_73() {
    let (standard, benefit) = (CardTariff::Standard, CardTariff::Benefit);
    let later = CardTariff::Other("tourist".into());
    for one in [&standard, &benefit, &later] {
        assert_eq!(may_link(&[], one, 1), Ok(()), "the first one always");
    }
    let four = vec![standard.clone(); 4];
    assert_eq!(may_link(&four, &standard, 5), Ok(()));
    assert_eq!(may_link(&four, &standard, 4), Err(LinkError::TooMany { most: 4 }));
    for (linked, another) in
        [(&standard, &benefit), (&benefit, &standard), (&benefit, &benefit), (&standard, &later), (&later, &standard)]
    {
        assert_eq!(may_link(std::slice::from_ref(linked), another, 5), Err(LinkError::OnlyStandard));
    }
}

#[test]
fn numbers_and_codes_are_read_as_people_write_them_and_nothing_else_is_av_83() {
    assert_eq!(cards::transport_number(" 9643-1000 0000\u{a0}0017").as_deref(), Some("9643100000000017"));
    assert_eq!(cards::transport_number(&"1".repeat(8)), Some("1".repeat(8)));
    assert_eq!(cards::transport_number(&"1".repeat(20)), Some("1".repeat(20)));
    for wrong in ["", "1234567", &"1".repeat(21), "12345678a", "١٢٣٤٥٦٧٨", "12345678\0", &"9".repeat(4096)] {
        assert_eq!(cards::transport_number(wrong), None, "{wrong}");
    }
    assert_eq!(cards::printed_code("k7m2-p9qd").as_deref(), Some("K7M2P9QD"));
    for wrong in ["", "ABC", &"A".repeat(33), "AB\0CD", "АБВГ", "https://x.example/ABCD"] {
        assert_eq!(cards::printed_code(wrong), None, "{wrong}");
    }
    assert_eq!(cards::masked("9643100000000017"), "**** 0017");
}

#[test]
fn a_card_is_blocked_found_again_and_replaced_once() {
    use CardEvent::{Block, Replace, Unblock};
    assert_eq!(CardState::Active.step(Block), Ok(CardState::Blocked));
    assert_eq!(CardState::Blocked.step(Unblock), Ok(CardState::Active));
    assert_eq!(CardState::Blocked.step(Replace), Ok(CardState::Replaced));
    assert_eq!(CardState::Active.step(Unblock), Err(CardError::NotBlocked));
    for event in [Block, Unblock, Replace] {
        assert_eq!(CardState::Replaced.step(event), Err(CardError::Replaced));
    }
}

fn times() -> TopUpTimes {
    TopUpTimes::of(at("2025-03-03 10:00"), &section().top_ups)
}

#[test]
fn a_top_up_is_written_until_its_time_is_over_and_goes_back_later_av_78() {
    let times = times();
    assert_eq!(times.hold_until - at("2025-03-03 10:00"), TimeDelta::days(30));
    assert_eq!(times.returns_at - at("2025-03-03 10:00"), TimeDelta::days(45));
    let millisecond = TimeDelta::milliseconds(1);
    let hold =
        |held_at: DateTime<Utc>| TopUpState::Waiting.step(TopUpEvent::Hold { held_at }, &times, times.returns_at);
    assert_eq!(hold(times.hold_until), Ok(TopUpState::Held));
    assert_eq!(hold(times.hold_until + millisecond), Err(TopUpError::TooLate { until: times.hold_until }));
    let back = |now| TopUpState::Waiting.step(TopUpEvent::GoBack, &times, now);
    assert_eq!(back(times.returns_at - millisecond), Err(TopUpError::NotYet { at: times.returns_at }));
    assert_eq!(back(times.returns_at), Ok(TopUpState::Returned));
}

#[test]
fn a_card_is_held_two_seconds_and_the_reader_says_how_it_went_av_53_av_56_av_57() {
    let show = |millis, state, balance: &str| {
        reader_shows(TimeDelta::milliseconds(millis), state, kzt(balance), kzt("120.00"))
    };
    assert_eq!(show(1_999, CardState::Active, "500.00"), ReaderShows::HoldLonger);
    assert_eq!(show(2_000, CardState::Active, "500.00"), ReaderShows::Success { left: kzt("380.00") });
    assert_eq!(show(2_000, CardState::Active, "120.00"), ReaderShows::Success { left: kzt("0.00") });
    assert_eq!(show(2_000, CardState::Active, "119.99"), ReaderShows::TooLittle { balance: kzt("119.99") });
    assert_eq!(show(2_000, CardState::Active, "-120.00"), ReaderShows::TooLittle { balance: kzt("-120.00") });
    for state in [CardState::Blocked, CardState::Replaced] {
        assert_eq!(show(9_000, state, "500.00"), ReaderShows::Blocked);
    }
}

#[test]
fn a_city_that_contradicts_itself_is_told_where() {
    let mut files = mesto_rules::load::embedded_files("almaty");
    let changed = files["cards.toml"]
        .replace("returns_days = 45", "returns_days = 30")
        .replace("least = 100", "least = 10001")
        .replace("rides_days = 365", "rides_days = 32")
        .replace("linked_most = 5", "linked_most = 0");
    files.insert("cards.toml".into(), changed);
    let wrong = mesto_rules::load::compile(&files).unwrap_err();
    let said: Vec<String> = wrong.iter().map(ToString::to_string).collect();
    for field in ["top_ups.returns_days", "top_ups.least", "retention.rides_days", "policy.linked_most"] {
        assert!(said.iter().any(|one| one.contains(field)), "{field}: {said:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// A later use never makes a card inactive sooner; a year lies between, and no more than a day
    /// beside.
    #[test]
    fn a_later_use_is_never_inactive_sooner_av_17(days in 0_u64..40_000, more in 0_u64..400) {
        let used = day("1990-01-01").checked_add_days(chrono::Days::new(days)).unwrap();
        let later = used.checked_add_days(chrono::Days::new(more)).unwrap();
        let first = inactive_from(used, 12).unwrap();
        prop_assert!(first <= inactive_from(later, 12).unwrap());
        prop_assert!((366..=367).contains(&(first - used).num_days()));
        prop_assert_eq!(first.pred_opt().unwrap().year(), used.year() + 1);
    }

    /// Whatever happens to a top-up in whatever order, it is written or goes back, never both.
    #[test]
    fn a_top_up_is_written_or_goes_back_never_both(events in proptest::collection::vec((any::<bool>(), 0_i64..60), 1..20)) {
        let times = times();
        let mut state = TopUpState::Waiting;
        for (is_hold, days) in events {
            let now = at("2025-03-03 10:00") + TimeDelta::days(days);
            let event = if is_hold { TopUpEvent::Hold { held_at: now } } else { TopUpEvent::GoBack };
            match state.step(event, &times, now) {
                Ok(next) => {
                    prop_assert_eq!(state, TopUpState::Waiting);
                    state = next;
                }
                Err(_) => continue,
            }
        }
    }

    #[test]
    fn what_is_typed_never_panics_and_reads_to_digits_alone(typed in ".{0,64}") {
        if let Some(number) = cards::transport_number(&typed) {
            prop_assert!((8..=20).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit()));
            prop_assert_eq!(cards::transport_number(&number), Some(number.clone()));
        }
    }
}
