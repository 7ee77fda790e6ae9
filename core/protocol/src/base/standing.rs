//! Whether an account may pay: suspended by its person, blocked by the operator (AV-103, AV-126).

use chrono::{DateTime, Utc};

use crate::kernel::event::Change;
use crate::kernel::operation::{Access, Nothing, Operation, Schema, make};
use crate::kernel::problem::problems;
use crate::kernel::service::{Adds, Section, Service};
use crate::kernel::wire::wire;
use crate::{records, words};

/// Balance, cards, tickets and history stay. Said again, it changes nothing.
pub const SUSPEND: Operation<Nothing, AccountStanding> =
    make("/v1/account/suspended", "The person stops paying with the account for a while", Access::SignedIn)
        .answers(200);
/// Said again, it changes nothing. What the operator blocked stays blocked.
pub const RESUME: Operation<Nothing, AccountStanding> =
    make("/v1/account/resumed", "The person goes on with an account that he suspended", Access::SignedIn).answers(200);

problems! {
    /// Nothing else is refused. Its person resumes it.
    AccountSuspended, "account_suspended", 409, "You suspended this account; resume it to pay";
    /// `reason` says why; `email`, `phone` and `website`, as far as there are any, where to write.
    /// What was paid stays good, and it may be read and closed.
    AccountBlocked, "account_blocked", 403, "The operator blocked this account";
}

pub const SERVICE: Service = Service {
    adds: &[Adds {
        problems: PROBLEMS,
        operations: &[SUSPEND.entry(), RESUME.entry()],
        events: &[(AccountStanding::KIND, Schema::of::<AccountStanding>())],
        section: Some(Schema::of::<StandingSection>()),
        ..Adds::NOTHING
    }],
    ..Service::named("standing")
};

impl Change for AccountStanding {
    const KIND: &'static str = "standing.changed";
}

impl Section for StandingSection {
    const NAME: &'static str = SERVICE.name;
}

records! { standing_records;
    /// Where an account stands.
    pub struct AccountStanding {
        pub state: StandingState,
        /// Its person suspended it. One that is blocked too stays so when the block ends.
        pub is_suspended: bool,
        /// Since when; absent for one that was always active.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub changed_at: Option<DateTime<Utc>>,
        /// Why the operator blocked it, in its words; absent otherwise.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<String>,
        /// Where to write to about a block, as far as there is such an address.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub email: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub phone: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub website: Option<String>,
    }
}

wire! {
    /// The section of an account.
    pub struct StandingSection {
        pub standing: AccountStanding,
    }
}

words! { standing_words;
    /// Where an account stands. One that was closed answers nothing any more.
    pub enum StandingState {
        Active = "active",
        /// Its person suspended it; he may go on at any time.
        Suspended = "suspended",
        /// The operator blocked it.
        Blocked = "blocked",
    }
}
