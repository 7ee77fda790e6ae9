//! What must hold after every step, asked of the operator's tables in their own words.
//!
//! Written against the tables and not with the operator's helpers: a rule that is broken there must not be broken here too.

use mesto_operator::store::{StoreError, Tx};
use mesto_operator::values;
use mesto_rules::{City, ParkingSection, Zone};

/// A law that does not hold, in words.
pub type Fault = String;

/// Each law with the question whose answer must be empty; every row tells one breach.
const LAWS: &[(&str, &str)] = &[
    (
        "the ledger sums to zero",
        "SELECT e.id, SUM(l.amount) FROM ledger_entry e LEFT JOIN ledger_leg l ON l.entry = e.id GROUP BY e.id, l.currency \
         HAVING COALESCE(SUM(l.amount), 1) <> 0 OR COUNT(l.entry) < 2",
    ),
    ("a deposit is never below zero", "SELECT id, deposit FROM account WHERE deposit < 0"),
    (
        "a deposit is what its ledger legs say",
        "SELECT a.id, a.deposit + COALESCE((SELECT SUM(l.amount) FROM ledger_leg l WHERE l.kind = 'deposit' AND l.holder = a.id), 0) FROM account a \
         WHERE a.deposit + COALESCE((SELECT SUM(l.amount) FROM ledger_leg l WHERE l.kind = 'deposit' AND l.holder = a.id), 0) <> 0",
    ),
    (
        "no ticket without its charge",
        "SELECT t.id, t.price FROM ticket t WHERE t.pay = 'deposit' AND 1 <> (SELECT COUNT(*) FROM ledger_entry e WHERE e.kind = 'ticket' \
         AND e.reference = t.id AND e.account = t.account AND e.amount = -t.price)",
    ),
    (
        "no charge without its ticket",
        "SELECT e.id, e.amount FROM ledger_entry e WHERE e.kind = 'ticket' AND NOT EXISTS (SELECT 1 FROM ticket t WHERE t.id = e.reference)",
    ),
    (
        "a quote is sold once",
        "SELECT quote, COUNT(*) FROM ticket WHERE quote IS NOT NULL GROUP BY quote HAVING COUNT(*) > 1",
    ),
    ("what is over is never sold", "SELECT id, issued_at - starts_at FROM ticket WHERE starts_at < issued_at"),
    (
        "a ticket has the minutes that were paid: those from its start to its end",
        "SELECT id, minutes FROM ticket WHERE minutes <> (ends_at - starts_at + 59999) / 60000",
    ),
    (
        "no ticket ends after its stay's deadline",
        "SELECT id, ends_at - stay_deadline FROM ticket WHERE stay_deadline IS NOT NULL AND ends_at > stay_deadline",
    ),
    (
        "the tickets of a stay share its start and deadline",
        "SELECT stay, COUNT(*) FROM ticket GROUP BY stay HAVING MIN(stay_started_at) <> MAX(stay_started_at) \
         OR MIN(COALESCE(stay_deadline, 0)) <> MAX(COALESCE(stay_deadline, 0))",
    ),
    (
        "tickets of one plate in one zone do not overlap",
        "SELECT a.id, b.starts_at FROM ticket a JOIN ticket_plate pa ON pa.ticket = a.id JOIN ticket_plate pb ON pb.canonical = pa.canonical \
         AND pb.zone = pa.zone AND pb.city = pa.city JOIN ticket b ON b.id = pb.ticket \
         WHERE a.id < b.id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at",
    ),
    (
        "an approved top-up is credited once, and only then",
        "SELECT t.id, t.amount FROM topup t WHERE (CASE WHEN t.state = 'succeeded' THEN 1 ELSE 0 END) <> (SELECT COUNT(*) FROM ledger_entry e \
         WHERE e.kind = 'topup' AND e.reference = t.id AND e.amount = t.amount)",
    ),
    ("a tap makes one top-up", "SELECT intent, COUNT(*) FROM topup GROUP BY account, intent HAVING COUNT(*) > 1"),
    (
        "a paid order is paid once, and only then",
        "SELECT o.id, COALESCE(o.paid_amount, 0) FROM daily_order o WHERE (CASE WHEN o.state = 'paid' THEN 1 ELSE 0 END) <> \
         (SELECT COUNT(*) FROM ledger_entry e WHERE e.kind = 'order' AND e.reference = o.id AND e.amount = -o.paid_amount)",
    ),
    (
        "an account's events are gapless",
        "SELECT a.id, a.seq FROM account a WHERE a.seq - a.events_from <> (SELECT COUNT(*) FROM event e WHERE e.account = a.id \
         AND e.seq > a.events_from AND e.seq <= a.seq)",
    ),
];

/// Every law that does not hold now.
pub fn laws(tx: &mut dyn Tx) -> Result<Vec<Fault>, StoreError> {
    let mut faults = Vec::new();
    for (law, question) in LAWS {
        for row in tx.query(question, values![])? {
            faults.push(format!("{law}: {:?}", row.columns().map(|(_, value)| value).collect::<Vec<_>>()));
        }
    }
    Ok(faults)
}

/// Stays longer than the zone allows, by the city's own numbers and the minutes paid for.
pub fn longest_stays(tx: &mut dyn Tx, city: &City) -> Result<Vec<Fault>, StoreError> {
    let Ok(parking) = city.section::<ParkingSection>() else {
        return Ok(vec!["the city has no parking".to_owned()]);
    };
    let mut faults = Vec::new();
    for row in tx.query("SELECT t.zone, t.stay, CAST(SUM(t.ends_at - t.starts_at) AS BIGINT) AS paid FROM ticket t JOIN ticket_plate p ON p.ticket = t.id GROUP BY t.zone, t.stay, p.canonical", values![])? {
        let (zone, stay, paid): (String, String, i64) = (row.get("zone")?, row.get("stay")?, row.get("paid")?);
        let most = parking.zone(&zone).and_then(Zone::max_stay_minutes).map(|minutes| i64::from(minutes.get()) * 60_000);
        if most.is_some_and(|most| paid > most) {
            faults.push(format!("no limit is exceeded: stay {stay} in {zone} has {paid} ms of {most:?}"));
        }
    }
    Ok(faults)
}

/// Whether a ticket exists: what a phone calls confirmed must.
pub fn ticket_exists(tx: &mut dyn Tx, ticket: &str) -> Result<bool, StoreError> {
    Ok(!tx.query("SELECT id FROM ticket WHERE id = $1", values![ticket])?.is_empty())
}

/// Whether a quote was sold: by the tickets' word, not by the stored answer's.
pub fn quote_is_sold(tx: &mut dyn Tx, quote: &str) -> Result<bool, StoreError> {
    Ok(!tx.query("SELECT id FROM ticket WHERE quote = $1", values![quote])?.is_empty())
}

/// The deposit of an account, and its tickets with their ends.
pub fn holdings(tx: &mut dyn Tx, account: &str) -> Result<(i64, Vec<(String, i64)>), StoreError> {
    let deposit = tx
        .query("SELECT deposit FROM account WHERE id = $1", values![account])?
        .first()
        .map_or(Ok(0), |row| row.get("deposit"))?;
    let tickets = tx
        .query("SELECT id, ends_at FROM ticket WHERE account = $1", values![account])?
        .iter()
        .map(|row| Ok((row.get("id")?, row.get("ends_at")?)))
        .collect::<Result<_, StoreError>>()?;
    Ok((deposit, tickets))
}
