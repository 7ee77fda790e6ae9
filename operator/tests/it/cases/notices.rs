//! News, works and outages: written by editors, read by anybody.

use chrono::{DateTime, TimeDelta, Utc};
use mesto_operator::{Request, Response, RoleGiven};
use mesto_protocol::base::notices::{NewNotice, NoticePage, NoticeToWithdraw, ServiceNotice, ServiceNoticeKind};
use mesto_protocol::kernel::grants::Role;
use mesto_protocol::kernel::ids::{NoticeId, RecordId as _};
use mesto_rules::city::Texts;
use serde_json::{Value, json};

use crate::world::{Person, World, expect, refused};

fn texts(text: &str) -> Texts {
    Texts(["kk", "ru", "en"].map(|language| (language.to_owned(), format!("{text} ({language})"))).into())
}

pub(super) fn notice(kind: ServiceNoticeKind, title: &str) -> NewNotice {
    let city = Some("almaty".to_owned());
    let (title, body) = (texts(title), texts("What it is about"));
    NewNotice { kind, city, services: vec!["rides".into()], title, body, begins_at: None, ends_at: None }
}

/// Works from so many minutes ahead, for so long.
pub(super) fn works(world: &World, kind: ServiceNoticeKind, ahead: i64, minutes: i64) -> NewNotice {
    let begins_at = world.now() + TimeDelta::minutes(ahead);
    let ends_at = Some(begins_at + TimeDelta::minutes(minutes));
    NewNotice { begins_at: Some(begins_at), ends_at, ..notice(kind, "Works") }
}

pub(super) fn publish(editor: &Person<'_>, notice: &NewNotice) -> ServiceNotice {
    expect(201, editor.post("/v1/notices", notice))
}

fn listed(world: &World, query: &str) -> NoticePage {
    expect(200, world.send(&Request::new("GET", &format!("/v1/notices?{query}"))))
}

fn titles(page: &NoticePage) -> Vec<&str> {
    page.items.iter().map(|notice| notice.title.get("ru")).collect()
}

fn told(world: &World) -> usize {
    listed(world, "city=almaty").items.len()
}

on_both_databases! {
    #[test]
    fn anybody_reads_what_an_editor_wrote_newest_first_and_in_each_language_av_95_av_135(world) {
        let world = &world.almaty();
        let editor = world.notice_editor();
        assert_eq!(listed(world, "city=almaty"), NoticePage { items: vec![], next: None });
        for title in ["One", "Two", "Three"] {
            world.pass(1);
            let published = publish(&editor, &notice(ServiceNoticeKind::News, title));
            assert_eq!((published.published_at, published.city.unwrap().as_str()), (world.now(), "almaty"));
        }
        let page = listed(world, "city=almaty");
        assert_eq!(titles(&page), ["Three (ru)", "Two (ru)", "One (ru)"]);
        assert_eq!(page.items[0].title.get("kk"), "Three (kk)");
        let first = listed(world, "city=almaty&limit=2");
        assert_eq!(titles(&first), ["Three (ru)", "Two (ru)"]);
        let rest = listed(world, &format!("city=almaty&limit=2&cursor={}", first.next.unwrap()));
        assert_eq!((titles(&rest), &rest.next), (vec!["One (ru)"], &None));
        let missing = |query: &str, code: &str| {
            refused(code, &world.send(&Request::new("GET", &format!("/v1/notices?{query}"))));
        };
        missing("", "bad_request");
        missing("city=atlantis", "city_unknown");
        missing("city=almaty&cursor=7", "bad_request");
    }

    #[test]
    fn who_has_the_list_already_is_told_that_nothing_changed_av_95(world) {
        let world = &world.almaty();
        let editor = world.notice_editor();
        let get = |tag: &str| world.send(&Request::new("GET", "/v1/notices?city=almaty").header("if-none-match", tag));
        let before = get("").get("etag").unwrap().to_owned();
        assert_eq!((get(&before).status, get(&before).body.len()), (304, 0));
        publish(&editor, &notice(ServiceNoticeKind::Outage, "Terminals do not work"));
        let after = get(&before);
        assert_eq!(after.status, 200);
        assert_eq!(get(after.get("etag").unwrap()).status, 304);
    }

    #[test]
    fn planned_works_are_told_before_they_begin_and_not_afterwards_av_104(world) {
        let world = &world.almaty();
        let editor = world.notice_editor();
        let ask = |notice: &NewNotice| editor.post("/v1/notices", notice);
        let planned = |ahead| works(world, ServiceNoticeKind::PlannedWorks, ahead, 60);
        refused("notice_too_late", &ask(&planned(0)));
        refused("notice_too_late", &ask(&planned(-1)));
        assert_eq!(told(world), 0);
        let published = publish(&editor, &planned(1));
        assert!(published.begins_at.unwrap() > published.published_at);
        assert_eq!(told(world), 1);
        // What could not wait is told when it is known.
        publish(&editor, &works(world, ServiceNoticeKind::UrgentWorks, -5, 60));
        assert_eq!(told(world), 2);
        for (field, without) in [
            ("begins_at", NewNotice { begins_at: None, ..planned(5) }),
            ("ends_at", NewNotice { ends_at: None, ..planned(5) }),
            ("ends_at", NewNotice { ends_at: planned(5).begins_at, ..planned(5) }),
        ] {
            assert_eq!(refused("bad_request", &ask(&without))["field"], field);
        }
        let far = |days: i64| works(world, ServiceNoticeKind::PlannedWorks, days * 24 * 60, 60);
        assert_eq!(refused("out_of_range", &ask(&far(366)))["field"], "ends_at");
        refused("out_of_range", &ask(&far(40_000)));
        publish(&editor, &far(365));
    }

    #[test]
    fn a_notice_stands_in_every_language_of_its_city_av_135_amb_24(world) {
        let world = &world.almaty();
        let editor = world.notice_editor();
        let mut asked = notice(ServiceNoticeKind::TermsChange, "New terms");
        asked.title.0.remove("kk");
        asked.body.0.insert("ru".into(), " \n ".into());
        let missing = refused("notice_language_missing", &editor.post("/v1/notices", &asked));
        assert_eq!((&missing["field"], &missing["missing"]), (&json!("title"), &json!(["kk"])));
        asked.title = texts("New terms");
        let missing = refused("notice_language_missing", &editor.post("/v1/notices", &asked));
        assert_eq!((&missing["field"], &missing["missing"]), (&json!("body"), &json!(["ru"])));
        // One more language does no harm; what is no language does.
        asked.body = texts("Text");
        asked.body.0.insert("sr-Latn".into(), "Tekst".into());
        assert_eq!(publish(&editor, &asked).body.get("sr-Latn"), "Tekst");
        asked.body.0.insert("no language".into(), "Text".into());
        assert_eq!(refused("bad_request", &editor.post("/v1/notices", &asked))["field"], "body");
    }

    #[test]
    fn a_notice_has_an_end_and_turns_nothing_around_av_95(world) {
        let world = &world.almaty();
        let editor = world.notice_editor();
        let ask = |change: &dyn Fn(&mut NewNotice)| -> Response {
            let mut asked = notice(ServiceNoticeKind::News, "News");
            change(&mut asked);
            editor.post("/v1/notices", &asked)
        };
        let title = |text: String| move |asked: &mut NewNotice| { asked.title.0.insert("ru".into(), text.clone()); };
        let body = |text: String| move |asked: &mut NewNotice| { asked.body.0.insert("ru".into(), text.clone()); };
        expect::<Value>(201, ask(&title("\u{43d}".repeat(120))));
        assert_eq!(refused("bad_request", &ask(&title("\u{43d}".repeat(121))))["most"], 120);
        expect::<Value>(201, ask(&body("x".repeat(4_000))));
        assert_eq!(refused("bad_request", &ask(&body("x".repeat(4_001))))["most"], 4_000);
        let plain: ServiceNotice = expect(201, ask(&body("One\u{202e}\u{7}\r\nTwo".into())));
        assert_eq!(plain.body.get("ru"), "One\nTwo");
        let service = |name: &'static str| move |asked: &mut NewNotice| asked.services = vec![name.into()];
        assert_eq!(refused("bad_request", &ask(&service("teleports")))["field"], "services");
        let many = |asked: &mut NewNotice| asked.services = vec!["rides".into(); 17];
        assert_eq!(refused("bad_request", &ask(&many))["field"], "services");
        let unknown = |asked: &mut NewNotice| asked.kind = ServiceNoticeKind::Other("party".into());
        assert_eq!(refused("bad_request", &ask(&unknown))["field"], "kind");
    }

    #[test]
    fn the_same_notice_again_is_the_one_that_is_there_and_a_withdrawn_one_is_told_no_more_av_95(world) {
        let world = &world.almaty();
        let editor = world.notice_editor();
        let asked = notice(ServiceNoticeKind::TariffChange, "New fares");
        let first = publish(&editor, &asked);
        world.pass(59);
        assert_eq!(publish(&editor, &asked), first);
        world.pass(1);
        let later = publish(&editor, &asked);
        assert_ne!(later.id, first.id);
        let withdraw = |notice: NoticeId| editor.post("/v1/notices/withdrawn", &NoticeToWithdraw { notice });
        for _ in 0..2 {
            assert_eq!(expect::<ServiceNotice>(200, withdraw(first.id)), first);
        }
        assert_eq!(listed(world, "city=almaty").items, [later]);
        refused("not_found", &withdraw(NoticeId::from_bytes([1; 16])));
        let all: Vec<(NoticeId, Option<DateTime<Utc>>)> =
            world.operator.notices(&*world.store, None).unwrap().into_iter().map(|kept| (kept.notice.id, kept.withdrawn_at)).collect();
        assert_eq!(all[0], (first.id, Some(world.now())));
        assert_eq!((all.len(), all[1].1), (2, None));
    }

    #[test]
    fn only_an_editor_of_the_city_writes_and_one_of_all_cities_for_all_of_them_av_41(world) {
        let world = &world.almaty();
        let rider = world.driver("+77071234567");
        let asked = notice(ServiceNoticeKind::News, "News");
        refused("forbidden", &rider.post("/v1/notices", &asked));
        refused("unauthorized", &world.send(&Request::new("POST", "/v1/notices").json(&asked)));
        let given = RoleGiven { role: Role::NoticeEditor, city: Some("almaty"), place: None, until: None };
        let token = world.operator.create_staff(&*world.store, world.now(), &given, "Saule").unwrap();
        let post = |notice: &NewNotice| world.send(&Request::new("POST", "/v1/notices").bearer(&token).json(notice));
        let published: ServiceNotice = expect(201, post(&asked));
        // Almaty is all that this operator serves.
        let everywhere = NewNotice { city: None, ..asked };
        assert_eq!(expect::<ServiceNotice>(201, post(&everywhere)).city, None);
        assert_eq!((published.city.unwrap().as_str(), told(world)), ("almaty", 2));
        refused("city_unknown", &post(&NewNotice { city: Some("atlantis".into()), ..everywhere }));
    }
}
