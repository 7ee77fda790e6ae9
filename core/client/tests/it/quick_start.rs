//! The quick start of `docs/quick-start.md`, compiled and run as it stands there.

use mesto_client::IntentState;
use mesto_client::protocol::base::payments::NoticeOutcome;

use crate::support::{PHONE, Phone, belgrade, config, rsd, run};

#[path = "../../examples/quick_start.rs"]
#[allow(dead_code, reason = "the program around it is compiled as an example")]
mod example;

#[test]
fn the_quick_start_buys_an_hour() {
    // The phone brings the network, the clock and the keys; the quick start has a database of its
    // own.
    let phone = Phone::new();
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path().join("mesto.db"), &phone.net);
    let show_page = |page: &str| {
        let payment =
            page.split(['=', '&', '/', '?']).find(|part| part.starts_with("py_")).unwrap_or_else(|| panic!("{page}"));
        assert_eq!(phone.net.bank_says(payment, &rsd("1000.00"), NoticeOutcome::Approved, None).status, 204);
    };
    let intent =
        run(example::park(config, phone.ports.clone(), &belgrade(), PHONE, || phone.net.code(), show_page)).unwrap();
    assert_eq!(intent.state, IntentState::Confirmed);
    assert_eq!(intent.ticket().unwrap().price, rsd("80.00"));
    assert_eq!(phone.net.sold(), 1);
}
