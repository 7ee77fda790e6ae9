//! Payments at merchants: shown, paid, asked for by tills, given back, settled.

use std::sync::{Arc, Barrier};
use std::thread;

use chrono::{NaiveDate, TimeDelta};
use mesto_operator::{MerchantLimits, Request, Response};
use mesto_protocol::base::accounts::{Account, AccountClosed};
use mesto_protocol::base::payments::{Bought, PayMethod, PaymentState, Quote, Wanted};
use mesto_protocol::base::wallet::DepositPage;
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::kernel::ids::{MerchantId, MerchantPaymentId, RecordId as _, TillId};
use mesto_protocol::merchants::clerks::{
    Merchant, MerchantPage, MerchantState, MerchantStateToSay, MerchantToRegister, TillToRegister,
};
use mesto_protocol::merchants::payers::{
    MerchantName, MerchantPayment, MerchantPaymentPage, MerchantPaymentState, MerchantsOffer, MerchantsOutcome,
    MerchantsSection, MerchantsSubject,
};
use mesto_protocol::merchants::tills::{
    Invoice, InvoiceState, InvoiceToAsk, InvoiceToWithdraw, MerchantRefund, MerchantRefundToMake, MerchantTotals,
    ReceivedPage, Till, Tills,
};
use mesto_rules::City;
use mesto_rules::fact::{Certainty, Fact, Known};
use mesto_rules::merchants::{Fee, MerchantsSection as SectionOfCity};
use mesto_rules::money::Money;
use serde_json::json;

use super::rides::{PHONE, ask, balance, rider};
use crate::world::{Person, World, device, expect, kzt, refused, rsd};

const OTHER_PHONE: &str = "+77071234568";

/// A merchant with a till, which acts by a device of its own.
pub(super) struct Shop<'a> {
    pub clerk: Person<'a>,
    pub merchant: Merchant,
    pub till: Till,
    pub device: Person<'a>,
}

pub(super) fn to_register(city: &str, languages: &[&str], business_number: &str) -> MerchantToRegister {
    let name = |language: &&str| MerchantName { language: (*language).into(), name: format!("Coffee {language}") };
    MerchantToRegister {
        city: city.into(),
        names: languages.iter().map(name).collect(),
        business_number: business_number.into(),
        category: "food".into(),
        contract: "17/2025".into(),
        contract_on: "2025-09-01".parse().unwrap(),
        commission_basis_points: 200,
    }
}

fn almaty(business_number: &str) -> MerchantToRegister {
    to_register("almaty", &["kk", "ru", "en"], business_number)
}

pub(super) fn shop_of<'a>(world: &'a World, asked: &MerchantToRegister) -> Shop<'a> {
    let clerk = world.staff(Role::MerchantClerk, "Dana");
    let merchant: Merchant = expect(200, clerk.post("/v1/merchants", asked));
    let till = TillToRegister { merchant: merchant.id, name: "Abay 10".into(), is_open: true };
    let till: Till = expect(200, clerk.post("/v1/merchants/tills", &till));
    let device = world.staff_of(Role::Merchant, &asked.city, &merchant.id.to_string());
    Shop { clerk, merchant, till, device }
}

fn shop(world: &World) -> Shop<'_> {
    shop_of(world, &almaty("123456789012"))
}

fn with_fee(world: &World, basis_points: u32, least: &str) -> World {
    in_section(world, |section| {
        let value = Fee { basis_points, least: kzt(least) };
        let source = "decision".parse().unwrap();
        section.fee = Fact::Known(Known { value, certainty: Certainty::Assumed, source });
    })
}

fn in_section(world: &World, change: impl FnOnce(&mut SectionOfCity)) -> World {
    world.in_almaty(|city: &mut City| {
        let mut section = city.section::<SectionOfCity>().unwrap().clone();
        change(&mut section);
        city.put_section(section).unwrap();
    })
}

fn scanned(code: &str, amount: Option<&str>) -> MerchantsSubject {
    MerchantsSubject { scanned: Some(code.into()), typed: None, amount: amount.map(kzt), is_again: false }
}

fn typed(code: &str, amount: Option<&str>) -> MerchantsSubject {
    MerchantsSubject { scanned: None, typed: Some(code.into()), amount: amount.map(kzt), is_again: false }
}

fn check(rider: &Person<'_>, subject: &MerchantsSubject) -> Response {
    ask(rider, Wanted::of(subject).unwrap(), PayMethod::Deposit)
}

fn checked(rider: &Person<'_>, subject: &MerchantsSubject) -> (Quote, MerchantsOffer) {
    let quote: Quote = expect(201, check(rider, subject));
    let offer = quote.items[0].offer().unwrap().unwrap();
    (quote, offer)
}

pub(super) fn payment_of(bought: &Bought) -> MerchantPayment {
    bought.sale.items[0].outcome::<MerchantsOutcome>().unwrap().unwrap().payment
}

/// Checks and pays.
fn paid(rider: &Person<'_>, subject: &MerchantsSubject) -> MerchantPayment {
    payment_of(&rider.begin(&checked(rider, subject).0))
}

fn invoice(shop: &Shop<'_>, amount: &str, reference: &str) -> Response {
    let asked = InvoiceToAsk { till: shop.till.id, amount: kzt(amount), reference: reference.into(), minutes: 10 };
    shop.device.post("/v1/merchants/invoices", &asked)
}

fn asked_for(shop: &Shop<'_>, amount: &str, reference: &str) -> Invoice {
    expect(200, invoice(shop, amount, reference))
}

fn invoice_now(shop: &Shop<'_>, invoice: &Invoice) -> Invoice {
    expect(200, shop.device.get(&of_invoice(shop, &invoice.id.to_string())))
}

fn of_invoice(shop: &Shop<'_>, invoice: &str) -> String {
    format!("/v1/merchants/invoice?city=almaty&merchant={}&invoice={invoice}", shop.merchant.id)
}

fn to_give_back(payment: &MerchantPayment, amount: &str, reference: &str) -> MerchantRefundToMake {
    MerchantRefundToMake {
        payment: payment.id,
        amount: kzt(amount),
        reference: reference.into(),
        is_erroneous: false,
        reason: "cold coffee".into(),
    }
}

fn give_back(by: &Person<'_>, asked: &MerchantRefundToMake) -> Response {
    by.post("/v1/merchants/refunds", asked)
}

fn say_state(shop: &Shop<'_>, state: MerchantState) -> Response {
    let asked = MerchantStateToSay { merchant: shop.merchant.id, state, reason: "by contract".into() };
    shop.clerk.post("/v1/merchants/states", &asked)
}

fn totals(shop: &Shop<'_>, from: &str, to: &str) -> MerchantTotals {
    let target = format!("/v1/merchants/totals?city=almaty&merchant={}&from={from}&to={to}", shop.merchant.id);
    expect(200, shop.device.get(&target))
}

fn ledger(world: &World, kind: &str, shop: &Shop<'_>) -> Money {
    world.balance(&format!("{kind} merchants almaty {}", shop.merchant.id))
}

/// Sends two requests at the same moment.
fn at_once(world: &World, requests: [Request; 2]) -> Vec<Response> {
    let barrier = Arc::new(Barrier::new(2));
    let now = world.now();
    let each = |request: Request| {
        let (operator, store, barrier) = (Arc::clone(&world.operator), Arc::clone(&world.store), Arc::clone(&barrier));
        thread::spawn(move || {
            barrier.wait();
            operator.handle(&*store, now, &request)
        })
    };
    requests.map(each).into_iter().map(|one| one.join().unwrap()).collect()
}

fn statuses(responses: &[Response]) -> Vec<u16> {
    let mut statuses: Vec<u16> = responses.iter().map(|response| response.status).collect();
    statuses.sort_unstable();
    statuses
}

/// Books of merchants with everything in them: with an invoice and without, given back in part and
/// whole, owed, settled.
pub fn fill(world: &World) {
    let shop = shop_of(world, &to_register("belgrade", &["sr-Latn", "en"], "123456789012"));
    let payer = world.driver("+381660000041");
    world.approve(&payer.top_up("2000.00"));
    let pay =
        |subject: &MerchantsSubject| payment_of(&payer.begin(&expect(201, payer.ask_for(subject, PayMethod::Deposit))));
    let of = |code: &str, amount: Option<&str>| MerchantsSubject { amount: amount.map(rsd), ..scanned(code, None) };
    let first = pay(&of(&shop.till.code, Some("1000.00")));
    let asks = |amount: &str, reference: &str| -> Invoice {
        let (amount, reference) = (rsd(amount), reference.into());
        let asked = InvoiceToAsk { till: shop.till.id, amount, reference, minutes: 10 };
        expect(200, shop.device.post("/v1/merchants/invoices", &asked))
    };
    pay(&of(&asks("500.00", "A-1").code, None));
    asks("70.00", "A-2");
    let back = |amount: &str, reference: &str, is_erroneous| MerchantRefundToMake {
        amount: rsd(amount),
        is_erroneous,
        ..to_give_back(&first, "0", reference)
    };
    expect::<MerchantRefund>(200, give_back(&shop.device, &back("300.00", "R-1", false)));
    let settled = world.operator.settle_merchants(&*world.store, world.now(), "belgrade", None).unwrap();
    assert_eq!(settled.len(), 1);
    assert_ne!(expect::<MerchantRefund>(200, give_back(&shop.clerk, &back("700.00", "R-2", true))).owed, rsd("0"));
    // A second one, which is owed something.
    let other = shop_of(world, &to_register("belgrade", &["sr-Latn", "en"], "210987654321"));
    pay(&of(&other.till.code, Some("150.00")));
    world.check_books();
}

/// Tokens of a clerk and of a merchant in Belgrade.
pub fn tokens(world: &World) -> (String, String) {
    let shop = shop_of(world, &to_register("belgrade", &["sr-Latn", "en"], "123456789012"));
    (shop.clerk.token, shop.device.token)
}

/// The code of a till in Belgrade.
pub fn a_till(world: &World) -> String {
    shop_of(world, &to_register("belgrade", &["sr-Latn", "en"], "123456789012")).till.code
}

on_both_databases! {
    #[test]
    fn what_is_paid_to_whom_is_shown_before_the_button_and_nothing_is_charged_av_18_av_117_av_118_av_119(world) {
        let world = with_fee(world, 150, "20");
        let shop = shop(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let (quote, offer) = checked(&rider, &scanned(&shop.till.code, Some("800")));
        assert_eq!((offer.amount, offer.fee, offer.total, quote.total), (kzt("800"), kzt("20"), kzt("820"), kzt("820")));
        assert_eq!((offer.merchant.id, offer.till.name.as_str(), offer.missing), (shop.merchant.id, "Abay 10", None));
        assert_eq!(offer.merchant.names, shop.merchant.names);
        assert_eq!(offer.merchant.business_number, "123456789012");
        let contract = (offer.contract.organisation.as_str(), offer.contract.link.as_str(), offer.contract.version.as_str());
        assert_eq!((contract, offer.is_fee_irrevocable), (("Innoforce systems", "https://innopay.kz", "2026-02"), true));
        let lines: Vec<_> = quote.items[0].lines.iter().map(|line| (line.kind.as_str(), line.amount, line.seller.as_deref())).collect();
        assert_eq!(lines, [
            ("merchants.payment", kzt("800"), Some("Coffee kk")),
            ("merchants.fee", kzt("20"), Some("Innoforce systems")),
        ]);
        let said: Vec<&str> = quote.items[0].notices.iter().map(|notice| notice.kind.as_str()).collect();
        assert_eq!(said, ["merchants.accepts", "merchants.fee_irrevocable"]);
        assert_eq!(balance(&rider), kzt("1000"), "nothing is charged");
        let payment = payment_of(&rider.begin(&quote));
        assert_eq!((payment.total, payment.contract, balance(&rider)), (kzt("820"), offer.contract, kzt("180")));
        world.check_books();
    }

    #[test]
    fn without_a_fee_nothing_is_said_of_one_and_the_contract_is_accepted_all_the_same_av_119(world) {
        let world = world.almaty();
        let shop = shop(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let (quote, offer) = checked(&rider, &scanned(&shop.till.code, Some("800")));
        let said: Vec<&str> = quote.items[0].notices.iter().map(|notice| notice.kind.as_str()).collect();
        assert_eq!((said, quote.items[0].lines.len(), offer.fee), (vec!["merchants.accepts"], 1, kzt("0")));
    }

    #[test]
    fn a_receipt_is_numbered_by_its_merchant_and_the_history_has_the_balance_after_each_av_19_av_20_av_39(world) {
        let world = world.almaty();
        let shop = shop(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let first = paid(&rider, &scanned(&shop.till.code, Some("300")));
        let second = paid(&rider, &typed(&shop.till.typed, Some("250.50")));
        assert_eq!((first.number, second.number, first.balance, second.balance), (1, 2, kzt("700"), kzt("449.50")));
        assert_eq!((first.state.clone(), first.paid_at), (MerchantPaymentState::Paid, world.now()));
        let page: MerchantPaymentPage = expect(200, rider.get("/v1/merchants/payments?limit=1"));
        assert_eq!(page.items, std::slice::from_ref(&second));
        let older = format!("/v1/merchants/payments?limit=1&cursor={}", page.next.unwrap());
        assert_eq!(expect::<MerchantPaymentPage>(200, rider.get(&older)).items, std::slice::from_ref(&first));
        let account: Account = expect(200, rider.get("/v1/account"));
        assert_eq!(account.section::<MerchantsSection>().unwrap().unwrap().payments, [second.clone(), first.clone()]);
        let history: DepositPage = expect(200, rider.get("/v1/deposit"));
        let entries: Vec<_> = history.items.iter().map(|one| (one.kind.as_str(), one.amount, one.balance)).collect();
        assert_eq!(entries, [
            ("merchants.payment", kzt("-250.50"), kzt("449.50")),
            ("merchants.payment", kzt("-300"), kzt("700")),
            ("wallet.topup", kzt("1000"), kzt("1000")),
        ]);
        assert_eq!(history.items[0].reference, second.id.to_string());
        // Nobody else sees them.
        let stranger = world.driver_on(&device(4), OTHER_PHONE);
        assert_eq!(expect::<MerchantPaymentPage>(200, stranger.get("/v1/merchants/payments")).items, []);
        let export: serde_json::Value = expect(200, rider.get("/v1/account/export"));
        assert_eq!(export["merchant_payments"].as_array().unwrap().len(), 2);
        world.check_books();
    }

    #[test]
    fn a_merchant_is_paid_from_the_balance_alone_to_the_last_tiyn_av_26_av_120(world) {
        let world = with_fee(world, 0, "1");
        let shop = shop(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let by_card = ask(&rider, Wanted::of(&scanned(&shop.till.code, Some("100"))).unwrap(), PayMethod::Card);
        assert_eq!(refused("payment_method_not_allowed", &by_card)["allowed"], json!(["deposit"]));
        let (quote, offer) = checked(&rider, &scanned(&shop.till.code, Some("999.01")));
        assert_eq!(offer.missing, Some(kzt("0.01")), "said before the button");
        let told = refused("deposit_too_low", &rider.buy_with(&world.key(), &quote));
        assert_eq!(told["missing"]["amount"], json!("0.01"));
        assert_eq!(balance(&rider), kzt("1000"));
        let (quote, offer) = checked(&rider, &scanned(&shop.till.code, Some("999")));
        assert_eq!(offer.missing, None);
        assert_eq!(payment_of(&rider.begin(&quote)).balance, kzt("0"));
        world.check_books();
    }

    #[test]
    fn a_code_that_is_no_merchants_is_named_and_never_opened_av_31(world) {
        let world = world.almaty();
        let shop = shop(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let of = |code: &str| check(&rider, &scanned(code, Some("100")));
        let told = refused("not_a_merchant_code", &of("https://evil.example/almaty/m/7K3MZ0QX"));
        assert_eq!(told["host"], json!("evil.example"));
        assert_eq!(refused("not_a_merchant_code", &of("javascript:alert(1)")).get("host"), Some(&json!(null)));
        let elsewhere = shop.till.code.replace("/almaty/", "/astana/");
        assert_eq!(refused("merchant_code_of_another_city", &of(&elsewhere))["city"], json!("astana"));
        refused("merchant_code_unreadable", &of(&format!("{}X", shop.till.code)));
        refused("merchant_code_unreadable", &check(&rider, &typed("7K3M", Some("100"))));
        refused("merchant_code_unknown", &of(&shop.till.code.replace(&shop.till.typed, "00000000")));
        for subject in [
            MerchantsSubject { scanned: None, typed: None, amount: None, is_again: false },
            MerchantsSubject { typed: Some(shop.till.typed.clone()), ..scanned(&shop.till.code, Some("100")) },
        ] {
            assert_eq!(refused("bad_request", &check(&rider, &subject))["field"], json!("items.subject"));
        }
        refused("merchant_code_unreadable", &check(&rider, &typed(&"7".repeat(4096), Some("100"))));
        refused("payment_amount_missing", &check(&rider, &scanned(&shop.till.code, None)));
    }

    #[test]
    fn who_guesses_codes_does_so_twenty_times_in_an_hour(world) {
        let world = world.almaty();
        let shop = shop(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let most = usize::try_from(MerchantLimits::default().wrong_codes).unwrap();
        for _ in 0..most {
            refused("merchant_code_unknown", &check(&rider, &typed("00000000", Some("100"))));
        }
        refused("too_many_requests", &check(&rider, &typed("00000000", Some("100"))));
        refused("too_many_requests", &check(&rider, &scanned(&shop.till.code, Some("100"))));
        let other = world.driver_on(&device(4), OTHER_PHONE);
        checked(&other, &scanned(&shop.till.code, Some("100")));
        world.pass(60);
        checked(&rider, &scanned(&shop.till.code, Some("100")));
    }

    #[test]
    fn an_amount_is_within_its_bounds_and_a_day_has_its_own_av_120(world) {
        let world = in_section(world, |section| {
            (section.limits.most, section.limits.day_most) = (kzt("1000"), kzt("1500"));
        });
        let shop = shop(&world);
        let rider = rider(&world, &device(3), PHONE, "10000");
        for wrong in ["9.99", "0", "-10", "1000.01"] {
            let told = refused("out_of_range", &check(&rider, &scanned(&shop.till.code, Some(wrong))));
            assert_eq!((&told["least"]["amount"], &told["most"]["amount"]), (&json!("10.00"), &json!("1000.00")), "{wrong}");
        }
        let dinars = MerchantsSubject { amount: Some(rsd("100")), ..scanned(&shop.till.code, None) };
        assert_eq!(refused("bad_request", &check(&rider, &dinars))["field"], json!("items.subject.amount"));
        paid(&rider, &scanned(&shop.till.code, Some("1000")));
        let over = check(&rider, &scanned(&shop.till.code, Some("500.01")));
        assert_eq!(refused("payment_day_limit", &over)["left"]["amount"], json!("500.00"));
        // Two prices that fit by themselves do not together.
        let (one, other) = (checked(&rider, &scanned(&shop.till.code, Some("500"))).0, checked(&rider, &scanned(&shop.till.code, Some("10"))).0);
        rider.begin(&one);
        refused("payment_day_limit", &rider.buy_with(&world.key(), &other));
        // The day ends at midnight in the city.
        world.set("2025-09-03T18:59:59Z");
        refused("payment_day_limit", &check(&rider, &scanned(&shop.till.code, Some("10"))));
        world.set("2025-09-03T19:00:00Z");
        paid(&rider, &scanned(&shop.till.code, Some("1000")));
        world.check_books();
    }

    #[test]
    fn the_same_amount_at_the_same_till_is_asked_about_first(world) {
        let world = world.almaty();
        let shop = shop(&world);
        let rider = rider(&world, &device(3), PHONE, "10000");
        let (one, other) = (checked(&rider, &scanned(&shop.till.code, Some("500"))).0, checked(&rider, &scanned(&shop.till.code, Some("500"))).0);
        let first = payment_of(&rider.begin(&one));
        let told = refused("payment_repeated", &rider.buy_with(&world.key(), &other));
        assert_eq!(told["payment"], json!(first.id));
        let (quote, offer) = checked(&rider, &scanned(&shop.till.code, Some("500")));
        assert_eq!(offer.repeats, Some(first));
        refused("payment_repeated", &rider.buy_with(&world.key(), &quote));
        paid(&rider, &MerchantsSubject { is_again: true, ..scanned(&shop.till.code, Some("500")) });
        assert_eq!(balance(&rider), kzt("9000"));
        world.pass(10);
        assert_eq!(checked(&rider, &scanned(&shop.till.code, Some("500"))).1.repeats, None);
        // A quote is bought once, however often it is sent with its key.
        let quote = checked(&rider, &scanned(&shop.till.code, Some("700"))).0;
        let key = world.key();
        let (first, again) = (rider.buy_with(&key, &quote), rider.buy_with(&key, &quote));
        assert_eq!((first.status, first.body == again.body, balance(&rider)), (201, true, kzt("8300")));
        refused("quote_used", &rider.buy_with(&world.key(), &quote));
        world.check_books();
    }

    #[test]
    fn a_till_asks_for_an_amount_and_hears_that_it_was_paid_av_18_av_33(world) {
        let world = world.almaty();
        let shop = shop(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let asked = asked_for(&shop, "420", "A/17");
        assert_eq!((&asked.state, &asked.payment), (&InvoiceState::Waiting, &None));
        assert_eq!(asked_for(&shop, "420", "A/17"), asked, "said again");
        let told = refused("invoice_reference_used", &invoice(&shop, "421", "A/17"));
        assert_eq!((&told["invoice"], &told["amount"]["amount"]), (&json!(asked.id), &json!("420.00")));
        for code in [scanned(&asked.code, None), typed(&asked.typed, Some("420"))] {
            let (_, offer) = checked(&rider, &code);
            assert_eq!((offer.amount, offer.invoice.unwrap().reference.as_str(), offer.invoice_until), (kzt("420"), "A/17", Some(asked.expires_at)));
        }
        let told = refused("invoice_amount_differs", &check(&rider, &scanned(&asked.code, Some("419.99"))));
        assert_eq!(told["amount"]["amount"], json!("420.00"));
        let payment = paid(&rider, &scanned(&asked.code, None));
        assert_eq!(payment.invoice.as_ref().map(|invoice| invoice.id), Some(asked.id));
        let now = invoice_now(&shop, &asked);
        let received = now.payment.unwrap();
        assert_eq!((now.state, received.id, received.amount, received.commission), (InvoiceState::Paid, payment.id, kzt("420"), kzt("8.40")));
        refused("invoice_paid", &check(&rider, &scanned(&asked.code, None)));
        refused("invoice_paid", &shop.device.post("/v1/merchants/invoices/withdrawn", &InvoiceToWithdraw { invoice: asked.id }));
        world.check_books();
    }

    #[test]
    fn an_invoice_that_is_over_or_withdrawn_is_not_paid(world) {
        let world = world.almaty();
        let shop = shop(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let asked = asked_for(&shop, "420", "1");
        world.pass_to(asked.expires_at);
        let quote = checked(&rider, &scanned(&asked.code, None)).0;
        world.pass_to(asked.expires_at + TimeDelta::milliseconds(1));
        let told = refused("invoice_over", &check(&rider, &scanned(&asked.code, None)));
        assert_eq!((&told["state"], told.contains_key("expired_at")), (&json!("expired"), true));
        refused("invoice_over", &rider.buy_with(&world.key(), &quote));
        assert_eq!(invoice_now(&shop, &asked).state, InvoiceState::Expired);
        let other = asked_for(&shop, "420", "2");
        let quote = checked(&rider, &scanned(&other.code, None)).0;
        let withdraw = || shop.device.post("/v1/merchants/invoices/withdrawn", &InvoiceToWithdraw { invoice: other.id });
        let withdrawn: Invoice = expect(200, withdraw());
        assert_eq!(withdrawn.state, InvoiceState::Withdrawn);
        assert_eq!(expect::<Invoice>(200, withdraw()), withdrawn, "said again");
        assert_eq!(refused("invoice_over", &rider.buy_with(&world.key(), &quote))["state"], json!("withdrawn"));
        assert_eq!(balance(&rider), kzt("1000"));
        for minutes in [0, 1_441, u32::MAX] {
            let asked = InvoiceToAsk { till: shop.till.id, amount: kzt("100"), reference: "3".into(), minutes };
            assert_eq!(refused("out_of_range", &shop.device.post("/v1/merchants/invoices", &asked))["most"], json!(1_440));
        }
        for reference in ["", " ", "a b", &"7".repeat(65), "7\u{202e}"] {
            assert_eq!(refused("bad_request", &invoice(&shop, "100", reference))["field"], json!("reference"));
        }
        asked_for(&shop, "100", &"7".repeat(64));
        for amount in ["9.99", "0", "-1", "100000.01"] {
            assert_eq!(refused("out_of_range", &invoice(&shop, amount, "4"))["field"], json!("amount"));
        }
        world.check_books();
    }

    #[test]
    fn of_two_phones_that_pay_one_invoice_at_once_exactly_one_does(world) {
        let world = world.almaty();
        let shop = shop(&world);
        let riders = [rider(&world, &device(3), PHONE, "1000"), rider(&world, &device(4), OTHER_PHONE, "1000")];
        for round in 0..5 {
            let asked = asked_for(&shop, "100", &format!("{round}"));
            let quotes = [0, 1].map(|one: usize| checked(&riders[one], &scanned(&asked.code, None)).0);
            let requests = [0, 1].map(|one: usize| {
                let buy = riders[one].purchase(&quotes[one]);
                Request::new("POST", "/v1/purchases").bearer(&riders[one].token).key(&world.key()).json(&buy)
            });
            let answers = at_once(&world, requests);
            assert_eq!(statuses(&answers), [201, 409]);
            let late = answers.iter().find(|answer| answer.status == 409).unwrap();
            refused("invoice_paid", late);
        }
        let left = balance(&riders[0]).checked_add(&balance(&riders[1])).unwrap();
        assert_eq!(left, kzt("1500"));
        world.check_books();
    }

    #[test]
    fn a_merchant_that_is_suspended_or_has_ended_and_a_closed_till_take_nothing(world) {
        let world = world.almaty();
        let shop = shop(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let subject = scanned(&shop.till.code, Some("100"));
        let quote = checked(&rider, &subject).0;
        let suspended: Merchant = expect(200, say_state(&shop, MerchantState::Suspended));
        assert_eq!(suspended.state, MerchantState::Suspended);
        assert_eq!(refused("merchant_not_active", &check(&rider, &subject))["state"], json!("suspended"));
        refused("merchant_not_active", &rider.buy_with(&world.key(), &quote));
        refused("merchant_not_active", &invoice(&shop, "100", "1"));
        expect::<Merchant>(200, say_state(&shop, MerchantState::Active));
        let payment = payment_of(&rider.begin(&quote));
        let close = |is_open| {
            let till = TillToRegister { merchant: shop.merchant.id, name: "Abay 10".into(), is_open };
            expect::<Till>(200, shop.clerk.post("/v1/merchants/tills", &till))
        };
        let quote = checked(&rider, &scanned(&shop.till.code, Some("200"))).0;
        assert_eq!((close(false).is_open, close(false).id), (false, shop.till.id));
        refused("till_closed", &check(&rider, &subject));
        refused("till_closed", &rider.buy_with(&world.key(), &quote));
        refused("till_closed", &invoice(&shop, "100", "1"));
        assert_eq!(close(true), shop.till, "its printed code stays good");
        expect::<Merchant>(200, say_state(&shop, MerchantState::Ended));
        assert_eq!(refused("merchant_not_active", &check(&rider, &subject))["state"], json!("ended"));
        refused("merchant_ended", &say_state(&shop, MerchantState::Active));
        refused("merchant_ended", &shop.clerk.post("/v1/merchants", &almaty("123456789012")));
        let till = TillToRegister { merchant: shop.merchant.id, name: "Abay 12".into(), is_open: true };
        refused("merchant_ended", &shop.clerk.post("/v1/merchants/tills", &till));
        // What was paid before is given back all the same.
        expect::<MerchantRefund>(200, give_back(&shop.device, &to_give_back(&payment, "100", "1")));
        let odd = json!({"merchant": shop.merchant.id, "state": "asleep", "reason": "why"});
        assert_eq!(refused("bad_request", &shop.clerk.post("/v1/merchants/states", &odd))["field"], json!("state"));
        world.check_books();
    }

    #[test]
    fn a_suspended_or_blocked_account_pays_no_merchant_av_103_av_126(world) {
        let world = world.almaty();
        let shop = shop(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let quote = checked(&rider, &scanned(&shop.till.code, Some("100"))).0;
        assert_eq!(rider.world.send(&Request::new("POST", "/v1/account/suspended").bearer(&rider.token)).status, 200);
        refused("account_suspended", &check(&rider, &scanned(&shop.till.code, Some("100"))));
        refused("account_suspended", &rider.buy_with(&world.key(), &quote));
        assert_eq!(balance(&rider), kzt("1000"));
    }

    #[test]
    fn a_merchant_sees_its_own_payments_and_nobody_elses_av_41(world) {
        let world = world.almaty();
        let (shop, other) = (shop(&world), shop_of(&world, &almaty("210987654321")));
        let rider = rider(&world, &device(3), PHONE, "10000");
        let mine: Vec<MerchantPayment> = ["100", "200", "300"].map(|amount| paid(&rider, &scanned(&shop.till.code, Some(amount)))).into();
        let theirs = paid(&rider, &scanned(&other.till.code, Some("100")));
        let target = |shop: &Shop<'_>, rest: &str| format!("/v1/merchants/received?city=almaty&merchant={}{rest}", shop.merchant.id);
        let page: ReceivedPage = expect(200, shop.device.get(&target(&shop, "&limit=2")));
        let ids = |page: &ReceivedPage| page.items.iter().map(|one| one.id).collect::<Vec<_>>();
        assert_eq!(ids(&page), [mine[2].id, mine[1].id]);
        let rest: ReceivedPage = expect(200, shop.device.get(&target(&shop, &format!("&limit=2&cursor={}", page.next.unwrap()))));
        assert_eq!((ids(&rest), rest.next), (vec![mine[0].id], None));
        let second = TillToRegister { merchant: shop.merchant.id, name: "Abay 12".into(), is_open: true };
        let second: Till = expect(200, shop.clerk.post("/v1/merchants/tills", &second));
        let there = paid(&rider, &scanned(&second.code, Some("100")));
        assert_eq!(ids(&expect(200, shop.device.get(&target(&shop, &format!("&till={}", second.id))))), [there.id]);
        assert_eq!(ids(&expect(200, shop.clerk.get(&target(&other, "")))), [theirs.id], "staff of the city sees all");
        let tills: Tills = expect(200, shop.device.get(&format!("/v1/merchants/tills?city=almaty&merchant={}", shop.merchant.id)));
        assert_eq!(tills.tills, [shop.till.clone(), second]);
        // Of another merchant nothing is told and nothing is done.
        refused("forbidden", &shop.device.get(&target(&other, "")));
        refused("not_found", &shop.device.get(&target(&shop, &format!("&till={}", other.till.id))));
        refused("forbidden", &shop.device.get(&format!("/v1/merchants/totals?city=almaty&merchant={}&from=2025-09-03&to=2025-09-03", other.merchant.id)));
        let asked = InvoiceToAsk { till: other.till.id, amount: kzt("100"), reference: "1".into(), minutes: 1 };
        refused("forbidden", &shop.device.post("/v1/merchants/invoices", &asked));
        let invoice: Invoice = expect(200, other.device.post("/v1/merchants/invoices", &asked));
        refused("forbidden", &shop.device.get(&of_invoice(&other, &invoice.id.to_string())));
        refused("not_found", &shop.device.get(&of_invoice(&shop, &invoice.id.to_string())));
        refused("forbidden", &shop.device.post("/v1/merchants/invoices/withdrawn", &InvoiceToWithdraw { invoice: invoice.id }));
        refused("forbidden", &give_back(&shop.device, &to_give_back(&theirs, "100", "1")));
        for by in [&rider, &world.dispatcher()] {
            refused("forbidden", &by.get(&target(&shop, "")));
            refused("forbidden", &give_back(by, &to_give_back(&theirs, "100", "1")));
            refused("forbidden", &by.post("/v1/merchants", &almaty("123456789012")));
        }
        refused("forbidden", &shop.device.get("/v1/merchants?city=almaty"));
        refused("not_found", &shop.clerk.get(&format!("/v1/merchants/tills?city=almaty&merchant={}", MerchantId::new(world.now(), [7; 10]))));
        world.check_books();
    }

    #[test]
    fn a_clerk_registers_a_merchant_once_and_what_is_wrong_is_said(world) {
        let world = world.almaty();
        let shop = shop(&world);
        let register = |asked: &MerchantToRegister| shop.clerk.post("/v1/merchants", asked);
        let anew = MerchantToRegister { commission_basis_points: 10_000, category: "shop".into(), ..almaty("123456789012") };
        let changed: Merchant = expect(200, register(&anew));
        assert_eq!((changed.id, changed.commission_basis_points, changed.category.as_str()), (shop.merchant.id, 10_000, "shop"));
        let page: MerchantPage = expect(200, shop.clerk.get("/v1/merchants?city=almaty"));
        assert_eq!(page.items, [changed]);
        let right = almaty("210987654321");
        let field = |asked: &MerchantToRegister| refused("bad_request", &register(asked))["field"].clone();
        for number in ["", "12345678901", "1234567890123", "12345678901x", "１２３４５６７８９０１２"] {
            assert_eq!(field(&MerchantToRegister { business_number: number.into(), ..right.clone() }), json!("business_number"), "{number}");
        }
        for names in [vec![], right.names[..2].to_vec(), [&right.names[..2], &right.names[..1]].concat()] {
            assert_eq!(field(&MerchantToRegister { names, ..right.clone() }), json!("names"));
        }
        for name in ["", "   ", "a\nb", "a\u{202e}b", &"x".repeat(81)] {
            let mut names = right.names.clone();
            names[1].name = name.into();
            assert_eq!(field(&MerchantToRegister { names, ..right.clone() }), json!("names.name"), "{name:?}");
        }
        for contract in ["", "no 7", &"7".repeat(65)] {
            assert_eq!(field(&MerchantToRegister { contract: contract.into(), ..right.clone() }), json!("contract"));
        }
        let known = refused("merchant_category_unknown", &register(&MerchantToRegister { category: "arms".into(), ..right.clone() }));
        assert_eq!(known["known"], json!(["food", "shop", "service", "culture"]));
        let tomorrow: NaiveDate = "2025-09-04".parse().unwrap();
        assert_eq!(refused("out_of_range", &register(&MerchantToRegister { contract_on: tomorrow, ..right.clone() }))["field"], json!("contract_on"));
        assert_eq!(refused("out_of_range", &register(&MerchantToRegister { commission_basis_points: 10_001, ..right.clone() }))["field"], json!("commission_basis_points"));
        refused("city_unknown", &register(&MerchantToRegister { city: "astana".into(), ..right.clone() }));
        expect::<Merchant>(200, register(&right));
        let till = TillToRegister { merchant: MerchantId::new(world.now(), [7; 10]), name: "1".into(), is_open: true };
        refused("not_found", &shop.clerk.post("/v1/merchants/tills", &till));
        let log = world.operator.audit_log(&*world.store, None, None).unwrap();
        let done: Vec<&str> = log.iter().filter(|one| one.actor == shop.clerk.account.to_string()).map(|one| one.action.as_str()).collect();
        assert_eq!(done.iter().filter(|action| **action == "merchant.registered").count(), 2, "{done:?}");
        assert!(done.contains(&"merchant.changed") && done.contains(&"till.registered"));
        // A role is for a merchant that is registered.
        for place in ["mc_01k479dz00qgg4pqj408q8qgak", "green-bus", ""] {
            let given = mesto_operator::RoleGiven { role: Role::Merchant, city: Some("almaty"), place: Some(place), until: None };
            assert!(world.operator.create_staff(&*world.store, world.now(), &given, "till").is_err(), "{place}");
        }
        let given = mesto_operator::RoleGiven { role: Role::Merchant, city: Some("almaty"), place: None, until: None };
        assert!(world.operator.create_staff(&*world.store, world.now(), &given, "till").is_err());
    }

    #[test]
    fn a_commission_that_changes_is_of_payments_from_then_on(world) {
        let world = world.almaty();
        let shop = shop(&world);
        let rider = rider(&world, &device(3), PHONE, "10000");
        let before = paid(&rider, &scanned(&shop.till.code, Some("1000")));
        let anew = MerchantToRegister { commission_basis_points: 500, ..almaty("123456789012") };
        expect::<Merchant>(200, shop.clerk.post("/v1/merchants", &anew));
        paid(&rider, &scanned(&shop.till.code, Some("2000")));
        assert_eq!((ledger(&world, "payable", &shop), world.balance("revenue merchants almaty")), (kzt("-2880"), kzt("-120")));
        expect::<MerchantRefund>(200, give_back(&shop.device, &to_give_back(&before, "1000", "1")));
        assert_eq!((ledger(&world, "payable", &shop), world.balance("revenue merchants almaty")), (kzt("-1900"), kzt("-100")), "by what it was then");
        world.check_books();
    }

    #[test]
    fn a_payment_is_given_back_in_parts_and_never_more_than_was_paid(world) {
        let world = with_fee(world, 0, "10");
        let shop = shop(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let payment = paid(&rider, &scanned(&shop.till.code, Some("500")));
        assert_eq!(balance(&rider), kzt("490"));
        let asked = to_give_back(&payment, "200", "R-1");
        let back: MerchantRefund = expect(200, give_back(&shop.device, &asked));
        assert_eq!((back.amount, back.fee, back.owed, balance(&rider)), (kzt("200"), kzt("0"), kzt("0"), kzt("690")));
        assert_eq!(expect::<MerchantRefund>(200, give_back(&shop.device, &asked)), back, "the same reference once");
        assert_eq!(balance(&rider), kzt("690"));
        let told = refused("give_back_reference_used", &give_back(&shop.device, &to_give_back(&payment, "100", "R-1")));
        assert_eq!((&told["refund"], &told["amount"]["amount"]), (&json!(back.id), &json!("200.00")));
        assert_eq!(refused("give_back_too_much", &give_back(&shop.device, &to_give_back(&payment, "300.01", "R-2")))["left"]["amount"], json!("300.00"));
        for amount in ["0", "-1"] {
            assert_eq!(refused("bad_request", &give_back(&shop.device, &to_give_back(&payment, amount, "R-2")))["field"], json!("amount"));
        }
        let page: MerchantPaymentPage = expect(200, rider.get("/v1/merchants/payments"));
        assert_eq!((page.items[0].state.clone(), page.items[0].given_back), (MerchantPaymentState::PartlyGivenBack, kzt("200")));
        expect::<MerchantRefund>(200, give_back(&shop.clerk, &to_give_back(&payment, "300", "R-2")));
        let page: MerchantPaymentPage = expect(200, rider.get("/v1/merchants/payments"));
        assert_eq!((page.items[0].state.clone(), page.items[0].fee_given_back, balance(&rider)), (MerchantPaymentState::GivenBack, kzt("0"), kzt("990")), "the fee stays");
        assert_eq!(refused("give_back_too_much", &give_back(&shop.clerk, &to_give_back(&payment, "0.01", "R-3")))["left"]["amount"], json!("0.00"));
        let history: DepositPage = expect(200, rider.get("/v1/deposit"));
        let kinds: Vec<_> = history.items.iter().map(|one| (one.kind.as_str(), one.amount)).collect();
        assert_eq!(kinds[..2], [("merchants.refund", kzt("300")), ("merchants.refund", kzt("200"))]);
        assert_eq!((ledger(&world, "payable", &shop), world.balance("fees merchants almaty Innoforce systems")), (kzt("0"), kzt("-10")));
        let purchases: mesto_protocol::base::payments::PurchasePage = expect(200, rider.get("/v1/payments"));
        let shown = &purchases.items[0].payment;
        assert_eq!((shown.refunded, shown.captured, shown.state.clone()), (kzt("500"), kzt("510"), PaymentState::Captured));
        assert_eq!(refused("bad_request", &give_back(&shop.device, &MerchantRefundToMake { reason: " ".into(), ..asked.clone() }))["field"], json!("reason"));
        assert_eq!(refused("bad_request", &give_back(&shop.device, &MerchantRefundToMake { reference: "a b".into(), ..asked.clone() }))["field"], json!("reference"));
        let nobody = MerchantRefundToMake { payment: MerchantPaymentId::new(world.now(), [7; 10]), ..asked };
        refused("not_found", &give_back(&shop.device, &nobody));
        world.check_books();
    }

    #[test]
    fn the_fee_goes_back_only_of_an_error_and_only_staff_says_that_it_was_one_av_119(world) {
        let world = with_fee(world, 0, "10");
        let shop = shop(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let payment = paid(&rider, &scanned(&shop.till.code, Some("500")));
        let erroneous = |amount| MerchantRefundToMake { is_erroneous: true, ..to_give_back(&payment, amount, "E") };
        refused("forbidden", &give_back(&shop.device, &erroneous("500")));
        assert_eq!(refused("give_back_not_whole", &give_back(&shop.clerk, &erroneous("499.99")))["left"]["amount"], json!("500.00"));
        let back: MerchantRefund = expect(200, give_back(&shop.clerk, &erroneous("500")));
        assert_eq!((back.fee, balance(&rider)), (kzt("10"), kzt("1000")));
        assert_eq!((ledger(&world, "payable", &shop), world.balance("fees merchants almaty Innoforce systems"), world.balance("revenue merchants almaty")), (kzt("0"), kzt("0"), kzt("0")));
        let purchases: mesto_protocol::base::payments::PurchasePage = expect(200, rider.get("/v1/payments"));
        assert_eq!(purchases.items[0].payment.state, PaymentState::Refunded);
        world.check_books();
    }

    #[test]
    fn a_payment_is_given_back_to_the_last_moment_of_its_days(world) {
        let world = world.almaty();
        let shop = shop(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let payment = paid(&rider, &scanned(&shop.till.code, Some("500")));
        assert_eq!(payment.give_back_until, world.now() + TimeDelta::days(30));
        world.pass_to(payment.give_back_until);
        expect::<MerchantRefund>(200, give_back(&shop.device, &to_give_back(&payment, "100", "1")));
        world.pass_to(payment.give_back_until + TimeDelta::milliseconds(1));
        let late = give_back(&shop.device, &to_give_back(&payment, "100", "2"));
        assert!(refused("give_back_over", &late).contains_key("until"));
        assert_eq!(expect::<MerchantRefund>(200, give_back(&shop.device, &to_give_back(&payment, "100", "1"))).amount, kzt("100"), "said again");
        world.check_books();
    }

    #[test]
    fn of_two_who_give_back_at_once_together_no_more_goes_back_than_was_paid(world) {
        let world = world.almaty();
        let shop = shop(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        for round in 0..5 {
            let payment = paid(&rider, &scanned(&shop.till.code, Some(&format!("{}", 100 + round))));
            let whole = format!("{}", 100 + round);
            let request = |by: &Person<'_>, reference: &str| {
                Request::new("POST", "/v1/merchants/refunds").bearer(&by.token).json(&to_give_back(&payment, &whole, reference))
            };
            let answers = at_once(&world, [request(&shop.device, "one"), request(&shop.clerk, "other")]);
            assert_eq!(statuses(&answers), [200, 409]);
            refused("give_back_too_much", answers.iter().find(|answer| answer.status == 409).unwrap());
        }
        let payment = paid(&rider, &scanned(&shop.till.code, Some("500")));
        let request = || Request::new("POST", "/v1/merchants/refunds").bearer(&shop.device.token).json(&to_give_back(&payment, "500", "same"));
        let answers = at_once(&world, [request(), request()]);
        assert_eq!((statuses(&answers), answers[0].body == answers[1].body), (vec![200, 200], true), "the same key once");
        assert_eq!(balance(&rider), kzt("1000"));
        world.check_books();
    }

    #[test]
    fn what_is_given_back_after_a_settlement_is_owed_and_the_next_payments_pay_it_off_av_23(world) {
        let world = world.almaty();
        let shop = shop(&world);
        let rider = rider(&world, &device(3), PHONE, "10000");
        let payment = paid(&rider, &scanned(&shop.till.code, Some("1000")));
        let settle = || world.operator.settle_merchants(&*world.store, world.now(), "almaty", Some(shop.merchant.id)).unwrap();
        let first = settle();
        assert_eq!((first[0].number, first[0].payments, first[0].amount, first[0].commission, first[0].paid_out), (1, 1, kzt("1000"), kzt("20"), kzt("980")));
        assert_eq!(settle(), [], "nothing moved");
        assert_eq!((ledger(&world, "payable", &shop), world.balance("clearing elsewhere")), (kzt("0"), kzt("-980")));
        let back: MerchantRefund = expect(200, give_back(&shop.device, &to_give_back(&payment, "1000", "1")));
        assert_eq!((back.owed, ledger(&world, "receivable", &shop), balance(&rider)), (kzt("980"), kzt("980"), kzt("10000")));
        let told = totals(&shop, "2025-09-03", "2025-09-03");
        assert_eq!((told.payable, told.owed), (kzt("0"), kzt("980")));
        let second = settle();
        assert_eq!((second[0].given_back, second[0].commission, second[0].paid_out, second[0].owed_after), (kzt("1000"), kzt("-20"), kzt("0"), kzt("980")));
        paid(&rider, &scanned(&shop.till.code, Some("500")));
        let told = totals(&shop, "2025-09-03", "2025-09-03");
        assert_eq!((told.payable, told.owed), (kzt("0"), kzt("490")));
        paid(&rider, &scanned(&shop.till.code, Some("1500")));
        let third = settle();
        assert_eq!((third[0].owed_before, third[0].paid_out, third[0].owed_after), (kzt("980"), kzt("980"), kzt("0")));
        let all = world.operator.merchant_settlements(&*world.store, shop.merchant.id).unwrap();
        assert_eq!(all.iter().map(|one| one.number).collect::<Vec<_>>(), [1, 2, 3]);
        let other = MerchantId::new(world.now(), [7; 10]);
        assert!(world.operator.settle_merchants(&*world.store, world.now(), "almaty", Some(other)).is_err());
        world.check_books();
    }

    #[test]
    fn the_totals_of_a_day_are_what_the_ledger_has_to_the_tiyn(world) {
        let world = with_fee(world, 175, "0");
        let shop = shop_of(&world, &MerchantToRegister { commission_basis_points: 137, ..almaty("123456789012") });
        let rider = rider(&world, &device(3), PHONE, "20000");
        let mut payments = Vec::new();
        for minor in [1_003, 3_333, 77_777, 12_345, 99_999] {
            let amount = Money::from_minor(minor, kzt("1").currency).amount.to_string();
            payments.push(paid(&rider, &scanned(&shop.till.code, Some(&amount))));
        }
        expect::<MerchantRefund>(200, give_back(&shop.device, &to_give_back(&payments[2], "333.33", "1")));
        let told = totals(&shop, "2025-09-01", "2025-09-30");
        assert_eq!((told.days.len(), told.days[0].payments), (1, 5));
        let day = &told.days[0];
        assert_eq!((day.amount, day.given_back), (kzt("1944.57"), kzt("333.33")));
        let minor = |money: Money| money.minor().unwrap();
        assert_eq!(minor(day.net), -minor(ledger(&world, "payable", &shop)));
        assert_eq!(minor(day.commission), -minor(world.balance("revenue merchants almaty")));
        assert_eq!(told.payable, day.net);
        // The next day by the city's clock stands for itself, with what came back of another day.
        world.set("2025-09-03T19:00:00Z");
        paid(&rider, &scanned(&shop.till.code, Some("100")));
        expect::<MerchantRefund>(200, give_back(&shop.device, &to_give_back(&payments[4], "999.99", "1")));
        let told = totals(&shop, "2025-09-04", "2025-09-04");
        assert_eq!((told.days[0].payments, told.days[0].amount, told.days[0].given_back), (1, kzt("100"), kzt("999.99")));
        let both = totals(&shop, "2025-09-03", "2025-09-04");
        let net: i64 = both.days.iter().map(|day| minor(day.net)).sum();
        assert_eq!(net, -minor(ledger(&world, "payable", &shop)));
        for (from, to) in [("2025-09-04", "2025-09-03"), ("2025-01-01", "2025-04-03")] {
            let target = format!("/v1/merchants/totals?city=almaty&merchant={}&from={from}&to={to}", shop.merchant.id);
            refused("out_of_range", &shop.device.get(&target));
        }
        let target = format!("/v1/merchants/totals?city=almaty&merchant={}&from=yesterday&to=2025-09-04", shop.merchant.id);
        assert_eq!(refused("bad_request", &shop.device.get(&target))["field"], json!("from"));
        world.check_books();
    }

    #[test]
    fn a_closed_account_is_given_back_what_is_owed_to_it_av_123(world) {
        let world = world.almaty();
        let shop = shop(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let payment = paid(&rider, &scanned(&shop.till.code, Some("1000")));
        let _: AccountClosed = expect(200, rider.delete("/v1/account"));
        let back: MerchantRefund = expect(200, give_back(&shop.device, &to_give_back(&payment, "400", "1")));
        assert_eq!(back.amount, kzt("400"));
        assert_eq!(world.balance("refunds_payable"), kzt("-400"), "nobody's deposit: it is owed");
        assert_eq!(expect::<ReceivedPage>(200, shop.device.get(&format!("/v1/merchants/received?city=almaty&merchant={}", shop.merchant.id))).items.len(), 1, "the books stay");
        world.check_books();
    }

    #[test]
    fn where_the_fee_or_the_contract_is_not_known_nothing_is_paid(world) {
        let unknown = || Fact::Unknown { note: "nobody published it".into() };
        let world = in_section(world, |section| section.fee = unknown());
        let shop = shop(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        refused("tariff_unknown", &check(&rider, &scanned(&shop.till.code, Some("100"))));
        let world = in_section(&world, |section| section.organisation.contract_version = Fact::Unknown { note: "not said".into() });
        let rider = world.driver_on(&device(3), PHONE);
        refused("tariff_unknown", &check(&rider, &scanned(&shop.till.code, Some("100"))));
    }

    #[test]
    fn an_invoice_is_kept_as_long_as_the_city_says_and_its_payment_stays(world) {
        let world = world.almaty();
        let shop = shop(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let asked = asked_for(&shop, "100", "A-1");
        paid(&rider, &scanned(&asked.code, None));
        // The nights before and after the thirty days are over.
        world.pass_to(asked.expires_at + TimeDelta::days(29));
        world.due();
        assert_eq!(invoice_now(&shop, &asked).state, InvoiceState::Paid);
        world.pass_to(asked.expires_at + TimeDelta::days(31));
        world.due();
        refused("not_found", &shop.device.get(&of_invoice(&shop, &asked.id.to_string())));
        let target = format!("/v1/merchants/received?city=almaty&merchant={}", shop.merchant.id);
        let received: ReceivedPage = expect(200, shop.device.get(&target));
        assert_eq!(received.items[0].invoice.as_ref().map(|one| one.reference.as_str()), Some("A-1"));
        world.check_books();
    }

    #[test]
    fn a_till_that_is_not_there_asks_for_nothing(world) {
        let world = world.almaty();
        let shop = shop(&world);
        let asked = InvoiceToAsk { till: TillId::new(world.now(), [7; 10]), amount: kzt("100"), reference: "1".into(), minutes: 1 };
        refused("not_found", &shop.device.post("/v1/merchants/invoices", &asked));
        refused("not_found", &shop.device.get(&of_invoice(&shop, "iv_01k479dz00qgg4pqj408q8qgak")));
        refused("not_found", &shop.device.get(&of_invoice(&shop, "nonsense")));
    }
}
