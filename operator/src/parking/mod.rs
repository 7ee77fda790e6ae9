//! Street parking: zones, quotes, stays, tickets and their codes.

mod codes;
pub(crate) mod quotes;
mod refusal;
pub(crate) mod stays;
mod strangers;
pub(crate) mod tickets;
mod tools;
mod zones;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::parking as wire;
use mesto_rules::ParkingSection;
pub use strangers::ParkingLimits;

use crate::kernel::account::LockedAccount;
use crate::kernel::call::Call;
use crate::kernel::due::{self, Due};
use crate::kernel::failure::Outcome;
use crate::kernel::metrics::Counted;
use crate::kernel::operator::Operator;
use crate::kernel::retention::{Rule, before, section_of};
use crate::kernel::service::{Check, Service};
use crate::kernel::store::{Tx, Write};
use crate::values;

/// The plates of a closed account's tickets go.
const ERASE_PLATES: Due = Due::trusting_clock("parking.erase_plates", erase_plates);
/// A stay is over with its billing day; the longest run of days on which nothing is charged is
/// shorter than this.
const STAYS_KEPT: TimeDelta = TimeDelta::days(14);

/// The service in the ledger.
const NAME: &str = wire::SERVICE.name;

pub(crate) const SERVICE: Service = Service {
    operations: &[zones::OPERATIONS, tickets::OPERATIONS, codes::OPERATIONS],
    due: &[tickets::TICKET_END, ERASE_PLATES],
    section: Some(tickets::section),
    tables: &[stays::TABLE, tickets::TABLE, tickets::PLATE_TABLE],
    counted: &[Counted { table: "ticket", name: "tickets_issued", help: "Parking tickets issued" }],
    closing: Some(closing),
    retention: Some(erase_old),
    audit: &[
        Check {
            fault: "a plate belongs to {}, which does not exist",
            sql: "SELECT ticket AS id FROM ticket_plate WHERE NOT EXISTS (SELECT 1 FROM ticket WHERE id = ticket_plate.ticket) LIMIT 1",
        },
        Check {
            fault: "ticket {} was sold without a charge of its price",
            sql: "SELECT id FROM ticket WHERE sale IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger_entry JOIN ledger_leg ON ledger_leg.entry = ledger_entry.id WHERE ledger_entry.kind = 'parking.ticket' AND ledger_entry.reference = ticket.id AND ledger_leg.amount = ticket.price AND ledger_leg.currency = ticket.currency AND (ticket.pay = 'card' AND ledger_leg.kind = 'clearing' OR ticket.pay = 'deposit' AND ledger_leg.kind = 'deposit' AND ledger_leg.holder = ticket.account)) LIMIT 1",
        },
        Check {
            fault: "entry {} charges a ticket that was never sold",
            sql: "SELECT id FROM ledger_entry WHERE kind = 'parking.ticket' AND NOT EXISTS (SELECT 1 FROM ticket WHERE ticket.id = ledger_entry.reference) LIMIT 1",
        },
        Check {
            fault: "ticket {} starts before it was bought",
            sql: "SELECT id FROM ticket WHERE starts_at < issued_at LIMIT 1",
        },
        Check {
            fault: "ticket {} ends after the deadline of its stay",
            sql: "SELECT id FROM ticket WHERE stay_deadline IS NOT NULL AND ends_at > stay_deadline LIMIT 1",
        },
        Check {
            fault: "sale {} is of more than one ticket",
            sql: "SELECT sale AS id FROM ticket WHERE sale IS NOT NULL GROUP BY sale HAVING COUNT(*) > 1 LIMIT 1",
        },
    ],
    ..Service::of(&wire::SERVICE)
};

fn closing(tx: &mut dyn Tx, call: &Call<'_>, account: &mut LockedAccount) -> Outcome<()> {
    let days = TimeDelta::days(call.operator.home.retention.closed_account_days.into());
    Ok(due::plan(tx, &ERASE_PLATES, &account.id, call.now + days)?)
}

/// Erases the plates of the tickets of a closed account.
fn erase_plates(tx: &mut dyn Tx, _: &Operator, _: DateTime<Utc>, account: &str) -> Outcome<()> {
    let sql = "DELETE FROM ticket_plate WHERE ticket IN (SELECT id FROM ticket WHERE account = $1)";
    Ok(tx.write(Write::sql("ticket_plate", sql, values![account]))?)
}

fn erase_old(operator: &Operator, now: DateTime<Utc>) -> Outcome<Vec<Rule>> {
    let stays = (now - STAYS_KEPT).timestamp_millis();
    let owner = &["owner_kind", "owner", "city", "zone"];
    let mut rules = vec![Rule::deleted("stay", owner, "stay.closes_at < $1", values![stays])];
    for city in operator.cities.values() {
        let Some(parking) = section_of::<ParkingSection>(city)? else { continue };
        let old = values![city.id.as_str(), before(now, parking.retention.tickets_days)];
        let which = "ticket_plate.city = $1 AND ticket_plate.ends_at < $2";
        rules.push(Rule::deleted("ticket_plate", &["ticket"], which, old));
    }
    Ok(rules)
}
