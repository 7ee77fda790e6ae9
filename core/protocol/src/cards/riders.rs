//! Cards as a rider links, sees, tops up and reports them.

use chrono::{DateTime, NaiveDate, Utc};
use mesto_rules::CityId;
use mesto_rules::cards::{CardKindId, CardTariff};
use mesto_rules::money::Money;
use mesto_rules::rides::{BoardNumber, RouteId};

use crate::base::payments::Part;
use crate::kernel::ProblemCode;
use crate::kernel::event::Change;
use crate::kernel::ids::{CardId, CardTopUpId, EntryId};
use crate::kernel::operation::{
    Access, Nothing, Operation, PAGE_CURSOR, PAGE_LIMIT, Permission, Schema, delete, get, post,
};
use crate::kernel::problem::problems;
use crate::kernel::service::{Adds, Section, Sells};
use crate::kernel::wire::wire;
use crate::{records, words};

/// Top-ups of a card that are told with it: those that wait, and the newest of all.
pub const TOP_UPS_TOLD: usize = 10;
/// Letters of a note that are kept.
pub const NOTE_MOST: usize = 500;

/// Linking, seeing and reporting one's own cards.
pub const OWN: Permission = Permission::named("cards.own");

/// Needs the number and the printed code: a number alone, which others may have seen, links
/// nothing. A card that this account has already is answered as it is.
pub const LINK: Operation<CardToLink, Card> =
    post("/v1/cards/links", "Link a card by its number and its printed code", Access::Permitted(OWN))
        .answers(200)
        .refuses(&[
            ProblemCode::CityUnknown,
            ProblemCode::SectionMissing,
            ProblemCode::SectionTooNew,
            ProblemCode::SectionUnreadable,
            ProblemCode::CardUnknown,
            ProblemCode::CardLinkedElsewhere,
            ProblemCode::CardOnlyStandard,
            ProblemCode::CardsTooMany,
            ProblemCode::CardOfficeNeeded,
            ProblemCode::CardBlocked,
            ProblemCode::CardReplaced,
            ProblemCode::TooManyRequests,
        ]);
/// The card stays as it is, with its balance, and belongs to no account.
pub const UNLINK: Operation<Nothing, Nothing> =
    delete("/v1/cards/{card}", "The account has this card no more; the card keeps its balance", Access::Permitted(OWN))
        .refuses(&[ProblemCode::NotFound, ProblemCode::CardOfficeNeeded]);
/// A lost or stolen one is blocked at once. Said again, it changes nothing but the note.
pub const REPORT: Operation<CardReport, Card> =
    post("/v1/cards/reports", "A card is defective, lost or stolen", Access::Permitted(OWN)).answers(200).refuses(&[
        ProblemCode::NotFound,
        ProblemCode::SectionMissing,
        ProblemCode::SectionTooNew,
        ProblemCode::SectionUnreadable,
    ]);
pub const HISTORY: Operation<Nothing, CardHistory> = get(
    "/v1/cards/{card}/history",
    "What moved the balance of a card since it was linked, newest first as it was told",
    Access::Permitted(OWN),
)
.query(&[PAGE_CURSOR, PAGE_LIMIT])
.refuses(&[ProblemCode::NotFound]);

problems! {
    /// No card has this number and this printed code: which of them is wrong is not told.
    CardUnknown, "card_unknown", 422, "No card has this number and this code";
    /// Whose it is is not told.
    CardLinkedElsewhere, "card_linked_elsewhere", 409, "This card belongs to another account";
    CardOnlyStandard, "card_only_standard", 409, "More than one card is linked only of the tariff Standard";
    CardsTooMany, "cards_too_many", 409, "So many cards are not linked to one account";
    /// What to bring stands in its text: application and identity document, to an office.
    CardOfficeNeeded, "card_office_needed", 409, "This is done at an office";
    CardBlocked, "card_blocked", 409, "This card is blocked";
    CardReplaced, "card_replaced", 409, "Another card took the place of this one";
    CardTopUpTooMuch, "card_top_up_too_much", 422, "So much is not put on a card at once";
    CardTopUpTooLittle, "card_top_up_too_little", 422, "So little is not put on a card";
}

/// What this file adds to the service.
pub const ADDS: Adds = Adds {
    problems: PROBLEMS,
    operations: &[LINK.entry(), UNLINK.entry(), REPORT.entry(), HISTORY.entry()],
    events: &[(Card::KIND, Schema::of::<Card>()), (CardUnlinked::KIND, Schema::of::<CardUnlinked>())],
    section: Some(Schema::of::<CardsSection>()),
    sells: Some(Sells {
        subject: Schema::of::<CardsSubject>(),
        offer: Schema::of::<CardsOffer>(),
        outcome: Schema::of::<CardsOutcome>(),
        refuses: &[
            ProblemCode::CardBlocked,
            ProblemCode::CardReplaced,
            ProblemCode::CardTopUpTooMuch,
            ProblemCode::CardTopUpTooLittle,
        ],
    }),
};

impl Change for Card {
    const KIND: &'static str = "cards.card";
}

impl Change for CardUnlinked {
    const KIND: &'static str = "cards.unlinked";
}

impl Section for CardsSection {
    const NAME: &'static str = super::SERVICE.name;
}

records! { card_records;
    /// A transport card of the account.
    pub struct Card {
        pub id: CardId,
        pub city: CityId,
        /// Its kind, as the city's section `cards` names it.
        pub kind: CardKindId,
        pub tariff: CardTariff,
        /// The last digits of its number.
        pub number_masked: String,
        pub state: CardState,
        /// Why it is blocked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub blocked_for: Option<CardTrouble>,
        /// Its rider says that it cannot be read (AV-92); it still rides where it can.
        #[serde(default)]
        pub is_defective: bool,
        pub balance: CardBalance,
        /// Those that wait for a reader, and the newest others; newest first.
        pub top_ups: Vec<CardTopUp>,
        pub linked_at: DateTime<Utc>,
        /// The first day on which it counts as inactive, if it is not used before (AV-17). It still
        /// rides then, and a ride makes it active.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub inactive_from: Option<NaiveDate>,
    }

    /// What is on a card as far as readers have told (AV-09).
    pub struct CardBalance {
        pub amount: Money,
        /// The newest moment that a reader or the operator told of. Rides after it may be under
        /// way: readers tell late.
        pub at: DateTime<Utc>,
    }

    /// A top-up of a card.
    pub struct CardTopUp {
        pub id: CardTopUpId,
        pub amount: Money,
        pub state: CardTopUpState,
        pub paid_at: DateTime<Utc>,
        /// While it waits: hold the card at a reader until then.
        pub hold_until: DateTime<Utc>,
        /// When it was written, or went back.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub done_at: Option<DateTime<Utc>>,
    }

    /// The account has this card no more.
    pub struct CardUnlinked {
        pub card: CardId,
    }

    /// A card to be linked, as it was typed or scanned.
    pub struct CardToLink {
        pub city: String,
        /// 8 to 20 digits; spaces and dashes are nothing.
        pub number: String,
        /// What the QR on the card says: 4 to 32 letters and digits.
        pub code: String,
    }

    /// What a rider says of a card.
    pub struct CardReport {
        pub card: CardId,
        pub trouble: CardTrouble,
        /// In the rider's words; at most [`NOTE_MOST`] characters are kept.
        #[serde(default)]
        pub note: String,
    }

    /// A page of what moved the balance of a card.
    pub struct CardHistory {
        pub balance: CardBalance,
        pub items: Vec<CardMovement>,
        /// For the next page; absent on the last one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next: Option<String>,
    }

    /// Something that moved the balance of a card.
    pub struct CardMovement {
        pub id: EntryId,
        /// `cards.ride`, `cards.refund`, `cards.held`, `cards.replaced`.
        pub kind: String,
        /// What the balance gained; negative for a ride.
        pub amount: Money,
        /// When it happened: the ride's registration, the moment at the reader.
        pub happened_at: DateTime<Utc>,
        /// The vehicle, of a ride.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub vehicle: Option<BoardNumber>,
        /// The route, of a ride, where it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub route: Option<RouteId>,
    }

    /// A top-up to be bought.
    pub struct CardsSubject {
        pub card: CardId,
        pub amount: Money,
    }

    /// What is shown before it is paid.
    pub struct CardsOffer {
        pub card: CardId,
        /// The last digits of its number.
        pub number_masked: String,
        pub amount: Money,
        /// Paid now, the card has to be held at a reader until then.
        pub hold_until: DateTime<Utc>,
    }

    /// The top-up that was paid.
    pub struct CardsOutcome {
        pub card: CardId,
        pub top_up: CardTopUp,
    }
}

wire! {
    /// The section of an account.
    pub struct CardsSection {
        /// Every card of the account, the one that was linked last first.
        pub cards: Vec<Card>,
    }
}

impl Part for CardsSubject {
    const SERVICE: &'static str = super::SERVICE.name;
}

impl Part for CardsOffer {
    const SERVICE: &'static str = super::SERVICE.name;
}

impl Part for CardsOutcome {
    const SERVICE: &'static str = super::SERVICE.name;
}

words! { card_words;
    pub enum CardState {
        Active = "active",
        /// It neither rides nor is topped up.
        Blocked = "blocked",
        /// Another card took its place and its balance.
        Replaced = "replaced",
    }

    /// What is wrong with a card.
    pub enum CardTrouble {
        Lost = "lost",
        Stolen = "stolen",
        /// It cannot be read.
        Defective = "defective",
        /// The operator stopped it (AV-103).
        Stopped = "stopped",
    }

    pub enum CardTopUpState {
        /// Paid, and not on the card yet.
        Waiting = "waiting",
        /// A reader wrote it onto the card.
        Held = "held",
        /// The card was not held in time: the money went back to where it came from.
        Returned = "returned",
    }
}
