//! Several operators in one phone: each has its file, token, device key, alarms and widgets' file,
//! and none touches another's.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use mesto_client::protocol::base::payments::{NoticeOutcome, PayMethod};
use mesto_client::system::device_signer;
use mesto_client::{
    Client, Config, Connection, IntentState, Locale, OperatorName, Operators, Ports, Reminder, Reminders, Secrets,
};
use mesto_operator::Profile;

use crate::support::{Counter, Keychain, Net, PHONE, Time, city_called, rsd, run, zone};

/// The alarms of a phone, by operator: as a phone sets them, by the ids that begin with its name.
#[derive(Default)]
pub struct Set(Mutex<BTreeMap<String, Reminder>>);

impl Reminders for Set {
    fn replace(&self, operator: &OperatorName, plan: &[Reminder]) {
        let mut set = self.0.lock().unwrap();
        set.retain(|id, _| !id.starts_with(&format!("{operator}/")));
        set.extend(plan.iter().map(|one| (one.id.clone(), one.clone())));
    }
}

impl Set {
    fn of(&self, operator: &str) -> Vec<String> {
        let set = self.0.lock().unwrap();
        set.values().filter(|one| one.operator == operator).map(|one| one.id.clone()).collect()
    }
}

const FIRST: &str = "parking.example";
const SECOND: &str = "garaze.example";

fn name(text: &str) -> OperatorName {
    text.parse().unwrap()
}

/// One phone with two operators, each of a city of its own.
struct Two {
    time: Time,
    folder: tempfile::TempDir,
    secrets: Arc<Keychain>,
    alarms: Arc<Set>,
    operators: Operators,
    nets: [Arc<Net>; 2],
    clients: [Client; 2],
}

const NAMES: [&str; 2] = [FIRST, SECOND];
const CITIES: [&str; 2] = ["belgrade", "novi-sad"];

impl Two {
    fn new() -> Self {
        let time = Time::new();
        let folder = tempfile::tempdir().unwrap();
        let (secrets, alarms) = (Arc::new(Keychain::default()), Arc::new(Set::default()));
        let operators = Operators::new(alarms.clone());
        let nets = [0, 1].map(|place| {
            let config = mesto_operator::Config { issuer: name(NAMES[place]), ..mesto_operator::Config::default() };
            let city = city_called(CITIES[place]);
            Net::of(time.clone(), 11 + place as u64, vec![city], config, Profile::default())
        });
        let clients = [0, 1].map(|place| {
            let of = name(NAMES[place]);
            let ports = ports(&nets[place], &time, &secrets, &of, 21 + place as u64);
            operators.open(config(folder.path(), &of, &nets[place]), ports).unwrap()
        });
        for place in [0, 1] {
            run(clients[place].operator().refresh()).unwrap();
            run(clients[place].cities().refresh(&CITIES[place].parse().unwrap())).unwrap();
        }
        Self { time, folder, secrets, alarms, operators, nets, clients }
    }

    /// Signed in, with a car and 1,000 on the deposit.
    fn ready(&self, place: usize) {
        let (client, net) = (&self.clients[place], &self.nets[place]);
        run(client.account().request_code(PHONE)).unwrap();
        run(client.account().sign_in(PHONE, &net.code(), "test phone")).unwrap();
        let city = CITIES[place].parse().unwrap();
        run(client.vehicles().add(&city, "BG 789-PP", None)).unwrap();
        let intent = run(client.wallet().top_up(&city, rsd("1000").amount)).unwrap();
        net.bank_decides(&intent, NoticeOutcome::Approved, None);
        run(client.payments().settle_all()).unwrap();
    }

    /// An hour in the red zone.
    fn park(&self, place: usize) -> mesto_client::Result<mesto_client::IntentView> {
        let client = &self.clients[place];
        let car = client.vehicles().list()?[0].id;
        let city = CITIES[place].parse().unwrap();
        let quote = run(client.parking().quote(&city, &zone("red"), car, 60, PayMethod::Deposit))?;
        run(client.payments().buy(&quote))
    }

    fn token(&self, place: usize) -> Option<String> {
        self.secrets.get(&format!("{}/session_token", NAMES[place])).unwrap()
    }

    fn widget(&self, place: usize) -> serde_json::Value {
        let (_, widget) = Operators::files(self.folder.path(), &name(NAMES[place]));
        serde_json::from_slice(&std::fs::read(widget).unwrap()).unwrap()
    }
}

pub fn config(folder: &Path, operator: &OperatorName, net: &Net) -> Config {
    let (path, widget) = Operators::files(folder, operator);
    let mut config = Config::new(path, operator.clone(), *net.operator.keys().root_public());
    config.widget_path = Some(widget);
    config
}

pub fn ports(net: &Arc<Net>, time: &Time, secrets: &Arc<Keychain>, operator: &OperatorName, seed: u64) -> Ports {
    let entropy = Arc::new(Counter::new(seed));
    Ports {
        link: net.clone(),
        clock: Arc::new(time.clone()),
        signer: Arc::new(device_signer(secrets.as_ref(), operator, entropy.as_ref()).unwrap()),
        entropy,
        secrets: secrets.clone(),
        reminders: Arc::new(mesto_client::NoReminders),
        stills: Arc::new(mesto_client::NoStillDecoder),
        log: Arc::new(mesto_client::NoLog),
    }
}

#[test]
fn two_operators_in_one_phone_do_not_touch_each_others_token_file_key_and_reminders() {
    let two = Two::new();
    assert_eq!(two.operators.names(), [name(SECOND), name(FIRST)]);
    two.ready(0);
    assert!(two.token(0).is_some() && two.token(1).is_none(), "signing in at one is no business of the other");
    two.ready(1);
    for place in [0, 1] {
        assert_eq!(two.park(place).unwrap().state, IntentState::Confirmed);
        assert_eq!(two.nets[place].sold(), 1, "{}", NAMES[place]);
    }
    assert_ne!(two.token(0), two.token(1));
    let keys = NAMES.map(|of| two.secrets.get(&format!("{of}/device_key")).unwrap().unwrap());
    assert_ne!(keys[0], keys[1], "two operators cannot tell that it is the same phone");
    for of in NAMES {
        let alarms = two.alarms.of(of);
        assert!(!alarms.is_empty() && alarms.iter().all(|id| id.starts_with(&format!("{of}/"))), "{alarms:?}");
    }
    assert_eq!(two.operators.reminders().len(), two.alarms.of(FIRST).len() + two.alarms.of(SECOND).len());
    let file = |place: usize| {
        let ticket = two.clients[place].parking().state().active[0].id.to_string();
        (ticket.clone(), two.widget(place).to_string().contains(&ticket))
    };
    assert!(file(0).1 && file(1).1);
    assert!(!two.widget(0).to_string().contains(&file(1).0), "no ticket of the one in the file of the other");

    // Out of one: everything of the other stays as it was.
    let before = (two.token(1), two.alarms.of(SECOND), two.widget(1), two.clients[1].parking().state());
    run(two.clients[0].account().sign_out()).unwrap();
    assert!(two.token(0).is_none());
    assert!(two.alarms.of(FIRST).is_empty(), "{:?}", two.alarms.of(FIRST));
    assert!(two.clients[0].parking().state().active.is_empty());
    assert_eq!((two.token(1), two.alarms.of(SECOND), two.widget(1), two.clients[1].parking().state()), before);
    assert_eq!(two.secrets.get(&format!("{SECOND}/device_key")).unwrap().as_ref(), Some(&keys[1]));
    run(two.clients[1].sync()).unwrap();
    two.time.advance(TimeDelta::minutes(5));
    assert!(two.clients[1].account().state().is_signed_in);
}

#[test]
fn while_one_operator_is_down_the_other_works() {
    let two = Two::new();
    two.ready(0);
    two.ready(1);
    two.nets[0].offline(true);
    assert_eq!(two.park(0).unwrap_err().code(), "offline");
    assert_eq!(two.park(1).unwrap().state, IntentState::Confirmed);
    assert_eq!(two.clients.each_ref().map(Client::connection), [Connection::Offline, Connection::Online]);

    // What waits at the one is found among what waits at all, by its name.
    two.nets[0].offline(false);
    let car = two.clients[0].vehicles().list().unwrap()[0].id;
    let belgrade = CITIES[0].parse().unwrap();
    let quote = run(two.clients[0].parking().quote(&belgrade, &zone("red"), car, 60, PayMethod::Deposit)).unwrap();
    two.nets[0].offline(true);
    let waits = run(two.clients[0].payments().buy(&quote)).unwrap();
    let open = two.operators.open_intents();
    assert_eq!(open.len(), 1);
    assert_eq!((&open[0].operator, &open[0].intent.key), (&name(FIRST), &waits.key));
}

#[test]
fn closing_one_leaves_the_other_and_its_own_alarms() {
    let two = Two::new();
    two.ready(0);
    two.ready(1);
    two.park(0).unwrap();
    two.park(1).unwrap();
    let alarms = two.alarms.of(FIRST);
    assert!(two.operators.close(&name(FIRST)) && !two.operators.close(&name(FIRST)));
    assert_eq!(two.operators.names(), [name(SECOND)]);
    assert_eq!(two.alarms.of(FIRST), alarms, "its ticket goes on");
    assert_eq!(run(two.clients[0].sync()).unwrap_err().code(), "closed");
    run(two.clients[1].sync()).unwrap();

    let of = name(FIRST);
    let ports = ports(&two.nets[0], &two.time, &two.secrets, &of, 31);
    let again = two.operators.open(config(two.folder.path(), &of, &two.nets[0]), ports).unwrap();
    assert!(again.account().state().is_signed_in, "its token is where it was");
    assert_eq!(again.parking().state().active.len(), 1);
    assert_eq!(two.alarms.of(FIRST), alarms);
    again.close();
    assert_eq!(two.operators.names(), [name(SECOND)], "closed by itself is closed");
    two.operators.close_all();
    assert!(two.operators.names().is_empty());
}

#[test]
fn what_two_operators_would_share_is_refused() {
    let two = Two::new();
    let open = |of: &str, path: &Path, key: &str| {
        let (of, key) = (name(of), name(key));
        let config = Config::new(path, of.clone(), [0; 32]);
        let ports = ports(&two.nets[0], &two.time, &two.secrets, &key, 41);
        let refused = two.operators.open(config, ports).err().unwrap();
        (refused.code().to_owned(), refused.params().get("what").and_then(|what| what.as_str()).map(str::to_owned))
    };
    let (file, _) = Operators::files(two.folder.path(), &name(FIRST));
    let new = two.folder.path().join("new.db");
    assert_eq!(open(FIRST, &new, FIRST).0, "operator_open");
    assert_eq!(open("third.example", &file, "third.example"), ("operators_share".into(), Some("file".into())));
    assert_eq!(open("third.example", &new, SECOND), ("operators_share".into(), Some("device_key".into())));
    assert!(!new.exists(), "nothing was made");

    // Also when the one whose it is is not open.
    two.operators.close_all();
    assert_eq!(open("third.example", &file, "third.example").0, "phone_data_of_another");
}

#[test]
fn belgrade_in_dinars_and_almaty_in_tenge_are_in_one_phone_and_each_says_what_it_has_av_02() {
    let (time, folder) = (Time::new(), tempfile::tempdir().unwrap());
    let (secrets, alarms) = (Arc::new(Keychain::default()), Arc::new(Set::default()));
    let operators = Operators::new(alarms);
    let (names, cities) = (["parking.example", "avtobys.example"].map(name), ["belgrade", "almaty"]);
    let nets = [0, 1].map(|place| {
        let config = mesto_operator::Config { issuer: names[place].clone(), ..mesto_operator::Config::default() };
        let city = mesto_rules::load::embedded(cities[place]).unwrap();
        Net::of(time.clone(), 11 + place as u64, vec![city], config, Profile::default())
    });
    let clients = [0, 1].map(|place| {
        let ports = ports(&nets[place], &time, &secrets, &names[place], 21 + place as u64);
        let mut config = config(folder.path(), &names[place], &nets[place]);
        config.locale = Locale::Kk;
        operators.open(config, ports).unwrap()
    });
    let typed =
        [("064 123 45 67", PHONE, "BG 789-PP", "1000"), ("8 (707) 123-45-67", "+77071234567", "123 авс 02", "500")];
    for place in [0, 1] {
        let (client, net, city) = (&clients[place], &nets[place], cities[place].parse().unwrap());
        let (phone, number, plate, amount) = typed[place];
        run(client.operator().refresh()).unwrap();
        run(client.cities().refresh(&city)).unwrap();
        run(client.account().request_code(phone)).unwrap();
        run(client.account().sign_in(phone, &net.code_of(number), "test phone")).unwrap();
        run(client.vehicles().add(&city, plate, None)).unwrap();
        let intent = run(client.wallet().top_up(&city, amount.parse().unwrap())).unwrap();
        net.bank_decides(&intent, NoticeOutcome::Approved, None);
        run(client.payments().settle_all()).unwrap();
        run(client.sync()).unwrap();
    }
    let balances = clients.each_ref().map(|client| {
        let balance = client.wallet().state().balance.unwrap();
        mesto_client::texts::format_money(Locale::Kk, &balance)
    });
    assert_eq!(balances, ["1\u{a0}000,00 RSD", "500\u{a0}₸"]);
    let plates = clients.each_ref().map(|client| client.vehicles().list().unwrap()[0].plate.clone());
    assert_eq!(plates.each_ref().map(|plate| plate.display.as_str()), ["BG 789-PP", "123 ABC 02"]);
    assert_eq!(plates.each_ref().map(|plate| plate.country.as_deref()), [Some("RS"), Some("KZ")]);

    // Parking is in the one city, and the other says that it has none.
    let quote = |place: usize, city: &str| {
        let car = clients[place].vehicles().list().unwrap()[0].id;
        run(clients[place].parking().quote(&city.parse().unwrap(), &zone("red"), car, 60, PayMethod::Deposit))
    };
    assert!(quote(0, "belgrade").is_ok());
    let none = quote(1, "almaty").unwrap_err();
    assert_eq!((none.code(), none.text(Locale::Kk).as_str()), ("section_missing", "Бұл қалада мұндай қызмет жоқ."));
    let none = clients[1].parking().zones_near(&"almaty".parse().unwrap(), None, None).unwrap_err();
    assert_eq!(none.code(), "section_missing");
    let none = clients[1].garages().facilities(&"almaty".parse().unwrap(), None).unwrap_err();
    assert_eq!(none.code(), "section_missing");
    assert!(clients[1].parking().state().active.is_empty() && operators.reminders().is_empty());
}
