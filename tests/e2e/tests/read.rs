//! Notices: list, filter, search, a picture, read marks that follow the person; and all of it without network.

use linli_e2e::{
    pages,
    words::{beginning, say},
    world::{World, people, settings},
};
use linli_wire::{
    Language,
    command::{AppGet, Empty, NoticeKeys, NoticesRead},
    settings::Mode,
};

const UNREAD: &str = "[data-testid=notice-row][data-unread]";

#[test]
fn notices_are_read_and_searched_online_and_off() {
    let en = Language::en();
    let world = World::new("read");
    let phone = world.joined("phone", people::WANG_MEI, settings(en.clone(), Mode::Standard));
    let laptop = world.joined("laptop", people::WANG_MEI, settings(en.clone(), Mode::Standard));
    let (page, other) = (&phone.page, &laptop.page);
    page.resize(390, 844);

    // The list: emergencies first, filters with counts.
    page.tap("nav-bell");
    page.find("[data-testid=notice-row]");
    page.find("[data-testid=updated-at]");
    page.choose("filter-category", "lifts");
    page.until(
        "only notices about lifts",
        "const rows = all(id('notice-row'));
         return rows.length > 2 && rows.every(row => normal(row.innerText).includes('Lifts'))",
    );
    page.tap("filter-unread");
    page.until_with(
        "only unread ones",
        "return all(id('notice-row')).length > 2 && !one(`${id('notice-row')}:not(${args[0]})`)",
        &[UNREAD.into()],
    );
    page.tap("filter-all");

    // Search in both languages, and in words of two and one characters.
    for words in ["停水", "电", "lift"] {
        page.fill("search", words);
        page.until_with(
            "rows with what was searched for marked",
            "const hits = all('mark').map(hit => hit.innerText.toLowerCase());
             return hits.length > 0 && hits.every(hit => hit.includes(args[0]))",
            &[words.into()],
        );
    }
    page.fill("search", "zzzz");
    page.see("zzzz");
    page.find(".c-empty");
    page.tap("search-clear");
    page.find("[data-testid=notice-row]");

    // A notice with its picture.
    let pictured = pages::notice_with_picture(&phone.host).unwrap();
    let path = format!("/notices/{pictured}");
    page.go(&path);
    page.find("[data-testid=picture]");
    page.until("a picture that has been drawn", "return one(id('picture')).naturalWidth > 100");
    let title = page.text(".p-article__title");

    // Read here is read there, without loading anything.
    page.go("/notices");
    other.go("/notices");
    other.find(UNREAD);
    let first = other.script("return new URL(one(arguments[0]).href).pathname", &[UNREAD.into()]);
    let first = first.as_str().unwrap();
    let unread = laptop.host.call::<AppGet>(&Empty {}).unwrap().unread_notices;
    assert!(unread > 1, "the demo has unread notices");
    page.go(first);
    other.until_with(
        "the mark to go on the other device",
        "const row = one(`a[href='${args[0]}']`); return row && !row.hasAttribute('data-unread')",
        &[first.into()],
    );

    // The cable is pulled out.
    phone.cable.cut();
    page.go("/notices");
    page.see(&beginning(&en, "offline.banner"));
    page.see("Everything here can be read");
    page.fill("search", "停水");
    page.find("mark");
    page.go(&path);
    page.until("the picture, from the cache", "return one(id('picture')).naturalWidth > 100");
    assert_eq!(page.text(".p-article__title"), title);

    // What is done now waits, shows that it waits, and survives being looked at.
    page.go("/notices");
    page.tap("mark-all-read");
    page.find_no(UNREAD);
    page.go("/me/outbox");
    page.find("[data-testid=outbox-row][data-kind=read_notices] [data-state=waiting]");
    page.see(&say(&en, "pending.waiting"));
    page.go("/");
    page.see(&beginning(&en, "offline.banner"));
    assert!(laptop.host.call::<AppGet>(&Empty {}).unwrap().unread_notices > 0, "nothing has been sent yet");

    // The cable is put back: it is sent, once, and the other device follows.
    phone.cable.mend();
    page.find_no("[data-kind=offline]");
    page.go("/me/outbox");
    page.see(&say(&en, "outbox.empty_title"));
    other.go("/notices");
    other.find_no(UNREAD);
    page.go("/notices");
    page.tap("filter-unread");
    page.see(&say(&en, "home.all_read_title"));
}

#[test]
fn grandma_reads_in_simple_mode_and_chinese_even_without_network() {
    let zh = Language::zh();
    let world = World::new("read-simple");
    let tablet = world.joined("tablet", people::GRANDMA_WANG, settings(zh.clone(), Mode::Simple));
    let page = &tablet.page;
    page.resize(390, 844);
    page.tap("tile-bell");
    page.find("[data-testid=notice-row]");
    assert_eq!(page.count(".c-chips"), 0, "one level, no filters");
    let pictured = pages::notice_with_picture(&tablet.host).unwrap();
    page.go(&format!("/notices/{pictured}"));
    page.until("a picture that has been drawn", "return one(id('picture')).naturalWidth > 100");

    tablet.cable.cut();
    page.go("/notices");
    page.see(&say(&zh, "offline.banner_simple"));
    page.find("[data-testid=call-office]");
    page.fill("search", "停水");
    page.find("mark");
    page.press("[data-testid=notice-row]");
    page.find("[data-testid=notice]");
    page.find("[data-testid=call-office]");
    // Over half of the row of help is a number to call; the other leads to short answers.
    page.tap("help");
    page.see(&say(&zh, "help.simple_title"));
    tablet.cable.mend();
    page.go("/notices");
    page.see_no(&say(&zh, "offline.banner_simple"));
}

#[test]
fn a_long_list_scrolls_without_holes_and_keeps_its_place() {
    let world = World::new("read-long-list");
    let device = world.joined("pc", people::WANG_MEI, settings(Language::zh(), Mode::Standard));
    let page = &device.page;
    device.host.call::<NoticesRead>(&NoticeKeys { ids: Vec::new() }).unwrap();
    page.resize(390, 844);
    page.go("/notices");
    page.find("[data-testid=notice-row]");
    for turn in 1..=6 {
        page.script(
            &format!("{SCROLLER} scroller.scrollTop = scroller.scrollHeight * arguments[0] / 7"),
            &[turn.into()],
        );
        page.until(
            "rows without holes wherever one looks",
            "const inside = e => { const box = e.getBoundingClientRect(); return box.bottom > 0 && box.top < innerHeight };
             return all(id('notice-row')).filter(inside).length > 1 && !all('.c-skeleton').some(inside)",
        );
    }
    let place = page.script(&format!("{SCROLLER} return scroller.scrollTop"), &[]).as_f64().unwrap();
    assert!(place > 2000.0, "hundreds of notices make a long page, not {place}");
    let title = page.until(
        "a row to open",
        "const row = all(id('notice-row')).find(row => { const box = row.getBoundingClientRect(); return box.top > 120 && box.bottom < innerHeight - 100 });
         if (!row) return false; row.click(); return normal(row.querySelector('.c-row__title').innerText)",
    );
    page.find("[data-testid=notice]");
    page.script("history.back()", &[]);
    page.until_with(
        "the list where it was",
        "return all(id('notice-row')).some(row => {
             const box = row.getBoundingClientRect();
             return box.bottom > 0 && box.top < innerHeight && normal(row.innerText).includes(args[0]) })",
        &[title],
    );
}

/// What scrolls the list, as `scroller`.
const SCROLLER: &str = "let scroller = one(id('notice-row')).parentElement;
    while (scroller !== document.scrollingElement && scroller.parentElement
        && !(scroller.scrollHeight > scroller.clientHeight + 50 && /auto|scroll/.test(getComputedStyle(scroller).overflowY)))
        scroller = scroller.parentElement;
    if (scroller === document.documentElement || scroller === document.body) scroller = document.scrollingElement;";
