//! Transport cards: linked by their riders, topped up, ridden with and read; what is done with them
//! at an office.

pub(crate) mod charges;
pub(crate) mod drawer;
mod history;
pub(crate) mod offices;
pub(crate) mod readers;
pub(crate) mod riders;
pub(crate) mod tables;
pub(crate) mod told;
pub(crate) mod top_ups;

use chrono::{DateTime, Utc};
use mesto_protocol::cards as wire;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::City;
use mesto_rules::cards::CardsSection;

use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::limits::Limits;
use crate::kernel::operator::Operator;
use crate::kernel::retention::{Rule, before, section_of};
use crate::kernel::service::{Check, Service};
use crate::values;

/// The service in the ledger.
pub(crate) const NAME: &str = wire::SERVICE.name;
/// Movements of a card in the ledger: a ride and a ride that was voided, with the ride's id; a
/// top-up that was paid, written, or went back, with its own; a card whose place another one took.
const RIDE: &str = "cards.ride";
const REFUND: &str = "cards.refund";
const TOP_UP: &str = "cards.top_up";
const HELD: &str = "cards.held";
const RETURNED: &str = "cards.returned";
const REPLACED: &str = "cards.replaced";
const WAITING_MOVED: &str = "cards.waiting_moved";

/// What is tried in an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CardLimits {
    /// Pairs of number and code that are of no card, by one account.
    pub wrong_cards_per_account: i64,
    /// Wrong codes of one number, by everybody together.
    pub wrong_codes_per_card: i64,
}

impl Default for CardLimits {
    fn default() -> Self {
        Self { wrong_cards_per_account: 10, wrong_codes_per_card: 20 }
    }
}

impl Limits for CardLimits {}

pub(crate) const SERVICE: Service = Service {
    operations: &[riders::OPERATIONS, readers::OPERATIONS, offices::OPERATIONS],
    due: &[top_ups::RETURN],
    section: Some(riders::section),
    tables: &[tables::CARDS, tables::TOP_UPS, tables::RIDES, tables::REPORTS, tables::IDENTIFICATIONS],
    retention: Some(erase_old),
    audit: &[
        Check {
            fault: "card {} and its balance in the ledger differ",
            sql: "SELECT card.id AS id FROM card LEFT JOIN (SELECT holder, SUM(amount) AS amount FROM ledger_leg WHERE kind = 'card' GROUP BY holder) AS booked ON booked.holder = card.holder WHERE COALESCE(-booked.amount, 0) <> card.balance LIMIT 1",
        },
        Check {
            fault: "the ledger holds money for card account {}, which no card is",
            sql: "SELECT holder AS id FROM ledger_leg WHERE kind IN ('card', 'card_top_up') AND NOT EXISTS (SELECT 1 FROM card WHERE card.holder = ledger_leg.holder) LIMIT 1",
        },
        Check {
            fault: "card {} waits for other top-ups than the ledger holds for it",
            sql: "SELECT card.id AS id FROM card LEFT JOIN (SELECT holder, SUM(amount) AS amount FROM ledger_leg WHERE kind = 'card_top_up' GROUP BY holder) AS booked ON booked.holder = card.holder LEFT JOIN (SELECT card, SUM(amount) AS amount FROM card_top_up WHERE state = 'waiting' GROUP BY card) AS waiting ON waiting.card = card.id WHERE COALESCE(-booked.amount, 0) <> COALESCE(waiting.amount, 0) LIMIT 1",
        },
        Check {
            fault: "top-up {} was written onto its card and not credited, or the other way round",
            sql: "SELECT id FROM card_top_up WHERE (state = 'held') <> EXISTS (SELECT 1 FROM ledger_entry WHERE ledger_entry.kind = 'cards.held' AND ledger_entry.reference = card_top_up.id) LIMIT 1",
        },
        Check {
            fault: "top-up {} waits for a reader, and nothing sends it back",
            sql: "SELECT id FROM card_top_up WHERE state = 'waiting' AND NOT EXISTS (SELECT 1 FROM due WHERE due.kind = 'cards.return' AND due.reference = card_top_up.id) LIMIT 1",
        },
        Check {
            fault: "ride {} by a card and its charge in the ledger differ",
            sql: "SELECT ride AS id FROM card_ride WHERE (is_charged = 1) <> EXISTS (SELECT 1 FROM ledger_entry JOIN ledger_leg ON ledger_leg.entry = ledger_entry.id WHERE ledger_entry.kind = 'cards.ride' AND ledger_entry.reference = card_ride.ride AND ledger_leg.kind = 'card' AND ledger_leg.amount = card_ride.price) LIMIT 1",
        },
        Check {
            fault: "ride {} by a card was voided and its price was not given back, or the other way round",
            sql: "SELECT ride AS id FROM card_ride WHERE (is_charged = 1 AND is_void = 1) <> EXISTS (SELECT 1 FROM ledger_entry WHERE ledger_entry.kind = 'cards.refund' AND ledger_entry.reference = card_ride.ride) LIMIT 1",
        },
        Check {
            fault: "card {} was replaced and still has a balance or a user, or nothing took its place",
            sql: "SELECT id FROM card WHERE state = 'replaced' AND (balance <> 0 OR account IS NOT NULL OR replaced_by IS NULL) LIMIT 1",
        },
    ],
    ..Service::of(&wire::SERVICE)
};

fn erase_old(operator: &Operator, now: DateTime<Utc>) -> Outcome<Vec<Rule>> {
    let mut rules = Vec::new();
    for city in operator.cities.values() {
        let Some(cards) = section_of::<CardsSection>(city)? else { continue };
        let old = values![city.id.as_str(), before(now, cards.retention.rides_days)];
        let which = "card_ride.city = $1 AND card_ride.registered_at < $2";
        rules.push(Rule::deleted("card_ride", &["ride"], which, old));
    }
    Ok(rules)
}

/// A city that the caller acts for, with its cards.
fn city_of<'a>(call: &Call<'a>, city: &str) -> Outcome<(&'a City, &'a CardsSection)> {
    let operator: &'a Operator = call.operator;
    let city = operator.city(city)?;
    call.in_city(city.id.as_str())?;
    Ok((city, city.section::<CardsSection>()?))
}

/// Which of number and code is wrong is not told.
fn unknown() -> Problem {
    Problem::new(ProblemCode::CardUnknown, "no card has this number and this code; compare both with the card")
}
