//! Parking: zones near me, a quote, its preview without a connection, the purchase, the ticket and its code.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::parking::quotes::{self, Purchase, Quote, QuoteRequest};
use mesto_protocol::parking::signed::{Presentation, TicketClaims};
use mesto_protocol::parking::tickets::{self, Ticket, TicketState, Tickets};
use mesto_rules::quote::{self as rules_quote, QuoteAsk};
use mesto_rules::{City, Minutes, ParkingSection as ParkingOfCity, PayMethod, Position, Refusal, Stay, StayPer, Stays};
use mesto_rules::{zone_by_sign, zones_near};
use serde::Serialize;

use crate::client::Client;
use crate::clock::ClockState;
use crate::error::{Error, ErrorKind, Result};
use crate::guard::Wish;
use crate::intent::IntentKind;
use crate::outbox::IntentView;
use crate::store::rows;

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
    /// It counts the tickets of this account, as the operator told them at this moment; `None` when it never did. What
    /// others bought for the same plate, in another account or by SMS, no phone knows: the operator's quote then differs.
    pub own_tickets_as_of: Option<DateTime<Utc>>,
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

/// A stay lasts a week at most, so that tickets that ended earlier are in none that is open.
const LONGEST_STAY: TimeDelta = TimeDelta::days(8);

/// The user's stay, of all his tickets in a car park, where they stand in the plates' stays: bought one after the other.
fn stay_of_tickets(city: &City, tickets: &[&Ticket]) -> std::result::Result<Option<Stay>, Refusal> {
    let mut bought = tickets.to_vec();
    bought.sort_by(|one, other| (one.issued_at, &one.id).cmp(&(other.issued_at, &other.id)));
    bought.into_iter().try_fold(None, |stay: Option<Stay>, ticket| {
        Stay::after_ticket(city, stay.as_ref(), &ticket.zone, ticket.starts_at, ticket.ends_at).map(Some)
    })
}

impl Client {
    /// Zones near a position, from the stored city. `sign` is typed (`9111`) or scanned text and wins over the
    /// position. Local.
    ///
    /// # Errors
    /// `city_missing`, `sign_unknown` with the known codes, `sign_ambiguous`.
    pub fn zones_near(&self, position: Option<Position>, sign: Option<&str>) -> Result<ZonesNear> {
        let city = self.city()?;
        let parking: &ParkingOfCity = city.section()?;
        let by_sign = match sign.map(str::trim).filter(|sign| !sign.is_empty()) {
            Some(sign) => Some(zone_by_sign(parking, sign)?.id.to_string()),
            None => None,
        };
        let near = position.map(|position| zones_near(parking, &position, u32::MAX)).unwrap_or_default();
        let language = self.config().locale.tag();
        let mut zones: Vec<NearZone> = parking
            .zones
            .iter()
            .map(|zone| {
                let found = near.iter().find(|near| near.zone_id == zone.id);
                NearZone {
                    zone: zone.id.to_string(),
                    name: zone.name.get(language).to_owned(),
                    colour: zone.colour.clone(),
                    sign_codes: zone.sign_codes.clone(),
                    distance_metres: found.map(|near| near.distance_metres),
                    inside: found.is_some_and(|near| near.inside),
                    approximate: found.is_some_and(|near| near.approximate),
                    max_stay_minutes: zone.max_stay_minutes().map(Minutes::get),
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
            vehicle: Some(vehicle.to_owned()),
            extends: None,
            minutes,
            pay: mesto_protocol::base::payments::PayMethod::Deposit,
        };
        self.call(&quotes::QUOTE, &[], &body).await
    }

    /// A quote that continues a ticket with the time after its end, at its own price (BG-46, BG-54). Also right after
    /// the end: the operator decides what of the stay is left. The car may have been removed from the account since.
    ///
    /// # Errors
    /// `ticket_missing`, `vehicle_missing` (the operator no longer knows the ticket, and the car is not in the account), and
    /// those of [`Client::quote`].
    pub async fn extend(&self, ticket: &str, minutes: u32) -> Result<Quote> {
        let outcome = self.extend_inner(ticket, minutes).await;
        self.explain(outcome)
    }

    async fn extend_inner(&self, ticket: &str, minutes: u32) -> Result<Quote> {
        self.core().signed_in()?;
        let ticket = self.ticket(ticket)?;
        if ticket.state == TicketState::Lost {
            let vehicle = self.vehicles()?.into_iter().find(|vehicle| vehicle.plate == ticket.plate);
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
            pay: mesto_protocol::base::payments::PayMethod::Deposit,
        };
        self.call(&quotes::QUOTE, &[], &body).await
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
    /// connection. It counts what this account bought; see [`Preview::own_tickets_as_of`].
    ///
    /// # Errors
    /// `city_missing`, `vehicle_missing`, and the refusals of the rules.
    pub fn preview(&self, zone: &str, vehicle: &str, minutes: u32) -> Result<Preview> {
        let outcome = self.preview_inner(zone, vehicle, minutes, PayMethod::Deposit);
        self.explain(outcome)
    }

    pub(crate) fn preview_inner(&self, zone: &str, vehicle: &str, minutes: u32, pay: PayMethod) -> Result<Preview> {
        let city = self.city()?;
        let plate = self.vehicle(vehicle)?.plate;
        let stay_per = city.section::<ParkingOfCity>()?.policy.stay_per;
        let (now, clock) = self.time();
        let (past, as_of) = self.core().read(now, |db| {
            Ok((rows::tickets_ending_after(db, now - LONGEST_STAY)?, rows::get::<i64>(db, rows::meta::LAST_SYNC)?))
        })?;
        let mine: Vec<&Ticket> = past
            .iter()
            .filter(|ticket| ticket.zone == zone && ticket.city == city.id && ticket.state != TicketState::Voided)
            .collect();
        // Those that end last come first. Also an extension that is still to start: what follows begins at its end.
        let of_plate = mine.iter().find(|ticket| ticket.plate == plate);
        let running = of_plate.filter(|ticket| ticket.ends_at > now);
        let as_sold = |ticket: &Ticket, deadline, paid_until| {
            Stay::as_sold(&city, zone, ticket.stay.started_at, deadline, paid_until)
        };
        // With both, what a ticket is told is the earlier of two deadlines; the plate's own follows from its start.
        let own_deadline = |ticket: &Ticket| ticket.stay.deadline.filter(|_| stay_per != StayPer::Both);
        let plate_stay = of_plate.map(|it| as_sold(it, own_deadline(it), it.ends_at)).transpose()?;
        let newest = mine.iter().max_by_key(|ticket| (ticket.issued_at, &ticket.id));
        let user_stay = match stay_per {
            StayPer::Plate => None,
            StayPer::User => newest.map(|it| as_sold(it, it.stay.deadline, it.stay.paid_until)).transpose()?,
            StayPer::Both => stay_of_tickets(&city, &mine)?,
        };
        let stays = Stays { plate: plate_stay.as_ref(), user: user_stay.as_ref() };
        let terms = rules_quote::quote(&city, &QuoteAsk { zone, minutes, now, stays, pay })?;
        Ok(Preview {
            terms,
            extends: running.map(|ticket| ticket.id.clone()),
            own_tickets_as_of: as_of.and_then(DateTime::from_timestamp_millis),
            clock,
            city_version: city.version,
        })
    }

    /// Buys a quote: exactly what it says, once, however often it is tapped. The intent tells how it stands: Confirmed
    /// with its ticket, Refused with the reason, or Unconfirmed, to be settled later.
    ///
    /// Where a purchase for this car in this zone is still open, that one is settled first; when it turns out to be
    /// confirmed it is the answer, and nothing more is bought.
    ///
    /// # Errors
    /// `unconfirmed` while an earlier one stays open; `not_signed_in`; `quote_expired` when this phone already knows it; `phone_full` (then nothing was sent).
    pub async fn buy(&self, quote: &Quote) -> Result<IntentView> {
        let outcome = self.buy_inner(quote).await;
        self.explain(outcome)
    }

    async fn buy_inner(&self, quote: &Quote) -> Result<IntentView> {
        let kind = IntentKind::Purchase {
            quote: quote.id.clone(),
            city: quote.city.clone(),
            zone: quote.terms.zone.to_string(),
            plate: quote.plate.clone(),
            minutes: quote.terms.granted_minutes,
            total: quote.terms.total,
            extends: quote.extends.clone(),
        };
        let body = |not_after| serde_json::to_vec(&Purchase { quote: quote.id.clone(), not_after });
        let path = quotes::BUY.target(&[], &[]);
        self.intend(Wish { kind, path, body: &body, until: Some(quote.expires_at) }).await
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
        let most = limit.to_string();
        let mut query = vec![("limit", most.as_str())];
        query.extend(before.map(|ticket| ("before", ticket)));
        match self.fetch(&tickets::LIST, &[], &query).await {
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
