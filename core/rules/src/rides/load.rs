//! The source file `rides.toml`.

use crate::kernel::calendar::TimeOfDay;
use crate::kernel::city::Texts;
use crate::kernel::load::{Amount, Compiler, FactSource, Word};
use crate::kernel::pay::PayMethod;
use crate::rides::section::{
    Carrier, CarrierId, Channels, DatedFare, Direction, PaidInControl, Policy, Retention, RidesSection, Route, RouteId,
    VehicleKind,
};
use chrono::NaiveDate;
use serde::Deserialize;

const FILE: &str = "rides.toml";

/// The files of this service.
pub(crate) const FILES: &[&str] = &[FILE];

#[derive(Deserialize)]
struct RidesSource {
    carriers: Vec<CarrierSource>,
    routes: Vec<RouteSource>,
    sign_hosts: Vec<String>,
    fares: Vec<FareSource>,
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
        directions: one.directions.into_iter().map(|headsign| Direction { headsign }).collect(),
    };
    let mut dated = |FareSource { from, fare }: FareSource| {
        let fare = compiler.price(FILE, &format!("fares.{from}"), fare);
        DatedFare { from, fare }
    };
    let fares = source.fares.into_iter().map(&mut dated).collect();
    let (channels, policy) = (source.channels, source.policy);
    Some(RidesSection {
        carriers: source.carriers.into_iter().map(|one| Carrier { id: one.id, name: one.name }).collect(),
        routes: source.routes.into_iter().map(route).collect(),
        sign_hosts: source.sign_hosts,
        fares,
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
