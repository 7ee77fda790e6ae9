//! Garages from the phone: facilities and free places, a visit paid by its ticket, the time to
//! leave, what is refused.

use std::sync::Arc;

use chrono::TimeDelta;
use mesto_client::garages::FacilityView;
use mesto_client::protocol::base::payments::{NoticeOutcome, PayMethod};
use mesto_client::protocol::garages::controllers::{
    GarageReport, GarageReported, ReportedEvent, ReportedEventKind, ReportedPlaces,
};
use mesto_client::protocol::garages::visits::VisitState;
use mesto_client::protocol::kernel::grants::Role;
use mesto_client::rules::fact::{Certainty, Fact, Known};
use mesto_client::rules::garages::facility::{CheckDigit, TicketPattern};
use mesto_client::rules::garages::{GaragesSection, TicketNumber};
use mesto_client::rules::{FacilityId, Minutes, Position};
use mesto_client::{
    Client, DecodeError, Decoded, Error, ErrorKind, IntentState, Locale, Progress, ReminderKind, Result, StillDecoder,
};
use mesto_operator::{Request, RoleGiven};
use mesto_protocol::garages::signed::ReceiptClaims;
use mesto_protocol::keys::KeySet;
use mesto_protocol::signed_code::{ClockRule, Verifier};

use crate::support::{Fault, Net, Phone, Time, belgrade, config, morning, rsd, run};

const TICKET: &str = "GR004217";

fn known<T>(value: T) -> Fact<T> {
    Fact::Known(Known { value, certainty: Certainty::Assumed, source: "decision".parse().unwrap() })
}

/// A city whose garages give ten minutes to leave, and are otherwise.
fn net_with(change: impl FnOnce(&mut GaragesSection)) -> Arc<Net> {
    Net::in_city(Time::new(), |city| {
        let mut garages = city.section::<GaragesSection>().unwrap().clone();
        for table in garages.tariffs[0].rate_tables.values_mut() {
            table.exit_minutes = known(Minutes(10));
        }
        change(&mut garages);
        city.put_section(garages).unwrap();
    })
}

pub fn net() -> Arc<Net> {
    net_with(|_| {})
}

pub fn ready(net: &Arc<Net>, deposit: &str) -> Phone {
    Phone::on(net, 2).made_ready(deposit)
}

/// The controller of a facility.
pub struct Controller {
    net: Arc<Net>,
    facility: &'static str,
    token: String,
}

impl Controller {
    pub fn of(net: &Arc<Net>, facility: &'static str) -> Self {
        let given = RoleGiven { role: Role::Controller, city: Some("belgrade"), place: Some(facility), until: None };
        let token = net.operator.create_device(&*net.store, net.time.now(), &given, facility).unwrap();
        Self { net: net.clone(), facility, token }
    }

    fn tell(&self, events: Vec<ReportedEvent>, free: Option<u32>) {
        let now = self.net.time.now();
        let report = GarageReport {
            city: "belgrade".into(),
            facility: self.facility.into(),
            sent_at: now,
            events,
            places: free.map(|free| ReportedPlaces { free, at: now }),
            settled_after: None,
        };
        let said = self.net.handle(&Request::new("POST", "/v1/garages/reports").bearer(&self.token).json(&report));
        assert_eq!(said.status, 200, "{}", String::from_utf8_lossy(&said.body));
        let reported: GarageReported = serde_json::from_slice(&said.body).unwrap();
        assert_eq!(reported.refused, []);
    }

    pub fn happens(&self, kind: ReportedEventKind, ticket: &str) {
        let at = self.net.time.now();
        self.tell(
            vec![ReportedEvent { at, ticket: ticket.into(), kind, is_disabled: None, places: None, amount: None }],
            None,
        );
    }

    /// A sign of life.
    pub fn is_there(&self) {
        self.tell(Vec::new(), None);
    }

    fn counts(&self, free: u32) {
        self.tell(Vec::new(), Some(free));
    }
}

fn facility(client: &Client, name: &str) -> FacilityId {
    client.garages().facility_id(&belgrade(), name).unwrap()
}

fn number(client: &Client, text: &str) -> TicketNumber {
    client.garages().ticket_number(&belgrade(), &facility(client, "zeleni-venac"), text).unwrap()
}

pub fn pay(phone: &Phone, ticket: &str, pay: PayMethod) -> Result<mesto_client::IntentView> {
    let client = &phone.client;
    run(client.garages().pay(&belgrade(), &facility(client, "zeleni-venac"), &number(client, ticket), pay))
}

fn refused(phone: &Phone, ticket: &str) -> Error {
    pay(phone, ticket, PayMethod::Deposit).err().unwrap()
}

/// A phone, a garage in which a car has been for 90 minutes.
fn parked(deposit: &str) -> (Phone, Controller) {
    parked_in(net(), deposit)
}

fn parked_in(net: Arc<Net>, deposit: &str) -> (Phone, Controller) {
    let controller = Controller::of(&net, "zeleni-venac");
    let phone = ready(&net, deposit);
    controller.happens(ReportedEventKind::Entered, TICKET);
    phone.after(90);
    controller.is_there();
    (phone, controller)
}

fn view(views: &[FacilityView], name: &str) -> FacilityView {
    views.iter().find(|view| view.facility.as_str() == name).unwrap().clone()
}

#[test]
fn a_visit_is_paid_from_the_deposit_by_the_number_of_its_ticket_bg_64() {
    let (phone, controller) = parked("1000");
    let garages = phone.client.garages();
    let place = facility(&phone.client, "zeleni-venac");
    let ticket = garages.ticket_number(&belgrade(), &place, " gr-00 4217").unwrap();
    let quote = run(garages.quote(&belgrade(), &place, &ticket, PayMethod::Deposit)).unwrap();
    let offer = garages.offer(&quote).unwrap();
    assert_eq!((offer.ticket.as_str(), offer.entered_at, quote.total), (TICKET, morning(), rsd("200.00")));
    assert_eq!(quote.items[0].guard, "garages/belgrade/zeleni-venac/GR004217");
    assert_eq!(phone.client.line_text(&quote.items[0].lines[0]), "2 started hours at 100.00 RSD");
    let intent = run(phone.client.payments().buy(&quote)).unwrap();
    assert_eq!(intent.state, IntentState::Confirmed);
    let exit_by = phone.time.now() + TimeDelta::minutes(10);
    let visit = intent.visit().unwrap();
    assert_eq!((visit.state.clone(), visit.exit_by), (VisitState::Paid, Some(exit_by)));
    assert_eq!(garages.state().inside, std::slice::from_ref(&visit));
    assert_eq!(garages.visit(garages.visit_id(&visit.id.to_string()).unwrap()).unwrap(), visit);
    // What is drawn as a QR is believed by whoever holds the operator's keys.
    let shown = garages.receipt(visit.id).unwrap().unwrap();
    let issuer = phone.net.operator.keys();
    let keys = KeySet::verify(&issuer.signed_set(phone.time.now()).unwrap(), issuer.root_public(), 0).unwrap();
    let clock = ClockRule::default();
    let verifier = Verifier { issuer: "localhost", keys: &keys, revocations: None, seen: None, clock };
    let receipt: ReceiptClaims = verifier.verify(&shown.text, phone.time.now()).unwrap().claims.read().unwrap();
    assert_eq!((receipt.id, receipt.what.exit_by), (visit.id, Some(exit_by)));
    assert!(receipt.what.is_for("belgrade", "zeleni-venac", TICKET));
    run(phone.client.sync()).unwrap();
    assert_eq!(phone.balance(), rsd("800.00"));
    let entries = run(phone.client.wallet().history(None, 1)).unwrap().items;
    assert_eq!(phone.client.entry_text(&entries[0]), "Garage");
    controller.happens(ReportedEventKind::Left, TICKET);
    run(phone.client.sync()).unwrap();
    let state = garages.state();
    assert_eq!((state.inside.len(), state.over[0].state.clone()), (0, VisitState::Left));
    assert_eq!(garages.receipt(visit.id).unwrap(), None, "who has left needs none");
    assert_eq!(refused(&phone, TICKET).code(), "visit_over");
}

#[test]
fn a_visit_is_paid_by_card_on_the_banks_page_bg_67() {
    let (phone, _controller) = parked("0");
    let intent = pay(&phone, TICKET, PayMethod::Card).unwrap();
    assert_eq!(intent.state, IntentState::Unconfirmed(Progress::AtBank));
    assert!(intent.page_url.is_some() && phone.client.garages().state().inside.is_empty());
    let again = pay(&phone, TICKET, PayMethod::Card).unwrap();
    assert_eq!(again.key, intent.key, "the same tap again");
    assert_eq!(pay(&phone, TICKET, PayMethod::Deposit).err().unwrap().code(), "unconfirmed");
    phone.net.bank_decides(&intent, NoticeOutcome::Approved, None);
    let paid = run(phone.client.payments().settle(&intent.key)).unwrap();
    assert_eq!((paid.state.clone(), paid.visit().unwrap().state), (IntentState::Confirmed, VisitState::Paid));
}

#[test]
fn an_answer_that_was_lost_is_settled_and_not_paid_again_bg_64() {
    let (phone, _controller) = parked("1000");
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    let open = pay(&phone, TICKET, PayMethod::Deposit).unwrap();
    assert!(matches!(open.state, IntentState::Unconfirmed(_)));
    let paid = pay(&phone, TICKET, PayMethod::Deposit).unwrap();
    assert_eq!((paid.key.clone(), paid.state.clone()), (open.key, IntentState::Confirmed));
    run(phone.client.sync()).unwrap();
    assert_eq!(phone.balance(), rsd("800.00"));
}

#[test]
fn the_difference_is_paid_although_the_answer_of_the_first_payment_was_lost_bg_64_bg_68() {
    let (phone, controller) = parked("1000");
    let (place, ticket) = (facility(&phone.client, "zeleni-venac"), number(&phone.client, TICKET));
    let quote = || run(phone.client.garages().quote(&belgrade(), &place, &ticket, PayMethod::Deposit));
    // Two taps of what is owed now are one payment, also by two quotes.
    let (first, second) = (quote().unwrap(), quote().unwrap());
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    let open = run(phone.client.payments().buy(&first)).unwrap();
    assert!(matches!(open.state, IntentState::Unconfirmed(_)));
    let paid = run(phone.client.payments().buy(&second)).unwrap();
    assert_eq!((paid.key, paid.state), (open.key, IntentState::Confirmed));
    // An hour later the first payment has no answer yet: what is owed since is another one.
    phone.after(60);
    controller.is_there();
    let late = quote().unwrap();
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    let open = run(phone.client.payments().buy(&late)).unwrap();
    phone.after(60);
    controller.is_there();
    let more = quote().unwrap();
    assert_eq!((more.total, more.id == late.id), (rsd("100.00"), false));
    let paid = run(phone.client.payments().buy(&more)).unwrap();
    assert_eq!((paid.state.clone(), paid.key == open.key, paid.quote), (IntentState::Confirmed, false, more.id));
    assert_eq!(paid.visit().unwrap().paid, rsd("400.00"));
    run(phone.client.sync()).unwrap();
    assert_eq!(phone.balance(), rsd("600.00"));
}

#[test]
fn paying_goes_on_to_what_is_owed_again_after_a_lost_answer_bg_64_bg_68() {
    let (phone, controller) = parked("1000");
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    let open = pay(&phone, TICKET, PayMethod::Deposit).unwrap();
    phone.after(60);
    controller.is_there();
    let paid = pay(&phone, TICKET, PayMethod::Deposit).unwrap();
    assert_eq!((paid.state.clone(), paid.key == open.key), (IntentState::Confirmed, false));
    assert_eq!(paid.visit().unwrap().paid, rsd("300.00"));
    let first = run(phone.client.payments().settle(&open.key)).unwrap();
    assert_eq!(first.state, IntentState::Confirmed);
}

#[test]
fn of_two_phones_with_one_ticket_one_pays_and_the_other_hears_that_it_is_settled_bg_64() {
    let (phone, _controller) = parked("1000");
    let other = Phone::on(&phone.net, 3);
    other.sign_in();
    let (place, ticket) = (facility(&other.client, "zeleni-venac"), number(&other.client, TICKET));
    let quote = run(other.client.garages().quote(&belgrade(), &place, &ticket, PayMethod::Deposit)).unwrap();
    assert_eq!(pay(&phone, TICKET, PayMethod::Deposit).unwrap().state, IntentState::Confirmed);
    let intent = run(other.client.payments().buy(&quote)).unwrap();
    let refusal = other.client.payments().refusal(&intent).unwrap();
    assert_eq!(refusal.code(), "visit_already_paid");
    assert_eq!(refusal.text(Locale::En), "This visit is already paid.");
    assert_eq!(refusal.advice(Locale::En), "Nothing is to be paid. Leave by 11:40.");
    run(other.client.sync()).unwrap();
    assert_eq!(other.balance(), rsd("800.00"), "one account: paid once");
    assert_eq!(other.client.garages().state().inside.len(), 1, "the other phone knows the visit of the account");
}

#[test]
fn what_is_refused_says_what_is_wrong_and_what_would_be_right_bg_66() {
    let (phone, controller) = parked("1000");
    let error = refused(&phone, "GR000001");
    assert_eq!(error.code(), "visit_unknown");
    assert_eq!(error.text(Locale::En), "No entry with this ticket is known in Zeleni venac.");
    // The ticket of another garage, which is named.
    let place = facility(&phone.client, "baba-visnjina");
    let ticket = number(&phone.client, TICKET);
    let there = Controller::of(&phone.net, "baba-visnjina");
    there.is_there();
    let error = run(phone.client.garages().pay(&belgrade(), &place, &ticket, PayMethod::Deposit)).err().unwrap();
    assert_eq!(error.code(), "visit_of_another_facility");
    assert_eq!(error.text(Locale::SrLatn), "Ova karta je iz garaže Zeleni venac.");
    // A controller that is silent.
    phone.after(3);
    let error = refused(&phone, TICKET);
    assert_eq!((error.code(), error.kind()), ("facility_unreachable", ErrorKind::NotNow), "it can be asked again");
    assert!(error.text(Locale::En).starts_with("Zeleni venac cannot be reached now"), "{}", error.text(Locale::En));
    controller.is_there();
    assert_eq!(pay(&phone, TICKET, PayMethod::Deposit).unwrap().state, IntentState::Confirmed);
    // Paid at the barrier on entry.
    let ada = facility(&phone.client, "ada");
    Controller::of(&phone.net, "ada").happens(ReportedEventKind::Entered, "AD000001");
    let ticket = phone.client.garages().ticket_number(&belgrade(), &ada, "AD000001").unwrap();
    let error = run(phone.client.garages().quote(&belgrade(), &ada, &ticket, PayMethod::Deposit)).err().unwrap();
    assert!(["paid_on_entry", "payment_method_not_allowed"].contains(&error.code()), "{error}");
}

#[test]
fn a_free_visit_owes_nothing_until_its_free_time_is_over_bg_64() {
    let net = net();
    let controller = Controller::of(&net, "vma");
    let phone = ready(&net, "1000");
    controller.happens(ReportedEventKind::Entered, "VMA00001");
    phone.after(10);
    controller.is_there();
    let vma = facility(&phone.client, "vma");
    let ticket = phone.client.garages().ticket_number(&belgrade(), &vma, "VMA00001").unwrap();
    let error = run(phone.client.garages().pay(&belgrade(), &vma, &ticket, PayMethod::Deposit)).err().unwrap();
    assert_eq!(error.code(), "nothing_owed");
    assert_eq!(error.advice(Locale::En), "Until 10:30 you leave without paying.");
}

#[test]
fn reminders_come_before_the_time_to_leave_and_at_its_end_bg_68() {
    let (phone, controller) = parked("1000");
    run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    let visit = pay(&phone, TICKET, PayMethod::Deposit).unwrap().visit().unwrap();
    let exit_by = phone.time.now() + TimeDelta::minutes(10);
    let ending_at = phone.client.garages().ending_at(visit.id).unwrap();
    assert_eq!(ending_at, Some(exit_by - TimeDelta::minutes(5)), "it is ending from the last reminder on");
    let plan = phone.alarms.last();
    let of_garages: Vec<_> = plan.iter().filter(|one| one.service == "garages").map(|one| (one.kind, one.at)).collect();
    assert_eq!(
        of_garages,
        [(ReminderKind::BeforeEnd { minutes: 5 }, exit_by - TimeDelta::minutes(5)), (ReminderKind::AtEnd, exit_by)]
    );
    assert_eq!(plan.len(), 4, "parking's are in the same plan");
    assert_eq!(plan[0].title, "5 minutes to leave the garage");
    assert!(plan[0].body.contains("Zeleni venac") && plan[0].body.contains("11:40"), "{}", plan[0].body);
    controller.happens(ReportedEventKind::Left, TICKET);
    run(phone.client.sync()).unwrap();
    assert!(phone.alarms.last().iter().all(|one| one.service == "parking"));
}

#[test]
fn without_a_reminder_the_time_to_leave_is_shown_as_ending_at_its_end_bg_68() {
    let (phone, _controller) = parked_in(net_with(|garages| garages.policy.reminder_minutes_before.clear()), "1000");
    let visit = pay(&phone, TICKET, PayMethod::Deposit).unwrap().visit().unwrap();
    assert!(visit.exit_by.is_some());
    assert_eq!(phone.client.garages().ending_at(visit.id).unwrap(), visit.exit_by);
}

#[test]
fn without_a_time_to_leave_the_reminder_is_for_the_moment_at_which_more_is_owed_amb_12() {
    let net = Net::new(Time::new());
    let controller = Controller::of(&net, "zeleni-venac");
    let phone = ready(&net, "1000");
    controller.happens(ReportedEventKind::Entered, TICKET);
    phone.after(30);
    controller.is_there();
    let visit = pay(&phone, TICKET, PayMethod::Deposit).unwrap().visit().unwrap();
    assert_eq!((visit.exit_by, phone.client.garages().ending_at(visit.id).unwrap()), (None, None));
    let owes_again_at = visit.owes_again_at.unwrap();
    let last = phone.alarms.last().pop().unwrap();
    assert_eq!((last.kind, last.at), (ReminderKind::AtEnd, owes_again_at));
    let error = refused(&phone, TICKET);
    assert_eq!(
        (error.code(), error.advice(Locale::En).as_str()),
        ("visit_already_paid", "Nothing is to be paid. Leave without delay.")
    );
}

#[test]
fn a_late_exit_owes_again_also_without_a_connection_and_is_paid_again_bg_68() {
    let (mut phone, controller) = parked("1000");
    pay(&phone, TICKET, PayMethod::Deposit).unwrap();
    phone.net.offline(true);
    phone.reopen();
    let paid = phone.client.garages().state().inside[0].clone();
    assert_eq!(paid.state, VisitState::Paid, "known without a connection");
    phone.after(60);
    let late = phone.client.garages().state().inside[0].clone();
    assert!(late.owes_again_at.unwrap() <= phone.time.now());
    assert_eq!(late.state, VisitState::OwingAgain);
    assert_eq!(phone.client.garages().visit(late.id).unwrap().state, VisitState::OwingAgain);
    phone.client.replan();
    assert!(phone.alarms.last().is_empty());
    phone.net.offline(false);
    controller.is_there();
    let again = pay(&phone, TICKET, PayMethod::Deposit).unwrap().visit().unwrap();
    assert_eq!((again.state, again.payments.len(), again.paid), (VisitState::Paid, 2, rsd("300.00")));
    assert_eq!(phone.client.garages().state().inside[0].payments.len(), 2);
}

#[test]
fn a_visit_that_the_operator_lost_with_his_books_is_neither_paid_nor_unpaid_bg_64() {
    let (phone, _controller) = parked("1000");
    run(phone.client.sync()).unwrap();
    let copy = phone.net.copy();
    let visit = pay(&phone, TICKET, PayMethod::Deposit).unwrap().visit().unwrap();
    run(phone.client.sync()).unwrap();
    phone.net.put_back(&copy, true);
    run(phone.client.sync()).unwrap();
    let state = phone.client.garages().state();
    assert_eq!((state.inside.len(), state.over.len()), (0, 0));
    assert_eq!(state.forgotten.iter().map(|visit| visit.id).collect::<Vec<_>>(), [visit.id]);
}

#[test]
fn who_signs_out_leaves_no_visit_behind_bg_64() {
    let (phone, _controller) = parked("1000");
    pay(&phone, TICKET, PayMethod::Deposit).unwrap();
    run(phone.client.account().sign_out()).unwrap();
    assert_eq!(*phone.client.garages().state(), mesto_client::garages::GaragesState::default());
}

#[test]
fn an_old_visit_goes_with_its_retention_bg_64() {
    let net = net_with(|garages| garages.retention.visits_days = 3);
    let controller = Controller::of(&net, "zeleni-venac");
    let phone = ready(&net, "1000");
    controller.happens(ReportedEventKind::Entered, TICKET);
    phone.after(30);
    controller.is_there();
    let visit = pay(&phone, TICKET, PayMethod::Deposit).unwrap().visit().unwrap();
    controller.happens(ReportedEventKind::Left, TICKET);
    run(phone.client.sync()).unwrap();
    phone.after(2 * 24 * 60);
    run(phone.client.sync()).unwrap();
    assert!(phone.client.garages().visit(visit.id).is_ok());
    phone.after(2 * 24 * 60);
    run(phone.client.sync()).unwrap();
    assert_eq!(
        phone.client.garages().visit(visit.id).err().map(|error| error.code().to_owned()).as_deref(),
        Some("visit_missing")
    );
}

#[test]
fn facilities_are_known_without_a_connection_in_the_language_of_the_phone_bg_10() {
    let phone = Phone::new();
    phone.net.offline(true);
    let views = phone.client.garages().facilities(&belgrade(), None).unwrap();
    assert!(views.len() > 15, "{}", views.len());
    let place = view(&views, "zeleni-venac");
    assert_eq!((place.name.as_str(), place.capacity, place.address.clone()), ("Zeleni venac", Some(303), None));
    assert_eq!(place.tariff[..2], ["100.00 RSD for each started hour", "At most 1,500.00 RSD a day"]);
    assert_eq!(place.tariff_certainty, Some(Certainty::OfficialOld));
    assert_eq!((place.is_open, place.hours.as_str()), (None, "Opening hours are not known"));
    assert_eq!(place.pay, [PayMethod::Deposit, PayMethod::Card]);
    assert_eq!((place.free, place.is_reachable, place.places.as_str()), (None, None, "Free places are not known"));
    assert_eq!(view(&views, "baba-visnjina").is_open, Some(true));
    assert_eq!(view(&views, "viska").tariff, ["The price is not known"]);
    let error = phone.client.garages().facility_id(&belgrade(), "nowhere").err().unwrap();
    assert_eq!(error.code(), "facility_unknown");
    assert!(error.params()["known"].as_array().unwrap().len() > 15);
}

#[test]
fn those_with_free_places_come_first_and_nearest_first_bg_72() {
    let net = net_with(|garages| {
        for (facility, lat) in garages.facilities.iter_mut().zip([44.813, 44.814, 44.815, 44.816]) {
            facility.position = known(mesto_rules::kernel::position::Point { lat, lon: 20.46 });
        }
    });
    let phone = Phone::on(&net, 2);
    let ids: Vec<FacilityId> =
        phone.client.garages().facilities(&belgrade(), None).unwrap().into_iter().map(|view| view.facility).collect();
    assert_eq!(ids[0], "zeleni-venac");
    Controller::of(&net, "zeleni-venac").counts(0);
    Controller::of(&net, "baba-visnjina").counts(12);
    Controller::of(&net, "kalemegdan").counts(3);
    let here = Position { lat: 44.8131, lon: 20.46, accuracy_metres: None };
    let views = run(phone.client.garages().places(&belgrade(), Some(here))).unwrap();
    let first: Vec<&str> = views.iter().take(3).map(|view| view.facility.as_str()).collect();
    assert_eq!(first, ["baba-visnjina", "kalemegdan", "vma"]);
    assert_eq!(views.last().unwrap().facility, "zeleni-venac", "full");
    assert_eq!((views[0].free, views[0].distance_metres), (Some(12), Some(101)));
    assert_eq!(views[0].places, "12 places free at 10:00");
    assert_eq!(views[0].is_reachable, Some(true));
    // Kept without a connection; soon nobody knows whether the controller is heard, later the
    // places are unknown.
    phone.net.offline(true);
    phone.after(5);
    let kept = view(&phone.client.garages().facilities(&belgrade(), None).unwrap(), "baba-visnjina");
    assert_eq!((kept.free, kept.observed_at, kept.is_reachable), (Some(12), Some(morning()), None));
    phone.after(11);
    let old = view(&phone.client.garages().facilities(&belgrade(), None).unwrap(), "baba-visnjina");
    assert_eq!((old.free, old.observed_at), (None, Some(morning())));
    assert_eq!(old.places, "Free places are not known now; last counted 3 Sep, 10:00");
}

fn pattern(mask: &str, check_digit: Option<CheckDigit>) -> Fact<TicketPattern> {
    known(TicketPattern { mask: mask.to_owned(), check_digit })
}

#[test]
fn a_wrong_ticket_number_says_what_is_wrong_and_how_one_looks_bg_64() {
    let net = net_with(|garages| {
        garages.facilities[0].ticket_number = pattern("LLDDDDDD", None);
        garages.facilities[1].ticket_number = pattern("DDDDDDD", Some(CheckDigit::Luhn));
    });
    let client = Phone::on(&net, 2).client;
    let said = |name: &str, text: &str| {
        let error = client.garages().ticket_number(&belgrade(), &facility(&client, name), text).err().unwrap();
        assert_eq!(error.code(), "ticket_number_invalid");
        (error.text(Locale::En), error.advice(Locale::En))
    };
    let like = "The number is printed under the bar code of the ticket: 8 signs, such as AA234567.";
    assert_eq!(said("zeleni-venac", " - "), ("No ticket number was given.".to_owned(), like.to_owned()));
    assert_eq!(said("zeleni-venac", "GR0042171").0, "9 signs are no ticket number here.");
    assert_eq!(said("zeleni-venac", "GR00421O").0, "“O” cannot be sign 8 of a ticket number here.");
    assert_eq!(said("zeleni-venac", "GR/04217").0, "“/” stands on no ticket.");
    let (text, advice) = said("baba-visnjina", "7992739");
    assert_eq!(text, "A digit of the number is wrong.");
    assert!(advice.ends_with(": 7 digits."), "{advice}");
}

/// A camera that sees what it is told.
struct Sees(std::result::Result<Vec<&'static str>, DecodeError>);

impl StillDecoder for Sees {
    fn decode(&self, _: &[u8]) -> std::result::Result<Vec<Decoded>, DecodeError> {
        let texts = self.0.clone()?;
        // As a decoder tells codes with a checksum; an `itf:` that only one look saw has none.
        let code = |text: &str| match text.strip_prefix("itf:") {
            Some(digits) => Decoded { format: "itf".into(), text: digits.into(), is_checked: false },
            None => Decoded { format: "code_128".into(), text: text.into(), is_checked: true },
        };
        Ok(texts.into_iter().map(code).collect())
    }
}

#[test]
fn a_photo_of_a_ticket_gives_its_number_or_says_why_not_bg_65() {
    let net = net_with(|garages| {
        garages.facilities[0].ticket_number = pattern("LLDDDDDD", None);
        garages.facilities[1].ticket_number = pattern("DDDDDDDDDDDD", None);
    });
    let phone = Phone::on(&net, 2);
    let read = |seen: std::result::Result<Vec<&'static str>, DecodeError>| {
        let folder = tempfile::tempdir().unwrap();
        let mut ports = phone.ports.clone();
        ports.stills = Arc::new(Sees(seen));
        let client = Client::open(config(folder.path().join("mesto.db"), &net), ports).unwrap();
        run(client.cities().refresh(&belgrade())).unwrap();
        let place = facility(&client, "zeleni-venac");
        client.garages().number_from_photo(&belgrade(), &place, b"a photo").map(|number| number.to_string())
    };
    let refused = |seen| read(seen).err().unwrap();
    assert_eq!(read(Ok(vec!["GR004217"])).unwrap(), TICKET);
    assert_eq!(read(Ok(vec!["https://example.com", "gr 004217", "GR004217"])).unwrap(), TICKET);
    assert_eq!(refused(Err(DecodeError::NotAnImage)).code(), "photo_unreadable");
    let heic = refused(Err(DecodeError::OtherForm("HEIC")));
    assert_eq!((heic.code(), heic.text(Locale::En)), ("photo_unreadable", "The photo cannot be read.".to_owned()));
    assert!(heic.advice(Locale::En).contains("HEIC file; JPEG and PNG are read"), "{}", heic.advice(Locale::En));
    assert!(heic.advice(Locale::SrLatn).contains("HEIC; čitaju se JPEG i PNG"), "{}", heic.advice(Locale::SrLatn));
    assert_eq!(refused(Err(DecodeError::TooLarge)).code(), "photo_too_large");
    assert_eq!(refused(Err(DecodeError::NotPossible)).code(), "photo_not_possible");
    assert_eq!(refused(Ok(vec![])).code(), "photo_without_code");
    let several = refused(Ok(vec!["GR004217", "GR004218"]));
    assert_eq!(several.code(), "photo_with_several_numbers");
    assert_eq!(several.text(Locale::En), "The photo shows several tickets: GR004217, GR004218.");
    let other = refused(Ok(vec!["123456789012"]));
    assert_eq!(other.code(), "photo_of_another_facility");
    assert_eq!(other.text(Locale::En), "The ticket in the photo is of Baba Višnjina.");
    let none = refused(Ok(vec!["https://example.com"]));
    assert_eq!(none.code(), "photo_without_number");
    assert!(none.advice(Locale::En).ends_with("8 signs, such as AA234567."), "{}", none.advice(Locale::En));
}

#[test]
fn what_may_be_a_misread_is_taken_only_where_the_numbers_look_is_known_bg_65() {
    let net = net_with(|garages| {
        garages.facilities[0].ticket_number = pattern("DDDDDDDDDDDD", None);
        garages.facilities[1].ticket_number = Fact::Unknown { note: String::new() };
    });
    let phone = Phone::on(&net, 2);
    let read = |place: &str, seen: Vec<&'static str>| {
        let folder = tempfile::tempdir().unwrap();
        let mut ports = phone.ports.clone();
        ports.stills = Arc::new(Sees(Ok(seen)));
        let client = Client::open(config(folder.path().join("mesto.db"), &net), ports).unwrap();
        run(client.cities().refresh(&belgrade())).unwrap();
        let number = client.garages().number_from_photo(&belgrade(), &facility(&client, place), b"a photo");
        number.map(|number| number.to_string()).map_err(|why| why.code().to_owned())
    };
    let (known, any) = ("zeleni-venac", "baba-visnjina");
    assert_eq!(read(known, vec!["itf:123456789012"]).unwrap(), "123456789012", "its shape is a check");
    assert_eq!(read(known, vec!["itf:12345678"]).unwrap_err(), "photo_without_number");
    assert_eq!(read(any, vec!["itf:12345678"]).unwrap_err(), "photo_without_code", "nothing checks it");
    assert_eq!(read(any, vec!["12345678"]).unwrap(), "12345678");
    assert_eq!(read(any, vec!["itf:345678", "12345678"]).unwrap(), "12345678");
    assert_eq!(read(any, vec!["itf:123456789012"]).unwrap_err(), "photo_of_another_facility");
}

#[test]
fn a_number_that_is_used_again_is_paid_although_the_answer_for_the_car_before_was_lost_bg_64() {
    for does_sync in [false, true] {
        let (phone, controller) = parked("1000");
        phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
        let open = pay(&phone, TICKET, PayMethod::Deposit).unwrap();
        phone.after(1);
        controller.happens(ReportedEventKind::Left, TICKET);
        phone.net.operator.due(&*phone.net.store, phone.net.time.now());
        phone.after(1);
        controller.happens(ReportedEventKind::Entered, TICKET);
        if does_sync {
            run(phone.client.sync()).unwrap();
        }
        phone.after(5);
        controller.is_there();
        let paid = pay(&phone, TICKET, PayMethod::Deposit).unwrap();
        assert_ne!(paid.key, open.key, "the car that is inside now was not paid (sync {does_sync})");
        assert_eq!((&paid.state, paid.visit().unwrap().left_at), (&IntentState::Confirmed, None));
        let before = phone.client.payments().intent(&open.key).unwrap().unwrap();
        assert_eq!(before.state, IntentState::Confirmed);
        assert!(before.visit().unwrap().left_at.is_some());
    }
}
