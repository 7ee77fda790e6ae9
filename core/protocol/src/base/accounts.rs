//! The account as an app shows it: what every service has to say about it.

use std::collections::BTreeMap;

use mesto_rules::money::Money;

use crate::base::payments::Refund;
use crate::kernel::ProblemCode;
use crate::kernel::event::Cursor;
use crate::kernel::ids::AccountId;
use crate::kernel::json::Json;
use crate::kernel::operation::{Access, Document, Nothing, Operation, end, get, get_document};
use crate::kernel::problem::problems;
use crate::kernel::service::{Adds, Section, Service};
use crate::kernel::wire::wire;
use crate::records;

pub const READ: Operation<Nothing, Account> =
    get("/v1/account", "Everything an app shows, as of one cursor", Access::SignedIn);
/// Whoever closed it and did not hear the answer asks again with the same token. It needs no role:
/// a person who may not park any more may still take his money and go.
pub const CLOSE: Operation<Nothing, AccountClosed> = end(
    "/v1/account",
    "Closes the account once: what is owed is paid from the deposit, what is left of it is owed as a refund, the person is erased",
    Access::SignedIn,
)
.refuses(&[ProblemCode::AccountOwes, ProblemCode::Forbidden]);
pub const EXPORT: Operation<Nothing, Document> =
    get_document("/v1/account/export", "Everything that is stored about the person", Access::SignedIn)
        .refuses(&[ProblemCode::Forbidden]);

problems! {
    /// Nothing was moved: the account is open as before.
    AccountOwes, "account_owes", 409, "More is owed than the deposit holds, so the account stays open";
}

pub const SERVICE: Service = Service {
    adds: &[Adds { operations: &[READ.entry(), CLOSE.entry(), EXPORT.entry()], problems: PROBLEMS, ..Adds::NOTHING }],
    ..Service::named("accounts")
};

records! { account_records;
    /// What became of the money of an account that was closed.
    pub struct AccountClosed {
        /// What was owed and is now paid from the deposit; absent when nothing was.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub settled: Option<Money>,
        /// What was left of the deposit, on its way back; absent when nothing was left.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub refund: Option<Refund>,
    }
}

wire! {
    /// Everything an app shows, as of `cursor`.
    pub struct Account {
        pub account: AccountId,
        pub phone_masked: String,
        /// Of the last event that is already in this answer; opaque.
        #[cfg_attr(feature = "openapi", schema(value_type = String))]
        pub cursor: Cursor,
        /// What each service has to say, by its name. An app passes over those that it does not
        /// know.
        pub sections: BTreeMap<String, Json>,
    }
}

impl Account {
    /// The section of a service; `None` where the operator has none.
    ///
    /// # Errors
    /// When it is there in a shape of a later version.
    pub fn section<T: Section>(&self) -> serde_json::Result<Option<T>> {
        self.sections.get(T::NAME).map(Json::read).transpose()
    }
}
