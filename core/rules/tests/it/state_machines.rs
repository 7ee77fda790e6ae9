//! The tables of `docs/state-machines.md`, made by running the machines; `UPDATE=1` writes the file
//! anew.

use crate::support::{ask, at, belgrade, buy, of};
use chrono::TimeDelta;
use mesto_rules::cards::{CardEvent, CardState, CardsSection, TopUpError, TopUpEvent, TopUpState, TopUpTimes};
use mesto_rules::garages::visit::{self, VisitEvent, VisitState};
use mesto_rules::kernel::standing::{Standing, StandingEvent};
use mesto_rules::order::{self, OrderEvent, OrderState, OrderTerms};
use mesto_rules::rides::{RideError, RideEvent, RideState, RidesSection};
use mesto_rules::stay::StayState;
use mesto_rules::ticket::{self, TicketEvent, TicketState};
use mesto_rules::{Money, QuoteAsk, Stay};
use std::fmt::Write;

const HEAD: &str = "# State machines

Generated from the code by the tests of `mesto-rules`; `UPDATE=1 cargo test -p mesto-rules state_machines` writes it anew.
";

fn word<T: serde::Serialize>(value: &T) -> String {
    let value = serde_json::to_value(value).unwrap();
    let name = value.as_str().map(str::to_owned);
    name.or_else(|| value.as_object().and_then(|fields| fields.keys().next().cloned())).unwrap()
}

fn words<T: serde::Serialize>(values: &[T]) -> String {
    let words: Vec<String> = values.iter().map(word).collect();
    if words.is_empty() { "-".to_owned() } else { words.join(", ") }
}

fn row(table: &mut String, cells: [&str; 5]) {
    writeln!(table, "| {} |", cells.join(" | ")).unwrap();
}

fn head(title: &str, about: &str) -> String {
    format!("\n## {title}\n\n{about}\n\n| state | event | when | becomes | effects |\n|---|---|---|---|---|\n")
}

fn tickets() -> String {
    let mut table =
        head("Ticket", "Time bought in advance for one plate in one zone.\nThe end itself is no longer covered.");
    let ends_at = at("2025-03-03 11:00");
    for state in [TicketState::Active, TicketState::Expired, TicketState::Voided] {
        for (name, event) in
            [("time_passed", TicketEvent::TimePassed { ends_at }), ("void", TicketEvent::Void { ends_at })]
        {
            for (when, now) in [("before its end", at("2025-03-03 10:59:59")), ("from its end on", ends_at)] {
                match ticket::step(state, event, now) {
                    Ok((next, effects)) => row(&mut table, [&word(&state), name, when, &word(&next), &words(&effects)]),
                    Err(error) => row(&mut table, [&word(&state), name, when, "refused", &error.to_string()]),
                }
            }
        }
    }
    table
}

fn orders() -> String {
    let mut table =
        head("Daily order", "Issued by an inspector only; it covers the car to the same time on the next charged day.");
    let rsd = belgrade().currency;
    let (price, discounted) = (Money::from_minor(300_000, rsd), Money::from_minor(150_000, rsd));
    let until = at("2025-03-25 00:00");
    let terms = OrderTerms {
        price,
        discounted_price: Some(discounted),
        discount_until: Some(until),
        valid_until: at("2025-03-04 10:15"),
        pay_by: Some(until),
    };
    let pay = |amount| OrderEvent::Pay { amount, terms: terms.clone() };
    let early = at("2025-03-03 12:00");
    for state in [OrderState::Issued, OrderState::Paid, OrderState::Cancelled] {
        for (name, when, event, now) in [
            ("pay", "the discounted price in time", pay(discounted), early),
            ("pay", "the full price in time", pay(price), early),
            ("pay", "the discounted price too late", pay(discounted), until),
            ("pay", "the full price too late for the discount", pay(price), until),
            ("paid_elsewhere", "any time", OrderEvent::PaidElsewhere, early),
            ("cancel", "any time", OrderEvent::Cancel, early),
        ] {
            match order::step(state, &event, now) {
                Ok((next, effects)) => row(&mut table, [&word(&state), name, when, &word(&next), &words(&effects)]),
                Err(error) => row(&mut table, [&word(&state), name, when, "refused", &error.to_string()]),
            }
        }
    }
    table
}

fn stays() -> String {
    let mut table = head(
        "Stay",
        "The purchases in one car park that count together: those for one plate, of one user, or both, as the city says (BG-48).\nIts deadline is its first ticket's start + max stay; here red, first bought at 10:00 for 60 minutes, with a break of 30 minutes.",
    );
    let (_, stay) = buy(belgrade(), &ask("red", 60, "2025-03-03 10:00"));
    let text = |state: StayState| word(&state);
    row(&mut table, ["none", "buy", "any time", &text(stay.state_at(at("2025-03-03 10:00"))), "a new deadline"]);
    for (when, now) in [
        ("while the ticket runs", "2025-03-03 10:50"),
        ("within the break", "2025-03-03 11:29:59"),
        ("after the break", "2025-03-03 11:30"),
        ("on the next billing day", "2025-03-04 07:00"),
    ] {
        let state = stay.state_at(at(now));
        row(&mut table, ["open", "time passed", when, &text(state), "-"]);
        let ask = QuoteAsk { stays: of(&stay), ..ask("red", 30, now) };
        let quote = mesto_rules::quote(belgrade(), &ask).unwrap();
        let after = Stay::after_purchase(belgrade(), Some(&stay), &quote).unwrap();
        let kept = if after.deadline == stay.deadline { "the same deadline" } else { "a new deadline" };
        row(&mut table, [&text(state), "buy", when, &text(after.state_at(quote.starts_at)), kept]);
    }
    let (_, full) = buy(belgrade(), &ask("red", 90, "2025-03-03 10:00"));
    for (when, now) in
        [("the whole limit is bought", "2025-03-03 11:00"), ("the limit is over, the break is not", "2025-03-03 11:45")]
    {
        let ask = QuoteAsk { stays: of(&full), ..ask("red", 30, now) };
        let refusal = mesto_rules::quote(belgrade(), &ask).unwrap_err();
        row(&mut table, ["open", "buy", when, "refused", refusal.code()]);
    }
    table
}

fn rides() -> String {
    let city = mesto_rules::load::embedded("almaty").unwrap();
    let policy = &city.section::<RidesSection>().unwrap().policy;
    let registered_at = at("2025-03-03 10:00");
    let mut table = String::from(
        "\n## Ride\n\nA ride can be disputed within the days of the city's policy; `dispute, too late` is after them.\n\n| state | event | becomes | or is refused, because |\n|---|---|---|---|\n",
    );
    for state in [RideState::Registered, RideState::Disputed, RideState::Voided] {
        let late = registered_at + TimeDelta::days(i64::from(policy.dispute_days) + 1);
        for (name, event, now) in [
            ("dispute", RideEvent::Dispute, registered_at),
            ("dispute, too late", RideEvent::Dispute, late),
            ("uphold", RideEvent::Uphold, late),
            ("void", RideEvent::Void, late),
        ] {
            let (becomes, refused) = match state.step(event, (registered_at, now), policy) {
                Ok(next) => (word(&next), "-".to_owned()),
                Err(RideError::TooLate { .. }) => ("-".to_owned(), "the days are over".to_owned()),
                Err(error) => ("-".to_owned(), error.to_string()),
            };
            writeln!(table, "| {} | {name} | {becomes} | {refused} |", word(&state)).unwrap();
        }
    }
    table
}

fn accounts() -> String {
    let mut table = String::from(
        "\n## Account\n\nWhether something new is paid with it; what was paid stays good in every state.\n\n| state | may pay | suspend | resume | block | unblock | close |\n|---|---|---|---|---|---|---|\n",
    );
    use StandingEvent::{Block, Close, Resume, Suspend, Unblock};
    for state in Standing::ALL {
        let pays = state.may_pay().map_or_else(|why| format!("no: {why}"), |()| "yes".to_owned());
        let becomes = |event| state.step(event).map_or_else(|why| format!("refused: {why}"), |next| word(&next));
        let cells: Vec<String> = [Suspend, Resume, Block, Unblock, Close].map(becomes).to_vec();
        writeln!(table, "| {} | {pays} | {} |", word(&state), cells.join(" | ")).unwrap();
    }
    table
}

fn cards() -> String {
    let mut table = String::from(
        "\n## Transport card\n\n| state | event | becomes | or is refused, because |\n|---|---|---|---|\n",
    );
    for state in [CardState::Active, CardState::Blocked, CardState::Replaced] {
        for (name, event) in
            [("block", CardEvent::Block), ("unblock", CardEvent::Unblock), ("replace", CardEvent::Replace)]
        {
            let (becomes, refused) = match state.step(event) {
                Ok(next) => (word(&next), "-".to_owned()),
                Err(error) => ("-".to_owned(), error.to_string()),
            };
            writeln!(table, "| {} | {name} | {becomes} | {refused} |", word(&state)).unwrap();
        }
    }
    table
}

fn top_ups() -> String {
    let city = mesto_rules::load::embedded("almaty").unwrap();
    let times = TopUpTimes::of(at("2025-03-03 10:00"), &city.section::<CardsSection>().unwrap().top_ups);
    let late = times.hold_until + TimeDelta::seconds(1);
    let mut table = String::from(
        "\n## Top-up of a card\n\nReaders write it until a day; `hold, too late` is after it. It goes back some days later, because readers tell late; `go back, too early` is before that.\n\n| state | event | becomes | or is refused, because |\n|---|---|---|---|\n",
    );
    for state in [TopUpState::Waiting, TopUpState::Held, TopUpState::Returned] {
        for (name, event, now) in [
            ("hold", TopUpEvent::Hold { held_at: times.hold_until }, late),
            ("hold, too late", TopUpEvent::Hold { held_at: late }, late),
            ("go back, too early", TopUpEvent::GoBack, late),
            ("go back", TopUpEvent::GoBack, times.returns_at),
        ] {
            let (becomes, refused) = match state.step(event, &times, now) {
                Ok(next) => (word(&next), "-".to_owned()),
                Err(TopUpError::TooLate { .. }) => ("-".to_owned(), "the days are over".to_owned()),
                Err(TopUpError::NotYet { .. }) => ("-".to_owned(), "it waits for a reader".to_owned()),
                Err(error) => ("-".to_owned(), error.to_string()),
            };
            writeln!(table, "| {} | {name} | {becomes} | {refused} |", word(&state)).unwrap();
        }
    }
    table
}

fn visits() -> String {
    let mut table = head(
        "Visit of a garage",
        "A car behind a barrier.\nWhat a controller tells again changes nothing.\nA lost ticket is no state: it changes the price alone.",
    );
    let rsd = belgrade().currency;
    let (owed, other, nothing) = (Money::from_minor(20_000, rsd), Money::from_minor(10_000, rsd), Money::zero(rsd));
    let again = at("2025-03-03 12:00");
    let early = at("2025-03-03 11:59:59");
    let passed = VisitEvent::TimePassed { owes_again_at: Some(again) };
    let states = [
        None,
        Some(VisitState::Inside),
        Some(VisitState::Paid),
        Some(VisitState::OwingAgain),
        Some(VisitState::Left),
        Some(VisitState::Cancelled),
    ];
    for state in states {
        for (name, when, event, now) in [
            ("entered", "any time", VisitEvent::Entered, early),
            ("pay", "what is owed", VisitEvent::Pay { amount: owed, owed }, early),
            ("pay", "another amount", VisitEvent::Pay { amount: other, owed }, early),
            ("pay", "nothing is owed", VisitEvent::Pay { amount: other, owed: nothing }, early),
            ("paid_on_site", "any time", VisitEvent::PaidOnSite, early),
            ("time_passed", "before more is owed", passed, early),
            ("time_passed", "from when more is owed", passed, again),
            ("time_passed", "nothing will be owed again", VisitEvent::TimePassed { owes_again_at: None }, again),
            ("exit_asked", "nothing is owed", VisitEvent::ExitAsked { owed: nothing }, early),
            ("exit_asked", "something is owed", VisitEvent::ExitAsked { owed }, early),
            ("left", "nothing is owed", VisitEvent::Left { owed: nothing }, early),
            ("left", "something is owed", VisitEvent::Left { owed }, early),
            ("corrected", "nothing is owed", VisitEvent::Corrected { owed: nothing }, early),
            ("corrected", "something is owed", VisitEvent::Corrected { owed }, early),
            ("cancel", "any time", VisitEvent::Cancel, early),
        ] {
            let from = state.map_or_else(|| "none".to_owned(), |state| word(&state));
            match visit::step(state, &event, now) {
                Ok((next, effects)) => row(&mut table, [&from, name, when, &word(&next), &words(&effects)]),
                Err(error) => row(&mut table, [&from, name, when, "refused", &error.to_string()]),
            }
        }
    }
    table
}

#[test]
fn the_tables_of_the_state_machines_are_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/state-machines.md");
    let made = [tickets(), stays(), orders(), visits(), rides(), cards(), top_ups(), accounts()]
        .into_iter()
        .fold(HEAD.to_owned(), |page, table| page + &table);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    let stored = std::fs::read_to_string(path).unwrap_or_default();
    assert!(stored == made, "docs/state-machines.md is not what the code does; run with UPDATE=1 and read the change");
}
