//! Buying by SMS instead, without paying twice.

use mesto_client::protocol::base::payments::{NoticeOutcome, PayMethod};
use mesto_client::protocol::kernel::ids::{RecordId as _, VehicleId};
use mesto_client::{IntentState, Progress};

use crate::support::{Fault, Phone, belgrade, offer, rsd, run, zone};

#[test]
fn the_sms_of_a_zone_has_its_number_the_plate_and_a_price_bg_28() {
    let phone = Phone::ready("0");
    phone.net.offline(true);
    let sms = phone.client.parking().sms(&belgrade(), &zone("red"), phone.car()).unwrap();
    assert_eq!((sms.number.as_str(), sms.body.as_str()), ("9111", "BG789PP"));
    assert_eq!((sms.price, sms.minutes), (Some(rsd("80.00")), Some(60)));
    assert_eq!(
        phone.client.parking().sms(&belgrade(), &zone("nowhere"), phone.car()).unwrap_err().code(),
        "zone_unknown"
    );
    assert_eq!(
        phone.client.parking().sms(&belgrade(), &zone("red"), VehicleId::from_bytes([0; 16])).unwrap_err().code(),
        "vehicle_missing"
    );
}

#[test]
fn an_sms_names_what_is_left_of_the_stay_as_a_quote_does_and_nothing_is_no_message_bg_28_bg_46_bg_48() {
    let phone = Phone::ready("1000");
    run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap();
    let quote = phone.quote("red", 60);
    let sms = || phone.client.parking().sms(&belgrade(), &zone("red"), phone.car());
    let told = sms().unwrap();
    assert_eq!((told.price, told.minutes), (Some(quote.total), Some(offer(&quote).granted_minutes)));
    assert_eq!((told.price, told.minutes), (Some(rsd("120.00")), Some(30)));
    run(phone.client.payments().buy(&quote)).unwrap();
    assert_eq!(sms().unwrap_err().code(), "limit_reached");
}

#[test]
fn outside_of_the_charged_hours_there_is_no_sms_and_a_purchase_is_not_given_up_for_it_bg_28() {
    let phone = Phone::ready("1000");
    phone.after(10 * 60 + 58); // two minutes before closing
    let quote = phone.quote("red", 60);
    phone.net.fault("POST /v1/purchases", Fault::RequestLost);
    let open = run(phone.client.payments().buy(&quote)).unwrap();
    phone.after(3);
    let sms = phone.client.parking().sms(&belgrade(), &zone("red"), phone.car()).unwrap_err();
    assert_eq!(sms.code(), "not_charged");
    assert!(sms.params().contains_key("next_opening"));
    assert_eq!(run(phone.client.parking().switch_to_sms(&open.key)).unwrap_err().code(), "not_charged");
    let kept = phone.client.payments().intent(&open.key).unwrap().unwrap();
    assert_eq!(kept.state, IntentState::Unconfirmed(Progress::Sent));
}

#[test]
fn in_a_tunnel_the_purchase_becomes_an_sms_and_is_never_sent() {
    let phone = Phone::ready("1000");
    let quote = phone.quote("red", 60);
    phone.net.offline(true);
    let intent = run(phone.client.payments().buy(&quote)).unwrap();
    let sms = run(phone.client.parking().switch_to_sms(&intent.key)).unwrap();
    assert_eq!(sms.number, "9111");
    assert_eq!(phone.client.payments().intent(&intent.key).unwrap().unwrap().state, IntentState::Expired);
    phone.net.offline(false);
    run(phone.client.payments().settle_all()).unwrap();
    assert_eq!(phone.net.sold(), 0);
}

#[test]
fn while_it_may_have_been_executed_there_is_no_sms() {
    let phone = Phone::ready("1000");
    let quote = phone.quote("red", 60);
    phone.net.fault("POST /v1/purchases", Fault::RequestLost);
    let intent = run(phone.client.payments().buy(&quote)).unwrap();
    phone.net.offline(true);
    assert_eq!(run(phone.client.parking().switch_to_sms(&intent.key)).unwrap_err().code(), "unconfirmed");
    assert_eq!(
        phone.client.payments().intent(&intent.key).unwrap().unwrap().state,
        IntentState::Unconfirmed(Progress::Sent)
    );
    phone.net.offline(false);
    assert_eq!(run(phone.client.parking().switch_to_sms(&intent.key)).unwrap().body, "BG789PP");
    assert_eq!(phone.client.payments().intent(&intent.key).unwrap().unwrap().state, IntentState::Expired);
    assert_eq!(phone.net.sold(), 0);
    // The lost request arrives after all: the operator has put its key aside.
    let late = serde_json::json!({"quote": quote.id, "not_after": quote.expires_at});
    let token = mesto_client::Secrets::get(phone.secrets.as_ref(), "localhost/session_token").unwrap().unwrap();
    let answer = phone
        .net
        .handle(&mesto_operator::Request::new("POST", "/v1/purchases").bearer(&token).key(&intent.key).json(&late));
    assert_eq!(answer.status, 409, "{}", String::from_utf8_lossy(&answer.body));
    assert_eq!(phone.net.sold(), 0);
}

#[test]
fn who_leaves_the_banks_page_may_pay_by_sms_and_late_money_goes_back_bg_28_bg_97() {
    let phone = Phone::ready("0");
    let quote = phone.quote_by("red", 90, PayMethod::Card);
    let begun = run(phone.client.payments().buy(&quote)).unwrap();
    phone.net.offline(true);
    let refused = run(phone.client.parking().switch_to_sms(&begun.key)).unwrap_err();
    assert_eq!((refused.code(), refused.params()["page_url"].as_str()), ("unconfirmed", begun.page_url.as_deref()));
    phone.net.offline(false);
    assert_eq!(run(phone.client.parking().switch_to_sms(&begun.key)).unwrap().body, "BG789PP");
    phone.net.bank_decides(&begun, NoticeOutcome::Approved, None);
    run(phone.client.sync()).unwrap();
    let given_up = phone.client.payments().intent(&begun.key).unwrap().unwrap();
    assert_eq!(given_up.payment.unwrap().refunds[0].amount, quote.total);
    assert_eq!(phone.net.sold(), 0);
    // What the bank approved before is bought.
    let begun = run(phone.client.payments().buy(&phone.quote_by("red", 90, PayMethod::Card))).unwrap();
    phone.net.bank_decides(&begun, NoticeOutcome::Approved, None);
    assert_eq!(run(phone.client.parking().switch_to_sms(&begun.key)).unwrap_err().code(), "intent_bought");
}

#[test]
fn what_was_bought_after_all_is_not_paid_again_by_sms() {
    let phone = Phone::ready("1000");
    let quote = phone.quote("red", 60);
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    let intent = run(phone.client.payments().buy(&quote)).unwrap();
    assert_eq!(run(phone.client.parking().switch_to_sms(&intent.key)).unwrap_err().code(), "intent_bought");
    assert_eq!(phone.shown().active_tickets.len(), 1);
}
