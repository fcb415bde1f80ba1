//! The list of notices: order, filters, counts, search.

use linli_core::{cache::Cache, notices, sync};
use linli_testkit::{
    FakeSystem, Pace,
    pages::{Pages, Thing, notice, notice_id, notice_with},
};
use linli_wire::{
    Language, Timestamp,
    notices::{NoticeText, NoticesPage, NoticesQuery},
};

use crate::pages::{NOW, cache, titles};

fn filled(things: &[Thing]) -> Cache {
    let cache = cache();
    sync::apply(&cache, &Pages::default().page("1").in_community(things).build(), NOW).unwrap();
    cache
}

fn list(cache: &Cache, query: &NoticesQuery) -> NoticesPage {
    notices::list(cache, query, &Language::en(), NOW).unwrap()
}

fn titled(number: u128, title: &str, change: impl FnOnce(&mut linli_wire::notices::Notice)) -> Thing {
    let text = NoticeText { title: title.to_owned(), body: String::new() };
    notice_with(number, 1, |notice| {
        notice.content.texts = [(Language::en(), text)].into();
        change(notice);
    })
}

fn found(cache: &Cache, search: &str) -> Vec<u32> {
    let query = NoticesQuery { search: search.to_owned(), limit: 200, ..NoticesQuery::default() };
    let page = list(cache, &query);
    assert_eq!(page.total as usize, page.rows.len());
    page.rows.iter().map(|row| (row.id.0.as_u128() - 0x1000) as u32).collect()
}

#[test]
fn emergencies_come_first_then_pinned_then_the_newest() {
    let cache = filled(&[
        titled(1, "old", |_| {}),
        titled(2, "pinned", |notice| notice.content.pinned = true),
        titled(3, "emergency", |notice| notice.content.emergency = true),
        titled(4, "new", |_| {}),
    ]);
    assert_eq!(titles(&cache), ["emergency", "pinned", "new", "old"]);
}

#[test]
fn what_is_over_is_not_shown_and_not_counted() {
    let cache = filled(&[
        titled(1, "over", |notice| notice.content.expires_at = Some(NOW)),
        titled(2, "still", |notice| notice.content.expires_at = Some(Timestamp(NOW.0 + 1))),
    ]);
    let page = list(&cache, &NoticesQuery::default());
    assert_eq!(titles(&cache), ["still"]);
    assert_eq!((page.total, page.unread), (1, 1));
}

#[test]
fn counts_are_those_of_what_is_shown() {
    let cache = filled(&[
        titled(1, "water", |_| {}),
        titled(2, "water too", |_| {}),
        titled(3, "tea", |notice| notice.content.category = "activities".to_owned()),
    ]);
    notices::read(&cache, &FakeSystem::new(1, Pace::Held), &[notice_id(1)]).unwrap();
    let all = list(&cache, &NoticesQuery::default());
    assert_eq!((all.total, all.unread), (3, 2));
    assert_eq!((all.categories["water-power"].total, all.categories["water-power"].unread), (2, 1));
    let unread = list(&cache, &NoticesQuery { unread_only: true, ..NoticesQuery::default() });
    assert_eq!((unread.total, unread.rows.len()), (2, 2));
    let tea =
        list(&cache, &NoticesQuery { category: Some("activities".to_owned()), ..NoticesQuery::default() });
    assert_eq!((tea.total, tea.rows.len()), (1, 1));
    let (cached, clock) = (&cache, FakeSystem::new(2, Pace::Held));
    notices::read(cached, &clock, &[]).unwrap();
    assert_eq!(list(cached, &NoticesQuery::default()).unread, 0, "all of them at once");
}

#[test]
fn windows_meet_without_gap_and_without_overlap() {
    let things: Vec<Thing> = (1..=120).map(|number| notice(number, 1, &format!("{number}"), "")).collect();
    let cache = filled(&things);
    let mut seen = Vec::new();
    for offset in (0..120).step_by(7) {
        let page = list(&cache, &NoticesQuery { offset, limit: 7, ..NoticesQuery::default() });
        assert_eq!(page.total, 120);
        seen.extend(page.rows.into_iter().map(|row| row.title));
    }
    let expected: Vec<String> = (1..=120).rev().map(|number| number.to_string()).collect();
    assert_eq!(seen, expected);
}

#[test]
fn search_finds_what_every_letter_of_the_text_holds() {
    let text = |number, title: &str, body: &str| notice(number, 1, title, body);
    let cache = filled(&[
        text(1, "今天下午2点到5点停水", "请提前接水。"),
        text(2, "Underwater pump", "In building **3**, flat 1201."),
        text(3, "停电通知", "不停水。"),
        text(4, "Tea", "A座B1层 caffè"),
    ]);
    for (search, expected) in [
        ("停水", vec![3, 1]),
        ("水", vec![3, 1]),
        ("停 电", vec![3]),
        ("water", vec![2]),
        ("WATER pump", vec![2]),
        ("1201", vec![2]),
        ("b1", vec![4]),
        ("座b", vec![4]),
        ("caffè", vec![4]),
        ("２点", vec![1]),
        ("nothing of this", vec![]),
        ("\"*", vec![]),
    ] {
        assert_eq!(found(&cache, search), expected, "{search}");
    }
}

#[test]
fn search_follows_edits_and_removals() {
    let (garden, cache) = (Pages::default(), filled(&[notice(1, 1, "Water", "")]));
    assert_eq!(found(&cache, "water"), [1]);
    let apply = |cursor: &str, thing: Thing| {
        sync::apply(&cache, &garden.page(cursor).in_community(&[thing]).build(), NOW).unwrap();
    };
    apply("2", notice(1, 2, "Power", ""));
    assert_eq!(found(&cache, "water"), Vec::<u32>::new());
    assert_eq!(found(&cache, "power"), [1]);
    apply("3", notice(1, 3, "", "").gone());
    assert_eq!(found(&cache, "power"), Vec::<u32>::new());
}

#[test]
fn a_search_in_the_other_language_shows_that_text() {
    let cache = filled(&[notice_with(1, 1, |notice| {
        let text = |title: &str| NoticeText { title: title.to_owned(), body: String::new() };
        notice.content.texts = [(Language::en(), text("Water off")), (Language::zh(), text("停水"))].into();
    })]);
    let query = NoticesQuery { search: "停水".to_owned(), ..NoticesQuery::default() };
    let page = list(&cache, &query);
    assert_eq!((page.rows[0].title.as_str(), page.rows[0].language.clone()), ("停水", Language::zh()));
}
