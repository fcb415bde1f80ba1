//! The whole story of a repair: reported offline with a photo, sent by itself, accepted and finished by a worker,
//! confirmed and rated by who reported it.

use std::time::{Duration, Instant};

use linli_e2e::{
    pages, place,
    words::say,
    world::{Device, World, people, settings},
};
use linli_wire::{
    Language,
    command::{Empty, RepairDraftsList, RepairsList},
    repairs::RepairsQuery,
    settings::Mode,
};

#[test]
fn a_tap_is_reported_offline_and_fixed_in_english() {
    story("repairs-en", Language::en(), Mode::Standard);
}

#[test]
fn a_tap_is_reported_offline_and_fixed_in_simple_chinese() {
    story("repairs-zh", Language::zh(), Mode::Simple);
}

#[track_caller]
fn story(name: &str, language: Language, mode: Mode) {
    let world = World::new(name);
    let resident = world.joined("phone", people::WANG_MEI, settings(language.clone(), mode));
    let worker = world.joined("worker", people::ZHAO, settings(language.clone(), Mode::Standard));
    let (phone, zhao) = (&resident.page, &worker.page);
    phone.resize(390, 844);
    zhao.resize(390, 844);

    // Reported without network.
    phone.go("/repairs");
    phone.find("[data-testid=empty]");
    resident.cable.cut();
    phone.find_late("[data-kind=offline]");
    phone.tap("report");
    phone.find("[data-testid=repair-photos]");
    phone.tap("send-report");
    phone.see(&say(&language, "repairs.words_missing"));
    let photo = place::root().join("assets/demo/notices/pictures/playground.webp");
    phone.hand_over("repair-photos", &photo);
    phone.find("[data-testid=photo] img");
    phone.press("#repair-category label:last-of-type input");
    phone.tap("place-home");
    let words = "厨房水龙头滴水 the kitchen tap drips";
    phone.fill("repair-words", words);
    phone.press("[data-testid=time]");
    phone.tap("may-enter");

    // What was typed is there after the page was loaded anew.
    kept(&resident, words);
    phone.reload();
    phone.find("[data-testid=draft-again]");
    assert_eq!(phone.value("repair-words"), words);
    phone.find("[data-testid=photo] img");
    phone.tap("send-report");
    phone.find("[data-testid=repair][data-state=reported]");
    phone.see(&say(&language, "repairs.not_sent_yet"));
    phone.find("[data-testid=waiting] [data-testid=pending]");

    // It goes by itself.
    resident.cable.mend();
    phone.find_no("[data-testid=waiting]");
    let row = resident.host.call::<RepairsList>(&RepairsQuery::default()).unwrap().rows.remove(0);
    let (mine, theirs) = (format!("/repairs/{}", row.id), format!("/office/repairs/{}", row.id));

    // The worker takes it on and finishes it.
    zhao.go("/office/repairs");
    zhao.press(&format!("a[href='{theirs}']"));
    zhao.see(words);
    zhao.find("[data-testid=timeline] [data-testid=picture]");
    zhao.tap("act-accept");
    zhao.find("[data-testid=repair][data-state=accepted]");
    zhao.find_no("[data-testid=waiting]");
    zhao.fill("note", "Bring the long wrench");
    zhao.tap("save-note");
    zhao.find("[data-testid=notes] [data-testid=note]");
    zhao.tap("act-finish");
    zhao.find("#repair-act[open]");
    zhao.tap("act-send");
    zhao.see(&say(&language, "repair_acts.words_missing"));
    zhao.hand_over("act-photos", &photo);
    zhao.find("#repair-act [data-testid=photo] img");
    zhao.fill("act-words", "换了垫圈 new washer");
    zhao.fill("act-parts", "washer ×2");
    zhao.tap("act-send");
    zhao.find("[data-testid=repair][data-state=done]");
    zhao.find_no("[data-testid=waiting]");

    // The resident is asked, on Home and on the repair, and never sees the note.
    phone.go("/");
    phone.tap("repair-need");
    phone.find("[data-testid=repair][data-state=done]");
    assert_eq!(phone.script("return location.pathname", &[]), mine.as_str());
    phone.see("换了垫圈 new washer");
    phone.see("washer ×2");
    phone.see_no("Bring the long wrench");
    phone.find_no("[data-testid=act-accept]");
    phone.tap("act-confirm");
    phone.find("[data-testid=repair][data-state=fixed]");
    phone.find("[data-testid=rate]");
    for (scale, stars) in [("result", 5), ("speed", 4), ("manner", 5)] {
        phone.tap(&format!("{scale}-{stars}"));
    }
    phone.tap("send-rating");
    phone.find("[data-testid=rating]");
    phone.find_no("[data-testid=waiting]");
    zhao.find("[data-testid=rating]");
}

#[test]
fn a_lost_race_shows_what_happened_and_keeps_what_was_typed() {
    let en = Language::en();
    let world = World::new("repairs-race");
    let resident = world.joined("phone", people::WANG_MEI, settings(en.clone(), Mode::Standard));
    let worker = world.joined("worker", people::ZHAO, settings(en.clone(), Mode::Standard));
    let office = world.joined("office", people::CHEN_JING, settings(en.clone(), Mode::Standard));
    let path = format!("/office/repairs/{}", pages::repair(&resident.host).unwrap());
    let (zhao, chen) = (&worker.page, &office.page);
    zhao.go("/office/repairs");
    zhao.press(&format!("a[href='{path}']"));
    zhao.find("[data-testid=act-pause]");

    // In the cellar Zhao pauses it; upstairs Chen takes it on meanwhile.
    worker.cable.cut();
    zhao.find_late("[data-kind=offline]");
    zhao.tap("act-pause");
    zhao.find("#repair-act[open]");
    let words = "The spare part comes on Monday";
    zhao.fill("act-words", words);
    let when = zhao.script(
        "const at = one(id('act-at'));
         at.value = new Date(Date.now() + 3 * 86400000).toISOString().slice(0, 16);
         at.dispatchEvent(new Event('input', { bubbles: true }));
         return at.value",
        &[],
    );
    zhao.tap("act-send");
    zhao.find("[data-testid=repair][data-state=paused]");
    chen.go(&path);
    chen.tap("act-accept");
    chen.find("[data-testid=repair][data-state=accepted]");
    chen.find_no("[data-testid=waiting]");

    // Zhao sees it, still has what he wrote, and does it all the same.
    worker.cable.mend();
    zhao.find_late("[data-testid=conflict]");
    zhao.see(&say(&en, "repairs.meanwhile"));
    zhao.see(words);
    zhao.tap("again");
    zhao.find("#repair-act[open]");
    assert_eq!(zhao.value("act-words"), words);
    assert_eq!(when, zhao.value("act-at").as_str());
    zhao.tap("act-send");
    zhao.find_no("[data-testid=waiting]");
    zhao.find("[data-testid=repair][data-state=paused]");
    chen.find("[data-testid=repair][data-state=paused]");
}

#[track_caller]
fn kept(device: &Device, words: &str) {
    let since = Instant::now();
    let is_kept = || {
        let drafts = device.host.call::<RepairDraftsList>(&Empty {}).unwrap().drafts;
        drafts.iter().any(|draft| draft.form.words == words)
    };
    while !is_kept() {
        assert!(since.elapsed() < Duration::from_secs(20), "it is never kept");
        device.page.rest();
    }
}
