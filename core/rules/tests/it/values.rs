//! Money, tickets and the words that cross a wire.

use crate::support::{at, quote};
use mesto_rules::Refusal;
use mesto_rules::money::{Currency, Money, MoneyError};
use mesto_rules::ticket::{TicketEffect, TicketError, TicketEvent, TicketState, state_at, step};

fn rsd() -> Currency {
    Currency::new("RSD").unwrap()
}

#[test]
fn a_currency_has_the_exponent_of_iso_4217() {
    for (code, exponent) in [("RSD", 2), ("KZT", 2), ("EUR", 2), ("JPY", 0), ("KWD", 3), ("ISK", 0)] {
        assert_eq!(Currency::new(code).unwrap().exponent(), exponent, "{code}");
    }
    for wrong in ["", "rsd", "DIN", "RSDX", "RS", "ŠŠ", " RSD"] {
        assert_eq!(Currency::new(wrong), Err(MoneyError::CurrencyUnknown(wrong.to_owned())));
    }
}

#[test]
fn money_is_at_the_scale_of_its_currency() {
    assert_eq!(Money::from_minor(8000, rsd()).to_string(), "80.00 RSD");
    assert_eq!(Money::parse("80", rsd()).unwrap().to_string(), "80.00 RSD");
    assert_eq!(Money::parse("80.000", rsd()).unwrap().minor(), Ok(8000));
    assert_eq!(Money::parse("-0.01", rsd()).unwrap().minor(), Ok(-1));
    assert_eq!(Money::parse("1000", Currency::new("JPY").unwrap()).unwrap().to_string(), "1000 JPY");
    assert!(matches!(Money::parse("80.001", rsd()), Err(MoneyError::Fraction { .. })));
    for wrong in [
        "",
        "80,00",
        "eighty",
        "1e3",
        "0x10",
        "NaN",
        "80.00 RSD",
        "1_000.00",
        "80_50",
        "+1000",
        "080.00",
        "00",
        ".50",
        "80.",
        "-",
        "--1",
        " 80",
        "80 ",
        "1.0.0",
        "٨٠",
    ] {
        assert_eq!(Money::parse(wrong, rsd()), Err(MoneyError::NotANumber(wrong.to_owned())));
    }
    assert_eq!(Money::parse("92233720368547758.07", rsd()).unwrap().minor(), Ok(i64::MAX));
    assert_eq!(Money::parse("92233720368547758.08", rsd()), Err(MoneyError::Overflow));
}

#[test]
fn nothing_is_never_negative() {
    for typed in ["-0", "-0.00", "0", "0.000"] {
        assert_eq!(Money::parse(typed, rsd()).unwrap().to_string(), "0.00 RSD", "{typed}");
    }
}

#[test]
fn money_of_two_currencies_is_never_added() {
    let dinars = Money::from_minor(8000, rsd());
    let euros = Money::from_minor(100, Currency::new("EUR").unwrap());
    assert!(matches!(dinars.checked_add(&euros), Err(MoneyError::Mixed(..))));
    assert!(matches!(dinars.checked_sub(&euros), Err(MoneyError::Mixed(..))));
    assert_eq!(dinars.checked_sub(&Money::from_minor(8001, rsd())).unwrap().minor(), Ok(-1));
    assert_eq!(Money::from_minor(i64::MAX, rsd()).checked_add(&dinars), Err(MoneyError::Overflow));
    assert_eq!(Money::from_minor(i64::MAX, rsd()).checked_mul(2), Err(MoneyError::Overflow));
}

#[test]
fn a_discount_leaves_the_fraction_to_the_payer() {
    assert_eq!(Money::from_minor(187_001, rsd()).less_percent(50).unwrap().minor(), Ok(93_500));
    assert_eq!(Money::from_minor(100, rsd()).less_percent(0).unwrap().minor(), Ok(100));
    assert_eq!(Money::from_minor(100, rsd()).less_percent(100).unwrap().minor(), Ok(0));
    assert_eq!(Money::from_minor(100, rsd()).less_percent(101), Err(MoneyError::Overflow));
}

#[test]
fn money_on_the_wire_is_text() {
    let json = serde_json::to_string(&Money::from_minor(8000, rsd())).unwrap();
    assert_eq!(json, r#"{"amount":"80.00","currency":"RSD"}"#);
    for wrong in [
        r#"{"amount":80.00,"currency":"RSD"}"#,
        r#"{"amount":80,"currency":"RSD"}"#,
        r#"{"amount":"80.001","currency":"RSD"}"#,
        r#"{"amount":"+80.00","currency":"RSD"}"#,
        r#"{"amount":"8_0.00","currency":"RSD"}"#,
        r#"{"amount":"80.00"}"#,
        r#"{"amount":"80.00","currency":"rsd"}"#,
        r#"{"amount":"80.00","currency":"RSD","x":1}"#,
    ] {
        assert!(serde_json::from_str::<Money>(wrong).is_err(), "{wrong}");
    }
    // An amount that is no money does not leave the program.
    let broken = Money { amount: "0.001".parse().unwrap(), currency: rsd() };
    assert!(serde_json::to_string(&broken).is_err());
}

#[test]
fn a_quote_on_the_wire_names_its_lines_and_notices() {
    let json = serde_json::to_value(quote("red", 61, "2025-03-03 10:00").unwrap()).unwrap();
    let price = |amount: &str| serde_json::json!({ "amount": amount, "currency": "RSD" });
    assert_eq!(
        json,
        serde_json::json!({
            "zone": "red",
            "tariff": "2025-02-01",
            "tariff_from": "2025-02-01",
            "asked_minutes": 61,
            "granted_minutes": 90,
            "start": { "type": "on_purchase" },
            "starts_at": "2025-03-03T09:00:00Z",
            "ends_at": "2025-03-03T10:30:00Z",
            "latest_end_at": "2025-03-03T10:32:00Z",
            "lines": [
                { "kind": { "type": "limited", "units": 1, "unit_minutes": 60, "unit_price": price("80.00") }, "amount": price("80.00") },
                { "kind": { "type": "extended", "units": 1, "unit_minutes": 30, "unit_price": price("120.00") }, "amount": price("120.00") },
            ],
            "total": price("200.00"),
            "notices": [{ "type": "rounded_up", "asked": 61, "granted": 90 }],
            "stay": { "started_at": "2025-03-03T09:00:00Z", "deadline": "2025-03-03T10:30:00Z", "left_minutes": 0 },
        })
    );
}

#[test]
fn a_refusal_on_the_wire_carries_its_code_and_what_is_allowed_bg_50() {
    let json = |refusal: Refusal| serde_json::to_value(refusal).unwrap();
    assert_eq!(
        json(quote("red", 91, "2025-03-03 10:00").unwrap_err()),
        serde_json::json!({ "code": "max_stay_exceeded", "asked": 91, "max_stay": 90, "allowed": 90 })
    );
    assert_eq!(
        json(quote("red", 60, "2025-03-02 10:00").unwrap_err()),
        serde_json::json!({ "code": "not_charged", "next_opening": "2025-03-03T06:00:00Z" })
    );
    assert_eq!(
        json(quote("red", 0, "2025-03-03 10:00").unwrap_err()),
        serde_json::json!({ "code": "minutes_not_positive" })
    );
}

#[test]
fn a_ticket_is_over_at_its_end_and_not_before_bg_53() {
    let ends_at = at("2025-03-03 11:00");
    let before = at("2025-03-03 10:59:59");
    let passed = TicketEvent::TimePassed { ends_at };
    assert_eq!(step(TicketState::Active, passed, before), Ok((TicketState::Active, vec![])));
    assert_eq!(step(TicketState::Active, passed, ends_at), Ok((TicketState::Expired, vec![TicketEffect::TellExpired])));
    assert_eq!(step(TicketState::Expired, passed, ends_at), Ok((TicketState::Expired, vec![]))); // said once
    assert_eq!(state_at(TicketState::Active, ends_at, before), TicketState::Active);
    assert_eq!(state_at(TicketState::Active, ends_at, ends_at), TicketState::Expired);
    assert_eq!(state_at(TicketState::Voided, ends_at, ends_at), TicketState::Voided);
    // One that a clock ahead has ended runs on by the right one, and can be taken back.
    assert_eq!(state_at(TicketState::Expired, ends_at, before), TicketState::Active);
    let voided = Ok((TicketState::Voided, vec![TicketEffect::Refund, TicketEffect::TellVoided]));
    assert_eq!(step(TicketState::Expired, TicketEvent::Void { ends_at }, before), voided);
    assert_eq!(state_at(TicketState::Voided, ends_at, before), TicketState::Voided);
}

#[test]
fn a_ticket_can_be_taken_back_until_its_end() {
    let ends_at = at("2025-03-03 11:00");
    let void = TicketEvent::Void { ends_at };
    let (state, effects) = step(TicketState::Active, void, at("2025-03-03 10:59:59")).unwrap();
    assert_eq!((state, effects), (TicketState::Voided, vec![TicketEffect::Refund, TicketEffect::TellVoided]));
    assert_eq!(step(TicketState::Active, void, ends_at), Err(TicketError::NotActive));
    assert_eq!(step(TicketState::Voided, void, at("2025-03-03 10:00")), Err(TicketError::NotActive));
}
