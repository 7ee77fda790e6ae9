//! How something is paid, how a sale, its payment and a refund stand, and what a provider tells.

use chrono::{DateTime, Utc};
use mesto_rules::money::Money;

use crate::kernel::ids::{PaymentId, RefundId, SaleId};
use crate::kernel::wire::{closed_words, wire};
use crate::{records, words};

words! { payment_words;
    /// What a payment is for.
    pub enum PaymentPurpose {
        /// What was bought: its `sale`.
        Sale = "sale",
    }

    /// How something is paid. SMS is bought outside the app and never through `/v1`.
    pub enum PayMethod {
        /// From the prepaid balance at the operator.
        Deposit = "deposit",
        /// By card on a provider's hosted page.
        Card = "card",
    }

    /// Where a sale stands.
    pub enum SaleState {
        /// It waits for its money.
        Open = "open",
        /// The money is promised; it is being delivered.
        Authorised = "authorised",
        /// What was bought is the buyer's.
        Delivered = "delivered",
        /// The money came and what was bought could no longer be given: it goes back.
        Undeliverable = "undeliverable",
        /// Over without a delivery: never paid.
        Closed = "closed",
    }

    /// Where a payment stands.
    pub enum PaymentState {
        /// The provider's page waits for the payer.
        Pending = "pending",
        /// Promised by the payer's bank, not taken yet.
        Authorised = "authorised",
        /// Taken.
        Captured = "captured",
        /// The payer's bank said no. Should it still approve, the sale is judged again.
        Declined = "declined",
        /// Nobody paid while the page lived.
        Expired = "expired",
        /// The payer left it, or his account was closed; a later approval is paid back.
        Abandoned = "abandoned",
        /// Promised and let go again.
        Voided = "voided",
        /// Taken, and paid back in whole or in part: see `refunded`.
        Refunded = "refunded",
    }

    /// Which way money goes back.
    pub enum RefundRoute {
        /// To the card it came from.
        Card = "card",
        /// To the deposit.
        Deposit = "deposit",
        /// By hand, to an account that the person names.
        Transfer = "transfer",
    }

    /// Where a refund stands.
    pub enum RefundState {
        /// Owed; the provider was not told yet, or it is done by hand.
        Due = "due",
        /// The provider was told.
        Sent = "sent",
        Done = "done",
        /// The provider refused; somebody at the operator looks at it.
        Failed = "failed",
    }
}

closed_words! {
    /// How a payment ended at its provider.
    pub enum NoticeOutcome { Approved, Declined }
}

records! { payment_records;
    /// The money of one sale. `captured` never exceeds `amount`, `refunded` never exceeds
    /// `captured`.
    pub struct Payment {
        pub id: PaymentId,
        pub sale: SaleId,
        pub purpose: PaymentPurpose,
        pub method: PayMethod,
        /// Who takes the card: `bank`; absent for the deposit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub provider: Option<String>,
        pub state: PaymentState,
        pub amount: Money,
        pub captured: Money,
        pub refunded: Money,
        /// The provider's page while it waits for the payer; card data is typed there and nowhere
        /// else (BG-91, BG-96).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub page_url: Option<String>,
        /// The page takes no payment after it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub expires_at: Option<DateTime<Utc>>,
        /// Why it was declined (`card_declined`, `authentication_failed`, `cancelled`), or the code
        /// of the problem for which it is paid back (`quote_stale`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub refunds: Vec<Refund>,
    }

    /// Money on its way back.
    pub struct Refund {
        pub id: RefundId,
        pub amount: Money,
        /// `undeliverable`, `abandoned`, `paid_twice`, `account_closed`, `voided`.
        pub reason: String,
        pub route: RefundRoute,
        pub state: RefundState,
        /// When it is to be done at the latest.
        pub due_at: DateTime<Utc>,
    }
}

wire! {
    /// A provider tells how a payment ended; the body is signed (header `mesto-signature`,
    /// HMAC-SHA256 hex). This is the form of the plain provider; others have forms of their own.
    pub struct ProviderNotice {
        /// The provider's own id of the payment.
        pub payment: String,
        /// Our id of the payment.
        pub reference: String,
        pub amount: Money,
        pub outcome: NoticeOutcome,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<String>,
    }
}

impl Default for PayMethod {
    /// From the deposit.
    fn default() -> Self {
        Self::Deposit
    }
}

impl PayMethod {
    /// As the rules have it; `None` for one of a later version.
    #[must_use]
    pub const fn in_rules(&self) -> Option<mesto_rules::PayMethod> {
        match self {
            Self::Deposit => Some(mesto_rules::PayMethod::Deposit),
            Self::Card => Some(mesto_rules::PayMethod::Card),
            Self::Other(_) => None,
        }
    }
}

impl PaymentState {
    /// Whether a provider is waited for. One that this version does not know is over for it.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Pending | Self::Authorised)
    }
}
