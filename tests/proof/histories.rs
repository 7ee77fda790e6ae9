//! Concurrent histories on real Postgres: what a suite on SQLite cannot see. Every history ends as
//! if its requests came one after the other.

use std::sync::{Arc, Barrier};

use mesto_operator::store::transact;
use mesto_operator::testing::PostgresCluster;
use mesto_operator::{PostgresStore, Request, Response};
use mesto_protocol::base::payments::{ABANDON, Bought, PAYMENT, PayMethod, Payment, PaymentState, Purchase, SaleState};
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::kernel::ids::AccountId;
use mesto_protocol::kernel::intents;
use mesto_protocol::orders::driver::{BY_SLIP, Order, OrderSlip, Violation};
use mesto_protocol::orders::inspectors::{self, NewOrder};
use mesto_simulation::check;
use mesto_simulation::driver::{Counter, Driver, Rig, approval, dinar};
use mesto_simulation::random::Random;

const HISTORIES: u64 = 500;

#[test]
fn five_hundred_concurrent_histories_on_postgres_lose_and_double_nothing_bg_34_bg_83_bg_97() {
    let cluster = PostgresCluster::start().unwrap_or_else(|why| panic!("{why}"));
    let store = PostgresStore::open(&cluster.database().unwrap(), 8).unwrap();
    let rig = Rig::new(Arc::new(store));
    let inspector = rig.operator.create_staff(&*rig.store, rig.now, Role::Inspector, "Mira").unwrap();
    let mut played = [0_u32; 8];
    for seed in 0..HISTORIES {
        let mut random = Random::new(seed);
        let kind = random.below(played.len());
        played[kind] += 1;
        let history = History { rig: &rig, seed, random, inspector: &inspector };
        match kind {
            0 => history.two_phones_on_one_deposit(),
            1 => history.one_quote_bought_twice(),
            2 => history.one_order_paid_twice(),
            3 => history.one_key_replayed(),
            4 => history.one_notice_told_twice(),
            5 => history.an_order_paid_by_card_and_from_the_deposit(),
            6 => history.an_approval_against_giving_up(),
            _ => history.a_purchase_against_its_own_cancellation(),
        }
        if seed % 50 == 49 {
            let faults = transact(&*rig.store, check::laws).unwrap();
            assert!(faults.is_empty(), "after seed {seed}: {faults:?}");
        }
    }
    println!("histories: {HISTORIES} on Postgres, by kind {played:?}");
    assert!(played.iter().all(|count| *count > 30), "every kind is played: {played:?}");
}

struct History<'a> {
    rig: &'a Rig,
    seed: u64,
    random: Random,
    inspector: &'a str,
}

impl History<'_> {
    /// Sends all requests at the same moment, from as many threads.
    fn at_once(&self, requests: &[Request]) -> Vec<Response> {
        let gate = Barrier::new(requests.len());
        std::thread::scope(|scope| {
            let threads: Vec<_> = requests
                .iter()
                .map(|request| {
                    scope.spawn(|| {
                        gate.wait();
                        self.rig.ask(request)
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        })
    }

    /// Asks again as long as the first request with the key is still in flight, at most a hundred
    /// times.
    fn settled(&self, request: &Request, first: &Response) -> Response {
        let mut answer = first.clone();
        for _ in 0..100 {
            if answer.refusal().is_none_or(|problem| problem.code != "request_in_flight" && answer.status < 500) {
                return answer;
            }
            answer = self.rig.ask(request);
        }
        panic!("seed {}: {} stays in flight: {}", self.seed, request.path, answer.status);
    }

    fn deposit(&self, account: AccountId) -> i64 {
        transact(&*self.rig.store, |tx| check::holdings(tx, account)).unwrap().0
    }

    fn tickets(&self, account: AccountId) -> usize {
        transact(&*self.rig.store, |tx| check::holdings(tx, account)).unwrap().1.len()
    }

    /// Code and count of what was refused.
    fn codes(answers: &[Response]) -> Vec<String> {
        answers
            .iter()
            .map(|answer| answer.refusal().map_or_else(|| answer.status.to_string(), |problem| problem.code))
            .collect()
    }

    fn two_phones_on_one_deposit(mut self) {
        let mut driver = Driver::new(self.rig, self.seed);
        driver.fund(200);
        // Five purchases of 80 RSD in red, each for its own vehicle: the deposit covers two.
        let zones = ["red", "red", "red", "red", "red"];
        let mut vehicles = vec![driver.vehicle];
        for other in 1..zones.len() {
            vehicles.push(driver.add_vehicle(&format!(
                "NS {:03}-{}{}",
                self.seed,
                char::from(b'A' + u8::try_from(other).unwrap()),
                'B'
            )));
        }
        let zone = *self.random.pick(&["yellow", "green"]).unwrap();
        let price = if zone == "yellow" { 65 } else { 55 };
        // Different zones per vehicle keep the stays apart; the deposit is the one thing they
        // share.
        let quotes: Vec<_> = vehicles
            .iter()
            .zip([zone, "red", "blue", "a", if zone == "yellow" { "green" } else { "yellow" }])
            .map(|(vehicle, zone)| driver.quote(*vehicle, zone, if zone == "a" { 30 } else { 60 }))
            .collect();
        assert_eq!(quotes[0].total, dinar(price));
        let requests: Vec<_> = quotes.iter().map(|quote| driver.purchase(quote)).collect();
        let answers = self.at_once(&requests);
        let answers: Vec<_> =
            requests.iter().zip(&answers).map(|(request, answer)| self.settled(request, answer)).collect();
        let spent: i64 = quotes
            .iter()
            .zip(&answers)
            .filter(|(_, answer)| answer.status < 300)
            .map(|(quote, _)| quote.total.minor().unwrap())
            .sum();
        assert_eq!(self.deposit(driver.account), 20_000 - spent, "seed {}: {:?}", self.seed, Self::codes(&answers));
        assert_eq!(self.tickets(driver.account), answers.iter().filter(|answer| answer.status < 300).count());
        for answer in answers.iter().filter(|answer| answer.status >= 300) {
            assert_eq!(answer.refusal().unwrap().code, "deposit_too_low", "seed {}", self.seed);
        }
        assert!(answers.iter().any(|answer| answer.status >= 300), "365 RSD do not fit in 200");
    }

    fn one_quote_bought_twice(self) {
        let mut driver = Driver::new(self.rig, self.seed);
        driver.fund(1_000);
        let quote = driver.quote(driver.vehicle, "red", 60);
        let requests = [driver.purchase(&quote), driver.purchase(&quote), driver.purchase(&quote)];
        let answers = self.at_once(&requests);
        let answers: Vec<_> =
            requests.iter().zip(&answers).map(|(request, answer)| self.settled(request, answer)).collect();
        let codes = Self::codes(&answers);
        assert_eq!(codes.iter().filter(|code| *code == "201").count(), 1, "seed {}: {codes:?}", self.seed);
        assert_eq!(codes.iter().filter(|code| *code == "quote_used").count(), 2, "seed {}: {codes:?}", self.seed);
        assert_eq!(self.deposit(driver.account), 100_000 - 8_000);
    }

    fn one_order_paid_twice(self) {
        let mut driver = Driver::new(self.rig, self.seed);
        let mut other = Driver::new(self.rig, self.seed + 1_000_000);
        driver.fund(5_000);
        other.fund(5_000);
        let plate = format!("KG {:04}-XY", self.seed);
        driver.add_vehicle(&plate);
        other.add_vehicle(&plate);
        let order = self.issue(plate);
        self.shows_slip(&driver, &order);
        self.shows_slip(&other, &order);
        // Both owners, one of them on two phones.
        let pays = |who: &mut Driver<'_>| {
            let quote = who.order_quote(order.id, PayMethod::Deposit);
            who.purchase(&quote)
        };
        let requests = [pays(&mut driver), pays(&mut driver), pays(&mut other)];
        let answers = self.at_once(&requests);
        let answers: Vec<_> =
            requests.iter().zip(&answers).map(|(request, answer)| self.settled(request, answer)).collect();
        let codes = Self::codes(&answers);
        assert_eq!(codes.iter().filter(|code| code.starts_with('2')).count(), 1, "seed {}: {codes:?}", self.seed);
        assert_eq!(
            codes.iter().filter(|code| *code == "order_already_paid").count(),
            2,
            "seed {}: {codes:?}",
            self.seed
        );
        assert_eq!(self.deposit(driver.account) + self.deposit(other.account), 1_000_000 - order.owed.minor().unwrap());
    }

    fn one_key_replayed(mut self) {
        let mut driver = Driver::new(self.rig, self.seed);
        driver.fund(1_000);
        let quote = driver.quote(driver.vehicle, "green", 60);
        let request = driver.purchase(&quote);
        let copies = vec![request.clone(); 2 + self.random.below(4)];
        let answers = self.at_once(&copies);
        let answers: Vec<_> = answers.iter().map(|answer| self.settled(&request, answer)).collect();
        let first: Bought =
            answers[0].read().unwrap_or_else(|_| panic!("seed {}: {:?}", self.seed, Self::codes(&answers)));
        for answer in &answers {
            assert_eq!(answer.body, answers[0].body, "seed {}: a replay is answered byte for byte", self.seed);
        }
        assert_eq!(first.balance, dinar(945));
        assert_eq!(self.deposit(driver.account), 94_500);
        assert_eq!(self.tickets(driver.account), 1);
    }

    fn one_notice_told_twice(mut self) {
        let mut driver = Driver::new(self.rig, self.seed);
        let topup = driver.topup(500);
        let notice = approval(&topup, &format!("pay-{}", topup.id));
        let copies = vec![notice; 2 + self.random.below(3)];
        let answers = self.at_once(&copies);
        for answer in copies.iter().zip(&answers).map(|(request, answer)| self.settled(request, answer)) {
            assert!(answer.status < 300, "seed {}: {}", self.seed, answer.status);
        }
        assert_eq!(self.deposit(driver.account), 50_000, "seed {}", self.seed);
    }

    /// By card on one phone, from the deposit on another: paid once, and what the bank took beside
    /// it goes back.
    fn an_order_paid_by_card_and_from_the_deposit(self) {
        let mut driver = Driver::new(self.rig, self.seed);
        driver.fund(5_000);
        let order = self.order_for(&mut driver);
        let by_card = driver.order_quote(order.id, PayMethod::Card);
        let payment = driver.begin(&by_card);
        let from_deposit = driver.order_quote(order.id, PayMethod::Deposit);
        let requests = [approval(&payment, &format!("pay-{}", payment.id)), driver.purchase(&from_deposit)];
        let answers = self.at_once(&requests);
        let told = self.settled(&requests[0], &answers[0]);
        assert!(told.status < 300, "seed {}: {}", self.seed, told.status);
        let bought = self.settled(&requests[1], &answers[1]);
        let by_card = self.stands(&driver, &payment);
        let paid = order.owed.minor().unwrap();
        if bought.status < 300 {
            assert_eq!(by_card.sale.state, SaleState::Undeliverable, "seed {}", self.seed);
            assert_eq!(by_card.payment.refunds[0].amount, payment.amount, "seed {}", self.seed);
            assert_eq!(self.deposit(driver.account), 500_000 - paid, "seed {}", self.seed);
        } else {
            assert_eq!(bought.refusal().unwrap().code, "order_already_paid", "seed {}", self.seed);
            assert_eq!(by_card.sale.state, SaleState::Delivered, "seed {}", self.seed);
            assert_eq!(self.deposit(driver.account), 500_000, "seed {}", self.seed);
        }
    }

    /// The payer leaves the page at the moment at which the bank approves: he has what he wanted,
    /// or his money goes back.
    fn an_approval_against_giving_up(self) {
        let mut driver = Driver::new(self.rig, self.seed);
        let order = self.order_for(&mut driver);
        let quote = driver.order_quote(order.id, PayMethod::Card);
        let payment = driver.begin(&quote);
        let path = ABANDON.target(&[&payment.id.to_string()], &[]);
        let requests =
            [approval(&payment, &format!("pay-{}", payment.id)), Request::new("DELETE", &path).bearer(&driver.token)];
        let answers = self.at_once(&requests);
        for (request, answer) in requests.iter().zip(&answers) {
            assert!(self.settled(request, answer).status < 300, "seed {}", self.seed);
        }
        let stands = self.stands(&driver, &payment);
        match stands.payment.state {
            PaymentState::Captured => assert_eq!(stands.sale.state, SaleState::Delivered, "seed {}", self.seed),
            PaymentState::Abandoned => {
                assert_eq!(stands.payment.refunds[0].amount, payment.amount, "seed {}", self.seed);
                assert_eq!(stands.sale.state, SaleState::Closed, "seed {}", self.seed);
            }
            other => panic!("seed {}: it is {other}", self.seed),
        }
    }

    /// An inspector's order for a car of the driver.
    fn order_for(&self, driver: &mut Driver<'_>) -> Order {
        let plate = format!("KG {:04}-XZ", self.seed);
        driver.add_vehicle(&plate);
        let order = self.issue(plate);
        self.shows_slip(driver, &order);
        order
    }

    /// The driver types the number on the slip.
    fn shows_slip(&self, driver: &Driver<'_>, order: &Order) {
        let slip = OrderSlip { number: order.number.to_string() };
        let shown = self.rig.ask(&Request::new("POST", BY_SLIP.path).bearer(&driver.token).json(&slip));
        assert_eq!(shown.status, 201, "seed {}: {:?}", self.seed, shown.refusal());
    }

    fn issue(&self, plate: String) -> Order {
        let order = NewOrder {
            city: "belgrade".into(),
            plate,
            zone: "yellow".into(),
            violation: Violation::NoTicket,
            location: None,
        };
        let request = Request::new("POST", inspectors::ISSUE.path).bearer(self.inspector);
        self.rig.ask(&request.key(&format!("inspector-{:08}", self.seed)).json(&order)).read().unwrap()
    }

    fn stands(&self, driver: &Driver<'_>, payment: &Payment) -> Purchase {
        let path = PAYMENT.target(&[&payment.id.to_string()], &[]);
        self.rig.ask(&Request::new("GET", &path).bearer(&driver.token)).read().unwrap()
    }

    /// A driver gives up and wants to pay by SMS while his purchase is on its way: either it is
    /// bought, or it never will be.
    fn a_purchase_against_its_own_cancellation(self) {
        let mut driver = Driver::new(self.rig, self.seed);
        driver.fund(200);
        let quote = driver.quote(driver.vehicle, "red", 60);
        let purchase = driver.purchase(&quote);
        let key = purchase.get("idempotency-key").unwrap().to_owned();
        let cancel = Request::new("DELETE", &intents::CANCEL.target(&[&key], &[])).bearer(&driver.token);
        let requests = [purchase, cancel];
        let answers = self.at_once(&requests);
        let bought = self.settled(&requests[0], &answers[0]);
        let outcome: mesto_protocol::kernel::intents::IntentOutcome =
            self.settled(&requests[1], &answers[1]).read().unwrap();
        let sold = self.tickets(driver.account);
        let told = (bought.status < 300, outcome.state.clone());
        match outcome.state {
            mesto_protocol::kernel::intents::IntentState::Cancelled => {
                assert_eq!((told.0, sold), (false, 0), "seed {}: {told:?}", self.seed)
            }
            mesto_protocol::kernel::intents::IntentState::Ended => {
                assert_eq!((told.0, sold), (true, 1), "seed {}: {told:?}", self.seed)
            }
            other => panic!("seed {}: a cancellation is answered {other:?}", self.seed),
        }
    }
}
