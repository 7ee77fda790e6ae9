//! Receipts of Belgrade, computed by hand from the published prices and limits, as literals.
//!
//! Each row: day | earlier tickets of the stay (tapped+minutes) | tapped | zone | minutes asked |
//! paid from-to | lines (`limited` or `extended`, units x minutes at price) | total in RSD. Sources
//! stand above the rows by their id in `cities/belgrade/sources.toml`; limits are those of the
//! terms (items 7, BG-49..52), hours those of `ps-hours`.

use crate::support::{at, belgrade};
use mesto_rules::{LineKind, PayMethod, Quote, QuoteAsk, Stay, Stays};
use std::fmt::Write;

/// `ps-prices`, `ps-prices-outside`: A 100 per 30 min; red 56, yellow 48, green 41, blue 31 per
/// hour; extended red 100 per 30 min, yellow 180 and green 140 per hour. A Monday.
const UNTIL_JANUARY_2023: &str = "
2022-12-05 |  | 10:00 | a      |  30 | 10:00-10:30 | limited 1 x 30 at 100.00                              | 100.00
2022-12-05 |  | 10:00 | a      |  10 | 10:00-10:30 | limited 1 x 30 at 100.00                              | 100.00
2022-12-05 |  | 10:00 | red    |  60 | 10:00-11:00 | limited 1 x 60 at 56.00                               | 56.00
2022-12-05 |  | 10:00 | red    |   1 | 10:00-11:00 | limited 1 x 60 at 56.00                               | 56.00
2022-12-05 |  | 10:00 | red    |  61 | 10:00-11:30 | limited 1 x 60 at 56.00, extended 1 x 30 at 100.00    | 156.00
2022-12-05 |  | 10:00 | red    |  90 | 10:00-11:30 | limited 1 x 60 at 56.00, extended 1 x 30 at 100.00    | 156.00
2022-12-05 |  | 10:00 | yellow |  60 | 10:00-11:00 | limited 1 x 60 at 48.00                               | 48.00
2022-12-05 |  | 10:00 | yellow | 120 | 10:00-12:00 | limited 2 x 60 at 48.00                               | 96.00
2022-12-05 |  | 10:00 | yellow | 121 | 10:00-13:00 | limited 2 x 60 at 48.00, extended 1 x 60 at 180.00    | 276.00
2022-12-05 |  | 10:00 | yellow | 180 | 10:00-13:00 | limited 2 x 60 at 48.00, extended 1 x 60 at 180.00    | 276.00
2022-12-05 |  | 10:00 | green  |  60 | 10:00-11:00 | limited 1 x 60 at 41.00                               | 41.00
2022-12-05 |  | 10:00 | green  |  90 | 10:00-12:00 | limited 2 x 60 at 41.00                               | 82.00
2022-12-05 |  | 10:00 | green  | 180 | 10:00-13:00 | limited 3 x 60 at 41.00                               | 123.00
2022-12-05 |  | 10:00 | green  | 240 | 10:00-14:00 | limited 3 x 60 at 41.00, extended 1 x 60 at 140.00    | 263.00
2022-12-05 |  | 10:00 | blue   |  60 | 10:00-11:00 | limited 1 x 60 at 31.00                               | 31.00
2022-12-05 |  | 10:00 | blue   | 300 | 10:00-15:00 | limited 5 x 60 at 31.00                               | 155.00
2022-12-05 |  | 10:00 | blue   | 601 | 10:00-21:00 | limited 11 x 60 at 31.00                              | 341.00
2022-12-31 |  | 13:00 | red    |  60 | 13:00-14:00 | limited 1 x 60 at 56.00                               | 56.00
";

/// `krstarica-2023`: A 100 per 30 min; red 60, yellow 53, green 45, blue 35 per hour; extended time
/// not told. A Wednesday (the first day), a Monday, a Saturday, the last Friday.
const FROM_JANUARY_2023: &str = "
2023-01-04 |  | 07:00 | red    |  60 | 07:00-08:00 | limited 1 x 60 at 60.00                               | 60.00
2023-03-06 |  | 10:00 | a      |  30 | 10:00-10:30 | limited 1 x 30 at 100.00                              | 100.00
2023-03-06 |  | 10:00 | red    |  45 | 10:00-11:00 | limited 1 x 60 at 60.00                               | 60.00
2023-03-06 |  | 10:00 | yellow |  61 | 10:00-12:00 | limited 2 x 60 at 53.00                               | 106.00
2023-03-06 |  | 10:00 | yellow | 120 | 10:00-12:00 | limited 2 x 60 at 53.00                               | 106.00
2023-03-06 |  | 10:00 | green  | 121 | 10:00-13:00 | limited 3 x 60 at 45.00                               | 135.00
2023-03-06 |  | 10:00 | green  | 180 | 10:00-13:00 | limited 3 x 60 at 45.00                               | 135.00
2023-03-06 |  | 10:00 | blue   |  60 | 10:00-11:00 | limited 1 x 60 at 35.00                               | 35.00
2023-03-06 |  | 10:00 | blue   | 150 | 10:00-13:00 | limited 3 x 60 at 35.00                               | 105.00
2023-03-11 |  | 13:00 | red    |  60 | 13:00-14:00 | limited 1 x 60 at 60.00                               | 60.00
2025-01-31 |  | 20:00 | red    |  60 | 20:00-21:00 | limited 1 x 60 at 60.00                               | 60.00
";

/// `nova-2025`: A 120 per 30 min; red 80, yellow 65, green 55, blue 45 per hour; `kurir-2025`:
/// extended red 120 per 30 min, yellow 180 and green 160 per hour. A Monday.
const FROM_FEBRUARY_2025: &str = "
2025-03-03 |  | 10:00 | a      |  30 | 10:00-10:30 | limited 1 x 30 at 120.00                              | 120.00
2025-03-03 |  | 10:00 | a      |   1 | 10:00-10:30 | limited 1 x 30 at 120.00                              | 120.00
2025-03-03 |  | 10:00 | red    |  30 | 10:00-11:00 | limited 1 x 60 at 80.00                               | 80.00
2025-03-03 |  | 10:00 | red    |  60 | 10:00-11:00 | limited 1 x 60 at 80.00                               | 80.00
2025-03-03 |  | 10:00 | red    |  61 | 10:00-11:30 | limited 1 x 60 at 80.00, extended 1 x 30 at 120.00    | 200.00
2025-03-03 |  | 10:00 | red    |  90 | 10:00-11:30 | limited 1 x 60 at 80.00, extended 1 x 30 at 120.00    | 200.00
2025-03-03 |  | 10:00 | yellow |  59 | 10:00-11:00 | limited 1 x 60 at 65.00                               | 65.00
2025-03-03 |  | 10:00 | yellow | 120 | 10:00-12:00 | limited 2 x 60 at 65.00                               | 130.00
2025-03-03 |  | 10:00 | yellow | 121 | 10:00-13:00 | limited 2 x 60 at 65.00, extended 1 x 60 at 180.00    | 310.00
2025-03-03 |  | 10:00 | yellow | 180 | 10:00-13:00 | limited 2 x 60 at 65.00, extended 1 x 60 at 180.00    | 310.00
2025-03-03 |  | 10:00 | green  |  60 | 10:00-11:00 | limited 1 x 60 at 55.00                               | 55.00
2025-03-03 |  | 10:00 | green  | 180 | 10:00-13:00 | limited 3 x 60 at 55.00                               | 165.00
2025-03-03 |  | 10:00 | green  | 181 | 10:00-14:00 | limited 3 x 60 at 55.00, extended 1 x 60 at 160.00    | 325.00
2025-03-03 |  | 10:00 | green  | 240 | 10:00-14:00 | limited 3 x 60 at 55.00, extended 1 x 60 at 160.00    | 325.00
2025-03-03 |  | 10:00 | blue   |  60 | 10:00-11:00 | limited 1 x 60 at 45.00                               | 45.00
2025-03-03 |  | 10:00 | blue   | 480 | 10:00-18:00 | limited 8 x 60 at 45.00                               | 360.00
";

/// Prices of 2025. Hours of `ps-hours` and, for blue, `novosti-2021`: Monday to Friday 7-21 (blue
/// 8-21), Saturday 7-14 (8-14).
const OPENING_AND_CLOSING: &str = "
2025-03-03 |  | 06:30 | red    |  60 | 07:00-08:00 | limited 1 x 60 at 80.00                               | 80.00
2025-03-03 |  | 07:15 | blue   |  60 | 08:00-09:00 | limited 1 x 60 at 45.00                               | 45.00
2025-03-03 |  | 19:30 | red    |  90 | 19:30-21:00 | limited 1 x 60 at 80.00, extended 1 x 30 at 120.00    | 200.00
2025-03-03 |  | 20:30 | red    |  60 | 20:30-21:00 | limited 1 x 60 at 80.00                               | 80.00
2025-03-03 |  | 20:15 | red    |  90 | 20:15-21:00 | limited 1 x 60 at 80.00                               | 80.00
2025-03-03 |  | 18:45 | yellow | 180 | 18:45-21:00 | limited 2 x 60 at 65.00, extended 1 x 60 at 180.00    | 310.00
2025-03-03 |  | 18:30 | green  | 240 | 18:30-21:00 | limited 3 x 60 at 55.00                               | 165.00
2025-03-08 |  | 12:30 | yellow | 120 | 12:30-14:00 | limited 2 x 60 at 65.00                               | 130.00
2025-03-08 |  | 13:00 | blue   | 180 | 13:00-14:00 | limited 1 x 60 at 45.00                               | 45.00
";

/// Prices of 2025; the stay is counted from its first ticket (item 7, BG-48). Until 30 minutes
/// without a ticket have passed (`ps-faq-zones`) it is the same stay.
const EXTENSIONS: &str = "
2025-03-03 | 10:00+60  | 10:50 | red    |  30 | 11:00-11:30 | extended 1 x 30 at 120.00                         | 120.00
2025-03-03 | 10:00+60  | 10:50 | red    |  60 | 11:00-11:30 | extended 1 x 30 at 120.00                         | 120.00
2025-03-03 | 10:00+60  | 11:10 | red    |  30 | 11:10-11:30 | extended 1 x 30 at 120.00                         | 120.00
2025-03-03 | 10:00+60  | 11:30 | red    |  60 | 11:30-12:30 | limited 1 x 60 at 80.00                           | 80.00
2025-03-03 | 10:00+60  | 10:55 | yellow |  60 | 11:00-12:00 | limited 1 x 60 at 65.00                           | 65.00
2025-03-03 | 10:00+60  | 10:55 | yellow |  61 | 11:00-13:00 | limited 1 x 60 at 65.00, extended 1 x 60 at 180.00 | 245.00
2025-03-03 | 10:00+60  | 11:10 | yellow |  60 | 11:10-13:00 | limited 1 x 60 at 65.00, extended 1 x 60 at 180.00 | 245.00
2025-03-03 | 10:00+120 | 11:58 | yellow |  30 | 12:00-13:00 | extended 1 x 60 at 180.00                         | 180.00
2025-03-03 | 10:00+180 | 12:30 | green  | 120 | 13:00-14:00 | extended 1 x 60 at 160.00                         | 160.00
2025-03-03 | 10:00+60 10:30+60 | 11:45 | green | 60 | 12:00-13:00 | limited 1 x 60 at 55.00                    | 55.00
2025-03-03 | 10:00+60  | 10:30 | blue   |  60 | 11:00-12:00 | limited 1 x 60 at 45.00                           | 45.00
";

/// The list in force when the ticket starts counts: 60 until 31 January 2025, 80 from 1 February (a
/// Saturday) on; 56 until 3 January 2023 (that Tuesday is free: New Year fell on a Sunday), 60 from
/// the 4th on. The last two cross from winter to summer time on Sunday 29 March 2026 and back on 26
/// October 2025.
const PRICE_CHANGE_AND_SEASON: &str = "
2025-02-01 |  | 00:10 | red    |  60 | 07:00-08:00 | limited 1 x 60 at 80.00                               | 80.00
2025-02-01 |  | 07:00 | red    |  60 | 07:00-08:00 | limited 1 x 60 at 80.00                               | 80.00
2023-01-04 |  | 00:00 | a      |  30 | 07:00-07:30 | limited 1 x 30 at 100.00                              | 100.00
2026-03-28 |  | 13:00 | yellow |  60 | 13:00-14:00 | limited 1 x 60 at 65.00                               | 65.00
2026-03-30 |  | 06:59 | red    |  60 | 07:00-08:00 | limited 1 x 60 at 80.00                               | 80.00
2025-10-27 |  | 07:00 | green  |  60 | 07:00-08:00 | limited 1 x 60 at 55.00                               | 55.00
";

/// `BG-93`: by card the operator bears the commission from 200 RSD on, exactly 200 included.
const BY_CARD: &str = "
2025-03-03 |  | 10:00 | red    |  90 | 10:00-11:30 | limited 1 x 60 at 80.00, extended 1 x 30 at 120.00    | 200.00
2025-03-03 |  | 10:00 | yellow | 180 | 10:00-13:00 | limited 2 x 60 at 65.00, extended 1 x 60 at 180.00    | 310.00
";

fn shown(quote: &Quote) -> String {
    let mut lines = String::new();
    for line in &quote.lines {
        let separator = if lines.is_empty() { "" } else { ", " };
        let (kind, units, unit_minutes, unit_price) = match &line.kind {
            LineKind::Limited { units, unit_minutes, unit_price } => ("limited", units, unit_minutes, unit_price),
            LineKind::Extended { units, unit_minutes, unit_price } => ("extended", units, unit_minutes, unit_price),
            LineKind::CardFee { .. } | LineKind::Other => panic!("no receipt here has a fee"),
        };
        let price = unit_price.to_string();
        let price = price.strip_suffix(" RSD").unwrap();
        write!(lines, "{separator}{kind} {units} x {unit_minutes} at {price}").unwrap();
    }
    lines
}

/// Buys `minutes` at a moment: continues the running ticket, else starts at once.
fn buy(zone: &str, minutes: u32, tapped: &str, stay: Option<&Stay>, pay: PayMethod) -> (Quote, Stay) {
    let now = at(tapped);
    let ask = QuoteAsk { zone, minutes, now, stays: Stays { plate: stay, user: None }, pay };
    let quote = mesto_rules::quote(belgrade(), &ask).unwrap_or_else(|refusal| panic!("{zone} {tapped}: {refusal}"));
    let stay = Stay::after_purchase(belgrade(), stay, &quote).unwrap();
    (quote, stay)
}

fn check(table: &str, pay: PayMethod) {
    for row in table.lines().filter(|row| !row.is_empty()) {
        let columns: Vec<&str> = row.split('|').map(str::trim).collect();
        let [day, earlier, tapped, zone, asked, paid, lines, total] = columns[..] else { panic!("{row}") };
        let mut stay = None;
        for ticket in earlier.split_whitespace() {
            let (tapped, minutes) = ticket.split_once('+').unwrap();
            let (_, after) = buy(zone, minutes.parse().unwrap(), &format!("{day} {tapped}"), stay.as_ref(), pay);
            stay = Some(after);
        }
        let (quote, _) = buy(zone, asked.parse().unwrap(), &format!("{day} {tapped}"), stay.as_ref(), pay);
        let (from, to) = paid.split_once('-').unwrap();
        assert_eq!(quote.starts_at, at(&format!("{day} {from}")), "{row}");
        assert_eq!(quote.ends_at, at(&format!("{day} {to}")), "{row}");
        assert_eq!(shown(&quote), lines, "{row}");
        assert_eq!(quote.total.to_string(), format!("{total} RSD"), "{row}");
    }
}

#[test]
fn receipts_of_the_list_until_january_2023_bg_38_bg_45_bg_46() {
    check(UNTIL_JANUARY_2023, PayMethod::Deposit);
}

#[test]
fn receipts_of_the_list_from_january_2023_bg_38_bg_45() {
    check(FROM_JANUARY_2023, PayMethod::Deposit);
}

#[test]
fn receipts_of_the_list_from_february_2025_bg_38_bg_39_bg_45_bg_46() {
    check(FROM_FEBRUARY_2025, PayMethod::Deposit);
}

#[test]
fn receipts_at_opening_and_closing_bg_60() {
    check(OPENING_AND_CLOSING, PayMethod::Deposit);
}

#[test]
fn receipts_of_extensions_bg_48_bg_54_bg_59() {
    check(EXTENSIONS, PayMethod::Deposit);
}

#[test]
fn receipts_around_a_price_change_and_a_change_of_the_clocks_bg_45() {
    check(PRICE_CHANGE_AND_SEASON, PayMethod::Deposit);
}

#[test]
fn receipts_by_card_from_200_dinars_carry_no_fee_bg_93() {
    check(BY_CARD, PayMethod::Card);
}

#[test]
fn there_are_at_least_sixty_receipts() {
    let tables = [
        UNTIL_JANUARY_2023,
        FROM_JANUARY_2023,
        FROM_FEBRUARY_2025,
        OPENING_AND_CLOSING,
        EXTENSIONS,
        PRICE_CHANGE_AND_SEASON,
        BY_CARD,
    ];
    let rows: usize = tables.iter().map(|table| table.lines().filter(|row| !row.is_empty()).count()).sum();
    assert!(rows >= 60, "{rows}");
}
