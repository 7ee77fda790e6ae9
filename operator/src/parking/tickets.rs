//! Tickets: what was quoted is delivered, signed and told; what time and the operator's tools do to
//! them.

use chrono::{DateTime, Utc};
use mesto_protocol::base::plate::Plate;
use mesto_protocol::kernel::ids::{AccountId, QuoteId, SaleId, StayId, TicketId};
use mesto_protocol::kernel::json::Json as OnTheWire;
use mesto_protocol::parking::purchase::{self, ParkingOutcome};
use mesto_protocol::parking::signed::ParkingTicket;
use mesto_protocol::parking::tickets::{
    self as wire, Channel, ParkingSection, StayOfTicket, TICKETS_OVER, Ticket, TicketState, Tickets,
};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::money::{Currency, Money};
use mesto_rules::quote::{Quote as Terms, QuoteAsk, QuoteLine, Stale, quote};
use mesto_rules::ticket::{self, TicketEffect, TicketEvent, TicketState as RulesState};
use mesto_rules::{CityId, StayPer, TariffId, ZoneId};

use crate::base::payments::refunds::{self, TakenBack};
use crate::base::payments::rows::PayWord;
use crate::base::payments::sells::{Delivered, Delivery, Sells, rules_pay};
use crate::kernel::account::LockedAccount;
use crate::kernel::call::Call;
use crate::kernel::due::{self, Due};
use crate::kernel::failure::{Failure, Outcome, refuse};
use crate::kernel::ledger::LedgerAccount;
use crate::kernel::operator::Operator;
use crate::kernel::paging::AskedPage;
use crate::kernel::service::{Erasure, Export, Served, Table, Told, serve};
use crate::kernel::signed_codes::{self, ToShow};
use crate::kernel::store::{Ask, Json, Select, Tx, Write, id_columns};
use crate::parking::NAME;
use crate::parking::quotes::{self, Frozen};
use crate::parking::stays::{self, Latest, OwnerWord, StoredStay};
use crate::parking::strangers;
use crate::{find, stored_words, table, update, values};

pub(crate) const OPERATIONS: &[Served] = &[serve!(get wire::LIST => list), serve!(get wire::READ => read)];

pub(crate) const SELLS: Sells =
    Sells { service: NAME, price: quotes::price, deliver, outcome, settles_debts: false, prefetch };

id_columns![TicketId, StayId, ZoneId];

stored_words! {
    /// `ticket.channel`
    pub(crate) enum ChannelWord for Channel { App = "app", Sms = "sms", Kiosk = "kiosk" }
}

stored_words! {
    /// `ticket.state`
    pub(crate) enum StateWord for TicketState, RulesState { Active = "active", Expired = "expired", Voided = "voided" }
}

table! {
    pub(crate) struct TicketRow in "ticket" {
        id: TicketId,
        /// Absent when it was bought by SMS or at a kiosk.
        account: Option<AccountId>,
        channel: ChannelWord,
        city: CityId,
        zone: ZoneId,
        state: StateWord,
        issued_at: DateTime<Utc>,
        starts_at: DateTime<Utc>,
        ends_at: DateTime<Utc>,
        /// The minutes that were paid for.
        paid_minutes: u32,
        price: i64,
        currency: Currency,
        lines: Json<Vec<QuoteLine>>,
        tariff: TariffId,
        pay: PayWord,
        stay: StayId,
        stay_started_at: DateTime<Utc>,
        stay_deadline: Option<DateTime<Utc>>,
        stay_paid_until: DateTime<Utc>,
        extends: Option<TicketId>,
        /// Absent like the account.
        sale: Option<SaleId>,
    }
}

pub(crate) const TABLE: Table = Table {
    name: "ticket",
    export: Export::Rows {
        called: "tickets",
        columns: &[
            Told::Plain("id"),
            Told::Plain("channel"),
            Told::Plain("city"),
            Told::Plain("zone"),
            Told::Time("issued_at"),
            Told::Time("starts_at"),
            Told::Time("ends_at"),
            Told::Count("paid_minutes"),
            Told::Money("price"),
            Told::Plain("pay"),
        ],
        from: "ticket WHERE account = $1 ORDER BY id",
    },
    erasure: Erasure::Excused("belongs to the books; the account is a pseudonym, the plate stands elsewhere"),
};

table! {
    /// The erasable half of a ticket: the plate, and the signed text that names it.
    pub(crate) struct TicketPlateRow in "ticket_plate" {
        ticket: TicketId,
        city: CityId,
        zone: ZoneId,
        canonical: String,
        shown: String,
        country: Option<String>,
        ends_at: DateTime<Utc>,
        /// The newest code.
        signed: String,
        /// Which issue it is.
        issue: u32,
        /// The key of the device that may show it; absent when anybody may.
        device: Option<String>,
    }
}

pub(crate) const PLATE_TABLE: Table = Table {
    name: "ticket_plate",
    export: Export::Rows {
        called: "plates_of_tickets",
        columns: &[
            Told::Plain("ticket"),
            Told::Plain("shown"),
            Told::Plain("country"),
            Told::Count("issue"),
            Told::Plain("device"),
        ],
        from: "ticket_plate WHERE ticket IN (SELECT id FROM ticket WHERE account = $1) ORDER BY ticket",
    },
    erasure: Erasure::WithTime("a running ticket still has to be seen by an inspector"),
};

impl From<&TicketPlateRow> for Plate {
    fn from(row: &TicketPlateRow) -> Self {
        Self { canonical: row.canonical.clone(), display: row.shown.clone(), country: row.country.clone() }
    }
}

/// The plate of a ticket of an account in a city's zone.
pub(crate) fn plate_of(
    tx: &mut dyn Tx,
    ticket: TicketId,
    account: AccountId,
    (city, zone): (&str, &str),
) -> Outcome<Option<Plate>> {
    let row: Option<TicketPlateRow> = tx.first(Select::of(
        "FROM ticket JOIN ticket_plate ON ticket_plate.ticket = ticket.id WHERE ticket.id = $1 AND ticket.account = $2 AND ticket.city = $3 AND ticket.zone = $4",
        values![ticket, account, city, zone],
    ))?;
    Ok(row.as_ref().map(Plate::from))
}

/// Movements of a ticket in the ledger, with its id.
const TICKET: &str = "parking.ticket";
const REFUND: &str = "parking.refund";

/// A ticket ran out.
pub(crate) const TICKET_END: Due = Due::trusting_clock("parking.ticket_end", time_passed);

/// The issue of a code that comes with its ticket.
const FIRST_ISSUE: u32 = 1;

/// How many that are over an account is told of.
const OVER: i64 = TICKETS_OVER as i64;

/// What a delivery reads: the stays that its quote counts in.
pub(crate) fn prefetch(operator: &Operator, quote: QuoteId) -> Vec<Ask> {
    let mut asks = vec![stays::of_quote(quote, OwnerWord::Plate).ask()];
    // Which city it is, the quote says.
    if operator.cities.values().any(|city| stays::stay_per(city).is_ok_and(StayPer::counts_user)) {
        asks.push(stays::of_quote(quote, OwnerWord::Account).ask());
    }
    asks
}

/// A ticket of what was quoted, when that can still be had as it was promised.
pub(crate) fn deliver(tx: &mut dyn Tx, delivery: &mut Delivery<'_>) -> Outcome<Delivered> {
    let frozen: Frozen = serde_json::from_str(&delivery.quote.terms)?;
    let plate = tx.first(stays::of_quote(delivery.quote.id, OwnerWord::Plate))?.map(StoredStay::from);
    let user = if stays::stay_per(delivery.city()?)?.counts_user() {
        tx.first(stays::of_quote(delivery.quote.id, OwnerWord::Account))?.map(StoredStay::from)
    } else {
        None
    };
    let kept = Latest { plate, user };
    let terms = match what_is_sold(delivery, &frozen, &kept)? {
        Ok(terms) => terms,
        Err(stale) => return Err(stale_problem(tx, delivery, (&frozen, &kept), stale)?),
    };
    let ticket = sell(tx, delivery, frozen, &kept, terms)?;
    let price = ticket.price.minor()?;
    Ok(Delivered {
        reference: ticket.id.to_string(),
        kind: TICKET,
        gains: vec![(LedgerAccount::Revenue { service: NAME, city: ticket.city.clone() }, -price)],
        outcome: OnTheWire::of(&ParkingOutcome { ticket })?,
    })
}

/// A ticket that was delivered, as it stands now.
pub(crate) fn outcome(tx: &mut dyn Tx, _: &Operator, now: DateTime<Utc>, ticket: &str) -> Outcome<Option<OnTheWire>> {
    Ok(one(tx, ticket, now)?.map(|ticket| OnTheWire::of(&ParkingOutcome { ticket })).transpose()?)
}

/// A promise that cannot be kept, and why.
struct NotSold {
    why: &'static str,
    stale: Stale,
}

/// What the quote promised, from the start that is possible now: the operator has received the
/// purchase, or its money (BG-47).
fn what_is_sold(delivery: &Delivery<'_>, frozen: &Frozen, kept: &Latest) -> Outcome<Result<Terms, NotSold>> {
    let Frozen { terms, versions, .. } = frozen;
    let (city, now, stays) = (delivery.city()?, delivery.now, kept.stays());
    let pay = rules_pay(&delivery.quote.pay.into())?;
    if kept.versions() != *versions {
        let ask = QuoteAsk { zone: terms.zone.as_str(), minutes: terms.asked_minutes, now, stays, pay };
        let stale = Stale { now: quote(city, &ask).map(Box::new) };
        return Ok(Err(NotSold { why: "another purchase changed this stay", stale }));
    }
    Ok(terms.sold(city, now, stays, pay).map_err(|stale| NotSold { why: "time went on", stale }))
}

/// Refused with what a new quote would be: its minutes, total and end, or the code and the values
/// of its refusal.
fn stale_problem(
    tx: &mut dyn Tx,
    delivery: &Delivery<'_>,
    (frozen, kept): (&Frozen, &Latest),
    NotSold { why, stale }: NotSold,
) -> Outcome<Failure> {
    let (city, car) = (delivery.city()?, frozen.plate.canonical.as_str());
    let who = (delivery.account.id, delivery.now);
    let hides = strangers::limits_car(city)? && strangers::is_of_another(tx, who, (city, car), kept.plate.as_ref())?;
    let (problem, refused) = match stale.now {
        Ok(offered) => {
            let now =
                format!("now {} minutes until {} cost {}", offered.granted_minutes, offered.ends_at, offered.total);
            let problem = Problem::new(ProblemCode::QuoteStale, format!("{why}: {now}; ask for a new quote"));
            let problem = problem.with("minutes", offered.granted_minutes).with("total", offered.total);
            return Ok(problem.with("ends_at", offered.ends_at).into());
        }
        Err(refusal) => {
            let refused = if hides { strangers::refusal(refusal) } else { refusal.into() };
            let Failure::Refused(refused) = refused else { return Ok(refused) };
            (Problem::new(ProblemCode::QuoteStale, format!("{why}: {}; ask for a new quote", refused.detail)), refused)
        }
    };
    let problem = problem.with("reason", refused.code);
    Ok(refused.params.iter().fold(problem, |problem, (name, value)| problem.with(name, value)).into())
}

fn sell(
    tx: &mut dyn Tx,
    delivery: &mut Delivery<'_>,
    Frozen { plate, extends, .. }: Frozen,
    kept: &Latest,
    terms: Terms,
) -> Outcome<Ticket> {
    let (operator, now, account) = (delivery.operator, delivery.now, delivery.account.id);
    let city = delivery.city()?;
    let stay = stays::advance(tx, (operator, now, account), (city, &plate.canonical), kept, &terms)?;
    let id: TicketId = operator.new_id(now);
    let device = delivery.device.map(str::to_owned);
    let what = ParkingTicket {
        city: city.id.clone(),
        zone: terms.zone.clone(),
        plate: plate.canonical.clone(),
        channel: Channel::App,
        stay_deadline: stay.deadline,
    };
    let (issue, starts_at, ends_at) = (FIRST_ISSUE, terms.starts_at, terms.ends_at);
    let shown = ToShow { id, issue, bought_at: now, starts_at, ends_at, device: device.clone(), what };
    let signed = signed_codes::sign(operator, now, shown)?;
    let ticket = Ticket {
        id,
        city: city.id.clone(),
        zone: terms.zone,
        plate,
        channel: Channel::App,
        state: TicketState::Active,
        issued_at: now,
        starts_at: terms.starts_at,
        ends_at: terms.ends_at,
        paid_minutes: terms.granted_minutes,
        price: terms.total,
        lines: purchase::lines(&terms.lines),
        tariff: terms.tariff,
        pay: delivery.quote.pay.into(),
        stay,
        extends,
        signed,
    };
    store(tx, &ticket, device, account, (&terms.lines, delivery.sale))?;
    due::plan(tx, &TICKET_END, &ticket.id, ticket.ends_at)?;
    delivery.account.tell(&ticket)?;
    Ok(ticket)
}

fn store(
    tx: &mut dyn Tx,
    ticket: &Ticket,
    device: Option<String>,
    account: AccountId,
    (lines, sale): (&Vec<QuoteLine>, SaleId),
) -> Outcome<()> {
    tx.write(Write::insert(TicketRow {
        id: ticket.id,
        account: Some(account),
        channel: ticket.channel.clone().try_into()?,
        city: ticket.city.clone(),
        zone: ticket.zone.clone(),
        state: ticket.state.clone().try_into()?,
        issued_at: ticket.issued_at,
        starts_at: ticket.starts_at,
        ends_at: ticket.ends_at,
        paid_minutes: ticket.paid_minutes,
        price: ticket.price.minor()?,
        currency: ticket.price.currency,
        lines: Json::of(lines)?,
        tariff: ticket.tariff.clone(),
        pay: ticket.pay.clone().try_into()?,
        stay: ticket.stay.id,
        stay_started_at: ticket.stay.started_at,
        stay_deadline: ticket.stay.deadline,
        stay_paid_until: ticket.stay.paid_until,
        extends: ticket.extends,
        sale: Some(sale),
    }))?;
    tx.write(Write::insert(TicketPlateRow {
        ticket: ticket.id,
        city: ticket.city.clone(),
        zone: ticket.zone.clone(),
        canonical: ticket.plate.canonical.clone(),
        shown: ticket.plate.display.clone(),
        country: ticket.plate.country.clone(),
        ends_at: ticket.ends_at,
        signed: ticket.signed.clone(),
        issue: FIRST_ISSUE,
        device,
    }))?;
    Ok(())
}

/// A ticket with its plate; a plate that was erased reads as empty.
type TicketWithPlate = (TicketRow, Option<TicketPlateRow>);

const FROM: &str = "FROM ticket LEFT JOIN ticket_plate ON ticket_plate.ticket = ticket.id";

fn from_rows((row, plate): TicketWithPlate, now: DateTime<Utc>) -> Outcome<Ticket> {
    let (plate, signed) = plate.map(|plate| (Plate::from(&plate), plate.signed)).unwrap_or_default();
    let state = state_at(&row, now);
    Ok(Ticket {
        id: row.id,
        city: row.city,
        zone: row.zone,
        plate,
        channel: row.channel.into(),
        state,
        issued_at: row.issued_at,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        paid_minutes: row.paid_minutes,
        price: Money::from_minor(row.price, row.currency),
        lines: purchase::lines(&row.lines.read()?),
        tariff: row.tariff,
        pay: row.pay.into(),
        stay: StayOfTicket {
            id: row.stay,
            started_at: row.stay_started_at,
            deadline: row.stay_deadline,
            paid_until: row.stay_paid_until,
        },
        extends: row.extends,
        signed,
    })
}

/// What a ticket is at a moment.
pub(crate) fn state_at(row: &TicketRow, now: DateTime<Utc>) -> TicketState {
    wire_state(ticket::state_at(row.state.into(), row.ends_at, now))
}

const fn wire_state(state: RulesState) -> TicketState {
    match state {
        RulesState::Active => TicketState::Active,
        RulesState::Expired => TicketState::Expired,
        RulesState::Voided => TicketState::Voided,
    }
}

/// What an app shows of parking.
pub(crate) fn section(tx: &mut dyn Tx, _: &Operator, account: AccountId, now: DateTime<Utc>) -> Outcome<OnTheWire> {
    Ok(OnTheWire::of(&ParkingSection { tickets: recent(tx, account, now)? })?)
}

/// Every running ticket, and the last ones that are over, newest first.
fn recent(tx: &mut dyn Tx, account: AccountId, now: DateTime<Utc>) -> Outcome<Vec<Ticket>> {
    let rows = tx.all(Select::of(
        &format!("{FROM} WHERE ticket.account = $1 AND (ticket.ends_at > $2 OR ticket.id IN (SELECT id FROM ticket WHERE account = $1 AND ends_at <= $2 ORDER BY id DESC LIMIT $3)) ORDER BY ticket.id DESC"),
        values![account, now.timestamp_millis(), OVER],
    ))?;
    rows.into_iter().map(|row| from_rows(row, now)).collect()
}

/// One ticket.
pub(crate) fn one(tx: &mut dyn Tx, ticket: &str, now: DateTime<Utc>) -> Outcome<Option<Ticket>> {
    let row = tx.first(Select::of(&format!("{FROM} WHERE ticket.id = $1"), values![ticket]))?;
    row.map(|row| from_rows(row, now)).transpose()
}

/// What time brings to a ticket: at its end it is over, and its account is told.
fn time_passed(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>, id: &str) -> Outcome<()> {
    happened(tx, operator, now, id, |ends_at| TicketEvent::TimePassed { ends_at })
}

/// Takes a ticket back before its end: its price is given back, its account is told, and its plate
/// is no longer covered.
pub(crate) fn void(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>, id: &str) -> Outcome<Ticket> {
    happened(tx, operator, now, id, |ends_at| TicketEvent::Void { ends_at })?;
    match one(tx, id, now)? {
        Some(ticket) => Ok(ticket),
        None => refuse(ProblemCode::NotFound, "there is no such ticket"),
    }
}

/// One step of a ticket's state machine: what becomes of it is stored, and what follows is done. A
/// ticket that is erased has no steps.
fn happened(
    tx: &mut dyn Tx,
    operator: &Operator,
    now: DateTime<Utc>,
    id: &str,
    event: impl Fn(DateTime<Utc>) -> TicketEvent,
) -> Outcome<()> {
    let Some(ticket) = tx.first(find!(TicketRow { id: id }))? else { return Ok(()) };
    let mut account = ticket.account.map(|account| LockedAccount::take(tx, account)).transpose()?;
    // Read again: now nobody else changes it.
    let Some(stored) = tx.first(find!(TicketRow { id: id }).locking("ticket"))? else { return Ok(()) };
    let state = RulesState::from(stored.state);
    let (next, effects) = ticket::step(state, event(stored.ends_at), now)
        .map_err(|error| Problem::new(ProblemCode::TicketNotActive, error.to_string()))?;
    if next != state {
        tx.write(update!(TicketRow { id: id } set { state: StateWord::try_from(wire_state(next))? }))?;
    }
    for effect in effects {
        match effect {
            TicketEffect::Refund => give_back(tx, operator, now, id, account.as_mut())?,
            TicketEffect::TellExpired | TicketEffect::TellVoided => {
                if let (Some(account), Some(ticket)) = (&mut account, one(tx, id, now)?) {
                    account.tell(&ticket)?;
                }
            }
        }
    }
    if next == RulesState::Voided && next != state {
        signed_codes::revoke::<ParkingTicket>(tx, now, stored.id, None, stored.ends_at)?;
    }
    if let Some(mut account) = account {
        account.release(tx, now)?;
    }
    Ok(())
}

/// Gives back what a ticket cost, and takes it out of its stays. One that was bought outside the
/// app is not ours to pay back.
fn give_back(
    tx: &mut dyn Tx,
    operator: &Operator,
    now: DateTime<Utc>,
    id: &str,
    account: Option<&mut LockedAccount>,
) -> Outcome<()> {
    let Some(row) = tx.first(find!(TicketRow { id: id }))? else { return Ok(()) };
    let Some(ticket) = one(tx, id, now)? else { return Ok(()) };
    let city = operator.city(ticket.city.as_str())?;
    stays::take_back(tx, city, account.as_ref().map(|account| account.id), &ticket)?;
    let (Some(account), Some(sale)) = (account, row.sale) else { return Ok(()) };
    refunds::give_back(
        tx,
        operator,
        now,
        account,
        TakenBack {
            sale,
            pay: &ticket.pay,
            price: ticket.price,
            from: LedgerAccount::Revenue { service: NAME, city: ticket.city },
            reason: "voided",
            kind: REFUND,
            reference: id,
        },
    )
}

/// Newest first.
pub(crate) fn list(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Tickets> {
    let asked = AskedPage::<TicketId>::of(call.request)?;
    let rows: Vec<TicketWithPlate> = tx.all(Select::of(
        &format!("{FROM} WHERE ticket.account = $1 AND ticket.id < $2 ORDER BY ticket.id DESC LIMIT $3"),
        values![call.who()?.account, asked.older_than(), asked.reads()],
    ))?;
    let tickets = rows.into_iter().map(|row| from_rows(row, call.now)).collect::<Outcome<Vec<_>>>()?;
    let (items, next) = asked.page(tickets, |ticket| ticket.id.to_string());
    Ok(Tickets { items, next })
}

/// One ticket of the caller.
pub(crate) fn read(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Ticket> {
    let row = tx.first(Select::of(
        &format!("{FROM} WHERE ticket.id = $1 AND ticket.account = $2"),
        values![call.named(), call.who()?.account],
    ))?;
    match row {
        Some(row) => from_rows(row, call.now),
        None => refuse(ProblemCode::NotFound, "there is no such ticket of yours"),
    }
}
