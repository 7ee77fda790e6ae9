//! Cards as their riders, readers and offices are told of them.

use chrono::{DateTime, Utc};
use mesto_protocol::cards::riders::{Card, CardBalance, CardTopUp, TOP_UPS_TOLD};
use mesto_protocol::kernel::ids::CardId;
use mesto_rules::City;
use mesto_rules::cards::{CardTariff, CardsSection, inactive_from, masked};
use mesto_rules::money::Money;

use crate::cards::tables::{CardRow, TopUpRow, TopUpWord};
use crate::kernel::failure::Outcome;
use crate::kernel::store::{Select, StoreError, Tx};
use crate::values;

/// How many top-ups a card is told with, besides those that wait.
const NEWEST: i64 = TOP_UPS_TOLD as i64;

pub(crate) fn balance(row: &CardRow) -> CardBalance {
    CardBalance { amount: Money::from_minor(row.balance, row.currency), at: row.balance_at }
}

/// What a ride by it costs is the city's to say, or the terminal's.
pub(crate) fn tariff(cards: &CardsSection, row: &CardRow) -> CardTariff {
    cards.kind(row.kind.as_str()).map_or(CardTariff::Benefit, |kind| kind.tariff.clone())
}

pub(crate) fn top_up(row: &TopUpRow) -> CardTopUp {
    CardTopUp {
        id: row.id,
        amount: Money::from_minor(row.amount, row.currency),
        state: row.state.into(),
        paid_at: row.paid_at,
        hold_until: row.hold_until,
        done_at: row.done_at,
    }
}

/// The top-ups of a card that are told to who linked it: those that he paid himself and wait, and
/// his newest; newest first.
pub(crate) fn top_ups_of(card: CardId) -> Select<TopUpRow> {
    Select::of(
        "FROM card_top_up WHERE card_top_up.card = $1 AND card_top_up.account = (SELECT card.account FROM card WHERE card.id = $1) AND (card_top_up.state = 'waiting' OR card_top_up.id IN (SELECT newest.id FROM card_top_up AS newest WHERE newest.card = $1 ORDER BY newest.id DESC LIMIT $2)) ORDER BY card_top_up.id DESC",
        values![card, NEWEST],
    )
}

/// The top-ups of a card that wait, whoever paid them; oldest first.
pub(crate) fn waiting_of(card: CardId) -> Select<TopUpRow> {
    Select::of(
        "FROM card_top_up WHERE card_top_up.card = $1 AND card_top_up.state = $2 ORDER BY card_top_up.id",
        values![card, TopUpWord::Waiting.word()],
    )
}

/// A card as its rider is told of it.
pub(crate) fn card(city: &City, row: &CardRow, top_ups: &[TopUpRow]) -> Outcome<Card> {
    let cards = city.section::<CardsSection>()?;
    let linked_at = row.linked_at.ok_or_else(|| StoreError::unreadable("card", "nobody linked it"))?;
    let days = [row.ridden_at, row.topped_up_at].into_iter().flatten().map(|at| city.local_day(at));
    let last = days.fold(row.issued_on, std::cmp::max);
    Ok(Card {
        id: row.id,
        city: row.city.clone(),
        kind: row.kind.clone(),
        tariff: tariff(cards, row),
        number_masked: masked(&row.number),
        state: row.state.into(),
        blocked_for: row.trouble.map(Into::into),
        is_defective: row.is_defective,
        balance: balance(row),
        top_ups: top_ups.iter().map(top_up).collect(),
        linked_at,
        inactive_from: inactive_from(last, cards.policy.inactive_after_months),
    })
}

/// The same, with its top-ups read.
pub(crate) fn card_read(tx: &mut dyn Tx, city: &City, row: &CardRow) -> Outcome<Card> {
    let top_ups = tx.all(top_ups_of(row.id))?;
    card(city, row, &top_ups)
}

/// The later of two moments.
pub(crate) fn later(one: Option<DateTime<Utc>>, other: DateTime<Utc>) -> DateTime<Utc> {
    one.map_or(other, |one| one.max(other))
}
