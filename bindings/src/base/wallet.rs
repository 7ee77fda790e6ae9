//! The deposit.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use mesto_client::protocol::base::payments::Quote;
use mesto_client::protocol::base::wallet::{DepositEntry, DepositPage, WalletOffer, WalletOutcome, WalletSubject};
use mesto_client::protocol::kernel::ids::EntryId;
use mesto_client::{DepositPast, DepositPreview, LowBalance, WalletState};
use mesto_rules::{CityId, Money};

use crate::base::payments::PurchaseIntent;
use crate::kernel::cancel::Cancel;
use crate::kernel::client::{Client, Handle};
use crate::kernel::error::MestoError;
use crate::kernel::values::Amount;

mesto_protocol::wallet_records!();
mesto_client::wallet_shown!();
mesto_client::wallet_preview_shown!();
mesto_client::low_balance_shown!();
mesto_client::deposit_past_shown!();

part! {
    /// The deposit.
    Wallet, wallet
}

#[uniffi::export(async_runtime = "tokio")]
impl Wallet {
    /// The balance.
    #[must_use]
    pub fn state(&self) -> WalletState {
        WalletState::clone(&self.0.core.wallet().state())
    }

    /// What paying `total` from the deposit would mean for it, by the balance as the operator said
    /// it last.
    pub fn preview(&self, total: Money) -> Result<DepositPreview, MestoError> {
        Ok(self.0.core.wallet().preview(total))
    }

    /// Below which sum the balance is low: what the person said, else what one usual purchase
    /// costs; absent where neither is known.
    pub fn low_from(&self) -> Result<Option<Money>, MestoError> {
        Ok(self.0.core.wallet().low_from())
    }

    /// Says below which sum the person wants to be told; nothing for one usual purchase again.
    pub fn tell_low_from(&self, below: Option<Money>) -> Result<(), MestoError> {
        self.0.to_app(self.0.core.wallet().tell_low_from(below))
    }

    /// The balance when it is low, to be told before the bus comes; absent while it is not.
    pub fn low(&self) -> Result<Option<LowBalance>, MestoError> {
        Ok(self.0.core.wallet().low())
    }

    /// That the balance is low, in the client's language; absent while it is not.
    pub fn low_text(&self) -> Result<Option<String>, MestoError> {
        Ok(self.0.core.wallet().low_text())
    }

    /// What a movement of the deposit was for, in the client's language.
    pub fn entry_text(&self, entry: DepositEntry) -> Result<String, MestoError> {
        Ok(self.0.core.entry_text(&entry))
    }

    /// The history as it was read last, newest first, without a connection; absent before it was
    /// read for the first time.
    #[uniffi::method(default(limit = 50))]
    pub fn past(&self, limit: u32) -> Result<Option<DepositPast>, MestoError> {
        Ok(self.0.core.wallet().past(limit))
    }

    /// Of which moment that history is, in the client's language.
    pub fn past_text(&self, past: DepositPast) -> Result<String, MestoError> {
        Ok(self.0.core.wallet().past_text(&past))
    }

    /// Asks for a top-up by one of the city's amounts (BG-76); by card. The deposit is one for all
    /// cities.
    #[uniffi::method(default(cancel = None))]
    pub async fn quote(&self, city: CityId, amount: Amount, cancel: Option<Arc<Cancel>>) -> Result<Quote, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.wallet().quote(&city, amount))).await
    }

    /// Starts a top-up, a quote and its purchase in one; the intent's `page_url` is the bank's
    /// page. While another one waits there: `unconfirmed`, whose params name it.
    #[uniffi::method(default(cancel = None))]
    pub async fn top_up(
        &self,
        city: CityId,
        amount: Amount,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<PurchaseIntent, MestoError> {
        let view = self.0.paid(cancel, Box::pin(self.0.core.wallet().top_up(&city, amount))).await?;
        Ok(PurchaseIntent::from_core(&self.0, view))
    }

    /// The balance and what consumed it (BG-36, BG-37), newest first; `cursor` is `next` of the
    /// page before.
    #[uniffi::method(default(cursor = None, limit = 50, cancel = None))]
    pub async fn history(
        &self,
        cursor: Option<String>,
        limit: u32,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<DepositPage, MestoError> {
        self.0.answer(cancel, Box::pin(self.0.core.wallet().history(cursor, limit))).await
    }
}
