//! What a controller does with a shown code: offline, with the operator's keys, its revocation list
//! and a clock.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::kernel::device::DeviceKey;
use crate::kernel::keys::KeySet;
use crate::kernel::signed_code::presentation::Moment;
use crate::kernel::signed_code::revocations::Revoked;
use crate::kernel::signed_code::{Claims, CodeError, Presentation, Revocations, Unread, believe};

/// How far a moment may be from the controller's clock, either way, where nothing else is agreed.
pub const MAX_SKEW: TimeDelta = TimeDelta::seconds(60);

/// How a controller reads clocks that differ from his.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockRule {
    /// How far the moment of a shown code may be from the controller's clock, either way. A code
    /// that starts within as much counts as started.
    pub max_skew: TimeDelta,
}

impl Default for ClockRule {
    fn default() -> Self {
        Self { max_skew: MAX_SKEW }
    }
}

/// What a controller verifies with.
///
/// ```no_run
/// # use mesto_protocol::{keys::KeySet, services::CodeClaims, signed_code::{ClockRule, CodeError, Revocations, Verifier}};
/// # fn inspect(keys: &KeySet, list: &Revocations, scanned: &str, now: chrono::DateTime<chrono::Utc>) -> Result<(), CodeError> {
/// let verifier = Verifier {
///     issuer: "parking-servis.co.rs",
///     keys,
///     revocations: Some(list),
///     seen: None,
///     clock: ClockRule::default(),
/// };
/// match CodeClaims::read(&verifier.verify(scanned, now)?.claims)? {
///     CodeClaims::ParkingTicket(ticket) => println!("{} in {} until {}", ticket.what.plate, ticket.what.zone, ticket.ends_at),
///     CodeClaims::ExitReceipt(receipt) => println!("{} at {} until {}", receipt.what.ticket, receipt.what.facility, receipt.ends_at),
///     CodeClaims::Ride(ride) => println!("{} in {} until {}", ride.what.persons, ride.what.vehicle, ride.ends_at),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Verifier<'a> {
    /// The operator whose codes are taken: its DNS name.
    pub issuer: &'a str,
    pub keys: &'a KeySet,
    /// `None` before the first one came.
    pub revocations: Option<&'a Revocations>,
    /// What this controller has seen of issues; `None` where it remembers nothing.
    pub seen: Option<&'a Seen>,
    pub clock: ClockRule,
}

/// A code that is genuine and shown by its device. What its kind says is read by [`Claims::read`],
/// or `services::CodeClaims` where any kind is taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Verified {
    pub claims: Claims<Unread>,
    /// The code key that signed it.
    pub kid: String,
    /// The device's moment, in whole seconds; `None` for a code that is bound to no device.
    pub shown_at: Option<DateTime<Utc>>,
    /// What the controller could not know.
    pub warnings: Vec<Warning>,
}

/// What makes an outcome less sure: it was told with what was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning {
    /// A newer key set should have been asked for since then: a key may have been revoked.
    KeysDue { since: DateTime<Utc> },
    /// A newer revocation list should have been asked for since then.
    RevocationsDue { since: DateTime<Utc> },
    /// There is no revocation list.
    RevocationsMissing,
}

impl Warning {
    /// Stable code, for texts and vectors.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::KeysDue { .. } => "keys_due",
            Self::RevocationsDue { .. } => "revocations_due",
            Self::RevocationsMissing => "revocations_missing",
        }
    }
}

impl Verifier<'_> {
    /// Whether the code is the operator's, is shown by its device within the clock rule of `now`,
    /// was not ended before its time, and is good at `now`. Its kind is not asked: a code of
    /// any kind may come out.
    ///
    /// # Errors
    /// In this order: garbage, key unknown / of another use / revoked, altered, key out of its
    /// period; another issuer; moment missing / device mismatch / too old / in the future;
    /// revoked, issued again; not yet valid, over.
    pub fn verify(&self, text: &str, now: DateTime<Utc>) -> Result<Verified, CodeError> {
        let Presentation { code, moment } = Presentation::read(text)?;
        let (claims, kid) = believe(&code, self.keys, now)?;
        if claims.issuer != self.issuer {
            return Err(CodeError::OtherIssuer { expected: self.issuer.to_owned(), found: claims.issuer });
        }
        let shown_at = match (claims.device, moment) {
            (Some(device), Some(moment)) => Some(self.shown_at(&code, &moment, device, now)?),
            (Some(_), None) => return Err(CodeError::MomentMissing),
            // A moment under a code of no device proves nothing; nobody writes it.
            (None, Some(_)) => return Err(CodeError::DeviceMismatch),
            (None, None) => None,
        };
        self.good(Verified { claims, kid, shown_at, warnings: self.warnings(now) }, now)
    }

    fn shown_at(
        &self,
        code: &[u8],
        moment: &Moment,
        device: DeviceKey,
        now: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, CodeError> {
        let shown_at = moment.shown_by(device, code)?;
        let (age, max_skew) = (now - shown_at, self.clock.max_skew);
        let limit = max_skew.num_seconds();
        if age > max_skew {
            return Err(CodeError::MomentTooOld { seconds: age.num_seconds(), limit });
        }
        if -age > max_skew {
            return Err(CodeError::MomentInFuture { seconds: (-age).num_seconds(), limit });
        }
        Ok(shown_at)
    }

    /// The same code, when it was not ended and is good at `now`.
    fn good(&self, code: Verified, now: DateTime<Utc>) -> Result<Verified, CodeError> {
        let Claims { id, issue, starts_at, ends_at, .. } = code.claims;
        let listed = match self.revocations.and_then(|list| list.find(&id)) {
            Some(Revoked { good_from: None, .. }) => return Err(CodeError::Revoked { code: Box::new(code) }),
            Some(Revoked { good_from: Some(good_from), .. }) => *good_from,
            None => 1,
        };
        let good_from = self.seen.and_then(|seen| seen.newest(&id)).unwrap_or(1).max(listed);
        if issue < good_from {
            return Err(CodeError::Reissued { good_from, code: Box::new(code) });
        }
        if starts_at - now > self.clock.max_skew {
            return Err(CodeError::NotYetValid { starts_at, code: Box::new(code) });
        }
        if ends_at <= now {
            return Err(CodeError::Over { ended_at: ends_at, code: Box::new(code) });
        }
        Ok(code)
    }

    fn warnings(&self, now: DateTime<Utc>) -> Vec<Warning> {
        let keys = self.keys.is_due(now).then_some(Warning::KeysDue { since: self.keys.next_update });
        let revocations = match self.revocations {
            None => Some(Warning::RevocationsMissing),
            Some(list) => list.is_due(now).then_some(Warning::RevocationsDue { since: list.next_update }),
        };
        keys.into_iter().chain(revocations).collect()
    }
}

/// The newest issue of each code that a controller has verified: an older one of the same code is
/// ended for him, also when no revocation list came in between.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// By id: the newest issue, and when the code ends.
    newest: BTreeMap<[u8; 16], (u32, DateTime<Utc>)>,
}

impl Seen {
    /// Remembers a code that was verified.
    pub fn note(&mut self, verified: &Verified) {
        let Claims { id, issue, ends_at, .. } = verified.claims;
        let newest = self.newest.entry(id).or_insert((issue, ends_at));
        *newest = (newest.0.max(issue), newest.1.max(ends_at));
    }

    /// Forgets the codes that are over.
    pub fn forget_ended(&mut self, now: DateTime<Utc>) {
        self.newest.retain(|_, (_, ends_at)| now < *ends_at);
    }

    fn newest(&self, id: &[u8; 16]) -> Option<u32> {
        self.newest.get(id).map(|(issue, _)| *issue)
    }
}
