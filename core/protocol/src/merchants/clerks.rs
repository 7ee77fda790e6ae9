//! Merchants and their tills as a clerk registers them.

use chrono::NaiveDate;
use mesto_rules::CityId;
use mesto_rules::merchants::MerchantCategoryId;

use crate::kernel::ProblemCode;
use crate::kernel::ids::MerchantId;
use crate::kernel::operation::{Access, Nothing, Operation, PAGE_CURSOR, PAGE_LIMIT, Permission, get, post, required};
use crate::kernel::problem::problems;
use crate::kernel::service::Adds;
use crate::kernel::wire::wire;
use crate::merchants::payers::MerchantName;
use crate::merchants::tills::Till;
use crate::words;

/// Letters of a name.
pub const NAME_MOST: usize = 80;

/// Registering merchants and their tills.
pub const REGISTER_MERCHANTS: Permission = Permission::named("merchants.register");

/// The merchant of a business number; what is known of it is replaced.
pub const REGISTER: Operation<MerchantToRegister, Merchant> =
    post("/v1/merchants", "A merchant is registered, or said anew", Access::Permitted(REGISTER_MERCHANTS))
        .answers(200)
        .refuses(&[
            ProblemCode::CityUnknown,
            ProblemCode::SectionMissing,
            ProblemCode::SectionTooNew,
            ProblemCode::SectionUnreadable,
            ProblemCode::MerchantCategoryUnknown,
            ProblemCode::OutOfRange,
            ProblemCode::MerchantEnded,
        ]);
pub const LIST: Operation<Nothing, MerchantPage> =
    get("/v1/merchants", "The merchants of a city, newest first", Access::Permitted(REGISTER_MERCHANTS))
        .query(&[required("city", "string", "The city: an id."), PAGE_CURSOR, PAGE_LIMIT])
        .refuses(&[ProblemCode::CityUnknown]);
/// Said again, it changes nothing.
pub const STATE: Operation<MerchantStateToSay, Merchant> =
    post("/v1/merchants/states", "A merchant takes payments, or does not", Access::Permitted(REGISTER_MERCHANTS))
        .answers(200)
        .refuses(&[ProblemCode::NotFound, ProblemCode::MerchantEnded]);
/// The till of this name of a merchant.
pub const TILL: Operation<TillToRegister, Till> =
    post("/v1/merchants/tills", "A till is registered, opened or closed", Access::Permitted(REGISTER_MERCHANTS))
        .answers(200)
        .refuses(&[
            ProblemCode::NotFound,
            ProblemCode::CityUnknown,
            ProblemCode::SectionMissing,
            ProblemCode::SectionTooNew,
            ProblemCode::SectionUnreadable,
            ProblemCode::MerchantEnded,
        ]);

problems! {
    MerchantCategoryUnknown, "merchant_category_unknown", 422, "This category of merchants is not in the city";
    MerchantEnded, "merchant_ended", 409, "The contract with this merchant has ended";
}

/// What this file adds to the service.
pub const ADDS: Adds = Adds {
    problems: PROBLEMS,
    operations: &[REGISTER.entry(), LIST.entry(), STATE.entry(), TILL.entry()],
    ..Adds::NOTHING
};

words! { merchant_state_words;
    pub enum MerchantState {
        Active = "active",
        /// It takes no payments for now.
        Suspended = "suspended",
        /// Its contract has ended, for good.
        Ended = "ended",
    }
}

wire! {
    /// A merchant to be registered.
    pub struct MerchantToRegister {
        pub city: String,
        /// In every language of the city, at most [`NAME_MOST`] letters each.
        pub names: Vec<MerchantName>,
        /// Digits; there is one merchant of a number in a city.
        pub business_number: String,
        pub category: String,
        /// The number of its contract: letters, digits and `- / . _`.
        pub contract: String,
        /// The day of its contract, not later than today.
        pub contract_on: NaiveDate,
        /// What the operator keeps of what it is paid, hundredths of a percent. Of payments from
        /// now on.
        pub commission_basis_points: u32,
    }

    /// A merchant.
    pub struct Merchant {
        pub id: MerchantId,
        pub city: CityId,
        pub names: Vec<MerchantName>,
        pub business_number: String,
        pub category: MerchantCategoryId,
        pub contract: String,
        pub contract_on: NaiveDate,
        pub commission_basis_points: u32,
        pub state: MerchantState,
    }

    /// Newest first.
    pub struct MerchantPage {
        pub items: Vec<Merchant>,
        /// For the next page; absent on the last one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next: Option<String>,
    }

    pub struct MerchantStateToSay {
        pub merchant: MerchantId,
        pub state: MerchantState,
        /// Why, for the audit log; nobody's name.
        pub reason: String,
    }

    pub struct TillToRegister {
        pub merchant: MerchantId,
        /// At most [`NAME_MOST`] letters.
        pub name: String,
        pub is_open: bool,
    }
}
