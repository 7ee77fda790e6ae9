//! Events: gapless, paged, with a cursor that can be too old; public answers beside them.

use mesto_operator::Request;
use mesto_protocol::event::Cursor;
use mesto_protocol::kernel::ids::TicketId;
use mesto_protocol::keys::KeySet;
use mesto_protocol::parking::tickets::Tickets;
use mesto_protocol::parking::zones::Zones;
use mesto_protocol::signed_document::SignedCity;

use crate::world::{expect, refused};

const PHONE: &str = "+381641234567";

on_both_databases! {
    #[test]
    fn events_come_in_pages_without_a_gap(world) {
        let driver = world.driver(PHONE);
        for _ in 0..105 {
            let vehicle = driver.add("BG789PP");
            driver.delete(&format!("/v1/vehicles/{}", vehicle.id));
        }
        let first = driver.events(0);
        assert_eq!((first.events.len(), first.next.seq, first.has_more), (200, 200, true));
        let second = driver.events(first.next.seq);
        assert_eq!((second.events.len(), second.next.seq, second.has_more), (10, 210, false));
        let all: Vec<i64> = first.events.iter().chain(&second.events).map(|event| event.cursor.seq).collect();
        assert_eq!(all, (1..=210).collect::<Vec<_>>());
        assert!(driver.events(210).events.is_empty());
        // Ahead of the account, and of another history of the books: the account is to be read as a
        // whole.
        let cursor = driver.account().cursor;
        for other in [Cursor { seq: 211, ..cursor.clone() }, Cursor { epoch: "ep_of_another_time".into(), ..cursor.clone() }] {
            let params = refused("cursor_too_old", &driver.get(&format!("/v1/events?after={other}")));
            assert_eq!(params["last"], cursor.to_string());
        }
        for wrong in ["x", "210", ":210", "ep:-1", "ep:1:x"] {
            refused("bad_request", &driver.get(&format!("/v1/events?after={wrong}")));
        }
        world.check_books();
    }

    #[test]
    fn a_new_epoch_makes_every_reader_read_the_account_as_a_whole(world) {
        let driver = world.driver(PHONE);
        driver.add("BG789PP");
        let before = driver.account().cursor;
        let epoch = world.operator.begin_epoch(&*world.store, world.now()).unwrap();
        refused("cursor_too_old", &driver.get(&format!("/v1/events?after={before}")));
        let after = driver.account().cursor;
        assert_eq!((after.epoch, after.seq), (epoch.to_string(), before.seq));
        driver.add("BG111AA");
        let events = driver.events(before.seq).events;
        assert_eq!(events.iter().map(|event| event.cursor.seq).collect::<Vec<_>>(), [2]);
        // All accounts of a store are of one epoch.
        assert_eq!(world.driver("+381650000000").account().cursor.epoch, driver.account().cursor.epoch);
    }

    #[test]
    fn tickets_are_listed_newest_first_in_pages(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["2000.00"]);
        let mut bought = Vec::new();
        for _ in 0..3 {
            bought.insert(0, driver.park(vehicle, "green", 30).ticket.id);
            world.pass(3);
        }
        let page: Tickets = expect(200, driver.get("/v1/tickets?limit=2"));
        let rest = format!("/v1/tickets?limit=2&cursor={}", page.next.unwrap());
        let rest: Tickets = expect(200, driver.get(&rest));
        assert_eq!(rest.next, None);
        refused("bad_request", &driver.get("/v1/tickets?cursor=newest"));
        let listed: Vec<TicketId> = page.items.into_iter().chain(rest.items).map(|ticket| ticket.id).collect();
        assert_eq!(listed, bought);
        assert_eq!(driver.get(&format!("/v1/tickets/{}", bought[0])).status, 200);
        let (stranger, _) = world.driver_with("+381650000000", "BG111AA", &[]);
        refused("not_found", &stranger.get(&format!("/v1/tickets/{}", bought[0])));
    }

    #[test]
    fn keys_and_cities_are_signed_and_tagged(world) {
        let keys = world.send(&Request::new("GET", "/v1/keys"));
        let set = KeySet::verify(std::str::from_utf8(&keys.body).unwrap(), world.operator.keys().root_public(), 0).unwrap();
        let city = world.send(&Request::new("GET", "/v1/cities/belgrade"));
        SignedCity::verify(std::str::from_utf8(&city.body).unwrap(), &set, world.now(), "belgrade", None).unwrap();
        world.pass(60);
        let known = world.send(&Request::new("GET", "/v1/cities/belgrade").header("if-none-match", city.get("etag").unwrap()));
        assert_eq!((known.status, known.body.len()), (304, 0));
        refused("city_unknown", &world.send(&Request::new("GET", "/v1/cities/atlantis")));
        assert_eq!(world.send(&Request::new("GET", "/healthz")).status, 200);
        assert!(String::from_utf8(world.send(&Request::new("GET", "/v1/openapi.json")).body).unwrap().contains("/v1/tickets"));
    }

    #[test]
    fn a_sign_wins_over_the_position_bg_42(world) {
        let at = |query: &str| world.send(&Request::new("GET", &format!("/v1/zones?city=belgrade&{query}")));
        let near: Zones = expect(200, at("lat=44.8125&lon=20.4612"));
        assert!(near.items.len() > 1 && near.by_sign.is_none());
        let distances: Vec<_> = near.items.iter().map(|zone| zone.distance_metres).collect();
        assert!(distances.is_sorted(), "{distances:?}");
        assert!(near.items.iter().all(|zone| zone.is_approximate));
        let signed: Zones = expect(200, at("lat=44.8125&lon=20.4612&sign=SMS+9111+ZONA+1"));
        assert_eq!((signed.by_sign.as_ref().map(|zone| zone.as_str()), signed.items[0].zone.as_str()), (Some("red"), "red"));
        assert!(refused("sign_unknown", &at("sign=0000")).contains_key("known"));
        for wrong in ["lat=91&lon=20", "lat=x&lon=20", "lat=44", "lat=NaN&lon=20"] {
            refused("position_invalid", &at(wrong));
        }
    }
}
