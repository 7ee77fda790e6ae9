//! Transport cards: linked by number and printed code, seen with their balance and its moment,
//! topped up, reported when they are lost or defective.

mod rows;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesto_protocol::ProblemCode;
use mesto_protocol::base::payments::{PayMethod, Quote};
use mesto_protocol::cards::riders::{
    Card, CardHistory, CardReport, CardState, CardToLink, CardTopUp, CardTopUpState, CardTrouble, CardUnlinked,
    CardsOffer, CardsOutcome, CardsSubject, HISTORY, LINK, REPORT, UNLINK,
};
use mesto_protocol::event::Change;
use mesto_protocol::kernel::ids::CardId;
use mesto_protocol::kernel::json::Json;
use mesto_rules::cards::{CardTariff, CardsSection, printed_code, transport_number};
use mesto_rules::rides::RidesSection;
use mesto_rules::{CityId, Money, shown};
use rust_decimal::prelude::ToPrimitive as _;
use serde::Serialize;

use crate::base::payments::{self, IntentView};
use crate::kernel::client::Client;
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::paying::Sold;
use crate::kernel::service::{Service, keep};

const TOPIC: &str = mesto_protocol::cards::SERVICE.name;

/// Below so many rides what is on a card is low.
const FEW: u32 = 2;

pub const SERVICE: Service = Service {
    section: Some(|tx, section, _| {
        let told = section.map(Json::read).transpose()?;
        rows::replace(tx, told.as_ref())
    }),
    event: Some(|tx, event, _| match event.kind.as_str() {
        Card::KIND => keep(event, |card: Card| rows::put(tx, &card)),
        CardUnlinked::KIND => keep(event, |unlinked: CardUnlinked| rows::remove(tx, unlinked.card)),
        _ => Ok(false),
    }),
    forget: Some(rows::forget),
    sold: Some(Sold {
        keep: |tx, outcome| match outcome.read() {
            Ok(CardsOutcome { card, top_up }) => rows::put_top_up(tx, card, top_up).map(|()| true),
            Err(_) => Ok(false),
        },
        stored: |db, outcome| {
            let Ok(CardsOutcome { card, top_up }) = outcome.read() else { return Ok(None) };
            let top_up = rows::top_up(db, card, top_up.id)?.unwrap_or(top_up);
            Ok(Some(Json::of(&CardsOutcome { card, top_up })?))
        },
        is_counted: None,
    }),
    codes: &["card_missing"],
    ..Service::named(TOPIC)
};

impl IntentView {
    /// The top-up of a card that is to be bought, of the intent of one.
    #[must_use]
    pub fn wanted_card_top_up(&self) -> Option<CardsSubject> {
        self.subject()
    }

    /// The top-up of a card that was paid, of the intent of one.
    #[must_use]
    pub fn card_top_up(&self) -> Option<CardTopUp> {
        self.outcome::<CardsOutcome>().map(|outcome| outcome.top_up)
    }
}

shown! { cards_shown;
    /// Transport cards of this account.
    #[derive(Debug, Clone, PartialEq, Default, Serialize)]
    pub struct CardsState {
        /// The one that was linked last first.
        pub cards: Vec<Card>,
    }

    /// What is said beside a card, in the client's language.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    pub struct CardNotes {
        /// What its kind is called; its id, where the city is not stored or does not know it.
        pub kind: String,
        /// Neither a ride nor a top-up for as long as the city says: a ride makes it active.
        pub is_inactive: bool,
        /// Paid, and not on it yet; absent when nothing is.
        pub waiting: Option<Money>,
        /// Hold it at a reader until then: the earliest end of what waits.
        pub hold_until: Option<DateTime<Utc>>,
        /// How many rides are on it; absent where that is not known.
        pub rides: Option<u32>,
        /// One or none is on it.
        pub is_low: bool,
        /// The smallest single top-up; absent where the city is not stored.
        pub least: Option<Money>,
        /// The largest single top-up (AV-77). How often is not limited (AV-78), nor what is on the
        /// card (AV-79).
        pub most: Option<Money>,
    }
}

/// What is done about transport cards; see [`Client::cards`].
#[derive(Clone, Copy)]
pub struct Cards<'c>(&'c Client);

impl Client {
    /// Transport cards.
    #[must_use]
    pub const fn cards(&self) -> Cards<'_> {
        Cards(self)
    }
}

impl Cards<'_> {
    /// Cards of this account, each with its balance and the moment of that (AV-09, AV-51). Local.
    #[must_use]
    pub fn state(self) -> Arc<CardsState> {
        self.0.state(TOPIC, |core, now| Ok((CardsState { cards: core.read(now, rows::all)? }, None)))
    }

    /// A card's id as it was typed or handed in.
    ///
    /// # Errors
    /// `card_missing` for what is no id of one.
    pub fn card_id(self, text: &str) -> Result<CardId> {
        text.parse().map_err(|why| missing(&format!("{why}")))
    }

    /// A stored card. Local.
    ///
    /// # Errors
    /// `card_missing`
    pub fn card(self, id: CardId) -> Result<Card> {
        let now = self.0.now();
        let found = self.0.core().read(now, |db| rows::card(db, id))?;
        found.ok_or_else(|| missing("this card is not stored on the phone"))
    }

    /// What is said beside a card. Local.
    #[must_use]
    pub fn notes(self, card: &Card) -> CardNotes {
        let (now, stored) = (self.0.now(), self.0.stored_city(&card.city));
        let cards: Option<&CardsSection> = stored.as_ref().and_then(|city| city.section().ok());
        let rides: Option<&RidesSection> = stored.as_ref().and_then(|city| city.section().ok());
        let tag = self.0.config().locale.tag();
        let kind = cards.and_then(|cards| cards.kind(card.kind.as_str()));
        let today = stored.as_ref().map(|city| city.local_day(now));
        let is_active = card.state == CardState::Active;
        let waits = || card.top_ups.iter().filter(|one| one.state == CardTopUpState::Waiting);
        let waiting = waits().map(|one| one.amount).reduce(|sum, one| sum.checked_add(&one).unwrap_or(sum));
        let fare = rides
            .zip(stored.as_ref())
            .and_then(|(rides, city)| rides.card_fare(city, now, None))
            .filter(|_| card.tariff == CardTariff::Standard);
        let on_it = &card.balance.amount;
        let covered = fare.filter(|fare| fare.currency == on_it.currency).and_then(|fare| {
            let rides = on_it.amount.checked_div(fare.amount)?;
            Some(rides.floor().to_u32().unwrap_or_default())
        });
        CardNotes {
            kind: kind.map_or_else(|| card.kind.to_string(), |kind| kind.name.get(tag).to_owned()),
            is_inactive: card.inactive_from.zip(today).is_some_and(|(from, today)| today >= from),
            waiting,
            hold_until: waits().map(|one| one.hold_until).filter(|until| now <= *until && is_active).min(),
            rides: covered.filter(|_| is_active),
            is_low: is_active && covered.is_some_and(|rides| rides < FEW),
            least: cards.map(|cards| cards.top_ups.least),
            most: cards.map(|cards| cards.top_ups.most),
        }
    }

    /// Links a card by its number and the code that is printed on it: both are needed. What is no
    /// number or code is refused before anybody is asked.
    ///
    /// # Errors
    /// `card_unknown`, `card_linked_elsewhere`, `card_only_standard` (AV-73), `cards_too_many`,
    /// `card_office_needed` after a loss or a theft (AV-74), `card_blocked`, `card_replaced`,
    /// `too_many_requests`, and whatever a request can answer.
    pub async fn link(self, city: &CityId, number: &str, code: &str) -> Result<Card> {
        let outcome = self.link_inner(city, number, code).await;
        self.0.explain_in(city, outcome)
    }

    async fn link_inner(self, city: &CityId, number: &str, code: &str) -> Result<Card> {
        let session = self.0.session()?;
        let (Some(number), Some(code)) = (transport_number(number), printed_code(code)) else {
            let detail = "a number has 8 to 20 digits, a printed code 4 to 32 letters and digits";
            return Err(Error::new(ErrorKind::Refused, ProblemCode::CardUnknown.as_str(), detail));
        };
        let asked = CardToLink { city: city.to_string(), number, code };
        let card: Card = self.0.call(&LINK, &[], &asked).await?;
        self.0.keep_of(&session, |tx| rows::put(tx, &card))?;
        Ok(card)
    }

    /// The account has this card no more; the card keeps what is on it.
    ///
    /// # Errors
    /// `not_found`, `card_office_needed` for one that was lost or stolen, and whatever a request
    /// can answer.
    pub async fn unlink(self, card: CardId) -> Result<()> {
        let outcome = self.unlink_inner(card).await;
        self.0.explain(outcome)
    }

    async fn unlink_inner(self, card: CardId) -> Result<()> {
        let session = self.0.session()?;
        self.0.tell(&UNLINK, &[&card.to_string()]).await?;
        self.0.keep_of(&session, |tx| rows::remove(tx, card))
    }

    /// Says that a card is lost, stolen (it is blocked at once) or defective (AV-92).
    ///
    /// # Errors
    /// `not_found`, and whatever a request can answer.
    pub async fn report(self, card: CardId, trouble: CardTrouble, note: &str) -> Result<Card> {
        let outcome = self.report_inner(card, trouble, note).await;
        self.0.explain(outcome)
    }

    async fn report_inner(self, card: CardId, trouble: CardTrouble, note: &str) -> Result<Card> {
        let session = self.0.session()?;
        let said = CardReport { card, trouble, note: note.to_owned() };
        let card: Card = self.0.call(&REPORT, &[], &said).await?;
        self.0.keep_of(&session, |tx| rows::put(tx, &card))?;
        Ok(card)
    }

    /// What moved the balance of a card since it was linked, newest first, `limit` at most;
    /// `cursor` is `next` of the page before.
    ///
    /// # Errors
    /// `not_found`, and whatever a request can answer.
    pub async fn history(self, card: CardId, cursor: Option<String>, limit: u32) -> Result<CardHistory> {
        self.0.fetch_page_of(&HISTORY, &[&card.to_string()], cursor.as_deref(), limit).await
    }

    /// Asks for the price of a top-up (AV-77); see [`Cards::offer`]. Nothing is charged.
    /// [`Payments::buy`](crate::base::payments::Payments::buy) pays it; then the card is held at a
    /// reader.
    ///
    /// # Errors
    /// `card_top_up_too_much`, `card_top_up_too_little`, `card_blocked`, `card_replaced`,
    /// `not_found`, `payment_method_not_allowed`, and whatever a request can answer.
    pub async fn quote(self, city: &CityId, card: CardId, amount: Money, pay: PayMethod) -> Result<Quote> {
        let subject = CardsSubject { card, amount };
        let quote = self.0.payments().quote::<_, CardsOffer>(city, &subject, pay).await;
        self.0.explain_in(city, quote)
    }

    /// What a quote promises of a top-up; `None` when it is another service's.
    #[must_use]
    pub fn offer(self, quote: &Quote) -> Option<CardsOffer> {
        payments::offer(quote)
    }
}

fn missing(why: &str) -> Error {
    Error::new(ErrorKind::Refused, "card_missing", why)
}
