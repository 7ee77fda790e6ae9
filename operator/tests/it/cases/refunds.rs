//! Money that goes back: what is owed, how its provider is asked, and how that ends.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_operator::payments::{HttpAnswer, HttpRequest, ProviderLink, RefundError, send_due};
use mesto_operator::store::transact;
use mesto_operator::{Operator, Store, values};
use mesto_protocol::base::payments::{
    PayMethod, Payment, PaymentState, Purchase, Quote, RefundRoute, RefundState, SaleState,
};
use mesto_protocol::base::wallet::DepositPage;
use mesto_protocol::kernel::ids::{RecordId as _, RefundId};
use mesto_protocol::orders::driver::{Order, OrderState};
use mesto_protocol::parking::tickets::TicketState;
use serde_json::json;
use tokio::sync::Notify;

use crate::bank::{At, Link, wait};
use crate::world::{Person, World, approval, decline, expect, paid_order, rsd, ticket_of};

const PHONE: &str = "+381641234567";
const OTHER: &str = "+381650000000";

/// A payment of 310.00 that was approved as `pay-<id>` when its stay was another one.
fn undeliverable(world: &World) -> (Person<'_>, Payment) {
    let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["200.00"]);
    let payment = driver.begin(&driver.quote_by_card(vehicle, "yellow", 180)).payment;
    driver.park(vehicle, "yellow", 60);
    world.pass(1);
    world.approve(&payment);
    (driver, payment)
}

fn drop_payment(driver: &Person<'_>, payment: &Payment) -> Purchase {
    expect(200, driver.delete(&format!("/v1/payments/{}", payment.id)))
}

/// Reason, route, state of each refund.
fn refunds(purchase: &Purchase) -> Vec<(&str, RefundRoute, RefundState)> {
    let shown = purchase.payment.refunds.iter();
    shown.map(|refund| (refund.reason.as_str(), refund.route.clone(), refund.state.clone())).collect()
}

fn incidents(world: &World) -> Vec<String> {
    world.operator.incidents(&*world.store).unwrap().into_iter().map(|one| one.kind).collect()
}

on_both_databases! {
    #[test]
    fn what_cannot_be_delivered_any_more_goes_back_to_the_card_bg_89_bg_97(world) {
        let (driver, payment) = undeliverable(world);
        let stale = driver.payment(&payment);
        assert_eq!((stale.sale.state.clone(), ticket_of(&stale)), (SaleState::Undeliverable, None));
        assert_eq!((stale.payment.state.clone(), stale.payment.reason.as_deref()), (PaymentState::Captured, Some("quote_stale")));
        assert_eq!((stale.payment.captured, stale.payment.refunded), (rsd("310.00"), rsd("0.00")));
        assert_eq!(refunds(&stale), [("undeliverable", RefundRoute::Card, RefundState::Due)]);
        let refund = stale.payment.refunds[0].clone();
        assert_eq!((refund.amount, refund.due_at), (rsd("310.00"), world.now() + TimeDelta::days(14)));
        let told = driver.events(0).events.iter().rev().find_map(|event| event.read::<Purchase>().unwrap());
        assert_eq!((told, driver.account().open), (Some(stale), vec![]));
        assert_eq!(driver.account().tickets.len(), 1, "the other one");
        let owed = || (world.balance("refunds_payable"), world.balance("clearing bank"));
        assert_eq!(owed(), (rsd("-310.00"), rsd("510.00")));
        world.check_books();

        world.pass(1);
        let (link, before) = (Link::done(), driver.account().cursor.seq);
        assert_eq!(world.send_due(&link), 1);
        let asked = json!({"merchant": "mesto", "payment": format!("pay-{}", payment.id), "reference": refund.id, "amount": rsd("310.00")});
        assert_eq!(link.asked(), [asked]);
        let back = driver.payment(&payment);
        assert_eq!((back.payment.state.clone(), back.payment.refunded), (PaymentState::Refunded, rsd("310.00")));
        assert_eq!((refunds(&back), back.sale.state.clone()), (vec![("undeliverable", RefundRoute::Card, RefundState::Done)], SaleState::Undeliverable));
        let told: Vec<_> = driver.events(before).events.iter().map(|event| event.read::<Purchase>().unwrap()).collect();
        assert_eq!(told, [Some(back)]);
        assert_eq!(owed(), (rsd("0.00"), rsd("200.00")));
        // Once.
        world.pass(60);
        assert_eq!((world.send_due(&link), link.asked().len()), (0, 0));
        // The notice come again changes nothing.
        world.approve(&payment);
        assert_eq!((owed(), incidents(world)), ((rsd("0.00"), rsd("200.00")), Vec::<String>::new()));
        world.check_books();
    }

    #[test]
    fn without_an_answer_the_provider_is_asked_again_later_with_the_same_bg_97(world) {
        let (driver, payment) = undeliverable(world);
        let link = Link::answering(&[
            None,
            Some((500, "oops")),
            Some((200, "<html>")),
            Some((503, r#"{"state":"done"}"#)),
            Some((404, r#"{"state":"gone"}"#)),
            Some((200, r#"{"state":"done"}"#)),
        ]);
        assert_eq!(world.send_due(&link), 0);
        let first = link.asked();
        assert_eq!(first.len(), 1);
        // Pauses of 2, 4, 8, 16 and 32 seconds.
        for (tries, pause) in (1..=5).map(|tries| (tries, 1 << tries)) {
            world.pass_seconds(pause - 1);
            assert_eq!((world.send_due(&link), link.asked().len()), (0, 0), "{tries}: not yet");
            world.pass_seconds(1);
            assert_eq!(refunds(&driver.payment(&payment)), [("undeliverable", RefundRoute::Card, RefundState::Due)]);
            assert_eq!(world.send_due(&link), 1, "{tries}");
            assert_eq!(link.asked(), first);
        }
        assert_eq!(refunds(&driver.payment(&payment)), [("undeliverable", RefundRoute::Card, RefundState::Done)]);
        assert!(incidents(world).is_empty());
        world.check_books();
    }

    #[test]
    fn a_pause_between_two_tries_is_an_hour_at_most(world) {
        undeliverable(world);
        let link = Link::default();
        for _ in 0..20 {
            world.send_due(&link);
            assert_eq!(link.asked().len(), 1);
            world.pass(60);
        }
        world.check_books();
    }

    #[test]
    fn a_request_that_was_put_off_by_a_clock_ahead_is_sent_by_the_right_one_bg_97(world) {
        undeliverable(world);
        world.pass(1);
        let put_off = |by: TimeDelta| {
            let next = (world.now() + by).timestamp_millis();
            let sql = "UPDATE provider_request SET next_at = $1";
            transact(&*world.store, |tx| tx.execute(sql, values![next])).unwrap();
        };
        put_off(TimeDelta::minutes(60));
        assert_eq!(world.send_due(&Link::done()), 0, "the longest pause is kept");
        put_off(TimeDelta::days(3650));
        assert_eq!(world.send_due(&Link::done()), 1);
        world.check_books();
    }

    #[test]
    fn a_refund_that_the_provider_refuses_is_shown_so_and_somebody_sees_it_bg_97(world) {
        let (driver, payment) = undeliverable(world);
        let link = Link::answering(&[Some((422, r#"{"state":"refused","reason":"card_closed"}"#))]);
        assert_eq!(world.send_due(&link), 1);
        let failed = driver.payment(&payment);
        assert_eq!((refunds(&failed), failed.payment.state.clone()), (vec![("undeliverable", RefundRoute::Card, RefundState::Failed)], PaymentState::Captured));
        let found = world.operator.incidents(&*world.store).unwrap();
        let refund = failed.payment.refunds[0].id.to_string();
        assert_eq!((found.len(), found[0].kind.as_str(), &found[0].reference), (1, "refund_refused", &refund));
        assert!(found[0].detail.contains("card_closed"), "{}", found[0].detail);
        // It is still owed, and nobody is asked again by himself.
        world.pass(24 * 60);
        link.asked();
        assert_eq!((world.send_due(&link), link.asked().len()), (0, 0));
        assert_eq!(world.balance("refunds_payable"), rsd("-310.00"));
        let told = driver.events(0).events.iter().rev().find_map(|event| event.read::<Purchase>().unwrap());
        assert_eq!(told, Some(failed));
        world.check_books();
    }

    #[test]
    fn approved_twice_by_two_payments_of_the_bank_the_second_goes_back_bg_83_bg_97(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &[]);
        let payment = driver.begin(&driver.quote_by_card(vehicle, "yellow", 180)).payment;
        for bank in ["pay-2", "pay-1", "pay-2"] {
            assert_eq!(world.notice(&approval(&payment, bank)).status, 204);
        }
        let ticket = ticket_of(&driver.payment(&payment)).unwrap();
        assert_eq!(driver.account().tickets, std::slice::from_ref(&ticket), "one");
        let link = Link::done();
        assert_eq!(world.send_due(&link), 1);
        assert_eq!(link.asked()[0]["payment"], "pay-1");
        // What was sold stays paid.
        let bought = driver.payment(&payment);
        assert_eq!((bought.sale.state.clone(), bought.payment.state.clone(), bought.payment.refunded), (SaleState::Delivered, PaymentState::Captured, rsd("0.00")));
        assert_eq!(refunds(&bought), [("paid_twice", RefundRoute::Card, RefundState::Done)]);
        world.check_books();
        // Taken back, it is the first one that goes.
        world.operator.void_ticket(&*world.store, world.now(), &ticket.id.to_string(), "a mistake").unwrap();
        assert_eq!(world.send_due(&link), 1);
        assert_eq!(link.asked()[0]["payment"], "pay-2");
        let back = driver.payment(&payment);
        assert_eq!((back.payment.state.clone(), back.payment.refunded), (PaymentState::Refunded, rsd("310.00")));
        assert_eq!(world.balance("clearing bank"), rsd("0.00"));
        world.check_books();
    }

    #[test]
    fn money_for_what_was_given_up_goes_back_bg_83_bg_97(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let payment = driver.begin(&driver.quote_by_card(vehicle, "yellow", 180)).payment;
        let left = drop_payment(&driver, &payment);
        assert_eq!((left.sale.state.clone(), left.payment.state.clone()), (SaleState::Closed, PaymentState::Abandoned));
        assert_eq!((left.payment.reason.as_deref(), left.payment.page_url.as_ref()), (Some("abandoned"), None));
        // He pays otherwise.
        driver.park(vehicle, "yellow", 60);
        world.approve(&payment);
        let late = driver.payment(&payment);
        assert_eq!((late.payment.state.clone(), late.payment.captured), (PaymentState::Abandoned, rsd("0.00")));
        assert_eq!(refunds(&late), [("abandoned", RefundRoute::Card, RefundState::Due)]);
        let told = driver.events(0).events.iter().rev().find_map(|event| event.read::<Purchase>().unwrap());
        assert_eq!(told, Some(late));
        assert_eq!(driver.account().tickets.len(), 1);
        let link = Link::done();
        assert_eq!((world.send_due(&link), link.asked().len()), (1, 1));
        let done = driver.payment(&payment);
        assert_eq!((refunds(&done), done.payment.state.clone()), (vec![("abandoned", RefundRoute::Card, RefundState::Done)], PaymentState::Abandoned));
        // The bank takes a decline back as little.
        assert_eq!(world.notice(&decline(&payment, &format!("pay-{}", payment.id))).status, 204);
        assert_eq!(driver.payment(&payment), done);
        world.check_books();
    }

    #[test]
    fn money_that_comes_after_the_promise_goes_back_bg_47_bg_97(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &[]);
        let quote = driver.quote_by_card(vehicle, "yellow", 180);
        let (expired, declined) = (driver.begin(&quote).payment, driver.begin(&driver.quote_by_card(vehicle, "green", 240)).payment);
        assert_eq!(world.notice(&decline(&declined, "pay-d")).status, 204);
        world.pass(17);
        assert_eq!(world.due(), 1);
        world.pass_seconds(1);
        world.approve(&expired);
        assert_eq!(world.notice(&approval(&declined, "pay-d")).status, 204);
        for payment in [&expired, &declined] {
            let late = driver.payment(payment);
            assert_eq!((late.sale.state.clone(), late.payment.reason.as_deref()), (SaleState::Undeliverable, Some("quote_stale")));
            assert_eq!(refunds(&late), [("undeliverable", RefundRoute::Card, RefundState::Due)]);
        }
        assert!(driver.account().tickets.is_empty());
        world.check_books();
    }

    #[test]
    fn money_for_a_quote_that_is_forgotten_goes_back_bg_97(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &[]);
        let payment = driver.begin(&driver.quote_by_card(vehicle, "yellow", 180)).payment;
        world.pass(61 * 24 * 60);
        world.due();
        world.approve(&payment);
        let late = driver.payment(&payment);
        assert_eq!((late.sale.state.clone(), late.payment.reason.as_deref()), (SaleState::Undeliverable, Some("quote_unknown")));
        assert_eq!((world.send_due(&Link::done()), driver.payment(&payment).payment.state), (1, PaymentState::Refunded));
        world.check_books();
    }

    #[test]
    fn money_for_an_account_that_was_closed_goes_back_av_123(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &[]);
        let waits = driver.begin(&driver.quote_by_card(vehicle, "yellow", 180)).payment;
        let declined = driver.begin(&driver.quote_by_card(vehicle, "green", 240)).payment;
        assert_eq!(world.notice(&decline(&declined, "pay-d")).status, 204);
        assert_eq!(driver.delete("/v1/account").status, 200);
        world.pass(20);
        assert_eq!(world.due(), 0, "nothing waits for the page");
        world.approve(&waits);
        assert_eq!(world.notice(&approval(&declined, "pay-d")).status, 204);
        assert_eq!(world.balance("refunds_payable"), rsd("-635.00"));
        world.check_books();
        let link = Link::done();
        assert_eq!((world.send_due(&link), link.asked().len()), (2, 2));
        assert_eq!((world.balance("refunds_payable"), world.balance("clearing bank")), (rsd("0.00"), rsd("0.00")));
        world.check_books();
    }

    #[test]
    fn a_ticket_that_is_taken_back_is_paid_back_the_way_it_was_paid_bg_97(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let void = |ticket: &mesto_protocol::parking::tickets::Ticket| {
            world.operator.void_ticket(&*world.store, world.now(), &ticket.id.to_string(), "a mistake").unwrap()
        };
        let by_card = driver.begin(&driver.quote_by_card(vehicle, "yellow", 180)).payment;
        world.approve(&by_card);
        let from_deposit = driver.park(vehicle, "red", 60);
        assert_eq!(driver.account().balance, rsd("920.00"));
        world.pass(10);
        assert_eq!(void(&ticket_of(&driver.payment(&by_card)).unwrap()).state, TicketState::Voided);
        assert_eq!(driver.account().balance, rsd("920.00"), "the deposit did not pay it");
        let back = driver.payment(&by_card);
        assert_eq!((refunds(&back), back.payment.state.clone()), (vec![("voided", RefundRoute::Card, RefundState::Due)], PaymentState::Captured));
        assert_eq!((ticket_of(&back).unwrap().state, back.sale.state.clone()), (TicketState::Voided, SaleState::Delivered));
        assert_eq!(void(&from_deposit.ticket).state, TicketState::Voided);
        assert_eq!(driver.account().balance, rsd("1000.00"));
        let back = driver.payment(&from_deposit.payment);
        assert_eq!((refunds(&back), back.payment.state.clone()), (vec![("voided", RefundRoute::Deposit, RefundState::Done)], PaymentState::Refunded));
        assert_eq!(back.payment.refunded, rsd("80.00"));
        let kinds: Vec<String> = expect::<DepositPage>(200, driver.get("/v1/deposit")).items.into_iter().map(|entry| entry.kind).collect();
        assert_eq!(kinds, ["parking.refund", "parking.ticket", "wallet.topup"]);
        assert_eq!(world.balance("revenue parking belgrade"), rsd("0.00"));
        world.check_books();
        let link = Link::done();
        assert_eq!((world.send_due(&link), link.asked().len()), (1, 1), "the deposit is nobody's business");
        assert_eq!(driver.payment(&by_card).payment.state, PaymentState::Refunded);
        assert_eq!(world.balance("refunds_payable"), rsd("0.00"));
        world.check_books();
    }

    #[test]
    fn a_ticket_of_a_closed_account_that_is_taken_back_is_owed_av_123_bg_97(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["200.00"]);
        let by_card = driver.begin(&driver.quote_by_card(vehicle, "yellow", 180)).payment;
        world.approve(&by_card);
        let tickets = [ticket_of(&driver.payment(&by_card)).unwrap(), driver.park(vehicle, "red", 60).ticket];
        assert_eq!(driver.delete("/v1/account").status, 200);
        for ticket in tickets {
            world.operator.void_ticket(&*world.store, world.now(), &ticket.id.to_string(), "a mistake").unwrap();
        }
        // 120 of the deposit, 80 of the ticket from it, and what came by card.
        assert_eq!(world.balance("refunds_payable"), rsd("-510.00"));
        let link = Link::done();
        assert_eq!((world.send_due(&link), link.asked().len()), (1, 1), "only a card is asked for");
        assert_eq!((world.balance("refunds_payable"), world.balance("deposit")), (rsd("-200.00"), rsd("0.00")));
        world.check_books();
    }

    #[test]
    fn what_no_provider_pays_back_is_marked_as_paid_by_hand_once_bg_97_av_123(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["200.00"]);
        let ticket = driver.park(vehicle, "red", 60).ticket;
        assert_eq!(driver.delete("/v1/account").status, 200);
        world.pass(1);
        world.operator.void_ticket(&*world.store, world.now(), &ticket.id.to_string(), "a mistake").unwrap();
        let listed = |all| world.operator.refunds(&*world.store, all).unwrap();
        let owed = listed(false);
        // 120 of the deposit, 80 of the ticket.
        assert_eq!(owed.iter().map(|one| one.refund.amount).collect::<Vec<_>>(), [rsd("120.00"), rsd("80.00")]);
        for (paid, one) in owed.iter().enumerate() {
            assert_eq!((&one.refund.route, &one.refund.state), (&RefundRoute::Transfer, &RefundState::Due));
            world.pass(1);
            let done = |how| world.operator.refund_done(&*world.store, world.now(), one.refund.id, how);
            let marked = done("bank transfer 17").unwrap();
            assert_eq!((marked.refund.state, marked.done_at), (RefundState::Done, Some(world.now())));
            assert!(matches!(done("again"), Err(RefundError::NotByHand { .. })), "paid once");
            assert_eq!(listed(false).len(), 1 - paid);
            world.check_books();
        }
        assert_eq!(listed(true).len(), 2);
        assert_eq!((world.balance("refunds_payable"), world.balance("clearing elsewhere")), (rsd("0.00"), rsd("-200.00")));
        let nobody = RefundId::from_bytes([9; 16]);
        let unknown = world.operator.refund_done(&*world.store, world.now(), nobody, "nothing");
        assert_eq!(unknown, Err(RefundError::Unknown(nobody)));
        let sql = "SELECT note FROM audit_log WHERE action = 'refund.done' ORDER BY id";
        let notes = transact(&*world.store, |tx| tx.query(sql, &[])).unwrap();
        assert_eq!(notes.iter().map(|row| row.get::<String>("note").unwrap()).collect::<Vec<_>>(), ["bank transfer 17"; 2]);
    }

    #[test]
    fn a_refund_that_its_provider_refused_is_paid_by_hand_and_the_driver_sees_it_bg_97(world) {
        let (driver, payment) = undeliverable(world);
        let refund = driver.payment(&payment).payment.refunds[0].id;
        let by_hand = || world.operator.refund_done(&*world.store, world.now(), refund, "bank transfer 18");
        assert!(matches!(by_hand(), Err(RefundError::NotByHand { .. })), "its provider is still asked");
        let link = Link::answering(&[Some((422, r#"{"state":"refused","reason":"card_closed"}"#))]);
        assert_eq!(world.send_due(&link), 1);
        assert_eq!(incidents(world), ["refund_refused"]);

        let before = driver.account().cursor.seq;
        by_hand().unwrap();
        let back = driver.payment(&payment);
        assert_eq!(refunds(&back), [("undeliverable", RefundRoute::Transfer, RefundState::Done)]);
        assert_eq!((back.payment.state.clone(), back.payment.refunded), (PaymentState::Refunded, rsd("310.00")));
        let told: Vec<_> = driver.events(before).events.iter().map(|event| event.read::<Purchase>().unwrap()).collect();
        assert_eq!(told, [Some(back)]);
        assert!(incidents(world).is_empty(), "somebody has looked at it");
        // It stays at the provider, and left from elsewhere: both are seen.
        assert_eq!((world.balance("refunds_payable"), world.balance("clearing elsewhere")), (rsd("0.00"), rsd("-310.00")));
        world.check_books();
    }

    #[test]
    fn an_incident_is_done_with_a_note_and_told_again_when_it_happens_again(world) {
        let driver = world.driver(PHONE);
        let payment = driver.top_up("200.00");
        let mut wrong = approval(&payment, "pay-w");
        wrong.amount = rsd("500.00");
        assert_eq!(world.notice(&wrong).status, 400);
        let found = world.operator.incidents(&*world.store).unwrap();
        let about = (found[0].kind.as_str(), found[0].reference.as_str());
        let done = || world.operator.incident_done(&*world.store, world.now(), about, "the bank was called").unwrap();
        assert!(done());
        assert!(incidents(world).is_empty() && !done(), "there is none any more");
        assert_eq!(world.notice(&wrong).status, 400);
        assert_eq!(incidents(world), [about.0]);
    }

    #[test]
    fn of_two_who_pay_one_order_by_card_one_pays_and_the_other_gets_his_money_back_bg_70_bg_97(world) {
        let people = [world.driver(PHONE), world.driver(OTHER)];
        people.iter().for_each(|driver| drop(driver.add("BG789PP")));
        let new = json!({"city": "belgrade", "zone": "red", "plate": "BG789PP", "violation": "no_ticket"});
        let order: Order = expect(201, world.inspector().act("/v1/inspector/orders", &world.key(), &new));
        people.iter().for_each(|driver| drop(driver.has_slip(&order)));
        let payments = [0, 1].map(|place: usize| {
            let quote: Quote = expect(201, people[place].ask_order(PayMethod::Card, order.id));
            people[place].begin(&quote).payment
        });
        payments.iter().for_each(|payment| world.approve(payment));
        let [first, second] = [0, 1].map(|place: usize| people[place].payment(&payments[place]));
        assert_eq!((paid_order(&first).unwrap().state, first.payment.refunds.len()), (OrderState::Paid, 0));
        assert_eq!((second.sale.state.clone(), second.payment.reason.as_deref()), (SaleState::Undeliverable, Some("order_already_paid")));
        assert_eq!(refunds(&second), [("undeliverable", RefundRoute::Card, RefundState::Due)]);
        assert_eq!(world.balance("receivable orders belgrade"), rsd("0.00"));
        world.check_books();
        assert_eq!(world.send_due(&Link::done()), 1);
        assert_eq!(world.balance("clearing bank"), rsd("1500.00"));
        world.check_books();
    }

    #[test]
    fn an_order_whose_discount_ended_while_the_page_was_open_is_paid_back_bg_70_bg_97(world) {
        let driver = world.driver(PHONE);
        driver.add("BG789PP");
        let new = json!({"city": "belgrade", "zone": "red", "plate": "BG789PP", "violation": "no_ticket"});
        let order: Order = expect(201, world.inspector().act("/v1/inspector/orders", &world.key(), &new));
        driver.has_slip(&order);
        let until = order.discount_until.unwrap();
        world.set(&(until - TimeDelta::minutes(1)).to_rfc3339());
        let quote: Quote = expect(201, driver.ask_order(PayMethod::Card, order.id));
        let payment = driver.begin(&quote).payment;
        world.set(&until.to_rfc3339());
        world.approve(&payment);
        let late = driver.payment(&payment);
        assert_eq!((late.sale.state.clone(), late.payment.reason.as_deref()), (SaleState::Undeliverable, Some("quote_stale")));
        assert_eq!(driver.account().orders[0].state, OrderState::Issued);
        world.check_books();
    }

    #[test]
    fn what_one_sender_has_claimed_no_other_sends_until_he_is_gone(world) {
        let (driver, payment) = undeliverable(world);
        let (inner, silent) = (Link::done(), Silent::default());
        // While the bank is asked, another instance finds nothing to ask.
        let meanwhile = Meanwhile { operator: &world.operator, inner: &inner, store: &world.store, now: world.now() };
        let operator = &world.operator;
        wait(async {
            // This one never hears an answer, and ends.
            let clock = At(world.now());
            tokio::select! {
                sent = send_due(operator, &world.store, &clock, &silent) => panic!("{sent:?}"),
                () = silent.asked.notified() => {}
            }
        });
        assert_eq!(world.send_due(&meanwhile), 0, "it may still be on its way");
        world.pass_seconds(59);
        assert_eq!((world.send_due(&meanwhile), inner.asked().len()), (0, 0));
        world.pass_seconds(1);
        let meanwhile = Meanwhile { now: world.now(), ..meanwhile };
        assert_eq!(world.send_due(&meanwhile), 1);
        assert_eq!(inner.asked().len(), 1, "asked once, and not by both");
        assert_eq!(refunds(&driver.payment(&payment)), [("undeliverable", RefundRoute::Card, RefundState::Done)]);
        world.check_books();
    }

}

/// A bank that never answers.
#[derive(Default)]
struct Silent {
    asked: Notify,
}

impl ProviderLink for Silent {
    fn send(&self, _: HttpRequest) -> Pin<Box<dyn Future<Output = Option<HttpAnswer>> + Send + '_>> {
        self.asked.notify_one();
        Box::pin(std::future::pending())
    }
}

/// While it is asked, it lets another instance send what is due.
struct Meanwhile<'a> {
    operator: &'a Arc<Operator>,
    inner: &'a Link,
    store: &'a Arc<dyn Store>,
    now: DateTime<Utc>,
}

impl ProviderLink for Meanwhile<'_> {
    fn send(&self, request: HttpRequest) -> Pin<Box<dyn Future<Output = Option<HttpAnswer>> + Send + '_>> {
        Box::pin(async move {
            let others = send_due(self.operator, self.store, &At(self.now), self.inner).await;
            assert_eq!(others, Ok(0));
            self.inner.send(request).await
        })
    }
}
