//! Plates: three forms, no silent change, and errors that say what would be right.

use crate::support::belgrade;
use mesto_rules::{ParsedPlate, PlateError, PlateKind, PlateWarning};

fn read(input: &str) -> ParsedPlate {
    mesto_rules::parse_plate(input, &belgrade().sections.plates).unwrap_or_else(|error| panic!("{input}: {error}"))
}

fn wrong(input: &str) -> PlateError {
    mesto_rules::parse_plate(input, &belgrade().sections.plates).unwrap_err()
}

fn example() -> String {
    "BG 789-PP".to_owned()
}

#[test]
fn a_plate_has_three_forms_however_it_is_typed_bg_23() {
    for typed in ["BG789PP", "bg 789-pp", " Bg-789 pp ", "BG.789.PP", "bg–789–pp", "BG 789\u{a0}PP"] {
        let plate = read(typed);
        assert_eq!(plate.display, "BG 789-PP", "{typed}");
        assert_eq!(plate.canonical, "BG789PP", "{typed}");
        assert_eq!(plate.sms.as_deref(), Some("BG789PP"), "{typed}");
        assert_eq!((plate.kind, plate.warnings), (PlateKind::Standard, vec![]), "{typed}");
    }
    assert_eq!(read("ns1234xy").display, "NS 1234-XY");
}

#[test]
fn hooked_letters_stay_in_the_plate_and_are_folded_for_sms_only_bg_23() {
    let plate = read("ša 123-čđ");
    assert_eq!((plate.display.as_str(), plate.canonical.as_str()), ("ŠA 123-ČĐ", "ŠA123ČĐ"));
    assert_eq!(plate.sms.as_deref(), Some("SA123CD"));
    assert_eq!(read("ZR 111-ĆŽ").sms.as_deref(), Some("ZR111CZ"));
    // Typed as a letter and a mark of its own.
    assert_eq!(read("s\u{30c}a 123-c\u{301}z\u{30c}").canonical, "ŠA123ĆŽ");
    assert_ne!(read("ŠA123CC").canonical, read("SA123CC").canonical);
}

#[test]
fn a_city_that_does_not_fold_has_no_sms_form_for_hooked_letters() {
    let mut grammar = belgrade().sections.plates.clone();
    grammar.sms_fold.clear();
    assert_eq!(mesto_rules::parse_plate("ŠA123CC", &grammar).unwrap().sms, None);
    assert!(mesto_rules::parse_plate("SA123CC", &grammar).unwrap().sms.is_some());
}

#[test]
fn diplomatic_plates_are_special() {
    let plate = read("12a456");
    assert_eq!((plate.display.as_str(), plate.kind), ("12-A-456", PlateKind::Special));
    assert_eq!(read("123-P-456").kind, PlateKind::Special);
    assert_eq!(read("12-B-456").kind, PlateKind::Foreign);
}

#[test]
fn foreign_plates_are_taken_as_they_are() {
    let plate = read("m-ab 1234");
    assert_eq!(
        (plate.display.as_str(), plate.canonical.as_str(), plate.kind),
        ("M-AB 1234", "MAB1234", PlateKind::Foreign)
    );
    assert_eq!(plate.warnings, []);
    let plate = read("fü xy 12");
    assert_eq!((plate.canonical.as_str(), plate.sms), ("FÜXY12", None));
    assert_eq!(read("123 ABC 02").canonical, "123ABC02");
}

#[test]
fn look_alike_cyrillic_is_read_and_said() {
    let plate = read("ВG789РР");
    assert_eq!(plate.canonical, "BG789PP");
    assert_eq!(
        plate.warnings,
        [
            PlateWarning::LookAlikeCyrillic { position: 1, typed: 'В', read_as: 'B' },
            PlateWarning::LookAlikeCyrillic { position: 6, typed: 'Р', read_as: 'P' },
            PlateWarning::LookAlikeCyrillic { position: 7, typed: 'Р', read_as: 'P' },
        ]
    );
}

#[test]
fn other_cyrillic_is_refused() {
    assert_eq!(wrong("БГ789ПП"), PlateError::Cyrillic { letter: 'Б', position: 1, example: example() });
    assert_eq!(wrong("BG789ш"), PlateError::Cyrillic { letter: 'ш', position: 6, example: example() });
}

#[test]
fn oh_and_zero_are_never_swapped_but_said() {
    let plate = read("BG 78O-PP");
    assert_eq!((plate.canonical.as_str(), plate.kind), ("BG78OPP", PlateKind::Foreign));
    assert_eq!(plate.warnings, [PlateWarning::OhOrZero { maybe: "BG 780-PP".into() }]);
    let plate = read("BG 789-P0");
    assert_eq!(plate.canonical, "BG789P0");
    assert_eq!(plate.warnings, [PlateWarning::OhOrZero { maybe: "BG 789-PO".into() }]);
    assert_eq!(read("BG 780-PO").warnings, []);
}

#[test]
fn an_unknown_form_is_refused_and_told_what_is_right() {
    assert_eq!(wrong(""), PlateError::Empty { example: example() });
    assert_eq!(wrong(" - "), PlateError::Empty { example: example() });
    assert_eq!(wrong("B1"), PlateError::TooShort { length: 2, min: 3, example: example() });
    assert_eq!(read("B12").kind, PlateKind::Foreign);
    assert_eq!(read("ABCDEFGHIJK1").canonical.len(), 12);
    assert_eq!(wrong("ABCDEFGHIJKL1"), PlateError::TooLong { length: 13, max: 12, example: example() });
    assert_eq!(wrong("HELLO"), PlateError::NoDigit { example: example() });
    assert_eq!(wrong("BG?89PP"), PlateError::SignNotAllowed { letter: '?', position: 3, example: example() });
    assert_eq!(wrong("BG😀89"), PlateError::SignNotAllowed { letter: '😀', position: 3, example: example() });
    assert_eq!(wrong("straße1"), PlateError::SignNotAllowed { letter: 'ß', position: 5, example: example() });
    let text = wrong("B1").to_string();
    assert!(text.contains("at least 3") && text.contains("BG 789-PP"), "{text}");
}

#[test]
fn a_plate_names_its_country_only_where_it_follows_a_form_of_it() {
    for (typed, country) in [("BG789PP", Some("RS")), ("M 123-A-456", None), ("B-NO 1", None)] {
        assert_eq!(read(typed).country.as_deref(), country, "{typed}");
    }
}
