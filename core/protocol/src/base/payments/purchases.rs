//! Quotes and purchases of every service.

use chrono::{DateTime, Utc};
use mesto_rules::CityId;
use mesto_rules::money::Money;

use super::{Part, PayMethod, Payment, SaleState};
use crate::base::terms::TermsPending;
use crate::kernel::ids::{AccountId, QuoteId, SaleId};
use crate::kernel::json::Json;
use crate::kernel::line::{Line, Notice, Params, Vat};
use crate::kernel::wire::wire;
use crate::records;

wire! {
    /// Asks for a price.
    pub struct QuoteRequest {
        pub city: String,
        /// What is wanted. Today one item a quote; the shape holds several.
        pub items: Vec<Wanted>,
        #[serde(default)]
        pub pay: PayMethod,
        /// Account that pays; the caller's, when absent. Today no other.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub payer: Option<AccountId>,
    }

    /// One thing that is wanted.
    pub struct Wanted {
        pub service: String,
        /// What of it; the service says its shape.
        pub subject: Json,
    }

    /// One thing of a quote.
    pub struct QuoteItem {
        pub service: String,
        pub subject: Json,
        /// What is promised; the service says its shape.
        pub offer: Json,
        /// What is not paid for twice at the same time, whatever the quote, the length or the
        /// amount: service, city, place and thing as one text, to compare.
        pub guard: String,
        /// In the order they are read, fees last. Their sum is `total`.
        pub lines: Vec<Line>,
        /// What to know before paying.
        pub notices: Vec<Notice>,
        pub total: Money,
        /// Who sells it.
        pub seller: String,
    }

    /// A quote to buy.
    pub struct PurchaseRequest {
        pub quote: QuoteId,
        /// After this moment the operator refuses with `intent_expired` instead of selling late.
        pub not_after: DateTime<Utc>,
        /// Where the provider's page leads back to; gets only `intent=<key>`. Needed by card.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub return_url: Option<String>,
    }

    /// The answer of a purchase.
    pub struct Bought {
        pub sale: Sale,
        pub payment: Payment,
        /// The deposit now.
        pub balance: Money,
    }

    /// One thing of a sale.
    pub struct SaleItem {
        pub service: String,
        pub subject: Json,
        /// What was bought; absent until it was delivered. One of a service that is not known
        /// means: paid, update the app.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub outcome: Option<Json>,
    }

    /// The section of an account.
    pub struct PaymentsSection {
        /// Those that wait for a provider, newest first.
        pub open: Vec<Purchase>,
    }
}

records! { quote_records;
    /// What was bought at once, and its money.
    pub struct Purchase {
        pub sale: Sale,
        pub payment: Payment,
    }

    /// What was bought at once.
    pub struct Sale {
        pub id: SaleId,
        pub quote: QuoteId,
        pub city: CityId,
        pub state: SaleState,
        pub created_at: DateTime<Utc>,
        pub payer: AccountId,
        pub actor: AccountId,
        /// In the order of the quote's items.
        pub items: Vec<SaleItem>,
        pub total: Money,
    }

    /// Newest first.
    pub struct PurchasePage {
        pub items: Vec<Purchase>,
        /// For the next page; absent on the last one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next: Option<String>,
    }

    /// A price that holds until `expires_at`; buying it costs exactly `total`.
    pub struct Quote {
        pub id: QuoteId,
        pub city: CityId,
        pub issued_at: DateTime<Utc>,
        pub expires_at: DateTime<Utc>,
        pub pay: PayMethod,
        /// Account whose money it is.
        pub payer: AccountId,
        /// Account that acts.
        pub actor: AccountId,
        pub items: Vec<QuoteItem>,
        pub total: Money,
        /// By card: how long the provider's page lives once it was bought, seconds. What was
        /// promised is judged again when the money comes: what is no longer allowed or has another
        /// price by then is paid back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub page_lives_seconds: Option<u32>,
        /// Changes of the terms that this account did not accept yet, to be shown before the button
        /// that pays (AV-125, AMB-38).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub terms_pending: Vec<TermsPending>,
    }
}

/// Whether a price no longer holds at `now`: the millisecond `expires_at` is the last one in which
/// it can be bought. The operator sells by it and the apps ask anew by it.
#[must_use]
pub fn price_is_over(expires_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now > expires_at
}

impl Wanted {
    /// What a service is asked for.
    ///
    /// # Errors
    /// When it has no JSON form.
    pub fn of<T: Part>(subject: &T) -> serde_json::Result<Self> {
        Ok(Self { service: T::SERVICE.to_owned(), subject: Json::of(subject)? })
    }
}

/// A part of a service's own type; `None` when it is another service's.
fn part<T: Part>(service: &str, part: &Json) -> serde_json::Result<Option<T>> {
    if service == T::SERVICE { part.read().map(Some) } else { Ok(None) }
}

impl QuoteItem {
    /// What was asked for, when it is of this service.
    ///
    /// # Errors
    /// When it is, in a shape of a later version.
    pub fn subject<T: Part>(&self) -> serde_json::Result<Option<T>> {
        part(&self.service, &self.subject)
    }

    /// What is promised, when it is of this service.
    ///
    /// # Errors
    /// When it is, in a shape of a later version.
    pub fn offer<T: Part>(&self) -> serde_json::Result<Option<T>> {
        part(&self.service, &self.offer)
    }
}

impl SaleItem {
    /// What was asked for, when it is of this service.
    ///
    /// # Errors
    /// When it is, in a shape of a later version.
    pub fn subject<T: Part>(&self) -> serde_json::Result<Option<T>> {
        part(&self.service, &self.subject)
    }

    /// What was bought, when it is of this service and delivered.
    ///
    /// # Errors
    /// When it is, in a shape of a later version.
    pub fn outcome<T: Part>(&self) -> serde_json::Result<Option<T>> {
        self.outcome.as_ref().map_or(Ok(None), |outcome| part(&self.service, outcome))
    }
}

/// The kind of the line that says what a bank takes for a card.
pub const CARD_FEE: &str = "payments.card_fee";

/// The bank's commission on a card payment below the sum from which the operator bears it (BG-93).
#[must_use]
pub fn card_fee(fee: Money, below: Money) -> Line {
    let params = Params::default().with("below", below);
    Line { kind: CARD_FEE.to_owned(), params, amount: fee, vat: Vat::default(), seller: None }
}
