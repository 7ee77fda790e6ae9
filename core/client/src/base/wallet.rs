//! The deposit: its balance, its top-ups by the bank's page, and what consumed it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesto_protocol::Problem;
use mesto_protocol::base::wallet::{self, Balance, Deposit, NewTopup, Topup, TopupState, WalletSection};
use mesto_protocol::event::Change;
use mesto_protocol::kernel::json::Json;
use mesto_rules::Money;
use rusqlite::{Connection as Database, params};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::json;

use crate::base::payments::{self, IntentView, Thing, Wish};
use crate::kernel::client::Client;
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::intent::IntentEvent;
use crate::kernel::paying::{Answer, AtBank, Latest, PayingAction};
use crate::kernel::service::{Service, days_before, keep};
use crate::kernel::store::{Stored, Tx, Value, list};

const TOPIC: &str = wallet::SERVICE.name;
const BALANCE: Value<Money> = Value::new("balance", TOPIC);

pub const SERVICE: Service = Service {
    section: Some(|tx, section, reading| {
        let Some(told) = section.map(Json::read::<WalletSection>).transpose()? else { return Ok(()) };
        BALANCE.set(tx, &told.balance)?;
        for topup in &told.topups {
            put_if_newer(tx, topup)?;
            payments::hear(tx, &topup.id, &event_of(topup), reading.now)?;
        }
        Ok(())
    }),
    event: Some(|tx, event, now| match event.kind.as_str() {
        Topup::KIND => keep(event, |topup: Topup| {
            put(tx, &topup)?;
            payments::hear(tx, &topup.id, &event_of(&topup), now)
        }),
        Balance::KIND => keep(event, |Balance { balance }| BALANCE.set(tx, &balance)),
        _ => Ok(false),
    }),
    prune: Some(|tx, city, now| {
        let before = days_before(now, city.retention.events_days);
        tx.write(TOPIC, "DELETE FROM topup WHERE open = 0 AND created_at < ?1", params![before])?;
        Ok(())
    }),
    forget: Some(|tx| {
        tx.write(TOPIC, "DELETE FROM topup", [])?;
        BALANCE.remove(tx)
    }),
    widget: Some(|client| Json::of(&*client.wallet().state())),
    paying: &[&TOP_UP],
    // Why a bank said no.
    codes: &["card_declined", "authentication_failed", "cancelled", "expired", "bank_refused", "abandoned"],
    ..Service::named(TOPIC)
};

/// Money is put on the deposit by the bank's page.
pub const TOP_UP: PayingAction = PayingAction {
    name: "topup",
    is_once: false,
    read: |body| {
        let topup: Topup = serde_json::from_slice(body).ok()?;
        Some(Answer {
            event: event_of(&topup),
            result: topup.id.clone(),
            tells_balance: false,
            keep: Box::new(move |tx, _| put_if_newer(tx, &topup)),
        })
    },
    outcome: |db, id| Ok(stored(db, id)?.map(|topup| Json::of(&topup)).transpose()?),
    at_bank: Some(AtBank {
        ask: |id| (wallet::TOPUP.method, wallet::TOPUP.target(&[id], &[])),
        abandon: |id| (wallet::ABANDON.method, wallet::ABANDON.target(&[id], &[])),
        page: |db, id| Ok(stored(db, id)?.map(|topup| topup.page_url)),
    }),
};

/// Keeps the balance that an answer told, when it is the latest word.
pub fn keep_balance(tx: &Tx<'_>, balance: &Money, latest: Latest) -> Stored {
    if latest.0 { BALANCE.set(tx, balance) } else { Ok(()) }
}

/// It ended; a state of a later version says nothing.
const fn is_decided(topup: &Topup) -> bool {
    matches!(topup.state, TopupState::Succeeded | TopupState::Declined | TopupState::Abandoned)
}

fn stored(db: &Database, id: &str) -> Stored<Option<Topup>> {
    Ok(list(db, "SELECT json FROM topup WHERE id = ?1", params![id])?.into_iter().next())
}

fn put(tx: &Tx<'_>, topup: &Topup) -> Stored {
    tx.write(
        TOPIC,
        "INSERT INTO topup (id, open, created_at, json) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (id) DO UPDATE SET open = excluded.open, json = excluded.json",
        params![topup.id, !is_decided(topup), topup.created_at.timestamp_millis(), serde_json::to_string(topup)?],
    )?;
    Ok(())
}

/// A top-up from an answer that may be told again: a decision that is already known stays.
fn put_if_newer(tx: &Tx<'_>, topup: &Topup) -> Stored {
    let known = stored(tx.db(), &topup.id)?;
    if known.is_some_and(|known| is_decided(&known)) && !is_decided(topup) {
        return Ok(());
    }
    put(tx, topup)
}

/// What the state of a top-up means for its intent.
fn event_of(topup: &Topup) -> IntentEvent {
    match topup.state {
        // A state of a later version is neither yes nor no: it waits for one of the two.
        TopupState::Pending | TopupState::Other => IntentEvent::AcceptedAtBank,
        TopupState::Succeeded => IntentEvent::Accepted,
        TopupState::Declined => {
            let code = topup.reason.clone().unwrap_or_else(|| "bank_refused".to_owned());
            not_paid(topup, code, "The bank did not approve the payment", "the top-up was declined")
        }
        TopupState::Abandoned => not_paid(
            topup,
            "abandoned".to_owned(),
            "The payment was given up",
            "the top-up was abandoned; what the bank still takes for it is paid back",
        ),
    }
}

fn not_paid(topup: &Topup, code: String, title: &str, detail: &str) -> IntentEvent {
    let problem = Problem {
        r#type: format!("urn:mesto:problem:{code}"),
        title: title.to_owned(),
        status: 402,
        detail: detail.to_owned(),
        code,
        params: serde_json::Map::new(),
        instance: None,
    };
    IntentEvent::Refused(problem.with("amount", topup.amount))
}

impl IntentView {
    /// How the top-up stands, of the intent of one.
    #[must_use]
    pub fn topup(&self) -> Option<Topup> {
        self.outcome_of(&TOP_UP)
    }
}

/// The deposit as the operator said it last.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct WalletState {
    /// `None` until the first sync.
    pub balance: Option<Money>,
}

/// What is done with the deposit; see [`Client::wallet`].
#[derive(Clone, Copy)]
pub struct Wallet<'c>(&'c Client);

impl Client {
    /// The deposit.
    #[must_use]
    pub const fn wallet(&self) -> Wallet<'_> {
        Wallet(self)
    }
}

impl Wallet<'_> {
    /// The balance. Local.
    #[must_use]
    pub fn state(self) -> Arc<WalletState> {
        self.0.state(TOPIC, |core, now| {
            let balance = core.read(now, |db| BALANCE.get(db))?;
            Ok((WalletState { balance }, None))
        })
    }

    /// Starts a top-up of the deposit, in the city's currency. The intent's `page_url` is the bank's page, where card
    /// data is typed and nowhere else (BG-91, BG-96). Confirmed only when the bank approved. While another top-up waits
    /// at the bank, that one is to be paid or given up ([`Payments::abandon`](payments::Payments::abandon)) first; of the
    /// same amount it is the answer.
    ///
    /// # Errors
    /// `unconfirmed` with the page of the other one; `amount_not_offered` with the amounts that are (BG-76),
    /// `city_missing`, `not_signed_in`, `phone_full`.
    pub async fn top_up(self, amount: Decimal) -> Result<IntentView> {
        let outcome = self.top_up_inner(amount).await;
        self.0.explain(outcome)
    }

    async fn top_up_inner(self, amount: Decimal) -> Result<IntentView> {
        let city = self.0.city()?;
        let deposit = &city.sections.wallet.deposit;
        if !deposit.offers(&amount) {
            let offered: Vec<String> = deposit.values.iter().map(ToString::to_string).collect();
            return Err(Error::new(
                ErrorKind::Refused,
                "amount_not_offered",
                "the deposit takes only the listed amounts",
            )
            .with("offered", json!(offered))
            .with("currency", city.currency.code()));
        }
        let amount = Money::new(amount, city.currency)
            .map_err(|why| Error::new(ErrorKind::Refused, "amount_not_offered", why.to_string()))?;
        self.0.payments().intend(top_up(amount, self.0.config().return_url.clone())).await
    }

    /// The balance and what consumed it (BG-36, BG-37), newest first, `limit` at most; `before` is the id of the last
    /// entry seen.
    ///
    /// # Errors
    /// `not_signed_in`, and whatever a request can answer.
    pub async fn history(self, before: Option<i64>, limit: u32) -> Result<Deposit> {
        let signed_in = self.0.core().signed_in();
        let outcome = match signed_in {
            Ok(_) => {
                let (limit, before) = (limit.to_string(), before.map(|entry| entry.to_string()));
                let mut query = vec![("limit", limit.as_str())];
                query.extend(before.as_deref().map(|entry| ("before", entry)));
                self.0.fetch(&wallet::HISTORY, &[], &query).await
            }
            Err(error) => Err(error),
        };
        self.0.explain(outcome)
    }
}

/// The wish to top up by this amount. There is one deposit: whatever the amount, one top-up at a time. The very same tap
/// is one of the same amount: the page of the first one is opened again.
pub(crate) fn top_up(amount: Money, return_url: String) -> Wish<'static> {
    Wish {
        thing: Thing { action: &TOP_UP, guard: TOPIC.to_owned(), subject: amount.to_string() },
        amount,
        details: Json::default(),
        path: wallet::TOP_UP.target(&[], &[]),
        body: Box::new(move |not_after: DateTime<Utc>| {
            serde_json::to_vec(&NewTopup { amount, not_after, return_url: return_url.clone() })
        }),
        until: None,
    }
}
