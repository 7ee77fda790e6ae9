//! What whoever issues cards tells, and what is done at an office: a user is confirmed, a card is
//! blocked or found again, another card takes its place (AV-74 to AV-76).

use chrono::NaiveDate;

use crate::cards::riders::{CardBalance, CardState, CardTrouble};
use crate::kernel::ProblemCode;
use crate::kernel::ids::CardId;
use crate::kernel::operation::{Access, Operation, Permission, post};
use crate::kernel::problem::problems;
use crate::kernel::service::Adds;
use crate::kernel::wire::wire;
use crate::words;

/// Most cards of one request.
pub const CARDS_MOST: usize = 500;

/// Telling which cards were issued.
pub const ISSUE: Permission = Permission::named("cards.issue");
/// Doing what is done at an office.
pub const OFFICE: Permission = Permission::named("cards.office");

/// What is told again changes nothing. Rides by it that were told before it are charged then.
pub const TELL_ISSUED: Operation<ToldCards, CardsTold> =
    post("/v1/transit/cards", "Cards that were issued", Access::Permitted(ISSUE)).answers(200).refuses(&[
        ProblemCode::CityUnknown,
        ProblemCode::SectionMissing,
        ProblemCode::SectionTooNew,
        ProblemCode::SectionUnreadable,
        ProblemCode::CardKindUnknown,
        ProblemCode::CardTaken,
        ProblemCode::OutOfRange,
    ]);
/// The clerk saw the original of an identity document (AV-75). Done again, it changes nothing.
pub const CONFIRM: Operation<UserToConfirm, OfficeCard> = post(
    "/v1/transit/card-office/confirmed",
    "The user whose account has this card was identified",
    Access::Permitted(OFFICE),
)
.answers(200)
.refuses(&[
    ProblemCode::CityUnknown,
    ProblemCode::SectionMissing,
    ProblemCode::SectionTooNew,
    ProblemCode::SectionUnreadable,
    ProblemCode::CardUnknown,
    ProblemCode::CardNotLinked,
]);
/// Done again, it changes nothing.
pub const BLOCK: Operation<CardToBlock, OfficeCard> =
    post("/v1/transit/card-office/blocked", "A card is blocked, or found again", Access::Permitted(OFFICE))
        .answers(200)
        .refuses(&[
            ProblemCode::CityUnknown,
            ProblemCode::SectionMissing,
            ProblemCode::SectionTooNew,
            ProblemCode::SectionUnreadable,
            ProblemCode::CardUnknown,
            ProblemCode::CardReplaced,
        ]);
/// The balance, and top-ups that wait, move to the replacement; the card before it ends. Done
/// again, it changes nothing.
pub const REPLACE: Operation<CardToReplace, OfficeCard> = post(
    "/v1/transit/card-office/replaced",
    "Another card of the same user takes the place of one that was lost or is defective",
    Access::Permitted(OFFICE),
)
.answers(200)
.refuses(&[
    ProblemCode::CityUnknown,
    ProblemCode::SectionMissing,
    ProblemCode::SectionTooNew,
    ProblemCode::SectionUnreadable,
    ProblemCode::CardUnknown,
    ProblemCode::CardNotLinked,
    ProblemCode::IdentificationRequired,
    ProblemCode::CardLinkedElsewhere,
    ProblemCode::CardBlocked,
    ProblemCode::CardReplaced,
    ProblemCode::CardOnlyStandard,
    ProblemCode::CardsTooMany,
]);

problems! {
    CardKindUnknown, "card_kind_unknown", 422, "The city has no cards of this kind";
    /// Another card has this number or this printed code.
    CardTaken, "card_taken", 409, "Another card has this number or this code";
    CardNotLinked, "card_not_linked", 409, "No account has this card";
    /// A clerk confirms a user who shows an identity document.
    IdentificationRequired, "identification_required", 409, "This is done for a confirmed user only";
}

/// What this file adds to the service.
pub const ADDS: Adds = Adds {
    problems: PROBLEMS,
    operations: &[TELL_ISSUED.entry(), CONFIRM.entry(), BLOCK.entry(), REPLACE.entry()],
    ..Adds::NOTHING
};

wire! {
    /// Cards that are told.
    pub struct ToldCards {
        pub city: String,
        /// At most [`CARDS_MOST`].
        pub cards: Vec<ToldCard>,
    }

    /// A card that was issued.
    pub struct ToldCard {
        /// 8 to 20 digits.
        pub number: String,
        /// The code that is printed on it: 4 to 32 letters and digits.
        pub code: String,
        /// Its kind: an id of the city.
        pub kind: String,
        pub issued_on: NaiveDate,
    }

    pub struct CardsTold {
        /// In the order in which they were told.
        pub cards: Vec<CardId>,
    }

    /// A user who stands at the counter.
    pub struct UserToConfirm {
        pub city: String,
        /// The number of a card that his account has.
        pub number: String,
    }

    /// A card to be blocked, or found again.
    pub struct CardToBlock {
        pub city: String,
        pub number: String,
        /// Why it is blocked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub blocked_for: Option<CardTrouble>,
        /// It was found, or was blocked by mistake: the block ends. Either this or `blocked_for`.
        #[serde(default)]
        pub is_found: bool,
    }

    /// A card and the one that takes its place.
    pub struct CardToReplace {
        pub city: String,
        /// The number of the card that ends.
        pub number: String,
        /// The number of the other one.
        pub replacement: String,
        /// The printed code of the other one: the clerk has it in his hand.
        pub replacement_code: String,
    }

    /// A card as a clerk sees it: neither its user's name nor his number.
    pub struct OfficeCard {
        pub card: CardId,
        pub number_masked: String,
        pub state: CardState,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub blocked_for: Option<CardTrouble>,
        pub balance: CardBalance,
        /// Absent: no account has it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub identification: Option<Identification>,
    }
}

words! { card_identification_words;
    /// How well the operator knows a user (AV-25).
    pub enum Identification {
        /// By a telephone number.
        Anonymous = "anonymous",
        /// A clerk saw his identity document.
        Confirmed = "confirmed",
    }
}
