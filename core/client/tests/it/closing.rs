//! The end of a client: its file is free at once, a late answer finds it closed, and what was open
//! goes on at the next opening.

use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use mesto_client::{Client, Error, IntentState, LiveState, Locale, Observer, Secrets as _, Step, Topic};
use mesto_operator::Request;

use crate::support::{Fault, PHONE, Phone, belgrade, config, meanwhile, rsd, run, shown};

const TOKEN: &str = "localhost/session_token";

struct Deaf;
impl Observer for Deaf {
    fn changed(&self, _: &[Topic]) {}
}

/// Nothing of a database that is open lies beside it.
fn is_at_rest(path: &Path) -> bool {
    ["-wal", "-shm"].iter().all(|side| !path.with_extension(format!("db{side}")).exists())
}

#[test]
fn a_closed_client_has_let_go_of_its_file_whoever_holds_it() {
    let phone = Phone::ready("1000");
    let ticket = run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap().ticket().unwrap();
    let _subscription = phone.client.subscribe(Arc::new(Deaf));
    let held = phone.client.clone();
    let last = phone.shown();
    assert!(!is_at_rest(&phone.path()));
    phone.client.close();
    assert!(is_at_rest(&phone.path()));
    std::fs::remove_file(phone.path()).unwrap();
    phone.net.log();

    let errors = [
        held.parking().ticket(ticket.id).unwrap_err(),
        held.vehicles().check_plate(&belgrade(), "BG 789-PP").unwrap_err(),
        held.payments().intents(5).unwrap_err(),
        run(held.account().request_code(PHONE)).unwrap_err(),
        run(held.cities().refresh(&belgrade())).unwrap_err(),
        run(held.sync()).unwrap_err(),
        run(held.payments().settle_all()).unwrap_err(),
        run(held.wallet().top_up(&belgrade(), rsd("1000").amount)).unwrap_err(),
        run(held.account().sign_out()).unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.code(), "closed");
        assert_eq!(error.text(Locale::En), "The app has closed its data.");
        assert_eq!(
            error.advice(Locale::SrLatn),
            "Otvorite aplikaciju ponovo: ono što još nije potvrđeno tada se nastavlja."
        );
    }
    assert_eq!(held.payments().next_retry_at(), None);
    assert!(phone.net.log().is_empty(), "nothing is asked");
    assert!(phone.secrets.get(TOKEN).unwrap().is_some(), "the driver stays signed in");
    phone.after(90);
    assert_eq!(phone.shown(), last, "as it was last");
    phone.client.close();
    assert_eq!(phone.shown(), last);
    assert!(!phone.path().exists(), "nothing opens it again");
}

#[test]
fn an_answer_that_comes_after_the_end_changes_nothing_and_the_purchase_goes_on_at_the_next_opening_bg_34() {
    let phone = Phone::ready("1000");
    let quote = phone.quote("red", 60);
    phone.net.fault("POST /v1/purchases", Fault::Waits);
    let mut next = None;
    let late = meanwhile(phone.client.payments().buy(&quote), || {
        phone.client.close();
        assert!(is_at_rest(&phone.path()));
        let opened = Client::open(config(phone.path(), &phone.net), phone.ports.clone()).unwrap();
        assert_eq!(shown(&opened).open_intents.len(), 1);
        next = Some(opened);
    });
    let next = next.unwrap();
    assert_eq!(late.unwrap_err().code(), "closed");
    let settled = run(next.payments().settle_all()).unwrap();
    assert_eq!(settled[0].state, IntentState::Confirmed);
    assert_eq!((shown(&next).balance, phone.net.sold()), (Some(rsd("920.00")), 1));
    next.close();
    assert!(is_at_rest(&phone.path()));
}

/// Begins a call, closes the client before its answer is read, and gives what the call fails with.
fn closed_under_way<T>(phone: &Phone, request: &str, call: impl Future<Output = Result<T, Error>>) -> Error {
    phone.net.fault(request, Fault::Waits);
    let late = meanwhile(call, || phone.client.close());
    late.err().expect("a call that is under way at the end fails")
}

#[test]
fn a_call_that_is_under_way_at_the_end_fails_with_closed_however_it_was_answered() {
    let phone = Phone::new();
    let call = phone.client.account().request_code(PHONE);
    assert_eq!(closed_under_way(&phone, "POST /v1/auth/code", call).code(), "closed");

    let phone = Phone::ready("1000");
    let call = phone.client.account().sessions(None, 50);
    assert_eq!(closed_under_way(&phone, "GET /v1/auth/sessions", call).code(), "closed");

    let phone = Phone::ready("1000");
    let call = phone.client.parking().history(None, 50);
    assert_eq!(closed_under_way(&phone, "GET /v1/tickets", call).code(), "closed");
}

/// Who is woken.
struct Woken(AtomicBool);
impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Begins a call that gets no answer, closes the client, and gives what the call fails with once it
/// was woken.
fn ends_at_once<T>(phone: &Phone, call: impl Future<Output = T>) -> T {
    let woken = Arc::new(Woken(AtomicBool::new(false)));
    let waker = Waker::from(Arc::clone(&woken));
    let mut context = Context::from_waker(&waker);
    let mut call = pin!(call);
    assert!(call.as_mut().poll(&mut context).is_pending());
    woken.0.store(false, Ordering::SeqCst);
    phone.client.close();
    assert!(woken.0.load(Ordering::SeqCst), "whoever waits hears of it");
    let Poll::Ready(ended) = call.as_mut().poll(&mut context) else { panic!("it waits on") };
    ended
}

#[test]
fn the_end_is_heard_at_once_by_what_has_no_answer_yet_and_a_purchase_stays_open_bg_34() {
    let phone = Phone::ready("1000");
    phone.net.fault("GET /v1/tickets", Fault::HangsBefore);
    let error = ends_at_once(&phone, phone.client.parking().history(None, 50)).unwrap_err();
    assert_eq!((error.code(), error.may_be_charged()), ("closed", false), "a list charges nothing");

    let phone = Phone::ready("1000");
    let quote = phone.quote("red", 60);
    phone.net.fault("POST /v1/purchases", Fault::HangsAfter);
    let shown_last = phone.client.connection();
    let error = ends_at_once(&phone, phone.client.payments().buy(&quote)).unwrap_err();
    assert_eq!((error.code(), error.may_be_charged()), ("closed", true));
    assert_eq!(phone.client.connection(), shown_last, "as it was last");
    let next = Client::open(config(phone.path(), &phone.net), phone.ports.clone()).unwrap();
    assert_eq!(shown(&next).open_intents.len(), 1);
    assert_eq!(run(next.payments().settle_all()).unwrap()[0].state, IntentState::Confirmed);
    assert_eq!(phone.net.sold(), 1);
}

#[test]
fn the_end_is_heard_at_once_by_live_updates_in_a_stream_and_in_a_pause() {
    let phone = Phone::ready("1000");
    let mut updates = phone.client.live().begin();
    let ended = ends_at_once(&phone, async { updates.step().await });
    let Step::Ended(Err(closed)) = ended else { panic!("they go on: {ended:?}") };
    assert_eq!((closed.code(), phone.client.live().state()), ("closed", LiveState::Off));

    let phone = Phone::ready("1000");
    let mut updates = phone.client.live().begin();
    phone.net.offline(true);
    assert!(matches!(run(updates.step()), Step::After(_)));
    ends_at_once(&phone, updates.hurried());
    let Step::Ended(Err(closed)) = run(updates.step()) else { panic!("they go on") };
    assert_eq!((closed.code(), phone.client.live().state()), ("closed", LiveState::Off));
}

#[test]
fn a_client_that_is_closed_says_so_whoever_is_signed_in() {
    let phone = Phone::new();
    phone.client.close();
    let errors = [
        run(phone.client.account().sessions(None, 50)).unwrap_err(),
        run(phone.client.payments().history(None, 50)).unwrap_err(),
        run(phone.client.wallet().top_up(&belgrade(), rsd("1000").amount)).unwrap_err(),
        run(phone.client.account().close_account()).unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.code(), "closed");
    }
}

#[test]
fn after_the_end_neither_alarms_nor_the_file_of_widgets_are_written() {
    let phone = Phone::ready("1000");
    let widget = phone.folder.path().join("widget.json");
    let mut config = config(phone.path(), &phone.net);
    config.widget_path = Some(widget.clone());
    let client = Client::open(config, phone.ports.clone()).unwrap();
    let quote = phone.quote("red", 60);
    phone.net.fault("POST /v1/purchases", Fault::Waits);
    let mut plans = 0;
    let _ = meanwhile(client.payments().buy(&quote), || {
        assert!(widget.exists());
        client.close();
        std::fs::remove_file(&widget).unwrap();
        plans = phone.alarms.0.lock().unwrap().len();
    });
    client.replan();
    assert!(!widget.exists() && !widget.with_extension("new").exists());
    assert_eq!(phone.alarms.0.lock().unwrap().len(), plans);
}

/// The answer to a call comes after the end, when another client has been opened and signed in
/// since: its token stays.
fn leaves_the_token<T>(phone: &Phone, request: &str, call: impl Future<Output = Result<T, Error>>) -> Error {
    phone.net.fault(request, Fault::Waits);
    let late = meanwhile(call, || {
        phone.client.close();
        phone.secrets.set(TOKEN, "of the client opened since").unwrap();
    });
    assert_eq!(phone.secrets.get(TOKEN).unwrap().as_deref(), Some("of the client opened since"));
    late.err().unwrap()
}

#[test]
fn a_session_that_begins_after_the_end_is_not_kept() {
    let phone = Phone::new();
    run(phone.client.account().request_code(PHONE)).unwrap();
    let code = phone.net.code();
    let late =
        leaves_the_token(&phone, "POST /v1/auth/session", phone.client.account().sign_in(PHONE, &code, "test phone"));
    assert_eq!(late.code(), "closed");
}

#[test]
fn a_session_that_is_over_after_the_end_takes_no_other_with_it() {
    let phone = Phone::ready("0");
    let token = phone.secrets.get(TOKEN).unwrap().unwrap();
    assert_eq!(phone.net.handle(&Request::new("DELETE", "/v1/auth/session").bearer(&token)).status, 204);
    let late = leaves_the_token(&phone, "GET /v1/events", phone.client.sync());
    assert_eq!(late.code(), "closed");
}

#[test]
fn signing_out_that_ends_too_late_leaves_the_account_to_the_next_client() {
    let phone = Phone::ready("1000");
    let late = leaves_the_token(&phone, "DELETE /v1/auth/session", phone.client.account().sign_out());
    assert_eq!(late.code(), "closed");
    let next = Client::open(config(phone.path(), &phone.net), phone.ports.clone()).unwrap();
    assert_eq!(shown(&next).balance, Some(rsd("1000.00")));
}

#[test]
fn whatever_is_at_work_when_it_is_closed_ends_and_nothing_opens_the_file_again() {
    let phone = Phone::ready("1000");
    std::thread::scope(|threads| {
        for _ in 0..3 {
            threads.spawn(|| {
                // Ends with the client: every call before that is answered.
                while phone.client.vehicles().list().and_then(|_| run(phone.client.sync())).is_ok() {}
            });
        }
        run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
        phone.client.close();
        assert!(is_at_rest(&phone.path()));
        std::fs::remove_file(phone.path()).unwrap();
    });
    assert!(!phone.path().exists());
}
