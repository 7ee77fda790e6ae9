//! What parking would cost, by the stored city and the operator's rules, without a connection.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_protocol::ProblemCode;
use mesto_protocol::base::payments::PayMethod;
use mesto_protocol::base::plate::Plate;
use mesto_protocol::kernel::ids::VehicleId;
use mesto_protocol::kernel::line::{Line, Notice};
use mesto_protocol::parking::purchase::{self, ParkingOffer};
use mesto_protocol::parking::tickets::{Ticket, TicketState};
use mesto_rules::quote::{self as rules_quote, QuoteAsk};
use mesto_rules::{
    City, CityId, Money, ParkingSection, PayMethod as RulesPay, Refusal, Stay, StayPer, Stays, ZoneId, shown,
    sort_by_key,
};
use serde::Serialize;

use super::{Parking, rows};
use crate::base::sync::LAST_SYNC;
use crate::kernel::clock::ClockState;
use crate::kernel::error::{Error, ErrorKind, Result};

shown! { preview_shown;
    /// The phone's own calculation with the operator's rules: to look at, never to buy.
    #[derive(Debug, Clone, PartialEq, Serialize)]
    pub struct Preview {
        /// As a quote would promise it. Its latest end is that of a purchase from the deposit: by
        /// card a quote promises a later one, because its money may come as late as the provider's
        /// page lives.
        pub offer: ParkingOffer,
        /// In the order they are read, fees last; they sum to the total.
        pub lines: Vec<Line>,
        /// What to know before paying.
        pub notices: Vec<Notice>,
        pub total: Money,
        /// It counts the tickets of this account, as the operator told them at this moment; `None`
        /// when it never did. What others bought for the same plate, in another account or by SMS,
        /// no phone knows: the operator's quote then differs.
        pub own_tickets_read_at: Option<DateTime<Utc>>,
        /// A guess while the clock is unsynced.
        pub clock: ClockState,
        /// The city document it was computed from.
        pub city_version: u32,
    }
}

/// The rules' word for a way to pay.
fn rules_pay(pay: &PayMethod) -> Result<RulesPay> {
    pay.in_rules().ok_or_else(|| {
        let code = ProblemCode::PaymentMethodNotAllowed.as_str();
        let detail = format!("`{pay}` is no way to pay that this version knows");
        Error::new(ErrorKind::Refused, code, detail).with("allowed", PayMethod::KNOWN)
    })
}

/// A stay lasts a week at most, so that tickets that ended earlier are in none that is open.
const LONGEST_STAY: TimeDelta = TimeDelta::days(8);

/// The user's stay, of all his tickets in a car park, where they stand in the plates' stays: bought
/// one after the other.
fn stay_of_tickets(city: &City, tickets: &[&Ticket]) -> std::result::Result<Option<Stay>, Refusal> {
    let mut bought = tickets.to_vec();
    sort_by_key(&mut bought, |ticket| (ticket.issued_at, ticket.id));
    bought.into_iter().try_fold(None, |stay: Option<Stay>, ticket| {
        Stay::after_ticket(city, stay.as_ref(), ticket.zone.as_str(), ticket.starts_at, ticket.ends_at).map(Some)
    })
}

impl Parking<'_> {
    /// What a length of parking would cost, by the stored city and the same rules as the
    /// operator's, without a connection. It counts what this account bought; see
    /// [`Preview::own_tickets_read_at`].
    ///
    /// # Errors
    /// `city_missing`, `vehicle_missing`, and the refusals of the rules.
    pub fn preview(
        self,
        city: &CityId,
        zone: &ZoneId,
        vehicle: VehicleId,
        minutes: u32,
        pay: &PayMethod,
    ) -> Result<Preview> {
        let outcome = rules_pay(pay).and_then(|pay| self.preview_inner(city, zone, vehicle, minutes, pay));
        self.0.explain_in(city, outcome)
    }

    pub(crate) fn preview_inner(
        self,
        city: &CityId,
        zone: &ZoneId,
        vehicle: VehicleId,
        minutes: u32,
        pay: RulesPay,
    ) -> Result<Preview> {
        let plate = self.0.vehicles().vehicle(vehicle)?.plate;
        self.preview_of(city, zone, plate, minutes, pay)
    }

    /// For a car by its plate: one that was removed from the account may still have a ticket.
    pub(super) fn preview_of(
        self,
        city: &CityId,
        zone: &ZoneId,
        plate: Plate,
        minutes: u32,
        pay: RulesPay,
    ) -> Result<Preview> {
        let city = self.0.city(city)?;
        let stay_per = city.section::<ParkingSection>()?.policy.stay_per;
        let (now, clock) = self.0.time();
        let (past, as_of) =
            self.0.core().read(now, |db| Ok((rows::ending_after(db, now - LONGEST_STAY)?, LAST_SYNC.get(db)?)))?;
        let mine: Vec<&Ticket> = past
            .iter()
            .filter(|ticket| ticket.zone == *zone && ticket.city == city.id && ticket.state != TicketState::Voided)
            .collect();
        // Those that end last come first. Also an extension that is still to start: what follows
        // begins at its end.
        let of_plate = mine.iter().find(|ticket| ticket.plate == plate);
        let running = of_plate.filter(|ticket| ticket.ends_at > now);
        let as_sold = |ticket: &Ticket, deadline, paid_until| {
            Stay::as_sold(&city, zone.as_str(), ticket.stay.started_at, deadline, paid_until)
        };
        // With both, what a ticket is told is the earlier of two deadlines; the plate's own follows
        // from its start.
        let own_deadline = |ticket: &Ticket| ticket.stay.deadline.filter(|_| stay_per != StayPer::Both);
        let plate_stay = of_plate.map(|it| as_sold(it, own_deadline(it), it.ends_at)).transpose()?;
        let newest = mine.iter().max_by_key(|ticket| (ticket.issued_at, ticket.id));
        let user_stay = match stay_per {
            StayPer::Plate => None,
            StayPer::User => newest.map(|it| as_sold(it, it.stay.deadline, it.stay.paid_until)).transpose()?,
            StayPer::Both => stay_of_tickets(&city, &mine)?,
        };
        let stays = Stays { plate: plate_stay.as_ref(), user: user_stay.as_ref() };
        let terms = rules_quote::quote(&city, &QuoteAsk { zone: zone.as_str(), minutes, now, stays, pay })?;
        Ok(Preview {
            offer: ParkingOffer::of(&terms, plate, running.map(|ticket| ticket.id)),
            lines: purchase::lines(&terms.lines),
            notices: purchase::notices(&terms),
            total: terms.total,
            own_tickets_read_at: as_of.and_then(DateTime::from_timestamp_millis),
            clock,
            city_version: city.version,
        })
    }
}
