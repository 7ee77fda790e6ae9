//! Sixty-four at the same instant, for the same thing: one gets it, and the books hold.

use std::collections::BTreeMap;

use mesto_operator::{OrderLimits, Request, Response};
use mesto_protocol::base::payments::{self, Bought, NoticeOutcome, PayMethod, Payment, ProviderNotice, Quote};
use mesto_protocol::base::sign_in;
use mesto_protocol::garages::visits::GaragesSubject;
use mesto_protocol::kernel::ids::OrderId;
use mesto_protocol::orders::driver::{self as orders, OrderSlip};
use mesto_protocol::parking::purchase::ParkingOutcome;
use mesto_protocol::parking::tickets;
use mesto_protocol::signed_code::REISSUES;
use mesto_simulation::driver::{Counter as _, Driver, approval, notice};
use serde_json::{Value, json};

use crate::answers::number_of_nobody;
use crate::scene::{Scene, device_key, must, phone_of, sign_in};
use crate::served::{CROWD, Served};

/// How often each answer came: its code, or `ok`.
fn counted(answers: &[Response]) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for answer in answers {
        assert!(answer.status < 500, "{} {}", answer.status, String::from_utf8_lossy(&answer.body));
        let code = answer.refusal().map_or_else(|| "ok".to_owned(), |problem| problem.code);
        *counted.entry(code).or_default() += 1;
    }
    counted
}

/// One was done, and the others were told so with one of these codes.
#[track_caller]
fn one_of(answers: &[Response], refused_with: &[&str]) {
    let counted = counted(answers);
    assert_eq!(counted.get("ok"), Some(&1), "{counted:?}");
    for code in counted.keys().filter(|code| *code != "ok") {
        assert!(refused_with.contains(&code.as_str()), "{counted:?}");
    }
}

fn crowd<T>(make: impl FnMut(usize) -> T) -> Vec<T> {
    (0..CROWD).map(make).collect()
}

fn balance(served: &Served, driver: &Driver<'_>) -> i64 {
    served.number(&format!("SELECT deposit AS number FROM account WHERE id = '{}'", driver.account))
}

fn rich(served: &Served, number: u64) -> Driver<'_> {
    let mut driver = Driver::new(served, number);
    driver.fund(5_000);
    driver
}

fn get(driver: &Driver<'_>, path: &str) -> Request {
    Request::new("GET", path).bearer(&driver.token)
}

on_both_databases! {
    #[test]
    fn one_quote_is_bought_once(served) {
        let mut driver = rich(served, 1);
        let quote = driver.quote(driver.vehicle, "red", 60);
        one_of(&served.at_once(&crowd(|_| driver.purchase(&quote))), &["quote_used"]);
        assert_eq!(served.number("SELECT COUNT(*) AS number FROM ticket"), 1);
        assert_eq!(balance(served, &driver), 500_000 - quote.total.minor().unwrap());
        served.check();
    }

    #[test]
    fn one_key_is_executed_once_and_answered_alike(served) {
        let mut driver = rich(served, 1);
        let quote = driver.quote(driver.vehicle, "red", 60);
        let purchase = driver.purchase(&quote);
        let answers = served.at_once(&crowd(|_| purchase.clone()));
        let counted = counted(&answers);
        let known = counted.keys().all(|code| ["ok", "request_in_flight"].contains(&code.as_str()));
        assert!(known && counted["ok"] >= 1, "{counted:?}");
        let again = served.send(&purchase);
        for answer in answers.iter().filter(|answer| answer.status == 201) {
            assert_eq!(answer.body, again.body);
        }
        assert_eq!(served.number("SELECT COUNT(*) AS number FROM ticket"), 1);
        served.check();
    }

    #[test]
    fn a_deposit_is_spent_no_further_than_it_reaches(served) {
        let mut driver = Driver::new(served, 1);
        driver.fund(500);
        let mut vehicles = vec![driver.vehicle];
        vehicles.extend((0..12).map(|number| driver.add_vehicle(&format!("NS{number:03}AA"))));
        let mut quotes = Vec::new();
        for vehicle in vehicles {
            for zone in ["a", "red", "yellow", "green", "blue"] {
                quotes.push(driver.quote(vehicle, zone, if zone == "a" { 30 } else { 60 }));
            }
        }
        quotes.truncate(CROWD);
        let purchases: Vec<Request> = quotes.iter().map(|quote| driver.purchase(quote)).collect();
        let answers = served.at_once(&purchases);
        let counted = counted(&answers);
        assert!(counted.keys().all(|code| ["ok", "deposit_too_low"].contains(&code.as_str())), "{counted:?}");
        let spent: i64 = quotes.iter().zip(&answers).filter(|(_, answer)| answer.status == 201)
            .map(|(quote, _)| quote.total.minor().unwrap()).sum();
        assert_eq!(balance(served, &driver), 50_000 - spent);
        // Nobody was refused what was still there.
        for (quote, _) in quotes.iter().zip(&answers).filter(|(_, answer)| answer.status != 201) {
            assert!(balance(served, &driver) < quote.total.minor().unwrap(), "{} was refused", quote.total);
        }
        served.check();
    }

    #[test]
    fn one_order_is_paid_once(served) {
        let scene = Scene::new(served);
        let mut driver = rich(served, 1_001);
        let order = scene.order("blue");
        must::<Value>(served, &Request::new("POST", orders::BY_SLIP.path).bearer(&driver.token).json(&OrderSlip { number: order.number.shown() }));
        let order: OrderId = order.id;
        let quotes = crowd(|_| driver.order_quote(order, PayMethod::Deposit));
        let purchases: Vec<Request> = quotes.iter().map(|quote| driver.purchase(quote)).collect();
        one_of(&served.at_once(&purchases), &["order_already_paid", "quote_stale"]);
        assert_eq!(balance(served, &driver), 500_000 - quotes[0].total.minor().unwrap());
        served.check();
    }

    #[test]
    fn one_visit_is_paid_once_by_two_drivers(served) {
        let scene = Scene::new(served);
        let mut drivers = [rich(served, 1_001), rich(served, 1_002)];
        let subject = GaragesSubject { facility: crate::scene::FACILITY.parse().unwrap(), ticket: scene.garage_ticket(&[]) };
        let quotes = crowd(|place| drivers[place % 2].price(&subject, PayMethod::Deposit));
        let purchases: Vec<Request> = quotes.iter().enumerate().map(|(place, quote)| drivers[place % 2].purchase(quote)).collect();
        one_of(&served.at_once(&purchases), &["visit_already_paid", "nothing_owed", "quote_stale"]);
        let left: i64 = drivers.iter().map(|driver| balance(served, driver)).sum();
        assert_eq!(left, 1_000_000 - quotes[0].total.minor().unwrap());
        served.check();
    }

    #[test]
    fn one_notice_of_the_bank_is_credited_once(served) {
        let mut driver = Driver::new(served, 1);
        let payment = driver.topup(1_000);
        let told = approval(&payment, "pay-1");
        let answers = served.at_once(&crowd(|_| told.clone()));
        assert!(answers.iter().all(|answer| answer.status == 204), "{:?}", counted(&answers));
        assert_eq!(balance(served, &driver), 100_000);
        served.check();
    }

    #[test]
    fn many_payments_of_the_bank_for_one_top_up_are_credited_once_or_given_back(served) {
        let mut driver = Driver::new(served, 1);
        let payment = driver.topup(1_000);
        let answers = served.at_once(&crowd(|place| approval(&payment, &format!("pay-{place}"))));
        let counted = counted(&answers);
        assert!(counted["ok"] >= 1 && counted.keys().all(|code| ["ok", "notice_contradicts"].contains(&code.as_str())), "{counted:?}");
        assert_eq!(balance(served, &driver), 100_000);
        let back = format!("SELECT COALESCE(CAST(SUM(amount) AS BIGINT), 0) AS number FROM refund WHERE payment = '{}'", payment.id);
        let others = i64::try_from(counted["ok"] - 1).unwrap();
        assert_eq!(served.number(&back), 100_000 * others, "what the bank took beside the one goes back");
        served.check();
    }

    #[test]
    fn an_approval_a_decline_and_giving_up_end_a_payment_one_way(served) {
        let mut driver = Driver::new(served, 1);
        for round in 0..4 {
            let before = balance(served, &driver);
            let payment = driver.topup(1_000);
            let name = format!("pay-{round}");
            let declined = notice(&ProviderNotice {
                payment: name.clone(), reference: payment.id.to_string(), amount: payment.amount,
                outcome: NoticeOutcome::Declined, reason: Some("authentication_failed".into()),
            });
            let gives_up = Request::new("DELETE", &payments::ABANDON.target(&[&payment.id.to_string()], &[])).bearer(&driver.token);
            let answers = served.at_once(&crowd(|place| match place % 3 {
                0 => approval(&payment, &name),
                1 => declined.clone(),
                _ => gives_up.clone(),
            }));
            counted(&answers);
            let credited = balance(served, &driver) - before;
            let back = served.number(&format!("SELECT COALESCE(CAST(SUM(amount) AS BIGINT), 0) AS number FROM refund WHERE payment = '{}'", payment.id));
            assert_eq!(credited + back, 100_000, "an approval counts once, or its money goes back");
            served.check();
        }
    }

    #[test]
    fn one_plate_is_added_once_and_no_more_than_fit(served) {
        let mut driver = Driver::new(served, 1);
        let add = |driver: &mut Driver<'_>, plate: &str| driver.post("/v1/vehicles", &json!({"city": "belgrade", "plate": plate}));
        let same = crowd(|_| add(&mut driver, "NS123AB"));
        one_of(&served.at_once(&same), &["vehicle_exists"]);
        let others = crowd(|place| add(&mut driver, &format!("NS{place:03}CD")));
        let counted = counted(&served.at_once(&others));
        // Twenty fit in an account, two are there.
        assert_eq!((counted["ok"], counted["too_many_vehicles"]), (18, CROWD - 18), "{counted:?}");
        served.check();
    }

    #[test]
    fn a_tickets_code_moves_no_more_than_it_may_and_one_is_good(served) {
        let mut driver = rich(served, 1);
        let quote = driver.quote(driver.vehicle, "red", 60);
        let buys = driver.purchase(&quote);
        let bought: Bought = must(served, &buys);
        let ticket = bought.sale.items[0].outcome::<ParkingOutcome>().unwrap().unwrap().ticket;
        let phones: Vec<String> = (0..8).map(|phone| sign_in(served, &phone_of(1), 300 + phone).token).collect();
        let path = tickets::CODE.target(&[&ticket.id.to_string()], &[]);
        let answers = served.at_once(&crowd(|place| Request::new("POST", &path).bearer(&phones[place % phones.len()])));
        let counted = counted(&answers);
        assert!(counted["ok"] >= 1 && counted.keys().all(|code| ["ok", "too_many_requests"].contains(&code.as_str())), "{counted:?}");
        let issue = served.number(&format!("SELECT issue AS number FROM ticket_plate WHERE ticket = '{}'", ticket.id));
        assert!((2..=i64::from(REISSUES) + 1).contains(&issue), "{issue}");
        // Every phone is told of the same code, and it is one that was given.
        let read: tickets::Ticket = must(served, &get(&driver, &format!("/v1/tickets/{}", ticket.id)));
        let given: Vec<String> = answers.iter().filter(|answer| answer.status == 200)
            .map(|answer| answer.read::<Value>().unwrap()["signed"].as_str().unwrap().to_owned()).collect();
        assert!(given.contains(&read.signed), "the newest code was given to nobody");
        served.check();
    }

    #[test]
    fn a_session_that_ends_while_it_buys_buys_wholly_or_not_at_all(served) {
        let mut driver = rich(served, 1);
        let mut quotes = Vec::new();
        for number in 0..12 {
            let vehicle = driver.add_vehicle(&format!("NS{number:03}AA"));
            quotes.extend(["a", "red", "yellow", "green", "blue"].map(|zone| driver.quote(vehicle, zone, 30)));
        }
        let mut requests: Vec<Request> = quotes.iter().map(|quote| driver.purchase(quote)).collect();
        requests.insert(requests.len() / 3, Request::new("DELETE", sign_in::SIGN_OUT.path).bearer(&driver.token));
        let answers = served.at_once(&requests);
        let counted = counted(&answers);
        assert!(counted.keys().all(|code| ["ok", "unauthorized", "deposit_too_low"].contains(&code.as_str())), "{counted:?}");
        let sold = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(served.number("SELECT COUNT(*) AS number FROM ticket"), i64::try_from(sold).unwrap());
        assert_eq!(served.send(&get(&driver, "/v1/account")).status, 401);
        served.check();
    }

    #[test]
    fn one_code_makes_one_session_and_one_account(served) {
        let phone = "+381651234567";
        let asks = served.at_once(&crowd(|_| Request::new("POST", sign_in::SEND_CODE.path).json(&json!({"phone": phone}))));
        one_of(&asks, &["code_sent_already"]);
        assert_eq!(served.operator.messages_to(&*served.store, phone).unwrap().len(), 1);
        let code = served.last_code(phone);
        let sessions = crowd(|place| {
            let body = json!({"phone": phone, "code": code, "device": "phone", "device_key": device_key(place as u64)});
            Request::new("POST", sign_in::SIGN_IN.path).json(&body)
        });
        one_of(&served.at_once(&sessions), &["code_expired"]);
        assert_eq!(served.number("SELECT COUNT(*) AS number FROM account WHERE kind = 'person'"), 1);
        assert_eq!(served.number("SELECT COUNT(*) AS number FROM token"), 1);
        served.check();
    }

    #[test]
    fn guesses_at_once_are_no_more_than_guesses_one_after_another(served) {
        let phone = "+381651234567";
        must::<Value>(served, &Request::new("POST", sign_in::SEND_CODE.path).json(&json!({"phone": phone})));
        let right: usize = served.last_code(phone).parse().unwrap();
        let guess = |code: usize| {
            let body = json!({"phone": phone, "code": format!("{code:06}"), "device": "phone", "device_key": device_key(1)});
            Request::new("POST", sign_in::SIGN_IN.path).json(&body)
        };
        let counted = counted(&served.at_once(&crowd(|place| guess((right + 1 + place) % 1_000_000))));
        assert_eq!((counted["code_wrong"], counted["code_tries_exhausted"]), (5, CROWD - 5), "{counted:?}");
        assert_eq!(served.send(&guess(right)).refusal().unwrap().code, "code_tries_exhausted");
    }

    #[test]
    fn slips_tried_at_once_are_no_more_than_slips_one_after_another(served) {
        let drivers = [Driver::new(served, 1), Driver::new(served, 2)];
        let slip = |driver: &Driver<'_>| {
            Request::new("POST", orders::BY_SLIP.path).bearer(&driver.token).json(&json!({"number": number_of_nobody()}))
        };
        let most = usize::try_from(OrderLimits::default().wrong_numbers_per_account).unwrap();
        for tries in 0..most {
            assert_eq!(served.send(&slip(&drivers[0])).status, 404, "after {tries} tries");
        }
        assert_eq!(served.send(&slip(&drivers[0])).status, 429);
        let at_once = counted(&served.at_once(&crowd(|_| slip(&drivers[1]))));
        assert_eq!((at_once["not_found"], at_once["too_many_requests"]), (most, CROWD - most), "{at_once:?}");
    }

    #[test]
    fn an_account_is_closed_in_parallel_with_everything(served) {
        let scene = Scene::new(served);
        for round in 0..6_u64 {
            let number = 2_000 + round;
            let mut driver = rich(served, number);
            let quotes: Vec<Quote> = ["a", "red", "yellow", "green"].iter().map(|zone| driver.quote(driver.vehicle, zone, 30)).collect();
            let ticket: Bought = {
                let quote = driver.quote(driver.vehicle, "blue", 60);
                let buys = driver.purchase(&quote);
                must(served, &buys)
            };
            let ticket = ticket.sale.items[0].outcome::<ParkingOutcome>().unwrap().unwrap().ticket.id;
            let topups: Vec<Payment> = (0..4).map(|_| driver.topup(500)).collect();
            let order = scene.order("blue");
            served.watch.pass(chrono::TimeDelta::seconds(31));
            let phone = phone_of(number);
            must::<Value>(served, &Request::new("POST", sign_in::SEND_CODE.path).json(&json!({"phone": phone})));
            let code = served.last_code(&phone);
            let requests = crowd(|place| match place {
                30 => Request::new("DELETE", "/v1/account").bearer(&driver.token),
                _ => match place % 8 {
                    0 => driver.post("/v1/vehicles", &json!({"city": "belgrade", "plate": format!("NS{place:03}EF")})),
                    1 => driver.purchase(&quotes[place / 8 % quotes.len()]),
                    2 => approval(&topups[place / 8 % topups.len()], &format!("pay-{}", topups[place / 8 % topups.len()].id)),
                    3 => {
                        let body = json!({"phone": phone, "code": code, "device": "new", "device_key": device_key(place as u64)});
                        Request::new("POST", sign_in::SIGN_IN.path).json(&body)
                    }
                    4 => Request::new("POST", &tickets::CODE.target(&[&ticket.to_string()], &[])).bearer(&driver.token),
                    5 => driver.post(orders::BY_SLIP.path, &OrderSlip { number: order.number.shown() }),
                    6 => driver.post("/v1/quotes", &json!({"city": "belgrade", "items": [{"service": "parking", "subject": {"zone": "red", "vehicle": driver.vehicle, "minutes": 30}}]})),
                    _ => get(&driver, "/v1/account/export"),
                },
            });
            let answers = served.at_once(&requests);
            counted(&answers);
            let closed = served.send(&Request::new("DELETE", "/v1/account").bearer(&driver.token));
            assert_eq!(closed.status, 200, "{:?}", closed.refusal());
            assert_eq!(served.send(&get(&driver, "/v1/account")).status, 401);
            let account = driver.account;
            for (table, but) in [("vehicle", ""), ("person", ""), ("device", ""), ("order_proof", ""), ("role_grant", " AND role <> 'driver'")] {
                let left = served.number(&format!("SELECT COUNT(*) AS number FROM {table} WHERE account = '{account}'{but}"));
                assert_eq!(left, 0, "round {round}: {table} still has something of the closed account");
            }
            let tokens = format!("SELECT COUNT(*) AS number FROM token WHERE account = '{account}'");
            assert_eq!(served.number(&tokens), 1, "only the token that closed it");
            assert_eq!(balance(served, &driver), 0);
            // Whoever was let in during it is somebody new, or is told that he is not.
            for answer in answers.iter().filter(|answer| answer.status == 201) {
                let Ok(session) = answer.read::<sign_in::Session>() else { continue };
                let read = served.send(&Request::new("GET", "/v1/account").bearer(&session.token));
                assert_eq!(read.status == 200, session.account != account, "{:?}", read.refusal());
            }
            served.check();
        }
    }
}
