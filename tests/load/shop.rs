//! Thousands of drivers who are about to buy: copies of one who came so far by requests.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_operator::store::transact;
use mesto_operator::{Clock, Request, RoleGiven, Store, values};
use mesto_protocol::base::payments::{PayMethod, PurchaseRequest, Quote};
use mesto_protocol::garages::visits::{GaragesOffer, GaragesSubject};
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::rides::riders::RidesSubject;
use mesto_protocol::rides::vehicles;
use mesto_rules::City;
use mesto_rules::fact::{Certainty, Fact, Known};
use mesto_rules::rides::{DatedFare, RidesSection};
use mesto_simulation::driver::{self, Counter as _, Driver, Rig};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::Outcome;
use crate::stopwatch::Stopwatch;

/// Tokens are inserted so many at a time.
const BLOCK: usize = 5_000;

/// A clock that goes on from a given moment: ids and deadlines follow each other as on any day,
/// whatever the machine's date is.
pub struct FromThen {
    then: DateTime<Utc>,
    since: Stopwatch,
}

impl FromThen {
    pub fn start(then: DateTime<Utc>) -> Self {
        Self { then, since: Stopwatch::start() }
    }
}

impl Clock for FromThen {
    fn now(&self) -> DateTime<Utc> {
        self.then + self.since.elapsed()
    }
}

/// What is bought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goods {
    /// 60 minutes in the red zone.
    Ticket,
    /// What a visit of a garage owes; each driver's is another one.
    Visit,
    /// A ride for one person in a bus.
    Ride,
}

impl Goods {
    pub const ALL: [Self; 3] = [Self::Ticket, Self::Visit, Self::Ride];

    /// The city that sells them.
    pub fn city(self) -> Outcome<City> {
        let mut city = driver::belgrade();
        if self == Self::Ride {
            let almaty = mesto_rules::load::embedded("almaty").map_err(|faults| format!("{faults:?}"))?;
            let mut rides = almaty.section::<RidesSection>()?.clone();
            let fare = Known { value: driver::dinar(50), certainty: Certainty::Assumed, source: "decision".parse()? };
            rides.fares = vec![DatedFare { from: driver::morning().date_naive(), fare: Fact::Known(fare) }];
            city.put_section(rides)?;
        }
        Ok(city)
    }
}

const BUS: &str = "1204";
const FACILITY: &str = "zeleni-venac";
/// No run takes longer, its preparation included.
const LONGEST_RUN: TimeDelta = TimeDelta::minutes(20);
/// The garage's ticket of the driver who is copied.
const TICKET: &str = "GR000000";

/// A purchase as it is sent: the token, the key and the body of somebody who pays nothing else.
pub struct Prepared {
    pub token: String,
    pub key: String,
    pub body: Vec<u8>,
}

/// Prepares `count` purchases of as many drivers, each with his own account, device, token,
/// vehicle, deposit and quote.
///
/// One driver does it by requests; the others are copies of his rows under ids of their own, with
/// ledger entries that balance.
pub fn prepare(rig: &Rig, goods: Goods, count: usize) -> Outcome<Vec<Prepared>> {
    let mut driver = Driver::new(rig, 1);
    driver.fund(1_000);
    let (quote, visit) = match goods {
        Goods::Ride => (ride(rig, &mut driver)?, String::new()),
        Goods::Ticket => {
            let vehicle = driver.vehicle;
            (driver.quote(vehicle, "red", 60), String::new())
        }
        Goods::Visit => visit(rig, &mut driver)?,
    };
    let (account, id) = (driver.account.to_string(), quote.id.to_string());
    copy_rows(&*rig.store, &account, &visit, count)?;
    copy_tokens(&*rig.store, &account, count)?;
    (1..=count)
        .map(|number| {
            let quote_id = copied_id(&id, QUOTES + number).parse()?;
            let body = PurchaseRequest { quote: quote_id, not_after: quote.expires_at, return_url: None };
            Ok(Prepared {
                token: token(number),
                key: format!("bench-purchase-{number:08}"),
                body: serde_json::to_vec(&body)?,
            })
        })
        .collect()
}

/// A car that came in 20 minutes ago: what it owes, and the id of its visit. What was paid settles
/// it longer than a run lasts: nobody is told in the run that he owes something again, which would
/// be a second transaction of each payment.
fn visit(rig: &Rig, driver: &mut Driver<'_>) -> Outcome<(Quote, String)> {
    let given = RoleGiven { role: Role::Controller, city: Some("belgrade"), place: Some(FACILITY), until: None };
    let token = rig.operator.create_device(&*rig.store, rig.now, &given, "Barrier")?;
    let entered = json!({"at": rig.now - TimeDelta::minutes(20), "ticket": TICKET, "kind": "entered"});
    let report = json!({"city": "belgrade", "facility": FACILITY, "sent_at": rig.now, "events": [entered]});
    let answer = rig.ask(&Request::new("POST", "/v1/garages/reports").bearer(&token).json(&report));
    if answer.status != 200 {
        return Err(format!("the controller was answered {}", String::from_utf8_lossy(&answer.body)).into());
    }
    let quote =
        driver.price(&GaragesSubject { facility: FACILITY.parse()?, ticket: TICKET.into() }, PayMethod::Deposit);
    let offer = quote.items.first().ok_or("a quote of nothing")?.offer.read::<GaragesOffer>()?;
    if offer.owes_again_at.is_some_and(|at| at < rig.now + LONGEST_RUN) {
        return Err(format!("a visit that is paid owes something again in the run: {offer:?}").into());
    }
    Ok((quote, offer.visit.to_string()))
}

/// A ride in the one bus that is in service.
fn ride(rig: &Rig, driver: &mut Driver<'_>) -> Outcome<Quote> {
    let given = RoleGiven::everywhere(Role::Dispatcher);
    let token = rig.operator.create_staff(&*rig.store, rig.now, &given, "Dispatch")?;
    let bus = json!({"board": BUS, "carrier": "green-bus", "is_in_service": true});
    let told = json!({"city": "belgrade", "vehicles": [bus]});
    let answer = rig.ask(&Request::new("POST", vehicles::TELL_VEHICLES.path).bearer(&token).json(&told));
    if answer.status != 200 {
        return Err(format!("the dispatcher was answered {}", String::from_utf8_lossy(&answer.body)).into());
    }
    let subject =
        RidesSubject { scanned: None, vehicle: Some(BUS.into()), persons: 1, companions: Vec::new(), is_again: false };
    Ok(driver.price(&subject, PayMethod::Deposit))
}

/// The token of a copy.
pub fn token(number: usize) -> String {
    format!("{number:064x}")
}

/// The id of a copy: as long as a real one, and with its last byte, which tells the service of a
/// quote.
fn copied_id(id: &str, number: usize) -> String {
    format!("{}{}{}", id.get(..13).unwrap_or(id), 10_000_000_000_000 + number, id.get(27..).unwrap_or_default())
}

/// Added to the number of a quote's copy: a sale has the letters of its quote, and the top-up's was
/// made before.
const QUOTES: usize = 10_000_000_000_000;

/// The same in SQL.
const ID: &str = "substr(t.{}, 1, 13) || CAST(10000000000000 + n.i AS TEXT) || substr(t.{}, 28)";

/// Table, columns copied as they are, columns of the copies' own with their expressions, and which
/// rows are the driver's. `{column}` in an expression stands for [`ID`] of that column, `{visit}`
/// for the id of the driver's visit.
type Copied = (&'static str, &'static str, &'static [(&'static str, &'static str)], &'static str);

/// Apart from the sale of the top-up, which was begun at the same moment.
const QUOTE_ID: &str = "substr(t.id, 1, 13) || CAST(20000000000000 + n.i AS TEXT) || substr(t.id, 28)";

const COPIES: &[Copied] = &[
    (
        "account",
        "kind, seq, currency, deposit, events_from, created_at",
        &[
            ("id", "{id}"),
            (
                "roles",
                "(SELECT replace(t.roles, g.id, substr(g.id, 1, 13) || CAST(10000000000000 + n.i AS TEXT) || substr(g.id, 28)) FROM role_grant g WHERE g.account = t.id)",
            ),
        ],
        "t.id = $1",
    ),
    (
        "person",
        "created_at",
        &[("account", "{account}"), ("phone", "'+' || CAST(100000000000 + n.i AS TEXT)")],
        "t.account = $1",
    ),
    (
        "role_grant",
        "role, city, starts_at, ends_at, given_by, given_at",
        &[("id", "{id}"), ("account", "{account}")],
        "t.account = $1",
    ),
    ("device", "name, public_key, created_at", &[("id", "{id}"), ("account", "{account}")], "t.account = $1"),
    (
        "vehicle",
        "city, country, label, created_at",
        &[
            ("id", "{id}"),
            ("account", "{account}"),
            ("canonical", "'BG' || CAST(100000 + n.i AS TEXT)"),
            ("shown", "'BG ' || CAST(100000 + n.i AS TEXT)"),
        ],
        "t.account = $1",
    ),
    (
        "quote",
        "city, service, place, pay, subject, total, currency, issued_at, expires_at",
        &[
            ("id", QUOTE_ID),
            ("account", "{account}"),
            ("thing", "'BG' || CAST(100000 + n.i AS TEXT)"),
            // What is sold is for the copy's own plate.
            ("terms", "replace(t.terms, t.thing, 'BG' || CAST(100000 + n.i AS TEXT))"),
        ],
        "t.account = $1 AND t.service = 'parking'",
    ),
    (
        "quote",
        "city, service, place, pay, subject, terms, total, currency, issued_at, expires_at",
        &[
            ("id", QUOTE_ID),
            ("account", "{account}"),
            // Who rides.
            ("thing", "{account}"),
        ],
        "t.account = $1 AND t.service = 'rides'",
    ),
    (
        "quote",
        "city, service, place, pay, total, currency, issued_at, expires_at",
        &[
            ("id", QUOTE_ID),
            ("account", "{account}"),
            ("thing", "'GR' || CAST(100000 + n.i AS TEXT)"),
            ("subject", "replace(t.subject, t.thing, 'GR' || CAST(100000 + n.i AS TEXT))"),
            (
                "terms",
                "replace(t.terms, '{visit}', substr('{visit}', 1, 13) || CAST(10000000000000 + n.i AS TEXT) || substr('{visit}', 28))",
            ),
        ],
        "t.account = $1 AND t.service = 'garages'",
    ),
    (
        "visit",
        "city, facility, state, entered_at, ended_at, is_disabled, places, is_lost, currency, owes_again_at",
        &[("id", "{id}"), ("ticket", "'GR' || CAST(100000 + n.i AS TEXT)")],
        "t.id = '{visit}' AND $1 <> ''",
    ),
    (
        "sale",
        "city, pay, state, total, currency, device, created_at",
        &[
            ("account", "{account}"),
            ("id", "{id}"),
            ("actor", "{actor}"),
            (
                "items",
                "replace(t.items, t.id, substr(t.id, 1, 13) || CAST(10000000000000 + n.i AS TEXT) || substr(t.id, 28))",
            ),
        ],
        "t.account = $1",
    ),
    (
        "payment",
        "purpose, provider, state, amount, captured, refunded, currency, page_url, expires_at, reason, created_at",
        &[("id", "{id}"), ("account", "{account}"), ("reference", "t.reference || '-' || CAST(n.i AS TEXT)")],
        "t.account = $1",
    ),
    (
        "provider_payment",
        "provider",
        &[("reference", "t.reference || '-' || CAST(n.i AS TEXT)"), ("payment", "{payment}")],
        "t.payment IN (SELECT id FROM payment WHERE account = $1)",
    ),
    (
        "provider_notice",
        "provider, outcome, amount, currency, reason, at",
        &[("reference", "t.reference || '-' || CAST(n.i AS TEXT)"), ("payment", "{payment}")],
        "t.payment IN (SELECT id FROM payment WHERE account = $1)",
    ),
    (
        "ledger_entry",
        "kind, at, account_seq, amount, balance, currency",
        &[("id", "{id}"), ("reference", "{reference}"), ("account", "{account}")],
        "t.account = $1",
    ),
    (
        "ledger_leg",
        "ordinal, kind, service, city, provider, rate, amount, currency",
        &[("entry", "{entry}"), ("holder", "{holder}")],
        "t.entry IN (SELECT id FROM ledger_entry WHERE account = $1)",
    ),
    ("event", "seq, at, change", &[("account", "{account}"), ("entry", "{entry}")], "t.account = $1"),
    ("intent", "key, route, body_hash, status, answer, at", &[("account", "{account}")], "t.account = $1"),
];

fn copy_rows(store: &dyn Store, account: &str, visit: &str, count: usize) -> Outcome<()> {
    let count = i64::try_from(count)?;
    for (table, same, own, whose) in COPIES {
        let names: Vec<&str> = own.iter().map(|(name, _)| *name).collect();
        let expressions: Vec<String> = own
            .iter()
            .map(|(_, expression)| match expression.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                Some(column) => ID.replace("{}", column),
                None => (*expression).to_owned(),
            })
            .collect();
        let taken: Vec<String> = same.split(", ").map(|column| format!("t.{column}")).collect();
        let sql = format!(
            "WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $2) INSERT INTO {table} ({}, {same}) SELECT {}, {} FROM n, {table} AS t WHERE {whose}",
            names.join(", "),
            expressions.join(", "),
            taken.join(", ")
        );
        let sql = sql.replace("{visit}", visit);
        transact(store, |tx| tx.execute(&sql, values![account, count])).map_err(|why| format!("{table}: {why}"))?;
    }
    Ok(())
}

/// Tokens are stored hashed, which SQL of both databases cannot do.
fn copy_tokens(store: &dyn Store, account: &str, count: usize) -> Outcome<()> {
    let (device, key, expires_at) = transact(store, |tx| {
        let rows = tx.query("SELECT device, device_key, expires_at FROM token WHERE account = $1", values![account])?;
        let row = rows.first().ok_or(mesto_operator::StoreError::GivenUp)?;
        Ok((row.get::<String>("device")?, row.get::<String>("device_key")?, row.get::<i64>("expires_at")?))
    })?;
    let numbers: Vec<usize> = (1..=count).collect();
    for block in numbers.chunks(BLOCK) {
        transact(store, |tx| {
            for number in block {
                let hash: String =
                    Sha256::digest(token(*number).as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
                tx.execute(
                    "INSERT INTO token (hash, account, device, device_key, created_at, expires_at) VALUES ($1, $2, $3, $4, 0, $5)",
                    values![hash, copied_id(account, *number), copied_id(&device, *number), key.as_str(), expires_at],
                )?;
            }
            Ok(())
        })?;
    }
    Ok(())
}
