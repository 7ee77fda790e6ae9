//! A visit as it is sold: its price now, its payment by what was promised, and what was bought.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::garages::visits::{self as wire, GaragesOffer, GaragesOutcome, GaragesSubject};
use mesto_protocol::kernel::ids::{QuoteId, VisitId};
use mesto_protocol::kernel::json::Json as OnTheWire;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::PayMethod as RulesPay;
use mesto_rules::garages::visit::VisitEvent;
use mesto_rules::garages::{LineKind, TicketNumber, VisitPrice};
use mesto_rules::money::Money;
use serde::{Deserialize, Serialize};

use crate::base::payments::rows::{PayWord, PaymentRow};
use crate::base::payments::sells::{Asked, Delivered, Delivery, Priced, Sells, rules_pay};
use crate::garages::refusal::unknown;
use crate::garages::tables::{FacilityRow, VisitPaymentRow, VisitRow};
use crate::garages::visits::{Place, VisitRecord};
use crate::garages::{NAME, PAID};
use crate::kernel::failure::{Failure, Outcome, refuse};
use crate::kernel::ledger::LedgerAccount;
use crate::kernel::limits::{Limit, Limits};
use crate::kernel::operator::Operator;
use crate::kernel::store::{Ask, Json, Select, StoreError, Tx};
use crate::{find, values};

pub(crate) const SELLS: Sells = Sells { service: NAME, price, deliver, outcome, settles_debts: true, prefetch };

/// What a quote keeps until it is paid.
#[derive(Debug, Serialize, Deserialize)]
struct Frozen {
    visit: VisitId,
    /// What was owed; a card's fee is not in it.
    owed: Money,
}

/// What a price is of: the visit, and the commission of a card.
fn apart(price: &VisitPrice) -> Outcome<(Money, Money)> {
    let zero = Money::zero(price.total.currency);
    let fees = price.lines.iter().filter(|line| matches!(line.kind, LineKind::CardFee { .. }));
    let fee = fees.map(|line| line.amount).next().unwrap_or(zero);
    Ok((price.total.checked_sub(&fee)?, fee))
}

/// What is tried in an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GarageLimits {
    /// Tickets that one account may try of which no visit of its own is known.
    pub wrong_tickets_per_account: i64,
}

impl Default for GarageLimits {
    fn default() -> Self {
        Self { wrong_tickets_per_account: 20 }
    }
}

impl Limits for GarageLimits {}

/// What a ticket owes now, line by line (BG-64, BG-67). Who asks for tickets that are not there, of
/// another facility, or of cars that have left, does so only so often in an hour: nobody finds
/// visits of others by trying. Visits that he paid himself are not counted.
pub(crate) fn price(tx: &mut dyn Tx, asked: &Asked<'_>) -> Outcome<Priced> {
    let GaragesSubject { facility, ticket: typed } = asked.subject()?;
    let place = Place::of(asked.city, facility.as_str())?;
    let ticket = place.ticket(&typed);
    let found = ticket.as_ref().ok().map(|ticket| place.last(tx, ticket)).transpose()?.flatten();
    let is_own = found.as_ref().is_some_and(|record| record.is_paid_by(asked.account));
    let tried = Limit {
        kind: "wrong_ticket_number",
        subject: &asked.account.to_string(),
        most: asked.operator.limits::<GarageLimits>().wrong_tickets_per_account,
    };
    let heard = tx.first(find!(FacilityRow { city: &asked.city.id, facility: &place.facility.id }))?;
    if !is_own {
        // While its controller is silent nothing is said of a ticket, and no try is counted.
        place.reachable(heard.as_ref(), asked.now)?;
        tried.check(tx, asked.now)?;
    }
    match offered(tx, asked, &place, (ticket, &typed), (found, heard.as_ref())) {
        Err(Failure::Refused(problem)) if !is_own && is_missed(&problem, &typed) => {
            Err(tried.missed(tx, asked.operator, asked.now, *problem))
        }
        outcome => outcome,
    }
}

/// Whether a refusal says something of tickets that are not one's own. A number of another form is
/// looked for at the other facilities.
fn is_missed(problem: &Problem, typed: &str) -> bool {
    let missed = [ProblemCode::VisitUnknown, ProblemCode::VisitOfAnotherFacility, ProblemCode::VisitOver];
    missed.iter().any(|code| problem.is(*code))
        || problem.is(ProblemCode::TicketNumberInvalid) && TicketNumber::parse(typed, None).is_ok()
}

/// What is offered for the visit that was found.
fn offered(
    tx: &mut dyn Tx,
    asked: &Asked<'_>,
    place: &Place<'_>,
    (ticket, typed): (Outcome<TicketNumber>, &str),
    (found, heard): (Option<VisitRecord>, Option<&FacilityRow>),
) -> Outcome<Priced> {
    let now = asked.now;
    let ticket = match ticket {
        Ok(ticket) => ticket,
        Err(invalid) => {
            // Elsewhere numbers may look otherwise.
            if let Ok(ticket) = TicketNumber::parse(typed, None) {
                place.not_elsewhere(tx, &ticket)?;
            }
            return Err(invalid);
        }
    };
    if found.as_ref().is_none_or(VisitRecord::is_over) {
        place.not_elsewhere(tx, &ticket)?;
    }
    let Some(mut record) = found else {
        return Err(unknown(place.facility, &ticket).into());
    };
    let (visit, priced) = (record.row.id, priced(&mut record, place, now, rules_pay(asked.pay)?, None)?);
    place.reachable(heard, now)?;
    let (owed, _) = apart(&priced)?;
    Ok(Priced {
        offer: OnTheWire::of(&GaragesOffer {
            visit,
            facility: priced.facility.clone(),
            ticket: ticket.to_string(),
            entered_at: priced.entered_at,
            tariff: priced.tariff,
            tariff_from: priced.tariff_from,
            price: priced.price,
            exit_by: priced.exit_by,
            rises_at: priced.rises_at,
            owes_again_at: priced.owes_again_at,
        })?,
        lines: wire::lines(&priced.lines),
        notices: wire::notices(&priced.notices),
        total: priced.total,
        place: priced.facility.to_string(),
        thing: ticket.to_string(),
        terms: serde_json::to_string(&Frozen { visit, owed })?,
    })
}

/// What a visit costs at a moment, when it can be paid then: by `offered`, or by whatever it is.
/// The visit steps.
fn priced(
    record: &mut VisitRecord,
    place: &Place<'_>,
    at: DateTime<Utc>,
    pay: RulesPay,
    offered: Option<Money>,
) -> Outcome<VisitPrice> {
    if record.is_over() {
        return Err(record.over().into());
    }
    let price = record.price(place.city, at, pay)?;
    let (owed, _) = apart(&price)?;
    let event = VisitEvent::Pay { amount: offered.unwrap_or(owed), owed };
    match record.step(&event, at) {
        Ok(_) => Ok(price),
        Err(problem) => Err(explained(problem, record, &price).into()),
    }
}

/// With what a driver wants to know when nothing is to be paid: until when he may leave, until when
/// it is free.
fn explained(problem: Problem, record: &VisitRecord, price: &VisitPrice) -> Problem {
    if problem.is(ProblemCode::VisitAlreadyPaid) {
        let exit_by = record.payments.iter().filter_map(|payment| payment.exit_by).max();
        problem.with("visit", record.row.id).with("exit_by", exit_by).with("owes_again_at", price.rises_at)
    } else if problem.is(ProblemCode::NothingOwed) {
        problem.with("visit", record.row.id).with("free_until", price.rises_at)
    } else {
        problem
    }
}

/// The visit of a quote, to be paid, with its facility. Another phone may pay it at the same
/// moment: who holds its row pays.
fn to_pay(quote: QuoteId) -> Select<(VisitRow, Option<FacilityRow>)> {
    Select::of(
        "FROM visit LEFT JOIN facility ON facility.city = visit.city AND facility.facility = visit.facility WHERE (visit.city, visit.facility, visit.ticket) = (SELECT city, place, thing FROM quote WHERE id = $1 AND service = $2) ORDER BY visit.entered_at DESC LIMIT 1",
        values![quote, NAME],
    )
    .locking("visit")
}

/// What was paid for it, asked once it is locked.
fn paid_before(quote: QuoteId) -> Select<VisitPaymentRow> {
    Select::of(
        "FROM visit_payment WHERE visit_payment.visit = (SELECT visit.id FROM visit WHERE (visit.city, visit.facility, visit.ticket) = (SELECT city, place, thing FROM quote WHERE id = $1 AND service = $2) ORDER BY visit.entered_at DESC LIMIT 1) ORDER BY visit_payment.at",
        values![quote, NAME],
    )
}

/// What a payment reads.
pub(crate) fn prefetch(_: &Operator, quote: QuoteId) -> Vec<Ask> {
    vec![to_pay(quote).ask(), paid_before(quote).ask()]
}

/// Until when the total of a quote is promised: as long as the quote can be bought, by card as long
/// as its page lives.
fn promised_until(tx: &mut dyn Tx, delivery: &Delivery<'_>) -> Outcome<DateTime<Utc>> {
    if delivery.quote.pay == PayWord::Deposit {
        return Ok(delivery.quote.expires_at);
    }
    let payment = tx.first(find!(PaymentRow { id: delivery.sale.payment() }))?;
    Ok(payment.ok_or_else(|| StoreError::unreadable("payment", "it is gone"))?.expires_at)
}

/// The visit is paid, by exactly what was quoted.
pub(crate) fn deliver(tx: &mut dyn Tx, delivery: &mut Delivery<'_>) -> Outcome<Delivered> {
    let (quote, now) = (delivery.quote, delivery.now);
    let Frozen { visit, owed } = serde_json::from_str(&quote.terms)?;
    let found = tx.first(to_pay(quote.id))?;
    let payments = tx.all(paid_before(quote.id))?;
    let Some((row, heard)) = found.filter(|(row, _)| row.id == visit) else {
        return refuse(ProblemCode::QuoteStale, "another visit has this ticket now; ask for a new quote");
    };
    let mut record = VisitRecord::of(row, payments);
    let place = Place::of(delivery.city()?, record.row.facility.as_str())?;
    let at = if now <= promised_until(tx, delivery)? { quote.issued_at } else { now };
    let pay = rules_pay(&quote.pay.into())?;
    let price = priced(&mut record, &place, at, pay, Some(owed))?;
    let (_, fee) = apart(&price)?;
    place.reachable(heard.as_ref(), now)?;
    // A payment is known by its moment: a second one of the same moment is a millisecond later.
    let last = record.payments.iter().filter(|payment| !payment.is_cash).map(|payment| payment.at).max();
    let paid_at = last.map_or(now, |last| now.max(last + TimeDelta::milliseconds(1)));
    record.payments.push(VisitPaymentRow {
        visit,
        at: paid_at,
        is_cash: false,
        priced_at: at,
        city: record.row.city.clone(),
        facility: record.row.facility.clone(),
        sale: Some(delivery.sale),
        account: Some(delivery.account.id),
        pay: Some(quote.pay),
        amount: owed.minor()?,
        fee: fee.minor()?,
        currency: owed.currency,
        // The minutes to leave are those after the payment, whenever its price was promised.
        exit_by: price.exit_by.map(|exit_by| exit_by + (now - at)),
        lines: Json::of(&price.lines)?,
    });
    record.watch(place.city);
    record.sign_receipt(delivery.operator, now)?;
    let told = record.told_to(delivery.account.id, now)?;
    delivery.account.tell(&told)?;
    let revenue = LedgerAccount::Revenue { service: NAME, city: record.row.city.clone() };
    record.save(tx, delivery.operator, now, Some(delivery.account.id))?;
    Ok(Delivered {
        outcome: OnTheWire::of(&GaragesOutcome { visit: told })?,
        // A visit can be paid several times: the payment is what was bought.
        reference: delivery.sale.to_string(),
        kind: PAID,
        gains: vec![(revenue, -quote.total)],
    })
}

/// The visit that was paid by a sale, as it stands now.
pub(crate) fn outcome(tx: &mut dyn Tx, _: &Operator, now: DateTime<Utc>, sale: &str) -> Outcome<Option<OnTheWire>> {
    let select = Select::<VisitPaymentRow>::of("FROM visit_payment WHERE visit_payment.sale = $1", values![sale]);
    let Some(payment) = tx.first(select)? else { return Ok(None) };
    let Some(record) = VisitRecord::read(tx, payment.visit, false)? else { return Ok(None) };
    let is_own = |other: &VisitPaymentRow| match payment.account {
        Some(account) => other.account == Some(account),
        None => other.sale == payment.sale,
    };
    Ok(Some(OnTheWire::of(&GaragesOutcome { visit: record.told(now, is_own)? })?))
}
