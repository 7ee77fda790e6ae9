//! Every value of a city's document is read by somebody: another value changes an answer of the rules, the operator or the phone, or
//! it stands in a list here, with the page that shows it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use mesto_cli::output::Style;
use mesto_client::{
    Client, Clock, Config, Link, LinkAnswer, LinkError, LinkRequest, Locale, NoReminders, Ports, Secrets, SecretsError,
};
use mesto_operator::store::transact;
use mesto_operator::{HostedPage, Keys, Operator, Request, SqliteInline, SystemEntropy, values};
use mesto_protocol::device::SoftwareDevice;
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::orders::driver::{Order, OrderPayment};
use mesto_rules::order::{self, OrderTerms};
use mesto_rules::orders::OrdersSection;
use mesto_rules::{City, Minutes, ParkingSection, PayMethod, Position, Quote, QuoteAsk, Refusal, Stay, Stays, Zone};
use mesto_simulation::driver::{Counter, Driver, SECRET, approval, belgrade, code_in, dinar, morning};
use serde_json::Value;

/// Values that change no answer: their path in the document (`*` is one step of it, `**` any number), and who shows them. That the page
/// really shows them is tested for each.
const SHOWN: &[(&str, Page)] = &[
    ("contacts.**", Page::CityShow),
    ("terms.**", Page::CityShow),
    ("sections.wallet.card.brands.*", Page::CityShow),
    // Orders are paid from the deposit alone until they can be paid on the bank's page.
    ("sections.orders.policy.pay.1", Page::CityShow),
    // A rate without a price sells nothing.
    ("sections.parking.tariffs.1.rates.*.1.unit_minutes", Page::CityShow),
    ("sections.parking.tariffs.2.rates.white.*.unit_minutes", Page::CityShow),
    // White sells nothing, and no order is issued there, while its hours are unknown.
    ("sections.parking.zones.5.regime", Page::CityShow),
    ("sections.parking.zones.5.limits.no_return_minutes.known.value", Page::CityShow),
    ("sections.plates.country", Page::CityShow),
    // Where values come from, and how far they are certain.
    ("sources.**", Page::CityShow),
    ("**.known.certainty", Page::CityShow),
    ("**.known.source", Page::CityShow),
    ("**.area.source", Page::CityShow),
    ("sections.wallet.deposit.source", Page::CityShow),
    ("**.unknown.note", Page::CityShow),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Page {
    /// `mesto city show`
    CityShow,
}

impl Page {
    fn of(self, city: &City) -> String {
        match self {
            Self::CityShow => mesto_cli::city::page(city, Style { json: false, coloured: false }),
        }
    }
}

fn listed(path: &[String]) -> Option<usize> {
    fn matches(pattern: &[&str], path: &[String]) -> bool {
        match (pattern.split_first(), path.split_first()) {
            (None, None) => true,
            (Some((&"**", rest)), _) => (0..=path.len()).any(|skipped| matches(rest, &path[skipped..])),
            (Some((step, rest)), Some((name, below))) => (*step == "*" || step == name) && matches(rest, below),
            _ => false,
        }
    }
    SHOWN.iter().position(|(pattern, _)| matches(&pattern.split('.').collect::<Vec<_>>(), path))
}

/// The path of every value that is no object and no list.
fn leaves(value: &Value, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    let mut below = |name: String, value: &Value| {
        path.push(name);
        leaves(value, path, found);
        path.pop();
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| below(name.clone(), value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| below(index.to_string(), item)),
        _ => found.push(path.clone()),
    }
}

/// Words that a city's document chooses from.
const WORDS: &[&str] = &[
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
    "validity_end",
    "deposit",
    "card",
    "sms",
    "mon",
    "thu",
    "sun",
    "standard",
    "special",
    "Asia/Almaty",
    "decision",
    "ps-faq-zones",
];

/// Other values for a leaf, likelier ones first; those that make no city are passed over.
fn others(value: &Value) -> Vec<Value> {
    match value {
        Value::Bool(yes) => vec![Value::Bool(!yes)],
        Value::Number(number) if number.is_f64() => vec![(number.as_f64().unwrap() + 0.003).into()],
        Value::Number(number) => {
            let number = number.as_i64().unwrap();
            [number + 1, number - 1, number * 2].into_iter().filter(|other| *other != number).map(Value::from).collect()
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
            let shorter: String = text.chars().take(text.chars().count() - 1).collect();
            others.extend([
                shorter,
                format!("{text}7"),
                format!("{text}X"),
                format!("{text} {{plate}}"),
                "#123456".to_owned(),
            ]);
            others.retain(|other| other != text);
            others.into_iter().map(Value::from).collect()
        }
        _ => Vec::new(),
    }
}

fn at(wall: &str) -> DateTime<Utc> {
    let naive = chrono::NaiveDateTime::parse_from_str(wall, "%Y-%m-%d %H:%M").expect(wall);
    mesto_rules::calendar::to_utc(&belgrade().sections.time, naive).unwrap()
}

// The answers, family by family; what is cheap comes first.

fn zones(city: &City) -> &[Zone] {
    city.section::<ParkingSection>().map(|parking| parking.zones.as_slice()).unwrap_or_default()
}

type Quoted = Result<Quote, Refusal>;

/// What a city answers, in families.
struct Answers {
    calendar: Vec<Option<String>>,
    places: Vec<String>,
    deposits: Vec<bool>,
    plates: Vec<String>,
    orders: Vec<Result<OrderTerms, Refusal>>,
    quotes: Vec<Quoted>,
    phone: Vec<String>,
    nightly: Vec<i64>,
}

fn calendar(city: &City) -> impl Iterator<Item = Option<String>> {
    let first: NaiveDate = "2021-12-31".parse().unwrap();
    first.iter_days().take(12 * 366).map(|day| city.sections.calendar.holiday_on(day).map(str::to_owned))
}

/// Around every corner of every zone, and what each sign says.
fn places(city: &City) -> Vec<String> {
    let Ok(parking) = city.section::<ParkingSection>() else { return Vec::new() };
    let corners = zones(&belgrade()).to_vec().into_iter().filter_map(|zone| zone.area).flat_map(|area| area.polygons);
    let around = [(0.0001, 0.0001), (0.002, 0.0), (-0.002, 0.0), (0.0, 0.003), (0.0, -0.003)];
    let positions = corners.flat_map(|polygon| polygon.0).flat_map(|corner| {
        around.map(|(north, east)| Position { lat: corner.lat + north, lon: corner.lon + east, accuracy_m: None })
    });
    let near = positions.map(|position| format!("{:?}", mesto_rules::zones_near(parking, &position, u32::MAX)));
    let codes = (9110..9120).map(|code| code.to_string());
    let signs = codes.map(|code| format!("{:?}", mesto_rules::zone_by_sign(parking, &code).map(|zone| &zone.id)));
    near.chain(signs).collect()
}

fn deposits(city: &City) -> Vec<bool> {
    (199..=5001).map(|amount| city.sections.wallet.deposit.offers(&amount.into())).collect()
}

fn plates(city: &City) -> Vec<String> {
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
    typed.iter().map(|typed| format!("{:?}", mesto_rules::parse_plate(typed, &city.sections.plates))).collect()
}

fn moments() -> Vec<DateTime<Utc>> {
    let mut moments = Vec::new();
    for day in ["2025-03-03", "2025-03-04", "2025-03-05", "2025-03-06", "2025-03-07", "2025-03-08", "2025-03-09"] {
        for time in ["06:59", "07:30", "08:15", "13:45", "20:45", "21:15"] {
            moments.push(at(&format!("{day} {time}")));
        }
    }
    for other in [
        "2021-12-31 10:00",
        "2022-01-04 10:00",
        "2022-03-02 10:00",
        "2023-01-03 10:00",
        "2023-01-04 10:00",
        "2023-01-05 10:00",
        "2025-01-31 10:00",
        "2025-02-01 10:00",
        "2025-11-11 10:00",
    ] {
        moments.push(at(other));
    }
    moments
}

fn orders(city: &City) -> impl Iterator<Item = Result<OrderTerms, Refusal>> {
    moments().into_iter().flat_map(move |now| {
        zones(city).iter().flat_map(move |zone| {
            let ended = now - TimeDelta::minutes(1);
            [None, Some(ended)].map(|paid_until| order::issue(city, zone.id.as_str(), now, paid_until))
        })
    })
}

fn quotes(city: &City) -> impl Iterator<Item = Quoted> {
    let base = belgrade();
    let alone = moments().into_iter().flat_map(move |now| {
        zones(city).iter().flat_map(move |zone| {
            [1, 61, 121, 181].map(|minutes| {
                let ask =
                    QuoteAsk { zone: zone.id.as_str(), minutes, now, stays: Stays::default(), pay: PayMethod::Deposit };
                mesto_rules::quote(city, &ask)
            })
        })
    });
    let now = at("2025-03-05 12:00");
    let continued = zones(city).iter().zip(zones(&base).to_vec()).flat_map(move |(zone, known)| {
        // A stay that is over at noon, by the city as it is; by another one it may be over earlier or later.
        let longest = known.max_stay_minutes().map_or(60, Minutes::get);
        let break_minutes = known.limits.no_return_minutes.known().copied().map_or(0, Minutes::get);
        let began = |minutes: u32| now - TimeDelta::minutes((minutes + break_minutes).into());
        let bought = |minutes: u32, now: DateTime<Utc>| {
            let ask =
                QuoteAsk { zone: zone.id.as_str(), minutes, now, stays: Stays::default(), pay: PayMethod::Deposit };
            let quote = mesto_rules::quote(city, &ask).ok()?;
            Stay::after_purchase(city, None, &quote).ok()
        };
        let stays = [bought(longest, began(longest)), bought(60.min(longest), began(60.min(longest))), bought(30, now)];
        let mut quoted = Vec::new();
        for stay in &stays {
            for minutes in [1, 60, longest] {
                for stays in [Stays { plate: stay.as_ref(), user: None }, Stays { plate: None, user: stay.as_ref() }] {
                    for pay in [PayMethod::Deposit, PayMethod::Card, PayMethod::Sms] {
                        for now in [now - TimeDelta::minutes(1), now] {
                            quoted.push(mesto_rules::quote(
                                city,
                                &QuoteAsk { zone: zone.id.as_str(), minutes, now, stays, pay },
                            ));
                        }
                    }
                }
            }
        }
        quoted
    });
    alone.chain(continued)
}

/// The phone's network: the operator itself.
struct Wire {
    operator: Operator,
    store: SqliteInline,
    now: AtomicI64,
}

impl Wire {
    fn of(city: &City) -> Arc<Self> {
        let page = HostedPage::new("https://bank.example", "https://operator.example", "mesto", SECRET.as_bytes());
        let keys = Keys::ephemeral(morning(), &SystemEntropy).unwrap();
        let config = mesto_operator::Config::default();
        let operator =
            Operator::new(vec![city.clone()], keys, Arc::new(SystemEntropy), Arc::new(page), config).unwrap();
        let now = AtomicI64::new(morning().timestamp_millis());
        Arc::new(Self { operator, store: SqliteInline::in_memory().unwrap(), now })
    }

    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.now.load(Ordering::SeqCst)).unwrap()
    }

    fn to(&self, now: DateTime<Utc>) {
        self.now.store(now.timestamp_millis(), Ordering::SeqCst);
    }
}

impl Counter for Wire {
    fn ask(&self, request: &Request) -> mesto_operator::Response {
        self.operator.handle(&self.store, self.now(), request)
    }

    fn last_message(&self, phone: &str) -> String {
        self.operator.outbox(&self.store, phone).unwrap().last().expect("a message").body.clone()
    }

    fn deadline(&self) -> DateTime<Utc> {
        self.now() + TimeDelta::minutes(2)
    }
}

#[async_trait::async_trait]
impl Link for Wire {
    async fn send(&self, request: LinkRequest) -> Result<LinkAnswer, LinkError> {
        let mut inside = Request::new(request.method.as_str(), &request.path);
        inside.headers = request.headers.clone();
        inside.body = request.body.clone().unwrap_or_default();
        let answer = self.ask(&inside);
        let headers = answer.headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Ok(LinkAnswer { status: answer.status, headers, body: answer.body })
    }
}

impl Clock for Wire {
    fn wall(&self) -> DateTime<Utc> {
        self.now()
    }
    fn monotonic(&self) -> Duration {
        Duration::from_millis(1)
    }
    fn boot(&self) -> String {
        "1".to_owned()
    }
}

#[derive(Default)]
struct Keychain(Mutex<std::collections::HashMap<String, String>>);

impl Secrets for Keychain {
    fn get(&self, name: &str) -> Result<Option<String>, SecretsError> {
        Ok(self.0.lock().unwrap().get(name).cloned())
    }
    fn set(&self, name: &str, value: &str) -> Result<(), SecretsError> {
        self.0.lock().unwrap().insert(name.to_owned(), value.to_owned());
        Ok(())
    }
    fn remove(&self, name: &str) -> Result<(), SecretsError> {
        self.0.lock().unwrap().remove(name);
        Ok(())
    }
}

/// A future that only waits at the link, which answers at once.
fn run<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the link hangs"),
    }
}

/// What the phone shows: zones in both languages, the city, the SMS of each zone, the plan of reminders.
fn phone(city: &City) -> Vec<String> {
    let wire = Wire::of(city);
    let folder = tempfile::tempdir().unwrap();
    let mut shown = Vec::new();
    for locale in Locale::ALL {
        let ports = Ports {
            link: wire.clone(),
            clock: wire.clone(),
            entropy: Arc::new(SystemEntropyOfPhone),
            secrets: Arc::new(Keychain::default()),
            signer: Arc::new(SoftwareDevice::from_seed(&[7; 32]).unwrap()),
            reminders: Arc::new(NoReminders),
        };
        let path = folder.path().join(locale.tag());
        let mut config = Config::new(path, city.id.as_str(), *wire.operator.keys().root_public());
        config.locale = locale;
        let client = Client::open(config, ports).unwrap();
        run(client.refresh()).unwrap();
        shown.push(format!("{:?}", client.snapshot().city));
        shown.push(format!("{:?}", client.zones_near(None, None)));
        let number = "+38160700000".to_owned() + if locale == Locale::En { "1" } else { "2" };
        run(client.request_code(&number)).unwrap();
        run(client.sign_in(&number, code_in(&wire.last_message(&number)), "phone")).unwrap();
        let Ok(car) = run(client.add_vehicle("BG 789-PP", None)) else {
            shown.push("no car".to_owned());
            continue;
        };
        for zone in zones(city) {
            shown.push(format!(
                "{:?}",
                client.sms_fallback(zone.id.as_str(), &car.id).map_err(|error| error.code().to_owned())
            ));
        }
        if let Some(topup) = run(client.top_up(dinar(1000).amount)).ok().and_then(|intent| intent.topup) {
            wire.ask(&approval(&topup, &format!("payment-{}", topup.id)));
            run(client.settle()).unwrap();
        }
        let Some(zone) = zones(city).iter().find(|zone| zone.id == "red") else { continue };
        if let Ok(quote) = run(client.quote(zone.id.as_str(), &car.id, 60)) {
            run(client.buy(&quote)).unwrap();
        }
        let plan: Vec<_> = client.reminders().into_iter().map(|it| (it.at, it.title, it.body)).collect();
        shown.push(format!("{plan:?}"));
    }
    shown
}

struct SystemEntropyOfPhone;

impl mesto_client::Entropy for SystemEntropyOfPhone {
    fn fill(&self, bytes: &mut [u8]) {
        mesto_operator::Entropy::fill(&SystemEntropy, bytes);
    }
}

/// How much the operator still has of each kind, so many days later as the city keeps them today, and half a day more.
fn nightly(city: &City) -> Vec<i64> {
    let wire = Wire::of(city);
    let (operator, store, start) = (&wire.operator, &wire.store, morning());
    let mut drivers = [1, 2].map(|number| Driver::new(&*wire, number));
    for driver in &mut drivers {
        driver.fund(1000);
        let vehicle = driver.vehicle.clone();
        let quote = driver.quote(&vehicle, "red", 60);
        let purchase = driver.purchase(&quote);
        assert_eq!(wire.ask(&purchase).status, 201);
    }
    let inspector = operator.create_staff(store, start, Role::Inspector, "inspector").unwrap();
    let check = format!("/v1/inspector/check?city={}&plate=BG001AA&zone=red", city.id);
    wire.ask(&Request::new("GET", &check).bearer(&inspector));
    let order = serde_json::json!({"city": city.id, "plate": "BG999ZZ", "zone": "yellow", "violation": "no_ticket"});
    let issued =
        wire.ask(&Request::new("POST", "/v1/inspector/orders").bearer(&inspector).key("inspectors-key-1").json(&order));
    let order: Order = issued.read().unwrap();
    operator.order_paid_elsewhere(store, start, &order.id).unwrap();
    let own = serde_json::json!({"city": city.id, "plate": "BG 001-AA", "zone": "yellow", "violation": "no_ticket"});
    let issued =
        wire.ask(&Request::new("POST", "/v1/inspector/orders").bearer(&inspector).key("inspectors-key-2").json(&own));
    let own: Order = issued.read().unwrap();
    let payment = OrderPayment { amount: own.due, not_after: wire.deadline() };
    drivers[0].fund(2000);
    let payment = drivers[0].post(&format!("/v1/orders/{}/payment", own.id), &payment);
    let mut counted = vec![i64::from(wire.ask(&payment).status)];
    wire.ask(&Request::new("DELETE", "/v1/account").bearer(&drivers[1].token));
    let belgrade = belgrade();
    let (kept, of_parking) = (&belgrade.retention, &belgrade.section::<ParkingSection>().unwrap().retention);
    let of_orders = &belgrade.section::<OrdersSection>().unwrap().retention;
    let mut days = [
        of_parking.tickets_days,
        of_orders.orders_days,
        of_orders.plate_checks_days,
        kept.events_days,
        kept.sign_in_days,
        kept.messages_days,
        kept.closed_account_days,
    ];
    days.sort_unstable();
    for days in days {
        // Orders end a day later, tickets an hour; half a day more than the city keeps them.
        for more in [12, 36] {
            wire.to(start + TimeDelta::days(days.into()) + TimeDelta::hours(more));
            operator.due(store, wire.now());
            for table in
                ["ticket_plate", "order_plate", "plate_check", "event WHERE change IS NOT NULL", "attempt", "outbox"]
            {
                let count = format!("SELECT COUNT(*) AS count FROM {table}");
                counted.push(transact(store, |tx| tx.query(&count, values![])?[0].get("count")).unwrap());
            }
        }
    }
    counted
}

impl Answers {
    fn of(city: &City) -> Self {
        Self {
            calendar: calendar(city).collect(),
            places: places(city),
            deposits: deposits(city),
            plates: plates(city),
            orders: orders(city).collect(),
            quotes: quotes(city).collect(),
            phone: phone(city),
            nightly: nightly(city),
        }
    }

    /// Whether another city answers otherwise in a family.
    fn differs(&self, family: &str, other: &City) -> bool {
        match family {
            "calendar" => !calendar(other).eq(self.calendar.iter().cloned()),
            "places" => places(other) != self.places,
            "deposits" => deposits(other) != self.deposits,
            "plates" => plates(other) != self.plates,
            "orders" => !orders(other).eq(self.orders.iter().cloned()),
            "quotes" => !quotes(other).eq(self.quotes.iter().cloned()),
            "phone" => phone(other) != self.phone,
            "nightly" => nightly(other) != self.nightly,
            other => panic!("no family {other}"),
        }
    }

    /// A family in which another city answers otherwise. The one that a value of this path is likely for is asked first.
    fn changed(&self, path: &[String], other: &City) -> Option<&'static str> {
        let likely = match path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["sections", "calendar", ..] => "calendar",
            ["sections", "parking", "zones", _, "area", ..] => "places",
            ["sections", "wallet", "deposit", ..] => "deposits",
            ["sections", "plates", ..] => "plates",
            ["retention", ..] | ["sections", _, "retention", ..] => "nightly",
            ["name" | "version", ..] | ["sections", "parking", "sms", ..] => "phone",
            ["sections", "parking", "zones", _, "name" | "colour" | "sms_number", ..] => "phone",
            ["sections", "orders", ..] => "orders",
            _ => "quotes",
        };
        let all = ["calendar", "plates", "deposits", "places", "orders", "quotes", "phone", "nightly"];
        let others = all.into_iter().filter(|family| *family != likely);
        std::iter::once(likely).chain(others).find(|family| self.differs(family, other))
    }
}

#[test]
fn every_value_of_a_city_changes_an_answer_or_is_shown_on_a_page_that_is_named() {
    let city = belgrade();
    let document: Value = serde_json::to_value(&city).unwrap();
    let mut paths = Vec::new();
    leaves(&document, &mut Vec::new(), &mut paths);
    assert!(paths.len() > 300, "{} values", paths.len());
    let answers = Answers::of(&city);
    let mut unread = Vec::new();
    let mut used = vec![false; SHOWN.len()];
    for path in paths {
        let pointer = format!(
            "/{}",
            path.iter().map(|name| name.replace('~', "~0").replace('/', "~1")).collect::<Vec<_>>().join("/")
        );
        let shown = listed(&path);
        let mut tried = 0;
        let mut read = None;
        for other in others(document.pointer(&pointer).unwrap()) {
            let mut changed = document.clone();
            *changed.pointer_mut(&pointer).unwrap() = other;
            // What makes no city is held by the check.
            let Ok(other) = City::from_json(&changed.to_string()) else { continue };
            tried += 1;
            read = match shown {
                Some(place) => (SHOWN[place].1.of(&other) != SHOWN[place].1.of(&city)).then_some("shown"),
                None => answers.changed(&path, &other),
            };
            if read.is_some() || tried == 3 {
                break;
            }
        }
        if let (Some(place), Some(_)) = (shown, read) {
            used[place] = true;
        }
        if tried > 0 && read.is_none() {
            unread.push(path.join("."));
        }
    }
    assert!(unread.is_empty(), "nobody reads these values, and no page here is named for them:\n{}", unread.join("\n"));
    let unused: Vec<_> = SHOWN.iter().zip(used).filter(|(_, used)| !used).map(|((pattern, _), _)| *pattern).collect();
    assert!(unused.is_empty(), "listed, but there is no such value: {unused:?}");
}

/// What is listed as shown is read by nobody: else the list would excuse a value whose reader is lost one day.
#[test]
fn what_is_listed_as_shown_changes_no_answer() {
    let city = belgrade();
    let document: Value = serde_json::to_value(&city).unwrap();
    let mut paths = Vec::new();
    leaves(&document, &mut Vec::new(), &mut paths);
    let mut all = document.clone();
    for path in paths.into_iter().filter(|path| listed(path).is_some()) {
        let pointer = format!("/{}", path.join("/"));
        for other in others(document.pointer(&pointer).unwrap()) {
            let mut changed = all.clone();
            *changed.pointer_mut(&pointer).unwrap() = other;
            if City::from_json(&changed.to_string()).is_ok() {
                all = changed;
                break;
            }
        }
    }
    assert_ne!(all, document);
    let changed = City::from_json(&all.to_string()).unwrap();
    assert_eq!(Answers::of(&city).changed(&[], &changed), None);
}
