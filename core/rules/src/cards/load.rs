//! The source file `cards.toml`.

use crate::cards::section::{CardKind, CardKindId, CardPolicy, CardRetention, CardTariff, CardsSection, TopUps};
use crate::kernel::city::Texts;
use crate::kernel::load::{Amount, Compiler, FactSource, Word};
use crate::kernel::pay::PayMethod;
use serde::Deserialize;

const FILE: &str = "cards.toml";

/// The files of this service.
pub(crate) const FILES: &[&str] = &[FILE];

#[derive(Deserialize)]
struct CardsSource {
    kinds: Vec<CardKindSource>,
    top_ups: TopUpsSource,
    policy: CardPolicy,
    retention: CardRetention,
}

#[derive(Deserialize)]
struct CardKindSource {
    id: CardKindId,
    name: Texts,
    tariff: Word<CardTariff>,
    price: FactSource<Amount>,
}

#[derive(Deserialize)]
struct TopUpsSource {
    least: Amount,
    most: Amount,
    pay: Vec<PayMethod>,
    waits_days: u32,
    returns_days: u32,
}

/// Reads the service's part of a city; `None` when the city does not have it or it cannot be read.
pub(crate) fn compile(compiler: &mut Compiler<'_>) -> Option<CardsSection> {
    if !compiler.has(FILE) {
        return None;
    }
    let source: CardsSource = compiler.read(FILE)?;
    let kinds = source.kinds.into_iter().map(|one| CardKind {
        price: compiler.price(FILE, &format!("kinds.{}.price", one.id), one.price),
        id: one.id,
        name: one.name,
        tariff: one.tariff.0,
    });
    let kinds = kinds.collect();
    let top_ups = source.top_ups;
    let least = compiler.money(FILE, "top_ups.least", top_ups.least);
    let most = compiler.money(FILE, "top_ups.most", top_ups.most);
    Some(CardsSection {
        kinds,
        top_ups: TopUps {
            least: least?,
            most: most?,
            pay: top_ups.pay,
            waits_days: top_ups.waits_days,
            returns_days: top_ups.returns_days,
        },
        policy: source.policy,
        retention: source.retention,
    })
}
