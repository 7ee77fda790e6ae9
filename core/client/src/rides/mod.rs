//! Rides in public transport: a vehicle's sign is scanned or its number typed, the ride is checked
//! and confirmed, its ticket shown to a controller.

mod rows;
mod sales;
mod signs;

use std::sync::Arc;

use mesto_protocol::event::Change;
use mesto_protocol::kernel::ids::RideId;
use mesto_protocol::kernel::json::Json;
use mesto_protocol::rides::riders::{CODE, DISPUTE, LIST, Ride, RideDispute, RidePage, RidesOutcome, RidesSubject};
use mesto_protocol::rides::signed::SignedRide;
use mesto_protocol::signed_code::Claims;
use mesto_rules::rides::RidesSection;
use mesto_rules::shown;
use serde::Serialize;

pub use sales::{RideNames, RidesLeft, RouteNames};

use crate::base::codes_again::Codes;
use crate::base::payments::IntentView;
use crate::kernel::client::Client;
use crate::kernel::error::{Error, ErrorKind, Result};
use crate::kernel::paying::Sold;
use crate::kernel::service::{Service, days_before, keep};
use crate::kernel::shown_code::ShownCode;
use crate::kernel::store::Value;

const TOPIC: &str = mesto_protocol::rides::SERVICE.name;

/// Of which codes were asked for again.
const CODES_ASKED: Value<String> = Value::new("ride_codes_asked", TOPIC);
const CODES: Codes = Codes {
    asked: &CODES_ASKED,
    running: |client| {
        let state = client.rides().state();
        state.current.iter().map(|ride| (ride.id.to_string(), ride.signed.clone())).collect()
    },
    verify: |signed, keys, now| Claims::<SignedRide>::verify(signed, keys, now).map(drop),
};

pub const SERVICE: Service = Service {
    section: Some(|tx, section, reading| {
        let told = section.map(Json::read).transpose()?;
        rows::replace(tx, told.as_ref(), reading)
    }),
    event: Some(|tx, event, _| match event.kind.as_str() {
        Ride::KIND => keep(event, |ride: Ride| rows::put(tx, &ride)),
        _ => Ok(false),
    }),
    prune: Some(|tx, city, now| match city.section::<RidesSection>() {
        Ok(rides) => rows::prune(tx, &city.id, days_before(now, rides.retention.rides_days)),
        // The city does not say how long they are kept.
        Err(_) => Ok(()),
    }),
    forget: Some(|tx| {
        rows::forget(tx)?;
        CODES_ASKED.remove(tx)
    }),
    widget: Some(|client| Json::of(&*client.rides().state())),
    sold: Some(Sold {
        keep: |tx, outcome| match outcome.read() {
            Ok(RidesOutcome { ride }) => rows::put_if_new(tx, &ride).map(|()| true),
            Err(_) => Ok(false),
        },
        stored: |db, outcome| {
            let Ok(RidesOutcome { ride }) = outcome.read() else { return Ok(None) };
            let ride = rows::ride(db, ride.id)?.unwrap_or(ride);
            Ok(Some(Json::of(&RidesOutcome { ride })?))
        },
        is_counted: None,
    }),
    usual_price: Some(|client| {
        let cities = client.stored_cities();
        cities.iter().find_map(|city| client.rides().own_fare(&city.id))
    }),
    synced: Some(|client| Box::pin(client.rides().codes_again())),
    codes: &["ride_missing", "ride_not_checked"],
    ..Service::named(TOPIC)
};

impl IntentView {
    /// The ride that is to be registered, of the intent of one.
    #[must_use]
    pub fn wanted_ride(&self) -> Option<RidesSubject> {
        self.subject()
    }

    /// The ride that was registered, of the intent of one.
    #[must_use]
    pub fn ride(&self) -> Option<Ride> {
        self.outcome::<RidesOutcome>().map(|outcome| outcome.ride)
    }
}

shown! { rides_shown;
    /// Rides of this account.
    #[derive(Debug, Clone, PartialEq, Default, Serialize)]
    pub struct RidesState {
        /// Those whose ticket is good, newest first. While the clock is not synced, also those that
        /// may be over.
        pub current: Vec<Ride>,
        /// Those that are over or were voided, newest first, at most 50.
        pub over: Vec<Ride>,
        /// Unknown to the operator since his books were put back from a copy: neither registered
        /// nor not in front of a controller. Newest first.
        pub forgotten: Vec<Ride>,
    }
}

/// What is done about rides; see [`Client::rides`].
#[derive(Clone, Copy)]
pub struct Rides<'c>(&'c Client);

impl Client {
    /// Rides in public transport.
    #[must_use]
    pub const fn rides(&self) -> Rides<'_> {
        Rides(self)
    }
}

impl Rides<'_> {
    /// Rides of this account (AV-69). Local.
    #[must_use]
    pub fn state(self) -> Arc<RidesState> {
        let earliest = self.0.earliest();
        self.0.state(TOPIC, |core, now| {
            let state = core.read(now, |db| {
                Ok(RidesState {
                    current: rows::current(db, earliest)?,
                    over: rows::over(db, earliest)?,
                    forgotten: rows::forgotten(db, earliest)?,
                })
            })?;
            let ends = state.current.iter().chain(&state.forgotten).map(|ride| ride.ends_at);
            let until = ends.filter(|ends_at| *ends_at > now).min();
            Ok((state, until))
        })
    }

    /// Rides of this account, newest first, `limit` at most; `cursor` is `next` of the page before.
    ///
    /// # Errors
    /// `not_signed_in`, and whatever a request can answer.
    pub async fn history(self, cursor: Option<String>, limit: u32) -> Result<RidePage> {
        let session = self.0.session()?;
        let page: RidePage = self.0.fetch_page(&LIST, cursor.as_deref(), limit).await?;
        self.0.keep_of(&session, |tx| page.items.iter().try_for_each(|ride| rows::put(tx, ride)))?;
        Ok(page)
    }

    /// A ride's id as it was typed or handed in.
    ///
    /// # Errors
    /// `ride_missing` for what is no id of one.
    pub fn ride_id(self, text: &str) -> Result<RideId> {
        text.parse().map_err(|why| missing(&format!("{why}")))
    }

    /// A stored ride. Local.
    ///
    /// # Errors
    /// `ride_missing`
    pub fn ride(self, id: RideId) -> Result<Ride> {
        let now = self.0.now();
        let found = self.0.core().read(now, |db| rows::ride(db, id))?;
        found.ok_or_else(|| missing("this ride is not stored on the phone"))
    }

    /// The code of a ride's ticket for a controller's camera: the operator's signature and this
    /// device's, over this moment (kind 3 of `docs/ticket-code.md`). Make it anew before
    /// `fresh_until`: a picture of it is soon worth nothing. Local.
    ///
    /// # Errors
    /// `ride_missing`, `code_of_another_phone` while another phone shows it, `device_key_failed`,
    /// `code_untrusted` for one that is not genuine or cannot be read.
    pub fn code(self, ride: RideId) -> Result<ShownCode> {
        self.0.show(&self.ride(ride)?.signed)
    }

    /// Moves the ticket of a running ride to this phone: the operator signs it for this phone's
    /// key, and the one that another phone shows ends. Afterwards [`Rides::code`] draws it here.
    ///
    /// # Errors
    /// `ride_missing`, `ride_over`, `too_many_requests` (a code moves ten times), and whatever a
    /// request can answer.
    pub async fn move_code_here(self, ride: RideId) -> Result<()> {
        let outcome = self.move_code_inner(ride).await;
        self.0.explain(outcome)
    }

    async fn move_code_inner(self, id: RideId) -> Result<()> {
        let session = self.0.session()?;
        let moved = self.0.fetch(&CODE, &[&id.to_string()], &[]).await?;
        self.0.keep_of(&session, |tx| match rows::ride(tx.db(), id)? {
            Some(ride) => rows::put(tx, &Ride { signed: moved.signed, ..ride }),
            None => Ok(()),
        })?;
        self.ride(id).map(drop)
    }

    /// Asks for the codes of running rides that this phone shows and that no controller believes
    /// any more, because the operator ended the key that signed them.
    async fn codes_again(self) {
        let Some((keys, ids)) = self.0.codes_without_key(&CODES).await else { return };
        for id in ids {
            let answered = match self.ride_id(&id) {
                Ok(ride) => self.move_code_inner(ride).await,
                Err(why) => Err(why),
            };
            self.0.code_asked(&CODES, &keys, &id, &answered);
        }
    }

    /// Says that a ride is wrong, and why; its ticket stays good until the operator decides.
    ///
    /// # Errors
    /// `not_found`, `ride_over` when it is too late or the ride was voided, and whatever a request
    /// can answer. Said again while it is open, it changes nothing.
    pub async fn dispute(self, ride: RideId, reason: &str) -> Result<Ride> {
        let outcome = self.dispute_inner(ride, reason).await;
        self.0.explain(outcome)
    }

    async fn dispute_inner(self, ride: RideId, reason: &str) -> Result<Ride> {
        let session = self.0.session()?;
        let said = RideDispute { ride, reason: reason.to_owned() };
        let ride: Ride = self.0.call(&DISPUTE, &[], &said).await?;
        self.0.keep_of(&session, |tx| rows::put(tx, &ride))?;
        Ok(ride)
    }
}

fn missing(why: &str) -> Error {
    Error::new(ErrorKind::Refused, "ride_missing", why)
}
