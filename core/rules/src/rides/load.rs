//! The source file `rides.toml`.

use crate::kernel::calendar::{Day, TimeOfDay};
use crate::kernel::city::Texts;
use crate::kernel::fact::Fact;
use crate::kernel::load::{Amount, Compiler, FactSource, Word};
use crate::kernel::pay::PayMethod;
use crate::passes::CategoryId;
use crate::rides::fares::cap::{Cap, Caps, Period};
use crate::rides::fares::{Fares, FeedRouteId, MediumId, ProductId, Reading, RiderCategoryId, read_noting};
use crate::rides::feed::{DatedFeed, Feed};
use crate::rides::section::{
    Carrier, CarrierId, Channels, DatedFare, Direction, PaidInControl, Policy, Retention, RidesSection, Route, RouteId,
    VehicleKind,
};
use chrono::NaiveDate;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

const FILE: &str = "rides.toml";

/// The files of this service.
pub(crate) const FILES: &[&str] = &[FILE];

#[derive(Deserialize)]
struct RidesSource {
    carriers: Vec<CarrierSource>,
    routes: Vec<RouteSource>,
    sign_hosts: Vec<String>,
    #[serde(default)]
    fares: Vec<FareSource>,
    feed: Option<FeedSource>,
    free_days: Vec<NaiveDate>,
    pay: Vec<PayMethod>,
    channels: ChannelsSource,
    policy: PolicySource,
    retention: Retention,
}

#[derive(Deserialize)]
struct FareSource {
    from: NaiveDate,
    fare: FactSource<Amount>,
}

#[derive(Deserialize)]
struct FeedSource {
    dated: Vec<DatedFeedSource>,
    medium: Option<MediumId>,
    card_medium: Option<MediumId>,
    #[serde(default)]
    categories: BTreeMap<CategoryId, RiderCategoryId>,
    #[serde(default)]
    caps: Vec<CapSource>,
    stop_minutes: u32,
}

#[derive(Deserialize)]
struct DatedFeedSource {
    from: NaiveDate,
    /// The name of the folder.
    folder: FactSource<String>,
}

#[derive(Deserialize)]
struct CapSource {
    products: BTreeSet<ProductId>,
    per: CapPer,
    begins_on: Option<Day>,
    at_most: Amount,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum CapPer {
    Day,
    Week,
}

#[derive(Deserialize)]
struct CarrierSource {
    id: CarrierId,
    name: Texts,
}

#[derive(Deserialize)]
struct RouteSource {
    id: RouteId,
    number: String,
    kind: Word<VehicleKind>,
    carrier: CarrierId,
    in_feed: Option<FeedRouteId>,
    directions: Vec<Texts>,
}

#[derive(Deserialize)]
struct ChannelsSource {
    nfc: bool,
    bluetooth: bool,
    sms_number: Option<String>,
}

#[derive(Deserialize)]
struct PolicySource {
    repeat_minutes: u32,
    tolerance_minutes: u32,
    ticket_minutes: u32,
    breakdown_minutes: u32,
    service_day_begins: TimeOfDay,
    persons_most: u32,
    dispute_days: u32,
    paid_in_control: Word<PaidInControl>,
    terminal_code_seconds: u32,
}

/// Reads the service's part of a city; `None` when the city does not have it or it cannot be read.
pub(crate) fn compile(compiler: &mut Compiler<'_>) -> Option<RidesSection> {
    if !compiler.has(FILE) {
        return None;
    }
    let source: RidesSource = compiler.read(FILE)?;
    let route = |one: RouteSource| Route {
        id: one.id,
        number: one.number,
        kind: one.kind.0,
        carrier: one.carrier,
        in_feed: one.in_feed,
        directions: one.directions.into_iter().map(|headsign| Direction { headsign }).collect(),
    };
    let mut dated = |FareSource { from, fare }: FareSource| {
        let fare = compiler.price(FILE, &format!("fares.{from}"), fare);
        DatedFare { from, fare }
    };
    let fares = source.fares.into_iter().map(&mut dated).collect();
    let routes: Vec<Route> = source.routes.into_iter().map(route).collect();
    let feed = source.feed.map(|feed| by_feed(compiler, feed, &routes));
    let (channels, policy) = (source.channels, source.policy);
    Some(RidesSection {
        carriers: source.carriers.into_iter().map(|one| Carrier { id: one.id, name: one.name }).collect(),
        routes,
        sign_hosts: source.sign_hosts,
        fares,
        feed,
        free_days: source.free_days.into_iter().collect(),
        pay: source.pay,
        channels: Channels { nfc: channels.nfc, bluetooth: channels.bluetooth, sms_number: channels.sms_number },
        policy: Policy {
            repeat_minutes: policy.repeat_minutes,
            tolerance_minutes: policy.tolerance_minutes,
            ticket_minutes: policy.ticket_minutes,
            breakdown_minutes: policy.breakdown_minutes,
            service_day_begins: policy.service_day_begins,
            persons_most: policy.persons_most,
            dispute_days: policy.dispute_days,
            paid_in_control: policy.paid_in_control.0,
            terminal_code_seconds: policy.terminal_code_seconds,
        },
        retention: source.retention,
    })
}

/// The fares of a feed: its files stand in a folder beside this one.
fn by_feed(compiler: &mut Compiler<'_>, source: FeedSource, routes: &[Route]) -> Feed {
    let FeedSource { dated: told, medium, card_medium, categories, caps: told_caps, stop_minutes } = source;
    let mut dated = Vec::new();
    for DatedFeedSource { from, folder } in told {
        let at = format!("feed.{from}.folder");
        let folder = compiler.fact(FILE, &at, folder);
        let read = folder.try_map(|folder| from_folder(compiler, &at, &folder, routes).ok_or(()));
        let fares = read.unwrap_or_else(|()| Fact::Unknown { note: "the feed is wrong".to_owned() });
        dated.push(DatedFeed { from, fares });
    }
    let mut caps = Vec::new();
    for (place, CapSource { products, per, begins_on, at_most }) in told_caps.into_iter().enumerate() {
        let at = |field: &str| format!("feed.caps.{place}.{field}");
        let per = match (per, begins_on) {
            (CapPer::Day, None) => Period::Day,
            (CapPer::Week, Some(begins_on)) => Period::Week { begins_on },
            (CapPer::Day, Some(_)) => {
                compiler.say(FILE, &at("begins_on"), "a day has no day to begin on; leave it out");
                continue;
            }
            (CapPer::Week, None) => {
                compiler.say(FILE, &at("begins_on"), "say on which day a week begins, such as \"mon\"");
                continue;
            }
        };
        let at_most = compiler.money(FILE, &at("at_most"), at_most);
        caps.extend(at_most.map(|at_most| Cap { products, per, at_most }));
    }
    let caps = Caps::new(caps).unwrap_or_else(|error| {
        compiler.say(FILE, "feed.caps", format!("{error} (counted from 0)"));
        Caps::default()
    });
    Feed { dated, medium, card_medium, categories, caps, stop_minutes }
}

/// The fares in a folder; what is wrong with them is said, and so is what is worth saying.
fn from_folder(compiler: &mut Compiler<'_>, at: &str, folder: &str, routes: &[Route]) -> Option<Fares> {
    let files = compiler.folder(folder);
    if files.is_empty() {
        compiler.say(FILE, at, format!("there is no folder `{folder}` with fare files of a feed beside {FILE}"));
        return None;
    }
    let Reading { fares, routes: in_feed, notices } = match read_noting(&files) {
        Ok(reading) => reading,
        Err(errors) => {
            for error in errors {
                compiler.say(&format!("{folder}/{}", error.file), &row(error.row, &error.field), error.reason);
            }
            return None;
        }
    };
    for it in notices {
        compiler.note(&format!("{folder}/{}", it.file), &row(it.row, &it.field), it.notice.to_string());
    }
    for route in routes.iter().filter(|_| !in_feed.is_empty()) {
        let (field, called) = route.in_feed.as_ref().map_or(("id", route.id.as_str()), |id| ("in_feed", id.as_str()));
        if !in_feed.contains(called) {
            let reason = format!("{folder}/routes.txt has no route `{called}`; say in in_feed what it calls this one");
            compiler.say(FILE, &format!("routes.{}.{field}", route.id), reason);
        }
    }
    Some(fares)
}

fn row(row: u32, field: &str) -> String {
    if field.is_empty() { format!("row {row}") } else { format!("row {row}, {field}") }
}
