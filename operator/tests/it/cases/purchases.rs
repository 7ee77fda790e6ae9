//! What is bought by card: quoted, begun on the bank's page, delivered when the bank says so.

use chrono::TimeDelta;
use mesto_operator::Response;
use mesto_protocol::base::payments::{
    Bought, PayMethod, PaymentState, Purchase, PurchasePage, PurchaseRequest, Quote, QuoteRequest, SaleState, Wanted,
};
use mesto_protocol::base::wallet::DepositPage;
use mesto_protocol::kernel::ids::{OrderId, RecordId};
use mesto_protocol::orders::driver::{Order, OrderState, OrdersSubject};
use mesto_protocol::parking::signed::TicketClaims;
use mesto_rules::fact::{Certainty, Fact, Known};
use mesto_rules::money::Money;
use serde_json::{Value, json};

use crate::world::{
    Person, World, approval, asking_for, decline, device, expect, paid_order, parking, parking_of, refused, rsd,
    ticket_of,
};

const PHONE: &str = "+381641234567";
const OTHER: &str = "+381650000000";

fn known(amount: &str) -> Fact<Money> {
    let source = "decision".parse().unwrap();
    Fact::Known(Known { value: rsd(amount), certainty: Certainty::Assumed, source })
}

/// A Belgrade whose orders cost this, half of it while the discount holds.
fn with_orders_of(world: &World, price: &str) -> World {
    world.with_orders(|orders| orders.rates.iter_mut().for_each(|rates| rates.zoned = known(price)))
}

fn issue(world: &World, plate: &str) -> Order {
    let order = json!({"city": "belgrade", "zone": "red", "plate": plate, "violation": "no_ticket"});
    expect(201, world.inspector().act("/v1/inspector/orders", &world.key(), &order))
}

/// What the last event told of a purchase.
fn last_told(driver: &Person<'_>) -> Purchase {
    let events = driver.events(0).events;
    let told = events.iter().rev().find_map(|event| event.read::<Purchase>().unwrap());
    told.expect("an event of a purchase")
}

on_both_databases! {
    #[test]
    fn a_ticket_bought_by_card_is_delivered_when_the_bank_approves_bg_25_bg_27_bg_43_bg_47_bg_89(world) {
        let driver = world.driver(PHONE);
        let vehicle = driver.add("BG789PP").id;
        let quote = driver.quote_by_card(vehicle, "yellow", 180);
        assert_eq!((quote.total, quote.page_lives_seconds), (rsd("310.00"), Some(900)));
        assert_eq!(parking(&quote).latest_end_at, world.now() + TimeDelta::minutes(180 + 2 + 15));
        let Bought { sale, payment, balance } = driver.begin(&quote);
        assert_eq!((sale.state, payment.state.clone(), balance), (SaleState::Open, PaymentState::Pending, rsd("0.00")));
        assert_eq!((payment.amount, payment.captured, payment.provider.as_deref()), (rsd("310.00"), rsd("0.00"), Some("bank")));
        assert!(payment.page_url.as_deref().unwrap().contains("?amount=310.00&currency=RSD&"), "{payment:?}");
        assert_eq!(payment.expires_at, Some(world.now() + TimeDelta::minutes(15)));
        let waits = driver.payment(&payment);
        assert_eq!((ticket_of(&waits), driver.account().open, driver.account().tickets), (None, vec![waits.clone()], vec![]));
        assert_eq!(last_told(&driver), waits);
        let before = driver.account().cursor.seq;

        world.pass(9);
        world.approve(&payment);
        let bought = driver.payment(&payment);
        let ticket = ticket_of(&bought).unwrap();
        assert_eq!((ticket.starts_at, ticket.paid_minutes, ticket.price, ticket.pay.clone()), (world.now(), 180, rsd("310.00"), PayMethod::Card));
        assert_eq!((bought.sale.state.clone(), bought.payment.state.clone()), (SaleState::Delivered, PaymentState::Captured));
        assert_eq!((bought.payment.captured, bought.payment.page_url.as_ref(), bought.payment.refunds.len()), (rsd("310.00"), None, 0));
        let events = driver.events(before).events;
        let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
        assert_eq!(kinds, ["parking.ticket", "payments.purchase"]);
        assert_eq!((last_told(&driver), driver.account().tickets), (bought, vec![ticket.clone()]));
        assert!(driver.account().open.is_empty());
        // It is bound to the phone that bought it, as one from the deposit is.
        let claims = TicketClaims::verify(&ticket.signed, &world.key_set(), world.now()).unwrap();
        assert_eq!((claims.device, claims.bought_at), (Some(device(9).device_key()), ticket.issued_at));
        // The deposit has nothing to do with it.
        assert!(expect::<DepositPage>(200, driver.get("/v1/deposit")).items.is_empty());
        assert_eq!((world.balance("clearing bank"), world.balance("revenue parking belgrade")), (rsd("310.00"), rsd("-310.00")));
        world.check_books();
    }

    #[test]
    fn an_order_bought_by_card_is_paid_when_the_bank_approves_bg_25_bg_27_bg_70_bg_89(world) {
        let driver = world.driver(PHONE);
        let other = world.driver(OTHER);
        driver.add("BG789PP");
        other.add("BG789PP");
        let order = issue(world, "BG789PP");
        driver.has_slip(&order);
        other.has_slip(&order);
        let quote: Quote = expect(201, driver.ask_order(PayMethod::Card, order.id));
        assert_eq!(quote.total, rsd("1500.00"));
        let payment = driver.begin(&quote).payment;
        assert_eq!((paid_order(&driver.payment(&payment)), driver.account().orders[0].state.clone()), (None, OrderState::Issued));
        world.pass(3);
        world.approve(&payment);
        let bought = driver.payment(&payment);
        let paid = paid_order(&bought).unwrap();
        assert_eq!((paid.id, paid.state.clone(), paid.paid_at, paid.owed), (order.id, OrderState::Paid, Some(world.now()), rsd("1500.00")));
        assert_eq!((bought.sale.state.clone(), bought.payment.captured), (SaleState::Delivered, rsd("1500.00")));
        assert_eq!(last_told(&driver), bought);
        world.due();
        assert_eq!(other.account().orders, [paid]);
        assert_eq!((world.balance("receivable orders belgrade"), world.balance("clearing bank")), (rsd("0.00"), rsd("1500.00")));
        world.check_books();
    }

    #[test]
    fn below_200_by_card_nothing_is_quoted_while_the_fee_is_unknown_and_at_200_it_is_sold_bg_93(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &[]);
        let sold = |world: &World, quoted: Response, amount: &str| {
            let driver = Person { world, token: driver.token.clone(), account: driver.account };
            let quote: Quote = expect(201, quoted);
            assert_eq!(quote.total, rsd(amount));
            let payment = driver.begin(&quote).payment;
            world.approve(&payment);
            assert_eq!(driver.payment(&payment).sale.state, SaleState::Delivered, "{amount}");
            world.check_books();
        };
        // 80.00 and 199.99.
        assert_eq!(refused("card_fee_unknown", &driver.ask_by(PayMethod::Card, vehicle, "red", 60))["below"]["amount"], "200.00");
        let dearer = &world.in_city(|city| city.sections.wallet.card.free_from = rsd("200.01"));
        let there = Person { world: dearer, token: driver.token.clone(), account: driver.account };
        refused("card_fee_unknown", &there.ask_by(PayMethod::Card, vehicle, "red", 90));
        expect::<Quote>(201, there.ask(vehicle, "red", 90));
        sold(world, driver.ask_by(PayMethod::Card, vehicle, "red", 90), "200.00");
        sold(world, driver.ask_by(PayMethod::Card, vehicle, "yellow", 180), "310.00");
        for (price, due, is_sold) in [("399.98", "199.99", false), ("400.00", "200.00", true), ("400.02", "200.01", true)] {
            world.pass(7 * 24 * 60);
            let there = &with_orders_of(world, price);
            let order = issue(there, "BG789PP");
            assert_eq!(order.owed, rsd(due));
            let driver = Person { world: there, token: driver.token.clone(), account: driver.account };
            driver.has_slip(&order);
            let asked = driver.ask_order(PayMethod::Card, order.id);
            if is_sold {
                sold(there, asked, due);
            } else {
                assert_eq!(refused("card_fee_unknown", &asked)["below"]["amount"], "200.00");
                there.operator.cancel_order(&*there.store, there.now(), &order.id.to_string(), "a mistake").unwrap();
            }
        }
    }

    #[test]
    fn a_known_fee_is_a_line_of_its_own_and_paid_with_the_rest_bg_93(world) {
        let world = &world.in_city(|city| {
            city.sections.wallet.card.fee = known("15.00");
            let mut orders = city.section::<mesto_rules::orders::OrdersSection>().unwrap().clone();
            orders.rates.iter_mut().for_each(|rates| rates.zoned = known("300.00"));
            city.put_section(orders).unwrap();
        });
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &[]);
        let order = issue(world, "BG789PP");
        driver.has_slip(&order);
        for (asked, price) in [
            (driver.ask_by(PayMethod::Card, vehicle, "green", 60), "55.00"),
            (driver.ask_order(PayMethod::Card, order.id), "150.00"),
        ] {
            let quote: Quote = expect(201, asked);
            let lines = &quote.items[0].lines;
            let shown: Vec<_> = lines.iter().map(|line| (line.kind.as_str(), line.amount)).collect();
            assert_eq!(shown[1..], [("payments.card_fee", rsd("15.00"))], "{shown:?}");
            assert_eq!((shown[0].1, lines[1].params.0["below"]["amount"].as_str()), (rsd(price), Some("200.00")));
            assert_eq!(quote.total, rsd(price).checked_add(&rsd("15.00")).unwrap());
            let payment = driver.begin(&quote).payment;
            world.approve(&payment);
            assert_eq!(driver.payment(&payment).sale.state, SaleState::Delivered);
            world.check_books();
        }
        assert_eq!(driver.account().orders[0].owed, rsd("150.00"), "the fee is not the order's");
        assert_eq!(world.balance("clearing bank"), rsd("235.00"));
        assert_eq!((world.balance("revenue parking belgrade"), world.balance("receivable orders belgrade")), (rsd("-70.00"), rsd("0.00")));
        assert_eq!(world.balance("revenue orders belgrade"), rsd("-165.00"));
    }

    #[test]
    fn declined_and_then_approved_it_is_delivered_all_the_same_bg_83_bg_89(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &[]);
        let payment = driver.begin(&driver.quote_by_card(vehicle, "yellow", 180)).payment;
        assert_eq!(world.notice(&decline(&payment, "pay-1")).status, 204);
        let declined = driver.payment(&payment);
        assert_eq!((declined.sale.state.clone(), declined.payment.state.clone()), (SaleState::Closed, PaymentState::Declined));
        assert_eq!((declined.payment.reason.as_deref(), last_told(&driver)), (Some("authentication_failed"), declined.clone()));
        world.pass(1);
        assert_eq!(world.notice(&approval(&payment, "pay-1")).status, 204);
        let bought = driver.payment(&payment);
        assert_eq!((bought.payment.state.clone(), bought.payment.reason.as_deref()), (PaymentState::Captured, None));
        assert_eq!((ticket_of(&bought).unwrap().starts_at, last_told(&driver)), (world.now(), bought.clone()));
        // Nothing is left to be done for the page.
        world.pass(20);
        assert_eq!(world.due(), 0);
        world.check_books();
    }

    #[test]
    fn expired_and_then_approved_it_is_delivered_while_the_promise_holds_bg_47_bg_89(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &[]);
        let quote = driver.quote_by_card(vehicle, "yellow", 180);
        let payment = driver.begin(&quote).payment;
        world.pass(15);
        assert_eq!(world.due(), 1);
        let expired = driver.payment(&payment);
        assert_eq!((expired.sale.state.clone(), expired.payment.state.clone()), (SaleState::Closed, PaymentState::Expired));
        assert_eq!(last_told(&driver), expired);
        world.pass(2);
        world.approve(&payment);
        let ticket = ticket_of(&driver.payment(&payment)).unwrap();
        assert_eq!((ticket.starts_at, ticket.ends_at), (world.now(), parking(&quote).latest_end_at));
        world.check_books();
    }

    #[test]
    fn what_is_asked_for_wrongly_is_not_quoted_and_said_why(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let (stranger, _) = world.driver_with(OTHER, "BG111AA", &[]);
        let right = asking_for(&parking_of(vehicle, "red", 60), PayMethod::Deposit);
        let ask = |request: &QuoteRequest| driver.post("/v1/quotes", request);
        assert_eq!(ask(&QuoteRequest { payer: Some(driver.account), ..right.clone() }).status, 201);
        let refusal = ask(&QuoteRequest { payer: Some(stranger.account), ..right.clone() });
        assert_eq!(refused("bad_request", &refusal)["field"], "payer");
        for items in [vec![], [right.items.as_slice(), right.items.as_slice()].concat()] {
            assert_eq!(refused("items_not_supported", &ask(&QuoteRequest { items, ..right.clone() }))["most"], 1);
        }
        let walks = Wanted { service: "walks".into(), ..right.items[0].clone() };
        let refusal = refused("service_unknown", &ask(&QuoteRequest { items: vec![walks], ..right.clone() }));
        assert_eq!(refusal["known"], json!(["wallet", "parking", "orders", "garages", "rides", "cards", "passes", "merchants"]));
        for word in ["sms", "cash", ""] {
            let refusal = ask(&QuoteRequest { pay: PayMethod::Other(word.into()), ..right.clone() });
            let refusal = refused("payment_method_not_allowed", &refusal);
            assert_eq!((&refusal["method"], &refusal["allowed"]), (&json!(word), &json!(["deposit", "card"])));
        }
        // A subject of another service is none of this one's.
        let mixed = Wanted { service: "orders".into(), ..right.items[0].clone() };
        assert_eq!(refused("bad_request", &ask(&QuoteRequest { items: vec![mixed], ..right }))["field"], "items.subject");
        refused("not_found", &driver.ask_for(&OrdersSubject { order: OrderId::from_bytes([7; 16]) }, PayMethod::Card));
        assert_eq!(driver.account().balance, rsd("1000.00"));
    }

    #[test]
    fn a_quote_is_bought_by_whom_it_is_of_and_by_card_with_a_way_back_bg_91(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let (stranger, _) = world.driver_with(OTHER, "BG111AA", &["1000.00"]);
        let (by_card, from_deposit) = (driver.quote_by_card(vehicle, "yellow", 180), driver.quote(vehicle, "red", 60));
        for quote in [&by_card, &from_deposit] {
            refused("quote_unknown", &stranger.buy_with(&world.key(), quote));
        }
        let with = |url: Option<&str>| {
            let asked = PurchaseRequest { return_url: url.map(Into::into), ..driver.purchase(&by_card) };
            driver.act("/v1/purchases", &world.key(), &asked)
        };
        for url in [None, Some(""), Some("javascript:alert(1)"), Some("https://evil.example/back")] {
            assert_eq!(refused("bad_request", &with(url))["field"], "return_url", "{url:?}");
        }
        assert!(driver.account().open.is_empty());
        let bought: Bought = expect(201, with(Some("mesto://parking")));
        let again = refused("quote_used", &with(Some("mesto://parking")));
        assert_eq!((&again["sale"], again.get("bought")), (&json!(bought.sale.id), None));
        world.approve(&bought.payment);
        let ticket = ticket_of(&driver.payment(&bought.payment)).unwrap();
        assert_eq!(refused("quote_used", &with(Some("mesto://parking")))["bought"], json!(ticket.id));
        // From the deposit no way back is needed.
        driver.buy(&from_deposit);
        world.check_books();
    }

    #[test]
    fn what_somebody_else_paid_is_not_there(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let (stranger, _) = world.driver_with(OTHER, "BG111AA", &[]);
        let payments = [driver.begin(&driver.quote_by_card(vehicle, "yellow", 180)).payment, driver.park(vehicle, "red", 60).payment];
        for payment in payments.iter().map(|payment| payment.id.to_string()).chain(["py_x".into(), "%20".into()]) {
            let path = format!("/v1/payments/{payment}");
            refused("not_found", &stranger.get(&path));
            refused("not_found", &stranger.delete(&path));
        }
        assert!(expect::<PurchasePage>(200, stranger.get("/v1/payments")).items.is_empty());
        assert_eq!(driver.payment(&payments[0]).payment.state, PaymentState::Pending);
        // One from the deposit is told like any other, and ended when it began.
        let paid: Purchase = expect(200, driver.delete(&format!("/v1/payments/{}", payments[1].id)));
        assert_eq!((&paid.payment, paid.payment.state.clone()), (&payments[1], PaymentState::Captured));
        refused("forbidden", &world.inspector().get("/v1/payments"));
    }

    #[test]
    fn payments_are_listed_newest_first_in_pages_bg_82(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["1000.00"]);
        let mut payments: Vec<Purchase> = Vec::new();
        for zone in ["red", "yellow", "green"] {
            world.pass(1);
            payments.insert(0, driver.payment(&driver.park(vehicle, zone, 30).payment));
        }
        let list = |query: &str| expect::<PurchasePage>(200, driver.get(&format!("/v1/payments{query}")));
        assert_eq!(list("").items.len(), 4, "the top-up too");
        let first = list("?limit=2");
        assert_eq!(first.items, payments[..2]);
        let second = list(&format!("?limit=2&cursor={}", first.next.unwrap()));
        assert_eq!((&second.items[0], second.next), (&payments[2], None));
        let exactly = list("?limit=4");
        assert_eq!((exactly.items.len(), exactly.next), (4, None));
        // Those that wait, while they do.
        assert!(list("?state=open").items.is_empty());
        let mut open = Vec::new();
        for _ in 0..3 {
            world.pass(1);
            open.insert(0, driver.top_up("200.00").id);
        }
        let ids = |page: &PurchasePage| page.items.iter().map(|purchase| purchase.payment.id).collect::<Vec<_>>();
        let first = list("?state=open&limit=2");
        let second = list(&format!("?state=open&limit=2&cursor={}", first.next.as_deref().unwrap()));
        assert_eq!([ids(&first), ids(&second)].concat(), open);
        assert_eq!((second.next, list("").items.len()), (None, 7));
        world.pass(13);
        assert_eq!(ids(&list("?state=open")), open[..2], "the page of the first is over");
        for wrong in ["?state=closed", "?cursor=x", "?cursor=py_01jd4f8q0r3n7w2x5y6z8a9b1c"] {
            refused("bad_request", &driver.get(&format!("/v1/payments{wrong}")));
        }
    }

    #[test]
    fn a_purchase_by_card_is_answered_again_from_how_it_stands_bg_34(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &[]);
        let (key, quote) = (world.key(), driver.quote_by_card(vehicle, "yellow", 180));
        let purchase = driver.purchase(&quote);
        let first = driver.act("/v1/purchases", &key, &purchase);
        let begun: Bought = expect(201, first.clone());
        world.approve(&begun.payment);
        let again = driver.act("/v1/purchases", &key, &purchase);
        assert_eq!(again.body, first.body, "byte for byte, while it is kept");
        world.pass(33 * 24 * 60);
        world.due();
        let Bought { sale, payment, balance } = expect(201, driver.act("/v1/purchases", &key, &purchase));
        assert_eq!((sale.state.clone(), payment.state.clone(), balance), (SaleState::Delivered, PaymentState::Captured, rsd("0.00")));
        assert_eq!(Purchase { sale, payment }, driver.payment(&begun.payment));
        let outcome: Value = expect(200, driver.get(&format!("/v1/intents/{key}")));
        assert_eq!(outcome["answer"]["sale"]["items"][0]["outcome"]["ticket"]["state"], "expired");
        world.check_books();
    }

    #[test]
    fn what_was_paid_is_exported_bg_34(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["200.00"]);
        world.pass(1);
        driver.park(vehicle, "red", 60);
        world.pass(1);
        let payment = driver.begin(&driver.quote_by_card(vehicle, "yellow", 180)).payment;
        assert_eq!(expect::<Purchase>(200, driver.delete(&format!("/v1/payments/{}", payment.id))).payment.state, PaymentState::Abandoned);
        world.approve(&payment);
        let known: Value = expect(200, driver.get("/v1/account/export"));
        let states = |name: &str| known[name].as_array().unwrap().iter().map(|row| row["state"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(states("sales"), ["delivered", "delivered", "closed"]);
        assert_eq!(states("payments"), ["captured", "abandoned"]);
        assert_eq!((states("refunds"), &known["refunds"][0]["payment"]), (vec!["due".to_owned()], &json!(payment.id)));
        assert_eq!(known["quotes"].as_array().unwrap().len(), 3);
    }

    #[test]
    fn a_notice_that_names_no_payment_or_too_long_a_one_is_refused_bg_94(world) {
        let driver = world.driver(PHONE);
        let payment = driver.top_up("200.00");
        for name in [String::new(), "x".repeat(65)] {
            refused("notice_invalid", &world.notice(&approval(&payment, &name)));
        }
        assert_eq!(world.notice(&approval(&payment, &"x".repeat(64))).status, 204);
        assert_eq!(driver.account().balance, rsd("200.00"));
        assert!(world.operator.incidents(&*world.store).unwrap().is_empty());
    }
}
