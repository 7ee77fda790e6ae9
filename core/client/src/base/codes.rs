//! An inspector's verifier: the codes that drivers show, believed or not offline, with the
//! operator's keys and its list of ended codes (docs/ticket-code.md). It has no account and no
//! file.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use mesto_protocol::base::public;
use mesto_protocol::headers;
use mesto_protocol::kernel::operator_name::OperatorName;
use mesto_protocol::kernel::{Operation, operation};
use mesto_protocol::keys::KeySet;
use mesto_protocol::signed_code::{ClockRule, CodeError, Revocations, Seen, Verified, Verifier};

use crate::base::cities::text_of;
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::ports::{Link, LinkRequest};
use crate::kernel::service::Service;
use crate::kernel::wire;

pub const SERVICE: Service = Service { codes: &["keys_missing", "revocations_untrusted"], ..Service::named("codes") };

/// Verifies codes of one operator. Any thread may call it.
pub struct CodeVerifier {
    issuer: OperatorName,
    root_key: [u8; 32],
    clock: ClockRule,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    keys: Option<Signed<KeySet>>,
    list: Option<Signed<Revocations>>,
    seen: Seen,
}

/// Something signed, as it came.
struct Signed<T> {
    value: T,
    wire: String,
    /// What the operator calls this edition, where it came from there.
    tag: Option<String>,
}

/// What was found of a code.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspected {
    /// The code, or why it is not taken.
    pub outcome: std::result::Result<Verified, CodeError>,
    pub keys_version: u64,
    /// `None` without a list of ended codes.
    pub revocations_version: Option<u64>,
}

impl CodeVerifier {
    /// A verifier without keys: it takes some, or fetches them, before its first code.
    #[must_use]
    pub fn new(issuer: OperatorName, root_key: [u8; 32], clock: ClockRule) -> Self {
        Self { issuer, root_key, clock, state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a key set as the operator answers it; its version.
    ///
    /// # Errors
    /// `keys_untrusted`: another root signed it, or it is older than the one that was taken.
    pub fn take_keys(&self, wire: &str) -> Result<u64> {
        self.keys_are(wire, None)
    }

    fn keys_are(&self, wire: &str, tag: Option<String>) -> Result<u64> {
        let wire = text_of(wire.as_bytes(), "keys_untrusted", "key set")?;
        let mut state = self.state();
        let known = state.keys.as_ref().map_or(0, |keys| keys.value.version);
        let value = KeySet::verify(&wire, &self.root_key, known)
            .map_err(|why| Error::untrusted("keys_untrusted", "key set", why))?;
        let version = value.version;
        state.keys = Some(Signed { value, wire, tag });
        Ok(version)
    }

    /// Takes a list of ended codes as the operator answers it; its version.
    ///
    /// # Errors
    /// `keys_missing`; `revocations_untrusted`: no key of the set signed it, or it is older than
    /// the one that was taken.
    pub fn take_revocations(&self, wire: &str, now: DateTime<Utc>) -> Result<u64> {
        self.list_is(wire, None, now)
    }

    fn list_is(&self, wire: &str, tag: Option<String>, now: DateTime<Utc>) -> Result<u64> {
        let wire = text_of(wire.as_bytes(), "revocations_untrusted", "list of ended codes")?;
        let mut state = self.state();
        let State { keys: Some(keys), list, .. } = &mut *state else { return Err(keys_missing()) };
        let known = list.as_ref().map_or(0, |list| list.value.version);
        let value = Revocations::verify(&wire, &keys.value, now, known)
            .map_err(|why| Error::untrusted("revocations_untrusted", "list of ended codes", why))?;
        let version = value.version;
        *list = Some(Signed { value, wire, tag });
        Ok(version)
    }

    /// The key set and the list that it verifies with, as they were taken: to be kept, and taken at
    /// the next start, so that it works without a network.
    #[must_use]
    pub fn taken(&self) -> (Option<String>, Option<String>) {
        let state = self.state();
        let wire = |signed: &String| signed.clone();
        (state.keys.as_ref().map(|keys| wire(&keys.wire)), state.list.as_ref().map(|list| wire(&list.wire)))
    }

    /// When the key set or the list should be fetched anew; at once before there are both.
    #[must_use]
    pub fn next_update(&self) -> Option<DateTime<Utc>> {
        let state = self.state();
        let (keys, list) = (state.keys.as_ref()?, state.list.as_ref()?);
        Some(keys.value.next_update.min(list.value.next_update))
    }

    /// Judges the text of a code, and remembers that it was seen: an earlier issue of it, on
    /// another phone, is then refused.
    ///
    /// # Errors
    /// `keys_missing`
    pub fn verify(&self, text: &str, now: DateTime<Utc>) -> Result<Inspected> {
        let mut state = self.state();
        let State { keys: Some(keys), list, seen } = &mut *state else { return Err(keys_missing()) };
        let revocations = list.as_ref().map(|list| &list.value);
        let verifier = Verifier {
            issuer: self.issuer.as_str(),
            keys: &keys.value,
            revocations,
            seen: Some(seen),
            clock: self.clock,
        };
        let outcome = verifier.verify(text.trim(), now);
        let versions = (keys.value.version, revocations.map(|list| list.version));
        if let Ok(good) = &outcome {
            seen.forget_ended(now);
            seen.note(good);
        }
        Ok(Inspected { outcome, keys_version: versions.0, revocations_version: versions.1 })
    }

    /// Fetches the key set and the list where they changed; whether one did.
    ///
    /// # Errors
    /// Those of [`Self::take_keys`] and [`Self::take_revocations`], and whatever a request can
    /// answer. What was taken before stays in use.
    pub async fn refresh(&self, link: &dyn Link, now: DateTime<Utc>) -> Result<bool> {
        let known = self.state().keys.as_ref().and_then(|keys| keys.tag.clone());
        let keys = fetch(link, &public::KEYS, known).await?;
        let known = self.state().list.as_ref().and_then(|list| list.tag.clone());
        if let Some((wire, tag)) = &keys {
            self.keys_are(wire, tag.clone())?;
        }
        let list = fetch(link, &public::REVOCATIONS, known).await?;
        if let Some((wire, tag)) = &list {
            self.list_is(wire, tag.clone(), now)?;
        }
        Ok(keys.is_some() || list.is_some())
    }
}

fn keys_missing() -> Error {
    Error::new(ErrorKind::NotNow, "keys_missing", "no key set was taken yet")
}

/// A signed text and its tag; `None` where it is the one that is known.
async fn fetch(
    link: &dyn Link,
    operation: &Operation<operation::Nothing, operation::Text>,
    known: Option<String>,
) -> Result<Option<(String, Option<String>)>> {
    let mut sent = vec![(headers::CLIENT.to_owned(), env!("CARGO_PKG_VERSION").to_owned())];
    sent.extend(known.map(|tag| ("if-none-match".to_owned(), tag)));
    let request = LinkRequest { method: operation.method, path: operation.path.to_owned(), headers: sent, body: None };
    let answer = link.send(request).await?;
    if answer.status == 304 {
        return Ok(None);
    }
    let answer = wire::done(answer)?;
    let tag = answer.header("etag").map(str::to_owned);
    let text = String::from_utf8(answer.body).map_err(Error::unreadable)?;
    Ok(Some((text, tag)))
}
