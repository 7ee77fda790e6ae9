//! The deposit: its balance, what consumed it, and top-ups.

use chrono::{DateTime, Utc};
use mesto_rules::money::Money;

use crate::base::payments::Part;
use crate::kernel::ProblemCode;
use crate::kernel::event::Change;
use crate::kernel::ids::EntryId;
use crate::kernel::operation::{Access, Nothing, Operation, PAGE_CURSOR, PAGE_LIMIT, Permission, Schema, get};
use crate::kernel::problem::problems;
use crate::kernel::service::{Adds, Section, Sells, Service};
use crate::kernel::wire::wire;
use crate::records;

/// Having a deposit: seeing it and topping it up.
pub const OWN: Permission = Permission::named("wallet.own");

pub const HISTORY: Operation<Nothing, DepositPage> =
    get("/v1/deposit", "The deposit's balance and what consumed it, newest first", Access::Permitted(OWN))
        .query(&[PAGE_CURSOR, PAGE_LIMIT]);
problems! {
    AmountNotOffered, "amount_not_offered", 422, "The deposit takes only the listed amounts";
    DepositTooLow, "deposit_too_low", 422, "The deposit does not cover this";
}

pub const SERVICE: Service = Service {
    adds: &[Adds {
        problems: PROBLEMS,
        operations: &[HISTORY.entry()],
        events: &[(Balance::KIND, Schema::of::<Balance>())],
        section: Some(Schema::of::<WalletSection>()),
        sells: Some(Sells {
            subject: Schema::of::<WalletSubject>(),
            offer: Schema::of::<WalletOffer>(),
            outcome: Schema::of::<WalletOutcome>(),
            refuses: &[ProblemCode::AmountNotOffered],
        }),
    }],
    ..Service::named("wallet")
};

impl Change for Balance {
    const KIND: &'static str = "wallet.balance";
}

impl Section for WalletSection {
    const NAME: &'static str = SERVICE.name;
}

records! { wallet_records;
    /// The balance and what consumed it (BG-36, BG-37), newest first.
    pub struct DepositPage {
        pub balance: Money,
        pub items: Vec<DepositEntry>,
        /// For the next page; absent on the last one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next: Option<String>,
    }

    /// One movement of the deposit.
    pub struct DepositEntry {
        /// Of the operator's ledger.
        pub id: EntryId,
        pub at: DateTime<Utc>,
        /// `<service>.<word>`: `parking.ticket`, `wallet.topup`, `parking.refund`. Its text has the
        /// id `entry-parking-ticket`.
        pub kind: String,
        /// What it is of, as its kind has it: the ticket for `parking.ticket` and `parking.refund`,
        /// the order for `orders.order`, the sale for `garages.visit` (a visit is paid several
        /// times) and `wallet.topup`, the refund for `wallet.refund`, `<service>/<subject>` of the
        /// claim for `claims.paid`. An app reads the kinds it knows.
        pub reference: String,
        /// Signed: a purchase is negative.
        pub amount: Money,
        /// The balance after it.
        pub balance: Money,
    }

    /// What a quote promises of a top-up.
    pub struct WalletOffer {
        pub amount: Money,
    }

    /// A top-up that the bank approved.
    pub struct WalletOutcome {
        pub amount: Money,
    }

    /// Money to put on the deposit; by card only.
    pub struct WalletSubject {
        /// One of the listed amounts (BG-76), in the deposit's currency (BG-78).
        pub amount: Money,
    }
}

wire! {
    /// The section of an account.
    pub struct WalletSection {
        pub balance: Money,
    }

    /// The balance after the change of the event before it.
    pub struct Balance {
        pub balance: Money,
    }
}

impl Part for WalletSubject {
    const SERVICE: &'static str = SERVICE.name;
}

impl Part for WalletOffer {
    const SERVICE: &'static str = SERVICE.name;
}

impl Part for WalletOutcome {
    const SERVICE: &'static str = SERVICE.name;
}
