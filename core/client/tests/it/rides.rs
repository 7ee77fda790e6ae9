//! Rides from the phone: signs read before anybody is asked, a ride checked, confirmed once, shown
//! and disputed.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use mesto_client::protocol::base::payments::{NoticeOutcome, PayMethod, Quote};
use mesto_client::protocol::kernel::grants::Role;
use mesto_client::protocol::kernel::ids::RideId;
use mesto_client::protocol::rides::riders::{Ride, RideState, RidesOffer, RidesSubject};
use mesto_client::protocol::signed_code::{ClockRule, CodeError};
use mesto_client::rules::rides::{RidesSection, Token, sign};
use mesto_client::rules::{CityId, Currency, Money};
use mesto_client::{
    CodeVerifier, Error, ErrorKind, IntentState, IntentView, Locale, OperatorName, Operators, Progress, Result,
};
use mesto_operator::{Profile, Request, RoleGiven};
use mesto_protocol::device::{DeviceSigner as _, SoftwareDevice};
use serde_json::{Value, json};

use crate::operators::{config, ports};
use crate::support::{Fault, Keychain, Net, Phone, Time, belgrade, run};

pub const PHONE: &str = "+77071234567";
const SIGN_OF_NOBODY: &str = "https://qr.avtobys.kz/almaty/v/ABCDEFGH";

pub fn almaty() -> CityId {
    "almaty".parse().unwrap()
}

pub fn kzt(text: &str) -> Money {
    Money::parse(text, Currency::new("KZT").unwrap()).unwrap()
}

/// Vehicle 1204 of route 92, on a trip from ten minutes ago until in fifty minutes.
pub struct Bus {
    pub net: Arc<Net>,
    token: String,
    pub sign: String,
}

impl Bus {
    pub fn of(net: &Arc<Net>) -> Self {
        let given = RoleGiven { role: Role::Dispatcher, city: Some("almaty"), place: None, until: None };
        let token = net.operator.create_staff(&*net.store, net.time.now(), &given, "dispatcher").unwrap();
        let mut bus = Self { net: net.clone(), token, sign: String::new() };
        let vehicle =
            json!({"board": "1204", "plate": "123 AB 02", "carrier": "almaty-electrotrans", "is_in_service": true});
        bus.tell("vehicles", &json!({"city": "almaty", "vehicles": [vehicle]}));
        bus.goes(0, -10, 50);
        let posted = bus.tell("signs", &json!({"city": "almaty", "vehicle": "1204"}));
        bus.sign = posted["text"].as_str().unwrap().to_owned();
        bus
    }

    fn tell(&self, what: &str, said: &Value) -> Value {
        let request = Request::new("POST", &format!("/v1/transit/{what}")).bearer(&self.token).json(said);
        let answer = self.net.handle(&request);
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
        serde_json::from_slice(&answer.body).unwrap()
    }

    fn goes(&self, direction: u32, from: i64, until: i64) {
        let at = |minutes| self.net.time.now() + TimeDelta::minutes(minutes);
        let trip = json!({"vehicle": "1204", "route": "92", "direction": direction, "starts_at": at(from), "ends_at": at(until)});
        self.tell("trips", &json!({"city": "almaty", "trips": [trip]}));
    }

    /// What its terminal shows now.
    fn terminal(&self, key: u8) -> String {
        let machine = SoftwareDevice::from_seed(&[key; 32]).unwrap();
        let put = json!({"city": "almaty", "vehicle": "1204", "key": machine.device_key().to_text()});
        let terminal = Token::new(self.tell("terminals", &put)["terminal"].as_str().unwrap()).unwrap();
        let text = sign::to_sign("qr.avtobys.kz", "almaty", &terminal, self.net.time.now());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(machine.sign(text.as_bytes()).unwrap()))
    }
}

pub fn net() -> Arc<Net> {
    net_where(|_| {})
}

fn net_where(change: impl FnOnce(&mut RidesSection)) -> Arc<Net> {
    let mut city = mesto_rules::load::embedded("almaty").unwrap();
    let mut rides = city.section::<RidesSection>().unwrap().clone();
    change(&mut rides);
    city.put_section(rides).unwrap();
    Net::of(Time::new(), 1, vec![city], mesto_operator::Config::default(), Profile::default())
}

/// A phone of the rider.
fn phone(net: &Arc<Net>, seed: u8) -> Phone {
    let phone = Phone::in_city(net, seed, &almaty());
    run(phone.client.account().request_code(PHONE)).unwrap();
    run(phone.client.account().sign_in(PHONE, &net.code_of(PHONE), "test phone")).unwrap();
    phone
}

/// A rider with so much on his balance, and a bus.
pub fn ready(tenge: &str) -> (Phone, Bus) {
    ready_in(&net(), tenge)
}

pub fn ready_in(net: &Arc<Net>, tenge: &str) -> (Phone, Bus) {
    let (phone, bus) = (phone(net, 2), Bus::of(net));
    let intent = run(phone.client.wallet().top_up(&almaty(), kzt(tenge).amount)).unwrap();
    net.bank_decides(&intent, NoticeOutcome::Approved, None);
    run(phone.client.payments().settle_all()).unwrap();
    run(phone.client.sync()).unwrap();
    net.log();
    (phone, bus)
}

pub fn scanned(text: &str) -> RidesSubject {
    RidesSubject { scanned: Some(text.to_owned()), vehicle: None, persons: 1, companions: Vec::new(), is_again: false }
}

fn typed(number: &str) -> RidesSubject {
    RidesSubject {
        scanned: None,
        vehicle: Some(number.to_owned()),
        persons: 1,
        companions: Vec::new(),
        is_again: false,
    }
}

pub fn check(phone: &Phone, subject: &RidesSubject) -> Result<Quote> {
    run(phone.client.rides().quote(&almaty(), subject, PayMethod::Deposit))
}

fn checked(phone: &Phone, subject: &RidesSubject) -> (Quote, RidesOffer) {
    let quote = check(phone, subject).unwrap();
    let offer = phone.client.rides().offer(&quote).unwrap();
    (quote, offer)
}

fn confirm(phone: &Phone, quote: &Quote) -> IntentView {
    run(phone.client.payments().buy(quote)).unwrap()
}

/// Checked and confirmed.
pub fn ride(phone: &Phone, subject: &RidesSubject) -> Ride {
    confirm(phone, &checked(phone, subject).0).ride().unwrap()
}

fn refused(phone: &Phone, subject: &RidesSubject) -> Error {
    check(phone, subject).err().unwrap()
}

fn current(phone: &Phone) -> Vec<RideId> {
    phone.client.rides().state().current.iter().map(|ride| ride.id).collect()
}

fn said(error: &Error, locale: Locale) -> String {
    format!("{} {}", error.text(locale), error.advice(locale))
}

#[test]
fn a_ride_is_checked_confirmed_and_kept_with_all_that_it_says_av_62_av_64_av_65_av_66_av_69_av_70() {
    let (phone, bus) = ready("1000");
    let rides = phone.client.rides();
    let (quote, offer) = checked(&phone, &scanned(&bus.sign));
    assert_eq!((quote.total, offer.persons), (kzt("120"), 1));
    assert_eq!(phone.client.line_text(&quote.items[0].lines[0]), "One person");
    let names = rides.names(&almaty(), &offer.vehicle, offer.trip.as_ref());
    let route = names.route.unwrap();
    assert_eq!((route.number.as_str(), route.kind.as_str(), route.to.as_str()), ("92", "bus", "Al-Farabi Avenue"));
    assert_eq!(names.carrier, "Almatyelectrotrans");
    assert_eq!((phone.balance(), rides.state().current.len()), (kzt("1000"), 0), "nothing before it is confirmed");
    let intent = confirm(&phone, &quote);
    assert_eq!(intent.state, IntentState::Confirmed);
    assert_eq!(intent.wanted_ride(), Some(scanned(&bus.sign)));
    let made = intent.ride().unwrap();
    assert_eq!((rides.state().current.clone(), phone.balance()), (vec![made.clone()], kzt("880")));
    // Without a network it is there all the same, and its code moves.
    phone.net.offline(true);
    let code = rides.code(made.id).unwrap();
    phone.time.advance(TimeDelta::seconds(31));
    assert_ne!(rides.code(made.id).unwrap().text, code.text);
    phone.after(70);
    assert_eq!((current(&phone).len(), rides.state().over.len()), (0, 1));
    phone.net.operator.audit_ledger(&*phone.net.store).unwrap();
}

#[test]
fn a_typed_number_and_a_terminals_code_lead_to_the_same_check_av_32_av_63() {
    let (phone, bus) = ready("1000");
    for subject in [typed("1204"), typed("№ 12 04"), typed("123 ab 02"), scanned(&bus.terminal(40))] {
        assert_eq!(checked(&phone, &subject).1.vehicle.board.as_str(), "1204");
    }
    assert_eq!(refused(&phone, &typed("9999")).code(), "ride_vehicle_unknown");
    let shown = bus.terminal(41);
    phone.time.advance(TimeDelta::seconds(31));
    assert_eq!(refused(&phone, &scanned(&shown)).code(), "ride_sign_expired");
    assert_eq!(refused(&phone, &scanned(SIGN_OF_NOBODY)).code(), "ride_sign_unknown");
}

#[test]
fn what_is_no_sign_is_refused_on_the_phone_with_its_host_and_nobody_is_asked_av_31() {
    let (phone, bus) = ready("1000");
    let rides = phone.client.rides();
    rides.check_sign(&almaty(), &bus.sign).unwrap();
    let foreign = refused(&phone, &scanned("https://qr-avtobys.kz.evil.example/almaty/v/ABCDEFGH"));
    assert_eq!((foreign.code(), foreign.kind()), ("not_a_ride_code", ErrorKind::Refused));
    assert_eq!(foreign.params()["host"], json!("qr-avtobys.kz.evil.example"));
    for locale in Locale::ALL {
        assert!(said(&foreign, locale).contains("qr-avtobys.kz.evil.example"));
    }
    for text in ["", "hello", "http://qr.avtobys.kz/almaty/v/ABCDEFGH", &"\u{1}x".repeat(2048)] {
        let nothing = refused(&phone, &scanned(text));
        assert_eq!(
            (nothing.code(), nothing.text(Locale::En).as_str()),
            ("not_a_ride_code", "This is not a ride code.")
        );
    }
    let elsewhere = refused(&phone, &scanned("https://qr.avtobys.kz/astana/v/ABCDEFGH"));
    assert_eq!((elsewhere.code(), &elsewhere.params()["city"]), ("ride_sign_of_another_city", &json!("astana")));
    assert_eq!(refused(&phone, &scanned(&bus.sign.to_lowercase())).code(), "ride_sign_unreadable");
    assert_eq!(phone.net.log(), Vec::<String>::new());
}

#[test]
fn a_sign_of_a_city_of_another_operator_is_named_as_such() {
    let (folder, time) = (tempfile::tempdir().unwrap(), Time::new());
    let operators = Operators::new(Arc::new(mesto_client::NoReminders));
    let nets = ["belgrade", "almaty"].map(|city| {
        let issuer: OperatorName = format!("{city}.example").parse().unwrap();
        let cities = vec![mesto_rules::load::embedded(city).unwrap()];
        let config = mesto_operator::Config { issuer, ..mesto_operator::Config::default() };
        Net::of(time.clone(), 5, cities, config, Profile::default())
    });
    let secrets = Arc::new(Keychain::default());
    let names = [0, 1].map(|place| {
        let (net, city) = (&nets[place], [belgrade(), almaty()][place].clone());
        let name: OperatorName = format!("{city}.example").parse().unwrap();
        let ports = ports(net, &time, &secrets, &name, 21 + place as u64);
        let client = operators.open(config(folder.path(), &name, net), ports).unwrap();
        run(client.cities().refresh(&city)).unwrap();
        name
    });
    let error = operators.check_ride_sign(&names[0], &belgrade(), SIGN_OF_NOBODY).unwrap_err();
    assert_eq!(error.code(), "ride_sign_of_another_city");
    assert_eq!(
        (&error.params()["city_name"], &error.params()["operator"]),
        (&json!("Almaty"), &json!("almaty.example"))
    );
    assert_eq!(error.text(Locale::Ru), "Это код другого города: Almaty.");
    operators.check_ride_sign(&names[1], &almaty(), SIGN_OF_NOBODY).unwrap();
    let foreign = operators.check_ride_sign(&names[1], &almaty(), "https://evil.example/x").unwrap_err();
    assert_eq!(foreign.code(), "not_a_ride_code");
}

#[test]
fn without_a_network_nothing_is_charged_and_the_rider_is_told_what_to_do_instead() {
    let (phone, bus) = ready("1000");
    phone.net.offline(true);
    let error = refused(&phone, &scanned(&bus.sign));
    assert_eq!((error.code(), error.kind(), error.may_be_charged()), ("ride_not_checked", ErrorKind::Offline, false));
    assert!(error.advice(Locale::En).contains("transport card"), "{}", error.advice(Locale::En));
    phone.net.offline(false);
    phone.net.fault("POST /v1/quotes", Fault::AnswerLost);
    let error = refused(&phone, &scanned(&bus.sign));
    assert_eq!((error.code(), error.kind(), error.may_be_charged()), ("ride_not_checked", ErrorKind::NoAnswer, false));
    run(phone.client.sync()).unwrap();
    assert_eq!((phone.balance(), phone.shown().open_intents.len()), (kzt("1000"), 0));
    let (phone, bus) = ready_in(&net_where(|rides| rides.channels.sms_number = Some("9909".into())), "1000");
    phone.net.offline(true);
    for locale in Locale::ALL {
        assert!(refused(&phone, &scanned(&bus.sign)).advice(locale).contains("9909"));
    }
}

#[test]
fn a_confirmation_without_an_answer_is_settled_first_and_charged_once() {
    for fault in [Fault::AnswerLost, Fault::RequestLost] {
        let (phone, bus) = ready("1000");
        let (quote, _) = checked(&phone, &scanned(&bus.sign));
        phone.net.fault("POST /v1/purchases", fault);
        assert_eq!(confirm(&phone, &quote).state, IntentState::Unconfirmed(Progress::Sent));
        // He scans again, another sign of the same bus.
        let (again, _) = checked(&phone, &typed("1204"));
        let intent = confirm(&phone, &again);
        assert_eq!((intent.state.clone(), intent.quote), (IntentState::Confirmed, quote.id));
        assert_eq!((current(&phone).len(), phone.balance()), (1, kzt("880")));
        phone.net.operator.audit_ledger(&*phone.net.store).unwrap();
    }
}

#[test]
fn a_second_ride_in_the_vehicle_is_asked_about_first_amb_22() {
    let (phone, bus) = ready("1000");
    let first = ride(&phone, &scanned(&bus.sign));
    phone.after(5);
    let (quote, offer) = checked(&phone, &scanned(&bus.sign));
    assert_eq!(offer.repeats.map(|ride| ride.id), Some(first.id));
    let told = confirm(&phone, &quote);
    let why = phone.client.payments().refusal(&told).unwrap();
    assert_eq!((why.code(), why.may_be_charged()), ("ride_repeated", false));
    assert_eq!(why.text(Locale::Ru), "Вы отметились в этом транспорте в 13:00.");
    let second = ride(&phone, &RidesSubject { is_again: true, ..scanned(&bus.sign) });
    assert_eq!((current(&phone), phone.balance()), (vec![second.id, first.id], kzt("760")));
}

#[test]
fn companions_ride_on_one_ticket_and_are_counted_in_each_language() {
    let (phone, bus) = ready("1000");
    let subject = RidesSubject { persons: 3, ..scanned(&bus.sign) };
    let (quote, _) = checked(&phone, &subject);
    let line = &quote.items[0].lines[0];
    assert_eq!(phone.client.line_text(line), "3 persons at 120\u{a0}₸");
    let of = |locale| mesto_client::texts::of_kind(locale, "line", &line.kind, &line.params.0, None);
    assert_eq!(of(Locale::Ru), "3 пассажира по 120\u{a0}₸");
    assert_eq!(of(Locale::Kk), "3 жолаушы, әрқайсысы 120\u{a0}₸");
    assert_eq!(confirm(&phone, &quote).ride().unwrap().persons, 3);
    assert_eq!(refused(&phone, &RidesSubject { persons: 11, ..scanned(&bus.sign) }).code(), "persons_too_many");
}

#[test]
fn a_ride_by_bank_card_waits_for_the_bank_av_67() {
    let (phone, bus) = ready("500");
    let quote = run(phone.client.rides().quote(&almaty(), &scanned(&bus.sign), PayMethod::Card)).unwrap();
    let waits = confirm(&phone, &quote);
    assert_eq!((waits.state.clone(), current(&phone).len()), (IntentState::Unconfirmed(Progress::AtBank), 0));
    phone.net.bank_decides(&waits, NoticeOutcome::Approved, None);
    run(phone.client.payments().settle_all()).unwrap();
    assert_eq!((current(&phone).len(), phone.balance()), (1, kzt("500")));
}

#[test]
fn a_ticket_moves_to_a_new_phone_and_a_picture_of_it_is_refused_av_69() {
    let (old, bus) = ready("1000");
    let made = ride(&old, &scanned(&bus.sign));
    let issuer = OperatorName::localhost();
    let verifier = CodeVerifier::new(issuer, *old.net.operator.keys().root_public(), ClockRule::default());
    let judge = |text: &str| {
        run(verifier.refresh(&*old.net, old.time.now())).unwrap();
        verifier.verify(text, old.time.now()).unwrap().outcome
    };
    let shown = old.client.rides().code(made.id).unwrap().text;
    judge(&shown).unwrap();
    // The same picture, two minutes later.
    old.after(2);
    assert!(matches!(judge(&shown), Err(CodeError::MomentTooOld { .. })), "{:?}", judge(&shown));
    let new = phone(&old.net, 9);
    run(new.client.sync()).unwrap();
    assert_eq!(current(&new), [made.id]);
    let other = new.client.rides().code(made.id).unwrap_err();
    assert_eq!(other.code(), "code_of_another_phone");
    run(new.client.rides().move_code_here(made.id)).unwrap();
    judge(&new.client.rides().code(made.id).unwrap().text).unwrap();
    assert!(judge(&old.client.rides().code(made.id).unwrap().text).is_err(), "the old one ended");
    run(old.client.sync()).unwrap();
    assert_eq!(old.client.rides().code(made.id).unwrap_err().code(), "code_of_another_phone");
    old.after(70);
    assert_eq!(run(new.client.rides().move_code_here(made.id)).unwrap_err().code(), "ride_over");
}

#[test]
fn a_wrong_ride_is_disputed_and_what_is_decided_comes_to_the_phone() {
    let (phone, bus) = ready("1000");
    let made = ride(&phone, &scanned(&bus.sign));
    let rides = phone.client.rides();
    let disputed = run(rides.dispute(made.id, "I never got in")).unwrap();
    assert_eq!(
        (disputed.state.clone(), rides.ride(made.id).unwrap().state),
        (RideState::Disputed, RideState::Disputed)
    );
    assert_eq!(current(&phone), [made.id], "the ticket stays good");
    assert_eq!(run(rides.dispute(made.id, "again")).unwrap(), disputed, "said again it changes nothing");
    let net = &phone.net;
    net.operator.void_ride(&*net.store, net.time.now(), &made.id.to_string(), "the camera saw another").unwrap();
    run(phone.client.sync()).unwrap();
    assert_eq!((current(&phone).len(), rides.state().over[0].state.clone()), (0, RideState::Voided));
    assert_eq!(phone.balance(), kzt("1000"));
    let page = run(rides.history(None, 10)).unwrap();
    assert_eq!(page.items[0].id, made.id);
    assert_eq!(rides.ride_id("tk_0").unwrap_err().code(), "ride_missing");
}

#[test]
fn a_low_balance_is_told_before_the_bus_comes_av_51() {
    let (phone, bus) = ready("500");
    let left = |phone: &Phone| phone.client.rides().left(&almaty()).map(|left| (left.rides, left.is_low));
    assert_eq!(left(&phone), Some((4, false)));
    ride(&phone, &RidesSubject { persons: 2, ..scanned(&bus.sign) });
    assert_eq!(left(&phone), Some((2, false)), "two fares are covered");
    ride(&phone, &RidesSubject { is_again: true, ..scanned(&bus.sign) });
    assert_eq!(left(&phone), Some((1, true)));
    let new = Phone::in_city(&phone.net, 8, &almaty());
    assert_eq!(left(&new), None, "nobody knows the balance");
}

#[test]
fn rides_that_the_operator_lost_are_shown_as_such() {
    let (phone, bus) = ready("1000");
    let copy = phone.net.copy();
    let first = ride(&phone, &scanned(&bus.sign));
    phone.net.put_back(&copy, true);
    run(phone.client.sync()).unwrap();
    let state = phone.client.rides().state();
    assert_eq!((state.current.len(), state.forgotten.len()), (0, 1));
    assert_eq!(state.forgotten[0].id, first.id);
    assert!(phone.client.rides().code(first.id).is_ok(), "it is shown to the controller all the same");
    phone.after(71);
    assert_eq!(phone.client.rides().state().forgotten.len(), 0);
}
