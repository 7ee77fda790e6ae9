//! Rides as their riders see and dispute them; what the operator decides about them.

use chrono::{DateTime, Utc};
use mesto_protocol::ProblemCode;
use mesto_protocol::kernel::ids::{AccountId, RideId};
use mesto_protocol::kernel::json::Json as OnTheWire;
use mesto_protocol::rides::riders::{
    self as wire, RIDES_OVER, Ride, RideDispute, RidePage, RideVehicle, RidesSection as SectionOnTheWire,
};
use mesto_protocol::rides::signed::SignedRide;
use mesto_rules::money::Money;
use mesto_rules::rides::{RideEvent, RideState, RidesSection};

use crate::base::payments::refunds::{self, TakenBack};
use crate::kernel::account::LockedAccount;
use crate::kernel::call::Call;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::ledger::LedgerAccount;
use crate::kernel::operator::Operator;
use crate::kernel::paging::AskedPage;
use crate::kernel::service::{Served, serve};
use crate::kernel::signed_codes;
use crate::kernel::store::{Select, StoreError, Tx, Write};
use crate::rides::tables::{CodeRow, DisputeRow, RideRow, StateWord, plate};
use crate::rides::{NAME, REFUND, refusal};
use crate::{find, update, values};

pub(crate) const OPERATIONS: &[Served] =
    &[serve!(get wire::LIST => list), serve!(get wire::READ => read), serve!(post wire::DISPUTE => dispute)];

/// How many that are over an account is told of.
const OVER: i64 = RIDES_OVER as i64;
/// Letters of a dispute that are kept.
const REASON_MOST: usize = 500;

/// A ride with its code; a code that was erased reads as empty.
type RideWithCode = (RideRow, Option<CodeRow>);

const FROM: &str = "FROM ride LEFT JOIN ride_code ON ride_code.ride = ride.id";

fn from_rows((row, code): RideWithCode) -> Outcome<Ride> {
    told(row, code.map(|code| code.signed).unwrap_or_default())
}

/// A ride as it is told.
pub(crate) fn told(row: RideRow, signed: String) -> Outcome<Ride> {
    Ok(Ride {
        id: row.id,
        trip: row.told_trip(),
        city: row.city,
        vehicle: RideVehicle { board: row.board, plate: plate(row.canonical, row.shown), carrier: row.carrier },
        service_on: row.service_day,
        channel: row.channel.into(),
        persons: row.persons,
        state: row.state.into(),
        registered_at: row.registered_at,
        ends_at: row.ends_at,
        price: Money::from_minor(row.price, row.currency),
        lines: row.lines.read()?,
        riders: row.riders.read()?,
        pay: row.pay.into(),
        signed,
    })
}

/// One ride.
pub(crate) fn one(tx: &mut dyn Tx, ride: &str) -> Outcome<Option<Ride>> {
    let row: Option<RideWithCode> = tx.first(Select::of(&format!("{FROM} WHERE ride.id = $1"), values![ride]))?;
    row.map(from_rows).transpose()
}

/// What an app shows of rides: every running one, and the last ones that are over.
pub(crate) fn section(tx: &mut dyn Tx, _: &Operator, account: AccountId, now: DateTime<Utc>) -> Outcome<OnTheWire> {
    let rows: Vec<RideWithCode> = tx.all(Select::of(
        &format!("{FROM} WHERE ride.account = $1 AND (ride.ends_at > $2 OR ride.id IN (SELECT id FROM ride WHERE account = $1 AND ends_at <= $2 ORDER BY id DESC LIMIT $3)) ORDER BY ride.id DESC"),
        values![account, now.timestamp_millis(), OVER],
    ))?;
    let rides = rows.into_iter().map(from_rows).collect::<Outcome<Vec<Ride>>>()?;
    Ok(OnTheWire::of(&SectionOnTheWire { rides })?)
}

/// Newest first.
pub(crate) fn list(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<RidePage> {
    let asked = AskedPage::<RideId>::of(call.request)?;
    let rows: Vec<RideWithCode> = tx.all(Select::of(
        &format!("{FROM} WHERE ride.account = $1 AND ride.id < $2 ORDER BY ride.id DESC LIMIT $3"),
        values![call.who()?.account, asked.older_than(), asked.reads()],
    ))?;
    let rides = rows.into_iter().map(from_rows).collect::<Outcome<Vec<Ride>>>()?;
    let (items, next) = asked.page(rides, |ride| ride.id.to_string());
    Ok(RidePage { items, next })
}

/// One ride of the caller.
pub(crate) fn read(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Ride> {
    let row: Option<RideWithCode> = tx.first(Select::of(
        &format!("{FROM} WHERE ride.id = $1 AND ride.account = $2"),
        values![call.named(), call.who()?.account],
    ))?;
    match row {
        Some(row) => from_rows(row),
        None => refuse(ProblemCode::NotFound, "there is no such ride of yours"),
    }
}

/// The rider says that a ride is wrong.
pub(crate) fn dispute(tx: &mut dyn Tx, call: &mut Call<'_>, said: RideDispute) -> Outcome<Ride> {
    let (operator, now) = (call.operator, call.now);
    let mut locked = LockedAccount::of_caller(tx, call.who()?.account)?;
    let account = locked.id;
    let row = tx.first(find!(RideRow { id: said.ride, account: Some(account) }).locking("ride"))?;
    let Some(row) = row else { return refuse(ProblemCode::NotFound, "there is no such ride of yours") };
    let ride = |tx: &mut dyn Tx| -> Outcome<Ride> {
        Ok(one(tx, &said.ride.to_string())?.ok_or_else(|| StoreError::unreadable("ride", "it is gone"))?)
    };
    if row.state == StateWord::Disputed {
        return ride(tx);
    }
    stepped(tx, operator, now, &row, RideEvent::Dispute)?;
    let reason: String = said.reason.trim().chars().take(REASON_MOST).collect();
    // A ride whose dispute was rejected may be disputed once more.
    let said_before = tx.first(find!(DisputeRow { ride: said.ride }))?;
    tx.write(match said_before {
        Some(_) => update!(DisputeRow { ride: said.ride } set { reason: &reason, said_at: now, decided_at: None }),
        None => Write::insert(DisputeRow {
            ride: said.ride,
            account,
            city: row.city.clone(),
            reason,
            said_at: now,
            decided_at: None,
        }),
    })?;
    let ride = ride(tx)?;
    locked.tell(&ride)?;
    locked.release(tx, now)?;
    Ok(ride)
}

/// Stores what a ride becomes by an event.
fn stepped(
    tx: &mut dyn Tx,
    operator: &Operator,
    now: DateTime<Utc>,
    row: &RideRow,
    event: RideEvent,
) -> Outcome<RideState> {
    let policy = &operator.city(row.city.as_str())?.section::<RidesSection>()?.policy;
    let next = RideState::from(row.state).step(event, (row.registered_at, now), policy).map_err(refusal::step)?;
    tx.write(update!(RideRow { id: row.id } set { state: StateWord::from(next) }))?;
    Ok(next)
}

/// The operator decides about a ride: upholds it against its rider, or ends it and gives its price
/// back. Its account is told.
pub(crate) fn decide(
    tx: &mut dyn Tx,
    operator: &Operator,
    now: DateTime<Utc>,
    id: &str,
    event: RideEvent,
) -> Outcome<Ride> {
    let Some(known) = tx.first(find!(RideRow { id: id }))? else {
        return refuse(ProblemCode::NotFound, "there is no such ride");
    };
    let mut account = known.account.map(|account| LockedAccount::take(tx, account)).transpose()?;
    // Read again: now nobody else changes it.
    let row = tx.first(find!(RideRow { id: id }).locking("ride"))?;
    let row = row.ok_or_else(|| StoreError::unreadable("ride", "it is gone"))?;
    if stepped(tx, operator, now, &row, event)? == RideState::Voided
        && let (Some(account), Some(sale)) = (account.as_mut(), row.sale.filter(|_| row.price > 0))
    {
        let back = TakenBack {
            sale,
            pay: &row.pay.into(),
            price: Money::from_minor(row.price, row.currency),
            from: LedgerAccount::Revenue { service: NAME, city: row.city.clone() },
            reason: "voided",
            kind: REFUND,
            reference: id,
        };
        refunds::give_back(tx, operator, now, account, back)?;
    }
    tx.write(Write::sql(
        "ride_dispute",
        "UPDATE ride_dispute SET decided_at = $1 WHERE ride = $2 AND decided_at IS NULL",
        values![now.timestamp_millis(), id],
    ))?;
    let ride = one(tx, id)?.ok_or_else(|| StoreError::unreadable("ride", "it is gone"))?;
    if let Some(account) = &mut account {
        account.tell(&ride)?;
    }
    if event == RideEvent::Void {
        signed_codes::revoke::<SignedRide>(tx, now, row.id, None, row.ends_at)?;
    }
    if let Some(mut account) = account {
        account.release(tx, now)?;
    }
    Ok(ride)
}
