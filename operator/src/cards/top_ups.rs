//! A top-up as it is sold (AV-77 to AV-79), written by a reader, or sent back.

use chrono::{DateTime, Utc};
use mesto_protocol::cards::riders::{CardsOffer, CardsOutcome, CardsSubject};
use mesto_protocol::kernel::ids::{AccountId, CardTopUpId, QuoteId};
use mesto_protocol::kernel::json::Json as OnTheWire;
use mesto_protocol::kernel::line::{Line, Params, Vat};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::cards::{CardsSection, TopUpEvent, TopUpState, TopUpTimes, masked};
use mesto_rules::money::Money;

use crate::base::incidents;
use crate::base::payments::refunds::{self, TakenBack};
use crate::base::payments::sells::{Asked, Delivered, Delivery, Priced, Sells};
use crate::cards::drawer::Drawer;
use crate::cards::tables::{CardRow, TopUpRow, TopUpWord};
use crate::cards::{HELD, NAME, RETURNED, TOP_UP, riders, told};
use crate::kernel::due::{self, Due};
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::ledger::LedgerAccount;
use crate::kernel::operator::Operator;
use crate::kernel::store::{Ask, Select, StoreError, Tx, Write};
use crate::{find, update, values};

pub(crate) const SELLS: Sells = Sells { service: NAME, price, deliver, outcome, settles_debts: false, prefetch };

/// What was never written goes back to where it came from.
pub(crate) const RETURN: Due = Due::trusting_clock("cards.return", go_back);

/// What so much on a card costs: so much. The operator bears what the bank takes.
fn price(tx: &mut dyn Tx, asked: &Asked<'_>) -> Outcome<Priced> {
    let CardsSubject { card, amount } = asked.subject()?;
    let (city, now) = (asked.city, asked.now);
    let cards = city.section::<CardsSection>()?;
    city.in_force_at(now).map_err(|outdated| {
        Problem::new(ProblemCode::CityOutdated, outdated.to_string()).with("until", outdated.until)
    })?;
    let row = tx.first(find!(CardRow { id: card, account: Some(asked.account), city: &city.id }))?;
    let Some(row) = row else { return refuse(ProblemCode::NotFound, "there is no such card of yours in this city") };
    riders::rides_on(&row)?;
    let top_ups = &cards.top_ups;
    if amount.currency != city.currency {
        let detail = format!("{amount}; cards of this city take {}", city.currency);
        return Err(Problem::new(ProblemCode::BadRequest, detail).with("field", "items.subject.amount").into());
    }
    if amount.amount > top_ups.most.amount {
        let detail = format!("{amount}; a card takes at most {} at once, as often as you like", top_ups.most);
        return Err(Problem::new(ProblemCode::CardTopUpTooMuch, detail).with("most", top_ups.most).into());
    }
    if amount.amount < top_ups.least.amount {
        let detail = format!("{amount}; a card takes at least {}", top_ups.least);
        return Err(Problem::new(ProblemCode::CardTopUpTooLittle, detail).with("least", top_ups.least).into());
    }
    if asked.pay.in_rules().is_none_or(|method| !top_ups.pay.contains(&method)) {
        return Err(Problem::new(ProblemCode::PaymentMethodNotAllowed, "cards are not topped up this way here")
            .with("method", asked.pay)
            .with("allowed", &top_ups.pay)
            .into());
    }
    let line = Line {
        kind: "cards.top_up".to_owned(),
        params: Params::default().with("number_masked", masked(&row.number)),
        amount,
        vat: Vat::out_of_scope(),
        seller: None,
    };
    let offer = CardsOffer {
        card,
        number_masked: masked(&row.number),
        amount,
        hold_until: TopUpTimes::of(now, top_ups).hold_until,
    };
    Ok(Priced {
        offer: OnTheWire::of(&offer)?,
        lines: vec![line],
        notices: Vec::new(),
        total: amount,
        place: NAME.to_owned(),
        thing: card.to_string(),
        terms: String::new(),
    })
}

/// The card of a quote.
fn card_of_quote(quote: QuoteId) -> Select<CardRow> {
    Select::of("FROM card WHERE card.id = (SELECT thing FROM quote WHERE quote.id = $1)", values![quote])
}

/// The top-ups that its buyer is told with it, without the one that is bought.
fn top_ups_of_quote(quote: QuoteId) -> Select<TopUpRow> {
    Select::of(
        "FROM card_top_up WHERE card_top_up.card = (SELECT thing FROM quote WHERE quote.id = $1) AND card_top_up.account = (SELECT account FROM quote WHERE quote.id = $1) AND (card_top_up.state = 'waiting' OR card_top_up.id IN (SELECT newest.id FROM card_top_up AS newest WHERE newest.card = (SELECT thing FROM quote WHERE quote.id = $1) ORDER BY newest.id DESC LIMIT 9)) ORDER BY card_top_up.id DESC",
        values![quote],
    )
}

/// What a delivery reads.
fn prefetch(_: &Operator, quote: QuoteId) -> Vec<Ask> {
    vec![card_of_quote(quote).ask(), top_ups_of_quote(quote).ask()]
}

/// It is paid, and waits for a reader. Its buyer's account is locked, and with it the link of the
/// card and its state.
fn deliver(tx: &mut dyn Tx, delivery: &mut Delivery<'_>) -> Outcome<Delivered> {
    let (operator, now, quote) = (delivery.operator, delivery.now, delivery.quote);
    let row = tx.first(card_of_quote(quote.id))?;
    let mut top_ups = tx.all(top_ups_of_quote(quote.id))?;
    let Some(row) = row.filter(|row| row.account == Some(delivery.account.id)) else {
        return refuse(ProblemCode::QuoteStale, "this card is not linked to your account any more");
    };
    riders::rides_on(&row)?;
    let city = delivery.city()?;
    let times = TopUpTimes::of(now, &city.section::<CardsSection>()?.top_ups);
    let top_up = TopUpRow {
        id: operator.new_id(now),
        card: row.id,
        city: row.city.clone(),
        account: delivery.account.id,
        sale: delivery.sale,
        pay: quote.pay,
        amount: quote.total,
        currency: quote.currency,
        state: TopUpWord::from(TopUpState::Waiting),
        paid_at: now,
        hold_until: times.hold_until,
        returns_at: times.returns_at,
        done_at: None,
    };
    top_ups.insert(0, top_up.clone());
    let row = CardRow { topped_up_at: Some(told::later(row.topped_up_at, now)), ..row };
    let card = told::card(city, &row, &top_ups)?;
    let (reference, told) = (top_up.id.to_string(), told::top_up(&top_up));
    tx.write(Write::insert(top_up))?;
    tx.write(update!(CardRow { id: row.id } set { topped_up_at: row.topped_up_at }))?;
    due::plan(tx, &RETURN, &reference, times.returns_at)?;
    delivery.account.tell(&card)?;
    Ok(Delivered {
        gains: vec![(LedgerAccount::CardTopUp { holder: row.holder }, -quote.total)],
        outcome: OnTheWire::of(&CardsOutcome { card: row.id, top_up: told })?,
        reference,
        kind: TOP_UP,
    })
}

/// A top-up that was bought, as it stands now.
fn outcome(tx: &mut dyn Tx, _: &Operator, _: DateTime<Utc>, top_up: &str) -> Outcome<Option<OnTheWire>> {
    let row = tx.first(find!(TopUpRow { id: top_up }))?;
    row.map(|row| {
        let told = CardsOutcome { card: row.card, top_up: told::top_up(&row) };
        OnTheWire::of(&told).map_err(|why| StoreError::unreadable("top-up", why).into())
    })
    .transpose()
}

fn times(row: &TopUpRow) -> TopUpTimes {
    TopUpTimes { hold_until: row.hold_until, returns_at: row.returns_at }
}

/// The card of a top-up, as it was read just before it is locked.
pub(crate) fn card_of(tx: &mut dyn Tx, row: &TopUpRow) -> Outcome<CardRow> {
    let card = tx.first(find!(CardRow { id: row.card }))?;
    Ok(card.ok_or_else(|| StoreError::unreadable("card", "it is gone"))?)
}

/// A reader wrote it onto its card: the card is credited, once. One that went back before, or whose
/// time was over, somebody has to look at; how it stands is returned.
pub(crate) fn held(
    tx: &mut dyn Tx,
    now: DateTime<Utc>,
    drawer: &mut Drawer<'_>,
    (id, held_at): (CardTopUpId, DateTime<Utc>),
) -> Outcome<TopUpWord> {
    // Read again: now nobody else changes it.
    let row = tx.first(find!(TopUpRow { id: id }))?;
    let row = row.ok_or_else(|| StoreError::unreadable("top-up", "it is gone"))?;
    let card = drawer.card(row.card)?.clone();
    // A reader whose clock is behind writes nothing before it was paid.
    let held_at = held_at.max(row.paid_at);
    match TopUpState::from(row.state).step(TopUpEvent::Hold { held_at }, &times(&row), now) {
        Ok(state) => {
            let state = TopUpWord::from(state);
            tx.write(update!(TopUpRow { id: id } set { state: state, done_at: Some(held_at) }))?;
            due::forget(tx, &RETURN, &id)?;
            let from = LedgerAccount::CardTopUp { holder: card.holder };
            drawer.gain(tx, card.id, (HELD, &id.to_string()), (row.amount, from), held_at)?;
            Ok(state)
        }
        Err(_) if row.state == TopUpWord::Held => Ok(row.state),
        Err(why) => {
            let detail = format!("a reader wrote a top-up onto its card that was not to be written: {why}");
            incidents::report(tx, now, "card_top_up_late", &id.to_string(), &detail)?;
            Ok(row.state)
        }
    }
}

/// Nobody held the card in time: the money goes back to where it came from, and the rider is told.
fn go_back(tx: &mut dyn Tx, operator: &Operator, now: DateTime<Utc>, id: &str) -> Outcome<()> {
    let Some(row) = tx.first(find!(TopUpRow { id: id }))? else { return Ok(()) };
    let card = card_of(tx, &row)?;
    let buyer: AccountId = row.account;
    let mut drawer = Drawer::open(tx, (operator, now), [card], &[buyer])?;
    // Read again: now nobody else changes it.
    let row = tx.first(find!(TopUpRow { id: id }))?;
    let row = row.ok_or_else(|| StoreError::unreadable("top-up", "it is gone"))?;
    let holder = drawer.card(row.card)?.holder;
    let Ok(state) = TopUpState::from(row.state).step(TopUpEvent::GoBack, &times(&row), now) else { return Ok(()) };
    tx.write(update!(TopUpRow { id: id } set { state: TopUpWord::from(state), done_at: Some(now) }))?;
    let back = TakenBack {
        sale: row.sale,
        pay: &row.pay.into(),
        price: Money::from_minor(row.amount, row.currency),
        from: LedgerAccount::CardTopUp { holder },
        reason: "not_held",
        kind: RETURNED,
        reference: id,
    };
    refunds::give_back(tx, operator, now, drawer.account(buyer)?, back)?;
    drawer.changed(row.card);
    drawer.close(tx)
}
