//! Every check of the books that a service declares finds what it is for, on both databases.

use std::collections::BTreeSet;

use mesto_operator::store::Work;
use mesto_operator::{Store, StoreError};
use mesto_protocol::base::accounts::AccountClosed;
use mesto_protocol::base::payments::{PayMethod, Quote};
use mesto_protocol::garages::controllers::GarageReported;
use mesto_protocol::garages::visits::GaragesSubject;
use mesto_protocol::passes::holders::{PassesOutcome, PassesSubject};
use mesto_protocol::rides::riders::{RidesOutcome, RidesSubject};
use serde_json::{Value, json};

use crate::bank::Link;
use crate::world::{Person, World, expect};

/// A store in which something is wrong, for the length of a transaction.
struct Planted<'a> {
    store: &'a dyn Store,
    wrong: &'a [&'a str],
}

impl Store for Planted<'_> {
    fn transact(&self, work: &mut Work<'_>) -> Result<(), StoreError> {
        let ended = self.store.transact(&mut |tx| {
            for sql in self.wrong {
                assert!(tx.execute(sql, &[])? > 0, "`{sql}` changes nothing");
            }
            work(tx)?;
            Err(StoreError::GivenUp)
        });
        if ended == Err(StoreError::GivenUp) { Ok(()) } else { ended }
    }
}

/// Books with everything in them: bought from the deposit and by card, paid back and still owed.
pub fn fill(world: &World) {
    let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["5000.00"]);
    let payments = [0; 3].map(|_| driver.begin(&driver.quote_by_card(vehicle, "yellow", 180)).payment);
    driver.park(vehicle, "red", 60);
    driver.park(vehicle, "green", 60);
    // The first is delivered; for the others the stay is another one then.
    payments.iter().for_each(|payment| world.approve(payment));
    let link = Link::answering(&[Some((200, r#"{"state":"done"}"#))]);
    world.send_due(&link);
    assert_eq!(link.asked().len(), 2, "one is paid back and one is owed");
    for (zone, pay) in [("blue", PayMethod::Deposit), ("a", PayMethod::Card)] {
        let order = json!({"city": "belgrade", "zone": zone, "plate": "BG789PP", "violation": "no_ticket"});
        let order: mesto_protocol::orders::driver::Order =
            expect(201, world.inspector().act("/v1/inspector/orders", &world.key(), &order));
        driver.has_slip(&order);
        let quote: Quote = expect(201, driver.ask_order(pay.clone(), order.id));
        let payment = driver.begin(&quote).payment;
        if pay == PayMethod::Card {
            world.approve(&payment);
        }
    }
    fill_garage(world, &driver);
    world.check_books();
}

/// A bus in which two ride; one says that it is wrong.
fn fill_bus(world: &World, sign: &str) {
    for (phone, disputes) in [("+381660000001", false), ("+381660000002", true)] {
        let rider = world.driver(phone);
        world.approve(&rider.top_up("1000.00"));
        let subject = RidesSubject {
            scanned: Some(sign.to_owned()),
            vehicle: None,
            persons: 1,
            companions: Vec::new(),
            is_again: false,
        };
        let quote: Quote = expect(201, rider.ask_for(&subject, PayMethod::Deposit));
        let ride = rider.begin(&quote).sale.items[0].outcome::<RidesOutcome>().unwrap().unwrap().ride;
        if disputes {
            let said = json!({"ride": ride.id, "reason": "I never got in"});
            assert_eq!(rider.post("/v1/rides/disputes", &said).status, 200);
        }
    }
    // Two hold a pass and a benefit; one gave his pass back.
    for (phone, gives_back) in [("+381660000001", false), ("+381660000002", true)] {
        let rider = world.driver(phone);
        let subject =
            PassesSubject { product: "month".parse().unwrap(), first_on: "2025-09-20".parse().ok(), is_again: false };
        let quote: Quote = expect(201, rider.ask_for(&subject, PayMethod::Deposit));
        let pass = rider.begin(&quote).sale.items[0].outcome::<PassesOutcome>().unwrap().unwrap().pass;
        if gives_back {
            assert_eq!(rider.post("/v1/passes/refunds", &json!({"pass": pass.id})).status, 200);
        }
        let granted = json!({"city": "belgrade", "account": rider.account, "category": "student", "until_on": "2026-06-30", "evidence": "7/2025"});
        assert_eq!(world.benefit_clerk().post("/v1/passes/benefits", &granted).status, 200);
    }
    world.check_books();
}

/// A garage in which cars are: one that was paid here, one that was paid here by card, one that was
/// paid there, one that was not; one has left without paying.
fn fill_garage(world: &World, driver: &Person<'_>) {
    let garage = world.controller("zeleni-venac");
    let told = |kind: &str, ticket: &str| json!({"at": world.now(), "ticket": ticket, "kind": kind});
    let tell = |events: Value| {
        let report = json!({"city": "belgrade", "facility": "zeleni-venac", "sent_at": world.now(), "events": events});
        let reported: GarageReported = expect(200, garage.post("/v1/garages/reports", &report));
        assert_eq!(reported.refused, []);
    };
    for ticket in ["GR01", "GR02", "GR03", "GR04", "GR05"] {
        world.pass_seconds(1);
        tell(json!([told("entered", ticket)]));
    }
    world.pass(119);
    tell(json!([told("paid_on_site", "GR03"), told("left", "GR05")]));
    for (ticket, pay) in [("GR01", PayMethod::Deposit), ("GR02", PayMethod::Card)] {
        let subject = GaragesSubject { facility: "zeleni-venac".parse().unwrap(), ticket: ticket.into() };
        let quote: Quote = expect(201, driver.ask_for(&subject, pay.clone()));
        let payment = driver.begin(&quote).payment;
        if pay == PayMethod::Card {
            world.approve(&payment);
        }
    }
    // One pays, stays on, leaves without paying the rest and closes his account: his deposit pays.
    let leaver = world.driver("+381650000000");
    world.approve(&leaver.top_up("1000.00"));
    world.pass_seconds(1);
    tell(json!([told("entered", "GR06")]));
    let subject = GaragesSubject { facility: "zeleni-venac".parse().unwrap(), ticket: "GR06".into() };
    leaver.begin(&expect(201, leaver.ask_for(&subject, PayMethod::Deposit)));
    world.pass(70);
    tell(json!([told("left", "GR06")]));
    let closed: AccountClosed = expect(200, leaver.delete("/v1/account"));
    assert!(closed.settled.is_some());
}

/// What is planted, and the check that finds it.
const WRONGS: &[(&[&str], &str)] = &[
    (
        &["UPDATE provider_notice SET amount = amount + 1 WHERE outcome = 'approved'"],
        "what provider {} approved is not what was booked",
    ),
    (&["DELETE FROM provider_notice"], "what provider {} approved is not what was booked"),
    (&["UPDATE sale SET state = 'closed' WHERE pay = 'card' AND state = 'delivered'"], MONEY_AND_DELIVERY),
    (
        &[
            "UPDATE sale SET state = 'delivered' WHERE state = 'undeliverable'",
            "DELETE FROM payment WHERE state = 'refunded'",
        ],
        MONEY_AND_DELIVERY,
    ),
    (&["UPDATE payment SET state = 'pending' WHERE state = 'captured'"], MONEY_AND_DELIVERY),
    (&["DELETE FROM refund"], MONEY_AND_DELIVERY),
    (&["UPDATE refund SET amount = amount + 1 WHERE route = 'card'"], "more of payment {} goes back than came"),
    (&["UPDATE payment SET refunded = 0 WHERE state = 'refunded'"], AMOUNTS_SHOWN),
    (&["UPDATE payment SET captured = captured - 1 WHERE state = 'captured'"], AMOUNTS_SHOWN),
    (&["UPDATE refund SET state = 'done' WHERE state = 'due'"], AMOUNTS_SHOWN),
    (
        &["UPDATE ledger_entry SET kind = 'gift' WHERE kind = 'payments.owed_back'"],
        "refund {} is owed and stands in no entry of the ledger",
    ),
    (&["UPDATE ledger_entry SET kind = 'gift' WHERE kind = 'payments.paid_back'"], DONE_AND_BOOKED),
    (
        &[
            "UPDATE refund SET state = 'failed' WHERE state = 'done'",
            "UPDATE payment SET refunded = 0 WHERE state = 'refunded'",
        ],
        DONE_AND_BOOKED,
    ),
    (
        &["UPDATE ledger_entry SET reference = 'sa_stray' WHERE kind = 'wallet.topup' AND amount = 500000"],
        "entry {} tops a deposit up that no delivered sale is for",
    ),
    (
        &[
            "UPDATE sale SET total = total + 1 WHERE id IN (SELECT reference FROM ledger_entry WHERE kind = 'wallet.topup')",
        ],
        "entry {} tops a deposit up that no delivered sale is for",
    ),
    (
        &["UPDATE ticket_plate SET ticket = 'tk_stray' WHERE zone = 'red'"],
        "a plate belongs to {}, which does not exist",
    ),
    (&["UPDATE ticket SET price = price + 1 WHERE pay = 'deposit'"], SOLD_AND_CHARGED),
    (&["UPDATE ticket SET price = price + 1 WHERE pay = 'card'"], SOLD_AND_CHARGED),
    (&["UPDATE ticket SET pay = 'card' WHERE pay = 'deposit'"], SOLD_AND_CHARGED),
    (
        &["DELETE FROM ticket_plate WHERE zone = 'red'", "DELETE FROM ticket WHERE zone = 'red'"],
        "entry {} charges a ticket that was never sold",
    ),
    (&["UPDATE ticket SET starts_at = issued_at - 1"], "ticket {} starts before it was bought"),
    (
        &["UPDATE ticket SET ends_at = stay_deadline + 1 WHERE zone = 'red'"],
        "ticket {} ends after the deadline of its stay",
    ),
    (&["UPDATE ticket SET sale = (SELECT MIN(sale) FROM ticket)"], "sale {} is of more than one ticket"),
    (&["UPDATE daily_order SET state = 'issued'"], "order {} and its payment in the ledger differ"),
    (
        &["UPDATE ledger_entry SET kind = 'gift' WHERE kind = 'orders.order'"],
        "order {} and its payment in the ledger differ",
    ),
    (&["UPDATE visit_payment SET amount = amount + 1 WHERE pay = 'deposit'"], VISIT_AND_CHARGE),
    (&["UPDATE visit_payment SET fee = fee + 1 WHERE pay = 'card'"], VISIT_AND_CHARGE),
    (&["UPDATE visit_payment SET city = 'atlantis' WHERE pay = 'card'"], VISIT_AND_CHARGE),
    (&["UPDATE visit_payment SET sale = NULL WHERE pay = 'deposit'"], "entry {} charges for a visit that was not paid"),
    (
        &["UPDATE visit_payment SET visit = 'vi_stray' WHERE pay = 'deposit'"],
        "a payment is for visit {}, which does not exist",
    ),
    (&["UPDATE visit SET state = 'paid' WHERE ticket = 'GR04'"], SETTLED_AND_PAID),
    (&["UPDATE visit SET state = 'owing_again' WHERE ticket = 'GR04'"], SETTLED_AND_PAID),
    (&["UPDATE visit SET state = 'inside' WHERE ticket = 'GR03'"], "visit {} was paid, and does not say so"),
    (&["UPDATE visit SET ended_at = NULL WHERE state = 'left'"], OVER_AND_ENDED),
    (&["UPDATE visit SET ended_at = entered_at WHERE state = 'paid'"], OVER_AND_ENDED),
    (
        &["UPDATE visit SET ticket = 'GR01' WHERE ticket = 'GR04'"],
        "visit {} and another one that goes on have one ticket",
    ),
    (&["UPDATE claim SET subject = 'vi_stray' WHERE debtor IS NULL"], CLAIMED_AND_LEFT),
    (
        &["UPDATE claim SET subject = (SELECT id FROM visit WHERE ticket = 'GR04') WHERE debtor IS NULL"],
        CLAIMED_AND_LEFT,
    ),
    (&["UPDATE claim SET state = 'open' WHERE debtor IS NOT NULL"], CLAIM_AND_DEPOSIT),
    (&["UPDATE claim SET amount = amount + 1 WHERE debtor IS NOT NULL"], CLAIM_AND_DEPOSIT),
    (&["UPDATE claim SET settled_by = 'staff' WHERE debtor IS NOT NULL"], CLAIM_AND_DEPOSIT),
    (&["UPDATE ride SET price = price + 1"], RIDE_AND_CHARGE),
    (&["UPDATE ledger_entry SET kind = 'gift' WHERE kind = 'rides.ride'"], RIDE_AND_CHARGE),
    (&["UPDATE ride SET id = 'x' || id, sale = NULL"], "entry {} charges for a ride that was not registered"),
    (&["UPDATE ride SET state = 'voided' WHERE state = 'registered'"], VOIDED_AND_PAID_BACK),
    (&["DELETE FROM ride_dispute"], DISPUTED_AND_SAID),
    (&["UPDATE ride SET state = 'registered'"], DISPUTED_AND_SAID),
    (&["UPDATE transit_pass SET price = price + 1"], PASS_AND_CHARGE),
    (&["UPDATE ledger_entry SET kind = 'gift' WHERE kind = 'passes.pass'"], PASS_AND_CHARGE),
    (&["DELETE FROM transit_pass"], "entry {} charges for a pass that was not sold"),
    (&["UPDATE transit_pass SET state = 'given_back' WHERE state = 'held'"], PASS_AND_REFUND),
    (&["UPDATE transit_pass SET state = 'held' WHERE state = 'given_back'"], PASS_AND_REFUND),
    (
        &["UPDATE rider_benefit SET ends_at = granted_at - 1"],
        "benefit {} holds from before it was granted, or after it ends",
    ),
    (&["DELETE FROM control_shift"], CONTROL_AND_SHIFT),
    (&["UPDATE vehicle_control SET controller = 'ac_stray'"], CONTROL_AND_SHIFT),
    (
        &["UPDATE ride_check SET control = 'ct_stray' WHERE repeats IS NULL"],
        "check {} is of a control of another controller, or of none",
    ),
    (
        &["UPDATE ride_check SET repeats = NULL WHERE repeats IS NOT NULL"],
        "check {} accepted a ride that another controller had accepted before, and does not say so",
    ),
    (
        &["UPDATE ride_check SET answer = 'cannot_tell' WHERE repeats IS NULL"],
        "check {} is said to repeat one that did not accept its ride",
    ),
    (&["UPDATE partner_settlement SET gross = gross + 1, refunded = refunded + 1"], SETTLED_AND_RIDES),
    (&["DELETE FROM partner_ride"], SETTLED_AND_RIDES),
    (&["UPDATE partner_line SET commission = commission + 1"], SETTLED_AND_LINES),
    (&["UPDATE partner_settlement SET payable = payable + 1"], SETTLED_AND_LINES),
    (&["UPDATE ledger_entry SET kind = 'gift' WHERE kind = 'partners.settlement'"], SETTLED_AND_BOOKED),
    (&["UPDATE ledger_leg SET provider = 'almaty-electrotrans' WHERE kind = 'payable'"], SETTLED_AND_BOOKED),
    (
        &[
            "UPDATE ledger_entry SET reference = 'x' || reference WHERE kind = 'partners.settlement'",
            "DELETE FROM partner_settlement",
            "DELETE FROM partner_line",
            "DELETE FROM partner_ride",
        ],
        "entry {} is of a settlement that does not exist",
    ),
    (
        &["UPDATE partner_settlement SET number = number + 1 WHERE number = 2"],
        "the settlements of the carrier of {} have a gap",
    ),
    (
        &["UPDATE partner_ride SET persons = persons + 1 WHERE ride IN (SELECT id FROM ride)"],
        "ride {} is settled with another sum or carrier than it has",
    ),
    (
        &["UPDATE ride_registered SET amount = amount + 1 WHERE ride IN (SELECT ride FROM partner_ride)"],
        "ride {} of a card or ticket is settled with another sum or carrier than it has",
    ),
    (
        &[
            "UPDATE ride_registered SET is_void = 0 WHERE ride IN (SELECT ride FROM partner_ride WHERE taken_back IS NOT NULL)",
        ],
        "ride {} was taken back from its carrier and stands",
    ),
    (
        &["INSERT INTO account_standing (account, state, changed_at) SELECT MIN(id), 'blocked', 1 FROM account"],
        "account {} is blocked and nobody said why",
    ),
    (
        &[
            "INSERT INTO account_standing (account, state, changed_at) SELECT MIN(id), 'suspended', 1 FROM account WHERE closed_at IS NOT NULL",
        ],
        "account {} is closed and is suspended or blocked",
    ),
    (&["INSERT INTO up_interval (began_at, until_at) VALUES (2, 1)"], UP_ONCE),
    (
        &[
            "INSERT INTO up_interval (began_at, until_at) VALUES (1, 3)",
            "INSERT INTO up_interval (began_at, until_at) VALUES (3, 4)",
        ],
        UP_ONCE,
    ),
    (&["UPDATE card SET balance = balance + 1"], CARD_AND_LEDGER),
    (&["UPDATE ledger_leg SET holder = 'ac_stray' WHERE kind = 'card_top_up'"], CARD_ACCOUNT),
    (&["UPDATE card_top_up SET amount = amount + 1 WHERE state = 'waiting'"], CARD_WAITS),
    (&["UPDATE ledger_entry SET kind = 'gift' WHERE kind = 'cards.held'"], HELD_AND_CREDITED),
    (&["DELETE FROM due WHERE kind = 'cards.return'"], "top-up {} waits for a reader, and nothing sends it back"),
    (&["UPDATE card_ride SET price = price + 1"], CARD_RIDE_AND_CHARGE),
    (&["UPDATE ledger_entry SET kind = 'gift' WHERE kind = 'cards.ride'"], CARD_RIDE_AND_CHARGE),
    (
        &[
            "UPDATE ride_registered SET city = (SELECT MIN(city) FROM partner_settlement), carrier = (SELECT MIN(carrier) FROM partner_settlement), service_day = (SELECT MIN(from_on) FROM partner_settlement) WHERE ride = (SELECT MIN(ride) FROM card_ride WHERE is_charged = 1 AND ride NOT IN (SELECT ride FROM partner_ride))",
            "UPDATE card_ride SET charged_at = 0",
        ],
        "ride {} by a card was charged before its carrier was settled with, and is in no settlement",
    ),
    (&["UPDATE card_ride SET is_void = 1"], CARD_RIDE_VOIDED),
    (&["UPDATE card_ride SET is_void = 0"], CARD_RIDE_VOIDED),
    (&["UPDATE card SET replaced_by = NULL"], CARD_REPLACED),
    (&["UPDATE merchant_payment SET fee = fee + 1"], MERCHANT_PAID),
    (&["UPDATE ledger_entry SET kind = 'gift' WHERE kind = 'merchants.payment'"], MERCHANT_PAID),
    (&["UPDATE merchant_payment SET id = 'x' || id WHERE invoice IS NOT NULL"], MERCHANT_PAID),
    (&["DELETE FROM merchant_payment"], "entry {} is of a payment to a merchant that was not made"),
    (&["UPDATE merchant_refund SET owed = owed + 1"], MERCHANT_GAVE_BACK),
    (&["UPDATE ledger_entry SET kind = 'gift' WHERE kind = 'merchants.refund'"], MERCHANT_GAVE_BACK),
    (&["DELETE FROM merchant_refund"], "entry {} gives back for a merchant what nobody gave back"),
    (&["UPDATE merchant_payment SET given_back = given_back + 1 WHERE invoice IS NOT NULL"], MERCHANT_SHOWS),
    (&["UPDATE merchant SET payable = payable + 1 WHERE payable > 0"], MERCHANT_PAYABLE),
    (&["UPDATE merchant SET owed = owed + 1 WHERE owed > 0"], MERCHANT_PAYABLE),
    (&["UPDATE merchant SET payments = payments + 1"], "the receipts of merchant {} have a gap"),
    (&["UPDATE merchant_payment SET number = 7 WHERE number = 2"], "the receipts of merchant {} have a gap"),
    (&["UPDATE merchant_invoice SET state = 'waiting' WHERE state = 'paid'"], "invoice {} and its payment differ"),
    (&["UPDATE merchant_invoice SET amount = amount + 1 WHERE state = 'paid'"], "invoice {} and its payment differ"),
    (
        &[
            "UPDATE merchant_payment SET invoice = (SELECT MIN(id) FROM merchant_invoice WHERE state = 'paid') WHERE invoice IS NULL",
        ],
        "invoice {} was paid more than once",
    ),
    (&["UPDATE merchant_settlement SET amount = amount + 1, paid_out = paid_out + 1"], MERCHANT_SETTLED),
    (&["UPDATE merchant_payment SET settlement = NULL WHERE settlement IS NOT NULL"], MERCHANT_SETTLED),
    (
        &["UPDATE ledger_entry SET kind = 'gift' WHERE kind = 'merchants.settlement'"],
        "settlement {} with a merchant and the ledger differ",
    ),
    (&["UPDATE account SET roles = '[]'"], "role {} was given for good and does not stand with its account"),
    (
        &[
            "INSERT INTO audit_log (id, at, actor, action, subject, note) SELECT 'au_1', 1, 'tool', 'grant.ended', MIN(id), '' FROM role_grant WHERE ends_at IS NULL",
            "UPDATE role_grant SET ends_at = 1",
        ],
        "role {} was ended and stands with its account",
    ),
    (
        &["UPDATE role_grant SET ends_at = 1", "UPDATE role_grant SET id = 'x' || id"],
        "account {} has a role that nobody gave",
    ),
];

const MERCHANT_PAID: &str = "payment {} to a merchant and its entry in the ledger differ";
const MERCHANT_GAVE_BACK: &str = "what was given back by {} to a payer and its entry in the ledger differ";
const MERCHANT_SHOWS: &str = "payment {} to a merchant shows another sum as given back than was, or more than was paid";
const MERCHANT_PAYABLE: &str = "what is payable to merchant {}, or owed by it, is not what the ledger has";
const MERCHANT_SETTLED: &str = "settlement {} with a merchant is not the sum of its payments";
const SETTLED_AND_RIDES: &str = "settlement {} is not the sum of its rides";
const SETTLED_AND_LINES: &str = "settlement {} is not the sum of its lines";
const SETTLED_AND_BOOKED: &str = "settlement {} and the ledger differ";
const UP_ONCE: &str = "what was up since {} ends before it begins, or within what was up next";
const VISIT_AND_CHARGE: &str = "payment {} of a visit stands in the ledger with another sum, or does not";
const CONTROL_AND_SHIFT: &str = "control {} is of a shift of another controller, or of none";
const CARD_AND_LEDGER: &str = "card {} and its balance in the ledger differ";
const CARD_ACCOUNT: &str = "the ledger holds money for card account {}, which no card is";
const CARD_WAITS: &str = "card {} waits for other top-ups than the ledger holds for it";
const HELD_AND_CREDITED: &str = "top-up {} was written onto its card and not credited, or the other way round";
const CARD_RIDE_AND_CHARGE: &str = "ride {} by a card and its charge in the ledger differ";
const CARD_RIDE_VOIDED: &str = "ride {} by a card was voided and its price was not given back, or the other way round";
const CARD_REPLACED: &str = "card {} was replaced and still has a balance or a user, or nothing took its place";
const PASS_AND_CHARGE: &str = "pass {} and its payment in the ledger differ";
const PASS_AND_REFUND: &str = "pass {} was given back and its price was not, or the other way round";
const RIDE_AND_CHARGE: &str = "ride {} and its payment in the ledger differ";
const VOIDED_AND_PAID_BACK: &str = "ride {} was voided and its price was not given back, or the other way round";
const DISPUTED_AND_SAID: &str =
    "ride {} is disputed and nobody said why, or a dispute of it is open and it does not say so";
const SETTLED_AND_PAID: &str = "visit {} is settled, and nobody paid it";
const OVER_AND_ENDED: &str = "visit {} is over without an end, or has an end and goes on";
const CLAIMED_AND_LEFT: &str = "something is claimed for visit {}, whose car has not left";
const CLAIM_AND_DEPOSIT: &str = "entry {} pays a claim that is not settled, or another sum than it is";
const MONEY_AND_DELIVERY: &str =
    "sale {} was delivered without its money, or has its money without a delivery or a refund";
const AMOUNTS_SHOWN: &str = "payment {} shows another amount as taken or given back than was";
const DONE_AND_BOOKED: &str = "refund {} is done and was not booked, or booked and is not done";
const SOLD_AND_CHARGED: &str = "ticket {} was sold without a charge of its price";

on_both_databases! {
    #[test]
    fn every_check_of_a_service_finds_what_it_is_for(world) {
        let (world, sign) = &world.with_rides();
        fill(world);
        fill_bus(world, sign);
        crate::cases::fill_control(world);
        crate::cases::fill_partners(world);
        crate::cases::fill_cards(world);
        crate::cases::fill_merchants(world);
        for (wrong, fault) in WRONGS {
            let (before, behind) = fault.split_once("{}").unwrap();
            let planted = Planted { store: &*world.store, wrong };
            let found = world.operator.audit_ledger(&planted).expect_err(fault).to_string();
            assert!(found.starts_with(before) && found.ends_with(behind), "{wrong:?} is found as: {found}");
            assert!(!found.contains("{}"), "{found}");
        }
        let declared: BTreeSet<&str> = world.operator.faults_of_services().into_iter().collect();
        let planted: BTreeSet<&str> = WRONGS.iter().map(|(_, fault)| *fault).collect();
        assert_eq!(declared, planted);
        world.check_books();
    }
}
