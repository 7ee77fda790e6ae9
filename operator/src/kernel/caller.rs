//! Who makes a request: the account behind a token, its roles, the key of its device.

use chrono::{DateTime, Utc};
use mesto_protocol::ProblemCode;
use mesto_protocol::kernel::ids::{AccountId, DeviceId};

use crate::kernel::account::AccountRow;
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::grants::{self, Granted};
use crate::kernel::http::Request;
use crate::kernel::store::{Row, Select, StoreError, Tx, Write};
use crate::kernel::text;
use crate::{projection, table, values};

table! {
    pub(crate) struct DeviceRow in "device" {
        id: DeviceId,
        account: AccountId,
        name: String,
        public_key: String,
        created_at: DateTime<Utc>,
    }
}

table! {
    pub(crate) struct TokenRow in "token" {
        hash: String,
        account: AccountId,
        device: Option<DeviceId>,
        device_key: Option<String>,
        created_at: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    }
}

/// When the last token ends that a tool gave an account and that is good; sessions of phones are
/// not counted.
pub(crate) fn last_given_ends_at(
    tx: &mut dyn Tx,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let last = Select::<TokenRow>::of(
        "FROM token WHERE token.account = $1 AND token.device IS NULL AND token.expires_at > $2 ORDER BY token.expires_at DESC LIMIT 1",
        values![account, now.timestamp_millis()],
    );
    Ok(tx.first(last)?.map(|token| token.expires_at))
}

/// Ends the tokens that tools gave an account.
pub(crate) fn end_given(tx: &mut dyn Tx, account: AccountId) -> Result<(), StoreError> {
    tx.write(Write::sql("token", "DELETE FROM token WHERE account = $1 AND device IS NULL", values![account]))
}

projection! {
    /// The device of a token.
    pub(crate) struct Device {
        device_key: Option<String> = "token.device_key",
    }
}

/// The account that holds a token, and the token's device.
pub(crate) type Holder = (AccountRow, Device);

/// Who makes a request.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub account: AccountId,
    /// The roles he holds now.
    pub grants: Vec<Granted>,
    /// The device's key, when the token belongs to a device.
    pub device_key: Option<String>,
    /// Whether it is the one who closed the account.
    pub is_closed: bool,
}

pub(crate) const GONE: &str = "this token is not valid any more; sign in again";

/// The hash of the request's token, as it is stored.
pub(crate) fn token_hash(request: &Request) -> Outcome<String> {
    if request.says_twice("authorization") {
        return refuse(ProblemCode::Unauthorized, "send one header Authorization, not two");
    }
    match request.token() {
        Some(token) => Ok(text::sha256(token.as_bytes())),
        None => {
            refuse(ProblemCode::Unauthorized, "send the header Authorization: Bearer with the token of your session")
        }
    }
}

/// The holder of a token, `$1`, good at `$2`.
const HOLDER: &str =
    "FROM token JOIN account ON account.id = token.account WHERE token.hash = $1 AND token.expires_at > $2";

/// Asks for the holder of a token.
pub(crate) fn holder(token_hash: &str, now: DateTime<Utc>) -> Select<Holder> {
    Select::of(&format!("{HOLDER} AND account.closed_at IS NULL"), values![token_hash, now.timestamp_millis()])
}

/// The answer to [`holder`], with the roles that he has now.
pub(crate) fn authenticated(rows: &[Row], now: DateTime<Utc>) -> Outcome<(Caller, AccountRow)> {
    let Some(row) = rows.first() else { return refuse(ProblemCode::Unauthorized, GONE) };
    let (account, Device { device_key }): Holder = row.read()?;
    let grants = grants::held(&account.roles, now)?;
    let is_closed = account.closed_at.is_some();
    Ok((Caller { account: account.id, grants, device_key, is_closed }, account))
}

/// The holder of a token; `after_closing` also of the one by which the account was closed.
pub(crate) fn authenticate(
    tx: &mut dyn Tx,
    token_hash: &str,
    now: DateTime<Utc>,
    after_closing: bool,
) -> Outcome<Caller> {
    let holder = if after_closing {
        Select::<Holder>::of(HOLDER, values![token_hash, now.timestamp_millis()])
    } else {
        holder(token_hash, now)
    };
    let rows = tx.read(vec![holder.ask()])?.into_iter().next().unwrap_or_default();
    Ok(authenticated(&rows, now)?.0)
}
