//! The account: signing in by one-time code, and out; who is signed in.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesto_protocol::base::accounts;
use mesto_protocol::base::sign_in::{self, CodeRequest, CodeSent, Session, SignIn, code_of};
use mesto_protocol::device::DeviceKey;
use mesto_protocol::kernel::ids::AccountId;
use mesto_protocol::kernel::json::Json;
use mesto_rules::shown;
use serde::Serialize;

use crate::base::sync::{LAST_SYNC, PHONE_MASKED};
use crate::kernel::client::{ACCOUNT, Client, TOKEN};
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::intent::{IntentState, Progress};
use crate::kernel::service::Service;
use crate::kernel::signal;

pub const SERVICE: Service = Service {
    widget: Some(|client| Json::of(&*client.account().state())),
    forget: Some(|tx| {
        ACCOUNT.remove(tx)?;
        PHONE_MASKED.remove(tx)
    }),
    codes: &["intents_open"],
    ..Service::named(accounts::SERVICE.name)
};

shown! { account_shown;
    /// Who is signed in.
    #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
    pub struct AccountState {
        pub signed_in: bool,
        pub account: Option<AccountId>,
        pub phone_masked: Option<String>,
        /// How far the account was read.
        pub last_sync_at: Option<DateTime<Utc>>,
    }
}

/// What is done with the account; see [`Client::account`].
#[derive(Clone, Copy)]
pub struct Account<'c>(&'c Client);

impl Client {
    /// Signing in and out.
    #[must_use]
    pub const fn account(&self) -> Account<'_> {
        Account(self)
    }
}

impl Account<'_> {
    /// Who is signed in. Local.
    #[must_use]
    pub fn state(self) -> Arc<AccountState> {
        self.0.state(signal::ACCOUNT, |core, now| {
            let Some(account) = core.account else { return Ok((AccountState::default(), None)) };
            let (phone_masked, last_sync) = core.read(now, |db| Ok((PHONE_MASKED.get(db)?, LAST_SYNC.get(db)?)))?;
            let state = AccountState {
                signed_in: core.token.is_some(),
                account: Some(account),
                phone_masked,
                last_sync_at: last_sync.and_then(DateTime::from_timestamp_millis),
            };
            Ok((state, None))
        })
    }

    /// Asks for a one-time code by SMS; the answer is the same for known and unknown numbers.
    ///
    /// # Errors
    /// `phone_invalid`, `too_many_requests`, and whatever a request can answer.
    pub async fn request_code(self, phone: &str) -> Result<CodeSent> {
        let body = CodeRequest { phone: phone.to_owned(), language: self.0.config().locale.language() };
        let outcome = self.0.call(&sign_in::SEND_CODE, &[], &body).await;
        self.0.explain(outcome)
    }

    /// Trades the code for a session, registers the device's key, and reads the account when it
    /// can. `device` is shown in the driver's list of devices. Another account than the one
    /// before finds nothing of the other's on the phone.
    ///
    /// # Errors
    /// `code_wrong`, `code_expired`, `code_tries_exhausted`, `device_key_failed`,
    /// `phone_secrets_failed`, and whatever a request can answer.
    pub async fn sign_in(self, phone: &str, code: &str, device: &str) -> Result<()> {
        let outcome = self.sign_in_inner(phone, code, device).await;
        self.0.explain(outcome)
    }

    async fn sign_in_inner(self, phone: &str, code: &str, device: &str) -> Result<()> {
        let device_key = DeviceKey::from_sec1(&self.0.ports().signer.public_key())
            .map_err(|why| Error::new(ErrorKind::Phone, "device_key_failed", why.to_string()))?
            .to_text();
        let language = self.0.config().locale.language();
        let (phone, code, device) = (phone.to_owned(), code_of(code), device.to_owned());
        let body = SignIn { phone, code, device, device_key, language };
        let session: Session = self.0.call(&sign_in::SIGN_IN, &[], &body).await?;
        self.0.core().still_open()?;
        let now = self.0.now();
        // The old token goes first and the new one comes last: whenever this fails or the app dies,
        // no token lies beside another account's data.
        self.0.secrets().remove(TOKEN)?;
        {
            let mut core = self.0.core();
            core.token_is(None);
            let another = core.account.is_some_and(|account| account != session.account);
            let services = self.0.services();
            core.write(now, |tx| {
                if another {
                    services.forget(tx)?;
                }
                ACCOUNT.set(tx, &session.account)
            })?;
            core.account_is(Some(session.account));
        }
        self.0.secrets().set(TOKEN, &session.token)?;
        self.0.core().token_is(Some(session.token));
        self.0.changed();
        // The session stands even when the account cannot be read right now; the next sync does it.
        let _ = self.0.sync().await;
        Ok(())
    }

    /// Ends the session here and at the operator, and forgets the account on this phone.
    ///
    /// # Errors
    /// `intents_open` while an action may have been executed and is not confirmed yet: signing out
    /// would lose its end.
    pub async fn sign_out(self) -> Result<()> {
        let outcome = self.sign_out_inner().await;
        self.0.explain(outcome)
    }

    async fn sign_out_inner(self) -> Result<()> {
        for intent in self.0.payments().open()? {
            self.0.payments().withdraw(&intent.key).await?;
        }
        let unsure = self
            .0
            .payments()
            .open()?
            .into_iter()
            .filter(|intent| matches!(intent.state, IntentState::Unconfirmed(Progress::Sending | Progress::Sent)));
        let count = unsure.count();
        if count > 0 {
            return Err(
                Error::new(ErrorKind::Refused, "intents_open", "an intent is not confirmed yet").with("count", count)
            );
        }
        // The operator forgets the session by itself if it cannot hear this.
        let _ = self.0.tell(&sign_in::SIGN_OUT, &[]).await;
        self.0.core().still_open()?;
        self.0.secrets().remove(TOKEN)?;
        let now = self.0.now();
        let services = self.0.services();
        let mut core = self.0.core();
        core.token_is(None);
        core.account_is(None);
        core.write(now, |tx| services.forget(tx))?;
        drop(core);
        self.0.changed();
        Ok(())
    }
}
