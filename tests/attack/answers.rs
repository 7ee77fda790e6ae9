//! The answer of this suite to each operation of the table: who may, what it names, whose that is.
//! An operation without an answer fails.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use mesto_protocol::base::{
    accounts, availability, notices, operator_document, payments, public, reports, sign_in, standing, terms, vehicles,
    wallet,
};
use mesto_protocol::cards::{offices, readers, riders as cards};
use mesto_protocol::control::{controllers as control, registrations};
use mesto_protocol::garages::{controllers, visits};
use mesto_protocol::kernel::operation::{Access, Entry};
use mesto_protocol::kernel::reference::Reference;
use mesto_protocol::kernel::{self, intents};
use mesto_protocol::merchants::{clerks as merchants, payers, tills};
use mesto_protocol::orders::{driver as orders, inspectors};
use mesto_protocol::parking::{tickets, zones};
use mesto_protocol::partners::reports as partners;
use mesto_protocol::passes::{clerks, holders};
use mesto_protocol::rides::{riders, vehicles as fleet};
use mesto_protocol::services::operations;
use mesto_simulation::driver::Counter as _;
use serde_json::{Value, json};

use crate::scene::{Ask, FACILITY, Scene, Things, device_key, merchant, must, pay_again, report, ride_again};
use crate::served::{listed, name};

/// Who may send it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum May {
    Anybody,
    SignedIn,
    /// Who signed in by a phone, whatever roles he has.
    Person,
    Driver,
    Inspector,
    Controller,
    Dispatcher,
    /// A machine of a vehicle, or the dispatcher.
    Terminal,
    RideController,
    Partner,
    NoticeEditor,
    CardClerk,
    BenefitClerk,
    MerchantClerk,
    /// A merchant, for itself alone.
    Merchant,
    /// A merchant for itself, and a clerk for every one of the city.
    MerchantOrClerk,
    /// By the signature over the body.
    Bank,
}

/// Whose is what a request names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// It names nothing, or what is the same for everybody.
    Nobodys,
    /// Of an account: anybody else is answered as for an id that nobody has.
    OfAnAccount,
    /// Of whoever holds the paper with its number: a slip, a ticket of a garage.
    Holders,
    /// Of a city or a place in it: of who has his role there.
    OfAPlace,
}

pub struct Asked {
    pub whose: Whose,
    /// What is asked about these things; right when they are the caller's own.
    pub ask: fn(&Scene<'_>, &Things) -> Ask,
}

/// What is answered to an operation.
pub struct Answer {
    pub operation: &'static Entry,
    pub may: May,
    pub asked: Vec<Asked>,
}

fn nobodys(operation: &'static Entry, may: May, ask: fn(&Scene<'_>, &Things) -> Ask) -> Answer {
    Answer { operation, may, asked: vec![Asked { whose: Whose::Nobodys, ask }] }
}

fn owned(operation: &'static Entry, may: May, ask: fn(&Scene<'_>, &Things) -> Ask) -> Answer {
    Answer { operation, may, asked: vec![Asked { whose: Whose::OfAnAccount, ask }] }
}

fn placed(operation: &'static Entry, may: May, ask: fn(&Scene<'_>, &Things) -> Ask) -> Answer {
    Answer { operation, may, asked: vec![Asked { whose: Whose::OfAPlace, ask }] }
}

fn nothing(_: &Scene<'_>, _: &Things) -> Ask {
    Ask::default()
}

fn quote(service: &str, subject: &Value, pay: &str) -> Value {
    json!({"city": "belgrade", "items": [{"service": service, "subject": subject}], "pay": pay})
}

fn priced(service: &str, subject: &Value, pay: &str) -> Ask {
    Ask::body(quote(service, subject, pay))
}

/// A one-time code that waits for its number.
fn signing_in(scene: &Scene<'_>, _: &Things) -> Ask {
    let phone = scene.fresh_phone();
    must::<Value>(
        scene.served,
        &mesto_operator::Request::new("POST", sign_in::SEND_CODE.path).json(&json!({"phone": phone})),
    );
    let code = scene.served.last_code(&phone);
    Ask::body(json!({"phone": phone, "code": code, "device": "phone", "device_key": device_key(scene.next())}))
}

fn quotes() -> Vec<Asked> {
    let one = |whose, ask| Asked { whose, ask };
    vec![
        one(Whose::OfAnAccount, |_, things| {
            priced("parking", &json!({"zone": "blue", "vehicle": things.vehicle, "minutes": 30}), "deposit")
        }),
        one(Whose::OfAnAccount, |_, things| {
            priced("parking", &json!({"zone": "red", "extends": things.ticket, "minutes": 30}), "deposit")
        }),
        one(Whose::OfAnAccount, |_, things| priced("orders", &json!({"order": things.order}), "deposit")),
        one(Whose::OfAnAccount, |_, things| {
            let mut body = quote("wallet", &json!({"amount": {"amount": "200.00", "currency": "RSD"}}), "card");
            body["payer"] = json!(things.account);
            Ask::body(body)
        }),
        one(Whose::Nobodys, |_, _| {
            priced("wallet", &json!({"amount": {"amount": "200.00", "currency": "RSD"}}), "card")
        }),
        one(Whose::Holders, |scene, _| {
            let ticket = scene.garage_ticket(&[]);
            priced("garages", &json!({"facility": FACILITY, "ticket": ticket}), "deposit")
        }),
        one(Whose::Nobodys, |scene, _| priced("rides", &ride_again(&scene.sign), "deposit")),
        one(Whose::OfAnAccount, |_, things| {
            priced("cards", &json!({"card": things.card, "amount": {"amount": "100.00", "currency": "RSD"}}), "deposit")
        }),
        one(Whose::Nobodys, |scene, _| priced("merchants", &pay_again(&scene.till), "deposit")),
        one(Whose::Nobodys, |_, _| priced("passes", &json!({"product": "month", "is_again": true}), "deposit")),
    ]
}

/// The answer to every operation.
pub fn answers() -> Vec<Answer> {
    use May::{
        Anybody, Bank, BenefitClerk, CardClerk, Controller, Dispatcher, Driver, Inspector, Merchant, MerchantClerk,
        MerchantOrClerk, NoticeEditor, Partner, Person, RideController, SignedIn, Terminal,
    };
    let mut answers = vec![
        nobodys(&public::HEALTH, Anybody, nothing),
        nobodys(&public::READY, Anybody, nothing),
        nobodys(&public::OPENAPI, Anybody, nothing),
        nobodys(&public::CLOCK, Anybody, nothing),
        nobodys(&public::KEYS, Anybody, nothing),
        nobodys(&public::REVOCATIONS, Anybody, nothing),
        nobodys(&public::CITY, Anybody, |_, _| Ask::named("belgrade")),
        nobodys(&operator_document::OPERATOR, Anybody, nothing),
        nobodys(&zones::NEAR, Anybody, |_, _| {
            Ask::query(&[("city", "belgrade"), ("lat", "44.8125"), ("lon", "20.4612")])
        }),
        nobodys(&visits::PLACES, Anybody, |_, _| Ask::query(&[("city", "belgrade")])),
        nobodys(&sign_in::SEND_CODE, Anybody, |scene, _| Ask::body(json!({"phone": scene.fresh_phone()}))),
        nobodys(&sign_in::SIGN_IN, Anybody, signing_in),
        nobodys(&sign_in::SIGN_OUT, SignedIn, nothing),
        nobodys(&sign_in::SESSIONS, SignedIn, nothing),
        owned(&sign_in::END_SESSION, SignedIn, |_, things| Ask::named(&things.session)),
        nobodys(&accounts::READ, SignedIn, nothing),
        nobodys(&accounts::CLOSE, Person, nothing),
        nobodys(&accounts::EXPORT, Person, nothing),
        nobodys(&kernel::EVENTS, SignedIn, nothing),
        owned(&intents::READ, SignedIn, |_, things| Ask::named(&things.key)),
        owned(&intents::CANCEL, SignedIn, |_, things| Ask::named(&things.key)),
        nobodys(&vehicles::LIST, Driver, nothing),
        nobodys(&vehicles::ADD, Driver, |scene, _| {
            Ask::body(json!({"city": "belgrade", "plate": format!("NS{:03}AB", scene.next() % 1_000), "label": "mine"}))
        }),
        owned(&vehicles::REMOVE, Driver, |_, things| Ask::named(&things.vehicle)),
        nobodys(&wallet::HISTORY, Driver, nothing),
        Answer { operation: &payments::QUOTE, may: Driver, asked: quotes() },
        owned(&payments::PURCHASE, Driver, |scene, things| {
            Ask::body(json!({"quote": things.quote, "not_after": scene.served.deadline()}))
        }),
        nobodys(&payments::PAYMENTS, Driver, nothing),
        owned(&payments::PAYMENT, Driver, |_, things| Ask::named(&things.payment)),
        owned(&payments::ABANDON, Driver, |_, things| Ask::named(&things.payment)),
        owned(&payments::NOTICE, Bank, |_, things| Ask {
            names: vec!["bank".into()],
            body: Some(json!({
                "payment": format!("pay-{}", things.payment), "reference": things.payment,
                "amount": {"amount": "1000.00", "currency": "RSD"}, "outcome": "approved",
            })),
            ..Ask::default()
        }),
        nobodys(&tickets::LIST, Driver, nothing),
        owned(&tickets::READ, Driver, |_, things| Ask::named(&things.ticket)),
        owned(&tickets::CODE, Driver, |_, things| Ask::named(&things.ticket)),
        nobodys(&orders::LIST, Driver, nothing),
        Answer {
            operation: &orders::BY_SLIP,
            may: Driver,
            asked: vec![Asked {
                whose: Whose::Holders,
                ask: |scene, _| Ask::body(json!({"number": scene.order("blue").number.shown()})),
            }],
        },
        nobodys(&visits::LIST, Driver, nothing),
        placed(&inspectors::CHECK, Inspector, |_, _| {
            Ask::query(&[("city", "belgrade"), ("plate", "NS123AB"), ("zone", "red")])
        }),
        placed(&inspectors::ISSUE, Inspector, |scene, _| {
            let plate = format!("NS{:03}ZZ", scene.next() % 1_000);
            Ask::body(json!({"city": "belgrade", "zone": "yellow", "plate": plate, "violation": "no_ticket"}))
        }),
        placed(&controllers::REPORT, Controller, |scene, _| Ask::body(report(scene.served, &[]))),
        placed(&controllers::OWED, Controller, |scene, _| {
            let ticket = scene.garage_ticket(&[]);
            Ask::query(&[("city", "belgrade"), ("facility", FACILITY), ("ticket", &ticket)])
        }),
        placed(&controllers::EXIT, Controller, |scene, _| {
            let ticket = scene.garage_ticket(&["paid_on_site"]);
            Ask::body(json!({"city": "belgrade", "facility": FACILITY, "ticket": ticket, "at": scene.served.now()}))
        }),
        nobodys(&riders::LIST, Driver, nothing),
        owned(&riders::READ, Driver, |_, things| Ask::named(&things.ride)),
        owned(&riders::CODE, Driver, |_, things| Ask::named(&things.ride)),
        owned(&riders::DISPUTE, Driver, |_, things| Ask::body(json!({"ride": things.ride, "reason": "wrong"}))),
        nobodys(&holders::LIST, Driver, nothing),
        owned(&holders::GIVE_BACK, Driver, |_, things| Ask::body(json!({"pass": things.pass}))),
        placed(&clerks::GRANT, BenefitClerk, |scene, _| Ask::body(scene.benefit())),
        placed(&clerks::REVOKE, BenefitClerk, |scene, _| {
            let grant = mesto_operator::Request::new("POST", clerks::GRANT.path).bearer(&scene.benefit_clerk);
            let granted = must::<Value>(scene.served, &grant.json(&scene.benefit()));
            Ask::body(json!({"benefit": granted["id"], "reason": "a mistake"}))
        }),
        nobodys(&payers::LIST, Driver, nothing),
        placed(&merchants::REGISTER, MerchantClerk, |scene, _| {
            Ask::body(merchant(&format!("{:012}", 900_000_000_000_u64 + scene.next())))
        }),
        placed(&merchants::LIST, MerchantClerk, |_, _| Ask::query(&[("city", "belgrade")])),
        placed(&merchants::STATE, MerchantClerk, |scene, _| {
            Ask::body(json!({"merchant": scene.merchant_id, "state": "active", "reason": "by contract"}))
        }),
        placed(&merchants::TILL, MerchantClerk, |scene, _| {
            Ask::body(json!({"merchant": scene.merchant_id, "name": format!("Till {}", scene.next()), "is_open": true}))
        }),
        placed(&tills::TILLS, MerchantOrClerk, |scene, _| scene.of_merchant(&[])),
        placed(&tills::ASK, Merchant, |scene, _| Ask::body(scene.invoice())),
        placed(&tills::INVOICE, MerchantOrClerk, |scene, _| {
            let invoice = scene.asked_for();
            scene.of_merchant(&[("invoice", &invoice)])
        }),
        placed(&tills::WITHDRAW, Merchant, |scene, _| Ask::body(json!({"invoice": scene.asked_for()}))),
        placed(&tills::RECEIVED, MerchantOrClerk, |scene, _| scene.of_merchant(&[])),
        placed(&tills::TOTALS, MerchantOrClerk, |scene, _| {
            scene.of_merchant(&[("from", "2025-09-03"), ("to", "2025-09-03")])
        }),
        placed(&tills::REFUND, MerchantOrClerk, |scene, things| {
            let money = json!({"amount": "0.01", "currency": "RSD"});
            let reference = format!("R-{}", scene.next());
            Ask::body(
                json!({"payment": things.merchant_payment, "amount": money, "reference": reference, "reason": "cold"}),
            )
        }),
        placed(&fleet::FLEET, Terminal, |_, _| Ask::query(&[("city", "belgrade")])),
        placed(&fleet::TELL_VEHICLES, Dispatcher, |_, _| {
            let vehicle = json!({"board": "1301", "carrier": "green-bus", "is_in_service": true});
            Ask::body(json!({"city": "belgrade", "vehicles": [vehicle]}))
        }),
        placed(&fleet::TELL_TRIPS, Dispatcher, |scene, _| {
            let (from, until) = (scene.served.now(), scene.served.now() + TimeDelta::minutes(40));
            let trip = json!({"vehicle": "1204", "route": "92", "direction": 0, "starts_at": from, "ends_at": until});
            Ask::body(json!({"city": "belgrade", "trips": [trip]}))
        }),
        placed(&fleet::POST_SIGN, Dispatcher, |scene, _| {
            let later = scene.served.now() + TimeDelta::days(1);
            Ask::body(json!({"city": "belgrade", "vehicle": "1204", "others_end_at": later}))
        }),
        placed(&fleet::PUT_TERMINAL, Dispatcher, |scene, _| {
            Ask::body(json!({"city": "belgrade", "vehicle": "1204", "key": device_key(scene.next())}))
        }),
        placed(&registrations::TELL, Terminal, |scene, _| {
            let code = format!("9643{:08}", scene.next());
            let told = json!({"kind": "transport_card", "code": code, "channel": "transport_card", "vehicle": "1204", "persons": 1, "registered_at": scene.served.now()});
            Ask::body(json!({"city": "belgrade", "registrations": [told]}))
        }),
        Answer {
            operation: &cards::LINK,
            may: Driver,
            asked: vec![Asked {
                whose: Whose::Holders,
                ask: |scene, things| {
                    // One at a time: an account links only so many.
                    scene.unlink_others(things);
                    let (number, code) = scene.card();
                    Ask::body(json!({"city": "belgrade", "number": number, "code": code}))
                },
            }],
        },
        owned(&cards::UNLINK, Driver, |_, things| Ask::named(&things.card)),
        owned(&cards::REPORT, Driver, |_, things| {
            Ask::body(json!({"card": things.card, "trouble": "defective", "note": "it cannot be read"}))
        }),
        owned(&cards::HISTORY, Driver, |_, things| Ask::named(&things.card)),
        placed(&readers::READ, Terminal, |scene, _| {
            let (_, code) = scene.card();
            Ask::query(&[("city", "belgrade"), ("code", &code)])
        }),
        placed(&readers::STOPPED, Terminal, |_, _| Ask::query(&[("city", "belgrade")])),
        placed(&readers::TELL_HELD, Terminal, |scene, things| {
            let held = json!([{"top_up": things.top_up, "held_at": scene.served.now()}]);
            Ask::body(json!({"city": "belgrade", "held": held}))
        }),
        placed(&offices::TELL_ISSUED, Dispatcher, |scene, _| Ask::body(scene.new_card().2)),
        placed(&offices::CONFIRM, CardClerk, |scene, _| {
            Ask::body(json!({"city": "belgrade", "number": scene.linked_card()}))
        }),
        placed(&offices::BLOCK, CardClerk, |scene, _| {
            Ask::body(json!({"city": "belgrade", "number": scene.card().0, "blocked_for": "stopped"}))
        }),
        placed(&offices::REPLACE, CardClerk, |scene, _| {
            let number = scene.linked_card();
            let confirmed = json!({"city": "belgrade", "number": number});
            let confirm = mesto_operator::Request::new("POST", offices::CONFIRM.path).bearer(&scene.card_clerk);
            must::<Value>(scene.served, &confirm.json(&confirmed));
            let (other, code) = scene.card();
            let body = json!({"city": "belgrade", "number": number, "replacement": other, "replacement_code": code});
            Ask::body(body)
        }),
        placed(&control::BEGIN, RideController, |scene, _| Ask::body(scene.control())),
        placed(&control::END, RideController, |scene, _| {
            let control = scene.control();
            let begin = mesto_operator::Request::new("POST", control::BEGIN.path).bearer(&scene.ride_controller);
            must::<Value>(scene.served, &begin.json(&control));
            Ask::body(json!({"id": control["id"], "ended_at": scene.served.now()}))
        }),
        placed(&control::DATA, RideController, |_, _| Ask::query(&[("city", "belgrade"), ("vehicle", "1204")])),
        placed(&control::REPORT, RideController, |scene, _| {
            let now = scene.served.now();
            let shift = json!({"id": scene.control()["shift"], "begun_at": now});
            Ask::body(json!({"city": "belgrade", "sent_at": now, "shift": shift}))
        }),
        placed(&partners::REPORT, Partner, |scene, _| scene.of_carrier(true, &[])),
        placed(&partners::SUBSIDIES, Partner, |scene, _| scene.of_carrier(true, &[])),
        placed(&partners::SETTLEMENTS, Partner, |scene, _| scene.of_carrier(false, &[])),
        placed(&partners::SETTLEMENT, Partner, |scene, _| scene.of_carrier(false, &[("number", "1")])),
        nobodys(&notices::LIST, Anybody, |_, _| Ask::query(&[("city", "belgrade")])),
        placed(&notices::PUBLISH, NoticeEditor, |scene, _| Ask::body(scene.notice())),
        placed(&notices::WITHDRAW, NoticeEditor, |scene, _| {
            let publish = mesto_operator::Request::new("POST", notices::PUBLISH.path).bearer(&scene.notice_editor);
            let published: Value = must(scene.served, &publish.json(&scene.notice()));
            Ask::body(json!({"notice": published["id"]}))
        }),
        nobodys(&availability::READ, Anybody, |scene, _| {
            scene.served.operator.due(&*scene.served.store, scene.served.now());
            let month = (scene.served.now() + TimeDelta::hours(1)).format("%Y-%m").to_string();
            scene.served.watch.pass(TimeDelta::seconds(1));
            Ask::query(&[("month", &month)])
        }),
        nobodys(&standing::SUSPEND, SignedIn, nothing),
        nobodys(&standing::RESUME, SignedIn, nothing),
        nobodys(&terms::LIST, SignedIn, |_, _| Ask::query(&[("city", "belgrade")])),
        nobodys(&terms::ACCEPT, SignedIn, |_, _| {
            let city = mesto_rules::load::embedded("belgrade").unwrap();
            Ask::body(json!({"city": "belgrade", "id": city.terms[0].id, "version": city.terms[0].version}))
        }),
        nobodys(&reports::LIST, SignedIn, nothing),
        nobodys(&reports::REPORT, SignedIn, |scene, _| {
            Ask::body(json!({"city": "belgrade", "kind": "failure", "text": format!("Number {}", scene.next())}))
        }),
    ];
    for answer in &mut answers {
        answer.operation = listed(answer.operation);
    }
    answers
}

impl Answer {
    /// The things of its first request, of a caller who may.
    pub fn right(&self, scene: &Scene<'_>, things: &Things) -> Ask {
        let mut ask = (self.asked[0].ask)(scene, things);
        ask.is_signed = self.may == May::Bank;
        ask
    }

    /// Of somebody who may; the bank has none.
    pub fn token<'s>(&self, scene: &'s Scene<'_>) -> Option<&'s str> {
        match self.may {
            May::Anybody | May::Bank => None,
            May::Inspector => Some(&scene.inspector),
            May::Controller => Some(&scene.controller),
            May::Dispatcher => Some(&scene.dispatcher),
            May::Terminal => Some(&scene.terminal),
            May::RideController => Some(&scene.ride_controller),
            May::Partner => Some(&scene.partner),
            May::NoticeEditor => Some(&scene.notice_editor),
            May::CardClerk => Some(&scene.card_clerk),
            May::BenefitClerk => Some(&scene.benefit_clerk),
            May::MerchantClerk => Some(&scene.merchant_clerk),
            May::Merchant | May::MerchantOrClerk => Some(&scene.merchant),
            May::SignedIn | May::Person | May::Driver => Some(&scene.a.token),
        }
    }

    /// Whether it ends what it is about.
    pub fn ends(&self) -> bool {
        self.operation.method == mesto_protocol::Method::Delete
    }

    pub fn is(&self, operation: &Entry) -> bool {
        std::ptr::eq(self.operation, listed(operation))
    }
}

#[test]
fn every_operation_of_the_table_has_its_answer_here() {
    let answers = answers();
    let answered: Vec<String> = answers.iter().map(|answer| name(answer.operation)).collect();
    let listed: BTreeSet<String> = operations().map(name).collect();
    let without: Vec<&String> = listed.iter().filter(|one| !answered.contains(one)).collect();
    assert!(without.is_empty(), "say in `answers` who may, what it names and whose that is: {without:?}");
    assert_eq!(answered.len(), listed.len(), "an operation is answered twice");
}

#[test]
fn the_answers_say_of_whom_an_operation_is_as_the_table_does() {
    for answer in answers() {
        let open = matches!(answer.operation.access, Access::Anybody);
        assert_eq!(answer.may == May::Anybody, open, "{}", name(answer.operation));
        assert_eq!(answer.may == May::Bank, answer.operation.access == Access::Provider, "{}", name(answer.operation));
        assert_eq!(
            matches!(answer.may, May::SignedIn | May::Person),
            answer.operation.access == Access::SignedIn,
            "{}",
            name(answer.operation)
        );
        let names_a_thing = answer.operation.path.contains('{') && answer.may != May::Anybody;
        let is_owned = answer.asked.iter().any(|asked| asked.whose == Whose::OfAnAccount);
        assert!(is_owned || !names_a_thing, "{}: whose is what its path names?", name(answer.operation));
    }
}

/// A number with a right check that no slip has.
pub fn number_of_nobody() -> String {
    Reference::new([9; 8]).shown()
}
