//! What helps in the editor: how many it reaches, templates, a word about HTML, counting readers again.

use linli_e2e::{
    words::{beginning, say},
    world::{World, people, settings},
};
use linli_wire::{Language, command::SaveSettings, settings::Mode};

#[test]
fn the_editor_counts_warns_and_begins_from_a_template() {
    let (en, zh) = (Language::en(), Language::zh());
    let world = World::new("editing");
    let office = world.joined("office", people::CHEN_JING, settings(en.clone(), Mode::Standard));
    let chen = &office.page;
    chen.resize(1280, 900);
    chen.go("/office/notices");
    chen.tap("write-notice");
    chen.find("[data-testid=title]");

    // Whom it reaches, in people and homes.
    chen.until(
        "the whole community",
        "return one(id('reach')) && /1,\\d\\d\\d people in \\d\\d\\d homes/.test(one(id('reach')).innerText)",
    );
    chen.tap("audience-buildings");
    chen.find_no("[data-testid=reach]");
    chen.press("[data-testid=buildings] button");
    chen.until("one building", "return one(id('reach')) && /^Reaches \\d\\d\\d people in \\d+ homes/.test(one(id('reach')).innerText)");

    // HTML is not shown, its words are.
    chen.tap("text-en");
    chen.fill("title", "Pool");
    chen.fill("body", "<div>Open <b>again</b></div>");
    chen.see(&say(&en, "editor.html_warning"));
    chen.until("its words", "return normal(one(id('preview')).innerText) === 'Open again'");
    chen.fill("body", "Open **again**, 3 < 5");
    chen.see_no(&say(&en, "editor.html_warning"));

    // What was typed and chosen is there after a change of language.
    let when = "2031-05-01T09:30";
    chen.tap("when-at");
    chen.script("const at = one(id('publish-at')); at.value = arguments[0]; at.dispatchEvent(new Event('input', { bubbles: true }))", &[when.into()]);
    office.host.call::<SaveSettings>(&settings(zh.clone(), Mode::Standard)).unwrap();
    chen.see(&say(&zh, "editor.title_new"));
    assert_eq!(chen.value("title"), "Pool");
    assert_eq!(chen.value("publish-at"), when);
    office.host.call::<SaveSettings>(&settings(en.clone(), Mode::Standard)).unwrap();
    chen.see(&say(&en, "editor.title_new"));

    // Kept as a template, and taken up by the next one after a question.
    chen.tap_words(&say(&en, "editor.template_save"));
    chen.fill("template-name", "Pool opens");
    chen.press("#template-dialog [type=submit]");
    chen.see(&say(&en, "templates.saved"));
    chen.go("/office/notices");
    chen.tap("write-notice");
    chen.find("[data-testid=template]");
    chen.tap("text-en");
    chen.fill("title", "Something typed");
    chen.script(
        "const list = one(id('template')); list.selectedIndex = 1; list.dispatchEvent(new Event('change', { bubbles: true }))",
        &[],
    );
    chen.find("#template-replace[open]");
    chen.press("#template-replace [data-testid=confirm]");
    chen.until(
        "the template's words",
        "return one(id('title')).value === 'Pool' && one(id('body')).value.startsWith('Open')",
    );
}

#[test]
fn readers_are_counted_again_when_one_asks() {
    let en = Language::en();
    let world = World::new("editing-readers");
    let office = world.joined("office", people::CHEN_JING, settings(en.clone(), Mode::Standard));
    let phone = world.joined("phone", people::WANG_MEI, settings(en.clone(), Mode::Standard));
    let notice = linli_e2e::pages::first(&phone.host).unwrap();
    office.page.go(&format!("/office/notices/{notice}/readers"));
    office.page.see(&beginning(&en, "readers.counted_at"));
    let read =
        "return [...all('.c-meter__value')].reduce((sum, value) => sum + parseInt(value.innerText), 0)";
    assert_eq!(office.page.script(read, &[]), 0);
    phone.page.go(&format!("/notices/{notice}"));
    phone.page.until(
        "it to count as read",
        "const row = one(id('notice-row')); return row && !row.hasAttribute('data-unread')",
    );
    phone.page.find_no("[data-testid=pending]");
    office.page.until(
        "one more reader",
        "one(id('count-again')).click(); return [...all('.c-meter__value')].some(value => /^1\\b/.test(value.innerText))",
    );

    // Without network the last count stays, and what is wrong is said.
    office.cable.cut();
    office.page.tap("count-again");
    office.page.find("[data-testid=error]");
    office.page.find(".c-meter");
}
