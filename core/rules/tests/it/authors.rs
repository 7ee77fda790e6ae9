//! `docs/city-authors.md` says every field and every word that a city's source files may hold.

use std::collections::BTreeSet;

const PAGE: &str = include_str!("../../../../docs/city-authors.md");

/// Structs that are read from source files, by the file that declares them. `*` stands for all of
/// them.
const STRUCTS: &[(&str, &str, &[&str])] = &[
    ("envelope", include_str!("../../src/kernel/load/envelope.rs"), &["*"]),
    ("time", include_str!("../../src/kernel/load/time.rs"), &["*"]),
    ("values", include_str!("../../src/kernel/load/values.rs"), &["*"]),
    ("parking", include_str!("../../src/parking/load.rs"), &["*"]),
    ("orders", include_str!("../../src/orders/load.rs"), &["*"]),
    ("garages", include_str!("../../src/garages/load.rs"), &["*"]),
    ("rides", include_str!("../../src/rides/load.rs"), &["*"]),
    ("cards", include_str!("../../src/cards/load.rs"), &["*"]),
    ("passes", include_str!("../../src/passes/load.rs"), &["*"]),
    ("merchants", include_str!("../../src/merchants/load.rs"), &["*"]),
    ("city", include_str!("../../src/kernel/city.rs"), &["BaseRetention", "Contacts", "Terms", "Source"]),
    ("position", include_str!("../../src/kernel/position.rs"), &["Centre"]),
    (
        "calendar",
        include_str!("../../src/kernel/calendar.rs"),
        &["TimeSpan", "FixedHoliday", "EasterHoliday", "ExtraHoliday"],
    ),
    ("plate", include_str!("../../src/kernel/plate.rs"), &["PlateForm", "FreeForm"]),
    ("parking section", include_str!("../../src/parking/section.rs"), &["SmsPolicy", "Retention"]),
    ("orders section", include_str!("../../src/orders/section.rs"), &["Retention"]),
    ("garages section", include_str!("../../src/garages/section.rs"), &["Policy", "Retention"]),
    ("merchants section", include_str!("../../src/merchants/section.rs"), &["Policy", "Retention"]),
    ("passes section", include_str!("../../src/passes/section.rs"), &["PassRetention"]),
    ("rides section", include_str!("../../src/rides/section.rs"), &["Retention"]),
    ("cards section", include_str!("../../src/cards/section.rs"), &["CardPolicy", "CardRetention"]),
    ("garages facility", include_str!("../../src/garages/facility.rs"), &["TicketPattern"]),
];

/// Enums whose words stand in source files.
const ENUMS: &[(&str, &[&str])] = &[
    (include_str!("../../src/kernel/fact.rs"), &["Certainty"]),
    (include_str!("../../src/kernel/pay.rs"), &["PayMethod", "UnusedTime"]),
    (include_str!("../../src/kernel/calendar.rs"), &["Day", "HolidayRule"]),
    (include_str!("../../src/kernel/plate.rs"), &["PlateKind"]),
    (
        include_str!("../../src/parking/section.rs"),
        &["Regime", "AreaCertainty", "MoreThanLeft", "AtClosing", "SoldAhead"],
    ),
    (include_str!("../../src/orders/section.rs"), &["DiscountFrom"]),
    (include_str!("../../src/garages/section.rs"), &["OnEntry"]),
    (include_str!("../../src/passes/section.rs"), &["PassRefund"]),
    (
        include_str!("../../src/garages/facility.rs"),
        &["FacilityKind", "HolidayOpening", "PaidWhen", "OnSite", "CheckDigit"],
    ),
    (include_str!("../../src/cards/section.rs"), &["CardTariff"]),
    (include_str!("../../src/garages/tariff.rs"), &["DayCount", "TariffBy"]),
];

/// Declarations of a kind in a source text: name and the lines between the braces.
fn declared<'a>(source: &'a str, kind: &str) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut found = Vec::new();
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        let Some(rest) = line
            .trim_start()
            .trim_start_matches("pub(crate) ")
            .trim_start_matches("pub(super) ")
            .trim_start_matches("pub ")
            .strip_prefix(kind)
        else {
            continue;
        };
        if !rest.ends_with('{') {
            continue;
        }
        let name = rest.trim_end_matches(" {").split(['<', '(']).next().unwrap().trim();
        let indent = line.len() - line.trim_start().len();
        let body = lines.by_ref().take_while(|line| line.len() - line.trim_start().len() > indent || line.is_empty());
        found.push((name, body.map(str::trim).collect()));
    }
    found
}

fn fields(source: &str, names: &[&str]) -> Vec<String> {
    let structs = declared(source, "struct ").into_iter();
    let wanted = structs.filter(|(name, _)| names == ["*"] && !name.starts_with("Compiler") || names.contains(name));
    let lines = wanted.flat_map(|(_, lines)| lines);
    let field = |line: &str| {
        let name = line.trim_start_matches("pub ").split_once(": ")?.0;
        let plain = name.chars().all(|sign| sign.is_ascii_lowercase() || sign == '_');
        plain.then(|| name.to_owned())
    };
    lines.filter(|line| !line.starts_with("//") && !line.starts_with('#')).filter_map(field).collect()
}

fn words(source: &str, names: &[&str]) -> Vec<String> {
    let enums = declared(source, "enum ").into_iter().filter(|(name, _)| names.contains(name));
    let variant = |line: &str| {
        let line = line.strip_suffix(',')?;
        if let Some((_, word)) = line.split_once(" = ") {
            return Some(word.trim_matches('"').to_owned());
        }
        let name = line;
        let plain = name.chars().all(char::is_alphanumeric) && name != "Other";
        plain.then(|| {
            let mut word = String::new();
            for sign in name.chars() {
                if sign.is_uppercase() && !word.is_empty() {
                    word.push('_');
                }
                word.extend(sign.to_lowercase());
            }
            word
        })
    };
    enums.flat_map(|(_, lines)| lines.into_iter().filter_map(variant).collect::<Vec<_>>()).collect()
}

/// Every word in backticks on the page, also each of a path: `deposit.values`.
fn said() -> BTreeSet<String> {
    let in_backticks = PAGE.split('`').skip(1).step_by(2);
    in_backticks
        .flat_map(|code| code.split(|sign: char| !(sign.is_alphanumeric() || sign == '_')))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_field_of_a_citys_files_stands_on_the_page_for_authors() {
    let said = said();
    let mut count = 0;
    for (file, source, names) in STRUCTS {
        let fields = fields(source, names);
        assert!(!fields.is_empty(), "{file}: no fields were found");
        for field in fields {
            count += 1;
            assert!(said.contains(&field), "`{field}` ({file}) does not stand on docs/city-authors.md");
        }
    }
    assert!(!said.contains("promised"), "prose is no field");
    assert!(count > 100, "{count} fields were found, more are known to be there");
}

#[test]
fn every_word_of_a_citys_files_stands_on_the_page_for_authors() {
    let said = said();
    for (source, names) in ENUMS {
        let words = words(source, names);
        assert!(words.len() >= 2 * names.len(), "{names:?}: {words:?}");
        for word in words {
            assert!(said.contains(&word), "`{word}` ({names:?}) does not stand on docs/city-authors.md");
        }
    }
}
