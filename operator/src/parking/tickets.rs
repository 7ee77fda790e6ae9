//! Tickets: a quote bought exactly, charged, signed and told, all in one transaction.

use chrono::{DateTime, Utc};
use mesto_protocol::base::payments::PayMethod;
use mesto_protocol::device::DeviceKey;
use mesto_protocol::event::Change;
use mesto_protocol::parking::quotes::{Purchase, Purchased};
use mesto_protocol::parking::signed::TicketClaims;
use mesto_protocol::parking::tickets::{Channel, StayOfTicket, Ticket, TicketState, Tickets};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::money::{Currency, Money};
use mesto_rules::quote::Quote as Terms;
use mesto_rules::stay::Stay;

use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::http::{Request, Response};
use crate::kernel::ledger::{self, Book, Movement};
use crate::kernel::routes::{Call, Foreseen};
use crate::kernel::store::{Row, StoreError, Tx};
use crate::kernel::{due, text, words};
use crate::parking::stays::{self, Kept, Latest};
use crate::values;

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
    /// Versions of the stays it was computed against, and the stays now.
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
    let (price, balance) = (frozen.terms.total, call.held()?.balance());
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
    let ticket = sell(tx, call, &asked.quote, frozen)?;
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
    let of_user = call.held.as_ref().and_then(|held| held.stays.get(&city, &terms.zone)).cloned();
    Ok(Frozen {
        city,
        canonical: row.string(1)?,
        shown: row.string(2)?,
        pay: words::read(row.text(3)?)?,
        extends: row.maybe_string(4)?,
        terms,
        versions: (row.int(6)?, row.int(7)?),
        kept: (of_user, row.maybe_text(10)?.map(Kept::read).transpose()?),
    })
}

fn sell(tx: &mut dyn Tx, call: &mut Call<'_>, quote: &str, frozen: Frozen) -> Outcome<Ticket> {
    let (now, account) = (call.now, call.who()?.account.clone());
    let stay = buy_stay(tx, call, &frozen)?;
    let Frozen { city, canonical, shown, pay, extends, terms, .. } = frozen;
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
        minutes: minutes(terms.starts_at, terms.ends_at),
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

/// Continues the user's and the plate's stay; a stay that changed since the quote makes the quote stale.
fn buy_stay(tx: &mut dyn Tx, call: &mut Call<'_>, frozen: &Frozen) -> Outcome<StayOfTicket> {
    let Frozen { city, canonical, terms, versions, kept, .. } = frozen;
    let (user, plate) = (kept.0.as_ref(), kept.1.as_ref());
    if (stays::version(user), stays::version(plate)) != *versions {
        return refuse(ProblemCode::QuoteStale, "another purchase changed this stay; ask for a new quote");
    }
    let rules = call.operator.city(city)?;
    let of_user = Stay::after_purchase(rules, stays::stay(user), terms)?;
    let of_plate = Stay::after_purchase(rules, stays::stay(plate), terms)?;
    let id = stays::advance(tx, call, (city, canonical), kept, (&of_user, &of_plate))?;
    Ok(StayOfTicket {
        id,
        started_at: of_user.started_at,
        // What holds is the earlier of the two.
        deadline: [of_user.deadline, of_plate.deadline].into_iter().flatten().min(),
        paid_until: of_user.paid_until,
    })
}

fn store(tx: &mut dyn Tx, ticket: &Ticket, account: &str, quote: &str) -> Outcome<()> {
    tx.write(
        "INSERT INTO ticket (id, account, channel, city, zone, state, issued_at, starts_at, ends_at, price, currency, lines, tariff, pay, stay, stay_started_at, stay_deadline, stay_paid_until, extends, quote) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
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

/// Length in minutes, a started one counted.
fn minutes(from: DateTime<Utc>, until: DateTime<Utc>) -> u32 {
    u32::try_from(((until - from).num_seconds() + 59) / 60).unwrap_or(0)
}

/// Columns of a ticket with its plate; a plate that was erased reads as empty.
const COLUMNS: &str = "ticket.id, ticket.channel, ticket.city, ticket.zone, ticket.state, ticket.issued_at, ticket.starts_at, ticket.ends_at, ticket.price, ticket.currency, ticket.lines, ticket.tariff, ticket.pay, ticket.stay, ticket.stay_started_at, ticket.stay_deadline, ticket.stay_paid_until, ticket.extends, ticket_plate.canonical, ticket_plate.shown, ticket_plate.signed FROM ticket LEFT JOIN ticket_plate ON ticket_plate.ticket = ticket.id";

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
        state: state_at(words::read(row.text(4)?)?, ends_at, now),
        issued_at: text::time(row.int(5)?)?,
        starts_at,
        ends_at,
        minutes: minutes(starts_at, ends_at),
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

/// The state by the clock: a job that comes late never shows a wrong one.
fn state_at(stored: TicketState, ends_at: DateTime<Utc>, now: DateTime<Utc>) -> TicketState {
    if stored == TicketState::Active && ends_at <= now { TicketState::Expired } else { stored }
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
