//! What readers ask and tell (AV-58, AV-59).

use std::collections::BTreeMap;

use chrono::SubsecRound as _;
use mesto_protocol::cards::readers::{
    self as wire, CardAtReader, HELD_MOST, HeldTold, HeldTopUp, StoppedCard, StoppedCards, ToldHeld,
};
use mesto_protocol::kernel::ids::CardId;
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::cards::{masked, printed_code};

use crate::cards::drawer::Drawer;
use crate::cards::tables::{CardRow, StateWord, TopUpRow};
use crate::cards::{city_of, told, top_ups};
use crate::kernel::call::Call;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::limits::{not_ahead, told_at_most};
use crate::kernel::paging::AskedPage;
use crate::kernel::service::{Served, serve};
use crate::kernel::store::{Select, Tx};
use crate::{find, values};

pub(crate) const OPERATIONS: &[Served] = &[
    serve!(get wire::READ => read).urgent(),
    serve!(get wire::STOPPED => stopped),
    serve!(post wire::TELL_HELD => tell_held),
];

/// A card that is held at a reader.
pub(crate) fn read(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<CardAtReader> {
    let (city, cards) = city_of(call, &call.request.needed("city")?)?;
    let code = printed_code(&call.request.needed("code")?);
    let row = match code {
        Some(code) => tx.first(find!(CardRow { city: &city.id, code: &code }))?,
        None => None,
    };
    let Some(row) = row else { return refuse(ProblemCode::CardUnknown, "no card of this city has this code") };
    let mut waiting: Vec<TopUpRow> = tx.all(told::waiting_of(row.id))?;
    waiting.retain(|one| row.state == StateWord::Active && call.now <= one.hold_until);
    Ok(CardAtReader {
        city: row.city.clone(),
        kind: row.kind.clone(),
        tariff: told::tariff(cards, &row),
        number_masked: masked(&row.number),
        state: row.state.into(),
        balance: told::balance(&row),
        top_ups: waiting.iter().map(told::top_up).collect(),
    })
}

/// Cards that do not ride.
pub(crate) fn stopped(tx: &mut dyn Tx, call: &mut Call<'_>) -> Outcome<StoppedCards> {
    let (city, _) = city_of(call, &call.request.needed("city")?)?;
    let asked = AskedPage::<CardId>::of(call.request)?;
    let rows: Vec<CardRow> = tx.all(Select::of(
        "FROM card WHERE card.city = $1 AND card.state <> 'active' AND card.id < $2 ORDER BY card.id DESC LIMIT $3",
        values![&city.id, asked.older_than(), asked.reads()],
    ))?;
    let (rows, next) = asked.page(rows, |row| row.id.to_string());
    let told = |row: CardRow| StoppedCard {
        state: row.state.into(),
        stopped_at: row.blocked_at.unwrap_or(row.told_at),
        code: row.code,
    };
    Ok(StoppedCards { items: rows.into_iter().map(told).collect(), next })
}

/// Top-ups that were written onto cards.
pub(crate) fn tell_held(tx: &mut dyn Tx, call: &mut Call<'_>, told: ToldHeld) -> Outcome<HeldTold> {
    let (operator, now) = (call.operator, call.now);
    let (city, _) = city_of(call, &told.city)?;
    told_at_most("held", told.held.len(), HELD_MOST)?;
    let mut cards = BTreeMap::new();
    for one in &told.held {
        not_ahead("held.held_at", one.held_at, now)?;
        let row = tx.first(find!(TopUpRow { id: one.top_up, city: &city.id }))?;
        let Some(row) = row else {
            let problem = Problem::new(ProblemCode::NotFound, "there is no such top-up in this city");
            return Err(problem.with("top_up", one.top_up).into());
        };
        let card = top_ups::card_of(tx, &row)?;
        cards.insert(card.id, card);
    }
    let mut drawer = Drawer::open(tx, (operator, now), cards.into_values(), &[])?;
    let mut known = Vec::with_capacity(told.held.len());
    for one in told.held {
        let held = (one.top_up, one.held_at.trunc_subsecs(3));
        let state = top_ups::held(tx, now, &mut drawer, held)?;
        known.push(HeldTopUp { top_up: one.top_up, state: state.into() });
    }
    drawer.close(tx)?;
    Ok(HeldTold { top_ups: known })
}
