//! Intents as an app shows them: neither paid nor unpaid until the operator's word is known.

use crate::error::{MestoError, plain};
use crate::values::Timestamp;
use mesto_client::parking::WantedParking;
use mesto_client::protocol::base::plate::Plate;
use mesto_client::protocol::base::wallet::Topup;
use mesto_client::protocol::orders::driver::Order;
use mesto_client::protocol::parking::tickets::Ticket;
use mesto_client::{Error, IntentState as CoreState, IntentView, Locale};
use mesto_rules::money::Money;
use std::collections::HashMap;

/// What the driver wanted.
#[derive(Debug, Clone, PartialEq, uniffi::Enum)]
pub enum IntentKind {
    /// Buy a quote: a new ticket, or an extension where `extends` names the running one.
    Purchase {
        quote: String,
        city: String,
        zone: String,
        plate: Plate,
        minutes: u32,
        total: Money,
        extends: Option<String>,
    },
    /// Put money on the deposit by the bank's page.
    Topup { amount: Money },
    /// Pay a daily order from the deposit.
    OrderPayment { order: String, amount: Money },
}

impl IntentKind {
    fn told(view: &IntentView) -> Self {
        if let Some(WantedParking { quote, city, zone, plate, minutes, extends }) = view.parking() {
            return Self::Purchase { quote, city, zone, plate, minutes, total: view.amount, extends };
        }
        match view.wanted_order() {
            Some(order) => Self::OrderPayment { order, amount: view.amount },
            None => Self::Topup { amount: view.amount },
        }
    }
}

/// Where an intent stands. All but `Unconfirmed` are final.
#[derive(Debug, Clone, PartialEq, uniffi::Enum)]
pub enum IntentState {
    /// The outcome is not known yet: show "not confirmed yet", neither paid nor unpaid.
    Unconfirmed,
    /// The operator (for a top-up: the bank) said yes.
    Confirmed,
    /// The operator or the bank said no, for this reason; nothing was charged.
    Refused { reason: Reason },
    /// It surely was not and will not be executed.
    Expired,
    /// The operator no longer knows the time in which it was sent: nobody can say whether it was executed.
    Lost,
}

/// Why an intent was refused, in the client's language.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Reason {
    pub code: String,
    pub text: String,
    pub advice: String,
    /// The numbers, moments (RFC 3339) and sums of the text.
    pub params: HashMap<String, String>,
}

/// One paying action, from the tap to its end.
#[derive(Debug, Clone, PartialEq, uniffi::Record)]
pub struct Intent {
    /// The idempotency key; links back from a bank carry it.
    pub key: String,
    /// What is not paid for again while this is open: service, place and canonical plate as one text, to compare.
    pub guard: String,
    pub kind: IntentKind,
    pub state: IntentState,
    pub created_at: Timestamp,
    /// Never executed after this moment.
    pub not_after: Timestamp,
    /// How often it was sent.
    pub attempts: u32,
    /// When another attempt makes sense; absent once ended.
    pub next_retry_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// What was bought.
    pub ticket: Option<Ticket>,
    /// The order that was paid.
    pub order: Option<Order>,
    /// How the top-up stands.
    pub topup: Option<Topup>,
    /// The bank's page to open, while a top-up waits for the driver.
    pub page_url: Option<String>,
}

impl Intent {
    /// An intent in the words of one language; `refusal` is the reason with times in the city's zone.
    pub(crate) fn told(view: &IntentView, refusal: Option<&Error>, locale: Locale) -> Self {
        let state = match &view.state {
            CoreState::Unconfirmed(_) => IntentState::Unconfirmed,
            CoreState::Confirmed => IntentState::Confirmed,
            CoreState::Expired => IntentState::Expired,
            CoreState::Lost => IntentState::Lost,
            CoreState::Refused(problem) => {
                let reason = |error: &Error| Reason {
                    code: error.code().to_owned(),
                    text: error.text(locale),
                    advice: error.advice(locale),
                    params: plain(error.params()),
                };
                IntentState::Refused { reason: refusal.map_or_else(|| reason(&Error::from(problem.clone())), reason) }
            }
        };
        Self {
            key: view.key.clone(),
            guard: view.guard.clone(),
            kind: IntentKind::told(view),
            state,
            created_at: view.created_at,
            not_after: view.not_after,
            attempts: view.attempts,
            next_retry_at: view.next_retry_at,
            ended_at: view.ended_at,
            ticket: view.ticket(),
            order: view.order(),
            topup: view.topup(),
            page_url: view.page_url.clone(),
        }
    }
}

/// The outcome of a call in the words of one language.
pub(crate) fn told<T>(outcome: Result<T, Error>, locale: Locale) -> Result<T, MestoError> {
    outcome.map_err(|error| MestoError::told(&error, locale))
}
