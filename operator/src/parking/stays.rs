//! Stays in the store: the latest of a plate in each car park, and of a user where his city counts
//! them, with versions that a purchase checks.

use chrono::{DateTime, Utc};
use mesto_protocol::kernel::ids::{AccountId, QuoteId, StayId};
use mesto_protocol::parking::tickets::{StayOfTicket, Ticket};
use mesto_rules::quote::Quote;
use mesto_rules::{City, CityId, ParkingSection, SectionError, Stay, StayPer, Stays, ZoneId};

use crate::kernel::failure::Outcome;
use crate::kernel::operator::Operator;
use crate::kernel::service::{Erasure, Export, Table, Told};
use crate::kernel::store::{Select, StoreError, Tx, Write};
use crate::{find, projection, stored_words, table, update, values};

stored_words! {
    /// Whose stay it is, `stay.owner_kind`: a plate's (AMB-06) or a user's (BG-48).
    pub(crate) enum OwnerWord { Plate = "plate", Account = "account" }
}

table! {
    /// The latest stay of an owner in a car park.
    pub(crate) struct StayRow in "stay" {
        owner_kind: OwnerWord,
        /// Canonical plate, or id of the account.
        owner: String,
        city: CityId,
        zone: ZoneId,
        id: StayId,
        /// Counts its changes, from 1.
        version: i64,
        started_at: DateTime<Utc>,
        deadline: Option<DateTime<Utc>>,
        paid_until: DateTime<Utc>,
        closes_at: DateTime<Utc>,
        purchases: u32,
    }
}

pub(crate) const TABLE: Table = Table {
    name: "stay",
    export: Export::Rows {
        called: "stays",
        columns: &[
            Told::Plain("city"),
            Told::Plain("zone"),
            Told::Time("started_at"),
            Told::Time("deadline"),
            Told::Time("paid_until"),
            Told::Time("closes_at"),
            Told::Count("purchases"),
        ],
        from: "stay WHERE owner_kind = 'account' AND owner = $1 ORDER BY city, zone",
    },
    erasure: Erasure::AtClosingAndWithTime(
        &["DELETE FROM stay WHERE owner_kind = 'account' AND owner = $1"],
        "the stay of a plate is no account's, so it is not exported, and it holds for whoever parks the plate next; \
        it goes two weeks after it is over",
    ),
};

/// A stored stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredStay {
    pub id: StayId,
    /// Counts its changes, from 1.
    pub version: i64,
    pub stay: Stay,
}

impl From<StayRow> for StoredStay {
    fn from(row: StayRow) -> Self {
        let StayRow { id, version, zone, started_at, deadline, paid_until, closes_at, purchases, .. } = row;
        Self { id, version, stay: Stay { zone, started_at, deadline, paid_until, closes_at, purchases } }
    }
}

/// The version of a stay; 0 when there is none.
fn version(kept: Option<&StoredStay>) -> i64 {
    kept.map_or(0, |kept| kept.version)
}

/// The latest stays in a zone.
#[derive(Debug, Default)]
pub(crate) struct Latest {
    pub plate: Option<StoredStay>,
    /// Absent where the city does not count a user's.
    pub user: Option<StoredStay>,
}

impl Latest {
    /// The stays themselves.
    pub fn stays(&self) -> Stays<'_> {
        let [plate, user] = [&self.plate, &self.user].map(|kept| kept.as_ref().map(|kept| &kept.stay));
        Stays { plate, user }
    }

    /// The versions of the user's and of the plate's; another purchase changes one of them.
    pub fn versions(&self) -> (i64, i64) {
        (version(self.user.as_ref()), version(self.plate.as_ref()))
    }
}

/// Whose purchases make a stay in a city.
pub(crate) fn stay_per(city: &City) -> Result<StayPer, SectionError> {
    Ok(city.section::<ParkingSection>()?.policy.stay_per)
}

/// Asks for the latest stay of an owner.
fn of(owner_kind: OwnerWord, owner: &str, city: &str, zone: &ZoneId) -> Select<StayRow> {
    find!(StayRow { owner_kind: owner_kind, owner: owner, city: city, zone: zone })
}

/// The latest stays of a plate and of a user in a zone.
pub(crate) fn read(tx: &mut dyn Tx, city: &City, zone: &str, account: AccountId, canonical: &str) -> Outcome<Latest> {
    let zone: ZoneId = zone.parse().map_err(|error| StoreError::unreadable("zone", error))?;
    let plate = tx.first(of(OwnerWord::Plate, canonical, city.id.as_str(), &zone))?.map(StoredStay::from);
    let user = if stay_per(city)?.counts_user() {
        tx.first(of(OwnerWord::Account, &account.to_string(), city.id.as_str(), &zone))?.map(StoredStay::from)
    } else {
        None
    };
    Ok(Latest { plate, user })
}

/// Asks for the stay of an owner in which a quote, `$1`, counts. A plate's is locked, so that two
/// phones of one car wait for each other; a user's is locked with his account.
pub(crate) fn of_quote(quote: QuoteId, owner_kind: OwnerWord) -> Select<StayRow> {
    let owner = match owner_kind {
        OwnerWord::Plate => "thing",
        OwnerWord::Account => "account",
    };
    // No join: a plan for one may begin with every stay, when it is made while there are none yet.
    let select = Select::of(
        &format!(
            "FROM stay WHERE stay.owner_kind = $2 AND (stay.owner, stay.city, stay.zone) = (SELECT {owner}, city, place FROM quote WHERE id = $1)"
        ),
        values![quote, owner_kind.word()],
    );
    match owner_kind {
        OwnerWord::Plate => select.locking("stay"),
        OwnerWord::Account => select,
    }
}

/// Writes the stays after `sold`, and returns the one that its ticket belongs to first. A first
/// stay that somebody else made since it was looked for is a collision: the transaction runs again.
pub(crate) fn advance(
    tx: &mut dyn Tx,
    (operator, now, account): (&Operator, DateTime<Utc>, AccountId),
    (city, canonical): (&City, &str),
    before: &Latest,
    sold: &Quote,
) -> Outcome<StayOfTicket> {
    let next = |before: Option<&StoredStay>| -> Outcome<StoredStay> {
        let stay = Stay::after_purchase(city, before.map(|kept| &kept.stay), sold)?;
        let goes_on = before.filter(|before| before.stay.started_at == stay.started_at);
        let id = goes_on.map_or_else(|| operator.new_id(now), |before| before.id);
        Ok(StoredStay { id, version: version(before) + 1, stay })
    };
    let of_ticket = |kept: &StoredStay| StayOfTicket {
        id: kept.id,
        started_at: kept.stay.started_at,
        // What holds is the earliest of those that count.
        deadline: sold.stay.deadline,
        paid_until: kept.stay.paid_until,
    };
    let stay_per = stay_per(city)?;
    let plate = next(before.plate.as_ref())?;
    let mut first = of_ticket(&plate);
    put(tx, (OwnerWord::Plate, canonical), &city.id, plate)?;
    if stay_per.counts_user() {
        let user = next(before.user.as_ref())?;
        if stay_per == StayPer::User {
            first = of_ticket(&user);
        }
        put(tx, (OwnerWord::Account, &account.to_string()), &city.id, user)?;
    }
    Ok(first)
}

projection! {
    /// When the last of some tickets ends.
    struct LastEnd {
        ends_at: Option<DateTime<Utc>> = "MAX(ticket.ends_at)",
    }
}

/// Takes a ticket that was voided out of its stays; `account` is its account, which is locked. A
/// quote from before does not fit them any more.
pub(crate) fn take_back(tx: &mut dyn Tx, city: &City, account: Option<AccountId>, ticket: &Ticket) -> Outcome<()> {
    let zone = &ticket.zone;
    let account = account.map(|account| account.to_string());
    let plate = Some((OwnerWord::Plate, ticket.plate.canonical.as_str(), "ticket_plate.canonical"));
    let user = account.as_deref().map(|account| (OwnerWord::Account, account, "ticket.account"));
    for (owner_kind, owner, column) in [plate, user].into_iter().flatten() {
        let row = tx.first(of(owner_kind, owner, city.id.as_str(), zone).locking("stay"))?;
        if let Some(StoredStay { id, version, stay }) = row.map(StoredStay::from) {
            let left: Option<LastEnd> = tx.first(Select::of(
                &format!("FROM ticket JOIN ticket_plate ON ticket_plate.ticket = ticket.id WHERE {column} = $1 AND ticket.city = $2 AND ticket.zone = $3 AND ticket.starts_at >= $4 AND ticket.state <> 'voided'"),
                values![owner, city.id.as_str(), zone.as_str(), stay.started_at.timestamp_millis()],
            ))?;
            let stay = stay.after_void(city, left.and_then(|left| left.ends_at))?;
            put(tx, (owner_kind, owner), &city.id, StoredStay { id, version: version + 1, stay })?;
        }
    }
    Ok(())
}

/// Writes a stay over the one before, which is locked, or as the first of its owner.
fn put(
    tx: &mut dyn Tx,
    (owner_kind, owner): (OwnerWord, &str),
    city: &CityId,
    StoredStay { id, version, stay }: StoredStay,
) -> Result<(), StoreError> {
    let Stay { zone, started_at, deadline, paid_until, closes_at, purchases } = stay;
    let (owner, city) = (owner.to_owned(), city.clone());
    tx.write(if version == 1 {
        Write::insert(StayRow {
            owner_kind,
            owner,
            city,
            zone,
            id,
            version,
            started_at,
            deadline,
            paid_until,
            closes_at,
            purchases,
        })
    } else {
        update!(StayRow { owner_kind: owner_kind, owner: owner, city: city, zone: zone } set {
            id: id, version: version, started_at: started_at, deadline: deadline, paid_until: paid_until,
            closes_at: closes_at, purchases: purchases
        })
    })
}
