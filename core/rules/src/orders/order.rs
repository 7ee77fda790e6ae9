//! The electronic daily parking ticket order (eDPK): its terms, and how it ends. Only an inspector
//! issues one.

use crate::kernel::calendar::to_utc;
use crate::kernel::city::City;
use crate::kernel::money::Money;
use crate::orders::section::{DiscountFrom, OrdersSection};
use crate::parking::refusal::Refusal;
use crate::parking::section::Regime;
use crate::parking::terms::{charging_of, out_of_range, unknown, zone_of};
use chrono::{DateTime, Days, Utc};
use serde::{Deserialize, Serialize};

/// What an order says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderTerms {
    pub price: Money,
    /// What is owed until `discount_until`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discounted_price: Option<Money>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount_until: Option<DateTime<Utc>>,
    /// The same time on the next charged day; it covers the car until then, only in this zone.
    pub valid_until: DateTime<Utc>,
    /// Last moment to pay it here, when that is known; the same as `discount_until` in Belgrade's
    /// text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pay_by: Option<DateTime<Utc>>,
}

impl OrderTerms {
    /// What is owed at `now`.
    #[must_use]
    pub fn owed(&self, now: DateTime<Utc>) -> Money {
        match (self.discounted_price, self.discount_until) {
            (Some(discounted), Some(until)) if now < until => discounted,
            _ => self.price,
        }
    }
}

/// Until when no order may be issued for a plate whose last ticket ended at `paid_until`: so many
/// minutes after it as the city gives. A city that gives none, or does not say, has none.
#[must_use]
pub fn grace_until(city: &City, paid_until: DateTime<Utc>) -> DateTime<Utc> {
    let orders = city.section::<OrdersSection>().ok();
    let minutes = orders.and_then(|orders| orders.policy.grace_minutes.known()).copied().unwrap_or_default();
    paid_until.checked_add_signed(minutes.length()).unwrap_or(paid_until)
}

/// Terms of an order issued in a zone at a moment. `paid_until` is the end of the last ticket that
/// the plate had there.
///
/// # Errors
/// [`Refusal::ZoneUnknown`], [`Refusal::TariffUnknown`] when price or hours are not known,
/// [`Refusal::NotChargedNow`], [`Refusal::WithinGrace`] shortly after `paid_until`.
pub fn issue(
    city: &City,
    zone: &str,
    issued_at: DateTime<Utc>,
    paid_until: Option<DateTime<Utc>>,
) -> Result<OrderTerms, Refusal> {
    city.in_force_at(issued_at)?;
    let orders: &OrdersSection = city.section()?;
    let zone = zone_of(city.section()?, zone)?;
    let charging = charging_of(city, zone)?;
    if charging.period_at(issued_at, issued_at).is_none() {
        return Err(Refusal::NotChargedNow { next_opening: charging.next_opening(issued_at) });
    }
    if let Some(until) = paid_until.map(|paid_until| grace_until(city, paid_until)).filter(|until| issued_at < *until) {
        return Err(Refusal::WithinGrace { until });
    }
    let local = charging.time.local(issued_at).naive_local();
    let rates = orders.rates_on(local.date()).ok_or_else(|| unknown(zone, "order.price"))?;
    let price = match zone.regime {
        Regime::Zoned => rates.zoned.known(),
        Regime::Outside | Regime::SmsLot => rates.outside.known(),
        Regime::Other => None,
    };
    let price = *price.ok_or_else(|| unknown(zone, "order.price"))?;
    let valid_until = charging
        .next_charged_day(local.date())
        .and_then(|day| to_utc(charging.time, day.and_time(local.time())))
        .ok_or_else(|| out_of_range("issued_at"))?;
    city.tells_time_at(valid_until)?;

    // A discount is promised only when its rate, its days and what they are counted from are all
    // known.
    let discount = || -> Option<(Money, DateTime<Utc>)> {
        let counted_from = match orders.policy.discount_from.known()? {
            DiscountFrom::Issue => issued_at,
            DiscountFrom::ValidityEnd => valid_until,
        };
        // Days of the calendar: one of them may have 23 or 25 hours.
        let days = Days::new((*rates.discount_days.known()?).into());
        let until = charging.end_of(charging.local_day(counted_from).checked_add_days(days)?)?;
        Some((price.less_percent(*rates.discount_percent.known()?).ok()?, until))
    };
    let discount = discount();
    Ok(OrderTerms {
        price,
        discounted_price: discount.map(|(price, _)| price),
        discount_until: discount.map(|(_, until)| until),
        valid_until,
        pay_by: discount.map(|(_, until)| until),
    })
}

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// To be paid.
    Issued,
    /// Paid, here or elsewhere (BG-18).
    Paid,
    /// Withdrawn by the operator.
    Cancelled,
}

/// What can happen to an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum OrderEvent {
    /// Paid here with `amount`; `terms` are the order's.
    Pay { amount: Money, terms: OrderTerms },
    /// Paid at a counter, a bank or the post (BG-18).
    PaidElsewhere,
    /// The operator withdraws it.
    Cancel,
}

/// What the operator has to do after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderEffect {
    /// Book the payment.
    Book { amount: Money },
    /// Tell the driver.
    TellPaid,
    /// Tell the driver.
    TellCancelled,
}

/// Why a step is not possible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// Paid before.
    #[error("the order is already paid")]
    AlreadyPaid,
    /// Withdrawn.
    #[error("the order was withdrawn and cannot be paid")]
    Withdrawn,
    /// Another amount than is owed now.
    #[error("{owed} is owed now, not {offered}")]
    AmountDiffers { owed: Money, offered: Money },
}

/// One step of an order's life.
///
/// # Errors
/// [`OrderError`].
pub fn step(
    state: OrderState,
    event: &OrderEvent,
    now: DateTime<Utc>,
) -> Result<(OrderState, Vec<OrderEffect>), OrderError> {
    match (state, event) {
        (OrderState::Issued, OrderEvent::Pay { amount, terms }) => {
            let owed = terms.owed(now);
            if *amount != owed {
                return Err(OrderError::AmountDiffers { owed, offered: *amount });
            }
            Ok((OrderState::Paid, vec![OrderEffect::Book { amount: owed }, OrderEffect::TellPaid]))
        }
        (OrderState::Issued, OrderEvent::PaidElsewhere) => Ok((OrderState::Paid, vec![OrderEffect::TellPaid])),
        (OrderState::Issued, OrderEvent::Cancel) => Ok((OrderState::Cancelled, vec![OrderEffect::TellCancelled])),
        (OrderState::Paid, OrderEvent::Pay { .. } | OrderEvent::PaidElsewhere | OrderEvent::Cancel) => {
            Err(OrderError::AlreadyPaid)
        }
        (OrderState::Cancelled, OrderEvent::Pay { .. } | OrderEvent::PaidElsewhere | OrderEvent::Cancel) => {
            Err(OrderError::Withdrawn)
        }
    }
}
