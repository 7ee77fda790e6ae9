//! Rides by cards: each is charged to its card exactly once, however late, often or out of order it
//! is told.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::ids::{CardId, RideId};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::City;
use mesto_rules::cards::{CardTariff, CardsSection};
use mesto_rules::money::Money;
use mesto_rules::rides::{BoardNumber, RidesSection, RouteId};

use crate::base::incidents;
use crate::cards::drawer::Drawer;
use crate::cards::tables::{CardRideRow, CardRow, FlagWord};
use crate::cards::{NAME, REFUND, RIDE, told};
use crate::kernel::failure::Outcome;
use crate::kernel::ledger::LedgerAccount;
use crate::kernel::operator::Operator;
use crate::kernel::retention::section_of;
use crate::kernel::store::{Ask, Select, StoreError, Tx, Write};
use crate::{find, update, values};

/// Longest row of cards each of which took the place of the one before.
const REPLACED_MOST: usize = 32;

/// A ride that was registered by a card.
pub(crate) struct ByCard {
    pub ride: RideId,
    /// What is printed on the card, as it is compared.
    pub code: String,
    pub board: BoardNumber,
    pub route: Option<RouteId>,
    pub persons: u32,
    pub registered_at: DateTime<Utc>,
    /// What the terminal took.
    pub price: Option<Money>,
    pub is_free: bool,
    pub is_void: bool,
}

/// What a code stands for.
#[derive(Debug, Clone, Copy)]
struct Charged {
    /// The card that the code is printed on.
    rode: CardId,
    /// Since when that one does not ride any more.
    blocked_at: Option<DateTime<Utc>>,
    /// The card that is charged: the same, or the one that took its place.
    to: CardId,
}

impl Charged {
    fn of(chain: &[CardRow]) -> Option<Self> {
        let (first, last) = (chain.first()?, chain.last()?);
        Some(Self { rode: first.id, blocked_at: first.blocked_at, to: last.id })
    }
}

/// The cards of a city that rides are charged to.
pub(crate) struct Charges<'a> {
    now: DateTime<Utc>,
    city: &'a City,
    cards: &'a CardsSection,
    drawer: Drawer<'a>,
    by_code: BTreeMap<String, Charged>,
}

impl<'a> Charges<'a> {
    /// Locks the cards with these codes. `None` where the city has no cards of its own: rides by
    /// cards are then somebody else's to charge.
    pub fn open(
        tx: &mut dyn Tx,
        (operator, now): (&'a Operator, DateTime<Utc>),
        city: &'a City,
        codes: &BTreeSet<String>,
    ) -> Outcome<Option<Self>> {
        let Some(cards) = section_of::<CardsSection>(city)? else { return Ok(None) };
        let (mut by_code, mut rows, mut unknown) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        for code in codes {
            match charged(tx, city, code)? {
                Some(chain) => {
                    by_code.extend(Charged::of(&chain).map(|charged| (code.clone(), charged)));
                    rows.extend(chain.into_iter().map(|row| (row.id, row)));
                }
                None => unknown.push(code),
            }
        }
        let drawer = Drawer::open(tx, (operator, now), rows.into_values(), &[])?;
        for code in unknown {
            // Who issues the card at this instant either sees the ride, or is seen here.
            tx.read(vec![code_lock(city, code)])?;
            if charged(tx, city, code)?.is_some() {
                return Err(StoreError::Contended.into());
            }
        }
        Ok(Some(Self { now, city, cards, drawer, by_code }))
    }

    /// Keeps a ride that is told for the first time, and charges its card when that is known.
    pub fn register(&mut self, tx: &mut dyn Tx, told: ByCard) -> Outcome<()> {
        let card = self.by_code.get(&told.code).copied();
        let row = CardRideRow {
            ride: told.ride,
            city: self.city.id.clone(),
            code: told.code.clone(),
            card: None,
            board: told.board.clone(),
            route: told.route.clone(),
            persons: told.persons,
            registered_at: told.registered_at,
            told_at: self.now,
            price: self.said(&told)?,
            currency: self.city.currency,
            is_void: told.is_void,
            is_charged: false,
            charged_at: None,
            flag: None,
        };
        let row = match card {
            Some(card) => self.charge(tx, card, row)?,
            None => row,
        };
        Ok(tx.write(Write::insert(row))?)
    }

    /// Charges the rides of a card that were told before it was.
    pub fn catch_up(&mut self, tx: &mut dyn Tx, code: &str) -> Outcome<()> {
        let Some(card) = self.by_code.get(code).copied() else { return Ok(()) };
        let rows: Vec<CardRideRow> = tx.all(Select::of(
            "FROM card_ride WHERE card_ride.city = $1 AND card_ride.code = $2 AND card_ride.card IS NULL ORDER BY card_ride.registered_at, card_ride.ride",
            values![&self.city.id, code],
        ))?;
        for row in rows {
            let id = row.ride;
            let row = self.charge(tx, card, row)?;
            tx.write(update!(CardRideRow { ride: id } set {
                card: row.card, price: row.price, is_charged: row.is_charged, charged_at: row.charged_at, flag: row.flag
            }))?;
        }
        Ok(())
    }

    /// The ride was voided: what it was charged goes back onto the card.
    pub fn void(&mut self, tx: &mut dyn Tx, ride: RideId) -> Outcome<()> {
        let Some(row) = tx.first(find!(CardRideRow { ride: ride }))? else { return Ok(()) };
        if row.is_void {
            return Ok(());
        }
        tx.write(update!(CardRideRow { ride: ride } set { is_void: true }))?;
        let (Some(price), true) = (row.price, row.is_charged) else { return Ok(()) };
        let Some(Charged { to: card, .. }) = self.by_code.get(&row.code).copied() else { return Ok(()) };
        self.drawer.gain(tx, card, (REFUND, &ride.to_string()), (price, self.revenue()), row.registered_at)
    }

    /// Writes what changed, and tells the riders.
    pub fn close(self, tx: &mut dyn Tx) -> Outcome<()> {
        self.drawer.close(tx)
    }

    fn revenue(&self) -> LedgerAccount {
        LedgerAccount::Revenue { service: NAME, city: self.city.id.clone() }
    }

    /// What the terminal says that it took.
    fn said(&self, told: &ByCard) -> Outcome<Option<i64>> {
        let Some(price) = told.price.filter(|_| !told.is_free) else { return Ok(told.is_free.then_some(0)) };
        let wrong = |detail: String| Problem::new(ProblemCode::OutOfRange, detail).with("field", "registrations.price");
        if price.currency != self.city.currency {
            return Err(wrong(format!("{price}; rides are paid in {} here", self.city.currency)).into());
        }
        if price.amount.is_sign_negative() && !price.is_zero() {
            return Err(wrong(format!("{price} is less than nothing")).into());
        }
        Ok(Some(price.minor().map_err(|why| wrong(why.to_string()))?))
    }

    /// The fare of the city for so many, on the day on which they rode.
    fn fare(&self, persons: u32, at: DateTime<Utc>) -> Outcome<Option<i64>> {
        let (rides, day) = (self.city.section::<RidesSection>()?, self.city.local_day(at));
        if rides.is_free_on(day) {
            return Ok(Some(0));
        }
        let Some(fare) = rides.fare_on(day).and_then(|fare| fare.known()) else { return Ok(None) };
        Ok(Some(fare.checked_mul(persons)?.minor()?))
    }

    /// A ride as it stands once its card is known: charged, unless it was voided before or nobody
    /// says what it costs. The terminal decides whether a card rides: what it should not have let
    /// ride is charged too, and somebody looks at it.
    fn charge(&mut self, tx: &mut dyn Tx, charged: Charged, row: CardRideRow) -> Outcome<CardRideRow> {
        let id = charged.to;
        let card = self.drawer.card(id)?.clone();
        let row = CardRideRow { card: Some(id), ..row };
        let price = match row.price {
            None if told::tariff(self.cards, &card) == CardTariff::Standard => {
                self.fare(row.persons, row.registered_at)?
            }
            price => price,
        };
        if row.is_void {
            return Ok(CardRideRow { price, ..row });
        }
        let Some(price) = price else {
            let mut card = card;
            card.ridden_at = Some(told::later(card.ridden_at, row.registered_at));
            self.drawer.change(card);
            let detail = "neither the terminal nor the city says what a ride by this card costs";
            self.look_at(tx, "card_ride_unpriced", &row.ride.to_string(), detail)?;
            return Ok(CardRideRow { flag: Some(FlagWord::Unpriced), ..row });
        };
        self.drawer.gain(tx, id, (RIDE, &row.ride.to_string()), (-price, self.revenue()), row.registered_at)?;
        let mut card = self.drawer.card(id)?.clone();
        card.ridden_at = Some(told::later(card.ridden_at, row.registered_at));
        let is_below = card.balance < 0 && price > 0;
        // By the card that rode: the one that took its place may ride.
        let is_blocked = charged.blocked_at.is_some_and(|at| at <= row.registered_at);
        let flag = match (is_blocked, is_below) {
            (true, _) => Some(FlagWord::Blocked),
            (false, true) => Some(FlagWord::BelowZero),
            (false, false) => None,
        };
        self.drawer.change(card);
        match flag {
            Some(FlagWord::Blocked) => {
                self.look_at(
                    tx,
                    "card_ridden_blocked",
                    &charged.rode.to_string(),
                    "a terminal let a card ride that was blocked",
                )?;
            }
            Some(FlagWord::BelowZero) => {
                let detail = "a terminal let a card ride that had not enough on it, as far as is told";
                self.look_at(tx, "card_below_zero", &id.to_string(), detail)?;
            }
            _ => {}
        }
        Ok(CardRideRow { price: Some(price), is_charged: true, charged_at: Some(self.now), flag, ..row })
    }

    fn look_at(&self, tx: &mut dyn Tx, kind: &str, reference: &str, detail: &str) -> Result<(), StoreError> {
        incidents::report(tx, self.now, kind, reference, detail)
    }
}

/// The card of a code, and those that took its place one after the other; the last one is charged.
fn charged(tx: &mut dyn Tx, city: &City, code: &str) -> Outcome<Option<Vec<CardRow>>> {
    let Some(row) = tx.first(find!(CardRow { city: &city.id, code: code }))? else { return Ok(None) };
    let mut next = row.replaced_by;
    let mut chain = vec![row];
    while let Some(id) = next.filter(|_| chain.len() < REPLACED_MOST) {
        let row = tx.first(find!(CardRow { id: id }))?;
        let row = row.ok_or_else(|| StoreError::unreadable("card", "it is gone"))?;
        next = row.replaced_by;
        chain.push(row);
    }
    Ok(Some(chain))
}

/// Held by who tells of a ride by a code that no card has, and by who issues that card.
pub(crate) fn code_lock(city: &City, code: &str) -> Ask {
    Ask::subject_lock(&format!("card_code:{}:{code}", city.id))
}
