//! Every text a driver reads: one Fluent catalogue in English and Serbian (Latin).
//!
//! Callers have a code and values, never a sentence. A message `error-<code>` says what happened
//! and its attribute `advice` what to do. Where a text needs values that may be missing (an older
//! operator), the attributes `plain` and `plain-advice` stand in.

use std::sync::OnceLock;

use chrono::{DateTime, FixedOffset, Utc};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use mesto_rules::{Language, Money, TimeRules};
use rust_decimal::Decimal;
use serde_json::{Map, Value};

/// A language of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Locale {
    #[default]
    En,
    SrLatn,
}

impl Locale {
    pub const ALL: [Self; 2] = [Self::En, Self::SrLatn];

    /// BCP 47.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::SrLatn => "sr-Latn",
        }
    }

    /// The same for the operator.
    #[must_use]
    pub fn language(self) -> Option<Language> {
        self.tag().parse().ok()
    }

    /// The catalogue's language for a language of the phone: `sr`, `sr-RS`, `sr_Latn_RS`, and the
    /// neighbours who read it; else English.
    #[must_use]
    pub fn of(tag: &str) -> Self {
        let language = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        match language.as_str() {
            "sr" | "bs" | "hr" | "sh" | "cnr" => Self::SrLatn,
            _ => Self::En,
        }
    }

    const fn source(self) -> &'static str {
        match self {
            Self::En => include_str!("../../texts/en.ftl"),
            Self::SrLatn => include_str!("../../texts/sr-Latn.ftl"),
        }
    }

    const fn place(self) -> usize {
        match self {
            Self::En => 0,
            Self::SrLatn => 1,
        }
    }
}

/// The catalogue's files, for generators of typed accessors.
#[must_use]
pub fn sources() -> [(Locale, &'static str); 2] {
    Locale::ALL.map(|locale| (locale, locale.source()))
}

/// A value in a text.
#[derive(Debug, Clone, PartialEq)]
pub enum TextValue {
    Text(String),
    Number(i64),
    Money(Money),
    /// Shown in the city's zone; also `$<name>_time` (only the hour and minute).
    Time(DateTime<Utc>),
}

type Bundle = FluentBundle<FluentResource>;

fn bundle(locale: Locale) -> Option<&'static Bundle> {
    static BUNDLES: [OnceLock<Option<Bundle>>; 2] = [const { OnceLock::new() }; 2];
    BUNDLES
        .get(locale.place())?
        .get_or_init(|| {
            let mut bundle = FluentBundle::new_concurrent(vec![locale.tag().parse().ok()?]);
            // Isolation marks are for mixed writing directions; here they would only garble SMS
            // bodies and screen readers.
            bundle.set_use_isolating(false);
            // What can be read of a broken file is used; a test proves that the files are whole.
            let resource = FluentResource::try_new(locale.source().to_owned()).unwrap_or_else(|(part, _)| part);
            bundle.add_resource_overriding(resource);
            Some(bundle)
        })
        .as_ref()
}

/// One message or attribute; `None` when it is missing or a value it needs is.
fn format(locale: Locale, id: &str, attribute: Option<&str>, args: &FluentArgs<'_>) -> Option<String> {
    let bundle = bundle(locale)?;
    let message = bundle.get_message(id)?;
    let pattern = match attribute {
        None => message.value()?,
        Some(name) => message.get_attribute(name)?.value(),
    };
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, Some(args), &mut errors);
    errors.is_empty().then(|| text.into_owned())
}

/// A message with values; the id itself when there is no such message, so that it is seen.
#[must_use]
pub fn text(locale: Locale, id: &str, values: &[(&str, TextValue)], zone: Option<&TimeRules>) -> String {
    let mut args = FluentArgs::new();
    for (name, value) in values {
        put(&mut args, name, value, locale, zone);
    }
    let (id, attribute) = id.split_once('.').map_or((id, None), |(id, attribute)| (id, Some(attribute)));
    format(locale, id, attribute, &args)
        .or_else(|| format(Locale::En, id, attribute, &args))
        .unwrap_or_else(|| id.to_owned())
}

/// The text (`attribute` none) or advice of a code with the parameters of a problem.
#[must_use]
pub fn of_code(
    locale: Locale,
    code: &str,
    attribute: Option<&str>,
    params: &Map<String, Value>,
    zone: Option<&TimeRules>,
) -> String {
    let args = args_of(params, locale, zone);
    let id = format!("error-{code}");
    let plain = attribute.map_or("plain", |_| "plain-advice");
    [id.as_str(), "error-unknown"]
        .iter()
        .find_map(|id| format(locale, id, attribute, &args).or_else(|| format(locale, id, Some(plain), &args)))
        .unwrap_or_else(|| code.to_owned())
}

/// The text of a kind that the wire names `<service>.<word>`: a line or notice of a quote, an entry
/// of the deposit. Its id is `<prefix>-<service>-<word>`, with the attribute `plain` for when its
/// values are missing; one that is not known, or has no such attribute, has the text
/// `<prefix>-other`.
#[must_use]
pub fn of_kind(
    locale: Locale,
    prefix: &str,
    kind: &str,
    params: &Map<String, Value>,
    zone: Option<&TimeRules>,
) -> String {
    let args = args_of(params, locale, zone);
    let id = format!("{prefix}-{}", kind.replace(['.', '_'], "-"));
    [id.as_str(), &format!("{prefix}-other")]
        .iter()
        .find_map(|id| format(locale, id, None, &args).or_else(|| format(locale, id, Some("plain"), &args)))
        .unwrap_or_else(|| kind.to_owned())
}

/// The text of a value that names itself (`type`): a warning about a plate. `prefix` is
/// `plate-warning`, ...
#[must_use]
pub fn of_tagged(locale: Locale, prefix: &str, value: &impl serde::Serialize, zone: Option<&TimeRules>) -> String {
    let Ok(Value::Object(fields)) = serde_json::to_value(value) else { return prefix.to_owned() };
    let name = fields.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    let args = args_of(&fields, locale, zone);
    let id = format!("{prefix}-{name}");
    format(locale, &id, None, &args).or_else(|| format(Locale::En, &id, None, &args)).unwrap_or(id)
}

fn args_of(params: &Map<String, Value>, locale: Locale, zone: Option<&TimeRules>) -> FluentArgs<'static> {
    let mut args = FluentArgs::new();
    for (name, value) in params {
        if let Some(value) = of_json(value) {
            put(&mut args, name, &value, locale, zone);
        }
    }
    args
}

fn put(args: &mut FluentArgs<'_>, name: &str, value: &TextValue, locale: Locale, zone: Option<&TimeRules>) {
    match value {
        TextValue::Text(text) => args.set(name.to_owned(), text.clone()),
        TextValue::Number(number) => args.set(name.to_owned(), FluentValue::from(*number)),
        TextValue::Money(money) => args.set(name.to_owned(), format_money(locale, money)),
        TextValue::Time(moment) => {
            args.set(name.to_owned(), format_moment(locale, *moment, zone));
            args.set(format!("{name}_time"), format_time(*moment, zone));
        }
    }
}

/// What a parameter of a problem is: money, a moment, a number, a list, a word.
fn of_json(value: &Value) -> Option<TextValue> {
    match value {
        Value::String(text) => Some(
            DateTime::parse_from_rfc3339(text)
                .map_or_else(|_| TextValue::Text(text.clone()), |moment| TextValue::Time(moment.with_timezone(&Utc))),
        ),
        Value::Number(number) => number.as_i64().map(TextValue::Number),
        Value::Bool(yes) => Some(TextValue::Text(yes.to_string())),
        Value::Object(_) => mesto_rules::from_json(value.to_string().as_bytes()).ok().map(TextValue::Money),
        Value::Array(items) => {
            let words: Vec<String> = items
                .iter()
                .filter_map(|item| match item {
                    Value::String(word) => Some(word.clone()),
                    Value::Number(number) => Some(number.to_string()),
                    _ => None,
                })
                .collect();
            Some(TextValue::Text(words.join(", ")))
        }
        Value::Null => None,
    }
}

/// `1,080.00 RSD` in English, `1.080,00 RSD` in Serbian: never fewer decimals than the currency
/// has.
#[must_use]
pub fn format_money(locale: Locale, money: &Money) -> String {
    let mut amount = money.amount;
    amount.rescale(amount.scale().max(money.currency.exponent()));
    format!("{} {}", format_number(locale, amount), money.currency.code())
}

/// `1,080.5` in English, `1.080,5` in Serbian; with the decimals it has.
#[must_use]
pub fn format_number(locale: Locale, number: Decimal) -> String {
    let plain = number.to_string();
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let (group, point) = match locale {
        Locale::En => (',', '.'),
        Locale::SrLatn => ('.', ','),
    };
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            grouped.push(group);
        }
        grouped.push(digit);
    }
    if fraction.is_empty() { format!("{sign}{grouped}") } else { format!("{sign}{grouped}{point}{fraction}") }
}

/// Hour and minute in the city's zone: `14:05`.
#[must_use]
pub fn format_time(moment: DateTime<Utc>, zone: Option<&TimeRules>) -> String {
    format_clock(&local(moment, zone))
}

/// Day and time in the city's zone: `3 Sep, 14:05` and `3. 9. u 14:05`.
#[must_use]
pub fn format_moment(locale: Locale, moment: DateTime<Utc>, zone: Option<&TimeRules>) -> String {
    format_day_and_clock(locale, &local(moment, zone))
}

/// Hour and minute of a wall clock: `14:05`.
#[must_use]
pub fn format_clock(local: &DateTime<FixedOffset>) -> String {
    local.format("%H:%M").to_string()
}

/// Day and time of a wall clock: `3 Sep, 14:05` and `3. 9. u 14:05`.
#[must_use]
pub fn format_day_and_clock(locale: Locale, local: &DateTime<FixedOffset>) -> String {
    match locale {
        Locale::En => local.format("%-d %b, %H:%M").to_string(),
        Locale::SrLatn => local.format("%-d. %-m. u %H:%M").to_string(),
    }
}

/// What is left of a time: `09:05`, or `1:02:03` from an hour on.
#[must_use]
pub fn format_countdown(seconds: u64) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{rest:02}") } else { format!("{minutes:02}:{rest:02}") }
}

/// A moment on the city's wall clock, in UTC while there is no city.
fn local(moment: DateTime<Utc>, zone: Option<&TimeRules>) -> DateTime<FixedOffset> {
    zone.map_or_else(|| moment.fixed_offset(), |zone| zone.local(moment))
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::{Arc, LazyLock};

    use chrono::TimeZone as _;
    use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
    use mesto_protocol::kernel::line::{Line, Params};
    use mesto_rules::{Currency, LineKind, Notice, PayMethod, PlateWarning, Refusal};
    use serde_json::json;

    use super::*;
    use crate::kernel::error::Error;
    use crate::services::local_codes;

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

    /// Every message and attribute with the values it needs.
    fn shape(locale: Locale) -> BTreeMap<String, BTreeSet<String>> {
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
        let resource = FluentResource::try_new(locale.source().to_owned())
            .map_err(|(_, errors)| errors)
            .unwrap_or_else(|errors| panic!("{}: {errors:?}", locale.tag()));
        let mut shape = BTreeMap::new();
        for entry in resource.entries() {
            let Entry::Message(message) = entry else { continue };
            let parts = message.value.iter().map(|value| (message.id.name.to_owned(), value)).chain(
                message.attributes.iter().map(|part| (format!("{}.{}", message.id.name, part.id.name), &part.value)),
            );
            for (id, pattern) in parts {
                let mut found = BTreeSet::new();
                needs(pattern, &mut found);
                assert!(shape.insert(id.clone(), found).is_none(), "{id} stands twice in {}", locale.tag());
            }
        }
        shape
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
    fn a_countdown_has_hours_only_from_an_hour_on() {
        for (seconds, text) in [(0, "00:00"), (545, "09:05"), (3599, "59:59"), (3600, "1:00:00"), (90_061, "25:01:01")]
        {
            assert_eq!(format_countdown(seconds), text);
        }
    }

    #[test]
    fn every_code_has_text_and_advice_in_every_language() {
        let codes = mesto_protocol::services::problems().map(|code| code.as_str()).chain(local_codes());
        let refusals = refusals();
        let codes = codes.chain(refusals.iter().map(Refusal::code));
        for code in codes {
            for locale in Locale::ALL {
                let shape = shape(locale);
                assert!(shape.contains_key(&format!("error-{code}")), "{} has no text for {code}", locale.tag());
                assert!(
                    shape.contains_key(&format!("error-{code}.advice")),
                    "{} has no advice for {code}",
                    locale.tag()
                );
            }
        }
    }

    #[test]
    fn a_text_whose_values_are_missing_still_says_something() {
        for locale in Locale::ALL {
            for (id, values) in
                shape(locale).iter().filter(|(id, values)| id.starts_with("error-") && !values.is_empty())
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
    fn both_languages_have_the_same_messages_and_need_the_same_values() {
        let (en, sr) = (shape(Locale::En), shape(Locale::SrLatn));
        let ids = |shape: &BTreeMap<String, BTreeSet<String>>| shape.keys().cloned().collect::<BTreeSet<_>>();
        assert_eq!(ids(&en), ids(&sr));
        for (id, values) in &en {
            assert_eq!(Some(values), sr.get(id), "{id}");
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
                let error = Error::from(refusal.clone()).in_time(Some(belgrade()));
                for text in [error.text(locale), error.advice(locale)] {
                    assert!(!text.is_empty() && !text.contains('{') && !text.contains("error-"), "{text}");
                }
            }
        }
    }

    #[test]
    fn times_are_the_citys_and_money_is_written_as_the_language_does() {
        let error = Error::from(Refusal::LimitReached { deadline: moment(10, 0), next_possible_at: moment(10, 30) })
            .in_time(Some(belgrade()));
        assert_eq!(error.text(Locale::En), "The longest stay in this zone is bought up until 12:00.");
        assert_eq!(error.advice(Locale::SrLatn), "Pođite do 12:00. Novo parkiranje ovde može da počne 3. 9. u 12:30.");
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
        let with = |left: i64| {
            of_code(Locale::SrLatn, "code_wrong", None, json!({"tries_left": left}).as_object().unwrap(), None)
        };
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
            Line::card_fee(price, price),
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
        .map(|notice| mesto_protocol::kernel::line::Notice::of("parking", &notice));
        let of_garages = [json!({"type": "exit_without_delay"}), json!({"type": "unused_days_lost", "days": 3})]
            .map(|notice| mesto_protocol::kernel::line::Notice::of("garages", &notice));
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
    }
}
