//! The source file `passes.toml`.

use crate::kernel::calendar::TimeOfDay;
use crate::kernel::city::Texts;
use crate::kernel::fact::{Fact, Known};
use crate::kernel::load::{Amount, Compiler, FactSource, Word};
use crate::kernel::pay::PayMethod;
use crate::passes::section::{
    Category, CategoryId, PassPolicy, PassProduct, PassProductId, PassRefund, PassRetention, PassesSection, Pays,
};
use serde::Deserialize;
use std::collections::BTreeMap;

const FILE: &str = "passes.toml";

/// The files of this service.
pub(crate) const FILES: &[&str] = &[FILE];

#[derive(Deserialize)]
struct PassesSource {
    categories: Vec<CategorySource>,
    products: Vec<ProductSource>,
    pay: Vec<PayMethod>,
    policy: PolicySource,
    retention: PassRetention,
}

#[derive(Deserialize)]
struct CategorySource {
    id: CategoryId,
    name: Texts,
    #[serde(default)]
    is_default: bool,
    granted_days: Option<u32>,
    pays: FactSource<PaysSource>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct PaysSource {
    percent: Option<u32>,
    amount: Option<Amount>,
}

#[derive(Deserialize)]
struct ProductSource {
    id: PassProductId,
    name: Texts,
    days: Option<u32>,
    prices: BTreeMap<CategoryId, FactSource<Amount>>,
    #[serde(default)]
    routes: Vec<String>,
    #[serde(default)]
    kinds: Vec<String>,
    refund: Word<PassRefund>,
}

#[derive(Deserialize)]
struct PolicySource {
    day_begins: TimeOfDay,
    ahead_days: u32,
    ending_days: u32,
}

/// Reads the service's part of a city; `None` when the city does not have it or it cannot be read.
pub(crate) fn compile(compiler: &mut Compiler<'_>) -> Option<PassesSection> {
    if !compiler.has(FILE) {
        return None;
    }
    let source: PassesSource = compiler.read(FILE)?;
    let categories = source.categories.into_iter().map(|one| category(compiler, one)).collect();
    let products = source.products.into_iter().map(|one| product(compiler, one)).collect();
    let PolicySource { day_begins, ahead_days, ending_days } = source.policy;
    Some(PassesSection {
        categories,
        products,
        pay: source.pay,
        policy: PassPolicy { day_begins, ahead_days, ending_days },
        retention: source.retention,
    })
}

fn category(compiler: &mut Compiler<'_>, source: CategorySource) -> Category {
    let CategorySource { id, name, is_default, granted_days, pays } = source;
    let at = format!("categories.{id}.pays");
    let pays = match compiler.fact(FILE, &at, pays) {
        Fact::Unknown { note } => Fact::Unknown { note },
        Fact::Known(Known { value, certainty, source }) => {
            let pays = match (value.percent, value.amount) {
                (Some(percent), None) => Some(Pays::Share { percent }),
                (None, Some(amount)) => compiler.money(FILE, &at, amount).map(|amount| Pays::Fixed { amount }),
                _ => {
                    compiler.say(FILE, &at, "give percent of the fare, or an amount");
                    None
                }
            };
            match pays {
                Some(value) => Fact::Known(Known { value, certainty, source }),
                None => Fact::Unknown { note: "the value is wrong".to_owned() },
            }
        }
    };
    Category { id, name, is_default, granted_days, pays }
}

fn product(compiler: &mut Compiler<'_>, source: ProductSource) -> PassProduct {
    let ProductSource { id, name, days, prices, routes, kinds, refund } = source;
    let mut priced = BTreeMap::new();
    for (category, price) in prices {
        let price = compiler.price(FILE, &format!("products.{id}.prices.{category}"), price);
        priced.insert(category, price);
    }
    PassProduct { id, name, days, prices: priced, routes, kinds, refund: refund.0 }
}
