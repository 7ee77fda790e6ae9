//! An intent as an app shows it.

use chrono::{DateTime, Utc};
use mesto_protocol::Problem;
use mesto_protocol::base::payments::{Part, PayMethod, Payment, Purchase, Quote, SaleState};
use mesto_protocol::kernel::ids::QuoteId;
use mesto_protocol::kernel::json::Json;
use mesto_rules::{CityId, Money};
use rusqlite::Connection as Database;
use serde::{Deserialize, Serialize};

use super::KIND;
use crate::kernel::error::{Error, ErrorKind};
use crate::kernel::intent::{IntentState, Progress};
use crate::kernel::service::Services;
use crate::kernel::store::{IntentRow, Stored};

/// What is stored with an intent of what is wanted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Details {
    city: CityId,
    pay: PayMethod,
    items: Vec<IntentItem>,
}

impl From<&Quote> for Details {
    fn from(quote: &Quote) -> Self {
        let items = quote.items.iter().map(|item| IntentItem {
            service: item.service.clone(),
            subject: item.subject.clone(),
            offer: item.offer.clone(),
            total: item.total,
            outcome: None,
        });
        Self { city: quote.city.clone(), pay: quote.pay.clone(), items: items.collect() }
    }
}

/// One thing that is wanted: what of a service was asked for and promised, and what was bought.
/// Each part is that service's own type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IntentItem {
    pub service: String,
    /// What was asked for.
    pub subject: Json,
    /// What was promised.
    pub offer: Json,
    pub total: Money,
    /// What was bought; `None` until it was delivered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Json>,
}

/// An intent as an app shows it. What was wanted and what was bought is read by its service:
/// `intent.ticket()`.
#[derive(Clone, PartialEq, Serialize)]
pub struct IntentView {
    /// The idempotency key; links back from a provider's page carry it.
    pub key: String,
    /// What is not paid for again while this is open: service, city, place and thing as one text,
    /// to compare.
    pub guard: String,
    /// What is bought.
    pub quote: QuoteId,
    pub city: CityId,
    pub pay: PayMethod,
    /// In the order of the quote; today one.
    pub items: Vec<IntentItem>,
    /// What it costs.
    pub amount: Money,
    #[serde(flatten)]
    pub state: IntentState,
    pub created_at: DateTime<Utc>,
    /// Never executed after this moment.
    pub not_after: DateTime<Utc>,
    /// How often it was sent.
    pub attempts: u32,
    /// When another attempt makes sense; `None` once ended.
    pub next_retry_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    /// The provider's page to open, while it waits for the driver.
    pub page_url: Option<String>,
    /// The money, as the operator told it last: also what goes back, by `refunds`. `None` until he
    /// was heard.
    pub payment: Option<Payment>,
    /// Bought, and this version cannot read what: "paid, update the app".
    pub needs_update: bool,
    /// It ended as refused, and the bank approved it after all: it was bought.
    pub is_bought_late: bool,
}

impl IntentView {
    /// `None` for an action of a later version: it waits for the app that knows it.
    pub(super) fn of(db: &Database, services: Services, row: IntentRow) -> Stored<Option<Self>> {
        let (Ok(details), Ok(quote)) = (row.details.read::<Details>(), row.subject.parse()) else { return Ok(None) };
        if row.kind != KIND {
            return Ok(None);
        }
        let told: Option<Purchase> = row.told.and_then(|told| told.read().ok());
        let mut view = Self {
            next_retry_at: (!row.state.is_final()).then_some(row.next_attempt_at),
            key: row.key,
            guard: row.guard,
            quote,
            city: details.city,
            pay: details.pay,
            items: details.items,
            amount: row.amount,
            state: row.state,
            created_at: row.created_at,
            not_after: row.not_after,
            attempts: row.attempts,
            ended_at: row.ended_at,
            page_url: None,
            payment: None,
            needs_update: false,
            is_bought_late: false,
        };
        if let Some(Purchase { sale, payment }) = told {
            let is_bought = sale.state == SaleState::Delivered;
            view.is_bought_late = is_bought && matches!(view.state, IntentState::Refused(_));
            for (item, sold) in view.items.iter_mut().zip(sale.items) {
                let kept = match (services.sold(&item.service), &sold.outcome) {
                    (Some(service), Some(outcome)) => (service.stored)(db, outcome)?,
                    _ => None,
                };
                view.needs_update |= is_bought && kept.is_none();
                item.outcome = kept.or(sold.outcome);
            }
            let waits = matches!(view.state, IntentState::Unconfirmed(Progress::AtBank));
            view.page_url = payment.page_url.clone().filter(|_| waits);
            view.payment = Some(payment);
        }
        Ok(Some(view))
    }

    /// The service that is paid for; of several, the first one's.
    #[must_use]
    pub fn service(&self) -> &str {
        self.items.first().map_or("", |item| &item.service)
    }

    /// What was asked for of a service.
    #[must_use]
    pub fn subject<T: Part>(&self) -> Option<T> {
        self.item::<T>()?.subject.read().ok()
    }

    /// What was promised of a service.
    #[must_use]
    pub fn offer<T: Part>(&self) -> Option<T> {
        self.item::<T>()?.offer.read().ok()
    }

    /// What was bought of a service, as it stands now.
    #[must_use]
    pub fn outcome<T: Part>(&self) -> Option<T> {
        self.item::<T>()?.outcome.as_ref()?.read().ok()
    }

    fn item<T: Part>(&self) -> Option<&IntentItem> {
        self.items.iter().find(|item| item.service == T::SERVICE)
    }

    /// The operator's or bank's reason, when it was refused.
    #[must_use]
    pub const fn problem(&self) -> Option<&Problem> {
        match &self.state {
            IntentState::Refused(problem) => Some(problem),
            _ => None,
        }
    }

    /// Why it ended without being bought, as an error with text and advice: also that it was too
    /// late, or that nobody can say whether it was bought. `None` while it is open, and when it was
    /// bought.
    #[must_use]
    pub fn refusal(&self) -> Option<Error> {
        let ended = |code, why| Some(Error::new(ErrorKind::Refused, code, why));
        match &self.state {
            IntentState::Refused(problem) => Some(problem.clone().into()),
            IntentState::Expired => ended("intent_expired", "it was not executed in time"),
            IntentState::Forgotten => ended("intent_forgotten", "nobody knows whether it was bought"),
            IntentState::Unconfirmed(_) | IntentState::Confirmed => None,
        }
    }
}

impl std::fmt::Debug for IntentView {
    /// Without what was wanted and bought: a plate must not come into a log by this way.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "IntentView({} {} {:?})", self.service(), self.key, self.state)
    }
}
