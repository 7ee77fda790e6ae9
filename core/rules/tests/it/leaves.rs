//! Every value of every city that stands in `cities/` is read by somebody: another value changes an
//! answer of the rules, or it stands in a list here, with the file that reads or shows it.

use crate::support::at;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use mesto_rules::cards::{self, CardTariff, CardsSection, TopUpTimes};
use mesto_rules::garages::{self, GaragesSection, Observation, VisitAsk};
use mesto_rules::kernel::section::{Section, SectionError};
use mesto_rules::merchants::{self, MerchantsSection, Paid};
use mesto_rules::orders::OrdersSection;
use mesto_rules::passes::{Category, CategoryId, PassesSection};
use mesto_rules::rides::{self, Earlier, RideEvent, RideState, RidesSection, TicketTime, Trip};
use mesto_rules::{City, Money, ParkingSection, PayMethod, Position, QuoteAsk, Stay, Stays, Zone, order};
use serde_json::Value;

/// Values that change no answer of the rules: their path in the document (`*` is one step of it,
/// `**` any number), the file that reads or shows them, and the words in it by which it does.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    // What a value rests on: `mesto city show` lists it, and the compiler demands it.
    ("**.certainty", "cli/src/base/cities.rs", "certainty(&document"),
    ("**.source", "cli/src/base/cities.rs", "certainty(&document"),
    ("**.unknown.note", "cli/src/base/cities.rs", "certainty(&document"),
    ("sources.**", "cli/src/base/cities.rs", ".sources"),
    ("contacts.**", "cli/src/base/cities.rs", "\"/contacts\""),
    ("terms.**", "cli/src/base/cities.rs", "\"/terms\""),
    ("guaranteed_percent", "operator/src/base/availability.rs", "city.guaranteed_percent"),
    ("sections.wallet.card.brands.*", "cli/src/base/cities.rs", "\"/sections/wallet/card\""),
    // Names and looks.
    ("id", "core/client/src/base/cities.rs", "city.id"),
    ("version", "core/client/src/base/cities.rs", "city.version"),
    ("name.*", "cli/src/base/cities.rs", "city.name"),
    ("sections.parking.zones.*.name.*", "core/client/src/parking/zones.rs", "zone.name"),
    ("sections.parking.zones.*.colour", "core/client/src/parking/zones.rs", "zone.colour"),
    ("sections.garages.facilities.*.name.*", "core/client/src/garages/facilities.rs", "facility.name"),
    // What a driver is told of a facility.
    ("sections.garages.facilities.*.kind.known.value", "core/client/src/garages/facilities.rs", "facility.kind"),
    (
        "sections.garages.facilities.*.capacity.known.value",
        "core/client/src/garages/facilities.rs",
        "facility.capacity.",
    ),
    (
        "sections.garages.facilities.*.capacity_disabled.known.value",
        "core/client/src/garages/facilities.rs",
        "facility.capacity_disabled",
    ),
    ("sections.garages.facilities.*.on_site.*", "core/client/src/garages/facilities.rs", "facility.on_site"),
    // What a rider is shown of his ride, and how it is sold.
    ("sections.rides.carriers.*.name.*", "core/client/src/rides/sales.rs", "known.name.get"),
    ("sections.rides.routes.*.kind", "core/client/src/rides/sales.rs", "route.kind"),
    ("sections.rides.routes.*.number", "core/client/src/rides/sales.rs", "route.number"),
    ("sections.rides.routes.*.directions.*.headsign.*", "core/client/src/rides/sales.rs", "headsign.get"),
    ("sections.rides.pay.*", "operator/src/rides/price.rs", "rides.pay"),
    ("sections.rides.policy.persons_most", "operator/src/rides/sales.rs", "policy.persons_most"),
    ("sections.rides.policy.paid_in_control", "operator/src/rides/sales.rs", "policy.paid_in_control"),
    ("sections.rides.policy.terminal_code_seconds", "operator/src/rides/found.rs", "policy.terminal_code_seconds"),
    ("sections.passes.categories.*.name.*", "core/client/src/passes/mod.rs", "known.name.get"),
    ("sections.passes.products.*.name.*", "core/client/src/passes/mod.rs", "known.name.get"),
    ("sections.passes.categories.*.granted_days", "operator/src/passes/clerks.rs", "category.granted_days"),
    ("sections.passes.pay.*", "operator/src/passes/sales.rs", "section.pay"),
    ("sections.passes.products.*.refund", "operator/src/passes/holders.rs", "product.refund"),
    ("sections.passes.policy.ahead_days", "operator/src/passes/sales.rs", "policy.ahead_days"),
    ("sections.passes.policy.day_begins", "operator/src/passes/holders.rs", "policy.day_begins"),
    ("sections.passes.policy.ending_days", "core/client/src/passes/reminders.rs", "policy.ending_days"),
    ("sections.passes.retention.benefits_days", "operator/src/passes/mod.rs", "retention.benefits_days"),
    // What a payer is shown of a merchant, and what tills may ask for.
    ("sections.merchants.categories.*.name.*", "core/client/src/merchants/mod.rs", "category.name.get"),
    ("sections.merchants.categories.*.id", "operator/src/merchants/clerks.rs", "section.category"),
    ("sections.merchants.organisation.name.**", "operator/src/merchants/sales.rs", "organisation.name"),
    ("sections.merchants.organisation.contract.**", "operator/src/merchants/sales.rs", "organisation.contract"),
    (
        "sections.merchants.organisation.contract_version.**",
        "operator/src/merchants/sales.rs",
        "organisation.contract_version",
    ),
    ("sections.merchants.policy.business_digits", "operator/src/merchants/clerks.rs", "policy.business_digits"),
    (
        "sections.merchants.policy.invoice_minutes_most",
        "operator/src/merchants/tills.rs",
        "policy.invoice_minutes_most",
    ),
    ("sections.merchants.retention.invoices_days", "operator/src/merchants/mod.rs", "retention.invoices_days"),
    ("sections.rides.retention.rides_days", "operator/src/rides/mod.rs", "retention.rides_days"),
    // What a rider is shown of a card, and how it is topped up.
    ("sections.cards.kinds.*.name.*", "core/client/src/cards/mod.rs", "kind.name.get"),
    ("sections.cards.top_ups.least.**", "operator/src/cards/top_ups.rs", "top_ups.least"),
    ("sections.cards.top_ups.most.**", "operator/src/cards/top_ups.rs", "top_ups.most"),
    ("sections.cards.top_ups.pay.*", "operator/src/cards/top_ups.rs", "top_ups.pay"),
    ("sections.cards.retention.rides_days", "operator/src/cards/mod.rs", "retention.rides_days"),
    // It has to agree with the price of the day, and is said in words.
    (
        "sections.garages.tariffs.*.rate_tables.*.day_cap.after_minutes.known.value",
        "core/client/src/garages/tariff.rs",
        "cap.after_minutes",
    ),
    // Messages that are written on the phone.
    ("sections.parking.zones.*.sms_number.known.value", "core/client/src/parking/sms.rs", "sms_number"),
    ("sections.parking.sms.body", "core/client/src/parking/sms.rs", "sms.body"),
    ("sections.parking.sms.note.*", "core/client/src/parking/sms.rs", "sms.note"),
    // When an alarm rings.
    (
        "sections.parking.policy.reminder_minutes_before.*",
        "core/client/src/parking/reminders.rs",
        "reminder_minutes_before",
    ),
    (
        "sections.garages.policy.reminder_minutes_before.*",
        "core/client/src/garages/reminders.rs",
        "reminder_minutes_before",
    ),
    // What the operator decides with it.
    ("sections.orders.policy.pay.*", "operator/src/orders/driver.rs", "policy.pay"),
    // How long something is kept.
    ("sections.parking.retention.tickets_days", "operator/src/parking/mod.rs", "retention.tickets_days"),
    ("sections.garages.retention.visits_days", "operator/src/garages/mod.rs", "retention.visits_days"),
    ("sections.orders.retention.orders_days", "core/client/src/orders/mod.rs", "retention.orders_days"),
    ("sections.orders.retention.plate_checks_days", "operator/src/orders/mod.rs", "plate_checks_days"),
    ("retention.events_days", "operator/src/kernel/retention.rs", "retention.events_days"),
    ("retention.sign_in_days", "operator/src/base/sign_in.rs", "retention.sign_in_days"),
    ("retention.messages_days", "operator/src/base/messages/mod.rs", "retention.messages_days"),
    ("retention.closed_account_days", "operator/src/parking/mod.rs", "retention.closed_account_days"),
    // The circle that every place of the city has to lie in.
    ("centre.*", "core/rules/src/kernel/check.rs", "centre"),
    // The name of the time rules; what they say is asked here.
    ("sections.time.zone", "core/client/src/base/cities.rs", "time.zone()"),
];

/// Values that say nothing as long as another one is as it is, and why. One that is read after all
/// has to leave this list.
const WITHOUT_EFFECT: &[(&str, &str)] = &[
    ("sections.parking.zones.white.regime", "no order is priced in a zone whose prices nobody tells"),
    ("sections.parking.zones.white.limits.no_return_minutes.known.value", "nothing is sold there"),
    ("sections.parking.tariffs.*.rates.*.*.unit_minutes", "beside a price that is unknown"),
    ("sections.garages.facilities.ada.pay.*", "a lot that is paid on entry sells nothing to a phone"),
    ("sections.garages.facilities.ada.rate_table", "a lot that is paid on entry sells nothing to a phone"),
    ("sections.rides.channels.nfc", "the contract names the channel without a flow (AMB-18)"),
    ("sections.rides.channels.bluetooth", "the contract names the channel without a flow (AMB-18)"),
    ("sections.passes.categories.student.pays.known.value.type", "he pays the fare, as everybody"),
    ("sections.passes.categories.pensioner.pays.known.value.type", "he pays the fare, as everybody"),
    ("sections.garages.policy.tariff_by", "there is one tariff"),
    ("quote_ttl_seconds", "a city without a service that is priced here offers nothing"),
    ("sections.wallet.card.**", "a city without a service that is priced here takes no card"),
    ("sections.plates.letters", "no plate of the grid has a letter beside A to Z that is written alone"),
];

pub fn matches(pattern: &[&str], path: &[String]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((&"**", rest)), _) => (0..=path.len()).any(|skipped| matches(rest, &path[skipped..])),
        (Some((step, rest)), Some((name, below))) => (*step == "*" || step == name) && matches(rest, below),
        _ => false,
    }
}

fn is_at(pattern: &str, path: &[String]) -> bool {
    matches(&pattern.split('.').collect::<Vec<_>>(), path)
}

/// A value that is no object and no list.
#[derive(Clone, Default)]
struct Leaf {
    /// With the id of an item of a list, where it has one.
    path: Vec<String>,
    /// RFC 6901.
    pointer: String,
}

fn leaves(value: &Value, at: &Leaf, found: &mut Vec<Leaf>) {
    let mut below = |name: &str, step: &str, value: &Value| {
        let mut leaf = at.clone();
        leaf.path.push(name.to_owned());
        leaf.pointer += &format!("/{}", step.replace('~', "~0").replace('/', "~1"));
        leaves(value, &leaf, found);
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| below(name, name, value)),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let step = index.to_string();
                below(item["id"].as_str().unwrap_or(&step), &step, item);
            }
        }
        _ => found.push(at.clone()),
    }
}

/// Words that a city's document chooses from.
const WORDS: &[&str] = &[
    "vma",
    "KZ",
    "sell_the_rest",
    "refuse",
    "ends",
    "goes_on_at_opening",
    "same_day",
    "next_opening",
    "plate",
    "user",
    "both",
    "free",
    "charged",
    "zoned",
    "outside",
    "sms_lot",
    "limited",
    "extended",
    "unlimited",
    "approximate",
    "surveyed",
    "official",
    "official_old",
    "second_hand",
    "assumed",
    "issue",
    "before_fetching",
    "on_exit",
    "on_entry",
    "garage",
    "lot",
    "multi_storey",
    "from_entry",
    "calendar_day",
    "from_midnight",
    "entry",
    "day",
    "refused",
    "sold",
    "cash",
    "parking_pass",
    "refunded",
    "not_refunded",
    "validity_end",
    "deposit",
    "card",
    "sms",
    "mon",
    "thu",
    "sun",
    "standard",
    "special",
    "exempt",
    "Asia/Almaty",
    "decision",
    "ps-faq-zones",
];

/// Other values for a leaf, likelier ones first; those that make no city are passed over.
fn others(value: &Value) -> Vec<Value> {
    match value {
        Value::Bool(yes) => vec![Value::Bool(!yes)],
        Value::Number(number) if number.is_f64() => {
            [0.003, -0.003, 0.02].map(|more| (number.as_f64().unwrap() + more).into()).to_vec()
        }
        Value::Number(number) => {
            let number = number.as_i64().unwrap();
            [number + 1, number - 1, number * 2, number / 2]
                .into_iter()
                .filter(|other| *other != number)
                .map(Value::from)
                .collect()
        }
        Value::String(text) => {
            let mut others = Vec::new();
            if let Ok(day) = text.parse::<NaiveDate>() {
                others.extend([1, -1, 7, -7].map(|days| (day + TimeDelta::days(days)).to_string()));
            }
            if let Ok(amount) = text.parse::<rust_decimal::Decimal>() {
                others.push((amount + rust_decimal::Decimal::ONE).to_string());
            }
            if let Some((hour, _)) = text.split_once(':') {
                others.push(format!("{hour}:30"));
            }
            others.extend(WORDS.iter().map(|word| (*word).to_owned()));
            let shorter: String = text.chars().take(text.chars().count().saturating_sub(1)).collect();
            others.extend([shorter, format!("{text}7"), format!("{text}X"), "#123456".to_owned()]);
            others.retain(|other| other != text);
            others.into_iter().map(Value::from).collect()
        }
        _ => Vec::new(),
    }
}

/// A service of a city that can be read; `None` where the city does not have it.
fn of<S: Section>(city: &City) -> Option<&S> {
    match city.section::<S>() {
        Ok(section) => Some(section),
        Err(SectionError::Missing { .. }) => None,
        Err(why) => panic!("{why}"),
    }
}

fn is_read<S: Section>(city: &City) -> bool {
    matches!(city.section::<S>(), Ok(_) | Err(SectionError::Missing { .. }))
}

/// The city of a document; `None` when it makes none, or one of whose services a part cannot be
/// read.
fn city_of(document: &Value) -> Option<City> {
    let city = City::from_json(&document.to_string()).ok()?;
    let is_read =
        is_read::<ParkingSection>(&city) && is_read::<OrdersSection>(&city) && is_read::<GaragesSection>(&city);
    (is_read && mesto_rules::check(&city).is_ok()).then_some(city)
}

/// Whether two cities are the same once they are read: words of a later version are all one.
fn is_read_alike(one: &City, other: &City) -> bool {
    let rest = |city: &City| {
        let mut document = serde_json::to_value(city).unwrap();
        let sections = document["sections"].as_object_mut().unwrap();
        sections.retain(|name, _| !["parking", "orders", "garages"].contains(&name.as_str()));
        document
    };
    of::<ParkingSection>(one) == of(other)
        && of::<OrdersSection>(one) == of(other)
        && of::<GaragesSection>(one) == of(other)
        && rest(one) == rest(other)
}

type Answers<'a> = Box<dyn Iterator<Item = String> + 'a>;

/// A city as it is, and what it is asked in families. What another city answers is compared with
/// it, answer by answer, so that most differences are found early.
struct Grid {
    base: City,
    families: Vec<(&'static str, Vec<String>)>,
}

const FAMILIES: [&str; 11] =
    ["calendar", "clock", "plates", "deposits", "places", "orders", "quotes", "visits", "rides", "cards", "merchants"];

impl Grid {
    fn of(base: City) -> Self {
        let mut grid = Self { base, families: Vec::new() };
        grid.families = FAMILIES.map(|family| (family, grid.ask(family, &grid.base).collect())).to_vec();
        grid
    }

    fn ask<'a>(&'a self, family: &str, city: &'a City) -> Answers<'a> {
        match family {
            "calendar" => Box::new(calendar(city)),
            "clock" => Box::new(clock(city)),
            "plates" => Box::new(plates(city)),
            "deposits" => Box::new(deposits(city)),
            "places" => Box::new(self.places(city)),
            "orders" => Box::new(self.orders(city)),
            "quotes" => Box::new(self.quotes(city)),
            "visits" => match of(city) {
                Some(garages) => Box::new(visits(city, garages)),
                None => Box::new(std::iter::empty()),
            },
            "rides" => match city.section::<RidesSection>() {
                Ok(section) => Box::new(ridden(city, section)),
                Err(_) => Box::new(std::iter::empty()),
            },
            "cards" => match city.section::<CardsSection>() {
                Ok(section) => Box::new(carded(section)),
                Err(_) => Box::new(std::iter::empty()),
            },
            "merchants" => match city.section::<MerchantsSection>() {
                Ok(section) => Box::new(paid_at_merchants(city, section)),
                Err(_) => Box::new(std::iter::empty()),
            },
            other => panic!("no family {other}"),
        }
    }

    /// A family in which another city answers otherwise. The one that a value of this path is
    /// likely for is asked first.
    fn changed(&self, path: &[String], other: &City) -> Option<&'static str> {
        let likely = match path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["sections", "calendar", ..] => "calendar",
            ["outdated_from"] | ["sections", "time", ..] => "clock",
            ["sections", "parking", "zones", _, "area", ..] => "places",
            ["sections", "wallet", "deposit", ..] => "deposits",
            ["sections", "plates", ..] => "plates",
            ["sections", "garages", ..] => "visits",
            ["sections", "orders", ..] => "orders",
            ["sections", "cards", ..] => "cards",
            ["sections", "merchants", ..] => "merchants",
            _ => "quotes",
        };
        let is_changed =
            |(family, answers): &&(&'static str, Vec<String>)| !self.ask(family, other).eq(answers.iter().cloned());
        let (first, rest): (Vec<_>, Vec<_>) = self.families.iter().partition(|(family, _)| *family == likely);
        first.into_iter().chain(rest).find(is_changed).map(|(family, _)| *family)
    }

    /// Around every corner of every zone, and what each sign says.
    fn places<'a>(&self, city: &'a City) -> impl Iterator<Item = String> + 'a {
        let known = zones(&self.base).to_vec();
        let signs: Vec<String> = known
            .iter()
            .flat_map(|zone| zone.sms_number.known().cloned())
            .chain((9110..9125).map(|code| code.to_string()))
            .collect();
        let parking = of::<ParkingSection>(city);
        let corners =
            known.into_iter().filter_map(|zone| zone.area).flat_map(|area| area.polygons).flat_map(|polygon| polygon.0);
        let around = [(0.0001, 0.0001), (0.002, 0.0), (-0.002, 0.0), (0.0, 0.003), (0.0, -0.003)];
        let positions = corners.flat_map(move |corner| {
            around.map(|(north, east)| Position {
                lat: corner.lat + north,
                lon: corner.lon + east,
                accuracy_metres: None,
            })
        });
        let near = positions
            .map(move |position| format!("{:?}", parking.map(|it| mesto_rules::zones_near(it, &position, u32::MAX))));
        let signs = signs.into_iter();
        near.chain(signs.map(move |code| {
            format!("{:?}", parking.map(|it| mesto_rules::zone_by_sign(it, &code).map(|zone| &zone.id)))
        }))
    }

    fn moments(&self) -> Vec<DateTime<Utc>> {
        let mut moments = Vec::new();
        for day in ["2025-03-03", "2025-03-04", "2025-03-05", "2025-03-06", "2025-03-07", "2025-03-08", "2025-03-09"] {
            for time in ["06:59", "07:30", "08:15", "13:45", "20:45", "21:15"] {
                moments.push(at(&format!("{day} {time}")));
            }
        }
        for other in [
            "2021-12-31",
            "2022-01-04",
            "2022-03-02",
            "2023-01-03",
            "2023-01-04",
            "2023-01-05",
            "2025-01-31",
            "2025-02-01",
            "2025-11-11",
        ] {
            moments.push(at(&format!("{other} 10:00")));
        }
        moments
    }

    fn orders<'a>(&self, city: &'a City) -> impl Iterator<Item = String> + 'a {
        self.moments().into_iter().flat_map(move |now| {
            zones(city).iter().flat_map(move |zone| {
                let ended = now - TimeDelta::minutes(1);
                [None, Some(ended)]
                    .map(|paid_until| format!("{:?}", order::issue(city, zone.id.as_str(), now, paid_until)))
            })
        })
    }

    fn quotes<'a>(&self, city: &'a City) -> impl Iterator<Item = String> + 'a {
        let alone = self.moments().into_iter().flat_map(move |now| {
            zones(city).iter().flat_map(move |zone| {
                [1, 61, 121, 181].map(|minutes| {
                    let ask = QuoteAsk {
                        zone: zone.id.as_str(),
                        minutes,
                        now,
                        stays: Stays::default(),
                        pay: PayMethod::Deposit,
                    };
                    format!("{:?}", mesto_rules::quote(city, &ask))
                })
            })
        });
        let (noon, known) = (at("2025-03-05 12:00"), zones(&self.base).to_vec());
        let continued = zones(city).iter().zip(known).flat_map(move |(zone, known)| {
            // A stay that is over at noon, by the city as it is; by another one it may be over
            // earlier or later.
            let longest = known.max_stay_minutes().map_or(60, mesto_rules::Minutes::get);
            let break_minutes = known.limits.no_return_minutes.known().copied().map_or(0, mesto_rules::Minutes::get);
            let began = |minutes: u32| noon - TimeDelta::minutes((minutes + break_minutes).into());
            let bought = |minutes: u32, now: DateTime<Utc>| {
                let ask =
                    QuoteAsk { zone: zone.id.as_str(), minutes, now, stays: Stays::default(), pay: PayMethod::Deposit };
                Stay::after_purchase(city, None, &mesto_rules::quote(city, &ask).ok()?).ok()
            };
            let stays =
                [bought(longest, began(longest)), bought(60.min(longest), began(60.min(longest))), bought(30, noon)];
            let mut quoted = Vec::new();
            for stay in &stays {
                for minutes in [1, 60, longest] {
                    for stays in
                        [Stays { plate: stay.as_ref(), user: None }, Stays { plate: None, user: stay.as_ref() }]
                    {
                        for pay in [PayMethod::Deposit, PayMethod::Card, PayMethod::Sms] {
                            for now in [noon - TimeDelta::minutes(1), noon] {
                                let ask = QuoteAsk { zone: zone.id.as_str(), minutes, now, stays, pay };
                                quoted.push(format!("{:?}", mesto_rules::quote(city, &ask)));
                            }
                        }
                    }
                }
            }
            quoted
        });
        alone.chain(continued)
    }
}

/// Visits of every length at every facility, when each is open, its tickets, and what is said of
/// free places.
fn visits<'a>(city: &'a City, garages: &'a GaragesSection) -> impl Iterator<Item = String> + 'a {
    let entries = ["2022-01-01 00:00", "2025-03-09 12:00", "2025-03-11 03:00"].map(at);
    let priced = garages.facilities.iter().flat_map(move |facility| {
        entries.into_iter().flat_map(move |entered_at| {
            let opened = format!("{:?}", facility.is_open(city, entered_at));
            let lasting = [-1, 0, 1, 9, 12, 24, 100].into_iter().flat_map(move |hours| {
                // An entry two minutes ahead, and half an hour more than full hours.
                let more = TimeDelta::minutes(if hours < 0 { 58 } else { 30 });
                let plain = VisitAsk {
                    facility: facility.id.as_str(),
                    entered_at,
                    now: entered_at + TimeDelta::hours(hours) + more,
                    paid: &[],
                    is_disabled: false,
                    places: 1,
                    is_lost: false,
                    pay: PayMethod::Deposit,
                };
                let asks = [
                    plain,
                    VisitAsk { pay: PayMethod::Card, ..plain },
                    VisitAsk { is_disabled: true, ..plain },
                    VisitAsk { places: 2, ..plain },
                    VisitAsk { is_lost: true, ..plain },
                ];
                asks.map(|ask| format!("{:?}", garages::price(city, &ask)))
            });
            std::iter::once(opened).chain(lasting)
        })
    });
    let tickets = garages.facilities.iter().map(|facility| format!("{:?}", facility.read_ticket("123456")));
    let observed = at("2025-03-03 10:00");
    let free = (-5..30).map(move |minutes| {
        let now = observed + TimeDelta::minutes(minutes);
        let observation = Observation { free: 7, observed_at: observed };
        format!(
            "{:?} {}",
            garages::free_places(garages, Some(observation), now),
            garages::is_heard(garages, observed, now)
        )
    });
    let silent = (100..260)
        .map(move |seconds| garages::is_heard(garages, observed, observed + TimeDelta::seconds(seconds)).to_string());
    priced.chain(tickets).chain(free).chain(silent)
}

fn zones(city: &City) -> &[Zone] {
    city.section::<ParkingSection>().map(|parking| parking.zones.as_slice()).unwrap_or_default()
}

fn calendar(city: &City) -> impl Iterator<Item = String> {
    let first: NaiveDate = "2021-12-31".parse().unwrap();
    first.iter_days().take(12 * 366).map(|day| city.sections.calendar.holiday_on(day).unwrap_or_default().to_owned())
}

/// What the wall clock shows at the same moment of every month, and until when anything is sold.
fn clock(city: &City) -> impl Iterator<Item = String> {
    let first: DateTime<Utc> = "2021-12-15T12:00:00Z".parse().unwrap();
    let shown = (0..15 * 12).map(move |months| {
        let at = first.checked_add_months(chrono::Months::new(months)).unwrap();
        format!("{} {:?}", city.sections.time.local(at), city.tells_time_at(at))
    });
    let last: DateTime<Utc> = "2031-01-01T12:00:00Z".parse().unwrap();
    shown.chain((-10..10).map(move |days| format!("{:?}", city.in_force_at(last + TimeDelta::days(days)))))
}

fn deposits(city: &City) -> impl Iterator<Item = String> {
    (1..=5001)
        .chain([10_000, 10_001, 20_000, 20_001])
        .map(|amount| city.sections.wallet.deposit.offers(&amount.into()).to_string())
}

fn plates(city: &City) -> impl Iterator<Item = String> {
    let typed = [
        "BG 789-PP",
        "BG 7890-PP",
        "ŠA 123-ČĆ",
        "ĐĆ 123-ŽŠ",
        "12-A-345",
        "123-M-456",
        "12-P-345",
        "123-E-456",
        "12-B-345",
        "123 ABC 02",
        "123 AB 02",
        "A 123 BCD",
        "A 123 BC",
        "T 012345",
        "H 1234 02",
        "AB",
        "ABC",
        "AB1",
        "A12",
        "ABC-123-DEF-9",
        "ABCD1234EFGH",
        "ABCD1234EFGHI",
        "",
        "ÄB 123-CD",
        "B7",
        "ABCDEF",
        "ŠĐČĆŽ1",
    ];
    typed.into_iter().map(|typed| format!("{:?}", mesto_rules::parse_plate(typed, &city.sections.plates)))
}

/// Signs, repeats, trips, tickets and disputes of rides.
fn ridden<'a>(city: &'a City, section: &'a RidesSection) -> impl Iterator<Item = String> + 'a {
    let begun = at("2025-03-03 10:00");
    let policy = &section.policy;
    let trip = |from: i64, until: i64| Trip {
        route: "92".parse().unwrap(),
        direction: 0,
        service_day: begun.date_naive(),
        starts_at: begun + TimeDelta::minutes(from),
        ends_at: begun + TimeDelta::minutes(until),
    };
    let trips = [trip(0, 40), trip(200, 240)];
    let hosts = ["qr.avtobys.kz", "avtobys.kz", "other.example"];
    let signs = hosts.map(|host| {
        let text = format!("https://{host}/{}/v/ABCDEF12", city.id);
        format!("{:?}", rides::read_sign(&text, city.id.as_str(), &section.sign_hosts))
    });
    let lasting = (0..400).map(move |minutes| {
        let now = begun + TimeDelta::minutes(minutes);
        let earlier = [Earlier { id: 1, vehicle: "1204", trip: None, registered_at: begun, is_void: false }];
        let time = TicketTime::of(now, Some(&trips[0]), policy);
        format!(
            "{:?} {:?} {time:?} {:?} {:?} {}",
            rides::repeated(&earlier, ("1204", None), now, policy),
            rides::trip_at(&trips, now, policy, Trip::clone),
            TicketTime::of(now, None, policy),
            rides::is_taken_over(("92", 0, begun), Some(("92", 0)), now, policy),
            rides::service_day(&city.sections.time, now + TimeDelta::hours(12), policy.service_day_begins),
        )
    });
    let disputed = (0..400).map(move |days| {
        format!("{:?}", RideState::Registered.step(RideEvent::Dispute, (begun, begun + TimeDelta::days(days)), policy))
    });
    let known = (section.routes.iter()).map(|route| {
        let carrier = section.carrier(&route.carrier).map(|carrier| &carrier.id);
        format!("{:?} {:?} {carrier:?}", route.id, route.direction(1).is_some())
    });
    let days = ["2024-08-02", "2024-08-03", "2025-09-03"].map(|day| day.parse::<NaiveDate>().unwrap());
    let passes = city.section::<PassesSection>().ok();
    let own = move |category: Option<&Category>| category.map(|category| category.id.clone()).into_iter().collect();
    let categories = passes.into_iter().flat_map(|passes| &passes.categories).map(Some).chain([None]);
    let fares = categories.flat_map(move |category| {
        let granted: Vec<CategoryId> = own(category);
        let companions: Vec<(CategoryId, u32)> = granted.iter().map(|id| (id.clone(), 1)).collect();
        days.map(|day| {
            let riders = |companions| rides::Riders { persons: 3, granted: &granted, pass: None, companions };
            format!(
                "{:?} {:?}",
                section.parties(day, riders(&[]), passes),
                section.parties(day, riders(&companions), passes)
            )
        })
    });
    let sold = passes.into_iter().flat_map(move |passes| {
        passes.products.iter().flat_map(move |product| {
            passes.categories.iter().map(move |category| {
                let own = [category.id.clone()];
                format!("{:?} {:?}", product.last_on(days[2]), product.cheapest(passes, own.iter()))
            })
        })
    });
    signs.into_iter().chain(lasting).chain(disputed).chain(known).chain(fares).chain(sold)
}

/// Links, top-ups and inactivity of cards.
fn carded(section: &CardsSection) -> impl Iterator<Item = String> + '_ {
    let begun = at("2025-03-03 10:00");
    let kinds = section.kinds.iter().map(|kind| format!("{:?} {:?}", kind.id, kind.tariff));
    let times = TopUpTimes::of(begun, &section.top_ups);
    let policy = &section.policy;
    let linked = (0..60).map(move |count| {
        let linked = vec![CardTariff::Standard; count];
        format!("{:?}", cards::may_link(&linked, &CardTariff::Standard, policy.linked_most))
    });
    let inactive = format!("{:?}", cards::inactive_from(begun.date_naive(), policy.inactive_after_months));
    kinds.chain([format!("{times:?}"), inactive]).chain(linked)
}

/// Codes, fees, limits, repeats and giving back at merchants.
fn paid_at_merchants<'a>(city: &'a City, section: &'a MerchantsSection) -> impl Iterator<Item = String> + 'a {
    let begun = at("2025-03-03 10:00");
    let money = |minor| Money::from_minor(minor, city.currency);
    let hosts = ["pay.avtobys.kz", "avtobys.kz", "other.example"];
    let codes = hosts.map(|host| {
        let text = format!("https://{host}/{}/m/ABCDEFGH", city.id);
        format!("{:?} {}", merchants::read_code(&text, city.id.as_str(), &section.code_hosts), section.code_host())
    });
    let amounts = [0, 1, 99, 100, 999, 1_000, 1_001, 2_000, 9_999_999, 10_000_000, 10_000_001, 20_000_000, 30_000_000];
    let paid = amounts.into_iter().map(move |minor| {
        let fee = section.fee.known().map(|fee| merchants::payer_fee(money(minor), fee));
        let day = merchants::day_limit(money(10_000_000), money(minor), &section.limits);
        format!("{fee:?} {:?} {day:?}", merchants::is_payable(money(minor), &section.limits))
    });
    let again = (0..400).map(move |minutes| {
        let one = Paid { id: 1, till: 1, amount: money(100), paid_at: begun, is_given_back: false };
        let now = begun + TimeDelta::minutes(minutes);
        format!("{:?}", merchants::repeated(&[one], (&1, money(100)), now, &section.policy))
    });
    let until = format!("{:?}", merchants::give_back_until(begun, &section.policy));
    codes.into_iter().chain(paid).chain(again).chain([until])
}

#[test]
fn every_value_of_a_city_changes_an_answer_or_is_read_by_a_file_that_is_named() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let mut unread = Vec::new();
    let (mut used, mut idle) = (vec![false; ELSEWHERE.len()], vec![false; WITHOUT_EFFECT.len()]);
    for folder in std::fs::read_dir(format!("{root}/cities")).unwrap().map(|entry| entry.unwrap()) {
        if !folder.file_type().unwrap().is_dir() {
            continue;
        }
        let name = folder.file_name().into_string().unwrap();
        let grid = Grid::of(mesto_rules::load::embedded(&name).unwrap_or_else(|errors| panic!("{errors:#?}")));
        assert_eq!(grid.changed(&[], &grid.base), None, "the same city answers the same");
        let document: Value = serde_json::to_value(&grid.base).unwrap();
        let same = City::from_json(&document.to_string()).unwrap();
        mesto_rules::check(&same).unwrap();
        assert_eq!(grid.changed(&[], &same), None, "a city that was served answers the same");
        let mut found = Vec::new();
        leaves(&document, &Leaf::default(), &mut found);
        // The compiler sets it; what a greater one does is tested with the sections.
        found.retain(|leaf| leaf.path.last().is_none_or(|name| name != "format"));
        let least = if zones(&same).is_empty() { 100 } else { 300 };
        assert!(found.len() > least, "{} values", found.len());
        for Leaf { path, pointer } in found {
            if let Some(place) = ELSEWHERE.iter().position(|(pattern, ..)| is_at(pattern, &path)) {
                used[place] = true;
                continue;
            }
            let (mut tried, mut read) = (0, None);
            for other in others(document.pointer(&pointer).unwrap()) {
                let mut changed = document.clone();
                *changed.pointer_mut(&pointer).unwrap() = other;
                // What makes no city is held by the check.
                let Some(other) = city_of(&changed).filter(|other| !is_read_alike(other, &grid.base)) else { continue };
                tried += 1;
                read = grid.changed(&path, &other);
                if read.is_some() || tried == 4 {
                    break;
                }
            }
            if tried > 0 && read.is_none() {
                match WITHOUT_EFFECT.iter().position(|(pattern, _)| is_at(pattern, &path)) {
                    Some(place) => idle[place] = true,
                    None => unread.push(format!("{name}: {}", path.join("."))),
                }
            }
        }
    }
    assert!(unread.is_empty(), "nobody reads these values, and no file here is named for them:\n{}", unread.join("\n"));
    for ((pattern, why), idle) in WITHOUT_EFFECT.iter().zip(idle) {
        assert!(idle, "{pattern} is read: `{why}` holds no more");
    }
    for ((pattern, file, words), used) in ELSEWHERE.iter().zip(used) {
        assert!(used, "listed, but there is no such value: {pattern}");
        let text = std::fs::read_to_string(format!("{root}/{file}")).unwrap_or_else(|why| panic!("{file}: {why}"));
        assert!(text.contains(words), "{file} reads {pattern} no more: `{words}` is not in it");
    }
}
