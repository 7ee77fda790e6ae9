//! Events: gapless, paged, with a cursor that can be too old; public answers beside them.

use mesto_operator::Request;
use mesto_protocol::keys::KeySet;
use mesto_protocol::parking::tickets::Tickets;
use mesto_protocol::parking::zones::Zones;
use mesto_protocol::signed_city::SignedCity;

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
        assert_eq!((first.events.len(), first.next, first.more), (200, 200, true));
        let second = driver.events(first.next);
        assert_eq!((second.events.len(), second.next, second.more), (10, 210, false));
        let all: Vec<i64> = first.events.iter().chain(&second.events).map(|event| event.seq).collect();
        assert_eq!(all, (1..=210).collect::<Vec<_>>());
        assert!(driver.events(210).events.is_empty());
        let params = refused("cursor_too_old", &driver.get("/v1/events?after=211"));
        assert_eq!(params["last"], 210);
        refused("bad_request", &driver.get("/v1/events?after=x"));
        world.check_books();
    }

    #[test]
    fn tickets_are_listed_newest_first_in_pages(world) {
        let (driver, vehicle) = world.driver_with(PHONE, "BG789PP", &["2000.00"]);
        let mut bought = Vec::new();
        for _ in 0..3 {
            bought.insert(0, driver.park(&vehicle, "green", 30).ticket.id);
            world.pass(3);
        }
        let page: Tickets = expect(200, driver.get("/v1/tickets?limit=2"));
        assert!(page.more);
        let rest: Tickets = expect(200, driver.get(&format!("/v1/tickets?limit=2&before={}", page.tickets[1].id)));
        assert!(!rest.more);
        let listed: Vec<String> = page.tickets.into_iter().chain(rest.tickets).map(|ticket| ticket.id).collect();
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
        SignedCity::verify(std::str::from_utf8(&city.body).unwrap(), &set, world.now(), "belgrade", 0).unwrap();
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
        assert!(near.zones.len() > 1 && near.by_sign.is_none());
        let distances: Vec<_> = near.zones.iter().map(|zone| zone.distance_metres).collect();
        assert!(distances.is_sorted(), "{distances:?}");
        assert!(near.zones.iter().all(|zone| zone.approximate));
        let signed: Zones = expect(200, at("lat=44.8125&lon=20.4612&sign=SMS+9111+ZONA+1"));
        assert_eq!((signed.by_sign.as_deref(), signed.zones[0].zone.as_str()), (Some("red"), "red"));
        assert!(refused("sign_unknown", &at("sign=0000")).contains_key("known"));
        for wrong in ["lat=91&lon=20", "lat=x&lon=20", "lat=44", "lat=NaN&lon=20"] {
            refused("position_invalid", &at(wrong));
        }
    }
}
