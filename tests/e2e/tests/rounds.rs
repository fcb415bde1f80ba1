//! The whole story of a round: planned with a label, walked without network with a failed check and a photo,
//! and its repair in the queue once the network is back.

use linli_e2e::{
    place,
    words::say,
    world::{World, people, settings},
};
use linli_wire::{Language, settings::Mode};

#[test]
fn a_lift_is_planned_inspected_offline_and_repaired_in_english() {
    story("rounds-en", Language::en(), Mode::Standard);
}

#[test]
fn a_lift_is_planned_inspected_offline_and_repaired_in_simple_chinese() {
    story("rounds-zh", Language::zh(), Mode::Simple);
}

#[track_caller]
fn story(name: &str, language: Language, mode: Mode) {
    let world = World::new(name);
    let office = world.joined("office", people::CHEN_JING, settings(language.clone(), Mode::Standard));
    let worker = world.joined("worker", people::ZHAO, settings(language.clone(), mode));
    let chen = &office.page;
    worker.page.resize(390, 844);

    // The office plans it and prints its label.
    chen.go("/rounds");
    chen.tap("plans");
    chen.tap("new-plan");
    chen.find("[data-testid=plan-point]");
    chen.tap("save-plan");
    chen.see(&say(&language, "round_plans.name_missing"));
    for (field, zh, en) in [
        ("plan-name", "电梯日检", "Lifts, daily"),
        ("point-name", "一号电梯", "Lift one"),
        ("check-words", "门能关上", "The door closes"),
    ] {
        chen.fill(&format!("{field}-zh"), zh);
        chen.fill(&format!("{field}-en"), en);
    }
    chen.choose("plan-unit", "days");
    chen.fill("plan-days", "1");
    chen.choose("point-kind", "lifts");
    chen.tap("save-plan");
    let plan = if language == Language::en() { "Lifts, daily" } else { "电梯日检" };
    chen.tap_words_in("[data-testid=plan-row]", plan);
    chen.find("[data-testid=plan-facts]");
    chen.find("[data-testid=history] [data-testid=round-row]");
    chen.tap("plan-labels");
    chen.find("[data-testid=label] svg");
    for word in ["一号电梯", "Lift one", "1号楼", "Building 1"] {
        chen.see(word);
    }
    chen.script("one('[data-testid=label] .c-qr').scrollIntoView({ block: 'center' })", &[]);
    chen.settle();
    chen.picture("label.png");
    let label = world.artifacts().join("label.png");
    let code = chen.text("[data-testid=label] [data-testid=code]");

    // The worker is told on Home, goes down to where no network is, and scans.
    worker.page.tap("rounds-due");
    worker.page.find("[data-testid=round-row][data-state=open]");
    worker.cable.cut();
    worker.page.find_late("[data-kind=offline]");
    let other = place::root().join("assets/demo/notices/pictures/playground.webp");
    worker.page.hand_over("point-picture", &other);
    worker.page.see(&say(&language, "rounds.scan_nothing"));
    worker.page.tap("type-point");
    worker.page.fill("point-code", "2222 2222");
    worker.page.tap("find-point");
    worker.page.see(&say(&language, "rounds.scan_unknown"));
    worker.page.hand_over("point-picture", &label);
    worker.page.find("[data-testid=checklist]");
    worker.page.find("[data-testid=scanned]");
    worker.page.tap("send-point");
    worker.page.see(&say(&language, "rounds.answer_missing"));
    worker.page.tap("check-1-failed");
    worker.page.tap("send-point");
    worker.page.see(&say(&language, "rounds.failed_missing"));
    let words = "关不严 it jams";
    worker.page.fill("check-1-words", words);

    // What was typed is there after the page was loaded anew, and so is that the label was scanned.
    worker.page.until("it to be kept", "return one(id('check-1-words')).value.length > 0");
    worker.page.go("/rounds");
    worker.page.reload();
    worker.page.tap_words_in("[data-testid=round-row]", plan);
    worker.page.see(&say(&language, "rounds.begun"));
    worker.page.tap("point-row");
    worker.page.find("[data-testid=scanned]");
    assert_eq!(worker.page.value("check-1-words"), words);
    worker.page.hand_over("point-photos", &other);
    worker.page.find("[data-testid=photo] img");
    worker.page.tap("send-point");
    worker.page.find("[data-testid=round][data-state=done]");
    worker.page.tap("point-row");
    worker.page.find("[data-testid=waiting] [data-testid=pending]");
    worker.page.see(words);
    worker.page.tap("found-repair");
    worker.page.find("[data-testid=repair][data-state=reported]");

    // It goes by itself, and the office finds the repair in its queue, with photo and words.
    worker.cable.mend();
    worker.page.find_no("[data-testid=waiting]");
    chen.go("/office/repairs");
    chen.tap_words_in("[data-testid=repair-row]", "电梯日检");
    chen.see(words);
    chen.find("[data-testid=timeline] [data-testid=picture]");
    chen.go("/rounds");
    chen.find("[data-testid=round-row][data-state=done]");
    chen.tap_words_in("[data-testid=round-row]", plan);
    chen.tap("point-row");
    chen.find("[data-testid=result]");
    chen.see(&say(&language, "rounds.scanned"));

    // By hand the label says the same: there is nothing more to do at it.
    worker.page.go("/rounds");
    worker.page.tap("type-point");
    worker.page.fill("point-code", &code);
    worker.page.tap("find-point");
    worker.page.see(&say(&language, "rounds.scan_not_due"));
    // What is not here is said, of a round as of a point.
    let unknown = "01900000-0000-7000-8000-000000000000";
    for path in [format!("/rounds/{unknown}"), format!("/rounds/{unknown}/{unknown}")] {
        worker.page.go(&path);
        worker.page.see(&say(&language, "rounds.not_here"));
    }
    // A resident has no such page.
    let resident = world.joined("resident", people::WANG_MEI, settings(language.clone(), Mode::Standard));
    resident.page.go("/rounds");
    resident.page.find("[data-testid=missing]");
}
