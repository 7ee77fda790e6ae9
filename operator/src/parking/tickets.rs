//! Tickets: a quote bought exactly, charged, signed and told, all in one transaction.

use chrono::{DateTime, Utc};
use mesto_protocol::base::payments::PayMethod;
use mesto_protocol::base::plate::Plate;
use mesto_protocol::device::DeviceKey;
use mesto_protocol::kernel::json::Json as OnTheWire;
use mesto_protocol::parking::quotes::{Purchase, Purchased};
use mesto_protocol::parking::signed::TicketClaims;
use mesto_protocol::parking::tickets::{
    Channel, ParkingSection, StayOfTicket, TICKETS_OVER, Ticket, TicketState, Tickets,
};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::StayPer;
use mesto_rules::money::{Currency, Money};
use mesto_rules::quote::{Quote as Terms, QuoteAsk, QuoteLine, Stale, quote};
use mesto_rules::ticket::{self, TicketEffect, TicketEvent, TicketState as RulesState};

use crate::base::wallet;
use crate::kernel::account::LockedAccount;
use crate::kernel::call::Call;
use crate::kernel::due::{self, Due};
use crate::kernel::failure::{Failure, Outcome, refuse};
use crate::kernel::ledger::{self, LedgerAccount, Movement, MovementKind};
use crate::kernel::operator::Operator;
use crate::kernel::store::{Ask, Json, Select, StoreError, Tx, Write};
use crate::kernel::text;
use crate::parking::NAME;
use crate::parking::quotes::{self, PayWord, QuoteRow};
use crate::parking::stays::{self, Kept, Latest, OwnerWord};
use crate::{find, projection, stored_words, table, update, values};

stored_words! {
    /// `ticket.channel`
    pub(crate) enum ChannelWord for Channel { App = "app", Sms = "sms", Kiosk = "kiosk" }
}

stored_words! {
    /// `ticket.state`
    pub(crate) enum StateWord for TicketState { Active = "active", Expired = "expired", Voided = "voided" }
}

impl From<StateWord> for RulesState {
    fn from(stored: StateWord) -> Self {
        match stored {
            StateWord::Active => Self::Active,
            StateWord::Expired => Self::Expired,
            StateWord::Voided => Self::Voided,
        }
    }
}

table! {
    pub(crate) struct TicketRow in "ticket" {
        id: String,
        /// Absent when it was bought by SMS or at a kiosk.
        account: Option<String>,
        channel: ChannelWord,
        city: String,
        zone: String,
        state: StateWord,
        issued_at: DateTime<Utc>,
        starts_at: DateTime<Utc>,
        ends_at: DateTime<Utc>,
        /// The minutes that were paid for.
        minutes: u32,
        price: i64,
        currency: Currency,
        lines: Json<Vec<QuoteLine>>,
        tariff: String,
        pay: PayWord,
        stay: String,
        stay_started_at: DateTime<Utc>,
        stay_deadline: Option<DateTime<Utc>>,
        stay_paid_until: DateTime<Utc>,
        extends: Option<String>,
        quote: Option<String>,
    }
}

table! {
    /// The erasable half of a ticket: the plate, and the signed text that names it.
    pub(crate) struct TicketPlateRow in "ticket_plate" {
        ticket: String,
        city: String,
        zone: String,
        canonical: String,
        shown: String,
        country: Option<String>,
        ends_at: DateTime<Utc>,
        signed: String,
    }
}

impl From<&TicketPlateRow> for Plate {
    fn from(row: &TicketPlateRow) -> Self {
        Self { canonical: row.canonical.clone(), display: row.shown.clone(), country: row.country.clone() }
    }
}

/// The plate of a ticket of an account in a city's zone.
pub(crate) fn plate_of(
    tx: &mut dyn Tx,
    ticket: &str,
    account: &str,
    (city, zone): (&str, &str),
) -> Outcome<Option<Plate>> {
    let row: Option<TicketPlateRow> = tx.first(Select::of(
        "FROM ticket JOIN ticket_plate ON ticket_plate.ticket = ticket.id WHERE ticket.id = $1 AND ticket.account = $2 AND ticket.city = $3 AND ticket.zone = $4",
        values![ticket, account, city, zone],
    ))?;
    Ok(row.as_ref().map(Plate::from))
}

/// A ticket ran out.
pub(crate) const TICKET_END: Due = Due::new("parking.ticket_end", time_passed);

const PAGE: i64 = 50;
const MOST: i64 = 200;
/// How many that are over an account is told of.
const OVER: i64 = TICKETS_OVER as i64;

/// A quote as it was stored.
struct Frozen {
    city: String,
    plate: Plate,
    pay: PayMethod,
    extends: Option<String>,
    terms: Terms,
    /// Versions of the user's and the plate's stay that it was computed against, and the stays now.
    versions: (i64, i64),
    kept: Latest,
}

pub(crate) fn buy(tx: &mut dyn Tx, call: &mut Call<'_>, asked: Purchase) -> Outcome<Purchased> {
    call.in_time(asked.not_after)?;
    let frozen = take_quote(tx, call, &asked.quote)?;
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
    let (price, balance) = (sold.total, call.account()?.balance());
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
    call.made = Some(ticket.id.clone());
    Ok(Purchased { ticket, balance: call.account()?.balance() })
}

/// The answer of a purchase whose own is no longer kept: the ticket as it stands now, and the balance now.
pub(crate) fn again(tx: &mut dyn Tx, call: &Call<'_>, made: &str) -> Outcome<Purchased> {
    let ticket = one(tx, made, call.now)?.ok_or_else(|| StoreError::unreadable("ticket", "it is gone"))?;
    Ok(Purchased { ticket, balance: wallet::balance(tx, &call.who()?.account)? })
}

projection! {
    /// The ticket that a quote was sold as.
    struct Sold {
        ticket: Option<String> = "(SELECT id FROM ticket WHERE ticket.account = quote.account AND ticket.quote = quote.id)",
    }
}

/// Asks for a quote, and whether it was sold.
fn to_buy(quote: &str) -> Select<(QuoteRow, Sold)> {
    Select::of("FROM quote WHERE quote.id = $1", values![quote])
}

/// What a purchase reads: its quote, whether it was bought, and the stays it counts in.
pub(crate) fn prefetch(call: &Call<'_>) -> Option<Vec<Ask>> {
    let Purchase { quote, .. } = call.request.read().ok()?;
    let mut asks = vec![to_buy(&quote).ask(), stays::of_quote(&quote, OwnerWord::Plate).ask()];
    // Which city it is, the quote says.
    if call.operator.cities.values().any(|city| stays::stay_per(city).is_ok_and(StayPer::counts_user)) {
        asks.push(stays::of_quote(&quote, OwnerWord::Account).ask());
    }
    Some(asks)
}

/// The quote of this purchase, or why it cannot be bought. Its account is locked, so it is bought once.
fn take_quote(tx: &mut dyn Tx, call: &Call<'_>, quote: &str) -> Outcome<Frozen> {
    let account = &call.who()?.account;
    let Some((quote, Sold { ticket })) = tx.first(to_buy(quote))?.filter(|(quote, _)| quote.account == *account) else {
        return refuse(ProblemCode::QuoteUnknown, "there is no such quote of yours; ask for a new one");
    };
    if let Some(ticket) = ticket {
        return Err(Problem::new(ProblemCode::QuoteUsed, "this quote was bought already")
            .with("ticket", ticket)
            .into());
    }
    if call.now > quote.expires_at {
        return Err(Problem::new(ProblemCode::QuoteExpired, "the price was held until then; ask for a new quote")
            .with("expired_at", quote.expires_at)
            .into());
    }
    let plate = tx.first(stays::of_quote(&quote.id, OwnerWord::Plate))?.map(Kept::from);
    let user = if stays::stay_per(call.operator.city(&quote.city)?)?.counts_user() {
        tx.first(stays::of_quote(&quote.id, OwnerWord::Account))?.map(Kept::from)
    } else {
        None
    };
    Ok(Frozen {
        city: quote.city,
        plate: Plate { canonical: quote.canonical, display: quote.shown, country: quote.country },
        pay: quote.pay.into(),
        extends: quote.extends,
        terms: quote.terms.read()?,
        versions: (quote.user_stay, quote.plate_stay),
        kept: Latest { plate, user },
    })
}

/// What the quote promised, from the start that is possible now: the operator has received the purchase (BG-47).
fn what_is_sold(call: &Call<'_>, frozen: &Frozen) -> Outcome<Terms> {
    let Frozen { city, terms, pay, versions, kept, .. } = frozen;
    let (city, now, stays, pay) = (call.operator.city(city)?, call.now, kept.stays(), quotes::rules_pay(*pay)?);
    if kept.versions() != *versions {
        let ask = QuoteAsk { zone: terms.zone.as_str(), minutes: terms.asked_minutes, now, stays, pay };
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
    let Frozen { city, plate, pay, extends, kept, .. } = frozen;
    let stay = stays::advance(tx, call, (call.operator.city(&city)?, &plate.canonical), &kept, &terms)?;
    let id = call.operator.id("tk", now);
    let claims = TicketClaims {
        issuer: call.operator.config.issuer.clone(),
        id: id.clone(),
        account: Some(account.clone()),
        city: city.clone(),
        zone: terms.zone.to_string(),
        plate: plate.canonical.clone(),
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
        zone: terms.zone.to_string(),
        plate,
        channel: Channel::App,
        state: TicketState::Active,
        issued_at: now,
        starts_at: terms.starts_at,
        ends_at: terms.ends_at,
        minutes: terms.granted_minutes,
        price: terms.total,
        lines: terms.lines,
        tariff: terms.tariff.to_string(),
        pay,
        stay,
        extends,
        signed,
    };
    store(tx, &ticket, &account, quote)?;
    due::plan(tx, &TICKET_END, &ticket.id, ticket.ends_at)?;
    let price = ticket.price.minor()?;
    let entry = call.operator.id("le", now);
    let locked = call.account()?;
    locked.tell(&ticket)?;
    let revenue = LedgerAccount::Revenue { service: NAME, city: ticket.city.clone() };
    let movement = Movement {
        id: entry,
        kind: MovementKind::Ticket,
        reference: &ticket.id,
        currency: ticket.price.currency,
        legs: vec![(LedgerAccount::Deposit { holder: account }, price), (revenue, -price)],
    };
    wallet::post(tx, now, locked, movement)?;
    Ok(ticket)
}

fn store(tx: &mut dyn Tx, ticket: &Ticket, account: &str, quote: &str) -> Outcome<()> {
    tx.write(Write::insert(TicketRow {
        id: ticket.id.clone(),
        account: Some(account.to_owned()),
        channel: ticket.channel.try_into()?,
        city: ticket.city.clone(),
        zone: ticket.zone.clone(),
        state: ticket.state.try_into()?,
        issued_at: ticket.issued_at,
        starts_at: ticket.starts_at,
        ends_at: ticket.ends_at,
        minutes: ticket.minutes,
        price: ticket.price.minor()?,
        currency: ticket.price.currency,
        lines: Json::of(&ticket.lines)?,
        tariff: ticket.tariff.clone(),
        pay: ticket.pay.try_into()?,
        stay: ticket.stay.id.clone(),
        stay_started_at: ticket.stay.started_at,
        stay_deadline: ticket.stay.deadline,
        stay_paid_until: ticket.stay.paid_until,
        extends: ticket.extends.clone(),
        quote: Some(quote.to_owned()),
    }))?;
    tx.write(Write::insert(TicketPlateRow {
        ticket: ticket.id.clone(),
        city: ticket.city.clone(),
        zone: ticket.zone.clone(),
        canonical: ticket.plate.canonical.clone(),
        shown: ticket.plate.display.clone(),
        country: ticket.plate.country.clone(),
        ends_at: ticket.ends_at,
        signed: ticket.signed.clone(),
    }))?;
    Ok(())
}

/// A ticket with its plate; a plate that was erased reads as empty.
type TicketWithPlate = (TicketRow, Option<TicketPlateRow>);

const FROM: &str = "FROM ticket LEFT JOIN ticket_plate ON ticket_plate.ticket = ticket.id";

fn from_rows((row, plate): TicketWithPlate, now: DateTime<Utc>) -> Outcome<Ticket> {
    let (plate, signed) = plate.map(|plate| (Plate::from(&plate), plate.signed)).unwrap_or_default();
    Ok(Ticket {
        id: row.id,
        city: row.city,
        zone: row.zone,
        plate,
        channel: row.channel.into(),
        state: wire_state(ticket::state_at(row.state.into(), row.ends_at, now)),
        issued_at: row.issued_at,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        minutes: row.minutes,
        price: Money::from_minor(row.price, row.currency),
        lines: row.lines.read()?,
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

const fn wire_state(state: RulesState) -> TicketState {
    match state {
        RulesState::Active => TicketState::Active,
        RulesState::Expired => TicketState::Expired,
        RulesState::Voided => TicketState::Voided,
    }
}

/// What an app shows of parking.
pub(crate) fn section(tx: &mut dyn Tx, account: &str, now: DateTime<Utc>) -> Outcome<OnTheWire> {
    Ok(OnTheWire::of(&ParkingSection { tickets: recent(tx, account, now)? })?)
}

/// Every running ticket, and the last ones that are over, newest first.
fn recent(tx: &mut dyn Tx, account: &str, now: DateTime<Utc>) -> Outcome<Vec<Ticket>> {
    let rows = tx.all(Select::of(
        &format!("{FROM} WHERE ticket.account = $1 AND (ticket.ends_at > $2 OR ticket.id IN (SELECT id FROM ticket WHERE account = $1 AND ends_at <= $2 ORDER BY id DESC LIMIT $3)) ORDER BY ticket.id DESC"),
        values![account, now.timestamp_millis(), OVER],
    ))?;
    rows.into_iter().map(|row| from_rows(row, now)).collect()
}

/// One ticket.
fn one(tx: &mut dyn Tx, ticket: &str, now: DateTime<Utc>) -> Outcome<Option<Ticket>> {
    let row = tx.first(Select::of(&format!("{FROM} WHERE ticket.id = $1"), values![ticket]))?;
    row.map(|row| from_rows(row, now)).transpose()
}

/// What time brings to a ticket: at its end it is over, and its account is told.
fn time_passed(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>, id: &str) -> Outcome<()> {
    happened(tx, operator, now, id, |ends_at| TicketEvent::TimePassed { ends_at })
}

/// Takes a ticket back before its end: its price is given back, its account is told, and its plate is no longer covered.
pub(crate) fn void(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>, id: &str) -> Outcome<Ticket> {
    happened(tx, operator, now, id, |ends_at| TicketEvent::Void { ends_at })?;
    match one(tx, id, now)? {
        Some(ticket) => Ok(ticket),
        None => refuse(ProblemCode::NotFound, "there is no such ticket"),
    }
}

/// One step of a ticket's state machine: what becomes of it is stored, and what follows is done. A ticket that is erased has no steps.
fn happened(
    tx: &mut dyn Tx,
    operator: &Operator,
    now: DateTime<Utc>,
    id: &str,
    event: impl Fn(DateTime<Utc>) -> TicketEvent,
) -> Outcome<()> {
    let Some(ticket) = tx.first(find!(TicketRow { id: id }))? else { return Ok(()) };
    let mut account = ticket.account.map(|account| LockedAccount::take(tx, &account)).transpose()?;
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
    if let Some(mut account) = account {
        account.release(tx, now)?;
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
    account: Option<&mut LockedAccount>,
) -> Outcome<()> {
    let Some(ticket) = one(tx, id, now)? else { return Ok(()) };
    stays::take_back(tx, operator.city(&ticket.city)?, account.as_ref().map(|account| account.id.as_str()), &ticket)?;
    let Some(account) = account.filter(|_| ticket.pay == PayMethod::Deposit) else { return Ok(()) };
    let (price, holder) = (ticket.price.minor()?, account.id.clone());
    let gains =
        if account.is_closed { LedgerAccount::RefundsPayable { holder } } else { LedgerAccount::Deposit { holder } };
    let revenue = LedgerAccount::Revenue { service: NAME, city: ticket.city };
    let movement = Movement {
        id: operator.id("le", now),
        kind: MovementKind::Refund,
        reference: &ticket.id,
        currency: ticket.price.currency,
        legs: vec![(revenue, price), (gains, -price)],
    };
    if account.is_closed { ledger::post(tx, now, None, movement) } else { wallet::post(tx, now, account, movement) }
}

/// Newest first.
pub(crate) fn list(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Tickets> {
    let limit = call.request.asked_number("limit")?.unwrap_or(PAGE).clamp(1, MOST);
    let before = call.request.asked("before")?.unwrap_or_else(|| text::last_id("tk"));
    let rows: Vec<TicketWithPlate> = tx.all(Select::of(
        &format!("{FROM} WHERE ticket.account = $1 AND ticket.id < $2 ORDER BY ticket.id DESC LIMIT $3"),
        values![&call.who()?.account, before, limit + 1],
    ))?;
    let mut tickets = rows.into_iter().map(|row| from_rows(row, call.now)).collect::<Outcome<Vec<_>>>()?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = tickets.len() > limit;
    tickets.truncate(limit);
    Ok(Tickets { tickets, more })
}

/// One ticket of the caller.
pub(crate) fn read(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<Ticket> {
    let row = tx.first(Select::of(
        &format!("{FROM} WHERE ticket.id = $1 AND ticket.account = $2"),
        values![call.named(), &call.who()?.account],
    ))?;
    match row {
        Some(row) => from_rows(row, call.now),
        None => refuse(ProblemCode::NotFound, "there is no such ticket of yours"),
    }
}
