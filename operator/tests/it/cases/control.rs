//! Control of rides: a vehicle is begun, checked online and offline, and what was seen comes back.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_operator::{Request, Response};
use mesto_protocol::control::controllers::{
    CHECKS_MOST, Control, ControlAnswer, ControlData, ControlReport, ControlReported, ControlToBegin, ControlToEnd,
    ReportedCheck, ReportedControl, ReportedShift,
};
use mesto_protocol::control::registrations::{
    RegistrationsTold, ShownKind, ToldRegistration, ToldRegistrations, ToldUntil,
};
use mesto_protocol::kernel::ids::{ControlId, RecordId, RideId, ShiftId, TripId};
use mesto_protocol::rides::riders::{Ride, RideChannel, RideCode, RidePage, RidesSubject};
use mesto_protocol::rides::vehicles::{ToldTrip, ToldTrips, TripsTold};
use mesto_protocol::signed_code::Revocations;
use mesto_rules::rides::PaidInControl;
use serde_json::{Value, json};

use super::rides::{Bus, PHONE, balance, bus, check, checked, ride, rider, scanned, tell_trip};
use crate::world::{Person, World, device, expect, kzt, refused};

/// An id that a device made.
fn id<I: RecordId>(number: u8) -> I {
    I::from_bytes([number; 16])
}

/// A controller's device.
struct Device<'a> {
    person: Person<'a>,
    number: u8,
}

impl<'a> Device<'a> {
    fn new(world: &'a World, number: u8) -> Self {
        Self { person: world.ride_controller("Daniyar"), number }
    }

    fn shift(&self) -> ReportedShift {
        ReportedShift { id: id::<ShiftId>(self.number), begun_at: self.person.world.now(), ended_at: None }
    }

    fn control(&self) -> ControlId {
        id(self.number)
    }

    fn ask_begin(&self, vehicle: &str) -> Response {
        let (shift, begun_at) = (self.shift().id, self.person.world.now());
        let (city, vehicle) = ("almaty".into(), vehicle.into());
        self.person.post("/v1/control/begun", &ControlToBegin { id: self.control(), shift, city, vehicle, begun_at })
    }

    fn begin(&self) -> Control {
        expect(200, self.ask_begin("1204"))
    }

    fn end(&self) -> Control {
        let ended_at = self.person.world.now();
        expect(200, self.person.post("/v1/control/ended", &ControlToEnd { id: self.control(), ended_at }))
    }

    fn data(&self) -> ControlData {
        expect(200, self.person.get("/v1/control/data?city=almaty&vehicle=1204"))
    }

    fn check(&self, number: u8, at: DateTime<Utc>, ride: Option<RideId>, answer: ControlAnswer) -> ReportedCheck {
        ReportedCheck {
            id: id(number),
            control: self.control(),
            at,
            kind: ShownKind::App,
            ride,
            persons: Some(1),
            answer,
            data_until: None,
        }
    }

    /// A report of a control that was offline.
    fn report(&self, checks: Vec<ReportedCheck>) -> ControlReport {
        let control = ReportedControl {
            id: self.control(),
            vehicle: "1204".parse().unwrap(),
            begun_at: self.person.world.now(),
            ended_at: None,
        };
        ControlReport {
            city: "almaty".into(),
            sent_at: self.person.world.now(),
            shift: self.shift(),
            controls: vec![control],
            checks,
        }
    }

    fn tell(&self, report: &ControlReport) -> ControlReported {
        expect(200, self.person.post("/v1/control/reports", report))
    }
}

fn card(world: &World, vehicle: &str, code: &str) -> ToldRegistration {
    ToldRegistration {
        price: None,
        category: None,
        kind: ShownKind::TransportCard,
        code: code.into(),
        channel: RideChannel::TransportCard,
        vehicle: vehicle.into(),
        persons: 1,
        registered_at: world.now(),
        is_free: false,
        is_void: false,
    }
}

fn told(bus: &Bus<'_>, registrations: Vec<ToldRegistration>, until: Option<DateTime<Utc>>) -> Response {
    let complete = until.map(|until| ToldUntil { vehicle: "1204".into(), told_until: until }).into_iter().collect();
    let told = ToldRegistrations { city: "almaty".into(), registrations, complete };
    bus.dispatcher.post("/v1/control/registrations", &told)
}

/// A ride that two controllers accepted in Belgrade.
pub fn fill(world: &World) {
    for number in [1, 2] {
        let device = Device::new(world, number);
        let seen = device.check(10 + number, world.now(), Some(id(7)), ControlAnswer::Registered);
        assert_eq!(device.tell(&ControlReport { city: "belgrade".into(), ..device.report(vec![seen]) }).taken, 1);
    }
    world.check_books();
}

on_both_databases! {
    #[test]
    fn a_vehicle_is_controlled_and_what_is_registered_in_it_is_told_with_until_when_av_14_av_80_av_84(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let made = ride(&rider, &RidesSubject { persons: 2, ..scanned(&bus.sign) });
        let device = Device::new(&world, 1);
        world.pass(2);
        let control = device.begin();
        assert_eq!((control.vehicle.board.as_str(), control.trip.unwrap().id), ("1204", bus.trip));
        let data = device.data();
        assert_eq!((data.now, data.is_cut), (world.now(), false));
        let [vehicle] = data.vehicles.as_slice() else { panic!("{data:?}") };
        assert_eq!((vehicle.app_until, vehicle.others_until), (world.now() - TimeDelta::minutes(1), None));
        let [one] = data.registrations.as_slice() else { panic!("{data:?}") };
        assert_eq!((one.ride, one.trip, one.persons), (made.id, Some(bus.trip), 2));
        assert_eq!((one.is_free, one.is_void, one.code.clone()), (false, false, None));
        assert!(data.trips.iter().any(|trip| trip.id == bus.trip));
        // By its route the same is told.
        let of_route: ControlData = expect(200, device.person.get("/v1/control/data?city=almaty&route=92"));
        assert_eq!((of_route.vehicles, of_route.registrations), (data.vehicles, data.registrations));
        refused("route_unknown", &device.person.get("/v1/control/data?city=almaty&route=93"));
        refused("ride_vehicle_unknown", &device.person.get("/v1/control/data?city=almaty&vehicle=9999"));
        world.check_books();
    }

    #[test]
    fn nothing_is_sold_in_a_vehicle_while_it_is_controlled_amb_23(world) {
        let world = world.almaty_where(|rides| rides.policy.paid_in_control = PaidInControl::Closed);
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let (quote, _) = checked(&rider, &scanned(&bus.sign));
        let (one, other) = (Device::new(&world, 1), Device::new(&world, 2));
        let control = one.begin();
        assert_eq!(control.closed_until, Some(world.now() + TimeDelta::minutes(30)));
        let closed = refused("payment_closed_in_control", &check(&rider, &scanned(&bus.sign)));
        assert_eq!(closed["until"], json!(control.closed_until));
        refused("payment_closed_in_control", &rider.buy_with(&world.key(), &quote));
        assert_eq!(balance(&rider), kzt("1000"));
        // A second controller is in the same vehicle: it stays closed until both have ended.
        world.pass(1);
        other.begin();
        assert_eq!(one.end().closed_until, None);
        refused("payment_closed_in_control", &check(&rider, &scanned(&bus.sign)));
        assert_eq!(other.end().ended_at, Some(world.now()));
        checked(&rider, &scanned(&bus.sign));
        // What is over stays so, however late its beginning is told again.
        assert_eq!(one.begin().closed_until, None);
        checked(&rider, &scanned(&bus.sign));
        // Nobody ended it: half an hour later it is sold again.
        Device { number: 3, ..Device::new(&world, 3) }.begin();
        refused("payment_closed_in_control", &check(&rider, &scanned(&bus.sign)));
        world.pass(30);
        checked(&rider, &scanned(&bus.sign));
        world.check_books();
    }

    #[test]
    fn where_the_city_has_it_so_who_pays_on_the_spot_has_passed_amb_23(world) {
        let world = world.almaty_where(|rides| rides.policy.paid_in_control = PaidInControl::Passes);
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let device = Device::new(&world, 1);
        assert_eq!(device.begin().closed_until, None);
        assert_eq!(device.data().registrations, []);
        let made = ride(&rider, &scanned(&bus.sign));
        let data = device.data();
        assert_eq!(data.registrations.iter().map(|one| (one.ride, one.trip)).collect::<Vec<_>>(), [(made.id, Some(bus.trip))]);
        assert_eq!(balance(&rider), kzt("880"));
    }

    #[test]
    fn a_card_is_found_by_its_printed_code_and_its_last_ride_wherever_it_was_av_81_av_83_av_85_av_87(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let device = Device::new(&world, 1);
        world.pass(5);
        let here = card(&world, "1204", "9643 9085 0231 7745");
        let elsewhere = card(&world, "1205", "9643-9085-0231-0000");
        let until = world.now();
        let first: RegistrationsTold = expect(200, told(&bus, vec![here.clone(), elsewhere], Some(until)));
        // Told again, with nothing new but that one is void.
        world.pass(1);
        let again = vec![ToldRegistration { is_void: true, code: "9643908502317745".into(), ..here.clone() }];
        let again: RegistrationsTold = expect(200, told(&bus, again, Some(until - TimeDelta::minutes(3))));
        assert_eq!(again.rides, [first.rides[0]]);
        expect::<RegistrationsTold>(200, told(&bus, vec![here], None));
        let data = device.data();
        assert_eq!(data.vehicles[0].others_until, Some(until), "what was complete stays so");
        let [one] = data.registrations.as_slice() else { panic!("{data:?}") };
        assert_eq!((one.code.as_deref(), one.trip, one.is_void), (Some("9643908502317745"), Some(bus.trip), true));
        // The other card was registered in another vehicle.
        let asked = "/v1/control/data?city=almaty&vehicle=1204&code=9643-9085-0231-0000";
        let data: ControlData = expect(200, device.person.get(asked));
        let last = data.registrations.iter().find(|one| one.ride == first.rides[1]).unwrap();
        assert_eq!((last.vehicle.as_str(), last.is_void), ("1205", false));
    }

    #[test]
    fn paper_luggage_zero_fares_and_what_is_wrong_with_them_av_80(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let device = Device::new(&world, 1);
        let one = card(&world, "1204", "KZ001");
        let paper = ToldRegistration { kind: ShownKind::Paper, channel: RideChannel::Cash, ..one.clone() };
        let luggage = ToldRegistration { kind: ShownKind::Luggage, channel: RideChannel::Cash, price: Some(kzt("60.00")), ..one.clone() };
        let free = ToldRegistration { is_free: true, code: "FREE1".into(), ..one.clone() };
        let family = ToldRegistration { persons: 4, code: "FAM01".into(), channel: RideChannel::BankCard, kind: ShownKind::BankCard, ..one.clone() };
        let known: RegistrationsTold = expect(200, told(&bus, vec![one.clone(), paper, luggage, free, family], None));
        assert_eq!(known.rides.len(), 5);
        let data = device.data();
        assert_eq!(data.registrations.len(), 5);
        assert_eq!(data.registrations.iter().filter(|one| one.is_free).count(), 1);
        assert_eq!(data.registrations.iter().map(|one| one.persons).sum::<u32>(), 8);
        // What is wrong with one keeps no other back.
        let (ahead, old) = (world.now() + TimeDelta::seconds(61), world.now() - TimeDelta::days(33));
        let last = ToldRegistration { code: "LAST1".into(), ..one.clone() };
        let wrong = vec![
            ToldRegistration { code: "?".into(), ..one.clone() },
            ToldRegistration { persons: 0, ..one.clone() },
            ToldRegistration { vehicle: "9999".into(), ..one.clone() },
            ToldRegistration { registered_at: ahead, ..one.clone() },
            ToldRegistration { registered_at: old, ..one.clone() },
            ToldRegistration { kind: ShownKind::App, channel: RideChannel::App, ..one.clone() },
            ToldRegistration { kind: ShownKind::BankCard, ..one.clone() },
            ToldRegistration { channel: RideChannel::Sms, ..one.clone() },
            ToldRegistration { category: Some("pilot".into()), ..one.clone() },
            last,
        ];
        let answer: RegistrationsTold = expect(200, told(&bus, wrong, None));
        let codes: Vec<(u32, &str)> = answer.refused.iter().map(|one| (one.index, one.code.as_str())).collect();
        let expected = ["bad_request", "persons_too_many", "ride_vehicle_unknown", "out_of_range", "out_of_range", "bad_request", "bad_request", "bad_request", "bad_request"];
        assert_eq!(codes, (0..).zip(expected).collect::<Vec<_>>());
        assert_eq!(answer.refused[8].field.as_deref(), Some("registrations.category"));
        assert_eq!((answer.rides.len(), device.data().registrations.len()), (1, 6));
        refused("bad_request", &told(&bus, vec![one; 201], None));
        refused("forbidden", &device.person.post("/v1/control/registrations", &json!({"city": "almaty"})));
    }

    #[test]
    fn a_ticket_of_a_vehicle_that_broke_down_is_told_with_the_next_one_of_the_route(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let made = ride(&rider, &scanned(&bus.sign));
        tell_trip(&bus.dispatcher, "1205", 0, -5, 55);
        let device = Device::new(&world, 1);
        let next = || -> ControlData { expect(200, device.person.get("/v1/control/data?city=almaty&vehicle=1205")) };
        assert_eq!(next().registrations, []);
        world.pass(5);
        let broke_down_at = Some(world.now());
        let starts_at = world.now() - TimeDelta::minutes(15);
        let trip = ToldTrip { vehicle: "1204".into(), route: "92".parse().unwrap(), direction: 0, starts_at, ends_at: starts_at + TimeDelta::minutes(60), service_on: None, broke_down_at };
        let again: TripsTold = expect(200, bus.dispatcher.post("/v1/transit/trips", &ToldTrips { city: "almaty".into(), trips: vec![trip] }));
        assert_eq!(again.trips, [bus.trip]);
        let data = next();
        assert_eq!(data.registrations.iter().map(|one| one.ride).collect::<Vec<_>>(), [made.id]);
        assert!(data.trips.iter().any(|trip| trip.id == bus.trip && trip.broke_down_at == broke_down_at));
    }

    #[test]
    fn a_shift_without_network_is_told_late_twice_and_in_any_order_and_kept_once(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let made = ride(&rider, &scanned(&bus.sign));
        let device = Device::new(&world, 1);
        let at = |minutes| world.now() + TimeDelta::minutes(minutes);
        let checks = vec![
            device.check(12, at(2), None, ControlAnswer::CannotTell),
            device.check(11, at(1), Some(made.id), ControlAnswer::Registered),
            device.check(13, at(3), None, ControlAnswer::NotRegistered),
        ];
        let mut report = device.report(checks.clone());
        world.pass(8 * 60);
        report.sent_at = world.now();
        report.shift.ended_at = Some(world.now());
        let heard = device.tell(&report);
        assert_eq!((heard.taken, heard.refused, heard.flagged, heard.clock_differs_seconds), (3, vec![], vec![], None));
        report.checks.reverse();
        assert_eq!(device.tell(&report).taken, 3);
        report.controls.clear();
        assert_eq!(device.tell(&report).taken, 3, "its control is known by now");
        assert_eq!(world.operator.control_shifts(&*world.store, None).unwrap().iter().map(|shift| (shift.checks, shift.not_registered, shift.flagged)).collect::<Vec<_>>(), [(3, 1, 0)]);
        // The rider is told in his export.
        let export: Value = expect(200, rider.get("/v1/account/export"));
        assert_eq!(export["checks_of_rides"].as_array().map(Vec::len), Some(1), "{export:#}");
        world.check_books();
    }

    #[test]
    fn one_ride_that_two_devices_accepted_is_put_together_whoever_tells_first_and_nobody_pays_again(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let made = ride(&rider, &scanned(&bus.sign));
        let (one, other) = (Device::new(&world, 1), Device::new(&world, 2));
        let at = |minutes| world.now() + TimeDelta::minutes(minutes);
        let second = other.report(vec![other.check(21, at(6), Some(made.id), ControlAnswer::Registered)]);
        let first = one.report(vec![
            one.check(11, at(4), Some(made.id), ControlAnswer::Registered),
            // The same device saw it again: that is no other passenger's.
            one.check(12, at(5), Some(made.id), ControlAnswer::Registered),
        ]);
        world.pass(60);
        assert_eq!(other.tell(&second).flagged, []);
        let heard = one.tell(&first);
        let [flagged] = heard.flagged.as_slice() else { panic!("{heard:?}") };
        assert_eq!((flagged.check, flagged.first, flagged.ride), (id(21), id(11), made.id));
        assert_eq!(other.tell(&second).flagged, heard.flagged);
        assert_eq!(balance(&rider), kzt("880"));
        assert_eq!(expect::<RidePage>(200, rider.get("/v1/rides")).items.len(), 1);
        world.check_books();
    }

    #[test]
    fn what_was_accepted_stays_so_when_the_ride_is_voided_afterwards_or_was_before_it_is_told(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let made = ride(&rider, &scanned(&bus.sign));
        let device = Device::new(&world, 1);
        let report = device.report(vec![device.check(11, world.now(), Some(made.id), ControlAnswer::Registered)]);
        world.pass(10);
        world.operator.void_ride(&*world.store, world.now(), &made.id.to_string(), "wrong vehicle").unwrap();
        assert_eq!(balance(&rider), kzt("1000"));
        assert_eq!(device.tell(&report).taken, 1);
        assert_eq!(device.tell(&report).flagged, []);
        assert!(device.data().registrations.iter().all(|one| one.is_void));
        assert_eq!(balance(&rider), kzt("1000"), "control charges nobody");
        world.check_books();
    }

    #[test]
    fn a_code_that_was_issued_again_and_then_voided_has_no_good_issue_any_more(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let rider = rider(&world, &device(3), PHONE, "1000");
        let made = ride(&rider, &scanned(&bus.sign));
        let new = world.driver_on(&device(4), PHONE);
        let moved: RideCode = expect(200, new.post(&format!("/v1/rides/{}/code", made.id), &json!({})));
        assert_eq!(moved.issue, 2);
        let ended = |ride: &Ride| {
            let list = world.send(&Request::new("GET", "/v1/revocations"));
            let list = String::from_utf8(list.body).unwrap();
            let list = Revocations::verify(list.trim(), &world.key_set(), world.now(), 0).unwrap();
            list.find(&ride.id.bytes()).map(|one| one.good_from)
        };
        assert_eq!(ended(&made), Some(Some(2)));
        world.operator.void_ride(&*world.store, world.now(), &made.id.to_string(), "wrong").unwrap();
        assert_eq!(ended(&made), Some(None));
        assert!(world.operator.void_ride(&*world.store, world.now(), &made.id.to_string(), "again").is_err());
        refused("ride_over", &rider.post(&format!("/v1/rides/{}/code", made.id), &json!({})));
        assert_eq!(ended(&made), Some(None));
    }

    #[test]
    fn a_device_that_was_lost_is_revoked_and_what_it_told_before_stays(world) {
        let world = world.almaty();
        bus(&world);
        let device = Device::new(&world, 1);
        let report = device.report(vec![device.check(11, world.now(), None, ControlAnswer::NotRegistered)]);
        assert_eq!(device.tell(&report).taken, 1);
        let account = device.person.account.to_string();
        assert_eq!(world.operator.end_tokens(&*world.store, world.now(), &account, "lost in a tram"), Ok(1));
        refused("unauthorized", &device.person.get("/v1/control/data?city=almaty&vehicle=1204"));
        refused("unauthorized", &device.person.post("/v1/control/reports", &report));
        refused("unauthorized", &device.ask_begin("1204"));
        assert_eq!(world.operator.control_shifts(&*world.store, None).unwrap()[0].checks, 1);
    }

    #[test]
    fn a_clock_that_is_ten_minutes_off_is_told_so_and_what_has_not_come_is_not_taken(world) {
        let world = world.almaty();
        bus(&world);
        let device = Device::new(&world, 1);
        let ahead = world.now() + TimeDelta::minutes(10);
        let mut report = device.report(vec![
            device.check(11, ahead, None, ControlAnswer::CannotTell),
            device.check(12, world.now(), None, ControlAnswer::CannotTell),
        ]);
        report.sent_at = ahead;
        let heard = device.tell(&report);
        assert_eq!((heard.clock_differs_seconds, heard.taken), (Some(600), 1));
        let [refusal] = heard.refused.as_slice() else { panic!("{heard:?}") };
        assert_eq!((refusal.check, refusal.code.as_str()), (id(11), "out_of_range"));
        report.sent_at = world.now() - TimeDelta::minutes(10);
        assert_eq!(device.tell(&report).clock_differs_seconds, Some(-600));
        report.sent_at = world.now() + TimeDelta::seconds(60);
        assert_eq!(device.tell(&report).clock_differs_seconds, None);
    }

    #[test]
    fn what_another_controller_named_is_his_and_a_report_has_an_end(world) {
        let world = world.almaty();
        let bus = bus(&world);
        let (one, other) = (Device::new(&world, 1), Device { number: 1, ..Device::new(&world, 1) });
        one.begin();
        refused("control_of_another", &other.ask_begin("1204"));
        let end = ControlToEnd { id: one.control(), ended_at: world.now() };
        refused("control_of_another", &other.person.post("/v1/control/ended", &end));
        refused("not_found", &one.person.post("/v1/control/ended", &ControlToEnd { id: id(99), ..end }));
        refused("control_of_another", &other.person.post("/v1/control/reports", &other.report(vec![])));
        refused("control_of_another", &one.ask_begin("1205"));
        // A check without its control, and one whose name somebody has.
        let stray = ReportedCheck { control: id(77), ..one.check(31, world.now(), None, ControlAnswer::CannotTell) };
        assert_eq!(one.tell(&one.report(vec![stray.clone()])).refused[0].code, "not_found");
        let mine = one.check(32, world.now(), None, ControlAnswer::CannotTell);
        assert_eq!(one.tell(&one.report(vec![mine.clone()])).taken, 1);
        let third = Device::new(&world, 3);
        let taken = ReportedCheck { control: third.control(), ..mine.clone() };
        assert_eq!(third.tell(&third.report(vec![taken])).refused[0].code, "control_of_another");
        let many = vec![mine; CHECKS_MOST + 1];
        assert_eq!(refused("bad_request", &one.person.post("/v1/control/reports", &one.report(many)))["most"], json!(CHECKS_MOST));
        let begin = |vehicle: &str| third.ask_begin(vehicle);
        refused("ride_vehicle_unknown", &begin("9999"));
        refused("forbidden", &bus.dispatcher.get("/v1/control/data?city=almaty&vehicle=1204"));
        let rider = world.driver_on(&device(5), PHONE);
        refused("forbidden", &rider.get("/v1/control/data?city=almaty&vehicle=1204"));
    }

    #[test]
    fn a_control_after_midnight_belongs_to_the_service_day_before(world) {
        let world = world.almaty();
        let bus = bus(&world);
        world.set("2025-09-05T20:30:00Z"); // Saturday, half past one in Almaty
        let trip: TripId = tell_trip(&bus.dispatcher, "1204", 0, -10, 30);
        let control = Device::new(&world, 1).begin();
        assert_eq!((control.service_on.to_string().as_str(), control.trip.unwrap().id), ("2025-09-05", trip));
        world.set("2025-09-05T23:30:00Z"); // half past four, before the first trip
        assert_eq!(Device::new(&world, 2).begin().service_on.to_string(), "2025-09-06");
    }
}
