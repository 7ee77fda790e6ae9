//! The account: signing in by one-time code, and out; who is signed in, and on which devices; all
//! that is stored about oneself, and the end of it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesto_protocol::ProblemCode;
use mesto_protocol::base::accounts::{self, AccountClosed};
use mesto_protocol::base::sign_in::{self, CodeRequest, CodeSent, Session, SessionPage, SignIn, code_of};
use mesto_protocol::device::DeviceKey;
use mesto_protocol::kernel::ids::{AccountId, DeviceId};
use mesto_protocol::kernel::json::Json;
use mesto_rules::{from_json, shown};
use serde::Serialize;

use crate::base::sync::{LAST_SYNC, PHONE_MASKED};
use crate::kernel::client::{ACCOUNT, CLOSING, Client};
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::intent::{IntentState, Progress};
use crate::kernel::service::Service;
use crate::kernel::session::{self, TOKEN};
use crate::kernel::signal;
use crate::kernel::store::{IntentRow, Tx};

pub const SERVICE: Service = Service {
    widget: Some(|client| Json::of(&*client.account().state())),
    forget: Some(|tx| {
        ACCOUNT.remove(tx)?;
        CLOSING.remove(tx)?;
        PHONE_MASKED.remove(tx)
    }),
    codes: &["intents_open"],
    ..Service::named(accounts::SERVICE.name)
};

shown! { account_shown;
    /// Who is signed in.
    #[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
    pub struct AccountState {
        pub is_signed_in: bool,
        pub account: Option<AccountId>,
        pub phone_masked: Option<String>,
        /// How far the account was read.
        pub last_sync_at: Option<DateTime<Utc>>,
        /// The account was to be closed, and no answer came: `close_account` asks again.
        pub is_closing: bool,
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
            let (phone_masked, last_sync, closing) =
                core.read(now, |db| Ok((PHONE_MASKED.get(db)?, LAST_SYNC.get(db)?, CLOSING.get(db)?)))?;
            let state = AccountState {
                is_signed_in: core.token.is_some(),
                account: Some(account),
                phone_masked,
                last_sync_at: last_sync.and_then(DateTime::from_timestamp_millis),
                is_closing: closing.is_some(),
            };
            Ok((state, None))
        })
    }

    /// Asks for a one-time code by SMS; the answer is the same for known and unknown numbers. The
    /// first time, keys and the operator's document are fetched before: the number is told to
    /// nobody but him.
    ///
    /// # Errors
    /// `keys_untrusted` and `operator_untrusted` before the number was sent; `phone_invalid`,
    /// `phone_country_not_served`, `code_sent_already` (enter that one),
    /// `too_many_requests`, and whatever a request can answer.
    pub async fn request_code(self, phone: &str) -> Result<CodeSent> {
        let outcome = self.request_code_inner(phone).await;
        self.0.explain(outcome)
    }

    async fn request_code_inner(self, phone: &str) -> Result<CodeSent> {
        self.0.operator().met().await?;
        let body = CodeRequest { phone: phone.to_owned(), language: self.0.config().locale.language() };
        self.0.call(&sign_in::SEND_CODE, &[], &body).await
    }

    /// Trades the code for a session, registers the device's key, and reads the account when it
    /// can. `device` is shown in the driver's list of devices. Another account than the one
    /// before finds nothing of the other's on the phone.
    ///
    /// # Errors
    /// `code_wrong` (an empty one is not sent), `code_expired`, `code_tries_exhausted`,
    /// `device_key_failed`,
    /// `phone_secrets_failed`, `keys_untrusted` and `operator_untrusted` as above, and whatever a
    /// request can answer.
    pub async fn sign_in(self, phone: &str, code: &str, device: &str) -> Result<()> {
        let outcome = self.sign_in_inner(phone, code, device).await;
        self.0.explain(outcome)
    }

    async fn sign_in_inner(self, phone: &str, code: &str, device: &str) -> Result<()> {
        let code = code_of(code);
        if code.is_empty() {
            // It would use up a try.
            return Err(Error::new(ErrorKind::Refused, ProblemCode::CodeWrong.as_str(), "the code is empty"));
        }
        let device_key = DeviceKey::from_sec1(&self.0.ports().signer.public_key())
            .map_err(|why| Error::new(ErrorKind::Phone, "device_key_failed", why.to_string()))?
            .to_text();
        self.0.operator().met().await?;
        let language = self.0.config().locale.language();
        let (phone, device) = (phone.to_owned(), device.to_owned());
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
            let before = core.current();
            let services = self.0.services();
            let turn = core.write(now, |tx| {
                let mut known = [before.account, ACCOUNT.get(tx.db())?].into_iter().flatten();
                if known.any(|account| account != session.account) {
                    services.forget(tx)?;
                }
                CLOSING.remove(tx)?;
                ACCOUNT.set(tx, &session.account)?;
                before.next_turn(tx, now)
            })?;
            core.turn = Some(turn);
            core.account_is(Some(session.account));
        }
        self.0.secrets().set(TOKEN, &session.token)?;
        {
            let mut core = self.0.core();
            core.token_is(Some(session.token));
            // Another client of the file that looked before the token was there looks again.
            let current = core.current();
            if let Ok(turn) = core.write_of(now, &current, |tx| current.next_turn(tx, now)) {
                core.turn = Some(turn);
            }
        }
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

    /// Refuses while an action may have been executed: takes back what can be.
    async fn nothing_unsure(self) -> Result<()> {
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
            // Without a session none of them can be brought to its end.
            let session = if self.0.signed_in().is_ok() { "on" } else { "over" };
            return Err(Error::new(ErrorKind::Refused, "intents_open", "an intent is not confirmed yet")
                .with("count", count)
                .with("session", session));
        }
        Ok(())
    }

    async fn sign_out_inner(self) -> Result<()> {
        let left = self.0.core().current();
        self.nothing_unsure().await?;
        // Whoever signed in meanwhile stays: here and below, only the session that was left ends.
        if self.0.core().turn != left.turn {
            return Ok(());
        }
        // The operator forgets the session by itself if it cannot hear this.
        let _ = self.0.tell(&sign_in::SIGN_OUT, &[]).await;
        self.0.core().still_open()?;
        self.0.catch_up()?;
        if self.0.core().turn != left.turn {
            return Ok(());
        }
        self.0.remove_token(left.token.as_deref())?;
        let now = self.0.now();
        let services = self.0.services();
        let forgotten = {
            let mut core = self.0.core();
            if core.turn != left.turn {
                return Ok(());
            }
            core.token_is(None);
            let current = core.current();
            let forgotten = core.write_of(now, &current, |tx| {
                services.forget(tx)?;
                current.next_turn(tx, now)
            });
            core.account_is(None);
            forgotten.map(|turn| core.turn = Some(turn))
        };
        self.0.changed();
        match forgotten {
            // Another client of the file was faster.
            Err(error) if error.kind() == ErrorKind::NotSignedIn => Ok(()),
            forgotten => forgotten,
        }
    }

    /// All that the operator stores about the account: a JSON document to be saved, amounts in
    /// minor units. The phone keeps nothing of it.
    ///
    /// # Errors
    /// `not_signed_in`, and whatever a request can answer.
    pub async fn export(self) -> Result<String> {
        let outcome = self.export_inner().await;
        self.0.explain(outcome)
    }

    async fn export_inner(self) -> Result<String> {
        self.0.signed_in()?;
        let document = self.0.fetch_text(&accounts::EXPORT, &[]).await?;
        from_json::<Json>(&document).map_err(Error::unreadable)?;
        String::from_utf8(document).map_err(Error::unreadable)
    }

    /// The devices that are signed in to the account, newest first, `limit` at most; `cursor` is
    /// `next` of the page before. The one that asks is marked.
    ///
    /// # Errors
    /// `not_signed_in`, and whatever a request can answer.
    pub async fn sessions(self, cursor: Option<String>, limit: u32) -> Result<SessionPage> {
        self.0.fetch_page(&sign_in::SESSIONS, cursor.as_deref(), limit).await
    }

    /// Ends the session of another device: it has to sign in again.
    ///
    /// # Errors
    /// `session_is_own` for this device, which signs out instead ([`Account::sign_out`]),
    /// `not_found` when it is not signed in any more, `not_signed_in`, and whatever a request can
    /// answer.
    pub async fn end_session(self, session: DeviceId) -> Result<()> {
        let outcome = self.end_session_inner(session).await;
        self.0.explain(outcome)
    }

    async fn end_session_inner(self, session: DeviceId) -> Result<()> {
        self.0.signed_in()?;
        self.0.tell(&sign_in::END_SESSION, &[&session.to_string()]).await
    }

    /// Closes the account for good. What is owed is paid from the deposit, what is left of it goes
    /// back, the operator erases the person, and this phone forgets the account as if it had never
    /// been there. Closing twice is one closing: where no answer came
    /// ([`AccountState::is_closing`]) it is called again, and tells what became of the money then.
    ///
    /// # Errors
    /// `account_owes` with `owed`, `balance` and `missing` when the deposit does not cover what is
    /// owed: the account stays open. `intents_open` as in [`Account::sign_out`]. `no_answer` when
    /// it may have been closed. `not_signed_in`, `phone_full`, and whatever a request can answer.
    pub async fn close_account(self) -> Result<AccountClosed> {
        let outcome = self.close_account_inner().await;
        self.0.explain(outcome)
    }

    async fn close_account_inner(self) -> Result<AccountClosed> {
        self.0.missed_nothing()?;
        let now = self.0.now();
        let (account, session) = {
            let core = self.0.core();
            (core.signed_in()?, core.session()?)
        };
        let is_again = self.0.core().read(now, |db| CLOSING.get(db))?.is_some();
        if let Err(unsure) = self.nothing_unsure().await {
            // After a closing that was not answered the app may have been used on. Where the
            // operator takes this session no more, nothing was bought since, and he tells what
            // became of the account.
            let is_over = is_again && self.0.sync().await.is_err_and(|error| error.kind() == ErrorKind::NotSignedIn);
            if !is_over {
                return Err(unsure);
            }
        }
        {
            let mut core = self.0.core();
            let mark = |tx: &Tx<'_>| if is_again { Ok(()) } else { CLOSING.set(tx, &true) };
            // Only the account that was meant is closed, whoever signed in meanwhile.
            core.write_of(now, &session, mark)?;
        }
        let answer = self.0.fetch(&accounts::CLOSE, &[], &[]).await;
        // What was owed may have been paid from the deposit.
        self.0.core().still_open().map_err(Error::unsure)?;
        let closed = match answer {
            Ok(closed) => closed,
            Err(error) => {
                let is_known = match error.kind() {
                    ErrorKind::Refused | ErrorKind::NotSignedIn => true,
                    // Nothing left the phone; what was sent before may have been executed.
                    ErrorKind::Offline => !is_again,
                    _ => false,
                };
                if is_known {
                    self.0.core().write(now, |tx| if session.holds(tx.db())? { CLOSING.remove(tx) } else { Ok(()) })?;
                }
                if error.kind() == ErrorKind::NotSignedIn {
                    self.end_of(&session)?;
                }
                self.0.changed();
                return Err(if is_known { error } else { error.unsure() });
            }
        };
        // The token goes last: until then the operator tells again what became of the account.
        let services = self.0.services();
        {
            let mut core = self.0.core();
            let turn = core.write(now, |tx| {
                IntentRow::forget_all(tx, account)?;
                if !session.holds(tx.db())? {
                    return Ok(None);
                }
                services.forget(tx)?;
                session.next_turn(tx, now).map(Some)
            })?;
            if turn.is_some() {
                core.turn = turn;
                core.account_is(None);
            }
            core.store.wipe_removed();
        }
        self.end_of(&session)?;
        self.0.changed();
        Ok(closed)
    }

    /// Forgets the token of a session that is over; that of another one stays.
    ///
    /// # Errors
    /// `phone_secrets_failed`
    fn end_of(self, session: &session::Session) -> Result<()> {
        {
            let mut core = self.0.core();
            if core.token == session.token {
                core.token_is(None);
            }
        }
        Ok(self.0.remove_token(session.token.as_deref())?)
    }
}
