//! What the operator says of itself: read when it is signed, its own and not older; and which apps
//! it serves.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use mesto_client::protocol::base::operator_document::{
    FeeKind, LegalKind, LegalText, OperatorDocument, SignInKind, SignedOperator,
};
use mesto_client::protocol::base::payments::PayMethod;
use mesto_client::{Client, ClientStanding, Config, Connection, ErrorKind, OperatorName, OperatorState, Result};
use mesto_operator::Profile;
use mesto_protocol::keys::{Key, KeySet, KeyUse};
use mesto_protocol::signature::IssuerKey;
use mesto_rules::city::Texts;

use crate::support::{Fault, Net, Phone, Time, city_called, morning, run};

fn texts(of: &[(&str, &str)]) -> Texts {
    Texts(of.iter().map(|(language, text)| ((*language).to_owned(), (*text).to_owned())).collect())
}

fn profile() -> Profile {
    let mut profile = Profile { version: 7, ..Profile::default() };
    profile.name = texts(&[("en", "Parking of two towns"), ("sr-Latn", "Parking dva grada")]);
    profile.greatest_client = Some("0.1.0".parse().unwrap());
    profile.legal.registration = Some("07034628 (APR)".to_owned());
    profile.legal.texts = vec![LegalText {
        kind: LegalKind::Terms,
        version: "2023-05".to_owned(),
        effective_on: "2023-05-01".parse().unwrap(),
        title: texts(&[("en", "Terms of use")]),
        text: Texts::default(),
        link: texts(&[("en", "https://parking.example/terms")]),
    }];
    profile
}

/// A phone with an operator of two cities.
fn phone(config: mesto_operator::Config) -> Phone {
    let cities = vec![city_called("belgrade"), city_called("novi-sad")];
    Phone::on(&Net::of(Time::new(), 1, cities, config, profile()), 2)
}

#[test]
fn an_operator_tells_its_cities_services_ways_to_pay_and_who_it_is() {
    let phone = phone(mesto_operator::Config::default());
    let root_key = *phone.net.operator.keys().root_public();
    let config = Config::new(phone.folder.path().join("new.db"), OperatorName::localhost(), root_key);
    let new = Client::open(config, phone.ports.clone()).unwrap();
    assert_eq!(*new.operator().state(), OperatorState::default());
    let state = run(phone.client.operator().refresh()).unwrap();
    assert_eq!(state.client, ClientStanding::Served);
    let document = state.document.clone().unwrap();
    assert_eq!((document.operator.as_str(), document.version), ("localhost", 7));
    assert_eq!(document.name, "Parking of two towns");
    assert_eq!(document.currency.code(), "RSD");
    let ids: Vec<&str> = document.cities.iter().map(|city| city.id.as_str()).collect();
    assert_eq!(ids, ["belgrade", "novi-sad"]);
    let services: BTreeMap<&str, u32> =
        document.cities[0].services.iter().map(|one| (one.service.as_str(), one.format)).collect();
    assert_eq!(services, BTreeMap::from([("garages", 1), ("orders", 1), ("parking", 1)]));
    // Belgrade's data does not say what a card costs below 200 RSD (BG-93).
    let fees: Vec<_> = document.cities[0].payment.iter().map(|one| (one.method.clone(), one.fee.clone())).collect();
    assert_eq!(fees, [(PayMethod::Deposit, FeeKind::None), (PayMethod::Card, FeeKind::Unknown)]);
    assert_eq!(document.cities[0].payment[1].below.unwrap().amount, 200.into());
    assert_eq!(document.sign_in, [SignInKind::SmsCode]);
    assert_eq!(document.legal.registration.as_deref(), Some("07034628 (APR)"));
    assert!(document.legal.company.is_some(), "from the contacts of its first city");
    let terms = &document.legal.texts[0];
    assert_eq!((&terms.kind, terms.title.as_str()), (&LegalKind::Terms, "Terms of use"));
    assert_eq!((terms.text.as_deref(), terms.link.as_deref()), (None, Some("https://parking.example/terms")));

    // It is there at the next start, without a connection.
    let mut phone = phone;
    phone.net.offline(true);
    phone.reopen();
    assert_eq!(*phone.client.operator().state(), *state);
    assert_eq!(run(phone.client.operator().refresh()).unwrap_err().code(), "offline");
    assert_eq!(*phone.client.operator().state(), *state);
}

#[test]
fn an_app_below_the_least_is_told_which_one_is_served() {
    let Phone { folder, ports, net, .. } = phone(mesto_operator::Config::default());
    let path = folder.path().join("other.db");
    let opened = |version: &str| {
        let mut config = Config::new(&path, OperatorName::localhost(), *net.operator.keys().root_public());
        version.clone_into(&mut config.version);
        Client::open(config, ports.clone()).unwrap()
    };
    let newer = opened("0.2.0");
    let state = run(newer.operator().refresh()).unwrap();
    assert_eq!(state.client, ClientStanding::Newer { greatest: "0.1.0".to_owned() });
    newer.close();

    // The document says so itself, also where something between the phone and the operator answers
    // from its memory.
    let own = Own::new();
    let refused = own.serves(8, |document| document["client"]["least"] = "0.9.0".into()).unwrap_err();
    assert_eq!((refused.code(), refused.kind()), ("client_too_old", ErrorKind::Refused));
    assert_eq!(refused.params()["min_client"], "0.9.0");
    assert!(!refused.text(mesto_client::Locale::En).is_empty() && !refused.advice(mesto_client::Locale::En).is_empty());
    assert_eq!(own.client.connection(), Connection::UpdateNeeded);
    assert_eq!(own.client.operator().state().client, ClientStanding::TooOld { least: "0.9.0".to_owned() });
    assert_eq!(own.client.operator().state().document.clone().unwrap().version, 8);
}

#[test]
fn an_app_that_is_refused_everything_else_learns_it_from_the_document_and_says_so_in_its_state() {
    let mut config = mesto_operator::Config { min_client: Some("1.4".parse().unwrap()), ..Default::default() };
    let net = Net::of(Time::new(), 1, vec![city_called("belgrade")], config.clone(), Profile::default());
    let folder = tempfile::tempdir().unwrap();
    let Phone { ports, .. } = phone(mesto_operator::Config::default());
    let opened = |net: &Arc<Net>, version: &str| {
        let root = *net.operator.keys().root_public();
        let mut config = Config::new(folder.path().join("mesto.db"), OperatorName::localhost(), root);
        version.clone_into(&mut config.version);
        Client::open(config, mesto_client::Ports { link: net.clone(), ..ports.clone() }).unwrap()
    };
    let client = opened(&net, "1.3.9");
    let refused = run(client.operator().refresh()).unwrap_err();
    assert_eq!((refused.code(), &refused.params()["min_client"]), ("client_too_old", &"1.4.0".into()));
    let too_old = ClientStanding::TooOld { least: "1.4.0".to_owned() };
    assert_eq!(
        (client.operator().state().client.clone(), client.connection()),
        (too_old.clone(), Connection::UpdateNeeded)
    );
    // What is not for every app is refused by the operator itself.
    let refused = run(client.cities().refresh(&"belgrade".parse().unwrap())).unwrap_err();
    assert_eq!((refused.code(), client.connection()), ("client_too_old", Connection::UpdateNeeded));
    // Without a connection it still knows.
    client.close();
    net.offline(true);
    let client = opened(&net, "1.3.9");
    assert_eq!(client.operator().state().client, too_old);
    client.close();
    // The app is updated: what will be 1.4.0 is served as that.
    net.offline(false);
    let client = opened(&net, "1.4.0-rc1");
    assert_eq!(run(client.operator().refresh()).unwrap().client, ClientStanding::Served);
    assert_eq!(client.connection(), Connection::Online);
    client.close();
    // Or the operator serves it again.
    config.min_client = None;
    let served =
        Net::of(Time::new(), 1, vec![city_called("belgrade")], config, Profile { version: 2, ..Profile::default() });
    let client = opened(&served, "1.3.9");
    assert_eq!(run(client.operator().refresh()).unwrap().client, ClientStanding::Served);
    assert_eq!(client.connection(), Connection::Online);
}

/// Keys of our own, and a client that pins their root.
struct Own {
    phone: Phone,
    client: Client,
}

impl Own {
    fn key(kid: &str) -> IssuerKey {
        IssuerKey::from_seed(kid, &[9; 32]).unwrap()
    }

    fn new() -> Self {
        let phone = phone(mesto_operator::Config::default());
        let root = Self::key("root").public();
        let config = Config::new(phone.folder.path().join("own.db"), OperatorName::localhost(), root);
        let client = Client::open(config, phone.ports.clone()).unwrap();
        Self { phone, client }
    }

    /// The operator serves this version of a document that was changed before it was signed.
    fn serves(&self, version: u32, change: impl FnOnce(&mut serde_json::Value)) -> Result<Arc<OperatorState>> {
        self.serves_signed(version, change, "c1", morning())
    }

    fn serves_signed(
        &self,
        version: u32,
        change: impl FnOnce(&mut serde_json::Value),
        kid: &str,
        signed_at: DateTime<Utc>,
    ) -> Result<Arc<OperatorState>> {
        let mut document = serde_json::json!({
            "operator": "localhost", "version": version, "name": {"en": "Ours"}, "currency": "RSD",
        });
        change(&mut document);
        let signed = SignedOperator::sign(&document.to_string(), &Self::key(kid), signed_at).unwrap();
        self.serves_text(signed)
    }

    /// The operator serves this for its document, and a key set of ours.
    fn serves_text(&self, text: String) -> Result<Arc<OperatorState>> {
        let key = |kid: &str, r#use| Key {
            kid: kid.to_owned(),
            r#use,
            public: Self::key(kid).public(),
            from: morning() - TimeDelta::days(1),
            until: morning() + TimeDelta::days(1),
            revoked_at: None,
        };
        let keys = KeySet {
            version: 1,
            issued_at: morning(),
            next_update: morning() + TimeDelta::days(1),
            keys: vec![key("c1", KeyUse::City), key("t1", KeyUse::Code)],
        };
        let says = |text: String| Fault::Says(200, Vec::new(), text.into_bytes());
        self.phone.net.fault("GET /v1/keys", says(keys.sign(&Self::key("root")).unwrap()));
        self.phone.net.fault("GET /v1/operator", says(text));
        run(self.client.operator().refresh())
    }

    fn refuses(&self, outcome: Result<Arc<OperatorState>>, why: &str) {
        let refused = outcome.unwrap_err();
        assert_eq!((refused.code(), refused.kind()), ("operator_untrusted", ErrorKind::Untrusted));
        assert!(refused.detail().contains(why), "{refused}");
        assert_eq!(self.client.operator().state().document.as_ref().map(|document| document.version), Some(4));
    }
}

#[test]
fn a_document_that_is_not_signed_or_of_another_operator_or_older_is_refused() {
    let own = Own::new();
    assert_eq!(own.serves(4, |_| {}).unwrap().document.clone().unwrap().name, "Ours");
    own.refuses(own.serves(3, |_| {}), "older than version 4");
    own.refuses(own.serves(5, |document| document["operator"] = "other.example".into()), "other.example");
    own.refuses(own.serves_signed(5, |_| {}, "t1", morning()), "not a city key");
    own.refuses(own.serves_signed(5, |_| {}, "c2", morning()), "not in the key set");
    // Another document of the same key, and noise.
    let city = mesto_protocol::signed_document::SignedCity::sign(
        r#"{"id":"belgrade","version":9}"#,
        &Own::key("c1"),
        morning(),
    );
    for wire in [city.unwrap(), "noise".to_owned(), String::new()] {
        own.refuses(own.serves_text(wire), "operator document");
    }
    assert_eq!(
        own.serves(4, |document| document["name"]["en"] = "Ours too".into()).unwrap().document.clone().unwrap().name,
        "Ours too"
    );
}

#[test]
fn an_older_copy_of_the_same_version_does_not_come_back() {
    let own = Own::new();
    let after = |seconds| morning() + TimeDelta::seconds(seconds);
    let serves = |city: u32, signed_at| {
        let cities = serde_json::json!([{"id": "belgrade", "version": city, "name": {"en": "Belgrade"}}]);
        own.serves_signed(4, |document| document["cities"] = cities, "c1", signed_at)
    };
    let city = |state: Arc<OperatorState>| state.document.as_ref().map(|document| document.cities[0].version);
    assert_eq!(serves(7, after(0)).map(city), Ok(Some(7)));
    assert_eq!(serves(8, after(60)).map(city), Ok(Some(8)));
    own.refuses(serves(7, after(0)), "signed at");
    // The same again is taken, whichever host of the operator signed it, and the latest moment
    // counts.
    assert_eq!(serves(8, after(59)).map(city), Ok(Some(8)));
    assert_eq!(serves(8, after(120)).map(city), Ok(Some(8)));
    own.refuses(serves(9, after(90)), "signed at");
    assert_eq!(serves(9, after(121)).map(city), Ok(Some(9)));
}

#[test]
fn words_and_fields_of_a_newer_operator_are_passed_over() {
    let own = Own::new();
    let state = own
        .serves(4, |document| {
            document["sign_in"] = serde_json::json!(["sms_code", "passkey"]);
            document["branches"] = serde_json::json!([{"id": "north"}]);
            document["cities"] = serde_json::json!([{
                "id": "belgrade", "version": 9, "name": {"en": "Belgrade"}, "map": "https://x.example",
                "services": [{"service": "ferries", "format": 3, "since": 2031}],
                "payment": [{"method": "wallet_of_the_future", "fee": "by_the_moon"}],
            }]);
            document["legal"] = serde_json::json!({"texts": [{
                "kind": "code_of_conduct", "version": "1", "effective_on": "2031-01-01", "title": {"en": "Conduct"},
            }]});
        })
        .unwrap();
    let document = state.document.clone().unwrap();
    assert_eq!(document.sign_in, [SignInKind::SmsCode, SignInKind::Other("passkey".to_owned())]);
    assert_eq!(document.cities[0].services[0].service, "ferries");
    let payment = &document.cities[0].payment[0];
    assert_eq!(payment.method, PayMethod::Other("wallet_of_the_future".to_owned()));
    assert_eq!(payment.fee, FeeKind::Other("by_the_moon".to_owned()));
    assert_eq!(document.legal.texts[0].kind, LegalKind::Other("code_of_conduct".to_owned()));
    // One that says less than any operator says is still one.
    let least = r#"{"operator":"localhost","version":1,"name":{},"currency":"RSD"}"#;
    assert!(OperatorDocument::from_json(least).unwrap().cities.is_empty());
    assert!(OperatorDocument::from_json(&least.replace(":1,", ":0,")).is_err());
}

#[test]
fn an_operator_of_another_name_is_refused_at_the_first_refresh_of_a_city() {
    let phone = phone(mesto_operator::Config::default());
    let name: OperatorName = "wrong.example".parse().unwrap();
    let config = Config::new(phone.folder.path().join("other.db"), name, *phone.net.operator.keys().root_public());
    let client = Client::open(config, phone.ports.clone()).unwrap();
    let city = "belgrade".parse().unwrap();
    let refused = run(client.cities().refresh(&city)).unwrap_err();
    assert_eq!((refused.code(), refused.kind()), ("operator_untrusted", ErrorKind::Untrusted));
    assert_eq!(client.cities().city(&city).unwrap_err().code(), "city_missing", "and nothing of it is stored");
    // Asked once: what it said of itself is on the phone.
    run(phone.client.cities().refresh(&city)).unwrap();
    phone.net.fault("GET /v1/operator", Fault::NotSent);
    run(phone.client.cities().refresh(&city)).unwrap();
}
