//! The signed ticket and its presentation: what a driver shows, and what a controller believes without a network.
//!
//! **A ticket** is a CWT (RFC 8392) in a tagged COSE_Sign1 (RFC 9052) of a ticket key: protected header `alg` EdDSA, content type 61,
//! `kid`. Its text (`Ticket::signed` of `/v1`) is base45 (RFC 9285). Claims, ascending:
//!
//! | label | claim | value |
//! |---|---|---|
//! | 1 | `iss` | text, the operator that answers for it |
//! | 2 | `sub` | text, the account's pseudonym, never a phone number; absent when bought without an account |
//! | 4 | `exp` | seconds, the paid time ends before it |
//! | 5 | `nbf` | seconds, the paid time starts |
//! | 6 | `iat` | seconds, when the operator received the purchase |
//! | 7 | `cti` | bytes, the ticket's id in UTF-8 |
//! | 8 | `cnf` | `{1: COSE_Key}` (RFC 8747): the device's key, `{1: 2, -1: 1, -2: x, -3: y is odd}`; absent when bound to no device |
//! | -65537 | what was sold | a map, below |
//!
//! | label | what was sold | value |
//! |---|---|---|
//! | 1 | kind | 1 parking; others are for later (a ride) and not opened by this version |
//! | 2 | city | text, id |
//! | 3 | zone | text, id |
//! | 4 | plate | text, canonical |
//! | 5 | channel | 1 app, 2 SMS, 3 kiosk |
//! | 6 | stay deadline | seconds, no purchase of this stay ends later; absent where there is no limit |
//!
//! Seconds are whole: a start is cut, an end is filled up, so that the signed time never is shorter than what was paid.
//! Unknown labels are passed over, so that a later version may add some.
//!
//! **A presentation** is the text of the QR: `MESTO1:` and the base45 of a CBOR array `[ticket, moment]`, both byte strings. The moment is
//! a tagged COSE_Sign1 of the device's key: protected header `alg` ES256, payload the CBOR integer of epoch milliseconds, external data
//! `mesto.moment.1` and the SHA-256 of the ticket's bytes. A ticket that is bound to no device is shown as `[ticket]`, and can be copied.
//! With ids of usual length a ticket takes 222 bytes and the QR 472 characters: version 13 at error correction M, 69 modules wide.

use chrono::{DateTime, TimeDelta, Utc};
use ciborium::Value;
use coset::{CoseSign1Builder, TaggedCborSerializable, iana};
use sha2::{Digest, Sha256};

use crate::kernel::cbor::{self, MapReader, MapWriter};
use crate::kernel::device::{DeviceKey, DeviceSignError, DeviceSigner};
use crate::kernel::keys::{KeySet, KeyUse};
use crate::kernel::signature::{IssuerKey, Signed, TrustError, Unverified, header};
use crate::parking::tickets::Channel;

/// What the text of a presentation begins with.
pub const PREFIX: &str = crate::kernel::code::TICKET;
/// Longest text of a ticket or presentation: what the largest QR code holds.
const MAX_TEXT: usize = 4296;
/// How far the moment of a presentation may be from the controller's clock, either way.
pub const MAX_SKEW: TimeDelta = TimeDelta::seconds(60);

const ISS: i64 = 1;
const SUB: i64 = 2;
const EXP: i64 = 4;
const NBF: i64 = 5;
const IAT: i64 = 6;
const CTI: i64 = 7;
const CNF: i64 = 8;
const SOLD: i64 = -65537;
const KIND_PARKING: i64 = 1;
const MOMENT_CONTEXT: &[u8] = b"mesto.moment.1";

/// What a ticket says. Times of a ticket that was read are whole seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TicketClaims {
    /// The operator that answers for it.
    pub issuer: String,
    /// Id of the ticket.
    pub id: String,
    /// The account's pseudonym; `None` when bought without an account.
    pub account: Option<String>,
    pub city: String,
    pub zone: String,
    /// Canonical plate.
    pub plate: String,
    pub channel: Channel,
    /// When the operator received the purchase (BG-47).
    pub issued_at: DateTime<Utc>,
    /// The paid time, `[starts_at, ends_at)`.
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    /// No purchase of this stay ends later; `None` where there is no limit.
    pub stay_deadline: Option<DateTime<Utc>>,
    /// The device it is bound to; `None` for a ticket anybody may show.
    pub device: Option<DeviceKey>,
}

/// A ticket that was believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedTicket {
    pub claims: TicketClaims,
    /// The ticket key that signed it.
    pub kid: String,
    /// The device's moment; `None` for a ticket that is bound to no device.
    pub shown_at: Option<DateTime<Utc>>,
}

/// Why a ticket is not believed, or not good now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    #[error(transparent)]
    Trust(#[from] TrustError),
    #[error("this is a signed thing of kind {kind}, which this version does not know; update the app")]
    KindUnknown { kind: i64 },
    #[error("the ticket is bound to a device, and the code carries no moment of it: it is a copy")]
    MomentMissing,
    #[error("the moment was not signed by the device that the ticket is bound to")]
    DeviceMismatch,
    #[error(transparent)]
    Device(#[from] DeviceSignError),
    #[error("the code was made {seconds} s ago, {limit} s are allowed: it is a picture, or a clock is wrong")]
    MomentTooOld { seconds: i64, limit: i64 },
    #[error("the code was made {seconds} s in the future, {limit} s are allowed: a clock is wrong")]
    MomentInFuture { seconds: i64, limit: i64 },
    #[error("the ticket starts at {starts_at}")]
    NotYetValid { starts_at: DateTime<Utc>, ticket: Box<VerifiedTicket> },
    #[error("the ticket ended at {ended_at}")]
    Over { ended_at: DateTime<Utc>, ticket: Box<VerifiedTicket> },
}

impl TicketError {
    /// Stable code, for texts and vectors.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Trust(error) => error.code(),
            Self::KindUnknown { .. } => "kind_unknown",
            Self::MomentMissing => "moment_missing",
            Self::DeviceMismatch => "device_mismatch",
            Self::Device(_) => "device_failed",
            Self::MomentTooOld { .. } => "moment_too_old",
            Self::MomentInFuture { .. } => "moment_in_future",
            Self::NotYetValid { .. } => "not_yet_valid",
            Self::Over { .. } => "over",
        }
    }
}

impl TicketClaims {
    /// The ticket's text: base45 of the signed claims.
    ///
    /// # Errors
    /// Only when the claims cannot be written as CBOR.
    pub fn sign(&self, key: &IssuerKey) -> Result<String, TicketError> {
        let payload = cbor::write(&self.to_cbor()).map_err(|why| TrustError::garbage(Signed::Ticket, why))?;
        Ok(base45::encode(key.seal(Signed::Ticket, None, payload)?))
    }

    /// Believes the text of a ticket, whatever the time it is for; for the phone that receives it. A controller verifies a
    /// [`Presentation`] instead.
    ///
    /// # Errors
    /// Garbage, altered, key unknown / of another use / revoked / out of its period, kind unknown.
    pub fn verify(text: &str, keys: &KeySet, now: DateTime<Utc>) -> Result<VerifiedTicket, TicketError> {
        believe(&decode(text)?, keys, now)
    }

    fn to_cbor(&self) -> Value {
        let cnf = self.device.map(|device| {
            let (x, y_is_odd) = device.to_x();
            // Entries of a COSE_Key in the deterministic order of RFC 8949 §4.2.1: 1, -1, -2, -3.
            let key = MapWriter::default().set(1, 2).set(-1, 1).set(-2, x.to_vec()).set(-3, y_is_odd).done();
            MapWriter::default().set(1, key).done()
        });
        let channel = match self.channel {
            Channel::Other(_) => 0,
            Channel::App => 1,
            Channel::Sms => 2,
            Channel::Kiosk => 3,
        };
        let sold = MapWriter::default()
            .set(1, KIND_PARKING)
            .set(2, self.city.as_str())
            .set(3, self.zone.as_str())
            .set(4, self.plate.as_str())
            .set(5, channel)
            .set_some(6, self.stay_deadline.map(filled_up))
            .done();
        MapWriter::default()
            .set(ISS, self.issuer.as_str())
            .set_some(SUB, self.account.as_deref())
            .set(EXP, filled_up(self.ends_at))
            .set(NBF, self.starts_at.timestamp())
            .set(IAT, self.issued_at.timestamp())
            .set(CTI, self.id.as_bytes().to_vec())
            .set_some(CNF, cnf)
            .set(SOLD, sold)
            .done()
    }

    fn from_cbor(payload: &[u8]) -> Result<Self, TicketError> {
        let garbage = |why: String| TrustError::garbage(Signed::Ticket, why);
        let mut map = cbor::read(payload).and_then(MapReader::new).map_err(garbage)?;
        let sold = map.take(SOLD).ok_or_else(|| garbage("it does not say what was sold".to_owned()))?;
        let mut sold = MapReader::new(sold).map_err(garbage)?;
        let kind = sold.integer(1).map_err(garbage)?;
        if kind != KIND_PARKING {
            return Err(TicketError::KindUnknown { kind });
        }
        let mut read = || {
            let claims = Self {
                issuer: map.text(ISS)?,
                id: String::from_utf8(map.bytes(CTI)?).map_err(|_| "the id is not text")?,
                account: map.some_text(SUB)?,
                city: sold.text(2)?,
                zone: sold.text(3)?,
                plate: sold.text(4)?,
                channel: match sold.integer(5)? {
                    1 => Channel::App,
                    2 => Channel::Sms,
                    3 => Channel::Kiosk,
                    // A ticket is as good wherever it was bought.
                    other => Channel::Other(other.to_string()),
                },
                issued_at: map.seconds(IAT)?,
                starts_at: map.seconds(NBF)?,
                ends_at: map.seconds(EXP)?,
                stay_deadline: sold.some_seconds(6)?,
                device: map.take(CNF).map(read_cnf).transpose()?,
            };
            if claims.ends_at <= claims.starts_at { Err("it ends before it starts".to_owned()) } else { Ok(claims) }
        };
        Ok(read().map_err(garbage)?)
    }
}

/// What a driver shows.
#[derive(Debug, Clone, Copy)]
pub struct Presentation;

impl Presentation {
    /// The text of the QR for this moment; made anew every few seconds while the ticket is shown. `now` is the corrected clock.
    ///
    /// # Errors
    /// Garbage when `signed` is not a ticket's text, device mismatch when it belongs to another device, or the device did not sign.
    pub fn encode(signed: &str, device: &dyn DeviceSigner, now: DateTime<Utc>) -> Result<String, TicketError> {
        let ticket = decode(signed)?;
        let unverified = Unverified::read(Signed::Ticket, iana::Algorithm::EdDSA, &ticket)?;
        let Some(bound_to) = TicketClaims::from_cbor(unverified.unverified_payload())?.device else {
            return wrap(vec![Value::Bytes(ticket)]);
        };
        if *bound_to.as_bytes() != device.public_key() {
            return Err(TicketError::DeviceMismatch);
        }
        let garbage = |why: String| TrustError::garbage(Signed::Moment, why);
        let payload = cbor::write(&Value::from(now.timestamp_millis())).map_err(garbage)?;
        let moment = CoseSign1Builder::new()
            .protected(header(Signed::Moment, iana::Algorithm::ES256, "", None))
            .payload(payload)
            .try_create_signature(&bound(&ticket), |message| device.sign(message).map(|signature| signature.to_vec()))?
            .build()
            .to_tagged_vec()
            .map_err(|fault| garbage(fault.to_string()))?;
        wrap(vec![Value::Bytes(ticket), Value::Bytes(moment)])
    }

    /// What a controller does, offline: the ticket is of a known key, shown by its device within `max_skew` of `now` (see [`MAX_SKEW`]),
    /// and good at `now`. A ticket that starts within `max_skew` counts as started, because clocks differ by as much.
    ///
    /// # Errors
    /// Those of [`TicketClaims::verify`], then moment missing / device mismatch / too old / in the future, then not yet valid / over; the
    /// last two carry the believed ticket.
    pub fn verify(
        text: &str,
        keys: &KeySet,
        now: DateTime<Utc>,
        max_skew: TimeDelta,
    ) -> Result<VerifiedTicket, TicketError> {
        let (ticket, moment) = unwrap(text)?;
        let mut verified = believe(&ticket, keys, now)?;
        verified.shown_at = match (verified.claims.device, moment) {
            (Some(device), Some(moment)) => Some(check_moment(&ticket, &moment, device, now, max_skew)?),
            (Some(_), None) => return Err(TicketError::MomentMissing),
            // A moment under a ticket of no device proves nothing; nobody writes it.
            (None, Some(_)) => return Err(TicketError::DeviceMismatch),
            (None, None) => None,
        };
        let (starts_at, ended_at) = (verified.claims.starts_at, verified.claims.ends_at);
        if starts_at - now > max_skew {
            return Err(TicketError::NotYetValid { starts_at, ticket: Box::new(verified) });
        }
        if ended_at <= now {
            return Err(TicketError::Over { ended_at, ticket: Box::new(verified) });
        }
        Ok(verified)
    }
}

fn believe(ticket: &[u8], keys: &KeySet, now: DateTime<Utc>) -> Result<VerifiedTicket, TicketError> {
    let unverified = Unverified::read(Signed::Ticket, iana::Algorithm::EdDSA, ticket)?;
    let kid = unverified.kid.clone();
    let key = keys.opening(Signed::Ticket, &kid, KeyUse::Ticket, now)?;
    let claims = TicketClaims::from_cbor(&unverified.verify_ed25519(&key.public)?)?;
    key.check_period(Signed::Ticket, claims.issued_at)?;
    Ok(VerifiedTicket { claims, kid, shown_at: None })
}

fn check_moment(
    ticket: &[u8],
    moment: &[u8],
    device: DeviceKey,
    now: DateTime<Utc>,
    max_skew: TimeDelta,
) -> Result<DateTime<Utc>, TicketError> {
    let garbage = |why: &str| TrustError::garbage(Signed::Moment, why);
    let unverified = Unverified::read(Signed::Moment, iana::Algorithm::ES256, moment)?;
    let payload = unverified
        .verify_with(&bound(ticket), |signature, message| device.verifies(message, signature))
        .ok_or(TicketError::DeviceMismatch)?;
    let millis = cbor::read(&payload).ok().as_ref().and_then(cbor::integer);
    let shown_at = millis.and_then(DateTime::from_timestamp_millis).ok_or_else(|| garbage("it is not a time"))?;
    let (age, limit) = (now - shown_at, max_skew.num_seconds());
    if age > max_skew {
        return Err(TicketError::MomentTooOld { seconds: age.num_seconds(), limit });
    }
    if -age > max_skew {
        return Err(TicketError::MomentInFuture { seconds: (-age).num_seconds(), limit });
    }
    Ok(shown_at)
}

/// What the device signs along with the moment.
fn bound(ticket: &[u8]) -> Vec<u8> {
    [MOMENT_CONTEXT, Sha256::digest(ticket).as_slice()].concat()
}

fn wrap(parts: Vec<Value>) -> Result<String, TicketError> {
    let bytes = cbor::write(&Value::Array(parts)).map_err(|why| TrustError::garbage(Signed::Ticket, why))?;
    Ok(format!("{PREFIX}{}", base45::encode(bytes)))
}

fn unwrap(text: &str) -> Result<(Vec<u8>, Option<Vec<u8>>), TicketError> {
    let garbage = |why: &str| TrustError::garbage(Signed::Ticket, why);
    let body = text.strip_prefix(PREFIX).ok_or_else(|| garbage("it does not begin with MESTO1:"))?;
    let value = cbor::read(&decode(body)?).map_err(|why| garbage(&why))?;
    let Value::Array(parts) = value else { return Err(garbage("not an array").into()) };
    let mut parts = parts.into_iter();
    match (parts.next(), parts.next(), parts.next()) {
        (Some(Value::Bytes(ticket)), None, None) => Ok((ticket, None)),
        (Some(Value::Bytes(ticket)), Some(Value::Bytes(moment)), None) => Ok((ticket, Some(moment))),
        _ => Err(garbage("not a ticket and a moment").into()),
    }
}

/// Bytes of a base45 text; one text per bytes.
fn decode(text: &str) -> Result<Vec<u8>, TrustError> {
    let garbage = |why: &str| TrustError::garbage(Signed::Ticket, why);
    if text.len() > MAX_TEXT {
        return Err(garbage("longer than any QR code"));
    }
    let bytes = base45::decode(text).map_err(|_| garbage("not base45"))?;
    if base45::encode(&bytes) == text { Ok(bytes) } else { Err(garbage("not base45")) }
}

fn filled_up(moment: DateTime<Utc>) -> i64 {
    moment.timestamp() + i64::from(moment.timestamp_subsec_nanos() > 0)
}

fn read_cnf(value: Value) -> Result<DeviceKey, String> {
    let mut cnf = MapReader::new(value)?;
    let mut key = MapReader::new(cnf.take(1).ok_or("the device's key is missing")?)?;
    if key.integer(1)? != 2 || key.integer(-1)? != 1 {
        return Err("the device's key is not a P-256 key".to_owned());
    }
    let x = key.bytes(-2)?;
    let Some(Value::Bool(y_is_odd)) = key.take(-3) else { return Err("the device's key has no y".to_owned()) };
    DeviceKey::from_x(&x, y_is_odd).map_err(|fault| fault.to_string())
}
