//! A facility as requests and reports name it: its tickets, their visits, whether it is heard.

use chrono::{DateTime, Utc};
use mesto_protocol::{Problem, ProblemCode};
use mesto_rules::City;
use mesto_rules::garages::{Facility, GaragesSection, Refusal, TicketNumber, is_heard};

use super::{VisitRecord, records_of};
use crate::garages::refusal::unreachable;
use crate::garages::tables::{EventRow, FacilityRow, VisitPaymentRow, VisitRow};
use crate::kernel::failure::{Outcome, refuse};
use crate::kernel::store::{Select, Tx};
use crate::{find, values};

/// A facility of a city that is served here.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub city: &'a City,
    pub garages: &'a GaragesSection,
    pub facility: &'a Facility,
}

impl<'a> Place<'a> {
    /// The facility, or a refusal that names those of the city.
    pub fn of(city: &'a City, id: &str) -> Outcome<Self> {
        let garages: &GaragesSection = city.section()?;
        match garages.facility(id) {
            Some(facility) => Ok(Self { city, garages, facility }),
            None => {
                let known = garages.facilities.iter().map(|facility| facility.id.clone()).collect();
                Err(Refusal::FacilityUnknown { facility: id.to_owned(), known }.into())
            }
        }
    }

    /// The number of a ticket, or how one looks here.
    pub fn ticket(&self, text: &str) -> Outcome<TicketNumber> {
        self.facility.read_ticket(text).or_else(|error| refuse(ProblemCode::TicketNumberInvalid, error.to_string()))
    }

    /// Asks for the visits with a ticket here, the last one first.
    pub fn visits(&self, ticket: &TicketNumber) -> Select<VisitRow> {
        Select::of(
            "FROM visit WHERE visit.city = $1 AND visit.facility = $2 AND visit.ticket = $3 ORDER BY visit.entered_at DESC",
            values![&self.city.id, &self.facility.id, ticket.as_str()],
        )
    }

    /// Asks for the visits that began at this moment and are kept without their tickets.
    pub fn erased(&self, entered_at: DateTime<Utc>) -> Select<VisitRow> {
        Select::of(
            "FROM visit WHERE visit.city = $1 AND visit.facility = $2 AND visit.ticket IS NULL AND visit.entered_at = $3",
            values![&self.city.id, &self.facility.id, entered_at.timestamp_millis()],
        )
    }

    /// Asks for what was told of a ticket here.
    pub fn events(&self, ticket: &TicketNumber) -> Select<EventRow> {
        find!(EventRow { city: &self.city.id, facility: &self.facility.id, ticket: ticket.as_str() })
    }

    /// Asks for what was paid for them, oldest first.
    pub fn payments(&self, ticket: &TicketNumber) -> Select<VisitPaymentRow> {
        Select::of(
            "FROM visit_payment WHERE visit_payment.visit IN (SELECT id FROM visit WHERE city = $1 AND facility = $2 AND ticket = $3) ORDER BY visit_payment.at",
            values![&self.city.id, &self.facility.id, ticket.as_str()],
        )
    }

    /// The last visit with a ticket here.
    pub fn last(&self, tx: &mut dyn Tx, ticket: &TicketNumber) -> Outcome<Option<VisitRecord>> {
        Ok(records_of(tx.all(self.visits(ticket))?, tx.all(self.payments(ticket))?).into_iter().next())
    }

    /// Refuses a ticket with which a car is inside somewhere else in this city, and says where.
    pub fn not_elsewhere(&self, tx: &mut dyn Tx, ticket: &TicketNumber) -> Outcome<()> {
        let select = Select::<VisitRow>::of(
            "FROM visit WHERE visit.city = $1 AND visit.ticket = $2 AND visit.facility <> $3 AND visit.ended_at IS NULL ORDER BY visit.entered_at DESC LIMIT 1",
            values![&self.city.id, ticket.as_str(), &self.facility.id],
        );
        let Some(row) = tx.first(select)? else { return Ok(()) };
        let name = self.garages.facility(row.facility.as_str()).map_or("", |facility| facility.name.get("en"));
        let detail = format!("this ticket is of {name} ({}), not of {}", row.facility, self.facility.id);
        let problem = Problem::new(ProblemCode::VisitOfAnotherFacility, detail);
        Err(problem.with("facility", row.facility).into())
    }

    /// Refuses while the controller is silent.
    pub fn reachable(&self, heard: Option<&FacilityRow>, now: DateTime<Utc>) -> Outcome<()> {
        let heard_at = heard.map(|row| row.heard_at);
        if heard_at.is_some_and(|heard_at| is_heard(self.garages, heard_at, now)) {
            return Ok(());
        }
        Err(unreachable(self.facility, heard_at).into())
    }
}
