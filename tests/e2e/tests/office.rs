//! The office: writing, publishing, changing and withdrawing notices; two people on one notice; who has read; letters.

use linli_e2e::{
    page::Page,
    place,
    words::{beginning, say},
    world::{World, people, settings},
};
use linli_wire::{Language, settings::Mode};

/// The row of a notice in a resident's list.
#[track_caller]
fn see_row(page: &Page, title: &str) {
    page.until_with(
        "a row",
        "return all(id('notice-row')).some(row => normal(row.innerText).includes(args[0]))",
        &[title.into()],
    );
}

#[track_caller]
fn publish(page: &Page) {
    page.tap("publish");
    page.find("#publish-dialog[open]");
    page.tap("publish-confirm");
    page.find("[data-testid=office-notices]");
}

#[track_caller]
fn kept(page: &Page, language: &Language) {
    page.until_with(
        "the draft to be kept",
        "return one(id('kept')) && normal(one(id('kept')).innerText).startsWith(args[0])",
        &[beginning(language, "editor.saved_at").into()],
    );
}

#[test]
fn a_notice_goes_from_the_office_to_the_residents_and_back() {
    let (en, zh) = (Language::en(), Language::zh());
    let world = World::new("office-notice");
    let office = world.joined("office", people::CHEN_JING, settings(zh.clone(), Mode::Standard));
    let phone = world.joined("phone", people::WANG_MEI, settings(en.clone(), Mode::Standard));
    let (chen, wang) = (&office.page, &phone.page);
    wang.resize(390, 844);
    wang.go("/notices");
    wang.find("[data-testid=notice-row]");

    // Written, with a picture; kept while one types, so that a reload loses nothing.
    chen.go("/office/notices");
    chen.tap("write-notice");
    chen.find("[data-testid=title]");
    chen.tap("publish");
    chen.find(".c-form__summary");
    chen.fill("title", "泳池周六重新开放");
    chen.fill("body", "请带上业主卡。\n\n- 上午 9 点起\n- 孩子由大人陪同\n\n<script>alert(1)</script>");
    let pictures = place::root().join("assets/demo/notices/pictures");
    chen.hand_over("file-input", &pictures.join("playground.webp"));
    chen.find("[data-testid=attachment] img");
    chen.tap_words(&say(&zh, "editor.put_in_text"));
    chen.choose("category", "activities");
    kept(chen, &zh);
    chen.reload();
    chen.find("[data-testid=title]");
    assert_eq!(chen.value("title"), "泳池周六重新开放");
    assert!(chen.value("body").contains("孩子由大人陪同"));
    chen.find("[data-testid=attachment] img");

    // Published: the resident sees it without touching anything.
    publish(chen);
    see_row(wang, "泳池周六重新开放");
    wang.tap_words_in("[data-testid=notice-row]", "泳池周六重新开放");
    wang.find("[data-testid=notice] li");
    assert_eq!(wang.count("[data-testid=notice] script"), 0, "text never becomes a program");
    wang.until(
        "a picture that has been drawn",
        "return all('[data-testid=notice] img').some(image => image.naturalWidth > 100)",
    );
    wang.until(
        "it to count as read",
        "const row = [...document.querySelectorAll(id('notice-row'))].find(row => row.textContent.includes('泳池周六'));
         return row && !row.hasAttribute('data-unread')",
    );
    wang.go("/notices");

    // Changed: it says so.
    chen.tap_words("泳池周六重新开放");
    chen.find("[data-testid=title]");
    chen.fill("title", "泳池周日重新开放");
    kept(chen, &zh);
    publish(chen);
    see_row(wang, "泳池周日重新开放");
    wang.until_with(
        "the word that it has changed",
        "return all(id('notice-row')).some(row => normal(row.innerText).includes('泳池周日') && normal(row.innerText).includes(args[0]))",
        &[say(&en, "notices.changed").into()],
    );

    // Read by one person, in building 3.
    chen.tap_words("泳池周日重新开放");
    chen.find("[data-testid=title]");
    let path = chen.script("return location.pathname", &[]);
    chen.go(&format!("{}/readers", path.as_str().unwrap()));
    chen.until("one reader in building 3", "return all('.c-meter').some(row => /3 号楼/.test(row.innerText) && /^1\\b/.test(row.querySelector('.c-meter__value').innerText.trim()))");

    // Withdrawn: it is gone from where it was.
    chen.go(path.as_str().unwrap());
    chen.tap("withdraw");
    chen.press("#withdraw-dialog [data-testid=confirm]");
    wang.see_no("泳池周日重新开放");

    // Written and published without network: it waits, says so, and is sent once.
    office.cable.cut();
    chen.go("/office/notices");
    chen.see(&beginning(&zh, "offline.banner"));
    chen.tap("write-notice");
    chen.fill("title", "晚上补漆");
    chen.fill("body", "三号楼大堂。");
    chen.choose("category", "other");
    publish(chen);
    chen.tap("tab-all");
    chen.until("the notice, waiting", "return all(id('office-row')).some(row => normal(row.innerText).includes('晚上补漆') && row.querySelector('[data-state=waiting]'))");
    office.cable.mend();
    see_row(wang, "晚上补漆");
    chen.until("no more waiting", "return !one('[data-state=waiting], [data-state=sending]')");
    let rows =
        "return all(id('notice-row')).filter(row => normal(row.innerText).includes('晚上补漆')).length";
    assert_eq!(wang.script(rows, &[]), 1, "it was sent once");
}

#[test]
fn two_of_the_office_change_one_notice_and_nothing_is_lost() {
    let zh = Language::zh();
    let world = World::new("office-conflict");
    let first = world.joined("chen", people::CHEN_JING, settings(zh.clone(), Mode::Standard));
    let second = world.joined("lin", people::LIN, settings(zh.clone(), Mode::Standard));
    let (chen, lin) = (&first.page, &second.page);
    chen.go("/office/notices");
    let path =
        chen.until("a notice", "const link = one(`${id('office-row')} a`); return link && link.pathname");
    let path = path.as_str().unwrap();
    lin.go(path);
    lin.find("[data-testid=title]");
    lin.fill("title", "林涛的题目");
    kept(lin, &zh);
    chen.go(path);
    chen.fill("title", "陈静的题目");
    kept(chen, &zh);
    publish(chen);

    // The other is told, sees both, and chooses.
    lin.find("[data-testid=conflict]");
    lin.see("林涛的题目");
    lin.see("陈静的题目");
    assert_eq!(lin.value("title"), "林涛的题目", "what was typed stays");
    lin.tap("take-theirs");
    lin.until("theirs", "return one(id('title')).value === '陈静的题目'");
    lin.find_no("[data-testid=conflict]");
    lin.fill("title", "林涛的第二个题目");
    kept(lin, &zh);
    chen.go(path);
    chen.find("[data-testid=title]");
    chen.fill("title", "陈静的第二个题目");
    kept(chen, &zh);
    publish(chen);
    lin.find("[data-testid=conflict]");
    lin.tap("keep-mine");
    publish(lin);
    chen.until(
        "the last word",
        "return all(id('office-row')).some(row => normal(row.innerText).includes('林涛的第二个题目'))",
    );
}

#[test]
fn the_office_makes_a_letter_and_its_code_lets_one_in() {
    let (en, zh) = (Language::en(), Language::zh());
    let world = World::new("office-letter");
    let office = world.joined("office", people::CHEN_JING, settings(zh, Mode::Standard));
    let chen = &office.page;
    chen.go("/office/people");
    chen.fill("search", "李强");
    chen.until(
        "the person alone",
        "return all(id('person-row')).length === 1 && one(id('person-row')).innerText.includes('李强')",
    );
    chen.tap("letter-for");
    chen.tap("make-letter");
    chen.find("[data-testid=letter] svg");
    let code = chen.text("[data-testid=letter] [data-testid=code]");
    chen.see("3-");

    let device = world.device("phone");
    let page = &device.page;
    page.tap("type-code");
    page.fill("address", &format!("http://{}", device.cable.address()));
    page.fill("code", &code);
    page.tap("join");
    page.see(&say(&en, "join.is_this_you"));
    page.see("李强");

    // It was somebody else's letter: nothing is kept here.
    page.tap("confirm-no");
    page.see(&say(&en, "join.not_me_text"));
    chen.go("/office/people");
    chen.fill("search", "李强");
    chen.until("that he has joined", "return all(id('person-row')).length === 1 && !!one(id('person-row')).querySelector('.c-tag[data-tone=jade]')");
}
