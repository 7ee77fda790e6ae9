//! The account as an app shows it: what every service has to say about it.

use std::collections::BTreeMap;

use crate::kernel::event::Cursor;
use crate::kernel::ids::AccountId;
use crate::kernel::json::Json;
use crate::kernel::operation::{Access, Document, Nothing, Operation, Permission, delete, get, get_document};
use crate::kernel::service::{Adds, Section, Service};
use crate::kernel::wire::wire;

/// Reading all that is stored about oneself, and ending it.
pub const OWN: Permission = Permission::named("accounts.own");

pub const READ: Operation<Nothing, Account> =
    get("/v1/account", "Everything an app shows, as of one cursor", Access::SignedIn);
pub const CLOSE: Operation<Nothing, Nothing> = delete(
    "/v1/account",
    "Closes the account: the person is erased, what is left of the deposit is owed as a refund",
    Access::Permitted(OWN),
);
pub const EXPORT: Operation<Nothing, Document> =
    get_document("/v1/account/export", "Everything that is stored about the person", Access::Permitted(OWN));

pub const SERVICE: Service = Service {
    adds: &[Adds { operations: &[READ.entry(), CLOSE.entry(), EXPORT.entry()], ..Adds::NOTHING }],
    ..Service::named("accounts")
};

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
