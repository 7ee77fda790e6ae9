//! Ticket numbers as they are typed and as a bar code gives them.

use crate::support::{belgrade, garages};
use mesto_rules::garages::TicketNumber;
use mesto_rules::garages::facility::{CheckDigit, TicketPattern};
use proptest::prelude::*;

fn pattern(mask: &str, check_digit: Option<CheckDigit>) -> TicketPattern {
    TicketPattern { mask: mask.to_owned(), check_digit }
}

fn read(text: &str, pattern: &TicketPattern) -> Result<String, String> {
    TicketNumber::parse(text, Some(pattern)).map(String::from).map_err(|error| error.to_string())
}

#[test]
fn a_ticket_number_is_read_without_spaces_dashes_and_small_letters_bg_64() {
    let vma = garages(belgrade()).facility("vma").unwrap();
    for typed in ["gr 0042-17", "GR004217", " gr–0042\u{a0}17 ", "G R 0 0 4 2 1 7"] {
        assert_eq!(vma.read_ticket(typed).unwrap().as_str(), "GR004217", "{typed}");
    }
    assert_eq!(read("12 3456", &pattern("DDDDDD", None)).unwrap(), "123456");
    assert_eq!(read("a-0001", &pattern("LDDDD", None)).unwrap(), "A0001");
    assert_eq!(read("gr 0001", &pattern("GRDDDD", None)).unwrap(), "GR0001");
}

#[test]
fn a_wrong_ticket_number_says_what_is_wrong_and_how_one_looks_bg_64() {
    let digits = pattern("DDDDDD", None);
    let mixed = pattern("GRLDDDD", None);
    for (typed, pattern, said) in [
        ("", &digits, "no number was given; it is printed under the bar code of the ticket, 6 digits"),
        (" - ", &digits, "no number was given; it is printed under the bar code of the ticket, 6 digits"),
        ("12345", &digits, "5 signs are no ticket number; it is 6 digits"),
        ("1234567", &digits, "7 signs are no ticket number; it is 6 digits"),
        ("12O456", &digits, "`O` cannot be sign 3 of a ticket number here; it is 6 digits"),
        ("12345?", &digits, "`?` stands on no ticket; its number is 6 digits"),
        ("12345Ш", &digits, "`Ш` stands on no ticket; its number is 6 digits"),
        ("GX A0001", &mixed, "`X` cannot be sign 2 of a ticket number here; it is 7 signs such as GRA3456"),
    ] {
        assert_eq!(read(typed, pattern).unwrap_err(), said, "{typed}");
    }
    let vma = garages(belgrade()).facility("vma").unwrap();
    let said = vma.read_ticket("123").unwrap_err().to_string();
    assert_eq!(said, "3 signs are no ticket number; it is 4 to 32 letters and digits");
    assert!(vma.read_ticket(&"1".repeat(33)).is_err());
    assert!(vma.read_ticket(&"1".repeat(32)).is_ok());
}

#[test]
fn a_check_digit_finds_a_wrong_one_bg_64() {
    // ISO/IEC 7812-1 annex B; GS1 General Specifications, figure 7.9.1-1.
    let luhn = pattern("DDDDDDDDDDD", Some(CheckDigit::Luhn));
    assert_eq!(read("7992739871 3", &luhn).unwrap(), "79927398713");
    let gs1 = pattern("DDDDDDDDDDDDD", Some(CheckDigit::Gs1));
    assert_eq!(read("629104150021 3", &gs1).unwrap(), "6291041500213");
    for wrong in ["79927398710", "79927389713"] {
        let said = read(wrong, &luhn).unwrap_err();
        assert!(said.starts_with("a digit is wrong: the last one of this number would be "), "{said}");
    }
}

#[test]
fn a_ticket_number_crosses_the_wire_as_text_bg_64() {
    let number: TicketNumber = "gr 0042".parse().unwrap();
    assert_eq!(serde_json::to_value(&number).unwrap(), "GR0042");
    assert_eq!(serde_json::from_str::<TicketNumber>("\"GR0042\"").unwrap(), number);
    assert!(serde_json::from_str::<TicketNumber>("\"G?\"").is_err());
}

proptest! {
    #[test]
    fn any_text_is_a_ticket_number_or_an_error(typed in any::<String>(), mask in "[DLA-Z0-9]{4,12}") {
        match TicketNumber::parse(&typed, None) {
            Ok(number) => prop_assert_eq!(TicketNumber::parse(number.as_str(), None).unwrap(), number),
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
        let _ = TicketNumber::parse(&typed, Some(&pattern(&mask, None)));
    }

    #[test]
    fn no_single_wrong_digit_passes_a_check_digit(digits in "[0-9]{9}", place in 0..10_usize, other in 1..10_u32, gs1: bool) {
        let check = pattern("DDDDDDDDDD", Some(if gs1 { CheckDigit::Gs1 } else { CheckDigit::Luhn }));
        let right: Vec<String> = (0..10).map(|last| format!("{digits}{last}")).filter(|it| read(it, &check).is_ok()).collect();
        prop_assert_eq!(right.len(), 1);
        let wrong: String = right[0].chars().enumerate().map(|(index, digit)| {
            let digit = digit.to_digit(10).unwrap();
            char::from_digit(if index == place { (digit + other) % 10 } else { digit }, 10).unwrap()
        }).collect();
        prop_assert!(read(&wrong, &check).is_err());
    }
}

#[test]
fn numbers_are_counted_by_the_pattern_of_the_facility_bg_64() {
    let counted = |mask: &str, check, count| pattern(mask, check).number(count).map(|number| number.to_string());
    assert_eq!(counted("GRDDDDDD", None, 4217).as_deref(), Some("GR004217"));
    assert_eq!(counted("GRDDDDDD", None, 999_999).as_deref(), Some("GR999999"));
    assert_eq!(counted("GRDDDDDD", None, 1_000_000), None, "there are not so many");
    assert_eq!(counted("LLDDDD", None, 7).as_deref(), Some("AA0007"));
    assert_eq!(counted("DDDDDDDDDDDDD", Some(CheckDigit::Gs1), 400_638_133_393).as_deref(), Some("4006381333931"));
    assert_eq!(counted("DDDDDDDDDDD", Some(CheckDigit::Luhn), 7_992_739_871).as_deref(), Some("79927398713"));
    assert_eq!(counted("DDDDDDDDDDD", Some(CheckDigit::Luhn), 99_999_999_999), None);
    assert_eq!(counted("GARAGE", None, 0), None, "nothing counts");
}
