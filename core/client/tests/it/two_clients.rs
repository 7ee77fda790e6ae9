//! An app and its background worker as two clients of one file: what one lets go, the other neither
//! keeps nor shows.

use std::pin::Pin;
use std::sync::Arc;

use mesto_client::protocol::base::payments::PayMethod;
use mesto_client::{Client, Config, Ports, Secrets, SecretsError};
use mesto_operator::Request;

use crate::support::{Fault, Phone, Shown, belgrade, config, meanwhile, poll, rsd, run, shown, zone};

const OTHER: &str = "+381650000001";
const TOKEN: &str = "localhost/session_token";
const PLATES: [&str; 6] = ["NS 123-AB", "NS 124-AB", "NS 125-AB", "NS 126-AB", "NS 127-AB", "NS 128-AB"];

fn open(config: Config, phone: &Phone) -> Client {
    Client::open(config, phone.ports.clone()).unwrap()
}

/// Another client on the phone's file: the background worker, or the app at its next start.
fn another(phone: &Phone) -> Client {
    open(config(phone.path(), &phone.net), phone)
}

/// The same after its first answer, so that the next one is no news of the connection.
fn online(phone: &Phone) -> Client {
    let worker = another(phone);
    run(worker.sync()).unwrap();
    worker
}

/// Another driver signs in over whoever is.
fn sign_in_other(phone: &Phone) {
    run(phone.client.account().request_code(OTHER)).unwrap();
    run(phone.client.account().sign_in(OTHER, &phone.net.code_of(OTHER), "test phone")).unwrap();
}

/// The file is the other driver's alone, who has nothing yet; so it is at the next start.
fn is_others_alone(phone: &Phone, what: &str) {
    let account = phone.client.account().state().account;
    assert!(account.is_some(), "{what}");
    let _ = run(phone.client.sync());
    for client in [&phone.client, &another(phone)] {
        let shown = shown(client);
        assert_eq!((shown.is_signed_in, shown.account, shown.vehicles.len()), (true, account, 0), "{what}");
        assert_eq!((shown.active_tickets.len(), shown.orders.len()), (0, 0), "{what}");
        assert_eq!(shown.balance, Some(rsd("0.00")), "{what}");
    }
}

fn cars(client: &Client) -> Vec<String> {
    shown(client).vehicles.iter().map(|car| car.plate.canonical.clone()).collect()
}

#[test]
fn what_was_forgotten_at_signing_out_is_not_written_again_by_another_client() {
    let phone = Phone::ready("1000");
    let worker = another(&phone);
    phone.net.fault("DELETE /v1/auth/session", Fault::NotSent);
    run(phone.client.account().sign_out()).unwrap();
    assert_eq!(run(worker.sync()).unwrap_err().code(), "not_signed_in");
    for client in [&phone.client, &worker, &another(&phone)] {
        let shown = shown(client);
        assert_eq!((shown.is_signed_in, shown.account, shown.balance), (false, None, None));
        assert!(shown.vehicles.is_empty());
    }
}

#[test]
fn another_client_writes_nothing_of_the_driver_who_signed_out_beside_the_next_one() {
    let phone = Phone::ready("1000");
    let worker = another(&phone);
    phone.net.fault("DELETE /v1/auth/session", Fault::NotSent);
    run(phone.client.account().sign_out()).unwrap();
    sign_in_other(&phone);
    run(worker.sync()).unwrap();
    is_others_alone(&phone, "signed out and in");
}

#[test]
fn another_client_goes_on_with_the_driver_who_signed_in_over_the_one_before() {
    let phone = Phone::ready("1000");
    let worker = another(&phone);
    assert_eq!(shown(&worker).vehicles.len(), 1);
    sign_in_other(&phone);
    let plate = run(phone.client.vehicles().add(&belgrade(), "NS 123-AB", None)).unwrap().plate;
    run(worker.sync()).unwrap();
    assert_eq!(shown(&worker), Shown { connection: worker.connection(), ..phone.shown() });
    assert_eq!(cars(&worker), [plate.canonical]);
    run(worker.vehicles().remove(shown(&worker).vehicles[0].id, true)).unwrap();
    is_others_alone(&phone, "signed in over");
}

/// The next driver has as many events as the one before: no gap in them shows whose they are.
#[test]
fn a_cursor_of_the_driver_before_does_not_join_events_of_the_next_one() {
    let phone = Phone::ready("1000");
    let worker = another(&phone);
    sign_in_other(&phone);
    for plate in PLATES {
        run(phone.client.vehicles().add(&belgrade(), plate, None)).unwrap();
    }
    run(phone.client.sync()).unwrap();
    run(worker.sync()).unwrap();
    run(phone.client.sync()).unwrap();
    let next = another(&phone);
    run(next.sync()).unwrap();
    assert_eq!(cars(&next), PLATES.map(|plate| plate.replace([' ', '-'], "")));
    assert_eq!(shown(&next).balance, Some(rsd("0.00")));
}

#[test]
fn a_sync_between_a_sign_in_and_its_first_reading_reads_the_account_that_signed_in() {
    let phone = Phone::ready("1000");
    let worker = another(&phone);
    // The next driver has used another phone before.
    let elsewhere = Phone::on(&phone.net, 9);
    sign_in_other(&elsewhere);
    for plate in PLATES {
        run(elsewhere.client.vehicles().add(&belgrade(), plate, None)).unwrap();
    }
    phone.after(2);
    phone.net.fault("GET /v1/account", Fault::RequestLost);
    sign_in_other(&phone);
    run(worker.sync()).unwrap();
    run(phone.client.sync()).unwrap();
    let next = another(&phone);
    run(next.sync()).unwrap();
    assert_eq!(cars(&next), PLATES.map(|plate| plate.replace([' ', '-'], "")));
    assert_eq!(shown(&next).balance, Some(rsd("0.00")));
}

/// What a client asks for, until the answer is there: how it ended, and whose state it shows then.
type Asked<'a> = Pin<Box<dyn Future<Output = Result<(), mesto_client::Error>> + 'a>>;

/// Each answer that is kept comes to another client after the next driver signed in.
#[test]
fn no_answer_that_comes_after_the_next_driver_signed_in_is_kept() {
    type Ask = for<'a> fn(&'a Phone, &'a Client) -> Asked<'a>;
    let asks: [(&str, Ask); 8] = [
        ("GET /v1/account", |_, worker| Box::pin(async { worker.sync().await.map(drop) })),
        ("GET /v1/events", |_, worker| Box::pin(async { worker.sync().await.map(drop) })),
        ("POST /v1/vehicles", |_, worker| {
            Box::pin(async { worker.vehicles().add(&belgrade(), "NS 123-AB", None).await.map(drop) })
        }),
        ("GET /v1/tickets", |_, worker| Box::pin(async { worker.parking().history(None, 10).await.map(drop) })),
        ("GET /v1/orders", |_, worker| Box::pin(async { worker.orders().history(None, 10).await.map(drop) })),
        ("POST /v1/orders", |phone, worker| {
            let number = phone.shown().orders[0].number.shown();
            Box::pin(async move { worker.orders().by_slip(&number).await.map(drop) })
        }),
        ("POST /v1/tickets/", |phone, worker| {
            let ticket = phone.shown().active_tickets[0].id;
            Box::pin(async move { worker.parking().move_code_here(ticket).await })
        }),
        ("POST /v1/purchases", |phone, worker| {
            let quote = phone.quote_by("green", 60, PayMethod::Deposit);
            Box::pin(async move { worker.payments().buy(&quote).await.map(drop) })
        }),
    ];
    for (request, ask) in asks {
        let phone = Phone::ready("1000");
        run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
        phone.ordered();
        let worker = online(&phone);
        if request == "GET /v1/account" {
            // A reading of the whole account begins without a cursor.
            meta(&phone, "DELETE FROM meta WHERE name = 'cursor'");
        }
        let waiting = ask(&phone, &worker);
        phone.net.fault(request, Fault::Waits);
        let ended = meanwhile(waiting, || sign_in_other(&phone));
        assert!(ended.is_err(), "{request}: {ended:?}");
        assert_eq!(shown(&worker).account, phone.shown().account, "{request}");
        assert!(shown(&worker).vehicles.is_empty() && shown(&worker).open_intents.is_empty(), "{request}");
        is_others_alone(&phone, request);
    }
}

/// Changes the file as nobody does.
fn meta(phone: &Phone, sql: &str) {
    rusqlite::Connection::open(phone.path()).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn nothing_is_bought_or_added_for_the_driver_before_nor_by_mistake_for_the_next_one() {
    let phone = Phone::ready("1000");
    let worker = another(&phone);
    let quote = phone.quote("red", 60);
    for wanted in ["buy", "add", "quote", "settle"] {
        phone.sign_in();
        run(worker.sync()).unwrap();
        let car = shown(&worker).vehicles[0].id;
        sign_in_other(&phone);
        phone.net.log();
        let refused = match wanted {
            "buy" => run(worker.payments().buy(&quote)).map(drop),
            "add" => run(worker.vehicles().add(&belgrade(), "NS 123-AB", None)).map(drop),
            "settle" => run(worker.payments().settle("of nobody")).map(drop),
            _ => run(worker.parking().quote(&belgrade(), &zone("red"), car, 60, PayMethod::Deposit)).map(drop),
        };
        assert_eq!(refused.unwrap_err().code(), "not_signed_in", "{wanted}");
        assert_eq!(phone.net.log(), Vec::<String>::new(), "{wanted}");
        assert_eq!(shown(&worker).account, phone.shown().account, "{wanted}");
    }
    is_others_alone(&phone, "nothing is bought");
    assert_eq!(phone.net.sold(), 0);
}

#[test]
fn a_late_refusal_of_a_session_takes_no_token_of_the_next_driver() {
    let phone = Phone::ready("1000");
    let worker = online(&phone);
    let token = phone.secrets.get(TOKEN).unwrap().unwrap();
    let ended = phone.net.handle(&Request::new("DELETE", "/v1/auth/session").bearer(&token));
    assert_eq!(ended.status / 100, 2);
    phone.net.fault("GET /v1/events", Fault::Waits);
    let mut token = None;
    let late = meanwhile(worker.sync(), || {
        sign_in_other(&phone);
        token = phone.secrets.get(TOKEN).unwrap();
    });
    assert!(late.is_err());
    assert_eq!((token.is_some(), phone.secrets.get(TOKEN).unwrap()), (true, token));
    is_others_alone(&phone, "refused late");
}

#[test]
fn signing_out_that_ends_late_leaves_the_driver_who_signed_in_since() {
    let phone = Phone::ready("1000");
    let worker = online(&phone);
    for leaving in [&phone.client, &worker] {
        phone.sign_in();
        run(leaving.sync()).unwrap();
        phone.net.fault("DELETE /v1/auth/session", Fault::Waits);
        meanwhile(leaving.account().sign_out(), || sign_in_other(&phone)).unwrap();
        assert!(phone.secrets.get(TOKEN).unwrap().is_some());
        is_others_alone(&phone, "signed out late");
    }
}

#[test]
fn signing_out_in_a_client_that_lags_leaves_the_next_driver() {
    let phone = Phone::ready("1000");
    let worker = online(&phone);
    sign_in_other(&phone);
    run(worker.account().sign_out()).unwrap();
    assert_eq!(shown(&worker).account, phone.shown().account);
    is_others_alone(&phone, "signed out elsewhere");
}

#[test]
fn closing_that_ends_late_leaves_the_driver_who_signed_in_since() {
    let phone = Phone::ready("0");
    let worker = online(&phone);
    for closing in [&phone.client, &worker] {
        phone.sign_in();
        run(closing.sync()).unwrap();
        phone.net.fault("DELETE /v1/account", Fault::Waits);
        meanwhile(closing.account().close_account(), || sign_in_other(&phone)).unwrap();
        assert!(phone.secrets.get(TOKEN).unwrap().is_some());
        is_others_alone(&phone, "closed late");
    }
}

#[test]
fn a_client_that_lags_does_not_close_the_account_of_the_next_driver() {
    let phone = Phone::ready("0");
    let worker = online(&phone);
    sign_in_other(&phone);
    assert_eq!(run(worker.account().close_account()).unwrap_err().code(), "not_signed_in");
    is_others_alone(&phone, "not closed");
}

#[test]
fn a_driver_who_signs_in_elsewhere_finds_nothing_of_one_whom_that_client_never_knew() {
    let phone = Phone::new();
    let worker = another(&phone);
    run(worker.account().request_code(OTHER)).unwrap();
    let phone = phone.made_ready("1000");
    // What the sign-in leaves is seen before anything of the account is read.
    phone.net.fault("GET /v1/account", Fault::NotSent);
    run(worker.account().sign_in(OTHER, &phone.net.code_of(OTHER), "test phone")).unwrap();
    assert_eq!((cars(&worker), shown(&worker).balance), (vec![], None));
    run(phone.client.sync()).unwrap();
    assert_eq!(phone.shown().account, shown(&worker).account);
    is_others_alone(&phone, "never known");
}

/// A keychain that another client looks at just before the token of a sign-in is in it.
struct SlowKeychain {
    secrets: Arc<dyn Secrets>,
    worker: Client,
}

impl Secrets for SlowKeychain {
    fn get(&self, name: &str) -> Result<Option<String>, SecretsError> {
        self.secrets.get(name)
    }
    fn set(&self, name: &str, value: &str) -> Result<(), SecretsError> {
        assert_eq!(run(self.worker.sync()).unwrap_err().code(), "not_signed_in");
        self.secrets.set(name, value)
    }
    fn remove(&self, name: &str) -> Result<(), SecretsError> {
        self.secrets.remove(name)
    }
}

#[test]
fn a_client_that_looks_in_the_middle_of_a_sign_in_finds_its_token_later() {
    let phone = Phone::ready("1000");
    let worker = online(&phone);
    let secrets = Arc::new(SlowKeychain { secrets: phone.secrets.clone(), worker: worker.clone() });
    let ports = Ports { secrets, ..phone.ports.clone() };
    let app = Client::open(config(phone.path(), &phone.net), ports).unwrap();
    run(app.account().request_code(OTHER)).unwrap();
    run(app.account().sign_in(OTHER, &phone.net.code_of(OTHER), "test phone")).unwrap();
    run(worker.sync()).unwrap();
    assert_eq!((shown(&worker).account, cars(&worker)), (shown(&app).account, vec![]));
}

#[test]
fn widgets_show_nothing_of_the_driver_before_when_a_client_that_lags_writes_them() {
    let phone = Phone::ready("1000");
    let widget = phone.folder.path().join("widget.json");
    let worker = open(Config { widget_path: Some(widget.clone()), ..config(phone.path(), &phone.net) }, &phone);
    run(worker.sync()).unwrap();
    assert!(std::fs::read_to_string(&widget).unwrap().contains("BG789PP"));
    sign_in_other(&phone);
    run(worker.cities().refresh(&belgrade())).unwrap();
    phone.net.offline(true);
    run(worker.operator().refresh()).unwrap_err();
    let shown = std::fs::read_to_string(&widget).unwrap();
    assert!(!shown.contains("BG789PP") && !shown.contains("1000.00"), "{shown}");
}

/// Before files knew how often drivers signed in and out in them.
#[test]
fn a_file_of_an_earlier_version_keeps_its_drivers_apart_too() {
    let phone = Phone::ready("1000");
    meta(&phone, "DELETE FROM meta WHERE name = 'turn'");
    let (app, worker) = (another(&phone), another(&phone));
    run(worker.sync()).unwrap();
    assert_eq!(cars(&worker), ["BG789PP"]);
    run(app.account().request_code(OTHER)).unwrap();
    run(app.account().sign_in(OTHER, &phone.net.code_of(OTHER), "test phone")).unwrap();
    run(worker.sync()).unwrap();
    assert_eq!((shown(&worker).account, cars(&worker)), (shown(&app).account, vec![]));
}

/// Both settle one intent whose first request got lost.
#[test]
fn two_clients_settle_one_intent_and_it_is_bought_once_bg_34() {
    for fault in [Fault::AnswerLost, Fault::RequestLost, Fault::HangsAfter] {
        let phone = Phone::ready("1000");
        let quote = phone.quote("red", 60);
        let worker = another(&phone);
        phone.net.fault("POST /v1/purchases", fault.clone());
        let _ = poll(phone.client.payments().buy(&quote));
        run(worker.payments().settle_all()).unwrap();
        run(phone.client.payments().settle_all()).unwrap();
        let states: Vec<_> =
            phone.client.payments().intents(1).unwrap().iter().map(|intent| intent.state.name()).collect();
        assert_eq!((states, phone.net.sold()), (vec!["confirmed"], 1), "{fault:?}");
    }
}

#[test]
fn a_client_learns_at_its_next_sync_what_the_other_one_read() {
    let phone = Phone::ready("1000");
    let worker = another(&phone);
    assert_eq!(cars(&worker), ["BG789PP"]);
    run(phone.client.vehicles().remove(phone.car(), true)).unwrap();
    run(phone.client.payments().settle_all()).unwrap();
    run(phone.client.sync()).unwrap();
    assert_eq!(run(worker.sync()).unwrap().events, 0);
    assert_eq!(cars(&worker), Vec::<String>::new());
}

#[test]
fn the_same_driver_who_signs_in_again_goes_on_in_both_clients() {
    let phone = Phone::ready("1000");
    let worker = another(&phone);
    phone.sign_in();
    run(worker.sync()).unwrap();
    assert_eq!((cars(&worker), shown(&worker).balance), (vec!["BG789PP".to_owned()], Some(rsd("1000.00"))));
}
