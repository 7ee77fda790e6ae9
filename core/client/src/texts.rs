//! Every text a driver reads: one Fluent catalogue in English and Serbian (Latin). Callers have a code and values, never a sentence.
//!
//! A message `error-<code>` says what happened and its attribute `advice` what to do. Where a text needs values that may be missing
//! (an older operator), the attributes `plain` and `plain-advice` stand in.

use std::sync::OnceLock;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use mesto_rules::Money;
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

    /// The catalogue's language for a language of the phone: `sr`, `sr-RS`, `sr_Latn_RS`, and the neighbours who read it; else English.
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
            Self::En => include_str!("../texts/en.ftl"),
            Self::SrLatn => include_str!("../texts/sr-Latn.ftl"),
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
            // Isolation marks are for mixed writing directions; here they would only garble SMS bodies and screen readers.
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
pub fn text(locale: Locale, id: &str, values: &[(&str, TextValue)], zone: Option<Tz>) -> String {
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
    zone: Option<Tz>,
) -> String {
    let mut args = FluentArgs::new();
    for (name, value) in params {
        if let Some(value) = of_json(value) {
            put(&mut args, name, &value, locale, zone);
        }
    }
    let id = format!("error-{code}");
    let plain = attribute.map_or("plain", |_| "plain-advice");
    [id.as_str(), "error-unknown"]
        .iter()
        .find_map(|id| format(locale, id, attribute, &args).or_else(|| format(locale, id, Some(plain), &args)))
        .unwrap_or_else(|| code.to_owned())
}

fn put(args: &mut FluentArgs<'_>, name: &str, value: &TextValue, locale: Locale, zone: Option<Tz>) {
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
        Value::Object(_) => serde_json::from_value::<Money>(value.clone()).ok().map(TextValue::Money),
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

/// `1,080.00 RSD` in English, `1.080,00 RSD` in Serbian.
#[must_use]
pub fn format_money(locale: Locale, money: &Money) -> String {
    let plain = money.amount.to_string();
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
    let currency = money.currency.code();
    if fraction.is_empty() { format!("{sign}{grouped} {currency}") } else { format!("{sign}{grouped}{point}{fraction} {currency}") }
}

/// Hour and minute in the city's zone: `14:05`.
#[must_use]
pub fn format_time(moment: DateTime<Utc>, zone: Option<Tz>) -> String {
    moment.with_timezone(&zone.unwrap_or(Tz::UTC)).format("%H:%M").to_string()
}

/// Day and time in the city's zone: `3 Sep, 14:05` and `3. 9. u 14:05`.
#[must_use]
pub fn format_moment(locale: Locale, moment: DateTime<Utc>, zone: Option<Tz>) -> String {
    let local = moment.with_timezone(&zone.unwrap_or(Tz::UTC));
    match locale {
        Locale::En => local.format("%-d %b, %H:%M").to_string(),
        Locale::SrLatn => local.format("%-d. %-m. u %H:%M").to_string(),
    }
}
