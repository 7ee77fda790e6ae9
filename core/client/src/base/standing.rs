//! Whether the account may pay: suspended by its person, blocked by the operator (AV-103, AV-126).

use std::sync::Arc;

use mesto_protocol::base::standing::{self, AccountStanding, StandingSection, StandingState};
use mesto_protocol::event::Change;
use mesto_protocol::kernel::json::Json;
use mesto_protocol::kernel::operation::{Nothing, Operation};
use mesto_rules::shown;
use mesto_texts::TextValue;
use serde::Serialize;

use crate::kernel::client::Client;
use crate::kernel::error::Result;
use crate::kernel::service::{Service, keep};
use crate::kernel::store::Value;

pub const TOPIC: &str = standing::SERVICE.name;

/// What the operator said last.
const STANDING: Value<AccountStanding> = Value::new("standing", TOPIC);

pub const SERVICE: Service = Service {
    section: Some(|tx, section, _| match section.map(Json::read::<StandingSection>).transpose()? {
        Some(told) => STANDING.set(tx, &told.standing),
        // An operator that knows nothing of it blocks nobody.
        None => STANDING.remove(tx),
    }),
    event: Some(|tx, event, _| match event.kind.as_str() {
        AccountStanding::KIND => keep(event, |standing: AccountStanding| STANDING.set(tx, &standing)),
        _ => Ok(false),
    }),
    forget: Some(|tx| STANDING.remove(tx)),
    widget: Some(|client| Json::of(&*client.standing().state())),
    ..Service::named(TOPIC)
};

shown! { standing_shown;
    /// Where the account stands, as the operator said it last.
    #[derive(Debug, Clone, PartialEq, Default, Serialize)]
    pub struct StandingView {
        /// `None` before the first sync.
        pub standing: Option<AccountStanding>,
        /// A price is not even asked for. What was paid stays good.
        pub may_pay: bool,
    }
}

/// What is done about it; see [`Client::standing`].
#[derive(Clone, Copy)]
pub struct AccountStandings<'c>(&'c Client);

impl Client {
    /// Suspending the account and going on.
    #[must_use]
    pub const fn standing(&self) -> AccountStandings<'_> {
        AccountStandings(self)
    }
}

impl AccountStandings<'_> {
    /// Where the account stands. Local.
    #[must_use]
    pub fn state(self) -> Arc<StandingView> {
        self.0.state(TOPIC, |core, now| {
            let standing = core.read(now, |db| STANDING.get(db))?;
            let may_pay = standing.as_ref().is_none_or(|known| known.state == StandingState::Active);
            Ok((StandingView { standing, may_pay }, None))
        })
    }

    /// Why nothing can be paid and what to do, for the person; `None` while it can be.
    #[must_use]
    pub fn text(self) -> Option<String> {
        let standing = self.state().standing.clone()?;
        match standing.state {
            StandingState::Suspended => Some(self.0.text("standing-suspended", &[])),
            StandingState::Blocked => {
                let AccountStanding { reason, email, phone, website, .. } = standing;
                let write_to = [email, phone, website].into_iter().flatten().collect::<Vec<_>>().join(", ");
                let values =
                    [("reason", TextValue::Text(reason.unwrap_or_default())), ("write_to", TextValue::Text(write_to))];
                Some(self.0.text("standing-blocked", &values))
            }
            StandingState::Active | StandingState::Other(_) => None,
        }
    }

    /// Stops paying with the account for a while: balance, cards, tickets and history stay, and
    /// [`AccountStandings::resume`] goes on. Said again, it changes nothing.
    ///
    /// # Errors
    /// `not_signed_in`, and whatever a request can answer.
    pub async fn suspend(self) -> Result<AccountStanding> {
        let outcome = self.ask(&standing::SUSPEND).await;
        self.0.explain(outcome)
    }

    /// Goes on with an account that was suspended. One that the operator blocked stays blocked.
    ///
    /// # Errors
    /// `not_signed_in`, and whatever a request can answer.
    pub async fn resume(self) -> Result<AccountStanding> {
        let outcome = self.ask(&standing::RESUME).await;
        self.0.explain(outcome)
    }

    async fn ask(self, operation: &Operation<Nothing, AccountStanding>) -> Result<AccountStanding> {
        let session = self.0.session()?;
        let standing: AccountStanding = self.0.fetch(operation, &[], &[]).await?;
        self.0.keep_of(&session, |tx| STANDING.set(tx, &standing))?;
        Ok(standing)
    }
}
