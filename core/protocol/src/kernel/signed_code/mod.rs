//! What every code that a driver shows has in common: signed claims, the device that shows them,
//! the moment.
//!
//! A code is a CWT (RFC 8392) in a COSE_Sign1 (RFC 9052) of a code key, its text is base45 (RFC
//! 9285). [`Claims`] are common to all; what a code of one [`Kind`] says beside them is a map of
//! its own in its service's room ([`CodeKind`]). `/v1` hands out [`Claims::sign`]'s text; a phone
//! shows [`Presentation::encode`] of it; a controller believes it, or not, by a [`Verifier`]. Every
//! byte, the order of the checks and the vectors: `docs/ticket-code.md`.
//!
//! With the longest usual ids a parking ticket takes 230 bytes and its QR 463 characters: version
//! 11 at error correction L (61 modules), 13 at M (69). An extension that was issued again takes 12
//! bytes more and still fits 13 at M.

mod error;
mod presentation;
mod revocations;
mod verifier;

use chrono::{DateTime, Utc};
use ciborium::Value;

use crate::kernel::cbor::{self, MapReader, MapWriter};
use crate::kernel::device::DeviceKey;
use crate::kernel::ids::RecordId;
use crate::kernel::keys::{KeySet, KeyUse};
use crate::kernel::signature::{IssuerKey, Signed, TrustError, Unverified};

pub use error::CodeError;
pub use presentation::Presentation;
pub use revocations::{Revocations, RevocationsError, Revoked};
pub use verifier::{ClockRule, MAX_SKEW, Seen, Verified, Verifier, Warning};

/// Claims of RFC 8392, and `cnf` of RFC 8747.
const ISS: i64 = 1;
const EXP: i64 = 4;
const NBF: i64 = 5;
const IAT: i64 = 6;
const CTI: i64 = 7;
const CNF: i64 = 8;
/// The private claim: what the code is. Labels from 1 up are the kind's own, those below 0 are
/// common.
const CODE: i64 = -65537;
const KIND: i64 = -1;
const ISSUE: i64 = -2;
// -3 is reserved for the number of persons.
const BOUGHT_AT: i64 = -4;

/// How often a code may be issued again for another device.
pub const REISSUES: u32 = 10;

/// The registry of kinds. A number is never given twice; whether this version reads a kind is up to
/// the services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    ParkingTicket,
    /// A paid visit, shown at a garage's exit.
    ExitReceipt,
    /// A ride of public transport.
    Ride,
    /// A pass for a period: a resident's, a season ticket.
    Pass,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::ParkingTicket, Self::ExitReceipt, Self::Ride, Self::Pass];

    /// The number inside codes.
    #[must_use]
    pub const fn number(self) -> i64 {
        match self {
            Self::ParkingTicket => 1,
            Self::ExitReceipt => 2,
            Self::Ride => 3,
            Self::Pass => 4,
        }
    }

    /// The kind of a number; `None` for one that this version does not know.
    #[must_use]
    pub fn of(number: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }

    /// For errors, with its article.
    #[must_use]
    pub const fn named(self) -> &'static str {
        match self {
            Self::ParkingTicket => "a parking ticket",
            Self::ExitReceipt => "a garage's exit receipt",
            Self::Ride => "a ride",
            Self::Pass => "a pass",
        }
    }
}

/// What a code says beside the claims that are common to all.
pub trait What {
    /// The id of what was bought; 16 bytes inside the code.
    type Id;
}

/// What a code of one kind says; lies in its service's room. Its map has labels from 1 up.
pub trait CodeKind: What<Id: RecordId> + Sized {
    const KIND: Kind;

    /// Its map, ascending by label.
    fn write(&self) -> MapWriter;

    /// Reads its map; labels nobody takes are allowed.
    ///
    /// # Errors
    /// What is missing or of another shape.
    fn read(map: MapReader) -> Result<Self, String>;
}

/// A kind's map that was not read yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Unread {
    /// Its number; see [`Kind::of`].
    pub kind: i64,
    map: MapReader,
}

impl What for Unread {
    type Id = [u8; 16];
}

/// What a code says. Times of a code that was read are whole seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct Claims<W: What> {
    /// The operator that answers for it: its DNS name.
    pub issuer: String,
    pub id: W::Id,
    /// Counts the issues of this id from 1. Issued again, for another device, it has a higher
    /// number, and ends the older ones wherever a controller knows of it.
    pub issue: u32,
    /// When the operator received the purchase (BG-47).
    pub bought_at: DateTime<Utc>,
    /// When this issue was signed: the purchase's moment for the first one.
    pub issued_at: DateTime<Utc>,
    /// What was paid for, `[starts_at, ends_at)`.
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    /// The device it is bound to; `None` for a code that anybody may show.
    pub device: Option<DeviceKey>,
    pub what: W,
}

impl<K: CodeKind> Claims<K> {
    /// The code's text: base45 of the signed claims.
    ///
    /// # Errors
    /// Garbage for claims that contradict themselves: an issue of 0, no issuer, an end before the
    /// start.
    pub fn sign(&self, key: &IssuerKey) -> Result<String, CodeError> {
        let payload = self.check().and_then(|()| cbor::write(&self.to_cbor())).map_err(garbage)?;
        Ok(base45::encode(key.seal(Signed::Code, None, payload)?))
    }

    /// Believes the text of a code, whatever the time it is for; for the phone that receives it. A
    /// controller uses a [`Verifier`] instead.
    ///
    /// # Errors
    /// Garbage, altered, key unknown / of another use / revoked / out of its period, another kind.
    pub fn verify(text: &str, keys: &KeySet, now: DateTime<Utc>) -> Result<Self, CodeError> {
        believe(&presentation::decode(text)?, keys, now)?.0.read()
    }

    fn to_cbor(&self) -> Value {
        let (starts_at, issued_at) = (self.starts_at.timestamp(), self.issued_at.timestamp());
        let bought_at = self.bought_at.timestamp();
        let common = MapWriter::default()
            .set(KIND, K::KIND.number())
            .set(ISSUE, self.issue)
            .set_some(BOUGHT_AT, (bought_at != starts_at).then_some(bought_at));
        MapWriter::default()
            .set(ISS, self.issuer.as_str())
            .set(EXP, cbor::filled_up(self.ends_at))
            .set_some(NBF, (starts_at != issued_at).then_some(starts_at))
            .set(IAT, issued_at)
            .set(CTI, self.id.bytes().to_vec())
            .set_some(CNF, self.device.map(write_cnf))
            .set(CODE, self.what.write().and(common).done())
            .done()
    }
}

impl<W: What> Claims<W> {
    fn check(&self) -> Result<(), String> {
        if self.issuer.is_empty() {
            Err("it does not say who issued it".to_owned())
        } else if self.issue == 0 {
            Err("issues count from 1".to_owned())
        } else if self.ends_at <= self.starts_at {
            Err("it ends before it starts".to_owned())
        } else {
            Ok(())
        }
    }
}

impl Claims<Unread> {
    /// Believes the text of a code of any kind, as [`Claims::verify`] does of one.
    ///
    /// # Errors
    /// Those of [`Claims::verify`], but not another kind.
    pub fn believed(text: &str, keys: &KeySet, now: DateTime<Utc>) -> Result<Self, CodeError> {
        Ok(believe(&presentation::decode(text)?, keys, now)?.0)
    }

    /// What the text of a code says, whoever wrote it: nothing is verified.
    ///
    /// # Errors
    /// Garbage when it is not a code's text.
    pub fn unverified(text: &str) -> Result<Self, CodeError> {
        Self::of_code(&presentation::decode(text)?)
    }

    fn of_code(code: &[u8]) -> Result<Self, CodeError> {
        Self::from_cbor(Unverified::read(Signed::Code, code)?.unverified_payload()).map_err(garbage)
    }

    /// The same claims with what their kind says.
    ///
    /// # Errors
    /// The code is of another kind, or its map is not that kind's.
    pub fn read<K: CodeKind>(&self) -> Result<Claims<K>, CodeError> {
        let kind = self.what.kind;
        match Kind::of(kind) {
            None => return Err(CodeError::KindUnknown { kind }),
            Some(found) if found != K::KIND => return Err(CodeError::KindOther { found, expected: K::KIND }),
            Some(_) => {}
        }
        Ok(Claims {
            issuer: self.issuer.clone(),
            id: K::Id::from_bytes(self.id),
            issue: self.issue,
            bought_at: self.bought_at,
            issued_at: self.issued_at,
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            device: self.device,
            what: K::read(self.what.map.clone()).map_err(garbage)?,
        })
    }

    fn from_cbor(payload: &[u8]) -> Result<Self, String> {
        let mut map = MapReader::new(cbor::read(payload)?)?;
        let mut code = MapReader::new(map.take(CODE).ok_or("it does not say what it is for")?)?;
        let issued_at = map.seconds(IAT)?;
        let starts_at = map.some_seconds(NBF)?.unwrap_or(issued_at);
        let claims = Self {
            issuer: map.text(ISS)?,
            id: map.bytes(CTI)?.try_into().map_err(|_| "its id is not 16 bytes")?,
            issue: u32::try_from(code.integer(ISSUE)?).map_err(|_| "issues count from 1")?,
            bought_at: code.some_seconds(BOUGHT_AT)?.unwrap_or(starts_at),
            issued_at,
            starts_at,
            ends_at: map.seconds(EXP)?,
            device: map.take(CNF).map(read_cnf).transpose()?,
            what: Unread { kind: code.integer(KIND)?, map: code },
        };
        claims.check().map(|()| claims)
    }
}

/// A code that a code key signed in its period, and the key's id.
fn believe(code: &[u8], keys: &KeySet, now: DateTime<Utc>) -> Result<(Claims<Unread>, String), CodeError> {
    let unverified = Unverified::read(Signed::Code, code)?;
    let kid = unverified.kid.clone();
    let key = keys.opening(Signed::Code, &kid, KeyUse::Code, now)?;
    let claims = Claims::from_cbor(&unverified.verify(&key.public)?).map_err(garbage)?;
    key.check_period(Signed::Code, claims.issued_at)?;
    Ok((claims, kid))
}

fn garbage(why: impl std::fmt::Display) -> CodeError {
    TrustError::garbage(Signed::Code, why).into()
}

/// `{1: COSE_Key}`; its entries in the deterministic order of RFC 8949 §4.2.1: 1, -1, -2, -3.
fn write_cnf(device: DeviceKey) -> Value {
    let (x, y_is_odd) = device.to_x();
    let key = MapWriter::default().set(1, 2).set(-1, 1).set(-2, x.to_vec()).set(-3, y_is_odd).done();
    MapWriter::default().set(1, key).done()
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
