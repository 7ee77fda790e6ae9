//! The code of a ride for another phone: issued again, and the one before it is ended.

use mesto_protocol::rides::riders::{self as wire, RideCode};
use mesto_protocol::rides::signed::SignedRide;
use mesto_protocol::{Problem, ProblemCode};

use crate::kernel::account::LockedAccount;
use crate::kernel::call::Call;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::service::{Served, serve};
use crate::kernel::signed_codes::{self, NextIssue};
use crate::kernel::store::{Select, Tx};
use crate::rides::tables::{CodeRow, RideRow, StateWord};
use crate::rides::{riders, sales};
use crate::{update, values};

pub(crate) const OPERATIONS: &[Served] = &[serve!(get wire::CODE => issue_again)];

/// The code of a running ride of the caller, for the device of his session. Asked by the device
/// that holds it already, the same code comes.
pub(crate) fn issue_again(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<RideCode> {
    let (now, who) = (call.now, call.who()?);
    let Some(device) = who.device_key.clone() else {
        return refuse(ProblemCode::DeviceMissing, "sign in on the phone that is to show the code");
    };
    // Whatever changes a ride holds its account, so that only one phone at a time gets the next
    // issue.
    let mut account = LockedAccount::of_caller(tx, who.account)?;
    let found: Option<(RideRow, CodeRow)> = tx.first(Select::of(
        "FROM ride JOIN ride_code ON ride_code.ride = ride.id WHERE ride.id = $1 AND ride.account = $2",
        values![call.named(), account.id],
    ))?;
    let Some((ride, code)) = found else {
        return refuse(ProblemCode::NotFound, "there is no such ride of yours");
    };
    if ride.state == StateWord::Voided || ride.ends_at <= now {
        return Err(Problem::new(ProblemCode::RideOver, "this ride is over; its ticket has no code any more")
            .with("ended_at", ride.ends_at)
            .into());
    }
    let held = (code.device.as_deref(), code.issue);
    let (issue, is_moved) = match signed_codes::next_issue(call.operator, &device, held, "ride")? {
        NextIssue::Stored => return Ok(RideCode { signed: code.signed, issue: code.issue }),
        NextIssue::Signed { issue, is_moved } => (issue, is_moved),
    };
    let signed = signed_codes::sign(call.operator, now, sales::to_show(call.operator, &ride, issue, Some(&device))?)?;
    tx.write(update!(CodeRow { ride: ride.id } set { signed: &signed, issue: issue, device: Some(device) }))?;
    if let Some(told) = riders::one(tx, &ride.id.to_string())? {
        account.tell(&told)?;
    }
    if is_moved {
        signed_codes::revoke::<SignedRide>(tx, now, ride.id, Some(issue), ride.ends_at)?;
    }
    account.release(tx, now)?;
    Ok(RideCode { signed, issue })
}
