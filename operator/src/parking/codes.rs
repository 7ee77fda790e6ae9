//! The code of a ticket for another phone: issued again, and the one before it is ended.

use mesto_protocol::kernel::ids::AccountId;
use mesto_protocol::parking::signed::ParkingTicket;
use mesto_protocol::parking::tickets::{self as wire, TicketCode, TicketState};
use mesto_protocol::{Problem, ProblemCode};

use crate::kernel::account::LockedAccount;
use crate::kernel::call::Call;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::service::{Served, serve};
use crate::kernel::signed_codes::{self, NextIssue, ToShow};
use crate::kernel::store::{Select, Tx};
use crate::parking::tickets::{self, TicketPlateRow, TicketRow};
use crate::{update, values};

pub(crate) const OPERATIONS: &[Served] = &[serve!(get wire::CODE => issue_again)];

/// The code of a running ticket of the caller, for the device of his session. Asked by the device
/// that holds it already, the same code comes: an answer that was lost is asked for again.
pub(crate) fn issue_again(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<TicketCode> {
    let (now, who) = (call.now, call.who()?);
    let Some(device) = who.device_key.clone() else {
        return refuse(ProblemCode::DeviceMissing, "sign in on the phone that is to show the code");
    };
    // Whatever changes a ticket holds its account, so that only one phone at a time gets the next
    // issue.
    let mut account = LockedAccount::of_caller(tx, who.account)?;
    let (ticket, plate) = running(tx, call, account.id)?;
    let held = (plate.device.as_deref(), plate.issue);
    let (issue, is_moved) = match signed_codes::next_issue(call.operator, &device, held, "ticket")? {
        NextIssue::Stored => return Ok(TicketCode { signed: plate.signed, issue: plate.issue }),
        NextIssue::Signed { issue, is_moved } => (issue, is_moved),
    };
    let what = ParkingTicket {
        city: ticket.city,
        zone: ticket.zone,
        plate: plate.canonical,
        channel: ticket.channel.into(),
        stay_deadline: ticket.stay_deadline,
    };
    let (id, bought_at, starts_at, ends_at) = (ticket.id, ticket.issued_at, ticket.starts_at, ticket.ends_at);
    let shown = ToShow { id, issue, bought_at, starts_at, ends_at, device: Some(device.clone()), what };
    let signed = signed_codes::sign(call.operator, now, shown)?;
    tx.write(update!(TicketPlateRow { ticket: id } set {
        signed: &signed, issue: issue, device: Some(device)
    }))?;
    if let Some(ticket) = tickets::one(tx, &id.to_string(), now)? {
        account.tell(&ticket)?;
    }
    if is_moved {
        signed_codes::revoke::<ParkingTicket>(tx, now, id, Some(issue), ends_at)?;
    }
    account.release(tx, now)?;
    Ok(TicketCode { signed, issue })
}

/// The ticket that the path names, when it is the account's and runs.
fn running(tx: &mut dyn Tx, call: &Call<'_>, account: AccountId) -> Outcome<(TicketRow, TicketPlateRow)> {
    let found = tx.first(Select::of(
        "FROM ticket JOIN ticket_plate ON ticket_plate.ticket = ticket.id WHERE ticket.id = $1 AND ticket.account = $2",
        values![call.named(), account],
    ))?;
    let Some((ticket, plate)): Option<(TicketRow, TicketPlateRow)> = found else {
        return refuse(ProblemCode::NotFound, "there is no such ticket of yours");
    };
    match tickets::state_at(&ticket, call.now) {
        TicketState::Active => Ok((ticket, plate)),
        TicketState::Voided => {
            refuse(ProblemCode::TicketNotActive, "this ticket was taken back; it has no code any more")
        }
        _ => Err(Problem::new(ProblemCode::TicketNotActive, format!("this ticket ran out at {}", ticket.ends_at))
            .with("ended_at", ticket.ends_at)
            .into()),
    }
}
