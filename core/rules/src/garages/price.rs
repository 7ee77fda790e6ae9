//! The price of a visit: what a car that entered at one moment owes at another, line by line.
//!
//! A visit is as long as it really lasted; a change of the clocks makes it neither longer nor
//! shorter. Only days that are counted by the calendar have 23 or 25 hours. A unit is paid as soon
//! as it has started, the first one on entry: 60 minutes are one hour, a millisecond more is the
//! second. Where several ways to pay are possible (units, a day's cap, tickets for several days
//! from the entry on) the cheapest one is the price.
//!
//! A payment settles the visit until its time to leave is over. Whoever leaves later owes the
//! difference to a visit without that payment.

use crate::garages::facility::FacilityId;
use crate::garages::facility::{Facility, PaidWhen};
use crate::garages::meter::Meter;
use crate::garages::section::{GaragesSection, OnEntry};
use crate::kernel::city::City;
use crate::kernel::ids::{TariffId, joined};
use crate::kernel::money::Money;
use crate::kernel::pay::{PayMethod, UnusedTime};
use crate::kernel::section::refuses_for_the_city;
use crate::kernel::wallet::FeeUnknown;
use chrono::{DateTime, NaiveDate, SubsecRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// The longest visit that is priced; a longer one is a mistake of the clock.
pub(crate) const LONGEST: TimeDelta = TimeDelta::days(3660);

/// What is asked about a visit.
#[derive(Debug, Clone, Copy)]
pub struct VisitAsk<'a> {
    /// Facility id.
    pub facility: &'a str,
    /// As the controller says; of a lost ticket as the inventory book says.
    pub entered_at: DateTime<Utc>,
    /// When the operator was asked, or received the payment.
    pub now: DateTime<Utc>,
    /// What was paid for this visit, in any order.
    pub paid: &'a [Paid],
    /// The car has the badge of a disabled driver.
    pub is_disabled: bool,
    /// Places that the car takes: 1, or 2.
    pub places: u32,
    pub is_lost: bool,
    pub pay: PayMethod,
}

/// A payment for a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paid {
    /// For the visit, without a commission for the card.
    pub amount: Money,
    /// Until when it was reckoned.
    pub at: DateTime<Utc>,
    /// When it was received, where that was later: nothing more is owed until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received_at: Option<DateTime<Utc>>,
    /// The time to leave that was promised with it. A part, and what was paid while nothing was
    /// owed, has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_by: Option<DateTime<Utc>>,
}

impl Paid {
    /// Until when one may leave by it: grace follows a time to leave, and nothing else.
    pub(super) fn leave_by(&self, grace: TimeDelta) -> Option<DateTime<Utc>> {
        let received = self.received_at.unwrap_or(self.at).max(self.at);
        match self.exit_by {
            Some(exit_by) => Some(exit_by.checked_add_signed(grace)?.max(received)),
            None => Some(received),
        }
    }
}

/// The price of a visit at a moment, explained. `total` is the sum of `lines`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitPrice {
    pub facility: FacilityId,
    /// Id of the tariff in force on the local day of entry.
    pub tariff: TariffId,
    /// First day of that tariff.
    pub tariff_from: NaiveDate,
    pub entered_at: DateTime<Utc>,
    /// Until when the visit is priced: now, or the payment that still settles it.
    pub priced_to: DateTime<Utc>,
    /// In the order of time; then what was paid, then fees.
    pub lines: Vec<VisitLine>,
    /// What the visit costs, whatever of it was paid.
    pub price: Money,
    /// What is to be paid now; zero when nothing is owed.
    pub total: Money,
    /// Until when one may leave if `total` is paid now, when the facility says so; without anything
    /// to pay, until when one may leave by what was paid. Absent: without delay (AMB-12).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_by: Option<DateTime<Utc>>,
    /// The first moment at which more than `total` is owed while nothing is paid; absent when none
    /// comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rises_at: Option<DateTime<Utc>>,
    /// The first moment at which something is owed again if `total` is paid now; absent when none
    /// comes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owes_again_at: Option<DateTime<Utc>>,
    /// What the driver should know before paying.
    pub notices: Vec<Notice>,
}

/// One line of a price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitLine {
    pub kind: LineKind,
    pub amount: Money,
}

/// What a line is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LineKind {
    /// The first minutes cost nothing.
    Free { minutes: u32 },
    /// Started units; `unit_minutes` 60 is an hour.
    StartedUnits { units: u32, unit_minutes: u32, unit_price: Money },
    /// Days that cost no more than their cap.
    DayCap { days: u32, cap: Money },
    /// So many tickets for `days` days each.
    SeveralDays { tickets: u32, days: u32, price: Money },
    /// The ticket is lost. With `billed_from` the visit counts from there on; without, the amount
    /// is all of it.
    Lost {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        billed_from: Option<DateTime<Utc>>,
    },
    /// The car takes two places and pays so many times the price.
    DoublePlace { factor: u32 },
    /// What was paid for this visit before; the line is negative.
    AlreadyPaid,
    /// The bank's commission on a small card payment (BG-93).
    CardFee { below: Money },
    /// A kind of a later version; its amount counts. Only ever read, never priced.
    #[serde(other)]
    Other,
}

/// Something to be said beside a price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Notice {
    /// How long one may take to leave is not known: leave at once after paying (BG-68).
    ExitWithoutDelay,
    /// The days of a ticket for several days that are not used can neither be used later nor are
    /// they given back.
    UnusedDaysLost { days: u32 },
    /// A kind of a later version. Only ever read, never said.
    #[serde(other)]
    Other,
}

/// Why there is no price, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Refusal {
    /// No such facility.
    #[error("there is no facility `{facility}`; known are {}", joined(known))]
    FacilityUnknown { facility: String, known: Vec<FacilityId> },
    /// The city does not know a value that the price needs.
    #[error("`{field}` of facility {facility} is not known, so nothing is sold")]
    TariffUnknown { facility: FacilityId, field: String },
    /// Below this total the driver bears the bank's fee on a card, and the city does not know it.
    #[error("below {below} the driver bears the bank's fee on a card, which is not known, so nothing is sold by card")]
    CardFeeUnknown { below: Money },
    /// A visit here is not paid this way, or not in the app at all.
    #[error("it cannot be paid by {method:?}")]
    #[serde(rename = "payment_method_not_allowed")]
    MethodNotAllowed { method: PayMethod, allowed: Vec<PayMethod> },
    /// A visit here is paid at the barrier on the way in.
    #[error("facility {facility} is paid at the barrier on entry, so nothing is to be paid here")]
    PaidOnEntry { facility: FacilityId },
    /// The car cannot leave now.
    #[error("facility {facility} is closed now")]
    FacilityClosed {
        facility: FacilityId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        opens_at: Option<DateTime<Utc>>,
    },
    /// The entry lies further ahead than clocks may differ.
    #[error("the entry at {entered_at} is after {now}, by more than clocks may differ")]
    EntryInFuture { entered_at: DateTime<Utc>, now: DateTime<Utc> },
    /// Times, places or amounts beyond any use.
    #[error("{what} is out of range")]
    OutOfRange { what: String },
    /// The city's document is too old to sell by; a newer one is needed.
    #[error("this version of the city says nothing about {until} and later; a newer one is needed")]
    CityOutdated { until: NaiveDate },
    /// The city has no garages.
    #[error("this city says nothing about {section}")]
    SectionMissing { section: String },
    /// Only a later version of this program may compute this.
    #[error("{section} of this city has format {format}, up to {known} is known here; a later version is needed")]
    SectionTooNew { section: String, format: u32, known: u32 },
    /// The city's data of this service cannot be read.
    #[error("{section} of this city cannot be read: {reason}")]
    SectionUnreadable { section: String, reason: String },
}

refuses_for_the_city!(Refusal);

impl From<FeeUnknown> for Refusal {
    fn from(unknown: FeeUnknown) -> Self {
        Self::CardFeeUnknown { below: unknown.below }
    }
}

impl Refusal {
    /// The stable code, the same as on the wire.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::FacilityUnknown { .. } => "facility_unknown",
            Self::TariffUnknown { .. } => "tariff_unknown",
            Self::CardFeeUnknown { .. } => "card_fee_unknown",
            Self::MethodNotAllowed { .. } => "payment_method_not_allowed",
            Self::PaidOnEntry { .. } => "paid_on_entry",
            Self::FacilityClosed { .. } => "facility_closed",
            Self::EntryInFuture { .. } => "entry_in_future",
            Self::OutOfRange { .. } => "out_of_range",
            Self::CityOutdated { .. } => "city_outdated",
            Self::SectionMissing { .. } => "section_missing",
            Self::SectionTooNew { .. } => "section_too_new",
            Self::SectionUnreadable { .. } => "section_unreadable",
        }
    }
}

pub(crate) fn facility_of<'a>(garages: &'a GaragesSection, id: &str) -> Result<&'a Facility, Refusal> {
    garages.facility(id).ok_or_else(|| Refusal::FacilityUnknown {
        facility: id.to_owned(),
        known: garages.facilities.iter().map(|facility| facility.id.clone()).collect(),
    })
}

pub(crate) fn unknown(facility: &Facility, field: &str) -> Refusal {
    Refusal::TariffUnknown { facility: facility.id.clone(), field: field.to_owned() }
}

pub(crate) fn out_of_range(what: &str) -> Refusal {
    Refusal::OutOfRange { what: what.to_owned() }
}

/// What a visit owes at a moment, or why that cannot be said. Pure: the same city and ask give the
/// same answer everywhere (BG-64, BG-67).
///
/// # Errors
/// [`Refusal`] with what would be right.
pub fn price(city: &City, ask: &VisitAsk<'_>) -> Result<VisitPrice, Refusal> {
    let (garages, facility) = found(city, ask)?;
    // A visit that cannot be is told as such before where and how it is paid.
    in_range(garages, ask)?;
    sold_here(city, garages, facility, ask.pay, ask.now.trunc_subsecs(3))?;
    let mut price = metered(city, garages, facility, ask)?;
    let card = &city.sections.wallet.card;
    if !price.total.is_zero()
        && let Some(amount) = card.fee_on(price.total, ask.pay)?
    {
        price.lines.push(VisitLine { kind: LineKind::CardFee { below: card.free_from }, amount });
        price.total = price.total.checked_add(&amount).map_err(|_| out_of_range("price"))?;
    }
    Ok(price)
}

/// What a visit owes at the place itself, as its controller asks: by the same prices, however it is
/// paid there and whether or not the app sells it. `ask.pay` says nothing here, and no commission
/// is added.
///
/// # Errors
/// [`Refusal`]; of those about selling only `paid_on_entry`, where such a visit owes nothing.
pub fn owed(city: &City, ask: &VisitAsk<'_>) -> Result<VisitPrice, Refusal> {
    let (garages, facility) = found(city, ask)?;
    in_range(garages, ask)?;
    if facility.paid_when.known() == Some(&PaidWhen::OnEntry) && garages.policy.on_entry == OnEntry::Refused {
        return Err(Refusal::PaidOnEntry { facility: facility.id.clone() });
    }
    metered(city, garages, facility, ask)
}

/// What the meter says of a visit, however it is paid.
fn metered(
    city: &City,
    garages: &GaragesSection,
    facility: &Facility,
    ask: &VisitAsk<'_>,
) -> Result<VisitPrice, Refusal> {
    // Stores keep milliseconds; anything finer would make a price differ from what is stored of it.
    let (now, entered_at) = (ask.now.trunc_subsecs(3), ask.entered_at.trunc_subsecs(3));
    let meter = Meter::of(city, garages, facility, ask, entered_at)?;
    let paid_sum = sum_paid(city, ask.paid)?;
    let priced_to = meter.settled(ask.paid, now).unwrap_or(now);
    let bill = meter.bill(priced_to)?;
    let owed = left_over(bill.price, paid_sum)?;

    let mut notices = Vec::new();
    if let Some(several) = bill.several_days
        && several.unused_time.known() == Some(&UnusedTime::NotRefunded)
    {
        notices.push(Notice::UnusedDaysLost { days: several.days });
    }
    let exit_minutes = meter.table.exit_minutes.known();
    let exit_by = if owed.is_zero() {
        ask.paid.iter().filter_map(|paid| paid.exit_by).filter(|exit_by| *exit_by >= now).max()
    } else {
        exit_minutes.and_then(|minutes| now.checked_add_signed(minutes.length()))
    };
    if !owed.is_zero() && exit_minutes.is_none() {
        notices.push(Notice::ExitWithoutDelay);
    }
    let rises_at = meter.first_above(now, ask.paid, paid_sum, owed);
    let owes_again_at = if owed.is_zero() {
        rises_at
    } else {
        let paid = [ask.paid, &[Paid { amount: owed, at: now, exit_by, received_at: None }]].concat();
        meter.first_above(now, &paid, bill.price, Money::zero(city.currency))
    };

    let mut lines = bill.lines;
    if !paid_sum.is_zero() {
        let counted = owed.checked_sub(&bill.price).map_err(|_| out_of_range("price"))?;
        lines.push(VisitLine { kind: LineKind::AlreadyPaid, amount: counted });
    }
    Ok(VisitPrice {
        facility: facility.id.clone(),
        tariff: meter.tariff.id.clone(),
        tariff_from: meter.tariff.from,
        entered_at,
        priced_to,
        lines,
        price: bill.price,
        total: owed,
        exit_by,
        rises_at,
        owes_again_at,
        notices,
    })
}

/// The facility that is asked about, in a city that may be sold by.
fn found<'a>(city: &'a City, ask: &VisitAsk<'_>) -> Result<(&'a GaragesSection, &'a Facility), Refusal> {
    city.in_force_at(ask.now)?;
    let garages: &GaragesSection = city.section()?;
    Ok((garages, facility_of(garages, ask.facility)?))
}

/// Refuses a visit that cannot be.
fn in_range(garages: &GaragesSection, ask: &VisitAsk<'_>) -> Result<(), Refusal> {
    let (now, entered_at) = (ask.now.trunc_subsecs(3), ask.entered_at.trunc_subsecs(3));
    let tolerance = garages.policy.clocks_differ();
    if entered_at.signed_duration_since(now) > tolerance {
        return Err(Refusal::EntryInFuture { entered_at, now });
    }
    if now.signed_duration_since(entered_at) > LONGEST {
        return Err(out_of_range("entered_at"));
    }
    if !(1..=2).contains(&ask.places) {
        return Err(out_of_range("places"));
    }
    Ok(())
}

/// Whether a visit is paid in the app at all, this way and now.
fn sold_here(
    city: &City,
    garages: &GaragesSection,
    facility: &Facility,
    pay: PayMethod,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    match facility.paid_when.known().ok_or_else(|| unknown(facility, "paid_when"))? {
        PaidWhen::OnEntry if garages.policy.on_entry == OnEntry::Refused => {
            return Err(Refusal::PaidOnEntry { facility: facility.id.clone() });
        }
        PaidWhen::OnEntry | PaidWhen::BeforeFetching | PaidWhen::OnExit => {}
        // A way of a later version: nothing is concluded from it.
        PaidWhen::Other(_) => return Err(unknown(facility, "paid_when")),
    }
    if !facility.pay.contains(&pay) {
        return Err(Refusal::MethodNotAllowed { method: pay, allowed: facility.pay.clone() });
    }
    if facility.is_open(city, now) == Some(false) {
        let opens_at = facility.next_opening(city, now);
        return Err(Refusal::FacilityClosed { facility: facility.id.clone(), opens_at });
    }
    Ok(())
}

fn sum_paid(city: &City, paid: &[Paid]) -> Result<Money, Refusal> {
    paid.iter().try_fold(Money::zero(city.currency), |sum, paid| {
        if paid.amount.amount.is_sign_negative() && !paid.amount.is_zero() {
            return Err(out_of_range("paid"));
        }
        sum.checked_add(&paid.amount).map_err(|_| out_of_range("paid"))
    })
}

/// What is left of a price after a payment; never negative.
pub(crate) fn left_over(price: Money, paid: Money) -> Result<Money, Refusal> {
    let left = price.checked_sub(&paid).map_err(|_| out_of_range("price"))?;
    Ok(if left.amount.is_sign_negative() { Money::zero(price.currency) } else { left })
}
