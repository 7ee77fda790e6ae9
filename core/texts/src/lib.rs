//! Every text that a person reads: Fluent catalogues in English, Serbian (Latin), Kazakh and
//! Russian, a file for each service and language.
//!
//! Callers have a code and values, never a sentence. A message `error-<code>` says what happened
//! and its attribute `advice` what to do. Where a text needs values that may be missing (an older
//! operator), the attributes `plain` and `plain-advice` stand in. A moment `$name` is shown on the
//! city's clock with its day, `$name_time` without.
//!
//! | folder | read by | where its ids come from |
//! |---|---|---|
//! | `en`, `sr-Latn`, `kk`, `ru` | drivers, on screens and in the terminal | typed functions for Kotlin and Swift are written from them by `cargo xtask texts` |
//! | the same in `messages` | the receiver of an SMS | the operator's templates; [`message`] |

mod catalogue;
mod format;
mod locale;

use chrono::{DateTime, Utc};
use fluent_bundle::{FluentArgs, FluentValue};
use mesto_rules::{Language, Money, TimeRules};
use serde_json::{Map, Value};

use catalogue::Catalogue;

pub use catalogue::{APP, MESSAGES, Source};
pub use format::{
    format_clock, format_clock_from, format_countdown, format_day, format_day_and_clock, format_moment, format_money,
    format_number, format_time, minutes_left,
};
pub use locale::Locale;

/// A value in a text.
#[derive(Debug, Clone, PartialEq)]
pub enum TextValue {
    Text(String),
    Number(i64),
    Money(Money),
    /// Shown in the city's zone; also `$<name>_time` (only the hour and minute).
    Time(DateTime<Utc>),
}

static APP_TEXTS: Catalogue = Catalogue::of(APP);
static MESSAGE_TEXTS: Catalogue = Catalogue::of(MESSAGES);

fn format(locale: Locale, id: &str, attribute: Option<&str>, args: &FluentArgs<'_>) -> Option<String> {
    APP_TEXTS.format(locale, id, attribute, args)
}

/// A message to a person, by its template `<service>.<what>`; `None` when there is no such template
/// or a value it needs is missing. A language without texts reads English.
#[must_use]
pub fn message(language: Option<&Language>, template: &str, params: &Map<String, Value>) -> Option<String> {
    let locale = language.map_or(Locale::En, |language| Locale::of(language.as_str()));
    let id = template.replace(['.', '_'], "-");
    MESSAGE_TEXTS.format(locale, &id, None, &args_of(params, locale, None))
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
