//! What the account says of itself: pages, devices, all that is stored, and its end.

use mesto_client::protocol::base::payments::{NoticeOutcome, PayMethod, PaymentPurpose, RefundRoute};
use mesto_client::protocol::garages::controllers::ReportedEventKind;
use mesto_client::protocol::kernel::ids::{DeviceId, RecordId as _};
use mesto_client::{AccountState, Client, ErrorKind, IntentState, Locale, OperatorName, Secrets as _};

use crate::garages::{Controller, net, pay, ready};
use crate::support::{Fault, PHONE, Phone, poll, rsd, run};

const CLOSE: &str = "DELETE /v1/account";
const TOKEN: &str = "localhost/session_token";

/// Everything that lies in the folder of the phone's file, as one text.
fn on_disk(phone: &Phone) -> String {
    let folder = std::fs::read_dir(phone.path().parent().unwrap()).unwrap();
    let files = folder.map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    files.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect()
}

/// Nothing of the account is left on the phone.
#[track_caller]
fn is_wiped(phone: &Phone) {
    assert_eq!(*phone.client.account().state(), AccountState::default());
    assert_eq!(phone.secrets.get(TOKEN).unwrap(), None);
    assert!(phone.client.parking().state().active.is_empty() && phone.client.orders().list().unwrap().is_empty());
    assert_eq!(phone.client.wallet().state().balance, None);
    assert!(phone.client.payments().intents(50).unwrap().is_empty());
    let left = on_disk(phone);
    for secret in ["BG789PP", "tk_", "ac_", PHONE, "+38164"] {
        assert!(!left.contains(secret), "{secret} is still on the disk");
    }
}

#[test]
fn a_page_has_1_to_200_items_in_every_call() {
    let phone = Phone::ready("0");
    for limit in [0, 201, u32::MAX] {
        let errors = [
            run(phone.client.account().sessions(None, limit)).unwrap_err(),
            run(phone.client.payments().history(None, limit)).unwrap_err(),
            run(phone.client.wallet().history(None, limit)).unwrap_err(),
            run(phone.client.orders().history(None, limit)).unwrap_err(),
            run(phone.client.garages().history(None, limit)).unwrap_err(),
            run(phone.client.parking().history(None, limit)).unwrap_err(),
            phone.client.parking().stored_history(None, limit).unwrap_err(),
        ];
        for error in errors {
            assert_eq!(
                (error.code(), error.params()["least"].as_u64(), error.params()["most"].as_u64()),
                ("out_of_range", Some(1), Some(200))
            );
        }
    }
    assert!(run(phone.client.payments().history(None, 200)).unwrap().items.is_empty());
}

#[test]
fn all_that_is_stored_about_a_driver_is_a_document_to_save() {
    let phone = Phone::ready("1000");
    run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    let document: serde_json::Value = serde_json::from_str(&run(phone.client.account().export()).unwrap()).unwrap();
    assert_eq!(
        (&document["person"][0]["phone"], &document["vehicles"][0]["shown"]),
        (&PHONE.into(), &"BG 789-PP".into())
    );
    assert_eq!(document["tickets"].as_array().unwrap().len(), 1);
    phone.net.fault("GET /v1/account/export", Fault::Says(200, Vec::new(), b"<html>log in</html>".to_vec()));
    assert_eq!(run(phone.client.account().export()).unwrap_err().code(), "answer_unreadable");
    run(phone.client.account().sign_out()).unwrap();
    assert_eq!(run(phone.client.account().export()).unwrap_err().kind(), ErrorKind::NotSignedIn);
}

#[test]
fn devices_are_listed_and_another_one_is_signed_out() {
    let phone = Phone::ready("0");
    phone.after(5);
    let other = Phone::on(&phone.net, 7);
    other.sign_in();
    let sessions = run(phone.client.account().sessions(None, 50)).unwrap().items;
    assert_eq!(sessions.iter().map(|session| session.is_own).collect::<Vec<_>>(), [false, true]);
    let [there, here] = sessions.as_slice() else { panic!("{sessions:?}") };
    assert!(there.signed_in_at > here.signed_in_at && !there.device.is_empty());
    let page = run(phone.client.account().sessions(None, 1)).unwrap();
    assert_eq!(run(phone.client.account().sessions(page.next, 1)).unwrap().items, std::slice::from_ref(here));
    assert_eq!(run(phone.client.account().end_session(here.id)).unwrap_err().code(), "session_is_own");
    run(phone.client.account().end_session(there.id)).unwrap();
    assert_eq!(run(phone.client.account().end_session(there.id)).unwrap_err().code(), "not_found");
    assert_eq!(run(other.client.sync()).unwrap_err().kind(), ErrorKind::NotSignedIn);
    assert!(!other.client.account().state().is_signed_in && phone.client.account().state().is_signed_in);
    run(phone.client.sync()).unwrap();
}

#[test]
fn what_was_bought_is_told_in_pages_with_its_money_also_of_another_phone() {
    let phone = Phone::ready("1000");
    let from_deposit = run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    phone.after(1);
    let by_card = run(phone.client.payments().buy(&phone.quote_by("green", 240, PayMethod::Card))).unwrap();
    phone.net.bank_decides(&by_card, NoticeOutcome::Declined, Some("authentication_failed"));
    let other = Phone::on(&phone.net, 7);
    other.sign_in();
    let mut cursor = None;
    let mut all = Vec::new();
    for _ in 0..3 {
        let page = run(other.client.payments().history(cursor, 1)).unwrap();
        all.extend(page.items);
        cursor = page.next;
    }
    assert_eq!(cursor, None, "two purchases and the top-up of the deposit");
    assert!(all.iter().all(|one| one.payment.purpose == PaymentPurpose::Sale && one.payment.sale == one.sale.id));
    assert!(all.is_sorted_by(|newer, older| newer.sale.created_at >= older.sale.created_at));
    let told: Vec<_> =
        all.iter().map(|one| (one.payment.method.as_str(), one.payment.state.as_str(), one.payment.captured)).collect();
    let topped_up = (PayMethod::Card.as_str().to_owned(), rsd("1000.00"));
    assert_eq!(told[0], ("card", "declined", rsd("0.00")));
    assert_eq!(told[1], ("deposit", "captured", from_deposit.amount));
    assert_eq!((told[2].0.to_owned(), told[2].2), topped_up);
    let first = &all[1].sale;
    assert_eq!((first.items[0].service.as_str(), first.city.as_str()), ("parking", "belgrade"));
}

#[test]
fn orders_are_told_in_pages_and_can_be_paid_from_there() {
    let phone = Phone::ready("5000");
    let first = phone.ordered();
    // Another phone has not heard of it yet.
    phone.after(2);
    let other = Phone::on(&phone.net, 7);
    phone.net.fault("GET /v1/account", Fault::RequestLost);
    other.sign_in();
    assert!(other.client.orders().list().unwrap().is_empty());
    let page = run(other.client.orders().history(None, 1)).unwrap();
    assert_eq!((page.items[0].id, page.next), (first, None));
    assert_eq!(run(other.client.orders().pay(first, PayMethod::Deposit)).unwrap().state, IntentState::Confirmed);
    // An old page does not make it unpaid again.
    run(phone.client.orders().history(None, 50)).unwrap();
    let known = other.client.orders().list().unwrap();
    assert!(known.iter().all(|order| order.paid_at.is_some()), "{known:?}");
}

#[test]
fn visits_are_told_in_pages_bg_64() {
    let net = net();
    let (phone, garage) = (ready(&net, "1000"), Controller::of(&net, "zeleni-venac"));
    for ticket in ["GR004217", "GR004218"] {
        garage.happens(ReportedEventKind::Entered, ticket);
        phone.after(1);
        garage.is_there();
        pay(&phone, ticket, PayMethod::Deposit).unwrap();
    }
    let page = run(phone.client.garages().history(None, 1)).unwrap();
    let rest = run(phone.client.garages().history(page.next, 50)).unwrap();
    let tickets: Vec<_> = page.items.iter().chain(&rest.items).map(|visit| visit.ticket.as_str()).collect();
    assert_eq!((tickets, rest.next), (vec!["GR004218", "GR004217"], None));
}

#[test]
fn a_closed_account_leaves_nothing_on_the_phone_and_says_what_goes_back_av_123_av_128() {
    let phone = Phone::ready("1000");
    run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    run(phone.client.sync()).unwrap();
    assert!(on_disk(&phone).contains("BG789PP"));
    let closed = run(phone.client.account().close_account()).unwrap();
    let refund = closed.refund.unwrap();
    assert_eq!((closed.settled, refund.amount, refund.route), (None, rsd("920.00"), RefundRoute::Transfer));
    is_wiped(&phone);
    assert_eq!(run(phone.client.account().close_account()).unwrap_err().code(), "not_signed_in");
    // The same number is somebody new.
    phone.after(2);
    phone.sign_in();
    assert_eq!(phone.balance(), rsd("0.00"));
}

#[test]
fn what_is_owed_is_paid_when_the_account_is_closed_or_it_stays_open_bg_68() {
    let net = net();
    let (phone, garage) = (ready(&net, "200"), Controller::of(&net, "zeleni-venac"));
    garage.happens(ReportedEventKind::Entered, "GR004217");
    phone.after(1);
    garage.is_there();
    pay(&phone, "GR004217", PayMethod::Deposit).unwrap();
    phone.after(130);
    garage.happens(ReportedEventKind::Left, "GR004217");
    let before = phone.shown();
    let error = run(phone.client.account().close_account()).unwrap_err();
    assert_eq!((error.code(), error.kind()), ("account_owes", ErrorKind::Refused));
    assert_eq!(error.params()["missing"]["amount"], "100.00");
    let text = error.text(mesto_client::Locale::En);
    assert!(text.contains("200.00 RSD") && text.contains("100.00 RSD"), "{text}");
    assert!(phone.client.account().state().is_signed_in && !phone.client.account().state().is_closing);
    run(phone.client.sync()).unwrap();
    assert_eq!(phone.shown().balance, before.balance);
    phone.fill("200");
    let closed = run(phone.client.account().close_account()).unwrap();
    assert_eq!((closed.settled, closed.refund.unwrap().amount), (Some(rsd("200.00")), rsd("100.00")));
    is_wiped(&phone);
}

#[test]
fn an_account_whose_closing_was_not_confirmed_is_closed_once_av_123() {
    for (fault, was_closed) in [(Fault::AnswerLost, true), (Fault::RequestLost, false), (Fault::Doubled, true)] {
        let mut phone = Phone::ready("1000");
        let is_answered = matches!(fault, Fault::Doubled);
        phone.net.fault(CLOSE, fault);
        let first = run(phone.client.account().close_account());
        if !is_answered {
            assert_eq!(first.unwrap_err().kind(), ErrorKind::NoAnswer);
            // Whatever is asked meanwhile, and after a new start: the question stays.
            assert_eq!(run(phone.client.sync()).is_err(), was_closed);
            phone.reopen();
            let state = phone.client.account().state();
            assert!(state.is_closing && state.is_signed_in);
            let closed = run(phone.client.account().close_account()).unwrap();
            assert_eq!(closed.refund.unwrap().amount, rsd("1000.00"));
        } else {
            assert_eq!(first.unwrap().refund.unwrap().amount, rsd("1000.00"));
        }
        is_wiped(&phone);
        let owed = phone.net.operator.refunds(&*phone.net.store, true).unwrap();
        assert_eq!(owed.len(), 1);
    }
}

#[test]
fn an_app_that_dies_while_it_closes_the_account_goes_on_where_it_was_av_123() {
    for fault in [Fault::HangsBefore, Fault::HangsAfter] {
        let mut phone = Phone::ready("1000");
        phone.net.fault(CLOSE, fault);
        assert!(poll(phone.client.account().close_account()).is_none());
        phone.reopen();
        assert!(phone.client.account().state().is_closing);
        assert_eq!(run(phone.client.account().close_account()).unwrap().refund.unwrap().amount, rsd("1000.00"));
        is_wiped(&phone);
    }
}

#[test]
fn an_account_is_not_closed_while_a_payment_is_not_confirmed() {
    let phone = Phone::ready("1000");
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    phone.net.offline(true);
    let open = run(phone.client.account().close_account()).unwrap_err();
    assert_eq!(open.code(), "intents_open");
    assert_eq!(
        open.advice(Locale::En),
        "Finish the open payment or cancel it. Then sign out, or close the account, again."
    );
    assert!(open.advice(Locale::SrLatn).contains("otvoreno plaćanje"));
    assert!(!phone.client.account().state().is_closing);
    phone.net.offline(false);
    assert_eq!(run(phone.client.account().close_account()).unwrap().refund.unwrap().amount, rsd("920.00"));
    is_wiped(&phone);
}

#[test]
fn an_account_that_could_not_be_closed_for_want_of_a_connection_is_open() {
    let phone = Phone::ready("1000");
    let close = || run(phone.client.account().close_account()).unwrap_err().kind();
    let is_closing = || phone.client.account().state().is_closing;
    phone.net.offline(true);
    assert_eq!((close(), is_closing()), (ErrorKind::Offline, false));
    phone.net.offline(false);
    run(phone.client.sync()).unwrap();
    assert_eq!(phone.balance(), rsd("1000.00"));
    // What left the phone before may have been executed: now nothing is known by being offline.
    phone.net.fault(CLOSE, Fault::AnswerLost);
    assert_eq!((close(), is_closing()), (ErrorKind::NoAnswer, true));
    phone.net.offline(true);
    assert_eq!((close(), is_closing()), (ErrorKind::Offline, true));
    phone.net.offline(false);
    assert_eq!(run(phone.client.account().close_account()).unwrap().refund.unwrap().amount, rsd("1000.00"));
    is_wiped(&phone);
}

#[test]
fn what_was_bought_after_a_closing_without_an_answer_is_known_before_it_is_asked_again_av_123() {
    let phone = Phone::ready("1000");
    phone.net.fault(CLOSE, Fault::RequestLost);
    let unsure = run(phone.client.account().close_account()).unwrap_err();
    assert_eq!((unsure.kind(), unsure.may_be_charged()), (ErrorKind::NoAnswer, true));
    // The account is open, and the driver goes on.
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    phone.net.offline(true);
    assert_eq!(run(phone.client.account().close_account()).unwrap_err().code(), "intents_open");
    assert!(phone.client.account().state().is_closing);
    assert_eq!(phone.client.payments().open().unwrap().len(), 1);
    phone.net.offline(false);
    assert_eq!(run(phone.client.account().close_account()).unwrap().refund.unwrap().amount, rsd("920.00"));
    is_wiped(&phone);
}

#[test]
fn what_was_tapped_after_the_account_was_closed_keeps_nobody_from_its_end_av_123() {
    let phone = Phone::ready("1000");
    let quote = phone.quote("red", 60);
    phone.net.fault(CLOSE, Fault::AnswerLost);
    assert_eq!(run(phone.client.account().close_account()).unwrap_err().kind(), ErrorKind::NoAnswer);
    let tapped = run(phone.client.payments().buy(&quote)).unwrap();
    assert!(!tapped.state.is_final());
    assert_eq!(run(phone.client.account().close_account()).unwrap().refund.unwrap().amount, rsd("1000.00"));
    assert_eq!(phone.net.sold(), 0);
    is_wiped(&phone);
}

#[test]
fn a_session_that_ended_elsewhere_closes_nothing_and_is_over() {
    let phone = Phone::ready("1000");
    let other = Phone::on(&phone.net, 7);
    phone.after(2);
    other.sign_in();
    let sessions = run(other.client.account().sessions(None, 50)).unwrap().items;
    let theirs = sessions.iter().find(|session| !session.is_own).unwrap();
    run(other.client.account().end_session(theirs.id)).unwrap();
    assert_eq!(run(phone.client.account().close_account()).unwrap_err().kind(), ErrorKind::NotSignedIn);
    let state = phone.client.account().state();
    assert!(!state.is_signed_in && !state.is_closing);
    assert_eq!(phone.secrets.get(TOKEN).unwrap(), None);
    run(other.client.sync()).unwrap();
    assert_eq!(other.balance(), rsd("1000.00"));
}

#[test]
fn another_phone_of_a_closed_account_is_signed_out_av_123() {
    let phone = Phone::ready("1000");
    phone.after(2);
    let other = Phone::on(&phone.net, 7);
    other.sign_in();
    run(phone.client.account().close_account()).unwrap();
    assert_eq!(run(other.client.sync()).unwrap_err().kind(), ErrorKind::NotSignedIn);
    assert!(!other.client.account().state().is_signed_in);
}

#[test]
fn before_the_first_number_is_sent_the_operator_has_shown_that_it_stands_behind_the_pinned_key() {
    let phone = Phone::new();
    let opened = |file: &str, root_key: [u8; 32]| {
        let config = mesto_client::Config::new(phone.folder.path().join(file), OperatorName::localhost(), root_key);
        Client::open(config, phone.ports.clone()).unwrap()
    };
    let root = *phone.net.operator.keys().root_public();
    phone.net.log();
    let wrong = opened("wrong.db", [7; 32]);
    let refused = run(wrong.account().request_code(PHONE)).unwrap_err();
    assert_eq!((refused.code(), refused.kind()), ("keys_untrusted", ErrorKind::Untrusted));
    let refused = run(wrong.account().sign_in(PHONE, "123456", "phone")).unwrap_err();
    assert_eq!(refused.code(), "keys_untrusted");
    assert_eq!(phone.net.log(), ["GET /v1/keys", "GET /v1/keys"], "the number was told to nobody");
    // The first time two readings come before it, and never again.
    let right = opened("right.db", root);
    run(right.account().request_code(PHONE)).unwrap();
    assert_eq!(phone.net.log(), ["GET /v1/keys", "GET /v1/operator", "POST /v1/auth/code"]);
    phone.after(20);
    run(right.account().request_code(PHONE)).unwrap();
    assert_eq!(phone.net.log(), ["POST /v1/auth/code"]);
    run(right.account().sign_in(PHONE, &phone.net.code(), "phone")).unwrap();
    assert_eq!(phone.net.log().first().map(String::as_str), Some("POST /v1/auth/session"));
    // What a city's refresh found is enough.
    run(phone.client.account().request_code("+381641112223")).unwrap();
    assert_eq!(phone.net.log(), ["POST /v1/auth/code"]);
    // An app with another key does not believe what it has found by the one before.
    right.close();
    let other = opened("right.db", [7; 32]);
    assert_eq!(run(other.account().request_code(PHONE)).unwrap_err().code(), "keys_untrusted");
    phone.net.log();
    phone.net.offline(true);
    let offline = run(opened("new.db", root).account().request_code(PHONE)).unwrap_err();
    assert_eq!((offline.code(), offline.kind()), ("offline", ErrorKind::Offline));
}

#[test]
fn an_empty_code_is_not_sent_and_uses_up_no_try() {
    let phone = Phone::new();
    run(phone.client.account().request_code(PHONE)).unwrap();
    phone.net.log();
    for typed in ["", " \n", "\u{2013}\u{200b}"] {
        let refused = run(phone.client.account().sign_in(PHONE, typed, "test phone")).unwrap_err();
        assert_eq!((refused.code(), refused.kind()), ("code_wrong", ErrorKind::Refused));
        assert_eq!(refused.text(Locale::En), "The code is not right.");
        assert_eq!(refused.advice(Locale::SrLatn), "Pogledajte najnoviji SMS.");
    }
    assert_eq!(phone.net.log(), Vec::<String>::new());
    run(phone.client.account().sign_in(PHONE, &phone.net.code(), "test phone")).unwrap();
}

#[test]
fn a_number_that_no_order_has_is_said_so_bg_70() {
    let phone = Phone::ready("0");
    let error = run(phone.client.orders().by_slip("482109375557")).unwrap_err();
    assert_eq!(error.code(), "not_found");
    assert_eq!(error.text(Locale::En), "No daily order has this number.");
    assert_eq!(error.text(Locale::SrLatn), "Nijedna dnevna karta nema ovaj broj.");
    assert!(error.advice(Locale::En).starts_with("Compare it with the slip"));
    let gone = run(phone.client.account().end_session(DeviceId::from_bytes([0; 16]))).unwrap_err();
    assert_eq!(gone.text(Locale::En), "This is not there any more.");
}
