//! Lists longer than a window: windows meet without gap and without overlap, to the last row.

use linli_core::{cache::Cache, community, notices::office, sync};
use linli_testkit::{
    FakeSystem, Pace,
    pages::{Pages, Thing, notice_with},
};
use linli_wire::{
    Language,
    command::PeopleQuery,
    notices::{NoticeState, OfficeFilter, OfficeNoticesPage, OfficeNoticesQuery},
};

use crate::pages::{NOW, cache};

const MANY: u128 = 450;

fn office() -> Cache {
    let (garden, cache) = (Pages::default(), cache());
    let things: Vec<Thing> = (1..=MANY)
        .map(|number| {
            notice_with(number, 1, |notice| {
                if number % 3 == 0 {
                    notice.state = NoticeState::Draft;
                }
            })
        })
        .collect();
    let people: Vec<Thing> = (1..=MANY).map(|number| garden.neighbour(number)).collect();
    let page = garden.page("1").in_office(&things).in_office(&people).in_community(&[garden.garden()]);
    sync::apply(&cache, &page.build(), NOW).unwrap();
    cache
}

fn notices(cache: &Cache, filter: OfficeFilter, offset: u32, limit: u32) -> OfficeNoticesPage {
    let query = OfficeNoticesQuery { filter, offset, limit };
    office::list(cache, &query, &Language::en(), NOW).unwrap()
}

#[test]
fn the_offices_notices_are_all_reached() {
    let cache = office();
    let system = FakeSystem::new(1, Pace::Held);
    // What exists only here comes first, also across windows.
    for _ in 0..7 {
        office::new(&cache, &system, None).unwrap();
    }
    for (filter, total) in [
        (OfficeFilter::All, 457),
        (OfficeFilter::Drafts, 157),
        (OfficeFilter::Published, 300),
        (OfficeFilter::Past, 0),
    ] {
        for limit in [200, 50, 5] {
            let mut ids = Vec::new();
            while ids.len() < total {
                let page = notices(&cache, filter, u32::try_from(ids.len()).unwrap(), limit);
                assert_eq!(page.total as usize, total);
                assert_eq!(
                    page.rows.len(),
                    (total - ids.len()).min(limit as usize),
                    "{filter:?} {}",
                    ids.len()
                );
                ids.extend(page.rows.iter().map(|row| row.id));
            }
            let all = notices(&cache, filter, 0, 1000).rows.len();
            assert_eq!(all, total.min(200), "more than 200 at once are not given");
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), total, "{filter:?}");
            let behind = notices(&cache, filter, u32::try_from(total).unwrap(), limit);
            assert_eq!((behind.rows.len(), behind.total as usize), (0, total));
        }
    }
}

#[test]
fn the_people_are_all_reached() {
    let cache = office();
    for (search, total) in [("", 450), ("N-1", 111)] {
        let mut codes = Vec::new();
        while codes.len() < total {
            let offset = u32::try_from(codes.len()).unwrap();
            let query = PeopleQuery { search: search.to_owned(), offset, limit: 200 };
            let page = community::people(&cache, &query).unwrap();
            assert_eq!(page.total as usize, total);
            assert_eq!(page.rows.len(), (total - codes.len()).min(200));
            codes.extend(page.rows.into_iter().map(|row| row.person.code));
        }
        let given = codes.clone();
        codes.dedup();
        assert_eq!(codes, given);
        assert_eq!(codes.first().map(String::as_str), Some("N-1"));
    }
}
