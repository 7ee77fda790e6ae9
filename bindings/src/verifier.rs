//! An inspector's verifier: codes that drivers show, judged without a network.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_client::http::HttpLink;
use mesto_client::protocol::signed_code::{Claims, ClockRule, CodeError, Unread, Verified, Warning};
use mesto_client::system::SystemClock;
use mesto_client::{Clock as _, CodeVerifier, Link, Locale};

use crate::kernel::cancel::{Cancel, until};
use crate::kernel::client::{operator_name, root_key};
use crate::kernel::error::{MestoError, from_core};
use crate::kernel::link::{OperatorLink, OwnLink};
use crate::services::{CodeSays, code_says};

/// How a verifier is set up.
#[derive(Clone, uniffi::Record)]
pub struct VerifierConfig {
    /// `https://host`, or `http://` on this machine itself.
    pub operator_url: String,
    /// The Ed25519 key that signs the operator's key sets, pinned in the app: base64url without
    /// padding.
    pub root_key: String,
    /// The operator's DNS name, which its codes bear; where absent, the host of its address.
    #[uniffi(default = None)]
    pub operator: Option<String>,
    /// How far the driver's phone may be from this clock, either way: up to an hour, a minute where
    /// absent.
    #[uniffi(default = None)]
    pub max_skew: Option<Duration>,
    /// The language of errors, BCP 47.
    #[uniffi(default = "en")]
    pub locale: String,
    /// The app's own HTTP, for `refresh`.
    #[uniffi(default = None)]
    pub link: Option<Arc<dyn OperatorLink>>,
}

/// What is said of a code. Fields are named as in `mesto verify --json`.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct Verdict {
    /// Genuine, shown by its phone just now, and good at this moment.
    pub is_good: bool,
    /// Why it is not good, stable: `moment_too_old`, `over`; absent where it is.
    pub reason: Option<String>,
    /// The same for developers, in English.
    pub detail: Option<String>,
    /// What the code says; also of one that is genuine and only not good now.
    pub code: Option<VerifiedCode>,
    /// What could not be known: `keys_due`, `revocations_due`, `revocations_missing`.
    pub warnings: Vec<VerifierWarning>,
    pub keys_version: u64,
    pub revocations_version: Option<u64>,
}

/// What a genuine code says.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct VerifiedCode {
    /// Of the ticket or the visit; 32 hexadecimal digits of a kind that this version does not read.
    pub id: String,
    /// The number of its kind: 1 a parking ticket, 2 a garage's receipt.
    pub kind: i64,
    pub issuer: String,
    /// Counts the issues of this id from 1; a higher one ends the others.
    pub issue: u32,
    pub bought_at: DateTime<Utc>,
    pub issued_at: DateTime<Utc>,
    pub starts_at: DateTime<Utc>,
    /// Exclusive.
    pub ends_at: DateTime<Utc>,
    /// Bound to a phone; one that is not anybody may show.
    pub is_bound: bool,
    /// When its phone showed it; absent of one that is bound to none.
    pub shown_at: Option<DateTime<Utc>>,
    /// The key that signed it.
    pub kid: String,
    pub what: CodeSays,
}

/// What makes a verdict less sure.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct VerifierWarning {
    pub code: String,
    /// Since when a newer one should have been fetched.
    pub since: Option<DateTime<Utc>>,
}

/// What a verifier took, to be kept by the app.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct VerifierData {
    pub keys: Option<String>,
    pub revocations: Option<String>,
}

/// Verifies the codes of one operator. It has no account and no file.
#[derive(uniffi::Object)]
pub struct TicketVerifier {
    core: CodeVerifier,
    link: Box<dyn Link>,
    locale: Locale,
}

impl TicketVerifier {
    fn of(config: VerifierConfig, locale: Locale) -> Result<Arc<Self>, MestoError> {
        let timeouts = mesto_client::http::Timeouts::default();
        let max_skew = config.max_skew.unwrap_or(Duration::from_secs(60));
        let max_skew = TimeDelta::from_std(max_skew).ok().filter(|skew| *skew <= TimeDelta::hours(1));
        let max_skew = max_skew.ok_or_else(|| MestoError::out_of_range("max_skew: at most an hour"))?;
        let issuer = operator_name(config.operator.as_deref(), &config.operator_url)?;
        let link: Box<dyn Link> = match config.link {
            Some(own) => {
                Box::new(OwnLink::new(own, &config.operator_url, false, timeouts.request).map_err(MestoError::set_up)?)
            }
            None => Box::new(HttpLink::new(&config.operator_url).map_err(MestoError::set_up)?),
        };
        let core = CodeVerifier::new(issuer, root_key(&config.root_key)?, ClockRule { max_skew });
        Ok(Arc::new(Self { core, link, locale }))
    }
}

#[uniffi::export]
impl TicketVerifier {
    /// Without keys; no request is made.
    #[uniffi::constructor]
    pub fn new(config: VerifierConfig) -> Result<Arc<Self>, MestoError> {
        let locale = Locale::of(&config.locale);
        Self::of(config, locale).map_err(|error| error.said_in(locale))
    }

    /// Takes a key set as the operator answers `GET /v1/keys`; its version.
    pub fn take_keys(&self, text: String) -> Result<u64, MestoError> {
        from_core(self.core.take_keys(&text), self.locale)
    }

    /// Takes a list of ended codes as the operator answers `GET /v1/revocations`; its version.
    #[uniffi::method(default(at = None))]
    pub fn take_revocations(&self, text: String, at: Option<DateTime<Utc>>) -> Result<u64, MestoError> {
        from_core(self.core.take_revocations(&text, moment(at)), self.locale)
    }

    /// What it verifies with, to be kept and taken at the next start.
    #[must_use]
    pub fn taken(&self) -> VerifierData {
        let (keys, revocations) = self.core.taken();
        VerifierData { keys, revocations }
    }

    /// When to `refresh`; at once where absent.
    #[must_use]
    pub fn next_update(&self) -> Option<DateTime<Utc>> {
        self.core.next_update()
    }

    /// Judges the text of a scanned code, without a network; by this machine's clock where no
    /// moment is given. `keys_missing` before the first keys.
    #[uniffi::method(default(at = None))]
    pub fn verify(&self, text: String, at: Option<DateTime<Utc>>) -> Result<Verdict, MestoError> {
        let found = from_core(self.core.verify(&text, moment(at)), self.locale)?;
        let (why, code) = match &found.outcome {
            Ok(code) => (code_says(&code.claims).err(), Some(code)),
            Err(why) => (Some(why.clone()), why.genuine()),
        };
        let code = code.filter(|_| !matches!(why, Some(CodeError::Trust(_))));
        Ok(Verdict {
            is_good: why.is_none(),
            reason: why.as_ref().map(|why| why.code().to_owned()),
            detail: why.map(|why| why.to_string()),
            code: code.map(said),
            warnings: code.into_iter().flat_map(|code| &code.warnings).map(|warning| warned(*warning)).collect(),
            keys_version: found.keys_version,
            revocations_version: found.revocations_version,
        })
    }
}

#[uniffi::export(async_runtime = "tokio")]
impl TicketVerifier {
    /// Fetches the key set and the list of ended codes where they changed; whether one did. What
    /// was taken before stays in use where that fails.
    #[uniffi::method(default(cancel = None))]
    pub async fn refresh(&self, cancel: Option<Arc<Cancel>>) -> Result<bool, MestoError> {
        let work = Box::pin(self.core.refresh(self.link.as_ref(), moment(None)));
        match until(cancel, work).await {
            Some(outcome) => from_core(outcome, self.locale),
            None => Err(MestoError::called_off(self.locale, false)),
        }
    }
}

fn moment(told: Option<DateTime<Utc>>) -> DateTime<Utc> {
    told.unwrap_or_else(|| SystemClock.wall())
}

fn warned(warning: Warning) -> VerifierWarning {
    let since = match warning {
        Warning::KeysDue { since } | Warning::RevocationsDue { since } => Some(since),
        Warning::RevocationsMissing => None,
    };
    VerifierWarning { code: warning.code().to_owned(), since }
}

fn said(code: &Verified) -> VerifiedCode {
    let Claims::<Unread> { issuer, id, issue, bought_at, issued_at, starts_at, ends_at, device, what } = &code.claims;
    let unread = || (id.iter().map(|byte| format!("{byte:02x}")).collect(), CodeSays::Other);
    let (id, says) = code_says(&code.claims).unwrap_or_else(|_| unread());
    VerifiedCode {
        id,
        kind: what.kind,
        issuer: issuer.clone(),
        issue: *issue,
        bought_at: *bought_at,
        issued_at: *issued_at,
        starts_at: *starts_at,
        ends_at: *ends_at,
        is_bound: device.is_some(),
        shown_at: code.shown_at,
        kid: code.kid.clone(),
        what: says,
    }
}
