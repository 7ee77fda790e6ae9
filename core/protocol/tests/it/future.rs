//! Answers of an operator that is newer than the app: more fields, unknown words, unknown kinds of
//! lines, notices and events.

use std::collections::BTreeSet;
use std::fmt::Debug;

use mesto_protocol::Problem;
use mesto_protocol::base::accounts::*;
use mesto_protocol::base::availability::*;
use mesto_protocol::base::notices::*;
use mesto_protocol::base::payments::*;
use mesto_protocol::base::public::*;
use mesto_protocol::base::reports::*;
use mesto_protocol::base::sign_in::*;
use mesto_protocol::base::standing::*;
use mesto_protocol::base::terms::*;
use mesto_protocol::base::vehicles::*;
use mesto_protocol::base::wallet::*;
use mesto_protocol::cards::offices::*;
use mesto_protocol::cards::readers::*;
use mesto_protocol::cards::riders::*;
use mesto_protocol::control::controllers::*;
use mesto_protocol::control::registrations::*;
use mesto_protocol::event::{Event, EventPage};
use mesto_protocol::garages::controllers::*;
use mesto_protocol::garages::visits::*;
use mesto_protocol::kernel::intents::*;
use mesto_protocol::kernel::operation::Content;
use mesto_protocol::merchants::clerks::{Merchant, MerchantPage};
use mesto_protocol::merchants::payers::{
    MerchantPayment, MerchantPaymentPage, MerchantsOffer, MerchantsOutcome, MerchantsSection, MerchantsSubject,
};
use mesto_protocol::merchants::tills::{Invoice, MerchantRefund, MerchantTotals, ReceivedPage, Till, Tills};
use mesto_protocol::orders::driver::*;
use mesto_protocol::orders::inspectors::*;
use mesto_protocol::parking::purchase::*;
use mesto_protocol::parking::tickets::*;
use mesto_protocol::parking::zones::*;
use mesto_protocol::partners::reports::*;
use mesto_protocol::passes::holders::{
    Benefit, Pass, PassPage, PassesOffer, PassesOutcome, PassesSection, PassesSubject,
};
use mesto_protocol::rides::riders::*;
use mesto_protocol::rides::vehicles::*;
use mesto_protocol::services::{SERVICES, document};
use mesto_rules::quote::Start;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::events::{ACCOUNT, ORDER, TICKET, VEHICLE, VISIT, accepted_terms, standing, trouble_report};

/// Fields whose words later versions may add to.
const OPEN: &[&str] = &[
    "role",
    "pay",
    "purpose",
    "method",
    "channel",
    "state",
    "category",
    "route",
    "violation",
    "product",
    "accepted_by",
];

/// The same answer of a later operator, and how many words and kinds in it are new.
fn later(value: &mut Value, new: &mut usize) {
    match value {
        Value::Array(entries) => entries.iter_mut().for_each(|entry| later(entry, new)),
        // Money has two fields and keeps them.
        Value::Object(fields) if fields.len() == 2 && fields.contains_key("currency") => {}
        // A text by language has one language more.
        Value::Object(fields) if !fields.is_empty() && fields.keys().all(|tag| tag == "en" || tag == "sr-Latn") => {
            fields.insert("of-2030".to_owned(), json!("Text"));
        }
        // How a ticket begins.
        Value::Object(fields) if fields.contains_key("type") && !fields.contains_key("status") => {
            *value = json!({"type": "of_2030", "amount_of_it": [1, 2], "nested": {"type": "at"}});
        }
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                // An id such as that of a bus route has digits, a word has none.
                let is_word = value.as_str().is_some_and(|text| !text.contains(|sign: char| sign.is_ascii_digit()));
                if is_word && OPEN.contains(&name.as_str()) {
                    *new += 1;
                    *value = json!("word_of_2030");
                } else {
                    later(value, new);
                }
            }
            fields.insert("field_of_2030".to_owned(), json!({"kind": "other", "list": [null, 1.5]}));
        }
        _ => {}
    }
}

/// Reads the answer of today and of 2030; every new word is kept as it came, and is stored and read
/// again as that.
fn reads<T: DeserializeOwned + Serialize + PartialEq + Debug>(answer: Value) -> T {
    let today: T = serde_json::from_slice(answer.to_string().as_bytes()).unwrap();
    let others = |value: &T| serde_json::to_string(value).unwrap().matches("\"word_of_2030\"").count();
    assert_eq!(others(&today), 0, "{today:?}");
    let (mut of_2030, mut new) = (answer, 0);
    later(&mut of_2030, &mut new);
    let read: T =
        serde_json::from_slice(of_2030.to_string().as_bytes()).unwrap_or_else(|why| panic!("{why}: {of_2030}"));
    assert_eq!(others(&read), new, "{read:?}");
    let stored = serde_json::to_string(&read).unwrap();
    assert_eq!(serde_json::from_str::<T>(&stored).unwrap(), read, "what is stored is read again");
    read
}

const CONTROL: &str = "ct_01jd4f8q0r3n7w2x5y6z8a9b1c";
const CHECK: &str = "rk_01jd4f8q0r3n7w2x5y6z8a9b1c";
const AT: &str = "2025-09-03T08:00:00Z";

fn money(amount: &str) -> Value {
    json!({"amount": amount, "currency": "RSD"})
}

fn data(kind: &str) -> Value {
    let examples = crate::events::examples();
    examples.iter().find(|example| example["kind"] == kind).unwrap()["data"].clone()
}

fn purchase() -> Value {
    let mut purchase = data("payments.purchase");
    purchase["payment"]["refunds"] = json!([{
        "id": "rf_01jd4f8q0r3n7w2x5y6z8a9b1c", "amount": money("80.00"), "reason": "undeliverable", "route": "card", "state": "due",
        "due_at": AT,
    }]);
    purchase
}

fn quote() -> Value {
    json!({
        "id": "qt_01jd4f8q0r3n7w2x5y6z8a9b1c", "city": "belgrade", "issued_at": AT, "expires_at": AT, "pay": "deposit",
        "payer": ACCOUNT, "actor": ACCOUNT, "total": money("80.00"), "page_lives_seconds": 1800, "terms_pending": [pending()],
        "items": [{
            "service": "parking", "subject": {"zone": "red", "vehicle": VEHICLE, "minutes": 60}, "offer": offer(),
            "guard": "parking/belgrade/red/BG789PP", "total": money("80.00"), "seller": "Parking Servis",
            "lines": [{"kind": "payments.card_fee", "params": {"below": money("200.00")}, "amount": money("80.00"), "vat": {"category": "standard", "rate": "20", "amount": money("13.33")}}],
            "notices": [{"kind": "parking.no_refund"}, {"kind": "parking.rolls_over", "params": {"ends_at": AT}}],
        }],
    })
}

fn notice() -> Value {
    json!({
        "id": "nt_01jd4f8q0r3n7w2x5y6z8a9b1c", "kind": "planned_works", "city": "belgrade", "services": ["rides"], "title": {"en": "Works"},
        "body": {"en": "Text", "sr-Latn": "Tekst"}, "begins_at": AT, "ends_at": AT, "published_at": AT,
    })
}

fn pending() -> Value {
    json!({
        "id": "public-offer", "version": "2026-02", "published_on": "2026-02-10", "effective_on": "2026-02-10", "is_effective": true,
        "needs_acceptance": false, "links": {"en": "https://example.com"},
    })
}

fn offer() -> Value {
    json!({
        "plate": data("vehicles.vehicle")["plate"], "zone": "red", "tariff": "2025-02-01", "tariff_from": "2025-02-01",
        "asked_minutes": 60, "granted_minutes": 60, "start": {"type": "at", "at": AT}, "starts_at": AT,
        "ends_at": "2025-09-03T09:00:00Z", "latest_end_at": "2025-09-03T09:00:00Z", "stay": {"started_at": AT},
    })
}

#[test]
fn every_answer_of_a_later_operator_can_be_read() {
    let (ticket, order, vehicle) = (data("parking.ticket"), data("orders.order"), data("vehicles.vehicle"));
    let (sale, payment) = (purchase()["sale"].clone(), purchase()["payment"].clone());
    let (visit, ride, card) = (data("garages.visit"), data("rides.ride"), data("cards.card"));
    let (pass, benefit) = (data("passes.pass"), data("passes.benefit"));
    let paid = data("merchants.payment");
    let merchant = json!({"id": paid["merchant"]["id"], "city": "almaty", "names": paid["merchant"]["names"], "business_number": "123456789012", "category": "food-1", "contract": "17/2025", "contract_on": "2025-09-01", "commission_basis_points": 200, "state": "active"});
    let till = json!({"id": paid["till"]["id"], "merchant": merchant["id"], "name": "Abay 10", "is_open": true, "code": "x", "typed": "y"});
    let received = json!({"id": paid["id"], "number": 7, "till": till["id"], "invoice": paid["invoice"], "amount": money("500.00"), "commission": money("10.00"), "given_back": money("0.00"), "paid_at": AT});
    let trip = ride["trip"]["id"].clone();
    let (facility, priced) = (visit["facility"].clone(), visit["payments"][0]["lines"].clone());
    let warnings = json!([{"type": "look_alike", "position": 1, "typed": "В", "read_as": "B"}]);
    let checked =
        json!({"id": TICKET, "plate": vehicle["plate"], "starts_at": AT, "ends_at": AT, "channel": "sms", "issue": 2});
    let partner_sums = json!({"rides": 1, "persons": 1, "gross": money("120.00"), "refunded": money("0.00"), "commission": money("4.20"), "taken_by_carrier": money("0.00"), "payable": money("115.80")});
    let partner_line = json!({"service_on": "2025-09-03", "route": "92", "product": "app_balance", "category": "pupil", "is_correction": false, "sums": partner_sums.clone()});
    let settlement = json!({"id": "sm_01jd4f8q0r3n7w2x5y6z8a9b1c", "city": "almaty", "carrier": "green-bus", "number": 1, "from_on": "2025-09-01", "to_on": "2025-09-03", "closed_at": AT, "sums": partner_sums.clone()});
    let mut tested: BTreeSet<String> = BTreeSet::new();
    macro_rules! answers {
        ($($name:ident: $answer:expr;)*) => {
            $(reads::<$name>($answer); tested.insert(stringify!($name).to_owned());)*
        };
    }
    answers! {
        Clock: json!({"now": AT});
        CodeSent: json!({"expires_at": AT, "resend_at": AT, "digits": 6});
        Session: json!({"token": "x", "account": ACCOUNT, "grants": [{"id": "gr_01jd4f8q0r3n7w2x5y6z8a9b1c", "role": "driver", "starts_at": AT}], "expires_at": AT});
        SessionPage: json!({"items": [{"id": "dv_01jd4f8q0r3n7w2x5y6z8a9b1c", "device": "phone", "is_own": true, "signed_in_at": AT, "expires_at": AT}], "next": "x"});
        AccountClosed: json!({"settled": money("100.00"), "refund": purchase()["payment"]["refunds"][0]});
        VehiclesSection: json!({"vehicles": [vehicle.clone()]});
        VehicleRemoved: json!({"id": VEHICLE});
        WalletSection: json!({"balance": money("920.00")});
        Balance: json!({"balance": money("920.00")});
        ParkingSection: json!({"tickets": [ticket.clone()]});
        OrdersSection: json!({"orders": [order.clone()]});
        Vehicle: vehicle.clone();
        Vehicles: json!({"items": [vehicle.clone()]});
        Zones: json!({"items": [{"zone": "red", "name": {"en": "Red"}, "is_approximate": true}]});
        Quote: quote();
        Bought: json!({"sale": sale, "payment": payment, "balance": money("920.00")});
        Purchase: purchase();
        PurchasePage: json!({"items": [purchase()], "next": "x"});
        PaymentsSection: json!({"open": [purchase()]});
        ParkingSubject: json!({"zone": "red", "vehicle": VEHICLE, "minutes": 60});
        ParkingOffer: offer();
        ParkingOutcome: json!({"ticket": ticket.clone()});
        OrdersSubject: json!({"order": ORDER});
        OrdersOffer: json!({"order": order.clone()});
        OrdersOutcome: json!({"order": order.clone()});
        WalletSubject: json!({"amount": money("500.00")});
        WalletOffer: json!({"amount": money("500.00")});
        WalletOutcome: json!({"amount": money("500.00")});
        Ticket: ticket.clone();
        TicketCode: json!({"signed": "x", "issue": 2});
        Tickets: json!({"items": [ticket], "next": "x"});
        DepositPage: json!({"balance": money("920.00"), "next": "7", "items": [{
            "id": "le_01jd4f8q0r3n7w2x5y6z8a9b1c", "at": AT, "kind": "wallet.topup", "reference": "sa_01jd4f8q0r3n7w2x5y6z8a9b1c", "amount": money("1000.00"), "balance": money("1000.00"),
        }]});
        Order: order.clone();
        OrderPage: json!({"items": [order.clone()]});
        Visit: visit.clone();
        VisitPage: json!({"items": [visit.clone()], "next": "x"});
        GaragesSection: json!({"visits": [visit.clone()]});
        GaragesSubject: json!({"facility": facility, "ticket": "GR004217"});
        GaragesOffer: json!({"visit": VISIT, "facility": facility, "ticket": "GR004217", "entered_at": AT, "tariff": "2022-01-01", "tariff_from": "2022-01-01", "price": money("100.00"), "exit_by": AT, "rises_at": AT, "owes_again_at": AT});
        GaragesOutcome: json!({"visit": visit});
        Places: json!({"items": [{"facility": facility, "free": 12, "observed_at": AT, "is_reachable": true}]});
        Ride: ride.clone();
        RidePage: json!({"items": [ride.clone()], "next": "x"});
        RideCode: json!({"signed": "x", "issue": 2});
        RidesSection: json!({"rides": [ride.clone()]});
        RidesSubject: json!({"scanned": "https://qr.avtobys.kz/almaty/v/ABCDEF", "persons": 1, "is_again": false});
        RidesOffer: json!({"vehicle": ride["vehicle"], "trip": ride["trip"], "service_on": "2025-09-03", "persons": 1, "ends_at": AT, "repeats": ride, "repeats_broke_down_at": AT});
        RidesOutcome: json!({"ride": ride});
        Card: card.clone();
        CardUnlinked: json!({"card": card["id"]});
        CardsSection: json!({"cards": [card.clone()]});
        CardsSubject: json!({"card": card["id"], "amount": money("100.00")});
        CardsOffer: json!({"card": card["id"], "number_masked": "**** 0017", "amount": money("100.00"), "hold_until": AT});
        CardsOutcome: json!({"card": card["id"], "top_up": card["top_ups"][0]});
        CardHistory: json!({
            "balance": card["balance"], "next": "x",
            "items": [{"id": "le_01jd4f8q0r3n7w2x5y6z8a9b1c", "kind": "cards.ride", "amount": money("-120.00"), "happened_at": AT, "vehicle": "1204", "route": "92"}],
        });
        CardAtReader: json!({"city": "almaty", "kind": "standard", "tariff": "standard", "number_masked": "**** 0017", "state": "active", "balance": card["balance"], "top_ups": card["top_ups"]});
        StoppedCards: json!({"items": [{"code": "K7M2P9QD", "state": "blocked", "stopped_at": AT}], "next": "x"});
        HeldTold: json!({"top_ups": [{"top_up": card["top_ups"][0]["id"], "state": "held"}]});
        CardsTold: json!({"cards": [card["id"]]});
        OfficeCard: json!({"card": card["id"], "number_masked": "**** 0017", "state": "blocked", "blocked_for": "stolen", "balance": card["balance"], "identification": "confirmed"});
        Pass: pass.clone();
        PassPage: json!({"items": [pass.clone()], "next": "x"});
        Benefit: benefit.clone();
        Merchant: merchant.clone();
        MerchantPage: json!({"items": [merchant.clone()], "next": "x"});
        Till: till.clone();
        Tills: json!({"tills": [till.clone()]});
        Invoice: json!({"id": paid["invoice"]["id"], "till": till["id"], "amount": money("500.00"), "reference": "A-1", "state": "paid", "asked_at": AT, "expires_at": AT, "code": "x", "typed": "y", "payment": received.clone()});
        ReceivedPage: json!({"items": [received], "next": "x"});
        MerchantTotals: json!({
            "city": "almaty", "merchant": merchant["id"], "from_on": "2025-09-01", "to_on": "2025-09-03", "made_at": AT, "payable": money("490.00"), "owed": money("0.00"),
            "days": [{"day_on": "2025-09-03", "payments": 1, "amount": money("500.00"), "given_back": money("0.00"), "commission": money("10.00"), "net": money("490.00")}],
        });
        MerchantRefund: json!({"id": "mr_01jd4f8q0r3n7w2x5y6z8a9b1c", "payment": paid["id"], "reference": "R-1", "amount": money("100.00"), "fee": money("0.00"), "is_erroneous": false, "refunded_at": AT, "owed": money("0.00")});
        MerchantPayment: paid.clone();
        MerchantPaymentPage: json!({"items": [paid.clone()], "next": "x"});
        MerchantsSection: json!({"payments": [paid.clone()]});
        MerchantsSubject: json!({"scanned": "https://pay.avtobys.kz/almaty/m/7K3MZ0QX", "typed": "7K3MZ0QX", "amount": money("500.00"), "is_again": false});
        MerchantsOffer: json!({"merchant": paid["merchant"], "till": paid["till"], "invoice": paid["invoice"], "amount": money("500.00"), "fee": money("10.00"), "total": money("510.00"), "contract": paid["contract"], "is_fee_irrevocable": true, "missing": money("1.00"), "invoice_until": AT, "repeats": paid.clone()});
        MerchantsOutcome: json!({"payment": paid});
        PassesSection: json!({"passes": [pass.clone()], "benefits": [benefit]});
        PassesSubject: json!({"product": "month-1", "first_on": "2025-09-03", "is_again": false});
        PassesOffer: json!({"product": "month-1", "category": "student-1", "first_on": "2025-09-03", "last_on": "2025-10-02", "refundable_until": AT, "overlaps": pass.clone()});
        PassesOutcome: json!({"pass": pass});
        Fleet: json!({"city": "almaty", "vehicles": [{"board": "1204", "carrier": "green-bus", "is_in_service": true, "stop": "s1", "trip": ride["trip"]}]});
        FleetTold: json!({"taken": 1});
        TripsTold: json!({"trips": ["tr_01jd4f8q0r3n7w2x5y6z8a9b1c"]});
        PostedSign: json!({"text": "x"});
        PutTerminal: json!({"terminal": "ABCDEF"});
        Control: json!({"id": CONTROL, "shift": "sh_01jd4f8q0r3n7w2x5y6z8a9b1c", "city": "almaty", "vehicle": ride["vehicle"], "trip": ride["trip"], "service_on": "2025-09-03", "begun_at": AT, "ended_at": AT, "closed_until": AT});
        ControlData: json!({
            "city": "almaty", "now": AT, "vehicles": [{"vehicle": "1204", "app_until": AT, "others_until": AT}],
            "trips": [{"id": trip, "vehicle": "1204", "route": "92", "direction": 0, "service_on": "2025-09-03", "starts_at": AT, "ends_at": AT, "broke_down_at": AT}],
            "registrations": [{"ride": ride["id"], "kind": "app", "code": "9643", "channel": "app", "vehicle": "1204", "trip": trip, "persons": 1, "registered_at": AT, "ends_at": AT, "is_void": false, "is_free": false}],
            "is_cut": false,
        });
        ControlReported: json!({
            "taken": 1, "refused": [{"check": CHECK, "code": "out_of_range", "detail": ""}],
            "flagged": [{"check": CHECK, "ride": ride["id"], "first": CHECK, "first_at": AT}], "clock_differs_seconds": 300,
        });
        PartnerReport: json!({"city": "almaty", "carrier": "green-bus", "from_on": "2025-09-01", "to_on": "2025-09-03", "made_at": AT, "lines": [partner_line.clone()], "sums": partner_sums.clone()});
        PartnerSettlementPage: json!({"items": [settlement.clone()], "next": "2"});
        PartnerStatement: json!({"settlement": settlement, "lines": [partner_line]});
        PartnerSubsidies: json!({
            "city": "almaty", "carrier": "green-bus", "from_on": "2025-09-01", "to_on": "2025-09-03", "made_at": AT, "subsidy": money("120.00"), "unknown_rides": 0,
            "lines": [{"service_on": "2025-09-03", "route": "92", "category": "pensioner", "rides": 1, "persons": 1, "paid": money("0.00"), "full_fare": money("120.00"), "subsidy": money("120.00"), "unknown_rides": 0}],
        });
        RegistrationsTold: json!({"rides": [ride["id"]]});
        GarageReported: json!({
            "taken": 1, "refused": [{"index": 1, "ticket": "GR004217", "code": "visit_unknown", "detail": ""}],
            "settled": [{"ticket": "GR004217", "visit": VISIT, "at": AT, "exit_by": AT, "owes_again_at": AT}], "next": "x", "has_more": false,
        });
        VisitOwed: json!({
            "visit": VISIT, "facility": facility, "ticket": "GR004217", "state": "paid", "entered_at": AT, "is_lost": false, "tariff": "2022-01-01",
            "tariff_from": "2022-01-01", "lines": priced, "notices": [{"kind": "garages.exit_without_delay"}], "price": money("100.00"), "owed": money("0.00"),
        });
        ExitOpened: json!({"visit": VISIT});
        ServiceNotice: notice();
        NoticePage: json!({"items": [notice()], "next": "x"});
        MonthAvailability: json!({
            "city": "almaty", "month": "2026-11", "guaranteed_percent": 98, "is_kept": true, "percent": "98.000", "measured_from_at": AT,
            "measured_until_at": AT, "up_seconds": 1, "works_seconds": 2, "down_seconds": 3,
        });
        AccountStanding: standing();
        StandingSection: json!({"standing": standing()});
        AcceptedTerms: accepted_terms();
        TermsList: json!({"items": [{
            "id": "public-offer", "scope": "city", "in_force": "2026-02", "accepted": [accepted_terms()], "pending": pending(),
            "versions": [{"version": "2026-02", "published_on": "2026-02-10", "effective_on": "2026-02-10", "links": {"en": "https://example.com"}}],
        }]});
        TroubleReport: trouble_report();
        ReportPage: json!({"items": [trouble_report()], "next": "x"});
        IntentOutcome: json!({"key": "k", "state": "in_flight"});
        VehicleAdded: json!({"vehicle": vehicle.clone(), "warnings": warnings.clone()});
        PlateCheck: json!({"plate": vehicle["plate"], "warnings": warnings, "zone": "red", "checked_at": AT, "is_covered": true, "ticket": checked, "grace_until": AT});
        Problem: json!({"type": "urn:mesto:problem:bad_request", "title": "", "status": 400, "detail": "", "code": "bad_request"});
    }
    let answers =
        SERVICES.iter().flat_map(|service| service.operations()).filter_map(|operation| match operation.answer {
            Content::Json(schema) => Some(schema),
            // What each event of a page tells is told below.
            Content::JsonOrStream(_) | Content::Nothing | Content::Document | Content::Text => None,
        });
    let told = SERVICES.iter().flat_map(|service| {
        let sold = service.sells().into_iter().flat_map(|sells| [sells.subject, sells.offer, sells.outcome]);
        service.events().map(|(_, schema)| schema).chain(service.section()).chain(sold)
    });
    for schema in answers.chain(told) {
        let name = (schema.name)();
        assert!(
            tested.contains(&name) || name == "Account",
            "{name} is told, and nobody reads it from the future here"
        );
    }
}

#[test]
fn an_account_and_a_page_of_a_later_operator_keep_what_this_version_does_not_know() {
    let section = json!({"tickets": [data("parking.ticket")]});
    let account = json!({
        "account": ACCOUNT, "phone_masked": "+38164***67", "cursor": "ep1:7", "field_of_2030": 1,
        "sections": {"parking": section, "rides": {"rides": [null, 1.5]}},
    });
    let account: Account = serde_json::from_str(&account.to_string()).unwrap();
    assert_eq!(account.section::<ParkingSection>().unwrap().unwrap().tickets.len(), 1);
    assert_eq!(account.section::<OrdersSection>().unwrap(), None);
    assert_eq!(account.sections["rides"].as_str(), r#"{"rides":[null,1.5]}"#);
    let mut events = crate::events::examples();
    events.push(json!({"cursor": "ep1:8", "at": AT, "kind": "rides.ride", "data": [1], "field_of_2030": 1}));
    let page = json!({"events": events, "next": "ep1:8", "has_more": false, "field_of_2030": 1});
    let page: EventPage = serde_json::from_str(&page.to_string()).unwrap();
    assert_eq!(page.events.len(), crate::events::examples().len() + 1);
}

#[test]
fn what_is_new_in_a_price_is_kept_as_such_and_its_amount_counts() {
    let (today, mut of_2030) = (quote(), quote());
    for place in ["/items/0/lines/0/kind", "/items/0/notices/0/kind", "/pay"] {
        *of_2030.pointer_mut(place).unwrap() = json!("rides.word_of_2030");
    }
    of_2030["items"][0]["service"] = json!("rides");
    let quote: Quote = serde_json::from_value(of_2030.clone()).unwrap();
    let item = &quote.items[0];
    assert_eq!(
        (item.lines[0].kind.as_str(), &quote.pay),
        ("rides.word_of_2030", &PayMethod::Other("rides.word_of_2030".into()))
    );
    assert_eq!(item.lines[0].amount, quote.total);
    assert_eq!(item.offer::<ParkingOffer>().unwrap(), None, "of another service");
    assert_eq!(serde_json::to_value(&quote).unwrap(), of_2030, "everything is kept as it came");
    let quote: Quote = serde_json::from_str(&today.to_string()).unwrap();
    assert_eq!(quote.items[0].offer::<ParkingOffer>().unwrap().unwrap().granted_minutes, 60);
    let mut later_start = offer();
    later_start["start"] = json!({"type": "when_you_come"});
    assert_eq!(serde_json::from_value::<ParkingOffer>(later_start).unwrap().start, Start::Other);
}

#[test]
fn a_request_keeps_a_word_nobody_knows_for_its_handler_to_refuse() {
    let quote = |pay: &str| json!({"city": "belgrade", "items": [], "pay": pay});
    let order = |why: &str| json!({"city": "belgrade", "zone": "red", "plate": "BG789PP", "violation": why});
    assert_eq!(serde_json::from_value::<QuoteRequest>(quote("card")).unwrap().pay, PayMethod::Card);
    assert_eq!(serde_json::from_value::<NewOrder>(order("no_ticket")).unwrap().violation, Violation::NoTicket);
    for word in ["word_of_2030", "other", ""] {
        let read = serde_json::from_value::<QuoteRequest>(quote(word)).unwrap().pay;
        assert_eq!((read.is_known(), read.as_str()), (false, word));
        assert!(!serde_json::from_value::<NewOrder>(order(word)).unwrap().violation.is_known());
        assert!(serde_json::from_value::<NoticeOutcome>(json!(word)).is_err(), "what a provider tells: {word}");
    }
}

#[test]
fn a_known_event_in_a_shape_of_a_later_version_is_kept_as_it_came() {
    let event = json!({"cursor": "ep1:9", "at": AT, "kind": "parking.ticket", "data": {"id": TICKET, "legs": []}});
    let read: Event = serde_json::from_value(event.clone()).unwrap();
    assert!(read.read::<Ticket>().is_err(), "{read:?}");
    assert_eq!((read.cursor.seq, serde_json::to_value(&read).unwrap()), (9, event));
}

#[test]
fn the_document_says_which_words_are_open_and_lists_only_what_is_sent() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut open = Vec::new();
    for (name, schema) in schemas {
        let Some(words) = schema["enum"].as_array() else { continue };
        assert!(!words.contains(&json!("other")), "{name}");
        if schema["description"].as_str().is_some_and(|text| text.contains("Open in answers")) {
            open.push(name.as_str());
        }
    }
    assert_eq!(
        open,
        [
            "AcceptedBy",
            "CardState",
            "CardTariff",
            "CardTopUpState",
            "CardTrouble",
            "Channel",
            "ControlAnswer",
            "Identification",
            "IntentState",
            "InvoiceState",
            "LessFor",
            "MerchantPaymentState",
            "MerchantState",
            "OrderState",
            "PartnerProduct",
            "PassState",
            "PayMethod",
            "PaymentPurpose",
            "PaymentState",
            "RefundRoute",
            "RefundState",
            "ReportKind",
            "ReportState",
            "ReportedEventKind",
            "RideChannel",
            "RideState",
            "Role",
            "SaleState",
            "ServiceNoticeKind",
            "ShownKind",
            "StandingState",
            "TicketState",
            "VatCategory",
            "Violation",
            "VisitState",
        ]
    );
}
