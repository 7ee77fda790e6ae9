//! A pass as it is sold.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use mesto_protocol::base::payments::card_fee;
use mesto_protocol::kernel::ids::{PassId, QuoteId};
use mesto_protocol::kernel::json::Json as OnTheWire;
use mesto_protocol::kernel::line::{Line, Params, Vat};
use mesto_protocol::passes::holders::{PassesOffer, PassesOutcome, PassesSubject};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::City;
use mesto_rules::money::Money;
use mesto_rules::passes::{CategoryId, PassProduct, PassProductId, PassesSection, days_overlap};
use serde::{Deserialize, Serialize};

use crate::base::payments::sells::{Asked, Delivered, Delivery, Priced, Sells};
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::ledger::LedgerAccount;
use crate::kernel::operator::Operator;
use crate::kernel::store::{Ask, Json, Select, StoreError, Tx, Write};
use crate::passes::held::{self, Holder};
use crate::passes::tables::{PassRow, PassWord};
use crate::passes::{NAME, PASS, holders};
use crate::{find, values};

pub(crate) const SELLS: Sells = Sells { service: NAME, price, deliver, outcome, settles_debts: false, prefetch };

/// How many of an account's last passes an overlap is looked for in.
const LOOKED_AT: i64 = 100;

/// What a quote keeps until it is paid.
#[derive(Debug, Serialize, Deserialize)]
struct Frozen {
    product: PassProductId,
    category: CategoryId,
    first_on: NaiveDate,
    last_on: NaiveDate,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    lines: Vec<Line>,
    /// The pass that the rider was told of and doubles on purpose.
    overlaps: Option<PassId>,
}

/// The service day of a moment.
fn service_day(city: &City, section: &PassesSection, now: DateTime<Utc>) -> NaiveDate {
    let begins = TimeDelta::minutes(section.policy.day_begins.minutes().into());
    let local = city.sections.time.local(now).naive_local();
    local.checked_sub_signed(begins).unwrap_or(local).date()
}

fn price(tx: &mut dyn Tx, asked: &Asked<'_>) -> Outcome<Priced> {
    let subject: PassesSubject = asked.subject()?;
    let (city, now) = (asked.city, asked.now);
    let section = city.section::<PassesSection>()?;
    city.in_force_at(now).map_err(|outdated| {
        Problem::new(ProblemCode::CityOutdated, outdated.to_string()).with("until", outdated.until)
    })?;
    let Some(product) = section.product(subject.product.as_str()) else {
        let known: Vec<&str> = section.products.iter().map(|product| product.id.as_str()).collect();
        let detail = format!("there is no such pass; these are: {}", known.join(", "));
        return Err(Problem::new(ProblemCode::PassUnknown, detail).with("known", known).into());
    };
    let (first_on, last_on) = days(city, section, product, &subject, now)?;
    let (starts_at, ends_at) = moments(city, section, (first_on, last_on))?;
    let granted = held::categories(tx, Holder { account: asked.account, city: &city.id, now })?;
    let Some((category, price)) = product.cheapest(section, granted.iter()) else {
        return not_sold(section, product);
    };
    let (lines, total) = priced(asked, section, product, price)?;
    let earlier = held::passes_from(tx, (asked.account, &city.id), first_on)?;
    let overlaps = overlap(section, product, (first_on, last_on), &earlier).cloned();
    let frozen = Frozen {
        product: product.id.clone(),
        category: category.clone(),
        first_on,
        last_on,
        starts_at,
        ends_at,
        lines: lines.clone(),
        overlaps: overlaps.as_ref().map(|row| row.id).filter(|_| subject.is_again),
    };
    let offer = PassesOffer {
        product: product.id.clone(),
        category: category.clone(),
        first_on,
        last_on,
        refundable_until: holders::given_back_until(section, product.id.as_str(), starts_at)
            .filter(|until| now < *until),
        overlaps: overlaps.map(holders::told).transpose()?,
    };
    Ok(Priced {
        place: product.id.to_string(),
        thing: asked.account.to_string(),
        terms: serde_json::to_string(&frozen)?,
        offer: OnTheWire::of(&offer)?,
        lines,
        notices: Vec::new(),
        total,
    })
}

/// No category of the rider buys it, or what it costs him is not known.
fn not_sold<T>(section: &PassesSection, product: &PassProduct) -> Outcome<T> {
    let default = section.default_category().and_then(|category| product.prices.get(&category.id));
    if default.is_some() {
        return refuse(ProblemCode::TariffUnknown, "what this pass costs is not known, so it is not sold");
    }
    let buys: Vec<&str> = product.prices.keys().map(CategoryId::as_str).collect();
    let detail = format!("this pass is sold to: {}; an office grants these", buys.join(", "));
    Err(Problem::new(ProblemCode::PassNotForCategory, detail).with("categories", buys).into())
}

/// The days of a pass: from the one that was asked for, or the service day of now.
fn days(
    city: &City,
    section: &PassesSection,
    product: &PassProduct,
    subject: &PassesSubject,
    now: DateTime<Utc>,
) -> Outcome<(NaiveDate, NaiveDate)> {
    let today = service_day(city, section, now);
    let latest = today.checked_add_days(Days::new(section.policy.ahead_days.into())).unwrap_or(today);
    let first_on = subject.first_on.unwrap_or(today);
    let last_on = product.last_on(first_on).filter(|_| (today..=latest).contains(&first_on));
    match last_on {
        Some(last_on) => Ok((first_on, last_on)),
        None => {
            let detail = format!("a pass begins from {today} to {latest}, not on {first_on}");
            let problem = Problem::new(ProblemCode::OutOfRange, detail).with("field", "items.subject.first_on");
            Err(problem.with("from", today).with("most", latest).into())
        }
    }
}

/// When the first service day begins and the last one ends.
fn moments(
    city: &City,
    section: &PassesSection,
    (first_on, last_on): (NaiveDate, NaiveDate),
) -> Outcome<(DateTime<Utc>, DateTime<Utc>)> {
    let begins = |day| holders::day_begins_at(city, section, day);
    match (begins(first_on), last_on.succ_opt().and_then(begins)) {
        (Some(starts_at), Some(ends_at)) => Ok((starts_at, ends_at)),
        _ => refuse(ProblemCode::OutOfRange, "there is no such day"),
    }
}

/// A pass that is held for some of the same rides and days.
fn overlap<'a>(
    section: &PassesSection,
    product: &PassProduct,
    days: (NaiveDate, NaiveDate),
    held: &'a [PassRow],
) -> Option<&'a PassRow> {
    held.iter().find(|row| {
        // A pass whose product is not sold any more covers what it covered.
        let same = section.product(row.product.as_str()).is_none_or(|known| known.overlaps(product));
        row.state == PassWord::Held && same && days_overlap((row.first_day, row.last_day), days)
    })
}

fn priced(
    asked: &Asked<'_>,
    section: &PassesSection,
    product: &PassProduct,
    price: Money,
) -> Outcome<(Vec<Line>, Money)> {
    let mut allowed = section.pay.clone();
    if price.is_zero() {
        // No bank takes nothing.
        allowed.retain(|method| *method == mesto_rules::PayMethod::Deposit);
    }
    let Some(method) = asked.pay.in_rules().filter(|method| allowed.contains(method)) else {
        return Err(Problem::new(ProblemCode::PaymentMethodNotAllowed, "this pass is not paid this way here")
            .with("method", asked.pay)
            .with("allowed", allowed)
            .into());
    };
    let mut lines = vec![Line {
        kind: "passes.pass".to_owned(),
        params: Params::default().with("days", product.days.unwrap_or_default()),
        amount: price,
        vat: Vat::out_of_scope(),
        seller: None,
    }];
    let card = &asked.city.sections.wallet.card;
    let fee = card.fee_on(price, method).map_err(|unknown| {
        let detail = "what the bank takes for a card is not known, so nothing is sold by card";
        Problem::new(ProblemCode::CardFeeUnknown, detail).with("below", unknown.below)
    })?;
    lines.extend(fee.map(|fee| card_fee(fee, card.free_from)));
    let total = fee.map_or(Ok(price), |fee| price.checked_add(&fee))?;
    Ok((lines, total))
}

/// The last passes of the account of a quote.
fn recent_of_quote(quote: QuoteId) -> Select<PassRow> {
    Select::of(
        "FROM transit_pass WHERE transit_pass.account = (SELECT account FROM quote WHERE quote.id = $1) AND transit_pass.city = (SELECT city FROM quote WHERE quote.id = $1) ORDER BY transit_pass.id DESC LIMIT $2",
        values![quote, LOOKED_AT],
    )
}

/// What a delivery reads.
fn prefetch(_: &Operator, quote: QuoteId) -> Vec<Ask> {
    vec![recent_of_quote(quote).ask()]
}

/// Hands the pass over. Of two phones of one account that buy at once, one does, and the other is
/// asked.
fn deliver(tx: &mut dyn Tx, delivery: &mut Delivery<'_>) -> Outcome<Delivered> {
    let frozen: Frozen = serde_json::from_str(&delivery.quote.terms)?;
    let (operator, now, quote) = (delivery.operator, delivery.now, delivery.quote);
    let earlier = tx.all(recent_of_quote(quote.id))?;
    let city = delivery.city()?;
    let section = city.section::<PassesSection>()?;
    let Some(product) = section.product(frozen.product.as_str()) else {
        return refuse(ProblemCode::QuoteStale, "this pass is not sold any more; look at those that are");
    };
    let overlaps = overlap(section, product, (frozen.first_on, frozen.last_on), &earlier);
    if let Some(row) = overlaps.filter(|row| frozen.overlaps.is_none() || row.bought_at > quote.issued_at) {
        let detail = "a pass for the same rides and days is held already; buy again only if you mean it";
        return Err(Problem::new(ProblemCode::PassOverlaps, detail)
            .with("pass", row.id)
            .with("last_on", row.last_day)
            .into());
    }
    let row = PassRow {
        id: operator.new_id(now),
        account: delivery.account.id,
        city: city.id.clone(),
        product: frozen.product,
        category: frozen.category,
        first_day: frozen.first_on,
        last_day: frozen.last_on,
        starts_at: frozen.starts_at,
        ends_at: frozen.ends_at,
        state: PassWord::Held,
        bought_at: now,
        price: quote.total,
        currency: quote.currency,
        lines: Json::of(&frozen.lines)?,
        pay: quote.pay,
        sale: delivery.sale,
    };
    let pass = holders::told(row.clone())?;
    let (reference, price) = (row.id.to_string(), row.price);
    tx.write(Write::insert(row))?;
    delivery.account.tell(&pass)?;
    Ok(Delivered {
        gains: vec![(LedgerAccount::Revenue { service: NAME, city: pass.city.clone() }, -price)],
        outcome: OnTheWire::of(&PassesOutcome { pass })?,
        reference,
        kind: PASS,
    })
}

/// A pass that was bought, as it stands now.
fn outcome(tx: &mut dyn Tx, _: &Operator, _: DateTime<Utc>, pass: &str) -> Outcome<Option<OnTheWire>> {
    let row = tx.first(find!(PassRow { id: pass }))?;
    let made = |row| -> Outcome<OnTheWire> {
        let pass = holders::told(row)?;
        OnTheWire::of(&PassesOutcome { pass }).map_err(|why| StoreError::unreadable("pass", why).into())
    };
    row.map(made).transpose()
}
