//! How something is paid, and what the bank tells.

use mesto_rules::money::Money;

use crate::kernel::ProblemCode;
use crate::kernel::operation::{Access, Nothing, Operation, tell};
use crate::kernel::problem::problems;
use crate::kernel::service::Service;
use crate::kernel::words::{open_words, wire, words};

pub const NOTICE: Operation<BankNotice, Nothing> =
    tell("/v1/bank/notice", "The bank tells how a payment ended; sent again until it is taken", Access::Provider)
        .refuses(&[ProblemCode::BankNoticeInvalid, ProblemCode::NoticeContradicts]);

problems! {
    TariffUnknown, "tariff_unknown", 422, "The price is not known, so nothing is sold";
    PaymentMethodNotAllowed, "payment_method_not_allowed", 422, "This cannot be paid this way";
    BankNoticeInvalid, "bank_notice_invalid", 400, "The bank's message is not authentic";
    /// Somebody at the operator has to look at it; nothing was booked.
    NoticeContradicts, "notice_contradicts", 409, "The bank tells of one payment what it told of another";
}

pub const SERVICE: Service =
    Service { name: "payments", operations: &[NOTICE.entry()], problems: PROBLEMS, events: &[], section: None };

wire! {
    /// The bank tells how a payment ended; the body is signed (header `mesto-signature`, HMAC-SHA256 hex).
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
