//! Transport cards: issued, linked, topped up, ridden with, read, lost and replaced.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_operator::{CardLimits, Response};
use mesto_protocol::base::accounts::Account;
use mesto_protocol::base::payments::{Bought, PayMethod, Quote, QuoteRequest, Wanted};
use mesto_protocol::cards::offices::{CardsTold, Identification, OfficeCard};
use mesto_protocol::cards::readers::{CardAtReader, HeldTold, StoppedCards};
use mesto_protocol::cards::riders::{
    Card, CardHistory, CardState, CardTopUp, CardTopUpState, CardTrouble, CardsOffer, CardsOutcome, CardsSection,
    CardsSubject,
};
use mesto_protocol::control::controllers::ControlData;
use mesto_protocol::control::registrations::{RegistrationsTold, ShownKind};
use mesto_protocol::kernel::ids::{CardId, RideId};
use mesto_rules::money::Money;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::rides::{Bus, PHONE, balance, bus, rider};
use crate::bank::Link;
use crate::world::{Person, World, device, expect, kzt, refused, rsd};

const OTHER_PHONE: &str = "+77017654321";
const NUMBER: &str = "9643 1000 0000 0017";
const CODE: &str = "K7M2P9QD";

fn number(of: u32) -> String {
    format!("96431000{of:08}")
}

fn code(of: u32) -> String {
    format!("CODE{of:04}")
}

fn ask_issue(dispatcher: &Person<'_>, number: &str, code: &str, kind: &str) -> Response {
    let card = json!({"number": number, "code": code, "kind": kind, "issued_on": "2025-01-15"});
    dispatcher.post("/v1/transit/cards", &json!({"city": "almaty", "cards": [card]}))
}

pub(super) fn issue(dispatcher: &Person<'_>, number: &str, code: &str, kind: &str) -> CardId {
    expect::<CardsTold>(200, ask_issue(dispatcher, number, code, kind)).cards[0]
}

fn ask_link(rider: &Person<'_>, number: &str, code: &str) -> Response {
    rider.post("/v1/cards/links", &json!({"city": "almaty", "number": number, "code": code}))
}

fn link(rider: &Person<'_>, number: &str, code: &str) -> Card {
    expect(200, ask_link(rider, number, code))
}

fn cards(rider: &Person<'_>) -> Vec<Card> {
    let account: Account = expect(200, rider.get("/v1/account"));
    account.section::<CardsSection>().unwrap().unwrap().cards
}

fn ask_top_up(rider: &Person<'_>, card: CardId, amount: Money, pay: PayMethod) -> Response {
    let wanted = Wanted::of(&CardsSubject { card, amount }).unwrap();
    rider.post("/v1/quotes", &QuoteRequest { city: "almaty".into(), items: vec![wanted], pay, payer: None })
}

fn bought(bought: &Bought) -> CardTopUp {
    bought.sale.items[0].outcome::<CardsOutcome>().unwrap().unwrap().top_up
}

fn top_up(rider: &Person<'_>, card: CardId, amount: &str) -> CardTopUp {
    let quote: Quote = expect(201, ask_top_up(rider, card, kzt(amount), PayMethod::Deposit));
    bought(&rider.begin(&quote))
}

fn read(dispatcher: &Person<'_>, code: &str) -> CardAtReader {
    expect(200, dispatcher.get(&format!("/v1/transit/cards/read?city=almaty&code={code}")))
}

fn ask_hold(dispatcher: &Person<'_>, top_up: &CardTopUp, at: DateTime<Utc>) -> Response {
    let held = json!([{"top_up": top_up.id, "held_at": at}]);
    dispatcher.post("/v1/transit/cards/held", &json!({"city": "almaty", "held": held}))
}

fn hold(dispatcher: &Person<'_>, top_up: &CardTopUp, at: DateTime<Utc>) -> CardTopUpState {
    expect::<HeldTold>(200, ask_hold(dispatcher, top_up, at)).top_ups[0].state.clone()
}

/// A ride by a card, as a terminal tells it.
fn by_card(code: &str, at: DateTime<Utc>) -> Value {
    json!({"kind": "transport_card", "code": code, "channel": "transport_card", "vehicle": "1204", "persons": 1, "registered_at": at})
}

fn ask_tell(dispatcher: &Person<'_>, registrations: &[Value]) -> Response {
    dispatcher.post("/v1/control/registrations", &json!({"city": "almaty", "registrations": registrations}))
}

fn tell(dispatcher: &Person<'_>, registrations: &[Value]) -> Vec<RideId> {
    expect::<RegistrationsTold>(200, ask_tell(dispatcher, registrations)).rides
}

/// Why one that is told is not taken.
#[track_caller]
fn not_taken(dispatcher: &Person<'_>, registration: Value) -> String {
    let told: RegistrationsTold = expect(200, ask_tell(dispatcher, &[registration]));
    let [refused] = told.refused.try_into().unwrap();
    refused.code
}

fn office(clerk: &Person<'_>, what: &str, body: Value) -> Response {
    let mut body = body;
    body["city"] = "almaty".into();
    clerk.post(&format!("/v1/transit/card-office/{what}"), &body)
}

fn report(rider: &Person<'_>, card: CardId, trouble: &str) -> Response {
    rider.post("/v1/cards/reports", &json!({"card": card, "trouble": trouble, "note": "on the way home"}))
}

fn incidents(world: &World) -> Vec<String> {
    world.operator.incidents(&*world.store).unwrap().into_iter().map(|one| one.kind).collect()
}

/// A linked card with so much on it.
fn linked<'a>(world: &'a World, bus: &Bus<'_>, tenge: &str) -> (Person<'a>, CardId) {
    let id = issue(&bus.dispatcher, NUMBER, CODE, "standard");
    let rider = rider(world, &device(3), PHONE, "20000");
    link(&rider, NUMBER, CODE);
    if tenge != "0" {
        let paid = top_up(&rider, id, tenge);
        assert_eq!(hold(&bus.dispatcher, &paid, world.now()), CardTopUpState::Held);
    }
    (rider, id)
}

/// Cards of Belgrade in every state, for what the books are checked against.
pub fn fill(world: &World) {
    let (dispatcher, clerk) = (world.dispatcher(), world.card_clerk());
    let card = |of: u32| json!({"number": number(of), "code": code(of), "kind": "standard", "issued_on": "2025-01-15"});
    let told = json!({"city": "belgrade", "cards": [card(1), card(2), card(3)]});
    let ids: CardsTold = expect(200, dispatcher.post("/v1/transit/cards", &told));
    let rider = world.driver("+381660000009");
    for _ in 0..2 {
        world.approve(&rider.top_up("2000.00"));
    }
    for of in [1, 2] {
        let asked = json!({"city": "belgrade", "number": number(of), "code": code(of)});
        expect::<Card>(200, rider.post("/v1/cards/links", &asked));
    }
    let pay = |card: CardId, amount: &str| {
        let subject = CardsSubject { card, amount: rsd(amount) };
        bought(&rider.begin(&expect(201, rider.ask_for(&subject, PayMethod::Deposit))))
    };
    let held = pay(ids.cards[0], "500.00");
    let told = json!({"city": "belgrade", "held": [{"top_up": held.id, "held_at": world.now()}]});
    expect::<HeldTold>(200, dispatcher.post("/v1/transit/cards/held", &told));
    pay(ids.cards[0], "300.00");
    let ride = |of: u32, is_void: bool| {
        world.pass_seconds(1);
        let mut ride = by_card(&code(of), world.now());
        ride["is_void"] = is_void.into();
        ride
    };
    let (kept, voided) = (ride(1, false), ride(1, false));
    let gone = json!({"is_void": true});
    let mut void = voided.clone();
    void["is_void"] = gone["is_void"].clone();
    let told = json!({"city": "belgrade", "registrations": [kept, voided, void, ride(3, false)]});
    expect::<RegistrationsTold>(200, dispatcher.post("/v1/control/registrations", &told));
    let clerks = |what: &str, body: Value| {
        expect::<OfficeCard>(200, clerk.post(&format!("/v1/transit/card-office/{what}"), &body))
    };
    clerks("confirmed", json!({"city": "belgrade", "number": number(2)}));
    clerks(
        "replaced",
        json!({"city": "belgrade", "number": number(2), "replacement": number(1), "replacement_code": code(1)}),
    );
    world.check_books();
}

on_both_databases! {
    #[test]
    fn a_card_exists_and_rides_without_an_account_av_28_av_34(world) {
        let world = world.almaty();
        let bus = bus(&world);
        issue(&bus.dispatcher, NUMBER, CODE, "standard");
        let before = read(&bus.dispatcher, CODE);
        assert_eq!((before.state, before.balance.amount), (CardState::Active, kzt("0")));
        tell(&bus.dispatcher, &[by_card(CODE, world.now())]);
        let at_reader = read(&bus.dispatcher, CODE);
        assert_eq!((at_reader.balance.amount, at_reader.balance.at), (kzt("-120"), world.now()));
        assert_eq!(at_reader.number_masked, "**** 0017");
        // Whoever links it later has what is on it.
        let rider = rider(&world, &device(3), PHONE, "1000");
        assert_eq!(link(&rider, NUMBER, CODE).balance.amount, kzt("-120"));
        world.check_books();
    }

    #[test]
    fn a_card_is_linked_by_its_number_and_its_printed_code_and_by_neither_alone_av_98(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let id = issue(&bus.dispatcher, NUMBER, CODE, "standard");
        issue(&bus.dispatcher, &number(2), &code(2), "standard");
        let rider = rider(&world, &device(3), PHONE, "1000");
        for (number, code) in [(NUMBER, ""), ("", CODE), (NUMBER, "K7M2P9QE"), (NUMBER, "CODE0002"), ("1", CODE), (&*"9".repeat(4096), CODE)] {
            refused("card_unknown", &ask_link(&rider, number, code));
        }
        assert_eq!(cards(&rider), []);
        let card = link(&rider, " 9643-1000 00000017", "k7m2-p9qd");
        assert_eq!((card.id, card.number_masked.as_str(), card.kind.as_str()), (id, "**** 0017", "standard"));
        assert_eq!(cards(&rider), std::slice::from_ref(&card));
        // Again, it is what it was.
        world.pass(5);
        assert_eq!(link(&rider, NUMBER, CODE), card);
        let other = super::rides::rider(&world, &device(4), OTHER_PHONE, "1000");
        let told = ask_link(&other, NUMBER, CODE);
        let told = String::from_utf8(told.body).unwrap();
        assert!(told.contains("card_linked_elsewhere"), "{told}");
        assert!(!told.contains(&rider.account.to_string()) && !told.contains("4567"), "whose it is is not told: {told}");
    }

    #[test]
    fn who_guesses_codes_is_stopped_by_his_account_and_by_the_number(world) {
        let world = world.almaty_limited(CardLimits { wrong_cards_per_account: 3, wrong_codes_per_card: 5 });
        let bus = bus(&world);
        issue(&bus.dispatcher, NUMBER, CODE, "standard");
        let riders: Vec<_> = (0..3).map(|of| world.driver_on(&device(3), &format!("+7707123450{of}"))).collect();
        for rider in &riders[..2] {
            for _ in 0..2 {
                refused("card_unknown", &ask_link(rider, NUMBER, "WRONG1"));
            }
        }
        refused("card_unknown", &ask_link(&riders[0], &number(99), "WRONG1"));
        let waits = refused("too_many_requests", &ask_link(&riders[0], &number(98), "WRONG1"));
        assert!(waits["retry_after_seconds"].as_i64().unwrap() > 3_000);
        // The fifth wrong code of this number; the right one is not found by the sixth.
        refused("card_unknown", &ask_link(&riders[2], NUMBER, "WRONG1"));
        refused("too_many_requests", &ask_link(&riders[2], NUMBER, CODE));
        world.pass(61);
        link(&riders[2], NUMBER, CODE);
    }

    #[test]
    fn more_than_one_card_is_linked_only_of_the_tariff_standard_av_72_av_73(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        for of in 1..=6 {
            issue(&bus.dispatcher, &number(of), &code(of), "standard");
        }
        issue(&bus.dispatcher, &number(7), &code(7), "school");
        issue(&bus.dispatcher, &number(8), &code(8), "social");
        for of in 1..=5 {
            link(&rider, &number(of), &code(of));
        }
        assert_eq!(refused("cards_too_many", &ask_link(&rider, &number(6), &code(6)))["most"], json!(5));
        refused("card_only_standard", &ask_link(&rider, &number(7), &code(7)));
        let other = super::rides::rider(&world, &device(4), OTHER_PHONE, "1000");
        assert_eq!(link(&other, &number(7), &code(7)).tariff, mesto_rules::cards::CardTariff::Benefit);
        refused("card_only_standard", &ask_link(&other, &number(8), &code(8)));
        refused("card_only_standard", &ask_link(&other, &number(6), &code(6)));
        // Unlinked, it makes room.
        assert_eq!(other.delete(&format!("/v1/cards/{}", cards(&other)[0].id)).status, 204);
        link(&other, &number(6), &code(6));
    }

    #[test]
    fn a_top_up_of_more_than_ten_thousand_is_refused_and_its_number_is_unlimited_av_52_av_77_av_78_av_79(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let (rider, card) = linked(&world, &bus, "0");
        let most = refused("card_top_up_too_much", &ask_top_up(&rider, card, kzt("10000.01"), PayMethod::Deposit));
        assert_eq!(most["most"], json!({"amount": "10000.00", "currency": "KZT"}));
        for little in ["99.99", "0.00", "-500.00", "-10000.00"] {
            refused("card_top_up_too_little", &ask_top_up(&rider, card, kzt(little), PayMethod::Deposit));
        }
        refused("card_top_up_too_much", &ask_top_up(&rider, card, kzt("92233720368547758.07"), PayMethod::Deposit));
        refused("bad_request", &ask_top_up(&rider, card, rsd("500.00"), PayMethod::Deposit));
        let quote: Quote = expect(201, ask_top_up(&rider, card, kzt("10000.00"), PayMethod::Deposit));
        let offer: CardsOffer = quote.items[0].offer().unwrap().unwrap();
        assert_eq!((quote.total, offer.amount, offer.number_masked.as_str()), (kzt("10000"), kzt("10000"), "**** 0017"));
        assert_eq!(offer.hold_until, world.now() + TimeDelta::days(30));
        let first = bought(&rider.begin(&quote));
        assert_eq!(first.state, CardTopUpState::Waiting);
        // Again, at once: neither their number nor what is on the card is limited.
        let second = top_up(&rider, card, "9999.99");
        for paid in [&first, &second] {
            assert_eq!(hold(&bus.dispatcher, paid, world.now()), CardTopUpState::Held);
        }
        assert_eq!(cards(&rider)[0].balance.amount, kzt("19999.99"));
        assert_eq!(balance(&rider), kzt("0.01"));
        world.check_books();
    }

    #[test]
    fn a_top_up_waits_until_the_card_is_held_at_a_reader_and_is_credited_once_av_58_av_59(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let (rider, card) = linked(&world, &bus, "0");
        let paid = top_up(&rider, card, "1000");
        let waiting = &cards(&rider)[0];
        assert_eq!((waiting.balance.amount, waiting.top_ups.as_slice()), (kzt("0"), std::slice::from_ref(&paid)));
        let at_reader = read(&bus.dispatcher, CODE);
        assert_eq!((at_reader.balance.amount, at_reader.top_ups.as_slice()), (kzt("0"), std::slice::from_ref(&paid)));
        world.pass(60);
        let held_at = world.now() - TimeDelta::minutes(20);
        for _ in 0..3 {
            assert_eq!(hold(&bus.dispatcher, &paid, held_at), CardTopUpState::Held);
        }
        let card = &cards(&rider)[0];
        assert_eq!((card.balance.amount, card.balance.at), (kzt("1000"), held_at), "told late, as of the reader's moment");
        assert_eq!((card.top_ups[0].state.clone(), card.top_ups[0].done_at), (CardTopUpState::Held, Some(held_at)));
        assert_eq!(read(&bus.dispatcher, CODE).top_ups, []);
        refused("out_of_range", &ask_hold(&bus.dispatcher, &paid, world.now() + TimeDelta::minutes(2)));
        // Nothing goes back later.
        world.pass(46 * 24 * 60);
        world.due();
        assert_eq!((cards(&rider)[0].balance.amount, balance(&rider)), (kzt("1000"), kzt("19000")));
        assert!(incidents(&world).is_empty());
        world.check_books();
    }

    #[test]
    fn a_top_up_that_nobody_held_goes_back_to_where_it_came_from(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let (rider, card) = linked(&world, &bus, "0");
        let deposit = top_up(&rider, card, "1000");
        let quote: Quote = expect(201, ask_top_up(&rider, card, kzt("500"), PayMethod::Card));
        let payment = rider.begin(&quote).payment;
        assert_eq!(cards(&rider)[0].top_ups.len(), 1, "nothing waits before the bank approved");
        world.approve(&payment);
        assert_eq!((cards(&rider)[0].top_ups.len(), balance(&rider)), (2, kzt("19000")));
        let (hold_until, returns_at) = (deposit.hold_until, world.now() + TimeDelta::days(45));
        // A reader does not write it any more, and none that was offline tells it in vain.
        world.pass_to(hold_until);
        assert_eq!(read(&bus.dispatcher, CODE).top_ups.len(), 2);
        world.pass_seconds(1);
        assert_eq!(read(&bus.dispatcher, CODE).top_ups, []);
        world.pass_to(returns_at - TimeDelta::milliseconds(1));
        world.due();
        assert_eq!(balance(&rider), kzt("19000"));
        world.pass_to(returns_at);
        world.due();
        assert_eq!(balance(&rider), kzt("20000"), "from the balance, to the balance");
        let states: Vec<_> = cards(&rider)[0].top_ups.iter().map(|one| one.state.clone()).collect();
        assert_eq!(states, [CardTopUpState::Returned, CardTopUpState::Returned]);
        let link = Link::answering(&[Some((200, r#"{"state":"done"}"#))]);
        world.send_due(&link);
        assert_eq!(link.asked().len(), 1, "by card, to the card");
        world.check_books();
        // A reader that tells of it after all is no credit, and somebody looks at it.
        assert_eq!(hold(&bus.dispatcher, &deposit, hold_until), CardTopUpState::Returned);
        assert_eq!((cards(&rider)[0].balance.amount, incidents(&world)), (kzt("0"), vec!["card_top_up_late".to_owned()]));
        world.check_books();
    }

    #[test]
    fn a_reader_that_was_offline_tells_until_the_top_up_goes_back(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let (rider, card) = linked(&world, &bus, "0");
        let (in_time, late) = (top_up(&rider, card, "100"), top_up(&rider, card, "200"));
        world.pass_to(in_time.hold_until + TimeDelta::days(14));
        assert_eq!(hold(&bus.dispatcher, &in_time, in_time.hold_until), CardTopUpState::Held);
        let after = late.hold_until + TimeDelta::milliseconds(1);
        assert_eq!(hold(&bus.dispatcher, &late, after), CardTopUpState::Waiting, "it was not to be written then");
        assert_eq!((cards(&rider)[0].balance.amount, incidents(&world)), (kzt("100"), vec!["card_top_up_late".to_owned()]));
    }

    #[test]
    fn a_ride_by_card_is_charged_once_however_late_and_often_it_is_told_av_51_av_53_av_60_av_61(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let (rider, card) = linked(&world, &bus, "500");
        let now = world.now();
        let (late, first, second) = (by_card(CODE, now - TimeDelta::hours(5)), by_card(CODE, now - TimeDelta::minutes(9)), by_card(CODE, now));
        let known = tell(&bus.dispatcher, &[second.clone(), first.clone()]);
        assert_eq!(tell(&bus.dispatcher, &[first.clone(), late.clone(), second.clone(), second.clone()])[2], known[0]);
        // Luggage and a ticket for cash touch no card, whatever is printed on them.
        let other = |kind: &str| {
            let mut one = by_card(CODE, now);
            (one["kind"], one["channel"]) = (kind.into(), "cash".into());
            one["price"] = json!({"amount": "60.00", "currency": "KZT"});
            one
        };
        tell(&bus.dispatcher, &[other("paper"), other("luggage")]);
        let now_on_it = cards(&rider)[0].balance.clone();
        assert_eq!((now_on_it.amount, now_on_it.at), (kzt("140"), now));
        let controller = world.ride_controller("Daniyar");
        let data: ControlData = expect(200, controller.get("/v1/control/data?city=almaty&vehicle=1204"));
        let kinds = |kind: ShownKind| data.registrations.iter().filter(|one| one.kind == kind).count();
        assert_eq!((kinds(ShownKind::TransportCard), kinds(ShownKind::Paper), kinds(ShownKind::Luggage)), (3, 1, 1));
        // What was told of rides before the card was linked is not its rider's to see.
        let history: CardHistory = expect(200, rider.get(&format!("/v1/cards/{card}/history")));
        let told: Vec<_> = history.items.iter().map(|one| (one.kind.as_str(), one.amount, one.happened_at)).collect();
        assert_eq!(told, [("cards.ride", kzt("-120"), now), ("cards.held", kzt("500"), now)]);
        assert_eq!(history.items[0].vehicle.as_ref().map(|board| board.as_str()), Some("1204"));
        assert_eq!(history.items[0].route.as_ref().map(|route| route.as_str()), Some("92"));
        // Not enough on it: the terminal decides, and somebody looks at it.
        assert!(incidents(&world).is_empty());
        world.pass(1);
        tell(&bus.dispatcher, &[by_card(CODE, world.now())]);
        assert!(incidents(&world).is_empty());
        world.pass(1);
        tell(&bus.dispatcher, &[by_card(CODE, world.now())]);
        assert_eq!((cards(&rider)[0].balance.amount, incidents(&world)), (kzt("-100"), vec!["card_below_zero".to_owned()]));
        world.check_books();
    }

    #[test]
    fn a_ride_that_is_voided_gives_its_price_back_once(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let (rider, _) = linked(&world, &bus, "500");
        let ride = by_card(CODE, world.now());
        let mut void = ride.clone();
        void["is_void"] = true.into();
        tell(&bus.dispatcher, &[ride]);
        assert_eq!(cards(&rider)[0].balance.amount, kzt("380"));
        tell(&bus.dispatcher, &[void.clone(), void.clone()]);
        tell(&bus.dispatcher, &[void]);
        assert_eq!(cards(&rider)[0].balance.amount, kzt("500"));
        // One that was void from the beginning is never charged.
        let mut other = by_card(CODE, world.now() - TimeDelta::minutes(3));
        other["is_void"] = true.into();
        tell(&bus.dispatcher, &[other]);
        assert_eq!(cards(&rider)[0].balance.amount, kzt("500"));
        world.check_books();
    }

    #[test]
    fn the_terminal_says_what_it_took_and_a_benefit_costs_what_it_says(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let (rider, _) = linked(&world, &bus, "500");
        let priced = |code: &str, seconds: i64, price: Value| {
            let mut one = by_card(code, world.now() - TimeDelta::seconds(seconds));
            one["price"] = price;
            one
        };
        let tenge = |amount: &str| json!({"amount": amount, "currency": "KZT"});
        tell(&bus.dispatcher, &[priced(CODE, 1, tenge("60.00"))]);
        assert_eq!(cards(&rider)[0].balance.amount, kzt("440"));
        let mut free = by_card(CODE, world.now());
        free["is_free"] = true.into();
        let mut three = by_card(CODE, world.now() - TimeDelta::minutes(1));
        three["persons"] = 3.into();
        tell(&bus.dispatcher, &[free, three]);
        assert_eq!(cards(&rider)[0].balance.amount, kzt("80"));
        for wrong in [tenge("-1.00"), tenge("1000000.01"), tenge("92233720368547758.07")] {
            assert_eq!(not_taken(&bus.dispatcher, priced(CODE, 7, wrong)), "out_of_range");
        }
        assert_eq!(not_taken(&bus.dispatcher, priced(CODE, 7, json!({"amount": "60.00", "currency": "RSD"}))), "bad_request");
        let mut free = priced(CODE, 7, tenge("60.00"));
        free["is_free"] = true.into();
        assert_eq!(not_taken(&bus.dispatcher, free), "bad_request");
        let mut paper = priced(CODE, 7, tenge("60.00"));
        paper["kind"] = "paper".into();
        assert_eq!(not_taken(&bus.dispatcher, paper), "bad_request");
        issue(&bus.dispatcher, &number(7), &code(7), "school");
        tell(&bus.dispatcher, &[priced(&code(7), 1, tenge("40.00")), by_card(&code(7), world.now())]);
        assert_eq!(read(&bus.dispatcher, &code(7)).balance.amount, kzt("-40"));
        let mut seen = incidents(&world);
        seen.sort();
        assert_eq!(seen, ["card_below_zero", "card_ride_unpriced"]);
        world.check_books();
    }

    #[test]
    fn rides_that_are_told_before_their_card_is_are_charged_when_it_is(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let early = by_card(CODE, world.now() - TimeDelta::minutes(5));
        tell(&bus.dispatcher, &[early.clone(), by_card(CODE, world.now())]);
        refused("card_unknown", &bus.dispatcher.get(&format!("/v1/transit/cards/read?city=almaty&code={CODE}")));
        let id = issue(&bus.dispatcher, NUMBER, CODE, "standard");
        assert_eq!(read(&bus.dispatcher, CODE).balance.amount, kzt("-240"));
        assert_eq!(issue(&bus.dispatcher, NUMBER, CODE, "standard"), id, "told again, nothing changes");
        tell(&bus.dispatcher, &[early]);
        assert_eq!(read(&bus.dispatcher, CODE).balance.amount, kzt("-240"));
        refused("card_taken", &ask_issue(&bus.dispatcher, NUMBER, "OTHERCODE", "standard"));
        refused("card_taken", &ask_issue(&bus.dispatcher, &number(2), CODE, "standard"));
        let known = refused("card_kind_unknown", &ask_issue(&bus.dispatcher, &number(2), &code(2), "gold"));
        assert_eq!(known["known"], json!(["standard", "school", "social"]));
        world.check_books();
    }

    #[test]
    fn a_lost_card_is_blocked_at_once_and_the_app_says_what_to_bring_where_av_74_av_75_av_92(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let (rider, card) = linked(&world, &bus, "500");
        issue(&bus.dispatcher, &number(2), &code(2), "standard");
        let paid = top_up(&rider, card, "300");
        // Defective: it still rides.
        let said: Card = expect(200, report(&rider, card, "defective"));
        assert_eq!((said.state, said.is_defective), (CardState::Active, true));
        let lost: Card = expect(200, report(&rider, card, "lost"));
        assert_eq!((lost.state, lost.blocked_for), (CardState::Blocked, Some(CardTrouble::Lost)));
        assert_eq!(expect::<Card>(200, report(&rider, card, "stolen")).blocked_for, Some(CardTrouble::Stolen));
        let at_reader = read(&bus.dispatcher, CODE);
        assert_eq!((at_reader.state, at_reader.top_ups), (CardState::Blocked, vec![]), "nothing is written onto it");
        // Readers without a network have it in their list.
        let stopped: StoppedCards = expect(200, bus.dispatcher.get("/v1/transit/cards/stopped?city=almaty"));
        let [one] = stopped.items.as_slice() else { panic!("{stopped:?}") };
        assert_eq!((one.code.as_str(), one.state.clone(), one.stopped_at), (CODE, CardState::Blocked, world.now()));
        refused("card_blocked", &ask_top_up(&rider, card, kzt("500"), PayMethod::Deposit));
        let needed = refused("card_office_needed", &ask_link(&rider, &number(2), &code(2)));
        assert_eq!(needed["card"], json!("**** 0017"));
        refused("card_office_needed", &rider.delete(&format!("/v1/cards/{card}")));
        refused("bad_request", &report(&rider, card, "stopped"));
        let stranger = super::rides::rider(&world, &device(4), OTHER_PHONE, "1000");
        refused("not_found", &report(&stranger, card, "lost"));
        refused("not_found", &ask_top_up(&stranger, card, kzt("500"), PayMethod::Deposit));
        refused("not_found", &stranger.delete(&format!("/v1/cards/{card}")));
        refused("not_found", &stranger.get(&format!("/v1/cards/{card}/history")));
        // A terminal that let it ride all the same is charged to it, and looked at.
        tell(&bus.dispatcher, &[by_card(CODE, world.now())]);
        assert_eq!(incidents(&world), ["card_ridden_blocked"]);
        assert_eq!(hold(&bus.dispatcher, &paid, world.now()), CardTopUpState::Held, "what a reader did is so");
        world.check_books();
    }

    #[test]
    fn another_card_of_a_confirmed_user_takes_the_place_of_one_that_was_lost_av_74_av_76_av_25(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let (rider, old) = linked(&world, &bus, "500");
        let (clerk, new) = (world.card_clerk(), issue(&bus.dispatcher, &number(2), &code(2), "standard"));
        let paid = top_up(&rider, old, "300");
        assert_eq!(expect::<Card>(200, report(&rider, old, "stolen")).state, CardState::Blocked);
        let asked = |replacement: u32| json!({"number": NUMBER, "replacement": number(replacement), "replacement_code": code(replacement)});
        refused("identification_required", &office(&clerk, "replaced", asked(2)));
        let seen: OfficeCard = expect(200, office(&clerk, "confirmed", json!({"number": NUMBER})));
        assert_eq!((seen.identification, seen.balance.amount), (Some(Identification::Confirmed), kzt("500")));
        // Of another user, blocked, or known by its number alone: not.
        issue(&bus.dispatcher, &number(3), &code(3), "standard");
        let stranger = super::rides::rider(&world, &device(4), OTHER_PHONE, "1000");
        link(&stranger, &number(3), &code(3));
        refused("card_linked_elsewhere", &office(&clerk, "replaced", asked(3)));
        issue(&bus.dispatcher, &number(4), &code(4), "standard");
        expect::<OfficeCard>(200, office(&clerk, "blocked", json!({"number": number(4), "blocked_for": "stopped"})));
        refused("card_blocked", &office(&clerk, "replaced", asked(4)));
        let alone = json!({"number": NUMBER, "replacement": number(2), "replacement_code": ""});
        refused("card_unknown", &office(&clerk, "replaced", alone));
        refused("bad_request", &office(&clerk, "replaced", json!({"number": NUMBER, "replacement": NUMBER, "replacement_code": CODE})));
        let done: OfficeCard = expect(200, office(&clerk, "replaced", asked(2)));
        assert_eq!((done.card, done.state.clone(), done.balance.amount), (new, CardState::Active, kzt("500")));
        assert_eq!(expect::<OfficeCard>(200, office(&clerk, "replaced", asked(2))), done, "done again, nothing changes");
        let [card] = cards(&rider).try_into().unwrap();
        assert_eq!((card.id, card.balance.amount, card.top_ups[0].id), (new, kzt("500"), paid.id));
        assert_eq!(read(&bus.dispatcher, CODE).state, CardState::Replaced);
        refused("card_replaced", &ask_link(&stranger, NUMBER, CODE));
        refused("card_replaced", &office(&clerk, "blocked", json!({"number": NUMBER, "blocked_for": "lost"})));
        // Rides by the old one that are told late are charged to the one that took its balance.
        tell(&bus.dispatcher, &[by_card(CODE, world.now() - TimeDelta::hours(2))]);
        assert_eq!(cards(&rider)[0].balance.amount, kzt("380"));
        assert!(incidents(&world).is_empty(), "it rode before it was blocked");
        // One that a terminal lets ride on is charged too, and somebody looks at it.
        world.pass(1);
        tell(&bus.dispatcher, &[by_card(CODE, world.now())]);
        assert_eq!((cards(&rider)[0].balance.amount, incidents(&world)), (kzt("260"), vec!["card_ridden_blocked".to_owned()]));
        assert_eq!(hold(&bus.dispatcher, &paid, world.now()), CardTopUpState::Held);
        assert_eq!(cards(&rider)[0].balance.amount, kzt("560"));
        world.check_books();
    }

    #[test]
    fn a_card_takes_the_place_of_another_only_where_it_may_be_linked_av_73_av_76(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let (rider, old) = linked(&world, &bus, "500");
        let clerk = world.card_clerk();
        issue(&bus.dispatcher, &number(2), &code(2), "standard");
        link(&rider, &number(2), &code(2));
        issue(&bus.dispatcher, &number(3), &code(3), "school");
        expect::<OfficeCard>(200, office(&clerk, "confirmed", json!({"number": NUMBER})));
        expect::<Card>(200, report(&rider, old, "stolen"));
        let asked = |replacement: u32| json!({"number": NUMBER, "replacement": number(replacement), "replacement_code": code(replacement)});
        refused("card_only_standard", &office(&clerk, "replaced", asked(3)));
        // A card that the same user has already takes its place.
        let done: OfficeCard = expect(200, office(&clerk, "replaced", asked(2)));
        assert_eq!((done.balance.amount, cards(&rider).len()), (kzt("500"), 1));
        world.check_books();
    }

    #[test]
    fn a_card_that_was_found_again_rides_on(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let (rider, card) = linked(&world, &bus, "500");
        let clerk = world.card_clerk();
        assert_eq!(expect::<Card>(200, report(&rider, card, "lost")).state, CardState::Blocked);
        for _ in 0..2 {
            let found: OfficeCard = expect(200, office(&clerk, "blocked", json!({"number": NUMBER, "is_found": true})));
            assert_eq!((found.state, found.blocked_for), (CardState::Active, None));
        }
        let blocked: OfficeCard = expect(200, office(&clerk, "blocked", json!({"number": NUMBER, "blocked_for": "stopped"})));
        assert_eq!(blocked.blocked_for, Some(CardTrouble::Stopped));
        // Its rider cannot make the operator's reason another one.
        assert_eq!(expect::<Card>(200, report(&rider, card, "lost")).blocked_for, Some(CardTrouble::Stopped));
        refused("bad_request", &office(&clerk, "blocked", json!({"number": NUMBER, "blocked_for": "eaten"})));
        // A word that is left out, or is another one, ends no block.
        for body in [json!({"number": NUMBER}), json!({"number": NUMBER, "reason": "lost"}), json!({"number": NUMBER, "blocked_for": "lost", "is_found": true})] {
            assert_eq!(refused("bad_request", &office(&clerk, "blocked", body))["field"], "blocked_for");
        }
        refused("card_unknown", &office(&clerk, "blocked", json!({"number": "1", "is_found": true})));
        refused("card_not_linked", &office(&clerk, "confirmed", json!({"number": number(issue_second(&bus))})));
    }

    #[test]
    fn the_first_inactive_day_is_told_and_a_ride_moves_it_av_17(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let (rider, card) = linked(&world, &bus, "0");
        let from = |rider: &Person<'_>| cards(rider)[0].inactive_from.unwrap().to_string();
        assert_eq!(from(&rider), "2026-01-16", "a year after its issue on 15 January 2025, and a day");
        top_up(&rider, card, "500");
        assert_eq!(from(&rider), "2026-09-04");
        world.pass(60 * 24 * 10);
        tell(&bus.dispatcher, &[by_card(CODE, world.now())]);
        assert_eq!(from(&rider), "2026-09-14");
        // Late, and of before: nothing moves back. In Almaty it is the next day already.
        let late = "2025-09-12T20:30:00Z".parse().unwrap();
        tell(&bus.dispatcher, &[by_card(CODE, late)]);
        assert_eq!(from(&rider), "2026-09-14");
        // Inactive, it is warned of and rides on.
        world.pass_to("2027-01-01T00:00:00Z".parse().unwrap());
        let rider = world.driver_on(&device(3), PHONE);
        assert_eq!((from(&rider).as_str(), cards(&rider)[0].state.clone()), ("2026-09-14", CardState::Active));
    }

    #[test]
    fn a_card_of_an_account_that_is_closed_stays_without_a_person(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let (rider, card) = linked(&world, &bus, "500");
        let waits = top_up(&rider, card, "300");
        expect::<OfficeCard>(200, office(&world.card_clerk(), "confirmed", json!({"number": NUMBER})));
        assert_eq!(expect::<Card>(200, report(&rider, card, "defective")).id, card);
        world.pass(1);
        tell(&bus.dispatcher, &[by_card(CODE, world.now())]);
        let export: Value = expect(200, rider.get("/v1/account/export"));
        assert_eq!(export["cards"][0]["number"], json!("9643100000000017"));
        assert_eq!(export["cards"][0]["balance"], json!({"amount": "380.00", "currency": "KZT"}));
        assert_eq!(export["top_ups_of_cards"].as_array().unwrap().len(), 2);
        assert_eq!(export["rides_by_cards"][0]["board"], json!("1204"));
        assert_eq!(export["reports_of_cards"][0]["note"], json!("on the way home"));
        assert_eq!(export["identification"][0]["level"], json!("confirmed"));
        assert_eq!(rider.delete("/v1/account").status, 200);
        assert_eq!(read(&bus.dispatcher, CODE).balance.amount, kzt("380"), "what is on it stays on it");
        // What is never held goes back to him: by hand, his balance is gone.
        world.pass_to(waits.hold_until + TimeDelta::days(15));
        world.due();
        world.check_books();
        let other = super::rides::rider(&world, &device(4), OTHER_PHONE, "1000");
        let card = link(&other, NUMBER, CODE);
        assert_eq!((card.balance.amount, card.top_ups.len(), card.is_defective), (kzt("380"), 0, false));
        let history: CardHistory = expect(200, other.get(&format!("/v1/cards/{}/history", card.id)));
        assert_eq!(history.items, [], "what somebody else did with it is not told");
    }

    #[test]
    fn a_card_that_was_unlinked_while_the_bank_asked_is_not_topped_up(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let (rider, card) = linked(&world, &bus, "0");
        let quote: Quote = expect(201, ask_top_up(&rider, card, kzt("500"), PayMethod::Card));
        let payment = rider.begin(&quote).payment;
        assert_eq!(rider.delete(&format!("/v1/cards/{card}")).status, 204);
        world.approve(&payment);
        world.check_books();
        refused("not_found", &rider.get(&format!("/v1/cards/{card}/history")));
        link(&rider, NUMBER, CODE);
        assert_eq!((cards(&rider)[0].top_ups.len(), cards(&rider)[0].balance.amount), (0, kzt("0")));
        let link = Link::answering(&[Some((200, r#"{"state":"done"}"#))]);
        world.send_due(&link);
        assert_eq!(link.asked().len(), 1, "its money went back");
        world.check_books();
    }

    #[test]
    fn a_role_for_another_city_reads_and_replaces_nothing_here(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let (rider, _) = linked(&world, &bus, "500");
        for person in [&rider, &world.card_clerk(), &world.ride_controller("Daniyar")] {
            refused("forbidden", &person.get(&format!("/v1/transit/cards/read?city=almaty&code={CODE}")));
            refused("forbidden", &ask_issue(person, &number(2), &code(2), "standard"));
        }
        refused("forbidden", &office(&bus.dispatcher, "confirmed", json!({"number": NUMBER})));
        refused("forbidden", &office(&rider, "replaced", json!({"number": NUMBER, "replacement": NUMBER, "replacement_code": CODE})));
    }

    #[test]
    fn where_a_card_rode_is_erased_in_time_and_its_balance_stays(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let (rider, card) = linked(&world, &bus, "500");
        tell(&bus.dispatcher, &[by_card(CODE, world.now())]);
        world.pass(367 * 24 * 60);
        for _ in 0..4 {
            world.due();
        }
        let rider_again = world.driver_on(&device(3), PHONE);
        assert_eq!(rider.account, rider_again.account);
        let history: CardHistory = expect(200, rider_again.get(&format!("/v1/cards/{card}/history")));
        assert_eq!((history.balance.amount, history.items[0].vehicle.clone()), (kzt("380"), None));
        world.check_books();
    }
}

fn issue_second(bus: &Bus<'_>) -> u32 {
    issue(&bus.dispatcher, &number(2), &code(2), "standard");
    2
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// However rides are told (each once or more, in any order, in any batches), a card is charged
    /// each once; voided ones are not.
    #[test]
    fn a_card_is_charged_each_ride_once_in_whatever_order_they_are_told(
        told in proptest::collection::vec((0_i64..12, proptest::bool::weighted(0.2)), 1..40),
        cuts in proptest::collection::vec(1_usize..7, 1..12),
        issued_after in 0_usize..4,
    ) {
        let world = World::sqlite().almaty();
        let bus = bus(&world);
        let mut rest: &[(i64, bool)] = &told;
        let mut issued = false;
        for (turn, cut) in cuts.iter().cycle().enumerate() {
            if turn >= issued_after && !issued {
                issue(&bus.dispatcher, NUMBER, CODE, "standard");
                issued = true;
            }
            if rest.is_empty() && issued {
                break;
            }
            let (now, later) = rest.split_at((*cut).min(rest.len()));
            let batch: Vec<Value> = now.iter().map(|(minute, is_void)| {
                let mut one = by_card(CODE, world.now() - TimeDelta::minutes(*minute));
                one["is_void"] = (*is_void).into();
                one
            }).collect();
            tell(&bus.dispatcher, &batch);
            rest = later;
        }
        let rides: std::collections::BTreeSet<i64> = told.iter().map(|(minute, _)| *minute).collect();
        let voided: std::collections::BTreeSet<i64> = told.iter().filter(|(_, is_void)| *is_void).map(|(minute, _)| *minute).collect();
        let charged = i64::try_from(rides.len() - voided.len()).unwrap();
        prop_assert_eq!(read(&bus.dispatcher, CODE).balance.amount, Money::from_minor(-12_000 * charged, kzt("0").currency));
        world.check_books();
    }
}
