//! Transport cards from the phone: linked, topped up, held at a reader, seen without a connection,
//! lost.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_client::protocol::base::payments::PayMethod;
use mesto_client::protocol::cards::riders::{CardState, CardTopUpState, CardTrouble};
use mesto_client::protocol::kernel::grants::Role;
use mesto_client::protocol::kernel::ids::CardId;
use mesto_client::{IntentState, Locale};
use mesto_operator::{Request, RoleGiven};
use serde_json::{Value, json};

use crate::rides::{Bus, almaty, kzt, ready};
use crate::support::{Net, Phone, run};

const NUMBER: &str = "9643 1000 0000 0017";
const CODE: &str = "K7M2P9QD";

/// What a person or machine with a role asks of the operator.
fn asked(net: &Arc<Net>, role: Role, method: &str, target: &str, said: &Value) -> Value {
    let given = RoleGiven { role, city: Some("almaty"), place: None, until: None };
    let token = net.operator.create_staff(&*net.store, net.time.now(), &given, "staff").unwrap();
    let request = Request::new(method, target).bearer(&token);
    let answer = net.handle(&if method == "GET" { request } else { request.json(said) });
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.body));
    serde_json::from_slice(&answer.body).unwrap()
}

fn issue(net: &Arc<Net>, number: &str, code: &str, kind: &str) {
    let card = json!({"number": number, "code": code, "kind": kind, "issued_on": "2025-01-15"});
    asked(net, Role::Dispatcher, "POST", "/v1/transit/cards", &json!({"city": "almaty", "cards": [card]}));
}

/// A ride by the card in vehicle 1204.
fn rides(net: &Arc<Net>) {
    let one = json!({"kind": "transport_card", "code": CODE, "channel": "transport_card", "vehicle": "1204", "persons": 1, "registered_at": net.time.now()});
    let told = json!({"city": "almaty", "registrations": [one]});
    asked(net, Role::Dispatcher, "POST", "/v1/control/registrations", &told);
}

fn linked() -> (Phone, Bus, Arc<Net>, CardId) {
    let (phone, bus) = ready("20000");
    let net = bus.net.clone();
    issue(&net, NUMBER, CODE, "standard");
    let card = run(phone.client.cards().link(&almaty(), NUMBER, CODE)).unwrap();
    (phone, bus, net, card.id)
}

#[test]
fn a_card_is_linked_topped_up_and_held_at_a_reader_av_09_av_51_av_52() {
    let (phone, _bus, net, id) = linked();
    let cards = phone.client.cards();
    assert_eq!((cards.state().cards[0].id, cards.card_id(&id.to_string()).unwrap()), (id, id));
    let error = run(cards.quote(&almaty(), id, kzt("10000.01"), PayMethod::Deposit)).unwrap_err();
    assert_eq!(error.code(), "card_top_up_too_much");
    assert!(error.text(Locale::En).contains("10,000"), "{}", error.text(Locale::En));
    let quote = run(cards.quote(&almaty(), id, kzt("500"), PayMethod::Deposit)).unwrap();
    assert_eq!(cards.offer(&quote).unwrap().amount, kzt("500"));
    let intent = run(phone.client.payments().buy(&quote)).unwrap();
    assert_eq!((intent.state.clone(), intent.wanted_card_top_up().unwrap().card), (IntentState::Confirmed, id));
    let paid = intent.card_top_up().unwrap();
    assert_eq!(paid.state, CardTopUpState::Waiting);
    let card = cards.card(id).unwrap();
    assert_eq!((card.balance.amount, card.top_ups[0].id), (kzt("0"), paid.id), "seen before it is synced");
    let notes = cards.notes(&card);
    assert_eq!(
        (notes.kind.as_str(), notes.waiting, notes.hold_until),
        ("Standard", Some(kzt("500")), Some(paid.hold_until))
    );
    assert_eq!((notes.rides, notes.is_low, notes.is_inactive), (Some(0), true, false));
    assert_eq!((notes.least, notes.most), (Some(kzt("100")), Some(kzt("10000"))), "what is put on a card at once");
    phone.time.advance(TimeDelta::minutes(60));
    let told = json!({"city": "almaty", "held": [{"top_up": paid.id, "held_at": net.time.now()}]});
    asked(&net, Role::Dispatcher, "POST", "/v1/transit/cards/held", &told);
    run(phone.client.sync()).unwrap();
    rides(&net);
    run(phone.client.sync()).unwrap();
    let card = cards.card(id).unwrap();
    assert_eq!((card.balance.amount, card.balance.at), (kzt("380"), net.time.now()));
    assert_eq!((cards.notes(&card).rides, cards.notes(&card).waiting), (Some(3), None));
    let history = run(cards.history(id, None, 20)).unwrap();
    let kinds: Vec<&str> = history.items.iter().map(|one| one.kind.as_str()).collect();
    assert_eq!(kinds, ["cards.ride", "cards.held"]);
    // Without a connection the card is there, with the moment of its balance (AV-09).
    net.offline(true);
    assert_eq!(cards.state().cards, [card]);
    assert_eq!(run(cards.history(id, None, 20)).unwrap_err().code(), "offline");
}

#[test]
fn what_is_no_number_or_code_is_refused_before_anybody_is_asked() {
    let (phone, _bus, net, _) = linked();
    net.log();
    for (number, code) in [("", CODE), (NUMBER, ""), ("123", CODE), (NUMBER, "a b"), ("\0", "\0")] {
        let error = run(phone.client.cards().link(&almaty(), number, code)).unwrap_err();
        assert_eq!(error.code(), "card_unknown");
    }
    assert!(net.log().is_empty());
    assert_eq!(phone.client.cards().card_id("cd_1").unwrap_err().code(), "card_missing");
}

#[test]
fn a_lost_card_is_blocked_and_the_text_says_what_to_bring_where_av_75_av_92_av_135() {
    let (phone, _bus, net, id) = linked();
    issue(&net, "9643 1000 0000 0025", "SECOND01", "standard");
    let cards = phone.client.cards();
    let defective = run(cards.report(id, CardTrouble::Defective, "it cannot be read")).unwrap();
    assert_eq!((defective.state, defective.is_defective), (CardState::Active, true));
    let lost = run(cards.report(id, CardTrouble::Lost, "in the bus")).unwrap();
    assert_eq!((lost.state, lost.blocked_for), (CardState::Blocked, Some(CardTrouble::Lost)));
    assert_eq!(cards.state().cards[0].state, CardState::Blocked);
    for refused in [
        run(cards.link(&almaty(), "9643100000000025", "SECOND01")).map(drop).unwrap_err(),
        run(cards.unlink(id)).unwrap_err(),
    ] {
        assert_eq!(refused.code(), "card_office_needed");
        for (locale, document) in
            [(Locale::En, "identity document"), (Locale::Ru, "удостоверения личности"), (Locale::Kk, "жеке куәліктің")]
        {
            let advice = refused.advice(locale);
            assert!(advice.contains(document), "{advice}");
        }
    }
}

#[test]
fn an_unlinked_card_leaves_every_phone_and_a_closed_account_keeps_none() {
    let (phone, _bus, _net, id) = linked();
    run(phone.client.cards().unlink(id)).unwrap();
    assert_eq!(phone.client.cards().state().cards, []);
    run(phone.client.sync()).unwrap();
    assert_eq!(phone.client.cards().state().cards, []);
    run(phone.client.cards().link(&almaty(), NUMBER, CODE)).unwrap();
    run(phone.client.account().sign_out()).unwrap();
    assert_eq!(phone.client.cards().state().cards, []);
}

#[test]
fn a_card_that_was_not_used_for_a_year_is_warned_of_by_the_day_of_its_city_av_17() {
    let (phone, _bus, net, id) = linked();
    let card = phone.client.cards().card(id).unwrap();
    assert_eq!(card.inactive_from.unwrap().to_string(), "2026-01-16");
    let is_inactive = || phone.client.cards().notes(&card).is_inactive;
    assert!(!is_inactive());
    // Midnight in Almaty is 19:00 in Greenwich the day before.
    let midnight: DateTime<Utc> = "2026-01-15T19:00:00Z".parse().unwrap();
    phone.time.advance(midnight - net.time.now() - TimeDelta::seconds(1));
    assert!(!is_inactive());
    phone.time.advance(TimeDelta::seconds(1));
    assert!(is_inactive());
}
