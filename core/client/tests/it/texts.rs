//! Every text that a driver reads: whole in every language, in the file of its service, with the
//! city's times and the language's numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, TimeZone as _, Utc};
use fluent_bundle::FluentResource;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use mesto_protocol::base::payments::card_fee;
use mesto_protocol::kernel::line::{Line, Params};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::{Currency, LineKind, Money, Notice, PayMethod, PlateWarning, Refusal, TimeRules};
use serde_json::{Map, Value, json};

use mesto_client::texts::{
    APP, MESSAGES, Source, TextValue, format_moment, format_money, format_number, of_code, of_kind, of_tagged, text,
};
use mesto_client::{Error, ErrorKind, Locale, local_codes};
use rust_decimal::Decimal;

fn rsd(minor: i64) -> Money {
    Money::from_minor(minor, Currency::new("RSD").unwrap())
}
fn moment(hour: u32, minute: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2025, 9, 3, hour, minute, 0).unwrap()
}
fn belgrade() -> Arc<TimeRules> {
    static CITY: LazyLock<mesto_rules::City> = LazyLock::new(|| mesto_rules::load::embedded("belgrade").unwrap());
    Arc::clone(&CITY.sections.time)
}

/// The text or advice of an error on the city's clock.
fn shown(error: &Error, locale: Locale, attribute: Option<&str>) -> String {
    of_code(locale, error.code(), attribute, error.params(), Some(&belgrade()))
}

/// Every message and attribute with the values it needs.
fn shape(of: &[Source], locale: Locale) -> BTreeMap<String, BTreeSet<String>> {
    fn needs(pattern: &Pattern<&str>, found: &mut BTreeSet<String>) {
        for element in &pattern.elements {
            let PatternElement::Placeable { expression } = element else { continue };
            let inline = match expression {
                Expression::Select { selector, variants } => {
                    variants.iter().for_each(|variant| needs(&variant.value, found));
                    selector
                }
                Expression::Inline(inline) => inline,
            };
            if let InlineExpression::VariableReference { id } = inline {
                found.insert(id.name.to_owned());
            }
        }
    }
    let mut shape = BTreeMap::new();
    for source in of.iter().filter(|source| source.locale == locale) {
        let file = format!("{}/{}.ftl", locale.tag(), source.service);
        let resource = FluentResource::try_new(source.text.to_owned())
            .map_err(|(_, errors)| errors)
            .unwrap_or_else(|errors| panic!("{file}: {errors:?}"));
        for entry in resource.entries() {
            let Entry::Message(message) = entry else { continue };
            let parts = message.value.iter().map(|value| (message.id.name.to_owned(), value)).chain(
                message.attributes.iter().map(|part| (format!("{}.{}", message.id.name, part.id.name), &part.value)),
            );
            for (id, pattern) in parts {
                let mut found = BTreeSet::new();
                needs(pattern, &mut found);
                assert!(shape.insert(id.clone(), found).is_none(), "{id} stands twice, also in {file}");
            }
        }
    }
    shape
}

/// The service whose file has the text of an error.
fn file_of(code: &str) -> &'static str {
    let begins = format!("error-{code} =");
    let has = |source: &&Source| source.text.lines().any(|line| line.starts_with(&begins));
    let source = APP.iter().filter(|source| source.locale == Locale::En).find(has);
    source.unwrap_or_else(|| panic!("{code} has no text")).service
}

#[test]
fn the_text_of_a_code_stands_in_the_file_of_the_service_that_says_it() {
    for service in mesto_protocol::services::SERVICES {
        for code in service.problems() {
            assert_eq!(file_of(code.as_str()), service.name, "{}", code.as_str());
        }
    }
    assert_eq!(file_of("visit_missing"), "garages");
    assert_eq!(file_of("intent_forgotten"), "payments");
}

#[test]
fn what_the_rules_refuse_is_a_refusal_whether_the_phone_or_the_operator_says_it() {
    for refusal in refusals() {
        let code = refusal.code();
        assert_eq!(Error::from(refusal).kind(), ErrorKind::Refused, "{code}");
    }
    for (code, kind) in [
        (ProblemCode::CityOutdated, ErrorKind::Refused),
        (ProblemCode::SectionUnreadable, ErrorKind::Refused),
        (ProblemCode::Internal, ErrorKind::NotNow),
        (ProblemCode::Unavailable, ErrorKind::NotNow),
    ] {
        let problem = Problem::new(code, "");
        assert!(!problem.is_final(), "{}: of an action it is no answer for good", code.as_str());
        assert_eq!(Error::from(problem).kind(), kind, "{}", code.as_str());
    }
}

/// One of each; a new refusal does not compile without a line here.
fn refusals() -> Vec<Refusal> {
    let all = vec![
        Refusal::MinutesNotPositive,
        Refusal::MaxStayExceeded { asked: 91, max_stay: 90, allowed: 90 },
        Refusal::LimitReached { deadline: moment(10, 0), next_possible_at: moment(10, 30) },
        Refusal::NoReturn { until: moment(10, 30) },
        Refusal::WithinGrace { until: moment(10, 30) },
        Refusal::TariffUnknown { zone: "white".parse().unwrap(), field: "price".to_owned() },
        Refusal::CardFeeUnknown { below: rsd(20_000) },
        Refusal::NotChargedNow { next_opening: Some(moment(5, 0)) },
        Refusal::ZoneUnknown { zone: "x".to_owned(), known: vec!["red".parse().unwrap()] },
        Refusal::MethodNotAllowed { method: PayMethod::Card, allowed: vec![PayMethod::Deposit] },
        Refusal::OutOfRange { what: "time".to_owned() },
        Refusal::CityOutdated { until: moment(10, 0).date_naive() },
        Refusal::SectionMissing { section: "orders".to_owned() },
        Refusal::SectionTooNew { section: "parking".to_owned(), format: 2, known: 1 },
        Refusal::SectionUnreadable { section: "parking".to_owned(), reason: "no zones".to_owned() },
    ];
    for one in &all {
        match one {
            Refusal::MinutesNotPositive
            | Refusal::MaxStayExceeded { .. }
            | Refusal::LimitReached { .. }
            | Refusal::NoReturn { .. }
            | Refusal::WithinGrace { .. }
            | Refusal::TariffUnknown { .. }
            | Refusal::CardFeeUnknown { .. }
            | Refusal::NotChargedNow { .. }
            | Refusal::ZoneUnknown { .. }
            | Refusal::MethodNotAllowed { .. }
            | Refusal::OutOfRange { .. }
            | Refusal::CityOutdated { .. }
            | Refusal::SectionMissing { .. }
            | Refusal::SectionTooNew { .. }
            | Refusal::SectionUnreadable { .. } => {}
        }
    }
    all
}

#[test]
fn every_code_has_text_and_advice_in_every_language() {
    let codes = mesto_protocol::services::problems().map(|code| code.as_str()).chain(local_codes());
    let refusals = refusals();
    let codes = codes.chain(refusals.iter().map(Refusal::code));
    for code in codes {
        for locale in Locale::ALL {
            let shape = shape(APP, locale);
            assert!(shape.contains_key(&format!("error-{code}")), "{} has no text for {code}", locale.tag());
            assert!(shape.contains_key(&format!("error-{code}.advice")), "{} has no advice for {code}", locale.tag());
        }
    }
}

#[test]
fn a_text_whose_values_are_missing_still_says_something() {
    for locale in Locale::ALL {
        for (id, values) in
            shape(APP, locale).iter().filter(|(id, values)| id.starts_with("error-") && !values.is_empty())
        {
            let (message, attribute) = id.split_once('.').map_or((id.as_str(), None), |(m, a)| (m, Some(a)));
            let text = of_code(locale, message.trim_start_matches("error-"), attribute, &Map::new(), None);
            let unknown = of_code(locale, "unknown", attribute, &Map::new(), None);
            assert_ne!(text, unknown, "{}: {id} without {values:?} falls to the unknown error", locale.tag());
            assert!(!text.contains('{'), "{text}");
        }
    }
}

#[test]
fn every_language_has_the_same_messages_and_needs_the_same_values_av_135() {
    for of in [APP, MESSAGES] {
        let en = shape(of, Locale::En);
        for locale in Locale::ALL {
            let other = shape(of, locale);
            let ids = |shape: &BTreeMap<String, BTreeSet<String>>| shape.keys().cloned().collect::<BTreeSet<_>>();
            assert_eq!(ids(&en), ids(&other), "{}", locale.tag());
            for (id, values) in &en {
                assert_eq!(Some(values), other.get(id), "{}: {id}", locale.tag());
            }
        }
    }
}

#[test]
fn a_refusal_says_the_limit_and_what_is_allowed_bg_50() {
    let error = Error::from(Refusal::MaxStayExceeded { asked: 91, max_stay: 90, allowed: 90 });
    assert_eq!(error.code(), "max_stay_exceeded");
    assert_eq!(error.text(Locale::En), "91 minutes are more than this zone allows: at most 90.");
    assert_eq!(error.advice(Locale::En), "You can buy 90 minutes now.");
    assert_eq!(error.text(Locale::SrLatn), "91 min je više nego što zona dozvoljava: najviše 90.");
}

#[test]
fn every_refusal_of_the_rules_shows_its_own_values() {
    for refusal in refusals() {
        for locale in Locale::ALL {
            let error = Error::from(refusal.clone());
            for text in [shown(&error, locale, None), shown(&error, locale, Some("advice"))] {
                assert!(!text.is_empty() && !text.contains('{') && !text.contains("error-"), "{text}");
            }
        }
    }
}

#[test]
fn times_are_the_citys_and_money_is_written_as_the_language_does() {
    let error = Error::from(Refusal::LimitReached { deadline: moment(10, 0), next_possible_at: moment(10, 30) });
    assert_eq!(shown(&error, Locale::En, None), "The longest stay in this zone is bought up until 12:00.");
    assert_eq!(
        shown(&error, Locale::SrLatn, Some("advice")),
        "Pođite do 12:00. Novo parkiranje ovde može da počne 3. 9. u 12:30."
    );
    assert_eq!(format_money(Locale::En, &rsd(108_000)), "1,080.00 RSD");
    assert_eq!(format_money(Locale::SrLatn, &rsd(-123_456_700)), "-1.234.567,00 RSD");
    let whole = Money { amount: Decimal::from(200), currency: Currency::new("RSD").unwrap() };
    assert_eq!(format_money(Locale::En, &whole), "200.00 RSD");
    assert_eq!(format_number(Locale::SrLatn, Decimal::new(21, 1)), "2,1");
}

#[test]
fn a_stale_quote_says_what_a_new_one_would_be_bg_47() {
    let now =
        json!({"minutes": 29, "total": {"amount": "55.00", "currency": "RSD"}, "ends_at": "2025-09-03T19:00:00Z"});
    let said =
        |params: &Value| of_code(Locale::En, "quote_stale", None, params.as_object().unwrap(), Some(&belgrade()));
    assert_eq!(said(&now), "The offer no longer holds: now it would be 29 min for 55.00 RSD, until 21:00.");
    let closed = json!({"reason": "not_charged", "next_opening": "2025-09-04T05:00:00Z"});
    assert_eq!(said(&closed), "The offer no longer holds.");
}

#[test]
fn serbian_counts_in_its_own_plurals() {
    let with =
        |left: i64| of_code(Locale::SrLatn, "code_wrong", None, json!({"tries_left": left}).as_object().unwrap(), None);
    assert_eq!(with(1), "Kod nije tačan. Preostao je 1 pokušaj.");
    assert_eq!(with(3), "Kod nije tačan. Preostala su 3 pokušaja.");
    assert_eq!(with(5), "Kod nije tačan. Preostalo je 5 pokušaja.");
}

#[test]
fn every_line_notice_and_warning_has_a_text() {
    let price = rsd(8_000);
    let limited = LineKind::Limited { units: 2, unit_minutes: 60, unit_price: price };
    let extended = LineKind::Extended { units: 1, unit_minutes: 30, unit_price: price };
    let lines = [
        Line::of("parking", &limited, price),
        Line::of("parking", &extended, price),
        card_fee(price, price),
        Line::of("orders", &json!({"type": "order", "zone": "red", "price": price}), price),
        Line::of("wallet", &json!({"type": "topup"}), price),
        Line::of("garages", &json!({"type": "free", "minutes": 30}), price),
        Line::of(
            "garages",
            &json!({"type": "started_units", "units": 2, "unit_minutes": 60, "unit_price": price}),
            price,
        ),
        Line::of(
            "garages",
            &json!({"type": "started_units", "units": 2, "unit_minutes": 30, "unit_price": price}),
            price,
        ),
        Line::of("garages", &json!({"type": "day_cap", "days": 1, "cap": price}), price),
        Line::of("garages", &json!({"type": "several_days", "tickets": 1, "days": 7, "price": price}), price),
        Line::of("garages", &json!({"type": "lost"}), price),
        Line::of("garages", &json!({"type": "lost", "billed_from": moment(0, 0)}), price),
        Line::of("garages", &json!({"type": "double_place", "factor": 2}), price),
        Line::of("garages", &json!({"type": "already_paid"}), price),
    ];
    let notices = [
        Notice::Clipped { asked: 60, offered: 30, deadline: moment(9, 30), new_stay_at: moment(10, 0) },
        Notice::AnotherTicketLimits { deadline: moment(9, 30) },
        Notice::RoundedUp { asked: 61, granted: 90 },
        Notice::StartsAtOpening { opens_at: moment(5, 0) },
        Notice::EndsAtClosing { asked: 60, granted: 30, closes_at: moment(19, 0) },
        Notice::RollsOver { ends_at: moment(6, 0) },
        Notice::NoRefund,
    ]
    .map(|notice| mesto_protocol::kernel::line::Notice::of("parking", &notice, false));
    let of_garages = [json!({"type": "exit_without_delay"}), json!({"type": "unused_days_lost", "days": 3})]
        .map(|notice| mesto_protocol::kernel::line::Notice::of("garages", &notice, false));
    let warnings = [
        PlateWarning::LookAlike { position: 1, typed: 'В', read_as: 'B' },
        PlateWarning::UnusualLetter { position: 6, letter: 'Ç' },
        PlateWarning::OhOrZero { maybe: "BG0".to_owned() },
        PlateWarning::Other,
        PlateWarning::Other,
    ];
    let other = |locale| text(locale, "line-other", &[], None);
    for locale in Locale::ALL {
        let texts = lines
            .iter()
            .map(|line| of_kind(locale, "line", &line.kind, &line.params.0, Some(&belgrade())))
            .chain(
                notices
                    .iter()
                    .chain(&of_garages)
                    .map(|one| of_kind(locale, "notice", &one.kind, &one.params.0, Some(&belgrade()))),
            )
            .chain(warnings.iter().map(|warning| of_tagged(locale, "plate-warning", warning, Some(&belgrade()))));
        for text in texts {
            assert!(text.contains(' ') && !text.contains('{') && !text.contains(&other(locale)), "{text}");
        }
    }
    let said = |line: &Line| of_kind(Locale::En, "line", &line.kind, &line.params.0, None);
    assert_eq!(said(&lines[0]), "2 × 60 min at 80.00 RSD");
    // One of a later version, and one whose values are missing.
    let later = Line::of("rides", &json!({"type": "seat", "row": 2}), price);
    let bare = Line { params: Params::default(), ..lines[0].clone() };
    assert_eq!((said(&later), said(&bare)), (other(Locale::En), other(Locale::En)));
}

#[test]
fn a_missing_message_shows_its_id_and_a_phones_language_finds_the_catalogue() {
    assert_eq!(text(Locale::En, "no-such-text", &[], None), "no-such-text");
    assert_eq!(Locale::of("sr-RS"), Locale::SrLatn);
    assert_eq!(Locale::of("hr_HR"), Locale::SrLatn);
    assert_eq!(Locale::of("de"), Locale::En);
    for (tag, locale) in [("kk", Locale::Kk), ("kk-KZ", Locale::Kk), ("kk_Cyrl_KZ", Locale::Kk), ("ru_KZ", Locale::Ru)]
    {
        assert_eq!(Locale::of(tag), locale, "{tag}");
    }
    for locale in Locale::ALL {
        assert_eq!(Locale::of(locale.tag()), locale);
    }
}

#[test]
fn tenge_months_and_numbers_are_written_as_in_kazakhstan_av_135() {
    let tenge = |minor| Money::from_minor(minor, "KZT".parse().unwrap());
    for locale in Locale::ALL {
        assert_eq!(format_money(locale, &tenge(12_000)), "120\u{a0}₸", "{}", locale.tag());
    }
    for locale in [Locale::Kk, Locale::Ru] {
        assert_eq!(format_money(locale, &tenge(123_456_700)), "1\u{a0}234\u{a0}567\u{a0}₸");
        assert_eq!(format_money(locale, &tenge(-108_050)), "-1\u{a0}080,50\u{a0}₸");
        assert_eq!(format_money(locale, &rsd(108_000)), "1\u{a0}080,00 RSD");
        assert_eq!(format_number(locale, Decimal::new(21, 1)), "2,1");
    }
    let said = |locale, month: u32| {
        let noon = Utc.with_ymd_and_hms(2026, month, 3, 10, 5, 0).unwrap();
        format_moment(locale, noon, None)
    };
    assert_eq!(said(Locale::Ru, 9), "3\u{a0}сентября, 10:05");
    assert_eq!(said(Locale::Kk, 12), "3\u{a0}желтоқсан, 10:05");
    for (locale, month, word) in [(Locale::Ru, 1, "января"), (Locale::Ru, 5, "мая"), (Locale::Kk, 1, "қаңтар")]
    {
        assert!(said(locale, month).contains(word));
    }
}

#[test]
fn russian_counts_one_few_and_many_and_kazakh_needs_no_plural_after_a_number_av_135() {
    let left = |locale, minutes| text(locale, "reminder-before", &[("minutes", TextValue::Number(minutes))], None);
    for (minutes, said) in [
        (1, "Осталась 1 минута парковки"),
        (3, "Осталось 3 минуты парковки"),
        (5, "Осталось 5 минут парковки"),
        (11, "Осталось 11 минут парковки"),
        (21, "Осталась 21 минута парковки"),
        (112, "Осталось 112 минут парковки"),
        (122, "Осталось 122 минуты парковки"),
    ] {
        assert_eq!(left(Locale::Ru, minutes), said);
    }
    assert_eq!(left(Locale::Kk, 1), "Тұрақтың 1 минуты қалды");
    assert_eq!(left(Locale::Kk, 25), "Тұрақтың 25 минуты қалды");
    let units = |locale, units: i64| {
        let params = json!({"units": units, "unit_minutes": 60, "unit_price": {"amount": "100.00", "currency": "KZT"}});
        of_kind(locale, "line", "parking.limited", params.as_object().unwrap(), None)
    };
    assert_eq!(units(Locale::Kk, 1), "60\u{a0}мин, бағасы 100\u{a0}₸");
    assert_eq!(units(Locale::Kk, 2), "2 × 60\u{a0}мин, бағасы 100\u{a0}₸");
}
