//! The deposit: its balance, what consumed it, and top-ups.

use chrono::{DateTime, Utc};
use mesto_rules::money::Money;

use crate::kernel::ProblemCode;
use crate::kernel::event::Change;
use crate::kernel::operation::{Access, Nothing, Operation, Permission, Schema, action, end, get, optional};
use crate::kernel::problem::problems;
use crate::kernel::service::{Section, Service};
use crate::kernel::words::{open, open_words, wire};

/// Having a deposit: seeing it and topping it up.
pub const OWN: Permission = Permission::named("wallet.own");

pub const HISTORY: Operation<Nothing, Deposit> =
    get("/v1/deposit", "The deposit's balance and what consumed it, newest first", Access::Permitted(OWN)).query(&[
        optional("before", "integer", "Id of an entry: those older than it."),
        optional("limit", "integer", "At most so many."),
    ]);
pub const TOP_UP: Operation<NewTopup, Topup> =
    action("/v1/deposit/topups", "Begins a top-up; its page at the bank takes the card", Access::Permitted(OWN))
        .refuses(&[ProblemCode::AmountNotOffered]);
pub const TOPUP: Operation<Nothing, Topup> =
    get("/v1/deposit/topups/{topup}", "How a top-up stands", Access::Permitted(OWN)).refuses(&[ProblemCode::NotFound]);
/// What the bank still takes for it is paid back.
pub const ABANDON: Operation<Nothing, Topup> =
    end("/v1/deposit/topups/{topup}", "Gives a top-up up that waits for the bank", Access::Permitted(OWN))
        .refuses(&[ProblemCode::NotFound]);

problems! {
    AmountNotOffered, "amount_not_offered", 422, "The deposit takes only the listed amounts";
    DepositTooLow, "deposit_too_low", 422, "The deposit does not cover this";
}

pub const SERVICE: Service = Service {
    name: "wallet",
    operations: &[HISTORY.entry(), TOP_UP.entry(), TOPUP.entry(), ABANDON.entry()],
    problems: PROBLEMS,
    events: &[(Topup::KIND, Schema::of::<Topup>()), (Balance::KIND, Schema::of::<Balance>())],
    section: Some(Schema::of::<WalletSection>()),
};

impl Change for Topup {
    const KIND: &'static str = "wallet.topup";
}

impl Change for Balance {
    const KIND: &'static str = "wallet.balance";
}

impl Section for WalletSection {
    const NAME: &'static str = SERVICE.name;
}

wire! {
    /// The balance and what consumed it (BG-36, BG-37), newest first.
    pub struct Deposit {
        #[cfg_attr(feature = "openapi", schema(value_type = crate::kernel::openapi::MoneySchema))]
        pub balance: Money,
        pub entries: Vec<DepositEntry>,
        pub more: bool,
    }

    pub struct DepositEntry {
        pub id: i64,
        pub at: DateTime<Utc>,
        #[serde(deserialize_with = "open")]
        pub kind: EntryKind,
        /// Id of the top-up, ticket or order.
        pub reference: String,
        /// Signed: a purchase is negative.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::kernel::openapi::MoneySchema))]
        pub amount: Money,
        /// The balance after it.
        #[cfg_attr(feature = "openapi", schema(value_type = crate::kernel::openapi::MoneySchema))]
        pub balance: Money,
    }

    /// The section of an account.
    pub struct WalletSection {
        #[cfg_attr(feature = "openapi", schema(value_type = crate::kernel::openapi::MoneySchema))]
        pub balance: Money,
        /// Those that wait for the bank.
        pub topups: Vec<Topup>,
    }

    /// The balance after the change of the event before it.
    pub struct Balance {
        #[cfg_attr(feature = "openapi", schema(value_type = crate::kernel::openapi::MoneySchema))]
        pub balance: Money,
    }

    /// A top-up to begin.
    pub struct NewTopup {
        #[cfg_attr(feature = "openapi", schema(value_type = crate::kernel::openapi::MoneySchema))]
        pub amount: Money,
        pub not_after: DateTime<Utc>,
        /// Where the bank's page leads back to; gets only `intent=<key>`.
        pub return_url: String,
    }

    pub struct Topup {
        pub id: String,
        #[cfg_attr(feature = "openapi", schema(value_type = crate::kernel::openapi::MoneySchema))]
        pub amount: Money,
        #[serde(deserialize_with = "open")]
        pub state: TopupState,
        /// The bank's page; card data is typed there and nowhere else (BG-91, BG-96).
        pub page_url: String,
        pub created_at: DateTime<Utc>,
        /// Why the bank declined: `card_declined`, `authentication_failed`, `cancelled`, `expired`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<String>,
    }
}

open_words! {
    pub enum TopupState {
        Pending,
        Succeeded,
        Declined,
        /// Given up by the driver, or his account was closed: what the bank still takes is owed back.
        Abandoned,
    }
    pub enum EntryKind { Topup, Ticket, Order, Refund }
}
