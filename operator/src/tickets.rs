//! Tickets: a quote bought exactly, charged, signed and told, all in one transaction.

use chrono::{DateTime, Utc};
use mesto_protocol::api::{Channel, PayMethod, Purchase, Purchased, StayOfTicket, Ticket, TicketState, Tickets};
use mesto_protocol::device::DeviceKey;
use mesto_protocol::event::Change;
use mesto_protocol::ticket::TicketClaims;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::money::{Currency, Money};
use mesto_rules::quote::{Quote as Terms, QuoteAsk, Stale, quote};
use mesto_rules::ticket::{self, TicketEffect, TicketEvent, TicketState as RulesState};

use crate::account::Held;
use crate::failure::{Failure, Outcome, refuse};
use crate::http::{Request, Response};
use crate::ledger::{self, Book, Movement};
use crate::operator::Operator;
use crate::routes::{Call, Foreseen};
use crate::stays::{self, Kept, Latest};
use crate::store::{Row, StoreError, Tx};
use crate::{due, quotes, text, values, words};

const PAGE: i64 = 50;
const MOST: i64 = 200;

/// A quote as it was stored.
struct Frozen {
    city: String,
    canonical: String,
    shown: String,
    pay: PayMethod,
    extends: Option<String>,
    terms: Terms,
    /// Versions of the user's and the plate's stay that it was computed against, and the stays now.
    versions: (i64, i64),
    kept: Latest,
}

/// `POST /v1/tickets`
pub(crate) fn buy(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let asked: Purchase = call.request.read()?;
    call.in_time(asked.not_after)?;
    let frozen = take_quote(call)?;
    if frozen.pay != PayMethod::Deposit {
        return Err(Problem::new(
            ProblemCode::PaymentMethodNotAllowed,
            "tickets are bought from the deposit here; ask for such a quote",
        )
        .with("method", frozen.pay)
        .with("allowed", [PayMethod::Deposit])
        .into());
    }
    let sold = what_is_sold(call, &frozen)?;
    let (price, balance) = (sold.total, call.held()?.balance());
    let missing = price.checked_sub(&balance)?;
    if missing.amount.is_sign_positive() && !missing.is_zero() {
        return Err(Problem::new(
            ProblemCode::DepositTooLow,
            format!("it costs {price} and the deposit holds {balance}"),
        )
        .with("balance", balance)
        .with("price", price)
        .with("missing", missing)
        .into());
    }
    let ticket = sell(tx, call, &asked.quote, frozen, sold)?;
    Ok(Response::json(201, &Purchased { ticket, balance: call.held()?.balance() }))
}

/// What a purchase reads first: its quote, whether it was bought, and the stays it counts in.
pub(crate) fn quote_to_buy(request: &Request) -> Option<Foreseen> {
    let asked: Purchase = request.read().ok()?;
    Some(Foreseen {
        // Subqueries and no joins: each is a walk along an index even by a plan that was made while the table was empty.
        sql: concat!(
            "SELECT city, canonical, shown, pay, extends, terms, user_stay, plate_stay, expires_at, (SELECT id FROM ticket WHERE ticket.account = quote.account AND ticket.quote = $1), (SELECT ",
            stays::kept_of_plate!(),
            " FROM stay WHERE canonical = quote.canonical AND city = quote.city AND zone = quote.zone), account FROM quote WHERE id = $1"
        ),
        params: vec![asked.quote],
    })
}

/// The quote of this purchase, or why it cannot be bought. Its account is locked, so it is bought once.
fn take_quote(call: &Call<'_>) -> Outcome<Frozen> {
    let account = &call.who()?.account;
    let Some(row) = call.foreseen.first().filter(|row| row.text(11).is_ok_and(|owner| owner == account)) else {
        return refuse(ProblemCode::QuoteUnknown, "there is no such quote of yours; ask for a new one");
    };
    if let Some(ticket) = row.maybe_text(9)? {
        return Err(Problem::new(ProblemCode::QuoteUsed, "this quote was bought already")
            .with("ticket", ticket)
            .into());
    }
    let expires_at = text::time(row.int(8)?)?;
    if call.now > expires_at {
        return Err(Problem::new(ProblemCode::QuoteExpired, "the price was held until then; ask for a new quote")
            .with("expired_at", expires_at)
            .into());
    }
    let (city, terms): (String, Terms) = (row.string(0)?, serde_json::from_str(row.text(5)?)?);
    let user = if call.operator.city(&city)?.policy.stay_per.counts_user() {
        call.held.as_ref().and_then(|held| held.stays.get(&city, &terms.zone)).cloned()
    } else {
        None
    };
    Ok(Frozen {
        city,
        canonical: row.string(1)?,
        shown: row.string(2)?,
        pay: words::read(row.text(3)?)?,
        extends: row.maybe_string(4)?,
        terms,
        versions: (row.int(6)?, row.int(7)?),
        kept: Latest { plate: row.maybe_text(10)?.map(Kept::read).transpose()?, user },
    })
}

/// What the quote promised, from the start that is possible now: the operator has received the purchase (BG-47).
fn what_is_sold(call: &Call<'_>, frozen: &Frozen) -> Outcome<Terms> {
    let Frozen { city, terms, pay, versions, kept, .. } = frozen;
    let (city, now, stays, pay) = (call.operator.city(city)?, call.now, kept.stays(), quotes::rules_pay(*pay)?);
    if kept.versions() != *versions {
        let ask = QuoteAsk { zone: &terms.zone, minutes: terms.asked_minutes, now, stays, pay };
        let stale = Stale { now: quote(city, &ask).map(Box::new) };
        return Err(stale_problem("another purchase changed this stay", &stale));
    }
    terms.sold(city, now, stays, pay).map_err(|stale| stale_problem("time went on", &stale))
}

/// Refused with what a new quote would be: its minutes, total and end, or the code and the values of its refusal.
fn stale_problem(why: &str, stale: &Stale) -> Failure {
    let problem = Problem::new(ProblemCode::QuoteStale, format!("{why}: {stale}; ask for a new quote"));
    match &stale.now {
        Ok(offered) => problem
            .with("minutes", offered.granted_minutes)
            .with("total", offered.total)
            .with("ends_at", offered.ends_at)
            .into(),
        Err(refusal) => {
            let Failure::Refused(refused) = Failure::from(refusal.clone()) else { return problem.into() };
            let problem = problem.with("reason", refused.code);
            refused.params.iter().fold(problem, |problem, (name, value)| problem.with(name, value)).into()
        }
    }
}

fn sell(tx: &mut dyn Tx, call: &mut Call<'_>, quote: &str, frozen: Frozen, terms: Terms) -> Outcome<Ticket> {
    let (now, account) = (call.now, call.who()?.account.clone());
    let Frozen { city, canonical, shown, pay, extends, kept, .. } = frozen;
    let stay = stays::advance(tx, call, (call.operator.city(&city)?, &canonical), &kept, &terms)?;
    let id = call.operator.id("tk", now);
    let claims = TicketClaims {
        issuer: call.operator.config.issuer.clone(),
        id: id.clone(),
        account: Some(account.clone()),
        city: city.clone(),
        zone: terms.zone.clone(),
        plate: canonical.clone(),
        channel: Channel::App,
        issued_at: now,
        starts_at: terms.starts_at,
        ends_at: terms.ends_at,
        stay_deadline: stay.deadline,
        device: call.who()?.device_key.as_deref().and_then(|key| DeviceKey::from_text(key).ok()),
    };
    let signed = claims
        .sign(call.operator.keys.ticket())
        .map_err(|error| StoreError::unreadable("ticket to be signed", error))?;
    let ticket = Ticket {
        id,
        city,
        zone: terms.zone.clone(),
        plate: canonical,
        plate_shown: shown,
        channel: Channel::App,
        state: TicketState::Active,
        issued_at: now,
        starts_at: terms.starts_at,
        ends_at: terms.ends_at,
        minutes: terms.granted_minutes,
        price: terms.total,
        lines: terms.lines,
        tariff: terms.tariff,
        pay,
        stay,
        extends,
        signed,
    };
    store(tx, &ticket, &account, quote)?;
    due::plan(tx, due::TICKET_END, &ticket.id, ticket.ends_at)?;
    let price = ticket.price.minor()?;
    let entry = call.operator.id("le", now);
    let held = call.held()?;
    held.tell(Change::TicketChanged(Box::new(ticket.clone())));
    let movement = Movement {
        id: entry,
        kind: "ticket",
        reference: &ticket.id,
        currency: ticket.price.currency,
        legs: vec![(Book::Deposit(account), price), (Book::ParkingRevenue(ticket.city.clone()), -price)],
    };
    ledger::book(tx, now, Some(held), &movement)?;
    Ok(ticket)
}

fn store(tx: &mut dyn Tx, ticket: &Ticket, account: &str, quote: &str) -> Outcome<()> {
    tx.write(
        "INSERT INTO ticket (id, account, channel, city, zone, state, issued_at, starts_at, ends_at, minutes, price, currency, lines, tariff, pay, stay, stay_started_at, stay_deadline, stay_paid_until, extends, quote) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)",
        values![
            &ticket.id,
            account,
            &words::write(&ticket.channel)?,
            &ticket.city,
            &ticket.zone,
            &words::write(&ticket.state)?,
            ticket.issued_at.timestamp_millis(),
            ticket.starts_at.timestamp_millis(),
            ticket.ends_at.timestamp_millis(),
            i64::from(ticket.minutes),
            ticket.price.minor()?,
            ticket.price.currency.code(),
            &serde_json::to_string(&ticket.lines)?,
            &ticket.tariff,
            &words::write(&ticket.pay)?,
            &ticket.stay.id,
            ticket.stay.started_at.timestamp_millis(),
            ticket.stay.deadline.map(|at| at.timestamp_millis()),
            ticket.stay.paid_until.timestamp_millis(),
            ticket.extends.as_deref(),
            quote
        ],
    )?;
    tx.write(
        "INSERT INTO ticket_plate (ticket, city, zone, canonical, shown, ends_at, signed) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        values![
            &ticket.id,
            &ticket.city,
            &ticket.zone,
            &ticket.plate,
            &ticket.plate_shown,
            ticket.ends_at.timestamp_millis(),
            &ticket.signed
        ],
    )?;
    Ok(())
}

/// Columns of a ticket with its plate; a plate that was erased reads as empty.
const COLUMNS: &str = "ticket.id, ticket.channel, ticket.city, ticket.zone, ticket.state, ticket.issued_at, ticket.starts_at, ticket.ends_at, ticket.price, ticket.currency, ticket.lines, ticket.tariff, ticket.pay, ticket.stay, ticket.stay_started_at, ticket.stay_deadline, ticket.stay_paid_until, ticket.extends, ticket_plate.canonical, ticket_plate.shown, ticket_plate.signed, ticket.minutes FROM ticket LEFT JOIN ticket_plate ON ticket_plate.ticket = ticket.id";

fn from_row(row: &Row, now: DateTime<Utc>) -> Outcome<Ticket> {
    let currency = Currency::new(row.text(9)?)?;
    let (starts_at, ends_at) = (text::time(row.int(6)?)?, text::time(row.int(7)?)?);
    Ok(Ticket {
        id: row.string(0)?,
        city: row.string(2)?,
        zone: row.string(3)?,
        plate: row.maybe_string(18)?.unwrap_or_default(),
        plate_shown: row.maybe_string(19)?.unwrap_or_default(),
        channel: words::read(row.text(1)?)?,
        state: wire_state(ticket::state_at(words::read(row.text(4)?)?, ends_at, now)),
        issued_at: text::time(row.int(5)?)?,
        starts_at,
        ends_at,
        minutes: u32::try_from(row.int(21)?).map_err(|error| StoreError::unreadable("minutes", error))?,
        price: Money::from_minor(row.int(8)?, currency),
        lines: serde_json::from_str(row.text(10)?)?,
        tariff: row.string(11)?,
        pay: words::read(row.text(12)?)?,
        stay: StayOfTicket {
            id: row.string(13)?,
            started_at: text::time(row.int(14)?)?,
            deadline: row.maybe_int(15)?.map(text::time).transpose()?,
            paid_until: text::time(row.int(16)?)?,
        },
        extends: row.maybe_string(17)?,
        signed: row.maybe_string(20)?.unwrap_or_default(),
    })
}

const fn wire_state(state: RulesState) -> TicketState {
    match state {
        RulesState::Active => TicketState::Active,
        RulesState::Expired => TicketState::Expired,
        RulesState::Voided => TicketState::Voided,
    }
}

/// What time brings to a ticket: at its end it is over, and its account is told.
pub(crate) fn time_passed(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>, id: &str) -> Outcome<()> {
    happened(tx, operator, now, id, |ends_at| TicketEvent::TimePassed { ends_at })
}

/// Takes a ticket back before its end: its price is given back, its account is told, and its plate is no longer covered.
pub(crate) fn void(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>, id: &str) -> Outcome<Ticket> {
    let Some(ticket) = find(tx, id, now)? else { return refuse(ProblemCode::NotFound, "there is no such ticket") };
    happened(tx, operator, now, id, |ends_at| TicketEvent::Void { ends_at })?;
    Ok(find(tx, id, now)?.unwrap_or(ticket))
}

/// One step of a ticket's state machine: what becomes of it is stored, and what follows is done. A ticket that is erased has no steps.
fn happened(
    tx: &mut dyn Tx,
    operator: &Operator,
    now: DateTime<Utc>,
    id: &str,
    event: impl Fn(DateTime<Utc>) -> TicketEvent,
) -> Outcome<()> {
    let owner = tx.query("SELECT account FROM ticket WHERE id = $1", values![id])?;
    let account = owner.first().map(|row| row.maybe_string(0)).transpose()?.flatten();
    // Locked before the state is read: two steps wait for each other.
    let mut held = account.as_deref().map(|account| Held::take(tx, account)).transpose()?;
    let rows = tx.query("SELECT state, ends_at FROM ticket WHERE id = $1", values![id])?;
    let Some(row) = rows.first() else { return Ok(()) };
    let state: RulesState = words::read(row.text(0)?)?;
    let (next, effects) = ticket::step(state, event(text::time(row.int(1)?)?), now)
        .map_err(|error| Problem::new(ProblemCode::TicketNotActive, error.to_string()))?;
    if next != state {
        tx.write_exactly(
            1,
            "UPDATE ticket SET state = $2 WHERE id = $1 AND state = $3",
            values![id, &words::write(&next)?, &words::write(&state)?],
        )?;
    }
    for effect in effects {
        match effect {
            TicketEffect::Refund => give_back(tx, operator, now, id, held.as_mut())?,
            TicketEffect::TellExpired | TicketEffect::TellVoided => {
                if let (Some(held), Some(ticket)) = (&mut held, find(tx, id, now)?) {
                    held.tell(Change::TicketChanged(Box::new(ticket)));
                }
            }
        }
    }
    if let Some(mut held) = held {
        held.release(tx, now)?;
    }
    Ok(())
}

/// Gives back what a ticket cost that was paid from a deposit, and takes it out of its stays. Of a closed account it becomes a refund that
/// is owed.
fn give_back(
    tx: &mut dyn Tx,
    operator: &Operator,
    now: DateTime<Utc>,
    id: &str,
    mut held: Option<&mut Held>,
) -> Outcome<()> {
    let Some(ticket) = find(tx, id, now)? else { return Ok(()) };
    stays::take_back(tx, operator.city(&ticket.city)?, held.as_deref_mut(), &ticket, now)?;
    if ticket.pay != PayMethod::Deposit {
        return Ok(());
    }
    let rows = tx.query(
        "SELECT account.id FROM ticket JOIN account ON account.id = ticket.account WHERE ticket.id = $1 AND account.closed_at IS NULL",
        values![id],
    )?;
    let open = rows.first().map(|row| row.string(0)).transpose()?;
    let (held, book) = match open {
        Some(account) => (held, Book::Deposit(account)),
        None => (None, Book::RefundsPayable),
    };
    let price = ticket.price.minor()?;
    let movement = Movement {
        id: operator.id("le", now),
        kind: "refund",
        reference: &ticket.id,
        currency: ticket.price.currency,
        legs: vec![(Book::ParkingRevenue(ticket.city.clone()), price), (book, -price)],
    };
    ledger::book(tx, now, held, &movement)
}

/// What an app shows: every running ticket, and the last ones that are over, newest first.
pub(crate) fn recent(tx: &mut dyn Tx, account: &str, now: DateTime<Utc>) -> Outcome<Vec<Ticket>> {
    let rows = tx.query(
        &format!("SELECT {COLUMNS} WHERE ticket.account = $1 AND (ticket.ends_at > $2 OR ticket.id IN (SELECT id FROM ticket WHERE account = $1 AND ends_at <= $2 ORDER BY id DESC LIMIT $3)) ORDER BY ticket.id DESC"),
        values![account, now.timestamp_millis(), PAGE],
    )?;
    rows.iter().map(|row| from_row(row, now)).collect()
}

/// One ticket.
pub(crate) fn find(tx: &mut dyn Tx, ticket: &str, now: DateTime<Utc>) -> Outcome<Option<Ticket>> {
    let rows = tx.query(&format!("SELECT {COLUMNS} WHERE ticket.id = $1"), values![ticket])?;
    rows.first().map(|row| from_row(row, now)).transpose()
}

/// `GET /v1/tickets?before=<id>&limit=`
pub(crate) fn list(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let limit = call.request.asked_number("limit")?.unwrap_or(PAGE).clamp(1, MOST);
    let before = call.request.asked("before")?.unwrap_or_else(|| text::last_id("tk"));
    let rows = tx.query(
        &format!("SELECT {COLUMNS} WHERE ticket.account = $1 AND ticket.id < $2 ORDER BY ticket.id DESC LIMIT $3"),
        values![&call.who()?.account, &before, limit + 1],
    )?;
    let mut tickets = rows.iter().map(|row| from_row(row, call.now)).collect::<Outcome<Vec<_>>>()?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = tickets.len() > limit;
    tickets.truncate(limit);
    Ok(Response::json(200, &Tickets { tickets, more }))
}

/// `GET /v1/tickets/{ticket}`
pub(crate) fn read(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Response> {
    let rows = tx.query(
        &format!("SELECT {COLUMNS} WHERE ticket.id = $1 AND ticket.account = $2"),
        values![call.named(), &call.who()?.account],
    )?;
    match rows.first() {
        Some(row) => Ok(Response::json(200, &from_row(row, call.now)?)),
        None => refuse(ProblemCode::NotFound, "there is no such ticket of yours"),
    }
}
