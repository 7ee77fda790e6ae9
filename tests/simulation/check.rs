//! What must hold after every step, asked of the operator's tables in their own words.
//!
//! Written against the tables and not with the operator's helpers: a rule that is broken there must
//! not be broken here too.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use mesto_operator::store::{StoreError, Tx};
use mesto_operator::values;
use mesto_protocol::kernel::ids::{AccountId, QuoteId};
use mesto_rules::{City, Day, ParkingSection, Zone};

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
        "no ticket without its charge, from the deposit or by the bank",
        "SELECT t.id, t.price FROM ticket t WHERE t.account IS NOT NULL AND t.price <> (SELECT COALESCE(SUM(l.amount), 0) FROM ledger_entry e \
         JOIN ledger_leg l ON l.entry = e.id WHERE e.kind = 'parking.ticket' AND e.reference = t.id \
         AND l.kind = CASE WHEN t.pay = 'card' THEN 'clearing' ELSE 'deposit' END)",
    ),
    (
        "no charge without its ticket",
        "SELECT e.id, e.amount FROM ledger_entry e WHERE e.kind = 'parking.ticket' AND NOT EXISTS (SELECT 1 FROM ticket t WHERE t.id = e.reference)",
    ),
    (
        "a sale of parking is one ticket when it is delivered, and none before",
        "SELECT s.id, s.state FROM sale s WHERE s.items LIKE '%\"service\":\"parking\"%' \
         AND (CASE WHEN s.state = 'delivered' THEN 1 ELSE 0 END) <> (SELECT COUNT(*) FROM ticket t WHERE t.sale = s.id)",
    ),
    (
        "what the bank took is delivered once, or goes back",
        "SELECT p.id, s.state FROM payment p JOIN sale s ON s.account = p.account AND s.id = 'sa' || SUBSTR(p.id, 3) \
         WHERE (SELECT COALESCE(SUM(n.amount), 0) FROM provider_notice n WHERE n.payment = p.id AND n.outcome = 'approved') \
         <> (CASE WHEN s.state = 'delivered' THEN p.amount ELSE 0 END) + (SELECT COALESCE(SUM(r.amount), 0) FROM refund r WHERE r.payment = p.id)",
    ),
    (
        "nothing is delivered by card that the bank did not approve",
        "SELECT s.id, s.total FROM sale s WHERE s.pay = 'card' AND s.state = 'delivered' AND NOT EXISTS (SELECT 1 FROM provider_notice n \
         WHERE n.payment = 'py' || SUBSTR(s.id, 3) AND n.outcome = 'approved')",
    ),
    ("what is over is never sold", "SELECT id, issued_at - starts_at FROM ticket WHERE starts_at < issued_at"),
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
        "a top-up is credited once when it is delivered, and never before",
        "SELECT s.id, s.total FROM sale s WHERE s.items LIKE '%\"service\":\"wallet\"%' \
         AND (CASE WHEN s.state = 'delivered' THEN 1 ELSE 0 END) <> (SELECT COUNT(*) FROM ledger_entry e \
         WHERE e.kind = 'wallet.topup' AND e.reference = s.id AND e.amount = s.total)",
    ),
    (
        "a paid order is paid once, and only then",
        "SELECT o.id, COALESCE(o.paid_amount, 0) FROM daily_order o WHERE (CASE WHEN o.state = 'paid' THEN o.paid_amount ELSE 0 END) <> \
         (SELECT COALESCE(SUM(l.amount), 0) FROM ledger_entry e JOIN ledger_leg l ON l.entry = e.id WHERE e.kind = 'orders.order' \
         AND e.reference = o.id AND l.kind IN ('deposit', 'clearing'))",
    ),
    (
        "no payment of a visit without its charge, from the deposit or by the bank",
        "SELECT p.visit, p.amount FROM visit_payment p WHERE p.sale IS NOT NULL AND p.amount + p.fee <> (SELECT COALESCE(SUM(l.amount), 0) \
         FROM ledger_entry e JOIN ledger_leg l ON l.entry = e.id WHERE e.kind = 'garages.visit' AND e.reference = p.sale \
         AND l.kind = CASE WHEN p.pay = 'card' THEN 'clearing' ELSE 'deposit' END)",
    ),
    (
        "a sale of garages is one payment of a visit when it is delivered, and none before",
        "SELECT s.id, s.state FROM sale s WHERE s.items LIKE '%\"service\":\"garages\"%' \
         AND (CASE WHEN s.state = 'delivered' THEN 1 ELSE 0 END) <> (SELECT COUNT(*) FROM visit_payment p WHERE p.sale = s.id)",
    ),
    (
        "an account's events are gapless",
        "SELECT a.id, a.seq FROM account a WHERE a.seq - a.events_from <> (SELECT COUNT(*) FROM event e WHERE e.account = a.id \
         AND e.seq > a.events_from AND e.seq <= a.seq)",
    ),
    (
        "a role without an end stands with its account",
        "SELECT g.id, a.roles FROM role_grant g JOIN account a ON a.id = g.account WHERE g.ends_at IS NULL AND a.roles NOT LIKE '%' || g.id || '%'",
    ),
    (
        "a role that was ended does not stand with its account",
        "SELECT l.subject, a.roles FROM audit_log l JOIN role_grant g ON g.id = l.subject JOIN account a ON a.id = g.account \
         WHERE l.action = 'grant.ended' AND a.roles LIKE '%' || g.id || '%'",
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

/// Tickets that have not the minutes that were paid, those from start to end; but where limited
/// time ends less than a minute before closing, these seconds are part of the ticket and not paid.
pub fn paid_minutes(tx: &mut dyn Tx, city: &City) -> Result<Vec<Fault>, StoreError> {
    let Ok(parking) = city.section::<ParkingSection>() else {
        return Ok(vec!["the city has no parking".to_owned()]);
    };
    let asked = "SELECT id, zone, starts_at, ends_at, paid_minutes, lines FROM ticket \
                 WHERE paid_minutes <> (ends_at - starts_at + 59999) / 60000";
    let mut faults = Vec::new();
    for row in tx.query(asked, values![])? {
        let (id, zone, lines): (String, String, String) = (row.get("id")?, row.get("zone")?, row.get("lines")?);
        let (starts_at, ends_at): (i64, i64) = (row.get("starts_at")?, row.get("ends_at")?);
        let unpaid = ends_at - starts_at - row.get::<i64>("paid_minutes")? * 60_000;
        let ends_at_closing = parking.zone(&zone).is_some_and(|zone| closes_at(city, zone, ends_at));
        let is_limited = lines.contains("\"limited\"") && !lines.contains("\"extended\"");
        if !((1..60_000).contains(&unpaid) && ends_at_closing && is_limited) {
            faults.push(format!(
                "a ticket has the minutes that were paid: {id} has {unpaid} ms more, closing there: {ends_at_closing}"
            ));
        }
    }
    Ok(faults)
}

/// Whether charging ends in a zone at that millisecond.
fn closes_at(city: &City, zone: &Zone, at: i64) -> bool {
    let (Some(spans), Some(moment)) = (zone.hours.known(), DateTime::from_timestamp_millis(at)) else { return false };
    let local = city.sections.time.local(moment);
    let until = local.format("%H:%M:%S%.3f").to_string();
    let day = Day::of(local.date_naive());
    spans.iter().any(|span| span.days.contains(&day) && format!("{}:00.000", span.until) == until)
}

/// What the garage's controller knows for sure.
pub struct Barrier<'a> {
    /// When the operator took its reports, epoch milliseconds, ascending.
    pub heard: &'a [i64],
    /// Tickets that it let out because nothing was owed.
    pub let_out: &'a BTreeSet<String>,
}

/// A controller that said nothing for longer is silent, milliseconds.
const SILENT: i64 = 120_000;

/// What a visit to the garage costs by its price board, minor units: 100 RSD for each started hour,
/// at most 1500 in 24 hours.
pub fn bill(entered_at: i64, until: i64) -> i64 {
    const HOUR: i64 = 3_600_000;
    let length = (until - entered_at).max(1);
    let (days, rest) = (length / (24 * HOUR), length % (24 * HOUR));
    days * 150_000 + ((rest + HOUR - 1) / HOUR * 10_000).min(150_000)
}

/// What was paid for a visit, in the app or at the place.
struct Paid {
    at: i64,
    /// The moment whose price it is.
    priced_at: i64,
    amount: i64,
    /// Until when one may leave after it.
    leave_by: i64,
    is_in_app: bool,
}

/// What a visit owes at a moment after these payments: within the time to leave, nothing new.
fn owed(entered_at: i64, places: i64, paid: &[Paid], at: i64) -> i64 {
    let settles = paid.iter().filter(|one| one.amount > 0 && at <= one.leave_by.max(one.priced_at));
    let until = settles.map(|one| one.priced_at.min(at)).min().unwrap_or(at);
    (bill(entered_at, until) * places - paid.iter().map(|one| one.amount).sum::<i64>()).max(0)
}

/// The laws of the garage, reckoned by its price board.
pub fn garages(tx: &mut dyn Tx, barrier: &Barrier<'_>) -> Result<Vec<Fault>, StoreError> {
    let mut faults = Vec::new();
    let mut payments: BTreeMap<String, Vec<Paid>> = BTreeMap::new();
    for row in
        tx.query("SELECT visit, at, priced_at, amount, exit_by, sale FROM visit_payment ORDER BY at", values![])?
    {
        let (at, exit_by, sale): (i64, Option<i64>, Option<String>) =
            (row.get("at")?, row.get("exit_by")?, row.get("sale")?);
        let heard = barrier.heard.partition_point(|heard| *heard <= at).checked_sub(1).map(|last| barrier.heard[last]);
        if sale.is_some() && heard.is_none_or(|heard| at - heard > SILENT) {
            faults
                .push(format!("nothing is sold while the controller is silent: {sale:?} at {at}, heard at {heard:?}"));
        }
        payments.entry(row.get("visit")?).or_default().push(Paid {
            at,
            priced_at: row.get("priced_at")?,
            amount: row.get("amount")?,
            leave_by: exit_by.unwrap_or(at),
            is_in_app: sale.is_some(),
        });
    }
    let mut twice = BTreeSet::new();
    for row in tx.query("SELECT reference FROM incident WHERE kind = 'visit_paid_twice'", values![])? {
        twice.insert(row.get::<String>("reference")?);
    }
    let mut claims: BTreeMap<String, i64> = BTreeMap::new();
    for row in tx.query("SELECT subject, amount FROM claim WHERE service = 'garages' AND state = 'open'", values![])? {
        claims.insert(row.get("subject")?, row.get("amount")?);
    }
    for row in tx
        .query("SELECT id, ticket, state, entered_at, ended_at, places, owes_again_at, receipt FROM visit", values![])?
    {
        let (id, ticket): (String, Option<String>) = (row.get("id")?, row.get("ticket")?);
        let (state, entered_at, places): (String, i64, i64) =
            (row.get("state")?, row.get("entered_at")?, row.get("places")?);
        let (ended_at, again): (Option<i64>, Option<i64>) = (row.get("ended_at")?, row.get("owes_again_at")?);
        let paid = payments.remove(&id).unwrap_or_default();
        let (sum, last) = (paid.iter().map(|one| one.amount).sum::<i64>(), paid.iter().map(|one| one.priced_at).max());
        // Cash that was told after a payment in the app was owed before it: staff is told.
        let is_in_both = paid.iter().any(|one| one.is_in_app) && paid.iter().any(|one| !one.is_in_app);
        let is_told = is_in_both && twice.contains(&id);
        if !is_told && last.is_some_and(|last| sum > bill(entered_at, last) * places) {
            faults.push(format!("nobody pays twice for the same time: {sum} was paid for {id}"));
        }
        let in_app = paid.iter().filter(|one| one.is_in_app).map(|one| one.at).max();
        let receipt: Option<String> = row.get("receipt")?;
        if ended_at.is_none() && receipt.is_none() && in_app.is_some_and(|at| again.is_none_or(|again| again > at)) {
            faults.push(format!("whoever paid in the app has a receipt: {id} has none"));
        }
        // A receipt is good until its last second is full.
        let priced_at = |at: i64| if receipt.is_some() { (at / 1_000 * 1_000).max(entered_at) } else { at };
        let left_at = ended_at.filter(|_| state == "left").map(priced_at);
        let unpaid = left_at.map_or(0, |left_at| owed(entered_at, places, &paid, left_at));
        let claimed = claims.remove(&id).unwrap_or(0);
        if claimed != unpaid {
            faults.push(format!(
                "a claim is what was unpaid when the car left: {id} owed {unpaid}, claimed is {claimed}"
            ));
        }
        if claimed > 0 && ticket.as_ref().is_some_and(|ticket| barrier.let_out.contains(ticket)) {
            faults.push(format!("who is let out owes nothing: {claimed} is claimed of {id}"));
        }
    }
    faults.extend(payments.keys().map(|visit| format!("a payment without its visit: {visit}")));
    faults.extend(claims.keys().map(|visit| format!("a claim without its visit: {visit}")));
    Ok(faults)
}

/// Tickets of the cars that are inside, as the operator knows them.
pub fn tickets_inside(tx: &mut dyn Tx) -> Result<BTreeSet<String>, StoreError> {
    tx.query("SELECT ticket FROM visit WHERE ended_at IS NULL", values![])?
        .iter()
        .map(|row| row.get("ticket"))
        .collect()
}

/// Payments for visits in the app.
pub fn visits_sold(tx: &mut dyn Tx) -> Result<u64, StoreError> {
    Ok(tx.query("SELECT visit FROM visit_payment WHERE sale IS NOT NULL", values![])?.len() as u64)
}

/// Visits that an account paid whose cars are inside.
pub fn visits_paid(tx: &mut dyn Tx, account: AccountId) -> Result<BTreeSet<String>, StoreError> {
    let asked = "SELECT DISTINCT v.id FROM visit v JOIN visit_payment p ON p.visit = v.id WHERE p.account = $1 AND v.ended_at IS NULL";
    tx.query(asked, values![account])?.iter().map(|row| row.get("id")).collect()
}

/// Whether a ticket exists: what a phone calls confirmed must.
pub fn ticket_exists(tx: &mut dyn Tx, ticket: &str) -> Result<bool, StoreError> {
    Ok(!tx.query("SELECT id FROM ticket WHERE id = $1", values![ticket])?.is_empty())
}

/// Whether an order is paid: what a phone calls so must be.
pub fn order_is_paid(tx: &mut dyn Tx, order: &str) -> Result<bool, StoreError> {
    Ok(!tx.query("SELECT id FROM daily_order WHERE id = $1 AND state = 'paid'", values![order])?.is_empty())
}

/// Whether a quote was sold: by what was delivered, not by the stored answer's word.
pub fn quote_is_sold(tx: &mut dyn Tx, quote: QuoteId) -> Result<bool, StoreError> {
    let sold =
        "SELECT id FROM ticket WHERE sale = $1 UNION ALL SELECT id FROM sale WHERE id = $1 AND state = 'delivered'";
    Ok(!tx.query(sold, values![quote.sale()])?.is_empty())
}

/// Refunds that are still on their way to a card.
pub fn refunds_on_their_way(tx: &mut dyn Tx) -> Result<Vec<String>, StoreError> {
    let rows = tx.query("SELECT id FROM refund WHERE route = 'card' AND state <> 'done'", values![])?;
    rows.iter().map(|row| row.get("id")).collect()
}

/// What was delivered of a payment's sale, minor units: all of it, or nothing.
pub fn delivered(tx: &mut dyn Tx, payment: &str) -> Result<i64, StoreError> {
    let asked = "SELECT CASE WHEN sale.state = 'delivered' THEN payment.amount ELSE 0 END AS amount FROM payment \
                 JOIN sale ON sale.account = payment.account AND sale.id = 'sa' || SUBSTR(payment.id, 3) WHERE payment.id = $1";
    tx.query(asked, values![payment])?.first().map_or(Ok(0), |row| row.get("amount"))
}

/// The deposit of an account, and its tickets with their ends.
pub fn holdings(tx: &mut dyn Tx, account: AccountId) -> Result<(i64, Vec<(String, i64)>), StoreError> {
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
