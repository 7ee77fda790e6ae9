//! The table of `docs/intent.md`, made by running the machine; `UPDATE=1` writes the file anew.

use std::fmt::Write as _;

use chrono::TimeDelta;
use mesto_client::intent::{IntentEffect, IntentEvent, step};
use mesto_client::{IntentState, Problem, ProblemCode, Progress};

use crate::support::morning;

fn state_word(state: &IntentState) -> String {
    match state {
        IntentState::Unconfirmed(progress) => match progress {
            Progress::Ready => "unconfirmed: ready",
            Progress::Sending => "unconfirmed: sending",
            Progress::Sent => "unconfirmed: sent",
            Progress::AtBank => "unconfirmed: at bank",
        }
        .to_owned(),
        ended => format!("**{}**", ended.name()),
    }
}

const fn event_word(event: &IntentEvent) -> &'static str {
    match event {
        IntentEvent::Go => "go on",
        IntentEvent::Withdraw => "withdraw",
        IntentEvent::Abandon => "give up",
        IntentEvent::Reopened => "given up on its way",
        IntentEvent::NotSent => "not sent",
        IntentEvent::NoAnswer => "no answer",
        IntentEvent::NotNow { .. } => "no outcome (401, 429, 5xx, in flight, a portal)",
        IntentEvent::Accepted => "accepted",
        IntentEvent::AcceptedAtBank => "accepted, waits for the bank",
        IntentEvent::Refused(_) => "refused",
        IntentEvent::TooLate => "arrived too late",
        IntentEvent::Tombstoned => "put aside by the operator",
        IntentEvent::Forgotten => "not known, older than the operator's memory",
    }
}

const fn effect_word(effect: &IntentEffect) -> &'static str {
    match effect {
        IntentEffect::Send => "send with its key",
        IntentEffect::Cancel => "ask the operator to put the key aside",
        IntentEffect::AskBank => "ask how the payment stands",
        IntentEffect::AbandonAtBank => "give the payment up at the operator",
        IntentEffect::RetryLater { .. } => "try again later",
    }
}

fn table() -> String {
    let events = [
        IntentEvent::Go,
        IntentEvent::Withdraw,
        IntentEvent::Abandon,
        IntentEvent::Reopened,
        IntentEvent::NotSent,
        IntentEvent::NoAnswer,
        IntentEvent::NotNow { retry_at: None },
        IntentEvent::Accepted,
        IntentEvent::AcceptedAtBank,
        IntentEvent::Refused(Problem::new(ProblemCode::DepositTooLow, "")),
        IntentEvent::TooLate,
        IntentEvent::Tombstoned,
        IntentEvent::Forgotten,
    ];
    let mut table = String::from(
        "# The intent\n\n\
         Generated from the code by the tests of `mesto-client`; `UPDATE=1 cargo test -p mesto-client --test it intent_table` writes it anew.\n\n\
         One purchase (parking, a daily order, a top-up ...), from the tap to its end.\n\
         It is committed to the phone's database before anything is sent, always sent with the same key and body, never sent after its deadline, and ends once.\n\
         Until then it is unconfirmed: neither paid nor unpaid.\n\n\
         - *Ready*: surely nothing has left the phone.\n\
         - *Sending*: the first request is on its way.\n\
         - *Sent*: only the operator can end it.\n\
         - *At bank*: a payment by card that the driver and the bank decide.\n\n\
         What is not listed changes nothing; confirmed, refused, expired and forgotten are final.\n\n\
         | state | event | when | becomes | effect |\n|---|---|---|---|---|\n",
    );
    for progress in [Progress::Ready, Progress::Sending, Progress::Sent, Progress::AtBank] {
        let state = IntentState::Unconfirmed(progress);
        for event in &events {
            let run = |late: i64| step(state.clone(), event, morning(), morning() + TimeDelta::milliseconds(late));
            let (in_time, late) = (run(0), run(1));
            let cases = if in_time == late {
                vec![("any time", in_time)]
            } else {
                vec![("in time", in_time), ("after its deadline", late)]
            };
            for (when, (becomes, effects)) in cases {
                if becomes == state && effects.is_empty() {
                    continue;
                }
                let effect = effects.first().map_or("-", effect_word);
                let _ = writeln!(
                    table,
                    "| {} | {} | {when} | {} | {effect} |",
                    state_word(&state),
                    event_word(event),
                    state_word(&becomes)
                );
            }
        }
    }
    for ended in [IntentState::Confirmed, IntentState::Expired, IntentState::Forgotten] {
        for event in &events {
            assert_eq!(step(ended.clone(), event, morning(), morning()), (ended.clone(), Vec::new()), "an end stays");
        }
    }
    table
}

#[test]
fn the_documented_table_is_what_the_code_does() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/intent.md");
    let made = table();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    let stored = std::fs::read_to_string(path).unwrap_or_default();
    assert!(stored == made, "docs/intent.md is not what the code does; run with UPDATE=1 and read the change");
}
