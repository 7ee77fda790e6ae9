//! Money, numbers and times as a language writes them.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Utc};
use mesto_rules::{Money, TimeRules};
use rust_decimal::Decimal;

use crate::locale::Locale;

/// A space at which no line breaks.
const NO_BREAK: char = '\u{a0}';

/// `1,080.00 RSD` in English, `1.080,00 RSD` in Serbian, `1 080,00 RSD` in Kazakh and Russian:
/// never fewer decimals than the currency has. Tenge have their sign, and no decimals while they
/// are whole: `120 ₸`; nothing there costs less.
#[must_use]
pub fn format_money(locale: Locale, money: &Money) -> String {
    let mut amount = money.amount;
    if money.currency.code() == "KZT" {
        amount.rescale(if amount.is_integer() { 0 } else { amount.scale().max(money.currency.exponent()) });
        return format!("{}{NO_BREAK}₸", format_number(locale, amount));
    }
    amount.rescale(amount.scale().max(money.currency.exponent()));
    format!("{} {}", format_number(locale, amount), money.currency.code())
}

/// `1,080.5` in English, `1.080,5` in Serbian, `1 080,5` in Kazakh and Russian; with the decimals
/// it has.
#[must_use]
pub fn format_number(locale: Locale, number: Decimal) -> String {
    let plain = number.to_string();
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let (group, point) = match locale {
        Locale::En => (',', '.'),
        Locale::SrLatn => ('.', ','),
        Locale::Kk | Locale::Ru => (NO_BREAK, ','),
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

/// Day and time in the city's zone: `3 Sep, 14:05`, `3. 9. u 14:05`, `3 қыркүйек, 14:05` and
/// `3 сентября, 14:05`.
#[must_use]
pub fn format_moment(locale: Locale, moment: DateTime<Utc>, zone: Option<&TimeRules>) -> String {
    format_day_and_clock(locale, &local(moment, zone))
}

/// Hour and minute of a wall clock: `14:05`.
#[must_use]
pub fn format_clock(local: &DateTime<FixedOffset>) -> String {
    local.format("%H:%M").to_string()
}

/// Day and time of a wall clock: `3 Sep, 14:05`, `3. 9. u 14:05`, `3 қыркүйек, 14:05` and
/// `3 сентября, 14:05`.
#[must_use]
pub fn format_day_and_clock(locale: Locale, local: &DateTime<FixedOffset>) -> String {
    match locale {
        Locale::En => local.format("%-d %b, %H:%M").to_string(),
        Locale::SrLatn => local.format("%-d. %-m. u %H:%M").to_string(),
        Locale::Kk => format!("{}, {}", day_of_month(local, KAZAKH_MONTHS), format_clock(local)),
        Locale::Ru => format!("{}, {}", day_of_month(local, RUSSIAN_MONTHS), format_clock(local)),
    }
}

/// A day: `3 Sep 2025`, `3. 9. 2025.`, `2025 ж. 3 қыркүйек` and `3 сентября 2025 г.`
#[must_use]
pub fn format_day(locale: Locale, on: NaiveDate) -> String {
    match locale {
        Locale::En => on.format("%-d %b %Y").to_string(),
        Locale::SrLatn => on.format("%-d. %-m. %Y.").to_string(),
        Locale::Kk => format!("{}{NO_BREAK}ж. {}", on.year(), day_of_month(&on, KAZAKH_MONTHS)),
        Locale::Ru => format!("{} {}{NO_BREAK}г.", day_of_month(&on, RUSSIAN_MONTHS), on.year()),
    }
}

const KAZAKH_MONTHS: [&str; 12] = [
    "қаңтар",
    "ақпан",
    "наурыз",
    "сәуір",
    "мамыр",
    "маусым",
    "шілде",
    "тамыз",
    "қыркүйек",
    "қазан",
    "қараша",
    "желтоқсан",
];

/// As they stand behind a day.
const RUSSIAN_MONTHS: [&str; 12] = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
];

fn day_of_month(on: &impl Datelike, months: [&str; 12]) -> String {
    let month = usize::try_from(on.month0()).ok().and_then(|month| months.get(month)).copied().unwrap_or_default();
    format!("{}{NO_BREAK}{month}", on.day())
}

/// The time of a wall clock as it is told at `from`: with its day when that is another.
#[must_use]
pub fn format_clock_from(locale: Locale, local: &DateTime<FixedOffset>, from: &DateTime<FixedOffset>) -> String {
    if local.date_naive() == from.date_naive() { format_clock(local) } else { format_day_and_clock(locale, local) }
}

/// What is left of a time: `09:05`, or `1:02:03` from an hour on.
#[must_use]
pub fn format_countdown(seconds: u64) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{rest:02}") } else { format!("{minutes:02}:{rest:02}") }
}

/// What is left of a time in minutes, as it is read aloud: a minute that has begun is one.
#[must_use]
pub const fn minutes_left(seconds: u64) -> u64 {
    seconds.div_ceil(60)
}

/// A moment on the city's wall clock, in UTC while there is no city.
fn local(moment: DateTime<Utc>, zone: Option<&TimeRules>) -> DateTime<FixedOffset> {
    zone.map_or_else(|| moment.fixed_offset(), |zone| zone.local(moment))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_countdown_has_hours_only_from_an_hour_on() {
        for (seconds, text) in [(0, "00:00"), (545, "09:05"), (3599, "59:59"), (3600, "1:00:00"), (90_061, "25:01:01")]
        {
            assert_eq!(format_countdown(seconds), text);
        }
    }

    #[test]
    fn a_day_is_written_as_its_language_does_av_135() {
        let day = |locale| NaiveDate::from_ymd_opt(2025, 9, 3).map(|on| format_day(locale, on).replace(NO_BREAK, " "));
        for (locale, text) in [
            (Locale::En, "3 Sep 2025"),
            (Locale::SrLatn, "3. 9. 2025."),
            (Locale::Kk, "2025 ж. 3 қыркүйек"),
            (Locale::Ru, "3 сентября 2025 г."),
        ] {
            assert_eq!(day(locale).as_deref(), Some(text));
        }
    }

    #[test]
    fn a_minute_that_has_begun_is_a_minute_left() {
        for (seconds, minutes) in [(0, 0), (1, 1), (60, 1), (61, 2), (3599, 60)] {
            assert_eq!(minutes_left(seconds), minutes);
        }
    }
}
