//! The driver's day: buy, extend, be refused.

use crate::support::{ask, at, belgrade, buy, of, quote};
use mesto_rules::{Notice, QuoteAsk, Refusal};

#[test]
fn red_sixty_then_thirty_then_nothing_bg_48_bg_50_bg_54() {
    let (first, stay) = buy(belgrade(), &ask("red", 60, "2025-03-03 10:00"));
    assert_eq!(first.total.to_string(), "80.00 RSD");
    assert_eq!(first.ends_at, at("2025-03-03 11:00"));
    assert_eq!(first.stay.left_minutes, Some(30));

    let extend = QuoteAsk { stays: of(&stay), ..ask("red", 30, "2025-03-03 10:50") };
    let (second, stay) = buy(belgrade(), &extend);
    assert_eq!(second.total.to_string(), "120.00 RSD");
    assert_eq!(second.ends_at, at("2025-03-03 11:30"));
    assert_eq!(second.stay.left_minutes, Some(0));

    let more = QuoteAsk { stays: of(&stay), ..ask("red", 1, "2025-03-03 11:10") };
    assert_eq!(
        mesto_rules::quote(belgrade(), &more),
        Err(Refusal::LimitReached { deadline: at("2025-03-03 11:30"), next_possible_at: at("2025-03-03 12:00") })
    );
}

#[test]
fn red_sixty_one_is_paid_to_ninety_bg_50() {
    let quote = quote("red", 61, "2025-03-03 10:00").unwrap();
    assert_eq!(quote.total.to_string(), "200.00 RSD");
    assert_eq!(quote.granted_minutes, 90);
    assert_eq!(quote.notices, [Notice::RoundedUp { asked: 61, granted: 90 }]);
}
