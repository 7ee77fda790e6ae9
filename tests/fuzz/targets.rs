//! The places where strangers hand something in, each with inputs that are right.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mesto_operator::store::transact;
use mesto_operator::{Request, SqliteInline};
use mesto_protocol::base::payments::{self, PayMethod, Quote};
use mesto_protocol::base::wallet::{self, WalletSubject};
use mesto_protocol::base::{public, sign_in, vehicles};
use mesto_protocol::code::Code;
use mesto_protocol::kernel::{EVENTS, intents};
use mesto_protocol::keys::KeySet;
use mesto_protocol::orders::inspectors;
use mesto_protocol::parking::signed::TicketClaims;
use mesto_protocol::parking::{tickets, zones};
use mesto_protocol::services;
use mesto_protocol::signed_code::{ClockRule, Revocations, Verifier};
use mesto_protocol::signed_document::SignedCity;
use mesto_rules::{City, ParkingSection, PayMethod as RulesPay, QuoteAsk, Stays, parse_plate, zone_by_sign};
use serde_json::{Value, json};

use super::alter;
use crate::check;
use crate::driver::{Counter, Driver, Rig, approval, belgrade, dinar, morning};
use crate::random::Random;

/// Something that takes input from strangers.
pub trait Target {
    /// The next input to hand in: one that was right, altered.
    fn next(&mut self, random: &mut Random) -> Vec<u8>;

    /// Whether it was taken as right; an error is what no input may do.
    fn hand_in(&mut self, input: &[u8]) -> Result<bool, String>;
}

/// The name of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetName {
    /// What a scanner or a text field hands in: codes, signs, plates.
    Scan,
    /// Signed things that come from a server or a camera: tickets, presentations, key sets, cities.
    Signed,
    /// A city's source files.
    City,
    /// Requests to the operator, by somebody who is signed in.
    Request,
}

impl TargetName {
    pub const ALL: [Self; 4] = [Self::Scan, Self::Signed, Self::City, Self::Request];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Scan => "scan",
            Self::Signed => "signed",
            Self::City => "city",
            Self::Request => "request",
        }
    }

    /// A fresh one.
    pub fn open(self) -> Box<dyn Target> {
        match self {
            Self::Scan => Box::new(Scan { city: belgrade() }),
            Self::Signed => Box::new(Signed::new()),
            Self::City => {
                Box::new(SourceFiles { right: mesto_rules::load::embedded_files("belgrade"), altered: String::new() })
            }
            Self::Request => Box::new(Requests::new()),
        }
    }
}

impl fmt::Display for TargetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn parking(city: &City) -> Result<&ParkingSection, String> {
    city.section().map_err(|why| why.to_string())
}

struct Scan {
    city: City,
}

impl Target for Scan {
    fn next(&mut self, random: &mut Random) -> Vec<u8> {
        const RIGHT: &[&str] = &[
            "SMS 9111 ZONA 1",
            "9111",
            "smsto:9111:BG789PP",
            "sms:+9111?body=BG789PP",
            "https://mesto.example/z/9111?x=1",
            "mesto://return?intent=0123456789abcdef0123456789abcdef",
            "MESTO1:NLGR7SRWGERK.-4+23BO01VE3Z6W8BYAL0$C6$CHWEY",
            "BG 789-PP",
            "ns 1234 šđ",
            "K:PR|V:01|C:1|R:160000000000000000|N:Parking|I:RSD80,00",
        ];
        alter::bytes(random.pick(RIGHT).copied().unwrap_or_default().as_bytes(), random)
    }

    fn hand_in(&mut self, input: &[u8]) -> Result<bool, String> {
        let read = services::read_code(input, &["mesto.example"]);
        let Ok(text) = std::str::from_utf8(input) else { return Ok(false) };
        let plate = parse_plate(text, &self.city.sections.plates);
        if let Ok(plate) = &plate {
            let again = parse_plate(&plate.display, &self.city.sections.plates).map(|again| again.canonical);
            if again.as_ref() != Ok(&plate.canonical) {
                return Err(format!("{} is read as {again:?}, not {}", plate.display, plate.canonical));
            }
        }
        let sign = zone_by_sign(parking(&self.city)?, text);
        Ok(plate.is_ok() || sign.is_ok() || !matches!(read, Code::NotOurs { .. }))
    }
}

/// Texts of the shared vectors, with the keys that they are signed by.
struct Signed {
    /// Tickets and shown codes, then base64url things.
    texts: Vec<String>,
    wires: Vec<String>,
    keys: KeySet,
    root: [u8; 32],
    issuer: String,
}

impl Signed {
    fn new() -> Self {
        let read = |text: &str| serde_json::from_str::<Value>(text).expect("the vectors are JSON");
        let tickets = read(include_str!("../vectors/ticket.json"));
        let shown = read(include_str!("../vectors/ticket-code.json"));
        let (sets, cities) = (read(include_str!("../vectors/keys.json")), read(include_str!("../vectors/city.json")));
        let lists = read(include_str!("../vectors/revocations.json"));
        let all = |vectors: &Value, field: &str| -> Vec<String> {
            let cases = vectors["cases"].as_array().expect("vectors have cases");
            cases.iter().map(|case| case[field].as_str().expect("a case has its text").to_owned()).collect()
        };
        let hex = tickets["root_public"].as_str().expect("the vectors name the root");
        let root: Vec<u8> =
            (0..32).map(|at| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).expect("it is hex")).collect();
        let root = root.try_into().expect("32 bytes");
        let keys = tickets["key_set"].as_str().expect("the vectors hold a key set");
        let keys = KeySet::verify(keys, &root, 0).expect("the vectors' key set is genuine");
        let texts = [all(&tickets, "text"), all(&shown, "text")].concat();
        let wires = [all(&sets, "wire"), all(&cities, "wire"), all(&lists, "wire")].concat();
        let issuer = shown["issuer"].as_str().expect("the vectors name the operator").to_owned();
        Self { texts, wires, keys, root, issuer }
    }
}

impl Target for Signed {
    fn next(&mut self, random: &mut Random) -> Vec<u8> {
        if random.percent(50) {
            let right = random.pick(&self.texts).cloned().unwrap_or_default();
            let (mark, inner) = right.split_at(if right.starts_with("MESTO1:") { 7 } else { 0 });
            // Beneath the encoding as often as on it: most damage above is noticed before anything
            // is read.
            return match base45::decode(inner) {
                Ok(bytes) if random.percent(70) => {
                    format!("{mark}{}", base45::encode(alter::bytes(&bytes, random))).into_bytes()
                }
                _ => alter::bytes(right.as_bytes(), random),
            };
        }
        let right = random.pick(&self.wires).cloned().unwrap_or_default();
        match URL_SAFE_NO_PAD.decode(&right) {
            Ok(bytes) if random.percent(70) => URL_SAFE_NO_PAD.encode(alter::bytes(&bytes, random)).into_bytes(),
            _ => alter::bytes(right.as_bytes(), random),
        }
    }

    fn hand_in(&mut self, input: &[u8]) -> Result<bool, String> {
        let text = String::from_utf8_lossy(input);
        let now = "2025-09-03T08:30:00Z".parse().expect("a moment");
        let verifier = Verifier {
            issuer: &self.issuer,
            keys: &self.keys,
            revocations: None,
            seen: None,
            clock: ClockRule::default(),
        };
        let taken = [
            TicketClaims::verify(&text, &self.keys, now).is_ok(),
            verifier.verify(&text, now).is_ok(),
            Revocations::verify(&text, &self.keys, now, 0).is_ok(),
            KeySet::verify(&text, &self.root, 0).is_ok(),
            SignedCity::verify(&text, &self.keys, now, "belgrade", None).is_ok(),
        ];
        let is_known = self.texts.iter().chain(&self.wires).any(|right| *right == text.trim());
        if taken.contains(&true) && !is_known {
            return Err("something altered is believed".to_owned());
        }
        Ok(is_known)
    }
}

struct SourceFiles {
    right: BTreeMap<String, String>,
    /// The file that the last input stands for.
    altered: String,
}

impl Target for SourceFiles {
    fn next(&mut self, random: &mut Random) -> Vec<u8> {
        let names: Vec<&String> = self.right.keys().collect();
        self.altered = random.pick(&names).map(|name| (*name).clone()).unwrap_or_default();
        alter::bytes(self.right[&self.altered].as_bytes(), random)
    }

    fn hand_in(&mut self, input: &[u8]) -> Result<bool, String> {
        let mut files = self.right.clone();
        files.insert(self.altered.clone(), String::from_utf8_lossy(input).into_owned());
        let city = match mesto_rules::load::compile(&files) {
            Ok(city) => city,
            Err(errors) if errors.is_empty() => return Err("it is refused without a reason".to_owned()),
            Err(_) => return Ok(false),
        };
        // What was taken must be fit to sell by.
        let now = morning();
        for zone in &parking(&city)?.zones {
            for minutes in [1, 60, 600, u32::MAX] {
                let stays = Stays::default();
                let ask = QuoteAsk { zone: zone.id.as_str(), minutes, now, stays, pay: RulesPay::Deposit };
                if mesto_rules::quote(&city, &ask).is_ok_and(|quote| quote.total.amount.is_sign_negative()) {
                    return Err(format!("{minutes} minutes in {} cost less than nothing", zone.id));
                }
            }
        }
        Ok(true)
    }
}

/// An operator, a driver with money, an inspector, and requests as they make them.
struct Requests {
    rig: Rig,
    driver: String,
    inspector: String,
    templates: Vec<(&'static str, String, Value)>,
    keys: u64,
    handed: u32,
}

impl Requests {
    fn new() -> Self {
        let rig = Rig::new(Arc::new(SqliteInline::in_memory().expect("a store in memory")));
        let mut driver = Driver::new(&rig, 1);
        driver.fund(2_000);
        let vehicle = driver.vehicle;
        let quote: Quote = driver.quote(vehicle, "red", 60);
        let topup = driver.topup(500);
        let notice = approval(&topup, "pay-altered");
        let token = driver.token.clone();
        let inspector = rig
            .operator
            .create_staff(&*rig.store, rig.now, mesto_protocol::kernel::grants::Role::Inspector, "Mira")
            .expect("an inspector can be made");
        let soon = rig.deadline();
        let by_card = driver.price(&WalletSubject { amount: dinar(1_000) }, PayMethod::Card);
        let get = |path: &str| ("GET", path.to_owned(), Value::Null);
        let asks = |service: &str, subject: Value, pay: &str| {
            let item = json!({ "service": service, "subject": subject });
            let asked = json!({ "city": "belgrade", "items": [item], "pay": pay });
            ("POST", payments::QUOTE.path.to_owned(), asked)
        };
        let templates = vec![
            ("POST", sign_in::SEND_CODE.path.to_owned(), json!({ "phone": "+381601234567" })),
            (
                "POST",
                sign_in::SIGN_IN.path.to_owned(),
                json!({ "phone": "+381601234567", "code": "123456", "device": "x", "device_key": "AAAA" }),
            ),
            ("POST", vehicles::ADD.path.to_owned(), json!({ "city": "belgrade", "plate": "NS 123-ŠČ", "label": "x" })),
            asks("parking", json!({ "zone": "green", "vehicle": vehicle, "minutes": 60 }), "deposit"),
            asks("wallet", json!({ "amount": dinar(200) }), "card"),
            asks("orders", json!({ "order": "or_01jd4f8q0r3n7w2x5y6z8a9b1c" }), "card"),
            ("POST", payments::PURCHASE.path.to_owned(), json!({ "quote": quote.id, "not_after": soon })),
            (
                "POST",
                payments::PURCHASE.path.to_owned(),
                json!({ "quote": by_card.id, "not_after": soon, "return_url": "mesto://return" }),
            ),
            ("DELETE", payments::ABANDON.target(&[&topup.id.to_string()], &[]), Value::Null),
            get(&payments::PAYMENT.target(&[&topup.id.to_string()], &[])),
            get(&format!("{}?state=open&limit=2&cursor={}", payments::PAYMENTS.path, topup.sale)),
            (
                "POST",
                inspectors::ISSUE.path.to_owned(),
                json!({ "city": "belgrade", "plate": "BG 001-AA", "zone": "yellow", "violation": "no_ticket" }),
            ),
            (
                "POST",
                payments::NOTICE.target(&["bank"], &[]),
                serde_json::from_slice(&notice.body).expect("a notice is JSON"),
            ),
            ("DELETE", intents::CANCEL.target(&["driver-00000001-00000009"], &[]), Value::Null),
            get(&format!("{}?after=0&limit=10", EVENTS.path)),
            get(&format!("{}?limit=2&before=0", tickets::LIST.path)),
            get(&format!("{}?city=belgrade&lat=44.8125&lon=20.4612&sign=9111", zones::NEAR.path)),
            get(&format!("{}?city=belgrade&plate=BG001AA&zone=red", inspectors::CHECK.path)),
            get(&public::CITY.target(&["belgrade"], &[])),
            get(wallet::HISTORY.path),
        ];
        Self { rig, driver: token, inspector, templates, keys: 0, handed: 0 }
    }
}

impl Target for Requests {
    /// Method, target and body, a line each; any of the three may be altered.
    fn next(&mut self, random: &mut Random) -> Vec<u8> {
        let Some((method, target, body)) = random.pick(&self.templates).cloned() else { return Vec::new() };
        let (mut target, mut body) =
            (target.into_bytes(), if body.is_null() { String::new() } else { body.to_string() }.into_bytes());
        if body.is_empty() || random.percent(20) {
            target = alter::bytes(&target, random);
        } else if random.percent(90) {
            body = alter::bytes(&body, random);
        }
        [method.as_bytes(), b"\n", &target, b"\n", &body].concat()
    }

    fn hand_in(&mut self, input: &[u8]) -> Result<bool, String> {
        let mut lines = input.splitn(3, |byte| *byte == b'\n');
        let mut line = || String::from_utf8_lossy(lines.next().unwrap_or_default()).into_owned();
        let (method, target) = (line(), line());
        let token = if target.contains("inspector") { &self.inspector } else { &self.driver };
        self.keys += 1;
        let mut request = Request::new(&method, &target).bearer(token).key(&format!("altered-{:016}", self.keys));
        request.body = lines.next().unwrap_or_default().to_vec();
        let answer = self.rig.ask(&request);
        if answer.status >= 500 {
            return Err(format!("it is answered {} {}", answer.status, String::from_utf8_lossy(&answer.body)));
        }
        if answer.status >= 400 && answer.refusal().is_none() {
            return Err(format!("it is refused with {} without a problem document", answer.status));
        }
        self.handed += 1;
        if self.handed.is_multiple_of(20) {
            let faults = transact(&*self.rig.store, check::laws).map_err(|error| error.to_string())?;
            if let Some(fault) = faults.first() {
                return Err(fault.clone());
            }
        }
        Ok(answer.status < 300)
    }
}
