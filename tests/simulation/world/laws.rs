//! After every step the laws hold; after the storm phones and operator say the same.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::Ordering;

use mesto_client::protocol::base::payments::PayMethod;
use mesto_client::{Client, IntentState};
use mesto_operator::store::transact;

use super::{Faults, World, end_of};
use crate::check;
use crate::network::Weather;
use crate::phone::Outcome;

impl World {
    pub(super) fn verify(&mut self) -> Result<(), Faults> {
        if !self.touched {
            return Ok(());
        }
        let Some((_, store)) = &self.operator else { return Ok(()) };
        self.touched = false;
        let faults = transact(&**store, |tx| {
            let mut faults = check::laws(tx)?;
            faults.extend(check::longest_stays(tx, &self.city)?);
            faults.extend(check::paid_minutes(tx, &self.city)?);
            faults.extend(check::garages(tx, &self.garage.barrier())?);
            for (index, phone) in self.phones.iter().enumerate() {
                for (key, end) in &phone.ended {
                    if let Some(ticket) = end.strip_prefix("confirmed:")
                        && !check::ticket_exists(tx, ticket)?
                    {
                        faults
                            .push(format!("phone {index}: {key} is confirmed, but its ticket {ticket} does not exist"));
                    }
                    if let Some(order) = end.strip_prefix("paid:")
                        && !check::order_is_paid(tx, order)?
                    {
                        faults.push(format!("phone {index}: {key} is confirmed, but its order {order} is not paid"));
                    }
                }
                for (key, end) in &phone.ended {
                    let Some(quote) = end.strip_prefix("visit:").and_then(|quote| quote.parse().ok()) else { continue };
                    if !check::quote_is_sold(tx, quote)? {
                        faults.push(format!("phone {index}: {key} is confirmed, but its visit was not paid"));
                    }
                }
                for (quote, key) in &phone.unsold {
                    if check::quote_is_sold(tx, *quote)? && !phone.hopes_for(*quote) {
                        faults
                            .push(format!("phone {index}: {key} was not bought, says the phone, but {quote} was sold"));
                    }
                }
            }
            Ok(faults)
        })
        .map_err(|error| vec![format!("the store cannot be looked at: {error}")])?;
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// A phone must still know the end of every intent it was told.
    pub(super) fn remember(&mut self, index: usize, client: &Client) -> Result<(), Faults> {
        let known: HashMap<String, String> = client
            .payments()
            .intents(10_000)
            .map_err(|error| vec![error.to_string()])?
            .into_iter()
            .map(|intent| (intent.key.clone(), end_of(&intent)))
            .collect();
        let Some(phone) = self.phones.get(index) else { return Ok(()) };
        let forgotten: Vec<String> = phone
            .ended
            .iter()
            .filter(|(key, end)| known.get(*key) != Some(*end))
            .map(|(key, end)| format!("phone {index} knew {key} as {end} and now says {:?}", known.get(key)))
            .collect();
        if forgotten.is_empty() { Ok(()) } else { Err(forgotten) }
    }

    /// The network heals: now every intent must end, and every phone must know what the operator
    /// knows.
    pub(super) fn heal(&mut self) -> Result<(), Faults> {
        self.weather = Weather::FAIR;
        for index in 0..self.phones.len() {
            self.air.set_offline(index, false);
        }
        self.operator_back_at = 0;
        self.garage.link_is_back();
        for round in 0..60 {
            for index in 0..self.phones.len() {
                self.settle(index);
                self.synchronise(index);
            }
            for _ in 0..30 {
                self.time.fetch_add(500, Ordering::SeqCst);
                self.carry()?;
            }
            self.verify()?;
            let is_quiet =
                self.flights.is_empty() && self.bank.is_quiet() && self.garage.is_quiet() && self.refunds_are_done()?;
            if round > 1 && is_quiet && self.open_intents()?.is_empty() {
                return self.agree();
            }
            self.time.fetch_add(120_000, Ordering::SeqCst);
        }
        let open = self.open_intents()?.into_iter().map(|intent| format!("never ended: {intent}"));
        Err(open.chain([format!("{} messages are still on their way", self.flights.len())]).collect())
    }

    pub(super) fn open_intents(&self) -> Result<Vec<String>, Faults> {
        let mut open = Vec::new();
        for (index, phone) in self.phones.iter().enumerate() {
            if let Some(client) = &phone.client {
                let intents = client.payments().open().map_err(|error| vec![error.to_string()])?;
                open.extend(
                    intents
                        .iter()
                        .map(|intent| format!("phone {index}: {} {} {:?}", intent.service(), intent.key, intent.state)),
                );
            }
        }
        Ok(open)
    }

    /// After the storm the phones and the operator say the same.
    pub(super) fn agree(&mut self) -> Result<(), Faults> {
        for index in 0..self.phones.len() {
            let Some(client) = self.client(index) else { continue };
            self.complete(index, {
                let client = client.clone();
                async move { client.sync().await.map_or_else(Outcome::Failed, |_| Outcome::Done) }
            })?;
            self.remember(index, &client)?;
            let account = client.account().state().account.ok_or_else(|| vec!["nobody is signed in".to_owned()])?;
            let (_, store) = self.operator.as_ref().ok_or_else(|| vec!["no operator".to_owned()])?;
            let (deposit, tickets) =
                transact(&**store, |tx| check::holdings(tx, account)).map_err(|error| vec![error.to_string()])?;
            let shown = client.wallet().state().balance.and_then(|money| money.minor().ok());
            if shown != Some(deposit) {
                return Err(vec![format!("phone {index} shows a deposit of {shown:?}, the operator has {deposit}")]);
            }
            self.report.tickets = self.report.tickets.max(tickets.len() as u64);
            let running: Vec<&String> =
                tickets.iter().filter(|(_, ends_at)| *ends_at > self.now()).map(|(id, _)| id).collect();
            let parking = client.parking().state();
            let missing: Vec<String> = running
                .iter()
                .filter(|id| !parking.active.iter().any(|ticket| ticket.id.to_string() == ***id))
                .map(|id| format!("phone {index} does not show its running ticket {id}"))
                .collect();
            if !missing.is_empty() {
                return Err(missing);
            }
            let paid =
                transact(&**store, |tx| check::visits_paid(tx, account)).map_err(|error| vec![error.to_string()])?;
            let shown: BTreeSet<String> =
                client.garages().state().inside.iter().map(|visit| visit.id.to_string()).collect();
            if shown != paid {
                return Err(vec![format!("phone {index} shows the visits {shown:?}, the operator has {paid:?}")]);
            }
            self.ended_by_card(index, &client)?;
        }
        self.garage_agrees()?;
        self.bank_agrees()
    }

    /// What a phone shows of its card payments that ended: bought when the operator delivered, also
    /// after a refusal.
    fn ended_by_card(&self, index: usize, client: &Client) -> Result<(), Faults> {
        let intents = client.payments().intents(10_000).map_err(|error| vec![error.to_string()])?;
        let (_, store) = self.operator.as_ref().ok_or_else(|| vec!["no operator".to_owned()])?;
        let mut faults = Vec::new();
        for intent in intents.iter().filter(|intent| intent.pay == PayMethod::Card && intent.payment.is_some()) {
            let sold = transact(&**store, |tx| check::quote_is_sold(tx, intent.quote))
                .map_err(|error| vec![error.to_string()])?;
            let shown = intent.state == IntentState::Confirmed || intent.is_bought_late;
            if sold != shown {
                faults.push(format!("phone {index}: {} {:?} shows {shown}, sold is {sold}", intent.key, intent.state));
            }
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }
}
