//! The operator's signing keys: made, rotated, renewed and loaded from a folder that only its owner
//! can read.
//!
//! `root.seed` signs the key set; `city-N.seed`, `code-N.seed` and `revocations-N.seed` sign what
//! is served; `keys.json` says since when; `keys.signed` is what `/v1/keys` serves.
//!
//! A key set says when a newer one is to be asked for ([`SET_DAYS`]). As long as `root.seed` lies
//! beside the others, the set is signed anew long before that, with the same number and later
//! times, by every instance alike. A root that lies in a safe renews it by [`renew`].

use std::fmt;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::keys::{Key, KeySet, KeySetError, KeyUse};
use mesto_protocol::signature::{IssuerKey, TrustError};
use serde::{Deserialize, Serialize};

use crate::kernel::ports::Entropy;

/// How long a key signs.
const KEY_DAYS: i64 = 730;
/// A newer key set is asked for this long after one was signed.
pub const SET_DAYS: i64 = 90;
/// Where the root is there, the set is signed anew so often.
const RENEWED_EVERY: TimeDelta = TimeDelta::days(30);
/// A new key is good from a little before it was made, for clocks that are behind.
const EARLIER: TimeDelta = TimeDelta::hours(1);

/// Why the keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    #[error("{path}: {source}", path = .path.display())]
    File { path: PathBuf, source: std::io::Error },
    #[error("{path}: {why}", path = .path.display())]
    Unusable { path: PathBuf, why: String },
    #[error("there are keys in {path} already; `rotate` makes new ones beside them", path = .path.display())]
    Exists { path: PathBuf },
    #[error("there is no key {kid}; these are there: {known}")]
    Unknown { kid: String, known: String },
    #[error("key {kid} was revoked before, at {at}")]
    RevokedBefore { kid: String, at: DateTime<Utc> },
    #[error(transparent)]
    Set(#[from] KeySetError),
    #[error(transparent)]
    Trust(#[from] TrustError),
}

/// The keys that sign what the operator serves.
pub struct Keys {
    root_public: [u8; 32],
    /// Absent where it lies in a safe.
    root: Option<IssuerKey>,
    set: KeySet,
    /// How often the set was renewed since it was made, and that set as it is served.
    served: Mutex<(i64, Arc<str>)>,
    city: IssuerKey,
    code: IssuerKey,
    revocations: IssuerKey,
}

/// The secret halves are not shown.
impl fmt::Debug for Keys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Keys")
            .field("city", &self.city.kid())
            .field("code", &self.code.kid())
            .field("revocations", &self.revocations.kid())
            .finish_non_exhaustive()
    }
}

impl Keys {
    /// Keys that live as long as the value, for tests, the demo and the simulation: good from a day
    /// before `now` for ten years.
    ///
    /// # Errors
    /// When the set cannot be signed.
    pub fn ephemeral(now: DateTime<Utc>, entropy: &dyn Entropy) -> Result<Self, KeysError> {
        let mut seeds = [[0; 32]; 4];
        for seed in &mut seeds {
            entropy.fill(seed);
        }
        let [root, city, code, revocations] = seeds;
        let root = IssuerKey::from_seed("root", &root)?;
        let city = IssuerKey::from_seed("city-1", &city)?;
        let code = IssuerKey::from_seed("code-1", &code)?;
        let revocations = IssuerKey::from_seed("revocations-1", &revocations)?;
        let (from, until) = (now - TimeDelta::days(1), now + TimeDelta::days(3_652));
        let key = |key: &IssuerKey, r#use| Key {
            kid: key.kid().to_owned(),
            r#use,
            public: key.public(),
            from,
            until,
            revoked_at: None,
        };
        let keys = vec![key(&city, KeyUse::City), key(&code, KeyUse::Code), key(&revocations, KeyUse::Revocations)];
        let set = KeySet { version: 1, issued_at: now, next_update: next_update(now), keys };
        let served = Mutex::new((0, set.sign(&root)?.into()));
        Ok(Self { root_public: root.public(), root: Some(root), set, served, city, code, revocations })
    }

    /// The public root key that apps pin.
    #[must_use]
    pub const fn root_public(&self) -> &[u8; 32] {
        &self.root_public
    }

    /// The public root key as text: base64url without padding.
    #[must_use]
    pub fn root_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.root_public)
    }

    /// The signed key set as it is served at `now`.
    ///
    /// # Errors
    /// When it cannot be signed anew.
    pub fn signed_set(&self, now: DateTime<Utc>) -> Result<Arc<str>, KeysError> {
        let mut served = self.served.lock().unwrap_or_else(PoisonError::into_inner);
        // Never older than the set of the file. One that a clock ahead made goes with that clock:
        // by its date nobody would ask for the next one in time.
        let renewals = ((now - self.set.issued_at).num_seconds() / RENEWED_EVERY.num_seconds()).max(0);
        if let Some(root) = self.root.as_ref().filter(|_| renewals != served.0) {
            let issued_at = self.set.issued_at + TimeDelta::seconds(renewals * RENEWED_EVERY.num_seconds());
            let renewed = KeySet { issued_at, next_update: next_update(issued_at), ..self.set.clone() };
            *served = (renewals, renewed.sign(root)?.into());
        }
        Ok(Arc::clone(&served.1))
    }

    /// Since when, or from when on, a set that only the root in its safe can renew is to be
    /// renewed: a month before its next update. `None` where it is renewed by itself.
    #[must_use]
    pub fn to_be_renewed_from(&self) -> Option<DateTime<Utc>> {
        self.root.is_none().then(|| self.set.next_update - RENEWED_EVERY)
    }

    /// When the set that is served at this moment has to be followed by a newer one; `None` when it
    /// cannot be signed.
    pub(crate) fn next_update(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.signed_set(now).ok()?;
        let renewals = self.served.lock().unwrap_or_else(PoisonError::into_inner).0;
        Some(self.set.next_update + TimeDelta::seconds(renewals * RENEWED_EVERY.num_seconds()))
    }

    /// Whether a key that signed codes was revoked: what it signed is good for nobody any more.
    pub(crate) fn has_revoked_code_key(&self) -> bool {
        self.set.keys.iter().any(|key| key.r#use == KeyUse::Code && key.revoked_at.is_some())
    }

    pub(crate) const fn city(&self) -> &IssuerKey {
        &self.city
    }

    pub(crate) const fn ticket(&self) -> &IssuerKey {
        &self.code
    }

    pub(crate) const fn revocations(&self) -> &IssuerKey {
        &self.revocations
    }
}

fn next_update(issued_at: DateTime<Utc>) -> DateTime<Utc> {
    issued_at + TimeDelta::days(SET_DAYS)
}

#[derive(Serialize, Deserialize)]
struct Register {
    version: u64,
    keys: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    kid: String,
    r#use: KeyUse,
    /// base64url, so that a revoked key's seed can be thrown away.
    public: String,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revoked_at: Option<DateTime<Utc>>,
    /// Why it was revoked; it stays in this folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revoked_for: Option<String>,
}

/// Makes the first keys in a folder: a root, one for cities, one for tickets, one for revocations.
/// Files are readable by their owner only.
///
/// # Errors
/// [`KeysError::Exists`] when there are keys already.
pub fn init(folder: &Path, now: DateTime<Utc>, entropy: &dyn Entropy) -> Result<Keys, KeysError> {
    fs::create_dir_all(folder).map_err(|source| KeysError::File { path: folder.into(), source })?;
    let root = folder.join("root.seed");
    if root.exists() || folder.join("keys.json").exists() {
        return Err(KeysError::Exists { path: folder.into() });
    }
    new_seed(&root, entropy)?;
    issue(folder, now, entropy, Register { version: 0, keys: Vec::new() })
}

/// Makes new keys beside the old ones and signs with them from now on; what the old ones signed
/// stays good. Needs `root.seed`.
///
/// # Errors
/// When the folder holds no keys, or the root is not there.
pub fn rotate(folder: &Path, now: DateTime<Utc>, entropy: &dyn Entropy) -> Result<Keys, KeysError> {
    let register = register(folder)?;
    issue(folder, now, entropy, register)
}

/// Ends a key before its time, because somebody else may have it: whoever takes the new key set
/// believes nothing any more that it signed, also not what was signed before. Where it was the one
/// in use, another one of its use signs from now on. Its seed may be thrown away. Needs
/// `root.seed`.
///
/// # Errors
/// When there is no such key, it was revoked before, or the root is not there.
pub fn revoke(
    folder: &Path,
    (kid, reason): (&str, &str),
    now: DateTime<Utc>,
    entropy: &dyn Entropy,
) -> Result<Keys, KeysError> {
    let mut register = register(folder)?;
    let known = register.keys.iter().map(|entry| entry.kid.as_str()).collect::<Vec<_>>().join(", ");
    let Some(entry) = register.keys.iter_mut().find(|entry| entry.kid == kid) else {
        return Err(KeysError::Unknown { kid: kid.to_owned(), known });
    };
    if let Some(at) = entry.revoked_at {
        return Err(KeysError::RevokedBefore { kid: kid.to_owned(), at });
    }
    entry.revoked_at = Some(now);
    entry.revoked_for = Some(reason.to_owned());
    let r#use = entry.r#use;
    let is_left = register.keys.iter().any(|entry| entry.r#use == r#use && entry.revoked_at.is_none());
    // An older one of its use may have been seen by the same eyes: a new one signs.
    let newest = register.keys.iter().filter(|entry| entry.r#use == r#use).max_by_key(|entry| entry.from);
    let was_in_use = newest.is_some_and(|newest| newest.kid == kid);
    let uses: &[KeyUse] = if was_in_use || !is_left { &[r#use] } else { &[] };
    issue_for(folder, now, entropy, register, uses)
}

/// Signs the key set anew: the same keys under the same number, and [`SET_DAYS`] until the next
/// time. Needs `root.seed`.
///
/// # Errors
/// When the folder holds no keys, or the root is not there.
pub fn renew(folder: &Path, now: DateTime<Utc>) -> Result<Keys, KeysError> {
    let Keys { set, .. } = load(folder)?;
    let root = seed(&folder.join("root.seed"), "root")?;
    let renewed = KeySet { issued_at: now, next_update: next_update(now), ..set };
    replace(&folder.join("keys.signed"), &renewed.sign(&root)?)?;
    load(folder)
}

/// Loads the newest key of each use, and the signed set.
///
/// # Errors
/// When a file is missing or does not fit the others.
pub fn load(folder: &Path) -> Result<Keys, KeysError> {
    let register = register(folder)?;
    let path = folder.join("keys.signed");
    let signed_set = read(&path)?.trim().to_owned();
    let public_path = folder.join("root.public");
    let root_public = decode(&public_path, read(&public_path)?.trim())?;
    let set = KeySet::verify(&signed_set, &root_public, register.version)?;
    let newest = |r#use: KeyUse| {
        let key =
            set.keys.iter().filter(|key| key.r#use == r#use && key.revoked_at.is_none()).max_by_key(|key| key.from);
        let Some(key) = key else {
            let why = format!("there is no {use} key; `rotate` makes one");
            return Err(KeysError::Unusable { path: path.clone(), why });
        };
        let path = folder.join(format!("{}.seed", key.kid));
        let issuer = seed(&path, &key.kid)?;
        if issuer.public() != key.public {
            return Err(KeysError::Unusable { path, why: "it is not the key that the set names".into() });
        }
        Ok(issuer)
    };
    let (city, code, revocations) = (newest(KeyUse::City)?, newest(KeyUse::Code)?, newest(KeyUse::Revocations)?);
    let root_path = folder.join("root.seed");
    let root = if root_path.exists() { Some(seed(&root_path, "root")?) } else { None };
    if root.as_ref().is_some_and(|root| root.public() != root_public) {
        return Err(KeysError::Unusable { path: root_path, why: "it is not the root that signed keys.signed".into() });
    }
    let served = Mutex::new((0, signed_set.into()));
    Ok(Keys { root_public, root, set, served, city, code, revocations })
}

fn issue(folder: &Path, now: DateTime<Utc>, entropy: &dyn Entropy, register: Register) -> Result<Keys, KeysError> {
    issue_for(folder, now, entropy, register, &[KeyUse::City, KeyUse::Code, KeyUse::Revocations])
}

/// Signs a new set, with a new key for each of these uses.
fn issue_for(
    folder: &Path,
    now: DateTime<Utc>,
    entropy: &dyn Entropy,
    mut register: Register,
    uses: &[KeyUse],
) -> Result<Keys, KeysError> {
    let root = seed(&folder.join("root.seed"), "root")?;
    register.version += 1;
    for r#use in uses.iter().copied() {
        let kid = format!("{use}-{}", register.version);
        let path = folder.join(format!("{kid}.seed"));
        let key = IssuerKey::from_seed(&kid, &new_seed(&path, entropy)?)?;
        let (from, until) = (now - EARLIER, now + TimeDelta::days(KEY_DAYS));
        register.keys.push(Entry {
            kid,
            r#use,
            public: URL_SAFE_NO_PAD.encode(key.public()),
            from,
            until,
            revoked_at: None,
            revoked_for: None,
        });
    }
    let register_path = folder.join("keys.json");
    let key = |entry: &Entry| {
        Ok(Key {
            kid: entry.kid.clone(),
            r#use: entry.r#use,
            public: decode(&register_path, &entry.public)?,
            from: entry.from,
            until: entry.until,
            revoked_at: entry.revoked_at,
        })
    };
    let keys = register.keys.iter().map(key).collect::<Result<_, KeysError>>()?;
    let set = KeySet { version: register.version, issued_at: now, next_update: next_update(now), keys };
    let signed = set.sign(&root)?;
    let text = serde_json::to_string_pretty(&register)
        .map_err(|error| KeysError::Unusable { path: register_path.clone(), why: error.to_string() })?;
    replace(&folder.join("root.public"), &URL_SAFE_NO_PAD.encode(root.public()))?;
    replace(&folder.join("keys.signed"), &signed)?;
    // Last: until it is there, the former keys are the ones in force.
    replace(&register_path, &text)?;
    load(folder)
}

fn register(folder: &Path) -> Result<Register, KeysError> {
    let path = folder.join("keys.json");
    serde_json::from_str(&read(&path)?).map_err(|error| KeysError::Unusable { path, why: error.to_string() })
}

fn seed(path: &Path, kid: &str) -> Result<IssuerKey, KeysError> {
    Ok(IssuerKey::from_seed(kid, &decode(path, read(path)?.trim())?)?)
}

fn new_seed(path: &Path, entropy: &dyn Entropy) -> Result<[u8; 32], KeysError> {
    let mut seed = [0; 32];
    entropy.fill(&mut seed);
    replace(path, &URL_SAFE_NO_PAD.encode(seed))?;
    Ok(seed)
}

fn read(path: &Path) -> Result<String, KeysError> {
    fs::read_to_string(path).map_err(|source| KeysError::File { path: path.into(), source })
}

fn decode(path: &Path, text: &str) -> Result<[u8; 32], KeysError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| KeysError::Unusable { path: path.into(), why: "it is not the base64url of 32 bytes".into() })
}

/// Writes a file that only its owner can read, whole or not at all.
fn replace(path: &Path, text: &str) -> Result<(), KeysError> {
    let fault = |source| KeysError::File { path: path.to_owned(), source };
    let aside = path.with_extension("new");
    // What was left there goes; a link that the folder's owner put there is never followed.
    match fs::remove_file(&aside) {
        Err(why) if why.kind() != std::io::ErrorKind::NotFound => return Err(fault(why)),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&aside).map_err(fault)?;
    #[cfg(unix)]
    give_to_owner_of_folder(&file, path).map_err(fault)?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.write_all(b"\n"))
        .and_then(|()| file.sync_all())
        .map_err(fault)?;
    fs::rename(&aside, path).map_err(fault)
}

/// What root writes belongs to the owner and the group of its folder: instances run as that user.
#[cfg(unix)]
fn give_to_owner_of_folder(file: &fs::File, path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let (file_is, folder_is) = (file.metadata()?, fs::metadata(folder)?);
    if file_is.uid() == 0 && (folder_is.uid(), folder_is.gid()) != (file_is.uid(), file_is.gid()) {
        std::os::unix::fs::fchown(file, Some(folder_is.uid()), Some(folder_is.gid()))?;
    }
    Ok(())
}
