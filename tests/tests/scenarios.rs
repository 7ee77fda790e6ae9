//! Plays `tests/scenarios/*.json` with the Rust client against a testbed (docs/scenarios.md), and
//! checks the files' shape.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, SecondsFormat, Utc};
use mesto_cli::clock::PhoneClock;
use mesto_cli::testbed::{Options, World};
use mesto_client::http::HttpLink;
use mesto_client::protocol::base::payments::{PayMethod, Quote};
use mesto_client::protocol::cards::riders::Card;
use mesto_client::protocol::kernel::ids::VehicleId;
use mesto_client::protocol::kernel::line::{Line, Notice};
use mesto_client::protocol::merchants::payers::{MerchantsOffer, MerchantsSubject};
use mesto_client::protocol::orders::driver::OrderState;
use mesto_client::protocol::parking::purchase::ParkingOffer;
use mesto_client::protocol::passes::holders::PassesSubject;
use mesto_client::protocol::rides::riders::{Companions, RidesOffer, RidesSubject};
use mesto_client::rules::garages::TicketNumber;
use mesto_client::rules::{FacilityId, Money};
use mesto_client::system::{FileSecrets, SystemEntropy, device_signer};
use mesto_client::{
    Client, Config, Error, IntentState, IntentView, Locale, OperatorName, Ports, Reminder, Reminders, rules,
};
use mesto_operator::testing::PostgresCluster;
use mesto_photo::Photos;
use serde_json::{Map, Value, json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

fn scenarios() -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.extension().is_some_and(|ending| ending == "json") && name != "schema" {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((name.clone(), serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// A step that failed: its code, and what it says to people.
struct Failed {
    code: String,
    says: String,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self { code: error.code().to_owned(), says: format!("{} {}", error.text(Locale::En), error.advice(Locale::En)) }
    }
}

type Answer = Result<Map<String, Value>, Failed>;

fn answer(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("an answer is a map, not {other}"),
    }
}

/// The testbed's control address.
struct Control {
    url: String,
    http: reqwest::Client,
}

impl Control {
    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = self.http.post(format!("{}{path}", self.url)).header("content-type", "application/json");
        let answer = request.body(body.to_string()).send().await.unwrap();
        (answer.status().as_u16(), serde_json::from_str(&answer.text().await.unwrap()).unwrap())
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.http.get(format!("{}{path}", self.url)).send().await.unwrap();
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }

    /// A command that must be obeyed.
    async fn tell(&self, path: &str, body: Value) {
        let (status, said) = self.post(path, &body).await;
        assert_eq!(status, 200, "{path}: {said}");
    }

    /// The newest one-time code sent to a number.
    async fn code(&self, phone: &str) -> String {
        let phone: String = form_urlencoded::byte_serialize(phone.as_bytes()).collect();
        let sent = self.get(&format!("/messages?phone={phone}")).await;
        sent["messages"][0]["code"].as_str().expect("a code was sent").to_owned()
    }
}

#[derive(Default)]
struct Alarms(Mutex<Vec<Reminder>>);
impl Reminders for Alarms {
    fn replace(&self, _: &OperatorName, plan: &[Reminder]) {
        *self.0.lock().unwrap() = plan.to_vec();
    }
}

struct Phone {
    control: Control,
    client: Client,
    ports: Ports,
    config: Config,
    clock: PhoneClock,
    alarms: Arc<Alarms>,
    city: rules::CityId,
    vehicle: Option<VehicleId>,
    quotes: BTreeMap<String, Quote>,
    intent: Option<String>,
    /// The number on the slip of the last order that was issued.
    slip: String,
    /// The sign of the vehicle that was told of last.
    sign: String,
    /// The last code of the shop, as it is scanned and typed.
    shop: [String; 2],
    /// Codes that were shown, by name.
    codes: BTreeMap<String, String>,
}

fn moment(at: DateTime<Utc>) -> Value {
    at.to_rfc3339_opts(SecondsFormat::Secs, true).into()
}

fn moment_or_none(at: Option<DateTime<Utc>>) -> Value {
    at.map_or(Value::Null, moment)
}

fn text<'a>(step: &'a Value, field: &str) -> &'a str {
    step[field].as_str().unwrap_or_else(|| panic!("the step needs `{field}`: {step}"))
}

/// How a step wants to pay: from the deposit, unless it says.
fn pay(step: &Value) -> PayMethod {
    step["pay"].as_str().map_or(PayMethod::Deposit, PayMethod::read)
}

/// Kinds as on the wire.
fn in_kinds(lines: &[Line], notices: &[Notice]) -> (Vec<Value>, Vec<String>) {
    let of_line = |line: &Line| json!({ "kind": line.kind, "amount": line.amount.amount.to_string() });
    (lines.iter().map(of_line).collect(), notices.iter().map(|notice| notice.kind.clone()).collect())
}

/// A step without what is said of it: the body of a control.
fn body(step: &Value) -> Value {
    let mut body = step.as_object().cloned().unwrap();
    body.retain(|name, _| !["do", "expect", "expect_error", "phone_shows"].contains(&name.as_str()));
    body.into()
}

fn of_offer(offer: &ParkingOffer, lines: &[Line], notices: &[Notice], total: &Money) -> Map<String, Value> {
    let (lines, notices) = in_kinds(lines, notices);
    answer(json!({
        "total": total.amount.to_string(), "granted": offer.granted_minutes,
        "starts_at": moment(offer.starts_at), "ends_at": moment(offer.ends_at), "lines": lines, "notices": notices,
    }))
}

impl Phone {
    async fn open(world: &World, city: &str, folder: &Path) -> Self {
        let alarms = Arc::new(Alarms::default());
        let clock = PhoneClock::new(world.clock.clone());
        let secrets = Arc::new(FileSecrets::new(folder.join("secrets.json")));
        let ports = Ports {
            link: Arc::new(HttpLink::new(&world.operator_url()).unwrap()),
            clock: Arc::new(clock.clone()),
            entropy: Arc::new(SystemEntropy),
            signer: Arc::new(device_signer(secrets.as_ref(), &OperatorName::localhost(), &SystemEntropy).unwrap()),
            secrets,
            reminders: alarms.clone(),
            stills: Arc::new(Photos),
            log: Arc::new(mesto_client::NoLog),
        };
        let config = Config::new(folder.join("phone.sqlite"), OperatorName::localhost(), world.root_key());
        let client = Client::open(config.clone(), ports.clone()).unwrap();
        let city: rules::CityId = city.parse().unwrap();
        client.cities().refresh(&city).await.expect("keys and city are genuine");
        let control = Control { url: world.control_url(), http: mesto_cli::web::client().unwrap() };
        Self {
            control,
            client,
            ports,
            config,
            clock,
            alarms,
            city,
            vehicle: None,
            quotes: BTreeMap::new(),
            intent: None,
            slip: String::new(),
            sign: String::new(),
            shop: [String::new(), String::new()],
            codes: BTreeMap::new(),
        }
    }

    async fn play(&mut self, step: &Value) -> Answer {
        let none = Ok(Map::new());
        match text(step, "do") {
            "sign_in" => {
                let phone = text(step, "phone");
                self.client.account().request_code(phone).await?;
                let mut code = self.control.code(phone).await;
                if step["code"] == "wrong" {
                    code = code
                        .chars()
                        .map(|digit| if digit == '9' { '0' } else { char::from(digit as u8 + 1) })
                        .collect();
                }
                self.client.account().sign_in(phone, &code, "a phone of the scenarios").await?;
                none
            }
            "add_vehicle" => {
                let vehicle = self.client.vehicles().add(&self.city, text(step, "plate"), None).await?;
                self.vehicle = Some(vehicle.id);
                Ok(answer(json!({ "plate": vehicle.plate.display, "canonical": vehicle.plate.canonical })))
            }
            "top_up" => {
                let intent = self.client.wallet().top_up(&self.city, text(step, "amount").parse().unwrap()).await?;
                self.begun(step, &intent).await
            }
            "zones" => {
                let position = step["lat"].as_f64().zip(step["lon"].as_f64());
                let position = position.map(|(lat, lon)| rules::Position { lat, lon, accuracy_metres: None });
                let near = self.client.parking().zones_near(&self.city, position, step["sign"].as_str())?;
                let nearest = near
                    .zones
                    .iter()
                    .filter(|zone| zone.distance_metres.is_some())
                    .min_by_key(|zone| zone.distance_metres);
                Ok(answer(json!({
                    "by_sign": near.by_sign, "nearest": nearest.map(|zone| &zone.zone),
                    "distance_metres": nearest.and_then(|zone| zone.distance_metres), "is_approximate": nearest.map(|zone| zone.is_approximate),
                })))
            }
            "quote" => {
                let zone = self.client.parking().zone_id(&self.city, text(step, "zone"))?;
                let quote = self
                    .client
                    .parking()
                    .quote(&self.city, &zone, self.vehicle_of(step), minutes(step), pay(step))
                    .await?;
                Ok(self.remember(step, quote))
            }
            "preview" => {
                let zone = self.client.parking().zone_id(&self.city, text(step, "zone"))?;
                let seen = self.client.parking().preview(
                    &self.city,
                    &zone,
                    self.vehicle_of(step),
                    minutes(step),
                    &pay(step),
                )?;
                Ok(of_offer(&seen.offer, &seen.lines, &seen.notices, &seen.total))
            }
            "extend" => {
                let parking = self.client.parking().state();
                let ticket = parking.active.iter().max_by_key(|ticket| ticket.ends_at).expect("a ticket is running");
                let quote = self.client.parking().quote_extension(ticket.id, minutes(step), pay(step)).await?;
                Ok(self.remember(step, quote))
            }
            "buy" => {
                let quote = self.quotes[step["quote"].as_str().unwrap_or("")].clone();
                let intent = self.client.payments().buy(&quote).await?;
                self.begun(step, &intent).await
            }
            "walk_page" => {
                let key = self.intent.clone().expect("an intent was made");
                let intent = self.client.payments().intent(&key)?.expect("it is stored");
                self.begun(step, &intent).await
            }
            "give_up" => {
                let key = self.intent.clone().expect("an intent was made");
                let intent = self.client.payments().abandon(&key).await?;
                self.begun(step, &intent).await
            }
            "settle" => {
                // A connection that fails leaves things as they are; what the phone then shows is
                // what is checked.
                let _ = self.client.payments().settle_all().await;
                let _ = self.client.sync().await;
                Ok(self.last_intent())
            }
            "sync" => {
                self.client.sync().await?;
                none
            }
            "pay_order" => {
                let orders = self.client.orders().list()?;
                let unpaid = orders.iter().find(|order| order.state == OrderState::Issued);
                let order = match unpaid {
                    Some(order) => order.id,
                    None => self.client.orders().order_id("")?,
                };
                let intent = self.client.orders().pay(order, pay(step)).await?;
                self.begun(step, &intent).await
            }
            "show_order" => {
                let number = step["number"].as_str().unwrap_or(&self.slip);
                let order = self.client.orders().by_slip(number).await?;
                Ok(answer(json!({ "price": order.price.amount, "owed": order.owed.amount })))
            }
            "history" => {
                let history = self.client.parking().history(None, 50).await?;
                let newest = history.items.first();
                Ok(answer(json!({
                    "tickets": history.items.len(), "newest_zone": newest.map(|ticket| &ticket.zone),
                    "newest_price": newest.map(|ticket| ticket.price.amount.to_string()),
                })))
            }
            "deposit" => {
                let deposit = self.client.wallet().history(None, 50).await?;
                let amounts: Vec<String> = deposit.items.iter().map(|entry| entry.amount.amount.to_string()).collect();
                Ok(answer(json!({ "balance": deposit.balance.amount.to_string(), "amounts": amounts })))
            }
            "reminders" => {
                let plan = self.alarms.0.lock().unwrap().clone();
                let at: Vec<Value> =
                    plan.iter().map(|reminder| moment(reminder.fire_at - self.clock.ahead())).collect();
                Ok(answer(json!({ "at": at })))
            }
            "reopen" => {
                if step["reboot"] == true {
                    self.clock.reboot();
                }
                self.client = Client::open(self.config.clone(), self.ports.clone())?;
                none
            }
            "phone_clock" => {
                self.clock.set_ahead(step["ahead_minutes"].as_i64().unwrap());
                none
            }
            "advance" => {
                let seconds = step["seconds"].as_u64().or(step["minutes"].as_u64().map(|minutes| minutes * 60));
                let wanted = seconds
                    .map_or_else(|| json!({ "set": step["to"] }), |seconds| json!({ "advance_seconds": seconds }));
                self.control.tell("/clock", wanted).await;
                none
            }
            "offline" => {
                self.control.tell("/offline", json!({ "on": step["on"] })).await;
                none
            }
            "fault" => {
                self.control.tell("/faults", body(step)).await;
                none
            }
            "kill_operator" => {
                self.control.tell("/kill", json!({})).await;
                none
            }
            "restart_operator" => {
                self.control.tell("/restart", json!({})).await;
                none
            }
            "inspect" => self.staff("/inspector/check", body(step), &["is_covered"]).await,
            "issue_order" => {
                let fields = ["state", "price", "owed", "number"];
                let mut order = self.staff("/inspector/orders", body(step), &fields).await?;
                if let Some(Value::String(number)) = order.remove("number") {
                    self.slip = number;
                }
                Ok(order)
            }
            "phone" => none,
            "places" => {
                let facility = self.client.garages().facility_id(&self.city, text(step, "facility"))?;
                let views = self.client.garages().places(&self.city, None).await?;
                let view = views.iter().find(|view| view.facility == facility).expect("it is among them");
                Ok(answer(json!({
                    "free": view.free, "observed_at": moment_or_none(view.observed_at),
                    "is_reachable": view.is_reachable,
                })))
            }
            "photo" => {
                let facility = self.client.garages().facility_id(&self.city, text(step, "facility"))?;
                let image = std::fs::read(folder().join("photos").join(text(step, "image"))).unwrap();
                let number = self.client.garages().number_from_photo(&self.city, &facility, &image)?;
                Ok(answer(json!({ "ticket": number.to_string() })))
            }
            "quote_visit" => {
                let (facility, number) = self.ticket_of(step)?;
                let quote = self.client.garages().quote(&self.city, &facility, &number, pay(step)).await?;
                Ok(self.remember(step, quote))
            }
            "pay_visit" => {
                let (facility, number) = self.ticket_of(step)?;
                let intent = self.client.garages().pay(&self.city, &facility, &number, pay(step)).await?;
                self.begun(step, &intent).await
            }
            "visit" => {
                let state = self.client.garages().state();
                let mut known = state.inside.iter().chain(&state.over);
                let visit = known.find(|visit| visit.ticket == text(step, "ticket")).expect("this visit is stored");
                Ok(answer(json!({
                    "state": visit.state.as_str(), "paid": visit.paid.amount.to_string(),
                    "exit_by": moment_or_none(visit.exit_by), "owes_again_at": moment_or_none(visit.owes_again_at),
                })))
            }
            "controller" => self.staff("/controller/report", body(step), &["taken", "settled"]).await,
            "barrier" => self.staff("/controller/exit", body(step), &[]).await,
            "grant_benefit" => {
                let mut granted = body(step);
                granted["account"] = json!(self.client.account().state().account.expect("somebody is signed in"));
                self.staff("/benefit", granted, &[]).await
            }
            "check_pass" => {
                let subject = PassesSubject {
                    product: text(step, "product").parse().unwrap(),
                    first_on: step["first_on"].as_str().map(|day| day.parse().unwrap()),
                    is_again: step["again"] == true,
                };
                let quote = self.client.passes().quote(&self.city, &subject, pay(step)).await?;
                Ok(self.remember(step, quote))
            }
            "passes" => {
                let state = self.client.passes().state();
                let next = state.current.iter().chain(&state.coming).next();
                Ok(answer(json!({
                    "current": state.current.len(), "coming": state.coming.len(), "over": state.over.len(),
                    "benefits": state.benefits.len(), "last_on": next.map(|pass| pass.last_on.to_string()),
                })))
            }
            "give_pass_back" => {
                let pass = self.client.passes().state().coming.first().expect("a pass begins later").id;
                let pass = self.client.passes().give_back(pass).await?;
                self.client.sync().await?;
                Ok(answer(json!({ "state": pass.state.as_str() })))
            }
            "issue_card" => self.staff("/card", body(step), &[]).await,
            "link_card" => {
                let card = self.client.cards().link(&self.city, text(step, "number"), text(step, "code")).await?;
                Ok(self.of_card(&card))
            }
            "cards" => {
                let card = self.client.cards().state().cards.first().cloned().expect("a card is linked");
                Ok(self.of_card(&card))
            }
            "check_card_top_up" => {
                let card = self.client.cards().state().cards.first().cloned().expect("a card is linked");
                let amount = Money::new(text(step, "amount").parse().unwrap(), card.balance.amount.currency).unwrap();
                let quote = self.client.cards().quote(&self.city, card.id, amount, pay(step)).await?;
                Ok(self.remember(step, quote))
            }
            "hold_card" => self.staff("/reader", body(step), &["balance", "written", "is_ride"]).await,
            "bus" => {
                let said = self.staff("/bus", body(step), &["sign"]).await?;
                self.sign = said["sign"].as_str().unwrap().to_owned();
                none
            }
            "check_ride" => {
                let subject = self.ride_of(step).await?;
                let quote = self.client.rides().quote(&self.city, &subject, pay(step)).await?;
                Ok(self.remember(step, quote))
            }
            "rides" => {
                let state = self.client.rides().state();
                let newest = state.current.iter().chain(&state.over).next();
                Ok(answer(json!({
                    "current": state.current.len(), "over": state.over.len(),
                    "vehicle": newest.map(|ride| ride.vehicle.board.as_str()),
                    "price": newest.map(|ride| ride.price.amount.to_string()),
                    "persons": newest.map(|ride| ride.persons), "state": newest.map(|ride| ride.state.as_str()),
                })))
            }
            "shop" => {
                let asks = if step.get("gives_back").is_some() { vec![] } else { vec!["code", "typed"] };
                let said = self.staff("/shop", body(step), &asks).await?;
                if let (Some(code), Some(typed)) = (said.get("code"), said.get("typed")) {
                    self.shop = [code, typed].map(|text| text.as_str().unwrap().to_owned());
                }
                none
            }
            "check_payment" => {
                let [code, typed] = self.shop.clone();
                let is_typed = step["typed"] == true;
                let amount = step["amount"].as_str().map(|amount| amount.parse().unwrap());
                let amount = amount.map(|amount| self.client.merchants().amount(&self.city, amount)).transpose()?;
                let subject = MerchantsSubject {
                    scanned: (!is_typed).then(|| step["scanned"].as_str().map_or(code, str::to_owned)),
                    typed: is_typed.then_some(typed),
                    amount,
                    is_again: step["again"] == true,
                };
                let quote = self.client.merchants().quote(&self.city, &subject).await?;
                Ok(self.remember(step, quote))
            }
            "merchant_payments" => {
                let state = self.client.merchants().state();
                let newest = state.payments.first();
                Ok(answer(json!({
                    "count": state.payments.len(), "number": newest.map(|one| one.number),
                    "amount": newest.map(|one| one.amount.amount.to_string()),
                    "balance": newest.map(|one| one.balance.amount.to_string()),
                    "state": newest.map(|one| one.state.as_str()),
                })))
            }
            "show_ride" => {
                let ride = self.client.rides().state().current.first().expect("a ride goes on").id;
                if step["here"] == true {
                    self.client.rides().move_code_here(ride).await?;
                }
                let code = self.client.rides().code(ride)?;
                self.codes.insert(text(step, "as").to_owned(), code.text);
                none
            }
            "dispute_ride" => {
                let ride = self.client.rides().state().current.first().expect("a ride goes on").id;
                let ride = self.client.rides().dispute(ride, text(step, "reason")).await?;
                Ok(answer(json!({ "state": ride.state.as_str() })))
            }
            "control" => {
                let mut asked = body(step);
                if let Some(shown) = step["code"].as_str().and_then(|name| self.codes.get(name)) {
                    asked["code"] = shown.as_str().into();
                }
                self.staff("/control", asked, &["answer", "persons", "is_free", "last_vehicle", "why"]).await
            }
            "ledger" => Ok(answer(self.control.get("/ledger").await)),
            other => panic!("no such verb: {other}"),
        }
    }

    fn vehicle_of(&self, step: &Value) -> VehicleId {
        match step["plate"].as_str() {
            Some(plate) => {
                let vehicles = self.client.vehicles().list().unwrap();
                vehicles.iter().find(|vehicle| vehicle.plate.canonical == plate).expect("this plate is there").id
            }
            None => self.vehicle.expect("a vehicle was added"),
        }
    }

    fn ticket_of(&self, step: &Value) -> Result<(FacilityId, TicketNumber), Failed> {
        let facility = self.client.garages().facility_id(&self.city, text(step, "facility"))?;
        let number = self.client.garages().ticket_number(&self.city, &facility, text(step, "ticket"))?;
        Ok((facility, number))
    }

    /// The ride that is asked for: what is scanned or typed, or the last vehicle's sign.
    async fn ride_of(&self, step: &Value) -> Result<RidesSubject, Failed> {
        let persons = step["persons"].as_u64().map_or(1, |persons| persons.try_into().unwrap());
        let is_again = step["again"] == true;
        let (mut scanned, vehicle) = (step["scanned"].as_str().map(str::to_owned), step["vehicle"].as_str());
        if let Some(vehicle) = step["terminal"].as_str() {
            let said = self.staff("/bus/terminal", json!({ "vehicle": vehicle }), &["code"]).await?;
            scanned = said["code"].as_str().map(str::to_owned);
        }
        if scanned.is_none() && vehicle.is_none() {
            scanned = Some(self.sign.clone());
        }
        if let Some(text) = &scanned {
            self.client.rides().check_sign(&self.city, text)?;
        }
        let companions = step["companions"].as_array().into_iter().flatten().map(|with| Companions {
            category: text(with, "category").parse().unwrap(),
            persons: with["persons"].as_u64().unwrap().try_into().unwrap(),
        });
        let companions = companions.collect();
        Ok(RidesSubject { scanned, vehicle: vehicle.map(str::to_owned), persons, companions, is_again })
    }

    fn of_ride(&self, quote: &Quote, offer: &RidesOffer) -> Map<String, Value> {
        let item = &quote.items[0];
        let (lines, notices) = in_kinds(&item.lines, &item.notices);
        let names = self.client.rides().names(&self.city, &offer.vehicle, offer.trip.as_ref());
        let (route, to) = names.route.map(|route| (route.number, route.to)).unzip();
        answer(json!({
            "total": quote.total.amount.to_string(), "vehicle": offer.vehicle.board.as_str(), "carrier": names.carrier,
            "route": route, "to": to, "persons": offer.persons, "service_on": offer.service_on.to_string(),
            "ends_at": moment(offer.ends_at), "repeats": offer.repeats.is_some(),
            "goes_on": offer.repeats_broke_down_at.is_some(), "lines": lines, "notices": notices,
        }))
    }

    fn of_payment(&self, quote: &Quote, offer: &MerchantsOffer) -> Map<String, Value> {
        let item = &quote.items[0];
        let (lines, notices) = in_kinds(&item.lines, &item.notices);
        let merchants = self.client.merchants();
        answer(json!({
            "total": quote.total.amount.to_string(), "merchant": merchants.name(&offer.merchant.names),
            "category": merchants.category_name(&self.city, &offer.merchant.category), "till": offer.till.name,
            "amount": offer.amount.amount.to_string(), "fee": offer.fee.amount.to_string(),
            "organisation": offer.contract.organisation, "contract": offer.contract.link, "version": offer.contract.version,
            "is_fee_irrevocable": offer.is_fee_irrevocable, "missing": offer.missing.map(|missing| missing.amount.to_string()),
            "invoice": offer.invoice.as_ref().map(|invoice| invoice.reference.as_str()), "repeats": offer.repeats.is_some(),
            "lines": lines, "notices": notices,
        }))
    }

    fn of_card(&self, card: &Card) -> Map<String, Value> {
        let waiting = self.client.cards().notes(card).waiting;
        answer(json!({
            "number": card.number_masked, "state": card.state.as_str(), "balance": card.balance.amount.amount.to_string(),
            "waiting": waiting.map_or_else(|| "0.00".to_owned(), |sum| sum.amount.to_string()),
        }))
    }

    fn remember(&mut self, step: &Value, quote: Quote) -> Map<String, Value> {
        let item = &quote.items[0];
        let ride = self.client.rides().offer(&quote);
        let (lines, notices) = in_kinds(&item.lines, &item.notices);
        let fields = if let Some(ride) = ride {
            self.of_ride(&quote, &ride)
        } else if let Some(paid) = self.client.merchants().offer(&quote) {
            self.of_payment(&quote, &paid)
        } else if let Some(pass) = self.client.passes().offer(&quote) {
            answer(json!({
                "total": quote.total.amount.to_string(), "category": pass.category.as_str(),
                "first_on": pass.first_on.to_string(), "last_on": pass.last_on.to_string(),
                "overlaps": pass.overlaps.is_some(), "lines": lines, "notices": notices,
            }))
        } else if let Some(top_up) = self.client.cards().offer(&quote) {
            answer(json!({
                "total": quote.total.amount.to_string(), "number": top_up.number_masked,
                "hold_until": moment(top_up.hold_until), "lines": lines, "notices": notices,
            }))
        } else if let Some(visit) = self.client.garages().offer(&quote) {
            answer(json!({
                "total": quote.total.amount.to_string(), "price": visit.price.amount.to_string(),
                "entered_at": moment(visit.entered_at), "exit_by": moment_or_none(visit.exit_by),
                "rises_at": moment_or_none(visit.rises_at), "lines": lines, "notices": notices,
            }))
        } else {
            let offer = self.client.parking().offer(&quote).expect("it is of parking");
            of_offer(&offer, &item.lines, &item.notices, &quote.total)
        };
        if let Some(name) = step["as"].as_str() {
            self.quotes.insert(name.to_owned(), quote.clone());
        }
        self.quotes.insert(String::new(), quote);
        fields
    }

    /// The intent is the last one; with a card its page is walked, and what became of it is read.
    async fn begun(&mut self, step: &Value, intent: &IntentView) -> Answer {
        self.intent = Some(intent.key.clone());
        if let Some(card) = step["card"].as_str() {
            let page = intent.page_url.as_ref().expect("a payment by card has its page");
            self.control.tell("/bank/walk", json!({ "page_url": page, "card": card })).await;
            self.client.payments().settle_all().await?;
        }
        if step["card"].is_string() || intent.state == IntentState::Confirmed {
            self.client.sync().await?;
        }
        Ok(self.last_intent())
    }

    fn last_intent(&self) -> Map<String, Value> {
        let key = self.intent.as_deref().expect("an intent was made");
        let state = self.client.payments().intent(key).unwrap().expect("it is stored").state;
        let mut fields = answer(json!({ "state": state.name() }));
        if let IntentState::Refused(problem) = &state {
            fields.insert("code".into(), problem.code.clone().into());
            if let Some(back) = problem.params.get("paid_back") {
                fields.insert("paid_back".into(), back["amount"].clone());
            }
        }
        fields
    }

    /// What the operator answers an inspector or a controller; money as its amount.
    async fn staff(&self, path: &str, body: Value, fields: &[&str]) -> Answer {
        let (status, said) = self.control.post(path, &body).await;
        if status >= 400 {
            let says = said["detail"].as_str().unwrap_or_default().to_owned();
            return Err(Failed { code: said["code"].as_str().unwrap_or("no code").to_owned(), says });
        }
        let flat = |value: &Value| value.get("amount").unwrap_or(value).clone();
        Ok(fields.iter().map(|field| ((*field).to_owned(), flat(&said[*field]))).collect())
    }

    fn shows(&self) -> Map<String, Value> {
        let balance = self.client.wallet().state().balance;
        let orders = self.client.orders().state();
        answer(json!({
            "signed_in": self.client.account().state().is_signed_in,
            "balance": balance.map_or_else(|| "0.00".to_owned(), |balance| balance.amount.to_string()),
            "vehicles": self.client.vehicles().state().vehicles.len(),
            "active_tickets": self.client.parking().state().active.len(),
            "orders": orders.orders.iter().filter(|order| order.state == OrderState::Issued).count(),
            "unconfirmed": self.client.payments().state().open.len(),
            "visits": self.client.garages().state().inside.len(),
            "rides": self.client.rides().state().current.len(),
        }))
    }
}

fn minutes(step: &Value) -> u32 {
    step["minutes"].as_u64().unwrap().try_into().unwrap()
}

fn compare(what: &str, expected: &Value, found: &Map<String, Value>) -> Result<(), String> {
    for (field, wanted) in expected.as_object().into_iter().flatten() {
        match found.get(field) {
            Some(value) if value == wanted => {}
            Some(value) => return Err(format!("{what}.{field}: expected {wanted}, found {value}")),
            None => return Err(format!("{what}.{field}: expected {wanted}, the answer has no such field")),
        }
    }
    Ok(())
}

fn judge(step: &Value, outcome: Answer, phone: &Phone) -> Result<(), String> {
    match (outcome, step.get("expect_error")) {
        (Ok(found), None) => compare("expect", &step["expect"], &found)?,
        (Ok(found), Some(error)) => return Err(format!("expected {error}, but it succeeded: {found:?}")),
        (Err(failed), None) => return Err(format!("failed with {}: {}", failed.code, failed.says)),
        (Err(failed), Some(expected)) => {
            if expected["code"] != failed.code {
                return Err(format!("expected the error {}, found {}: {}", expected["code"], failed.code, failed.says));
            }
            for wanted in expected["says"].as_array().into_iter().flatten() {
                if !failed.says.contains(wanted.as_str().unwrap()) {
                    return Err(format!("the error should say {wanted}: {}", failed.says));
                }
            }
        }
    }
    compare("phone_shows", &step["phone_shows"], &phone.shows())
}

async fn play(scenario: &Value, database_url: Option<String>) -> Result<(), String> {
    let start = text(scenario, "start").parse().unwrap();
    let city = scenario["city"].as_str().unwrap_or("belgrade");
    let world =
        World::start(Options { port: 0, start, database_url, name: OperatorName::localhost(), city: city.to_owned() })
            .await
            .map_err(|error| error.to_string())?;
    let folder = tempfile::tempdir().unwrap();
    let mut phones = BTreeMap::new();
    let mut name = "first";
    let mut result = Ok(());
    for (number, step) in scenario["steps"].as_array().unwrap().iter().enumerate() {
        if step["do"] == "phone" {
            name = text(step, "name");
        }
        if !phones.contains_key(name) {
            let own = folder.path().join(name);
            std::fs::create_dir(&own).unwrap();
            phones.insert(name, Phone::open(&world, city, &own).await);
        }
        let phone = phones.get_mut(name).unwrap();
        let outcome = phone.play(step).await;
        if let Err(why) = judge(step, outcome, phone) {
            result = Err(format!("step {} ({}): {why}", number + 1, text(step, "do")));
            break;
        }
    }
    world.end().await;
    result
}

/// `SCENARIO=name` plays one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_scenario_goes_as_written() {
    let only = std::env::var("SCENARIO").ok();
    let mut failures = Vec::new();
    let mut played = 0;
    for (name, scenario) in scenarios() {
        if only.as_ref().is_none_or(|only| *only == name) {
            played += 1;
            if let Err(why) = play(&scenario, None).await {
                failures.push(format!("{name}: {why}"));
            }
        }
    }
    assert!(played >= if only.is_some() { 1 } else { 12 }, "only {played} scenarios were found");
    assert!(failures.is_empty(), "{} of {played} scenarios failed:\n  {}", failures.len(), failures.join("\n  "));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_journey_goes_as_written_on_postgres() {
    let cluster = tokio::task::spawn_blocking(PostgresCluster::start).await.unwrap().expect("a private Postgres");
    let mut failures = Vec::new();
    for (name, scenario) in scenarios()
        .into_iter()
        .filter(|(name, _)| ["journey", "operator-restarts", "lost-answer"].contains(&name.as_str()))
    {
        let url = cluster.database().expect("a database of its own");
        if let Err(why) = play(&scenario, Some(url)).await {
            failures.push(format!("{name}: {why}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runner_that_expects_too_much_fails() {
    let steps = |last: Value| json!({ "start": "2025-09-03T08:00:00Z", "steps": [{ "do": "sign_in", "phone": "+381641234567" }, last] });
    for wrong in [
        json!({ "do": "ledger", "expect": { "deposits": "1.00" } }),
        json!({ "do": "ledger", "expect": { "no_such_field": 1 } }),
        json!({ "do": "sync", "expect_error": { "code": "offline" } }),
        json!({ "do": "add_vehicle", "plate": "", "expect_error": { "code": "vehicle_exists" } }),
        json!({ "do": "sync", "phone_shows": { "balance": "5.00" } }),
    ] {
        assert!(play(&steps(wrong.clone()), None).await.is_err(), "{wrong}");
    }
}

#[test]
fn every_scenario_has_the_shape_of_the_schema_and_its_own_name() {
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(folder().join("schema.json")).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut failures = Vec::new();
    for (name, scenario) in scenarios() {
        failures
            .extend(validator.iter_errors(&scenario).map(|error| format!("{name}: {} {error}", error.instance_path())));
        if scenario["name"] != name.as_str() {
            failures.push(format!("{name}: its name is {}", scenario["name"]));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    let good = &scenarios()[0].1;
    for (place, value) in [
        ("steps", json!([])),
        ("steps", json!([{ "do": "fly" }])),
        ("steps", json!([{ "do": "buy", "zone": "red", "expect": { "colour": 1 } }])),
        ("start", json!("today")),
        ("clauses", json!(["bg50"])),
    ] {
        let mut wrong = good.clone();
        wrong[place] = value.clone();
        assert!(!validator.is_valid(&wrong), "{place}: {value}");
    }
}
