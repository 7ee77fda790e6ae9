//! Transport cards: linked, seen, topped up, reported.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use mesto_client::cards::{CardNotes, CardsState};
use mesto_client::protocol::base::payments::{PayMethod, Quote};
use mesto_client::protocol::cards::riders::{
    Card, CardBalance, CardHistory, CardMovement, CardReport, CardState, CardToLink, CardTopUp, CardTopUpState,
    CardTrouble, CardUnlinked, CardsOffer, CardsOutcome, CardsSubject,
};
use mesto_client::protocol::kernel::ids::{CardId, CardTopUpId, EntryId};
use mesto_rules::cards::{CardKindId, CardTariff};
use mesto_rules::rides::{BoardNumber, RouteId};
use mesto_rules::{CityId, Money};

use crate::kernel::cancel::Cancel;
use crate::kernel::client::{Client, Handle};
use crate::kernel::error::MestoError;
use crate::kernel::ids::ids;

ids! { CardId, CardTopUpId, CardKindId }
mesto_protocol::card_records!();
mesto_protocol::card_words!();
mesto_rules::card_tariff_shown!();
mesto_client::cards_shown!();

part! {
    /// Transport cards.
    Cards, cards
}

/// What is answered from the phone's own store, at once.
#[uniffi::export]
impl Cards {
    /// Cards of this account, each with its balance and the moment of that.
    #[must_use]
    pub fn state(&self) -> CardsState {
        CardsState::clone(&self.0.core.cards().state())
    }

    /// A stored card.
    pub fn card(&self, id: CardId) -> Result<Card, MestoError> {
        self.0.to_app(self.0.core.cards().card(id))
    }

    /// What is said beside a card, in the rider's language.
    pub fn notes(&self, card: Card) -> Result<CardNotes, MestoError> {
        Ok(self.0.core.cards().notes(&card))
    }
}

/// What asks the operator.
#[uniffi::export(async_runtime = "tokio")]
impl Cards {
    /// Links a card by its number and the code that is printed on it: both are needed.
    #[uniffi::method(default(cancel = None))]
    pub async fn link(
        &self,
        city: CityId,
        number: String,
        code: String,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Card, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.cards().link(&city, &number, &code))).await
    }

    /// The account has this card no more; the card keeps what is on it.
    #[uniffi::method(default(cancel = None))]
    pub async fn unlink(&self, card: CardId, cancel: Option<Arc<Cancel>>) -> Result<(), MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.cards().unlink(card))).await
    }

    /// Says that a card is lost, stolen (it is blocked at once) or defective.
    #[uniffi::method(default(cancel = None))]
    pub async fn report(
        &self,
        card: CardId,
        trouble: CardTrouble,
        note: String,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Card, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.cards().report(card, trouble, &note))).await
    }

    /// What moved the balance of a card since it was linked, newest first; `cursor` is `next` of
    /// the page before.
    #[uniffi::method(default(cursor = None, limit = 50, cancel = None))]
    pub async fn history(
        &self,
        card: CardId,
        cursor: Option<String>,
        limit: u32,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<CardHistory, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.cards().history(card, cursor, limit))).await
    }

    /// What a top-up would be. Nothing is charged; buying the quote pays it, then the card is held
    /// at a reader.
    #[uniffi::method(default(cancel = None))]
    pub async fn quote(
        &self,
        city: CityId,
        card: CardId,
        amount: Money,
        pay: PayMethod,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<Quote, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.cards().quote(&city, card, amount, pay))).await
    }
}
