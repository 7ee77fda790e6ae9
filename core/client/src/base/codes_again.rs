//! Codes that this phone shows and that nobody believes any more, because the operator ended the
//! key that signed them: a sync asks for them anew.

use chrono::{DateTime, Utc};
use mesto_protocol::keys::KeySet;
use mesto_protocol::signature::TrustError;
use mesto_protocol::signed_code::{Claims, CodeError};

use crate::kernel::client::Client;
use crate::kernel::error::{ErrorKind, Result};
use crate::kernel::store::Value;

/// More codes than these are left for the next sync.
const MOST: usize = 10;

/// What a service says of a running code: its id, and the code.
pub type Running = (String, String);

/// The codes of a service.
pub struct Codes {
    /// The version of the key set by which codes were asked for again, and their ids, each after a
    /// space: an answer that is not good by this set either is not asked for anew.
    pub asked: &'static Value<String>,
    /// Those that are good now.
    pub running: fn(&Client) -> Vec<Running>,
    /// Whether a code is good by these keys.
    pub verify: fn(&str, &KeySet, DateTime<Utc>) -> std::result::Result<(), CodeError>,
}

impl Client {
    /// The ids of running codes that are to be asked for anew, and the keys by which.
    pub(crate) async fn codes_without_key(&self, codes: &Codes) -> Option<(KeySet, Vec<String>)> {
        if self.without_key(codes, &self.stored_keys()?).is_empty() {
            return None;
        }
        // A key that is not known may be of a newer set.
        let keys = self.cities().refresh_keys().await.ok()?;
        let ids = self.without_key(codes, &keys).into_iter().take(MOST).collect();
        Some((keys, ids))
    }

    /// What came of asking for one. One that is not answered is asked for by the next sync.
    pub(crate) fn code_asked(&self, codes: &Codes, keys: &KeySet, id: &str, answered: &Result<()>) {
        if answered.as_ref().is_err_and(|error| error.kind() != ErrorKind::Refused) {
            return;
        }
        let now = self.now();
        // Where it cannot be stored, the next sync asks once more.
        let _ = self.core().write(now, |tx| {
            let asked = codes.asked.get(tx.db())?.filter(|asked| is_by(asked, keys));
            let asked = asked.unwrap_or_else(|| keys.version.to_string());
            codes.asked.set(tx, &format!("{asked} {id}"))
        });
    }

    /// The running codes that are bound to this phone and signed by a key that this set does not
    /// have or has ended, and that were not asked for by it.
    fn without_key(&self, codes: &Codes, keys: &KeySet) -> Vec<String> {
        let now = self.now();
        let asked = self.core().read(now, |db| codes.asked.get(db)).ok().flatten();
        let asked = asked.filter(|asked| is_by(asked, keys)).unwrap_or_default();
        let mine = self.ports().signer.public_key();
        let is_without = |(id, signed): &Running| {
            let lost = (codes.verify)(signed, keys, now).is_err_and(|why| {
                matches!(why, CodeError::Trust(TrustError::KeyUnknown { .. } | TrustError::KeyRevoked { .. }))
            });
            let is_mine = || {
                Claims::unverified(signed)
                    .is_ok_and(|code| code.device.is_some_and(|device| *device.as_bytes() == mine))
            };
            lost && is_mine() && !asked.split(' ').skip(1).any(|known| known == id)
        };
        (codes.running)(self).into_iter().filter(is_without).map(|(id, _)| id).collect()
    }
}

/// Whether the codes that were asked for were asked for by this key set.
fn is_by(asked: &str, keys: &KeySet) -> bool {
    asked.split(' ').next() == Some(keys.version.to_string().as_str())
}
