//! The first walk: sign in, top up, quote, buy, extend.

use chrono::TimeDelta;
use mesto_protocol::base::payments::{PayMethod, Quote};
use mesto_protocol::base::wallet::DepositPage;
use mesto_protocol::kernel::ids::{TicketId, VehicleId};
use mesto_protocol::orders::inspectors::PlateCheck;
use mesto_protocol::parking::purchase::ParkingSubject;
use mesto_protocol::parking::signed::{ParkingTicket, TicketClaims};
use mesto_protocol::parking::tickets::{Channel, Ticket, TicketState};
use mesto_rules::Start;
use mesto_rules::parking::section::AtClosing;

use crate::world::{ISSUER, device, expect, parking, refused, rsd};

on_both_databases! {
    #[test]
    fn a_ticket_goes_on_without_its_car_in_the_account_bg_54(world) {
        let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["1000.00"]);
        let ticket = driver.park(vehicle, "green", 60).ticket;
        assert_eq!(driver.delete(&format!("/v1/vehicles/{vehicle}")).status, 204);
        let ask = |zone: &str, vehicle: Option<VehicleId>, extends: Option<TicketId>| {
            driver.ask_for(&ParkingSubject { zone: zone.parse().expect("a zone"), vehicle, extends, minutes: 60 }, PayMethod::Deposit)
        };
        let quote: Quote = expect(201, ask("green", None, Some(ticket.id)));
        let offer = parking(&quote);
        assert_eq!((offer.extends, offer.starts_at), (Some(ticket.id), ticket.ends_at));
        assert_eq!(offer.plate.display, "BG 789-PP");
        let more = driver.buy(&quote).ticket;
        assert_eq!((more.plate.canonical.as_str(), more.extends), ("BG789PP", Some(ticket.id)));
        refused("vehicle_unknown", &ask("green", Some(vehicle), None));
        for wrong in [ask("green", None, None), ask("green", Some(vehicle), Some(ticket.id))] {
            refused("bad_request", &wrong);
        }
        refused("not_found", &ask("red", None, Some(ticket.id)));
        let (stranger, _) = world.driver_with("+381650000000", "BG111AA", &["1000.00"]);
        refused("not_found", &stranger.ask_to_extend(ticket.id, "green", 60));
        world.check_books();
    }

    #[test]
    fn an_hour_in_red_is_quoted_bought_charged_signed_and_told_bg_30_bg_44_bg_47(world) {
        let (driver, vehicle) = world.driver_with("+381641234567", "bg 789-pp", &["1000.00"]);
        let quote = driver.quote(vehicle, "red", 60);
        assert_eq!((quote.total, quote.items[0].total), (rsd("80.00"), rsd("80.00")));
        world.pass_seconds(7);
        let bought = driver.buy(&quote);
        assert_eq!(bought.balance, rsd("920.00"));
        let ticket = &bought.ticket;
        assert_eq!((ticket.issued_at, ticket.starts_at), (world.now(), world.now()));
        assert_eq!(ticket.ends_at, world.now() + TimeDelta::minutes(60));
        assert_eq!((ticket.paid_minutes, ticket.plate.canonical.as_str(), ticket.plate.display.as_str()), (60, "BG789PP", "BG 789-PP"));
        assert_eq!(ticket.stay.deadline, Some(ticket.stay.started_at + TimeDelta::minutes(90)));

        let keys = world.key_set();
        let claims = TicketClaims::verify(&ticket.signed, &keys, world.now()).unwrap();
        assert_eq!((claims.issuer.as_str(), claims.id, claims.issue), (ISSUER, ticket.id, 1));
        assert_eq!((claims.bought_at, claims.starts_at, claims.ends_at), (ticket.issued_at, ticket.starts_at, ticket.ends_at));
        let what = ParkingTicket {
            city: ticket.city.clone(),
            zone: ticket.zone.clone(),
            plate: "BG789PP".into(),
            channel: Channel::App,
            stay_deadline: ticket.stay.deadline,
        };
        assert_eq!((claims.device, claims.what), (Some(device(9).device_key()), what));

        let events = driver.events(0).events;
        assert_eq!(events.iter().map(|event| event.cursor.seq).collect::<Vec<_>>(), (1..=6).collect::<Vec<_>>());
        let kinds: Vec<&str> = events.iter().map(|event| event.kind.as_str()).collect();
        assert_eq!(
            kinds,
            [
                "vehicles.vehicle",
                "payments.purchase",
                "wallet.balance",
                "payments.purchase",
                "parking.ticket",
                "wallet.balance"
            ]
        );
        assert_eq!(events[4].read::<Ticket>().unwrap().as_ref(), Some(ticket));
        let account = driver.account();
        assert_eq!((account.cursor.seq, account.balance), (6, rsd("920.00")));
        assert_eq!(account.tickets, vec![ticket.clone()]);
        world.check_books();
    }

    #[test]
    fn consumption_of_the_deposit_is_told_entry_by_entry_bg_26_bg_34_bg_36_bg_37(world) {
        let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["1000.00"]);
        let ticket = driver.park(vehicle, "red", 60).ticket;
        let deposit: DepositPage = expect(200, driver.get("/v1/deposit"));
        assert_eq!((deposit.balance, deposit.next.clone()), (rsd("920.00"), None));
        let shown: Vec<_> = deposit.items.iter().map(|entry| (entry.kind.as_str(), entry.amount, entry.balance)).collect();
        assert_eq!(
            shown,
            [("parking.ticket", rsd("-80.00"), rsd("920.00")), ("wallet.topup", rsd("1000.00"), rsd("1000.00"))]
        );
        assert_eq!(deposit.items[0].reference, ticket.id.to_string());
        let newest: DepositPage = expect(200, driver.get("/v1/deposit?limit=1"));
        let older: DepositPage = expect(200, driver.get(&format!("/v1/deposit?cursor={}&limit=1", newest.next.unwrap())));
        assert_eq!((newest.items, older.items, older.next), (deposit.items[..1].to_vec(), deposit.items[1..].to_vec(), None));
        assert_ne!(deposit.items[0].id, deposit.items[1].id);
    }

    #[test]
    fn extended_time_starts_at_the_end_and_minute_91_is_refused_bg_48_bg_50_bg_54(world) {
        let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["1000.00"]);
        let first = driver.park(vehicle, "red", 60).ticket;
        world.pass(50);
        let quote = driver.quote(vehicle, "red", 30);
        let offer = parking(&quote);
        assert_eq!((offer.extends, offer.starts_at, quote.total), (Some(first.id), first.ends_at, rsd("120.00")));
        let second = driver.buy(&quote);
        assert_eq!(second.balance, rsd("800.00"));
        assert_eq!(Some(second.ticket.ends_at), second.ticket.stay.deadline);
        assert_eq!(second.ticket.stay.id, first.stay.id);
        let params = refused("limit_reached", &driver.ask(vehicle, "red", 1));
        assert!(params.contains_key("next_possible_at"), "{params:?}");
        let params = refused("max_stay_exceeded", &driver.ask(vehicle, "red", 91));
        assert_eq!(params["max_stay"], 90);
        world.check_books();
    }

    #[test]
    fn a_quote_of_the_last_half_minute_is_stale_after_closing_bg_47_bg_60(world) {
        world.set("2025-09-03T18:59:30Z");
        let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["1000.00"]);
        let quote = driver.quote(vehicle, "red", 60);
        assert_eq!((parking(&quote).granted_minutes, parking(&quote).start), (1, Start::OnPurchase));
        world.pass_seconds(40);
        let params = refused("quote_stale", &driver.buy_with(&world.key(), &quote));
        assert_eq!((&params["reason"], &params["next_opening"]), (&"not_charged".into(), &"2025-09-04T05:00:00Z".into()));
        assert_eq!(driver.account().balance, rsd("1000.00"));
    }

    #[test]
    fn a_purchase_that_would_get_a_minute_less_is_stale_and_says_what_a_new_quote_would_be_bg_47(world) {
        world.set("2025-09-03T18:30:00Z");
        let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["1000.00"]);
        let quote = driver.quote(vehicle, "green", 60);
        assert_eq!((parking(&quote).granted_minutes, quote.total), (30, rsd("55.00")));
        world.pass_seconds(61);
        let params = refused("quote_stale", &driver.buy_with(&world.key(), &quote));
        assert_eq!((&params["minutes"], &params["ends_at"]), (&29.into(), &"2025-09-03T19:00:00Z".into()));
        assert_eq!(params["total"], serde_json::to_value(rsd("55.00")).unwrap());
        let bought = driver.park(vehicle, "green", 60).ticket;
        assert_eq!((bought.paid_minutes, bought.starts_at), (29, world.now()));
        world.check_books();
    }

    #[test]
    fn an_extension_bought_after_the_end_starts_then_and_what_is_over_is_not_sold_bg_47_bg_54(world) {
        let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["1000.00"]);
        let first = driver.park(vehicle, "red", 60).ticket;
        world.pass_seconds(59 * 60 + 30);
        let quote = driver.quote(vehicle, "red", 30);
        assert_eq!(parking(&quote).start, Start::At { at: first.ends_at });
        world.pass_seconds(50);
        let second = driver.buy(&quote).ticket;
        assert_eq!((second.starts_at, Some(second.ends_at)), (world.now(), first.stay.deadline));
        assert_eq!((second.paid_minutes, second.price), (30, rsd("120.00")));
        assert_eq!(second.stay.id, first.stay.id);
        world.check_books();
    }

    #[test]
    fn the_last_second_of_a_stay_is_not_sold_after_it_bg_47_bg_48(world) {
        let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["1000.00"]);
        driver.park(vehicle, "red", 60);
        world.pass_seconds(89 * 60 + 30);
        let quote = driver.quote(vehicle, "red", 30);
        assert_eq!((parking(&quote).granted_minutes, quote.total), (1, rsd("120.00")));
        world.pass_seconds(40);
        let params = refused("quote_stale", &driver.buy_with(&world.key(), &quote));
        assert_eq!((&params["minutes"], &params["total"]["amount"]), (&60.into(), &"80.00".into()));
    }

    #[test]
    fn a_ticket_that_rolls_over_closing_has_the_minutes_that_were_paid_bg_60(world) {
        let world = &world.with_parking(|parking| parking.policy.at_closing = AtClosing::GoesOnAtOpening);
        world.set("2025-09-03T18:30:00Z");
        let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["1000.00"]);
        let ticket = driver.park(vehicle, "red", 60).ticket;
        assert_eq!((ticket.paid_minutes, ticket.ends_at), (60, "2025-09-04T05:30:00Z".parse().unwrap()));
        assert_eq!(driver.account().tickets, [ticket]);
    }

    #[test]
    fn a_ticket_is_taken_back_before_its_end_and_its_price_given_back(world) {
        let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["1000.00"]);
        let (operator, store) = (&world.operator, &*world.store);
        let void = |ticket: &str| operator.void_ticket(store, world.now(), ticket, "a mistake").map_err(Box::new);
        let ticket = driver.park(vehicle, "red", 60).ticket;
        world.pass(10);
        let held = driver.quote(vehicle, "red", 30);
        let before = driver.account().cursor.seq;
        assert_eq!(void(&ticket.id.to_string()).unwrap().state, TicketState::Voided);
        assert_eq!(driver.account().balance, rsd("1000.00"));
        let kinds: Vec<_> = driver.events(before).events.iter().map(|event| event.kind.clone()).collect();
        assert_eq!(kinds, ["wallet.balance", "parking.ticket"]);
        let covered: PlateCheck = expect(
            200,
            world.inspector().get("/v1/inspector/check?city=belgrade&plate=BG789PP&zone=red"),
        );
        assert!(!covered.is_covered);
        assert_eq!(void(&ticket.id.to_string()).unwrap_err().code, "ticket_not_active");
        assert_eq!(void("tk_none").unwrap_err().code, "not_found");
        refused("quote_stale", &driver.buy_with(&world.key(), &held));
        // It never was: the next one begins a stay.
        let next = driver.park(vehicle, "red", 60).ticket;
        assert_eq!((next.starts_at, next.price), (world.now(), rsd("80.00")));
        let more = driver.park(vehicle, "red", 30).ticket;
        assert_eq!(void(&more.id.to_string()).unwrap().state, TicketState::Voided);
        assert_eq!(parking(&driver.quote(vehicle, "red", 30)).starts_at, next.ends_at);
        world.pass(60);
        assert_eq!(void(&next.id.to_string()).unwrap_err().code, "ticket_not_active");
        assert_eq!(driver.delete("/v1/account").status, 200);
        world.check_books();
    }

    #[test]
    fn a_ticket_that_ran_out_is_shown_so_before_and_after_its_job_bg_53(world) {
        let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["1000.00"]);
        let ticket = driver.park(vehicle, "red", 60).ticket;
        world.pass(59);
        assert_eq!(world.due(), 0);
        assert_eq!(driver.account().tickets[0].state, TicketState::Active);
        world.pass(1);
        assert_eq!(driver.account().tickets[0].state, TicketState::Expired);
        let before = driver.account().cursor.seq;
        assert_eq!(world.due(), 1);
        assert_eq!(world.due(), 0);
        let told = driver.events(before).events;
        assert_eq!(told.len(), 1);
        let told = told[0].read::<Ticket>().unwrap().unwrap();
        assert_eq!((told.id, told.state), (ticket.id, TicketState::Expired));
    }

    #[test]
    fn a_deposit_that_is_too_low_says_what_is_missing_bg_30(world) {
        let (driver, vehicle) = world.driver_with("+381641234567", "BG789PP", &["200.00"]);
        let quote = driver.quote(vehicle, "yellow", 180);
        let price = quote.total;
        assert_eq!(price, rsd("310.00"));
        let params = refused("deposit_too_low", &driver.buy_with(&world.key(), &quote));
        assert_eq!(params["balance"], serde_json::to_value(rsd("200.00")).unwrap());
        assert_eq!(params["missing"], serde_json::to_value(price.checked_sub(&rsd("200.00")).unwrap()).unwrap());
        assert!(driver.account().tickets.is_empty());
        world.check_books();
    }
}
