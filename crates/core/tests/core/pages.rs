//! Pages of the log: applied once or twice, from several scopes, and taken again after a restore.

use linli_core::{account, cache::Cache, notices, ports::System, sync};
use linli_testkit::{
    FakeSystem, Pace,
    pages::{
        Pages,
        chat::{message_id, message_with, person_id, reaction, room_id, room_with},
        notice, notice_id, notice_with, read_mark, repair_with,
    },
};
use linli_wire::{
    Language, Timestamp,
    community::Role,
    notices::{NoticeState, NoticesQuery},
    sync::{Scope, SyncPage},
};

pub(crate) use linli_testkit::pages::NOW;

pub(crate) fn cache() -> Cache {
    Cache::in_memory(account::MIGRATIONS).unwrap()
}

pub(crate) fn titles(cache: &Cache) -> Vec<String> {
    let query = NoticesQuery { limit: 200, ..NoticesQuery::default() };
    let page = notices::list(cache, &query, &Language::en(), NOW).unwrap();
    page.rows.into_iter().map(|row| row.title).collect()
}

/// Everything in the tables that pages change, as text.
fn everything(cache: &Cache) -> String {
    cache
        .read(|db| {
            let mut all = String::new();
            for table in [
                "progress",
                "scope",
                "holding",
                "record",
                "notice",
                "notice_body",
                "read_mark",
                "repair",
                "repair_body",
                "round",
                "message",
                "message_body",
                "message_file",
                "reaction",
                "outbox",
            ] {
                let mut select = db.prepare(&format!("SELECT * FROM {table}"))?;
                let columns = select.column_count();
                let mut rows = select.query([])?;
                while let Some(row) = rows.next()? {
                    for column in 0..columns {
                        all += &format!("{:?} ", row.get_ref(column)?);
                    }
                    all += "\n";
                }
            }
            Ok(all)
        })
        .unwrap()
}

#[test]
fn a_page_applied_twice_changes_nothing() {
    let (garden, cache) = (Pages::default(), cache());
    let page = garden
        .page("1")
        .in_community(&[garden.garden(), garden.building(), notice(1, 1, "One", ""), notice(2, 3, "Two", "")])
        .in_person(&[garden.person(1, Role::Resident), read_mark(1, NOW), repair_with(1, 2, |_| {})])
        .in_room(
            room_id(1),
            &[
                room_with(1, 1, |_| {}),
                message_with(room_id(1), 1, 1, "One", |_| {}),
                reaction(message_id(room_id(1), 1), person_id(1), 1, "👍"),
            ],
        )
        .build();
    sync::apply(&cache, &page, NOW).unwrap();
    let once = everything(&cache);
    let again = sync::apply(&cache, &page, NOW).unwrap();
    assert_eq!(everything(&cache), once);
    assert_eq!((again.new_notices.len(), again.heard.len()), (0, 0), "nothing is new the second time");
}

#[test]
fn an_older_version_that_arrives_late_does_not_win() {
    let (garden, cache) = (Pages::default(), cache());
    let apply = |cursor: &str, version, title| {
        sync::apply(&cache, &garden.page(cursor).in_community(&[notice(1, version, title, "")]).build(), NOW)
            .unwrap();
    };
    apply("1", 2, "New");
    apply("2", 1, "Old");
    assert_eq!(titles(&cache), ["New"]);
}

#[test]
fn a_notice_held_by_two_scopes_goes_with_the_last() {
    let (garden, cache) = (Pages::default(), cache());
    let both =
        garden.page("1").in_community(&[notice(1, 1, "One", "")]).in_building(&[notice(1, 1, "One", "")]);
    sync::apply(&cache, &both.build(), NOW).unwrap();
    sync::apply(&cache, &garden.page("2").in_community(&[notice(1, 1, "", "").gone()]).build(), NOW).unwrap();
    assert_eq!(titles(&cache), ["One"]);
    sync::apply(&cache, &garden.page("3").in_building(&[notice(1, 1, "", "").gone()]).build(), NOW).unwrap();
    assert_eq!(titles(&cache), Vec::<String>::new());
}

#[test]
fn what_only_the_office_holds_is_not_in_the_residents_list() {
    let (garden, cache) = (Pages::default(), cache());
    let draft = notice_with(1, 1, |notice| notice.state = NoticeState::Draft);
    let page = garden.page("1").in_office(&[draft, notice(2, 1, "For another building", "")]).build();
    sync::apply(&cache, &page, NOW).unwrap();
    assert_eq!(titles(&cache), Vec::<String>::new());
    assert!(notices::office::on_server(&cache, notice_id(1)).unwrap().is_some());
    // The office member belongs to its audience too, then no longer.
    sync::apply(&cache, &garden.page("2").in_building(&[notice(2, 1, "For mine", "")]).build(), NOW).unwrap();
    assert_eq!(titles(&cache), ["For mine"]);
    sync::apply(&cache, &garden.page("3").lost(Scope::Building(garden.building)).build(), NOW).unwrap();
    assert_eq!(titles(&cache), Vec::<String>::new());
    assert!(notices::office::on_server(&cache, notice_id(2)).unwrap().is_some());
}

#[test]
fn a_lost_scope_takes_everything_that_came_only_through_it() {
    let (garden, cache) = (Pages::default(), cache());
    let page = garden
        .page("1")
        .in_community(&[notice(1, 1, "Everybody", "")])
        .in_building(&[notice(2, 1, "Building", "canary"), garden.building()]);
    sync::apply(&cache, &page.build(), NOW).unwrap();
    let lost =
        sync::apply(&cache, &garden.page("2").lost(Scope::Building(garden.building)).build(), NOW).unwrap();
    assert_eq!(titles(&cache), ["Everybody"]);
    assert!(lost.topics.contains(&linli_wire::command::Topic::Notices));
    assert!(!everything(&cache).contains("canary"));
}

#[test]
fn taking_everything_again_drops_what_the_other_history_does_not_have() {
    let (garden, cache) = (Pages::default(), cache());
    let page = garden.page("1").in_community(&[
        notice(1, 5, "Stays", ""),
        notice(2, 1, "Gone in the other history", ""),
        notice(3, 9, "Older again", ""),
    ]);
    sync::apply(&cache, &page.build(), NOW).unwrap();
    sync::retake(&cache).unwrap();
    assert_eq!(sync::progress(&cache).unwrap().cursor, "");
    assert_eq!(titles(&cache).len(), 3, "until the log has been read, what is known stays readable");
    let first = garden.page("a").in_community(&[notice(1, 5, "Stays", "")]).more();
    sync::apply(&cache, &first.build(), NOW).unwrap();
    assert_eq!(titles(&cache).len(), 3);
    let last = garden.page("b").in_community(&[notice(3, 2, "Older", "")]);
    sync::apply(&cache, &last.build(), NOW).unwrap();
    assert_eq!(titles(&cache), ["Older", "Stays"]);
}

#[test]
fn the_first_pages_of_a_new_device_are_not_news() {
    let (garden, cache) = (Pages::default(), cache());
    let page = |cursor: &str, number| garden.page(cursor).in_community(&[notice(number, 1, "News", "")]);
    assert_eq!(sync::apply(&cache, &page("1", 1).more().build(), NOW).unwrap().new_notices.len(), 0);
    assert_eq!(sync::apply(&cache, &page("2", 2).build(), NOW).unwrap().new_notices.len(), 0);
    assert_eq!(sync::apply(&cache, &page("3", 3).build(), NOW).unwrap().new_notices.len(), 1);
}

#[test]
fn what_a_newer_server_sends_is_passed_over() {
    let cache = cache();
    let page: SyncPage = serde_json::from_str(
        r#"{"scopes":[{"scope":"community:00000000-0000-0000-0000-000000000001","changes":[
            {"seq":1,"entity":"hologram","id":"00000000-0000-0000-0000-000000000009","version":1,"body":{"x":1}},
            {"seq":2,"entity":"notice","id":"00000000-0000-0000-0000-000000000008","version":1,"body":{"shape":"new"}}
        ]}],"cursor":"1","server_time":0}"#,
    )
    .unwrap();
    sync::apply(&cache, &page, NOW).unwrap();
    assert_eq!(sync::progress(&cache).unwrap().cursor, "1");
    assert_eq!(titles(&cache), Vec::<String>::new());
    assert_eq!(notices::index_some(&cache, 10).unwrap(), 0);
}

#[test]
fn a_reading_here_and_a_reading_elsewhere_keep_the_earlier_time() {
    let (garden, cache) = (Pages::default(), cache());
    let system = FakeSystem::new(1, Pace::Held);
    sync::apply(&cache, &garden.page("1").in_community(&[notice(1, 1, "One", "")]).build(), NOW).unwrap();
    assert!(notices::read(&cache, &system, &[notice_id(1)]).unwrap());
    assert!(!notices::read(&cache, &system, &[notice_id(1)]).unwrap(), "read once is read");
    let earlier = Timestamp(system.now().0 - 1000);
    sync::apply(&cache, &garden.page("2").in_person(&[read_mark(1, earlier)]).build(), NOW).unwrap();
    let at: i64 =
        cache.read(|db| Ok(db.query_row("SELECT read_at FROM read_mark", [], |row| row.get(0))?)).unwrap();
    assert_eq!(at, earlier.0);
}
