//! What a driver and a controller see of garages, as text and for machines.

use chrono::{DateTime, Utc};
use mesto_client::garages::FacilityView;
use mesto_client::protocol::base::payments::Quote;
use mesto_client::{Locale, TextValue, texts};
use mesto_protocol::garages::controllers::VisitOwed;
use mesto_protocol::garages::visits::{self as wire, GaragesOffer, Visit};
use mesto_protocol::kernel::line::Line;
use mesto_rules::garages::VisitPrice;
use mesto_rules::money::Money;
use serde::Serialize;

use crate::base::payments;
use crate::garages::controller::Controller;
use crate::garages::memory::Car;
use crate::kernel::call::Call;
use crate::kernel::output::table;
use crate::kernel::show::Show;

/// An hour with its day, in the city's time.
#[must_use]
pub fn moment(controller: &Controller, at: DateTime<Utc>) -> String {
    texts::format_moment(Locale::En, at, Some(&controller.city.sections.time))
}

/// Visits as their driver sees them, one a line.
#[must_use]
pub fn visits_table(show: &Show, visits: &[Visit]) -> String {
    let row = |visit: &Visit| {
        let state = format!("visit-state-{}", visit.state);
        vec![
            show.moment(visit.entered_at),
            visit.facility.to_string(),
            visit.ticket.clone(),
            show.word(if visit.state.is_known() { state.as_str() } else { "visit-state-other" }),
            show.money(&visit.paid),
            visit.exit_by.map_or_else(String::new, |exit_by| show.moment(exit_by)),
            visit.id.to_string(),
        ]
    };
    let rows: Vec<Vec<String>> = visits.iter().map(row).collect();
    table(&["entered", "facility", "ticket", "state", ">paid", "leave by", "visit"], &rows)
}

/// Garages with their free places, in the order in which one would go there.
#[must_use]
pub fn places_table(facilities: &[FacilityView]) -> String {
    let row = |one: &FacilityView| {
        let distance = one.distance_metres.map_or_else(|| "?".to_owned(), |metres| format!("{metres} m"));
        vec![one.name.clone(), one.facility.to_string(), distance, one.places.clone(), one.hours.clone()]
    };
    table(&["garage", "id", ">distance", "places", "hours"], &facilities.iter().map(row).collect::<Vec<_>>())
}

/// A quote of a visit: since when, for how much, and until when one may leave.
#[must_use]
pub fn quote_text(show: &Show, quote: &Quote, offer: &GaragesOffer) -> String {
    let promised = format!(
        "ticket {}  in {} since {}  price list {} from {}\n",
        offer.ticket,
        offer.facility,
        show.moment(offer.entered_at),
        offer.tariff,
        offer.tariff_from,
    );
    let time = |at| [("time", TextValue::Time(at))];
    let mut beside = vec![match offer.exit_by {
        Some(exit_by) => show.text("garages-owed-exit", &time(exit_by)),
        None => show.word("garages-owed-exit-none"),
    }];
    beside.extend(offer.rises_at.map(|rises_at| show.text("garages-owed-rises", &time(rises_at))));
    payments::quote_text(show, quote, &promised, &beside)
}

/// What a visit owes, as the operator says or by the prices that are kept here.
#[derive(Debug, Serialize)]
pub struct Owed {
    ticket: String,
    entered_at: DateTime<Utc>,
    is_lost: bool,
    lines: Vec<Line>,
    price: Money,
    owed: Money,
    exit_by: Option<DateTime<Utc>>,
    rises_at: Option<DateTime<Utc>>,
    /// Of this controller's own, without what was paid in the app.
    is_reckoned: bool,
}

impl Owed {
    #[must_use]
    pub fn told(owed: VisitOwed) -> Self {
        let VisitOwed { ticket, entered_at, is_lost, lines, price, owed, exit_by, rises_at, .. } = owed;
        Self { ticket, entered_at, is_lost, lines, price, owed, exit_by, rises_at, is_reckoned: false }
    }

    #[must_use]
    pub fn reckoned(car: &Car, price: VisitPrice) -> Self {
        Self {
            ticket: car.ticket.clone(),
            entered_at: price.entered_at,
            is_lost: car.is_lost,
            lines: wire::lines(&price.lines),
            price: price.price,
            owed: price.total,
            exit_by: price.exit_by,
            rises_at: price.rises_at,
            is_reckoned: true,
        }
    }

    #[must_use]
    pub fn text(&self, controller: &Controller, call: Call) -> String {
        let time = std::sync::Arc::clone(&controller.city.sections.time);
        let show = Show { locale: call.locale, clock: Some(time), style: call.style };
        let row = |line: &Line| vec![show.kind("line", &line.kind, &line.params.0), show.money(&line.amount)];
        let mut rows: Vec<Vec<String>> = self.lines.iter().map(row).collect();
        rows.push(vec!["owed".to_owned(), show.money(&self.owed)]);
        let mut text = format!("{} in since {}\n", self.ticket, show.moment(self.entered_at));
        text.push_str(&table(&["for", ">amount"], &rows));
        if let Some(exit_by) = self.exit_by {
            text.push_str(&format!("leave by {}\n", show.moment(exit_by)));
        }
        if let Some(rises_at) = self.rises_at {
            text.push_str(&format!("more from {} on\n", show.moment(rises_at)));
        }
        if self.is_reckoned {
            text.push_str("by the prices that are kept here, without what was paid in the app\n");
        }
        text
    }
}

/// What was paid in the app.
#[must_use]
pub fn settled_table(controller: &Controller) -> String {
    let settled = &controller.memory.settled;
    if settled.is_empty() {
        return String::new();
    }
    let until = |at: Option<DateTime<Utc>>| at.map_or_else(|| "for good".to_owned(), |at| moment(controller, at));
    let row = |one: &mesto_protocol::garages::controllers::VisitSettled| {
        vec![one.ticket.clone(), moment(controller, one.at), until(one.owes_again_at)]
    };
    table(&["paid in the app", "at", "opens until"], &settled.iter().map(row).collect::<Vec<_>>())
}

/// Everything that a controller knows.
#[must_use]
pub fn list_text(controller: &Controller) -> String {
    let memory = &controller.memory;
    let mut text = format!("{} in {}\n", memory.post.facility, memory.post.city);
    let row = |car: &Car| {
        let mut notes = Vec::new();
        notes.extend(car.is_lost.then_some("lost ticket"));
        notes.extend(car.is_disabled.then_some("badge"));
        notes.extend((car.places > 1).then_some("two places"));
        notes.extend((!car.paid.is_empty()).then_some("paid here"));
        vec![car.ticket.clone(), moment(controller, car.entered_at), notes.join(", ")]
    };
    match memory.inside.as_slice() {
        [] => text.push_str("No car is inside.\n"),
        cars => text.push_str(&table(&["inside", "since", ""], &cars.iter().map(row).collect::<Vec<_>>())),
    }
    text.push_str(&settled_table(controller));
    for event in &memory.waiting {
        text.push_str(&format!("waits: {} {} at {}\n", event.ticket, event.kind, moment(controller, event.at)));
    }
    for one in &memory.refused {
        text.push_str(&format!("not taken: {} {}: {}\n", one.event.ticket, one.event.kind, one.detail));
    }
    text
}
