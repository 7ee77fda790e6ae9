//! The tables of cards: cards, their top-ups and rides, what their riders say of them, and how well
//! a user is known.

use chrono::{DateTime, NaiveDate, Utc};
use mesto_protocol::cards::offices::Identification;
use mesto_protocol::cards::riders::{CardState, CardTopUpState, CardTrouble};
use mesto_protocol::kernel::ids::{AccountId, CardId, CardTopUpId, RideId, SaleId};
use mesto_rules::CityId;
use mesto_rules::cards::{CardKindId, CardState as RulesCardState, TopUpState as RulesTopUpState};
use mesto_rules::money::Currency;
use mesto_rules::rides::{BoardNumber, RouteId};

use crate::base::payments::rows::PayWord;
use crate::kernel::service::{Erasure, Export, Table, Told};
use crate::kernel::store::id_columns;
use crate::{stored_words, table};

id_columns![CardId, CardTopUpId, CardKindId];

stored_words! {
    /// `card.state`
    pub(crate) enum StateWord for CardState, RulesCardState {
        Active = "active",
        Blocked = "blocked",
        Replaced = "replaced",
    }
}

stored_words! {
    /// `card.trouble`, `card_report.trouble`
    pub(crate) enum TroubleWord for CardTrouble {
        Lost = "lost",
        Stolen = "stolen",
        Defective = "defective",
        Stopped = "stopped",
    }
}

stored_words! {
    /// `card_top_up.state`
    pub(crate) enum TopUpWord for CardTopUpState, RulesTopUpState {
        Waiting = "waiting",
        Held = "held",
        Returned = "returned",
    }
}

stored_words! {
    /// `card_ride.flag`: what somebody has to look at.
    pub(crate) enum FlagWord {
        /// The card owes after it: the terminal let it.
        BelowZero = "below_zero",
        /// It was registered after the card was blocked.
        Blocked = "blocked",
        /// Neither the terminal nor the city says what it costs.
        Unpriced = "unpriced",
    }
}

stored_words! {
    /// `identification.level`
    pub(crate) enum LevelWord for Identification { Anonymous = "anonymous", Confirmed = "confirmed" }
}

table! {
    /// A card.
    pub(crate) struct CardRow in "card" {
        id: CardId,
        city: CityId,
        number: String,
        /// What is printed on it, as it is compared.
        code: String,
        kind: CardKindId,
        /// The card as an account of its own (AMB-17): what is on it stands in the ledger under
        /// this id, and whoever changes it holds this account.
        holder: AccountId,
        issued_on: NaiveDate,
        told_at: DateTime<Utc>,
        state: StateWord,
        trouble: Option<TroubleWord>,
        blocked_at: Option<DateTime<Utc>>,
        is_defective: bool,
        replaced_by: Option<CardId>,
        /// The account that linked it: whoever changes the link, or the state, holds that too.
        account: Option<AccountId>,
        linked_at: Option<DateTime<Utc>>,
        balance: i64,
        currency: Currency,
        /// The newest moment that a reader or the operator told of.
        balance_at: DateTime<Utc>,
        ridden_at: Option<DateTime<Utc>>,
        topped_up_at: Option<DateTime<Utc>>,
    }
}

pub(crate) const CARDS: Table = Table {
    name: "card",
    export: Export::Rows {
        called: "cards",
        columns: &[
            Told::Plain("number"),
            Told::Plain("city"),
            Told::Plain("kind"),
            Told::Plain("issued_on"),
            Told::Plain("state"),
            Told::Plain("trouble"),
            Told::Flag("is_defective"),
            Told::Time("linked_at"),
            Told::Money("balance"),
            Told::Time("balance_at"),
        ],
        from: "card WHERE account = $1 ORDER BY linked_at, id",
    },
    erasure: Erasure::AtClosing(&["UPDATE card SET account = NULL, linked_at = NULL WHERE account = $1"]),
};

table! {
    /// A top-up of a card.
    pub(crate) struct TopUpRow in "card_top_up" {
        id: CardTopUpId,
        card: CardId,
        city: CityId,
        /// Who paid it: where it goes back to.
        account: AccountId,
        sale: SaleId,
        pay: PayWord,
        amount: i64,
        currency: Currency,
        state: TopUpWord,
        paid_at: DateTime<Utc>,
        hold_until: DateTime<Utc>,
        returns_at: DateTime<Utc>,
        done_at: Option<DateTime<Utc>>,
    }
}

pub(crate) const TOP_UPS: Table = Table {
    name: "card_top_up",
    export: Export::Rows {
        called: "top_ups_of_cards",
        columns: &[
            Told::Plain("id"),
            Told::Money("amount"),
            Told::Plain("state"),
            Told::Time("paid_at"),
            Told::Time("hold_until"),
            Told::Time("done_at"),
        ],
        from: "card_top_up WHERE account = $1 ORDER BY id",
    },
    erasure: Erasure::Excused("belongs to the books; the account is a pseudonym"),
};

table! {
    /// A ride that was registered by a card.
    pub(crate) struct CardRideRow in "card_ride" {
        ride: RideId,
        city: CityId,
        code: String,
        /// The card that was charged; absent until it is told.
        card: Option<CardId>,
        board: BoardNumber,
        route: Option<RouteId>,
        persons: u32,
        registered_at: DateTime<Utc>,
        told_at: DateTime<Utc>,
        /// Absent where nobody says what it costs.
        price: Option<i64>,
        currency: Currency,
        is_void: bool,
        is_charged: bool,
        /// When it was: a carrier is owed what was charged since it was settled with.
        charged_at: Option<DateTime<Utc>>,
        flag: Option<FlagWord>,
    }
}

pub(crate) const RIDES: Table = Table {
    name: "card_ride",
    export: Export::Rows {
        called: "rides_by_cards",
        columns: &[
            Told::Plain("ride"),
            Told::Plain("city"),
            Told::Plain("board"),
            Told::Plain("route"),
            Told::Count("persons"),
            Told::Time("registered_at"),
            Told::Money("price"),
            Told::Flag("is_void"),
        ],
        from: "card_ride WHERE card IN (SELECT id FROM card WHERE account = $1) AND registered_at >= (SELECT linked_at FROM card WHERE card.id = card_ride.card) ORDER BY registered_at, ride",
    },
    erasure: Erasure::WithTime("where a card rode is what its fares are reckoned by; names no person"),
};

table! {
    /// What a rider says of a card.
    pub(crate) struct ReportRow in "card_report" {
        card: CardId,
        account: AccountId,
        trouble: TroubleWord,
        note: String,
        said_at: DateTime<Utc>,
    }
}

pub(crate) const REPORTS: Table = Table {
    name: "card_report",
    export: Export::Rows {
        called: "reports_of_cards",
        columns: &[Told::Plain("card"), Told::Plain("trouble"), Told::Plain("note"), Told::Time("said_at")],
        from: "card_report WHERE account = $1 ORDER BY card",
    },
    erasure: Erasure::AtClosing(&["DELETE FROM card_report WHERE account = $1"]),
};

table! {
    /// How well a user is known (AV-25).
    pub(crate) struct IdentificationRow in "identification" {
        account: AccountId,
        level: LevelWord,
        confirmed_at: DateTime<Utc>,
    }
}

pub(crate) const IDENTIFICATIONS: Table = Table {
    name: "identification",
    export: Export::Rows {
        called: "identification",
        columns: &[Told::Plain("level"), Told::Time("confirmed_at")],
        from: "identification WHERE account = $1",
    },
    erasure: Erasure::AtClosing(&["DELETE FROM identification WHERE account = $1"]),
};
