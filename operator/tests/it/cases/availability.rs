//! How much of a month the operator was up, as it measures itself.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_operator::store::transact;
use mesto_operator::{Request, Response, values};
use mesto_protocol::base::availability::MonthAvailability;
use mesto_protocol::base::notices::{NoticeToWithdraw, ServiceNotice, ServiceNoticeKind};

use crate::cases::notices::{publish, works};
use crate::world::{World, expect, refused};

/// The last of August on the clock of Almaty, an hour before September.
const AUGUST: &str = "2025-08-31T18:00:00Z";

fn asked(world: &World, query: &str) -> Response {
    world.send(&Request::new("GET", &format!("/v1/availability?{query}")))
}

fn september(world: &World) -> MonthAvailability {
    expect(200, asked(world, "month=2025-09"))
}

/// Beats once a minute, for so long.
fn beats(world: &World, minutes: i64) {
    for _ in 0..minutes {
        world.pass(1);
        world.due();
    }
}

/// As if it had beaten all that time.
fn was_up(world: &World, from: DateTime<Utc>, until: DateTime<Utc>) {
    let sql = "INSERT INTO up_interval (began_at, until_at) VALUES ($1, $2)";
    let up = values![from.timestamp_millis(), until.timestamp_millis()];
    transact(&*world.store, |tx| tx.execute(sql, up)).unwrap();
}

fn begin(world: &World, now: &str) -> World {
    let world = world.almaty();
    world.set(now);
    world.due();
    world
}

on_both_databases! {
    #[test]
    fn an_operator_that_beats_is_up_and_a_gap_between_two_beats_is_down_av_101_av_102(world) {
        let world = &begin(world, "2025-09-03T08:00:00Z");
        beats(world, 3);
        world.pass_seconds(59);
        let up = september(world);
        assert_eq!((up.up_seconds, up.down_seconds, up.works_seconds), (239, 0, 0));
        assert_eq!((up.percent.as_str(), up.is_kept, up.guaranteed_percent), ("100.000", Some(true), Some(98)));
        assert_eq!(up.measured_until_at, world.now());
        // Two minutes between beats are one interval; a second more is down from the last one.
        world.pass_seconds(61);
        world.due();
        assert_eq!(september(world).down_seconds, 0);
        world.pass_seconds(121);
        assert_eq!(september(world).down_seconds, 121, "nobody beat since, and nobody says that it is up");
        world.due();
        let down = september(world);
        assert_eq!((down.up_seconds, down.down_seconds, down.is_kept), (300, 121, Some(false)));
        beats(world, 2);
        assert_eq!((september(world).up_seconds, september(world).down_seconds), (420, 121));
    }

    #[test]
    fn a_month_of_98_percent_is_kept_and_one_second_less_is_not_av_46(world) {
        for (index, (down, kept, percent)) in [(864 * 60, true, "98.000"), (864 * 60 + 1, false, "97.999")].into_iter().enumerate() {
            let world = &if index == 0 { begin(world, AUGUST) } else { begin(&World::sqlite(), AUGUST) };
            let (from, until) = ("2025-08-31T19:00:00Z".parse().unwrap(), "2025-09-30T19:00:00Z".parse().unwrap());
            let back = from + TimeDelta::days(3);
            was_up(world, from, back - TimeDelta::seconds(down));
            was_up(world, back, until);
            world.set("2025-11-01T00:00:00Z");
            let month = september(world);
            assert_eq!((month.down_seconds, month.up_seconds + month.down_seconds), (u64::try_from(down).unwrap(), 30 * 86_400));
            assert_eq!((month.is_kept, month.percent.as_str()), (Some(kept), percent));
            assert_eq!((month.measured_from_at, month.measured_until_at), (from, until));
        }
    }

    #[test]
    fn works_that_were_announced_are_no_breach_and_unannounced_ones_are_av_104_av_105(world) {
        let world = &begin(world, "2025-09-03T08:00:00Z");
        let editor = world.notice_editor();
        let notice = publish(&editor, &works(world, ServiceNoticeKind::PlannedWorks, 1, 60));
        world.pass(31);
        world.due();
        let month = september(world);
        // One minute before the works was down, thirty within them count as up.
        assert_eq!((month.works_seconds, month.down_seconds), (30 * 60, 60));
        // Withdrawn after ten minutes more: what was down until then was announced.
        world.pass(10);
        world.due();
        let withdrawn: ServiceNotice =
            expect(200, editor.post("/v1/notices/withdrawn", &NoticeToWithdraw { notice: notice.id }));
        assert_eq!(withdrawn.id, notice.id);
        world.pass(10);
        world.due();
        let month = september(world);
        assert_eq!((month.works_seconds, month.down_seconds), (40 * 60, 60 + 10 * 60));
        // Urgent works count from their announcement on, not from their beginning.
        world.pass(20);
        publish(&editor, &works(world, ServiceNoticeKind::UrgentWorks, -20, 60));
        world.pass(20);
        world.due();
        let month = september(world);
        assert_eq!((month.works_seconds, month.down_seconds), (60 * 60, 60 + 30 * 60));
        // An outage that was told of is down all the same.
        publish(&editor, &works(world, ServiceNoticeKind::Outage, -60, 600));
        assert_eq!(september(world), month);
    }

    #[test]
    fn what_was_not_measured_and_what_is_no_month_is_refused_av_102(world) {
        let world = &world.almaty();
        assert_eq!(refused("out_of_range", &asked(world, "month=2025-09"))["field"], "month");
        world.due();
        world.pass(1);
        assert_eq!(september(world).measured_from_at, world.now() - TimeDelta::minutes(1));
        for later in ["2025-10", "2025-08", "9999-12"] {
            refused("out_of_range", &asked(world, &format!("month={later}")));
        }
        for wrong in ["month=2025-9", "month=", "", "month=2025-13", "month=September"] {
            assert_eq!(refused("bad_request", &asked(world, wrong))["field"], "month");
        }
        refused("city_unknown", &asked(world, "month=2025-09&city=atlantis"));
        let by_tool = world.operator.availability(&*world.store, world.now(), (Some("almaty"), "2025-09"));
        assert_eq!(by_tool.unwrap(), september(world));
    }

    #[test]
    fn a_clock_that_went_back_neither_hides_nor_makes_what_is_down_av_102(world) {
        let world = &begin(world, "2025-09-03T08:00:00Z");
        beats(world, 2);
        world.set("2025-09-03T08:01:00Z");
        world.due();
        world.set("2025-09-03T08:03:00Z");
        world.due();
        let month = september(world);
        assert_eq!((month.up_seconds, month.down_seconds), (180, 0));
    }
}
