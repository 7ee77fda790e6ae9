//! Paying by card, of every service: from the tap over the provider's page to what was bought, or
//! to the money back.

use chrono::TimeDelta;
use mesto_client::protocol::base::payments::{
    NoticeOutcome, PayMethod, Payment, PaymentState, Quote, RefundState, SaleState,
};
use mesto_client::protocol::orders::driver::OrderState;
use mesto_client::{IntentState, IntentView, Locale, ProblemCode, Progress};
use serde_json::{Value, json};

use crate::support::{Fault, PHONE, Phone, belgrade, poll, rsd, run, zone};

const AT_BANK: IntentState = IntentState::Unconfirmed(Progress::AtBank);
const SENT: IntentState = IntentState::Unconfirmed(Progress::Sent);

/// Parking that costs enough for the operator to bear the card's fee.
fn by_card(phone: &Phone) -> Quote {
    phone.quote_by("blue", 300, PayMethod::Card)
}

fn buy(phone: &Phone, quote: &Quote) -> IntentView {
    run(phone.client.payments().buy(quote)).unwrap()
}

fn intent(phone: &Phone, key: &str) -> IntentView {
    phone.client.payments().intent(key).unwrap().unwrap()
}

fn payment(intent: &IntentView) -> &Payment {
    intent.payment.as_ref().unwrap()
}

/// A second phone of the same driver.
fn second(phone: &Phone) -> Phone {
    let other = Phone::on(&phone.net, 9);
    phone.time.advance(TimeDelta::seconds(31));
    run(other.client.account().request_code(PHONE)).unwrap();
    run(other.client.account().sign_in(PHONE, &phone.net.code(), "second")).unwrap();
    other
}

#[test]
fn a_ticket_is_bought_by_card_from_the_tap_to_the_ticket_bg_27_bg_91() {
    let phone = Phone::ready("0");
    let quote = by_card(&phone);
    assert_eq!((quote.pay.clone(), quote.page_lives_seconds), (PayMethod::Card, Some(900)));
    let begun = buy(&phone, &quote);
    assert_eq!((&begun.state, begun.amount, begun.quote), (&AT_BANK, quote.total, quote.id));
    assert_eq!((begun.service(), begun.parking().unwrap().zone), ("parking", zone("blue")));
    assert!(begun.page_url.as_deref().unwrap().starts_with("https://bank.example/pay?"));
    assert!(begun.page_url.as_deref().unwrap().contains(&begun.key), "the page leads back to this intent");
    assert_eq!(payment(&begun).state, PaymentState::Pending);
    let shown = phone.shown();
    assert_eq!((shown.open_intents.len(), shown.active_tickets.len()), (1, 0), "neither paid nor unpaid");
    assert!(phone.alarms.last().is_empty());

    // He looks for his card longer than the quote held.
    phone.after(10);
    phone.net.bank_decides(&begun, NoticeOutcome::Approved, None);
    let bought = run(phone.client.payments().settle(&begun.key)).unwrap();
    assert_eq!((&bought.state, bought.page_url.as_deref()), (&IntentState::Confirmed, None));
    let ticket = bought.ticket().unwrap();
    assert_eq!((ticket.price, ticket.pay, ticket.lines), (quote.total, PayMethod::Card, quote.items[0].lines.clone()));
    assert_eq!((payment(&bought).captured, bought.needs_update, bought.is_bought_late), (quote.total, false, false));
    let shown = phone.shown();
    assert_eq!((shown.active_tickets.len(), shown.balance), (1, Some(rsd("0.00"))));
    assert_eq!(phone.alarms.last().len(), 2, "reminders of a ticket like any other");
    assert!(phone.client.parking().code(ticket.id).is_ok(), "bound to the phone that bought it");
    assert_eq!(phone.net.sold(), 1);
    // The same quote tapped again is what it was.
    assert_eq!(buy(&phone, &quote).key, bought.key);
}

#[test]
fn an_order_is_paid_by_card_bg_70() {
    let phone = Phone::ready("0");
    let order = phone.ordered();
    let quote = run(phone.client.orders().quote(order, PayMethod::Card)).unwrap();
    assert_eq!(phone.client.line_text(&quote.items[0].lines[0]), "Daily parking order");
    let begun = run(phone.client.orders().pay(order, PayMethod::Card)).unwrap();
    assert_eq!((&begun.state, begun.wanted_order()), (&AT_BANK, Some(order)));
    assert_eq!(phone.shown().orders[0].state, OrderState::Issued);
    // Tapped again, its page; in the other way, not beside it.
    assert_eq!(run(phone.client.orders().pay(order, PayMethod::Card)).unwrap().page_url, begun.page_url);
    let refused = run(phone.client.orders().pay(order, PayMethod::Deposit)).unwrap_err();
    assert_eq!((refused.code(), refused.params()["intent"].as_str()), ("unconfirmed", Some(begun.key.as_str())));

    phone.net.bank_decides(&begun, NoticeOutcome::Approved, None);
    // The event says it, without asking for the intent.
    run(phone.client.sync()).unwrap();
    let paid = intent(&phone, &begun.key);
    assert_eq!((&paid.state, paid.order().unwrap().state), (&IntentState::Confirmed, OrderState::Paid));
    assert_eq!(phone.shown().orders[0].state, OrderState::Paid);
    let missing = run(phone.client.orders().pay(order, PayMethod::Deposit)).unwrap_err();
    assert_eq!(missing.code(), "order_missing");
    phone.net.operator.audit_ledger(&*phone.net.store).unwrap();
}

#[test]
fn below_the_sum_from_which_the_operator_bears_the_fee_nothing_is_quoted_by_card_bg_93() {
    let phone = Phone::ready("1000");
    let refused =
        run(phone.client.parking().quote(&belgrade(), &zone("red"), phone.car(), 60, PayMethod::Card)).unwrap_err();
    assert_eq!(refused.code(), "card_fee_unknown");
    assert_eq!(refused.text(Locale::En), "Below 200.00 RSD this is not sold by card: the bank's fee is not known.");
    assert_eq!(refused.advice(Locale::En), "Pay from the deposit.");
    assert_eq!(
        phone
            .client
            .parking()
            .preview(&belgrade(), &zone("red"), phone.car(), 60, &PayMethod::Card)
            .unwrap_err()
            .code(),
        "card_fee_unknown"
    );
    let other = PayMethod::Other("wrist".to_owned());
    for refused in [
        phone.client.parking().preview(&belgrade(), &zone("red"), phone.car(), 60, &other).unwrap_err(),
        run(phone.client.parking().quote(&belgrade(), &zone("red"), phone.car(), 60, other)).unwrap_err(),
    ] {
        assert_eq!(refused.code(), "payment_method_not_allowed");
    }
}

#[test]
fn a_card_that_is_declined_buys_nothing_and_says_why_bg_31_bg_32() {
    let phone = Phone::ready("0");
    let begun = buy(&phone, &by_card(&phone));
    phone.net.bank_decides(&begun, NoticeOutcome::Declined, Some("authentication_failed"));
    run(phone.client.sync()).unwrap();
    let refused = intent(&phone, &begun.key);
    assert_eq!(refused.refusal().unwrap().code(), "authentication_failed");
    assert!(refused.page_url.is_none() && refused.ticket().is_none());
    // A reason that nobody knows is the bank's refusal.
    let next = buy(&phone, &by_card(&phone));
    phone.net.bank_decides(&next, NoticeOutcome::Declined, Some("card_is_purple"));
    let refused = run(phone.client.payments().settle(&next.key)).unwrap().refusal().unwrap();
    assert_eq!((refused.code(), &refused.params()["reason"]), ("bank_refused", &"card_is_purple".into()));
    assert_eq!(refused.text(Locale::En), "The bank refused the payment.");
    assert_eq!(phone.net.sold(), 0);
}

#[test]
fn a_page_that_nobody_paid_on_is_over_by_itself() {
    let phone = Phone::ready("0");
    let begun = buy(&phone, &by_card(&phone));
    phone.after(14);
    assert_eq!(run(phone.client.payments().settle(&begun.key)).unwrap().state, AT_BANK);
    phone.after(1);
    let over = run(phone.client.payments().settle(&begun.key)).unwrap();
    assert_eq!(over.refusal().unwrap().code(), "expired");
    for locale in Locale::ALL {
        assert!(!over.refusal().unwrap().advice(locale).is_empty());
    }
    assert_eq!(phone.net.sold(), 0);
}

#[test]
fn what_the_bank_approves_after_it_was_over_is_shown_as_bought_bg_32() {
    for declined in [true, false] {
        let phone = Phone::ready("0");
        let order = phone.ordered();
        let begun = run(phone.client.orders().pay(order, PayMethod::Card)).unwrap();
        if declined {
            phone.net.bank_decides(&begun, NoticeOutcome::Declined, Some("card_declined"));
        }
        phone.after(15);
        let over = run(phone.client.payments().settle(&begun.key)).unwrap();
        assert_eq!(over.refusal().unwrap().code(), if declined { "card_declined" } else { "expired" });
        assert!(!over.is_bought_late);
        // Paid at the last moment all the same, and the bank was slow to say so.
        phone.net.bank_decides(&begun, NoticeOutcome::Approved, None);
        run(phone.client.sync()).unwrap();
        let late = intent(&phone, &begun.key);
        assert!(matches!(late.state, IntentState::Refused(_)), "an end stays");
        assert!(late.is_bought_late, "and it is told that it was bought");
        assert_eq!(late.order().unwrap().state, OrderState::Paid);
        assert_eq!((payment(&late).state.clone(), payment(&late).refunds.len()), (PaymentState::Captured, 0));
        for locale in Locale::ALL {
            assert!(mesto_client::texts::text(locale, "intent-bought-late", &[], None).contains(' '));
        }
        phone.net.operator.audit_ledger(&*phone.net.store).unwrap();
    }
}

#[test]
fn what_was_given_up_and_paid_after_all_is_paid_back_bg_97() {
    let phone = Phone::ready("0");
    let begun = buy(&phone, &by_card(&phone));
    let given_up = run(phone.client.payments().abandon(&begun.key)).unwrap();
    assert_eq!(given_up.refusal().unwrap().code(), "abandoned");
    assert_eq!(payment(&given_up).state, PaymentState::Abandoned);
    // Nobody is locked out.
    let next = buy(&phone, &by_card(&phone));
    assert_eq!(next.state, AT_BANK);
    phone.net.bank_decides(&begun, NoticeOutcome::Approved, None);
    assert_eq!(phone.net.pays_back(), 1);
    run(phone.client.sync()).unwrap();
    let paid_back = intent(&phone, &begun.key);
    assert_eq!(paid_back.refusal().unwrap().code(), "abandoned", "an end stays");
    let refund = &payment(&paid_back).refunds[0];
    assert_eq!((refund.amount, &refund.state, refund.reason.as_str()), (begun.amount, &RefundState::Done, "abandoned"));
    let said = phone.client.refund_text(refund);
    assert!(said.ends_with("went back to your card."), "{said}");
    // The other one is bought.
    phone.net.bank_decides(&next, NoticeOutcome::Approved, None);
    assert_eq!(run(phone.client.payments().settle(&next.key)).unwrap().state, IntentState::Confirmed);
    assert_eq!(phone.net.sold(), 1);
}

#[test]
fn what_can_no_longer_be_given_is_paid_back_and_the_driver_is_told_how_much_and_when_bg_97() {
    for asked in [true, false] {
        let phone = Phone::ready("1000");
        let begun = buy(&phone, &by_card(&phone));
        // Meanwhile the same car gets a ticket there from another phone of its driver.
        let other = second(&phone);
        assert_eq!(buy(&other, &other.quote("blue", 60)).state, IntentState::Confirmed);
        phone.net.bank_decides(&begun, NoticeOutcome::Approved, None);
        let end = if asked {
            run(phone.client.payments().settle(&begun.key)).unwrap()
        } else {
            run(phone.client.sync()).unwrap();
            intent(&phone, &begun.key)
        };
        let refusal = phone.client.payments().refusal(&end).unwrap();
        assert_eq!(refusal.code(), "quote_stale");
        assert_eq!(refusal.params()["paid_back"], serde_json::to_value(begun.amount).unwrap());
        assert_eq!(refusal.text(Locale::En), "The offer no longer holds.");
        let advice = refusal.advice(Locale::En);
        assert!(advice.contains("is paid back by 17 Sep") && !advice.contains("nothing was charged"), "{advice}");
        assert!(refusal.advice(Locale::SrLatn).contains("se vraća do 17. 9."), "{}", refusal.advice(Locale::SrLatn));
        assert!(end.ticket().is_none() && !end.is_bought_late);
        // What becomes of the money is told after the end too.
        let refund = payment(&end).refunds[0].clone();
        assert_eq!((refund.amount, refund.state.clone()), (begun.amount, RefundState::Due));
        assert!(phone.client.refund_text(&refund).contains("goes back to your card by 17 Sep"));
        assert_eq!(phone.net.pays_back(), 1);
        run(phone.client.sync()).unwrap();
        let told = intent(&phone, &begun.key);
        assert_eq!((payment(&told).state.clone(), payment(&told).refunded), (PaymentState::Refunded, begun.amount));
        assert_eq!(phone.client.payment_text(payment(&told)), "Paid back");
        assert!(matches!(told.state, IntentState::Refused(_)));
        assert_eq!((phone.net.sold(), phone.shown().active_tickets.len()), (1, 1));
    }
}

#[test]
fn an_open_card_payment_and_one_from_the_deposit_stand_in_each_others_way_bg_34() {
    // First by card.
    let phone = Phone::ready("1000");
    let begun = buy(&phone, &by_card(&phone));
    let from_deposit = phone.quote("blue", 60);
    assert_eq!(from_deposit.items[0].guard, begun.guard);
    let refused = run(phone.client.payments().buy(&from_deposit)).unwrap_err();
    assert_eq!((refused.code(), refused.params()["page_url"].as_str()), ("unconfirmed", begun.page_url.as_deref()));
    assert!(refused.advice(Locale::En).contains("bank's page"), "{}", refused.advice(Locale::En));
    // Another zone and another car are not held up.
    assert_eq!(buy(&phone, &phone.quote("red", 60)).state, IntentState::Confirmed);
    // Approved meanwhile: it is settled first, it is the answer, and nothing is bought beside it.
    phone.net.bank_decides(&begun, NoticeOutcome::Approved, None);
    let answer = buy(&phone, &phone.quote("blue", 60));
    assert_eq!((&answer.key, &answer.state), (&begun.key, &IntentState::Confirmed));
    assert_eq!((phone.net.sold(), phone.balance()), (2, rsd("920.00")));

    // First from the deposit, and its answer was lost.
    let phone = Phone::ready("1000");
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    let lost = buy(&phone, &phone.quote("blue", 60));
    let answer = buy(&phone, &by_card(&phone));
    assert_eq!((&answer.key, &answer.state), (&lost.key, &IntentState::Confirmed));
    assert!(answer.page_url.is_none());
    assert_eq!(phone.net.sold(), 1);

    // A declined one is in nobody's way.
    let phone = Phone::ready("1000");
    let begun = buy(&phone, &by_card(&phone));
    phone.net.bank_decides(&begun, NoticeOutcome::Declined, Some("card_declined"));
    assert_eq!(buy(&phone, &phone.quote("blue", 60)).state, IntentState::Confirmed);
    assert_eq!(phone.net.sold(), 1);
}

#[test]
fn two_taps_at_once_by_card_open_one_page() {
    let phone = Phone::ready("0");
    let quote = by_card(&phone);
    let others: Vec<Quote> = (0..4).map(|_| by_card(&phone)).collect();
    std::thread::scope(|threads| {
        let taps: Vec<_> = (0..4)
            .map(|_| &quote)
            .chain(&others)
            .map(|quote| threads.spawn(|| run(phone.client.payments().buy(quote))))
            .collect();
        for tap in taps {
            match tap.join().unwrap() {
                Ok(intent) => assert!(!intent.state.is_final()),
                Err(refused) => assert_eq!(refused.code(), "unconfirmed"),
            }
        }
    });
    let open = phone.client.payments().open().unwrap();
    assert_eq!(open.len(), 1, "{open:?}");
    let settled = run(phone.client.payments().settle_all()).unwrap();
    phone.net.bank_decides(&settled[0], NoticeOutcome::Approved, None);
    assert_eq!(run(phone.client.payments().settle_all()).unwrap()[0].state, IntentState::Confirmed);
    assert_eq!(phone.net.sold(), 1);
}

#[test]
fn a_lost_answer_is_found_again_by_the_event_by_asking_and_by_the_account() {
    for way in ["event", "asked", "account"] {
        let phone = Phone::ready("0");
        phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
        let lost = buy(&phone, &by_card(&phone));
        assert_eq!((&lost.state, lost.payment.is_some()), (&SENT, false));
        match way {
            "event" => drop(run(phone.client.sync()).unwrap()),
            "asked" => drop(run(phone.client.payments().settle_all()).unwrap()),
            _ => {
                phone.net.fault("GET /v1/events", Fault::refuses(ProblemCode::CursorTooOld));
                assert!(run(phone.client.sync()).unwrap().is_from_snapshot);
            }
        }
        let found = intent(&phone, &lost.key);
        assert_eq!(found.state, AT_BANK, "{way}");
        assert!(found.page_url.is_some(), "{way}");
        phone.net.bank_decides(&found, NoticeOutcome::Approved, None);
        if way == "account" {
            // Those that ended are not among the open ones: the phone asks for its own at once.
            phone.net.fault("GET /v1/events", Fault::refuses(ProblemCode::CursorTooOld));
            run(phone.client.sync()).unwrap();
            assert_eq!(phone.client.payments().next_retry_at(), Some(phone.time.now()));
            run(phone.client.payments().settle_due()).unwrap();
        } else {
            run(phone.client.sync()).unwrap();
        }
        let bought = intent(&phone, &lost.key);
        assert_eq!(bought.state, IntentState::Confirmed, "{way}");
        assert!(bought.ticket().is_some(), "{way}");
        assert_eq!(phone.net.sold(), 1);
    }
}

/// After the crash: opened, settled, and the bank approves whatever waits there. The intent has
/// ended once, and what was paid was given.
fn ends_once(phone: &mut Phone, what: &str) {
    phone.reopen();
    run(phone.client.payments().settle_all()).unwrap();
    for open in phone.client.payments().open().unwrap() {
        assert_eq!(open.state, AT_BANK, "{what}");
        phone.net.bank_decides(&open, NoticeOutcome::Approved, None);
    }
    run(phone.client.payments().settle_all()).unwrap();
    run(phone.client.sync()).unwrap();
    assert!(phone.client.payments().open().unwrap().is_empty(), "{what}: an intent is still open");
    let sold = phone.net.sold();
    assert_eq!(phone.shown().active_tickets.len() as i64, sold, "{what}");
    let ended = phone.client.payments().intents(9).unwrap();
    let bought = ended.iter().filter(|intent| intent.state == IntentState::Confirmed).count() as i64;
    assert_eq!(bought, sold, "{what}: {ended:?}");
    assert!(ended.iter().all(|intent| (intent.state == IntentState::Confirmed) == intent.ticket().is_some()), "{what}");
}

#[test]
fn the_app_dies_at_any_request_of_a_card_payment_and_it_ends_once() {
    for fault in [Fault::HangsBefore, Fault::HangsAfter] {
        let mut phone = Phone::ready("0");
        let quote = by_card(&phone);
        phone.net.fault("POST /v1/purchases", fault.clone());
        assert!(poll(phone.client.payments().buy(&quote)).is_none());
        ends_once(&mut phone, &format!("{fault:?} at the purchase"));
        assert_eq!(phone.net.sold(), 1);

        // While it asks how the payment stands, before and after the bank's word.
        for is_approved in [true, false] {
            let mut phone = Phone::ready("0");
            let begun = buy(&phone, &by_card(&phone));
            if is_approved {
                phone.net.bank_decides(&begun, NoticeOutcome::Approved, None);
            }
            phone.net.fault("GET /v1/payments", fault.clone());
            assert!(poll(phone.client.payments().settle(&begun.key)).is_none());
            ends_once(&mut phone, &format!("{fault:?} at the question"));
            assert_eq!(phone.net.sold(), 1);
        }

        // While it gives the payment up.
        let mut phone = Phone::ready("0");
        let begun = buy(&phone, &by_card(&phone));
        phone.net.fault("DELETE /v1/payments", fault.clone());
        assert!(poll(phone.client.payments().abandon(&begun.key)).is_none());
        ends_once(&mut phone, &format!("{fault:?} at giving up"));
        assert_eq!(phone.net.sold(), i64::from(matches!(fault, Fault::HangsBefore)));
    }
}

/// A statement that fails takes its whole transaction with it, as a death in its middle would.
#[test]
fn the_app_dies_at_any_statement_of_a_card_payment_and_it_ends_once() {
    let statements = [
        "BEFORE INSERT ON intent FOR EACH ROW",
        "BEFORE UPDATE ON intent FOR EACH ROW WHEN NEW.state = 'sending'",
        "BEFORE UPDATE ON intent FOR EACH ROW WHEN NEW.state = 'at_bank' AND OLD.state <> 'at_bank'",
        "AFTER UPDATE ON intent FOR EACH ROW WHEN NEW.state = 'at_bank' AND OLD.state <> 'at_bank'",
        "BEFORE UPDATE ON intent FOR EACH ROW WHEN NEW.state = 'confirmed'",
        "AFTER UPDATE ON intent FOR EACH ROW WHEN NEW.state = 'confirmed'",
        "BEFORE INSERT ON ticket FOR EACH ROW",
        "AFTER INSERT ON ticket FOR EACH ROW",
    ];
    for statement in statements {
        for by_event in [false, true] {
            let mut phone = Phone::ready("0");
            let quote = by_card(&phone);
            let spoiler = rusqlite::Connection::open(phone.path()).unwrap();
            let crash = format!("CREATE TRIGGER crash {statement} BEGIN SELECT RAISE(ABORT, 'the app died'); END");
            spoiler.execute_batch(&crash).unwrap();
            let died = match run(phone.client.payments().buy(&quote)) {
                Err(error) => Some(error),
                Ok(begun) => {
                    phone.net.bank_decides(&begun, NoticeOutcome::Approved, None);
                    let known = phone.client.payments().settle(&begun.key);
                    if by_event { run(phone.client.sync()).err() } else { run(known).err() }
                }
            };
            assert_eq!(died.unwrap().code(), "phone_data_failed", "{statement}");
            spoiler.execute_batch("DROP TRIGGER crash").unwrap();
            drop(spoiler);
            ends_once(&mut phone, statement);
            assert_eq!(phone.net.sold(), i64::from(!statement.contains("INSERT ON intent")), "{statement}");
        }
    }
}

/// What the operator answers about a payment, changed.
fn altered(phone: &Phone, intent: &IntentView, change: impl FnOnce(&mut Value)) -> Fault {
    use mesto_client::Secrets as _;
    let token = phone.secrets.get("localhost/session_token").unwrap().unwrap();
    let path = format!("/v1/payments/{}", payment(intent).id);
    let answer = phone.net.handle(&mesto_operator::Request::new("GET", &path).bearer(&token));
    let mut answer: Value = serde_json::from_slice(&answer.body).unwrap();
    change(&mut answer);
    Fault::Says(200, Vec::new(), answer.to_string().into_bytes())
}

#[test]
fn what_a_later_version_delivers_is_paid_and_asks_for_an_update() {
    let phone = Phone::ready("0");
    let begun = buy(&phone, &by_card(&phone));
    phone.net.bank_decides(&begun, NoticeOutcome::Approved, None);
    let later = |answer: &mut Value| {
        answer["sale"]["items"][0] = json!({"service": "reservations", "subject": {}, "outcome": {"seats": 2}});
    };
    phone.net.fault("GET /v1/payments", altered(&phone, &begun, later));
    phone.net.fault("GET /v1/events", Fault::NotSent);
    let paid = run(phone.client.payments().settle(&begun.key)).unwrap();
    assert_eq!((&paid.state, paid.needs_update, paid.ticket()), (&IntentState::Confirmed, true, None));
    assert_eq!(paid.items[0].outcome.as_ref().unwrap().as_str(), r#"{"seats":2}"#, "kept as it came");
    for locale in Locale::ALL {
        assert!(mesto_client::texts::text(locale, "intent-needs-update", &[], None).contains(' '));
    }
    // What this version can read comes with the events all the same.
    run(phone.client.sync()).unwrap();
    assert_eq!((phone.shown().active_tickets.len(), intent(&phone, &begun.key).needs_update), (1, false));
}

#[test]
fn an_open_purchase_of_a_service_nobody_knows_is_passed_over_in_account_and_events() {
    let phone = Phone::ready("0");
    let begun = buy(&phone, &by_card(&phone));
    let cursor: mesto_protocol::event::Cursor = run(phone.client.sync()).unwrap().cursor.parse().unwrap();
    let next = mesto_protocol::event::Cursor { seq: cursor.seq + 1, ..cursor };
    let foreign = |answer: &mut Value| {
        answer["sale"]["id"] = json!("sa_01jd4f8q0r3n7w2x5y6z8a9b1c");
        answer["sale"]["quote"] = json!("qt_01jd4f8q0r3n7w2x5y6z8a9b1c");
        answer["sale"]["items"] = json!([{"service": "reservations", "subject": {"line": "79"}}]);
        answer["payment"]["id"] = json!("py_01jd4f8q0r3n7w2x5y6z8a9b1c");
    };
    let Fault::Says(_, _, told) = altered(&phone, &begun, foreign) else { unreachable!() };
    let told: Value = serde_json::from_slice(&told).unwrap();
    let event = json!({"cursor": next, "at": phone.time.now(), "kind": "payments.purchase", "data": told});
    let page = json!({"events": [event], "next": next, "has_more": false});
    phone.net.fault("GET /v1/events", Fault::Says(200, Vec::new(), page.to_string().into_bytes()));
    let report = run(phone.client.sync()).unwrap();
    assert_eq!((report.events, report.is_from_snapshot), (1, false));
    assert_eq!(intent(&phone, &begun.key).state, AT_BANK);
    assert_eq!(phone.shown().open_intents.len(), 1);
}

#[test]
fn an_answer_about_another_sale_counts_for_nothing() {
    let phone = Phone::ready("0");
    let begun = buy(&phone, &by_card(&phone));
    let other = |answer: &mut Value| {
        answer["sale"]["quote"] = json!("qt_01jd4f8q0r3n7w2x5y6z8a9b1c");
        answer["sale"]["state"] = json!(SaleState::Delivered);
        answer["payment"]["state"] = json!(PaymentState::Captured);
    };
    phone.net.fault("GET /v1/payments", altered(&phone, &begun, other));
    assert_eq!(run(phone.client.payments().settle(&begun.key)).unwrap().state, AT_BANK);
}

#[test]
fn an_old_word_of_the_operator_does_not_turn_a_payment_back() {
    let phone = Phone::ready("0");
    let begun = buy(&phone, &by_card(&phone));
    // The answer is on its way while the bank decides and the event tells it.
    phone.net.fault("GET /v1/payments", Fault::Waits);
    let mut slow = Box::pin(phone.client.payments().settle(&begun.key));
    assert!(poll(slow.as_mut()).is_none());
    phone.net.bank_decides(&begun, NoticeOutcome::Approved, None);
    run(phone.client.sync()).unwrap();
    assert_eq!(run(slow).unwrap().state, IntentState::Confirmed);
    let kept = intent(&phone, &begun.key);
    assert_eq!((payment(&kept).state.clone(), kept.ticket().is_some()), (PaymentState::Captured, true));
}

#[test]
fn a_card_payment_of_the_lost_time_is_lost_and_another_can_be_begun_bg_34() {
    let phone = Phone::ready("0");
    let copy = phone.net.copy();
    let begun = buy(&phone, &by_card(&phone));
    phone.after(1);
    phone.net.put_back(&copy, true);
    run(phone.client.sync()).unwrap();
    assert_eq!(phone.client.payments().next_retry_at(), Some(phone.time.now()), "it is not among the open ones");
    assert_eq!(run(phone.client.payments().settle_due()).unwrap()[0].state, IntentState::Forgotten);
    assert_eq!(intent(&phone, &begun.key).state, IntentState::Forgotten);
    assert_eq!(buy(&phone, &by_card(&phone)).state, AT_BANK);
}

#[test]
fn a_price_is_asked_for_without_a_trace_on_the_phone() {
    let phone = Phone::ready("1000");
    let order = phone.ordered();
    let before = phone.shown();
    by_card(&phone);
    phone.quote("red", 60);
    run(phone.client.wallet().quote(&belgrade(), rsd("500").amount)).unwrap();
    run(phone.client.orders().quote(order, PayMethod::Deposit)).unwrap();
    assert_eq!(phone.shown(), before);
    assert!(phone.client.payments().intents(9).unwrap().iter().all(|intent| intent.service() == "wallet"));
}

#[test]
fn ids_that_are_none_are_missing_with_what_one_looks_like() {
    let phone = Phone::ready("0");
    let errors = [
        (phone.client.parking().ticket_id("9111").unwrap_err(), "ticket_missing", "tk_"),
        (phone.client.vehicles().vehicle_id("BG789PP").unwrap_err(), "vehicle_missing", "vh_"),
        (phone.client.orders().order_id("").unwrap_err(), "order_missing", "or_"),
    ];
    for (error, code, example) in errors {
        assert_eq!(error.code(), code);
        assert!(error.detail().contains(example), "{}", error.detail());
    }
    let unknown = phone.client.parking().zone_id(&belgrade(), "ZONE 1").unwrap_err();
    assert!(unknown.code() == "zone_unknown" && unknown.advice(Locale::En).contains("red"));
    assert_eq!(phone.client.parking().zone_id(&belgrade(), "red").unwrap(), zone("red"));
    let car = phone.car();
    assert_eq!(phone.client.vehicles().vehicle_id(&car.to_string()).unwrap(), car);
}
