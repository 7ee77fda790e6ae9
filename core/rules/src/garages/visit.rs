//! A visit: a car behind the barrier, from its entry until it has left, and how it ends.
//!
//! A lost ticket is no state: it changes the price of a visit and not what can happen to it.

use crate::kernel::money::Money;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Where a visit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VisitState {
    /// The car is in and nothing settles the visit yet.
    Inside,
    /// A payment settles it: the car may leave.
    Paid,
    /// It stayed longer than the payment settles, and owes the difference.
    OwingAgain,
    /// The car has left.
    Left,
    /// There was no visit: an entry by mistake.
    Cancelled,
}

/// What can happen to a visit. A controller tells late and more than once; what it repeats changes
/// nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum VisitEvent {
    /// The controller tells that a car came in with this ticket.
    Entered,
    /// Paid here with `amount`; `owed` is the total of its price when the payment was received.
    Pay { amount: Money, owed: Money },
    /// Paid at the place: cash, a machine, a pass (BG-19).
    PaidOnSite,
    /// Time went on; `owes_again_at` is as the price of the payment said.
    TimePassed {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owes_again_at: Option<DateTime<Utc>>,
    },
    /// The ticket is at the barrier on the way out; `owed` is the total of its price.
    ExitAsked { owed: Money },
    /// The controller tells that the car has left; `owed` is what it owed then.
    Left { owed: Money },
    /// Something that happened before the car left was told after that: cash, a lost ticket, a
    /// second place. `owed` is what it owed when it left, by all that is known now.
    Corrected { owed: Money },
    /// The entry was a mistake: the car backed out, the ticket was printed for nobody.
    Cancel,
}

/// What the operator has to do after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VisitEffect {
    /// Book the payment.
    Book { amount: Money },
    /// Tell the driver that it is paid (BG-67).
    TellPaid,
    /// Tell the controller that it is paid, until it knows.
    TellController,
    /// Tell the driver that something is owed again (BG-68).
    TellOwingAgain,
    /// Answer the controller: open.
    OpenBarrier,
    /// The car left without paying this; it takes the place of what was claimed before.
    Claim { amount: Money },
    /// Nothing is left of what was claimed; nothing to do where nothing was claimed.
    WithdrawClaim,
}

/// Why a step is not possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VisitError {
    /// No entry with this ticket is known.
    #[error("no entry with this ticket is known; the controller has to tell it first")]
    NotEntered,
    /// Settled, here or at the place.
    #[error("the visit is already paid")]
    AlreadyPaid,
    /// It costs nothing so far.
    #[error("nothing is owed so far")]
    NothingOwed,
    /// Another amount than is owed now.
    #[error("{owed} is owed now, not {offered}")]
    AmountDiffers { owed: Money, offered: Money },
    /// The barrier stays closed.
    #[error("{owed} is owed; pay it before leaving")]
    Owed { owed: Money },
    /// The car has left, or never came.
    #[error("the visit is over, nothing can be done to it any more")]
    Over,
}

/// One step of a visit's life; `None` is a ticket that no entry is known of.
///
/// # Errors
/// [`VisitError`].
pub fn step(
    state: Option<VisitState>,
    event: &VisitEvent,
    now: DateTime<Utc>,
) -> Result<(VisitState, Vec<VisitEffect>), VisitError> {
    use VisitEvent as Event;
    use VisitState::{Cancelled, Inside, Left, OwingAgain, Paid};
    let Some(state) = state else {
        return if *event == Event::Entered { Ok((Inside, vec![])) } else { Err(VisitError::NotEntered) };
    };
    match (state, event) {
        // What a controller tells again, and time that changes nothing.
        (Inside | Paid | OwingAgain, Event::Entered)
        | (Left | Cancelled, Event::Left { .. })
        | (Cancelled, Event::Cancel)
        | (Inside | OwingAgain | Left | Cancelled, Event::TimePassed { .. }) => Ok((state, vec![])),
        (Paid, Event::TimePassed { owes_again_at }) => match owes_again_at {
            Some(again) if now >= *again => Ok((OwingAgain, vec![VisitEffect::TellOwingAgain])),
            _ => Ok((Paid, vec![])),
        },
        (Inside | Paid | OwingAgain, Event::Pay { amount, owed }) => {
            if owed.is_zero() {
                let settled = state == Paid;
                return Err(if settled { VisitError::AlreadyPaid } else { VisitError::NothingOwed });
            }
            if amount != owed {
                return Err(VisitError::AmountDiffers { owed: *owed, offered: *amount });
            }
            let book = VisitEffect::Book { amount: *amount };
            Ok((Paid, vec![book, VisitEffect::TellController, VisitEffect::TellPaid]))
        }
        (Inside | Paid | OwingAgain, Event::PaidOnSite) => Ok((Paid, vec![VisitEffect::TellPaid])),
        (Inside | Paid | OwingAgain, Event::ExitAsked { owed }) => {
            if owed.is_zero() {
                Ok((state, vec![VisitEffect::OpenBarrier]))
            } else {
                Err(VisitError::Owed { owed: *owed })
            }
        }
        (Inside | Paid | OwingAgain, Event::Left { owed }) => {
            let claim = (!owed.is_zero()).then_some(VisitEffect::Claim { amount: *owed });
            Ok((Left, claim.into_iter().collect()))
        }
        // Told later than the exit: reports may come in another order than things happened. What is
        // owed for it by now is told as `Corrected`.
        (Left, Event::PaidOnSite) => Ok((Left, vec![])),
        (Left, Event::Corrected { owed }) => {
            let is_paid = owed.is_zero();
            Ok((Left, vec![if is_paid { VisitEffect::WithdrawClaim } else { VisitEffect::Claim { amount: *owed } }]))
        }
        // What is owed is asked for anew before it is paid or the car leaves.
        (Inside | Paid | OwingAgain, Event::Corrected { .. }) => Ok((state, vec![])),
        (Inside, Event::Cancel) => Ok((Cancelled, vec![])),
        (Paid | OwingAgain, Event::Cancel) => Err(VisitError::AlreadyPaid),
        (Left | Cancelled, Event::Entered | Event::Pay { .. } | Event::ExitAsked { .. })
        | (Cancelled, Event::PaidOnSite | Event::Corrected { .. })
        | (Left, Event::Cancel) => Err(VisitError::Over),
    }
}

/// The state as it is at `now`, by the step that time brings, so that a late job never shows a
/// wrong one.
#[must_use]
pub fn state_at(stored: VisitState, owes_again_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> VisitState {
    step(Some(stored), &VisitEvent::TimePassed { owes_again_at }, now).map_or(stored, |(state, _)| state)
}
