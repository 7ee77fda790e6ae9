//! Who makes a request: the account behind a token, its roles, the key of its device.

use chrono::{DateTime, Utc};
use mesto_protocol::ProblemCode;

use crate::kernel::account::Held;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::grants::Granted;
use crate::kernel::http::Request;
use crate::kernel::store::{Ask, Row, Tx};
use crate::kernel::text;

/// Who makes a request.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub account: String,
    /// The roles he holds now.
    pub grants: Vec<Granted>,
    /// The device's key, when the token belongs to a device.
    pub device_key: Option<String>,
}

const GONE: &str = "this token is not valid any more; sign in again";

/// The hash of the request's token, as it is stored.
pub(crate) fn token_hash(request: &Request) -> Outcome<String> {
    match request.token() {
        Some(token) => Ok(text::sha256(token.as_bytes())),
        None => {
            refuse(ProblemCode::Unauthorized, "send the header Authorization: Bearer with the token of your session")
        }
    }
}

/// Asks for the holder of a token and locks his account, in one statement: for actions.
pub(crate) fn hold(token_hash: &str, now: DateTime<Utc>) -> Ask<'_> {
    Ask {
        sql: "SELECT id, seq, deposit, currency, stays, (SELECT public_key FROM device WHERE id = (SELECT device FROM token WHERE hash = $1)) FROM account WHERE id = (SELECT account FROM token WHERE hash = $1 AND expires_at > $2) AND closed_at IS NULL FOR NO KEY UPDATE OF account",
        params: vec![token_hash.into(), now.timestamp_millis().into()],
    }
}

/// Asks for the roles that the holder of a token has now.
pub(crate) fn grants(token_hash: &str, now: DateTime<Utc>) -> Ask<'_> {
    Ask {
        sql: "SELECT role, city FROM role_grant WHERE account = (SELECT account FROM token WHERE hash = $1) AND begins_at <= $2 AND (ends_at IS NULL OR ends_at > $2)",
        params: vec![token_hash.into(), now.timestamp_millis().into()],
    }
}

/// The answers to [`hold`] and [`grants`].
pub(crate) fn held(row: Option<&Row>, grants: &[Row]) -> Outcome<(Caller, Held)> {
    let Some(row) = row else { return refuse(ProblemCode::Unauthorized, GONE) };
    let held = Held::taken(row)?;
    let caller = Caller { account: held.id.clone(), grants: Granted::all(grants)?, device_key: row.maybe_string(5)? };
    Ok((caller, held))
}

/// The holder of the request's token.
pub(crate) fn authenticate(tx: &mut dyn Tx, now: DateTime<Utc>, request: &Request) -> Outcome<Caller> {
    let token = token_hash(request)?;
    let holder = Ask {
        sql: "SELECT token.account, device.public_key FROM token JOIN account ON account.id = token.account LEFT JOIN device ON device.id = token.device WHERE token.hash = $1 AND token.expires_at > $2 AND account.closed_at IS NULL",
        params: vec![token.as_str().into(), now.timestamp_millis().into()],
    };
    let mut answers = tx.query_all(&[holder, grants(&token, now)])?.into_iter();
    let (holder, grants) = (answers.next().unwrap_or_default(), answers.next().unwrap_or_default());
    match holder.first() {
        Some(row) => {
            Ok(Caller { account: row.string(0)?, grants: Granted::all(&grants)?, device_key: row.maybe_string(1)? })
        }
        None => refuse(ProblemCode::Unauthorized, GONE),
    }
}
