//! Versions of terms, and which of them is still to be accepted.

use chrono::NaiveDate;
use mesto_rules::City;
use mesto_rules::city::{Terms, TermsVersion};
use mesto_rules::kernel::terms::Accepted;

use crate::support::{almaty, belgrade, served};

fn day(day: &str) -> NaiveDate {
    day.parse().unwrap()
}

/// The offer of Almaty with a change that was published in May and holds from June on.
fn changed(needs_acceptance: bool) -> Terms {
    let first = almaty().terms[0].clone();
    let earlier = TermsVersion {
        version: first.version.clone(),
        published_on: first.published_on,
        effective_on: first.effective_on,
        links: first.links.clone(),
    };
    Terms {
        version: "2026-06".into(),
        published_on: day("2026-05-10"),
        effective_on: day("2026-06-01"),
        needs_acceptance,
        earlier: vec![earlier],
        ..first
    }
}

fn registered_on(registered_on: &str, versions: &[&str]) -> Accepted {
    let versions = versions.iter().map(|version| (*version).to_owned()).collect();
    Accepted { registered_on: day(registered_on), versions }
}

#[test]
fn a_version_holds_until_the_day_of_the_next_one_av_125_av_134() {
    let terms = changed(false);
    let holds = |on: &str| terms.in_force_on(day(on));
    assert_eq!(holds("2026-02-09"), None, "before the first one");
    assert_eq!(holds("2026-02-10"), Some("2026-02"));
    assert_eq!(holds("2026-05-31"), Some("2026-02"), "published, and still to come");
    assert_eq!(holds("2026-06-01"), Some("2026-06"));
    let versions: Vec<String> = terms.versions().map(|version| version.version).collect();
    assert_eq!(versions, ["2026-06", "2026-02"]);
}

#[test]
fn a_change_is_told_from_its_publication_and_accepted_by_use_from_its_day_on_amb_31_amb_38() {
    let terms = changed(false);
    let known = registered_on("2026-03-03", &[]);
    assert_eq!(terms.pending(&known, day("2026-05-09")), None, "not published yet");
    for (on, by_use) in [("2026-05-10", false), ("2026-05-31", false), ("2026-06-01", true), ("2027-01-01", true)] {
        let pending = terms.pending(&known, day(on)).unwrap();
        assert_eq!(
            (pending.is_effective, pending.is_accepted_by_use(), pending.stops_paying()),
            (by_use, by_use, false)
        );
    }
    assert_eq!(terms.pending(&registered_on("2026-03-03", &["2026-06"]), day("2026-06-01")), None);
    assert!(terms.pending(&registered_on("2026-03-03", &["2026-02"]), day("2026-06-01")).is_some());
}

#[test]
fn where_it_has_to_be_said_paying_stops_on_the_day_and_not_before_amb_31() {
    let terms = changed(true);
    let known = registered_on("2026-03-03", &[]);
    assert!(!terms.pending(&known, day("2026-05-31")).unwrap().stops_paying());
    let pending = terms.pending(&known, day("2026-06-01")).unwrap();
    assert!(pending.stops_paying() && !pending.is_accepted_by_use());
}

#[test]
fn registration_accepts_what_was_published_by_then_av_03_av_44() {
    let terms = changed(true);
    let pending = |registered: &str| terms.pending(&registered_on(registered, &[]), day("2026-07-01")).is_some();
    assert!(pending("2026-05-09"), "the day before it was published");
    assert!(!pending("2026-05-10"), "as it was published: that version was shown");
    assert!(!pending("2026-07-01"));
}

#[test]
fn every_city_that_is_served_names_its_contract_in_each_of_its_languages_av_02_av_135() {
    for city in [almaty(), belgrade()] {
        for terms in &city.terms {
            for language in &city.languages {
                assert!(terms.links.0.contains_key(language), "{} in {language}", terms.id);
            }
        }
    }
    assert!(["kk", "ru"].iter().all(|language| almaty().languages.iter().any(|known| known == language)));
    assert_eq!(almaty().terms[0].links.get("kk"), "https://avtobys.kz/rules/");
}

#[test]
fn versions_that_do_not_follow_each_other_are_refused_av_134() {
    let wrong = |change: fn(&mut Terms)| -> Vec<String> {
        let mut terms = changed(false);
        change(&mut terms);
        let terms = serde_json::to_value(&terms).unwrap();
        let city: City = served(almaty(), |document| document["terms"] = serde_json::json!([terms]));
        mesto_rules::check(&city).err().unwrap_or_default().iter().map(ToString::to_string).collect()
    };
    assert_eq!(wrong(|_| ()), [""; 0]);
    let said = wrong(|terms| terms.earlier[0].version = "2026-06".into());
    assert!(said[0].contains("terms.public-offer.earlier.2026-06: two versions are called so"), "{said:?}");
    let said = wrong(|terms| terms.earlier[0].effective_on = day("2026-06-01"));
    assert!(said[0].contains("each held before the one above it"), "{said:?}");
    let said = wrong(|terms| terms.earlier[0].published_on = day("2026-03-01"));
    assert!(said[0].contains("terms cannot hold before they are published"), "{said:?}");
}

#[test]
fn a_guarantee_is_a_whole_percent_av_46() {
    let wrong = |percent: u32| {
        let city = served(almaty(), |document| document["guaranteed_percent"] = percent.into());
        mesto_rules::check(&city).err().unwrap_or_default().len()
    };
    assert_eq!([0, 1, 98, 100, 101].map(wrong), [1, 0, 0, 0, 1]);
    assert_eq!((almaty().guaranteed_percent, belgrade().guaranteed_percent), (Some(98), None));
}

#[test]
fn the_channels_of_the_system_are_addresses_and_its_help_has_hours_av_29_av_99_av_101() {
    let contacts = &almaty().contacts;
    assert_eq!(
        (contacts.website.as_str(), contacts.channels.as_slice()),
        ("https://avtobys.kz", &["https://t.me/avtobys.kz".to_owned()][..])
    );
    assert!(!contacts.hours.is_empty());
    let wrong = served(almaty(), |document| document["contacts"]["channels"] = serde_json::json!(["t.me/avtobys.kz"]));
    let said = mesto_rules::check(&wrong).unwrap_err();
    assert!(said[0].to_string().contains("contacts.channels.0: a channel is an address"), "{said:?}");
}
