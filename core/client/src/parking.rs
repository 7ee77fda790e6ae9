//! Parking: zones near me, a quote, its preview without a connection, the purchase, the ticket and its code.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::parking::quotes::{Purchase, Quote, QuoteRequest};
use mesto_protocol::parking::signed::{Presentation, TicketClaims};
use mesto_protocol::parking::tickets::{Ticket, TicketState, Tickets};
use mesto_protocol::route;
use mesto_rules::quote::{self as rules_quote, PayMethod, QuoteAsk};
use mesto_rules::{Position, Stay, zone_by_sign, zones_near};
use serde::Serialize;

use crate::client::Client;
use crate::clock::ClockState;
use crate::error::{Error, ErrorKind, Result};
use crate::intent::IntentKind;
use crate::outbox::IntentView;
use crate::ports::Method;
use crate::store::rows;
use crate::wire::escape;

/// A zone as the list of a screen shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NearZone {
    /// Zone id: `red`.
    pub zone: String,
    /// In the client's language.
    pub name: String,
    /// `#rrggbb`, as on the sign.
    pub colour: String,
    pub sign_codes: Vec<String>,
    /// Metres to its edge, 0 inside; `None` without a position, or when nobody knows where it lies.
    pub distance_metres: Option<u32>,
    pub inside: bool,
    /// The edge was drawn by hand: show it so.
    pub approximate: bool,
    /// The longest stay, minutes; `None` when there is no limit or it is not known.
    pub max_stay_minutes: Option<u32>,
}

/// Zones, nearest first; without a position in the city's order. A sign wins: its zone then stands first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ZonesNear {
    pub zones: Vec<NearZone>,
    /// The zone of the sign. Without one a screen lets the driver choose: one street can lie in three zones.
    pub by_sign: Option<String>,
}

/// The phone's own calculation with the operator's rules: to look at, never to buy.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Preview {
    pub terms: rules_quote::Quote,
    /// The running ticket this would continue.
    pub extends: Option<String>,
    /// A guess while the clock is unsynced.
    pub clock: ClockState,
    /// The city document it was computed from.
    pub city_version: u32,
}

/// A page of bought tickets, newest first.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct History {
    pub tickets: Vec<Ticket>,
    pub more: bool,
    /// Read from the phone because the operator could not be reached: may lack what other phones bought.
    pub from_phone: bool,
}

/// What to draw as a QR.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TicketCode {
    /// The signed ticket with the device's moment.
    pub text: String,
    /// Draw a new one before this moment.
    pub fresh_until: DateTime<Utc>,
}

impl Client {
    /// Zones near a position, from the stored city. `sign` is typed (`9111`) or scanned text and wins over the
    /// position. Local.
    ///
    /// # Errors
    /// `city_missing`, `sign_unknown` with the known codes, `sign_ambiguous`.
    pub fn zones_near(&self, position: Option<Position>, sign: Option<&str>) -> Result<ZonesNear> {
        let city = self.city()?;
        let by_sign = match sign.map(str::trim).filter(|sign| !sign.is_empty()) {
            Some(sign) => Some(zone_by_sign(&city, sign)?.id.clone()),
            None => None,
        };
        let near = position.map(|position| zones_near(&city, &position, u32::MAX)).unwrap_or_default();
        let language = self.config().locale.tag();
        let mut zones: Vec<NearZone> = city
            .zones
            .iter()
            .map(|zone| {
                let found = near.iter().find(|near| near.zone_id == zone.id);
                NearZone {
                    zone: zone.id.clone(),
                    name: zone.name.get(language).to_owned(),
                    colour: zone.colour.clone(),
                    sign_codes: zone.sign_codes.clone(),
                    distance_metres: found.map(|near| near.distance_metres),
                    inside: found.is_some_and(|near| near.inside),
                    approximate: found.is_some_and(|near| near.approximate),
                    max_stay_minutes: zone.max_stay_minutes(),
                }
            })
            .collect();
        // Stable: zones that nobody has drawn stay in the city's order, at the end.
        zones.sort_by_key(|zone| {
            (by_sign.as_ref() != Some(&zone.zone), zone.distance_metres.is_none(), zone.distance_metres)
        });
        Ok(ZonesNear { zones, by_sign })
    }

    /// Asks the operator for a price that holds for the city's quote time, paid from the deposit. Where the vehicle has
    /// a running ticket in this zone the quote continues it. `vehicle` is an id of [`Client::vehicles`].
    ///
    /// # Errors
    /// `minutes_not_positive`, `max_stay_exceeded` with what is allowed, `limit_reached`, `no_return`, `tariff_unknown`, ...
    pub async fn quote(&self, zone: &str, vehicle: &str, minutes: u32) -> Result<Quote> {
        let outcome = self.quote_inner(zone, vehicle, minutes).await;
        self.explain(outcome)
    }

    async fn quote_inner(&self, zone: &str, vehicle: &str, minutes: u32) -> Result<Quote> {
        self.core().signed_in()?;
        let body = QuoteRequest {
            city: self.config().city.clone(),
            zone: zone.to_owned(),
            vehicle: vehicle.to_owned(),
            minutes,
            pay: mesto_protocol::base::payments::PayMethod::Deposit,
        };
        self.ask(Method::Post, route::QUOTES.to_owned(), Some(&body)).await
    }

    /// A quote that continues a ticket with the time after its end, at its own price (BG-46, BG-54). Also right after
    /// the end: the operator decides what of the stay is left.
    ///
    /// # Errors
    /// `ticket_missing`, `vehicle_missing`, and those of [`Client::quote`].
    pub async fn extend(&self, ticket: &str, minutes: u32) -> Result<Quote> {
        let outcome = match self.what_to_extend(ticket) {
            Ok((zone, vehicle)) => self.quote_inner(&zone, &vehicle, minutes).await,
            Err(error) => Err(error),
        };
        self.explain(outcome)
    }

    fn what_to_extend(&self, ticket: &str) -> Result<(String, String)> {
        let ticket = self.ticket(ticket)?;
        let vehicle = self.vehicles()?.into_iter().find(|vehicle| vehicle.canonical == ticket.plate);
        let vehicle = vehicle.ok_or_else(|| {
            Error::new(ErrorKind::Refused, "vehicle_missing", "the ticket's vehicle is no longer in the account")
        })?;
        Ok((ticket.zone, vehicle.id))
    }

    /// A stored ticket. Local.
    ///
    /// # Errors
    /// `ticket_missing`
    pub fn ticket(&self, id: &str) -> Result<Ticket> {
        let now = self.now();
        let found = self.core().read(now, |db| rows::ticket(db, id))?;
        found.ok_or_else(|| Error::new(ErrorKind::Refused, "ticket_missing", "this ticket is not stored on the phone"))
    }

    /// What a length of parking would cost, by the stored city and the same rules as the operator's, without a
    /// connection. The stay is what this phone knows of it.
    ///
    /// # Errors
    /// `city_missing`, `vehicle_missing`, and the refusals of the rules.
    pub fn preview(&self, zone: &str, vehicle: &str, minutes: u32) -> Result<Preview> {
        let outcome = self.preview_inner(zone, vehicle, minutes, PayMethod::Deposit);
        self.explain(outcome)
    }

    pub(crate) fn preview_inner(&self, zone: &str, vehicle: &str, minutes: u32, pay: PayMethod) -> Result<Preview> {
        let city = self.city()?;
        let plate = self.vehicle(vehicle)?.canonical;
        let (now, clock) = self.time();
        let past = self.core().read(now, |db| rows::tickets_ending_after(db, now - TimeDelta::hours(24)))?;
        let mine: Vec<&Ticket> = past
            .iter()
            .filter(|ticket| ticket.zone == zone && ticket.city == city.id && ticket.state != TicketState::Voided)
            .collect();
        // The last of this plate, also when it is an extension that is still to start: what follows begins at its end.
        let running = mine.iter().find(|ticket| ticket.plate == plate && ticket.ends_at > now);
        let start = running.map_or(now, |ticket| ticket.ends_at);
        let latest = mine.first().map(|ticket| &ticket.stay);
        let stay = latest
            .map(|stay| Stay::as_sold(&city, zone, stay.started_at, stay.deadline, stay.paid_until))
            .transpose()?;
        let ask = QuoteAsk { zone, minutes, now, start, stay: stay.as_ref(), pay };
        let terms = rules_quote::quote(&city, &ask)?;
        Ok(Preview { terms, extends: running.map(|ticket| ticket.id.clone()), clock, city_version: city.version })
    }

    /// Buys a quote: exactly what it says, once, however often it is tapped. The intent tells how it stands: Confirmed
    /// with its ticket, Refused with the reason, or Unconfirmed, to be settled later.
    ///
    /// # Errors
    /// `not_signed_in`; `quote_expired` when this phone already knows it; `phone_full` (then nothing was sent).
    pub async fn buy(&self, quote: &Quote) -> Result<IntentView> {
        let outcome = self.buy_inner(quote).await;
        self.explain(outcome)
    }

    async fn buy_inner(&self, quote: &Quote) -> Result<IntentView> {
        let kind = IntentKind::Purchase {
            quote: quote.id.clone(),
            zone: quote.terms.zone.clone(),
            plate: quote.plate.clone(),
            minutes: quote.terms.granted_minutes,
            total: quote.terms.total,
            extends: quote.extends.clone(),
        };
        let stands = self.know_the_time_for(&kind).await?;
        let now = self.now();
        if now > quote.expires_at && !stands {
            return Err(Error::new(ErrorKind::Refused, "quote_expired", "the quote is over")
                .with("expired_at", quote.expires_at.to_rfc3339()));
        }
        let not_after = self.not_after(now).min(quote.expires_at);
        let quote = quote.id.clone();
        let body = |not_after| serde_json::to_vec(&Purchase { quote, not_after });
        self.intend(kind, route::TICKETS.to_owned(), body, not_after).await
    }

    /// What was bought, newest first, `limit` at most; `before` is the id of the last ticket seen. Without a connection
    /// what the phone knows.
    ///
    /// # Errors
    /// `not_signed_in`, or the operator refuses.
    pub async fn history(&self, before: Option<&str>, limit: u32) -> Result<History> {
        let outcome = self.history_inner(before, limit).await;
        self.explain(outcome)
    }

    async fn history_inner(&self, before: Option<&str>, limit: u32) -> Result<History> {
        let session = self.core().session()?;
        let mut path = format!("{}?limit={limit}", route::TICKETS);
        if let Some(before) = before {
            path.push_str("&before=");
            path.push_str(&escape(before));
        }
        match self.get::<Tickets>(path).await {
            Ok(Tickets { tickets, more }) => {
                let now = self.now();
                let mut core = self.core();
                core.still(&session)?;
                core.keep(now, |db| tickets.iter().try_for_each(|ticket| rows::put_ticket(db, ticket)))?;
                drop(core);
                Ok(History { tickets, more, from_phone: false })
            }
            Err(error) if matches!(error.kind(), ErrorKind::Offline | ErrorKind::NoAnswer | ErrorKind::NotNow) => {
                self.stored_history(before, limit)
            }
            Err(error) => Err(error),
        }
    }

    /// What the phone knows of the tickets bought, newest first. Local.
    ///
    /// # Errors
    /// Only when the phone's database fails.
    pub fn stored_history(&self, before: Option<&str>, limit: u32) -> Result<History> {
        let now = self.now();
        let mut tickets = self.core().read(now, |db| rows::tickets_page(db, before, limit.saturating_add(1)))?;
        let more = tickets.len() > usize::try_from(limit).unwrap_or(usize::MAX);
        tickets.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(History { tickets, more, from_phone: true })
    }

    /// The code of a ticket for an inspector's camera: the operator's signature and this device's, over this moment.
    /// Local; make it anew before `fresh_until`.
    ///
    /// # Errors
    /// `ticket_missing`, `device_key_failed` (also when the ticket was bought on another phone).
    pub fn ticket_code(&self, ticket: &str) -> Result<TicketCode> {
        let ticket = self.ticket(ticket)?;
        let now = self.now();
        let text = Presentation::encode(&ticket.signed, self.ports().signer.as_ref(), now)
            .map_err(|why| Error::new(ErrorKind::Phone, "device_key_failed", why.to_string()))?;
        Ok(TicketCode { text, fresh_until: now + TimeDelta::seconds(30) })
    }

    /// What the operator's signature of a ticket says, verified on the phone with the stored keys. Local.
    ///
    /// # Errors
    /// `ticket_missing`, `city_missing` before the first refresh, `keys_not_genuine` when the signature does not hold.
    pub fn verified_ticket(&self, ticket: &str) -> Result<TicketClaims> {
        let ticket = self.ticket(ticket)?;
        let keys = self.stored_keys().ok_or_else(Error::city_missing)?;
        let verified = TicketClaims::verify(&ticket.signed, &keys, self.now())
            .map_err(|why| Error::not_genuine("keys_not_genuine", "ticket", why))?;
        Ok(verified.claims)
    }
}
