//! Payments at merchants: codes, the payer's fee, the commission, giving back, limits.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_rules::merchants::section::Policy;
use mesto_rules::merchants::{
    CodeError, Commission, Fee, GiveBackError, Given, InvoiceToken, MerchantCode, MerchantsSection, Paid, Paying,
    PaymentError, TillToken, day_limit, give_back_until, invoice_link, is_payable, payer_fee, read_code, repeated,
    till_link, typed_code,
};
use mesto_rules::{Currency, Money};
use proptest::prelude::*;

fn kzt(amount: &str) -> Money {
    Money::parse(amount, Currency::new("KZT").unwrap()).unwrap()
}

fn section() -> MerchantsSection {
    mesto_rules::load::embedded("almaty").unwrap().section::<MerchantsSection>().unwrap().clone()
}

fn hosts() -> Vec<String> {
    vec!["pay.avtobys.kz".to_owned()]
}

fn now() -> DateTime<Utc> {
    "2025-09-03T08:00:00Z".parse().unwrap()
}

#[test]
fn a_code_says_which_till_or_invoice_av_31_av_33() {
    let (till, invoice) = (TillToken::new("7K3MZ0QX").unwrap(), InvoiceToken::new("0123456789AB").unwrap());
    let read = |text: &str| read_code(text, "almaty", &hosts());
    let link = till_link("pay.avtobys.kz", "almaty", &till);
    assert_eq!(link, "https://pay.avtobys.kz/almaty/m/7K3MZ0QX");
    assert_eq!(read(&link), Ok(MerchantCode::Till(till.clone())));
    assert_eq!(read(&format!(" {} \n", link.replace("https", "HTTPS"))), Ok(MerchantCode::Till(till)));
    let link = invoice_link("pay.avtobys.kz", "almaty", &invoice);
    assert_eq!(read(&link), Ok(MerchantCode::Invoice(invoice)));
}

#[test]
fn what_is_no_code_of_a_merchant_is_named_with_its_host_and_never_more_av_31() {
    let read = |text: &str| read_code(text, "almaty", &hosts());
    let nowhere = |host: Option<&str>| Err(CodeError::NotAMerchantCode { host: host.map(str::to_owned) });
    for (text, host) in [
        ("", None),
        ("7K3MZ0QX", None),
        ("http://pay.avtobys.kz/almaty/m/7K3MZ0QX", None),
        ("https://user@pay.avtobys.kz/almaty/m/7K3MZ0QX", None),
        ("https://pay.avtobys.kz:8443/almaty/m/7K3MZ0QX", None),
        ("https://pay.avtobys.kz/almaty/m/7K3MZ0QX?x=1", None),
        ("https://pay.avtobys.kz/almaty/m/7K3MZ0Q%58", None),
        ("https://рay.avtobys.kz/almaty/m/7K3MZ0QX", None),
        ("javascript:alert(1)", None),
        ("https://qr.avtobys.kz/almaty/v/TOKEN1", Some("qr.avtobys.kz")),
        ("https://PAY.evil.example/almaty/m/7K3MZ0QX", Some("pay.evil.example")),
        ("https://pay.avtobys.kz.evil.example/almaty/m/7K3MZ0QX", Some("pay.avtobys.kz.evil.example")),
    ] {
        assert_eq!(read(text), nowhere(host), "{text}");
    }
    assert_eq!(read(&format!("https://pay.avtobys.kz/almaty/m/{}", "A".repeat(600))), nowhere(None));
    let elsewhere = Err(CodeError::OtherCity { city: "astana".into() });
    assert_eq!(read("https://pay.avtobys.kz/astana/m/7K3MZ0QX"), elsewhere, "sells nothing here");
    for damaged in [
        "https://pay.avtobys.kz/almaty/m/7K3MZ0Q",
        "https://pay.avtobys.kz/almaty/m/7K3MZ0QXX",
        "https://pay.avtobys.kz/almaty/m/7K3MZ0QL",
        "https://pay.avtobys.kz/almaty/m/7k3mz0qx",
        "https://pay.avtobys.kz/almaty/v/7K3MZ0QX",
        "https://pay.avtobys.kz/almaty/m/7K3MZ0QX/",
        "https://pay.avtobys.kz/almaty/i/7K3MZ0QX",
        "https://pay.avtobys.kz/almaty",
        "https://pay.avtobys.kz/AL_MATY/m/7K3MZ0QX",
    ] {
        assert_eq!(read(damaged), Err(CodeError::Unreadable), "{damaged}");
    }
}

#[test]
fn a_typed_code_forgives_what_people_take_for_each_other() {
    let till = MerchantCode::Till(TillToken::new("10K3MZ0Q").unwrap());
    for typed in ["10K3MZ0Q", "10k3-mz0q", " 10 K3 MZ 0Q ", "IoK3MZOq", "lOk3mzoq"] {
        assert_eq!(typed_code(typed), Ok(till.clone()), "{typed}");
    }
    let invoice = MerchantCode::Invoice(InvoiceToken::new("0123456789AB").unwrap());
    assert_eq!(typed_code("0123-4567-89ab"), Ok(invoice));
    for typed in
        ["", "10K3MZ0", "10K3MZ0QQ", "10K3MZ0U", "Ⅷ0K3MZ0Q", "0123456789ABC", "10K3MZ0\u{0}", &"7".repeat(4096)]
    {
        assert_eq!(typed_code(typed), Err(CodeError::Unreadable), "{typed}");
    }
}

#[test]
fn the_payers_fee_is_a_share_and_at_least_so_much_av_119() {
    let of = |basis_points, least| Fee { basis_points, least: kzt(least) };
    for (amount, fee, right) in [
        ("1000", of(0, "0"), "0"),
        ("1000", of(150, "0"), "15"),
        ("1000", of(150, "20"), "20"),
        ("1333.33", of(150, "20"), "20"),
        ("1333.34", of(150, "20"), "20"),
        ("1334", of(150, "20"), "20.01"),
        // A fraction of a tiyn falls to the payer.
        ("0.66", of(150, "0"), "0"),
        ("0.67", of(150, "0"), "0.01"),
        ("1000", of(0, "25"), "25"),
    ] {
        assert_eq!(payer_fee(kzt(amount), &fee).unwrap(), kzt(right), "{amount}");
    }
}

#[test]
fn a_payment_is_within_its_bounds_at_each_end_av_120() {
    let limits = section().limits;
    let refused = |amount| is_payable(kzt(amount), &limits);
    for right in ["10", "10.01", "99999.99", "100000"] {
        assert_eq!(refused(right), Ok(()), "{right}");
    }
    for wrong in ["9.99", "0", "-10", "100000.01"] {
        let out = PaymentError::OutOfRange { least: kzt("10"), most: kzt("100000") };
        assert_eq!(refused(wrong), Err(out), "{wrong}");
    }
    assert!(matches!(
        is_payable(Money::parse("100", Currency::new("RSD").unwrap()).unwrap(), &limits),
        Err(PaymentError::Money(_))
    ));
    assert_eq!(day_limit(kzt("100000"), kzt("100000"), &limits), Ok(()));
    let over = |left| Err(PaymentError::DayLimit { most: kzt("200000"), left: kzt(left) });
    assert_eq!(day_limit(kzt("100000"), kzt("100000.01"), &limits), over("99999.99"));
    assert_eq!(day_limit(kzt("10"), kzt("200000"), &limits), over("0"));
    assert_eq!(day_limit(kzt("10"), kzt("300000"), &limits), over("0"), "a city that lowers its limit");
}

#[test]
fn the_same_amount_at_the_same_till_is_asked_about_for_so_long() {
    let policy: Policy = section().policy;
    let earlier = |till, amount, minutes: i64, is_given_back| Paid {
        id: minutes,
        till,
        amount: kzt(amount),
        paid_at: now() - TimeDelta::minutes(minutes),
        is_given_back,
    };
    let known = [
        earlier(1, "500", 3, true),
        earlier(2, "500", 4, false),
        earlier(1, "500", 9, false),
        earlier(1, "500", 11, false),
    ];
    let found = |till: i32, amount| repeated(&known, (&till, kzt(amount)), now(), &policy).map(|one| one.id);
    assert_eq!((found(1, "500"), found(2, "500"), found(1, "500.01"), found(3, "500")), (Some(9), Some(4), None, None));
    let at = |minutes: i64, millis: i64| {
        let one = [Paid {
            paid_at: now() - TimeDelta::minutes(minutes) + TimeDelta::milliseconds(millis),
            ..earlier(1, "500", 0, false)
        }];
        repeated(&one, (&1, kzt("500")), now(), &policy).is_some()
    };
    assert_eq!((at(10, 1), at(10, 0)), (true, false), "at ten minutes it is another one");
}

#[test]
fn the_days_of_giving_back_end_at_the_same_time_of_day() {
    let until = give_back_until(now(), &section().policy);
    assert_eq!(until.to_rfc3339(), "2025-10-03T08:00:00+00:00");
}

#[test]
fn the_commission_is_rounded_to_the_tiyn_and_half_of_one_falls_to_the_merchant() {
    let of = |minor, basis_points| Commission::new(basis_points).unwrap().of(minor).unwrap();
    for (minor, basis_points, right) in [
        (100_000, 150, 1_500),
        (0, 150, 0),
        (33, 150, 0),
        (34, 150, 1),
        // Half a tiyn.
        (100, 150, 1),
        (100, 50, 0),
        (100, 51, 1),
        (1, 10_000, 1),
        (i64::MAX, 10_000, i64::MAX),
    ] {
        assert_eq!(of(minor, basis_points), right, "{minor} {basis_points}");
    }
    assert_eq!((Commission::new(10_000).is_some(), Commission::new(10_001)), (true, None));
}

#[test]
fn a_payment_pays_off_what_the_merchant_owes_first() {
    let commission = Commission::new(200).unwrap();
    let of = |owed| Paying::of(10_000, 50, commission, owed).unwrap();
    let paying = of(0);
    assert_eq!((paying.commission, paying.merchants, paying.off_owed, paying.total()), (200, 9_800, 0, Some(10_050)));
    assert_eq!((of(9_799).off_owed, of(9_800).off_owed, of(9_801).off_owed), (9_799, 9_800, 9_800));
}

#[test]
fn what_goes_back_is_at_most_what_is_left_and_the_fee_only_of_an_error_av_119() {
    let commission = Commission::new(200).unwrap();
    let given = Given { amount: 10_000, fee: 50, back: 4_000, fee_back: 0 };
    let back = |more, payable, is_erroneous| given.give_back(more, commission, payable, is_erroneous);
    let some = back(1_000, 100_000, false).unwrap();
    assert_eq!((some.fee, some.commission, some.merchants, some.off_payable, some.owed), (0, 20, 980, 980, 0));
    let short = back(1_000, 979, false).unwrap();
    assert_eq!((short.off_payable, short.owed), (979, 1), "never below zero: the rest is owed");
    assert!(back(6_000, 0, false).is_ok());
    assert_eq!(back(6_001, 0, false), Err(GiveBackError::MoreThanLeft { left: 6_000 }));
    assert_eq!((back(0, 0, false), back(-1, 0, false)), (Err(GiveBackError::Nothing), Err(GiveBackError::Nothing)));
    assert_eq!(back(5_999, 0, true), Err(GiveBackError::NotWhole { left: 6_000 }));
    assert_eq!(back(6_000, 100_000, true).unwrap().fee, 50);
}

proptest! {
    /// However a payment goes back, in whichever parts: with the last of it the commission has gone
    /// back too, nobody has had a negative part, and each part is exact.
    #[test]
    fn all_of_a_payment_goes_back_in_any_parts(
        amount in 1_i64..100_000_000,
        basis_points in 0_u32..=10_000,
        cuts in proptest::collection::vec(0.0_f64..1.0, 0..8),
        payable in 0_i64..100_000_000,
    ) {
        let commission = Commission::new(basis_points).unwrap();
        let paying = Paying::of(amount, 0, commission, 0).unwrap();
        prop_assert!((0..=amount).contains(&paying.commission));
        let (mut back, mut kept, mut merchants, mut payable) = (0, 0, 0, payable);
        let mut parts: Vec<i64> = cuts.iter().map(|cut| ((amount as f64) * cut / 8.0) as i64).filter(|part| *part > 0).collect();
        parts.push(amount - parts.iter().sum::<i64>());
        for part in parts.into_iter().filter(|part| *part > 0) {
            let given = Given { amount, fee: 0, back, fee_back: 0 };
            let one = given.give_back(part, commission, payable, false).unwrap();
            prop_assert_eq!(one.commission + one.merchants, part);
            prop_assert_eq!(one.off_payable + one.owed, one.merchants);
            prop_assert!(one.commission >= 0 && one.merchants >= 0 && one.off_payable >= 0 && one.owed >= 0);
            prop_assert!(one.off_payable <= payable);
            prop_assert!(given.give_back(amount - back + 1, commission, payable, false).is_err());
            back += part;
            kept += one.commission;
            merchants += one.merchants;
            payable -= one.off_payable;
        }
        prop_assert_eq!((back, kept, merchants), (amount, paying.commission, paying.merchants));
    }

    /// A payer is charged no more for less.
    #[test]
    fn a_larger_amount_has_no_smaller_fee_or_commission(
        less in 0_i64..100_000_000,
        more in 0_i64..100_000_000,
        basis_points in 0_u32..=10_000,
        least in 0_i64..10_000,
    ) {
        let currency = Currency::new("KZT").unwrap();
        let fee = Fee { basis_points, least: Money::from_minor(least, currency) };
        let of = |minor| payer_fee(Money::from_minor(minor, currency), &fee).unwrap().minor().unwrap();
        prop_assert!(of(less) <= of(less + more) && of(less) >= least);
        let commission = Commission::new(basis_points).unwrap();
        prop_assert!(commission.of(less).unwrap() <= commission.of(less + more).unwrap());
    }

    #[test]
    fn no_text_is_a_code_by_accident(text in ".{0,64}") {
        let is_code = read_code(&text, "almaty", &hosts()).is_ok();
        prop_assert!(!is_code || text.contains("https://pay.avtobys.kz/almaty/"));
        let _ = typed_code(&text);
    }
}
