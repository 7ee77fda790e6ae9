//! Codes of tickets that no inspector would believe: asked for again where the operator ended the
//! key that signed them, and not shown where somebody altered them.

use mesto_client::protocol::parking::tickets::Ticket;
use mesto_client::{ErrorKind, Locale, ProblemCode};
use mesto_operator::{Keys, keys};

use crate::rides;
use crate::support::{Counter, Fault, Net, Phone, Time, belgrade, run};

/// A phone whose operator keeps his keys in a folder.
struct Kept {
    phone: Phone,
    folder: tempfile::TempDir,
}

impl Kept {
    fn ready() -> Self {
        let (folder, time) = (tempfile::tempdir().unwrap(), Time::new());
        let made = keys::init(folder.path(), time.now(), &Counter::new(5)).unwrap();
        let phone = Phone::on(&Net::new(time).served_by(made), 2).made_ready("1000");
        Self { phone, folder }
    }

    /// The operator ends a key and starts anew; the phone reaches him.
    fn revokes(&mut self, kid: &str, seed: u64) {
        let now = self.phone.time.now();
        self.is_served_by(keys::revoke(self.folder.path(), (kid, "it was seen"), now, &Counter::new(seed)).unwrap());
    }

    fn is_served_by(&mut self, keys: Keys) {
        let net = self.phone.net.served_by(keys);
        self.phone.ports.link = net.clone();
        self.phone.net = net;
        self.phone.reopen();
    }

    fn buy(&self, zone: &str) -> Ticket {
        run(self.phone.client.payments().buy(&self.phone.quote(zone, 60))).unwrap().ticket().unwrap()
    }

    /// What a sync asked for, of codes.
    fn synced(&self) -> usize {
        self.phone.net.log();
        run(self.phone.client.sync()).unwrap();
        self.phone.net.log().iter().filter(|request| request.ends_with("/code")).count()
    }
}

#[test]
fn a_code_whose_key_was_ended_is_asked_for_again_by_the_next_sync() {
    let mut kept = Kept::ready();
    let ticket = kept.buy("red");
    assert_eq!(kept.synced(), 0);
    let other = Phone::on(&kept.phone.net, 9);
    kept.phone.after(2);
    other.sign_in();
    kept.revokes("code-1", 6);
    // Until it has the new set it believes what it has.
    assert_eq!(kept.synced(), 0);
    run(kept.phone.client.cities().refresh(&belgrade())).unwrap();
    assert!(kept.phone.client.parking().verified(ticket.id).is_err());
    // What the operator did not answer is asked again, what he answered is not.
    kept.phone.net.fault("POST /v1/tickets/", Fault::refuses(ProblemCode::Unavailable));
    assert_eq!((kept.synced(), kept.synced(), kept.synced()), (1, 1, 0));
    assert_eq!(kept.phone.client.parking().verified(ticket.id).unwrap().issue, 1);
    assert!(kept.phone.client.parking().code(ticket.id).is_ok());
    // The phone that does not show it leaves it where it is.
    let mut other = Kept { phone: other, folder: kept.folder };
    other.is_served_by(keys::load(other.folder.path()).unwrap());
    run(other.phone.client.cities().refresh(&belgrade())).unwrap();
    assert_eq!(other.synced(), 0);
    other.revokes("code-2", 7);
    run(other.phone.client.cities().refresh(&belgrade())).unwrap();
    assert_eq!(other.synced(), 0);
}

#[test]
fn the_code_of_a_ride_whose_key_was_ended_is_asked_for_again_by_the_next_sync_av_69() {
    let (folder, net) = (tempfile::tempdir().unwrap(), rides::net());
    let city = || vec![mesto_rules::load::embedded("almaty").unwrap()];
    let made = keys::init(folder.path(), net.time.now(), &Counter::new(5)).unwrap();
    let (mut phone, bus) = rides::ready_in(&net.served_in(city(), made), "1000");
    let rides = |phone: &Phone| phone.client.rides().state().current[0].clone();
    let ride = rides::ride(&phone, &rides::scanned(&bus.sign));
    assert_eq!(rides(&phone), ride);
    let ended = keys::revoke(folder.path(), ("code-1", "it was seen"), phone.time.now(), &Counter::new(6)).unwrap();
    let net = phone.net.served_in(city(), ended);
    phone.ports.link = net.clone();
    phone.net = net;
    phone.reopen();
    run(phone.client.cities().refresh(&rides::almaty())).unwrap();
    phone.net.fault("POST /v1/rides/", Fault::refuses(ProblemCode::Unavailable));
    let asked = || {
        phone.net.log();
        run(phone.client.sync()).unwrap();
        phone.net.log().iter().filter(|request| request.ends_with("/code")).count()
    };
    assert_eq!((asked(), asked(), asked()), (1, 1, 0));
    assert_ne!(rides(&phone).signed, ride.signed);
    assert!(phone.client.rides().code(ride.id).is_ok());
}

#[test]
fn a_code_that_is_not_good_again_is_asked_for_once_by_each_key_set() {
    let mut kept = Kept::ready();
    let ticket = kept.buy("red");
    for (kid, seed) in [("code-1", 6), ("code-2", 7)] {
        kept.revokes(kid, seed);
        run(kept.phone.client.cities().refresh(&belgrade())).unwrap();
        let same = serde_json::json!({"signed": ticket.signed, "issue": 1}).to_string().into_bytes();
        kept.phone.net.fault("POST /v1/tickets/", Fault::Says(200, Vec::new(), same));
        assert_eq!((kept.synced(), kept.synced()), (1, 0), "{kid}");
    }
}

#[test]
fn a_key_that_the_phone_has_not_heard_of_is_fetched_before_a_code_is_asked_for() {
    let mut kept = Kept::ready();
    let rotated = keys::rotate(kept.folder.path(), kept.phone.time.now(), &Counter::new(6)).unwrap();
    kept.is_served_by(rotated);
    let ticket = kept.buy("red");
    assert!(kept.phone.client.parking().verified(ticket.id).is_err());
    // An inspector may have the newer keys.
    assert!(kept.phone.client.parking().code(ticket.id).is_ok());
    assert_eq!(kept.synced(), 0);
    assert!(kept.phone.client.parking().verified(ticket.id).is_ok());
}

#[test]
fn a_code_that_was_altered_is_kept_and_not_shown_and_its_words_fit() {
    let phone = Phone::ready("1000");
    let ticket = run(phone.client.payments().buy(&phone.quote("red", 60))).unwrap().ticket().unwrap();
    // The lowest digit of a group in the signature.
    let at = ticket.signed.len() / 3 * 3 - 6;
    let digit = if ticket.signed[at..].starts_with('0') { "1" } else { "0" };
    let altered = format!("{}{digit}{}", &ticket.signed[..at], &ticket.signed[at + 1..]);
    for altered in [altered, "not a code".to_owned()] {
        let body = serde_json::json!({"signed": altered, "issue": 1}).to_string().into_bytes();
        phone.net.fault("POST /v1/tickets/", Fault::Says(200, Vec::new(), body));
        run(phone.client.parking().move_code_here(ticket.id)).unwrap();
        assert_eq!(phone.client.parking().ticket(ticket.id).unwrap().signed, altered);
        for error in [
            phone.client.parking().code(ticket.id).map(drop).unwrap_err(),
            phone.client.parking().verified(ticket.id).map(drop).unwrap_err(),
        ] {
            assert_eq!((error.code(), error.kind()), ("code_untrusted", ErrorKind::Untrusted));
            assert!(error.text(Locale::En).starts_with("This code is not genuine"));
            assert!(error.advice(Locale::SrLatn).starts_with("Osvežite"));
        }
    }
    // The operator's word puts it right.
    run(phone.client.parking().move_code_here(ticket.id)).unwrap();
    assert!(phone.client.parking().code(ticket.id).is_ok());
}
