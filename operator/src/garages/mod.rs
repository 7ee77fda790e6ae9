//! Garages: a controller tells which cars came in and left, a driver pays the visit of his ticket.

pub(crate) mod controllers;
pub(crate) mod driver;
mod found;
mod receipts;
mod refusal;
mod reported;
pub(crate) mod sales;
pub(crate) mod tables;
pub(crate) mod visits;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::garages as wire;
use mesto_protocol::garages::visits::GaragesSubject;
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::kernel::json::Json;
use mesto_rules::City;
use mesto_rules::garages::GaragesSection;
pub use sales::GarageLimits;

use crate::base::payments::purchases::forget_subject;
use crate::base::payments::rows::{SaleRow, StoredItem};
use crate::garages::tables::VisitPaymentRow;
use crate::kernel::account::LockedAccount;
use crate::kernel::call::Call;
use crate::kernel::due::{self, Due};
use crate::kernel::failure::Outcome;
use crate::kernel::operator::Operator;
use crate::kernel::retention::{How, Rule, before, section_of};
use crate::kernel::service::{Check, Service};
use crate::kernel::store::{Row, Select, Tx, Value, Write};
use crate::values;

/// A visit has changed: those who paid it are told.
pub(crate) const TELL: Due = Due::new("garages.tell", visits::tell);
/// A visit owes something again.
pub(crate) const WATCH: Due = Due::trusting_clock("garages.owes_again", visits::owes_again);
/// The visits of a closed account lose their tickets and who paid them.
const ERASE_PAYER: Due = Due::trusting_clock("garages.erase_payer", erase_payer);

/// The service in the ledger.
const NAME: &str = wire::SERVICE.name;
/// A payment for a visit in the ledger, with its sale.
const PAID: &str = "garages.visit";
/// A visit whose end nobody told is taken to be over for its erasure after this.
const FORGOTTEN: TimeDelta = TimeDelta::days(366);

pub(crate) const SERVICE: Service = Service {
    operations: &[driver::OPERATIONS, controllers::OPERATIONS],
    due: &[TELL, WATCH, ERASE_PAYER],
    section: Some(driver::section),
    tables: &[tables::VISITS, tables::EVENTS, tables::PAYMENTS, tables::FACILITIES],
    closing: Some(closing),
    retention: Some(erase_old),
    audit: &[
        Check {
            fault: "payment {} of a visit stands in the ledger with another sum, or does not",
            sql: "SELECT sale AS id FROM visit_payment WHERE sale IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger_entry JOIN ledger_leg ON ledger_leg.entry = ledger_entry.id WHERE ledger_entry.kind = 'garages.visit' AND ledger_entry.reference = visit_payment.sale AND ledger_leg.kind = 'revenue' AND ledger_leg.service = 'garages' AND ledger_leg.city = visit_payment.city AND ledger_leg.amount = -(visit_payment.amount + visit_payment.fee) AND ledger_leg.currency = visit_payment.currency) LIMIT 1",
        },
        Check {
            fault: "entry {} charges for a visit that was not paid",
            sql: "SELECT id FROM ledger_entry WHERE kind = 'garages.visit' AND NOT EXISTS (SELECT 1 FROM visit_payment WHERE visit_payment.sale = ledger_entry.reference) LIMIT 1",
        },
        Check {
            fault: "a payment is for visit {}, which does not exist",
            sql: "SELECT visit AS id FROM visit_payment WHERE NOT EXISTS (SELECT 1 FROM visit WHERE visit.id = visit_payment.visit) LIMIT 1",
        },
        Check {
            fault: "visit {} is settled, and nobody paid it",
            sql: "SELECT id FROM visit WHERE state IN ('paid', 'owing_again') AND NOT EXISTS (SELECT 1 FROM visit_payment WHERE visit_payment.visit = visit.id) LIMIT 1",
        },
        Check {
            fault: "visit {} was paid, and does not say so",
            sql: "SELECT id FROM visit WHERE state IN ('inside', 'cancelled') AND EXISTS (SELECT 1 FROM visit_payment WHERE visit_payment.visit = visit.id) LIMIT 1",
        },
        Check {
            fault: "visit {} is over without an end, or has an end and goes on",
            sql: "SELECT id FROM visit WHERE (state IN ('left', 'cancelled')) <> (ended_at IS NOT NULL) LIMIT 1",
        },
        Check {
            fault: "visit {} and another one that goes on have one ticket",
            sql: "SELECT MIN(id) AS id FROM visit WHERE ended_at IS NULL AND ticket IS NOT NULL GROUP BY city, facility, ticket HAVING COUNT(*) > 1 LIMIT 1",
        },
        Check {
            fault: "something is claimed for visit {}, whose car has not left",
            sql: "SELECT subject AS id FROM claim WHERE service = 'garages' AND state = 'open' AND NOT EXISTS (SELECT 1 FROM visit WHERE visit.id = claim.subject AND visit.state = 'left') LIMIT 1",
        },
    ],
    places: Some(facilities),
    ..Service::of(&wire::SERVICE)
};

/// A controller acts for a facility.
fn facilities<'a>(city: &'a City, role: &Role) -> Vec<&'a str> {
    if *role != Role::Controller {
        return Vec::new();
    }
    let garages = city.section::<GaragesSection>();
    garages.map_or_else(|_| Vec::new(), |garages| garages.facilities.iter().map(|it| it.id.as_str()).collect())
}

fn closing(tx: &mut dyn Tx, call: &Call<'_>, account: &mut LockedAccount) -> Outcome<()> {
    let days = TimeDelta::days(call.operator.home.retention.closed_account_days.into());
    Ok(due::plan(tx, &ERASE_PAYER, &account.id, call.now + days)?)
}

/// Whether an event is of a visit: told of a moment of it, or of a lost ticket just before its
/// entry, by as much as clocks may differ: `$1` in milliseconds.
const IS_OF: &str = "visit.city = visit_event.city AND visit.facility = visit_event.facility AND visit.ticket = visit_event.ticket AND visit_event.at >= visit.entered_at - CASE visit_event.kind WHEN 'lost' THEN $1 ELSE 0 END AND (visit.ended_at IS NULL OR visit_event.at <= visit.ended_at)";

/// Erases that a closed account paid visits, and the tickets of those that are over.
fn erase_payer(tx: &mut dyn Tx, operator: &Operator, _: DateTime<Utc>, account: &str) -> Outcome<()> {
    forget_subjects(tx, "visit_payment.account = $1", values![account])?;
    forget_undelivered(tx, "sale.account = $1", values![account])?;
    let is_paid_by = |account: &str| format!("visit.id IN (SELECT visit FROM visit_payment WHERE account = {account})");
    for city in operator.cities.values() {
        let Some(garages) = section_of::<GaragesSection>(city)? else { continue };
        // What another visit holds stays with it.
        let paid = is_paid_by("$3");
        let events = format!(
            "DELETE FROM visit_event WHERE visit_event.city = $2 AND EXISTS (SELECT 1 FROM visit WHERE {IS_OF} AND visit.ended_at IS NOT NULL AND {paid}) AND NOT EXISTS (SELECT 1 FROM visit WHERE {IS_OF} AND NOT {paid})"
        );
        let params = values![garages.policy.clocks_differ().num_milliseconds(), city.id.as_str(), account];
        tx.write(Write::sql("visit_event", &events, params))?;
    }
    // The payments say which visits are meant: who paid them goes last.
    let paid = is_paid_by("$1");
    let tickets = format!("UPDATE visit SET ticket = NULL, receipt = NULL WHERE ended_at IS NOT NULL AND {paid}");
    tx.write(Write::sql("visit", &tickets, values![account]))?;
    let payers = "UPDATE visit_payment SET account = NULL WHERE account = $1";
    Ok(tx.write(Write::sql("visit_payment", payers, values![account]))?)
}

/// Visits of a city `$1` that are over for so long; one whose end nobody told, much longer.
const OLD: &str = "visit.city = $1 AND (visit.ended_at < $2 OR visit.ended_at IS NULL AND visit.entered_at < $3)";
/// Visits that are kept.
const KEPT: &str = "visit.ended_at >= $2 OR visit.ended_at IS NULL AND visit.entered_at >= $3";

fn erase_old(operator: &Operator, now: DateTime<Utc>) -> Outcome<Vec<Rule>> {
    let mut rules = Vec::new();
    for city in operator.cities.values() {
        let Some(garages) = section_of::<GaragesSection>(city)? else { continue };
        let ended = before(now, garages.retention.visits_days);
        let entered = ended - FORGOTTEN.num_milliseconds();
        let old = values![city.id.as_str(), ended, entered];
        let differ = garages.policy.clocks_differ().num_milliseconds();
        let is_of = IS_OF.replace("$1", "$4");
        rules.extend([
            Rule {
                table: "visit_payment",
                key: &["visit", "at", "is_cash"],
                which: format!("visit_payment.account IS NOT NULL AND (SELECT 1 FROM visit WHERE visit.id = visit_payment.visit AND {OLD}) = 1"),
                params: old.to_vec(),
                how: How::Done(Box::new(forget_payer)),
            },
            Rule {
                table: "sale",
                key: &["account", "id"],
                which: format!("sale.city = $1 AND sale.created_at < $2 AND {UNDELIVERED}"),
                params: values![city.id.as_str(), ended].to_vec(),
                how: How::Done(Box::new(|tx, row| forget_undelivered(tx, "sale.account = $1 AND sale.id = $2", &key(row)))),
            },
            // All that is of a visit that goes, with it, else it would be found again by what is
            // left of it. What a visit that is kept holds stays with that.
            Rule {
                table: "visit",
                key: &["id"],
                which: format!("visit.ticket IS NOT NULL AND {OLD}"),
                params: old.to_vec(),
                how: How::Done(Box::new(move |tx, row| {
                    let times = [ended, entered, differ].map(Value::from);
                    forget_visit(tx, &key(row).into_iter().chain(times).collect::<Vec<_>>())
                })),
            },
            // What is old and of none.
            Rule {
                table: "visit_event",
                key: &["city", "facility", "ticket", "at", "kind"],
                which: format!("visit_event.city = $1 AND visit_event.at < $2 AND NOT EXISTS (SELECT 1 FROM visit WHERE {is_of} AND ({KEPT}))"),
                params: values![city.id.as_str(), ended, entered, differ].to_vec(),
                how: How::Deleted,
            },
        ]);
    }
    Ok(rules)
}

fn key(row: &Row) -> Vec<Value> {
    row.columns().map(|(_, value)| value.clone()).collect()
}

/// Erases who paid a visit, and its ticket where the sale tells it.
fn forget_payer(tx: &mut dyn Tx, row: &Row) -> Outcome<()> {
    let key = key(row);
    let this = "visit_payment.visit = $1 AND visit_payment.at = $2 AND visit_payment.is_cash = $3";
    forget_subjects(tx, this, &key)?;
    let sql = format!("UPDATE visit_payment SET account = NULL WHERE {this}");
    Ok(tx.write(Write::sql("visit_payment", &sql, &key))?)
}

/// Erases the ticket of a visit `$1` with what was told of it alone.
fn forget_visit(tx: &mut dyn Tx, params: &[Value]) -> Outcome<()> {
    let is_of = IS_OF.replace("$1", "$4");
    let events = format!(
        "DELETE FROM visit_event WHERE (visit_event.city, visit_event.facility, visit_event.ticket) IN (SELECT visit.city, visit.facility, visit.ticket FROM visit WHERE visit.id = $1) AND EXISTS (SELECT 1 FROM visit WHERE visit.id = $1 AND {is_of}) AND NOT EXISTS (SELECT 1 FROM visit WHERE visit.id <> $1 AND {is_of} AND ({KEPT}))"
    );
    tx.write(Write::sql("visit_event", &events, params))?;
    let ticket = "UPDATE visit SET ticket = NULL, receipt = NULL WHERE id = $1 AND (ended_at < $2 OR ended_at IS NULL AND entered_at < $3)";
    Ok(tx.write(Write::sql("visit", ticket, params.get(..3).unwrap_or_default()))?)
}

/// The tickets also stand in the sales of these payments, as what was asked for.
fn forget_subjects(tx: &mut dyn Tx, which: &str, params: &[Value]) -> Outcome<()> {
    let select = Select::<VisitPaymentRow>::of(&format!("FROM visit_payment WHERE {which}"), params);
    for payment in tx.all(select)? {
        let (Some(account), Some(sale)) = (payment.account, payment.sale) else { continue };
        let subject = GaragesSubject { facility: payment.facility.clone(), ticket: String::new() };
        forget_subject(tx, (account, sale), &Json::of(&subject)?)?;
    }
    Ok(())
}

/// A sale with a ticket of which nothing came.
const UNDELIVERED: &str = "sale.items LIKE '%\"service\":\"garages\"%' AND sale.items NOT LIKE '%\"ticket\":\"\"%' AND NOT EXISTS (SELECT 1 FROM visit_payment WHERE visit_payment.sale = sale.id)";

/// They also stand in sales of which nothing came: a page that expired, a card that was declined.
fn forget_undelivered(tx: &mut dyn Tx, which: &str, params: &[Value]) -> Outcome<()> {
    let select = Select::<SaleRow>::of(&format!("FROM sale WHERE {which} AND {UNDELIVERED}"), params);
    for sale in tx.all(select)? {
        let items: Vec<StoredItem> = sale.items.read()?;
        let Some(item) = items.into_iter().find(|item| item.service == NAME) else { continue };
        let subject = GaragesSubject { ticket: String::new(), ..item.subject.read()? };
        forget_subject(tx, (sale.account, sale.id), &Json::of(&subject)?)?;
    }
    Ok(())
}
