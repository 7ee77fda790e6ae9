//! A day of a driver: sign-in, car, deposit, quote, purchase, extension, history, order.

use chrono::TimeDelta;
use mesto_client::parking::Preview;
use mesto_client::protocol::base::payments::{NoticeOutcome, PayMethod, Quote};
use mesto_client::protocol::kernel::ids::{RecordId as _, VehicleId};
use mesto_client::protocol::orders::driver::OrderState;
use mesto_client::rules::{Currency, Money, Position};
use mesto_client::{DepositPreview, ErrorKind, IntentState, Locale};
use mesto_operator::Request;
use mesto_protocol::keys::KeySet;
use mesto_protocol::signed_code::{ClockRule, Verifier};

use crate::support::{Fault, Phone, belgrade, morning, offer, rsd, run, zone};

#[test]
fn a_driver_parks_extends_and_is_refused_minute_91_bg_50() {
    let phone = Phone::ready("1000");
    assert_eq!(phone.balance(), rsd("1000.00"));

    let quote = phone.quote("red", 60);
    assert_eq!((quote.total, offer(&quote).granted_minutes), (rsd("80.00"), 60));
    let bought = run(phone.client.payments().buy(&quote)).unwrap();
    assert_eq!(bought.state, IntentState::Confirmed);
    assert_eq!(phone.balance(), rsd("920.00"));
    let ticket = bought.ticket().unwrap();
    let parked = phone.client.parking().parked_with(ticket.id).unwrap();
    assert_eq!(parked.lines, ["Paid for 60 min"]);
    assert_eq!(parked.ending_at, ticket.ends_at - TimeDelta::minutes(5), "as it is reminded of");

    let refused =
        run(phone.client.parking().quote(&belgrade(), &zone("red"), phone.car(), 91, PayMethod::Deposit)).unwrap_err();
    assert_eq!((refused.code(), refused.kind()), ("max_stay_exceeded", ErrorKind::Refused));
    assert_eq!(refused.params()["allowed"], 30);
    assert!(
        refused.text(Locale::En).contains("91") && refused.text(Locale::En).contains("90"),
        "{}",
        refused.text(Locale::En)
    );

    phone.after(50);
    let more = run(phone.client.parking().quote_extension(ticket.id, 30, PayMethod::Deposit)).unwrap();
    assert_eq!(
        (more.total, offer(&more).starts_at, offer(&more).extends),
        (rsd("120.00"), ticket.ends_at, Some(ticket.id))
    );
    let more = run(phone.client.payments().buy(&more)).unwrap();
    assert_eq!(more.state, IntentState::Confirmed);
    assert_eq!(phone.balance(), rsd("800.00"));
    let extension = more.ticket().unwrap().id;
    assert_eq!(
        phone.client.parking().parked_with(extension).unwrap().lines,
        ["Paid for 90 min"],
        "with what it continued"
    );
    assert_eq!(phone.shown().active_tickets.len(), 2);

    let history = run(phone.client.parking().history(None, 10)).unwrap();
    assert_eq!((history.items.len(), history.is_from_phone, history.next), (2, false, None));
    let spent = run(phone.client.wallet().history(None, 10)).unwrap();
    let amounts: Vec<_> =
        spent.items.iter().map(|entry| (phone.client.entry_text(entry), entry.amount.amount.to_string())).collect();
    assert_eq!(
        amounts,
        [
            ("Parking".to_owned(), "-120.00".to_owned()),
            ("Parking".to_owned(), "-80.00".to_owned()),
            ("Top-up".to_owned(), "1000.00".to_owned())
        ]
    );
    assert_eq!(phone.net.sold(), 2);
}

/// The phone's own calculation says what the operator's quote does.
fn is_same(preview: &Preview, quote: &Quote) {
    let item = &quote.items[0];
    assert_eq!(preview.offer, offer(quote));
    assert_eq!((&preview.lines, &preview.notices, preview.total), (&item.lines, &item.notices, quote.total));
}

#[test]
fn the_phones_preview_is_the_operators_quote_line_by_line() {
    let phone = Phone::ready("1000");
    for (name, minutes) in [("red", 1), ("red", 61), ("a", 30), ("yellow", 121), ("green", 240), ("blue", 600)] {
        let preview = phone
            .client
            .parking()
            .preview(&belgrade(), &zone(name), phone.car(), minutes, &PayMethod::Deposit)
            .unwrap();
        is_same(&preview, &phone.quote(name, minutes));
    }
    // By card the operator's page lives longer than the quote: only he knows how long.
    let mut preview =
        phone.client.parking().preview(&belgrade(), &zone("blue"), phone.car(), 300, &PayMethod::Card).unwrap();
    let quote = phone.quote_by("blue", 300, PayMethod::Card);
    assert!(offer(&quote).latest_end_at > preview.offer.latest_end_at);
    preview.offer.latest_end_at = offer(&quote).latest_end_at;
    is_same(&preview, &quote);
    run(phone.client.payments().buy(&phone.quote("red", 30))).unwrap();
    phone.after(10);
    let preview =
        phone.client.parking().preview(&belgrade(), &zone("red"), phone.car(), 60, &PayMethod::Deposit).unwrap();
    let quote = phone.quote("red", 60);
    is_same(&preview, &quote);
    assert!(preview.offer.extends.is_some(), "while a ticket runs");
    phone.net.offline(true);
    assert_eq!(
        phone
            .client
            .parking()
            .preview(&belgrade(), &zone("red"), phone.car(), 91, &PayMethod::Deposit)
            .unwrap_err()
            .code(),
        "max_stay_exceeded"
    );
    assert!(
        phone.client.parking().preview(&belgrade(), &zone("red"), phone.car(), 30, &PayMethod::Deposit).is_ok(),
        "without a connection"
    );
}

#[test]
fn a_preview_goes_on_after_an_extension_that_is_still_to_start_bg_54() {
    let phone = Phone::ready("1000");
    run(phone.client.payments().buy(&phone.quote("yellow", 60))).unwrap();
    phone.after(10);
    run(phone.client.payments().buy(&phone.quote("yellow", 60))).unwrap();
    let asked = phone.quote("yellow", 60);
    let preview =
        phone.client.parking().preview(&belgrade(), &zone("yellow"), phone.car(), 60, &PayMethod::Deposit).unwrap();
    is_same(&preview, &asked);
}

#[test]
fn a_sign_wins_over_the_position() {
    let phone = Phone::new();
    let here = Some(Position { lat: 44.8125, lon: 20.4612, accuracy_metres: Some(20.0) });
    let near = phone.client.parking().zones_near(&belgrade(), here, None).unwrap();
    assert!(near.by_sign.is_none());
    let distances: Vec<_> = near.zones.iter().filter_map(|zone| zone.distance_metres).collect();
    assert!(!distances.is_empty() && distances.is_sorted(), "{distances:?}");
    assert!(
        near.zones.iter().filter(|zone| zone.distance_metres.is_some()).all(|zone| zone.is_approximate),
        "drawn by hand"
    );

    for sign in ["9111", " SMS 9111 ZONA 1 "] {
        let signed = phone.client.parking().zones_near(&belgrade(), here, Some(sign)).unwrap();
        assert_eq!(signed.by_sign, Some(zone("red")));
        assert_eq!(signed.zones[0].zone, zone("red"));
    }
    for beginning in ["9", "911", " 91 "] {
        let unfinished = phone.client.parking().zones_near(&belgrade(), here, Some(beginning)).unwrap();
        assert_eq!(unfinished, near, "more may follow: {beginning}");
    }
    let unknown = phone.client.parking().zones_near(&belgrade(), here, Some("1234")).unwrap_err();
    assert_eq!(unknown.code(), "sign_unknown");
    assert!(unknown.advice(Locale::En).contains("9111"), "{}", unknown.advice(Locale::En));
}

#[test]
fn a_wrong_plate_is_refused_on_the_phone_with_what_would_be_right() {
    let phone = Phone::new();
    phone.sign_in();
    phone.net.log();
    for (plate, code) in [("", "plate_empty"), ("BG 789/€", "plate_sign_not_allowed")] {
        let error = run(phone.client.vehicles().add(&belgrade(), plate, None)).unwrap_err();
        assert_eq!(error.code(), code);
        assert!(!error.advice(Locale::SrLatn).is_empty());
    }
    assert!(phone.net.log().is_empty(), "nothing was sent");
    assert_eq!(
        run(phone.client.vehicles().add(&belgrade(), "bg 789-pp", Some("Fića"))).unwrap().plate.canonical,
        "BG789PP"
    );
    assert_eq!(run(phone.client.vehicles().add(&belgrade(), "BG789PP", None)).unwrap_err().code(), "vehicle_exists");
    run(phone.client.vehicles().remove(phone.car(), false)).unwrap();
    assert!(phone.shown().vehicles.is_empty());
}

#[test]
fn only_the_listed_amounts_are_paid_in_bg_76() {
    let phone = Phone::ready("0");
    for amount in ["199", "201", "0", "-200", "999.99"] {
        let error = run(phone.client.wallet().top_up(&belgrade(), amount.parse().unwrap())).unwrap_err();
        assert_eq!(error.code(), "amount_not_offered", "{amount}");
        assert!(error.advice(Locale::En).contains("200, 500, 1000, 2000, 5000 RSD"), "{}", error.advice(Locale::En));
    }
    assert!(phone.net.log().is_empty(), "nothing was sent");
    assert!(phone.client.payments().intents(10).unwrap().iter().all(|intent| intent.service() != "wallet"));
}

#[test]
fn an_inspectors_order_arrives_and_is_paid_once_bg_57() {
    let phone = Phone::ready("2000");
    run(phone.client.payments().buy(&phone.quote("yellow", 60))).unwrap();
    phone.after(75);
    let token = phone.net.inspector();
    let order =
        serde_json::json!({"city": "belgrade", "plate": "BG789PP", "zone": "yellow", "violation": "time_expired"});
    let issued = phone
        .net
        .handle(&Request::new("POST", "/v1/inspector/orders").bearer(&token).key("an-inspectors-key-1").json(&order));
    assert_eq!(issued.status / 100, 2, "{}", String::from_utf8_lossy(&issued.body));

    run(phone.client.sync()).unwrap();
    let shown = phone.shown();
    assert_eq!((shown.active_tickets.len(), shown.orders.len()), (0, 1));
    let id = shown.orders[0].id;
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    assert!(!run(phone.client.orders().pay(id, PayMethod::Deposit)).unwrap().state.is_final());
    let paid = run(phone.client.orders().pay(id, PayMethod::Deposit)).unwrap();
    assert_eq!(paid.state, IntentState::Confirmed);
    assert_eq!(paid.order().unwrap().state, OrderState::Paid);
    assert_eq!(run(phone.client.orders().pay(id, PayMethod::Deposit)).unwrap_err().code(), "order_missing");
    run(phone.client.sync()).unwrap();
    assert_eq!(phone.balance(), rsd("435.00"), "2000 - 65 - half of 3000");
}

#[test]
fn a_declined_card_changes_nothing_and_says_why_bg_83() {
    let phone = Phone::ready("0");
    let intent = run(phone.client.wallet().top_up(&belgrade(), rsd("1000").amount)).unwrap();
    assert!(!intent.state.is_final(), "the bank has not decided");
    assert!(intent.page_url.as_deref().unwrap().starts_with("https://bank.example/pay?"));
    phone.net.bank_decides(&intent, NoticeOutcome::Declined, Some("card_declined"));
    let settled = run(phone.client.payments().settle(&intent.key)).unwrap();
    let refusal = settled.refusal().unwrap();
    assert_eq!(refusal.code(), "card_declined");
    assert_eq!(refusal.text(Locale::SrLatn), "Banka je odbila karticu.");
    assert!(settled.page_url.is_none(), "nothing to open any more");
    run(phone.client.sync()).unwrap();
    assert_eq!(phone.balance(), rsd("0.00"));
}

#[test]
fn a_code_that_another_phone_shows_is_said_to_be_there_and_can_be_moved() {
    let phone = Phone::ready("1000");
    let ticket = run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap().ticket().unwrap();
    phone.after(2);
    let other = Phone::on(&phone.net, 9);
    other.sign_in();
    let elsewhere = other.client.parking().code(ticket.id).unwrap_err();
    assert_eq!(elsewhere.code(), "code_of_another_phone");
    assert_eq!(elsewhere.text(Locale::En), "Another phone shows this code.");
    assert!(elsewhere.advice(Locale::En).starts_with("Move the code to this phone"));
    run(other.client.parking().move_code_here(ticket.id)).unwrap();
    assert!(other.client.parking().code(ticket.id).is_ok());
    run(phone.client.sync()).unwrap();
    assert_eq!(phone.client.parking().code(ticket.id).unwrap_err().code(), "code_of_another_phone");
}

#[test]
fn the_code_of_a_ticket_convinces_an_inspector_without_a_connection() {
    let phone = Phone::ready("1000");
    let ticket = run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap().ticket().unwrap();
    phone.net.offline(true);
    phone.after(5);
    let code = phone.client.parking().code(ticket.id).unwrap();
    let root = phone.net.operator.keys().root_public();
    let keys = KeySet::verify(&phone.net.operator.keys().signed_set(phone.time.now()).unwrap(), root, 0).unwrap();
    let claims = phone.client.parking().verified(ticket.id).unwrap();
    let verifier =
        Verifier { issuer: &claims.issuer, keys: &keys, revocations: None, seen: None, clock: ClockRule::default() };
    let seen = verifier.verify(&code.text, phone.time.now()).unwrap();
    assert_eq!((seen.claims.id, seen.shown_at), (claims.id.bytes(), Some(phone.time.now())));
    assert_eq!(claims.what.zone, zone("red"));
    phone.after(2);
    assert!(verifier.verify(&code.text, phone.time.now()).is_err(), "a photograph of it is too old");
}

#[test]
fn signing_out_forgets_the_account_and_another_finds_nothing() {
    let phone = Phone::ready("1000");
    run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    run(phone.client.account().sign_out()).unwrap();
    let shown = phone.shown();
    assert!(
        !shown.is_signed_in && shown.active_tickets.is_empty() && shown.vehicles.is_empty() && shown.balance.is_none()
    );
    assert_eq!(run(phone.client.sync()).unwrap_err().code(), "not_signed_in");
    let any = VehicleId::from_bytes([0; 16]);
    let refused =
        run(phone.client.parking().quote(&belgrade(), &zone("red"), any, 60, PayMethod::Deposit)).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::NotSignedIn);
    assert!(shown.city.is_some(), "the city stays");
}

#[test]
fn a_session_that_is_over_keeps_what_the_phone_knows() {
    let phone = Phone::ready("1000");
    phone.net.fault("GET /v1/events", Fault::refuses(mesto_client::ProblemCode::Unauthorized));
    assert_eq!(run(phone.client.sync()).unwrap_err().kind(), ErrorKind::NotSignedIn);
    let shown = phone.shown();
    assert!(!shown.is_signed_in);
    assert_eq!(shown.balance, Some(rsd("1000.00")));
    phone.time.advance(chrono::TimeDelta::minutes(1));
    phone.sign_in();
    assert!(phone.shown().is_signed_in);
    assert_eq!(phone.balance(), rsd("1000.00"));
}

#[test]
fn a_clock_two_hours_wrong_changes_neither_quote_nor_purchase_bg_47() {
    let phone = Phone::new();
    phone.time.wrong_by(chrono::TimeDelta::hours(2));
    phone.sign_in();
    run(phone.client.vehicles().add(&belgrade(), "BG789PP", None)).unwrap();
    phone.fill("1000");
    assert_eq!(phone.client.now(), morning());
    let quote = phone.quote("red", 60);
    let intent = run(phone.client.payments().buy(&quote)).unwrap();
    assert_eq!((intent.state, intent.not_after), (IntentState::Confirmed, quote.expires_at));
}

#[test]
fn a_parked_car_is_removed_only_when_that_is_confirmed_and_its_ticket_goes_on_bg_54() {
    let phone = Phone::ready("1000");
    let ticket = run(phone.client.payments().buy(&phone.quote("green", 60))).unwrap().ticket().unwrap();
    phone.net.log();
    let asked = run(phone.client.vehicles().remove(phone.car(), false)).unwrap_err();
    assert_eq!(
        (asked.code(), asked.params()["ticket"].as_str()),
        ("vehicle_parked", Some(ticket.id.to_string().as_str()))
    );
    assert_eq!(phone.client.text("error-vehicle_parked.plain", &[]), "This car is parked.");
    for (locale, said) in [(Locale::En, "BG 789-PP has a ticket until"), (Locale::SrLatn, "BG 789-PP ima kartu do")] {
        assert!(asked.text(locale).starts_with(said), "{}", asked.text(locale));
    }
    assert!(phone.net.log().is_empty(), "nothing was sent");

    run(phone.client.vehicles().remove(phone.car(), true)).unwrap();
    assert!(phone.shown().vehicles.is_empty());
    let more = run(phone.client.parking().quote_extension(ticket.id, 60, PayMethod::Deposit)).unwrap();
    assert_eq!((offer(&more).extends, offer(&more).starts_at), (Some(ticket.id), ticket.ends_at));
    assert_eq!(run(phone.client.payments().buy(&more)).unwrap().state, IntentState::Confirmed);
    assert_eq!(phone.shown().active_tickets.len(), 2);
}

#[test]
fn a_car_that_a_purchase_is_open_for_is_not_removed_unasked() {
    let phone = Phone::ready("1000");
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    let open = run(phone.client.payments().buy(&phone.quote("green", 60))).unwrap();
    let asked = run(phone.client.vehicles().remove(phone.car(), false)).unwrap_err();
    assert_eq!((asked.code(), asked.params()["intent"].as_str()), ("unconfirmed", Some(open.key.as_str())));
    run(phone.client.vehicles().remove(phone.car(), true)).unwrap();
    assert_eq!(run(phone.client.payments().settle_all()).unwrap()[0].state, IntentState::Confirmed);
}

#[test]
fn a_deposit_says_what_a_price_would_leave_or_lack() {
    let phone = Phone::ready("200");
    let preview = |total: &str| phone.client.wallet().preview(rsd(total));
    assert_eq!(preview("180.00"), DepositPreview { after: Some(rsd("20.00")), missing: None });
    assert_eq!(preview("200.00"), DepositPreview { after: Some(rsd("0.00")), missing: None });
    assert_eq!(preview("200.01"), DepositPreview { after: None, missing: Some(rsd("0.01")) });
    let euro = Money::from_minor(100, Currency::new("EUR").unwrap());
    assert_eq!(phone.client.wallet().preview(euro), DepositPreview::default(), "the deposit has another currency");
    assert_eq!(Phone::new().client.wallet().preview(rsd("1.00")), DepositPreview::default(), "nothing was read yet");
}
