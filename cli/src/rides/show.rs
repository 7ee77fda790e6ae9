//! Rides as text.

use mesto_client::TextValue;
use mesto_client::protocol::base::payments::Quote;
use mesto_client::protocol::rides::riders::{Ride, RideParty, RideState, RideTrip, RideVehicle, RidesOffer};
use mesto_client::rides::{RideNames, RidesLeft};

use crate::base::payments;
use crate::kernel::output::{Tone, table};
use crate::kernel::phone::Phone;
use crate::kernel::show::Show;

fn names(phone: &Phone, vehicle: &RideVehicle, trip: Option<&RideTrip>) -> RideNames {
    phone.core.rides().names(&phone.city, vehicle, trip)
}

/// A route and where it goes; `None` when it is not known.
fn route(show: &Show, names: &RideNames) -> Option<(String, String)> {
    let route = names.route.as_ref()?;
    let text = |text: &str| TextValue::Text(text.to_owned());
    let kind = show.word(&format!("ride-kind-{}", if route.kind.is_known() { route.kind.as_str() } else { "other" }));
    Some((
        show.text("rides-route", &[("kind", text(&kind)), ("number", text(&route.number))]),
        show.text("rides-to", &[("to", text(&route.to))]),
    ))
}

/// What is checked before anything is charged.
pub fn quote_text(phone: &Phone, quote: &Quote, offer: &RidesOffer) -> String {
    let show = &phone.show;
    let names = names(phone, &offer.vehicle, offer.trip.as_ref());
    let board = TextValue::Text(offer.vehicle.board.to_string());
    let mut said = format!("{}\n", show.word("rides-check-title"));
    if let Some((route, to)) = route(show, &names) {
        said.push_str(&format!("{route}  {to}\n"));
    } else {
        let unknown = show.text("rides-route-unknown", &[("ends_at", TextValue::Time(offer.ends_at))]);
        said.push_str(&format!("{}\n", show.paint(Tone::Warn, &unknown)));
    }
    said.push_str(&format!(
        "{}  {}: {}\n",
        show.text("rides-vehicle", &[("board", board)]),
        show.word("rides-carrier"),
        names.carrier
    ));
    said.push_str(&riders_text(phone, &offer.riders));
    let mut beside = vec![show.text("rides-valid-until", &[("time", TextValue::Time(offer.ends_at))])];
    beside.extend(offer.repeats.as_ref().map(|ride| {
        let registered_at = [("registered_at", TextValue::Time(ride.registered_at))];
        let asked = match offer.repeats_broke_down_at {
            Some(_) => show.text("rides-goes-on", &registered_at),
            None => show.text("rides-repeats", &registered_at),
        };
        show.paint(Tone::Warn, &asked)
    }));
    payments::quote_text(show, quote, &said, &beside)
}

/// Who rides and what each pays, where somebody pays less than the fare.
fn riders_text(phone: &Phone, riders: &[RideParty]) -> String {
    if riders.iter().all(|party| party.less.is_none()) {
        return String::new();
    }
    let (show, passes) = (&phone.show, phone.core.passes());
    let mut text = format!("{}\n", show.word("rides-riders"));
    for party in riders {
        let persons = show.text("rides-persons", &[("persons", TextValue::Number(party.persons.into()))]);
        let category = party.category.as_ref().map(|category| passes.category_name(&phone.city, category));
        let pass = party.pass.as_ref().map(|pass| {
            let name = TextValue::Text(passes.product_name(&phone.city, pass));
            format!(", {}", show.text("rides-by-pass", &[("pass", name)]))
        });
        let pays = match party.each == party.full {
            true => show.money(&party.each),
            false => format!("{} ({})", show.money(&party.each), show.money(&party.full)),
        };
        let (category, pass) = (category.unwrap_or_default(), pass.unwrap_or_default());
        text.push_str(&format!("  {persons}: {category}, {pays}{pass}\n"));
    }
    text
}

/// How far the balance reaches.
pub fn left_text(show: &Show, left: &RidesLeft) -> String {
    let text = show.text("rides-left", &[("count", TextValue::Number(left.rides.into()))]);
    let fare = format!("{}: {}", show.word("rides-fare"), show.money(&left.fare));
    let text = if left.is_low { show.paint(Tone::Warn, &text) } else { text };
    format!("{text} ({fare}).\n")
}

fn state(show: &Show, ride: &Ride) -> String {
    let word = show.word(&format!("ride-state-{}", if ride.state.is_known() { ride.state.as_str() } else { "other" }));
    let tone = match &ride.state {
        RideState::Registered => Tone::Good,
        _ => Tone::Warn,
    };
    show.paint(tone, &word)
}

/// Rides, one a line.
pub fn rides_table(phone: &Phone, rides: &[Ride]) -> String {
    let show = &phone.show;
    let row = |ride: &Ride| {
        let names = names(phone, &ride.vehicle, ride.trip.as_ref());
        let persons = TextValue::Number(ride.persons.into());
        vec![
            show.moment(ride.registered_at),
            route(show, &names).map_or_else(String::new, |(route, _)| route),
            ride.vehicle.board.to_string(),
            show.text("rides-persons", &[("persons", persons)]),
            show.money(&ride.price),
            show.moment(ride.ends_at),
            state(show, ride),
            ride.id.to_string(),
        ]
    };
    let rows: Vec<Vec<String>> = rides.iter().map(row).collect();
    table(&["registered", "route", "vehicle", "persons", ">price", "good until", "state", "ride"], &rows)
}
