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

fn look_alikes(plate: &ParsedPlate) -> Vec<(usize, char, char)> {
    let seen = plate.warnings.iter().map(|warning| match warning {
        PlateWarning::LookAlike { position, typed, read_as } => (*position, *typed, *read_as),
        other => panic!("{other:?}"),
    });
    seen.collect()
}

#[test]
fn look_alike_cyrillic_is_read_and_said() {
    let plate = read("ВG789РР");
    assert_eq!(plate.canonical, "BG789PP");
    assert_eq!(look_alikes(&plate), [(1, 'В', 'B'), (6, 'Р', 'P'), (7, 'Р', 'P')]);
}

#[test]
fn a_letter_that_looks_like_one_of_the_plate_is_that_one_and_is_said_bg_23() {
    // Eth, its small form and the African D, for the Đ that an inspector types.
    for typed in ["BG 123-ĐĐ", "BG 123-ÐÐ", "bg 123-ðð", "BG 123-ƉƉ"] {
        let plate = read(typed);
        assert_eq!((plate.display.as_str(), &plate.kind), ("BG 123-ĐĐ", &PlateKind::Standard), "{typed}");
        let said = look_alikes(&plate);
        assert_eq!(said.len(), if typed.contains('Đ') { 0 } else { 2 }, "{typed}");
        assert!(said.iter().all(|(position, _, read_as)| *position >= 6 && *read_as == 'Đ'), "{typed}");
    }
    // Greek, as from a Greek keyboard, and the I with a dot of a Turkish one.
    assert_eq!(look_alikes(&read("ΝΙΚ 1234")), [(1, 'Ν', 'N'), (2, 'Ι', 'I'), (3, 'Κ', 'K')]);
    assert_eq!(look_alikes(&read("34 İST 12")), [(3, 'İ', 'I')]);
    assert_eq!(look_alikes(&read("34 i\u{307}ST 12")), [(3, 'İ', 'I')]);
    assert_eq!(read("ΝΙΚ 1234").canonical, "NIK1234");
}

#[test]
fn a_plate_is_the_same_however_its_letters_are_composed_bg_23() {
    for (decomposed, composed) in [
        ("FU\u{308}S AB 123", "FÜS AB 123"),
        ("fu\u{308}s ab 123", "FÜS AB 123"),
        ("BG 123-S\u{30c}C\u{301}", "BG 123-ŠĆ"),
        ("\u{212b}BO 123", "ÅBO 123"),
        ("A\u{30a}BO 123", "ÅBO 123"),
        ("\u{2068}BG\u{200b} 123-\u{1c4}\u{2069}", "BG 123-DŽ"),
    ] {
        let (one, other) = (read(decomposed), read(composed));
        assert_eq!((one.canonical, one.display), (other.canonical, other.display), "{decomposed:?}");
        assert_eq!((one.warnings, other.warnings), (vec![], vec![]), "{decomposed:?}");
    }
}

#[test]
fn a_letter_that_hardly_any_plate_has_is_taken_and_said() {
    let plate = read("BG 123-ÇÁ");
    assert_eq!((plate.canonical.as_str(), plate.kind), ("BG123ÇÁ", PlateKind::Foreign));
    let unusual = |position, letter| PlateWarning::UnusualLetter { position, letter };
    assert_eq!(plate.warnings, [unusual(6, 'Ç'), unusual(7, 'Á')]);
    assert_eq!(wrong("BG 123-ȘƏ"), PlateError::SignNotAllowed { letter: 'Ș', position: 6, example: example() });
}

#[test]
fn space_and_dash_are_shown_and_not_compared() {
    // ADR 17.
    let [one, other] = ["B-NO 1", "BN-O 1"].map(read);
    assert_eq!((one.canonical.as_str(), other.canonical.as_str()), ("BNO1", "BNO1"));
    assert_eq!((one.display.as_str(), other.display.as_str()), ("B-NO 1", "BN-O 1"));
}

#[test]
fn warnings_of_a_later_version_are_read() {
    assert_eq!(serde_json::from_str::<PlateWarning>(r#"{"type":"stolen","since":1}"#).unwrap(), PlateWarning::Other);
    let warning = PlateWarning::LookAlike { position: 1, typed: 'В', read_as: 'B' };
    let text = r#"{"type":"look_alike","position":1,"typed":"В","read_as":"B"}"#;
    assert_eq!(serde_json::to_string(&warning).unwrap(), text);
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
