//! What readers ask and tell: the balance of a card (AV-58, AV-59), the top-ups that wait to be
//! written onto it, and which were.

use chrono::{DateTime, Utc};
use mesto_rules::CityId;
use mesto_rules::cards::{CardKindId, CardTariff};

use crate::cards::riders::{CardBalance, CardState, CardTopUp, CardTopUpState};
use crate::kernel::ProblemCode;
use crate::kernel::ids::CardTopUpId;
use crate::kernel::operation::{Access, Nothing, Operation, PAGE_CURSOR, PAGE_LIMIT, Permission, get, post, required};
use crate::kernel::service::Adds;
use crate::kernel::wire::wire;

/// Most top-ups of one request.
pub const HELD_MOST: usize = 200;

/// Reading cards and writing top-ups onto them.
pub const READ_CARDS: Permission = Permission::named("cards.readers");

pub const READ: Operation<Nothing, CardAtReader> = get(
    "/v1/transit/cards/read",
    "A card that is held at a reader: its balance, and the top-ups to be written",
    Access::Permitted(READ_CARDS),
)
.query(&[
    required("city", "string", "Id of the city."),
    required("code", "string", "The code that is printed on the card."),
])
.refuses(&[
    ProblemCode::CityUnknown,
    ProblemCode::SectionMissing,
    ProblemCode::SectionTooNew,
    ProblemCode::SectionUnreadable,
    ProblemCode::CardUnknown,
]);
/// For readers that will be without a network: a card that is on no page rides.
pub const STOPPED: Operation<Nothing, StoppedCards> = get(
    "/v1/transit/cards/stopped",
    "Cards that do not ride: blocked, or replaced by another one; newest card first",
    Access::Permitted(READ_CARDS),
)
.query(&[required("city", "string", "Id of the city."), PAGE_CURSOR, PAGE_LIMIT])
.refuses(&[
    ProblemCode::CityUnknown,
    ProblemCode::SectionMissing,
    ProblemCode::SectionTooNew,
    ProblemCode::SectionUnreadable,
]);
/// Late, in any order, and again: what is known changes nothing. Each is answered as it stands
/// then: one whose time was over is not `held`, and somebody looks at it.
pub const TELL_HELD: Operation<ToldHeld, HeldTold> =
    post("/v1/transit/cards/held", "Top-ups that a reader wrote onto cards", Access::Permitted(READ_CARDS))
        .answers(200)
        .refuses(&[
            ProblemCode::CityUnknown,
            ProblemCode::SectionMissing,
            ProblemCode::SectionTooNew,
            ProblemCode::SectionUnreadable,
            ProblemCode::NotFound,
            ProblemCode::OutOfRange,
        ]);

/// What this file adds to the service.
pub const ADDS: Adds = Adds { operations: &[READ.entry(), STOPPED.entry(), TELL_HELD.entry()], ..Adds::NOTHING };

wire! {
    /// A card that is held at a reader. Nobody's name is in it.
    pub struct CardAtReader {
        pub city: CityId,
        pub kind: CardKindId,
        pub tariff: CardTariff,
        /// The last digits of its number.
        pub number_masked: String,
        pub state: CardState,
        pub balance: CardBalance,
        /// To be written onto the card now, oldest first; none of a card that is not active.
        pub top_ups: Vec<CardTopUp>,
    }

    /// A page of cards that do not ride.
    pub struct StoppedCards {
        pub items: Vec<StoppedCard>,
        /// For the next page; absent on the last one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next: Option<String>,
    }

    /// A card that does not ride.
    pub struct StoppedCard {
        /// What is printed on it.
        pub code: String,
        pub state: CardState,
        /// Since when.
        pub stopped_at: DateTime<Utc>,
    }

    /// Top-ups that were written.
    pub struct ToldHeld {
        pub city: String,
        /// At most [`HELD_MOST`].
        pub held: Vec<ToldTopUp>,
    }

    /// A top-up that was written onto its card.
    pub struct ToldTopUp {
        pub top_up: CardTopUpId,
        pub held_at: DateTime<Utc>,
    }

    pub struct HeldTold {
        /// In the order in which they were told.
        pub top_ups: Vec<HeldTopUp>,
    }

    /// How a top-up stands.
    pub struct HeldTopUp {
        pub top_up: CardTopUpId,
        pub state: CardTopUpState,
    }
}
