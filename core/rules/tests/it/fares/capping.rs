//! Caps: data of the city beside the feed.

use super::kzt;
use chrono::NaiveDate;
use mesto_rules::Money;
use mesto_rules::calendar::Day;
use mesto_rules::rides::fares::ProductId;
use mesto_rules::rides::fares::cap::{Cap, CapError, Caps, Charged, Period};
use proptest::prelude::*;

fn cap(products: &[&str], per: Period, at_most: &str) -> Cap {
    Cap { products: products.iter().map(|id| ProductId::new(id).unwrap()).collect(), per, at_most: kzt(at_most) }
}

const WEEK: Period = Period::Week { begins_on: Day::Mon };

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// What is charged for rides one after another.
fn charged(caps: &Caps, rides: &[(NaiveDate, &str, Money)]) -> Vec<Charged> {
    let mut before: Vec<Charged> = Vec::new();
    for (on, product, price) in rides {
        let product = ProductId::new(product).unwrap();
        let amount = caps.charge(&before, *on, &product, *price).unwrap().amount;
        before.push(Charged { charged_on: *on, product, amount });
    }
    before
}

fn sum(charged: &[Charged]) -> Money {
    charged.iter().fold(kzt("0.00"), |sum, next| sum.checked_add(&next.amount).unwrap())
}

#[test]
fn a_day_costs_at_most_its_cap() {
    let caps = Caps::new(vec![cap(&["single"], Period::Day, "300.00")]).unwrap();
    let ride = (day("2026-04-29"), "single", kzt("120.00"));
    let amounts: Vec<Money> = charged(&caps, &[ride; 4]).iter().map(|it| it.amount).collect();
    assert_eq!(amounts, [kzt("120.00"), kzt("120.00"), kzt("60.00"), kzt("0.00")]);
    let next = (day("2026-04-30"), "single", kzt("120.00"));
    assert_eq!(sum(&charged(&caps, &[ride, ride, ride, next])), kzt("420.00"));
    let other = (day("2026-04-29"), "dear", kzt("500.00"));
    assert_eq!(sum(&charged(&caps, &[ride, ride, ride, other])), kzt("800.00"), "another product");
}

#[test]
fn it_says_which_cap_made_it_less() {
    let caps =
        Caps::new(vec![cap(&["single"], Period::Day, "100.00"), cap(&["single", "dear"], WEEK, "150.00")]).unwrap();
    let on = day("2026-04-29");
    let single = ProductId::new("single").unwrap();
    let first = caps.charge(&[], on, &single, kzt("120.00")).unwrap();
    assert_eq!((first.amount, first.by), (kzt("100.00"), vec![0]));
    let before = [Charged { charged_on: on, product: ProductId::new("dear").unwrap(), amount: kzt("120.00") }];
    let second = caps.charge(&before, on, &single, kzt("120.00")).unwrap();
    assert_eq!((second.amount, second.by), (kzt("30.00"), vec![0, 1]));
    let below = caps.charge(&[], on, &single, kzt("-5.00")).unwrap();
    assert_eq!((below.amount, below.by), (kzt("0.00"), vec![]));
}

#[test]
fn a_week_begins_on_its_day() {
    let sunday = Period::Week { begins_on: Day::Sun };
    assert!(WEEK.is_same(day("2026-04-27"), day("2026-05-03")), "Monday to Sunday");
    assert!(!WEEK.is_same(day("2026-04-26"), day("2026-04-27")));
    assert!(sunday.is_same(day("2026-04-26"), day("2026-05-02")));
    assert!(!sunday.is_same(day("2026-05-02"), day("2026-05-03")));
    assert!(!Period::Day.is_same(day("2026-05-02"), day("2026-05-03")));
}

#[test]
fn caps_whose_sum_would_depend_on_the_order_are_refused() {
    let cross = |one: Cap, other: Cap| Caps::new(vec![one, other]);
    let refused = Err(CapError::Cross { one: 0, other: 1 });
    let day = Period::Day;
    assert_eq!(cross(cap(&["a", "b"], day, "1.00"), cap(&["b", "c"], day, "1.00")), refused);
    assert_eq!(cross(cap(&["a", "b"], day, "1.00"), cap(&["a"], WEEK, "1.00")), refused);
    assert_eq!(cross(cap(&["a"], WEEK, "1.00"), cap(&["a"], Period::Week { begins_on: Day::Sun }, "1.00")), refused);
    assert!(cross(cap(&["a", "b"], day, "1.00"), cap(&["a"], day, "1.00")).is_ok());
    assert!(cross(cap(&["a"], WEEK, "1.00"), cap(&["a"], day, "1.00")).is_ok());
    assert!(cross(cap(&["a"], WEEK, "1.00"), cap(&["b"], day, "1.00")).is_ok());
    assert_eq!(Caps::new(vec![cap(&[], day, "1.00")]), Err(CapError::NoProducts { cap: 0 }));
    assert_eq!(Caps::new(vec![cap(&["a"], day, "-1.00")]), Err(CapError::BelowZero { cap: 0 }));
    let euro = Cap { at_most: Money::parse("1.00", "EUR".parse().unwrap()).unwrap(), ..cap(&["a"], day, "1.00") };
    assert_eq!(cross(cap(&["a"], day, "1.00"), euro.clone()), Err(CapError::TwoCurrencies { one: 0, other: 1 }));
    let caps = Caps::new(vec![euro]).unwrap();
    assert!(caps.charge(&[], "2026-04-29".parse().unwrap(), &ProductId::new("a").unwrap(), kzt("1.00")).is_err());
}

#[test]
fn caps_stand_in_a_document_and_are_checked_when_they_are_read() {
    let caps = Caps::new(vec![cap(&["a", "b"], WEEK, "9.00"), cap(&["a"], Period::Day, "3.00")]).unwrap();
    let text = serde_json::to_string(&caps).unwrap();
    assert_eq!(mesto_rules::from_json::<Caps>(text.as_bytes()).unwrap(), caps);
    let crossed = text.replace(r#"["a","b"]"#, r#"["b"]"#).replace(r#"["a"]"#, r#"["a","b"]"#);
    assert!(mesto_rules::from_json::<Caps>(crossed.as_bytes()).is_err());
}

proptest! {
    /// Never more than a cap, never more than the price, and in any order the same sum.
    #[test]
    fn the_sum_is_the_same_in_any_order(
        rides in prop::collection::vec((0..7_u32, prop::sample::select(vec!["a", "b", "c", "d"]), 0..300_i64), 0..12),
        limits in prop::collection::vec(0..900_i64, 4),
        seed in any::<u64>(),
    ) {
        let minor = |amount| Money::from_minor(amount, "KZT".parse().unwrap());
        let of = |products: &[&str], per, place: usize| Cap { at_most: minor(limits[place]), ..cap(products, per, "0.00") };
        let caps = Caps::new(vec![
            of(&["a"], Period::Day, 0),
            of(&["a", "b"], Period::Day, 1),
            of(&["a", "b", "c"], WEEK, 2),
            of(&["a", "b", "c", "d"], WEEK, 3),
        ]).unwrap();
        let monday = "2026-04-27".parse::<NaiveDate>().unwrap();
        let rides: Vec<(NaiveDate, &str, Money)> = rides.into_iter()
            .map(|(after, product, price)| (monday + chrono::Days::new(after.into()), product, minor(price)))
            .collect();
        let one = charged(&caps, &rides);
        for ((_, _, price), charged) in rides.iter().zip(&one) {
            prop_assert!(charged.amount.amount <= price.amount && charged.amount.minor().unwrap() >= 0);
        }
        for cap in caps.all() {
            for (on, ..) in &rides {
                let counted: Vec<Charged> = one.iter()
                    .filter(|it| cap.products.contains(&it.product) && cap.per.is_same(it.charged_on, *on)).cloned().collect();
                prop_assert!(sum(&counted).amount <= cap.at_most.amount);
            }
        }
        let mut shuffled = rides;
        let length = shuffled.len().max(1);
        for place in 0..shuffled.len() {
            shuffled.swap(place, (seed as usize).wrapping_mul(31).wrapping_add(place * 7) % length);
        }
        prop_assert_eq!(sum(&charged(&caps, &shuffled)), sum(&one));
    }
}
