//! The first walk: sign in, top up, quote, buy, extend.

use chrono::TimeDelta;
use mesto_protocol::base::wallet::{Deposit, EntryKind};
use mesto_protocol::event::Change;
use mesto_protocol::keys::KeySet;
use mesto_protocol::parking::signed::TicketClaims;
use mesto_protocol::parking::tickets::TicketState;

use crate::world::{expect, refused, rsd};

on_both_databases! {
    #[test]
    fn an_hour_in_red_is_quoted_bought_charged_signed_and_told_bg_30_bg_44_bg_47(world) {
        let (driver, vehicle) = world.driver_with("+381641234567", "bg 789-pp", &["1000.00"]);
        let quote = driver.quote(&vehicle, "red", 60);
        assert_eq!(quote.terms.total, rsd("80.00"));
        world.pass_seconds(7);
        let bought = driver.buy(&quote);
        assert_eq!(bought.balance, rsd("920.00"));
        let ticket = &bought.ticket;
        assert_eq!((ticket.issued_at, ticket.starts_at), (world.now(), quote.terms.starts_at));
        assert_eq!((ticket.minutes, ticket.plate.as_str(), ticket.plate_shown.as_str()), (60, "BG789PP", "BG 789-PP"));
        assert_eq!(ticket.stay.deadline, Some(ticket.stay.started_at + TimeDelta::minutes(90)));

        let keys = KeySet::verify(world.operator.keys().signed_set(), world.operator.keys().root_public(), 0).unwrap();
        let verified = TicketClaims::verify(&ticket.signed, &keys, world.now()).unwrap();
        assert_eq!(verified.claims.id, ticket.id);
        assert_eq!(verified.claims.account.as_deref(), Some(driver.account.as_str()));
        assert!(verified.claims.device.is_some());

        let events = driver.events(0).events;
        assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), (1..=6).collect::<Vec<_>>());
        let kinds: Vec<&str> = events.iter().map(|event| event.change.kind()).collect();
        assert_eq!(
            kinds,
            ["vehicle.added", "topup.changed", "topup.changed", "deposit.changed", "ticket.changed", "deposit.changed"]
        );
        assert!(matches!(&events[4].change, Change::TicketChanged(told) if **told == *ticket));
        let account = driver.account();
        assert_eq!((account.seq, account.balance), (6, rsd("920.00")));
        assert_eq!(account.tickets, vec![ticket.clone()]);
        world.check_books();
    }

    #[test]
    fn consumption_of_the_deposit_is_told_entry_by_entry_bg_34_bg_36_bg_37(world) {
        let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["1000.00"]);
        let ticket = driver.park(&vehicle, "red", 60).ticket;
        let deposit: Deposit = expect(200, driver.get("/v1/deposit"));
        assert_eq!((deposit.balance, deposit.more), (rsd("920.00"), false));
        let shown: Vec<_> = deposit.entries.iter().map(|entry| (entry.kind, entry.amount, entry.balance)).collect();
        assert_eq!(
            shown,
            [(EntryKind::Ticket, rsd("-80.00"), rsd("920.00")), (EntryKind::Topup, rsd("1000.00"), rsd("1000.00"))]
        );
        assert_eq!(deposit.entries[0].reference, ticket.id);
        let older: Deposit = expect(200, driver.get(&format!("/v1/deposit?before={}&limit=1", deposit.entries[0].id)));
        assert_eq!(older.entries, deposit.entries[1..]);
    }

    #[test]
    fn extended_time_starts_at_the_end_and_minute_91_is_refused_bg_48_bg_50_bg_54(world) {
        let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["1000.00"]);
        let first = driver.park(&vehicle, "red", 60).ticket;
        world.pass(50);
        let quote = driver.quote(&vehicle, "red", 30);
        assert_eq!(quote.extends.as_deref(), Some(first.id.as_str()));
        assert_eq!((quote.terms.starts_at, quote.terms.total), (first.ends_at, rsd("120.00")));
        let second = driver.buy(&quote);
        assert_eq!(second.balance, rsd("800.00"));
        assert_eq!(Some(second.ticket.ends_at), second.ticket.stay.deadline);
        assert_eq!(second.ticket.stay.id, first.stay.id);
        let params = refused("limit_reached", &driver.ask(&vehicle, "red", 1));
        assert!(params.contains_key("next_possible_at"), "{params:?}");
        let params = refused("max_stay_exceeded", &driver.ask(&vehicle, "red", 91));
        assert_eq!(params["max_stay"], 90);
        world.check_books();
    }

    #[test]
    fn a_ticket_that_ran_out_is_shown_so_before_and_after_its_job_bg_53(world) {
        let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["1000.00"]);
        let ticket = driver.park(&vehicle, "red", 60).ticket;
        world.pass(59);
        assert_eq!(world.due(), 0);
        assert_eq!(driver.account().tickets[0].state, TicketState::Active);
        world.pass(1);
        assert_eq!(driver.account().tickets[0].state, TicketState::Expired);
        let before = driver.account().seq;
        assert_eq!(world.due(), 1);
        assert_eq!(world.due(), 0);
        let told = driver.events(before).events;
        assert_eq!(told.len(), 1);
        assert!(matches!(&told[0].change, Change::TicketChanged(told) if told.id == ticket.id && told.state == TicketState::Expired));
    }

    #[test]
    fn a_deposit_that_is_too_low_says_what_is_missing_bg_30(world) {
        let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["200.00"]);
        let quote = driver.quote(&vehicle, "yellow", 180);
        let price = quote.terms.total;
        assert_eq!(price, rsd("310.00"));
        let params = refused("deposit_too_low", &driver.buy_with(&world.key(), &quote));
        assert_eq!(params["balance"], serde_json::to_value(rsd("200.00")).unwrap());
        assert_eq!(params["missing"], serde_json::to_value(price.checked_sub(&rsd("200.00")).unwrap()).unwrap());
        assert!(driver.account().tickets.is_empty());
        world.check_books();
    }
}
