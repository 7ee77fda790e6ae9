//! The app dies at every await and at every statement; opened again, every intent comes to its end,
//! once.

use mesto_client::{Client, IntentState};

use crate::support::{Fault, Phone, poll, rsd, run};

/// After the crash: opened, settled, synced. The intent, if it came to be, has ended and the books
/// agree with the phone.
fn ends_once(phone: &mut Phone, what: &str) -> Option<IntentState> {
    phone.reopen();
    let open = phone.client.payments().open().unwrap();
    assert!(open.len() <= 1, "{what}");
    let settled = run(phone.client.payments().settle_all()).unwrap();
    run(phone.client.sync()).unwrap();
    assert!(phone.client.payments().open().unwrap().is_empty(), "{what}: an intent is still open");
    let sold = phone.net.sold();
    let shown = phone.shown();
    assert_eq!(shown.active_tickets.len() as i64, sold, "{what}");
    let expected = if sold == 1 { rsd("920.00") } else { rsd("1000.00") };
    assert_eq!(shown.balance, Some(expected), "{what}");
    let end = phone.client.payments().intents(9).unwrap().into_iter().find(|intent| intent.service() == "parking");
    if let Some(end) = &end {
        assert_eq!(end.state == IntentState::Confirmed, sold == 1, "{what}: {:?}", end.state);
    } else {
        assert_eq!(sold, 0, "{what}: bought without an intent");
    }
    drop(settled);
    end.map(|intent| intent.state)
}

#[test]
fn the_app_dies_while_a_request_is_out_and_the_intent_ends_once() {
    for (fault, late) in
        [(Fault::HangsBefore, false), (Fault::HangsAfter, false), (Fault::HangsBefore, true), (Fault::HangsAfter, true)]
    {
        let mut phone = Phone::ready("1000");
        let quote = phone.quote("red", 60);
        let executed = matches!(fault, Fault::HangsAfter);
        let what = format!("{fault:?}, late {late}");
        phone.net.fault("POST /v1/purchases", fault);
        assert!(poll(phone.client.payments().buy(&quote)).is_none());
        if late {
            phone.after(10);
        }
        let end = ends_once(&mut phone, &what).unwrap();
        assert_eq!(end, if late && !executed { IntentState::Expired } else { IntentState::Confirmed }, "{what}");
    }
}

#[test]
fn the_app_dies_while_it_asks_for_a_cancellation() {
    for fault in [Fault::HangsBefore, Fault::HangsAfter] {
        let mut phone = Phone::ready("1000");
        let quote = phone.quote("red", 60);
        phone.net.fault("POST /v1/purchases", Fault::RequestLost);
        run(phone.client.payments().buy(&quote)).unwrap();
        phone.after(10);
        let what = format!("{fault:?}");
        phone.net.fault("DELETE /v1/intents", fault);
        assert!(poll(phone.client.payments().settle_all()).is_none());
        assert_eq!(ends_once(&mut phone, &what), Some(IntentState::Expired));
    }
}

/// A statement that fails takes its whole transaction with it, as a death in its middle would.
#[test]
fn the_app_dies_at_any_statement_and_the_intent_ends_once() {
    let statements = [
        "BEFORE INSERT ON intent",
        "AFTER INSERT ON intent",
        "BEFORE UPDATE ON intent WHEN NEW.state = 'sending'",
        "AFTER UPDATE ON intent WHEN NEW.state = 'sending'",
        "BEFORE UPDATE ON intent WHEN NEW.state = 'confirmed'",
        "AFTER UPDATE ON intent WHEN NEW.state = 'confirmed'",
        "BEFORE INSERT ON ticket",
        "AFTER INSERT ON ticket",
        "BEFORE UPDATE ON meta WHEN NEW.name = 'balance'",
        "BEFORE INSERT ON meta WHEN NEW.name = 'balance'",
    ];
    for statement in statements {
        let mut phone = Phone::ready("1000");
        let quote = phone.quote("red", 60);
        phone.net.log();
        let spoiler = rusqlite::Connection::open(phone.path()).unwrap();
        let crash = format!("CREATE TRIGGER crash {} BEGIN SELECT RAISE(ABORT, 'the app died'); END", row(statement));
        spoiler.execute_batch(&crash).unwrap();
        let outcome = run(phone.client.payments().buy(&quote));
        assert_eq!(
            outcome.as_ref().err().map(|error| error.code().to_owned()).as_deref(),
            Some("phone_data_failed"),
            "{statement}"
        );
        spoiler.execute_batch("DROP TRIGGER crash").unwrap();
        drop(spoiler);
        let sent = phone.net.log().iter().any(|request| request == "POST /v1/purchases");
        let before_sending = statement.contains("INSERT ON intent") || statement.contains("sending");
        assert_eq!(sent, !before_sending, "{statement}: nothing leaves before it is committed");
        let end = ends_once(&mut phone, statement);
        if statement.contains("INSERT ON intent") {
            assert_eq!(end, None, "{statement}: there was no intent");
        } else {
            assert_eq!(end, Some(IntentState::Confirmed), "{statement}");
        }
    }
}

/// `CREATE TRIGGER` wants `FOR EACH ROW` between the table and the condition.
fn row(statement: &str) -> String {
    match statement.split_once(" WHEN ") {
        Some((event, condition)) => format!("{event} FOR EACH ROW WHEN {condition}"),
        None => format!("{statement} FOR EACH ROW"),
    }
}

#[test]
fn an_app_that_dies_again_and_again_still_ends_it_once() {
    let mut phone = Phone::ready("1000");
    let quote = phone.quote("red", 60);
    phone.net.fault("POST /v1/purchases", Fault::HangsAfter);
    assert!(poll(phone.client.payments().buy(&quote)).is_none());
    for fault in [Fault::HangsBefore, Fault::HangsAfter, Fault::AnswerLost, Fault::NotSent] {
        phone.reopen();
        phone.net.fault("POST /v1/purchases", fault);
        let _ = poll(phone.client.payments().settle_all());
    }
    assert_eq!(ends_once(&mut phone, "five deaths"), Some(IntentState::Confirmed));
}

#[test]
fn an_intent_that_cannot_be_settled_does_not_hold_up_the_others() {
    let phone = Phone::ready("1000");
    let quotes = ["red", "green"].map(|zone| phone.quote(zone, 60));
    phone.net.offline(true);
    let first = run(phone.client.payments().buy(&quotes[0])).unwrap();
    phone.after(1);
    let second = run(phone.client.payments().buy(&quotes[1])).unwrap();
    phone.net.offline(false);
    let spoiler = rusqlite::Connection::open(phone.path()).unwrap();
    let crash = row(&format!("BEFORE UPDATE ON intent WHEN NEW.key = '{}'", first.key));
    spoiler.execute_batch(&format!("CREATE TRIGGER crash {crash} BEGIN SELECT RAISE(ABORT, 'no'); END")).unwrap();
    assert_eq!(run(phone.client.payments().settle_all()).unwrap_err().code(), "phone_data_failed");
    assert_eq!(phone.client.payments().intent(&second.key).unwrap().unwrap().state, IntentState::Confirmed);
    assert!(!phone.client.payments().intent(&first.key).unwrap().unwrap().state.is_final());
}

#[test]
fn a_client_is_one_client_however_often_it_is_cloned() {
    let phone = Phone::ready("1000");
    let clone: Client = phone.client.clone();
    run(clone.payments().buy(&phone.quote("red", 60))).unwrap();
    assert_eq!(phone.shown().active_tickets.len(), 1);
}

#[test]
fn a_sign_in_that_dies_halfway_leaves_no_token_beside_anothers_tickets() {
    let mut phone = Phone::ready("1000");
    let stranger = "+381601112223";
    run(phone.client.account().request_code(stranger)).unwrap();
    let spoiler = rusqlite::Connection::open(phone.path()).unwrap();
    let crash = row("BEFORE INSERT ON meta WHEN NEW.name = 'account'");
    spoiler
        .execute_batch(&format!("CREATE TRIGGER crash {crash} BEGIN SELECT RAISE(ABORT, 'the app died'); END"))
        .unwrap();
    assert!(run(phone.client.account().sign_in(stranger, &phone.net.code_of(stranger), "phone")).is_err());
    spoiler.execute_batch("DROP TRIGGER crash").unwrap();
    drop(spoiler);
    phone.reopen();
    assert!(!phone.shown().is_signed_in);
    assert_eq!(run(phone.client.sync()).unwrap_err().code(), "not_signed_in");
    // The stranger tries again and finds nothing of the other's.
    phone.time.advance(chrono::TimeDelta::seconds(31));
    run(phone.client.account().request_code(stranger)).unwrap();
    run(phone.client.account().sign_in(stranger, &phone.net.code_of(stranger), "phone")).unwrap();
    assert!(phone.shown().vehicles.is_empty());
    assert_eq!(phone.balance(), rsd("0.00"));
}
