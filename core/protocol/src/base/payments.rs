//! How something is paid, and what the bank tells.

use mesto_rules::money::Money;

use crate::kernel::words::{open_words, wire, words};

wire! {
    /// `POST /v1/bank/notice`: the bank tells how a payment ended; the body is signed (header `mesto-signature`, HMAC-SHA256 hex).
    pub struct BankNotice {
        pub payment: String,
        /// Our top-up id.
        pub reference: String,
        #[cfg_attr(feature = "openapi", schema(value_type = crate::kernel::openapi::MoneySchema))]
        pub amount: Money,
        pub outcome: BankOutcome,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<String>,
    }
}

open_words! {
    /// How something is paid. SMS is bought outside the app and never through `/v1`.
    #[derive(Default)]
    pub enum PayMethod { #[default] Deposit, Card }
}

words! {
    pub enum BankOutcome { Approved, Declined }
}
