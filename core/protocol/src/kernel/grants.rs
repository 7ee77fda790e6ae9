//! Who may do what: roles that are given to an account, for a time and a part of what the operator
//! serves.

use chrono::{DateTime, Utc};
use mesto_rules::CityId;

use crate::kernel::ids::GrantId;
use crate::{records, words};

words! { grant_words;
    /// What somebody is to the operator. What a role may do is the operator's to say.
    pub enum Role {
        Driver = "driver",
        Inspector = "inspector",
        /// A device of a place, such as the machine at a barrier: it acts for its place alone.
        Controller = "controller",
        /// Whoever tells which vehicles are in service and which trips they make.
        Dispatcher = "dispatcher",
        /// A machine that registers rides and reads cards: a terminal of a vehicle, of a conductor,
        /// a turnstile (AV-16, AV-33).
        Terminal = "terminal",
        /// Whoever controls rides: the device that a ticket inspector carries.
        RideController = "ride_controller",
        /// Whoever works for a carrier: sees what concerns that carrier alone (AV-21, AV-41).
        Partner = "partner",
        /// Whoever writes notices: news, works, outages.
        NoticeEditor = "notice_editor",
        /// Whoever serves users of transport cards at an office.
        CardClerk = "card_clerk",
        /// A clerk in an office, who grants benefits to riders.
        BenefitClerk = "benefit_clerk",
    }
}

records! { grant_records;
    /// A role that an account holds.
    pub struct Grant {
        pub id: GrantId,
        pub role: Role,
        /// The city it is for; everything the operator serves when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub city: Option<CityId>,
        /// The place in that city it is for, as the service of the role calls it; all of the city
        /// when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub place: Option<String>,
        pub starts_at: DateTime<Utc>,
        /// Not any more from this moment on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub ends_at: Option<DateTime<Utc>>,
    }
}
