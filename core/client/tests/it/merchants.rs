//! Payments at merchants from the phone: a code is read, what is shown is checked, it is paid once,
//! and the history is read without a connection.

use mesto_client::protocol::base::payments::Quote;
use mesto_client::protocol::merchants::clerks::{Merchant, MerchantToRegister, TillToRegister};
use mesto_client::protocol::merchants::payers::{MerchantName, MerchantPaymentState, MerchantsOffer, MerchantsSubject};
use mesto_client::protocol::merchants::tills::{MerchantRefund, MerchantRefundToMake, Till};
use mesto_client::{ErrorKind, IntentState, IntentView, Locale, Result};
use mesto_operator::{Request, RoleGiven};
use mesto_protocol::kernel::grants::Role;
use serde_json::json;

use crate::rides::{almaty, kzt, ready};
use crate::support::{Fault, Phone, run};

/// A merchant with a till, in the city of a phone.
struct Shop {
    merchant: Merchant,
    till: Till,
}

fn shop(phone: &Phone) -> Shop {
    let net = &phone.net;
    let names = [("kk", "Кофе"), ("ru", "Кофе"), ("en", "Coffee")];
    let asked = MerchantToRegister {
        city: "almaty".into(),
        names: names.map(|(language, name)| MerchantName { language: language.into(), name: name.into() }).into(),
        business_number: "123456789012".into(),
        category: "food".into(),
        contract: "17/2025".into(),
        contract_on: "2025-09-01".parse().unwrap(),
        commission_basis_points: 200,
    };
    let merchant = net.operator.register_merchant(&*net.store, net.time.now(), &asked).unwrap();
    let asked = TillToRegister { merchant: merchant.id, name: "Abay 10".into(), is_open: true };
    let till = net.operator.register_till(&*net.store, net.time.now(), &asked).unwrap();
    Shop { merchant, till }
}

fn subject(shop: &Shop, amount: &str) -> MerchantsSubject {
    MerchantsSubject { scanned: Some(shop.till.code.clone()), typed: None, amount: Some(kzt(amount)), is_again: false }
}

fn check(phone: &Phone, subject: &MerchantsSubject) -> Result<Quote> {
    run(phone.client.merchants().quote(&almaty(), subject))
}

fn pay(phone: &Phone, subject: &MerchantsSubject) -> IntentView {
    run(phone.client.payments().buy(&check(phone, subject).unwrap())).unwrap()
}

#[test]
fn a_merchant_is_checked_and_paid_from_the_balance_av_18_av_118_av_119() {
    let (phone, _bus) = ready("1000");
    let shop = shop(&phone);
    let quote = check(&phone, &subject(&shop, "300")).unwrap();
    let offer: MerchantsOffer = phone.client.merchants().offer(&quote).unwrap();
    let merchants = phone.client.merchants();
    assert_eq!((merchants.name(&offer.merchant.names), offer.total), ("Coffee".to_owned(), kzt("300")));
    assert_eq!(merchants.category_name(&almaty(), &offer.merchant.category), "Food and drinks");
    let said: Vec<String> =
        quote.items[0].notices.iter().map(|notice| phone.client.notice_text_in(Some(&almaty()), notice)).collect();
    assert_eq!(said.len(), 1);
    assert!(said[0].contains("Innoforce systems") && said[0].contains("https://innopay.kz"), "{said:?}");
    let intent = run(phone.client.payments().buy(&quote)).unwrap();
    let payment = intent.merchant_payment().unwrap();
    assert_eq!((intent.state, phone.balance(), payment.balance), (IntentState::Confirmed, kzt("700"), kzt("700")));
    assert_eq!(phone.client.merchants().state().payments, std::slice::from_ref(&payment));
    assert_eq!(payment.merchant.id, shop.merchant.id);
    // What is given back is heard.
    let given = RoleGiven {
        role: Role::Merchant,
        city: Some("almaty"),
        place: Some(&shop.merchant.id.to_string()),
        until: None,
    };
    let token = phone.net.operator.create_staff(&*phone.net.store, phone.net.time.now(), &given, "till").unwrap();
    let asked = MerchantRefundToMake {
        payment: payment.id,
        amount: kzt("100"),
        reference: "R-1".into(),
        is_erroneous: false,
        reason: "cold".into(),
    };
    let answer = phone.net.handle(&Request::new("POST", "/v1/merchants/refunds").bearer(&token).json(&asked));
    let _: MerchantRefund = serde_json::from_slice(&answer.body).unwrap();
    run(phone.client.sync()).unwrap();
    let known = phone.client.merchants().state().payments[0].clone();
    assert_eq!(
        (known.state, known.given_back, phone.balance()),
        (MerchantPaymentState::PartlyGivenBack, kzt("100"), kzt("800"))
    );
    phone.net.operator.audit_ledger(&*phone.net.store).unwrap();
}

#[test]
fn what_is_no_code_of_a_merchant_is_refused_on_the_phone_and_nobody_is_asked_av_31() {
    let (phone, _bus) = ready("1000");
    let shop = shop(&phone);
    phone.net.log();
    let merchants = phone.client.merchants();
    merchants.check_code(&almaty(), &shop.till.code).unwrap();
    let of = |text: &str| {
        check(&phone, &MerchantsSubject { scanned: Some(text.into()), ..subject(&shop, "100") }).unwrap_err()
    };
    let foreign = of("https://pay-avtobys.kz.evil.example/almaty/m/7K3MZ0QX");
    assert_eq!((foreign.code(), foreign.kind()), ("not_a_merchant_code", ErrorKind::Refused));
    for locale in Locale::ALL {
        assert!(foreign.text(locale).contains("pay-avtobys.kz.evil.example"), "{}", foreign.text(locale));
    }
    for text in ["", "hello", "7K3MZ0QX", "http://pay.avtobys.kz/almaty/m/7K3MZ0QX", &"\u{1}x".repeat(2048)] {
        let nothing = of(text);
        assert_eq!(
            (nothing.code(), nothing.text(Locale::En).as_str()),
            ("not_a_merchant_code", "This is not a merchant's code.")
        );
    }
    let elsewhere = of("https://pay.avtobys.kz/astana/m/7K3MZ0QX");
    assert_eq!((elsewhere.code(), &elsewhere.params()["city"]), ("merchant_code_of_another_city", &json!("astana")));
    assert_eq!(of(&shop.till.code.to_lowercase()).code(), "merchant_code_unreadable");
    assert_eq!(phone.net.log(), Vec::<String>::new());
}

#[test]
fn a_payment_whose_answer_is_lost_is_paid_once_and_the_same_again_is_asked_about() {
    let (phone, _bus) = ready("1000");
    let shop = shop(&phone);
    let quote = check(&phone, &subject(&shop, "300")).unwrap();
    phone.net.fault("POST /v1/purchases", Fault::AnswerLost);
    let intent = run(phone.client.payments().buy(&quote)).unwrap();
    assert_ne!(intent.state, IntentState::Confirmed);
    let settled = run(phone.client.payments().settle_all()).unwrap();
    assert!(settled.iter().all(|one| one.state == IntentState::Confirmed));
    run(phone.client.sync()).unwrap();
    assert_eq!((phone.balance(), phone.client.merchants().state().payments.len()), (kzt("700"), 1));
    let quote = check(&phone, &subject(&shop, "300")).unwrap();
    assert!(phone.client.merchants().offer(&quote).unwrap().repeats.is_some());
    let again = run(phone.client.payments().buy(&quote)).unwrap();
    let why = phone.client.payments().refusal(&again).unwrap();
    assert_eq!(why.code(), "payment_repeated");
    pay(&phone, &MerchantsSubject { is_again: true, ..subject(&shop, "300") });
    assert_eq!(phone.balance(), kzt("400"));
}

#[test]
fn the_history_of_the_balance_is_read_without_a_connection_as_of_its_moment_av_20() {
    let (phone, _bus) = ready("1000");
    let shop = shop(&phone);
    let wallet = phone.client.wallet();
    assert_eq!(wallet.past(50), None, "nothing was read yet");
    for amount in ["100", "200", "300"] {
        pay(&phone, &subject(&shop, amount));
    }
    let page = run(wallet.history(None, 2)).unwrap();
    let past = wallet.past(50).unwrap();
    assert_eq!(
        (past.items.clone(), past.balance, past.as_of_at),
        (page.items.clone(), kzt("400"), phone.net.time.now())
    );
    assert_eq!(
        past.items.iter().map(|one| (one.amount, one.balance)).collect::<Vec<_>>(),
        [(kzt("-300"), kzt("400")), (kzt("-200"), kzt("700"))]
    );
    assert!(wallet.past_text(&past).contains(':'));
    // Further back, page by page.
    run(wallet.history(page.next, 2)).unwrap();
    assert_eq!(wallet.past(50).unwrap().items.len(), 4);
    assert_eq!(wallet.past(3).unwrap().items.len(), 3);
    let read_at = phone.net.time.now();
    phone.net.time.advance(chrono::TimeDelta::minutes(5));
    pay(&phone, &subject(&shop, "50"));
    phone.net.fault("GET /v1/deposit", Fault::NotSent);
    assert_eq!(run(wallet.history(None, 2)).unwrap_err().code(), "offline");
    let past = wallet.past(50).unwrap();
    assert_eq!((past.as_of_at, past.balance, past.items.len()), (read_at, kzt("400"), 4), "as it was then");
    // What is read anew reaches what was there: nothing of it is lost.
    run(wallet.history(None, 2)).unwrap();
    let past = wallet.past(50).unwrap();
    assert_eq!((past.items.len(), past.balance), (5, kzt("350")));
    // A page that does not reach it begins anew: there is never a gap.
    for amount in ["11", "12", "13"] {
        pay(&phone, &subject(&shop, amount));
    }
    run(wallet.history(None, 2)).unwrap();
    assert_eq!(wallet.past(50).unwrap().items.len(), 2);
    let page = run(phone.client.merchants().history(None, 50)).unwrap();
    assert_eq!((page.items.len(), phone.client.merchants().state().payments.len()), (7, 7));
    run(phone.client.account().sign_out()).unwrap();
    assert_eq!((wallet.past(50), phone.client.merchants().state().payments.len()), (None, 0), "it is of the account");
}
