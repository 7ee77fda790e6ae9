//! The source file `orders.toml`.

use crate::kernel::load::{Amount, Compiler, FactSource};
use crate::kernel::minutes::Minutes;
use crate::kernel::pay::PayMethod;
use crate::orders::section::{DiscountFrom, OrderPolicy, OrderRates, OrdersSection, Retention};
use chrono::NaiveDate;
use serde::Deserialize;

const FILE: &str = "orders.toml";

/// The files of this service.
pub(crate) const FILES: &[&str] = &[FILE];

#[derive(Deserialize)]
struct OrdersSource {
    policy: PolicySource,
    rates: Vec<RatesSource>,
    retention: Retention,
}

#[derive(Deserialize)]
struct PolicySource {
    discount_from: FactSource<DiscountFrom>,
    pay: Vec<PayMethod>,
    grace_minutes: FactSource<Minutes>,
}

#[derive(Deserialize)]
struct RatesSource {
    from: NaiveDate,
    zoned: FactSource<Amount>,
    outside: FactSource<Amount>,
    discount_percent: FactSource<u32>,
    discount_days: FactSource<u32>,
}

/// Reads the service's part of a city; `None` when the city does not have it or it cannot be read.
pub(crate) fn compile(compiler: &mut Compiler<'_>) -> Option<OrdersSection> {
    if !compiler.has(FILE) {
        return None;
    }
    let source: OrdersSource = compiler.read(FILE)?;
    let mut rates: Vec<OrderRates> = source
        .rates
        .into_iter()
        .map(|rates| {
            let at = |field: &str| format!("rates.{}.{field}", rates.from);
            OrderRates {
                from: rates.from,
                zoned: compiler.price(FILE, &at("zoned"), rates.zoned),
                outside: compiler.price(FILE, &at("outside"), rates.outside),
                discount_percent: compiler.fact(FILE, &at("discount_percent"), rates.discount_percent),
                discount_days: compiler.fact(FILE, &at("discount_days"), rates.discount_days),
            }
        })
        .collect();
    rates.sort_by_key(|rates| rates.from);
    let policy = OrderPolicy {
        discount_from: compiler.fact(FILE, "policy.discount_from", source.policy.discount_from),
        pay: source.policy.pay,
        grace_minutes: compiler.fact(FILE, "policy.grace_minutes", source.policy.grace_minutes),
    };
    Some(OrdersSection { rates, policy, retention: source.retention })
}
