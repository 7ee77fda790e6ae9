//! Nothing is paid twice: what is open for the same car and place, order or deposit is settled
//! before anything new.

use chrono::TimeDelta;
use mesto_client::protocol::base::payments::{NoticeOutcome, PayMethod, PaymentState};
use mesto_client::protocol::orders::driver::OrderState;
use mesto_client::{IntentState, Locale, Progress};
use mesto_operator::LedgerAccountKind;

use crate::support::{Fault, PHONE, Phone, belgrade, meanwhile, offer, rsd, run, zone};

const SENT: IntentState = IntentState::Unconfirmed(Progress::Sent);
const AT_BANK: IntentState = IntentState::Unconfirmed(Progress::AtBank);

#[test]
fn a_quote_whose_sums_were_changed_is_refused_and_nothing_is_sent() {
    let phone = Phone::ready("1000");
    let quote = phone.quote("red", 60);
    let mut total = quote.clone();
    total.total = rsd("1.00");
    let mut item = total.clone();
    item.items[0].total = rsd("1.00");
    let mut line = quote.clone();
    line.items[0].lines[0].amount = rsd("1.00");
    phone.net.log();
    for altered in [total, item, line] {
        let refused = run(phone.client.payments().buy(&altered)).unwrap_err();
        assert_eq!((refused.code(), refused.may_be_charged()), ("quote_altered", false));
    }
    assert!(phone.net.log().is_empty() && phone.client.payments().open().unwrap().is_empty());
    let bought = run(phone.client.payments().buy(&quote)).unwrap();
    assert_eq!(bought.amount, rsd("80.00"));
}

#[test]
fn a_purchase_whose_answer_was_lost_is_the_answer_of_the_next_one_bg_34() {
    for fault in [Fault::AnswerLost, Fault::RequestLost] {
        let phone = Phone::ready("1000");
        phone.net.fault("POST /v1/purchases", fault);
        let lost = run(phone.client.payments().buy(&phone.quote("green", 60))).unwrap();
        assert_eq!(lost.state, SENT);
        // The driver asks for a price again, and pays.
        let again = run(phone.client.payments().buy(&phone.quote("green", 60))).unwrap();
        assert_eq!((&again.state, &again.key), (&IntentState::Confirmed, &lost.key));
        assert!(again.ticket().is_some());
        assert_eq!((phone.net.sold(), phone.balance()), (1, rsd("945.00")));
        assert!(phone.shown().open_intents.is_empty());
    }
}

#[test]
fn after_the_bought_one_is_known_more_can_be_bought_bg_54() {
    let phone = Phone::ready("1000");
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    let lost = run(phone.client.payments().buy(&phone.quote("green", 60))).unwrap();
    assert_eq!(run(phone.client.payments().buy(&phone.quote("green", 60))).unwrap().key, lost.key);
    let more = run(phone.client.payments().buy(&phone.quote("green", 60))).unwrap();
    assert_eq!(more.state, IntentState::Confirmed);
    assert_ne!(more.key, lost.key);
    assert_eq!(phone.net.sold(), 2);
}

#[test]
fn an_extension_is_guarded_like_a_purchase_bg_54() {
    let phone = Phone::ready("1000");
    let ticket = run(phone.client.payments().buy(&phone.quote("green", 60))).unwrap().ticket().unwrap();
    phone.after(50);
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    let lost = run(phone
        .client
        .payments()
        .buy(&run(phone.client.parking().quote_extension(ticket.id, 60, PayMethod::Deposit)).unwrap()))
    .unwrap();
    assert_eq!(lost.state, SENT);
    let again = run(phone
        .client
        .payments()
        .buy(&run(phone.client.parking().quote_extension(ticket.id, 60, PayMethod::Deposit)).unwrap()))
    .unwrap();
    assert_eq!((again.state, again.key), (IntentState::Confirmed, lost.key));
    assert_eq!(phone.net.sold(), 2);
}

#[test]
fn while_it_stays_open_the_next_one_is_refused_and_named_bg_34() {
    let phone = Phone::ready("1000");
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    let lost = run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    let quote = phone.quote("red", 60);
    phone.net.offline(true);
    let refused = run(phone.client.payments().buy(&quote)).unwrap_err();
    assert_eq!(refused.code(), "unconfirmed");
    assert_eq!(refused.params()["intent"], lost.key);
    assert!(!refused.params().contains_key("page_url"));
    for locale in [Locale::En, Locale::SrLatn] {
        assert!(refused.advice(locale).contains("signal"), "{}", refused.advice(locale));
    }
    assert_eq!(phone.client.payments().open().unwrap().len(), 1, "nothing new was stored");
    phone.net.offline(false);
    assert_eq!(run(phone.client.payments().buy(&quote)).unwrap().key, lost.key);
    assert_eq!(phone.net.sold(), 1);
}

#[test]
fn what_was_refused_or_is_over_stands_in_nobodys_way_bg_34() {
    // Tapped in a tunnel, and over.
    let phone = Phone::ready("1000");
    let quote = phone.quote("red", 60);
    phone.net.offline(true);
    let over = run(phone.client.payments().buy(&quote)).unwrap();
    phone.after(5);
    phone.net.offline(false);
    let bought = run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    assert_eq!(bought.state, IntentState::Confirmed);
    assert_ne!(bought.key, over.key);
    assert_eq!(phone.client.payments().intent(&over.key).unwrap().unwrap().state, IntentState::Expired);
    assert_eq!(phone.net.sold(), 1);

    // Refused, and the answer lost.
    let phone = Phone::ready("0");
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    let refused = run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    phone.fill("500");
    let bought = run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    assert_eq!(bought.state, IntentState::Confirmed);
    let refused = phone.client.payments().intent(&refused.key).unwrap().unwrap();
    assert_eq!(refused.refusal().unwrap().code(), "deposit_too_low");
    assert_eq!(phone.net.sold(), 1);
}

#[test]
fn another_zone_and_another_car_are_not_held_up() {
    let phone = Phone::ready("1000");
    let other = run(phone.client.vehicles().add(&belgrade(), "NS 123-ŠČ", None)).unwrap();
    phone.net.fault("POST /v1/purchases", Fault::RequestLost);
    run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    let (yellow, of_other) = (
        phone.quote("yellow", 60),
        run(phone.client.parking().quote(&belgrade(), &zone("red"), other.id, 60, PayMethod::Deposit)).unwrap(),
    );
    for quote in [yellow, of_other] {
        assert_eq!(run(phone.client.payments().buy(&quote)).unwrap().state, IntentState::Confirmed);
    }
    assert_eq!(phone.client.payments().open().unwrap().len(), 1);
}

#[test]
fn a_plate_that_is_shown_in_another_way_is_the_same_car_bg_23() {
    let phone = Phone::ready("1000");
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    let lost = run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    // Taken out of the account, and added anew as it is typed now.
    run(phone.client.vehicles().remove(phone.car(), true)).unwrap();
    run(phone.client.vehicles().add(&belgrade(), "bg-789 pp", None)).unwrap();
    let quote = phone.quote("red", 60);
    assert_eq!(offer(&quote).plate.canonical, "BG789PP");
    assert!(quote.items[0].guard.ends_with("/red/BG789PP"), "{}", quote.items[0].guard);
    assert_eq!(run(phone.client.payments().buy(&quote)).unwrap().key, lost.key);
    assert_eq!(phone.net.sold(), 1);
}

#[test]
fn taps_on_different_prices_at_once_are_one_purchase() {
    let phone = Phone::ready("1000");
    let quotes: Vec<_> = (0..8).map(|_| phone.quote("red", 30)).collect();
    let outcomes: Vec<_> = std::thread::scope(|threads| {
        let taps: Vec<_> =
            quotes.iter().map(|quote| threads.spawn(|| run(phone.client.payments().buy(quote)))).collect();
        taps.into_iter().map(|tap| tap.join().unwrap()).collect()
    });
    assert_eq!(phone.net.sold(), 1);
    for outcome in outcomes {
        match outcome {
            // The price was asked for before the other one was bought.
            Ok(intent) => match &intent.state {
                IntentState::Refused(problem) => assert_eq!(problem.code, "quote_stale"),
                // Its own, which another tap is settling.
                state => assert!(matches!(state, IntentState::Confirmed | IntentState::Unconfirmed(_)), "{intent:?}"),
            },
            Err(refused) => assert_eq!(refused.code(), "unconfirmed"),
        }
    }
}

#[test]
fn a_second_top_up_waits_for_the_one_at_the_bank_and_names_its_page_bg_32() {
    let phone = Phone::ready("0");
    let first = run(phone.client.wallet().top_up(&belgrade(), rsd("500").amount)).unwrap();
    assert_eq!(first.state, AT_BANK);
    let refused = run(phone.client.wallet().top_up(&belgrade(), rsd("1000").amount)).unwrap_err();
    assert_eq!(refused.code(), "unconfirmed");
    assert_eq!(refused.params()["intent"], first.key);
    assert_eq!(refused.params()["page_url"], first.page_url.clone().unwrap());
    assert!(refused.advice(Locale::En).contains("bank's page"), "{}", refused.advice(Locale::En));
    // Paid meanwhile: it is the answer, and no second page is opened.
    phone.net.bank_decides(&first, NoticeOutcome::Approved, None);
    let paid = run(phone.client.wallet().top_up(&belgrade(), rsd("1000").amount)).unwrap();
    assert_eq!((paid.key, paid.state), (first.key, IntentState::Confirmed));
    assert_eq!(phone.balance(), rsd("500.00"));
    assert_eq!(run(phone.client.wallet().top_up(&belgrade(), rsd("1000").amount)).unwrap().state, AT_BANK);
}

#[test]
fn a_top_up_that_was_given_up_locks_nobody_out_and_late_money_is_owed_back_bg_83() {
    let phone = Phone::ready("0");
    let first = run(phone.client.wallet().top_up(&belgrade(), rsd("500").amount)).unwrap();
    let given_up = run(phone.client.payments().abandon(&first.key)).unwrap();
    assert_eq!(given_up.refusal().unwrap().code(), "abandoned");
    assert_eq!(given_up.payment.as_ref().unwrap().state, PaymentState::Abandoned);
    assert!(given_up.page_url.is_none() && phone.shown().open_intents.is_empty());
    for locale in [Locale::En, Locale::SrLatn] {
        assert!(!given_up.refusal().unwrap().advice(locale).is_empty());
    }
    let second = run(phone.client.wallet().top_up(&belgrade(), rsd("1000").amount)).unwrap();
    assert_ne!(second.key, first.key);
    // He pays on the page he left after all: not his deposit's, and not lost.
    phone.net.bank_decides(&first, NoticeOutcome::Approved, None);
    run(phone.client.sync()).unwrap();
    assert_eq!(phone.balance(), rsd("0.00"));
    let balances = phone.net.operator.ledger_balances(&*phone.net.store).unwrap();
    let of = |kind: LedgerAccountKind| balances.iter().find(|one| one.kind == kind).unwrap().balance;
    let (owed, at_bank) = (of(LedgerAccountKind::RefundsPayable), of(LedgerAccountKind::Clearing));
    assert_eq!((owed, at_bank), (rsd("-500.00"), rsd("500.00")));
    assert_eq!(phone.client.payments().intent(&first.key).unwrap().unwrap().refusal().unwrap().code(), "abandoned");
    phone.net.operator.audit_ledger(&*phone.net.store).unwrap();
}

#[test]
fn giving_up_what_was_paid_meanwhile_finds_it_paid_bg_83() {
    let phone = Phone::ready("0");
    let first = run(phone.client.wallet().top_up(&belgrade(), rsd("500").amount)).unwrap();
    phone.net.bank_decides(&first, NoticeOutcome::Approved, None);
    assert_eq!(run(phone.client.payments().abandon(&first.key)).unwrap().state, IntentState::Confirmed);
    assert_eq!(phone.balance(), rsd("500.00"));
    assert_eq!(run(phone.client.payments().abandon("no-such-intent-of-ours")).unwrap_err().code(), "intent_missing");
}

#[test]
fn giving_up_is_done_when_the_operator_was_heard_and_not_before() {
    let phone = Phone::ready("0");
    let at_bank = run(phone.client.wallet().top_up(&belgrade(), rsd("500").amount)).unwrap();
    phone.net.offline(true);
    assert_eq!(run(phone.client.payments().abandon(&at_bank.key)).unwrap().state, AT_BANK);
    phone.net.offline(false);
    phone.net.fault("DELETE /v1/payments", Fault::AnswerLost);
    assert_eq!(run(phone.client.payments().abandon(&at_bank.key)).unwrap().state, AT_BANK);
    assert_eq!(run(phone.client.payments().settle(&at_bank.key)).unwrap().refusal().unwrap().code(), "abandoned");

    // Its first answer was lost: nobody has seen its page, and it is ended in one go.
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    let lost = run(phone.client.wallet().top_up(&belgrade(), rsd("1000").amount)).unwrap();
    assert_eq!(lost.state, SENT);
    assert_eq!(run(phone.client.payments().abandon(&lost.key)).unwrap().refusal().unwrap().code(), "abandoned");
}

#[test]
fn a_purchase_that_is_given_up_ends_only_when_it_surely_was_not_bought() {
    let phone = Phone::ready("1000");
    phone.net.fault("POST /v1/purchases", Fault::RequestLost);
    let lost = run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    phone.net.offline(true);
    assert_eq!(run(phone.client.payments().abandon(&lost.key)).unwrap().state, SENT);
    phone.net.offline(false);
    assert_eq!(run(phone.client.payments().abandon(&lost.key)).unwrap().state, IntentState::Expired);
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    let bought = run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    assert_eq!(run(phone.client.payments().abandon(&bought.key)).unwrap().state, IntentState::Confirmed);
    assert_eq!(phone.net.sold(), 1);
}

#[test]
fn an_order_whose_payment_got_no_answer_is_paid_once_bg_70() {
    let phone = Phone::ready("2000");
    let id = phone.ordered();
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    let lost = run(phone.client.orders().pay(id, PayMethod::Deposit)).unwrap();
    assert_eq!(lost.state, SENT);
    // The event tells that it is paid, and the payment is still open: it is the answer.
    run(phone.client.sync()).unwrap();
    assert_eq!(phone.shown().orders[0].state, OrderState::Paid);
    let paid = run(phone.client.orders().pay(id, PayMethod::Deposit)).unwrap();
    assert_eq!((paid.key, paid.state), (lost.key, IntentState::Confirmed));
    let balance = phone.balance();
    assert_eq!(run(phone.client.orders().pay(id, PayMethod::Deposit)).unwrap_err().code(), "order_missing");
    run(phone.client.sync()).unwrap();
    assert_eq!(phone.balance(), balance);
    phone.net.operator.audit_ledger(&*phone.net.store).unwrap();
}

#[test]
fn an_order_paid_in_a_tunnel_is_paid_by_the_next_tap_bg_70() {
    let phone = Phone::ready("2000");
    let id = phone.ordered();
    let quote = run(phone.client.orders().quote(id, PayMethod::Deposit)).unwrap();
    phone.net.offline(true);
    let tunnel = run(phone.client.payments().buy(&quote)).unwrap();
    assert_eq!(run(phone.client.orders().pay(id, PayMethod::Deposit)).unwrap().key, tunnel.key, "the same tap again");
    phone.after(10);
    phone.net.offline(false);
    let paid = run(phone.client.orders().pay(id, PayMethod::Deposit)).unwrap();
    assert_eq!(paid.state, IntentState::Confirmed);
    assert_ne!(paid.key, tunnel.key);
}

#[test]
fn what_another_driver_of_this_phone_left_open_holds_nobody_up() {
    let phone = Phone::ready("1000");
    phone.net.fault("POST /v1/purchases", Fault::RequestLost);
    run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    phone.time.advance(TimeDelta::seconds(31));
    // His session is over, and somebody else signs in with the same car.
    let other = "+381650000001";
    run(phone.client.account().request_code(other)).unwrap();
    run(phone.client.account().sign_in(other, &phone.net.code_of(other), "test phone")).unwrap();
    run(phone.client.vehicles().add(&belgrade(), "BG 789-PP", None)).unwrap();
    phone.fill("500");
    assert_eq!(run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap().state, IntentState::Confirmed);
    assert_ne!(other, PHONE);
}

/// Another driver signs in on this phone.
fn is_used_by(phone: &Phone, number: &str) {
    phone.time.advance(TimeDelta::seconds(31));
    run(phone.client.account().request_code(number)).unwrap();
    run(phone.client.account().sign_in(number, &phone.net.code_of(number), "test phone")).unwrap();
}

#[test]
fn what_a_driver_left_open_is_shown_to_no_other_and_ended_by_no_other_bg_34() {
    let phone = Phone::ready("1000");
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    let key = run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap().key;
    is_used_by(&phone, "+381650000001");
    let payments = phone.client.payments();
    phone.net.log();
    for refused in [run(payments.settle(&key)), run(payments.abandon(&key)), run(payments.withdraw(&key))] {
        assert_eq!(refused.unwrap_err().code(), "intent_missing");
    }
    assert_eq!(payments.intent(&key).unwrap(), None);
    assert!(payments.open().unwrap().is_empty() && payments.intents(9).unwrap().is_empty());
    assert!(run(payments.settle_all()).unwrap().is_empty());
    assert!(phone.net.log().is_empty(), "nothing of it is asked in the other's session");
    is_used_by(&phone, PHONE);
    // The account told of it when it was read; otherwise it is asked for now.
    run(payments.settle_all()).unwrap();
    let ended = payments.intent(&key).unwrap().unwrap();
    assert_eq!((&ended.state, ended.key, phone.net.sold()), (&IntentState::Confirmed, key, 1));
}

#[test]
fn a_request_stays_in_the_session_of_its_driver_whoever_signs_in_meanwhile_bg_34() {
    let phone = Phone::ready("1000");
    let quote = phone.quote("red", 60);
    phone.net.fault("POST /v1/purchases", Fault::Waits);
    let answer = meanwhile(phone.client.payments().buy(&quote), || is_used_by(&phone, "+381650000001"));
    assert_eq!(answer.unwrap_err().code(), "intent_missing", "it is nobody's who uses the phone now");
    assert!(phone.shown().active_tickets.is_empty());
    is_used_by(&phone, PHONE);
    run(phone.client.payments().settle_all()).unwrap();
    assert!(phone.shown().open_intents.is_empty());
    assert_eq!((phone.shown().active_tickets.len(), phone.net.sold()), (1, 1));
}
