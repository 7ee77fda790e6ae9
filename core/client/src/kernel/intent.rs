//! The intent: one paying action from the tap to its end, as a pure state machine:
//! never a false "paid".
//!
//! [`step`] decides; `base/payments` stores what it decided and talks to the operator.
//! `docs/intent.md` shows the whole table, made by running it. "In time" is `now <= not_after` by
//! the corrected clock; pairs that mean nothing change nothing.

use chrono::{DateTime, Utc};
use mesto_protocol::Problem;
use serde::Serialize;

/// The topic of intents.
pub const INTENTS: &str = "payments";

/// How far an unconfirmed intent got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// Surely nothing has left the phone.
    Ready,
    /// The first request is on its way, or the app died while it was.
    Sending,
    /// The operator may know it; only the operator can end it.
    Sent,
    /// A card payment the operator knows: the driver and the bank have the word.
    AtBank,
}

/// Where an intent stands. All but Unconfirmed are final.
#[derive(Debug, Clone, PartialEq)]
pub enum IntentState {
    /// The outcome is not known yet: show "not confirmed yet", neither paid nor unpaid.
    Unconfirmed(Progress),
    /// The operator (by card: after the bank) said yes: it was bought.
    Confirmed,
    /// The operator or the bank said no, for this reason: nothing was charged, or it is paid back
    /// and the reason says so.
    Refused(Problem),
    /// It surely was not and will not be executed.
    Expired,
    /// The operator no longer knows the time in which it was sent (his books were put back from a
    /// copy): nobody can say whether it was executed.
    Forgotten,
}

impl IntentState {
    /// `unconfirmed`, `confirmed`, `refused`, `expired`, `forgotten`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Unconfirmed(_) => "unconfirmed",
            Self::Confirmed => "confirmed",
            Self::Refused(_) => "refused",
            Self::Expired => "expired",
            Self::Forgotten => "forgotten",
        }
    }

    /// Nothing changes it any more.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        !matches!(self, Self::Unconfirmed(_))
    }
}

impl Serialize for IntentState {
    /// `{"state": "unconfirmed"}`, with `progress` while it is, or `problem` when it was refused.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap as _;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("state", self.name())?;
        match self {
            Self::Unconfirmed(progress) => map.serialize_entry("progress", progress)?,
            Self::Refused(problem) => map.serialize_entry("problem", problem)?,
            Self::Confirmed | Self::Expired | Self::Forgotten => {}
        }
        map.end()
    }
}

/// What happens to an intent.
#[derive(Debug, Clone, PartialEq)]
pub enum IntentEvent {
    /// The app has a moment to go on with it.
    Go,
    /// The driver wants another way (SMS).
    Withdraw,
    /// The driver does not want it any more, at the bank neither.
    Abandon,
    /// The attempt before was given up on its way (the app died, a screen was closed): it may have
    /// left the phone.
    Reopened,
    /// The link says that nothing left the phone this time.
    NotSent,
    /// The request may have arrived; no answer.
    NoAnswer,
    /// Answered, but not with an outcome: 401, 429, 5xx, in flight, something that is not the
    /// operator's.
    NotNow { retry_at: Option<DateTime<Utc>> },
    /// The operator did it.
    Accepted,
    /// The operator made the sale; the bank has not decided.
    AcceptedAtBank,
    /// The operator or the bank refused, for good.
    Refused(Problem),
    /// The operator saw it after `not_after` and did not execute it.
    TooLate,
    /// The operator never saw it and will refuse it if it still arrives.
    Tombstoned,
    /// The operator does not know it, and cannot know whether it was executed.
    Forgotten,
}

/// What is to be done now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IntentEffect {
    /// Send the request with its key.
    Send,
    /// Ask the operator to cancel the key; its answer is the outcome.
    Cancel,
    /// Ask how the payment stands.
    AskBank,
    /// Ask the operator to end the payment; its answer is how it ended.
    AbandonAtBank,
    /// Try again, not before the moment the operator named, if it did.
    RetryLater { not_before: Option<DateTime<Utc>> },
}

/// The whole machine. Pure: `now` is the corrected clock.
#[must_use]
pub fn step(
    state: IntentState,
    event: &IntentEvent,
    not_after: DateTime<Utc>,
    now: DateTime<Utc>,
) -> (IntentState, Vec<IntentEffect>) {
    use IntentEvent as E;
    use IntentState::{Confirmed, Expired, Forgotten, Refused, Unconfirmed};
    use Progress::{AtBank, Ready, Sending, Sent};

    let in_time = now <= not_after;
    let later = |not_before: Option<DateTime<Utc>>| vec![IntentEffect::RetryLater { not_before }];
    let progress = match state {
        Unconfirmed(progress) => progress,
        Confirmed | Refused(_) | Expired | Forgotten => return (state, Vec::new()),
    };
    match (progress, event) {
        (Ready, E::Go) if in_time => (Unconfirmed(Sending), vec![IntentEffect::Send]),
        // Nothing left the phone and nothing will: this needs nobody's word.
        (Ready, E::Go | E::Withdraw | E::Abandon) => (Expired, Vec::new()),
        (Ready, _) => (Unconfirmed(Ready), Vec::new()),

        (Sending, E::NotSent) => (Unconfirmed(Ready), later(None)),
        (Sending, E::Go | E::Withdraw | E::Abandon) => (Unconfirmed(Sending), Vec::new()),

        (Sent, E::Go) if in_time => (Unconfirmed(Sent), vec![IntentEffect::Send]),
        (Sent, E::Go | E::Withdraw | E::Abandon) => (Unconfirmed(Sent), vec![IntentEffect::Cancel]),

        (AtBank, E::Go | E::Withdraw) => (Unconfirmed(AtBank), vec![IntentEffect::AskBank]),
        (AtBank, E::Abandon) => (Unconfirmed(AtBank), vec![IntentEffect::AbandonAtBank]),
        // A sale that exists at the operator ends by the bank's word, never by a deadline of ours.
        (AtBank, E::TooLate | E::Tombstoned) => (Unconfirmed(AtBank), Vec::new()),
        (AtBank, E::NotSent | E::NoAnswer | E::Reopened) => (Unconfirmed(AtBank), later(None)),
        (AtBank, E::NotNow { retry_at }) => (Unconfirmed(AtBank), later(*retry_at)),

        (Sending, E::NoAnswer | E::Reopened) | (Sent, E::NotSent | E::NoAnswer | E::Reopened) => {
            (Unconfirmed(Sent), later(None))
        }
        (Sending | Sent, E::NotNow { retry_at }) => (Unconfirmed(Sent), later(*retry_at)),
        (Sending | Sent, E::TooLate | E::Tombstoned) => (Expired, Vec::new()),

        (Sending | Sent | AtBank, E::Accepted) => (Confirmed, Vec::new()),
        (Sending | Sent | AtBank, E::AcceptedAtBank) => (Unconfirmed(AtBank), later(None)),
        (Sending | Sent | AtBank, E::Refused(problem)) => (Refused(problem.clone()), Vec::new()),
        (Sending | Sent | AtBank, E::Forgotten) => (Forgotten, Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use mesto_protocol::ProblemCode;
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_756_900_000 + seconds, 0).unwrap()
    }
    const DEADLINE: i64 = 120;

    fn events() -> impl Strategy<Value = IntentEvent> {
        prop_oneof![
            3 => Just(IntentEvent::Go),
            1 => Just(IntentEvent::Withdraw),
            1 => Just(IntentEvent::Abandon),
            1 => Just(IntentEvent::Forgotten),
            1 => Just(IntentEvent::Reopened),
            2 => Just(IntentEvent::NotSent),
            2 => Just(IntentEvent::NoAnswer),
            1 => Just(IntentEvent::NotNow { retry_at: None }),
            1 => Just(IntentEvent::Accepted),
            1 => Just(IntentEvent::AcceptedAtBank),
            1 => Just(IntentEvent::Refused(Problem::new(ProblemCode::DepositTooLow, ""))),
            1 => Just(IntentEvent::TooLate),
            1 => Just(IntentEvent::Tombstoned),
        ]
    }

    fn go(state: IntentState, event: &IntentEvent, seconds: i64) -> (IntentState, Vec<IntentEffect>) {
        step(state, event, at(DEADLINE), at(seconds))
    }

    proptest! {
        /// Whatever happens in whatever order, nothing is shown as paid, refused or over that the
        /// operator, or the certainty that nothing left the phone, does not stand behind; and an
        /// end stays.
        #[test]
        fn no_history_ends_an_intent_without_its_reason(history in prop::collection::vec((events(), 0_i64..300), 0..40)) {
            let mut state = IntentState::Unconfirmed(Progress::Ready);
            // What an outside observer knows: a request of ours may be out there.
            let mut may_be_out = false;
            for (event, seconds) in history {
                let before = state.clone();
                let (after, effects) = go(state, &event, seconds);
                prop_assert!(effects.len() <= 1);
                if before.is_final() {
                    prop_assert_eq!(&after, &before, "an end stays");
                    prop_assert!(effects.is_empty());
                }
                if after == IntentState::Confirmed && !before.is_final() {
                    prop_assert_eq!(&event, &IntentEvent::Accepted);
                    prop_assert!(may_be_out, "nothing was ever sent");
                }
                if matches!(after, IntentState::Refused(_)) && !before.is_final() {
                    prop_assert!(matches!(event, IntentEvent::Refused(_)));
                }
                if after == IntentState::Forgotten && !before.is_final() {
                    prop_assert_eq!(&event, &IntentEvent::Forgotten);
                    prop_assert!(may_be_out, "surely nothing was executed");
                }
                if after == IntentState::Expired && !before.is_final() {
                    let operator_said = matches!(event, IntentEvent::TooLate | IntentEvent::Tombstoned);
                    prop_assert!(operator_said || !may_be_out, "expired by {:?} while it may be executed", event);
                }
                if effects == [IntentEffect::Send] {
                    prop_assert!(seconds <= DEADLINE, "sent after its deadline");
                    may_be_out = true;
                }
                if before == IntentState::Unconfirmed(Progress::Sending) && event == IntentEvent::NotSent {
                    may_be_out = false;
                }
                state = after;
            }
        }

        /// With the operator reachable, every intent comes to its end by going on.
        #[test]
        fn every_intent_can_still_end(history in prop::collection::vec((events(), 0_i64..300), 0..20)) {
            let mut state = IntentState::Unconfirmed(Progress::Ready);
            for (event, seconds) in history {
                state = go(state, &event, seconds).0;
            }
            state = go(state, &IntentEvent::Reopened, 400).0;
            let (asked, effects) = go(state, &IntentEvent::Go, 400);
            let end = match effects.first() {
                None => asked,
                Some(IntentEffect::Cancel) => go(asked, &IntentEvent::Tombstoned, 401).0,
                Some(IntentEffect::AskBank) => go(asked, &IntentEvent::Accepted, 401).0,
                Some(other) => return Err(TestCaseError::fail(format!("{other:?} after the deadline"))),
            };
            prop_assert!(end.is_final());
        }
    }

    #[test]
    fn the_deadline_itself_is_in_time_and_a_moment_later_is_not() {
        let left = IntentState::Unconfirmed(Progress::Sent);
        assert_eq!(go(left.clone(), &IntentEvent::Go, DEADLINE).1, [IntentEffect::Send]);
        assert_eq!(go(left, &IntentEvent::Go, DEADLINE + 1).1, [IntentEffect::Cancel]);
    }

    #[test]
    fn a_purchase_tapped_in_a_tunnel_is_over_after_its_deadline_without_a_word_from_outside() {
        let ready = IntentState::Unconfirmed(Progress::Ready);
        let leaving = go(ready, &IntentEvent::Go, 0).0;
        let back = go(leaving, &IntentEvent::NotSent, 1).0;
        assert_eq!(back, IntentState::Unconfirmed(Progress::Ready));
        assert_eq!(go(back, &IntentEvent::Go, 7_200), (IntentState::Expired, Vec::new()));
    }

    #[test]
    fn a_request_that_may_be_out_is_never_given_up_while_unreachable() {
        let mut state = IntentState::Unconfirmed(Progress::Sent);
        for event in
            [IntentEvent::NotSent, IntentEvent::NoAnswer, IntentEvent::NotNow { retry_at: None }, IntentEvent::Go]
        {
            state = go(state, &event, 90_000).0;
            assert_eq!(state, IntentState::Unconfirmed(Progress::Sent), "{event:?}");
        }
    }

    #[test]
    fn what_waits_at_the_bank_ends_only_by_the_banks_word() {
        let at_bank = IntentState::Unconfirmed(Progress::AtBank);
        for event in [IntentEvent::TooLate, IntentEvent::Tombstoned, IntentEvent::Withdraw, IntentEvent::NoAnswer] {
            assert_eq!(go(at_bank.clone(), &event, 90_000).0, at_bank, "{event:?}");
        }
        assert_eq!(go(at_bank, &IntentEvent::Accepted, 90_000).0, IntentState::Confirmed);
    }
}
