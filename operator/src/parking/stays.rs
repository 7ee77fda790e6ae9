//! Stays in the store: the latest of a user and the latest of a plate in each car park, with versions that a purchase checks.

use chrono::{DateTime, Utc};
use mesto_rules::quote::{Quote, QuoteAsk, Refusal, quote};
use mesto_rules::stay::Stay;
use mesto_rules::{City, ZoneId};

use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::store::{Row, Select, StoreError, Tx, Write};
use crate::{find, stored_words, table, update, values};

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
        city: String,
        zone: ZoneId,
        id: String,
        /// Counts its changes, from 1.
        version: i64,
        started_at: DateTime<Utc>,
        deadline: Option<DateTime<Utc>>,
        paid_until: DateTime<Utc>,
        closes_at: DateTime<Utc>,
        purchases: u32,
    }
}

/// A stored stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub id: String,
    /// Counts its changes, from 1.
    pub version: i64,
    pub stay: Stay,
}

impl From<StayRow> for Kept {
    fn from(row: StayRow) -> Self {
        let StayRow { id, version, zone, started_at, deadline, paid_until, closes_at, purchases, .. } = row;
        Self { id, version, stay: Stay { zone, started_at, deadline, paid_until, closes_at, purchases } }
    }
}

/// The version of a stay; 0 when there is none.
pub(crate) fn version(kept: Option<&Kept>) -> i64 {
    kept.map_or(0, |kept| kept.version)
}

/// The stay itself.
pub(crate) fn stay(kept: Option<&Kept>) -> Option<&Stay> {
    kept.map(|kept| &kept.stay)
}

/// The user's and the plate's latest stay in a zone.
pub(crate) type Latest = (Option<Kept>, Option<Kept>);

/// See [`Latest`].
pub(crate) fn read(tx: &mut dyn Tx, city: &str, zone: &str, account: &str, canonical: &str) -> Outcome<Latest> {
    let zone: ZoneId = zone.parse().map_err(|error| StoreError::unreadable("zone", error))?;
    let of = |owner_kind: OwnerWord, owner: &str| {
        find!(StayRow { owner_kind: owner_kind, owner: owner, city: city, zone: &zone }).ask()
    };
    let answers = tx.read(vec![of(OwnerWord::Account, account), of(OwnerWord::Plate, canonical)])?;
    let kept = |rows: Option<&Vec<Row>>| {
        let row = rows.and_then(|rows| rows.first()).map(Row::read::<StayRow>).transpose();
        row.map(|row| row.map(Kept::from))
    };
    let mut answers = answers.iter();
    Ok((kept(answers.next())?, kept(answers.next())?))
}

/// Asks for the stay of an owner in which a quote, `$1`, counts. A plate's is locked, so that two phones of one car wait for each other; a
/// user's is locked with his account.
pub(crate) fn of_quote(quote: &str, owner_kind: OwnerWord) -> Select<StayRow> {
    let owner = match owner_kind {
        OwnerWord::Plate => "canonical",
        OwnerWord::Account => "account",
    };
    // No join: a plan for one may begin with every stay, when it is made while there are none yet.
    let select = Select::of(
        &format!(
            "FROM stay WHERE stay.owner_kind = $2 AND (stay.owner, stay.city, stay.zone) = (SELECT {owner}, city, zone FROM quote WHERE id = $1)"
        ),
        values![quote, owner_kind.word()],
    );
    match owner_kind {
        OwnerWord::Plate => select.locking("stay"),
        OwnerWord::Account => select,
    }
}

/// The stricter of what the user's and the plate's stay allow: refused when either refuses, else the shorter offer, at equal length the
/// dearer one.
pub(crate) fn stricter_quote(city: &City, ask: &QuoteAsk<'_>, kept: &Latest) -> Result<Quote, Refusal> {
    let (user, plate) = (stay(kept.0.as_ref()), stay(kept.1.as_ref()));
    let of_user = quote(city, &QuoteAsk { stay: user, ..*ask });
    if user == plate {
        return of_user;
    }
    let of_plate = quote(city, &QuoteAsk { stay: plate, ..*ask });
    match (of_user, of_plate) {
        (Ok(user), Ok(plate)) => {
            let is_stricter = (plate.ends_at, std::cmp::Reverse(plate.total.amount))
                < (user.ends_at, std::cmp::Reverse(user.total.amount));
            Ok(if is_stricter { plate } else { user })
        }
        (Err(refusal), _) | (_, Err(refusal)) => Err(refusal),
    }
}

/// Writes the user's and the plate's stay after a purchase and returns the user's stay id. A first stay that somebody else made since it
/// was looked for is a collision: the transaction runs again.
pub(crate) fn advance(
    tx: &mut dyn Tx,
    call: &mut Call<'_>,
    (city, canonical): (&str, &str),
    before: &Latest,
    after: (&Stay, &Stay),
) -> Outcome<String> {
    let now = call.now;
    let next = |before: Option<&Kept>, after: &Stay| {
        let goes_on = before.filter(|before| before.stay.started_at == after.started_at);
        let id = goes_on.map_or_else(|| call.operator.id("st", now), |before| before.id.clone());
        Kept { id, version: version(before) + 1, stay: after.clone() }
    };
    let (user, plate) = (next(before.0.as_ref(), after.0), next(before.1.as_ref(), after.1));
    let id = user.id.clone();
    put(tx, (OwnerWord::Account, &call.who()?.account), city, user)?;
    put(tx, (OwnerWord::Plate, canonical), city, plate)?;
    Ok(id)
}

/// Writes a stay over the one before, which is locked, or as the first of its owner.
fn put(
    tx: &mut dyn Tx,
    (owner_kind, owner): (OwnerWord, &str),
    city: &str,
    Kept { id, version, stay }: Kept,
) -> Result<(), StoreError> {
    let Stay { zone, started_at, deadline, paid_until, closes_at, purchases } = stay;
    let (owner, city) = (owner.to_owned(), city.to_owned());
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
