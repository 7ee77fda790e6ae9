//! Rides in a terminal: a rider's check, confirmation and ticket; `mesto bus` plays a vehicle, an
//! operator's tools decide disputes; the fares of a feed, `mesto feed check` and `mesto feed
//! price`.

mod bus;
mod feed;
mod rider;
mod show;
mod testbed;
mod tools;

use clap::Subcommand;
use mesto_protocol::rides::signed::RideClaims;
use mesto_protocol::signed_code::{Claims, CodeError, Kind, Unread};
use mesto_rules::passes::CategoryId;
use serde_json::json;

use crate::kernel::args::PhoneArgs;
use crate::kernel::call::Call;
use crate::kernel::failure::Outcome;
use crate::kernel::phone::Phone;
use crate::kernel::service::{CodeSays, Commands, OfCity, OfCode, Past, Run, Service};

pub const SERVICE: Service = Service {
    commands: Some(Commands::of::<Command>()),
    tools: Some(Commands::of::<tools::Tool>()),
    city: OfCity {
        check: None,
        pages: &[("Routes", "/sections/rides/routes"), ("What the city decided of rides", "/sections/rides/policy")],
    },
    code: Some(OfCode { kind: Kind::Ride, read: ticket_says }),
    controls: Some(testbed::controls),
    history: Some(|phone, limit| Box::pin(past(phone, limit))),
    ..Service::named("rides")
};

#[derive(Debug, Subcommand)]
enum Command {
    /// Check, confirm, show or dispute a ride in public transport.
    #[command(subcommand)]
    Ride(rider::RideCommand),
    /// Rides of the account, and how far the balance reaches.
    Rides(PhoneArgs),
    /// Play a vehicle: its trip, its sign, and a terminal whose code changes.
    Bus(bus::BusArgs),
    #[command(flatten)]
    Feed(feed::Command),
}

impl Run for Command {
    fn run(self, call: Call) -> Outcome<()> {
        match self {
            Self::Ride(ride) => ride.run(call),
            Self::Rides(at) => call.ask(rider::rides(at, call)),
            Self::Bus(args) => call.ask(bus::bus(args, call)),
            Self::Feed(feed) => feed.run(call),
        }
    }
}

async fn past(phone: &Phone, limit: u32) -> Outcome<Past> {
    let page = phone.core.rides().history(None, limit).await;
    let page = phone.done(page)?;
    let text = match page.items.as_slice() {
        [] => format!("{}\n", phone.show.word("rides-none")),
        rides => show::rides_table(phone, rides),
    };
    Ok(Past { name: "rides", json: serde_json::to_value(&page).unwrap_or_default(), text })
}

fn ticket_says(claims: &Claims<Unread>) -> Result<CodeSays, CodeError> {
    let RideClaims { id, what, .. } = claims.read()?;
    let (route, direction) = what.route.clone().unzip();
    let json = json!({
        "city": what.city, "vehicle": what.vehicle, "route": route, "direction": direction, "trip": what.trip,
        "service_on": what.service_day, "persons": what.persons,
        "benefits": what.benefits, "pass": what.pass,
    });
    let on = route.map_or_else(|| "an unknown route".to_owned(), |route| format!("route {route}"));
    let persons = if what.persons == 1 { "one person".to_owned() } else { format!("{} persons", what.persons) };
    let benefits: Vec<&str> = what.benefits.iter().map(CategoryId::as_str).collect();
    let benefits = if benefits.is_empty() { String::new() } else { format!(", by benefit: {}", benefits.join(", ")) };
    let pass = what.pass.as_ref().map(|pass| format!(", on the pass {pass}")).unwrap_or_default();
    let text = format!("{persons} in vehicle {} on {on} ({}){benefits}{pass}", what.vehicle, what.city);
    Ok(CodeSays { id: id.to_string(), what: json, text })
}
