//! A price from the operator, and what buying it means.

use mesto_protocol::base::payments::PayMethod;
use mesto_protocol::base::plate::Plate;
use mesto_protocol::kernel::json::Json;
use mesto_protocol::parking::quotes::{self, Purchase, Purchased, Quote, QuoteRequest};
use mesto_protocol::parking::tickets::{Ticket, TicketState};
use mesto_rules::{Notice, QuoteLine};
use serde::{Deserialize, Serialize};

use super::{Parking, TOPIC, rows};
use crate::base::payments::{IntentView, Priced, Thing, Wish};
use crate::base::wallet::keep_balance;
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::intent::IntentEvent;
use crate::kernel::paying::{Answer, PayingAction};

/// A quote is bought: a new ticket, or an extension.
pub const PURCHASE: PayingAction = PayingAction {
    name: "purchase",
    is_once: true,
    read: |body| {
        let Purchased { ticket, balance } = serde_json::from_slice(body).ok()?;
        Some(Answer {
            event: IntentEvent::Accepted,
            result: ticket.id.clone(),
            tells_balance: true,
            keep: Box::new(move |tx, latest| {
                rows::put_if_new(tx, &ticket)?;
                keep_balance(tx, &balance, latest)
            }),
        })
    },
    outcome: |db, id| Ok(rows::ticket(db, id)?.map(|ticket| Json::of(&ticket)).transpose()?),
    at_bank: None,
};

/// The parking time that an intent is for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WantedParking {
    /// Id of the quote that is bought.
    pub quote: String,
    pub city: String,
    pub zone: String,
    pub plate: Plate,
    pub minutes: u32,
    /// The running ticket that it extends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extends: Option<String>,
}

impl IntentView {
    /// The parking time that is wanted, of the intent of a purchase.
    #[must_use]
    pub fn parking(&self) -> Option<WantedParking> {
        self.details_of(&PURCHASE)
    }

    /// The ticket that was bought, of the intent of a purchase.
    #[must_use]
    pub fn ticket(&self) -> Option<Ticket> {
        self.outcome_of(&PURCHASE)
    }
}

impl Priced for Quote {
    fn wish(&self) -> Result<Wish<'_>> {
        let wanted = WantedParking {
            quote: self.id.clone(),
            city: self.city.clone(),
            zone: self.terms.zone.to_string(),
            plate: self.plate.clone(),
            minutes: self.terms.granted_minutes,
            extends: self.extends.clone(),
        };
        let WantedParking { city, zone, plate, .. } = &wanted;
        Ok(Wish {
            thing: Thing {
                action: &PURCHASE,
                guard: format!("{TOPIC}/{city}/{zone}/{}", plate.canonical),
                subject: self.id.clone(),
            },
            amount: self.terms.total,
            details: Json::of(&wanted).map_err(Error::unreadable)?,
            path: quotes::BUY.target(&[], &[]),
            body: Box::new(|not_after| serde_json::to_vec(&Purchase { quote: self.id.clone(), not_after })),
            until: Some(self.expires_at),
        })
    }
}

impl Parking<'_> {
    /// Asks the operator for a price that holds for the city's quote time, paid from the deposit. Where the vehicle has
    /// a running ticket in this zone the quote continues it. `vehicle` is the id of a stored one.
    ///
    /// # Errors
    /// `minutes_not_positive`, `max_stay_exceeded` with what is allowed, `limit_reached`, `no_return`, `tariff_unknown`, ...
    pub async fn quote(self, zone: &str, vehicle: &str, minutes: u32) -> Result<Quote> {
        let outcome = self.quote_inner(zone, vehicle, minutes).await;
        self.0.explain(outcome)
    }

    async fn quote_inner(self, zone: &str, vehicle: &str, minutes: u32) -> Result<Quote> {
        self.0.core().signed_in()?;
        let body = QuoteRequest {
            city: self.0.config().city.clone(),
            zone: zone.to_owned(),
            vehicle: Some(vehicle.to_owned()),
            extends: None,
            minutes,
            pay: PayMethod::Deposit,
        };
        self.0.call(&quotes::QUOTE, &[], &body).await
    }

    /// A quote that continues a ticket with the time after its end, at its own price (BG-46, BG-54). Also right after
    /// the end: the operator decides what of the stay is left. The car may have been removed from the account since.
    ///
    /// # Errors
    /// `ticket_missing`, `vehicle_missing` (the operator no longer knows the ticket, and the car is not in the account), and
    /// those of [`Parking::quote`].
    pub async fn extend(self, ticket: &str, minutes: u32) -> Result<Quote> {
        let outcome = self.extend_inner(ticket, minutes).await;
        self.0.explain(outcome)
    }

    async fn extend_inner(self, ticket: &str, minutes: u32) -> Result<Quote> {
        self.0.core().signed_in()?;
        let ticket = self.ticket(ticket)?;
        if ticket.state == TicketState::Lost {
            let vehicle = self.0.vehicles().list()?.into_iter().find(|vehicle| vehicle.plate == ticket.plate);
            let vehicle = vehicle.ok_or_else(|| {
                Error::new(ErrorKind::Refused, "vehicle_missing", "the ticket's vehicle is no longer in the account")
            })?;
            return self.quote_inner(&ticket.zone, &vehicle.id, minutes).await;
        }
        let body = QuoteRequest {
            city: ticket.city,
            zone: ticket.zone,
            vehicle: None,
            extends: Some(ticket.id),
            minutes,
            pay: PayMethod::Deposit,
        };
        self.0.call(&quotes::QUOTE, &[], &body).await
    }

    /// A line of a quote, for the driver.
    #[must_use]
    pub fn line_text(self, line: &QuoteLine) -> String {
        self.0.tagged_text("line", &line.kind)
    }

    /// What to know before paying, for the driver.
    #[must_use]
    pub fn notice_text(self, notice: &Notice) -> String {
        self.0.tagged_text("notice", notice)
    }
}
