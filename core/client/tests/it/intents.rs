//! Never a false "paid", never a false "not paid": what an intent says while the network fails.

use chrono::TimeDelta;
use mesto_client::protocol::base::payments::NoticeOutcome;
use mesto_client::{Connection, IntentState, Locale, ProblemCode, Progress};

use crate::support::{Fault, Phone, belgrade, poll, rsd, run};

const SENT: IntentState = IntentState::Unconfirmed(Progress::Sent);
const READY: IntentState = IntentState::Unconfirmed(Progress::Ready);

#[test]
fn a_lost_answer_is_unconfirmed_until_known_and_bought_once_bg_34() {
    for fault in [Fault::AnswerLost, Fault::RequestLost] {
        let phone = Phone::ready("1000");
        let quote = phone.quote("red", 60);
        phone.net.fault("POST /v1/purchases", fault);
        let intent = run(phone.client.payments().buy(&quote)).unwrap();
        assert_eq!(intent.state, SENT);
        let shown = phone.shown();
        assert_eq!((shown.open_intents.len(), shown.active_tickets.len()), (1, 0));
        assert_eq!(shown.balance, Some(rsd("1000.00")), "neither paid nor unpaid");
        assert_eq!(shown.connection, Connection::Offline);
        assert!(phone.client.payments().next_retry_at().unwrap() > phone.time.now());

        let settled = run(phone.client.payments().settle_all()).unwrap();
        assert_eq!(settled[0].state, IntentState::Confirmed);
        run(phone.client.sync()).unwrap();
        let shown = phone.shown();
        assert_eq!((shown.open_intents.len(), shown.active_tickets.len()), (0, 1));
        assert_eq!(shown.balance, Some(rsd("920.00")));
        assert_eq!(phone.net.sold(), 1);
        assert!(phone.client.payments().next_retry_at().is_none());
    }
}

#[test]
fn an_old_answer_told_again_does_not_turn_the_balance_back() {
    let phone = Phone::ready("1000");
    let topup = run(phone.client.wallet().top_up(&belgrade(), rsd("500").amount)).unwrap();
    let quote = phone.quote("red", 60);
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    let lost = run(phone.client.payments().buy(&quote)).unwrap();
    phone.net.bank_decides(&topup, NoticeOutcome::Approved, None);
    run(phone.client.sync()).unwrap();
    assert_eq!(phone.balance(), rsd("1420.00"));
    // The stored answer says 920.00, as it was then.
    assert_eq!(run(phone.client.payments().settle(&lost.key)).unwrap().state, IntentState::Confirmed);
    assert_eq!(phone.balance(), rsd("1420.00"));
}

#[test]
fn an_answer_that_was_overtaken_does_not_turn_the_balance_back() {
    let phone = Phone::ready("1000");
    let (red, yellow) = (phone.quote("red", 60), phone.quote("yellow", 60));
    phone.net.fault("POST /v1/purchases", Fault::Waits);
    let mut slow = Box::pin(phone.client.payments().buy(&red));
    assert!(poll(slow.as_mut()).is_none(), "bought; its answer, 920.00, is on its way");
    run(phone.client.payments().buy(&yellow)).unwrap();
    assert_eq!(phone.balance(), rsd("855.00"));
    assert_eq!(run(slow).unwrap().state, IntentState::Confirmed);
    assert_eq!(phone.balance(), rsd("855.00"));
}

#[test]
fn a_purchase_tapped_without_network_is_never_executed_late() {
    let phone = Phone::ready("1000");
    let quote = phone.quote("red", 60);
    phone.net.offline(true);
    let intent = run(phone.client.payments().buy(&quote)).unwrap();
    assert_eq!(intent.state, READY);
    phone.after(120);
    let settled = run(phone.client.payments().settle_all()).unwrap();
    assert_eq!(settled[0].state, IntentState::Expired, "nothing left the phone, nothing will");
    phone.net.offline(false);
    phone.net.log();
    assert!(run(phone.client.payments().settle_all()).unwrap().is_empty());
    assert!(phone.net.log().is_empty());
    assert_eq!(phone.net.sold(), 0);
}

#[test]
fn a_purchase_tapped_without_network_goes_out_in_time() {
    let phone = Phone::ready("1000");
    let quote = phone.quote("red", 60);
    phone.net.offline(true);
    run(phone.client.payments().buy(&quote)).unwrap();
    phone.after(1);
    phone.net.offline(false);
    assert_eq!(run(phone.client.payments().settle_all()).unwrap()[0].state, IntentState::Confirmed);
    assert_eq!(phone.net.sold(), 1);
}

#[test]
fn after_the_deadline_only_the_operators_word_ends_a_request_that_may_have_left() {
    for (fault, end, sold) in
        [(Fault::RequestLost, IntentState::Expired, 0), (Fault::AnswerLost, IntentState::Confirmed, 1)]
    {
        let phone = Phone::ready("1000");
        let quote = phone.quote("red", 60);
        phone.net.fault("POST /v1/purchases", fault);
        run(phone.client.payments().buy(&quote)).unwrap();
        phone.net.offline(true);
        phone.after(10);
        assert_eq!(run(phone.client.payments().settle_all()).unwrap()[0].state, SENT, "unreachable");
        phone.net.offline(false);
        phone.net.log();
        let settled = run(phone.client.payments().settle_all()).unwrap();
        assert_eq!(settled[0].state, end);
        assert!(phone.net.log()[0].starts_with("DELETE /v1/intents/"), "asked, not sent again");
        assert_eq!(settled[0].ticket().is_some(), sold == 1);
        assert_eq!(phone.net.sold(), sold);
    }
}

#[test]
fn a_phone_that_comes_back_after_a_month_is_told_what_it_bought_bg_34() {
    for (fault, days) in [(Fault::AnswerLost, 33), (Fault::AnswerLost, 170), (Fault::RequestLost, 33)] {
        let sold = i64::from(matches!(fault, Fault::AnswerLost));
        let phone = Phone::ready("1000");
        phone.net.fault("POST /v1/purchases", fault);
        let lost = run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
        phone.net.offline(true);
        phone.after(days * 24 * 60);
        phone.net.offline(false);
        let settled = run(phone.client.payments().settle(&lost.key)).unwrap();
        assert_eq!(settled.state, if sold == 1 { IntentState::Confirmed } else { IntentState::Expired });
        assert_eq!(settled.ticket().map(|ticket| ticket.price), (sold == 1).then(|| rsd("80.00")));
        assert_eq!(phone.net.sold(), sold);
    }
}

#[test]
fn a_request_that_arrives_after_its_deadline_is_refused_by_the_operator() {
    let phone = Phone::ready("1000");
    let quote = phone.quote("red", 60);
    // The phone's clock runs behind: it believes to be in time.
    phone.net.offline(true);
    run(phone.client.payments().buy(&quote)).unwrap();
    phone.net.offline(false);
    phone.net.fault("POST /v1/purchases", Fault::refuses(ProblemCode::IntentExpired));
    assert_eq!(run(phone.client.payments().settle_all()).unwrap()[0].state, IntentState::Expired);
    assert_eq!(phone.net.sold(), 0);
}

#[test]
fn two_taps_on_one_quote_are_one_purchase() {
    let phone = Phone::ready("1000");
    let quote = phone.quote("red", 60);
    phone.net.log();
    phone.net.fault("POST /v1/purchases", Fault::HangsBefore);
    {
        let mut first = Box::pin(phone.client.payments().buy(&quote));
        assert!(poll(first.as_mut()).is_none(), "on its way");
        let second = run(phone.client.payments().buy(&quote)).unwrap();
        assert!(!second.state.is_final());
        assert_eq!(phone.client.payments().open().unwrap().len(), 1);
        assert_eq!(phone.net.log(), ["POST /v1/purchases"], "the second tap sends nothing");
    }
    let third = run(phone.client.payments().buy(&quote)).unwrap();
    assert_eq!(third.state, IntentState::Confirmed);
    let fourth = run(phone.client.payments().buy(&quote)).unwrap();
    assert_eq!((fourth.key, fourth.state), (third.key, IntentState::Confirmed), "also after it was bought");
    assert_eq!(phone.net.sold(), 1);
}

#[test]
fn taps_from_many_threads_are_one_purchase() {
    let phone = Phone::ready("1000");
    let quote = phone.quote("red", 60);
    let keys: Vec<String> = std::thread::scope(|threads| {
        let taps: Vec<_> =
            (0..8).map(|_| threads.spawn(|| run(phone.client.payments().buy(&quote)).unwrap().key)).collect();
        taps.into_iter().map(|tap| tap.join().unwrap()).collect()
    });
    assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
    assert_eq!(phone.client.payments().intent(&keys[0]).unwrap().unwrap().state, IntentState::Confirmed);
    assert_eq!((phone.net.sold(), phone.balance()), (1, rsd("920.00")));
}

#[test]
fn a_doubled_request_is_executed_once() {
    let phone = Phone::ready("1000");
    let quote = phone.quote("red", 60);
    phone.net.fault("POST /v1/purchases", Fault::Doubled);
    assert_eq!(run(phone.client.payments().buy(&quote)).unwrap().state, IntentState::Confirmed);
    assert_eq!(phone.net.sold(), 1);
}

#[test]
fn answers_that_are_no_outcome_keep_it_unconfirmed() {
    let says = |status, body: &[u8]| Fault::Says(status, Vec::new(), body.to_vec());
    let answers = [
        Fault::refuses(ProblemCode::TooManyRequests),
        Fault::refuses(ProblemCode::Internal),
        Fault::refuses(ProblemCode::Unavailable),
        Fault::refuses(ProblemCode::StorageFull),
        Fault::refuses(ProblemCode::RequestInFlight),
        Fault::refuses(ProblemCode::ClientTooOld),
        says(200, b"<html>welcome to the wifi</html>"),
        says(200, b"{}"),
        says(302, b""),
        says(403, b"<html>log in</html>"),
        says(404, b"not here"),
        says(502, b""),
    ];
    for answer in answers {
        let phone = Phone::ready("1000");
        let quote = phone.quote("red", 60);
        phone.net.fault("POST /v1/purchases", answer.clone());
        assert_eq!(run(phone.client.payments().buy(&quote)).unwrap().state, SENT, "{answer:?}");
        assert_eq!(run(phone.client.payments().settle_all()).unwrap()[0].state, IntentState::Confirmed, "{answer:?}");
        assert_eq!(phone.net.sold(), 1);
    }
}

#[test]
fn a_session_that_ended_meanwhile_leaves_the_purchase_to_be_settled() {
    let phone = Phone::ready("1000");
    let quote = phone.quote("red", 60);
    phone.net.fault("POST /v1/purchases", Fault::refuses(ProblemCode::Unauthorized));
    assert_eq!(run(phone.client.payments().buy(&quote)).unwrap().state, SENT);
    assert!(!phone.shown().is_signed_in);
    assert_eq!(run(phone.client.payments().settle_all()).unwrap_err().code(), "not_signed_in");
    phone.time.advance(TimeDelta::seconds(31));
    phone.sign_in();
    assert_eq!(phone.client.payments().next_retry_at().map(|at| at <= phone.time.now()), Some(true));
    assert_eq!(run(phone.client.payments().settle_all()).unwrap()[0].state, IntentState::Confirmed);
}

#[test]
fn retry_after_is_waited_for_and_failures_are_spread_out() {
    let phone = Phone::ready("1000");
    let quote = phone.quote("red", 60);
    let body = serde_json::to_vec(&mesto_client::Problem::new(ProblemCode::TooManyRequests, "")).unwrap();
    phone.net.fault("POST /v1/purchases", Fault::Says(429, vec![("Retry-After".to_owned(), "40".to_owned())], body));
    run(phone.client.payments().buy(&quote)).unwrap();
    assert_eq!(phone.client.payments().next_retry_at(), Some(phone.time.now() + TimeDelta::seconds(40)));
    phone.net.log();
    assert!(run(phone.client.payments().settle_due()).unwrap().is_empty());
    assert!(phone.net.log().is_empty(), "not yet");

    phone.net.offline(true);
    let mut waits = Vec::new();
    for _ in 0..4 {
        run(phone.client.payments().settle_all()).unwrap();
        waits.push(phone.client.payments().next_retry_at().unwrap() - phone.time.now());
    }
    assert!(waits.is_sorted() && waits[3] > waits[0] * 4, "{waits:?}");
    phone.net.offline(false);
    phone.time.advance(TimeDelta::seconds(75));
    assert_eq!(run(phone.client.payments().settle_due()).unwrap()[0].state, IntentState::Confirmed);
}

#[test]
fn a_refusal_is_final_and_says_what_is_missing() {
    let phone = Phone::ready("200");
    run(phone.client.payments().buy(&phone.quote("red", 90))).unwrap();
    let quote = phone.quote("green", 60);
    let refused = run(phone.client.payments().buy(&quote)).unwrap();
    let refusal = refused.refusal().unwrap();
    assert_eq!(refusal.code(), "deposit_too_low");
    assert_eq!(refusal.text(Locale::En), "Your deposit of 0.00 RSD lacks 55.00 RSD.");
    assert!(phone.shown().open_intents.is_empty());
    // The same quote can be bought once the deposit covers it: with a new key, for the old one is
    // spent.
    phone.fill("200");
    let again = run(phone.client.payments().buy(&quote)).unwrap();
    assert_eq!(again.state, IntentState::Confirmed);
    assert_ne!(again.key, refused.key);
}

#[test]
fn a_quote_that_is_over_is_refused_before_anything_is_sent() {
    let phone = Phone::ready("1000");
    let quote = phone.quote("red", 60);
    phone.time.advance(TimeDelta::seconds(121));
    phone.net.log();
    assert_eq!(run(phone.client.payments().buy(&quote)).unwrap_err().code(), "quote_expired");
    assert!(phone.net.log().is_empty());
    assert!(phone.client.payments().open().unwrap().is_empty());
}

#[test]
fn a_price_holds_to_the_millisecond_that_the_quote_says() {
    let phone = Phone::ready("1000");
    let (quote, payments) = (phone.quote("red", 60), phone.client.payments());
    phone.time.advance(quote.expires_at - phone.client.now());
    assert!(!payments.is_over(&quote));
    phone.time.advance(TimeDelta::milliseconds(1));
    assert!(payments.is_over(&quote));
    assert_eq!(run(payments.buy(&quote)).unwrap_err().code(), "quote_expired");
    let quote = phone.quote("red", 60);
    phone.time.advance(quote.expires_at - phone.client.now());
    assert_eq!(run(payments.buy(&quote)).unwrap().state, IntentState::Confirmed);
}

#[test]
fn after_a_reboot_the_phone_asks_for_the_time_before_it_buys() {
    let mut phone = Phone::ready("1000");
    let quote = phone.quote("red", 60);
    phone.time.wrong_by(TimeDelta::hours(5));
    phone.time.reboot();
    phone.reopen();
    // The wall clock was set right or wrong meanwhile: nobody can tell.
    phone.time.wrong_by(TimeDelta::hours(-3));
    assert_eq!(phone.shown().clock, mesto_client::ClockState::Unsynced);
    phone.net.offline(true);
    assert_eq!(run(phone.client.payments().buy(&quote)).unwrap_err().code(), "offline");
    assert!(phone.client.payments().open().unwrap().is_empty(), "a deadline by a guessed clock could be hours late");
    phone.net.offline(false);
    let intent = run(phone.client.payments().buy(&quote)).unwrap();
    assert_eq!((intent.state, intent.not_after), (IntentState::Confirmed, quote.expires_at));
    assert_eq!(phone.shown().clock, mesto_client::ClockState::Synced);
}

#[test]
fn a_ticket_stays_and_says_the_doubt_while_the_clock_is_not_known() {
    let mut phone = Phone::ready("1000");
    let bought = run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap().ticket().unwrap();
    let sure = phone.client.parking().parked().unwrap();
    assert!(!sure[0].may_be_over);
    phone.net.offline(true);
    // Switched off and on without a connection, with a date three days ahead.
    phone.time.reboot();
    phone.time.wrong_by(TimeDelta::days(3));
    phone.reopen();
    assert_eq!(phone.shown().clock, mesto_client::ClockState::Unsynced);
    assert!(phone.client.now() > bought.ends_at);
    assert_eq!(phone.client.parking().state().active, std::slice::from_ref(&bought));
    let parked = phone.client.parking().parked().unwrap();
    assert_eq!((parked[0].in_force, parked[0].may_be_over), (bought.id, true));
    assert_eq!(parked[0].lines.len(), sure[0].lines.len() + 1, "{:?}", parked[0].lines);
    assert_eq!(phone.client.parking().parked_with(bought.id).unwrap(), parked[0]);
    // A date before what the operator said last is no later moment either.
    phone.time.wrong_by(TimeDelta::days(-400));
    assert!(phone.client.now() >= bought.issued_at - TimeDelta::seconds(1));
    assert_eq!(phone.client.parking().state().active, std::slice::from_ref(&bought));
    // The operator tells the time: it still runs, without a doubt.
    phone.net.offline(false);
    run(phone.client.sync()).unwrap();
    assert_eq!(phone.client.parking().parked().unwrap(), sure);
    // And when it is really over, it is: also where nothing about tickets was told.
    phone.net.offline(true);
    phone.time.reboot();
    phone.reopen();
    phone.after(61);
    assert!(phone.client.parking().parked().unwrap()[0].may_be_over);
    assert_eq!(phone.client.parking().state().active.len(), 1);
    phone.net.offline(false);
    run(phone.client.sync()).unwrap();
    assert_eq!(phone.client.parking().state().active, []);
    assert_eq!(phone.client.parking().parked().unwrap(), []);
    assert!(!phone.client.parking().parked_with(bought.id).unwrap().may_be_over);
}

#[test]
fn what_was_over_when_the_operator_was_heard_last_does_not_come_back_with_a_reboot() {
    let mut phone = Phone::ready("1000");
    run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    // Heard every now and then, without a jump of the clock.
    for _ in 0..9 {
        phone.after(10);
        run(phone.client.wallet().history(None, 1)).unwrap();
    }
    phone.net.offline(true);
    phone.time.reboot();
    phone.reopen();
    assert_eq!(phone.client.parking().parked().unwrap(), []);
}

#[test]
fn a_time_that_is_no_operators_is_not_taken() {
    let phone = Phone::ready("1000");
    let answer = |status: u16, ms: &str, body: &[u8]| {
        Fault::Says(status, vec![("mesto-time".to_owned(), ms.to_owned())], body.to_vec())
    };
    let tomorrow = (phone.time.now() + TimeDelta::days(1)).timestamp_millis().to_string();
    for told in [
        answer(200, &i64::MIN.to_string(), b"{}"),
        answer(200, &i64::MAX.to_string(), b"{}"),
        answer(200, "0", b"{}"),
        answer(200, "soon", b"{}"),
        answer(403, &tomorrow, b"<html>log in to the wifi</html>"),
    ] {
        phone.net.fault("GET /v1/events", told);
        assert!(run(phone.client.sync()).is_err());
        assert_eq!(phone.client.now(), phone.time.now());
    }
    assert_eq!(run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap().state, IntentState::Confirmed);
}

#[test]
fn an_intent_from_before_a_reboot_is_still_ended_by_its_true_deadline() {
    let mut phone = Phone::ready("1000");
    let quote = phone.quote("red", 60);
    phone.net.offline(true);
    run(phone.client.payments().buy(&quote)).unwrap();
    phone.after(180);
    phone.time.reboot();
    // The phone believes that no minute has passed.
    phone.time.wrong_by(TimeDelta::hours(-3));
    phone.reopen();
    phone.net.offline(false);
    assert_eq!(run(phone.client.payments().settle_all()).unwrap()[0].state, IntentState::Expired);
    assert_eq!(phone.net.sold(), 0);
}

#[test]
fn a_top_up_is_confirmed_only_by_the_bank_and_survives_a_reopened_app() {
    let mut phone = Phone::ready("0");
    let intent = run(phone.client.wallet().top_up(&belgrade(), rsd("1000").amount)).unwrap();
    assert_eq!(intent.state, IntentState::Unconfirmed(Progress::AtBank));
    phone.reopen();
    assert_eq!(phone.shown().open_intents[0].page_url, intent.page_url, "the page can be opened again");
    assert!(!run(phone.client.payments().settle(&intent.key)).unwrap().state.is_final());
    phone.net.bank_decides(&intent, NoticeOutcome::Approved, None);
    // The event says it, without asking for the intent.
    run(phone.client.sync()).unwrap();
    assert_eq!(phone.client.payments().intent(&intent.key).unwrap().unwrap().state, IntentState::Confirmed);
    assert_eq!(phone.balance(), rsd("1000.00"));
}

#[test]
fn a_confirmed_top_up_is_in_the_balance_at_once_bg_34() {
    let phone = Phone::ready("0");
    let intent = run(phone.client.wallet().top_up(&belgrade(), rsd("1000").amount)).unwrap();
    phone.net.bank_decides(&intent, NoticeOutcome::Approved, None);
    assert_eq!(run(phone.client.payments().settle(&intent.key)).unwrap().state, IntentState::Confirmed);
    assert_eq!(phone.balance(), rsd("1000.00"));
    assert!(phone.client.payments().next_retry_at().is_none());
}

#[test]
fn a_balance_that_could_not_be_read_is_asked_for_again_bg_34() {
    let phone = Phone::ready("0");
    let intent = run(phone.client.wallet().top_up(&belgrade(), rsd("1000").amount)).unwrap();
    phone.net.bank_decides(&intent, NoticeOutcome::Approved, None);
    phone.net.fault("GET /v1/events", Fault::NotSent);
    assert_eq!(run(phone.client.payments().settle(&intent.key)).unwrap().state, IntentState::Confirmed);
    assert_eq!(phone.balance(), rsd("0.00"), "the operator was not heard");
    let again = phone.client.payments().next_retry_at().unwrap();
    run(phone.client.payments().settle_due()).unwrap();
    assert_eq!(phone.balance(), rsd("0.00"), "not yet");
    phone.time.advance(again - phone.time.now());
    phone.net.fault("GET /v1/events", Fault::AnswerLost);
    run(phone.client.payments().settle_due()).unwrap();
    assert!(phone.client.payments().next_retry_at().unwrap() > phone.time.now(), "not without a pause");
    run(phone.client.payments().settle_all()).unwrap();
    assert_eq!(phone.balance(), rsd("1000.00"));
    assert!(phone.client.payments().next_retry_at().is_none());
}

#[test]
fn what_a_repeated_request_bought_is_taken_from_the_balance_at_once_bg_34() {
    let phone = Phone::ready("1000");
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    assert_eq!(run(phone.client.payments().settle_all()).unwrap()[0].state, IntentState::Confirmed);
    assert_eq!(phone.balance(), rsd("920.00"));
}

#[test]
fn a_second_tap_on_an_amount_opens_the_page_of_the_first() {
    let phone = Phone::ready("0");
    let first = run(phone.client.wallet().top_up(&belgrade(), rsd("500").amount)).unwrap();
    let second = run(phone.client.wallet().top_up(&belgrade(), rsd("500").amount)).unwrap();
    assert_eq!((second.key, &second.page_url), (first.key.clone(), &first.page_url));
    let other = run(phone.client.wallet().top_up(&belgrade(), rsd("1000").amount)).unwrap_err();
    assert_eq!(other.params()["page_url"], first.page_url.clone().unwrap(), "another amount would be paid beside it");
    phone.net.bank_decides(&first, NoticeOutcome::Approved, None);
    run(phone.client.sync()).unwrap();
    assert_ne!(
        run(phone.client.wallet().top_up(&belgrade(), rsd("500").amount)).unwrap().key,
        first.key,
        "after it was paid"
    );
}

#[test]
fn a_screen_that_is_closed_in_the_middle_leaves_the_purchase_to_be_settled() {
    let phone = Phone::ready("1000");
    let quote = phone.quote("red", 60);
    phone.net.fault("POST /v1/purchases", Fault::HangsAfter);
    assert!(poll(phone.client.payments().buy(&quote)).is_none(), "cancelled");
    assert!(!phone.shown().open_intents.is_empty());
    assert_eq!(run(phone.client.payments().settle_all()).unwrap()[0].state, IntentState::Confirmed);
    assert_eq!(phone.net.sold(), 1);
}

#[test]
fn a_lost_top_up_is_made_once() {
    let phone = Phone::ready("0");
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    let lost = run(phone.client.wallet().top_up(&belgrade(), rsd("500").amount)).unwrap();
    assert!(lost.page_url.is_none());
    let found = run(phone.client.payments().settle_all()).unwrap();
    assert_eq!(found.len(), 1);
    phone.net.bank_decides(&found[0], NoticeOutcome::Approved, None);
    assert_eq!(run(phone.client.payments().settle_all()).unwrap()[0].state, IntentState::Confirmed);
    run(phone.client.sync()).unwrap();
    assert_eq!(phone.balance(), rsd("500.00"));
}

#[test]
fn signing_out_waits_for_what_may_have_been_paid() {
    let phone = Phone::ready("1000");
    let quote = phone.quote("red", 60);
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    run(phone.client.payments().buy(&quote)).unwrap();
    phone.net.offline(true);
    assert_eq!(run(phone.client.account().sign_out()).unwrap_err().code(), "intents_open");
    phone.net.offline(false);
    run(phone.client.account().sign_out()).unwrap();
    assert_eq!(phone.net.sold(), 1);
}

#[test]
fn without_a_session_nothing_is_due_and_the_driver_is_told_to_sign_in_again_bg_34() {
    let phone = Phone::ready("1000");
    let quote = phone.quote("red", 60);
    phone.net.fault("POST /v1/purchases", Fault::refuses(ProblemCode::Unauthorized));
    let open = run(phone.client.payments().buy(&quote)).unwrap();
    phone.time.advance(TimeDelta::hours(1));
    // A loop that sleeps until the next retry would not sleep at all.
    assert_eq!(phone.client.payments().next_retry_at(), None);
    phone.net.log();
    let refused = run(phone.client.payments().settle(&open.key)).unwrap_err();
    assert_eq!((refused.code(), refused.may_be_charged()), ("not_signed_in", true));
    assert_eq!(phone.net.log(), Vec::<String>::new());
    let refused = run(phone.client.account().sign_out()).unwrap_err();
    assert_eq!((refused.code(), refused.params()["session"].as_str()), ("intents_open", Some("over")));
    for (locale, says) in [(Locale::En, "Sign in again first"), (Locale::SrLatn, "Prvo se ponovo prijavite")] {
        assert!(refused.advice(locale).starts_with(says), "{}", refused.advice(locale));
    }
    phone.sign_in();
    assert!(run(phone.client.payments().settle(&open.key)).unwrap().state.is_final());
    run(phone.client.account().sign_out()).unwrap();
}
