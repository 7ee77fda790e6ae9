//! Signing in by one-time code, and out.

use mesto_protocol::base::sign_in::{self, CodeRequest, CodeSent, Session, SignIn, code_of};
use mesto_protocol::device::DeviceKey;

use crate::client::{Client, TOKEN};
use crate::error::{Error, ErrorKind, Result};
use crate::intent::{IntentState, Progress};
use crate::store::{IntentRow, rows};

impl Client {
    /// Asks for a one-time code by SMS; the answer is the same for known and unknown numbers.
    ///
    /// # Errors
    /// `phone_invalid`, `too_many_requests`, and whatever a request can answer.
    pub async fn request_code(&self, phone: &str) -> Result<CodeSent> {
        let body = CodeRequest { phone: phone.to_owned() };
        let outcome = self.call(&sign_in::SEND_CODE, &[], &body).await;
        self.explain(outcome)
    }

    /// Trades the code for a session, registers the device's key, and reads the account when it can. `device` is shown
    /// in the driver's list of devices. Another account than the one before finds nothing of the other's on the phone.
    ///
    /// # Errors
    /// `code_wrong`, `code_expired`, `code_tries_exhausted`, `device_key_failed`, `phone_secrets_failed`, and whatever a request can
    /// answer.
    pub async fn sign_in(&self, phone: &str, code: &str, device: &str) -> Result<()> {
        let outcome = self.sign_in_inner(phone, code, device).await;
        self.explain(outcome)
    }

    async fn sign_in_inner(&self, phone: &str, code: &str, device: &str) -> Result<()> {
        let device_key = DeviceKey::from_sec1(&self.ports().signer.public_key())
            .map_err(|why| Error::new(ErrorKind::Phone, "device_key_failed", why.to_string()))?
            .to_text();
        let body =
            SignIn { phone: phone.to_owned(), code: code_of(code), device: device.to_owned(), device_key };
        let session: Session = self.call(&sign_in::SIGN_IN, &[], &body).await?;
        self.core().still_open()?;
        let now = self.now();
        // The old token goes first and the new one comes last: whenever this fails or the app dies, no token lies beside
        // another account's data.
        self.ports().secrets.remove(TOKEN)?;
        {
            let mut core = self.core();
            core.token = None;
            let another = core.account.as_ref().is_some_and(|account| *account != session.account);
            core.write(now, |db| {
                if another {
                    rows::forget_account(db)?;
                }
                rows::set(db, rows::meta::ACCOUNT, &session.account)
            })?;
            core.account = Some(session.account);
        }
        self.ports().secrets.set(TOKEN, &session.token)?;
        self.core().token = Some(session.token);
        self.changed();
        // The session stands even when the account cannot be read right now; the next sync does it.
        let _ = self.sync().await;
        Ok(())
    }

    /// Ends the session here and at the operator, and forgets the account on this phone.
    ///
    /// # Errors
    /// `intents_open` while an action may have been executed and is not confirmed yet: signing out would lose its end.
    pub async fn sign_out(&self) -> Result<()> {
        let outcome = self.sign_out_inner().await;
        self.explain(outcome)
    }

    async fn sign_out_inner(&self) -> Result<()> {
        let now = self.now();
        let open = {
            let mut core = self.core();
            match core.account.clone() {
                Some(account) => core.read(now, |db| IntentRow::open(db, &account))?,
                None => Vec::new(),
            }
        };
        for intent in &open {
            self.withdraw(&intent.key).await?;
        }
        let unsure = self
            .open_intents()?
            .into_iter()
            .filter(|intent| matches!(intent.state, IntentState::Unconfirmed(Progress::Leaving | Progress::Left)));
        let count = unsure.count();
        if count > 0 {
            return Err(
                Error::new(ErrorKind::Refused, "intents_open", "an intent is not confirmed yet").with("count", count)
            );
        }
        // The operator forgets the session by itself if it cannot hear this.
        let _ = self.tell(&sign_in::SIGN_OUT, &[]).await;
        self.core().still_open()?;
        self.ports().secrets.remove(TOKEN)?;
        let mut core = self.core();
        core.token = None;
        core.account = None;
        core.write(now, |db| rows::forget_account(db))?;
        drop(core);
        self.changed();
        Ok(())
    }
}
