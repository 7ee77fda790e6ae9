//! Quotes and purchases of every service: one route for each. The tagged enums here list the services.

use chrono::{DateTime, Utc};
use mesto_rules::money::Money;

use crate::base::payments::{PayMethod, Payment, SaleState};
use crate::base::wallet::{WalletOffer, WalletOutcome, WalletSubject};
use crate::kernel::ids::{AccountId, QuoteId, SaleId};
use crate::kernel::line::{Line, Notice};
use crate::orders::purchase::{OrdersOffer, OrdersOutcome, OrdersSubject};
use crate::parking::purchase::{ParkingOffer, ParkingOutcome, ParkingSubject};
use crate::{records, tagged};

tagged! { purchase_services;
    /// What is wanted, by service.
    pub enum Subject by "service" {
        /// Street parking time.
        Parking(ParkingSubject) = "parking",
        /// A daily order to be paid.
        Orders(OrdersSubject) = "orders",
        /// Money on the deposit.
        Wallet(WalletSubject) = "wallet",
    }

    /// What a quote promises beside its price, by service.
    pub enum Offer by "service" {
        Parking(ParkingOffer) = "parking",
        Orders(OrdersOffer) = "orders",
        Wallet(WalletOffer) = "wallet",
    }

    /// What was bought, by service. One that is not known means: paid, update the app.
    pub enum Outcome by "service" {
        Parking(ParkingOutcome) = "parking",
        Orders(OrdersOutcome) = "orders",
        Wallet(WalletOutcome) = "wallet",
    }
}

records! { purchase_records;
    /// `POST /v1/quotes`
    pub struct QuoteRequest {
        pub city: String,
        /// What is wanted. Today one item a quote; the shape holds several.
        pub items: Vec<Subject>,
        pub pay: PayMethod,
        /// Who pays; the caller, when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub payer: Option<AccountId>,
    }

    /// A price that holds until `expires_at`; buying it costs exactly `total`.
    pub struct Quote {
        pub id: QuoteId,
        pub city: String,
        pub issued_at: DateTime<Utc>,
        pub expires_at: DateTime<Utc>,
        pub pay: PayMethod,
        /// Whose money.
        pub payer: AccountId,
        /// Who acts.
        pub actor: AccountId,
        pub items: Vec<QuoteItem>,
        #[cfg_attr(feature = "openapi", schema(value_type = crate::kernel::openapi::MoneySchema))]
        pub total: Money,
        /// What the driver should know before paying.
        pub notices: Vec<Notice>,
        /// How long the provider's page lives once it was bought by card, seconds. The price is judged again when the
        /// money comes: what is no longer allowed or has another price by then is paid back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub page_lives_seconds: Option<u32>,
    }

    /// One thing of a quote.
    pub struct QuoteItem {
        pub subject: Subject,
        pub offer: Offer,
        pub lines: Vec<Line>,
        #[cfg_attr(feature = "openapi", schema(value_type = crate::kernel::openapi::MoneySchema))]
        pub total: Money,
        /// Who sells it.
        pub seller: String,
    }

    /// `POST /v1/purchases` with an Idempotency-Key
    pub struct PurchaseRequest {
        pub quote: QuoteId,
        /// After this moment the operator refuses with `intent_expired` instead of selling late.
        pub not_after: DateTime<Utc>,
        /// Where the provider's page leads back to; gets only `intent=<key>`. By card only.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub return_url: Option<String>,
    }

    /// The answer of a purchase, and of `GET /v1/payments/{payment}`.
    pub struct Purchase {
        pub sale: Sale,
        pub payment: Payment,
        /// The deposit now.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::kernel::openapi::MoneySchema))]
        pub balance: Money,
    }

    /// What was bought at once.
    pub struct Sale {
        pub id: SaleId,
        pub quote: QuoteId,
        pub city: String,
        pub state: SaleState,
        pub created_at: DateTime<Utc>,
        pub payer: AccountId,
        pub actor: AccountId,
        /// In the order of the quote's items.
        pub items: Vec<SaleItem>,
        #[cfg_attr(feature = "openapi", schema(value_type = crate::kernel::openapi::MoneySchema))]
        pub total: Money,
    }

    /// One thing of a sale.
    pub struct SaleItem {
        pub subject: Subject,
        /// Absent until it was delivered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub outcome: Option<Outcome>,
    }

    /// `GET /v1/payments?state=open&cursor=`: newest first.
    pub struct Purchases {
        pub items: Vec<Purchase>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next: Option<String>,
    }
}
