//! Stays in the store: the latest of a user and the latest of a plate in each car park, with versions that a purchase checks.

use mesto_rules::City;
use mesto_rules::quote::{Quote, QuoteAsk, Refusal, quote};
use mesto_rules::stay::Stay;

use crate::failure::Outcome;
use crate::routes::Call;
use crate::store::{StoreError, Tx};
use crate::values;

const INSERT: &str = "INSERT INTO stay (subject, city, zone, id, version, body, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7), ($8, $2, $3, $9, $10, $11, $7)";
const OR_ADVANCE: &str = " ON CONFLICT (subject, city, zone) DO UPDATE SET id = excluded.id, version = excluded.version, body = excluded.body, changed_at = excluded.changed_at WHERE stay.version = excluded.version - 1";

/// A stored stay.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub id: String,
    /// Counts the changes of this row; 0 when there is none.
    pub version: i64,
    pub stay: Option<Stay>,
}

/// Where a stay is counted: a user's (BG-48) or a plate's, which is stricter (AMB-06).
pub(crate) fn user(account: &str) -> String {
    format!("user/{account}")
}

/// See [`user`].
pub(crate) fn plate(canonical: &str) -> String {
    format!("plate/{canonical}")
}

/// The user's and the plate's latest stay in a zone.
pub(crate) fn read(tx: &mut dyn Tx, city: &str, zone: &str, account: &str, canonical: &str) -> Outcome<(Kept, Kept)> {
    let (user, plate) = (user(account), plate(canonical));
    let rows = tx.query(
        "SELECT subject, id || '/' || version || '/' || body FROM stay WHERE city = $1 AND zone = $2 AND (subject = $3 OR subject = $4)",
        values![city, zone, &user, &plate],
    )?;
    let mut kept = (Kept::none(), Kept::none());
    for row in &rows {
        let side = if row.text(0)? == user { &mut kept.0 } else { &mut kept.1 };
        *side = Kept::joined(row.maybe_text(1)?)?;
    }
    Ok(kept)
}

impl Kept {
    const fn none() -> Self {
        Self { id: String::new(), version: 0, stay: None }
    }

    /// Id, version and body with slashes between them; nothing when there is none.
    pub fn joined(text: Option<&str>) -> Outcome<Self> {
        let Some(text) = text else { return Ok(Self::none()) };
        let mut parts = text.splitn(3, '/');
        let (Some(id), Some(version), Some(body)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(StoreError::unreadable("stay", "it has no three parts").into());
        };
        let version = version.parse().map_err(|error| StoreError::unreadable("version of a stay", error))?;
        Ok(Self { id: id.to_owned(), version, stay: Some(serde_json::from_str(body)?) })
    }
}

/// The stricter of what the user's and the plate's stay allow: refused when either refuses, else the shorter offer, at equal length the
/// dearer one.
pub(crate) fn stricter_quote(city: &City, ask: &QuoteAsk<'_>, kept: &(Kept, Kept)) -> Result<Quote, Refusal> {
    let of_user = quote(city, &QuoteAsk { stay: kept.0.stay.as_ref(), ..*ask });
    if kept.0.stay == kept.1.stay {
        return of_user;
    }
    let of_plate = quote(city, &QuoteAsk { stay: kept.1.stay.as_ref(), ..*ask });
    match (of_user, of_plate) {
        (Ok(user), Ok(plate)) => {
            let is_stricter = (plate.ends_at, std::cmp::Reverse(plate.total.amount))
                < (user.ends_at, std::cmp::Reverse(user.total.amount));
            Ok(if is_stricter { plate } else { user })
        }
        (Err(refusal), _) | (_, Err(refusal)) => Err(refusal),
    }
}

/// Writes the user's and the plate's stay after a purchase and returns the user's stay id. A purchase of the same plate that was faster
/// since they were read makes the transaction run again; the rows stay locked until the commit, so that two phones wait for each other.
pub(crate) fn advance(
    tx: &mut dyn Tx,
    call: &Call<'_>,
    city: &str,
    subjects: (&str, &str),
    before: &(Kept, Kept),
    after: (&Stay, &Stay),
) -> Outcome<String> {
    let id = |before: &Kept, after: &Stay| {
        let goes_on = before.stay.as_ref().is_some_and(|stay| stay.started_at == after.started_at);
        if goes_on { before.id.clone() } else { call.operator.id("st", call.now) }
    };
    let (user, plate) = (id(&before.0, after.0), id(&before.1, after.1));
    let bodies = (serde_json::to_string(after.0)?, serde_json::to_string(after.1)?);
    // Two first stays need no look at what is there: a row that came meanwhile is a collision by itself.
    let or_advance = if (before.0.version, before.1.version) == (0, 0) { "" } else { OR_ADVANCE };
    tx.write_exactly(
        2,
        &[INSERT, or_advance].concat(),
        values![
            subjects.0,
            city,
            &after.0.zone,
            &user,
            before.0.version + 1,
            &bodies.0,
            call.now.timestamp_millis(),
            subjects.1,
            &plate,
            before.1.version + 1,
            &bodies.1
        ],
    )?;
    Ok(user)
}
